"""The days of pairs as a calendar file, which knows pairs by their number only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from peerbook.files.ics import CalendarEntry, calendar_file
from peerbook.files.origin import invented
from peerbook.pathways.due import PlannedDay
from peerbook.pathways.names import day_name
from peerbook.text import _


def pairs_calendar(
    days: Sequence[PlannedDay],
    site: str,
    stamp: dt.datetime,
    *,
    key: str,
    sequence: int,
    synthetic: bool = False,
) -> bytes:
    """Return days of pairs as a calendar file; a later file replaces the entries of an earlier one.

    Parameters
    ----------
    days
        Those struck out too.
    site
        Where.
    stamp
        The moment of writing, with its time zone.
    key
        By what calendars know the entries of these data.
    sequence
        A number that never falls from one file to the next.
    synthetic
        Whether everything in it is invented; every entry then says so.
    """
    entries = [
        CalendarEntry(
            uid=f"{uuid.uuid5(uuid.NAMESPACE_URL, f'{key}/{day.number}/{day.kind}')}@peerbook",
            sequence=sequence,
            title=_("Pair {number}: {what}").format(
                number=day.number, what=day_name(day.kind).lower()
            ),
            date=day.on,
            place=site,
            description=invented() if synthetic else "",
            cancelled=day.is_off,
        )
        for day in days
    ]
    return calendar_file(entries, name=_("Pairs, {site}").format(site=site), stamp=stamp)
