"""What the parts of a day are called, and what they need, on the page and on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from peerbook.course.curriculum import Activity, Kind
from peerbook.course.schedule.day_plan import has_lunch
from peerbook.text import _


def activity_name(kind: Kind, starts_at: dt.time) -> str:
    """Return the name of a kind of activity, on a day that begins then, in the user's language."""
    return {
        Kind.WELCOME: _("Welcome"),
        Kind.LESSON: _("Lesson"),
        Kind.EXERCISE: _("Exercise"),
        Kind.BREAK: _("Break"),
        Kind.LUNCH: _("Lunch") if has_lunch(starts_at) else _("Light meal"),
        Kind.REFLECTION: _("Reflection"),
        Kind.EVALUATION: _("Evaluation"),
    }[kind]


def activity_title(activity: Activity, starts_at: dt.time) -> str:
    """Return what an activity is called on a day that begins then."""
    is_other_meal = activity.kind is Kind.LUNCH and not has_lunch(starts_at)
    return activity_name(Kind.LUNCH, starts_at) if is_other_meal else activity.title


def spare_name() -> str:
    """Return what the time is called that is left when all of a day is done."""
    return _("Time to spare")


def activity_note(activity: Activity) -> str:
    """Return how the room works and what must lie ready; empty when neither is said."""
    said = []
    if activity.groups:
        said.append(_("How you sit: {groups}.").format(groups=activity.groups))
    if activity.materials:
        said.append(_("Have ready: {things}.").format(things=", ".join(activity.materials)))
    return " ".join(said)


def materials_of(activities: Iterable[Activity]) -> list[str]:
    """Return what must lie ready for all of them, each thing once."""
    return list(dict.fromkeys(thing for one in activities for thing in one.materials))
