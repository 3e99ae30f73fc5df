"""The store in a PostgreSQL database: how it is reached, and what its failures mean.

The database and the user peerbook connects as are made by whoever runs the server; the tables are
made here. All settings that saving relies on are those of our connections, whatever the server's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from peerbook.errors import PeerbookError, StoreUnavailable
from peerbook.paths import data_folder
from peerbook.store.engine import (
    Database,
    busy,
    entered_twice,
    full,
    make_private_file,
    no_memory,
    not_allowed,
)
from peerbook.store.keys import Keys
from peerbook.store.postgres_guard import guard, is_guarded, settings_of, views_for
from peerbook.store.visitor import Visitor
from peerbook.text import _

FIRST_VERSION = 15
_REMARK = "peerbook key "
LOCK_TIMEOUT_S = 10
_SETTINGS = {
    "client_encoding": "UTF8",
    "timezone": "UTC",
    "synchronous_commit": "on",  # a server that is set to forget the last commits would lose them
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "120s",  # a program that hangs must not hold the lock
}
_TURN = 0x70656572626F6F6B
"""Number of the lock that writers take in turn; “peerbook” in ASCII."""

_SHOWN = frozenset({"host", "port", "service"})
"""Of what may follow the `?` of an address, what users are shown: no password, no key."""

# postgresql.org/docs/15/errcodes-appendix.html. A class is its first two signs.
_UNIQUE = "23505"
_TOO_FAR = "42501"
_NOT_ALLOWED = {_TOO_FAR, "25006"}
_BUSY = {"40001", "40P01", "55P03", "57014", "53300"}
_FULL, _NO_MEMORY = "53100", "53200"
_UNREACHABLE = {"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04", "3D000"}
_UNREACHABLE_CLASSES = {"08", "28"}
# The tables are made by our own migrations, so one that lacks a column has been damaged.
_DAMAGED = {"42P01", "42703", "58030"}
_DAMAGED_CLASS = "XX"


class PostgresDatabase(Database):
    """A database on a PostgreSQL server.

    A writing transaction begins by waiting for a lock that only one of them holds at a time, in
    the order they came. A process keeps one connection, and whoever reads only what is not hidden
    from them another.

    Parameters
    ----------
    url
        Its address.
    visitor
        Who uses it; None for the machine itself, which makes, checks and upgrades it.
    """

    def __init__(self, url: URL, visitor: Visitor | None = None) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._visitor = visitor
        self._keys: Keys | None = None
        pool = self._pool()
        write = pool.execution_options()
        event.listen(write, "begin", self._begin_in_turn)
        if views := list(views_for(visitor)):
            pool = self._pool()
            event.listen(pool, "connect", lambda opened, _record: _run(opened, views))
        read = pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        event.listen(read, "begin", self._begin)
        place = self._without_password(lambda name: name in _SHOWN)
        super().__init__(place, data_folder(), write=write, read=read, fresh=read)

    @property
    def address(self) -> str:
        """The address that leads here, with the password if it held one."""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def used_by(self, visitor: Visitor) -> PostgresDatabase:
        """Return the database as a visitor may use it, as `Database.used_by` says."""
        return PostgresDatabase(self._url, visitor)

    @property
    def server(self) -> str:
        """Where the data lie, as users are told."""
        return self.place

    def product(self) -> str:
        """Return the database's program and version."""
        with self.read.connect() as connection:
            return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}"

    @property
    def keys(self) -> Keys:
        """The keys of the data, by a remark on one of its tables, which every copy carries along.

        The server keeps the data as it keeps all; what tells who somebody is, is sealed.
        """
        if self._keys is None:
            with self.read.connect() as connection:
                mark = _mark(connection)
            if mark is None:
                raise StoreUnavailable(self._damaged())
            self._keys = Keys.marked(mark)
        return self._keys

    def change_key(self, keys: Keys, change: Callable[[Connection], None]) -> None:
        """Change it in one transaction; whoever writes waits for it."""
        with self.write.begin() as connection:
            change(connection)
            _set_mark(connection, keys)
        self._keys = keys

    def exists(self) -> bool:
        """Return whether the database holds any table."""
        return bool(self.tables())

    def create(self, build: Callable[[Connection], None]) -> None:
        """Make the tables, as `Database.create` says."""
        self._require_server()
        with self.write.begin() as connection:
            if not _has_tables(connection):
                build(connection)
                _set_mark(connection, Keys.new())
                guard(connection)

    def check(self) -> None:
        """See that the server keeps the promises the store relies on, and who may do what.

        Raises
        ------
        StoreUnavailable
            When it does not.
        """
        self._require_server()
        with self.read.connect() as connection:
            guarded = is_guarded(connection) or not _is_ours(connection)
        if not guarded:
            with self.write.begin() as connection:
                guard(connection)

    def upgrade(self, change: Callable[[Connection], None], name: str) -> Path:
        """Change the tables, as `Database.upgrade` says; the copy lies in `backups`."""
        moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
        copy = self.folder / "backups" / f"{self._url.database}-{name}-{moment}.dump"
        with self.write.begin() as connection:
            self.copy_to(copy)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            # Checked at once, since no table can be changed that has rows yet to be checked.
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            try:
                change(connection)
                guard(connection)
            except IntegrityError as error:
                raise StoreUnavailable(self._damaged()) from error
        return copy

    def copy_to(self, target: Path) -> None:
        """Write a copy with pg_dump, as `Database.copy_to` says; pg_restore reads it."""
        dump, restore = shutil.which("pg_dump"), shutil.which("pg_restore")
        if dump is None or restore is None:
            raise StoreUnavailable(
                _(
                    "No copy of the data at {place} can be made, because pg_dump is not on this "
                    "computer. Install PostgreSQL's client programs, then try again; the data is "
                    "untouched."
                ).format(place=self.place)
            )
        told = self._without_password(lambda name: "password" not in name and name != "options")
        whole = False
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private_file(target)
            with target.open("wb") as copy:
                options = ["--format=custom", "--enable-row-security", "--no-password"]
                whole = self._succeeds([dump, *options, f"--dbname={told}"], stdout=copy)
            whole = whole and self._succeeds([restore, f"--file={os.devnull}", str(target)])
        except OSError:
            whole = False
        if not whole:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
            raise StoreUnavailable(
                _(
                    "The copy of the data at {place} could not be made, so nothing was changed. "
                    "See that there is room on the disk and that pg_dump is as new as the server; "
                    "then try again."
                ).format(place=self.place)
            )

    def _succeeds(self, command: list[str], **options: Any) -> bool:
        """Return whether one of PostgreSQL's programs did its work; the password is no argument."""
        environment = dict(os.environ)
        if self._url.password is not None:
            environment["PGPASSWORD"] = str(self._url.password)
        environment["PGOPTIONS"] = self._options(settings_of(None))
        done = subprocess.run(
            command, env=environment, stderr=subprocess.DEVNULL, check=False, **options
        )
        return done.returncode == 0

    def _without_password(self, tells: Callable[[str], bool]) -> str:
        """Return the address without its password; of what follows, what may be told."""
        url = self._url
        query = {name: value for name, value in url.query.items() if tells(name)}
        bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
        return bare.render_as_string()

    def _pool(self) -> Engine:
        return create_engine(
            self._url,
            hide_parameters=True,  # what people wrote never stands in an error or a log
            connect_args={
                "options": self._options(_SETTINGS),
                "application_name": "peerbook",
                "connect_timeout": LOCK_TIMEOUT_S,
                "keepalives_idle": 30,
                "tcp_user_timeout": 30_000,
            },
            pool_size=1,
            max_overflow=4,
            pool_timeout=LOCK_TIMEOUT_S,
            pool_pre_ping=True,  # after the server was started anew, nobody's save fails for it
        )

    def _options(self, settings: dict[str, str]) -> str:
        """Return what libpq sets on a connection: what the address asks for, and ours after it."""
        asked = self._url.query.get("options", "")
        return " ".join([str(asked), *(f"-c {name}={value}" for name, value in settings.items())])

    def _begin(self, connection: Connection, *, asking: str = "") -> None:
        settings = settings_of(self._visitor)
        asked = ", ".join(f"set_config('{name}', %({name})s, true)" for name in settings)
        connection.exec_driver_sql(f"SELECT {asked}{asking}", settings)

    def _begin_in_turn(self, connection: Connection) -> None:
        self._begin(connection, asking=f", pg_advisory_xact_lock({_TURN})")

    def _require_server(self) -> None:
        with self.read.connect() as connection:
            version, encoding, is_mighty = connection.execute(
                text(
                    "SELECT current_setting('server_version_num')::int / 10000, "
                    "current_setting('server_encoding'), rolsuper OR rolbypassrls "
                    "FROM pg_roles WHERE rolname = current_user"
                )
            ).one()
        if version < FIRST_VERSION or encoding != "UTF8":
            raise StoreUnavailable(
                _(
                    "The database at {place} cannot hold the data. peerbook needs PostgreSQL "
                    "{needed} or newer and a database in UTF-8."
                ).format(place=self.place, needed=FIRST_VERSION)
            )
        if is_mighty:
            raise StoreUnavailable(
                _(
                    "The user peerbook comes to {place} as may do everything there, so nothing "
                    "would be kept apart. Give peerbook a user of its own."
                ).format(place=self.place)
            )

    def _meaning(self, error: BaseException | None) -> PeerbookError | None:
        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate or ""
        if state == _UNIQUE:
            return entered_twice()
        told = None
        if state == _TOO_FAR and self._visitor is not None:
            return not_allowed()
        if state in _NOT_ALLOWED:
            told = self._read_only()
        elif state in _BUSY:
            told = busy()
        elif state == _FULL:
            told = full()
        elif state == _NO_MEMORY:
            told = no_memory()
        elif state in _DAMAGED or state[:2] == _DAMAGED_CLASS:
            told = self._damaged()
        elif (
            state in _UNREACHABLE
            or state[:2] in _UNREACHABLE_CLASSES
            # Before it is connected, and when the line breaks, the driver knows no code.
            or (not state and isinstance(error, psycopg.OperationalError))
            or str(error).startswith("invalid connection option")
        ):
            told = self._unreachable()
        return StoreUnavailable(told) if told else None

    def _unreachable(self) -> str:
        return _(
            "The database at {place} cannot be reached, or does not let peerbook in. What you "
            "wrote is still on the page. See that the server runs, that the database is there, "
            "and that address, user and password are right; then try again."
        ).format(place=self.place)

    def _read_only(self) -> str:
        return _(
            "The user peerbook comes to {place} as is not allowed to do this, so nothing was "
            "saved. What you wrote is still on the page: ask whoever looks after the database, "
            "then save again."
        ).format(place=self.place)

    def _damaged(self) -> str:
        return _(
            "The data at {place} is damaged. Enter nothing more, and ask whoever looks after the "
            "database to bring back the newest backup."
        ).format(place=self.place)


def _has_tables(connection: Connection) -> bool:
    return bool(inspect(connection).get_table_names())


def _is_ours(connection: Connection) -> bool:
    return "alembic_version" in inspect(connection).get_table_names()


def _mark(connection: Connection) -> bytes | None:
    """Return `Keys.mark`, which stands in a remark on the table that is always there."""
    told = connection.exec_driver_sql(
        "SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"
    ).scalar_one()
    return bytes.fromhex(told.removeprefix(_REMARK)) if told else None


def _set_mark(connection: Connection, keys: Keys) -> None:
    connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{_REMARK}{keys.mark.hex()}'")


def _run(opened: psycopg.Connection[Any], statements: list[str]) -> None:
    for statement in statements:
        opened.execute(statement)
    opened.commit()
