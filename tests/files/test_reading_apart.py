"""A file is read in a process of its own: whatever it does there, the page goes on."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import sys
import time
import zipfile

import openpyxl
import pytest

from filled_files import peak_kb, saved
from peerbook.errors import InputFault
from peerbook.files import apart
from peerbook.files.apart import Reader, read_apart
from peerbook.files.table import read_table


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def a_book():
    book = openpyxl.Workbook()
    for cell in ("Ærø", 1, 2.5, dt.date(2026, 3, 4), dt.datetime(2026, 3, 4, 10), dt.time(9, 30),
                 True, "=1+1"):  # fmt: skip
        book.worksheets[0].append([cell])
    return saved(book)


@pytest.mark.parametrize("data", [a_book(), "a;b\r\nÆ;=1".encode("cp1252")], ids=["xlsx", "csv"])
def test_what_is_read_apart_is_what_is_read_here(data):
    assert read_apart(data) == read_table(data)


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"\0", b'"a'])
def test_a_refusal_comes_back_as_it_was_said(data):
    with pytest.raises(InputFault) as here:
        read_table(data)
    with pytest.raises(InputFault) as there:
        read_apart(data)
    assert there.value.faults == here.value.faults


def test_a_file_that_ends_the_process_is_told_and_the_next_is_read():
    with Reader() as reader:
        first = reader.read(b"a;b")
        os.kill(reader.pid, signal.SIGKILL)
        with pytest.raises(InputFault, match="damaged"):
            reader.read(b"a;b")
        assert reader.read(b"a;b") == first


def test_a_file_that_takes_too_long_is_left(monkeypatch):
    monkeypatch.setattr(apart, "_PROGRAM", "import time; time.sleep(60)")
    with Reader(seconds=0.2) as reader, pytest.raises(InputFault, match="too long"):
        reader.read(b"a;b")
    assert reader.pid == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts address space")
def test_the_process_may_not_take_more_memory_than_any_file_needs(monkeypatch):
    greedy = "import peerbook.files.apart as a; a._answer = lambda _: bytearray(2_000_000_000);"
    monkeypatch.setattr(apart, "_PROGRAM", f"{greedy} a.serve()")
    with Reader() as reader, pytest.raises(InputFault, match="room"):
        reader.read(b"a;b")


def packed(*parts: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return target.getvalue()


def with_sheet(content: bytes) -> bytes:
    """Return a workbook whose one sheet is something else."""
    source = zipfile.ZipFile(io.BytesIO(a_book()))
    return packed(
        *(
            (name, content if name == "xl/worksheets/sheet1.xml" else source.read(name))
            for name in source.namelist()
        )
    )


def test_bombs_are_refused_before_they_unpack():
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
    sheets = openpyxl.Workbook()
    for _turn in range(300):
        sheets.create_sheet()
    bombs = {
        "ratio 120": with_sheet(os.urandom(40_000) + b"\0" * 12_000_000),
        "ratio 1000": with_sheet(b" " * 40_000_000),
        "nested": packed(*((f"{n}.zip", packed(("x", b"0" * 400_000))) for n in range(300))),
        "entities": with_sheet(laughs),
        "300 empty sheets": saved(sheets),
        "ratio 1000 beside": packed(("xl/workbook.xml", b"<a/>"), ("x", b"0" * 49_000_000)),
    }
    took = {}
    with Reader() as reader:
        reader.read(b"a;b")
        for name, bomb in bombs.items():
            begun = time.monotonic()
            with pytest.raises(InputFault):
                reader.read(bomb)
            took[name] = time.monotonic() - begun
        grown = peak_kb(reader.pid)
    print(f"{len(bombs)} bombs refused, the slowest in {max(took.values()):.2f} s, "
          f"peak {grown // 1000} MB")  # fmt: skip
    assert grown < 250_000
