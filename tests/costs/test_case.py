"""What a programme costs: lines, years, price years, units, and what is refused."""

import dataclasses
from decimal import Decimal

import pytest

from cost_cases import LINES, PHONE, TALK, case, other
from peerbook.costs.case import COMPLETED, STARTED, Line, estimate
from peerbook.costs.figure import Figure, wrong_with
from peerbook.costs.spread import Beta, Gamma, Triangle
from peerbook.errors import InputFault


def refused(*lines, **figures):
    with pytest.raises(InputFault) as fault:
        estimate(case(lines or LINES, **figures))
    return [one.place.field for one in fault.value.faults]


def test_a_line_is_the_product_of_its_figures_to_the_oere_in_every_year():
    # 310.55 * 1.5 * 37 = 17235.525, half an øre up
    assert [one.kr for one in estimate(case((TALK,))).costs] == [Decimal("17235.53")] * 3


def test_what_is_bought_at_the_start_costs_in_the_first_year_alone_and_follows_the_price_index():
    (cost,) = estimate(case((PHONE,))).costs
    assert (cost.year, cost.kr) == (2026, Decimal("1422.00"))


def test_the_parts_of_a_total_add_up_however_it_is_cut():
    found = estimate(case())
    total = found.total()
    assert total == 3 * (Decimal("17235.53") + Decimal("465.83")) + Decimal("1422.00")
    categories = ("preparation", "training", "running", "investment")
    assert sum(found.total(category=one) for one in categories) == total
    assert sum(found.total(year=one) for one in (2026, 2027, 2028)) == total
    assert sum(found.total(payer=one) for one in ("municipality", "foundation")) == total


def test_volunteers_and_grants_stand_apart_from_what_is_paid():
    found = estimate(case())
    assert found.total("volunteer") == 3 * Decimal("11100.00")
    assert found.volunteers_net == 3 * (Decimal("11100.00") - Decimal("465.83"))
    assert found.net == found.total() - 3 * Decimal("50000.00")


def test_the_cost_of_each_counts_all_years():
    found = estimate(case((TALK,)))
    assert found.units.per_started == Decimal("17235.53") / 20
    assert found.units.per_completed == Decimal("17235.53") / 12
    assert found.units.per_pair_month == Decimal("17235.53") / 120


def test_a_figure_nobody_told_is_asked_for_and_nothing_is_worked_out():
    without = case(**other("hours", value=None))
    assert without.missing == ("hours",)
    with pytest.raises(InputFault) as fault:
        estimate(without)
    assert [one.place.field for one in fault.value.faults] == ["hours"]


def test_the_most_a_line_may_come_to_is_no_more_than_anybody_spends_either():
    # 310.55 * 1.5 * 10^9 kr. is more than 10^11; the likeliest is 17,235.53
    most = other("talks", spread=Triangle(Decimal(0), Decimal(10**9)))
    assert refused(TALK, **most) == ["wage"]
    fewer = other("talks", spread=Triangle(Decimal(0), Decimal(10**8)))
    assert case((TALK,), **fewer).faults() == []


def test_a_figure_no_line_uses_is_not_asked_for():
    assert case((TALK,), **other("phone", value=None)).missing == ()


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("hours", {"value": Decimal(-1)}),
        ("hours", {"value": Decimal("NaN")}),
        (COMPLETED, {"value": Decimal("1.01")}),
        (COMPLETED, {"value": Decimal(0)}),
        (STARTED, {"value": Decimal(0)}),
        ("wage", {"value": Decimal(0)}),
        ("wage", {"price_year": None}),
        ("wage", {"price_year": 2014}),
        ("wage", {"source": ""}),
        ("hours", {"spread": Triangle(Decimal(-1), Decimal(3))}),
        ("hours", {"spread": Triangle(Decimal(2), Decimal(3))}),
        ("hours", {"spread": Gamma(Decimal(0))}),
        ("hours", {"spread": Gamma(Decimal("NaN"))}),
        ("hours", {"spread": Triangle(Decimal(0), Decimal("Infinity"))}),
        ("hours", {"spread": Triangle(Decimal("NaN"), Decimal(3))}),
        (COMPLETED, {"spread": Beta(Decimal("Infinity"))}),
        (COMPLETED, {"spread": Triangle(Decimal(0), Decimal(1))}),
        (STARTED, {"spread": Triangle(Decimal(0), Decimal(30))}),
        ("hours", {"spread": Beta(Decimal(10))}),
        (COMPLETED, {"spread": Triangle(Decimal("0.5"), Decimal("1.2"))}),
        (COMPLETED, {"spread": Gamma(Decimal("0.1"))}),
        (COMPLETED, {"value": Decimal(1), "spread": Beta(Decimal(10))}),
        (COMPLETED, {"spread": Beta(Decimal("0.01"))}),
        (COMPLETED, {"value": Decimal("0.01"), "spread": Beta(Decimal(1))}),
        ("hours", {"spread": Gamma(Decimal(2))}),
    ],
)
def test_what_cannot_be_is_told_at_its_figure(key, values):
    assert refused(**other(key, **values)) == [key]


@pytest.mark.parametrize(
    ("unit", "most"), [("weeks", 53), ("hours_a_week", 37), ("hours_each", 1924), ("share", 1)]
)
def test_there_is_no_more_of_something_than_can_be(unit, most):
    most = Decimal(most)
    figure = Figure(unit, most, "Opdigt", spread=Triangle(Decimal(0), most * 2))
    ((part, told),) = wrong_with(figure)
    assert part == "high"
    assert str(100 if unit == "share" else most) in told.replace(".", "")
    certain = dataclasses.replace(figure, spread=None)
    assert wrong_with(certain) == []
    over = dataclasses.replace(certain, value=most + Decimal("0.01"))
    assert [part for part, _told in wrong_with(over)] == ["value"]


def test_hours_of_all_staff_have_no_such_limit():
    assert wrong_with(Figure("hours", Decimal(20_000), "Opdigt")) == []


def test_all_that_is_wrong_is_told_at_once():
    wrong = {**other("hours", value=Decimal(-1)), **other("wage", value=None)}
    assert sorted(refused(TALK, **wrong)) == ["hours", "wage"]


@pytest.mark.parametrize("years", [0, 31])
def test_years_that_cannot_be_counted_are_refused(years):
    with pytest.raises(InputFault) as fault:
        estimate(case(years=years))
    assert [one.place.field for one in fault.value.faults] == ["years"]


@pytest.mark.parametrize(
    "lines",
    [
        (TALK, TALK),
        (Line("talk", "running", ("wage", "talks"), "municipality"),),
        (Line("talk", "running", ("hours", "talks"), "municipality"),),
        (Line("talk", "running", ("phone", "grant"), "municipality"),),
        (Line("talk", "running", ("phone", "unknown"), "municipality"),),
    ],
)
def test_lines_whose_units_make_no_kroner_are_a_fault_of_the_model(lines):
    with pytest.raises(ValueError, match=r"lines|needs|figure"):
        case(lines)
