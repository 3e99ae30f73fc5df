"""Retention as a file that may leave: what tells of few people is kept back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from peerbook.files import media_types
from peerbook.files.delimited import Cell as Written
from peerbook.files.delimited import delimited
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.spreadsheet import Sheet, SheetColumn, workbook
from peerbook.pathways.names import hidden_text
from peerbook.pathways.retention import (
    DAYS_IN,
    ENDS,
    POSITIVE_ENDS,
    By,
    Retention,
    counted_in,
    groups_of,
    retention,
    time_at_risk,
    whose,
)
from peerbook.people.names import end_name
from peerbook.privacy.disclosure import Cell, People, Table, ToldCell, ToldTable, disclose
from peerbook.text import _
from peerbook.ui import MakeFile

EVERY_MONTHS = 3
"""How far the times lie apart: the closer, the fewer people between two of them."""

_WELL = "well"
View = By | None
"""What a file is split by; None is all together."""

VIEWS: tuple[View, ...] = (None, "course", "channel", "role")
"""In the order in which they are judged. Who taught is shown on the page alone: no file tells of
staff by name."""


@dataclass(frozen=True)
class Outgoing:
    """Headings and rows of a file, what it is called, and what it tells.

    Parameters
    ----------
    told
        The contracts behind each figure in it, to be remembered.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Written, ...], ...]
    told: tuple[People, ...] = ()


def outgoing(
    frames: Mapping[View, pd.DataFrame],
    view: View,
    names: Mapping[str | None, str],
    as_of: dt.date,
    *,
    threshold: int,
    title: str,
    earlier: Sequence[People] = (),
) -> Outgoing:
    """Return retention as it may leave: how many at regular times, and how it ended.

    What is told is judged in one go with all other files of the day, whichever is made first, and
    with what was told earlier. A share is told in whole per cent and only beside the two counts it
    is made of: who had come so far, and for how many it had ended by then.

    Parameters
    ----------
    frames
        What every file is made of, by what it is split by, in the order of `VIEWS`; as in
        `retention.splits`.
    view
        Which of them this is; it begins with all together, but where it is split by role.
    names
        What the groups are called, by their key.
    as_of, threshold
        As in `retention.retention`.
    title
        What the file is about.
    earlier
        What stood behind the figures of earlier files.
    """
    needed = list(frames)[: list(frames).index(view) + 1]  # what comes later decides nothing here
    known = {by: time_at_risk(frames[by], as_of) for by in needed}
    groups = [
        (by, key, times)
        for by, whole in known.items()
        for key, times in ({None: whole} if by is None else groups_of(whole, by)).items()
    ]
    tables = [table for _by, _key, times in groups for table in _tables(times)]
    judged = iter(disclose(tables, threshold, earlier, whose(known.values())))
    cells = iter(tables)
    rows: list[tuple[Written, ...]] = []
    told: list[People] = []
    for by, key, times in groups:
        these = next(judged), next(judged), next(judged)
        behind = next(cells), next(cells), next(cells)
        if by == view or (by is None and view != "role"):
            name = _("All together") if by is None else names.get(key, key or "")
            curve = retention(frames[by].loc[times.index], as_of, threshold)
            rows += _rows(name, curve, these, threshold)
            told += _behind(behind, these)
    headings = (
        _("Group"), _("What"), _("Months"), _("People") if view == "role" else _("Contracts"),
        _("Still there (%)"), _("At least (%)"), _("At most (%)"),
    )  # fmt: skip
    return Outgoing(title, headings, tuple(rows), tuple(told))


def _tables(times: pd.DataFrame) -> Iterator[Table]:
    """Yield of a group who had come how far, for whom it had ended by then, and in which ways."""
    everybody = counted_in(times)
    months = _months(times)

    def those(which: pd.Series[bool]) -> People:
        return counted_in(times.loc[which])

    has_ended = times["end"].notna()
    days = times["days"]
    yield Table("left", ("month",), tuple(
        Cell((str(month),), those(days >= month * DAYS_IN["months"])) for month in months
    ))  # fmt: skip
    yield Table("ended", ("month",), tuple(
        Cell(
            (str(month),), those(has_ended & (days <= month * DAYS_IN["months"])), out_of=everybody
        )
        for month in months
    ))  # fmt: skip
    yield Table("ways", ("end",), (
        Cell((_WELL,), those(times["end"].isin(POSITIVE_ENDS))),
        *(Cell((end,), those(times["end"] == end)) for end in ENDS),
    ))  # fmt: skip


def _behind(tables: Sequence[Table], told: Sequence[ToldTable]) -> Iterator[People]:
    """Yield the contracts behind each figure that is shown; a share tells of two groups."""
    for table, judged in zip(tables, told, strict=True):
        for cell, mark in zip(table.cells, judged.cells, strict=True):
            if mark.mark == "shown":
                yield from (cell.people, *(() if cell.out_of is None else (cell.out_of,)))


def _months(times: pd.DataFrame) -> list[int]:
    longest = times["days"].max() / DAYS_IN["months"] if len(times) else 0
    return list(range(0, int(longest) + 1, EVERY_MONTHS))


def _rows(
    name: str, curve: Retention, tables: tuple[ToldTable, ...], threshold: int
) -> Iterator[tuple[Written, ...]]:
    left, ended, ways = tables
    for at_risk, gone in zip(left.cells, ended.cells, strict=True):
        month = int(at_risk.at[0])
        shares: tuple[int | None, ...] = (None, None, None)
        if at_risk.mark == gone.mark == "shown":
            at = curve.together_at(month * DAYS_IN["months"])
            shares = _percent(at.share), _percent(at.low), _percent(at.high)
        yield name, _("Had come so far"), month, _text(at_risk, threshold), *shares
    for cell in ways.cells:
        [end] = cell.at
        what = _("Ended well, in one of three ways") if end == _WELL else end_name(end)
        yield name, what, None, _text(cell, threshold), None, None, None


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _text(cell: ToldCell, threshold: int) -> str | int:
    return hidden_text(cell, threshold) if cell.value is None else int(cell.value)


Format = Literal["xlsx", "csv"]


def file_makers(
    read: Callable[[], Outgoing], today: Callable[[], dt.date], *, synthetic: bool
) -> Sequence[tuple[str, MakeFile]]:
    """Return what makes each file, with what its button says.

    Parameters
    ----------
    read
        Returns what stands in it, when it is asked for.
    today, synthetic
        As in `Origin`.
    """

    def make(kind: Format) -> tuple[str, bytes, str]:
        found = read()
        origin = Origin(fingerprint(found), today(), synthetic=synthetic)
        name = origin.file_name(found.title, kind)
        if kind == "csv":
            return name, delimited(found.headings, found.rows), media_types.CSV
        columns = tuple(SheetColumn(heading, 20) for heading in found.headings)
        sheet = Sheet(found.title, columns, found.rows)
        return name, workbook([sheet], origin), media_types.WORKBOOK

    return (
        (_("Spreadsheet (.xlsx)"), lambda: make("xlsx")),
        (_("Table (.csv)"), lambda: make("csv")),
    )
