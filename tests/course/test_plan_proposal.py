"""What a change of a plan means is said before it is saved, and what is unwise is said loudly."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from peerbook.course.planning.plan_page import _passed_parts
from peerbook.course.planning.plan_part import dates_table
from peerbook.course.planning.plan_proposal_part import Proposed, consequence_parts
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.plan import CourseTemplate, Item, PlanRequest
from peerbook.course.schedule.plan_moves import move
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.ui import Notice

FREE = DanishCalendar()
SPRING = PlanRequest(
    "spring", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2
)
SPARRING_6 = Item("sparring", 6)


@pytest.fixture
def plan():
    """The sixth teaching day is 10 June 2026, its sparring 24 June."""
    return plan_course(SPRING, FREE)


def summer_warnings(plan, item, to):
    change = move(plan, item, to, calendar=FREE, reason="guest")
    parts = consequence_parts(Proposed(plan, change, "guest", item))
    told = [part.text for part in parts if isinstance(part, Notice) and part.kind == "warn"]
    return [text for text in told if "mange er væk" in text]


def test_a_sparring_that_moves_into_july_is_warned_of(plan):
    (text,) = summer_warnings(plan, SPARRING_6, dt.date(2026, 7, 1))
    assert "Gruppesparring 6, onsdag 1. juli 2026" in text
    assert len(text.splitlines()) == 2, "what lay in July before is not told"


def test_dates_that_lay_in_july_before_are_no_news(plan):
    assert plan.of_kind("final_assignment")[0].date.month == 7
    assert summer_warnings(plan, SPARRING_6, dt.date(2026, 6, 25)) == []


def test_a_day_moved_to_christmas_eve_is_warned_of_before_it_is_saved():
    request = PlanRequest(
        "winter", CourseTemplate(), 3, dt.time(10), first_month=(2026, 10), week_of_month=3
    )
    plan, day = plan_course(request, FREE), Item("teaching_day", 3)
    change = move(plan, day, dt.date(2026, 12, 24), calendar=FREE, reason="guest")
    parts = consequence_parts(Proposed(plan, change, "guest", day))
    told = [part.text for part in parts if isinstance(part, Notice) and part.kind == "warn"]
    assert "juleaftensdag" in told[0]
    assert "Undervisningsdag 3" in told[0]


def test_a_day_that_moves_to_between_christmas_and_new_year_is_warned_of():
    request = PlanRequest(
        "winter", CourseTemplate(), 3, dt.time(10), first_month=(2026, 10), week_of_month=3
    )
    plan, day = plan_course(request, FREE), Item("teaching_day", 3)
    change = move(plan, day, dt.date(2026, 12, 29), calendar=FREE, reason="guest")
    parts = consequence_parts(Proposed(plan, change, "guest", day))
    told = "\n".join(part.text for part in parts if isinstance(part, Notice))
    assert "omkring jul" in told
    assert "Undervisningsdag 3, tirsdag 29. december 2026" in told


@pytest.mark.parametrize(("day", "is_told"), [(12, False), (13, True), (14, True)])
def test_a_date_moved_to_a_weekend_is_told_mildly(plan, day, is_told):
    teaching = Item("teaching_day", 6)
    change = move(plan, teaching, dt.date(2026, 6, day), calendar=FREE, reason="guest")
    parts = consequence_parts(Proposed(plan, change, "guest", teaching))
    told = [part.text for part in parts if isinstance(part, Notice) and part.kind == "info"]
    assert any("Det er weekend" in text and "onsdag" in text for text in told) == is_told


def test_in_a_proposal_nothing_has_been_held_yet(plan):
    today = plan.of_kind("teaching_day")[1].date
    statuses = {
        is_saved: [
            row[3]["text"] for row in dates_table(plan, "", today, is_saved=is_saved).data["rows"]
        ]
        for is_saved in (True, False)
    }
    before = sum(date.date < today for date in plan.dates)
    assert statuses[True][:before] == ["Afholdt"] * before
    assert statuses[False][:before] == ["Før i dag"] * before
    assert set(statuses[False][before:]) == {"Planlagt"}


def test_a_proposal_that_has_begun_is_warned_of_with_what_to_do(plan):
    first = plan.starts_on
    assert _passed_parts(plan, SPRING, first) == []
    (by_month,) = _passed_parts(plan, SPRING, first + dt.timedelta(days=1))
    assert isinstance(by_month, Notice)
    assert by_month.kind == "warn"
    assert "kan det ikke nås: 1 af datoerne er gået. Vælg en senere måned." in by_month.text
    assert "Er holdet i gang, så gem planen." in by_month.text
    backwards = replace(SPRING, first_month=None, final_assignment_on=dt.date(2026, 7, 8))
    (by_last_day,) = _passed_parts(plan, backwards, first + dt.timedelta(days=1))
    assert "Vælg en senere dag for fremlæggelserne." in by_last_day.text
