"""SQLite keeps a visitor to what their role and their sites allow, whatever code asks for it.

Nothing is left to the pages. What a role may not touch is refused when a statement is prepared;
a hidden column reads as empty; and a table with rows of other sites is hidden behind a view of the
same name, which shows only one's own. A change is made in the table itself (`past_views`), where a
trigger refuses to touch rows of other sites; so somebody's own SQL that names `main` reads past the
views while it saves, as nothing here does.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table
from sqlcipher3 import dbapi2 as driver

from peerbook.store.rights import (
    about_people,
    changeable_rows,
    for_leaders,
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

_CHANGES = re.compile(r"^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+(?!main\.)", re.I)

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
    shown = _shown_rows(visitor, reads_only=reads_only)
    changeable = {} if reads_only else _changeable_rows(visitor)
    # What a statement is read through is told by a name, which any WITH may use; this one nobody
    # can know.
    own_views = {name: f"own_{name}_{secrets.token_hex(8)}" for name in shown}
    for name, condition in shown.items():
        for statement in _views(name, condition, own_views[name], visitor, reads_only=reads_only):
            connection.execute(statement)
    for name, condition in changeable.items():
        for statement in _triggers(name, condition):
            connection.execute(statement)
    yield
    connection.set_authorizer(_authorizer(visitor, own_views, reads_only=reads_only))


def past_views(statement: str) -> str:
    """Return a statement that changes a table as one that changes no view of the same name.

    What it reads to find the rows, it reads as all statements do.
    """
    return _CHANGES.sub(r"\g<0>main.", statement, count=1)


def _own_rows(table: Table, visitor: Visitor) -> list[str]:
    """Return the conditions, in SQL, that a row is a visitor's own to see."""
    if table.name == "draft":
        return [] if sees_all_drafts(visitor) else [f"owner = {_quoted(visitor)}"]
    conditions = []
    if visitor.sites is not None:
        numbers = ", ".join(str(int(site)) for site in sorted(visitor.sites))
        conditions.append(rows_of(table, lambda column: f"{column} IN ({numbers})"))
    if not sees_people(visitor.role) and (people := about_people(table)):
        conditions.append(f"NOT {people}")
    if visitor.role != "leader" and (leaders := for_leaders(table)):
        conditions.append(f"NOT ({leaders})")
    return [one for one in conditions if one]


def _shown_rows(visitor: Visitor, *, reads_only: bool) -> dict[str, str]:
    """Return the condition of each table that is read through a view."""
    shown, rights = {}, rights_of(visitor)
    for table in Base.metadata.sorted_tables:
        if rights is not None and table.name not in rights.reads:
            continue  # what is read through a view may be read, whatever it leads past
        if table.name == "draft" and not reads_only:
            continue  # whoever takes away what a draft is about takes it away too
        conditions = _own_rows(table, visitor)
        if reads_only and told_in_trust(table, visitor.role):
            conditions.append("1")  # all rows, yet through a view, which leaves something out
        if conditions:
            shown[table.name] = _all(conditions)
    return shown


def _changeable_rows(visitor: Visitor) -> dict[str, str]:
    """Return the condition of each table of which a visitor may not change all rows."""
    changed = {}
    for table in Base.metadata.sorted_tables:
        conditions = _own_rows(table, visitor)
        if visitor.role != "leader" and (one := changeable_rows(table, _quoted(visitor))):
            conditions.append(one)
        if conditions:
            changed[table.name] = _all(conditions)
    return changed


def _all(conditions: list[str]) -> str:
    return " AND ".join(f"({one})" for one in conditions)


def _quoted(visitor: Visitor) -> str:
    return "'{}'".format(visitor.name.replace("'", "''"))


def _views(
    name: str, condition: str, own_view: str, visitor: Visitor, *, reads_only: bool
) -> list[str]:
    # To read no column but the number of a row is to SQLite to read none, and looks then as if the
    # table had been asked for past the view; so every view reads one more.
    table = Base.metadata.tables[name]
    column = list(table.columns)[-1].name
    shown = "*"
    if reads_only and (in_trust := told_in_trust(table, visitor.role)):
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
    # As said of views: a draft goes with what it is about.
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
            # Whoever saves looks past the view as well: the database itself does, for what a row
            # points to, and so does a change, for the row it is made in.
            past_view = (
                reads_only
                and database == "main"
                and one in own_views
                and through not in own_views.values()
            )
            if one == _NAMES_OF_VIEWS or past_view:
                return int(driver.SQLITE_DENY)
            allowed = (
                rights is None
                or one in rights.reads
                or one in own_views.values()
                or through in own_views.values()
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
