"""Staff note contacts out of hours, print the card, and ask a mentor who left support."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from builders import a_site, assert_sound
from journeys import query
from peerbook.people.participants import new_participant
from peerbook.store import append_event
from peerbook.store.tables import MatchedPair, OutOfHoursContact
from steps import TODAY, downloaded, row_of, sideways, tab, unfold

pytestmark = pytest.mark.app

PEER, MENTOR = "Hanne Opdigtsen", "Bo Prøvegaard"
"""Invented."""


@pytest.fixture
def site(app):
    made = a_site(app.store)
    on = TODAY - dt.timedelta(days=30)
    with app.store.write("leader") as session:
        codes = []
        for name, role in ((PEER, "peer"), (MENTOR, "mentor")):
            codes.append(new_participant(session, made[0], name, on))
            append_event(session, "participant", codes[-1], "joined", on, role=role)
        pair = MatchedPair(site_id=made[0], peer_code=codes[0], mentor_code=codes[1], matched_on=on)
        session.add(pair)
        session.flush()
        append_event(session, "matched_pair", pair.id, "matched", on)
    return made


def open_staff(app, guest, site) -> Page:
    page = guest.open(app.server, "pathways", query(site=site[1]))
    tab(page, "Medarbejdere")
    return page


def test_contacts_are_noted_and_told_by_month_and_by_pair_only_when_asked(app, guest, site, axe):
    with app.store.write("leader") as session:
        for _time in range(5):
            session.add(OutOfHoursContact(site_id=site[0], staff="Anna", date=TODAY))
    page = open_staff(app, guest, site)
    page.get_by_label("Hvem blev kontaktet?").fill("Anna")
    page.get_by_label("Fra hvilket par?").select_option(label=f"{PEER} og {MENTOR}")
    page.get_by_role("button", name="Gem henvendelsen uden for arbejdstid").click()
    months = page.get_by_role("table", name="Henvendelser uden for arbejdstid, måned for måned")
    expect(months).to_contain_text("6")
    expect(months).not_to_contain_text(PEER)
    unfold(page, "Hvornår er det for tit?")
    limit = page.get_by_label("Mere end hvor mange gange på en måned")
    limit.fill("2")
    page.get_by_role("button", name="Gem grænsen").click()
    expect(page.get_by_text("Færre bliver ikke vist.").first).to_be_visible()
    limit.fill("5")
    page.get_by_role("button", name="Gem grænsen").click()
    expect(page.get_by_text("Mere end 5 gange på en måned: Anna i")).to_be_visible()
    unfold(page, "For koordinatoren: hvor tit fra hvilket par?")
    expect(page.get_by_role("table", name="par for par")).to_contain_text(f"{PEER} og {MENTOR}")
    assert axe(page) == []
    assert_sound(app.store)


def test_the_card_is_written_printed_and_given_and_a_mentor_is_asked(app, guest, site, axe):
    page = open_staff(app, guest, site)
    expect(page.get_by_text("Når det er skrevet, kan I printe kortet her.")).to_be_visible()
    page.get_by_label("Hvem kan man ringe til, og hvor kan man gå hen?").fill("Opdigt-telefonen")
    page.get_by_role("button", name="Gem det, der står på kortet").click()
    expect(page.get_by_text("2, der er med, har ikke kortet endnu.")).to_be_visible()
    card = downloaded(page, "Akutkortet til at printe (.pdf)")
    assert card.startswith(b"%PDF")
    unfold(page, "Hvem har fået kortet?")
    give = row_of(page, MENTOR).get_by_role("button", name=re.compile("^Har fået det i dag"))
    give.click()
    expect(page.get_by_text(f"{MENTOR} har kortet.").first).to_be_visible()

    unfold(page, "Skriv op, at en mentor er holdt op med støtte")
    page.get_by_label("Hvem?").select_option(label=MENTOR)
    page.get_by_role("button", name="Gem, at støtten er slut").click()
    left = page.get_by_role("table", name="Uden støtte i hjemmet, den seneste øverst")
    expect(left).to_contain_text("Ikke endnu. Spørg, hvordan det går")
    assert axe(page) == []
    left.get_by_role("button", name=re.compile("^Vi har talt om det")).click()
    expect(left).to_contain_text("Ja")
    page.set_viewport_size({"width": 375, "height": 800})
    assert sideways(page) <= 0
    assert axe(page) == []
    assert_sound(app.store)
