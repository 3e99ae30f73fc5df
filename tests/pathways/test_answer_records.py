"""What the two are asked on the way, in the store."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from builders import LEADER, change, refused
from noted_pairs import TODAY, a_pair, agree, days, of, sheet
from peerbook.errors import InputFault, Question
from peerbook.pathways import (
    answer_records,
    contract_records,
    end_records,
    exit_records,
    pause_records,
)
from peerbook.pathways.contract import EXIT_TALK_WITHIN, Answer, Pause
from peerbook.pathways.due import Due
from peerbook.pathways.exit_records import AgreedExit
from peerbook.pathways.names import due_name
from peerbook.pathways.pathway_part import _dates
from peerbook.store.tables import MatchedPair
from peerbook.text import format_date


def test_only_if_both_want_it_there_are_three_months_more_and_the_last_answer_counts(store, pair):
    more = answer_records.save_extension
    change(store, more, pair, days(-9), TODAY, peer=True, mentor=False)
    assert of(store, pair).contract.all_months == 6
    change(store, more, pair, days(-2), TODAY, peer=True, mentor=True)
    one = of(store, pair)
    assert (one.contract.all_months, one.contract.answered_on) == (9, days(-2))
    assert of(store, pair, days(-5)).contract.all_months == 6


def test_asking_how_it_goes_is_noted_and_nothing_else(store, pair):
    change(store, answer_records.save_check, pair, "first_days", days(-170), TODAY)
    assert of(store, pair).checked == {"first_days": days(-170)}
    check = (answer_records.save_check, pair, "first_days", TODAY, TODAY)
    assert refused(store, *check) == ["which"]  # it would put another day in place of the first
    assert of(store, pair).checked == {"first_days": days(-170)}


def test_an_answer_takes_the_place_of_those_of_that_day_and_later(store, pair):
    more = answer_records.save_extension
    change(store, more, pair, days(-20), TODAY, peer=False, mentor=False)
    change(store, more, pair, days(-5), TODAY, peer=False, mentor=True)
    change(store, more, pair, days(-6), TODAY, peer=True, mentor=True)
    one = of(store, pair).contract
    assert (one.all_months, one.answered_on) == (9, days(-6))
    assert one.answers == (
        Answer(days(-20), peer=False, mentor=False), Answer(days(-6), peer=True, mentor=True)
    )  # fmt: skip
    change(store, answer_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on == days(-5), "it was corrected by a slip"
    change(store, answer_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on == days(-20)
    change(store, answer_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on is None
    assert refused(store, answer_records.take_back_answer, pair) == ["on"]


def test_an_exit_talk_that_was_agreed_is_to_be_moved_when_the_end_moves(store, pair):
    ends_on = of(store, pair).contract.ends_on
    talk = AgreedExit(ends_on)
    today = ends_on - dt.timedelta(days=20)
    change(store, exit_records.agree_exit_talk, pair, talk, today, 0)
    before = of(store, pair)
    assert not before.is_to_move
    assert due_name(Due("exit_agreed", before, ends_on)) == "Hold exitsamtalen"
    yes = {"peer": True, "mentor": True}
    change(store, answer_records.save_extension, pair, today, today, **yes)
    after = of(store, pair)
    assert after.is_to_move
    assert due_name(Due("exit_agreed", after, ends_on)).startswith(
        "Hold exitsamtalen, eller flyt den"
    )
    assert any(
        format_date(after.contract.ends_on) in text and "Skal den flyttes?" in text
        for _on, text in _dates(after)
    )


@pytest.mark.parametrize("on", [-30, -20, -19, -12, -5, 0])
def test_an_answer_noted_by_mistake_and_taken_back_leaves_all_as_it_was(store, pair, on):
    more = answer_records.save_extension
    for before, yes in ((-5, True), (-12, False), (-20, True), (-12, True), (-6, False)):
        change(store, more, pair, days(before), TODAY, peer=True, mentor=yes)
        was = of(store, pair)
        change(store, more, pair, days(on), TODAY, peer=False, mentor=False)
        assert of(store, pair).contract.answers[-1] == Answer(days(on), peer=False, mentor=False)
        change(store, answer_records.take_back_answer, pair)
        assert of(store, pair) == was


def test_an_answer_a_pause_rests_on_is_not_taken_back(store, pair):
    start = days(-230)
    with store.write(LEADER) as session:  # as if it had begun earlier
        session.get_one(MatchedPair, pair).matched_on = start
        session.get_one(MatchedPair, pair).starts_on = start
    more = answer_records.save_extension
    change(store, more, pair, days(-60), TODAY, peer=True, mentor=True)
    change(store, pause_records.save_pause, pair, Pause(days(-20)), TODAY)
    assert refused(store, answer_records.take_back_answer, pair) == ["on"]
    assert of(store, pair).contract.all_months == 9


def test_what_ended_with_the_three_months_more_rests_on_the_yes_of_both(store, pair):
    more, take_back = answer_records.save_extension, answer_records.take_back_answer
    change(store, more, pair, days(-30), TODAY, peer=True, mentor=False)
    change(store, more, pair, days(-20), TODAY, peer=True, mentor=True)
    change(store, end_records.end_pair, pair, "extended_completed", days(-1), TODAY, is_meant=True)
    assert refused(store, take_back, pair) == ["on"]
    for no in ({"peer": True, "mentor": False}, {"peer": False, "mentor": True}):
        assert refused(store, more, pair, days(-10), TODAY, **no) == ["on"]
    change(store, more, pair, days(-25), TODAY, peer=True, mentor=True)
    change(store, take_back, pair)
    assert of(store, pair).contract.answered_on == days(-20)
    change(store, end_records.take_back_end, pair)
    change(store, take_back, pair)
    assert not of(store, pair).contract.both_want_more


def test_no_answer_is_outside_the_contract_also_when_it_counts_again(store, pair):
    more, take_back = answer_records.save_extension, answer_records.take_back_answer
    early = dt.date(2026, 10, 5)
    change(store, more, pair, early, TODAY, peer=True, mentor=True)
    change(store, more, pair, days(-5), TODAY, peer=True, mentor=False)
    later = (pair, sheet(early + dt.timedelta(days=1)), TODAY, 2)
    assert refused(store, contract_records.save_sheet, *later) == ["starts_on"]
    with store.write(LEADER) as session:  # as it could be before
        session.get_one(MatchedPair, pair).starts_on = early + dt.timedelta(days=1)
    assert refused(store, take_back, pair) == ["on"]
    assert of(store, pair).contract.answered_on == days(-5)


def test_an_answer_after_the_end_does_not_count_again(store, pair):
    more, take_back = answer_records.save_extension, answer_records.take_back_answer
    change(store, more, pair, days(-2), TODAY, peer=False, mentor=True)
    change(store, more, pair, days(-9), TODAY, peer=False, mentor=False)
    change(store, end_records.end_pair, pair, "withdrew", days(-5), TODAY)
    assert refused(store, take_back, pair) == ["on"]
    change(store, end_records.take_back_end, pair)
    change(store, take_back, pair)
    assert of(store, pair).contract.answered_on == days(-2)


def test_three_months_more_that_are_decided_before_month_five_are_asked_about(store, pair):
    """The fifth month of the six begins four months after the start."""
    more, month_five = answer_records.save_extension, dt.date(2026, 10, 1)
    early = (more, pair, month_five - dt.timedelta(days=1), TODAY)
    with pytest.raises(InputFault, match=re.escape(format_date(month_five))) as refusal:
        change(store, *early, peer=True, mentor=True)
    assert [type(fault) for fault in refusal.value.faults] == [Question]
    assert of(store, pair).contract.answered_on is None
    change(store, *early, peer=True, mentor=True, is_meant=True)
    change(store, *early, peer=True, mentor=False)
    assert not of(store, pair).contract.both_want_more, "that day was asked about"
    change(store, more, pair, month_five, TODAY, peer=True, mentor=True)


def test_three_months_more_that_are_decided_long_after_the_end_are_asked_about(store, made):
    number = a_pair(store, made)
    agree(store, number, months=3)
    ended = dt.date(2026, 9, 1)
    change(store, answer_records.save_extension, number, ended + EXIT_TALK_WITHIN, TODAY,
           peer=True, mentor=True)  # fmt: skip
    late = (answer_records.save_extension, number, TODAY, TODAY)
    with pytest.raises(InputFault, match=re.escape(format_date(ended))) as refusal:
        change(store, *late, peer=True, mentor=True)
    assert [type(fault) for fault in refusal.value.faults] == [Question]
    change(store, *late, peer=True, mentor=True, is_meant=True)
    assert of(store, number).contract.answered_on == TODAY


def test_a_pause_moves_the_month_in_which_it_is_decided(store, pair):
    more = answer_records.save_extension
    change(store, pause_records.save_pause, pair, Pause(dt.date(2026, 9, 20)), TODAY)
    in_pause = dt.date(2026, 10, 5)
    assert refused(store, more, pair, in_pause, TODAY, peer=True, mentor=True) == ["on"]
    change(store, pause_records.save_resumed, pair, dt.date(2026, 9, 24), TODAY)
    change(store, more, pair, in_pause, TODAY, peer=True, mentor=True)


def test_that_it_was_asked_how_it_goes_is_taken_back(store, pair):
    check, take_back = answer_records.save_check, answer_records.take_back_check
    change(store, check, pair, "first_days", days(-170), TODAY)
    change(store, check, pair, "first_month", days(-140), TODAY)
    change(store, take_back, pair, "first_days")
    assert of(store, pair).checked == {"first_month": days(-140)}
    assert refused(store, take_back, pair, "first_days") == ["which"]
    change(store, check, pair, "first_days", days(-160), TODAY)
    assert of(store, pair).checked["first_days"] == days(-160)
