"""A Danish text that is handed out, with how easy it is to read."""

from __future__ import annotations

from peerbook.text.readability import reading_note
from peerbook.ui.page import Prose


def danish_text(markdown: str) -> list[Prose]:
    """Return a Danish text as prose, and under it its LIX."""
    return [Prose(markdown, language="da"), Prose(f"*{reading_note(markdown)}*")]
