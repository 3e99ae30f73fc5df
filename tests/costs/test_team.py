"""What an hour of staff costs, and what is refused."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from cost_cases import case
from peerbook.costs.case import Line, estimate
from peerbook.costs.team import FULL_YEAR_HOURS, Employment, is_old
from peerbook.errors import InputFault

TODAY = dt.date(2026, 11, 26)
STAFF = Employment(
    Decimal(420_000), Decimal("0.18"), Decimal("0.05"), Decimal(1400), 2026, "Opdigt", TODAY
)


def test_an_hour_costs_a_year_with_all_that_comes_on_top_over_the_hours_that_are_left():
    hour = STAFF.hour()
    assert hour.known == Decimal(420_000) * Decimal("1.18") * Decimal("1.05") / 1400
    assert (hour.unit, hour.price_year, hour.source) == ("kr_per_hour", 2026, "Opdigt")


def test_the_price_of_an_hour_is_a_figure_of_a_case():
    line = Line("one", "running", ("wage", "hours"), "municipality")
    assert estimate(case((line,), years=1, wage=STAFF.hour())).total() == Decimal("557.55")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("yearly_pay_kr", Decimal(0)),
        ("yearly_pay_kr", Decimal("NaN")),
        ("on_top_share", Decimal("1.01")),
        ("overhead_share", Decimal(-1)),
        ("effective_hours", Decimal(0)),
        ("effective_hours", Decimal(FULL_YEAR_HOURS + 1)),
        ("source", " "),
    ],
)
def test_what_cannot_be_is_told_at_its_field(field, value):
    with pytest.raises(InputFault) as fault:
        dataclasses.replace(STAFF, **{field: value}).hour()
    assert [one.place.field for one in fault.value.faults] == [field]


def test_a_price_is_old_when_a_year_has_gone():
    assert not is_old(dt.date(2025, 11, 26), TODAY)
    assert is_old(dt.date(2025, 11, 25), TODAY)
