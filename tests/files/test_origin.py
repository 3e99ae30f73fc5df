"""Where a report comes from: the same data has the same fingerprint, on any day and machine."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook import __version__
from peerbook.files.origin import Origin, fingerprint

DAY = dt.date(2026, 3, 4)


@dataclass(frozen=True)
class Meeting:
    day: dt.date
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Party:
    day: dt.date
    people: tuple[str, ...] = ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.dates() | st.times()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
def test_the_same_data_has_the_same_fingerprint(value):
    assert fingerprint(value) == fingerprint(value)
    assert fingerprint({"a": 1, "b": value}) == fingerprint({"b": value, "a": 1})


def test_a_fingerprint_is_the_same_in_another_process():
    # Sets and texts are hashed differently in every process of Python.
    source = (
        "from peerbook.files.origin import fingerprint as f;"
        "print(f({'x', 'y', 'z'}, {'b': 2.5, 'a': None}, ['æ', 1]))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, check=True)
    assert done.stdout.decode().strip() == fingerprint(
        {"z", "y", "x"}, {"a": None, "b": 2.5}, ["æ", 1]
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [2, 1]), ("1", 1), (1, 1.0), (1, True), (None, "None"), ([], {}),
        ([[1], 2], [1, 2]),
        (DAY, DAY.isoformat()), (Decimal("1.5"), 1.5), (Meeting(DAY), Party(DAY)),
        (Meeting(DAY), Meeting(DAY, ("Anna",))), ({"a": 1}, [["a", 1]]), (["ab", "c"], ["a", "bc"]),
        (0.1 + 0.2, 0.3), (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 1]})),
        (pd.DataFrame({"a": [1]}, index=["x"]), pd.DataFrame({"a": [1]}, index=["y"])),
    ],
)  # fmt: skip
def test_other_data_has_another_fingerprint(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_missing_values_and_numbers_count_the_same_whatever_library_they_are_from():
    frames = [
        pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "t": ["a", None]}),
        pd.DataFrame({"n": np.array([1, None], dtype=object), "t": ["a", np.nan]}),
    ]
    assert len({fingerprint(frame) for frame in frames}) == 1
    assert fingerprint(np.int64(3), np.float64(0.5), pd.NaT, pd.NA) == fingerprint(
        3, 0.5, None, float("nan")
    )
    assert fingerprint(0.0) == fingerprint(-0.0)
    assert fingerprint(Decimal("1.50")) == fingerprint(Decimal("1.5"))


def test_what_may_change_from_day_to_day_has_no_fingerprint():
    for value in (object(), lambda: 1, Meeting, {1: object()}):
        with pytest.raises(TypeError, match="no fingerprint"):
            fingerprint(value)


def test_a_known_fingerprint_stays_what_it_was():
    # Worked out on 24 November 2026; a change here makes old prints look different from new ones.
    assert fingerprint({"n": 5}, DAY) == "5af7-7858-3075"


def test_the_line_at_the_foot_tells_version_content_data_and_day(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    origin = Origin("5af7-7858-3075", DAY, "1.0")
    assert origin.line == (
        f"peerbook {__version__} · Course content 1.0 · Data 5af7-7858-3075 · Made on 4 Mar 2026"
    )
    assert "content" not in replace(origin, content_version="").line


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Hold 3, forår", "hold-3-forår"), ("../../etc/passwd", "etc-passwd"),
        ("<script>", "script"), ("🌱", "report"), ("", "report"), ("Hold\u202e3\n", "hold-3"),
    ],
)  # fmt: skip
def test_file_names_hold_letters_and_digits_only_and_tell_what_is_invented(
    monkeypatch, title, name
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    origin = Origin("", DAY)
    assert origin.file_name(title, "pdf") == f"{name}.pdf"
    invented = replace(origin, synthetic=True).file_name(title, "pdf")
    assert invented.endswith("invented.pdf")
