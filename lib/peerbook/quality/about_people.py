"""Rules about who is on a course, and who came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from peerbook.course import people_records
from peerbook.course.attendance.attendance_records import HELD_KINDS
from peerbook.course.page_addresses import PLAN_PAGE, START_PAGE
from peerbook.course.people_records import Mentor
from peerbook.quality.rules import (
    Finding,
    Look,
    about_course,
    about_date,
    on_courses,
    on_dates,
    rule,
)
from peerbook.store import identities, in_effect
from peerbook.store.tables import (
    Attendance,
    CatchUp,
    CoffeeTalk,
    Course,
    CourseDate,
    Enquiry,
    Enrolment,
    Event,
    Participant,
    Presenter,
    Site,
)
from peerbook.text import _, format_date

RECORD_WITHIN = 7
"""Days after which who came should be written down: later nobody remembers."""

BEGINS_WITHIN = dt.timedelta(days=14)
"""Before a course or its presentations begin, in which people and turns should be known."""

LONG_PAUSE = 60
"""Days of a pause after which somebody should ask how it goes."""

HELD_DAYS = 2
"""Held days of which nothing is recorded about somebody, before it looks like a slip."""

FAR_AHEAD = dt.timedelta(days=366)
"""What is noted for a later day than this has a slip in its year."""

_takes_place = CourseDate.status != "cancelled"


def _everybody(look: Look) -> dict[int, list[Mentor]]:
    return people_records.everybody(look.session, look.site_id)


def _spans(look: Look, *columns: Any) -> Select[Any]:
    """Select courses with their `first` and `last` day; a course without dates has none."""
    span = (
        select(
            CourseDate.course_id,
            func.min(CourseDate.date).label("first"),
            func.max(CourseDate.date).label("last"),
        )
        .where(_takes_place)
        .group_by(CourseDate.course_id)
        .subquery()
    )
    return (
        on_courses(span.c.first, span.c.last, *columns)
        .join(span, span.c.course_id == Course.id)
        .where(span.c.last >= look.today)
    )


def _running(look: Look) -> list[Any]:
    """Return the courses under way."""
    return [row for row in look.session.execute(_spans(look)) if row.first <= look.today]


def _whose(row: Any, code: str) -> str:
    return f"enrolment:{row.course_id}/{code}"


# -- who is on a course --------------------------------------------------------------------------


@rule(
    "warning", "course_leader",
    lambda: _("Courses on which nobody is"),
    lambda: _("Put the people on the course, or cancel its dates."),
)  # fmt: skip
def _nobody_enrolled(look: Look) -> Iterator[Finding]:
    nobody = ~exists().where(Enrolment.course_id == Course.id)
    for row in look.session.execute(_spans(look).where(nobody)):
        if row.first <= look.today + BEGINS_WITHIN:
            text = _("The course begins on {date}, and nobody is on it.")
            yield about_course(row, text.format(date=format_date(row.first)))


@rule(
    "note", "course_leader",
    lambda: _("Courses with few people"),
    lambda: _("Figures and answers of so few are not shown. Look whether somebody is missing."),
)  # fmt: skip
def _few_people(look: Look) -> Iterator[Finding]:
    people = look.once(_everybody)
    for row in look.session.execute(_spans(look)):
        enrolled = people.get(row.course_id, [])
        active = sum(one.on(look.today) == "on" for one in enrolled)
        if row.first <= look.today and enrolled and active < look.threshold:
            text = _("Fewer than {n} are on the course now.").format(n=look.threshold)
            yield about_course(row, text)


@rule(
    "warning", "course_leader",
    lambda: _("People who came onto a course after its end"),
    lambda: _("Take them off the course, and put them on the right one."),
)  # fmt: skip
def _enrolled_late(look: Look) -> Iterator[Finding]:
    last = (
        select(CourseDate.course_id, func.max(CourseDate.date).label("last"))
        .where(_takes_place)
        .group_by(CourseDate.course_id)
        .subquery()
    )
    late = (
        on_courses(Enrolment.participant_code.label("code"), Enrolment.enrolled_on, last.c.last)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(last, last.c.course_id == Course.id)
        .where(Enrolment.enrolled_on > last.c.last)
    )
    for row in look.session.execute(late):
        text = _("{code} is on it from {date}, but the last day was {last}.").format(
            code=row.code, date=format_date(row.enrolled_on), last=format_date(row.last)
        )
        yield about_course(row, text, subject=_whose(row, row.code))


@rule(
    "warning", "course_leader",
    lambda: _("People without a name on a course under way"),
    lambda: _("Write the name under “Who is on the course”."),
)  # fmt: skip
def _no_name(look: Look) -> Iterator[Finding]:
    running = {row.course_id for row in look.once(_running)}
    nameless = (
        on_courses(Enrolment.participant_code.label("code"))
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(~identities.has_name(Enrolment.participant_code))
    )
    for row in look.session.execute(nameless):
        if row.course_id in running:
            text = _("{code} has no name.").format(code=row.code)
            yield about_course(row, text, subject=_whose(row, row.code))


@rule(
    "note", "leader",
    lambda: _("People about whom nothing is recorded"),
    lambda: _("Put them on a course. Or delete them: a name must not be kept for nothing."),
)  # fmt: skip
def _no_course(look: Look) -> Iterator[Finding]:
    idle = (
        select(Participant.code, Participant.site_id, Site.name.label("site"))
        .join(Site, Site.id == Participant.site_id)
        .where(
            ~exists().where(Enrolment.participant_code == Participant.code),
            ~exists().where(Enquiry.participant_code == Participant.code),
            ~exists().where(CoffeeTalk.participant_code == Participant.code),
            ~exists().where(
                Event.subject_type == "participant", Event.subject_id == Participant.code
            ),
        )
        .order_by(Site.name, Participant.code)
    )
    if look.site_id is not None:
        idle = idle.where(Participant.site_id == look.site_id)
    for row in look.beside.execute(idle):  # the course can be at another site
        text = _("{code} is on no course, and nothing has happened to them.")
        yield Finding(
            f"participant:{row.code}", row.site_id, row.site, "", START_PAGE,
            text.format(code=row.code),
        )  # fmt: skip


@rule(
    "note", "course_leader",
    lambda: _("People on two courses at once"),
    lambda: _("Ask which course they follow, and let them leave the other one."),
)  # fmt: skip
def _two_courses(look: Look) -> Iterator[Finding]:
    people = look.once(_everybody)
    on: dict[str, list[Any]] = {}
    for row in look.once(_running):
        for one in people.get(row.course_id, []):
            if one.on(look.today) in ("on", "paused"):
                on.setdefault(one.code, []).append(row)
    for code, rows in on.items():
        for row in rows[1:]:
            text = _("{code} is also on “{course}”.").format(code=code, course=rows[0].title)
            yield about_course(row, text, subject=_whose(row, code))


@rule(
    "note", "course_leader",
    lambda: _("Long pauses"),
    lambda: _("Ask how it goes. Then write that they are back, or that they leave."),
)  # fmt: skip
def _long_pause(look: Look) -> Iterator[Finding]:
    people = look.once(_everybody)
    for row in look.once(_running):
        for one in people.get(row.course_id, []):
            paused = [turn for turn in in_effect(one.events, look.today) if turn.kind == "paused"]
            if one.on(look.today) == "paused" and paused:
                since = paused[-1].effective_on
                if since <= look.days_ago(LONG_PAUSE):
                    text = _("{code} has been on a pause since {date}.").format(
                        code=one.code, date=format_date(since)
                    )
                    yield about_course(row, text, subject=_whose(row, one.code))


@rule(
    "warning", "course_leader",
    lambda: _("Things noted for more than a year ahead"),
    lambda: _("Look at the year. Was it a slip of the finger?"),
)  # fmt: skip
def _far_ahead(look: Look) -> Iterator[Finding]:
    late = look.today + FAR_AHEAD
    people = look.once(_everybody)
    for row in look.session.execute(on_courses()):
        for one in people.get(row.course_id, []):
            days = [turn.effective_on for turn in in_effect(one.events, dt.date.max)]
            if days and max(days) > late:
                text = _("Something is noted about {code} for {date}.").format(
                    code=one.code, date=format_date(max(days))
                )
                yield about_course(row, text, subject=_whose(row, one.code))


@rule(
    "warning", "course_leader",
    lambda: _("Presentations without turns"),
    lambda: _("Give everybody a turn under the final assignments of the plan."),
)  # fmt: skip
def _no_turn(look: Look) -> Iterator[Finding]:
    people = look.once(_everybody)
    turns = set(look.session.execute(select(Presenter.course_id, Presenter.participant_code)).all())
    soon = on_dates().where(
        _takes_place,
        CourseDate.kind == "final_assignment",
        CourseDate.date.between(look.today, look.today + BEGINS_WITHIN),
    )
    for row in look.session.execute(soon):
        active = [one for one in people.get(row.course_id, []) if one.on(row.date) == "on"]
        if any((row.course_id, one.code) not in turns for one in active):
            yield about_date(row, _("Not everybody has a turn yet."), page=PLAN_PAGE)


# -- who came ------------------------------------------------------------------------------------


@rule(
    "warning", "course_leader",
    lambda: _("Days gone by without a record"),
    lambda: _("Write down who came, or cancel the day if it was not held."),
)  # fmt: skip
def _not_recorded(look: Look) -> Iterator[Finding]:
    open_days = on_dates().where(
        _takes_place,
        CourseDate.kind.in_(HELD_KINDS),
        CourseDate.date.between(look.earliest, look.days_ago(RECORD_WITHIN + 1)),
        exists().where(
            Enrolment.course_id == Course.id, Enrolment.enrolled_on <= CourseDate.date
        ),
        ~exists().where(Attendance.course_date_id == CourseDate.id),
    )  # fmt: skip
    for row in look.session.execute(open_days):
        yield about_date(row, _("Nobody has written down who came."))


def _attended(*columns: Any) -> Select[Any]:
    """Select what is recorded of somebody on a date."""
    return on_dates(Attendance.participant_code.label("code"), Attendance.status, *columns).join(
        Attendance, Attendance.course_date_id == CourseDate.id
    )


@rule(
    "error", "course_leader",
    lambda: _("Attendance of people who are not on the course"),
    lambda: _("Put them on the course, or correct who came that day."),
)  # fmt: skip
def _stranger_came(look: Look) -> Iterator[Finding]:
    on_it = exists().where(
        Enrolment.course_id == Course.id,
        Enrolment.participant_code == Attendance.participant_code,
    )
    for row in look.session.execute(_attended().where(~on_it)):
        text = _("{code} is on the list of the day, but not on the course.")
        yield about_date(row, text.format(code=row.code), whose=row.code)


@rule(
    "error", "course_leader",
    lambda: _("Attendance on days that are cancelled"),
    lambda: _("Bring the day back if it was held; else take back what was saved of it."),
)  # fmt: skip
def _came_to_cancelled(look: Look) -> Iterator[Finding]:
    recorded = exists().where(Attendance.course_date_id == CourseDate.id)
    called_off = on_dates().where(CourseDate.status == "cancelled", recorded)
    for row in look.session.execute(called_off):
        yield about_date(row, _("The day is cancelled, but it is recorded who came."))


@rule(
    "error", "course_leader",
    lambda: _("Attendance on days to come"),
    lambda: _("Take back what was saved of the day. It has not been yet."),
)  # fmt: skip
def _came_ahead(look: Look) -> Iterator[Finding]:
    recorded = exists().where(Attendance.course_date_id == CourseDate.id)
    for row in look.session.execute(on_dates().where(CourseDate.date > look.today, recorded)):
        yield about_date(row, _("It is recorded who came to a day that lies ahead."))


@rule(
    "error", "course_leader",
    lambda: _("People who came after they had left"),
    lambda: _("Let them come back from that day on, or correct who came."),
)  # fmt: skip
def _came_after_leaving(look: Look) -> Iterator[Finding]:
    yield from _came_when(
        look, "left", lambda: _("{code} is present on the list, but had left the course.")
    )


@rule(
    "warning", "course_leader",
    lambda: _("People who came before they were on the course"),
    lambda: _("Correct who came that day."),
)  # fmt: skip
def _came_before_enrolled(look: Look) -> Iterator[Finding]:
    yield from _came_when(
        look, "not_enrolled", lambda: _("{code} is present on the list, but came onto it later.")
    )


def _came_when(look: Look, state: str, told: Any) -> Iterator[Finding]:
    people = {
        (course_id, one.code): one
        for course_id, those in look.once(_everybody).items()
        for one in those
        if state == "not_enrolled" or one.events
    }
    for row in look.session.execute(_attended().where(Attendance.status == "present")):
        one = people.get((row.course_id, row.code))
        if one is not None and one.on(row.date) == state:
            yield about_date(row, told().format(code=row.code), whose=row.code)


@rule(
    "warning", "course_leader",
    lambda: _("People about whom no day is recorded"),
    lambda: _("Write down whether they came, or take them off the course."),
)  # fmt: skip
def _never_recorded(look: Look) -> Iterator[Finding]:
    held: dict[int, list[dt.date]] = {}
    where: dict[int, Any] = {}
    recorded = exists().where(Attendance.course_date_id == CourseDate.id)
    days = on_dates().where(
        CourseDate.kind == "teaching_day", _takes_place, CourseDate.date >= look.earliest, recorded
    )
    for row in look.session.execute(days):
        held.setdefault(row.course_id, []).append(row.date)
        where[row.course_id] = row
    pairs = (
        select(CourseDate.course_id, Attendance.participant_code)
        .join(CourseDate, CourseDate.id == Attendance.course_date_id)
        .distinct()
    )
    known = set(look.session.execute(pairs).all())
    for course_id, those in look.once(_everybody).items():
        for one in those:
            missed = sum(one.on(day) == "on" for day in held.get(course_id, []))
            if missed >= HELD_DAYS and (course_id, one.code) not in known:
                row = where[course_id]
                text = _("{days} days are held, and nothing is recorded about {code}.")
                yield about_course(
                    row, text.format(days=missed, code=one.code), subject=_whose(row, one.code)
                )


# -- what was made up for ------------------------------------------------------------------------


def _made_up(*columns: Any) -> Select[Any]:
    """Select what somebody has made up for, with what is recorded of them on that date."""
    return (
        on_dates(CatchUp.participant_code.label("code"), CatchUp.done_on, *columns)
        .join(CatchUp, CatchUp.course_date_id == CourseDate.id)
        .outerjoin(
            Attendance,
            and_(
                Attendance.course_date_id == CatchUp.course_date_id,
                Attendance.participant_code == CatchUp.participant_code,
            ),
        )
    )


@rule(
    "note", "course_leader",
    lambda: _("Days made up for though they were there"),
    lambda: _("One of the two is a slip. What was made up for does not count."),
)  # fmt: skip
def _made_up_though_present(look: Look) -> Iterator[Finding]:
    for row in look.session.execute(_made_up().where(Attendance.status == "present")):
        text = _("{code} was there, and has made up for the day too.").format(code=row.code)
        yield about_date(row, text, whose=row.code)


@rule(
    "error", "course_leader",
    lambda: _("Days made up for before they were held, or in the future"),
    lambda: _("Take it back, and save it with the right day."),
)  # fmt: skip
def _made_up_too_early(look: Look) -> Iterator[Finding]:
    wrong = or_(CatchUp.done_on < CourseDate.date, CatchUp.done_on > look.today)
    for row in look.session.execute(_made_up().where(wrong)):
        text = _("{code} is said to have made up for it on {date}.").format(
            code=row.code, date=format_date(row.done_on)
        )
        yield about_date(row, text, whose=row.code)


@rule(
    "warning", "course_leader",
    lambda: _("Days made up for of which nothing is recorded"),
    lambda: _("Write down who came that day. Until then it does not count."),
)  # fmt: skip
def _made_up_unrecorded(look: Look) -> Iterator[Finding]:
    for row in look.session.execute(_made_up().where(Attendance.status.is_(None))):
        text = _("{code} has made up for the day, but it is not recorded that they missed it.")
        yield about_date(row, text.format(code=row.code), whose=row.code)


RULES = (
    _stranger_came, _came_to_cancelled, _came_ahead, _came_after_leaving, _made_up_too_early,
    _not_recorded, _nobody_enrolled, _no_name, _no_turn, _enrolled_late, _never_recorded,
    _came_before_enrolled, _made_up_unrecorded, _far_ahead, _few_people, _two_courses, _long_pause,
    _made_up_though_present, _no_course,
)  # fmt: skip
