"""Every page with all it can show, on the invented Vejle: whoever comes, by whatever means."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from journeys import Server
from peerbook.demo import fill
from peerbook.paths import product_folder
from peerbook.store import Store
from steps import TODAY, receipt, sideways, views

pytestmark = pytest.mark.app

PAGES = sorted(path.stem for path in product_folder("workbooks").glob("*.ipynb"))
TELEPHONE = {"width": 375, "height": 740}
WIDE = {"width": 1200, "height": 900}
MOST_STEPS = 200


@pytest.fixture(scope="module")
def vejle(tmp_path_factory, start_server) -> Server:
    data = tmp_path_factory.mktemp("every_page")
    with Store.open(data / "peerbook.sqlite") as store:
        fill(store, TODAY)
    return start_server(product_folder("workbooks"), data=data)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_a_page_shows_has_a_fault_is_too_wide_or_leaves_the_machine(
    vejle, guest, axe, name
):
    guest.page.set_viewport_size(TELEPHONE)
    page = guest.open(vejle, name)
    shown, faults = [], []
    for view in views(page):
        shown.append(view)
        faults += [f"{view}: {fault}" for fault in axe(page)]
        if (pixels := sideways(page)) > 0:
            faults.append(f"{view}: {pixels} pixels too wide")
    assert faults == []
    outermost = page.locator("main").get_by_role("tablist").first.get_by_role("tab")
    assert len(shown) >= max(1, outermost.count())
    if name == "course_record":
        assert any("› Undervisningsdag" in view for view in shown), "the days have been looked at"
    assert guest.foreign_requests() == []


def tab_to(page: Page, role: str, name: str) -> None:
    """Go on by the Tab key until what is wanted has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True)
    expect(wanted).to_be_attached()
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("part => part === document.activeElement"):
            return
    pytest.fail(f"the Tab key does not lead to “{name}”")


def test_who_came_is_saved_by_keyboard_alone(vejle, guest):
    page = guest.open(vejle, "course_record")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til indholdet")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "button", "Alle til stede")
    page.keyboard.press("Space")
    tab_to(page, "button", "Gem fremmøde")
    page.keyboard.press("Enter")
    receipt(page)


def test_the_menu_is_a_button_on_a_telephone_and_needs_none_where_there_is_room(vejle, guest, axe):
    page = guest.open(vejle, "course_plan")
    menu = page.get_by_role("navigation")
    other = menu.get_by_role("link", name="Fremmøde og evaluering")
    expect(menu.get_by_role("link", name="Café")).to_be_visible()
    expect(menu.get_by_text("Menu", exact=True)).to_be_hidden()
    page.set_viewport_size(TELEPHONE)
    expect(other).to_be_hidden()
    button = menu.get_by_text("Menu", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Planlæg et hold")).to_have_attribute(
        "aria-current", "page"
    )
    expect(menu.get_by_role("list", name="Data og adgang").get_by_role("link")).to_have_count(3)
    assert axe(page) == []
    other.click()
    expect(page.get_by_role("heading", name="Fremmøde og evaluering", level=1)).to_be_visible()


def test_the_menu_is_one_row_and_a_group_of_it_opens_and_closes(vejle, guest, axe):
    page = guest.open(vejle, "course_plan")
    page.set_viewport_size(WIDE)
    ways = page.locator(".pb-brand, .pb-menu > ul > li, .pb-aside > li")
    ends = [box["y"] + box["height"] for way in ways.all() if (box := way.bounding_box())]
    assert len(ends) == ways.count()
    assert max(ends) - min(ends) < 20, "all stand in one row"

    course, keeping = (
        page.locator(".pb-group summary").filter(has_text=name)
        for name in ("Hold", "Data og adgang")
    )
    attendance = page.get_by_role("link", name="Fremmøde og evaluering")
    privacy = page.get_by_role("link", name="Privatliv", exact=True)
    course.focus()
    page.keyboard.press("Enter")
    expect(attendance).to_be_visible()
    keeping.click()
    expect(privacy).to_be_visible()
    expect(attendance).to_be_hidden()
    assert axe(page) == []
    assert sideways(page) <= 0

    page.keyboard.press("Escape")
    expect(privacy).to_be_hidden()
    expect(keeping).to_be_focused()
    keeping.click()
    page.get_by_role("heading", level=1).click(position={"x": 2, "y": 2})
    expect(privacy).to_be_hidden()
    keeping.click()
    privacy.focus()
    page.get_by_role("link", name="Hjælp", exact=True).focus()
    expect(privacy).to_be_hidden()
