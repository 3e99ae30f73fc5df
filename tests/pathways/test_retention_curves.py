"""Curves with competing ends are R's; pauses stand outside time; what cannot be is refused."""

import datetime as dt
import math
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peerbook.errors import InputFault, Place
from peerbook.pathways.retention import (
    DROP_OUT_ENDS,
    ENDS,
    POSITIVE_ENDS,
    at_risk_table,
    lines,
    retention,
    split,
    time_at_risk,
)
from peerbook.small_groups import SMALLEST

REFERENCE = Path(__file__).parents[1] / "reference"
FIRST = dt.date(2020, 1, 1)
AS_OF = dt.date(2030, 1, 1)
COLUMNS = ["participant", "started_on", "ended_on", "end", "pauses"]
SETS = tuple(pd.read_csv(REFERENCE / "retention_observed.csv")["set"].unique())
CLOSE = pytest.approx


def reference(name, of):
    table = pd.read_csv(REFERENCE / f"retention_{name}.csv")
    return table[table["set"] == of].drop(columns="set")


def contracts(lasted, **more):
    """Return contracts of (days, end), each of somebody else; without an end it goes on."""
    rows = [
        (f"P{number}", AS_OF - days_of(days), None, None, [])
        if end is None
        else (f"P{number}", FIRST, FIRST + days_of(days), end, [])
        for number, (days, end) in enumerate(lasted)
    ]
    return pd.DataFrame(rows, columns=COLUMNS, index=range(1, len(rows) + 1)).assign(**more)


def days_of(count):
    return dt.timedelta(days=int(count))


def observed(of):
    table = reference("observed", of)
    ends = table["end"].astype(object).where(table["end"].notna(), None)
    return retention(contracts(zip(table["day"], ends, strict=True)), AS_OF, SMALLEST)


def one(started_on=FIRST, ended_on=None, end=None, pauses=()):
    return pd.DataFrame(
        [("P", started_on, ended_on, end, list(pauses))], columns=COLUMNS, index=[7]
    )


def run(**contract):
    """Return days at risk, end and whether it is paused of one contract."""
    as_of = contract.pop("as_of", AS_OF)
    row = time_at_risk(one(**contract), as_of).iloc[0]
    return row["days"], row["end"], row["paused"]


def curve(result, line):
    return [step.together if line == "together" else step.of(line) for step in result.steps]


# R's survival


@pytest.mark.parametrize("of", SETS)
def test_every_share_error_and_band_is_what_r_says(of):
    result = observed(of)
    for line, values in reference("estimates", of).groupby("line"):
        assert values["day"].tolist() == [step.day for step in result.steps]
        for mine, its in zip(curve(result, line), values.itertuples(), strict=True):
            assert mine.share == CLOSE(its.share, abs=1e-8)
            if not its.share:  # of which R tells a band or none, as its rounding falls
                assert (mine.error, mine.low, mine.high) == (0, None, None)
                continue
            assert mine.error == CLOSE(its.error, abs=1e-8)
            assert (mine.low, mine.high) == CLOSE((its.low, its.high), abs=1e-8)


@pytest.mark.parametrize("of", SETS)
def test_the_median_and_its_interval_are_what_r_says(of):
    [its] = reference("medians", of).itertuples(index=False)
    median = observed(of).median
    mine = (median.day, median.low, median.high) if median else (None, None, None)
    assert mine == tuple(None if math.isnan(value) else value for value in its)


@pytest.mark.parametrize("of", SETS)
def test_the_at_risk_table_is_what_r_says(of):
    its = reference("at_risk", of)
    every = int(its["every"].iloc[0])
    mine = at_risk_table(observed(of), "weeks", every)
    columns = [column for column in its.columns if column != "every"]
    pd.testing.assert_frame_equal(
        mine[columns], its[columns].reset_index(drop=True), check_dtype=False
    )


def test_a_reference_without_events_has_no_line_but_the_pairs_together():
    assert set(reference("estimates", "made_nobody_ended")["line"]) == {"together"}
    assert reference("estimates", "mgus2")["line"].nunique() == 3


# What always holds

ENDINGS = st.sampled_from([*ENDS, None])
LASTED = st.lists(st.tuples(st.integers(0, 12), ENDINGS), min_size=1, max_size=40)


@given(LASTED)
def test_whoever_is_not_together_has_ended_in_one_way(lasted):
    for step in retention(contracts(lasted), AS_OF, SMALLEST).steps:
        assert step.together.share + sum(end.share for end in step.ends) == CLOSE(1, abs=1e-12)


@given(LASTED)
def test_pairs_only_become_fewer_and_ends_only_more(lasted):
    steps = retention(contracts(lasted), AS_OF, SMALLEST).steps
    for before, after in pairwise(steps):
        assert after.together.share <= before.together.share
        for end in ENDS:
            assert after.of(end).share >= before.of(end).share
        assert after.at_risk == before.at_risk - sum(before.ended) - before.censored


@given(LASTED, st.randoms(use_true_random=False))
def test_in_which_order_contracts_stand_says_nothing(lasted, chance):
    shuffled = chance.sample(lasted, len(lasted))
    assert retention(contracts(lasted), AS_OF, 5) == retention(contracts(shuffled), AS_OF, 5)


@given(LASTED)
def test_every_contract_is_told_once(lasted):
    result = retention(contracts(lasted), AS_OF, SMALLEST)
    told = [result.ended(end) for end in ENDS]
    assert told == [sum(end == way for _days, end in lasted) for way in ENDS]
    assert sum(told) + result.censored == result.contracts == len(lasted)


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["withdrew", None])), min_size=1))
def test_with_one_way_to_end_it_is_all_that_is_not_together(lasted):
    for step in retention(contracts(lasted), AS_OF, SMALLEST).steps:
        assert step.of("withdrew").share == CLOSE(1 - step.together.share, abs=1e-12)
        assert step.of("withdrew").error == CLOSE(step.together.error, abs=1e-7)


# Here the shares add up to a little more than 1 before they are cut.
@example([(day, "withdrew") for day in (1, 1, 2, 3, 3, 4, 4)])
@given(LASTED)
def test_a_share_lies_in_its_band(lasted):
    for step in retention(contracts(lasted), AS_OF, SMALLEST).steps:
        for estimate in (step.together, *step.ends):
            if estimate.share:
                assert 0 <= estimate.low <= estimate.share <= estimate.high <= 1


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4),
    st.integers(0, 20), ENDINGS,
)  # fmt: skip
def test_pauses_make_the_calendar_longer_and_time_at_risk_no_longer(pauses, last, end):
    """Contracts run for a while, are paused, and run again; the clock counts the running only."""
    day, spans = FIRST, []
    for ran, stood_still in pauses:
        begins = day + days_of(ran)
        day = begins + days_of(stood_still)
        spans.append((begins, day))
    until = day + days_of(last)
    told = {"ended_on": until, "end": end} if end else {"as_of": until}
    days, _end, paused = run(pauses=spans, **told)
    assert days == sum(ran for ran, _still in pauses) + last
    assert (until - FIRST).days == days + sum(still for _ran, still in pauses)
    assert not paused


# The clock


def test_who_is_paused_on_the_day_is_counted_until_the_pause_began():
    pause = (FIRST + days_of(40), None)
    assert run(pauses=[pause], as_of=FIRST + days_of(100)) == (40, None, True)
    planned = (FIRST + days_of(40), FIRST + days_of(101))
    assert run(pauses=[planned], as_of=FIRST + days_of(100)) == (40, None, True)
    result = retention(one(pauses=[pause]), FIRST + days_of(100), SMALLEST)
    assert (result.paused, result.censored) == (1, 1)


def test_on_the_day_it_goes_on_a_contract_is_not_paused():
    pause = (FIRST + days_of(40), FIRST + days_of(50))
    assert run(pauses=[pause], as_of=FIRST + days_of(50)) == (40, None, False)
    assert run(pauses=[pause], as_of=FIRST + days_of(51)) == (41, None, False)


def test_a_contract_that_ends_in_a_pause_ended_on_the_day_the_clock_stopped():
    pause = (FIRST + days_of(30), None)
    ended = {"ended_on": FIRST + days_of(90), "end": "lost_contact"}
    assert run(pauses=[pause], **ended) == (30, "lost_contact", False)


def test_a_contract_that_ends_on_the_day_has_ended():
    ended = {"ended_on": FIRST + days_of(90), "end": "completed"}
    assert run(as_of=FIRST + days_of(90), **ended) == (90, "completed", False)


def test_nothing_is_known_of_what_comes_after_the_day():
    ended = {"ended_on": FIRST + days_of(90), "end": "completed"}
    later = (FIRST + days_of(60), FIRST + days_of(70))
    assert run(pauses=[later], as_of=FIRST + days_of(50), **ended) == (50, None, False)
    assert retention(one(), FIRST - days_of(1), SMALLEST).contracts == 0


def test_moments_are_read_as_their_days():
    frame = one(pauses=[(pd.Timestamp(2020, 1, 11), None)])
    frame["started_on"] = pd.to_datetime(frame["started_on"])
    frame["ended_on"] = pd.to_datetime(frame["ended_on"])
    assert time_at_risk(frame, AS_OF)["days"].tolist() == [10]


# Small groups


def test_what_fewer_than_five_people_are_behind_is_grey():
    result = retention(contracts([(10, "withdrew"), *[(20, None)] * 5]), AS_OF, SMALLEST)
    assert [step.is_grey for step in result.steps] == [False, False]
    result = retention(contracts([(10, "withdrew"), *[(20, None)] * 4]), AS_OF, SMALLEST)
    assert [step.is_grey for step in result.steps] == [False, True]


def test_one_person_in_many_contracts_is_one_person():
    frame = contracts([(20, "changed_mentor")] * 9 + [(20, None)], participant="P")
    [step] = retention(frame, AS_OF, SMALLEST).steps
    assert (step.at_risk, step.is_grey) == (10, True)


def test_a_person_is_at_risk_as_long_as_one_of_their_contracts():
    each_twice = [f"P{number}" for number in range(5)] * 2
    lasted = [(10, "changed_mentor")] * 4 + [(20, "changed_mentor")] + [(20, "completed")] * 5
    first, second = retention(contracts(lasted, participant=each_twice), AS_OF, SMALLEST).steps
    assert not first.is_grey
    assert not second.is_grey


def test_a_group_is_shown_when_it_tells_nobody_of_few():
    enough = [(10, "completed")] * 6 + [(20, None)] * 6
    by_role = split(contracts(enough, role=["peer"] * 6 + ["mentor"] * 6), "role", AS_OF, 5)
    assert set(by_role.groups) == {"peer", "mentor"}
    assert by_role.groups["peer"].ended("completed") == 6
    assert by_role.everybody is None
    assert by_role.kept_back == ()


def test_who_is_few_cannot_be_found_by_taking_the_others_from_all():
    lasted = [(10, "completed")] * 14
    channels = ["press"] * 5 + ["ward"] * 6 + [None] * 3
    by_channel = split(contracts(lasted, channel=channels), "channel", AS_OF, SMALLEST)
    assert by_channel.everybody.contracts == 14
    assert set(by_channel.groups) == {"ward"}
    assert set(by_channel.kept_back) == {"press", None}


def test_who_has_not_told_a_channel_is_a_group_of_its_own():
    channels = ["press"] * 5 + [None] * 5
    by_channel = split(contracts([(10, None)] * 10, channel=channels), "channel", AS_OF, SMALLEST)
    assert by_channel.groups[None].contracts == 5


# What charts and tables need


def test_a_chart_gets_level_pieces_from_one_step_to_the_next():
    pieces = lines(retention(contracts([(14, "withdrew"), (28, None)]), AS_OF, SMALLEST), "weeks")
    together = pieces[pieces["line"] == "together"]
    columns = ["begins", "until", "share", "at_risk"]
    assert together[columns].values.tolist() == [[0, 2, 1, 2], [2, 4, 0.5, 1], [4, 4, 0.5, 1]]
    assert pieces["is_grey"].all()
    withdrew = pieces[pieces["line"] == "withdrew"]
    assert withdrew["share"].tolist() == [0, 0.5, 0.5]
    assert withdrew["low"].isna().tolist() == [True, False, False]


def test_six_months_and_three_are_counted_in_months():
    table = at_risk_table(
        retention(contracts([(182, "completed"), (273, "extended_completed")]), AS_OF, 5),
        "months", 3,
    )  # fmt: skip
    assert table["time"].tolist() == [0, 3, 6, 9]
    assert table["at_risk"].tolist() == [2, 2, 1, 0]
    assert table["completed"].tolist() == [0, 0, 1, 0]
    assert table["extended_completed"].tolist() == [0, 0, 0, 1]
    assert table["is_grey"].tolist() == [True, True, True, False]


def test_without_contracts_there_is_nothing_to_show():
    nothing = retention(contracts([]), AS_OF, SMALLEST)
    assert (nothing.contracts, nothing.steps, nothing.median) == (0, (), None)
    assert lines(nothing, "months").empty
    assert at_risk_table(nothing, "months")["at_risk"].tolist() == [0]
    assert not split(contracts([], role=[]), "role", AS_OF, SMALLEST).groups


def test_good_ends_are_never_among_those_who_dropped_out():
    assert not POSITIVE_ENDS & DROP_OUT_ENDS
    assert POSITIVE_ENDS | DROP_OUT_ENDS | {"changed_mentor"} == set(ENDS)


# Bad input


def after(*days):
    return tuple(FIRST + days_of(day) for day in days)


@pytest.mark.parametrize(
    ("contract", "column"),
    [
        ({"started_on": None}, "started_on"),
        ({"ended_on": FIRST - days_of(1), "end": "completed"}, "ended_on"),
        ({"ended_on": FIRST, "end": None}, "end"),
        ({"ended_on": FIRST, "end": "rejected"}, "end"),
        ({"end": "completed"}, "ended_on"),
        ({"pauses": [after(9, 8)]}, "pauses"),
        ({"pauses": [after(-1, 8)]}, "pauses"),
        ({"ended_on": FIRST + days_of(9), "end": "withdrew", "pauses": [after(5, 10)]}, "pauses"),
        ({"ended_on": FIRST + days_of(9), "end": "withdrew", "pauses": [(*after(10), None)]},
         "pauses"),
        ({"pauses": [after(20, 30), after(5, 21)]}, "pauses"),
        ({"pauses": [(*after(5), None), after(20, 30)]}, "pauses"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(contract, column):
    with pytest.raises(InputFault) as refused:
        retention(one(**contract), AS_OF, SMALLEST)
    assert [fault.place for fault in refused.value.faults] == [Place(row=7, column=column)]


def test_all_that_is_wrong_is_told_at_once():
    wrong = pd.concat([one(started_on=None), one(end="completed", pauses=[after(9, 8)])])
    with pytest.raises(InputFault) as refused:
        retention(wrong, AS_OF, SMALLEST)
    assert len(refused.value.faults) == 3


def test_pauses_that_meet_do_not_overlap():
    assert run(pauses=[after(10, 20), after(20, 30)], as_of=FIRST + days_of(40))[0] == 20


def test_no_threshold_below_five_is_ever_used():
    with pytest.raises(ValueError, match="threshold"):
        retention(contracts([(1, None)]), AS_OF, SMALLEST - 1)
