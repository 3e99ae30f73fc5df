"""All tables at once: read as they are, and put back into a store that is empty.

What belongs to one store alone stays behind: who may log in there, and the chain over its
histories. A store that is filled begins a chain of its own over all it was given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Column, Table, func, insert, select, text
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.store import identities
from peerbook.store.tables import Base, Identity, UtcDateTime
from peerbook.text import _

STAYS = frozenset({"audit_link", "user_account"})
PRIVATE_TABLES = frozenset(
    {
        "audit",
        "data_import",
        "deletion",
        "draft",
        "hold",
        "identity",
        "imported_row",
        "name_seen",
        "same_person",
        "setting",
        "snooze",
        "submission",
        "veto",
    }
)
"""Tables that name people, hold what they typed, or tell who did what."""

HIDDEN = frozenset({"decision.what_we_did", "event.actor", "event.details"})
"""Columns in which somebody could be named and that are not private, as table.column."""

IDENTITY = Identity.__tablename__
AT_ONCE = 1000

Rows = Iterable[tuple[Any, ...]]


def tables(*, with_names: bool) -> list[Table]:
    """Return the tables that leave, so that none comes before what it points to."""
    left_out = STAYS if with_names else STAYS | PRIVATE_TABLES
    return [table for table in Base.metadata.sorted_tables if table.name not in left_out]


def columns(table: Table, *, with_names: bool) -> list[str]:
    """Return the columns of a table that leave; CPR numbers never do."""
    if table.name == IDENTITY:
        return ["participant_code", "name", "email", "phone", "version"]
    return [
        column.name
        for column in table.columns
        if with_names or not (f"{table.name}.{column.name}" in HIDDEN or column.info.get("private"))
    ]


def kind_of(column: Column[Any]) -> type:
    """Return what a column holds, as Python knows it; `dict` for whatever JSON can hold."""
    if isinstance(column.type, JSON):
        return dict
    return dt.datetime if isinstance(column.type, UtcDateTime) else column.type.python_type


def rows_of(session: Session, table: Table, names: Iterable[str]) -> Rows:
    """Yield the rows of a table, in the order of its key."""
    if table.name == IDENTITY:
        yield from identities.everybody(session)
        return
    wanted = select(*(table.c[name] for name in names)).order_by(*table.primary_key)
    for row in session.connection().execute(wanted):
        yield tuple(row)


def fill(session: Session, contents: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Put whole tables back, in a session of `store.write`; no audit follows, it is among them.

    Raises
    ------
    InputFault
        When the store holds anything already.
    """
    connection = session.connection()
    for table in tables(with_names=True):
        if table.name == "setting":
            connection.execute(table.delete())
        elif connection.scalar(select(func.count()).select_from(table)):
            raise InputFault.at(
                "store",
                _("There is something in this store already. All data go into an empty one only."),
            )
    for table in tables(with_names=True):
        batch: list[Mapping[str, Any]] = []
        for row in contents.get(table.name, ()):
            is_name = table.name == IDENTITY
            batch.append(identities.sealed_row(session, row) if is_name else row)
            if len(batch) == AT_ONCE:
                connection.execute(insert(table), batch)
                batch = []
        if batch:
            connection.execute(insert(table), batch)
        if connection.dialect.name == "postgresql":
            _count_on(session, table)


def _count_on(session: Session, table: Table) -> None:
    """Let PostgreSQL go on counting where the rows end; SQLite does so by itself."""
    number = table.autoincrement_column
    if number is None:
        return
    session.connection().execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{number.name}'), "  # noqa: S608
            f"coalesce((SELECT max({number.name}) FROM {table.name}), 0) + 1, false)"
        )
    )
