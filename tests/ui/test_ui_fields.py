"""Raw answers become sound values or a fault at their field, whatever the browser sends."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.text import _, words
from peerbook.ui import (
    ChoiceField,
    ChoicesField,
    DateField,
    FileField,
    FlagField,
    Group,
    IntegerField,
    KronerField,
    LongTextField,
    NumberField,
    Row,
    RowsField,
    ScaleField,
    TextField,
    TimeField,
    UploadedFile,
    YearField,
)
from peerbook.ui.fields import all_fields, parse_all

STATUS = ChoiceField("status", "Status", options=[("present", "Til stede"), ("absent", "Væk")])
ROSTER = RowsField(
    "attendance", "Fremmøde", row_label="Person", rows=[("p1", "Anna"), ("p2", "Bo")],
    fields=[STATUS, TextField("note", "Note", max_length=10)],
)  # fmt: skip
GROWING = RowsField(
    "closures", "Lukkedage", row_label="Lukkedag", max_rows=5,
    fields=[DateField("day", "Dato", required=True), FlagField("whole_day", "Hele dagen")],
)  # fmt: skip
FIELDS = [
    TextField("text", "Tekst"),
    LongTextField("long_text", "Lang tekst", max_length=50, required=True),
    IntegerField("integer", "Helt tal", minimum=-3, maximum=40),
    KronerField("kroner", "Beløb", minimum=0),
    NumberField("number", "Tal", minimum=0),
    DateField("date", "Dato", earliest=dt.date(2020, 1, 1)),
    TimeField("time", "Klokken"),
    ChoiceField("choice", "Valg", options=[(1, "Vejle"), ("k", "Kolding")]),
    ChoicesField("choices", "Flere valg", options=[("a", "A"), ("b", "B")]),
    ScaleField("scale", "Skala", points=[(1, "Lidt"), (2, ""), (3, "Meget")]),
    FlagField("flag", "Kryds"),
    ROSTER,
    GROWING,
    FileField("file", "Fil", max_bytes=100),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
# Shaped like the real thing, with anything in its places.
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": JSON | st.sampled_from(["p1", "p2"]),
            "values": JSON
            | st.dictionaries(st.sampled_from(["status", "note", "day", "whole_day"]), JSON),
        },
    ),
    max_size=8,
)


@pytest.fixture(autouse=True)
def danish(monkeypatch):
    monkeypatch.setattr(words, "_chosen", "da")


def fault(field, raw) -> str:
    with pytest.raises(InputFault) as raised:
        field.parse(raw)
    (only,) = raised.value.faults
    assert only.place.field == field.name
    return only.message


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
@given(raw=JSON | ROWS | st.text(alphabet="0123456789.,-–: +eE\u00a0"))
def test_any_raw_answer_is_a_value_or_a_fault_at_its_field(field, raw):
    faults = ()
    try:
        value = field.parse(raw)
    except InputFault as error:
        faults = error.faults
    else:
        assert field.parse(field.raw(value)) == value or field.kind in ("file", "rows")
    assert all(fault.place.field.split(".")[0] == field.name for fault in faults)
    assert all(fault.message for fault in faults)


# --- text


def test_text_is_kept_as_typed_but_for_the_blanks_around_it():
    assert TextField("t", "T").parse("  Æblerød <script>alert(1)</script> 👩‍👩‍👧 ") == (
        "Æblerød <script>alert(1)</script> 👩‍👩‍👧"
    )
    assert LongTextField("t", "T").parse("a\r\nb\rc") == "a\nb\nc"


def test_text_that_is_too_long_is_told_in_characters_not_cut():
    message = fault(LongTextField("t", "T", max_length=4000), "æ" * 10_000)
    assert "10.000" in message
    assert "4.000" in message


@given(st.text(max_size=60))
def test_text_that_is_taken_can_be_stored_as_utf8(text):
    try:
        value = LongTextField("t", "T").parse(text)
    except InputFault:
        return
    assert "\0" not in value
    value.encode("utf-8")


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\x85b", "a\ud800b"])
def test_text_with_control_characters_or_half_characters_is_refused(text):
    assert fault(LongTextField("t", "T"), text)


def test_signs_that_turn_the_direction_of_a_text_are_left_out():
    turned = "\u200eHanne \u202egithsoM\u202c \u2066Bo\u2069"
    for field in (TextField("t", "T"), LongTextField("t", "T")):
        assert field.parse(turned) == "Hanne githsoM Bo"
        assert field.parse("👩‍🔧 שלום") == "👩‍🔧 שלום"  # letters know their direction themselves


def test_one_line_of_text_takes_no_line_breaks():
    assert fault(TextField("t", "T"), "a\nb")


def test_text_of_the_wrong_type_is_refused():
    for raw in (12, True, ["a"], {"a": 1}):
        assert fault(TextField("t", "T"), raw)


@pytest.mark.parametrize("nothing", ["\u200b", "\u00ad", "\u2060", "\ufeff", " \u200b\u00a0\u200d"])
@pytest.mark.parametrize("kind", [TextField, LongTextField])
def test_what_nobody_can_see_is_no_answer(kind, nothing):
    assert fault(kind("t", "T", required=True), nothing) == _("An answer is missing here.")
    assert kind("t", "T").parse(nothing) == ""
    assert kind("t", "T", required=True).parse(f"Bo{nothing}Li") == f"Bo{nothing}Li"


def test_only_a_required_field_must_be_filled_in():
    assert TextField("t", "T").parse(None) == ""
    assert fault(TextField("t", "T", required=True), "   ") == _("An answer is missing here.")
    assert IntegerField("n", "N").parse("") is None


# --- numbers


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("7,5", "7.5"), ("7.5", "7.5"), ("1.234,5", "1234.5"), ("1 234,50", "1234.50"),
        ("1\u00a0234\u202f567,5", "1234567.5"), ("1.234.567", "1234567"), ("−3,25", "-3.25"),
        (12, "12"), (0.1, "0.1"), (1.234, "1.234"), ("0,50", "0.5"), ("+4", "4"),
    ],
)  # fmt: skip
def test_number_is_read_as_danes_write_it(raw, number):
    assert NumberField("n", "N", decimals=3).parse(raw) == Decimal(number)


def test_number_that_may_mean_two_things_is_refused_with_both():
    message = fault(NumberField("n", "N"), "1.234")
    assert "1234" in message
    assert "1,234" in message


@pytest.mark.parametrize(
    ("raw", "number"), [("420.000", 420_000), ("1.200,50", "1200.5"), ("393,08", "393.08")]
)
def test_a_point_in_an_amount_of_money_stands_between_thousands(raw, number):
    assert NumberField("n", "N", is_money=True).parse(raw) == Decimal(number)


def test_a_point_stands_between_thousands_where_the_number_is_too_small_without():
    hours = NumberField("n", "N", minimum=37, maximum=1924)
    assert hours.parse("1.420") == 1420
    for unclear in (NumberField("n", "N", minimum=1), NumberField("n", "N")):
        with pytest.raises(InputFault, match="1420"):
            unclear.parse("1.420")
    with pytest.raises(InputFault, match="37"):
        hours.parse("1,42")


@pytest.mark.parametrize(
    "raw", ["syv", "1,2,3", "1.23,4", "1e5", "NaN", "∞", "--3", float("inf"), True, "1" * 50]
)  # fmt: skip
def test_number_that_is_none_is_refused(raw):
    assert fault(NumberField("n", "N"), raw)


def test_number_keeps_to_its_bounds_and_decimals():
    field = NumberField("n", "N", minimum=Decimal("0.5"), maximum=1000, decimals=1)
    assert field.parse("0,5") == Decimal("0.5")
    assert field.parse("1.000,0") == 1000
    assert "0,5" in fault(field, "0,4")
    assert "1.000" in fault(field, "1000,1")
    assert fault(field, "7,25")


@given(st.decimals(-(10**12), 10**12, places=2, allow_nan=False))
def test_number_survives_being_shown(number):
    field = NumberField("n", "N")
    assert field.parse(field.raw(number)) == number


@pytest.mark.parametrize("raw", ["1999", "2101", "last year", "26"])
def test_a_year_outside_its_bounds_is_told_them_without_separators(raw):
    field = YearField("y", "Y", minimum=2000, maximum=2100)
    assert field.parse("2026") == 2026
    assert fault(field, raw) == "Skriv et år fra 2000 til 2100."


@pytest.mark.parametrize(("raw", "number"), [("12", 12), ("1.234", 1234), ("12,0", 12), (-3, -3)])
def test_whole_number_is_read(raw, number):
    assert IntegerField("n", "N").parse(raw) == number


@pytest.mark.parametrize("raw", ["12,5", "tolv", "1.23", 2.5, "½", "²"])
def test_whole_number_that_is_none_is_refused(raw):
    assert fault(IntegerField("n", "N"), raw)


@pytest.mark.parametrize(
    ("raw", "kroner"),
    [
        ("1200", 1200), ("1.200", 1200), ("1 200", 1200), ("1.200 kr.", 1200), ("0", 0),
        ("kr. 1.200,00", 1200), ("1200,-", 1200), ("1.200,- kr", 1200), ("1200 Kroner", 1200),
        ("DKK 500", 500), (500, 500), (12.0, 12), ("1.200.000", 1_200_000),
    ],
)  # fmt: skip
def test_whole_kroner_are_read_as_danes_write_them(raw, kroner):
    assert KronerField("n", "N").parse(raw) == kroner


@pytest.mark.parametrize("raw", ["12,50", "12.5", "1.200,05 kr.", 2.5])
def test_an_amount_with_ore_says_so(raw):
    assert "uden øre" in fault(KronerField("n", "N"), raw)


@pytest.mark.parametrize("raw", ["1,200", "1.2000", "1..200", "kr.", "mange", "12 €", "1e3"])
def test_an_amount_that_may_mean_something_else_is_refused(raw):
    assert "hele kroner" in fault(KronerField("n", "N"), raw)


def test_kroner_keep_to_their_bounds():
    field = KronerField("n", "N", minimum=0, maximum=1000)
    assert "1.000" in fault(field, "1.001 kr.")
    assert "1.000" in fault(field, "-5")


# --- dates and times


@pytest.mark.parametrize("raw", ["2026-03-04", "04-03-2026", "4-3-2026", "4.3.2026", "4/3/2026"])
def test_date_is_read_from_the_calendar_and_as_danes_write_it(raw):
    assert DateField("d", "D").parse(raw) == dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    "raw", ["31-02-2026", "2026-13-01", "29-02-2025", "i morgen", "?", "0020-03-04", 20260304]
)
def test_date_that_does_not_exist_is_refused(raw):
    assert fault(DateField("d", "D"), raw)


def test_date_keeps_to_its_bounds():
    field = DateField("d", "D", earliest=dt.date(2026, 1, 1), latest=dt.date(2026, 6, 30))
    assert field.parse("30-06-2026") == dt.date(2026, 6, 30)
    assert "30. jun. 2026" in fault(field, "01-07-2026")


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_date_survives_being_shown_and_being_written_in_danish(day):
    field = DateField("d", "D")
    assert field.parse(field.raw(day)) == day
    assert field.parse(f"{day:%d-%m-%Y}") == day


@pytest.mark.parametrize(
    ("raw", "time"), [("09:30", (9, 30)), ("9.30", (9, 30)), ("9", (9, 0)), ("23:59:00", (23, 59))]
)
def test_time_is_read(raw, time):
    assert TimeField("t", "T").parse(raw) == dt.time(*time)


@pytest.mark.parametrize("raw", ["24:00", "9:60", "halv ti", 9, "9:3"])
def test_time_that_is_none_is_refused(raw):
    assert fault(TimeField("t", "T"), raw)


# --- choices


def test_choice_gives_back_the_value_of_its_option():
    field = ChoiceField("c", "C", options=[(1, "Vejle"), ("k", "Kolding")])
    assert field.parse("1") == 1
    assert field.parse(1) == 1
    assert field.parse("k") == "k"
    assert field.raw(1) == "1"


@pytest.mark.parametrize("raw", ["HACKED", 2, True, ["1"], {"1": 1}, "Vejle", 1.0, 10**50])
def test_choice_that_is_not_on_the_list_is_refused(raw):
    assert fault(ChoiceField("c", "C", options=[(1, "Vejle"), ("k", "Kolding")]), raw)


def test_choices_come_in_the_order_of_the_options_and_once():
    field = ChoicesField("c", "C", options=[("a", "A"), ("b", "B"), ("c", "C")])
    assert field.parse(["c", "a", "c"]) == ("a", "c")
    assert field.parse(None) == ()
    for raw in (["d"], "a", [["a"]], [None]):
        assert fault(field, raw)


@pytest.mark.parametrize("raw", [0, 6, 999999, "6", "-1", 3.0, True, "Meget"])
def test_answer_off_the_scale_is_refused(raw):
    field = ScaleField("s", "S", points=[(code, "") for code in range(1, 6)])
    assert "1, 2, 3, 4 og 5" in fault(field, raw)


def test_box_must_be_a_box_and_ticked_where_it_must():
    assert FlagField("f", "F").parse(None) is False
    assert FlagField("f", "F").parse(True) is True
    assert fault(FlagField("f", "F"), "true")
    assert fault(FlagField("f", "F", required=True), False) == _("Tick the box to go on.")


def test_options_that_cannot_be_told_apart_are_a_fault_of_the_program():
    with pytest.raises(ValueError, match="differ"):
        ChoiceField("c", "C", options=[(1, "Et"), ("1", "En")])


# --- rows


def test_rows_of_a_list_come_in_its_order_with_blanks_for_those_left_out():
    rows = ROSTER.parse([{"id": "p2", "values": {"status": "absent", "note": " syg "}}])
    assert rows == (
        Row("p1", {"status": None, "note": ""}),
        Row("p2", {"status": "absent", "note": "syg"}),
    )


def test_a_row_knows_where_the_page_shows_it_though_empty_ones_stand_before_it():
    filled = {"id": None, "values": {"day": "2026-03-04"}}
    empty = {"id": None, "values": {"day": "", "whole_day": False}}
    rows = GROWING.parse([empty, filled, empty, filled])
    assert [row.place for row in rows] == ["1", "3"]
    assert [row.place for row in ROSTER.parse([])] == ["p1", "p2"]


def test_faults_in_rows_are_all_told_each_at_its_row_and_column():
    with pytest.raises(InputFault) as raised:
        ROSTER.parse(
            [
                {"id": "p1", "values": {"status": "HACKED"}},
                {"id": "p2", "values": {"status": "present", "note": "alt for langt til her"}},
            ]
        )
    places = [fault.place.field for fault in raised.value.faults]
    assert places == ["attendance.p1.status", "attendance.p2.note"]


def test_row_that_is_not_on_the_list_is_refused():
    assert fault(ROSTER, [{"id": "p3", "values": {}}])
    assert fault(ROSTER, [{"id": "p1", "values": {}}, {"id": "p1", "values": {}}])


def test_growing_list_leaves_out_blank_rows_and_keeps_the_ids_of_stored_ones():
    day = {"day": "2026-03-04", "whole_day": False}
    blank = {"day": "", "whole_day": False}
    rows = GROWING.parse([{"id": None, "values": blank}, {"id": "7", "values": day}])
    assert rows == (Row("7", {"day": dt.date(2026, 3, 4), "whole_day": False}),)


def test_fault_in_a_growing_list_is_told_at_the_row_as_it_stood_on_the_page():
    blank = {"id": None, "values": {"day": "", "whole_day": False}}
    with pytest.raises(InputFault) as raised:
        GROWING.parse([blank, {"id": None, "values": {"day": "", "whole_day": True}}])
    assert [fault.place.field for fault in raised.value.faults] == ["closures.1.day"]


def test_growing_list_has_an_end():
    assert fault(GROWING, [{"id": None, "values": {"day": "2026-03-04"}}] * 6)
    assert fault(GROWING, [{"id": "x" * 65, "values": {}}])


def test_rows_survive_being_shown():
    rows = (Row("p1", {"status": "present", "note": "ok"}), Row("p2", {"status": None, "note": ""}))
    assert ROSTER.parse(ROSTER.raw(rows)) == rows


# --- files


def test_file_keeps_its_bytes_and_the_last_part_of_its_name():
    sent = {"name": "C:\\Users\\Anna\\skema\0.XLSX", "data": memoryview(b"PK")}
    assert FileField("f", "F").parse(sent) == UploadedFile("skema.XLSX", b"PK")


@pytest.mark.parametrize(
    "raw",
    [
        {"name": "skema.exe", "data": b"MZ"}, {"name": "skema.xlsx", "data": b""},
        {"name": "skema.xlsx", "data": b"x" * 101}, {"name": "skema.xlsx", "data": "PK"},
        {"name": None, "data": b"PK"}, "skema.xlsx", ["PK"],
    ],
)  # fmt: skip
def test_file_that_cannot_be_used_is_refused(raw):
    assert fault(FileField("f", "F", max_bytes=100), raw)


def test_file_is_not_written_out_with_its_bytes():
    assert "hemmeligt" not in repr(UploadedFile("a.csv", b"hemmeligt"))


# --- several at once


def test_all_faults_of_a_form_are_told_together():
    fields = all_fields([TextField("a", "A", required=True), Group("G", [IntegerField("b", "B")])])
    with pytest.raises(InputFault) as raised:
        parse_all(fields, {"b": "x"})
    assert [fault.place.field for fault in raised.value.faults] == ["a", "b"]


def test_what_is_not_asked_for_is_left_out():
    assert parse_all([TextField("a", "A")], {"a": "1", "is_admin": True}) == {"a": "1"}


def test_two_fields_of_one_name_are_a_fault_of_the_program():
    with pytest.raises(ValueError, match="same name"):
        all_fields([TextField("a", "A"), Group("G", [TextField("a", "A")])])
