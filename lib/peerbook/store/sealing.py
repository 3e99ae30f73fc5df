"""Texts encrypted inside the record: who can read the tables still does not know who somebody is.

A sealed text begins with the id of its master key, and opens only for what it was sealed about: it
cannot be moved to another person or column.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
from base64 import b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from peerbook.errors import StoreUnavailable
from peerbook.store.keys import Keys
from peerbook.text import _

_NONCE_BYTES = 12


def sealed(keys: Keys, text: str, about: str) -> str:
    """Return a text encrypted with the store's key of now, by AES-256 in GCM mode.

    Parameters
    ----------
    about
        What it belongs to, for instance `P-7K3M9Q/name`.
    """
    nonce = os.urandom(_NONCE_BYTES)
    closed = AESGCM(keys.derived("names")).encrypt(nonce, text.encode(), about.encode())
    return f"{keys.key_id}.{urlsafe_b64encode(nonce + closed).decode()}"


def unsealed(keys: Keys, content: str, about: str) -> str:
    """Return the text behind `sealed`.

    Raises
    ------
    StoreUnavailable
        When it was changed, or belongs elsewhere.
    """
    key_id, _dot, body = content.partition(".")
    try:
        closed = b64decode(body, b"-_", validate=True)
        opened = AESGCM(keys.derived("names", key_id)).decrypt(
            closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], about.encode()
        )
    except (InvalidTag, binascii.Error, ValueError):
        raise StoreUnavailable(
            _(
                "Something sealed in the data is damaged or was put in another's place. Enter "
                "nothing more, and bring back the newest backup."
            )
        ) from None
    return opened.decode()


def index_of(keys: Keys, digits: str) -> str:
    """Return by what equal CPR numbers are found, without telling any; HMAC-SHA256."""
    return hmac.new(keys.derived("cpr"), digits.encode(), hashlib.sha256).hexdigest()
