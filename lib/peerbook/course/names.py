"""What is recorded is called on the page: dates, who came, and what people can come to."""

from __future__ import annotations

import datetime as dt
from typing import Final

from peerbook.text import _, format_span

NUMBERED = ("teaching_day", "sparring", "erfa_group", "final_assignment")


def kind_name(kind: str) -> str:
    """Return the name of a kind of date in the user's language."""
    return {
        "teaching_day": _("Teaching day"),
        "sparring": _("Group sparring"),
        "mid_evaluation": _("Mid-course evaluation"),
        "final_evaluation": _("Final evaluation"),
        "graduation": _("Graduation"),
        "final_assignment": _("Presentation of final assignments"),
        "erfa_group": _("Erfa group"),
    }[kind]


def date_name(kind: str, number: int) -> str:
    """Return the name of one date: its kind, and its number where there are several."""
    return f"{kind_name(kind)} {number}" if kind in NUMBERED else kind_name(kind)


def hours_of(starts_at: dt.time | None, ends_at: dt.time | None) -> str:
    """Return from when to when a date lasts; what has no time of its own is held with the day."""
    if starts_at is None or ends_at is None:
        return _("with the teaching day")
    return format_span(starts_at, ends_at)


def status_name(status: str) -> str:
    """Return how a date stands, in the user's language."""
    return {
        "planned": _("Planned"),
        "moved": _("Moved"),
        "cancelled": _("Cancelled"),
        "held": _("Held"),
    }[status]


STATUSES: Final = ("present", "apology", "absent", "paused", "not_enrolled")


def attendance_name(status: str) -> str:
    """Return the name of an attendance status in the user's language."""
    return {
        "present": _("Present"),
        "apology": _("Sent an apology"),
        "absent": _("Absent without word"),
        "paused": _("On a pause"),
        "not_enrolled": _("Not yet enrolled"),
    }[status]


OCCASIONS: Final = ("cafe", "info_meeting", "common_event")
"""What people can come to without signing up, the most frequent first."""


def occasion_name(occasion: str) -> str:
    """Return the name of an occasion in the user's language."""
    return {
        "cafe": _("Café"),
        "info_meeting": _("Information meeting"),
        "common_event": _("Common event"),
    }[occasion]
