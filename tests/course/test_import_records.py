"""A file of evaluations is saved in one go, known again, and can be taken back in one go."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from builders import LEADER, a_course, a_desk, assert_sound, decision, evaluation, open_store, save
from filled_files import filled, read_filled
from peerbook.course import data_imports
from peerbook.course.data_imports import short_name
from peerbook.course.evaluation import evaluation_import_part, evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet, alike
from peerbook.course.evaluation.import_records import (
    EvaluationKind,
    import_sheets,
    import_with_digest,
    imports,
    refused_codes,
    saved_already,
    sheets_in,
)
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import evaluation_template
from peerbook.course.improvement.suggestion_records import take_back_decision
from peerbook.errors import Conflict, InputFault
from peerbook.store.tables import Answer, Audit, Course, DataImport, Evaluation, Suggestion
from peerbook.ui import Notice, Section, Submission, UploadedFile

DAY = dt.date(2026, 5, 4)
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
FORM = load_form("mid")
DIGEST = hashlib.sha256(b"the file").hexdigest()
SHEETS = [
    Sheet({"overall": 4, "ready": 5, "suggestion": "Flere pauser"}, "2A3B"),
    Sheet({"overall": 5, "keep": "Alt 🙂 <script>"}),
    Sheet({"overall": 9}),
]


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def course(store):
    return a_course(store, participants=0, days=1).course_id


def take_in(session, course, sheets=SHEETS, digest=DIGEST, name="vores svar.xlsx"):
    return import_sheets(
        session, course, FORM, sheets, wave="mid", file_name=name, digest=digest, entered_on=DAY
    )


def submitted(store, course, key="key", **how):
    return store.submit(key, LEADER, lambda session: take_in(session, course, **how), [key])


def count(store, table):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def counts(store):
    return [count(store, table) for table in (DataImport, Evaluation, Answer, Suggestion)]


# -- in ------------------------------------------------------------------------------------------


def test_rows_of_a_template_become_sheets_with_plain_values():
    template = evaluation_template(FORM)
    reading = read_filled(template, filled(template, {"respondent": "2a3b", "overall": "Godt"}))
    (sheet,) = sheets_in(reading.rows).values()
    assert sheet.respondent == "2A3B"
    assert {name: value for name, value in sheet.answers.items() if value is not None} == {
        "overall": 4
    }
    assert type(sheet.answers["overall"]) is int
    assert set(sheet.answers) == {item.id for item in FORM.items}


def test_an_import_saves_sheets_answers_and_suggestions_and_says_where_from(store, course):
    receipt = submitted(store, course)
    assert receipt.kind == "data_import"
    assert counts(store) == [1, 3, 6, 1]
    with store.read() as session:
        rows = session.scalars(select(Evaluation)).all()
        assert {(row.source, row.import_id, row.wave) for row in rows} == {
            ("file", receipt.record, "mid")
        }
        (file,) = imports(session, course, "mid")
        assert (file.file_name, file.sheets, file.actor) == ("vores svar.xlsx", 3, LEADER)
        assert imports(session, course, "final") == []
    assert_sound(store)


def test_the_same_key_saves_once_and_the_same_file_under_another_key_is_refused(store, course):
    first = submitted(store, course)
    again = submitted(store, course)
    assert (again.replayed, again.number) == (True, first.number)
    with pytest.raises(InputFault, match="Præcis den fil blev gemt"):
        submitted(store, course, key="other")
    assert counts(store) == [1, 3, 6, 1]


def test_a_file_whose_sheets_were_deleted_is_saved_once_again_and_no_more(store, course):
    submitted(store, course)
    with store.write(LEADER) as session:
        numbers = session.scalars(select(Evaluation.id)).all()
        evaluation_records.delete_sheets(session, numbers, "")
    with store.read() as session:
        assert import_with_digest(session, DIGEST) is None
    submitted(store, course, key="second")
    with pytest.raises(InputFault, match="Præcis den fil blev gemt"):
        submitted(store, course, key="third")


def test_a_fault_in_one_sheet_saves_nothing_at_all(store, course):
    bad = [*SHEETS, Sheet({"overall": 7})]
    with pytest.raises(InputFault):
        submitted(store, course, sheets=bad)
    assert counts(store) == [0, 0, 0, 0]
    with store.read() as session:
        assert import_with_digest(session, DIGEST) is None
        audited = select(func.count()).select_from(Audit).where(Audit.table_name == "data_import")
        assert session.scalar(audited) == 0


def test_the_name_of_the_file_is_not_kept_in_the_audit(store, course):
    submitted(store, course, name="Annas svar.xlsx")
    with store.read() as session:
        entries = session.scalars(select(Audit)).all()
    assert not any("Annas" in f"{entry.old} {entry.new}" for entry in entries)


def test_a_long_name_keeps_its_beginning_and_its_ending():
    short = short_name("a" * 300 + ".xlsx")
    assert len(short) <= 120
    assert short.startswith("aaa")
    assert short.endswith(".xlsx")
    assert short_name("svar.xlsx") == "svar.xlsx"


def test_codes_that_are_used_in_the_same_evaluation_or_none_of_ours_are_told_by_row(store, course):
    submitted(store, course)
    rows = {2: SHEETS[0], 3: SHEETS[1], 4: Sheet({"overall": 3}, "ANNA"), 5: Sheet({}, "2a-3b")}
    with store.read() as session:
        assert sorted(refused_codes(session, course, "mid", rows)) == [2, 4, 5]
        assert sorted(refused_codes(session, course, "final", rows)) == [4]
    with store.write(LEADER) as session:
        session.add(evaluation(course_id=course, wave="mid", respondent_code="ANNA"))
    with store.read() as session:
        assert refused_codes(session, course, "final", rows) == {}


# -- known again -----------------------------------------------------------------------------------


PILE = [Sheet({"overall": number, "ready": number}) for number in range(1, 6)]


def known(store, course, rows, wave="mid", threshold=5):
    with store.read() as session:
        return saved_already(session, course, wave, rows, threshold)


def test_a_row_with_just_the_answers_of_a_saved_sheet_is_found_however_that_was_entered(
    store, course
):
    with store.write(LEADER) as session:
        evaluation_records.save_sheets(
            session, course, FORM, [SHEETS[1]], wave="mid", source="pile", entered_on=DAY
        )
    submitted(store, course, sheets=PILE[:4])
    blank = dict.fromkeys(item.id for item in FORM.items)
    rows = {2: Sheet({**blank, **SHEETS[1].answers}), 3: Sheet({**blank, "overall": 5})}
    rows |= dict(enumerate(PILE[:4], start=4))
    assert known(store, course, rows) == (2, 4, 5, 6, 7)
    assert known(store, course, rows, wave="final") == ()


def test_one_saved_sheet_accounts_for_one_row(store, course):
    submitted(store, course, sheets=PILE)
    rows = dict(enumerate([PILE[0], *PILE, PILE[0]], start=2))
    assert known(store, course, rows) == (2, 4, 5, 6, 7)


def test_the_corrected_file_adds_only_what_was_left_out(store, course):
    submitted(store, course, sheets=PILE)
    corrected = dict(enumerate([*PILE, Sheet({"overall": 1, "ready": 2})], start=2))
    assert known(store, course, corrected) == (2, 3, 4, 5, 6)


def test_a_file_that_has_grown_to_several_times_what_was_saved_is_known_again(store, course):
    submitted(store, course, sheets=PILE)
    new = [Sheet({"overall": 1, "keep": f"Dag {number}"}) for number in range(20)]
    assert known(store, course, dict(enumerate([*PILE, *new], start=2))) == (2, 3, 4, 5, 6)


def test_a_file_with_a_few_guesses_tells_nothing(store, course):
    submitted(store, course, sheets=PILE)
    for guesses in (PILE[:1], PILE[:4], [*PILE[:4], Sheet({"overall": 1})]):
        assert known(store, course, dict(enumerate(guesses, start=2))) == ()
    assert known(store, course, dict(enumerate(PILE, start=2)), threshold=6) == ()


def test_a_list_of_guesses_tells_nothing_even_when_some_of_them_are_right(store, course):
    submitted(store, course, sheets=[*PILE, *(Sheet({"keep": f"{n}"}) for n in range(10))])
    guesses = [Sheet({"overall": one, "ready": two}) for one in range(1, 6) for two in range(1, 6)]
    assert {sheet.answers["overall"] for sheet in PILE} == {1, 2, 3, 4, 5}
    assert known(store, course, dict(enumerate(guesses, start=2))) == ()


def test_sheets_with_three_questions_are_never_compared_since_all_there_are_can_be_guessed(
    store, course
):
    short = [replace(sheet, extent="short") for sheet in PILE]
    submitted(store, course, sheets=short)
    assert known(store, course, dict(enumerate(PILE, start=2))) == ()


def test_what_is_said_of_sheets_entered_before_is_the_same_whether_a_guess_is_right_or_not(
    store, course, monkeypatch
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    desk = a_desk(store)
    template = evaluation_template(FORM)

    def shown(answers):
        with store.read() as session:
            of = session.get_one(Course, course)
        page = evaluation_import_part.EvaluationFiles(desk, of, FORM, "mid", lambda _told: None)
        file = UploadedFile("guess.xlsx", filled(template, answers))
        page._look(Submission(str(uuid.uuid4()), {"file": file}))
        return [
            (part.spec()["part"], part.texts, getattr(part, "text", ""))
            for part in page._found.everything()
        ]

    assert not any("count twice" in text for *_, text in shown({"overall": 4, "ready": 4}))
    submitted(store, course, sheets=PILE)
    right, wrong = shown({"overall": 4, "ready": 4}), shown({"overall": 5, "ready": 4})
    assert right == wrong
    assert any("count twice" in text for *_, text in right)


def test_rows_that_are_just_the_same_are_grouped():
    rows = {2: Sheet({"overall": 4}), 3: Sheet({"overall": 5}), 4: Sheet({"overall": 4})}
    assert alike(rows) == ((2, 4),)
    assert alike({2: Sheet({"overall": 4}, "A"), 3: Sheet({"overall": 4}, "B")}) == ()


# -- taken back ------------------------------------------------------------------------------------


def undo(store, number, key="undo"):
    return store.submit(
        key,
        LEADER,
        lambda session: data_imports.undo(session, EvaluationKind(), number, NOW),
        [number],
    )


def test_taking_a_file_back_takes_all_of_it_and_nothing_else(store, course):
    with store.write(LEADER) as session:
        evaluation_records.save_sheets(
            session, course, FORM, [Sheet({"overall": 1, "suggestion": "Mere kaffe"})],
            wave="mid", source="typed", entered_on=DAY,
        )  # fmt: skip
    receipt = submitted(store, course)
    assert counts(store) == [1, 4, 8, 2]
    with store.read() as session:
        assert EvaluationKind().courses(session, receipt.record) == {course}
    undo(store, receipt.record)
    assert counts(store) == [1, 1, 2, 1]
    with store.read() as session:
        row = session.get(DataImport, receipt.record)
        assert row.undone_rows == 3
        assert (row.undone_at, row.file_name, row.file_digest) == (NOW, "", DIGEST)
        assert imports(session, course, "mid") == []
    assert_sound(store)


def test_a_file_taken_back_can_be_taken_in_again(store, course):
    undo(store, submitted(store, course).record)
    assert submitted(store, course, key="again").record == 2
    assert counts(store) == [2, 3, 6, 1]


def test_a_file_is_taken_back_once(store, course):
    number = submitted(store, course).record
    undo(store, number)
    assert undo(store, number).replayed
    with pytest.raises(InputFault, match="allerede fortrudt"):
        undo(store, number, key="other")
    with pytest.raises(InputFault):
        undo(store, 99, key="nothing")


def test_a_file_with_an_answered_suggestion_stays_and_says_why(store, course):
    number = submitted(store, course).record
    save(store, decision())
    before = counts(store)
    with pytest.raises(InputFault, match="I sagde – vi gjorde"):
        undo(store, number)
    assert counts(store) == before


def test_a_file_whose_answered_suggestion_is_open_again_is_taken_back(store, course):
    number = submitted(store, course).record
    (answer,) = save(store, decision())

    def is_answered():
        with store.read() as session:
            return [one.is_answered for one in imports(session, course, "mid")]

    assert is_answered() == [True]
    with store.write(LEADER) as session:
        take_back_decision(session, answer, 1, on=DAY)
    assert is_answered() == [False]
    undo(store, number)
    assert counts(store) == [1, 0, 0, 0]
    assert_sound(store)


def test_a_file_that_cannot_be_taken_back_says_so_before_anybody_asks(store, course, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    submitted(store, course)
    with store.read() as session:
        of = session.get_one(Course, course)
    desk = a_desk(store)
    files = evaluation_import_part.EvaluationFiles(desk, of, FORM, "mid", lambda _told: None)
    page = Section(files.parts())

    def offered():
        (notice,) = [part for part in page.everything() if isinstance(part, Notice)]
        return "cannot be taken back" in notice.text, len(notice.actions)

    assert offered() == (False, 1)
    (answer,) = save(store, decision())
    files.show_saved()
    assert offered() == (True, 0)
    with store.write(LEADER) as session:
        take_back_decision(session, answer, 1, on=DAY)
    files.show_saved()
    assert offered() == (False, 1)


def test_a_key_used_for_another_file_is_a_conflict(store, course):
    submitted(store, course)
    with pytest.raises(Conflict):
        store.submit("key", LEADER, lambda session: take_in(session, course), ["other"])


def test_sheets_saved_before_are_no_cause_for_alarm_and_words_read_as_numbers_are_told(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    template = evaluation_template(FORM)
    label = template.schema.columns["overall"].metadata["labels"][4]
    reading = read_filled(template, filled(template, {"overall": label}))
    assert evaluation_import_part._verdict(reading, 4, (2,)).kind == "info"
    assert f"“{label.casefold()}” = 4" in evaluation_import_part._words_text(reading.worded)
