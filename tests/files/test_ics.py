"""The files are read back by a reader of our own, written from RFC 5545 and not from the writer."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from peerbook.course.planning.plan_files import calendar_bytes
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.plan import CourseTemplate, Item, PlanRequest
from peerbook.course.schedule.plan_moves import cancel, move
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.files.ics import CalendarEntry, calendar_file

STAYING = ("sparring", "final_assignment", "erfa_group")
STAMP = dt.datetime(2026, 1, 2, 12, 30, tzinfo=dt.UTC)
ENTRY = CalendarEntry("a@peerbook", 0, "Day", dt.date(2026, 3, 11), dt.time(10), dt.time(15, 30))


def lines_of(data):
    """Return the unfolded lines (RFC 5545, 3.1), each folded one having kept to 75 octets."""
    assert data.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    return data.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]


def unescaped(text):
    """Return a TEXT value as people see it (RFC 5545, 3.3.11)."""
    signs = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: signs[match.group(1)], text)


def components(data, name):
    """Return the components of a name as {property: (parameters, value)}."""
    found, current = [], None
    for line in lines_of(data):
        if line == f"BEGIN:{name}":
            current = {}
        elif line == f"END:{name}":
            found.append(current)
            current = None
        elif current is not None and not line.startswith(("BEGIN:", "END:")):
            head, value = line.split(":", 1)
            prop, *parameters = head.split(";")
            current[prop] = (dict(one.split("=") for one in parameters), value)
    return found


def entries(data):
    return {event["UID"][1]: event for event in components(data, "VEVENT")}


class Calendar:
    """A calendar people have: it takes a file in as RFC 5546 asks of a calendar program."""

    def __init__(self):
        self.held = {}

    def take_in(self, data):
        for uid, event in entries(data).items():
            known = self.held.get(uid)
            newer = known is None or int(event["SEQUENCE"][1]) > int(known["SEQUENCE"][1])
            if newer:
                self.held[uid] = event

    def shown(self):
        return {
            uid: event["DTSTART"][1]
            for uid, event in self.held.items()
            if event["STATUS"][1] != "CANCELLED"
        }


def test_an_entry_is_in_danish_time_with_the_zone_written_out():
    data = calendar_file([ENTRY], name="Course", stamp=STAMP)
    event = entries(data)["a@peerbook"]
    assert event["DTSTART"] == ({"TZID": "Europe/Copenhagen"}, "20260311T100000")
    assert event["DTEND"] == ({"TZID": "Europe/Copenhagen"}, "20260311T153000")
    assert event["DTSTAMP"][1] == "20260102T123000Z"
    zone = tzical(io.StringIO("\r\n".join(lines_of(data)))).get("Europe/Copenhagen")
    # Winter time is an hour ahead of UTC, summer time two; 2026 changes on 29 March, 25 October.
    offsets = [
        dt.datetime(2026, month, day, 12, tzinfo=zone).utcoffset() / dt.timedelta(hours=1)
        for month, day in ((3, 28), (3, 29), (10, 24), (10, 25))
    ]
    assert offsets == [1, 2, 2, 1]


def test_an_entry_without_times_takes_a_day_and_nobodys_time():
    data = calendar_file([replace(ENTRY, starts_at=None, ends_at=None)], name="", stamp=STAMP)
    event = entries(data)["a@peerbook"]
    assert event["DTSTART"] == ({"VALUE": "DATE"}, "20260311")
    assert event["DTEND"] == ({"VALUE": "DATE"}, "20260312")
    assert event["TRANSP"][1] == "TRANSPARENT"


def test_the_year_ends_without_a_slip():
    data = calendar_file(
        [replace(ENTRY, date=dt.date(2026, 12, 31), starts_at=None)], name="", stamp=STAMP
    )
    assert entries(data)["a@peerbook"]["DTEND"][1] == "20270101"


@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_was_written(text):
    data = calendar_file([replace(ENTRY, title=text)], name=text, stamp=STAMP)
    seen = unescaped(entries(data)["a@peerbook"]["SUMMARY"][1])
    kept = "".join(
        sign
        for sign in text.replace("\r\n", "\n").replace("\r", "\n")
        if sign in "\n\t" or sign.isprintable()
    )
    assert seen == kept


def test_text_cannot_become_a_property_of_its_own():
    nasty = "Day\r\nATTENDEE:mailto:x@example.org\nEND:VEVENT;BEGIN:VALARM, \\n 😀 <script>"
    entry = replace(ENTRY, title=nasty, place=nasty, description=nasty)
    data = calendar_file([entry], name=nasty, stamp=STAMP)
    (event,) = components(data, "VEVENT")
    assert "ATTENDEE" not in event
    assert components(data, "VALARM") == []
    assert unescaped(event["DESCRIPTION"][1]) == nasty.replace("\r\n", "\n")


def test_a_file_is_published_and_a_file_of_nothing_but_cancellations_cancels():
    gone = replace(ENTRY, uid="b@peerbook", sequence=1, cancelled=True)
    both = calendar_file([ENTRY, gone], name="x", stamp=STAMP)
    assert "METHOD:PUBLISH" in lines_of(both)
    assert entries(both)["b@peerbook"]["STATUS"][1] == "CANCELLED"
    assert entries(both)["a@peerbook"]["STATUS"][1] == "CONFIRMED"
    assert "METHOD:CANCEL" in lines_of(calendar_file([gone], name="x", stamp=STAMP))


def test_two_entries_with_one_uid_and_a_stamp_without_zone_are_mistakes():
    with pytest.raises(ValueError, match="UID"):
        calendar_file([ENTRY, ENTRY], name="x", stamp=STAMP)
    with pytest.raises(ValueError, match="time zone"):
        calendar_file([ENTRY], name="x", stamp=STAMP.replace(tzinfo=None))


# -- a course's calendar -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan():
    request = PlanRequest(
        "spring", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2,
        title="Forårshold; Vejle, 2026", room="Salen", site="Vejle",
    )  # fmt: skip
    return plan_course(request, DanishCalendar())


def ids_of(plan, sequences=None):
    return {
        date.item: (f"{date.kind}-{date.number}@peerbook", (sequences or {}).get(date.item, 0))
        for date in plan.dates
    }


def test_every_date_of_a_plan_has_an_entry(plan):
    found = entries(calendar_bytes(plan, ids_of(plan), STAMP))
    assert len(found) == len(plan.dates)
    day = found["teaching_day-1@peerbook"]
    assert unescaped(day["SUMMARY"][1]).startswith("Forårshold; Vejle, 2026: ")
    assert unescaped(day["LOCATION"][1]) == "Salen, Vejle"


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_calendar_and_every_entry_of_a_demonstration_say_so(plan, monkeypatch, synthetic):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    gone = cancel(plan, Item("erfa_group", 1), "summer").plan
    data = calendar_bytes(gone, ids_of(gone), STAMP, synthetic=synthetic)
    found = entries(data)
    for entry in found.values():
        assert ("(invented)" in unescaped(entry["SUMMARY"][1])) == synthetic
        told = unescaped(entry["DESCRIPTION"][1]) if "DESCRIPTION" in entry else ""
        assert ("is invented" in told) == synthetic
    assert "Cancelled: summer" in unescaped(found["erfa_group-1@peerbook"]["DESCRIPTION"][1])
    (name,) = [line for line in lines_of(data) if line.startswith("X-WR-CALNAME")]
    assert ("(invented)" in name) == synthetic


def test_nothing_is_confirmed_on_a_day_on_which_everything_else_is_cancelled(plan):
    gone = plan
    for day in plan.of_kind("teaching_day"):
        gone = cancel(gone, day.item, "no room").plan
    found = entries(calendar_bytes(gone, ids_of(gone), STAMP))
    on = {
        event["SUMMARY"][1].rpartition(": ")[2]
        for event in found.values()
        if event["STATUS"][1] == "CONFIRMED"
    }
    assert on == {date.name for date in plan.dates if date.kind in STAYING}


def test_an_updated_file_replaces_the_first_and_an_old_one_does_not_bring_it_back(plan):
    day, erfa = Item("teaching_day", 3), Item("erfa_group", 1)
    moved = move(plan, day, dt.date(2026, 3, 18), calendar=DanishCalendar())
    after = cancel(moved.plan, erfa, "summer").plan
    changed = {day, erfa, *(one.item for one in moved.consequences)}
    first = calendar_bytes(plan, ids_of(plan), STAMP)
    second = calendar_bytes(after, ids_of(after, dict.fromkeys(changed, 1)), STAMP)
    mine = Calendar()
    mine.take_in(first)
    assert mine.shown()["teaching_day-3@peerbook"] == "20260311T100000"
    mine.take_in(second)
    shown = mine.shown()
    assert shown["teaching_day-3@peerbook"] == "20260318T100000"
    assert shown["sparring-3@peerbook"] == "20260401T100000"
    assert "erfa_group-1@peerbook" not in shown
    assert len(shown) == len(plan.dates) - 1
    mine.take_in(first)
    assert mine.shown() == shown
