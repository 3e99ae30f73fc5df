"""A chapter of somebody's own file: one kind of data."""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """One kind of data in the file.

    Parameters
    ----------
    title
        What it is.
    headings
        Of the columns.
    rows
        What is kept, one line each.
    note
        What to know about it, before the table.
    """

    title: str
    headings: Row
    rows: tuple[Row, ...] = ()
    note: str = ""
