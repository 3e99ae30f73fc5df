"""The browser's own Back and Forward: between tabs, and out of what is opened and into it again."""

import json

import pytest
from playwright.sync_api import Page, expect

from peerbook import ui
from peerbook.errors import InputFault

NAMES = ("Ib Prøvegaard", "Ea Forsøgsen")
"""Invented."""


class Register:
    """A list of people, of whom one can be opened."""

    def __init__(self) -> None:
        self.people = list(NAMES)
        self.place = ui.Overview(self.listed)
        self.place.show_overview()

    def listed(self) -> list[ui.Part]:
        action = ui.RowAction("Åbn", self.open)
        rows = [{"name": name} for name in self.people]
        return [ui.Table([ui.Column("name", "Navn")], rows, "Alle", action=action)]

    def open(self, row: ui.Cells) -> str:
        name = str(row["name"])
        self.place.open(lambda: self.person(name))
        return ""

    def person(self, name: str) -> list[ui.Part]:
        if name not in self.people:
            raise InputFault.at("name", "Personen er slettet imens.")
        save = ui.Button("Gem", lambda: self.place.open(lambda: self.person(name), "Gemt."))
        return [ui.Heading(f"Om {name}"), save]


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def page(register, show) -> Page:
    tabs = [("Alle personer", [register.place]), ("Noget andet", [ui.Prose("Andet.")])]
    return show(ui.Tabs(tabs))


def open_first(page: Page) -> None:
    page.get_by_role("button", name="Åbn").first.click()
    expect(page.get_by_role("heading", name=f"Om {NAMES[0]}")).to_be_visible()


def selected(page: Page, name: str) -> None:
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def test_back_closes_what_is_opened_and_forward_opens_it_again(page, register):
    open_first(page)
    page.go_back()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    assert not register.place.opened
    page.go_forward()
    expect(page.get_by_role("heading", name=f"Om {NAMES[0]}")).to_be_visible()


def test_saving_in_what_is_opened_is_no_step_of_its_own(page):
    open_first(page)
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("Gemt.").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()


def test_the_way_back_on_the_page_takes_the_step_back_too(page):
    page.get_by_role("tab", name="Noget andet").click()
    page.get_by_role("tab", name="Alle personer").click()
    open_first(page)
    page.get_by_role("button", name="Tilbage til listen").click()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    page.go_back()
    selected(page, "Noget andet")


def test_back_leads_to_the_former_tab_and_a_reload_to_the_same(page):
    page.get_by_role("tab", name="Noget andet").click()
    selected(page, "Noget andet")
    page.reload()
    selected(page, "Noget andet")
    expect(page.get_by_text("Andet.")).to_be_visible()
    page.go_back()
    selected(page, "Alle personer")
    page.go_forward()
    selected(page, "Noget andet")


def test_what_stays_open_in_another_tab_is_found_as_it_was(page):
    open_first(page)
    page.get_by_role("tab", name="Noget andet").click()
    page.go_back()
    expect(page.get_by_role("heading", name=f"Om {NAMES[0]}")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()


def test_after_a_reload_nobody_goes_back_to_what_was_opened_before_it(show):
    before, after = Register(), Register()
    alle = ui.Section([before.place])
    page = show(ui.Tabs([("Alle personer", [alle]), ("Noget andet", [ui.Prose("Andet.")])]))
    page.get_by_role("tab", name="Noget andet").click()
    page.get_by_role("tab", name="Alle personer").click()
    open_first(page)
    alle.show([after.place])  # as a new kernel counts its parts anew
    page.reload()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    page.wait_for_function("!history.state?.by")
    page.go_back()
    selected(page, "Noget andet")
    page.go_forward()
    selected(page, "Alle personer")
    page.go_forward()
    page.wait_for_function("!history.state?.by")
    open_first(page)
    page.go_back()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    page.go_back()
    selected(page, "Noget andet")


def test_an_address_with_a_tab_unknown_here_changes_nothing(page):
    page.evaluate("location.hash = 'noget-der-ikke-er-her'")
    selected(page, "Alle personer")
    page.reload()
    selected(page, "Alle personer")


def test_neither_address_nor_history_tells_of_anybody(page):
    open_first(page)
    kept = page.evaluate("location.href + JSON.stringify(history.state) + document.title")
    assert not [part for name in NAMES for part in name.split() if part in kept]
    assert list(json.loads(page.evaluate("JSON.stringify(history.state.at)")).values()) == [1]


def test_a_list_stands_anew_where_what_was_opened_is_gone(page, register):
    open_first(page)
    page.go_back()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    register.person = lambda name: []
    register.people.remove(NAMES[0])
    page.go_forward()
    expect(page.get_by_text("Det er slettet imens. Listen er vist på ny.").first).to_be_visible()
    expect(page.get_by_role("button", name="Åbn")).to_have_count(1)


def test_whoever_is_gone_meanwhile_is_not_opened_again_and_that_is_said(page, register):
    open_first(page)
    page.go_back()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    register.people.remove(NAMES[0])
    page.go_forward()
    expect(page.get_by_text("Personen er slettet imens.")).to_be_visible()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()


def test_what_is_opened_to_begin_with_is_no_step(register, show):
    register.place.open(lambda: register.person(NAMES[1]))
    page = show(ui.Page([register.place]))
    page.get_by_role("button", name="Tilbage til listen").click()
    expect(page.get_by_role("table", name="Alle")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=f"Om {NAMES[1]}")).to_be_visible()


def test_a_number_nobody_was_given_opens_nothing(register):
    for index in (1, -1, "1", None, True):
        answer = register.place.answer({"do": "turn", "index": index}, ())
        assert answer["trouble"]
    assert not register.place.opened
