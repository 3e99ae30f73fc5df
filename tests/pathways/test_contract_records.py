"""The three-way talk and its contract in the store, and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from builders import LEADER, assert_sound, change, read, refused, same_person, save
from noted_pairs import START, TODAY, a_pair, agree, days, of, sheet
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault, Question
from peerbook.pathways import (
    answer_records,
    contract_records,
    end_records,
    exit_records,
    pause_records,
)
from peerbook.pathways.contract import Contract, Pause
from peerbook.pathways.contract_part import contract_parts
from peerbook.pathways.exit_records import AgreedExit
from peerbook.pathways.opened import Opened
from peerbook.pathways.pathway_list_part import Pathways
from peerbook.pathways.pathway_part import OnePathway
from peerbook.store import Visitor
from peerbook.store.tables import CoffeeTalk, MatchedPair, Site
from peerbook.text import format_date
from peerbook.ui import Disclosure, Download, Form, Prose, Submission


def test_what_three_agree_on_is_the_contract(store, made):
    number = a_pair(store, made)
    assert of(store, number).standing(TODAY) == "no_contract"
    agree(store, number, starts_on=days(-10), months=4)
    one = of(store, number)
    assert one.contract == Contract(days(-10), 4)
    assert one.standing(TODAY) == "runs"
    assert one.standing(days(-11)) == "ahead"
    assert_sound(store)


def test_a_sheet_somebody_else_has_changed_meanwhile_is_not_overwritten(store, pair):
    with pytest.raises(Conflict):
        agree(store, pair, months=3)
    assert of(store, pair).contract.months == 6


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"talked_on": days(1)}, "talked_on"),
        ({"talked_on": START.replace(year=2016)}, "talked_on"),
        ({"starts_on": START - dt.timedelta(days=1)}, "starts_on"),
        ({"talked_on": TODAY, "starts_on": days(400)}, "starts_on"),
    ],
)
def test_a_contract_on_a_day_that_cannot_be_is_refused(store, made, values, field):
    number = a_pair(store, made)
    wanted = sheet(**values)
    assert refused(store, contract_records.save_sheet, number, wanted, TODAY, 1) == [field]
    assert of(store, number).contract is None, "nothing is half-saved"


def test_contracts_of_one_person_do_not_overlap(store, made, pair):
    other = a_pair(store, made, mentor=1)
    asked = (contract_records.save_sheet, other, sheet(starts_on=days(-20)), TODAY, 1)
    assert refused(store, *asked) == ["starts_on"]
    change(store, end_records.end_pair, pair, "changed_mentor", days(-21), TODAY)
    change(store, *asked)
    assert of(store, other).contract.starts_on == days(-20)


def test_who_has_another_contract_is_told_and_what_stands_can_still_be_corrected(store, made, pair):
    _site_id, _peers, mentors = made
    other = a_pair(store, made, peer=1, mentor=1)
    agree(store, other)
    save(store, same_person(*mentors))
    moved = (contract_records.save_sheet, other, sheet(starts_on=days(-20)), TODAY, 2)
    with pytest.raises(InputFault, match=r"^Mentoren har en kontrakt fra"):
        change(store, *moved)
    agree(store, other, version=2, peer_goal="Et opdigtet mål")
    assert of(store, other).contract.starts_on == START


def test_one_who_stands_in_for_a_while_has_a_contract_beside_the_other(store, made, pair):
    other = a_pair(store, made, mentor=1, beside=True)
    asked = (contract_records.save_sheet, other, sheet(starts_on=days(-20)), TODAY, 1)
    assert asked_about(store, *asked) == ["starts_on"], "it was only said that both pairs go on"
    change(store, *asked, meant=[("starts_on", days(-20), START)])
    agree(store, pair, version=2, months=9)
    assert of(store, other).beside


def asked_about(store, *call, **told):
    """Return the fields of what is asked about and may be right."""
    with pytest.raises(InputFault) as refusal:
        change(store, *call, **told)
    assert {type(fault) for fault in refusal.value.faults} == {Question}
    return [fault.place.field for fault in refusal.value.faults]


def test_a_talk_of_three_before_the_match_is_asked_about_and_none_is_after_the_end(store, made):
    number = a_pair(store, made)
    before = sheet(talked_on=START - dt.timedelta(days=1))
    asked = (contract_records.save_sheet, number, before, TODAY)
    assert asked_about(store, *asked, 1) == ["talked_on"]
    change(store, *asked, 1, meant=[("talked_on", before.talked_on)])
    change(store, contract_records.save_sheet, number, replace(before, months=5), TODAY, 2)
    change(store, end_records.end_pair, number, "withdrew", days(-1), TODAY)
    after = sheet(talked_on=TODAY)
    late = (contract_records.save_sheet, number, after, TODAY, 3)
    assert refused(store, *late) == ["talked_on"]


@pytest.mark.parametrize(("months", "asks"), [(9, False), (10, True), (18, True)])
def test_a_contract_longer_than_with_three_months_more_is_asked_about(store, made, months, asks):
    number = a_pair(store, made)
    asked = (contract_records.save_sheet, number, sheet(months=months), TODAY)
    if asks:
        assert asked_about(store, *asked, 1) == ["months"]
    change(store, *asked, 1, meant=[("months", months)] if asks else [])
    change(store, *asked, 2)
    assert of(store, number).contract.months == months


def test_the_three_begin_with_what_was_said_over_the_first_cup_of_coffee(store, made):
    site_id, [peer, _other], _mentors = made
    number = a_pair(store, made)
    talk = {"site_id": site_id, "participant_code": peer, "role": "peer"}
    save(
        store,
        CoffeeTalk(**talk, date=days(-300), state="held", goals="Ud at cykle"),
        CoffeeTalk(**talk, date=days(-290), state="held", goals="Ud at svømme"),
        CoffeeTalk(**talk, date=days(-280), state="held"),
        CoffeeTalk(**talk, date=days(-270), state="cancelled", goals="Intet"),
    )
    shown = sheet_form(store, number)
    assert shown.begin["peer_goal"] == "Ud at svømme"
    hints = {field["name"]: field.get("hint", "") for field in shown.fields}
    assert format_date(days(-290)) in hints["peer_goal"]
    assert shown.begin["mentor_goal"] == hints["mentor_goal"] == ""
    agree(store, number, peer_goal="")
    assert sheet_form(store, number).begin["peer_goal"] == "", "they agreed on none"


def test_a_pause_that_was_open_when_the_pair_ended_stands_still_no_longer(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-90)), TODAY)
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)

    def told():
        one = OnePathway(desk, pair, print, print)
        return "".join(str(part.tree) for part in one.parts() if isinstance(part, Prose))

    assert "Uret står stille" in told()
    change(store, end_records.end_pair, pair, "withdrew", TODAY, TODAY)
    assert "Uret står stille" not in told()
    assert "til det sluttede" in told()


def sheet_form(store, number):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    opened = Opened(desk, of(store, number), {}, print)
    return next(part for part in contract_parts(opened) if isinstance(part, Form))


def test_a_contract_begins_no_later_than_what_is_noted_in_it(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-90), days(-80)), TODAY)
    asked = (contract_records.save_sheet, pair)
    assert refused(store, *asked, sheet(starts_on=days(-85)), TODAY, 2) == ["starts_on"]
    change(store, *asked, sheet(starts_on=days(-90)), TODAY, 2)


def test_a_contract_is_not_printed_while_something_typed_is_not_saved(store, pair):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    opened = Opened(desk, of(store, pair), {}, print)
    *_form, printing = contract_parts(opened)

    def press():
        return printing._press({"index": 0}, [])

    assert press()[1].startswith(b"%PDF")
    opened.drafts("contract").save({"peer_goal": "Noget andet"})
    with pytest.raises(InputFault):
        press()


def test_a_contract_begins_no_later_than_an_answer_or_an_agreed_talk(store, pair):
    asked = (contract_records.save_sheet, pair)
    more = answer_records.save_extension
    change(store, more, pair, days(-9), TODAY, peer=False, mentor=True)
    assert refused(store, *asked, sheet(days(-8)), TODAY, 2) == ["starts_on"]
    change(store, *asked, sheet(days(-9)), TODAY, 2)


def test_a_contract_begins_before_the_exit_talk_that_is_agreed(store, made):
    number = a_pair(store, made)
    agreed = AgreedExit(days(5))
    change(store, exit_records.agree_exit_talk, number, agreed, TODAY, 0)
    late = (contract_records.save_sheet, number, sheet(days(6), talked_on=TODAY), TODAY, 1)
    assert refused(store, *late) == ["starts_on"]
    change(store, exit_records.cancel_exit_talk, number, TODAY, 1)
    change(store, *late)


def test_nothing_leaves_a_pause_after_the_end_of_its_contract(store, pair):
    """Six months, and three more in which they pause: the three cannot be taken away again."""
    more = answer_records.save_extension
    row = read(store, contract_records.sheet_row, pair)
    start = days(-230)
    agree(store, pair, row.version, starts_on=START)
    number = pair
    with store.write(LEADER) as session:  # as if it had begun earlier
        session.get_one(MatchedPair, number).matched_on = start
        session.get_one(MatchedPair, number).starts_on = start
    change(store, more, number, days(-60), TODAY, peer=True, mentor=True)
    since = days(-20)
    change(store, pause_records.save_pause, number, Pause(since, who="both"), TODAY)
    assert refused(store, more, number, days(-10), TODAY, peer=False, mentor=True) == ["on"]
    row = read(store, contract_records.sheet_row, number)
    shorter = sheet(start, months=3)
    assert refused(store, contract_records.save_sheet, number, shorter, TODAY, row.version) == [
        "months"
    ]
    assert of(store, number).contract.stray_pause is None


def test_the_contract_can_be_printed_right_after_it_is_saved(store, made):
    site_id, number = made[0], a_pair(store, made)
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    with store.read() as session:
        page = Pathways(desk, session.get_one(Site, site_id), lambda _part: None, number)

    def unfolded(kind):
        folds = [one for one in page._place.inside if isinstance(one, Disclosure) and one.opened]
        return [one for fold in folds for one in fold.everything() if isinstance(one, kind)]

    page.parts()
    [form] = unfolded(Form)
    typed = {**form.begin, "talked_on": START, "starts_on": START, "months": 6}
    form._on_submit(Submission("a" * 32, typed, form="contract"))
    assert of(store, number).contract is not None
    [printing] = unfolded(Download)
    assert printing._press({"index": 0}, [])[1].startswith(b"%PDF")
