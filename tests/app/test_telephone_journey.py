"""A leader turns on the code from her telephone, and comes in with it."""

from __future__ import annotations

import base64
import re
import time

import pytest
from playwright.sync_api import expect

from builders import GOOD_PASSWORD, a_user, open_store, shown_by
from peerbook.paths import product_folder
from peerbook.store.telephone import STEP_S, Telephone

pytestmark = pytest.mark.app


@pytest.fixture(scope="module")
def house(tmp_path_factory, start_server):
    data = tmp_path_factory.mktemp("telephone")
    with open_store(data) as store:
        a_user(store, "anna", "leader", shown="Opdigt Leder")
    return start_server(product_folder("workbooks"), data=data, has_users=True)


def test_a_leader_turns_on_the_code_logs_in_with_it_and_turns_it_off(house, guest, axe):
    page = guest.page

    def write_password():
        page.goto(f"{house.address}login")
        page.get_by_label("Loginnavn").fill("anna")
        page.get_by_label("Adgangskode", exact=True).fill(GOOD_PASSWORD)
        page.get_by_role("button", name="Log ind").click()

    write_password()
    page.wait_for_url(re.compile(r"\.ipynb"))
    page.goto(f"{house.address}account")
    page.locator("#current-offer").fill(GOOD_PASSWORD)
    page.get_by_role("button", name="Slå det til").click()
    expect(page.get_by_alt_text("Billede, som appen kan læse")).to_be_visible()
    assert axe(page) == []
    told = page.get_by_text("Skriv dette i appen").inner_text()
    secret = re.search(r"appen: ([A-Z2-7 ]+)", told)[1].replace(" ", "")
    telephone = Telephone(base64.b32decode(secret))
    page.get_by_label("De seks cifre").fill(shown_by(telephone, time.time() - 20 * STEP_S))
    page.get_by_role("button", name="Spørg om koden").click()
    expect(page.get_by_role("alert")).to_contain_text("10 minutter bagud")
    assert axe(page) == []
    page.get_by_label("De seks cifre").fill(shown_by(telephone, time.time()))
    page.get_by_role("button", name="Spørg om koden").click()
    expect(page.get_by_role("heading", name="Dine koder på papir")).to_be_visible()
    codes = page.locator(".pb-codes li").all_inner_texts()
    assert axe(page) == []

    page.context.clear_cookies()
    write_password()
    code = page.get_by_label("Kode fra telefonen")
    expect(code).to_be_focused()
    assert axe(page) == []
    code.fill("123")
    page.get_by_role("button", name="Log ind").click()
    expect(page.get_by_role("alert")).to_contain_text("Koden passer ikke")
    assert axe(page) == []
    code.fill(codes[0])
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url(re.compile(r"\.ipynb"))

    page.goto(f"{house.address}account")
    expect(page.get_by_text("7 koder på dit papir")).to_be_visible()
    page.locator("#current-forget").fill(GOOD_PASSWORD)
    page.get_by_role("button", name="Slå det fra").click()
    expect(page.get_by_role("status")).to_contain_text("Vi spørger ikke længere")
    assert axe(page) == []
