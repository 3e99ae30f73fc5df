"""Whoever touches the histories behind our back is found: reliability plan, number 28."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from builders import LEADER, START, a_course, attendance, let_change, open_store, save, site
from peerbook.store import append_event, chain, identities
from peerbook.store.tables import Base

pytestmark = pytest.mark.faults

TIMES = 100
HISTORIES = ("audit", "event", "name_seen")
CHANGED = {"audit": "row_id", "event": "details", "name_seen": "actor"}


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    """A connection, whose changes are rolled back, to a store with a history."""
    with open_store(tmp_path_factory.mktemp("tampering")) as store:
        made = a_course(store, participants=5)
        for number, code in enumerate(made.codes):
            with store.write(LEADER) as session:
                identities.save_name(session, code, f"Person {number}")
                append_event(session, "participant", code, "enrolled", START)
            with store.read() as session:
                identities.name_of(session, [code])
            save(store, attendance(code), actor=f"person{number}")
        for number in range(15):
            save(store, site(name=f"Site {number}"))
        assert store.verify_audit().is_whole
        with store._database.write.connect() as opened:
            let_change(opened, *HISTORIES, "audit_link")
            opened.key_of = store._audit_key
            yield opened


def numbers(connection, table):
    order = "number" if table == "audit_link" else "seq"
    return list(connection.scalars(text(f"SELECT {order} FROM {table} ORDER BY {order}")))


def changed(connection, chance):
    table = chance.choice(HISTORIES)
    row = chance.choice(numbers(connection, table))
    column = CHANGED[table]
    value = '{"by": "hand"}' if table == "event" else "by hand"
    connection.execute(
        text(f"UPDATE {table} SET {column} = :value WHERE seq = :row"), {"value": value, "row": row}
    )


def deleted(connection, chance):
    table = chance.choice(HISTORIES)
    row = chance.choice(numbers(connection, table))
    connection.execute(text(f"DELETE FROM {table} WHERE seq = :row"), {"row": row})


def swapped(connection, chance):
    table = chance.choice(HISTORIES)
    one, other = chance.sample(numbers(connection, table), 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        connection.execute(
            text(f"UPDATE {table} SET seq = :new WHERE seq = :old"), {"old": old, "new": new}
        )


def inserted(connection, chance):
    """Add a row in the place of one that is moved up with all after it, or at the end."""
    table = chance.choice(HISTORIES)
    last = numbers(connection, table)[-1]
    source = chance.choice(numbers(connection, table))
    columns = [
        column.name for column in Base.metadata.tables[table].columns if column.name != "seq"
    ]
    listed = ", ".join(columns)
    connection.execute(
        text(
            f"INSERT INTO {table} (seq, {listed}) SELECT :seq, {listed} FROM {table} "
            "WHERE seq = :source"
        ),
        {"seq": last + 1, "source": source},
    )


def truncated(connection, chance):
    """Take away the last links and all they are over, as if it had never been."""
    links = numbers(connection, "audit_link")
    kept = chance.choice(links[:-1])
    through = connection.execute(
        text("SELECT audit_through, event_through, seen_through FROM audit_link WHERE number = :n"),
        {"n": kept},
    ).one()
    connection.execute(text("DELETE FROM audit_link WHERE number > :n"), {"n": kept})
    for table, end in zip(HISTORIES, through, strict=True):
        connection.execute(text(f"DELETE FROM {table} WHERE seq > :end"), {"end": end})


@pytest.mark.parametrize("tamper", [changed, deleted, swapped, inserted, truncated])
def test_every_tampering_is_found(connection, tamper):
    head = chain.head_of(connection)
    found = 0
    for seed in range(TIMES):
        with connection.begin_nested() as undone:
            tamper(connection, random.Random(seed))
            found += not chain.verify(connection, connection.key_of, [head]).is_whole
            undone.rollback()
    assert chain.verify(connection, connection.key_of, [head]).is_whole
    print(f"{tamper.__name__}: {found} of {TIMES} found")
    assert found == TIMES


def test_a_link_made_anew_without_the_key_is_found(connection):
    """Whoever changes a row and knows how links are made, still lacks the key."""
    with connection.begin_nested() as undone:
        changed(connection, random.Random(1))
        connection.execute(text("DELETE FROM audit_link"))
        chain.close_link(connection, "0000", lambda _key_id: b"guessed" * 5)
        assert not chain.verify(connection, connection.key_of).is_whole
        undone.rollback()
