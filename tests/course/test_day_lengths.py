"""The parts of a teaching day can last otherwise on one course; the day plan follows."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from test_teaching import printed

from builders import LEADER, PLANNED_ON, a_desk, a_planned_course, attendance, save
from peerbook.course.curriculum import load_course
from peerbook.course.planning.catering_part import catering_parts
from peerbook.course.planning.content_part import (
    content_parts,
    sparring_guide_parts,
    teaching_day_parts,
)
from peerbook.course.planning.day_lengths_part import day_lengths_parts
from peerbook.course.planning.day_plan_records import day_as_taught, own_minutes, save_minutes
from peerbook.course.planning.teaching_files import day_bytes, sparring_bytes
from peerbook.course.planning.time_and_room_part import time_and_room_parts
from peerbook.course.planning.turnout import apologies, earlier_turnouts
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.day_plan import Concern, Turnout, check_day
from peerbook.course.schedule.plan import Item
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.store import append_event, events_of
from peerbook.store.tables import CourseDate
from peerbook.ui import Form, Notice, Prose, Table

DAY = load_course("six_months").day(1)
FIRST = DAY.activities[0].id
BREAKS = [activity.id for activity in DAY.activities if activity.is_pause]
TEN = dt.time(10)
TODAY = dt.date(2027, 1, 4)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture
def made(store):
    return a_planned_course(store, mentors=tuple(f"Mentor {n}" for n in range(8)))


def own(store, made):
    with store.read() as session:
        return own_minutes(session, made.course_id, DAY)


def change(store, made, mine, seen=None):
    with store.write(LEADER) as session:
        shown = dict.fromkeys(activity.id for activity in DAY.activities) | (seen or {})
        save_minutes(session, made.course_id, DAY, shown | mine, shown, on=PLANNED_ON)


def test_a_part_lasts_otherwise_on_one_course_and_its_day_follows(store, made):
    other = a_planned_course(store, title="Autumn 2027")
    before = check_day(DAY, TEN)
    change(store, made, {FIRST: DAY.activities[0].minutes + 7})
    with store.read() as session:
        day = day_as_taught(session, made.course_id, DAY)
        elsewhere = day_as_taught(session, other.course_id, DAY)
    after = check_day(day, TEN)
    assert after.minutes == before.minutes + 7
    assert day.activities[1:] == DAY.activities[1:]
    assert elsewhere == DAY
    text = printed(day_bytes(load_course("six_months"), day, TEN, TODAY))
    assert f"{after.activities[0].ends_at:%H.%M}" in text


def test_what_is_left_open_lasts_as_the_material_says_again(store, made):
    change(store, made, {FIRST: 12})
    assert own(store, made) == {FIRST: 12}
    change(store, made, {FIRST: None}, {FIRST: 12})
    assert own(store, made) == {}
    with store.read() as session:
        kinds = [event.kind for event in events_of(session, "course", made.course_id)]
    assert kinds.count("day_lengths") == 2, "what it was before stays known"


@pytest.mark.parametrize("minutes", [0, 481, -5])
def test_a_length_that_cannot_be_is_refused_at_its_part(store, made, minutes):
    with pytest.raises(InputFault) as caught:
        change(store, made, {FIRST: minutes})
    assert [fault.place.field for fault in caught.value.faults] == [FIRST]
    assert own(store, made) == {}


def test_a_day_that_would_last_too_long_in_all_is_refused_as_a_whole(store, made):
    second = DAY.activities[1].id
    with pytest.raises(InputFault) as caught:
        change(store, made, {FIRST: 480, second: 480})
    (fault,) = caught.value.faults
    assert fault.place.field is None
    assert "12 h at most" in fault.message
    assert own(store, made) == {}
    rest_min = DAY.minutes - DAY.activities[0].minutes
    change(store, made, {FIRST: 720 - rest_min})
    with pytest.raises(InputFault):
        change(store, made, {second: DAY.activities[1].minutes + 1})


def test_two_who_change_one_day_are_joined_or_asked(store, made):
    second = DAY.activities[1].id
    change(store, made, {FIRST: 12})
    change(store, made, {second: 13})
    assert own(store, made) == {FIRST: 12, second: 13}
    with pytest.raises(Conflict) as caught:
        change(store, made, {FIRST: 14})
    assert caught.value.theirs == {FIRST: 12}


def test_the_end_the_plan_names_is_the_days_end_and_the_rest_is_to_spare():
    done = check_day(DAY, TEN).ends_at
    later = dt.time(done.hour, done.minute + 5)
    check = check_day(DAY, TEN, later)
    assert (check.ends_at, check.spare_min, check.warnings) == (later, 5, ())
    table = next(
        part
        for part in teaching_day_parts(load_course("six_months"), DAY, TEN, TODAY, ends_at=later)
        if isinstance(part, Table)
    )
    assert f"Ends at {later:%H:%M}" in table._content.caption
    assert "Lufttildet" in printed(day_bytes(load_course("six_months"), DAY, TEN, TODAY, later))


def test_a_day_plan_that_runs_past_the_days_end_says_by_how_much():
    done = check_day(DAY, TEN).ends_at
    end = (dt.datetime.combine(TODAY, done) - dt.timedelta(minutes=20)).time()
    check = check_day(DAY, TEN, end)
    (warning,) = check.warnings
    assert warning.concern is Concern.OVERRUN
    assert "20 minutes longer" in warning.message
    assert (check.ends_at, check.spare_min) == (done, 0)


# -- on the page -----------------------------------------------------------------------------------


@pytest.fixture
def opened(store, made, monkeypatch):
    monkeypatch.setattr(Desk, "today", TODAY)
    return SavedPlan(a_desk(store), made.course_id, lambda _told: None)


def test_the_form_saves_only_what_differs_and_the_day_is_shown_anew(store, made, opened):
    told = []
    *_lead, form = day_lengths_parts(opened, DAY, told.append)
    assert isinstance(form, Form)
    values = {activity.id: str(activity.minutes) for activity in DAY.activities} | {FIRST: "12"}
    form._submit({"key": "0" * 32, "values": values}, ())
    assert own(store, made) == {FIRST: 12}
    assert len(told) == 1


def test_a_day_that_would_last_too_long_is_told_at_the_form_and_nothing_is_saved(
    store, made, opened
):
    told = []
    *_lead, form = day_lengths_parts(opened, DAY, told.append)
    values = {activity.id: "" for activity in DAY.activities}
    values |= {activity.id: "480" for activity in DAY.activities[:2]}
    with pytest.raises(InputFault) as caught:
        form._submit({"key": "0" * 32, "values": values}, ())
    assert [fault["field"] for fault in form.explain(caught.value)["faults"]] == [""]
    assert (own(store, made), told) == ({}, [])


def test_a_tab_shows_a_day_saved_too_long_so_that_it_can_be_put_right(store, made, opened):
    minutes = {activity.id: 480 for activity in DAY.activities}
    with store.write(LEADER) as session:
        append_event(
            session, "course", made.course_id, "day_lengths", PLANNED_ON,
            day=DAY.number, minutes=minutes, old={},
        )  # fmt: skip
    assert any("longer than the day" in text for text in warnings_of(content_parts(opened)))
    change(store, made, dict.fromkeys(minutes), minutes)
    assert own(store, made) == {}


def warnings_of(parts):
    notices = (one for part in parts for one in part.everything() if isinstance(one, Notice))
    return [notice.text for notice in notices if notice.kind == "warn"]


def test_one_date_in_the_late_evening_is_not_refused_but_warned_of(opened):
    parts = time_and_room_parts(opened)
    forms = (one for part in parts for one in part.everything() if isinstance(one, Form))
    values = {"starts_at": "19:00", "ends_at": "22:00", "room": ""}
    next(forms)._submit({"key": "2" * 32, "values": values}, ())
    assert any("longer than the day" in text for text in warnings_of(parts))


def test_a_course_of_the_late_evening_shows_its_days_and_what_runs_past_midnight(
    store, monkeypatch
):
    monkeypatch.setattr(Desk, "today", TODAY)
    late = a_planned_course(
        store, mentors=("Anna",), day_starts_at=dt.time(19), day_ends_at=dt.time(22),
        sparring_starts_at=dt.time(20),
    )  # fmt: skip
    saved = SavedPlan(a_desk(store), late.course_id, lambda _: None)
    assert any("longer than the day" in text for text in warnings_of(content_parts(saved)))
    assert catering_parts(saved)
    content = load_course("six_months")
    guide = sparring_guide_parts(content, dt.time(22, 30), TODAY, 1, ends_at=dt.time(23, 30))
    assert any("longer than planned" in text for text in warnings_of(guide))
    assert "00.25" in printed(day_bytes(content, DAY, dt.time(19), TODAY, dt.time(22)))
    assert "00.30" in printed(sparring_bytes(content, (), dt.time(22, 30), TODAY))


# -- apologies -------------------------------------------------------------------------------------


def date_of(store, made, kind, number):
    with store.read() as session:
        return session.scalar(
            select(CourseDate.id).where(
                CourseDate.course_id == made.course_id,
                CourseDate.kind == kind, CourseDate.number == number,
            )
        )  # fmt: skip


def lead(place):
    return str(next(part.tree for part in place.everything() if isinstance(part, Prose)))


def test_apologies_asked_for_are_left_out_and_not_saved(opened):
    disclosure, place = catering_parts(opened)
    (form,) = [part for part in disclosure.everything() if isinstance(part, Form)]
    assert "Expect 8 mentors" in lead(place)
    form._submit({"key": "1" * 32, "values": {"teaching_day": "3", "sparring": "0"}}, ())
    assert "Expect 5 mentors" in lead(place)
    assert "3 who have said no are left out" in lead(place)


@pytest.mark.parametrize(
    ("today", "expected"),
    [(TODAY, ("teaching_day", "sparring")), (None, ("sparring", "teaching_day"))],
)
def test_what_comes_first_stands_first(store, made, opened, monkeypatch, today, expected):
    with store.read() as session:
        first = session.get_one(CourseDate, date_of(store, made, "teaching_day", 1)).date
    monkeypatch.setattr(Desk, "today", today or first + dt.timedelta(days=1))
    disclosure, _place = catering_parts(opened)
    (form,) = [part for part in disclosure.everything() if isinstance(part, Form)]
    assert tuple(field.name for field in form._fields) == expected


def test_apologies_noted_on_the_day_count_and_the_day_itself_teaches_nothing(store, made):
    first, second = (date_of(store, made, "teaching_day", n) for n in (1, 2))
    rows = [attendance(code, course_date_id=first, status="present") for code in made.codes]
    rows += [attendance(code, course_date_id=second, status="apology") for code in made.codes[:2]]
    save(store, *rows)
    with store.read() as session:
        day = session.get_one(CourseDate, second)
        assert apologies(session, made.course_id, Item("teaching_day", 2)) == 2
        assert apologies(session, made.course_id, Item("sparring", 1)) == 0
        assert earlier_turnouts(session, made.course_id, day.date) == (Turnout(8, 8),)
