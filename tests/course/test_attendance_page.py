"""What the attendance page tells of what was done last."""

import uuid

import pytest

from builders import LEADER, a_planned_course, open_store
from peerbook.course.attendance.attendance_part import attendance_parts
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.store.tables import Course
from peerbook.ui import Disclosure, Form, Notice


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return the attendance of a course that begins today."""
    with open_store(tmp_path) as store:
        made = a_planned_course(store, mentors=("Anna Øvelse",))
        with store.read() as session:
            course = session.get_one(Course, made.course_id)
        monkeypatch.setattr(Desk, "today", course.starts_on)
        (section,) = attendance_parts(Desk(store, actor=LEADER, synthetic=False), course)
        yield section


def submitted(page, name, **values):
    form = next(one for one in page.everything() if isinstance(one, Form) and one.name == name)
    return form._submit({"key": str(uuid.uuid4()), "values": values}, ())


def told(page):
    return [one.text for one in page.everything() if isinstance(one, Notice) and one.kind == "ok"]


def test_what_was_done_gives_way_to_what_is_tried_next(page):
    for panel in page.everything():
        if isinstance(panel, Disclosure):
            panel._open({"index": 0}, ())
    submitted(page, "enrol", names="Bo Prøve", enrolled_on="2026-08-20")
    assert len(told(page)) == 1
    with pytest.raises(InputFault):
        submitted(page, "attendance", people=[])
    assert told(page) == [], "a green receipt above a red fault"
