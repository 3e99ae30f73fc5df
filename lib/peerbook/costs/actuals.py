"""A plan beside what was done: kroner line by line and period by period, and how much of what.

What a line really cost is told from what the record counts: the measure that stands for the most of
its figures, times its other figures as planned. So a wage is never checked, only how much of it was
used. What nobody counts is no actual; it stands apart as planned, and in no variance.

A period that is not over is held beside the plan for the days of it that have passed, as accounts
to date are beside a budget to date. What began to be noted within a period is held beside the plan
for the days from then on: what was done before nobody knows, and it would count as not done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from peerbook.costs.case import Case, Kind, Line, estimate, to_oere
from peerbook.costs.figure import PRICES
from peerbook.costs.measures import (
    UNITS,
    Counted,
    Measure,
    Measured,
    Noted,
    Period,
    covering,
    planned_by,
    quarter,
)
from peerbook.errors import InputFault
from peerbook.text import _

Teller = Measure | Literal["registered"]
"""By what it is told what a line did cost."""


@dataclass(frozen=True)
class RegisteredHours:
    """Hours that were written down for an activity in a period.

    Parameters
    ----------
    line
        Id of the activity; it is one that is paid by the hour.
    """

    period: Period
    line: str
    hours: Decimal


@dataclass(frozen=True)
class LineActual:
    """What one activity was to cost in a period, and what it did.

    Parameters
    ----------
    plan_kr
        For as much of the period as has passed, from `since` on.
    actual_kr
        None where nothing was counted.
    told_by
        What was counted.
    since
        Day within the period on which that began to be noted; None where it was noted all of it.
    """

    line: Line
    plan_kr: Decimal
    actual_kr: Decimal | None = None
    told_by: Teller | None = None
    since: dt.date | None = None

    @property
    def variance_kr(self) -> Decimal | None:
        """How much more it cost than was planned."""
        return None if self.actual_kr is None else self.actual_kr - self.plan_kr


@dataclass(frozen=True)
class Quantity:
    """How much of a measure was planned for a period, and how much there was.

    Parameters
    ----------
    plan
        For as much of the period as has passed, from `since` on.
    counted
        Kroner in prices of the plan; None where nobody knows how these rose, or where it was never
        noted.
    since
        As in `LineActual`.
    """

    measure: Measure
    plan: Decimal
    counted: Counted | None = None
    since: dt.date | None = None


@dataclass(frozen=True)
class Actuals:
    """A plan and what was done in a period.

    Parameters
    ----------
    passed
        How large a part of its days has passed; 1 when it is over.
    lines, quantities
        In the order of the model.
    """

    period: Period
    passed: Decimal
    lines: tuple[LineActual, ...]
    quantities: tuple[Quantity, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.passed == 1

    @property
    def begins_within(self) -> bool:
        """Whether some of it began to be noted within the period."""
        return any(one.since for one in self.lines) or any(one.since for one in self.quantities)

    def plan_kr(self, *, is_measured: bool, kind: Kind = "cost") -> Decimal:
        """Return what was planned for the lines that were measured, or for those that were not."""
        return sum(
            (
                one.plan_kr
                for one in self.lines
                if one.line.kind == kind and (one.actual_kr is not None) == is_measured
            ),
            Decimal(0),
        )

    def actual_kr(self, kind: Kind = "cost") -> Decimal:
        """Return what the lines that were measured did cost."""
        measured = (one.actual_kr or Decimal(0) for one in self.lines if one.line.kind == kind)
        return sum(measured, Decimal(0))

    def variance_kr(self, kind: Kind = "cost") -> Decimal:
        """Return how much more the lines that were measured did cost than was planned for them."""
        return self.actual_kr(kind) - self.plan_kr(is_measured=True, kind=kind)


def quarters(case: Case, today: dt.date) -> tuple[Period, ...]:
    """Return the quarters of a case that have begun."""
    every = (
        quarter(case.first_year + year, number)
        for year in range(case.years)
        for number in (1, 2, 3, 4)
    )
    return tuple(one for one in every if one.first <= today)


def actuals(
    case: Case,
    measured: Measured,
    noted: Iterable[Noted],
    today: dt.date,
    registered: Iterable[RegisteredHours] = (),
) -> tuple[Actuals, ...]:
    """Return a plan beside what was done, for each period of which there are notes.

    Parameters
    ----------
    case
        The plan, with every figure there and right.
    measured
        What of it can be counted, as its model says.
    noted
        What was counted: periods within one calendar year each, none of which is yet to begin.
    today
        Up to which day, included, a period has passed.
    registered
        Hours that were written down by activity; where there are any, they and not a measure tell
        what it cost.

    Raises
    ------
    InputFault
        When the case cannot be worked out, or at `hours` when hours are written down that cannot be
        for an activity.
    """
    noted = tuple(noted)
    if any(one.period.first.year != one.period.last.year for one in noted):
        raise ValueError("a plan is by calendar year")
    found = estimate(case)
    lines = {line.id: line for line in case.lines}
    hours: dict[tuple[Period, str], Decimal] = {}
    for one in registered:
        is_paid_so = one.line in lines and _prices(case, lines[one.line])[0] == "kr_per_hour"
        if not (is_paid_so and one.hours.is_finite() and one.hours >= 0):
            raise InputFault.at(
                "hours", _("Write hours from 0 up, for an activity that is paid by the hour.")
            )
        key = one.period, one.line
        hours[key] = hours.get(key, Decimal(0)) + one.hours
    per_year = {(cost.line.id, cost.year): cost.kr for cost in found.costs}

    def line_of(one: Noted, line: Line) -> LineActual:
        kr, by = _told(case, measured, one, line, hours.get((one.period, line.id)))
        since = None if by is None or by == "registered" else one.begun_on(by)
        part = one.period.passed(today, since)
        plan_kr = _planned(line, per_year, case.first_year, one.period, part)
        return LineActual(line, plan_kr, kr, by, since)

    def quantity_of(one: Noted, measure: Measure) -> Quantity:
        planned = case.product(measured[measure]) * one.period.of_a_year
        counted = _in_prices_of(case, measure, one)
        since = None if counted is None else one.begun_on(measure)
        return Quantity(measure, planned * one.period.passed(today, since), counted, since)

    return tuple(
        Actuals(
            one.period,
            one.period.passed(today),
            tuple(line_of(one, line) for line in case.lines),
            tuple(quantity_of(one, measure) for measure in measured),
        )
        for one in noted
    )


def hours_that_leave(
    registered: Iterable[RegisteredHours],
    case: Case,
    measured: Measured,
    hidden: Mapping[Period, Collection[str]],
) -> tuple[RegisteredHours, ...]:
    """Return the hours that may leave in a file: they tell of as few as what is counted of them.

    Parameters
    ----------
    registered
        Hours that were written down.
    case, measured
        The plan, and what of it can be counted.
    hidden
        What of each period may not leave, as `tells_of_few` says of all of them together.
    """
    tells = {line.id: frozenset(covering(measured, line)) for line in case.lines}
    return tuple(
        one
        for one in registered
        if not tells.get(one.line, frozenset()).intersection(hidden.get(one.period, ()))
    )


def _planned(
    line: Line,
    per_year: Mapping[tuple[str, int], Decimal],
    first_year: int,
    period: Period,
    part: Decimal,
) -> Decimal:
    """Return what a line was to cost in a part of a period; a year's add up to it to the øre.

    What is bought at the start stands whole in the first month.
    """
    kr = per_year.get((line.id, period.first.year), Decimal(0))
    if line.when == "start":
        return kr if period.first == dt.date(first_year, 1, 1) else Decimal(0)
    until, before = (
        to_oere(kr * month / 12) for month in (period.last.month, period.first.month - 1)
    )
    return to_oere((until - before) * part)


def _prices(case: Case, line: Line) -> tuple[str, str]:
    """Return unit and key of the price of a line."""
    key = next(key for key in line.factors if case.figures[key].unit in PRICES)
    return case.figures[key].unit, key


def _told(
    case: Case, measured: Measured, noted: Noted, line: Line, hours: Decimal | None
) -> tuple[Decimal | None, Teller | None]:
    """Return what a line did cost and by what that is told; None where it was not counted."""
    year = noted.period.first.year
    if hours is not None:
        price = case.product([_prices(case, line)[1]], year)
        return to_oere(hours * price), "registered"
    if line.when == "start":
        return None, None
    for measure in covering(measured, line):
        counted = noted.counted.get(measure)
        rise = _rise(case, measure, noted.period)
        if counted is None or rise is None:
            continue
        keys = measured[measure]
        kr = counted.amount * rise * _other_figures(case, line, keys, year)
        base = planned_by(measured, keys[:-1])
        if measure in UNITS and base in noted.hidden:
            continue  # of how many of them the amount is not known would follow from the kroner
        if base is not None:  # what is not known of some stands as it was planned for each of them
            kr += counted.unknown * _other_figures(case, line, measured[base], year)
        return to_oere(kr), measure
    return None, None


def _other_figures(case: Case, line: Line, keys: Sequence[str], year: int) -> Decimal:
    return case.product((key for key in line.factors if key not in keys), year)


def _in_prices_of(case: Case, measure: Measure, noted: Noted) -> Counted | None:
    """Return what was counted of a measure, kroner in prices of the case."""
    counted, rise = noted.counted.get(measure), _rise(case, measure, noted.period)
    if counted is None or rise is None:
        return None
    return replace(counted, amount=counted.amount * rise)


def _rise(case: Case, measure: Measure, period: Period) -> Decimal | None:
    """Return by what an amount is multiplied to be in prices of the case; None if nobody knows."""
    year = period.first.year
    if UNITS.get(measure) not in PRICES or year == case.price_year:
        return Decimal(1)
    levels = case.index.get(case.price_year), case.index.get(year)
    if not levels[0] or not levels[1]:
        return None
    return levels[0] / levels[1]
