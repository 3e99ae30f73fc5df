"""The same template as a CSV file, as Danish Excel and others write it."""

from __future__ import annotations

import pytest

from filled_files import as_csv, read_filled
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import evaluation_template
from peerbook.errors import InputFault
from peerbook.files.spreadsheet_reader import Limits
from peerbook.files.table import read_table

SAID = 'Pausen – "æøå" er;\r\nfor kort 🙂 <script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture
def mid():
    return evaluation_template(load_form("mid"))


def refused(data, limits=None):
    with pytest.raises(InputFault) as fault:
        read_table(data, limits)
    (one,) = fault.value.faults
    assert one.place.field == "file"
    return one.message


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [
        ("utf-8-sig", ";"), ("utf-8", ";"), ("utf-8-sig", ","), ("utf-8", "\t"), ("cp1252", ";"),
        ("cp1252", ","),
    ],
)  # fmt: skip
def test_encoding_and_separator_are_found_and_told(mid, encoding, separator):
    said = SAID.replace("🙂", "") if encoding == "cp1252" else SAID
    text = as_csv(mid, {"overall": "Godt", "suggestion": said}, separator=separator)
    reading = read_filled(mid, text.encode(encoding))
    assert reading.faults == ()
    assert (reading.table.encoding, reading.table.separator) == (encoding, separator)
    assert reading.rows.at[2, "overall"] == 4
    assert reading.rows.at[2, "suggestion"] == said.replace("\r\n", "\n")


def test_the_separator_a_file_states_itself_is_used_and_its_line_is_no_row(mid):
    text = as_csv(mid, {"overall": 4}, {"overall": 7}, separator="|")
    reading = read_filled(mid, f"sep=|\r\n{text}".encode("utf-8-sig"))
    assert reading.table.separator == "|"
    assert [fault.place.row for fault in reading.faults] == [3]


def test_faults_have_row_and_column_and_no_sheet(mid):
    text = as_csv(mid, {"overall": 4}, {"suggestion": "two\r\nlines"}, {"overall": "hm"})
    reading = read_filled(mid, text.encode())
    (fault,) = reading.faults
    assert (fault.place.sheet, fault.place.row) == (None, 4)
    assert fault.place.column == "17. Hvordan er kurset for dig, alt i alt?"


def test_blank_lines_are_counted_as_the_spreadsheet_shows_them(mid):
    head, row = as_csv(mid, {"overall": 4}).splitlines(keepends=True)[-1], "\r\n"
    text = as_csv(mid, {"overall": 4}).replace(head, row + head)
    assert list(read_filled(mid, text.encode()).rows.index) == [3]


def test_a_text_like_a_formula_stays_a_text(mid):
    text = as_csv(mid, {"overall": 4, "keep": "=1+1"})
    assert read_filled(mid, text.encode()).rows.at[2, "keep"] == "=1+1"


def test_a_comment_of_ten_thousand_characters_is_told_and_the_rest_is_sound(mid):
    text = as_csv(mid, {"overall": 4, "keep": "ø" * 10_000}, {"overall": 5, "keep": SAID})
    reading = read_filled(mid, text.encode())
    assert [fault.place.row for fault in reading.faults] == [2]
    assert "10,000 characters" in reading.faults[0].message
    assert list(reading.rows.index) == [3]


@pytest.mark.parametrize(
    "broken",
    [
        SAID.encode().decode("cp1252", "replace"),
        "blÃ¥bÃ¦r",
        "BlÃ˜dt Ã†ble pÃ… Ã…en",
        "pauseÂ\u00a0her",
        "â€œcitatâ€\u009d",
        "bl\ufffdb\ufffdr",
        "sp›rgsm†l",
        "sp¿rgsmŒl",
    ],
)
def test_broken_letters_are_refused_with_the_row_they_begin_in(mid, broken):
    text = as_csv(mid, {"overall": 4}, {"overall": 4, "keep": broken})
    assert "From row 3 on, letters such as æ, ø and å are broken" in refused(text.encode())


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_a_file_from_dos_or_an_old_mac_is_refused(mid, encoding):
    text = as_csv(mid, {"overall": 4}).replace("—", "-")
    assert "are broken" in refused(text.encode(encoding, "replace"))


@pytest.mark.parametrize(
    "word", ["Åse Ærø ÅÆØ", "«På Å»", "naïve Øst", "50 % – ½ €", "l’été", "Ærø® › Å ¿"]
)
def test_whole_letters_are_not_taken_for_broken_ones(mid, word):
    for encoding in ("utf-8", "cp1252"):
        data = as_csv(mid, {"overall": 4, "keep": word}).encode(encoding)
        assert read_filled(mid, data).rows.at[2, "keep"] == word


def test_bytes_that_are_no_letters_are_refused(mid):
    text = as_csv(mid, {"overall": 4, "keep": "@"}).encode("cp1252").replace(b"@", b"\x81")
    assert "From row 23 on" in refused(text)


@pytest.mark.parametrize(
    "data",
    [
        as_csv(evaluation_template(load_form("mid")), {"overall": 4}).encode("utf-16"),
        b"a;b\0;c\r\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7\0",
    ],
)
def test_what_is_no_text_is_refused(data):
    assert "Save it as .xlsx or as “CSV UTF-8”" in refused(data)


def test_quotation_marks_that_do_not_fit_are_refused_with_their_row():
    assert "Row 2: the quotation marks" in refused(b'a;b\r\n"x;y\r\n1;2\r\n')
    assert "Row 3: the quotation marks" in refused(b'a;b\r\n1;2\r\n"x"y;z\r\n')


def test_a_cell_without_end_is_refused():
    assert "too long for a cell" in refused(b"a;b\r\n" + b"x" * 40_000 + b";1\r\n")
    assert "too long for a cell" in refused(b"a;b\r\n" + b"x" * 400_000 + b";1\r\n")


def test_limits_on_rows_and_columns_are_kept():
    assert "too many rows" in refused(b"a;b\r\n" * 11, Limits(rows=10))
    assert "too many rows" in refused(b";" * 300)
    assert "too many rows" in refused(b"a;b\r\n" * 11, Limits(cells=20))


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b";;;\r\n;;;\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_says_what_to_do(mid, data):
    reading = read_filled(mid, data)
    assert not reading.is_right_file
    assert "nothing in the sheet" in reading.faults[0].message


def test_an_old_excel_file_and_one_with_a_password_are_told_whatever_their_name_is():
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
    assert "old Excel file" in refused(ole)
    assert "password" in refused(ole + "EncryptedPackage".encode("utf-16-le"))
