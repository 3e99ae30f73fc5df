"""Reasons of pauses that older events hold move to their pairs, where they can be deleted.

Events are in the chain, so its links from the first such event on are closed anew: each keeps the
hash it had, under its new one, and a head that was noted before is found by it. A link that did not
fit what it was over is left as it is. The audit tells that it was done, and where the chain ended.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from peerbook.errors import StoreUnavailable

revision = "0020"
down_revision = "0019"

WHY = ("illness", "job_or_practice", "family", "other")
"""All that the page ever offered."""

_JSON, _MOMENT = sa.JSON(none_as_null=True), sa.DateTime()
EVENT = sa.table(
    "event",
    *(sa.column(name) for name in ("seq", "subject_type", "subject_id", "kind", "actor")),
    sa.column("effective_on", sa.Date()),
    sa.column("recorded_at", _MOMENT),
    sa.column("details", _JSON),
)
AUDIT = sa.table(
    "audit",
    *(sa.column(name) for name in ("seq", "actor", "action", "table_name", "row_id", "reason")),
    sa.column("at", _MOMENT),
    sa.column("old", _JSON),
    sa.column("new", _JSON),
)
SEEN = sa.table(
    "name_seen",
    *(sa.column(name) for name in ("seq", "actor", "what", "participant_code")),
    sa.column("at", _MOMENT),
)
LINK = sa.table(
    "audit_link",
    *(sa.column(name) for name in ("number", "key_id", "hash", "earlier_hash")),
    *(sa.column(f"{name}_through") for name in ("audit", "event", "seen")),
    sa.column("at", _MOMENT),
)
PAIR = sa.table(
    "matched_pair",
    *(sa.column(name) for name in ("id", "peer_code", "mentor_code")),
    sa.column("pause_reasons", _JSON),
)
HISTORIES = (AUDIT, EVENT, SEEN)

KeyOf = Callable[[str], bytes]


def upgrade() -> None:
    op.add_column("audit_link", sa.Column("earlier_hash", sa.String(length=64), nullable=True))
    bind = op.get_bind()
    of_pairs = sa.select(EVENT).where(
        EVENT.c.subject_type == "matched_pair", EVENT.c.kind.in_(("paused", "withdrawn"))
    )
    events = bind.execute(of_pairs.order_by(EVENT.c.seq)).all()
    telling = [event for event in events if event.kind == "paused" and "why" in event.details]
    if not telling:
        return
    keys = context.config.attributes["keys"]

    def key_of(key_id: str) -> bytes:
        try:
            return bytes(keys.derived("audit", key_id))
        except StoreUnavailable:  # no key of this store, so no link of peerbook's
            return b""

    left = {
        event.seq: {name: told for name, told in event.details.items() if name != "why"}
        for event in telling
    }
    links = bind.execute(sa.select(LINK).order_by(LINK.c.number)).all()
    anew = _closed_anew(bind, links, left, key_of)
    _let_change("event", "audit_link")
    for seq, details in left.items():
        bind.execute(sa.update(EVENT).where(EVENT.c.seq == seq).values(details=details))
    for number, values in anew.items():
        bind.execute(sa.update(LINK).where(LINK.c.number == number).values(values))
    _refuse_change("event", "audit_link")
    pairs = _move(bind, events)
    if links:
        last = links[-1]
        _write_down(bind, pairs, f"0020 {last.number}:{last.hash}")
        _close(bind, anew.get(last.number, {}).get("hash", last.hash), last, keys.key_id, key_of)


def _closed_anew(
    bind: sa.Connection,
    links: Iterable[Any],
    left: Mapping[int, dict[str, Any]],
    key_of: KeyOf,
) -> dict[int, dict[str, str]]:
    """Return the hashes, new and earlier, of the links that are closed anew, by their numbers."""
    anew: dict[int, dict[str, str]] = {}
    first = min(left)
    was = now = ""
    since = [0, 0, 0]
    for link in links:
        through = [link.audit_through, link.event_through, link.seen_through]
        if link.event_through >= first:
            key, number = key_of(link.key_id), link.number
            rows = _rows(bind, since, through)
            if key and hmac.compare_digest(_hash(key, f"{number}\n{was}\n", rows, {}), link.hash):
                hashed = _hash(key, f"{number}\n{now}\n{link.hash}\n", rows, left)
                anew[number] = {"hash": hashed, "earlier_hash": link.hash}
        was, since = link.hash, through
        now = anew[link.number]["hash"] if link.number in anew else link.hash
    return anew


def _rows(
    bind: sa.Connection, since: Iterable[int], through: Iterable[int]
) -> list[tuple[str, dict[str, Any]]]:
    """Return what was added to the histories, each row with its table."""
    found = []
    for table, start, end in zip(HISTORIES, since, through, strict=True):
        wanted = sa.select(table).where(table.c.seq > start, table.c.seq <= end)
        found += [
            (table.name, dict(row._mapping))
            for row in bind.execute(wanted.order_by(table.c.seq))
        ]  # fmt: skip
    return found


def _hash(
    key: bytes,
    head: str,
    rows: Iterable[tuple[str, dict[str, Any]]],
    left: Mapping[int, dict[str, Any]],
) -> str:
    """Return what a link says, when events hold what is left of them; as `store.chain` does."""
    told = hmac.new(key, head.encode(), hashlib.sha256)
    for table, row in rows:
        if table == EVENT.name and row["seq"] in left:
            row = row | {"details": left[row["seq"]]}  # noqa: PLW2901
        values = {name: _plain(value) for name, value in row.items()}
        written = json.dumps(
            [table, values], sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()
        told.update(len(written).to_bytes(8, "big"))
        told.update(written)
    return told.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def _move(bind: sa.Connection, events: Iterable[Any]) -> list[int]:
    """Note the reasons on their pairs; return which have any.

    What was taken back is gone, and so is why somebody paused who was erased since.
    """
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    who: dict[tuple[int, str], str] = {}
    withdrawn: set[int] = set()
    # The latest first, so that a withdrawal that was itself withdrawn takes nothing back.
    for event in reversed(list(events)):
        if event.seq in withdrawn:
            continue
        if event.kind == "withdrawn":
            withdrawn.add(event.details["seq"])
            continue
        number, day = int(event.subject_id), event.effective_on.isoformat()
        if event.details.get("why") in WHY:
            found[number].setdefault(day, event.details["why"])
            who.setdefault((number, day), event.details.get("who", "both"))
    moved = []
    for pair in bind.execute(sa.select(PAIR).where(PAIR.c.id.in_(list(found)))).all():
        gone = {"peer"} if pair.peer_code is None else set()
        gone |= {"mentor"} if pair.mentor_code is None else set()
        gone |= {"both"} if gone else set()
        reasons = {
            day: why for day, why in found[pair.id].items() if who[pair.id, day] not in gone
        } | (pair.pause_reasons or {})
        if reasons != (pair.pause_reasons or {}):
            change = sa.update(PAIR).where(PAIR.c.id == pair.id).values(pause_reasons=reasons)
            bind.execute(change)
            moved.append(pair.id)
    return moved


def _write_down(bind: sa.Connection, pairs: Iterable[int], reason: str) -> None:
    """Write in the audit that pairs have reasons now, or that there were none to keep."""
    entry = {"at": dt.datetime.now(dt.UTC).replace(tzinfo=None), "actor": "peerbook"}
    entry |= {"action": "update", "table_name": "matched_pair", "reason": reason}
    for pair in pairs:
        new = {"pause_reasons": "[private]"}
        bind.execute(sa.insert(AUDIT).values(**entry, row_id=str(pair), old={}, new=new))


def _close(bind: sa.Connection, previous: str, last: Any, key_id: str, key_of: KeyOf) -> None:
    """Close a link over what this revision wrote down."""
    since = [last.audit_through, last.event_through, last.seen_through]
    through = [
        bind.scalar(sa.select(sa.func.max(table.c.seq))) or reached
        for table, reached in zip(HISTORIES, since, strict=True)
    ]
    if through == since:
        return
    number = last.number + 1
    rows = _rows(bind, since, through)
    bind.execute(
        sa.insert(LINK).values(
            number=number,
            at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
            audit_through=through[0],
            event_through=through[1],
            seen_through=through[2],
            key_id=key_id,
            hash=_hash(key_of(key_id), f"{number}\n{previous}\n", rows, {}),
        )
    )


def _let_change(*tables: str) -> None:
    """Let rows of tables that only grow be changed, within this revision."""
    for table in tables:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {table}_refuses_update")
        else:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_refuses_update")


def _refuse_change(*tables: str) -> None:
    """Let them only grow again."""
    for table in tables:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only ever grows'); END"
            )
        else:
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_refuses_update")
