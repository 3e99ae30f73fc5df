"""When the clock of a contract ran, and of somebody's whole time, told day by day."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.pathways.retention import ENDS, time_at_risk
from peerbook.pathways.stretches import Stretch, contract, whole_time

FIRST = dt.date(2026, 1, 1)
AS_OF = FIRST + dt.timedelta(days=60)


def day(number):
    return None if number is None else FIRST + dt.timedelta(days=number)


def pauses(*numbers):
    return tuple((day(begins), day(resumes)) for begins, resumes in numbers)


def turns(*numbers):
    return [(day(number), turn) for number, turn in numbers]


def days_run(one):
    """Return days at risk and end as the curves count them; they refuse what cannot be."""
    frame = pd.DataFrame(
        [("P", one.started_on, one.ended_on, one.end, list(one.pauses))],
        columns=["participant", "started_on", "ended_on", "end", "pauses"],
    )
    row = time_at_risk(frame, AS_OF).iloc[0]
    return row["days"], row["end"], row["paused"]


TURNS = st.lists(st.tuples(st.integers(-5, 50), st.sampled_from(["paused", "resumed"])), max_size=8)


@st.composite
def contracts(draw):
    starts = draw(st.integers(0, 30))
    lasts = draw(st.none() | st.integers(0, 25))
    end = None if lasts is None else draw(st.sampled_from(ENDS))
    happened = turns(*sorted(draw(TURNS), key=lambda turn: turn[0]))
    ended_on = None if lasts is None else day(starts + lasts)
    return contract(day(starts), ended_on, end, happened), happened


def runs_on(one, happened, on):
    """Whether the clock of a contract runs on a day, by walking up to it."""
    if on < one.started_on or (one.ended_on is not None and on >= one.ended_on):
        return False
    last = [turn for when, turn in happened if when <= on]
    return not last or last[-1] == "resumed"


@given(contracts())
def test_a_contract_runs_on_the_days_on_which_it_is_not_paused(made):
    one, happened = made
    ran = sum(runs_on(one, happened, day(number)) for number in range(60))
    days, end, paused = days_run(one)
    assert (days, end) == (ran, one.end)
    assert paused == (one.ended_on is None and not runs_on(one, happened, AS_OF))


@given(st.lists(contracts(), min_size=1, max_size=5))
def test_somebodys_time_runs_on_the_days_on_which_any_contract_does(made):
    whole = whole_time([one for one, _happened in made], None)
    ran = sum(
        any(runs_on(one, happened, day(number)) for one, happened in made) for number in range(60)
    )
    days, _end, paused = days_run(whole)
    assert days == ran
    assert whole.started_on == min(one.started_on for one, _happened in made)
    runs_now = any(runs_on(one, happened, AS_OF) for one, happened in made)
    assert paused == (whole.ended_on is None and not runs_now)


@given(st.lists(contracts(), min_size=1, max_size=5), st.integers(0, 60))
def test_time_ends_as_the_last_contract_does_unless_somebody_else_is_still_to_come(made, left):
    ends = [one for one, _happened in made]
    whole = whole_time(ends, day(left))
    if any(one.ended_on is None for one in ends):
        assert (whole.ended_on, whole.end) == (None, None)
        return
    last = max(one.ended_on for one in ends)
    of_the_last = {one.end for one in ends if one.ended_on == last}
    if "changed_mentor" not in of_the_last:
        assert whole.ended_on == last
        assert whole.end in of_the_last
    elif whole.ended_on is None:
        assert day(left) < last
    elif whole.end == "withdrew" and whole.ended_on == day(left):
        assert day(left) >= last


@pytest.mark.parametrize(
    ("happened", "kept"),
    [
        (turns((5, "paused"), (9, "resumed")), pauses((5, 9))),
        (turns((5, "paused"), (7, "paused"), (9, "resumed"), (11, "resumed")), pauses((5, 9))),
        (turns((-3, "paused"), (2, "resumed")), pauses((0, 2))),
        (turns((-3, "paused"), (0, "resumed")), ()),
        (turns((15, "paused"), (25, "resumed")), pauses((15, None))),
        (turns((20, "paused")), ()),
        (turns((4, "resumed"), (15, "paused")), pauses((15, None))),
    ],
)
def test_a_pause_is_kept_as_far_as_it_lies_in_the_contract(happened, kept):
    assert contract(day(0), day(20), "completed", happened).pauses == kept


def test_whoever_gets_somebody_else_later_has_one_time_with_a_pause_between():
    first = Stretch(day(0), day(10), "changed_mentor")
    second = Stretch(day(17), day(40), "completed")
    assert whole_time([second, first], None) == Stretch(
        day(0), day(40), "completed", pauses((10, 17))
    )


def test_whoever_waits_for_somebody_else_goes_on_and_is_on_a_pause():
    one = Stretch(day(0), day(10), "changed_mentor")
    assert whole_time([one], None) == Stretch(day(0), None, None, pauses((10, None)))
    assert whole_time([one], day(5)) == whole_time([one], None)


def test_whoever_leaves_while_they_wait_has_withdrawn_that_day():
    one = Stretch(day(0), day(10), "changed_mentor")
    left = whole_time([one], day(30))
    assert left == Stretch(day(0), day(30), "withdrew", pauses((10, None)))
    assert days_run(left) == (10, "withdrew", False)
