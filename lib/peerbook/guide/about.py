"""What this app is made of: its version, the parts it stands on, and where the data lie."""

from __future__ import annotations

import contextlib
import platform
import re
from dataclasses import dataclass
from importlib import metadata

from sqlalchemy import func, select

from peerbook import __version__
from peerbook.errors import NotAllowed
from peerbook.store import Store
from peerbook.store.tables import Audit

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class About:
    """What a report needs to be made again, and what support asks for first.

    Parameters
    ----------
    version, python, database, system
        Versions of the app, of Python, of the database, and the operating system.
    parts
        Name and version of every package the app asks for, by name.
    folder
        Where the data lie; the folder alone, no file and no address with secrets.
    server
        Where they lie instead, when they are in a database on a server.
    changes
        Number of the latest entry in the audit: which state of the data a figure was made from.
        None for whoever has no right to the audit.
    """

    version: str
    python: str
    database: str
    system: str
    parts: tuple[tuple[str, str], ...]
    folder: str
    server: str | None
    changes: int | None


def about(store: Store) -> About:
    """Return what the app is made of, and the state of its store."""
    return About(
        version=__version__,
        python=platform.python_version(),
        database=store.product,
        system=f"{platform.system()} {platform.release()}",
        parts=_parts(),
        folder=str(store.folder),
        server=store.server,
        changes=_changes(store),
    )


def _changes(store: Store) -> int | None:
    with contextlib.suppress(NotAllowed), store.read() as session:
        return session.scalar(select(func.max(Audit.seq))) or 0
    return None


def _parts() -> tuple[tuple[str, str], ...]:
    needed = [
        name[0]
        for entry in metadata.requires("peerbook") or ()
        if "extra ==" not in entry and (name := _NAME.match(entry))
    ]
    return tuple((name, metadata.version(name)) for name in sorted(needed, key=str.casefold))
