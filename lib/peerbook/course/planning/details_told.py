"""What of a course's details has changed since the plan was told: name, place, and by whom.

Events tell what it was; who teaches is a name of a person, so it is only told that it has changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.orm import Session

from peerbook.course.plan_records import SITE_CHANGED
from peerbook.course.planning.course_details_records import (
    CORRECTED,
    CourseDetails,
    details_of,
)
from peerbook.course.schedule.plan import CoursePlan
from peerbook.sites.site_records import RENAMED
from peerbook.store import events_of
from peerbook.store.tables import Course, Event, Site
from peerbook.text import _, format_date

_TOLD = ("title", "teachers", "convener")
"""Details with a sentence of their own; times and rooms stand in the dates that were told."""


def changed_details(
    session: Session, course_id: int, plan: CoursePlan, *, after_seq: int, today: dt.date
) -> tuple[str, ...]:
    """Return what has changed besides the dates, as sentences that can be told; no names of people.

    Parameters
    ----------
    plan
        The course's plan as it stands.
    after_seq
        The number of the last event that has been told.
    today
        The day it is asked.
    """
    now = details_of(session, course_id, today)
    events = events_of(session, "course", course_id, after_seq=after_seq)
    corrected = [event for event in events if event.kind == CORRECTED]
    return (
        *_place_sentences(session, course_id, events, after_seq),
        *_own_sentences(corrected, now, plan),
    )


def _place_sentences(
    session: Session, course_id: int, events: list[Event], after_seq: int
) -> Iterator[str]:
    """Yield where the course is now, if it was elsewhere or the place was called otherwise."""
    here = session.get_one(Course, course_id).site_id
    moves = [event for event in events if event.kind == SITE_CHANGED]
    was = int(moves[0].details["old"]) if moves else here
    renames = [
        event
        for event in events_of(session, "site", was, after_seq=after_seq)
        if event.kind == RENAMED
    ]
    new = session.get_one(Site, here).name
    old = str(renames[0].details["old"]) if renames else session.get_one(Site, was).name
    if was != here:
        yield _("The course has moved from {old} to {new}.").format(old=old, new=new)
    elif old != new:
        yield _("{old} is now called {new}.").format(old=old, new=new)


def _own_sentences(corrected: list[Event], now: CourseDetails, plan: CoursePlan) -> Iterator[str]:
    first: dict[str, Event] = {}
    last: dict[str, Event] = {}
    for event in corrected:
        for field in event.details["fields"]:
            if field in _TOLD:
                first.setdefault(field, event)
                last[field] = event
    for field, event in last.items():
        old = first[field].details.get("old", {}).get(field)
        new = getattr(now, field)
        if old == new:
            continue
        since = _first_day(plan, event)
        pattern = {
            "title": _("The course is now called {new}."),
            "teachers": _("From {date} on, somebody else teaches.")
            if since
            else _("The teachers have been put right."),
            "convener": _("Somebody else calls the erfa groups together."),
        }[field]
        yield pattern.format(new=new, date=format_date(since, "long") if since else "")


def _first_day(plan: CoursePlan, event: Event) -> dt.date | None:
    """Return the first day a correction holds for; None when it holds for all of them."""
    if event.details["past_too"]:
        return None
    days = (date.date for date in plan.dates if date.takes_place)
    return next((day for day in days if day >= event.effective_on), None)
