"""A number of a cost estimate: how much of what, how sure it is, and where it is from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from peerbook.costs.spread import Spread
from peerbook.errors import Fault, Place
from peerbook.text import _

Unit = Literal["kr", "kr_per_hour", "hours", "count", "share", "months"]
Status = Literal["published", "own", "example"]

PRICES: frozenset[Unit] = frozenset({"kr", "kr_per_hour"})
"""Units of what has a price year."""


@dataclass(frozen=True)
class Figure:
    """A number, or the lack of one.

    Parameters
    ----------
    unit
        What it counts; `kr` is the price of one, `kr_per_hour` of an hour, `share` is 0 to 1.
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


def faults_of(key: str, figure: Figure) -> list[Fault]:
    """Return what is wrong with a figure, each at the field `key`.

    That it is missing is nothing wrong; see `Case.missing`.
    """
    value, told = figure.value, list[str]()
    if value is None:
        return []
    is_share = figure.unit == "share"
    if not value.is_finite() or value < 0:
        told.append(_("This cannot be below zero. Write a number from 0 up."))
    elif figure.unit == "kr_per_hour" and not value:
        told.append(_("An hour costs more than nothing. Leave it empty until somebody knows."))
    elif is_share and value > 1:
        told.append(_("A share is at most 100 per cent. Write a number from 0 to 100."))
    elif figure.spread and (fault := figure.spread.fault(value, is_share=is_share)):
        told.append(fault)
    if figure.unit in PRICES and figure.price_year is None:
        told.append(_("Say which year's prices this is in."))
    if not figure.source:
        told.append(_("Say where the number is from, so that others can check it."))
    return [Fault(one, Place(field=key)) for one in told]


def missing_at(keys: Iterable[str]) -> list[Fault]:
    """Return that figures are missing, each at its field."""
    return [Fault(_("This figure is missing."), Place(field=key)) for key in keys]


def both_or_none() -> str:
    """Return what is asked for when only one end of a range was told."""
    return _("Write both the least and the most, or none of them.")
