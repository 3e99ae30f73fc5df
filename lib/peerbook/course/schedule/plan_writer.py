"""The solver's answer as a plan, with the reasons for every better date that was avoided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from peerbook.course.schedule.calendar import Reason
from peerbook.course.schedule.plan import (
    Avoided,
    CoursePlan,
    Item,
    PlannedDate,
    first_of_month,
    resources_of,
)
from peerbook.course.schedule.plan_wishes import (
    ERFA_GAP_DAYS,
    AskedCourse,
    Spot,
    Wish,
    days_between,
    nearer_sparring_days,
    overlap,
    placed_although,
)
from peerbook.text import _

_DAY = dt.timedelta(days=1)


class PlanWriter:
    """Writes the solver's answer as a plan, with the reasons for every better date avoided."""

    def __init__(
        self,
        course: AskedCourse,
        days: Mapping[Spot, dt.date],
        week: int,
        courses: Sequence[AskedCourse],
    ) -> None:
        self._course = course
        self._days = days
        self._week = week
        self._others = [other for other in courses if other is not course]

    def plan(self) -> CoursePlan:
        """Return the plan of the course."""
        request = self._course.request
        return CoursePlan(
            request.course_key,
            request.template,
            request.weekday,
            tuple(self._dates()),
            request.title,
            request.site,
        )

    def _dates(self) -> Iterator[PlannedDate]:
        course = self._course
        for wish in course.teaching:
            yield self._date(wish.item, self._better(wish))
        for number in range(1, course.template.teaching_days + 1):
            yield self._date(Item("sparring", number), self._better_sparring(number))
        for kind, day in course.template.rider_days().items():
            yield self._date(Item(kind, 1), (), on=self._day(Item("teaching_day", day)))
        if course.final is not None:
            yield from self._final_dates(course.final)
        for wish in course.erfa:
            yield self._date(wish.item, self._better(wish))

    def _final_dates(self, wish: Wish) -> Iterator[PlannedDate]:
        course, first = self._course, self._day(wish.item)
        for position, day in enumerate(course.run("final_assignment", first)):
            item = Item("final_assignment", position + 1)
            date = self._date(item, self._better(wish) if position == 0 else (), on=day)
            if position == 0 and day == course.anchor:
                reason = _("The plan was made backwards from this day.")
                date = replace(date, avoided=(), pinned=True, pin_reason=reason)
            yield date

    def _day(self, item: Item) -> dt.date:
        return self._days[Spot(self._course.request.course_key, item)]

    def _date(
        self, item: Item, better: Iterable[dt.date], on: dt.date | None = None
    ) -> PlannedDate:
        request = self._course.request
        day = on or self._day(item)
        starts_at, ends_at = request.times_of(item.kind)
        obstacles = self._course.reasons(item.kind, day) if on is None else ()
        date = PlannedDate(
            kind=item.kind,
            number=item.number,
            date=day,
            starts_at=starts_at,
            ends_at=ends_at,
            avoided=tuple(Avoided(other, self._why_not(item, other)) for other in better),
            teachers=request.teachers_of(item.kind),
            room=request.room,
        )
        return placed_although(date, obstacles)

    def _better(self, wish: Wish) -> list[dt.date]:
        """Return same weekdays of the month that lie nearer to the wish, the nearest first."""
        ideal, weekday = wish.by_week[self._week], self._course.request.weekday
        chosen = self._day(wish.item)
        own = abs((chosen - ideal).days) + (1000 if chosen.weekday() != weekday else 0)
        month = days_between(
            wish.month, first_of_month(wish.month.year, wish.month.month + 1) - _DAY
        )
        days = [day for day in month if day.weekday() == weekday and abs((day - ideal).days) < own]
        return sorted(days, key=lambda day: (abs((day - ideal).days), day))

    def _better_sparring(self, number: int) -> list[dt.date]:
        return nearer_sparring_days(
            self._course.template,
            self._course.request.weekday,
            self._day(Item("teaching_day", number)),
            self._day(Item("sparring", number)),
        )

    def _why_not(self, item: Item, day: dt.date) -> tuple[Reason, ...]:
        blocked = self._course.reasons(item.kind, day)
        if blocked:
            return tuple(dict.fromkeys(blocked))
        reasons = (*self._shared(item, day), *self._gaps(item, day), *self._sparring(item, day))
        return reasons or (Reason("rest_of_plan", day),)

    def _shared(self, item: Item, day: dt.date) -> Iterator[Reason]:
        request = self._course.request
        mine = resources_of(request.teachers_of(item.kind), request.room)
        for other in self._others:
            asked = other.request
            for spot, first in self._days.items():
                if spot.course_key != asked.course_key:
                    continue
                kind = spot.item.kind
                shared = mine & resources_of(asked.teachers_of(kind), asked.room)
                if (
                    shared
                    and day in other.run(kind, first)
                    and overlap(request.times_of(item.kind), asked.times_of(kind))
                ):
                    yield Reason("busy", day, label=asked.title, resource=min(shared))

    def _gaps(self, item: Item, day: dt.date) -> Iterator[Reason]:
        template = self._course.template
        chain = [wish.item for wish in self._course.teaching]
        if self._course.final is not None:
            chain.append(self._course.final.item)
        limits = template.shortest_gap_days, template.longest_gap_days
        if item.kind == "erfa_group":
            chain, limits = [wish.item for wish in self._course.erfa], ERFA_GAP_DAYS
        if item not in chain:
            return
        position = chain.index(item)
        for other in [*chain[max(position - 1, 0) : position], *chain[position + 1 : position + 2]]:
            gap = abs((self._day(other) - day).days)
            if gap < limits[0]:
                yield Reason("too_close", day, item=other, days=limits[0])
            elif gap > limits[1]:
                yield Reason("too_far", day, item=other, days=limits[1])

    def _sparring(self, item: Item, day: dt.date) -> Iterator[Reason]:
        if item.kind != "teaching_day":
            return
        template = self._course.template
        window = days_between(
            day + template.sparring_earliest_days * _DAY, day + template.sparring_latest_days * _DAY
        )
        if not any(
            self._course.usable(other) and not self._course.reasons("sparring", other)
            for other in window
        ):
            yield Reason("no_sparring", day)
