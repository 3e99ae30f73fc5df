"""What a place says about costs becomes a case for each model, or what is missing is told."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from assessment_cases import TODAY, VEJLE, assessment, filled, member, own_line, said
from peerbook.costs.assessment import Level, place_of
from peerbook.costs.case import COMPLETED, STARTED, estimate
from peerbook.costs.model import load_models


def test_an_empty_assessment_tells_everything_its_model_asks_for():
    empty = assessment()
    faults = empty.case_faults(VEJLE)
    asked = {one.id for one in VEJLE.questions if one.value is None}
    assert {fault.place.field for fault in faults} == asked
    assert empty.case(VEJLE).figures["talk_hours"].source, "what was read stands"


def test_figures_amounts_and_team_come_into_the_case():
    made = filled(
        staff={"a": member()}, lines={"b": own_line(kind="grant"), "c": own_line(model="x")}
    )
    case = made.case(VEJLE)
    assert not made.case_faults(VEJLE)
    assert case.figures["coordinator_wage"].known == member().employment.hour().known
    assert [line.id for line in case.lines if line.id.startswith("own_")] == ["own_b"]
    assert estimate(case).total("grant") == Decimal(5000) * made.years
    assert made.names(VEJLE)["own_b"] == "Fondsmidler"


def test_models_share_what_all_ask_for_and_nothing_else():
    models = load_models()
    one, other = models[3], models[5]
    key = next(question.id for question in one.questions if question.id not in one.shared)
    made = assessment(
        models=(one.id, other.id),
        figures={STARTED: said("count", 12), place_of(one, key): said("count", 3)},
    )
    assert made.case(one).figures[STARTED] == made.case(other).figures[STARTED]
    assert made.case(one).figures[key].value == 3
    assert made.case(other).figures[key].value is None
    assert [model.id for model in made.chosen] == [one.id, other.id]


def test_a_team_that_cannot_be_worked_out_is_told_at_its_price_and_nothing_is_worked_out():
    left = member(ends_on=dt.date(2025, 1, 1))
    made = filled(staff={"a": left})
    (fault,) = made.case_faults(VEJLE)
    assert fault.place.field == "coordinator_wage"
    assert "på holdet" in fault.message
    assert made.case(VEJLE).missing == ("coordinator_wage",)


def test_examples_are_known_as_long_as_they_are_used():
    made = filled()
    assert set(made.examples(VEJLE)) >= {COMPLETED, "teaching_hours"}
    own = {key: dataclasses.replace(one, status="own") for key, one in made.figures.items()}
    assert dataclasses.replace(made, figures=own).examples(VEJLE) == ()


def test_what_was_looked_up_more_than_a_year_ago_is_told():
    long_ago = TODAY - dt.timedelta(days=400)
    made = filled(
        staff={"a": member(said_on=long_ago)},
        levels={"2024": Level(Decimal(100), "Opdigt", long_ago)},
        lines={"b": own_line()},
    )
    assert [one.said_on for one in made.old(TODAY)] == [long_ago, long_ago]
    assert made.old(TODAY)[0].what == "Koordinator"
    fresh = dataclasses.replace(made, staff={}, levels={})
    assert fresh.old(TODAY) == ()
    later = TODAY + dt.timedelta(days=400)
    assert {one.what for one in fresh.old(later)} > {"Fondsmidler"}, "prices, and no counts"
    assert VEJLE.questions[0].ask not in {one.what for one in fresh.old(later)}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"models": ()}, "models"),
        ({"models": ("nobody",)}, "models"),
        ({"years": 0}, "years"),
        ({"years": 31}, "years"),
        ({"first_year": 1999}, "first_year"),
        ({"price_year": 2101}, "price_year"),
    ],
)
def test_a_frame_that_cannot_be_is_told_at_its_field(change, field):
    assert [fault.place.field for fault in assessment(**change).faults()] == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what": ""}, "what"),
        ({"figure": said("kr", -1, price_year=2026)}, "kr"),
        ({"figure": said("kr", 100)}, "kr"),
        ({"figure": said("kr", None)}, "kr"),
    ],
)
def test_an_amount_that_cannot_be_is_told_at_its_field(change, field):
    line = dataclasses.replace(own_line(), **change)
    assert [fault.place.field for fault in line.faults()] == [field]
