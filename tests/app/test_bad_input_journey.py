"""Whatever is typed into the pages or sent past them: refused with words, or shown as text."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import struct
import subprocess

import openpyxl
import pytest
from playwright.sync_api import expect

from builders import LEADER, a_planned_course, counted
from journeys import query
from peerbook.course import plan_records
from peerbook.course.attendance import attendance_records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import load_form
from peerbook.course.improvement import suggestion_records
from peerbook.course.schedule.calendar import Closure
from peerbook.course.schedule.plan_moves import cancel, move
from peerbook.server.channel import split
from steps import (
    TODAY,
    all_present,
    answer,
    ask_for_plan,
    ask_to_move,
    choose,
    downloaded,
    entries,
    free_day_near,
    mark,
    months_ahead,
    option_of,
    receipt,
    tab,
    turn_to,
    unfold,
    unfold_all,
    views,
)

pytestmark = pytest.mark.app

PAYLOAD = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}} *ny* =1+1 👩‍👧"
DAY = dt.timedelta(days=1)


@pytest.fixture
def made(app):
    return a_planned_course(
        app.store, mentors=("Anna Prøvesen", "Bo Opdigt"), first_month=months_ahead(-3),
        title="Hold 9",
    )  # fmt: skip


@pytest.fixture
def nothing_saved(app):
    """Whatever the test does, neither an event nor an audit entry may come of it."""
    with app.store.read() as session:
        before = counted(session)
    yield
    with app.store.read() as session:
        assert counted(session) == before


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "asked", "told"),
    [
        ("course_plan", {"site": "Atlantis"}, "Der er intet sted, der hedder »Atlantis«"),
        ("course_record", {"site": "<script>alert(1)</script>"}, "»<script>alert(1)</script>«"),
        ("course_record", {"course": 999}, "intet hold nummer 999"),
        ("course_plan", {"course": -1}, "intet hold nummer -1"),
    ],
    ids=["no such site", "markup", "no such course", "a number below nought"],
)
def test_an_address_of_what_is_not_there_says_so(
    app, guest, made, nothing_saved, page, asked, told
):
    where = {"site": made.site} | asked
    guest.set_out(app.server, page, query(**where))
    failure = guest.page.get_by_role("alert").filter(has_text="Siden kan ikke vises")
    expect(failure).to_contain_text(told)
    expect(guest.page.locator("html")).to_have_attribute("lang", "da")
    expect(guest.page.get_by_role("link", name="Forsiden")).to_be_visible()


# -- forms -----------------------------------------------------------------------------------------


def fault(page, field):
    return page.locator(f"[data-field={field}] .pb-fault").first


def test_wishes_that_cannot_be_planned_are_refused_each_at_its_field(app, guest, made):
    with app.store.read() as session:
        before = counted(session)
    page = guest.open(app.server, "course_plan", query(site=made.site))
    choose(page, "Hold", index=1)
    page.get_by_role("button", name="Vis et forslag").click()
    for field in ("title", "weekday", "day_starts_at"):
        expect(fault(page, field)).to_have_text("Her mangler et svar.")
    ask_for_plan(page, "Hold 10", starts="15:00")
    page.get_by_label("Undervisningen slutter").fill("09:00")
    page.get_by_role("button", name="Vis et forslag").click()
    expect(fault(page, "day_ends_at")).to_contain_text("Dagen slutter, før den begynder")
    page.get_by_label("Undervisningen slutter").fill("")
    page.get_by_label("Undervisningen begynder").fill("23:00")
    page.get_by_role("button", name="Vis et forslag").click()
    expect(fault(page, "day_starts_at")).to_contain_text("efter midnat")
    page.get_by_label("Undervisningen begynder").fill("09:30")
    backwards = page.get_by_label("Eller: første dag for fremlæggelse")
    backwards.fill("2027-05-04")
    page.get_by_role("button", name="Vis et forslag").click()
    expect(fault(page, "first_month")).to_contain_text("enten den første måned eller")
    page.get_by_label("Måned for den første").select_option("")
    for outside in ("1850-05-04", "2100-12-31", "9999-05-04"):
        backwards.fill(outside)
        page.get_by_role("button", name="Vis et forslag").click()
        expect(fault(page, "final_assignment_on")).to_contain_text(re.compile("kalender|Datoen "))
    page.get_by_label("Holdets navn").fill("x" * 10_000)
    page.get_by_role("button", name="Vis et forslag").click()
    expect(fault(page, "title")).to_contain_text("Teksten fylder 10.000 tegn")
    page.get_by_label("Undervisere").fill(",".join(f"Underviser {n}" for n in range(25)))
    page.get_by_label("Holdets navn").fill("Hold 10")
    backwards.fill("2027-05-04")
    page.get_by_role("button", name="Vis et forslag").click()
    expect(fault(page, "teachers")).to_contain_text(re.compile("for mange undervisere|plads til"))
    expect(page.get_by_role("button", name="Gem planen")).to_have_count(0)
    with app.store.read() as session:
        assert counted(session) == before


def test_a_date_outside_the_calendar_or_one_that_does_not_exist_moves_nothing(
    app, open_plan, made, nothing_saved
):
    before = app.plan(made)
    page = open_plan(made, tab="Flyt eller aflys")
    page.get_by_label("Hvilken dag?").select_option(
        label=option_of(page, "Hvilken dag?", "Erfagruppe 3")
    )
    page.get_by_label("Hvorfor?").fill("Prøver")
    for outside in ("1066-10-14", "2150-01-01", "9999-12-31"):
        page.get_by_label("Ny dato").fill(outside)
        page.get_by_role("button", name="Se, hvad der følger med").click()
        expect(fault(page, "date")).to_be_visible()
    # Half a date typed by keyboard reads as none; it is asked for again.
    page.get_by_label("Ny dato").fill("")
    page.get_by_label("Ny dato").press_sequentially("31")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    expect(fault(page, "date")).to_be_visible()
    assert app.plan(made) == before


def test_a_closure_that_ends_before_it_begins_is_refused(app, open_plan, made, nothing_saved):
    page = open_plan(made, tab="Helligdage og lukkedage")
    panel = unfold(page, "Tilføj en lukkedag")
    panel.get_by_label("Slags").select_option(label="Andet")
    panel.get_by_label("Første dag").fill(TODAY.isoformat())
    panel.get_by_label("Sidste dag").fill((TODAY - DAY).isoformat())
    panel.get_by_label("Hvad er det?").fill("Baglæns")
    panel.get_by_role("button", name="Gem lukkedagen").click()
    expect(panel.locator("[aria-invalid=true]").first).to_be_visible()
    for outside in ("1812-01-01", "2188-01-01"):
        panel.get_by_label("Første dag").fill(outside)
        panel.get_by_label("Sidste dag").fill("")
        panel.get_by_role("button", name="Gem lukkedagen").click()
        expect(panel.locator("[aria-invalid=true]").first).to_be_visible()


def test_ten_thousand_characters_are_told_and_stay_on_the_page(
    app, open_record, made, nothing_saved
):
    long = "æ" * 9_990 + "👩‍👧" + "<b>slut</b>"
    page = open_record(made, tab="I sagde")
    panel = unfold(page, "Tilføj et forslag")
    box = panel.get_by_label("Hvad blev der sagt?")
    box.fill(long)
    panel.get_by_role("button", name="Gem forslaget").click()
    expect(panel.get_by_text("og der er plads til 1.000").first).to_be_visible()
    assert box.input_value() == long
    tab(page, "Evaluering")
    tab(page, "Indtast")
    tab(page, "Ét skema")
    box = page.get_by_label("Hvad skal vi gøre anderledes?")
    box.fill(long)
    page.get_by_role("button", name="Gem skemaet").click()
    expect(page.get_by_text("og der er plads til 4.000").first).to_be_visible()
    assert box.input_value() == long


# -- what users write is text everywhere -----------------------------------------------------------


def test_markup_in_every_text_is_shown_as_text_on_every_page(app, guest, open_plan, open_record):
    store = app.store
    closed = Closure(TODAY + 20 * DAY, TODAY + 40 * DAY, "other", PAYLOAD)
    made = a_planned_course(
        store, closed, mentors=(f"A {PAYLOAD}", f"B {PAYLOAD}"), title=PAYLOAD,
        first_month=months_ahead(-2), teachers=(PAYLOAD,), room=PAYLOAD, convener=PAYLOAD,
    )  # fmt: skip
    plan = app.plan(made)
    with store.read() as session:
        calendar = plan_records.calendar_of(session, made.site_id)
    last, first = plan.of_kind("erfa_group")[-1], plan.of_kind("teaching_day")[0]
    moved = move(
        plan, last.item, free_day_near(app, made, last), calendar=calendar, reason=PAYLOAD
    ).plan
    changed = cancel(moved, plan.of_kind("erfa_group")[0].item, PAYLOAD).plan
    with store.write(LEADER) as session:
        plan_records.save_changes(session, made.course_id, plan, changed, PAYLOAD, on=TODAY)
        ids = app.rows(
            "SELECT id FROM course_date WHERE course_id = ? AND kind = ? AND number = 1",
            made.course_id, first.kind,
        )  # fmt: skip
        attendance_records.save_attendance(
            session, ids[0][0], {made.codes[0]: ("absent", PAYLOAD)}, {}, today=TODAY
        )
        attendance_records.save_catch_up(
            session, ids[0][0], made.codes[0], TODAY, PAYLOAD, today=TODAY
        )
        asked = suggestion_records.save_suggestion(session, made.course_id, PAYLOAD, TODAY)
        suggestion_records.save_decision(
            session, asked.number, outcome="do", what_we_did=PAYLOAD, owner=PAYLOAD,
            due_on=None, status="open", decided_on=TODAY,
        )  # fmt: skip
        sheets = [Sheet({"overall": 4, "keep": PAYLOAD, "suggestion": PAYLOAD})] * 5
        evaluation_records.save_sheets(
            session, made.course_id, load_form("mid"), sheets,
            wave="mid", source="pile", entered_on=TODAY,
        )  # fmt: skip
    start = guest.open(app.server, "start", query(site=made.site))
    unfold_all(start)  # with many places, what is told of them is folded
    assert_harmless(start, PAYLOAD)
    for opened in (open_plan, open_record):
        page = opened(made)
        told = page.get_by_text(PAYLOAD).filter(visible=True)
        times = 0
        for _view in views(page):
            assert_harmless(page)
            times += told.count()
        assert times > 3
    page = open_plan(made)
    found = entries(downloaded(page, "Kalenderfil"))
    assert len(found) == len(plan.dates)
    text = subprocess.run(
        ["pdftotext", "-", "-"], input=downloaded(page, "Én side til print"),
        capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    assert "onerror=alert(1)" in "".join(text.replace("\u200b", "").split())
    book = openpyxl.load_workbook(io.BytesIO(downloaded(page, "Regneark")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert PAYLOAD in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


def assert_harmless(page, shown=""):
    """No markup came of anybody's words, and they stand there as they were written."""
    assert page.locator("main img, main script:not([type='application/json'])").count() == 0
    assert page.locator("main em").filter(has_text="ny").count() == 0
    if shown:
        expect(page.get_by_text(shown).filter(visible=True).first).to_be_visible()


def test_markup_typed_into_the_pages_comes_back_as_text(app, open_record, open_plan, made):
    page = open_record(made)
    panel = unfold(page, "Hvem er på holdet?")
    panel.get_by_label("Navne på dem, der begynder").fill(PAYLOAD)
    panel.get_by_role("button", name="Sæt på holdet").click()
    receipt(page)
    mark(page, PAYLOAD, "Meldt afbud", note=PAYLOAD)
    all_present(page)
    expect(page.get_by_role("rowheader", name=PAYLOAD).last).to_be_visible()
    tab(page, "I sagde")
    panel = unfold(page, "Tilføj et forslag")
    panel.get_by_label("Hvad blev der sagt?").fill(PAYLOAD)
    panel.get_by_role("button", name="Gem forslaget").click()
    expect(panel.get_by_text("Der står et navn.").first).to_be_visible()
    panel.get_by_role("button", name="Gem forslaget").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=PAYLOAD))
    row.get_by_role("button", name="Svar").click()
    page.get_by_role("radio", name="Det gør vi").check()
    page.get_by_label("Hvem tager sig af det?").fill(PAYLOAD)
    page.get_by_role("button", name="Gem svaret").click()
    expect(row.get_by_role("cell", name=PAYLOAD, exact=True)).to_be_visible()
    assert_harmless(page, PAYLOAD)
    page = open_plan(made, tab="Flyt eller aflys")
    erfa = app.plan(made).of_kind("erfa_group")[-1]
    ask_to_move(page, erfa.name, free_day_near(app, made, erfa), PAYLOAD)
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    assert_harmless(page, PAYLOAD)


# -- messages no page of ours sends ----------------------------------------------------------------


def _packed(parts):
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


class Meddler:
    """Somebody between page and server who changes what the page sends."""

    def __init__(self, page):
        self.change = None
        self.state = None
        page.route_web_socket("**/channels*", self._through)

    def _through(self, line):
        server = line.connect_to_server()

        def pass_on(frame):
            for one in self._changed(frame):
                server.send(one)

        line.on_message(pass_on)

    def _changed(self, frame):
        parts = split(frame)
        content = json.loads(parts[4])
        asked = content.get("data", {}).get("content")
        if self.change is None or not isinstance(asked, dict) or asked["do"] in ("draft", "asset"):
            return [frame]
        self.change(asked)
        told = [content]
        if self.state is not None:
            told.insert(0, content | {"data": {"method": "update", "state": self.state}})
        return [_packed([*parts[:4], json.dumps(one).encode(), *parts[5:]]) for one in told]

    def put(self, path, value):
        """Let the next messages carry a value at a path, names and places joined by dots."""

        def change(asked):
            place = asked
            *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
            for step in steps:
                place = place[step]
            place[last] = value

        self.change = change


ODD = ["HACKED", 999_999, -1, True, None, [], ["present"], {"$ne": ""}, 1e308, "present\0"]


def test_attendance_that_no_page_sends_is_not_saved(app, guest, made, nothing_saved):
    meddler = Meddler(guest.page)
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    page.get_by_role("button", name="Alle til stede").click()
    for odd in ODD:
        meddler.put("values.people.0.values.status", odd)
        page.get_by_role("button", name="Gem fremmøde").click()
        expect(page.locator(".pb-summary")).to_be_focused()
        page.get_by_role("button", name="Gem fremmøde").focus()
    for path, odd in [
        ("values.people.0.id", "P-000000"), ("values.people.0.id", {"a": 1}),
        ("values.people.0.values", "x"), ("values.people", "x"), ("values", None), ("key", "1"),
        ("values.people.0.values.note", "x" * 10_000), ("values.people.0.values.note", 7),
    ]:  # fmt: skip
        meddler.put(path, odd)
        page.get_by_role("button", name="Gem fremmøde").click()
        expect(page.locator(".pb-summary")).to_be_focused()
        page.get_by_role("button", name="Gem fremmøde").focus()
    meddler.change = lambda asked: asked.update(do="drop_all")
    page.get_by_role("button", name="Gem fremmøde").click()


def test_a_sheet_off_the_scale_that_no_page_sends_is_not_saved(app, guest, made, nothing_saved):
    meddler = Meddler(guest.page)
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    tab(page, "Evaluering")
    tab(page, "Indtast")
    tab(page, "Ét skema")
    answer(page, "Hvordan er kurset for dig, alt i alt?", "Godt")
    for odd in (6, "6", 0, -1, 3.5, True, "Godt", [4], {"code": 4}, 10**40):
        meddler.put("values.overall", odd)
        page.get_by_role("button", name="Gem skemaet").click()
        expect(page.locator(".pb-summary:visible")).to_be_focused()
        page.get_by_role("button", name="Gem skemaet").focus()


def test_a_move_or_a_closure_that_no_page_offers_is_not_saved(app, guest, made, nothing_saved):
    meddler = Meddler(guest.page)
    page = guest.open(app.server, "course_plan", query(site=made.site, course=made.course_id))
    tab(page, "Flyt eller aflys")
    turn_to(page, "Aflys en dag")
    page.get_by_label("Hvilken dag?").select_option(index=2)
    page.get_by_label("Hvorfor?").fill("Prøver")
    for odd in ("teaching_day:99", "teaching_day", "mid_evaluation:1", "x:y", 3, None, ["x"]):
        meddler.put("values.item", odd)
        page.get_by_role("button", name="Se, hvad der følger med").click()
        expect(page.locator(".pb-summary:visible")).to_be_focused()
        page.get_by_role("button", name="Se, hvad der følger med").focus()
    meddler.change = None
    tab(page, "Helligdage og lukkedage")
    panel = unfold(page, "Tilføj en lukkedag")
    panel.get_by_label("Slags").select_option(label="Andet")
    panel.get_by_label("Første dag").fill(TODAY.isoformat())
    panel.get_by_label("Hvad er det?").fill("Prøve")
    for path, odd in [
        ("values.whom", "teacher:Ukendt"), ("values.whom", "site:"), ("values.kind", "holiday"),
        ("values.starts_on", "2026-02-30"), ("values.starts_on", 20260101),
        ("values.label", ["x"]),
    ]:  # fmt: skip
        meddler.put(path, odd)
        panel.get_by_role("button", name="Gem lukkedagen").click()
        expect(page.locator(".pb-summary:visible")).to_be_focused()
        panel.get_by_role("button", name="Gem lukkedagen").focus()


def test_buttons_and_choices_that_are_not_there_do_nothing(app, guest, made):
    with app.store.write(LEADER) as session:
        row = plan_records.closure_row(
            session, made.site_id, Closure(TODAY, TODAY, "other", "Min lukkedag")
        )
        session.add(row)
    with app.store.read() as session:
        before = counted(session)
    meddler = Meddler(guest.page)
    page = guest.open(app.server, "course_plan", query(site=made.site, course=made.course_id))
    tab(page, "Helligdage og lukkedage")
    button = page.get_by_role("button", name="Fjern")
    for field, odd in (("index", 99), ("index", "0"), ("index", None), ("edition", 7)):
        meddler.put(field, odd)
        button.click()
        page.get_by_role("button", name="Ja, fortsæt").click()
        expect(page.get_by_text("Tabellen er ændret i mellemtiden").last).to_be_visible()
    for odd in (99, -1, True, "0", None):
        meddler.put("index", odd)
        page.get_by_role("combobox", name="Hold").select_option(index=1)
        expect(page.get_by_text("Siden sendte noget, der ikke kan læses").first).to_be_visible()
    expect(page.get_by_label("Holdets navn")).to_have_count(0)
    with app.store.read() as session:
        assert counted(session) == before


def test_a_part_whose_state_is_set_from_outside_keeps_its_rules(app, guest, made, nothing_saved):
    meddler = Meddler(guest.page)
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    page.get_by_role("button", name="Alle til stede").click()
    meddler.state = {"fields": [], "only_asks": True, "begin": {}, "texts": {}, "_dom_classes": []}
    meddler.put("values.people.0.values.status", "HACKED")
    page.get_by_role("button", name="Gem fremmøde").click()
    expect(page.locator(".pb-summary")).to_be_focused()
    expect(page.get_by_text("Vælg en af mulighederne på listen.").first).to_be_visible()
