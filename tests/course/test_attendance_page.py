"""What the attendance page tells of what was done last."""

import datetime as dt
import uuid

import pytest

from builders import LEADER, a_desk, a_planned_course, open_store
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.attendance_part import attendance_parts
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.store.tables import Course, CourseDate
from peerbook.ui import Disclosure, Filter, Form, Notice, Prose, Table


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return the attendance of a course that begins today."""
    with open_store(tmp_path) as store:
        made = a_planned_course(store, mentors=("Anna Øvelse",))
        with store.read() as session:
            course = session.get_one(Course, made.course_id)
        monkeypatch.setattr(Desk, "today", course.starts_on)
        (section,) = attendance_parts(a_desk(store), course)
        yield section


def submitted(page, name, **values):
    form = next(one for one in page.everything() if isinstance(one, Form) and one.name == name)
    return form._submit({"key": str(uuid.uuid4()), "values": values}, ())


def test_the_day_chosen_stays_when_who_is_on_the_course_changes(page, monkeypatch):
    monkeypatch.setattr(Desk, "today", Desk.today + dt.timedelta(days=100))

    def put_on(name):
        for panel in [*page.everything()]:
            if isinstance(panel, Disclosure):
                panel._open({"index": 0}, ())
        submitted(page, "enrol", names=name, enrolled_on="2026-08-20")

    put_on("Bo Prøve")
    days = day_choice(page)
    days._choose({"index": 2}, ())
    chosen = days.value
    put_on("Cia Prøve")
    assert day_choice(page) is not days
    assert day_choice(page).value == chosen
    roster = next(one for one in page.everything() if isinstance(one, Form))
    assert days.options[2].partition(",")[0] in repr(roster.fields)


def test_a_receipt_tells_what_was_saved(page):
    for _round in range(2):
        for panel in [*page.everything()]:
            if isinstance(panel, Disclosure):
                panel._open({"index": 0}, ())
    form = next(one for one in page.everything() if isinstance(one, Form) and one.name == "turn")
    who = next(one for one in form.fields if one["name"] == "mentor")["options"][0]
    on = Desk.today.isoformat()
    submitted(page, "turn", mentor=who[0], turn="paused", on=on)
    (text,) = told(page)
    assert text.startswith("Anna Øvelse: holder pause, fra ")


def day_choice(page):
    return next(one for one in page.everything() if isinstance(one, Filter))


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


def test_who_stayed_away_from_a_sparring_is_seen_beside_the_teaching_days(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        made = a_planned_course(store, mentors=("Anna Øvelse",))
        with store.write(LEADER) as session:
            course = session.get_one(Course, made.course_id)
            held = {
                date.kind: date
                for date in session.query(CourseDate).filter_by(course_id=course.id, number=1)
            }
            day, sparring = held["teaching_day"], held["sparring"]
            for date, status in ((day, "present"), (sparring, "absent")):
                attendance_records.save_attendance(
                    session, date.id, {made.codes[0]: (status, "")}, today=sparring.date
                )
            monkeypatch.setattr(Desk, "today", sparring.date)
        (section,) = attendance_parts(a_desk(store), course)
        for panel in [*section.everything()]:
            if isinstance(panel, Disclosure):
                panel._open({"index": 0}, ())
        (table,) = [
            part.data
            for part in section.everything()
            if isinstance(part, Table) and len(part.data["columns"]) > 3
        ]
        heads = [column["label"] for column in table["columns"]]
        (row,) = table["rows"]
        told = dict(zip(heads, row, strict=True))
        assert told["Undervisningsdage med fremmøde"] == "1 af 1"
        assert told["Gruppesparring med fremmøde"] == "0 af 1"


def test_a_course_whose_people_were_deleted_when_it_was_over_says_so(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        made = a_planned_course(store)
        with store.read() as session:
            course = session.get_one(Course, made.course_id)

        def told():
            (section,) = attendance_parts(a_desk(store), course)
            return next(str(one.tree) for one in section.everything() if isinstance(one, Prose))

        monkeypatch.setattr(Desk, "today", course.starts_on)
        assert "ingen på holdet endnu" in told()
        monkeypatch.setattr(Desk, "today", course.starts_on + dt.timedelta(days=400))
        assert "kan være slettet siden" in told()
