"""What the first use of a store costs, done ahead in the process kernels are forked from."""

from __future__ import annotations

from sqlalchemy import create_engine, insert, select
from sqlcipher3 import dbapi2 as driver

from peerbook.store import sqlite  # noqa: F401 - what opens a file is loaded at the first one
from peerbook.store.tables import Base


def warm_up() -> None:
    """Import the driver, configure the tables, and write each one's statements once.

    Nothing is opened, neither a file nor a connection: those must not be taken along in a fork.
    """
    dialect = create_engine("sqlite+pysqlite://", module=driver).dialect
    for mapper in Base.registry.mappers:
        for statement in (select(mapper), insert(mapper.class_)):
            statement.compile(dialect=dialect)
