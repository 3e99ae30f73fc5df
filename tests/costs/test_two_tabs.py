"""Two who change the same of an estimate at once: each sees both, and whoever is last chooses."""

import copy
import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from assessment_cases import TODAY, VEJLE, filled, own_line, said
from builders import LEADER, a_site, change, read
from peerbook.costs import assessment_records
from peerbook.costs.assessment import Level
from peerbook.costs.case import STARTED
from peerbook.costs.entries_part import Entries
from peerbook.costs.figures_part import Figures
from peerbook.costs.frame_part import Frame
from peerbook.costs.lines_part import own_costs
from peerbook.costs.opened import Opened
from peerbook.costs.payers_part import WhoPays
from peerbook.costs.team_part import Team
from peerbook.desk import Desk
from peerbook.errors import Conflict, PeerbookError
from peerbook.store import Visitor
from peerbook.ui import Form

MONTHS = "months_together"


def first_form(parts):
    return next(one for part in parts for one in part.everything() if isinstance(one, Form))


def figures_form(opened):
    return first_form(Figures(opened).parts())


def payers_form(opened):
    part = WhoPays(opened)
    part.parts()
    return part._form(VEJLE)


def cost_form(opened):
    return first_form(Entries(opened, own_costs(opened))._correction_parts("a", "Bus"))


def frame_form(opened):
    return first_form(Frame(opened).parts())


def save(part, theirs):
    """Return what lets somebody else save entries."""

    def saved(store, opened):
        seen = getattr(opened.said, part)
        change(store, assessment_records.save_entries, opened.number, part, seen, theirs)

    return saved


def save_frame(store, opened):
    longer = dataclasses.replace(opened.said, years=5)
    change(store, assessment_records.save_frame, opened.number, opened.said, longer)


def typed_figures(values):
    name = next(name for name, rows in values.items() if rows[0]["id"] == STARTED)
    for row in values[name]:
        if row["id"] == STARTED:
            row["values"] |= {"value": "12", "source": "Vores plan"}
        if row["id"] == MONTHS:
            row["values"] |= {"value": "9", "source": "Vores plan"}


@dataclass(frozen=True)
class Meeting:
    """A form, what another saves meanwhile, what is typed, and what of an estimate is looked at.

    What else is typed is kept, whatever is chosen.
    """

    form: Callable[[Opened], Form]
    theirs: Callable[[object, Opened], None]
    typed: Callable[[dict], None]
    looked_at: Callable[[object], object]
    of_theirs: object
    of_mine: object
    else_typed: Callable[[object], bool] = lambda _said: True


def level(height):
    return Level(Decimal(height), "Danmarks Statistik", dt.date(2026, 6, 1))


def costs(kr):
    return dataclasses.replace(own_line("cost"), figure=said("kr", kr, price_year=2026))


MEETINGS = {
    "figures": Meeting(
        figures_form, save("figures", {STARTED: said("count", 30)}), typed_figures,
        lambda one: one.figures[STARTED].value, 30, 12,
        else_typed=lambda one: one.figures[MONTHS].value == 9,
    ),
    "payers": Meeting(
        payers_form, save("payers", {VEJLE.id: "region"}),
        lambda values: values.update(payer="state"),
        lambda one: one.payers[VEJLE.id], "region", "state",
    ),
    "a cost": Meeting(
        cost_form, save("lines", {"a": costs(700)}), lambda values: values.update(kr="900"),
        lambda one: one.lines["a"].figure.value, 700, 900,
    ),
    "a level": Meeting(
        lambda one: first_form(Team(one)._levels._correction_parts("2026", "2026")),
        save("levels", {"2026": level(110)}), lambda values: values.update(level="112"),
        lambda one: one.levels["2026"].level, 110, 112,
    ),
    "frame": Meeting(
        frame_form, save_frame, lambda values: values.update(years="4"),
        lambda one: one.years, 5, 4,
    ),
}  # fmt: skip


def press(form, values, *, chosen=False):
    """Return what the browser is answered when it sends a form in."""
    request = {"key": str(uuid.uuid4()), "values": values, "chosen": chosen}
    try:
        return form._submit(request, [])
    except PeerbookError as error:
        return form.explain(error)


@pytest.fixture
def opened(store):
    """Return an estimate with a cost of its own."""
    made = filled(lines={"a": costs(500)}, levels={"2026": level(100)})
    number = change(store, assessment_records.begin, a_site(store)[0], made, TODAY).number
    kept = read(store, assessment_records.assessment, number)
    return Opened(Desk(store, Visitor(LEADER, "leader"), synthetic=False), kept, "Opdigt")


def stored(store, opened):
    return read(store, assessment_records.assessment, opened.number).assessment


@pytest.mark.parametrize("choice", ["mine", "theirs"])
@pytest.mark.parametrize("name", MEETINGS)
def test_whoever_saves_last_sees_both_and_chooses(store, opened, name, choice):
    one = MEETINGS[name]
    form = one.form(opened)
    values = copy.deepcopy(dict(form.begin))
    one.typed(values)
    one.theirs(store, opened)
    for _again in range(2):  # whoever chooses nothing is asked again
        conflict = press(form, values)["conflict"]
        shown = {row["field"]: row["theirs"] for row in conflict["rows"]}
        assert any(values[field] != theirs for field, theirs in shown.items())
        assert one.looked_at(stored(store, opened)) == one.of_theirs
    if choice == "theirs":
        values |= shown
    answer = press(form, values, chosen=True)
    assert "saved" in answer, answer
    expected = one.of_mine if choice == "mine" else one.of_theirs
    assert one.looked_at(stored(store, opened)) == expected
    assert one.else_typed(stored(store, opened))
    assert one.looked_at(opened.said) == expected


def test_what_another_has_removed_is_not_brought_back_by_a_correction(store, opened):
    form = cost_form(opened)
    save("lines", {"a": None})(store, opened)
    answer = press(form, dict(form.begin) | {"kr": "900"})
    assert "slettet" in answer["trouble"]
    assert not stored(store, opened).lines


def test_a_year_another_has_added_meanwhile_is_told_and_stands_in_the_list(store, opened):
    levels = Team(opened)._levels
    form = levels._form()
    there = level(110)
    save("levels", {"2025": there})(store, opened)
    typed = {"year": "2025", "level": "112", "source": "Vores", "said_on": "2026-06-02"}
    answer = press(form, dict(form.begin) | typed)
    assert "står allerede" in answer["faults"][0]["message"]
    assert stored(store, opened).levels["2025"] == there
    assert "2025" in levels._listed()


def test_what_is_not_asked_in_a_form_is_no_choice_between_two_versions(opened):
    answer = frame_form(opened).explain(Conflict("Two versions.", {"unasked": 1}))
    assert "Indlæs siden igen" in answer["trouble"]
