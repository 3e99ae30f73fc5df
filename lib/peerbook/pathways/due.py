"""What waits to be done about pairs: one list, in the order of the harm that waiting does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from peerbook.pathways.contact import Contact
from peerbook.pathways.contract import EXIT_TALK_WITHIN, Contract
from peerbook.pathways.pathway import Pathway

Kind = Literal[
    "tell_partner", "quiet", "first_days", "exit_overdue", "more", "exit_to_agree", "no_contract",
    "exit_to_note", "first_month", "closing_list", "to_end", "exit_agreed",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What can be due, the most harmful to wait with first: somebody left alone comes before a date
that is missed, and that before what is only not written down."""

When = Literal["overdue", "this_week", "soon"]
THIS_WEEK: Final = dt.timedelta(days=7)
SOON: Final = dt.timedelta(weeks=4)

TALK_WITHIN: Final = dt.timedelta(days=14)
"""After the match the three talk within this. No source gives a number; fourteen days is the
longest a coordinator lets go between two contacts with a peer guide (shared/facts.md, MK-koor)."""

LIST_WITHIN: Final = dt.timedelta(days=14)
"""After the exit talk the closing list is done within this; as long as the talk itself may be late
(row E1 of shared/features.md)."""

LOOKED_BACK: Final = dt.timedelta(days=365)
"""What was forgotten longer ago is no work of today."""


@dataclass(frozen=True)
class Due:
    """One thing to do about a pair.

    Parameters
    ----------
    kind
        What.
    pathway
        About which pair.
    on
        Until when it should be done.
    """

    kind: Kind
    pathway: Pathway
    on: dt.date

    def when(self, today: dt.date) -> When:
        """Return how near it is."""
        if self.on < today:
            return "overdue"
        return "this_week" if self.on < today + THIS_WEEK else "soon"


def due_list(
    known: Iterable[Pathway], today: dt.date, contacts: Mapping[int, Contact] | None = None
) -> list[Due]:
    """Return what is overdue, due this week or soon, what harms most first and not by date.

    Parameters
    ----------
    known, today
        The pairs, as they stand on the day.
    contacts
        How those that go on are in touch, by number of the pair.
    """
    touch = contacts or {}
    found = [one for pathway in known for one in _dues(pathway, today, touch.get(pathway.number))]
    near = [one for one in found if one.on <= today + SOON]
    return sorted(near, key=lambda one: (KINDS.index(one.kind), one.on, one.pathway.number))


def _dues(one: Pathway, today: dt.date, contact: Contact | None) -> Iterator[Due]:
    """Yield what there is to do about a pair, near or not; nothing once one of them was erased."""
    if len(one.codes) < 2:
        return
    yield from _talk(one, today)
    standing = one.standing(today)
    if one.contract is None:
        if standing == "no_contract":
            yield Due("no_contract", one, one.matched_on + TALK_WITHIN)
        return
    if (since := _left_alone_since(one, today)) is not None:
        yield Due("tell_partner", one, since)
    if (since := _quiet_since(one, today, contact)) is not None:
        yield Due("quiet", one, since)
    if standing not in ("paused", "ended"):
        yield from _questions(one, one.contract, today)
    yield from _closing(one, one.contract, today)


def _left_alone_since(one: Pathway, today: dt.date) -> dt.date | None:
    """Return since when somebody is left behind by a pause and has not been told; else None."""
    pause = None if one.contract is None else one.contract.pause_on(today)
    is_left = one.standing(today) == "paused" and pause is not None and pause.partner_waits
    return pause.since if is_left and pause is not None else None


def is_quiet(one: Pathway, day: dt.date, contact: Contact) -> bool:
    """Return whether two whose contract runs on a day have not met for long by then."""
    return contact.late_days > 0 and one.standing(day) in ("runs", "asks", "ends")


def _quiet_since(one: Pathway, today: dt.date, contact: Contact | None) -> dt.date | None:
    """Return since when two have not met for long; else None."""
    if contact is None or one.contract is None or not is_quiet(one, today, contact):
        return None
    return today - dt.timedelta(days=contact.late_days - 1)


def _questions(one: Pathway, contract: Contract, today: dt.date) -> Iterator[Due]:
    """Yield what both are asked on the way; each question gives way to the next.

    In a pause nobody is asked anything.
    """
    ends_on = contract.ends_on
    asked: tuple[tuple[Kind, dt.date | None, bool, dt.date | None], ...] = (
        (
            "first_days", contract.check_on("first_days"), "first_days" in one.checked,
            contract.check_on("first_month"),
        ),
        (
            "first_month", contract.check_on("first_month"), "first_month" in one.checked,
            contract.ask_on,
        ),
        (
            "more", contract.ask_on, contract.answered_on is not None,
            None if ends_on is None else ends_on + EXIT_TALK_WITHIN,
        ),
    )  # fmt: skip
    for kind, on, is_done, until in asked:
        if on is not None and not is_done and (until is None or today < until):
            yield Due(kind, one, on)


def _talk(one: Pathway, today: dt.date) -> Iterator[Due]:
    """Yield what is to be done about an exit talk that is agreed or was held."""
    talk = one.closing
    if talk is not None and talk.state == "agreed":
        yield Due("exit_to_note" if talk.date < today else "exit_agreed", one, talk.date)
    if talk is not None and talk.state == "held" and talk.missing:
        yield Due("closing_list", one, talk.date + LIST_WITHIN)


def _closing(one: Pathway, contract: Contract, today: dt.date) -> Iterator[Due]:
    """Yield what is to be done at the end: that there is a talk, and that the end is noted."""
    over = one.ended_on
    ends_on = contract.ends_on if over is None else over
    talk = one.closing
    if ends_on is None or (over is not None and over < contract.starts_on):
        return
    last = ends_on + EXIT_TALK_WITHIN
    if talk is None or (talk.state == "cancelled" and over is None):
        first = max(one.begins_on, ends_on - EXIT_TALK_WITHIN)
        if last < today:
            yield Due("exit_overdue", one, last)
        elif over is not None or contract.answered_on is not None or first <= today:
            # Before that nobody knows whether they go on. It is late when the last day has passed.
            yield Due("exit_to_agree", one, first if today <= first else last)
    if over is None and ends_on <= today:
        is_closed = talk is not None and talk.state != "agreed"
        if is_closed or last < today:
            yield Due("to_end", one, ends_on)


# -- in a calendar ---------------------------------------------------------------------------------

Day = Literal[
    "three_way_talk", "first_days", "first_month", "tell_partner", "quiet", "more", "to_agree",
    "exit_talk", "closing_list", "end",
]  # fmt: skip
"""What stands in a calendar, once a pair."""

IN_CALENDAR: Final[Mapping[Kind, Day]] = {
    "no_contract": "three_way_talk", "first_days": "first_days", "first_month": "first_month",
    "tell_partner": "tell_partner", "quiet": "quiet", "more": "more",
    "exit_to_agree": "to_agree", "exit_overdue": "to_agree", "exit_agreed": "exit_talk",
    "exit_to_note": "exit_talk", "closing_list": "closing_list", "to_end": "end",
}  # fmt: skip
"""As which day that which waits stands in a calendar."""


@dataclass(frozen=True)
class PlannedDay:
    """A day of a pair, as a calendar shows it.

    Parameters
    ----------
    kind, number, on
        What, of which pair, and when; in a pause, when it would have been.
    is_off
        Whether it is struck out: nobody knows the day any more, it is done before its day, or the
        pair had ended by then.
    """

    kind: Day
    number: int
    on: dt.date
    is_off: bool


def planned_days(
    known: Iterable[Pathway],
    today: dt.date,
    contacts: Mapping[int, Contact] | None = None,
    waited: Mapping[int, Collection[Day]] | None = None,
) -> list[PlannedDay]:
    """Return the days of pairs, in their order; those struck out too.

    All that waits stands among them, near or not. So do days that have passed: one that was
    brought forward would otherwise stay in a calendar where it was.

    Parameters
    ----------
    known, today, contacts
        As for `due_list`.
    waited
        What of the work has waited some day, by number of the pair: of that which no longer waits
        the rest was in no calendar. None where that is not known.
    """

    def was_in_none(day: PlannedDay) -> bool:
        return waited is not None and day.is_off and day.kind not in waited.get(day.number, ())

    touch, first = contacts or {}, today - LOOKED_BACK
    found = [
        day
        for one in known
        for day in (
            *_planned(one),
            *(day for day in _work(one, today, touch.get(one.number)) if not was_in_none(day)),
        )
        if day.on >= first
    ]
    return sorted(found, key=lambda day: (day.on, day.number, day.kind))


def _work(one: Pathway, today: dt.date, contact: Contact | None) -> Iterator[PlannedDay]:
    """Yield what staff have to do; it is struck out once it is done, or no longer has to be.

    What does not wait has a day, too, on which it may have stood in a calendar: one in the past.
    """

    def day(kind: Day, on: dt.date, *, waits: bool) -> PlannedDay:
        return PlannedDay(kind, one.number, on, is_off=not waits or len(one.codes) < 2)

    standing = one.standing(today)
    yield day("three_way_talk", one.matched_on + TALK_WITHIN, waits=standing == "no_contract")
    left_alone = _left_alone_since(one, today)
    if (paused_on := left_alone or one.paused_on) is not None:
        yield day("tell_partner", paused_on, waits=left_alone is not None)
    talk = one.closing
    waits = talk is not None and talk.state == "held" and bool(talk.missing)
    if talk is not None and (waits or talk.date <= today):
        yield day("closing_list", talk.date + LIST_WITHIN, waits=waits)
    if one.contract is None:
        return
    quiet = _quiet_since(one, today, contact)
    met = one.begins_on if contact is None else contact.last_met or one.begins_on
    yield day("quiet", quiet or met, waits=quiet is not None)


def _planned(one: Pathway) -> Iterator[PlannedDay]:
    """Yield what is planned from the first day on, and moves with the contract."""
    talk = one.closing
    if talk is not None:
        yield PlannedDay("exit_talk", one.number, talk.date, is_off=talk.state == "cancelled")
    if one.contract is None:
        return
    stands_still = bool(one.contract.pauses) and one.contract.pauses[-1].until is None
    closed = tuple(pause for pause in one.contract.pauses if pause.until is not None)
    contract = replace(one.contract, pauses=closed)
    days: tuple[tuple[Day, dt.date | None, dt.date | None], ...] = (
        ("first_days", contract.check_on("first_days"), one.checked.get("first_days")),
        ("first_month", contract.check_on("first_month"), one.checked.get("first_month")),
        ("more", contract.ask_on, contract.answered_on),
        ("end", contract.ends_on, None),
    )
    for kind, on, done_on in days:
        if on is not None:
            moves = stands_still and one.contract.pauses[-1].since <= on
            is_over = one.ended_on is not None and one.ended_on < on
            is_early = done_on is not None and done_on < on
            is_off = moves or is_over or is_early
            yield PlannedDay(kind, one.number, on, is_off=is_off)
    ends_on = contract.ends_on if one.ended_on is None else one.ended_on
    if ends_on is not None:
        first = max(one.begins_on, ends_on - EXIT_TALK_WITHIN)
        is_settled = talk is not None and (talk.state != "cancelled" or one.ended_on is not None)
        never = one.ended_on is not None and one.ended_on < contract.starts_on
        moves = stands_still and one.ended_on is None and one.contract.pauses[-1].since <= ends_on
        is_off = is_settled or never or moves or len(one.codes) < 2
        yield PlannedDay("to_agree", one.number, first, is_off=is_off)
