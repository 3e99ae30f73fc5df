"""A leader hands somebody all that is kept about them, deletes them, and sets how long to keep."""

from __future__ import annotations

import re
import subprocess

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from builders import a_planned_course, assert_sound, participant, save
from journeys import Server
from peerbook.files.delimited import read_back
from peerbook.paths import product_folder
from peerbook.store import Store, identities
from peerbook.store.backup import ERASED_FILE
from peerbook.store.tables import Participant
from steps import downloaded, row_of, sideways, tab, unfold

pytestmark = pytest.mark.app

NAME, OTHER = "Zolfar Kvistgaard", "Åse Ørum"
"""Invented."""


@pytest.fixture
def server(serve_notebooks, tmp_path) -> Server:
    data = tmp_path / "data"
    data.mkdir()
    with Store.open(data / "peerbook.sqlite") as store:
        made = a_planned_course(store, mentors=(NAME, OTHER))
        [old] = save(store, participant(site_id=made.site_id))
        with store.write("leader") as session:
            identities.save_name(session, old, "Gerda Prøvesen")
        store.drafts.save("leader", "enrol", {"names": NAME})
    return serve_notebooks(product_folder("workbooks"), data=data)


def left(server: Server) -> set[str]:
    """Return the names that are still in the store, which is sound."""
    with Store.open(server.data / "peerbook.sqlite", create=False) as store:
        assert_sound(store)
        with store.read() as session:
            codes = list(session.scalars(select(Participant.code)))
            return set(identities.name_of(session, codes).values())


def words_of(paper: bytes) -> str:
    read = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True
    )
    return " ".join(read.stdout.decode().split())


def find(page: Page, who: str) -> None:
    page.get_by_label("Navn eller kode").fill(who)
    page.get_by_role("button", name="Find personen").click()


def test_one_person_is_told_everything_and_then_deleted(server, visitor, axe):
    page = visitor.open(server, "privacy")
    find(page, "k")
    expect(page.get_by_text("Skriv mindst to bogstaver af navnet.").first).to_be_visible()
    find(page, "kvist")
    row_of(page, NAME).get_by_role("button", name="Åbn").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(page.get_by_label("Navn eller kode")).to_be_hidden()
    page.go_back()
    expect(page.get_by_label("Navn eller kode")).to_be_visible()
    row_of(page, NAME).get_by_role("button", name="Åbn").click()
    expect(page.get_by_label("Med deres rolle og hvornår")).to_be_checked()
    lines = read_back(downloaded(page, "Til en computer (.csv)"))
    assert NAME in {line[3] for line in lines}
    assert downloaded(page, "Til at læse og printe (.pdf)").startswith(b"%PDF")

    part = unfold(page, "Slet personen")
    expect(part.get_by_role("rowheader", name="det, der var skrevet").or_(
        part.get_by_role("rowheader", name="navn, kontakt og CPR-nummer")
    ).first).to_be_visible()  # fmt: skip
    expect(part.get_by_text(re.compile(r"Alt om P-\w{6}, lavet"))).to_have_count(2)
    assert axe(page) == []
    question = part.get_by_label(re.compile(r"Skriv P-\w{6} for at slette"))
    code = re.search(r"P-\w{6}", part.inner_text())[0]
    part.get_by_label("Personen bad om det").check()
    part.get_by_label("Dit navn på arbejdet").fill("Opdigt Leder")
    question.fill("P-000000")
    part.get_by_role("button", name="Slet personen").click()
    expect(part.get_by_text(f"Det er en anden kode. Skriv {code}.").first).to_be_visible()
    assert left(server) == {NAME, OTHER, "Gerda Prøvesen"}
    question.fill(code.lower())
    part.get_by_role("button", name="Slet personen").click()
    expect(page.get_by_text(f"{code} er slettet. Gem slettebeviset.").first).to_be_visible()
    assert downloaded(page, "Slettebevis nr. 1 (.pdf)").startswith(b"%PDF")
    assert axe(page) == []
    assert left(server) == {OTHER, "Gerda Prøvesen"}
    assert (server.data / ERASED_FILE).is_file()
    find(page, "kvist")
    expect(page.get_by_text("Ingen hedder det").first).to_be_visible()


def test_how_long_is_set_and_those_who_are_due_are_deleted(server, visitor, axe):
    page = visitor.open(server, "privacy")
    page.set_viewport_size({"width": 375, "height": 800})
    tab(page, "Hvor længe")
    expect(page.get_by_text("Ingen bliver slettet.").first).to_be_visible()
    page.get_by_label("Måneder").fill("2")
    page.get_by_label("slutningen af det sidste hold").check()
    page.get_by_label("Hvorfor så længe?").fill("Aftalt på et møde")
    page.get_by_role("button", name="Gem fristen").click()
    expect(page.get_by_text("Folk bliver gemt i 2 måneder efter holdets slutning.")).to_be_visible()
    expect(row_of(page, "Gerda Prøvesen")).to_contain_text("skal slettes")
    assert axe(page) == []
    assert sideways(page) <= 0
    count = page.get_by_label("Hvor mange er du ved at slette?")
    page.get_by_label("Dit navn på arbejdet").fill("Opdigt Leder")
    count.fill("12")
    page.get_by_role("button", name="Slet 1 person").click()
    expect(page.get_by_text("Det er 1. Se på listen igen.").first).to_be_visible()
    assert left(server) == {NAME, OTHER, "Gerda Prøvesen"}
    count.fill("1")
    page.get_by_role("button", name="Slet 1 person").click()
    expect(page.get_by_text("1 person er slettet. Gem slettebeviset.").first).to_be_visible()
    expect(page.get_by_role("button", name="Slettebevis nr. 1 (.pdf)")).to_be_visible()
    expect(row_of(page, "Gerda Prøvesen")).to_have_count(0)
    assert left(server) == {NAME, OTHER}
    tab(page, "Slettebeviser")
    row_of(page, "1").get_by_role("button", name="Slettebevis").click()
    printed = words_of(downloaded(page, "Slettebevis nr. 1 (.pdf)"))
    for told in (
        "Slettebevis nr. 1",
        "Af Opdigt Leder",
        "Antal personer 1",
        "Hvorfor Datoen for sletning var nået",
        "2 måneder efter holdets slutning. Aftalt på et møde",
        "navn, kontakt og CPR-nummer 1",
    ):
        assert told in printed
    assert not any(name in printed for name in ("Gerda", "Prøvesen", "Kvistgaard"))
    assert axe(page) == []
    assert sideways(page) <= 0
