"""Spreadsheets out: one writer whose texts stay texts."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from peerbook.text import _, format_list

if TYPE_CHECKING:  # it loads pandas, which whoever only reads a file can do without
    from peerbook.files.origin import Origin

Value = str | int | float | Decimal | dt.date | dt.time | None
"""What a cell holds; None is an empty cell, and dates may be datetimes when read."""


@dataclass(frozen=True)
class Formula:
    """A formula of our own, which the spreadsheet program works out; never what somebody typed.

    Parameters
    ----------
    text
        With the English names of functions and a comma between their arguments, as every program
        keeps them, and without the sign in front. Another sheet is named «title», as it was asked
        for; the writer puts the title it got.
    is_plain
        Whether its number is written without decimals and thousands, as that of a year.
    """

    text: str
    is_plain: bool = False


MAX_CELL_TEXT = 32_767
MAX_SHEET_TITLE = 31
_MAX_PROMPT = 255

_DATE_FORMAT = "dd-mm-yyyy"
_TEXT_FORMAT = "@"
_LINE_HEIGHT = 15
_TIME_FORMAT = "hh:mm"
_DECIMAL_FORMAT = "#,##0.00"
_PLAIN_FORMAT = "0"
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))

# A spreadsheet program may take a text beginning like this for a formula when it is edited; the
# full-width signs are what some programs turn into the plain ones.
_FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\0")

_HEADING_FONT = Font(bold=True, color="1F3B33")
_HEADING_FILL = PatternFill("solid", fgColor="E4EEEA")
_HEADING_LINE = Border(bottom=Side(style="thin", color="7F9F94"))


@dataclass(frozen=True)
class SheetColumn:
    """A column: its heading and its width in characters.

    Parameters
    ----------
    allowed
        What may be typed in its cells, for a sheet with room to fill; anything when empty.
    prompt
        What the spreadsheet program says of a cell when it is chosen.
    is_text
        Whether the program shall leave what is typed as it is: no dates, no numbers.
    """

    heading: str
    width: float = 16
    allowed: tuple[str, ...] = ()
    prompt: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: a title, columns, rows with one value per column, and room to fill.

    Parameters
    ----------
    room
        How many rows below the headings are to be filled, under the rules of the columns.
    """

    title: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value | Formula]]
    room: int = 0


def workbook(sheets: Sequence[Sheet], origin: Origin | None = None) -> bytes:
    """Return the sheets as an .xlsx file.

    Texts are written as texts whatever they begin with, dates as real dates (dd-mm-yyyy). The
    headings stay in sight. Equal sheets give equal bytes: no moment of writing is kept.

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
    titles: dict[str, str] = {}
    mark = " " + _("(invented)") if origin and origin.synthetic else ""
    whole = [*sheets, *([_about(origin)] if origin else [])]
    for sheet in whole:
        title = _free_title(sheet.title[: MAX_SHEET_TITLE - len(mark)] + mark, taken)
        taken.add(title.casefold())
        titles.setdefault(sheet.title, title)
        book.create_sheet(title)
    for sheet, page in zip(whole, book.worksheets, strict=True):
        _write(page, sheet, titles)
        _set_up_print(page, origin)
    target = io.BytesIO()
    book.save(target)
    return _timeless(target.getvalue())


_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_NO_MOMENT = rb"\g<1>2000-01-01T00:00:00Z"


def _timeless(data: bytes) -> bytes:
    """Return the file with nothing in it that tells when it was written."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as written,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as timeless,
    ):
        for name in written.namelist():
            content = written.read(name)
            if name == "docProps/core.xml":
                content = _MOMENTS.sub(_NO_MOMENT, content)
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            timeless.writestr(entry, content)
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
    plain = _plain(wanted).translate(_NOT_IN_TITLES).strip(" '-") or "-"
    title, number = plain[:MAX_SHEET_TITLE], 1
    while title.casefold() in taken:
        number += 1
        ending = f" {number}"
        title = plain[: MAX_SHEET_TITLE - len(ending)] + ending
    return title


def _write(page: Worksheet, sheet: Sheet, titles: Mapping[str, str]) -> None:
    for position, column in enumerate(sheet.columns, start=1):
        heading = page.cell(1, position)
        _set(heading, column.heading)
        heading.font, heading.fill, heading.border = _HEADING_FONT, _HEADING_FILL, _HEADING_LINE
        heading.alignment = Alignment(vertical="center", wrap_text=True)
        letter = get_column_letter(position)
        page.column_dimensions[letter].width = column.width
        if column.is_text:
            page.column_dimensions[letter].number_format = _TEXT_FORMAT
        if sheet.room and (column.allowed or column.prompt):
            _set_rule(page, column, f"{letter}2:{letter}{sheet.room + 1}")
    for number, row in enumerate(sheet.rows, start=2):
        if len(row) > len(sheet.columns):
            raise ValueError(f"row {number} of “{sheet.title}” is longer than the columns")
        for position, value in enumerate(row, start=1):
            if isinstance(value, Formula):
                _work_out(page.cell(number, position), value, titles)
            elif value is not None:
                _set(page.cell(number, position), value)
    lines = max((_lines(column) for column in sheet.columns), default=1)
    if lines > 1:  # not every program finds the height of wrapped headings itself
        page.row_dimensions[1].height = lines * _LINE_HEIGHT
    page.freeze_panes = "A2"
    page.sheet_view.showGridLines = True


def _lines(column: SheetColumn) -> int:
    return sum(
        max(1, math.ceil(len(line) * 1.15 / column.width)) for line in column.heading.split("\n")
    )


def _set_rule(page: Worksheet, column: SheetColumn, cells: str) -> None:
    """Let the spreadsheet program help while cells are filled; the reader trusts none of it."""
    rule = DataValidation(allow_blank=True, showInputMessage=True, showErrorMessage=True)
    if column.allowed:
        rule.type = "list"
        rule.formula1 = '"{}"'.format(",".join(column.allowed))
        rule.error = _("Use one of {codes}, or leave the cell empty.").format(
            codes=format_list(column.allowed)
        )[:_MAX_PROMPT]
    rule.prompt = column.prompt[:_MAX_PROMPT] or None
    rule.add(cells)
    page.add_data_validation(rule)


def _work_out(cell: Cell | MergedCell, formula: Formula, titles: Mapping[str, str]) -> None:
    def quoted(name: re.Match[str]) -> str:
        return "'{}'".format(titles[name[1]].replace("'", "''"))

    cell.value = "=" + re.sub("«([^»]*)»", quoted, formula.text)
    cell.number_format = _PLAIN_FORMAT if formula.is_plain else _DECIMAL_FORMAT
    cell.alignment = Alignment(vertical="top")


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
    """Return a text without the characters that XML cannot hold, and with one end of lines."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    return ILLEGAL_CHARACTERS_RE.sub("", whole).replace("\ufffe", "").replace("\uffff", "")
