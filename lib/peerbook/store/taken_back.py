"""What people have taken back, noted beside the store and its backups: a no, or a sheet.

An older backup does not know of it. What stands in the file is a keyed hash of what it is about
and, sealed, since when: it names nobody, tells a code only to whoever has both the key and the
code, and without the key nobody can write in it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from peerbook.errors import StoreUnavailable
from peerbook.store.backup_file import append_to, explaining
from peerbook.store.keys import Keys
from peerbook.store.sealing import sealed, unsealed

FILE_NAME = "taken-back"


@dataclass(frozen=True)
class Standing:
    """How it stands with something that can be taken back.

    Parameters
    ----------
    since
        From which day it is taken back; None when it was given anew.
    written_at
        When that was written down; of several the latest counts.
    """

    since: dt.date | None
    written_at: dt.datetime


class TakenBack:
    """What is noted in a folder as taken back.

    Parameters
    ----------
    keys
        Of the store it is about.
    folder
        Where the file lies, or will.
    """

    def __init__(self, keys: Keys, folder: Path) -> None:
        self._keys = keys
        self._path = folder / FILE_NAME
        self._lines = self._read()
        self._standings: dict[str, Standing] = {}
        for line in self._lines:
            trace, _space, content = line.partition(" ")
            with contextlib.suppress(StoreUnavailable, ValueError):  # somebody has written in it
                since, written_at = unsealed(keys, content, trace).split()
                standing = Standing(
                    None if since == "-" else dt.date.fromisoformat(since),
                    dt.datetime.fromisoformat(written_at),
                )
                self._standings[trace] = _later(self._standings.get(trace), standing)

    def of(self, about: str) -> Standing | None:
        """Return how it stands with something; None when nothing is noted of it."""
        found: Standing | None = None
        for key_id in self._keys.ids:
            standing = self._standings.get(self._trace(about, key_id))
            found = found if standing is None else _later(found, standing)
        return found

    def note(self, standings: Mapping[str, Standing]) -> None:
        """Note how it stands now, by what it is about; what is known already is not noted again.

        That something was given is only worth a note where it had been taken back.

        Raises
        ------
        StoreUnavailable
            When nothing can be written there.
        """
        lines = []
        for about, standing in standings.items():
            known = self.of(about)
            is_news = standing.since is not None if known is None else known != standing
            if is_news and _later(known, standing) is standing:
                trace = self._trace(about, self._keys.key_id)
                day = "-" if standing.since is None else standing.since.isoformat()
                told = f"{day} {standing.written_at.astimezone(dt.UTC).isoformat()}"
                lines.append(f"{trace} {sealed(self._keys, told, trace)}")
                self._standings[trace] = standing
        self._append(lines)

    def pass_on(self, folder: Path) -> None:
        """Note in another folder what is noted here and not there.

        Raises
        ------
        StoreUnavailable
            When nothing can be written there.
        """
        there = TakenBack(self._keys, folder)
        there._append([line for line in self._lines if line not in there._lines])

    def _read(self) -> list[str]:
        with explaining(self._path.parent):
            try:
                return self._path.read_text("ascii", "replace").splitlines()
            except FileNotFoundError:
                return []

    def _append(self, lines: list[str]) -> None:
        if lines:
            with explaining(self._path.parent):
                append_to(self._path, "".join(f"{line}\n" for line in lines))
            self._lines += lines

    def _trace(self, about: str, key_id: str) -> str:
        key = self._keys.derived("pseudonyms", key_id)
        told = hmac.new(key, f"taken back/{about}".encode(), hashlib.sha256).hexdigest()
        return f"{key_id}.{told}"


def _later(one: Standing | None, other: Standing) -> Standing:
    """Return the one that was written down last; of equals the second."""
    return one if one is not None and one.written_at > other.written_at else other
