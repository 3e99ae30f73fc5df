"""The audit and the tables always tell the same."""

import datetime as dt
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Text, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from builders import (
    LEADER,
    a_course,
    assert_sound,
    attendance,
    evaluation,
    open_store,
    replayed,
    save,
    site,
)
from peerbook.store import identities
from peerbook.store.tables import Answer, Attendance, Audit, Base, Course, Event, Site
from peerbook.store.whole import HIDDEN


def entries(store):
    with store.read() as session:
        return list(session.scalars(select(Audit).order_by(Audit.seq)))


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


def test_a_new_row_is_written_down_whole(store):
    before = dt.datetime.now(dt.UTC)
    save(store, site(name="Vejle"), actor="anna")
    [entry] = entries(store)
    assert (entry.actor, entry.action, entry.table_name, entry.row_id) == (
        "anna", "insert", "site", "1"
    )  # fmt: skip
    assert entry.old is None
    assert entry.new == {"id": 1, "name": "Vejle", "municipality": "Vejle", "version": 1}
    assert before <= entry.at <= dt.datetime.now(dt.UTC)


def test_a_change_keeps_old_and_new_of_the_changed_columns_and_the_reason(store):
    save(store, site(name="Vejle"))
    with store.write("bo", reason="moved house") as session:
        session.get(Site, 1).municipality = "Fredericia"
    entry = entries(store)[-1]
    assert entry.old == {"municipality": "Vejle", "version": 1}
    assert entry.new == {"municipality": "Fredericia", "version": 2}
    assert (entry.actor, entry.reason) == ("bo", "moved house")


def test_the_old_value_is_known_even_when_the_row_was_not_loaded(store):
    save(store, site(name="Vejle"))
    with store.write(LEADER) as session:
        row = session.get(Site, 1)
        session.expire(row)
        row.municipality = "Fredericia"
    assert entries(store)[-1].old == {"municipality": "Vejle", "version": 1}


def test_a_deleted_row_is_kept_whole(store):
    save(store, site(name="Vejle"))
    with store.write(LEADER) as session:
        session.delete(session.get(Site, 1))
    entry = entries(store)[-1]
    assert (entry.action, entry.new) == ("delete", None)
    assert entry.old == {"id": 1, "name": "Vejle", "municipality": "Vejle", "version": 1}


def test_a_row_changed_and_deleted_at_once_is_kept_as_it_was_stored(store):
    save(store, site(name="Vejle"))
    with store.write(LEADER) as session:
        row = session.get(Site, 1)
        row.name = "Kolding"
        session.delete(row)
    assert entries(store)[-1].old["name"] == "Vejle"
    assert_sound(store)


def test_writing_the_same_value_again_is_no_change(store):
    save(store, site(name="Vejle"))
    with store.write(LEADER) as session:
        session.get(Site, 1).name = "Vejle"
    assert len(entries(store)) == 1


def test_what_is_not_saved_is_not_in_the_audit(store):
    with pytest.raises(IntegrityError):
        save(store, site(name=None))
    assert entries(store) == []


NAMES_NOBODY = {
    "common_event.answers", "cost_assessment.models", "cost_assessment.payers",
    "coffee_talk.ticked", "course.params",
    "deletion.rows", "exit_talk.ticked", "user_account.sites",  # keys, codes and numbers
    "course.title", "course_date.room", "site.municipality", "site.name",  # printed on every plan
    "deletion.rule", "setting.value",  # what a place has decided
}  # fmt: skip
"""Columns of free form whose values the audit keeps on purpose."""


def test_whatever_could_name_somebody_stays_out_of_the_audit_but_what_is_read_out():
    """A new column is private, or somebody has said here why it is not."""
    in_the_audit = {
        f"{mapper.local_table.name}.{column.name}"
        for mapper in Base.registry.mappers
        if mapper.class_.audited
        for column in mapper.local_table.columns
        if isinstance(column.type, JSON | Text) and not column.info.get("private")
    }
    assert in_the_audit - NAMES_NOBODY == {"decision.what_we_did"}
    assert in_the_audit >= NAMES_NOBODY, "what is listed here is in the audit"
    assert in_the_audit & HIDDEN == {"decision.what_we_did"}


def test_the_audit_says_that_a_name_changed_and_not_what_it_is(store):
    made = a_course(store, participants=1)
    with store.write(LEADER) as session:
        identities.save_name(session, made.codes[0], "Grethe Hemmelig")
        session.flush()
        contacts = identities.Contacts("grete@example.org", "12345678")
        identities.save_contacts(session, made.codes[0], contacts)
    with store.write(LEADER) as session:
        identities.save_name(session, made.codes[0], "Grete Hemmelig")
        identities.save_contacts(session, made.codes[0], identities.Contacts("grete@example.org"))
    with store.write(LEADER) as session:
        identities.forget_identity(session, made.codes[0])
    told = [entry for entry in entries(store) if entry.table_name == "identity"]
    assert [entry.action for entry in told] == ["insert", "update", "update", "delete"]
    assert set(told[1].new) == {"email", "phone", "version"}
    assert set(told[2].new) == {"name", "phone", "version"}
    everything = repr([(entry.row_id, entry.old, entry.new) for entry in entries(store)])
    for secret in ("Hemmelig", "12345678", "example.org"):
        assert secret not in everything
    assert_sound(store)


@pytest.mark.parametrize(
    "statement",
    [
        update(Site).values(name="x"), delete(Site), insert(Site).values(name="x"),
        text("DELETE FROM site"),
    ],
)  # fmt: skip
def test_a_statement_that_would_pass_the_audit_by_is_refused(store, statement):
    save(store, site())
    with store.write(LEADER) as session, pytest.raises(TypeError):
        session.execute(statement)
    with store.write(LEADER) as session, pytest.raises(TypeError):
        session.bulk_save_objects([site()])
    assert len(entries(store)) == 1


@pytest.mark.parametrize("table", ["audit", "event"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET actor = 'nobody'", "DELETE FROM {table}",
        *(
            pytest.param(statement, marks=pytest.mark.sqlite)
            for statement in (
                "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
                "UPDATE OR REPLACE {table} SET seq = seq + 1",
            )
        ),
    ],
)  # fmt: skip
def test_audit_and_events_can_only_grow(store, table, change):
    save(store, site(), Event(subject_type="site", subject_id="1", kind="opened",
                              effective_on=dt.date(2026, 1, 1), actor=LEADER))  # fmt: skip
    with (
        store._database.write.connect() as connection,
        pytest.raises(IntegrityError, match="only ever grows"),
    ):
        connection.exec_driver_sql(change.format(table=table))


TEXTS = st.text(max_size=20)
CHANGES = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(["present", "apology", "absent", "paused"])),
    st.tuples(st.just("note"), st.none() | TEXTS),
    st.tuples(st.just("remove"), st.none()),
    st.tuples(st.just("title"), TEXTS),
    st.tuples(st.just("params"), st.dictionaries(TEXTS, st.integers() | TEXTS, max_size=3)),
    st.tuples(st.just("answer"), st.integers(0, 5)),
    st.tuples(st.just("name"), TEXTS),
    st.tuples(st.just("forget"), st.none()),
    st.tuples(st.just("flush"), st.none()),
    st.tuples(st.just("expire"), st.none()),
)


class Oops(Exception):
    pass


@settings(max_examples=40)
@given(st.lists(st.tuples(st.lists(CHANGES, max_size=8), st.booleans()), max_size=6), st.randoms())
def test_replaying_the_audit_gives_the_tables(transactions, chance):
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        made = a_course(store, participants=2, days=2)
        save(store, evaluation(course_id=made.course_id))
        for changes, fails in transactions:
            before = replayed_now(store)
            try:
                with store.write(LEADER) as session:
                    for kind, value in changes:
                        apply(session, made, kind, value, chance)
                    if fails:
                        raise Oops
            except Oops:
                assert replayed_now(store) == before
        assert_sound(store)


def replayed_now(store):
    with store.read() as session:
        return replayed(session)


def apply(session, made, kind, value, chance: random.Random):
    code, day = chance.choice(made.codes), chance.choice(made.teaching_day_ids)
    seen = session.get(Attendance, (day, code))
    match kind:
        case "status" if seen is None:
            session.add(attendance(code, course_date_id=day, status=value))
        case "status":
            seen.status = value
        case "note" if seen is not None:
            seen.note = value
        case "remove" if seen is not None:
            session.delete(seen)
        case "title" | "params":
            setattr(session.get(Course, made.course_id), kind, value)
        case "answer":
            session.merge(Answer(evaluation_id=1, item_id=str(value), code=value))
        case "name":
            identities.save_name(session, code, value)
        case "forget":
            identities.forget_identity(session, code)
        case "expire":
            session.flush()
            session.expire_all()
        case "flush":
            session.flush()
