from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.course.curriculum import Activity, Day, Kind, load_course
from peerbook.course.planning.content_part import teaching_day_parts
from peerbook.course.schedule.day_plan import (
    Concern,
    Turnout,
    by_the_clock,
    catering,
    check_day,
    sparring_overrun,
    with_minutes,
)
from peerbook.errors import InputFault
from peerbook.text import format_time
from peerbook.ui import Table

TEN = dt.time(10)


def a_day(*parts: tuple[str, int]) -> Day:
    """A day of (kind, minutes), the activities named a0, a1, …"""
    return Day(
        number=1,
        title="En dag",
        aims=("Et mål",),
        activities=tuple(
            Activity(id=f"a{i}", kind=Kind(kind), title=f"Del {i}", minutes=minutes)
            for i, (kind, minutes) in enumerate(parts)
        ),
        themes=("roles",),
        handout="-",
        facilitator_notes="-",
        before_next_time="-",
    )


def concerns(day: Day, starts_at: dt.time = TEN) -> list[Concern]:
    return [warning.concern for warning in check_day(day, starts_at).warnings]


GOOD = (
    ("welcome", 30), ("lesson", 20), ("break", 15), ("exercise", 50), ("lunch", 45),
    ("exercise", 45), ("break", 10), ("reflection", 30),
)  # fmt: skip


def test_good_day_runs_by_the_clock_without_warnings() -> None:
    check = check_day(a_day(*GOOD), TEN)
    assert [format_time(item.starts_at) for item in check.activities] == [
        "10.00", "10.30", "10.50", "11.05", "11.55", "12.40", "13.25", "13.35",
    ]  # fmt: skip
    assert format_time(check.ends_at) == "14.05"
    assert (check.minutes, check.pause_min) == (245, 70)
    assert check.warnings == ()


def test_fifty_minutes_without_a_break_is_fine_and_fifty_one_is_not() -> None:
    assert concerns(a_day(("exercise", 50), ("lunch", 30), ("exercise", 50))) == []
    assert concerns(a_day(("exercise", 51), ("lunch", 30))) == [Concern.LONG_STRETCH]
    assert concerns(a_day(("exercise", 50), ("lunch", 30), ("lesson", 30), ("exercise", 21))) == [
        Concern.LONG_STRETCH
    ]


def test_break_under_ten_minutes_does_not_end_a_stretch() -> None:
    found = check_day(
        a_day(("exercise", 40), ("break", 5), ("exercise", 40), ("lunch", 30)), TEN
    ).warnings
    assert [warning.concern for warning in found] == [Concern.SHORT_BREAK, Concern.LONG_STRETCH]
    assert "85" in found[1].message
    assert found[1].starts_at == TEN


def test_lunch_must_be_there_in_time_and_long_enough() -> None:
    late = [("exercise", 50), ("break", 10)] * 3 + [("lunch", 30)]  # lunch at 13.00
    assert concerns(a_day(*late)) == [Concern.LATE_LUNCH]
    assert concerns(a_day(("exercise", 50), ("lunch", 20), ("exercise", 50))) == [
        Concern.SHORT_LUNCH
    ]
    assert concerns(a_day(*[("exercise", 50), ("break", 10)] * 3)) == [Concern.NO_LUNCH]
    assert concerns(a_day(("exercise", 50), ("break", 10), ("exercise", 50))) == []  # home at 11.50


def test_a_day_that_begins_in_the_afternoon_has_a_light_meal_and_is_not_warned_of_lunch(
    monkeypatch,
) -> None:
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    late = a_day(*[("exercise", 50), ("break", 10)] * 2, ("lunch", 20), ("exercise", 50))
    assert concerns(late, dt.time(13, 59)) == [Concern.LATE_LUNCH, Concern.SHORT_LUNCH]
    assert concerns(late, dt.time(14)) == []
    assert concerns(a_day(("exercise", 50)), dt.time(16, 30)) == []
    assert concerns(a_day(("exercise", 51)), dt.time(16, 30)) == [Concern.LONG_STRETCH]
    content = load_course("six_months")

    def parts_at(begins: dt.time):
        return teaching_day_parts(content, content.day(1), begins, dt.date(2026, 3, 2))

    shown = {
        begins: str([part.data["rows"] for part in parts_at(begins) if isinstance(part, Table)])
        for begins in (TEN, dt.time(16, 30))
    }  # fmt: skip
    assert "Frokost" in shown[TEN]
    assert "Let måltid" not in shown[TEN]
    assert "Let måltid" in shown[dt.time(16, 30)]
    assert "Frokost" not in shown[dt.time(16, 30)]


def test_long_lesson_and_long_day_are_told() -> None:
    assert concerns(a_day(("lesson", 31), ("lunch", 30))) == [Concern.LONG_LESSON]
    five_and_a_half = [("exercise", 50), ("lunch", 40), *[("exercise", 50), ("break", 10)] * 4]
    assert concerns(a_day(*five_and_a_half)) == []
    assert concerns(a_day(*five_and_a_half, ("reflection", 1))) == [Concern.LONG_DAY]


def test_a_day_past_midnight_is_counted_on_and_warned_of() -> None:
    check = check_day(a_day(*GOOD), dt.time(21))
    assert [format_time(item.starts_at) for item in check.activities] == [
        "21.00", "21.30", "21.50", "22.05", "22.55", "23.40", "00.25", "00.35",
    ]  # fmt: skip
    (warning,) = check.warnings
    assert warning.concern is Concern.OVERRUN
    assert "01.05" in warning.message
    assert (check.ends_at, check.spare_min) == (dt.time(1, 5), 0)
    (warning,) = check_day(a_day(*GOOD), dt.time(21), dt.time(23, 30)).warnings
    assert warning.concern is Concern.OVERRUN
    assert "95 minutter" in warning.message


def test_a_day_that_is_done_at_midnight_is_in_time() -> None:
    assert check_day(a_day(*GOOD), dt.time(19, 55)).warnings == ()


def test_lunch_after_midnight_is_late_and_none_is_missing() -> None:
    endless = [("exercise", 480), ("break", 10), ("exercise", 480)]
    at_noon, none_at_all = [*endless, ("lunch", 30)], endless
    assert Concern.LATE_LUNCH in concerns(a_day(*at_noon))
    assert Concern.NO_LUNCH in concerns(a_day(*none_at_all))


def test_a_sparring_that_is_not_done_in_time_is_told() -> None:
    timed = by_the_clock(a_day(("exercise", 60), ("reflection", 60)).activities, dt.time(22, 30))
    assert timed[-1].ends_at == dt.time(0, 30)
    assert "60 minutter" in sparring_overrun(timed, dt.time(23, 30))
    assert "midnat" in sparring_overrun(timed, None)
    assert sparring_overrun(timed[:1], dt.time(23, 30)) == ""


def test_lengths_can_be_changed_and_the_rest_stays() -> None:
    day = a_day(*GOOD)
    longer = with_minutes(day, {"a3": 70})
    assert longer.activities[3].minutes == 70
    assert longer.activities[:3] == day.activities[:3]
    assert longer.minutes == day.minutes + 20
    assert concerns(longer) == [Concern.LONG_STRETCH]


def test_impossible_lengths_are_told_together() -> None:
    with pytest.raises(InputFault) as caught:
        with_minutes(a_day(*GOOD), {"a0": 0, "a1": 481, "nothing": 10})
    assert {fault.place.field for fault in caught.value.faults} == {"a0", "a1", "nothing"}


@given(
    st.lists(
        st.tuples(st.sampled_from(["lesson", "exercise", "break", "lunch"]), st.integers(1, 60)),
        min_size=1,
        max_size=9,
    )
)
def test_clock_has_no_gaps_and_long_stretches_are_never_missed(
    parts: list[tuple[str, int]],
) -> None:
    check = check_day(a_day(*parts), dt.time(8))
    for before, after in zip(check.activities, check.activities[1:], strict=False):
        assert before.ends_at == after.starts_at
    # Walk the day minute by minute: the longest run of minutes outside a real break.
    longest = run = 0
    for kind, minutes in parts:
        for _ in range(minutes):
            run = 0 if kind in ("break", "lunch") and minutes >= 10 else run + 1
            longest = max(longest, run)
    warned = Concern.LONG_STRETCH in [warning.concern for warning in check.warnings]
    assert warned == (longest > 50)


def test_without_earlier_days_everybody_enrolled_is_expected() -> None:
    count = catering("teaching_day", enrolled=12, staff=2)
    assert (count.low, count.expected, count.high) == (None, 12, 12)
    assert {portion.item: portion.order for portion in count.portions} == {
        "coffee": 28, "sandwich": 14, "cake": 14,
    }  # fmt: skip


def test_sparring_has_coffee_and_fruit() -> None:
    count = catering("sparring", enrolled=8, staff=1)
    assert {portion.item: portion.order for portion in count.portions} == {"coffee": 9, "fruit": 9}


def test_range_is_the_beta_binomial_worked_by_hand() -> None:
    # One place, filled: Beta(1.5, 0.5). For two people asked:
    # P(0) = 0.5*1.5/(2*3) = 0.125, P(1) = 2*1.5*0.5/(2*3) = 0.25, P(2) = 1.5*2.5/(2*3) = 0.625.
    # 5 % lies within 0 and 95 % within 2; the mean is 2*1.5/2 = 1.5, which rounds to 2.
    count = catering("sparring", enrolled=2, earlier=[Turnout(1, 1)])
    assert (count.low, count.expected, count.high) == (0, 2, 2)


def test_range_holds_nine_tenths_of_simulated_days() -> None:
    count = catering("teaching_day", enrolled=30, earlier=[Turnout(30, 24)])
    assert count.low is not None
    chance = random.Random(1968)
    held = held_by_narrower = 0
    for _ in range(4000):
        share = chance.betavariate(24.5, 6.5)
        came = sum(chance.random() < share for _ in range(30))
        held += count.low <= came <= count.high
        held_by_narrower += count.low + 1 <= came <= count.high - 1
    assert held / 4000 >= 0.89
    assert held_by_narrower / 4000 < 0.9


def test_range_reaches_the_worst_and_the_best_day_seen() -> None:
    # 20 of 40 places in all; a beta-binomial alone would never reach 0 or 20 of 20.
    count = catering("teaching_day", enrolled=20, earlier=[Turnout(20, 20), Turnout(20, 0)])
    assert (count.low, count.expected, count.high) == (0, 10, 20)


def test_apologies_are_taken_off_before_the_range() -> None:
    count = catering("teaching_day", enrolled=10, apologies=4)
    assert (count.expected, count.high) == (6, 6)


@given(
    enrolled=st.integers(0, 40),
    earlier=st.lists(
        st.integers(0, 40).flatmap(
            lambda n: st.builds(Turnout, enrolled=st.just(n), came=st.integers(0, n))
        ),
        max_size=6,
    ),
    staff=st.integers(0, 4),
)
def test_counts_stay_in_order_and_never_pass_those_asked(
    enrolled: int, earlier: list[Turnout], staff: int
) -> None:
    count = catering("teaching_day", enrolled, earlier, staff=staff)
    assert 0 <= (count.low or 0) <= count.expected <= count.high <= enrolled
    for portion in count.portions:
        assert portion.expected <= portion.order


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"enrolled": -1}, "enrolled"),
        ({"staff": -1}, "staff"),
        ({"apologies": 6}, "apologies"),
        ({"earlier": [Turnout(3, 4)]}, "earlier"),
    ],
)
def test_impossible_numbers_are_refused_at_their_field(change: dict[str, Any], field: str) -> None:
    values = {"enrolled": 5} | change
    with pytest.raises(InputFault) as caught:
        catering("sparring", **values)
    assert field in {fault.place.field for fault in caught.value.faults}
