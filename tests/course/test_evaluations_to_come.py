"""Answers to an evaluation that has not been held are asked about before they are entered."""

import datetime as dt

import pytest

from builders import LEADER, START, a_course, a_desk, course_date
from peerbook.course.evaluation.evaluation_part import Evaluations
from peerbook.desk import Desk
from peerbook.store.tables import Course
from peerbook.ui import Filter, Notice

MID, FINAL = START + dt.timedelta(weeks=8), START + dt.timedelta(weeks=20)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def asked(store, monkeypatch, wave, today, **final):
    """Return the warnings above the forms of an evaluation on a day."""
    monkeypatch.setattr(Desk, "today", property(lambda self: today))
    made = a_course(store)
    with store.write(LEADER) as session:
        session.add(course_date(course_id=made.course_id, kind="mid_evaluation", date=MID))
        final = {"kind": "final_evaluation", "date": FINAL} | final
        session.add(course_date(course_id=made.course_id, **final))
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
    section = Evaluations(a_desk(store), course, lambda: None).section()
    tabs = section.inside[0]
    tabs._open({"index": 1}, ())
    (choice,) = (part for part in section.everything() if isinstance(part, Filter))
    choice.answer({"do": "choose", "index": choice.values.index(wave)}, [])
    entry = next(part for part in section.everything() if choice in part.inside).inside[-1]
    return [part.text for part in entry.inside if isinstance(part, Notice)]


@pytest.mark.parametrize(
    ("wave", "today", "told"),
    [
        ("mid", MID - dt.timedelta(days=1), "The mid-course evaluation is planned for"),
        ("mid", MID, ""),
        ("final", MID, "The final evaluation is planned for 22 Jul 2026"),
        ("final", FINAL, ""),
        ("follow_up", FINAL, "The follow-up is not to be asked until 22 Oct 2026"),
        ("follow_up", FINAL + dt.timedelta(days=100), ""),
    ],
)
def test_an_evaluation_is_asked_about_until_its_day(store, monkeypatch, wave, today, told):
    said = asked(store, monkeypatch, wave, today)
    assert len(said) == bool(told)
    assert told in "".join(said)


def test_one_that_the_plan_does_not_hold_is_not_asked_about(store, monkeypatch):
    assert asked(store, monkeypatch, "final", MID, status="cancelled") == []
