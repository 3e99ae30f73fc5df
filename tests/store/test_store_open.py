"""Opening a store: where it is made, who may read it, and what is refused."""

import os
import stat
import sys

import pytest
from sqlalchemy import func, select

from builders import LEADER, a_course, assert_sound, open_store, save, site
from peerbook.errors import StoreUnavailable
from peerbook.paths import DATA_FOLDER_VARIABLE
from peerbook.store import Store, set_setting
from peerbook.store import store as store_module
from peerbook.store.sqlite import FIRST_SAFE_SQLITE, driver, require_sqlite
from peerbook.store.tables import Site


def names(store):
    with store.read() as session:
        return list(session.scalars(select(Site.name)))


def test_what_was_saved_is_there_when_the_store_is_opened_again(tmp_path):
    with open_store(tmp_path) as store:
        save(store, site(name="Vejle"))
    with open_store(tmp_path) as again:
        assert names(again) == ["Vejle"]


@pytest.mark.sqlite
def test_without_an_address_the_store_lies_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "mine"))
    monkeypatch.delenv(store_module.URL_VARIABLE, raising=False)
    Store.open().close()
    assert (tmp_path / "mine" / "peerbook.sqlite").is_file()


@pytest.mark.sqlite
def test_the_environment_names_another_store(tmp_path, monkeypatch):
    monkeypatch.setenv(store_module.URL_VARIABLE, f"sqlite:///{tmp_path}/other.sqlite")
    Store.open().close()
    assert (tmp_path / "other.sqlite").is_file()


@pytest.mark.sqlite
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_nobody_but_the_owner_can_read_folder_file_or_journal(tmp_path):
    folder = tmp_path / "made"
    store = open_store(folder)
    save(store, site())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == {
        "peerbook.sqlite": 0o600, "peerbook.sqlite-wal": 0o600, "peerbook.sqlite-shm": 0o600
    }  # fmt: skip


@pytest.mark.sqlite
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_a_file_that_others_can_read_is_closed_to_them_on_opening(tmp_path):
    open_store(tmp_path).close()
    (tmp_path / "peerbook.sqlite").chmod(0o644)
    open_store(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "peerbook.sqlite").stat().st_mode) == 0o600


@pytest.mark.sqlite
def test_nothing_is_left_beside_the_new_file(tmp_path):
    open_store(tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == ["peerbook.sqlite"]


@pytest.mark.sqlite
def test_a_store_that_is_not_there_is_not_made_when_it_should_not_be(tmp_path):
    with pytest.raises(StoreUnavailable, match="no-such-store"):
        Store.open(tmp_path / "no-such-store" / "peerbook.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://server/db", "nonsense://", "://"]
)
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(StoreUnavailable):
        Store.open(url)


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(StoreUnavailable) as refused:
        Store.open("mysql://leader:hemmeligt@server/db")
    assert "hemmeligt" not in str(refused.value)


@pytest.mark.sqlite
def test_the_settings_of_every_connection(tmp_path):
    store = open_store(tmp_path)
    wanted = {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0,
        "secure_delete": 1, "mmap_size": 0, "recursive_triggers": 1, "busy_timeout": 10_000,
    }  # fmt: skip
    for engine in (store._database.write, store._database.read):
        with engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert found == wanted


def test_the_sqlite_in_use_is_safe_and_an_older_one_is_refused():
    require_sqlite(driver.sqlite_version_info)
    require_sqlite(FIRST_SAFE_SQLITE)
    with pytest.raises(StoreUnavailable, match=r"3\.51\.2"):
        require_sqlite((3, 51, 2))


def test_a_read_session_refuses_changes_and_its_connection_cannot_write(tmp_path):
    store = open_store(tmp_path)
    with store.read() as session:
        session.add(site())
        with pytest.raises(TypeError):
            session.flush()
    with pytest.raises(StoreUnavailable), store.read() as session:
        session.connection().exec_driver_sql("DELETE FROM setting")
    assert names(store) == []


def test_reading_does_not_wait_for_a_writer_and_sees_one_state(tmp_path):
    store = open_store(tmp_path)
    with store.read() as session:
        count = select(func.count()).select_from(Site)
        assert session.scalar(count) == 0
        with store.write(LEADER) as writing:
            writing.add(site())
            writing.flush()
            assert names(store) == []
        assert session.scalar(count) == 0
    assert names(store) == ["Vejle"]


def test_a_failing_block_saves_nothing(tmp_path):
    store = open_store(tmp_path)

    def fail():
        with store.write(LEADER) as session:
            session.add(site())
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(store) == []


def test_one_thread_cannot_write_inside_its_own_write(tmp_path):
    store = open_store(tmp_path)
    with store.write(LEADER), pytest.raises(RuntimeError), store.write(LEADER):
        pass
    save(store, site())


def test_a_change_needs_an_actor(tmp_path):
    store = open_store(tmp_path)
    with pytest.raises(ValueError, match="actor"), store.write(""):
        pass


def test_a_setting_is_kept_changed_and_defaults(tmp_path):
    store = open_store(tmp_path)
    assert store.setting("guard", 5) == 5
    for value in (7, {"least": 3}, None):
        with store.write(LEADER) as session:
            set_setting(session, "guard", value)
        assert store.setting("guard", 5) == value


def test_a_store_is_empty_until_something_other_than_settings_and_drafts_is_entered(tmp_path):
    store = open_store(tmp_path)
    with store.write(LEADER) as session:
        set_setting(session, "language", "da")
    store.drafts.save(LEADER, "course", {"title": "x"})
    assert store.is_empty()
    a_course(store)
    assert not store.is_empty()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_uses_the_store_without_touching_its_parents_connections(tmp_path):
    store = open_store(tmp_path)
    save(store, site(name="Vejle"))
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            save(store, site(name="Kolding"))
            code = 0 if sorted(names(store)) == ["Kolding", "Vejle"] else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    save(store, site(name="Fredericia"))
    assert sorted(names(store)) == ["Fredericia", "Kolding", "Vejle"]
    assert_sound(store)


def test_a_store_can_be_used_again_after_closing(tmp_path):
    store = open_store(tmp_path)
    store.close()
    save(store, site())
    assert names(store) == ["Vejle"]


@pytest.mark.sqlite
def test_a_store_that_is_open_goes_on_with_the_file_that_was_put_in_its_place(tmp_path):
    path = tmp_path / "peerbook.sqlite"
    with Store.open(path) as store, Store.open(tmp_path / "other" / path.name) as other:
        for one, name in ((store, "Vejle"), (other, "Kolding")):
            with one.write("leader") as session:
                session.add(Site(name=name, municipality=name))
            one.close()
        with store.read() as session:
            assert session.scalars(select(Site.name)).all() == ["Vejle"]
        (tmp_path / "other" / path.name).replace(path)
        with store.write("leader") as session:
            assert session.scalars(select(Site.name)).all() == ["Kolding"]
        with store.read() as session:
            assert session.scalars(select(Site.name)).all() == ["Kolding"]
