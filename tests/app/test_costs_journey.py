"""A head of department estimates what a programme costs, step by step, and takes it along."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from assessment_cases import VEJLE, filled, said
from builders import a_site, assert_sound
from journeys import query
from peerbook.costs import assessment_records
from peerbook.costs.assessment import place_of
from peerbook.costs.case import STARTED, estimate
from peerbook.costs.model import load_models
from peerbook.text import format_number
from steps import TODAY, choose, downloaded, row_of, sideways, tab, unfold

pytestmark = pytest.mark.app

GUIDES = next(one for one in load_models() if one.id == "peer_guide")


@pytest.fixture
def site(app):
    return a_site(app.store)


def kept(app, site):
    with app.store.read() as session:
        return assessment_records.assessments(session, site[0])


def begun(app, site, made):
    with app.store.write("leader") as session:
        assessment_records.begin(session, site[0], made, TODAY)


def opened(app, guest, site, step):
    page = guest.open(app.server, "costs", query(site=site[1]))
    page.get_by_role("button", name=re.compile("^Åbn")).first.click()
    tab(page, step)
    return page


def shown(page: Page):
    return page.locator("[role=tabpanel]:visible")


def fill(page: Page, question: str, **values: str) -> None:
    row = page.get_by_role("row").filter(has_text=question)
    for column, value in values.items():
        row.get_by_label(re.compile(column)).fill(value)


def pick(place: Locator, question: str, answer: str) -> None:
    place.get_by_label(re.compile(re.escape(question))).select_option(label=answer)


def test_what_is_typed_of_the_figures_stays_while_the_team_is_saved(app, guest, site):
    begun(app, site, filled())
    page = opened(app, guest, site, "3 Ressourceforbrug")
    fill(page, "Hvor mange forløb begynder", Tal="77")
    expect(page.get_by_text(re.compile("^Kladde gemt"))).to_be_visible()
    tab(page, "6 Resultat")
    expect(shown(page).get_by_text(re.compile("ikke gemt.*3 Ressourceforbrug"))).to_be_visible()
    tab(page, "2 Teams")
    panel = shown(page)
    for label, value in (
        ("Hvad er de?", "Leder"), ("Timer om ugen til dette", "5"),
        ("Løn for et fuldt år", "500.000"), ("Pension, feriepenge", "18"),
        ("Lokaler, ledelse", "0"), ("Timer til opgaven", "1400"), ("I hvilket års priser?", "2026"),
        ("Hvor er det fra?", "Opdigtet"),
    ):  # fmt: skip
        panel.get_by_label(re.compile(re.escape(label))).first.fill(value)
    pick(panel, "Hvilken timepris er det?", "Hvad koster en time for en koordinator?")
    panel.get_by_role("button", name="Gem", exact=True).first.click()
    expect(panel.get_by_role("cell", name="Leder")).to_be_visible()
    tab(page, "3 Ressourceforbrug")
    row = page.get_by_role("row").filter(has_text="Hvor mange forløb begynder")
    expect(row.get_by_label(re.compile("Tal"))).to_have_value("77")
    expect(shown(page).locator(".pb-offer")).to_have_count(0)
    expect(page.get_by_text("Disse kommer fra teamet i trin 2", exact=False)).to_be_visible()
    page.get_by_role("button", name="Gem tallene").click()
    expect(shown(page).get_by_text(re.compile("^Gemt kl"))).to_be_visible()
    (one,) = kept(app, site)
    assert one.assessment.figures[STARTED].value == 77


def test_an_estimate_is_begun_and_filled_in_by_its_steps(app, guest, site, axe):
    page = guest.open(app.server, "costs", query(site=site[1]))
    page.get_by_label("Hvad kalder I det?").fill("Tre år")
    page.get_by_role("checkbox", name=re.compile("^Frivillige peer-mentorer i Vejle")).check()
    assert axe(page) == []
    page.get_by_role("button", name="Begynd", exact=True).click()
    expect(page.get_by_role("heading", name="Tre år")).to_be_visible()

    tab(page, "2 Teams")
    panel = shown(page)
    for label, value in (
        ("Hvad er de?", "Koordinator"), ("Timer om ugen til dette", "15"),
        ("Løn for et fuldt år", "420.000"), ("Pension, feriepenge", "18"),
        ("Lokaler, ledelse", "0"), ("Timer til opgaven", "2.000"),
        ("I hvilket års priser?", "2026"), ("Hvor er det fra?", "Lønkontoret"),
        ("Hvornår blev det slået op?", TODAY.isoformat()),
    ):  # fmt: skip
        panel.get_by_label(re.compile(re.escape(label))).first.fill(value)
    pick(panel, "Hvilken timepris er det?", "Hvad koster en time for en koordinator?")
    panel.get_by_role("button", name="Gem", exact=True).first.click()
    expect(panel.get_by_text("1.924").last).to_be_visible()
    panel.get_by_label(re.compile("Timer til opgaven")).fill("1.400")
    panel.get_by_role("button", name="Gem", exact=True).first.click()
    expect(panel.get_by_text("354,00 kr.")).to_be_visible()
    assert axe(page) == []

    tab(page, "3 Ressourceforbrug")
    fill(page, "Hvor mange forløb begynder", Tal="-4")
    page.get_by_role("button", name="Gem tallene").click()
    expect(shown(page).locator(".pb-fault:visible").first).to_be_visible()
    fill(page, "Hvor mange forløb begynder", Tal="12", Mindst="8")
    page.get_by_role("button", name="Gem tallene").click()
    expect(page.get_by_text("Skriv både det mindste og det højeste").first).to_be_visible()
    fill(page, "Hvor mange forløb begynder", **{"Højst": "16"})
    page.get_by_role("button", name="Gem tallene").click()
    expect(page.get_by_text("Skriv, hvor tallet er fra.").first).to_be_visible()
    told = shown(page).get_by_text(re.compile(r"^Her mangler \d+ tal"))
    left = int(re.findall(r"\d+", told.inner_text())[0])
    fill(page, "Hvor mange forløb begynder", **{"Hvor fra": "Vores plan"})
    page.get_by_role("button", name="Gem tallene").click()
    expect(shown(page).get_by_text(re.compile("^Gemt kl"))).to_be_visible()
    expect(told).to_have_text(f"Her mangler {left - 1} tal.")
    assert axe(page) == []

    tab(page, "6 Resultat")
    expect(page.get_by_text(re.compile(r"\d+ tal mangler eller er forkerte"))).to_be_visible()
    expect(page.get_by_role("button", name="Hent det som regneark")).to_have_count(0)
    assert axe(page) == []
    (one,) = kept(app, site)
    assert one.assessment.figures[STARTED].value == 12
    assert one.assessment.case(VEJLE).figures["coordinator_wage"].value == 354
    assert_sound(app.store)


def test_who_pays_is_chosen_and_no_longer_an_assumption(app, guest, site, axe):
    begun(app, site, filled())
    page = opened(app, guest, site, "6 Resultat")
    payers = shown(page).get_by_role("table", name=re.compile("^Hvem der betaler og giver"))
    expect(payers.get_by_role("columnheader", name=re.compile("antaget"))).to_be_visible()
    tab(page, "3 Ressourceforbrug")
    unfold(page, f"Hvem betaler for {VEJLE.title}?")
    panel = shown(page)
    expect(panel.get_by_text("Vi antager: Kommunen.")).to_be_visible()
    pick(panel, "Hvem betaler det?", "Regionen")
    pick(row_of(page, "Kaffesamtaler"), "Hvem betaler", "Staten")
    assert axe(page) == []
    panel.get_by_role("button", name="Gem, hvem der betaler").click()
    expect(panel.get_by_text(re.compile("^Gemt kl"))).to_be_visible()
    (one,) = kept(app, site)
    assert one.assessment.payers == {VEJLE.id: "region", f"{VEJLE.id}.talks": "state"}
    tab(page, "6 Resultat")
    expect(payers.get_by_role("row").filter(has_text="Staten")).to_have_count(1)
    expect(payers.get_by_text("Kommunen")).to_have_count(0)
    expect(payers.get_by_role("columnheader", name=re.compile("antaget"))).to_have_count(0)
    assert axe(page) == []
    assert_sound(app.store)


def test_a_result_is_told_side_by_side_and_taken_along(app, guest, site, axe):
    made = filled((GUIDES, VEJLE))
    begun(app, site, made)
    page = opened(app, guest, site, "6 Resultat")
    expect(page.get_by_text(re.compile("Et eksempel, ikke et resultat"))).to_be_visible()
    beside = page.get_by_role("table", name=re.compile("^Modellerne ved siden af hinanden"))
    for model in (GUIDES, VEJLE):
        paid = estimate(made.case(model))
        expect(row_of(beside, model.title)).to_contain_text(format_number(paid.total()))
    expect(page.get_by_text("Der er ingen resultatdata endnu", exact=False).first).to_be_visible()
    expect(page.get_by_text("Intet tal har et mindst og et højst.", exact=False)).to_be_visible()
    choose(page, "Én model ad gangen", label=VEJLE.title)
    worth = estimate(made.case(VEJLE)).total("volunteer")
    page.get_by_role("radio", name="Det, det ville koste i løn").check(force=True)
    expect(page.get_by_text(f"Deres tid tæller som {format_number(worth)}")).to_be_visible()
    assert axe(page) == []
    with page.expect_download() as begun_download:
        page.get_by_role("button", name="Tallene til SØM (CSV)").click()
    assert begun_download.value.suggested_filename.startswith("omkostninger-")
    book = openpyxl.load_workbook(io.BytesIO(downloaded(page, "Hent det som regneark")))
    assert "Til SØM" in book.sheetnames
    assert book["Resultat"]["B4"].data_type == "f"
    page.set_viewport_size({"width": 375, "height": 800})
    assert sideways(page) <= 0
    assert axe(page) == []


def test_ranges_are_drawn_and_a_grant_changes_the_result_at_once(app, guest, site, axe):
    varied = {
        STARTED: said("count", 12),
        place_of(VEJLE, "pair_hours"): said("hours_each", 9),
    }
    begun(app, site, filled(figures=varied))
    page = opened(app, guest, site, "3 Ressourceforbrug")
    fill(page, "Hvor mange forløb begynder", Mindst="8", **{"Højst": "16"})
    page.get_by_role("button", name="Gem tallene").click()
    expect(shown(page).get_by_text(re.compile("^Gemt kl"))).to_be_visible()
    tab(page, "6 Resultat")
    expect(page.get_by_text("95 af 100 trækninger", exact=False).first).to_be_visible()
    expect(page.get_by_text("betyder mest", exact=False).first).to_be_visible()
    assert axe(page) == []
    tab(page, "4 Tilskud")
    unfold(page, "Tilføj et tilskud eller en gave")
    panel = shown(page)
    panel.get_by_label(re.compile("^Hvad er det?")).fill("En fond")
    pick(panel, "Penge eller en gave?", "Et tilskud")
    panel.get_by_label(re.compile("Hvor mange kroner?")).fill("25.000")
    pick(panel, "Hvornår?", "Hvert år")
    pick(panel, "Hvem giver det?", "En forening eller fond")
    panel.get_by_label(re.compile("I hvilket års priser?")).fill("2026")
    panel.get_by_label(re.compile("Hvor er det fra?")).fill("Bevillingen")
    panel.get_by_label(re.compile("Hvornår blev det slået op?")).fill(TODAY.isoformat())
    panel.get_by_role("button", name="Gem", exact=True).click()
    expect(page.get_by_role("table", name="Tilskud og gaver")).to_contain_text("En fond")
    tab(page, "5 Sparet")
    unfold(page, "Tilføj noget, der spares")
    expect(shown(page).get_by_label(re.compile("^Hvem sparer det?"))).to_be_visible()
    tab(page, "6 Resultat")
    by_year = page.get_by_role("table", name=re.compile("^Kroner efter kategori"))
    expect(row_of(by_year, "Et tilskud")).to_contain_text("75.000")
    assert_sound(app.store)


def test_hours_are_enough_for_so_many_pairs_and_the_record_fills_figures(app, guest, site, axe):
    begun(app, site, filled())
    page = opened(app, guest, site, "Antal par")
    page.get_by_label(re.compile("Medarbejdertimer om ugen i alt")).fill("15")
    page.get_by_label(re.compile("Timer til opgaven")).fill("1924")
    page.get_by_role("button", name="Regn det ud").click()
    expect(page.get_by_text("De fleste timer går til", exact=False)).to_be_visible()
    assert axe(page) == []
    tab(page, "Opfølgning")
    expect(page.get_by_text("Der er ikke noteret noget de sidste 12 måneder.")).to_be_visible()
    assert axe(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    assert sideways(page) <= 0


def test_a_copy_is_changed_alone_and_what_is_deleted_is_gone(app, guest, site):
    begun(app, site, filled())
    page = opened(app, guest, site, "1 Indsats")
    unfold(page, "Kopiér eller slet")
    page.get_by_role("button", name="Lav en kopi").click()
    expect(page.get_by_role("heading", name="Opdigt (kopi)")).to_be_visible()
    years = page.get_by_label(re.compile("Hvor mange år tæller med?"))
    years.fill("5")
    page.get_by_role("button", name="Gem", exact=True).first.click()
    expect(shown(page).get_by_text(re.compile("^Gemt kl"))).to_be_visible()
    assert {one.assessment.title: one.assessment.years for one in kept(app, site)} == {
        "Opdigt": 3, "Opdigt (kopi)": 5,
    }  # fmt: skip
    unfold(page, "Kopiér eller slet")
    page.get_by_role("button", name="Slet skønnet").click()
    page.get_by_role("button", name="Ja").click()
    expect(page.get_by_text("Opdigt (kopi)")).to_have_count(0)
    assert [one.assessment.title for one in kept(app, site)] == ["Opdigt"]
