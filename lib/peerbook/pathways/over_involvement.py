"""Signs that staff become more than staff: how often each is reached outside working hours.

Where a mentor does without support at home (§ 85), staff easily become a stand-in, and there is a
real risk that they get too involved; a member of staff must be able to switch the telephone off:
Vejle manual, p. 23. How often is too often no source says, so a place sets its own limit.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MONTHS = 6
"""So many months are looked at, as many as a contract has."""


@dataclass(frozen=True)
class Contact:
    """Somebody reached a member of staff outside working hours.

    Parameters
    ----------
    staff
        What the member of staff is called.
    date
        When.
    pair
        Number of the pair of whoever it was; None when that is not said.
    """

    staff: str
    date: dt.date
    pair: int | None = None


@dataclass(frozen=True)
class Load:
    """How often one member of staff was reached, month by month.

    Parameters
    ----------
    staff
        What they are called.
    contacts
        How often, in the order of the months.
    """

    staff: str
    contacts: tuple[int, ...]

    def over(self, limit: int | None) -> tuple[int, ...]:
        """Return the places of the months with more contacts than a limit; none without one."""
        if limit is None:
            return ()
        return tuple(place for place, count in enumerate(self.contacts) if count > limit)


def latest_months(today: dt.date, count: int = MONTHS) -> tuple[dt.date, ...]:
    """Return the first days of the latest months, this one last.

    >>> latest_months(dt.date(2026, 2, 17), 3)
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))
    """
    place = today.year * 12 + today.month - 1
    return tuple(
        dt.date(month // 12, month % 12 + 1, 1) for month in range(place - count + 1, place + 1)
    )


def loads(contacts: Iterable[Contact], months: Sequence[dt.date]) -> tuple[Load, ...]:
    """Return how often each member of staff was reached in some months, by what they are called.

    Parameters
    ----------
    contacts
        All of them; those of other months count nowhere.
    months
        The first day of each.
    """
    counted = Counter((one.staff, one.date.replace(day=1)) for one in contacts)
    staff = sorted({name for name, month in counted if month in months})
    return tuple(Load(name, tuple(counted[name, month] for month in months)) for name in staff)


def by_pair(contacts: Iterable[Contact], since: dt.date) -> tuple[tuple[int, int], ...]:
    """Return how many contacts came from each pair since a day, the most first."""
    counted = Counter(one.pair for one in contacts if one.pair is not None and one.date >= since)
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
