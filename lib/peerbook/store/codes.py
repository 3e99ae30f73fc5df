"""Codes: random, short, and hard to misread.

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


_LINKING_LENGTH = 4


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


def new_linking_codes(count: int) -> list[str]:
    """Return so many different codes such as 7K3M, by which two sheets of one person are linked.

    Nobody keeps a list of them: they lead to a sheet, never to a person. One of 32⁴, about a
    million.
    """
    codes: set[str] = set()
    while len(codes) < count:
        codes.add("".join(secrets.choice(ALPHABET) for _position in range(_LINKING_LENGTH)))
    return sorted(codes)


def read_linking_code(written: str | None, field: str) -> str | None:
    """Return the code somebody wrote on a sheet in one form, None when there is none.

    People may make up their own; only one like ours is freed of letters that are easily misread.

    >>> read_linking_code("7k-3o", "respondent"), read_linking_code(" Hund ", "respondent")
    ('7K30', 'HUND')

    Raises
    ------
    InputFault
        At `field`, when it is as long as a birthday or a CPR number, which lead to a person.
    """
    code = re.sub(r"[\s–—-]", "", written or "").upper()
    if re.fullmatch(r"\d{6,}", code):
        raise InputFault.at(
            field,
            _("“{written}” could be a birthday or a CPR number. Use another code.").format(
                written=written
            ),
        )
    return (code.translate(_MISREAD) if len(code) == _LINKING_LENGTH else code) or None
