"""Who saw whose name, contacts or CPR number: written down before it is shown.

`store.identities` notes in the session what it hands out; the store writes it down when the session
ends, and hands nothing out that it could not write down. Whoever looks at the same list again in
one visit is noted once a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from peerbook.store.tables import NameSeen, Seen
from peerbook.text.formats import COPENHAGEN

Sighting = tuple[Seen, str]
_NOTED = "seen"


def note(session: Session, seen: Iterable[Sighting]) -> None:
    """Note in a session what it hands out."""
    session.info.setdefault(_NOTED, set()).update(seen)


def noted(session: Session) -> set[Sighting]:
    """Return what a session has handed out and nobody has written down, and forget it there."""
    taken: set[Sighting] = session.info.pop(_NOTED, set())
    return taken


def write(connection: Connection, actor: str, sightings: Iterable[Sighting]) -> None:
    """Write down what was shown, all at once: a list shows the names of hundreds."""
    at = dt.datetime.now(dt.UTC)
    rows = [
        {"at": at, "actor": actor, "what": what, "participant_code": code}
        for what, code in sorted(sightings)
    ]
    if rows:
        connection.execute(insert(NameSeen), rows)


def seen_of(session: Session, code: str) -> list[NameSeen]:
    """Return who has seen a participant's name, contacts or number, the latest first."""
    wanted = select(NameSeen).where(NameSeen.participant_code == code)
    return list(session.scalars(wanted.order_by(NameSeen.seq.desc())))


@dataclass(frozen=True)
class DayOfSightings:
    """Of how many participants somebody saw something on a day in Denmark."""

    day: dt.date
    actor: str
    what: Seen
    people: int


def seen_since(session: Session, day: dt.date) -> list[DayOfSightings]:
    """Return who saw what of how many from a day on, the latest day first."""
    midnight = dt.datetime.combine(day, dt.time(), COPENHAGEN)
    wanted = select(NameSeen).where(NameSeen.at >= midnight)
    people: dict[tuple[dt.date, str, Seen], set[str]] = {}
    for one in session.scalars(wanted):
        key = (one.at.astimezone(COPENHAGEN).date(), one.actor, one.what)
        people.setdefault(key, set()).add(one.participant_code)
    days = [DayOfSightings(*key, len(codes)) for key, codes in people.items()]
    return sorted(days, key=lambda one: (-one.day.toordinal(), one.actor, one.what))
