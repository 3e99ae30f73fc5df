"""What an hour of somebody's time costs, from what a year of them costs, and who is on a team."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from peerbook.costs.case import to_oere
from peerbook.costs.figure import FULL_WEEK_HOURS, FULL_YEAR_HOURS, Figure, Status
from peerbook.errors import Fault, InputFault, Place
from peerbook.months import months_after
from peerbook.text import _, format_number

OLD_AFTER_MONTHS = 12
"""After so long a price is to be looked up again."""


@dataclass(frozen=True)
class Employment:
    """What a kind of staff costs.

    Parameters
    ----------
    yearly_pay_kr
        Of somebody full time, before what comes on top.
    on_top_share
        Pension, holiday pay and what else comes on top, as a share of the pay.
    overhead_share
        Rooms, management and administration, as a share of both; zero where counted elsewhere.
    effective_hours
        What is left of a full year for the work itself: without holidays, illness, breaks and
        meetings. There is no official number; each place has its own.
    price_year
        Whose kroner the pay is in.
    source
        Who says so.
    said_on
        When it was looked up.
    """

    yearly_pay_kr: Decimal
    on_top_share: Decimal
    overhead_share: Decimal
    effective_hours: Decimal
    price_year: int
    source: str
    said_on: dt.date

    def faults(self) -> list[Fault]:
        """Return what is wrong, each at its field."""
        told: list[tuple[str, str]] = []
        if not self.yearly_pay_kr.is_finite() or self.yearly_pay_kr <= 0:
            told.append(("yearly_pay_kr", _("Write what a year costs, more than zero kroner.")))
        for name in ("on_top_share", "overhead_share"):
            share: Decimal = getattr(self, name)
            if not share.is_finite() or not 0 <= share <= 1:
                told.append(
                    (name, _("A share is at most 100 per cent. Write a number from 0 to 100."))
                )
        hours = self.effective_hours
        if not hours.is_finite() or not 0 < hours <= FULL_YEAR_HOURS:
            told.append(("effective_hours", hours_of_a_year()))
        if not self.source.strip():
            told.append(("source", _("Say where the number is from, so that others can check it.")))
        return [Fault(message, Place(field=name)) for name, message in told]

    def hour(self) -> Figure:
        """Return the price of an hour of the work itself, to the øre.

        Raises
        ------
        InputFault
            With everything that is wrong.
        """
        if faults := self.faults():
            raise InputFault(faults)
        year = self.yearly_pay_kr * (1 + self.on_top_share) * (1 + self.overhead_share)
        return Figure(
            "kr_per_hour", to_oere(year / self.effective_hours), self.source,
            price_year=self.price_year, said_on=self.said_on,
        )  # fmt: skip


@dataclass(frozen=True)
class Member:
    """Somebody on the team, or several who cost the same and come and go together.

    Parameters
    ----------
    title
        What they are, never who.
    wage
        Key of the figure that is the price of their hour; empty where no model asks for it, and
        only a place's own lines are about their hours.
    hours_a_week
        Of all of them.
    employment
        What they cost.
    starts_on, ends_on
        First and last day, where they are not there all the time.
    is_example
        Whether what they cost is a guess.
    """

    title: str
    wage: str
    hours_a_week: Decimal
    employment: Employment
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    is_example: bool = False

    def faults(self) -> list[Fault]:
        """Return what is wrong, each at its field."""
        told = self.employment.faults()
        if not self.title.strip():
            told.append(Fault(_("Write what they are."), Place(field="title")))
        if not self.hours_a_week.is_finite() or self.hours_a_week <= 0:
            text = _("Write how many hours a week, more than zero.")
            told.append(Fault(text, Place(field="hours_a_week")))
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            text = _("The last day cannot lie before the first.")
            told.append(Fault(text, Place(field="ends_on")))
        return told

    def hours_in(self, year: int) -> Decimal:
        """Return how many hours they have for the work itself in a year."""
        first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
        hours_a_week = self.weight_in(_only(year)) / (after - first).days
        return _left_for_work(hours_a_week, self.employment.effective_hours)

    def weight_in(self, years: range) -> Decimal:
        """Return how many days of some years they are there, times their hours a week."""
        first, last = dt.date(years.start, 1, 1), dt.date(years.stop - 1, 12, 31)
        begins, ends = max(first, self.starts_on or first), min(last, self.ends_on or last)
        return max(0, (ends - begins).days + 1) * self.hours_a_week


@dataclass(frozen=True)
class Staff:
    """A kind of staff: all whose hours can go to the same activities.

    Parameters
    ----------
    name
        What they are.
    wages
        Keys of the prices of their hours.
    members
        Those on the team; none where only the price of their hour was said.
    """

    name: str
    wages: frozenset[str]
    members: tuple[Member, ...] = ()

    def hours_in(self, year: int) -> Decimal:
        """Return how many hours they have for the work itself in a year."""
        return sum((one.hours_in(year) for one in self.members), Decimal(0))

    def hours_a_week(self, years: range) -> Decimal:
        """Return how many hours a week they are employed, on average over some years."""
        days = (dt.date(years.stop, 1, 1) - dt.date(years.start, 1, 1)).days
        return self._weight(years) / days

    def effective_hours(self, years: range) -> Decimal | None:
        """Return what is left of a full year for the work, by the hours of each in some years.

        None where nobody is there.
        """
        total = self._weight(years)
        hours = (one.employment.effective_hours * one.weight_in(years) for one in self.members)
        return sum(hours, Decimal(0)) / total if total else None

    def _weight(self, years: range) -> Decimal:
        return sum((one.weight_in(years) for one in self.members), Decimal(0))


def working_hours(hours_a_week: Decimal, effective_hours: Decimal | None) -> Decimal:
    """Return the hours for the work itself in a year of so many hours of employment a week.

    Parameters
    ----------
    effective_hours
        What is left for the work of a full year; None where nobody has said.

    Raises
    ------
    InputFault
        At `hours_a_week`, when there are none; at `effective_hours`, when there are none or more
        than in a year.
    """
    if not hours_a_week.is_finite() or hours_a_week <= 0:
        raise InputFault.at("hours_a_week", _("Write how many hours a week, more than zero."))
    if effective_hours is None or not (
        effective_hours.is_finite() and 0 < effective_hours <= FULL_YEAR_HOURS
    ):
        raise InputFault.at("effective_hours", hours_of_a_year())
    return _left_for_work(hours_a_week, effective_hours)


def _left_for_work(hours_a_week: Decimal, effective_hours: Decimal) -> Decimal:
    return hours_a_week * effective_hours / FULL_WEEK_HOURS


def hours_of_a_year() -> str:
    """Return how many effective hours there can be."""
    text = _("Write more than zero hours, and at most the {hours} of a full year.")
    return text.format(hours=format_number(FULL_YEAR_HOURS))


def hour_of(
    members: Collection[Member],
    years: range,
    price_year: int,
    index: Mapping[int, Decimal] | None = None,
) -> Figure:
    """Return the price of an hour of a team, to the øre: the mean over the hours each is there.

    Where people come and go, it is that of each year, by who is there then.

    Parameters
    ----------
    members
        Of one kind, at least one.
    years
        Which years are counted.
    price_year
        Whose kroner the price is wanted in.
    index
        Level of prices and wages by year; needed where their pay is in prices of several years.

    Returns
    -------
    Figure
        In prices of `price_year`, or of the one year all their pay is in where that is not known.

    Raises
    ------
    InputFault
        With everything that is wrong with one of them; at `staff`, when none of them is there in
        one of those years, or their pay is in prices of years that nobody told the level of.
    """
    if faults := [fault for one in members for fault in one.faults()]:
        raise InputFault(faults)
    there = [one for one in members if one.weight_in(years)]
    empty = [year for year in years if not any(one.weight_in(_only(year)) for one in there)]
    if empty:
        text = _("Nobody of this kind is on the team in {years}. Add who is, or change their days.")
        raise InputFault.at("staff", text.format(years=", ".join(map(str, empty))))
    pay_years = {one.employment.price_year for one in there}
    levels = {year: (index or {}).get(year) for year in (*pay_years, price_year)}
    if all(levels.values()):
        into = price_year
    elif len(pay_years) == 1:
        (into,) = pay_years
    else:
        text = _(
            "Their pay is in prices of several years, and nobody has said how prices rose. Give "
            "the price and wage index of {years}."
        )
        missing = sorted(year for year, level in levels.items() if not level)
        raise InputFault.at("staff", text.format(years=", ".join(map(str, missing))))

    def carried(hour: Figure) -> Decimal:
        then, now = levels[hour.price_year or into], levels[into]
        return hour.known * (now / then if now and then else 1)

    def mean(counted: range) -> Decimal:
        weights = [(carried(one.employment.hour()), one.weight_in(counted)) for one in there]
        total = sum((hour * weight for hour, weight in weights), Decimal(0))
        return to_oere(total / sum(weight for _hour, weight in weights))

    hours = {year: mean(_only(year)) for year in years}
    sources = dict.fromkeys(one.employment.source for one in there)
    status: Status = "example" if any(one.is_example for one in there) else "own"
    return Figure(
        "kr_per_hour", mean(years), "; ".join(sources), status, into,
        said_on=min(one.employment.said_on for one in there),
        by_year=tuple(hours.items()) if len(set(hours.values())) > 1 else (),
    )  # fmt: skip


def _only(year: int) -> range:
    return range(year, year + 1)


def is_old(said_on: dt.date, today: dt.date) -> bool:
    """Return whether a price was looked up so long ago that it is to be looked up again."""
    return months_after(said_on, OLD_AFTER_MONTHS) < today
