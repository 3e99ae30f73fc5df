"""Common events with cost, head count and three questions, counted and guarded."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import select

from builders import a_site, assert_sound, change
from builders import save as saved
from peerbook.cafe import event_records
from peerbook.cafe.event_answers import EVENT, Answers, counted_items, figures, suggested
from peerbook.cafe.event_records import Event
from peerbook.course.evaluation_form import load_form
from peerbook.errors import Conflict, InputFault
from peerbook.store.tables import HeadCount

TODAY = dt.date(2026, 7, 1)
DAY = dt.date(2026, 6, 18)
FORM = load_form(EVENT)
ANSWERS = Answers(
    9, {"overall": {5: 6, 4: 2}, "come_again": {1: 7, 2: 1, 9: 1}}, ("Mere kage", "En længere tur")
)
TRIP = Event(DAY, "Sommertur", 31, 2400, ANSWERS)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def add(store, site_id, event=TRIP, **other):
    event = dataclasses.replace(event, **other)
    return change(store, event_records.save_event, site_id, event, TODAY)


def correct(store, number, event, version=1):
    return change(store, event_records.correct_event, number, event, TODAY, version)


def events(store, site_id):
    with store.read() as session:
        return event_records.common_events(session, site_id)


def counts(store, site_id):
    with store.read() as session:
        rows = session.scalars(select(HeadCount).where(HeadCount.site_id == site_id))
        return {row.date: row.people for row in rows}


def refused(call, *args, **named):
    with pytest.raises(InputFault) as fault:
        call(*args, **named)
    return [one.place.field for one in fault.value.faults]


def test_the_three_questions_are_those_of_the_short_sheet():
    assert len(FORM.low_energy_items) == 3
    assert [item.id for item in counted_items(FORM)] == ["overall", "come_again"]


def test_an_event_comes_back_as_it_was_and_its_head_count_stands_with_the_others(store, site_id):
    add(store, site_id)
    (found,) = events(store, site_id)
    assert found.event == dataclasses.replace(
        TRIP, answers=dataclasses.replace(ANSWERS, suggestions=("En længere tur", "Mere kage"))
    )
    assert counts(store, site_id) == {DAY: 31}
    assert_sound(store)


def test_a_count_made_before_is_used_and_never_overwritten_unseen(store, site_id):
    saved(store, HeadCount(site_id=site_id, occasion="common_event", date=DAY, people=28))
    assert refused(add, store, site_id) == ["people"]
    add(store, site_id, people=None)
    assert events(store, site_id)[0].event.people == 28
    correct(store, events(store, site_id)[0].number, TRIP)
    assert counts(store, site_id) == {DAY: 31}


def test_what_cannot_be_is_refused_with_every_fault(store, site_id):
    impossible = Answers(3, {"overall": {5: 4}, "come_again": {1: 2, 3: 2}}, ("a", "b", "c", "d"))
    assert refused(add, store, site_id, people=2, answers=impossible) == [
        "sheets", "overall", "come_again", "suggestions",
    ]  # fmt: skip
    assert refused(add, store, site_id, title=" ") == ["title"]
    ahead = TODAY + dt.timedelta(days=1)
    assert refused(add, store, site_id, date=ahead) == ["date"]
    add(store, site_id, date=ahead, people=None, answers=Answers())
    assert refused(add, store, site_id, date=ahead, people=None, answers=Answers()) == ["date"]
    assert counts(store, site_id) == {}


def test_a_corrected_event_moves_with_its_count_and_a_stale_correction_is_refused(store, site_id):
    number = add(store, site_id).number
    other = DAY + dt.timedelta(days=1)
    fewer = Answers(8, {"overall": {4: 8}})
    correct(store, number, dataclasses.replace(TRIP, date=other, answers=fewer))
    assert counts(store, site_id) == {other: 31}
    assert events(store, site_id)[0].event.answers == fewer
    with pytest.raises(Conflict):
        correct(store, number, TRIP)
    # Only what was answered changes: that too makes whoever comes later ask.
    spread = Answers(8, {"overall": {4: 7, 5: 1}})
    correct(store, number, dataclasses.replace(TRIP, date=other, answers=spread), 2)
    with pytest.raises(Conflict):
        correct(store, number, TRIP, 2)
    saved(store, HeadCount(site_id=site_id, occasion="common_event", date=DAY, people=28))
    assert refused(correct, store, number, TRIP, 3) == ["date"]
    change(store, event_records.remove_event, number, 3)
    assert events(store, site_id) == []
    assert counts(store, site_id) == {DAY: 28, other: 31}
    assert_sound(store)


def test_the_next_one_is_due_half_a_year_after_the_latest(store, site_id):
    def overdue_at(day):
        with store.read() as session:
            return event_records.overdue_at(session, day)

    due = dt.date(2026, 12, 18)
    assert event_records.due_on(None, TODAY) is None
    assert overdue_at(due) == []
    add(store, site_id)
    assert event_records.due_on(DAY, TODAY) == due
    assert (overdue_at(due), overdue_at(due + dt.timedelta(days=1))) == ([], [site_id])
    to_come = dt.date(2026, 12, 10)
    add(store, site_id, date=to_come, people=None, answers=Answers())
    assert event_records.due_on(to_come, TODAY) is None
    assert overdue_at(due + dt.timedelta(days=1)) == []


def test_answers_are_told_with_how_many_gave_them():
    overall, again = figures(ANSWERS, FORM, 5)
    assert (overall.figure.answered, overall.figure.blank) == (8, 1)
    assert overall.figure.mean == pytest.approx((6 * 5 + 2 * 4) / 8)
    assert (again.figure.answered, again.figure.blank) == (8, 1)
    # One who answered "perhaps" is told apart from nobody.
    assert all(one.people >= 5 for one in again.figure.spread)


def test_few_answers_and_few_suggestions_are_not_told():
    few = Answers(4, {"overall": {5: 4}, "come_again": {1: 4}}, ("a", "b", "c", "d"))
    assert not any(one.figure.tells for one in figures(few, FORM, 5))
    assert suggested(few, FORM, 5) == ()
    assert suggested(ANSWERS, FORM, 5) == ()
    (said,) = suggested(Answers(6, {}, tuple("fedcba")), FORM, 5)
    assert said.texts == tuple("abcdef")


def test_a_year_that_is_mistyped_is_refused(store, site_id):
    nothing = Answers()
    for day in (dt.date.min, dt.date.max):
        assert refused(add, store, site_id, date=day, people=None, answers=nothing) == ["date"]
