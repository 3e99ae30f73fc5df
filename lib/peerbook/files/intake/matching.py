"""Files other programs made: which of their columns is which of ours.

A `Source` is a program whose exports are known; a `Matching` is what the user has said of one
export of hers. A file that is matched is told to the reader as if it were the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl.utils import get_column_letter

from peerbook.files.intake.columns import (
    Notation,
    Unreadable,
    as_text,
    kind_of,
    read_cell,
    squeezed,
)
from peerbook.files.intake.template import Template, plain_heading
from peerbook.files.spreadsheet import Value
from peerbook.files.table import SheetRows, Table

WITH_WORDS = ("code", "choice", "yes_no")
MOST_WORDS = 20


_PLAIN = Notation()


@dataclass(frozen=True)
class Source:
    """A program whose exports are known.

    Parameters
    ----------
    id, title
        What it is called in files and on the page.
    recognised_by
        Headings its exports have; all of one group.
    sheets
        Titles of the sheet with the answers; the first sheet when empty.
    ignored
        What its own columns are called, as regular expressions.
    notation
        How it writes what can be written in more than one way.
    """

    id: str
    title: str
    recognised_by: tuple[tuple[str, ...], ...] = ()
    sheets: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notation: Notation = _PLAIN

    @classmethod
    def from_data(cls, name: str, data: Mapping[str, Any]) -> Source:
        """Return a source as a mapping file describes it."""
        return cls(
            name,
            str(data["title"]),
            tuple(tuple(map(str, group)) for group in data["recognised_by"]),
            tuple(map(str, data.get("sheets", ()))),
            tuple(map(str, data.get("ignored", ()))),
            Notation(point=data.get("point"), dates=data.get("dates")),
        )

    def made(self, table: Table) -> bool:
        """Return whether it made a file."""
        known = {squeezed(heading) for heading in headings_of(self.answers_in(table))}
        return any(known.issuperset(map(squeezed, group)) for group in self.recognised_by)

    def answers_in(self, table: Table) -> SheetRows:
        """Return the sheet with the answers."""
        wanted = {squeezed(title) for title in self.sheets}
        first = next(iter(table.sheets), SheetRows("", []))
        return next((sheet for sheet in table.sheets if squeezed(sheet.title) in wanted), first)

    def own(self, heading: str) -> bool:
        """Return whether a column is one the program fills itself."""
        return any(re.fullmatch(one, heading, re.IGNORECASE) for one in self.ignored)


ANY_PROGRAM = Source("", "")


@dataclass(frozen=True)
class Matching:
    """Which column of a file is which of a template, and which word in it stands for which of ours.

    Parameters
    ----------
    template
        Id of the template.
    source
        Id of the source; empty for any other program.
    columns
        Heading in the file, by name of the template's column.
    words
        By name of the column, what stands in the file and what it means.
    """

    template: str
    source: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "template": self.template,
            "source": self.source,
            "columns": dict(self.columns),
            "words": {name: dict(words) for name, words in self.words.items()},
        }


def headings_of(sheet: SheetRows) -> list[str]:
    """Return the headings of a sheet, each on one line."""
    header = _header(sheet)
    texts = [] if header is None else [as_text(value) for value in sheet.rows[header]]
    return [plain_heading(text) or text for text in texts if text]


def proposed(
    template: Template,
    headings: Iterable[str],
    source: Source,
    words: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """Return which heading may be which column, for the user to look at.

    Parameters
    ----------
    words
        What else a column may be called, by its name.
    """
    found: dict[str, str] = {}
    called = {squeezed(word): name for name, names in words.items() for word in names}
    for heading in headings:
        name = template.column_of(heading) or called.get(squeezed(heading))
        if name is not None and name not in found and not source.own(heading):
            found[name] = heading
    return found


def matched(table: Table, template: Template, matching: Matching, source: Source) -> Table:
    """Return a file as if it were the template: its headings and its words are ours.

    Columns that are not matched are left out; rows stand where they stood.
    """
    sheet = source.answers_in(table)
    header = _header(sheet)
    if header is None:
        return table
    names = {squeezed(heading): name for name, heading in matching.columns.items()}
    top: list[Value] = []
    by_position: dict[int, str] = {}
    for position, value in enumerate(sheet.rows[header]):
        text = plain_heading(as_text(value)) or as_text(value)
        name = names.pop(squeezed(text), None) if text else None
        if name is None:
            top.append(None)
            continue
        shown = (
            text if template.column_of(text) in (None, name) else get_column_letter(position + 1)
        )
        top.append(f"{shown} [{name}]")
        by_position[position] = name
    known = dict(template.columns())
    top += [f"[{name}]" for name in known if name not in by_position.values()]
    rows: list[list[Value]] = [*([] for _row in range(header)), top]
    for row in sheet.rows[header + 1 :]:
        rows.append(
            [
                _ours(value, matching.words.get(by_position[position]))
                if position in by_position
                else None
                for position, value in enumerate(row)
            ]
        )
    problems = {
        place: problem
        for place, problem in sheet.problems.items()
        if place[1] in by_position and place[0] > header
    }
    return replace(table, sheets=(SheetRows(sheet.title, rows, problems),))


def unknown_words(
    table: Table, template: Template, matching: Matching, source: Source
) -> dict[str, list[str]]:
    """Return what stands in a file's columns of words that is none of ours, by column."""
    sheet = matched(table, template, matching, source).sheets[0]
    header = _header(sheet)
    if header is None:
        return {}
    known = dict(template.columns())
    found: dict[str, dict[str, None]] = {}
    for position, heading in enumerate(sheet.rows[header]):
        name = template.column_of(as_text(heading))
        if name not in known or kind_of(known[name]) not in WITH_WORDS:
            continue
        for row in sheet.rows[header + 1 :]:
            value = row[position] if position < len(row) else None
            try:
                read_cell(known[name], value, source.notation)
            except Unreadable:
                found.setdefault(name, {})[as_text(value)] = None
    return {name: list(words)[:MOST_WORDS] for name, words in found.items()}


def _ours(value: Value, words: Mapping[str, str] | None) -> Value:
    if not words:
        return value
    text = squeezed(as_text(value))
    return next((ours for theirs, ours in words.items() if squeezed(theirs) == text), value)


def _header(sheet: SheetRows) -> int | None:
    return next((number for number, row in enumerate(sheet.rows) if any(map(as_text, row))), None)
