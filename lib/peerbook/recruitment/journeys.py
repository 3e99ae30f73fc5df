"""How far each who asked has come: what is known of them put together, one row for each way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

from peerbook.people.ways import Way, begun_by, led_to, ways_of
from peerbook.rows import each

COLUMNS = (
    "code", "asked_on", "role", "heard_via", "decided_via", "talked_on", "joined_on", "matched_on",
    "completed_on",
)  # fmt: skip


def journeys(enquiries: pd.DataFrame, reached: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each who asked, and once more when they ask again after they joined.

    Parameters
    ----------
    enquiries
        `code` (missing where nobody said who they were), `asked_on`, `role`, `heard_via`,
        `decided_via`; those of one day in the order they were noted.
    reached
        `code`, `stage` (talked or joined) and `on`, in any order.
    matches
        `code`, `matched_on` and `completed_on`, which is missing where the pair did not complete.

    Returns
    -------
    DataFrame
        `COLUMNS`; a day is missing where the stage was not reached on that way. A pair belongs to
        the way that led to its match (`ways.led_to`), and so does its completion.
    """
    asked: defaultdict[str | None, list[Way]] = defaultdict(list)
    for row in each(enquiries):
        asked[row.code].append(Way(row.asked_on, row.role, row.heard_via, row.decided_via))
    nameless = asked.pop(None, [])
    stages: defaultdict[tuple[str, str], list[dt.date]] = defaultdict(list)
    for row in each(reached):
        stages[row.code, row.stage].append(row.on)
    pairs: defaultdict[str, list[Any]] = defaultdict(list)
    for row in each(matches):
        pairs[row.code].append(row)
    rows: list[tuple[Any, ...]] = [_row(None, way) for way in nameless]
    for code, enquired in asked.items():
        ways = ways_of(enquired, stages[str(code), "joined"])
        talked = [(begun_by(ways, day), day) for day in stages[str(code), "talked"]]
        led = [(led_to(ways, pair.matched_on), pair) for pair in pairs[str(code)]]
        rows += [
            _row(
                code, way,
                _earliest(day for begun, day in talked if begun is way),
                _earliest(pair.matched_on for mine, pair in led if mine is way),
                _earliest(pair.completed_on for mine, pair in led if mine is way),
            )
            for way in ways
        ]  # fmt: skip
    rows.sort(key=lambda row: (row[1], row[0] or ""))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _row(
    code: str | None,
    way: Way,
    talked_on: dt.date | None = None,
    matched_on: dt.date | None = None,
    completed_on: dt.date | None = None,
) -> tuple[Any, ...]:
    return (
        code, way.asked_on, way.role, way.heard_via, way.decided_via, talked_on, way.joined_on,
        matched_on, completed_on,
    )  # fmt: skip


def _earliest(days: Iterable[dt.date | None]) -> dt.date | None:
    return min((day for day in days if day is not None), default=None)
