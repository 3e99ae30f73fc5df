"""How a planned date is kept, the same in every language: in its row, and in events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from peerbook.course.schedule.calendar import Closure, Reason, Resource, in_users_language
from peerbook.course.schedule.plan import Avoided, CoursePlan, PlannedDate
from peerbook.course.schedule.plan_wishes import is_note_of, note_of
from peerbook.store.tables import CourseDate
from peerbook.text import LANGUAGES, _, written_in

_ACCEPTED = "accepted"
"""In `avoided`, what holds the reasons that were accepted and not avoided."""
_ALTHOUGH = "*although"
"""The note of a date that stands where it does in spite of what was accepted."""


def _phrases() -> dict[str, str]:
    """Return what the program itself writes about a date, in the user's language, by its mark."""
    return {
        "*made_backwards": _("The plan was made backwards from this day."),
        "*removed": _("The course was removed."),
    }


def kept_words(text: str) -> str:
    """Return a text as it is kept: what the program wrote as a mark, all else as it was typed."""
    return _mark_of(text) or (f"*{text}" if _looks_like_mark(text) else text)


def told_words(kept: str) -> str:
    """Return a text that was kept in the user's language; also one from before there were marks."""
    phrase = _phrases().get(_mark_of(kept) or kept)
    is_typed = kept.startswith("**") and _looks_like_mark(kept)
    return phrase or (kept[1:] if is_typed else kept)


def _mark_of(text: str) -> str | None:
    """Return the mark of a phrase the program writes, in any language."""
    for language in LANGUAGES if text else ():
        with written_in(language):
            for mark, phrase in _phrases().items():
                if text == phrase:
                    return mark
    return None


def _looks_like_mark(text: str) -> bool:
    """Return whether a text is a mark, whatever the number of stars it begins with."""
    return text.startswith("*") and f"*{text.lstrip('*')}" in (_ALTHOUGH, *_phrases())


def kept_reason(reason: Reason) -> object:
    """Return a reason as it is kept, the same in every language."""
    if reason.kind == "told":
        return reason.label
    kept = {
        "kind": reason.kind, "date": reason.date and reason.date.isoformat(),
        "label": reason.label, "item": reason.item, "days": reason.days,
        "resource": _kept_resource(reason.resource),
        "closure": reason.closure and {
            "starts_on": reason.closure.starts_on.isoformat(),
            "ends_on": reason.closure.ends_on.isoformat(),
            "kind": reason.closure.kind, "label": reason.closure.label,
            "resource": _kept_resource(reason.closure.resource),
        },
    }  # fmt: skip
    return {name: value for name, value in kept.items() if value}


def _kept_resource(resource: Resource | None) -> list[str] | None:
    return None if resource is None else [resource.kind, resource.label]


def told_reason(kept: Any) -> Reason:
    """Return a reason that was kept; one from before it was kept in every language is a text."""
    if isinstance(kept, str):
        return Reason("told", label=kept)
    found = dict(kept)
    closed = found.pop("closure", None)
    if closed is not None:
        days = {name: dt.date.fromisoformat(closed[name]) for name in ("starts_on", "ends_on")}
        closed = in_users_language(Closure(**closed | days | _told_resource(closed)))
    on = {"date": dt.date.fromisoformat(found["date"])} if "date" in found else {}
    item = {"item": (found["item"][0], found["item"][1])} if "item" in found else {}
    return Reason(**found | on | item | _told_resource(found), closure=closed)


def _told_resource(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"resource": Resource(*kept["resource"])} if kept.get("resource") else {}


def filled(row: CourseDate, date: PlannedDate) -> CourseDate:
    """Return the row with everything the plan knows about the date."""
    row.kind, row.number = date.kind, date.number
    row.date, row.starts_at, row.ends_at = date.date, date.starts_at, date.ends_at
    row.pinned, row.pin_reason = date.pinned, kept_words(date.pin_reason) or None
    is_although = bool(date.accepted) and is_note_of(date.note, date.accepted)
    row.status, row.note = date.status, _ALTHOUGH if is_although else kept_words(date.note)
    row.teachers, row.room = list(date.teachers), date.room
    row.avoided = [
        {
            "date": avoided.date.isoformat(),
            "reasons": [kept_reason(reason) for reason in avoided.reasons],
        }
        for avoided in date.avoided
    ]
    if date.accepted:
        accepted = [kept_reason(reason) for reason in date.accepted]
        row.avoided.append({"date": date.date.isoformat(), _ACCEPTED: accepted})
    return row


def read_again(date: PlannedDate) -> PlannedDate:
    """Return a date as it would be read if it were saved now, also one read in another language."""
    return planned(filled(CourseDate(), date))


def planned(row: CourseDate) -> PlannedDate:
    """Return the date a row holds, in the user's language."""
    accepted = tuple(told_reason(kept) for one in row.avoided for kept in one.get(_ACCEPTED, ()))
    return PlannedDate(
        kind=row.kind,
        number=row.number,
        date=row.date,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        avoided=tuple(
            Avoided(
                dt.date.fromisoformat(one["date"]),
                tuple(told_reason(kept) for kept in one["reasons"]),
            )
            for one in row.avoided
            if _ACCEPTED not in one
        ),
        accepted=accepted,
        pinned=row.pinned,
        pin_reason=told_words(row.pin_reason or ""),
        note=note_of(accepted) if row.note == _ALTHOUGH and accepted else told_words(row.note),
        status=row.status,
        teachers=tuple(row.teachers),
        room=row.room,
    )


def snapshot(plan: CoursePlan) -> list[dict[str, object]]:
    """Return a plan's dates as an event holds them: no remarks, no reasons."""
    return [
        {
            "kind": date.kind,
            "number": date.number,
            "date": date.date.isoformat(),
            "starts_at": date.starts_at.isoformat() if date.starts_at else None,
            "ends_at": date.ends_at.isoformat() if date.ends_at else None,
            "room": date.room,
            "status": date.status,
        }
        for date in plan.dates
    ]


def from_snapshot(date: Mapping[str, Any]) -> PlannedDate:
    """Return a date that an event holds."""
    starts_at, ends_at = (
        None if date[name] is None else dt.time.fromisoformat(date[name])
        for name in ("starts_at", "ends_at")
    )
    return PlannedDate(
        kind=date["kind"], number=date["number"], date=dt.date.fromisoformat(date["date"]),
        starts_at=starts_at, ends_at=ends_at, room=date.get("room", ""), status=date["status"],
    )  # fmt: skip
