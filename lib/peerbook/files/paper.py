"""What every paper that is handed out has in common: its language, and so what it is called."""

from __future__ import annotations

from peerbook.files.origin import file_name
from peerbook.text import written_in
from peerbook.text.words import Language

PAPER_LANGUAGE: Language = "da"
"""What the forms and the course are written in, whoever prints them."""


def paper_name(name: str, *, synthetic: bool) -> str:
    """Return the name of a file to print."""
    with written_in(PAPER_LANGUAGE):
        return file_name(name, "pdf", synthetic=synthetic)
