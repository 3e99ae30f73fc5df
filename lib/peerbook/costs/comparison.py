"""Models side by side in one price year, and what makes the difference between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from peerbook.costs.case import Estimate
from peerbook.errors import InputFault
from peerbook.text import _

MOST = 3
"""How many lines explain a difference: more than these nobody keeps in mind."""


@dataclass(frozen=True)
class Difference:
    """What one activity costs in two models, in kroner for each contract that begins.

    Parameters
    ----------
    what
        The activity.
    one, other
        What it costs in each; none where a model does not have it.
    """

    what: str
    one: Decimal
    other: Decimal

    @property
    def kr(self) -> Decimal:
        """How much more it costs in the first."""
        return self.one - self.other


def differences(one: Estimate, other: Estimate, most: int = MOST) -> tuple[Difference, ...]:
    """Return the activities that make the most of the difference between two models.

    Activities of one id are the same; each other stands for itself. All together add up to the
    difference of `units.per_started`.

    Parameters
    ----------
    one, other
        In kroner of one year.
    most
        How many are returned, the largest first, whichever model they are dearer in.

    Raises
    ------
    InputFault
        At `price_year`, when the two are in kroner of different years.
    """
    require_one_price_year((one, other))
    parts = per_contract(one), per_contract(other)
    names = {
        line.id: line.what or line.id
        for found in (other, one)
        for line in found.case.lines
        if line.kind == "cost"
    }
    none = Decimal(0)
    found = [
        Difference(name, parts[0].get(key, none), parts[1].get(key, none))
        for key, name in names.items()
    ]
    found.sort(key=lambda each: (-abs(each.kr), each.what))
    return tuple(each for each in found[:most] if each.kr)


def require_one_price_year(found: Sequence[Estimate]) -> None:
    """Refuse to compare kroner of different years.

    Raises
    ------
    InputFault
        At `price_year`.
    """
    if len({one.case.price_year for one in found}) > 1:
        raise InputFault.at(
            "price_year", _("These are in prices of different years. Choose one year for all.")
        )


def per_contract(found: Estimate) -> dict[str, Decimal]:
    """Return what each activity that is paid costs for each contract that begins, by its id."""
    paid: dict[str, Decimal] = {}
    for cost in found.costs:
        if cost.line.kind == "cost":
            paid[cost.line.id] = paid.get(cost.line.id, Decimal(0)) + cost.kr
    return {key: kr / found.begun for key, kr in paid.items()}
