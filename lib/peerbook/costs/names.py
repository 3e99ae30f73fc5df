"""What the parts of a cost estimate are called."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from peerbook.costs.case import STARTED, Category, Kind, Line, Payer, When
from peerbook.costs.figure import Status, Unit
from peerbook.text import _, format_number, ngettext


def kroner(amount: Decimal) -> str:
    """Return an amount in whole kroner, which no line breaks in two: øre of an estimate say less
    than nothing."""
    return _("{amount}\N{NO-BREAK SPACE}kroner").format(amount=format_number(amount))


def examples_told(count: int) -> str:
    """Return that so many figures are examples; empty where none is."""
    if not count:
        return ""
    text = ngettext(
        "An example, not a result: {n} figure stands as an example.",
        "An example, not a result: {n} figures stand as examples.",
        count,
    )
    return text.format(n=format_number(count))


def net_below_zero() -> str:
    """Return what it means that volunteers' time is worth less than nothing in net."""
    return _(
        "Volunteers’ time is worth less than nothing where more is spent on them than it would "
        "cost to pay for it."
    )


def payers_told() -> str:
    """Return that nobody said who pays some of what a model costs."""
    return _(
        "Who pays is our assumption where it says so. Say who does in step 3, under “Who pays?”."
    )


def years_told(years: range) -> str:
    """Return which years are counted."""
    return f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0])


Step = Literal["intervention", "teams", "resources", "grants", "saved", "results"]


def step_name(step: Step) -> str:
    """Return the number and name of one of the six steps of the Danish guide to costing."""
    return {
        "intervention": _("1 Intervention"),
        "teams": _("2 Teams"),
        "resources": _("3 Resources"),
        "grants": _("4 Grants"),
        "saved": _("5 Saved"),
        "results": _("6 Results"),
    }[step]


def all_models_ask() -> str:
    """Return what the figures are called that are asked for once, for all models."""
    return _("What all models ask for")


def category_name(category: Category) -> str:
    """Return the name of a category, as the Danish guide to costing has it."""
    return {
        "preparation": _("Preparation"),
        "training": _("Training"),
        "running": _("Running"),
        "investment": _("Investment"),
    }[category]


def payer_name(payer: Payer) -> str:
    """Return who pays or gives."""
    return {
        "municipality": _("The municipality"),
        "region": _("The region"),
        "state": _("The state"),
        "association": _("An association or foundation"),
        "business": _("A local business"),
        "volunteers": _("Volunteers"),
    }[payer]


def kind_name(kind: Kind) -> str:
    """Return what kind of line it is."""
    return {
        "cost": _("Is paid"),
        "volunteer": _("Volunteers' time"),
        "gift": _("A gift"),
        "grant": _("A grant"),
        "saving": _("Saved elsewhere"),
    }[kind]


def when_name(when: When) -> str:
    """Return when a line costs."""
    return {"start": _("At the start"), "yearly": _("Every year")}[when]


def each_contract() -> str:
    """Return when something costs that is paid for each contract."""
    return _("For each contract that begins")


def when_told(line: Line) -> str:
    """Return when a line costs: what follows the contracts that begin does so in every year."""
    follows = line.when == "yearly" and STARTED in line.factors
    return each_contract() if follows else when_name(line.when)


def unit_name(unit: Unit) -> str:
    """Return what a figure counts."""
    return {
        "kr": _("kroner"),
        "kr_per_hour": _("kroner an hour"),
        "hours": _("hours"),
        "hours_each": _("hours"),
        "hours_a_week": _("hours a week"),
        "weeks": _("weeks"),
        "count": _("how many"),
        "share": _("share"),
        "months": _("months"),
    }[unit]


def status_name(status: Status) -> str:
    """Return how far a figure can be trusted."""
    return {
        "published": _("Published"),
        "own": _("Our own"),
        "example": _("An example"),
    }[status]
