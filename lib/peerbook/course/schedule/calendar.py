"""Which days a course cannot use, and why: Danish public holidays and local closures.

Public holidays come from the `holidays` package. On the eves, 24 and 31 December, nobody meets
either, though they are no public holidays: plans go around them, and only a date moved by hand lies
there. Everything else that is a day off only by agreement or by custom (1 May, 5 June, school
holidays, industriferie) is a closure that the user has accepted; `suggested_closures` proposes them
and activates none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import holidays

from peerbook.course.names import date_name
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import LANGUAGES, _, current_language, format_date, format_list, written_in
from peerbook.text.words import Language

EARLIEST = dt.date(1990, 1, 1)
LATEST = dt.date(2100, 12, 31)
"""Plans lie between these; outside them a date is a slip of the finger."""

MAX_LABEL_LENGTH = 200
_DAY = dt.timedelta(days=1)

ClosureKind = Literal["school_holiday", "industriferie", "custom_day_off", "absence", "other"]
ResourceKind = Literal["teacher", "room"]
ReasonKind = Literal[
    "holiday", "eve", "closure", "busy", "too_close", "too_far", "no_sparring", "order", "follows",
    "no_room", "passed", "rest_of_plan", "too_early", "told",
]  # fmt: skip


@dataclass(frozen=True, order=True)
class Resource:
    """A teacher or a room that several courses may share; “caféen” is the same room as “Caféen”."""

    kind: ResourceKind
    label: str = field(compare=False)
    _name: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_name", self.label.casefold())


@dataclass(frozen=True)
class Closure:
    """Days, both ends included, on which nothing can be placed.

    Parameters
    ----------
    starts_on, ends_on
        First and last day.
    kind
        What sort of closure it is.
    label
        What the user calls it.
    resource
        The teacher or room that is away; None closes the whole place.

    Raises
    ------
    InputFault
        When the days are in the wrong order or outside the calendar, or the label is too long.
    """

    starts_on: dt.date
    ends_on: dt.date
    kind: ClosureKind
    label: str = ""
    resource: Resource | None = None

    def __post_init__(self) -> None:
        faults = [
            Fault(_outside(day), Place(field=field))
            for field, day in (("starts_on", self.starts_on), ("ends_on", self.ends_on))
            if not EARLIEST <= day <= LATEST
        ]
        if self.ends_on < self.starts_on:
            message = _("The last day is before the first day. Swap them or correct one of them.")
            faults.append(Fault(message, Place(field="ends_on")))
        if len(self.label) > MAX_LABEL_LENGTH:
            message = _("The name is too long. Use at most {limit} characters.")
            faults.append(Fault(message.format(limit=MAX_LABEL_LENGTH), Place(field="label")))
        if faults:
            raise InputFault(faults)

    def covers(self, day: dt.date) -> bool:
        """Return whether the closure holds on a day."""
        return self.starts_on <= day <= self.ends_on

    @property
    def period(self) -> str:
        """The days in words: one date, whole weeks by number, or from and to."""
        if self.starts_on == self.ends_on:
            return format_date(self.starts_on)
        first, last = self.starts_on.isocalendar(), self.ends_on.isocalendar()
        whole_weeks = first.weekday == 1 and last.weekday >= 5 and first.year == last.year
        if whole_weeks and first.week == last.week:
            return _("week {week}").format(week=first.week)
        if whole_weeks:
            return _("weeks {first}–{last}").format(first=first.week, last=last.week)
        return _("{first} to {last}").format(
            first=format_date(self.starts_on), last=format_date(self.ends_on)
        )

    @property
    def text(self) -> str:
        """What is closed, when and why, as one phrase."""
        if self.resource is not None:
            pattern = (
                _("The teacher is away: {who}, {period}")
                if self.resource.kind == "teacher"
                else _("The room is taken: {who}, {period}")
            )
            phrase = pattern.format(who=self.resource.label, period=self.period)
            return f"{phrase} ({self.label})" if self.label else phrase
        phrase = {
            "school_holiday": _("School holiday {period}"),
            "industriferie": _("General summer shutdown {period}"),
            "custom_day_off": _("Day off {period}"),
        }.get(self.kind, _("Closed {period}"))
        phrase = phrase.format(period=self.period)
        return f"{phrase}: {self.label}" if self.label else phrase


@dataclass(frozen=True)
class Reason:
    """Why a date was not used, or why one was moved.

    Parameters
    ----------
    kind
        What sort of reason; it decides the words.
    date
        The day it is about.
    closure
        The closure in force, for kind `closure`.
    label
        The other course, for `busy`; the whole text or the mark, for `told`; otherwise what is
        referred to, where that is no single date.
    item
        Kind and number of the date that is referred to.
    resource
        What is taken, for `busy`.
    days
        The limit in days, for `too_close`, `too_far` and `no_sparring`.
    """

    kind: ReasonKind
    date: dt.date | None = None
    closure: Closure | None = None
    label: str = ""
    item: tuple[str, int] | None = None
    resource: Resource | None = None
    days: int | None = None

    @property
    def text(self) -> str:
        """The reason as a short clause in the user's language."""
        if self.kind == "told":
            return self.label
        if self.closure is not None:
            return self.closure.text
        if self.kind == "holiday" and self.date is not None:
            return _("{holiday} is a public holiday").format(holiday=holiday_name(self.date))
        if self.kind == "eve" and self.date is not None:
            return _("{eve}, when most places are closed").format(eve=eve_name(self.date))
        if self.kind == "busy" and self.resource is not None:
            return _taken([self.resource.label], self.label)
        pattern = {
            "too_close": _("there would be fewer than {days} days to {other}"),
            "too_far": _("there would be more than {days} days to {other}"),
            "no_sparring": _("its group sparring would find no free day"),
            "no_room": _("the dates after it would find no free days"),
            "passed": _("that day has passed"),
            "order": _("it would come in the wrong order with {other}"),
            "follows": _("follows {other}"),
            "too_early": _("it is before the day the course may begin"),
        }.get(self.kind, _("the rest of the plan would fit worse"))
        other = self.label if self.item is None else date_name(*self.item)
        return pattern.format(days=self.days, other=other)

    @property
    def mark(self) -> str:
        """What is in the way and on which day, the same in every language."""
        if self.kind == "told":
            return self.label
        day = self.date.isoformat() if self.date else ""
        who = self.closure.resource if self.closure else self.resource
        kind = f"{self.kind}:{self.closure.kind}" if self.closure else self.kind
        return " ".join([day, kind, *([who.kind, who.label] if who else [])])


def texts_of(reasons: Iterable[Reason]) -> list[str]:
    """Return reasons as short clauses, each once; what one course has taken is said together."""
    given = list(reasons)
    taken: dict[str, list[str]] = {}
    for reason in given:
        if reason.kind == "busy" and reason.resource is not None:
            taken.setdefault(reason.label, []).append(reason.resource.label)
    others = [reason.text for reason in given if reason.kind != "busy"]
    together = [_taken(sorted(set(who)), course) for course, who in taken.items()]
    return list(dict.fromkeys([*others, *together]))


def _taken(who: Sequence[str], course: str) -> str:
    text = (
        _("{who} is taken by “{course}” at that time")
        if len(who) == 1
        else _("{who} are taken by “{course}” at that time")
    )
    return text.format(who=format_list(who), course=course)


def holidays_of(year: int) -> dict[dt.date, str]:
    """Return the Danish public holidays of a year with their names in the user's language.

    Raises
    ------
    InputFault
        When the year is outside the calendar.

    Source: the `holidays` package; Store Bededag until 2023 (lov nr. 214 of 6 March 2023).
    """
    check_in_calendar(dt.date(min(max(year, 1), 9999), 1, 1))
    return {day: holiday_name(day) for day in sorted(_holidays(year, "da"))}


def is_holiday(day: dt.date) -> bool:
    """Return whether a day is a Danish public holiday."""
    return day in _holidays(day.year, "da")


def holiday_name(day: dt.date) -> str:
    """Return the name of a public holiday in the user's language."""
    name = _holidays(day.year, current_language())[day]
    return name.replace("Anden ", "2. ")  # as Danish calendars print it


def eves_of(year: int) -> dict[dt.date, str]:
    """Return the days of a year on which nobody meets though they are no public holidays.

    Raises
    ------
    InputFault
        When the year is outside the calendar.

    Source: the optional Danish days of the `holidays` package. Its two others, 1 May and
    5 June, are working days in many places.
    """
    check_in_calendar(dt.date(min(max(year, 1), 9999), 1, 1))
    return {dt.date(year, *day): name for day, name in _eve_names().items()}


def eve_name(day: dt.date) -> str:
    """Return the name of an eve in the user's language; empty for any other day."""
    return _eve_names().get((day.month, day.day), "")


def _eve_names() -> dict[tuple[int, int], str]:
    return {(12, 24): _("Christmas Eve"), (12, 31): _("New Year’s Eve")}


@lru_cache(maxsize=512)
def _holidays(year: int, language: str) -> dict[dt.date, str]:
    names = {"da": "da", "en": "en_US"}
    return dict(holidays.country_holidays("DK", years=year, language=names[language]))


def is_working_day(day: dt.date) -> bool:
    """Return whether a day is Monday to Friday and no public holiday."""
    return day.weekday() < 5 and not is_holiday(day)


def check_in_calendar(day: dt.date, field: str = "date") -> dt.date:
    """Return the day if plans can lie on it.

    Raises
    ------
    InputFault
        At `field`, when the day is before 1990 or after 2100.
    """
    if why := outside_calendar(day):
        raise InputFault.at(field, why)
    return day


def outside_calendar(day: dt.date) -> str:
    """Return why no plan can lie on a day: it is before 1990 or after 2100; empty when one can."""
    return "" if EARLIEST <= day <= LATEST else _outside(day)


def _outside(day: dt.date) -> str:
    return _("{year} is outside the calendar. Choose a year from {first} to {last}.").format(
        year=day.year, first=EARLIEST.year, last=LATEST.year
    )


class DanishCalendar:
    """Public holidays and the eves, together with the closures that the user has accepted.

    >>> DanishCalendar().is_free(dt.date(2026, 4, 6))  # Easter Monday
    False
    """

    def __init__(self, closures: Iterable[Closure] = ()) -> None:
        self.closures: tuple[Closure, ...] = tuple(
            sorted(
                set(closures),
                key=lambda closure: (
                    closure.starts_on, closure.ends_on, closure.kind, closure.label,
                    (closure.resource.kind, closure.resource.label) if closure.resource else (),
                ),
            )
        )  # fmt: skip

    def reasons(
        self, day: dt.date, resources: Collection[Resource] = frozenset()
    ) -> tuple[Reason, ...]:
        """Return everything that keeps a day from being used; empty for a free day.

        Parameters
        ----------
        day
            The day in question.
        resources
            The teachers and rooms that are needed.

        Raises
        ------
        InputFault
            When the day is outside the calendar.
        """
        check_in_calendar(day)
        holiday = (Reason("holiday", day),) if is_holiday(day) else ()
        closed = tuple(
            Reason("closure", day, closure=closure)
            for closure in self.closures
            if closure.covers(day) and (closure.resource is None or closure.resource in resources)
        )
        # A place that has called the eve a closure of its own has said so itself.
        is_told = any(reason.closure and reason.closure.resource is None for reason in closed)
        eve = (Reason("eve", day),) if eve_name(day) and not is_told else ()
        return holiday + eve + closed

    def is_free(self, day: dt.date, resources: Collection[Resource] = frozenset()) -> bool:
        """Return whether nothing keeps a day from being used."""
        return not self.reasons(day, resources)

    def explain(self, day: dt.date, resources: Collection[Resource] = frozenset()) -> str:
        """Return the reasons of a day as one phrase, empty for a free day."""
        return format_list([reason.text for reason in self.reasons(day, resources)])


def suggested_closures(years: Iterable[int]) -> tuple[Closure, ...]:
    """Return closures that most places have, for the user to review and accept one by one.

    School holidays differ between municipalities (week 7 or 8 in winter), so these are questions
    rather than facts. Of the schools' summer holiday no rule says when it is: the page asks.

    Raises
    ------
    InputFault
        When a year is outside the calendar.
    """
    return tuple(
        closure
        for year in sorted(set(years))
        for closure in sorted(_suggested(year), key=lambda closure: closure.starts_on)
    )


def in_users_language(closure: Closure) -> Closure:
    """Return a closure as it is called in the user's language, if it is one of the usual.

    It is known by its days and its kind; one that the user has named keeps that name.
    """
    labels = [
        _usual_labels(closure.starts_on.year, language).get(
            (closure.starts_on, closure.ends_on, closure.kind)
        )
        for language in (current_language(), *LANGUAGES)
    ]
    is_usual = closure.resource is None and closure.label in labels
    return replace(closure, label=labels[0]) if is_usual and labels[0] else closure


@lru_cache(maxsize=64)
def _usual_labels(year: int, language: Language) -> dict[tuple[dt.date, dt.date, ClosureKind], str]:
    with written_in(language):
        return {(one.starts_on, one.ends_on, one.kind): one.label for one in _suggested(year)}


def school_holiday_weeks(year: int) -> tuple[tuple[Closure, ...], ...]:
    """Return the weeks in which schools are closed: each holiday with the weeks it may have.

    A municipality keeps one of them: in winter most have week 7, some week 8.
    """
    winter_and_autumn = (
        (
            (7, _("winter holiday, in most municipalities")),
            (8, _("winter holiday, in some municipalities")),
        ),
        ((42, _("autumn holiday")),),
    )
    return tuple(
        tuple(
            Closure(_monday(year, week), _sunday(year, week), "school_holiday", label)
            for week, label in weeks
        )
        for weeks in winter_and_autumn
    )


def summer_shutdown(year: int) -> Closure:
    """Return the general summer shutdown of a year, for the user to accept: weeks 29 to 31."""
    return Closure(_monday(year, 29), _sunday(year, 31), "industriferie", _("many people are away"))


def is_summer(day: dt.date) -> bool:
    """Return whether many people are away on a day: July, and the general summer shutdown.

    >>> [is_summer(dt.date(2027, 8, day)) for day in (8, 9)]
    [True, False]
    """
    return day.month == 7 or summer_shutdown(day.year).covers(day)


def christmas_week(year: int) -> Closure:
    """Return the days from Christmas Eve of a year to New Year's Day, for the user to accept."""
    last = min(dt.date(year + 1, 1, 1), LATEST)
    return Closure(dt.date(year, 12, 24), last, "custom_day_off", _("Christmas and New Year"))


def is_christmas(day: dt.date) -> bool:
    """Return whether many people are away around Christmas: 20 December to 2 January, our own rule.

    >>> [is_christmas(dt.date(2026, 12, day)) for day in (19, 20)]
    [False, True]
    """
    return (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 2)


def _suggested(year: int) -> Iterator[Closure]:
    check_in_calendar(dt.date(min(max(year, 1), 9999), 1, 1), "year")
    for weeks in school_holiday_weeks(year):
        yield from weeks
    yield summer_shutdown(year)
    yield christmas_week(year)
    maundy_thursday, ascension = (
        next(day for day, name in _holidays(year, "da").items() if name.startswith(beginning))
        for beginning in ("Skærtorsdag", "Kristi himmelfart")
    )
    yield Closure(
        maundy_thursday - 3 * _DAY, maundy_thursday - _DAY, "custom_day_off",
        _("the days before Maundy Thursday"),
    )  # fmt: skip
    for day, label in (
        (dt.date(year, 5, 1), _("1 May")),
        (ascension + _DAY, _("the day after Ascension Day")),
        (dt.date(year, 6, 5), _("Constitution Day")),
    ):
        if not is_holiday(day):
            yield Closure(day, day, "custom_day_off", label)


def _monday(year: int, week: int) -> dt.date:
    return dt.date.fromisocalendar(year, week, 1)


def _sunday(year: int, week: int) -> dt.date:
    return dt.date.fromisocalendar(year, week, 7)
