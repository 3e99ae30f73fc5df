"""Correcting what a course is called, where it is held and by whom; taking a trial course away."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from peerbook.course import plan_records, records
from peerbook.course.plan import MAX_TEACHERS, CoursePlan, names_in
from peerbook.errors import InputFault
from peerbook.store import Saved, append_event, merged
from peerbook.store.tables import (
    Attendance,
    CatchUp,
    Course,
    CourseDate,
    Draft,
    Enrolment,
    Evaluation,
    RaisedTheme,
    Site,
    Suggestion,
)
from peerbook.text import _

CORRECTED, REMOVED = "details_corrected", "removed"

_FORMS_ABOUT_PEOPLE = ("enrol", "turn", "catch_up", "presenters", "suggestion")
"""Forms of a course in which names or words of people are typed, as their drafts are called."""

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

    Raises
    ------
    InputFault
        When there are too many teachers.
    """

    title: str
    site: str
    room: str
    teachers: str

    def __post_init__(self) -> None:
        if len(self.teacher_names) > MAX_TEACHERS:
            message = _("There are too many teachers. Write at most {limit}.")
            raise InputFault.at("teachers", message.format(limit=MAX_TEACHERS))

    @property
    def teacher_names(self) -> tuple[str, ...]:
        """The teachers, each once."""
        return names_in(self.teachers)


def details_of(session: Session, course_id: int) -> CourseDetails:
    """Return what is known about a course besides its dates."""
    course = session.get_one(Course, course_id)
    plan = plan_records.load_plan(session, course)
    taught = plan.of_kind("teaching_day")[0]
    return CourseDetails(
        title=course.title,
        site=session.get_one(Site, course.site_id).name,
        room=taught.room,
        teachers=", ".join(taught.teachers),
    )


def save_details(
    session: Session, course_id: int, mine: CourseDetails, seen: CourseDetails, *, on: dt.date
) -> Saved:
    """Save corrected details, joined with what others have corrected since they were shown.

    Calendar entries that read otherwise now get a higher sequence number, so that an updated file
    replaces those people have.

    Parameters
    ----------
    mine, seen
        The details as they shall be, and as they were shown.
    on
        The day they are corrected.

    Raises
    ------
    Conflict
        When somebody else has corrected the same detail in another way, or removed the course.
    InputFault
        At `site`, when another place is called so.
    """
    records.refuse_removed(session, course_id)
    before = details_of(session, course_id)
    after = CourseDetails(**merged(asdict(seen), asdict(before), asdict(mine)))
    changed = [name for name, value in asdict(after).items() if value != getattr(before, name)]
    course = session.get_one(Course, course_id)
    if not changed:
        return Saved("course", course.id, course.version)
    if "site" in changed:
        _rename_site(session, course.site_id, after.site)
    for label in after.teacher_names:
        records.resource(session, course.site_id, "teacher", label)
    if after.room:
        records.resource(session, course.site_id, "room", after.room)
    course.title = after.title
    for row in session.scalars(select(CourseDate).where(CourseDate.course_id == course_id)):
        reads_otherwise = "title" in changed
        if "room" in changed and row.room == before.room:
            row.room, reads_otherwise = after.room, True
        if "teachers" in changed and tuple(row.teachers) == before.teacher_names:
            row.teachers = list(after.teacher_names)
            # The entry of an erfa group names who calls it together.
            reads_otherwise = reads_otherwise or row.kind == "erfa_group"
        if reads_otherwise and "site" not in changed:
            row.sequence += 1
    # Which fields were corrected is history; names of people stand in the audit alone.
    append_event(session, "course", course_id, CORRECTED, on, fields=changed)
    session.flush()
    return Saved("course", course.id, course.version)


def _rename_site(session: Session, site_id: int, name: str) -> None:
    """Call a place by another name, which every entry of its courses then has as its place."""
    taken = select(Site.id).where(Site.name == name, Site.id != site_id)
    if session.scalar(taken) is not None:
        raise InputFault.at("site", _("There is already a site with that name."))
    session.get_one(Site, site_id).name = name
    of_site = select(CourseDate).join(Course).where(Course.site_id == site_id)
    for row in session.scalars(of_site):
        row.sequence += 1


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
    typed = or_(
        Draft.form.in_([f"{form}:{course_id}" for form in _FORMS_ABOUT_PEOPLE]),
        Draft.form.startswith(f"evaluation:{course_id}:", autoescape=True),
    )
    for draft in session.scalars(select(Draft).where(typed)):
        session.delete(draft)
    append_event(session, "course", course_id, REMOVED, on)
    session.flush()
    return Saved("course", course.id, course.version)
