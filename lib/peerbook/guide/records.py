"""What the help page reads from and writes to the store: who answers for the app, and when the
accessibility statement was last gone through.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from sqlalchemy.orm import Session

from peerbook.guide.accessibility import Organisation
from peerbook.store import Store, refuse_overtaken, set_setting
from peerbook.store.tables import Setting

ORGANISATION = "organisation"
REVIEWED_ON = "accessibility_reviewed_on"


def organisation(store: Store) -> Organisation:
    """Return who answers for the app, with empty fields where it is not set."""
    return Organisation(**store.setting(ORGANISATION, {}))


def reviewed_on(store: Store) -> dt.date | None:
    """Return when the accessibility statement was last gone through."""
    day = store.setting(REVIEWED_ON)
    return None if day is None else dt.date.fromisoformat(day)


def save_organisation(session: Session, mine: Organisation, seen: Organisation) -> None:
    """Save who answers for the app, unless it is no longer what the user saw.

    Raises
    ------
    Conflict
        When somebody else has changed it.
    """
    row = session.get(Setting, ORGANISATION)
    stored = Organisation() if row is None else Organisation(**row.value)
    refuse_overtaken(asdict(seen), asdict(stored), asdict(mine))
    set_setting(session, ORGANISATION, asdict(mine))


def save_reviewed_on(session: Session, day: dt.date) -> None:
    """Save when the accessibility statement was gone through."""
    set_setting(session, REVIEWED_ON, day.isoformat())
