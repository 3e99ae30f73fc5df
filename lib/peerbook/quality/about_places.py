"""Rules about sites, head counts, and what somebody began to write."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, exists, func, select

from peerbook.cafe.head_counts import FEWEST_COUNTS
from peerbook.course import plan_records
from peerbook.course.names import occasion_name
from peerbook.course.page_addresses import (
    HEAD_COUNT_PAGE,
    HELP_PAGE,
    PLAN_PAGE,
    START_PAGE,
    address_of,
)
from peerbook.course.schedule.calendar import EARLIEST, LATEST, texts_of
from peerbook.errors import InputFault
from peerbook.quality.rules import Finding, Look, about_course, on_courses, rule
from peerbook.settings import help_key
from peerbook.sites.municipalities import check_municipality
from peerbook.store.tables import Course, CourseDate, Draft, HeadCount, Setting, Site
from peerbook.text import _, format_date, format_list

TIMES_THE_USUAL = 3
"""How many times the usual number a head count is before it looks like a slip of the finger."""

OLD_DRAFT = 30
"""Days after which what was begun and not saved is spoken of."""

_OF_COURSE = re.compile(r"course:(\d+):")


def _about_site(row: Any, sentence: str, page: str) -> Finding:
    address = address_of(page, row.site)
    return Finding(f"site:{row.site_id}", row.site_id, row.site, "", address, sentence)


@rule(
    "warning", "leader",
    lambda: _("Places without a number to call"),
    lambda: _("Write it under Settings. It stands beside every form that can be hard."),
)  # fmt: skip
def _no_help_number(look: Look) -> Iterator[Finding]:
    meets = exists().where(
        Course.site_id == Site.id,
        Course.removed_on.is_(None),
        CourseDate.course_id == Course.id,
        CourseDate.status != "cancelled",
        CourseDate.date >= look.today,
    )
    sites = select(Site.id.label("site_id"), Site.name.label("site")).where(meets)
    numbers = select(Setting).where(Setting.key.startswith(help_key(0)[:-1], autoescape=True))
    known = {row.key for row in look.session.scalars(numbers) if row.value}
    for row in look.session.execute(sites.order_by(Site.name)):
        if help_key(row.site_id) not in known:
            text = _("It is not written whom people can call.")
            yield _about_site(row, text, HELP_PAGE)


@rule(
    "warning", "leader",
    lambda: _("Municipalities that do not exist"),
    lambda: _("The name was probably written wrongly. Ask whoever runs peerbook to correct it."),
)  # fmt: skip
def _no_municipality(look: Look) -> Iterator[Finding]:
    sites = select(Site.id.label("site_id"), Site.name.label("site"), Site.municipality)
    for row in look.session.execute(sites.order_by(Site.name)):
        try:
            check_municipality(row.municipality)
        except InputFault as fault:
            yield _about_site(row, str(fault), HELP_PAGE)


@rule(
    "note", "course_leader",
    lambda: _("Courses of one name at one place"),
    lambda: _("Give one of them another name, so that nobody mixes them up."),
)  # fmt: skip
def _same_title(look: Look) -> Iterator[Finding]:
    key = func.lower(func.trim(Course.title))
    twice = (
        select(Course.site_id, key.label("called"), func.min(Course.id).label("first"))
        .where(Course.removed_on.is_(None))
        .group_by(Course.site_id, key)
        .having(func.count() > 1)
        .subquery()
    )
    found = (
        on_courses(Course.starts_on)
        .join(twice, (twice.c.site_id == Course.site_id) & (twice.c.called == key))
        .where(Course.id != twice.c.first)
    )
    for row in look.session.execute(found):
        text = _("Another course at the place is called the same. This one began on {date}.")
        told = text.format(date=format_date(row.starts_on))
        yield about_course(row, told, page=PLAN_PAGE)


# -- head counts ---------------------------------------------------------------------------------


def _counts() -> Select[Any]:
    columns: list[Any] = [
        HeadCount.id, HeadCount.site_id, Site.name.label("site"), HeadCount.occasion,
        HeadCount.date, HeadCount.people,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Site, Site.id == HeadCount.site_id)
        .order_by(Site.name, HeadCount.date.desc(), HeadCount.id)
    )


def _about_count(row: Any, sentence: str) -> Finding:
    place = f"{occasion_name(row.occasion)}, {format_date(row.date)}"
    address = address_of(HEAD_COUNT_PAGE, row.site)
    return Finding(f"head_count:{row.id}", row.site_id, row.site, place, address, sentence)


@rule(
    "error", "course_leader",
    lambda: _("Counts of a day to come"),
    lambda: _("Correct the date of the count, or remove it."),
)  # fmt: skip
def _counted_ahead(look: Look) -> Iterator[Finding]:
    for row in look.session.execute(_counts().where(HeadCount.date > look.today)):
        yield _about_count(row, _("The day lies ahead."))


@rule(
    "note", "course_leader",
    lambda: _("Counts where nobody came"),
    lambda: _("If it was not held, remove the count. Else all is well: put it off."),
)  # fmt: skip
def _counted_nobody(look: Look) -> Iterator[Finding]:
    nobody = _counts().where(HeadCount.people == 0, HeadCount.date >= look.earliest)
    for row in look.session.execute(nobody):
        yield _about_count(row, _("Nobody came."))


@rule(
    "note", "course_leader",
    lambda: _("Counts on days that are closed"),
    lambda: _("Look at the date of the count, or remove the closure."),
)  # fmt: skip
def _counted_when_closed(look: Look) -> Iterator[Finding]:
    calendars = plan_records.calendars(look.session)
    recent = HeadCount.date.between(max(look.earliest, EARLIEST), min(look.today, LATEST))
    for row in look.session.execute(_counts().where(recent)):
        reasons = calendars[row.site_id].reasons(row.date)
        if reasons:
            text = _("Something was counted, though: {why}.")
            yield _about_count(row, text.format(why=format_list(texts_of(reasons))))


@rule(
    "warning", "course_leader",
    lambda: _("Counts far above the usual"),
    lambda: _("Look whether a digit too many was typed."),
)  # fmt: skip
def _counted_many(look: Look) -> Iterator[Finding]:
    counted: dict[tuple[int, str, int], list[Any]] = {}
    for row in look.session.execute(_counts().where(HeadCount.date >= look.earliest)):
        counted.setdefault((row.site_id, row.occasion, row.date.weekday()), []).append(row)
    for rows in counted.values():
        if len(rows) <= FEWEST_COUNTS:
            continue
        usual = statistics.median(row.people for row in rows)
        # Where hardly anybody comes, a few more are no slip.
        most = TIMES_THE_USUAL * max(usual, look.threshold)
        for row in rows:
            if row.people > most:
                text = _("{people} are more than {times} times the usual number.")
                yield _about_count(row, text.format(people=row.people, times=TIMES_THE_USUAL))


# -- drafts --------------------------------------------------------------------------------------


@rule(
    "note", "course_leader",
    lambda: _("Begun and not saved"),
    lambda: _("Go on where you were, or throw it away. Only you see this."),
)  # fmt: skip
def _old_draft(look: Look) -> Iterator[Finding]:
    before = dt.datetime.combine(look.days_ago(OLD_DRAFT), dt.time(), dt.UTC)
    drafts = (
        select(Draft.form, Draft.saved_at)
        .where(Draft.owner == (look.actor or ""), Draft.saved_at < before)
        .order_by(Draft.saved_at)
    )
    old = look.session.execute(drafts).all()
    of_course = {form: found[1] for form, _at in old if (found := _OF_COURSE.match(form))}
    courses = {
        str(row.course_id): row
        for row in look.session.execute(
            on_courses().where(Course.id.in_(map(int, of_course.values())))
        )
    }
    for form, saved_at in old:
        text = _("You began to write something on {date}, and have not saved it.")
        told = text.format(date=format_date(saved_at.date()))
        row = courses.get(of_course.get(form, ""))
        yield Finding(
            subject=f"draft:{form}",
            site_id=row.site_id if row is not None else None,
            site=row.site if row is not None else "",
            place=row.title if row is not None else "",
            address=START_PAGE,
            sentence=told,
        )


RULES = (
    _counted_ahead, _no_help_number, _no_municipality, _counted_many, _same_title, _counted_nobody,
    _counted_when_closed, _old_draft,
)  # fmt: skip
