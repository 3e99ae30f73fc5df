"""A whole country's store: the invented Vejle many times over, at many sites and in many years.

Rows are written past the audit, so the history does not tell how they came about.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.orm import Session

from builders import DEMO_DAY
from peerbook.demo import fill
from peerbook.store import Store, identities
from peerbook.store.codes import ALPHABET
from peerbook.store.tables import Base, MatchedPair, Meeting, Participant, Site

SITES = 98
PEOPLE = 200_000
MEETINGS = 10_000_000
YEARS = 10
_FURTHER = 10_000
"""Numbers of one Vejle are so much higher than those of the one before."""
_AT_ONCE = 20_000
_LEFT_OUT = frozenset(
    {"audit", "audit_link", "name_seen", "setting", "submission", "draft", "meeting"}
)
_NAMED = ("participant_code", "name", "email", "phone", "version")
_OF_PEOPLE = frozenset({"participant", "course", "coffee_talk", "enquiry", "matched_pair"})
"""What a site has more of with each Vejle; all else that names the site itself it has once."""


@dataclass(frozen=True)
class _Vejle:
    """One of them: how much is added to its numbers and its site's, and how long ago it was."""

    place: int
    numbers: int
    of_site: int
    earlier: dt.timedelta
    codes: Mapping[str, str]

    @property
    def is_first(self) -> bool:
        """Whether it is the first at its site, and with it all that the site has once."""
        return self.numbers == self.of_site


def fill_nation(
    store: Store, sites: int = SITES, people: int = PEOPLE, meetings: int = MEETINGS
) -> None:
    """Fill an empty store with a country's: each site has had a Vejle every few weeks for years."""
    fill(store, DEMO_DAY)
    with store.write("bench") as session:
        connection = session.connection()
        origin = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
            if table.name not in _LEFT_OUT | {"identity"}
        }
        origin["identity"] = [
            dict(zip(_NAMED, row, strict=True)) for row in identities.everybody(session)
        ]
    each = math.ceil(people / sites / len(origin["participant"]))
    apart = dt.timedelta(weeks=YEARS * 52 // each)
    codes = sorted(row["code"] for row in origin["participant"])
    new_codes = _codes()  # some in the order of the old ones, which vetoes rest on
    for place in range(sites):
        with store.write("bench") as session:
            for turn in range(each):
                if place == turn == 0:
                    continue
                _add(session, origin, _Vejle(
                    place, (place * each + turn) * _FURTHER, place * each * _FURTHER, turn * apart,
                    dict(zip(codes, sorted(itertools.islice(new_codes, len(codes))), strict=True)),
                ))  # fmt: skip
    _add_meetings(store, meetings)


def _add(session: Session, origin: Mapping[str, list[dict[str, Any]]], one: _Vejle) -> None:
    connection = session.connection()
    once = _once()
    for table in Base.metadata.sorted_tables:
        if table.name not in origin or (table.name in once and not one.is_first):
            continue
        rows = [_moved(table, row, one, once) for row in origin[table.name]]
        if table.name == "identity":
            rows = [identities.sealed_row(session, row) for row in rows]
        if table.name == "event" and one.earlier:
            rows += list(_ends(origin, one, max(row["seq"] for row in rows)))
        if rows:
            connection.execute(insert(table), rows)


def _moved(
    table: Table, row: Mapping[str, Any], one: _Vejle, once: frozenset[str]
) -> dict[str, Any]:
    """Return a row as it is at another site and another time."""
    moved = dict(row)
    for column in table.columns:
        value = row.get(column.name)
        if value is None:
            continue
        to = next((key.column.table.name for key in column.foreign_keys), table.name)
        if to == "participant" and (column.foreign_keys or column.name == "code"):
            moved[column.name] = one.codes[value]
        elif column.foreign_keys or (column.primary_key and isinstance(value, int)):
            moved[column.name] = value + (one.of_site if to in once else one.numbers)
        elif isinstance(value, dt.date):
            moved[column.name] = value - one.earlier
    if table.name == "site":
        moved |= {"name": f"Sted {one.place:02}", "municipality": f"Kommune {one.place:02}"}
    if "uid" in row:
        moved["uid"] = f"{one.numbers}/{row['uid']}"[-64:]
    if table.name == "event":
        subject = row["subject_id"]
        moved["subject_id"] = one.codes.get(subject) or str(int(subject) + one.numbers)
        if "seq" in row["details"]:
            moved["details"] = row["details"] | {"seq": row["details"]["seq"] + one.numbers}
    return moved


def _ends(
    origin: Mapping[str, list[dict[str, Any]]], one: _Vejle, last: int
) -> Iterator[dict[str, Any]]:
    """Yield how an earlier Vejle came to its end: no pair goes on, and nobody takes part still."""
    ended = {row["subject_id"] for row in origin["event"] if row["kind"] == "ended"}
    on = DEMO_DAY - one.earlier
    common = {"effective_on": on, "actor": "bench",
              "recorded_at": dt.datetime.combine(on, dt.time(12), dt.UTC)}  # fmt: skip
    numbers = itertools.count(last + 1)
    for row in origin["matched_pair"]:
        if str(row["id"]) not in ended:
            yield common | {
                "seq": next(numbers), "subject_type": "matched_pair", "kind": "ended",
                "subject_id": str(row["id"] + one.numbers), "details": {"end": "completed"},
            }  # fmt: skip
    for code in one.codes.values():
        yield common | {
            "seq": next(numbers), "subject_type": "participant", "kind": "stopped",
            "subject_id": code, "details": {},
        }  # fmt: skip


def _add_meetings(store: Store, wanted: int) -> None:
    """Let every pair but those of the first Vejle meet, until there are as many as wanted."""
    with store.read() as session:
        pairs = session.execute(
            select(MatchedPair.id, MatchedPair.matched_on).where(MatchedPair.id > _FURTHER)
        ).all()
    each = math.ceil(wanted / len(pairs))
    rows = (
        {"pair_id": number, "date": since + dt.timedelta(days=2 * turn), "version": 1,
         "state": "cancelled" if turn % 9 == 8 else "held"}
        for number, since in pairs
        for turn in range(each)
    )  # fmt: skip
    while batch := list(itertools.islice(rows, 50 * _AT_ONCE)):
        with store.write("bench") as session:
            _insert(session.connection(), Meeting.__table__, batch)  # type: ignore[arg-type]


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(insert(table), rows[start : start + _AT_ONCE])


def _once() -> frozenset[str]:
    """Return the tables of which a site has its rows once: its own, and what hangs on those."""
    names = {Site.__tablename__}
    for table in Base.metadata.sorted_tables:
        to = {key.column.table.name for key in table.foreign_keys}
        if table.name not in _OF_PEOPLE and to and to <= names | {Participant.__tablename__}:
            names |= {table.name} if to & names else set()
    return frozenset(names)


def _codes() -> Iterator[str]:
    """Yield codes, each once."""
    size = len(ALPHABET) ** 6
    for number in itertools.count(1):
        rest, signs = number * 0x9E3779B1 % size, ""
        for _ in range(6):
            rest, sign = divmod(rest, len(ALPHABET))
            signs += ALPHABET[sign]
        yield f"P-{signs}"
