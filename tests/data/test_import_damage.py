"""Damaged registers: shown row by row, saved as shown or not at all, and taken back whole."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from builders import LEADER, a_planned_course, assert_sound, open_store, stored
from damaged_files import ON_CSV, ON_XLSX
from filled_files import as_csv, filled
from peerbook.course.data_imports import in_the_way, undo
from peerbook.course.frames import attendance_template, head_counts_template, participants_template
from peerbook.data.importing import Import
from peerbook.data.kinds import ATTENDANCE, HEAD_COUNTS, PARTICIPANTS, Place, kind_named
from peerbook.errors import InputFault
from peerbook.files.apart import Reader

COPIES = 60
TODAY = dt.date(2027, 6, 1)
NAMES = ("Åse Ørum", "Bo Bech", "Cilla Dam")


def registers(day):
    """Return a whole file of each kind, as .xlsx and as CSV."""
    rows_of = {
        PARTICIPANTS: (
            participants_template(),
            {"name": "Dorte Eg", "email": "dorte@eksempel.dk", "phone": "12 34 56 78"},
            {"name": "Åse Ørum", "phone": "87 65 43 21"},
            {"name": "Eli Friis", "enrolled_on": f"{day:%d-%m-%Y}"},
        ),
        ATTENDANCE: (
            attendance_template(),
            {"participant": "Åse Ørum", "day": 1, "status": "present"},
            {"participant": "Bo Bech", "date": f"{day:%d-%m-%Y}", "status": "absent"},
            {"participant": "Cilla Dam", "day": 1, "status": "excused"},
        ),
        HEAD_COUNTS: (
            head_counts_template(),
            {"date": "04-03-2026", "occasion": "cafe", "people": 12},
            {"date": "11-03-2026", "occasion": "cafe", "people": 9},
        ),
    }  # fmt: skip
    return {
        name: (filled(template, *rows), as_csv(template, *rows).encode("utf-8-sig"))
        for name, (template, *rows) in rows_of.items()
    }


def contents(store):
    """Return all that is recorded but the imports themselves, and how often a row was changed."""
    with store.read() as session:
        tables = stored(session)
    return {
        table: {
            key: {name: value for name, value in row.items() if name != "version"}
            for key, row in rows.items()
        }
        for table, rows in tables.items()
        if rows and table not in ("data_import", "imported_row", "submission")
    }


@pytest.mark.parametrize("name", [PARTICIPANTS, ATTENDANCE, HEAD_COUNTS])
def test_a_damaged_register_is_saved_as_shown_or_not_at_all_and_taken_back_whole(tmp_path, name):
    store = open_store(tmp_path)
    made = a_planned_course(store, mentors=NAMES)
    place = Place(made.site_id, made.course_id)
    with store.read() as session:
        day = min(row["date"] for row in stored(session)["course_date"].values())
    book, text = registers(dt.date.fromisoformat(day) if isinstance(day, str) else day)[name]
    before = contents(store)
    outcomes = {"refused": 0, "told": 0, "saved": 0}
    with Reader() as reader:
        for seed in range(COPIES):
            chance = random.Random(seed)
            damages, whole = ((ON_XLSX, book), (ON_CSV, text))[seed % 2]
            try:
                table = reader.read(chance.choice(damages)(chance, whole))
                taken = Import(
                    store, LEADER, "a.xlsx", table, place, TODAY, 5, template=name
                )  # fmt: skip
                look = taken.look()
                answers = {one.key: one.options[-1][0] for one in look.questions}
                taken = taken.answered(answers)
                look = taken.look()
            except InputFault:
                outcomes["refused"] += 1
                continue
            new = look.count("new")
            try:
                receipt = taken.save(look)
            except InputFault:
                assert contents(store) == before
                outcomes["told"] += 1
                continue
            outcomes["saved"] += 1
            kind = kind_named(name)
            with store.read() as session:
                assert kind.size(session, receipt.record) >= new
                assert in_the_way(session, kind, receipt.record) == []
            with store.write(LEADER) as session:
                undo(session, kind, receipt.record, dt.datetime.now(dt.UTC))
            assert contents(store) == before
    print(f"\n{name}: {outcomes}")
    assert min(outcomes["refused"], outcomes["saved"]) > 10
    assert_sound(store)
