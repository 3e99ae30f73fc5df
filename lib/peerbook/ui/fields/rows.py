"""Questions asked once for each line of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_number
from peerbook.ui.fields.field import Field, is_blank
from peerbook.ui.fields.files import FileField
from peerbook.ui.fields.together import check_names_differ, in_order

ROW_ID_LENGTH = 64
_ROW_ID = re.compile(rf"[\w.:-]{{1,{ROW_ID_LENGTH}}}")


@dataclass(frozen=True)
class Row:
    """One line of a `RowsField`.

    Parameters
    ----------
    id
        The id the row was shown with; None for a row that was added on the page. In a growing
        list it comes from the browser: check that it belongs where it is used.
    values
        Value by field name.
    place
        Where the page shows it, for a fault at `<name>.<place>.<column>`; empty before it is shown.
    """

    id: str | None
    values: dict[str, object] = field(default_factory=dict)
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class RowsField(Field[tuple[Row, ...]]):
    """The same few questions about several people or things, as a table.

    Parameters
    ----------
    fields
        The columns.
    row_label
        What a row is about ("Person"); heads the first column, and names the rows of a list that
        grows ("Person 2").
    rows
        Id and label of each row of a fixed list; None for a list that the user makes longer.
    max_rows
        Most rows of a list that can grow.
    fill
        Label of a button, name of a column, and the raw answer the button gives in all rows that
        have none there yet; no button when None.
    check
        Told the rows, returns what else is wrong with them, at their places. A value that cannot
        be read is missing from its row; its fault is told together with these.
    """

    _: KW_ONLY
    fields: Sequence[Field[Any]]
    row_label: str
    rows: Sequence[tuple[str, str]] | None = None
    max_rows: int = 200
    fill: tuple[str, str, str] | None = None
    check: Callable[[tuple[Row, ...]], Sequence[Fault]] | None = None

    kind: ClassVar[str] = "rows"
    blank: ClassVar[object] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(isinstance(column, RowsField | FileField) for column in self.fields):
            raise ValueError("rows cannot hold rows or files")
        check_names_differ(self.fields)
        if self.rows is not None and len({row_id for row_id, _label in self.rows}) != len(
            self.rows
        ):
            raise ValueError("the rows of a list need ids that differ")

    def parse(self, raw: object) -> tuple[Row, ...]:
        """Return the rows; of a fixed list all of them, in its order.

        Raises
        ------
        InputFault
            With every fault found, each at `<name>.<row id or number from 0>.<column>`.
        """
        entries = [] if is_blank(raw) else self._entries(raw)
        rows = self._growing(entries) if self.rows is None else self._fixed(entries)
        if self.required and not rows:
            raise self._fault(_("Add at least one row."))
        return rows

    def raw(self, value: tuple[Row, ...]) -> object:
        """Return the rows as the browser shows them."""
        return [
            {
                "id": row.id,
                "values": {
                    column.name: column.raw(row.values[column.name])
                    for column in self.fields
                    if column.name in row.values
                },
            }
            for row in value or ()
        ]

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {
            "fields": [column.spec() for column in self.fields],
            "row_label": self.row_label,
            "rows": None if self.rows is None else [[i, label] for i, label in self.rows],
            "max_rows": self.max_rows,
            "fill": None if self.fill is None else list(self.fill),
        }

    def _entries(self, raw: object) -> list[tuple[str | None, Mapping[str, object]]]:
        if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
            raise self._unreadable()
        entries = []
        for entry in raw:
            if not isinstance(entry, Mapping) or not isinstance(entry.get("values"), Mapping):
                raise self._unreadable()
            row_id = entry.get("id")
            if row_id is not None and not (isinstance(row_id, str) and _ROW_ID.fullmatch(row_id)):
                raise self._unreadable()
            entries.append((row_id, entry["values"]))
        ids = [row_id for row_id, _values in entries if row_id is not None]
        if len(set(ids)) != len(ids):
            raise self._unreadable()
        return entries

    def _fixed(self, entries: list[tuple[str | None, Mapping[str, object]]]) -> tuple[Row, ...]:
        given = dict(entries)
        known = [row_id for row_id, _label in self.rows or ()]
        if not set(given) <= set(known):
            raise self._fault(
                _("The list has changed meanwhile. Reload the page; your draft is kept.")
            )
        return self._parsed([(row_id, row_id, given.get(row_id, {})) for row_id in known])

    def _growing(self, entries: list[tuple[str | None, Mapping[str, object]]]) -> tuple[Row, ...]:
        if len(entries) > self.max_rows:
            message = _("There is room for {limit} rows. Save some of them first.")
            raise self._fault(message.format(limit=format_number(self.max_rows)))
        return self._parsed(
            [
                (str(index), row_id, values)
                for index, (row_id, values) in enumerate(entries)
                if any(not is_blank(value) and value is not False for value in values.values())
            ]
        )

    def _parsed(self, rows: list[tuple[str, str | None, Mapping[str, object]]]) -> tuple[Row, ...]:
        parsed, faults = [], []
        for place, row_id, answers in rows:
            values: dict[str, object] = {}
            for column in self.fields:
                try:
                    values[column.name] = column.parse(answers.get(column.name))
                except InputFault as error:
                    where = Place(field=f"{self.name}.{place}.{column.name}")
                    faults += [Fault(fault.message, where) for fault in error.faults]
            parsed.append(Row(row_id, values, place))
        if self.check is not None and parsed:
            faults += self.check(tuple(parsed))
        if faults:
            raise InputFault(in_order(faults, self._places(parsed)))
        return tuple(parsed)

    def _places(self, rows: Sequence[Row]) -> Iterator[str]:
        for row in rows:
            yield f"{self.name}.{row.place}"
            yield from (f"{self.name}.{row.place}.{column.name}" for column in self.fields)
