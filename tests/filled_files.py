"""Filled templates in one line: `filled(template, {"overall": 4}, …)` is the file of a user."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import openpyxl

from peerbook.files import intake
from peerbook.files.intake import Reading, Template, blank_file
from peerbook.files.table import read_table

Row = Mapping[str, object]

# reliability.md section 4, number 10.
STARTS = [
    "=", "+", "-", "@", "\t=", "\r=", "\n=", "\0=", " =", "\u00a0=", "＝", "＋", "－", "＠", "  @",
    "\u200b=", "\u202e=", "\ufeff=", "'=", "''=",
]  # fmt: skip
RESTS = ["1+1", 'HYPERLINK("http://x";"y")', "cmd|' /C calc'!A0"]
HOSTILE = [start + rest for start in STARTS for rest in RESTS] + [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}",
    "'; DROP TABLE site; --", "../../etc/passwd", "\u202eabc", "a\u200bb", "x" * 1_000_000,
    "\x01\x02", "a;b", 'a"b', "a\r\nb",
]  # fmt: skip


def place_of(template: Template, key: str) -> int:
    """Return the position of a column, from 0, by its key or by its whole heading."""
    headings = list(template.headings())
    return next(i for i, one in enumerate(headings) if one == key or one.endswith(f"[{key}]"))


def filled_book(template: Template, *rows: Row) -> openpyxl.Workbook:
    """Return the blank file with rows written into it, as openpyxl sees it."""
    book = openpyxl.load_workbook(io.BytesIO(blank_file(template)))
    for number, row in enumerate(rows, start=2):
        for key, value in row.items():
            book.worksheets[0].cell(number, place_of(template, key) + 1).value = value
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook as a file."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def filled(template: Template, *rows: Row) -> bytes:
    """Return the blank file with rows written into it."""
    return saved(filled_book(template, *rows))


def as_csv(template: Template, *rows: Row, separator: str = ";") -> str:
    """Return the same sheet as Danish Excel saves it as CSV."""
    headings = list(template.headings())
    lines: list[Iterable[object]] = [headings]
    for row in rows:
        cells: list[object] = [""] * len(headings)
        for key, value in row.items():
            cells[place_of(template, key)] = value
        lines.append(cells)
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator, lineterminator="\r\n").writerows(lines)
    return target.getvalue()


def read_filled(template: Template, data: bytes, others: Iterable[Template] = ()) -> Reading:
    """Return what a filled file says."""
    return intake.read_filled(template, read_table(data), others)


def peak_kb(pid: int) -> int:
    """Return the most memory a process that reads files has had, 0 where that cannot be asked."""
    status = Path(f"/proc/{pid}/status")
    told = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in told if line.startswith("VmHWM")), 0)
