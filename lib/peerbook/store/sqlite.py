"""The store as one SQLite file: how it is opened, kept safe, and what its failures mean.

The file is encrypted from its first byte by SQLCipher. Its first 16 bytes, which SQLCipher calls
the salt and which are in clear, say which store it is and which key it needs (`Keys.mark`).

SQLite comes from sqlcipher3's wheel and not from Python: the one many systems carry can damage a
file that several processes write (the WAL-reset bug, fixed in 3.51.3; sqlite.org/wal.html).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool
from sqlcipher3 import dbapi2 as driver

from peerbook.errors import PeerbookError, StoreUnavailable
from peerbook.store.engine import (
    UNFINISHED,
    Copy,
    Database,
    busy,
    entered_twice,
    full,
    make_private_file,
    no_memory,
    not_allowed,
)
from peerbook.store.keys import (
    KEY_BYTES,
    MARK_BYTES,
    Keys,
    sync_folder,
)
from peerbook.store.place import require_safe_place
from peerbook.store.sqlite_guard import OTHER_SITE, guarded, past_views
from peerbook.store.visitor import Visitor
from peerbook.text import _

if sys.platform != "win32":
    import fcntl

FIRST_SAFE_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_S = 10.0
FULL_CHECK_BYTES = 32 * 2**20
"""Up to this size opening reads every page. Above, whoever opens would wait too long, and only the
copy made before an upgrade is read whole."""

_SETTINGS = (
    "synchronous=full",  # with WAL, `normal` may lose the last commits at a power cut
    "foreign_keys=on",
    "recursive_triggers=on",  # so that REPLACE cannot slip past the triggers of the audit
    "trusted_schema=off",
    "cell_size_check=on",
    "secure_delete=on",
    "mmap_size=0",
)

# Primary result codes, sqlite.org/rescode.html.
_PERM, _BUSY, _LOCKED, _NOMEM, _READONLY, _IOERR = 3, 5, 6, 7, 8, 10
_CORRUPT, _FULL, _CANTOPEN, _NOTADB = 11, 13, 14, 26
# The driver gives primary codes only; these are told by their text. The tables are made by our own
# migrations, so that one of them lacks a column means the schema itself was damaged.
_UNIQUE_MESSAGE = "UNIQUE constraint failed"
_DAMAGE_MESSAGES = ("Could not decode to UTF-8", "no such column", "no such table")


def require_sqlite(version: tuple[int, ...]) -> None:
    """Refuse an SQLite that can damage a file several processes write.

    Raises
    ------
    StoreUnavailable
        When `version` is older than the first safe one.
    """
    if version < FIRST_SAFE_SQLITE:
        raise StoreUnavailable(
            _(
                "This SQLite ({found}) can damage data when several people save at once. peerbook "
                "needs {needed} or newer: install the package sqlcipher3 again."
            ).format(found=_dotted(version), needed=_dotted(FIRST_SAFE_SQLITE))
        )


class SqliteFile(Database):
    """One file. `write` takes its write lock when a transaction begins (BEGIN IMMEDIATE).

    A transaction that reads first and writes later would otherwise fail at once when another has
    written in between.

    Parameters
    ----------
    path
        Of the file.
    visitor
        Who uses it; None for the machine itself, which makes, checks and upgrades it.

    Raises
    ------
    StoreUnavailable
        When the place is unsafe for such a file, or SQLite is too old.
    """

    kind = "sqlite"

    def __init__(
        self, path: Path, visitor: Visitor | None = None, keys: Keys | None = None
    ) -> None:
        self._visitor = visitor
        require_sqlite(driver.sqlite_version_info)
        self.path = path.expanduser().absolute()
        self._keys = keys  # of a file that is still empty, later those that were read last
        self._read_mark: tuple[tuple[int, int], bytes] | None = None
        require_safe_place(self.path)
        super().__init__(
            str(self.path),
            self.path.parent,
            write=self._engine("BEGIN IMMEDIATE"),
            read=self._engine("BEGIN", query_only=True),
        )

    def used_by(self, visitor: Visitor) -> SqliteFile:
        """Return the database as a visitor may use it, as `Database.used_by` says."""
        return SqliteFile(self.path, visitor)

    def product(self) -> str:
        """Return the version of SQLite in use."""
        return f"SQLite {driver.sqlite_version}"

    @property
    def keys(self) -> Keys:
        """The keys of the file, by its first bytes."""
        mark = self._mark()
        if mark and (self._keys is None or self._keys.mark != mark):
            self._keys = Keys.marked(mark)
        if self._keys is None:
            raise StoreUnavailable(self._damaged())
        return self._keys

    def exists(self) -> bool:
        """Return whether the file is there; its journal alone tells that it was."""
        with self._explaining():
            journal = self.path.with_name(self.path.name + "-wal")
            if _is_there(self.path):
                return True
            if _is_there(journal) and not _is_there(self.path):
                raise StoreUnavailable(
                    _(
                        "{path} is gone, but its journal {journal} is still there. Put the file "
                        "back beside it, or move the journal away to start anew."
                    ).format(path=self.path, journal=journal.name)
                )
            return False

    def create(self, build: Callable[[Connection], None]) -> None:
        """Make the file, readable by its owner only, as `Database.create` says.

        It is built aside and put in place in one step: nobody ever sees half of it.
        """
        with self._explaining():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=_ASIDE) as aside:
                new = SqliteFile(Path(aside) / self.path.name, keys=Keys.new())
                make_private_file(new.path)
                new._keep_journal()
                with new._engine("BEGIN IMMEDIATE", pooled=False).begin() as opened:
                    build(opened)
                new.close()
                _put_in_place(new.path, self.path)

    def check(self) -> None:
        """Let nobody but its owner read the file, and look for damage unless that would take long.

        Raises
        ------
        StoreUnavailable
            When there is any.
        """
        if os.name == "posix" and self.path.stat().st_mode & 0o077:
            with contextlib.suppress(PermissionError):
                self.path.chmod(0o600)
        before = self._mark()
        try:
            self._look_for_damage()
        except (StoreUnavailable, DBAPIError):
            if self._mark() == before:
                raise
            self._look_for_damage()  # another process has encrypted it meanwhile
        if self._is_plain() and "alembic_version" in self.tables():
            self._encrypt()

    def _look_for_damage(self) -> None:
        self.close()
        with self.read.connect() as connection:
            pages, size, journal = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("page_count", "page_size", "journal_mode")
            )
            if pages * int(size) <= FULL_CHECK_BYTES:  # SQLCipher tells the size as text
                check = connection.exec_driver_sql("PRAGMA quick_check(1)")
                if check.scalar_one() != "ok":
                    raise StoreUnavailable(self._damaged())
        if journal != "wal" and not self._is_plain():
            self._keep_journal()  # a change of the key was cut off

    def change_key(self, keys: Keys, change: Callable[[Connection], None]) -> None:
        """Write the file anew aside, compare, and put it in place in one step."""
        self.close()
        with self._explaining():
            self._rewrite(keys, change)

    def _encrypt(self) -> None:
        """Encrypt a file of an earlier peerbook, and the copies earlier upgrades left beside it."""
        self.close()
        keys = Keys.new()
        with self._explaining():
            for copy in sorted((self.path.parent / "backups").glob("*.sqlite")):
                old = SqliteFile(copy)
                if old._is_plain():
                    old._rewrite(keys, lambda _connection: None)
            self._rewrite(keys, lambda _connection: None)

    def _rewrite(self, keys: Keys, change: Callable[[Connection], None]) -> None:
        """Put a copy of the file under `keys` in its place; until then the file is as it was.

        Whoever wants to use it meanwhile waits, and then finds the new one. What was not encrypted
        is overwritten, as far as the disk does so.
        """
        before = self._mark()
        with contextlib.closing(self._alone()) as old:
            if self._mark() != before:
                return  # somebody else was faster
            for left in self.path.parent.glob(f"{_ASIDE}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=_ASIDE) as aside:
                new = SqliteFile(Path(aside) / self.path.name, keys=keys)
                make_private_file(new.path)
                old.execute("ATTACH ? AS new KEY ?", [str(new.path), new._key()])
                old.execute("SELECT sqlcipher_export('new')")
                if not _hold_the_same(old, "main", "new"):
                    raise StoreUnavailable(self._damaged())
                old.execute("DETACH new")
                new._keep_journal()
                with new._engine("BEGIN IMMEDIATE", pooled=False).begin() as connection:
                    change(connection)
                with contextlib.closing(new._connect()) as written:
                    if written.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                        raise StoreUnavailable(self._damaged())
                new.close()
                self._give_way(old, new.path)

    def _give_way(self, old: Any, new: Path) -> None:
        was_plain = self._is_plain()
        if os.name == "nt":  # where no file can be replaced that is open
            old.close()
            new.replace(self.path)
            return
        with self.path.open("r+b") as gone:
            new.replace(self.path)
            sync_folder(self.path.parent)
            if was_plain:
                _overwrite(gone)

    def set_aside(self, path: Path) -> None:
        """Give the file another name, once nobody uses it and its journal is in it."""
        self.close()
        with self._explaining(), contextlib.closing(self._alone()) as old:
            if os.name == "nt":
                old.close()
            self.path.rename(path)

    def _alone(self) -> Any:
        """Return a connection that shuts everybody else out until it is closed."""
        connection = self._connect()
        try:
            connection.execute("PRAGMA main.locking_mode=exclusive").fetchall()
            connection.execute("PRAGMA main.journal_mode=delete").fetchall()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            with contextlib.suppress(OSError):  # or a kill would leave it lying beside the new file
                self.path.with_name(f"{self.path.name}-journal").unlink(missing_ok=True)
        except driver.OperationalError as error:
            connection.close()
            if _code(error) in {_BUSY, _LOCKED}:
                raise StoreUnavailable(
                    _(
                        "peerbook is still open somewhere. For this nobody else may use the data: "
                        "close all pages and programs of peerbook, and try again."
                    )
                ) from error
            raise
        return connection

    def upgrade(self, change: Callable[[Connection], None], name: str) -> Path:
        """Change the tables, as `Database.upgrade` says; the copy lies in `backups`."""
        # With foreign keys on, re-making a table would empty the ones that point to it.
        engine = self._engine("BEGIN IMMEDIATE", pooled=False, foreign_keys=False)
        moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
        copy = self.path.parent / "backups" / f"{self.path.stem}-{name}-{moment}.sqlite"
        with engine.begin() as connection:
            self.copy_to(copy)
            change(connection)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StoreUnavailable(self._damaged())
        self.close()
        return copy

    @contextlib.contextmanager
    def copied(self) -> Iterator[Copy]:
        """Give a copy, as `Database.copied` says: a file, encrypted as this one is."""
        with self._aside() as copy:
            self.copy_to(copy.path)
            with copy.read.connect() as connection:
                rows = copy.rows(connection)
            copy.close()
            with copy.path.open("rb") as source:
                yield Copy(rows, source)

    def rows_in(self, pieces: Iterable[bytes]) -> dict[str, int]:
        """Return how many rows there are in a copy, as `Database.rows_in` says."""
        with self._filled(pieces) as copy, copy.read.connect() as connection:
            return copy.rows(connection)

    @contextlib.contextmanager
    def trial(self, pieces: Iterable[bytes]) -> Iterator[str]:
        """Bring a copy back into a file aside, as `Database.trial` says."""
        with self._filled(pieces) as copy:
            yield copy.address

    def bring_back(self, pieces: Iterable[bytes], now: dt.datetime) -> Path | None:
        """Put a copy in this place, as `Database.bring_back` says."""
        old = None
        with self._filled(pieces) as new:
            new.close()
            if self.path.exists():
                old = self.path.with_name(f"{self.path.stem}-set-aside-{now:%Y%m%dT%H%M%S}.sqlite")
                self.set_aside(old)
            new.path.replace(self.path)
            sync_folder(self.path.parent)
        return old

    @contextlib.contextmanager
    def _filled(self, pieces: Iterable[bytes]) -> Iterator[SqliteFile]:
        """Give a file aside with a copy in it that was looked at for damage."""
        with self._aside() as copy:
            make_private_file(copy.path)
            with copy.path.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            copy.check()
            yield copy
            copy.close()

    @contextlib.contextmanager
    def _aside(self) -> Iterator[SqliteFile]:
        """Give a file that is not there yet, on the disk of this one; it is gone afterwards."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=UNFINISHED) as aside:
            yield SqliteFile(Path(aside) / self.path.name)

    def copy_to(self, target: Path) -> None:
        """Write a copy to a new file while others go on working, and check it; else nothing.

        Raises
        ------
        StoreUnavailable
            When the copy cannot be written or is not whole.
        """
        with self._explaining():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private_file(target)
            try:
                with (
                    contextlib.closing(self._connect(query_only=True)) as source,
                    contextlib.closing(SqliteFile(target, keys=self.keys)._connect()) as copy,
                ):
                    source.backup(copy, pages=256)
                    if copy.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                        raise StoreUnavailable(self._damaged())
            except BaseException:
                target.unlink(missing_ok=True)
                raise

    def _meaning(self, error: BaseException | None) -> PeerbookError | None:
        if str(error).startswith(_UNIQUE_MESSAGE):
            return entered_twice()
        if _code(error) == driver.SQLITE_AUTH or OTHER_SITE in str(error):
            return not_allowed()
        if str(error).startswith(_DAMAGE_MESSAGES):
            return StoreUnavailable(self._damaged())
        text_of = {
            _BUSY: busy,
            _LOCKED: busy,
            _NOMEM: no_memory,
            _READONLY: self._read_only,
            _PERM: self._read_only,
            _IOERR: self._disk_fault,
            _FULL: full,
            _CANTOPEN: self._cannot_open,
            _CORRUPT: self._damaged,
            _NOTADB: self._damaged,
        }.get(_code(error))
        return StoreUnavailable(text_of()) if text_of else None

    def _open(self) -> Any:
        # mode=rw: a file that has gone missing is an error, not a new and empty store.
        connection = driver.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA cipher_log_level=none").fetchall()  # it would speak English
        return connection

    def _connect(self, *, query_only: bool = False, foreign_keys: bool = True) -> Any:
        connection = self._open()
        try:
            if not self._is_plain():
                connection.execute(f'PRAGMA key="{self._key()}"').fetchall()
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            if not foreign_keys:
                connection.execute("PRAGMA foreign_keys=off")
            with guarded(connection, self._visitor, reads_only=query_only):
                if query_only:
                    connection.execute("PRAGMA query_only=on")
        except UnicodeDecodeError:
            # SQLite names what it found in the file, and that is no text.
            connection.close()
            damage = driver.DatabaseError("what the file calls its tables cannot be read")
            damage.sqlite_errorcode = _CORRUPT
            raise damage from None
        except BaseException:
            connection.close()
            raise
        return connection

    def _engine(self, begin: str, *, pooled: bool = True, **options: bool) -> Engine:
        engine = create_engine(
            "sqlite+pysqlite://",
            module=driver,
            creator=lambda: self._connect(**options),
            hide_parameters=True,  # what people wrote never stands in an error or a log
            poolclass=QueuePool if pooled else NullPool,
            **({"pool_size": 2, "max_overflow": 20, "pool_timeout": 10} if pooled else {}),
        )

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            if begin == "BEGIN":
                connection.exec_driver_sql(begin)
            else:
                _begin_in_turn(connection, begin, self.path.parent)

        if self._visitor is not None and begin != "BEGIN":

            @event.listens_for(engine, "before_cursor_execute", retval=True)
            def _change_tables(
                _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any
            ) -> tuple[str, Any]:
                return past_views(statement), parameters

        @event.listens_for(engine, "connect")
        def _note_file(_driven: Any, record: ConnectionPoolEntry) -> None:
            record.info[_FILE] = self._file()

        @event.listens_for(engine, "checkout")
        def _require_file(_driven: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
            if record.info[_FILE] != self._file():
                raise DisconnectionError  # another file lies there now; the pool opens that one

        @event.listens_for(engine, "checkin")
        def _end_turn(_driven: Any, record: ConnectionPoolEntry) -> None:
            _leave_line(record.info)

        return engine

    def _file(self) -> tuple[int, int] | None:
        """Return which file has the name now."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _key(self) -> str:
        """Return the key and the first bytes as SQLCipher wants them; nothing is derived there."""
        keys = self.keys
        return f"x'{keys.derived('store').hex()}{keys.mark.hex()}'"

    def _mark(self) -> bytes:
        """Return the first bytes; none of a file that is shorter.

        SQLite reads them: were we to close a file it has open, its locks would be gone.
        """
        found = self.path.stat()
        if found.st_size < MARK_BYTES:
            return b""
        file = (found.st_dev, found.st_ino)
        if self._read_mark is None or self._read_mark[0] != file:
            with contextlib.closing(self._open()) as connection:
                connection.execute(f"PRAGMA key=\"x'{bytes(KEY_BYTES).hex()}'\"").fetchall()
                salt = connection.execute("PRAGMA cipher_salt").fetchone()[0]
            self._read_mark = (file, bytes.fromhex(salt))
        return self._read_mark[1]

    def _is_plain(self) -> bool:
        """Return whether an earlier peerbook, or something else, wrote the file unencrypted."""
        mark = self._mark()
        return mark == _PLAIN or (not mark and self._keys is None)

    def _keep_journal(self) -> None:
        """Let readers and a writer not wait for each other."""
        with contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode=wal").fetchall()

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        """Explain failures of the file system, and of the driver where SQLAlchemy is not used."""
        try:
            yield
        except PermissionError:
            raise StoreUnavailable(self._read_only()) from None
        except OSError as error:
            told = full() if error.errno in _FULL_ERRNOS else self._cannot_open()
            raise StoreUnavailable(told) from error
        except driver.Error as error:
            raise self._meaning(error) or error from error

    def _read_only(self) -> str:
        return _(
            "You are not allowed to write in {place}, so nothing can be saved. What you wrote is "
            "still on the page: ask whoever looks after the computer for the right to write, then "
            "save again."
        ).format(place=self.place)

    def _cannot_open(self) -> str:
        return _(
            "The data cannot be opened at {place}. Check that the folder is there, that the disk "
            "is connected, and that you may use it; then try again."
        ).format(place=self.place)

    def _disk_fault(self) -> str:
        return _(
            "The disk under {place} could not be written or read, so this was not saved. What you "
            "wrote is still on the page: see that the disk is connected and not full, then save "
            "again."
        ).format(place=self.place)

    def _damaged(self) -> str:
        return _(
            "The data at {place} is damaged. Enter nothing more, keep the file, and bring back "
            "the newest backup."
        ).format(place=self.place)


_PLAIN = b"SQLite format 3\0"
_TURN, _FILE = "turn", "file"  # what is noted of a connection
_ASIDE = ".new-store-"
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _begin_in_turn(connection: Connection, begin: str, folder: Path) -> None:
    """Wait for the write lock, one after the other in the order of coming.

    SQLite looks for the lock less and less often the longer it has waited, so that newcomers
    overtake, the lock lies idle between two looks, and where many save one of them waits in vain.
    So there is a line, and whoever leaves it finds the lock free.
    """
    last = time.monotonic() + BUSY_TIMEOUT_S
    connection.info[_TURN] = _wait_in_line(folder, BUSY_TIMEOUT_S)
    left = max(0.0, last - time.monotonic())
    _set_busy_timeout(connection, left)
    connection.exec_driver_sql(begin)
    _set_busy_timeout(connection, BUSY_TIMEOUT_S)


def _set_busy_timeout(connection: Connection, seconds: float) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(seconds * 1000)}")


def _wait_in_line(folder: Path, seconds: float) -> int | None:
    """Wait until all who came before had their turn, or for `seconds`; return what holds the turn.

    The line is the kernel's: a lock on the folder, which goes when its process does. Windows has no
    such thing; there all look for the write lock at once.
    """
    if sys.platform == "win32":
        return None
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # Its own thread, for there is no other way to wait only so long. One that waits on is
        # let go when its turn comes, since nobody else has the file open then.
        wait = threading.Thread(target=fcntl.flock, args=(place, fcntl.LOCK_EX), daemon=True)
        wait.start()
        wait.join(seconds)
    return place


def _leave_line(info: dict[Any, Any]) -> None:
    """Let the next one have their turn."""
    place = info.pop(_TURN, None)
    if place is not None and sys.platform != "win32":
        with contextlib.suppress(OSError):
            fcntl.flock(place, fcntl.LOCK_UN)  # a child process may have the folder open, too
        os.close(place)


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary result code of a driver's error, 0 when it has none."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _is_there(path: Path) -> bool:
    """Return whether there is a file; `Path.exists` says no where it may not look (Python 3.14)."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _put_in_place(new: Path, path: Path) -> None:
    """Give `new` the name `path` unless something has that name already."""
    try:
        path.hardlink_to(new)
    except FileExistsError:
        return
    except OSError:  # a disk without hard links, for instance a USB stick
        if not path.exists():
            new.rename(path)
    sync_folder(path.parent)


def _hold_the_same(connection: Any, one: str, other: str) -> bool:
    """Return whether all tables of two attached databases hold the same rows."""
    names = f"SELECT name FROM {one}.sqlite_master WHERE type = 'table'"  # noqa: S608
    return not any(
        connection.execute(
            f'SELECT EXISTS (SELECT * FROM {left}."{name}" EXCEPT SELECT * FROM {right}."{name}")'  # noqa: S608
        ).fetchone()[0]
        for (name,) in connection.execute(names).fetchall()
        for left, right in ((one, other), (other, one))
    )


def _overwrite(file: BinaryIO) -> None:
    """Write zeros over a file that has lost its name."""
    left = file.seek(0, os.SEEK_END)
    file.seek(0)
    while left > 0:
        left -= file.write(bytes(min(left, 2**20)))
    file.flush()
    os.fsync(file.fileno())
