"""What is PostgreSQL's own: its server, its user, its password, and what its failures mean."""

import contextlib
import datetime as dt
import logging
import shutil
import traceback
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from builders import LEADER, a_course, save, site
from peerbook.errors import PeerbookError, StoreUnavailable
from peerbook.store import Store, backup
from peerbook.store.backup import make_backup, restore
from peerbook.store.backup_file import opened, write_proved
from peerbook.store.engine import open_database
from peerbook.store.keys import key_place
from postgres_server import OWNER, PASSWORD

NOW = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def database(postgres_server):
    name = postgres_server.new_database()
    yield name
    postgres_server.drop(name)


@pytest.fixture
def url(postgres_server, database):
    return postgres_server.url(database)


@pytest.fixture
def own(url):
    with Store.open(url) as store:
        yield store


def everything_said(error, caplog):
    return "".join(traceback.format_exception(error)) + caplog.text


def test_the_address_with_its_password_leads_here_and_what_is_shown_has_none(
    postgres_server, database, caplog
):
    caplog.set_level(logging.DEBUG)
    with Store.open(postgres_server.url_with_password(database)) as store:
        a_course(store)
        with Store.open(store.address) as again:
            assert not again.is_empty()
        shown = f"{store.server} {store._database.place} {store.product} {vars(store)!r}"
        shown += repr(vars(store._database))
    assert store.server == f"postgresql://{OWNER}@127.0.0.1:{postgres_server.port}/{database}"
    assert "PostgreSQL 15" in shown
    assert PASSWORD not in shown + caplog.text


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda url: url.replace(PASSWORD.replace(" ", "%20"), "forkert-kodeord"),
        lambda url: url.replace("127.0.0.1:", "127.0.0.1:1"),
        lambda url: url.replace("/test_", "/no_such_"),
        lambda url: url.replace(f"//{OWNER}", "//nobody"),
        lambda url: url.replace("127.0.0.1", "127.0.0.1:x"),
        lambda url: f"{url}?sslmode=verify-full",
        lambda url: f"{url}?nonsense=hemmelig",
    ],
    ids=["password", "port", "database", "user", "no port", "tls", "option"],
)
def test_a_server_that_does_not_let_us_in_says_so_without_the_password(
    postgres_server, database, spoilt, caplog
):
    caplog.set_level(logging.DEBUG)
    url = spoilt(postgres_server.url_with_password(database))
    with pytest.raises(StoreUnavailable) as refused:
        Store.open(url)
    said = everything_said(refused.value, caplog)
    for secret in (PASSWORD, PASSWORD.replace(" ", "%20"), "forkert-kodeord"):
        assert secret not in said


def test_the_password_may_come_from_a_password_file(
    postgres_server, database, tmp_path, monkeypatch, databases
):
    if databases is not None:
        return
    pgpass = tmp_path / "pgpass"
    pgpass.write_text(f"127.0.0.1:{postgres_server.port}:*:{OWNER}:{PASSWORD}\n")
    pgpass.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(pgpass))
    with Store.open(f"postgresql://{OWNER}@127.0.0.1:{postgres_server.port}/{database}") as store:
        assert store.is_empty()


def test_a_user_who_may_do_everything_is_refused(postgres_server, database):
    with pytest.raises(StoreUnavailable, match="sin egen bruger"):
        Store.open(postgres_server.url(database, user="postgres"))


def test_a_database_without_a_store_is_not_filled_when_it_should_not_be(postgres_server):
    name = postgres_server.new_database(empty=True)
    with pytest.raises(StoreUnavailable, match=name):
        Store.open(postgres_server.url(name), create=False)
    with Store.open(postgres_server.url(name)) as store:
        assert store.is_empty()
    postgres_server.drop(name)


def test_a_database_whose_key_is_gone_is_not_opened(own, url, tmp_path):
    place = Path(key_place(own.keys.store_id).told)
    aside = place.rename(tmp_path / "lost.key")
    with pytest.raises(StoreUnavailable, match="peerbook key restore"):
        Store.open(url, create=False)
    aside.rename(place)
    Store.open(url, create=False).close()


def test_a_database_not_in_utf_8_is_refused(postgres_server):
    postgres_server.execute(
        f"CREATE DATABASE latin OWNER {OWNER} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    )
    with pytest.raises(StoreUnavailable, match="UTF-8"):
        Store.open(postgres_server.url("latin"))
    postgres_server.drop("latin")


def test_saving_does_not_rely_on_how_the_server_is_set(postgres_server, database, url):
    postgres_server.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    wanted = {
        "synchronous_commit": "on", "lock_timeout": "10s", "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "2min", "TimeZone": "UTC",
    }  # fmt: skip
    with Store.open(url) as store:
        for engine in (store._database.write, store._database.read):
            with engine.connect() as connection:
                assert {n: connection.scalar(text(f"SHOW {n}")) for n in wanted} == wanted


def test_whoever_waits_too_long_for_their_turn_is_told_and_may_save_again(
    postgres_server, database, url, monkeypatch
):
    monkeypatch.setitem(__import__("peerbook.store.postgres").store.postgres._SETTINGS,
                        "lock_timeout", "50ms")  # fmt: skip
    with Store.open(url) as slow, Store.open(url) as other:
        with (
            slow.write(LEADER),
            pytest.raises(StoreUnavailable, match="gemmer"),
            other.write("bo"),
        ):
            pass
        save(other, site(), actor="bo")


def test_connections_that_were_cut_are_made_anew(postgres_server, database, own):
    save(own, site())
    postgres_server.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    )
    save(own, site(name="Kolding"))


def test_a_connection_cut_in_the_middle_saves_nothing_and_says_so(postgres_server, database, own):
    def cut():
        with own.write(LEADER) as session:
            session.add(site())
            session.flush()
            postgres_server.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{database}'"
            )

    with pytest.raises(StoreUnavailable, match="nås"):
        cut()
    assert own.is_empty()


def test_a_database_that_takes_no_writes_says_so(postgres_server, database, own):
    postgres_server.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    own.close()
    with pytest.raises(StoreUnavailable, match="ikke lov"):
        save(own, site())


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("53100", "Disken er fuld"), ("53200", "hukommelse"), ("53300", "gemmer"),
        ("40001", "gemmer"), ("40P01", "gemmer"), ("57P01", "nås"), ("08006", "nås"),
        ("XX001", "beskadiget"), ("42P01", "beskadiget"), ("25006", "ikke lov"),
    ],
)  # fmt: skip
def test_what_the_servers_codes_mean(own, state, told):
    error = psycopg.errors.lookup(state)("raised by the test")
    assert told in str(own._database._meaning(error))


def test_a_fault_of_the_program_stays_one(own):
    for state in ("23503", "23514", "23502", "42601"):
        assert own._database._meaning(psycopg.errors.lookup(state)("raised by the test")) is None


def test_history_cannot_be_emptied(own):
    a_course(own)
    for table in ("audit", "event"):
        with (
            own._database.write.connect() as connection,
            pytest.raises(IntegrityError, match="only ever grows"),
        ):
            connection.execute(text(f"TRUNCATE {table}"))


def test_without_pg_dump_the_copy_is_refused_and_says_what_to_install(own, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with pytest.raises(StoreUnavailable, match="pg_dump"):
        write_proved(own._database, tmp_path / "copy", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_made_leaves_nothing(own, tmp_path):
    own._database._url = own._database._url.set(database="no_such")
    with pytest.raises(StoreUnavailable, match="Kopien"):
        write_proved(own._database, tmp_path / "copy", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_never_written_over_a_database_with_data(own, url, tmp_path):
    a_course(own)
    path = make_backup(own, NOW, tmp_path)
    save(own, site(name="Entered since"))
    with pytest.raises(StoreUnavailable, match="postgres-roles"):
        restore(path, url, NOW)
    with own.read() as session:
        assert "Entered since" in session.scalars(text("SELECT name FROM site")).all()


def test_a_backup_goes_back_to_its_own_kind_of_database_only(own, tmp_path):
    path = make_backup(own, NOW, tmp_path)
    with pytest.raises(PeerbookError, match="postgresql"):
        restore(path, tmp_path / "there" / "peerbook.sqlite", NOW)
    assert not (tmp_path / "there" / "peerbook.sqlite").exists()


def test_where_peerbook_may_make_databases_a_drill_brings_the_backup_back(
    own, postgres_server, tmp_path
):
    a_course(own)
    make_backup(own, NOW, tmp_path)
    postgres_server.execute(f"ALTER ROLE {OWNER} CREATEDB")
    try:
        drill = backup.drill(own, NOW, tmp_path)
        with own.read() as session:
            left = session.scalars(
                text("SELECT datname FROM pg_database WHERE datname LIKE 'peerbook_trial%'")
            ).all()
    finally:
        postgres_server.execute(f"ALTER ROLE {OWNER} NOCREATEDB")
    assert drill.is_brought_back
    assert left == []


def test_what_is_written_while_a_backup_is_made_is_in_none_of_its_tables(own, tmp_path):
    made = a_course(own)
    with own._database.copied() as copy:
        save(own, site(name="Entered since"))
        whole = copy.source.read()
    assert copy.rows["site"] == own._database.rows_in([whole])["site"] == 1
    assert copy.rows == own._database.rows_in([whole])
    assert made.codes[0].encode() not in whole[:100]


def test_rows_are_counted_whatever_stands_in_them(own):
    texts = [
        "COPY site (id) FROM stdin;", "\\.", "a\nb", "\\N", "æ\t\r\n\\.", "COPY x FROM stdin;\n",
    ]  # fmt: skip
    for name in texts:
        save(own, site(name=name))
    with own._database.copied() as copy:
        whole = copy.source.read()
    assert own._database.rows_in([whole]) == copy.rows
    assert copy.rows["site"] == len(texts)


def test_a_backup_that_breaks_off_while_it_is_brought_back_leaves_an_empty_database(
    own, postgres_server, tmp_path
):
    a_course(own)
    path = make_backup(own, NOW, tmp_path)
    key = own.keys.master()

    def breaks_off():
        yield from list(opened(path, key)[1])[:-1]
        raise PeerbookError("broken off")

    name = postgres_server.new_database(empty=True)
    place = open_database(postgres_server.url(name))
    with pytest.raises(PeerbookError, match="broken off"):
        place.bring_back(breaks_off(), NOW)
    assert not place.exists()
    place.close()
    postgres_server.drop(name)


def test_policies_an_earlier_program_left_are_brought_up_to_date(own, url):
    save(own, site())
    with own._database.write.begin() as connection:
        connection.execute(text("DROP POLICY own_select ON site"))
        connection.execute(text("COMMENT ON FUNCTION role_reaches(text[]) IS 'earlier'"))
        assert connection.scalar(text("SELECT count(*) FROM site")) == 0
    with Store.open(url) as again, again.read() as session:
        assert session.scalar(text("SELECT name FROM site")) == "Vejle"


def test_the_roles_an_administrator_makes_are_enough_and_no_more(postgres_server, tmp_path):
    from peerbook.store.postgres_guard import roles_for

    lines = [line for line in roles_for("kommune").splitlines() if not line.startswith("--")]
    told = "\n".join(line for line in lines if not line.startswith("\\password"))
    statements = [part.strip() for part in told.split(";") if part.strip()]
    before, after = [], []
    for part in statements:
        if "\\connect" in part:
            after.append(part.split("\n", 1)[1])
        else:
            (after if after else before).append(part)
    for statement in before:
        postgres_server.execute(statement)
    with contextlib.closing(
        psycopg.connect(**postgres_server._as_superuser("kommune"), autocommit=True)
    ) as administrator:
        for statement in after:
            administrator.execute(statement)
    with pytest.raises(StoreUnavailable, match="ikke lov"):
        Store.open(postgres_server.url("kommune", user="kommune"))
    Store.open(postgres_server.url("kommune", user="kommune_owner")).close()
    with Store.open(postgres_server.url("kommune", user="kommune")) as store:
        a_course(store)
        make_backup(store, NOW, tmp_path)
        with (
            pytest.raises(StoreUnavailable),
            store._explained(),
            store._database.write.begin() as connection,
        ):
            connection.execute(text("DROP TABLE draft"))
    postgres_server.drop("kommune")
    for role in ("kommune", "kommune_owner"):
        postgres_server.execute(f"DROP ROLE {role}")
