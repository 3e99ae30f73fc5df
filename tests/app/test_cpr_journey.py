"""A leader turns CPR numbers on and says what for; they are typed, seen, and gone after a no."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from builders import a_planned_course
from peerbook.store import identities
from steps import months_ahead, receipt, row_of, sideways, tab, unfold

pytestmark = pytest.mark.app

ANNA, BO = "Anna Prøvesen", "Bo Opdigt"
WRITTEN, WITHOUT_CHECK_DIGIT = "211062 5629", "010180-1234"
"""Invented, or a test number of python-stdnum."""


def turn(page, server, guest, *, on: bool):
    guest.open(server, "help")
    tab(page, "Indstillinger")
    page.get_by_label("CPR-numre må gemmes her").set_checked(on)
    page.get_by_role("button", name="Gem om CPR-numre").click()


def test_numbers_are_turned_on_typed_seen_and_deleted_after_a_no(app, guest, open_record, axe):
    made = a_planned_course(app.store, mentors=(ANNA, BO), first_month=months_ahead(-2))
    codes = app.codes(made.course_id)

    def kept():
        with app.store.read() as session:
            found = identities.kept_cpr_of(session, list(codes.values()))
        return {name: found[code].masked for name, code in codes.items() if code in found}

    page = guest.page
    turn(page, app.server, guest, on=True)
    expect(page.get_by_text("Skriv, hvad numrene skal bruges til.").first).to_be_visible()
    page.get_by_label("Hvad skal de bruges til?").fill("At se, hvem der kommer i arbejde")
    page.get_by_role("button", name="Gem om CPR-numre").click()
    expect(page.get_by_text("Skriv, hvad numrene skal bruges til.").first).to_be_hidden()

    open_record(made)
    page.set_viewport_size({"width": 375, "height": 800})
    unfold(page, "Hvem er på holdet?")
    consent = unfold(page, "Det har folk sagt ja til")
    part = unfold(page, re.compile("^CPR-numre$"))
    expect(part).to_contain_text("At se, hvem der kommer i arbejde")
    save = part.get_by_role("button", name="Gem nummeret")
    number = part.get_by_role("textbox", name=re.compile("CPR-nummer"))

    def see_to(name):
        row_of(part, name).get_by_role("button", name="Se eller ret nummeret").click()

    see_to(ANNA)
    part.get_by_label("En lov", exact=True).check()
    for wrong, told in (
        ("310280-1234", "Den dag findes ikke"),
        ("010180123", "her er ni"),
        ("ti tal og en fejl, alt for langt", "Et CPR-nummer er ti cifre"),
    ):
        number.fill(wrong)
        save.click()
        expect(part.get_by_text(re.compile(f"^.?CPR-nummer: .*{told}"))).to_be_visible()
        expect(part.get_by_text("Hvilken lov?: Skriv, hvilken lov")).to_be_visible()
    assert axe(page) == []
    assert kept() == {}
    part.get_by_label("Hvilken lov?").fill("En opdigtet lov, § 1")
    number.fill(WITHOUT_CHECK_DIGIT)
    save.click()
    receipt(part)
    expect(part.get_by_text("Kontrolcifferet i nummeret passer ikke")).to_be_visible()
    expect(row_of(part, ANNA)).to_contain_text("010180-****")

    see_to(BO)
    part.get_by_label(re.compile("sagt ja til at koble")).check()
    number.fill(WRITTEN)
    save.click()
    expect(part.get_by_text("Skriv først ned, at der er sagt ja").first).to_be_visible()
    row_of(consent, BO).get_by_role("button", name="Skriv svarene").click()
    linking = consent.get_by_role("radiogroup", name="At koble med CPR-nummer")
    linking.get_by_label("Ja").check()
    consent.get_by_role("button", name="Gem svarene").click()
    expect(part.get_by_text("Der er sagt ja den")).to_be_visible()
    number.fill(WRITTEN)
    save.click()
    expect(row_of(part, BO)).to_contain_text("Samtykke af")
    assert kept() == {ANNA: "010180-****", BO: "211062-****"}

    see_to(BO)
    expect(part.get_by_text("Nummeret er 211062-****.")).to_be_visible()
    assert "5629" not in page.content()
    part.get_by_role("button", name="Vis hele nummeret").click()
    expect(part.get_by_text("Nummeret er 211062-5629.")).to_be_visible()
    expect(part.get_by_text("Det er skrevet ned, at du har set det.")).to_be_visible()
    assert axe(page) == []
    assert sideways(page) <= 0
    row_of(consent, BO).get_by_role("button", name="Skriv svarene").click()
    linking.get_by_label("Nej").check()
    consent.get_by_role("button", name="Gem svarene").click()
    expect(consent.get_by_text("CPR-nummeret er slettet.").first).to_be_visible()
    expect(part.get_by_text("Nummeret er")).to_have_count(0)
    assert "5629" not in page.content()
    assert kept() == {ANNA: "010180-****"}

    guest.open(app.server, "access")
    seen = page.get_by_role("table", name=re.compile("Navne vist"))
    expect(seen.get_by_role("row").filter(has_text="CPR-numre")).to_contain_text("1")

    turn(page, app.server, guest, on=False)
    page.get_by_role("button", name="Slet alle CPR-numre").click()
    page.get_by_role("button", name="Ja, fortsæt").click()
    expect(page.get_by_text("Alle CPR-numre er slettet her").first).to_be_visible()
    assert kept() == {}
