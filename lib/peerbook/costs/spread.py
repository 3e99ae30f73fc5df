"""How a number of a cost estimate may vary around its value.

The kinds are those usual where costs are estimated (Briggs, Claxton and Sculpher, Decision
Modelling for Health Economic Evaluation, Oxford 2006, chapter 4): a gamma distribution for an
amount known by its mean and standard deviation, a beta distribution for a share that was counted,
and a triangle where people know the least, the likeliest and the most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from peerbook.text import _

Draws = npt.NDArray[np.float64]
Said = Literal["value", "low", "high"]
"""What is said of a number that varies, and so where something can be wrong with it."""

FEWEST = Decimal("0.5")
"""Fewest that were counted, and that were not, behind a share that varies: what Jeffreys' prior
adds to both (Brown, Cai and DasGupta, Statistical Science 16, 2001, section 4.3). Below it, most
draws lie next to none or next to all, and what is divided by them is anything."""
EDGE = 0.025
"""How far from either end the low and the high of a number without ends lie: 95 % is between."""


@dataclass(frozen=True)
class Triangle:
    """The least and the most a number can be; its value is the likeliest."""

    low: Decimal
    high: Decimal

    def faults(self, value: Decimal | None, *, is_share: bool) -> Iterator[tuple[Said, str]]:
        """Tell what is wrong with it for a number of this value; None where that is not known."""
        if self.low > self.high:
            yield "low", _("“At least” is above “at most”. Look at both.")
        elif self.low == self.high:
            yield (
                "high",
                _("“At least” and “at most” are the same. Leave both empty if it is sure."),
            )
        elif value is not None and value < self.low:
            yield "low", _("“At least” is above the number itself. Write the least it can be.")
        elif value is not None and value > self.high:
            yield "high", _("“At most” is below the number itself. Write the most it can be.")

    def drawn(self, value: Decimal, size: int, rng: np.random.Generator) -> Draws:
        """Return random values, `size` of them."""
        return rng.triangular(float(self.low), float(value), float(self.high), size)

    def at(self, value: Decimal, below: Any) -> Any:
        """Return what a share of the values lies below; an array gives an array."""
        low, likely, high = float(self.low), float(value), float(self.high)
        rising = low + np.sqrt(np.multiply(below, (high - low) * (likely - low)))
        falling = high - np.sqrt(np.multiply(1 - np.asarray(below), (high - low) * (high - likely)))
        return np.where(np.asarray(below) * (high - low) < likely - low, rising, falling)

    def ends(self, _value: Decimal) -> tuple[Decimal, Decimal]:
        """Return the low and the high."""
        return self.low, self.high


@dataclass(frozen=True)
class Gamma:
    """How much a number above zero varies around its value, as a standard deviation."""

    sd: Decimal

    def faults(self, value: Decimal | None, *, is_share: bool) -> Iterator[tuple[Said, str]]:
        """Tell what is wrong with it for a number of this value; None where that is not known.

        With a deviation above the number itself, most draws would be next to nothing.
        """
        if is_share:
            yield "value", _("For a share, say the least and the most, or of how many it was.")
        elif value is not None and not (self.sd.is_finite() and 0 < self.sd <= value):
            yield "value", _("A number can vary so by more than zero, and at most by itself.")

    def drawn(self, value: Decimal, size: int, rng: np.random.Generator) -> Draws:
        """Return random values, `size` of them."""
        return rng.gamma(*self._shape_and_scale(value), size)

    def at(self, value: Decimal, below: Any) -> Any:
        """Return what a share of the values lies below; an array gives an array."""
        shape, scale = self._shape_and_scale(value)
        return special.gammaincinv(shape, below) * scale

    def ends(self, value: Decimal) -> tuple[Decimal, Decimal]:
        """Return between what 95 % lies."""
        return _middle(self, value)

    def _shape_and_scale(self, value: Decimal) -> tuple[float, float]:
        mean, sd = float(value), float(self.sd)
        return (mean / sd) ** 2, sd**2 / mean


@dataclass(frozen=True)
class Beta:
    """Of how many a share was counted."""

    of: Decimal

    def faults(self, value: Decimal | None, *, is_share: bool) -> Iterator[tuple[Said, str]]:
        """Tell what is wrong with it for a number of this value; None where that is not known."""
        if not is_share:
            yield "value", _("Only a share is counted of so many.")
        elif value is not None and not self._tells(value):
            text = _(
                "So few, or all but so few, were counted that nobody knows how much it varies."
            )
            advice = _("Say the least and the most.")
            yield "value", f"{text} {advice}"

    def drawn(self, value: Decimal, size: int, rng: np.random.Generator) -> Draws:
        """Return random values, `size` of them."""
        return rng.beta(*self._of_each(value), size)

    def at(self, value: Decimal, below: Any) -> Any:
        """Return what a share of the values lies below; an array gives an array."""
        return special.betaincinv(*self._of_each(value), below)

    def ends(self, value: Decimal) -> tuple[Decimal, Decimal]:
        """Return between what 95 % lies."""
        return _middle(self, value)

    def _tells(self, value: Decimal) -> bool:
        return self.of.is_finite() and min(value, 1 - value) * self.of >= FEWEST

    def _of_each(self, value: Decimal) -> tuple[float, float]:
        return float(value * self.of), float((1 - value) * self.of)


Spread = Triangle | Gamma | Beta


def _middle(spread: Gamma | Beta, value: Decimal) -> tuple[Decimal, Decimal]:
    low, high = (Decimal(repr(float(spread.at(value, edge)))) for edge in (EDGE, 1 - EDGE))
    return low, high
