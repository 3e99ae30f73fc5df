"""What `peerbook import` says: the same as the page, on lines, without anybody's name."""

from __future__ import annotations

from collections.abc import Iterator

from peerbook.course.data_imports import Look, Question
from peerbook.data.import_words import counts_text, fate_name
from peerbook.errors import Fault
from peerbook.text import _

MOST_LINES = 200


def told(look: Look) -> Iterator[str]:
    """Yield what a file would do: of every row, and in all."""
    yield from _some([_fault(fault) for fault in look.reading.faults])
    yield from _some(
        [
            _("Row {row}: {fate}").format(row=line.row, fate=fate_name(line.fate))
            + (f" ({line.detail})" if line.detail else "")
            for line in look.lines
        ]
    )
    for question in look.questions:
        yield from _asked(question)
    yield counts_text(look)


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield _("… and {n} more").format(n=len(lines) - MOST_LINES)


def _fault(fault: Fault) -> str:
    place = fault.place
    where = [
        _("sheet “{sheet}”").format(sheet=place.sheet) if place.sheet else "",
        _("row {row}").format(row=place.row) if place.row else "",
        _("column “{column}”").format(column=place.column) if place.column else "",
    ]
    known = ", ".join(filter(None, where))
    return f"{known}: {fault.message}" if known else fault.message


def _asked(question: Question) -> Iterator[str]:
    yield question.text
    for key, label in question.options:
        yield f"  --answer {question.key}={key}  {label}"
