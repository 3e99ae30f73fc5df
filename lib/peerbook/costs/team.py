"""What an hour of somebody's time costs, from what a year of them costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from peerbook.costs.figure import Figure
from peerbook.errors import Fault, InputFault, Place
from peerbook.months import months_after
from peerbook.text import _

FULL_YEAR_HOURS = 1924
"""37 hours in 52 weeks: a full year before anything is taken off (Økonomistyrelsen, Økonomisk
administrativ vejledning, Effektivt årsværk)."""
OLD_AFTER_MONTHS = 12
"""After so long a price is to be looked up again."""


@dataclass(frozen=True)
class Employment:
    """A kind of staff.

    Parameters
    ----------
    yearly_pay_kr
        Of somebody full time, before what comes on top.
    on_top_share
        Pension, holiday pay and what else comes on top, as a share of the pay.
    overhead_share
        Rooms, management and administration, as a share of both; zero where counted elsewhere.
    effective_hours
        What is left of a full year for the work itself: without holidays, illness, breaks and
        meetings. There is no official number; each place has its own.
    price_year
        Whose kroner the pay is in.
    source
        Who says so.
    said_on
        When it was looked up.
    """

    yearly_pay_kr: Decimal
    on_top_share: Decimal
    overhead_share: Decimal
    effective_hours: Decimal
    price_year: int
    source: str
    said_on: dt.date

    def faults(self) -> list[Fault]:
        """Return what is wrong, each at its field."""
        told: list[tuple[str, str]] = []
        if not self.yearly_pay_kr.is_finite() or self.yearly_pay_kr <= 0:
            told.append(("yearly_pay_kr", _("Write what a year costs, more than zero kroner.")))
        for name in ("on_top_share", "overhead_share"):
            share: Decimal = getattr(self, name)
            if not share.is_finite() or not 0 <= share <= 1:
                told.append(
                    (name, _("A share is at most 100 per cent. Write a number from 0 to 100."))
                )
        hours = self.effective_hours
        if not hours.is_finite() or not 0 < hours <= FULL_YEAR_HOURS:
            text = _("Write more than zero hours, and at most the {hours} of a full year.")
            told.append(("effective_hours", text.format(hours=FULL_YEAR_HOURS)))
        if not self.source.strip():
            told.append(("source", _("Say where the number is from, so that others can check it.")))
        return [Fault(message, Place(field=name)) for name, message in told]

    def hour(self) -> Figure:
        """Return the price of an hour of the work itself.

        Raises
        ------
        InputFault
            With everything that is wrong.
        """
        if faults := self.faults():
            raise InputFault(faults)
        year = self.yearly_pay_kr * (1 + self.on_top_share) * (1 + self.overhead_share)
        return Figure(
            "kr_per_hour", year / self.effective_hours, self.source, price_year=self.price_year
        )


def is_old(said_on: dt.date, today: dt.date) -> bool:
    """Return whether a price was looked up so long ago that it is to be looked up again."""
    return months_after(said_on, OLD_AFTER_MONTHS) < today
