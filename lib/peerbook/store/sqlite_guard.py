"""SQLite keeps a visitor to what their role and their sites allow, whatever code asks for it.

Nothing is left to the pages. What a role may not touch is refused when a statement is prepared;
a hidden column reads as empty; and a table with rows of other sites is hidden behind a view of the
same name, which shows only one's own. Whoever writes sees all rows of a table they may write, since
sites share teachers and holidays, but a trigger refuses to change those of other sites.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table
from sqlcipher3 import dbapi2 as driver

from peerbook.store.rights import (
    about_people,
    changeable_rows,
    rights_of,
    rows_of,
    sees_all_drafts,
    sees_people,
    told_in_trust,
)
from peerbook.store.tables import Base
from peerbook.store.visitor import Visitor

OTHER_SITE = "this belongs to another site"
"""What a trigger says that refuses a change; told to the user as `NotAllowed`."""

_WRITES = {driver.SQLITE_INSERT, driver.SQLITE_UPDATE, driver.SQLITE_DELETE}
_HARMLESS = {
    driver.SQLITE_SELECT,
    driver.SQLITE_TRANSACTION,
    driver.SQLITE_FUNCTION,
    driver.SQLITE_SAVEPOINT,
    driver.SQLITE_RECURSIVE,
}
_PRAGMAS = {"busy_timeout", "read_uncommitted"}
"""What SQLAlchemy and the waiting for one's turn set."""
_CODE_OF_A_NAME = "identity.participant_code"
"""What a foreign key looks for when a participant is added or goes."""
_CATALOGUE, _NAMES_OF_VIEWS = "sqlite_master", "sqlite_temp_master"

Answer = Callable[[int, str | None, str | None, str | None, str | None], int]


@contextmanager
def guarded(connection: Any, visitor: Visitor | None, *, reads_only: bool) -> Iterator[None]:
    """Keep a connection to what a visitor may do, once the block has made its last settings.

    Parameters
    ----------
    connection
        Of the driver, just opened.
    visitor
        Who will use it; whoever may do everything everywhere is not kept from anything.
    reads_only
        Whether nothing is ever written on it.
    """
    if visitor is None or (rights_of(visitor) is None and visitor.sites is None):
        yield
        return
    limited = {
        table.name: condition
        for table in Base.metadata.sorted_tables
        if (condition := _own_rows(table, visitor, reads_only=reads_only)) is not None
    }
    # What a statement is read through is told by a name, which any WITH may use; this one nobody
    # can know.
    own_views = {name: f"own_{name}_{secrets.token_hex(8)}" for name in limited if reads_only}
    for name, condition in limited.items():
        statements = None
        if reads_only:
            statements = _views(name, condition, own_views[name], visitor)
        for statement in statements or _triggers(name, condition):
            connection.execute(statement)
    yield
    connection.set_authorizer(_authorizer(visitor, own_views, reads_only=reads_only))


def _own_rows(table: Table, visitor: Visitor, *, reads_only: bool) -> str | None:
    name = "'{}'".format(visitor.name.replace("'", "''"))
    if table.name == "draft":
        return None if sees_all_drafts(visitor) else f"owner = {name}"
    conditions = []
    if not reads_only and visitor.role != "leader":
        conditions.append(changeable_rows(table, name))
    if visitor.sites is not None:
        numbers = ", ".join(str(int(site)) for site in sorted(visitor.sites))
        conditions.append(rows_of(table, lambda column: f"{column} IN ({numbers})"))
    if not sees_people(visitor.role) and (people := about_people(table)):
        conditions.append(f"NOT {people}")
    if reads_only and told_in_trust(table, visitor.role):
        conditions.append("1")  # all rows, yet through a view, which leaves something out
    return " AND ".join(f"({one})" for one in conditions if one) or None


def _views(name: str, condition: str, own_view: str, visitor: Visitor) -> list[str]:
    # To read no column but the number of a row is to SQLite to read none, and looks then as if the
    # table had been asked for past the view; so every view reads one more.
    table = Base.metadata.tables[name]
    column = list(table.columns)[-1].name
    shown = "*"
    if in_trust := told_in_trust(table, visitor.role):
        shown = ", ".join(
            f"CASE WHEN {in_trust} THEN '{{}}' ELSE details END AS details"
            if one.name == "details"
            else f'"{one.name}"'
            for one in table.columns
        )
    return [
        f"CREATE TEMP VIEW {own_view} AS SELECT {shown} FROM main.{name} "
        f"WHERE ({condition}) AND typeof(\"{column}\") <> ''",
        f"CREATE TEMP VIEW {name} AS SELECT * FROM {own_view}",
    ]


def _triggers(name: str, condition: str) -> list[str]:
    columns = [column.name for column in Base.metadata.tables[name].columns]

    def refuse(change: str, *rows: str) -> str:
        outside = " OR ".join(
            "NOT EXISTS (SELECT 1 FROM (SELECT "
            + ", ".join(f'{row}."{column}" AS "{column}"' for column in columns)
            + f") WHERE {condition})"
            for row in rows
        )
        return (
            f"CREATE TEMP TRIGGER own_{name}_{change} BEFORE {change} ON main.{name} "
            f"WHEN {outside} BEGIN SELECT RAISE(ABORT, '{OTHER_SITE}'); END"
        )

    kept = [refuse("INSERT", "NEW"), refuse("UPDATE", "OLD", "NEW")]
    # Whoever takes away what a draft is about takes it away too.
    return kept if name == "draft" else [*kept, refuse("DELETE", "OLD")]


def _authorizer(visitor: Visitor, own_views: dict[str, str], *, reads_only: bool) -> Answer:
    rights = rights_of(visitor)
    hidden = {
        column
        for column in (rights.hidden if rights else ())
        if reads_only or rights is None or column.partition(".")[0] not in rights.writes
    }

    def answer(
        action: int, one: str | None, two: str | None, database: str | None, through: str | None
    ) -> int:
        allowed = False
        if action == driver.SQLITE_READ:
            if f"{one}.{two}" in hidden:
                return int(driver.SQLITE_IGNORE)
            past_view = (
                database == "main" and one in own_views and through not in own_views.values()
            )
            if one == _NAMES_OF_VIEWS or past_view:
                return int(driver.SQLITE_DENY)
            allowed = (
                rights is None
                or one in rights.reads
                or one in own_views.values()
                or one == _CATALOGUE
                or (visitor.by_codes and f"{one}.{two}" == _CODE_OF_A_NAME)
            )
        elif action in _WRITES:
            allowed = rights is None or one in rights.writes
        elif action == driver.SQLITE_PRAGMA:
            allowed = one in _PRAGMAS
        else:
            allowed = action in _HARMLESS
        return int(driver.SQLITE_OK if allowed else driver.SQLITE_DENY)

    return answer
