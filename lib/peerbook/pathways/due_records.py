"""What waits to be done about pairs, read from the store."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from peerbook.pathways.contact_records import contacts_of
from peerbook.pathways.due import LOOKED_BACK, Due, due_list
from peerbook.pathways.pathway_records import pathways


def dues(session: Session, site_id: int | None, today: dt.date) -> list[Due]:
    """Return what is to be done about the pairs of a site, or of all; see `due.due_list`."""
    known = pathways(session, site_id, today, ended_since=today - LOOKED_BACK)
    return due_list(known, today, contacts_of(session, known, today))
