"""A page with every part: sound for screen readers, by keyboard alone, and on a telephone."""

import datetime as dt
from types import SimpleNamespace

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Page, expect

from peerbook import ui
from peerbook.errors import Conflict
from peerbook.text import _

WIDE = {"width": 1200, "height": 900}
TELEPHONE = {"width": 375, "height": 740}
TOUCH_PX = 44
SAVED_AT = dt.datetime(2026, 3, 4, 13, 2, tzinfo=dt.UTC)


def save(submission: ui.Submission) -> object:
    if submission.values["title"] == "Konflikt":
        raise Conflict("En anden har gemt i mellemtiden.", {"title": "Deres", "seats": 3})
    return SimpleNamespace(kind="plan", number=12, version=1, saved_at=SAVED_AT)


def every_field() -> list:
    status = [("present", "Til stede"), ("excused", "Afbud"), ("absent", "Udeblevet")]
    return [
        ui.TextField("title", "Holdets navn", hint="Som i kalenderen.", required=True),
        ui.Group(
            "Tid og sted",
            [
                ui.DateField("start", "Første undervisningsdag", required=True),
                ui.TimeField("at", "Klokken"),
                ui.IntegerField("seats", "Pladser", unit="deltagere"),
                ui.NumberField("price", "Lokalepris", unit="kr."),
                ui.ChoiceField("site", "Sted", options=[(1, "Vejle"), (2, "Kolding")]),
            ],
            hint="Datoerne kan flyttes senere.",
        ),
        ui.ChoiceField("shape", "Form", options=[("a", "Et år"), ("b", "Et halvt")], look="radio"),
        ui.ChoicesField("themes", "Temaer", options=[("a", "Grænser"), ("b", "Håb")]),
        ui.ScaleField(
            "useful", "Hvor brugbar var dagen?", blank_label="Ved ikke",
            points=[(1, "Slet ikke"), (2, ""), (3, ""), (4, ""), (5, "Meget")],
        ),
        ui.RowsField(
            "attendance", "Fremmøde", row_label="Person",
            rows=[("p1", "Anna Holm"), ("p2", "Bo Østergaard")],
            fields=[
                ui.ChoiceField("status", "Status", options=status, required=True),
                ui.TextField("note", "Bemærkning"),
                ui.FlagField("catch_up", "Kan indhente"),
            ],
        ),
        ui.RowsField(
            "closures", "Lukkedage", row_label="Lukkedag",
            fields=[ui.DateField("day", "Dato"), ui.TextField("why", "Årsag")],
        ),
        ui.LongTextField("comment", "Er der andet?", max_length=50),
        ui.FileField("file", "Skema"),
        ui.FlagField("agree", "Jeg har talt med holdet", required=True),
    ]  # fmt: skip


def every_part(**form_options: object) -> ui.Page:
    columns = [
        ui.Column("name", "Navn"), ui.Column("n", "Fremmøde", "number"),
        ui.Column("share", "Andel", "share"), ui.Column("day", "Sidste gang", "date"),
        ui.Column("status", "Status", "status"),
    ]  # fmt: skip
    rows = [
        {
            "name": name,
            "n": 5,
            "share": 0.5,
            "day": SAVED_AT.date(),
            "status": ui.Status(tone, tone),
        }
        for name, tone in zip("ABCDE", ["ok", "info", "warn", "danger", "neutral"], strict=True)
    ]
    days = ["Dag 1", "Dag 2"]
    bars = go.Figure([go.Bar(x=days, y=[9, 8], name="Her"), go.Bar(x=days, y=[1, 2], name="Væk")])
    numbers = ui.TableData(columns[:2], rows, "Fremmøde")
    chart = ui.Chart(bars, finding="De fleste kom.", alt="Søjler: 9 og 8 kom.", table=numbers)
    return ui.Page(
        [
            *(ui.Notice(kind, f"Besked: {kind}") for kind in ("info", "ok", "warn", "danger")),
            ui.Notice("info", "Med knap.", [ui.Action("Vis", lambda: "Vist.", look="main")]),
            ui.Heading("Planen"),
            ui.Form("plan", every_field(), on_submit=save, **form_options),
            ui.Heading("Deltagere"),
            ui.Filter("Sted", [(1, "Vejle"), (2, "Kolding")], lambda site: None, look="radio"),
            ui.Filter("Periode", [(1, "2026"), (2, "2025")], lambda year: None),
            ui.Table(columns, rows, "Deltagere", action=ui.RowAction("Vis", lambda row: "Vist.")),
            ui.Columns([chart, ui.Prose("## Mere\n\n- et\n- to\n\n[Planen](plan.ipynb)")]),
            ui.Download("Hent", lambda: ("a.ics", b"x", "text/calendar")),
            ui.Button("Slet", lambda: "Slettet.", confirm="Vil du slette?", look="danger"),
            ui.Section([ui.Prose("Her.")]),
            ui.Disclosure("Flere valg", [ui.Prose("Indhold")]),
            ui.Tabs([("Første", [ui.Prose("Et")]), ("Anden", [ui.Prose("To")])], label="Dele"),
        ],
        lead="Planlæg et hold.",
        synthetic=True,
    )


def drawn(page: Page) -> Page:
    page.locator(".pb-plot").scroll_into_view_if_needed()
    page.wait_for_selector(".pb-plot[data-drawn]")
    return page


@pytest.mark.parametrize("size", [WIDE, TELEPHONE], ids=["wide", "telephone"])
def test_no_violation_on_a_page_with_every_part_open(show, axe, size):
    page = drawn(show(every_part(), viewport=size))
    page.get_by_text(_("Show the numbers")).click()
    page.get_by_role("button", name="Flere valg").click()
    page.get_by_role("button", name="Slet").click()
    expect(page.get_by_text("Indhold")).to_be_visible()
    assert axe(page) == []


def test_no_violation_with_faults_and_a_receipt(show, axe):
    page = drawn(show(every_part()))
    page.get_by_label("Er der andet?").fill("x" * 60)
    save_button = page.get_by_role("button", name=_("Save"))
    save_button.click()
    expect(page.locator(".pb-summary")).to_be_focused()
    assert page.get_by_role("link").filter(has_text=":").count() == 6
    assert axe(page) == []


@pytest.mark.parametrize("title", ["Forår", "Konflikt"])
def test_no_violation_with_a_receipt_or_two_versions(show, axe, title):
    values = {
        "title": title, "start": SAVED_AT.date(), "agree": True, "seats": 12,
        "attendance": tuple(ui.Row(i, {"status": "present"}) for i in ("p1", "p2")),
    }  # fmt: skip
    page = drawn(show(every_part(values=values)))
    page.get_by_role("button", name=_("Save")).click()
    expect(
        page.locator(".pb-conflict" if title == "Konflikt" else ".pb-form > .pb-ok")
    ).to_be_visible()
    assert axe(page) == []


def test_no_violation_with_a_draft_offered_and_one_question_at_a_time(show, axe, drafts):
    drafts.kept = ({"title": "Halvt"}, SAVED_AT)
    page = drawn(show(every_part(drafts=drafts, step="one", help_text="Ring 70 20 12 01")))
    assert axe(page) == []
    page.get_by_role("button", name=_("Continue")).click()
    for _question in range(8):
        page.get_by_role("button", name=_("Next")).click()
        assert axe(page) == []


@pytest.mark.parametrize("step", ["all", "one"])
def test_telephone_needs_no_scrolling_sideways(show, step):
    page = drawn(show(every_part(step=step), viewport=TELEPHONE))
    if step == "all":
        page.get_by_role("button", name=_("Save")).click()
        expect(page.locator(".pb-summary")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]


def test_everything_to_press_is_large_enough_for_a_thumb(show):
    page = drawn(show(every_part(), viewport=TELEPHONE))
    small = page.evaluate(
        """least => Array.from(
            document.querySelectorAll("button, select, summary, label:has(input), .pb-input"))
          .filter(el => el.checkVisibility() && el.getBoundingClientRect().height < least)
          .map(el => el.outerHTML.slice(0, 120))""",
        TOUCH_PX,
    )
    assert small == []


def test_tab_goes_through_a_form_in_the_order_it_is_read(show):
    page = show(ui.Page([ui.Form("plan", every_field(), on_submit=save)]))
    page.get_by_label("Holdets navn").focus()
    assert page.locator("form [tabindex]:not([tabindex='-1'])").count() == 0
    seen = []
    for _step in range(60):
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.type"))
        if seen[-1] == "submit":
            break
        page.keyboard.press("Tab")
    wanted = [
        "title",
        "start",
        "at",
        "seats",
        "price",
        "site",
        "comment",
        "file",
        "agree",
        "submit",
    ]
    assert [name for name in dict.fromkeys(seen) if name in wanted] == wanted


def test_focus_is_always_seen(show):
    page = show(every_part())
    for _step in range(70):
        page.keyboard.press("Tab")
        is_seen = page.evaluate(
            """() => { const el = document.activeElement;
              const outlined = (one) => one && getComputedStyle(one).outlineStyle !== "none";
              return el === document.body || outlined(el) || outlined(el.closest("label")); }"""
        )
        assert is_seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_reader_who_wants_no_motion_gets_none(show):
    page = drawn(show(every_part(), reduced_motion="reduce"))
    moving = page.evaluate(
        "document.getAnimations().length + "
        "(document.querySelector('.js-plotly-plot')._fullLayout.transition?.duration ?? 0)"
    )
    assert moving == 0
