"""Places: who is on the course and who no longer, and which site the pages are about."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from builders import LEADER, a_plan, a_planned_course
from journeys import query
from peerbook.course import people_records, plan_records
from peerbook.course.attendance import attendance_records
from peerbook.course.planning.course_details_records import remove_course
from peerbook.store.tables import CourseDate
from steps import TODAY, months_ahead, receipt, row_of, sideways, unfold, way_to

pytestmark = pytest.mark.app

ANNA, BO, CILLE = "Anna Prøvesen", "Bo Opdigt", "Cille Demosen"


@pytest.fixture
def under_way(app):
    """A course that began three months ago; its first day is recorded for Anna and Bo."""
    made = a_planned_course(app.store, mentors=(ANNA, BO, CILLE), first_month=months_ahead(-3))
    with app.store.write(LEADER) as session:
        first = session.scalars(
            select(CourseDate).where(
                CourseDate.course_id == made.course_id, CourseDate.kind == "teaching_day",
                CourseDate.number == 1,
            )
        ).one()  # fmt: skip
        codes = {one.name: one.code for one in people_records.mentors(session, made.course_id)}
        entries = {codes[ANNA]: ("present", None), codes[BO]: ("absent", None)}
        attendance_records.save_attendance(session, first.id, entries, today=TODAY)
    return made


def test_only_days_up_to_today_are_offered_and_marked_as_saved(app, open_record, under_way):
    page = open_record(under_way)
    days = page.get_by_label("Dag", exact=True)
    with app.store.read() as session:
        held = session.scalars(
            select(CourseDate).where(
                CourseDate.course_id == under_way.course_id, CourseDate.date <= TODAY,
                CourseDate.kind.in_(attendance_records.HELD_KINDS),
            )
        ).all()  # fmt: skip
    expect(days.get_by_role("option")).to_have_count(len(held))
    chosen = days.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("ikke gemt endnu")
    page.get_by_role("button", name="Alle til stede").click()
    page.get_by_role("button", name="Gem fremmøde").click()
    receipt(page)
    expect(chosen).to_contain_text("(gemt)")


def test_a_day_saved_by_mistake_is_taken_back(app, open_record, under_way):
    page = open_record(under_way)
    days = page.get_by_label("Dag", exact=True)
    first = page.get_by_label("Dag", exact=True).get_by_role("option").filter(has_text="(gemt)")
    days.select_option(label=first.inner_text())
    panel = unfold(page, "Gemt på den forkerte dag?")
    panel.get_by_role("button", name="Tag det gemte for denne dag tilbage").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_text("Dagen er ikke noteret længere.").first).to_be_visible()
    expect(first).to_have_count(0)
    left = "SELECT a.status FROM attendance a JOIN course_date d ON d.id = a.course_date_id "
    assert app.rows(left + "WHERE d.course_id = ?", under_way.course_id) == []
    with app.store.read() as session:
        assert not attendance_records.dates_frame(session, under_way.course_id)["held"].any()


def test_a_pause_and_leaving_empty_the_place_on_the_list(app, open_record, under_way):
    first_day = app.plan(under_way).starts_on.isoformat()
    page = open_record(under_way)
    unfold(page, "Hvem er på holdet?")
    form = unfold(page, "En pause, eller nogen stopper")
    form.get_by_label("Hvem?").select_option(label=CILLE)
    form.get_by_role("radio", name="Holder pause").check()
    form.get_by_label("Fra hvilken dag?").fill(first_day)
    form.get_by_role("button", name="Gem").click()
    receipt(page)
    status = page.get_by_role("combobox", name=f"{CILLE} Status")
    expect(status).to_have_value("paused")

    unfold(page, "Hvem er på holdet?")
    form = unfold(page, "En pause, eller nogen stopper")
    form.get_by_label("Hvem?").select_option(label=ANNA)
    form.get_by_role("radio", name="Stopper på holdet").check()
    form.get_by_label("Fra hvilken dag?").fill(first_day)
    form.get_by_role("button", name="Gem").click()
    expect(form.get_by_text("Deltageren kom eller meldte afbud").first).to_be_visible()
    form.get_by_label("Hvem?").select_option(label=BO)
    form.get_by_role("button", name="Gem").click()
    receipt(page)
    expect(page.get_by_role("combobox", name=f"{ANNA} Status")).to_be_visible()
    expect(page.get_by_role("combobox", name=f"{BO} Status")).to_have_count(0)
    unfold(page, "Hvem er på holdet?")
    expect(row_of(page, BO)).to_contain_text("er stoppet")
    expect(row_of(page, CILLE).filter(has_text="holder pause")).to_have_count(1)


def test_somebody_put_on_by_mistake_is_taken_off_again(app, open_record, under_way):
    page = open_record(under_way)
    panel = unfold(page, "Hvem er på holdet?")
    mistakes = unfold(page, "Sat på holdet ved en fejl")
    options = mistakes.get_by_label("Hvem?").get_by_role("option")
    expect(options).to_have_text(["Vælg …", CILLE])
    mistakes.get_by_label("Hvem?").select_option(label=CILLE)
    mistakes.get_by_role("button", name="Tag af holdet").click()
    expect(page.get_by_text("Deltageren er taget af holdet igen.").first).to_be_visible()
    expect(page.get_by_role("combobox", name=f"{CILLE} Status")).to_have_count(0)
    expect(panel).to_have_count(0)
    left = app.rows("SELECT name FROM identity WHERE participant_code = ?", under_way.codes[2])
    assert left == []


def test_the_list_is_short_on_a_telephone_and_keeps_its_labels(open_record, under_way):
    page = open_record(under_way)
    page.set_viewport_size({"width": 375, "height": 800})
    row = row_of(page, ANNA).first
    place = row.bounding_box()
    assert place["height"] < 130
    status = row.get_by_role("combobox", name=f"{ANNA} Status").bounding_box()
    note = row.get_by_role("textbox", name=f"{ANNA} Bemærkning").bounding_box()
    assert abs(status["y"] - note["y"]) < 2
    assert status["x"] + status["width"] <= note["x"]
    assert sideways(page) <= 0


def address_of(app, name, made):
    return app.server.url(name, query(site=made.site, course=made.course_id))


def test_the_place_chosen_goes_along_to_the_other_pages_and_survives_a_reload(app, guest):
    here, there = a_planned_course(app.store), a_planned_course(app.store)
    page = guest.open(app.server, "course_record", query(site=here.site, course=here.course_id))
    choice = page.get_by_label("Sted", exact=True)
    choice.select_option(label=there.site)
    expect(page).to_have_url(address_of(app, "course_record", there))
    way_to(page, "Planlæg et hold").click()
    page.wait_for_selector("body[data-page=ready]")
    expect(page).to_have_url(address_of(app, "course_plan", there))
    expect(choice.get_by_role("option", selected=True)).to_have_text(there.site)
    choice.select_option(label=here.site)
    expect(page).to_have_url(address_of(app, "course_plan", here))
    page.reload()
    page.wait_for_selector("body[data-page=ready]")
    expect(choice.get_by_role("option", selected=True)).to_have_text(here.site)
    choice.select_option(label=there.site)
    expect(page).to_have_url(address_of(app, "course_plan", there))
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("body[data-page=ready]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Site", exact=True).get_by_role("option", selected=True)).to_have_text(
        there.site
    )


def test_the_menu_leads_from_a_course_to_the_same_course(app, guest):
    made = a_planned_course(app.store, title="Hold 1", first_month=months_ahead(-3))
    later, version = a_plan(app.store, made.site_id, title="Hold 2", first_month=months_ahead(3))
    with app.store.write(LEADER) as session:
        plan_records.save_plan(session, made.site_id, later, version, on=TODAY)
    page = guest.open(app.server, "course_record", query(site=made.site))
    course = page.get_by_role("combobox", name="Hold", exact=True)

    def leads_to(link, title):
        way_to(page, link).click()
        page.wait_for_selector("body[data-page=ready]")
        expect(course.get_by_role("option", selected=True)).to_have_text(title)

    expect(course.get_by_role("option", selected=True)).to_have_text("Hold 1")
    leads_to("Planlæg et hold", "Hold 1")
    course.select_option(label="Hold 2")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    leads_to("Fremmøde og evaluering", "Hold 2")
    way_to(page, "Café").click()
    page.wait_for_selector("body[data-page=ready]")
    leads_to("Planlæg et hold", "Hold 2")
    course.select_option(label="Planlæg et nyt hold")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    leads_to("Fremmøde og evaluering", "Hold 1")


def test_a_page_that_cannot_be_shown_leads_on_to_those_that_can(app, guest):
    made = a_planned_course(app.store)
    guest.set_out(app.server, "course_plan", query(site=made.site, course=999))
    page = guest.page
    expect(page.get_by_role("alert").filter(has_text="Siden kan ikke vises")).to_be_visible()
    way_to(page, "Fremmøde og evaluering").click()
    page.wait_for_selector("body[data-page=ready]")
    expect(page.get_by_role("heading", name="Fremmøde og evaluering", level=1)).to_be_visible()


def test_a_page_open_when_its_course_is_removed_records_nothing_more(app, open_record):
    made = a_planned_course(app.store, first_month=months_ahead(-3))
    page = open_record(made)
    page.get_by_label("Navne på dem").fill("Anna Opdigt")
    with app.store.write(LEADER) as session:
        remove_course(session, made.course_id, app.plan(made), on=TODAY)
    page.get_by_role("button", name="Sæt på holdet").click()
    expect(page.get_by_text("En anden har fjernet holdet imens.").first).to_be_visible()
    assert app.rows("SELECT 1 FROM enrolment WHERE course_id = ?", made.course_id) == []
