"""Who is on a course, from a file: new people, and people who are known already.

That two rows, or a row and somebody known, are one person is never decided here: it is asked.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course import people_records, records
from peerbook.course.data_imports import (
    Answers,
    Fate,
    Intake,
    Kind,
    Line,
    Look,
    Question,
    Rows,
    Taken,
    rows_of,
)
from peerbook.course.frames import participants_template
from peerbook.errors import InputFault
from peerbook.files.intake import Reading, Template
from peerbook.rows import plain_rows
from peerbook.store import events_of, identities, in_effect, new_code, read_code, withdraw_event
from peerbook.store.identities import Contacts
from peerbook.store.tables import Course, Enrolment, Participant
from peerbook.text import _, format_date, format_list

NEW = "new"


@dataclass(frozen=True)
class _Known:
    """Somebody at the site."""

    code: str
    name: str
    contact: Contacts
    courses: tuple[str, ...]


class PeopleIntake(Intake):
    """Participants of the courses of a site.

    Parameters
    ----------
    site_id
        The site they belong to.
    course_id
        The course of rows that name none; None when each has to.
    """

    def __init__(self, site_id: int, course_id: int | None = None) -> None:
        self._site_id = site_id
        self._course_id = course_id

    @property
    def template(self) -> Template:
        """The template of such files."""
        return participants_template()

    def site_of(self, session: Session) -> int:
        """Return the site they belong to."""
        return self._site_id

    def look(self, session: Session, reading: Reading, answers: Answers) -> Look:
        """Return who would be added, and of whom it must be said whether they are known."""
        return _Looking(session, self._site_id, self._course_id, reading, answers).look()


class PeopleKind(Kind):
    """Files of people once they are taken in."""

    def courses(self, session: Session, import_id: int) -> set[int]:
        """Return the courses somebody was put on."""
        return {course_id for _code, course_id in _places(rows_of(session, import_id))}

    def hindrances(self, session: Session, import_id: int, rows: Rows) -> list[str]:
        """Return that something has happened to the places since."""
        count = sum(
            event.kind != "enrolled"
            for code, course_id in _places(rows)
            for event in in_effect(events_of(session, "participant", code), dt.date.max)
            if event.details.get("course", course_id) == course_id
        )
        if not count:
            return []
        return [
            _(
                "It has been noted since that somebody it brought pauses, leaves or the like. Take "
                "that back first."
            )
        ]

    def undone(self, session: Session, import_id: int, rows: Rows) -> None:
        """Withdraw the enrolments, and forget the names and contacts that came with the file."""
        for code, course_id in _places(rows):
            for event in in_effect(events_of(session, "participant", code), dt.date.max):
                if event.details.get("course") == course_id:
                    withdraw_event(session, event)
        for row in rows:
            if row.table_name != "identity":
                continue
            if row.before is None:
                identities.forget_identity(session, row.row_id)
            else:
                now = identities.contacts_of(session, [row.row_id]).get(row.row_id, Contacts())
                identities.save_contacts(
                    session,
                    row.row_id,
                    Contacts(
                        "" if "email" in row.before else now.email,
                        "" if "phone" in row.before else now.phone,
                    ),
                )


def _places(rows: Rows) -> Iterator[tuple[str, int]]:
    """Yield the places on courses an import added, by code and course."""
    for row in rows:
        if row.table_name == Enrolment.__tablename__ and row.before is None:
            course_id, _slash, code = row.row_id.partition("/")
            yield code, int(course_id)


class _Looking:
    """One look at a file of people beside those who are known."""

    def __init__(
        self, session: Session, site_id: int, course_id: int | None, reading: Reading,
        answers: Answers,
    ) -> None:  # fmt: skip
        self._session = session
        self._site_id = site_id
        self._reading = reading
        self._answers = answers
        self._courses = records.courses(session, site_id)
        self._own = next((one for one in self._courses if one.id == course_id), None)
        self._known = _people_at(session, site_id)
        self._on: dict[int, dict[str, str]] = {}
        self._refused: dict[int, str] = {}
        self._lines: list[Line] = []
        self._questions: list[Question] = []

    def look(self) -> Look:
        """Return what would become of every row."""
        rows = dict(plain_rows(self._reading.rows))
        courses = {number: self._course_of(number, row) for number, row in rows.items()}
        twice = Counter(
            (course.id, str(rows[number]["name"]).casefold())
            for number, course in courses.items()
            if course is not None
        )
        for number, course in courses.items():
            if course is None:
                continue
            name = " ".join(str(rows[number]["name"]).split())
            if twice[course.id, str(rows[number]["name"]).casefold()] > 1:
                self._refused[number] = _(
                    "{name} stands there twice. If they are two people, write the names "
                    "differently."
                ).format(name=name)
                continue
            try:
                self._person(number, course, name, rows[number])
            except InputFault as fault:
                self._refused[number] = str(fault)
        return Look(self._reading.refuse(self._refused), tuple(self._lines), tuple(self._questions))

    def _course_of(self, number: int, row: dict[str, Any]) -> Course | None:
        """Return the course a row means; None, with the reason, when that is not clear."""
        written = row["course"]
        if written is None:
            if self._own is None:
                self._refused[number] = _("Which course? Write it, or choose one above.")
            return self._own
        by_number = [one for one in self._courses if str(one.id) == written]
        by_title = [one for one in self._courses if one.title.casefold() == written.casefold()]
        found = by_title or by_number
        if len(found) == 1:
            return found[0]
        message = (
            _("Several courses are called “{course}”. Write the number of the one that is meant.")
            if found
            else _("There is no course called “{course}” at this place.")
        )
        self._refused[number] = message.format(course=written)
        return None

    def _person(self, number: int, course: Course, name: str, row: dict[str, Any]) -> None:
        contact = Contacts(row["email"] or "", row["phone"] or "")
        day = course.starts_on if row["enrolled_on"] is None else row["enrolled_on"].date()
        people_records.check_first_day(self._session, course, day)
        there = self._people_on(course.id)
        if row["code"] is not None:
            code = read_code(row["code"], "code")
            if code not in self._known:
                message = _("Nobody at this place has the code {code}.").format(code=code)
                raise InputFault.at("code", message)
            if self._known[code].name.casefold() != name.casefold():
                message = _("The code {code} belongs to somebody with another name.")
                raise InputFault.at("code", message.format(code=code))
        elif name.casefold() in there:
            code = there[name.casefold()]
        else:
            answer = self._which(number, name, contact)
            if answer is None:
                return
            code = answer
        is_on = code in there.values()
        known = Contacts() if code == NEW else self._known[code].contact
        fresh = _missing_in(known, contact)
        fate: Fate = "added" if not is_on else "changed" if fresh else "same"
        words = {"email": _("e-mail address"), "phone": _("telephone number")}
        detail = format_list([words[one] for one in fresh]) if fate == "changed" else course.title
        person = _Person(
            self._site_id, None if is_on else course.id, code, name, contact, tuple(fresh), day
        )
        write = None if fate == "same" else person.write
        self._lines.append(Line(number, fate, name, detail, write))

    def _people_on(self, course_id: int) -> dict[str, str]:
        """Return the codes of those on a course, by name."""
        if course_id not in self._on:
            self._on[course_id] = {
                mentor.name.casefold(): mentor.code
                for mentor in people_records.mentors(self._session, course_id)
            }
        return self._on[course_id]

    def _which(self, number: int, name: str, contact: Contacts) -> str | None:
        """Return whom a row means, as the user has said; None when that must be asked first."""
        alike = {
            person.code: reasons
            for person in self._known.values()
            if (reasons := _shared(person, name, contact))
        }
        if not alike:
            return NEW
        key = f"row{number}"
        options = [
            (
                code,
                _("The same person as {code}: the same {what}{where}").format(
                    code=code, what=format_list(reasons), where=_where(self._known[code])
                ),
            )
            for code, reasons in alike.items()
        ]
        answer = self._answers.get(key)
        if answer == NEW or answer in alike:
            return answer
        text = _("Row {row}: is this somebody you know already?").format(row=number)
        self._questions.append(Question(key, text, (*options, (NEW, _("No, somebody new")))))
        return None


def _where(person: _Known) -> str:
    return f" ({format_list(person.courses)})" if person.courses else ""


def _shared(person: _Known, name: str, contact: Contacts) -> list[str]:
    """Return what somebody known and a row have in common."""
    phone = bool(contact.phone) and contact.phone == person.contact.phone
    return [
        *([_("name")] if person.name.casefold() == name.casefold() else []),
        *([_("e-mail address")] if _same_mail(person.contact.email, contact.email) else []),
        *([_("telephone number")] if phone else []),
    ]


def _same_mail(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()


def _missing_in(stored: Contacts, given: Contacts) -> list[str]:
    """Return which contacts a row brings that are not stored; what is stored is never replaced."""
    return [
        *(["email"] if given.email and not stored.email else []),
        *(["phone"] if given.phone and not stored.phone else []),
    ]


def _people_at(session: Session, site_id: int) -> dict[str, _Known]:
    """Return everybody who belongs to a site, by code."""
    codes = session.scalars(select(Participant.code).where(Participant.site_id == site_id)).all()
    names = identities.name_of(session, codes)
    contacts = identities.contacts_of(session, codes)
    courses: dict[str, list[str]] = defaultdict(list)
    wanted = (
        select(Enrolment.participant_code, Course.title, Enrolment.enrolled_on)
        .join(Course)
        .where(Course.site_id == site_id)
        .order_by(Enrolment.enrolled_on)
    )
    for code, title, day in session.execute(wanted):
        courses[code].append(_("{course} from {date}").format(course=title, date=format_date(day)))
    return {
        code: _Known(
            code, names.get(code, ""), contacts.get(code, Contacts()), tuple(courses[code])
        )
        for code in codes
    }


@dataclass(frozen=True)
class _Person:
    """Somebody a row brings: the course they come on, if any, and the contacts that are new."""

    site_id: int
    course_id: int | None
    code: str
    name: str
    contact: Contacts
    fresh: tuple[str, ...]
    day: dt.date

    def write(self, taken: Taken) -> None:
        """Save them."""
        code = self._begun(taken) if self.code == NEW else self.code
        if self.fresh:
            stored = identities.contacts_of(taken.session, [code]).get(code, Contacts())
            both = Contacts(stored.email or self.contact.email, stored.phone or self.contact.phone)
            identities.save_contacts(taken.session, code, both)
            taken.note("identity", code, dict.fromkeys(self.fresh))
        if self.course_id is not None:
            people_records.place_on_course(taken.session, self.course_id, code, self.day)
            taken.note(Enrolment.__tablename__, f"{self.course_id}/{code}")

    def _begun(self, taken: Taken) -> str:
        """Save somebody new, and return their code."""
        code = new_code()
        taken.add(Participant(code=code, site_id=self.site_id, created_on=self.day))
        taken.session.flush()
        identities.save_name(taken.session, code, self.name)
        taken.note("identity", code)
        taken.session.flush()
        return code
