"""Codes: random, short, and hard to misread.

The alphabet is Douglas Crockford's base 32 (crockford.com/base32.html): no I, L, O or U, and when
somebody writes I, L or O nevertheless, it is read as 1, 1 and 0.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection

from peerbook.errors import InputFault
from peerbook.text import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("ILO", "110")
_DIGITS, _LETTERS = "23456789", "ABCDEFGHJKMNPQRSTVWXYZ"
LINKING_SIGNS = (_DIGITS, _LETTERS, _DIGITS, _LETTERS)
"""Digits and letters take turns: no name has room there, with or without a year, nor has a date."""
_LINKING_CODE = re.compile("".join(f"[{signs}]" for signs in LINKING_SIGNS))


def new_code() -> str:
    """Return a new participant code such as P-7K3M9Q; one of 32⁶, about a thousand million."""
    return "P-" + "".join(secrets.choice(ALPHABET) for _position in range(6))


def is_code(text: str) -> bool:
    """Return whether a text is a participant code in its one right form, and nothing else."""
    return re.fullmatch(f"P-[{ALPHABET}]{{6}}", text) is not None


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
    letters = re.sub(r"[\s–—-]", "", bare).upper().translate(MISREAD)
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


def long_code() -> str:
    """Return a new code of 80 random bits that opens something, such as 7K3M-9QXA-22DT-H0VW."""
    letters = "".join(secrets.choice(ALPHABET) for _position in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def long_code_digest(written: str) -> str:
    """Return what a long code is kept as and compared by, however it is written; SHA-256."""
    signs = re.sub(r"[\W_]", "", written).upper().translate(MISREAD)
    return hashlib.sha256(signs.encode()).hexdigest()


def new_linking_codes(count: int) -> list[str]:
    """Return so many different codes such as 7K3M, by which two sheets of one person are linked.

    Nobody keeps a list of them: they lead to a sheet, never to a person.
    """
    codes: set[str] = set()
    while len(codes) < count:
        codes.add("".join(secrets.choice(signs) for signs in LINKING_SIGNS))
    return sorted(codes)


def read_linking_code(written: str | None, field: str, known: Collection[str] = ()) -> str | None:
    """Return the code somebody wrote on a sheet in its one right form, None when there is none.

    Codes that are `known`, such as an earlier peerbook gave out, are read whatever they look like.

    >>> read_linking_code("7k-3m", "respondent"), read_linking_code("  ", "respondent")
    ('7K3M', None)
    >>> read_linking_code("k7m3", "respondent", known={"K7M3"})
    'K7M3'

    Raises
    ------
    InputFault
        At `field`, when it is none of ours: free text there could be a name or a birthday.
    """
    code = re.sub(r"[\s–—-]", "", written or "").upper()
    for as_recorded in (code, code.translate(MISREAD)):
        if as_recorded in known:
            return as_recorded
    if code and not _LINKING_CODE.fullmatch(code):
        raise InputFault.at(
            field,
            _(
                "This is no code from a strip. One is a digit, a letter, a digit and a letter, "
                "such as 7K3M. Leave it empty if there is none."
            ),
        )
    return code or None
