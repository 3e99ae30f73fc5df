"""What sparring asks for, what participants wait for, and how a course ends, in the real app."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess

import openpyxl
import pytest
from playwright.sync_api import expect

from builders import LEADER, PLANNED_ON, a_plan, a_planned_course, assert_sound, somebody
from peerbook.course import plan_records
from peerbook.course.curriculum import load_course
from peerbook.course.schedule.plan import Item
from peerbook.store.tables import Course, CourseDate, Suggestion
from steps import (
    TODAY,
    ask_to_move,
    downloaded,
    months_ahead,
    option_of,
    receipt,
    row_of,
    tab,
    unfold,
)

pytestmark = pytest.mark.app

DAY = dt.timedelta(days=1)


@pytest.fixture
def made(app):
    """A course that begins in four months, at a site of its own."""
    return a_planned_course(
        app.store, mentors=("Anna Prøvesen", "Bo Opdigt", "Åse Demosen"), title="Hold 8",
        weekday=1, first_month=months_ahead(4), teachers=(somebody("Underviser A"),),
        room="Store sal", convener=somebody("Tove Opdigt"),
    )  # fmt: skip


@pytest.fixture
def under_way(app):
    """A course that began three months ago."""
    return a_planned_course(
        app.store, mentors=("Anna Prøvesen", "Bo Opdigt"), title="Hold 9", weekday=2,
        first_month=months_ahead(-3),
    )  # fmt: skip


def read(pdf):
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def test_every_final_assignment_gets_a_time_and_names_stay_on_the_page(app, open_plan, made):
    page = open_plan(made, tab="Efter kurset")
    expect(row_of(page, "Erfagruppe 1")).to_contain_text("Tove Opdigt")
    count, minutes = page.get_by_label("Hvor mange fremlægger?"), page.get_by_label("Hvor lang tid")
    expect(count).to_have_value("3")
    expect(minutes).to_have_value("")
    make = page.get_by_role("button", name="Lav en liste med tider")
    make.click()
    expect(minutes).to_have_attribute("aria-invalid", "true")
    minutes.fill("200")
    count.fill("40")
    make.click()
    expect(page.locator("[data-field=count] .pb-fault")).to_contain_text("af 40 fremlæggelser")
    assert (
        app.rows("SELECT params FROM course WHERE id = ?", made.course_id)[0][0].count("200") == 0
    )
    minutes.fill("30")
    count.fill("5")
    make.click()
    receipt(page)
    # Three on the first day, from ten, with ten minutes after each; two on the second.
    for number, time in enumerate(["10.00–10.30", "10.40–11.10", "11.20–11.50"], start=1):
        expect(row_of(page, f"Fremlæggelse {number}")).to_contain_text(time)
    who = unfold(page, "Hvem fremlægger hvornår?")
    for mentor, turn in (("Anna Prøvesen", "2:"), ("Åse Demosen", "2:"), ("Bo Opdigt", "5:")):
        box = who.get_by_role("combobox", name=re.compile(f"^{mentor}"))
        box.select_option(label=box.get_by_role("option").filter(has_text=turn).inner_text())
    who.get_by_role("button", name="Gem, hvem der fremlægger hvornår").click()
    expect(row_of(page, "Fremlæggelse 2")).to_contain_text("Anna Prøvesen og Åse Demosen")
    expect(row_of(page, "Fremlæggelse 5")).to_contain_text("Bo Opdigt")
    text = read(downloaded(page, "Tider til print"))
    assert text.count("\f") == 1
    assert "Fremlæggelse 5" in text
    tab(page, "Datoer")
    book = openpyxl.load_workbook(io.BytesIO(downloaded(page, "Regneark")))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "Fremlæggelse 5" in cells
    for name in ("Anna", "Åse", "Bo Opdigt"):
        assert name not in text
        assert not any(name in str(value) for value in cells)
    assert_sound(app.store)


def test_what_came_up_in_sparring_reaches_the_plan_of_the_next_day(
    app, open_record, open_plan, under_way
):
    plan = app.plan(under_way)
    sparring = plan.of_kind("sparring")[0]
    page = open_record(under_way)
    page.get_by_label("Dag", exact=True).select_option(
        label=option_of(page, "Dag", "Undervisningsdag 1")
    )
    expect(page.get_by_role("button", name="Gem temaerne")).to_have_count(0)
    page.get_by_label("Dag", exact=True).select_option(
        label=option_of(page, "Dag", "Gruppesparring 1")
    )
    theme = load_course("six_months").theme("boundaries")
    page.get_by_label(theme.title).check()
    page.get_by_role("button", name="Gem temaerne").click()
    expect(page.get_by_text(theme.follow_up[:30])).to_be_visible()
    assert app.rows(
        "SELECT theme FROM raised_theme JOIN course_date ON course_date.id = course_date_id "
        "WHERE course_id = ? AND date = ?", under_way.course_id, sparring.date.isoformat(),
    ) == [("boundaries",)]  # fmt: skip
    page = open_plan(under_way, tab="Undervisning")
    days = page.get_by_label("Dag", exact=True)
    coming = next(day for day in plan.of_kind("teaching_day") if day.date >= TODAY)
    expect(days).to_have_value(str(coming.number - 1))
    days.select_option(index=1)
    expect(page.get_by_text(theme.follow_up[:30])).to_be_visible()
    days.select_option(index=2)
    expect(page.get_by_text(theme.follow_up[:30])).to_have_count(0)


def test_what_participants_wait_for_meets_whoever_plans_the_next_course(
    app, guest, open_plan, under_way
):
    with app.store.write(LEADER) as session:
        said = Suggestion(
            course_id=under_way.course_id, text="Flere pauser om eftermiddagen", raised_on=TODAY
        )
        session.add(said)
    page = open_plan(under_way)
    waits = "Forslag fra {whose} i {site}: 1 uden svar endnu"
    own = waits.format(whose="dette og tidligere hold", site=under_way.site)
    expect(unfold(page, own)).to_contain_text("Flere pauser om eftermiddagen")
    page.get_by_role("combobox", name="Hold").select_option(label="Planlæg et nyt hold")
    expect(page.get_by_label("Holdets navn")).to_be_visible()
    panel = unfold(page, waits.format(whose="alle hold", site=under_way.site))
    expect(panel).to_contain_text("Flere pauser om eftermiddagen")
    panel.get_by_role("link", name="Hold 9").click()
    expect(page.get_by_role("tab", name="I sagde")).to_be_visible()


def test_a_refused_move_says_why_at_its_field_and_leaves_no_old_proposal(app, open_plan, made):
    plan = app.plan(made)
    second = plan.date_of(Item("teaching_day", 2))
    other = a_planned_course_beside(app, made, weekday=second.date.weekday() + 1)
    taken = other.date_of(Item("teaching_day", 2)).date
    page = open_plan(made, tab="Flyt eller aflys")
    fault = page.locator("[data-field=date] .pb-fault")
    save = page.get_by_role("button", name="Gem ændringen")
    refusals = [
        (taken, ["Store sal", "Underviser A", "er optaget af »Hold ved siden af«"]),
        (TODAY - 3 * DAY, ["den dag er gået"]),
        (plan.dates[0].date, ["forkert rækkefølge", "Undervisningsdag 1"]),
        (dt.date(9999, 12, 30), ["31. dec. 2100"]),
        (dt.date(1, 1, 5), ["1. jan. 1990"]),
    ]
    good = first_free(app, made, other, second, (-1, 1, -2, 2, 3))
    for day, words in refusals:
        ask_to_move(page, "Undervisningsdag 2", good, "Prøver")
        expect(save).to_be_visible()
        ask_to_move(page, "Undervisningsdag 2", day, "Prøver")
        for word in words:
            expect(fault).to_contain_text(word)
        expect(save).to_have_count(0)
    # A sparring may leave its window by hand: 14 days and at least 5. The page says what it is.
    sparring = plan.date_of(Item("sparring", 2))
    late = first_free(app, made, other, sparring, range(5, 12))
    ask_to_move(page, "Gruppesparring 2", late, "Prøver")
    expect(page.get_by_text("Der skal være 10 til 18")).to_be_visible()
    expect(page.get_by_text("Ingen andre datoer flytter sig.")).to_be_visible()
    expect(save).to_be_visible()
    assert app.plan(made) == plan


def test_a_date_held_meanwhile_is_refused_at_the_date_chosen(app, open_plan, made):
    page = open_plan(made, tab="Flyt eller aflys")
    day = app.plan(made).date_of(Item("teaching_day", 1))
    option_of(page, "Hvilken dag?", "Undervisningsdag 1")
    with app.store.write(LEADER) as session:
        row = session.query(CourseDate).filter_by(
            course_id=made.course_id, kind="teaching_day", number=1
        )
        row.one().status = "held"
    ask_to_move(page, "Undervisningsdag 1", day.date + DAY, "Prøver")
    expect(page.locator("[data-field=item] .pb-fault")).to_contain_text("Undervisningsdag 1")
    expect(page.get_by_role("button", name="Gem ændringen")).to_have_count(0)


def first_free(app, made, other, date, steps):
    """Return the first working day, so many days from a date, that nothing stands against."""
    with app.store.read() as session:
        calendar = plan_records.calendar_of(session, made.site_id)
    taken = {one.date for one in other.dates}
    days = (date.date + step * DAY for step in steps)
    return next(
        day
        for day in days
        if day.weekday() < 5 and day not in taken and calendar.is_free(day, date.resources)
    )


def a_planned_course_beside(app, made, *, weekday):
    """Plan another course at the same site, with the same teacher and room."""
    plan, version = a_plan(
        app.store, made.site_id, title="Hold ved siden af", weekday=weekday,
        first_month=months_ahead(4), teachers=app.plan(made).dates[0].teachers, room="Store sal",
    )  # fmt: skip
    with app.store.write(LEADER) as session:
        saved = plan_records.save_plan(session, made.site_id, plan, version, on=PLANNED_ON)
        return plan_records.load_plan(session, session.get_one(Course, saved.number))
