"""History: dated events that are only ever added, from which any day's state is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.store.audit import plain
from peerbook.store.tables import Event

WITHDRAWN = "withdrawn"
"""Kind of the event that takes back an earlier one, whose number is in its details."""

State = TypeVar("State")


class Happened(Protocol):
    """What there is to know of an event to find its place: the event, or some columns of it."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def effective_on(self) -> dt.date:
        """From which day it holds."""

    @property
    def details(self) -> dict[str, Any]:
        """Anything else."""


Told = TypeVar("Told", bound=Happened)


def append_event(
    session: Session,
    subject_type: str,
    subject_id: object,
    kind: str,
    effective_on: dt.date,
    /,
    **details: Any,
) -> Event:
    """Add an event, in a session of `store.write`, and return it.

    Parameters
    ----------
    session
        Gives the actor.
    subject_type, subject_id
        What it happened to: the table's name and the row's key.
    kind
        What happened, in one word.
    effective_on
        The day from which it holds; may lie before or after today.
    details
        Anything else, by any name; no person's name, no contact.
    """
    event = Event(
        subject_type=subject_type,
        subject_id=str(subject_id),
        kind=kind,
        effective_on=effective_on,
        actor=session.info["actor"],
        details={name: plain(value) for name, value in details.items()},
    )
    session.add(event)
    return event


def withdraw_event(session: Session, event: Event) -> Event:
    """Take an event back, as if it had never happened, and return the event that says so."""
    return append_event(
        session,
        event.subject_type,
        event.subject_id,
        WITHDRAWN,
        event.effective_on,
        seq=event.seq,
    )


def supersede(session: Session, earlier: Iterable[Event], event: Event) -> None:
    """Take back events whose place a new one takes; `take_back` makes them hold again.

    Parameters
    ----------
    session
        In which the new event was added.
    earlier, event
        Those that no longer hold, and the one that does; all of one subject.
    """
    session.flush()
    for before in earlier:
        append_event(
            session, before.subject_type, before.subject_id, WITHDRAWN, before.effective_on,
            seq=before.seq, instead=event.seq,
        )  # fmt: skip


def take_back(session: Session, event: Event) -> Event:
    """Take an event back as `withdraw_event` does; what it took the place of holds again."""
    later = events_of(session, event.subject_type, event.subject_id, after_seq=event.seq)
    for other in later:
        if other.kind == WITHDRAWN and other.details.get("instead") == event.seq:
            withdraw_event(session, other)
    return withdraw_event(session, event)


def last_event(session: Session) -> int:
    """Return the number of the event recorded last, of any subject; 0 when there is none."""
    return session.scalar(select(func.max(Event.seq))) or 0


def events_of(
    session: Session,
    subject_type: str,
    subject_id: object | None = None,
    *,
    after_seq: int = 0,
) -> list[Event]:
    """Return the events of one subject, or of all of a type, in the order they were recorded.

    Parameters
    ----------
    session
        Any session of the store.
    subject_type, subject_id
        As in `append_event`; without an id, all subjects of the type.
    after_seq
        Only events recorded after the one with this number.
    """
    wanted = select(Event).where(Event.subject_type == subject_type, Event.seq > after_seq)
    if subject_id is not None:
        wanted = wanted.where(Event.subject_id == str(subject_id))
    return list(session.scalars(wanted.order_by(Event.seq)))


def in_effect(events: Iterable[Told], day: dt.date) -> list[Told]:
    """Return the events that hold on a day, in the order they took effect.

    Events of the same day follow in the order they were recorded, by number and not by the clock.
    Withdrawn events are left out.
    """
    known = list(events)
    withdrawn: set[int] = set()
    for event in sorted(known, key=lambda event: event.seq, reverse=True):
        # The latest first, so that a withdrawal that was itself withdrawn takes nothing back.
        if event.kind == WITHDRAWN and event.seq not in withdrawn:
            withdrawn.add(event.details["seq"])
    holding = (
        event
        for event in known
        if event.effective_on <= day and event.kind != WITHDRAWN and event.seq not in withdrawn
    )
    return sorted(holding, key=lambda event: (event.effective_on, event.seq))


def state_on(
    events: Iterable[Event],
    day: dt.date,
    start: State,
    step: Callable[[State, Event], State],
) -> State:
    """Return the state on a day: `step` applied to `start` and each event that holds, in order.

    Parameters
    ----------
    events
        The events of one subject, in any order.
    day
        The day asked for; events of that day count.
    start
        The state before the first event.
    step
        Returns the state after an event; it must not change the state it is given.
    """
    state = start
    for event in in_effect(events, day):
        state = step(state, event)
    return state


def kind_on(events: Iterable[Event], day: dt.date) -> str | None:
    """Return the kind of the last event that holds on a day: the status, where kinds are that."""
    return state_on(events, day, None, _kind)


def _kind(_before: str | None, event: Event) -> str | None:
    return event.kind
