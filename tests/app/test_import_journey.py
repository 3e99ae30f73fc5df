"""A course leader's file in the real app: out, filled, looked at, saved, and taken back."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from builders import a_course, assert_sound, save, site
from filled_files import as_csv, filled, place_of, saved
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import evaluation_template, poll_template
from peerbook.files.intake import blank_file
from peerbook.paths import product_folder
from peerbook.store import Store
from peerbook.store.tables import Answer, DataImport, Evaluation, Suggestion

pytestmark = pytest.mark.app

MID = evaluation_template(load_form("mid"))
SAID = 'Flere pauser 🙂 <script>alert("x")</script>'
GOOD = [{"overall": 4, "ready": "Enig", "keep": f"Pausen {number}"} for number in range(6)]
BAD = [
    {"overall": 7},
    {"ready": "tja", "overall": 4},
    {"respondent": "x1", "overall": 4, "keep": "ø" * 10_000},
    {"overall": "=2+2"},
]


@pytest.fixture
def server(serve_notebooks, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with Store.open(data / "peerbook.sqlite") as store:
        a_course(store, participants=6)
    return serve_notebooks(product_folder("workbooks"), data=data)


def counts(data: Path) -> dict[str, int]:
    with Store.open(data / "peerbook.sqlite", create=False) as store:
        assert_sound(store)
        with store.read() as session:
            return {
                table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in (DataImport, Evaluation, Answer, Suggestion)
            }


def filled_in(blank: bytes, template, rows) -> bytes:
    """Fill the file that was downloaded, as a person does in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    for number, row in enumerate(rows, start=2):
        for key, value in row.items():
            book.worksheets[0].cell(number, place_of(template, key) + 1).value = value
    return saved(book)


def downloaded(page: Page) -> tuple[str, bytes]:
    with page.expect_download() as started:
        page.get_by_role("button", name="Hent skabelonen").click()
    return started.value.suggested_filename, started.value.path().read_bytes()


def choose(page: Page, name: str, data: bytes, button: str = "Vis, hvad der står i filen") -> None:
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    page.get_by_label("Den udfyldte skabelon").set_input_files(
        {"name": name, "mimeType": kind, "buffer": data}
    )
    page.get_by_role("button", name=button).click()


def open_import(visitor, server) -> Page:
    page = visitor.open(server, "course_record")
    page.get_by_role("tab", name="Evaluering").click()
    page.get_by_role("tab", name="Indtast").click()
    page.get_by_role("tab", name="Fra en fil").click()
    expect(page.get_by_role("button", name="Hent skabelonen")).to_be_visible()
    return page


def cells(page: Page, caption: str) -> list[list[str]]:
    rows = page.get_by_role("table", name=caption).locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def test_a_file_with_faults_is_looked_at_saved_in_part_corrected_and_taken_back(server, visitor):
    page = open_import(visitor, server)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    name, blank = downloaded(page)
    assert name == "midtvejsevaluering.xlsx"
    assert blank == blank_file(MID)

    # Looking at it tells every fault with its place, and saves nothing.
    rows = [{"respondent": "2a3b", "overall": 5, "suggestion": SAID}, *GOOD, *BAD]
    file = filled_in(blank, MID, rows)
    choose(page, "vores svar.xlsx", file)
    expect(page.get_by_text("7 skemaer kan gemmes. 4 rækker skal rettes først.")).to_be_visible()
    found = cells(page, "4 ting at rette i arket »Midtvejsevaluering«")
    assert [row[:2] for row in found] == [
        ["9", "17. Hvordan er kurset for dig, alt i alt?"],
        ["10", "18. Jeg føler mig klædt på til at være mentor."],
        ["11", "20. Hvad skal vi blive ved med?"],
        ["12", "17. Hvordan er kurset for dig, alt i alt?"],
    ]
    assert found[0][2] == "7 er ikke på skalaen. Brug et af tallene 1, 2, 3, 4, 5 og 9."
    assert "10.000 tegn" in found[2][2]
    assert "formel" in found[3][2]
    assert cells(page, "Det bliver gemt")[0] == ["2", "2A3B", "2", "18", "1"]
    page.get_by_role("button", name="Alle svar, som de er læst").click()
    expect(page.get_by_role("table", name="Alle svar, som de er læst")).to_contain_text(SAID)
    assert counts(server.data) == dict.fromkeys(
        ("data_import", "evaluation", "answer", "suggestion"), 0
    )

    # A file that cannot be read leaves nothing of the one before it to save.
    choose(page, "brev.docx", b"PK\x03\x04")
    expect(page.get_by_text("Den slags fil kan ikke læses her.").first).to_be_visible()
    expect(page.get_by_text("7 skemaer kan gemmes.")).to_be_hidden()
    choose(page, "vores svar.xlsx", file)
    expect(page.get_by_text("7 skemaer kan gemmes. 4 rækker skal rettes først.")).to_be_visible()

    # The sound rows are saved when the user says so; the figures follow.
    page.get_by_role("button", name="Gem 7 skemaer, og lad 4 rækker ude").click()
    expect(page.get_by_text("4 rækker med fejl bliver ikke gemt.")).to_be_visible()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(
        page.get_by_role("paragraph").filter(has_text="7 skemaer er gemt. Gemt kl.")
    ).to_be_visible()
    page.get_by_role("tab", name="Svarene").click()
    expect(page.get_by_text("Indtil nu: 7 skemaer ved midtvejsevaluering.")).to_be_visible()
    page.get_by_role("button", name="Med deres egne ord").click()
    expect(page.get_by_text("Pausen 3")).to_be_visible()
    # One alone has made a suggestion: it is shown neither with the words nor on the board.
    expect(page.get_by_text(SAID)).to_have_count(0)
    page.get_by_role("tab", name="I sagde – vi gjorde").click()
    expect(page.get_by_text("1 forslag fra skemaerne er gemt, men vises ikke")).to_be_visible()
    expect(page.get_by_role("rowheader", name=SAID)).to_have_count(0)
    page.get_by_role("tab", name="Evaluering").click()
    page.get_by_role("tab", name="Indtast").click()
    first = {"data_import": 1, "evaluation": 7, "answer": 20, "suggestion": 1}
    assert counts(server.data) == first

    # The corrected file brings only what was left out.
    choose(page, "rettet.xlsx", filled_in(blank, MID, [*rows[:7], {"overall": 3}]))
    expect(page.get_by_text("1 skema kan gemmes.")).to_be_visible()
    expect(page.get_by_text("Koden 2A3B er allerede brugt")).to_be_visible()
    expect(
        page.get_by_text("De samme svar som i række 3, 4, 5, 6, 7 og 8 er allerede gemt")
    ).to_be_visible()
    assert [row[0] for row in cells(page, "Det bliver gemt")] == ["9"]
    page.get_by_role("button", name="Gem 1 skema, og lad 1 række ude").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    page.get_by_role("tab", name="Svarene").click()
    expect(page.get_by_text("Indtil nu: 8 skemaer ved midtvejsevaluering.")).to_be_visible()
    page.get_by_role("tab", name="Indtast").click()

    # The very same file is known again.
    choose(page, "vores svar (1).xlsx", file)
    expect(page.get_by_text("Præcis den fil blev gemt")).to_be_visible()
    expect(page.get_by_role("button", name="Gem 7 skemaer")).to_have_count(0)

    # Each file can be taken back, and all of it goes.
    expect(page.get_by_text("»rettet.xlsx«: 1 skema, gemt af dig")).to_be_visible()
    page.get_by_role("button", name="Fortryd filen").last.click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_role("paragraph").filter(has_text="Filen er fortrudt.")).to_be_visible()
    page.get_by_role("tab", name="Svarene").click()
    expect(page.get_by_text("Indtil nu: 1 skema ved midtvejsevaluering.")).to_be_visible()
    assert counts(server.data) == {
        "data_import": 2, "evaluation": 1, "answer": 1, "suggestion": 0
    }  # fmt: skip
    assert alerts == []
    assert "vores svar" not in server.said()


def test_a_file_stays_while_a_suggestion_from_it_is_answered_and_goes_when_that_is_taken_back(
    server, visitor
):
    page = open_import(visitor, server)
    wishes = [{"overall": 4, "suggestion": f"Flere pauser {number}"} for number in range(5)]
    choose(page, "svar.xlsx", filled(MID, *wishes))
    page.get_by_role("button", name="Gem 5 skemaer").click()
    way_back = page.get_by_role("button", name="Fortryd filen")
    expect(way_back).to_be_visible()

    page.get_by_role("tab", name="I sagde – vi gjorde").click()
    wish = page.get_by_role("row").filter(has_text="Flere pauser 3")
    wish.get_by_role("button", name="Svar").click()
    page.get_by_role("radio", name="Det gør vi").check()
    page.get_by_label("Hvem tager sig af det?").fill("Underviser A")
    page.get_by_role("button", name="Gem svaret").click()
    expect(wish).to_contain_text("Underviser A")
    page.get_by_role("tab", name="Evaluering").click()
    expect(page.get_by_text("Den kan ikke fortrydes nu")).to_be_visible()
    expect(way_back).to_have_count(0)

    page.get_by_role("tab", name="I sagde – vi gjorde").click()
    wish.get_by_role("button", name="Ret svaret").click()
    page.get_by_role("button", name="Besvaret ved en fejl?").click()
    page.get_by_role("button", name="Tag svaret tilbage").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(wish).to_contain_text("Venter på svar")
    page.get_by_role("tab", name="Evaluering").click()
    way_back.click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_role("paragraph").filter(has_text="Filen er fortrudt.")).to_be_visible()
    page.get_by_role("tab", name="I sagde – vi gjorde").click()
    expect(page.get_by_text("Flere pauser").filter(visible=True)).to_have_count(0)
    assert counts(server.data)["suggestion"] == 0


def test_files_that_cannot_be_used_say_why_and_save_nothing(server, visitor):
    page = open_import(visitor, server)
    final = evaluation_template(load_form("final"))
    field = page.locator("[data-field=file]")
    told = [
        ("stor.xlsx", blank_file(MID) + b"\0" * 6_000_000, "Filen fylder mere end 5 MB."),
        ("gammel.xls", b"x", "Den slags fil kan ikke læses her."),
        ("gammel.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "gammel Excel-fil"),
        ("kode.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
         "adgangskode"),
        ("svar.csv", as_csv(MID, {"keep": "blÃ¥bÃ¦r"}).encode(), "gået i stykker"),
    ]  # fmt: skip
    for name, data, message in told:
        choose(page, name, data)
        expect(field).to_contain_text(message)
    choose(page, "slut.csv", as_csv(final, {"overall": 4}).encode("utf-8-sig"))
    expect(page.get_by_text("skabelonen til »Slutevaluering«, ikke til")).to_be_visible()
    expect(page.get_by_text("Filen kan ikke bruges.")).to_be_visible()
    expect(page.get_by_text("Filen er læst.")).to_have_count(0)
    expect(
        page.get_by_text("CSV med tegnsættet UTF-8 med mærke (BOM) og semikolon")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Gem ")).to_have_count(0)
    assert counts(server.data)["evaluation"] == 0


def test_a_csv_file_that_is_in_order_is_saved(server, visitor):
    page = open_import(visitor, server)
    choose(page, "svar.csv", as_csv(MID, *GOOD).encode("cp1252"))
    expect(page.get_by_text("Alt er i orden. 6 skemaer kan gemmes.")).to_be_visible()
    page.get_by_role("button", name="Gem 6 skemaer").click()
    expect(
        page.get_by_role("paragraph").filter(has_text="6 skemaer er gemt. Gemt kl.")
    ).to_be_visible()
    assert counts(server.data)["evaluation"] == 6


def test_a_poll_is_shown_in_order_carried_into_the_plan_and_not_stored(
    serve_notebooks, visitor, tmp_path
):
    with Store.open(tmp_path / "peerbook.sqlite") as store:
        save(store, site())
    server = serve_notebooks(product_folder("workbooks"), data=tmp_path)
    page = visitor.open(server, "course_plan")
    page.get_by_label("Holdets navn").fill("Hold 2")
    page.get_by_role("button", name="Hvornår kan de komme?").click()
    _name, blank = downloaded(page)
    poll = poll_template()
    data = filled_in(
        blank,
        poll,
        [
            {"participant": "1", "Mandag formiddag": "ja", "Onsdag eftermiddag": "ja"},
            {"participant": "2", "Mandag formiddag": "nej", "Onsdag eftermiddag": "ja"},
            {"participant": "3", "Mandag formiddag": "ja", "Onsdag eftermiddag": "måske"},
        ],
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    book.worksheets[0].cell(1, place_of(poll, "Onsdag eftermiddag") + 1).value = "Onsdag kl. 12.30"
    choose(page, "tider.xlsx", saved(book), "Vis, hvad der passer flest")
    expect(page.get_by_text("1 række er ladt ude, til den er rettet.")).to_be_visible()
    assert [row[:4] for row in cells(page, "Tiderne, den bedste først")] == [
        ["Onsdag kl. 12.30", "2", "ingen", "–"], ["Mandag formiddag", "1", "2", "–"],
    ]  # fmt: skip
    # Every time can be taken, not the best one alone.
    page.get_by_role("button", name="Brug – Mandag formiddag").click()
    expect(page.get_by_label("Ugedag")).to_have_value("0")
    page.get_by_role("button", name="Brug – Onsdag kl. 12.30").click()
    expect(page.get_by_label("Ugedag")).to_have_value("2")
    expect(page.get_by_label("Undervisningen begynder")).to_have_value("12:30")
    expect(page.get_by_label("Holdets navn")).to_have_value("Hold 2")
    assert counts(server.data)["data_import"] == 0
