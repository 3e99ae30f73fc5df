"""Whether those who come to the café meet a face they know, and how often each host is there.

A volunteer should be there at least every second week, so that people can come to trust them, and
for years, so that they do not meet a row of revolving-door volunteers: Vejle manual, p. 21. From
that a face is known when the host has also been host within the 14 days before, and the index is
the share of weeks in which there was one. Weeks without a café count nowhere: not as weeks, and not
among the 14 days, so that nobody turns into a stranger because the café was closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

KNOWN_WITHIN = 14
"""Days within which a host was there before: Vejle manual, p. 21, "every second week"."""

LEAST_SHARE = 7 / KNOWN_WITHIN
"""Every second week has a known face."""

WEEKS = 26
"""So many of the latest weeks with a café are looked at: half a year, as of the head counts."""

FEWEST_WEEKS = 4
"""Weeks it takes to say anything: two rounds of every second week."""


@dataclass(frozen=True)
class Cafe:
    """One time the café was open.

    Parameters
    ----------
    date
        When.
    hosts
        Who was host, by keys that say nothing.
    unknown
        How many hosts there were of whom nobody knows any more who they were.
    """

    date: dt.date
    hosts: frozenset[str] = frozenset()
    unknown: int = 0


@dataclass(frozen=True)
class Host:
    """How often somebody was host, in the weeks that are looked at.

    Parameters
    ----------
    key
        Who.
    cafes, weeks
        How many times, and in how many weeks.
    first, latest
        Of the days they were.
    every_weeks
        Weeks with a café from one week of theirs to the next, on average; None when there was one
        week only.
    weeks_since
        Weeks with a café since the latest of theirs.
    """

    key: str
    cafes: int
    weeks: int
    first: dt.date
    latest: dt.date
    every_weeks: float | None
    weeks_since: int

    @property
    def is_away(self) -> bool:
        """Whether they have not been there so lately that they would be known."""
        return self.weeks_since * 7 > KNOWN_WITHIN

    @property
    def is_seldom(self) -> bool:
        """Whether they were there less than every second week."""
        return self.every_weeks is not None and self.every_weeks * 7 > KNOWN_WITHIN


@dataclass(frozen=True)
class Faces:
    """The index, and the hosts behind it.

    Parameters
    ----------
    weeks, known
        Weeks that count, and how many of them had a known face.
    untold
        Weeks with a café of which nobody can say: no host is noted, or who it was is deleted.
    hosts
        Those who were there most often first.
    """

    weeks: int
    known: int
    untold: int
    hosts: tuple[Host, ...]

    @property
    def share(self) -> float | None:
        """The share of weeks with a known face; None when they are too few to say."""
        return None if self.weeks < FEWEST_WEEKS else self.known / self.weeks

    @property
    def is_low(self) -> bool:
        """Whether a known face was there less than every second week."""
        return self.share is not None and self.share < LEAST_SHARE


def faces(cafes: Iterable[Cafe]) -> Faces:
    """Return how it stands with known faces over the latest weeks with a café.

    The first week of all does not count: nobody can be known then.

    Parameters
    ----------
    cafes
        Those that were held, in any order.
    """
    held = sorted(cafes, key=lambda cafe: cafe.date)
    weeks = {monday: place for place, monday in enumerate(sorted({_monday(c.date) for c in held}))}
    looked_at = set(sorted(weeks)[-WEEKS:])
    last_there: dict[str, int] = {}
    known: set[dt.date] = set()
    told: set[dt.date] = set()
    unsure: set[dt.date] = set()
    for cafe in held:
        monday = _monday(cafe.date)
        on = 7 * weeks[monday] + cafe.date.weekday()
        if any(0 < on - last_there.get(host, on) <= KNOWN_WITHIN for host in cafe.hosts):
            known.add(monday)
        if cafe.hosts:
            told.add(monday)
        if cafe.unknown:
            unsure.add(monday)
        last_there |= dict.fromkeys(cafe.hosts, on)
    after_first = looked_at - set(sorted(weeks)[:1])
    counted = after_first & (known | (told - unsure))
    return Faces(
        len(counted), len(counted & known), len(after_first - counted),
        _hosts([cafe for cafe in held if _monday(cafe.date) in looked_at], weeks),
    )  # fmt: skip


def _hosts(held: list[Cafe], weeks: dict[dt.date, int]) -> tuple[Host, ...]:
    days: dict[str, list[dt.date]] = {}
    for cafe in held:
        for key in cafe.hosts:
            days.setdefault(key, []).append(cafe.date)
    found = []
    for key, there in days.items():
        places = sorted({weeks[_monday(day)] for day in there})
        every = (places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else None
        since = len(weeks) - 1 - places[-1]
        found.append(Host(key, len(there), len(places), there[0], there[-1], every, since))
    return tuple(sorted(found, key=lambda host: (-host.cafes, host.first, host.key)))


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
