"""What a page says of a filled template."""

from __future__ import annotations

import pytest

from filled_files import as_csv, filled, filled_book, read_filled, saved
from peerbook.course.evaluation_form import load_form
from peerbook.course.filled_file import fault_table, read_as, rows_text, wrong_file_parts
from peerbook.course.frames import evaluation_template, templates
from peerbook.errors import Fault, Place
from peerbook.ui import Notice, Table

MID = evaluation_template(load_form("mid"))
FINAL = evaluation_template(load_form("final"))


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def said(parts):
    return [part.text if isinstance(part, Notice) else part.data["caption"] for part in parts]


def test_a_spreadsheet_is_told_with_its_sheet_and_csv_with_what_was_found_out():
    sheet = read_filled(MID, filled(MID, {"overall": 4}))
    assert read_as("a.xlsx", sheet) == "“a.xlsx”, sheet “Midtvejsevaluering”."
    text = read_filled(MID, as_csv(MID, {"overall": 4}).encode("cp1252"))
    assert read_as("a.csv", text) == (
        "“a.csv”, CSV with letters in Windows-1252 and semicolon between the cells."
    )


def test_faults_of_one_sheet_name_it_once():
    faults = [Fault("Do this.", Place(sheet="S", row=3, column="Q")), Fault("x", Place(sheet="S"))]
    table = fault_table(faults)
    assert table.data["caption"] == "2 things to correct in the sheet “S”"
    assert [column["label"] for column in table.data["columns"]] == ["Row", "Column", "What to do"]
    assert table.data["rows"] == [["3", "Q", "Do this."], [None, None, "x"]]


def test_faults_of_several_sheets_name_each():
    faults = [Fault("a", Place(sheet="S", row=3)), Fault("b", Place(sheet="T", row=1))]
    table = fault_table(faults)
    assert [row[-1] for row in table.data["rows"]] == ["S", "T"]


def test_a_wrong_template_is_told_in_one_sentence():
    reading = read_filled(MID, filled(FINAL, {"overall": 4}), templates())
    (notice,) = wrong_file_parts(reading)
    assert notice.text.startswith("This is the template for “Slutevaluering”")


def test_what_concerns_a_whole_sheet_is_told_beside_the_faults_with_a_place():
    book = filled_book(MID, {"overall": 4})
    book.create_sheet("Mine")["A1"] = "x"
    book.worksheets[0].delete_cols(1)
    parts = wrong_file_parts(read_filled(MID, saved(book), templates()))
    whole, general, table = parts
    assert whole.text.startswith("Sheet “Mine”: This sheet is not part of the template")
    assert "Correct it" in general.text
    assert isinstance(table, Table)
    assert said([table]) == ["1 thing to correct in the sheet “Midtvejsevaluering”"]


def test_rows_are_named_as_one_phrase():
    assert rows_text([3]) == "row 3"
    assert rows_text([3, 5, 8]) == "rows 3, 5 and 8"
