"""What a course plan is: what was asked for, and the dates that came of it.

`plan_solver` makes plans from `plan_wishes` under `plan_rules`; `plan_moves` and `plan_mend` change
them, `plan_changes` compares two.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, NamedTuple, TypeVar

from peerbook.course.curriculum import CourseContent
from peerbook.course.names import date_name
from peerbook.course.schedule.calendar import EARLIEST, LATEST, Reason, Resource, check_in_calendar
from peerbook.errors import Fault, InputFault, Place
from peerbook.months import months_after
from peerbook.text import _, format_date, format_span, ngettext

Value = TypeVar("Value")

Kind = Literal[
    "teaching_day", "sparring", "mid_evaluation", "final_evaluation", "graduation",
    "final_assignment", "erfa_group",
]  # fmt: skip
Status = Literal["planned", "moved", "cancelled", "held"]

RIDERS: tuple[Kind, ...] = ("mid_evaluation", "final_evaluation", "graduation")
"""Kinds that are part of a teaching day and move with it."""

LAST_WEEK = -1
MAX_NAME_LENGTH = 200
MAX_TEACHERS = 10
MAX_REASON_LENGTH = 500


class Item(NamedTuple):
    """Which date of a course is meant: its kind and its number among its kind, from 1."""

    kind: Kind
    number: int

    @property
    def name(self) -> str:
        """What it is called in the user's language."""
        return date_name(self.kind, self.number)


@dataclass(frozen=True)
class CourseTemplate:
    """How a course lies in the calendar; the defaults are those of the six-month course.

    Parameters
    ----------
    teaching_days, months_between
        Number of teaching days, and months from one to the next.
    day_min, sparring_min, erfa_group_min
        Lengths in minutes.
    shortest_gap_days, longest_gap_days
        Fewest and most days from one teaching day to the next.
    sparring_offset_days, sparring_earliest_days, sparring_latest_days
        Days from a teaching day to its group sparring: the ideal, the fewest and the most.
    mid_evaluation_after_day, final_evaluation_after_day, graduation_after_day
        The teaching day they are part of; None leaves them out.
    final_assignment_days
        Number of consecutive working days on which final assignments are presented.
    erfa_groups
        Number of monthly erfa groups planned after the course.

    Source: the manual of the Vejle project, pages 13–15; two days for final assignments and monthly
    erfa groups as in the Region H project (newsletter of April 2016).
    """

    name: str = "six_months"
    teaching_days: int = 6
    months_between: int = 1
    day_min: int = 330
    shortest_gap_days: int = 21
    longest_gap_days: int = 42
    sparring_min: int = 120
    sparring_offset_days: int = 14
    sparring_earliest_days: int = 10
    sparring_latest_days: int = 18
    mid_evaluation_after_day: int | None = 3
    final_evaluation_after_day: int | None = 6
    graduation_after_day: int | None = 6
    final_assignment_days: int = 2
    erfa_groups: int = 3
    erfa_group_min: int = 120

    def rider_days(self) -> dict[Kind, int]:
        """Return the number of the teaching day that each rider is part of."""
        days: dict[Kind, int | None] = {
            "mid_evaluation": self.mid_evaluation_after_day,
            "final_evaluation": self.final_evaluation_after_day,
            "graduation": self.graduation_after_day,
        }
        return {kind: day for kind, day in days.items() if day is not None}


def refuse_backwards(starts_at: dt.time, ends_at: dt.time, field: str) -> None:
    """Refuse what ends before it begins.

    Raises
    ------
    InputFault
        At `field`, when it does.
    """
    if ends_at <= starts_at:
        raise InputFault.at(field, _("It ends before it begins. Correct one of the times."))


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list that is separated by commas, each once.

    >>> names_in("Anna, Bo,, Anna ")
    ('Anna', 'Bo')
    """
    names = (part.strip() for part in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def template_of(content: CourseContent) -> CourseTemplate:
    """Return how a course of the curriculum lies in the calendar."""
    rules = content.rules
    return CourseTemplate(
        name=content.id,
        teaching_days=rules.teaching_days,
        months_between=rules.months_between,
        day_min=max(day.minutes for day in content.days),
        shortest_gap_days=28 * rules.months_between - 7,
        longest_gap_days=28 * rules.months_between + 14,
        sparring_min=rules.sparring_min,
        sparring_offset_days=rules.sparring_offset_days,
        sparring_earliest_days=rules.sparring_earliest_days,
        sparring_latest_days=rules.sparring_latest_days,
        mid_evaluation_after_day=rules.mid_evaluation_after_day,
        final_evaluation_after_day=rules.final_evaluation_after_day,
        graduation_after_day=rules.graduation_after_day,
        erfa_groups=rules.erfa_groups,
        erfa_group_min=rules.erfa_group_min,
    )


@dataclass(frozen=True)
class PlanRequest:
    """What the user asks of a plan.

    Parameters
    ----------
    course_key
        Tells the courses of one planning apart; never shown.
    template
        How the course lies in the calendar.
    weekday
        Weekday of the teaching days, Monday being 0.
    day_starts_at, day_ends_at
        Times of a teaching day; without an end it lasts as long as the template says.
    first_month
        Year and month of the first teaching day. Either this or `final_assignment_on`.
    final_assignment_on
        First day of presenting final assignments; the plan is then made backwards from it.
    week_of_month
        Which of the month's such weekdays is wished, 1–4 or -1 for the last; None lets the plan
        choose the one that meets the fewest obstacles.
    sparring_starts_at
        Start of group sparrings and erfa groups; None means when teaching starts.
    title, site
        Shown to people.
    teachers, room
        Who and what the course needs at each of its dates.
    convener
        Who calls the erfa groups together; the teachers do when it is empty.
    not_before
        The first day that may be used.

    Raises
    ------
    InputFault
        With every value that cannot be planned from.
    """

    course_key: str
    template: CourseTemplate
    weekday: int
    day_starts_at: dt.time
    day_ends_at: dt.time | None = None
    first_month: tuple[int, int] | None = None
    final_assignment_on: dt.date | None = None
    week_of_month: int | None = None
    sparring_starts_at: dt.time | None = None
    title: str = ""
    site: str = ""
    teachers: tuple[str, ...] = ()
    room: str = ""
    convener: str = ""
    not_before: dt.date | None = None

    def __post_init__(self) -> None:
        if faults := list(self._faults()):
            raise InputFault(faults)

    @property
    def begins_no_earlier(self) -> dt.date:
        """A day before which no date of the course can lie, whichever way it is planned."""
        if self.final_assignment_on is not None:
            months = self.template.teaching_days * self.template.months_between
            return months_after(self.final_assignment_on, -months - 1)
        return dt.date(*(self.first_month or (EARLIEST.year, EARLIEST.month)), 1)

    def _faults(self) -> Iterable[Fault]:
        if self.weekday not in range(7):
            yield _fault("weekday", _("Choose a weekday."))
        if self.week_of_month not in (None, 1, 2, 3, 4, LAST_WEEK):
            yield _fault("week_of_month", _("Choose the first to the fourth week, or the last."))
        yield from self._span_faults()
        yield from self._time_faults()
        names = {
            "title": self.title, "site": self.site, "room": self.room, "convener": self.convener,
        }  # fmt: skip
        for field, text in [*names.items(), *(("teachers", name) for name in self.teachers)]:
            if len(text) > MAX_NAME_LENGTH:
                message = _("The name is too long. Use at most {limit} characters.")
                yield _fault(field, message.format(limit=MAX_NAME_LENGTH))
        if len(self.teachers) > MAX_TEACHERS:
            message = _("There are too many teachers. Write at most {limit}.")
            yield _fault("teachers", message.format(limit=MAX_TEACHERS))

    def _span_faults(self) -> Iterable[Fault]:
        if (self.first_month is None) == (self.final_assignment_on is None):
            message = _("State either the first month or the first day of final assignments.")
            yield _fault("first_month", message)
            return
        if self.first_month is not None:
            field, (year, month) = "first_month", self.first_month
            if month not in range(1, 13):
                yield _fault(field, _("Choose a month from 1 to 12."))
                return
        else:
            field, anchor = "final_assignment_on", self.final_assignment_on or LATEST
            year, month = anchor.year, anchor.month
            if self.template.final_assignment_days == 0:
                yield _fault(field, _("This course has no final assignments."))
                return
        months = self.template.teaching_days * self.template.months_between
        before = 0 if self.first_month is not None else months
        after = (months if self.first_month is not None else 0) + self.template.erfa_groups + 2
        first, last = EARLIEST.year * 12, LATEST.year * 12 + 11
        if not (first <= year * 12 + month - 1 - before and year * 12 + month - 1 + after <= last):
            message = _(
                "The course would reach outside the calendar, which goes from {first} to {last}. "
                "Choose another month."
            )
            yield _fault(field, message.format(first=EARLIEST.year, last=LATEST.year))

    def _time_faults(self) -> Iterable[Fault]:
        if self.day_ends_at is not None and self.day_ends_at <= self.day_starts_at:
            yield _fault(
                "day_ends_at", _("The day ends before it starts. Correct one of the times.")
            )
        lengths = [
            ("day_starts_at", self.day_starts_at, self.template.day_min, self.day_ends_at is None),
            ("sparring_starts_at", self.sparring_start, self.template.sparring_min, True),
            ("sparring_starts_at", self.sparring_start, self.template.erfa_group_min, True),
        ]
        late = {
            field
            for field, start, length, used in lengths
            if used and later_today(start, length) is None
        }
        for field in sorted(late):
            yield _fault(field, _("It would go on past midnight. Choose an earlier time."))

    @property
    def sparring_start(self) -> dt.time:
        """When group sparrings and erfa groups start."""
        return self.sparring_starts_at or self.day_starts_at

    @property
    def resources(self) -> frozenset[Resource]:
        """The teachers and the room that teaching needs."""
        return resources_of(self.teachers, self.room)

    def teachers_of(self, kind: Kind) -> tuple[str, ...]:
        """Return who is needed for a kind of date."""
        return (self.convener,) if kind == "erfa_group" and self.convener else self.teachers

    def times_of(self, kind: Kind) -> tuple[dt.time, dt.time] | tuple[None, None]:
        """Return start and end of a kind of date; None twice for what is part of a teaching day."""
        if kind in RIDERS:
            return None, None
        if kind in ("teaching_day", "final_assignment"):
            start = self.day_starts_at
            return start, self.day_ends_at or later(start, self.template.day_min)
        minutes = self.template.sparring_min if kind == "sparring" else self.template.erfa_group_min
        return self.sparring_start, later(self.sparring_start, minutes)


@dataclass(frozen=True)
class Avoided:
    """A better date that could not be used, and why."""

    date: dt.date
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        """The date and its reasons as one line."""
        reasons = "; ".join(reason.text for reason in self.reasons)
        return f"{format_date(self.date, 'long')}: {reasons}"


@dataclass(frozen=True)
class PlannedDate:
    """One date of a plan.

    Parameters
    ----------
    kind, number
        Which date of the course it is.
    date, starts_at, ends_at
        When; no times for what is part of a teaching day.
    avoided
        Better dates that could not be used, the best first; then those it has left since.
    pinned, pin_reason
        Whether somebody has fixed it by hand; and why, also when it is no longer fixed.
    note
        What people should know about it.
    accepted
        The reasons in spite of which it stands where it does.
    status
        `held` and `cancelled` dates never move.
    teachers, room
        Who and what is needed.
    """

    kind: Kind
    number: int
    date: dt.date
    starts_at: dt.time | None = None
    ends_at: dt.time | None = None
    avoided: tuple[Avoided, ...] = ()
    pinned: bool = False
    pin_reason: str = ""
    note: str = ""
    accepted: tuple[Reason, ...] = ()
    status: Status = "planned"
    teachers: tuple[str, ...] = ()
    room: str = ""

    @property
    def item(self) -> Item:
        """Which date of the course it is."""
        return Item(self.kind, self.number)

    @property
    def name(self) -> str:
        """What it is called in the user's language."""
        return self.item.name

    @property
    def fixed(self) -> bool:
        """Whether it stays where it is when other dates move."""
        return self.pinned or self.status in ("held", "cancelled")

    @property
    def takes_place(self) -> bool:
        """Whether it is still on."""
        return self.status != "cancelled"

    def status_on(self, today: dt.date) -> Status:
        """Return how it stands on a day: what lies before that, and was not called off, is held."""
        return "held" if self.takes_place and self.date < today else self.status

    def told_moved(self, moved_from: dt.date) -> str:
        """Return that it has moved, from which day; its year only where that is another."""
        style = "day_month" if moved_from.year == self.date.year else "plain"
        return _("Moved from {day}").format(day=format_date(moved_from, style))

    @property
    def resources(self) -> frozenset[Resource]:
        """The teachers and the room it needs."""
        return resources_of(self.teachers, self.room)

    def going_around(self, more: Iterable[Avoided]) -> PlannedDate:
        """Return the date with more that was avoided, besides what was when it was planned."""
        known = {one.date: one for one in (*self.avoided, *more) if one.date != self.date}
        return replace(self, avoided=tuple(known.values()))

    @property
    def times(self) -> tuple[dt.time, dt.time] | None:
        """When it begins and ends; None for what is part of a teaching day."""
        if self.starts_at is None or self.ends_at is None:
            return None
        return self.starts_at, self.ends_at

    def overlaps(self, starts_at: dt.time | None, ends_at: dt.time | None) -> bool:
        """Return whether it overlaps other times of the same day."""
        if self.starts_at is None or self.ends_at is None or starts_at is None or ends_at is None:
            return False
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True)
class CoursePlan:
    """The dates of one course, in order of time.

    Parameters
    ----------
    course_key
        Tells it from other courses; never shown.
    template, weekday
        How it lies in the calendar.
    dates
        Its dates.
    title, site
        What it is called, and where it is held.
    earlier_sites
        Where it was held before, each with the day from which it no longer was.
    """

    course_key: str
    template: CourseTemplate
    weekday: int
    dates: tuple[PlannedDate, ...]
    title: str = ""
    site: str = ""
    earlier_sites: tuple[tuple[dt.date, str], ...] = ()

    def __post_init__(self) -> None:
        order = tuple(sorted(self.dates, key=_order))
        object.__setattr__(self, "dates", order)

    def of_kind(self, kind: Kind) -> tuple[PlannedDate, ...]:
        """Return the dates of a kind by number."""
        return tuple(
            sorted((date for date in self.dates if date.kind == kind), key=lambda it: it.number)
        )

    def next_of_kind(self, kind: Kind, today: dt.date) -> PlannedDate | None:
        """Return the first date of a kind that takes place today or later, None when none does."""
        coming = (it for it in self.dates if it.kind == kind and it.takes_place)
        return next((date for date in coming if date.date >= today), None)

    @property
    def changeable(self) -> tuple[PlannedDate, ...]:
        """The dates that can be changed by hand: not those that were held or called off."""
        return tuple(
            date
            for date in self.dates
            if date.takes_place and date.status != "held" and date.starts_at is not None
        )

    def get(self, item: Item) -> PlannedDate | None:
        """Return a date of the plan, None when there is none."""
        return next((date for date in self.dates if date.item == item), None)

    def date_of(self, item: Item) -> PlannedDate:
        """Return a date of the plan.

        Raises
        ------
        InputFault
            When the plan has no such date.
        """
        found = self.get(item)
        if found is None:
            raise InputFault.at(
                "item", _("The plan has no such date. Reload the page and choose again.")
            )
        return found

    def with_date(self, changed: PlannedDate) -> CoursePlan:
        """Return the plan with one date replaced, or added when it is new."""
        others = tuple(date for date in self.dates if date.item != changed.item)
        return replace(self, dates=(*others, changed))

    @property
    def starts_on(self) -> dt.date:
        """The first day of the course."""
        return self.dates[0].date

    def is_over(self, today: dt.date) -> bool:
        """Return whether nothing takes place today or later; what is cancelled does not."""
        return not any(date.takes_place and date.date >= today for date in self.dates)

    def site_of(self, date: PlannedDate) -> str:
        """Return where a date is held, or was before the course moved."""
        return next((site for until, site in self.earlier_sites if date.date < until), self.site)

    def remark(self, item: Item, moved_from: dt.date | None = None) -> str:
        """Return what stands out about a date, as short sentences; often empty.

        Parameters
        ----------
        item
            Which date.
        moved_from
            The day it has left, where that is known.
        """
        date = self.date_of(item)
        reason = date.pin_reason.strip().rstrip(".")
        remarks = []
        if date.status == "cancelled":
            remarks.append(_("Cancelled."))
        if date.status == "moved" and moved_from is not None:
            told = date.told_moved(moved_from)
            remarks.append(f"{told}: {reason}." if reason else f"{told}.")
        elif date.status == "moved" and reason:
            # Why it left its old day; "fixed by hand: …" would tell it of the new one.
            remarks.append(_("Moved: {reason}.").format(reason=reason))
        elif date.pinned and date.status in ("planned", "moved"):
            remarks.append(
                _("Fixed by hand: {reason}.").format(reason=reason)
                if reason
                else _("Fixed by hand.")
            )
        remarks.append(self.unlike_others(item))
        remarks.append(self.off_rhythm(item))
        remarks.append(date.note)
        return " ".join(filter(None, remarks))

    def unlike_others(self, item: Item) -> str:
        """Return what a date has of its own that those around it do not; often empty."""
        date = self.date_of(item)
        if not date.takes_place:
            return ""
        alike = [other for other in self.dates if other.kind == date.kind and other.takes_place]
        remarks = []
        # The room stands first: after the usual time it would read as the room of that time.
        if date.room and item in self.rooms_of_their_own():
            remarks.append(_("This day in {room}.").format(room=date.room))
        if (usual := exceptions(alike, lambda it: it.times).get(item)) and all(usual):
            remarks.append(_("Otherwise at {times}.").format(times=format_span(*usual)))
        return " ".join(remarks)

    def rooms_of_their_own(self) -> frozenset[Item]:
        """Return the dates that are held in another room than those around them."""
        return frozenset(
            exceptions([date for date in self.dates if date.takes_place], lambda it: it.room)
        )

    def off_rhythm(self, item: Item) -> str:
        """Return how a date lies nearer to or further from others than usual; often empty."""
        date = self.date_of(item)
        return " ".join([*self._sparring_remarks(date), *self._gap_remarks(date)])

    def _sparring_remarks(self, date: PlannedDate) -> Iterable[str]:
        day = self.get(Item("teaching_day", date.number)) if date.kind == "sparring" else None
        if day is None or not date.takes_place:
            return
        if not day.takes_place:
            yield _("The teaching day it follows is cancelled.")
            return
        offset = (date.date - day.date).days
        if offset < 1:
            yield _("It does not lie after the teaching day it follows.")
            return
        fewest, most = self.template.sparring_earliest_days, self.template.sparring_latest_days
        if not fewest <= offset <= most:
            yield ngettext(
                "{count} day after the teaching day; it should be {fewest} to {most}.",
                "{count} days after the teaching day; it should be {fewest} to {most}.",
                offset,
            ).format(count=offset, fewest=fewest, most=most)
        elif offset != self.template.sparring_offset_days:
            yield ngettext(
                "{count} day after the teaching day instead of {ideal}.",
                "{count} days after the teaching day instead of {ideal}.",
                offset,
            ).format(count=offset, ideal=self.template.sparring_offset_days)

    def _gap_remarks(self, date: PlannedDate) -> Iterable[str]:
        if date.kind != "teaching_day" or not date.takes_place:
            return
        earlier = [
            day for day in self.of_kind("teaching_day") if day.takes_place and day.date < date.date
        ]
        if not earlier:
            return
        gap = (date.date - earlier[-1].date).days
        between = date.number - earlier[-1].number
        shortest = self.template.shortest_gap_days
        longest = self.template.longest_gap_days * between
        if gap < shortest:
            yield ngettext(
                "Only {count} day after the teaching day before.",
                "Only {count} days after the teaching day before.",
                gap,
            ).format(count=gap)
        elif gap > longest:
            yield ngettext(
                "{count} day after the teaching day before.",
                "{count} days after the teaching day before.",
                gap,
            ).format(count=gap)


# -- small things that the other modules of the plan share ---------------------------------------


def exceptions(
    dates: Sequence[PlannedDate], value_of: Callable[[PlannedDate], Value]
) -> dict[Item, Value]:
    """Return the dates whose value is a passing exception, with the value around them.

    It is one where a value held more often stands before it and comes back, or on a day alone where
    none comes before, or none after. What changes and stays so is none. Other exceptions beside it
    are looked past.
    """
    often = Counter(map(value_of, dates))
    spans = [(value, list(days)) for value, days in groupby(dates, key=value_of)]
    found: dict[Item, Value] = {}

    def usual(near: Iterable[tuple[Value, list[PlannedDate]]], value: Value) -> list[Value]:
        kept = (other for other, days in near if days[0].item not in found)
        return [other for other in kept if often[other] > often[value]][:1]

    for place in sorted(range(len(spans)), key=lambda place: -often[spans[place][0]]):
        value, days = spans[place]
        before, after = usual(reversed(spans[:place]), value), usual(spans[place + 1 :], value)
        is_alone = len({day.date for day in days}) == 1
        if before == after != [] or (is_alone and bool(before) != bool(after)):
            found |= {day.item: (before or after)[0] for day in days}
    return found


def resources_of(teachers: Iterable[str], room: str) -> frozenset[Resource]:
    """Return teachers and room as resources."""
    rooms = [Resource("room", room)] if room else []
    return frozenset([*(Resource("teacher", name) for name in teachers), *rooms])


def later_today(start: dt.time, minutes: int) -> dt.time | None:
    """Return the time so many minutes later; None when that is past midnight."""
    total = start.hour * 60 + start.minute + minutes
    return dt.time(total // 60, total % 60) if total < 24 * 60 else None


def later(start: dt.time, minutes: int) -> dt.time:
    """Return the time so many minutes later, which has to be of the same day.

    Raises
    ------
    InputFault
        At `starts_at`, when it is past midnight.
    """
    end = later_today(start, minutes)
    if end is None:
        raise InputFault.at("starts_at", _("It would go on past midnight. Choose an earlier time."))
    return end


def nth_weekday(year: int, month: int, weekday: int, week: int) -> dt.date:
    """Return a month's nth such weekday, `week` being 1–4, or -1 for the last.

    >>> nth_weekday(2016, 4, 3, 4)
    datetime.date(2016, 4, 28)
    """
    if week == LAST_WEEK:
        last = first_of_month(year, month + 1) - dt.timedelta(days=1)
        return last - dt.timedelta(days=(last.weekday() - weekday) % 7)
    first = first_of_month(year, month)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))


def first_of_month(year: int, month: int) -> dt.date:
    """Return the first day of a month; months past December run into the next years.

    >>> first_of_month(2026, 14)
    datetime.date(2027, 2, 1)
    """
    years, index = divmod(month - 1, 12)
    if not 1 <= year + years <= 9999:
        return check_in_calendar(LATEST + dt.timedelta(days=1), "first_month")
    return dt.date(year + years, index + 1, 1)


def _fault(field: str, message: str) -> Fault:
    return Fault(message, Place(field=field))


_KIND_ORDER = {
    kind: position
    for position, kind in enumerate(
        ("teaching_day", "sparring", "final_assignment", *RIDERS, "erfa_group")
    )
}


def place_in_day(item: Item) -> tuple[int, int]:
    """Return where a date comes among others of its day, where no time tells it."""
    return _KIND_ORDER[item.kind], item.number


def order_in_time(
    day: dt.date, starts_at: dt.time | None, item: Item
) -> tuple[dt.date, dt.time, tuple[int, int]]:
    """Return what sorts dates: what is part of a teaching day comes after it."""
    return day, starts_at or dt.time.max, place_in_day(item)


def _order(date: PlannedDate) -> tuple[dt.date, dt.time, tuple[int, int]]:
    return order_in_time(date.date, date.starts_at, date.item)
