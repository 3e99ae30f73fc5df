"""For how long people are kept: by a rule of the place's own, with a list before and exceptions."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, START, a_course_of, attendance, participant, save
from peerbook.errors import Conflict, InputFault
from peerbook.months import months_after
from peerbook.privacy.retention import (
    LONGEST_MONTHS,
    RetentionRule,
    hold,
    lift,
    rule_of,
    save_rule,
    term_of,
    terms,
)
from peerbook.privacy.taken_out import note_own_file
from peerbook.store import append_event
from peerbook.store.tables import CoffeeTalk, Course, Event, Hold
from peerbook.text import written_in

END = START + dt.timedelta(weeks=20)
"""The last of the six days of a course of `a_course_of`."""
LATER = dt.date(2027, 3, 1)
BY_END = RetentionRule(12, "course_end", "Aftalt med kommunen")
BY_CONTACT = RetentionRule(6, "last_contact", "Aftalt med kommunen")


@pytest.fixture
def made(store):
    return a_course_of(store, "Anna Holm Jensen", "Bo Skov")


def due(store, rule, today=LATER):
    with store.read() as session:
        return {one.code: one.due_on for one in terms(session, rule, today)}


def test_there_is_no_limit_before_somebody_has_set_one(store, made):
    with store.read() as session:
        assert rule_of(session) is None
        assert term_of(session, made.codes[0], LATER) is None


def test_it_is_counted_from_the_end_of_the_course_or_the_last_contact(store, made):
    save(store, attendance(made.codes[0], course_date_id=made.teaching_day_ids[1]))
    assert due(store, BY_END) == dict.fromkeys(made.codes, months_after(END, 12))
    second = START + dt.timedelta(weeks=4)
    assert due(store, BY_CONTACT) == {
        made.codes[0]: months_after(second, 6), made.codes[1]: months_after(START, 6),
    }  # fmt: skip


def test_whoever_is_on_a_course_that_goes_on_is_kept_by_either_rule(store, made):
    during = START + dt.timedelta(weeks=10)
    assert set(due(store, BY_CONTACT, during).values()) == {months_after(END, 6)}


def test_whoever_is_on_no_course_or_a_removed_one_is_counted_from_the_last_contact(store, made):
    [alone] = save(store, participant(site_id=made.site_id, created_on=START))
    with store.write(LEADER) as session:
        append_event(session, "participant", alone, "noted", LATER - dt.timedelta(days=1))
        session.get_one(Course, made.course_id).removed_on = START
    found = due(store, BY_END)
    assert found[alone] == months_after(LATER - dt.timedelta(days=1), 12)
    assert found[made.codes[0]] == months_after(START, 12)


def test_whoever_has_agreed_on_a_talk_is_kept_until_it_was_to_be(store, made):
    asked, waits = save(
        store,
        *(participant(site_id=made.site_id, created_on=START) for _n in range(2)),
    )
    talk = {"site_id": made.site_id, "role": "peer", "state": "agreed"}
    save(
        store,
        CoffeeTalk(participant_code=asked, date=LATER + dt.timedelta(days=9), **talk),
        CoffeeTalk(participant_code=waits, date=LATER - dt.timedelta(days=9), **talk),
    )
    found = due(store, BY_CONTACT)
    assert found[asked] == months_after(LATER, 6)
    assert found[waits] == months_after(LATER - dt.timedelta(days=9), 6)


def test_neither_a_slip_into_the_future_nor_making_their_file_keeps_anybody(store, made):
    before = due(store, BY_CONTACT)
    with store.write(LEADER) as session:
        append_event(session, "participant", made.codes[0], "noted", LATER + dt.timedelta(days=900))
        note_own_file(session, made.codes[0], LATER)
    assert due(store, BY_CONTACT) == before


@given(day=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), months=st.integers(1, 240))
def test_more_months_are_never_sooner(day, months):
    assert day < months_after(day, months) < months_after(day, months + 1)


@pytest.mark.parametrize("months", [0, LONGEST_MONTHS + 1])
def test_no_months_and_too_many_are_refused(store, months):
    with pytest.raises(InputFault), store.write(LEADER) as session:
        save_rule(session, RetentionRule(months, "course_end", "Derfor"), None)


def test_why_it_is_that_long_has_to_be_written(store):
    with pytest.raises(InputFault), store.write(LEADER) as session:
        save_rule(session, RetentionRule(12, "course_end", "  "), None)


def test_two_who_set_the_rule_at_once_see_each_other(store):
    with store.write(LEADER) as session:
        save_rule(session, BY_END, None)
    with pytest.raises(Conflict), store.write(LEADER) as session:
        save_rule(session, BY_CONTACT, None)
    with store.read() as session:
        assert rule_of(session) == BY_END


def test_the_rule_reads_as_danish():
    with written_in("da"):
        assert BY_END.sentence == "12 måneder efter holdets slutning"


def held(store, code, until, reason="En klage", today=LATER, seen=None):
    with store.write(LEADER) as session:
        return hold(session, code, until, reason, today=today, seen=seen)


def test_whoever_must_be_kept_is_not_due_until_that_day(store, made):
    code = made.codes[0]
    until = LATER + dt.timedelta(days=200)
    held(store, code, until)
    with store.read() as session:
        for day, is_due in ((until - dt.timedelta(days=1), False), (until, True)):
            found = {one.code: one for one in terms(session, BY_CONTACT, day)}
            assert found[code].is_due(day) is is_due
            assert found[made.codes[1]].is_due(day)


@pytest.mark.parametrize(
    ("days", "reason"), [(0, "x"), (-1, "x"), (367, "x"), (10, " ")],
)  # fmt: skip
def test_a_day_gone_by_or_far_off_and_no_reason_are_refused(store, made, days, reason):
    with pytest.raises(InputFault):
        held(store, made.codes[0], LATER + dt.timedelta(days=days), reason)


def test_keeping_is_changed_and_lifted_and_two_at_once_see_each_other(store, made):
    code, until = made.codes[0], LATER + dt.timedelta(days=10)
    first = held(store, code, until)
    held(store, code, until + dt.timedelta(days=1), seen=first.version)
    with pytest.raises(Conflict):
        held(store, code, until, seen=first.version)
    with pytest.raises(Conflict):
        held(store, "P-000000", until)
    with store.write(LEADER) as session:
        lift(session, code)
        lift(session, code)
    with store.read() as session:
        assert session.get(Hold, code) is None
        assert session.query(Event).filter_by(kind="noted").all() == []
