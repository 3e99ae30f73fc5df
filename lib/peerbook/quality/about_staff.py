"""Rules about what keeps staff from becoming more than staff; gently, and to leaders."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select

from peerbook.pathways.over_involvement import latest_months
from peerbook.pathways.staff_records import (
    ACUTE_PREFIX,
    CARD_GIVEN,
    LIMIT_PREFIX,
    left_support,
)
from peerbook.people.pairs import PATHWAYS_PAGE
from peerbook.people.participants import last_events
from peerbook.quality.rules import Finding, Look, about_site, roles_now, rule, sites
from peerbook.store.tables import OutOfHoursContact, Participant, Setting
from peerbook.text import _, format_month, ngettext


def _by_site(look: Look, prefix: str) -> dict[int, object]:
    """Return what sites have set under a name, by site."""
    rows = look.session.scalars(
        select(Setting).where(Setting.key.startswith(prefix, autoescape=True))
    )
    return {int(row.key.removeprefix(prefix)): row.value for row in rows if row.value}


def _about(look: Look, subject: str, site_id: int, sentence: str) -> Finding:
    return about_site(look, subject, site_id, PATHWAYS_PAGE, sentence)


@rule(
    "note", "leader",
    lambda: _("People without the card with whom to call"),
    lambda: _("Print the card under “Staff”, give it to them, and note it there."),
)  # fmt: skip
def _no_acute_card(look: Look) -> Iterator[Finding]:
    written = _by_site(look, ACUTE_PREFIX)
    given = last_events(look.session, look.site_id, (CARD_GIVEN,), look.today)
    there = look.once(roles_now)
    belong = select(Participant.code, Participant.site_id)
    missing = Counter(
        row.site_id
        for row in look.session.execute(belong)
        if row.code in there and row.code not in given
    )
    for site_id, count in sorted(missing.items()):
        if site_id in written and site_id in look.once(sites):
            text = ngettext(
                "{n} who takes part has not got it yet.",
                "{n} who take part have not got it yet.",
                count,
            )
            yield _about(look, f"site:{site_id}", site_id, text.format(n=count))


@rule(
    "note", "leader",
    lambda: _("Mentors who do without support and whom nobody has asked"),
    lambda: _("Ask how it goes, and note that you talked, under “Staff”."),
)  # fmt: skip
def _left_support(look: Look) -> Iterator[Finding]:
    known = left_support(look.session, look.site_id, look.today, look.once(roles_now))
    left = [one for one in known if one.asked_on is None]
    belong = select(Participant.code, Participant.site_id)
    site_of = {row.code: row.site_id for row in look.session.execute(belong)}
    for one in left:
        text = _("{code} does without support at home now. Nobody has asked how it goes.")
        yield _about(look, f"participant:{one.code}", site_of[one.code], text.format(code=one.code))


@rule(
    "note", "leader",
    lambda: _("Reached outside working hours more than you have set"),
    lambda: _("Talk about it. See who has the card, under “Staff”."),
)  # fmt: skip
def _over_limit(look: Look) -> Iterator[Finding]:
    limits = _by_site(look, LIMIT_PREFIX)
    first = latest_months(look.today, 2)[0]
    counted = (
        select(
            OutOfHoursContact.site_id, OutOfHoursContact.staff, OutOfHoursContact.date,
            func.count().label("contacts"),
        )
        .where(OutOfHoursContact.date.between(first, look.today))
        .group_by(OutOfHoursContact.site_id, OutOfHoursContact.staff, OutOfHoursContact.date)
    )  # fmt: skip
    months: Counter[tuple[int, str, dt.date]] = Counter()
    for row in look.session.execute(counted):
        months[row.site_id, row.staff, row.date.replace(day=1)] += row.contacts
    over = {
        (site_id, month)
        for (site_id, _staff, month), count in months.items()
        if site_id in limits and count > int(str(limits[site_id]))
    }
    for site_id, month in sorted(over):
        text = _("Somebody was reached more often than that in {month}.")
        told = text.format(month=format_month(month))
        yield _about(look, f"site:{site_id}/{month}", site_id, told)


RULES = (_no_acute_card, _left_support, _over_limit)
