"""What the course pages read from and write to the store about places: what a site's courses share,
the courses, and the days on which nothing can be placed. The other `*_records` modules beside it
know people, attendance, evaluations, suggestions and plans.

Every function takes a session of the store; those that write belong inside `Store.submit` or
`Store.write`, so that the row, its event and its audit entry are one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import Closure as ClosureRow
from peerbook.store.tables import Course, CourseDate, HeadCount, Resource, ResourceKind, Site
from peerbook.text import _


def resources(session: Session, site_id: int, kind: ResourceKind) -> list[Resource]:
    """Return the rooms or the teachers of a site, by label."""
    wanted = select(Resource).where(Resource.site_id == site_id, Resource.kind == kind)
    return list(session.scalars(wanted.order_by(Resource.label)))


def resource(session: Session, site_id: int, kind: ResourceKind, label: str) -> Resource:
    """Return the room or teacher with that label, noted down now if it is new."""
    found = session.scalar(
        select(Resource).where(
            Resource.site_id == site_id, Resource.kind == kind, Resource.label == label
        )
    )
    if found is None:
        found = Resource(site_id=site_id, kind=kind, label=label)
        session.add(found)
        session.flush()
    return found


def courses(session: Session, site_id: int) -> list[Course]:
    """Return the courses of a site, the latest first."""
    return list(session.scalars(_latest_first().where(Course.site_id == site_id)))


def courses_of(session: Session, site_id: int, numbers: Collection[int]) -> list[Course]:
    """Return those courses of a site that have one of some numbers, the latest first."""
    if not numbers:
        return []
    return list(
        session.scalars(_latest_first().where(Course.site_id == site_id, Course.id.in_(numbers)))
    )


def courses_since(session: Session, first: dt.date) -> list[Course]:
    """Return the courses of every site that have a date on a day or later, the latest first."""
    later = exists().where(CourseDate.course_id == Course.id, CourseDate.date >= first)
    return list(session.scalars(_latest_first().where(later)))


def latest_courses(session: Session, most: int) -> list[Course]:
    """Return the courses of every site that began last, the latest first."""
    return list(session.scalars(_latest_first().limit(most)))


def _latest_first() -> Select[Course]:
    there = select(Course).where(Course.removed_on.is_(None))
    return there.order_by(Course.starts_on.desc(), Course.id.desc())


def site_of(session: Session, course_id: int) -> int:
    """Return the number of the site a course is at, also when it moved while a page was open."""
    return session.get_one(Course, course_id).site_id


def course_exists(session: Session, number: int) -> bool:
    """Return whether there is a course with that number that was not removed."""
    course = session.get(Course, number)
    return course is not None and course.removed_on is None


def removed_course(session: Session, number: int) -> Course | None:
    """Return the course with that number if somebody has removed it."""
    course = session.get(Course, number)
    return course if course is not None and course.removed_on is not None else None


def refuse_removed(session: Session, course_id: int) -> None:
    """Refuse to record anything on a course that was removed while a page was open.

    Raises
    ------
    Conflict
        When it was removed.
    """
    if not course_exists(session, course_id):
        raise Conflict(_("Somebody else has removed the course meanwhile. Reload the page."))


def course_numbered(session: Session, site_id: int, number: int) -> Course | None:
    """Return a course of the site; number 0 means the latest, None that there is none yet.

    Raises
    ------
    InputFault
        When the site has no course with that number.
    """
    known = courses(session, site_id)
    if number == 0:
        return known[0] if known else None
    for course in known:
        if course.id == number:
            return course
    message, where = _("This site has no course number {number}."), ""
    if course_exists(session, number):
        message = _("Course number {number} belongs to “{site}”. Choose that place first.")
        where = session.get_one(Site, session.get_one(Course, number).site_id).name
    raise InputFault.at("course", message.format(number=number, site=where))


def course_under_way(session: Session, site_id: int, today: dt.date) -> Course | None:
    """Return the course of a site whose days are recorded now; None when there is no course yet.

    Of several under way it is the one that met last. When none is, it is the one that ended last,
    and before any has begun the first to begin.
    """
    met = _last_days(session, at_site(site_id), CourseDate.date <= today)
    last = last_days(session, at_site(site_id))

    def nearness(course: Course) -> tuple[bool, dt.date]:
        if course.id not in met:
            return False, dt.date.min
        return last[course.id] >= today, met[course.id]

    return max(reversed(courses(session, site_id)), key=nearness, default=None)


def at_site(site_id: int | None) -> ColumnElement[bool]:
    """Return what is true of a site's courses; of all courses where there is no site."""
    return true() if site_id is None else Course.site_id == site_id


def among(courses: Iterable[Course]) -> ColumnElement[bool]:
    """Return what is true of some courses."""
    return Course.id.in_([course.id for course in courses])


def remove(
    session: Session, table: type[ClosureRow | HeadCount], number: int, seen_version: int
) -> Saved:
    """Remove a closure or a head count that should not be there.

    Raises
    ------
    InputFault
        When it is gone already.
    Conflict
        When somebody else has changed it since.
    """
    if session.get(table, number) is None:
        raise InputFault.at(
            "row", _("That has already been removed. Reload the page to see what is left.")
        )
    row = row_to_change(session, table, number, seen_version)
    saved = Saved(table.__tablename__, number, row.version)
    session.delete(row)
    return saved


def dates_between(
    session: Session, of: ColumnElement[bool], first: dt.date, last: dt.date
) -> list[tuple[CourseDate, Course]]:
    """Return the dates of courses from `first` to `last`, each with its course.

    Parameters
    ----------
    of
        Says which courses.
    """
    wanted = (
        select(CourseDate, Course)
        .join(Course, Course.id == CourseDate.course_id)
        .where(
            of,
            Course.removed_on.is_(None),
            CourseDate.status != "cancelled",
            CourseDate.date.between(first, last),
        )
        .order_by(CourseDate.date, CourseDate.starts_at.nulls_last())
    )
    return [(date, course) for date, course in session.execute(wanted)]


def last_days(session: Session, of: ColumnElement[bool]) -> dict[int, dt.date]:
    """Return the last day something takes place on courses, by course number; `of` says which.

    A course of which every date is cancelled has none.
    """
    return _last_days(session, of)


def last_teaching_days(session: Session, of: ColumnElement[bool]) -> dict[int, dt.date]:
    """Return the last teaching day that is not cancelled of courses; `of` says which."""
    return _last_days(session, of, CourseDate.kind == "teaching_day")


def _last_days(session: Session, *which: ColumnElement[bool]) -> dict[int, dt.date]:
    rows = session.execute(
        select(CourseDate.course_id, func.max(CourseDate.date))
        .join(Course, Course.id == CourseDate.course_id)
        .where(CourseDate.status != "cancelled", *which)
        .group_by(CourseDate.course_id)
    )
    return dict(rows.all())


# -- closures ------------------------------------------------------------------------------------


def closure_rows(session: Session, site_id: int) -> list[ClosureRow]:
    """Return the closures that hold for a site, by first day."""
    wanted = select(ClosureRow).where(
        (ClosureRow.site_id == site_id) | (ClosureRow.site_id.is_(None))
    )
    return list(session.scalars(wanted.order_by(ClosureRow.starts_on, ClosureRow.id)))


def save_closures(session: Session, rows: Sequence[ClosureRow]) -> Saved:
    """Save new closures; one that is there already under the same name is left as it is.

    Days that are closed for two reasons are two closures: a receipt never stands for another.

    Raises
    ------
    InputFault
        At `closures`, when there is none to save.
    """
    last: ClosureRow | None = None
    for row in rows:
        same = session.scalar(
            select(ClosureRow).where(
                ClosureRow.site_id == row.site_id,
                ClosureRow.resource_id.is_(None)
                if row.resource_id is None
                else ClosureRow.resource_id == row.resource_id,
                ClosureRow.starts_on == row.starts_on,
                ClosureRow.ends_on == row.ends_on,
                ClosureRow.kind == row.kind,
                ClosureRow.label == row.label,
            )
        )
        last = same or row
        if same is None:
            session.add(row)
            session.flush()
    if last is None:
        raise InputFault.at("closures", _("Choose at least one closure."))
    return Saved("closure", last.id, last.version)


def absences(session: Session, site_id: int, teacher: str) -> list[ClosureRow]:
    """Return when a teacher of a site is away, by first day."""
    wanted = (
        select(ClosureRow)
        .join(Resource)
        .where(Resource.site_id == site_id, Resource.kind == "teacher", Resource.label == teacher)
        .order_by(ClosureRow.starts_on, ClosureRow.id)
    )
    return list(session.scalars(wanted))


def note_absences(
    session: Session, site_id: int, teacher: str, known: Sequence[ClosureRow]
) -> None:
    """Note that a teacher of a site is away when another name or another site already says so."""
    if not known:
        return
    who = resource(session, site_id, "teacher", teacher)
    save_closures(
        session,
        [
            ClosureRow(
                site_id=site_id, resource_id=who.id, starts_on=one.starts_on,
                ends_on=one.ends_on, kind=one.kind, label=one.label,
            )
            for one in known
        ],
    )  # fmt: skip
