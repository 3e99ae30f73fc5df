"""A store that is there and cannot be opened: nobody comes in, and it is told what to do."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

from app_under_test import write_notebook
from at_the_door import (
    ask,
    connect,
    is_in,
    log_in_as,
    open_kernel,
    wait_for,
    wait_until_closed,
    write_code,
)
from builders import a_user, open_store, raw
from peerbook.errors import StoreUnavailable
from peerbook.server.user_book import UserBook
from peerbook.store.store import FILE_NAME
from ports import free_port


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """Return a data folder with a store that has a user, and the keys of its own beside it."""
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "keys").mkdir()
    monkeypatch.setenv("PEERBOOK_KEY_FILE", str(tmp_path / "keys"))
    monkeypatch.setenv("PEERBOOK_DATA", str(folder))
    monkeypatch.delenv("PEERBOOK_STORE_URL", raising=False)
    with open_store(folder) as store:
        a_user(store, "anna", "leader")
    return folder


def key_file(data: Path) -> Path:
    [path] = data.with_name("keys").iterdir()
    return path


# -- ways a store can be shut ----------------------------------------------------------------------


def lose_key(data: Path) -> None:
    key_file(data).rename(data.with_name("lost.key"))


def show_key_to_others(data: Path) -> None:
    key_file(data).chmod(0o644)


def damage_key(data: Path) -> None:
    key_file(data).write_text("{", "utf-8")


def take_key_of_other_data(data: Path) -> None:
    place = key_file(data)
    place.write_text(place.read_text("utf-8").replace(place.stem, place.stem[::-1]), "utf-8")


def damage_beginning(data: Path) -> None:
    with (data / FILE_NAME).open("r+b") as file:
        file.write(b"\xff" * 64)


def damage_middle(data: Path) -> None:
    with (data / FILE_NAME).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


def cut_off(data: Path) -> None:
    os.truncate(data / FILE_NAME, 0)


def write_by_newer_peerbook(data: Path) -> None:
    with contextlib.closing(raw(data / FILE_NAME)) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")


def leave_journal_alone(data: Path) -> None:
    (data / FILE_NAME).rename(data / "elsewhere.sqlite")
    (data / f"{FILE_NAME}-wal").touch()


def put_behind_what_is_no_folder_to_look_into(data: Path) -> None:
    (data / FILE_NAME).unlink()
    (data / FILE_NAME).symlink_to(data / FILE_NAME)


WAYS = {
    lose_key: "deres nøgle",
    show_key_to_others: "Andre på denne computer kan læse nøglen",
    damage_key: "er ødelagt",
    take_key_of_other_data: "hører til andre data",
    damage_beginning: "deres nøgle",
    damage_middle: "er beskadiget",
    cut_off: "er ikke data fra peerbook",
    write_by_newer_peerbook: "nyere udgave af peerbook",
    leave_journal_alone: "er væk",
    put_behind_what_is_no_folder_to_look_into: "kan ikke åbnes",
}


@pytest.mark.parametrize("shut", WAYS, ids=lambda shut: shut.__name__)
def test_where_there_is_a_store_nobody_says_that_there_are_no_users(data, shut):
    shut(data)
    book = UserBook()
    for _turn in range(2):
        with pytest.raises(StoreUnavailable, match=WAYS[shut]):
            book.standing_now()


def test_where_there_is_no_store_there_are_no_users_until_there_is_one(data, monkeypatch):
    monkeypatch.setattr("peerbook.server.user_book.LOOK_AGAIN_SECONDS", 0)
    (data / FILE_NAME).rename(data / "elsewhere.sqlite")
    book = UserBook()
    assert not book.standing_now().have_begun
    (data / "elsewhere.sqlite").rename(data / FILE_NAME)
    assert book.standing_now().have_begun


# -- at the start ----------------------------------------------------------------------------------

COMMANDS = {
    "serve": ["peerbook", "serve", "--no-browser"],
    "hub": ["peerbook", "serve", "--hub", "--store", FILE_NAME],
    "lab": ["peerbook", "lab", "--no-browser", "--allow-root"],
    "server": ["peerbook.server.app"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_server_starts_on_a_store_whose_key_is_gone(data, command):
    lose_key(data)
    program = [sys.executable, "-m", *COMMANDS[command]]
    if command != "hub":
        program += ["--port", str(free_port())]
    done = subprocess.run(
        program, cwd=data, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == "", "neither address nor code nor link"
    [told] = done.stderr.splitlines()
    assert WAYS[lose_key] in told
    assert str(data.with_name("keys")) in told
    assert "peerbook key restore" in told


# -- while it runs ---------------------------------------------------------------------------------


def test_a_store_that_comes_without_its_key_shuts_the_door_of_the_access_code(data, start_server):
    """A disk is plugged in, or a copy put in place, while whoever has the code works there."""
    place = key_file(data)
    lose_key(data)
    store = (data / FILE_NAME).rename(data.with_name("elsewhere.sqlite"))
    workbooks = data.with_name("workbooks")
    write_notebook(workbooks / "start.ipynb", ["print(1)"])
    server = start_server(workbooks, data=data, env={"PEERBOOK_STORE_URL": ""})
    _answer, cookies = write_code(server, server.token)
    assert is_in(server, cookies)
    kernel = open_kernel(server, Cookie=cookies)
    line = connect(server, kernel, Cookie=cookies)
    form = ask(server, "/login")
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form.body)[1]
    jar = form.headers["Set-Cookie"].partition(";")[0]

    store.rename(data / FILE_NAME)
    wait_for(lambda: ask(server, "/", Cookie=cookies).status == 503)
    ticket = "/" + server.login_link.removeprefix(server.address)
    for path, headers in [
        ("/login", {}), ("/login", server.headers), (ticket, {}), ("/", server.headers),
        ("/voila/render/start.ipynb", {"Cookie": cookies}), ("/account", {"Cookie": cookies}),
        (f"/api/kernels/{kernel}/channels", {"Cookie": cookies}),
    ]:  # fmt: skip
        answer = ask(server, path, **headers)
        assert answer.status == 503, path
        assert "username" not in (answer.headers["Set-Cookie"] or "")
        assert "Data kan ikke åbnes lige nu" in answer.body
        assert str(data.parent) not in answer.body, "a stranger is not told what lies where"
    assert "deres nøgle" in server.said()
    assert "Traceback" not in server.said()

    body = urllib.parse.urlencode({"_xsrf": xsrf, "code": server.token})
    answer = ask(server, "/login", method="POST", body=body, Cookie=jar)
    assert answer.status == 503
    assert "username" not in (answer.headers["Set-Cookie"] or "")

    data.with_name("lost.key").rename(place)
    wait_until_closed(line)
    assert not is_in(server, cookies)
    assert "username" not in (ask(server, ticket).headers["Set-Cookie"] or "")
    assert is_in(server, log_in_as(server, "anna"))


def test_a_key_lost_or_a_store_damaged_under_a_server_opens_no_more_than_was_open(
    data, start_server
):
    workbooks = data.with_name("workbooks")
    opens = "from peerbook.desk import open_desk\nopen_desk()"
    write_notebook(workbooks / "start.ipynb", [opens])
    server = start_server(workbooks, data=data, env={"PEERBOOK_STORE_URL": ""}, has_users=True)
    cookies = log_in_as(server, "anna")
    lose_key(data)
    assert "/login" in ask(server, "/", **server.headers).headers["Location"]
    page = ask(server, "/voila/render/start.ipynb", Cookie=cookies)
    assert "peerbook key restore" in page.body, "whoever has come in reads what is wrong"

    whole = (data / FILE_NAME).rename(data.with_name("whole.sqlite"))
    for content in (b"", b"\xff" * 8192, None):
        if content is not None:
            (data / FILE_NAME).write_bytes(content)
        for headers in ({"Cookie": cookies}, server.headers, {}):
            assert ask(server, "/login", **headers).status == 503
        (data / FILE_NAME).unlink(missing_ok=True)
    whole.rename(data / FILE_NAME)
    assert is_in(server, cookies)
    assert "Traceback" not in server.said()
