"""Each transaction ends with a link over what it added to the histories."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from builders import LEADER, a_course, let_change, open_store, save, site
from peerbook.errors import StoreUnavailable
from peerbook.store import identities
from peerbook.store.chain import Head
from peerbook.store.tables import AuditLink, NameSeen, Site


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as opened:
        yield opened


def links(store):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(AuditLink))


def seen(store):
    with store.read() as session:
        return [
            (row.actor, row.what, row.participant_code) for row in session.scalars(select(NameSeen))
        ]


def test_a_store_without_history_has_no_link_and_is_whole(store):
    assert store.audit_head() == Head(0, "")
    assert store.verify_audit().is_whole


def test_a_transaction_adds_one_link_and_one_that_failed_or_kept_a_draft_none(store):
    save(store, site(), site(name="Kolding"))
    assert links(store) == 1
    with pytest.raises(TypeError), store.write(LEADER) as session:
        session.add(site(name=7))
    store.drafts.box(LEADER, "note").save({"text": "x"})
    assert links(store) == 1
    save(store, site(name="Fredericia"))
    assert links(store) == 2
    assert store.verify_audit().is_whole


def test_a_head_noted_earlier_is_found_again_and_another_is_missed(store):
    save(store, site())
    head = store.audit_head()
    save(store, site(name="Kolding"))
    assert store.verify_audit([head]).is_whole
    assert store.verify_audit([Head(1, "0" * 64)]).missing == Head(1, "0" * 64)
    later = Head(7, head.hash)
    assert store.verify_audit([head, later]).missing == later


def test_what_was_written_before_there_were_links_is_sealed_by_the_first(store):
    save(store, site())
    with store._database.write.begin() as connection:
        let_change(connection, "audit_link")
        connection.execute(text("DELETE FROM audit_link"))
    assert store.verify_audit().loose == 1
    save(store, site(name="Kolding"))
    assert links(store) == 1
    assert store.verify_audit().is_whole


@pytest.mark.parametrize("table", ["name_seen", "audit_link"])
def test_the_histories_only_grow(store, table):
    made = a_course(store, participants=1)
    with store.write(LEADER) as session:
        identities.save_name(session, made.codes[0], "Grethe Jensen")
        identities.name_of(session, made.codes)
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET at = at"):
        with (
            store._database.write.connect() as connection,
            pytest.raises(Exception, match="only ever grows"),
        ):
            connection.exec_driver_sql(change)


# -- who saw whose name --------------------------------------------------------------------------


def test_who_was_shown_a_name_is_written_down_once_a_day(store):
    made = a_course(store, participants=2)
    with store.write(LEADER) as session:
        identities.save_name(session, made.codes[0], "Grethe Jensen")
    assert seen(store) == []
    for _again in range(2):
        with store.read() as session:
            identities.name_of(session, made.codes)
    assert seen(store) == [("peerbook", "name", made.codes[0])]
    assert store.verify_audit().is_whole


def test_a_name_read_while_saving_is_written_down_under_the_one_who_saves(store):
    made = a_course(store, participants=1)
    with store.write(LEADER) as session:
        identities.save_name(session, made.codes[0], "Grethe Jensen")
        identities.name_of(session, made.codes)
    assert seen(store) == [(LEADER, "name", made.codes[0])]


def test_a_name_that_cannot_be_written_down_is_not_handed_out(store, monkeypatch):
    made = a_course(store, participants=1)
    with store.write(LEADER) as session:
        identities.save_name(session, made.codes[0], "Grethe Jensen")

    def full(*_args, **_options):
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(StoreUnavailable), store.read() as session:
        identities.name_of(session, made.codes)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 1
