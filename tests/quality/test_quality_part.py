"""The page tells what should be put right, the most important first, and what was put off."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from builders import LEADER, a_desk, course, decision, save, site, suggestion
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.quality import catalogue, quality_part, snooze_records
from peerbook.quality.quality_part import quality_parts
from peerbook.quality.rules import Finding, Rule
from peerbook.sites import site_records
from peerbook.store import Store, Visitor
from peerbook.store.tables import Site
from peerbook.ui import Disclosure, Filter, Form, Heading, Notice, Prose, Section, StepByStep, Table

TODAY = dt.date(2027, 5, 20)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    monkeypatch.setattr(Desk, "today", TODAY)


class Shown:
    """What the page shows, as somebody sees and uses it."""

    def __init__(self, store, name=LEADER, role="leader"):
        with store.read() as session:
            sites = site_records.sites(session)
        desk = a_desk(store, name, role)
        self.parts = quality_parts(desk, sites, sites[0] if sites else Site(id=1, name="Vejle"))

    def all(self, kind):
        return [one for part in self.parts for one in part.everything() if isinstance(one, kind)]

    @property
    def outline(self):
        """Headings and folded lines, from top to bottom."""
        return [
            one.text if isinstance(one, Heading) else one.label
            for one in self.all(Heading | Disclosure)
        ]

    def open(self, label):
        (folded,) = [one for one in self.all(Disclosure) if one.label == label]
        folded._open({"index": 0}, ())
        (table,) = [one for one in folded.everything() if isinstance(one, Table)]
        return folded, table

    def press(self, label, row=0):
        _folded, table = self.open(label)
        table._run({"index": row, "edition": table.edition}, ())

    def answer(self, **values):
        (form,) = self.all(Form)
        return form._submit({"key": str(uuid.uuid4()), "values": values}, ())

    def choose(self, label, option):
        (choice,) = [one for one in self.all(Filter) if one.label == label]
        choice._choose({"index": choice.options.index(option)}, ())

    @property
    def notices(self):
        return [(one.kind, one.text) for one in self.all(Notice)]


def broken(store, name="Vejle"):
    """Save a site with a course without dates, on which a suggestion has two answers."""
    (number,) = save(store, site(name=name))
    (course_id,) = save(store, course(site_id=number, title=f"Spring in {name}"))
    (asked,) = save(store, suggestion(course_id=course_id))
    save(store, *(decision(suggestion_id=asked, outcome="no") for _time in range(2)))
    return number


def test_when_nothing_is_wrong_it_says_so_in_one_sentence(store):
    shown = Shown(store)
    assert shown.notices == [("ok", "There is nothing to put right.")]
    assert shown.outline == []
    assert shown.all(Filter) == []


def test_the_most_important_comes_first_each_rule_once_with_its_findings_under_it(store):
    broken(store)
    broken(store, "Horsens")
    shown = Shown(store)
    assert shown.outline == [
        "The figures are wrong",
        "Suggestions with two answers (2)",
        "This should be put right",
        "Courses without dates (2)",
    ]
    folded, table = shown.open("Courses without dates (2)")
    rows = table.data["rows"]
    assert [row[0]["text"] for row in rows] == [
        "Horsens: Spring in Horsens", "Vejle: Spring in Vejle",
    ]  # fmt: skip
    assert rows[0][0]["href"] == "course_plan.ipynb?site=Horsens&course=2"
    assert rows[0][1] == "The course has no dates."
    (advice,) = [one for one in folded.everything() if isinstance(one, Prose)]
    assert "Plan the course anew, or remove it. The course leader sees to it." in str(advice.tree)


def test_the_browser_is_not_told_of_which_suggestion_something_is(store):
    number = broken(store)
    del number
    shown = Shown(store)
    _folded, table = shown.open("Suggestions with two answers (1)")
    assert "suggestion:" not in str([part.spec() for part in shown.parts])
    assert table.data["rows"][0][1] == "A suggestion has two answers."


def test_one_place_or_ones_own_can_be_chosen(store):
    broken(store)
    broken(store, "Horsens")
    save(store, site(name="Æbeltoft", municipality="Æbeltoft"))
    shown = Shown(store)
    assert "Municipalities that do not exist (1)" in shown.outline
    shown.choose("Where?", "Horsens")
    assert "Courses without dates (1)" in shown.outline
    assert "Municipalities that do not exist (1)" not in shown.outline
    shown.choose("Where?", "All places")
    shown.choose("Who sees to it?", "Me")
    assert shown.outline == ["This should be put right", "Municipalities that do not exist (1)"]
    shown.choose("Where?", "Horsens")
    assert shown.notices == [("ok", "There is nothing to put right.")]


def test_of_many_places_one_is_looked_through_at_a_time(store, monkeypatch):
    monkeypatch.setattr(quality_part, "SITES_AT_ONCE", 1)
    broken(store)
    broken(store, "Horsens")
    (quiet,) = save(store, site(name="Odense"))
    looked = []
    real = quality_part.look_through
    monkeypatch.setattr(
        quality_part, "look_through", lambda *said: looked.append(said[-1]) or real(*said)
    )
    shown = Shown(store)
    (where,) = [one for one in shown.all(Filter) if one.label == "Where?"]
    assert where.options == ["Horsens", "Odense", "Vejle"]
    _folded, table = shown.open("Courses without dates (1)")
    assert [row[0]["text"] for row in table.data["rows"]] == ["Horsens: Spring in Horsens"]
    shown.choose("Where?", "Odense")
    assert shown.notices == [("ok", "There is nothing to put right.")]
    shown.choose("Where?", "Vejle")
    _folded, table = shown.open("Courses without dates (1)")
    assert [row[0]["text"] for row in table.data["rows"]] == ["Vejle: Spring in Vejle"]
    assert looked == [2, quiet, 1]


def overview(shown):
    """Return the table of all places, after as many steps as the browser would ask for."""
    (work,) = shown.all(StepByStep)
    for _step in range(work.total):
        answer = work.answer({"do": "step"}, ())
    (table,) = [one for one in shown.all(Table) if "each place" in one.data["caption"]]
    return answer["said"], table


def counts_of(table):
    return {row[0]: [cell[0] for cell in row[1:]] for row in table.data["rows"]}


def test_all_places_are_looked_through_one_by_one_and_the_worst_comes_first(store, monkeypatch):
    monkeypatch.setattr(quality_part, "SITES_AT_ONCE", 1)
    broken(store)
    number = broken(store, "Horsens")
    save(store, course(site_id=number, title="Autumn"))
    save(store, site(name="Odense"))
    shown = Shown(store)
    assert [one for one in shown.all(Table) if "each place" in one.data["caption"]] == []
    told, table = overview(shown)
    assert told == "3 places are looked through."
    assert counts_of(table) == {
        "Horsens": ["1", "2", "0"], "Vejle": ["1", "1", "0"], "Odense": ["0", "0", "0"],
    }  # fmt: skip
    assert list(counts_of(table)) == ["Horsens", "Vejle", "Odense"]
    table._run({"index": 1, "edition": table.edition}, ())
    (where,) = [one for one in shown.all(Filter) if one.label == "Where?"]
    assert where.options[where.chosen] == "Vejle"
    shown.press("Courses without dates (1)")
    shown.answer(days="30", reason="The room is not found yet")
    (table,) = [one for one in shown.all(Table) if "each place" in one.data["caption"]]
    assert counts_of(table)["Vejle"] == ["1", "0", "0"]
    shown.choose("Who sees to it?", "Me")
    (table,) = [one for one in shown.all(Table) if "each place" in one.data["caption"]]
    assert counts_of(table)["Horsens"] == ["0", "0", "0"]


def test_what_belongs_to_no_place_is_shown_where_one_of_many_is_looked_at(store, monkeypatch):
    monkeypatch.setattr(quality_part, "SITES_AT_ONCE", 1)
    broken(store)
    save(store, site(name="Odense"))
    rule = Rule("mine", "note", "leader", lambda: "Yours", lambda: "", lambda look: [
        Finding("draft:1", None, "", "", "start.ipynb", "A draft waits.")
    ])  # fmt: skip
    monkeypatch.setattr(catalogue, "RULES", (rule,))
    shown = Shown(store)
    assert shown.outline == ["Worth a look", "Yours (1)"]
    assert set(map(tuple, counts_of(overview(shown)[1]).values())) == {("0", "0", "0")}


def test_where_all_places_are_shown_there_is_no_overview(store):
    broken(store)
    broken(store, "Horsens")
    assert Shown(store).all(StepByStep) == []


def test_what_is_put_off_goes_below_with_why_and_can_be_woken(store):
    broken(store)
    shown = Shown(store)
    shown.press("Courses without dates (1)")
    (heading,) = [one.text for one in shown.all(Heading) if one.level == 3]
    assert heading == "Put off: Vejle: Spring in Vejle. The course has no dates."
    shown.answer(days="30", reason="The room is not found yet")
    assert shown.all(Form) == []
    ((kind, told),) = shown.notices
    assert (kind, told.partition(" Saved")[0]) == ("ok", "It is put off.")
    assert shown.outline == [
        "The figures are wrong", "Suggestions with two answers (1)", "Put off (1)",
    ]  # fmt: skip
    _folded, table = shown.open("Put off (1)")
    assert table.data["rows"][0][1:] == [
        "The course has no dates.",
        ["19 Jun 2027", "2027-06-19"],
        "The room is not found yet",
        "you",
    ]
    assert Shown(store).outline == shown.outline
    shown.press("Put off (1)")
    assert "Courses without dates (1)" in shown.outline
    assert "Put off (1)" not in shown.outline
    with store.read() as session:
        assert snooze_records.asleep(session, TODAY) == {}


def test_it_asks_for_how_long_and_why(store):
    broken(store)
    shown = Shown(store)
    shown.press("Courses without dates (1)")
    with pytest.raises(InputFault) as fault:
        shown.answer(days="", reason=" ")
    assert {one.place.field for one in fault.value.faults} == {"days", "reason"}
    with pytest.raises(InputFault):
        shown.answer(days="4000", reason="For ever")


def test_a_number_in_the_reason_is_asked_about_once_and_a_cpr_number_is_never_kept(store):
    broken(store)
    shown = Shown(store)
    shown.press("Courses without dates (1)")
    for _time in range(2):
        with pytest.raises(InputFault, match="CPR"):
            shown.answer(days="7", reason="Ask 010180-1234")
    with pytest.raises(InputFault, match="phone number"):
        shown.answer(days="7", reason="Ring 20 30 40 50")
    shown.answer(days="7", reason="Ring 20 30 40 50")
    ((kind, told),) = shown.notices
    assert (kind, told.partition(" Saved")[0]) == ("ok", "It is put off.")


def test_what_a_colleague_has_put_off_meanwhile_is_not_put_off_again(store):
    broken(store)
    mine, theirs = Shown(store), Shown(store, "anna")
    for shown in (mine, theirs):
        shown.press("Courses without dates (1)")
    theirs.answer(days="7", reason="It is known")
    with pytest.raises(Conflict):
        mine.answer(days="30", reason="It is known")


@pytest.mark.parametrize("role", ["analyst", "steering_group", "peer"])
def test_who_cannot_put_anything_right_is_told_so(store, role):
    broken(store)
    with Store.open(store.address, visitor=Visitor("ib", role)) as theirs:
        parts = quality_parts(Desk(theirs, theirs.visitor, synthetic=False), [], Site(id=1))
    (told,) = parts
    assert isinstance(told, Prose)


def test_an_evaluator_puts_off_what_is_theirs(store):
    number = broken(store)
    with store.write(LEADER) as session:
        session.add(course(site_id=number, title="Autumn"))
    with Store.open(store.address, visitor=Visitor("eva", "evaluator")) as theirs:
        shown = Shown(theirs, "eva", "evaluator")
        assert isinstance(shown.parts[-1], Section)
        shown.press("Courses without dates (2)")
        shown.answer(days="7", reason="It is known")
        assert "Put off (1)" in shown.outline
