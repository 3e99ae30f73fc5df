"""What a place says about costs becomes a case for each model, or what is missing is told."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from assessment_cases import TODAY, VEJLE, assessment, filled, member, own_line, said
from peerbook.costs.assessment import OWN, Level, place_of
from peerbook.costs.capacity import capacity
from peerbook.costs.case import COMPLETED, STARTED, estimate, to_oere
from peerbook.costs.draws import Drawing, drawn_totals, reaches
from peerbook.costs.model import load_models
from peerbook.costs.spread import Triangle
from peerbook.costs.team import Staff


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
    assert "på teamet" in fault.message
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
    assert {one.what for one in fresh.old(later)} > {"Fondsmidler"}
    assert VEJLE.questions[0].ask in {one.what for one in fresh.old(later)}, "counts too"


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
        ({"figure": said("kr", 100)}, "price_year"),
        ({"figure": said("kr", None)}, "kr"),
        ({"figure": said("hours", 4)}, "staff"),
        ({"staff": "Psykolog"}, "staff"),
    ],
)
def test_an_amount_that_cannot_be_is_told_at_its_field(change, field):
    line = dataclasses.replace(own_line(), **change)
    assert [fault.place.field for fault in line.faults()] == [field]


def of_hours(**values):
    hours = said("hours", 40, spread=Triangle(Decimal(20), Decimal(80)))
    return dataclasses.replace(own_line("cost"), staff="Psykolog", figure=hours, **values)


def psychologist(**values):
    return dataclasses.replace(member("", **values), title="psykolog")


def test_hours_of_anybody_on_the_team_are_a_cost_that_varies():
    made = filled(staff={"a": psychologist()}, lines={"b": of_hours()})
    hour = member().employment.hour().known
    more = made.estimate(VEJLE).total() - filled().estimate(VEJLE).total()
    assert more == to_oere(40 * round(hour, 2)) * made.years
    (reach,) = [one for one in reaches(made.case(VEJLE)) if one.key == "own_b"]
    assert reach.width == to_oere(60 * round(hour, 2)) * 3 / (4 * made.years)
    (drawn,), (without,) = (
        drawn_totals([one.case(VEJLE)], Drawing(200)) for one in (made, filled())
    )
    extra = drawn - without
    assert extra.std() > 0
    assert ((20 * hour * 3 - 1 < extra) & (extra < 80 * hour * 3 + 1)).all()


def test_somebody_of_the_same_title_takes_over_the_hours():
    day = dt.date(2027, 6, 30)
    first, second = psychologist(ends_on=day), psychologist(starts_on=day + dt.timedelta(days=1))
    alone = filled(staff={"a": first}, lines={"b": of_hours()})
    (fault,) = alone.case_faults(VEJLE)
    assert "2028" in fault.message
    both = dataclasses.replace(alone, staff={"a": first, "b": second})
    assert not both.case_faults(VEJLE)


def test_a_cost_for_each_contract_grows_with_them():
    each = {"b": of_hours(is_each=True), "c": dataclasses.replace(own_line("cost"), is_each=True)}
    made = filled(staff={"a": psychologist()}, lines=each)
    hour = round(member().employment.hour().known, 2)
    more = made.estimate(VEJLE).total() - filled().estimate(VEJLE).total()
    assert more == (to_oere(4 * 40 * hour) + 4 * 5000) * made.years
    found = capacity(made.case(VEJLE), {Staff("", frozenset({"hour_of_psykolog"})): Decimal(85)})
    assert found.contracts == 2, "85 hours, 40 for each contract"


def test_hours_of_somebody_who_is_not_on_the_team_are_told():
    made = filled(lines={"b": of_hours()})
    (fault,) = made.case_faults(VEJLE)
    assert "Ingen med den titel" in fault.message
    assert "Psykolog" in made.names(VEJLE)[fault.place.field]


def test_whoever_only_helps_to_begin_need_not_be_there_later():
    guide = next(one for one in load_models() if one.id == "peer_guide")
    leaves = dt.date(2026, 12, 31)
    leader = dataclasses.replace(member("leader_wage", ends_on=leaves), title="Leder")
    adviser = dataclasses.replace(member("", ends_on=leaves), title="Konsulent")
    begin = dataclasses.replace(of_hours(), staff="Konsulent", when="start")
    made = filled((guide,), staff={"a": leader, "b": adviser}, lines={"x": begin})
    assert not made.case_faults(guide)
    assert made.hour("leader_wage").known == round(leader.employment.hour().known, 2)
    (line,) = [one for one in made.case(guide).lines if one.id == f"{OWN}_x"]
    costs = [one for one in estimate(made.case(guide)).costs if one.line == line]
    assert [one.year for one in costs] == [2026]
    later = dataclasses.replace(made, lines={"x": dataclasses.replace(begin, when="yearly")})
    (fault,) = later.case_faults(guide)
    assert "2027, 2028" in fault.message


def test_a_level_that_is_a_guess_makes_an_example_of_what_is_carried_over_by_it():
    price = said("kr_per_hour", 200, status="own", price_year=2024)
    levels = {
        "2024": Level(Decimal(100), "Opdigt", TODAY, is_example=True),
        "2026": Level(Decimal(106), "Opdigt", TODAY),
    }
    made = filled(figures={"leader_wage": price, "volunteer_wage": price}, levels=levels)
    assert "level_2024" in made.examples(VEJLE)
    assert "level_2026" not in made.examples(VEJLE)
    assert "2024" in made.names(VEJLE)["level_2024"]
    staff = {"a": member()}
    older = dataclasses.replace(
        member(), employment=dataclasses.replace(member().employment, price_year=2024)
    )
    assert dataclasses.replace(made, staff=staff).hour("coordinator_wage").status == "own"
    assert dataclasses.replace(made, staff={"a": older}).hour("coordinator_wage").status == (
        "example"
    )
    unused = dataclasses.replace(filled(levels=levels), levels=levels)
    assert "level_2024" not in unused.examples(VEJLE)


def test_a_payer_that_was_said_is_no_assumption_any_more():
    """Of a whole model, and of one activity before it; who gives is not asked."""
    talks = f"{VEJLE.id}.talks"
    lines = {line.id: line for line in filled().case(VEJLE).lines}
    assert lines["talks"].assumes_payer
    assert lines["talks"].payer == "municipality"
    assert not lines["coffee"].assumes_payer, "the café gives"
    one = {line.id: line for line in filled(payers={talks: "region"}).case(VEJLE).lines}
    assert (one["talks"].payer, one["talks"].assumes_payer) == ("region", False)
    assert one["cafe"].assumes_payer
    of_all = filled(payers={VEJLE.id: "state", talks: "region"}).estimate(VEJLE)
    assert of_all.total(assumes_payer=True) == 0
    assert of_all.total(payer="region") == filled().estimate(VEJLE).total(id="talks") > 0
    assert of_all.total(payer="state") == of_all.total() - of_all.total(payer="region")
    assert of_all.total("gift", payer="business") == filled().estimate(VEJLE).total("gift") > 0
