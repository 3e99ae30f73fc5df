"""How pairs end in the store, and mistakes taken back."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from builders import LEADER, assert_sound, change, read, refused
from noted_pairs import ENDS_ON, START, TODAY, a_pair, agree, days, of
from peerbook.errors import Conflict, InputFault, Question
from peerbook.pathways import (
    answer_records,
    contact_records,
    end_records,
    exit_records,
    pathway_records,
    pause_records,
)
from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contract import Pause
from peerbook.pathways.exit_records import HeldExit
from peerbook.people import pairs
from peerbook.store import append_event
from peerbook.store.tables import Veto
from peerbook.text import format_date


def test_three_months_more_are_completed_only_where_both_wanted_them(store, made, pair):
    more = answer_records.save_extension
    end = (end_records.end_pair, pair, "extended_completed", TODAY, TODAY)
    assert refused(store, *end, is_meant=True) == ["end"]
    change(store, more, pair, days(-20), TODAY, peer=True, mentor=False)
    assert refused(store, *end, is_meant=True) == ["end"]
    change(store, more, pair, days(-10), TODAY, peer=True, mentor=True)
    assert refused(store, *end) == ["on"], "three months early"
    planned = (end_records.end_pair, pair, "completed", TODAY, TODAY)
    assert refused(store, *planned, is_meant=True) == ["end"], "more was agreed on"
    change(store, *end, is_meant=True)
    other = a_pair(store, made, peer=1, mentor=1)
    without = (end_records.end_pair, other, "extended_completed", TODAY, TODAY)
    assert refused(store, *without, is_meant=True) == ["end"]


@pytest.mark.parametrize(("early", "asks"), [(15, True), (14, False)])
def test_what_is_completed_long_before_the_agreed_end_is_asked_about(store, pair, early, asks):
    end = (end_records.end_pair, pair, "completed", ENDS_ON - dt.timedelta(days=early), TODAY)
    if asks:
        with pytest.raises(InputFault, match=re.escape(format_date(ENDS_ON))) as refusal:
            change(store, *end)
        assert [type(fault) for fault in refusal.value.faults] == [Question]
    change(store, *end, is_meant=asks)
    assert of(store, pair).end == "completed"


def test_a_pause_that_goes_on_moves_the_end_until_it_can_be_completed(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-60)), TODAY)
    end = (end_records.end_pair, pair, "completed", TODAY, TODAY)
    moved = format_date(ENDS_ON + dt.timedelta(days=60))
    with pytest.raises(InputFault, match=re.escape(moved)):
        change(store, *end)
    change(store, end_records.end_pair, pair, "withdrew", TODAY, TODAY)


@pytest.mark.parametrize(("day", "asks"), [(0, True), (14, True), (15, False)])
def test_two_without_a_contract_do_not_complete_it_in_the_first_days(store, made, day, asks):
    number = a_pair(store, made)
    on = START + dt.timedelta(days=day)
    end = (end_records.end_pair, number, "completed", on, TODAY)
    if asks:
        assert refused(store, *end) == ["on"]
    change(store, *end, is_meant=asks)


def test_a_pair_does_not_end_before_the_one_who_waits_was_told(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-60), who="peer"), TODAY)
    change(store, pause_records.save_partner_told, pair, ["cafe"], days(-20), TODAY)
    end = (end_records.end_pair, pair, "withdrew")
    assert refused(store, *end, days(-21), TODAY) == ["on"]
    change(store, *end, days(-20), TODAY)


@pytest.mark.parametrize("on", [START - dt.timedelta(days=1), days(1)])
def test_a_pair_ends_after_it_began_and_not_in_the_future(store, pair, on):
    end = end_records.end_pair
    assert refused(store, end, pair, "completed", on, TODAY) == ["on"]
    change(store, end, pair, "completed", TODAY, TODAY)
    assert refused(store, end, pair, "withdrew", TODAY, TODAY) == ["on"]
    assert refused(store, pause_records.save_pause, pair, Pause(days(-9)), TODAY) == ["since"]
    assert of(store, pair).standing(TODAY) == "ended"
    assert of(store, pair, days(-1)).standing(days(-1)) == "asks"


NOTED = {
    "pause": (pause_records.save_pause, Pause(days(-30), days(-20)), TODAY),
    "check": (answer_records.save_check, "first_month", days(-20), TODAY),
    "answer": (answer_records.save_extension, days(-20), TODAY),
    "meeting": (contact_records.save_meetings, [MeetingDay(days(-20), "held")], TODAY),
}


@pytest.mark.parametrize("what", NOTED)
def test_a_pair_does_not_end_before_what_is_noted_and_is_told_what_that_is(store, pair, what):
    call, *said = NOTED[what]
    change(store, call, pair, *said, **({"peer": True, "mentor": True} if what == "answer" else {}))
    with pytest.raises(InputFault, match=re.escape(format_date(days(-20)))):
        change(store, end_records.end_pair, pair, "withdrew", days(-21), TODAY)
    change(store, end_records.end_pair, pair, "withdrew", days(-20), TODAY)


def test_a_meeting_called_off_and_a_talk_after_the_end_are_no_reason_against_it(store, pair):
    called_off = [MeetingDay(days(9), "cancelled")]
    change(store, contact_records.save_meetings, pair, called_off, TODAY)
    change(store, exit_records.save_held_exit_talk, pair, HeldExit(TODAY), TODAY, 0)
    early = (end_records.end_pair, pair, "withdrew", days(-100), TODAY)
    assert refused(store, *early) == ["on"], "the talk is no longer about that end"
    change(store, end_records.end_pair, pair, "withdrew", days(-14), TODAY)


def test_an_end_noted_by_mistake_is_taken_back_unless_somebody_else_came(store, made, pair):
    site_id = made[0]
    before = of(store, pair)
    take_back = end_records.take_back_end
    assert refused(store, take_back, pair) == ["on"]
    change(store, end_records.end_pair, pair, "withdrew", days(-40), TODAY)
    change(store, take_back, pair)
    assert of(store, pair) == before
    [known] = read(store, pathway_records.pathways, site_id, TODAY, ended_since=days(-9))
    assert known == before
    change(store, end_records.end_pair, pair, "withdrew", days(-30), TODAY)
    a_pair(store, made, days(-20), mentor=1)
    with pytest.raises(InputFault, match=r"^Peeren er matchet med en anden"):
        change(store, take_back, pair)
    assert of(store, pair).end == "withdrew"


@pytest.mark.parametrize("what", ["stopped", "is a mentor now", "veto"])
def test_an_end_stays_when_the_two_could_not_be_matched_any_more(store, made, pair, what):
    _site_id, [peer, _other], [mentor, _more] = made
    change(store, end_records.end_pair, pair, "withdrew", days(-40), TODAY)
    with store.write(LEADER) as session:
        if what == "stopped":
            append_event(session, "participant", mentor, "stopped", days(-30))
        elif what == "veto":
            first, second = sorted((peer, mentor))
            session.add(Veto(one_code=first, other_code=second, kind="other", said_on=days(-30)))
        else:
            append_event(session, "participant", peer, "enrolled", days(-30))
    told = {"stopped": "Mentoren", "is a mentor now": "Peeren", "veto": "De to"}[what]
    with pytest.raises(InputFault, match=f"^{told} "):
        change(store, end_records.take_back_end, pair)
    assert of(store, pair).end == "withdrew"


def test_what_was_said_beside_one_pair_does_not_hold_beside_the_next(store, made, pair):
    beside = a_pair(store, made, days(-60), mentor=1, beside=True)
    change(store, end_records.end_pair, beside, "moved_on", days(-40), TODAY)
    change(store, end_records.take_back_end, beside)
    change(store, end_records.end_pair, beside, "moved_on", days(-40), TODAY)
    change(store, end_records.end_pair, pair, "withdrew", days(-50), TODAY)
    a_pair(store, made, days(-30))
    assert refused(store, end_records.take_back_end, beside) == ["on"]


def test_a_match_by_mistake_is_taken_back_as_long_as_nothing_else_is_noted(store, made):
    number = a_pair(store, made)
    change(store, end_records.take_back_match, number, 1)
    assert read(store, pairs.pairs, made[0], TODAY) == []
    with pytest.raises(InputFault):
        of(store, number)
    agreed = a_pair(store, made)
    agree(store, agreed)
    assert refused(store, end_records.take_back_match, agreed, 2) == ["pair"]
    with pytest.raises(Conflict):
        change(store, end_records.take_back_match, agreed, 1)
    ended = a_pair(store, made, peer=1, mentor=1)
    change(store, end_records.end_pair, ended, "withdrew", TODAY, TODAY)
    assert refused(store, end_records.take_back_match, ended, 1) == ["pair"]
    assert_sound(store)
