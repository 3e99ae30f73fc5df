"""What has happened with somebody since they first asked, a line each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.orm import Session

from peerbook.people.names import channel_name, end_name
from peerbook.people.pairs import pairs_of
from peerbook.people.participants import STOPPED
from peerbook.privacy import same_person
from peerbook.recruitment import enquiry_records, talk_records
from peerbook.recruitment.names import outcome_name, reason_name, standing_name, wanted_role_name
from peerbook.recruitment.talk_records import OUTCOMES
from peerbook.store import events_of, in_effect
from peerbook.store.tables import Event
from peerbook.text import _, format_date


def history(session: Session, code: str, today: dt.date) -> Iterator[str]:
    """Yield what has happened, in order, a line each."""
    lines: list[tuple[dt.date, str]] = []
    for asked in enquiry_records.of_person(session, code):
        text = _("Asked. Heard of it through: {channel}").format(
            channel=channel_name(asked.heard_via).lower()
        )
        lines.append((asked.asked_on, f"{text}. {asked.note}" if asked.note else text))
    for talk in talk_records.talks(session, code):
        lines.append((talk.date, talk_told(talk.state)))
    for event in in_effect(events_of(session, "participant", code), today):
        if line := _event_line(event):
            lines.append((event.effective_on, line))
    lines += _of_pairs(session, code)
    for day, text in sorted(lines, key=lambda one: one[0]):
        yield f"{format_date(day)}: {text}"


def _of_pairs(session: Session, code: str) -> Iterator[tuple[dt.date, str]]:
    """Yield when they were matched, as what, and how that ended."""
    mine = same_person.codes_of(session, [code])
    for pair in pairs_of(session, [code]):
        matched = (
            _("Matched as a peer: pair {n}")
            if pair.peer in mine
            else _("Matched as a mentor: pair {n}")
        )
        yield pair.matched_on, matched.format(n=pair.number)
        if pair.ended_on is not None and pair.end is not None:
            ended = _("Pair {n} ended: {how}").format(n=pair.number, how=end_name(pair.end).lower())
            yield pair.ended_on, ended


def talk_told(state: str) -> str:
    """Return how it went with a talk, in the user's language."""
    return {
        "held": _("Talk held"),
        "agreed": _("Talk agreed"),
        "cancelled": _("Talk cancelled"),
    }[state]


def _event_line(event: Event) -> str:
    if event.kind == "enrolled":
        return _("On a course, as a mentor")
    if event.kind == STOPPED:
        return standing_name("stopped")
    return decision_told(event) if event.kind in OUTCOMES else ""


def decision_told(event: Event) -> str:
    """Return what somebody decided, with what they said of it: an event of `OUTCOMES`."""
    told = outcome_name(event.kind)
    details = event.details
    if "role" in details:
        return f"{told}, {wanted_role_name(str(details['role'])).lower()}"
    if "reason" in details:
        told = f"{told}: {reason_name(str(details['reason'])).lower()}"
    if "write_on" in details:
        again = _("May be written to from {date}").format(
            date=format_date(dt.date.fromisoformat(details["write_on"]))
        )
        told = f"{told}. {again}"
    return told
