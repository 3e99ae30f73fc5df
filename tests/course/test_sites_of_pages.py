"""Every page begins with the same site, and with several lets the user choose another."""

import pytest

from builders import LEADER, a_planned_course, a_site, open_store
from peerbook.course import record_page, records
from peerbook.course.head_count import head_count_page
from peerbook.course.planning import plan_page
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.guide import help_page
from peerbook.settings import save_help_number
from peerbook.ui import Filter

PAGES = (plan_page, record_page, head_count_page)


@pytest.fixture(params=PAGES, ids=lambda module: module.__name__.rpartition(".")[2])
def opened(request, monkeypatch, tmp_path):
    """Return a store, and what opens a page on it."""
    store = open_store(tmp_path)
    desk = Desk(store, actor=LEADER, synthetic=False)
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
        first = records.site_named(session, "")
        names = [site.name for site in records.sites(session)]
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
    desk = Desk(store, actor=LEADER, synthetic=False)
    monkeypatch.setattr(help_page, "open_desk", lambda: desk)
    with store:
        assert help_page.open_page().facts[2] == "help number set: False"
        a_site(store, name="Vejle")
        a_site(store, name="Aalborg")
        with store.write(LEADER) as session:
            first = records.site_named(session, "")
            save_help_number(session, first.id, "Call us", "")
        assert help_page.open_page().facts[2] == "help number set: True"
