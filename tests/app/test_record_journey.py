"""Who came: a coordinator puts people on a course, records a day, and sees what it adds up to."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from builders import LEADER, a_planned_course
from peerbook.course.attendance import attendance_records
from peerbook.store.tables import CourseDate
from steps import TODAY, all_present, choose, mark, months_ahead, receipt, row_of, unfold

pytestmark = pytest.mark.app

MENTORS = ("Anna Prøvesen", "Bo Opdigt", "Cille Demosen", "Dan Påfund", "Eva Tænkgaard")
ANNA, BO, CILLE, DAN, EVA = MENTORS
DAY = dt.timedelta(days=1)
EACH, DAY_BY_DAY = "Sådan står det for hver deltager", "Dag for dag"
REACHABLE = re.compile("Kan .*nå det")


@pytest.fixture
def under_way(app):
    """A course that began five months ago, of which nothing is recorded yet."""
    return a_planned_course(
        app.store, mentors=MENTORS, first_month=months_ahead(-5), title="Hold 6"
    )


def days(app, made, kind="teaching_day"):
    with app.store.read() as session:
        wanted = select(CourseDate).where(
            CourseDate.course_id == made.course_id, CourseDate.kind == kind
        )
        return list(session.scalars(wanted.order_by(CourseDate.number)))


def record(app, made, day, statuses):
    """Record a day as somebody did at another time."""
    codes = app.codes(made.course_id)
    entries = {codes[name]: (status, None) for name, status in statuses.items()}
    with app.store.write(LEADER) as session:
        attendance_records.save_attendance(session, day.id, entries, {}, today=TODAY)


def test_people_are_put_on_the_course_by_name_and_known_by_code(app, open_record):
    made = a_planned_course(app.store, first_month=months_ahead(-5))
    page = open_record(made)
    page.get_by_label("Navne på dem, der begynder").fill(
        "Åse Demosen\n\n  anna   prøvesen\nBo Opdigt <b>x</b>"
    )
    page.get_by_role("button", name="Sæt på holdet").click()
    receipt(page)
    heads = page.get_by_role("table").first.get_by_role("rowheader")
    expect(heads).to_have_text(["anna prøvesen", "Bo Opdigt <b>x</b>", "Åse Demosen"])
    codes = app.rows("SELECT participant_code FROM enrolment WHERE course_id = ?", made.course_id)
    assert all(re.fullmatch(r"P-\w{6}", code) for (code,) in codes)
    panel = unfold(page, "Hvem er på holdet?")
    panel.get_by_label("Navne på dem, der begynder").fill("Ny Person\nbo opdigt <b>x</b>")
    panel.get_by_role("button", name="Sæt på holdet").click()
    expect(panel.get_by_text("bo opdigt <b>x</b> er allerede på holdet").first).to_be_visible()
    assert len(app.recorded(made.course_id)) == 0
    assert app.rows("SELECT count(*) FROM enrolment WHERE course_id = ?", made.course_id) == [(3,)]


def test_a_misspelt_name_is_corrected_in_list_roster_and_standing(app, open_record):
    made = a_planned_course(
        app.store, mentors=("Ana Prøvsen", BO), first_month=months_ahead(-5), title="Hold 7"
    )
    record(app, made, days(app, made)[0], {"Ana Prøvsen": "present", BO: "present"})
    page = open_record(made)
    panel = unfold(page, "Hvem er på holdet?")
    row_of(panel, "Ana Prøvsen").get_by_role("button", name="Navn og kontakt").click()
    panel.get_by_role("textbox", name=re.compile(r"^Navn\b")).fill(ANNA)
    panel.get_by_role("button", name="Gem navnet").click()
    receipt(page)
    expect(page.get_by_text(f"Navnet er nu {ANNA}.").first).to_be_visible()
    expect(page.get_by_role("combobox", name=f"{ANNA} Status")).to_be_visible()
    standing = unfold(page, EACH)
    expect(row_of(standing, ANNA)).to_be_visible()
    expect(row_of(unfold(page, "Hvem er på holdet?"), ANNA)).to_be_visible()
    expect(page.get_by_text("Ana Prøvsen")).to_have_count(0)


def test_all_five_statuses_are_kept_with_their_notes_and_counted_honestly(
    app, open_record, under_way
):
    page = open_record(under_way)
    mark(page, BO, "Meldt afbud", "Til lægen")
    mark(page, CILLE, "Udeblevet uden besked")
    mark(page, DAN, "På pause")
    mark(page, EVA, "Ikke begyndt endnu")
    all_present(page)
    receipt(page)
    statuses = {ANNA: "present", BO: "apology", CILLE: "absent", DAN: "paused"}
    assert app.recorded(under_way.course_id) == statuses | {EVA: "not_enrolled"}
    standing = unfold(page, EACH)
    expect(row_of(standing, ANNA)).to_contain_text("100 %")
    expect(row_of(standing, BO)).to_contain_text("100 %")
    expect(row_of(standing, CILLE)).to_contain_text("0 %")
    for not_counted in (DAN, EVA):
        expect(row_of(standing, not_counted)).to_contain_text("0 af 0")
        expect(row_of(standing, not_counted)).not_to_contain_text("%")
    unfold(page, DAY_BY_DAY)
    # The chart's finding: one of three places was taken, two of three kept the agreement.
    expect(page.get_by_role("figure", name=re.compile(r"\b1 .*af 3 .*33\s%"))).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile(r"67\s% .*2 .*af 3"))).to_be_visible()
    page = open_record(under_way)
    choose(page, "Dag", index=0)
    note = page.get_by_role("textbox", name=f"{BO} Bemærkning")
    expect(note).to_have_value("Til lægen")
    expect(page.get_by_role("textbox", name=f"{ANNA} Bemærkning")).to_have_value("")
    page.get_by_role("button", name="Gem fremmøde").click()
    receipt(page)
    assert app.rows(
        "SELECT attendance.note FROM attendance JOIN course_date ON course_date.id = course_date_id"
        " WHERE course_id = ? AND attendance.note IS NOT NULL", under_way.course_id,
    ) == [("Til lægen",)]  # fmt: skip


def test_whether_somebody_can_still_make_it_is_shown_by_the_rule_of_the_site(app, open_record):
    made = a_planned_course(app.store, mentors=MENTORS[:3], first_month=months_ahead(-2))
    first, second, *later = (day for day in days(app, made) if day.date <= TODAY)
    record(app, made, first, {ANNA: "present", BO: "absent", CILLE: "absent"})
    record(app, made, second, {ANNA: "present", BO: "present", CILLE: "apology"})
    for day in later:
        record(app, made, day, dict.fromkeys(MENTORS[:3], "present"))
    page = open_record(made)
    standing = unfold(page, EACH)
    expect(page.get_by_role("columnheader", name=REACHABLE)).to_have_count(0)
    panel = unfold(page, "Hvor mange dage skal der til")
    panel.get_by_label("Undervisningsdage, der skal til").fill("5")
    panel.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("columnheader", name=REACHABLE)).to_be_visible()
    expect(row_of(standing, ANNA).filter(has_text="ja")).to_be_visible()
    expect(row_of(standing, BO).filter(has_text="ja")).to_be_visible()
    expect(row_of(standing, CILLE)).to_contain_text("kun ved at indhente dage")
    expect(page.get_by_text(f"{CILLE}: kan kun nå det ved at indhente dage.")).to_be_visible()
    panel.get_by_label("Undervisningsdage, der skal til").fill("sytten")
    panel.get_by_role("button", name="Gem").click()
    expect(panel.get_by_text("Skriv et helt tal med cifre").first).to_be_visible()
    panel.get_by_label("Undervisningsdage, der skal til").fill("7")
    panel.get_by_role("button", name="Gem").click()
    expect(panel.get_by_text("Tallet skal være fra 1 til 6.").first).to_be_visible()
    panel.get_by_label("Undervisningsdage, der skal til").fill("")
    panel.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("columnheader", name=REACHABLE)).to_have_count(0)


def test_two_days_in_a_row_without_a_word_are_told(app, open_record, under_way):
    first = days(app, under_way)[0]
    sparring = days(app, under_way, "sparring")[0]
    record(app, under_way, first, {ANNA: "absent", BO: "absent", CILLE: "absent"})
    record(app, under_way, sparring, {ANNA: "present", BO: "absent", CILLE: "present"})
    page = open_record(under_way)
    expect(page.get_by_label("Dag", exact=True)).to_have_value("2")
    alert = page.get_by_text("to undervisningsdage i træk uden besked")
    expect(alert).to_have_count(0)
    mark(page, BO, "Udeblevet uden besked")
    mark(page, CILLE, "Meldt afbud")
    all_present(page)
    receipt(page)
    expect(alert).to_have_text(re.compile(f"{BO}: to undervisningsdage"))


def test_a_missed_day_is_made_up_for(app, open_record, under_way):
    first = days(app, under_way)[0]
    record(app, under_way, first, {ANNA: "present", BO: "absent", CILLE: "absent"})
    page = open_record(under_way)
    panel = unfold(page, "Har nogen indhentet en dag?")
    options = panel.get_by_label("Hvilken dag, og hvem?").get_by_role("option")
    expect(options.filter(has_text="–")).to_have_text([re.compile(BO), re.compile(CILLE)])
    panel.get_by_label("Hvilken dag, og hvem?").select_option(index=1)
    panel.get_by_label("Indhentet den").fill((first.date - DAY).isoformat())
    panel.get_by_label("Hvordan?").fill("Læste dagens ark")
    panel.get_by_role("button", name="Gem").click()
    expect(panel.get_by_text("Dagen er indhentet, før den blev holdt").first).to_be_visible()
    assert app.rows("SELECT count(*) FROM catch_up WHERE course_date_id = ?", first.id) == [(0,)]
    panel.get_by_label("Indhentet den").fill(TODAY.isoformat())
    panel.get_by_role("button", name="Gem").click()
    receipt(page)
    assert app.rows("SELECT how FROM catch_up WHERE course_date_id = ?", first.id) == [
        ("Læste dagens ark",)
    ]
    standing = unfold(page, EACH)
    expect(row_of(standing, BO).get_by_role("cell").nth(2)).to_have_text("1")
    # Whoever has made up for the day is no longer offered, and no draft of it either.
    expect(options.filter(has_text="–")).to_have_text(re.compile(CILLE))
    expect(page.get_by_role("button", name="Fortsæt")).to_have_count(0)
    panel.get_by_label("Hvilken dag, og hvem?").select_option(index=1)
    panel.get_by_label("Indhentet den").fill(TODAY.isoformat())
    panel.get_by_label("Hvordan?").fill("Talte det igennem")
    panel.get_by_role("button", name="Gem").click()
    expect(panel.get_by_text("Ingen mangler at indhente")).to_be_visible()
    receipt(panel)
    log = page.get_by_role("table", name="Indhentede dage")
    expect(log.get_by_role("rowheader")).to_have_text([BO, CILLE])
    row_of(log, BO).get_by_role("button", name="Tag det tilbage").click()
    page.get_by_role("button", name="Ja").click()
    expect(log.get_by_role("rowheader")).to_have_text([CILLE])
    expect(options.filter(has_text="–")).to_have_text(re.compile(BO))
    expect(row_of(standing, BO).get_by_role("cell").nth(2)).to_have_text("0")
