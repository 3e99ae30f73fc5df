"""A form in a browser: nothing typed is lost, saved twice, or believed unread."""

import datetime as dt
import logging
import uuid
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from peerbook.errors import Conflict, Fault, InputFault, PeerbookError, Place, StoreUnavailable
from peerbook.text import _
from peerbook.ui import (
    ChoiceField,
    DateField,
    FileField,
    Form,
    IntegerField,
    LongTextField,
    Prose,
    Row,
    RowsField,
    ScaleField,
    Section,
    Submission,
    TextField,
)

SAVED_AT = dt.datetime(2026, 3, 4, 13, 2, tzinfo=dt.UTC)  # 14.02 in Denmark
RECEIPT = SimpleNamespace(kind="plan", number=12, version=3, saved_at=SAVED_AT)


class Saves:
    """Takes what a form hands over; `outcomes` are returned or raised, one after another."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.submissions: list[Submission] = []

    def __call__(self, submission: Submission) -> object:
        self.submissions.append(submission)
        outcome = self.outcomes.pop(0) if self.outcomes else RECEIPT
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def keys(self) -> list[str]:
        return [submission.key for submission in self.submissions]


def plan(saves: Saves, **options: object) -> Form:
    fields = [
        TextField("title", "Holdets navn", required=True),
        IntegerField("seats", "Pladser", maximum=40),
        LongTextField("comment", "Bemærkning", max_length=4000),
    ]
    return Form("plan", fields, on_submit=saves, **options)


def name_box(page: Page):
    return page.get_by_label("Holdets navn")


def save_button(page: Page):
    return page.get_by_role("button", name=_("Save"), exact=True)


def receipt(page: Page):
    return page.get_by_text(
        _("Saved at {time} (receipt {number}).").format(time="14.02", number=12)
    )


def draft_note(page: Page):
    return page.get_by_text(_("Draft saved at {time}").format(time=""))


# --- saving -----------------------------------------------------------------------------------


def test_saved_form_shows_number_version_and_time_that_python_returned(show):
    saves = Saves()
    page = show(plan(saves))
    name_box(page).fill("Forår <script>alert(1)</script> 👩‍👧")
    page.get_by_label("Pladser").fill("12")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert page.get_by_role("status").filter(has=receipt(page)).count() == 1
    assert saves.submissions[0].values == {
        "title": "Forår <script>alert(1)</script> 👩‍👧", "seats": 12, "comment": "",
    }  # fmt: skip


def test_enter_saves(show):
    saves = Saves()
    page = show(plan(saves))
    name_box(page).fill("Forår")
    name_box(page).press("Enter")
    expect(receipt(page)).to_be_visible()


def test_old_receipt_is_gone_while_the_next_save_is_under_way(show, wire):
    page = show(plan(Saves()))
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    wire.hold()
    save_button(page).click()
    expect(page.get_by_text(_("Saving …"))).to_be_visible()
    expect(receipt(page)).to_have_count(0)
    expect(save_button(page)).to_be_disabled()
    wire.release()
    expect(receipt(page)).to_be_visible()
    expect(save_button(page)).to_be_enabled()


def test_pressing_twice_saves_once(show, wire):
    saves = Saves()
    page = show(plan(saves))
    name_box(page).fill("Forår")
    wire.hold()
    save_button(page).click()
    save_button(page).click(force=True)
    name_box(page).press("Enter")
    wire.release()
    expect(receipt(page)).to_be_visible()
    assert len(saves.submissions) == 1


def test_form_can_say_what_was_saved_in_its_own_words(show):
    page = show(plan(Saves("Planen er gemt og sendt.")))
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(page.get_by_text("Planen er gemt og sendt.")).to_be_visible()


def test_form_for_a_pile_of_paper_begins_anew_with_the_receipt_in_sight(show):
    saves = Saves()
    page = show(plan(saves, clear_after_save=True))
    for name in ("Forår", "Efterår"):
        name_box(page).fill(name)
        name_box(page).press("Enter")
        expect(receipt(page)).to_be_visible()
        expect(name_box(page)).to_have_value("")
        expect(name_box(page)).to_be_focused()
    assert len(set(saves.keys)) == 2


def test_receipt_is_in_sight_where_the_next_paper_begins(show):
    fields = [TextField(f"answer_{n}", f"Spørgsmål {n}") for n in range(30)]
    form = Form("paper", fields, on_submit=Saves(), clear_after_save=True)
    page = show(form, viewport={"width": 375, "height": 600})
    page.get_by_label("Spørgsmål 29").fill("Ja")
    page.get_by_role("button", name=_("Save")).click()
    expect(page.get_by_label("Spørgsmål 0")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="kvittering")).to_be_in_viewport()
    page.get_by_label("Spørgsmål 29").fill("Nej")
    page.get_by_role("button", name=_("Save")).click()
    expect(page.get_by_label("Spørgsmål 0")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="kvittering")).to_be_in_viewport()


def test_form_that_clears_takes_no_answers_while_it_saves(show, wire):
    saves = Saves()
    page = show(plan(saves, clear_after_save=True))
    name_box(page).fill("Forår")
    wire.hold()
    name_box(page).press("Enter")
    expect(page.get_by_text(_("Saving …"))).to_be_visible()
    page.keyboard.type(" 2026")
    expect(name_box(page)).to_have_value("Forår")
    wire.release()
    expect(receipt(page)).to_be_visible()
    expect(name_box(page)).to_have_value("")
    expect(name_box(page)).to_be_focused()
    assert len(saves.submissions) == 1


def test_form_that_clears_takes_none_either_when_its_save_takes_long(show, wire):
    page = show(plan(Saves(), clear_after_save=True), stops_clock=True)
    name_box(page).fill("Forår")
    wire.hold()
    name_box(page).press("Enter")
    expect(save_button(page)).to_be_disabled()
    page.clock.run_for(16_000)
    expect(save_button(page)).to_be_enabled()
    page.keyboard.type(" 2026")
    expect(name_box(page)).to_have_value("Forår")
    wire.release()
    expect(receipt(page)).to_be_visible()
    expect(name_box(page)).to_have_value("")


def test_form_that_clears_takes_answers_again_where_one_was_when_its_save_fails(show, wire):
    page = show(plan(Saves(StoreUnavailable("Lageret kan ikke nås.")), clear_after_save=True))
    name_box(page).fill("Forår")
    name_box(page).press("Enter")
    expect(page.get_by_text("Lageret kan ikke nås.")).to_be_visible()
    expect(name_box(page)).to_be_focused()
    wire.loses_answers = True
    name_box(page).press("Enter")
    expect(page.get_by_text(_("Saving …"))).to_be_visible()
    page.evaluate("host.connection('lost')")
    expect(page.get_by_text(lost_while_saving())).to_be_visible()
    expect(name_box(page)).to_be_focused()
    page.keyboard.type(" 2026")
    expect(name_box(page)).to_have_value("Forår 2026")


def test_values_that_python_fills_in_count_as_typed_and_leave_the_rest(show, wire, drafts):
    saves = Saves()
    form = plan(saves, drafts=drafts)
    page = show(form)
    name_box(page).fill("Forår")
    expect(draft_note(page)).to_be_visible()
    form.fill_in({"seats": 12, "unknown": 1})
    page.evaluate("host.pull()")
    expect(page.get_by_label("Pladser")).to_have_value("12")
    expect(name_box(page)).to_have_value("Forår")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert saves.submissions[0].values == {"title": "Forår", "seats": 12, "comment": ""}


# --- the key of a submission ------------------------------------------------------------------


def test_key_stays_for_a_retry_and_is_new_after_an_edit_and_after_a_receipt(show):
    full = StoreUnavailable("Lageret kan ikke nås.")
    saves = Saves(full, full, full, RECEIPT, RECEIPT)
    page = show(plan(saves))
    name_box(page).fill("Forår")
    for _again in range(2):
        save_button(page).click()
        expect(page.get_by_text("Lageret kan ikke nås.")).to_be_visible()
        expect(save_button(page)).to_be_enabled()
    name_box(page).fill("Forår 2026")
    save_button(page).click()
    expect(page.get_by_text("Lageret kan ikke nås.")).to_be_visible()
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    save_button(page).click()
    expect(page.get_by_text(_("Saving …"))).to_have_count(0)
    expect(receipt(page)).to_be_visible()
    first, retry, edited, saved, after = saves.keys
    assert first == retry
    assert edited == saved
    assert len({first, edited, after}) == 3
    assert all(str(uuid.UUID(key)) == key for key in saves.keys)


def test_answer_lost_on_the_way_is_asked_for_with_the_same_key(show, wire):
    saves = Saves()
    page = show(plan(saves))
    name_box(page).fill("Forår")
    wire.loses_answers = True
    save_button(page).click()
    expect(page.get_by_text(_("Saving …"))).to_be_visible()
    page.evaluate("host.connection('lost')")
    expect(page.get_by_text(lost_while_saving())).to_be_visible()
    expect(save_button(page)).to_be_disabled()
    wire.loses_answers = False
    page.evaluate("host.connection('ok')")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert len(saves.keys) == 2
    assert len(set(saves.keys)) == 1


def lost_while_saving() -> str:
    return _(
        "The connection was lost while saving. Press the button again when it is back: "
        "nothing is saved twice."
    )


def test_save_that_takes_long_says_so_and_can_be_tried_again(show, wire):
    saves = Saves()
    page = show(plan(saves), stops_clock=True)
    name_box(page).fill("Forår")
    wire.hold()
    save_button(page).click()
    expect(save_button(page)).to_be_disabled()
    page.clock.run_for(16_000)
    expect(save_button(page)).to_be_enabled()
    wire.release()
    expect(receipt(page)).to_be_visible()  # an answer that comes late is still the answer
    assert len(set(saves.keys)) == 1


def test_whoever_leaves_while_it_saves_is_asked_and_nobody_else_is(show, wire):
    saves = Saves()
    page = show(plan(saves))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    name_box(page).fill("Forår")
    wire.hold()
    save_button(page).click()
    page.close(run_before_unload=True)
    expect(page.get_by_text(_("Saving …"))).to_be_visible()  # the page is still there
    assert asked == ["beforeunload"]
    wire.release()
    expect(receipt(page)).to_be_visible()
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


# --- drafts -----------------------------------------------------------------------------------


def test_draft_is_told_only_when_python_has_kept_it(show, wire, drafts):
    page = show(plan(Saves(), drafts=drafts))
    wire.hold()
    name_box(page).press_sequentially("Forår")
    expect(draft_note(page)).to_have_count(0)
    wire.release()
    expect(draft_note(page)).to_be_visible()
    assert drafts.kept[0] == {"title": "Forår"}


def test_draft_is_sent_within_two_seconds_of_the_first_key_however_long_one_types(
    show, wire, drafts
):
    page = show(plan(Saves(), drafts=drafts), stops_clock=True)
    for letter in "Forårsholdet":  # a key every 300 ms, never a pause
        name_box(page).press_sequentially(letter)
        page.clock.run_for(300)
    assert wire.said("draft")  # while still typing, 3.6 s after the first key
    expect(draft_note(page)).to_be_visible()
    for _second in range(60):  # the rest goes when the draft on its way has been acknowledged
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)  # the answer comes by the true clock
        if drafts.kept == ({"title": "Forårsholdet"}, drafts.kept[1]):
            break
    assert drafts.kept[0] == {"title": "Forårsholdet"}


def test_draft_is_offered_and_taken_up_without_touching_the_rest(show, drafts):
    drafts.kept = ({"title": "Halvt fær", "gone": 1}, dt.datetime.now(dt.UTC))
    page = show(plan(Saves(), drafts=drafts, values={"title": "Forår", "seats": 12}))
    expect(name_box(page)).to_have_value("Forår")
    page.get_by_role("button", name=_("Continue")).click()
    expect(name_box(page)).to_have_value("Halvt fær")
    expect(page.get_by_label("Pladser")).to_have_value("12")
    expect(name_box(page)).to_be_focused()
    assert drafts.kept


def test_draft_from_another_day_says_which(show, drafts):
    drafts.kept = ({"title": "Halvt"}, SAVED_AT)
    page = show(plan(Saves(), drafts=drafts))
    expect(page.get_by_text("onsdag 4. marts 2026")).to_be_visible()
    expect(page.get_by_text("14.02")).to_be_visible()


def test_form_waits_until_it_is_said_what_becomes_of_the_draft(show, drafts):
    drafts.kept = ({"title": "Halvt"}, SAVED_AT)
    page = show(plan(Saves(), drafts=drafts))
    page.get_by_role("button", name=_("Continue")).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(name_box(page)).not_to_be_focused()
    page.get_by_role("button", name=_("Discard")).click()
    expect(name_box(page)).to_be_focused()
    expect(name_box(page)).to_have_value("")
    assert drafts.kept is None


def test_saved_form_leaves_no_draft(show, drafts):
    page = show(plan(Saves(), drafts=drafts))
    name_box(page).fill("Forår")
    expect(draft_note(page)).to_be_visible()
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    expect(draft_note(page)).to_have_count(0)
    assert drafts.kept is None


def test_only_what_says_something_becomes_a_draft(show, wire, drafts):
    sheets = RowsField("sheets", "Skemaer", row_label="Skema", fields=[TextField("a", "1.")])
    page = show(Form("pile", [sheets], on_submit=Saves(), drafts=drafts))
    with page.expect_request(lambda request: '"draft"' in (request.post_data or "")) as sent:
        page.get_by_role("button", name=_("Add a row")).click()
    sent.value.response().finished()
    assert wire.said("draft")
    assert drafts.kept is None
    first = page.get_by_role("textbox").first
    first.fill("4")
    expect(draft_note(page)).to_be_visible()
    assert drafts.kept
    first.fill("")
    expect(draft_note(page)).to_have_count(0)
    assert drafts.kept is None


def test_form_that_only_asks_never_speaks_of_saving(show):
    page = show(plan(Saves("Her er et forslag."), only_asks=True))
    save_button(page).click()
    expect(
        page.get_by_role("group").filter(has_text=_("Something has to be put right first"))
    ).to_be_visible()
    expect(page.get_by_text(_("Something is missing before this can be saved"))).to_have_count(0)


def test_form_that_reads_a_file_says_so(show):
    reads = Form("read", [FileField("file", "Fil")], on_submit=Saves("Læst."), only_asks=True)
    saves = Form("keep", [FileField("file", "Fil")], on_submit=Saves())
    assert reads.texts["saving"] == _("Reading the file …")
    assert saves.texts["saving"] == _("Saving …")


def test_form_that_only_asks_keeps_its_draft_until_the_page_discards_it(show, drafts):
    page = show(plan(Saves("Her er et forslag."), drafts=drafts, only_asks=True))
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(page.get_by_text("Her er et forslag.")).to_be_visible()
    assert drafts.kept[0] == {"title": "Forår", "seats": "", "comment": ""}
    page.get_by_label("Pladser").fill("12")
    expect(draft_note(page)).to_be_visible()
    assert drafts.kept[0] == {"title": "Forår", "seats": "12"}
    page.reload()
    page.get_by_role("button", name=_("Continue")).click()
    expect(page.get_by_label("Pladser")).to_have_value("12")


def test_what_earlier_answers_gave_is_taken_away_before_new_ones_are_even_read(show):
    outcome = Section([])

    def propose(submission):
        outcome.show([Prose(f"Forslag: {submission.values['title']}")])
        return "Her er et forslag."

    form = plan(propose, only_asks=True, on_attempt=lambda: outcome.show([]))
    page = show(Section([form, outcome]))
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(page.get_by_text("Forslag: Forår")).to_be_visible()
    name_box(page).fill("")
    save_button(page).click()
    expect(name_box(page)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Forslag: Forår")).to_have_count(0)


def test_what_is_typed_while_saving_becomes_a_draft_when_that_is_done(show, wire, drafts):
    page = show(plan(Saves(), drafts=drafts))
    name_box(page).fill("Forår")
    wire.hold()
    save_button(page).click()
    page.get_by_label("Pladser").fill("12")
    wire.release()
    expect(draft_note(page)).to_be_visible()
    assert drafts.kept[0]["seats"] == "12"


def test_draft_that_cannot_be_kept_is_said_and_the_text_stays(show, drafts):
    page = show(plan(Saves(), drafts=drafts))
    drafts.is_broken = True
    name_box(page).fill("Forår")
    expect(page.get_by_text("Kladden kan ikke gemmes lige nu.")).to_be_visible()
    expect(name_box(page)).to_have_value("Forår")


def test_form_opens_though_drafts_cannot_be_fetched(show, drafts):
    drafts.is_broken = True
    page = show(plan(Saves(), drafts=drafts))
    expect(page.get_by_text("Kladden kan ikke hentes lige nu.")).to_be_visible()
    expect(save_button(page)).to_be_enabled()


def test_what_is_typed_without_connection_is_kept_when_it_is_back(show, drafts):
    page = show(plan(Saves(), drafts=drafts))
    page.evaluate("host.connection('lost')")
    expect(save_button(page)).to_be_disabled()
    name_box(page).fill("Forår")
    note = _("No connection: what you write is not kept as a draft right now.")
    expect(page.get_by_text(note)).to_be_visible()
    page.evaluate("host.connection('ok')")
    expect(draft_note(page)).to_be_visible()
    assert drafts.kept[0] == {"title": "Forår"}


def test_what_is_typed_stays_when_the_output_is_drawn_again(show, drafts):
    saves = Saves()
    page = show(plan(saves, drafts=drafts))
    name_box(page).fill("Forår")
    page.evaluate("host.redraw()")
    expect(name_box(page)).to_have_value("Forår")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert len(saves.submissions) == 1


def test_page_opened_again_on_the_same_kernel_offers_the_draft(show, drafts):
    page = show(plan(Saves(), drafts=drafts))
    name_box(page).fill("Forår")
    expect(draft_note(page)).to_be_visible()
    page.reload()
    page.get_by_role("button", name=_("Continue")).click()
    expect(name_box(page)).to_have_value("Forår")


def test_draft_with_half_characters_or_too_much_in_it_does_no_harm(show, wire, drafts):
    form = plan(Saves(), drafts=drafts)
    form._keep_draft({"values": {"title": "a\ud800b", "evil": 1}}, [])
    assert drafts.kept[0] == {"title": "a?b"}
    for values in ({"title": "x" * 1_000_001}, {"title": float("nan")}, {"title": {1, 2}}, "x"):
        with pytest.raises(InputFault):
            form._keep_draft({"values": values}, [])


# --- faults -----------------------------------------------------------------------------------


def test_faults_stand_at_their_fields_and_the_summary_gets_the_focus(show):
    saves = Saves()
    page = show(plan(saves))
    page.get_by_label("Pladser").fill("999999")
    save_button(page).click()
    summary = page.get_by_role("group", name=_("Something is missing before this can be saved"))
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    expect(name_box(page)).to_have_attribute("aria-invalid", "true")
    expect(name_box(page)).to_have_accessible_description(_("An answer is missing here."))
    summary.get_by_role("link").nth(1).click()
    expect(page.get_by_label("Pladser")).to_be_focused()
    assert saves.submissions == []

    page.get_by_label("Pladser").fill("12")
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    expect(summary).to_be_hidden()
    expect(name_box(page)).not_to_have_attribute("aria-invalid", "true")


def test_fault_found_while_saving_stands_at_its_field_too(show):
    fault = InputFault(
        [Fault("Navnet er brugt.", Place(field="title")), Fault("Holdet er lukket.", Place())]
    )
    page = show(plan(Saves(fault)))
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(name_box(page)).to_have_accessible_description("Navnet er brugt.")
    expect(page.get_by_text("Holdet er lukket.")).to_be_visible()


def test_comment_of_ten_thousand_characters_is_told_and_stays(show):
    page = show(plan(Saves()))
    name_box(page).fill("Forår")
    page.get_by_label("Bemærkning").fill("æ" * 10_000)
    counter = _("{n} of {limit} characters").format(n=10_000, limit=4_000)
    expect(page.get_by_text(counter)).to_be_visible()
    save_button(page).click()
    expect(page.get_by_role("link", name="10.000")).to_be_visible()
    assert len(page.get_by_label("Bemærkning").input_value()) == 10_000


@pytest.mark.parametrize(
    "error", [StoreUnavailable("Lageret kan ikke nås."), PeerbookError("Det må du ikke.")]
)
def test_trouble_is_told_in_red_and_nothing_typed_is_lost(show, drafts, error):
    page = show(plan(Saves(error), drafts=drafts))
    name_box(page).fill("Forår")
    save_button(page).click()
    expect(page.locator(".pb-status.pb-danger", has_text=str(error))).to_be_visible()
    expect(name_box(page)).to_have_value("Forår")
    expect(save_button(page)).to_be_enabled()


def test_fault_of_the_program_is_told_calmly_and_logged_without_values(show, caplog):
    page = show(plan(Saves(KeyError("010203-1234"))))
    name_box(page).fill("010203-1234")
    with caplog.at_level(logging.ERROR):
        save_button(page).click()
        expect(page.locator(".pb-status.pb-danger")).to_be_visible()
    told = page.locator(".pb-status.pb-danger").inner_text()
    (record,) = caplog.records
    code = record.getMessage().partition("code ")[2].partition(":")[0]
    assert code
    assert code in told
    assert "KeyError" in record.getMessage()
    assert "010203" not in caplog.text + told
    expect(name_box(page)).to_have_value("010203-1234")


# --- two versions -----------------------------------------------------------------------------


def test_conflict_shows_both_versions_and_saves_what_is_chosen(show):
    theirs = {"title": "Forår i Vejle", "seats": 20, "version": 4}
    conflict = Conflict("En anden har gemt i mellemtiden.", theirs, {"title": "Forår", "seats": 12})
    saves = Saves(conflict, RECEIPT)
    page = show(plan(saves, values={"title": "Forår", "seats": 12}))
    save_button(page).click()
    panel = page.get_by_role("group", name="En anden har gemt i mellemtiden.")
    expect(panel).to_be_focused()
    title = panel.get_by_role("group", name="Holdets navn")
    expect(title.get_by_label(_("Kept already"))).to_be_visible()
    expect(title).to_contain_text("Forår i Vejle")
    title.get_by_label(_("Kept already")).check()
    panel.get_by_role("button", name=_("Save what I have chosen")).click()
    expect(receipt(page)).to_be_visible()
    first, second = saves.submissions
    assert first.seen is None
    assert second.seen == theirs
    assert second.values == {"title": "Forår i Vejle", "seats": 12, "comment": ""}
    assert first.key != second.key


def test_conflict_put_off_keeps_the_page_as_it_was(show):
    conflict = Conflict("En anden har gemt i mellemtiden.", {"title": "Andet"}, {})
    saves = Saves(conflict, conflict)
    page = show(plan(saves, values={"title": "Forår"}))
    for _again in range(2):
        save_button(page).click()
        page.get_by_role("button", name=_("Not now")).click()
    expect(name_box(page)).to_have_value("Forår")
    assert [submission.seen for submission in saves.submissions] == [None, None]


# --- rows and files ---------------------------------------------------------------------------


def roster(saves: Saves) -> Form:
    status = [("present", "Til stede"), ("absent", "Væk")]
    fields = [
        RowsField(
            "attendance", "Fremmøde", row_label="Person", rows=[("p1", "Anna"), ("p2", "Bo")],
            fields=[
                ChoiceField("status", "Status", options=status, required=True),
                ScaleField("energy", "Overskud", points=[(1, "Lidt"), (2, ""), (3, "Meget")]),
            ],
        )
    ]  # fmt: skip
    return Form("roster", fields, on_submit=saves)


def test_every_control_in_a_row_says_whom_and_what_it_is_about(show):
    saves = Saves()
    page = show(roster(saves))
    required = _("(must be filled in)")
    page.get_by_role("combobox", name=f"Anna Status {required}").select_option("Til stede")
    page.get_by_role("combobox", name=f"Bo Status {required}").select_option("Væk")
    page.get_by_role("combobox", name="Bo Overskud").select_option("3 – Meget")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert saves.submissions[0].values["attendance"] == (
        Row("p1", {"status": "present", "energy": None}),
        Row("p2", {"status": "absent", "energy": 3}),
    )


def test_fault_in_a_row_leads_to_its_cell(show):
    page = show(roster(Saves()))
    page.get_by_role("combobox", name="Anna Status").select_option("Til stede")
    save_button(page).click()
    page.get_by_role("link", name="Bo – Status").click()
    expect(page.get_by_role("combobox", name="Bo Status")).to_be_focused()
    expect(page.get_by_role("combobox", name="Bo Status")).to_have_accessible_description(
        _("An answer is missing here.")
    )


def test_growing_list_takes_rows_in_and_out_and_keeps_the_focus_near(show):
    field = RowsField("days", "Dage", row_label="Dag", fields=[TextField("why", "Årsag")])
    saves = Saves()
    page = show(
        Form("days", [field], on_submit=saves, values={"days": (Row("7", {"why": "Jul"}),)})
    )
    second = page.get_by_role("textbox", name="Dag 2 Årsag")
    page.get_by_role("button", name=_("Add a row")).click()
    expect(second).to_be_focused()
    page.keyboard.type("Påske")
    page.get_by_role("button", name=_("Add a row")).click()
    page.keyboard.type("Pinse")
    page.get_by_role("button", name=f"{_('Remove')} Dag 2").click()
    expect(second).to_be_focused()
    expect(second).to_have_value("Pinse")
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert saves.submissions[0].values["days"] == (
        Row("7", {"why": "Jul"}),
        Row(None, {"why": "Pinse"}),
    )


def test_enter_goes_on_to_the_next_row_and_never_saves_half_a_pile(show):
    fields = [TextField("why", "Årsag"), TextField("note", "Note")]
    saves = Saves()
    days = RowsField("days", "Dage", row_label="Dag", fields=fields)
    page = show(Form("days", [days], on_submit=saves))
    page.get_by_role("textbox", name="Dag 1 Årsag").fill("Jul")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Dag 2 Årsag")).to_be_focused()
    page.keyboard.press("Enter")  # the last row is bare: there is no need for another
    expect(page.get_by_role("rowheader")).to_have_text(["Dag 1", "Dag 2"])
    page.get_by_role("textbox", name="Dag 1 Note").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Dag 2 Årsag")).to_be_focused()
    assert saves.submissions == []


def test_list_that_is_too_wide_becomes_cards_with_short_labels_and_whole_names(show):
    fields = [
        IntegerField(f"q{n}", f"Spørgsmål {n}", short=f"{n}.", maximum=5) for n in range(1, 23)
    ]
    sheets = RowsField("sheets", "Skemaer", row_label="Skema", fields=fields)
    page = show(Form("sheets", [sheets], on_submit=Saves()))
    last = page.get_by_role("textbox", name="Skema 1 Spørgsmål 22", exact=True)
    label = "box => getComputedStyle(box.closest('td'), '::before').content"
    for width in (1200, 375):
        page.set_viewport_size({"width": width, "height": 900})
        place = last.bounding_box()
        assert place["x"] + place["width"] <= width
        assert last.evaluate(label) == '"22."'
    last.fill("7")
    save_button(page).click()
    expect(page.get_by_role("link", name="Skema 1 – Spørgsmål 22")).to_be_visible()


def test_what_is_chosen_in_a_list_can_be_read_on_a_telephone(show):
    status = [("present", "Til stede"), ("apology", "Meldt afbud")]
    people = RowsField(
        "people", "Fremmøde", row_label="Person", rows=[("p1", "Anna Prøvesen")],
        fields=[ChoiceField("status", "Status", options=status), TextField("note", "Note")],
    )  # fmt: skip
    page = show(
        Form("roster", [people], on_submit=Saves(), values={
            "people": (Row("p1", {"status": "apology", "note": ""}),)
        })
    )  # fmt: skip
    page.set_viewport_size({"width": 375, "height": 800})
    box = page.get_by_role("combobox", name="Anna Prøvesen Status")
    # As wide as the list would like to be for its longest word, or wider.
    expect(box).to_have_value("apology")
    wanted = box.evaluate(
        "box => { const free = box.cloneNode(true); free.style.cssText = 'min-width:0;width:auto';"
        " document.body.append(free); const { width } = free.getBoundingClientRect();"
        " free.remove(); return width }"
    )
    assert box.bounding_box()["width"] >= wanted


def test_one_button_answers_for_those_who_have_no_answer_yet(show, drafts):
    status = [("present", "Til stede"), ("absent", "Væk")]
    people = RowsField(
        "people", "Fremmøde", row_label="Person", rows=[("p1", "Anna"), ("p2", "Bo")],
        fields=[ChoiceField("status", "Status", options=status)],
        fill=("Alle til stede", "status", "present"),
    )  # fmt: skip
    saves = Saves()
    page = show(Form("roster", [people], on_submit=saves, drafts=drafts))
    page.get_by_role("combobox", name="Anna Status").select_option("Væk")
    page.get_by_role("button", name="Alle til stede").click()
    expect(page.get_by_role("combobox", name="Bo Status")).to_have_value("present")
    expect(draft_note(page)).to_be_visible()
    assert saves.submissions == []
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    assert saves.submissions[0].values["people"] == (
        Row("p1", {"status": "absent"}),
        Row("p2", {"status": "present"}),
    )


def test_file_reaches_python_byte_for_byte(show):
    saves = Saves()
    page = show(Form("import", [FileField("file", "Skema")], on_submit=saves))
    data = bytes(range(256)) * 10
    page.get_by_label("Skema").set_input_files(
        {"name": "Åres skema.xlsx", "mimeType": "application/zip", "buffer": data}
    )
    save_button(page).click()
    expect(receipt(page)).to_be_visible()
    file = saves.submissions[0].values["file"]
    assert (file.name, file.data) == ("Åres skema.xlsx", data)


def test_file_that_is_too_large_is_not_sent_at_all(show, wire):
    page = show(Form("import", [FileField("file", "Skema", max_bytes=1000)], on_submit=Saves()))
    page.get_by_label("Skema").set_input_files(
        {"name": "stor.xlsx", "mimeType": "application/zip", "buffer": b"x" * 1001}
    )
    save_button(page).click()
    expect(page.get_by_role("link", name="Skema")).to_be_visible()
    assert wire.said("submit") == []


# --- a browser that lies ----------------------------------------------------------------------


def sent(form: Form, content: object, buffers: list[bytes] | None = None) -> dict:
    """Let a form hear a message, and return its answer."""
    return form.answer(content, buffers or []) or {}


@pytest.mark.parametrize(
    "values",
    [
        {"title": "x", "seats": 999999}, {"title": "x" * 201}, {"title": ["x"]}, {"title": "a\0b"},
        {"title": None}, [], None, "x", 7, {"title": {"$ne": ""}},
    ],
)  # fmt: skip
def test_tampered_answers_are_never_saved(wire, values):
    saves = Saves()
    answer = sent(plan(saves), {"do": "submit", "key": str(uuid.uuid4()), "values": values})
    assert answer["faults"]
    assert saves.submissions == []


@pytest.mark.parametrize("key", [None, "", "1", "x" * 10_000, {"a": 1}])
def test_submission_without_a_proper_key_is_never_saved(wire, key):
    saves = Saves()
    answer = sent(plan(saves), {"do": "submit", "key": key, "values": {"title": "x"}})
    assert answer["faults"]
    assert saves.submissions == []


@pytest.mark.parametrize("content", [{}, {"do": "drop_all"}, {"do": ["submit"]}])
def test_message_nobody_understands_does_nothing(wire, content):
    saves = Saves()
    assert sent(plan(saves), content) == {}
    assert saves.submissions == []


@pytest.mark.parametrize(
    "files", [[{"field": "file", "name": "a.xlsx"}] * 3, [None], "x", [{"field": "title"}]]
)
def test_files_that_do_not_fit_their_message_are_never_saved(wire, files):
    saves = Saves()
    form = Form("import", [FileField("file", "Skema", required=True)], on_submit=saves)
    request = {"do": "submit", "key": str(uuid.uuid4()), "values": {"file": "x"}, "files": files}
    assert sent(form, request, [b"PK"])["faults"]
    assert saves.submissions == []


# --- one question at a time -------------------------------------------------------------------


def low_energy(saves: Saves, drafts) -> Form:
    points = [(1, "Lidt"), (2, ""), (3, "Meget")]
    fields = [
        ScaleField("useful", "Hvor brugbar var dagen?", points=points),
        TextField("best", "Hvad var bedst?", required=True),
        DateField("day", "Hvilken dag?"),
    ]
    return Form(
        "event", fields, on_submit=saves, drafts=drafts, step="one", help_text="Ring 70 20 12 01"
    )


def test_low_energy_form_asks_one_question_at_a_time_by_keyboard_alone(show, drafts):
    saves = Saves()
    page = show(low_energy(saves, drafts))
    expect(page.get_by_text(_("Question {n} of {total}").format(n=1, total=3))).to_be_visible()
    expect(page.get_by_text("Ring 70 20 12 01")).to_be_visible()
    expect(page.get_by_label("Hvad var bedst?")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Hvad var bedst?")).to_be_focused()
    page.keyboard.type("Pausen")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Hvilken dag?")).to_be_focused()
    page.get_by_role("button", name=_("Back")).click()
    expect(page.get_by_label("Hvad var bedst?")).to_have_value("Pausen")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(receipt(page)).to_be_visible()
    assert saves.submissions[0].values == {"useful": 2, "best": "Pausen", "day": None}


def test_low_energy_form_can_be_left_anywhere_and_taken_up_again(show, drafts):
    page = show(low_energy(Saves(), drafts))
    page.get_by_role("radio", name="3 Meget").check()
    expect(draft_note(page)).to_be_visible()
    page.get_by_role("button", name=_("Save and stop here")).click()
    expect(page.get_by_text(stopped())).to_be_visible()
    assert drafts.kept[0] == {"useful": "3"}
    again = show(low_energy(Saves(), drafts))
    again.get_by_role("button", name=_("Continue")).click()
    expect(again.get_by_role("radio", name="3 Meget")).to_be_checked()


def test_low_energy_form_without_drafts_saves_what_is_answered_and_begins_with_nobodys_answers(
    show,
):
    points = [(1, "Lidt"), (2, "Meget")]
    fields = [
        ScaleField("useful", "Hvor brugbar var dagen?", points=points),
        ScaleField("safe", "Var du tryg?", points=points),
        TextField("code", "Egen kode", counts=False),
    ]
    saves = Saves()
    page = show(Form("event", fields, on_submit=saves, step="one", clear_after_save=True))
    page.get_by_role("radio", name="2 Meget").check()
    page.get_by_role("button", name=_("Save and stop here")).click()
    expect(receipt(page)).to_be_visible()
    assert saves.submissions[0].values == {"useful": 2, "safe": None, "code": ""}
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    progress = _("Question {n} of {total}")
    for number in (1, 2):
        expect(page.get_by_text(progress.format(n=number, total=2))).to_be_visible()
        page.get_by_role("button", name=_("Next")).click()
    expect(page.get_by_text(_("At last"))).to_be_visible()
    expect(page.get_by_role("button", name=_("Save and stop here"))).to_be_hidden()


def stopped() -> str:
    return _("Your answers are kept as a draft. You can close the page now and go on another day.")


def test_low_energy_form_goes_back_to_the_question_that_needs_an_answer(show, drafts):
    page = show(low_energy(Saves(), drafts))
    for _question in range(3):
        page.locator("form button[type=submit]").click()
    expect(page.get_by_label("Hvad var bedst?")).to_be_visible()
    expect(page.get_by_role("link", name="Hvad var bedst?")).to_be_visible()
