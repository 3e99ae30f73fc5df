"""How far each who asked has come: enquiries, talks and decisions put together, one row each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from peerbook.rows import each

COLUMNS = (
    "code", "asked_on", "role", "heard_via", "decided_via", "talked_on", "joined_on", "matched_on",
    "completed_on",
)  # fmt: skip


@dataclass
class _Journey:
    code: str | None
    asked_on: dt.date
    role: str
    heard_via: str
    decided_via: str | None
    reached: dict[str, dt.date]

    def row(self) -> tuple[Any, ...]:
        stages = ("talked", "joined", "matched", "completed")
        return (
            self.code, self.asked_on, self.role, self.heard_via, self.decided_via,
            *(self.reached.get(stage) for stage in stages),
        )  # fmt: skip


def journeys(enquiries: pd.DataFrame, reached: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each who asked, and once more when they ask again after they joined.

    Whoever calls twice before they join is one person on one way, and the first enquiry counts:
    it tells when and through what they came. Whoever takes part and asks again, as a peer who
    wants to be a mentor, begins a new one.

    Parameters
    ----------
    enquiries
        `code` (missing where nobody said who they were), `asked_on`, `role`, `heard_via`,
        `decided_via`; those of one day in the order they were noted.
    reached
        `code`, `stage` (talked, joined, matched or completed) and `on`, in any order.

    Returns
    -------
    DataFrame
        `COLUMNS`; a day is missing where the stage was not reached on that way.
    """
    open_ways: dict[str, _Journey] = {}
    finished: list[_Journey] = []
    by_code: dict[str, list[tuple[dt.date, str]]] = {}
    for row in each(reached):
        by_code.setdefault(row.code, []).append((row.on, row.stage))
    for days in by_code.values():
        days.sort(reverse=True)

    def walk(way: _Journey, until: dt.date | None) -> None:
        """Note the stages of somebody that lie before a day."""
        days = by_code.get(way.code or "", [])
        while days and (until is None or days[-1][0] < until):
            day, stage = days.pop()
            way.reached.setdefault(stage, day)

    for row in each(enquiries.sort_values("asked_on", kind="stable")):
        begun = _Journey(row.code, row.asked_on, row.role, row.heard_via, row.decided_via, {})
        if row.code is None:
            finished.append(begun)
            continue
        before = open_ways.get(row.code)
        if before is not None:
            walk(before, row.asked_on)
            if "joined" not in before.reached:
                before.decided_via = before.decided_via or row.decided_via
                continue
            finished.append(before)
        open_ways[row.code] = begun
    for way in open_ways.values():
        walk(way, None)
        finished.append(way)
    rows = [way.row() for way in sorted(finished, key=lambda way: (way.asked_on, way.code or ""))]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
