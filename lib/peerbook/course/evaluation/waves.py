"""The evaluations of a course: which there are, and what they are called on the page."""

from __future__ import annotations

from peerbook.store.tables import Wave
from peerbook.text import _

WAVES: tuple[Wave, ...] = ("mid", "final", "follow_up")
"""In the order they are asked; each has the form of its own name."""


def wave_name(wave: str) -> str:
    """Return the name of an evaluation in the user's language."""
    return {
        "mid": _("Mid-course evaluation"),
        "final": _("Final evaluation"),
        "follow_up": _("Follow-up"),
    }[wave]
