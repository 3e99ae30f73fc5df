"""Calendar files that people can put into any calendar, and that replace what they put in before.

An entry keeps its UID for ever and counts its SEQUENCE up with every change; calendars then update
the entry they have. RFC 5545 gives the format, RFC 5546 the meaning of SEQUENCE and STATUS. The
files hold nobody's name unless the caller writes one into a text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vText

PRODUCT = "-//peerbook//peerbook//DA"
ZONE = "Europe/Copenhagen"

# Danish summer time by the European rule since 1996; Windows calendars need it written out.
_SUMMER = ("19810329T020000", {"freq": "yearly", "bymonth": 3, "byday": "-1su"})
_WINTER = ("19961027T030000", {"freq": "yearly", "bymonth": 10, "byday": "-1su"})


@dataclass(frozen=True)
class CalendarEntry:
    """One entry of a calendar.

    Parameters
    ----------
    uid
        The same for as long as the entry lives.
    sequence
        Number of changes so far.
    title, place, description
        Shown to people.
    date, starts_at, ends_at
        When, in Danish time; without times it takes the whole day.
    cancelled
        Whether it is called off; the calendar then removes or strikes it out.
    """

    uid: str
    sequence: int
    title: str
    date: dt.date
    starts_at: dt.time | None = None
    ends_at: dt.time | None = None
    place: str = ""
    description: str = ""
    cancelled: bool = False


def calendar_file(entries: Sequence[CalendarEntry], *, name: str, stamp: dt.datetime) -> bytes:
    """Return the entries as an iCalendar file.

    Parameters
    ----------
    entries
        What the file holds; cancelled entries belong in it too.
    name
        What calendars show as the calendar's name.
    stamp
        The moment of writing, with its time zone.

    Raises
    ------
    ValueError
        When two entries have one UID, or the stamp has no time zone.
    """
    uids = [entry.uid for entry in entries]
    if len(set(uids)) < len(uids):
        raise ValueError("two entries have the same UID")
    if stamp.tzinfo is None:
        raise ValueError("the stamp needs a time zone")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # A file of nothing but called-off entries is a cancellation; all others are published.
    all_off = bool(entries) and all(entry.cancelled for entry in entries)
    calendar.add("method", "CANCEL" if all_off else "PUBLISH")
    calendar.add("x-wr-calname", vText(" ".join(_clean(name).split())))
    calendar.add("x-wr-timezone", ZONE)
    calendar.add_component(_copenhagen())
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, stamp: dt.datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", stamp.astimezone(dt.UTC))
    event.add("last-modified", stamp.astimezone(dt.UTC))
    event.add("summary", _clean(entry.title))
    if entry.starts_at is None or entry.ends_at is None:
        event.add("dtstart", entry.date)
        event.add("dtend", entry.date + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", dt.datetime.combine(entry.date, entry.starts_at, ZoneInfo(ZONE)))
        event.add("dtend", dt.datetime.combine(entry.date, entry.ends_at, ZoneInfo(ZONE)))
    if entry.place:
        event.add("location", _clean(entry.place))
    if entry.description:
        event.add("description", _clean(entry.description))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _copenhagen() -> Timezone:
    zone = Timezone()
    zone.add("tzid", ZONE)
    for component, (since, rule), name, before, after in (
        (TimezoneDaylight(), _SUMMER, "CEST", 1, 2),
        (TimezoneStandard(), _WINTER, "CET", 2, 1),
    ):
        component.add("dtstart", dt.datetime.strptime(since, "%Y%m%dT%H%M%S"))
        component.add("rrule", rule)
        component.add("tzname", name)
        component.add("tzoffsetfrom", dt.timedelta(hours=before))
        component.add("tzoffsetto", dt.timedelta(hours=after))
        zone.add_component(component)
    return zone


def _clean(text: str) -> str:
    """Return a text without control characters, which no calendar can read."""
    return "".join(
        sign
        for sign in text.replace("\r\n", "\n").replace("\r", "\n")
        if sign == "\n" or (sign.isprintable() or sign == "\t")
    )
