"""Contracts and time in the programme as retention counts them, read from the store.

However many there are, a handful of statements is run, none of them asks for a name, and events
are read one pair at a time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple, cast

import pandas as pd
from sqlalchemy import ColumnElement, Select, String, select, true
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import InstrumentedAttribute, Session

from peerbook.pathways.retention import End
from peerbook.pathways.stretches import Stretch, Turn, contract, whole_time
from peerbook.people.pairs import PAIR, begun_on
from peerbook.people.participants import STOPS, TAKES_PART
from peerbook.people.ways import UNKNOWN, Way, led_to, made_come, ways_of
from peerbook.privacy import same_person
from peerbook.store import in_effect
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import (
    ERASED_END,
    Course,
    CourseDate,
    Enquiry,
    Enrolment,
    Event,
    MatchedPair,
)
from peerbook.text import format_list

_AT_ONCE = 1000
"""Rows taken from the database at a time."""

CONTRACT_COLUMNS = (
    "participant", "mentor", "started_on", "ended_on", "end", "pauses", "course", "channel"
)  # fmt: skip
TIME_COLUMNS = ("participant", "role", "started_on", "ended_on", "end", "pauses", "pair")


class _Happening(NamedTuple):
    seq: int
    kind: str
    effective_on: dt.date
    details: dict[str, Any]


class _Pair(NamedTuple):
    number: int
    peer: str | None
    mentor: str | None
    matched_on: dt.date
    stretch: Stretch

    @property
    def key(self) -> str:
        """What stands for somebody of the pair who was erased: nobody else's."""
        return f"pair {self.number}"


def contracts(session: Session, site_id: int | None, day: dt.date) -> pd.DataFrame:
    """Return the pairs matched by a day at a site, or at all, with their contracts, one row each.

    Parameters
    ----------
    session, site_id
        Where; None is all sites.
    day
        What happened later is not known.

    Returns
    -------
    DataFrame
        By number of the pair, as `retention.retention` wants them. `participant` is the peer, and
        missing when they were erased; so is `mentor`. A pair that goes on when somebody of it is
        erased is on a pause from then on: nobody will know how it would have ended. As long as no
        contract has begun, a pair runs from the day it was matched, also when it ended before.
        `course` is the number of the latest course the mentor was on that had begun by then, and
        `channel` what made the peer come on the way that led to the match, or else through what
        they first heard of the programme on it; missing where it is not known.
    """
    found = _pairs(session, site_id, day)
    courses = _courses(session, site_id)
    ways = _ways(session, site_id, day)
    person = same_person.first_codes(session)
    rows = [
        (
            *(code and person.get(code, code) for code in (pair.peer, pair.mentor)),
            one.started_on, one.ended_on, one.end, list(one.pauses),
            _latest(courses.get(pair.mentor or "", ()), one.started_on),
            _channel(led_to(ways.get(pair.peer or "", ()), pair.matched_on)),
        )
        for pair in found
        for one in [pair.stretch.as_far_as_known()]
    ]  # fmt: skip
    numbers = pd.Index([pair.number for pair in found], dtype="int64")
    return pd.DataFrame(rows, columns=list(CONTRACT_COLUMNS), index=numbers, dtype=object)


def times(session: Session, site_id: int | None, day: dt.date) -> pd.DataFrame:
    """Return how long people have taken part at a site, or at all, one row a person and role.

    Parameters
    ----------
    session, site_id, day
        As in `contracts`.

    Returns
    -------
    DataFrame
        As `retention.retention` wants them, with `role` and `pair`, the number of their first pair;
        see `stretches.whole_time`. Somebody who was erased stands for themselves in each pair they
        had, and `participant` is missing.
    """
    person = same_person.first_codes(session)
    theirs: defaultdict[tuple[str, str], list[tuple[str, Stretch]]] = defaultdict(list)
    firsts: dict[tuple[str, str], int] = {}
    erased = set()
    for pair in _pairs(session, site_id, day):
        for role, code in (("peer", pair.peer), ("mentor", pair.mentor)):
            whose = (pair.key if code is None else person.get(code, code)), role
            theirs[whose].append((code or pair.key, pair.stretch))
            firsts.setdefault(whose, pair.number)
            if code is None:
                erased.add(whose)
    left = _left(session, site_id, day)
    rows = []
    for whose, known in sorted(theirs.items(), key=lambda one: one[0]):
        days = [left.get(code) for code, _stretch in known]
        last = None if None in days else max(one for one in days if one is not None)
        whole = whole_time([stretch for _code, stretch in known], last)
        code, role = whose
        rows.append((
            None if whose in erased else code, role, whole.started_on, whole.ended_on, whole.end,
            list(whole.pauses), firsts[whose],
        ))  # fmt: skip
    numbers = pd.RangeIndex(1, len(rows) + 1)
    return pd.DataFrame(rows, columns=list(TIME_COLUMNS), index=numbers, dtype=object)


def course_titles(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """Return what some courses are called, by number; those of one name by their number, too."""
    wanted = select(Course.id, Course.title).where(Course.id.in_(numbers)).order_by(Course.id)
    titles = dict(session.execute(wanted).all())
    times = Counter(titles.values())
    return {
        number: title if times[title] == 1 else f"{title} ({number})"
        for number, title in titles.items()
    }


def course_teachers(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """Return who taught some courses, by number: those who stand on most of its teaching days."""
    wanted = (
        select(CourseDate.course_id, CourseDate.teachers)
        .where(
            CourseDate.course_id.in_(numbers),
            CourseDate.kind == "teaching_day",
            CourseDate.status != "cancelled",
        )
        .order_by(CourseDate.course_id, CourseDate.number)
    )
    days: defaultdict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for number, teachers in session.execute(wanted):
        if teachers:
            days[number][tuple(sorted(teachers))] += 1
    return {number: format_list(found.most_common(1)[0][0]) for number, found in days.items()}


# -- pairs -----------------------------------------------------------------------------------------


def _pairs(session: Session, site_id: int | None, day: dt.date) -> list[_Pair]:
    """Return the pairs there had been by a day, in the order of their numbers."""
    ends: dict[str, tuple[dt.date | None, End | None]] = {}
    turns: dict[str, list[Turn]] = {}
    here = select(sql_cast(MatchedPair.id, String)).where(_at(site_id))
    happened = Event.kind.in_(("ended", "paused", "resumed", WITHDRAWN))
    for subject, events in _histories(session, PAIR, here, happened, day):
        for event in events:
            if event.kind == "ended":
                end = event.details["end"]
                ends[subject] = event.effective_on, None if end == ERASED_END else cast(End, end)
            elif event.kind == "paused":
                turns.setdefault(subject, []).append((event.effective_on, "paused"))
            else:
                turns.setdefault(subject, []).append((event.effective_on, "resumed"))
    wanted = (
        select(
            MatchedPair.id, MatchedPair.peer_code, MatchedPair.mentor_code, MatchedPair.matched_on,
            MatchedPair.starts_on,
        )
        .where(_at(site_id), MatchedPair.matched_on <= day)
        .order_by(MatchedPair.id)
    )  # fmt: skip
    found = []
    for number, peer, mentor, matched_on, starts_on in session.execute(wanted):
        ended_on, end = ends.get(str(number), (None, None))
        started_on = begun_on(starts_on, ended_on, day) or matched_on
        stretch = contract(started_on, ended_on, end, turns.get(str(number), ()))
        found.append(_Pair(number, peer, mentor, matched_on, stretch))
    return found


def _at(site_id: int | None) -> ColumnElement[bool]:
    return true() if site_id is None else MatchedPair.site_id == site_id


def _histories(
    session: Session,
    subject_type: str,
    subjects: Select[Any],
    which: ColumnElement[bool],
    day: dt.date,
) -> Iterator[tuple[str, list[_Happening]]]:
    """Yield each subject with those of its events that hold on a day, in their order."""
    wanted = (
        select(Event.subject_id, Event.seq, Event.kind, Event.effective_on, Event.details)
        .where(Event.subject_type == subject_type, Event.subject_id.in_(subjects), which)
        .order_by(Event.subject_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for subject, rows in groupby(session.execute(wanted), key=lambda row: row[0]):
        yield subject, in_effect((_Happening(*row[1:]) for row in rows), day)


# -- people ----------------------------------------------------------------------------------------


def _of(role: InstrumentedAttribute[str | None], site_id: int | None) -> Select[Any]:
    return select(role).where(_at(site_id), role.is_not(None))


def _left(session: Session, site_id: int | None, day: dt.date) -> dict[str, dt.date]:
    """Return since when those who had left the programme by a day have done so, by code."""
    in_pairs = _of(MatchedPair.peer_code, site_id).union(_of(MatchedPair.mentor_code, site_id))
    happened = Event.kind.in_((*TAKES_PART, *STOPS, WITHDRAWN))
    told = _histories(session, "participant", select(in_pairs.subquery()), happened, day)
    return {
        code: events[-1].effective_on
        for code, events in told
        if events and events[-1].kind in STOPS
    }


def _courses(session: Session, site_id: int | None) -> dict[str, list[tuple[dt.date, int]]]:
    """Return the courses mentors were on, each with the day it began, by code."""
    wanted = (
        select(Enrolment.participant_code, Course.starts_on, Course.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Course.removed_on.is_(None),
            Enrolment.participant_code.in_(_of(MatchedPair.mentor_code, site_id)),
        )
        .execution_options(yield_per=_AT_ONCE)
    )
    found: defaultdict[str, list[tuple[dt.date, int]]] = defaultdict(list)
    for code, starts_on, number in session.execute(wanted):
        found[code].append((starts_on, number))
    return found


def _latest(courses: Iterable[tuple[dt.date, int]], day: dt.date) -> int | None:
    """Return the latest course that had begun by a day."""
    begun = max((one for one in courses if one[0] <= day), default=None)
    return None if begun is None else begun[1]


def _ways(session: Session, site_id: int | None, day: dt.date) -> dict[str, list[Way]]:
    """Return the ways that peers had begun by a day, by code."""
    peers = _of(MatchedPair.peer_code, site_id)
    joins = Event.kind.in_((*TAKES_PART, WITHDRAWN))
    joined = {
        code: [event.effective_on for event in events]
        for code, events in _histories(session, "participant", peers, joins, day)
    }
    wanted = (
        select(
            Enquiry.participant_code, Enquiry.asked_on, Enquiry.wanted_role, Enquiry.heard_via,
            Enquiry.decided_via,
        )
        .where(Enquiry.participant_code.in_(peers), Enquiry.asked_on <= day)
        .order_by(Enquiry.asked_on, Enquiry.id)
        .execution_options(yield_per=_AT_ONCE)
    )  # fmt: skip
    asked: defaultdict[str, list[Way]] = defaultdict(list)
    for code, asked_on, role, heard_via, decided_via in session.execute(wanted):
        asked[str(code)].append(Way(asked_on, role, heard_via, decided_via))
    return {code: ways_of(known, joined.get(code, ())) for code, known in asked.items()}


def _channel(way: Way | None) -> str | None:
    """Return what made somebody come on a way; None where that is not known."""
    channel = None if way is None else made_come(way.heard_via, way.decided_via)
    return None if channel == UNKNOWN else channel
