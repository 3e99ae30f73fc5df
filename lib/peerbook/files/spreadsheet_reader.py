"""Spreadsheets in: one reader for small filled templates that trusts nothing.

It looks at the file's directory before it unpacks anything, and refuses what a template never
needs: macros, passwords, formulas, links to other files.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook

from peerbook.errors import Fault, InputFault, Place
from peerbook.files.spreadsheet import MAX_CELL_TEXT, Value
from peerbook.text import _, format_number


@dataclass(frozen=True)
class Limits:
    """How large a filled template may be.

    Parameters
    ----------
    file_bytes, unpacked_bytes, ratio, entries
        Of the file, of what it unpacks to, of the two to each other, and parts inside it.
    sheets, rows, columns, cells
        Of the spreadsheet; cells over all sheets.
    """

    file_bytes: int = 5_000_000
    unpacked_bytes: int = 50_000_000
    ratio: int = 100
    entries: int = 200
    sheets: int = 20
    rows: int = 20_000
    columns: int = 200
    cells: int = 400_000


@dataclass(frozen=True)
class CellProblem:
    """A cell that holds what cannot be taken in; `column` counts from 0."""

    sheet: str
    row: int
    column: int
    message: str


@dataclass(frozen=True)
class ReadSheets:
    """What stands in a file, and the cells that cannot be taken in, which are None there.

    Parameters
    ----------
    sheets
        By sheet, its rows from the first on; texts without outer blanks, whole numbers as int,
        days as date, empty cells None. Empty cells and rows at the end are left out.
    problems
        The cells with formulas or errors, in the order they stand.
    """

    sheets: dict[str, list[list[Value]]]
    problems: tuple[CellProblem, ...]


def read_cells(data: bytes, limits: Limits | None = None) -> ReadSheets:
    """Return what stands in a filled template, and which cells hold formulas or errors.

    Parameters
    ----------
    data
        The bytes of an .xlsx file.
    limits
        How large it may be.

    Raises
    ------
    InputFault
        When the file is not a plain .xlsx within the limits.
    """
    allowed = limits or Limits()
    sheet_count = _check_file(data, allowed)
    try:
        book = load_workbook(
            io.BytesIO(data), read_only=True, data_only=False, keep_links=False, rich_text=False
        )
    except Exception as error:  # openpyxl passes on whatever a damaged part trips it over
        raise _damaged() from error
    if len(book.sheetnames) != sheet_count:
        raise _damaged()  # openpyxl leaves a sheet whose part is missing out without a word
    if sheet_count > allowed.sheets:
        message = _("The file has too many sheets. It may have at most {limit}.")
        raise _fault(message.format(limit=allowed.sheets))
    reading = _Reading(allowed)
    try:
        sheets = {
            page.title: reading.rows(page.title, page.iter_rows())
            for page in book.worksheets
            if hasattr(page, "iter_rows")
        }
    except InputFault:
        raise
    except Exception as error:  # as above; rows are parsed one by one
        raise _damaged() from error
    finally:
        book.close()
    return ReadSheets(sheets, tuple(reading.problems))


class _Reading:
    """One reading of a workbook: counts cells and collects problems over all sheets."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cells = 0
        self.problems: list[CellProblem] = []

    def rows(self, sheet: str, cells: Iterator[tuple[Any, ...]]) -> list[list[Value]]:
        """Return the values of a sheet's rows."""
        rows: list[list[Value]] = []
        for number, row in enumerate(cells, start=1):
            self._count(sheet, number, row)
            values = [
                self._value(cell, sheet, number, position) for position, cell in enumerate(row)
            ]
            while values and values[-1] is None:
                values.pop()
            if len(values) > self._limits.columns:
                message = _("There are too many columns. There may be at most {limit}.").format(
                    limit=self._limits.columns
                )
                raise InputFault([Fault(message, Place(sheet=sheet, row=number))])
            rows.append(values)
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _count(self, sheet: str, number: int, row: tuple[Any, ...]) -> None:
        self._cells += len(row)
        if number > self._limits.rows or self._cells > self._limits.cells:
            message = _(
                "There are too many rows or columns, perhaps empty ones that were once used. "
                "Delete what is not needed; there may be at most {rows} rows."
            )
            rows = format_number(self._limits.rows)
            raise InputFault([Fault(message.format(rows=rows), Place(sheet=sheet, row=number))])

    def _value(self, cell: Any, sheet: str, row: int, position: int) -> Value:
        value = cell.value
        if value is None:
            return None
        problem = None
        if cell.data_type == "f":
            problem = _("The cell holds a formula. Write the value itself.")
        elif cell.data_type == "e":
            problem = _("The cell shows an error. Write the value itself or leave it empty.")
        elif isinstance(value, str) and len(value) > MAX_CELL_TEXT:
            problem = _("The text is too long for a cell. Make it shorter.")
        if problem is not None:
            self.problems.append(CellProblem(sheet, row, position, problem))
            return None
        return _tidy(value)


def _tidy(value: Any) -> Value:
    """Return a cell's value as people mean it."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    if isinstance(value, dt.timedelta):  # what openpyxl makes of some time formats
        return (dt.datetime.min + value).time()
    if isinstance(value, int | float | dt.date | dt.time):
        return value
    return str(value)


# The bytes an old binary or a password-protected file begins with, and a name inside the latter.
_OLE_START = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s")
_DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))


def _check_file(data: bytes, limits: Limits) -> int:
    """Return the number of sheets, having unpacked no more than the limits allow.

    Raises
    ------
    InputFault
        When the file is not a plain .xlsx within the limits.
    """
    if len(data) > limits.file_bytes:
        message = _("The file is too large. It may take up at most {megabytes} MB.")
        raise _fault(message.format(megabytes=format_number(limits.file_bytes / 1e6)))
    if data.startswith(_OLE_START):
        raise _fault(
            _("The file has a password. Save it without one and try again.")
            if _ENCRYPTED_NAME in data
            else _("This is an old Excel file (.xls). Save it as .xlsx and try again.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive.infolist(), limits)
            _check_parts(archive)
            return len(_SHEET.findall(archive.read("xl/workbook.xml")))
    except _BROKEN_ZIP as error:
        raise _fault(
            _("This is not a spreadsheet that can be read. Save it as .xlsx and try again.")
        ) from error


def _check_directory(entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    names = [entry.filename for entry in entries]
    if (
        len(entries) > limits.entries
        or unpacked > limits.unpacked_bytes
        or unpacked > limits.ratio * max(packed, 1)
    ):
        raise _fault(
            _("The file unpacks to far more than a filled template needs, so it was not opened.")
        )
    if any(_is_unsafe(name) for name in names) or len(set(names)) < len(names):
        raise _fault(_("The file has parts with names that no spreadsheet has. It was not opened."))
    if any(entry.compress_type not in _PACKINGS for entry in entries):
        raise _damaged()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _fault(_("The file has a password. Save it without one and try again."))
    lower = [name.lower() for name in names]
    if "xl/workbook.bin" in lower:
        raise _fault(_("This is a binary Excel file (.xlsb). Save it as .xlsx and try again."))
    if any(name.endswith("vbaproject.bin") for name in lower):
        raise _fault(_("The file has macros. Save it as .xlsx without macros and try again."))
    if any(name.startswith("xl/externallinks/") for name in lower):
        raise _fault(_("The file has links to other files. Remove them and try again."))
    if "[content_types].xml" not in lower or "xl/workbook.xml" not in names:
        raise _fault(
            _("This is not a spreadsheet that can be read. Save it as .xlsx and try again.")
        )


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Refuse macro types and document type definitions, which can blow up when parsed."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        content = archive.read(entry)
        if any(mark in content for mark in _DOCTYPES):
            raise _damaged()
        if entry.filename.lower() == "[content_types].xml" and b"macroenabled" in content.lower():
            raise _fault(_("The file has macros. Save it as .xlsx without macros and try again."))


def _is_unsafe(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _damaged() -> InputFault:
    return _fault(
        _(
            "The file is damaged. "
            "Open it in your spreadsheet program, save it as .xlsx and try again."
        )
    )


def _fault(message: str) -> InputFault:
    return InputFault.at("file", message)
