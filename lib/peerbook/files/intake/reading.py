"""Reading a filled template: what can be taken in, and everything that stands in the way.

All faults are found, each with sheet, row as the spreadsheet shows it, and heading. Those of the
file as a whole (a wrong template, a missing column) leave nothing to take in; those of a row leave
out the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import pandera.pandas as pa
from openpyxl.utils import get_column_letter

from peerbook.errors import Fault, Place
from peerbook.files.intake.columns import (
    TYPES,
    Ambiguous,
    Notation,
    Unreadable,
    as_text,
    kind_of,
    read_cell,
    shown,
    squeezed,
)
from peerbook.files.intake.template import Template, plain_heading, shown_heading
from peerbook.files.spreadsheet import Value
from peerbook.files.table import SheetRows, Table
from peerbook.text import _, format_number

_MARK = re.compile(r"\[[a-z][a-z0-9_]* [\w.]+\]")


@dataclass(frozen=True)
class Reading:
    """What a filled template says.

    Parameters
    ----------
    template
        The template it was read by.
    table
        How the file was read.
    sheet
        Title of the sheet read; empty for CSV.
    rows
        The rows without fault: the template's columns, typed as its schema says; the index is the
        row as the spreadsheet shows it.
    faults
        Everything that is wrong.
    left_out
        The rows that have a fault.
    is_right_file
        Whether the file as a whole is in order, so that sound rows may be taken in.
    worded
        Words that were read as codes, each with its code.
    asks_point
        Whether there are numbers such as 1.234 of which only the user knows what the point means.
    """

    template: Template
    table: Table = field(repr=False)
    sheet: str
    rows: pd.DataFrame = field(repr=False)
    faults: tuple[Fault, ...] = field(default=(), repr=False)
    left_out: tuple[int, ...] = ()
    is_right_file: bool = True
    worded: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    asks_point: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        return self.table.digest

    def refuse(self, messages: Mapping[int, str], column: str | None = None) -> Reading:
        """Return the reading without some rows, by what is wrong with each."""
        faults = [
            Fault(message, Place(sheet=self.sheet or None, row=row, column=column))
            for row, message in messages.items()
        ]
        return replace(
            self,
            rows=self.rows.drop(index=list(messages)),
            faults=_in_order([*self.faults, *faults]),
            left_out=tuple(sorted({*self.left_out, *messages})),
        )


def read_filled(
    template: Template,
    table: Table,
    others: Iterable[Template] = (),
    notation: Notation | None = None,
) -> Reading:
    """Return what a filled template says.

    Parameters
    ----------
    template
        The template it is meant to be.
    table
        What stands in the file.
    others
        Further templates, so that one taken for another is told by name.
    notation
        How it writes what can be written in more than one way.
    """
    sheet = _sheet_to_read(template, table)
    reading = Reading(template, table, sheet.title, _frame(template, [], {}))
    header = next((number for number, row in enumerate(sheet.rows) if any(_texts(row))), None)
    if header is None:
        empty = _("There is nothing in the sheet. Fill in the template, save it, and try again.")
        return _unfit(reading, [Fault(empty, Place(sheet=sheet.title or None))])
    headings = _Headings(template, sheet, header)
    # Whoever chose the wrong file has nothing to mend in it.
    faults = _changed_since(template, table, sheet)
    faults += _mistaken(template, headings, others) or [
        *_unread_sheets(table, sheet),
        *headings.faults,
    ]
    if faults:
        return _unfit(reading, faults)
    return _Rows(template, sheet, headings, notation or Notation()).read_into(reading)


def recognised(table: Table, templates: Iterable[Template]) -> Template | None:
    """Return the template a file was made from: by the mark in it, else by its headings.

    None when it is none of them, or its headings fit several.
    """
    known = list(templates)
    texts = {text for sheet in table.sheets for row in sheet.rows for text in _texts(row[:3])}
    marked = [one for one in known if any(text.startswith(f"[{one.id} ") for text in texts)]
    if len(marked) == 1:
        return marked[0]
    fitting = []
    for template in known:
        sheet = _sheet_to_read(template, table)
        header = next((number for number, row in enumerate(sheet.rows) if any(_texts(row))), None)
        if header is not None:
            found = _Headings(template, sheet, header)
            if not found.missing and not found.unknown:
                fitting.append(template)
    return fitting[0] if len(fitting) == 1 else None


def _unfit(reading: Reading, faults: Sequence[Fault]) -> Reading:
    return replace(reading, faults=tuple(faults), is_right_file=False)


def _sheet_to_read(template: Template, table: Table) -> SheetRows:
    wanted = squeezed(template.title)
    named = (sheet for sheet in table.sheets if squeezed(sheet.title) == wanted)
    first = next(iter(table.sheets), SheetRows("", []))
    return next(named, first)


def _texts(row: Sequence[object]) -> list[str]:
    return [as_text(value) for value in row]  # type: ignore[arg-type]


# -- the file as a whole -------------------------------------------------------------------------


def _besides(table: Table, read: SheetRows) -> Iterator[tuple[str, list[str]]]:
    """Yield the sheets that are not read: the title of each, and the texts in it."""
    for sheet in table.sheets:
        if sheet is not read:
            yield sheet.title, [text for row in sheet.rows for text in _texts(row) if text]


def _changed_since(template: Template, table: Table, read: SheetRows) -> list[Fault]:
    """Tell of a template of another version."""
    message = _(
        "The questions have changed since this template was downloaded. Download it anew "
        "and move the answers over."
    )
    faults = []
    for title, texts in _besides(table, read):
        marks = [text for text in texts if text.startswith(f"[{template.id} ")]
        if marks and template.mark not in marks:
            faults.append(Fault(message, Place(sheet=title)))
    return faults


def _unread_sheets(table: Table, read: SheetRows) -> list[Fault]:
    """Tell of sheets that would be lost."""
    message = _(
        "This sheet is not part of the template and is not read. Move what shall be saved "
        "to the sheet “{sheet}”, and delete this one."
    ).format(sheet=read.title)
    return [
        Fault(message, Place(sheet=title))
        for title, texts in _besides(table, read)
        if texts and not any(_MARK.fullmatch(text) for text in texts)
    ]


class _Headings:
    """The headings of a sheet: which column of the template stands where, and what does not fit."""

    def __init__(self, template: Template, sheet: SheetRows, header: int) -> None:
        self._template = template
        self._sheet = sheet
        self.row = header + 1
        self.by_position: dict[int, str] = {}
        self.shown: dict[int, str] = {}
        self.faults: list[Fault] = []
        self.unknown = 0
        width = max(len(row) for row in sheet.rows)
        texts = [*_texts(sheet.rows[header]), *[""] * width][:width]
        for position, text in enumerate(texts):
            self._place(position, text)
        self.missing = self._missing()
        self.faults += self.missing

    def _place(self, position: int, heading: str) -> None:
        letter = get_column_letter(position + 1)
        self.shown[position] = plain_heading(heading) or letter
        if problem := self._sheet.problems.get((self.row, position)):
            self._fault(problem, letter)
            return
        name = self._template.column_of(heading) if heading else None
        if name is None:
            if self._has_content(position):
                self.unknown += 1
                message = (
                    _(
                        "This column is not part of the template. Delete it, or give it back the "
                        "heading it had."
                    )
                    if heading
                    else _("There is something in this column, but it has no heading.")
                )
                self._fault(message, shown(self.shown[position]))
        elif name in self.by_position.values():
            self._fault(
                _("This heading stands there twice. Delete one of the two columns."),
                shown(self.shown[position]),
            )
        else:
            self.by_position[position] = name

    def _has_content(self, position: int) -> bool:
        below = self._sheet.rows[self.row :]
        return any(len(row) > position and as_text(row[position]) for row in below) or any(
            column == position and row > self.row for row, column in self._sheet.problems
        )

    def _missing(self) -> list[Fault]:
        present = set(self.by_position.values())
        missing = [
            shown_heading(column)
            for name, column in self._template.columns()
            if name not in present
        ]
        open_column = self._template.open_column
        known = {name for name, _column in self._template.columns()}
        if open_column is not None and not present - known:
            missing.append(shown_heading(open_column))
        message = _(
            "This column is missing. Put it back as it is in the template; it may be empty."
        )
        return [Fault(message, self._at(heading)) for heading in missing]

    def _fault(self, message: str, heading: str) -> None:
        self.faults.append(Fault(message, self._at(heading)))

    def _at(self, heading: str) -> Place:
        return Place(sheet=self._sheet.title or None, row=self.row, column=heading)


def _mistaken(
    template: Template, headings: _Headings, others: Iterable[Template]
) -> list[Fault] | None:
    """Return the one fault of a file that is something else than the template, None when it is."""
    if not headings.missing and not headings.unknown:
        return None
    place = headings.faults[0].place
    for other in others:
        found = _Headings(other, headings._sheet, headings.row - 1)
        if other.id != template.id and not found.missing and not found.unknown:
            message = _(
                "This is the template for “{other}”, not for “{wanted}”. Choose the right file, or "
                "go to the place where “{other}” belongs."
            )
            return [
                Fault(
                    message.format(other=other.title, wanted=template.title),
                    Place(sheet=place.sheet),
                )
            ]
    if headings.by_position:
        return None
    message = _(
        "None of the template's columns is there. Download the template “{wanted}”, and write the "
        "answers into it."
    )
    return [Fault(message.format(wanted=template.title), Place(sheet=place.sheet))]


# -- the rows ------------------------------------------------------------------------------------


class _Rows:
    """The filled rows under the headings."""

    def __init__(
        self, template: Template, sheet: SheetRows, headings: _Headings, notation: Notation
    ) -> None:
        self._template = template
        self._sheet = sheet
        self._headings = headings
        self._notation = notation
        self._faults: list[Fault] = []
        self._asks_point = False
        self._worded: dict[tuple[str, int], None] = {}
        columns = dict(template.columns())
        self._columns = {
            name: columns.get(name, template.open_column) for name in headings.by_position.values()
        }
        self._shown = {name: headings.shown[at] for at, name in headings.by_position.items()}

    def read_into(self, reading: Reading) -> Reading:
        """Return the reading with the rows in it, those with faults left out."""
        numbers, values = self._values()
        if not numbers:
            message = _(
                "There are no answers in the sheet yet. Fill in a row, save, and try again."
            )
            place = Place(sheet=self._sheet.title or None, row=self._headings.row + 1)
            return _unfit(reading, [Fault(message, place)])
        if len(numbers) > self._template.max_rows:
            message = _("There are {n} filled rows, and there is room for {limit}. Split the file.")
            told = message.format(
                n=format_number(len(numbers)), limit=format_number(self._template.max_rows)
            )
            return _unfit(reading, [Fault(told, Place(sheet=self._sheet.title or None))])
        frame = _frame(self._template, numbers, values)
        self._check(frame)
        places = {shown: place for place, shown in self._headings.shown.items()}
        self._faults.sort(key=lambda fault: places.get(fault.place.column or "", -1))
        faulty = {fault.place.row for fault in self._faults}
        sound = frame[~frame.index.isin(faulty)]
        return replace(
            reading,
            rows=sound,
            faults=_in_order(self._faults),
            left_out=tuple(int(row) for row in frame.index if row in faulty),
            worded=tuple(self._worded),
            asks_point=self._asks_point,
        )

    def _values(self) -> tuple[list[int], dict[str, list[object]]]:
        """Return the numbers of the rows with anything in them, and each column's values there.

        What cannot be read is None. A column is read as a whole: most of what stands in it stands
        there more than once.
        """
        first = self._headings.row + 1
        rows = self._sheet.rows[self._headings.row :]
        problems = self._sheet.problems
        is_filled = [False] * len(rows)
        columns: dict[str, list[object]] = {}
        for position, name in self._headings.by_position.items():
            cells = [row[position] if position < len(row) else None for row in rows]
            columns[name] = values = list(map(self._reader(name), cells))
            for place, value in enumerate(values):
                if value is not None:
                    is_filled[place] = True
                    if isinstance(value, Unreadable):
                        self._asks_point |= isinstance(value, Ambiguous)
                        self._fault(str(value), first + place, name)
                        values[place] = None
            for row, column in problems:
                if column == position and row >= first:
                    is_filled[row - first] = True
                    self._fault(problems[row, column], row, name)
        filled = [place for place, found in enumerate(is_filled) if found]
        return (
            [first + place for place in filled],
            {name: [values[place] for place in filled] for name, values in columns.items()},
        )

    def _reader(self, name: str) -> Callable[[Value], object]:
        """Return what reads a cell of a column; what it cannot read it returns as the reason."""
        column = self._columns[name]
        known: dict[tuple[type, Value], object] = {}

        def read(value: Value) -> object:
            if value is None:
                return None
            key = type(value), value
            if key not in known:
                try:
                    known[key] = read_cell(column, value, self._notation)
                    self._note_words(as_text(value), name, known[key])
                except Unreadable as reason:
                    known[key] = reason
            return known[key]

        return read

    def _note_words(self, text: str, name: str, read: object) -> None:
        is_code = kind_of(self._columns[name]) == "code" and isinstance(read, int)
        if is_code and not any(sign.isdigit() for sign in text):
            self._worded[squeezed(text), int(str(read))] = None

    def _check(self, frame: pd.DataFrame) -> None:
        unread = {fault.place.row for fault in self._faults}
        try:
            self._template.schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            for error in errors.schema_errors:
                self._tell(error, frame, unread)

    def _tell(
        self, error: pa.errors.SchemaError, frame: pd.DataFrame, unread: set[int | None]
    ) -> None:
        reason = pa.errors.SchemaErrorReason
        of_row = isinstance(error.schema, pa.DataFrameSchema)
        name = None if of_row else str(error.schema.name)
        cases = error.failure_cases.dropna(subset=["index"]).drop_duplicates("index")
        for row, value in zip(cases["index"], cases["failure_case"], strict=True):
            if error.reason_code is reason.SERIES_CONTAINS_NULLS:
                if row not in unread:
                    message = _("Something is missing here. Fill in the cell, or delete the row.")
                    self._fault(message, int(row), name)
            elif error.reason_code is not reason.DATAFRAME_CHECK:
                raise error
            elif name is not None:
                self._fault(_filled_in(str(error.check.error), value), int(row), name)
            elif row not in unread:  # what is unreadable is not missing
                self._fault(str(error.check.error), int(row), None)

    def _fault(self, message: str, row: int, name: str | None) -> None:
        column = None if name is None else self._shown[name]
        self._faults.append(
            Fault(message, Place(sheet=self._sheet.title or None, row=row, column=column))
        )


def _frame(
    template: Template, numbers: Sequence[int], values: Mapping[str, Sequence[object]]
) -> pd.DataFrame:
    """Return the values as a frame with the types of the schema; rows by number."""
    columns = dict(template.columns())
    known = [*columns, *(name for name in values if name not in columns)]
    rows = pd.Index(list(numbers), dtype="int64", name="row")
    blank = [None] * len(numbers)
    cells = {name: list(values.get(name, blank)) for name in known}
    types = {name: TYPES[kind_of(columns.get(name, template.open_column))] for name in known}
    return pd.DataFrame(cells, index=rows, dtype="object").astype(types)


def _filled_in(message: str, value: object) -> str:
    text = str(value)
    return message.replace("{value}", shown(text)).replace("{length}", format_number(len(text)))


def _in_order(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.place.row or 0))
