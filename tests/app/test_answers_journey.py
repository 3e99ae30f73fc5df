"""What they thought: sheets come in, few stay unseen, and words become deeds."""

from __future__ import annotations

import datetime as dt
from itertools import zip_longest

import pytest
from playwright.sync_api import expect

from builders import LEADER, a_planned_course
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import load_form
from peerbook.course.improvement import suggestion_records
from steps import TODAY, answer, months_ahead, receipt, record_of, row_of, tab, unfold

pytestmark = pytest.mark.app

IN_ALL = "Hvordan er kurset for dig, alt i alt?"
READY = "Jeg føler mig klædt på til at være mentor."
CHANGE = "Hvad skal vi gøre anderledes?"
DAY = dt.timedelta(days=1)


@pytest.fixture
def made(app):
    return a_planned_course(app.store, first_month=months_ahead(-5), title="Hold 6")


def enter(app, made, wave, *sheets, codes=()):
    """Save sheets as somebody did at another time, each with its own code if there are any."""
    with app.store.write(LEADER) as session:
        evaluation_records.save_sheets(
            session, made.course_id, load_form(wave),
            [
                Sheet(answers, code)
                for answers, code in zip_longest(sheets, codes)
            ],
            wave=wave, source="pile", entered_on=TODAY,
        )  # fmt: skip


def to_way(page, name):
    """Go to one of the ways to type in answers."""
    tab(page, "Evaluering")
    tab(page, "Indtast")
    tab(page, name)


def answers(app, made):
    return set(
        app.rows(
            "SELECT item_id, coalesce(code, text) FROM answer"
            " JOIN evaluation ON evaluation.id = evaluation_id WHERE course_id = ?",
            made.course_id,
        )
    )


def test_one_sheet_comes_in_and_its_suggestion_waits_for_others(app, open_record, made):
    page = open_record(made)
    to_way(page, "Ét skema")
    page.get_by_role("button", name="Gem skemaet").click()
    expect(page.get_by_text("Et skema uden et eneste svar").first).to_be_visible()
    assert answers(app, made) == set()
    answer(page, IN_ALL, "Godt")
    answer(page, READY, "Intet svar")
    page.get_by_label(CHANGE).fill("Flere pauser <b>nu</b>\nog mere kaffe")
    page.get_by_label("Egen kode").fill("7k3m")
    page.get_by_role("button", name="Gem skemaet").click()
    _kind, number = record_of(app, receipt(page))
    expect(page.get_by_text(f"Skemaet har nummer {number}.").first).to_be_visible()
    assert answers(app, made) == {
        ("overall", 4), ("suggestion", "Flere pauser <b>nu</b>\nog mere kaffe"),
    }  # fmt: skip
    assert app.rows("SELECT respondent_code, wave FROM evaluation WHERE id = ?", number) == [
        ("7K3M", "mid")
    ]
    # The form is ready for the next sheet.
    expect(page.get_by_label(CHANGE)).to_have_value("")
    expect(page.get_by_label("Egen kode")).to_have_value("")
    # One writer alone would be known by it; with five it waits for an answer.
    tab(page, "I sagde")
    expect(page.get_by_text("1 forslag fra skemaerne er gemt, men vises ikke")).to_be_visible()
    assert "Flere pauser" not in page.locator("main").inner_text()
    enter(app, made, "mid", *[{"overall": 4, "suggestion": "Kaffe"}] * 4)
    page = open_record(made, tab="I sagde")
    waiting = page.get_by_role("row").filter(has_text="Flere pauser <b>nu</b>")
    expect(waiting).to_contain_text("Venter på svar")


def test_what_few_have_written_gets_an_answer_in_the_words_of_whoever_runs_the_course(
    app, open_record
):
    made = a_planned_course(
        app.store, mentors=[f"Mentor {n}" for n in range(8)], first_month=months_ahead(-5)
    )
    enter(app, made, "mid", *[{"overall": 4, "suggestion": "Kun Bos ord"}] * 4)
    enter(app, made, "mid", *[{"overall": 5}] * 4)
    page = open_record(made, tab="I sagde")
    told = page.get_by_text("4 forslag fra skemaerne er gemt, men vises ikke endnu")
    expect(told).to_contain_text("Færre end 5 har skrevet et ved samme evaluering")
    expect(told).to_contain_text("skriv det med dine egne ord under »Tilføj et forslag«")
    panel = unfold(page, "Tilføj et forslag")
    panel.get_by_label("Hvad blev der sagt?").fill("Flere pauser")
    panel.get_by_role("button", name="Gem forslaget").click()
    receipt(page)
    expect(row_of(page, "Flere pauser")).to_contain_text("Venter på svar")
    expect(told).to_be_visible()
    assert "Kun Bos ord" not in page.locator("main").inner_text()


def test_a_number_between_the_ends_of_a_scale_must_be_one_of_its_steps(app, open_record, made):
    page = open_record(made)
    to_way(page, "En bunke papir")
    place = {item.id: number for number, item in enumerate(load_form("mid").items, start=1)}

    def cell(sheet, item):
        name = f"Skema {sheet} Spørgsmål {place[item]}"
        return page.get_by_role("textbox", name=name, exact=True)

    cell(1, "overall").fill("4")
    cell(1, "pace").fill("5")
    cell(1, "safe").fill("fire")
    page.get_by_role("button", name="Gem bunken").click()
    # 9 stands for "I don't know", so that 5 lies within the bounds and is no step all the same.
    expect(page.get_by_text("Svaret findes ikke på skalaen").first).to_be_visible()
    for name in ("pace", "safe"):
        expect(cell(1, name)).to_have_attribute("aria-invalid", "true")
    cell(1, "safe").fill("")
    page.get_by_role("button", name="Gem bunken").click()
    expect(cell(1, "safe")).not_to_have_attribute("aria-invalid", "true")
    expect(cell(1, "pace")).to_have_attribute("aria-invalid", "true")
    assert answers(app, made) == set()
    cell(1, "pace").fill("3")
    page.get_by_role("button", name="Gem bunken").click()
    receipt(page)
    assert answers(app, made) == {("overall", 4), ("pace", 3)}


def test_four_answers_are_not_shown_and_five_are(app, open_record, made):
    sheet = {"overall": 4, "ready": 4, "keep": "Vores rolige gåture"}
    enter(app, made, "mid", *[sheet] * 4)
    page = open_record(made, tab="Evaluering")
    expect(page.get_by_text("når mindst 5 har svaret").first).to_be_visible()
    expect(page.get_by_role("figure")).to_have_count(0)
    assert "Vores rolige gåture" not in page.content()
    assert "4,0" not in page.content()
    to_way(page, "Ét skema")
    answer(page, IN_ALL, "Midt imellem")
    page.get_by_label("Hvad skal vi blive ved med?").fill("Kaffen")
    page.get_by_role("button", name="Gem skemaet").click()
    receipt(page)
    tab(page, "Svarene")
    numbers = page.get_by_role("figure").first
    expect(numbers).to_be_visible()
    numbers.get_by_text("Vis tallene").click()
    # Four times 4 and once 3; only four have answered the other question.
    expect(row_of(numbers, IN_ALL)).to_contain_text("3,8 (5 svar")
    expect(row_of(numbers, READY)).to_contain_text("under 5 svar")
    unfold(page, "Med deres egne ord")
    expect(page.get_by_text("Vores rolige gåture").first).to_be_visible()
    expect(page.get_by_text("Kaffen").filter(visible=True)).to_be_visible()


def test_the_same_people_are_compared_half_way_and_at_the_end(app, open_record, made):
    codes = [f"7K{number}M" for number in range(2, 8)]
    for wave, points in (("mid", (3, 3, 4, 2, 3, 3)), ("final", (4, 5, 4, 4, 3, 5))):
        enter(app, made, wave, *({"overall": point} for point in points), codes=codes)
    page = open_record(made, tab="Evaluering")
    numbers = page.get_by_role("figure").first
    numbers.get_by_text("Vis tallene").click()
    row = row_of(numbers, IN_ALL)
    # By hand: the differences 1, 2, 0, 2, 0, 2 have the mean 1.17 and the standard deviation 0.98;
    # Student's t with 5 degrees of freedom is 2.571, so the interval is 1.17 ± 1.03.
    expect(row).to_contain_text("3,0 (6 svar")
    expect(row).to_contain_text("4,2 (6 svar")
    expect(row).to_contain_text("+1,2 (fra +0,1 til +2,2)")
    expect(row).to_contain_text("de samme 6 mennesker")


def test_a_suggestion_is_answered_seen_to_and_told_back(app, open_record, made):
    with app.store.write(LEADER) as session:
        number = suggestion_records.save_suggestion(
            session, made.course_id, "Start lidt senere", TODAY
        ).number
    page = open_record(made, tab="I sagde")
    row = page.get_by_role("row").filter(has_text="Start lidt senere")
    expect(row).to_contain_text("Venter på svar")
    reply = row.get_by_role("button", name="Svar")
    reply.click()
    page.get_by_role("radio", name="Det gør vi").check()
    page.get_by_label("Hvem tager sig af det?").fill("Underviser A")
    page.get_by_label("Hvornår?").fill((TODAY - DAY).isoformat())
    page.get_by_role("button", name="Gem svaret").click()
    receipt(page)
    expect(row).to_contain_text("Underviser A")
    expect(row).to_contain_text("Fristen er gået")
    reply.click()
    page.get_by_label("Hvornår?").fill((TODAY + 30 * DAY).isoformat())
    page.get_by_role("button", name="Gem svaret").click()
    expect(row).to_contain_text("På vej")
    reply.click()
    page.get_by_label("Hvor langt er vi?").select_option(label="Gjort og fortalt")
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("Skriv, hvad I gjorde").first).to_be_visible()
    page.get_by_label("Hvad gjorde vi").fill("Vi begynder kl. 10")
    page.get_by_role("button", name="Gem svaret").click()
    expect(row).to_contain_text("Vi begynder kl. 10")
    expect(row).to_contain_text("Gjort og fortalt")
    assert app.rows(
        "SELECT outcome, status, owner FROM decision WHERE suggestion_id = ?", number
    ) == [("do", "told_back", "Underviser A")]
    # Its answer is there to be changed.
    row.get_by_role("button", name="Ret svaret").click()
    expect(page.get_by_label("Hvad gjorde vi")).to_have_value("Vi begynder kl. 10")


def test_what_is_not_possible_needs_a_reason_and_nothing_more(app, open_record, made):
    with app.store.write(LEADER) as session:
        suggestion_records.save_suggestion(session, made.course_id, "Flyt til Mallorca", TODAY)
        suggestion_records.save_suggestion(session, made.course_id, "Mere kaffe", TODAY)
    page = open_record(made, tab="I sagde")
    row = page.get_by_role("row").filter(has_text="Flyt til Mallorca")
    row.get_by_role("button", name="Svar").click()
    page.get_by_role("radio", name="Det kan ikke lade sig gøre").check()
    expect(page.get_by_text("Dem med de samme ord er valgt")).to_have_count(0)
    page.get_by_label("Hvad gjorde vi").fill("Det er der ikke penge til")
    page.get_by_role("button", name="Gem svaret").click()
    receipt(page)
    expect(row).to_contain_text("Det kan ikke lade sig gøre")
    expect(row).to_contain_text("Det er der ikke penge til")
