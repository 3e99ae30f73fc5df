"""A coordinator plans a course, and lives with the plan: days move, are called off, are closed."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess

import openpyxl
import pytest
from playwright.sync_api import expect

from builders import a_planned_course, a_site, somebody
from peerbook.course import plan_records
from peerbook.course.schedule.calendar import Closure, summer_shutdown
from peerbook.course.schedule.plan import Item, nth_weekday
from peerbook.text import format_date, format_month, format_weekday
from steps import (
    TODAY,
    ask_for_plan,
    ask_to_move,
    choose,
    downloaded,
    entries,
    free_day_near,
    holiday_after,
    months_ahead,
    option_of,
    receipt,
    row_of,
    sideways,
    tab,
    turn_to,
    unfold,
    way_to,
)

pytestmark = pytest.mark.app

TUESDAY = 1
DAY = dt.timedelta(days=1)


@pytest.fixture
def made(app):
    """A course that begins in four months, at a site of its own."""
    return a_planned_course(
        app.store, mentors=("Anna Prøvesen", "Bo Opdigt"), title="Hold 7", weekday=TUESDAY,
        first_month=months_ahead(4), room="Store sal",
        teachers=(somebody("Underviser A"), somebody("Underviser B")),
    )  # fmt: skip


def test_a_plan_says_which_date_it_went_around_and_is_kept_when_saved(app, guest):
    wished = nth_weekday(*months_ahead(4), TUESDAY, 2)
    number, site = a_site(app.store, Closure(wished, wished, "other", "Huset males"))
    here = f"title = 'Hold 7' AND site_id = {number:d}"
    page = guest.open(app.server, "course_plan", f"?site={site}")
    ask_for_plan(page, "Hold 7", week="den anden")
    expect(page.get_by_text("Her er et forslag. Det er ikke gemt endnu.").first).to_be_visible()
    assert app.rows(f"SELECT count(*) FROM course WHERE {here}") == [(0,)]
    why = unfold(page, "Datoer, vi gik uden om")
    expect(why).to_contain_text(format_date(wished, "long"))
    expect(why).to_contain_text("Huset males")
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("tab", name="Datoer")).to_be_visible()
    receipt = page.locator(".pb-notice.pb-ok").filter(has_text="Hold 7 er gemt som")
    expect(receipt).to_be_visible()
    expect(page.get_by_role("combobox", name="Hold")).to_have_value("0")
    ((starts_on,),) = app.rows(f"SELECT starts_on FROM course WHERE {here}")
    assert starts_on != wished.isoformat()
    first = row_of(page, "Undervisningsdag 1")
    expect(first).to_contain_text(format_date(dt.date.fromisoformat(starts_on)))
    expect(first).to_contain_text("9.30–")


def test_a_moved_day_takes_its_sparring_along_and_calendars_hear_of_it(app, open_plan, made):
    before = app.plan(made)
    day, sparring = (before.date_of(Item(kind, 2)) for kind in ("teaching_day", "sparring"))
    to = free_day_near(app, made, day)
    page = open_plan(made)
    first = entries(downloaded(page, "Kalenderfil"))
    tab(page, "Flyt eller aflys")
    ask_to_move(page, "Undervisningsdag 2", to, "Huset er lejet ud")
    follows = page.get_by_role("listitem").filter(has_text="Gruppesparring 2 flytter fra")
    expect(follows).to_contain_text(format_date(sparring.date, "long"))
    told = page.get_by_text("Fortæl det til deltagerne")
    expect(told).to_contain_text(" og ".join(day.teachers))
    assert app.plan(made) == before, "nothing is saved before it is asked for"
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    # Another change may be thought over below it: the receipt says which one it is for.
    told = page.get_by_text(
        f"Undervisningsdag 2 kommer til at ligge {format_date(to, 'long')}. Gemt"
    )
    expect(told.first).to_be_visible()
    expect(row_of(page, "Undervisningsdag 2")).to_contain_text(format_date(to))
    expect(row_of(page, "Undervisningsdag 2")).to_contain_text("Huset er lejet ud")
    after = app.plan(made)
    gap = after.date_of(sparring.item).date - to
    assert gap.days == (sparring.date - day.date).days
    second = entries(downloaded(page, "Kalenderfil"))
    assert {name: one.uid for name, one in second.items()} == {
        name: one.uid for name, one in first.items()
    }
    moved = {date.name for date in after.dates if date.date != before.date_of(date.item).date}
    assert {"Undervisningsdag 2", "Gruppesparring 2"} <= moved
    for name, one in second.items():
        assert one.sequence == first[name].sequence + (name in moved)
    assert second["Undervisningsdag 2"].day == to


def test_a_move_to_a_holiday_is_refused_with_its_name_and_nothing_is_saved(app, open_plan, made):
    before = app.plan(made)
    holiday, name = holiday_after(before.dates[0].date)
    page = open_plan(made, tab="Flyt eller aflys")
    ask_to_move(page, "Undervisningsdag 1", holiday, "Prøver")
    field = page.get_by_label("Ny dato")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-field=date] .pb-fault")).to_contain_text(name)
    expect(page.get_by_role("button", name="Gem ændringen")).to_have_count(0)
    assert app.plan(made) == before
    # What was typed is still there, and the next day that is free is taken.
    to = free_day_near(app, made, before.dates[0])
    field.fill(to.isoformat())
    page.get_by_role("button", name="Se, hvad der følger med").click()
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    assert app.plan(made).date_of(Item("teaching_day", 1)).date == to


def test_a_cancelled_day_stays_in_plan_and_calendar_as_cancelled(app, open_plan, made):
    page = open_plan(made)
    first = entries(downloaded(page, "Kalenderfil"))
    tab(page, "Flyt eller aflys")
    page.get_by_role("radio", name="Aflys en dag").check()
    expect(page.get_by_text("En aflyst dag bliver stående i planen")).to_be_visible()
    name = option_of(page, "Hvilken dag?", "Undervisningsdag 3")
    page.get_by_label("Hvilken dag?").select_option(label=name)
    page.get_by_label("Hvorfor?").fill("Begge undervisere er syge")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    follows = page.get_by_role("listitem")
    expect(follows.filter(has_text="Undervisningsdag 3")).to_contain_text("bliver aflyst")
    expect(follows.filter(has_text="Midtvejsevaluering flytter fra")).to_be_visible()
    assert all(date.takes_place for date in app.plan(made).dates), "nothing is saved yet"
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    expect(row_of(page, "Undervisningsdag 3")).to_contain_text("Aflyst")
    expect(row_of(page, "Undervisningsdag 3")).to_contain_text("Begge undervisere er syge")
    second = entries(downloaded(page, "Kalenderfil"))
    called_off = second["Undervisningsdag 3"]
    assert called_off.status == "CANCELLED"
    assert called_off.uid == first["Undervisningsdag 3"].uid
    assert called_off.sequence == first["Undervisningsdag 3"].sequence + 1
    # The evaluation in the middle is part of that day, and goes on to the next.
    plan = app.plan(made)
    middle = plan.date_of(Item("mid_evaluation", 1))
    assert middle.date == plan.date_of(Item("teaching_day", 4)).date
    assert second["Midtvejsevaluering"].sequence == 1
    # It can be brought back, and calendars hear of that too.
    tab(page, "Flyt eller aflys")
    page.get_by_role("radio", name="Genoptag en aflyst dag").check()
    expect(page.get_by_text("samme dag som før")).to_be_visible()
    page.get_by_label("Hvilken dag?").select_option(label=name)
    page.get_by_role("button", name="Se, hvad der følger med").click()
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    third = entries(downloaded(page, "Kalenderfil"))["Undervisningsdag 3"]
    assert (third.uid, third.status) == (called_off.uid, "CONFIRMED")
    assert third.sequence == called_off.sequence + 1
    assert third.day == first["Undervisningsdag 3"].day
    expect(row_of(page, "Midtvejsevaluering")).to_contain_text("Planlagt")


def test_one_day_begins_earlier_in_another_room_and_all_of_it_follows(app, open_plan, made):
    day = app.plan(made).date_of(Item("teaching_day", 3))
    page = open_plan(made)
    first = entries(downloaded(page, "Kalenderfil"))
    tab(page, "Flyt eller aflys")
    turn_to(page, "Ret tid eller lokale")
    choose(page, "Hvilken dag?", label=option_of(page, "Hvilken dag?", "Undervisningsdag 3"))
    expect(page.get_by_role("textbox", name="Lokale")).to_have_value("Store sal")
    page.get_by_label("Begynder kl.").fill("09:30")
    page.get_by_label("Slutter kl.").fill("09:00")
    page.get_by_role("textbox", name="Lokale").fill("Caféen")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    fault = page.locator("[data-field=ends_at] .pb-fault")
    expect(fault).to_contain_text("Den slutter, før den begynder")
    page.get_by_label("Slutter kl.").fill("15:00")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    follows = page.get_by_role("listitem").filter(has_text="er nu kl. 09.30–15.00")
    expect(follows).to_contain_text("er nu i lokalet Caféen")
    expect(page.get_by_text("Fortæl det til deltagerne")).to_contain_text(" og ".join(day.teachers))
    assert app.plan(made).date_of(day.item) == day, "nothing is saved before it is asked for"
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    expect(row_of(page, "Undervisningsdag 3")).to_contain_text("09.30–15.00")
    expect(row_of(page, "Undervisningsdag 3")).to_contain_text("Denne dag i Caféen.")
    assert "Sted: Store sal" in page.get_by_text("Undervisere: ").inner_text()
    second = entries(downloaded(page, "Kalenderfil"))
    changed = {name for name, one in second.items() if one.sequence > first[name].sequence}
    assert changed == {"Undervisningsdag 3", "Midtvejsevaluering"}
    tab(page, "Siden sidst")
    expect(mail(page)).to_have_value(re.compile("er nu i lokalet Caféen"))
    tab(page, "Undervisning")
    choose(page, "Dag", label=option_of(page, "Dag", "Dag 3"))
    expect(row_of(page, "09.30")).to_be_visible()


def test_all_teaching_days_begin_at_another_time_and_that_is_told_once(app, open_plan, made):
    page = open_plan(made, tab="Om holdet")
    page.get_by_label("Undervisningen begynder kl.").fill("09:00")
    page.get_by_label("Sparring slutter kl.").fill("12:00")
    page.get_by_role("button", name="Gem oplysningerne").click()
    fault = page.locator("[data-field=sparring_ends_at] .pb-fault")
    expect(fault).to_contain_text("Den slutter, før den begynder")
    page.get_by_label("Sparring slutter kl.").fill("15:00")
    page.get_by_role("button", name="Gem oplysningerne").click()
    receipt(page)
    starts = {date.starts_at for date in app.plan(made).of_kind("teaching_day")}
    assert starts == {dt.time(9)}
    tab(page, "Siden sidst")
    expect(mail(page)).to_have_value(
        re.compile("Undervisningsdag 1, 2, 3, 4, 5 og 6 er nu kl. 09.00–")
    )


def mail(page):
    return page.get_by_label("Teksten er klar til en mail")


def test_what_has_changed_is_told_once(app, open_plan, made):
    page = open_plan(made, tab="Siden sidst")
    page.get_by_role("button", name="Notér som meldt ud i dag").click()
    expect(page.get_by_text("Intet er ændret siden.").first).to_be_visible()
    day = app.plan(made).date_of(Item("teaching_day", 5))
    to = free_day_near(app, made, day)
    tab(page, "Flyt eller aflys")
    ask_to_move(page, "Undervisningsdag 5", to, "Underviseren er på kursus")
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    tab(page, "Siden sidst")
    told = mail(page).input_value()
    assert "Undervisningsdag 5 er flyttet" in told
    assert format_date(to, "long") in told
    assert "Underviseren er på kursus" in told
    assert told.startswith("Kære alle")
    assert "kalenderfil er vedhæftet" in told
    page.get_by_role("button", name="Notér som meldt ud i dag").click()
    expect(mail(page)).to_have_count(0)


def test_a_new_closure_flags_the_dates_it_hits_and_they_get_new_ones(app, open_plan, made):
    before = app.plan(made)
    hit = before.date_of(Item("teaching_day", 4))
    page = open_plan(made, tab="Helligdage og lukkedage")
    panel = unfold(page, "Tilføj en lukkedag")
    panel.get_by_label("Slags").select_option(label="Andet")
    panel.get_by_label("Første dag").fill(hit.date.isoformat())
    panel.get_by_label("Hvad er det?").fill("Huset får nyt tag")
    panel.get_by_role("button", name="Gem lukkedagen").click()
    receipt(page)
    warning = page.get_by_text("Nogle datoer kan ikke længere bruges")
    expect(warning).to_contain_text(f"Undervisningsdag 4, {format_date(hit.date, 'weekday')}")
    expect(warning).to_contain_text("Huset får nyt tag")
    stays = page.get_by_role("tab", name="Helligdage og lukkedage")
    expect(stays).to_have_attribute("aria-selected", "true")
    expect(row_of(page, re.compile("Huset får nyt tag"))).to_be_visible()
    page.get_by_role("button", name="Find nye datoer").click()
    follows = page.get_by_role("listitem").filter(has_text="Undervisningsdag 4 flytter fra")
    expect(follows).to_contain_text("Huset får nyt tag")
    assert app.plan(made) == before, "nothing is saved before it is asked for"
    page.get_by_role("button", name="Gem ændringen").click()
    expect(warning).to_have_count(0)
    plan = app.plan(made)
    assert plan.date_of(hit.item).date != hit.date
    with app.store.read() as session:
        calendar = plan_records.calendar_of(session, made.site_id)
    assert all(calendar.is_free(date.date, date.resources) for date in plan.dates)
    tab(page, "Helligdage og lukkedage")
    row_of(page, re.compile("Huset får nyt tag")).get_by_role("button", name="Fjern").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_text("Fjernet: ").first).to_contain_text("Huset får nyt tag")
    assert app.rows("SELECT count(*) FROM closure WHERE site_id = ?", made.site_id) == [(0,)]


def test_a_date_fixed_by_hand_is_named_when_a_closure_hits_it_and_may_stay(app, open_plan, made):
    hit = app.plan(made).date_of(Item("teaching_day", 2))
    page = open_plan(made, tab="Flyt eller aflys")
    ask_to_move(page, "Undervisningsdag 2", hit.date, "Aftalt med huset")
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    tab(page, "Helligdage og lukkedage")
    panel = unfold(page, "Tilføj en lukkedag")
    panel.get_by_label("Slags").select_option(label="Andet")
    panel.get_by_label("Første dag").fill(hit.date.isoformat())
    panel.get_by_label("Hvad er det?").fill("Huset får nyt tag")
    panel.get_by_role("button", name="Gem lukkedagen").click()
    warning = page.get_by_text("Nogle datoer kan ikke længere bruges")
    expect(warning).to_contain_text(f"Undervisningsdag 2, {format_date(hit.date, 'weekday')}")
    expect(warning).to_contain_text("Den ligger fast")
    page.get_by_role("button", name="Lad dem blive stående").click()
    page.get_by_role("button", name="Gem ændringen").click()
    expect(warning).to_have_count(0)
    stays = app.plan(made).date_of(hit.item)
    assert (stays.date, stays.pinned) == (hit.date, True)
    expect(row_of(page, "Undervisningsdag 2")).to_contain_text("Ligger her, selv om")


def test_a_new_course_begins_in_two_months_or_ends_on_a_day_never_on_one_wish_instead_of_another(
    app, guest
):
    _number, site = a_site(app.store)
    page = guest.open(app.server, "course_plan", f"?site={site}")
    month = page.get_by_label("Måned for den første")
    year, number = months_ahead(2)
    expect(month).to_have_value("")
    hint = page.locator("[data-field=first_month] .pb-hint")
    expect(hint).to_contain_text(format_month(dt.date(year, number, 1)))
    ask_for_plan(page, "Hold 7", month="")
    tuesdays = {format_date(nth_weekday(year, number, TUESDAY, week)) for week in (1, 2, 3, 4, -1)}
    expect(row_of(page, "Undervisningsdag 1")).to_contain_text(re.compile("|".join(tuesdays)))
    last = nth_weekday(*months_ahead(10), TUESDAY, 2)
    page.get_by_label("Eller: første dag for fremlæggelse").fill(last.isoformat())
    month.select_option(f"{year}-{number:02}")
    page.get_by_role("button", name="Vis et forslag").click()
    fault = page.locator("[data-field=first_month] .pb-fault").first
    expect(fault).to_contain_text("enten den første måned eller")
    month.select_option("")
    ask_for_plan(page, "Hold 7", month="")
    expect(row_of(page, re.compile("opgaver 1$"))).to_contain_text(format_date(last))


def test_a_course_under_way_can_be_entered_and_its_past_dates_put_right(app, guest):
    at, site = a_site(app.store)
    page = guest.open(app.server, "course_plan", f"?site={site}")
    year, month = months_ahead(-3)
    ask_for_plan(page, "Hold i gang", month=f"{year}-{month:02}")
    expect(page.get_by_text("regnes derefter som holdt")).to_be_visible()
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("tab", name="Datoer")).to_be_visible()
    ((number, starts_on),) = app.rows(
        "SELECT id, starts_on FROM course WHERE title = 'Hold i gang'"
    )
    assert starts_on.startswith(f"{year}-{month:02}")
    first = dt.date.fromisoformat(starts_on)
    with app.store.read() as session:
        calendar = plan_records.calendar_of(session, at)
    met = next(day for day in (first + DAY, first + 2 * DAY) if calendar.is_free(day))
    tab(page, "Flyt eller aflys")
    ask_to_move(page, "Undervisningsdag 1", met, "Vi mødtes dagen efter")
    page.get_by_role("button", name="Gem ændringen").click()
    receipt(page)
    assert app.rows("SELECT starts_on FROM course WHERE id = ?", number) == [(met.isoformat(),)]


def proposed(page):
    """Return the day of each date of the proposal, by its name."""
    table = page.get_by_role("table", name="Foreslåede datoer")
    rows = table.get_by_role("row").filter(has=page.get_by_role("rowheader")).all()
    return {
        row.get_by_role("rowheader").inner_text(): row.get_by_role("cell").first.inner_text()
        for row in rows
    }


def test_dates_in_summer_are_told_and_the_shutdown_can_be_kept_free(app, guest):
    number, site = a_site(app.store)
    page = guest.open(app.server, "course_plan", f"?site={site}")
    year = TODAY.year + (TODAY.month > 4)
    ask_for_plan(page, "Sommerhold", month=f"{year}-05")
    warning = page.get_by_text("Nogle datoer ligger om sommeren")
    expect(warning).to_contain_text(f"juli {year}")
    assert app.rows("SELECT count(*) FROM closure WHERE site_id = ?", number) == [(0,)]
    before = proposed(page)
    page.get_by_role("button", name=f"29–31 {year} fri").click()
    told = page.get_by_text(f"{site} holder nu uge 29–31 {year} fri.")
    expect(told).to_be_visible()
    expect(page.get_by_role("button", name=f"29–31 {year} fri")).to_have_count(0)
    expect(warning).to_have_count(0)
    after = proposed(page)
    moved = {name for name, day in after.items() if day != before[name]}
    assert moved
    lines = told.inner_text().splitlines()
    assert {line.split(" er flyttet fra ")[0] for line in lines[1:]} == moved
    assert app.rows("SELECT kind FROM closure WHERE site_id = ?", number) == [("industriferie",)]
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("tab", name="Datoer")).to_be_visible()
    closed = summer_shutdown(year)
    days = app.rows(
        "SELECT date FROM course_date JOIN course ON course.id = course_id WHERE site_id = ?",
        number,
    )
    assert days
    assert not any(closed.covers(dt.date.fromisoformat(day)) for (day,) in days)


def test_dates_between_christmas_and_new_year_are_told_and_can_be_kept_free(app, guest):
    number, site = a_site(app.store)
    page = guest.open(app.server, "course_plan", f"?site={site}")
    year = TODAY.year + (TODAY.month > 10)
    wished = dt.date(year, 12, 29)
    ask_for_plan(
        page, "Julehold", month=f"{year}-12", week="den sidste",
        weekday=format_weekday(wished.weekday()),
    )  # fmt: skip
    warning = page.get_by_text("Nogle datoer ligger omkring jul, hvor mange er væk")
    expect(warning).to_contain_text(format_date(wished, "long"))
    page.get_by_role("button", name=f"Hold 24. dec. {year} til 1. jan. {year + 1} fri").click()
    expect(warning).to_have_count(0)
    assert not any(format_date(wished) in day for day in proposed(page).values())
    assert app.rows("SELECT starts_on, ends_on FROM closure WHERE site_id = ?", number) == [
        (f"{year}-12-24", f"{year + 1}-01-01")
    ]


def test_dates_in_a_school_holiday_are_told_until_one_of_its_weeks_is_kept_free(app, guest):
    number, site = a_site(app.store)
    page = guest.open(app.server, "course_plan", f"?site={site}")
    year = TODAY.year + 1
    wished = dt.date.fromisocalendar(year, 7, 3)
    ask_for_plan(
        page, "Vinterhold", month=f"{year}-02", week=("den anden", "den tredje")[wished.day > 14],
        weekday="onsdag",
    )  # fmt: skip
    told = page.get_by_text("hvor skolerne måske holder fri (vinterferie")
    expect(told).to_contain_text(format_date(wished, "long"))
    page.get_by_role("button", name=f"Hold uge 7 {year} fri").click()
    expect(told).to_have_count(0)
    assert not any(format_date(wished) in day for day in proposed(page).values())
    assert app.rows("SELECT starts_on FROM closure WHERE site_id = ?", number) == [
        (dt.date.fromisocalendar(year, 7, 1).isoformat(),)
    ]


def test_usual_closures_count_only_when_chosen(app, open_plan, made):
    page = open_plan(made, tab="Helligdage og lukkedage")
    assert app.rows("SELECT count(*) FROM closure WHERE site_id = ?", made.site_id) == [(0,)]
    panel = unfold(page, "Almindelige lukkedage")
    boxes = panel.get_by_role("checkbox")
    label = boxes.first.evaluate("box => box.labels[0].textContent")
    boxes.first.check()
    panel.get_by_role("button", name="Hold de valgte fri").click()
    receipt(page)
    assert app.rows("SELECT count(*) FROM closure WHERE site_id = ?", made.site_id) == [(1,)]
    tab(page, "Helligdage og lukkedage")
    again = unfold(page, "Almindelige lukkedage")
    expect(again.get_by_label(label, exact=True)).to_have_count(0)


def test_what_is_taught_when_and_for_how_many(open_plan, made):
    page = open_plan(made, tab="Undervisning")
    page.get_by_label("Dag", exact=True).select_option(index=1)
    table = page.get_by_role("table").filter(visible=True)
    expect(table.get_by_text("Frokost").first).to_be_visible()
    expect(table.get_by_text("10.00").first).to_be_visible()
    expect(page.get_by_text("Pauser ofte nok").first).to_be_visible()
    page.get_by_role("radio", name="Hvad kurset dækker").check()
    covered = page.get_by_role("table").filter(visible=True)
    expect(covered.get_by_role("columnheader")).to_have_count(5)
    assert covered.get_by_role("row").count() > 5
    page.get_by_role("radio", name="Forplejning").check()
    expect(page.get_by_text("Regn med 2 deltagere").first).to_be_visible()
    # Two cups each, for the two mentors and two of the staff.
    expect(row_of(page, "Kaffe").filter(visible=True).first).to_have_text(re.compile("8\\s*8"))


def test_a_day_is_given_other_lengths_and_those_who_cannot_come_are_not_ordered_for(
    open_plan, made
):
    page = open_plan(made)
    page.set_viewport_size({"width": 375, "height": 800})
    tab(page, "Undervisning")
    welcome = "Velkommen og aftaler på holdet"
    lengths = unfold(page, "Ret, hvor længe delene varer")
    for part in (welcome, "Opgaven og rammen"):
        lengths.get_by_label(part, exact=True).fill("480")
    page.get_by_role("button", name="Gem længderne").click()
    expect(page.get_by_text("Den kan højst vare 12 timer")).to_be_visible()
    assert sideways(page) <= 0
    lengths.get_by_label(welcome, exact=True).fill("30")
    lengths.get_by_label("Opgaven og rammen", exact=True).fill("")
    page.get_by_role("button", name="Gem længderne").click()
    receipt(page)
    expect(page.get_by_text("315 minutter i alt").first).to_be_visible()
    turn_to(page, "Forplejning")
    apologies = unfold(page, "Har nogen meldt afbud?")
    apologies.get_by_role("textbox").first.fill("1")
    page.get_by_role("button", name="Regn uden dem").click()
    expect(page.get_by_text("1, som har meldt afbud, er trukket fra.")).to_be_visible()
    assert sideways(page) <= 0


def test_the_files_are_one_page_and_a_sheet_without_formulas(open_plan, made):
    page = open_plan(made)
    pdf = downloaded(page, "Én side til print")
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    assert text.count("\f") == 1
    assert "Hold 7" in text
    assert "Undervisningsdag 6" in text
    assert "Anna" not in text
    book = openpyxl.load_workbook(io.BytesIO(downloaded(page, "Regneark")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "Undervisningsdag 6" in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


def test_where_no_plan_is_possible_the_page_says_what_clashes_and_what_would_help(app, guest):
    first = dt.date(*months_ahead(5), 1)
    closed = Closure(first, first + 100 * DAY, "other", "Ombygning")
    _number, site = a_site(app.store, closed)
    page = guest.open(app.server, "course_plan", f"?site={site}")
    ask_for_plan(page, "Umuligt hold")
    clash = page.get_by_text(
        re.compile(r"^Undervisningsdag \d kan ikke ligge i .*der er lukket fra")
    )
    expect(clash).to_contain_text("Ombygning")
    expect(page.get_by_role("heading", name="Den mindste ændring")).to_be_visible()
    expect(
        page.get_by_text(re.compile("^Undervisningsdag .*selv om der er lukket"))
    ).to_be_visible()
    page.get_by_role("button", name="Gem planen").click()
    expect(page.get_by_role("tab", name="Datoer")).to_be_visible()
    assert app.rows("SELECT count(*) FROM course WHERE title = 'Umuligt hold'") == [(1,)]


def test_the_details_of_a_course_are_put_right_and_calendars_hear_of_it(app, open_plan, made):
    page = open_plan(made)
    first = entries(downloaded(page, "Kalenderfil"))
    tab(page, "Om holdet")
    page.get_by_label("Holdets navn").fill("Hold 7, forår")
    page.get_by_role("textbox", name="Lokale").fill("Lille sal")
    page.get_by_label("Undervisere").fill("Underviser A, Underviser C")
    page.get_by_role("button", name="Gem oplysningerne").click()
    receipt(page)
    choice = page.get_by_role("combobox", name="Hold")
    expect(choice.get_by_role("option", name="Hold 7, forår")).to_have_count(1)
    calendar = downloaded(page, "Kalenderfil")
    assert "Lille sal" in calendar.decode()
    second = entries(calendar)
    assert {name: one.uid for name, one in second.items()} == {
        name: one.uid for name, one in first.items()
    }
    assert {one.sequence for one in second.values()} == {1}
    # Mentors have a place on the course, so it has to stay, and the page says what to do.
    tab(page, "Om holdet")
    expect(page.get_by_label("Undervisere")).to_have_value("Underviser A, Underviser C")
    expect(page.get_by_text("Holdet kan ikke fjernes")).to_be_visible()
    expect(page.get_by_role("button", name="Se, hvad der bliver fjernet")).to_have_count(0)


def test_a_teacher_replaced_half_way_still_taught_the_days_before(app, open_plan):
    made = a_planned_course(
        app.store, title="Hold 7", first_month=months_ahead(-3), teachers=("Underviser A",)
    )
    page = open_plan(made)

    def correct(name, since):
        tab(page, "Om holdet")
        page.get_by_role("textbox", name="Undervisere").fill(name)
        group = page.get_by_role("radiogroup", name="Tider, lokale og undervisere gælder")
        group.get_by_role("radio", name=since).check()
        page.get_by_role("button", name="Gem oplysningerne").click()
        redrawn = page.get_by_role("tab", name="Datoer")
        expect(redrawn).to_have_attribute("aria-selected", "true")
        return [
            date.teachers for date in app.plan(made).of_kind("teaching_day")
            if date.date != TODAY  # whether it is over is for its own test
        ]  # fmt: skip

    taught = correct("Underviser B", "fra i dag")
    assert (taught[0], taught[-1]) == (("Underviser A",), ("Underviser B",))
    taught = correct("Underviser Bo", "skrevet forkert")
    assert (taught[0], taught[-1]) == (("Underviser A",), ("Underviser Bo",))


def test_a_course_entered_at_the_wrong_place_moves_whole_to_another_or_a_new_one(
    app, open_plan, made
):
    hit = app.plan(made).date_of(Item("teaching_day", 2))
    closed = Closure(hit.date, hit.date, "other", "Huset males")
    _number, there = a_site(app.store, closed, name="Kolding")
    page = open_plan(made, tab="Om holdet")

    def ask(place, **new):
        unfold(page, "Hører holdet til et andet sted?")
        page.get_by_label("Hvilket sted?").select_option(label=place)
        for label, value in new.items():
            page.get_by_role("textbox", name=label.replace("_", " ")).fill(value)
        page.get_by_role("button", name="Se, hvad der følger med").click()

    def site():
        ((name,),) = app.rows(
            "SELECT site.name FROM site JOIN course ON site.id = site_id WHERE course.id = ?",
            made.course_id,
        )
        return name

    ask(there)
    expect(page.get_by_role("listitem").filter(has_text=f"til {there}")).to_be_visible()
    in_the_way = page.get_by_text("Nogle datoer kan ikke bruges dér")
    expect(in_the_way).to_contain_text(f"Undervisningsdag 2, {format_date(hit.date, 'weekday')}")
    assert site() == made.site, "nothing is moved before it is asked for"
    page.get_by_role("button", name=f"Flyt holdet til {there}").click()
    receipt(page)
    assert site() == there
    assert {one.sequence for one in entries(downloaded(page, "Kalenderfil")).values()} == {1}
    page.get_by_role("link", name="Åbn holdet dér").click()
    expect(page.get_by_label("Sted", exact=True).locator("option:checked")).to_have_text(there)
    expect(page.get_by_role("combobox", name="Hold")).to_contain_text("Hold 7")
    tab(page, "Om holdet")
    expect(page.get_by_label("Stedets navn")).to_have_value(there)

    # A place that is not there yet is added at the same time, or not at all.
    new = f"{there} Vest"
    ask("Et nyt sted")
    expect(page.locator("[data-field=municipality] .pb-fault")).to_have_text("Her mangler et svar.")
    page.get_by_role("textbox", name="Hvad hedder stedet?").fill(new)
    page.get_by_role("textbox", name="Kommune").fill("Koldning")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    fault = page.locator("[data-field=municipality] .pb-fault")
    expect(fault).to_contain_text("Mente du Kolding?")
    page.get_by_role("textbox", name="Kommune").fill("Kolding")
    page.get_by_role("button", name="Se, hvad der følger med").click()
    page.get_by_role("button", name=f"Flyt holdet til {new}").click()
    page.get_by_role("link", name="Åbn holdet dér").click()
    expect(page.get_by_label("Sted", exact=True).locator("option:checked")).to_have_text(new)
    assert site() == new
    # The other pages follow, with who is on the course.
    way_to(page, "Fremmøde og evaluering").click()
    expect(page.get_by_label("Sted", exact=True).locator("option:checked")).to_have_text(new)
    names = app.rows(
        "SELECT DISTINCT site.name FROM site JOIN participant p ON p.site_id = site.id "
        "JOIN enrolment e ON e.participant_code = p.code WHERE e.course_id = ?",
        made.course_id,
    )
    assert names == [(new,)]


def test_a_place_that_is_renamed_is_called_so_in_the_choice_and_found_by_old_links(
    app, open_plan, made
):
    a_site(app.store)
    page = open_plan(made, tab="Om holdet")
    page.get_by_label("Stedets navn").fill(f"{made.site} Huset")
    page.get_by_role("button", name="Gem oplysningerne").click()
    receipt(page)
    chosen = page.get_by_label("Sted", exact=True).locator("option:checked")
    expect(chosen).to_have_text(f"{made.site} Huset")
    page.reload()
    expect(chosen).to_have_text(f"{made.site} Huset")


def test_a_trial_course_is_removed_after_it_is_shown_what_goes(app, open_plan):
    made = a_planned_course(app.store, title="Prøvehold", first_month=months_ahead(4))
    page = open_plan(made, tab="Om holdet")
    page.get_by_role("button", name="Se, hvad der bliver fjernet").click()
    expect(page.get_by_text("kan ikke længere ses på nogen side")).to_be_visible()
    removed = "SELECT removed_on IS NOT NULL FROM course WHERE id = ?"
    assert app.rows(removed, made.course_id) == [(0,)], "nothing is removed before it is asked for"
    page.get_by_role("button", name="Fjern holdet nu").click()
    expect(page.get_by_text("Prøvehold er fjernet.").first).to_be_visible()
    called_off = entries(downloaded(page, "Kalenderfil"))
    assert {one.status for one in called_off.values()} == {"CANCELLED"}
    assert {one.sequence for one in called_off.values()} == {1}
    expect(page.get_by_role("heading", name="Et nyt hold")).to_be_visible()
    assert app.rows(removed, made.course_id) == [(1,)]
