"""Participant codes: random, short, and hard to misread.

The alphabet is Douglas Crockford's base 32 (crockford.com/base32.html): no I, L, O or U, and when
somebody writes I, L or O nevertheless, it is read as 1, 1 and 0.
"""

from __future__ import annotations

import re
import secrets

from peerbook.errors import InputFault
from peerbook.text import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")


def new_code() -> str:
    """Return a new participant code such as P-7K3M9Q; one of 32⁶, about a thousand million."""
    return "P-" + "".join(secrets.choice(ALPHABET) for _position in range(6))


def read_code(written: str, field: str = "participant_code") -> str:
    """Return the participant code somebody wrote by hand, in its one right form.

    >>> read_code(" p 7k3moq")
    'P-7K3M0Q'

    Raises
    ------
    InputFault
        At `field`, when it is no participant code.
    """
    bare = re.sub(r"^\s*P[\s–—-]+", "", written, flags=re.IGNORECASE)
    letters = re.sub(r"[\s–—-]", "", bare).upper().translate(_MISREAD)
    if len(letters) == 7 and bare == written:
        letters = letters.removeprefix("P")
    if not re.fullmatch(f"[{ALPHABET}]{{6}}", letters):
        raise InputFault.at(
            field,
            _("“{written}” is not a participant code. One looks like P-7K3M9Q.").format(
                written=written
            ),
        )
    return "P-" + letters
