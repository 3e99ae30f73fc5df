"""The clock of a contract: when it begins and ends, what is due when, and pauses in between.

A contract runs for a number of calendar months, and three more when both want it. In a pause the
clock stands still: what was due on its first day or later moves by the days of the pause. As long
as a pause goes on, nobody knows to which day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, get_args

from peerbook.errors import InputFault
from peerbook.months import months_after
from peerbook.text import _, format_date

PLANNED_MONTHS: Final = 6
EXTENSION_MONTHS: Final = 3
"""Six months, and three more when both wish it: seeds/vejle-manual.txt, p. 15."""

ASKED_BEFORE_MONTHS: Final = 1
"""Both are asked "when the six months are coming to an end" (seeds/vejle-manual.txt, p. 15); row
E1 of shared/features.md puts that at month five."""

EXIT_TALK_WITHIN: Final = dt.timedelta(days=14)
"""Before or after the end the exit talk is held: row E1 of shared/features.md."""

DECIDED_IN_MONTH: Final = 2
"""Whether it goes on is decided in the last month but one, of six in month five (row E1 of
shared/features.md); what is decided before is asked about."""

EXIT_TALK_LATE_MONTHS: Final = 3
"""An exit talk later after the end than this is asked about. Our choice: by then it is more often a
slip of the hand than a talk that could not be booked before."""

Who = Literal["peer", "mentor", "both"]
WHO: tuple[Who, ...] = get_args(Who)
Why = Literal["illness", "job_or_practice", "family", "other"]
WHY: tuple[Why, ...] = get_args(Why)
Offer = Literal["cafe", "group", "temporary_mentor", "nothing"]
OFFERS: tuple[Offer, ...] = get_args(Offer)
"""What a partner can do meanwhile: seeds/vejle-manual.txt, p. 17, and row E2 of
shared/features.md; or that there was nothing to offer."""

Check = Literal["first_days", "first_month"]
CHECKS: tuple[Check, ...] = get_args(Check)
FIRST_DAYS: Final = dt.timedelta(days=2)
"""48 hours after the start staff ask how it goes: row E4 of shared/features.md."""


@dataclass(frozen=True)
class Pause:
    """A time in which the clock stands still.

    Parameters
    ----------
    since
        Its first day.
    until
        The day they go on again, which is no longer of it; None as long as it goes on.
    who, why
        Who needs it, and why; the latter only where it was told.
    told_on, offered
        When the partner was told, and what they were offered meanwhile; None until then.
    """

    since: dt.date
    until: dt.date | None = None
    who: Who = "both"
    why: Why | None = None
    told_on: dt.date | None = None
    offered: tuple[Offer, ...] = ()

    def holds_on(self, day: dt.date) -> bool:
        """Return whether a day is of the pause."""
        return self.since <= day and (self.until is None or day < self.until)

    @property
    def partner_waits(self) -> bool:
        """Whether somebody is left behind by it who has not been told."""
        return self.who != "both" and self.told_on is None


@dataclass(frozen=True)
class Answer:
    """Whether the two wanted three months more, as they said on a day."""

    on: dt.date
    peer: bool
    mentor: bool


@dataclass(frozen=True)
class Contract:
    """What two have agreed on, and what became of it by a day.

    Parameters
    ----------
    starts_on
        Its first day.
    months
        How many it was agreed for.
    pauses
        In their order; they do not touch each other.
    answers
        What the two said of three months more, in their order; the last one counts.
    """

    starts_on: dt.date
    months: int = PLANNED_MONTHS
    pauses: tuple[Pause, ...] = ()
    answers: tuple[Answer, ...] = ()

    def moved(self, day: dt.date) -> dt.date | None:
        """Return the day to which pauses have moved what was due; None when nobody knows yet."""
        for pause in self.pauses:
            if pause.since > day:
                break
            if pause.until is None:
                return None
            day += pause.until - pause.since
        return day

    def after(self, months: int) -> dt.date | None:
        """Return the day on which the contract has run for so many months."""
        return self.moved(months_after(self.starts_on, months))

    @property
    def answered_on(self) -> dt.date | None:
        """When the two were asked for three months more; None until then."""
        return self.answers[-1].on if self.answers else None

    @property
    def both_want_more(self) -> bool:
        """Whether both said yes to that."""
        return bool(self.answers) and self.answers[-1].peer and self.answers[-1].mentor

    @property
    def all_months(self) -> int:
        """How many months it is for, with the three more where both want them."""
        return self.months + (EXTENSION_MONTHS if self.both_want_more else 0)

    @cached_property
    def ends_on(self) -> dt.date | None:
        """The day it has run out."""
        return self.after(self.all_months)

    @cached_property
    def ask_on(self) -> dt.date | None:
        """The day from which both are asked for three months more, answered or not."""
        return self.after(max(0, self.months - ASKED_BEFORE_MONTHS))

    @cached_property
    def decided_from(self) -> dt.date | None:
        """The first day on which they are expected to know whether they want three months more."""
        return self.after(max(0, self.months - DECIDED_IN_MONTH))

    @cached_property
    def exit_talk_between(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last day for the exit talk."""
        if self.ends_on is None:
            return None
        return self.ends_on - EXIT_TALK_WITHIN, self.ends_on + EXIT_TALK_WITHIN

    def check_on(self, check: Check) -> dt.date | None:
        """Return the day on which staff ask how it goes."""
        return self.moved(self.starts_on + FIRST_DAYS) if check == "first_days" else self.after(1)

    def ended_pause(self, on: dt.date) -> Contract:
        """Return the contract as it would be if an open pause were over on a day."""
        if not self.pauses or self.pauses[-1].until is not None:
            return self
        *before, last = self.pauses
        if on > last.since:
            before.append(replace(last, until=on))
        return replace(self, pauses=tuple(before))

    @property
    def stray_pause(self) -> Pause | None:
        """The first pause that begins when the contract has run out already; None for none."""
        for place, pause in enumerate(self.pauses):
            ends_on = replace(self, pauses=self.pauses[:place]).ends_on
            if ends_on is not None and ends_on <= pause.since:
                return pause
        return None

    def refuse_stray_pause(self, field: str) -> None:
        """Refuse a contract that has run out when one of its pauses begins.

        Raises
        ------
        InputFault
            At `field`, when there is such a pause.
        """
        pause = self.stray_pause
        if pause is not None:
            raise InputFault.at(
                field,
                _("A pause is noted from {date}, and the contract would have run out by then. Take "
                  "that pause back first.").format(date=format_date(pause.since)),
            )  # fmt: skip

    def pause_on(self, day: dt.date) -> Pause | None:
        """Return the pause a day is of, or None."""
        return next((pause for pause in self.pauses if pause.holds_on(day)), None)

    def month_on(self, day: dt.date) -> int | None:
        """Return in which month of its own it is on a day, from 1; None before and after it."""
        if day < self.starts_on:
            return None
        for month in range(1, self.all_months + 1):
            end = self.after(month)
            if end is None or day < end:
                return month
        return None

    def days_run(self, day: dt.date) -> int:
        """Return on how many days before a day the clock was running."""
        ran = (day - self.starts_on).days
        for pause in self.pauses:
            stood = min(pause.until or day, day) - pause.since
            ran -= max(0, stood.days)
        return max(0, ran)

    def with_pause(self, pause: Pause, today: dt.date) -> Contract:
        """Return the contract with another pause.

        Raises
        ------
        InputFault
            When the pause begins or ends ahead, ends before it begins, is outside the contract, or
            lies in or next to another pause.
        """
        if pause.since > today or (pause.until or today) > today:
            field = "since" if pause.since > today else "until"
            raise InputFault.at(field, _("That day lies ahead. Choose today or an earlier day."))
        if pause.until is not None and pause.until <= pause.since:
            raise InputFault.at(
                "until", _("Choose a later day than the one on which the pause began.")
            )
        if pause.since < self.starts_on:
            raise InputFault.at(
                "since",
                _("The contract began on {date}. A pause cannot begin before.").format(
                    date=format_date(self.starts_on)
                ),
            )
        if self.ends_on is not None and pause.since >= self.ends_on:
            raise InputFault.at(
                "since",
                _("The contract ended on {date}. A pause cannot begin then or later.").format(
                    date=format_date(self.ends_on)
                ),
            )
        for other in self.pauses:
            _refuse_touching(pause, other)
        if pause.until is None and any(other.since > pause.since for other in self.pauses):
            raise InputFault.at("until", _("Write when they went on: there is a later pause."))
        return replace(self, pauses=tuple(sorted((*self.pauses, pause), key=_since)))

    def resumed(self, on: dt.date, today: dt.date) -> Contract:
        """Return the contract with its open pause ended.

        Raises
        ------
        InputFault
            When there is no open pause, or the day lies ahead or not after its first one.
        """
        if not self.pauses or self.pauses[-1].until is not None:
            raise InputFault.at("on", _("There is no pause any more. Reload the page."))
        if on > today:
            raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
        last = self.pauses[-1]
        if on <= last.since:
            raise InputFault.at(
                "on",
                _("The pause began on {date}. Choose a later day.").format(
                    date=format_date(last.since)
                ),
            )
        return self.ended_pause(on)


def _since(pause: Pause) -> dt.date:
    return pause.since


def _refuse_touching(pause: Pause, other: Pause) -> None:
    """Refuse a pause in a pause; two that touch are one."""
    if other.until is not None and pause.since > other.until:
        return
    if pause.until is not None and pause.until < other.since:
        return
    since = format_date(other.since)
    if other.until is None:
        text = _("They pause since {since} already. A pause cannot lie in a pause.")
        raise InputFault.at("since", text.format(since=since))
    text = _("There is a pause from {since} to {until}. A pause cannot lie in or next to another.")
    raise InputFault.at("since", text.format(since=since, until=format_date(other.until)))


def first_overlap(
    mine: tuple[dt.date, dt.date | None], others: Sequence[tuple[dt.date, dt.date | None]]
) -> tuple[dt.date, dt.date | None] | None:
    """Return the first of some times that share a day with one; None when none does.

    Parameters
    ----------
    mine, others
        First day, and the day it was over; None for what goes on.
    """
    since, until = mine
    for other in sorted(others, key=lambda one: one[0]):
        if (other[1] is None or since < other[1]) and (until is None or other[0] < until):
            return other
    return None
