"""Whether more people asked after an article or a broadcast than would have asked anyhow.

With few enquiries most answers are that nobody can tell; then that is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy import stats

WINDOW_DAYS = 28
"""Enquiries from the day after it came out to this many days later are looked at."""
SHORTEST_BASIS_DAYS = 56
"""Fewer days to compare with than two windows say too little of what is usual."""
LONGEST_BASIS_DAYS = 182
"""What was usual half a year ago need not be usual now."""
CONFIDENCE = 0.95

Verdict = Literal["more", "fewer", "cannot_tell", "too_early", "no_basis", "mixed"]


@dataclass(frozen=True)
class Happening:
    """Something that could bring people, on a day: an article, a meeting, a visit."""

    day: dt.date
    label: str
    key: object = None


@dataclass(frozen=True)
class Interval:
    """Where a number lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True)
class Study:
    """What is known of the weeks after one happening.

    Parameters
    ----------
    of
        What is looked at.
    first, last
        The days of the window.
    observed
        How many asked in it.
    observed_interval
        How many there would be in the long run in such a window.
    expected
        How many there would have been as usual; None where there is too little to go by.
    basis_days, basis_count
        How many days are compared with, and how many asked on them.
    ratio
        Observed against usual, as an interval; None without a basis.
    others
        What else happened in the window or so shortly before that it still worked.
    verdict
        What can be said.
    """

    of: Happening
    first: dt.date
    last: dt.date
    observed: int
    observed_interval: Interval
    expected: float | None
    basis_days: int
    basis_count: int
    ratio: Interval | None
    others: tuple[Happening, ...]
    verdict: Verdict


def poisson_interval(count: int) -> Interval:
    """Return the exact interval of 95 % for the mean of a Poisson count.

    Source: F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936) 437-442.

    >>> one = poisson_interval(10)
    >>> round(one.low, 2), round(one.high, 2)
    (4.8, 18.39)
    """
    tail = (1 - CONFIDENCE) / 2
    low = float(stats.chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    return Interval(low, float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2)


def rate_ratio(count: int, days: int, other_count: int, other_days: int) -> Interval:
    """Return the exact interval of 95 % for how many times as often something happens as before.

    Given how many there were in all, those of one period are binomial, so that the interval of
    their share (Clopper-Pearson) gives that of the ratio.

    Source: J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from Poisson
    series, Biometrika 31 (1940) 313-323; Clopper and Pearson, Biometrika 26 (1934) 404-413.

    Returns
    -------
    Interval
        Its upper end is infinite where nothing happened in the other period.
    """
    if count + other_count == 0:
        return Interval(0.0, float("inf"))
    share = stats.binomtest(count, count + other_count).proportion_ci(CONFIDENCE, method="exact")
    times = other_days / days
    low, high = float(share.low), float(share.high)
    return Interval(
        low / (1 - low) * times if low < 1 else float("inf"),
        high / (1 - high) * times if high < 1 else float("inf"),
    )


def study(
    of: Happening,
    asked_on: Sequence[dt.date],
    others: Collection[Happening],
    *,
    began_on: dt.date,
    today: dt.date,
) -> Study:
    """Return what can be said of one happening.

    What is usual is counted on the days of half a year before it that lie in nobody's window: not
    in that of another article or meeting either.

    Parameters
    ----------
    of
        What is looked at.
    asked_on
        The day of every enquiry at the site.
    others
        All that could have brought people, with or without `of`.
    began_on
        From which day enquiries are written down.
    today
        Days after it have not been yet.
    """
    first, last = of.day + dt.timedelta(days=1), of.day + dt.timedelta(days=WINDOW_DAYS)
    rest = [one for one in others if (one.key, one.day, one.label) != (of.key, of.day, of.label)]
    beside = tuple(
        sorted(
            (one for one in rest if abs((one.day - of.day).days) <= WINDOW_DAYS),
            key=lambda one: (one.day, one.label),
        )
    )
    observed = sum(first <= day <= last for day in asked_on)
    start = max(began_on, of.day - dt.timedelta(days=LONGEST_BASIS_DAYS))
    taken = {
        one.day + dt.timedelta(days=after) for one in rest for after in range(1, WINDOW_DAYS + 1)
    }
    usual = {
        day
        for day in (start + dt.timedelta(days=n) for n in range((of.day - start).days + 1))
        if day not in taken
    }
    count, days = sum(day in usual for day in asked_on), len(usual)
    has_basis = days >= SHORTEST_BASIS_DAYS
    ratio = rate_ratio(observed, WINDOW_DAYS, count, days) if has_basis else None
    return Study(
        of, first, last, observed, poisson_interval(observed),
        count / days * WINDOW_DAYS if has_basis else None,
        days, count, ratio, beside,
        _verdict(ratio, beside, is_over=last < today),
    )  # fmt: skip


def _verdict(ratio: Interval | None, beside: Collection[Happening], *, is_over: bool) -> Verdict:
    if not is_over:
        return "too_early"
    if ratio is None:
        return "no_basis"
    if ratio.low > 1:
        return "mixed" if beside else "more"
    return "fewer" if ratio.high < 1 and not beside else "cannot_tell"
