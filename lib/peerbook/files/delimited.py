"""CSV out, and back in as it was: Danish Excel opens it without asking, and nothing in it acts.

A text a spreadsheet program could take for a formula gets an apostrophe before it, and so does one
that begins with an apostrophe; so what was written can be told from what was added.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

MARK = "\ufeff"
GUARD = "'"
_ACTS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]*[=+\-@＝＋－＠\t\r\0]")

Cell = str | int | float | Decimal | None


def delimited(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as CSV: UTF-8 with mark, semicolons, decimal commas.

    Numbers are written as numbers, also below zero; texts so that no program takes them for
    formulas. An empty text is written as one apostrophe, and is not the same as nothing.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([guarded(heading) for heading in headings])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return (MARK + target.getvalue()).encode()


def read_back(data: bytes) -> list[list[str | None]]:
    """Return the rows of such a file, headings first: texts as they were, nothing as None.

    Raises
    ------
    ValueError
        When it is not such a file.
    """
    text = data.decode("utf-8").removeprefix(MARK)
    limit = csv.field_size_limit(len(text) + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
        return [[_read(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    finally:
        csv.field_size_limit(limit)


def guarded(text: str) -> str:
    """Return a text no program takes for a formula."""
    return GUARD + text if text.startswith(GUARD) or _ACTS.match(text) else text


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell) or GUARD
    if isinstance(cell, float) and not math.isfinite(cell):
        raise ValueError("a number that is none cannot be written")
    return str(cell).replace(".", ",")


def _read(cell: str) -> str | None:
    return cell.removeprefix(GUARD) if cell else None
