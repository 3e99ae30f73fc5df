"""Erasing one person (art. 17): first every place that holds something of theirs, then nothing.

What stays is events and audit entries, which know a random code and never a name: they keep the
history whole, and with the identity gone they lead to nobody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.personal import Names
from peerbook.store import identities
from peerbook.store.tables import (
    Attendance,
    Base,
    CatchUp,
    Draft,
    Enrolment,
    Identity,
    Participant,
    Presenter,
)

_OWN: tuple[type[Base], ...] = (Attendance, CatchUp, Presenter, Enrolment, Identity)
"""Tables with rows of one person, in the order they can be deleted in."""


@dataclass(frozen=True)
class Held:
    """How many rows of a person a table holds."""

    table: str
    rows: int


def held_about(session: Session, code: str) -> tuple[Held, ...]:
    """Return the tables that hold something of a person, and how much: what erasing would delete.

    Drafts are counted that name them, in whichever form and whoever was typing.
    """
    found = [Held(table.__tablename__, len(_rows(session, table, code))) for table in _OWN]
    found.append(Held(Draft.__tablename__, len(_drafts(session, code))))
    return tuple(one for one in found if one.rows)


def erase_person(session: Session, code: str) -> tuple[Held, ...]:
    """Delete all that is held about a person, and return what it was.

    In a session of `store.write`. Who calls it remembers the code with `store.backup`, so that no
    backup brings the person back. Somebody who is not there is erased already.
    """
    held = held_about(session, code)
    drafts = _drafts(session, code)
    for table in _OWN:
        for row in _rows(session, table, code):
            session.delete(row)
        session.flush()
    for draft in drafts:
        session.delete(draft)
    person = session.get(Participant, code)
    if person is not None:
        session.delete(person)
    session.flush()
    return held


def _rows(session: Session, table: type[Base], code: str) -> list[Base]:
    column = table.__table__.c.participant_code
    return list(session.scalars(select(table).where(column == code)))


def _drafts(session: Session, code: str) -> list[Draft]:
    names = Names(identities.name_of(session, [code]).values())
    return [
        draft
        for draft in session.scalars(select(Draft))
        if (text := json.dumps(draft.values, ensure_ascii=False))
        and (code in text or names.any_in(text))
    ]
