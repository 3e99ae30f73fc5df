"""Hundreds of damaged copies of a filled template: told as faults, or read; never a crash or hang.

Whatever can be read of one is then saved through the real store: all sheets of it or none.
"""

from __future__ import annotations

import datetime as dt
import random
import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from builders import LEADER, a_course, assert_sound, open_store
from damaged_files import ON_BOTH, ON_XLSX
from filled_files import as_csv, filled_book, read_filled, saved
from peerbook.course.evaluation.import_records import import_sheets, sheets_in
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import evaluation_template
from peerbook.errors import InputFault
from peerbook.files.intake import Reading
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
