"""What waits to be done about pairs, read from the store."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from sqlalchemy.orm import Session

from peerbook.pathways.contact_records import contacts_of
from peerbook.pathways.due import LOOKED_BACK, Due, PlannedDay, due_list, planned_days
from peerbook.pathways.pathway_records import pathways
from peerbook.store import Store, set_setting
from peerbook.store.tables import Setting

CALENDAR_KEY = "calendar_key"


def dues(session: Session, site_id: int | None, today: dt.date) -> list[Due]:
    """Return what is to be done about the pairs of a site, or of all; see `due.due_list`."""
    known = pathways(session, site_id, today, ended_since=today - LOOKED_BACK)
    return due_list(known, today, contacts_of(session, known, today))


def days_of_pairs(session: Session, site_id: int, today: dt.date) -> list[PlannedDay]:
    """Return the days of the pairs of a site that a calendar shows; see `due.planned_days`."""
    known = pathways(session, site_id, today, ended_since=today - LOOKED_BACK)
    return planned_days(known, today, contacts_of(session, known, today))


def calendar_key(store: Store, actor: str) -> str:
    """Return by what calendars know the entries of these data.

    It is made at first use, and is a setting, so that it goes along when all data move elsewhere:
    there, too, a new file replaces what was taken from an old one.
    """
    known = store.setting(CALENDAR_KEY)
    if known is None:
        with store.write(actor) as session:
            made = session.get(Setting, CALENDAR_KEY)
            known = uuid4().hex if made is None else made.value
            if made is None:
                set_setting(session, CALENDAR_KEY, known)
    return str(known)
