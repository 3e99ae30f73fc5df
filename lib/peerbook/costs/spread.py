"""How a number of a cost estimate may vary around its value.

The kinds are those usual where costs are estimated (Briggs, Claxton and Sculpher, Decision
Modelling for Health Economic Evaluation, Oxford 2006, chapter 4): a gamma distribution for an
amount known by its mean and standard deviation, a beta distribution for a share that was counted,
and a triangle where people know the least, the likeliest and the most.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from peerbook.text import _

Draws = npt.NDArray[np.float64]

EDGE = 0.025
"""How far from either end the low and the high of a number without ends lie: 95 % is between."""


@dataclass(frozen=True)
class Triangle:
    """The least and the most a number can be; its value is the likeliest."""

    low: Decimal
    high: Decimal

    def fault(self, value: Decimal, *, is_share: bool) -> str | None:
        """Return what is wrong with it for a number of this value."""
        if not (self.low.is_finite() and self.high.is_finite() and self.low >= 0):
            return _("The least cannot be below zero. Write a number from 0 up.")
        if is_share and self.high > 1:
            return _("The most is at most 100 per cent for a share.")
        if not self.low <= value <= self.high or self.low == self.high:
            return _("The likeliest lies between the least and the most, which differ.")
        return None

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

    def fault(self, value: Decimal, *, is_share: bool) -> str | None:
        """Return what is wrong with it for a number of this value."""
        if is_share:
            return _("For a share, say the least and the most, or of how many it was counted.")
        varies = value > 0 and self.sd.is_finite() and self.sd > 0
        return None if varies else _("Only a number above zero can vary so.")

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

    def fault(self, value: Decimal, *, is_share: bool) -> str | None:
        """Return what is wrong with it for a number of this value."""
        if not is_share:
            return _("Only a share is counted of so many.")
        if not 0 < value < 1 or not self.of.is_finite() or self.of <= 0:
            return _("Of none or of all, nobody can tell how much it varies. Say least and most.")
        return None

    def drawn(self, value: Decimal, size: int, rng: np.random.Generator) -> Draws:
        """Return random values, `size` of them."""
        return rng.beta(*self._of_each(value), size)

    def at(self, value: Decimal, below: Any) -> Any:
        """Return what a share of the values lies below; an array gives an array."""
        return special.betaincinv(*self._of_each(value), below)

    def ends(self, value: Decimal) -> tuple[Decimal, Decimal]:
        """Return between what 95 % lies."""
        return _middle(self, value)

    def _of_each(self, value: Decimal) -> tuple[float, float]:
        return float(value * self.of), float((1 - value) * self.of)


Spread = Triangle | Gamma | Beta


def _middle(spread: Gamma | Beta, value: Decimal) -> tuple[Decimal, Decimal]:
    low, high = (Decimal(repr(float(spread.at(value, edge)))) for edge in (EDGE, 1 - EDGE))
    return low, high
