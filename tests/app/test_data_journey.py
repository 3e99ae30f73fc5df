"""A leader's register in the real app: looked at, asked about, saved, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from builders import a_planned_course, assert_sound
from filled_files import filled
from peerbook.course.frames import participants_template
from peerbook.paths import product_folder
from peerbook.store import Store
from peerbook.store.tables import DataImport, Enrolment, Participant

pytestmark = pytest.mark.app

NAME = "Åse Ørum"
NEW = '<img src=x onerror="alert(1)">'


@pytest.fixture
def server(serve_notebooks, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with Store.open(data / "peerbook.sqlite") as store:
        first = a_planned_course(store, mentors=(NAME,))
        a_planned_course(store, title="Autumn 2027", first_month=(2027, 9))
    assert first.codes
    return serve_notebooks(product_folder("workbooks"), data=data)


def counts(data) -> list[int]:
    with Store.open(data / "peerbook.sqlite", create=False) as store:
        assert_sound(store)
        with store.read() as session:
            return [
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Participant, Enrolment, DataImport)
            ]


def choose(page: Page, name: str, data: bytes) -> None:
    page.get_by_label("Filen").first.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="Vis, hvad den vil gøre").click()


def cells(page: Page, caption: str) -> list[list[str]]:
    rows = page.get_by_role("table", name=caption).locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def test_people_come_in_from_a_file_and_go_again(server, visitor):
    page = visitor.open(server, "data")
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    data = filled(
        participants_template(),
        {"name": NEW, "phone": "12 34 56 78"},
        {"name": "Bo Bech", "enrolled_on": "03/04/2027"},
    )
    choose(page, "hold.xlsx", data)
    expect(page.get_by_text("1 ny række og 1 række kan ikke hentes ind.")).to_be_visible()
    assert [row[:2] for row in cells(page, "Det bliver gemt")] == [["2", "ny"]]
    expect(page.get_by_text("kan læses på to måder")).to_be_visible()
    page.get_by_role("button", name="Gem 1 række, og lad 1 række ude").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(
        page.get_by_role("paragraph").filter(has_text="1 række er gemt. Gemt kl.")
    ).to_be_visible()
    way_on = page.get_by_text("Se det på").get_by_role("link")
    expect(way_on).to_have_attribute("href", re.compile(r"course_record\.ipynb\?.+&course=\d+$"))
    assert counts(server.data) == [2, 2, 1]
    choose(page, "hold.xlsx", data)
    expect(page.get_by_text("Præcis denne fil blev gemt").first).to_be_visible()

    page.get_by_role("tab", name="Hentet ind").click()
    expect(page.get_by_text("»hold.xlsx«, 1 række, hentet ind af")).to_be_visible()
    page.get_by_role("button", name="Fortryd filen").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_role("paragraph").filter(has_text="Filen er fortrudt.")).to_be_visible()
    gone = re.compile("1 række, hentet ind af .+ Fortrudt .+ Det hele er taget ud igen")
    expect(page.get_by_text(gone)).to_be_visible()
    assert counts(server.data) == [1, 1, 1]
    assert alerts == []


def test_another_programs_file_is_matched_once_and_remembered(server, visitor):
    page = visitor.open(server, "data")
    text = "Fulde navn;Tlf.;Farve\r\nBo Bech;12 34 56 78;blå\r\n".encode()
    choose(page, "liste.csv", text)
    expect(page.get_by_text("Filen passer ikke til nogen af vores skabeloner")).to_be_visible()
    expect(page.get_by_text("Kolonner: Fulde navn, Tlf. og Farve.")).to_be_visible()
    page.get_by_label("Hvad er der i den?").select_option(label="Deltagere på et hold")
    page.get_by_role("button", name="Fortsæt").click()
    expect(page.get_by_text("Hvilken kolonne i filen er hvilken?")).to_be_visible()
    page.get_by_role("button", name="Fortsæt").last.click()
    page.get_by_label("Husk det under et navn").fill("Vores liste")
    page.get_by_role("button", name="Vis, hvad den vil gøre").last.click()
    expect(page.get_by_text("1 ny række.")).to_be_visible()
    page.get_by_role("button", name="Gem 1 række").click()
    expect(
        page.get_by_role("paragraph").filter(has_text="1 række er gemt. Gemt kl.")
    ).to_be_visible()
    choose(page, "ny liste.csv", text.replace(b"Bo Bech;12 34", b"Carl Dal;87 65"))
    page.get_by_label("Hvad er der i den?").select_option(label="Som sidst: Vores liste")
    page.get_by_role("button", name="Fortsæt").click()
    page.get_by_role("button", name="Gem 1 række").click()
    expect(
        page.get_by_role("paragraph").filter(has_text="1 række er gemt. Gemt kl.")
    ).to_be_visible()
    assert counts(server.data) == [3, 3, 2]
