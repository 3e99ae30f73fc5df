from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.matching.occasions import Meetings, next_occasion
from peerbook.matching.pool import Couple, Member, Pool, Veto
from pools import DAY, WISHED_ON, Asked, cafe, members, small_pools

NOBODY_MET = Meetings([], DAY)


def wished(text: str) -> list[Couple]:
    return [Couple(*word.split("-")) for word in text.split()]


def test_only_occasions_until_the_day_count() -> None:
    earlier, later = cafe("p1 m1"), cafe("p1 m2", held_on=DAY + dt.timedelta(days=1))
    meetings = Meetings([later, earlier], DAY)
    assert meetings.between("p1", "m1") == meetings.between("m1", "p1") == (earlier,)
    assert meetings.between("p1", "m2") == ()
    assert meetings.met_by("p1") == {"m1"}
    assert meetings.met_by("m2") == set()


def test_who_was_never_in_one_room_is_told_by_code() -> None:
    pool = Pool(members("p2 p1 m2 m1"))
    meetings = Meetings([cafe("p1 m1 m2"), cafe("p2 m2")], DAY)
    assert list(meetings.never_met(pool)) == [("p2", "m1")]


def test_those_who_wish_for_each_other_and_have_not_met_are_invited_first() -> None:
    pool = Pool(members("p1 p2 p3 m1 m2 m3"))
    invitation = next_occasion(pool, wished("p3-m3 p3-m2 p1-m1"), NOBODY_MET, most=3)
    assert invitation is not None
    assert (invitation.peers, invitation.mentors) == (("p3",), ("m2", "m3"))
    assert invitation.wished == (("p3", "m2"), ("p3", "m3"))
    assert invitation.others == ()


def test_room_that_is_left_goes_to_those_who_let_most_others_meet() -> None:
    pool = Pool(members("p1 p2 m1 m2"))
    meetings = Meetings([cafe("p2 m1")], DAY)
    invitation = next_occasion(pool, wished("p1-m1"), meetings, most=4)
    assert invitation is not None
    assert invitation.wished == (("p1", "m1"),)
    assert invitation.others == (("p1", "m2"), ("p2", "m2"))


def test_a_wish_between_two_who_have_met_brings_nobody_together() -> None:
    pool, met = Pool(members("p1 m1")), Meetings([cafe("p1 m1")], DAY)
    assert next_occasion(pool, wished("p1-m1"), met, most=10) is None


def test_who_is_matched_or_wishes_to_wait_is_not_invited() -> None:
    pool = Pool(members("p1 p2*0 p3- m1"))
    invitation = next_occasion(pool, wished("p2-m1 p3-m1"), NOBODY_MET, most=10)
    assert invitation is not None
    assert invitation.peers == ("p1",)


def test_nobody_is_invited_along_with_somebody_they_may_not_be_matched_with() -> None:
    pool = Pool(members("p1 p2 m1"), [Veto("m1", "p1")])
    invitation = next_occasion(pool, [], NOBODY_MET, most=10)
    assert invitation is not None
    assert (invitation.peers, invitation.mentors) == (("p2",), ("m1",))


def test_whoever_may_be_matched_with_none_of_those_there_are_keeps_nobody_from_being_invited() -> (
    None
):
    pool = Pool(members("p1 p2 m1 m2"), [Veto("p1", "m1"), Veto("p1", "m2")])
    invitation = next_occasion(pool, wished("p1-m1 p1-m2"), NOBODY_MET, most=10)
    assert invitation is not None
    assert (invitation.peers, invitation.mentors) == (("p2",), ("m1", "m2"))


def test_an_occasion_with_room_for_one_is_refused() -> None:
    with pytest.raises(InputFault) as refused:
        next_occasion(Pool(members("p1 m1")), [], NOBODY_MET, most=1)
    assert refused.value.faults[0].place.field == "most"


@given(small_pools(), st.integers(2, 8), st.randoms(use_true_random=False))
def test_what_an_invitation_promises_is_so(drawn: Asked, most: int, order) -> None:
    pool, meetings = drawn.pool(), Meetings(drawn.occasions, DAY)
    wanted = [bond.couple for bond in drawn.bonds()]
    invitation = next_occasion(pool, wanted, meetings, most)
    free = {member.code for member in pool.members if member.is_free}
    new = {
        couple
        for couple in meetings.never_met(pool)
        if set(couple) <= free and couple not in pool.vetoed
    }
    if invitation is None:
        assert not new
        return
    invited = {*invitation.peers, *invitation.mentors}
    assert len(invited) == len(invitation.peers) + len(invitation.mentors) <= most
    assert invited <= free
    assert not any(set(couple) <= invited for couple in pool.vetoed)
    meet = {couple for couple in new if set(couple) <= invited}
    assert {*invitation.wished, *invitation.others} == meet
    assert set(invitation.wished) == meet & set(wanted)
    assert bool(invitation.wished) == bool(new & set(wanted))
    # Nobody is invited for nothing.
    assert invited == {code for couple in meet for code in couple}
    turned = Pool(
        order.sample(drawn.members, len(drawn.members)),
        order.sample(drawn.vetoes, len(drawn.vetoes)),
    )
    assert next_occasion(turned, reversed(wanted), meetings, most) == invitation


def test_for_two_the_greedy_choice_is_the_best_there_is() -> None:
    people = [Member(f"p{n}", "peer") for n in range(4)] + [
        Member(f"m{n}", "mentor") for n in range(4)
    ]
    met = Meetings([cafe(f"p{n} m{n}", WISHED_ON) for n in range(4)], DAY)
    for couples in combinations(wished("p0-m0 p1-m2 p2-m1 p3-m3"), 2):
        invitation = next_occasion(Pool(people), couples, met, most=2)
        assert invitation is not None
        can_meet = [couple for couple in couples if not met.between(*couple)]
        assert len(invitation.wished) == min(1, len(can_meet))
