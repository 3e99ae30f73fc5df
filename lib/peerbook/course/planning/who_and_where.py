"""By whom and where the days of a course are held, and since when where that has changed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from peerbook.course.schedule.plan import CoursePlan, PlannedDate
from peerbook.text import _, format_date, format_list


def who_and_where(plan: CoursePlan) -> dict[str, str]:
    """Return who teaches a course and where it is held, by what that is called.

    What is the same on all days is said once; else each with its first or last day. Who calls the
    erfa groups together is told beside them, and so is the room of a single date.
    """
    own = plan.rooms_of_their_own()
    return {
        _("Teachers"): _over_time(plan, _teachers),
        _("Place"): _over_time(plan, lambda date: "" if date.item in own else _place(plan, date)),
    }


def _teachers(date: PlannedDate) -> str:
    return "" if date.kind == "erfa_group" else format_list(date.teachers)


def _place(plan: CoursePlan, date: PlannedDate) -> str:
    return ", ".join(filter(None, [date.room, plan.site_of(date)]))


def _over_time(plan: CoursePlan, value_of: Callable[[PlannedDate], str]) -> str:
    """Return what a value is on the days that have one: once, or in turn with the days."""
    dates = [date for date in plan.dates if date.takes_place and value_of(date)]
    spans = [(value, list(days)) for value, days in groupby(dates, key=value_of)]
    if len(spans) < 2:
        return "".join(value for value, _days in spans)
    told = []
    for place, (value, days) in enumerate(spans):
        pattern = (
            _("{what} until {last}")
            if place == 0
            else _("{what} from {first}")
            if place == len(spans) - 1
            else _("{what} from {first} to {last}")
        )
        first, last = (format_date(day.date) for day in (days[0], days[-1]))
        told.append(pattern.format(what=value, first=first, last=last))
    return "; ".join(told)
