"""The file of a backup: encrypted in numbered pieces, and proved by reading all of it.

It says in clear that it is one, and which store and key it belongs to (`Keys.mark`); all else is
encrypted with a key of its own use. The first piece is what the backup says of itself, the others
are the copy of the data, as their database wrote it. It is written and read as a stream: nothing
readable ever lies on a disk meanwhile.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import secrets
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from peerbook.errors import PeerbookError, StoreUnavailable
from peerbook.store.engine import UNFINISHED, Database
from peerbook.store.keys import MARK_BYTES, STORE_ID_BYTES, Keys, MasterKey, sync_folder
from peerbook.text import _

ENDING = ".peerbook-backup"

_MAGIC = b"peerbook backup1"
_CHUNK = 2**20
_LENGTH = struct.Struct(">I")
_PREFIX_BYTES = 7
_TAG_BYTES = 16


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself.

    Parameters
    ----------
    made_at
        When, by ISO 8601 in UTC.
    rows
        How many rows each table has.
    kind
        Of which kind of database it is; those of an earlier peerbook are of SQLite's file.
    """

    made_at: str
    rows: dict[str, int]
    kind: str = "sqlite"

    @property
    def number_of_rows(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())


def write_proved(database: Database, path: Path, now: dt.datetime) -> Backup:
    """Write a backup of a database while others go on working, and prove it; all of it or nothing.

    Raises
    ------
    StoreUnavailable, PeerbookError
        When it cannot be written or does not prove right.
    """
    keys = database.keys
    with explaining(path.parent):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as file, database.copied() as copy:
                told = Backup(now.astimezone(dt.UTC).isoformat(), copy.rows, database.kind)
                _encrypt(file, keys, told, copy.source)
            proved(Path(name), keys.master(), database)
            Path(name).replace(path)
            sync_folder(path.parent)
        finally:
            Path(name).unlink(missing_ok=True)
    return told


def proved(backup: Path, master: MasterKey, database: Database) -> Backup:
    """Read all of a backup, look for damage, and return what it says of itself.

    Parameters
    ----------
    database
        One of its kind, which knows what its copies look like; it is not touched.

    Raises
    ------
    PeerbookError
        When it is damaged, or of another kind of database.
    """
    told, pieces = opened(backup, master)
    if told.kind != database.kind:
        raise PeerbookError(
            _(
                "“{name}” is a backup of another kind of database ({kind}). Name one of that kind "
                "with “--store”."
            ).format(name=backup.name, kind=told.kind)
        )
    if database.rows_in(pieces) != told.rows:
        raise damaged(backup)
    return told


def opened(backup: Path, master: MasterKey) -> tuple[Backup, Iterator[bytes]]:
    """Return what a backup says of itself, and the pieces of the copy in it.

    Raises
    ------
    PeerbookError
        When the file cannot be read or is damaged; while the pieces are taken, too.
    """
    pieces = _decrypted(backup, master)
    try:
        return Backup(**json.loads(next(pieces))), pieces
    except (StopIteration, ValueError, TypeError):
        raise damaged(backup) from None


def mark_of(backup: Path) -> bytes:
    """Return which store and key a backup belongs to; see `Keys.mark`."""
    with explaining(backup), backup.open("rb") as file:
        magic, mark = file.read(len(_MAGIC)), file.read(MARK_BYTES)
    if magic != _MAGIC or len(mark) != MARK_BYTES:
        raise PeerbookError(_("“{name}” is no backup of peerbook.").format(name=backup.name))
    return mark


def key_id_of(backup: Path) -> str:
    """Return which key opens a backup."""
    return mark_of(backup)[STORE_ID_BYTES:].hex()


def damaged(backup: Path) -> PeerbookError:
    """Return what is raised when a backup is not whole."""
    return PeerbookError(
        _("The backup “{name}” is damaged, or the key is not its own. Take another one.").format(
            name=backup.name
        )
    )


@contextlib.contextmanager
def explaining(place: Path) -> Iterator[Any]:
    """Tell what to do about a failure of the file system at a place."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            _(
                "{place} cannot be read or written. See that the disk is connected and not full, "
                "and that you may use it."
            ).format(place=place)
        ) from error


def append_to(path: Path, text: str) -> None:
    """Add lines to a file only its owner reads, and see them on the disk.

    They begin on a line of their own where a stop or a full disk has left the last one torn.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "a+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":
                text = f"\n{text}"
        file.write(text.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def _encrypt(file: BinaryIO, keys: Keys, told: Backup, source: BinaryIO) -> None:
    prefix = secrets.token_bytes(_PREFIX_BYTES)
    file.write(_MAGIC + keys.mark + prefix)
    cipher = AESGCM(keys.derived("backup"))
    pieces = _pieces(json.dumps(asdict(told)).encode(), source)
    for number, (piece, is_last) in enumerate(pieces):
        closed = cipher.encrypt(_nonce(prefix, number, is_last), piece, keys.mark)
        file.write(_LENGTH.pack(len(closed)) + closed)
    file.flush()
    os.fsync(file.fileno())


def _pieces(first: bytes, source: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    piece, following = first, source.read(_CHUNK)
    while following:
        yield piece, False
        piece, following = following, source.read(_CHUNK)
    yield piece, True


def _decrypted(backup: Path, master: MasterKey) -> Iterator[bytes]:
    mark = mark_of(backup)
    with explaining(backup), backup.open("rb") as file:
        file.seek(len(_MAGIC) + MARK_BYTES)
        prefix = file.read(_PREFIX_BYTES)
        cipher = AESGCM(master.derived("backup"))
        ended = False
        for number, (closed, is_last) in enumerate(_closed_pieces(file)):
            try:
                piece = cipher.decrypt(_nonce(prefix, number, is_last), closed, mark)
            except (InvalidTag, ValueError):
                raise damaged(backup) from None
            yield piece
            ended = is_last
    if not ended:
        raise damaged(backup)


def _closed_pieces(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    length = file.read(_LENGTH.size)
    while len(length) == _LENGTH.size:
        piece = file.read(min(_LENGTH.unpack(length)[0], _CHUNK + _TAG_BYTES))
        length = file.read(_LENGTH.size)
        yield piece, not length


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    """Return the nonce of a piece: none can be left out, moved, or missing at the end."""
    return prefix + struct.pack(">I?", number, is_last)
