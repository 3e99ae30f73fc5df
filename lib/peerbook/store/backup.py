"""Backups: when they are made, for how long they are kept, and how they are brought back.

A backup (`backup_file`) is a whole store in one encrypted file, proved by reading it. With the
recovery code it opens on any computer. What a database does to be copied it knows itself.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from peerbook.errors import InputFault, PeerbookError
from peerbook.store import backup_file, drafts, identities, users
from peerbook.store.backup_file import (
    ENDING,
    Backup,
    append_to,
    explaining,
    key_id_of,
    mark_of,
    write_proved,
)
from peerbook.store.chain_ends import NotedEnds, note_end, noted_ends
from peerbook.store.engine import UNFINISHED, open_database
from peerbook.store.identities import forget_identity
from peerbook.store.keys import KEY_ID_BYTES, STORE_ID_BYTES, Keys, MasterKey
from peerbook.store.store import Store, begin_counting_again, history_length, set_setting
from peerbook.store.tables import Participant
from peerbook.store.taken_back import Standing, TakenBack
from peerbook.text import _, format_number

KEPT_DAYS = 35
DUE_DAYS = 7
LAST_SETTING, DRILL_SETTING, CODE_SETTING = "last_backup", "last_backup_drill", "recovery_code"
FOLDER_SETTING = "backup_folder"
ERASED_FILE = "erased"
"""Beside the store, and beside its backups: by which codes of erased people are known again, should
a backup return, be it on another computer."""

_CERTAIN, _UNCERTAIN, _NOT_AFTER_ALL = "", "?", "-"
"""Before a line of it: they are gone; written down before that was certain; they are not."""

_COPIED = re.compile(
    r"(?:peerbook|.+-before-\w+|.+-set-aside)-(\d{8}T\d{6})\d*\.(?:peerbook-backup|sqlite|dump)"
)
"""The names of copies that somebody, an upgrade or a restore made; the moment stands by itself."""
_CUT_OFF_AFTER = dt.timedelta(days=1)

_DAY = "@"
"""In a line of it, before the day on which they were erased; earlier peerbooks wrote none."""

_LINE = re.compile(
    rf"([{_UNCERTAIN}{_NOT_AFTER_ALL}]?)([0-9a-f]{{{2 * KEY_ID_BYTES}}}\.[0-9a-f]{{64}})"
    rf"(?:{_DAY}(\d{{4}}-\d\d-\d\d))?"
)
"""What is whole of a line of it: a stop or a full disk can leave one torn, which names nobody, or
has no day."""

Erase = Callable[[Session, str, dt.date | None], object]
"""Erases a participant as of the day they were erased first; None where that is not known."""
Days = Mapping[str, dt.date | None]
"""By what each of the erased is known again, and when they were erased."""

Heed = Callable[[Session, TakenBack], object]


def forget(session: Session, code: str, _on: dt.date | None) -> None:
    """Erase who somebody is, and nothing else that is recorded of them."""
    forget_identity(session, code)


def make_backup(store: Store, now: dt.datetime, folder: Path | None = None) -> Path:
    """Write a backup while others go on working, prove it, and remove those that are too old.

    Parameters
    ----------
    folder
        Where to; `folder_of` the store when not given.

    Raises
    ------
    StoreUnavailable, PeerbookError
        When it cannot be written or does not prove right; nothing is left of it then.
    """
    folder = folder or folder_of(store)
    path = folder / f"peerbook-{now:%Y%m%dT%H%M%S}{ENDING}"
    if folder == beside_data(store):
        with explaining(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    else:
        # Never made: where a stick is missing, it would be a folder of this computer's own disk.
        _refuse_missing(folder)
    with store._explained():
        write_proved(store._database, path, now)
    note_end(store, folder, now)
    _keep_erased(_erased_in(store.folder), folder)
    TakenBack(store.keys, store.folder).pass_on(folder)
    for place in {folder, store.folder, *_folders(store)}:
        if place.is_dir():
            with explaining(place):
                _remove_old(place, now)
    _record(store, LAST_SETTING, now)
    return path


def _refuse_missing(folder: Path) -> None:
    if not folder.is_dir():
        raise PeerbookError(
            _(
                "There is no folder {folder} just now. If it is on a stick or another disk, "
                "connect that, and try again."
            ).format(folder=folder)
        )


def folder_of(store: Store) -> Path:
    """Return where backups of a store are written: where the place chose, or beside the data."""
    chosen = str(store.setting(FOLDER_SETTING, ""))
    return Path(chosen) if chosen else beside_data(store)


def beside_data(store: Store) -> Path:
    """Return where backups are written while nobody has chosen a folder."""
    return store.folder / "backups"


def _folders(store: Store) -> list[Path]:
    """Return the folders a store's backups can lie in, as far as they are there."""
    return [one for one in sorted({folder_of(store), beside_data(store)}) if one.is_dir()]


def known_ends(store: Store) -> NotedEnds:
    """Return where the chain ended when backups were made, as far as their folders are there."""
    return sum((noted_ends(store, folder) for folder in _folders(store)), NotedEnds())


def choose_folder(session: Session, chosen: str) -> None:
    """Choose where backups are written from now on; empty for beside the data.

    Raises
    ------
    InputFault
        When it is no folder of this computer, or nothing can be written there.
    """
    folder = Path(chosen)
    if chosen and not (folder.is_absolute() and folder.is_dir() and os.access(folder, os.W_OK)):
        raise InputFault.at(
            "folder",
            _(
                "There is no such folder on the computer where peerbook runs, or nothing may be "
                "written in it. Write all of the path, and connect the stick first."
            ),
        )
    set_setting(session, FOLDER_SETTING, chosen)


def is_due(store: Store, now: dt.datetime) -> bool:
    """Return whether the last backup was made a week ago or more, or never."""
    last = last_made(store, LAST_SETTING)
    return last is None or now - last >= dt.timedelta(days=DUE_DAYS)


def last_made(store: Store, setting: str) -> dt.datetime | None:
    """Return when the last backup was made, or the last drill; None when there was none."""
    told = store.setting(setting)
    return None if told is None else dt.datetime.fromisoformat(told)


@dataclass(frozen=True)
class Drill:
    """What a drill showed.

    Parameters
    ----------
    told
        What the backup says of itself, which proved right.
    is_brought_back
        Whether it was brought back on trial; else it was read to its end, because peerbook may
        make no database on the server.
    """

    told: Backup
    is_brought_back: bool

    @property
    def sentence(self) -> str:
        """The same in a sentence."""
        if self.is_brought_back:
            text = _("The backup opens, and all of its {rows} rows are there.")
        else:
            text = _(
                "The backup can be read, and all of its {rows} rows are there. It was not brought "
                "back on trial: peerbook may make no database on the server."
            )
        return text.format(rows=format_number(self.told.number_of_rows))


def drill(
    store: Store, now: dt.datetime, folder: Path | None = None, erase: Erase = forget
) -> Drill:
    """Prove the newest backup by bringing it back on trial, and remove that again.

    Whoever was erased since is erased there too, so that this is known to work.

    Raises
    ------
    PeerbookError
        When there is none, or it does not prove right.
    """
    folder = folder or folder_of(store)
    if folder != beside_data(store):
        _refuse_missing(folder)
    found = _backups(folder)
    if not found:
        raise PeerbookError(_("There is no backup yet. Make one first."))
    newest, database = found[-1], store._database
    master = store.keys.master(key_id_of(newest))
    with store._explained():
        told = backup_file.proved(newest, master, database)
        with database.trial(backup_file.opened(newest, master)[1]) as address:
            if address is not None:
                with Store.open(address, create=False) as opened:
                    erase_again(opened, erase, _erased_in(store.folder))
    _record(store, DRILL_SETTING, now)
    return Drill(told, address is not None)


def key_is_here(backup: Path) -> bool:
    """Return whether the key of a backup is on this computer.

    Raises
    ------
    PeerbookError
        When the file is no backup, which no key opens.
    """
    mark_of(backup)
    try:
        _keys_here(backup)
    except PeerbookError:
        return False
    return True


def restore(
    backup: Path, address: str | Path, now: dt.datetime, master: MasterKey | None = None, *,
    erase: Erase = forget, heed: Heed | None = None,
) -> tuple[Backup, Path | None]:  # fmt: skip
    """Bring a backup back; what is there already is never written over.

    Who was erased since the backup was made is erased again, and what was taken back is heeded.

    Parameters
    ----------
    address
        Where to, as for `Store.open`. A file that is there is set aside; a database on a server
        has to be empty.
    master
        The key, from the recovery code; None when it is on this computer.
    erase
        Erases a participant.
    heed
        Does again what people have taken back since; without it nothing of that is done.

    Returns
    -------
    tuple
        What the backup said of itself, and where the store is that was there; None when none was.
    """
    if master is not None and master.id != key_id_of(backup):
        raise InputFault.at("code", _("This recovery code is right, but of another backup."))
    if master is not None:
        Keys(mark_of(backup)[:STORE_ID_BYTES].hex(), master.id, {}).add(master)
    key = master or _keys_here(backup).master()
    database = open_database(str(address))
    with Store(database)._explained(), explaining(database.folder):
        told = backup_file.proved(backup, key, database)
        old = database.bring_back(backup_file.opened(backup, key)[1], now)
    with Store.open(address, create=False) as store:
        for folder in {backup.parent, *_folders(store)}:
            with contextlib.suppress(PeerbookError):  # it may lie where nothing can be written
                note_end(store, folder, now)
        # What a stop left uncertain counts: the store in which it could be seen is set aside.
        uncertain = _traces(store.folder, _UNCERTAIN)
        _keep_erased({**uncertain, **_erased_in(backup.parent)}, store.folder)
        erase_again(store, erase)
        counted = max(store.history_length(), 0 if old is None else _counted_in(old))
        with store.write("restore") as session:
            begin_counting_again(session, now, counted)
        TakenBack(store.keys, backup.parent).pass_on(store.folder)
        if heed is not None:
            with store.write("restore") as session:
                heed(session, TakenBack(store.keys, store.folder))
    return told, old


def _counted_in(set_aside: Path) -> int:
    """Return how far changes were counted in a store that was set aside; 0 when it cannot tell.

    It is read as it lies there: it can be of an earlier peerbook, or what is damaged.
    """
    database = open_database(str(set_aside))
    try:
        with Session(database.read) as session:
            return history_length(session)
    except (PeerbookError, SQLAlchemyError, OSError):
        return 0
    finally:
        database.close()


def erase_again(store: Store, erase: Erase, erased: Days | None = None) -> int:
    """Erase whoever a copy brought back, and return how many: once a store was put in place.

    Parameters
    ----------
    erase
        Erases a participant.
    erased
        By what the erased are known again, and since when; what lies beside the store when not
        given.
    """
    if erased is None:
        _settle(store)
        erased = _erased_in(store.folder)
    if not erased:
        return 0
    back: dict[str, dt.date | None] = {}
    with store.read() as session:
        for code in session.scalars(select(Participant.code)):
            traces = {_trace(store.keys, code, key_id) for key_id in store.keys.ids}
            if known := traces & erased.keys():
                back[code] = min(filter(None, (erased[one] for one in known)), default=None)
    if back:
        with store.write("restore") as session:
            for code, on in back.items():
                erase(session, code, on)
    return len(back)


def remember_erased(store: Store, session: Session, codes: Iterable[str], on: dt.date) -> None:
    """Keep beside the store, and beside its backups, that people are erased once a session commits.

    So no backup brings them back. Only a keyed hash of their codes is kept, and the day: it names
    nobody, and tells a code only to whoever has both the key and the code. A backup folder that is
    not there now gets it with the next backup. It is written down before the commit too, as not
    certain: if the computer stops in between, the next start sees whether they are gone.
    """
    keys = store.keys
    traces: Days = dict.fromkeys((_trace(keys, code, keys.key_id) for code in codes), on)
    certain = _erased_in(store.folder)
    new = {trace: day for trace, day in traces.items() if trace not in certain}
    _keep_erased(new, store.folder, _UNCERTAIN)

    def confirm(_session: Session) -> None:
        with contextlib.suppress(PeerbookError):  # the next start does it
            _keep_erased(traces, store.folder)
            for folder in _folders(store):
                _keep_erased(traces, folder)

    event.listen(session, "after_commit", confirm, once=True)


def remember_taken_back(session: Session, standings: Mapping[str, Standing]) -> None:
    """Note beside the store, and beside its backups, what is taken back once a session commits.

    So `restore` can heed it. A backup folder that is not there now gets it with the next backup.

    Parameters
    ----------
    session
        Of `store.write`.
    standings
        By what each is about; see `TakenBack`.
    """
    store = Store(session.info["database"])

    def confirm(_session: Session) -> None:
        with contextlib.suppress(PeerbookError):  # what is saved stays so, and the next start notes
            for folder in (store.folder, *_folders(store)):
                TakenBack(store.keys, folder).note(standings)

    event.listen(session, "after_commit", confirm, once=True)


def _settle(store: Store) -> None:
    """Make certain what a stop left uncertain: who is still there was not erased after all."""
    uncertain = _traces(store.folder, _UNCERTAIN)
    if not uncertain:
        return
    with store.read() as session:
        there = {
            _trace(store.keys, code, key_id)
            for code in session.scalars(select(Participant.code))
            for key_id in store.keys.ids
        }
    gone = {trace: day for trace, day in uncertain.items() if trace not in there}
    _keep_erased(gone, store.folder)
    kept = {trace: day for trace, day in uncertain.items() if trace in there}
    _keep_erased(kept, store.folder, _NOT_AFTER_ALL)


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
        drafts.seal_again(connection, changed)

    store._database.change_key(changed, seal_again)
    return key_id


def _record(store: Store, setting: str, now: dt.datetime) -> None:
    with store.write(store.visitor.name if store.visitor else "backup") as session:
        set_setting(session, setting, now.astimezone(dt.UTC).isoformat())


def _backups(folder: Path) -> list[Path]:
    """Return the backups in a folder, the oldest first."""
    return sorted(folder.glob(f"peerbook-[0-9]*{ENDING}"))


def _remove_old(folder: Path, now: dt.datetime) -> None:
    """Remove what was copied more than five weeks ago, and what a kill left; keep the newest.

    What an upgrade or a restore put aside is a copy too: whoever was deleted since is in it.
    """
    oldest = f"{now - dt.timedelta(days=KEPT_DAYS):%Y%m%dT%H%M%S}"
    newest = _backups(folder)[-1:]
    for path in folder.iterdir():
        made = _COPIED.fullmatch(path.name)
        if made is not None and made[1] < oldest and path not in newest:
            path.unlink()
        elif path.name.startswith(UNFINISHED) and _age(path, now) > _CUT_OFF_AFTER:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _age(path: Path, now: dt.datetime) -> dt.timedelta:
    return now - dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)


def _keep_erased(traces: Days, folder: Path, mark: str = _CERTAIN) -> None:
    """Add a mark for each of the erased in a folder that does not have it yet."""
    with explaining(folder):
        new = sorted(traces.keys() - _traces(folder, mark).keys())
        lines = [
            f"{mark}{trace}" if (day := traces[trace]) is None else f"{mark}{trace}{_DAY}{day}"
            for trace in new
        ]
        if lines:
            append_to(folder / ERASED_FILE, "".join(f"{line}\n" for line in lines))


def _erased_in(folder: Path) -> Days:
    return _traces(folder, _CERTAIN)


def _traces(folder: Path, mark: str) -> Days:
    """Return who has a mark in a folder; the last one counts, but what is certain stays so."""
    path = folder / ERASED_FILE
    text = path.read_text("ascii", "replace") if path.exists() else ""
    last: dict[str, tuple[str, dt.date | None]] = {}
    for its_mark, trace, told in _LINE.findall(text):
        before, day = last.get(trace, (None, None))
        if before != _CERTAIN:
            with contextlib.suppress(ValueError):  # no day of the calendar
                day = dt.date.fromisoformat(told)
            last[trace] = its_mark, day
    return {trace: day for trace, (its_mark, day) in last.items() if its_mark == mark}


def _trace(keys: Keys, code: str, key_id: str) -> str:
    """Return by which an erased code is known again."""
    key = keys.derived("pseudonyms", key_id)
    return f"{key_id}.{hmac.new(key, f'erased/{code}'.encode(), hashlib.sha256).hexdigest()}"


def _keys_here(backup: Path) -> Keys:
    return Keys.marked(mark_of(backup))
