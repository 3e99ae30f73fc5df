"""What a programme costs: lines that multiply figures, added up by year, category and payer.

A case is worked out only when every figure is there and right. Money is counted in `Decimal`: each
line of each year is rounded to the øre, and all sums are sums of those.

The categories are those of Socialstyrelsen's guide (Omkostningsvurdering af sociale indsatser,
November 2021, chapter 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import prod
from typing import Literal

from peerbook.costs.figure import HOURS, PRICES, Figure, faults_of, missing_at
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_number

Category = Literal["preparation", "training", "running", "investment"]
Kind = Literal["cost", "volunteer", "gift", "grant", "saving"]
When = Literal["start", "yearly"]
Payer = Literal["municipality", "region", "state", "association", "business", "volunteers"]

STARTED, COMPLETED, MONTHS = "contracts_started", "completed_share", "months_together"
"""The figures that say what came of it: contracts begun in a year, the share of them that was
completed, and how many months a pair is together."""
DIVISORS = frozenset({STARTED, COMPLETED, MONTHS})
"""What is paid is told for each of these."""

LONGEST = 30
"""Years a case can be counted over; beyond, prices and programmes are guesses."""
LARGEST = Decimal(10) ** 11
"""Kroner of one line in a year: what comes to more has a slip in it, and no table holds it."""
OERE = Decimal("0.01")
_EXACT = 60
"""Digits that hold any product of a line's figures."""


@dataclass(frozen=True)
class Line:
    """Something that costs: an activity and what is used for it.

    Parameters
    ----------
    factors
        Keys of the figures that are multiplied; one of them is a price.
    payer
        Who pays, or gives; the first three are those SØM parts a cost between.
    kind
        Whether it is paid, the time of volunteers, a gift, a grant, or something saved elsewhere.
    when
        Once at the start, or in every year.
    for_volunteers
        Whether it is spent on volunteers, whose time is worth so much less in net.
    what
        What it is, in a few words.
    assumes_payer
        Whether nobody at the place has said who pays.
    to
        Whose costs a grant is for; None where nobody has said.
    """

    id: str
    category: Category
    factors: tuple[str, ...]
    payer: Payer
    kind: Kind = "cost"
    when: When = "yearly"
    for_volunteers: bool = False
    what: str = ""
    assumes_payer: bool = False
    to: Payer | None = None


@dataclass(frozen=True)
class Case:
    """A programme with the figures of a place.

    Parameters
    ----------
    figures
        By key. Cases that stand side by side share those of the same key.
    years
        How many years are counted, from `first_year` on.
    price_year
        Whose kroner the result is in.
    index
        Level of prices and wages by year, on any scale; needed where a price is of another year.
    """

    name: str
    lines: tuple[Line, ...]
    figures: Mapping[str, Figure]
    years: int
    first_year: int
    price_year: int
    index: Mapping[int, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse lines that multiply what does not belong together, before anybody fills them in.

        Raises
        ------
        ValueError
            When two lines have one id, a figure is unknown, or a line's units make no kroner.
        """
        if unknown := [key for key in self.needed if key not in self.figures]:
            raise ValueError(f"{unknown[0]} is no figure")
        if len({line.id for line in self.lines}) < len(self.lines):
            raise ValueError("two lines have one id")
        for line in self.lines:
            units = [self.figures[key].unit for key in line.factors]
            hours, by_hour = sum(map(units.count, HOURS)), units.count("kr_per_hour")
            if units.count("kr") + by_hour != 1 or hours != by_hour:
                raise ValueError(f"{line.id} needs one price, and hours for a price of an hour")

    @property
    def counted(self) -> range:
        """The years that are counted."""
        return range(self.first_year, self.first_year + self.years)

    @property
    def needed(self) -> tuple[str, ...]:
        """Keys of the figures the lines are worked out from, and of what came of it."""
        used = [key for line in self.lines for key in line.factors]
        return tuple(dict.fromkeys([*used, STARTED, COMPLETED, MONTHS]))

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the figures that nobody has told, in the order of the lines."""
        return tuple(key for key in self.needed if self.figures[key].value is None)

    def faults(self) -> list[Fault]:
        """Return what is wrong with the case, each fault at a key; a missing figure is one."""
        told = missing_at(self.missing)
        for key in self.needed:
            figure = self.figures[key]
            told += faults_of(key, figure, divides=key in DIVISORS)
            if figure.price_year not in (None, self.price_year) and not self._index_reaches(figure):
                text = _(
                    "This is in prices of {year}, and nobody has said how prices rose from then to "
                    "{wanted}. Give the price and wage index of both years."
                )
                message = text.format(year=figure.price_year, wanted=self.price_year)
                told.append(Fault(message, Place(field=key)))
        if not 1 <= self.years <= LONGEST:
            told.append(
                Fault(_("Count from 1 to {most} years.").format(most=LONGEST), Place(field="years"))
            )
        return told or self.too_large()

    def too_large(self) -> list[Fault]:
        """Return which lines may come to more than anybody spends, each at its price.

        That is with their figures at the high of their ranges: what is drawn, and worked out there,
        has to hold too.
        """
        text = _(
            "“{what}” comes to more than {most} kroner a year, or may at the most you have "
            "written. See whether a number has too many digits."
        )
        return [
            Fault(
                text.format(what=line.what or line.id, most=format_number(LARGEST)),
                Place(field=next(key for key in line.factors if self.figures[key].unit in PRICES)),
            )
            for line in self.lines
            if self._most(line) > LARGEST
        ]

    def _most(self, line: Line) -> Decimal:
        """Return what a line comes to in a year with each of its figures at its high."""
        with localcontext(prec=_EXACT):
            most = (max(_ends(self.figures[key])) * self.rise(key) for key in line.factors)
            return prod(most, start=Decimal(1))

    def with_figure(self, key: str, figure: Figure) -> Case:
        """Return the case with another figure of this key."""
        return replace(self, figures={**self.figures, key: figure})

    def rise(self, key: str) -> Decimal:
        """Return by what a figure is multiplied to be in prices of `price_year`; 1 for no price."""
        figure = self.figures[key]
        if figure.unit not in PRICES or figure.price_year in (None, self.price_year):
            return Decimal(1)
        return self.index[self.price_year] / self.index[figure.price_year]

    def product(self, keys: Iterable[str], year: int | None = None) -> Decimal:
        """Return what figures that are known make when they are multiplied, in `price_year`.

        Parameters
        ----------
        keys
            Of the figures.
        year
            In which they are used; None for the mean of all years.
        """
        with localcontext(prec=_EXACT):
            product = Decimal(1)
            for key in keys:
                figure = self.figures[key]
                value = figure.known if year is None else figure.in_year(year)
                product *= value * self.rise(key)
            return product

    def hour_price(self, line: Line) -> str | None:
        """Return the key of the price of an hour in a line; None where there is none."""
        return next((key for key in line.factors if self.figures[key].unit == "kr_per_hour"), None)

    def hours_of(self, line: Line) -> tuple[str, ...]:
        """Return the keys of the figures that make the hours of a line that is paid by the hour."""
        return tuple(key for key in line.factors if key != self.hour_price(line))

    def years_of(self, line: Line) -> range:
        """Return the years in which a line costs."""
        return self.counted[:1] if line.when == "start" else self.counted

    def _index_reaches(self, figure: Figure) -> bool:
        years = (self.price_year, figure.price_year)
        return all(year is not None and self.index.get(year, 0) > 0 for year in years)


@dataclass(frozen=True)
class Cost:
    """What one line costs in one year."""

    line: Line
    year: int
    kr: Decimal


@dataclass(frozen=True)
class UnitCosts:
    """What is paid for each of what came of it, in kroner.

    Parameters
    ----------
    per_started, per_completed
        For each contract that began, and for each that was completed.
    per_pair_month
        For each month a pair was together.
    """

    per_started: Decimal
    per_completed: Decimal
    per_pair_month: Decimal


@dataclass(frozen=True)
class Estimate:
    """What a case comes to."""

    case: Case
    costs: tuple[Cost, ...]

    def total(self, *kinds: Kind, **like: str | bool | int | None) -> Decimal:
        """Return the sum of some kinds, `cost` when none is named.

        Parameters
        ----------
        like
            What a line, or the `year`, has to be: `category="training"`, `payer="municipality"`.
        """
        wanted = kinds or ("cost",)
        return sum(
            (
                one.kr
                for one in self.costs
                if one.line.kind in wanted
                and all(
                    (one.year if name == "year" else getattr(one.line, name)) == value
                    for name, value in like.items()
                )
            ),
            Decimal(0),
        )

    @property
    def net(self) -> Decimal:
        """What is paid when grants and what is saved elsewhere are taken off."""
        return self.total() - self.total("grant", "saving")

    def volunteer_hours(self, year: int | None = None) -> Decimal:
        """Return how many hours volunteers give; in all years where none is named."""
        return sum(
            (
                self.case.product(self.case.hours_of(line), each)
                for line in self.case.lines
                if line.kind == "volunteer"
                for each in self.case.years_of(line)
                if year in (None, each)
            ),
            Decimal(0),
        )

    @property
    def volunteers_net(self) -> Decimal:
        """What volunteers' time is worth beyond what is spent on them."""
        return self.total("volunteer") - self.total(for_volunteers=True)

    @property
    def begun(self) -> Decimal:
        """How many contracts begin in all years."""
        return self.case.figures[STARTED].known * self.case.years

    @property
    def units(self) -> UnitCosts:
        """What is paid for each contract and for each month together."""
        figures = self.case.figures
        paid = self.total()
        return UnitCosts(
            paid / self.begun,
            paid / (self.begun * figures[COMPLETED].known),
            paid / (self.begun * figures[MONTHS].known),
        )


def estimate(case: Case) -> Estimate:
    """Return what a case costs, line by line and year by year.

    Raises
    ------
    InputFault
        When a figure is missing or wrong: at each such figure, by its key.
    """
    require(case)
    return estimate_checked(case)


def estimate_checked(case: Case) -> Estimate:
    """Return what a case that is right costs, also with a figure at an end of its range.

    An hour of volunteers may be worth nothing at least, which is refused as the figure itself.
    """
    costs = tuple(
        Cost(line, year, to_oere(case.product(line.factors, year)))
        for line in case.lines
        for year in case.years_of(line)
    )
    return Estimate(case, costs)


def require(case: Case) -> None:
    """Refuse a case that cannot be worked out, as `estimate` says."""
    if faults := case.faults():
        raise InputFault(faults)


def _ends(figure: Figure) -> tuple[Decimal, ...]:
    """Return what a figure is worth as it stands, at its low and at its high."""
    if figure.value is None or faults_of("", figure):
        return ()
    return (figure.value, *(figure.spread.ends(figure.value) if figure.spread else ()))


def to_oere(kr: Decimal) -> Decimal:
    """Return an amount rounded to the øre."""
    with localcontext(prec=_EXACT):
        return kr.quantize(OERE, ROUND_HALF_UP)
