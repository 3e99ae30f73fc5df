"""What matching is called on the page."""

from __future__ import annotations

from typing import get_args

from peerbook.store.tables import GatheringKind, VetoKind
from peerbook.text import _

GATHERINGS: tuple[GatheringKind, ...] = get_args(GatheringKind)
VETOES: tuple[VetoKind, ...] = get_args(VetoKind)


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
