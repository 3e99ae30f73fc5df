"""PostgreSQL keeps a visitor to what their role and their sites allow, whatever code asks for it.

Policies on every table say who may read and write which rows. They bind the owner of the tables
too, and ask the settings that each transaction begins with: where those are missing, there are no
rows. They guard against faults in our code; whoever runs code of their own can change the settings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import get_args

from sqlalchemy import Connection, Table, inspect, text

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
from peerbook.store.visitor import Role, Visitor

EVERYWHERE = "*"
MACHINE = "machine"
"""Stands for the role where nobody visits."""

_REACHES = "role_reaches"
_PREPARE = f"""
CREATE OR REPLACE FUNCTION {_REACHES}(roles text[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE mine text := coalesce(current_setting('app.role', true), '');
BEGIN
    IF mine = '' THEN
        RETURN false;
    ELSIF mine = ANY (roles) THEN
        RETURN true;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'this role does not reach that far';
END $$
"""
_VISITORS = [
    Visitor("", role, sites, by_codes)
    for role, sites in (*((role, None) for role in get_args(Role)), ("leader", frozenset[int]()))
    for by_codes in (False, True)
]
_SITES = "(SELECT current_setting('app.sites', true))"


def settings_of(visitor: Visitor | None) -> dict[str, str]:
    """Return the settings a visitor's transactions begin with."""
    if visitor is None:
        return {"app.role": MACHINE, "app.sites": EVERYWHERE, "app.visitor": ""}
    sites = visitor.sites
    return {
        "app.role": _standing(visitor),
        "app.sites": EVERYWHERE if sites is None else ",".join(map(str, sorted(sites))),
        "app.visitor": visitor.name,
    }


def _standing(visitor: Visitor) -> str:
    """Return by what the policies know what a visitor may do."""
    leads_some = visitor.role == "leader" and visitor.sites is not None
    return f"{visitor.role}{'_of_some' * leads_some}{'_by_codes' * visitor.by_codes}"


def views_for(visitor: Visitor | None, *, writes: bool = False) -> Iterator[str]:
    """Return the views that read empty where a column is hidden from a visitor.

    They last as long as their connection, and stand before the tables of the same name.

    Parameters
    ----------
    visitor
        Who uses the connection.
    writes
        Whether it is for saving: whoever changes a table has it whole while they do.
    """
    rights = rights_of(visitor)
    written = rights.writes if rights and writes else frozenset()
    hidden = {
        column
        for column in (rights.hidden if rights else ())
        if column.partition(".")[0] not in written
    }
    in_trust = {
        table.name: condition
        for table in Base.metadata.sorted_tables
        if visitor is not None
        and table.name not in written
        and (condition := told_in_trust(table, visitor.role))
    }
    for name in sorted({column.partition(".")[0] for column in hidden} | in_trust.keys()):
        columns = ", ".join(
            f"NULL AS {column.name}"
            if f"{name}.{column.name}" in hidden
            else f"CASE WHEN {in_trust[name]} THEN '{{}}'::json ELSE details END AS details"
            if name in in_trust and column.name == "details"
            else f'"{column.name}"'
            for column in Base.metadata.tables[name].columns
        )
        options = "WITH (security_invoker = true)"
        yield f"CREATE TEMP VIEW {name} {options} AS SELECT {columns} FROM {name}"  # noqa: S608


def is_guarded(connection: Connection) -> bool:
    """Return whether the policies in the database are those of this program."""
    found = text("SELECT obj_description(to_regproc(:function)::oid, 'pg_proc') = :digest")
    return bool(connection.scalar(found, {"function": _REACHES, "digest": _digest()}))


def guard(connection: Connection) -> None:
    """Set the policies of all tables, in place of earlier ones."""
    there = inspect(connection).get_multi_columns()
    known = {name: {column["name"] for column in columns} for (_, name), columns in there.items()}
    tables = Base.metadata.sorted_tables
    if any(column.name not in known.get(table.name, ()) for table in tables for column in table.c):
        return  # of an earlier revision: nobody opens it before it is upgraded, and guarded then
    connection.execute(text(_PREPARE))
    for table in tables:
        for statement in _policies(table):
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON FUNCTION {_REACHES}(text[]) IS '{_digest()}'")


def _digest() -> str:
    statements = [_PREPARE, *(s for table in Base.metadata.sorted_tables for s in _policies(table))]
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


def _policies(table: Table) -> list[str]:
    name = table.name
    readers, writers = ["leader", MACHINE], ["leader", MACHINE]
    for visitor in _VISITORS:
        if rights := rights_of(visitor):
            readers += [_standing(visitor)] if name in rights.reads else []
            writers += [_standing(visitor)] if name in rights.writes else []
    rows = _own_rows(table)
    changeable = changeable_rows(table, "(SELECT current_setting('app.visitor', true))")
    statements = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
    ]
    for verb, roles, clauses in (
        ("SELECT", readers, ("USING",)),
        ("INSERT", writers, ("WITH CHECK",)),
        ("UPDATE", writers, ("USING", "WITH CHECK")),
        ("DELETE", writers, ("USING",)),
    ):
        reaches = "(SELECT {}(ARRAY[{}]))".format(
            _REACHES, ", ".join(f"'{role}'" for role in sorted(roles))
        )
        condition = reaches if rows is None else f"{reaches} AND ({rows})"
        if verb != "SELECT" and changeable:
            leading = _is_among(lambda visitor: visitor.role == "leader")
            condition += f" AND ({leading} OR {changeable})"
        policy = f"own_{verb.lower()}"
        statements += [
            f"DROP POLICY IF EXISTS {policy} ON {name}",
            f"CREATE POLICY {policy} ON {name} FOR {verb} "
            + " ".join(f"{clause} ({condition})" for clause in clauses),
        ]
    return statements


def _own_rows(table: Table) -> str | None:
    if table.name == "draft":
        mine = "owner = (SELECT current_setting('app.visitor', true))"
        return f"{_is_among(sees_all_drafts)} OR {mine}"
    numbers = f"string_to_array(nullif({_SITES}, '{EVERYWHERE}'), ',')::int[]"
    conditions = []
    if rows := rows_of(table, lambda column: f"{column} = ANY ({numbers})"):
        conditions.append(f"{_SITES} = '{EVERYWHERE}' OR {rows}")
    if people := about_people(table):
        seeing = _is_among(lambda visitor: sees_people(visitor.role))
        conditions.append(f"NOT {people} OR {seeing}")
    if leaders := for_leaders(table):
        leading = _is_among(lambda visitor: visitor.role == "leader")
        conditions.append(f"NOT ({leaders}) OR {leading}")
    return " AND ".join(f"({one})" for one in conditions) or None


def _is_among(reaches: Callable[[Visitor], bool]) -> str:
    """Return the condition that it is the machine, or a visitor who reaches so far."""
    standings = [_standing(visitor) for visitor in _VISITORS if reaches(visitor)]
    who = ", ".join(f"'{standing}'" for standing in (MACHINE, *standings))
    return f"(SELECT current_setting('app.role', true)) IN ({who})"


def roles_for(database: str) -> str:
    """Return what an administrator runs to prepare a database with an owner and a user for it."""
    return _ROLES.format(database=database)


_ROLES = """\
-- As an administrator of the server, e.g.: psql --file=this.sql
-- The owner makes and upgrades the tables; the app only reads and writes in them.
CREATE ROLE {database}_owner LOGIN;
CREATE ROLE {database} LOGIN;
CREATE DATABASE {database} OWNER {database}_owner ENCODING 'UTF8' TEMPLATE template0;
\\connect {database}
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {database};
GRANT USAGE ON SCHEMA public TO {database};
ALTER DEFAULT PRIVILEGES FOR ROLE {database}_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {database};
ALTER DEFAULT PRIVILEGES FOR ROLE {database}_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO {database};
-- Give each a password of its own; the two who use them keep it in ~/.pgpass:
\\password {database}_owner
\\password {database}
"""
