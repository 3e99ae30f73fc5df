"""CPR numbers: what somebody typed, read and judged; where they are kept is `identities`' matter.

Ten digits and a day there was are all a number needs. The check by modulus 11 is given up since
2007 (cpr.dk, "Personnumre uden kontrolciffer"), so failing it is worth a second look and no more.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from stdnum.dk import cpr as standard
from stdnum.exceptions import ValidationError

from peerbook.errors import InputFault
from peerbook.text import _

_WRITTEN = re.compile(r"\s*([0-9]{6})[\s–—-]{0,3}([0-9]{4})\s*")
_REPLACEMENT_DAYS = 60
"""Added to the day of birth in a replacement number, which somebody has who has no other yet."""


@dataclass(frozen=True)
class Cpr:
    """A number that can be right.

    Parameters
    ----------
    digits
        All ten.
    born_on
        The day of birth it tells, with the century by its seventh digit.
    is_replacement
        Whether it is a replacement number.
    """

    digits: str = field(repr=False)
    born_on: dt.date = field(repr=False)
    is_replacement: bool = False

    @property
    def masked(self) -> str:
        """The number as it is shown: only the birthday."""
        return f"{self.digits[:6]}-****"

    @property
    def doubt(self) -> str:
        """A remark when the number fails modulus 11 and may be mistyped; else empty."""
        if self.is_replacement or standard.checksum(self.digits) == 0:
            return ""
        return _(
            "This number has no check digit that fits. Some newer numbers are like that; look once "
            "more whether it is typed right."
        )


def read_cpr(
    written: str, today: dt.date, *, replacements: bool = False, field: str = "cpr"
) -> Cpr:
    """Return the CPR number somebody typed.

    >>> read_cpr(" 010180 1234 ", dt.date(2026, 1, 1)).masked
    '010180-****'

    Parameters
    ----------
    written
        As typed: six digits and four, with a space or a dash between them or nothing.
    today
        Nobody is born later.
    replacements
        Whether replacement numbers are read: 60 is added to their day.

    Raises
    ------
    InputFault
        At `field`, when it cannot be a CPR number; what was typed is not repeated.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise InputFault.at(field, _no_ten_digits(written))
    digits = found[1] + found[2]
    day = int(digits[:2])
    is_replacement = replacements and day > _REPLACEMENT_DAYS
    by_birth = f"{day - _REPLACEMENT_DAYS:02}{digits[2:]}" if is_replacement else digits
    try:
        born_on = standard.get_birth_date(by_birth)
    except ValidationError:
        raise InputFault.at(
            field, _("There is no such day: the first six digits are day, month and year.")
        ) from None
    if born_on > today:
        raise InputFault.at(field, _("The birthday in this number is still to come."))
    return Cpr(digits, born_on, is_replacement)


def shown_whole(digits: str) -> str:
    """Return all ten digits as people write them."""
    return str(standard.format(digits))


def _no_ten_digits(written: str) -> str:
    if re.fullmatch(r"\s*[0-9]{5}[\s–—-]{0,3}[0-9]{4}\s*", written):
        return _(
            "A CPR number has ten digits; here are nine. A spreadsheet may have taken away the "
            "zero it began with."
        )
    return _("A CPR number is ten digits, such as 010190-1234.")
