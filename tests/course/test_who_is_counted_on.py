"""Orders and times are for those who are there: not for who has left, nor for who is on a pause."""

from __future__ import annotations

import datetime as dt

import pytest

from builders import LEADER, a_desk, a_planned_course
from peerbook.course import people_records
from peerbook.course.planning import presentation_records
from peerbook.course.planning.after_course_part import after_course_parts
from peerbook.course.planning.content_part import content_parts
from peerbook.course.planning.presentations import Wish
from peerbook.course.saved_plan import SavedPlan
from peerbook.desk import Desk
from peerbook.ui import Filter, Form, Prose, Table

NAMES = ("Anna", "Bo", "Carl", "Dorte", "Else", "Finn", "Gry", "Hans")


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture
def on_day(store, monkeypatch):
    """Return the codes of eight mentors, and what opens their course on a day."""
    made = a_planned_course(store, mentors=NAMES)

    def turn(code, kind, day):
        with store.write(LEADER) as session:
            people_records.save_turn(session, made.course_id, code, kind, day)

    def opened(day):
        monkeypatch.setattr(Desk, "today", day)
        desk = a_desk(store)
        return SavedPlan(desk, made.course_id, lambda _told: None)

    return made.codes, turn, opened


def expected(saved):
    """What the catering says of how many come, first for a teaching day."""
    choice, place = content_parts(saved)
    assert isinstance(choice, Filter)
    choice._choose({"index": choice.options.index("Catering")}, ())
    return next(str(part.tree) for part in place.everything() if isinstance(part, Prose))


def test_who_has_left_or_is_on_a_pause_on_the_next_teaching_day_gets_no_sandwich(on_day):
    codes, turn, opened = on_day
    today = dt.date(2027, 4, 1)
    next_day = opened(today).read().plan.next_of_kind("teaching_day", today).date
    for code in codes[:3]:
        turn(code, "left", dt.date(2027, 3, 1))
    turn(codes[3], "paused", dt.date(2027, 3, 1))
    assert "Expect 4 mentors" in expected(opened(today))
    turn(codes[4], "paused", next_day)
    assert "Expect 3 mentors" in expected(opened(today))
    turn(codes[3], "resumed", next_day)
    assert "Expect 4 mentors" in expected(opened(today))


def test_a_course_to_come_is_ordered_for_though_nobody_is_on_it_yet(on_day):
    _codes, _turn, opened = on_day
    assert "Expect 8 mentors" in expected(opened(dt.date(2026, 12, 1)))


def test_as_many_are_proposed_to_present_as_have_not_left_by_then(on_day):
    codes, turn, opened = on_day
    for code in codes[:3]:
        turn(code, "left", dt.date(2027, 3, 1))
    turn(codes[3], "paused", dt.date(2027, 3, 1))
    (form,) = (
        part for part in after_course_parts(opened(dt.date(2027, 4, 1))) if isinstance(part, Form)
    )
    assert form.begin["count"] == "5"


def test_who_presents_when_is_asked_of_those_on_the_course_and_what_was_saved_is_kept(
    on_day, store
):
    codes, turn, opened = on_day
    today = dt.date(2027, 4, 1)
    saved = opened(today)
    chosen = {code: number for number, code in enumerate(codes, start=1)}
    with store.write(LEADER) as session:
        presentation_records.save_presentations(session, saved.course_id, Wish(8, 20))
        presentation_records.save_presenters(session, saved.course_id, chosen, {})

    def shown(day):
        parts = [part for one in after_course_parts(opened(day)) for part in one.everything()]
        (form,) = [one for one in parts if isinstance(one, Form) and one.name == "presenters"]
        tables = [one for one in parts if isinstance(one, Table)]
        (times,) = [one for one in tables if "final" in one.data["caption"]]
        asked = [label for _code, label in form.fields[0]["rows"]]
        return asked, [name for name in NAMES if name in str(times.data["rows"])]

    assert shown(today) == (list(NAMES), list(NAMES))
    turn(codes[0], "left", dt.date(2027, 3, 1))
    assert shown(today) == (list(NAMES[1:]), list(NAMES[1:]))
    last = max(date.date for date in saved.read().plan.of_kind("final_assignment"))
    turn(codes[1], "left", last + dt.timedelta(days=1))
    long_after = last + dt.timedelta(days=60)
    assert shown(long_after) == (list(NAMES[1:]), list(NAMES[1:]))
    with store.read() as session:
        assert presentation_records.presenters(session, saved.course_id) == chosen
