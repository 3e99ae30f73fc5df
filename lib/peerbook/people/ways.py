"""The ways on which people came: begun by asking, and each match led to by one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

UNKNOWN: Final = "unknown"
"""The channel of whoever does not know any more: it is noted, and tells nothing."""


class Begun(Protocol):
    """What there is to know of a way to tell what it led to."""

    @property
    def asked_on(self) -> dt.date:
        """The day it began."""

    @property
    def joined_on(self) -> dt.date | None:
        """The day somebody joined by it; None as long as they have not."""


AnyWay = TypeVar("AnyWay", bound=Begun)


@dataclass
class Way:
    """One way of somebody: the enquiry that began it, and when they joined by it.

    Parameters
    ----------
    asked_on, role
        When they asked, and how they wanted to take part.
    heard_via, decided_via
        The channel they first heard through, and the one that made them come, where it is noted.
    joined_on
        When they joined; None as long as they have not.
    """

    asked_on: dt.date
    role: str
    heard_via: str
    decided_via: str | None = None
    joined_on: dt.date | None = None


def ways_of(asked: Iterable[Way], joined: Iterable[dt.date]) -> list[Way]:
    """Return the ways of one person, the first one first.

    Whoever asks twice before they join is on one way, and the first enquiry counts: it tells when
    and through what they came. Whoever takes part and asks again, as a peer who wants to be a
    mentor, begins a new one.

    Parameters
    ----------
    asked
        Their enquiries, each as a way that has just begun; those of one day as they were noted.
    joined
        The days on which they joined, in any role and order.
    """
    days = sorted(joined)
    found: list[Way] = []
    for one in sorted(asked, key=lambda way: way.asked_on):
        if found and found[-1].joined_on is None:
            last = found[-1]
            last.joined_on = _first(days, last.asked_on, one.asked_on)
            if last.joined_on is None:
                if last.decided_via in (None, UNKNOWN):
                    last.decided_via = one.decided_via or last.decided_via
                continue
        found.append(one)
    if found:
        found[-1].joined_on = _first(days, found[-1].asked_on)
    return found


def begun_by(ways: Sequence[AnyWay], day: dt.date) -> AnyWay | None:
    """Return the latest of somebody's ways that had begun by a day; None where none had."""
    begun = [way for way in ways if way.asked_on <= day]
    return max(begun, key=lambda way: way.asked_on, default=None)


def led_to(ways: Sequence[AnyWay], matched_on: dt.date) -> AnyWay | None:
    """Return the way that led to a match; None where none had begun.

    It is the latest by which they had joined: whoever is matched as a peer and has asked meanwhile
    to be a mentor is matched on the way on which they became a peer. Where no joining was written
    down, it is the latest that had begun.
    """
    joined = [way for way in ways if way.joined_on is not None and way.joined_on <= matched_on]
    return begun_by(joined or ways, matched_on)


def made_come(heard_via: str, decided_via: str | None) -> str:
    """Return the channel that made somebody come; where nobody knows, what they heard through."""
    return heard_via if decided_via is None or decided_via == UNKNOWN else decided_via


def _first(
    days: Iterable[dt.date], first: dt.date, before: dt.date = dt.date.max
) -> dt.date | None:
    return next((day for day in days if first <= day < before), None)
