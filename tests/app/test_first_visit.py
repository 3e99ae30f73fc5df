"""A coordinator's first visit, in the real app: from nothing to a saved day of attendance."""

import contextlib
import io

import icalendar
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from builders import raw
from journeys import Server
from peerbook.paths import product_folder
from peerbook.store import Store

pytestmark = pytest.mark.app


def plan_first_course(page: Page) -> None:
    page.get_by_label("Holdets navn").fill("Hold 1 <script>alert(1)</script> 🌱")
    page.get_by_label("Ugedag").select_option(label="tirsdag")
    page.get_by_label("Undervisningen begynder").fill("09:30")
    page.get_by_label("Undervisere").fill("Underviser A, Underviser B")
    page.get_by_role("button", name="Vis et forslag").click()
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("tab", name="Flyt eller aflys")).to_be_visible()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name).click()
    return started.value.path().read_bytes()


def entries(calendar: bytes) -> dict[str, tuple[str, int]]:
    events = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return {
        str(one["SUMMARY"]).split(": ")[-1]: (str(one["UID"]), one["SEQUENCE"]) for one in events
    }


def let_months_pass(server: Server, months: int) -> None:
    """Put the whole course so much earlier, as if that time had passed since."""
    with contextlib.closing(raw(server.data / "peerbook.sqlite")) as connection:
        for table, column in (
            ("course_date", "date"), ("course", "starts_on"), ("enrolment", "enrolled_on"),
        ):  # fmt: skip
            connection.execute(f"UPDATE {table} SET {column} = date({column}, '-{months} months')")


def test_from_nothing_to_a_course_with_attendance(serve_notebooks, visitor, tmp_path):
    Store.open(tmp_path / "peerbook.sqlite").close()  # as `peerbook serve` does
    server = serve_notebooks(product_folder("workbooks"), data=tmp_path)
    page = visitor.open(server, "start")
    page.get_by_label("Hvad hedder stedet?").fill("Prøveby")
    page.get_by_label("Kommune").fill("Vejle")
    page.get_by_role("button", name="Begynd").click()
    expect(page.get_by_text("Næste skridt:")).to_be_visible()
    expect(page.get_by_role("link", name="Skriv henvendelsen ned")).to_be_visible()

    page = visitor.open(server, "course_plan")
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    plan_first_course(page)
    table = page.get_by_role("table").first
    for number in range(1, 7):
        expect(table.get_by_role("rowheader", name=f"Undervisningsdag {number}")).to_be_visible()
        expect(table.get_by_role("rowheader", name=f"Gruppesparring {number}")).to_be_visible()
    assert alerts == []

    first = entries(downloaded(page, "Kalenderfil"))
    assert downloaded(page, "Én side").startswith(b"%PDF")
    sheet = openpyxl.load_workbook(io.BytesIO(downloaded(page, "Regneark"))).active
    assert sheet is not None
    assert sheet.max_row > 12

    page.get_by_role("tab", name="Flyt eller aflys").click()
    page.get_by_role("radio", name="Aflys en dag").check()
    expect(page.get_by_text("En aflyst dag bliver stående i planen")).to_be_visible()
    page.get_by_label("Hvilken dag?").select_option(index=4)
    page.get_by_label("Hvorfor?").fill("Huset er lukket")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    page.get_by_role("button", name="Gem ændringen").click()
    expect(page.get_by_text("Gemt kl.").first).to_be_visible()
    second = entries(downloaded(page, "Kalenderfil"))
    assert {name: uid for name, (uid, _) in first.items()} == {
        name: uid for name, (uid, _) in second.items()
    }
    assert sum(second[name][1] > first[name][1] for name in first) >= 1

    page = visitor.open(server, "course_record")
    page.get_by_label("Navne på dem").fill("Anna Prøvesen\nBo Opdigt\nÅse Demosen")
    page.get_by_role("button", name="Sæt på holdet").click()
    expect(page.get_by_text("Fra den dag kan du notere, hvem der kom.")).to_be_visible()
    expect(page.get_by_role("button", name="Gem fremmøde")).to_have_count(0)

    let_months_pass(server, 6)
    page = visitor.open(server, "course_record")
    expect(page.get_by_role("button", name="Gem fremmøde")).to_be_visible()
    page.get_by_role("button", name="Alle til stede").click()
    page.get_by_role("button", name="Gem fremmøde").click()
    expect(page.get_by_text("Tallene").or_(page.get_by_text("Gemt kl.")).first).to_be_visible()
    expect(page.get_by_text("100 %").first).to_be_visible()

    with (
        Store.open(server.data / "peerbook.sqlite", create=False) as store,
        store.read() as session,
    ):
        rows = session.connection().exec_driver_sql("SELECT status FROM attendance").all()
        drafts = session.connection().exec_driver_sql("SELECT form FROM draft").all()
    assert [status for (status,) in rows] == ["present"] * 3
    assert drafts == []
