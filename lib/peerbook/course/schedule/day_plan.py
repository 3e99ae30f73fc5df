"""The clock of one teaching day, with breaks first, and how much coffee to make.

A day is judged by its breaks: people who are well rested learn, and some cannot sit for long.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from peerbook.course.curriculum import Activity, Day, Kind
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_share, format_time, ngettext

LONGEST_STRETCH_MIN = 50
"""Row A5 of what the product must do ("warns if >50 min without break")."""

# Our own rules: the manual of the Vejle project (page 13) says no more than that a day is a whole
# one with coffee, lunch and many breaks, as people need them.
SHORTEST_BREAK_MIN = 10
SHORTEST_LUNCH_MIN = 30
LONGEST_LESSON_MIN = 30
LONGEST_DAY_MIN = 330
LATEST_LUNCH = dt.time(12, 30)
NO_LUNCH_FROM = dt.time(14)
"""People have had lunch before a day that begins this late: its meal is a light one, at any time.

The course asks for a break at the latest every 50 minutes, but for no meal at a set time of the
evening, so we warn of none."""
LONGEST_ACTIVITY_MIN = 480
LONGEST_WHOLE_DAY_MIN = 720
"""What a course can give a day in all; longer than this is a slip of the hand."""

# Share of the probability inside the range of people who may come.
RANGE_SHARE = 0.9


class Concern(StrEnum):
    """What can be wrong with the plan of a day."""

    LONG_STRETCH = "long_stretch"
    SHORT_BREAK = "short_break"
    NO_LUNCH = "no_lunch"
    LATE_LUNCH = "late_lunch"
    SHORT_LUNCH = "short_lunch"
    LONG_LESSON = "long_lesson"
    LONG_DAY = "long_day"
    OVERRUN = "overrun"


@dataclass(frozen=True)
class TimedActivity:
    """An activity with its times, counted on past midnight.

    Parameters
    ----------
    start_min
        Minutes from the midnight before the day.
    """

    activity: Activity
    start_min: int

    @property
    def end_min(self) -> int:
        """Minutes from the midnight before the day, more than 1440 past the next one."""
        return self.start_min + self.activity.minutes

    @property
    def starts_at(self) -> dt.time:
        """When it begins."""
        return _time_of(self.start_min)

    @property
    def ends_at(self) -> dt.time:
        """When it ends."""
        return _time_of(self.end_min)


@dataclass(frozen=True)
class DayWarning:
    """What is wrong, from when, in one or two plain sentences with a remedy."""

    concern: Concern
    starts_at: dt.time
    message: str


@dataclass(frozen=True)
class DayCheck:
    """A day by the clock, and what to change about it.

    Parameters
    ----------
    activities
        In order, without gaps.
    minutes, pause_min
        Length of the whole day, and of its breaks and lunch together.
    warnings
        Empty when nothing is wrong.
    planned_end
        When the course's plan says that the day ends; None when it does not say.
    """

    activities: tuple[TimedActivity, ...]
    minutes: int
    pause_min: int
    warnings: tuple[DayWarning, ...]
    planned_end: dt.time | None = None

    @property
    def ends_at(self) -> dt.time:
        """When people can go home: as planned, or when all is done if that is later."""
        return _time_of(self._end_min)

    @property
    def spare_min(self) -> int:
        """Minutes left at the end, when all is done before the planned end."""
        return self._end_min - self.activities[-1].end_min

    @property
    def _end_min(self) -> int:
        done_min = self.activities[-1].end_min
        return done_min if self.planned_end is None else max(done_min, _min_of(self.planned_end))


def has_lunch(starts_at: dt.time) -> bool:
    """Return whether the meal of a day that begins then is lunch."""
    return starts_at < NO_LUNCH_FROM


def check_day(day: Day, starts_at: dt.time, ends_at: dt.time | None = None) -> DayCheck:
    """Return the day by the clock with warnings, breaks judged first.

    Warns of more than 50 minutes without a break (a break under 10 minutes is none), of a lesson of
    more than 30 minutes, of a day longer than 5½ hours, and of a missing, short or late lunch if
    the day begins in time for one; and of a day that is not done by `ends_at`, when the course's
    plan says that it ends, or by midnight.
    """
    timed = by_the_clock(day.activities, starts_at)
    lunch_warnings = _lunch_warnings(timed) if has_lunch(starts_at) else []
    warnings = (
        *_break_warnings(timed),
        *lunch_warnings,
        *_length_warnings(timed),
        *_overrun_warnings(timed, ends_at),
    )
    return DayCheck(
        activities=timed,
        minutes=day.minutes,
        pause_min=sum(item.minutes for item in day.activities if item.is_pause),
        warnings=warnings,
        planned_end=ends_at,
    )


def with_minutes(day: Day, minutes: Mapping[str, int]) -> Day:
    """Return the day with other lengths, for those activities that `minutes` names by id.

    Raises
    ------
    InputFault
        With every activity that is unknown or does not last from 1 to 480 whole minutes.
    """
    known = {activity.id for activity in day.activities}
    faults = [
        Fault(_("This day has no activity “{name}”.").format(name=name), Place(field=name))
        for name in minutes
        if name not in known
    ]
    faults += [
        Fault(_("Give a whole number of minutes from 1 to 480."), Place(field=name))
        for name, length in minutes.items()
        if isinstance(length, bool)
        or not isinstance(length, int)
        or not 1 <= length <= LONGEST_ACTIVITY_MIN
    ]
    if faults:
        raise InputFault(faults)
    return replace(
        day,
        activities=tuple(
            replace(activity, minutes=minutes.get(activity.id, activity.minutes))
            for activity in day.activities
        ),
    )


def refuse_too_long(day: Day) -> None:
    """Refuse a day that lasts longer than a day can be given.

    Raises
    ------
    InputFault
        At no part: any of them can be made shorter.
    """
    if day.minutes <= LONGEST_WHOLE_DAY_MIN:
        return
    hours, minutes = divmod(day.minutes, 60)
    message = _(
        "In all the day would last {hours} h {minutes} min. It can last {longest} h at most. Make "
        "some of the parts shorter."
    ).format(hours=hours, minutes=minutes, longest=LONGEST_WHOLE_DAY_MIN // 60)
    raise InputFault([Fault(message)])


def by_the_clock(activities: Sequence[Activity], starts_at: dt.time) -> tuple[TimedActivity, ...]:
    """Return activities with their times, one after the other, counted on past midnight."""
    now = _min_of(starts_at)
    timed = []
    for activity in activities:
        timed.append(TimedActivity(activity, now))
        now += activity.minutes
    return tuple(timed)


def sparring_overrun(timed: Sequence[TimedActivity], ends_at: dt.time | None) -> str:
    """Return the warning for a sparring that is not done when it ends, or by midnight.

    Nothing when it is done in time.
    """
    minutes = _overrun_min(timed, ends_at)
    if not minutes:
        return ""
    done = format_time(timed[-1].ends_at)
    if ends_at is None:
        return _("The sparring runs past midnight, to {done}. Let it begin earlier.").format(
            done=done
        )
    return ngettext(
        "The sparring runs to {done}, {n} minute longer than planned: it ends at {end}. Leave "
        "something out, or let it end later.",
        "The sparring runs to {done}, {n} minutes longer than planned: it ends at {end}. Leave "
        "something out, or let it end later.",
        minutes,
    ).format(done=done, n=minutes, end=format_time(ends_at))


def _break_warnings(timed: Sequence[TimedActivity]) -> list[DayWarning]:
    warnings = []
    since, stretch = timed[0].starts_at, 0
    for item in timed:
        if item.activity.is_pause and item.activity.minutes < SHORTEST_BREAK_MIN:
            message = _("The break at {time} is only {minutes} minutes. Give it at least {least}.")
            warnings.append(
                DayWarning(
                    Concern.SHORT_BREAK,
                    item.starts_at,
                    message.format(
                        time=format_time(item.starts_at),
                        minutes=item.activity.minutes,
                        least=SHORTEST_BREAK_MIN,
                    ),
                )
            )
        if item.activity.is_pause and item.activity.minutes >= SHORTEST_BREAK_MIN:
            warnings += _stretch_warning(since, stretch)
            since, stretch = item.ends_at, 0
        else:
            stretch += item.activity.minutes
    return warnings + _stretch_warning(since, stretch)


def _stretch_warning(since: dt.time, stretch_min: int) -> list[DayWarning]:
    if stretch_min <= LONGEST_STRETCH_MIN:
        return []
    message = _(
        "From {time} there are {minutes} minutes without a break. "
        "Put a break in after {longest} minutes at the latest."
    )
    return [
        DayWarning(
            Concern.LONG_STRETCH,
            since,
            message.format(
                time=format_time(since), minutes=stretch_min, longest=LONGEST_STRETCH_MIN
            ),
        )
    ]


def _lunch_warnings(timed: Sequence[TimedActivity]) -> list[DayWarning]:
    lunch = next((item for item in timed if item.activity.kind is Kind.LUNCH), None)
    if lunch is None:
        if timed[-1].end_min <= _min_of(LATEST_LUNCH):
            return []
        message = _("The day has no lunch. Put one in before {time}.")
        return [
            DayWarning(
                Concern.NO_LUNCH,
                timed[0].starts_at,
                message.format(time=format_time(LATEST_LUNCH)),
            )
        ]
    warnings = []
    if lunch.start_min > _min_of(LATEST_LUNCH):
        message = _("Lunch is not until {time}. Begin it by {latest} at the latest.")
        warnings.append(
            DayWarning(
                Concern.LATE_LUNCH,
                lunch.starts_at,
                message.format(time=format_time(lunch.starts_at), latest=format_time(LATEST_LUNCH)),
            )
        )
    if lunch.activity.minutes < SHORTEST_LUNCH_MIN:
        message = _("Lunch is only {minutes} minutes. Give it at least {least}.")
        warnings.append(
            DayWarning(
                Concern.SHORT_LUNCH,
                lunch.starts_at,
                message.format(minutes=lunch.activity.minutes, least=SHORTEST_LUNCH_MIN),
            )
        )
    return warnings


def _length_warnings(timed: Sequence[TimedActivity]) -> list[DayWarning]:
    message = _(
        "“{title}” is {minutes} minutes of listening. Cut it to {longest} or make it an exercise."
    )
    warnings = [
        DayWarning(
            Concern.LONG_LESSON,
            item.starts_at,
            message.format(
                title=item.activity.title,
                minutes=item.activity.minutes,
                longest=LONGEST_LESSON_MIN,
            ),
        )
        for item in timed
        if item.activity.kind is Kind.LESSON and item.activity.minutes > LONGEST_LESSON_MIN
    ]
    total_min = sum(item.activity.minutes for item in timed)
    if total_min > LONGEST_DAY_MIN:
        message = _(
            "The day lasts {hours} h {minutes} min, which is more than 5 h 30 min. "
            "Take something out, but no break."
        )
        hours, minutes = divmod(total_min, 60)
        warnings.append(
            DayWarning(
                Concern.LONG_DAY,
                timed[-1].ends_at,
                message.format(hours=hours, minutes=minutes),
            )
        )
    return warnings


def _overrun_warnings(timed: Sequence[TimedActivity], ends_at: dt.time | None) -> list[DayWarning]:
    minutes = _overrun_min(timed, ends_at)
    if not minutes:
        return []
    done = format_time(timed[-1].ends_at)
    if ends_at is None:
        text = _("The day plan runs past midnight, to {done}. Shorten something, or begin earlier.")
        return [DayWarning(Concern.OVERRUN, dt.time.min, text.format(done=done))]
    message = ngettext(
        "The day plan runs to {done}, {n} minute longer than the day, which ends at {end}. Shorten "
        "something, or let the day end later.",
        "The day plan runs to {done}, {n} minutes longer than the day, which ends at {end}. "
        "Shorten something, or let the day end later.",
        minutes,
    ).format(done=done, n=minutes, end=format_time(ends_at))
    return [DayWarning(Concern.OVERRUN, ends_at, message)]


def _overrun_min(timed: Sequence[TimedActivity], ends_at: dt.time | None) -> int:
    """Return how much later all is done than planned, or than midnight when nothing is planned."""
    end_min = _MINUTES_A_DAY if ends_at is None else _min_of(ends_at)
    return max(0, timed[-1].end_min - end_min)


_MINUTES_A_DAY = 24 * 60


def _min_of(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _time_of(minutes: int) -> dt.time:
    hour, minute = divmod(minutes % _MINUTES_A_DAY, 60)
    return dt.time(hour, minute)


# --- catering -------------------------------------------------------------------------------

Occasion = Literal["teaching_day", "sparring"]

# Vejle's manual, pages 13–14: coffee, a sandwich for lunch, coffee and a piece of cake in the
# afternoon on a teaching day; a cup of coffee and a little fruit at group sparring.
_SERVED_EACH: Mapping[Occasion, Mapping[str, int]] = {
    "teaching_day": {"coffee": 2, "sandwich": 1, "cake": 1},
    "sparring": {"coffee": 1, "fruit": 1},
}


@dataclass(frozen=True)
class Turnout:
    """How many of those enrolled came to an earlier day; paused and not yet enrolled left out."""

    enrolled: int
    came: int


@dataclass(frozen=True)
class Portion:
    """How many of one thing: what we expect to be eaten, and what to order so it goes round.

    Parameters
    ----------
    item
        `coffee` (cups), `sandwich`, `cake` (pieces) or `fruit` (pieces).
    """

    item: str
    expected: int
    order: int


@dataclass(frozen=True)
class CateringCount:
    """How many mentors will come, what to order, and where the figures are from.

    Parameters
    ----------
    low, expected, high
        Mentors; `low` is none when nothing is known yet.
    staff
        Teachers and others, counted in `portions` as well.
    source
        One sentence on what the figures rest on.
    """

    low: int | None
    expected: int
    high: int
    staff: int
    portions: tuple[Portion, ...]
    source: str


def catering(
    occasion: Occasion,
    enrolled: int,
    earlier: Sequence[Turnout] = (),
    apologies: int = 0,
    staff: int = 2,
) -> CateringCount:
    """Return how many will come and what to order, from how many came before.

    With earlier days, the number to come is beta-binomial: the share that came is learnt from all
    places on those days (Jeffreys' prior), and the range holds nine tenths of the probability. As
    people stay at home together, it is widened to the lowest and highest share any day has seen.
    Without earlier days all enrolled are expected.

    Parameters
    ----------
    enrolled
        Mentors on the course that day, paused ones left out.
    earlier
        Days already held; their apologies count as not having come.
    apologies
        Mentors who have said they cannot come this time.
    staff
        Others who eat.

    Raises
    ------
    InputFault
        When a number is negative, or more come or apologise than are enrolled.

    Source: Gelman et al. (2013): Bayesian Data Analysis, 3rd ed., sections 2.3–2.4 and 2.8.
    """
    _refuse_impossible(enrolled, earlier, apologies, staff)
    asked = enrolled - apologies
    places = sum(day.enrolled for day in earlier)
    came = sum(day.came for day in earlier)
    low: int | None
    if places:
        expected = round(asked * (came + 0.5) / (places + 1))
        low, high = _range(asked, came, places - came)
        shares = [day.came / day.enrolled for day in earlier if day.enrolled]
        low = min(low, math.floor(asked * min(shares) + 1e-9), expected)
        high = max(high, math.ceil(asked * max(shares) - 1e-9), expected)
        text = ngettext(
            "{came} of {places} places were filled ({share}) on {n} earlier day. "
            "Nine times out of ten the number lies within the range.",
            "{came} of {places} places were filled ({share}) on {n} earlier days. "
            "Nine times out of ten the number lies within the range.",
            len(earlier),
        )
        source = text.format(
            came=came, places=places, share=format_share(came / places), n=len(earlier)
        )
    else:
        low, expected, high = None, asked, asked
        source = _("No earlier days to learn from, so everybody enrolled is expected.")
    return CateringCount(
        low=low,
        expected=expected,
        high=high,
        staff=staff,
        portions=tuple(
            Portion(item, expected=each * (expected + staff), order=each * (high + staff))
            for item, each in _SERVED_EACH[occasion].items()
        ),
        source=source,
    )


def _refuse_impossible(
    enrolled: int, earlier: Sequence[Turnout], apologies: int, staff: int
) -> None:
    faults = [
        Fault(_("The number cannot be below zero."), Place(field=field))
        for field, number in (("enrolled", enrolled), ("apologies", apologies), ("staff", staff))
        if number < 0
    ]
    if apologies > enrolled:
        faults.append(
            Fault(_("More have sent an apology than are enrolled."), Place(field="apologies"))
        )
    if any(not 0 <= day.came <= day.enrolled for day in earlier):
        faults.append(
            Fault(_("On an earlier day more came than were enrolled."), Place(field="earlier"))
        )
    if faults:
        raise InputFault(faults)


def _range(asked: int, came: int, stayed: int) -> tuple[int, int]:
    """Return the middle nine tenths of a beta-binomial with Jeffreys' prior."""
    tail = (1 - RANGE_SHARE) / 2
    below = 0.0
    low = high = asked
    found_low = False
    for number in range(asked + 1):
        below += _beta_binomial(number, asked, came + 0.5, stayed + 0.5)
        if not found_low and below >= tail:
            low, found_low = number, True
        if below >= 1 - tail:
            high = number
            break
    return low, high


def _beta_binomial(number: int, trials: int, a: float, b: float) -> float:
    return math.comb(trials, number) * math.exp(
        _log_beta(number + a, trials - number + b) - _log_beta(a, b)
    )


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
