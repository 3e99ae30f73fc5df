"""The audit: every change of a row is written down in the transaction that makes it.

`AuditedSession` sees what the unit of work is about to change. What would pass it by (statements
that change many rows at once) is refused, so that the audit and the tables always agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from sqlalchemy import JSON, Column, event, insert, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction

from peerbook.store.tables import Audit, AuditAction, Base, Versioned

PRIVATE = "[private]"
"""Stands in the audit where a private column has a value."""


@dataclass
class Change:
    """One row about to change: the audit's entry in the making.

    `old` and `new` are by attribute, as Python values.
    """

    row: Base
    action: AuditAction
    key: tuple[Any, ...]
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)


class AuditedSession(Session):
    """A session that writes the audit; `info` holds the actor and the reason."""

    def changes(self) -> list[Change]:
        """Return the updates and deletes of the flush under way, or of the one that failed."""
        found: list[Change] = self.info.get("changes", [])
        return found

    def _refuse(self, *_args: Any, **_options: Any) -> NoReturn:
        raise TypeError("change rows through the session one by one: the audit follows only these")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _refuse


def plain(value: Any) -> Any:
    """Return a column's value as JSON can hold it: dates and times by ISO 8601."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def row_id(key: tuple[Any, ...]) -> str:
    """Return a primary key as the audit writes it."""
    return "/".join(map(str, key))


@event.listens_for(AuditedSession, "do_orm_execute")
def _only_read(state: ORMExecuteState) -> None:
    if not state.is_select:
        raise TypeError("statements only read here; change rows through the session")


@event.listens_for(AuditedSession, "before_flush")
def _collect(session: AuditedSession, _flush: UOWTransaction, _instances: object) -> None:
    changes = []
    for row in session.dirty:
        changed = {
            attr.key: attr.history
            for attr in inspect(row).attrs
            if attr.key in inspect(row).mapper.column_attrs and attr.history.has_changes()
        }
        if changed:
            key = inspect(row).identity
            change = Change(row, "update", key)
            change.new = {name: getattr(row, name) for name in changed}
            change.old = {name: (history.deleted or [None])[0] for name, history in changed.items()}
            _require_types(row, change.new)
            changes.append(change)
    for row in session.deleted:
        changes.append(Change(row, "delete", inspect(row).identity, old=_stored_values(row)))
    for row in session.new:
        _require_types(row, {n: v for n, v in inspect(row).dict.items() if not n.startswith("_")})
    for change in changes:
        if isinstance(change.row, Versioned) and change.action == "update":
            change.old["version"] = change.row.version
    session.info["changes"] = changes


@event.listens_for(AuditedSession, "after_flush")
def _write(session: AuditedSession, _flush: UOWTransaction) -> None:
    changes = session.changes()
    for change in changes:
        if change.action == "update":
            change.new |= {name: getattr(change.row, name) for name in change.old}
    inserts = [
        Change(row, "insert", tuple(inspect(row).mapper.primary_key_from_instance(row)))
        for row in session.new
    ]
    for change in inserts:
        change.new = _values(change.row)
    session.info["changes"] = []
    at = dt.datetime.now(dt.UTC)
    entries = [_entry(session, change, at) for change in inserts + changes if change.row.audited]
    if entries:
        session.connection().execute(insert(Audit.__table__), entries)  # type: ignore[arg-type]


def _entry(session: Session, change: Change, at: dt.datetime) -> dict[str, Any]:
    mapper = inspect(change.row).mapper
    return {
        "at": at,
        "actor": session.info["actor"],
        "action": change.action,
        "table_name": change.row.__tablename__,
        "row_id": row_id(change.key),
        "old": None if change.action == "insert" else _written(mapper, change.old),
        "new": None if change.action == "delete" else _written(mapper, change.new),
        "reason": session.info.get("reason"),
    }


def _written(mapper: Mapper[Any], values: dict[str, Any]) -> dict[str, Any]:
    columns = {name: _column(mapper, name) for name in values}
    return {
        columns[name].name: PRIVATE
        if columns[name].info.get("private") and value is not None
        else plain(value)
        for name, value in values.items()
    }


def _values(row: Base) -> dict[str, Any]:
    return {attr.key: getattr(row, attr.key) for attr in inspect(row).mapper.column_attrs}


def _stored_values(row: Base) -> dict[str, Any]:
    """Return the row as it is stored, without what was changed and not yet flushed."""
    values = _values(row)
    for name in values:
        history = inspect(row).attrs[name].history
        if history.has_changes():
            values[name] = (history.deleted or [None])[0]
    return values


def _column(mapper: Mapper[Any], name: str) -> Column[Any]:
    return cast("Column[Any]", mapper.column_attrs[name].columns[0])


def _require_types(row: Base, values: dict[str, Any]) -> None:
    """Refuse a value of the wrong type: SQLite would keep text in a number column."""
    mapper = inspect(row).mapper
    for name, value in values.items():
        if value is None or name not in mapper.column_attrs:
            continue
        kind = _column(mapper, name).type
        if isinstance(kind, JSON):
            continue
        wanted = kind.python_type
        right = isinstance(value, wanted) and not (
            wanted is dt.date and isinstance(value, dt.datetime)
        )
        if not right:
            raise TypeError(
                f"{row.__tablename__}.{name} takes {wanted.__name__}, not {type(value).__name__}"
            )


def _keep_old(_row: Base, _value: object, _old: object, _initiator: object) -> None:
    """Do nothing: by listening with active_history the old value is loaded for the audit."""


for _mapper in Base.registry.mappers:
    for _attribute in _mapper.column_attrs:
        event.listen(getattr(_mapper.class_, _attribute.key), "set", _keep_old, active_history=True)
