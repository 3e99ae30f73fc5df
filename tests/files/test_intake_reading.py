"""What is taken from a filled template, what is tolerated, and what is refused with which place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import openpyxl
import pytest

from filled_files import as_csv, filled, filled_book, place_of, read_filled, saved
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import evaluation_template, poll_template, templates
from peerbook.errors import InputFault
from peerbook.files.intake import blank_file

SHEET = "Midtvejsevaluering"
OVERALL = "17. Hvordan er kurset for dig, alt i alt?"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture
def mid():
    return evaluation_template(load_form("mid"))


@pytest.fixture
def final():
    return evaluation_template(load_form("final"))


def read(template, *rows, **how):
    return read_filled(template, filled(template, *rows), **how)


def places(reading):
    return [(one.place.sheet, one.place.row, one.place.column) for one in reading.faults]


def the_fault(reading):
    (fault,) = reading.faults
    return fault


# -- taken in ------------------------------------------------------------------------------------


def test_words_read_as_codes_are_told_once_each_and_numbers_are_not(mid):
    label = mid.schema.columns["overall"].metadata["labels"][4]
    reading = read(mid, {"overall": label}, {"overall": label.upper()}, {"overall": 5})
    assert list(reading.rows["overall"]) == [4, 4, 5]
    assert reading.worded == ((label.casefold(), 4),)


def test_rows_come_typed_and_by_the_row_the_spreadsheet_shows(mid):
    reading = read(mid, {"respondent": "2a4b", "overall": 4, "keep": "The breaks"}, {"ready": 9})
    assert reading.faults == ()
    assert list(reading.rows.index) == [2, 3]
    assert list(reading.rows.columns) == [name for name, _column in mid.columns()]
    assert reading.rows.at[2, "overall"] == 4
    assert reading.rows.at[2, "keep"] == "The breaks"
    assert reading.rows.at[3, "ready"] == 9
    assert reading.rows.loc[3].notna().sum() == 1


@pytest.mark.parametrize(
    "written",
    [4, "4", 4.0, "4.0", "4,0", " 4 ", "Enig", "ENIG", " enig ", "4 Enig", "4 = Enig", "4 – enig"],
)
def test_a_code_may_be_written_in_all_the_ways_people_write_it(mid, written):
    reading = read(mid, {"ready": written})
    assert reading.faults == ()
    assert reading.rows.at[2, "ready"] == 4


def test_order_of_columns_blank_columns_blank_rows_and_case_do_not_matter(mid):
    book = filled_book(mid, {"overall": 4}, {"overall": 5})
    page = book.worksheets[0]
    page.insert_cols(2, amount=2)
    page.insert_rows(1, amount=2)
    page.insert_rows(5)
    page.move_range("A3:A6", cols=40)
    for cell in page[3]:
        if cell.value:
            cell.value = f"  {cell.value.upper()} "
    page["B4"] = "   "
    reading = read_filled(mid, saved(book))
    assert reading.faults == ()
    assert dict(reading.rows["overall"]) == {4: 4, 6: 5}


def test_a_heading_is_known_by_its_words_when_the_key_is_gone(mid):
    book = filled_book(mid, {"overall": 4})
    for cell in book.worksheets[0][1]:
        cell.value = cell.value.partition("\n")[0]
    assert read_filled(mid, saved(book)).rows.at[2, "overall"] == 4


def test_a_heading_is_known_by_its_key_when_the_words_were_changed(mid):
    book = filled_book(mid, {"overall": 4})
    book.worksheets[0].cell(1, place_of(mid, "overall") + 1).value = "All in all [overall]"
    assert read_filled(mid, saved(book)).rows.at[2, "overall"] == 4


def test_sheets_in_another_order_do_not_matter(mid):
    book = filled_book(mid, {"overall": 4})
    book.move_sheet(book.worksheets[1], -1)
    assert read_filled(mid, saved(book)).rows.at[2, "overall"] == 4


def test_a_renamed_sheet_is_read_when_it_is_the_first(mid):
    book = filled_book(mid, {"overall": 4})
    book.worksheets[0].title = "Ark1"
    reading = read_filled(mid, saved(book))
    assert (reading.sheet, reading.rows.at[2, "overall"]) == ("Ark1", 4)


def test_text_comes_through_whole_whatever_it_says(mid):
    said = '=HYPERLINK("x") 🙂 <script>alert(1)</script>\n- æøå'
    book = filled_book(mid, {"overall": 4})
    cell = book.worksheets[0].cell(2, place_of(mid, "suggestion") + 1)
    cell.value = said
    cell.data_type = "s"
    assert read_filled(mid, saved(book)).rows.at[2, "suggestion"] == said


# -- a row that cannot be taken in -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (7, "7 is not on the scale. Use one of 1, 2, 3, 4, 5 and 9."),
        (0, "0 is not on the scale"),
        (-4, "-4 is not on the scale"),
        ("10000000000000", "10000000000000 is not on the scale"),
        ("rather good", "“rather good” is not an answer here. Write one of the numbers 1, 2"),
        (4.5, "“4,5” is not an answer here"),
        ("4 Uenig", "“4 Uenig” is not an answer here"),
        ("Enig", "“Enig” is not an answer here"),  # of another scale
        ("4-5", "is not an answer here"),
        (dt.date(2026, 5, 4), "“04-05-2026” is not an answer here"),
        (True, "“TRUE” is not an answer here"),
        ("=2+2", "formula"),
        ("#DIV/0!", "error"),
        ("x" * 300, f"“{'x' * 40}…” is not an answer here"),
    ],
)
def test_what_is_no_answer_is_told_with_sheet_row_and_column(mid, written, told):
    reading = read(mid, {"overall": 4}, {"overall": written, "ready": 4})
    assert places(reading) == [(SHEET, 3, OVERALL)]
    assert told in the_fault(reading).message
    assert list(reading.rows.index) == [2]
    assert reading.left_out == (3,)
    assert reading.is_right_file


def test_all_faults_of_all_rows_are_told_at_once_in_the_order_of_the_sheet(mid):
    reading = read(
        mid,
        {"overall": 7, "pace": "hm"},
        {"overall": 4},
        {"suggestion": "x" * 4001, "overall": "hm"},
        {"respondent": "only a code"},
    )
    assert places(reading) == [
        (SHEET, 2, "2. Hvor meget når vi på en dag?"),
        (SHEET, 2, OVERALL),
        (SHEET, 4, OVERALL),
        (SHEET, 4, "19. Hvad skal vi gøre anderledes?"),
        (SHEET, 5, None),
    ]
    assert list(reading.rows.index) == [3]


def test_a_comment_of_ten_thousand_characters_is_told_with_its_length(mid):
    fault = the_fault(read(mid, {"overall": 4, "suggestion": "x" * 10_000}))
    assert fault.message.startswith(
        "The text is 10,000 characters long and there is room for 4,000."
    )


def test_a_row_without_any_answer_is_told(mid):
    fault = the_fault(read(mid, {"overall": 4}, {"respondent": "ab"}))
    assert (fault.place.row, fault.place.column) == (3, None)
    assert "no answer in this row" in fault.message


def test_a_last_row_with_nothing_but_a_formula_is_not_overlooked(mid):
    reading = read(mid, {"overall": 4}, {"ready": "=1+1"})
    assert places(reading) == [(SHEET, 3, "18. Jeg føler mig klædt på til at være mentor.")]
    assert reading.left_out == (3,)


def test_a_row_whose_only_answer_is_unreadable_is_not_called_empty_too(mid):
    assert places(read(mid, {"overall": "hm"})) == [(SHEET, 2, OVERALL)]


def test_a_code_that_stands_twice_is_told_at_every_row(mid):
    reading = read(
        mid,
        {"respondent": "ab", "overall": 4},
        {"respondent": "cd", "overall": 4},
        {"respondent": "AB", "overall": 5},
        {"overall": 5},
        {"overall": 5},
    )
    assert places(reading) == [(SHEET, 2, "Own code"), (SHEET, 4, "Own code")]
    assert list(reading.rows.index) == [3, 5, 6]


@pytest.mark.parametrize(
    "code",
    [
        "010190-1234",
        "0101901234",
        101901234,
        "010190",
        "4. 3. 1970",
        "04-03-70",
        dt.date(1970, 3, 4),
    ],
)
def test_a_birthday_or_a_cpr_number_is_no_code(mid, code):
    fault = the_fault(read(mid, {"respondent": code, "overall": 4}))
    assert fault.place.column == "Own code"
    assert "birthday or a CPR number" in fault.message


@pytest.mark.parametrize("code", ["123456", "0012", 12, "R2D2", "anna7"])
def test_other_codes_are_taken_as_text(mid, code):
    assert read(mid, {"respondent": code, "overall": 4}).rows.at[2, "respondent"] == str(code)


def test_a_cpr_number_in_a_comment_is_told(mid):
    fault = the_fault(read(mid, {"overall": 4, "keep": "Ask 010190-1234 about it"}))
    assert "CPR number in the text" in fault.message
    assert "010190" not in fault.message


def test_rows_can_be_refused_afterwards(mid):
    reading = read(mid, {"overall": 4}, {"overall": 9}, {"overall": 7})
    after = reading.refuse({2: "known already"}, "Own code")
    assert list(after.rows.index) == [3]
    assert after.left_out == (2, 4)
    assert [fault.place.row for fault in after.faults] == [2, 4]


# -- a file that cannot be taken in --------------------------------------------------------------


def not_to_be_used(reading):
    assert not reading.is_right_file
    assert reading.rows.empty
    return reading


def test_the_template_of_the_other_evaluation_is_told_by_name(mid, final):
    reading = not_to_be_used(read_filled(mid, filled(final, {"overall": 4}), others=templates()))
    assert the_fault(reading).message == (
        "This is the template for “Slutevaluering”, not for “Midtvejsevaluering”. Choose the right "
        "file, or go to the place where “Slutevaluering” belongs."
    )


def test_the_other_template_is_told_by_name_as_csv_too(mid, final):
    data = as_csv(final, {"overall": 4}).encode()
    reading = not_to_be_used(read_filled(mid, data, others=templates()))
    assert "“Slutevaluering”, not for" in the_fault(reading).message


def test_a_file_with_nothing_of_the_template_says_so_once(mid):
    book = openpyxl.Workbook()
    book.active.append(["Name", "Age"])
    book.active.append(["Åse", 40])
    reading = not_to_be_used(read_filled(mid, saved(book), others=templates()))
    assert "None of the template's columns" in the_fault(reading).message
    book.create_sheet("Mine")["A1"] = "x"
    reading = not_to_be_used(read_filled(mid, saved(book), others=templates()))
    assert "None of the template's columns" in the_fault(reading).message, "nothing to move there"


def test_every_missing_column_is_told(mid):
    book = filled_book(mid, {"overall": 4})
    page = book.worksheets[0]
    page.delete_cols(place_of(mid, "pace") + 1)
    page.delete_cols(1)
    reading = not_to_be_used(read_filled(mid, saved(book)))
    assert places(reading) == [
        (SHEET, 1, "Own code"), (SHEET, 1, "2. Hvor meget når vi på en dag?"),
    ]  # fmt: skip
    assert all("missing" in fault.message for fault in reading.faults)


def test_a_column_of_ones_own_is_refused_only_when_something_stands_in_it(mid):
    book = filled_book(mid, {"overall": 4})
    page = book.worksheets[0]
    at = page.max_column + 1
    page.cell(1, at).value = "Name"
    assert read_filled(mid, saved(book)).faults == ()
    page.cell(2, at).value = "Åse"
    reading = not_to_be_used(read_filled(mid, saved(book)))
    assert places(reading) == [(SHEET, 1, "Name")]
    assert "not part of the template" in the_fault(reading).message


def test_something_in_a_column_without_heading_is_refused(mid):
    book = filled_book(mid, {"overall": 4})
    book.worksheets[0].cell(2, 30).value = "x"
    assert places(not_to_be_used(read_filled(mid, saved(book)))) == [(SHEET, 1, "AD")]


def test_a_formula_in_a_column_of_ones_own_is_not_overlooked(mid):
    book = filled_book(mid, {"overall": 4})
    book.worksheets[0].cell(2, 30).value = "=1+1"
    assert places(not_to_be_used(read_filled(mid, saved(book)))) == [(SHEET, 1, "AD")]


def test_a_heading_that_stands_twice_is_refused(mid):
    book = filled_book(mid, {"overall": 4})
    page = book.worksheets[0]
    page.cell(1, 30).value = page.cell(1, 3).value
    reading = not_to_be_used(read_filled(mid, saved(book)))
    assert "stands there twice" in the_fault(reading).message


def test_a_key_under_the_words_of_another_question_is_not_believed(mid):
    book = filled_book(mid, {"overall": 4, "ready": 4})
    page = book.worksheets[0]
    first, second = (page.cell(1, place_of(mid, key) + 1) for key in ("overall", "ready"))
    words, key = first.value.partition("\n")[0], second.value.partition("\n")[2]
    second.value = f"{words}\n{key}"
    assert not not_to_be_used(read_filled(mid, saved(book))).is_right_file


def test_a_sheet_of_ones_own_is_refused_rather_than_lost(mid):
    book = filled_book(mid, {"overall": 4})
    book.create_sheet("More")["A1"] = "9 more answers"
    reading = not_to_be_used(read_filled(mid, saved(book)))
    assert places(reading) == [("More", None, None)]


def test_an_empty_sheet_of_ones_own_is_nothing_to_worry_about(mid):
    book = filled_book(mid, {"overall": 4})
    book.create_sheet("Ark2")
    assert read_filled(mid, saved(book)).faults == ()


def test_an_empty_sheet_and_a_blank_template_say_what_to_do(mid):
    assert "nothing in the sheet" in the_fault(read_filled(mid, saved(openpyxl.Workbook()))).message
    assert "no answers" in the_fault(read_filled(mid, blank_file(mid))).message


def test_more_rows_than_there_is_room_for_are_refused(mid):
    small = replace(mid, max_rows=2)
    reading = read_filled(small, filled(small, *[{"overall": 4}] * 3))
    assert "3 filled rows" in the_fault(not_to_be_used(reading)).message


def test_five_hundred_equal_rows_are_no_bomb(mid):
    reading = read(mid, *[dict.fromkeys(("overall", "ready", "safe"), 4)] * 500)
    assert len(reading.rows) == 500


def test_a_file_that_is_too_large_is_refused_before_it_is_opened(mid):
    for data in (filled(mid, {"overall": 4}) + b"\0" * 6_000_000, b"a;b\n" * 2_600_000):
        with pytest.raises(InputFault, match="too large"):
            read_filled(mid, data)


def test_the_digest_is_that_of_the_bytes(mid):
    # sha256 of the bytes, as `sha256sum` gives it for b"a;b\r\n1;2\r\n".
    assert read_filled(mid, b"a;b\r\n1;2\r\n").digest == (
        "484a1d625c5f5dc56776fde01368e094fe6046f17aa525ba7b8718e13f610ce7"
    )


# -- the poll ------------------------------------------------------------------------------------


def test_a_poll_takes_any_columns_that_begin_with_a_weekday():
    poll = poll_template()
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Who", "Wednesday 10.30", "tuesday evening", "Someday"])
    page.append(["1", "yes", True, None])
    page.append(["2", "No", None, None])
    reading = read_filled(poll, saved(book))
    assert reading.faults == ()
    assert list(reading.rows.columns) == ["participant", "Wednesday 10.30", "tuesday evening"]
    assert list(reading.rows["Wednesday 10.30"]) == [True, False]
    page["D2"] = "yes"
    assert "not part of the template" in the_fault(read_filled(poll, saved(book))).message


def test_a_poll_needs_a_label_in_every_row_and_yes_or_no_in_its_cells():
    poll = poll_template()
    reading = read(
        poll,
        {"participant": "1", "Monday morning": "yes"},
        {"Monday morning": "no"},
        {"participant": "3", "Monday morning": "perhaps"},
        {"participant": "4"},
    )
    assert [(one.place.row, one.place.column) for one in reading.faults] == [
        (3, "Who"), (4, "Monday morning"), (5, None),
    ]  # fmt: skip
    assert reading.faults[1].message == "“perhaps” is not an answer here. Write yes or no."


def test_a_poll_without_any_time_is_refused():
    book = openpyxl.Workbook()
    book.active.append(["Who"])
    book.active.append(["1"])
    reading = read_filled(poll_template(), saved(book))
    assert not reading.is_right_file
    assert [one.place.column for one in reading.faults] == ["A weekday and a time"]
