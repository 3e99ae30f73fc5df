"""Registers from a file: looked at first, saved whole, and taken back whole or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from builders import LEADER, a_planned_course, replayed, save, stored
from filled_files import HOSTILE, as_csv, filled
from peerbook.cafe.head_count_intake import HeadCountIntake
from peerbook.course import data_imports, people_records
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.attendance_intake import AttendanceIntake, AttendanceKind
from peerbook.course.data_imports import files_taken
from peerbook.course.people_intake import PeopleIntake, PeopleKind
from peerbook.errors import Conflict, InputFault
from peerbook.files.intake import read_filled
from peerbook.files.table import read_table
from peerbook.store import identities
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    Attendance,
    Course,
    CourseDate,
    DataImport,
    Enrolment,
    HeadCount,
    Identity,
    ImportedRow,
    Participant,
)
from peerbook.text.direction import left_to_right

TODAY = dt.date(2027, 4, 30)
NOW = dt.datetime(2027, 4, 30, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def looked(store, intake, *rows, answers=None, data=None):
    table = read_table(data or filled(intake.template, *rows))
    reading = read_filled(intake.template, table)
    with store.read() as session:
        return intake.look(session, reading, answers or {})


def taken(store, intake, *rows, answers=None):
    """Look at a file and save it, as the page does."""
    look = looked(store, intake, *rows, answers=answers)
    assert not look.questions
    return saved(store, intake, look, answers)


def saved(store, intake, look, answers=None):
    with store.write(LEADER) as session:
        return intake.save(session, look.reading, answers or {}, look, "min fil.xlsx").number


def undo(store, kind, number):
    with store.write(LEADER) as session:
        data_imports.undo(session, kind, number, NOW)


def told(look):
    return [(line.row, line.fate, line.detail) for line in look.lines]


def faults(look):
    return [(fault.place.row, fault.message) for fault in look.reading.faults]


def everything(store):
    """All rows a person can see, but for the imports themselves."""
    with store.read() as session:
        rows = stored(session)
    return {name: rows[name] for name in sorted(rows) if name not in ("data_import", "submission")}


def names_on(store, course_id):
    with store.read() as session:
        return [mentor.name for mentor in people_records.mentors(session, course_id)]


def code_of(store, course_id, name):
    with store.read() as session:
        known = people_records.mentors(session, course_id)
        return next(mentor.code for mentor in known if mentor.name == name)


# -- participants --------------------------------------------------------------------------------


def test_people_come_on_the_course_with_name_and_contacts_and_go_again(store):
    made = a_planned_course(store, mentors=("Bo Bech",))
    intake = PeopleIntake(made.site_id, made.course_id)
    before = everything(store)
    rows = [
        {"name": "Åse  Ørum", "email": "aase@eksempel.dk", "phone": "12 34 56 78"},
        {"name": "Carl Dal", "enrolled_on": "01-03-2027"},
    ]
    look = looked(store, intake, *rows)
    assert told(look) == [(2, "added", "Spring 2027"), (3, "added", "Spring 2027")]
    assert everything(store) == before, "looking saves nothing"
    number = saved(store, intake, look)
    assert names_on(store, made.course_id) == ["Bo Bech", "Carl Dal", "Åse Ørum"]
    code = code_of(store, made.course_id, "Åse Ørum")
    with store.read() as session:
        contact = identities.contacts_of(session, [code])[code]
        assert contact == Contacts("aase@eksempel.dk", "12345678")
        record = session.get(DataImport, number)
        assert (record.kind, record.file_name) == ("participants", "min fil.xlsx")
        assert PeopleKind("enrolment").size(session, number) == 2
        assert PeopleKind("enrolment").courses(session, number) == {made.course_id}
    undo(store, PeopleKind("enrolment"), number)
    assert everything(store) == before
    with store.read() as session:
        record = session.get(DataImport, number)
        assert (record.undone_at, record.undone_rows) == (NOW, 2)
        assert session.get(DataImport, number).file_name == ""
        assert session.scalar(select(func.count()).select_from(ImportedRow)) == 0


def test_the_same_file_is_known_and_can_come_again_once_it_was_taken_back(store):
    made = a_planned_course(store)
    intake = PeopleIntake(made.site_id, made.course_id)
    data = filled(intake.template, {"name": "Åse Ørum"})
    number = saved(store, intake, looked(store, intake, data=data))
    again = looked(store, intake, data=data)
    assert told(again) == [(2, "same", "Spring 2027")]
    with pytest.raises(InputFault, match="very file was saved"):
        saved(store, intake, again)
    undo(store, PeopleKind("enrolment"), number)
    assert saved(store, intake, looked(store, intake, data=data)) > number


def test_who_is_alike_is_asked_about_and_never_merged_silently(store):
    made = a_planned_course(store, mentors=("Bo Bech", "Eva Friis", "Ib Juhl"))
    bo, eva = made.codes[:2]
    with store.write(LEADER) as session:
        identities.save_contacts(session, bo, Contacts("bo@eksempel.dk"))
        identities.save_contacts(session, eva, Contacts(phone="12345678"))
        other = Course(
            site_id=made.site_id, title="Autumn", template="six_months", template_version="1",
            starts_on=dt.date(2027, 9, 1), weekday=2,
        )  # fmt: skip
        session.add(other)
    intake = PeopleIntake(made.site_id, other.id)
    rows = [
        {"name": "bo bech"},
        {"name": "Eva Holm", "phone": "12345678", "email": "eva@eksempel.dk"},
        {"name": "Bo B.", "email": "BO@eksempel.dk"},
        {"name": "Kaj Lund"},
    ]
    look = looked(store, intake, *rows)
    assert [question.key for question in look.questions] == ["row2", "row3", "row4"]
    assert [[key for key, _label in question.options] for question in look.questions] == [
        [bo, "new"], [eva, "new"], [bo, "new"],
    ]  # fmt: skip
    assert "the same name (Spring 2027 from" in look.questions[0].options[0][1]
    assert "telephone number" in look.questions[1].options[0][1]
    assert told(look) == [(5, "added", "Autumn")]
    with pytest.raises(InputFault, match="Answer the questions"):
        saved(store, intake, look)
    answers = {"row2": bo, "row3": eva, "row4": "new"}
    number = taken(store, intake, *rows, answers=answers)
    with store.read() as session:
        codes = set(
            session.scalars(select(Enrolment.participant_code).filter_by(course_id=other.id))
        )
        assert {bo, eva} < codes
        assert len(codes) == 4
        contact = identities.contacts_of(session, [eva])[eva]
        assert contact == Contacts("eva@eksempel.dk", "12345678"), "what was missing is filled in"
        assert identities.name_of(session, [eva])[eva] == "Eva Friis", "a name is not replaced"
    undo(store, PeopleKind("enrolment"), number)
    with store.read() as session:
        assert identities.contacts_of(session, [eva])[eva] == Contacts(phone="12345678")
        assert identities.contacts_of(session, [bo])[bo] == Contacts("bo@eksempel.dk")
        assert session.scalar(select(func.count()).select_from(Participant)) == 3
        assert session.scalar(select(func.count()).select_from(Identity)) == 3


def test_who_is_alike_on_the_same_course_is_asked_about_too(store):
    made = a_planned_course(store, mentors=("Anders Aaker", "Eva Friis"))
    anders = made.codes[0]
    with store.write(LEADER) as session:
        identities.save_contacts(session, anders, Contacts(phone="12345678"))
    intake = PeopleIntake(made.site_id, made.course_id)
    row = {"name": "Anders Aakjær", "phone": "12345678", "email": "anders@eksempel.dk"}
    look = looked(store, intake, row)
    assert [key for key, _label in look.questions[0].options] == [anders, "new"]
    taken(store, intake, row, answers={"row2": anders})
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Participant)) == 2
        contact = identities.contacts_of(session, [anders])[anders]
    assert contact == Contacts("anders@eksempel.dk", "12345678")


def test_a_row_that_cannot_be_taken_in_says_why(store):
    made = a_planned_course(store, mentors=("Bo Bech",))
    look = looked(
        store, PeopleIntake(made.site_id),
        {"name": "Åse"},
        {"name": "Carl", "course": "Winter"},
        {"name": "Dina", "course": "spring 2027", "enrolled_on": "01-01-2020"},
        {"name": "Eva", "course": "Spring 2027"},
        {"name": "EVA", "course": str(made.course_id)},
        {"name": "Frits", "course": "Spring 2027", "code": "P-ZZZZZZ"},
        {"name": "Gerda", "course": "Spring 2027", "code": made.codes[0]},
        {"name": "Bo Bech", "course": "Spring 2027", "code": made.codes[0].lower()},
    )  # fmt: skip
    messages = [message for _row, message in faults(look)]
    assert [row for row, _message in faults(look)] == [2, 3, 4, 5, 6, 7, 8]
    for part, message in zip(
        ("Which course", "no course called “Winter”", "more than a year", "stands there twice",
         "stands there twice", "Nobody at this place", "another name"), messages, strict=True,
    ):  # fmt: skip
        assert part in message
    assert told(look) == [(9, "same", "Spring 2027")]


def test_what_was_built_upon_people_is_told_and_nothing_is_undone(store):
    made = a_planned_course(store)
    number = taken(
        store, PeopleIntake(made.site_id, made.course_id), {"name": "Åse"}, {"name": "Bo"}
    )
    code = code_of(store, made.course_id, "Åse")
    with store.write(LEADER) as session:
        day = session.scalars(select(CourseDate).filter_by(kind="teaching_day", number=1)).one()
        attendance_records.save_attendance(session, day.id, {code: ("present", None)}, today=TODAY)
        people_records.save_turn(session, made.course_id, code, "paused", TODAY)
        people_records.correct_name(session, made.course_id, code, "Åse Ørum", "Åse")
    before = everything(store)
    with pytest.raises(InputFault) as refused:
        undo(store, PeopleKind("enrolment"), number)
    assert [fault.message.split(".")[0] for fault in refused.value.faults] == [
        "1 of its rows has been changed since",
        "1 thing has been recorded about people it brought",
        "It has been noted since that somebody it brought pauses, leaves or the like",
    ]
    assert everything(store) == before


def test_what_changed_between_looking_and_saving_is_refused(store):
    made = a_planned_course(store)
    intake = PeopleIntake(made.site_id, made.course_id)
    look = looked(store, intake, {"name": "Åse"})
    with store.write(LEADER) as session:
        course = session.get_one(Course, made.course_id)
        people_records.enrol(session, course, ["Åse"], course.starts_on)
    with pytest.raises(Conflict, match="Look at the file once more"):
        saved(store, intake, look)
    assert names_on(store, made.course_id) == ["Åse"]


# -- attendance ----------------------------------------------------------------------------------


@pytest.fixture
def course(store):
    return a_planned_course(store, mentors=("Bo Bech", "Eva Friis"))


def days_of(store, course_id):
    with store.read() as session:
        wanted = select(CourseDate).filter_by(course_id=course_id, kind="teaching_day")
        return session.scalars(wanted.order_by(CourseDate.number)).all()


def statuses(store):
    with store.read() as session:
        return {
            (row.participant_code, row.course_date_id): (row.status, row.note)
            for row in session.scalars(select(Attendance))
        }


def test_attendance_comes_by_name_or_code_and_date_or_number_and_goes_again(store, course):
    first, second = days_of(store, course.course_id)[:2]
    bo, eva = course.codes
    with store.write(LEADER) as session:
        entry = {bo: ("absent", "syg")}
        attendance_records.save_attendance(session, first.id, entry, today=TODAY)
    before = everything(store)
    intake = AttendanceIntake(course.course_id, TODAY)
    rows = [
        {"participant": "bo  bech", "date": f"{first.date:%d-%m-%Y}", "status": "Present"},
        {"participant": eva, "day": 1, "status": "apology", "note": "rejse"},
        {"participant": "Eva Friis", "day": 2, "date": second.date, "status": "present"},
    ]
    look = looked(store, intake, *rows)
    assert told(look) == [
        (2, "changed", "Absent without word becomes Present"),
        (3, "added", "Sent an apology"),
        (4, "added", "Present"),
    ]
    number = saved(store, intake, look)
    assert statuses(store) == {
        (bo, first.id): ("present", "syg"),
        (eva, first.id): ("apology", "rejse"),
        (eva, second.id): ("present", None),
    }
    assert [day.status for day in days_of(store, course.course_id)[:3]] == [
        "held",
        "held",
        "planned",
    ]
    with store.read() as session:
        assert AttendanceKind("attendance").courses(session, number) == {course.course_id}
    undo(store, AttendanceKind("attendance"), number)
    after = everything(store)
    for rows in (before, after):  # a corrected row keeps count of its corrections
        for table in ("attendance", "course_date"):
            for row in rows[table].values():
                row.pop("version")
    assert after == before


def test_a_note_that_names_somebody_is_asked_about(store, course):
    intake = AttendanceIntake(course.course_id, TODAY)
    rows = [
        {"participant": "Bo Bech", "day": 1, "status": "absent", "note": "kørte med Eva Friis"},
        {"participant": "Eva Friis", "day": 1, "status": "apology", "note": "rejse"},
        {"participant": "Bo Bech", "day": 2, "status": "apology", "note": "ring 20 12 34 56"},
    ]
    look = looked(store, intake, *rows)
    assert [question.key for question in look.questions] == ["note2", "note4"]
    assert "Eva Friis" in look.questions[0].text
    assert told(look) == [(3, "added", "Sent an apology")]
    taken(store, intake, *rows, answers={"note2": "without", "note4": "keep"})
    with store.read() as session:
        notes = set(session.scalars(select(Attendance.note)))
    assert notes == {None, "rejse", "ring 20 12 34 56"}


def test_rows_of_attendance_that_cannot_be_say_why(store, course):
    first = days_of(store, course.course_id)[0]
    with store.write(LEADER) as session:
        people_records.save_turn(session, course.course_id, course.codes[1], "left", first.date)
    look = looked(
        store, AttendanceIntake(course.course_id, first.date),
        {"participant": "Ukendt", "day": 1, "status": "present"},
        {"participant": "Bo Bech", "day": 2, "status": "present"},
        {"participant": "Bo Bech", "day": 9, "status": "present"},
        {"participant": "Bo Bech", "date": "01-01-2027", "status": "present"},
        {"participant": "Bo Bech", "day": 2, "date": first.date, "status": "present"},
        {"participant": "Eva Friis", "day": 1, "status": "present"},
        {"participant": "Bo Bech", "day": 1, "status": "present"},
        {"participant": course.codes[0], "date": first.date, "status": "absent"},
        {"participant": "Bo Bech", "status": "present"},
        {"participant": "Bo Bech", "day": 1, "status": "måske"},
    )  # fmt: skip
    assert look.lines == ()
    expected = {
        2: "Nobody on the course", 3: "lies ahead", 4: "no teaching day 9", 5: "does not meet",
        6: "Teaching day 2 is on", 7: "had left", 8: "more than one row", 9: "more than one row",
        10: "neither a date", 11: "not an answer",
    }  # fmt: skip
    assert {row: expected[row] in message for row, message in faults(look)} == dict.fromkeys(
        expected, True
    )


def test_attendance_somebody_has_built_upon_stays(store, course):
    first = days_of(store, course.course_id)[0]
    intake = AttendanceIntake(course.course_id, TODAY)
    number = taken(store, intake, {"participant": "Bo Bech", "day": 1, "status": "absent"})
    with store.write(LEADER) as session:
        attendance_records.save_catch_up(
            session, first.id, course.codes[0], TODAY, "Read the handout", today=TODAY
        )
    with pytest.raises(InputFault, match="made up for"):
        undo(store, AttendanceKind("attendance"), number)
    with store.write(LEADER) as session:
        entry = {course.codes[0]: ("apology", None)}
        seen = {course.codes[0]: ("absent", None)}
        attendance_records.save_attendance(session, first.id, entry, seen, today=TODAY)
    with pytest.raises(InputFault, match="changed since"):
        undo(store, AttendanceKind("attendance"), number)


def test_a_day_with_more_recorded_since_stays_held(store, course):
    intake = AttendanceIntake(course.course_id, TODAY)
    number = taken(store, intake, {"participant": "Bo Bech", "day": 1, "status": "present"})
    first = days_of(store, course.course_id)[0]
    with store.write(LEADER) as session:
        entry = {course.codes[1]: ("present", None)}
        attendance_records.save_attendance(session, first.id, entry, today=TODAY)
    undo(store, AttendanceKind("attendance"), number)
    assert days_of(store, course.course_id)[0].status == "held"
    assert list(statuses(store)) == [(course.codes[1], first.id)]


def test_hostile_texts_are_stored_as_they_stand_and_act_nowhere(store, course):
    """What a CSV file and a note can hold; a NUL has the whole file refused, long texts a row."""
    hostile = [text for text in HOSTILE if len(text) <= 200 and "\0" not in text]
    days = days_of(store, course.course_id)
    with store.write(LEADER) as session:
        people = session.get_one(Course, course.course_id)
        names = [f"Nr. {number}" for number in range(len(hostile))]
        people_records.enrol(session, people, names, people.starts_on)
    intake = AttendanceIntake(course.course_id, TODAY)
    rows = [
        {"participant": name, "date": days[0].date, "status": "present", "note": text}
        for name, text in zip(names, hostile, strict=True)
    ]
    data = as_csv(intake.template, *[{**row, "date": f"{row['date']:%d-%m-%Y}"} for row in rows])
    look = looked(store, intake, data=data.encode("utf-8-sig"))
    saved(store, intake, look)
    with store.read() as session:
        kept = set(session.scalars(select(Attendance.note)))
    sound = {line.row - 2 for line in look.lines}
    as_kept = [left_to_right(text.strip().replace("\r\n", "\n")) for text in hostile]
    assert kept == {as_kept[number] for number in sound}
    refused = [hostile[row - 2] for row in look.reading.left_out]
    assert all("\x01" in text for text in refused)
    print(f"{len(hostile)} hostile texts: {len(kept)} stored as they stand, {len(refused)} refused")


# -- head counts ---------------------------------------------------------------------------------


def test_head_counts_are_added_and_corrected_and_as_they_were_again(store):
    made = a_planned_course(store)
    day = dt.date(2027, 4, 6)
    save(store, HeadCount(site_id=made.site_id, occasion="cafe", date=day, people=9))
    intake = HeadCountIntake(made.site_id, TODAY)
    kind = data_imports.Kind("head_count")
    look = looked(
        store, intake,
        {"date": day, "occasion": "Café", "people": 12},
        {"date": "13-04-2027", "occasion": "cafe", "people": 0},
        {"date": "01-05-2027", "occasion": "cafe", "people": 5},
        {"date": "20-04-2027", "occasion": "cafe", "people": 5},
        {"date": "20-04-2027", "occasion": "cafe", "people": 6},
        {"date": "20-04-2027", "occasion": "cafe", "people": "1.200"},
    )  # fmt: skip
    assert told(look) == [(2, "changed", "9 becomes 12"), (3, "added", "0")]
    assert [row for row, _message in faults(look)] == [4, 5, 6, 7]
    assert look.reading.asks_point
    number = saved(store, intake, look)

    def counts():
        with store.read() as session:
            return [(row.date.day, row.people) for row in session.scalars(select(HeadCount))]

    assert counts() == [(6, 12), (13, 0)]
    undo(store, kind, number)
    assert counts() == [(6, 9)]
    with pytest.raises(InputFault, match="already been taken back"):
        undo(store, kind, number)


def test_the_list_of_files_has_all_of_them_the_latest_first(store):
    made = a_planned_course(store)
    first = taken(store, PeopleIntake(made.site_id, made.course_id), {"name": "Åse"})
    rows = {"date": "06-04-2027", "occasion": "cafe", "people": 3}
    second = taken(store, HeadCountIntake(made.site_id, TODAY), rows)
    with store.read() as session:
        assert [file.id for file in files_taken(session)] == [second, first]
        assert replayed(session) == stored(session)


def test_a_file_with_only_faults_saves_nothing(store):
    made = a_planned_course(store)
    look = looked(store, PeopleIntake(made.site_id), {"name": "Åse"})
    assert look.count("added") == 0
    assert replace(look, lines=()) == look
