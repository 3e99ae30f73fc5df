"""The handbook: short chapters in plain Danish, read from Markdown files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from peerbook.paths import product_folder

WORKBOOKS_FROM_HERE = "../../workbooks/"
"""How a chapter points at a page, so that its links work where the files are read as files too."""

_CHAPTER = re.compile(r"\d\d_[a-z_]+\.md")
_TITLE = re.compile(r"# (.+)\n+")


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Parameters
    ----------
    id
        Its file name without number and ending.
    title
        Its heading.
    text
        All that follows, in Markdown; links to pages are as the pages themselves write them.
    """

    id: str
    title: str
    text: str


@lru_cache
def handbook() -> tuple[Chapter, ...]:
    """Return the chapters in reading order."""
    return tuple(
        _chapter(path)
        for path in sorted(handbook_folder().iterdir())
        if _CHAPTER.fullmatch(path.name)
    )


def handbook_folder() -> Path:
    """Return the folder of the chapters and of the accessibility statement."""
    return product_folder("docs") / "handbook"


def _chapter(path: Path) -> Chapter:
    whole = path.read_text("utf-8")
    title = _TITLE.match(whole)
    if title is None:
        raise ValueError(f"{path.name} does not begin with its title")
    text = whole[title.end() :].replace(f"]({WORKBOOKS_FROM_HERE}", "](")
    return Chapter(path.stem[3:], title[1].strip(), text.strip())
