"""Where the chain ends is noted with each backup, so that a history cut short is found."""

import datetime as dt

import pytest

from builders import LEADER, address, let_change, open_store, save, site
from peerbook.store import Head
from peerbook.store.backup import known_ends, make_backup, restore
from peerbook.store.chain_ends import FILE_NAME, note_end, noted_ends
from peerbook.store.tables import Audit, AuditLink

NOW = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "data") as opened:
        save(opened, site())
        yield opened


def cut_short(store, last):
    """Take the chain's links after one away with what they are over, as with another program."""
    with store._database.write.begin() as connection:
        let_change(connection, "audit", "audit_link")
        through = connection.scalar(
            AuditLink.__table__.select().with_only_columns(AuditLink.audit_through)
            .where(AuditLink.number == last)
        )  # fmt: skip
        connection.execute(Audit.__table__.delete().where(Audit.seq > through))
        connection.execute(AuditLink.__table__.delete().where(AuditLink.number > last))


def test_a_backup_notes_the_end_and_a_history_cut_short_after_it_is_found(store):
    before = store.audit_head().number
    for name in ("Horsens", "Kolding"):
        save(store, site(name=name))
    noted = store.audit_head()
    make_backup(store, NOW)
    assert noted in known_ends(store)
    assert store.verify_audit(known_ends(store)).is_whole
    cut_short(store, before)
    assert store.verify_audit().is_whole, "without what was noted nothing shows"
    assert store.verify_audit(known_ends(store)).missing == noted


@pytest.mark.sqlite
def test_what_was_noted_beyond_a_backup_that_is_brought_back_counts_no_more(store, tmp_path):
    early = make_backup(store, NOW)
    save(store, site(name="Horsens"))
    make_backup(store, NOW + DAY)
    save(store, site(name="Kolding"))
    store.close()
    restore(early, address(tmp_path / "data"), NOW + 2 * DAY)
    with open_store(tmp_path / "data") as again:
        with again.write(LEADER) as session:
            session.add(site(name="Skive"))
        assert known_ends(again)
        assert again.verify_audit(known_ends(again)).is_whole


def test_only_ends_of_this_store_are_read_and_scribbles_are_passed_over(store, tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    assert noted_ends(store, folder) == []
    (folder / FILE_NAME).write_text(f"ffff 9:{'a' * 64} then\nhello\n\n", "ascii")
    note_end(store, folder, NOW)
    assert noted_ends(store, folder) == [store.audit_head()]


def test_two_notes_of_one_number_must_both_be_true(store):
    true = store.audit_head()
    false = Head(true.number, "0" * 64)
    assert store.verify_audit([true, true]).is_whole
    for known in ([true, false], [false, true]):
        assert store.verify_audit(known).missing == false


def test_nothing_in_the_note_names_anybody(store, tmp_path):
    with store.write(LEADER) as session:
        session.add(site(name="Hemmeligby"))
    note_end(store, tmp_path, NOW)
    assert (tmp_path / FILE_NAME).read_text("ascii").split()[1:] == [
        str(store.audit_head()), "2026-11-26T09:30Z",
    ]  # fmt: skip
