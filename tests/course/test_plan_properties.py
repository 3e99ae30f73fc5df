"""What holds for every plan, tried on random courses against an almanac of our own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from peerbook.course.schedule.calendar import Closure, DanishCalendar, Resource
from peerbook.course.schedule.no_plan import NoPlan
from peerbook.course.schedule.plan import CoursePlan, CourseTemplate, Item, PlanRequest
from peerbook.course.schedule.plan_moves import cancel, move, pin, replan
from peerbook.course.schedule.plan_solver import plan_course, plan_courses
from peerbook.errors import InputFault

ANNA, HALL = Resource("teacher", "Anna"), Resource("room", "Salen")
DAY = dt.timedelta(days=1)
ORDERED = ("teaching_day", "sparring", "final_assignment", "erfa_group")


def easter_sunday(year):
    """The Gregorian Easter rule (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def is_public_holiday(day):
    after_easter = (day - easter_sunday(day.year)).days
    movable = {-3, -2, 0, 1, 39, 49, 50} | ({26} if day.year < 2024 else set())
    return after_easter in movable or (day.month, day.day) in {(1, 1), (12, 25), (12, 26)}


@st.composite
def closures(draw, first, months=12):
    starts_on = first + draw(st.integers(0, 31 * months)) * DAY
    length = draw(st.integers(0, 8))
    resource = draw(st.sampled_from([None, None, ANNA, HALL]))
    return Closure(starts_on, starts_on + length * DAY, "other", "closed", resource)


@st.composite
def requests(draw, key="course"):
    year, month = draw(st.integers(1990, 2097)), draw(st.integers(1, 12))
    return PlanRequest(
        course_key=key,
        title=key,
        template=CourseTemplate(),
        weekday=draw(st.integers(0, 6)),
        week_of_month=draw(st.sampled_from([None, 1, 2, 3, 4, -1])),
        day_starts_at=dt.time(10),
        first_month=(year, month),
        teachers=("Anna",) if draw(st.booleans()) else (),
        room="Salen" if draw(st.booleans()) else "",
    )


@st.composite
def courses(draw):
    request = draw(requests())
    first = dt.date(*request.first_month, 1)
    return request, draw(st.lists(closures(first), max_size=4))


def is_closed(day, date, closed):
    return any(
        one.starts_on <= day <= one.ends_on
        and (one.resource is None or one.resource in date.resources)
        for one in closed
    )


def check_sound(plan, request, closed):
    """Everything a plan promises, judged without the calendar module."""
    for date in plan.dates:
        assert not is_public_holiday(date.date), date
        assert not is_closed(date.date, date, closed), date
        assert date.date.weekday() < 5 or date.date.weekday() == request.weekday, date
        for avoided in date.avoided:
            assert avoided.date != date.date
            assert avoided.reasons
            assert all(reason.text for reason in avoided.reasons)
    teaching = [date.date for date in plan.of_kind("teaching_day")]
    assert {day.weekday() for day in teaching} == {request.weekday}
    year, month = request.first_month
    months = [(year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(6)]
    assert [(day.year, day.month) for day in teaching] == months
    gaps = [(later - sooner).days for sooner, later in pairwise(teaching)]
    assert all(21 <= gap <= 42 for gap in gaps)
    for day, sparring in zip(teaching, plan.of_kind("sparring"), strict=True):
        assert 10 <= (sparring.date - day).days <= 18
    first, second = plan.of_kind("final_assignment")
    between = [first.date + n * DAY for n in range(1, (second.date - first.date).days)]
    assert all(day.weekday() > 4 or is_public_holiday(day) for day in between)
    check_order(plan)


def check_order(plan):
    """A course goes forwards: day, sparring, next day …, final assignments, erfa groups."""
    last_of = {}
    for date in plan.dates:
        if date.takes_place and date.kind in ORDERED:
            assert last_of.get(date.kind, (0, dt.date.min)) < (date.number, date.date), date
            last_of[date.kind] = (date.number, date.date)
    chain = [
        date.date
        for number in range(1, 7)
        for kind in ("teaching_day", "sparring")
        if (date := plan.date_of(Item(kind, number))).takes_place
    ]
    chain += [date.date for date in plan.of_kind("final_assignment") if date.takes_place]
    chain += [date.date for date in plan.of_kind("erfa_group") if date.takes_place]
    assert chain == sorted(set(chain))


@settings(max_examples=500)
@given(courses())
def test_no_date_lies_on_a_holiday_or_closure_and_sparring_follows_in_10_to_18_days(course):
    request, closed = course
    result = plan_course(request, DanishCalendar(closed))
    if isinstance(result, NoPlan):
        event("no plan")
        assert result.clashing
        assert result.text
        return
    check_sound(result, request, closed)


@settings(max_examples=40)
@given(courses())
def test_a_better_date_is_avoided_only_for_a_stated_reason(course):
    request, closed = course
    plan = plan_course(request, DanishCalendar(closed))
    assume(isinstance(plan, CoursePlan))
    for sparring in plan.of_kind("sparring"):
        day = plan.date_of(Item("teaching_day", sparring.number)).date
        ideal, own = day + 14 * DAY, abs((sparring.date - day).days - 14)
        nearer = {ideal + n * DAY for n in range(-4, 5) if abs(n) < own}
        working = {d for d in nearer if d.weekday() < 5 or d.weekday() == request.weekday}
        told = {avoided.date: avoided.reasons for avoided in sparring.avoided}
        assert set(told) == working
        for other, reasons in told.items():
            blocked = is_public_holiday(other) or is_closed(other, sparring, closed)
            kinds = {reason.kind for reason in reasons}  # Christmas Eve can be closed besides
            assert bool(kinds & {"holiday", "closure"}) == blocked


@settings(max_examples=25)
@given(courses(), st.integers(0, 4))
def test_courses_that_share_a_teacher_never_need_her_twice_at_once(course, other_weekday):
    request, closed = course
    one = replace(request, course_key="a", teachers=("Anna",))
    two = replace(one, course_key="b", weekday=other_weekday, day_starts_at=dt.time(12))
    result = plan_courses([one, two], DanishCalendar(closed))
    assume(not isinstance(result, NoPlan))
    for date in result[0].dates:
        for other in result[1].dates:
            if date.date == other.date and date.starts_at and other.starts_at:
                assert date.ends_at <= other.starts_at or other.ends_at <= date.starts_at


@settings(max_examples=15)
@given(courses())
def test_planning_is_repeatable(course):
    request, closed = course
    first = plan_course(request, DanishCalendar(closed))
    assert plan_course(request, DanishCalendar(reversed(closed))) == first


BASE = PlanRequest(
    "course", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2,
    teachers=("Anna",), room="Salen",
)  # fmt: skip


@pytest.fixture(scope="module")
def base():
    return plan_course(BASE, DanishCalendar())


items = st.one_of(
    st.builds(Item, st.sampled_from(["teaching_day", "sparring"]), st.integers(1, 6)),
    st.builds(Item, st.just("final_assignment"), st.integers(1, 2)),
    st.builds(Item, st.just("erfa_group"), st.integers(1, 3)),
    st.builds(Item, st.sampled_from(["mid_evaluation", "graduation"]), st.just(1)),
)


def tried(change):
    """Return what a change gives, or the fields it is refused at."""
    try:
        return change(), None
    except InputFault as fault:
        return None, [one.place.field for one in fault.faults]


def as_it_stands(plan, pinned, cancelled):
    """Return the plan with some dates fixed by hand and others cancelled."""
    for item in pinned:
        plan = pin(plan, item)
    for item in cancelled:
        plan = cancel(plan, item, "snow").plan
    return plan


some = st.sets(items, max_size=2)


@settings(max_examples=80)
@given(item=items, steps=st.integers(-40, 40), pinned=some, cancelled=some, data=st.data())
def test_moving_a_date_keeps_the_plan_sound(base, item, steps, pinned, cancelled, data):
    closed = data.draw(st.lists(closures(dt.date(2026, 1, 1)), max_size=2))
    plan = as_it_stands(base, pinned - {item}, cancelled - pinned - {item})
    to = plan.date_of(item).date + steps * DAY
    changed, fields = tried(lambda: move(plan, item, to, calendar=DanishCalendar(closed)))
    if changed is None:
        event("refused")
        assert fields == ["date"]
        return
    event("moved" if steps else "stayed")
    after = changed.plan
    moved = after.date_of(item)
    assert (moved.date, moved.pinned) == (to, True)
    assert {date.item for date in after.dates} == {date.item for date in plan.dates}
    check_order(after)
    for fixed in pinned - {item}:
        assert after.date_of(fixed).date == plan.date_of(fixed).date
    if not steps:
        return
    for date in after.dates:
        # Evaluations are part of a day and share its fate; what is fixed by hand stays.
        if date.takes_place and not date.pinned and date.starts_at is not None:
            assert not is_public_holiday(date.date)
            assert not is_closed(date.date, date, closed)
    for sparring in after.of_kind("sparring"):
        day = after.date_of(Item("teaching_day", sparring.number))
        if not (day.takes_place and sparring.takes_place):
            continue
        offset = (sparring.date - day.date).days
        is_told = sparring.pinned or any(
            told.startswith(sparring.name) for told in changed.warnings
        )
        assert 10 <= offset <= 18 or (is_told and str(offset) in after.remark(sparring.item))
        assert sparring.pinned or 6 <= offset <= 22
    told = {one.item for one in changed.consequences}
    differing = {d.item for d in after.dates if d.date != plan.date_of(d.item).date}
    assert told == differing - {item}
    assert all(one.text for one in changed.consequences)


@settings(max_examples=40)
@given(st.lists(closures(dt.date(2026, 1, 1)), min_size=1, max_size=3), some, some)
def test_a_new_closure_moves_only_what_it_must(base, closed, pinned, cancelled):
    plan = as_it_stands(base, pinned, cancelled - pinned)
    calendar = DanishCalendar(closed)
    try:
        changed = replan(plan, calendar=calendar)
    except InputFault:
        event("cannot be mended")
        return
    check_order(changed.plan)
    hit = {
        date.item
        for date in plan.dates
        if date.takes_place and not calendar.is_free(date.date, date.resources)
    }
    if not hit:
        assert changed.consequences == ()
    for date in changed.plan.dates:
        if date.item in pinned:
            assert date.date == plan.date_of(date.item).date
        elif date.takes_place and date.starts_at is not None:
            assert calendar.is_free(date.date, date.resources)


@settings(max_examples=40)
@given(number=st.integers(1, 6), moved=items, steps=st.integers(-40, 40))
def test_what_moves_after_a_day_was_cancelled_still_goes_forwards(base, number, moved, steps):
    gone = cancel(base, Item("teaching_day", number), "snow").plan
    assume(gone.date_of(moved).takes_place)
    to = gone.date_of(moved).date + steps * DAY
    changed, _fields = tried(lambda: move(gone, moved, to, calendar=DanishCalendar()))
    if changed is None:
        event("refused")
        return
    check_order(changed.plan)


@settings(max_examples=40)
@given(items, items)
def test_cancelling_leaves_everything_else_that_has_times_where_it_was(base, one, other):
    after = cancel(base, one, "snow").plan
    assert not after.date_of(one).takes_place
    for date in base.dates:
        if date.starts_at is not None:
            assert after.date_of(date.item).date == date.date
    if other != one:
        assert cancel(after, other, "ice").plan.date_of(one).status == "cancelled"
