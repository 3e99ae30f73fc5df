"""A leader lets a colleague in, who opens what is hers and nothing else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app_under_test import Server
from builders import GOOD_PASSWORD, a_planned_course, open_store
from peerbook.paths import product_folder
from steps import way_to

pytestmark = pytest.mark.app

CODE = re.compile(r"Startkode: ((?:\w{4}-){3}\w{4})")


@pytest.fixture(scope="module")
def house(tmp_path_factory, start_server) -> Server:
    data = tmp_path_factory.mktemp("users")
    with open_store(data) as store:
        a_planned_course(store)
    return start_server(product_folder("workbooks"), data=data)


def make_user(page: Page, name: str, shown: str, role: str) -> str:
    """Fill in the form for a new user, and return the code to begin with."""
    page.get_by_label("Loginnavn").fill(name)
    page.get_by_label("Navn, som kolleger ser").fill(shown)
    page.get_by_label("Rolle").select_option(label=role)
    page.get_by_role("button", name="Opret login").click()
    told = page.get_by_text(CODE).first
    expect(told).to_be_visible()
    return CODE.search(told.inner_text())[1]


def begin(page: Page, server: Server, name: str, code: str) -> None:
    """Log in for the first time: with the start code, and a password of one's own."""
    page.goto(f"{server.address}login")
    page.get_by_label("Loginnavn").fill(name)
    page.get_by_label("Adgangskode", exact=True).first.fill(code)
    page.get_by_role("button", name="Log ind").first.click()
    page.get_by_label("Ny adgangskode").fill(GOOD_PASSWORD)
    page.get_by_label("Den samme en gang til").fill(GOOD_PASSWORD)
    page.get_by_role("button", name="Gem og log ind").click()
    page.wait_for_url(re.compile(r"\.ipynb"))


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log ud").click()
    expect(page.get_by_role("heading", name="Du er logget ud")).to_be_visible()


def test_a_leader_makes_a_course_leader_who_opens_the_record_and_not_the_users(house, guest, axe):
    page = guest.open(house, "access")
    assert axe(page) == []
    code = make_user(page, "anna", "Opdigt Leder", "Leder: alt, også andres adgang")
    log_out(page)
    begin(page, house, "anna", code)

    page.goto(house.url("access"))
    code = make_user(
        page, "bo", "Opdigt Kursusleder", "Kursusleder: planlægge, registrere og tælle"
    )
    expect(page.get_by_role("rowheader", name="Opdigt Kursusleder")).to_be_visible()
    assert axe(page) == []
    log_out(page)

    begin(page, house, "bo", code)
    menu = page.get_by_role("navigation")
    hidden = menu.get_by_role("link", name="Hvem har adgang", include_hidden=True)
    expect(hidden).to_have_count(0)
    way_to(page, "Fremmøde og evaluering").click()
    expect(page.get_by_role("heading", name="Fremmøde og evaluering", level=1)).to_be_visible()
    page.wait_for_selector("body[data-page=ready][data-connection=ok]")
    expect(page.locator(".pb-failure")).to_have_count(0)

    answer = page.goto(house.url("access"))
    assert answer.status == 403
    expect(page.get_by_role("heading", name="Siden hører ikke til din rolle")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("link", name="Til forsiden").click()
    page.wait_for_selector("body[data-page=ready]")
    page.get_by_role("link", name="Mit login").click()
    expect(page.get_by_text("Du er logget ind som Opdigt Kursusleder (bo).")).to_be_visible()
    assert axe(page) == []


def test_whoever_is_shut_out_sees_so_on_the_page_that_is_open(house, guest, browser):
    page = guest.page
    page.goto(f"{house.address}login")
    page.get_by_label("Loginnavn").fill("anna")
    page.get_by_label("Adgangskode", exact=True).fill(GOOD_PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url(re.compile(r"\.ipynb"))
    page.goto(house.url("access"))
    other = browser.new_context(locale="da-DK").new_page()
    other.goto(f"{house.address}login")
    other.get_by_label("Loginnavn").fill("bo")
    other.get_by_label("Adgangskode", exact=True).fill(GOOD_PASSWORD)
    other.get_by_role("button", name="Log ind").click()
    other.wait_for_selector("body[data-page=ready][data-connection=ok]")

    row = page.get_by_role("row").filter(has_text="Opdigt Kursusleder")
    row.get_by_role("button", name="Ret").click()
    page.get_by_role("button", name="Luk ude", exact=True).click()
    page.get_by_role("button", name=re.compile("Ja|Luk ude")).last.click()
    expect(other.get_by_text("Du er logget ud.")).to_be_visible()
    expect(other.get_by_role("link", name="Log ind igen")).to_be_visible()
    expect(page.get_by_text("bo er lukket ude.").first).to_be_visible()
    other.context.close()
