"""Free text that says who somebody is: asked about once at its field, and then taken."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from builders import START, a_course_of, a_desk, open_store
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_entry_part import EvaluationEntry
from peerbook.course.evaluation.saved_sheets_part import SavedSheets
from peerbook.course.evaluation_form import load_form
from peerbook.course.improvement.improvement_part import Board
from peerbook.course.without_names import WithoutNames, Written
from peerbook.errors import InputFault
from peerbook.store import Store, Visitor
from peerbook.store.tables import Answer, Course, Suggestion


@pytest.fixture
def made(store):
    return a_course_of(store, "Anna Holm Jensen", "Bo Skov")


@pytest.fixture
def course(store, made):
    with store.read() as session:
        return session.get_one(Course, made.course_id)


def entry(store, course):
    desk = a_desk(store)

    def keep(submission, sheets, source):
        return desk.save(
            submission,
            lambda session: evaluation_records.save_sheets(
                session, course.id, load_form("mid"), sheets,
                wave="mid", source=source, entered_on=START,
            ),
        )  # fmt: skip

    return EvaluationEntry(desk, course, "mid", keep, SavedSheets(desk, course, "mid", print))


def submit(form, **values):
    request = {"do": "submit", "key": str(uuid.uuid4()), "values": values}
    return form.answer(request, [])


def texts(store, table):
    with store.read() as session:
        return [row.text for row in session.scalars(select(table)) if row.text]


def test_a_name_in_a_sheet_is_asked_about_once_at_its_question_and_then_kept(store, course):
    form = entry(store, course)._sheet_form("full")
    answers = {"overall": "4", "suggestion": "Hør på Annas forslag"}
    (fault,) = submit(form, **answers)["faults"]
    assert fault["field"] == "suggestion"
    assert "Anna" not in fault["message"]
    assert texts(store, Answer) == []
    assert "saved" in submit(form, **answers)
    assert texts(store, Answer) == ["Hør på Annas forslag"]


def test_another_text_is_asked_about_anew(store, course):
    form = entry(store, course)._sheet_form("full")
    assert "faults" in submit(form, overall="4", suggestion="Annas pauser")
    assert "faults" in submit(form, overall="4", suggestion="Jensens pauser")
    assert "saved" in submit(form, overall="4", suggestion="Flere pauser")


def test_a_cpr_number_is_never_kept_however_often_it_is_sent(store, course):
    form = entry(store, course)._sheet_form("full")
    for _time in range(3):
        assert "faults" in submit(form, overall="4", suggestion="Mit nr. er 2110625629")
    assert texts(store, Answer) == []


def test_in_a_pile_the_question_stands_at_the_cell_of_the_sheet(store, course):
    form = entry(store, course)._pile_form("full")
    rows = [{"overall": "4"}, {"overall": "3", "suggestion": "Ring til 22 33 44 55"}]
    sheets = [{"id": None, "values": values} for values in rows]
    (fault,) = submit(form, sheets=sheets)["faults"]
    assert fault["field"] == "sheets.1.suggestion"
    assert "saved" in submit(form, sheets=sheets)


def test_suggestions_and_answers_to_them_are_asked_about_too(store, course):
    board = Board(a_desk(store), course, lambda: None)
    board.section()
    form = board._suggestion_form()
    (fault,) = submit(form, text="Anna vil have flere pauser")["faults"]
    assert fault["field"] == "text"
    assert texts(store, Suggestion) == []
    assert "saved" in submit(form, text="De vil have flere pauser")
    (number,) = (row.suggestion_id for row in board._said)
    answer = {"outcome": "no", "what_we_did": "Anna siger nej", "owner": "", "status": ""}
    (fault,) = submit(board._decision_form(number), **answer)["faults"]
    assert fault["field"] == "what_we_did"


def test_a_word_that_is_a_name_too_and_a_person_of_another_course_are_not_asked_about(
    store, course
):
    a_course_of(store, "Zahra Omar")
    look = WithoutNames(a_desk(store), course.id)
    look.ask([Written("text", "De bor ved en skov"), Written("text", "Zahra"), Written("text", "")])
    with pytest.raises(InputFault):
        look.ask([Written("text", "Bo Skovs idé")])


def test_whoever_may_not_read_names_is_asked_about_the_rest_only(tmp_path):
    with open_store(tmp_path) as store:
        made = a_course_of(store, "Anna Holm Jensen")
    visitor = Visitor("eva", "evaluator")
    with Store.open(tmp_path / "peerbook.sqlite", create=False, visitor=visitor) as store:
        asked = WithoutNames(a_desk(store, "eva", "evaluator"), made.course_id)
        asked.ask([Written("text", "Anna Holm Jensen sang")])
        with pytest.raises(InputFault, match="telefonnummer"):
            asked.ask([Written("text", "Ring 21 22 23 24")])
