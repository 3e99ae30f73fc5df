"""What a course asks for before anything is placed: wished days, and what stands in their way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from peerbook.course.schedule.calendar import (
    EARLIEST,
    LATEST,
    DanishCalendar,
    Reason,
    Resource,
    is_working_day,
)
from peerbook.course.schedule.plan import (
    CoursePlan,
    CourseTemplate,
    Item,
    Kind,
    PlannedDate,
    PlanRequest,
    first_of_month,
    nth_weekday,
    resources_of,
)
from peerbook.text import LANGUAGES, _, format_list, written_in

PLACED: tuple[Kind, ...] = ("teaching_day", "sparring", "final_assignment", "erfa_group")
"""Kinds that are placed by themselves; the others are part of a teaching day."""

ERFA_GAP_DAYS = (14, 63)
"""Fewest and most days from one erfa group to the next."""

SPARRING_SLACK_DAYS = 4
"""How far outside its window a sparring may lie where no day within it can be used."""

OTHER_WEEKDAY_COST = 30
"""What it costs a plan, new or mended, that a date lies on another weekday than the course's."""

_DAY = dt.timedelta(days=1)
_WEEKS = (1, 2, 3, 4)


class Spot(NamedTuple):
    """One date of one of the courses planned together."""

    course_key: str
    item: Item


class Dated(Protocol):
    """A course as much as is needed of it here: what it is called, and its dates."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def dates(self) -> Sequence[PlannedDate]:
        """When it meets."""


class Obstacles:
    """Why a course cannot use a day for a kind of date: closures, absences, other courses."""

    def __init__(
        self,
        calendar: DanishCalendar,
        others: Iterable[Dated],
        not_before: dt.date | None = None,
    ) -> None:
        self._calendar = calendar
        self._not_before = not_before
        self._taken: dict[dt.date, list[tuple[str, PlannedDate]]] = {}
        for plan in others:
            for date in plan.dates:
                if date.takes_place:
                    self._taken.setdefault(date.date, []).append((plan.title, date))

    def reasons(
        self,
        day: dt.date,
        resources: frozenset[Resource],
        starts_at: dt.time | None,
        ends_at: dt.time | None,
    ) -> tuple[Reason, ...]:
        """Return everything that keeps a day from being used at that time; empty for a free one."""
        early = self._not_before is not None and day < self._not_before
        return (
            *([Reason("too_early", self._not_before)] if early else []),
            *self._calendar.reasons(day, resources),
            *(
                Reason("busy", day, label=title, resource=resource)
                for title, date in self._taken.get(day, [])
                if date.overlaps(starts_at, ends_at)
                for resource in sorted(resources)
                if resource in date.resources
            ),
        )

    def blocked(self, plan: Dated, today: dt.date) -> list[tuple[PlannedDate, tuple[Reason, ...]]]:
        """Return the dates to come that stand on a day they cannot use, and why."""
        return [
            (date, reasons)
            for date in plan.dates
            if date.status in ("planned", "moved")
            and date.date >= today
            and (reasons := self.reasons(date.date, date.resources, date.starts_at, date.ends_at))
            and not set(_marks(reasons)) <= set(_accepted(date, reasons))
        ]


@dataclass(frozen=True)
class Wish:
    """The dates a course hopes for: by item, the month and the days in it by week of the month."""

    item: Item
    month: dt.date
    by_week: dict[int, dt.date]


class AskedCourse:
    """One request with all that follows from it before anything is placed."""

    def __init__(
        self,
        request: PlanRequest,
        calendar: DanishCalendar,
        others: Sequence[CoursePlan],
        named: bool,
    ) -> None:
        self.request = request
        self.template = request.template
        self.name = request.title if named else ""
        self.weeks = (request.week_of_month,) if request.week_of_month is not None else _WEEKS
        self._obstacles = Obstacles(calendar, others, request.not_before)
        self._known: dict[tuple[Kind, dt.date], tuple[Reason, ...]] = {}
        self.teaching = [self._wish("teaching_day", n) for n in self._numbers()]
        self.final = (
            self._wish("final_assignment", 1) if self.template.final_assignment_days else None
        )
        self.erfa = [self._wish("erfa_group", n + 1) for n in range(self.template.erfa_groups)]

    def _numbers(self) -> range:
        return range(1, self.template.teaching_days + 1)

    def _wish(self, kind: Kind, number: int) -> Wish:
        """Return month and wished days of a date, counted from the month teaching begins."""
        template, request = self.template, self.request
        teaching_months = template.teaching_days * template.months_between
        if request.first_month is not None:
            first = first_of_month(*request.first_month)
        else:
            anchor = request.final_assignment_on or EARLIEST
            first = first_of_month(anchor.year, anchor.month - teaching_months)
        after = {
            "teaching_day": (number - 1) * template.months_between,
            "final_assignment": teaching_months,
            "erfa_group": teaching_months + number - (0 if template.final_assignment_days else 1),
        }[kind]
        month = first_of_month(first.year, first.month + after)
        days = {
            week: nth_weekday(month.year, month.month, request.weekday, week) for week in self.weeks
        }
        return Wish(Item(kind, number), month, days)

    def spot(self, kind: Kind, number: int) -> Spot:
        """Return the date of this course that is meant by kind and number."""
        return Spot(self.request.course_key, Item(kind, number))

    def reasons(self, kind: Kind, day: dt.date) -> tuple[Reason, ...]:
        """Return what keeps a kind of date off a day; of final assignments, off its whole run."""
        known = self._known.get((kind, day))
        if known is None:
            request = self.request
            resources = resources_of(request.teachers_of(kind), request.room)
            known = tuple(
                reason
                for each in self.run(kind, day)
                for reason in self._obstacles.reasons(each, resources, *request.times_of(kind))
            )
            self._known[kind, day] = known
        return known

    def run(self, kind: Kind, day: dt.date) -> tuple[dt.date, ...]:
        """Return the days that something takes up when it begins on a day."""
        if kind != "final_assignment":
            return (day,)
        days = [day]
        while len(days) < self.template.final_assignment_days:
            days.append(next_working_day(days[-1]))
        return tuple(days)

    def usable(self, day: dt.date) -> bool:
        """Return whether courses are held on such weekdays at all."""
        return (day.weekday() < 5 or day.weekday() == self.request.weekday) and (
            EARLIEST <= day <= LATEST
        )

    @property
    def anchor(self) -> dt.date | None:
        """The day the plan is made backwards from."""
        return self.request.final_assignment_on


def placed_although(date: PlannedDate, obstacles: Sequence[Reason]) -> PlannedDate:
    """Return a date that stands in spite of something, with a note of it; or with none to note.

    A note that says so already keeps its words, also those of another language.
    """
    is_noted = date.note and _marks(obstacles) == _accepted(date, obstacles)
    note = date.note if obstacles and is_noted else note_of(obstacles)
    return replace(date, note=note, accepted=tuple(dict.fromkeys(obstacles)))


def still_placed_although(
    date: PlannedDate, before: Sequence[Reason], now: Sequence[Reason]
) -> PlannedDate:
    """Return a date with no more in its note than stands in its way now that it was changed.

    Parameters
    ----------
    before, now
        What stood, and stands, in its way; nothing that was not accepted before is so now.
    """
    accepted = _accepted(date, before)
    if not accepted:
        return date
    return placed_although(date, [reason for reason in now if _marks([reason])[0] in accepted])


def _accepted(date: PlannedDate, obstacles: Sequence[Reason]) -> tuple[str, ...]:
    """Return the marks of what has been seen and accepted about a date that stands on its day."""
    # Dates that were saved before marks were kept have nothing but the note.
    if not date.accepted and is_note_of(date.note, obstacles):
        return _marks(obstacles)
    return _marks(date.accepted)


def _marks(obstacles: Iterable[Reason]) -> tuple[str, ...]:
    """Return the marks of reasons, each once; a room is the same in small letters and large."""
    return tuple(sorted({reason.mark.casefold() for reason in obstacles}))


def note_of(obstacles: Sequence[Reason]) -> str:
    """Return the note that a date stands where it does in spite of something; empty for nothing."""
    texts = list(dict.fromkeys(reason.text for reason in obstacles))
    return _("Placed here although: {reasons}.").format(reasons=format_list(texts)) if texts else ""


def is_note_of(note: str, obstacles: Sequence[Reason]) -> bool:
    """Return whether a note says what stands in the way, in any language."""
    for language in LANGUAGES:
        with written_in(language):
            if note == note_of(obstacles):
                return True
    return False


def nearer_sparring_days(
    template: CourseTemplate, weekday: int, teaching: dt.date, chosen: dt.date
) -> list[dt.date]:
    """Return days of the window that lie nearer to the ideal than the chosen, the nearest first.

    Saturdays and Sundays are left out unless `weekday`, the course's own, is one of them.

    Parameters
    ----------
    weekday
        From 0 for Monday.
    teaching, chosen
        The day of the teaching the sparring belongs to, and the day the sparring has.
    """
    ideal = teaching + template.sparring_offset_days * _DAY
    first = teaching + template.sparring_earliest_days * _DAY
    last = teaching + template.sparring_latest_days * _DAY
    near = [
        day
        for day in days_between(first, last)
        if (day.weekday() < 5 or day.weekday() == weekday)
        and abs((day - ideal).days) < abs((chosen - ideal).days)
    ]
    return sorted(near, key=lambda day: (abs((day - ideal).days), day))


def next_working_day(day: dt.date) -> dt.date:
    """Return the first working day after a day."""
    day += _DAY
    while day <= LATEST and not is_working_day(day):
        day += _DAY
    return day


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from the first to the last, both included."""
    return [first + offset * _DAY for offset in range((last - first).days + 1)]


def overlap(
    one: tuple[dt.time, dt.time] | tuple[None, None],
    other: tuple[dt.time, dt.time] | tuple[None, None],
) -> bool:
    """Return whether two spans of time share a moment; one without times never does."""
    if one[0] is None or other[0] is None:
        return False
    return one[0] < other[1] and other[0] < one[1]
