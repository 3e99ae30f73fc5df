"""A small language for placing things on days, spoken to the CP-SAT solver.

Things are placed on exactly one of their possible days; gaps and costs are stated between them. The
same question always has the same answer: one worker, a fixed seed, and a limit counted in
deterministic work instead of seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ortools.sat.python import cp_model

from peerbook.errors import InputFault
from peerbook.text import _

Name = TypeVar("Name", bound=Hashable)

WORK_LIMIT = 20.0
"""In the solver's own deterministic units; a hard plan needs about 1."""

SEED = 20160428
_COST_SCALE = 1_000_000
"""One unit of cost outweighs every preference for early days."""


class DateModel:
    """Things to be placed on days, with what is asked of them."""

    def __init__(self) -> None:
        self._model = cp_model.CpModel()
        self._on: dict[Hashable, dict[int, Any]] = {}
        self._cost: list[Any] = []
        self._origin = dt.date.max.toordinal()

    def place(self, thing: Hashable, days: Iterable[dt.date]) -> None:
        """Place a thing on exactly one of the days."""
        ordinals = sorted({day.toordinal() for day in days})
        on = {day: self._model.new_bool_var("") for day in ordinals}
        self._on[thing] = on
        if on:
            self._model.add_exactly_one(on.values())
            self._origin = min(self._origin, ordinals[0])
        else:
            self._model.add_bool_or([])

    def days(self, thing: Hashable) -> tuple[dt.date, ...]:
        """Return the possible days of a thing."""
        return tuple(map(dt.date.fromordinal, self._on[thing]))

    def is_on(self, thing: Hashable, day: dt.date) -> Any:
        """Return the truth of a thing being on a day; None where that is impossible."""
        return self._on[thing].get(day.toordinal())

    def day(self, thing: Hashable) -> Any:
        """Return the day of a thing as a number that can be calculated with."""
        # Counted from one day in the middle of all, so that the solver's numbers stay small.
        return sum((day - _ZERO) * literal for day, literal in self._on[thing].items())

    @staticmethod
    def number(day: dt.date) -> int:
        """Return a day as a number to be compared with `day`."""
        return day.toordinal() - _ZERO

    def keep(self, literal: Any) -> None:
        """Demand that something is true."""
        self._model.add(literal == 1)

    def gap(
        self,
        first: Any,
        second: Any,
        fewest: int,
        most: int | None = None,
        only_if: Sequence[Any] = (),
    ) -> None:
        """Demand that the second number is so many days after the first.

        Parameters
        ----------
        first, second
            Days as numbers, from `day` or `number`.
        fewest, most
            Days between them; below 0 the second may come first, and None is without limit.
        only_if
            Truths that must all hold for it to be demanded.
        """
        demands = [self._model.add(second - first >= fewest)]
        if most is not None:
            demands.append(self._model.add(second - first <= most))
        for demand in demands:
            if only_if:
                demand.only_enforce_if(only_if)

    def not_both(self, one: Any, other: Any, only_if: Any = None) -> None:
        """Demand that two truths do not hold together."""
        clause = [one.negated(), other.negated()]
        self._model.add_bool_or(clause if only_if is None else [*clause, only_if.negated()])

    def implies(self, one: Any, others: Iterable[Any]) -> None:
        """Demand that one of the others is true when the first is."""
        self._model.add_bool_or([one.negated(), *others])

    def choose_one(self, names: Sequence[Hashable]) -> dict[Hashable, Any]:
        """Return one truth for each name, of which exactly one holds."""
        chosen = {name: self._model.new_bool_var("") for name in names}
        self._model.add_exactly_one(chosen.values())
        return chosen

    def truth(self) -> Any:
        """Return a truth that the solver is free to choose; constraints can hang on it."""
        return self._model.new_bool_var("")

    def distance(self, one: Any, other: Any, most: int = 2000) -> Any:
        """Return a number at least as large as the distance of two numbers."""
        distance = self._model.new_int_var(0, most, "")
        self._model.add(distance >= one - other)
        self._model.add(distance >= other - one)
        return distance

    def one_of(self, numbers: Mapping[Any, Any], most: int = 2000) -> Any:
        """Return a number at least as large as the one whose truth holds."""
        number = self._model.new_int_var(0, most, "")
        for truth, least in numbers.items():
            self._model.add(number >= least).only_enforce_if(truth)
        return number

    def outside(self, number: Any, least: int, most: int, limit: int = 2000) -> Any:
        """Return a number at least as large as how far a number lies outside its limits."""
        distance = self._model.new_int_var(0, limit, "")
        self._model.add(distance >= least - number)
        self._model.add(distance >= number - most)
        return distance

    def cost(self, amount: Any) -> None:
        """Add to what is to be made as small as possible."""
        self._cost.append(amount)

    def cheapest(self) -> tuple[dict[Hashable, dt.date], int] | None:
        """Return the day of each thing at least cost, and the cost; None when nothing fits.

        Among equally cheap answers the one with earlier days is taken.
        """
        early = sum(
            (day - self._origin) * literal
            for on in self._on.values()
            for day, literal in on.items()
        )
        total = sum(self._cost)
        self._model.minimize(_COST_SCALE * total + early)
        solver = self._solve()
        if solver is None:
            return None
        days = {
            thing: dt.date.fromordinal(next(day for day, lit in on.items() if solver.value(lit)))
            for thing, on in self._on.items()
        }
        self._solver = solver
        return days, int(solver.value(total))

    def holds(self, literal: Any) -> bool:
        """Return whether something is true in the answer found last."""
        return bool(self._solver.value(literal))

    def clash(self, rules: Mapping[Name, Any]) -> tuple[Name, ...]:
        """Return the names of rules that cannot all be kept, none of which could be left out.

        Parameters
        ----------
        rules
            Truths from `rule` by name; together they must be impossible.
        """
        self._model.clear_objective()
        core = self._core(list(rules), rules) or list(rules)
        for name in tuple(core):
            if name in core:
                smaller = self._core([kept for kept in core if kept != name], rules)
                core = core if smaller is None else smaller
        return tuple(core)

    def _core(self, names: Sequence[Name], rules: Mapping[Name, Any]) -> list[Name] | None:
        self._model.clear_assumptions()
        self._model.add_assumptions([rules[name] for name in names])
        solver = self._solver_with_limits()
        status = solver.solve(self._model)
        self._model.clear_assumptions()
        if status != cp_model.INFEASIBLE:
            return None
        needed = set(solver.sufficient_assumptions_for_infeasibility())
        return [name for name in names if rules[name].index in needed]

    def _solve(self) -> Any:
        solver = self._solver_with_limits()
        status = solver.solve(self._model)
        if status == cp_model.UNKNOWN:
            raise InputFault.at(
                "courses", _("That is too much to plan at once. Plan fewer courses at a time.")
            )
        return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None

    @staticmethod
    def _solver_with_limits() -> Any:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = SEED
        solver.parameters.max_deterministic_time = WORK_LIMIT
        return solver


_ZERO = dt.date(2000, 1, 1).toordinal()
