"""How many to make coffee for, from those who came on the same weekday."""

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from peerbook.cafe.head_counts import (
    FEWEST_COUNTS,
    LATEST_COUNTS,
    SHOWN_COUNTS,
    Forecast,
    forecasts,
)

TUESDAY = dt.date(2026, 3, 3)


def counted(people, *, first=TUESDAY, every=7, occasion="cafe"):
    return pd.DataFrame(
        [
            {
                "occasion": occasion,
                "date": first + dt.timedelta(days=every * place),
                "people": number,
            }
            for place, number in enumerate(people)
        ],
        columns=["occasion", "date", "people"],
    )


def test_the_median_and_the_range_of_earlier_counts_on_the_same_weekday():
    frame = pd.concat([counted([9, 12, 7]), counted([30, 31, 32], first=dt.date(2026, 3, 5))])
    tuesday, thursday = forecasts(frame, "cafe")
    assert tuesday == Forecast(1, 3, 9, 7, 12, dt.date(2026, 3, 17), True)
    assert thursday == Forecast(3, 3, 31, 30, 32, dt.date(2026, 3, 19), True)


def test_under_three_counts_say_that_they_are_too_few():
    latest = dt.date(2026, 3, 10)
    assert forecasts(counted([9, 12]), "cafe") == (Forecast(1, 2, None, None, None, latest, True),)
    assert FEWEST_COUNTS == 3


def test_half_a_person_gets_a_cup_too():
    (tuesday,) = forecasts(counted([8, 9, 10, 11]), "cafe")
    assert tuesday.expected == 10  # the median is 9.5


def test_only_the_latest_twelve_counts_weigh():
    (tuesday,) = forecasts(counted([2] * 30 + [10] * LATEST_COUNTS), "cafe")
    assert (tuesday.counts, tuesday.expected, tuesday.low) == (12, 10, 10)


def test_a_new_count_takes_no_weekday_away_but_old_ones_tell_nothing_of_next_time():
    wednesdays = counted([9] * 5, first=dt.date(2025, 3, 5))
    before = forecasts(wednesdays, "cafe")
    assert [(one.weekday, one.expected) for one in before] == [(2, 9)]
    tuesday, wednesday = forecasts(pd.concat([wednesdays, counted([7])]), "cafe")
    assert (tuesday.weekday, tuesday.counts, tuesday.expected) == (1, 1, None)
    assert (wednesday.weekday, wednesday.expected, wednesday.is_current) == (2, None, False)
    assert wednesday.latest == dt.date(2025, 4, 2)


def test_a_weekday_that_is_not_among_the_latest_counts_is_left_out():
    once = counted([30], first=dt.date(2024, 3, 2))
    shown = forecasts(pd.concat([once, counted([9] * SHOWN_COUNTS)]), "cafe")
    assert [one.weekday for one in shown] == [1]


def test_other_occasions_do_not_count():
    frame = pd.concat([counted([9] * 4), counted([40] * 4, occasion="common_event")])
    assert [one.expected for one in forecasts(frame, "cafe")] == [9]
    assert forecasts(frame, "info_meeting") == ()
    assert forecasts(counted([]), "cafe") == ()


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=40),
    st.sampled_from([1, 2, 3, 7, 14]),
    st.randoms(use_true_random=False),
)
def test_what_to_expect_lies_in_the_range_whatever_the_order_of_the_rows(people, every, chance):
    frame = counted(people, every=every)
    told = forecasts(frame, "cafe")
    rows = list(frame.itertuples(index=False))
    chance.shuffle(rows)
    assert forecasts(pd.DataFrame(rows, columns=frame.columns), "cafe") == told
    for one in told:
        assert 1 <= one.counts <= LATEST_COUNTS
        if one.counts < FEWEST_COUNTS or not one.is_current:
            assert one.expected is None
        else:
            assert one.low <= one.expected <= one.high
            assert {one.low, one.high} <= set(people)
