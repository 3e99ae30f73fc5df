from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbook import __version__
from peerbook.course.planning.plan_files import workbook_bytes
from peerbook.course.planning.plan_part import dates_table
from peerbook.course.planning.presentations import Wish, timetable
from peerbook.course.schedule.calendar import Closure, DanishCalendar
from peerbook.course.schedule.plan import CourseTemplate, Item, PlanRequest
from peerbook.course.schedule.plan_moves import cancel, move
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.errors import InputFault
from peerbook.files.origin import Origin
from peerbook.files.spreadsheet import Formula, Sheet, SheetColumn, workbook
from peerbook.files.spreadsheet_reader import Limits, read_cells

TODAY = dt.date(2026, 1, 2)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "=cmd|'/c calc'!A0", "＝1+1", "－1",
    '=HYPERLINK("http://example.org")', "#N/A", "=", "-",
]  # fmt: skip


def one_sheet(*rows, columns=("A", "B")):
    return Sheet("Data", tuple(SheetColumn(name) for name in columns), rows)


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(data, change):
    """Return the file with its parts changed, added or (None) left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts(data), **change}.items():
            if content is not None:
                archive.writestr(name, content)
    return target.getvalue()


def refused(data, limits=None):
    with pytest.raises(InputFault) as fault:
        read_cells(data, limits)
    return fault.value.faults


def sheets_in(data, limits=None):
    read = read_cells(data, limits)
    assert read.problems == ()
    return read.sheets


# -- out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_text_never_becomes_a_formula(text):
    data = workbook([one_sheet((text, 1))])
    sheet = ElementTree.fromstring(parts(data)["xl/worksheets/sheet1.xml"])
    assert sheet.findall(f".//{MAIN}f") == []
    cell = openpyxl.load_workbook(io.BytesIO(data))["Data"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    if not text.startswith("#"):
        assert cell.quotePrefix


def test_harmless_text_carries_no_quote_mark():
    data = workbook([one_sheet(("Åse", "1 = 1"))])
    row = openpyxl.load_workbook(io.BytesIO(data))["Data"][2]
    assert [bool(cell.quotePrefix) for cell in row] == [False, False]


def test_text_that_looks_like_the_inside_of_the_file_stays_text():
    texts = "<r>x</r>", "<r></c></r>", "_x0041_", "<t>&amp;</t>"
    data = workbook([one_sheet(*((text, None) for text in texts))])
    page = openpyxl.load_workbook(io.BytesIO(data))["Data"]
    assert [cell.value for cell in page["A"][1:3]] == list(texts[:2])
    assert sheets_in(data)["Data"][1:] == [[text] for text in texts]


def test_a_formula_is_kept_with_what_it_comes_to():
    data = workbook([one_sheet((2, Formula("A2*«Data»!A2", Decimal("4.005"))))])
    for data_only, value in ((False, "=A2*'Data'!A2"), (True, 4.005)):
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)
        assert book["Data"]["B2"].value == value


def test_headings_are_safe_too():
    data = workbook([one_sheet(columns=("=1+1", "ok"))])
    assert openpyxl.load_workbook(io.BytesIO(data))["Data"]["A1"].data_type == "s"


def test_dates_times_and_numbers_are_what_they_are():
    day, time = dt.date(2026, 3, 4), dt.time(9, 30)
    data = workbook([one_sheet((day, time, -5, Decimal("1.25")), columns=("A", "B", "C", "D"))])
    row = openpyxl.load_workbook(io.BytesIO(data))["Data"][2]
    assert row[0].value == dt.datetime(2026, 3, 4)
    assert row[0].number_format == "dd-mm-yyyy"
    assert (row[1].value, row[1].number_format) == (time, "hh:mm")
    assert [row[2].value, row[3].value] == [-5, 1.25]


def test_headings_stay_in_sight_and_columns_have_their_width():
    data = workbook([Sheet("Data", (SheetColumn("A", 33),), [("x",)])])
    page = openpyxl.load_workbook(io.BytesIO(data))["Data"]
    assert page.freeze_panes == "A2"
    assert 33 <= page.column_dimensions["A"].width < 34
    assert page["A1"].font.bold


def test_sheet_titles_are_made_to_fit():
    titles = ["a/b:c?", "x" * 40, "X" * 40, "", "'quoted'"]
    data = workbook([Sheet(title, (SheetColumn("A"),), []) for title in titles])
    written = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert written == ["a-b-c", "x" * 31, "X" * 29 + " 2", "-", "quoted"]


def test_mistakes_of_the_caller_are_told():
    with pytest.raises(ValueError, match="at least one"):
        workbook([])
    with pytest.raises(ValueError, match="longer than the columns"):
        workbook([one_sheet((1, 2, 3))])
    with pytest.raises(ValueError, match="does not fit"):
        workbook([one_sheet(("x" * 32_768, None))])


values = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.sampled_from(FORMULAS),
    st.integers(-(10**9), 10**9),
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)),
)


@settings(max_examples=60)
@given(st.lists(st.lists(values, min_size=3, max_size=3), max_size=6))
def test_what_is_written_is_read_back(rows):
    data = workbook([one_sheet(*rows, columns=("A", "B", "C"))])
    assert sheets_in(data)["Data"] == trimmed([["A", "B", "C"], *map(seen, rows)])


def seen(row):
    return [one(value) for value in row]


def one(value):
    """Return a value as it comes back: without what XML cannot hold and without outer blanks."""
    if not isinstance(value, str):
        return value
    signs = (s for s in value if s in "\t\n\r" or s >= " ")
    kept = "".join(s for s in signs if not 0xD800 <= ord(s) <= 0xDFFF and s not in "\ufffe\uffff")
    return kept.replace("\r\n", "\n").replace("\r", "\n").strip() or None


def trimmed(rows):
    cut = [list(row) for row in rows]
    for row in cut:
        while row and row[-1] is None:
            row.pop()
    while cut and not cut[-1]:
        cut.pop()
    return cut


def test_a_plan_as_a_spreadsheet_lists_dates_and_what_was_avoided(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    request = PlanRequest(
        "x", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2,
        title="=1+1", room="=2+2",
    )  # fmt: skip
    closed = Closure(dt.date(2026, 3, 25), dt.date(2026, 3, 25), "other", "=3+3")
    plan = plan_course(request, DanishCalendar([closed]))
    sheets = sheets_in(workbook_bytes(plan, TODAY))
    dates = sheets["Dates"]
    assert len(dates) == 1 + len(plan.dates)
    assert dates[1][:5] == [
        "Teaching day 1", "Wednesday", dt.date(2026, 1, 14), dt.time(10), dt.time(15, 30),
    ]  # fmt: skip
    assert {row[7] for row in dates[1:]} == {"=2+2"}
    assert sheets["Avoided dates"][1] == [
        "Group sparring 3", dt.date(2026, 3, 25), "Closed 25 Mar 2026: =3+3",
    ]  # fmt: skip


def test_a_spreadsheet_tells_where_it_comes_from_on_paper_and_on_a_sheet_of_its_own(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    origin = Origin("1a2b-3c4d-5e6f", dt.date(2026, 1, 2), "1.0 & more")
    book = openpyxl.load_workbook(io.BytesIO(workbook([one_sheet(("x", 1))], origin)))
    assert book.sheetnames == ["Data", "About this file"]
    told = dict(book["About this file"].iter_rows(min_row=2, values_only=True))
    assert told == {
        "peerbook": __version__, "Course content": "1.0 & more", "Data": "1a2b-3c4d-5e6f",
        "Made on": "2 Jan 2026",
    }  # fmt: skip
    for page in book.worksheets:
        assert page.oddFooter.left.text == origin.line.replace("&", "&&")
        assert not page.oddHeader.left.text


def test_every_sheet_of_a_demonstration_says_that_it_is_invented(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    origin = Origin("1a2b-3c4d-5e6f", dt.date(2026, 1, 2), synthetic=True)
    plain = one_sheet(("x", 1))
    long = replace(plain, title="W" * 40)
    book = openpyxl.load_workbook(io.BytesIO(workbook([plain, long, long], origin)))
    for page in book.worksheets[:2]:
        assert "(invented)" in page.title
    assert len(set(book.sheetnames)) == 4
    for page in book.worksheets:
        assert "invented" in page.oddHeader.left.text
    about = dict(book.worksheets[-1].iter_rows(min_row=2, values_only=True))
    assert "invented" in about["Please note"]


def test_what_lies_before_today_counts_as_held_and_a_moved_date_says_why_it_moved(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    request = PlanRequest(
        "x", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2
    )
    plan = plan_course(request, DanishCalendar())
    day_1, day_2, day_6 = (Item("teaching_day", number) for number in (1, 2, 6))
    plan = cancel(plan, day_2, "Syg").plan
    to = plan.date_of(day_6).date + dt.timedelta(days=1)
    plan = move(plan, day_6, to, calendar=DanishCalendar(), reason="Salen er optaget").plan
    today = plan.date_of(day_2).date + dt.timedelta(days=1)
    rows = sheets_in(workbook_bytes(plan, today))["Datoer"][1:]
    in_file = {row[0]: (row[5], row[8] if len(row) > 8 else "") for row in rows}
    on_page = {
        row[0]: (row[3]["text"], row[4]) for row in dates_table(plan, "", today).data["rows"]
    }
    for told in (in_file, on_page):
        assert told[day_1.name][0] == "Afholdt"
        assert told[day_2.name][0] == "Aflyst"
        assert told[Item("teaching_day", 3).name][0] == "Planlagt"
        assert told[day_6.name] == ("Flyttet", "Flyttet: Salen er optaget.")


def test_presentations_have_a_sheet_of_their_own_when_there_are_any(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    request = PlanRequest(
        "x", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2
    )
    plan = plan_course(request, DanishCalendar())
    assert "Presentations" not in sheets_in(workbook_bytes(plan, TODAY))
    rows = sheets_in(workbook_bytes(plan, TODAY, timetable(plan, Wish(3, 30))))["Presentations"]
    assert rows[1:] == [
        ["Wednesday", dt.date(2026, 7, 8), dt.time(10), dt.time(10, 30), "Presentation 1"],
        ["Wednesday", dt.date(2026, 7, 8), dt.time(10, 30), dt.time(10, 40), "Break"],
        ["Wednesday", dt.date(2026, 7, 8), dt.time(10, 40), dt.time(11, 10), "Presentation 2"],
        ["Thursday", dt.date(2026, 7, 9), dt.time(10), dt.time(10, 30), "Presentation 3"],
    ]


# -- in ------------------------------------------------------------------------------------------


def test_blank_cells_are_none_and_blank_ends_are_cut():
    book = openpyxl.Workbook()
    page = book.active
    page["A1"], page["C1"], page["A3"] = "Name", "  Score ", 4.0
    page["B9"] = "   "
    target = io.BytesIO()
    book.save(target)
    assert sheets_in(target.getvalue()) == {"Sheet": [["Name", None, "Score"], [], [4]]}


def test_formulas_and_errors_are_all_told_with_where_they_stand_and_are_left_empty(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Svar"
    page.append(["Kode", "Score"])
    page.append(["P-1", "=1+1"])
    page.append(["P-2", 3, "=A1"])
    page["A4"] = "#DIV/0!"
    target = io.BytesIO()
    book.save(target)
    read = read_cells(target.getvalue())
    assert [(one.sheet, one.row, one.column) for one in read.problems] == [
        ("Svar", 2, 1), ("Svar", 3, 2), ("Svar", 4, 0),
    ]  # fmt: skip
    assert "formula" in read.problems[0].message
    assert "error" in read.problems[2].message
    assert read.sheets == {"Svar": [["Kode", "Score"], ["P-1"], ["P-2", 3]]}


GOOD = workbook([one_sheet(("x", 1))])
TWO = workbook([one_sheet(("x", 1)), Sheet("More", (SheetColumn("A"),), [("x",)])])
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
TYPES = parts(GOOD)["[Content_Types].xml"]
MACRO_TYPES = TYPES.replace(b".sheet.main", b".sheet.macroEnabled.main")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not a spreadsheet"),
        (b"a;b\n1;2\n", "not a spreadsheet"),
        (GOOD[:-40], "not a spreadsheet"),
        (OLE, "old Excel file"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (repacked(GOOD, {"xl/vbaProject.bin": b"x"}), "macros"),
        (repacked(GOOD, {"[Content_Types].xml": MACRO_TYPES}), "macros"),
        (repacked(GOOD, {"xl/workbook.bin": b"x"}), "xlsb"),
        (repacked(GOOD, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links"),
        (repacked(GOOD, {"../evil.xml": b"<x/>"}), "names"),
        (repacked(GOOD, {"/etc/evil.xml": b"<x/>"}), "names"),
        (repacked(GOOD, {"xl\\evil.xml": b"<x/>"}), "names"),
        (repacked(GOOD, {"xl/workbook.xml": None}), "not a spreadsheet"),
        (repacked(GOOD, {"[Content_Types].xml": None}), "not a spreadsheet"),
        (repacked(GOOD, {"xl/workbook.xml": b"<broken"}), "damaged"),
        (repacked(GOOD, {"xl/worksheets/sheet1.xml": b"<broken"}), "damaged"),
        (repacked(GOOD, {"xl/worksheets/sheet1.xml": None}), "damaged"),
        (repacked(TWO, {"xl/worksheets/sheet2.xml": None}), "damaged"),
        (repacked(GOOD, {f"xl/media/{n}.png": b"x" for n in range(201)}), "unpacks"),
        (repacked(GOOD, {"xl/media/zeros.bin": b"\0" * 3_000_000}), "unpacks"),
        (GOOD + b"\0" * 5_000_001, "too large"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plain_spreadsheet_is_refused_and_says_why(data, told, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    (fault,) = refused(data)
    assert fault.place.field == "file"
    assert told in fault.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_definition_is_never_parsed(encoding):
    bomb = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;">]><sst xmlns="x"><si><t>&b;</t></si></sst>'
    )
    refused(repacked(GOOD, {"xl/sharedStrings.xml": bomb.encode(encoding)}))


def test_a_zip_that_lies_about_its_sizes_unpacks_to_no_more_than_it_says():
    data = bytearray(repacked(GOOD, {"xl/media/zeros.xml": b"<x>" + b"0" * 200_000 + b"</x>"}))
    # In the directory at the end, change the size from 200,007 bytes to 7.
    size = (200_007).to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (7).to_bytes(4, "little")
    refused(bytes(data))


def sheet_of(*cells):
    rows = "".join(
        f'<row r="{row}"><c r="{column}{row}" t="n"><v>1</v></c></row>' for column, row in cells
    )
    return f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize(
    "cells", [[("A", 1), ("A", 1_048_576)], [("A", 1), ("XFD", 2)], [("IZ", 1)]]
)
def test_a_cell_far_out_is_refused_rather_than_overlooked(cells):
    data = repacked(GOOD, {"xl/worksheets/sheet1.xml": sheet_of(*cells)})
    (fault,) = refused(data)
    assert fault.place.sheet == "Data"
    assert fault.place.row is not None


def test_limits_can_be_set_and_are_kept():
    data = workbook([one_sheet(*[("x", 1)] * 10)])
    assert len(sheets_in(data, Limits(rows=11))["Data"]) == 11
    refused(data, Limits(rows=10))
    refused(data, Limits(cells=21))
    refused(data, Limits(columns=1))
    refused(data, Limits(entries=3))
    refused(workbook([Sheet(str(n), (SheetColumn("A"),), []) for n in range(3)]), Limits(sheets=2))


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_a_fault_and_never_a_crash(data):
    broken = bytearray(GOOD)
    for _turn in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    # Nothing but rows or a fault may come of it; any other exception fails the test.
    with contextlib.suppress(InputFault):
        assert isinstance(read_cells(bytes(broken)).sheets, dict)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_sheets_of_an_invented_plan_have_whole_names(monkeypatch, language):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", language)
    request = PlanRequest("x", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1))
    plan = plan_course(request, DanishCalendar())
    origin = Origin("1a2b-3c4d-5e6f", dt.date(2026, 1, 2), synthetic=True)
    turns = timetable(plan, Wish(3, 30))
    whole = sheets_in(workbook_bytes(plan, TODAY, turns))
    invented = sheets_in(workbook_bytes(plan, TODAY, turns, origin))
    mark = {"da": "(opdigtet)", "en": "(invented)"}[language]
    assert list(invented)[: len(whole)] == [f"{title} {mark}" for title in whole]


def test_a_text_stands_apart_from_the_number_to_its_left():
    columns = (SheetColumn("Tal"), SheetColumn("Ord"), SheetColumn("Regnet ud"))
    data = workbook([Sheet("Ark", columns, [(7, "Opdigt", Formula('"a"', "a"))])])
    _number, *texts = openpyxl.load_workbook(io.BytesIO(data)).active[2]
    for cell in texts:  # an indent counts for nothing without a side to count from
        assert (cell.alignment.horizontal, cell.alignment.indent) == ("left", 1)
