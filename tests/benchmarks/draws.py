"""How long the draws of all models take, beside NumPy that draws the same random numbers alone.

Every figure of every model varies, and all of them are invented. The two take turns, so that what
else the machine does meets both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from peerbook.costs.case import Case
from peerbook.costs.draws import BLOCK, Drawing, drawn_totals
from peerbook.costs.figure import PRICES, Figure, Unit
from peerbook.costs.model import load_models
from peerbook.costs.spread import Beta, Gamma, Spread, Triangle

DRAWS = 1_000_000
TARGET = 1.5
ROUNDS = 5

_YEAR = 2026
_INVENTED: dict[Unit, tuple[Decimal, Spread]] = {
    "kr": (Decimal(2000), Gamma(Decimal(400))),
    "kr_per_hour": (Decimal(400), Gamma(Decimal(40))),
    "hours": (Decimal(6), Triangle(Decimal(3), Decimal(12))),
    "hours_each": (Decimal(6), Triangle(Decimal(3), Decimal(12))),
    "hours_a_week": (Decimal(6), Triangle(Decimal(3), Decimal(12))),
    "weeks": (Decimal(24), Triangle(Decimal(12), Decimal(40))),
    "count": (Decimal(24), Triangle(Decimal(12), Decimal(40))),
    "months": (Decimal(6), Triangle(Decimal(3), Decimal(9))),
    "share": (Decimal("0.6"), Beta(Decimal(40))),
}


@dataclass(frozen=True)
class Outcome:
    """Seconds in the middle of all rounds.

    Parameters
    ----------
    ours_s, numpy_s
        For the totals of all models, and for their random numbers alone.
    ratio
        In the middle of the ratios of each round.
    models, figures
        How many models there are, and how many figures are drawn for them.
    """

    ours_s: float
    numpy_s: float
    ratio: float
    models: int
    figures: int


def cases() -> list[Case]:
    """Return all models, filled in with figures that vary."""
    models = load_models()
    figures = {
        question.id: Figure(
            question.unit, value, "Opdigt", "example",
            _YEAR if question.unit in PRICES else None, spread,
        )
        for model in models
        for question in model.questions
        for value, spread in [_INVENTED[question.unit]]
    }  # fmt: skip
    return [model.case(figures, 4, _YEAR, _YEAR) for model in models]


def drawn_alone(filled: list[Case]) -> list[Figure]:
    """Return the figures that are drawn for some cases, once each."""
    used = {
        key: case.figures[key]
        for case in filled
        for line in case.lines
        if line.kind == "cost"
        for key in line.factors
    }
    return list(used.values())


def measure(rounds: int = ROUNDS, draws: int = DRAWS) -> Outcome:
    """Return how long both take."""
    filled = cases()
    figures = drawn_alone(filled)
    drawn_totals(
        filled, Drawing(BLOCK)
    )  # what is read and made ready the first time is nobody's everyday
    ours, numpy_alone = [], []
    for _round in range(rounds):
        ours.append(_seconds(lambda: drawn_totals(filled, Drawing(draws))))
        numpy_alone.append(_seconds(lambda: _draw(figures, draws)))
    ratios = [one / other for one, other in zip(ours, numpy_alone, strict=True)]
    return Outcome(
        *(statistics.median(each) for each in (ours, numpy_alone, ratios)),
        models=len(filled), figures=len(figures),
    )  # fmt: skip


def _draw(figures: list[Figure], draws: int) -> None:
    """Draw so many values of each figure with nothing but NumPy, in blocks as large as ours."""
    rng = np.random.default_rng(1)
    for figure in figures:
        for _block in range(-(-draws // BLOCK)):
            if isinstance(figure.spread, Gamma):
                mean, sd = float(figure.known), float(figure.spread.sd)
                rng.gamma((mean / sd) ** 2, sd**2 / mean, BLOCK)
            elif isinstance(figure.spread, Triangle):
                spread = figure.spread
                rng.triangular(float(spread.low), float(figure.known), float(spread.high), BLOCK)
            else:
                raise ValueError("nothing is told of how this varies")


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def report(found: Outcome) -> bool:
    """Print what was measured; return whether the target is missed."""
    print(
        f"{DRAWS:,} draws of {found.models} models with {found.figures} figures that vary: "
        f"{found.ours_s:.2f} s, NumPy alone {found.numpy_s:.2f} s, ratio {found.ratio:.2f}"
    )
    return found.ratio > TARGET


if __name__ == "__main__":
    report(measure())
