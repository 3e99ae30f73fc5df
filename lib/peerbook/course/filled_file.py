"""What a page says of a filled template: how it was read, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from peerbook.errors import Fault
from peerbook.files import media_types
from peerbook.files.intake import Reading, Template, blank_file
from peerbook.text import _, format_list, ngettext
from peerbook.ui import Column, Download, FileField, Notice, Part, Table, UploadedFile

FILE = "file"
LARGEST_FILE = 5_000_000


def template_download(template: Template) -> Download:
    """Return the button that gives the user the blank template."""
    return Download(
        _("Download the template"),
        lambda: (f"{template.file_name}.xlsx", blank_file(template), media_types.WORKBOOK),
    )


def filled_file_field() -> FileField:
    """Return the field to choose a filled template in."""
    return FileField(
        FILE,
        _("The filled template"),
        required=True,
        max_bytes=LARGEST_FILE,
        hint=_("An Excel file (.xlsx), or the same sheet saved as CSV."),
    )


def chosen_file(value: object) -> UploadedFile:
    """Return the file a form gave."""
    if not isinstance(value, UploadedFile):
        raise TypeError("the form gave no file")
    return value


def read_as(file_name: str, reading: Reading) -> str:
    """Return one sentence on which file was read, and how."""
    if reading.table.encoding is None:
        return _("“{file}”, sheet “{sheet}”.").format(file=file_name, sheet=reading.sheet)
    encodings = {
        "utf-8": "UTF-8",
        "utf-8-sig": _("UTF-8 with mark"),
        "cp1252": "Windows-1252",
    }
    separators = {";": _("semicolon"), ",": _("comma"), "\t": _("tab"), "|": "|"}
    return _("“{file}”, CSV with letters in {encoding} and {separator} between the cells.").format(
        file=file_name,
        encoding=encodings[reading.table.encoding],
        separator=separators[str(reading.table.separator)],
    )


def unusable_text() -> str:
    """Return what stands by the button when a file cannot be taken in."""
    return _("The file cannot be used. You see why below.")


def wrong_file_parts(reading: Reading) -> list[Part]:
    """Return what is said of a file that cannot be taken in as it is."""
    of_the_whole = [fault for fault in reading.faults if fault.place.row is None]
    placed = [fault for fault in reading.faults if fault.place.row is not None]
    parts: list[Part] = [Notice("danger", _of_sheet(fault, reading)) for fault in of_the_whole]
    if placed:
        text = _("The file cannot be used as it is. Correct it, save it, and choose it again.")
        parts += [Notice("danger", text), fault_table(placed)]
    return parts


def _of_sheet(fault: Fault, reading: Reading) -> str:
    sheet = fault.place.sheet
    if sheet is None or sheet == reading.sheet:
        return fault.message
    return _("Sheet “{sheet}”: {message}").format(sheet=sheet, message=fault.message)


def fault_table(faults: Sequence[Fault]) -> Table:
    """Return every fault with its place and what to do about it."""
    sheets = {fault.place.sheet for fault in faults}
    columns = [
        Column("row", _("Row")),
        Column("column", _("Column")),
        Column("message", _("What to do")),
    ]
    caption = ngettext("{n} thing to correct", "{n} things to correct", len(faults)).format(
        n=len(faults)
    )
    if len(sheets) > 1:
        columns.append(Column("sheet", _("Sheet of the file")))
    elif sheet := next(iter(sheets)):
        caption = _("{things} in the sheet “{sheet}”").format(things=caption, sheet=sheet)
    rows = [
        {
            "row": fault.place.row,
            "column": fault.place.column,
            "message": fault.message,
            "sheet": fault.place.sheet,
        }
        for fault in faults
    ]
    return Table(columns, rows, caption, sortable=False)


def rows_text(rows: Sequence[int]) -> str:
    """Return the numbers of rows as one phrase."""
    numbers = format_list([str(row) for row in rows])
    return ngettext("row {rows}", "rows {rows}", len(rows)).format(rows=numbers)
