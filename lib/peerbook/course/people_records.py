"""Who is on a course, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Saved, append_event, identities
from peerbook.store.codes import new_code
from peerbook.store.tables import Course, Enrolment, Participant
from peerbook.text import _


@dataclass(frozen=True)
class Mentor:
    """Somebody on a course: the code everything else knows, and the name staff see."""

    code: str
    name: str
    enrolled_on: dt.date


def mentors(session: Session, course_id: int) -> list[Mentor]:
    """Return who is on a course, by name in Danish order."""
    rows = session.execute(
        select(Enrolment.participant_code, Enrolment.enrolled_on).where(
            Enrolment.course_id == course_id
        )
    ).all()
    names = identities.name_of(session, [code for code, _day in rows])
    people = [Mentor(code, names.get(code, code), day) for code, day in rows]
    return sorted(people, key=lambda person: danish_order(person.name))


def danish_order(text: str) -> str:
    """Return a key that sorts æ, ø, å last, as Danish does."""
    return text.casefold().translate(str.maketrans("æøå", "{|}"))


def enrol(session: Session, course: Course, names: Iterable[str], on: dt.date) -> Saved:
    """Give new participants a code and a place on the course.

    Raises
    ------
    InputFault
        When no name is given, or somebody with that very name is on the course already.
    """
    present = {mentor.name.casefold() for mentor in mentors(session, course.id)}
    wanted = [name for name in (" ".join(raw.split()) for raw in names) if name]
    if not wanted:
        raise InputFault.at("names", _("Write at least one name."))
    doubles = [
        name
        for place, name in enumerate(wanted)
        if name.casefold() in present or name.casefold() in map(str.casefold, wanted[:place])
    ]
    if doubles:
        message = _("{name} is on the course already. Write the two names differently.")
        raise InputFault(
            [Fault(message.format(name=name), Place(field="names")) for name in doubles]
        )
    for name in wanted:
        person = Participant(code=new_code(), site_id=course.site_id, created_on=on)
        session.add(person)
        session.flush()
        identities.save_identity(session, person.code, name=name)
        place_on_course(session, course.id, person.code, on)
    return Saved("course", course.id, course.version)


def place_on_course(session: Session, course_id: int, code: str, on: dt.date) -> None:
    """Give a participant who has a code a place on a course, and note it as an event."""
    session.add(Enrolment(course_id=course_id, participant_code=code, enrolled_on=on))
    append_event(session, "participant", code, "enrolled", on, course=course_id)
