"""Files with names that left peerbook: who took them and when, for only they can delete them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from peerbook.store import append_event
from peerbook.store.tables import Audit, Event, Participant, Site

TAKEN_OUT = "taken_out"
"""Kind of the event of a site that all its data were taken out with names."""
OWN_FILE = "own_file"
"""Kind of the event of a participant that a file with all about them was made."""


def note_taken_out(session: Session, on: dt.date) -> None:
    """Note of each site that all data were taken out with names, in a session of `store.write`."""
    for site_id in session.scalars(select(Site.id).order_by(Site.id)):
        append_event(session, "site", site_id, TAKEN_OUT, on)


def note_own_file(session: Session, code: str, on: dt.date) -> None:
    """Note that a file with all about a participant was made, in a session of `store.write`."""
    append_event(session, "participant", code, OWN_FILE, on)


def taken_out_with(session: Session, codes: Collection[str]) -> list[Event]:
    """Return what tells of files that have one of some participants in them, the earliest first.

    Parameters
    ----------
    codes
        Whose; they are not deleted yet.
    """
    entered = (
        select(Participant.site_id, func.min(Audit.at))
        .join(Audit, Audit.row_id == Participant.code)
        .where(Audit.table_name == Participant.__tablename__, Participant.code.in_(codes))
        .group_by(Participant.site_id)
    )
    everybodys = [
        (Event.subject_type == "site")
        & (Event.subject_id == str(site_id))
        & (Event.kind == TAKEN_OUT)
        & (Event.recorded_at >= at)
        for site_id, at in session.execute(entered)
    ]
    own = (
        (Event.subject_type == "participant")
        & Event.subject_id.in_(codes)
        & (Event.kind == OWN_FILE)
    )
    return list(session.scalars(select(Event).where(or_(own, *everybodys)).order_by(Event.seq)))
