"""One reader for spreadsheets and CSV files: the rows as they stand there, and how they were read.

Nothing is guessed in silence: what was found out about a CSV file is told, and letters that have
been broken on the way are refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from peerbook.errors import InputFault
from peerbook.files.spreadsheet import MAX_CELL_TEXT, Value
from peerbook.files.spreadsheet_reader import Limits, read_cells
from peerbook.text import _, format_number

Encoding = Literal["utf-8-sig", "utf-8", "cp1252"]
CSV_LIMITS = Limits(file_bytes=10_000_000, rows=200_000, cells=1_000_000)
"""A CSV file holds nothing packed, so it may be larger than a spreadsheet."""
SEPARATORS = (";", "\t", ",")
_NOTHING = " \r\n" + "".join(SEPARATORS)

_ZIP_START = b"PK\x03\x04"
_OLE_START = bytes.fromhex("d0cf11e0a1b11ae1")
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")

# UTF-8 read as Windows-1252 (Ã¦, Â», â€œ, ðŸ™), and what is put in for letters that were lost.
_TWICE_ENCODED = re.compile(
    "Ã[\u0080-\u00bf\u2018-\u203a\u0152-\u017e\u0192\u02c6\u02dc\u20ac\u2122]"
    "|Â[\u00a0-\u00bf]|â€|ðŸ|\ufffd"
)
# æ, ø and å of an old DOS or Mac file read as Windows-1252, in the middle of a word.
_OTHER_ALPHABET = re.compile(r"[A-Za-z][†›¾¿Œ][a-z]")
_UNDEFINED = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_STATED = re.compile(r"sep=([;,\t|])\r?")


@dataclass(frozen=True)
class SheetRows:
    """The rows of one sheet, from the first on, and cells that cannot be taken in.

    Parameters
    ----------
    problems
        What is wrong, by row (as the spreadsheet shows it) and column (from 0).
    """

    title: str
    rows: list[list[Value]] = field(repr=False)
    problems: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Table:
    """What stands in a file.

    Parameters
    ----------
    sheets
        Its sheets in order; a CSV file has one, without a title.
    digest
        SHA-256 of the file's bytes.
    encoding, separator
        How a CSV file was read; None for a spreadsheet.
    """

    sheets: tuple[SheetRows, ...]
    digest: str = ""
    encoding: Encoding | None = None
    separator: str | None = None


def read_table(data: bytes, limits: Limits | None = None) -> Table:
    """Return what stands in an .xlsx or CSV file.

    Raises
    ------
    InputFault
        When the file is neither, too large, or its letters are broken.
    """
    is_spreadsheet = data.startswith((_ZIP_START, _OLE_START))
    allowed = limits or (Limits() if is_spreadsheet else CSV_LIMITS)
    if len(data) > allowed.file_bytes:
        message = _("The file is too large. It may take up at most {megabytes} MB.")
        raise _fault(message.format(megabytes=format_number(allowed.file_bytes / 1e6)))
    table = _spreadsheet(data, allowed) if is_spreadsheet else _delimited(data, allowed)
    return replace(table, digest=hashlib.sha256(data).hexdigest())


def _spreadsheet(data: bytes, limits: Limits) -> Table:
    read = read_cells(data, limits)
    sheets = {title: SheetRows(title, rows) for title, rows in read.sheets.items()}
    for problem in read.problems:
        sheet = sheets[problem.sheet]
        sheet.problems[problem.row, problem.column] = problem.message
        # Such a cell is empty there, and may have been cut off as the end of its row or sheet.
        sheet.rows.extend([] for _missing in range(problem.row - len(sheet.rows)))
        row = sheet.rows[problem.row - 1]
        row.extend([None] * (problem.column + 1 - len(row)))
    table = Table(tuple(sheets.values()))
    _refuse_broken_letters(table)
    return table


# -- CSV -----------------------------------------------------------------------------------------


def _delimited(data: bytes, limits: Limits) -> Table:
    text, encoding = _decoded(data)
    first_line, _break, rest = text.partition("\n")
    if stated := _STATED.fullmatch(first_line):  # a line Excel reads and does not show
        text, separator = rest, stated[1]
    else:
        separator = max(SEPARATORS, key=lambda sign: _width(text, sign))
    rows = list(_rows(text, separator, limits))
    while rows and not any(rows[-1]):
        rows.pop()
    table = Table((SheetRows("", rows),), encoding=encoding, separator=separator)
    if _TWICE_ENCODED.search(text) or _OTHER_ALPHABET.search(text):  # then only, which row it is
        _refuse_broken_letters(table)
    return table


def _decoded(data: bytes) -> tuple[str, Encoding]:
    if data.startswith(_UTF16_STARTS) or b"\0" in data:
        raise _fault(
            _(
                "This is not a file that can be read here. Save it as .xlsx or as “CSV UTF-8” and "
                "try again."
            )
        )
    encodings: tuple[Encoding, ...] = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        has_mark = data.startswith(b"\xef\xbb\xbf")
        return text, "utf-8" if encoding == "utf-8-sig" and not has_mark else encoding
    raise _broken_letters(data.count(b"\n", 0, _first_undefined(data)) + 1)


def _first_undefined(data: bytes) -> int:
    """Return where the first byte stands that Windows-1252 has no letter for."""
    return min(place for byte in _UNDEFINED if (place := data.find(byte)) >= 0)


def _width(text: str, separator: str) -> int:
    """Return how many cells the first row with anything in it has."""
    try:
        for row in _cells(text, separator):
            if any(cell.strip(_NOTHING) for cell in row):
                return len(row)
    except csv.Error:
        pass
    return 0


def _rows(text: str, separator: str, limits: Limits) -> Iterator[list[Value]]:
    count = 0
    reader = _cells(text, separator)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            count += len(row)
            if number > limits.rows or len(row) > limits.columns or count > limits.cells:
                message = _(
                    "There are too many rows or columns, perhaps empty ones that were once used. "
                    "Delete what is not needed; there may be at most {rows} rows."
                )
                raise _fault(message.format(rows=format_number(limits.rows)))
            if any(len(cell) > MAX_CELL_TEXT for cell in row):
                message = _("Row {row}: a text is too long for a cell. Make it shorter.")
                raise _fault(message.format(row=number))
            yield [cell.strip() or None for cell in row]
    except csv.Error as error:
        message = (
            _("Row {row}: a text is too long for a cell. Make it shorter.")
            if "limit" in str(error)
            else _(
                "Row {row}: the quotation marks do not fit together. Look at that row, or save "
                "the file as .xlsx instead."
            )
        )
        raise _fault(message.format(row=number + 1)) from None


def _cells(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


# -- broken letters ------------------------------------------------------------------------------


def _refuse_broken_letters(table: Table) -> None:
    for sheet in table.sheets:
        for number, row in enumerate(sheet.rows, start=1):
            text = "\n".join(value for value in row if isinstance(value, str))
            if _TWICE_ENCODED.search(text) or _OTHER_ALPHABET.search(text):
                raise _broken_letters(number)


def _broken_letters(row: int) -> InputFault:
    message = _(
        "From row {row} on, letters such as æ, ø and å are broken: the file was saved with another "
        "alphabet than it was written with. Find the file from before that, and save it as .xlsx "
        "or as “CSV UTF-8”."
    )
    return _fault(message.format(row=row))


def _fault(message: str) -> InputFault:
    return InputFault.at("file", message)
