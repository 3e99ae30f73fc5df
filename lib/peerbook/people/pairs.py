"""Pairs of a peer and a mentor, and how they stand on a day: what several jobs read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, String, cast, exists, select, true
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.privacy import same_person
from peerbook.store import in_effect
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import Event, MatchedPair, Veto
from peerbook.text import _, format_date

PAIR = MatchedPair.__tablename__
"""What events of a pair happen to."""

PATHWAYS_PAGE = "pathways.ipynb"

COMPLETED = frozenset({"completed", "extended_completed"})
"""Ends of pairs that came to the end they had agreed on."""


@dataclass(frozen=True)
class Pair:
    """Two who are matched.

    Parameters
    ----------
    number, version
        Of the row.
    peer, mentor
        Their codes; None for somebody who was erased.
    matched_on
        From which day.
    ended_on, end
        Until when, and how it ended; None while it goes on.
    follows
        Number of the pair before it.
    starts_on
        From when on their contract is agreed; None without one.
    """

    number: int
    version: int
    peer: str | None
    mentor: str | None
    matched_on: dt.date
    ended_on: dt.date | None = None
    end: str | None = None
    follows: int | None = None
    starts_on: dt.date | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of those of the two who are known still."""
        return tuple(code for code in (self.peer, self.mentor) if code is not None)


def pairs(session: Session, site_id: int | None, day: dt.date) -> list[Pair]:
    """Return the pairs there had been by a day at a site, or at all; those that go on first."""
    return _pairs(session, true() if site_id is None else MatchedPair.site_id == site_id, day)


def pairs_of(session: Session, codes: Collection[str]) -> list[Pair]:
    """Return every pair somebody is or was in, by any of their codes; those that go on first."""
    whose = same_person.codes_of(session, codes)
    return _pairs(session, MatchedPair.is_about(whose), dt.date.max)


def _pairs(session: Session, which: ColumnElement[bool], day: dt.date) -> list[Pair]:
    rows = session.scalars(select(MatchedPair).where(which, MatchedPair.matched_on <= day))
    here = select(cast(MatchedPair.id, String)).where(which)
    happened = select(Event).where(
        Event.subject_type == PAIR,
        Event.subject_id.in_(here),
        Event.kind.in_(("ended", WITHDRAWN)),
    )
    ended = {event.subject_id: event for event in in_effect(session.scalars(happened), day)}
    found = []
    for row in rows:
        end = ended.get(str(row.id))
        found.append(
            Pair(
                row.id, row.version, row.peer_code, row.mentor_code, row.matched_on,
                None if end is None else end.effective_on,
                None if end is None else str(end.details["end"]),
                row.follows_id,
                row.starts_on,
            )
        )  # fmt: skip
    return sorted(found, key=lambda pair: (pair.ended_on is not None, pair.matched_on, pair.number))


def are_vetoed(session: Session, one: str, other: str) -> bool:
    """Return whether two are not to be matched, by whichever of their codes that was said."""
    mine, theirs = (same_person.codes_of(session, [code]) for code in (one, other))
    between = exists().where(Veto.is_about(mine), Veto.is_about(theirs))
    return bool(mine.isdisjoint(theirs) and session.scalar(select(between)))


def begun_on(starts_on: dt.date | None, ended_on: dt.date | None, day: dt.date) -> dt.date | None:
    """Return when the contract of a pair began; None where it had not by a day.

    Parameters
    ----------
    starts_on
        The first day that was agreed on; None where there is no contract.
    ended_on
        When the pair had ended, if it had: a contract agreed on for later never begins.
    """
    return None if starts_on is None or starts_on > (ended_on or day) else starts_on


def refuse_matched(session: Session, code: str) -> None:
    """Refuse what only somebody can do who is in no pair that goes on, by any of their codes.

    Raises
    ------
    InputFault
        At `on`, when they are.
    """
    for pair in pairs_of(session, [code]):
        if pair.ended_on is None:
            raise InputFault.at(
                "on",
                _("They are matched since {date}. End that pair first.").format(
                    date=format_date(pair.matched_on)
                ),
            )


def pair_address(site: str, number: int = 0) -> str:
    """Return where pairs of a site are followed; with a number, that pair is opened."""
    about = {"site": site} | ({"pair": number} if number else {})
    return f"{PATHWAYS_PAGE}?{urlencode(about)}"
