"""Hundreds of damaged files of every template, read as the app reads them: in a process apart.

`make fuzz` sets PEERBOOK_FUZZ to read ten thousand.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest

from damaged_files import ON_CSV, ON_XLSX
from filled_files import as_csv, filled, peak_kb
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import (
    attendance_template,
    evaluation_template,
    head_counts_template,
    participants_template,
    templates,
)
from peerbook.errors import InputFault
from peerbook.files.apart import Reader
from peerbook.files.intake import Reading, read_filled, recognised

FILES = int(os.environ.get("PEERBOOK_FUZZ", "500"))
LONGEST_SECONDS = 10
MOST_MEMORY_KB = 600_000
OF_A_WHOLE_ROW = ("neither", "no answer in this row")
"""What is told of a row as a whole, and so of no column."""

pytestmark = pytest.mark.faults


def whole_files():
    """Return a sound file of each template, as .xlsx and as CSV."""
    filled_in = (
        (
            participants_template(),
            {"name": "Åse Ø", "email": "aase@eksempel.dk", "phone": "12 34 56 78"},
            {"name": "Bo Æ", "enrolled_on": "04-03-2026", "course": "Forår"},
        ),
        (
            attendance_template(),
            {"participant": "Åse Ø", "date": "04-03-2026", "status": "present", "note": "=1+1"},
            {"participant": "Bo Æ", "day": 2, "status": "absent"},
        ),
        (head_counts_template(), {"date": "04-03-2026", "occasion": "Café", "people": 12}),
        (
            evaluation_template(load_form("mid")),
            {"respondent": "2a3b", "overall": 4, "suggestion": "Pauser 🙂; <script>"},
            {"overall": 5, "safe": 3},
        ),
    )
    return [
        (template, filled(template, *rows), as_csv(template, *rows).encode("utf-8-sig"))
        for template, *rows in filled_in
    ]


def assert_told(reading: Reading) -> None:
    """Whatever is wrong has its place, and a row is either sound or told."""
    assert all(fault.message for fault in reading.faults)
    if not reading.is_right_file:
        assert reading.faults
        assert reading.rows.empty
        return
    assert all(fault.place.row for fault in reading.faults)
    assert all(
        fault.place.column
        for fault in reading.faults
        if not any(words in fault.message for words in OF_A_WHOLE_ROW)
    )
    assert not set(reading.rows.index) & set(reading.left_out)


def test_damaged_files_are_told_or_read_and_never_crash_or_hang(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    sources = whole_files()
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    peak = 0
    pids = set()
    with Reader(seconds=LONGEST_SECONDS) as reader:
        for seed in range(FILES):
            chance = random.Random(seed)
            template, book, text = sources[seed // 2 % len(sources)]
            damages, data = ((ON_XLSX, book), (ON_CSV, text))[seed % 2]
            broken = chance.choice(damages)(chance, data)
            begun = time.monotonic()
            try:
                table = reader.read(broken)
            except InputFault as fault:
                outcomes["late" if "too long" in str(fault) else "refused"] += 1
            else:
                recognised(table, templates())
                found = read_filled(template, table, templates())
                assert_told(found)
                outcomes["faulty" if found.faults else "sound"] += 1
            slowest = max(slowest, time.monotonic() - begun)
            peak = max(peak, peak_kb(reader.pid))
            pids.add(reader.pid)
    print(
        f"{FILES} files: {dict(outcomes)}, slowest {slowest:.2f} s, peak {peak // 1000} MB, "
        f"{len(pids) - 1} processes ended"
    )
    assert sum(outcomes.values()) == FILES
    assert outcomes["late"] == 0
    assert min(outcomes[one] for one in ("refused", "faulty", "sound")) > 0
    assert slowest < LONGEST_SECONDS
    assert peak < MOST_MEMORY_KB
    assert len(pids) == 1
