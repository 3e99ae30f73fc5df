"""What hangs on it that somebody took part on a day, and so keeps it from being changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.people.participants import taking_part_of
from peerbook.store.tables import (
    CafeShift,
    Gathering,
    GatheringGuest,
    MatchedPair,
    ShiftHost,
    Wish,
)
from peerbook.text import _, format_date


@contextmanager
def keeping_what_hangs(
    session: Session, code: str, after: dt.date = dt.date.min, instead: str = ""
) -> Iterator[None]:
    """Refuse a change by which somebody would not have taken part when something needed it.

    Parameters
    ----------
    after
        The day on which they stop, if they do: what was on that day still stays possible.
    instead
        What else can be done about it, for whoever is refused.

    Raises
    ------
    InputFault
        At `on`, when they were matched, at a gathering, host, or in a wish, in the role they had.
    """
    hanging = [one for one in _hanging(session, code) if one[0] > after]
    before = [taking_part_of(session, code, day) for day, _refusal in hanging]
    yield
    session.flush()
    for was, (day, refusal) in zip(before, hanging, strict=True):
        left = taking_part_of(session, code, day)
        if was is not None and (left is None or left.role != was.role):
            told = f"{refusal.format(date=format_date(day))} {instead}"
            raise InputFault.at("on", told.strip())


def _hanging(session: Session, code: str) -> Iterator[tuple[dt.date, str]]:
    """Yield the days on which somebody has to have taken part, and what is said if they had not."""
    days: tuple[tuple[Select[dt.date], str], ...] = (
        (
            select(MatchedPair.matched_on).where(MatchedPair.is_about([code])),
            _("They were matched on {date}. Take the match back first, on the page “Pathways”."),
        ),
        (
            select(Gathering.date)
            .join(GatheringGuest, GatheringGuest.gathering_id == Gathering.id)
            .where(GatheringGuest.participant_code == code),
            _("They were there on {date}. Correct first who was, on the page “Matching”."),
        ),
        (
            select(CafeShift.date)
            .join(ShiftHost, ShiftHost.shift_id == CafeShift.id)
            .where(ShiftHost.participant_code == code),
            _("They are host at the café on {date}. Take them off the rota first."),
        ),
        (
            select(Wish.made_on).where(Wish.is_about([code])),
            _("On {date} a wish by them or for them was noted. So it stays."),
        ),
    )
    for wanted, text in days:
        for day in session.scalars(wanted):
            yield day, text
