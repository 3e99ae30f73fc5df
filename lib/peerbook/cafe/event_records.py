"""Common events with their cost and what people thought of them, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.cafe.event_answers import EVENT, Answers, check
from peerbook.course.evaluation_form import load_form
from peerbook.course.schedule.calendar import check_in_calendar
from peerbook.errors import InputFault
from peerbook.months import months_after
from peerbook.small_groups import in_order
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import CommonEvent, HeadCount
from peerbook.text import _, format_number

EVERY_MONTHS = 6
"""Everybody is invited each half-year: Vejle manual, p. 18."""

_OCCASION = "common_event"


@dataclass(frozen=True)
class Event:
    """A common event, held or to come.

    Parameters
    ----------
    date, title
        When, and what it is.
    people
        How many came; None when nobody counted.
    cost_kr
        What it cost; None when that is not known, which is not nothing.
    answers
        What they thought of it.
    """

    date: dt.date
    title: str
    people: int | None = None
    cost_kr: int | None = None
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True)
class SavedEvent:
    """A common event with its row's number and version."""

    number: int
    version: int
    event: Event


def common_events(session: Session, site_id: int) -> list[SavedEvent]:
    """Return the common events of a site, the latest first."""
    wanted = select(CommonEvent).where(CommonEvent.site_id == site_id)
    rows = list(session.scalars(wanted.order_by(CommonEvent.date.desc())))
    came = select(HeadCount.date, HeadCount.people).where(
        HeadCount.site_id == site_id, HeadCount.occasion == _OCCASION
    )
    people = {row.date: row.people for row in session.execute(came)}
    return [
        SavedEvent(
            row.id, row.version,
            Event(
                row.date, row.title, people.get(row.date), row.cost_kr,
                Answers(row.sheets, _counts(row), tuple(row.suggestions)),
            ),
        )
        for row in rows
    ]  # fmt: skip


def _counts(row: CommonEvent) -> dict[str, dict[int, int]]:
    return {
        item: {int(code): people for code, people in counts.items()}
        for item, counts in row.answers.items()
    }


def due_on(latest: dt.date | None, today: dt.date) -> dt.date | None:
    """Return by when the next one should be; None when there was none, or one is to come."""
    if latest is None or latest >= today:
        return None
    return months_after(latest, EVERY_MONTHS)


def overdue_at(session: Session, today: dt.date) -> list[int]:
    """Return the numbers of the sites whose next common event should have been by now."""
    latest = select(CommonEvent.site_id, func.max(CommonEvent.date)).group_by(CommonEvent.site_id)
    due = {site_id: due_on(day, today) for site_id, day in session.execute(latest)}
    return [site_id for site_id, day in due.items() if day is not None and day < today]


def save_event(session: Session, site_id: int, event: Event, today: dt.date) -> Saved:
    """Save a common event, and how many came.

    Raises
    ------
    InputFault
        When it stands there already, has a figure and lies ahead, the day is counted with another
        number already, or its answers cannot be.
    """
    _check(session, site_id, event, today)
    known = _head_count(session, site_id, event.date)
    if known is not None and event.people not in (None, known.people):
        raise InputFault.at(
            "people",
            _("That day is counted already: {people}. Write the same, or leave it open.").format(
                people=format_number(known.people)
            ),
        )
    row = CommonEvent(site_id=site_id)
    session.add(row)
    return _write(session, row, event)


def correct_event(
    session: Session, number: int, event: Event, today: dt.date, seen_version: int
) -> Saved:
    """Save a common event as it was; how many came follows it to another day.

    Raises
    ------
    InputFault
        As `save_event` does.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, CommonEvent, number, seen_version)
    _check(session, row.site_id, event, today, except_for=number)
    counted = _head_count(session, row.site_id, row.date)
    if event.date != row.date:
        if _head_count(session, row.site_id, event.date) is not None:
            raise InputFault.at("date", _("Another common event is counted on that day already."))
        if counted is not None:
            counted.date = event.date
    return _write(session, row, event)


def remove_event(session: Session, number: int, seen_version: int) -> Saved:
    """Remove a common event that should not be there; the head count stays.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, CommonEvent, number, seen_version)
    saved = Saved("common_event", number, row.version)
    session.delete(row)
    return saved


def _write(session: Session, row: CommonEvent, event: Event) -> Saved:
    row.date, row.title, row.cost_kr = event.date, event.title, event.cost_kr
    row.sheets = event.answers.sheets
    row.form_version = load_form(EVENT).version if event.answers.sheets else ""
    row.answers = {
        item: {str(code): people for code, people in counts.items() if people}
        for item, counts in event.answers.counts.items()
    }
    row.suggestions = sorted(event.answers.suggestions, key=in_order)
    if event.people is not None:
        counted = _head_count(session, row.site_id, event.date)
        if counted is None:
            counted = HeadCount(site_id=row.site_id, occasion=_OCCASION, date=event.date)
            session.add(counted)
        counted.people = event.people
    session.flush()
    return Saved("common_event", row.id, row.version)


def _check(
    session: Session, site_id: int, event: Event, today: dt.date, except_for: int = 0
) -> None:
    check_in_calendar(event.date)
    if not event.title.strip():
        raise InputFault.at("title", _("Write what it was."))
    taken = select(CommonEvent.id).where(
        CommonEvent.site_id == site_id,
        CommonEvent.date == event.date,
        CommonEvent.id != except_for,
    )
    if session.scalar(taken) is not None:
        raise InputFault.at("date", _("There is a common event on that day already."))
    if event.date > today and (event.people is not None or event.answers != Answers()):
        raise InputFault.at("date", _("That day lies ahead. Count when it is over."))
    people = event.people
    if people is None and (counted := _head_count(session, site_id, event.date)) is not None:
        people = counted.people
    check(event.answers, load_form(EVENT), people)


def _head_count(session: Session, site_id: int, day: dt.date) -> HeadCount | None:
    return session.scalar(
        select(HeadCount).where(
            HeadCount.site_id == site_id, HeadCount.occasion == _OCCASION, HeadCount.date == day
        )
    )
