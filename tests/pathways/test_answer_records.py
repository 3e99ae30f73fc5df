"""What the two are asked on the way, in the store."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from builders import LEADER, change, read, refused
from noted_pairs import TODAY, days, of
from peerbook.errors import InputFault, Question
from peerbook.pathways import (
    answer_records,
    pause_records,
)
from peerbook.pathways.answer_records import Answer
from peerbook.pathways.contract import Pause
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
    more, answers = answer_records.save_extension, answer_records.answers
    change(store, more, pair, days(-20), TODAY, peer=False, mentor=False)
    change(store, more, pair, days(-5), TODAY, peer=False, mentor=True)
    change(store, more, pair, days(-6), TODAY, peer=True, mentor=True)
    one = of(store, pair).contract
    assert (one.all_months, one.answered_on) == (9, days(-6))
    assert read(store, answers, pair) == [
        Answer(days(-20), peer=False, mentor=False), Answer(days(-6), peer=True, mentor=True)
    ]  # fmt: skip
    change(store, answer_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on == days(-20)
    change(store, answer_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on is None
    assert refused(store, answer_records.take_back_answer, pair) == ["on"]


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
