"""How many pairs so many hours a week are enough for, and what takes them."""

from decimal import Decimal

import pytest

from cost_cases import TALK, case, other
from peerbook.costs.capacity import capacity
from peerbook.costs.case import MONTHS, STARTED, Line
from peerbook.errors import InputFault

PAIR = Line("pair", "running", ("wage", "hours", STARTED), "municipality")
START = Line("start", "preparation", ("wage", "hours"), "municipality", when="start")
GIVEN = Line("given", "running", ("volunteer_wage", "hours", "talks"), "volunteers", "volunteer")
# a talk of 1.5 hours, 37 times a year, takes 55.5 hours; a pair takes 1.5


def test_what_is_left_beside_what_is_fixed_is_shared_by_the_pairs():
    found = capacity(case((TALK, PAIR)), Decimal(15))
    assert found.hours == 780
    assert found.contracts == 483  # (780 - 55.5) / 1.5
    assert found.pairs == Decimal(483) * 6 / 12
    assert found.bottleneck.line == PAIR
    assert found.short == 0


def test_what_is_fixed_is_named_where_it_takes_more_than_there_is():
    found = capacity(case((TALK, PAIR)), Decimal(1))
    assert (found.contracts, found.pairs) == (0, 0)
    assert found.bottleneck.line == TALK
    assert found.short == Decimal("3.5")


def test_volunteers_and_what_is_done_once_take_no_hours_of_staff():
    assert (
        capacity(case((TALK, PAIR, START, GIVEN)), Decimal(15)).uses
        == capacity(case((TALK, PAIR)), Decimal(15)).uses
    )


def test_where_nothing_grows_with_the_pairs_no_number_is_made_up():
    found = capacity(case((TALK,)), Decimal(15))
    assert (found.contracts, found.pairs) == (None, None)


def test_how_many_begin_is_not_asked_for_and_what_is_asked_is_told():
    unknown = other(STARTED, value=None)
    assert capacity(case((TALK, PAIR), **unknown), Decimal(15)).contracts == 483
    missing = other("hours", value=None) | other(MONTHS, value=None)
    with pytest.raises(InputFault) as fault:
        capacity(case((TALK, PAIR), **missing), Decimal(15))
    assert [one.place.field for one in fault.value.faults] == ["hours", MONTHS]


@pytest.mark.parametrize("hours", ["0", "-1", "NaN", "Infinity"])
def test_hours_that_cannot_be_are_refused(hours):
    with pytest.raises(InputFault) as fault:
        capacity(case((TALK, PAIR)), Decimal(hours))
    assert [one.place.field for one in fault.value.faults] == ["hours_a_week"]


def test_hours_of_employment_are_fewer_hours_of_work():
    employed = capacity(case(), Decimal(37), Decimal(1443))
    assert employed.hours == 1443
    assert capacity(case(), Decimal(15), Decimal(1443)).hours == Decimal(15) * 1443 / 37


@pytest.mark.parametrize("hours", [Decimal(0), Decimal(1925), Decimal("NaN")])
def test_there_are_no_more_effective_hours_than_in_a_year(hours):
    with pytest.raises(InputFault) as fault:
        capacity(case(), Decimal(15), hours)
    assert [one.place.field for one in fault.value.faults] == ["effective_hours"]
