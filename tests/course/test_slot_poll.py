from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from peerbook.course.planning.slot_poll import rank_slots
from peerbook.errors import InputFault


def frame(*rows):
    return pd.DataFrame(list(rows), columns=["participant", "slot", "can"])


def test_slots_are_ranked_by_who_can_come_and_then_by_who_is_lost():
    answers = frame(
        ("P-1", "Mon", True), ("P-2", "Mon", False), ("P-3", "Mon", False),
        ("P-1", "Tue", True), ("P-2", "Tue", None), ("P-3", "Tue", False),
        ("P-1", "Wed", True), ("P-2", "Wed", True), ("P-3", "Wed", False),
    )  # fmt: skip
    ranked = rank_slots(answers)
    assert [slot.slot for slot in ranked] == ["Wed", "Tue", "Mon"]
    assert ranked[0].lost == ("P-3",)
    assert (ranked[1].can, ranked[1].silent) == (("P-1",), ("P-2",))


def test_a_time_most_can_come_to_is_better_than_one_few_have_answered():
    people = [f"P-{number}" for number in range(10)]
    answers = frame(
        ("P-0", "Mon", True), *((code, "Mon", None) for code in people[1:]),
        *((code, "Tue", code != "P-9") for code in people),
    )  # fmt: skip
    best, other = rank_slots(answers)
    assert (best.slot, len(best.can), best.lost) == ("Tue", 9, ("P-9",))
    assert len(other.silent) == 9


def test_equally_good_slots_keep_the_order_of_asking():
    answers = frame(("P-1", "Wed", True), ("P-1", "Mon", True))
    assert [slot.slot for slot in rank_slots(answers)] == ["Wed", "Mon"]


def test_a_slot_tells_who_is_lost(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    (slot,) = rank_slots(frame(("P-1", "Mon 10", True), ("P-2", "Mon 10", False)))
    assert slot.text == "Mon 10: 1 of the 2 who answered can come; lost: P-2."


def test_every_unusable_row_is_told_with_its_place():
    answers = frame(
        ("P-1", "Mon", True), ("P-1", "Mon", False), ("", "Mon", True), ("P-2", "Tue", "perhaps"),
    )  # fmt: skip
    with pytest.raises(InputFault) as fault:
        rank_slots(answers)
    places = [(one.place.row, one.place.column) for one in fault.value.faults]
    assert places == [(3, "slot"), (4, "participant"), (5, "can")]


def test_missing_columns_are_all_named():
    with pytest.raises(InputFault) as fault:
        rank_slots(pd.DataFrame({"slot": ["Mon"]}))
    assert [one.place.column for one in fault.value.faults] == ["participant", "can"]


def test_no_answers_give_no_slots():
    assert rank_slots(frame()) == ()


@pytest.mark.parametrize(
    ("slot", "weekday", "starts_at"),
    [
        ("Mandag formiddag", 0, None),
        ("onsdag kl. 10", 2, dt.time(10)),
        ("Torsdag 9.30-15", 3, dt.time(9, 30)),
        ("Søndag 13:00", 6, dt.time(13)),
        ("Mandag d. 3. kl. 10", 0, dt.time(10)),
        ("Tirsdag uge 7 kl. 13.30", 1, dt.time(13, 30)),
        ("Tirsdag uge 7, 13-15", 1, dt.time(13)),
        ("Lørdag 3.12 13:30", 5, dt.time(13, 30)),
        ("Onsdag 3/2 10-12", 2, dt.time(10)),
        ("Onsdag d. 3. februar 9.30", 2, dt.time(9, 30)),
        ("Fredag d. 3.", 4, None),
        ("Fredag klokken 9", 4, dt.time(9)),
        ("Fredag i uge 2026", 4, None),
        ("Tirsdag 99", 1, None),
        ("En anden gang", None, None),
    ],
)
def test_weekday_and_time_are_found_in_the_words(slot, weekday, starts_at):
    (ranked,) = rank_slots(frame(("P-1", slot, True)))
    assert (ranked.weekday, ranked.starts_at) == (weekday, starts_at)
