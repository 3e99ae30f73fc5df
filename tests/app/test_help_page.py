"""Help and settings in the real app: what is written there is seen where people need it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from builders import DEMO_DAY
from peerbook.demo import fill
from peerbook.paths import product_folder
from peerbook.settings import help_number, save_help_number
from peerbook.store import Store
from peerbook.store.tables import Setting

pytestmark = pytest.mark.app

NUMBER = "Ring til Prøvebyhuset på 00 00 00 00, hverdage kl. 9–15."


@pytest.fixture(scope="module")
def app(tmp_path_factory, start_server):
    """Return the app on an invented Vejle; one for all tests here: they change no people."""
    data = tmp_path_factory.mktemp("help")
    with Store.open(data / "peerbook.sqlite") as store:
        fill(store, DEMO_DAY)
    return start_server(product_folder("workbooks"), data=data)


@pytest.fixture
def vejle(app):
    """Return the app with nothing decided yet."""
    with Store.open(app.data / "peerbook.sqlite") as store, store.write("test") as session:
        for key in ("help_number:1", "threshold", "organisation", "accessibility_reviewed_on"):
            if (row := session.get(Setting, key)) is not None:
                session.delete(row)
    return app


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()


def to_three_questions(page: Page) -> None:
    page.get_by_role("tab", name="Evaluering").click()
    page.get_by_role("tab", name="Indtast").click()
    page.get_by_role("tab", name="Kun tre spørgsmål").click()


def test_the_help_number_stands_where_people_answer(vejle, visitor):
    page = visitor.open(vejle, "course_record")
    to_three_questions(page)
    page.locator("main").get_by_role("link", name="hjælp og indstillinger").click()
    expect(page).to_have_url(re.compile(re.escape(vejle.url("help")) + r"(\?|$)"))
    page = visitor.open(vejle, "help", "?site=Vejle")
    expect(page.get_by_text("I har endnu ikke skrevet, hvem man kan ringe til")).to_be_visible()
    open_tab(page, "Indstillinger")
    page.get_by_label("Hvem kan man ringe til i Vejle").fill(NUMBER)
    page.get_by_role("button", name="Gem nummeret").click()
    expect(page.get_by_text(f"Hvis det bliver svært: {NUMBER}")).to_be_visible()

    page = visitor.open(vejle, "course_record")
    to_three_questions(page)
    expect(page.get_by_text(f"Hvis det bliver svært: {NUMBER}")).to_be_visible()
    expect(page.get_by_text("Tag den tid, du har brug for.")).to_be_visible()


def test_a_name_is_given_once_and_stands_there_next_time(vejle, visitor):
    page = visitor.open(vejle, "help", "?site=Vejle")
    open_tab(page, "Indstillinger")
    page.get_by_label("Dit navn på arbejdet").fill("Birgit")
    page.get_by_role("button", name="Gem mit navn").click()
    expect(page.get_by_text("Gemt kl.").first).to_be_visible()
    page = visitor.open(vejle, "help", "?site=Vejle")
    open_tab(page, "Indstillinger")
    expect(page.get_by_label("Dit navn på arbejdet")).to_have_value("Birgit")


def test_two_who_change_the_number_at_once_are_asked_which_one_holds(vejle, visitor):
    page = visitor.open(vejle, "help")
    open_tab(page, "Indstillinger")
    with Store.open(vejle.data / "peerbook.sqlite") as store:
        with store.write("somebody else") as session:
            save_help_number(session, 1, "Ring til Anna.", "")
        page.get_by_label("Hvem kan man ringe til i Vejle").fill("Ring til Bo.")
        page.get_by_role("button", name="Gem nummeret").click()
        expect(page.get_by_text("En anden gemte her, mens du skrev.")).to_be_visible()
        expect(page.get_by_text("Ring til Anna.")).to_be_visible()
        assert help_number(store, 1) == "Ring til Anna."
        page.get_by_role("button", name="Gem det, jeg har valgt").click()
        expect(page.get_by_role("status").filter(has_text="Gemt kl.")).to_be_visible()
        assert help_number(store, 1) == "Ring til Bo."


def test_a_threshold_goes_up_and_never_down(vejle, visitor):
    page = visitor.open(vejle, "help")
    open_tab(page, "Indstillinger")
    number = page.get_by_label("Så mange skal der mindst være")
    expect(number).to_have_value("5")
    for asked, answer in (
        ("4", "Tallet skal være fra 5 til 30"),
        ("8", "Gemt kl."),
        ("6", "Tallet er 8 nu"),
    ):
        number.fill(asked)
        page.get_by_label("Vi er enige om det").check()
        page.get_by_role("button", name="Gem tallet").click()
        expect(page.get_by_text(answer).first).to_be_visible()
    with Store.open(vejle.data / "peerbook.sqlite") as store:
        assert store.setting("threshold") == 8


def test_the_statement_can_be_published_once_it_is_filled_in(vejle, visitor):
    page = visitor.open(vejle, "help")
    open_tab(page, "Indstillinger")
    page.get_by_label("Kommune eller forening").fill("Prøveby Kommune")
    page.get_by_label("Telefon").fill("00 00 00 00")
    page.get_by_label("Hvor kan man skrive til?").fill("peer@proeveby.example")
    page.get_by_role("button", name="Gem oplysningerne").click()
    expect(page.get_by_role("status").filter(has_text="Gemt kl.")).to_be_visible()
    open_tab(page, "Tilgængelighed")
    expect(page.get_by_text("datoen for, hvornår I gik den igennem")).to_be_visible()
    page.get_by_label("Hvornår har I sidst gået den igennem?").fill("2024-05-06")
    page.get_by_role("button", name="Gem datoen").click()
    expect(page.get_by_text("Det er over et år siden. Se på den igen.")).to_be_visible()
    expect(page.get_by_text("Gør det, før I viser den frem.")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="Erklæringen som hjemmeside").click()
    published = started.value.path().read_text("utf-8")
    for words in ("Prøveby Kommune", "00 00 00 00", "peer@proeveby.example", "6. maj 2024"):
        assert words in published
    assert '<html lang="da">' in published


def test_chapters_open_with_how_easy_they_are(vejle, visitor):
    page = visitor.open(vejle, "help")
    page.get_by_role("button", name="Når noget går galt").click()
    expect(page.get_by_text("Det, der er gemt, er der stadig.")).to_be_visible()
    easy = page.get_by_text("meget let at læse").first
    expect(easy).to_be_hidden()
    page.get_by_role("button", name="For dem, der retter i teksten").first.click()
    expect(easy).to_be_visible()
    page.get_by_role("button", name="Kom i gang").click()
    page.get_by_role("link", name="Planlæg det første hold").click()
    expect(page.get_by_role("heading", name="Planlæg et hold", level=1)).to_be_visible()


def test_danish_chapters_are_marked_as_danish_on_an_english_page(vejle, visitor):
    page = visitor.open(vejle, "help", "?lang=en")
    expect(page.get_by_text("The handbook is written in Danish.")).to_be_visible()
    page.get_by_role("button", name="Kom i gang").click()
    expect(page.locator("[lang=da]").get_by_text("peerbook hjælper dig")).to_be_visible()


def test_about_tells_the_folder_and_no_secret(vejle, visitor):
    page = visitor.open(vejle, "help")
    open_tab(page, "Om peerbook")
    expect(page.get_by_text(str(vejle.data))).to_be_visible()
    said = page.content()
    assert vejle.token not in said
    assert "peerbook.sqlite" not in said
    page.get_by_role("button", name="Hvad den er bygget af").click()
    expect(page.get_by_role("rowheader", name="voila", exact=True)).to_be_visible()
