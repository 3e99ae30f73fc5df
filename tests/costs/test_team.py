"""What an hour of staff costs, and what is refused."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from cost_cases import FIGURES, case
from peerbook.costs.case import Line, estimate
from peerbook.costs.draws import Drawing, drawn_totals
from peerbook.costs.figure import FULL_YEAR_HOURS
from peerbook.costs.team import Employment, Member, hour_of, is_old
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


def member(pay=420_000, hours="15", starts=None, ends=None, price_year=2026, **other):
    employment = dataclasses.replace(STAFF, yearly_pay_kr=Decimal(pay), price_year=price_year)
    return Member("Koordinator", "wage", Decimal(hours), employment, starts, ends, **other)


def test_somebody_replaced_in_the_middle_costs_what_both_cost_for_as_long_as_each_was_there():
    half = dt.date(2026, 7, 1)
    first = member(400_000, ends=half - dt.timedelta(days=1))
    second = member(500_000, hours="30", starts=half)
    days, later = 181, 184
    hours = (days * 15, later * 30)
    expected = (
        first.employment.hour().known * hours[0] + second.employment.hour().known * hours[1]
    ) / sum(hours)
    found = hour_of([first, second], range(2026, 2027), 2026)
    assert found.known == round(expected, 2)
    assert not found.by_year
    over_years = hour_of([first, second], range(2025, 2028), 2026)
    assert [year for year, _kr in over_years.by_year] == [2025, 2026, 2027]
    assert [over_years.in_year(year) for year in (2025, 2026, 2027)] == [
        round(first.employment.hour().known, 2),
        found.known,
        round(second.employment.hour().known, 2),
    ]
    only_the_second = hour_of([first, second], range(2027, 2030), 2026)
    assert only_the_second.known == round(second.employment.hour().known, 2)


def test_each_year_costs_what_those_who_are_there_then_cost():
    half = dt.date(2027, 7, 1)
    team = [member(400_000, ends=half - dt.timedelta(days=1)), member(500_000, starts=half)]
    hour = hour_of(team, range(2026, 2029), 2026)
    line = Line("one", "running", ("wage", "hours"), "municipality")
    start = dataclasses.replace(line, id="two", when="start")
    found = estimate(case((line, start), years=3, wage=hour))
    hours = FIGURES["hours"].known
    assert {cost.year: cost.kr for cost in found.costs if cost.line == line} == {
        year: round(hour.in_year(year) * hours, 2) for year in (2026, 2027, 2028)
    }
    assert found.total(when="start") == round(hour.in_year(2026) * hours, 2)
    assert len({cost.kr for cost in found.costs}) == 3


def test_a_draw_is_of_each_years_price():
    half = dt.date(2027, 7, 1)
    team = [member(400_000, ends=half - dt.timedelta(days=1)), member(500_000, starts=half)]
    hour = hour_of(team, range(2026, 2029), 2026)
    line = Line("one", "running", ("wage", "hours"), "municipality")
    made = case((line,), years=3, wage=hour)
    (drawn,) = drawn_totals([made], Drawing(10))
    assert drawn == pytest.approx(float(estimate(made).total()), abs=0.02)


def test_a_year_in_which_nobody_is_there_is_told():
    early = [member(ends=dt.date(2026, 12, 31))]
    with pytest.raises(InputFault) as fault:
        hour_of(early, range(2026, 2029), 2026)
    assert "2027, 2028" in fault.value.faults[0].message


def test_there_is_room_for_any_number_of_people_even_alike():
    alike = [member() for _n in range(12)]
    assert hour_of(alike, range(2026, 2029), 2026).known == STAFF.hour().known


def test_pay_of_another_year_is_carried_over_where_the_level_is_known():
    older = member(price_year=2024)
    index = {2024: Decimal(100), 2026: Decimal(106)}
    carried = hour_of([older], range(2026, 2027), 2026, index)
    assert (carried.known, carried.price_year) == (
        round(older.employment.hour().known * Decimal(106) / 100, 2), 2026,
    )  # fmt: skip
    assert hour_of([older], range(2026, 2027), 2026).price_year == 2024, "left to the case"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ([member(price_year=2024), member()], "staff"),
        ([member(ends=dt.date(2025, 12, 31))], "staff"),
        ([member(hours="0")], "hours_a_week"),
        ([member(starts=dt.date(2026, 2, 1), ends=dt.date(2026, 1, 1))], "ends_on"),
        ([dataclasses.replace(member(), title=" ")], "title"),
    ],
)
def test_a_team_that_cannot_be_worked_out_is_told(members, field):
    with pytest.raises(InputFault) as fault:
        hour_of(members, range(2026, 2027), 2026)
    assert [one.place.field for one in fault.value.faults] == [field]


def test_a_guess_of_one_makes_an_example_of_the_price():
    team = [member(), dataclasses.replace(member(), is_example=True)]
    assert hour_of(team, range(2026, 2027), 2026).status == "example"
    assert hour_of(team[:1], range(2026, 2027), 2026).status == "own"
