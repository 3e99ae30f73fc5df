"""Kernels and servers end at the worst moment; nothing that was told as saved is lost."""

from __future__ import annotations

import os
import re
import signal
import threading

import pytest
from playwright.sync_api import expect

from builders import a_planned_course, open_store
from journeys import App, query
from peerbook.course.course_drafts import course_form
from peerbook.paths import product_folder
from steps import (
    RECEIPT,
    all_present,
    choose,
    kernel_of,
    mark,
    months_ahead,
    option_of,
    receipt,
    record_of,
    tab,
    turn_to,
    unfold,
)

pytestmark = [pytest.mark.app, pytest.mark.faults]

NOTICED_MS = 25_000
"""How soon the page must say that nobody listens, after it has waited calmly for an answer."""
MENTORS = ("Anna Prøvesen", "Bo Opdigt")
ANNA, BO = MENTORS


@pytest.fixture
def made(app):
    return a_planned_course(
        app.store, mentors=MENTORS, first_month=months_ahead(-3), title="Hold 8"
    )


def expect_lost(page):
    """The page says that nobody listens, takes no more, and calls nothing saved."""
    expect(page.locator("#pb-lost")).to_contain_text("Forbindelsen er tabt", timeout=NOTICED_MS)
    expect(page.get_by_text(re.compile("^(Gemt|Kladde gemt) kl"))).to_have_count(0)


def continue_draft(page):
    page.get_by_role("button", name="Fortsæt").click()


def test_a_killed_kernel_is_told_and_the_draft_is_saved_after_a_reload(app, open_record, made):
    page = open_record(made)
    all_present(page)
    number = receipt(page)
    mark(page, BO, "Meldt afbud", "Ringede kl. 8")
    expect(page.get_by_text("Kladde gemt kl.")).to_be_visible()
    expect(page.get_by_text(RECEIPT)).to_have_count(0)
    os.kill(kernel_of(app.server, page), signal.SIGKILL)
    expect_lost(page)
    button = page.get_by_role("button", name="Gem fremmøde")
    expect(button).to_be_disabled()
    button.click(force=True)
    expect(page.get_by_text("Gemmer")).to_have_count(0)
    assert app.recorded(made.course_id) == dict.fromkeys(MENTORS, "present")
    page.reload()  # and the day that was begun is open
    continue_draft(page)
    expect(page.get_by_role("textbox", name=f"{BO} Bemærkning")).to_have_value("Ringede kl. 8")
    page.get_by_role("button", name="Gem fremmøde").click()
    assert receipt(page) > number
    assert app.recorded(made.course_id) == {ANNA: "present", BO: "apology"}


def test_a_killed_server_loses_neither_what_was_saved_nor_the_draft(start_server, guest, tmp_path):
    with open_store(tmp_path) as store:
        made = a_planned_course(store, mentors=MENTORS, first_month=months_ahead(-3))
        server = start_server(product_folder("workbooks"), data=tmp_path)
        app = App(server, store)
        where = query(site=made.site, course=made.course_id)
        page = guest.open(server, "course_record", where)
        tab(page, "I sagde")
        panel = unfold(page, "Tilføj et forslag")
        panel.get_by_label("Hvad blev der sagt?").fill("Længere pauser")
        panel.get_by_role("button", name="Gem forslaget").click()
        number = receipt(page)
        panel.get_by_label("Hvad blev der sagt?").fill("Halvt skrevet 🌱")
        expect(page.get_by_text("Kladde gemt kl.")).to_be_visible()
        server.kill()
        expect_lost(page)
        expect(panel.get_by_role("button", name="Gem forslaget")).to_be_disabled()
        assert record_of(app, number) == ("suggestion", 1)
        assert suggestions(app, made) == ["Længere pauser"]
        again = start_server(product_folder("workbooks"), data=tmp_path)
        page = guest.open(again, "course_record", where)
        tab(page, "I sagde")
        expect(page.get_by_role("rowheader", name="Længere pauser")).to_be_visible()
        panel = unfold(page, "Tilføj et forslag")
        continue_draft(page)
        expect(panel.get_by_label("Hvad blev der sagt?")).to_have_value("Halvt skrevet 🌱")
        panel.get_by_role("button", name="Gem forslaget").click()
        assert receipt(page) > number
        again.stop()


def suggestions(app, made):
    return [
        text
        for (text,) in app.rows(
            "SELECT text FROM suggestion WHERE course_id = ? ORDER BY id", made.course_id
        )
    ]


def suggest(page, text):
    """Fill in a suggestion, and return the button that saves it."""
    tab(page, "I sagde")
    panel = unfold(page, "Tilføj et forslag")
    panel.get_by_label("Hvad blev der sagt?").fill(text)
    return panel.get_by_role("button", name="Gem forslaget")


def test_a_double_click_saves_once(app, open_record, made):
    page = open_record(made)
    suggest(page, "Sagt én gang").dblclick()
    receipt(page)
    # The next save goes through the same kernel, so a second one would be there before it.
    page.get_by_label("Hvad blev der sagt?").fill("Og så det næste")
    page.get_by_role("button", name="Gem forslaget").click()
    expect(page.get_by_role("rowheader", name="Og så det næste")).to_be_visible()
    assert suggestions(app, made) == ["Sagt én gang", "Og så det næste"]


def test_a_message_that_is_sent_twice_is_saved_once(app, guest, made):
    sent = []

    def doubled(line):
        server = line.connect_to_server()

        def pass_on(message):
            server.send(message)
            if b'"do":"submit"' in message:
                sent.append(message)
                server.send(message)

        line.on_message(pass_on)

    guest.page.route_web_socket("**/channels*", doubled)
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    suggest(page, "Sagt én gang").click()
    receipt(page)
    page.get_by_label("Hvad blev der sagt?").fill("Og så det næste")
    page.get_by_role("button", name="Gem forslaget").click()
    expect(page.get_by_role("rowheader", name="Og så det næste")).to_be_visible()
    assert len(sent) == 2
    assert suggestions(app, made) == ["Sagt én gang", "Og så det næste"]


def test_an_answer_lost_on_its_way_is_asked_for_again_and_saved_once(app, guest, made):
    lines, is_deaf = [], []

    def half(line):
        lines.append(line)
        server = line.connect_to_server()
        server.on_message(lambda message: None if is_deaf else line.send(message))

    guest.page.route_web_socket("**/channels*", half)
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    button = suggest(page, "Sagt én gang")
    is_deaf.append(True)
    button.click()
    wait_until(lambda: suggestions(app, made) == ["Sagt én gang"])
    expect(page.get_by_text("Gemmer …")).to_be_visible()
    lines[-1].close()
    expect(page.get_by_text("Forbindelsen røg, mens vi gemte")).to_be_visible()
    is_deaf.clear()
    page.wait_for_selector("body[data-connection=ok]")
    button.click()
    kind, number = record_of(app, receipt(page))
    assert kind == "suggestion"
    assert app.rows("SELECT id FROM suggestion WHERE course_id = ?", made.course_id) == [(number,)]


def wait_until(is_so):
    """Wait for a state outside the browser; the test's own limit ends it."""
    for _turn in range(600):
        if is_so():
            return
        threading.Event().wait(0.1)
    pytest.fail("it did not happen")


@pytest.mark.parametrize("choice", ["Gemt i forvejen", "Din egen"])
def test_two_windows_on_the_same_day_show_both_versions_to_choose_from(app, guest, made, choice):
    where = query(site=made.site, course=made.course_id)
    one = guest.open(app.server, "course_record", where)
    other = guest.context.new_page()
    other.goto(app.server.url("course_record", where))
    for page in (one, other):
        choose(page, "Dag", index=0)
    mark(one, BO, "Meldt afbud", "Syg")
    all_present(one)
    receipt(one)
    mark(other, BO, "Udeblevet uden besked")
    all_present(other)
    panel = other.get_by_role("group", name="En anden gemte her")
    expect(panel).to_be_focused()
    expect(panel.get_by_text("Bo Opdigt: Meldt afbud · Syg")).to_be_visible()
    expect(panel.get_by_text("Bo Opdigt: Udeblevet uden besked")).to_be_visible()
    expect(panel.get_by_text(ANNA)).to_have_count(0)
    assert app.recorded(made.course_id)[BO] == "apology"
    panel.get_by_role("radio", name=choice).check()
    panel.get_by_role("button", name="Gem det, jeg har valgt").click()
    receipt(other)
    kept = {"Gemt i forvejen": "apology", "Din egen": "absent"}[choice]
    assert app.recorded(made.course_id) == {ANNA: "present", BO: kept}


@pytest.mark.parametrize("way", ["close", "leave"])
def test_a_tab_closed_while_typing_keeps_the_draft(app, guest, made, way):
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    suggest(page, "Når jeg lukker nu")
    if way == "close":
        page.close(run_before_unload=True)
    else:
        page.goto(f"{app.server.address}login")
    form = course_form(made.course_id, "suggestion")
    wait_until(lambda: app.rows("SELECT form FROM draft WHERE form = ?", form))
    guest.page = guest.context.new_page()
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    tab(page, "I sagde")
    unfold(page, "Tilføj et forslag")
    continue_draft(page)
    expect(page.get_by_label("Hvad blev der sagt?")).to_have_value("Når jeg lukker nu")
    page.get_by_role("button", name="Gem forslaget").click()
    receipt(page)
    assert app.rows("SELECT form FROM draft WHERE form = ?", form) == []


def test_a_short_loss_of_the_network_is_told_and_what_was_typed_meanwhile_is_kept(app, guest, made):
    page = guest.open(app.server, "course_record", query(site=made.site, course=made.course_id))
    button = suggest(page, "Før")
    expect(page.get_by_text("Kladde gemt kl.")).to_be_visible()
    guest.context.set_offline(True)
    expect_lost(page)
    expect(button).to_be_disabled()
    page.get_by_label("Hvad blev der sagt?").fill("Før og mens nettet var væk")
    note = page.get_by_text("bliver ikke gemt som kladde lige nu").filter(visible=True)
    expect(note).to_be_visible()
    guest.context.set_offline(False)
    expect(page.locator("#pb-lost")).to_be_empty()
    expect(page.get_by_text("Kladde gemt kl.")).to_be_visible()
    button.click()
    receipt(page)
    assert suggestions(app, made) == ["Før og mens nettet var væk"]


def test_a_plan_changed_in_another_window_is_not_overwritten(app, guest, made):
    where = query(site=made.site, course=made.course_id)
    one = guest.open(app.server, "course_plan", where)
    other = guest.context.new_page()
    other.goto(app.server.url("course_plan", where))
    for page in (one, other):
        tab(page, "Flyt eller aflys")
        turn_to(page, "Aflys en dag")
    for page, day in ((other, "Erfagruppe 3"), (one, "Erfagruppe 2")):
        page.get_by_label("Hvilken dag?").select_option(label=option_of(page, "Hvilken dag?", day))
        page.get_by_label("Hvorfor?").fill("Ingen kan")
        page.get_by_role("button", name="Se, hvad der følger med").click()
        expect(page.get_by_role("button", name="Gem ændringen")).to_be_visible()
    one.get_by_role("button", name="Gem ændringen").click()
    receipt(one)
    other.get_by_role("button", name="Gem ændringen").click()
    expect(other.get_by_text("En anden har ændret planen imens, så intet er gemt")).to_be_visible()
    cancelled = {date.name for date in app.plan(made).dates if not date.takes_place}
    assert cancelled == {"Erfagruppe 2"}
