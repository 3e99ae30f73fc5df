"""Every page begins with the same site, and with several lets the user choose another."""

import datetime as dt

import pytest

from builders import LEADER, a_desk, a_planned_course, a_site, open_store
from peerbook.cafe import cafe_page
from peerbook.course import plan_records, record_page
from peerbook.course.planning import plan_page
from peerbook.course.planning.course_details_records import remove_course
from peerbook.errors import InputFault
from peerbook.guide import help_page
from peerbook.settings import save_help_number
from peerbook.sites import site_records
from peerbook.store.tables import Course
from peerbook.ui import Filter, Form, Notice, Prose

PAGES = (plan_page, record_page, cafe_page)


@pytest.fixture(params=PAGES, ids=lambda module: module.__name__.rpartition(".")[2])
def opened(request, monkeypatch, tmp_path):
    """Return a store, and what opens a page on it."""
    store = open_store(tmp_path)
    desk = a_desk(store)
    monkeypatch.setattr(request.param, "open_desk", lambda: desk)
    with store:
        yield store, request.param.open_page


def choices(page):
    return [part for part in page.parts if isinstance(part, Filter) and part.label == "Sted"]


def test_one_site_needs_no_choice(opened):
    store, open_page = opened
    assert choices(open_page()) == []
    made = a_planned_course(store)
    assert choices(open_page()) == []
    assert choices(open_page(site=made.site)) == []


def test_of_several_sites_the_first_by_name_is_shown_and_any_can_be_chosen(opened):
    store, open_page = opened
    made = a_planned_course(store)
    number, _name = a_site(store, name="Aalborg")
    with store.read() as session:
        first = site_records.site_named(session, "")
        names = [site.name for site in site_records.sites(session)]
    (choice,) = choices(open_page())
    assert (choice.value, choice.options) == (first.id, names)
    (choice,) = choices(open_page(site=made.site))
    assert choice.value == made.site_id
    for site_id in (number, made.site_id):
        choice._choose({"index": choice.values.index(site_id)}, ())
        assert choice.value == site_id
    with pytest.raises(InputFault):
        open_page(site="Atlantis")


def test_the_help_page_begins_with_the_same_site(monkeypatch, tmp_path):
    store = open_store(tmp_path)
    desk = a_desk(store)
    monkeypatch.setattr(help_page, "open_desk", lambda: desk)
    with store:
        assert help_page.open_page().facts[2] == "help number set: False"
        a_site(store, name="Vejle")
        a_site(store, name="Aalborg")
        with store.write(LEADER) as session:
            first = site_records.site_named(session, "")
            save_help_number(session, first.id, "Call us", "")
        assert help_page.open_page().facts[2] == "help number set: True"


@pytest.mark.parametrize("opened", [plan_page, record_page], indirect=True)
def test_a_course_that_was_removed_is_told_of_calmly_with_the_way_on(opened, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    store, open_page = opened
    made = a_planned_course(store, title="Hold 9")
    with store.write(LEADER) as session:
        plan = plan_records.load_plan(session, session.get_one(Course, made.course_id))
        remove_course(session, made.course_id, plan, on=dt.date(2026, 5, 4))
    page = open_page(site=made.site, course=made.course_id)
    parts = [part for one in page.parts for part in one.everything()]
    (notice,) = [part for part in parts if isinstance(part, Notice)]
    assert (notice.kind, "“Hold 9” is no longer here" in notice.text) == ("info", True)
    assert "4 May 2026" in notice.text
    (way_on,) = [str(part.tree) for part in parts if isinstance(part, Prose)]
    assert ".ipynb?site=" in way_on
    assert "course=" not in way_on
    assert not any(isinstance(part, Form) for part in parts)
    assert page.facts == ()
    with pytest.raises(InputFault):
        open_page(site=made.site, course=999)
