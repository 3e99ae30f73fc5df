"""Somebody asks, comes for a cup of coffee, joins, and it is seen what brought them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from builders import a_site, assert_sound
from journeys import query
from steps import TODAY, receipt, tab, turn_to, unfold

pytestmark = pytest.mark.app

NAME = "Hanne Opdigtsen"
"""Invented."""


@pytest.fixture
def site(app):
    return a_site(app.store)


def shown(page: Page) -> Locator:
    return page.locator("[role=tabpanel]:visible")


def ask(page: Page, channel: str, name: str = "") -> None:
    form = shown(page)
    form.get_by_label("Hvor hørte de først om det?").select_option(label=channel)
    if name:
        form.get_by_label("Navn").fill(name)
    form.get_by_role("button", name="Gem henvendelsen").click()


def open_row(page: Page, name: str) -> None:
    row = shown(page).get_by_role("row").filter(has_text=name)
    row.get_by_role("button", name=re.compile("^Åbn")).click()


def test_from_the_first_call_to_taking_part(app, guest, site, axe):
    page = guest.open(app.server, "recruitment", query(site=site[1]))
    ask(page, "Opslag", NAME)
    receipt(page)
    ask(page, "Avis eller blad")
    expect(page.get_by_text("2 henvendelser, den seneste øverst")).to_be_visible()

    # The same name again is asked about, and what was typed stays.
    ask(page, "Opslag", NAME)
    expect(page.get_by_text(f"I kender allerede en, der hedder {NAME}").first).to_be_visible()
    assert len(app.rows("SELECT id FROM enquiry WHERE site_id = ?", site[0])) == 2
    shown(page).get_by_label("Det er en, vi kender").check()
    page.get_by_role("button", name="Gem henvendelsen").click()
    expect(page.get_by_text("3 henvendelser, den seneste øverst")).to_be_visible()
    assert len(app.rows("SELECT code FROM participant WHERE site_id = ?", site[0])) == 1

    tab(page, "Samtaler")
    open_row(page, NAME)
    day = shown(page).locator("input[type=date]").first
    day.fill((TODAY - dt.timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Gem samtalen").click()
    expect(page.get_by_text("Den dag er gået.").first).to_be_visible()
    day.fill((TODAY + dt.timedelta(days=1)).isoformat())
    shown(page).get_by_label("Hvor?").fill("Foreningernes Hus")
    page.get_by_role("button", name="Gem samtalen").click()
    expect(page.get_by_text("Samtale aftalt").first).to_be_visible()

    held = unfold(page, "I har talt sammen")
    held.get_by_label("Hvordan man melder afbud").check()
    held.get_by_label("Hvad fik dem til at komme?").select_option(label="En, der selv er med")
    held.get_by_label("Hvad vil de gerne nå?").fill("Ud at gå")
    held.get_by_role("button", name="Gem samtalen").click()
    expect(page.get_by_text("I talte sammen").first).to_be_visible()

    form = shown(page)
    form.get_by_label("Vil være med", exact=True).check()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("Vælg, om de er med som peer eller mentor.").first).to_be_visible()
    form.get_by_label("Hvis ja: Som hvad?").select_option(label="Som peer")
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("Vil være med, som peer").first).to_be_visible()
    page.get_by_role("button", name="Tag svaret tilbage").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_text("Det er taget tilbage.").first).to_be_visible()
    expect(page.get_by_role("button", name="Tag svaret tilbage")).to_have_count(0)
    assert axe(page) == []
    form.get_by_label("Vil være med", exact=True).check()
    form.get_by_label("Hvis ja: Som hvad?").select_option(label="Som peer")
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("Vil være med, som peer").first).to_be_visible()

    tab(page, "Hvad virker?")
    funnel = page.get_by_role("table", name="Hvor langt folk kom, efter hvordan de fandt jer")
    row = funnel.get_by_role("row").filter(has_text="Opslag")
    expect(row).to_contain_text("1 af 1")
    assert axe(page) == []
    turn_to(page, "det, der fik dem til at komme")
    expect(funnel.get_by_role("row").filter(has_text="En, der selv er med")).to_contain_text(
        "1 af 1"
    )
    assert_sound(app.store)


def test_name_and_telephone_are_corrected_and_money_is_read_as_it_is_written(app, guest, site, axe):
    page = guest.open(app.server, "recruitment", query(site=site[1]))
    ask(page, "Opslag", NAME)
    receipt(page)
    row = shown(page).get_by_role("row").filter(has_text=NAME)
    row.get_by_role("button", name=re.compile("^Ret")).click()
    person = shown(page).locator("form").last
    expect(person.get_by_label("Navn")).to_have_value(NAME)
    person.get_by_label("Navn").fill("Hanne Opdigtgaard")
    person.get_by_label("Telefon").fill("1234")
    person.get_by_role("button", name="Gem navn og kontakt").click()
    expect(page.get_by_text("»1234« er ikke et telefonnummer").first).to_be_visible()
    person.get_by_label("Telefon").fill("22334455")
    assert axe(page) == []
    person.get_by_role("button", name="Gem navn og kontakt").click()
    expect(shown(page).get_by_role("row").filter(has_text="Hanne Opdigtgaard")).to_be_visible()

    tab(page, "Hvad virker?")
    form = unfold(page, "Tid og penge brugt på at nå ud")
    form.get_by_label("For at nå ud hvordan?").select_option(label="Opslag")
    form.get_by_label("Hvad blev gjort?").fill("Trykt foldere")
    form.get_by_label("Udgift").fill("1.200,50 kr.")
    form.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("Skriv hele kroner uden øre").first).to_be_visible()
    form.get_by_label("Udgift").fill("1.200 kr.")
    form.get_by_role("button", name="Gem").click()
    done = page.get_by_role("table", name="Hvad der er gjort, det seneste øverst")
    expect(done).to_contain_text("1.200")
    assert_sound(app.store)


def test_an_article_of_tomorrow_is_refused_and_a_place_is_visited(app, guest, site):
    page = guest.open(app.server, "recruitment", query(site=site[1]))
    tab(page, "Presse")
    form = unfold(page, "Skriv en ny op")
    form.get_by_label("Hvor var det?").fill("Ugeavisen")
    form.locator("input[type=date]").fill((TODAY + dt.timedelta(days=1)).isoformat())
    form.get_by_role("button", name="Gem").click()
    expect(form.locator("input[type=date]")).to_have_attribute("aria-invalid", "true")
    form.locator("input[type=date]").fill((TODAY - dt.timedelta(days=3)).isoformat())
    form.get_by_role("button", name="Gem").click()
    expect(page.get_by_text(re.compile("vent til")).first).to_be_visible()

    tab(page, "Besøg")
    form = unfold(page, "Et nyt sted")
    form.get_by_label("Hvad hedder stedet?").fill("Afdeling Nord")
    form.get_by_label("Hver så mange måneder").fill("3")
    form.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("1 sted skal besøges nu.")).to_be_visible()
    open_row(page, "Afdeling Nord")
    page.get_by_role("button", name="Gem besøget").click()
    expect(page.get_by_text(re.compile(r"Hver 3\. måned\. Næste gang fra")).first).to_be_visible()
    page.get_by_role("button", name="Tilbage til listen").first.click()
    expect(page.get_by_text("Der er ingen besøg lige nu.")).to_be_visible()
