"""What may be told of groups of people: whole sets of linked tables in, the same with cells hidden.

Whoever sees several figures can subtract them. So figures are judged together: a cell is shown when
no sum and no difference of what is shown, with any weights, tells a count of one to four people.

How that is proved. People who are in just the same cells cannot be told apart by them, so they form
a class. Take a change of the classes' sizes that leaves every shown figure as it is, and is random
otherwise. A group of classes has a size that can be computed from the shown figures exactly when
no such change alters it; so a group of few people whose sum is left alone by a random one is a
group that is given away. (By chance alone that happens once in 2⁶², and then a cell too much is
hidden.) The calculation is done in whole numbers modulo a prime, so nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from peerbook.small_groups import SMALLEST, is_shown

People = frozenset[str]
"""Who, as codes or hashes that say nothing: the same person has the same one in every table."""

Mark = Literal["shown", "few", "kept_back"]
"""A hidden cell holds `few`, or is `kept_back`, which says nothing of how many there are."""

FEWEST_FOR_EXTREMES = 10
"""Of fewer people no share is told that says the same of all of them: none, or every one."""
LARGEST_PART = 0.5
"""No mean is told of which one person makes more than this part of the sum."""
_PRIME = 2**31 - 1
_TRIES = 2

_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cell:
    """One figure.

    Parameters
    ----------
    at
        Where it stands: one value for each dimension of its table.
    people
        Who is counted, or whose answers it is made of. In a share, those of whom it is true.
    value
        A mean or sum of what each of them contributes once; None when the figure is their number.
    out_of
        In a share: all of whom it could be true.
    largest_part
        In a mean or sum: the largest part of the sum that is one person's, from 0 to 1.
    """

    at: tuple[str, ...]
    people: People
    value: float | None = None
    out_of: People | None = None
    largest_part: float = 0.0

    def __post_init__(self) -> None:
        if self.out_of is not None and not self.people <= self.out_of:
            raise ValueError("a share is of people who are among all")


@dataclass(frozen=True)
class Table:
    """Figures that stand together; what stands first is shown first, so totals stand last."""

    name: str
    dimensions: tuple[str, ...]
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        if any(len(cell.at) != len(self.dimensions) for cell in self.cells):
            raise ValueError(f"a cell of {self.name!r} stands in other dimensions than its table")


@dataclass(frozen=True)
class ToldCell:
    """A figure as it may leave.

    Parameters
    ----------
    at
        Where it stands.
    mark
        Whether it is shown, and if not, what may be said instead.
    value
        The count, mean or sum; of a share the number of whom it is true. None when hidden.
    out_of
        Of a share: how many there are.
    """

    at: tuple[str, ...]
    mark: Mark
    value: float | None = None
    out_of: int | None = None


@dataclass(frozen=True)
class ToldTable:
    """A table as it may leave: the same cells in the same order."""

    name: str
    dimensions: tuple[str, ...]
    cells: tuple[ToldCell, ...]


def nameless(what: str, count: int) -> People:
    """Return so many people of whom nothing is known, as heads that were counted.

    Counts of the same `what` are of the same people.
    """
    return frozenset(f"{what}#{number}" for number in range(count))


def disclose(
    tables: Sequence[Table], threshold: int = SMALLEST, earlier: Iterable[People] = ()
) -> tuple[ToldTable, ...]:
    """Return a set of linked tables as they may leave.

    Parameters
    ----------
    tables
        All that whoever gets them will see together. Of what is in conflict, the cell that comes
        first is shown: put what matters most first, and totals last.
    threshold
        Fewest people behind a figure.
    earlier
        Who stood behind each figure that has been told already; what is told now is judged beside
        them.

    Raises
    ------
    ValueError
        When the threshold is lower than anybody may set it, or what was told earlier gives away a
        small group already: then nothing can be told safely any more.
    """
    before = tuple(earlier)
    cells = [cell for table in tables for cell in table.cells]
    known = _Known([*(one for cell in cells for one in _groups(cell)), *before], threshold)
    if not known.tell(before):
        raise ValueError("what was told earlier gives away a small group")
    shown = [_is_fit(cell, threshold) and known.tell(_groups(cell)) for cell in cells]
    seen = frozenset[str]().union(
        *before, *(one for cell, told in zip(cells, shown, strict=True) if told
                   for one in _groups(cell))
    )  # fmt: skip
    marks = iter(
        "shown" if told else _mark(cell, seen, threshold)
        for cell, told in zip(cells, shown, strict=True)
    )
    return tuple(_told(table, [next(marks) for _cell in table.cells]) for table in tables)


def _groups(cell: Cell) -> tuple[People, ...]:
    """Return whose number a cell tells when it is shown: a share tells two."""
    return (cell.people,) if cell.out_of is None else (cell.people, cell.out_of)


def _is_fit(cell: Cell, threshold: int) -> bool:
    """Return whether a cell may be shown where nothing else is."""
    if not all(is_shown(len(group), threshold) for group in _groups(cell)):
        return False
    if cell.out_of is not None:
        is_extreme = cell.people in (frozenset(), cell.out_of)
        return not is_extreme or len(cell.out_of) >= FEWEST_FOR_EXTREMES or not cell.out_of
    return cell.value is None or (bool(cell.people) and cell.largest_part <= LARGEST_PART)


def _mark(cell: Cell, seen: People, threshold: int) -> Mark:
    """Return what is said of a hidden cell.

    That it holds few is a bound, and bounds can be added up: two groups of at most four who are
    eight together are four and four. So it is said only of people who are in no figure that is
    shown.
    """
    everybody = cell.people if cell.out_of is None else cell.out_of
    few = 0 < len(everybody) < threshold
    return "few" if few and not everybody & seen else "kept_back"


def _told(table: Table, marks: Sequence[Mark]) -> ToldTable:
    """Return a table with its marks; beside a cell that is kept back, empty ones are so too.

    Otherwise whoever sees that none of the hidden cells is empty could tell ones from a sum.
    """
    hides = "kept_back" in marks
    cells = []
    for cell, mark in zip(table.cells, marks, strict=True):
        is_empty = cell.out_of is None and not cell.people
        if mark != "shown" or (hides and is_empty):
            cells.append(ToldCell(cell.at, "kept_back" if mark == "shown" else mark))
        else:
            value = len(cell.people) if cell.value is None else cell.value
            out_of = None if cell.out_of is None else len(cell.out_of)
            cells.append(ToldCell(cell.at, "shown", value, out_of))
    return ToldTable(table.name, table.dimensions, tuple(cells))


class _Known:
    """What whoever sees the shown figures knows of the classes: the equations, solved.

    Parameters
    ----------
    groups
        Every group whose number may be told; people in the same of them form a class.
    threshold
        Fewest people whose number may be known.
    """

    def __init__(self, groups: Sequence[People], threshold: int) -> None:
        self._threshold = threshold
        places: dict[str, list[int]] = {}
        for number, group in enumerate(dict.fromkeys(groups)):
            for one in group:
                places.setdefault(one, []).append(number)
        kinds: dict[tuple[int, ...], int] = {}
        self._class_of = {
            one: kinds.setdefault(tuple(where), len(kinds)) for one, where in places.items()
        }
        self._sizes = np.bincount(list(self._class_of.values()), minlength=len(kinds))
        self._rows: list[tuple[int, _Numbers]] = []

    def tell(self, groups: Iterable[People]) -> bool:
        """Let the numbers of some groups be known, and return True, unless that tells of few."""
        before = list(self._rows)
        for group in groups:
            self._add(group)
        if len(self._rows) == len(before) or not self._gives_away():
            return True
        self._rows = before
        return False

    def _add(self, group: People) -> None:
        """Add an equation to those that are solved; one that follows from them adds nothing."""
        row = np.zeros(len(self._sizes), dtype=np.int64)
        for one in group:
            row[self._class_of[one]] = 1
        for pivot, known in self._rows:
            row = (row - row[pivot] * known) % _PRIME
        places = np.flatnonzero(row)
        if not places.size:
            return
        pivot = int(places[0])
        row = row * pow(int(row[pivot]), -1, _PRIME) % _PRIME
        self._rows = [
            (place, (known - known[pivot] * row) % _PRIME) for place, known in self._rows
        ] + [(pivot, row)]

    def _gives_away(self) -> bool:
        """Return whether the number of some group of few people can be computed."""
        small = np.flatnonzero(self._sizes < self._threshold)
        altered = np.stack([self._change(seed)[small] for seed in range(_TRIES)])
        return _has_unaltered(altered, self._sizes[small], self._threshold - 1)

    def _change(self, seed: int) -> _Numbers:
        """Return a random change of the classes' sizes that leaves every known number alone."""
        change = np.random.default_rng(seed).integers(0, _PRIME, len(self._sizes), dtype=np.int64)
        pivots = [pivot for pivot, _row in self._rows]
        change[pivots] = 0
        for pivot, row in self._rows:
            change[pivot] = -np.sum(row * change % _PRIME) % _PRIME
        return change


def _has_unaltered(altered: _Numbers, sizes: _Numbers, most: int) -> bool:
    """Return whether a change leaves some classes of at most so many people together as they are.

    One to four classes are looked at, as one or two pairs. With a threshold of five there cannot be
    more, since each has somebody in it.

    Parameters
    ----------
    altered
        By try and class, how a random change alters its size.
    sizes
        Of the classes.
    most
        Most people that are still few.
    """
    singles = np.arange(len(sizes))[:, np.newaxis]
    pairs = np.stack(np.triu_indices(len(sizes), k=1), axis=1)
    pairs = pairs[sizes[pairs].sum(axis=1) <= most]
    groups = [(one, altered[:, one].sum(axis=2) % _PRIME) for one in (singles, pairs)]
    if not all(_key(sums).all() for _classes, sums in groups):
        return True
    pair_sums = groups[1][1]
    for others, sums in groups:
        for mine, theirs in _undoing(pair_sums, sums):
            together = {*pairs[mine].tolist(), *others[theirs].tolist()}
            is_apart = len(together) == pairs.shape[1] + others.shape[1]
            if is_apart and sizes[list(together)].sum() <= most:
                return True
    return False


def _key(sums: _Numbers) -> _Numbers:
    """Return the tries' sums as one number each; it is 0 when all of them are."""
    return np.asarray(sums[0] * (_PRIME + 1) + sums[1], dtype=np.int64)


def _undoing(mine: _Numbers, theirs: _Numbers) -> Iterator[tuple[int, int]]:
    """Yield the places of two sums that add up to nothing."""
    undone = _key((_PRIME - theirs) % _PRIME)
    order = np.argsort(undone)
    wanted = _key(mine)
    first = np.searchsorted(undone[order], wanted, side="left")
    last = np.searchsorted(undone[order], wanted, side="right")
    for place in np.flatnonzero(first < last):
        for other in order[first[place] : last[place]]:
            yield int(place), int(other)


# -- as text ---------------------------------------------------------------------------------------


def told(cell: ToldCell, threshold: int = SMALLEST) -> str:
    """Return a count or share as the facts of a notebook tell it.

    >>> told(ToldCell((), "shown", 9)), told(ToldCell((), "few")), told(ToldCell((), "kept_back"))
    ('9', 'under 5', 'not told')
    """
    if cell.mark == "few":
        return f"under {threshold}"
    if cell.mark == "kept_back" or cell.value is None:
        return "not told"
    return f"{cell.value:g}" if cell.out_of is None else f"{cell.value:g} of {cell.out_of}"


def told_counts(counts: Mapping[str, People], threshold: int = SMALLEST) -> dict[str, str]:
    """Return counts of people that leave together as text, each by its name."""
    cells = tuple(Cell((name,), people) for name, people in counts.items())
    (table,) = disclose([Table("counts", ("name",), cells)], threshold)
    return {cell.at[0]: told(cell, threshold) for cell in table.cells}
