"""What may be told of groups of people: whole sets of linked tables in, the same with cells hidden.

Whoever sees several figures can subtract them. So figures are judged together: a cell is shown when
no sum and no difference of what is shown, with any weights, tells a count of one to four people.

How that is proved. People who are in just the same cells cannot be told apart by them, so they form
a class, and each figure is an equation: the sizes of its classes add up to it. A group of classes
has a size that can be computed exactly when its own equation is a sum of those, with any weights.
They are kept solved, each for one class that is in no other. So the weights are given: the equation
of a group is the sum of those that are solved for one of its classes, and whatever else is left in
that sum has to be its other classes, once each. So small groups are found: from one class on, a
class that stands in the sum as it must not is taken into the group, or settled by taking another
one in, in every way there is, as long as the group is of few people. All small groups are looked
for, of however many classes; with a new figure only those that hold a class whose equation it has
changed, for no others can follow from it. The calculation is done in whole numbers modulo a prime,
so nothing is rounded.

What is counted need not be people: a contract is about two, and somebody can have several. Then
`about` says whose each is, and a group is of as few as it has different people, looked at in the
way in which that is fewest.

What was told earlier cannot be taken back. It stays known, also when it tells of few by now, as
when people were erased since or the threshold was raised; what it gives away is set aside, and
nothing is told that gives away more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

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
_LOOKED_AT = 8
"""Of how many classes that have to be settled it is looked at which can be in the fewest ways."""
_MOST_STEPS = 50_000
"""A figure for which it takes longer than this to look for small groups is not told."""
_MOST_STEPS_TOGETHER = 80_000
"""When it has taken this long for all that leaves together, no more is told that would have to be
looked through. On the machine it was built on that is 20 seconds at most."""


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
    shown = [_is_fit(cell, ways, threshold) and known.tell(_groups(cell)) for cell in cells]
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
        patience = _Patience(_MOST_STEPS_TOGETHER)
        self._ways = [_Equations(groups, whose, threshold, known, patience) for whose in ways]

    def tell(self, groups: Sequence[People]) -> bool:
        """Let the numbers of some groups be known, and return True, unless that tells of few."""
        for place, one in enumerate(self._ways):
            if not one.hold(groups):
                for before in self._ways[:place]:
                    before.take_back()
                return False
        return True


@dataclass
class _Patience:
    """How many steps may still be taken for all figures, in all ways to look at people."""

    left: int


_Row = dict[int, int]
"""How often each class counts in a sum, where that is not 0."""


@dataclass(frozen=True)
class _Added:
    """An equation that came in.

    Parameters
    ----------
    solved_for
        The class it is solved for.
    row
        What else is in it.
    into
        How often it was taken from the others, by the class each is solved for.
    """

    solved_for: int
    row: _Row
    into: Mapping[int, int]


@dataclass(frozen=True)
class _Group:
    """Some classes together.

    Parameters
    ----------
    solved
        Those of them an equation is solved for.
    others
        The other ones.
    total
        What these equations add up to, beside the classes they are solved for.
    people
        Who they are of, a bit for each.
    """

    solved: frozenset[int]
    others: frozenset[int]
    total: _Row
    people: int

    @property
    def unsettled(self) -> list[int]:
        """The classes that are in the sum otherwise than in the group."""
        return [
            *(kind for kind, times in self.total.items() if times != 1 or kind not in self.others),
            *(kind for kind in self.others if kind not in self.total),
        ]


class _Equations:
    """What is known of the classes' sizes, solved: whoever is nobody any more is left out.

    Parameters
    ----------
    groups, whose, threshold, earlier
        As in `_Known`, in one way to look at people.
    patience
        How many steps are left; shared by all ways.
    """

    def __init__(
        self,
        groups: Sequence[People],
        whose: Whose,
        threshold: int,
        earlier: Iterable[People],
        patience: _Patience,
    ) -> None:
        places: dict[str, list[int]] = {}
        for number, group in enumerate(dict.fromkeys(groups)):
            for one in group:
                if one in whose:
                    places.setdefault(one, []).append(number)
        kinds: dict[tuple[int, ...], int] = {}
        self._class_of = {
            one: kinds.setdefault(tuple(where), len(kinds)) for one, where in places.items()
        }
        bits: dict[str, int] = {}
        self._people = [0] * len(kinds)
        for one, kind in self._class_of.items():
            self._people[kind] |= bits.setdefault(whose[one], 1 << len(bits))
        self._most = threshold - 1
        self._rows: dict[int, _Row] = {}
        self._in: list[set[int]] = [set() for _kind in kinds]
        self._held: list[_Added] = []
        self._steps = 0
        self._patience = patience
        for group in earlier:
            self._add(group)

    def hold(self, groups: Iterable[People]) -> bool:
        """Add what is known of some groups, and return True, unless that tells of few."""
        self._held = []
        for group in groups:
            added = self._add(group)
            if added is not None:
                self._held.append(added)
                if self._gives_away(added):
                    self.take_back()
                    return False
        return True

    def take_back(self) -> None:
        """Know no more of what was held last."""
        while self._held:
            self._remove(self._held.pop())

    # -- solving -----------------------------------------------------------------------------------

    def _add(self, group: People) -> _Added | None:
        """Add an equation to those that are solved; one that follows from them adds nothing."""
        row: _Row = {}
        for kind in sorted({self._class_of[one] for one in group if one in self._class_of}):
            if kind in self._rows:
                _add_to(row, self._rows[kind], -1)
            else:
                _add_to(row, {kind: 1}, 1)
        if not row:
            return None
        solved_for = min(row, key=self._how_good)
        factor = pow(row.pop(solved_for), -1, _PRIME)
        row = {kind: times * factor % _PRIME for kind, times in row.items()}
        into: dict[int, int] = {}
        for other in sorted(self._in[solved_for]):
            into[other] = self._rows[other].pop(solved_for)
            self._change(other, row, -into[other])
        self._in[solved_for] = set()
        self._rows[solved_for] = row
        for kind in row:
            self._in[kind].add(solved_for)
        return _Added(solved_for, row, into)

    def _how_good(self, kind: int) -> tuple[bool, int, int]:
        """Return what is smaller for a better class to solve an equation for: no small group holds
        one of many people, and what is in few other equations changes few.
        """
        return self._is_few(self._people[kind]), len(self._in[kind]), kind

    def _remove(self, added: _Added) -> None:
        """Remove the equation that was added last."""
        del self._rows[added.solved_for]
        for kind in added.row:
            self._in[kind].discard(added.solved_for)
        for other, times in added.into.items():
            self._change(other, added.row, times)
            self._rows[other][added.solved_for] = times
        self._in[added.solved_for] = set(added.into)

    def _change(self, which: int, row: _Row, times: int) -> None:
        """Add a row so many times to the one of a class."""
        changed = self._rows[which]
        _add_to(changed, row, times)
        for kind in row:
            if kind in changed:
                self._in[kind].add(which)
            else:
                self._in[kind].discard(which)

    # -- looking for small groups ------------------------------------------------------------------

    def _is_few(self, people: int) -> bool:
        return people.bit_count() <= self._most

    def _gives_away(self, added: _Added) -> bool:
        """Return whether the size of a small group follows by now that did not before.

        Such a group holds a class whose equation has just changed.
        """
        self._steps = 0
        without: set[int] = set()
        for kind in (added.solved_for, *added.into):
            people = self._people[kind]
            if self._is_few(people):
                start = _Group(frozenset([kind]), frozenset(), self._rows[kind], people)
                if self._leads_to_new(start, frozenset(without), added):
                    return True
                without.add(kind)
        return False

    def _leads_to_new(self, group: _Group, without: frozenset[int], added: _Added) -> bool:
        """Return whether a small group that holds these classes follows, and did not before.

        Parameters
        ----------
        without
            Classes it does not hold: with those it was looked for already.
        added
            What has come in since.
        """
        self._steps += 1
        self._patience.left -= 1
        if self._steps > _MOST_STEPS or self._patience.left < 0:
            return True
        unsettled = group.unsettled
        if not unsettled:
            since = sum(times for kind, times in added.into.items() if kind in group.solved)
            return (since - (added.solved_for in group.solved)) % _PRIME != 0
        for more, one in self._ways_on(group, unsettled, without):
            if self._leads_to_new(more, without, added):
                return True
            without |= {one}
        return False

    def _ways_on(
        self, group: _Group, unsettled: list[int], without: frozenset[int]
    ) -> Iterator[tuple[_Group, int]]:
        """Yield larger groups, one of which is a part of every small group that follows and holds
        this one; and which class each has more.
        """
        kind, is_one_more, rows = self._fewest_ways(group, unsettled, without)
        if is_one_more:
            yield _Group(
                group.solved, group.others | {kind}, group.total, group.people | self._people[kind]
            ), kind  # fmt: skip
        for row in rows:
            total = dict(group.total)
            _add_to(total, self._rows[row], 1)
            people = group.people | self._people[row]
            yield _Group(group.solved | {row}, group.others, total, people), row

    def _fewest_ways(
        self, group: _Group, unsettled: list[int], without: frozenset[int]
    ) -> tuple[int, bool, list[int]]:
        """Return which class to settle, whether it can become one of the group, and whose equations
        would change how often it is in the sum.
        """
        in_few = sorted(unsettled, key=lambda kind: len(self._in[kind]))[:_LOOKED_AT]
        ways = ((kind, *self._how_settled(kind, group, without)) for kind in in_few)
        best = next(ways)
        for way in ways:
            if not best[1] and not best[2]:
                break
            best = min(best, way, key=lambda one: one[1] + len(one[2]))
        return best

    def _how_settled(
        self, kind: int, group: _Group, without: frozenset[int]
    ) -> tuple[bool, list[int]]:
        is_one_more = (
            group.total.get(kind) == 1
            and kind not in without
            and self._is_few(group.people | self._people[kind])
        )
        return is_one_more, [
            row for row in self._in[kind]
            if row not in group.solved and row not in without
            and self._is_few(group.people | self._people[row])
        ]  # fmt: skip


def _add_to(total: _Row, row: _Row, times: int) -> None:
    """Add a row so many times to a sum."""
    for kind, each in row.items():
        if count := (total.get(kind, 0) + times * each) % _PRIME:
            total[kind] = count
        else:
            total.pop(kind, None)


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
    return {cell.at[0]: told(cell, threshold) for cell in _judged(counts, threshold)}


def told_over_time(counts: Mapping[str, People], threshold: int = SMALLEST) -> dict[str, str]:
    """Return counts that are told again and again while they grow, as `told_counts` does.

    Each is told as a range as wide as the threshold: of two that differ by few nobody can tell by
    how many, without that anything has to be remembered.
    """
    return {
        cell.at[0]: _as_range(int(cell.value), threshold) if cell.value else told(cell, threshold)
        for cell in _judged(counts, threshold)
    }


def _judged(counts: Mapping[str, People], threshold: int) -> tuple[ToldCell, ...]:
    cells = tuple(Cell((name,), people) for name, people in counts.items())
    return disclose([Table("counts", ("name",), cells)], threshold)[0].cells


def _as_range(count: int, width: int) -> str:
    """Return the range a count is in.

    >>> _as_range(5, 5), _as_range(101, 5), _as_range(13, 6)
    ('5 to 9', '100 to 104', '12 to 17')
    """
    first = count - count % width
    return f"{first} to {first + width - 1}"
