"""Places on a course: pauses, leaving, mistakes, and days that lie ahead."""

import datetime as dt
from dataclasses import replace

import pytest

from builders import LEADER, START, a_course, a_planned_course, hold, save
from peerbook.course import people_records, plan_records
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.standing import by_date, standings
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.plan import Item
from peerbook.course.schedule.plan_moves import cancel, restore
from peerbook.errors import Conflict, InputFault
from peerbook.rows import each
from peerbook.store import events_of, identities
from peerbook.store.tables import (
    Course,
    CourseDate,
    Enquiry,
    Enrolment,
    MatchedPair,
    Participant,
    Presenter,
)

AFTERWARDS = dt.date(2030, 1, 1)
MONTH = dt.timedelta(weeks=4)
"""From one teaching day of `a_course` to the next."""


@pytest.fixture
def made(store):
    """A course of six days, with Anna and Bo on it."""
    made = a_course(store, participants=0, params={"rules": {}})
    enrol(store, made, "Anna Prøvesen", "Bo Opdigt")
    return made


def enrol(store, made, *names, on=START):
    with store.write(LEADER) as session:
        people_records.enrol(session, session.get_one(Course, made.course_id), names, on)


def mentors(store, made):
    with store.read() as session:
        return {one.name.split()[0]: one for one in people_records.mentors(session, made.course_id)}


def turn(store, made, name, what, on):
    code = mentors(store, made)[name].code
    with store.write(LEADER) as session:
        _saved, withdrawn = people_records.save_turn(session, made.course_id, code, what, on)
    return withdrawn


def record(store, made, place, today=AFTERWARDS, **statuses):
    codes = {name: one.code for name, one in mentors(store, made).items()}
    entries = {codes[name]: (status, None) for name, status in statuses.items()}
    with store.write(LEADER) as session:
        day = made.teaching_day_ids[place]
        attendance_records.save_attendance(session, day, entries, today=today)


def refused(change):
    with pytest.raises(InputFault) as fault:
        change()
    return [one.place.field for one in fault.value.faults]


# -- days that lie ahead ---------------------------------------------------------------------------


def test_a_day_is_recorded_from_the_day_itself_on_and_not_before(store, made):
    assert refused(
        lambda: record(store, made, 0, START - dt.timedelta(days=1), Anna="present")
    ) == ["people"]
    record(store, made, 0, START, Anna="present")
    with store.read() as session:
        frame = attendance_records.attendance_frame(session, made.course_id)
        statuses = [row.status for row in session.query(CourseDate).order_by(CourseDate.id)]
    assert [row.status for row in each(frame)] == ["present"]
    assert statuses == ["held"] + ["planned"] * 5


def test_a_day_is_not_made_up_for_in_the_future(store, made):
    record(store, made, 0, Anna="absent")
    code = mentors(store, made)["Anna"].code

    def catch_up(on, today):
        with store.write(LEADER) as session:
            attendance_records.save_catch_up(
                session, made.teaching_day_ids[0], code, on, "Read it", today=today
            )

    later = START + dt.timedelta(days=5)
    assert refused(lambda: catch_up(later, later - dt.timedelta(days=1))) == ["done_on"]
    catch_up(later, later)


# -- enrolment -------------------------------------------------------------------------------------


def test_nobody_begins_after_the_last_day_or_more_than_a_year_before_the_first(store, made):
    last = START + 5 * MONTH
    enrol(store, made, "På sidste dag", on=last)
    enrol(store, made, "Et år før", on=START - dt.timedelta(days=365))
    for wrong in (last + dt.timedelta(days=1), START.replace(year=START.year - 2)):
        assert refused(lambda on=wrong: enrol(store, made, "Forkert", on=on)) == ["enrolled_on"]


# -- pauses and leaving ----------------------------------------------------------------------------


def test_how_somebody_stands_on_a_day_follows_from_what_has_happened(store, made):
    turn(store, made, "Anna", "paused", START + MONTH)
    turn(store, made, "Anna", "resumed", START + 2 * MONTH)
    turn(store, made, "Anna", "left", START + 3 * MONTH)
    anna = mentors(store, made)["Anna"]
    days = [START - MONTH, START, START + MONTH, START + 2 * MONTH, START + 3 * MONTH]
    assert [anna.on(day) for day in days] == ["not_enrolled", "on", "paused", "on", "left"]
    assert mentors(store, made)["Bo"].on(START + 3 * MONTH) == "on"
    with store.read() as session:
        kinds = [event.kind for event in events_of(session, "participant", anna.code)]
    assert kinds == ["enrolled", "paused", "resumed", "left"]


def test_a_slip_is_put_right_by_coming_back_on_the_same_day(store, made):
    turn(store, made, "Anna", "left", START + MONTH)
    turn(store, made, "Anna", "resumed", START + MONTH)
    assert mentors(store, made)["Anna"].on(START + 2 * MONTH) == "on"


def test_whoever_leaves_does_not_come_back_by_what_was_planned_before(store, made):
    turn(store, made, "Anna", "paused", START + MONTH)
    turn(store, made, "Anna", "resumed", START + 3 * MONTH)
    told = turn(store, made, "Anna", "left", START + 2 * MONTH)
    assert told == [("resumed", START + 3 * MONTH)]
    anna = mentors(store, made)["Anna"]
    assert [anna.on(START + months * MONTH) for months in range(1, 5)] == [
        "paused", "left", "left", "left",
    ]  # fmt: skip
    turn(store, made, "Anna", "resumed", START + 4 * MONTH)
    assert mentors(store, made)["Anna"].on(START + 4 * MONTH) == "on"


def test_a_turn_noted_afterwards_keeps_the_later_ones_that_still_follow(store, made):
    turn(store, made, "Anna", "left", START + 4 * MONTH)
    turn(store, made, "Anna", "paused", START + MONTH)
    turn(store, made, "Anna", "resumed", START + 3 * MONTH)
    turn(store, made, "Anna", "resumed", START + 2 * MONTH)
    anna = mentors(store, made)["Anna"]
    assert [anna.on(START + months * MONTH) for months in range(6)] == [
        "on", "paused", "on", "on", "left", "left",
    ]  # fmt: skip
    turn(store, made, "Anna", "paused", START + 3 * MONTH)
    assert mentors(store, made)["Anna"].on(START + 5 * MONTH) == "left"


@pytest.mark.parametrize(
    ("before", "what", "on", "field"),
    [
        ([], "paused", START - dt.timedelta(days=1), "on"),
        ([], "resumed", START, "turn"),
        ([("paused", START)], "paused", START + MONTH, "turn"),
        ([("left", START)], "left", START + MONTH, "turn"),
        ([("left", START)], "paused", START + MONTH, "turn"),
    ],
    ids=["before the place", "not away", "paused already", "left already", "pause after leaving"],
)
def test_what_does_not_follow_from_the_day_before_is_refused(store, made, before, what, on, field):
    for earlier, day in before:
        turn(store, made, "Anna", earlier, day)
    assert refused(lambda: turn(store, made, "Anna", what, on)) == [field]


def test_days_after_somebody_left_count_nowhere_and_earlier_ones_stay(store, made):
    record(store, made, 0, Anna="present", Bo="present")
    record(store, made, 1, Anna="absent", Bo="present")
    record(store, made, 2, Anna="absent", Bo="apology")
    turn(store, made, "Anna", "left", START + 2 * MONTH)
    with store.read() as session:
        dates = attendance_records.dates_frame(session, made.course_id)
        attendance = attendance_records.attendance_frame(session, made.course_id)
        caught_up = attendance_records.catch_up_frame(session, made.course_id)
    people = mentors(store, made)
    gone = {
        (one.code, row.date_id)
        for one in people.values()
        for row in each(dates)
        if one.on(row.date) == "left"
    }
    anna, bo = standings(
        dates,
        attendance,
        caught_up,
        [people["Anna"].code, people["Bo"].code],
        today=START + 3 * MONTH,
        required=5,
        gone=gone,
    )
    assert (anna.expected, anna.present, anna.absent, anna.remaining) == (2, 1, 1, 0)
    assert (anna.alert, anna.reachable) == (False, False)
    assert (bo.expected, bo.remaining, bo.reachable) == (3, 3, True)
    assert by_date(dates, attendance)["expected"].tolist() == [2, 2, 1]


def test_absences_recorded_before_a_pause_was_noted_are_in_no_denominator(store, made):
    for place, status in enumerate(["absent", "apology", "present", "absent"]):
        record(store, made, place, Anna=status, Bo="present")
    turn(store, made, "Anna", "paused", START)
    turn(store, made, "Anna", "resumed", START + 3 * MONTH)
    with store.read() as session:
        frame = attendance_records.attendance_frame(session, made.course_id)
        dates = attendance_records.dates_frame(session, made.course_id)
    hers = frame[frame["participant"] == mentors(store, made)["Anna"].code]
    assert hers["status"].tolist() == ["paused", "paused", "present", "absent"]
    assert hers["recorded"].tolist() == ["absent", "apology", "present", "absent"]
    assert by_date(dates, frame)["expected"].tolist() == [1, 1, 2, 2]


# -- a day recorded by mistake ---------------------------------------------------------------------


def take_back(store, made, place, seen):
    codes = {name: one.code for name, one in mentors(store, made).items()}
    shown = {codes[name]: (status, None) for name, status in seen.items()}
    with store.write(LEADER) as session:
        day = made.teaching_day_ids[place]
        attendance_records.take_back_attendance(session, day, shown)


def plan_of(store, made):
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
        return plan_records.load_plan(session, course)


def test_a_day_saved_by_mistake_is_as_if_nothing_had_been_recorded(store, made):
    planned = plan_of(store, made)
    record(store, made, 0, Anna="present", Bo="absent")
    code = mentors(store, made)["Bo"].code
    with store.write(LEADER) as session:
        attendance_records.save_catch_up(
            session, made.teaching_day_ids[0], code, START, "Read it", today=START
        )
    assert plan_of(store, made) != planned
    take_back(store, made, 0, {"Anna": "present", "Bo": "absent"})
    assert plan_of(store, made) == planned
    with store.read() as session:
        assert attendance_records.attendance_frame(session, made.course_id).empty
        assert attendance_records.catch_up_frame(session, made.course_id).empty
        assert not attendance_records.dates_frame(session, made.course_id)["held"].any()
        assert len(people_records.without_record(session, made.course_id)) == 2
    with pytest.raises(InputFault, match="Der er ikke"):
        take_back(store, made, 0, {})


def test_a_moved_day_taken_back_is_a_moved_day_again(store, made):
    before = plan_of(store, made)
    day = before.of_kind("teaching_day")[0]
    moved = before.with_date(
        replace(day, date=day.date + dt.timedelta(days=1), status="moved", pinned=True)
    )
    with store.write(LEADER) as session:
        plan_records.save_changes(session, made.course_id, before, moved, "Snow", on=START)
    record(store, made, 0, Anna="present")
    take_back(store, made, 0, {"Anna": "present"})
    assert plan_of(store, made) == moved


def test_an_evaluation_that_came_home_with_its_day_is_as_planned_when_that_is_taken_back(
    store, monkeypatch
):
    reads = []

    def read(session, *subject):
        reads.append(subject)
        return events_of(session, *subject)

    made = a_planned_course(store, mentors=("Anna Prøvesen",))
    planned, day = plan_of(store, made), Item("teaching_day", 3)
    gone = cancel(planned, day, "Snow").plan
    back = restore(gone, day, calendar=DanishCalendar()).plan
    with store.write(LEADER) as session:
        for before, after in ((planned, gone), (gone, back)):
            plan_records.save_changes(session, made.course_id, before, after, "Snow", on=START)
        row = session.query(CourseDate).filter_by(course_id=made.course_id, kind=day.kind, number=3)
        number, entries = row.one().id, {made.codes[0]: ("present", None)}
        attendance_records.save_attendance(session, number, entries, today=AFTERWARDS)
        monkeypatch.setattr(plan_records, "events_of", read)
        attendance_records.take_back_attendance(session, number, entries)
    assert reads == [("course", made.course_id)]
    assert plan_of(store, made) == back
    assert back.date_of(Item("mid_evaluation", 1)).status == "planned"


def test_what_somebody_else_has_recorded_meanwhile_is_not_taken_back(store, made):
    record(store, made, 0, Anna="present")
    record(store, made, 0, Bo="apology")
    with pytest.raises(Conflict):
        take_back(store, made, 0, {"Anna": "present"})
    with store.read() as session:
        assert len(attendance_records.attendance_frame(session, made.course_id)) == 2


def test_somebody_who_came_later_cannot_have_left_before(store, made):
    record(store, made, 2, Anna="apology")
    assert refused(lambda: turn(store, made, "Anna", "left", START + MONTH)) == ["on"]
    turn(store, made, "Anna", "left", START + 2 * MONTH + dt.timedelta(days=1))


def test_attendance_of_somebody_who_had_left_is_refused_at_their_row(store, made):
    turn(store, made, "Anna", "left", START + MONTH)
    code = mentors(store, made)["Anna"].code
    assert refused(lambda: record(store, made, 1, Anna="present", Bo="present")) == [
        f"people.{code}.status"
    ]
    record(store, made, 0, Anna="present", Bo="present")


# -- mistakes --------------------------------------------------------------------------------------


def take_off(store, made, code):
    with store.write(LEADER) as session:
        people_records.take_off(session, made.course_id, code)


def test_somebody_put_on_by_mistake_is_gone_with_name_and_all(store, made):
    code = mentors(store, made)["Anna"].code
    take_off(store, made, code)
    assert set(mentors(store, made)) == {"Bo"}
    with store.read() as session:
        assert session.get(Participant, code) is None
        assert identities.name_of(session, [code]) == {}
        assert [e.kind for e in events_of(session, "participant", code)] == [
            "enrolled", "withdrawn",
        ]  # fmt: skip
    enrol(store, made, "Anna Prøvesen")
    assert mentors(store, made)["Anna"].on(START) == "on"


def test_a_turn_to_present_goes_with_the_place(store, made):
    code = mentors(store, made)["Anna"].code
    with store.write(LEADER) as session:
        session.add(Presenter(course_id=made.course_id, participant_code=code, number=1))
    take_off(store, made, code)
    assert set(mentors(store, made)) == {"Bo"}
    with store.read() as session:
        assert session.get(Presenter, (made.course_id, code)) is None


def test_of_somebody_known_elsewhere_only_the_place_goes(store, made):
    other = a_course(store, participants=0)
    code = mentors(store, made)["Anna"].code
    with store.write(LEADER) as session:
        people_records.place_on_course(session, other.course_id, code, START)
    take_off(store, made, code)
    assert set(mentors(store, made)) == {"Bo"}
    assert mentors(store, other)["Anna"].on(START) == "on"
    with store.read() as session:
        assert session.get(Enrolment, (other.course_id, code)) is not None


@pytest.mark.parametrize(
    "known",
    [
        lambda code: Enquiry(
            site_id=1, participant_code=code, asked_on=START, wanted_role="mentor",
            heard_via="notice",
        ),
        lambda code: MatchedPair(site_id=1, mentor_code=code, matched_on=START),
        hold,
    ],
    ids=["they asked", "they were matched", "they are kept"],
)  # fmt: skip
def test_somebody_of_whom_anything_else_is_known_stays_with_their_name(store, made, known):
    code = mentors(store, made)["Anna"].code
    save(store, known(code))
    take_off(store, made, code)
    assert set(mentors(store, made)) == {"Bo"}
    with store.read() as session:
        assert identities.name_of(session, [code]) == {code: "Anna Prøvesen"}


def test_nobody_is_taken_off_once_something_is_recorded_about_them(store, made):
    record(store, made, 0, Anna="absent")
    code = mentors(store, made)["Anna"].code
    with store.read() as session:
        free = people_records.without_record(session, made.course_id)
    assert [one.name for one in free] == ["Bo Opdigt"]
    assert refused(lambda: take_off(store, made, code)) == ["mentor"]
    assert refused(lambda: take_off(store, made, "P-000000")) == ["mentor"]
    assert set(mentors(store, made)) == {"Anna", "Bo"}
