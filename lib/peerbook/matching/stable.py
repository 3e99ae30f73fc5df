"""Stable pairs: no two who are tied would both rather have each other than whom they got.

A person's order: those they wish for after meeting, those they wish for on the form, then those who
wish for them. Nobody can name more than three, so not being named is not a no; a no is a veto.
Between those a person has not named they have no order. Then whoever wishes for them most comes
first, and after that the code, which is random: a lot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from peerbook.matching.pool import Couple, Role
from peerbook.matching.wishes import Bond


def stable_pairs(
    bonds: Sequence[Bond], places: Mapping[str, int], proposing: Role, *, is_lot_turned: bool
) -> frozenset[Couple]:
    """Return a stable answer by deferred acceptance, the one that is best for who proposes.

    Source: D. Gale, L. S. Shapley, College Admissions and the Stability of Marriage, American
    Mathematical Monthly 69 (1962) 9-15.

    With equals and short lists it is stable in the weak sense, that of the module's first line;
    another way of ordering equals can match more, and to find the most is NP-hard (D. F. Manlove,
    R. W. Irving, K. Iwama, S. Miyazaki, Y. Morita, Hard variants of stable marriage, Theoretical
    Computer Science 276 (2002) 261-279). To match more is what the other answer is for.
    """
    order = _orders(bonds, is_lot_turned)
    place_of = {code: {other: n for n, other in enumerate(order[code])} for code in order}
    proposers = sorted({bond.peer if proposing == "peer" else bond.mentor for bond in bonds})
    left_to_ask = {code: iter(order[code]) for code in proposers}
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


def _orders(bonds: Sequence[Bond], is_lot_turned: bool) -> dict[str, list[str]]:
    """Return for everybody those they are tied to, the most wanted first."""
    scored: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for bond in sorted(bonds, key=lambda bond: bond.couple, reverse=is_lot_turned):
        of_peer = bond.peer_wish.points if bond.peer_wish else 0
        of_mentor = bond.mentor_wish.points if bond.mentor_wish else 0
        scored[bond.peer].append((of_peer, of_mentor, bond.mentor))
        scored[bond.mentor].append((of_mentor, of_peer, bond.peer))
    # Sorting keeps equals in the order of their codes, or in that order turned round.
    return {
        code: [other for *_points, other in sorted(others, key=lambda one: (-one[0], -one[1]))]
        for code, others in scored.items()
    }
