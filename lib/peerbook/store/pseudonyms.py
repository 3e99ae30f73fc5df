"""Pseudonyms: the same person has the same one within a purpose, and another in every other."""

from __future__ import annotations

import hashlib
import hmac
import re

from peerbook.store.codes import ALPHABET
from peerbook.store.keys import Keys

_SIGNS = 12
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def pseudonym(keys: Keys, code: str, purpose: str, key_id: str | None = None) -> str:
    """Return what a participant is called in one purpose, such as `research_2026`.

    By HMAC-SHA256 with a key that only the store has: nobody without it can go back to the code, or
    tell that two pseudonyms are one person's. The purpose ends, for those who have the key too,
    once the key is thrown away.

    Parameters
    ----------
    code
        The participant's code.
    purpose
        Small letters, digits and underscores.
    key_id
        An earlier key, to go on with what was begun before the key was changed; what is handed out
        goes with the id of its key.
    """
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError("a purpose is a word of small letters, digits and underscores")
    key = keys.derived("pseudonyms", key_id)
    digest = hmac.new(key, f"{purpose}/{code}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    return "".join(ALPHABET[number >> 5 * position & 31] for position in range(_SIGNS))
