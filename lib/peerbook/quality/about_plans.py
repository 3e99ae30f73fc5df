"""Rules about when and where a course meets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased

from peerbook.course import plan_records
from peerbook.course.names import date_name
from peerbook.course.page_addresses import PLAN_PAGE
from peerbook.course.schedule.calendar import Reason, texts_of
from peerbook.course.schedule.plan import RIDERS
from peerbook.quality.rules import (
    Finding,
    Look,
    about_course,
    about_date,
    on_courses,
    on_dates,
    rule,
)
from peerbook.store.tables import Course, CourseDate
from peerbook.text import _, format_date, format_list

SOON = dt.timedelta(days=30)
"""Within which a date should have its time, room and teacher."""

_takes_place = CourseDate.status != "cancelled"


@rule(
    "warning", "course_leader",
    lambda: _("Courses without dates"),
    lambda: _("Plan the course anew, or remove it."),
)  # fmt: skip
def _no_dates(look: Look) -> Iterator[Finding]:
    none = ~exists().where(CourseDate.course_id == Course.id)
    for row in look.session.execute(on_courses().where(none)):
        yield about_course(row, _("The course has no dates."), page=PLAN_PAGE)


@rule(
    "warning", "course_leader",
    lambda: _("Dates soon without time, room or teacher"),
    lambda: _("Write what is missing under the details of the course."),
)  # fmt: skip
def _soon_incomplete(look: Look) -> Iterator[Finding]:
    soon = on_dates(
        CourseDate.starts_at, CourseDate.room, CourseDate.teachers
    ).where(
        _takes_place,
        CourseDate.kind.not_in(RIDERS),
        CourseDate.date.between(look.today, look.today + SOON),
    )  # fmt: skip
    for row in look.session.execute(soon):
        missing = [
            word
            for word, has_it in (
                (_("a time"), row.starts_at is not None),
                (_("a room"), bool(row.room)),
                (_("a teacher"), bool(row.teachers)),
            )
            if not has_it
        ]
        if missing:
            text = _("This is still missing: {what}.").format(what=format_list(missing))
            yield about_date(row, text, page=PLAN_PAGE)


@rule(
    "warning", "course_leader",
    lambda: _("Two dates of a course at the same time"),
    lambda: _("Move one of the two, or give it another time."),
)  # fmt: skip
def _dates_overlap(look: Look) -> Iterator[Finding]:
    other = aliased(CourseDate)
    pairs = (
        on_dates(other.kind.label("other_kind"), other.number.label("other_number"))
        .join(
            other,
            and_(
                other.course_id == CourseDate.course_id,
                other.date == CourseDate.date,
                other.id > CourseDate.id,
                other.starts_at < CourseDate.ends_at,
                CourseDate.starts_at < other.ends_at,
            ),
        )
        .where(
            _takes_place,
            other.status != "cancelled",
            CourseDate.kind.not_in(RIDERS),
            other.kind.not_in(RIDERS),
            CourseDate.date >= look.earliest,
        )
    )
    for row in look.session.execute(pairs):
        name = date_name(row.other_kind, row.other_number)
        yield about_date(row, _("It overlaps with {other}.").format(other=name), page=PLAN_PAGE)


@rule(
    "warning", "course_leader",
    lambda: _("Teachers and rooms that are booked twice"),
    lambda: _("Move one of the two dates, or find another teacher or room."),
)  # fmt: skip
def _booked_twice(look: Look) -> Iterator[Finding]:
    for row, reasons in look.once(_blocked):
        busy = texts_of(reason for reason in reasons if reason.kind == "busy")
        if busy:
            text = _("{what}.").format(what=_capital(format_list(busy)))
            yield about_date(row, text, page=PLAN_PAGE)


@rule(
    "warning", "course_leader",
    lambda: _("Dates on days that are closed"),
    lambda: _("Move the date, or say on the plan that it stays."),
)  # fmt: skip
def _closed_day(look: Look) -> Iterator[Finding]:
    for row, reasons in look.once(_blocked):
        closed = texts_of(reason for reason in reasons if reason.kind != "busy")
        if closed:
            text = _("{what}.").format(what=_capital(format_list(closed)))
            yield about_date(row, text, page=PLAN_PAGE)


def _blocked(look: Look) -> list[tuple[plan_records.DateOnCourse, tuple[Reason, ...]]]:
    return plan_records.blocked_dates(look.beside, look.today, look.site_id)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@rule(
    "warning", "course_leader",
    lambda: _("Group sparrings before their teaching day"),
    lambda: _("Move the sparring to after the day it belongs to."),
)  # fmt: skip
def _sparring_first(look: Look) -> Iterator[Finding]:
    day = aliased(CourseDate)
    early = (
        on_dates(day.date.label("taught_on"))
        .join(
            day,
            and_(
                day.course_id == CourseDate.course_id,
                day.number == CourseDate.number,
                day.kind == "teaching_day",
                day.status != "cancelled",
                day.date > CourseDate.date,
            ),
        )
        .where(_takes_place, CourseDate.kind == "sparring", CourseDate.date >= look.earliest)
    )
    for row in look.session.execute(early):
        text = _("The teaching day it belongs to is not until {date}.")
        yield about_date(row, text.format(date=format_date(row.taught_on)), page=PLAN_PAGE)


@rule(
    "warning", "course_leader",
    lambda: _("Teaching days in the wrong order"),
    lambda: _("Move the days so that they follow one another."),
)  # fmt: skip
def _days_out_of_order(look: Look) -> Iterator[Finding]:
    later = aliased(CourseDate)
    wrong = (
        on_dates(later.number.label("later"), later.date.label("later_on"))
        .join(
            later,
            and_(
                later.course_id == CourseDate.course_id,
                later.number == CourseDate.number + 1,
                later.kind == "teaching_day",
                later.status != "cancelled",
                later.date <= CourseDate.date,
            ),
        )
        .where(_takes_place, CourseDate.kind == "teaching_day", CourseDate.date >= look.earliest)
    )
    for row in look.session.execute(wrong):
        text = _("{later} is on {date}, and not after it.").format(
            later=date_name("teaching_day", row.later), date=format_date(row.later_on)
        )
        yield about_date(row, text, page=PLAN_PAGE)


@rule(
    "error", "course_leader",
    lambda: _("Days to come that count as held"),
    lambda: _("Take back what was saved of the day. It has not been yet."),
)  # fmt: skip
def _held_ahead(look: Look) -> Iterator[Finding]:
    ahead = on_dates().where(CourseDate.status == "held", CourseDate.date > look.today)
    for row in look.session.execute(ahead):
        yield about_date(row, _("The day lies ahead, but counts as held."))


@rule(
    "error", "course_leader",
    lambda: _("Courses that begin on another day than their first date"),
    lambda: _("Move a date of the plan. The first day is then written down anew."),
)  # fmt: skip
def _begins_elsewhere(look: Look) -> Iterator[Finding]:
    first = (
        select(CourseDate.course_id, func.min(CourseDate.date).label("first"))
        .group_by(CourseDate.course_id)
        .subquery()
    )
    wrong = (
        on_courses(Course.starts_on, first.c.first)
        .join(first, first.c.course_id == Course.id)
        .where(first.c.first != Course.starts_on)
    )
    for row in look.session.execute(wrong):
        text = _("The course is said to begin on {day}, but its first date is {first}.").format(
            day=format_date(row.starts_on), first=format_date(row.first)
        )
        yield about_course(row, text, page=PLAN_PAGE)


RULES = (
    _no_dates, _soon_incomplete, _dates_overlap, _booked_twice, _closed_day, _sparring_first,
    _days_out_of_order, _held_ahead, _begins_elsewhere,
)  # fmt: skip
