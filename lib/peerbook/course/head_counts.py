"""How many come where nobody signs up, and how many to expect next time."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from dataclasses import dataclass

import pandas as pd

from peerbook.course.rows import each

FEWEST_COUNTS = 3
"""Counts on the same weekday it takes to expect anything: the median of two is a guess."""

LATEST_COUNTS = 12
"""How many of the latest are used: a quarter of weekly cafés, so that old years weigh nothing."""

CURRENT = dt.timedelta(days=92)
"""A weekday without a count for a quarter, up to the newest, is no longer a day it happens on."""


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
        Their median, rounded up; None when they are too few.
    low, high
        The fewest and the most of them; None when they are too few.
    """

    weekday: int
    counts: int
    expected: int | None
    low: int | None
    high: int | None


def forecasts(counts: pd.DataFrame, occasion: str) -> tuple[Forecast, ...]:
    """Return how many to expect, for each weekday on which something happens now.

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
    by_weekday: dict[int, list[tuple[dt.date, int]]] = {}
    for day, people in rows:
        by_weekday.setdefault(day.weekday(), []).append((day, people))
    return tuple(
        _forecast(weekday, [people for _day, people in held[-LATEST_COUNTS:]])
        for weekday, held in sorted(by_weekday.items())
        if newest - held[-1][0] <= CURRENT
    )


def _forecast(weekday: int, people: list[int]) -> Forecast:
    if len(people) < FEWEST_COUNTS:
        return Forecast(weekday, len(people), None, None, None)
    expected = math.ceil(statistics.median(people))
    return Forecast(weekday, len(people), expected, min(people), max(people))
