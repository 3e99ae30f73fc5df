"""What the record holds of a programme's work, beside which a plan of its costs is held.

Nobody's name is read. What is not about people is added up by month in the database; contracts and
talks, of which a site has some hundreds a year, are read by number and code, all of them: whose
they are has to be known also of those that were told of earlier.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, extract, func, select
from sqlalchemy.orm import Session

from peerbook.costs.measures import Counted, Ended, Measure, Noted, Period
from peerbook.course.records import at_site
from peerbook.pathways.contract import Contract
from peerbook.pathways.pathway_records import pathways
from peerbook.pathways.retention import DAYS_IN
from peerbook.people.pairs import COMPLETED, begun_on
from peerbook.privacy import same_person
from peerbook.privacy.disclosure import Whose
from peerbook.store.tables import (
    ERASED_END,
    CafeShift,
    CoffeeTalk,
    CommonEvent,
    Course,
    CourseDate,
    CourseDateKind,
    MatchedPair,
    RecruitmentEffort,
    Stakeholder,
    Visit,
)

_MINUTES = 60
_Month = tuple[int, int]


def noted(
    session: Session, site_id: int, periods: Sequence[Period], today: dt.date
) -> tuple[Noted, ...]:
    """Return what was noted at a site in some periods, up to a day.

    Parameters
    ----------
    session, site_id
        Where.
    periods
        In the order in which they are returned.
    today
        What lies after it has not happened.

    Returns
    -------
    tuple of Noted
        A measure of which nothing was noted before a period was over is missing in it: where nobody
        has begun to write it down, that there is nothing does not mean that there was none.
    """
    if not periods:
        return ()
    span = min(one.first for one in periods), min(today, max(one.last for one in periods))
    monthly = _monthly(session, site_id, *span)
    talks, pairs = _Talks(session, site_id, span[1]), _Pairs(session, site_id, *span)
    courses = _courses(session, site_id, today)
    found = []
    for period in periods:
        counted = {one: sums.within(period) for one, sums in monthly.items() if sums.knows(period)}
        for measure, done in _of_finished(courses, period).items():
            if measure in counted:
                counted[measure] = replace(counted[measure], finished=done)
        if talks.knows(period):
            counted |= talks.counted(period)
        if pairs.knows(period):
            counted["contracts"] = pairs.begun(period)
        whose = (talks.whose | pairs.peers, talks.whose | pairs.mentors)
        found.append(Noted(period, counted, pairs.ended(period), whose))
    return tuple(found)


@dataclass(frozen=True)
class _Sums:
    """What a measure comes to in each month: amount, notes, and how many have no amount."""

    since: dt.date | None
    months: Mapping[_Month, tuple[Decimal, int, int]]

    def knows(self, period: Period) -> bool:
        return self.since is not None and self.since <= period.last

    def within(self, period: Period) -> Counted:
        first, last = ((day.year, day.month) for day in (period.first, period.last))
        there = [sums for month, sums in self.months.items() if first <= month <= last]
        amount = sum((one[0] for one in there), Decimal(0))
        of, unknown = sum(one[1] for one in there), sum(one[2] for one in there)
        return Counted(amount, of, unknown, since=self.since)

    def __add__(self, other: _Sums) -> _Sums:
        days = [one.since for one in (self, other) if one.since is not None]
        both: dict[_Month, tuple[Decimal, int, int]] = dict(self.months)
        for month, (amount, notes, unknown) in other.months.items():
            mine = both.get(month, (Decimal(0), 0, 0))
            both[month] = mine[0] + amount, mine[1] + notes, mine[2] + unknown
        return _Sums(min(days, default=None), both)


def _monthly(session: Session, site_id: int, first: dt.date, last: dt.date) -> dict[Measure, _Sums]:
    """Return by month what is not about people."""

    def sums(
        rows: Select[Any],
        day: SQLColumnExpression[dt.date],
        amount: SQLColumnExpression[Any] | None = None,
        each: int = 1,
    ) -> _Sums:
        """Return the sum of an amount, or how many rows there are, and of how many it is known."""
        since = session.scalar(rows.with_only_columns(func.min(day)).where(day <= last))
        year, month = extract("year", day), extract("month", day)
        known = func.count() if amount is None else func.count(amount)
        total = known if amount is None else func.coalesce(func.sum(amount), 0)
        found = session.execute(
            rows.with_only_columns(year, month, total, known, func.count() - known)
            .where(day.between(first, last))
            .group_by(year, month)
        )
        return _Sums(since, {
            (int(row[0]), int(row[1])): (Decimal(row[2]) / each, row[3], row[4]) for row in found
        })  # fmt: skip

    def dates(kind: CourseDateKind) -> Select[Any]:
        return (
            select(CourseDate.date)
            .select_from(CourseDate)
            .join(Course, Course.id == CourseDate.course_id)
            .where(at_site(site_id), Course.removed_on.is_(None), CourseDate.kind == kind)
        )

    day = CourseDate.date
    takes_place = dates("teaching_day").where(CourseDate.status != "cancelled")
    begins = takes_place.with_only_columns(func.min(day).label("on")).group_by(Course.id).subquery()
    held = CourseDate.status == "held"
    shifts = select(CafeShift.date).where(
        CafeShift.site_id == site_id, CafeShift.is_cancelled.is_(False)
    )
    events = select(CommonEvent.date).where(CommonEvent.site_id == site_id)
    efforts = select(RecruitmentEffort.date).where(RecruitmentEffort.site_id == site_id)
    visits = (
        select(Visit.date)
        .select_from(Visit)
        .join(Stakeholder, Stakeholder.id == Visit.stakeholder_id)
        .where(Stakeholder.site_id == site_id)
    )
    return {
        "courses": sums(select(begins.c.on), begins.c.on),
        "teaching_days": sums(dates("teaching_day").where(held), day),
        "sparrings": sums(dates("sparring").where(held), day),
        "cafes": sums(shifts, CafeShift.date),
        "events": sums(events, CommonEvent.date),
        "event_kr": sums(events, CommonEvent.date, CommonEvent.cost_kr),
        "outreach_hours": sums(efforts, RecruitmentEffort.date, RecruitmentEffort.minutes, _MINUTES)
        + sums(visits, Visit.date, Visit.minutes, _MINUTES),
    }


@dataclass(frozen=True)
class _Course:
    """A course that is over: its last day, and how much of it was held."""

    last: dt.date
    held: Mapping[Measure, int]


def _courses(session: Session, site_id: int, today: dt.date) -> list[_Course]:
    def held(kind: CourseDateKind) -> ColumnElement[int]:
        is_so = and_(CourseDate.kind == kind, CourseDate.status == "held")
        return func.sum(case((is_so, 1), else_=0))

    wanted = (
        select(func.max(CourseDate.date), held("teaching_day"), held("sparring"))
        .join(Course, Course.id == CourseDate.course_id)
        .where(
            at_site(site_id),
            Course.removed_on.is_(None),
            CourseDate.status != "cancelled",
            CourseDate.kind.in_(("teaching_day", "sparring")),
        )
        .group_by(Course.id)
        .having(func.max(CourseDate.date) <= today)
    )
    return [
        _Course(last, {"teaching_days": days, "sparrings": sparrings})
        for last, days, sparrings in session.execute(wanted)
    ]


def _of_finished(courses: Iterable[_Course], period: Period) -> dict[Measure, tuple[Decimal, int]]:
    """Return what was held in the courses that were over in a period, where anything was."""
    over = [one.held for one in courses if _is_in(one.last, period)]
    measures: tuple[Measure, ...] = ("teaching_days", "sparrings")
    held = {measure: [one[measure] for one in over if one[measure]] for measure in measures}
    return {measure: (Decimal(sum(days)), len(days)) for measure, days in held.items()}


class _Talks:
    """The coffee talks that were held at a site up to a day."""

    def __init__(self, session: Session, site_id: int, last: dt.date) -> None:
        wanted = select(
            CoffeeTalk.id,
            CoffeeTalk.participant_code,
            CoffeeTalk.date,
            CoffeeTalk.minutes * CoffeeTalk.staff,
        ).where(CoffeeTalk.site_id == site_id, CoffeeTalk.state == "held", CoffeeTalk.date <= last)
        person = same_person.first_codes(session)
        self.whose: dict[str, str] = {}
        self._held: list[tuple[str, dt.date, int | None]] = []
        for number, code, day, spent in session.execute(wanted):
            key = f"talk {number}"
            self.whose[key] = person.get(code, code)
            self._held.append((key, day, spent))

    def knows(self, period: Period) -> bool:
        return any(day <= period.last for _key, day, _spent in self._held)

    def counted(self, period: Period) -> dict[Measure, Counted]:
        """Return how many there were in a period, and how many hours they took."""
        held = [(key, spent) for key, day, spent in self._held if _is_in(day, period)]
        hours = {key: Decimal(spent) / _MINUTES for key, spent in held if spent is not None}
        every = frozenset(key for key, _spent in held)
        since = min((day for _key, day, _spent in self._held), default=None)
        return {
            "talks": Counted(Decimal(len(every)), len(every), keys=every, since=since),
            "talk_hours": Counted(
                sum(hours.values(), Decimal(0)), len(hours), len(every) - len(hours),
                frozenset(hours), _largest(hours, (self.whose,)), since=since,
            ),
        }  # fmt: skip


class _Pairs:
    """The contracts of a site: whose each is, and those that ran at some time from a day to a day.

    They go by the numbers of the pairs, as in the files of retention.
    """

    def __init__(self, session: Session, site_id: int, first: dt.date, last: dt.date) -> None:
        two = select(
            MatchedPair.id, MatchedPair.peer_code, MatchedPair.mentor_code, MatchedPair.starts_on
        ).where(MatchedPair.site_id == site_id)
        person = same_person.first_codes(session)
        self.peers: dict[str, str] = {}
        self.mentors: dict[str, str] = {}
        begun: list[dt.date] = []
        for number, peer, mentor, starts_on in session.execute(two):
            for whose, code in ((self.peers, peer), (self.mentors, mentor)):
                if code is not None:
                    whose[str(number)] = person.get(code, code)
            if starts_on is not None and starts_on <= last:
                begun.append(starts_on)
        self._since = min(begun, default=None)
        self._begun: dict[str, dt.date] = {}
        self._ended: dict[str, tuple[dt.date, bool, Decimal]] = {}
        for one in pathways(session, site_id, last, ended_since=first):
            if one.contract is None:
                continue
            since = begun_on(one.contract.starts_on, one.ended_on, last)
            if since is None:
                continue
            key = str(one.number)
            self._begun[key] = since
            if one.ended_on is not None and one.end != ERASED_END:
                months = _months(one.contract, one.ended_on)
                self._ended[key] = one.ended_on, one.end in COMPLETED, months

    def knows(self, period: Period) -> bool:
        return self._since is not None and self._since <= period.last

    def begun(self, period: Period) -> Counted:
        """Return how many contracts began in a period."""
        keys = frozenset(key for key, day in self._begun.items() if _is_in(day, period))
        return Counted(Decimal(len(keys)), len(keys), keys=keys, since=self._since)

    def ended(self, period: Period) -> Ended:
        """Return those that ended in a period."""
        there = {key: one for key, one in self._ended.items() if _is_in(one[0], period)}
        months = {key: months for key, (_day, _is_completed, months) in there.items()}
        return Ended(
            frozenset(there),
            frozenset(key for key, (_day, is_completed, _months) in there.items() if is_completed),
            sum(months.values(), Decimal(0)),
            _largest(months, (self.peers, self.mentors)),
        )


def _months(contract: Contract, ended_on: dt.date) -> Decimal:
    """Return how many months a contract ran, without its pauses."""
    return Decimal(contract.days_run(ended_on)) / Decimal(str(DAYS_IN["months"]))


def _is_in(day: dt.date, period: Period) -> bool:
    return period.first <= day <= period.last


def _largest(amounts: Mapping[str, Decimal], ways: Iterable[Whose]) -> float:
    """Return the largest part of a sum that is one person's, from 0 to 1."""
    total = sum(amounts.values(), Decimal(0))
    return float(max(_parts(amounts, ways), default=Decimal(0)) / total) if total else 0.0


def _parts(amounts: Mapping[str, Decimal], ways: Iterable[Whose]) -> Iterator[Decimal]:
    for whose in ways:
        of_each: defaultdict[str, Decimal] = defaultdict(Decimal)
        for key, amount in amounts.items():
            of_each[whose.get(key, key)] += amount
        yield from of_each.values()
