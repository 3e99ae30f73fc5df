"""Ends of the chain kept elsewhere: noted with each backup, so that a history cut short is found.

They stand in a text file beside the backups, one a line with the store it is of. A chain only
grows; so a lower number says that a backup was brought back, and what was noted beyond it counts
no more.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

from peerbook.errors import InputFault
from peerbook.store.backup_file import append_to, explaining
from peerbook.store.chain import Head
from peerbook.store.store import Store

FILE_NAME = "chain-ends.txt"


def note_end(store: Store, folder: Path, now: dt.datetime) -> None:
    """Write down where a store's chain ends, in a folder that is there.

    Raises
    ------
    StoreUnavailable, PeerbookError
        When nothing can be written there.
    """
    line = f"{store.keys.store_id} {store.audit_head()} {now.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}\n"
    with explaining(folder):
        append_to(folder / FILE_NAME, line)


def noted_ends(store: Store, folder: Path) -> list[Head]:
    """Return the ends noted of a store; none where there is no such file to be read."""
    found: list[Head] = []
    with contextlib.suppress(OSError):
        for line in (folder / FILE_NAME).read_text("ascii", "replace").splitlines():
            of, _space, rest = line.partition(" ")
            if of != store.keys.store_id:
                continue
            with contextlib.suppress(InputFault):  # somebody has written in it
                end = Head.read(rest.partition(" ")[0])
                found = [one for one in found if one.number < end.number] + [end]
    return found
