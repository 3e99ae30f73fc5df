"""The intervals of shares, counts and ratios are those of R; see tests/reference/recruitment.R."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.recruitment.funnel import wilson
from peerbook.recruitment.press_study import poisson_interval, rate_ratio

REFERENCE = Path(__file__).parents[1] / "reference" / "recruitment.csv"


def golden(what):
    with REFERENCE.open() as file:
        rows = [row for row in csv.DictReader(file) if row["what"] == what]
    assert rows
    return [
        (*(int(row[name]) for name in "abcd"), float(row["low"]), float(row["high"]))
        for row in rows
    ]


@pytest.mark.parametrize(("people", "of", "_c", "_d", "low", "high"), golden("wilson"))
def test_the_interval_of_a_share_is_wilsons(people, of, _c, _d, low, high):
    found = wilson(people, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("count", "_b", "_c", "_d", "low", "high"), golden("poisson"))
def test_the_interval_of_a_count_is_exact(count, _b, _c, _d, low, high):
    found = poisson_interval(count)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(("count", "days", "other", "other_days", "low", "high"), golden("ratio"))
def test_the_interval_of_a_ratio_is_exact(count, days, other, other_days, low, high):
    found = rate_ratio(count, days, other, other_days)
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == (math.inf if math.isinf(high) else pytest.approx(high, abs=1e-9))


def test_of_nobody_there_is_no_share_and_no_interval():
    assert wilson(0, 0).share is None
    assert wilson(0, 0).low is None


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval_and_that_between_nought_and_one(pair):
    found = wilson(*pair)
    assert 0 <= found.low <= found.share <= found.high <= 1
