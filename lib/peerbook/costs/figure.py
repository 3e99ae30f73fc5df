"""A number of a cost estimate: how much of what, how sure it is, and where it is from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from peerbook.costs.spread import Said as Number
from peerbook.costs.spread import Spread, Triangle
from peerbook.errors import Fault, Place
from peerbook.text import _, format_number

Unit = Literal[
    "kr", "kr_per_hour", "hours", "hours_each", "hours_a_week", "weeks", "count", "share", "months"
]
Said = Literal[Number, "price_year", "source"]
"""What is said of a figure, and so where something can be wrong with it."""
Status = Literal["published", "own", "example"]

PRICES: frozenset[Unit] = frozenset({"kr", "kr_per_hour"})
"""Units of what has a price year."""
HOURS: frozenset[Unit] = frozenset({"hours", "hours_each", "hours_a_week"})
"""Units of what is multiplied with the price of an hour."""

FULL_YEAR_HOURS = 1924
"""37 hours in 52 weeks: a full year before anything is taken off (Økonomistyrelsen, Økonomisk
administrativ vejledning, Effektivt årsværk)."""
FULL_WEEK_HOURS = 37
WEEKS_A_YEAR = 53
"""Most weeks that a calendar year can have (ISO 8601)."""


@dataclass(frozen=True)
class Figure:
    """A number, or the lack of one.

    Parameters
    ----------
    unit
        What it counts; `kr` is the price of one, `kr_per_hour` of an hour, `share` is 0 to 1.
        `hours` are those of however many people; `hours_each` of one of them, or on one person or
        one occasion; `hours_a_week` of one of them in a week; `weeks` of a year.
    value
        None where nobody has said: nothing is worked out from it.
    source
        Where it was read or who says so.
    status
        Whether it was published, is a place's own, or stands as an example.
    price_year
        Whose kroner a price is in.
    spread
        How much it may vary; None for a number that is certain.
    said_on
        When it was looked up; None where nobody said, as in a file that came with peerbook.
    by_year
        What it is in single years, where it is not the same in all; `value` is then the mean.
    """

    unit: Unit
    value: Decimal | None = None
    source: str = ""
    status: Status = "own"
    price_year: int | None = None
    spread: Spread | None = None
    said_on: dt.date | None = None
    by_year: tuple[tuple[int, Decimal], ...] = ()

    @property
    def known(self) -> Decimal:
        """The value of a figure that is there.

        Raises
        ------
        ValueError
            When it is missing.
        """
        if self.value is None:
            raise ValueError("this figure is missing")
        return self.value

    def in_year(self, year: int) -> Decimal:
        """Return the value in a year.

        Raises
        ------
        ValueError
            When it is missing.
        """
        return dict(self.by_year).get(year, self.known)


def wrong_with(figure: Figure, *, divides: bool = False) -> list[tuple[Said, str]]:
    """Return what is wrong with a figure, and with which part of it.

    That it is missing is nothing wrong; see `Case.missing`.

    Parameters
    ----------
    divides
        Whether what is paid is divided by it, so that it cannot be none.
    """
    told: list[tuple[Said, str]] = []
    for part, number in _numbers(figure):
        if message := _number_fault(part, number, figure.unit, divides=divides):
            told.append((part, message))
    wrong = {part for part, _message in told}
    if figure.spread is not None and not wrong & {"low", "high"}:
        value = None if wrong else figure.value
        told += figure.spread.faults(value, is_share=figure.unit == "share")
    if figure.value is None:
        return told
    if figure.unit in PRICES and figure.price_year is None:
        told.append(("price_year", _("Say which year's prices this is in.")))
    if not figure.source:
        told.append(("source", _("Say where the number is from, so that others can check it.")))
    return told


def _numbers(figure: Figure) -> Iterator[tuple[Number, Decimal]]:
    if figure.value is not None:
        yield "value", figure.value
    if isinstance(figure.spread, Triangle):
        yield "low", figure.spread.low
        yield "high", figure.spread.high


def _number_fault(part: Number, number: Decimal, unit: Unit, *, divides: bool) -> str:
    if not number.is_finite() or number < 0:
        return _("This cannot be below zero. Write a number from 0 up.")
    if not number and divides:
        return _("The cost is divided by this. Write more than zero.")
    if not number and unit == "kr_per_hour" and part == "value":
        return _("An hour costs more than nothing. Leave it empty until somebody knows.")
    most, text = _limit(unit)
    return text if most is not None and number > most else ""


def _limit(unit: Unit) -> tuple[int | None, str]:
    """Return the most there can be of something, and what is said of more; None where all can."""
    if unit == "share":
        return 1, _("A share is at most 100 per cent. Write a number from 0 to 100.")
    if unit == "weeks":
        text = _("A year has at most {weeks} weeks. Write a number from 0 to {weeks}.")
        return WEEKS_A_YEAR, text.format(weeks=WEEKS_A_YEAR)
    if unit == "hours_a_week":
        text = _("At most {hours} hours a week: that is full time for one person.")
        return FULL_WEEK_HOURS, text.format(hours=FULL_WEEK_HOURS)
    if unit == "hours_each":
        text = _(
            "At most {hours} hours: that is a full working year of one person (37 in 52 weeks, "
            "Økonomistyrelsen)."
        )
        return FULL_YEAR_HOURS, text.format(hours=format_number(FULL_YEAR_HOURS))
    return None, ""


def faults_of(key: str, figure: Figure, *, divides: bool = False) -> list[Fault]:
    """Return what is wrong with a figure, each at the field `key`; see `wrong_with`."""
    place = Place(field=key)
    return [Fault(message, place) for _part, message in wrong_with(figure, divides=divides)]


def missing_at(keys: Iterable[str]) -> list[Fault]:
    """Return that figures are missing, each at its field."""
    return [Fault(_("This figure is missing."), Place(field=key)) for key in keys]


def both_or_none() -> str:
    """Return what is asked for when only one end of a range was told."""
    return _("Write both the least and the most, or none of them.")
