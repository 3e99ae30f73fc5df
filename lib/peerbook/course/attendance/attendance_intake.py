"""Who came, from a file: one row a person and day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import partial
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course import people_records
from peerbook.course.attendance import attendance_records
from peerbook.course.data_imports import (
    Answers,
    Intake,
    Kind,
    Line,
    Look,
    Question,
    Rows,
    Taken,
    rows_of,
)
from peerbook.course.frames import attendance_template
from peerbook.course.names import attendance_name, date_name
from peerbook.course.people_records import Mentor
from peerbook.errors import InputFault
from peerbook.files.intake import Reading, Template
from peerbook.personal import Names, kinds_in, same_name
from peerbook.rows import plain_rows
from peerbook.store import read_code
from peerbook.store.tables import Attendance, AttendanceStatus, CatchUp, Course, CourseDate
from peerbook.text import _, format_date, ngettext

KEEP, WITHOUT = "keep", "without"

Place = tuple[int, str]
"""Number of a date and code of a participant."""


class AttendanceIntake(Intake):
    """Attendance of one course.

    Parameters
    ----------
    course_id
        The course.
    today
        A day after it cannot be recorded.
    """

    def __init__(self, course_id: int, today: dt.date) -> None:
        self._course_id = course_id
        self._today = today

    @property
    def template(self) -> Template:
        """The template of such files."""
        return attendance_template()

    def site_of(self, session: Session) -> int:
        """Return the site of the course."""
        return session.get_one(Course, self._course_id).site_id

    def look(self, session: Session, reading: Reading, answers: Answers) -> Look:
        """Return what would be recorded, and what is recorded otherwise now."""
        roster = _Roster(session, self._course_id, self._today)
        refused: dict[int, str] = {}
        entries: dict[int, tuple[Place, AttendanceStatus, str | None]] = {}
        rows_of: dict[Place, list[int]] = defaultdict(list)
        for number, row in plain_rows(reading.rows):
            try:
                date = roster.date_of(row)
                mentor = roster.person_of(str(row["participant"]))
                roster.refuse_gone(mentor, date)
            except InputFault as fault:
                refused[number] = str(fault)
                continue
            place = date.id, mentor.code
            entries[number] = place, cast(AttendanceStatus, row["status"]), row["note"]
            rows_of[place].append(number)
        lines: list[Line] = []
        questions: list[Question] = []
        for number, (place, status, note) in entries.items():
            if len(rows_of[place]) > 1:
                refused[number] = _("This person and day stand in more than one row.")
                continue
            if note and roster.says_who(note):
                question = _about_note(number, note)
                if answers.get(question.key) not in (KEEP, WITHOUT):
                    questions.append(question)
                    continue
            is_kept = answers.get(f"note{number}") != WITHOUT
            lines.append(roster.line(number, place, status, note if is_kept else None))
        return Look(reading.refuse(refused), tuple(lines), tuple(questions))

    def finish(self, taken: Taken) -> None:
        """The days count as held now."""
        taken.session.flush()
        attendance_records.note_held(taken.session, self._course_id)


class AttendanceKind(Kind):
    """Files of attendance once they are taken in."""

    def courses(self, session: Session, import_id: int) -> set[int]:
        """Return the courses whose days it is about."""
        days = _dates_in(rows_of(session, import_id))
        return set(session.scalars(select(CourseDate.course_id).where(CourseDate.id.in_(days))))

    def hindrances(self, session: Session, import_id: int, rows: Rows) -> list[str]:
        """Return that days it recorded as missed have been made up for."""
        places = {row.row_id for row in rows if row.before is None}
        made_up = session.execute(
            select(CatchUp.course_date_id, CatchUp.participant_code).where(
                CatchUp.course_date_id.in_(_dates_in(rows))
            )
        )
        count = sum(f"{date_id}/{code}" in places for date_id, code in made_up)
        if not count:
            return []
        return [
            ngettext(
                "{n} day it recorded as missed has been made up for. Take that back first.",
                "{n} days it recorded as missed have been made up for. Take that back first.",
                count,
            ).format(n=count)
        ]

    def undone(self, session: Session, import_id: int, rows: Rows) -> None:
        """Days of which nothing is recorded any more are as planned again."""
        attendance_records.note_not_held(session, _dates_in(rows))


def _dates_in(rows: Rows) -> set[int]:
    return {int(row.row_id.partition("/")[0]) for row in rows}


class _Roster:
    """The dates and people of a course, and what is recorded."""

    def __init__(self, session: Session, course_id: int, today: dt.date) -> None:
        self._today = today
        wanted = select(CourseDate).where(
            CourseDate.course_id == course_id,
            CourseDate.kind.in_(attendance_records.HELD_KINDS),
            CourseDate.status != "cancelled",
        )
        self._dates = list(session.scalars(wanted))
        self._on_day: dict[dt.date, list[CourseDate]] = defaultdict(list)
        for date in self._dates:
            self._on_day[date.date].append(date)
        self._by_number = {d.number: d for d in self._dates if d.kind == "teaching_day"}
        people = people_records.mentors(session, course_id)
        self._by_code = {mentor.code: mentor for mentor in people}
        self._by_name: dict[str, list[Mentor]] = defaultdict(list)
        for mentor in people:
            self._by_name[same_name(mentor.name)].append(mentor)
        self._names = Names([mentor.name for mentor in people], alone=True)
        ids = [date.id for date in self._dates]
        stored = session.scalars(select(Attendance).where(Attendance.course_date_id.in_(ids)))
        self._stored = {(row.course_date_id, row.participant_code): row for row in stored}
        self._shown = {
            date.id: f"{date_name(date.kind, date.number)}, {format_date(date.date)}"
            for date in self._dates
        }

    def date_of(self, row: dict[str, Any]) -> CourseDate:
        """Return the date a row means.

        Raises
        ------
        InputFault
            When there is none, there are several, or it lies ahead.
        """
        day = None if row["date"] is None else row["date"].date()
        found = self._on_day.get(day, []) if day else []
        if row["day"] is not None:
            numbered = self._by_number.get(row["day"])
            if numbered is None:
                raise _fault(_("There is no teaching day {n}.").format(n=row["day"]))
            if day is not None and numbered.date != day:
                raise _fault(
                    _("Teaching day {n} is on {date}. Delete what is wrong of the two.").format(
                        n=row["day"], date=format_date(numbered.date)
                    )
                )
            found = [numbered]
        if not found:
            shown = "" if day is None else format_date(day)
            raise _fault(_("The course does not meet on {date}.").format(date=shown))
        if len(found) > 1:
            raise _fault(_("The course meets twice that day. Write the teaching day’s number."))
        if found[0].date > self._today:
            raise _fault(
                _("{date} lies ahead. Write down who came when the day is over.").format(
                    date=format_date(found[0].date)
                )
            )
        return found[0]

    def person_of(self, written: str) -> Mentor:
        """Return who is meant by a name or a code.

        Raises
        ------
        InputFault
            When nobody on the course is, or several are.
        """
        named = self._by_name.get(same_name(written), [])
        if len(named) == 1:
            return named[0]
        if named:
            raise _fault(_("Several on the course are called that. Write the participant code."))
        try:
            code = read_code(written)
        except InputFault:
            code = ""
        if code in self._by_code:
            return self._by_code[code]
        raise _fault(_("Nobody on the course is called that. Take them in first, or correct it."))

    def refuse_gone(self, mentor: Mentor, date: CourseDate) -> None:
        """Refuse to record somebody who had left.

        Raises
        ------
        InputFault
            When they had.
        """
        if mentor.on(date.date) == "left":
            raise _fault(_("They had left the course by that day."))

    def says_who(self, note: str) -> bool:
        """Return whether a note names somebody on the course, or tells how to reach anybody."""
        return bool(kinds_in(note, self._names))

    def line(self, number: int, place: Place, status: AttendanceStatus, note: str | None) -> Line:
        """Return what would become of a row."""
        date_id, code = place
        about = f"{self._by_code[code].name}: {self._shown[date_id]}"
        stored = self._stored.get(place)
        name = attendance_name(status)
        if stored is None:
            return Line(number, "added", about, name, partial(_add, place, status, note))
        kept = note or stored.note
        if (stored.status, stored.note) == (status, kept):
            return Line(number, "same", about, name)
        detail = _("{before} becomes {after}").format(
            before=attendance_name(stored.status), after=name
        )
        if stored.status == status:
            detail = _("the note")
        return Line(number, "changed", about, detail, partial(_change, place, status, kept))


def _about_note(number: int, note: str) -> Question:
    return Question(
        f"note{number}",
        _(
            "Row {row}: the note “{note}” seems to say who somebody is. Notes are written without "
            "names. What shall be kept?"
        ).format(row=number, note=note),
        ((WITHOUT, _("The row without the note")), (KEEP, _("The note as it stands"))),
    )


def _add(place: Place, status: AttendanceStatus, note: str | None, taken: Taken) -> None:
    date_id, code = place
    taken.add(Attendance(course_date_id=date_id, participant_code=code, status=status, note=note))


def _change(place: Place, status: AttendanceStatus, note: str | None, taken: Taken) -> None:
    row = taken.session.get_one(Attendance, place)
    taken.change(row, status=status, note=note)


def _fault(message: str) -> InputFault:
    return InputFault.at("row", message)
