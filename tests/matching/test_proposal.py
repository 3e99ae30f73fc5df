from __future__ import annotations

import datetime as dt
import random
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.matching.pool import Couple, Member, Pool, Role
from peerbook.matching.proposal import Answer, waiting
from peerbook.matching.stable import drawn
from peerbook.matching.wishes import Bond
from pools import WISHED_ON, Asked, answers_of, asked, members, random_pool, small_pools, wishes

# D. Gale, L. S. Shapley, College Admissions and the Stability of Marriage, American Mathematical
# Monthly 69 (1962), p. 11, example 1: the men α, β, γ are our peers, the women A, B, C our mentors.
GALE_SHAPLEY = """
    p1: m1 m2 m3;  p2: m2 m3 m1;  p3: m3 m1 m2;
    m1: p2 p3 p1;  m2: p3 p1 p2;  m3: p1 p2 p3
"""


def pairs(answer: Answer) -> set[str]:
    return {f"{bond.peer}-{bond.mentor}" for bond in answer.pairs}


def reasons(answer: Answer) -> dict[str, str]:
    return {one.code: one.reason for one in answer.waiting}


# --- Published values ---


def test_gale_and_shapleys_example_gives_the_two_answers_they_give() -> None:
    proposal = asked("p1 p2 p3 m1 m2 m3", GALE_SHAPLEY).proposal()
    # "giving each man his first choice", and "each woman her first choice"
    assert pairs(proposal.peers_first) == {"p1-m1", "p2-m2", "p3-m3"}
    assert pairs(proposal.mentors_first) == {"p1-m3", "p2-m1", "p3-m2"}
    assert all(not choice.is_agreed for choice in proposal.choices)


def test_where_all_answers_are_worth_the_same_every_other_pair_is_shown_as_a_tie() -> None:
    # Every pair of the example has ranks (1, 3), (2, 2) or (3, 1).
    whole = asked("p1 p2 p3 m1 m2 m3", GALE_SHAPLEY).proposal().whole
    assert whole.worth == (3, 3, 3, 3 * (5 + 5))
    assert len(whole.pairs) == 3
    assert len(whole.instead) == 6


# --- What counts first ---


def test_one_pair_who_both_wish_counts_more_than_two_who_were_each_wished_for_once() -> None:
    # p1 and m1 have each other last; without them, p1-m2 and p2-m1 would be first wishes.
    proposal = asked("p1 p2 m1 m2", "p1: m2 m9 m1; m1: p2 p9 p1").proposal()
    assert pairs(proposal.whole) == {"p1-m1"}
    # Each would rather have the one they named first, and those would rather have them than nobody.
    assert pairs(proposal.peers_first) == {"p1-m2", "p2-m1"}
    assert proposal.peers_first.worth == (0, 0, 2, 12)
    assert proposal.whole.worth == (1, 1, 1, 8)


def test_both_wishing_after_meeting_counts_more_than_both_wishing_on_the_form() -> None:
    made = [*wishes("p1: m1; m1: p1", "form"), *wishes("p1: m2 m9; m2: p9 p8 p1")]
    proposal = replace(asked("p1 m1 m2", ""), wishes=tuple(made)).proposal()
    assert pairs(proposal.whole) == {"p1-m2"}


def test_somebody_steps_down_in_the_best_for_the_whole_so_that_nobody_waits() -> None:
    proposal = asked("p1 p2 m1 m2", "p1: m1 m2; p2: m1; m1: p1 p2; m2: p1").proposal()
    assert pairs(proposal.whole) == {"p1-m2", "p2-m1"}
    assert pairs(proposal.peers_first) == {"p1-m1"}
    assert reasons(proposal.peers_first) == {"p2": "wish_open", "m2": "wish_open"}
    assert reasons(proposal.whole) == {}


# --- What hangs on a lot ---


def test_two_who_wish_alike_for_one_who_has_named_nobody_are_a_tie_everywhere() -> None:
    proposal = asked("p1 p2 m1", "p1: m1; p2: m1").proposal()
    for answer in (proposal.peers_first, proposal.mentors_first, proposal.whole):
        shown = {bond.couple for bond in (*answer.pairs, *answer.instead)}
        assert len(answer.pairs) == 1
        assert shown == {("p1", "m1"), ("p2", "m1")}


def test_a_lot_that_leaves_somebody_with_nobody_is_not_drawn_where_another_does_not() -> None:
    # Were m1 given to p1, who comes first by code, p2 would have nobody.
    proposal = asked("p1 p2 m1 m2", "p1: m1 m2; p2: m1").proposal()
    assert pairs(proposal.peers_first) == {"p1-m2", "p2-m1"}
    assert proposal.peers_first.instead == ()


def test_between_two_who_wish_for_one_who_has_named_neither_the_more_eager_comes_first() -> None:
    proposal = asked("p1 p2 m1", "p1: m9 m1; p2: m1").proposal()
    for answer in (proposal.peers_first, proposal.mentors_first, proposal.whole):
        assert pairs(answer) == {"p2-m1"}
        assert answer.instead == ()


def test_a_worse_pair_between_people_who_could_all_be_paired_otherwise_is_no_tie() -> None:
    # Round the circle every pair is as good as the next; p1-m3 lies across it.
    whole = (
        asked(
            "p1 p2 p3 m1 m2 m3",
            "p1: m1 m2; p2: m2 m3; p3: m3 m1; m1: p3 p1; m2: p1 p2; m3: p2 p3 p1",
        )
        .proposal()
        .whole
    )
    shown = {bond.couple for bond in (*whole.pairs, *whole.instead)}
    assert len(whole.pairs) == len(whole.instead) == 3
    assert ("p1", "m3") not in shown


def test_what_could_not_be_otherwise_is_no_tie() -> None:
    proposal = asked("p1 p2 m1 m2", "p1: m1; p2: m2; m1: p1; m2: p2 p1").proposal()
    assert proposal.whole.instead == proposal.peers_first.instead == ()
    assert all(choice.is_agreed for choice in proposal.choices)


# --- Who waits, and why ---


def test_everybody_who_waits_has_a_reason() -> None:
    proposal = asked(
        "p1 p2 p3- p4 p5 m1 m2 m3*0 m4",
        "p1: m1; p2: m1; m1: p1; p3: m2; p4: m3",
    ).proposal()
    assert pairs(proposal.whole) == {"p1-m1"}
    assert reasons(proposal.whole) == {
        "p2": "wish_open",  # m1 is proposed to another, but nobody has answered yet
        "p3": "own_wish",
        "p4": "wished_taken",  # m3 is in a match already
        "p5": "no_resonance",
        "m2": "wished_taken",  # p3 wishes to wait
        "m4": "no_resonance",
    }


def test_everybody_with_a_place_free_waits_whatever_is_proposed_and_with_a_true_reason() -> None:
    def told(people: str, wished: str) -> dict[str, str]:
        pool = asked(people, wished)
        return {one.code: one.reason for one in waiting(pool.pool(), pool.bonds())}

    assert told("p1 p2 m1 m2", "p1: m1; m1: p1") == {
        "p1": "wish_open", "m1": "wish_open", "p2": "no_resonance", "m2": "no_resonance",
    }  # fmt: skip
    assert told("p1 p2 m1*0 m2-", "p1: m1") == {
        "p1": "nobody_free", "p2": "nobody_free", "m2": "own_wish",
    }  # fmt: skip
    assert told("p1 m1*0 m2", "p1: m1") == {"p1": "wished_taken", "m2": "no_resonance"}


def test_who_has_been_free_for_years_has_an_open_wish_only_since_it_tied_two_who_were_free() -> (
    None
):
    def since(code: str, *days: dt.date | None) -> dict[str, dt.date | None]:
        free = dict(zip(("p1", "m1", "m2"), days, strict=True))
        people = [replace(one, since=free[one.code]) for one in members("p1 m1 m2")]
        drawn_pool = replace(asked("p1 m1 m2", code), members=tuple(people))
        told = waiting(drawn_pool.pool(), drawn_pool.bonds())
        return {one.code: one.wish_since for one in told}

    long_ago, lately = dt.date(2023, 5, 14), dt.date(2026, 5, 15)
    only_m1 = {"p1": WISHED_ON, "m1": WISHED_ON, "m2": None}
    assert since("p1: m1", long_ago, long_ago, long_ago) == only_m1
    assert since("p1: m1", long_ago, lately, long_ago) == {"p1": lately, "m1": lately, "m2": None}
    # Of two wishes the one that has been open longest.
    assert since("p1: m1 m2", long_ago, lately, long_ago) == {
        "p1": WISHED_ON, "m1": lately, "m2": WISHED_ON,
    }  # fmt: skip
    assert since("p1: m1", long_ago, None, long_ago) == dict.fromkeys(("p1", "m1", "m2"))


def test_a_veto_stops_a_pair_and_is_nowhere_told() -> None:
    wished = "p1: m1 m2; m1: p1"
    assert pairs(asked("p1 m1 m2", wished).proposal().whole) == {"p1-m1"}
    proposal = asked("p1 m1 m2", wished, vetoed=[("m1", "p1")]).proposal()
    assert pairs(proposal.whole) == pairs(proposal.peers_first) == {"p1-m2"}
    assert reasons(proposal.whole) == {"m1": "no_resonance"}
    assert "veto" not in repr(proposal).lower()


def test_a_mentor_with_two_places_can_get_two() -> None:
    wished = "p1: m1; p2: m1; p3: m1; m1: p1 p2 p3"
    proposal = asked("p1 p2 p3 m1*2", wished).proposal()
    for answer in (proposal.peers_first, proposal.mentors_first, proposal.whole):
        assert pairs(answer) == {"p1-m1", "p2-m1"}
        assert reasons(answer) == {"p3": "wish_open"}


def test_an_empty_pool_gets_an_empty_proposal() -> None:
    proposal = asked("", "").proposal()
    assert proposal.whole == Answer((), (), ())
    assert proposal.choices == ()


# --- What is refused ---


@pytest.mark.parametrize(
    ("people", "field"),
    [
        ([Member("x1", "peer"), Member("x1", "mentor")], "role"),
        ([Member("m1", "mentor", places=-1)], "places"),
        ([Member("p1", "peer", places=2)], "places"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(people: list[Member], field: str) -> None:
    with pytest.raises(InputFault) as refused:
        Pool(people)
    assert [fault.place.field for fault in refused.value.faults] == [field]


def test_more_than_can_be_added_up_exactly_is_refused() -> None:
    many = 5_000
    people = [*members(" ".join(f"p{n} m{n}" for n in range(many)))]
    made = wishes(";".join(f"p{n}: m{n}; m{n}: p{n}" for n in range(many)))
    with pytest.raises(InputFault) as refused:
        Asked(tuple(people), tuple(made)).proposal()
    assert [fault.place.field for fault in refused.value.faults] == ["members"]


# --- What always holds ---


@given(small_pools())
def test_nobody_is_matched_more_often_than_they_have_places_nor_past_a_veto(drawn: Asked) -> None:
    pool, proposal = drawn.pool(), drawn.proposal()
    tied = {bond.couple for bond in drawn.open_bonds()}
    for answer in (proposal.peers_first, proposal.mentors_first, proposal.whole):
        couples = [bond.couple for bond in answer.pairs]
        assert set(couples) <= tied - pool.vetoed
        for member in pool.members:
            matched = sum(member.code in couple for couple in couples)
            assert matched <= (member.places if member.is_free else 0)
            waits = member.code in reasons(answer)
            assert waits == (member.places > 0 and matched == 0)


@given(small_pools())
def test_no_two_would_both_rather_have_each_other(drawn: Asked) -> None:
    pool, proposal, tied = drawn.pool(), drawn.proposal(), drawn.open_bonds()
    for answer in (proposal.peers_first, proposal.mentors_first):
        for bond in tied:
            assert not _block(bond, answer, pool)


def _block(bond: Bond, answer: Answer, pool: Pool) -> bool:
    """Return whether two who are not paired would both gain by it, by what they wished for."""

    def wants(code: str, candidate: Bond) -> int:
        wish = candidate.peer_wish if code == candidate.peer else candidate.mentor_wish
        return wish.points if wish else 0

    def gains(code: str) -> bool:
        got = [wants(code, each) for each in answer.pairs if code in each.couple]
        return len(got) < pool[code].places or wants(code, bond) > min(got)

    return bond not in answer.pairs and gains(bond.peer) and gains(bond.mentor)


@given(small_pools(mentor_places=1))
def test_every_side_does_best_of_all_stable_answers_when_it_proposes(drawn: Asked) -> None:
    # Gale & Shapley 1962, theorem 2, for strict orders: nobody is tied who has not named the other.
    mutual = {bond.couple for bond in drawn.open_bonds() if bond.is_mutual}
    only = replace(
        drawn,
        wishes=tuple(
            wish
            for wish in drawn.wishes
            if {(wish.wisher, wish.wished), (wish.wished, wish.wisher)} & mutual
        ),
    )
    pool, tied, proposal = only.pool(), only.open_bonds(), only.proposal()
    by_couple = {bond.couple: bond for bond in tied}
    places = {member.code: member.places for member in pool.members}
    stable = [
        answer
        for couples in answers_of(tied, places)
        if (answer := Answer(tuple(by_couple[one] for one in couples), (), ()))
        and not any(_block(bond, answer, pool) for bond in tied)
    ]
    for answer in stable:
        # The same people are matched in all (D. McVitie, L. Wilson, BIT 10 (1970) 295-309).
        assert len(answer.pairs) == len(proposal.peers_first.pairs)
    for bond in proposal.peers_first.pairs:
        others = [each for answer in stable for each in answer.pairs if each.peer == bond.peer]
        assert bond.peer_wish.points == max(each.peer_wish.points for each in others)
    for bond in proposal.mentors_first.pairs:
        others = [each for answer in stable for each in answer.pairs if each.mentor == bond.mentor]
        assert bond.mentor_wish.points == max(each.mentor_wish.points for each in others)


def _goodness(answer: Iterable[Bond], tied: list[Bond], proposing: Role) -> tuple[object, ...]:
    """Return pairs, then for each role how many got each place of their list, then the worth."""

    def fulfilled(role: Role) -> list[int]:
        got = [0] * 6
        for bond in answer:
            whose = bond.peer if role == "peer" else bond.mentor
            mine = [one for other in tied for one in other.wishes if one.wisher == whose]
            here = next((one for one in bond.wishes if one.wisher == whose), None)
            if here is not None:
                got[sum(one.points > here.points for one in mine)] += 1
        return got

    answer = tuple(answer)
    other: Role = "mentor" if proposing == "peer" else "peer"
    by_couple = {bond.couple: bond for bond in tied}
    worth = _worth(frozenset(bond.couple for bond in answer), by_couple)
    return len(answer), fulfilled(proposing), fulfilled(other), worth


@settings(max_examples=60)
@given(small_pools(most=4), st.sampled_from(get_args(Role)))
def test_no_lot_drawn_beats_the_stable_answer_and_what_is_called_as_good_is(
    drawn_pool: Asked, proposing: Role
) -> None:
    tied, pool, proposal = drawn_pool.open_bonds(), drawn_pool.pool(), drawn_pool.proposal()
    places = {member.code: member.places for member in drawn_pool.members}
    by_couple = {bond.couple: bond for bond in tied}
    chosen = proposal.peers_first if proposing == "peer" else proposal.mentors_first
    best = _goodness(chosen.pairs, tied, proposing)
    for couples in drawn(tied, places, proposing):
        assert _goodness((by_couple[one] for one in couples), tied, proposing) <= best
    # By trying everything: each pair named stands in a stable answer that is equal in all of it.
    as_good = [
        answer
        for couples in answers_of(tied, places)
        if _goodness((by_couple[one] for one in couples), tied, proposing) == best
        and (answer := Answer(tuple(by_couple[one] for one in couples), (), ()))
        and not any(_block(bond, answer, pool) for bond in tied)
    ]
    assert set(chosen.instead) <= {bond for answer in as_good for bond in answer.pairs}
    assert not set(chosen.instead) & set(chosen.pairs)


def _worth(couples: frozenset[Couple], by_couple: dict[Couple, Bond]) -> tuple[int, int, int, int]:
    tied = [by_couple[couple] for couple in couples]
    both = [bond for bond in tied if bond.peer_wish and bond.mentor_wish]
    met = [bond for bond in both if {bond.peer_wish.basis, bond.mentor_wish.basis} == {"met"}]
    return len(met), len(both), len(tied), sum(bond.points for bond in tied)


@settings(max_examples=60)
@given(small_pools(most=5))
def test_the_best_for_the_whole_and_its_ties_are_those_found_by_trying_everything(
    drawn: Asked,
) -> None:
    tied = drawn.open_bonds()
    by_couple = {bond.couple: bond for bond in tied}
    places = {member.code: member.places for member in drawn.members}
    every = {couples: _worth(couples, by_couple) for couples in answers_of(tied, places)}
    most = max(every.values())
    best = [couples for couples, worth in every.items() if worth == most]
    proposal = drawn.proposal()
    chosen = frozenset(bond.couple for bond in proposal.whole.pairs)
    assert proposal.whole.worth == most
    assert chosen in best
    assert {bond.couple for bond in proposal.whole.instead} == frozenset().union(*best) - chosen
    assert proposal.peers_first.worth <= most
    assert proposal.mentors_first.worth <= most


@given(small_pools(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_changes_nothing(drawn: Asked, order: random.Random) -> None:
    def shuffled(things: tuple) -> tuple:
        return tuple(order.sample(things, len(things)))

    turned = replace(
        drawn,
        members=shuffled(drawn.members),
        wishes=shuffled(drawn.wishes),
        occasions=shuffled(drawn.occasions),
        vetoes=shuffled(drawn.vetoes),
    )
    assert turned.proposal() == drawn.proposal()


# --- How much work it is ---


def _steps(people: int) -> int:
    """Return how many functions are called to match so many peers and mentors."""
    invented = random_pool(people)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        invented.proposal()
    finally:
        sys.setprofile(before)
    return calls


def test_four_times_as_many_people_are_hardly_more_than_four_times_the_work() -> None:
    # All pairs there could be would be sixteen times as many.
    assert _steps(400) < 5 * _steps(100)
