"""Secrets that outlive a start of the server, in files only their owner can read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from peerbook.paths import data_folder

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def _kept(path: Path, fresh: str) -> str:
    """Return what the file holds; a missing file, or one others could read, is written anew."""
    try:
        mode = path.stat().st_mode
        kept = path.read_text("ascii").strip()
        if len(kept) >= 20 and (os.name == "nt" or not stat.S_IMODE(mode) & 0o077):
            return kept
        path.unlink()
    except FileNotFoundError:
        pass
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept(path, fresh)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh


def access_token() -> str:
    """Return this data folder's access code: 25 letters in groups of five, about 120 bits."""
    fresh = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))
    return _kept(data_folder() / "access-code", fresh)


def cookie_secret() -> bytes:
    """Return the key that signs login cookies, so that a restart logs nobody out."""
    return _kept(data_folder() / "cookie-key", secrets.token_hex(32)).encode()
