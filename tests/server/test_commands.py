"""Which commands begin a store, and which want one that is there."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import peerbook.server
from peerbook.cli import app, main
from peerbook.errors import InputFault, StoreUnavailable
from peerbook.store import Store
from peerbook.store.store import URL_VARIABLE


@pytest.fixture
def started(tmp_path, monkeypatch) -> list[str]:
    """Return the addresses the server and JupyterLab are started with, instead of starting them."""
    addresses: list[str] = []
    for name in ("serve", "lab"):
        monkeypatch.setattr(
            peerbook.server,
            name,
            lambda *, store_url, **_others: addresses.append(store_url),
            raising=False,
        )
    monkeypatch.setenv("PEERBOOK_DATA", str(tmp_path / "own"))
    monkeypatch.setenv(URL_VARIABLE, "")
    monkeypatch.chdir(tmp_path)
    return addresses


COMMANDS = [["serve"], ["lab"], ["run", "start", "--output", "out.ipynb"]]


def give(*words: str) -> BaseException | None:
    return CliRunner().invoke(app, [*words]).exception


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("by", ["option", "variable"])
def test_an_address_with_no_data_is_refused_and_nothing_is_made_there(
    command, by, started, tmp_path, monkeypatch
):
    address = str(tmp_path / "mistyped" / "peerbook.sqlite")
    if by == "variable":
        monkeypatch.setenv(URL_VARIABLE, address)
    fault = give(*command, *(["--store", address] if by == "option" else []))
    assert isinstance(fault, StoreUnavailable)
    assert address in str(fault)
    assert "peerbook serve --new" in str(fault)
    assert not (tmp_path / "mistyped").exists()
    assert started == []


@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda words: words[0])
def test_who_only_reads_begins_no_store_of_their_own(command, started, tmp_path):
    assert isinstance(give(*command), StoreUnavailable)
    assert not (tmp_path / "own" / "peerbook.sqlite").exists()


def test_the_app_begins_ones_own_store_and_at_an_address_only_when_told_to(started, tmp_path):
    assert give("serve") is None
    assert (tmp_path / "own" / "peerbook.sqlite").exists()
    assert give("serve", "--new", "--store", "new.sqlite") is None
    assert give("serve", "--store", "new.sqlite") is None
    assert started[1:] == [str(tmp_path / "new.sqlite")] * 2
    with Store.open(tmp_path / "new.sqlite", create=False) as store:
        assert store.is_empty()


@pytest.mark.parametrize(
    "more", [["--proxy", "192.0.2.7"], ["--host-name", "a.example"], ["--port", "8866"]]
)
def test_behind_a_hub_the_hub_says_where_the_server_is(more, started, tmp_path):
    fault = give("serve", "--hub", "--store", str(tmp_path / "any.sqlite"), *more)
    assert isinstance(fault, InputFault)
    assert "--proxy" in str(fault)


def test_the_demonstration_begins_a_store(started, tmp_path):
    assert give("demo", "--today", "2026-11-24", "--store", "sqlite:///demo.sqlite") is None
    assert give("lab", "--store", "sqlite:///demo.sqlite") is None
    assert started == [str(tmp_path / "demo.sqlite")]


def test_a_run_reads_the_store_at_a_relative_address_as_the_command_does(
    started, tmp_path, monkeypatch
):
    told: list[str] = []

    def run(_name: str, _given: object, output: Path, _store: Store) -> Path:
        told.append(os.environ[URL_VARIABLE])
        return output

    monkeypatch.setattr("peerbook.runs.run", run)
    Store.open(tmp_path / "there.sqlite").close()
    assert give("run", "start", "--output", "out.ipynb", "--store", "there.sqlite") is None
    assert told == [str(tmp_path / "there.sqlite")]


@pytest.fixture
def told(monkeypatch, capsys):
    """Give a command as in a terminal, and return what is told there and the exit code."""

    def give_and_read(*words: str) -> tuple[str, str, int | None]:
        monkeypatch.setattr(sys, "argv", ["peerbook", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return out, err, ended.value.code

    return give_and_read


@pytest.mark.parametrize("port", ["0", "99999", "-1", "x"])
def test_a_port_that_cannot_be_is_refused_in_danish(port, started, told):
    assert told("serve", "--port", port) == (
        "",
        "»--port« kan ikke være det. Se med »peerbook serve --help«, hvordan det skrives.\n",
        2,
    )
    assert started == []


MISTAKES = {
    "nosuch": "Den kommando findes ikke, eller der står for meget efter den.",
    "version now": "Den kommando findes ikke, eller der står for meget efter den.",
    "run": "»workbook« mangler.",
    "run start": "»--output« mangler.",
    "serve --prot 80": "»--prot« kan ikke bruges på den måde.",
    "serve --port": "»--port« kan ikke bruges på den måde.",
    "serve --new=1": "»--new« kan ikke bruges på den måde.",
    "demo --today tomorrow": "»--today« kan ikke være det.",
}


@pytest.mark.parametrize("written", MISTAKES)
def test_a_command_written_wrongly_is_told_in_danish_with_where_to_look(written, started, told):
    out, err, code = told(*written.split())
    assert (out, code) == ("", 2)
    first = written.split()[0]
    advised = "peerbook" if first == "nosuch" else f"peerbook {first}"
    assert err.startswith(f"{MISTAKES[written]} Se med »{advised} --help«")
    assert err.count("\n") == 1
    assert started == []


def test_the_command_alone_tells_what_it_can_do(told):
    out, err, code = told()
    assert (err, code) == ("", 0)
    assert "Start appen i din browser." in out


def test_a_command_that_went_well_ends_well(started, told):
    assert told("serve") == ("", "", None)


def said(*words: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, [*words], input=typed)
    assert result.exception is None, result.exception
    return result.output


@pytest.fixture
def own(started, tmp_path, monkeypatch) -> Path:
    """Return one's own data folder with an empty store in it, and keys beside it."""
    monkeypatch.delenv("PEERBOOK_KEY_FILE")
    assert give("serve") is None
    return tmp_path / "own"


def test_a_backup_is_made_tried_and_brought_back(own):
    path = Path(said("backup").strip())
    assert path.parent == own / "backups"
    assert said("backup", "--if-due") == ""
    assert said("backup", "--drill").strip()
    assert str(own) in said("restore", str(path))
    assert len(list(own.glob("peerbook-set-aside-*.sqlite"))) == 1


def test_the_code_on_paper_brings_a_lost_key_back_and_a_lost_store(own, tmp_path):
    shown = said("key", "show")
    groups = re.findall(r"\d+\. ([0-9A-Z]{5})", shown)
    assert len(groups) == 13
    path = Path(said("backup").strip())
    [key] = (tmp_path / "own-keys").iterdir()
    key.unlink()
    assert isinstance(give("backup"), StoreUnavailable)
    assert said("key", "restore", typed=" ".join(groups).lower() + "\n").strip()
    assert said("backup", "--drill").strip()
    key.unlink()
    shutil.move(path, tmp_path / "rescued.peerbook-backup")
    shutil.rmtree(own)
    said("restore", str(tmp_path / "rescued.peerbook-backup"), typed="-".join(groups) + "\n")
    with Store.open(own / "peerbook.sqlite", create=False) as store:
        assert store.keys.master().recovery_code == "-".join(groups)


def test_a_code_typed_wrongly_keeps_no_key(own, tmp_path):
    groups = re.findall(r"\d+\. ([0-9A-Z]{5})", said("key", "show"))
    [key] = (tmp_path / "own-keys").iterdir()
    key.unlink()
    groups[4] = (
        groups[4][1] + groups[4][0] + groups[4][2:] if groups[4][0] != groups[4][1] else "00"
    )
    result = CliRunner().invoke(app, ["key", "restore"], input="-".join(groups) + "\n")
    assert isinstance(result.exception, InputFault)
    assert not key.exists()


def test_a_new_key_has_a_new_code(own):
    before = said("key", "show")
    said("key", "rotate")
    assert said("key", "show") != before
    assert said("backup").strip()
