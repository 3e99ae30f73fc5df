"""The one widget of a page: what it sends, and what it makes of what it hears."""

import gc
import json
import uuid
import weakref

import pytest
from playwright.sync_api import expect

from peerbook import ui
from peerbook.ui import part
from peerbook.ui.part import Surface


def planner(saved: list[object]) -> ui.Form:
    return ui.Form("plan", [ui.TextField("title", "Titel")], on_submit=saved.append)


def ask(surface: Surface, to: ui.Part, **request: object) -> None:
    surface._handle_msg(
        {
            "content": {
                "data": {"method": "custom", "content": {"to": to.identity, "call": "1", **request}}
            },
            "buffers": [],
        }
    )


def said(wire) -> list[dict]:
    return [message["data"]["content"] for message in wire.drain() if message["data"]]


def test_page_is_one_widget_and_carries_little_more_than_its_content(wire):
    parts = [ui.Heading("Planen"), ui.Section([ui.Prose("Dage"), planner([])])]
    assert wire.opened == []
    ui.Page(parts)._repr_mimebundle_()
    surface = [
        message
        for message in wire.opened
        if message["data"]["state"]["_model_module"] == "anywidget"
    ]
    assert len(surface) == 1
    assert len(wire.opened) == 2  # the other one is ipywidgets' layout
    assert len(json.dumps(surface[0])) < 10_000


def test_all_that_follows_one_request_goes_in_one_message(wire):
    heading, section = ui.Heading("Vejle"), ui.Section([ui.Prose("Vejle")])

    def turn(town: str) -> None:
        heading.text = town
        section.show([ui.Prose(town), ui.Heading(town)])

    control = ui.Filter("Sted", [("Vejle", "Vejle"), ("Kolding", "Kolding")], turn)
    surface = Surface(ui.Page([control, heading, section]))
    wire.drain()
    ask(surface, control, do="choose", index=1)
    message = said(wire)
    assert len(message) == 1
    assert {change["to"] for change in message[0]["changes"]} == {
        control.identity, heading.identity, section.identity
    }  # fmt: skip
    assert message[0]["answer"] == {"call": "1"}


def test_page_that_missed_a_change_asks_for_all_and_is_right_again(show, wire):
    heading, section = ui.Heading("Første"), ui.Section([ui.Prose("Gammelt")])
    page = show(ui.Page([heading, section]))
    section.show([ui.Prose("Nyt")])
    wire.drain()  # nobody hears of it
    heading.text = "Anden"
    page.evaluate("host.pull()")
    expect(page.get_by_role("heading", name="Anden")).to_be_visible()
    expect(page.get_by_text("Nyt")).to_be_visible()
    expect(page.get_by_text("Gammelt")).to_have_count(0)
    heading.text = "Tredje"
    page.evaluate("host.pull()")
    expect(page.get_by_role("heading", name="Tredje")).to_be_visible()
    assert len(wire.said("tree")) == 1


def test_page_that_missed_the_last_change_is_right_after_any_answer(show, wire):
    heading = ui.Heading("Første")
    page = show(ui.Page([heading, ui.Button("Gem", lambda: "Gemt.")]))
    heading.text = "Anden"
    wire.drain()  # nobody hears of it
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("heading", name="Anden")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Gemt.")


def test_part_that_is_kept_in_a_new_place_goes_on_changing(show):
    heading, section = ui.Heading("Første"), ui.Section()
    section.show([heading])
    page = show(ui.Page([section]))
    section.show([ui.Section([heading])])
    heading.text = "Anden"
    page.evaluate("host.pull()")
    expect(page.get_by_role("heading", name="Anden")).to_be_visible()
    heading.text = "Tredje"
    page.evaluate("host.pull()")
    expect(page.get_by_role("heading", name="Tredje")).to_be_visible()


def test_part_that_moves_from_one_place_to_another_is_still_told_of(wire):
    heading, here, there = ui.Heading("Første"), ui.Section(), ui.Section()
    here.show([heading])
    Surface(ui.Page([here, there]))
    there.show([heading])
    here.show([])
    wire.drain()
    heading.text = "Anden"
    assert [message["changes"][0]["state"] for message in said(wire)] == [{"text": "Anden"}]
    there.show([])
    wire.drain()
    heading.text = "Tredje"
    assert said(wire) == []


def test_page_opened_anew_shows_what_is_there_now(show):
    heading, section = ui.Heading("Første"), ui.Section([ui.Prose("Gammelt")])
    page = show(ui.Page([heading, section]))
    heading.text = "Anden"
    section.show([ui.Prose("Nyt")])
    page.reload()
    expect(page.get_by_role("heading", name="Anden")).to_be_visible()
    expect(page.get_by_text("Nyt")).to_be_visible()


def test_page_drawn_again_follows_what_happens_later(show):
    heading = ui.Heading("Første")
    page = show(ui.Page([heading]))
    page.evaluate("host.redraw()")
    heading.text = "Anden"
    page.evaluate("host.pull()")
    expect(page.get_by_role("heading")).to_have_text(["Prøveside", "Anden"])


def test_part_that_is_kept_stays_as_it_is_among_new_ones(show, wire):
    kept, section = ui.TextField("title", "Titel"), ui.Section()
    form = ui.Form("plan", [kept], on_submit=lambda _submission: None)
    section.show([ui.Prose("Før"), form])
    page = show(ui.Page([section]))
    page.get_by_label("Titel").fill("Forår")
    section.show([form, ui.Prose("Efter")])
    page.evaluate("host.pull()")
    expect(page.get_by_text("Efter")).to_be_visible()
    expect(page.get_by_label("Titel")).to_have_value("Forår")
    expect(page.get_by_label("Titel")).to_be_focused()


def test_part_shown_alone_and_in_its_page_is_up_to_date_in_both(wire):
    heading = ui.Heading("Første")
    surfaces = [Surface(heading), Surface(ui.Page([heading]))]
    wire.drain()
    heading.text = "Anden"
    assert [message["changes"][0]["state"] for message in said(wire)] == [{"text": "Anden"}] * 2
    assert "Anden" in json.dumps([surface.get_state()["tree"] for surface in surfaces])


def test_what_is_under_way_from_a_part_just_replaced_still_arrives(wire, monkeypatch):
    saved: list[object] = []
    form, section = planner(saved), ui.Section()
    section.show([form])
    surface = Surface(ui.Page([section]))
    section.show([ui.Prose("Andet")])

    def submit() -> None:
        ask(surface, form, do="submit", key=str(uuid.uuid4()), values={"title": "Forår"})

    submit()
    assert len(saved) == 1
    now = part.time.monotonic() + part.PARTING_SECONDS + 1
    monkeypatch.setattr(part.time, "monotonic", lambda: now)
    section.show([])
    submit()
    assert len(saved) == 1


def test_parts_replaced_are_let_go(wire, monkeypatch):
    section = ui.Section([planner([])])
    surface = Surface(ui.Page([section]))
    gone = weakref.ref(section.inside[0])
    section.show([])
    now = part.time.monotonic() + part.PARTING_SECONDS + 1
    monkeypatch.setattr(part.time, "monotonic", lambda: now)
    section.show([ui.Prose("Andet")])
    section.show([])
    gc.collect()
    assert gone() is None
    assert len(surface._parts) == 3  # the page, the section, and the prose that is parting


def test_part_replaced_and_put_back_stays_for_good(wire, monkeypatch):
    saved: list[object] = []
    form, section = planner(saved), ui.Section()
    section.show([form])
    surface = Surface(ui.Page([section]))
    section.show([])
    section.show([form])
    now = part.time.monotonic() + part.PARTING_SECONDS + 1
    monkeypatch.setattr(part.time, "monotonic", lambda: now)
    section.show([form, ui.Prose("Andet")])
    section.show([form])
    ask(surface, form, do="submit", key=str(uuid.uuid4()), values={"title": "Forår"})
    assert len(saved) == 1


@pytest.mark.parametrize("tree", [{}, None, {"edition": 9, "root": {}}])
def test_state_a_browser_sets_changes_nothing(wire, tree):
    form = ui.Form(
        "plan", [ui.TextField("title", "Titel")], on_submit=print, values={"title": "Forår"}
    )
    page = ui.Page([form])
    surface = Surface(page)
    before = surface.get_state()["tree"]
    update = {"method": "update", "state": {"tree": tree, "begin": {"title": "HACKED"}}}
    surface._handle_msg({"content": {"data": update}, "buffers": []})
    assert surface.get_state()["tree"] == before
    assert form.begin == {"title": "Forår"}
    assert page.inside == (form,)


@pytest.mark.parametrize("to", ["", None, ["x"], {"$ne": ""}, "0123456789abcdef"])
def test_request_to_a_part_that_is_not_there_is_told_so(wire, to):
    surface = Surface(ui.Page([ui.Heading("Planen")]))
    wire.drain()
    surface._answer(surface, {"to": to, "do": "submit", "call": "1"}, [])
    assert [message["answer"]["trouble"] for message in said(wire)] == [str(part.unreadable())]


@pytest.mark.parametrize("content", [None, [], "x", {}])
def test_message_that_makes_no_sense_changes_nothing(wire, content):
    page = ui.Page([ui.Heading("Planen")])
    surface = Surface(page)
    before = surface.get_state()["tree"]
    surface._answer(surface, content, [])
    assert surface.get_state()["tree"] == before
