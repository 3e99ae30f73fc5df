"""Secrets of a data folder: private, whole, and the same for all servers that start at once."""

from __future__ import annotations

import os
import stat

import pytest

from forked import forked
from peerbook.paths import DATA_FOLDER_VARIABLE
from peerbook.server.private_files import access_token, cookie_secret

ROUNDS, SERVERS = 40, 2


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def _start(folders, barrier, told):
    """Begin in each folder at the same moment as the other, and tell what one has."""
    found = []
    for one in folders:
        os.environ[DATA_FOLDER_VARIABLE] = one
        barrier.wait(60)
        found.append((cookie_secret(), access_token()))
    told.put(found)


@pytest.mark.parametrize("before", ["nothing", "a file others can read", "a file cut short"])
def test_servers_that_start_at_once_have_the_same_secrets(tmp_path, before):
    folders = [tmp_path / str(number) for number in range(ROUNDS)]
    for one in folders:
        one.mkdir()
        if before != "nothing":
            for name in ("cookie-key", "access-code"):
                (one / name).write_text("x" * (64 if "read" in before else 5))
                (one / name).chmod(0o644 if "read" in before else 0o600)
    processes = forked()
    barrier, told = processes.Barrier(SERVERS), processes.Queue()
    started = [
        processes.Process(target=_start, args=([str(one) for one in folders], barrier, told))
        for _number in range(SERVERS)
    ]
    for one in started:
        one.start()
    first, *others = [told.get(timeout=120) for _one in started]
    for one in started:
        one.join(60)
    assert all(other == first for other in others)
    assert len(set(first)) == ROUNDS, "each folder has secrets of its own"
    for one, (key, code) in zip(folders, first, strict=True):
        assert (one / "cookie-key").read_text() == key.decode()
        assert (one / "access-code").read_text() == code
        assert sorted(path.name for path in one.iterdir()) == ["access-code", "cookie-key"]


def test_a_secret_is_private_and_stays(folder):
    key = cookie_secret()
    assert stat.S_IMODE((folder / "cookie-key").stat().st_mode) == 0o600
    assert cookie_secret() == key


def test_a_secret_others_could_read_is_made_anew(folder):
    key = cookie_secret()
    (folder / "cookie-key").chmod(0o640)
    assert cookie_secret() != key
    assert stat.S_IMODE((folder / "cookie-key").stat().st_mode) == 0o600
