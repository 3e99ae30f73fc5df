"""What may be told of groups of people: whole sets of linked tables in, the same with cells hidden.

Whoever sees several figures can subtract them. So figures are judged together: a cell is shown when
no sum and no difference of what is shown, with any weights, tells a count of one to four people.

How that is proved. People who are in just the same cells cannot be told apart by them, so they form
a class. Take a change of the classes' sizes that leaves every shown figure as it is, and is random
otherwise. A group of classes has a size that can be computed from the shown figures exactly when
no such change alters it; so a group of few people whose sum is left alone by a random one is a
group that is given away. (By chance alone that happens once in 2⁶², and then a cell too much is
hidden.) The calculation is done in whole numbers modulo a prime, so nothing is rounded.

What is counted need not be people: a contract is about two, and somebody can have several. Then
`about` says whose each is, and a group is of as few as it has different people, looked at in the
way in which that is fewest. Looked for are groups of up to four classes, all classes that are of
the same few people, each group that may be told, and what two of them share or one has beyond the
other.

What was told earlier cannot be taken back. It stays known, also when it tells of few by now, as
when people were erased since or the threshold was raised; what it gives away is set aside, and
nothing is told that gives away more.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from peerbook.small_groups import SMALLEST, is_shown

People = frozenset[str]
"""Who, as codes or hashes that say nothing: the same person has the same one in every table."""

Whose = Mapping[str, str]
"""Who each of those counted is, in one way to look at them; who is not in it is nobody any more."""

Mark = Literal["shown", "few", "kept_back"]
"""A hidden cell holds `few`, or is `kept_back`, which says nothing of how many there are."""

FEWEST_FOR_EXTREMES = 10
"""Of fewer people no share is told that says the same of all of them: none, or every one."""
LARGEST_PART = 0.5
"""No mean is told of which one person makes more than this part of the sum."""
_PRIME = 2**31 - 1
_TRIES = 2

_Numbers = npt.NDArray[np.int64]
_Union = tuple[str, int | frozenset[int]]
"""Some classes together, by where they are listed, or which they are."""


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
    tables: Sequence[Table],
    threshold: int = SMALLEST,
    earlier: Iterable[People] = (),
    about: Sequence[Whose] = (),
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
    about
        Whose each of those counted is, in every way to look at them; each is somebody of their own
        when empty.

    Raises
    ------
    ValueError
        When the threshold is lower than anybody may set it.
    """
    before = tuple(earlier)
    cells = [cell for table in tables for cell in table.cells]
    groups = [*(one for cell in cells for one in _groups(cell)), *before]
    ways = tuple(about) or ({one: one for group in groups for one in group},)
    known = _Known(groups, ways, threshold, before)
    fit = [place for place, cell in enumerate(cells) if _is_fit(cell, ways, threshold)]
    may_be = known.tell_in_order([_groups(cells[place]) for place in fit])
    shown = [False] * len(cells)
    for place, may in zip(fit, may_be, strict=True):
        shown[place] = may
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


def fewest(group: Iterable[str], ways: Iterable[Whose]) -> int:
    """Return how many people a group is of, in the way to look at it in which that is fewest.

    >>> fewest(["pair 1", "pair 2"], [{"pair 1": "Ada", "pair 2": "Bo"}, {"pair 1": "Caj"}])
    1
    """
    counted = tuple(group)
    return min(len({whose[one] for one in counted if one in whose}) for whose in ways)


def _is_fit(cell: Cell, ways: Sequence[Whose], threshold: int) -> bool:
    """Return whether a cell may be shown where nothing else is."""
    for group in filter(None, _groups(cell)):
        people = fewest(group, ways)
        if not people or not is_shown(people, threshold):
            return False
    if cell.out_of is not None:
        is_extreme = cell.people in (frozenset(), cell.out_of)
        is_large = not cell.out_of or fewest(cell.out_of, ways) >= FEWEST_FOR_EXTREMES
        return not is_extreme or is_large
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
    """What whoever sees the shown figures knows of the classes, in every way to look at people.

    Parameters
    ----------
    groups
        Every group whose number may be told; those who are in the same of them form a class.
    ways
        Whose each of those counted is.
    threshold
        Fewest people whose number may be known.
    earlier
        Those of the groups whose numbers are known already.

    Raises
    ------
    ValueError
        When the threshold is lower than anybody may set it.
    """

    def __init__(
        self,
        groups: Sequence[People],
        ways: Iterable[Whose],
        threshold: int,
        earlier: Iterable[People] = (),
    ) -> None:
        is_shown(0, threshold)
        known = tuple(earlier)
        self._ways = [_Equations(groups, whose, threshold, known) for whose in ways]

    def tell(self, groups: Sequence[People]) -> bool:
        """Let the numbers of some groups be known, and return True, unless that tells of few."""
        before = [one.rows for one in self._ways]
        if all(one.hold(groups) for one in self._ways):
            return True
        for one, rows in zip(self._ways, before, strict=True):
            one.rows = rows
        return False

    def tell_in_order(self, cells: Sequence[Sequence[People]]) -> list[bool]:
        """Tell one cell after the other as far as that tells of nobody, and return which.

        What gives nobody away in one go does not one by one either, so halves are tried first.
        """
        if not cells:
            return []
        if self.tell([group for groups in cells for group in groups]):
            return [True] * len(cells)
        if len(cells) == 1:
            return [False]
        half = len(cells) // 2
        return self.tell_in_order(cells[:half]) + self.tell_in_order(cells[half:])


class _Equations:
    """What is known of the classes' sizes, solved: whoever is nobody any more is left out.

    Parameters
    ----------
    groups, whose, threshold, earlier
        As in `_Known`, in one way to look at people.

    Attributes
    ----------
    rows
        One equation each, with the class it is solved for.
    """

    def __init__(
        self,
        groups: Sequence[People],
        whose: Whose,
        threshold: int,
        earlier: Iterable[People],
    ) -> None:
        self._whose = whose
        places: dict[str, list[int]] = {}
        for number, group in enumerate(dict.fromkeys(groups)):
            for one in group:
                if one in whose:
                    places.setdefault(one, []).append(number)
        kinds: dict[tuple[int, ...], int] = {}
        self._class_of = {
            one: kinds.setdefault(tuple(where), len(kinds)) for one, where in places.items()
        }
        people: list[set[str]] = [set() for _kind in kinds]
        for one, kind in self._class_of.items():
            people[kind].add(whose[one])
        self._small = [kind for kind, those in enumerate(people) if len(those) < threshold]
        self._classes = len(kinds)
        self._unions = self._few_together(groups, people, threshold - 1)
        self._few = _Few([frozenset(people[kind]) for kind in self._small], threshold - 1)
        self.rows: tuple[tuple[int, _Numbers], ...] = ()
        for group in earlier:
            self._add(group)
        self._given_away = frozenset(self._unaltered())

    def hold(self, groups: Iterable[People]) -> bool:
        """Add what is known of some groups, and return whether it still tells nobody of few."""
        before = len(self.rows)
        for group in groups:
            self._add(group)
        return len(self.rows) == before or not self._gives_away()

    def _add(self, group: People) -> None:
        """Add an equation to those that are solved; one that follows from them adds nothing."""
        row = np.zeros(self._classes, dtype=np.int64)
        row[[self._class_of[one] for one in group if one in self._class_of]] = 1
        for pivot, known in self.rows:
            if row[pivot]:
                row = (row - row[pivot] * known) % _PRIME
        places = np.flatnonzero(row)
        if not places.size:
            return
        pivot = int(places[0])
        row = row * pow(int(row[pivot]), -1, _PRIME) % _PRIME
        self.rows = (
            *(
                (place, (known - known[pivot] * row) % _PRIME if known[pivot] else known)
                for place, known in self.rows
            ),
            (pivot, row),
        )

    def _few_together(
        self, groups: Sequence[People], people: Sequence[set[str]], most: int
    ) -> _Numbers:
        """Return, as rows of ones, the classes of each group of few people, of what two groups
        share, and of what one has beyond the other: those that `_Few` does not look at anyway.
        """
        told = {
            frozenset(self._class_of[one] for one in group if one in self._class_of)
            for group in groups
        }
        belongs = np.zeros((len(told), self._classes), dtype=bool)
        for place, kinds in enumerate(sorted(told, key=sorted)):
            belongs[place, list(kinds)] = True
        found: dict[bytes, _Numbers] = {}
        for is_shared in (True, False):
            for one, other in self._candidates(belongs, people, most, is_shared=is_shared):
                union = belongs[one] & (belongs[other] == is_shared)
                found.setdefault(union.tobytes(), union.astype(np.int64))
        few = [
            union for union in found.values()
            if len(set().union(*(people[kind] for kind in np.flatnonzero(union).tolist()))) <= most
        ]  # fmt: skip
        return np.array(few, dtype=np.int64).reshape(len(few), self._classes)

    def _candidates(
        self,
        belongs: npt.NDArray[np.bool_],
        people: Sequence[set[str]],
        most: int,
        *,
        is_shared: bool,
    ) -> Iterator[tuple[int, int]]:
        """Yield which two groups may share few people, or have them beyond the other, as far as
        their counts tell: no few people have more than those who have most.
        """
        size = np.bincount(list(self._class_of.values()), minlength=self._classes)
        each = Counter(self._whose[one] for one in self._class_of)
        at_most = sum(count for _one, count in each.most_common(most))
        is_large = np.array([len(those) > most for those in people], dtype=bool)
        ones = belongs.astype(np.float32)  # counts stay whole: there are far fewer than 2²⁴
        others = (ones if is_shared else 1 - ones).T
        kinds, those, large = ((ones * weight) @ others for weight in (1, size, is_large))
        fits = (kinds > _Few.LOOKED_AT) & (those <= at_most) & (large == 0)
        for one, other in np.argwhere(fits):
            yield int(one), int(other)

    def _gives_away(self) -> bool:
        """Return whether the number of some group of few people can be computed by now."""
        return any(union not in self._given_away for union in self._unaltered())

    def _unaltered(self) -> Iterator[_Union]:
        """Yield the unions of few people whose number can be computed."""
        changes = [self._change(seed) for seed in range(_TRIES)]
        moved = np.stack([_total(self._unions, change) for change in changes])
        for place in np.flatnonzero(_key(moved) == 0):
            yield ("union", int(place))
        yield from self._few.unaltered(np.stack([change[self._small] for change in changes]))

    def _change(self, seed: int) -> _Numbers:
        """Return a random change of the classes' sizes that leaves every known number alone."""
        change = np.random.default_rng(seed).integers(0, _PRIME, self._classes, dtype=np.int64)
        pivots = [pivot for pivot, _row in self.rows]
        change[pivots] = 0
        for pivot, row in self.rows:
            change[pivot] = -np.sum(row * change % _PRIME) % _PRIME
        return change


class _Few:
    """The classes that are of few people, and which of them are so together.

    Parameters
    ----------
    people
        Who each class is of: somebody, and no more than `most`.
    most
        Most people that are still few.
    """

    LOOKED_AT = 4
    """Classes that are looked at together, as one or two pairs. With a threshold of five there
    cannot be more, where each is of somebody else."""

    def __init__(self, people: Sequence[People], most: int) -> None:
        self._people = people
        self._most = most
        self._singles = np.arange(len(people))[:, np.newaxis]
        numbers = {one: number for number, one in enumerate(sorted(frozenset().union(*people)))}
        members = np.full((len(people), most), -1, dtype=np.int64)
        for place, those in enumerate(people):
            members[place, : len(those)] = [numbers[one] for one in those]
        pairs = np.stack(np.triu_indices(len(people), k=1), axis=1)
        self._pairs = pairs[_different(members[pairs].reshape(len(pairs), 2 * most)) <= most]
        self._all_of = list(self._together())

    def _together(self) -> Iterator[list[int]]:
        """Yield all classes that are of the same few people, where there are more than four."""
        classes_of: dict[str, set[int]] = {}
        for place, those in enumerate(self._people):
            for one in those:
                classes_of.setdefault(one, set()).add(place)
        for those in set(self._people):
            with_some = set().union(*(classes_of[one] for one in those))
            within = sorted(place for place in with_some if self._people[place] <= those)
            if len(within) > self.LOOKED_AT:
                yield within

    def unaltered(self, altered: _Numbers) -> Iterator[_Union]:
        """Yield the classes of few people together that a change leaves as they are.

        Of those that are made of others it leaves as they are, only the others are told.

        Parameters
        ----------
        altered
            By try and class, how a random change alters its size.
        """
        is_free = _key(altered) != 0
        for one in np.flatnonzero(~is_free):
            yield ("classes", frozenset([int(one)]))
        for place, everywhere in enumerate(self._all_of):
            if not (altered[:, everywhere].sum(axis=1) % _PRIME).any():
                yield ("all of", place)
        pairs = self._pairs[is_free[self._pairs].all(axis=1)]
        sums = (altered[:, pairs[:, 0]] + altered[:, pairs[:, 1]]) % _PRIME
        has_moved = _key(sums) != 0
        for pair in pairs[~has_moved]:
            yield ("classes", frozenset(pair.tolist()))
        pairs, sums = pairs[has_moved], sums[:, has_moved]
        singles = np.flatnonzero(is_free)[:, np.newaxis]
        for others, their in ((singles, altered[:, is_free]), (pairs, sums)):
            for mine, theirs in _undoing(sums, their):
                together = frozenset([*pairs[mine].tolist(), *others[theirs].tolist()])
                is_apart = len(together) == pairs.shape[1] + others.shape[1]
                if is_apart and self._are_few(together) and self._is_whole(together, altered):
                    yield ("classes", together)

    def _is_whole(self, classes: Iterable[int], altered: _Numbers) -> bool:
        """Return whether no two of some classes are left as they are."""
        return all(
            (altered[:, list(pair)].sum(axis=1) % _PRIME).any()
            for pair in itertools.combinations(classes, 2)
        )

    def _are_few(self, classes: Iterable[int]) -> bool:
        return len(frozenset().union(*(self._people[one] for one in classes))) <= self._most


def _different(members: _Numbers) -> _Numbers:
    """Return how many different numbers each row has; -1 is none."""
    in_order = np.sort(members, axis=1)
    is_new = np.diff(in_order, axis=1, prepend=-1) != 0
    return np.asarray(is_new.sum(axis=1), dtype=np.int64)


def _total(unions: _Numbers, change: _Numbers) -> _Numbers:
    """Return how much each union of classes is altered; of so few, the sums stay in bounds."""
    return np.asarray(unions @ change % _PRIME, dtype=np.int64)


def _key(sums: _Numbers) -> _Numbers:
    """Return the tries' sums as one number each; it is 0 when all of them are."""
    return np.asarray(sums[0] * (_PRIME + 1) + sums[1], dtype=np.int64)


def _undoing(mine: _Numbers, theirs: _Numbers) -> Iterator[tuple[int, int]]:
    """Yield the places of two sums that add up to nothing."""
    undone, wanted = _key((_PRIME - theirs) % _PRIME), _key(mine)
    in_order = np.sort(undone)
    sought = np.sort(wanted)  # what is sought in order is found much faster
    at = np.searchsorted(in_order, sought)
    found = sought[np.take(in_order, at, mode="clip") == sought] if in_order.size else sought[:0]
    for key in np.unique(found):
        for place in np.flatnonzero(wanted == key):
            for other in np.flatnonzero(undone == key):
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
