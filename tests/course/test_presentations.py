"""Turns for final assignments: everybody has one, in time, with breaks and lunch."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, a_planned_course, assert_sound, open_store
from peerbook.course import plan_records
from peerbook.course.planning import presentation_records
from peerbook.course.planning.presentations import Wish, timetable
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.day_plan import LATEST_LUNCH, LONGEST_STRETCH_MIN
from peerbook.course.schedule.plan import CoursePlan, CourseTemplate, Item, PlannedDate, PlanRequest
from peerbook.course.schedule.plan_moves import cancel
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.errors import Conflict, InputFault
from peerbook.store.tables import Course

FIRST, SECOND = dt.date(2016, 4, 28), dt.date(2016, 4, 29)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def plan_of(*days):
    """Return a plan with days of presentations from one hour to another: (date, from, to)."""
    dates = tuple(
        PlannedDate("final_assignment", number, date, starts_at, ends_at)
        for number, (date, starts_at, ends_at) in enumerate(days, start=1)
    )
    return CoursePlan("one", CourseTemplate(), 3, dates)


def clock(*numbers):
    return [dt.time(*divmod(number, 100)) for number in numbers]


def starts(turns, what="presentation", on=FIRST):
    return [turn.starts_at for turn in turns if turn.what == what and turn.date == on]


def test_presentations_are_shared_evenly_between_the_days():
    """28 and 29 April 2016, as in the newsletter; the hours are the test's own.

    Half an hour each; a second would make an hour without a break, so ten minutes follow each.
    10.00, 10.40, 11.20, 12.00, and then it is half past twelve: lunch until 13.00.
    """
    plan = plan_of((FIRST, *clock(1000, 1530)), (SECOND, *clock(1000, 1530)))
    turns = timetable(plan, Wish(count=9, minutes=30))
    assert starts(turns) == clock(1000, 1040, 1120, 1200, 1300)
    assert starts(turns, on=SECOND) == clock(1000, 1040, 1120, 1200)
    assert starts(turns, "lunch") == clock(1230)
    assert starts(turns, "lunch", SECOND) == []
    assert starts(turns, "break") == clock(1030, 1110, 1150)
    assert [turn.number for turn in turns if turn.what == "presentation"] == list(range(1, 10))


def test_short_presentations_share_a_stretch_of_at_most_fifty_minutes():
    turns = timetable(plan_of((FIRST, *clock(900, 1200))), Wish(4, 25))
    assert starts(turns) == clock(900, 925, 1000, 1025)


def test_lunch_comes_before_the_presentation_that_would_run_past_half_past_twelve():
    # 11.50 + 45 minutes would end 12.35.
    turns = timetable(plan_of((FIRST, *clock(1055, 1500))), Wish(3, 45))
    assert starts(turns, "lunch") == clock(1140)
    assert starts(turns) == clock(1055, 1210, 1305)


def test_a_day_that_begins_after_lunch_has_none():
    turns = timetable(plan_of((FIRST, *clock(1300, 1600))), Wish(3, 40))
    assert {turn.what for turn in turns} == {"presentation", "break"}


def test_a_longer_day_takes_those_the_shorter_one_has_no_time_for():
    plan = plan_of((FIRST, *clock(1000, 1040)), (SECOND, *clock(1300, 1600)))
    turns = timetable(plan, Wish(5, 30))
    assert (len(starts(turns)), len(starts(turns, on=SECOND))) == (1, 4)


def test_too_many_are_refused_with_how_many_there_is_time_for():
    # 10–12 holds turns at 10.00, 10.40 and 11.20, ending 11.50: three a day.
    plan = plan_of((FIRST, *clock(1000, 1200)), (SECOND, *clock(1000, 1200)))
    with pytest.raises(InputFault, match="time for 6 of 40 presentations") as fault:
        timetable(plan, Wish(40, 30))
    assert fault.value.faults[0].place.field == "count"


def test_a_cancelled_day_takes_nobody_and_without_days_it_is_said():
    request = PlanRequest(
        "one", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2
    )
    plan = plan_course(request, DanishCalendar())
    one_day = cancel(plan, Item("final_assignment", 1), "ill").plan
    assert {turn.date for turn in timetable(one_day, Wish(4, 30))} == {dt.date(2026, 7, 9)}
    none = cancel(one_day, Item("final_assignment", 2), "ill").plan
    with pytest.raises(InputFault, match="no day for final assignments"):
        timetable(none, Wish(4, 30))


@pytest.mark.parametrize(
    ("count", "minutes", "fields"),
    [(0, 30, ["count"]), (61, 30, ["count"]), (5, 0, ["minutes"]), (-1, 241, ["count", "minutes"])],
)
def test_impossible_numbers_are_refused_all_at_once(count, minutes, fields):
    with pytest.raises(InputFault) as fault:
        Wish(count, minutes)
    assert [one.place.field for one in fault.value.faults] == fields


HOURS = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 45])).map(lambda at: dt.time(*at))


@given(
    days=st.lists(st.tuples(HOURS, HOURS).filter(lambda span: span[0] < span[1]), max_size=4),
    count=st.integers(1, 60),
    minutes=st.integers(1, 240),
)
def test_whatever_is_asked_turns_never_overlap_and_breaks_come_in_time(days, count, minutes):
    plan = plan_of(*((FIRST + dt.timedelta(days=n), *span) for n, span in enumerate(days)))
    try:
        turns = timetable(plan, Wish(count, minutes))
    except InputFault:
        return
    assert [t.number for t in turns if t.what == "presentation"] == list(range(1, count + 1))
    spans = {date.date: (date.starts_at, date.ends_at) for date in plan.dates}
    for turn in turns:
        first, last = spans[turn.date]
        assert first <= turn.starts_at < turn.ends_at <= last
    sat_min = 0
    for one, other in pairwise([None, *turns]):
        if one is not None and one.date == other.date:
            assert one.ends_at == other.starts_at
            assert "presentation" in (one.what, other.what)
        else:
            assert other.what == "presentation"
            sat_min = 0
        sat_min = sat_min + minutes if other.what == "presentation" else 0
        assert sat_min <= max(minutes, LONGEST_STRETCH_MIN)
    for date in spans:
        of_day = [turn for turn in turns if turn.date == date]
        noon = any(
            turn.what == "presentation" and turn.starts_at > LATEST_LUNCH for turn in of_day[1:]
        )
        could_eat = any(
            turn.what == "presentation" and turn.ends_at <= LATEST_LUNCH for turn in of_day
        )
        if noon and could_eat:
            assert sum(turn.what == "lunch" for turn in of_day) == 1


# -- what the store keeps ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("presentations")) as opened:
        yield opened
        assert_sound(opened)


@pytest.fixture
def made(store):
    return a_planned_course(store, mentors=("Anna", "Bo", "Åse"))


def wished(store, made):
    with store.read() as session:
        return presentation_records.presentations_of(session.get_one(Course, made.course_id))


def presenting(store, made):
    with store.read() as session:
        return presentation_records.presenters(session, made.course_id)


def save_who(store, made, chosen, seen=None):
    with store.write(LEADER) as session:
        presentation_records.save_presenters(session, made.course_id, chosen, seen or {})


def test_how_many_and_how_long_is_asked_first_and_kept_beside_the_rules_of_the_plan(store, made):
    assert wished(store, made) is None
    seen = None
    for wish in (Wish(9, 30), Wish(8, 25)):
        with store.write(LEADER) as session:
            presentation_records.save_presentations(session, made.course_id, wish, seen)
        assert wished(store, made) == wish
        seen = wish
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
        plan = plan_records.load_plan(session, course)
        assert plan.template.teaching_days == 6
        assert plan.of_kind("teaching_day")[0].starts_at == dt.time(10)


def test_two_may_present_together_and_nobody_presents_twice(store, made):
    anna, bo, aase = made.codes
    save_who(store, made, {anna: 1, bo: 1, aase: None})
    assert presenting(store, made) == {anna: 1, bo: 1}
    save_who(store, made, {anna: 2, bo: None, aase: 1}, {anna: 1, bo: 1})
    assert presenting(store, made) == {anna: 2, aase: 1}


def test_what_two_people_choose_at_the_same_time_is_joined(store, made):
    anna, bo, _aase = made.codes
    save_who(store, made, {anna: 1}, {})
    save_who(store, made, {anna: None, bo: 2}, {})
    assert presenting(store, made) == {anna: 1, bo: 2}


def test_a_turn_somebody_else_has_given_meanwhile_is_asked_about(store, made):
    anna, bo, aase = made.codes
    save_who(store, made, {anna: 1, bo: 2})
    seen = {anna: 1, bo: 2}
    save_who(store, made, {anna: 3, bo: None, aase: 4}, seen)
    with pytest.raises(Conflict) as refused:
        save_who(store, made, {anna: 2, bo: 1, aase: 1}, seen)
    assert refused.value.theirs == {anna: 3, bo: None, aase: 4}
    assert presenting(store, made) == {anna: 3, aase: 4}
    save_who(store, made, {anna: 2, bo: None, aase: 4}, seen | refused.value.theirs)
    assert presenting(store, made) == {anna: 2, aase: 4}


def test_a_turn_somebody_else_has_taken_away_does_not_come_back_unasked(store, made):
    anna, bo, _aase = made.codes
    save_who(store, made, {anna: 1})
    save_who(store, made, {anna: None}, {anna: 1})
    save_who(store, made, {anna: 1, bo: 2}, {anna: 1})
    assert presenting(store, made) == {bo: 2}


def test_a_wish_somebody_else_has_saved_meanwhile_is_asked_about(store, made):
    def save_wish(mine, seen):
        with store.write(LEADER) as session:
            presentation_records.save_presentations(session, made.course_id, mine, seen)

    save_wish(Wish(9, 30), None)
    for seen in (None, Wish(6, 20)):
        with pytest.raises(Conflict) as refused:
            save_wish(Wish(8, 25), seen)
        assert refused.value.theirs == {"count": 9, "minutes": 30}
        assert refused.value.mine == {"count": 8, "minutes": 25}
    assert wished(store, made) == Wish(9, 30)
    save_wish(Wish(8, 25), Wish(**refused.value.theirs))
    save_wish(Wish(8, 25), None)
    assert wished(store, made) == Wish(8, 25)


def test_only_those_on_the_course_present(store, made):
    (stranger,) = a_planned_course(store, mentors=("Carl",)).codes
    with pytest.raises(InputFault, match=stranger) as fault:
        save_who(store, made, {stranger: 1})
    assert fault.value.faults[0].place.field == "people"
    assert presenting(store, made) == {}
