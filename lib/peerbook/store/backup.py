"""Backups: encrypted copies of a whole store, proved by opening them, and brought back again.

A backup says in clear that it is one, and which store and key it belongs to (`Keys.mark`); all
else is encrypted with a key of its own use. With the recovery code it opens on any computer. In it
lies the store's file, which is encrypted too, so that nothing readable ever lies about meanwhile.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault, PeerbookError
from peerbook.store import identities, users
from peerbook.store.identities import forget_identity
from peerbook.store.keys import MARK_BYTES, STORE_ID_BYTES, Keys, MasterKey, sync_folder
from peerbook.store.sqlite import SqliteFile
from peerbook.store.store import Store, set_setting
from peerbook.store.tables import Participant
from peerbook.text import _

KEPT_DAYS = 35
DUE_DAYS = 7
ENDING = ".peerbook-backup"
LAST_SETTING, DRILL_SETTING, CODE_SETTING = "last_backup", "last_backup_drill", "recovery_code"
ERASED_FILE = "erased"
"""Beside the store: by which codes of erased people are known again, should a backup return."""

_MAGIC = b"peerbook backup1"
_CHUNK = 2**20
_LENGTH = struct.Struct(">I")
_PREFIX_BYTES = 7
_TAG_BYTES = 16

Erase = Callable[[Session, str], None]


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself.

    Parameters
    ----------
    made_at
        When, by ISO 8601 in UTC.
    rows
        How many rows each table has.
    """

    made_at: str
    rows: dict[str, int]

    @property
    def number_of_rows(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())


def make_backup(store: Store, now: dt.datetime, folder: Path | None = None) -> Path:
    """Write a backup while others go on working, prove it, and remove those that are too old.

    Parameters
    ----------
    folder
        Where to; `backups` beside the data when not given.

    Raises
    ------
    StoreUnavailable, PeerbookError
        When it cannot be written or does not prove right; nothing is left of it then.
    """
    folder = folder or store.folder / "backups"
    path = folder / f"peerbook-{now:%Y%m%dT%H%M%S}{ENDING}"
    keys = store.keys
    with _explaining(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _aside(store.folder) as aside:
            copy = aside / "peerbook.sqlite"
            store._database.copy_to(copy)
            told = Backup(now.astimezone(dt.UTC).isoformat(), _rows(SqliteFile(copy)))
            handle, name = tempfile.mkstemp(dir=folder, prefix=".new-backup-")
            try:
                with os.fdopen(handle, "wb") as file, copy.open("rb") as source:
                    _encrypt(file, keys, told, source)
                _prove(Path(name), keys.master(), aside / "proof.sqlite")
                Path(name).replace(path)
                sync_folder(folder)
            finally:
                Path(name).unlink(missing_ok=True)
        _remove_old(folder, now)
    _record(store, LAST_SETTING, now)
    return path


def is_due(store: Store, now: dt.datetime) -> bool:
    """Return whether the last backup was made a week ago or more, or never."""
    last = last_made(store, LAST_SETTING)
    return last is None or now - last >= dt.timedelta(days=DUE_DAYS)


def last_made(store: Store, setting: str) -> dt.datetime | None:
    """Return when the last backup was made, or the last drill; None when there was none."""
    told = store.setting(setting)
    return None if told is None else dt.datetime.fromisoformat(told)


def drill(store: Store, now: dt.datetime, folder: Path | None = None) -> Backup:
    """Bring the newest backup back into a folder of its own, prove it, and delete it again.

    Raises
    ------
    PeerbookError
        When there is none, or it does not prove right.
    """
    found = _backups(folder or store.folder / "backups")
    if not found:
        raise PeerbookError(_("There is no backup yet. Make one first."))
    with _aside(store.folder) as aside:
        path = aside / "peerbook.sqlite"
        told = _prove(found[-1], store.keys.master(_key_id(found[-1])), path)
        with Store.open(path, create=False):
            pass
    _record(store, DRILL_SETTING, now)
    return told


def key_is_here(backup: Path) -> bool:
    """Return whether the key of a backup is on this computer."""
    try:
        _keys_here(backup)
    except PeerbookError:
        return False
    return True


def restore(
    backup: Path, target: Path, now: dt.datetime, master: MasterKey | None = None,
    erase: Erase = forget_identity,
) -> tuple[Backup, Path | None]:  # fmt: skip
    """Bring a backup back; a store that is there already is set aside, never written over.

    Who was erased since the backup was made is erased again.

    Parameters
    ----------
    master
        The key, from the recovery code; None when it is on this computer.
    erase
        Erases a participant.

    Returns
    -------
    tuple
        What the backup said of itself, and where the store is that was there; None when none was.
    """
    if master is not None and master.id != _key_id(backup):
        raise InputFault.at("code", _("This recovery code is right, but of another backup."))
    with _explaining(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _aside(target.parent) as aside:
            new = aside / "peerbook.sqlite"
            if master is not None:
                Keys(_mark(backup)[:STORE_ID_BYTES].hex(), master.id, {}).add(master)
            told = _prove(backup, master or _keys_here(backup).master(), new)
            old = None
            if target.exists():
                old = target.with_name(f"{target.stem}-set-aside-{now:%Y%m%dT%H%M%S}.sqlite")
                SqliteFile(target).set_aside(old)
            new.replace(target)
            sync_folder(target.parent)
    with Store.open(target, create=False) as store:
        erased = _erased(store)
        with store.write("restore") as session:
            for code in session.scalars(select(Participant.code)).all():
                if erased & {_trace(store.keys, code, key_id) for key_id in store.keys.ids}:
                    erase(session, code)
    return told, old


def remember_erased(store: Store, codes: Iterable[str]) -> None:
    """Keep beside the store that people are erased, so that no backup brings them back.

    Only a keyed hash of their codes is kept: it names nobody, and tells a code only to whoever has
    both the key and the code.
    """
    lines = "".join(f"{_trace(store.keys, code, store.keys.key_id)}\n" for code in codes)
    with _explaining(store.folder):
        handle = os.open(store.folder / ERASED_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="ascii") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())


def rotate_key(store: Store) -> str:
    """Encrypt the store under a new key, and return its id; what was cut off is finished.

    The earlier key stays where it is kept, for the backups that need it. Until the store is
    encrypted anew it is as it was.
    """
    keys = store.keys
    newest = keys.ids[-1]
    key_id = keys.add(MasterKey.new()) if newest == keys.key_id else newest
    changed = Keys.load(keys.store_id, key_id)
    store.close()

    def seal_again(connection: Connection) -> None:
        identities.seal_again(connection, changed)
        users.seal_again(connection, changed)

    store._database.change_key(changed, seal_again)
    return key_id


def _record(store: Store, setting: str, now: dt.datetime) -> None:
    with store.write(store.visitor.name if store.visitor else "backup") as session:
        set_setting(session, setting, now.astimezone(dt.UTC).isoformat())


def _backups(folder: Path) -> list[Path]:
    """Return the backups in a folder, the oldest first."""
    return sorted(folder.glob(f"peerbook-*{ENDING}"))


def _remove_old(folder: Path, now: dt.datetime) -> None:
    oldest = f"peerbook-{now - dt.timedelta(days=KEPT_DAYS):%Y%m%dT%H%M%S}{ENDING}"
    for path in _backups(folder)[:-1]:
        if path.name < oldest:
            path.unlink()


def _erased(store: Store) -> set[str]:
    path = store.folder / ERASED_FILE
    return set(path.read_text("ascii").split()) if path.exists() else set()


def _trace(keys: Keys, code: str, key_id: str) -> str:
    """Return by which an erased code is known again."""
    key = keys.derived("pseudonyms", key_id)
    return f"{key_id}.{hmac.new(key, f'erased/{code}'.encode(), hashlib.sha256).hexdigest()}"


# -- the file --------------------------------------------------------------------------------------


def _encrypt(file: BinaryIO, keys: Keys, told: Backup, source: BinaryIO) -> None:
    """Write a backup: mark, what it says of itself, and the store, in numbered pieces."""
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


def _closed_pieces(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    length = file.read(_LENGTH.size)
    while len(length) == _LENGTH.size:
        piece = file.read(min(_LENGTH.unpack(length)[0], _CHUNK + _TAG_BYTES))
        length = file.read(_LENGTH.size)
        yield piece, not length


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    """Return the nonce of a piece: none can be left out, moved, or missing at the end."""
    return prefix + struct.pack(">I?", number, is_last)


def _mark(backup: Path) -> bytes:
    with _explaining(backup), backup.open("rb") as file:
        magic, mark = file.read(len(_MAGIC)), file.read(MARK_BYTES)
    if magic != _MAGIC or len(mark) != MARK_BYTES:
        raise PeerbookError(_("“{name}” is no backup of peerbook.").format(name=backup.name))
    return mark


def _key_id(backup: Path) -> str:
    return _mark(backup)[STORE_ID_BYTES:].hex()


def _keys_here(backup: Path) -> Keys:
    return Keys.marked(_mark(backup))


def _prove(backup: Path, master: MasterKey, target: Path) -> Backup:
    """Open a backup into a new file, look for damage, and count what is in it."""
    mark = _mark(backup)
    with _explaining(backup), backup.open("rb") as file:
        file.seek(len(_MAGIC) + MARK_BYTES)
        prefix = file.read(_PREFIX_BYTES)
        cipher = AESGCM(master.derived("backup"))
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            said = b""
            for number, (closed, is_last) in enumerate(_closed_pieces(file)):
                try:
                    piece = cipher.decrypt(_nonce(prefix, number, is_last), closed, mark)
                except (InvalidTag, ValueError):
                    raise _damaged(backup) from None
                if number:
                    out.write(piece)
                else:
                    said = piece
            out.flush()
            os.fsync(out.fileno())
    if not said or not target.stat().st_size:
        raise _damaged(backup)
    told = Backup(**json.loads(said))
    found = SqliteFile(target)
    found.check()
    rows = _rows(found)
    found.close()
    if rows != told.rows:
        raise _damaged(backup)
    return told


def _rows(database: SqliteFile) -> dict[str, int]:
    names = sorted(database.tables())
    with database.fresh.connect() as connection:
        counts = {
            name: int(connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one())  # noqa: S608
            for name in names
        }
    database.close()
    return counts


def _damaged(backup: Path) -> PeerbookError:
    return PeerbookError(
        _("The backup “{name}” is damaged, or the key is not its own. Take another one.").format(
            name=backup.name
        )
    )


@contextlib.contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """Give a folder that is gone afterwards, on the same disk as the data."""
    made = Path(tempfile.mkdtemp(dir=folder, prefix=".backup-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _explaining(place: Path) -> Iterator[Any]:
    try:
        yield
    except OSError as error:
        raise PeerbookError(
            _(
                "{place} cannot be read or written. See that the disk is connected and not full, "
                "and that you may use it."
            ).format(place=place)
        ) from error
