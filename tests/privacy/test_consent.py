"""Consent is asked for one purpose at a time, and a no holds from the same day."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from sqlalchemy import select

from builders import LEADER, START, a_course_of, a_desk
from peerbook.course import people_records
from peerbook.course.attendance.consent_part import Consents
from peerbook.errors import Conflict, InputFault, Question
from peerbook.people.consent_form import asked_about, consent_form, day_parts
from peerbook.privacy.consent import (
    KINDS,
    PURPOSES,
    about_answer,
    allowed_by,
    consent_texts,
    consents,
    correct_day,
    save_answers,
    standings,
)
from peerbook.store import identities, set_setting
from peerbook.store.tables import Audit, Course, Event
from peerbook.text.readability import lix
from peerbook.ui import Form, Submission, Table

LATER = START + dt.timedelta(days=30)


@pytest.fixture
def made(store):
    return a_course_of(store, "Anna Holm Jensen", "Bo Skov", "Zahra Omar")


def says(store, code, on=START, today=LATER, meant=(), **answers):
    with store.write(LEADER) as session:
        return save_answers(session, code, answers, on, today=today, meant=meant)


def answers(store, code, on=LATER):
    with store.read() as session:
        return {one: answer.given for one, answer in consents(session, code, on).items()}


def test_every_purpose_has_words_that_are_easy_to_read_and_a_version():
    texts = consent_texts()
    assert [one.purpose for one in texts.purposes] == list(PURPOSES)
    assert texts.version
    assert all(lix(one.text).lix <= 40 for one in texts.purposes)
    assert "selv om du siger nej" in texts.of("being_measured").text


def test_each_purpose_is_answered_by_itself_and_taking_part_hangs_on_none(store, made):
    code = made.codes[0]
    says(store, code, taking_part=True, being_measured=False)
    assert answers(store, code) == {"taking_part": True, "being_measured": False}
    says(store, code, being_quoted=True)
    says(store, code, on=LATER, being_quoted=False)
    assert answers(store, code)["taking_part"] is True
    assert answers(store, code, START)["being_quoted"] is True


def test_a_no_holds_from_the_day_it_is_said_and_whoever_was_not_asked_has_not_said_yes(store, made):
    first, second, _third = made.codes
    says(store, first, being_measured=True)
    says(store, second, being_measured=True)
    says(store, second, on=LATER, being_measured=False)
    with store.read() as session:
        before = allowed_by(session, "being_measured", made.codes, LATER - dt.timedelta(days=1))
        after = allowed_by(session, "being_measured", made.codes, LATER)
        other = allowed_by(session, "being_quoted", made.codes, LATER)
    assert (before, after, other) == ({first, second}, {first}, frozenset())


def test_who_recorded_it_when_and_to_which_words_is_kept(store, made):
    says(store, made.codes[0], being_quoted=True)
    with store.read() as session:
        (answer,) = consents(session, made.codes[0], LATER).values()
        events = list(session.scalars(select(Event).where(Event.kind.in_(KINDS))))
        audited = [row.new for row in session.scalars(select(Audit)) if row.table_name == "event"]
    assert (answer.since, answer.text_version) == (START, consent_texts().version)
    assert answer.recorded_by == events[0].actor
    assert "Anna" not in str(audited)


def test_saying_the_same_again_adds_nothing(store, made):
    for _time in range(2):
        says(store, made.codes[0], taking_part=True)
    with store.read() as session:
        assert len(list(session.scalars(select(Event).where(Event.kind.in_(KINDS))))) == 1


def test_a_day_to_come_and_a_stranger_are_refused(store, made):
    for code, on in ((made.codes[1], LATER + dt.timedelta(days=1)), ("P-000000", START)):
        with pytest.raises(InputFault):
            says(store, code, on=on, taking_part=False)


def test_a_slip_gives_way_to_what_was_said_before_it_once_that_was_asked_about(store, made):
    code = made.codes[0]
    says(store, code, on=LATER, taking_part=False, being_quoted=True)
    with pytest.raises(InputFault) as refusal:
        says(store, code, taking_part=True)
    (question,) = refusal.value.faults
    assert isinstance(question, Question)
    assert answers(store, code) == {"taking_part": False, "being_quoted": True}

    says(store, code, taking_part=True, meant=[question.about])

    assert answers(store, code, START) == {"taking_part": True}
    assert answers(store, code) == {"taking_part": True, "being_quoted": True}
    with store.read() as session:
        standing = standings(session, [code])[about_answer(code, "taking_part")]
        assert standing == consents(session, code, LATER)["taking_part"].standing
    assert standing.since is None


def test_the_day_of_an_answer_is_put_right_and_what_was_said_stays(store, made):
    code = made.codes[0]
    says(store, code, being_quoted=True, taking_part=True)
    wrong, right = START + dt.timedelta(days=20), START + dt.timedelta(days=10)
    says(store, code, on=wrong, being_quoted=False)

    def corrected(on, purpose="being_quoted", seen=wrong):
        with store.write(LEADER) as session:
            correct_day(session, code, purpose, on, today=LATER, seen=seen)

    for on in (LATER + dt.timedelta(days=1), wrong, START - dt.timedelta(days=1)):
        with pytest.raises(InputFault):
            corrected(on)
    with pytest.raises(Conflict):
        corrected(right, seen=right)
    corrected(right)
    assert answers(store, code, right - dt.timedelta(days=1))["being_quoted"] is True
    assert answers(store, code, right)["being_quoted"] is False
    with store.read() as session:
        standing = standings(session, [code])[about_answer(code, "being_quoted")]
        assert consents(session, code, LATER)["taking_part"].since == START
    assert standing.since == right
    corrected(START - dt.timedelta(days=3), "taking_part", START)
    assert answers(store, code, START - dt.timedelta(days=3)) == {"taking_part": True}


def test_the_page_puts_a_day_right(store, made):
    desk, code = a_desk(store), made.codes[0]
    with store.read() as session:
        assert day_parts(desk, code, consents(session, code, LATER), str) == []
    says(store, code, being_quoted=True)
    with store.read() as session:
        said = consents(session, code, LATER)
    told = []
    parts = day_parts(desk, code, said, told.append)
    form = next(one for part in parts for one in part.everything() if isinstance(one, Form))
    sent = {"purpose": "being_quoted", "on": START - dt.timedelta(days=1)}
    form._on_submit(Submission("a" * 32, sent, form="consent_day"))
    assert answers(store, code, START - dt.timedelta(days=1)) == {"being_quoted": True}
    assert len(told) == 1


def test_a_form_in_which_nothing_is_new_gives_no_receipt_and_says_where_a_day_is_put_right(
    store, made
):
    desk, code = a_desk(store), made.codes[0]
    says(store, code, being_quoted=True)
    with store.read() as session:
        said = consents(session, code, LATER)
    saved = []
    form = consent_form(desk, said, lambda _s, given, *_more: saved.append(given))
    shown = dict.fromkeys(PURPOSES) | {"on": START}
    for given, told in (
        ({}, "Vælg ja eller nej"),
        ({"being_quoted": "yes"}, "Var en dag forkert?"),
    ):
        with pytest.raises(InputFault, match=re.escape(told)):
            form._on_submit(Submission("a" * 32, shown | given, form="consent"))
    assert saved == []
    form._on_submit(Submission("b" * 32, shown | {"being_quoted": "no"}, form="consent"))
    assert saved == [{"being_quoted": False}]


def test_what_is_said_again_on_an_earlier_day_beside_other_answers_asks_nothing(store, made):
    code = made.codes[0]
    says(store, code, on=LATER, taking_part=True)
    says(store, code, taking_part=True, being_quoted=True)
    assert answers(store, code) == {"taking_part": True, "being_quoted": True}


def test_the_record_page_lists_who_said_what_and_takes_an_answer(store, made):
    desk = a_desk(store)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
    page = Consents(desk, course)
    page.parts()
    (table,) = (one for one in page._list.everything() if isinstance(one, Table))
    assert len(table._content.rows) == 3
    with store.read() as session:
        anna = people_records.mentors(session, course.id)[0]
    form = page._asking(anna)[1]
    values = {"taking_part": "yes", "being_measured": "no", "on": desk.today.isoformat()}
    told = form.answer({"do": "submit", "key": str(uuid.uuid4()), "values": values}, [])
    assert "saved" in told, told
    assert answers(store, anna.code, desk.today) == {"taking_part": True, "being_measured": False}


def test_nobody_is_asked_about_cpr_numbers_where_none_are_kept(store):
    desk = a_desk(store)
    assert "cpr_link" not in asked_about(desk)
    assert "cpr_link" in asked_about(desk, ["cpr_link"]), "who said yes can still say no"
    with store.write(LEADER) as session:
        set_setting(session, identities.CPR_SETTING, True)
    assert "cpr_link" in asked_about(desk)
