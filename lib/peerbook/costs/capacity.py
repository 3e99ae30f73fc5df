"""How many pairs so many staff hours a week are enough for, and what takes the hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor

from peerbook.costs.case import MONTHS, STARTED, Case, Line
from peerbook.costs.figure import FULL_WEEK_HOURS, FULL_YEAR_HOURS, PRICES, Figure, missing_at
from peerbook.costs.team import hours_of_a_year
from peerbook.errors import InputFault
from peerbook.text import _

MONTHS_IN_YEAR = 12
_A_YEAR = Decimal(FULL_YEAR_HOURS)


@dataclass(frozen=True)
class Use:
    """What one activity takes of the staff's hours in a year.

    Parameters
    ----------
    line
        The activity.
    fixed
        Hours that it takes however many pairs there are.
    each
        Hours for each contract that begins.
    """

    line: Line
    fixed: Decimal
    each: Decimal

    def at(self, contracts: int) -> Decimal:
        """Return the hours with so many contracts a year."""
        return self.fixed + self.each * contracts


@dataclass(frozen=True)
class Capacity:
    """What so many hours are enough for.

    Parameters
    ----------
    hours
        Staff hours in a year.
    uses
        What they go to.
    contracts
        How many can begin in a year; none where what is fixed takes more than there is, and None
        where no activity takes more with each contract.
    pairs
        How many pairs that is at a time, on average.
    """

    hours: Decimal
    uses: tuple[Use, ...]
    contracts: int | None
    pairs: Decimal | None

    @property
    def bottleneck(self) -> Use | None:
        """The activity that takes the most hours when there are as many contracts as can be."""
        full = self.contracts or 0
        return max(self.uses, key=lambda use: use.at(full), default=None)

    @property
    def short(self) -> Decimal:
        """How many hours a year are missing for what is fixed alone; zero where none are."""
        return max(Decimal(0), sum((use.fixed for use in self.uses), Decimal(0)) - self.hours)


def capacity(case: Case, hours_a_week: Decimal, effective_hours: Decimal = _A_YEAR) -> Capacity:
    """Return what a programme can do with so many paid staff hours a week.

    Hours of volunteers, and what is done once at the start, are not counted.

    Parameters
    ----------
    case
        The programme. How many contracts begin is worked out, not read.
    hours_a_week
        Of all staff together, as they are employed.
    effective_hours
        What is left for the work itself of a full year of 1,924 hours; all of it when that is taken
        off already.

    Raises
    ------
    InputFault
        At `hours_a_week`, when there are none; at `effective_hours`, when there are none or more
        than in a year; at each figure of hours that is missing.
    """
    if not hours_a_week.is_finite() or hours_a_week <= 0:
        raise InputFault.at("hours_a_week", _("Write how many hours a week, more than zero."))
    if not effective_hours.is_finite() or not 0 < effective_hours <= FULL_YEAR_HOURS:
        raise InputFault.at("effective_hours", hours_of_a_year())
    lines = [line for line in case.lines if line.kind == "cost" and line.when == "yearly"]
    by_hour = [line for line in lines if _hours_of(line, case.figures)]
    needed = {key for line in by_hour for key in _hours_of(line, case.figures)} | {MONTHS}
    if missing := [key for key in case.needed if key in needed and case.figures[key].value is None]:
        raise InputFault(missing_at(missing))
    uses = tuple(_use(line, case.figures) for line in by_hour)
    hours = hours_a_week * effective_hours / FULL_WEEK_HOURS
    left = hours - sum((use.fixed for use in uses), Decimal(0))
    each = sum((use.each for use in uses), Decimal(0))
    contracts = None if each == 0 else max(0, floor(left / each))
    pairs = None if contracts is None else contracts * case.figures[MONTHS].known / MONTHS_IN_YEAR
    return Capacity(hours, uses, contracts, pairs)


def _hours_of(line: Line, figures: Mapping[str, Figure]) -> list[str]:
    """Return the figures that make the hours of a line; none where it is not paid by the hour."""
    if not any(figures[key].unit == "kr_per_hour" for key in line.factors):
        return []
    return [key for key in line.factors if figures[key].unit not in PRICES and key != STARTED]


def _use(line: Line, figures: Mapping[str, Figure]) -> Use:
    hours = Decimal(1)
    for key in _hours_of(line, figures):
        hours *= figures[key].known
    none = Decimal(0)
    return Use(line, none, hours) if STARTED in line.factors else Use(line, hours, none)
