"""The pathway of a pair: what is known of it on a day, and how it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from peerbook.months import months_after
from peerbook.pathways.contract import EXIT_TALK_LATE_MONTHS, EXIT_TALK_WITHIN, Check, Contract

ClosingPoint = Literal["goals", "post_measure", "exit_form", "coffee_card"]
CLOSING_LIST: tuple[ClosingPoint, ...] = get_args(ClosingPoint)
"""What belongs to an exit talk: seeds/vejle-manual.txt, p. 15."""

Standing = Literal[
    "no_contract", "ahead", "runs", "asks", "ends", "run_out", "paused", "ended"
]  # fmt: skip
"""How a pair stands: without a contract, or with one that begins later, runs, waits for both to
say whether they want three months more, is near its end, has run out, or stands still; or it is
over."""


@dataclass(frozen=True)
class Closing:
    """The exit talk, as far as it has come.

    Parameters
    ----------
    date, state
        When it is or was, and whether it is `agreed`, `held` or `cancelled`.
    ticked
        Points of the closing list that are done.
    """

    date: dt.date
    state: Literal["agreed", "held", "cancelled"]
    ticked: frozenset[str] = frozenset()

    @property
    def missing(self) -> tuple[ClosingPoint, ...]:
        """Points of the closing list that are not done."""
        return tuple(point for point in CLOSING_LIST if point not in self.ticked)


@dataclass(frozen=True)
class Pathway:
    """A pair, with its contract and what has happened.

    Parameters
    ----------
    number, site_id
        Of the pair.
    peer, mentor
        Their codes; None for somebody who was erased.
    matched_on, ended_on, end
        From and until when they are matched, and how it ended; None while it goes on.
    contract
        What they agreed on; None until then.
    checked
        When staff asked how it goes, by which time it was.
    closing
        The exit talk; None until one is agreed.
    beside
        Whether it was matched beside another pair, as with a temporary mentor.
    paused_on
        First day of the pause noted last, also where that was taken back since.
    last_event
        Number of the event recorded last of it: whoever saves has seen that one.
    """

    number: int
    site_id: int
    peer: str | None
    mentor: str | None
    matched_on: dt.date
    ended_on: dt.date | None = None
    end: str | None = None
    contract: Contract | None = None
    checked: Mapping[Check, dt.date] = field(default_factory=dict)
    closing: Closing | None = None
    beside: bool = False
    paused_on: dt.date | None = field(default=None, compare=False)
    last_event: int = field(default=0, compare=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of those of the two who are known still."""
        return tuple(code for code in (self.peer, self.mentor) if code is not None)

    @property
    def begins_on(self) -> dt.date:
        """The first day on which anything can have happened."""
        return self.matched_on if self.contract is None else self.contract.starts_on

    def end_far_from(self, day: dt.date) -> dt.date | None:
        """Return when it ended or is to end, where a day is far from that for an exit talk.

        That is before the talk is due, or months after it.
        """
        end = self.ended_on
        if end is None and self.contract is not None:
            end = self.contract.ends_on
        if end is None:
            return None
        latest = months_after(end, EXIT_TALK_LATE_MONTHS)
        return None if end - EXIT_TALK_WITHIN <= day <= latest else end

    @property
    def is_to_move(self) -> bool:
        """Whether the exit talk is agreed for a day far from the end, as when that moved since."""
        talk = self.closing
        return talk is not None and talk.state == "agreed" and bool(self.end_far_from(talk.date))

    def standing(self, day: dt.date) -> Standing:
        """Return how it stands on a day."""
        if self.ended_on is not None and self.ended_on <= day:
            return "ended"
        return "no_contract" if self.contract is None else _standing(self.contract, day)


def _standing(contract: Contract, day: dt.date) -> Standing:
    """Return how a contract stands that goes on."""
    if day < contract.starts_on:
        return "ahead"
    if contract.pause_on(day) is not None:
        return "paused"
    if contract.ends_on is not None and contract.ends_on <= day:
        return "run_out"
    if contract.answered_on is None and contract.ask_on is not None and contract.ask_on <= day:
        return "asks"
    between = contract.exit_talk_between
    return "ends" if between is not None and between[0] <= day else "runs"
