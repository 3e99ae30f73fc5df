"""What the two are asked on the way, in the store."""

from __future__ import annotations

from builders import LEADER, change, read, refused
from noted_pairs import TODAY, days, of
from peerbook.pathways import (
    answer_records,
    pause_records,
)
from peerbook.pathways.answer_records import Answer
from peerbook.pathways.contract import Pause
from peerbook.store.tables import MatchedPair


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
