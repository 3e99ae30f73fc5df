"""A real PostgreSQL 15 for the tests, with a database of its own for each."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from peerbook.store import Store
from ports import free_port
from short_folder import short_folder

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
OWNER, PASSWORD = "peerbook", "hemmeligt kodeord"
TEMPLATE = "filled_with_tables"
SYSTEM_USER = "postgres"
"""Whom the server runs as when the tests run as root, whom it refuses."""


class PostgresServer:
    """A server in a folder of its own, heard on this computer only.

    `fsync` says whether a COMMIT waits until it is on the disk; without, tests are faster, and a
    crash of the server may lose what was saved.
    """

    def __init__(self, *, fsync: bool) -> None:
        if not (PROGRAMS / "postgres").exists():
            raise RuntimeError("PostgreSQL 15 is not installed (apt-get install postgresql-15)")
        self.folder = Path(short_folder())
        if os.geteuid() == 0:
            shutil.chown(self.folder, SYSTEM_USER, SYSTEM_USER)
        self.port = free_port()
        self._data = self.folder / "data"
        self._fsync = fsync
        self._numbers = itertools.count(1)
        self._run(
            "initdb", "--no-sync", "--no-instructions", "--username=postgres", "--encoding=UTF8",
            "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256",
            "--data-checksums",
        )  # fmt: skip
        self.start()
        self._superuser = psycopg.connect(**self._as_superuser("postgres"), autocommit=True)
        self.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'")

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "max_connections": 200,
            "unix_socket_directories": self.folder, "fsync": "on" if self._fsync else "off",
        }  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.folder / "data" / "server.log"
        self._run("pg_ctl", "--wait", "start", f"--log={log}", f"--options={options}")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is a crash."""
        self._superuser.close()
        self._run("pg_ctl", "stop", f"--mode={mode}")

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def is_whole(self, database: str) -> bool:
        """Return whether the server's own checker finds every table and index in order."""
        with psycopg.connect(**self._as_superuser(database)) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        where = [f"--host={self.folder}", f"--port={self.port}", "--username=postgres"]
        checker = [str(PROGRAMS / "pg_amcheck"), *where, "--heapallindexed", database]
        return subprocess.run(checker, check=False).returncode == 0

    def url(self, database: str, user: str = OWNER) -> str:
        """Return the address of a database, over the socket and without a password."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def url_with_password(self, database: str, password: str = PASSWORD) -> str:
        return (
            f"postgresql://{OWNER}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"
        )

    def execute(self, statement: str) -> None:
        """Run a statement as the superuser, in no database of ours."""
        if self._superuser.closed:
            self._superuser = psycopg.connect(**self._as_superuser("postgres"), autocommit=True)
        self._superuser.execute(statement)

    def new_database(self, *, empty: bool = False) -> str:
        """Make a database, with the tables of today or none, and return its name."""
        name = f"test_{next(self._numbers)}"
        if empty:
            self.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0")
            return name
        try:
            self.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {TEMPLATE}")
        except psycopg.errors.InvalidCatalogName:
            self.execute(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER} TEMPLATE template0")
            Store.open(self.url(TEMPLATE)).close()
            self.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {TEMPLATE}")
        return name

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def wait_until_it_answers(self) -> None:
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return

    def _as_superuser(self, database: str) -> dict[str, object]:
        return {
            "host": str(self.folder), "port": self.port, "user": "postgres", "dbname": database
        }  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(PROGRAMS / program), f"--pgdata={self._data}", *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", SYSTEM_USER, "--", *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


class DatabasesByPlace:
    """Gives each folder and file name a test may choose a database that plays its part."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.are_made_empty = False
        self._databases: dict[Path, str] = {}

    def address(self, folder: Path, name: str) -> str:
        place = folder / name
        if place not in self._databases:
            self._databases[place] = self.server.new_database(empty=self.are_made_empty)
        return self.server.url(self._databases[place])

    def drop(self) -> None:
        for database in self._databases.values():
            self.server.drop(database)
