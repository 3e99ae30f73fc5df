"""What a cell of each kind may hold: dates, numbers, addresses and words as Danes write them."""

from __future__ import annotations

import datetime as dt

import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filled_files import filled
from peerbook.files import intake
from peerbook.files.intake import (
    Notation,
    Template,
    blank_file,
    choice_column,
    data_dictionary,
    date_column,
    decimal_column,
    email_column,
    phone_column,
    whole_column,
)
from peerbook.files.intake.columns import Ambiguous, Unreadable, read_cell
from peerbook.files.table import read_table
from peerbook.text import format_number

DATE = date_column("Date", description="A day.", required=True)
WHOLE = whole_column("How many", 0, 2000, description="People.")
DECIMAL = decimal_column("Hours", -10, 10_000_000, description="Hours.")
MAIL = email_column("E-mail", description="One.")
PHONE = phone_column("Telephone", description="One.")
CHOICE = choice_column("Came?", {"present": "Til stede", "absent": "Udebleven"}, description="One.")
FOURTH_OF_MARCH = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def template():
    columns = {
        "date": DATE, "people": WHOLE, "hours": DECIMAL, "mail": MAIL, "phone": PHONE,
        "came": CHOICE,
    }  # fmt: skip
    schema = pa.DataFrameSchema(
        columns, strict=True, name="kinds", title="All kinds", description="Fill it in."
    )
    return Template(schema, "1.0", "all-kinds")


def reading(*rows, **how):
    return intake.read_filled(template(), read_table(filled(template(), *rows)), **how)


@pytest.mark.parametrize(
    "written",
    [
        "04-03-2026", "4-3-2026", "4.3.2026", "04.03.2026", "4/3-2026", "4/3 2026", "2026-03-04",
        "4. marts 2026", "den 4. mar. 2026", "4 March 2026", "2026-03-04T10:15:00",
        "04-03-2026 10:15", FOURTH_OF_MARCH, dt.datetime(2026, 3, 4, 10, 15),
    ],
)  # fmt: skip
def test_a_day_is_read_however_danes_and_programs_write_it(written):
    assert read_cell(DATE, written) == FOURTH_OF_MARCH


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("03/04/2026", "two ways"),
        ("04-03-26", "four digits"),
        ("31-02-2026", "no date"),
        ("46085", "Excel counts days"),
        ("46085,5", "Excel counts days"),
        ("on Tuesday", "no date"),
        ("04-03-1026", "check the year"),
        ("0-0-2026", "no date"),
    ],
)
def test_a_day_that_could_be_another_is_refused_and_never_guessed(written, told):
    with pytest.raises(Unreadable, match=told):
        read_cell(DATE, written)


def test_only_a_notation_says_which_comes_first():
    assert read_cell(DATE, "03/04/2026", Notation(dates="month")) == FOURTH_OF_MARCH
    assert read_cell(DATE, "04/03/2026", Notation(dates="day")) == FOURTH_OF_MARCH
    assert read_cell(DATE, "13/04/2026") == dt.date(2026, 4, 13)
    assert read_cell(DATE, "04-03-2026", Notation(dates="month")) == FOURTH_OF_MARCH


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_every_day_is_read_back_as_it_is_shown(day):
    assert read_cell(DATE, f"{day:%d-%m-%Y}") == day


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1.234,56", 1234.56), ("1234,56", 1234.56), ("7,5", 7.5), ("7.5", 7.5), ("-3", -3.0),
        ("1 234,5", 1234.5), ("1\u00a0234", 1234.0), ("1.234.567", 1234567.0),
        ("1,234.56", 1234.56), ("0.125", 0.125), ("0,125", 0.125), (1.234, 1.234), (12, 12.0),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_must_be_meant(written, number):
    assert read_cell(DECIMAL, written) == number


@pytest.mark.parametrize("written", ["1.234", "12.000", "-1.500"])
@pytest.mark.parametrize("column", [WHOLE, DECIMAL])
def test_a_point_before_three_digits_is_asked_about(column, written):
    with pytest.raises(Ambiguous, match="two ways"):
        read_cell(column, written)


def test_the_answer_decides_what_a_point_means():
    assert read_cell(DECIMAL, "1.234", Notation(point="thousands")) == 1234
    assert read_cell(DECIMAL, "1.234", Notation(point="decimals")) == 1.234
    assert read_cell(WHOLE, "12.000", Notation(point="decimals")) == 12
    assert read_cell(DECIMAL, "1,234", Notation(point="decimals")) == 1234


@pytest.mark.parametrize("written", ["1.23.4", "12.34,5", "tolv", "1,2,3", "=1+1", "1e3", "1,5 h"])
def test_what_is_no_number_is_told(written):
    with pytest.raises(Unreadable):
        read_cell(DECIMAL, written)


@given(st.integers(-999, 9_999_999), st.integers(0, 99))
def test_a_number_is_read_back_as_danes_show_it(whole, hundredths):
    number = whole + hundredths / 100
    assert read_cell(DECIMAL, format_number(number, 2)) == pytest.approx(number)


@pytest.mark.parametrize(
    ("column", "written", "read"),
    [
        (WHOLE, "12", 12), (WHOLE, "12,0", 12), (WHOLE, 12, 12),
        (MAIL, "mailto:åse@eksempel.dk", "åse@eksempel.dk"),
        (PHONE, "+45 12 34 56 78", "12345678"), (PHONE, "0045 12345678", "12345678"),
        (PHONE, 12345678, "12345678"), (PHONE, "+46 70-123 45 67", "+46701234567"),
        (CHOICE, " til  STEDE ", "present"), (CHOICE, "absent", "absent"),
    ],
)  # fmt: skip
def test_cells_are_read_in_their_one_form(column, written, read):
    assert read_cell(column, written) == read


@pytest.mark.parametrize(
    ("column", "written"),
    [
        (WHOLE, "12,5"), (WHOLE, "mange"), (MAIL, "åse"), (MAIL, "a@b"), (MAIL, "a@b.dk, c@d.dk"),
        (PHONE, "1234567"), (PHONE, "010190-1234"), (PHONE, "spørg Bo"), (CHOICE, "måske"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_what_would(column, written):
    with pytest.raises(Unreadable, match="“"):
        read_cell(column, written)


def test_all_kinds_go_through_a_file_typed_and_faults_have_row_and_heading():
    found = reading(
        {"date": "4/3-2026", "people": "12", "hours": "1.234,5", "mail": "a@b.dk",
         "phone": "12 34 56 78", "came": "Til stede"},
        {"date": FOURTH_OF_MARCH, "people": 2001, "phone": "123"},
        {"people": 1},
    )  # fmt: skip
    assert list(found.rows.index) == [2]
    row = found.rows.iloc[0]
    assert row["date"].date() == FOURTH_OF_MARCH
    assert list(row[["people", "hours", "mail", "phone", "came"]]) == [
        12, 1234.5, "a@b.dk", "12345678", "present",
    ]  # fmt: skip
    told = [(fault.place.row, fault.place.column) for fault in found.faults]
    assert told == [(3, "How many"), (3, "Telephone"), (4, "Date")]
    assert not found.asks_point


def test_an_unclear_number_leaves_its_row_out_until_it_is_answered():
    unclear = {"date": "04-03-2026", "hours": "1.234"}
    found = reading(unclear)
    assert found.asks_point
    assert found.rows.empty
    answered = reading(unclear, notation=Notation(point="decimals"))
    assert not answered.asks_point
    assert answered.rows.at[2, "hours"] == 1.234


def test_template_and_dictionary_say_what_each_kind_holds():
    lines = data_dictionary([template()]).splitlines()
    assert "| `date` | Date | date | no | a day, such as 31-12-2026 |" in lines
    assert "| `people` | How many | whole number | yes | a number from 0 to 2,000 |" in lines
    assert "| `came` | Came? | one of several words | yes | Til stede; Udebleven |" in lines
    assert blank_file(template()) == blank_file(template())


def test_a_file_is_recognised_by_its_mark_and_by_its_headings():
    other = Template(template().schema.rename_columns({"came": "was"}), "1.0", "other")
    other.schema.name = "other_kinds"
    table = read_table(blank_file(template()))
    assert intake.recognised(table, [other, template()]).id == "kinds"
    bare = ";".join(f'"{heading}"' for heading in template().headings())
    assert intake.recognised(read_table(bare.encode()), [template()]).id == "kinds"
    assert intake.recognised(read_table(b"a;b\r\n1;2"), [template()]) is None
