"""CPR numbers on the page: off at first, asked about, masked, and seen by nobody unnoticed.

Every number here is invented or a published test number of python-stdnum.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from sqlalchemy import select

from builders import LEADER, START, a_course_of, a_desk, open_store
from peerbook.course.attendance.cpr_part import CprNumbers, has_cpr_numbers
from peerbook.course.attendance.enrolment_part import Enrolments
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.guide.settings_part import _cpr_parts
from peerbook.privacy.consent import consent_texts, save_answers
from peerbook.privacy.cpr_number import NewNumber, save_number
from peerbook.settings import save_cpr_choice
from peerbook.store import identities, sightings
from peerbook.store.tables import Audit, Course, Draft, Event, Submission
from peerbook.ui import Button, Disclosure, Form, Notice, Prose, Table

TODAY = START + dt.timedelta(days=30)
WRITTEN, WITHOUT_CHECK_DIGIT = "211062-5629", "010180 1234"


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def made(store):
    """A course of two, at a place where CPR numbers are turned on."""
    made = a_course_of(store, "Anna Prøvesen", "Bo Opdigt")
    with store.write(LEADER) as session:
        save_cpr_choice(session, are_kept=True, purpose="At se, hvem der er i arbejde bagefter.")
    return made


def says(store, code, given, on=START):
    with store.write(LEADER) as session:
        save_answers(session, code, {"cpr_link": given}, on, today=TODAY)


def keep(store, code, written=WRITTEN, ground="consent", law="", seen=""):
    with store.write(LEADER) as session:
        return save_number(session, code, NewNumber(written, ground, law, seen), today=TODAY)


def kept(store, code):
    with store.read() as session:
        return identities.kept_cpr_of(session, [code]).get(code)


def test_a_yes_is_the_ground_and_its_day_and_words_are_kept(store, made):
    code = made.codes[0]
    with pytest.raises(InputFault, match="Skriv først ned"):
        keep(store, code)
    says(store, code, given=True)
    assert keep(store, code).doubt == ""
    assert kept(store, code).masked == "211062-****"
    assert kept(store, code).basis.endswith(f"ordlyd {consent_texts().version}")


def test_after_a_no_nothing_allows_it_not_even_a_law(store, made):
    code = made.codes[0]
    says(store, code, given=True)
    says(store, code, given=False, on=START + dt.timedelta(days=1))
    for ground in ("consent", "law"):
        with pytest.raises(InputFault, match="sagt nej"):
            keep(store, code, ground=ground, law="Databeskyttelsesloven § 11, stk. 1")
    assert kept(store, code) is None


def test_a_law_has_to_be_named(store, made):
    with pytest.raises(InputFault, match="hvilken lov"):
        keep(store, made.codes[0], ground="law", law=" ")
    keep(store, made.codes[0], ground="law", law="Databeskyttelsesloven § 11, stk. 1")
    assert kept(store, made.codes[0]).basis == "Databeskyttelsesloven § 11, stk. 1"


def test_a_number_without_check_digit_is_kept_with_a_hint(store, made):
    says(store, made.codes[0], given=True)
    assert "Kontrolcifferet" in keep(store, made.codes[0], WITHOUT_CHECK_DIGIT).doubt
    assert kept(store, made.codes[0]).masked == "010180-****"


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(store, made):
    code = made.codes[0]
    says(store, code, given=True)
    keep(store, code)
    with pytest.raises(Conflict):
        keep(store, code, WITHOUT_CHECK_DIGIT)
    keep(store, code, WITHOUT_CHECK_DIGIT, seen=kept(store, code).mark)


def test_it_is_off_at_first_and_a_purpose_is_asked_for(store):
    (form,) = (one for one in _cpr_parts(a_desk(store)) if isinstance(one, Form))
    told = answer(form, cpr=True, purpose=" ")
    assert told["faults"][0]["field"] == "purpose"
    assert not has_cpr_numbers(a_desk(store))
    assert "saved" in answer(form, cpr=True, purpose="At følge op efter et år.")
    assert has_cpr_numbers(a_desk(store))
    assert not has_cpr_numbers(a_desk(store, "bo", "course_leader"))


def answer(form, **values):
    return form.answer({"do": "submit", "key": str(uuid.uuid4()), "values": values}, [])


def of(parts, kind):
    return [one for part in parts for one in part.everything() if isinstance(one, kind)]


def press(part):
    return part._press({"index": 0}, ())["said"]


def test_on_the_page_a_number_is_masked_and_whoever_sees_it_whole_is_written_down(store, made):
    code = made.codes[0]
    says(store, code, given=True)
    desk = a_desk(store)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
    page = CprNumbers(desk, course)
    parts = page.parts()
    assert "i arbejde bagefter" in str([one.tree for one in of(parts, Prose)])
    (table,) = of(parts, Table)
    row = next(row for row in table._content.rows if row["code"] == code)
    table._action.run(row)
    (form,) = of([page._list], Form)
    wrong = answer(form, cpr="310262-5629", ground="consent")
    assert wrong["faults"][0]["field"] == "cpr"
    assert "saved" in answer(form, cpr=WITHOUT_CHECK_DIGIT, ground="consent")
    assert "Kontrolcifferet" in of([page._list], Notice)[-1].text
    (table,) = of([page._list], Table)
    row = next(row for row in table._content.rows if row["code"] == code)
    assert row["cpr"] == "010180-****"
    table._action.run(row)

    def whole():
        return [one for one in of([page._list], Prose) if "1234" in str(one.tree)]

    def seen():
        with store.read() as session:
            return [one.what for one in sightings.seen_of(session, code)].count("cpr")

    assert (whole(), seen()) == ([], 0)
    _back, reveal, delete = of([page._list], Button)
    assert "skrevet ned" in press(reveal)
    assert (len(whole()), seen()) == (1, 1)
    press(delete)
    assert kept(store, code) is None


def test_what_was_said_to_linking_shows_at_once_where_the_number_stands(store, made, monkeypatch):
    monkeypatch.setattr(Desk, "today", TODAY)
    code = made.codes[0]
    says(store, code, given=True)
    keep(store, code, WRITTEN)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
    told = []
    parts = Enrolments(a_desk(store), course, told.append).parts()

    def opened(label):
        (panel,) = (one for one in of(parts, Disclosure) if one.label == label)
        panel._open({"index": 0}, ())
        return panel

    def choose(panel):
        of([panel], Table)[0]._action.run({"code": code})

    numbers, consent = opened("CPR-numre"), opened("Det har folk sagt ja til")
    choose(numbers)
    press(of([numbers], Button)[1])
    choose(consent)
    assert "211062-5629" in repr([one.tree for one in of([numbers], Prose)])
    form, *_of_a_day = of([consent], Form)
    assert "saved" in answer(form, cpr_link="no", on=TODAY.isoformat())
    assert kept(store, code) is None
    assert "211062" not in repr([one.tree for one in of([numbers], Prose)])
    assert told == []
    choose(consent)
    form, *_of_a_day = of([consent], Form)
    answer(form, taking_part="no", cpr_link="no", on=TODAY.isoformat())
    assert "ikke længere på" in told[0]


def test_a_number_stands_in_no_audit_event_draft_or_receipt(store, made):
    code = made.codes[0]
    says(store, code, given=True)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
        mentor = Enrolments(a_desk(store), course, lambda _told: None)
    assert any(one.label == "CPR-numre" for one in of(mentor.parts(), Disclosure))
    page = CprNumbers(a_desk(store), course)
    page.parts()
    (table,) = of([page._list], Table)
    table._action.run({"code": code})
    (form,) = of([page._list], Form)
    assert form._drafts is None
    answer(form, cpr=WRITTEN, ground="consent")
    assert kept(store, code)
    with store.read() as session:
        rows = [
            str({k: v for k, v in vars(row).items() if k != "_sa_instance_state"})
            for table in (Audit, Event, Draft, Submission)
            for row in session.scalars(select(table))
        ]
        digests = session.scalars(select(Submission.content_digest)).all()
    # The last four alone may stand in a random number by chance, but not by themselves.
    told = re.compile(rf"2110625629|{WRITTEN}|(?<![0-9a-f-])5629(?![0-9a-f-])")
    assert not any(told.search(row) for row in rows)
    assert digests[-1] is None, "ten digits are soon found behind a digest"


def test_numbers_left_when_they_are_turned_off_are_told_and_deleted_at_once(store, made):
    for code in made.codes:
        says(store, code, given=True)
        keep(store, code, WRITTEN)
    desk = a_desk(store)
    assert of(_cpr_parts(desk), Notice) == []
    parts = _cpr_parts(desk)
    (form,) = of(parts, Form)
    answer(form, cpr=False, purpose="")
    (told,) = of(parts, Notice)
    assert "2" in told.text
    press(of(parts, Button)[0])
    with store.read() as session:
        assert identities.codes_with_cpr(session) == []
