"""When the follow-up is asked: three to six months after the last teaching day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.course.curriculum import load_course
from peerbook.course.evaluation.follow_up import follow_up
from peerbook.months import months_after

LAST_DAY = dt.date(2026, 8, 31)


MONTHS = load_course("six_months").rules.follow_up_months


def test_it_is_asked_in_the_months_of_the_course_content_and_in_no_others():
    standing = follow_up(LAST_DAY, (1, 2), 0, dt.date(2026, 9, 30))
    assert (standing.first, standing.last) == (dt.date(2026, 9, 30), dt.date(2026, 10, 31))
    assert standing.state == "due"


@pytest.mark.parametrize(
    ("today", "state", "is_reminded"),
    [
        (dt.date(2026, 6, 1), "early", False),
        (dt.date(2026, 11, 29), "early", False),
        (dt.date(2026, 11, 30), "due", True),
        (dt.date(2027, 2, 28), "due", True),
        (dt.date(2027, 3, 1), "late", True),
        (dt.date(2027, 8, 31), "late", True),
        (dt.date(2027, 9, 1), "late", False),
    ],
)
def test_a_course_is_due_between_three_and_six_months_and_late_after(today, state, is_reminded):
    standing = follow_up(LAST_DAY, MONTHS, 0, today)
    assert (standing.first, standing.last) == (dt.date(2026, 11, 30), dt.date(2027, 2, 28))
    assert (standing.state, standing.is_reminded) == (state, is_reminded)


@pytest.mark.parametrize("today", [dt.date(2026, 9, 1), dt.date(2027, 1, 1), dt.date(2027, 9, 1)])
def test_from_the_first_sheet_on_nobody_is_reminded(today):
    standing = follow_up(LAST_DAY, MONTHS, 1, today)
    assert (standing.state, standing.is_reminded) == ("asked", False)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 24))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months):
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(1)).day == 1)
