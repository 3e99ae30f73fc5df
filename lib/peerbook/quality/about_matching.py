"""Rules about matching: everybody is asked, and what is noted of people fits who is matched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from peerbook.course.page_addresses import MATCHING_PAGE
from peerbook.matching import matching_records
from peerbook.matching.occasions import Meetings
from peerbook.matching.pool import Member, Pool
from peerbook.matching.wishes import Wish, of_people, standing
from peerbook.pathways.due import TALK_WITHIN
from peerbook.people.pairs import Pair, pairs
from peerbook.people.participants import taking_part_after_a_no
from peerbook.privacy import same_person
from peerbook.quality.rules import Finding, Look, about_pair, about_site, roles_now, rule
from peerbook.store.tables import MatchedPair, Participant
from peerbook.text import _, format_date

ASKED_WITHIN: Final = dt.timedelta(weeks=4)
"""After they joined peers are asked whom they wish for within this. No source gives a number; with
two cafés a week (row E10 of shared/features.md) there were eight by then."""


def _site_of(look: Look) -> dict[str, int]:
    rows = look.session.execute(select(Participant.code, Participant.site_id))
    return {row.code: row.site_id for row in rows}


def _wishes(look: Look) -> list[Wish]:
    return matching_records.wishes(look.session, look.site_id)


def _members(look: Look) -> list[Member]:
    return matching_records.members(look.session, look.site_id, look.today)


def _open_pairs(look: Look) -> list[tuple[Pair, MatchedPair]]:
    rows = {row.id: row for row in look.session.scalars(select(MatchedPair))}
    return [
        (one, rows[one.number])
        for one in pairs(look.session, look.site_id, look.today)
        if one.ended_on is None
    ]


def _about_person(look: Look, subject: str, code: str, sentence: str) -> Finding:
    return about_site(look, subject, look.once(_site_of)[code], MATCHING_PAGE, sentence)


@rule(
    "error", "leader",
    lambda: _("Pairs of two who are not to be matched"),
    lambda: _("Talk with both. End the pair, or take back under “Wishes” that it is not to be."),
)  # fmt: skip
def _pair_not_to_be(look: Look) -> Iterator[Finding]:
    vetoes = matching_records.hard_stops(look.session, look.site_id)
    person = same_person.first_codes(look.session)
    stopped = {frozenset(person.get(code, code) for code in (one.one, one.other)) for one in vetoes}
    for pair, row in look.once(_open_pairs):
        if frozenset(person.get(code, code) for code in pair.codes) in stopped:
            text = _("It is noted that the two of pair {number} are not to be matched.")
            yield about_pair(look, row.site_id, row.id, text.format(number=pair.number))


@rule(
    "warning", "leader",
    lambda: _("Pairs without a three-way talk"),
    lambda: _("Hold the talk and write the contract, or write that the pair has ended."),
)  # fmt: skip
def _pair_without_talk(look: Look) -> Iterator[Finding]:
    for pair, row in look.once(_open_pairs):
        if row.talked_on is None and look.earliest <= pair.matched_on < look.today - TALK_WITHIN:
            text = _("Pair {number} is matched since {date}. No three-way talk is noted.")
            told = text.format(number=pair.number, date=format_date(pair.matched_on))
            yield about_pair(look, row.site_id, row.id, told)


@rule(
    "warning", "leader",
    lambda: _("Peers who were not asked whom they wish for"),
    lambda: _("Ask them, and write it under “Wishes”. Or note that they would rather wait."),
)  # fmt: skip
def _peer_not_asked(look: Look) -> Iterator[Finding]:
    wished = {one.wisher for one in look.once(_wishes)}
    for one in look.once(_members):
        is_asked = bool(wished & {one.code, *one.also}) or not one.is_free or one.role != "peer"
        if not is_asked and one.since is not None and one.since < look.today - ASKED_WITHIN:
            text = _("{code} could be matched since {date}. No wish of theirs is noted.")
            told = text.format(code=one.code, date=format_date(one.since))
            yield _about_person(look, f"participant:{one.code}", one.code, told)


@rule(
    "note", "leader",
    lambda: _("Wishes for people who no longer take part"),
    lambda: _("Ask whom they wish for now, and take the old wish back, under “Wishes”."),
)  # fmt: skip
def _wish_for_nobody(look: Look) -> Iterator[Finding]:
    roles = look.once(roles_now)
    also = Pool(look.once(_members)).also
    met = Meetings(matching_records.occasions(look.session, look.site_id), look.today, also)
    for one in standing(of_people(look.once(_wishes), also), look.today, met):
        if one.wisher in roles and one.wished not in roles:
            text = _("{wisher} wishes for {wished}, who no longer takes part.")
            told = text.format(wisher=one.wisher, wished=one.wished)
            yield _about_person(look, f"wish:{one.wisher}/{one.wished}", one.wisher, told)


@rule(
    "warning", "leader",
    lambda: _("People who take part and have said no to it"),
    lambda: _(
        "Note under “Wishes” that they no longer take part; whoever is matched has their pair "
        "ended first. If they have said yes since, write that down."
    ),
)  # fmt: skip
def _said_no(look: Look) -> Iterator[Finding]:
    for code in sorted(taking_part_after_a_no(look.session, look.site_id, look.today)):
        text = _("{code} has said no to taking part, and still stands as taking part.")
        yield _about_person(look, f"participant:{code}", code, text.format(code=code))


RULES = (_pair_not_to_be, _pair_without_talk, _peer_not_asked, _wish_for_nobody, _said_no)
