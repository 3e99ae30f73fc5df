from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.matching.occasions import Meetings
from peerbook.matching.pool import Member, Pool, Veto
from peerbook.matching.wishes import bonds, check, compared, standing
from pools import DAY, WISHED_ON, Asked, cafe, members, role_of, small_pools, wish, wishes

BEFORE, LATER = WISHED_ON - dt.timedelta(days=9), WISHED_ON + dt.timedelta(days=5)
NOBODY_MET = Meetings([], DAY)
ROLES = {code: role_of(code) for code in ("p1", "p2", "m1", "m2", "m3", "m4")}


def held(made: list, meetings: Meetings = NOBODY_MET, day: dt.date = DAY) -> list[tuple[str, str]]:
    return [(one.wisher, one.wished) for one in standing(made, day, meetings)]


# --- Which wishes hold ---


def test_the_latest_wishes_replace_all_earlier_ones_on_the_same_basis() -> None:
    made = [*wishes("p1: m1 m2"), *wishes("p1: m3", made_on=LATER)]
    assert held(made) == [("p1", "m3")]
    assert held(made, day=LATER - dt.timedelta(days=1)) == [("p1", "m1"), ("p1", "m2")]


def test_a_withdrawn_wish_is_gone_from_that_day_and_brings_no_earlier_one_back() -> None:
    made = [*wishes("p1: m1", made_on=BEFORE), wish("p1", "m2", withdrawn_on=LATER)]
    assert held(made, day=LATER - dt.timedelta(days=1)) == [("p1", "m2")]
    assert held(made, day=LATER) == []


def test_wishes_after_meeting_come_before_those_on_the_form_whatever_their_rank() -> None:
    made = [*wishes("p1: m1 m2", "form", LATER), *wishes("p1: m3 m4")]
    assert held(made) == [("p1", "m3"), ("p1", "m4"), ("p1", "m1"), ("p1", "m2")]


def test_a_wish_on_the_form_ends_when_the_two_have_met_and_somebody_else_was_wished_for() -> None:
    made = [*wishes("p1: m1 m2", "form", BEFORE), *wishes("p1: m3")]
    met = Meetings([cafe("p1 m1 m3")], DAY)
    # m2 was not there, and is still wished for.
    assert held(made, met) == [("p1", "m3"), ("p1", "m2")]


def test_form_and_meeting_on_one_day_are_told_apart_by_what_was_wished_after_meeting() -> None:
    made = [*wishes("p1: m1", "form"), *wishes("p1: m3")]
    assert held(made, Meetings([cafe("p1 m1 m3")], DAY)) == [("p1", "m3")]


def test_a_wish_on_the_form_holds_while_the_two_met_only_after_the_wishes_that_followed() -> None:
    made = [*wishes("p1: m1", "form", BEFORE), *wishes("p1: m3")]
    assert ("p1", "m1") in held(made, Meetings([cafe("p1 m1", held_on=LATER)], DAY))


def test_a_form_filled_in_anew_holds_beside_older_wishes_after_meeting() -> None:
    made = [*wishes("p1: m1"), *wishes("p1: m2 m1", "form", LATER)]
    standing_now = standing(made, DAY, Meetings([cafe("p1 m1 m2")], DAY))
    assert [(one.wished, one.basis) for one in standing_now] == [("m1", "met"), ("m2", "form")]


def test_a_wish_that_followed_a_meeting_and_was_withdrawn_does_not_bring_the_form_back() -> None:
    made = [*wishes("p1: m1", "form", BEFORE), wish("p1", "m1", withdrawn_on=LATER)]
    assert held(made) == []


@given(small_pools(), st.randoms(use_true_random=False))
def test_the_order_in_which_wishes_are_given_changes_nothing(asked: Asked, random) -> None:
    turned = list(asked.wishes)
    random.shuffle(turned)
    meetings = Meetings(asked.occasions, DAY)
    assert standing(turned, DAY, meetings) == standing(asked.wishes, DAY, meetings)


# --- What there is between two ---


def test_two_who_wish_for_each_other_are_told_from_one_who_wishes() -> None:
    pool = Pool(members("p1 p2 m1 m2"))
    made = [*wishes("p1: m1 m2; p2: m1"), *wishes("m1: p1", "form", BEFORE)]
    found = {bond.couple: bond for bond in bonds(pool, made, DAY, NOBODY_MET)}
    assert {couple: bond.is_mutual for couple, bond in found.items()} == {
        ("p1", "m1"): True,
        ("p1", "m2"): False,
        ("p2", "m1"): False,
    }
    mutual = found["p1", "m1"]
    assert not mutual.is_mutual_after_meeting, "the mentor has it on the form only"
    assert mutual.older == mutual.mentor_wish
    assert mutual.points == 6 + 3
    assert found["p1", "m2"].older is None


def test_wishes_of_the_same_day_are_equally_old() -> None:
    (bond,) = bonds(Pool(members("p1 m1")), wishes("p1: m1; m1: p1"), DAY, NOBODY_MET)
    assert bond.is_mutual_after_meeting
    assert bond.older is None


def test_a_tie_tells_where_the_two_have_met() -> None:
    first, other, last = cafe("p1 m1"), cafe("p1"), cafe("p1 m1 m2", held_on=LATER)
    meetings = Meetings([last, other, first], DAY)
    (bond,) = bonds(Pool(members("p1 m1")), wishes("p1: m1"), DAY, meetings)
    assert bond.met == (first, last)


def test_whoever_may_not_be_matched_is_not_tied_and_neither_is_who_left_or_changed_role() -> None:
    made = wishes("p1: m1 m2 m3; p2: m1")
    now = [Member("p1", "peer"), Member("p2", "mentor"), *members("m1 m2")]
    pool = Pool(now, [Veto("m1", "p1"), Veto("p1", "m9")])
    assert [bond.couple for bond in bonds(pool, made, DAY, NOBODY_MET)] == [("p1", "m2")]


# --- Form beside meeting ---


def test_what_was_wished_on_the_form_is_kept_beside_what_is_wished_after_meeting() -> None:
    made = [*wishes("p1: m1 m2; p2: m1", "form", BEFORE), *wishes("p1: m3 m2; m1: p1")]
    (only,) = compared(made, DAY)
    assert (only.code, only.form, only.met) == ("p1", ("m1", "m2"), ("m3", "m2"))
    assert (only.kept, only.gone, only.new) == (("m2",), ("m1",), ("m3",))


def test_nothing_is_compared_before_both_were_asked() -> None:
    made = [*wishes("p1: m1", "form", BEFORE), *wishes("p1: m2", made_on=LATER)]
    assert compared(made, WISHED_ON) == ()


# --- What is refused ---


@pytest.mark.parametrize(
    ("made", "field"),
    [
        ([wish("p1", "p1")], "wish_1"),
        ([wish("p1", "p2", 2)], "wish_2"),
        ([wish("p1", "x9", 3)], "wish_3"),
        (wishes("p1: m1 m1"), "wish_2"),
        (wishes("p1: m1 m2 m3 m4"), "wishes"),
        ([wish("p1", "m1", 0)], "wishes"),
        ([wish("p1", "m1", 1), wish("p1", "m2", 1)], "wishes"),
        ([wish("p1", "m1", made_on=DAY + dt.timedelta(days=1))], "made_on"),
        ([wish("p1", "m1", withdrawn_on=BEFORE)], "withdrawn_on"),
        ([wish("p1", "m1", withdrawn_on=DAY + dt.timedelta(days=1))], "withdrawn_on"),
    ],
)
def test_a_wish_nobody_can_have_is_refused_where_it_stands(made: list, field: str) -> None:
    with pytest.raises(InputFault) as refused:
        check(made, ROLES, DAY)
    assert field in {fault.place.field for fault in refused.value.faults}


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputFault) as refused:
        check([wish("p1", "p1"), wish("m1", "m2", 2)], ROLES, DAY)
    assert len(refused.value.faults) == 2


def test_three_names_on_the_form_and_three_after_meeting_are_fine() -> None:
    check([*wishes("p1: m1 m2 m3", "form"), *wishes("p1: m1 m2 m4")], ROLES, DAY)


def test_a_wish_can_be_withdrawn_the_day_it_was_made() -> None:
    check([replace(wish("p1", "m1"), withdrawn_on=WISHED_ON)], ROLES, DAY)
