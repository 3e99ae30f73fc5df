"""Who is on a course, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, cast

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.errors import Fault, InputFault, Place
from peerbook.people.participants import (
    checked_contacts,
    danish_order,
    has_record,
    new_participant,
)
from peerbook.privacy import consent
from peerbook.store import (
    Saved,
    append_event,
    events_of,
    identities,
    in_effect,
    kind_on,
    refuse_overtaken,
    withdraw_event,
)
from peerbook.store.events import WITHDRAWN
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    Attendance,
    CatchUp,
    Course,
    CourseDate,
    Enrolment,
    Event,
    Participant,
    Presenter,
)
from peerbook.text import _, format_date

Turn = Literal["paused", "resumed", "left"]
"""What can happen to a place on a course, each an event."""

State = Literal["not_enrolled", "on", "paused", "left"]
"""How somebody stands with a course on a day."""

EARLIEST_DAYS = 366
"""Nobody is put on a course more than a year before it begins: the year is a slip of the finger."""

_AFTER: dict[str | None, State] = {"paused": "paused", "resumed": "on", "left": "left"}
_FOLLOWS: dict[str, tuple[State, ...]] = {
    "paused": ("on",), "resumed": ("paused", "left"), "left": ("on", "paused"),
}  # fmt: skip
"""From which states each turn can follow."""


@dataclass(frozen=True)
class Mentor:
    """Somebody on a course: the code everything else knows, and the name staff see.

    Parameters
    ----------
    code, name
        Who.
    enrolled_on
        From which day.
    events
        What has happened to the place since.
    """

    code: str
    name: str
    enrolled_on: dt.date
    events: tuple[Event, ...] = field(default=(), repr=False, compare=False)

    def on(self, day: dt.date) -> State:
        """Return how they stand on a day; the day of leaving is the first without them."""
        if day < self.enrolled_on:
            return "not_enrolled"
        return _AFTER.get(kind_on(self.events, day), "on")

    def overtaken(self, turn: Turn, on: dt.date) -> tuple[Event, ...]:
        """Return which turns noted for later days no longer hold once this one is noted.

        Whoever leaves has left, whatever was planned for later; after a pause or a return, what
        still follows stays.
        """
        state = _AFTER[turn]
        gone = []
        for event in in_effect(self.events, dt.date.max):
            if event.effective_on <= on or event.kind not in _FOLLOWS:
                continue
            if turn == "left" or state not in _FOLLOWS[event.kind]:
                gone.append(event)
            else:
                state = _AFTER[event.kind]
        return tuple(gone)


def mentors(session: Session, course_id: int) -> list[Mentor]:
    """Return who is or was on a course, by name in Danish order."""
    rows = session.execute(
        select(Enrolment.participant_code, Enrolment.enrolled_on).where(
            Enrolment.course_id == course_id
        )
    ).all()
    codes = [code for code, _day in rows]
    names = identities.name_of(session, codes)
    happened = _events(session, course_id, codes)
    people = [
        Mentor(code, names.get(code, code), day, tuple(happened.get(code, ())))
        for code, day in rows
    ]
    return sorted(people, key=lambda person: danish_order(person.name))


def codes(session: Session, course_id: int) -> frozenset[str]:
    """Return the codes of who is or was on a course."""
    wanted = select(Enrolment.participant_code).where(Enrolment.course_id == course_id)
    return frozenset(session.scalars(wanted))


def _events(session: Session, course_id: int, codes: Sequence[str]) -> dict[str, list[Event]]:
    """Return what has happened to places on a course, by participant code."""
    wanted = select(Event).where(Event.subject_type == "participant", Event.subject_id.in_(codes))
    found: dict[str, list[Event]] = {}
    for event in session.scalars(wanted.order_by(Event.seq)):
        if _is_on(event, course_id):
            found.setdefault(event.subject_id, []).append(event)
    return found


def everybody(session: Session, site_id: int | None = None) -> dict[int, list[Mentor]]:
    """Return who is or was on each course that was not removed; nobody's name is read.

    The code stands for the name.

    Parameters
    ----------
    site_id
        Where the courses are; None is all sites.
    """
    at_site = true() if site_id is None else Course.site_id == site_id
    happened: dict[str, list[Event]] = {}
    turns = select(Event).where(
        Event.subject_type == "participant", Event.kind.in_((*_FOLLOWS, WITHDRAWN))
    )
    if site_id is not None:
        on_them = select(Enrolment.participant_code).join(Course).where(at_site)
        turns = turns.where(Event.subject_id.in_(on_them))
    for event in session.scalars(turns.order_by(Event.seq)):
        happened.setdefault(event.subject_id, []).append(event)
    enrolled = (
        select(Enrolment.course_id, Enrolment.participant_code, Enrolment.enrolled_on)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Course.removed_on.is_(None), at_site)
        .order_by(Enrolment.course_id, Enrolment.participant_code)
    )
    found: dict[int, list[Mentor]] = {}
    for course_id, code, day in session.execute(enrolled):
        own = tuple(event for event in happened.get(code, ()) if _is_on(event, course_id))
        found.setdefault(course_id, []).append(Mentor(code, code, day, own))
    return found


def _is_on(event: Event, course_id: int) -> bool:
    # What takes an event back names no course; it only ever bites on one that is there.
    return event.kind == WITHDRAWN or event.details.get("course") == course_id


def enrol(session: Session, course: Course, names: Iterable[str], on: dt.date) -> Saved:
    """Give new participants a code and a place on the course.

    Raises
    ------
    InputFault
        When no name is given, somebody with that very name is on the course already, or the day
        is after the course or more than a year before it.
    Conflict
        When the course was removed meanwhile.
    """
    records.refuse_removed(session, course.id)
    check_first_day(session, course, on)
    present = {mentor.name.casefold() for mentor in mentors(session, course.id)}
    wanted = [name for name in (" ".join(raw.split()) for raw in names) if name]
    if not wanted:
        raise InputFault.at("names", _("Write at least one name."))
    there = [name for name in wanted if name.casefold() in present]
    times = Counter(map(str.casefold, wanted))
    first = {name.casefold(): name for name in reversed(wanted)}
    twice = [first[key] for key, count in times.items() if count > 1 and key not in present]
    doubles = [
        *(_on_already(name) for name in there),
        *(
            _(
                "{name} stands there twice. If they are two people, write the names differently."
            ).format(name=name)
            for name in twice
        ),
    ]
    if doubles:
        raise InputFault([Fault(message, Place(field="names")) for message in doubles])
    site_id = records.site_of(session, course.id)
    for name in wanted:
        place_on_course(session, course.id, new_participant(session, site_id, name, on), on)
    return Saved("course", course.id, course.version)


def check_first_day(session: Session, course: Course, on: dt.date) -> None:
    """Refuse a day from which nobody can be on a course.

    Raises
    ------
    InputFault
        At `enrolled_on`, when it is after the course or more than a year before it.
    """
    last = _last_date(session, course.id)
    if last is not None and on > last:
        raise InputFault.at(
            "enrolled_on",
            _("The course ends on {date}. Choose an earlier day.").format(date=format_date(last)),
        )
    if (course.starts_on - on).days > EARLIEST_DAYS:
        raise InputFault.at(
            "enrolled_on",
            _("The course begins on {date}, more than a year later. Check the year.").format(
                date=format_date(course.starts_on)
            ),
        )


def correct_name(session: Session, course_id: int, code: str, name: str, seen: str) -> Saved:
    """Give somebody on a course the name they really have; the earlier one is kept nowhere.

    Parameters
    ----------
    seen
        The name that was shown when the right one was written.

    Raises
    ------
    InputFault
        When they are not on the course, the name is empty, or somebody else there has it.
    Conflict
        When somebody else has given them another name since; `theirs` holds it as `name`.
    """
    known = {mentor.code: mentor.name for mentor in mentors(session, course_id)}
    if code not in known:
        raise InputFault.at("name", _("They are no longer on the course. Reload the page."))
    right = " ".join(name.split())
    if not right:
        raise InputFault.at("name", _("Write the name."))
    stored = known.pop(code)
    if right.casefold() in map(str.casefold, known.values()):
        raise InputFault.at("name", _on_already(right))
    refuse_overtaken({"name": seen}, {"name": stored}, {"name": right})
    identities.save_name(session, code, right)
    course = session.get_one(Course, course_id)
    return Saved("course", course.id, course.version)


def correct_contacts(
    session: Session, course_id: int, code: str, contacts: Contacts, seen: Contacts
) -> Saved:
    """Keep how somebody on a course can be reached; what was known before is kept nowhere.

    Parameters
    ----------
    contacts
        As they were typed.
    seen
        What was shown when they were.

    Raises
    ------
    InputFault
        When somebody is not on the course, or one of them is not what it should be.
    Conflict
        When somebody else has changed them since.
    """
    if code not in {mentor.code for mentor in mentors(session, course_id)}:
        raise InputFault.at("email", _("They are no longer on the course. Reload the page."))
    right = checked_contacts(contacts)
    stored = identities.contacts_of(session, [code])[code]
    refuse_overtaken(asdict(seen), asdict(stored), asdict(right))
    identities.save_contacts(session, code, right)
    course = session.get_one(Course, course_id)
    return Saved("course", course.id, course.version)


def _on_already(name: str) -> str:
    message = _("{name} is on the course already. Write the two names differently.")
    return message.format(name=name)


def place_on_course(session: Session, course_id: int, code: str, on: dt.date) -> None:
    """Give a participant who has a code a place on a course, and note it as an event."""
    session.add(Enrolment(course_id=course_id, participant_code=code, enrolled_on=on))
    append_event(session, "participant", code, "enrolled", on, course=course_id)


def _last_date(session: Session, course_id: int) -> dt.date | None:
    return session.scalar(
        select(func.max(CourseDate.date)).where(
            CourseDate.course_id == course_id, CourseDate.status != "cancelled"
        )
    )


def save_turn(
    session: Session, course_id: int, code: str, turn: Turn, on: dt.date
) -> tuple[Saved, list[tuple[Turn, dt.date]]]:
    """Note that somebody pauses, comes back, or leaves the course, from a day on.

    Nothing that was recorded about single days changes. Turns noted for later days that no longer
    follow are withdrawn, as `Mentor.overtaken` tells.

    Parameters
    ----------
    code
        Participant code of who it is.
    turn, on
        What happens, and the first day it holds: of leaving, the first day without them.

    Returns
    -------
    tuple
        What was saved, and the turns that were withdrawn, each with the day it was noted for.

    Raises
    ------
    InputFault
        When they are not on the course, it does not follow from how they stand on that day, or
        they came or sent an apology on a day after they are said to have left.
    """
    known = {mentor.code: mentor for mentor in mentors(session, course_id)}
    if code not in known:
        raise InputFault.at("mentor", _("They are no longer on the course. Reload the page."))
    mentor = known[code]
    state = mentor.on(on)
    if state == "not_enrolled":
        raise InputFault.at(
            "on",
            _("They are on the course from {date}. Choose that day or a later one.").format(
                date=format_date(mentor.enrolled_on)
            ),
        )
    if state not in _FOLLOWS[turn]:
        reason = {
            "on": _("They are on the course that day, and not away."),
            "paused": _("They are on a pause that day already."),
            "left": _("They have left the course by that day."),
        }[state]
        raise InputFault.at("turn", reason)
    if turn == "left":
        seen = session.scalar(
            select(func.max(CourseDate.date))
            .join(Attendance, Attendance.course_date_id == CourseDate.id)
            .where(
                CourseDate.course_id == course_id,
                CourseDate.date >= on,
                Attendance.participant_code == code,
                Attendance.status.in_(("present", "apology")),
            )
        )
        if seen is not None:
            raise InputFault.at(
                "on",
                _("They came or sent an apology on {date}. Choose a later day.").format(
                    date=format_date(seen)
                ),
            )
    withdrawn = mentor.overtaken(turn, on)
    for event in withdrawn:
        withdraw_event(session, event)
    append_event(session, "participant", code, turn, on, course=course_id)
    course = session.get_one(Course, course_id)
    saved = Saved("course", course.id, course.version)
    return saved, [(cast(Turn, event.kind), event.effective_on) for event in withdrawn]


def without_record(session: Session, course_id: int) -> list[Mentor]:
    """Return who is on a course and has nothing recorded about them: can be taken off again."""
    recorded = _recorded(session, course_id)
    return [mentor for mentor in mentors(session, course_id) if mentor.code not in recorded]


def _recorded(session: Session, course_id: int) -> set[str]:
    days = select(CourseDate.id).where(CourseDate.course_id == course_id)
    return {
        code
        for table in (Attendance, CatchUp)
        for code in session.scalars(
            select(table.participant_code).where(table.course_date_id.in_(days))
        )
    }


def take_off(session: Session, course_id: int, code: str) -> Saved:
    """Take somebody off a course they were put on by mistake, as if it had never happened.

    Of somebody about whom nothing else is known, the name is deleted too.

    Raises
    ------
    InputFault
        When they are not on it, or something is recorded about them: then they leave instead.
    """
    row = session.get(Enrolment, (course_id, code))
    if row is None:
        raise InputFault.at("mentor", _("They are no longer on the course. Reload the page."))
    if code in _recorded(session, course_id):
        raise InputFault.at(
            "mentor",
            _("Something is recorded about them on this course. Note that they leave instead."),
        )
    slots = select(Presenter).where(
        Presenter.course_id == course_id, Presenter.participant_code == code
    )
    for slot in session.scalars(slots):
        session.delete(slot)
    session.delete(row)
    session.flush()
    for event in in_effect(_events(session, course_id, [code]).get(code, ()), dt.date.max):
        withdraw_event(session, event)
    session.flush()
    happened = in_effect(events_of(session, "participant", code), dt.date.max)
    is_told_of = not all(event.kind in consent.KINDS for event in happened)
    if not is_told_of and not has_record(session, code):
        identities.forget_identity(session, code)
        session.delete(session.get_one(Participant, code))
    course = session.get_one(Course, course_id)
    return Saved("course", course.id, course.version)
