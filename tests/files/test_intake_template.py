from __future__ import annotations

import io

import openpyxl
import pandera.pandas as pa
import pytest

from filled_files import filled, read_filled
from peerbook.files.intake import (
    Template,
    blank_file,
    code_column,
    data_dictionary,
    label_column,
    text_column,
)

LABELS = {1: "No", 2: "Perhaps, or not", 9: "Cannot tell"}


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def template(labels=LABELS, version="1.0", **columns):
    schema = pa.DataFrameSchema(
        {
            "who": label_column("Code", 8, description="A code."),
            "again": code_column("Will you come | again?", labels, number=1),
            "why": text_column("Why?", 100, number=2),
            **columns,
        },
        strict=True, name="small", title="A small form", description="Fill it in.",
    )  # fmt: skip
    return Template(schema, version, "a-small-form")


def book(made=None):
    return openpyxl.load_workbook(io.BytesIO(blank_file(made or template())))


def test_headings_are_the_questions_with_number_and_key():
    page = book().worksheets[0]
    assert page.title == "A small form"
    assert [cell.value for cell in page[1]] == [
        "Code\n[who]", "1. Will you come | again?\n[again]", "2. Why?\n[why]",
    ]  # fmt: skip
    assert page.max_row == 1


def test_the_spreadsheet_program_itself_offers_the_codes_and_refuses_others():
    rules = book().worksheets[0].data_validations.dataValidation
    by_cells = {str(rule.sqref): rule for rule in rules}
    scale = by_cells["B2:B501"]
    assert (scale.type, scale.formula1, scale.allow_blank) == ("list", '"1,2,9"', True)
    assert scale.showErrorMessage
    assert scale.prompt == "1 No · 2 Perhaps, or not · 9 Cannot tell"
    assert by_cells["C2:C501"].type is None


def test_text_columns_are_text_so_that_nothing_becomes_a_date():
    page = book().worksheets[0]
    assert page.column_dimensions["A"].number_format == "@"
    assert page.column_dimensions["B"].number_format == "General"


def test_the_guide_explains_every_column_and_carries_the_mark():
    guide = book().worksheets[1]
    rows = [[cell.value for cell in row] for row in guide.iter_rows()]
    assert rows[1] == ["A small form", "Fill it in.", "[small 1.0]"]
    assert rows[3][0] == "1. Will you come | again?"
    assert rows[3][2] == "1 = No\n2 = Perhaps, or not\n9 = Cannot tell"
    assert len(rows) == 2 + 3


def test_a_blank_file_holds_nothing_to_take_in():
    reading = read_filled(template(), blank_file(template()))
    assert not reading.is_right_file
    assert reading.rows.empty
    assert "no answers" in reading.faults[0].message


def test_the_same_template_gives_the_same_bytes():
    assert blank_file(template()) == blank_file(template())


def test_a_changed_scale_changes_template_dictionary_and_check():
    other = template({0: "No", 1: "Yes"})
    assert blank_file(other) != blank_file(template())
    assert "0 = No; 1 = Yes" in data_dictionary([other])
    (fault,) = read_filled(other, filled(other, {"again": 2})).faults
    assert fault.message == "2 is not on the scale. Use one of 0 and 1."


def test_the_dictionary_tells_kind_emptiness_and_what_may_stand_there():
    lines = data_dictionary([template()]).splitlines()
    assert "File: `a-small-form.xlsx`. Name: `small`, version 1.0." in lines
    assert (
        "| `again` | 1. Will you come \\| again? | whole number | yes | "
        "1 = No; 2 = Perhaps, or not; 9 = Cannot tell |"
    ) in lines
    assert "| `why` | 2. Why? | text | yes | text of at most 100 characters |" in lines


def test_a_file_of_another_version_is_refused():
    old = filled(template(version="0.9"), {"again": 1})
    reading = read_filled(template(), old)
    assert not reading.is_right_file
    assert [fault.place.sheet for fault in reading.faults] == ["Guide"]
    assert "have changed" in reading.faults[0].message
