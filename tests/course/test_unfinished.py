"""What was typed and not saved is told only as long as there is a place where it is offered."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from builders import LEADER, PLANNED_ON, a_desk, a_planned_course, attendance, save
from peerbook.course import plan_records
from peerbook.course.course_drafts import course_drafts
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.plan import Item
from peerbook.course.schedule.plan_moves import cancel, restore
from peerbook.course.unfinished_part import unfinished_parts
from peerbook.desk import Desk
from peerbook.store.tables import Course, CourseDate, Site
from peerbook.ui import Prose

DAY_3 = Item("teaching_day", 3)
UNDER_WAY = dt.date(2027, 4, 20)
"""Between the third teaching day and the fourth."""
FREE = DanishCalendar(())


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    monkeypatch.setattr(Desk, "today", UNDER_WAY)


class Typist:
    """Somebody who types in a form of a course, and is told of it on the front page."""

    def __init__(self, store):
        self.store = store
        self.made = a_planned_course(store, mentors=("Anna", "Bo"))
        self.desk = a_desk(store)

    def types(self, form):
        course_drafts(self.desk, self.made.course_id, form).save({"room": "Caféen"})

    def told(self):
        with self.store.read() as session:
            site = session.get_one(Site, self.made.site_id)
            parts = unfinished_parts(self.desk, session, [site])
        return " ".join(str(part.tree) for part in parts if isinstance(part, Prose))

    def date_id(self, item):
        with self.store.read() as session:
            return session.scalar(
                select(CourseDate.id).where(
                    CourseDate.course_id == self.made.course_id,
                    CourseDate.kind == item.kind, CourseDate.number == item.number,
                )
            )  # fmt: skip

    def change(self, change, *args, **values):
        with self.store.write(LEADER) as session:
            course = session.get_one(Course, self.made.course_id)
            before = plan_records.load_plan(session, course)
            after = change(before, *args, **values).plan
            plan_records.save_changes(session, course.id, before, after, "Closed", on=PLANNED_ON)

    def set_status(self, status):
        with self.store.write(LEADER) as session:
            for row in session.scalars(
                select(CourseDate).where(CourseDate.course_id == self.made.course_id)
            ):
                row.status = status


@pytest.fixture
def typist(store):
    return Typist(store)


def test_a_change_of_a_date_called_off_is_told_only_once_the_date_is_back(typist):
    typist.types("course_adjust:teaching_day:3")
    assert "The plan" in typist.told()
    typist.change(cancel, DAY_3, "Closed")
    assert typist.told() == ""
    typist.change(restore, DAY_3, calendar=FREE)
    assert "The plan" in typist.told()


@pytest.mark.parametrize("form", ["course_move", "course_cancel", "course_adjust:sparring:1"])
def test_a_change_is_not_told_once_every_date_is_held(typist, form):
    typist.types(form)
    assert "The plan" in typist.told()
    typist.set_status("held")
    assert typist.told() == ""


def test_a_date_to_bring_back_is_not_told_once_none_is_called_off(typist):
    typist.types("course_restore")
    assert typist.told() == ""
    typist.change(cancel, DAY_3, "Closed")
    assert "The plan" in typist.told()


@pytest.mark.parametrize(
    ("form", "item"),
    [("attendance", DAY_3), ("raised_themes", Item("sparring", 3))],
)
def test_what_was_typed_of_a_day_called_off_is_told_only_once_it_is_back(typist, form, item):
    typist.types(f"{form}:{typist.date_id(item)}")
    assert "2027" in typist.told()
    typist.change(cancel, item, "Closed")
    assert typist.told() == ""


def test_a_roster_of_a_day_moved_ahead_is_told_when_its_day_comes(typist, monkeypatch):
    typist.types(f"attendance:{typist.date_id(Item('teaching_day', 4))}")
    assert typist.told() == ""
    monkeypatch.setattr(Desk, "today", dt.date(2027, 7, 1))
    assert "Attendance" in typist.told()


def test_what_is_made_up_for_is_told_as_long_as_somebody_missed_a_day(store, typist):
    typist.types("catch_up")
    assert typist.told() == ""
    day = typist.date_id(DAY_3)
    save(store, attendance(typist.made.codes[0], course_date_id=day, status="absent"))
    assert "Made up for a day" in typist.told()
