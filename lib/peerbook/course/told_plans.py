"""A plan as it was told to those who come, and why it is another since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.date_rows import from_snapshot, snapshot, told_reason, told_words
from peerbook.course.plan_records import CHANGED, PLANNED, RELOCATED, SAME_DAY, TOLD, load_plan
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.store import Saved, append_event, events_of
from peerbook.store.tables import Course, Event


@dataclass(frozen=True)
class ToldPlan:
    """A plan as those who come know it.

    Parameters
    ----------
    plan
        Its dates with their times and rooms; no remarks or reasons.
    on
        The day it was told; None when it never was, and this is the plan as it was saved.
    reasons
        Why each date was changed since, in the words of whoever changed it; or why it had to
        leave the day that was told.
    up_to
        The number of the last event it knows of.
    """

    plan: CoursePlan
    on: dt.date | None
    reasons: Mapping[Item, str]
    up_to: int


def plan_as_told(session: Session, course: Course) -> ToldPlan | None:
    """Return a course's plan as it was told last; None when nothing tells how it was."""
    events = events_of(session, "course", course.id)
    known = [event for event in events if event.kind in (PLANNED, TOLD)]
    if not known or not isinstance(known[-1].details["dates"], list):
        return None
    last = known[-1]
    up_to = last.details.get("up_to", last.seq)
    dates = tuple(from_snapshot(date) for date in last.details["dates"])
    now = load_plan(session, course)
    if not all("room" in date for date in last.details["dates"]):
        # It was told before rooms were kept with what was told.
        rooms = {date.item: date.room for date in now.dates} | _rooms_before(events, up_to)
        dates = tuple(replace(date, room=rooms.get(date.item, "")) for date in dates)
    return ToldPlan(
        plan=replace(now, dates=dates),
        on=last.effective_on if last.kind == TOLD else None,
        reasons=_reasons_since({date.item: date for date in dates}, events, up_to),
        up_to=up_to,
    )


def _rooms_before(events: Sequence[Event], up_to: int) -> dict[Item, str]:
    """Return the room of each date that was given one of its own after an event, as it was then."""
    rooms: dict[Item, str] = {}
    for event in events:
        if event.seq > up_to and event.kind == RELOCATED:
            item = Item(event.details["kind"], event.details["number"])
            rooms.setdefault(item, event.details["old_room"])
    return rooms


def _reasons_since(
    told: Mapping[Item, PlannedDate], events: Sequence[Event], up_to: int
) -> dict[Item, str]:
    """Return why each date was changed after an event, to those who know the dates as told.

    What drove a date off a day in between, that nobody was told, explains nothing to them.
    """
    reasons: dict[Item, str] = {}
    for event in events:
        is_news = event.seq > up_to and event.kind not in SAME_DAY
        if not is_news or not event.kind.startswith(CHANGED):
            continue
        item = Item(event.details["kind"], event.details["number"])
        was_told = item in told and event.details["old"] == told[item].date.isoformat()
        had_to_leave = event.kind == f"{CHANGED}moved" and not event.details.get("by_hand", True)
        if was_told or not had_to_leave:
            why = event.details["reason"]
            reasons[item] = told_words(why) if isinstance(why, str) else told_reason(why).text
    return reasons


def mark_told(
    session: Session,
    course_id: int,
    plan: CoursePlan,
    sentences: Sequence[str],
    on: dt.date,
    *,
    up_to: int,
) -> Saved:
    """Note that a plan has been told to those who come.

    Parameters
    ----------
    plan
        The plan as it was told, which may be older than the one that stands.
    sentences
        What was said of the changes; no names.
    on
        The day it was told.
    up_to
        The number of the last event that was known when it was written.

    Raises
    ------
    Conflict
        When the course was removed meanwhile.
    """
    records.refuse_removed(session, course_id)
    event = append_event(
        session, "course", course_id, TOLD, on,
        dates=snapshot(plan), sentences=list(sentences), up_to=up_to,
    )  # fmt: skip
    return Saved.event(session, event)


def told_before(session: Session, course_id: int) -> list[tuple[dt.date, tuple[str, ...]]]:
    """Return when changes were told, and what was said, the latest first."""
    return [
        (event.effective_on, tuple(event.details["sentences"]))
        for event in reversed(events_of(session, "course", course_id))
        if event.kind == TOLD
    ]
