"""What makes the difference between two models, in kroner for each contract."""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost_cases import FIGURES, LINES, PHONE, TALK, case, other
from peerbook.costs.case import STARTED, estimate
from peerbook.costs.comparison import differences
from peerbook.errors import InputFault


def test_the_largest_differences_stand_first_and_what_is_the_same_is_left_out():
    dearer = estimate(case((TALK, PHONE), **other("hours", value=Decimal(3))))
    plain = estimate(case((TALK,)))
    first, second = differences(dearer, plain)
    assert (first.what, first.one, first.other) == (
        "talk", Decimal("34471.05") * 3 / 60, Decimal("17235.53") * 3 / 60,
    )  # fmt: skip
    assert (second.what, second.one, second.other) == ("phone", Decimal(1422) / 60, 0)
    assert differences(plain, plain) == ()
    assert [one.kr for one in differences(plain, dearer)] == [-first.kr, -second.kr]


@given(st.lists(st.sampled_from(LINES), unique=True), st.lists(st.sampled_from(LINES), unique=True))
def test_all_differences_add_up_to_the_whole_one(ours, theirs):
    started = other(STARTED, value=Decimal(7))
    one, two = estimate(case(tuple(ours))), estimate(case(tuple(theirs), **started))
    together = sum((each.kr for each in differences(one, two, most=99)), Decimal(0))
    whole = one.units.per_started - two.units.per_started
    assert float(together) == pytest.approx(float(whole), abs=1e-9)


def test_kroner_of_different_years_are_not_compared():
    then = {
        key: dataclasses.replace(figure, price_year=2018)
        for key, figure in FIGURES.items()
        if figure.price_year
    }
    one, two = (
        estimate(case((TALK,))),
        estimate(dataclasses.replace(case((TALK,), **then), price_year=2018)),
    )
    with pytest.raises(InputFault) as fault:
        differences(one, two)
    assert [each.place.field for each in fault.value.faults] == ["price_year"]
