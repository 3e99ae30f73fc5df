"""Somebody's own words inside a text in Markdown."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")


def literal(text: str) -> str:
    """Return somebody's own words as Markdown that shows them as they stand, on one line."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(text.split()))
