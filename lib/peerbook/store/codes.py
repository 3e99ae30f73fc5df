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
_LINKING_CODE = re.compile(rf"(?=.*[2-9])(?=.*[A-Z])[{ALPHABET}]{{{_LINKING_LENGTH}}}")
"""A digit and a letter at least; 0 and 1 do not count, as they are read from O, I and L."""


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

    Nobody keeps a list of them: they lead to a sheet, never to a person. Each has letters and
    digits, so that neither a name nor a year can be one.
    """
    codes: set[str] = set()
    while len(codes) < count:
        code = "".join(secrets.choice(ALPHABET) for _position in range(_LINKING_LENGTH))
        if _LINKING_CODE.fullmatch(code):
            codes.add(code)
    return sorted(codes)


def read_linking_code(written: str | None, field: str) -> str | None:
    """Return the code somebody wrote on a sheet in its one right form, None when there is none.

    >>> read_linking_code("7k-3o", "respondent"), read_linking_code("  ", "respondent")
    ('7K30', None)

    Raises
    ------
    InputFault
        At `field`, when it is none of ours: free text there could be a name or a birthday.
    """
    code = re.sub(r"[\s–—-]", "", written or "").upper().translate(_MISREAD)
    if code and not _LINKING_CODE.fullmatch(code):
        raise InputFault.at(
            field,
            _(
                "This is no code from a strip. One has four letters and digits, such as 7K3M. "
                "Leave it empty if there is none."
            ),
        )
    return code or None
