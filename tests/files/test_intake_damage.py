"""Hundreds of damaged copies of a filled template: told as faults, or read; never a crash or hang.

Whatever can be read of one is then saved through the real store: all sheets of it or none.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import signal
import zipfile
from collections.abc import Callable, Iterator

import openpyxl
import pytest
from sqlalchemy import func, select

from builders import LEADER, a_course, assert_sound, open_store
from filled_files import as_csv, filled_book, saved
from peerbook.course.evaluation.import_records import import_sheets, sheets_in
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import evaluation_template
from peerbook.errors import InputFault
from peerbook.files.intake import Reading, read_filled
from peerbook.store.tables import Answer, DataImport, Evaluation, Suggestion

LONGEST_SECONDS = 20
COPIES = 150
FORM = load_form("mid")
DAY = dt.date(2026, 5, 4)
ROWS = [
    {
        "respondent": "2a3b",
        "overall": 4,
        "ready": "Enig",
        "suggestion": "Pauser 🙂; <script>",
    },
    {"overall": 5, "safe": 3, "keep": "Alt"},
    {"respondent": "4c5d", "overall": 2, "pace": 9, "keep": "x" * 3000},
]

Damage = Callable[[random.Random, bytes], bytes]


# -- how a file can be damaged ---------------------------------------------------------------------


def flipped(chance: random.Random, data: bytes) -> bytes:
    broken = bytearray(data)
    for _turn in range(chance.randint(1, 8)):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def swapped(chance: random.Random, data: bytes) -> bytes:
    first, second = sorted(chance.sample(range(len(data)), 2))
    third = chance.randrange(second, len(data))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def with_nul(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + b"\0" * chance.randint(1, 40) + data[at:]


def with_marks(chance: random.Random, data: bytes) -> bytes:
    return (
        chance.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"sep=;\r\n", b"sep=\0\n"]) + data
    )


def repacked(chance: random.Random, data: bytes, damage: Damage) -> bytes:
    """Damage one part inside the file and pack it again, so that the archive itself is sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, damage(chance, content) if name == chosen else content)
    return target.getvalue()


def inner_flip(chance: random.Random, data: bytes) -> bytes:
    return repacked(chance, data, flipped)


def inner_cut(chance: random.Random, data: bytes) -> bytes:
    return repacked(chance, data, cut)


def inner_swap(chance: random.Random, data: bytes) -> bytes:
    return repacked(chance, data, swapped)


def swapped_entries(chance: random.Random, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        names = old.namelist()
        contents = [old.read(name) for name in names]
        first, second = chance.sample(range(len(names)), 2)
        contents[first], contents[second] = contents[second], contents[first]
        for name, content in zip(names, contents, strict=True):
            new.writestr(name, content)
    return target.getvalue()


def edited(chance: random.Random, data: bytes) -> bytes:
    """Do to the sheet what people do: move, merge, overwrite, delete, add."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    for _turn in range(chance.randint(1, 4)):
        row, column = chance.randint(1, 5), chance.randint(1, 22)
        cell = page.cell(row, column)
        action = chance.randrange(7)
        if action == 0:
            page.merge_cells(
                start_row=row, end_row=row + 2, start_column=column, end_column=column + 3
            )
        elif action == 1:
            page.delete_cols(column)
        elif action == 2:
            page.insert_rows(row)
        elif action == 3:
            page.move_range(f"B{row}:F{row}", rows=chance.randint(0, 3), cols=chance.randint(0, 9))
        elif action == 4:
            book.create_sheet(index=0)["A1"] = "x"
        elif type(cell).__name__ != "MergedCell":
            cell.value = chance.choice(
                [
                    "=1+1",
                    "x" * 30_000,
                    -1,
                    4.5,
                    dt.date(2026, 1, 1),
                    "\u202e4",
                    "4\u200b",
                    True,
                    "Ã¦",
                ]
            )
    return saved(book)


ON_BOTH: tuple[Damage, ...] = (flipped, cut, swapped, with_nul, with_marks)
ON_XLSX: tuple[Damage, ...] = (*ON_BOTH, inner_flip, inner_cut, inner_swap, swapped_entries, edited)


# -- the tests -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"a file took more than {LONGEST_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def read_or_told(template, data: bytes) -> Reading | None:
    """Return the reading, None when the file was refused; anything else fails the test."""
    signal.setitimer(signal.ITIMER_REAL, LONGEST_SECONDS)
    try:
        reading = read_filled(template, data)
    except InputFault:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert all(fault.message for fault in reading.faults)
    if reading.is_right_file:
        assert all(fault.place.row for fault in reading.faults)
        assert set(reading.left_out) == {fault.place.row for fault in reading.faults}
    else:
        assert reading.faults
        assert reading.rows.empty
    return reading


def counts(store) -> dict[str, int]:
    with store.read() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table))
            for table in (DataImport, Evaluation, Answer, Suggestion)
        }


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_damaged_file_is_told_or_read_and_is_saved_whole_or_not_at_all(kind, tmp_path):
    template = evaluation_template(FORM)
    store = open_store(tmp_path)
    whole = (
        saved(filled_book(template, *ROWS))
        if kind == "xlsx"
        else as_csv(template, *ROWS).encode("utf-8-sig")
    )
    damages = ON_XLSX if kind == "xlsx" else ON_BOTH
    outcomes = {"refused": 0, "faulty": 0, "sound": 0, "saved": 0}
    for seed in range(COPIES):
        chance = random.Random(seed)
        damage = damages[seed % len(damages)]
        reading = read_or_told(template, damage(chance, whole))
        if reading is None:
            outcomes["refused"] += 1
            continue
        outcomes["faulty" if reading.faults else "sound"] += 1
        sheets = list(sheets_in(reading.rows).values())
        course = a_course(store, participants=0, days=1)
        before = counts(store)
        try:
            with store.write(LEADER) as session:
                import_sheets(
                    session, course.course_id, FORM, sheets,
                    wave="mid", file_name="x", digest=reading.digest, entered_on=DAY,
                )  # fmt: skip
        except InputFault:
            assert counts(store) == before
            continue
        outcomes["saved"] += 1
        after = counts(store)
        assert after["data_import"] == before["data_import"] + 1
        assert after["evaluation"] == before["evaluation"] + len(sheets)
        assert after["answer"] == before["answer"] + sum(
            value is not None for sheet in sheets for value in sheet.answers.values()
        )
    assert_sound(store)
    store.close()
    # The damage reaches every way out, else this test would show little.
    assert all(count > 0 for count in outcomes.values()), outcomes


def test_a_hundred_thousand_columns_are_refused():
    template = evaluation_template(FORM)
    assert read_or_told(template, ";".join(map(str, range(100_000))).encode()) is None


def test_nested_quotes_and_separators_come_to_an_end():
    template = evaluation_template(FORM)
    for data in (
        b'"' * 200_001,
        b'";' * 200_000,
        b';"\r\n' * 200_000,
        b"\r" * 200_000,
        b"\n" * 4_000_000,
    ):
        read_or_told(template, data)
