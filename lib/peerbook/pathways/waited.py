"""What of the work about a pair has waited some day, so that a calendar can hold it still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from peerbook.pathways.contact import MeetingDay, contact
from peerbook.pathways.due import TALK_WITHIN, Day, is_quiet
from peerbook.pathways.pathway import Pathway
from peerbook.text.formats import COPENHAGEN


@dataclass(frozen=True)
class NotedMeeting:
    """A meeting, and the day on which it was noted; None where that is not known."""

    day: MeetingDay
    noted_on: dt.date | None = None

    def is_known_on(self, day: dt.date) -> bool:
        """Return whether it had been noted by a day."""
        return max(self.day.date, self.noted_on or self.day.date) <= day


@dataclass(frozen=True)
class Noted:
    """What was noted of a pair, and when.

    Parameters
    ----------
    pair_at, contract_at
        When the match and the contract were written down; None where that is not known.
    meetings
        In the order of their days.
    left_alone
        Whether a pause was ever noted that leaves one of the two behind.
    list_open
        Whether the exit talk was ever held with points of its closing list still to do.
    """

    pair_at: dt.datetime | None = None
    contract_at: dt.datetime | None = None
    meetings: Sequence[NotedMeeting] = ()
    left_alone: bool = False
    list_open: bool = False


def waited(one: Pathway, noted: Noted, first: dt.date, today: dt.date) -> frozenset[Day]:
    """Return what has waited on some day from a first one to today.

    Parameters
    ----------
    one
        The pair, as it stands today.
    noted
        What was noted of it.
    first, today
        The days that count.
    """
    return frozenset(_waited(one, noted, first, today))


def _waited(one: Pathway, noted: Noted, first: dt.date, today: dt.date) -> Iterator[Day]:
    if _lacked_contract(one, noted):
        yield "three_way_talk"
    if noted.left_alone:
        yield "tell_partner"
    if noted.list_open:
        yield "closing_list"
    known_at = noted.contract_at or noted.pair_at
    since = max(first, one.begins_on, _day(known_at) if known_at else first)
    if any(since <= day <= today and _was_quiet(one, noted, day) for day in _turns(one, noted)):
        yield "quiet"


def _lacked_contract(one: Pathway, noted: Noted) -> bool:
    """Return whether a pair was known some day without a contract.

    Of two noted one after the other on a day that is so only while the talk of three lay ahead:
    else what was long agreed is written down.
    """
    if noted.pair_at is None or noted.contract_at is None:
        return one.contract is None or one.matched_on < one.contract.starts_on
    first, then = _day(noted.pair_at), _day(noted.contract_at)
    lies_ahead = then <= one.matched_on + TALK_WITHIN
    return first < then or (lies_ahead and noted.pair_at < noted.contract_at)


def _day(at: dt.datetime) -> dt.date:
    """Return on which day something was noted, as those who did it count their days."""
    return at.astimezone(COPENHAGEN).date()


def _turns(one: Pathway, noted: Noted) -> set[dt.date]:
    """Return the last days before something changed: on those a gap of contact is longest."""
    changed = {one.ended_on, None if one.contract is None else one.contract.ends_on}
    for meeting in noted.meetings:
        changed |= {meeting.day.date, meeting.noted_on}
    if one.contract is not None:
        changed |= {pause.since for pause in one.contract.pauses}
    return {day - dt.timedelta(days=1) for day in changed if day is not None}


def _was_quiet(one: Pathway, noted: Noted, day: dt.date) -> bool:
    known = [meeting.day for meeting in noted.meetings if meeting.is_known_on(day)]
    return is_quiet(one, day, contact(one, known, day))
