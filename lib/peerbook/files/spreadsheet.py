"""Spreadsheets out: one writer whose texts stay texts."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from peerbook.text import _, format_list

if TYPE_CHECKING:  # it loads pandas, which whoever only reads a file can do without
    from peerbook.files.origin import Origin

Value = str | int | float | Decimal | dt.date | dt.time | None
"""What a cell holds; None is an empty cell, and dates may be datetimes when read."""

Known = str | int | float | Decimal
"""What a formula comes to."""


@dataclass(frozen=True)
class Formula:
    """A formula of our own, which the spreadsheet program works out; never what somebody typed.

    Parameters
    ----------
    text
        With the English names of functions and a comma between their arguments, as every program
        keeps them, and without the sign in front. Another sheet is named «title», as it was asked
        for; the writer puts the title it got.
    value
        What it comes to, for whoever sees the file where nothing is worked out: in a preview, on a
        telephone, before editing is allowed.
    is_plain
        Whether its number is written without decimals and thousands, as that of a year.
    """

    text: str
    value: Known
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

_TOP = {"valign": "top"}
_WRAPPED = {**_TOP, "text_wrap": True, "align": "left", "indent": 1}
"""How texts stand: apart from a number to their left."""
_HEADING = {
    "bold": True, "font_color": "#1F3B33", "bg_color": "#E4EEEA", "bottom": 1,
    "bottom_color": "#7F9F94", "valign": "vcenter", "text_wrap": True, "indent": 1,
}  # fmt: skip
_A4 = 9
_MAX_MARGIN = 255
"""Signs that the foot or the head of a page holds."""
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_MOMENT = dt.datetime(2000, 1, 1)


@dataclass(frozen=True)
class SheetColumn:
    """A column: its heading and its width in characters.

    Parameters
    ----------
    allowed
        What may be typed in its cells, in the rows that are to be filled; anything when empty.
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
        How many rows below the headings are to be filled or changed, under the rules of the
        columns.
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
    target = io.BytesIO()
    book = Workbook(target, {"in_memory": True})
    book.set_properties({"author": "peerbook", "created": _NO_MOMENT})
    taken: set[str] = set()
    titles: dict[str, str] = {}
    mark = " " + _("(invented)") if origin and origin.synthetic else ""
    whole = [*sheets, *([_about(origin)] if origin else [])]
    for sheet in whole:
        title = _free_title(sheet.title[: MAX_SHEET_TITLE - len(mark)] + mark, taken)
        taken.add(title.casefold())
        titles.setdefault(sheet.title, title)
        book.add_worksheet(title)
    looks = _Looks(book)
    for sheet, page in zip(whole, book.worksheets(), strict=True):
        _Page(page, looks, titles).write(sheet)
        _set_up_print(page, origin)
    book.close()
    return target.getvalue()


def _about(origin: Origin) -> Sheet:
    told = [*origin.parts, *([(_("Please note"), origin.notice)] if origin.notice else [])]
    columns = SheetColumn(_("What"), 24), SheetColumn(_("Detail"), 60)
    return Sheet(_("About this file"), columns, told)


def _set_up_print(page: Worksheet, origin: Origin | None) -> None:
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    if origin is not None:
        page.set_footer(_margin(origin.line))
        page.set_header(_margin(origin.notice))


def _margin(text: str) -> str:
    """Return a text for the foot or the head of a page; an ampersand would begin a code there."""
    if not text:
        return ""
    room = _MAX_MARGIN - len("&L") - text.count("&")
    return "&L" + text[:room].replace("&", "&&")


def _free_title(wanted: str, taken: set[str]) -> str:
    """Return a title Excel accepts and no other sheet has."""
    plain = _plain(wanted).translate(_NOT_IN_TITLES).strip(" '-") or "-"
    title, number = plain[:MAX_SHEET_TITLE], 1
    while title.casefold() in taken:
        number += 1
        ending = f" {number}"
        title = plain[: MAX_SHEET_TITLE - len(ending)] + ending
    return title


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, look: Mapping[str, Any], **more: Any) -> Format:
        """Return the format of a look."""
        whole = {**look, **more}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]


@dataclass(frozen=True)
class _Page:
    """A sheet while it is written.

    Parameters
    ----------
    titles
        The titles sheets got, by those that were asked for.
    """

    page: Worksheet
    looks: _Looks
    titles: Mapping[str, str]

    def write(self, sheet: Sheet) -> None:
        """Write headings, rows, and rules for what is filled in."""
        for position, column in enumerate(sheet.columns):
            self._text(0, position, column.heading, _HEADING)
            typed = self.looks({"num_format": _TEXT_FORMAT}) if column.is_text else None
            self.page.set_column(position, position, column.width, typed)
            if sheet.room and (column.allowed or column.prompt):
                self.page.data_validation(
                    xl_range_abs(1, position, sheet.room, position), _rule(column)
                )
        for number, row in enumerate(sheet.rows, start=1):
            if len(row) > len(sheet.columns):
                raise ValueError(f"row {number + 1} of “{sheet.title}” is longer than the columns")
            for position, value in enumerate(row):
                if isinstance(value, Formula):
                    self._formula(number, position, value)
                else:
                    self._value(number, position, value)
        lines = max((_lines(column) for column in sheet.columns), default=1)
        if lines > 1:  # not every program finds the height of wrapped headings itself
            self.page.set_row(0, lines * _LINE_HEIGHT)
        self.page.freeze_panes(1, 0)

    def _formula(self, row: int, position: int, formula: Formula) -> None:
        def quoted(name: re.Match[str]) -> str:
            return "'{}'".format(self.titles[name[1]].replace("'", "''"))

        text = "=" + re.sub("«([^»]*)»", quoted, formula.text)
        stands = _WRAPPED if isinstance(formula.value, str) and formula.value else _TOP
        look = self.looks(stands, num_format=_PLAIN_FORMAT if formula.is_plain else _DECIMAL_FORMAT)
        known = float(formula.value) if isinstance(formula.value, Decimal) else formula.value
        self.page.write_formula(row, position, text, look, known)

    def _value(self, row: int, position: int, value: Value) -> None:
        if isinstance(value, str):
            self._text(row, position, value, _WRAPPED)
        elif isinstance(value, dt.datetime):
            look = self.looks(_TOP, num_format=f"{_DATE_FORMAT} {_TIME_FORMAT}")
            self.page.write_datetime(row, position, value.replace(tzinfo=None), look)
        elif isinstance(value, dt.date | dt.time):
            form = _DATE_FORMAT if isinstance(value, dt.date) else _TIME_FORMAT
            self.page.write_datetime(row, position, value, self.looks(_TOP, num_format=form))
        elif value is not None and math.isfinite(value):
            has_decimals = isinstance(value, float | Decimal)
            look = self.looks(_TOP, **({"num_format": _DECIMAL_FORMAT} if has_decimals else {}))
            self.page.write_number(row, position, value, look)

    def _text(self, row: int, position: int, value: str, look: Mapping[str, Any]) -> None:
        text = _plain(value)
        if len(text.encode("utf-16-le")) > 2 * MAX_CELL_TEXT:
            raise ValueError(f"a text of {len(text)} characters does not fit a cell")
        is_risky = text.lstrip(" \u00a0").startswith(_FORMULA_STARTS)
        known = self.looks(look, **({"quote_prefix": True} if is_risky else {}))
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes this for a rich text of its own, and would write it as it stands.
            self.page.write_rich_string(row, position, text[0], text[1], text[2:], known)
        elif text:
            self.page.write_string(row, position, text, known)


def _lines(column: SheetColumn) -> int:
    room = max(1, column.width - 1)  # what the indent leaves
    return sum(max(1, math.ceil(len(line) * 1.15 / room)) for line in column.heading.split("\n"))


def _rule(column: SheetColumn) -> dict[str, Any]:
    """Return how the spreadsheet program helps while cells are filled; the reader trusts none."""
    rule: dict[str, Any] = {"validate": "any"}
    if column.allowed:
        told = _("Use one of {codes}, or leave the cell empty.").format(
            codes=format_list(column.allowed)
        )
        rule = {
            "validate": "list", "source": list(column.allowed),
            "error_message": told[:_MAX_PROMPT],
        }  # fmt: skip
    if column.prompt:
        rule["input_message"] = column.prompt[:_MAX_PROMPT]
    return rule


def _plain(text: str) -> str:
    """Return a text without the characters that XML cannot hold, and with one end of lines."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_XML.sub("", whole)
