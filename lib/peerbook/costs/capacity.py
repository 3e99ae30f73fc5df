"""How many pairs the hours of the staff are enough for, and what takes the hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor

from peerbook.costs.case import MONTHS, STARTED, Case, Line
from peerbook.costs.figure import missing_at
from peerbook.costs.team import Staff
from peerbook.errors import InputFault

MONTHS_IN_YEAR = 12


@dataclass(frozen=True)
class Use:
    """What one activity takes of the staff's hours in a year.

    Parameters
    ----------
    line
        The activity.
    wage
        Key of the price of an hour of whoever does it.
    fixed
        Hours that it takes however many pairs there are.
    each
        Hours for each contract that begins.
    """

    line: Line
    wage: str
    fixed: Decimal
    each: Decimal

    def at(self, contracts: int) -> Decimal:
        """Return the hours with so many contracts a year."""
        return self.fixed + self.each * contracts


@dataclass(frozen=True)
class Need:
    """What a kind of staff has to do, and the hours it has for it in a year.

    Parameters
    ----------
    uses
        What the hours go to.
    hours
        How many there are; None where there are as many as it takes.
    """

    staff: Staff
    uses: tuple[Use, ...]
    hours: Decimal | None

    def at(self, contracts: int) -> Decimal:
        """Return the hours with so many contracts a year."""
        return sum((use.at(contracts) for use in self.uses), Decimal(0))

    @property
    def short(self) -> Decimal:
        """How many hours a year are missing for what is fixed alone; zero where none are."""
        return Decimal(0) if self.hours is None else max(Decimal(0), self.at(0) - self.hours)

    @property
    def contracts(self) -> int | None:
        """How many can begin in a year; None where these hours set no limit.

        None can where what is fixed takes more hours than there are.
        """
        each = sum((use.each for use in self.uses), Decimal(0))
        if self.hours is None or (not each and not self.short):
            return None
        return 0 if self.short else floor((self.hours - self.at(0)) / each)


@dataclass(frozen=True)
class Capacity:
    """What the hours are enough for.

    Parameters
    ----------
    needs
        Of each kind of staff.
    months
        How long a pair is together.
    """

    needs: tuple[Need, ...]
    months: Decimal

    @property
    def grows(self) -> bool:
        """Whether any activity takes more hours with each contract."""
        return any(use.each for need in self.needs for use in need.uses)

    @property
    def narrowest(self) -> Need | None:
        """The kind of staff that sets the limit; the one with fewest hours for what is fixed, where
        several have too few. None where none sets a limit."""
        limits = [need for need in self.needs if need.contracts is not None]
        return min(limits, key=lambda need: (need.contracts, -need.short), default=None)

    @property
    def contracts(self) -> int | None:
        """How many can begin in a year; None where nothing says how many."""
        return None if self.narrowest is None else self.narrowest.contracts

    @property
    def pairs(self) -> Decimal | None:
        """How many pairs that is at a time, on average."""
        if self.contracts is None:
            return None
        return self.contracts * self.months / MONTHS_IN_YEAR

    @property
    def bottleneck(self) -> Use | None:
        """The activity that takes most of the hours that set the limit; of all where none do."""
        full, narrowest = self.contracts or 0, self.narrowest
        uses = [use for need in self.needs for use in need.uses if narrowest in (None, need)]
        return max(uses, key=lambda use: use.at(full), default=None)


def capacity(case: Case, hours: Mapping[Staff, Decimal | None]) -> Capacity:
    """Return what a programme can do with so many hours of each kind of staff.

    Hours of volunteers, and what is done once at the start, are not counted.

    Parameters
    ----------
    case
        The programme. How many contracts begin is worked out, not read.
    hours
        How many each kind of staff has for the work in a year; None where it has as many as it
        takes. Those who do each other's work are one kind, with the prices of all of them.

    Raises
    ------
    InputFault
        At each figure of hours that is missing.
    """
    lines = [line for line in case.lines if line.kind == "cost" and line.when == "yearly"]
    by_hour = [(line, wage) for line in lines if (wage := case.hour_price(line)) is not None]
    needed = {key for line, _wage in by_hour for key in case.hours_of(line)} - {STARTED} | {MONTHS}
    if missing := [key for key in case.needed if key in needed and case.figures[key].value is None]:
        raise InputFault(missing_at(missing))
    uses = [_use(case, line, wage) for line, wage in by_hour]
    needs = tuple(
        Need(staff, tuple(use for use in uses if use.wage in staff.wages), there)
        for staff, there in hours.items()
    )
    return Capacity(needs, case.figures[MONTHS].known)


def _use(case: Case, line: Line, wage: str) -> Use:
    hours = case.product(key for key in case.hours_of(line) if key != STARTED)
    none = Decimal(0)
    return Use(line, wage, none, hours) if STARTED in line.factors else Use(line, wage, hours, none)
