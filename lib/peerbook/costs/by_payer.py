"""What each who pays is left with, when grants and what is saved are counted where they fall."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from peerbook.costs.case import Case, Estimate, Line, Payer
from peerbook.costs.names import kroner, payer_name
from peerbook.text import _


@dataclass(frozen=True)
class Share:
    """What falls on somebody, in kroner of all years.

    Parameters
    ----------
    payer
        Who; None for grants of which nobody has said whose costs they are for.
    paid
        Of the costs.
    assumed
        Of this, where nobody at the place has said who pays.
    granted, received
        Grants they give, and grants for their costs.
    given
        Gifts, which cost nobody money.
    saved
        What they do not spend elsewhere.
    beyond
        By how much the grants for their costs are more than the costs.
    """

    payer: Payer | None
    paid: Decimal
    assumed: Decimal
    granted: Decimal
    received: Decimal
    given: Decimal
    saved: Decimal
    beyond: Decimal

    @property
    def net(self) -> Decimal:
        """What they are left with: costs and grants given, less grants received and savings."""
        return self.paid + self.granted - self.received - self.saved

    @property
    def is_nothing(self) -> bool:
        """Whether nothing falls on them."""
        amounts = (self.paid, self.granted, self.received, self.given, self.saved)
        return not any(amounts)


def recipient(case: Case, line: Line) -> Payer | None:
    """Return whose costs a grant is for: as was said, or of the only one who pays any."""
    if line.kind != "grant" or line.to:
        return line.to
    paying = {one.payer for one in case.lines if one.kind == "cost"}
    return paying.pop() if len(paying) == 1 else None


def shares(found: Estimate) -> tuple[Share, ...]:
    """Return what falls on each payer, and last what has not been said to fall on anybody.

    The nets come to what is paid less what is saved: a grant is somebody's money too.
    """
    told = (_share(found, payer) for payer in (*get_args(Payer), None))
    return tuple(one for one in told if not one.is_nothing)


def _share(found: Estimate, payer: Payer | None) -> Share:
    received = sum(
        (
            cost.kr
            for cost in found.costs
            if cost.line.kind == "grant" and recipient(found.case, cost.line) == payer
        ),
        Decimal(0),
    )
    if payer is None:
        none = Decimal(0)
        beyond = max(none, received - found.total())
        return Share(None, none, none, none, received, none, none, beyond)
    paid = found.total(payer=payer)
    return Share(
        payer, paid, found.total(payer=payer, assumes_payer=True),
        found.total("grant", payer=payer), received, found.total("gift", payer=payer),
        found.total("saving", payer=payer), max(Decimal(0), received - paid),
    )  # fmt: skip


def amount_names() -> dict[str, str]:
    """Return what the amounts of a share are called, by name, in the order they are told."""
    return {
        "paid": _("Pays"), "assumed": _("Of what is paid: assumed"),
        "granted": _("Gives in grants"), "received": _("Gets in grants"),
        "saved": _("Saves elsewhere"), "net": _("Left to pay"), "given": _("Gives in gifts"),
    }  # fmt: skip


def grants_told() -> str:
    """Return how grants are counted where they fall."""
    return _("A grant is added for whoever gives it, and taken off for whoever gets it.")


def share_name(payer: Payer | None) -> str:
    """Return on whom a share falls."""
    return _("Not said whose") if payer is None else payer_name(payer)


def too_large_grants(found: Estimate) -> list[str]:
    """Return which grants are more than the costs they are for, in words."""
    text = _(
        "{who}: the grants come to {grants}, and the costs they are for to {paid}. That is {more} "
        "more. See whether amount and years are right."
    )
    told = []
    for one in shares(found):
        if one.beyond:
            paid = found.total() if one.payer is None else one.paid
            told.append(
                text.format(
                    who=share_name(one.payer), grants=kroner(one.received), paid=kroner(paid),
                    more=kroner(one.beyond),
                )
            )  # fmt: skip
    return told
