"""What they thought of it: paper in, figures out, a slip taken back, and the follow-up in time."""

from __future__ import annotations

import subprocess

import pytest
from playwright.sync_api import Locator, Page, expect

from builders import a_planned_course
from journeys import query
from peerbook.course.improvement import suggestion_records
from steps import TODAY, downloaded, months_ahead, receipt, record_of, sideways, tab

pytestmark = pytest.mark.app


@pytest.fixture
def under_way(app):
    """A course that began four months ago."""
    return a_planned_course(app.store, mentors=("Anna", "Bo"), first_month=months_ahead(-4))


@pytest.fixture
def over(app):
    """A course whose last teaching day was four to five months ago."""
    return a_planned_course(app.store, first_month=months_ahead(-9), title="Hold 9")


def sheets(app, made):
    return app.rows(
        "SELECT wave, extent, source, respondent_code FROM evaluation WHERE course_id = ?"
        " ORDER BY id",
        made.course_id,
    )


def open_pile(page: Page, sheet: str) -> None:
    tab(page, "Indtast")
    tab(page, "En bunke papir")
    page.get_by_role("radio", name=sheet).check()
    expect(page.get_by_role("textbox", name="Skema 1 Spørgsmål 1", exact=True)).to_be_visible()


def cell(page: Page, row: int, column: str):
    name = column if column == "Egen kode" else f"Spørgsmål {column}"
    return page.get_by_role("textbox", name=f"Skema {row} {name}", exact=True)


def test_a_pile_is_typed_by_number_and_a_wrong_sheet_taken_back(app, open_record, under_way, axe):
    page = open_record(under_way, tab="Evaluering")
    open_pile(page, "Kun tre spørgsmål")
    expect(cell(page, 1, "4")).to_have_count(0)
    # The first row stays empty: faults must find the cell in the row one sees.
    page.get_by_role("button", name="Tilføj en række").click()
    for row, answer in enumerate(("6", "4", "4", "5", "3"), start=2):
        expect(cell(page, row, "1")).to_be_focused()
        page.keyboard.type(answer)
        if row < 6:
            page.keyboard.press("Enter")
    cell(page, 2, "Egen kode").fill("Bo85")
    page.get_by_role("button", name="Gem bunken").click()
    for told in (
        "Spørgsmål 1: Svaret findes ikke på skalaen.",
        "Egen kode: Det er ikke en kode fra en strimmel",
    ):
        expect(page.get_by_role("link", name=f"Skema 2 – {told}")).to_be_visible()
    expect(cell(page, 2, "1")).to_have_attribute("aria-invalid", "true")
    expect(cell(page, 3, "1")).not_to_have_attribute("aria-invalid", "true")
    assert sheets(app, under_way) == []
    cell(page, 2, "1").fill("2")
    cell(page, 2, "3").fill("Mere kaffe")
    cell(page, 2, "Egen kode").fill("7k-3p")
    page.get_by_role("button", name="Gem bunken").click()
    kind, number = record_of(app, receipt(page))
    assert kind == "evaluation"
    listed_as = page.get_by_text(f"Skemaerne har nummer {number - 4} til {number}.")
    expect(listed_as.first).to_be_visible()
    tab(page, "Svarene")
    expect(page.get_by_text("Indtil nu: 5 skemaer ved midtvejsevaluering.")).to_be_visible()
    assert sheets(app, under_way) == [
        ("mid", "short", "pile", "7K3P"), *[("mid", "short", "pile", None)] * 4,
    ]  # fmt: skip

    page.get_by_role("button", name="Alle spørgsmål, ét for ét").click()
    table = page.get_by_role("table", name="Midtvejsevaluering")
    overall = table.get_by_role("row").filter(has_text="Hvordan er kurset for dig, alt i alt?")
    expect(overall).to_contain_text("3,6 (5 svar)")
    not_asked = table.get_by_role("row").filter(has_text="Øvelserne hjælper mig med at lære.")
    expect(not_asked).to_contain_text("ingen svar")
    page.get_by_role("button", name="Med deres egne ord").click()
    expect(page.get_by_text("vises, når mindst 5 har skrevet")).to_be_visible()
    assert axe(page) == []

    tab(page, "Indtast")
    tab(page, "Gemte skemaer")
    listed = page.get_by_role("table", name="Gemte skemaer, det seneste først")
    expect(listed.locator("tbody tr")).to_have_count(5)
    expect(listed).not_to_contain_text("kaffe")
    page.get_by_role("button", name=f"Slet skemaet – {number}").click()
    expect(page.get_by_text("Svarene på det og forslag fra det går tabt")).to_be_visible()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(
        page.get_by_role("paragraph").filter(has_text=f"Skema nummer {number} er slettet.")
    ).to_be_visible()
    expect(listed.locator("tbody tr")).to_have_count(4)
    tab(page, "Svarene")
    expect(page.get_by_text("Svarene vises, når mindst 5 har svaret")).to_be_visible()
    tab(page, "I sagde – vi gjorde")
    expect(page.get_by_text("1 forslag fra skemaerne er gemt, men vises ikke")).to_be_visible()
    expect(page.get_by_text("Mere kaffe")).to_have_count(0)
    assert len(sheets(app, under_way)) == 4


def expect_an_empty_sheet(page: Page) -> None:
    """The screen shows nothing of what anybody answered to the three questions."""
    expect(page.get_by_text("Spørgsmål 1 af 3")).to_be_visible()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    written = page.get_by_role("tabpanel").last.get_by_role("textbox", include_hidden=True)
    assert {box.input_value() for box in written.all()} <= {""}


def test_whoever_stops_before_the_end_leaves_nothing_on_the_screen(app, open_record, under_way):
    page = open_record(under_way, tab="Evaluering")
    tab(page, "Indtast")
    tab(page, "Kun tre spørgsmål")
    page.get_by_role("radio", name="4").check()
    page.get_by_role("button", name="Videre").click()
    # Another tab does not empty it, so that nothing is lost by a slip; this button does.
    tab(page, "Gemte skemaer")
    tab(page, "Kun tre spørgsmål")
    page.get_by_role("button", name="Tøm skemaet uden at gemme").click()
    expect(page.get_by_text("Skærmen er tom.").first).to_be_visible()
    expect_an_empty_sheet(page)
    page.get_by_role("button", name="Gem og stop her").click()
    expect(page.get_by_text("Der er ikke svaret på noget, og intet er gemt.").first).to_be_visible()
    expect(page.get_by_text("Der er noget at rette")).to_have_count(0)
    assert sheets(app, under_way) == []


def asked_for(start: Page, site: str) -> Locator:
    """Return where the front page asks for the follow-up of a site's course, be it folded."""
    expect(start.get_by_role("heading", name="De næste seks uger")).to_be_visible()
    for folded in start.get_by_role("button", name="Se holdene").all():
        folded.click()
    expect(start.locator("[aria-busy=true]")).to_have_count(0)
    alone = start.get_by_text("Hold 9: Der er tid til opfølgningen til")
    listed = start.get_by_role("table", name="Print og indtast opfølgningen på holdets egen side")
    return listed.get_by_role("row").filter(has_text=site).or_(alone)


def test_the_follow_up_is_asked_for_in_time_entered_and_no_longer_asked_for(
    app, guest, open_record, over
):
    start = guest.open(app.server, "start", query(site=over.site))
    expect(asked_for(start, over.site).first).to_be_visible()
    page = open_record(over, tab="Evaluering")
    expect(page.get_by_text("Det er tid til at spørge, hvad de bruger fra kurset.")).to_be_visible()
    tab(page, "Indtast")
    page.get_by_label("Hvilken evaluering?").select_option(label="Opfølgning")
    chosen = page.get_by_role("status").filter(has_text="Siden viser nu det, du valgte.")
    expect(chosen).to_have_count(1)
    tab(page, "Kun tre spørgsmål")
    expect(page.get_by_text("Spørgsmål 1 af 3")).to_be_visible()
    expect(page.get_by_text("Tag den tid, du har brug for")).to_be_visible()
    page.get_by_role("radio", name="4").check()
    for _question in range(3):
        page.get_by_role("button", name="Videre").click()
    expect(page.get_by_text("Til sidst")).to_be_visible()
    page.get_by_role("button", name="Gem skemaet").click()
    receipt(page)
    # The next at the same screen stops at once, and leaves the first answer only.
    expect(page.get_by_text("Spørgsmål 1 af 3")).to_be_visible()
    expect(page.get_by_role("radio", name="4")).not_to_be_checked()
    page.get_by_role("radio", name="2").check()
    page.get_by_role("button", name="Videre").click()
    page.get_by_role("button", name="Gem og stop her").click()
    gone = "Svarene er ikke længere på skærmen. Skemaet ligger under »Gemte skemaer« som nummer"
    expect(page.get_by_text(gone).first).to_be_visible()
    expect_an_empty_sheet(page)
    tab(page, "Svarene")
    expect(page.get_by_text("Indtil nu: 2 skemaer ved opfølgning.")).to_be_visible()
    expect(page.get_by_text("Det er tid til at spørge")).to_have_count(0)
    assert sheets(app, over) == [("follow_up", "short", "typed", None)] * 2
    assert app.rows("SELECT form FROM draft WHERE form LIKE '%:follow_up:%'") == []
    start = guest.open(app.server, "start", query(site=over.site))
    expect(asked_for(start, over.site)).to_have_count(0)


def test_equal_suggestions_get_one_answer_and_a_no_takes_a_reason_only(app, open_record, over):
    with app.store.write("Leder") as session:
        for text in ("Længere pauser", "Mere kaffe", "længere  pauser", "Parkering"):
            suggestion_records.save_suggestion(session, over.course_id, text, TODAY)
    page = open_record(over, tab="I sagde – vi gjorde")
    page.get_by_role("button", name="Svar – Længere pauser", exact=True).click()
    # The form stands where the list stood, and the reader is there.
    expect(page.get_by_role("heading", name="Svar på et forslag")).to_be_in_viewport()
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="længere pauser")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Mere kaffe")).not_to_be_checked()
    page.get_by_role("checkbox", name="Mere kaffe").check()
    page.get_by_role("radio", name="Det gør vi").check()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_role("link", name="Skriv, hvem der tager sig af det.")).to_be_visible()
    page.get_by_role("textbox", name="Hvem tager sig af det?").fill("Anna")
    page.get_by_role("button", name="Gem svaret").click()
    receipt(page)
    rows = page.get_by_role("rowheader")
    expect(rows).to_have_text(["Parkering", "længere pauser", "Længere pauser", "Mere kaffe"])

    page.get_by_role("button", name="Svar – Parkering").click()
    page.get_by_role("radio", name="Det kan ikke lade sig gøre").check()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_role("link", name="Skriv hvorfor ikke")).to_be_visible()
    page.get_by_role("textbox", name="Hvad gjorde vi").fill("Pladsen er ikke vores.")
    page.get_by_role("button", name="Gem svaret").click()
    receipt(page)
    refused = page.get_by_role("row").filter(has_text="Parkering")
    expect(refused).to_contain_text("Det kan ikke lade sig gøre")
    assert app.rows(
        "SELECT d.outcome, d.owner, d.what_we_did FROM decision d JOIN suggestion s"
        " ON s.id = d.suggestion_id WHERE s.course_id = ? ORDER BY s.id",
        over.course_id,
    ) == [("do", "Anna", "")] * 3 + [("no", "", "Pladsen er ikke vores.")]  # fmt: skip


def test_forms_and_codes_are_printed(open_record, under_way):
    page = open_record(under_way, tab="Evaluering")
    tab(page, "Indtast")
    for button, most in (("Hele skemaet", 2), ("Tre spørgsmål med store", 1), ("Koder til", 1)):
        data = downloaded(page, button)
        read = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
        assert 1 <= read.stdout.decode().count("\f") <= most
        assert "Spring 2027" in read.stdout.decode()
        assert "Anna" not in read.stdout.decode()


def test_the_page_fits_a_telephone(open_record, under_way):
    page = open_record(under_way, tab="Evaluering")
    page.set_viewport_size({"width": 375, "height": 800})
    tab(page, "Indtast")
    for name in ("På papir", "Ét skema", "Kun tre spørgsmål", "En bunke papir", "Gemte skemaer"):
        tab(page, name)
        assert sideways(page) <= 0, name
