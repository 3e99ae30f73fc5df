"""All data leave on the page and come back equal; a backup is made, tried, and in the booklet."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import zipfile

import pytest
from playwright.sync_api import expect

from builders import a_planned_course, open_store, stored
from peerbook.data.whole import fill_from
from steps import downloaded, months_ahead, sideways, tab

pytestmark = pytest.mark.app

FORMULAS = ("=1+1 Prøve", "@SUM(A1:A9) Opdigt", "-2+3 Demosen", "'=3 Påfund")
"""Invented names that a spreadsheet program would calculate, were they let."""
ACTS = re.compile(r"\s*[=+@\t]|\s*-(?![\d,.]+$)")
"""A cell that such a program takes for a formula: all but a number below zero."""


def test_names_like_formulas_leave_as_text_and_all_comes_back_equal(
    app, guest, open_record, tmp_path
):
    made = a_planned_course(app.store, first_month=months_ahead(-2))
    page = open_record(made)
    page.get_by_label("Navne på dem, der begynder").fill("\t" + "\n".join(FORMULAS))
    page.get_by_role("button", name="Sæt på holdet").click()
    expect(page.get_by_text("4 er sat på holdet.").first).to_be_visible()
    assert set(app.codes(made.course_id)) == set(FORMULAS)

    guest.open(app.server, "data")
    tab(page, "Tag alt med")
    packed = downloaded(page, "Hent det hele med navne")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        cells = [
            cell
            for name in archive.namelist()
            if name.endswith(".csv")
            for row in csv.reader(
                io.StringIO(archive.read(name).decode("utf-8-sig")), delimiter=";"
            )
            for cell in row
        ]
    assert {f"'{name}" for name in FORMULAS} <= set(cells)
    assert [cell for cell in cells if ACTS.match(cell)] == []
    with open_store(tmp_path, "empty.sqlite") as empty:
        with empty.write("leader") as session:
            fill_from(session, packed)
        with empty.read() as session:
            came_back = stored(session)
    with app.store.read() as session:
        here = stored(session)
    for table in ("participant", "identity", "enrolment", "course", "course_date"):
        assert came_back[table] == here[table], table


def test_a_backup_is_made_tried_and_told_in_the_booklet(app, guest, axe):
    page = guest.open(app.server, "start")
    expect(page.get_by_text("Der er ingen sikkerhedskopi endnu.").first).to_be_visible()
    guest.open(app.server, "help")
    page.set_viewport_size({"width": 375, "height": 800})
    tab(page, "Indstillinger")
    page.get_by_role("button", name="Lav sikkerhedskopi").click()
    expect(page.get_by_text(re.compile("er lavet og kan åbnes")).first).to_be_visible()
    page.get_by_role("button", name="Prøv kopien af").click()
    expect(page.get_by_text(re.compile("alle dens .* rækker er der")).first).to_be_visible()
    expect(page.get_by_text("Den er sidst prøvet af").first).to_be_visible()
    assert axe(page) == []
    assert sideways(page) <= 0
    booklet = downloaded(page, "Udskriv hæftet til overdragelse")
    read = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=booklet, capture_output=True, check=True
    )
    told = read.stdout.decode()
    assert "Når du overtager peerbook" in told
    assert re.search(r"Sidste kopi +\d", told)
    assert re.search(r"Sidst prøvet af +\d", told)
    assert not any(name in told for name in FORMULAS)
    guest.open(app.server, "start")
    expect(page.get_by_text("Der er ingen sikkerhedskopi endnu.")).to_have_count(0)
