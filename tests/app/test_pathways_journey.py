"""A pair is followed: contract, pause, the one left behind, the talk at the end."""

from __future__ import annotations

import datetime as dt
import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from builders import LEADER, a_site, assert_sound
from journeys import query
from peerbook.matching.matching_records import save_pair
from peerbook.pathways.contract_records import Sheet, save_sheet
from peerbook.people.participants import new_participant
from peerbook.store import append_event
from steps import RECEIPT, TODAY, answer, downloaded, sideways, tab

pytestmark = pytest.mark.app

PEER, MENTOR = "Hanne Opdigtsen", "Bo Prøvegaard"
"""Invented."""
MATCHED = TODAY - dt.timedelta(days=20)


def a_matched_pair(app, matched_on):
    """Return a site with a pair that has not had its talk; and the pair's number."""
    made = a_site(app.store)
    on = matched_on - dt.timedelta(days=20)
    codes = []
    with app.store.write(LEADER) as session:
        for name, role in ((PEER, "peer"), (MENTOR, "mentor")):
            codes.append(new_participant(session, made[0], name, on))
            append_event(session, "participant", codes[-1], "joined", on, role=role)
        session.flush()
        pair = save_pair(session, made[0], *codes, on=matched_on, today=TODAY, asked=True)
    return made[0], made[1], pair.number


@pytest.fixture
def site(app):
    return a_matched_pair(app, MATCHED)


def shown(page: Page):
    return page.locator("[role=tabpanel]:visible")


def unfolded(page: Page, name: str):
    """Open a part of the pair that is shown, if it is not open yet."""
    toggle = shown(page).get_by_role("button", name=name, exact=True)
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()
    return shown(page)


def saved(page: Page, button: str) -> None:
    """Press a button, and wait for a receipt that was not there before."""
    receipt = shown(page).get_by_role("paragraph").filter(has_text=RECEIPT)
    before = receipt.inner_text() if receipt.count() else "none"
    shown(page).get_by_role("button", name=button).click()
    expect(receipt.filter(has_not_text=before)).to_be_visible()


def test_a_pair_that_is_opened_follows_what_is_saved_in_another_tab(app, guest):
    on = TODAY - dt.timedelta(days=160)
    site = a_matched_pair(app, on)
    with app.store.write(LEADER) as session:
        save_sheet(session, site[2], Sheet(on, on, 6), TODAY, 1)
    page = guest.open(app.server, "pathways", query(site=site[1]))
    tab(page, "Par")
    shown(page).get_by_role("button", name=re.compile("^Åbn")).click()
    panel = unfolded(page, "En pause")
    panel.get_by_label("Mentoren", exact=True).check()
    contract = re.compile("^Kontrakt fra .* måneder")
    expect(panel.get_by_text(contract)).to_contain_text("i 6 måneder")

    tab(page, "Hvad venter")
    shown(page).get_by_role("button", name=re.compile("^Åbn")).first.click()
    panel = unfolded(page, "Tre måneder mere?")
    for name in (PEER, MENTOR):
        answer(panel, f"Vil {name} have tre måneder mere?", "Ja")
    saved(page, "Gem svarene")

    tab(page, "Par")
    expect(shown(page).get_by_text(contract)).to_contain_text("i 9 måneder")
    panel = unfolded(page, "En pause")
    expect(panel.get_by_label("Mentoren", exact=True)).to_be_checked()
    saved(page, "Gem pausen")
    assert_sound(app.store)


def test_a_pair_is_followed_from_its_contract_to_the_talk_at_the_end(app, guest, site, axe):
    page = guest.open(app.server, "pathways", query(site=site[1]))
    due = page.get_by_role("table", name="Det, der haster mest for dem, står øverst")
    expect(due).to_contain_text("Hold trevejssamtalen")
    first = due.get_by_role("row").nth(1)
    expect(first).to_contain_text(f"{PEER} og {MENTOR}")
    first.get_by_role("button", name=re.compile("^Åbn")).click()

    panel = unfolded(page, "Trevejssamtalen og kontrakten")
    panel.get_by_label(f"Hvad vil {PEER} gerne nå?").fill("Ud at gå hver uge")
    panel.get_by_label("Fra hvilken dag?").fill((MATCHED - dt.timedelta(days=1)).isoformat())
    panel.get_by_role("button", name="Gem kontrakten").click()
    expect(panel.get_by_text(re.compile("^De blev matchet"))).to_be_visible()
    assert app.rows("SELECT starts_on FROM matched_pair WHERE id = ?", site[2]) == [(None,)]
    panel.get_by_label("Fra hvilken dag?").fill(MATCHED.isoformat())
    saved(page, "Gem kontrakten")
    assert axe(page) == []

    panel = unfolded(page, "Trevejssamtalen og kontrakten")
    paper = downloaded(page, "Print kontrakten")
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True
    ).stdout.decode()
    for told in (PEER, MENTOR, "Ud at gå hver uge", "Sig det både til hinanden"):
        assert told in text

    panel = unfolded(page, "En pause")
    panel.get_by_label("Mentoren", exact=True).check()
    saved(page, "Gem pausen")
    panel = unfolded(page, "Sig det til den, der venter")
    expect(panel.get_by_text(f"Ring til {PEER} samme dag.")).to_be_visible()
    page.get_by_role("button", name="Tilbage til listen").click()
    expect(first).to_contain_text("Sig det til den, der venter")
    calendar = downloaded(page, "Kalenderfil med alle datoer (.ics)").decode()
    assert "STATUS:CANCELLED" in calendar, "in a pause nobody knows the days"
    for name in (*PEER.split(), *MENTOR.split()):
        assert name not in calendar

    page.set_viewport_size({"width": 375, "height": 800})
    assert axe(page) == []
    assert sideways(page) == 0
    shown(page).get_by_role("button", name=re.compile("^Åbn")).first.click()
    shown(page).get_by_label("Komme i caféen").check()
    assert axe(page) == []
    assert sideways(page) == 0
    saved(page, "Gem, at de ved det")
    page.set_viewport_size({"width": 1200, "height": 900})
    expect(shown(page).get_by_text(re.compile("fik tilbudt: komme i caféen"))).to_be_visible()

    panel = unfolded(page, "Exitsamtalen")
    unfolded(page, "Den er holdt allerede")
    panel.get_by_label("Kaffekortet er afleveret").check()
    saved(page, "Gem exitsamtalen")
    panel = unfolded(page, "Exitsamtalen")
    panel.get_by_role("button", name="Tag tilbage, at den er holdt").click()
    assert axe(page) == []
    panel.get_by_role("button", name="Ja, fortsæt").click()
    told = panel.get_by_role("paragraph").filter(has_text="Det er taget tilbage")
    expect(told).to_be_visible()
    unfolded(page, "Exitsamtalen")
    unfolded(page, "I har talt sammen")
    saved(page, "Gem exitsamtalen")
    panel = unfolded(page, "Det slutter")
    panel.get_by_label("Hvordan sluttede det?").select_option(
        label="Videre til job, uddannelse eller egen bolig"
    )
    saved(page, "Gem, at det er slut")
    page.get_by_role("button", name="Tilbage til listen").click()
    tab(page, "Par")
    expect(page.get_by_text(re.compile("^Ingen er matchet lige nu"))).to_be_visible()
    assert_sound(app.store)
