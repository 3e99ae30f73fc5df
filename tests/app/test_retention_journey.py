"""A leader reads how long pairs stay together, compares roles, and takes the figures along."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from builders import LEADER, a_site, participant, save
from journeys import query
from peerbook.files.delimited import read_back
from peerbook.people.pairs import PAIR
from peerbook.store import append_event
from peerbook.store.tables import MatchedPair
from steps import TODAY, choose, downloaded, tab, unfold

pytestmark = pytest.mark.app

PAIRS, COMPLETED = 12, 9
FIRST = TODAY - dt.timedelta(days=400)


@pytest.fixture
def site(app):
    """Return a site where most pairs have come to the end they agreed on."""
    number, name = a_site(app.store)
    codes = save(app.store, *(participant(site_id=number) for _n in range(2 * PAIRS)))
    pairs = save(app.store, *(
        MatchedPair(site_id=number, peer_code=peer, mentor_code=mentor, matched_on=FIRST)
        for peer, mentor in zip(codes[:PAIRS], codes[PAIRS:], strict=True)
    ))  # fmt: skip
    with app.store.write(LEADER) as session:
        for pair in pairs[:COMPLETED]:
            over = FIRST + dt.timedelta(days=183)
            append_event(session, PAIR, pair, "ended", over, end="completed")
    return name


def test_the_curve_is_read_compared_and_taken_along(app, guest, site, axe):
    page = guest.open(app.server, "pathways", query(site=site))
    tab(page, "Fastholdelse")
    panel = page.locator("[role=tabpanel]:visible")
    expect(panel.get_by_text("Halvdelen af parrene var sammen i mindst 6 måneder.")).to_be_visible()
    expect(panel.locator(".pb-plot[data-drawn]")).to_have_count(2)
    expect(panel.get_by_text("Af 12 par: 9 sluttede godt")).to_be_visible()
    unfold(page, "Sådan er det talt")
    left = panel.get_by_role("table", name="Hver linje fortæller, hvad der skete siden den over")
    expect(left.get_by_role("row").nth(1)).to_contain_text("12")
    assert axe(page) == []

    choose(page, "Hvad vil du se?", label="Hvor længe folk er med, efter rolle")
    roles = panel.get_by_role("table", name="Grupperne side om side")
    expect(roles).to_contain_text("Mentor")
    expect(roles).to_contain_text("Peer")
    assert axe(page) == []

    headings, first, *_rest = read_back(downloaded(page, "Tabel (.csv)"))
    assert headings[:4] == ["Gruppe", "Hvad", "Måneder", "Personer"]
    assert first[2:4] == ["0", "12"]
