"""The rota as a calendar file, in which no participant is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from peerbook.cafe.rota_records import Shift
from peerbook.files.ics import CalendarEntry, calendar_file
from peerbook.text import _, format_list, ngettext


def rota_calendar(
    shown: Sequence[Shift], site: str, stamp: dt.datetime, *, synthetic: bool = False
) -> bytes:
    """Return cafés as a calendar file; a later file replaces the entries of an earlier one.

    Participants who are hosts are counted and not named, for a calendar is seen by many.

    Parameters
    ----------
    shown
        The cafés, those called off too.
    site
        Where.
    stamp
        The moment of writing, with its time zone.
    synthetic
        Whether everything in it is invented; the calendar and every entry then say so.
    """
    name = _("Café, {site}").format(site=site)
    if synthetic:
        name = _("{name} (invented)").format(name=name)
    notice = _("Demonstration: everything in this file is invented.") if synthetic else ""
    entries = [
        CalendarEntry(
            uid=one.uid,
            sequence=one.sequence,
            title=_("{name}: a host is missing").format(name=name) if one.is_free else name,
            date=one.opening.date,
            starts_at=one.opening.starts_at,
            ends_at=one.opening.ends_at,
            place=", ".join(filter(None, [one.opening.place, site])),
            description="\n".join(filter(None, [_who(one), notice])),
            cancelled=one.opening.is_cancelled,
        )
        for one in shown
    ]
    return calendar_file(entries, name=name, stamp=stamp)


def _who(one: Shift) -> str:
    count = len(one.hosts.codes) + one.hosts.unknown
    others = [ngettext("{n} participant", "{n} participants", count).format(n=count)]
    hosts = [*one.hosts.labels, *(others if count else [])]
    return _("Host: {who}").format(who=format_list(hosts)) if hosts else ""
