"""Signs that turn the direction of a text: nobody sees them, and they can make it read otherwise.

Telephones and mail programs put them around what is copied. Danish and English need none of them.
"""

from __future__ import annotations

_TURNING = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Unicode's twelve `Bidi_Control` signs: Unicode Standard Annex 9, section 2."""


def left_to_right(text: str) -> str:
    r"""Return a text without such signs, so that it reads as it is kept.

    >>> left_to_right("Hanne \u202egithsoM\u202c")
    'Hanne githsoM'
    """
    return text if text.isascii() else text.translate(_TURNING)
