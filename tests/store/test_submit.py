"""Every form is saved exactly once, however often it is sent."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from builders import LEADER, address, assert_sound, open_store, save, site
from forked import forked
from peerbook.errors import Conflict
from peerbook.store import Receipt, Saved, Store
from peerbook.store.tables import Audit, Site, Submission


def add_site(name):
    def change(session):
        row = site(name=name)
        session.add(row)
        session.flush()
        return Saved("site", row.id, row.version)

    return change


def count(store, table):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_receipt_tells_what_was_saved_and_when(tmp_path):
    store = open_store(tmp_path)
    before = dt.datetime.now(dt.UTC)
    receipt = store.submit("k1", LEADER, add_site("Vejle"))
    assert (receipt.kind, receipt.record, receipt.version) == ("site", 1, 1)
    assert receipt.replayed is False
    assert before <= receipt.saved_at <= dt.datetime.now(dt.UTC)


def test_the_same_form_sent_twice_is_saved_once_and_gives_the_same_receipt(tmp_path):
    store = open_store(tmp_path)
    content = {"name": "Vejle", "day": dt.date(2026, 3, 4)}
    first = store.submit("k1", LEADER, add_site("Vejle"), content)
    second = store.submit("k1", LEADER, add_site("Vejle"), dict(reversed(content.items())))
    assert second == Receipt(
        first.number, first.kind, first.record, first.version, first.saved_at, True
    )
    assert count(store, Site) == 1


def test_every_save_has_a_receipt_of_its_own_that_leads_to_what_was_saved(tmp_path):
    store = open_store(tmp_path)

    def rename(name):
        def change(session):
            row = session.get_one(Site, 1)
            row.name = name
            session.flush()
            return Saved("site", row.id, row.version)

        return change

    told = [
        store.submit("k1", LEADER, add_site("Vejle")),
        store.submit("k2", LEADER, rename("Kolding")),
        store.submit("k3", LEADER, rename("Kolding")),
    ]
    assert [receipt.record for receipt in told] == [1, 1, 1]
    assert len({receipt.number for receipt in told}) == 3
    with store.read() as session:
        entries = [session.get_one(Audit, receipt.number) for receipt in told]
    assert [(entry.actor, entry.new["kind"], entry.new["number"]) for entry in entries] == [
        (LEADER, "site", 1)
    ] * 3
    assert_sound(store)


def test_what_was_saved_before_receipts_had_numbers_of_their_own_keeps_its_number(tmp_path):
    store = open_store(tmp_path)
    with store._database.write.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO submission VALUES ('k1', 'anna', 'site', 7, 1, '2026-03-04 10:00', NULL)"
        )
    again = store.submit("k1", LEADER, add_site("Vejle"))
    assert (again.number, again.record, again.replayed) == (7, 7, True)


def test_a_replay_outlives_the_program(tmp_path):
    with open_store(tmp_path) as store:
        first = store.submit("k1", LEADER, add_site("Vejle"))
    with open_store(tmp_path) as store:
        assert store.submit("k1", LEADER, add_site("Vejle")).number == first.number


def test_a_key_used_for_other_content_is_a_conflict_and_saves_nothing(tmp_path):
    store = open_store(tmp_path)
    store.submit("k1", LEADER, add_site("Vejle"), {"name": "Vejle"})
    with pytest.raises(Conflict):
        store.submit("k1", LEADER, add_site("Kolding"), {"name": "Kolding"})
    assert count(store, Site) == 1


def test_a_change_that_fails_leaves_its_key_free(tmp_path):
    store = open_store(tmp_path)

    def fail(session):
        session.add(site())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.submit("k1", LEADER, fail)
    assert count(store, Site) == count(store, Submission) == 0
    assert store.submit("k1", LEADER, add_site("Vejle")).replayed is False


def test_a_name_just_taken_by_somebody_else_is_a_conflict_and_not_a_replay(tmp_path):
    store = open_store(tmp_path)
    save(store, site(name="Vejle"))
    with pytest.raises(Conflict):
        store.submit("k1", LEADER, add_site("Vejle"))
    assert count(store, Submission) == 0


def test_a_key_that_another_writer_took_in_between_gives_their_receipt(tmp_path, monkeypatch):
    # On a database where two can write at once, the second finds the key only when it inserts.
    store = open_store(tmp_path)
    store.submit("k1", LEADER, add_site("Vejle"), {"name": "Vejle"})
    seen = AuditedGet()
    monkeypatch.setattr("peerbook.store.store.AuditedSession.get", seen, raising=False)
    again = store.submit("k1", LEADER, add_site("Kolding"), {"name": "Vejle"})
    assert seen.asked == 1
    assert (again.record, again.replayed) == (1, True)
    assert count(store, Site) == 1


class AuditedGet:
    """A look-up that sees no submission, as one that came too early."""

    asked = 0

    def __call__(self, *_arguments):
        self.asked += 1


def test_the_digest_tells_nothing_about_equal_contents(tmp_path):
    store = open_store(tmp_path)
    store.submit("k1", LEADER, add_site("Vejle"), {"phone": "12345678"})
    store.submit("k2", LEADER, add_site("Kolding"), {"phone": "12345678"})
    with store.read() as session:
        assert len(set(session.scalars(select(Submission.content_digest)))) == 2


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_of_impossible_length_is_refused(tmp_path, key):
    with pytest.raises(ValueError, match="key"):
        open_store(tmp_path).submit(key, LEADER, add_site("Vejle"))


def send(place, name, key, barrier, answers):
    with Store.open(place) as store:
        barrier.wait()
        answers.put(store.submit(key, name, add_site("Vejle"), {"name": "Vejle"}))


def test_eight_processes_sending_the_same_key_at_once_save_one_row(tmp_path):
    place = address(tmp_path)
    open_store(tmp_path).close()
    barrier, answers = forked().Barrier(8), forked().Queue()
    processes = [
        forked().Process(target=send, args=(place, f"p{n}", "k1", barrier, answers))
        for n in range(8)
    ]  # fmt: skip
    for process in processes:
        process.start()
    receipts = [answers.get(timeout=60) for _process in processes]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert len({(receipt.number, receipt.saved_at) for receipt in receipts}) == 1
    store = open_store(tmp_path)
    assert count(store, Site) == 1
    assert_sound(store)


def make(place, barrier):
    barrier.wait()
    Store.open(place).close()


def test_eight_processes_making_the_store_at_once_make_one(tmp_path, nothing_made):
    place = address(tmp_path)
    barrier = forked().Barrier(8)
    processes = [forked().Process(target=make, args=(place, barrier)) for _n in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    # Where two are the last to close, SQLite leaves its journal for the next one.
    files = {"peerbook.sqlite", "peerbook.sqlite-wal", "peerbook.sqlite-shm"}
    assert {file.name for file in tmp_path.iterdir()} <= files
    assert open_store(tmp_path).is_empty()
