"""What came up in sparring is kept without names, and reaches the teaching day after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, a_planned_course, assert_sound, open_store
from peerbook.course import plan_records
from peerbook.course.attendance import sparring_records
from peerbook.course.attendance.sparring_part import proposal_parts
from peerbook.course.curriculum import load_course
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.coverage import themes_for_days
from peerbook.course.schedule.plan import CourseTemplate, Item, PlanRequest
from peerbook.course.schedule.plan_moves import cancel
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.errors import InputFault
from peerbook.store.tables import Course, CourseDate
from peerbook.ui import Prose

THEMES = [theme.id for theme in load_course("six_months").themes]


def sparring(number):
    return Item("sparring", number)


@pytest.fixture(scope="module")
def plan():
    """Second Wednesdays from 14 January 2026; sparring 14 days later."""
    request = PlanRequest(
        "one", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2
    )
    return plan_course(request, DanishCalendar())


# -- which day takes it up -----------------------------------------------------------------------


def test_what_came_up_goes_to_the_teaching_day_after_the_sparring(plan):
    raised = {sparring(2): ("boundaries", "ending"), sparring(4): ("ending",)}
    assert themes_for_days(plan, raised) == {3: ("boundaries", "ending"), 5: ("ending",)}


def test_what_came_up_after_the_last_day_has_no_day(plan):
    assert themes_for_days(plan, {sparring(6): ("ending",)}) == {None: ("ending",)}


def test_when_the_next_day_is_cancelled_the_one_after_takes_up_both(plan):
    without = cancel(plan, Item("teaching_day", 3), "ill").plan
    raised = {sparring(2): ("ending",), sparring(3): ("ending", "boundaries")}
    assert themes_for_days(without, raised) == {4: ("ending", "ending", "boundaries")}


def test_a_cancelled_sparring_and_one_without_themes_ask_for_nothing(plan):
    without = cancel(plan, sparring(2), "ill").plan
    assert themes_for_days(without, {sparring(2): ("ending",), sparring(3): ()}) == {}


@given(
    st.dictionaries(
        st.integers(1, 6).map(sparring), st.lists(st.sampled_from(THEMES)).map(tuple)
    )
)  # fmt: skip
def test_nothing_that_came_up_is_lost_or_doubled(plan, raised):
    taken_up = themes_for_days(plan, raised)
    assert sorted(sum(taken_up.values(), ())) == sorted(sum(raised.values(), ()))
    for number in taken_up:
        assert number is None or 2 <= number <= 6


# -- what it says --------------------------------------------------------------------------------


def words(parts):
    return str([part.tree for part in parts if isinstance(part, Prose)])


def test_the_proposal_says_what_to_do_how_long_it_takes_and_where_it_fits(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    content = load_course("six_months")
    theme = content.theme("over_involvement")
    said = words(proposal_parts(content, ("over_involvement",), 4))
    assert theme.title in said
    assert f"({theme.follow_up_min} min.)" in said
    assert theme.follow_up.split(".")[0] in said
    carriers = [one for one in content.day(4).modules if set(one.topics) & set(theme.topics)]
    for module in carriers:
        assert module.title in said


def test_themes_the_course_no_longer_has_are_left_out_and_without_any_nothing_is_said():
    content = load_course("six_months")
    assert proposal_parts(content, ("gone",), 4) == []
    assert proposal_parts(content, (), None) == []
    assert proposal_parts(content, ("gone", "ending"), 4) != []


def test_without_a_day_left_the_erfa_group_is_named(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    content = load_course("six_months")
    said = words(proposal_parts(content, ("ending", "ending"), None))
    assert "erfa group" in said
    assert said.count(content.theme("ending").title) == 1


# -- what the store keeps ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("sparring")) as opened:
        yield opened
        assert_sound(opened)


@pytest.fixture
def made(store):
    return a_planned_course(store)


def number_of(store, made, item):
    with store.read() as session:
        found = session.query(CourseDate).filter_by(
            course_id=made.course_id, kind=item.kind, number=item.number
        )
        return found.one().id


def note(store, made, themes, seen=(), item=None):
    date_id = number_of(store, made, item or sparring(2))
    with store.write(LEADER) as session:
        return sparring_records.save_raised_themes(session, date_id, themes, seen)


def noted(store, made):
    with store.read() as session:
        return sparring_records.raised_themes(session, made.course_id)


def test_themes_are_kept_by_sparring_and_can_be_corrected(store, made):
    note(store, made, {"ending", "boundaries"})
    note(store, made, {"role_clarity"}, item=sparring(3))
    assert noted(store, made) == {
        sparring(2): ("boundaries", "ending"), sparring(3): ("role_clarity",),
    }  # fmt: skip
    note(store, made, {"ending", "expectations"}, seen={"ending", "boundaries"})
    assert noted(store, made)[sparring(2)] == ("ending", "expectations")
    note(store, made, set(), seen={"ending", "expectations"})
    assert sparring(2) not in noted(store, made)


def test_what_two_people_note_at_the_same_time_is_joined(store, made):
    note(store, made, {"ending"})
    note(store, made, {"ending", "boundaries"}, seen={"ending"})
    note(store, made, {"role_clarity"}, seen={"ending"})
    note(store, made, {"role_clarity", "boundaries"}, seen={"boundaries"})
    assert noted(store, made) == {sparring(2): ("boundaries", "role_clarity")}


def test_themes_of_other_courses_are_not_mixed_in(store, made):
    note(store, a_planned_course(store), {"ending"})
    assert noted(store, made) == {}


def test_only_a_sparring_that_takes_place_has_themes(store, made):
    with pytest.raises(InputFault, match="sparring") as fault:
        note(store, made, {"ending"}, item=Item("teaching_day", 2))
    assert fault.value.faults[0].place.field == "themes"
    with store.write(LEADER) as session:
        course = session.get_one(Course, made.course_id)
        before = plan_records.load_plan(session, course)
        gone = before.with_date(replace(before.date_of(sparring(2)), status="cancelled"))
        plan_records.save_changes(session, course.id, before, gone, "ill", on=dt.date(2027, 1, 1))
    with pytest.raises(InputFault):
        note(store, made, {"ending"})
    with store.write(LEADER) as session, pytest.raises(InputFault):
        sparring_records.save_raised_themes(session, 10**9, {"ending"})
