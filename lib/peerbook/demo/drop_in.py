"""How many came to the cafés, meetings and common events of the synthetic Vejle.

The manual tells that a café took the project in a little under a year after the start, twice a
week, one morning and one afternoon, to the end (p. 16), that there were a couple of information
meetings (p. 9), and a common event every half-year, in summer and before Christmas (p. 18). That
the café has gone on since is invented. Every day and every number of people is drawn at random and
says nothing about Vejle.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator

from peerbook.cafe.head_count_records import Count
from peerbook.demo.people import PROJECT_ENDED_ON

CAFES_BEGAN_ON = dt.date(2014, 12, 2)
CAFE_WEEKDAYS = (1, 3)
INFO_MEETINGS = (dt.date(2014, 5, 22), dt.date(2015, 9, 10))
COMMON_EVENTS = (
    dt.date(2014, 6, 19), dt.date(2014, 12, 11), dt.date(2015, 6, 18), dt.date(2015, 12, 10),
    dt.date(2016, 6, 16),
)  # fmt: skip
CAFE_PLACE = "Lido"
FIRST_MEAN, LAST_MEAN = (6.0, 8.0), (12.0, 15.0)
"""About how many come to a café on each of the two weekdays, at the beginning and at the end."""


def invent_counts(
    seed: int, is_free: Callable[[dt.date], bool], until: dt.date
) -> tuple[Count, ...]:
    """Return the invented head counts, by day; the same seed gives the same counts.

    Parameters
    ----------
    seed
        Seed of the random draw.
    is_free
        Whether the house is open on a day.
    until
        The day before which cafés are counted; the rest ends with the project.
    """
    draw = random.Random(seed)  # noqa: S311 - invented numbers, not keys
    counts = [Count("info_meeting", day, draw.randint(14, 26)) for day in INFO_MEETINGS]
    counts += [Count("common_event", day, draw.randint(24, 42)) for day in COMMON_EVENTS]
    counts += [
        Count("cafe", day, max(0, round(draw.gauss(_mean(day), 2.2))))
        for day in _cafe_days(until)
        if is_free(day)
    ]
    return tuple(sorted(counts, key=lambda count: count.date))


def _cafe_days(until: dt.date) -> Iterator[dt.date]:
    day = CAFES_BEGAN_ON
    while day < until:
        if day.weekday() in CAFE_WEEKDAYS:
            yield day
        day += dt.timedelta(days=1)


def latest_cafes(until: dt.date, is_free: Callable[[dt.date], bool], count: int) -> list[dt.date]:
    """Return the latest days before a day on which the café was open, the latest first."""
    days = (until - dt.timedelta(days=ago) for ago in itertools.count(1))
    held = (day for day in days if day.weekday() in CAFE_WEEKDAYS and is_free(day))
    return list(itertools.islice(held, count))


def _mean(day: dt.date) -> float:
    place = CAFE_WEEKDAYS.index(day.weekday())
    passed = min(1, (day - CAFES_BEGAN_ON) / (PROJECT_ENDED_ON - CAFES_BEGAN_ON))
    return FIRST_MEAN[place] + passed * (LAST_MEAN[place] - FIRST_MEAN[place])
