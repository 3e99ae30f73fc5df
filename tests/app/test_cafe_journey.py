"""The rota is made, hosts take shifts, and known faces are counted."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from builders import a_site, assert_sound
from journeys import query
from peerbook.course import plan_records, records
from peerbook.course.schedule.calendar import Closure
from peerbook.people.participants import new_participant
from peerbook.settings import help_key
from peerbook.store import append_event, set_setting
from peerbook.store.tables import CafeShift, ShiftHost
from peerbook.text import format_date
from steps import TODAY, downloaded, sideways, tab, unfold, way_to

pytestmark = pytest.mark.app

HOST = "Hanne Værtsen"
"""Invented."""


@pytest.fixture
def site(app):
    made = a_site(app.store)
    on = TODAY - dt.timedelta(days=60)
    with app.store.write("leader") as session:
        code = new_participant(session, made[0], HOST, on)
        append_event(session, "participant", code, "joined", on, role="mentor")
    return made


@pytest.fixture
def free_day(app, site):
    """The next day on which the place is open."""
    with app.store.read() as session:
        calendar = plan_records.calendar_of(session, site[0])
    days = (TODAY + dt.timedelta(days=number) for number in range(30))
    return next(day for day in days if calendar.is_free(day))


def a_shift(site_id: int, day: dt.date) -> CafeShift:
    return CafeShift(site_id=site_id, date=day, starts_at=dt.time(10), ends_at=dt.time(12))


def shown(page: Page):
    return page.locator("[role=tabpanel]:visible")


def test_cafes_get_hosts_and_the_calendar_names_no_participant(app, guest, site, free_day, axe):
    page = guest.open(app.server, "head_count", query(site=site[1]))
    tab(page, "Vagtplan")
    expect(page.get_by_text("Der står ingen café på vagtplanen endnu.")).to_be_visible()
    unfold(page, "Sæt caféer på vagtplanen")
    panel = shown(page)
    panel.locator("input[type=date]").fill(free_day.isoformat())
    panel.get_by_label("Fra").fill("10:00")
    ends_at = panel.get_by_label(re.compile("^Til"))
    ends_at.fill("09:00")
    panel.get_by_label("Hvor?").fill("Lido")
    panel.get_by_label("I hvor mange uger, på samme ugedag?").fill("1")
    page.get_by_role("button", name="Sæt dem på vagtplanen").click()
    expect(page.get_by_text("Den skal slutte, efter at den er begyndt.").first).to_be_visible()
    ends_at.fill("12:00")
    page.get_by_role("button", name="Sæt dem på vagtplanen").click()
    expect(page.get_by_text("1 café mangler en vært.")).to_be_visible()
    assert axe(page) == []

    rota = page.get_by_role("table", name="De næste tolv uger")
    rota.get_by_role("button", name=re.compile("^Værter og tid")).click()
    labels = panel.get_by_label("Hvem er vært?")
    labels.fill(f"Frivillig A, {HOST.upper()}, Frivillig B")
    page.get_by_role("button", name="Gem caféen").click()
    expect(page.get_by_text("er nu sat hak ved herunder").first).to_be_visible()
    expect(labels).to_have_value("Frivillig A, Frivillig B")
    expect(panel.get_by_label(HOST)).to_be_checked()
    assert axe(page) == []
    page.get_by_role("button", name="Gem caféen").click()
    expect(page.get_by_text("Der er en vært til hver café.")).to_be_visible()
    expect(rota).to_contain_text(HOST)
    file = downloaded(page, "Vagtplanen som kalenderfil (.ics)")
    assert b"Frivillig A" in file
    assert HOST.encode() not in file
    expect(panel.get_by_label("Hvor?")).to_have_value("Lido")
    expect(panel.get_by_label("Fra")).to_have_value("10:00")
    week = dt.timedelta(weeks=1)
    expect(panel.locator("input[type=date]")).to_have_value((free_day + week).isoformat())
    assert_sound(app.store)


def test_the_rota_tells_twelve_weeks_the_closed_days_and_whom_to_call(app, guest, site, axe):
    first = TODAY + dt.timedelta(days=1)
    closed_on, last = first + dt.timedelta(weeks=4), first + dt.timedelta(weeks=11)
    closure = Closure(closed_on, closed_on, "other", "Malerne er her")
    with app.store.write("leader") as session:
        records.save_closures(session, [plan_records.closure_row(session, site[0], closure)])
        for week in (0, 1, 2, 3, 5, 11, 14):
            session.add(a_shift(site[0], first + dt.timedelta(weeks=week)))
        set_setting(session, help_key(site[0]), "12 34 56 78, også aften")
    page = guest.open(app.server, "head_count", query(site=site[1]))
    tab(page, "Vagtplan")
    expect(page.get_by_text("12 34 56 78, også aften")).to_be_visible()
    rota = page.get_by_role("table", name="De næste tolv uger")
    closed = rota.get_by_role("row").filter(has_text="Malerne er her")
    expect(closed).to_contain_text("Ingen café")
    expect(closed.get_by_role("button")).to_have_count(0)
    expect(rota.get_by_role("button")).to_have_count(6)
    expect(rota).to_contain_text(format_date(last, "weekday"))
    expect(page.get_by_role("button", name="Senere caféer")).to_be_visible()
    assert axe(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    assert sideways(page) <= 0
    assert axe(page) == []
    tab(page, "Fællesarrangementer")
    expect(shown(page).get_by_text("12 34 56 78, også aften")).to_be_visible()


def test_known_faces_are_told_with_their_rule_and_fit_a_telephone(app, guest, site, axe):
    monday = TODAY - dt.timedelta(days=TODAY.weekday())
    with app.store.write("leader") as session:
        for week in range(1, 7):
            session.add(shift := a_shift(site[0], monday - dt.timedelta(weeks=week)))
            session.flush()
            session.add(ShiftHost(shift_id=shift.id, label=f"Frivillig {week}"))
    page = guest.open(app.server, "head_count", query(site=site[1]))
    tab(page, "Kendte ansigter")
    told = page.get_by_text("I 0 af 5 uger med café var der et kendt ansigt")
    expect(told).to_contain_text("Det er sjældnere end hver anden uge.")
    expect(page.get_by_text("Et ansigt er kendt, når")).to_contain_text("Vejles manual, s. 21")
    assert axe(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    for name in ("Kendte ansigter", "Vagtplan"):
        tab(page, name)
        assert sideways(page) <= 0
        assert axe(page) == []


def test_a_common_event_is_noted_with_its_three_questions_and_told_above_the_threshold(
    app, guest, site, axe
):
    page = guest.open(app.server, "head_count", query(site=site[1]))
    tab(page, "Fællesarrangementer")
    unfold(page, "Skriv et fællesarrangement op")
    panel = shown(page)
    panel.get_by_label("Hvad var det?").fill("Sommertur")
    panel.get_by_label("Hvor mange kom?").fill("12")
    panel.get_by_label("Hvad kostede det?").fill("1800")
    panel.get_by_label("Hvor mange udfyldte skemaet?").fill("9")
    page.get_by_role("textbox", name="Rigtig godt Hvor mange?").fill("11")
    panel.get_by_label("Hvad skal vi gøre anderledes?").fill("Mere kage\nEn bænk mere")
    page.get_by_role("button", name="Gem arrangementet").click()
    expect(page.get_by_text("11 svar er flere end de 9 skemaer.").first).to_be_visible()
    assert axe(page) == []
    page.get_by_role("textbox", name="Rigtig godt Hvor mange?").fill("9")
    page.get_by_role("button", name="Gem arrangementet").click()
    events = page.get_by_role("table", name="Fællesarrangementer, det seneste øverst")
    expect(events).to_contain_text("150")  # kroner for each who came
    events.get_by_role("button", name=re.compile("^Åbn")).click()
    told = page.get_by_role("table", name="Hvad de syntes om det: 9 skemaer")
    expect(told).to_contain_text("5,0 i snit på en skala fra 1 til 5")
    expect(page.get_by_text("vises, når mindst 5 har skrevet")).to_be_visible()
    expect(page.get_by_text("En bænk mere")).to_have_count(0)
    assert axe(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    assert sideways(page) <= 0
    unfold(page, "Ret det")
    assert sideways(page) <= 0
    assert axe(page) == []
    tab(page, "Optælling")
    page.get_by_role("radio", name="Fællesarrangement").check()
    expect(page.get_by_text("Fællesarrangement: Der kom 12 den ene gang")).to_be_visible()
    assert_sound(app.store)


def test_the_browsers_back_closes_a_cafe_and_leads_to_the_former_tab(app, guest, site, free_day):
    with app.store.write("leader") as session:
        session.add(a_shift(site[0], free_day))
    page = guest.open(app.server, "head_count", query(site=site[1]))
    tab(page, "Vagtplan")
    open_it = page.get_by_role("button", name=re.compile("^Værter og tid"))
    open_it.click()
    expect(page.get_by_label(HOST)).to_be_visible()
    assert HOST not in page.evaluate("decodeURI(location.href) + JSON.stringify(history.state)")
    page.go_back()
    expect(open_it).to_be_visible()
    page.go_forward()
    expect(page.get_by_label(HOST)).to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name="Vagtplan")).to_have_attribute("aria-selected", "true")
    way_to(page, "Rekruttering").click()
    expect(page.get_by_role("tab", name="Ny henvendelse")).to_be_visible()
    page.go_back()
    expect(open_it).to_be_visible()
    assert site[1] in page.evaluate("decodeURIComponent(location.search.replaceAll('+', ' '))")
