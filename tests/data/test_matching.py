"""Exports of other programs: recognised, matched once, and read as if they were the template."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from builders import LEADER, a_desk, a_planned_course, open_store
from filled_files import saved
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import (
    attendance_template,
    evaluation_template,
    head_counts_template,
    participants_template,
)
from peerbook.data.importing import Import
from peerbook.data.kinds import Place, importable
from peerbook.data.matching_part import MatchingPart
from peerbook.data.sources import save_matching, saved_matchings, source_of, sources, words_for
from peerbook.errors import InputFault
from peerbook.files.intake import read_filled
from peerbook.files.intake.matching import (
    ANY_PROGRAM,
    Matching,
    headings_of,
    matched,
    proposed,
    unknown_words,
)
from peerbook.files.table import read_table


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def book(*rows, title="Sheet1", before=()):
    """Return an .xlsx with rows on a sheet, after sheets of other titles."""
    made = openpyxl.Workbook()
    made.worksheets[0].title = title
    for number, other in enumerate(before):
        made.create_sheet(other, number)["A1"] = "something"
    for row in rows:
        made[title].append(row)
    return read_table(saved(made))


FORMS = book(
    ["ID", "Start time", "Completion time", "Email", "Name", "Dit navn", "Telefonnummer", "E-mail"],
    [1, "1/2/26 10:00", "1/2/26 10:05", "anonymous", "", "Åse Ørum", "12 34 56 78", "a@b.dk"],
)
REDCAP = read_table(
    b"record_id,redcap_event_name,dato,antal,arrangement,besog_complete\r\n"
    b"1,uge_1,2026-03-04,12,1,2\r\n2,uge_2,2026-03-11,1.000,1,2\r\n"
)
SURVEYXACT = book(
    ["respondent", "statoverall_1", "s_1", "s_2", "s_3"],
    [101, 1, "Åse Ørum", "04-03-2026", "Ja"],
    [102, 1, "Bo Bech", "04-03-2026", "Nej, syg"],
    title="Dataset",
    before=["Variables", "Labels"],
)


@pytest.mark.parametrize(
    ("table", "program"),
    [(FORMS, "Microsoft Forms"), (REDCAP, "REDCap"), (SURVEYXACT, "SurveyXact")],
)
def test_a_program_is_known_by_the_columns_it_fills_itself(table, program):
    assert source_of(table).title == program


def test_any_other_file_is_of_no_program_in_particular():
    assert source_of(read_table(b"navn;tlf\r\nBo;1")) is ANY_PROGRAM


def test_a_file_nothing_is_known_of_tells_which_sheet_and_columns_were_seen(tmp_path):
    made = openpyxl.Workbook()
    made.worksheets[0].title = "Members"
    made["Members"].append(["Full name", "x" * 60, *(f"Fee {year}" for year in range(2010, 2025))])
    made["Members"].append(["Bo Bech"])
    made.create_sheet("Accounts")["A1"] = "something"
    with open_store(tmp_path) as store:
        site_id = a_planned_course(store).site_id
        found = Import.of(
            store, LEADER, "members.xlsx", saved(made),
            place=Place(site_id), today=dt.date(2027, 4, 30), threshold=5,
        )  # fmt: skip
        assert found.template is None
        told, *_rest = MatchingPart(a_desk(store), found, lambda _found: None).parts()
    assert told.text == (
        "The file fits none of our templates, and we do not know what made it. "
        "The sheet “Members” was read. Its columns: Full name, " + "x" * 40 + "…, "
        + ", ".join(f"Fee {year}" for year in range(2010, 2020)) + " and 5 more. "
        "Not read: “Accounts”."
    )  # fmt: skip
    assert "Bo Bech" not in told.text


def test_the_columns_a_program_fills_itself_are_never_proposed():
    source = source_of(FORMS)
    headings = headings_of(source.answers_in(FORMS))
    assert proposed(participants_template(), headings, source, words_for("participants")) == {
        "phone": "Telefonnummer",
        "email": "E-mail",
    }


def test_a_form_with_our_questions_is_matched_by_its_words():
    mid = evaluation_template(load_form("mid"))
    questions = [str(column.title) for _name, column in mid.columns()]
    table = book(["ID", "Start time", "Completion time", *questions], [1, "", "", *[""] * 30])
    source = source_of(table)
    found = proposed(mid, headings_of(source.answers_in(table)), source, {})
    assert found == {name: str(column.title) for name, column in mid.columns()}


def test_a_matched_file_is_read_like_the_template_with_faults_at_its_own_headings():
    matching = Matching(
        "participants", "microsoft_forms", {"name": "Dit navn", "phone": "Telefonnummer"}
    )
    template = participants_template()
    table = matched(FORMS, template, matching, source_of(FORMS))
    reading = read_filled(template, table)
    assert reading.faults == ()
    assert dict(reading.rows.loc[2, ["name", "phone"]]) == {
        "name": "Åse Ørum", "phone": "12345678",
    }  # fmt: skip
    assert reading.digest == FORMS.digest
    wrong = read_table(b"Dit navn;Tlf\r\nBo;123\r\n")
    columns = {"name": "Dit navn", "phone": "Tlf"}
    found = matched(wrong, template, Matching("participants", "", columns), ANY_PROGRAM)
    (fault,) = read_filled(template, found).faults
    assert (fault.place.row, fault.place.column) == (2, "Tlf")


def test_words_of_a_program_are_asked_about_once_and_then_known():
    template = attendance_template()
    source = source_of(SURVEYXACT)
    columns = {"participant": "s_1", "date": "s_2", "status": "s_3"}
    matching = Matching("attendance", "surveyxact", columns)
    assert unknown_words(SURVEYXACT, template, matching, source) == {"status": ["Ja", "Nej, syg"]}
    words = {"status": {"ja": "present", "Nej, syg": "apology"}}
    matching = Matching("attendance", "surveyxact", columns, words)
    assert unknown_words(SURVEYXACT, template, matching, source) == {}
    reading = read_filled(template, matched(SURVEYXACT, template, matching, source))
    assert list(reading.rows["status"]) == ["present", "apology"]
    assert reading.faults == ()


def test_the_program_says_how_it_writes_numbers():
    template = head_counts_template()
    source = source_of(REDCAP)
    matching = Matching(
        "head_counts", "redcap",
        {"date": "dato", "people": "antal", "occasion": "arrangement"},
        {"occasion": {"1": "cafe"}},
    )  # fmt: skip
    table = matched(REDCAP, template, matching, source)
    reading = read_filled(template, table, notation=source.notation)
    assert list(reading.rows["people"]) == [12, 1]
    assert not reading.asks_point


def test_a_heading_that_means_another_column_of_ours_is_told_by_its_letter():
    template = participants_template()
    table = read_table(b"E-mail;x\r\nBo;a@b.dk\r\n")
    found = matched(table, template, Matching("participants", "", {"name": "E-mail"}), ANY_PROGRAM)
    assert list(read_filled(template, found).rows["name"]) == ["Bo"]


def test_a_matching_is_kept_under_its_name(store):
    matching = Matching(
        "attendance", "surveyxact", {"status": "s_3"}, {"status": {"ja": "present"}}
    )
    with store.write(LEADER) as session:
        save_matching(session, "  Vores  skema ", matching)
    with store.read() as session:
        assert saved_matchings(session) == {"Vores skema": matching}
    for name in ("", " ", "x" * 41):
        with store.write(LEADER) as session, pytest.raises(InputFault):
            save_matching(session, name, matching)


def test_every_mapping_file_says_where_it_was_found_and_names_columns_there_are():
    assert set(sources()) == {"microsoft_forms", "redcap", "surveyxact"}
    for template in importable().values():
        assert set(words_for(template.id)) <= {name for name, _column in template.columns()}
    for name in sources():
        assert sources()[name].recognised_by


def test_a_file_with_no_rows_is_no_reason_to_fail():
    assert headings_of(ANY_PROGRAM.answers_in(read_table(b" "))) == []
    empty = io.BytesIO()
    openpyxl.Workbook().save(empty)
    table = read_table(empty.getvalue())
    assert matched(table, attendance_template(), Matching("attendance"), ANY_PROGRAM) == table
