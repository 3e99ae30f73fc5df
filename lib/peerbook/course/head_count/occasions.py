"""What people can come to without signing up, and what it is called on the page."""

from __future__ import annotations

from peerbook.store.tables import Occasion
from peerbook.text import _

OCCASIONS: tuple[Occasion, ...] = ("cafe", "info_meeting", "common_event")
"""The most frequent first."""


def occasion_name(occasion: str) -> str:
    """Return the name of an occasion in the user's language."""
    return {
        "cafe": _("Café"),
        "info_meeting": _("Information meeting"),
        "common_event": _("Common event"),
    }[occasion]
