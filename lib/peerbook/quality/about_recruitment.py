"""Rules about those who asked: nobody is forgotten between the first enquiry and an answer."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from peerbook.course.page_addresses import RECRUITMENT_PAGE
from peerbook.quality.rules import Finding, Look, about_site, rule
from peerbook.recruitment.journey_records import Asker, standings
from peerbook.store.tables import CoffeeTalk
from peerbook.text import _, format_date

TALK_WITHIN = 14
"""Days after which somebody who asked should have a talk agreed. No source gives a number for this;
fourteen days is the longest a coordinator lets go between two contacts with a peer guide
(shared/facts.md, MK-koor)."""


def _standings(look: Look) -> list[Asker]:
    return standings(look.session, look.site_id, look.today)


def _about(look: Look, subject: str, site_id: int, sentence: str) -> Finding:
    return about_site(look, subject, site_id, RECRUITMENT_PAGE, sentence)


@rule(
    "warning", "leader",
    lambda: _("Talks whose day is past"),
    lambda: _("Write down that it was held, move it, or cancel it, under “Talks”."),
)  # fmt: skip
def _talk_past(look: Look) -> Iterator[Finding]:
    past = (
        select(CoffeeTalk.id, CoffeeTalk.site_id, CoffeeTalk.participant_code, CoffeeTalk.date)
        .where(CoffeeTalk.state == "agreed", CoffeeTalk.date < look.today)
        .order_by(CoffeeTalk.date, CoffeeTalk.id)
    )
    for row in look.session.execute(past):
        text = _("The talk with {code} was to be on {date}. Nothing is noted of it.").format(
            code=row.participant_code, date=format_date(row.date)
        )
        yield _about(look, f"coffee_talk:{row.id}", row.site_id, text)


@rule(
    "warning", "leader",
    lambda: _("People who asked and have had no talk"),
    lambda: _("Call them and agree on a talk, under “Talks”. Or note what they decided."),
)  # fmt: skip
def _waits_for_talk(look: Look) -> Iterator[Finding]:
    for one in look.once(_standings):
        long_ago = look.earliest <= one.asked_on < look.days_ago(TALK_WITHIN)
        if one.standing == "asked" and long_ago:
            text = _("{code} asked on {date} and has waited since.").format(
                code=one.code, date=format_date(one.asked_on)
            )
            yield _about(look, f"participant:{one.code}", one.site_id, text)


@rule(
    "note", "leader",
    lambda: _("People who may be written to again"),
    lambda: _("Write to them, and note that they asked, or what they decided."),
)  # fmt: skip
def _write_again(look: Look) -> Iterator[Finding]:
    for one in look.once(_standings):
        if one.write_on is not None and one.write_on <= look.today:
            text = _("{code} said yes to hearing from you again from {date}.").format(
                code=one.code, date=format_date(one.write_on)
            )
            yield _about(look, f"participant:{one.code}", one.site_id, text)


RULES = (_talk_past, _waits_for_talk, _write_again)
