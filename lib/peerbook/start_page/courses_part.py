"""What courses there are, and on which days they meet in the next weeks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.names import date_name, hours_of
from peerbook.course.page_addresses import PLAN_PAGE, RECORD_PAGE, address_of
from peerbook.course.schedule.plan import Item, order_in_time
from peerbook.start_page.places import are_many, folded
from peerbook.store import Role
from peerbook.store.tables import Course, CourseDate, Site
from peerbook.text import _, format_date, format_list, format_number, ngettext
from peerbook.ui import Column, Heading, Link, Part, Prose, Status, Table

LOOK_BACK = dt.timedelta(days=366)
MOST_COURSES = 30
"""With more courses than that, those that were over a year ago are left to their own pages."""
PLANNING: tuple[Role, ...] = ("leader", "course_leader")
RECORDING: tuple[Role, ...] = (*PLANNING, "evaluator")
"""Roles that open the pages work goes on at; others see when it happens, without links."""
NEAR = dt.timedelta(days=7)

_Standing = Literal["under_way", "to_come", "over", "cancelled"]
_Day = tuple[Site, CourseDate, str]


def recent_courses(session: Session, today: dt.date) -> tuple[list[Course], bool]:
    """Return the courses this page is about, the latest first, and whether there are older ones."""
    latest = records.latest_courses(session, MOST_COURSES + 1)
    if len(latest) <= MOST_COURSES:
        return latest, False
    not_long_over = records.courses_since(session, today - LOOK_BACK)
    by_number = {course.id: course for course in [*latest[:MOST_COURSES], *not_long_over]}
    return sorted(
        by_number.values(), key=lambda course: (course.starts_on, course.id), reverse=True
    ), True


def days_parts(
    session: Session, sites: Sequence[Site], today: dt.date, to: dt.date, role: Role
) -> list[Part]:
    """Return the course days until a date, in order of time; nothing where there are none.

    Parameters
    ----------
    session
        To read them.
    sites
        All places.
    today, to
        From when until when, both included.
    role
        Whether a course leads to its plan.
    """
    days = _days(session, {site.id: site for site in sites}, today, to)
    if not days:
        return []
    columns = [
        Column("date", _("Date"), kind="day"),
        Column("time", _("Time")),
        *_where(sites),
        Column("what", _("What")),
        Column("course", _("Course")),
    ]

    def rows() -> list[dict[str, object]]:
        return [
            {
                "date": date.date,
                "time": hours_of(date.starts_at, date.ends_at),
                "site": site.name,
                "what": date_name(date.kind, date.number),
                "course": _linked(
                    title,
                    address_of(PLAN_PAGE, site.name, date.course_id) if role in PLANNING else "",
                ),
            }
            for site, date, title in days
        ]

    if not are_many(sites):
        names = format_list([site.name for site in sites])
        return [Table(columns, rows(), _("What happens in {site}").format(site=names))]
    near = sum(date.date < today + NEAR for _site, date, _title in days)
    places = len({site.id for site, _date, _title in days})
    text = (
        _("{days} at {places}, {n} of them in the next seven days.")
        if near
        else _("{days} at {places}, none of them in the next seven days.")
    )
    told = text.format(
        days=ngettext("{n} course day", "{n} course days", len(days)).format(
            n=format_number(len(days))
        ),
        places=ngettext("{n} place", "{n} places", places).format(n=format_number(places)),
        n=format_number(near),
    )
    return [Prose(told), folded(_("See the days"), columns, rows, _("The days, the next first"))]


def _days(session: Session, site_of: Mapping[int, Site], today: dt.date, to: dt.date) -> list[_Day]:
    everywhere = records.at_site(None)
    days = [
        (site_of[course.site_id], date, course.title)
        for date, course in records.dates_between(session, everywhere, today, to)
        if course.site_id in site_of
    ]
    return sorted(
        days,
        key=lambda one: order_in_time(
            one[1].date, one[1].starts_at, Item(one[1].kind, one[1].number)
        ),
    )


def courses_parts(
    courses: Sequence[tuple[Site, Course]],
    last_day: Mapping[int, dt.date],
    sites: Sequence[Site],
    today: dt.date,
    role: Role,
    *,
    has_older: bool,
) -> list[Part]:
    """Return the courses with how they stand; nothing where there are none.

    Parameters
    ----------
    courses
        The courses, the latest first, with the place of each.
    last_day
        The last day that takes place of each course that has one.
    sites, today
        All places, and which day it is.
    role
        Whether a course leads to the page where work on it goes on.
    has_older
        Whether there are older courses than these.
    """
    if not courses:
        return []
    columns = [
        Column("title", _("Course")),
        *_where(sites),
        Column("starts_on", _("First day"), kind="day"),
        Column("state", _("State"), kind="status"),
    ]
    standing = {
        course.id: _standing(course.starts_on, last_day.get(course.id), today)
        for _site, course in courses
    }

    def rows() -> list[dict[str, object]]:
        return [
            {
                "title": _linked(course.title, _address(site, course, today, role)),
                "site": site.name,
                "starts_on": course.starts_on,
                "state": _state(standing[course.id], course.starts_on),
            }
            for site, course in courses
        ]

    caption = _("The latest courses") if has_older else _("All courses, the latest first")
    heading = Heading(_("Courses"))
    if not are_many(sites):
        return [heading, Table(columns, rows(), caption)]
    told = _counted(standing.values())
    if has_older:
        told = _("The latest: {counts}").format(counts=told)
    return [heading, Prose(f"{told}."), folded(_("See the courses"), columns, rows, caption)]


def _where(sites: Sequence[Site]) -> list[Column]:
    """Return the column that tells the place, where there are several."""
    return [Column("site", _("Site"))] if len(sites) > 1 else []


def _counted(standings: Iterable[_Standing]) -> str:
    words: dict[_Standing, str] = {
        "under_way": _("{n} under way"),
        "to_come": _("{n} to come"),
        "over": _("{n} over"),
        "cancelled": _("{n} cancelled"),
    }
    counts = Counter(standings)
    return format_list(
        [text.format(n=format_number(counts[one])) for one, text in words.items() if counts[one]]
    )


def _address(site: Site, course: Course, today: dt.date, role: Role) -> str:
    """Return where work on a course goes on, at its plan until it has begun; empty for no work."""
    if role not in RECORDING:
        return ""
    page = PLAN_PAGE if course.starts_on > today and role in PLANNING else RECORD_PAGE
    return address_of(page, site.name, course.id)


def _linked(words: str, address: str) -> Link | str:
    return Link(words, address) if address else words


def _standing(starts_on: dt.date, ends_on: dt.date | None, today: dt.date) -> _Standing:
    if ends_on is None:
        return "cancelled"
    if starts_on > today:
        return "to_come"
    return "over" if ends_on < today else "under_way"


def _state(standing: _Standing, starts_on: dt.date) -> Status:
    if standing == "to_come":
        return Status(_("starts {date}").format(date=format_date(starts_on)), "info")
    if standing == "cancelled":
        return Status(_("is cancelled"), "neutral")
    return (
        Status(_("has ended"), "neutral") if standing == "over" else Status(_("is under way"), "ok")
    )
