"""The store in a PostgreSQL database: how it is reached, and what its failures mean.

The database and the user peerbook connects as are made by whoever runs the server; the tables are
made here. All settings that saving relies on are those of our connections, whatever the server's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from peerbook.errors import PeerbookError, StoreUnavailable
from peerbook.paths import data_folder
from peerbook.store.backup_file import ENDING, explaining, write_proved
from peerbook.store.engine import (
    Copy,
    Database,
    busy,
    entered_twice,
    full,
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

    kind = "postgresql"

    def __init__(self, url: URL, visitor: Visitor | None = None) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._visitor = visitor
        self._keys: Keys | None = None
        pool = self._pool()
        write = pool.execution_options()
        event.listen(write, "begin", self._begin_in_turn)
        if views := list(views_for(visitor)):
            for_writing = list(views_for(visitor, writes=True))
            event.listen(pool, "connect", lambda opened, _record: _run(opened, for_writing))
            pool = self._pool()
            event.listen(pool, "connect", lambda opened, _record: _run(opened, views))
        read = pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        event.listen(read, "begin", self._begin)
        place = self._without_password(lambda name: name in _SHOWN)
        super().__init__(place, data_folder(), write=write, read=read)

    @property
    def address(self) -> str:
        """The address that leads here, with the password if it held one."""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def used_by(self, visitor: Visitor) -> PostgresDatabase:
        """Return the database as a visitor may use it, as `Database.used_by` says."""
        return PostgresDatabase(self._url, visitor)

    @contextlib.contextmanager
    def as_machine(self, connection: Connection) -> Iterator[None]:
        """Put the machine's settings in place of the visitor's meanwhile; see `Database`."""
        _set_for_transaction(connection, settings_of(None))
        yield
        _set_for_transaction(connection, settings_of(self._visitor))

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
            mark = self._mark()
            if not mark:
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
        """See that the server keeps the promises the store relies on, and that the key is here.

        Raises
        ------
        StoreUnavailable
            When it does not, or the key is not.
        """
        self._require_server()
        with self.read.connect() as connection:
            is_ours = _is_ours(connection)
            guarded = is_guarded(connection) or not is_ours
        if is_ours:
            self.keys.master()  # without it all would look well until somebody saves
        if not guarded:
            with self.write.begin() as connection:
                guard(connection)

    def upgrade(self, change: Callable[[Connection], None], name: str) -> Path:
        """Change the tables, as `Database.upgrade` says; the copy is a backup in `backups`."""
        now = dt.datetime.now(dt.UTC)
        folder = self.folder / "backups"
        copy = folder / f"{self._url.database}-{name}-{now:%Y%m%dT%H%M%S%f}{ENDING}"
        with self.write.begin() as connection:
            with explaining(folder):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_proved(self, copy, now)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            # Checked at once, since no table can be changed that has rows yet to be checked.
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            try:
                change(connection)
                guard(connection)
            except IntegrityError as error:
                raise StoreUnavailable(self._damaged()) from error
        return copy

    # -- copies ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def copied(self) -> Iterator[Copy]:
        """Give what pg_dump writes, as `Database.copied` says; all of one snapshot."""
        dump = self._program("pg_dump")
        with self._as_machine().read.connect() as connection:
            # The snapshot lives as long as this transaction, which may be longer than a page's.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            rows = self.rows(connection)
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            command = [
                dump, "--format=custom", "--enable-row-security", "--no-password",
                f"--snapshot={snapshot}", f"--dbname={self._told_to_programs()}",
            ]  # fmt: skip
            with self._running(command, stdout=subprocess.PIPE) as process:
                yield Copy(rows, process.stdout)
            if process.returncode:
                raise StoreUnavailable(
                    _(
                        "The copy of the data at {place} could not be made, so nothing was "
                        "changed. See that there is room on the disk, that pg_dump is as new as "
                        "the server, and that its user may read all tables; then try again."
                    ).format(place=self.place)
                )

    def rows_in(self, pieces: Iterable[bytes]) -> dict[str, int]:
        """Return how many rows pg_restore reads, as `Database.rows_in` says; no server is asked."""
        with self._restoring(["--data-only", "--file=-"], pieces) as told:
            return _rows_told(told)

    @contextlib.contextmanager
    def trial(self, pieces: Iterable[bytes]) -> Iterator[str | None]:
        """Bring a copy back into a database of its own, where the user may make one."""
        if not self._may_make_databases():
            yield None
            return
        name = f"peerbook_trial_{secrets.token_hex(6)}"
        beside = PostgresDatabase(self._url.set(database=name))
        with self._outside_transactions() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        try:
            beside._fill(pieces)
            yield beside.address
        finally:
            beside.close()
            with self._outside_transactions() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def bring_back(self, pieces: Iterable[bytes], now: dt.datetime) -> None:
        """Bring a copy back into this database, which has to be empty."""
        if self.exists():
            raise StoreUnavailable(
                _(
                    "There are data at {place}, and a backup is never written over them. Have a "
                    "new database made with “peerbook postgres-roles NAME”, and name it with "
                    "“--store”."
                ).format(place=self.place)
            )
        self._require_server()
        self._fill(pieces)

    def _fill(self, pieces: Iterable[bytes]) -> None:
        place = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        where = f"--dbname={self._told_to_programs()}"
        with self._restoring([*place, "--no-password", where], pieces) as told:
            told.read()

    @contextlib.contextmanager
    def _restoring(self, options: list[str], pieces: Iterable[bytes]) -> Iterator[BinaryIO]:
        """Let pg_restore read a copy, and give what it writes; what fails is told at the end."""
        command = [self._program("pg_restore"), *options]
        fault: list[Exception] = []

        def feed(target: BinaryIO) -> None:
            try:
                for piece in pieces:
                    target.write(piece)
            except BrokenPipeError:
                pass  # it has given up, which its exit code says
            except Exception as error:  # told by whoever waits for this thread
                fault.append(error)
                process.kill()  # or it would take the end of what came for the end of the copy
            with contextlib.suppress(OSError):
                target.close()

        with self._running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            feeder = threading.Thread(target=feed, args=(process.stdin,))
            feeder.start()
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
            finally:
                feeder.join()
        if fault:
            raise fault[0]
        if process.returncode:
            raise StoreUnavailable(
                _(
                    "The backup could not be brought back by pg_restore. See that pg_restore is as "
                    "new as the server that the backup is of, and that the user may make tables at "
                    "{place}."
                ).format(place=self.place)
            )

    @contextlib.contextmanager
    def _running(self, command: list[str], **pipes: Any) -> Iterator[Any]:
        """Run one of PostgreSQL's programs beside; the password is no argument of it."""
        environment = dict(os.environ)
        if self._url.password is not None:
            environment["PGPASSWORD"] = str(self._url.password)
        environment["PGOPTIONS"] = self._options(settings_of(None))
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **pipes)
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
            process.wait()

    def _program(self, name: str) -> str:
        found = shutil.which(name)
        if found is None:
            raise StoreUnavailable(
                _(
                    "No copy of the data at {place} can be made or brought back, because {program} "
                    "is not on this computer. Install PostgreSQL's client programs, then try "
                    "again; the data is untouched."
                ).format(place=self.place, program=name)
            )
        return found

    def _as_machine(self) -> PostgresDatabase:
        """Return the database as the machine itself uses it: a copy is whole whoever makes it."""
        return self if self._visitor is None else PostgresDatabase(self._url)

    def _may_make_databases(self) -> bool:
        with self.read.connect() as connection:
            asked = text("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
            return bool(connection.scalar(asked))

    @contextlib.contextmanager
    def _outside_transactions(self) -> Iterator[Connection]:
        """Give a connection for what no transaction can do, and close it."""
        engine = self._pool().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _told_to_programs(self) -> str:
        return self._without_password(lambda name: "password" not in name and name != "options")

    def _mark(self) -> bytes:
        """Return `Keys.mark`, which stands in a remark on the table that is always there."""
        with self.read.connect() as connection:
            told = connection.exec_driver_sql(
                "SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"
            ).scalar_one()
        return bytes.fromhex(told.removeprefix(_REMARK)) if told else b""

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
        _set_for_transaction(connection, settings_of(self._visitor), asking)

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


def _set_for_transaction(
    connection: Connection, settings: dict[str, str], asking: str = ""
) -> None:
    asked = ", ".join(f"set_config('{name}', %({name})s, true)" for name in settings)
    connection.exec_driver_sql(f"SELECT {asked}{asking}", settings)


def _has_tables(connection: Connection) -> bool:
    return bool(inspect(connection).get_table_names())


def _is_ours(connection: Connection) -> bool:
    return "alembic_version" in inspect(connection).get_table_names()


def _set_mark(connection: Connection, keys: Keys) -> None:
    connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{_REMARK}{keys.mark.hex()}'")


def _rows_told(told: Iterable[bytes]) -> dict[str, int]:
    """Return how many rows each table has in what pg_restore writes as SQL.

    A row is one line between `COPY table (columns) FROM stdin;` and `\\.`, whatever is in it.
    """
    rows: dict[str, int] = {}
    table = ""
    for line in told:
        if table and line == b"\\.\n":
            table = ""
        elif table:
            rows[table] += 1
        elif line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            table = line.split(b" ")[1].decode().rpartition(".")[2].strip('"')
            rows[table] = 0
    return rows


def _run(opened: psycopg.Connection[Any], statements: list[str]) -> None:
    for statement in statements:
        opened.execute(statement)
    opened.commit()
