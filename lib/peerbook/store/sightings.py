"""Who saw whose name, contacts or CPR number: written down before it is shown.

`store.identities` notes in the session what it hands out; the store writes it down when the session
ends, and hands nothing out that it could not write down. Whoever looks at the same list again in
one visit is noted once a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.store.tables import NameSeen, Seen

Sighting = tuple[Seen, str]
_NOTED = "seen"


def note(session: Session, seen: Iterable[Sighting]) -> None:
    """Note in a session what it hands out."""
    session.info.setdefault(_NOTED, set()).update(seen)


def noted(session: Session) -> set[Sighting]:
    """Return what a session has handed out and nobody has written down, and forget it there."""
    taken: set[Sighting] = session.info.pop(_NOTED, set())
    return taken


def rows(actor: str, sightings: Iterable[Sighting]) -> list[NameSeen]:
    """Return what is to be written down."""
    at = dt.datetime.now(dt.UTC)
    return [
        NameSeen(at=at, actor=actor, what=what, participant_code=code)
        for what, code in sorted(sightings)
    ]


def seen_of(session: Session, code: str) -> list[NameSeen]:
    """Return who has seen a participant's name, contacts or number, the latest first."""
    wanted = select(NameSeen).where(NameSeen.participant_code == code)
    return list(session.scalars(wanted.order_by(NameSeen.seq.desc())))
