"""Backups: encrypted, proved by opening, brought back anywhere, and never over what is there."""

import contextlib
import datetime as dt
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from builders import (
    LEADER,
    a_course,
    address,
    assert_sound,
    open_store,
    participant,
    raw,
    save,
    site,
)
from peerbook.errors import InputFault, PeerbookError, StoreUnavailable
from peerbook.store import backup as backups
from peerbook.store import identities
from peerbook.store.backup import make_backup, restore, rotate_key
from peerbook.store.chain_ends import FILE_NAME
from peerbook.store.cpr import read_cpr
from peerbook.store.engine import open_database
from peerbook.store.keys import MasterKey, key_place
from peerbook.store.tables import Site

NOW = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)
CPR = read_cpr("211062-5629", NOW.date())


@pytest.fixture
def filled(tmp_path):
    """An open store with somebody known in it, and their code."""
    with open_store(tmp_path / "data") as store:
        code = a_course(store, participants=3).codes[0]
        with store.write(LEADER) as session:
            identities.save_name(session, code, "Grethe Hemmelig")
            session.flush()
            backups.set_setting(session, identities.CPR_SETTING, True)
            session.flush()
            identities.save_cpr(session, code, CPR, "consent")
        yield store, code


def names(store, code):
    with store.read() as session:
        return identities.name_of(session, [code])


def elsewhere(databases, folder):
    """Return the address of a place where nothing is yet."""
    if databases is not None:
        databases.are_made_empty = True
    return address(folder)


def is_there(place):
    return open_database(place).exists()


def rows(path):
    with contextlib.closing(raw(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in tables.fetchall()
        }


def test_a_backup_brings_everything_back_into_an_empty_place(filled, tmp_path, databases):
    store, code = filled
    path = make_backup(store, NOW)
    assert path.name == "peerbook-20261126T093000.peerbook-backup"
    assert backups.last_made(store, backups.LAST_SETTING) == NOW
    told, aside = restore(path, elsewhere(databases, tmp_path / "elsewhere"), NOW)
    assert aside is None
    assert told.rows["participant"] == 3
    with open_store(tmp_path / "elsewhere") as again:
        assert names(again, code) == {code: "Grethe Hemmelig"}
        assert_sound(again)
        save(again, site(name="Written since"))
    if databases is None:
        assert [one.name for one in (tmp_path / "elsewhere").iterdir()] == ["peerbook.sqlite"]


def test_calendars_take_what_is_told_after_a_restore_for_newer(filled, tmp_path, databases):
    store, _code = filled
    path = make_backup(store, NOW)
    for count in range(3):
        save(store, site(name=f"Written since {count}"))
    told = [store.history_length()]
    for count in (1, 2):
        later = NOW + count * dt.timedelta(days=1)
        folder = tmp_path / f"elsewhere {count}"
        restore(path, elsewhere(databases, folder), later)
        with open_store(folder) as again:
            told.append(again.history_length())
            save(again, site(name="Written after"))
            told.append(again.history_length())
    assert told == sorted(set(told)), "every number is higher than the one before"
    assert told[-1] < 2**31, "a calendar holds no more"


@pytest.mark.sqlite
@pytest.mark.parametrize("minutes", [19, -60])
def test_a_second_restore_counts_on_from_the_store_it_sets_aside(filled, tmp_path, minutes):
    store, _code = filled
    path = make_backup(store, NOW)
    store.close()
    place = tmp_path / "data" / "peerbook.sqlite"
    restore(path, place, NOW)
    with open_store(tmp_path / "data") as again:
        with again.write(LEADER) as session:
            session.add_all(site(name=f"Site {number}") for number in range(1_500))
        told = again.history_length()
    restore(path, place, NOW + dt.timedelta(minutes=minutes))
    with open_store(tmp_path / "data") as again:
        assert again.history_length() > told


def test_a_backup_of_a_clock_that_ran_ahead_counts_on(filled, tmp_path, databases):
    store, _code = filled
    told = []
    path, ahead = make_backup(store, NOW), NOW + dt.timedelta(days=900)
    for count, moment in enumerate((ahead, NOW)):
        folder = tmp_path / f"elsewhere {count}"
        restore(path, elsewhere(databases, folder), moment)
        with open_store(folder) as again:
            told.append(again.history_length())
            path = make_backup(again, NOW + dt.timedelta(hours=1))
    assert told[0] < told[1]


@pytest.mark.sqlite
def test_a_store_that_is_damaged_is_set_aside_uncounted(filled, tmp_path):
    store, _code = filled
    store.close()
    place = tmp_path / "data" / "peerbook.sqlite"
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    assert backups._counted_in(place) == 0
    place.write_bytes(whole)
    assert backups._counted_in(place) > 0


def test_nothing_in_a_backup_can_be_read_and_only_its_owner_has_the_file(filled):
    store, code = filled
    path = make_backup(store, NOW)
    whole = path.read_bytes()
    for word in (
        "Grethe",
        "Hemmelig",
        code,
        "participant",
        "CREATE TABLE",
        "SQLite",
        "PGDMP",
        "made_at",
    ):
        assert word.encode() not in whole
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    assert {one.name for one in path.parent.iterdir()} == {path.name, FILE_NAME}


def test_on_another_computer_the_recovery_code_opens_it(filled, tmp_path, monkeypatch, databases):
    store, code = filled
    path, written_down = make_backup(store, NOW), store.keys.master().recovery_code
    (tmp_path / "new-computer").mkdir()
    monkeypatch.setenv("PEERBOOK_KEY_FILE", str(tmp_path / "new-computer"))
    target = elsewhere(databases, tmp_path / "there")
    assert not backups.key_is_here(path)
    with pytest.raises(StoreUnavailable, match="peerbook key restore"):
        restore(path, target, NOW)
    with pytest.raises(InputFault):
        restore(path, target, NOW, MasterKey.new())
    assert not is_there(target)
    restore(path, target, NOW, MasterKey.from_recovery_code(written_down))
    assert backups.key_is_here(path)
    with open_store(tmp_path / "there") as again:
        assert names(again, code) == {code: "Grethe Hemmelig"}


def test_a_file_that_is_no_backup_is_told_before_a_code_is_asked_for(tmp_path):
    other = tmp_path / "holiday.peerbook-backup"
    other.write_bytes(b"a picture")
    with pytest.raises(PeerbookError, match="holiday"):
        backups.key_is_here(other)


@pytest.mark.sqlite
def test_a_store_that_is_there_is_set_aside_with_all_that_is_in_it(filled, tmp_path):
    store, _code = filled
    path = make_backup(store, NOW)
    save(store, site(name="Entered since"))
    store.close()
    target = tmp_path / "data" / "peerbook.sqlite"
    before = rows(target)
    _told, aside = restore(path, target, NOW)
    assert aside == tmp_path / "data" / "peerbook-set-aside-20261126T093000.sqlite"
    assert rows(aside) == before
    with open_store(tmp_path / "data") as again, again.read() as session:
        assert "Entered since" not in session.scalars(select(Site.name)).all()


@pytest.mark.sqlite
def test_a_store_in_use_is_not_taken_from_its_users(filled, tmp_path, monkeypatch):
    monkeypatch.setattr("peerbook.store.sqlite.BUSY_TIMEOUT_S", 0.1)
    store, _code = filled
    path = make_backup(store, NOW)
    with store.read() as session:
        session.scalars(select(Site)).all()
        with pytest.raises(StoreUnavailable):
            restore(path, tmp_path / "data" / "peerbook.sqlite", NOW)
    save(store, site(name="Still here"))


def test_every_damage_is_found(filled, tmp_path, databases):
    store, _code = filled
    path = make_backup(store, NOW)
    whole, chance = path.read_bytes(), random.Random(5)
    damages = [whole[:-1], whole[: len(whole) // 2], whole[:50], whole[:20], b"", whole + b"x"]
    for _attempt in range(60 if databases is None else 10):
        spoilt = bytearray(whole)
        spoilt[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        damages.append(bytes(spoilt))
    target = elsewhere(databases, tmp_path / "target")
    for damage in damages:
        path.write_bytes(damage)
        with pytest.raises(PeerbookError):
            restore(path, target, NOW)
        assert not is_there(target)
    print(f"\n{len(damages)} damaged backups, all refused")
    path.write_bytes(whole)
    restore(path, target, NOW)


@pytest.mark.sqlite
def test_a_damaged_backup_leaves_the_store_where_it_is(filled, tmp_path):
    store, code = filled
    path = make_backup(store, NOW)
    path.write_bytes(path.read_bytes()[:-5])
    store.close()
    with pytest.raises(PeerbookError):
        restore(path, tmp_path / "data" / "peerbook.sqlite", NOW)
    assert names(store, code) == {code: "Grethe Hemmelig"}


def test_what_a_restore_put_aside_and_what_a_kill_left_go_too(filled):
    """Whoever was deleted since is in there, and nobody would look."""
    store, _code = filled
    at = {days: f"{NOW - dt.timedelta(days=days):%Y%m%dT%H%M%S}" for days in (36, 34)}
    aside = [store.folder / f"peerbook-set-aside-{at[days]}.sqlite" for days in (36, 34)]
    (store.folder / "backups").mkdir()
    cut_off = [
        folder / f".backup-{age}"
        for folder in (store.folder, store.folder / "backups")
        for age in ("old", "now")
    ]
    for path in aside:
        path.touch()
    for path in cut_off:
        path.mkdir()
        (path / "peerbook.sqlite").touch()
        hours = 25 if path.name.endswith("old") else 1
        moment = (NOW - dt.timedelta(hours=hours)).timestamp()
        os.utime(path, (moment, moment))
    make_backup(store, NOW)
    assert [path.exists() for path in aside] == [False, True]
    assert {path.name for path in cut_off if path.exists()} == {".backup-now"}


def test_backups_are_kept_for_five_weeks_and_the_newest_always(filled):
    store, _code = filled
    ages = [100, 36, 35, 8, 0]
    for age in ages:
        make_backup(store, NOW - dt.timedelta(days=age))
    left = [one.name[9:17] for one in backups._backups(store.folder / "backups")]
    assert left == [f"{NOW - dt.timedelta(days=age):%Y%m%d}" for age in (35, 8, 0)]
    old, young = (NOW + dt.timedelta(days=days) for days in (360, 370))
    copies = [
        store.folder / "backups" / f"peerbook-before-0011-{moment:%Y%m%dT%H%M%S%f}.{ending}"
        for moment in (old, young)
        for ending in ("sqlite", "peerbook-backup", "dump")
    ]
    for copy in copies:
        copy.touch()
    (store.folder / "backups" / "mine.txt").touch()
    newest = make_backup(store, NOW + dt.timedelta(days=400))
    left = {one.name for one in (store.folder / "backups").iterdir()}
    assert left == {newest.name, "mine.txt", FILE_NAME, *(copy.name for copy in copies[3:])}


def test_a_backup_is_due_a_week_after_the_last(filled):
    store, _code = filled
    assert backups.is_due(store, NOW)
    make_backup(store, NOW)
    assert not backups.is_due(store, NOW + dt.timedelta(days=6, hours=23))
    assert backups.is_due(store, NOW + dt.timedelta(days=7))


def test_a_drill_proves_the_newest_backup_and_leaves_nothing(filled, databases):
    store, _code = filled
    with pytest.raises(PeerbookError):
        backups.drill(store, NOW)
    path = make_backup(store, NOW)
    before = sorted(one.name for one in store.folder.iterdir())
    drill = backups.drill(store, NOW)
    assert drill.told.rows["identity"] == 1
    assert drill.is_brought_back is (databases is None)
    assert ("prøve" in drill.sentence) is (databases is not None)
    assert backups.last_made(store, backups.DRILL_SETTING) == NOW
    assert sorted(one.name for one in store.folder.iterdir()) == before
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PeerbookError):
        backups.drill(store, NOW + dt.timedelta(days=1))
    assert backups.last_made(store, backups.DRILL_SETTING) == NOW


def test_who_was_erased_since_stays_erased(filled, tmp_path, databases):
    store, code = filled
    path = make_backup(store, NOW)
    with store.write(LEADER) as session:
        identities.forget_identity(session, code)
        backups.remember_erased(store, session, [code], NOW.date())
    assert code not in (store.folder / backups.ERASED_FILE).read_text()
    rotate_key(store)
    store.close()
    folder = tmp_path / ("data" if databases is None else "there")
    restore(path, elsewhere(databases, folder), NOW)
    with open_store(folder) as again:
        assert names(again, code) == {}


def test_on_another_computer_a_later_backup_beside_it_tells_who_was_erased(
    filled, tmp_path, databases
):
    store, code = filled
    stick = tmp_path / "stick"
    stick.mkdir()
    early = make_backup(store, NOW, stick)
    with store.write(LEADER) as session:
        identities.forget_identity(session, code)
        backups.remember_erased(store, session, [code], NOW.date())
    make_backup(store, NOW + dt.timedelta(days=1), stick)
    store.close()
    folder = tmp_path / "new-computer"
    restore(early, elsewhere(databases, folder), NOW)
    with open_store(folder) as there:
        assert names(there, code) == {}


def test_the_erased_are_remembered_beside_the_backups_at_once(filled, tmp_path, databases):
    store, code = filled
    stick = tmp_path / "stick"
    stick.mkdir()
    path = make_backup(store, NOW, stick)
    with store.write(LEADER) as session:
        backups.choose_folder(session, str(stick))
        identities.forget_identity(session, code)
        backups.remember_erased(store, session, [code], NOW.date())
    store.close()
    folder = tmp_path / ("new" if databases is None else "there")
    restore(path, elsewhere(databases, folder), NOW)
    with open_store(folder) as again:
        assert names(again, code) == {}


def test_the_day_they_were_erased_is_told_when_they_are_erased_again(filled):
    store, code = filled
    days = []

    def erase(session, code, on):
        backups.forget(session, code, on)
        days.append(on)

    for on in (NOW.date(), NOW.date() + dt.timedelta(days=9)):
        with store.write(LEADER) as session:
            backups.remember_erased(store, session, [code], on)
    backups.erase_again(store, erase)
    assert days == [NOW.date()], "the first day"


def test_whoever_an_earlier_peerbook_erased_has_no_day(filled):
    store, code = filled
    with store.write(LEADER) as session:
        backups.remember_erased(store, session, [code], NOW.date())
    file = store.folder / backups.ERASED_FILE
    file.write_text(re.sub("@.*", "", file.read_text("ascii")), "ascii")
    days = []
    assert backups.erase_again(store, lambda _session, _code, on: days.append(on)) == 1
    assert days == [None]


@given(st.data())
def test_a_file_of_the_erased_cut_off_anywhere_is_read_and_written_on(data):
    some = {f"{number:08x}.{number:064x}": NOW.date() - dt.timedelta(number) for number in (1, 2)}
    late = {f"{3:08x}.{3:064x}": NOW.date()}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for trace, day in some.items():
            mark = data.draw(st.sampled_from([backups._CERTAIN, backups._UNCERTAIN]))
            backups._keep_erased({trace: day}, folder, mark)
        file = folder / backups.ERASED_FILE
        whole = file.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        file.write_bytes(whole[:cut])
        backups._keep_erased(late, folder)
        marks = (backups._CERTAIN, backups._UNCERTAIN)
        found = {
            trace: day for mark in marks for trace, day in backups._traces(folder, mark).items()
        }
        told = whole[:cut].decode()
        expected = {
            trace: day if f"{trace}@{day}" in told else None
            for trace, day in some.items()
            if trace in told
        }
        assert found == {**expected, **late}


def test_a_torn_line_keeps_no_store_from_opening_and_the_next_erased_stays_so(filled):
    store, code = filled
    file = store.folder / backups.ERASED_FILE
    file.write_text(f"abcdef0123@2026-1\n?{0:08x}.{0:064x}@2026-02-31\n{0:08x}.00", "ascii")
    with store.write(LEADER) as session:
        identities.forget_identity(session, code)
        backups.remember_erased(store, session, [code], NOW.date())
    with store.write(LEADER) as session:
        identities.save_name(session, code, "Brought Back")
    days = []
    assert backups.erase_again(store, lambda _session, _code, on: days.append(on)) == 1
    assert days == [NOW.date()]
    assert make_backup(store, NOW).is_file()


class Stopped(Exception):
    pass


def test_whoever_was_not_erased_because_the_computer_stopped_is_not_erased_at_the_next_start(
    filled,
):
    store, code = filled

    def deleted():
        with store.write(LEADER) as session:
            backups.remember_erased(store, session, [code], NOW.date())
            raise Stopped

    with pytest.raises(Stopped):
        deleted()
    assert backups.erase_again(store, backups.forget) == 0
    assert names(store, code) == {code: "Grethe Hemmelig"}
    with store.write(LEADER) as session:
        identities.forget_identity(session, code)
        backups.remember_erased(store, session, [code], NOW.date())
    with store.write(LEADER) as session:
        identities.save_name(session, code, "Brought Back")
    assert backups.erase_again(store, backups.forget) == 1


def test_whoever_was_erased_when_the_computer_stopped_stays_so(filled, monkeypatch):
    store, _code = filled
    gone = "P-999999"  # no longer there
    keep = backups._keep_erased

    def stopped(traces, folder, mark=""):
        if not mark:
            raise StoreUnavailable("the computer stopped")
        keep(traces, folder, mark)

    with monkeypatch.context() as patched:
        patched.setattr(backups, "_keep_erased", stopped)
        with store.write(LEADER) as session:
            backups.remember_erased(store, session, [gone], NOW.date())
    assert backups.erase_again(store, backups.forget) == 0
    with store.write(LEADER) as session:
        session.add(participant(code=gone))
        session.flush()
        identities.save_name(session, gone, "Brought Back")
    assert backups.erase_again(store, backups.forget) == 1


# -- where to --------------------------------------------------------------------------------------


def test_a_folder_is_chosen_that_is_there_and_where_a_stick_is_missing_none_is_made(
    filled, tmp_path
):
    store, _code = filled
    stick = tmp_path / "stick"

    def choose(folder):
        with store.write(LEADER) as session:
            backups.choose_folder(session, str(folder))

    for wrong in (stick, "stick", "~"):
        with pytest.raises(InputFault) as refused:
            choose(wrong)
        assert refused.value.faults[0].place.field == "folder"
    stick.mkdir()
    choose(stick)
    assert make_backup(store, NOW).parent == stick
    assert backups.drill(store, NOW).told.rows["participant"] == 3
    stick.rename(tmp_path / "pulled out")
    with pytest.raises(PeerbookError, match="USB-stik"):
        make_backup(store, NOW + dt.timedelta(days=8))
    with pytest.raises(PeerbookError, match="USB-stik"):
        backups.drill(store, NOW + dt.timedelta(days=8))
    assert not stick.exists()
    assert backups.last_made(store, backups.LAST_SETTING) == NOW
    choose("")
    assert make_backup(store, NOW).parent == store.folder / "backups"


# -- another key -----------------------------------------------------------------------------------


@pytest.mark.sqlite
def test_under_another_key_everything_is_as_it_was(filled, tmp_path):
    store, code = filled
    first, before = store.keys.key_id, rows(store.folder / "peerbook.sqlite")
    sealed = before.pop("identity")
    second = rotate_key(store)
    assert store.keys.key_id == second != first
    after = rows(store.folder / "peerbook.sqlite")
    assert after.pop("identity") != sealed
    assert after == before
    assert names(store, code) == {code: "Grethe Hemmelig"}
    with store.read() as session:
        assert identities.codes_with(session, CPR) == [code]
        assert identities.kept_cpr_of(session, [code])[code].masked == "211062-****"
    save(store, site(name="Written since"))
    assert_sound(store)


@pytest.mark.sqlite
def test_the_earlier_key_opens_nothing_that_is_written_since(filled, tmp_path):
    store, _code = filled
    first = store.keys.key_id
    rotate_key(store)
    place = Path(key_place(store.keys.store_id).told)
    content = place.read_text()
    import json

    kept = json.loads(content)
    kept["keys"] = {first: kept["keys"][first]}
    store.close()
    place.write_text(json.dumps(kept))
    with pytest.raises(StoreUnavailable, match="peerbook key restore"):
        open_store(tmp_path / "data")
    place.write_text(content)


def test_an_earlier_backup_is_brought_back_after_the_key_was_changed(filled, tmp_path, databases):
    store, code = filled
    path = make_backup(store, NOW)
    rotate_key(store)
    restore(path, elsewhere(databases, tmp_path / "there"), NOW)
    with open_store(tmp_path / "there") as again:
        assert names(again, code) == {code: "Grethe Hemmelig"}


def rotate_and_die(folder, step):
    steps = 0

    def count(frame, event, _arg):
        nonlocal steps
        if event.startswith("c_") and frame.f_code.co_filename.endswith(
            ("store/sqlite.py", "store/keys.py")
        ):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    with open_store(folder) as store:
        sys.setprofile(count)
        rotate_key(store)
        os._exit(0)


@pytest.mark.sqlite
@pytest.mark.faults
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_key_change_killed_at_any_moment_is_finished_the_next_time(filled, tmp_path):
    store, code = filled
    store.close()
    kills = again = 0
    for step in range(1, 3000, 29):
        folder = tmp_path / "killed"
        shutil.copytree(tmp_path / "data", folder)
        process = multiprocessing.get_context("fork").Process(
            target=rotate_and_die, args=(folder, step)
        )
        process.start()
        process.join()
        kills += process.exitcode != 0
        with open_store(folder) as left:
            assert names(left, code) == {code: "Grethe Hemmelig"}
            if left.keys.key_id == store.keys.key_id:
                again += 1
                ids = left.keys.ids
                assert rotate_key(left) in ids or len(ids) == 1
            assert names(left, code) == {code: "Grethe Hemmelig"}
            assert_sound(left)
        shutil.rmtree(folder)
        if process.exitcode == 0:
            break
    print(f"\n{kills} kills, {again} times begun again, 0 lost")
    assert process.exitcode == 0
    assert kills > 10
