"""Heads are counted at the café, corrected, and tell how many to make coffee for."""

from __future__ import annotations

import datetime as dt
import subprocess

import pytest
from playwright.sync_api import Locator, Page, expect

from builders import a_site
from journeys import query
from steps import TODAY, downloaded, receipt, row_of, sideways, unfold

pytestmark = pytest.mark.app


@pytest.fixture
def site(app):
    return a_site(app.store)


def weeks_ago(count: int) -> dt.date:
    return TODAY - dt.timedelta(weeks=count)


def kept(app, site):
    return app.rows(
        "SELECT occasion, date, people FROM head_count WHERE site_id = ? ORDER BY date", site[0]
    )


def day_of(page: Page, row: int) -> Locator:
    # A date has no role by which it could be found.
    return row_of(page, f"Optælling {row}").locator("input[type=date]")


def people_of(page: Page, row: int) -> Locator:
    return page.get_by_role("textbox", name=f"Optælling {row} Hvor mange kom?")


def fill(page: Page, row: int, day: dt.date, people: str, occasion: str = "Café") -> None:
    day_of(page, row).fill(day.isoformat())
    page.get_by_role("combobox", name=f"Optælling {row} Hvad var det?").select_option(
        label=occasion
    )
    people_of(page, row).fill(people)


def test_counts_are_entered_at_once_corrected_and_tell_what_to_expect(app, guest, site, axe):
    page = guest.open(app.server, "head_count", query(site=site[1]))
    expect(page.get_by_text("Der er ikke talt noget endnu.")).to_be_visible()
    expect(day_of(page, 1)).to_have_value(TODAY.isoformat())
    page.get_by_role("button", name="Tilføj en række").click()
    fill(page, 1, weeks_ago(2), "9")
    fill(page, 2, weeks_ago(1), "12")
    page.get_by_role("button", name="Gem optællingen").click()
    receipt(page)
    expected = page.get_by_role("table", name="Hvor mange der skal være kaffe til")
    expect(expected).to_contain_text("for få endnu")
    expect(expected).to_contain_text("2 gange")

    # Twice on one day is refused in its own row, and nothing of the list is saved.
    fill(page, 1, weeks_ago(3), "30", "Informationsmøde")
    page.get_by_role("button", name="Tilføj en række").click()
    fill(page, 2, weeks_ago(1), "8")
    page.get_by_role("button", name="Gem optællingen").click()
    expect(day_of(page, 2)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("er allerede talt: 12").first).to_be_visible()
    assert len(kept(app, site)) == 2
    fill(page, 2, TODAY + dt.timedelta(days=1), "8")
    page.get_by_role("button", name="Gem optællingen").click()
    expect(page.get_by_text("Datoen kan senest være").first).to_be_visible()
    fill(page, 2, TODAY, "7")
    page.get_by_role("button", name="Gem optællingen").click()
    receipt(page)
    row = expected.locator("tbody tr")
    expect(row).to_contain_text("9")
    expect(row).to_contain_text("7 og 12")
    expect(row).to_contain_text("3 gange")
    assert axe(page) == []

    # A slip is put right, and a count that never was goes.
    unfold(page, "Ret en optælling")
    page.get_by_role("button", name="Ret – ").first.click()
    expect(page.get_by_role("heading", name="Ret optællingen fra")).to_be_visible()
    page.get_by_role("textbox", name="Hvor mange kom? (skal udfyldes)", exact=True).fill("17")
    page.get_by_role("button", name="Gem", exact=True).click()
    expect(row).to_contain_text("9 og 17")
    unfold(page, "Ret en optælling")
    page.get_by_role("button", name="Ret – ").first.click()
    page.get_by_role("button", name="Slet optællingen").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(row).to_contain_text("for få endnu")
    page.get_by_role("radio", name="Informationsmøde").check()
    expect(page.get_by_text("Der kom 30 den ene gang, der er talt.")).to_be_visible()
    assert [(occasion, people) for occasion, _day, people in kept(app, site)] == [
        ("info_meeting", 30), ("cafe", 9), ("cafe", 12),
    ]  # fmt: skip


def test_the_figures_turn_to_what_was_just_counted(app, guest, site):
    page = guest.open(app.server, "head_count", query(site=site[1]))
    fill(page, 1, TODAY, "14", "Informationsmøde")
    page.get_by_role("button", name="Gem optællingen").click()
    receipt(page)
    expect(page.get_by_role("radio", name="Informationsmøde")).to_be_checked()
    expect(page.get_by_text("Der kom 14 den ene gang, der er talt.")).to_be_visible()
    # Where the occasion shown was counted too, it stays.
    fill(page, 1, weeks_ago(1), "15", "Informationsmøde")
    page.get_by_role("button", name="Tilføj en række").click()
    fill(page, 2, TODAY, "9")
    page.get_by_role("button", name="Gem optællingen").click()
    expect(page.get_by_text("De seneste 2 gange kom der fra 14 til 15")).to_be_visible()
    expect(page.get_by_role("radio", name="Informationsmøde")).to_be_checked()


def test_the_page_fits_a_telephone(app, guest, site):
    page = guest.open(app.server, "head_count", query(site=site[1]))
    page.set_viewport_size({"width": 375, "height": 800})
    expect(people_of(page, 1)).to_be_visible()
    assert sideways(page) <= 0
    # Label above field, in the card of its row.
    cells = row_of(page, "Optælling 1").get_by_role("cell")
    shown = cells.evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert shown[:3] == ['"Dato"', '"Hvad var det?"', '"Hvor mange kom?"']


def test_the_form_for_the_day_is_printed_like_the_others(app, guest, site):
    page = guest.open(app.server, "head_count", query(site=site[1]))
    unfold(page, "Et skema til at printe: Hvordan var det i dag?")
    for button, pages in (("Hele skemaet", 2), ("Tre spørgsmål med store", 1)):
        data = downloaded(page, button)
        read = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
        text = read.stdout.decode()
        assert 1 <= text.count("\f") <= pages
        assert "Hvordan var det at være med i dag?" in " ".join(text.split())
        assert site[1] in text
        assert "Egen kode" not in text
