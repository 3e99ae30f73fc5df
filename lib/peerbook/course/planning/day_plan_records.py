"""How long the parts of a teaching day last on one course, other than the content says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.curriculum import Day
from peerbook.course.schedule.day_plan import refuse_too_long, with_minutes
from peerbook.store import Saved, append_event, events_of, merged

LENGTHS = "day_lengths"


def own_minutes(session: Session, course_id: int, day: Day) -> dict[str, int]:
    """Return the minutes a course gives parts of a day, by id; those of the content left out."""
    saved: dict[str, int] = {}
    for event in events_of(session, "course", course_id):
        if event.kind == LENGTHS and event.details["day"] == day.number:
            saved = event.details["minutes"]
    # A part may have gone from the content since.
    known = {activity.id for activity in day.activities}
    return {name: minutes for name, minutes in saved.items() if name in known}


def save_minutes(
    session: Session,
    course_id: int,
    day: Day,
    mine: Mapping[str, int | None],
    seen: Mapping[str, int | None],
    *,
    on: dt.date,
) -> Saved:
    """Save how long the parts of a day last on a course, joined with what others have saved since.

    Parameters
    ----------
    day
        The day as the content has it.
    mine, seen
        Minutes by id, as they shall be and as they were shown; None for those of the content.
    on
        The day they are saved.

    Raises
    ------
    InputFault
        With every part that does not last from 1 to 480 whole minutes; or when the day in all
        would last too long.
    Conflict
        When somebody else has given a part another length since; `theirs` holds it by id. Also
        when the course was removed.
    """
    records.refuse_removed(session, course_id)
    of_content = {activity.id: activity.minutes for activity in day.activities}
    own = own_minutes(session, course_id, day)
    stored = {name: own.get(name) for name in of_content}
    wanted = merged(seen, stored, mine)
    minutes = {
        name: length
        for name, length in wanted.items()
        if length is not None and length != of_content.get(name)
    }
    refuse_too_long(with_minutes(day, minutes))
    if minutes != own:
        append_event(
            session, "course", course_id, LENGTHS, on, day=day.number, minutes=minutes, old=own
        )
        session.flush()
    return Saved("course", course_id, 1)


def day_as_taught(session: Session, course_id: int, day: Day) -> Day:
    """Return a day of the content with the lengths a course gives it."""
    return with_minutes(day, own_minutes(session, course_id, day))
