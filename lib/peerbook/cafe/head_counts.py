"""How many come where nobody signs up, and how many to expect next time."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from dataclasses import dataclass

import pandas as pd

from peerbook.rows import each

FEWEST_COUNTS = 3
"""Counts on the same weekday it takes to expect anything: the median of two is a guess."""

LATEST_COUNTS = 12
"""How many of the latest are used: a quarter of weekly cafés, so that old years weigh nothing."""

SHOWN_COUNTS = 52
"""Counts that are looked at: half a year of two cafés a week, and few enough to tell apart."""

CURRENT = dt.timedelta(days=92)
"""A weekday without a count for a quarter, up to the newest, tells nothing of the next time."""


@dataclass(frozen=True)
class Forecast:
    """How many to expect on one weekday.

    Parameters
    ----------
    weekday
        Monday is 0.
    counts
        Earlier counts it rests on.
    expected
        Their median, rounded up; None when they are too few or too old.
    low, high
        The fewest and the most of them; None as for `expected`.
    latest
        When the weekday was last counted.
    is_current
        Whether that is less than a quarter before the newest count of all.
    """

    weekday: int
    counts: int
    expected: int | None
    low: int | None
    high: int | None
    latest: dt.date
    is_current: bool


def forecasts(counts: pd.DataFrame, occasion: str) -> tuple[Forecast, ...]:
    """Return how many to expect, for each weekday among the latest counts.

    The rule: of the latest twelve counts on the same weekday the median, and the fewest and most
    as range; at least three counts.

    Parameters
    ----------
    counts
        Columns `occasion`, `date`, `people`.
    occasion
        Which of them.
    """
    rows = sorted((row.date, row.people) for row in each(counts) if row.occasion == occasion)
    if not rows:
        return ()
    newest = rows[-1][0]
    shown = {day.weekday() for day, _people in rows[-SHOWN_COUNTS:]}
    return tuple(
        _forecast(weekday, [row for row in rows if row[0].weekday() == weekday], newest)
        for weekday in sorted(shown)
    )


def _forecast(weekday: int, held: list[tuple[dt.date, int]], newest: dt.date) -> Forecast:
    latest = held[-1][0]
    people = [count for _day, count in held[-LATEST_COUNTS:]]
    is_current = newest - latest <= CURRENT
    if len(people) < FEWEST_COUNTS or not is_current:
        return Forecast(weekday, len(people), None, None, None, latest, is_current)
    expected = math.ceil(statistics.median(people))
    return Forecast(weekday, len(people), expected, min(people), max(people), latest, is_current)
