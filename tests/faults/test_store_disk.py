"""Full, read-only, missing, locked or damaged: a clear message, and nothing half-saved."""

import concurrent.futures
import contextlib
import os
import random
import resource
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from builders import (
    LEADER,
    a_course,
    assert_sound,
    is_whole,
    open_store,
    raw,
    save,
    site,
    stored,
    suggestion,
)
from forked import forked
from peerbook.errors import StoreUnavailable
from peerbook.store import Saved, Store
from peerbook.store.tables import Submission, Suggestion

pytestmark = pytest.mark.faults


NOBODY = 65534


def in_a_process(target, *arguments):
    """Run `target` in a process of its own, whose limits and rights it may change for good."""
    ear, mouth = forked().Pipe(duplex=False)
    process = forked().Process(target=report, args=(mouth, target, *arguments))
    process.start()
    mouth.close()
    try:
        answer = ear.recv()
    except EOFError:
        answer = "the process died"
    process.join()
    if isinstance(answer, str):
        pytest.fail(answer)
    return answer[0]


def report(mouth, target, *arguments):
    try:
        mouth.send((target(*arguments),))
    except BaseException as error:
        mouth.send(f"{target.__name__}: {error!r}")


def say(store, text):
    """Save a suggestion of some length with its event, as a form does."""

    def change(session):
        row = suggestion(text=text)
        session.add(row)
        session.flush()
        return Saved("suggestion", row.id, row.version)

    return store.submit(text[:40], LEADER, change, {"text": text})


def count(store):
    with store.read() as session:
        numbers = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Suggestion, Submission)
        ]
    assert numbers[0] == numbers[1]
    return numbers[0]


def fill(store, most=5000):
    """Save until the store can take no more; return how many were acknowledged, and the message."""
    for n in range(most):
        try:
            say(store, f"{n:06} " + "x" * 2000)
        except StoreUnavailable as error:
            return n, str(error)
    raise AssertionError("the disk never became full")


def fill_up_under_file_size_limits(folder):
    told = []
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    chance = random.Random(5)
    for attempt in range(20):
        store = open_store(folder / str(attempt))
        a_course(store)
        limit = chance.randint(350_000, 1_500_000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        acknowledged, message = fill(store)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert count(store) == acknowledged
        again = say(store, f"{acknowledged:06} " + "x" * 2000)
        assert (again.record, again.replayed) == (acknowledged + 1, False)
        assert_sound(store)
        store.close()
        told.append((acknowledged, message))
    return told


def test_a_disk_that_takes_no_more_loses_nothing_and_saving_goes_on_afterwards(tmp_path):
    told = in_a_process(fill_up_under_file_size_limits, tmp_path)
    print(f"\nfull after {sorted(saves for saves, _ in told)} saves")
    assert len({saves for saves, _ in told}) > 10
    for _saves, message in told:
        assert "disk" in message.lower()


def test_a_full_database_says_so(tmp_path):
    store = open_store(tmp_path)
    a_course(store)

    @event.listens_for(store._database.write, "connect")
    def _limit(connection, _record):
        connection.execute("PRAGMA max_page_count = 150")

    store.close()
    acknowledged, message = fill(store)
    event.remove(store._database.write, "connect", _limit)
    store.close()
    assert acknowledged > 5
    assert "disk" in message.lower()
    assert count(store) == acknowledged
    say(store, "there is room again")
    assert_sound(store)


def without_rights(folder, folder_mode, file_mode):
    """Try to use a store in a folder with these rights, as somebody who is not root."""
    os.environ["PEERBOOK_KEY_FILE"] = str(folder.with_name(f"{folder.name}.key"))
    store = open_store(folder)
    a_course(store)
    store.close()
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir(), Path(os.environ["PEERBOOK_KEY_FILE"])):
            os.chown(path, NOBODY, NOBODY)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    (folder / "peerbook.sqlite").chmod(file_mode)
    folder.chmod(folder_mode)
    read = None
    try:
        store = open_store(folder)
        read = count(store)
        say(store, "this cannot be saved")
        message = "it was saved"
    except StoreUnavailable as error:
        message = str(error)
    folder.chmod(0o700)
    (folder / "peerbook.sqlite").chmod(0o600)
    store = open_store(folder)
    saved_before = count(store)
    say(store, "now it can")
    assert_sound(store)
    return message, read, saved_before


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "can_read"),
    [(0o700, 0o400, True), (0o500, 0o400, False), (0o500, 0o600, False), (0, 0o600, False)],
)
def test_a_store_one_may_not_write_says_so_and_works_once_one_may(folder_mode, file_mode, can_read):
    folder = Path(tempfile.mkdtemp())  # not tmp_path: nobody may enter that
    try:
        message, read, saved = in_a_process(without_rights, folder, folder_mode, file_mode)
    finally:
        shutil.rmtree(folder)
        folder.with_name(f"{folder.name}.key").unlink(missing_ok=True)
    assert str(folder / "peerbook.sqlite") in message
    assert read == (0 if can_read else None)
    assert saved == 0


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path / "file" / "folder")


def test_a_store_that_vanishes_is_not_replaced_by_an_empty_one(tmp_path):
    store = open_store(tmp_path)
    a_course(store)
    store.close()
    (tmp_path / "peerbook.sqlite").rename(tmp_path / "elsewhere.sqlite")
    with pytest.raises(StoreUnavailable):
        count(store)
    with pytest.raises(StoreUnavailable):
        say(store, "lost?")
    assert not (tmp_path / "peerbook.sqlite").exists()
    (tmp_path / "elsewhere.sqlite").rename(tmp_path / "peerbook.sqlite")
    say(store, "back again")
    assert_sound(store)


def test_a_journal_without_its_store_is_not_taken_into_a_new_one(tmp_path):
    store = open_store(tmp_path)
    a_course(store)
    (tmp_path / "peerbook.sqlite").rename(tmp_path / "elsewhere.sqlite")
    with pytest.raises(StoreUnavailable, match=r"peerbook\.sqlite-wal"):
        Store.open(tmp_path / "peerbook.sqlite")


def test_a_store_locked_by_another_program_says_so_and_works_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("peerbook.store.sqlite.BUSY_TIMEOUT_S", 0.05)
    store = open_store(tmp_path)
    a_course(store)
    with contextlib.closing(raw(tmp_path / "peerbook.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            say(store, "locked out")
        assert count(store) == 0
        other.execute("ROLLBACK")
    assert say(store, "locked out").replayed is False
    assert_sound(store)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no line")
def test_who_waits_longest_saves_first(tmp_path):
    store = open_store(tmp_path)
    a_course(store)
    texts = [f"number {n} of the line" for n in range(6)]
    with concurrent.futures.ThreadPoolExecutor(len(texts)) as threads:
        with contextlib.closing(raw(tmp_path / "peerbook.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")
            saves = []
            for text in texts:
                saves.append(threads.submit(say, store, text))
                time.sleep(0.1)
            other.execute("ROLLBACK")
        assert [save.result().replayed for save in saves] == [False] * len(texts)
    with store.read() as session:
        assert list(session.scalars(select(Suggestion.text).order_by(Suggestion.id))) == texts


@pytest.fixture
def closed(tmp_path):
    """Return the file of a closed store with some hundred rows, and what is in it."""
    store = open_store(tmp_path)
    a_course(store, participants=20)
    for n in range(60):
        say(store, f"{n:03} " + "æ" * 300)
    with store.read() as session:
        contents = stored(session)
    store.close()
    return tmp_path / "peerbook.sqlite", contents


def outcome(path, contents):
    """Open and read everything: what came of it, in one word; anything unexpected is raised."""
    try:
        store = Store.open(path)
    except StoreUnavailable as error:
        return "refused" if str(path) in str(error) else str(error)
    with store:
        try:
            with store.read() as session:
                found = stored(session)
                if not is_whole(session):
                    return "refused"
        except StoreUnavailable:
            return "refused"
        except (ValueError, LookupError):
            return "unreadable"
    return "same" if found == contents else "different"


DAMAGES = {
    "empty": lambda whole: b"",
    "half": lambda whole: whole[: len(whole) // 2],
    "header only": lambda whole: whole[:100],
    "zeros": lambda whole: b"\0" * len(whole),
    "no header": lambda whole: b"Dear diary" + whole[10:],
    "a page missing": lambda whole: whole[:4096] + whole[8192:],
    "a text file": lambda whole: b"name;age\n" * 500,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_is_no_whole_store_is_refused_and_left_as_it_is(closed, damage):
    path, _contents = closed
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    with pytest.raises(StoreUnavailable):
        Store.open(path)
    assert path.read_bytes() == damaged


def test_a_damaged_page_is_found_on_opening_or_does_no_harm(closed, tmp_path):
    path, contents = closed
    whole = path.read_bytes()
    chance = random.Random(7)
    outcomes = []
    for page in range(len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
        path.write_bytes(damaged)
        outcomes.append(outcome(path, contents))
    print(f"\n{len(outcomes)} pages: {outcomes.count('refused')} refused, "
          f"{outcomes.count('same')} harmless")  # fmt: skip
    assert len(outcomes) > 40
    assert "different" not in outcomes
    assert outcomes.count("refused") > 0.9 * len(outcomes)


def test_no_flipped_bit_goes_unnoticed(closed):
    path, contents = closed
    whole = path.read_bytes()
    chance = random.Random(11)
    outcomes = []
    for _attempt in range(200):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        outcomes.append(outcome(path, contents))
    print(f"\n{outcomes.count('refused')} of {len(outcomes)} refused")
    assert set(outcomes) == {"refused"}


def test_a_name_taken_in_a_store_that_works_is_not_called_a_fault_of_the_disk(tmp_path):
    store = open_store(tmp_path)
    save(store, site())
    with pytest.raises(Exception) as refused:  # noqa: PT011 - the type is what is tested
        save(store, site())
    assert not isinstance(refused.value, StoreUnavailable)
