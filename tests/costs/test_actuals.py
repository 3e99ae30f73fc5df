"""A plan beside what was done, by hand; what nobody counts, what is not over, what may leave."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost_cases import FIGURES, INDEX, SAID, case, other
from peerbook.costs.actuals import RegisteredHours, actuals, quarters
from peerbook.costs.case import MONTHS, STARTED, Line, estimate
from peerbook.costs.figure import Figure
from peerbook.costs.filling import filled
from peerbook.costs.measures import (
    MEASURES,
    Counted,
    Ended,
    Noted,
    Period,
    behind,
    latest_year,
    measure_name,
    months_from,
    quarter,
    tells_of_few,
)
from peerbook.costs.model import load_models
from peerbook.costs.spread import Beta, Triangle
from peerbook.errors import InputFault

MEASURED = {
    "contracts": (STARTED,),
    "talks": (STARTED, "talks"),
    "talk_hours": (STARTED, "talks", "hours"),
    "events": ("events",),
    "event_kr": ("events", "trip"),
}
TALKS = Line("talks", "running", (STARTED, "talks", "hours", "wage"), "municipality")
TRIPS = Line("trips", "running", ("events", "trip"), "municipality")
RENT = Line("rent", "running", ("rent",), "municipality")
SETUP = Line("setup", "investment", ("phone",), "municipality", when="start")
GIVEN = Line("given", "running", (STARTED, "hours", "volunteer_wage"), "volunteers", "volunteer")
MORE = {
    "talks": Figure("count", Decimal(2), **SAID),
    "events": Figure("count", Decimal(4), **SAID),
    "trip": Figure("kr", Decimal(1000), price_year=2026, **SAID),
    "rent": Figure("kr", Decimal(1001), price_year=2026, **SAID),
}
Q1, Q2 = quarter(2026, 1), quarter(2026, 2)
OVER = dt.date(2027, 1, 1)
LINES = (TALKS, TRIPS, RENT, SETUP, GIVEN)


def plan(*lines, **figures):
    return case(lines or LINES, **{**MORE, **figures})


def keys(what, count):
    return frozenset(f"{what} {number}" for number in range(count))


def a_count(amount, *, of=0, unknown=0, **more):
    return Counted(Decimal(str(amount)), of, unknown, **more)


def look(*noted, today=OVER, registered=(), of=None):
    return actuals(of or plan(), MEASURED, noted, today, registered)


def by_line(found):
    return {one.line.id: one for one in found.lines}


def test_a_line_is_told_by_the_measure_that_stands_for_most_of_it_times_what_else_was_planned():
    counted = {"contracts": a_count(6), "talks": a_count(9), "talk_hours": a_count(20, of=9)}
    (found,) = look(Noted(Q1, counted))
    talks = by_line(found)["talks"]
    assert talks.told_by == "talk_hours"
    assert talks.plan_kr == Decimal("4658.25")  # 20 * 2 * 1.5 * 310.55 / 4
    assert talks.actual_kr == Decimal("6211.00")  # 20 * 310.55
    assert talks.variance_kr == Decimal("1552.75")
    assert by_line(found)["given"].actual_kr == 6 * Decimal("1.5") * 200
    (found,) = look(Noted(Q1, {"contracts": a_count(6), "talks": a_count(9)}))
    assert by_line(found)["talks"].actual_kr == Decimal("4192.43")  # 9 * 1.5 * 310.55
    (found,) = look(Noted(Q1, {"contracts": a_count(6)}))
    assert by_line(found)["talks"].actual_kr == Decimal("5589.90")  # 6 * 2 * 1.5 * 310.55


def test_what_is_not_known_of_some_stands_as_planned_for_each_of_them():
    counted = {"events": a_count(3, of=3), "event_kr": a_count(2500, of=2, unknown=1)}
    (found,) = look(Noted(Q1, counted))
    assert by_line(found)["trips"].actual_kr == 3500


def test_what_nobody_counts_is_as_planned_and_in_no_variance():
    (found,) = look(Noted(Q1, {"events": a_count(2)}))
    lines = by_line(found)
    assert {key for key, one in lines.items() if one.actual_kr is None} == {
        "talks", "rent", "setup", "given",
    }  # fmt: skip
    assert (found.actual_kr(), found.plan_kr(is_measured=True)) == (2000, 1000)
    assert found.variance_kr() == 1000
    assert found.plan_kr(is_measured=False) == sum(
        lines[key].plan_kr for key in ("talks", "rent", "setup")
    )
    assert found.plan_kr(is_measured=False, kind="volunteer") == lines["given"].plan_kr


def test_no_quarter_is_held_beside_more_than_its_plan_and_all_make_the_year_to_the_oere():
    one = plan()
    found = look(*(Noted(period) for period in quarters(one, OVER)), today=dt.date(2030, 1, 1))
    every = actuals(one, MEASURED, [Noted(p) for p in quarters(one, dt.date(2029, 1, 1))],
                    dt.date(2030, 1, 1))  # fmt: skip
    assert len(every) == 12
    assert [by_line(each)["setup"].plan_kr for each in found][:2] == [Decimal("1422.00"), 0]
    for line in LINES:
        whole = sum(cost.kr for cost in estimate(one).costs if cost.line == line)
        assert sum(by_line(each)[line.id].plan_kr for each in every) == whole
    (year,) = look(Noted(months_from(dt.date(2026, 1, 1), 12)))
    assert by_line(year)["rent"].plan_kr == 1001


def test_a_quarter_that_is_not_over_is_held_beside_the_days_that_have_passed():
    today = dt.date(2026, 4, 30)
    counted = {"contracts": a_count(1), "events": a_count(1)}
    (found,) = look(Noted(Q2, counted), today=today)
    assert not found.is_over
    assert found.passed == Decimal(30) / 91
    assert by_line(found)["trips"].plan_kr == Decimal("329.67")
    assert {one.measure: one.plan for one in found.quantities}["contracts"] == pytest.approx(
        Decimal(5) * 30 / 91
    )
    assert quarters(plan(), today) == (Q1, Q2)
    (found,) = look(Noted(Q2), today=Q2.last)
    assert found.is_over


def test_what_began_to_be_noted_within_a_quarter_is_held_beside_its_plan_from_then_on():
    begun = dt.date(2026, 3, 2)
    left = Decimal(30) / 90  # of the days of the quarter
    counted = {
        "contracts": a_count(2), "talks": a_count(3, since=Q1.first),
        "events": a_count(2, since=begun),
    }  # fmt: skip
    (found,) = look(Noted(Q1, counted))
    lines = by_line(found)
    assert (lines["trips"].plan_kr, lines["trips"].since) == (Decimal("333.33"), begun)
    assert lines["trips"].variance_kr == Decimal("1666.67")
    assert (lines["talks"].plan_kr, lines["talks"].since) == (Decimal("4658.25"), None)
    assert (lines["rent"].plan_kr, lines["rent"].since) == (Decimal("250.25"), None)
    assert found.plan_kr(is_measured=True) == Decimal("4658.25") + Decimal("333.33")
    told = {one.measure: (one.plan, one.since) for one in found.quantities}
    assert told["events"] == (pytest.approx(left), begun)
    assert told["contracts"] == (5, None)
    assert told["event_kr"] == (1000, None)
    next_one = {"events": a_count(2, since=begun)}
    (later,) = look(Noted(Q2, next_one))
    assert (by_line(later)["trips"].plan_kr, by_line(later)["trips"].since) == (1000, None)


def test_what_began_in_a_quarter_that_is_not_over_is_held_beside_the_days_between():
    counted = {"events": a_count(1, since=dt.date(2026, 4, 21))}
    (found,) = look(Noted(Q2, counted), today=dt.date(2026, 4, 30))
    assert {one.measure: one.plan for one in found.quantities}["events"] == pytest.approx(
        Decimal(10) / 91
    )
    assert by_line(found)["trips"].plan_kr == Decimal("109.89")


def test_hours_that_were_written_down_are_held_beside_the_whole_plan():
    counted = {"talk_hours": a_count(2, since=dt.date(2026, 3, 2))}
    hours = [RegisteredHours(Q1, "talks", Decimal(3))]
    (found,) = look(Noted(Q1, counted), registered=hours)
    assert (by_line(found)["talks"].plan_kr, by_line(found)["talks"].since) == (
        Decimal("4658.25"), None,
    )  # fmt: skip


def test_how_much_was_planned_and_done_stands_beside_each_other():
    (found,) = look(Noted(Q1, {"talks": a_count(9)}))
    told = {one.measure: (one.plan, one.counted) for one in found.quantities}
    assert told["talks"] == (10, a_count(9))
    assert told["talk_hours"] == (15, None)
    assert list(told) == list(MEASURED)


def test_kroner_of_another_year_are_carried_over_and_not_used_where_nobody_knows_how():
    counted = {"events": a_count(1, of=1), "event_kr": a_count(2000, of=1)}
    period = quarter(2018, 1)
    then = dataclasses.replace(plan(), first_year=2018)
    (found,) = look(Noted(period, counted), of=then)
    assert by_line(found)["trips"].actual_kr == 2000 * INDEX[2026] / INDEX[2018]
    unknown = dataclasses.replace(then, index={2018: Decimal(100)})
    unknown = dataclasses.replace(unknown, lines=(TRIPS,))
    (found,) = look(Noted(period, counted), of=unknown)
    assert (found.lines[0].actual_kr, found.lines[0].told_by) == (1000, "events")


def test_planned_and_counted_kroner_are_in_prices_of_one_year():
    counted = {"events": a_count(1), "event_kr": a_count(1000)}
    earlier = dataclasses.replace(plan(), first_year=2018)
    (found,) = look(Noted(quarter(2018, 1), counted), of=earlier)
    assert {one.measure: one.counted.amount for one in found.quantities if one.counted} == {
        "events": 1, "event_kr": 1185,
    }  # fmt: skip
    (unknown,) = look(
        Noted(quarter(2018, 1), counted),
        of=dataclasses.replace(earlier, lines=(TRIPS,), index={}),
    )
    assert [one.measure for one in unknown.quantities if one.counted] == ["events"]


def test_what_is_done_costs_what_an_hour_of_that_year_costs():
    prices = ((2026, Decimal(300)), (2027, Decimal(400)), (2028, Decimal(400)))
    wage = dataclasses.replace(FIGURES["wage"], value=Decimal(367), by_year=prices)
    made = plan(TALKS, wage=wage)
    hours = made.product(MEASURED["talk_hours"]) / 4
    first, second = look(
        Noted(Q1, {"talk_hours": a_count(hours)}),
        Noted(quarter(2027, 1), {"talk_hours": a_count(hours)}),
        today=dt.date(2027, 12, 31),
        of=made,
    )
    kr = [by_line(one)["talks"].actual_kr for one in (first, second)]
    assert kr == [round(hours * price, 2) for price in (300, 400)]
    assert first.variance_kr() == second.variance_kr() == 0


def test_hours_somebody_wrote_down_tell_more_than_what_was_counted():
    hours = [RegisteredHours(Q1, "talks", Decimal(3)), RegisteredHours(Q1, "talks", Decimal(4))]
    (found, other_one) = look(
        Noted(Q1, {"talk_hours": a_count(20)}), Noted(Q2, {"talk_hours": a_count(2)}),
        registered=hours,
    )  # fmt: skip
    talks = by_line(found)["talks"]
    assert (talks.actual_kr, talks.told_by) == (Decimal("2173.85"), "registered")
    assert by_line(other_one)["talks"].told_by == "talk_hours"


@pytest.mark.parametrize(
    ("line", "hours"), [("talks", -1), ("talks", "NaN"), ("rent", 3), ("unheard_of", 3)]
)
def test_hours_that_cannot_be_are_refused(line, hours):
    with pytest.raises(InputFault) as fault:
        look(Noted(Q1), registered=[RegisteredHours(Q1, line, Decimal(hours))])
    assert [one.place.field for one in fault.value.faults] == ["hours"]


def test_a_plan_that_cannot_be_worked_out_is_held_beside_nothing():
    with pytest.raises(InputFault):
        look(Noted(Q1), of=plan(**other("hours", value=None)))
    with pytest.raises(ValueError, match="calendar year"):
        look(Noted(months_from(dt.date(2025, 7, 1), 12)))


def test_a_period_is_of_whole_months():
    assert quarter(2024, 1).last == dt.date(2024, 3, 31)
    assert latest_year(dt.date(2024, 2, 29)) == Period(dt.date(2023, 2, 1), dt.date(2024, 1, 31))
    for first, last in (("2026-01-02", "2026-01-31"), ("2026-01-01", "2026-01-30"),
                        ("2026-02-01", "2026-01-31")):  # fmt: skip
        with pytest.raises(ValueError, match="whole months"):
            Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)))
def test_the_latest_year_is_over_and_twelve_months_long(today):
    period = latest_year(today)
    assert period.months == 12
    assert period.last < today <= period.last + dt.timedelta(days=31)
    assert period.passed(today) == 1
    assert period.passed(period.first - dt.timedelta(days=1)) == 0


# -- what may leave --------------------------------------------------------------------------------


def of_people(period, contracts, talks, *, first=0):
    """Return a period with so many contracts and talks, each with people of its own."""
    pairs = frozenset(f"pair {first + number}" for number in range(contracts))
    held = frozenset(f"talk {first + number}" for number in range(talks))
    own = {key: f"P{key}" for key in pairs | held}
    return Noted(
        period,
        {
            "contracts": a_count(contracts, keys=pairs),
            "talks": a_count(talks, keys=held),
            "talk_hours": a_count(talks * 2, of=talks, keys=held, largest_part=1 / (talks or 1)),
            "events": a_count(1),
        },
        whose=(own, {key: f"M{key}" for key in own}),
    )


def test_what_tells_of_few_people_leaves_in_no_file_and_in_no_sum_either():
    noted = [of_people(Q1, 3, 8), of_people(Q2, 6, 8, first=50)]
    assert tells_of_few(noted) == ({"contracts"}, frozenset())
    leaves = [one.without(few) for one, few in zip(noted, tells_of_few(noted), strict=True)]
    first, second = look(*leaves)
    assert by_line(first)["given"].actual_kr is None
    assert by_line(first)["talks"].told_by == "talk_hours"
    assert by_line(first)["trips"].actual_kr == 1000
    assert first.actual_kr("volunteer") == 0
    assert {one.measure for one in first.quantities if one.counted is None} == {
        "contracts", "event_kr",
    }  # fmt: skip
    assert by_line(second)["given"].actual_kr is not None


def test_periods_that_stand_in_one_file_are_judged_together():
    quarter_alone = of_people(Q1, 6, 0)
    year = of_people(months_from(dt.date(2026, 1, 1), 12), 8, 0)  # two more than the quarter
    assert tells_of_few([year]) == (frozenset(),)
    both = tells_of_few([quarter_alone, year])
    assert "contracts" in both[0] | both[1]
    earlier = behind(quarter_alone, {"contracts", "talks"})
    assert earlier == (quarter_alone.counted["contracts"].keys,)
    assert "contracts" in tells_of_few([year], earlier=earlier)[0]
    assert behind(quarter_alone, {"talks"}) == ()
    assert tells_of_few([]) == ()


def test_hours_of_which_one_person_has_most_leave_in_no_file():
    one = of_people(Q1, 6, 8)
    hours = dataclasses.replace(one.counted["talk_hours"], largest_part=0.6)
    one = dataclasses.replace(one, counted={**one.counted, "talk_hours": hours})
    assert tells_of_few([one]) == (frozenset({"talk_hours"}),)


def test_a_higher_threshold_hides_more():
    one = of_people(Q1, 6, 8)
    assert tells_of_few([one], threshold=7)[0] == {"contracts"}


# -- filling in ------------------------------------------------------------------------------------


YEAR = months_from(dt.date(2025, 11, 1), 12)


def fill(noted, figures=None, **more):
    return filled(figures or {**FIGURES, **MORE}, MEASURED, noted, **more)


def test_each_figure_is_what_was_counted_for_each_of_the_ones_before_it():
    one = of_people(YEAR, 12, 18)
    counted = {
        **one.counted,
        "talk_hours": a_count(30, of=15, unknown=3, keys=keys("talk", 10), largest_part=0.1),
        "events": a_count(3, of=3),
        "event_kr": a_count(5000, of=2, unknown=1),
    }
    told = fill(dataclasses.replace(one, counted=counted)).figures
    assert {key: figure.value for key, figure in told.items()} == {
        STARTED: 12, "talks": Decimal("1.5"), "hours": 2, "events": 3, "trip": 2500,
    }  # fmt: skip
    assert told["trip"].price_year == 2026
    assert told["talks"].price_year is None
    assert {figure.status for figure in told.values()} == {"own"}
    assert told["talks"].source == "Noteret i peerbook, 1. november 2025–31. oktober 2026"
    assert {figure.unit for figure in told.values()} == {"count", "hours", "kr"}


@pytest.mark.parametrize(
    ("first", "year"), [((2025, 11), 2026), ((2025, 2), 2025), ((2025, 7), 2026), ((2026, 1), 2026)]
)
def test_kroner_are_in_prices_of_the_year_most_of_the_months_lie_in(first, year):
    counted = {"events": a_count(3, of=3), "event_kr": a_count(6000, of=3)}
    noted = Noted(months_from(dt.date(*first, 1), 12), counted)
    assert fill(noted).figures["trip"].price_year == year


def test_where_there_is_none_to_divide_by_nothing_is_told():
    one = of_people(YEAR, 0, 18)
    assert set(fill(one).figures) == {STARTED, "hours", "events"}
    nothing = Noted(YEAR, {"events": a_count(2, of=2), "event_kr": a_count(0, unknown=2)})
    assert set(fill(nothing).figures) == {"events"}
    assert fill(Noted(YEAR)).figures == {}


def test_what_is_not_counted_itself_divides_as_it_stands():
    cafes = {"cafes": ("weeks", "cafes_a_week")}
    figures = {
        "weeks": Figure("count", Decimal(40), **SAID), "cafes_a_week": Figure("count"),
    }  # fmt: skip
    noted = Noted(quarter(2026, 1), {"cafes": a_count(15)})
    assert filled(figures, cafes, noted).figures["cafes_a_week"].value == Decimal("1.5")
    unknown = {**figures, "weeks": Figure("count")}
    assert filled(unknown, cafes, noted).figures == {}


def test_what_is_divided_by_an_example_is_an_example_and_says_by_what():
    cafes = {"cafes": ("weeks", "cafes_a_week")}
    noted = Noted(YEAR, {"cafes": a_count(80)})
    for status in ("example", "own"):
        weeks = Figure("count", Decimal(40), "Opdigt", status)
        figures = {"weeks": weeks, "cafes_a_week": Figure("count")}
        told = filled(figures, cafes, noted, names={"weeks": "Uger om året"}).figures
        assert told["cafes_a_week"].status == status
        assert told["cafes_a_week"].source.endswith("delt med 40 (Uger om året)")


def test_what_was_noted_for_a_part_of_the_period_only_is_no_figure_of_a_year():
    began = dt.date(2026, 9, 1)
    people = of_people(YEAR, 12, 18).counted
    counted = {
        "contracts": people["contracts"],
        "talks": dataclasses.replace(people["talks"], since=began),
        "talk_hours": a_count(27, of=18, keys=keys("talk", 18), since=began),
        "events": a_count(3, of=3, since=began),
        "event_kr": a_count(4500, of=3, since=began),
    }
    whose = of_people(YEAR, 12, 18).whose
    found = fill(Noted(YEAR, counted, whose=whose))
    assert {key: one.value for key, one in found.figures.items()} == {
        STARTED: 12, "hours": Decimal("1.5"), "trip": 1500,
    }  # fmt: skip
    assert found.lately == {"talks": began, "events": began}
    whole = {key: dataclasses.replace(one, since=YEAR.first) for key, one in counted.items()}
    assert not fill(Noted(YEAR, whole, whose=whose)).lately


def test_days_of_a_course_are_told_by_courses_that_are_over():
    days = {"courses": ("courses",), "days": ("courses", "days")}
    figures = {"courses": Figure("count"), "days": Figure("count")}
    held = {"courses": a_count(2), "days": a_count(9, finished=(Decimal(11), 2))}
    assert filled(figures, days, Noted(YEAR, held)).figures["days"].value == Decimal("5.5")
    none_over = {"courses": a_count(2), "days": a_count(9, finished=(Decimal(0), 0))}
    assert set(filled(figures, days, Noted(YEAR, none_over)).figures) == {"courses"}


def ended(of, completed, months):
    pairs = keys("pair", of)
    own = {key: f"P{key}" for key in pairs}
    done = frozenset(sorted(pairs)[:completed])
    return Noted(YEAR, ended=Ended(pairs, done, Decimal(months), 1 / of), whose=(own, own))


def test_a_share_carries_of_how_many_it_was_counted():
    told = fill(ended(20, 12, 100)).figures
    assert told["completed_share"].value == Decimal("0.6")
    assert told["completed_share"].spread == Beta(Decimal(20))
    assert told[MONTHS].value == 5
    estimate(plan(**told))
    told = fill(ended(20, 20, 120)).figures["completed_share"]
    assert told.value == 1
    assert told.spread == Triangle(Decimal("0.8389"), Decimal(1))  # 20 / (20 + 1.96²)
    estimate(plan(completed_share=told))


@pytest.mark.parametrize(("of", "completed"), [(4, 2), (9, 3), (9, 6), (9, 9)])
def test_figures_that_tell_of_few_people_are_not_filled_in(of, completed):
    told = fill(ended(of, completed, 30))
    assert "completed_share" in told.few
    assert "completed_share" not in told.figures
    few = fill(of_people(YEAR, 3, 18))
    assert few.few == {STARTED, "talks"}
    assert "hours" in few.figures


# -- what the models say -----------------------------------------------------------------------


def test_every_measure_has_a_name_and_vejles_model_says_how_each_is_planned():
    assert len({measure_name(one) for one in MEASURES}) == len(MEASURES)
    vejle = load_models()[-1]
    assert set(vejle.measured) == set(MEASURES)
    assert all(set(model.measured) <= {"contracts"} for model in load_models()[:-1])
