"""Secrets that outlive a start of the server, in files only their owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from peerbook.paths import data_folder

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def _kept(path: Path, fresh: str) -> str:
    """Return what the file holds; a missing file, or one others could read, is written anew.

    Of servers that start at once, as behind a hub, one writes and all have what it wrote.
    """
    with _one_by_one(path.parent):
        with contextlib.suppress(FileNotFoundError):
            is_private = os.name == "nt" or not stat.S_IMODE(path.stat().st_mode) & 0o077
            kept = path.read_text("ascii").strip()
            if is_private and len(kept) >= 20:
                return kept
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(fresh)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    return fresh


@contextlib.contextmanager
def _one_by_one(folder: Path) -> Iterator[None]:
    """Let others wait who want to write in a folder; on Windows only one server is ever started."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def access_token() -> str:
    """Return this data folder's access code: 25 letters in groups of five, about 120 bits."""
    fresh = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))
    return _kept(data_folder() / "access-code", fresh)


def cookie_secret() -> bytes:
    """Return the key that signs login cookies, so that a restart logs nobody out."""
    return _kept(data_folder() / "cookie-key", secrets.token_hex(32)).encode()
