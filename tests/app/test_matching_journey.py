"""Wishes are written down, two are proposed, matched, and part again."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from builders import a_site, assert_sound
from journeys import query
from peerbook.matching.matching_records import save_gathering, save_wishes
from peerbook.matching.occasions import Occasion
from peerbook.people.participants import new_participant, roles_on
from peerbook.store import append_event
from steps import TODAY, row_of, tab

pytestmark = pytest.mark.app

PEER, MENTOR = "Hanne Opdigtsen", "Bo Prøvegaard"
"""Invented."""


@pytest.fixture
def site(app):
    made = a_site(app.store)
    on = TODAY - dt.timedelta(days=30)
    with app.store.write("leader") as session:
        for name, role in ((PEER, "peer"), (MENTOR, "mentor")):
            code = new_participant(session, made[0], name, on)
            append_event(session, "participant", code, "joined", on, role=role)
    return made


def shown(page: Page):
    return page.locator("[role=tabpanel]:visible")


def wishes(page: Page, who: str, whom: str) -> None:
    row_of(shown(page), who).get_by_role("button", name=re.compile("^Åbn")).click()
    shown(page).get_by_label("Helst").select_option(label=whom)
    page.get_by_role("button", name="Gem ønskerne").click()
    expect(page.get_by_text(re.compile(r"^Gemt kl\.")).first).to_be_visible()
    page.get_by_role("button", name="Tilbage til listen").click()


def test_two_who_wish_for_each_other_are_matched_and_part_kindly(app, guest, site, axe):
    page = guest.open(app.server, "matching", query(site=site[1]))
    wishes(page, PEER, MENTOR)
    tab(page, "Hvem mødte hvem")
    panel = shown(page)
    page.get_by_role("button", name="Hvem skal inviteres næste gang?").click()
    never = page.get_by_role("table", name="Et ønske, men de har aldrig mødt hinanden")
    expect(never).to_contain_text(MENTOR)
    panel.get_by_label("Hvor?").fill("Lido")
    panel.get_by_label(PEER).check()
    page.get_by_role("button", name="Gem, hvem der var med").click()
    expect(page.get_by_text("Vælg mindst to, der var med.").first).to_be_visible()
    panel.get_by_label(MENTOR).check()
    page.get_by_role("button", name="Gem, hvem der var med").click()
    expect(page.get_by_role("table", name="Hvad der har været, det seneste øverst")).to_be_visible()

    tab(page, "Forslag")
    proposal = page.get_by_role("table", name="1 par er foreslået. I bestemmer")
    expect(proposal).to_contain_text("Kun én: Tal om det")
    tab(page, "Ønsker")
    wishes(page, MENTOR, PEER)
    tab(page, "Forslag")
    expect(proposal).to_contain_text("Begge")
    expect(proposal).to_contain_text("de har mødt hinanden én gang, i caféen")
    assert axe(page) == []
    proposal.get_by_role("button", name=re.compile("^Match dem")).click()
    page.get_by_role("button", name="Ja").click()
    expect(page.get_by_text(f"{PEER} og {MENTOR} er matchet.").first).to_be_visible()

    tab(page, "Par")
    pairs = page.get_by_role("table", name="Par lige nu")
    pairs.get_by_role("link", name="Åbn").click()
    page.get_by_role("button", name="Det slutter").click()
    shown(page).get_by_label("Hvordan sluttede det?").select_option(label="Gennemført som aftalt")
    page.get_by_role("button", name="Gem, at det er slut").click()
    expect(page.get_by_text(re.compile("Er det gennemført alligevel")).first).to_be_visible()
    page.get_by_role("button", name="Gem, at det er slut").click()
    expect(page.get_by_text(re.compile(r"^Det sluttede"))).to_be_visible()
    page.get_by_role("button", name="Tilbage til listen").click()
    expect(page.get_by_text(re.compile("^Ingen er matchet lige nu"))).to_be_visible()
    assert len(app.rows("SELECT id FROM matched_pair WHERE site_id = ?", site[0])) == 1
    page = guest.open(app.server, "matching", query(site=site[1]))
    row_of(shown(page), PEER).get_by_role("button", name=re.compile("^Åbn")).click()
    before = re.compile(rf"^Før: par \d+, {PEER} og {MENTOR}, .*gennemført som aftalt")
    expect(shown(page).get_by_text(before)).to_be_visible()
    assert_sound(app.store)


def test_a_wish_is_taken_back_and_a_match_by_hand_asks_first(app, guest, site, axe):
    page = guest.open(app.server, "matching", query(site=site[1]))
    wishes(page, PEER, MENTOR)
    row_of(shown(page), PEER).get_by_role("button", name=re.compile("^Åbn")).click()
    holding = page.get_by_role("table", name="Ønsker, der gælder")
    expect(holding).to_contain_text(MENTOR)
    assert axe(page) == []
    holding.get_by_role("button", name=re.compile("^Tag tilbage")).click()
    expect(page.get_by_text(re.compile("^Vil I tage ønsket tilbage"))).to_be_visible()
    page.get_by_role("button", name="Ja").click()
    expect(page.get_by_text("Ønsket er taget tilbage.").first).to_be_visible()
    expect(holding).to_have_count(0)
    page.get_by_text("Ønsker indtil nu").click()
    expect(page.get_by_text(re.compile(r"taget tilbage \d"))).to_be_visible()
    page.get_by_role("button", name="Vil hellere vente").click()
    expect(page.get_by_text("Skrevet op.").first).to_be_visible()

    tab(page, "Par")
    waits = page.get_by_role("table", name="Ønsker at vente")
    expect(row_of(waits, PEER)).to_contain_text("0")
    other = page.get_by_role("table", name="Ingen peer er ledig")
    expect(row_of(other, MENTOR)).to_contain_text("30")
    page.get_by_role("button", name="Match to, der ikke er foreslået").click()
    panel = shown(page)
    panel.get_by_role("combobox", name=re.compile("^Peer")).select_option(label=PEER)
    panel.get_by_role("combobox", name=re.compile("^Mentor")).select_option(label=MENTOR)
    page.get_by_role("button", name="Match de to").click()
    asked = "Ingen af de to har ønsket den anden. Peeren vil hellere vente"
    expect(page.get_by_text(asked).first).to_be_visible()
    assert app.rows("SELECT id FROM matched_pair WHERE site_id = ?", site[0]) == []
    panel.get_by_label("Begge er spurgt og vil gerne").check()
    page.get_by_role("button", name="Match de to").click()
    expect(page.get_by_role("table", name="Par lige nu")).to_contain_text(MENTOR)
    assert axe(page) == []
    assert_sound(app.store)


@pytest.mark.parametrize("choice", ["Gemt i forvejen", "Din egen"])
def test_wishes_that_were_written_in_another_tab_meanwhile_are_chosen_between(
    app, guest, site, choice
):
    other = "Ib Prøvegaard"
    with app.store.write("leader") as session:
        on = TODAY - dt.timedelta(days=30)
        mine = new_participant(session, site[0], other, on)
        append_event(session, "participant", mine, "joined", on, role="mentor")
        roles = roles_on(session, site[0], TODAY)
    peer, theirs = (
        next(code for code, held in roles.items() if held == role and code != mine)
        for role in ("peer", "mentor")
    )
    with app.store.write("leader") as session:
        cafe = Occasion(TODAY, "cafe", "Lido", frozenset({peer, theirs, mine}))
        save_gathering(session, site[0], cafe, TODAY)
    page = guest.open(app.server, "matching", query(site=site[1]))
    row_of(shown(page), PEER).get_by_role("button", name=re.compile("^Åbn")).click()
    shown(page).get_by_label("Helst").select_option(label=other)
    with app.store.write("anna") as session:
        save_wishes(session, site[0], peer, [theirs], "met", made_on=TODAY, today=TODAY)
    page.get_by_role("button", name="Gem ønskerne").click()
    shown(page).get_by_role("radio", name=choice).first.check()
    page.get_by_role("button", name="Gem det, jeg har valgt").click()
    expect(page.get_by_role("table", name="Ønsker, der gælder")).to_contain_text(
        MENTOR if choice == "Gemt i forvejen" else other
    )
    kept = app.rows("SELECT wished_code FROM wish WHERE participant_code = ?", peer)
    assert [row[0] for row in kept] == [theirs if choice == "Gemt i forvejen" else mine]
    assert_sound(app.store)
