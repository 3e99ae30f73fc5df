"""The rules asked of a plan, each with a name and a price, so that a clash can be explained.

A rule that cannot be kept is told in plain words; the cheapest way out breaks the rules whose
prices add up to least.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from peerbook.course.schedule.calendar import Closure, Reason, Resource, eve_name, holiday_name
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.course.schedule.plan_wishes import PLACED
from peerbook.text import _, format_date, format_list, format_month, format_weekday

RuleKind = Literal[
    "weekday", "month", "gap", "sparring", "holiday", "eve", "closure", "busy", "shared",
    "too_early", "anchor",
]  # fmt: skip

_COST: dict[RuleKind, int] = {
    "sparring": 100, "gap": 150, "month": 200, "weekday": 250, "busy": 400, "shared": 400,
    "too_early": 800, "anchor": 800,
}  # fmt: skip
_CLOSURE_COST = {"custom_day_off": 150, "absence": 300, "school_holiday": 350}
_OTHER_CLOSURE_COST = 350


@dataclass(frozen=True)
class Rule:
    """One thing asked of a plan, by which it can be named when several clash."""

    kind: RuleKind
    course: str = ""
    item: Item | None = None
    other: Item | None = None
    date: dt.date | None = None
    weekday: int | None = None
    days: tuple[int, int] | None = None
    closure: Closure | None = None
    resource: Resource | None = None
    other_course: str = ""

    @property
    def text(self) -> str:
        """The rule as one sentence in the user's language."""
        sentence = self._sentence()
        return f"{self.course}: {sentence}" if self.course else sentence

    def _sentence(self) -> str:
        if self.closure is not None:
            return self.closure.text
        fewest, most = self.days or (0, 0)
        pattern = {
            "holiday": _("{holiday} is a public holiday ({date})"),
            "eve": _("{eve}, when most places are closed ({date})"),
            "month": _("{item} lies in {month}"),
            "weekday": _("{item} lies on a {weekday}"),
            "busy": _("{who} is taken by “{course}” on {date}"),
            "shared": _("{who} cannot be at “{course}” at the same time"),
            "too_early": _("The course begins on {date} at the earliest"),
            "anchor": _("{item} is on {date}"),
        }.get(self.kind, _("There are {fewest} to {most} days from {item} to {other}"))
        return pattern.format(
            item=self.item.name if self.item else "",
            other=self.other.name if self.other else "",
            who=self.resource.label if self.resource else "",
            course=self.other_course,
            holiday=holiday_name(self.date) if self.kind == "holiday" and self.date else "",
            eve=eve_name(self.date) if self.date else "",
            date=format_date(self.date, "long") if self.date else "",
            month=format_month(self.date) if self.date else "",
            weekday=format_weekday(self.weekday) if self.weekday is not None else "",
            fewest=fewest,
            most=most,
        )

    @property
    def cost(self) -> int | None:
        """What it costs to break the rule; None for one that is never broken."""
        if self.kind in ("holiday", "eve"):
            return None
        if self.closure is not None:
            return _CLOSURE_COST.get(self.closure.kind, _OTHER_CLOSURE_COST)
        return _COST[self.kind]


@dataclass(frozen=True)
class Relaxation:
    """The cheapest way out: what to give way on, what that costs, and the plans that follow.

    Parameters
    ----------
    text
        What to change, in plain words.
    cost
        Larger is worse; only good for comparing.
    plans
        The plans that would then be possible, in the order asked for.
    rules
        The rules that these plans do not keep; empty when the wish itself is changed.
    """

    text: str
    cost: int
    plans: tuple[CoursePlan, ...]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class NoPlan:
    """There is no plan that keeps every rule.

    Parameters
    ----------
    clashing
        Rules that cannot all be kept; any one of them could give way.
    cheapest
        The least change that makes a plan possible; None when nothing helps.
    """

    clashing: tuple[Rule, ...]
    cheapest: Relaxation | None

    @property
    def text(self) -> str:
        """The whole answer in a few sentences."""
        clash = "; ".join(rule.text for rule in self.clashing)
        first = _("No plan keeps all of this: {rules}.").format(rules=clash)
        if self.cheapest is None:
            return " ".join([first, _("Try another month or another weekday.")])
        change = _("The smallest change that helps: {change}.").format(change=self.cheapest.text)
        return f"{first} {change}"


def rule_of(reason: Reason, course: str) -> Rule:
    """Return the rule that stands behind an obstacle to a course of that name."""
    if reason.closure is not None:
        return Rule("closure", closure=reason.closure)
    if reason.kind == "busy":
        return Rule(
            "busy", course, date=reason.date, resource=reason.resource,
            other_course=reason.label,
        )  # fmt: skip
    if reason.kind == "too_early":
        return Rule("too_early", course, date=reason.date)
    return Rule("eve" if reason.kind == "eve" else "holiday", date=reason.date)


def broken_text(broken: Sequence[Rule], plans: Sequence[CoursePlan]) -> str:
    """Return what to give way on, one clause for each rule."""
    clauses = []
    for rule in broken:
        dates = [
            _("{item} on {date}").format(item=date.name, date=format_date(date.date, "long"))
            for plan in plans
            if not rule.course or plan.title == rule.course
            for date in plan.dates
            if _concerns(rule, date)
        ]
        clause = _("let this give way: {rule}").format(rule=rule.text)
        clauses.append(f"{clause} – {format_list(dates)}" if dates else clause)
    return "; ".join(clauses)


def _concerns(rule: Rule, date: PlannedDate) -> bool:
    """Return whether a date of a plan stands because a rule has given way."""
    if date.kind not in PLACED:
        return False
    if rule.closure is not None:
        needed = rule.closure.resource
        return rule.closure.covers(date.date) and (needed is None or needed in date.resources)
    if rule.kind == "busy":
        return date.date == rule.date
    return date.item in (rule.item, rule.other) and date.item != (
        rule.item if rule.kind in ("gap", "sparring") else None
    )
