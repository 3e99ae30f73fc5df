"""The database under the store: how it is reached, kept safe, and what its failures mean.

This is the only module that knows SQLite. Another database is another class with the public names
of `Database`, chosen in `open_database` by the address.

SQLite comes from sqlcipher3's wheel and not from Python: the one many systems carry can damage a
file that several processes write (the WAL-reset bug, fixed in 3.51.3; sqlite.org/wal.html).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool, QueuePool
from sqlcipher3 import dbapi2 as driver

from peerbook.errors import Conflict, PeerbookError, StoreUnavailable
from peerbook.store.place import require_safe_place
from peerbook.text import _

FIRST_SAFE_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_S = 10.0
_TURN_MS = 25
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

_open_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def open_database(url: str) -> Database:
    """Return the database at an address; nothing is opened or made yet.

    Parameters
    ----------
    url
        `sqlite:///folder/file.sqlite`, or the path of a file.

    Raises
    ------
    StoreUnavailable
        When the address cannot be used, the place is unsafe, or SQLite is too old.
    """
    try:
        parsed = make_url(url) if "://" in url else URL.create("sqlite", database=url)
    except ArgumentError:
        raise StoreUnavailable(_cannot_use(url)) from None
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise StoreUnavailable(_cannot_use(parsed.render_as_string(hide_password=True)))
    require_sqlite(driver.sqlite_version_info)
    path = Path(str(parsed.database)).expanduser().absolute()
    require_safe_place(path)
    return Database(path)


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


class Database:
    """One SQLite file with its two engines.

    `write` takes the write lock when a transaction begins (BEGIN IMMEDIATE): a transaction that
    reads first and writes later would otherwise fail at once when another has written in between.
    `read` takes none, sees one unchanging state per transaction, and cannot write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = str(path)
        self.write = self._engine("BEGIN IMMEDIATE")
        self.read = self._engine("BEGIN", query_only=True)
        self._unpooled = self._engine("BEGIN", pooled=False, query_only=True)
        _open_databases.add(self)

    def exists(self) -> bool:
        """Return whether the file is there."""
        with self._explaining():
            return self.path.exists()

    def fresh(self) -> Engine:
        """Return an engine whose every connection opens the file anew, for reading back."""
        return self._unpooled

    def close(self) -> None:
        """Close the connections that are not in use; the next use opens new ones."""
        self.write.dispose()
        self.read.dispose()

    def create(self, build: Callable[[Connection], None]) -> None:
        """Make the file, readable by its owner only, with the tables that `build` makes.

        It is built aside and put in place in one step: nobody ever sees half of it, and when two
        do this at once, the first wins and both use it.

        Raises
        ------
        StoreUnavailable
            When the folder cannot be written, or a left-over journal lies at the place.
        """
        journal = self.path.with_name(self.path.name + "-wal")
        if journal.exists() and not self.path.exists():
            raise StoreUnavailable(
                _(
                    "{path} is gone, but its journal {journal} is still there. Put the file back "
                    "beside it, or move the journal away to start anew."
                ).format(path=self.path, journal=journal.name)
            )
        with self._explaining():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=".new-store-") as aside:
                new = Database(Path(aside) / self.path.name)
                _make_private_file(new.path)
                with contextlib.closing(new._connect()) as connection:
                    connection.execute("PRAGMA journal_mode=wal").fetchall()
                with new._engine("BEGIN IMMEDIATE", pooled=False).begin() as opened:
                    build(opened)
                new.close()
                _put_in_place(new.path, self.path)

    def make_private(self) -> None:
        """Let nobody but its owner read the file."""
        if os.name == "posix" and self.path.stat().st_mode & 0o077:
            with contextlib.suppress(PermissionError):
                self.path.chmod(0o600)

    def tables(self) -> set[str]:
        """Return the names of the tables in the file."""
        with self.read.connect() as connection:
            found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
            return set(found.scalars())

    def check(self) -> None:
        """Look for damage, unless the file is so large that it would take long.

        Raises
        ------
        StoreUnavailable
            When there is any.
        """
        with self.read.connect() as connection:
            pages, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("page_count", "page_size")
            )
            if pages * size > FULL_CHECK_BYTES:
                return
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
                raise StoreUnavailable(self._damaged())

    def upgrade(self, change: Callable[[Connection], None], name: str) -> Path:
        """Change the tables after a checked copy of the file was made; all of it or nothing.

        Parameters
        ----------
        change
            Changes the tables on the connection it is given.
        name
            Goes into the copy's file name.

        Returns
        -------
        Path
            The copy.

        Raises
        ------
        StoreUnavailable
            When the copy cannot be written or is not whole, or rows are left that point to none.
        """
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

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy to a new file while others go on working, and check the copy.

        Raises
        ------
        StoreUnavailable
            When the copy cannot be written or is not whole; the half-written copy is removed.
        """
        with self._explaining():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_private_file(target)
            try:
                with (
                    contextlib.closing(self._connect(query_only=True)) as source,
                    contextlib.closing(driver.connect(str(target), isolation_level=None)) as copy,
                ):
                    source.backup(copy, pages=256)
                    if copy.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                        raise StoreUnavailable(self._damaged())
            except BaseException:
                target.unlink(missing_ok=True)
                raise

    def explain(self, error: Exception) -> PeerbookError | None:
        """Return what a failure means to the user; None when it is a fault of the program."""
        if isinstance(error, PoolTimeout):
            return StoreUnavailable(_busy())
        return self._meaning(error.orig) if isinstance(error, DBAPIError) else None

    def _meaning(self, error: BaseException | None) -> PeerbookError | None:
        if str(error).startswith(_UNIQUE_MESSAGE):
            return Conflict(
                _(
                    "Somebody else has just entered the same. What you wrote is not lost: load "
                    "the page again, look at theirs, and save only what is missing."
                )
            )
        if str(error).startswith(_DAMAGE_MESSAGES):
            return StoreUnavailable(self._damaged())
        text_of = {
            _BUSY: _busy,
            _LOCKED: _busy,
            _NOMEM: _no_memory,
            _READONLY: self._read_only,
            _PERM: self._read_only,
            _IOERR: self._disk_fault,
            _FULL: _full,
            _CANTOPEN: self._cannot_open,
            _CORRUPT: self._damaged,
            _NOTADB: self._damaged,
        }.get(_code(error))
        return StoreUnavailable(text_of()) if text_of else None

    def _connect(self, *, query_only: bool = False, foreign_keys: bool = True) -> Any:
        # mode=rw: a file that has gone missing is an error, not a new and empty store.
        connection = driver.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # The key of an encrypted file has its place here, before anything is read.
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            if not foreign_keys:
                connection.execute("PRAGMA foreign_keys=off")
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
                _begin_in_turn(connection, begin)

        return engine

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        """Explain failures of the file system, and of the driver where SQLAlchemy is not used."""
        try:
            yield
        except PermissionError:
            raise StoreUnavailable(self._read_only()) from None
        except OSError as error:
            full = error.errno in _FULL_ERRNOS
            raise StoreUnavailable(_full() if full else self._cannot_open()) from error
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


_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _begin_in_turn(connection: Connection, begin: str) -> None:
    """Wait for the write lock, with the same chance as everybody else who waits.

    SQLite looks for the lock less and less often the longer it has waited, so that newcomers
    overtake, and where many save one of them waits in vain. Whoever starts anew is a newcomer too.
    """
    driven = connection.connection.driver_connection
    if driven is None:
        raise RuntimeError("the connection is closed")
    driven.execute(f"PRAGMA busy_timeout={_TURN_MS}")
    try:
        for _turn in range(int(BUSY_TIMEOUT_S * 1000) // _TURN_MS):
            try:
                driven.execute(begin)
            except driver.OperationalError as error:
                if _code(error) != _BUSY:
                    break
            else:
                return
        connection.exec_driver_sql(begin)  # what it says is explained as all failures are
    finally:
        driven.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}")


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary result code of a driver's error, 0 when it has none."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _cannot_use(url: str) -> str:
    return _(
        "“{url}” is not an address peerbook can use. Give a file on this computer, for instance "
        "sqlite:///C:/peerbook/peerbook.sqlite."
    ).format(url=url)


def _busy() -> str:
    return _(
        "Others are saving right now. What you wrote is still on the page: wait a moment and save "
        "again."
    )


def _full() -> str:
    return _(
        "The disk is full, so this was not saved. What you wrote is still on the page: free some "
        "space and save again."
    )


def _no_memory() -> str:
    return _(
        "The computer has run out of memory, so this was not saved. Close other programs and save "
        "again."
    )


def _make_private_file(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _put_in_place(new: Path, path: Path) -> None:
    """Give `new` the name `path` unless something has that name already."""
    try:
        path.hardlink_to(new)
    except FileExistsError:
        return
    except OSError:  # a disk without hard links, for instance a USB stick
        if not path.exists():
            new.rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _close_before_fork() -> None:
    """Close idle connections: one opened before a fork must never be used or closed after it."""
    for database in list(_open_databases):
        database.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_before_fork)
