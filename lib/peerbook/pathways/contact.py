"""How often a pair meets, and whether it is longer ago than usual; never what they speak of.

Days are counted on the clock of the contract, which stands still in a pause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final, Literal

from peerbook.pathways.pathway import Pathway

TOO_LONG_DAYS: Final = 21
TIMES_USUAL: Final = 2
"""When staff ask: more than 21 days, or more than twice as long as usual (row E4 of
shared/features.md). They are to meet every week or every fortnight: seeds/vejle-manual.txt, p. 11.
"""

FEWEST_GAPS: Final = 3
"""From how many times between two meetings on a pair has a usual. Our choice: fewer tell little."""

Touch = Literal["too_long", "longer", "not_yet", "fine", "ahead", "paused"]
"""How a pair is in touch: not for too long, or for longer than usual; not met yet, and not too long
after the start; as usual; not begun; or paused. Those to ask after come first."""

MeetingState = Literal["held", "cancelled"]


@dataclass(frozen=True)
class MeetingDay:
    """A day a pair met, or had called it off."""

    date: dt.date
    state: MeetingState


@dataclass(frozen=True)
class Contact:
    """How a pair is in touch on a day.

    Parameters
    ----------
    touch
        In one word.
    last_met
        None when they have not met.
    since_days
        How long ago that is, or the start when they have not met.
    usual_days
        The median time from one meeting to the next; None as long as there are too few.
    called_off
        How often they have called off since they met last.
    """

    touch: Touch
    last_met: dt.date | None
    since_days: int
    usual_days: float | None
    called_off: int

    @property
    def late_days(self) -> int:
        """For how many days staff might have asked after the pair; 0 or less when not yet."""
        usual = TOO_LONG_DAYS if self.usual_days is None else TIMES_USUAL * self.usual_days
        return self.since_days - int(min(TOO_LONG_DAYS, usual))


def contact(one: Pathway, meetings: Sequence[MeetingDay], day: dt.date) -> Contact:
    """Return how a pair that goes on is in touch on a day.

    Parameters
    ----------
    one
        The pair, as it stands on that day.
    meetings
        In the order of their days; those after the day are not known yet.
    day
        The day.
    """
    known = [meeting for meeting in meetings if meeting.date <= day]
    held = [meeting.date for meeting in known if meeting.state == "held"]
    last_met = held[-1] if held else None
    gaps = [gap for gap in (_days(one, *both) for both in pairwise(held)) if gap > 0]
    usual = median(gaps) if len(gaps) >= FEWEST_GAPS else None
    since = _days(one, max(one.begins_on, last_met or one.begins_on), day)
    return Contact(
        _touch(one, since, usual, day, has_met=bool(held)),
        last_met,
        since,
        usual,
        sum(last_met is None or meeting.date > last_met for meeting in known) if known else 0,
    )


def _days(one: Pathway, first: dt.date, last: dt.date) -> int:
    """Return on how many days from one day to another the pair's clock was running."""
    if one.contract is None or last < one.contract.starts_on:
        return (last - first).days
    before = max(0, (one.contract.starts_on - first).days)
    return before + one.contract.days_run(last) - one.contract.days_run(first)


def _touch(
    one: Pathway, since_days: int, usual: float | None, day: dt.date, *, has_met: bool
) -> Touch:
    standing = one.standing(day)
    if standing == "paused":
        return "paused"
    if standing == "ahead":
        return "ahead"
    if since_days > TOO_LONG_DAYS:
        return "too_long"
    if usual is not None and since_days > TIMES_USUAL * usual:
        return "longer"
    return "fine" if has_met else "not_yet"
