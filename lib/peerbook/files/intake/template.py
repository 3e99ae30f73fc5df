"""A template: a file to fill, described once.

From the description come the blank file and the data dictionary (`blank`) and the checks of a
filled file (`reading`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandera.pandas as pa

from peerbook.files.intake.columns import squeezed

_KEY = re.compile(r"\[\s*([a-z][a-z0-9_]*)\s*\]\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"^\d{1,3}\s*[.):]\s*")


@dataclass(frozen=True)
class Template:
    """A file to fill.

    Parameters
    ----------
    schema
        Name (the id), title, description (what to do with the file), columns, and rules for whole
        rows, whose checks must answer for each row.
    version
        Version of what is asked; a file filled after another version is refused.
    file_name
        Name of the blank file, without ending.
    max_rows
        Most rows that may be filled.
    """

    schema: pa.DataFrameSchema
    version: str
    file_name: str
    max_rows: int = 500

    @property
    def id(self) -> str:
        """What the template is called in code, in files and in the store."""
        return str(self.schema.name)

    @property
    def title(self) -> str:
        """What people call it; also the title of the sheet to fill."""
        return str(self.schema.title)

    @property
    def mark(self) -> str:
        """What the guide sheet of a blank file carries, to tell the file by."""
        return f"[{self.id} {self.version}]"

    def columns(self) -> Iterator[tuple[str, pa.Column]]:
        """Return the columns with one heading each, by name."""
        return ((name, column) for name, column in self.schema.columns.items() if not column.regex)

    @property
    def open_column(self) -> pa.Column | None:
        """The column that stands for any number of columns, None when there is none."""
        return next((column for column in self.schema.columns.values() if column.regex), None)

    def headings(self) -> dict[str, pa.Column]:
        """Return the headings of a blank file, in order, with the columns they stand for."""
        found = {f"{shown_heading(column)}\n[{name}]": column for name, column in self.columns()}
        if self.open_column is not None:
            found |= dict.fromkeys(self.open_column.metadata["offered"], self.open_column)
        return found

    def column_of(self, heading: str) -> str | None:
        """Return the name of the column a heading stands for, None when it is not known.

        The key in brackets decides; without one, the words. Where the words are those of another
        column than the key, the heading is not known.
        """
        key = _KEY.search(heading)
        words = plain_heading(heading)
        by_words = {squeezed(str(column.title)): name for name, column in self.columns()}
        meant = by_words.get(squeezed(_NUMBER.sub("", words)), by_words.get(squeezed(words)))
        if key is not None:
            named = key[1].lower()
            if named in dict(self.columns()):
                return named if meant in (None, named) else None
        if meant is None and self.open_column is not None:
            fits = re.fullmatch(str(self.open_column.name), words, re.IGNORECASE | re.DOTALL)
            return words if fits else None
        return meant


def shown_heading(column: pa.Column) -> str:
    """Return a column's heading as people read it: its question, with its number."""
    number = (column.metadata or {}).get("number")
    return str(column.title) if number is None else f"{number}. {column.title}"


def plain_heading(heading: str) -> str:
    """Return a heading on one line and without its key."""
    return " ".join(_KEY.sub("", heading).split())
