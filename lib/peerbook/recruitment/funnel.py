"""The way from the first enquiry to a completed course of support, per channel: how many came on.

A share stands with what it is of and with an interval, since the numbers are small.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd
from scipy import stats

from peerbook.people.ways import begun_by, led_to, made_come
from peerbook.rows import each

Stage = Literal["asked", "talked", "joined", "matched", "completed"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""Each follows the one before it; nobody is ever rejected (seeds/vejle-manual.txt, p. 8)."""

By = Literal["heard_via", "decided_via"]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Share:
    """A share of people with its interval.

    Parameters
    ----------
    people, of
        How many, and of how many.
    low, high
        Ends of the interval, 0 to 1; None where there is nobody to be a share of.
    """

    people: int
    of: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """The share, 0 to 1; None of nobody."""
        return self.people / self.of if self.of else None


@dataclass(frozen=True)
class Row:
    """One channel's people.

    Parameters
    ----------
    channel
        Name of the channel; None for all together.
    reached
        How many reached each stage, in the order of `STAGES`.
    """

    channel: str | None
    reached: tuple[int, ...]

    def share(self, stage: Stage) -> Share:
        """Return the share of those who asked that reached a stage."""
        return wilson(self.reached[STAGES.index(stage)], self.reached[0])


@dataclass(frozen=True)
class Spent:
    """What was spent on one channel, and what for.

    Parameters
    ----------
    channel
        Name of the channel.
    minutes, cost_kr
        All that was noted.
    contracts
        How many contracts were started with somebody of that channel.
    """

    channel: str
    minutes: int
    cost_kr: int
    contracts: int

    @property
    def minutes_each(self) -> float | None:
        """Minutes for each contract; None where there is none to divide by."""
        return self.minutes / self.contracts if self.contracts else None

    @property
    def kr_each(self) -> float | None:
        """Kroner for each contract; None where there is none to divide by."""
        return self.cost_kr / self.contracts if self.contracts else None


def wilson(people: int, of: int) -> Share:
    """Return a share with Wilson's score interval of 95 %.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927) 209-212; recommended for small numbers by Brown, Cai and DasGupta, Interval
    estimation for a binomial proportion, Statistical Science 16 (2001) 101-133. Without
    continuity correction.

    >>> one = wilson(1, 10)
    >>> round(one.low, 4), round(one.high, 4)
    (0.0179, 0.4042)
    """
    if of == 0:
        return Share(0, 0, None, None)
    interval = stats.binomtest(people, of).proportion_ci(CONFIDENCE, method="wilson")
    return Share(people, of, float(interval.low), float(interval.high))


def funnel(
    journeys: pd.DataFrame, by: By, *, first: dt.date | None = None, last: dt.date | None = None
) -> tuple[Row, ...]:
    """Return how far those who asked in a period have come, per channel, the most first.

    Parameters
    ----------
    journeys
        One row for each who asked: `asked_on`, `heard_via`, `decided_via`, and the day they
        reached each later stage as `talked_on`, `joined_on`, `matched_on`, `completed_on`; missing
        where they have not. Whoever reached a stage counts as having reached those before it, for
        not every talk is written down.
    by
        The channel they first heard through, or the one that made them come. Where the second is
        not known the first stands for it.
    first, last
        Only those who asked on these days or between; None leaves that end open.

    Returns
    -------
    tuple of Row
        All together, then each channel through which anybody came.
    """
    frame = _asked_between(journeys, first, last)
    reached = _reached(frame)
    counts = reached.groupby(_channel(frame, by)).sum()
    rows = [Row(str(name), tuple(int(n) for n in values)) for name, *values in counts.itertuples()]
    rows.sort(key=lambda row: (-row.reached[0], row.channel or ""))
    return (Row(None, tuple(int(reached[stage].sum()) for stage in STAGES)), *rows)


def contracts_started(
    journeys: pd.DataFrame, contracts: pd.DataFrame, by: By, *, first: dt.date | None = None
) -> dict[str, int]:
    """Return how many contracts were started with somebody who came through each channel.

    A contract has two people, and is one also where both came through the same channel; where they
    came through two, it is told of each of these. It belongs to the way that led to the match.

    Parameters
    ----------
    journeys, by, first
        As for `funnel`.
    contracts
        `contract`, `code` and `matched_on`, one row for each of its two people.
    """
    came = _with_channel(contracts, "matched_on", journeys, by, led_to)
    came = _asked_between(came, first, None)
    counts = came.groupby("channel")["contract"].nunique()
    return {str(name): int(count) for name, count in counts.items()}


def spent_in_talks(journeys: pd.DataFrame, talks: pd.DataFrame, by: By) -> pd.DataFrame:
    """Return the time of talks as what was spent on the channel through which each came.

    Parameters
    ----------
    journeys, by
        As for `funnel`.
    talks
        `code`, `date` and `minutes` of all staff together, one row for each talk that was held.

    Returns
    -------
    DataFrame
        `channel`, `date`, `minutes` and `cost_kr`, which is none; nothing of whoever never asked.
    """
    came = _with_channel(talks, "date", journeys, by, begun_by)
    return came.assign(cost_kr=0)[["channel", "date", "minutes", "cost_kr"]]


def _with_channel(
    rows: pd.DataFrame,
    day: str,
    journeys: pd.DataFrame,
    by: By,
    which: Callable[[Sequence[Any], dt.date], Any],
) -> pd.DataFrame:
    """Return rows about people with the channel of one of the ways of each, and when it began."""
    ways: defaultdict[str, list[Any]] = defaultdict(list)
    for way in each(journeys.assign(channel=_channel(journeys, by))):
        if way.code is not None:
            ways[way.code].append(way)
    found = [which(ways[code], on) for code, on in zip(rows["code"], rows[day], strict=True)]
    known = [way for way in found if way is not None]
    return rows.loc[[way is not None for way in found]].assign(
        channel=[way.channel for way in known], asked_on=[way.asked_on for way in known]
    )


def _asked_between(
    journeys: pd.DataFrame, first: dt.date | None, last: dt.date | None
) -> pd.DataFrame:
    frame = journeys
    if first is not None:
        frame = frame[frame["asked_on"] >= first]
    if last is not None:
        frame = frame[frame["asked_on"] <= last]
    return frame


def _channel(journeys: pd.DataFrame, by: By) -> pd.Series:
    heard = journeys["heard_via"]
    if by == "heard_via":
        return heard
    told = [made_come(*channels) for channels in each(journeys[["heard_via", "decided_via"]])]
    return pd.Series(told, index=journeys.index, dtype=object)


def people_reached(journeys: pd.DataFrame, who: pd.Series) -> dict[str, frozenset[str]]:
    """Return who has come to each stage, for figures that are judged before they leave.

    Parameters
    ----------
    journeys
        As for `funnel`.
    who
        Code or pseudonym of each row's person; whoever did not say who they were is one each.
    """
    known = who.astype(object).where(who.notna(), "row " + who.index.astype(str))
    reached = _reached(journeys)
    return {stage: frozenset(known[reached[stage]]) for stage in STAGES}


def _reached(journeys: pd.DataFrame) -> pd.DataFrame:
    """Return for each row whether it came to each stage, or to one after it."""
    reached = pd.DataFrame({"asked": True}, index=journeys.index)
    so_far = pd.Series(data=False, index=journeys.index)
    for stage in reversed(STAGES[1:]):
        so_far = so_far | journeys[f"{stage}_on"].notna()
        reached[stage] = so_far
    return reached[list(STAGES)]


def spent_per_contract(efforts: pd.DataFrame, contracts: Mapping[str, int]) -> tuple[Spent, ...]:
    """Return what was spent on each channel for each contract that came of it.

    Parameters
    ----------
    efforts
        `channel`, `minutes`, `cost_kr`, one row for each thing that was done.
    contracts
        How many were started, by channel, as `contracts_started` gives them for the same period.
    """
    sums = efforts.groupby("channel")[["minutes", "cost_kr"]].sum()
    return tuple(
        Spent(str(name), int(minutes), int(cost), contracts.get(str(name), 0))
        for name, minutes, cost in sums.itertuples()
    )
