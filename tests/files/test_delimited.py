"""CSV out: Danish Excel reads it as it is meant, nothing in it acts, and it comes back whole."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filled_files import HOSTILE
from peerbook.files.delimited import delimited, guarded, read_back

ACTS = tuple("=+-@＝＋－＠\t\r\0")


def cells_in_excel(data):
    """What a spreadsheet program sees: no formula begins with an apostrophe."""
    limit = csv.field_size_limit(10_000_000)
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    csv.field_size_limit(limit)
    return found


def test_no_hostile_text_is_a_formula_and_all_come_back():
    data = delimited(["text"], [[text] for text in HOSTILE])
    seen = [row[0] for row in cells_in_excel(data)[1:]]
    bare = [cell.lstrip(" \u00a0\u200b\u202e\ufeff\n") for cell in seen]
    assert [cell for cell in bare if cell.startswith(ACTS)] == []
    assert [row[0] for row in read_back(data)][1:] == HOSTILE
    print(f"{len(HOSTILE)} hostile texts: none is a formula, all come back unchanged")


def test_numbers_stay_numbers_with_a_comma():
    data = delimited(["a", "b", "c"], [[-3, 7.5, None]])
    assert data == b"\xef\xbb\xbfa;b;c\r\n-3;7,5;\r\n"


def test_nothing_and_an_empty_text_are_told_apart():
    data = delimited(["a", "b"], [[None, ""], ["'", "''"]])
    assert read_back(data) == [["a", "b"], [None, ""], ["'", "''"]]


@given(st.lists(st.lists(st.none() | st.text(), min_size=2, max_size=2), max_size=5))
def test_every_text_comes_back_as_it_was(rows):
    assert read_back(delimited(["a", "b"], rows))[1:] == rows


@given(st.text(st.sampled_from("=+-@＝＋－＠\t\r\n\0 '\u00a0\u200b\u2028ab"), max_size=6))
def test_no_text_made_of_signs_is_a_formula(text):
    assert not guarded(text).lstrip().startswith(ACTS)


def test_a_number_that_is_none_is_never_written():
    with pytest.raises(ValueError, match="none"):
        delimited(["a"], [[float("nan")]])
