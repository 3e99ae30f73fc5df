"""What participants still wait for meets whoever plans the next course."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from sqlalchemy import select

from builders import (
    LEADER,
    a_desk,
    a_planned_course,
    a_site,
    assert_sound,
    course,
    decision,
    evaluation,
    open_store,
    suggestion,
)
from peerbook.course import records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.improvement import suggestion_records
from peerbook.course.improvement.improvement_part import Board
from peerbook.course.improvement.open_suggestions_part import open_suggestions_parts
from peerbook.course.planning.plan_part import plan_parts
from peerbook.desk import Desk
from peerbook.errors import Conflict
from peerbook.rows import each
from peerbook.start_page import _parts
from peerbook.store import events_of
from peerbook.store.tables import Audit, Course, CourseDate, Decision, Site, Suggestion
from peerbook.ui import Button, Disclosure, Form, Notice, Prose, Table


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("open")) as opened:
        yield opened
        assert_sound(opened)


def ask(store, course_id, text, **decided):
    """Save a suggestion, decided on when anything is said of that."""
    with store.write(LEADER) as session:
        row = suggestion(course_id=course_id, text=text)
        session.add(row)
        session.flush()
        if decided:
            session.add(decision(suggestion_id=row.id, **decided))


def waiting(store, site_id):
    with store.read() as session:
        frame = suggestion_records.open_suggestions(session, records.at_site(site_id), 5)
    return {row.text: row.outcome for row in frame.itertuples()}


def shown(store, made, course_id=None):
    """Return the parts of the page, and what they say, as one text."""
    with store.read() as session:
        site = session.get_one(Site, made.site_id)
        course = session.get(Course, course_id) if course_id else None
        parts = open_suggestions_parts(a_desk(store), site, course)
    (opened,) = parts or (None,)
    if opened is None:
        return ""
    assert isinstance(opened, Disclosure)
    opened._open({"index": 0}, ())
    return str(
        [
            part.data if isinstance(part, Table) else part.tree
            for part in opened.inside[0].inside
            if isinstance(part, Table | Prose)
        ]
    )


def test_what_is_undecided_or_promised_and_not_done_waits(store):
    made = a_planned_course(store)
    ask(store, made.course_id, "undecided")
    ask(store, made.course_id, "promised", outcome="do", status="open")
    ask(store, made.course_id, "later", outcome="later", status="open")
    ask(store, made.course_id, "done", outcome="do", status="done", what_we_did="It")
    ask(store, made.course_id, "told", outcome="later", status="told_back", what_we_did="It")
    ask(store, made.course_id, "not possible", outcome="no", status="open")
    assert waiting(store, made.site_id) == {
        "undecided": None, "promised": "do", "later": "later",
    }  # fmt: skip


def test_every_page_counts_alike_and_says_what_it_counts(store, monkeypatch):
    made = a_planned_course(store)
    monkeypatch.setattr(Desk, "today", dt.date(2027, 3, 2))
    for text in ("one", "two"):
        ask(store, made.course_id, text)
    ask(store, made.course_id, "late", outcome="do", due_on=dt.date(2027, 3, 1))
    ask(store, made.course_id, "in time", outcome="later", due_on=dt.date(2027, 3, 2))
    ask(store, made.course_id, "done", outcome="do", status="done", what_we_did="It")
    desk = a_desk(store)
    with store.read() as session:
        site = session.get_one(Site, made.site_id)
        course = session.get_one(Course, made.course_id)
    (opened,) = open_suggestions_parts(desk, site)
    counts = "2 without a decision, 2 decided, but not done yet"
    assert opened.spec()["state"]["label"] == (
        f"Suggestions from all courses in {site.name}: {counts}"
    )
    (of_course,) = open_suggestions_parts(desk, site, course)
    assert of_course.spec()["state"]["label"] == (
        f"Suggestions from this and earlier courses in {site.name}: {counts}"
    )
    opened._open({"index": 0}, ())
    plan = [part for part in opened.inside[0].inside if isinstance(part, Notice)]
    board = [
        p for p in Board(desk, course, lambda: None).section().everything() if isinstance(p, Notice)
    ]
    start = [
        part
        for part in _parts(desk, [site])
        if isinstance(part, Notice) and "suggestion" in part.text
    ]
    told = (
        "2 suggestions from participants have no decision yet. "
        "2 suggestions are decided, but not done yet. The date of 1 of them has passed."
    )
    for notices in (plan, board, start):
        assert [(one.kind, one.text) for one in notices] == [("warn", told)]
    assert "Overdue" in shown(store, made)


def test_other_sites_are_none_of_its_business(store):
    made = a_planned_course(store)
    ask(store, a_planned_course(store).course_id, "elsewhere")
    assert waiting(store, made.site_id) == {}
    assert shown(store, made) == ""


def test_the_new_course_meets_all_that_waits_with_a_link_to_where_it_is_answered(store):
    made = a_planned_course(store, title="Hold [1](x) *nu*")
    ask(store, made.course_id, "Longer breaks " + "x" * 300)
    ask(store, made.course_id, "Fruit", outcome="do", owner="Anna", due_on=dt.date(2027, 3, 1))
    said = shown(store, made)
    assert "Longer breaks" in said
    assert "x" * 200 not in said
    assert "Waits for an answer" in said
    assert "Anna" in said
    assert "1 Mar 2027" in said
    assert f"course_record.ipynb?site=Vejle+{made.site[6:]}&course={made.course_id}" in said
    assert "'Hold [1](x) *nu*'" in said


def test_a_course_meets_what_earlier_ones_and_itself_have_asked_for_not_what_later_ones_do(store):
    first = a_planned_course(store)
    with store.write(LEADER) as session:
        own = session.get_one(Course, first.course_id)
        later = course(
            site_id=first.site_id, title="Later",
            starts_on=own.starts_on + dt.timedelta(days=180), weekday=1,
        )  # fmt: skip
        session.add(later)
        session.flush()
        later_id = later.id
    ask(store, first.course_id, "from the first")
    ask(store, later_id, "from the later")
    assert "from the first" in shown(store, first, later_id)
    assert "from the later" in shown(store, first, later_id)
    assert "from the first" in shown(store, first, first.course_id)
    assert "from the later" not in shown(store, first, first.course_id)


def test_a_course_that_goes_on_meets_them_and_one_whose_dates_to_come_are_cancelled_does_not(
    store, monkeypatch
):
    made = a_planned_course(store)
    ask(store, made.course_id, "Longer breaks")
    desk = a_desk(store)
    today = dt.date(2027, 4, 20)
    monkeypatch.setattr(Desk, "today", today)

    def meets():
        parts = plan_parts(desk, made.course_id, lambda *_: None)
        labels = [
            str(part.spec()) for one in parts for part in one.everything()
            if isinstance(part, Disclosure)
        ]  # fmt: skip
        return any("Suggestions from this and earlier courses" in label for label in labels)

    assert meets()
    with store.write(LEADER) as session:
        coming = session.query(CourseDate).filter_by(course_id=made.course_id)
        for date in coming.filter(CourseDate.date >= today):
            date.status = "cancelled"
    assert not meets()


def test_a_site_without_courses_has_nothing_waiting(store):
    number, _name = a_site(store)
    assert waiting(store, number) == {}


def test_what_one_of_a_few_wrote_on_a_sheet_is_not_shown(store):
    made = a_planned_course(store)
    with store.write(LEADER) as session:
        sheets = [evaluation(course_id=made.course_id) for _number in range(9)]
        session.add_all(sheets)
        session.flush()
        numbers = [sheet.id for sheet in sheets]
        session.add_all(
            suggestion(course_id=made.course_id, evaluation_id=number, text=f"of {number}")
            for number in numbers[:4]
        )
    assert waiting(store, made.site_id) == {}
    assert "of " not in shown(store, made)
    with store.write(LEADER) as session:
        session.add(
            suggestion(course_id=made.course_id, evaluation_id=numbers[4], text="of one more")
        )
    assert waiting(store, made.site_id) == {
        **{f"of {number}": None for number in numbers[:4]}, "of one more": None,
    }  # fmt: skip


def test_suggestions_stand_in_the_order_of_the_alphabet_not_in_that_of_the_sheets(store):
    made = a_planned_course(store)
    texts = ["Zeta", "mike", "Alpha", "Echo", "Bravo"]
    for text in texts:
        ask(store, made.course_id, text)
    with store.read() as session:
        board = suggestion_records.suggestions_frame(session, made.course_id, 5)
        waiting = suggestion_records.open_suggestions(session, records.at_site(made.site_id), 5)
    expected = ["Alpha", "Bravo", "Echo", "mike", "Zeta"]
    assert list(board["text"]) == list(waiting["text"]) == expected


def on_sheets(store, made, texts, first):
    """Save a sheet with a suggestion for each text, with numbers that nothing else has."""
    with store.write(LEADER) as session:
        for number, text in enumerate(texts, start=first):
            session.add(evaluation(id=number, course_id=made.course_id))
            session.flush()
            wish = suggestion(id=number, course_id=made.course_id, evaluation_id=number, text=text)
            session.add(wish)


def board_of(store, made):
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
    return Board(a_desk(store), course, lambda: None).section()


def table_on(board):
    (table,) = [part for part in board.everything() if isinstance(part, Table)]
    return table


def answer(board, place):
    table = table_on(board)
    table._run({"index": place, "edition": table.edition}, ())
    (form,) = [part for part in board.everything() if isinstance(part, Form)]
    return form


def test_the_browser_is_not_told_the_numbers_of_suggestions_which_follow_the_sheets(store):
    made = a_planned_course(store)
    on_sheets(store, made, ["Fruit", "Tea", "fruit", "Air", "Fruit"], first=731_111_111)
    board = board_of(store, made)
    assert "7311111" not in str(board.spec())
    form = answer(board, 1)
    assert "7311111" not in str(board.spec())
    asked = next(one for one in form.fields if one["name"] == "also")
    assert [label for _name, label in asked["options"]] == ["Air", "Fruit", "fruit", "Tea"]
    chosen = [name for name, label in asked["options"] if label.casefold() == "fruit"]
    assert form.begin["also"] == chosen
    # A draft is found again, since the names are the same on the next visit.
    again = answer(board_of(store, made), 1)
    assert again.begin["also"] == chosen
    values = {"outcome": "no", "what_we_did": "Too dear", "also": chosen}
    again._submit({"key": str(uuid.uuid4()), "values": values}, ())
    assert waiting(store, made.site_id) == {"Air": None, "Tea": None}


def test_what_was_promised_stays_when_its_text_can_no_longer_be_shown(store):
    made = a_planned_course(store)
    on_sheets(store, made, ["Fruit", "Tea", "Milk", "Air", "Light"], first=84_111)
    with store.write(LEADER) as session:
        session.add(
            decision(suggestion_id=84_111, outcome="do", what_we_did="We buy apples", owner="Anna")
        )
        evaluation_records.delete_sheet(session, made.course_id, 84_112)
    board = board_of(store, made)
    rows = table_on(board).data["rows"]
    assert len(rows) == 1
    assert "We buy apples" in rows[0]
    everywhere = str(board.spec()) + shown(store, made)
    assert "Anna" in shown(store, made)
    for text in ("Fruit", "Tea", "Milk", "Air", "Light"):
        assert text not in everywhere
    form = answer(board, 0)
    assert "Fruit" not in str(board.spec())
    values = form.begin | {"what_we_did": "We buy pears"}
    form._submit({"key": str(uuid.uuid4()), "values": values}, ())
    assert "We buy pears" in table_on(board).data["rows"][0]


def test_the_place_of_an_answer_does_not_tell_how_the_hidden_text_begins(store):
    made = a_planned_course(store)
    on_sheets(store, made, ["Aa", "Bb", "Cc"], first=95_111)
    with store.write(LEADER) as session:
        for number, did in ((95_111, "Third"), (95_112, "First"), (95_113, "Second")):
            session.add(decision(suggestion_id=number, outcome="do", what_we_did=did))
    rows = table_on(board_of(store, made)).data["rows"]
    assert [row[1] for row in rows] == ["First", "Second", "Third"]


def test_an_answer_taken_back_leaves_the_suggestion_waiting_and_the_history_whole(store):
    made = a_planned_course(store)
    ask(store, made.course_id, "Fruit", outcome="do", status="done", what_we_did="Apples")
    board = board_of(store, made)
    answer(board, 0)
    (way_out,) = [part for part in board.everything() if isinstance(part, Disclosure)][:1]
    (button,) = [part for part in way_out.everything() if isinstance(part, Button)]
    assert button._press({"index": 0}, ())["said"] == "The answer is taken back."
    assert waiting(store, made.site_id) == {"Fruit": None}
    assert "Waits for an answer" in str(table_on(board).data["rows"])
    with store.read() as session:
        number = session.scalar(
            select(Suggestion.id).where(
                Suggestion.text == "Fruit", Suggestion.course_id == made.course_id
            )
        )
        (event,) = events_of(session, "suggestion", number)
        kept = [
            row.old
            for row in session.scalars(select(Audit).where(Audit.action == "delete"))
            if row.table_name == "decision"
        ]
    assert (event.kind, event.details) == (
        suggestion_records.ANSWER_TAKEN_BACK,
        {"outcome": "do", "status": "done"},
    )
    assert "Apples" in [old["what_we_did"] for old in kept]


def test_an_answer_somebody_has_changed_meanwhile_is_not_taken_back(store):
    made = a_planned_course(store)
    ask(store, made.course_id, "Tea", outcome="later")
    with store.read() as session:
        (row,) = each(suggestion_records.decisions_frame(session, made.course_id))
    with store.write(LEADER) as session:
        session.get_one(Decision, row.decision_id).owner = "somebody else"
    with pytest.raises(Conflict), store.write(LEADER) as session:
        suggestion_records.take_back_decision(
            session, row.decision_id, row.version, on=dt.date(2027, 3, 2)
        )
    assert waiting(store, made.site_id) == {"Tea": "later"}


def test_an_old_page_shows_both_answers_when_another_was_given_after_one_was_taken_back(store):
    made = a_planned_course(store)
    ask(store, made.course_id, "Coffee", outcome="later")
    form = answer(board_of(store, made), 0)
    with store.read() as session:
        (shown,) = each(suggestion_records.decisions_frame(session, made.course_id))
    with store.write("anna") as session:
        suggestion_records.take_back_decision(
            session, shown.decision_id, shown.version, on=dt.date(2027, 3, 2)
        )
    values = {"outcome": "do", "owner": "Cy"}
    request = {"key": uuid.uuid4().hex, "values": values}
    with pytest.raises(Conflict) as gone:
        form._submit(request, ())
    assert "deleted" in form.explain(gone.value)["trouble"]
    with store.write("anna") as session:
        session.add(decision(suggestion_id=shown.suggestion_id, outcome="no", owner="Bo"))
    with pytest.raises(Conflict) as other:
        form._submit(request, ())
    told = {row["field"]: row["theirs"] for row in form.explain(other.value)["conflict"]["rows"]}
    assert (told["outcome"], told["owner"]) == ("no", "Bo")
    assert waiting(store, made.site_id) == {}
    form._submit(request | {"chosen": True}, ())
    assert waiting(store, made.site_id) == {"Coffee": "do"}


def test_the_same_asked_for_in_the_same_words_stands_once_with_how_often(store):
    made = a_planned_course(store)
    for text in ("More breaks", "More  breaks", "A quiet room"):
        ask(store, made.course_id, text)
    ask(store, made.course_id, "More breaks", outcome="do", owner="Anna")
    told = shown(store, made)
    assert re.search(r"More +breaks \(2 times\)", told)
    assert len(re.findall(r"More +breaks", told)) == 2, "what is promised stands apart"
    assert "A quiet room (" not in told
