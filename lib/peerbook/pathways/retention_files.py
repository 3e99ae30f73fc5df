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
from peerbook.pathways.retention import (
    DAYS_IN,
    ENDS,
    POSITIVE_ENDS,
    By,
    Retention,
    retention,
    time_at_risk,
)
from peerbook.people.names import end_name
from peerbook.privacy.disclosure import Cell, People, Table, ToldCell, ToldTable, disclose
from peerbook.text import _
from peerbook.ui import MakeFile

EVERY_MONTHS = 3
"""How far the times lie apart: the closer, the fewer people between two of them."""

_WELL = "well"
_Group = tuple[str, pd.DataFrame]


@dataclass(frozen=True)
class Outgoing:
    """Headings and rows of a file, and what it is called."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Written, ...], ...]


def outgoing(
    frame: pd.DataFrame,
    by: By | None,
    names: Mapping[str | None, str],
    as_of: dt.date,
    *,
    threshold: int,
    title: str,
) -> Outgoing:
    """Return retention as it may leave: people at regular times, and how it ended.

    Counts are of people, all of them judged together by disclosure control. A share is told in
    whole per cent and only beside the two counts it is made of: who had come so far, and for how
    many it had ended by then.

    Parameters
    ----------
    frame, by, as_of, threshold
        As in `retention.split`; all together alone when `by` is None.
    names
        What the groups are called.
    title
        What the file is about.
    """
    times = time_at_risk(frame, as_of)
    groups: list[_Group] = [] if by == "role" else [(_("All together"), times)]
    if by is not None:
        parts = {None if pd.isna(key) else str(key): part for key, part in
                 times.groupby(by, dropna=False)}  # fmt: skip
        in_order = sorted(parts, key=lambda key: (-len(parts[key]), key or ""))
        groups += [(names.get(key, key or ""), parts[key]) for key in in_order]
    tables = [table for name, part in groups for table in _tables(name, part)]
    told = iter(disclose(tables, threshold))
    rows: list[tuple[Written, ...]] = []
    for name, part in groups:
        left, ended, ways = next(told), next(told), next(told)
        curve = retention(frame.loc[part.index], as_of, threshold)
        rows += _rows(name, curve, (left, ended, ways), threshold)
    headings = (
        _("Group"), _("What"), _("Months"), _("People"), _("Still there (%)"), _("At least (%)"),
        _("At most (%)"),
    )  # fmt: skip
    return Outgoing(title, headings, tuple(rows))


def _tables(name: str, times: pd.DataFrame) -> Iterator[Table]:
    """Yield of a group who had come how far, for whom it had ended by then, and in which ways."""
    everybody = frozenset(times["participant"])
    months = _months(times)

    def whose(which: pd.Series[bool]) -> People:
        return frozenset(times.loc[which, "participant"])

    has_ended = times["end"].notna()
    days = times["days"]
    yield Table(f"left {name}", ("month",), tuple(
        Cell((str(month),), whose(days >= month * DAYS_IN["months"])) for month in months
    ))  # fmt: skip
    yield Table(f"ended {name}", ("month",), tuple(
        Cell(
            (str(month),), whose(has_ended & (days <= month * DAYS_IN["months"])), out_of=everybody
        )
        for month in months
    ))  # fmt: skip
    yield Table(f"ways {name}", ("end",), (
        Cell((_WELL,), whose(times["end"].isin(POSITIVE_ENDS))),
        *(Cell((end,), whose(times["end"] == end)) for end in ENDS),
    ))  # fmt: skip


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
    if cell.mark == "few":
        return _("under {n}").format(n=threshold)
    if cell.mark == "kept_back" or cell.value is None:
        return _("kept back")
    return int(cell.value)


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
