"""What is opened follows what is saved elsewhere on the page, and keeps what is typed."""

import pytest
from playwright.sync_api import Page, expect

from peerbook import ui
from peerbook.errors import InputFault


class Pair:
    """An invented pair that can be opened beside a button, which stands for another tab's save."""

    def __init__(self, drafts) -> None:
        self.months = 6
        self.is_gone = False
        self.saved: list[dict] = []
        self.drafts = drafts
        self.place = ui.Overview(self.listed)

    def listed(self) -> list[ui.Part]:
        open_it = ui.Button("Åbn", lambda: self.place.open(self.parts))
        return [ui.Prose(f"Liste: {self.months} måneder"), open_it]

    def parts(self) -> list[ui.Part]:
        if self.is_gone:
            raise InputFault.at("pair", "Der er ikke sådan et par.")
        return [
            ui.Prose(f"Kontrakt på {self.months} måneder"),
            self.form("pause", "Hvorfor?", None),
            ui.Disclosure("Møder", lambda: [self.form("meetings", "Hvor?", None)]),
            self.form("goals", "Mål?", self.drafts),
        ]

    def form(self, name: str, label: str, drafts) -> ui.Form:
        def save(submission: ui.Submission) -> None:
            self.saved.append(dict(submission.values))
            self.place.open(self.parts, "Gemt.")

        fields = [ui.TextField("text", label), ui.TextField("more", f"Mere: {label}")]
        return ui.Form(name, fields, on_submit=save, submit_label=f"Gem {name}", drafts=drafts)

    def save_elsewhere(self) -> str:
        self.months += 3
        self.place.show_again()
        return "Tre måneder mere."


@pytest.fixture
def pair(drafts) -> Pair:
    return Pair(drafts)


@pytest.fixture
def page(pair, show) -> Page:
    pair.place.open(pair.parts)
    place = ui.Section([pair.place])  # so that the button beside it stays in sight
    return show(ui.Page([place, ui.Button("Tre måneder mere", pair.save_elsewhere)]))


def save_elsewhere(page: Page, months: int) -> None:
    page.get_by_role("button", name="Tre måneder mere").click()
    expect(page.get_by_text(f"Kontrakt på {months} måneder")).to_be_visible()


def test_what_is_opened_is_shown_as_it_is_after_a_save_elsewhere(page):
    page.evaluate("scrollTo(0, 40)")
    before = page.evaluate("scrollY")
    save_elsewhere(page, 9)
    expect(page.get_by_role("button", name="Tre måneder mere")).to_be_focused()
    assert page.evaluate("scrollY") == before


def test_what_was_typed_stays_in_a_form_with_drafts_or_without(page, pair, drafts):
    page.get_by_label("Hvorfor?", exact=True).fill("Sygdom")
    page.get_by_label("Mål?", exact=True).fill("Ud at gå")
    page.get_by_role("button", name="Møder").click()
    page.get_by_label("Hvor?", exact=True).fill("Lido")
    for months in (9, 12):
        save_elsewhere(page, months)
    expect(page.get_by_label("Hvorfor?", exact=True)).to_have_value("Sygdom")
    expect(page.get_by_label("Mål?", exact=True)).to_have_value("Ud at gå")
    page.get_by_role("button", name="Møder").click()
    expect(page.get_by_label("Hvor?", exact=True)).to_have_value("Lido")
    expect(page.get_by_label("Mere: Hvor?")).to_have_value("")
    expect(page.get_by_text("Kladde gemt kl.")).to_be_visible()
    assert drafts.kept[0] == {"text": "Ud at gå"}
    page.get_by_role("button", name="Gem pause").click()
    expect(page.get_by_text("Gemt.").first).to_be_visible()
    assert pair.saved == [{"text": "Sygdom", "more": ""}]
    expect(page.get_by_label("Hvorfor?", exact=True)).to_have_value("")


def test_what_is_gone_gives_place_to_the_list_and_the_save_elsewhere_stands(page, pair):
    pair.is_gone = True
    page.get_by_role("button", name="Tre måneder mere").click()
    expect(page.get_by_text("Liste: 9 måneder")).to_be_visible()
    expect(page.get_by_text("Det er slettet imens. Listen er vist på ny.").last).to_be_visible()
    expect(page.get_by_text("Tre måneder mere.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Tre måneder mere")).to_be_focused()


def test_what_stands_beside_is_out_of_sight_meanwhile_and_keeps_what_is_typed(pair, show):
    pair.place.show_overview()
    form = ui.Form("new", [ui.TextField("text", "Nyt par?")], on_submit=lambda _one: None)
    page = show(
        ui.Tabs([("Par", [ui.Heading("Alle"), pair.place, ui.Disclosure("Et nyt", [form])])])
    )
    page.get_by_role("button", name="Et nyt").click()
    page.get_by_label("Nyt par?").fill("Opdigtet")
    beside = (page.get_by_role("heading", name="Alle"), page.get_by_label("Nyt par?"))
    for one in beside:
        expect(one).to_be_visible()
    page.get_by_role("button", name="Åbn").click()
    expect(page.get_by_text("Kontrakt på 6 måneder")).to_be_visible()
    for one in beside:
        expect(one).to_be_hidden()
    page.go_back()
    for one in beside:
        expect(one).to_be_visible()
    expect(beside[1]).to_have_value("Opdigtet")
