"""The database under the store: what the store needs of one, and the one an address leads to.

Each database is one class in a module of its own, the only one that knows its product: how it is
reached, kept safe, and what its failures mean.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from sqlalchemy import URL, Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from peerbook.errors import Conflict, InputFault, NotAllowed, PeerbookError, StoreUnavailable
from peerbook.store.keys import STORE_ID_BYTES, Keys, MasterKey
from peerbook.store.visitor import Visitor
from peerbook.text import _


def open_database(url: str) -> Database:
    """Return the database at an address; nothing is opened or made yet.

    Parameters
    ----------
    url
        `sqlite:///folder/file.sqlite`, the path of a file, or `postgresql://user@server/database`.

    Raises
    ------
    StoreUnavailable
        When the address cannot be used, the place is unsafe, or the database's program is too old.
    """
    try:
        parsed = make_url(url) if "://" in url else URL.create("sqlite", database=url)
    except (ArgumentError, ValueError):
        raise StoreUnavailable(_cannot_use(url)) from None
    if parsed.drivername == "sqlite" and parsed.database not in (None, "", ":memory:"):
        from peerbook.store.sqlite import SqliteFile

        return SqliteFile(Path(str(parsed.database)))
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        from peerbook.store.postgres import PostgresDatabase

        return PostgresDatabase(parsed)
    raise StoreUnavailable(_cannot_use(url))


@dataclass(frozen=True)
class Copy:
    """A copy of all data as of one moment.

    Parameters
    ----------
    rows
        How many rows each table has.
    source
        The copy, as the database itself writes it.
    """

    rows: dict[str, int]
    source: BinaryIO


class Database(ABC):
    """One database, with an engine for each way the store uses it.

    Parameters
    ----------
    place
        Where the data lie, as users are told; never with a password.
    folder
        The folder on this computer that goes with the data.
    write
        Its transactions wait for their turn and are then alone in writing, so that what they read
        stays true until they commit.
    read
        Its transactions wait for nobody, see one unchanging state each, and cannot write.
    """

    kind: ClassVar[str]
    """By which backups tell of which database they are; `--store` begins with it."""

    _known: ClassVar[weakref.WeakSet[Database]] = weakref.WeakSet()

    def __init__(self, place: str, folder: Path, *, write: Engine, read: Engine) -> None:
        self.place = place
        self.folder = folder
        self.write = write
        self.read = read
        self._known.add(self)

    @property
    def address(self) -> str:
        """The address that leads here; it may hold a password and is never shown."""
        return self.place

    @property
    def server(self) -> str | None:
        """Where the data lie, as users are told, when that is no folder of this computer."""
        return None

    @abstractmethod
    def product(self) -> str:
        """Return the name and version of the database's program."""

    @property
    @abstractmethod
    def keys(self) -> Keys:
        """The keys of the data, by what the data say of themselves.

        Raises
        ------
        StoreUnavailable
            When the key is not to be had on this computer.
        """

    def take_key(self, master: MasterKey) -> None:
        """Keep the key of the data, which is not on this computer, once it has proved right.

        Raises
        ------
        InputFault
            At `code`, when it is the key of something else.
        """
        mark = self._mark()
        store_id, key_id = mark[:STORE_ID_BYTES].hex(), mark[STORE_ID_BYTES:].hex()
        if master.id != key_id:
            raise InputFault.at("code", _("This recovery code is right, but of other data."))
        Keys(store_id, key_id, {}).add(master)

    @abstractmethod
    def _mark(self) -> bytes:
        """Return which store and key the data say they belong to; nothing when they do not."""

    @abstractmethod
    def change_key(self, keys: Keys, change: Callable[[Connection], None]) -> None:
        """Encrypt the data under another key, all of it or nothing; nobody else may use them.

        Parameters
        ----------
        keys
            The keys from then on.
        change
            Encrypts anew what is encrypted inside the tables, on the connection it is given.

        Raises
        ------
        StoreUnavailable
            When somebody else uses the data, or what was written is not whole.
        """

    @abstractmethod
    def used_by(self, visitor: Visitor) -> Database:
        """Return the same database, kept to what a visitor may do: `peerbook.store.rights`.

        It is used for the record only; the machine itself makes, checks and upgrades it.
        """

    @contextmanager
    def as_machine(self, connection: Connection) -> Iterator[None]:
        """Let a visitor's transaction do what follows from their save, past their own rights.

        For what is the machine's to do when they may save: what colleagues were typing goes with
        what it is about. A database that keeps visitors from that says here how it is let through.
        """
        yield

    @abstractmethod
    def exists(self) -> bool:
        """Return whether a store has been made here.

        Raises
        ------
        StoreUnavailable
            When that cannot be told.
        """

    @abstractmethod
    def create(self, build: Callable[[Connection], None]) -> None:
        """Make the store with the tables that `build` makes, all of it or nothing.

        When two do this at once, the first wins and both use what it made.

        Raises
        ------
        StoreUnavailable
            When it cannot be made.
        """

    @abstractmethod
    def check(self) -> None:
        """See that the data are whole and private, as far as can be done while somebody waits.

        Raises
        ------
        StoreUnavailable
            When they are damaged.
        """

    @abstractmethod
    def upgrade(self, change: Callable[[Connection], None], name: str) -> Path:
        """Change the tables after a checked copy was made; all of it or nothing.

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

    @abstractmethod
    def copied(self) -> AbstractContextManager[Copy]:
        """Give a copy of all data as of one moment, to be read while others go on working.

        Raises
        ------
        StoreUnavailable
            When it cannot be made; at the end, when what was read is not whole.
        """

    @abstractmethod
    def rows_in(self, pieces: Iterable[bytes]) -> dict[str, int]:
        """Return how many rows each table has in what `copied` gave, read to its end.

        Raises
        ------
        PeerbookError
            When it is damaged.
        """

    @abstractmethod
    def trial(self, pieces: Iterable[bytes]) -> AbstractContextManager[str | None]:
        """Bring a copy back beside the data, give its address, and remove it again.

        None is given where peerbook may make no place for it.

        Raises
        ------
        PeerbookError
            When it cannot be brought back.
        """

    @abstractmethod
    def bring_back(self, pieces: Iterable[bytes], now: dt.datetime) -> Path | None:
        """Bring a copy back in this place, all of it or nothing, and never over what is there.

        Returns
        -------
        Path or None
            Where what was there before is now.

        Raises
        ------
        PeerbookError
            When it cannot be brought back, or what is there cannot be set aside.
        """

    def rows(self, connection: Connection) -> dict[str, int]:
        """Return how many rows each table has, as a connection sees them."""
        names = sorted(inspect(connection).get_table_names())
        count = 'SELECT count(*) FROM "{}"'.format
        return {name: int(connection.scalar(text(count(name))) or 0) for name in names}

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        with self.read.connect() as connection:
            return set(inspect(connection).get_table_names())

    def close(self) -> None:
        """Close the connections that are not in use; the next use opens new ones."""
        self.write.dispose()
        self.read.dispose()

    def explain(self, error: Exception) -> PeerbookError | None:
        """Return what a failure means to the user; None when it is a fault of the program."""
        if isinstance(error, PoolTimeout):
            return StoreUnavailable(busy())
        return self._meaning(error.orig) if isinstance(error, DBAPIError) else None

    @abstractmethod
    def _meaning(self, error: BaseException | None) -> PeerbookError | None:
        """Return what an error of the driver means; None when it is a fault of the program."""

    @classmethod
    def _close_before_fork(cls) -> None:
        """Close idle connections: one opened before a fork must never be used or closed after."""
        for database in list(cls._known):
            database.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=Database._close_before_fork)


def entered_twice() -> Conflict:
    """Return the conflict with somebody who was first to enter what there can be only one of."""
    return Conflict(
        _(
            "Somebody else has just entered the same. What you wrote is not lost: load the page "
            "again, look at theirs, and save only what is missing."
        )
    )


def busy() -> str:
    """Return what to say when others took too long."""
    return _(
        "Others are saving right now. What you wrote is still on the page: wait a moment and save "
        "again."
    )


def full() -> str:
    """Return what to say when there is no room for the data."""
    return _(
        "The disk is full, so this was not saved. What you wrote is still on the page: free some "
        "space and save again."
    )


def no_memory() -> str:
    """Return what to say when the memory does not suffice."""
    return _(
        "The computer has run out of memory, so this was not saved. Close other programs and save "
        "again."
    )


UNFINISHED = ".backup-"
"""How a copy is called while it is made or tried; one that stays so was cut off."""


def make_private_file(path: Path) -> None:
    """Make a new file that nobody but its owner can read."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _cannot_use(url: str) -> str:
    return _(
        "“{url}” is not an address peerbook can use. Give a file on this computer, for instance "
        "sqlite:///C:/peerbook/peerbook.sqlite, or a database such as "
        "postgresql://peerbook@server/peerbook."
    ).format(url=re.sub("//.*@", "//…@", url).partition("?")[0])


def not_allowed() -> NotAllowed:
    """Return that a role, or the sites somebody works at, do not reach that far."""
    return NotAllowed(
        _(
            "Your role here does not reach that far, so nothing was shown or changed. Ask a leader "
            "if you need it."
        )
    )
