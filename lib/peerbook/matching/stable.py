"""Stable pairs: no two who are tied would both rather have each other than whom they got.

A person's order: those they wish for after meeting, those they wish for on the form, then those who
wish for them. Nobody can name more than three, so not being named is not a no; a no is a veto.
Between those a person has not named they have no order. Then whoever wishes for them most comes
first, and after that a lot decides.

What a lot decides for one can leave another with nobody. So several are drawn, and the best answer
they lead to is taken. To find the best there is would be NP-hard (D. F. Manlove, R. W. Irving,
K. Iwama, S. Miyazaki, Y. Morita, Hard variants of stable marriage, Theoretical Computer Science 276
(2002) 261-279); to match more is what the other answer is for.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from peerbook.matching.pool import Couple, Role
from peerbook.matching.whole import Worth, worth_of
from peerbook.matching.wishes import MOST_POINTS, Bond, Wish

LOTS = 24
"""How many lots are drawn where there are equals. Of 400 random pools of 4 to 10 peers and as many
mentors, with up to three wishes each, 400 lots found a better answer than 24 in 5, and than one in
159."""

_SIDE: Mapping[Role, int] = {"peer": 0, "mentor": 1}
"""Where somebody of a role stands in a couple."""

_Tiers = Mapping[str, Sequence[Sequence[str]]]
"""For everybody those they are tied to, the most wanted first; equals stand together, by code."""


class Goodness(NamedTuple):
    """How good a stable answer is: what stands first counts before all that follows.

    Parameters
    ----------
    pairs
        How many pairs.
    proposers_wishes
        How many who propose got whom of those free they wish for most, next most, and so on.
    others_wishes
        The same of the others.
    worth
        As of the best for the whole.
    """

    pairs: int
    proposers_wishes: tuple[int, ...]
    others_wishes: tuple[int, ...]
    worth: Worth


def stable_pairs(
    bonds: Sequence[Bond], places: Mapping[str, int], proposing: Role
) -> tuple[frozenset[Couple], frozenset[Couple]]:
    """Return the best stable pairs of the lots drawn, and those that stand in others as good.

    Of answers that are as good, the one of the earliest lot is returned; the first goes by code.
    """
    answers = tuple(dict.fromkeys(drawn(bonds, places, proposing)))
    good = _Judge(bonds, proposing)
    how_good = [good(pairs) for pairs in answers]
    best = max(how_good)
    chosen, *others = (pairs for pairs, one in zip(answers, how_good, strict=True) if one == best)
    return chosen, frozenset(chain.from_iterable(others)) - chosen


def drawn(
    bonds: Sequence[Bond], places: Mapping[str, int], proposing: Role
) -> Iterator[frozenset[Couple]]:
    """Yield the stable answer that each lot leads to; one where there are no equals.

    Between equals the first lot goes by code, the second by code turned round, and the others are
    drawn from fixed seeds, so that the same pool has the same answers.
    """
    tiers = _tiers(bonds)
    has_equals = any(len(tier) > 1 for of in tiers.values() for tier in of)
    proposers = sorted({bond.couple[_SIDE[proposing]] for bond in bonds})
    for lot in range(LOTS if has_equals else 1):
        yield _accepted(_orders(tiers, lot), proposers, places, proposing)


def _accepted(
    order: Mapping[str, Sequence[str]],
    proposers: Sequence[str],
    places: Mapping[str, int],
    proposing: Role,
) -> frozenset[Couple]:
    """Return a stable answer by deferred acceptance: of all that are stable when everybody has just
    this order, the one that is best for everybody who proposes.

    Source: D. Gale, L. S. Shapley, College Admissions and the Stability of Marriage, American
    Mathematical Monthly 69 (1962) 9-15.
    """
    left_to_ask = {code: iter(order[code]) for code in proposers}
    place_of = {
        code: {other: n for n, other in enumerate(of)}
        for code, of in order.items()
        if code not in left_to_ask
    }
    held: defaultdict[str, list[str]] = defaultdict(list)
    # Whoever has two places asks twice.
    asking = [code for code in proposers for _place in range(min(places[code], len(order[code])))]
    while asking:
        proposer = asking.pop()
        asked = next(left_to_ask[proposer], None)
        if asked is None:
            continue
        held[asked].append(proposer)
        if len(held[asked]) > places[asked]:
            worst = max(held[asked], key=place_of[asked].__getitem__)
            held[asked].remove(worst)
            asking.append(worst)
    return frozenset(
        Couple(proposer, asked) if proposing == "peer" else Couple(asked, proposer)
        for asked, proposers_held in held.items()
        for proposer in proposers_held
    )


def _tiers(bonds: Sequence[Bond]) -> _Tiers:
    scored: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for bond in bonds:
        of_peer = bond.peer_wish.points if bond.peer_wish else 0
        of_mentor = bond.mentor_wish.points if bond.mentor_wish else 0
        scored[bond.peer].append((-of_peer, -of_mentor, bond.mentor))
        scored[bond.mentor].append((-of_mentor, -of_peer, bond.peer))
    return {
        code: [
            [other for *_points, other in equals]
            for _points, equals in groupby(sorted(others), key=lambda one: one[:2])
        ]
        for code, others in sorted(scored.items())
    }


def _orders(tiers: _Tiers, lot: int) -> dict[str, list[str]]:
    """Return everybody's order, with a lot between equals."""
    # Of all that is random, Python promises only this method to be the same in every version.
    number = random.Random(lot).random  # noqa: S311 - a lot that can be drawn again

    def in_order(equals: Sequence[str]) -> Sequence[str]:
        if lot < 2 or len(equals) == 1:
            return equals[::-1] if lot else equals
        return sorted(equals, key=lambda _other: number())

    return {code: [*chain.from_iterable(map(in_order, of))] for code, of in tiers.items()}


class _Judge:
    """How good answers are, by what everybody wished for.

    Parameters
    ----------
    bonds
        All that could be pairs.
    proposing
        Whose wishes count first.
    """

    def __init__(self, bonds: Sequence[Bond], proposing: Role) -> None:
        self._bonds = {bond.couple: bond for bond in bonds}
        self._proposing = proposing
        named: defaultdict[str, list[Wish]] = defaultdict(list)
        for wish in chain.from_iterable(bond.wishes for bond in bonds):
            named[wish.wisher].append(wish)
        self._place = {
            (wish.wisher, wish.wished): place
            for of in named.values()
            for place, wish in enumerate(sorted(of, key=lambda wish: -wish.points))
        }

    def __call__(self, pairs: Collection[Couple]) -> Goodness:
        """Return how good an answer is."""
        of_peers = self._fulfilled((peer, mentor) for peer, mentor in pairs)
        of_mentors = self._fulfilled((mentor, peer) for peer, mentor in pairs)
        both = (of_peers, of_mentors) if self._proposing == "peer" else (of_mentors, of_peers)
        return Goodness(len(pairs), *both, worth_of(self._bonds[couple] for couple in pairs))

    def _fulfilled(self, got: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        """Return how many got whom they wish for most, next most, and so on."""
        count = Counter(self._place.get(one) for one in got)
        return tuple(count[place] for place in range(MOST_POINTS))
