"""Sheets are linked by codes, told apart by extent, and taken back whole."""

import uuid

import pytest
from sqlalchemy import select

from builders import LEADER, START, a_course, a_desk, decision, evaluation
from peerbook.course import records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_entry_part import EvaluationEntry
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation.saved_sheets_part import SavedSheets
from peerbook.course.evaluation_form import load_form
from peerbook.course.improvement import suggestion_records
from peerbook.errors import InputFault
from peerbook.rows import each
from peerbook.store.tables import Answer, Course, Evaluation, Suggestion
from peerbook.text import _, format_list

WISH = {"overall": 4, "suggestion": "Flere pauser"}


@pytest.fixture
def made(store):
    return a_course(store)


def save(store, made, *sheets, wave="mid"):
    with store.write(LEADER) as session:
        return evaluation_records.save_sheets(
            session, made.course_id, load_form(wave), sheets,
            wave=wave, source="pile", entered_on=START,
        ).number  # fmt: skip


def take_back(store, made, number):
    with store.write("anna") as session:
        return evaluation_records.delete_sheet(session, made.course_id, number)


def listed(store, made, wave="mid"):
    with store.read() as session:
        frame = evaluation_records.sheets_frame(session, made.course_id, wave)
    return [(row.evaluation_id, row.respondent, row.extent) for row in each(frame)]


def test_a_code_of_an_earlier_pattern_still_links_where_it_is_recorded_and_nowhere_else(
    store, made
):
    with store.write(LEADER) as session:
        session.add(evaluation(course_id=made.course_id, respondent_code="7K30"))
    final = save(store, made, Sheet({"overall": 4}, "7k-3o"), wave="final")
    assert listed(store, made, "final") == [(final, "7K30", "full")]
    for written in ("K7M3", "7K31"):
        with pytest.raises(InputFault):
            save(store, made, Sheet({"overall": 4}, written), wave="final")
    with pytest.raises(InputFault):
        save(store, a_course(store), Sheet({"overall": 4}, "7K30"), wave="final")


def test_emptying_the_short_sheet_says_what_is_saved_and_nothing_else(store, made):
    desk = a_desk(store)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)

    def keep(submission, sheets, source):
        return desk.save(
            submission,
            lambda session: evaluation_records.save_sheets(
                session, course.id, load_form("mid"), sheets,
                wave="mid", source=source, entered_on=START,
            ),
        )  # fmt: skip

    saved = SavedSheets(desk, course, "mid", lambda announce: None)
    entry = EvaluationEntry(desk, course, "mid", keep, saved)
    form, button = entry._sheet_form("short"), entry._short_parts()[-1]
    press = {"do": "press", "index": 0}
    empty = _("The screen is empty.")
    assert button.answer(press, [])["said"] == empty
    values = {"overall": "4"}
    told = form.answer({"do": "submit", "key": str(uuid.uuid4()), "values": values}, [])
    ((number, _code, extent),) = listed(store, made)
    assert extent == "short"
    assert str(number) in told["saved"]
    said = button.answer(press, [])["said"]
    assert said.startswith(empty)
    assert f" {number} " in said.replace(",", " ")
    assert _("Saved sheets") in said
    assert button.answer(press, [])["said"] == empty  # told once


def test_all_that_is_wrong_in_a_pile_is_told_at_once_with_the_steps_of_the_scale(store, made):
    save(store, made, Sheet(WISH, "2A4B"))
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
    saved = SavedSheets(a_desk(store), course, "mid", lambda announce: None)
    entry = EvaluationEntry(a_desk(store), course, "mid", lambda *given: None, saved)
    form = entry._pile_form("full")
    rows = [{"overall": "fire"}, {"overall": "7"}, {"overall": "4", "respondent": "2A4B"}]
    sheets = [{"id": None, "values": values} for values in rows]
    told = form.answer(
        {"do": "submit", "key": str(uuid.uuid4()), "values": {"sheets": sheets}}, []
    )["faults"]
    scale = load_form("mid").item("overall").scale
    steps = _("The answer is not on the scale. Its steps are {points}.").format(
        points=format_list([str(code) for code in scale.codes])
    )
    assert [(one["field"], one["message"]) for one in told] == [
        ("sheets.0.overall", steps),
        ("sheets.1.overall", steps),
        (
            "sheets.2.respondent",
            _("The code {code} has been used in this evaluation already.").format(code="2A4B"),
        ),
    ]


# -- taking back -----------------------------------------------------------------------------------


def test_a_sheet_is_taken_back_with_its_answers_and_suggestions(store, made):
    first = save(store, made, Sheet(WISH, "2A4B"))
    second = save(store, made, Sheet(WISH))
    assert take_back(store, made, first).number == first
    with store.read() as session:
        assert [row.id for row in session.scalars(select(Evaluation))] == [second]
        assert {row.evaluation_id for row in session.scalars(select(Answer))} == {second}
        assert {row.evaluation_id for row in session.scalars(select(Suggestion))} == {second}
    # The code is free again, and the number is not.
    assert save(store, made, Sheet(WISH, "2A4B")) > second


def test_a_sheet_whose_suggestion_is_answered_stays_whole(store, made):
    number = save(store, made, Sheet(WISH))
    with store.write(LEADER) as session:
        (row,) = session.scalars(select(Suggestion))
        session.add(decision(suggestion_id=row.id))
    with pytest.raises(InputFault):
        take_back(store, made, number)
    assert listed(store, made) == [(number, None, "full")]
    with store.read() as session:
        assert len(session.scalars(select(Answer)).all()) == 2


def test_a_sheet_is_taken_back_once_and_only_from_its_own_course(store, made):
    elsewhere = a_course(store)
    number = save(store, made, Sheet(WISH))
    with pytest.raises(InputFault):
        take_back(store, elsewhere, number)
    take_back(store, made, number)
    with pytest.raises(InputFault):
        take_back(store, made, number)


def test_the_list_is_of_one_evaluation_the_latest_first_and_tells_no_answer(store, made):
    one = save(store, made, Sheet(WISH, "2A4B"))
    other = save(store, made, Sheet({"overall": 2}, extent="short"))
    save(store, made, Sheet({"tried_with_peer": 2}), wave="follow_up")
    assert listed(store, made) == [(other, None, "short"), (one, "2A4B", "full")]
    with store.read() as session:
        frame = evaluation_records.sheets_frame(session, made.course_id, "mid")
        assert "Flere pauser" not in frame.to_string()
        assert evaluation_records.sheets_by_course(
            session, records.at_site(made.site_id), "mid"
        ) == {made.course_id: 2}


# -- what is refused -------------------------------------------------------------------------------


def test_every_fault_of_a_pile_is_told_at_once_with_its_sheet(store, made):
    save(store, made, Sheet({"overall": 5}, "2A4B"))
    with pytest.raises(InputFault) as refused:
        save(
            store, made, Sheet({"overall": 7, "pace": 4}), Sheet({"overall": 5}, "2a4b"),
            Sheet({}, "3C4D"), Sheet({"overall": 1}, "010190"), Sheet({"unknown": 1}),
            Sheet({"overall": "fine"}),
        )  # fmt: skip
    assert [(fault.place.row, fault.place.field) for fault in refused.value.faults] == [
        (1, "overall"), (1, "pace"), (2, "respondent"), (3, "rows"), (4, "respondent"),
        (5, "unknown"), (6, "overall"),
    ]  # fmt: skip
    assert len(listed(store, made)) == 1


def test_a_code_links_sheets_however_it_was_written(store, made):
    save(store, made, Sheet({"overall": 3}, " 7k-3p "))
    save(store, made, Sheet({"overall": 4}, "7K3P"), wave="final")
    with store.read() as session:
        frame = evaluation_records.answers_frame(session, made.course_id)
    assert set(frame["respondent"]) == {"7K3P"}


# -- suggestions of small groups -------------------------------------------------------------------


def test_a_suggestion_from_a_sheet_waits_until_five_people_have_written_one(store, made):
    wish = Sheet({"suggestion": "Longer breaks"})
    save(store, made, *[wish] * 4, *[Sheet({"overall": 3})] * 9)
    with store.write(LEADER) as session:
        suggestion_records.save_suggestion(session, made.course_id, "Said at the door", START)

    def shown():
        with store.read() as session:
            frame = suggestion_records.suggestions_frame(session, made.course_id, 5)
            count = suggestion_records.undecided_count(session, made.site_id, 5)
        return [row.text for row in each(frame)], count

    door, few = "Said at the door", [None] * 4
    assert shown() == ([door, *few], 1)
    save(store, made, wish, wave="final")
    assert shown() == ([door, *few, None], 1)
    save(store, made, wish)
    assert shown() == ([*["Longer breaks"] * 5, door, None], 6)


def test_what_says_nothing_neither_makes_a_suggestion_shown_nor_is_one(store, made):
    wishes = [Sheet({"suggestion": text}) for text in ("A", "B", "C", "D")]
    nothing = [Sheet({"suggestion": text}) for text in ("-", "Nej", "ingen.", "?", "ved ikke", "…")]
    save(store, made, *wishes, *nothing)

    def shown():
        with store.read() as session:
            frame = suggestion_records.suggestions_frame(session, made.course_id, 5)
            waiting = suggestion_records.open_suggestions(session, records.at_site(made.site_id), 5)
        return [row.text for row in each(frame)], list(waiting["text"])

    assert shown() == ([None] * 4, [])
    save(store, made, Sheet({"suggestion": "E"}))
    assert shown() == (list("ABCDE"), list("ABCDE"))


# -- piles -----------------------------------------------------------------------------------------


def pile(store, made, wave="mid"):
    """Return what saves a pile on one page, and tells what it says of it."""
    desk = a_desk(store)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)

    def keep(submission, sheets, source):
        return desk.save(
            submission,
            lambda session: evaluation_records.save_sheets(
                session, made.course_id, load_form(wave), sheets,
                wave=wave, source=source, entered_on=START,
            ),
        )  # fmt: skip

    entry = EvaluationEntry(
        desk, course, wave, keep, SavedSheets(desk, course, wave, lambda told: None)
    )
    forms = {extent: entry._pile_form(extent) for extent in ("full", "short")}

    def type_in(*answers, extent="full"):
        rows = [{"key": str(n), "values": given} for n, given in enumerate(answers)]
        request = {"key": str(uuid.uuid4()), "values": {"sheets": rows}}
        return forms[extent]._submit(request, ())["saved"]

    return type_in


def test_a_sheet_typed_twice_in_piles_is_told_with_its_numbers(store, made, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    type_in = pile(store, made)
    four, five = {"overall": "4", "ready": "2"}, {"overall": "5"}
    assert "just the same" not in type_in(four, five)
    told = type_in({"overall": "3"}, four)
    first, second = listed(store, made)[3][0], listed(store, made)[0][0]
    assert f"The sheets {first} and {second} say just the same." in told
    # It is told when it is typed, and not of one that was deleted.
    assert "just the same" not in type_in({"overall": "1"})
    take_back(store, made, listed(store, made)[-2][0])
    assert "just the same" not in type_in(five)


def test_a_pile_is_not_compared_with_sheets_of_another_page_or_with_three_questions(
    store, made, monkeypatch
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    save(store, made, Sheet({"overall": 4}))
    assert "just the same" not in pile(store, made)({"overall": "4"})
    type_in = pile(store, made)
    assert "just the same" not in type_in({"overall": "4"}, {"overall": "4"}, extent="short")
