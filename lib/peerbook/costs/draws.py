"""How far a cost may lie from what was worked out, by drawing every uncertain figure many times.

The draws of a figure depend on its key, the seed and the number of the block alone. So the same
seed gives the same draws on one process or many, cases that share a figure are drawn with the same
values of it, and a figure that is new leaves the others as they were.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

import numpy as np
from scipy import special

from peerbook.costs.case import STARTED, Case, estimate_checked, require
from peerbook.costs.figure import Figure
from peerbook.costs.spread import Draws, Spread
from peerbook.errors import InputFault
from peerbook.text import _, format_number

DRAWS, SEED = 5_000, 2018
"""How often is drawn when nobody says, and the seed then: any does, as long as it stays."""
BLOCK = 2**14
"""Draws at a time: few enough that a figure's values stay in the processor's cache."""

ROUNDING = 1e-9
"""How far below zero what cannot be negative may come out by rounding."""

Correlations = Mapping[tuple[str, str], float]
Mapped = Callable[[Callable[[int], Draws], Iterable[int]], Iterable[Draws]]
"""Calls a function with each of some numbers and returns the results in order, as `map` does;
whoever has many processors gives one that spreads the calls."""


@dataclass(frozen=True)
class Drawing:
    """How figures are drawn.

    Parameters
    ----------
    draws
        How often.
    seed
        The same one draws the same.
    correlations
        How figures go together: by two keys, from -1 to 1, between the normal scores of the two.
    mapped
        In place of `map`, to spread the blocks over processors.
    """

    draws: int = DRAWS
    seed: int = SEED
    correlations: Correlations = field(default_factory=dict)
    mapped: Mapped = map


AS_USUAL = Drawing()


def range_told() -> str:
    """Return what the least and the most of a number do, for whoever is asked for them."""
    text = _(
        "“At least” and “at most” are the ends of what an uncertain number can be. The result is "
        "then worked out {draws} times with random numbers between them, most often close to the "
        "number itself (a triangular distribution). Leave both empty if it is certain."
    )
    return text.format(draws=format_number(DRAWS))


@dataclass(frozen=True)
class Reach:
    """How far one figure moves a result, in kroner per contract started.

    Parameters
    ----------
    key
        Of the figure.
    at_low, at_high
        The result with the figure at its low and at its high, all others as they stand.
    """

    key: str
    at_low: Decimal
    at_high: Decimal

    @property
    def width(self) -> Decimal:
        """How far apart the two are."""
        return abs(self.at_high - self.at_low)


def drawn_totals(cases: Sequence[Case], how: Drawing = AS_USUAL) -> Draws:
    """Return what each case costs in each draw, in kroner.

    Parameters
    ----------
    cases
        Each one that `estimate` works out.
    how
        How it is drawn.

    Returns
    -------
    numpy.ndarray
        Shape cases by draws.

    Raises
    ------
    InputFault
        When a case cannot be worked out, or correlations contradict each other.
    """
    return _drawn(_total, cases, how)


def drawn_figures(key: str, cases: Sequence[Case], how: Drawing) -> Draws:
    """Return what one figure of each case is in each draw, the same as `drawn_totals` has it.

    Parameters
    ----------
    key
        Of the figure.
    cases
        As in `drawn_totals`.
    how
        How it is drawn.

    Returns
    -------
    numpy.ndarray
        Shape cases by draws.
    """
    return _drawn(partial(_value, key), cases, how)


def drawn_per_started(cases: Sequence[Case], how: Drawing = AS_USUAL) -> Draws:
    """Return what each case costs in each draw for each contract that begins, in kroner.

    How many begin may vary too; it is the same draw of it that the cost is from.

    Parameters
    ----------
    cases, how
        As in `drawn_figures`.

    Returns
    -------
    numpy.ndarray
        Shape cases by draws.
    """
    years = np.array([[case.years] for case in cases])
    begun: Draws = drawn_figures(STARTED, cases, how) * years
    return np.divide(_drawn(_total, cases, how), begun)


def _drawn(of_case: Callable[[Case, _Values], Draws], cases: Sequence[Case], how: Drawing) -> Draws:
    if how.draws < 1:
        raise InputFault.at("draws", _("Draw at least once."))
    for case in cases:
        require(case)
    together = _together(cases, how.correlations)
    blocks = how.mapped(
        partial(_block, of_case, tuple(cases), how.seed, together), range(-(-how.draws // BLOCK))
    )
    drawn = np.empty((len(cases), how.draws))
    for number, block in enumerate(blocks):
        left = drawn[:, number * BLOCK :][:, :BLOCK]
        left[:] = block[:, : left.shape[1]]
    return drawn


def reaches(case: Case) -> list[Reach]:
    """Return how far each figure that varies moves the cost of a contract, the widest first.

    Raises
    ------
    InputFault
        When the case cannot be worked out.
    """
    require(case)
    found = []
    for key in case.needed:
        figure = case.figures[key]
        if figure.spread is not None:
            at_low, at_high = (
                estimate_checked(case.with_figure(key, replace(figure, value=end, spread=None)))
                for end in figure.spread.ends(figure.known)
            )
            found.append(Reach(key, at_low.units.per_started, at_high.units.per_started))
    return sorted(found, key=lambda one: (-one.width, one.key))


@dataclass(frozen=True)
class _Together:
    """Figures that go together, and what makes scores of their own of scores that do not."""

    keys: tuple[str, ...]
    factor: Draws


def _together(cases: Sequence[Case], correlations: Correlations) -> _Together:
    """Return the figures that go together; none where nothing is said.

    A Gaussian copula: normal scores with these correlations, each put through the distribution of
    its figure (Iman and Conover, Communications in Statistics B 11, 1982, on why scores).
    """
    varying = {key for case in cases for key, figure in case.figures.items() if figure.spread}
    keys = tuple(dict.fromkeys(key for pair in correlations for key in pair))
    matrix = np.eye(len(keys))
    for (one, other), share in correlations.items():
        left, right = keys.index(one), keys.index(other)
        said_otherwise = (other, one) in correlations and correlations[other, one] != share
        if one == other or not -1 <= share <= 1 or not {one, other} <= varying or said_otherwise:
            raise InputFault.at(
                one, _("Two figures that vary go together from -1 to 1. Look at this one.")
            )
        matrix[left, right] = matrix[right, left] = share
    spreads, axes = np.linalg.eigh(matrix) if keys else (np.empty(0), matrix)
    if (spreads < -ROUNDING).any():
        raise InputFault.at(
            keys[0], _("What you say goes together contradicts itself. Take one of them away.")
        )
    return _Together(keys, axes * np.sqrt(spreads.clip(min=0)))


def _block(
    of_case: Callable[[Case, _Values], Draws],
    cases: tuple[Case, ...],
    seed: int,
    together: _Together,
    number: int,
) -> Draws:
    values = _Values(seed, together, number)
    return np.stack([of_case(case, values) for case in cases])


def _value(key: str, case: Case, values: _Values) -> Draws:
    figure = case.figures[key]
    if figure.spread is None:
        return np.full(BLOCK, float(figure.known))
    return values.of(key, figure, figure.spread)


def _total(case: Case, values: _Values) -> Draws:
    total = np.zeros(BLOCK)
    for line in case.lines:
        if line.kind != "cost":
            continue
        certain = [key for key in line.factors if case.figures[key].spread is None]
        sure = float(sum(case.product(certain, year) for year in case.years_of(line)))
        varying = []
        for key in line.factors:
            figure = case.figures[key]
            if figure.spread is not None:
                sure *= float(case.rise(key))
                varying.append(values.of(key, figure, figure.spread))
        if not varying:
            total += sure
            continue
        product = varying[0] * sure
        for one in varying[1:]:
            product *= one
        total += product
    return total


class _Values:
    """The values of the figures in one block of draws."""

    def __init__(self, seed: int, together: _Together, number: int) -> None:
        self._seed, self._number, self._together = seed, number, together
        self._drawn: dict[tuple[str, Figure], Draws] = {}
        self._shares: dict[str, Draws] = {}
        if together.keys:
            scores = together.factor @ np.stack(
                [self._stream(key).standard_normal(BLOCK) for key in together.keys]
            )
            self._shares = dict(zip(together.keys, special.ndtr(scores), strict=True))

    def of(self, key: str, figure: Figure, spread: Spread) -> Draws:
        """Return the values of a figure that varies."""
        if (key, figure) not in self._drawn:
            if key in self._shares:
                values = spread.at(figure.known, self._shares[key])
            else:
                values = spread.drawn(figure.known, BLOCK, self._stream(key))
            self._drawn[key, figure] = values
        return self._drawn[key, figure]

    def _stream(self, key: str) -> np.random.Generator:
        place = (zlib.crc32(key.encode()), self._number)
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=place))
