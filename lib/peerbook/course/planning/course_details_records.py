"""Correcting what a course is called, where and by whom it is held; taking a trial course away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar, get_args

from sqlalchemy import ColumnElement, and_, exists, select, true
from sqlalchemy.orm import Session

from peerbook.course import plan_records, records
from peerbook.course.course_drafts import forget_drafts
from peerbook.course.schedule.calendar import texts_of
from peerbook.course.schedule.plan import (
    MAX_TEACHERS,
    RIDERS,
    CoursePlan,
    Item,
    PlannedDate,
    exceptions,
    names_in,
    refuse_backwards,
)
from peerbook.course.schedule.plan_changes import names_of
from peerbook.course.schedule.plan_moves import reasons_before_and_after
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.errors import Conflict, InputFault
from peerbook.sites import site_records
from peerbook.store import Saved, append_event, merged
from peerbook.store.tables import (
    Attendance,
    CatchUp,
    Course,
    CourseDate,
    Enrolment,
    Evaluation,
    Participant,
    RaisedTheme,
    Site,
    Suggestion,
)
from peerbook.text import _

CORRECTED, REMOVED = "details_corrected", "removed"

_TIMES_OF = {
    "teaching_day": "day", "final_assignment": "day",
    "sparring": "sparring", "erfa_group": "sparring",
}  # fmt: skip
"""Which of the times that can be corrected a kind of date follows."""

Times = tuple[dt.time | None, dt.time | None]
_NO_TIMES: Times = (None, None)
Value = TypeVar("Value")

Trace = Literal["places", "attendance", "evaluations", "suggestions", "themes"]
"""What can be recorded about people on a course."""


@dataclass(frozen=True)
class CourseDetails:
    """What can be corrected about a saved course besides its dates.

    Parameters
    ----------
    title
        What the course is called.
    site
        What the place is called; it holds for all courses there.
    room
        Where it is held; empty when that is open.
    teachers
        Who teaches, separated by commas.
    convener
        Who calls the erfa groups together, separated by commas; empty when the teachers do.
    day_starts_at, day_ends_at
        When teaching days begin and end, and final assignments on the same times.
    sparring_starts_at, sparring_ends_at
        When group sparrings begin and end, and erfa groups on the same times.

    Raises
    ------
    InputFault
        When there are too many teachers, or something ends before it begins.
    """

    title: str
    site: str
    room: str
    teachers: str
    convener: str = ""
    day_starts_at: dt.time | None = None
    day_ends_at: dt.time | None = None
    sparring_starts_at: dt.time | None = None
    sparring_ends_at: dt.time | None = None

    def __post_init__(self) -> None:
        for what in ("day", "sparring"):
            starts_at, ends_at = self._times(what)
            if starts_at is not None and ends_at is not None:
                refuse_backwards(starts_at, ends_at, f"{what}_ends_at")
        for field in ("teachers", "convener"):
            if len(names_in(getattr(self, field))) > MAX_TEACHERS:
                message = _("There are too many teachers. Write at most {limit}.")
                raise InputFault.at(field, message.format(limit=MAX_TEACHERS))

    def needed_for(self, kind: str) -> tuple[str, ...]:
        """Return who is needed for a kind of date, each once."""
        is_called = kind == "erfa_group" and self.convener
        return names_in(self.convener if is_called else self.teachers)

    def times_of(self, kind: str) -> Times:
        """Return when a kind of date begins and ends; None twice where that is not known."""
        what = _TIMES_OF.get(kind)
        return _NO_TIMES if what is None else self._times(what)

    def _times(self, what: str) -> Times:
        return getattr(self, f"{what}_starts_at"), getattr(self, f"{what}_ends_at")


def has_been(date: PlannedDate | CourseDate, today: dt.date) -> bool:
    """Return whether a date is over, so that who taught it and where is history."""
    return date.status == "held" or date.date < today


def details_of(session: Session, course_id: int, today: dt.date) -> CourseDetails:
    """Return what is known about a course besides its dates, as it holds from today on.

    Of a course that is over it is what held at last.
    """
    course = session.get_one(Course, course_id)
    plan = plan_records.load_plan(session, course)
    taught = [date for date in plan.dates if date.kind != "erfa_group"]
    now = _first_to_come(taught, today)
    called = _first_to_come(plan.of_kind("erfa_group"), today)
    own = called is not None and now is not None and called.teachers != now.teachers
    day, sparring = (
        _usual(plan.of_kind(kind), today, lambda date: date.times, None) or _NO_TIMES
        for kind in ("teaching_day", "sparring")
    )
    return CourseDetails(
        title=course.title,
        site=session.get_one(Site, course.site_id).name,
        room=_usual(plan.dates, today, lambda date: date.room, ""),
        teachers=", ".join(now.teachers) if now is not None else "",
        convener=", ".join(called.teachers) if called is not None and own else "",
        day_starts_at=day[0], day_ends_at=day[1],
        sparring_starts_at=sparring[0], sparring_ends_at=sparring[1],
    )  # fmt: skip


def _first_to_come(dates: Sequence[PlannedDate], today: dt.date) -> PlannedDate | None:
    """Return the first of some dates that is not over, else the last; None when there is none."""
    coming = (date for date in dates if not has_been(date, today))
    return next(coming, dates[-1] if dates else None)


def _usual(
    dates: Sequence[PlannedDate],
    today: dt.date,
    value_of: Callable[[PlannedDate], Value],
    unknown: Value,
) -> Value:
    """Return what most of the dates to come have, or most of all had when there are none to come.

    A single date with a time or room of its own counts as those around it; where it is still open,
    all dates tell.
    """
    on = [date for date in dates if date.takes_place] or dates
    own = exceptions(on, value_of)
    values = {date.item: own.get(date.item, value_of(date)) for date in on}
    coming = [values[date.item] for date in on if not has_been(date, today)]
    often, ever = Counter(coming or values.values()), Counter(values.values())
    return max(often, key=lambda value: (often[value], ever[value]), default=unknown)


def save_details(
    session: Session,
    course_id: int,
    mine: CourseDetails,
    seen: CourseDetails,
    *,
    site_id: int,
    on: dt.date,
    past_too: bool = False,
) -> Saved:
    """Save corrected details, joined with what others have corrected since they were shown.

    Another room, other times and other teachers hold from today on: a day that is over is history.
    Calendar entries that read otherwise now get a higher sequence number, so that an updated file
    replaces those people have; and every date at another time or in another room is an event.

    Parameters
    ----------
    mine, seen
        The details as they shall be, and as they were shown.
    site_id
        The number of the site it was at when they were shown.
    on
        The day they are corrected.
    past_too
        Whether it had been written wrongly, so that days gone by are corrected too.

    Raises
    ------
    Conflict
        When somebody else has corrected the same detail in another way, or moved or removed the
        course.
    InputFault
        At `site`, when another place is called so; at what was corrected, when no date would
        change, or when dates would be where a room or a teacher is taken.
    """
    records.refuse_removed(session, course_id)
    course = session.get_one(Course, course_id)
    _refuse_moved(course, site_id)
    plan = plan_records.load_plan(session, course)
    before = details_of(session, course_id, on)
    after = CourseDetails(**merged(asdict(seen), asdict(before), asdict(mine)))
    changed = [name for name, value in asdict(after).items() if value != getattr(before, name)]
    if not changed:
        return Saved("course", course.id, course.version)
    if "site" in changed:
        site_records.rename_site(session, course.site_id, after.site, on=on)
        _tell_calendars(session, plan_records.held_at(session, course.site_id))
    for label in (*after.needed_for("teaching_day"), *after.needed_for("erfa_group")):
        records.resource(session, course.site_id, "teacher", label)
    if after.room:
        records.resource(session, course.site_id, "room", after.room)
    course.title = after.title
    names = _respelt(before, after) if past_too else {}
    for row in session.scalars(select(CourseDate).where(CourseDate.course_id == course_id)):
        reads_otherwise = "title" in changed
        if past_too or not has_been(row, on):
            reads_otherwise |= _put_right(row, before, after, names)
        if reads_otherwise and "site" not in changed:
            row.sequence += 1
    corrected = plan_records.load_plan(session, course)
    if corrected.dates == plan.dates and {"title", "site"}.isdisjoint(changed):
        raise InputFault.at(changed[0], _no_effect(past_too))
    obstacles = Obstacles(
        plan_records.calendar_of(session, course.site_id),
        plan_records.other_plans(session, course.site_id, min(course.starts_on, on), course.id),
    )
    _refuse_taken(plan, corrected, obstacles, changed, on)
    plan_records.note_corrected(session, course_id, plan, corrected, on)
    _respell_absences(session, course.site_id, names)
    # Which fields were corrected is history; names of people stand in the audit alone, and times
    # and rooms with the dates.
    old = {name: getattr(before, name) for name in changed if name in ("title", "site")}
    append_event(
        session, "course", course_id, CORRECTED, on, fields=changed, old=old, past_too=past_too
    )
    session.flush()
    return Saved("course", course.id, course.version)


def _refuse_moved(course: Course, seen: int) -> None:
    """Refuse what was meant for the site a course was at before somebody moved it."""
    if course.site_id != seen:
        raise Conflict(
            _("Somebody else has moved the course to another place meanwhile. Reload the page.")
        )


def _refuse_taken(
    before: CoursePlan,
    after: CoursePlan,
    obstacles: Obstacles,
    changed: Sequence[str],
    today: dt.date,
) -> None:
    """Refuse other times or another room where something stands in the way that did not before.

    Somebody else may teach all the same: which dates they cannot come to is told on the plan.
    """
    taken: dict[str, list[Item]] = {}
    fields: list[str] = []
    for date in after.dates:
        # What is part of a teaching day is where that is.
        if date.kind in RIDERS or not date.takes_place or has_been(date, today):
            continue
        was = replace(before.date_of(date.item), teachers=date.teachers)
        known, new = reasons_before_and_after(was, date, obstacles)
        for text in texts_of(reason for reason in new if reason not in known):
            taken.setdefault(text, []).append(date.item)
            field = "room" if was.times == date.times else _TIMES_OF[date.kind]
            fields += [name for name in changed if name.startswith(field)]
    if taken:
        clashes = [f"{names_of(items)}: {text}" for text, items in taken.items()]
        message = _(
            "These dates cannot be held so. {clashes}. First give them another time or room of "
            "their own under “Move or cancel”, or choose otherwise for all."
        )
        raise InputFault.at(fields[0], message.format(clashes="; ".join(clashes)))


def _no_effect(past_too: bool) -> str:
    if past_too:
        return _("No date would change by this, so nothing is saved.")
    return _(
        "No date to come would change by this, so nothing is saved. If a day that is over was "
        "written wrongly, choose “on all days”."
    )


def _tell_calendars(session: Session, which: ColumnElement[bool]) -> None:
    """Let the entries of courses replace those people have, since they now name another place."""
    for row in session.scalars(select(CourseDate).join(Course).where(which)):
        row.sequence += 1


def _put_right(
    row: CourseDate, before: CourseDetails, after: CourseDetails, names: Mapping[str, str]
) -> bool:
    """Correct what holds for a date, and return whether its calendar entry reads otherwise.

    A date with a time, room or teachers of its own keeps them, spelt as `names` says.
    """
    times, room, teachers = _can_be_put_right(row)
    if times == before.times_of(row.kind):
        row.starts_at, row.ends_at = after.times_of(row.kind)
    if room == before.room:
        row.room = after.room
    if tuple(teachers) == before.needed_for(row.kind):
        row.teachers = list(after.needed_for(row.kind))
    else:
        row.teachers = list(dict.fromkeys(names.get(name, name) for name in teachers))
    now = _can_be_put_right(row)
    # The entry of an erfa group names who calls it together.
    return now[:2] != (times, room) or (row.kind == "erfa_group" and row.teachers != teachers)


def _can_be_put_right(row: CourseDate) -> tuple[Times, str, list[str]]:
    return (row.starts_at, row.ends_at), row.room, row.teachers


def _respelt(before: CourseDetails, after: CourseDetails) -> dict[str, str]:
    """Return how names that were written wrongly are written now.

    Only where one name alone differs is it known which became which.
    """
    names: dict[str, str] = {}
    for written in ("teachers", "convener"):
        old, new = (set(names_in(getattr(details, written))) for details in (before, after))
        gone, come = old - new, new - old
        if len(gone) == len(come) == 1:
            names[gone.pop()] = come.pop()
    return names


def _respell_absences(session: Session, site_id: int, names: Mapping[str, str]) -> None:
    """Note absences under the new names; names that change places are people, not spellings."""
    if not names.keys().isdisjoint(names.values()):
        return
    dates = session.scalars(select(CourseDate).join(Course).where(Course.site_id == site_id)).all()
    for old, new in names.items():
        absences = records.absences(session, site_id, old)
        records.note_absences(session, site_id, new, absences)
        if not any(old in row.teachers for row in dates):
            for absence in absences:
                session.delete(absence)


def change_site(
    session: Session,
    course_id: int,
    seen: int,
    to: int,
    *,
    on: dt.date,
    past_too: bool = False,
) -> Saved:
    """Move a course to another site, with everything that is recorded on it.

    Dates gone by stay where they were held, unless it was entered at the wrong site.
    What belongs to the site stays there: its closures and head counts. The teachers and the room
    become known at the other site, with the absences of the teachers; so do participants who are on
    no other course of the first.

    Parameters
    ----------
    seen, to
        The number of the site it was at when that was shown, and of the one it belongs to.
    on
        The day it is moved.
    past_too
        Whether it never was at the first site, so that days gone by were held at the other.

    Raises
    ------
    Conflict
        When somebody has moved or removed it meanwhile.
    """
    records.refuse_removed(session, course_id)
    course = session.get_one(Course, course_id)
    _refuse_moved(course, seen)
    plan = plan_records.load_plan(session, course)
    for label in sorted({label for date in plan.dates for label in date.teachers}):
        records.resource(session, to, "teacher", label)
        records.note_absences(session, to, label, records.absences(session, seen, label))
    for room in sorted({date.room for date in plan.dates if date.room}):
        records.resource(session, to, "room", room)
    for person in session.scalars(select(Participant).where(*_only_on(course))):
        person.site_id = to
    course.site_id = to
    reads_otherwise = true() if past_too else CourseDate.date >= on
    _tell_calendars(session, and_(Course.id == course_id, reads_otherwise))
    append_event(
        session, "course", course_id, plan_records.SITE_CHANGED, on,
        old=seen, new=to, past_too=past_too,
    )  # fmt: skip
    session.flush()
    return Saved("course", course.id, course.version)


def _only_on(course: Course) -> list[ColumnElement[bool]]:
    """Return what is true of the participants of a course who are on no other of its site."""
    on_it = select(Enrolment.participant_code).where(Enrolment.course_id == course.id)
    on_others = (
        select(Enrolment.participant_code)
        .join(Course)
        .where(Course.site_id == course.site_id, Course.id != course.id)
    )
    return [
        Participant.site_id == course.site_id,
        Participant.code.in_(on_it),
        Participant.code.not_in(on_others),
    ]


def recorded_on(session: Session, course_id: int) -> tuple[Trace, ...]:
    """Return what is recorded about people on a course, in the order of `Trace`."""
    dates = select(CourseDate.id).where(CourseDate.course_id == course_id)
    asked: dict[Trace, list[Any]] = {
        "places": [Enrolment.course_id == course_id],
        "attendance": [Attendance.course_date_id.in_(dates), CatchUp.course_date_id.in_(dates)],
        "evaluations": [Evaluation.course_id == course_id],
        "suggestions": [Suggestion.course_id == course_id],
        "themes": [RaisedTheme.course_date_id.in_(dates)],
    }
    return tuple(
        trace
        for trace in get_args(Trace)
        if any(session.scalar(select(exists().where(rule))) for rule in asked[trace])
    )


def remove_course(session: Session, course_id: int, before: CoursePlan, *, on: dt.date) -> Saved:
    """Take a course on which nobody is recorded out of sight, with all its dates cancelled.

    Nothing is deleted: its rows stay, and its history says when it was removed. Only what somebody
    was still typing about people on it goes, since nobody could find and delete it any more.

    Parameters
    ----------
    before
        The plan as it was shown.
    on
        The day it is removed.

    Raises
    ------
    Conflict
        When the plan is no longer as `before` says, or the course is removed already.
    InputFault
        At `course`, when somebody is recorded on it.
    """
    course = session.get_one(Course, course_id)
    records.refuse_removed(session, course_id)
    if recorded_on(session, course_id):
        raise InputFault.at("course", _("Somebody is recorded on the course, so it has to stay."))
    reason = _("The course was removed.")
    after = replace(
        before,
        dates=tuple(
            replace(date, status="cancelled", note=reason) if date.takes_place else date
            for date in before.dates
        ),
    )
    plan_records.save_changes(session, course_id, before, after, reason, on=on)
    course.removed_on = on
    forget_drafts(session, course_id)
    append_event(session, "course", course_id, REMOVED, on)
    session.flush()
    return Saved("course", course.id, course.version)
