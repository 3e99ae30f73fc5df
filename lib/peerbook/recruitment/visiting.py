"""When a unit is to be visited again: as often as its staff changes, or as somebody has decided.

Source: seeds/vejle-manual.txt, p. 10: visits to unit meetings should keep pace with how the staff
of each unit changes. No number is given there, so how many may begin before the next visit is
asked of the user.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from peerbook.months import months_after

SOON_DAYS = 14


@dataclass(frozen=True)
class Cadence:
    """How often a place is visited.

    Parameters
    ----------
    every_months
        As somebody has decided; None leaves it to the staff.
    new_staff_a_year
        How many begin there a year.
    new_before_visit
        After how many of them it is time for the next visit.
    """

    every_months: int | None = None
    new_staff_a_year: int | None = None
    new_before_visit: int | None = None

    @property
    def months(self) -> int | None:
        """Whole months between two visits, at least one; None where nobody has said."""
        if self.every_months is not None:
            return self.every_months
        if self.new_staff_a_year is None or self.new_before_visit is None:
            return None
        return max(1, 12 * self.new_before_visit // self.new_staff_a_year)


def next_visit(cadence: Cadence, last_on: dt.date | None, since: dt.date) -> dt.date | None:
    """Return the day from which a visit is due; None where none is planned.

    Parameters
    ----------
    cadence
        How often.
    last_on
        The latest visit; None when there was none.
    since
        The day the place was written down, from which a first visit is due.
    """
    if cadence.months is None:
        return None
    return since if last_on is None else months_after(last_on, cadence.months)
