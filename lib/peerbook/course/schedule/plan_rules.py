"""The rules asked of a plan, each with a name and a price, so that a clash can be explained.

The cheapest way out breaks the rules whose prices add up to least; `no_plan` tells both in words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from peerbook.course.schedule.calendar import Closure, Reason, Resource
from peerbook.course.schedule.plan import Item

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
    def cost(self) -> int | None:
        """What it costs to break the rule; None for one that is never broken."""
        if self.kind in ("holiday", "eve"):
            return None
        if self.closure is not None:
            return _CLOSURE_COST.get(self.closure.kind, _OTHER_CLOSURE_COST)
        return _COST[self.kind]


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
