"""When a contract ran, and how long somebody took part: stretches of time put together.

A contract stands still in its pauses. Somebody's time in the programme runs from their first
contract to the end of the last; between two contracts it stands still, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from peerbook.pathways.retention import End

Pause = tuple[dt.date, dt.date | None]
"""First day of a pause, and the day the clock went on; None while it lasts."""

Turn = tuple[dt.date, Literal["paused", "resumed"]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time from one day to another, with pauses in it: a contract, or somebody's whole time.

    Parameters
    ----------
    started_on
        Its first day.
    ended_on, end
        When and how it ended; None while it goes on. Without a way to end nobody knows more than
        that it went on until that day.
    pauses
        In their order; they lie in it and do not overlap.
    """

    started_on: dt.date
    ended_on: dt.date | None = None
    end: End | None = None
    pauses: tuple[Pause, ...] = ()

    def as_far_as_known(self) -> Stretch:
        """Return the stretch as one that goes on and stands still, where its end is not known."""
        if self.ended_on is None or self.end is not None:
            return self
        pauses = [pause for pause in self.pauses if pause[1] not in (None, self.ended_on)]
        still = self.pauses[len(pauses)][0] if len(pauses) < len(self.pauses) else self.ended_on
        return Stretch(self.started_on, None, None, (*pauses, (still, None)))

    def running(self) -> Iterator[tuple[dt.date, dt.date | None]]:
        """Yield the pieces in which the clock ran, each until the day it stood still."""
        begins: dt.date | None = self.started_on
        for pause, resumes in self.pauses:
            if begins is not None:
                yield begins, pause
            begins = resumes
        if begins is not None:
            yield begins, self.ended_on


def contract(
    started_on: dt.date, ended_on: dt.date | None, end: End | None, turns: Iterable[Turn]
) -> Stretch:
    """Return a contract with what its pauses are of it.

    Parameters
    ----------
    started_on, ended_on, end
        As in `Stretch`.
    turns
        What happened, in its order. Who pauses on a pause already, or goes on without one, changes
        nothing; what lies before the contract or after it is left out.
    """
    pauses: list[Pause] = []
    begun: dt.date | None = None
    for day, turn in turns:
        if turn == "paused":
            begun = begun or day
        elif begun is not None:
            pauses.append((begun, day))
            begun = None
    if begun is not None:
        pauses.append((begun, None))
    inside = (_within(pause, started_on, ended_on) for pause in pauses)
    return Stretch(started_on, ended_on, end, tuple(pause for pause in inside if pause))


def _within(pause: Pause, first: dt.date, last: dt.date | None) -> Pause | None:
    """Return what of a pause lies in a contract; one that outlasts it never ended in it."""
    begins, resumes = max(pause[0], first), pause[1]
    if last is not None and (resumes is None or resumes > last):
        resumes = None
    is_before = resumes is not None and resumes <= begins
    is_after = last is not None and begins >= last
    return None if is_before or is_after else (begins, resumes)


def whole_time(contracts: Sequence[Stretch], stopped_on: dt.date | None) -> Stretch:
    """Return somebody's time in the programme, in one role.

    Parameters
    ----------
    contracts
        Theirs in that role, in any order; at least one. Two at a time count once.
    stopped_on
        The day they left the programme, if they have.

    Returns
    -------
    Stretch
        Whoever got somebody else at last, or lost them by their being erased, and has nobody yet,
        goes on and has been on a pause since then; they `withdrew` if they have left the programme
        meanwhile.
    """
    pieces = _joined(piece for one in contracts for piece in one.running())
    pauses: list[Pause] = [
        (until, begins) for (_from, until), (begins, _until) in pairwise(pieces) if until
    ]
    started_on, stood_still = min(one.started_on for one in contracts), pieces[-1][1]
    if stood_still is None:
        return Stretch(started_on, None, None, tuple(pauses))
    ended = [(one.ended_on, one.end) for one in contracts if one.ended_on is not None]
    ended_on: dt.date | None = None
    end: End | None = None
    if len(ended) == len(contracts):
        ended_on, end = sorted(ended, key=lambda one: one[0])[-1]
        if end in ("changed_mentor", None):
            has_left = stopped_on is not None and stopped_on >= ended_on
            ended_on, end = (stopped_on, "withdrew") if has_left else (None, None)
    if ended_on is None or stood_still < ended_on:
        pauses.append((stood_still, None))
    return Stretch(started_on, ended_on, end, tuple(pauses))


def _joined(
    pieces: Iterable[tuple[dt.date, dt.date | None]],
) -> list[tuple[dt.date, dt.date | None]]:
    """Return pieces of time in their order, those that touch each other made one."""
    found: list[tuple[dt.date, dt.date | None]] = []
    for begins, until in sorted(pieces, key=lambda piece: (piece[0], piece[1] or dt.date.max)):
        if not found:
            found.append((begins, until))
            continue
        first, last = found[-1]
        if last is not None and begins > last:
            found.append((begins, until))
        else:
            ends = None if last is None or until is None else max(last, until)
            found[-1] = (first, ends)
    return found
