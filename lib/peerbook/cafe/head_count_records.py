"""How many came to what needs no sign-up, as the store keeps it: a number, and no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course.schedule.calendar import outside_calendar
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import HeadCount, Occasion
from peerbook.text import _, format_date


@dataclass(frozen=True)
class Count:
    """How many came on one occasion."""

    occasion: Occasion
    date: dt.date
    people: int


def head_counts_frame(session: Session, site_id: int) -> pd.DataFrame:
    """Return a site's head counts.

    Returns
    -------
    DataFrame
        Columns `count_id`, `occasion`, `date`, `people`, `version`; the latest first.
    """
    rows = session.execute(
        select(
            HeadCount.id, HeadCount.occasion, HeadCount.date, HeadCount.people, HeadCount.version
        )
        .where(HeadCount.site_id == site_id)
        .order_by(HeadCount.date.desc(), HeadCount.id.desc())
    ).all()
    return pd.DataFrame(rows, columns=["count_id", "occasion", "date", "people", "version"])


def save_head_counts(
    session: Session, site_id: int, counts: Sequence[Count], today: dt.date
) -> Saved:
    """Save head counts, all of them or none.

    Raises
    ------
    InputFault
        When there is none, a day lies ahead or outside the calendar, or an occasion has been
        counted on that day already; with every fault, each with the number of its count, from 1,
        as row.
    """
    if not counts:
        raise InputFault.at("counts", _("Write at least one count."))
    faults: list[Fault] = []
    taken: set[tuple[str, dt.date]] = set()
    for row, count in enumerate(counts, start=1):
        reason = _refusal(session, site_id, count, today)
        if not reason and (count.occasion, count.date) in taken:
            reason = _("That is in the list twice.")
        taken.add((count.occasion, count.date))
        if reason:
            faults.append(Fault(reason, Place(field="date", row=row)))
    if faults:
        raise InputFault(faults)
    rows = [
        HeadCount(site_id=site_id, occasion=one.occasion, date=one.date, people=one.people)
        for one in counts
    ]
    session.add_all(rows)
    session.flush()
    return Saved("head_count", rows[-1].id, rows[-1].version)


def correct_head_count(
    session: Session, number: int, count: Count, today: dt.date, seen_version: int
) -> Saved:
    """Save a head count as it should have been.

    Parameters
    ----------
    number, seen_version
        Of the count, as it was shown.

    Raises
    ------
    InputFault
        When the day lies ahead or outside the calendar, or the occasion has a count on that day
        already.
    Conflict
        When somebody else has changed it since; `theirs` holds theirs and its `version`.
    """
    mine: dict[str, object] = {
        "occasion": count.occasion, "date": count.date, "people": count.people,
        "version": seen_version,
    }  # fmt: skip
    row = row_to_change(session, HeadCount, number, seen_version, mine)
    reason = _refusal(session, row.site_id, count, today, except_for=number)
    if reason:
        raise InputFault.at("date", reason)
    row.occasion, row.date, row.people = count.occasion, count.date, count.people
    session.flush()
    return Saved("head_count", row.id, row.version)


def _refusal(
    session: Session, site_id: int, count: Count, today: dt.date, except_for: int = 0
) -> str:
    """Return why a count cannot be kept; nothing when it can."""
    if why := outside_calendar(count.date):
        return why
    if count.date > today:
        return _("That day lies ahead. Count when it is over.")
    known = session.scalar(
        select(HeadCount.people).where(
            HeadCount.site_id == site_id,
            HeadCount.occasion == count.occasion,
            HeadCount.date == count.date,
            HeadCount.id != except_for,
        )
    )
    if known is None:
        return ""
    return _("{date} is counted already: {people}. Correct that count below.").format(
        date=format_date(count.date), people=known
    )
