"""Pairs as the store knows them on a day, read from the events on each, and what writing shares."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy import ColumnElement, String, exists, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.pathways.contract import Answer, Contract, Pause, Why
from peerbook.pathways.pathway import Closing, Pathway
from peerbook.people.names import one_of_two
from peerbook.people.pairs import PAIR
from peerbook.privacy import same_person
from peerbook.store import Saved, events_of, in_effect
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import Event, ExitTalk, MatchedPair, Meeting
from peerbook.text import _, format_date

AT_ONCE = 1000
"""Of so many pairs the rest is read at once: a question holds only so many numbers."""

FURTHEST_AHEAD = dt.timedelta(days=366)
"""What lies further away, ahead or before the match, is taken for a slip of the hand."""


def pathways(
    session: Session, site_id: int | None, day: dt.date, *, ended_since: dt.date | None = None
) -> list[Pathway]:
    """Return the pathways there had been by a day at a site, or at all, as they stood then.

    Those that go on come first. Of a contract and an exit talk only the last wording is kept, which
    is told of earlier days too.

    Parameters
    ----------
    ended_since
        Leave out those that ended before; none, when None.
    """
    which = [MatchedPair.matched_on <= day]
    if site_id is not None:
        which.append(MatchedPair.site_id == site_id)
    if ended_since is not None:
        mine = select(Event.seq).where(
            Event.subject_type == PAIR, Event.subject_id == sql_cast(MatchedPair.id, String)
        )
        over = mine.where(Event.kind == "ended", Event.effective_on < ended_since)
        # What was taken back is rare: those are told apart below.
        which.append(or_(~exists(over), exists(mine.where(Event.kind == WITHDRAWN))))
    found = _read(session, which, day)
    if ended_since is None:
        return found
    return [one for one in found if one.ended_on is None or one.ended_on >= ended_since]


def pathway(session: Session, number: int, day: dt.date = dt.date.max) -> Pathway:
    """Return the pathway of one pair as it stood on a day; with all that is known, without one.

    Raises
    ------
    InputFault
        When there is no such pair.
    """
    found = _read(session, [MatchedPair.id == number], day)
    if not found:
        raise InputFault.at("pair", _("There is no such pair. Open it from the list."))
    return found[0]


def pathways_before(session: Session, one: Pathway) -> list[Pathway]:
    """Return the pairs either of two was in that have ended, the latest first."""
    ended = [other for other in others_of(session, one) if other.ended_on is not None]
    before = [other for other in ended if other.matched_on <= one.matched_on]
    return sorted(before, key=lambda other: (other.matched_on, other.number), reverse=True)


def others_of(session: Session, one: Pathway) -> list[Pathway]:
    """Return every other pair either of two is or was in, by any of their codes."""
    if not one.codes:
        return []
    codes = same_person.codes_of(session, one.codes)
    return [other for other in pathways_of(session, codes) if other.number != one.number]


def pathways_of(session: Session, codes: Collection[str]) -> list[Pathway]:
    """Return every pair in which some codes stand, those that go on first."""
    return _read(session, [MatchedPair.is_about(codes)], dt.date.max)


def who_is_in(session: Session, one: Pathway, other: Pathway) -> str:
    """Return who of a pair is in another one as well, as a sentence begins with them."""
    peer = same_person.codes_of(session, [one.peer] if one.peer else [])
    return one_of_two("mentor" if peer.isdisjoint(other.codes) else "peer")


def days_met(session: Session, number: int) -> Sequence[dt.date]:
    """Return the days on which a pair met, in their order."""
    held = select(Meeting.date).where(Meeting.pair_id == number, Meeting.state == "held")
    return session.scalars(held.order_by(Meeting.date)).all()


def _read(session: Session, which: Sequence[ColumnElement[bool]], day: dt.date) -> list[Pathway]:
    """Return the pathways of some pairs as they stood on a day, those that go on first.

    Columns are read and not rows: what was written about people stays sealed.
    """
    of_rows = select(
        MatchedPair.id, MatchedPair.site_id, MatchedPair.peer_code, MatchedPair.mentor_code,
        MatchedPair.matched_on, MatchedPair.starts_on, MatchedPair.months,
        MatchedPair.pause_reasons,
    ).where(*which)  # fmt: skip
    rows = session.execute(of_rows).all()
    recorded, talks = _noted(session, [row.id for row in rows])
    in_order = sorted(recorded, key=lambda one: one.seq)
    last = {event.subject_id: event.seq for event in in_order}
    paused = {one.subject_id: one.effective_on for one in in_order if one.kind == "paused"}
    events: defaultdict[str, list[Event]] = defaultdict(list)
    for event in in_effect(recorded, day):
        events[event.subject_id].append(event)
    found = []
    for number, site_id, peer, mentor, matched_on, starts_on, months, reasons in rows:
        contract = None
        if starts_on is not None and months is not None:
            contract = Contract(starts_on, months)
        one = Pathway(
            number, site_id, peer, mentor, matched_on,
            contract=contract, closing=talks.get(number), paused_on=paused.get(str(number)),
            last_event=last.get(str(number), 0),
        )  # fmt: skip
        found.append(_after(one, events[str(number)], reasons or {}))
    return sorted(found, key=lambda one: (one.ended_on is not None, one.matched_on, one.number))


def _noted(session: Session, numbers: Sequence[int]) -> tuple[list[Event], dict[int, Closing]]:
    """Return what happened to some pairs, and their exit talks by number.

    By number, since it takes long to find out anew of a whole country which pairs they are.
    """
    recorded: list[Event] = []
    talks: dict[int, Closing] = {}
    for some in in_lots(numbers):
        of_pairs = select(
            Event.subject_id, Event.seq, Event.kind, Event.effective_on, Event.details
        ).where(Event.subject_type == PAIR, Event.subject_id.in_([str(number) for number in some]))
        recorded += cast(Sequence[Event], session.execute(of_pairs).all())
        of_talks = select(ExitTalk.pair_id, ExitTalk.date, ExitTalk.state, ExitTalk.ticked)
        for number, date, state, ticked in session.execute(
            of_talks.where(ExitTalk.pair_id.in_(some))
        ):
            talks[number] = Closing(date, state, frozenset(ticked))
    return recorded, talks


def in_lots(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers in lots that a question can hold."""
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def _after(one: Pathway, events: Iterable[Event], reasons: Mapping[str, Why]) -> Pathway:
    """Return a pathway after the events that hold, in their order.

    Why somebody needs a pause is told by its first day, where it is known.
    """
    pauses: list[Pause] = []
    answers: list[Answer] = []
    for event in events:
        on, told = event.effective_on, event.details
        if event.kind == "matched":
            one = replace(one, beside=bool(told.get("beside")))
        elif event.kind == "ended":
            one = replace(one, ended_on=on, end=str(told["end"]))
        elif event.kind == "checked_in":
            one = replace(one, checked={**one.checked, told["which"]: on})
        elif event.kind == "paused":
            pauses.append(Pause(on, who=told.get("who", "both"), why=reasons.get(on.isoformat())))
        elif event.kind == "resumed" and pauses:
            pauses[-1] = replace(pauses[-1], until=on)
        elif event.kind == "partner_told":
            # It is about the pause it names: another can have begun before the day it was told.
            pauses = [
                replace(pause, told_on=on, offered=tuple(told["offered"]))
                if pause.since.isoformat() == told["since"]
                else pause
                for pause in pauses
            ]
        elif event.kind == "extension_answered":
            answers.append(Answer(on, peer=told["peer"], mentor=told["mentor"]))
    if one.contract is None:
        return one
    contract = replace(one.contract, pauses=tuple(pauses), answers=tuple(answers))
    return replace(one, contract=contract)


# -- what writing shares ---------------------------------------------------------------------------


def holding(session: Session, number: int) -> list[Event]:
    """Return the events of a pair that hold, in their order."""
    return in_effect(events_of(session, PAIR, number), dt.date.max)


def of_two(session: Session, number: int) -> Pathway:
    """Return a pathway of which something is to be noted.

    Raises
    ------
    Conflict
        When one of the two was erased: nothing is written of somebody who is not there.
    """
    one = pathway(session, number)
    if len(one.codes) < 2:
        raise Conflict(
            _("One of the two was deleted, so nothing more is written of this pair. Load the page "
              "again.")
        )  # fmt: skip
    return one


def refuse_overtaken(session: Session, seen: Pathway) -> None:
    """Refuse what is noted of a pair that is not as it was shown.

    Raises
    ------
    Conflict
        When anything was noted of it, or taken back, since then.
    """
    if pathway(session, seen.number).last_event != seen.last_event:
        raise Conflict(
            _("Something else was noted of this pair meanwhile. Nothing is saved. Open the pair "
              "again, and see if it still has to be noted.")
        )  # fmt: skip


def going_on(session: Session, number: int, field: str) -> Pathway:
    """Return a pathway that has not ended.

    Raises
    ------
    InputFault
        At `field`, when it has.
    Conflict
        When one of the two was erased.
    """
    one = of_two(session, number)
    if one.ended_on is not None:
        raise InputFault.at(field, _("It has ended already. Reload the page."))
    return one


def with_contract(session: Session, number: int, field: str) -> tuple[Pathway, Contract]:
    """Return a pathway that goes on, and its contract.

    Raises
    ------
    InputFault
        At `field`, when it has ended, or has no contract.
    """
    one = going_on(session, number, field)
    if one.contract is None:
        raise InputFault.at(field, no_contract_told())
    return one, one.contract


def refuse_days(on: dt.date, first: dt.date, today: dt.date, began: str) -> None:
    """Refuse a day that cannot be.

    Parameters
    ----------
    on
        The day.
    first, began
        The first day that can be, and what began then, in a sentence with a place for `date`.
    today
        The last one.

    Raises
    ------
    InputFault
        At `on`, when it lies ahead, or before the first one.
    """
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    if on < first:
        raise InputFault.at(
            "on",
            f"{began.format(date=format_date(first))} " + _("Choose that day or a later one."),
        )


def contract_begins() -> str:
    """Return that a contract begins, with a place for `date`."""
    return _("The contract begins on {date}.")


def no_contract_told() -> str:
    """Return that there is no contract yet."""
    return _("They have no contract yet. Write it first.")


def ended_told(ended_on: dt.date) -> str:
    """Return that a pair had ended by a day."""
    return _("The pair ended on {date}. Choose that day or an earlier one.").format(
        date=format_date(ended_on)
    )


def matched_told(one: Pathway) -> str:
    """Return that two were not matched yet on a day."""
    return _("They were matched on {date}. Choose that day or a later one.").format(
        date=format_date(one.matched_on)
    )


def saved_pair(session: Session, one: Pathway) -> Saved:
    """Return that something was noted of a pair."""
    return Saved(PAIR, one.number, session.get_one(MatchedPair, one.number).version)
