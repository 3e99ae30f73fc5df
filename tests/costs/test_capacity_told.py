"""The question of how many pairs there are hours for, as it is asked and answered on the page."""

import dataclasses
import json
import uuid

import pytest

from assessment_cases import TODAY, VEJLE, filled, member, said
from builders import LEADER, a_site, change, read
from peerbook.costs import assessment_records
from peerbook.costs.capacity_part import CapacityQuestion
from peerbook.costs.model import load_models
from peerbook.costs.opened import Opened
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.store import Visitor
from peerbook.ui import Filter, Form, Prose

SCHOOL = next(one for one in load_models() if one.id == "recoveryskoler")
TEACHER = dataclasses.replace(member("professional_wage"), title="Underviser")
TEAM = {"a": member(), "b": TEACHER}


@pytest.fixture
def ask(store):
    def asked(made):
        number = change(store, assessment_records.begin, a_site(store)[0], made, TODAY).number
        desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
        kept = read(store, assessment_records.assessment, number)
        return CapacityQuestion(Opened(desk, kept, "Opdigt"))

    return asked


def everything(parts, kind):
    return [one for part in parts for one in part.everything() if isinstance(one, kind)]


def answered(question, **hours):
    """Return what is told, with the hours of each kind a week and 1,924 of a year."""
    (form,) = everything(question.parts(), Form)
    values = {
        f"{name}_{number}": value
        for number, week in enumerate(hours.values())
        for name, value in (("hours_a_week", week), ("effective_hours", "1924"))
    }
    form._submit({"key": str(uuid.uuid4()), "values": values}, ())
    return json.dumps([one.spec() for one in everything([question._answer], Prose)])


def words(text):
    return json.dumps(text)[1:-1]


def test_each_kind_of_staff_is_asked_for_where_the_team_has_several(ask):
    question = ask(filled(staff=TEAM))
    # 4 talks of 1.5 hours and 3 more is 9 hours a contract; the rest, 24 of cafés, 6 of events and
    # 12 each of reaching people and of meetings, is 54, and the teacher has 144 whatever the pairs
    # are
    told = answered(question, coordinator="2", teacher="3")
    assert words("5 forløb") in told, "(104 - 54) / 9"
    assert words("Grænsen sættes af timerne hos: Koordinator.") in told
    told = answered(question, coordinator="2", teacher="2")
    assert words("tager 40 timer mere") in told, "144 - 104"
    assert words("Underviser eller anden medarbejder") in told
    told = answered(question, coordinator="2", teacher="")
    assert words("5 forløb") in told
    told = answered(question, coordinator="", teacher="3")
    assert words("Skriv også timer for: Koordinator.") in told
    with pytest.raises(InputFault) as fault:
        answered(question, coordinator="", teacher="")
    assert [one.place.field for one in fault.value.faults] == ["hours_a_week_0"]


def test_few_who_do_all_of_it_share_their_hours(ask):
    question = ask(filled(staff={"a": member()}))
    told = answered(question, everybody="5")
    assert words("6 forløb") in told, "(260 - 54 - 144) / 9"
    assert words("Grænsen sættes") not in told
    (way,) = everything(question.parts(), Filter)
    way._on_change("apart")
    (form,) = everything([question._place], Form)
    assert "hours_a_week_1" in json.dumps(form.spec())


def test_a_model_that_does_not_grow_says_what_can_be_done(ask):
    told = answered(ask(filled((SCHOOL,))), everybody="15")
    assert words("i timer for hvert forløb, der begynder") in told


def test_what_is_missing_is_told_at_a_field_of_the_form(ask):
    question = ask(filled(figures={"vejle.pair_hours": said("hours", None)}))
    with pytest.raises(InputFault) as fault:
        answered(question, everybody="15")
    assert [one.place.field for one in fault.value.faults] == ["hours_a_week_0"]
    (asked,) = [one.ask for one in VEJLE.questions if one.id == "pair_hours"]
    assert asked in fault.value.faults[0].message
