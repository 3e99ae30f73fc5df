"""A plan beside what was done: kroner line by line and period by period, and how much of what.

What a line really cost is told from what the record counts: the measure that stands for the most of
its figures, times its other figures as planned. So a wage is never checked, only how much of it was
used. What nobody counts is no actual; it stands apart as planned, and in no variance.

A period that is not over is held beside the plan for the days of it that have passed, as accounts
to date are beside a budget to date.
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
        For as much of the period as has passed.
    actual_kr
        None where nothing was counted, or where it would tell of few people.
    told_by
        What was counted.
    """

    line: Line
    plan_kr: Decimal
    actual_kr: Decimal | None = None
    told_by: Measure | Literal["registered"] | None = None

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
        For as much of the period as has passed.
    counted
        Kroner in prices of the plan; None where nobody knows how these rose, where it was never
        noted, or where it would tell of few people.
    """

    measure: Measure
    plan: Decimal
    counted: Counted | None = None


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
    return tuple(
        Actuals(
            one.period,
            one.period.passed(today),
            tuple(
                _line(case, measured, one, hours.get((one.period, line.id)), LineActual(
                    line, _planned(line, per_year, case.first_year, one.period, today)
                ))
                for line in case.lines
            ),
            tuple(
                Quantity(
                    measure,
                    case.product(keys) * one.period.of_a_year * one.period.passed(today),
                    _in_prices_of(case, measure, one),
                )
                for measure, keys in measured.items()
            ),
        )
        for one in noted
    )  # fmt: skip


def for_file(found: Iterable[Actuals], hidden: Iterable[Collection[str]]) -> tuple[Actuals, ...]:
    """Return what may leave in a file: what tells of few people stands as not measured.

    So it is in no sum either, from which it could be told.

    Parameters
    ----------
    found
        All periods that stand in the file.
    hidden
        What of each may not leave, as `tells_of_few` says of all of them together.
    """
    return tuple(
        replace(
            one,
            lines=tuple(
                LineActual(each.line, each.plan_kr) if each.told_by in kept_back else each
                for each in one.lines
            ),
            quantities=tuple(
                replace(each, counted=None) if each.measure in kept_back else each
                for each in one.quantities
            ),
        )
        for one, kept_back in zip(found, hidden, strict=True)
    )


def _planned(
    line: Line,
    per_year: Mapping[tuple[str, int], Decimal],
    first_year: int,
    period: Period,
    today: dt.date,
) -> Decimal:
    """Return what a line was to cost in a period; the parts of a year add up to it to the øre.

    What is bought at the start stands whole in the first month.
    """
    kr = per_year.get((line.id, period.first.year), Decimal(0))
    if line.when == "start":
        return kr if period.first == dt.date(first_year, 1, 1) else Decimal(0)
    until, since = (
        to_oere(kr * month / 12) for month in (period.last.month, period.first.month - 1)
    )
    return to_oere((until - since) * period.passed(today))


def _prices(case: Case, line: Line) -> tuple[str, str]:
    """Return unit and key of the price of a line."""
    key = next(key for key in line.factors if case.figures[key].unit in PRICES)
    return case.figures[key].unit, key


def _line(
    case: Case, measured: Measured, noted: Noted, hours: Decimal | None, planned: LineActual
) -> LineActual:
    """Return a line with what it did cost, where that was counted."""
    line = planned.line
    if hours is not None:
        price = case.product([_prices(case, line)[1]], noted.period.first.year)
        return replace(planned, actual_kr=to_oere(hours * price), told_by="registered")
    if line.when == "start":
        return planned
    for measure in covering(measured, line):
        counted = noted.counted.get(measure)
        rise = _rise(case, measure, noted.period)
        if counted is None or rise is None:
            continue
        keys, year = measured[measure], noted.period.first.year
        kr = counted.amount * rise * _other_figures(case, line, keys, year)
        base = planned_by(measured, keys[:-1])
        if base is not None:  # what is not known of some stands as it was planned for each of them
            kr += counted.unknown * _other_figures(case, line, measured[base], year)
        return replace(planned, actual_kr=to_oere(kr), told_by=measure)
    return planned


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
