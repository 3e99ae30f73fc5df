"""Hours that are priced beside those of the team, against sums made by hand."""

import calendar
import dataclasses
import datetime as dt
from decimal import Decimal

from assessment_cases import VEJLE, filled, member, said
from peerbook.costs.assessment import OwnLine, place_of
from peerbook.costs.model import load_models
from peerbook.costs.staffing import staffing

# what VEJLE asks for is 4 of each count and 3 of each hours in `filled`, beside what was read:
# 1.5 hours a talk, 6 course days, 6 sparrings, 2 cafés a week and 2 events a year
COORDINATOR = Decimal(4 * 4) * Decimal("1.5") + 4 * 3 + 4 * 2 * 3 + 2 * 3 + 2 * 4 * 3
START = 3
TEACHER = Decimal(4 * 6 * 3 + 4 * 6 * 3)


def of(found, name):
    return [one for one in found if one.staff.name == name]


def worked(made, model=VEJLE):
    return staffing(made, model, made.case(model))


def team(*members):
    return {str(number): one for number, one in enumerate(members)}


def hours_by_day(members, year):
    """Return hours of the work, added up day by day."""
    days = 365 + calendar.isleap(year)
    total = Decimal(0)
    for day in range(days):
        at = dt.date(year, 1, 1) + dt.timedelta(days=day)
        for one in members:
            if (one.starts_on or at) <= at <= (one.ends_on or at):
                total += one.hours_a_week * one.employment.effective_hours / 37
    return total / days


def test_what_is_priced_of_a_kind_of_staff_stands_beside_what_the_team_has():
    found = worked(filled(staff=team(member())))
    first, later = of(found, "Koordinator")
    has = Decimal(15) * 1400 / 37
    assert [(one.years, one.priced) for one in (first, later)] == [
        (range(2026, 2027), COORDINATOR + START), (range(2027, 2029), COORDINATOR),
    ]  # fmt: skip
    assert {round(one.there, 20) for one in (first, later)} == {round(has, 20)}
    assert not first.is_short
    (teacher,) = of(found, "Underviser eller anden medarbejder")
    assert (teacher.priced, teacher.there, teacher.left) == (TEACHER, None, None)
    assert not teacher.is_short
    assert {one.staff.name for one in found} == {
        "Koordinator", "Underviser eller anden medarbejder"
    }  # fmt: skip


def test_a_team_that_comes_and_goes_has_other_hours_each_year():
    last = dt.date(2027, 6, 30)
    members = [
        dataclasses.replace(member(ends_on=last), hours_a_week=Decimal(3)),
        dataclasses.replace(
            member(starts_on=last + dt.timedelta(days=1), effective_hours=Decimal(1200)),
            hours_a_week=Decimal(1), title="Den næste",
        ),
    ]  # fmt: skip
    found = of(worked(filled(staff=team(*members))), "Koordinator")
    assert [one.years[0] for one in found] == [2026, 2027, 2028]
    for one in found:
        year = one.years[0]
        has = hours_by_day(members, year)
        assert round(one.there, 15) == round(has, 15)
        assert one.is_short == (has < one.priced)
    assert [one.is_short for one in found] == [False, True, True]
    short = found[2]
    assert short.short_a_week == (short.priced - short.there) * 37 / 1200


def test_two_who_are_alike_have_the_hours_of_both():
    (one,) = of(worked(filled(staff=team(member(), member()), years=1)), "Koordinator")
    assert round(one.there, 20) == round(Decimal(30) * 1400 / 37, 20)


def test_a_whole_hour_decides_and_not_the_rounding_of_one():
    hours = COORDINATOR * 37 / 1400

    def left(less):
        exact = dataclasses.replace(member(), hours_a_week=hours - less)
        return of(worked(filled(staff=team(exact))), "Koordinator")[1]

    assert not left(Decimal("0.00001")).is_short
    assert left(Decimal("0.1")).is_short


def of_hours(staff, hours):
    figure = said("hours", hours)
    return OwnLine("Ekstra", "cost", "running", "municipality", "yearly", figure, staff=staff)


def test_hours_of_one_title_are_taken_from_those_and_from_all_of_their_kind():
    first = member()
    second = dataclasses.replace(member(), title="Afløser", hours_a_week=Decimal(1))
    made = filled(staff=team(first, second), lines={"x": of_hours("Afløser", 100)}, years=1)
    found = worked(made)
    (all_of_them,), (few,) = of(found, "Koordinator"), of(found, "Afløser")
    assert all_of_them.priced == COORDINATOR + START + 100
    assert not all_of_them.is_short
    assert few.priced == 100
    assert round(few.there, 20) == round(Decimal(1400) / 37, 20)
    assert few.is_short


def test_kinds_that_share_somebody_are_also_counted_together():
    """Those called Medarbejder have hours for each kind alone, and not for all of it."""
    staff = team(*(
        dataclasses.replace(member(wage), title=title, hours_a_week=Decimal(hours))
        for title, hours in (("Medarbejder", 5), ("Anden", 1))
        for wage in ("coordinator_wage", "professional_wage")
    ))  # fmt: skip

    def left(hours):
        found = worked(filled(staff=staff, lines={"x": of_hours("Medarbejder", hours)}, years=1))
        there = Decimal(12) * 1400 / 37
        return [
            (one.is_short, one.priced)
            for one in found
            if one.there is not None and round(one.there, 9) == round(there, 9)
        ]

    enough, fixed = Decimal(12) * 1400 / 37, COORDINATOR + START + TEACHER
    assert left(int(enough - fixed)) == [(False, int(enough - fixed) + fixed)]
    assert left(int(enough - fixed) + 2) == [(True, int(enough - fixed) + 2 + fixed)]


def test_a_title_that_is_its_whole_kind_stands_once():
    made = filled(staff=team(member()), lines={"x": of_hours("Koordinator", 100)}, years=1)
    assert [(one.staff.name, one.priced) for one in worked(made)] == [
        ("Koordinator", COORDINATOR + START + 100),
        ("Underviser eller anden medarbejder", TEACHER),
    ]


def test_volunteers_and_what_is_not_priced_by_the_hour_need_no_staff():
    brobyggere = next(one for one in load_models() if one.id == "brobyggere")
    made = filled((brobyggere,), years=1)
    found = {one.staff.name: one.priced for one in worked(made, brobyggere)}
    assert found == {
        "Koordinator": 3 + 4 * 3,
        "Underviser eller anden medarbejder": 4 * 3 + 3,
        "Lønnet peer": 4 * 3,
    }


def test_a_kind_no_hour_is_priced_of_is_left_out():
    brobyggere = next(one for one in load_models() if one.id == "brobyggere")
    none = {"brobyggere.paid_peer_hours": said("hours", 0)}
    assert not of(worked(filled((brobyggere,), figures=none), brobyggere), "Lønnet peer")


def test_a_paid_peer_who_works_all_year_costs_what_a_year_of_them_costs():
    """An hour is of the work itself, and so are the weeks: holidays are not paid for twice."""
    model = next(one for one in load_models() if one.id == "individual_and_group")
    full_time = dataclasses.replace(member("peer_wage"), hours_a_week=Decimal(37), title="Peer")
    figures = {
        "peers": said("count", 1), "peer_hours_a_week": said("hours_a_week", 37),
        "working_weeks": said("weeks", Decimal(1400) / 37), "hired_a_year": said("count", 0),
    }  # fmt: skip
    made = filled(
        (model,), staff=team(full_time), years=1,
        figures={place_of(model, key): figure for key, figure in figures.items()},
    )  # fmt: skip
    assert round(made.estimate(model).total(id="work")) == 420_000 * Decimal("1.18")
    (peers,) = of(worked(made, model), "Lønnet peer")
    assert abs(peers.left) < 1
    (asked,) = [one for one in model.questions if one.id == "working_weeks"]
    assert "ferie" in asked.ask
