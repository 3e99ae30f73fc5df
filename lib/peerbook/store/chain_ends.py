"""Ends of the chain kept elsewhere: noted with each backup, so that a history cut short is found.

They stand in a text file beside the backups, one a line with the store it is of and a seal: a keyed
hash (HMAC-SHA256) over the line, so that nobody who can write in the folder but has no key can note
an end. A chain only grows; so a lower number that was noted later says that a backup was brought
back, and what was noted beyond it counts no more.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from peerbook.errors import InputFault, StoreUnavailable
from peerbook.store.backup_file import append_to, explaining
from peerbook.store.chain import Head
from peerbook.store.keys import Keys
from peerbook.store.store import Store
from peerbook.text import _, ngettext

FILE_NAME = "chain-ends.txt"


@dataclass(frozen=True)
class NotedEnds:
    """What was noted of the ends of a store's chain.

    Parameters
    ----------
    heads
        Where it ended: each has to be in the chain still.
    unsealed
        How many of them lie beyond all that are sealed, by an earlier peerbook or with a key that
        is not here.
    forged
        How many lines have a seal that is not their own.
    """

    heads: tuple[Head, ...] = ()
    unsealed: int = 0
    forged: int = 0

    def __add__(self, other: NotedEnds) -> NotedEnds:
        return NotedEnds(
            self.heads + other.heads, self.unsealed + other.unsealed, self.forged + other.forged
        )

    @property
    def sentence(self) -> str:
        """What is wrong with the notes, and what to do; empty when nothing is."""
        told = []
        if self.forged:
            told += [
                ngettext(
                    "Somebody has written in “{file}” beside the backups: {n} line has a seal that "
                    "is not its own.",
                    "Somebody has written in “{file}” beside the backups: {n} lines have a seal "
                    "that is not their own.",
                    self.forged,
                ).format(file=FILE_NAME, n=self.forged),
                _(
                    "Tell whoever answers for the data. Then move the file away; the next backup "
                    "begins a new one."
                ),
            ]
        if self.unsealed:
            told.append(
                _(
                    "The last ends of the chain were noted without a seal, by an earlier peerbook "
                    "or with another key. Make a backup: it notes one with a seal."
                )
            )
        return " ".join(told)


def note_end(store: Store, folder: Path, now: dt.datetime) -> None:
    """Write down where a store's chain ends, in a folder that is there.

    Raises
    ------
    StoreUnavailable, PeerbookError
        When nothing can be written there.
    """
    keys = store.keys
    line = f"{keys.store_id} {store.audit_head()} {now.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"
    with explaining(folder):
        append_to(folder / FILE_NAME, f"{line} {_seal(keys, line, keys.key_id)}\n")


def noted_ends(store: Store, folder: Path) -> NotedEnds:
    """Return the ends noted of a store; none where there is no such file to be read."""
    unsealed: list[Head] = []
    sealed: list[tuple[str, Head]] = []
    forged = 0
    with contextlib.suppress(OSError):
        for line in (folder / FILE_NAME).read_text("ascii", "replace").splitlines():
            of, head, moment, seal = (*line.split(" ", 3), "", "", "", "")[:4]
            if of != store.keys.store_id:
                continue
            try:
                end = Head.read(head)
                is_own = seal and hmac.compare_digest(
                    _seal(store.keys, f"{of} {head} {moment}", seal.partition(".")[0]), seal
                )
            except InputFault:  # somebody has written in it
                forged += bool(seal)
            except StoreUnavailable:  # no key of this store that is here
                unsealed.append(end)
            else:
                if is_own:
                    sealed.append((moment, end))
                elif seal:
                    forged += 1
                else:
                    unsealed.append(end)
    found: list[Head] = []
    # By their own moments: a line that is only copied further down says nothing new.
    for end in [*unsealed, *(end for _moment, end in sorted(sealed, key=lambda one: one[0]))]:
        found = [one for one in found if one.number < end.number] + [end]
    last = max((end.number for _moment, end in sealed), default=0)
    beyond = sum(end.number > last for end in found)
    return NotedEnds(tuple(found), beyond, forged)


def _seal(keys: Keys, line: str, key_id: str) -> str:
    told = hmac.new(keys.derived("ends", key_id), line.encode(), hashlib.sha256).hexdigest()
    return f"{key_id}.{told}"
