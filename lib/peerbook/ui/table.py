"""Tables: a real one for people, and its plain data for the numbers under a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

import pandas as pd
import traitlets

from peerbook.text import (
    _,
    format_date,
    format_kroner,
    format_number,
    format_share,
    format_time,
)
from peerbook.ui.part import Answer, Part

ColumnKind = Literal["text", "number", "share", "kroner", "date", "day", "time", "status"]
Tone = Literal["ok", "info", "warn", "danger", "neutral"]
Cells = Mapping[str, object]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name
        Name of its value in a row.
    label
        Its heading.
    kind
        How values are written and sorted; numbers stand to the right, a `day` is a date with its
        weekday.
    decimals
        Decimals of a `number` or `share`.
    """

    name: str
    label: str
    kind: ColumnKind = "text"
    decimals: int = 0


@dataclass(frozen=True)
class Status:
    """A status in a cell: its words, with a mark that is told apart without colour.

    Parameters
    ----------
    text
        The words.
    tone
        Which mark.
    """

    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Link:
    """A link in a cell.

    Parameters
    ----------
    text
        The words.
    address
        The page of ours it leads to: a notebook and its parameters, no other place.
    """

    text: str
    address: str


@dataclass(frozen=True)
class RowAction:
    """A button in every row.

    Parameters
    ----------
    label
        What it says: in every row the same, or what is worked out from the row. Where that is
        nothing the row has no button.
    run
        Is given the row, and may return a sentence about what was done.
    confirm
        A question that must be answered with yes first; none when empty.
    """

    label: str | Callable[[Cells], str]
    run: Callable[[Cells], str | None]
    confirm: str = ""

    def label_for(self, row: Cells) -> str:
        """Return what the button of a row says."""
        return self.label if isinstance(self.label, str) else self.label(row)


@dataclass(frozen=True)
class TableData:
    """What stands in a table.

    Parameters
    ----------
    columns
        The columns; the first names its row.
    rows
        Values by column name; what is missing or None is shown as a dash.
    caption
        What the table shows.
    """

    columns: Sequence[Column]
    rows: Sequence[Cells]
    caption: str

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the table."""
        return {
            "caption": self.caption,
            "columns": [{"label": column.label, "kind": column.kind} for column in self.columns],
            "rows": [
                [_cell(column, row.get(column.name)) for column in self.columns]
                for row in self.rows
            ],
        }


class Table(Part):
    """A table.

    Parameters
    ----------
    columns, rows, caption
        As in `TableData`.
    sortable
        Whether the headings sort.
    action
        A button in every row.
    empty
        What to say when there are no rows.
    """

    data = traitlets.Dict().tag(sync=True)
    sortable = traitlets.Bool(True).tag(sync=True)
    confirm = traitlets.Unicode().tag(sync=True)
    edition = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Cells],
        caption: str,
        *,
        sortable: bool = True,
        action: RowAction | None = None,
        empty: str = "",
    ) -> None:
        self._content = TableData(columns, rows, caption)
        self._action = action
        super().__init__(
            "table",
            table_texts(empty),
            data=self._spec(),
            sortable=sortable,
            confirm=action.confirm if action else "",
        )
        self.answer_to("row", self._run)

    def update(self, rows: Sequence[Cells], *, caption: str | None = None) -> None:
        """Show other rows, sorted as the user has them now."""
        shown = self._content
        self._content = TableData(
            shown.columns, rows, shown.caption if caption is None else caption
        )
        with self.at_once():
            self.edition += 1
            self.data = self._spec()

    def _spec(self) -> dict[str, object]:
        rows, action = self._content.rows, self._action
        labels = {} if action is None else {"labels": [action.label_for(row) for row in rows]}
        return self._content.spec() | labels

    def _run(self, request: Mapping[str, Any], _buffers: object) -> Answer:
        index, rows = request.get("index"), self._content.rows
        is_ours = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(rows)
        if self._action is None or not is_ours or request.get("edition") != self.edition:
            return {"trouble": _("The table has changed meanwhile. Press the button again.")}
        row = rows[cast(int, index)]
        return {"said": (self._action.run(row) if self._action.label_for(row) else "") or ""}


def table_texts(empty: str = "") -> dict[str, str]:
    """Return the words of a table."""
    return {
        "empty": empty or _("There is nothing here yet."),
        "show_all": _("Show all {n} rows"),
    } | action_texts()


def action_texts() -> dict[str, str]:
    """Return the words around a button."""
    return {"working": _("One moment …"), "yes": _("Yes, go on"), "no": _("No, leave it")}


def _cell(column: Column, value: object) -> object:
    """Return a cell as the browser shows it: text, text and sort value, mark, link, or None."""
    if isinstance(value, Link):
        return {"text": value.text, "href": value.address}
    if isinstance(value, Status):
        return {"text": value.text, "tone": value.tone}
    if pd.isna(cast(Any, value)):
        return None
    if isinstance(value, dt.date | dt.time):
        return [_moment_text(column, value), value.isoformat()]
    if column.kind in ("number", "share", "kroner") and not isinstance(value, str):
        number = Decimal(str(value))
        return [_number_text(column, number), float(number)]
    return str(value)


def _moment_text(column: Column, moment: dt.date | dt.time) -> str:
    if isinstance(moment, dt.datetime):
        return f"{format_date(moment.date())} {format_time(moment)}"
    if isinstance(moment, dt.time):
        return format_time(moment)
    return format_date(moment, "weekday" if column.kind == "day" else "medium")


def _number_text(column: Column, number: Decimal) -> str:
    if column.kind == "share":
        return format_share(float(number), column.decimals)
    if column.kind == "kroner":
        return format_kroner(number)
    return format_number(number, column.decimals)
