"""A Danish text that is handed out, with how easy it is to read folded away below it."""

from __future__ import annotations

from peerbook.text import _
from peerbook.text.readability import reading_note
from peerbook.ui.page import Disclosure, Prose
from peerbook.ui.part import Part


def danish_text(markdown: str) -> list[Part]:
    """Return a Danish text as prose, and under it its LIX."""
    return [Prose(markdown, language="da"), how_easy(markdown)]


def how_easy(text: str) -> Disclosure:
    """Return how easy a text that is handed out is to read, for those who write in it."""
    return Disclosure(_("For those who edit the text"), [Prose(reading_note(text))])
