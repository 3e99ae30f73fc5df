"""Meetings of pairs, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import Fault, InputFault, Place, Question
from peerbook.pathways import pathway_records
from peerbook.pathways.contact import Contact, MeetingDay, Touch, contact
from peerbook.pathways.pathway import Pathway
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import Meeting
from peerbook.text import _, format_date


def contacts(session: Session, site_id: int | None, day: dt.date) -> list[tuple[Pathway, Contact]]:
    """Return the pairs that go on at a site, or at all, and how each is in touch on a day.

    Those to ask after come first, among them those who have not met for longest.
    """
    going = [
        one
        for one in pathway_records.pathways(session, site_id, day, ended_since=day)
        if one.ended_on is None
    ]
    of = contacts_of(session, going, day)
    found = [(one, of[one.number]) for one in going]
    order = get_args(Touch)
    return sorted(
        found, key=lambda both: (order.index(both[1].touch), -both[1].since_days, both[0].number)
    )


def contacts_of(session: Session, known: Iterable[Pathway], day: dt.date) -> dict[int, Contact]:
    """Return how those of some pairs that go on are in touch on a day, by number of the pair."""
    going = [one for one in known if one.ended_on is None]
    met = _meetings(session, [one.number for one in going], day)
    return {one.number: contact(one, met[one.number], day) for one in going}


def _meetings(
    session: Session, numbers: Sequence[int], day: dt.date
) -> defaultdict[int, list[MeetingDay]]:
    """Return the meetings of some pairs by a day, by number of the pair."""
    found: defaultdict[int, list[MeetingDay]] = defaultdict(list)
    wanted = select(Meeting.pair_id, Meeting.date, Meeting.state).where(Meeting.date <= day)
    for some in pathway_records.in_lots(numbers):
        of_some = wanted.where(Meeting.pair_id.in_(some)).order_by(Meeting.date)
        for number, date, state in session.execute(of_some):
            found[number].append(MeetingDay(date, state))
    return found


def latest_meetings(session: Session, number: int, most: int) -> list[Meeting]:
    """Return the latest meetings of a pair, the last first."""
    wanted = select(Meeting).where(Meeting.pair_id == number)
    return list(session.scalars(wanted.order_by(Meeting.date.desc()).limit(most)))


def save_meetings(
    session: Session,
    number: int,
    days: Sequence[MeetingDay],
    today: dt.date,
    *,
    meant: Collection[object] = (),
) -> Saved:
    """Note on which days a pair met, and which they called off.

    Parameters
    ----------
    meant
        Days in a pause that were asked about, and on which they met all the same.

    Raises
    ------
    InputFault
        With all days that lie before the two were matched or after their pair ended, ahead (called
        off can be what lies ahead, up to a year), stand there twice or are noted already, or on
        which they met in a pause and it was not said that this is right; each at
        `days.<place>.date`. When there is no day.
    Conflict
        When one of the two was erased.
    """
    if not days:
        raise InputFault.at("days", _("Write at least one day."))
    one = pathway_records.of_two(session, number)
    noted = set(session.scalars(select(Meeting.date).where(Meeting.pair_id == number)))
    faults: list[Fault] = []
    for place, day in enumerate(days):
        at = Place(field=f"days.{place}.date")
        wrong = next(_wrong(one, day, noted, today), None)
        if wrong is not None:
            faults.append(Fault(wrong, at))
        elif _is_in_pause(one, day) and day.date not in meant:
            words = _("They had a pause then. If they met all the same, save again.")
            faults.append(Question(words, at, day.date))
        noted.add(day.date)
    if faults:
        raise InputFault(faults)
    rows = [Meeting(pair_id=number, date=day.date, state=day.state) for day in days]
    session.add_all(rows)
    session.flush()
    return Saved("meeting", rows[-1].id, rows[-1].version)


def _wrong(
    one: Pathway, day: MeetingDay, noted: Collection[dt.date], today: dt.date
) -> Iterator[str]:
    """Yield what is wrong with a day, where others are noted already."""
    if day.date > today + pathway_records.FURTHEST_AHEAD:
        yield _("That is more than a year ahead. Check the year.")
    if day.date > today and day.state == "held":
        yield _("That day lies ahead. Write it down when they have met.")
    if day.date < one.matched_on:
        yield _("They were matched on {date}. Choose that day or a later one.").format(
            date=format_date(one.matched_on)
        )
    if one.ended_on is not None and day.date > one.ended_on:
        yield _("Their pair ended on {date}. Choose that day or an earlier one.").format(
            date=format_date(one.ended_on)
        )
    if day.date in noted:
        yield _("That day is noted already. A day has one line; take the other one away first.")


def _is_in_pause(one: Pathway, day: MeetingDay) -> bool:
    """Return whether two met on a day on which they paused."""
    in_pause = one.contract is not None and one.contract.pause_on(day.date) is not None
    return in_pause and day.state == "held"


def remove_meeting(session: Session, meeting_id: int, seen_version: int) -> Saved:
    """Take away a meeting that was noted by mistake.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, Meeting, meeting_id, seen_version)
    saved = Saved("meeting", meeting_id, row.version)
    session.delete(row)
    return saved
