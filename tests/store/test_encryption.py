"""A store is encrypted from its first byte; an earlier one becomes so, or stays whole."""

import contextlib
import multiprocessing
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from builders import DEMO_DAY, LEADER, a_course, open_store, raw, save, site
from peerbook.demo import fill
from peerbook.errors import StoreUnavailable
from peerbook.store import identities
from peerbook.store.keys import key_place, keys_of
from peerbook.store.sqlite import driver
from peerbook.store.tables import Participant, Site

pytestmark = pytest.mark.sqlite

FORKED = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def decrypted(path):
    """Make a store's file one of an earlier peerbook, which did not encrypt."""
    plain = path.with_name("plain.sqlite")
    with contextlib.closing(raw(path)) as connection:
        connection.execute("ATTACH ? AS plain KEY ''", [str(plain)])
        connection.execute("SELECT sqlcipher_export('plain')").fetchall()
        connection.execute("DETACH plain")
    plain.replace(path)
    with contextlib.closing(driver.connect(str(path))) as connection:
        connection.execute("PRAGMA journal_mode=wal").fetchall()
    return path


def rows(path):
    with contextlib.closing(raw(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in names
        }


def bytes_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def earlier(tmp_path):
    """Return the file of a store of an earlier peerbook, with a copy of an upgrade beside it."""
    folder = tmp_path / "earlier"
    with open_store(folder) as store:
        a_course(store)
        save(store, site(name="Ærøskøbing"))
    path = decrypted(folder / "peerbook.sqlite")
    (folder / "backups").mkdir()
    shutil.copy(path, folder / "backups" / "peerbook-before-0005-x.sqlite")
    return path


def test_no_word_of_what_was_entered_is_in_any_file(tmp_path):
    store = open_store(tmp_path)
    fill(store, DEMO_DAY)
    store.drafts.save(LEADER, "site", {"name": "Halvfærdigby"})
    store._database.upgrade(lambda _connection: None, "test")
    with store.write(LEADER) as session:
        session.add(site(name="Nyskrevenby"))
    with store.read() as session:
        names = identities.name_of(session, session.scalars(select(Participant.code)))
        words = {word for name in names.values() for word in name.split()}
        words |= set(session.scalars(select(Participant.code))) | {"Nyskrevenby", "Halvfærdigby"}
        words |= {"Vejle", "participant", "CREATE TABLE", "SQLite format", "alembic"}
    assert len(words) > 100
    files = bytes_of(tmp_path)
    suffixes = {path.suffix for path in files}
    assert {".sqlite", ".sqlite-wal"} <= suffixes, "the journal is looked through too"
    assert any(path.parent.name == "backups" for path in files)
    # Shorter ones, or any case of theirs, stand in millions of encrypted bytes by chance.
    pattern = re.compile(b"|".join(re.escape(word.encode()) for word in words if len(word) > 4))
    hits = {path.name: found[0] for path, data in files.items() if (found := pattern.search(data))}
    print(
        f"\n{len(words)} words, {len(files)} files, {sum(map(len, files.values()))} bytes: {hits}"
    )
    assert hits == {}


def test_the_key_is_in_no_file_of_the_data_folder(tmp_path):
    with open_store(tmp_path) as store:
        save(store, site())
        secrets = [store.keys.master().secret, store.keys.derived("store")]
        files = bytes_of(tmp_path)
        for secret in secrets:
            for data in files.values():
                assert secret not in data
                assert secret.hex().encode() not in data.lower()


def test_a_session_knows_the_keys_of_its_store(tmp_path):
    with open_store(tmp_path) as store:
        with store.read() as session:
            assert keys_of(session).derived("audit") == store.keys.derived("audit")
        with store.write(LEADER) as session:
            assert keys_of(session).store_id == store.keys.store_id


def test_a_store_that_is_moved_finds_its_key(tmp_path):
    with open_store(tmp_path / "here") as store:
        save(store, site(name="Vejle"))
    shutil.move(tmp_path / "here", tmp_path / "there")
    with open_store(tmp_path / "there") as store, store.read() as session:
        assert session.scalars(select(Site.name)).all() == ["Vejle"]


def test_without_its_key_a_store_is_refused_untouched(tmp_path):
    with open_store(tmp_path) as store:
        place = Path(key_place(store.keys.store_id).told)
    before = (tmp_path / "peerbook.sqlite").read_bytes()
    place.rename(place.with_suffix(".away"))
    with pytest.raises(StoreUnavailable, match="peerbook key restore"):
        open_store(tmp_path)
    assert (tmp_path / "peerbook.sqlite").read_bytes() == before
    place.with_suffix(".away").rename(place)
    open_store(tmp_path).close()


def test_a_store_of_an_earlier_peerbook_is_encrypted_with_all_that_is_in_it(earlier):
    copy = earlier.parent / "backups" / "peerbook-before-0005-x.sqlite"
    before, copied = rows(earlier), rows(copy)
    with earlier.open("rb") as old:
        open_store(earlier.parent).close()
        assert not any(old.read()), "what was not encrypted is overwritten"
    files = bytes_of(earlier.parent)
    assert sorted(path.name for path in files) == [
        "peerbook-before-0005-x.sqlite", "peerbook.sqlite"
    ]  # fmt: skip
    for path, data in files.items():
        assert "Ærøskøbing".encode() not in data
        assert not data.startswith(b"SQLite")
        assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    assert rows(earlier) == before
    assert rows(copy) == copied


def test_a_store_that_is_open_elsewhere_is_not_encrypted_under_its_users_feet(earlier, monkeypatch):
    monkeypatch.setattr("peerbook.store.sqlite.BUSY_TIMEOUT_S", 0.1)
    with contextlib.closing(driver.connect(str(earlier))) as other:
        other.execute("SELECT * FROM site").fetchall()
        with pytest.raises(StoreUnavailable, match="peerbook"):
            open_store(earlier.parent)
        with other:
            other.execute("INSERT INTO site VALUES (77, 'Sent', 'Vejle', 1)")
    open_store(earlier.parent).close()
    assert (77, "Sent", "Vejle", 1) in rows(earlier)["site"]


def die_at_step(folder, step):
    """Open the store and be killed at a certain step of what `sqlite.py` does."""
    steps = 0

    def count(frame, event, _arg):
        nonlocal steps
        if event.startswith("c_") and frame.f_code.co_filename.endswith("store/sqlite.py"):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    open_store(folder)
    os._exit(0)


@pytest.mark.faults
@pytest.mark.skipif(FORKED is None, reason="needs fork")
def test_a_kill_at_any_moment_of_encrypting_leaves_the_old_store_or_the_new_one(earlier, tmp_path):
    expected = rows(earlier)
    left_plain = left_encrypted = 0
    for step in range(1, 2000, 23):
        folder = tmp_path / f"at-{step}"
        shutil.copytree(earlier.parent, folder)
        process = FORKED.Process(target=die_at_step, args=(folder, step))
        process.start()
        process.join()
        path = folder / "peerbook.sqlite"
        plain = path.read_bytes().startswith(b"SQLite format 3")
        left_plain, left_encrypted = left_plain + plain, left_encrypted + (not plain)
        open_store(folder).close()
        assert rows(path) == expected
        files = bytes_of(folder)
        names = sorted(found.name for found in files)
        assert names == ["peerbook-before-0005-x.sqlite", "peerbook.sqlite"], step
        assert not any("Ærøskøbing".encode() in data for data in files.values())
        shutil.rmtree(folder)
        if process.exitcode == 0:
            break
    print(f"\nkilled {left_plain} times before and {left_encrypted - 1} times after the change")
    assert process.exitcode == 0, "the last one was not killed"
    assert left_plain > 10
    assert left_encrypted > 0
