"""What matching is called on the page."""

from __future__ import annotations

from typing import get_args

from peerbook.store.tables import GatheringKind, PairEnd, VetoKind
from peerbook.text import _

GATHERINGS: tuple[GatheringKind, ...] = get_args(GatheringKind)
VETOES: tuple[VetoKind, ...] = get_args(VetoKind)
PAIR_ENDS: tuple[PairEnd, ...] = get_args(PairEnd)


def role_name(role: str) -> str:
    """Return the name of a role in the user's language."""
    return {"peer": _("Peer"), "mentor": _("Mentor in a pair")}[role]


def gathering_name(kind: str) -> str:
    """Return the name of a kind of gathering in the user's language."""
    return {
        "trip": _("A trip in common"),
        "cafe": _("Café"),
        "walk": _("A walk for two"),
        "common_event": _("Common event"),
    }[kind]


def veto_name(kind: str) -> str:
    """Return why two are not to be matched, in few words."""
    return {
        "family": _("They are family"),
        "known_before": _("They know each other from before"),
        "staff": _("Staff advise against it"),
        "own_wish": _("One of them does not want to"),
        "other": _("Something else"),
    }[kind]


def end_name(end: str) -> str:
    """Return how a pair ended, in the user's language; most ends are no failure."""
    return {
        "completed": _("Completed as agreed"),
        "extended_completed": _("Completed, with three months more"),
        "moved_on": _("On to a job, education or a home of one's own"),
        "changed_mentor": _("Got somebody else"),
        "withdrew": _("Stopped"),
        "lost_contact": _("Lost contact"),
    }[end]
