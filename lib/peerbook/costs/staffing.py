"""Whether the hours of the team are enough for those that are priced, by kind of staff and year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from peerbook.costs.assessment import Assessment, hour_key
from peerbook.costs.case import Case
from peerbook.costs.figure import FULL_WEEK_HOURS
from peerbook.costs.model import Model
from peerbook.costs.team import Staff
from peerbook.text import format_list

_LEAST_SHORT = Decimal("0.5")
"""Hours in a year below which what is short is a matter of rounding."""


@dataclass(frozen=True)
class Staffing:
    """Hours of a kind of staff in each of some years that are alike.

    Parameters
    ----------
    years
        Which, one after the other.
    priced
        Hours that are priced in a year.
    there
        Hours they have for the work; None where none of them is on the team.
    """

    staff: Staff
    years: range
    priced: Decimal
    there: Decimal | None

    @property
    def left(self) -> Decimal | None:
        """Hours that nothing is priced for; below zero where there are too few."""
        return None if self.there is None else self.there - self.priced

    @property
    def is_short(self) -> bool:
        """Whether they have too few hours."""
        return self.left is not None and -self.left >= _LEAST_SHORT

    @property
    def short_a_week(self) -> Decimal | None:
        """How many hours a week more would have to be employed; None where nobody is there."""
        effective = self.staff.effective_hours(self.years)
        if self.left is None or effective is None:
            return None
        return -self.left * FULL_WEEK_HOURS / effective


def staff_of(said: Assessment, model: Model, case: Case) -> tuple[Staff, ...]:
    """Return the kinds of staff a model is worked out with, those with most prices first.

    Who is on the team is of the kind their price says. Where a place's own cost is hours of a
    title, all of that title are a kind, too, and may be part of another: what is priced for these
    few is also taken from the hours of the many. Kinds that share somebody, none being part of the
    other, are one kind together, too. Volunteers are no staff.

    Parameters
    ----------
    case
        The model with the figures of the place.
    """
    prices = [case.hour_price(line) for line in case.lines if line.kind == "cost"]
    there = {price: _keys(said, price) for price in prices if price is not None}
    names = dict[frozenset[str], str]()
    for price, keys in there.items():
        names.setdefault(keys, _name(said, model, price))
    for whole in _joined([keys for keys in names if keys]):
        parts = dict.fromkeys(name for keys, name in names.items() if keys and keys < whole)
        names.setdefault(whole, format_list(list(parts)))

    def kind(keys: frozenset[str], name: str) -> Staff:
        wages = frozenset(one for one, others in there.items() if others and others <= keys)
        return Staff(name, wages, tuple(said.staff[key] for key in said.staff if key in keys))

    alone = [price for price, keys in there.items() if not keys]
    kinds = [kind(keys, name) for keys, name in names.items() if keys]
    kinds += [Staff(_name(said, model, price), frozenset({price})) for price in alone]
    return tuple(sorted(kinds, key=lambda one: -len(one.wages)))


def _joined(kinds: Sequence[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield each with all it shares anything with, and all that these share anything with."""
    for one in kinds:
        whole = one
        while more := [other for other in kinds if other & whole and not other <= whole]:
            whole = whole.union(*more)
        yield whole


def staffing(said: Assessment, model: Model, case: Case) -> tuple[Staffing, ...]:
    """Return the hours priced and those of the team, by kind of staff and year.

    Parameters
    ----------
    case
        The model with the figures of the place, all of which are known.
    """
    return tuple(
        Staffing(staff, range(years[0], years[-1] + 1), *hours)
        for staff in staff_of(said, model, case)
        for hours, years in _alike(staff, case)
        if hours[0]
    )


def _alike(staff: Staff, case: Case) -> list[tuple[tuple[Decimal, Decimal | None], list[int]]]:
    def hours(year: int) -> tuple[Decimal, Decimal | None]:
        there = staff.hours_in(year) if staff.members else None
        return _priced(case, staff, year), there

    return [(found, list(years)) for found, years in groupby(case.counted, key=hours)]


def _priced(case: Case, staff: Staff, year: int) -> Decimal:
    hours = (
        case.product(case.hours_of(line), year)
        for line in case.lines
        if line.kind == "cost"
        and case.hour_price(line) in staff.wages
        and year in case.years_of(line)
    )
    return sum(hours, Decimal(0))


def _keys(said: Assessment, price: str) -> frozenset[str]:
    """Return the keys of those on the team who have this price of an hour."""
    return frozenset(
        key for key, one in said.staff.items() if price in (one.wage, hour_key(one.title))
    )


def _name(said: Assessment, model: Model, price: str) -> str:
    titles = {hour_key(title): title for title in said.titles}
    named = {one.id: one.staff or one.ask for one in model.questions}
    return named.get(price) or titles.get(price, price)
