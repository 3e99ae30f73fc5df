"""Spreadsheets out and in: one writer whose texts stay texts, one reader that trusts nothing.

The reader is for small filled templates. It looks at the file's directory before it unpacks
anything, and refuses what a template never needs: macros, passwords, formulas, links to other
files.
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
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from peerbook.errors import Fault, InputFault, Place
from peerbook.files.origin import Origin
from peerbook.text import _, format_number

Value = str | int | float | Decimal | dt.date | dt.time | None
"""What a cell holds; None is an empty cell, and dates may be datetimes when read."""

MAX_CELL_TEXT = 32_767
MAX_SHEET_TITLE = 31

_DATE_FORMAT = "dd-mm-yyyy"
_TIME_FORMAT = "hh:mm"
_DECIMAL_FORMAT = "#,##0.00"
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))

# A spreadsheet program may take a text beginning like this for a formula when it is edited; the
# full-width signs are what some programs turn into the plain ones.
_FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\0")

_HEADING_FONT = Font(bold=True, color="1F3B33")
_HEADING_FILL = PatternFill("solid", fgColor="E4EEEA")
_HEADING_LINE = Border(bottom=Side(style="thin", color="7F9F94"))


# -- out -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetColumn:
    """A column: its heading and its width in characters."""

    heading: str
    width: float = 16


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: a title, columns, and rows with one value per column."""

    title: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value]]


def workbook(sheets: Sequence[Sheet], origin: Origin | None = None) -> bytes:
    """Return the sheets as an .xlsx file.

    Texts are written as texts whatever they begin with, dates as real dates (dd-mm-yyyy). The
    headings stay in sight.

    Parameters
    ----------
    sheets
        What the file holds.
    origin
        Where it comes from: printed at the foot of every page, and told on a sheet of its own. The
        sheets of a demonstration have it in their names.

    Raises
    ------
    ValueError
        When there are no sheets, a row is longer than the columns, or a text too long for a cell.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "peerbook"
    taken: set[str] = set()
    mark = " " + _("(invented)") if origin and origin.synthetic else ""
    for sheet in [*sheets, *([_about(origin)] if origin else [])]:
        title = _free_title(sheet.title[: MAX_SHEET_TITLE - len(mark)] + mark, taken)
        taken.add(title.casefold())
        page = book.create_sheet(title)
        _write(page, sheet)
        _set_up_print(page, origin)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _about(origin: Origin) -> Sheet:
    told = [*origin.parts, *([(_("Please note"), origin.notice)] if origin.notice else [])]
    columns = SheetColumn(_("What"), 24), SheetColumn(_("Detail"), 60)
    return Sheet(_("About this file"), columns, told)


def _set_up_print(page: Worksheet, origin: Origin | None) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if origin is not None and page.oddFooter is not None and page.oddHeader is not None:
        # An ampersand would begin a code of Excel's own.
        page.oddFooter.left.text = origin.line.replace("&", "&&")
        page.oddHeader.left.text = origin.notice.replace("&", "&&") or None


def _free_title(wanted: str, taken: set[str]) -> str:
    """Return a title Excel accepts and no other sheet has."""
    plain = _plain(wanted).translate(_NOT_IN_TITLES).strip().strip("'") or "-"
    title, number = plain[:MAX_SHEET_TITLE], 1
    while title.casefold() in taken:
        number += 1
        ending = f" {number}"
        title = plain[: MAX_SHEET_TITLE - len(ending)] + ending
    return title


def _write(page: Worksheet, sheet: Sheet) -> None:
    for position, column in enumerate(sheet.columns, start=1):
        heading = page.cell(1, position)
        _set(heading, column.heading)
        heading.font, heading.fill, heading.border = _HEADING_FONT, _HEADING_FILL, _HEADING_LINE
        heading.alignment = Alignment(vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(position)].width = column.width
    for number, row in enumerate(sheet.rows, start=2):
        if len(row) > len(sheet.columns):
            raise ValueError(f"row {number} of “{sheet.title}” is longer than the columns")
        for position, value in enumerate(row, start=1):
            if value is not None:
                _set(page.cell(number, position), value)
    page.freeze_panes = "A2"
    page.sheet_view.showGridLines = True


def _set(cell: Cell | MergedCell, value: Value) -> None:
    if isinstance(value, str):
        text = _plain(value)
        if len(text) > MAX_CELL_TEXT:
            raise ValueError(f"a text of {len(text)} characters does not fit a cell")
        cell.value = text
        cell.data_type = "s"  # after the value: openpyxl guesses formulas and errors from it
        cell.quotePrefix = text.lstrip(" \u00a0").startswith(_FORMULA_STARTS)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        return
    if isinstance(value, dt.datetime):
        cell.value = value.replace(tzinfo=None)
        cell.number_format = f"{_DATE_FORMAT} {_TIME_FORMAT}"
    elif isinstance(value, dt.date):
        cell.value = value
        cell.number_format = _DATE_FORMAT
    elif isinstance(value, dt.time):
        cell.value = value
        cell.number_format = _TIME_FORMAT
    else:
        cell.value = value
        if isinstance(value, float | Decimal):
            cell.number_format = _DECIMAL_FORMAT
    cell.alignment = Alignment(vertical="top")


def _plain(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return ILLEGAL_CHARACTERS_RE.sub("", whole).replace("\ufffe", "").replace("\uffff", "")


# -- in ------------------------------------------------------------------------------------------


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


def read_workbook(data: bytes, limits: Limits | None = None) -> dict[str, list[list[Value]]]:
    """Return what stands in a filled template.

    Parameters
    ----------
    data
        The bytes of an .xlsx file.
    limits
        How large it may be.

    Returns
    -------
    dict
        By sheet, its rows from the first on; texts without outer blanks, whole numbers as int,
        days as date, empty cells None. Empty cells and rows at the end are left out.

    Raises
    ------
    InputFault
        When the file is not a plain .xlsx within the limits, or cells hold formulas or errors: all
        of them, each with sheet, row and column.
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
    if reading.faults:
        raise InputFault(reading.faults)
    return sheets


class _Reading:
    """One reading of a workbook: counts cells and collects faults over all sheets."""

    _MOST_FAULTS = 200

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cells = 0
        self.faults: list[Fault] = []

    def rows(self, sheet: str, cells: Iterator[tuple[Any, ...]]) -> list[list[Value]]:
        """Return the values of a sheet's rows."""
        rows: list[list[Value]] = []
        for number, row in enumerate(cells, start=1):
            self._count(sheet, number, row)
            headings = rows[0] if rows else []
            values = [
                self._value(cell, sheet, number, position, headings)
                for position, cell in enumerate(row)
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

    def _value(
        self, cell: Any, sheet: str, row: int, position: int, headings: list[Value]
    ) -> Value:
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
            heading = headings[position] if position < len(headings) else None
            column = heading if isinstance(heading, str) else get_column_letter(position + 1)
            if len(self.faults) < self._MOST_FAULTS:
                self.faults.append(Fault(problem, Place(sheet=sheet, row=row, column=column)))
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
