"""When each final assignment is presented: one turn each, with breaks first, as on other days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from peerbook.course.schedule.day_plan import (
    LATEST_LUNCH,
    LONGEST_STRETCH_MIN,
    SHORTEST_BREAK_MIN,
    SHORTEST_LUNCH_MIN,
)
from peerbook.course.schedule.plan import CoursePlan, PlannedDate, later_today
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _

What = Literal["presentation", "break", "lunch"]

MOST_PRESENTATIONS = 60
LONGEST_PRESENTATION_MIN = 240


@dataclass(frozen=True)
class Wish:
    """How many final assignments are presented, and how many minutes each has.

    Raises
    ------
    InputFault
        When there are fewer than one or more than 60, or one lasts longer than four hours.
    """

    count: int
    minutes: int

    def __post_init__(self) -> None:
        faults = [
            Fault(_("Give a number from 1 to {most}.").format(most=most), Place(field=field))
            for field, number, most in (
                ("count", self.count, MOST_PRESENTATIONS),
                ("minutes", self.minutes, LONGEST_PRESENTATION_MIN),
            )
            if not 1 <= number <= most
        ]
        if faults:
            raise InputFault(faults)


@dataclass(frozen=True)
class Turn:
    """One stretch of a day of presentations.

    Parameters
    ----------
    what
        A presentation, or the time between two.
    number
        Which presentation, from 1 over all days; 0 for a pause.
    """

    date: dt.date
    starts_at: dt.time
    ends_at: dt.time
    what: What
    number: int = 0


def timetable(plan: CoursePlan, wish: Wish) -> tuple[Turn, ...]:
    """Return the presentations, spread evenly over the days for them, and the pauses between.

    A break comes before anybody has sat for more than 50 minutes, unless one presentation alone
    lasts longer, and lunch by half past twelve where the day goes on after it: the rules that
    `day_plan` has for teaching days.

    Raises
    ------
    InputFault
        At `count`, when there is no day for presentations or not enough time for so many.
    """
    days = [day for day in plan.of_kind("final_assignment") if day.takes_place]
    if not days:
        raise InputFault.at("count", _("The plan has no day for final assignments."))
    room = [_presentations(_day_turns(day, wish.count, wish.minutes)) for day in days]
    if sum(room) < wish.count:
        message = _(
            "The days of final assignments have time for {fit} of {count} presentations, breaks "
            "and lunch counted. Give each fewer minutes, or make it fewer."
        )
        raise InputFault.at("count", message.format(fit=sum(room), count=wish.count))
    shares = [0] * len(days)
    for _turn in range(wish.count):
        freest = min(
            (place for place, share in enumerate(shares) if share < room[place]),
            key=lambda place: shares[place],
        )
        shares[freest] += 1
    turns: list[Turn] = []
    for day, share in zip(days, shares, strict=True):
        turns += _day_turns(day, share, wish.minutes, _presentations(turns))
    return tuple(turns)


def _presentations(turns: list[Turn]) -> int:
    return sum(turn.what == "presentation" for turn in turns)


def _day_turns(day: PlannedDate, count: int, minutes: int, before: int = 0) -> list[Turn]:
    """Return up to `count` presentations on one day, as many as there is time for."""
    turns: list[Turn] = []
    for number in range(before + 1, before + count + 1):
        pause = _pause(day, turns, minutes)
        start = [*turns, *pause][-1].ends_at if turns else day.starts_at
        end = None if start is None else later_today(start, minutes)
        if start is None or end is None or (day.ends_at is not None and end > day.ends_at):
            break
        turns += [*pause, Turn(day.date, start, end, "presentation", number)]
    return turns


def _pause(day: PlannedDate, turns: list[Turn], minutes: int) -> list[Turn]:
    """Return the lunch or break that is due before one more presentation, if any."""
    if not turns:
        return []
    now = turns[-1].ends_at
    is_due = _sat_since_pause(turns) + minutes > LONGEST_STRETCH_MIN
    break_min = SHORTEST_BREAK_MIN if is_due else 0
    eaten = any(turn.what == "lunch" for turn in turns)
    next_end = later_today(now, break_min + minutes)
    what: What = "break"
    if not eaten and now <= LATEST_LUNCH and (next_end is None or next_end > LATEST_LUNCH):
        break_min, what = SHORTEST_LUNCH_MIN, "lunch"
    end = later_today(now, break_min)
    return [Turn(day.date, now, end, what)] if break_min and end is not None else []


def _sat_since_pause(turns: list[Turn]) -> int:
    sat_min = 0
    for turn in reversed(turns):
        if turn.what != "presentation":
            break
        sat_min += _minutes(turn.ends_at) - _minutes(turn.starts_at)
    return sat_min


def _minutes(moment: dt.time) -> int:
    return moment.hour * 60 + moment.minute
