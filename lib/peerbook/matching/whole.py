"""Pairs of most worth for all together, and what else would be worth as much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import bellman_ford, connected_components

from peerbook.errors import InputFault
from peerbook.matching.pool import Couple
from peerbook.matching.wishes import MOST_POINTS, Bond
from peerbook.text import _

Numbers = NDArray[Any]


class Worth(NamedTuple):
    """What an answer is worth: what stands first counts before all that follows.

    Parameters
    ----------
    mutual_after_meeting
        Pairs who both wish for each other, having met.
    mutual
        Pairs who both wish for each other.
    pairs
        All pairs.
    points
        Of their wishes: 6, 5, 4 for the first, second, third after meeting; 3, 2, 1 on the form.
    """

    mutual_after_meeting: int
    mutual: int
    pairs: int
    points: int


def worth_of(pairs: Iterable[Bond]) -> Worth:
    """Return what pairs are worth together."""
    bonds = tuple(pairs)
    return Worth(
        sum(bond.is_mutual_after_meeting for bond in bonds),
        sum(bond.is_mutual for bond in bonds),
        len(bonds),
        sum(bond.points for bond in bonds),
    )


def best_pairs(
    bonds: Sequence[Bond], places: Mapping[str, int]
) -> tuple[frozenset[Couple], frozenset[Couple]]:
    """Return the pairs of most worth, and those that stand in other answers of the same worth.

    It is a flow of whole numbers from a source through peers, bonds and mentors to a sink, as cheap
    as can be, which OR-Tools finds exactly. Another answer is as good just when it differs by
    circles, in what is left of the network, that cost nothing (R. K. Ahuja, T. L. Magnanti,
    J. B. Orlin, Network Flows, 1993, ch. 3 and 9).
    """
    if not bonds:
        return frozenset(), frozenset()
    peers = sorted({bond.peer for bond in bonds})
    mentors = sorted({bond.mentor for bond in bonds})
    node = {code: number for number, code in enumerate(peers + mentors)}
    source, sink = len(node), len(node) + 1
    places_of_peers, places_of_mentors = (
        [places[code] for code in codes] for codes in (peers, mentors)
    )
    total = sum(places_of_peers)
    arcs = [
        *((node[bond.peer], node[bond.mentor]) for bond in bonds),
        *((source, node[code]) for code in peers),
        *((node[code], sink) for code in mentors),
        (source, sink),  # for all who get nobody
    ]
    tails, heads = np.array(arcs, dtype=np.int32).T
    room = np.array([1] * len(bonds) + places_of_peers + places_of_mentors + [total])
    cost = np.zeros(len(arcs), dtype=np.int64)
    cost[: len(bonds)] = [-number for number in _numbers(bonds, min(total, sum(places_of_mentors)))]

    network = SimpleMinCostFlow()
    network.add_arcs_with_capacity_and_unit_cost(tails, heads, room, cost)
    network.set_node_supply(source, total)
    network.set_node_supply(sink, -total)
    if network.solve() != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError("a network in which everybody may get nobody always has a flow")
    flow = network.flows(np.arange(len(arcs)))

    chosen = flow[: len(bonds)] > 0
    forward, back = flow < room, flow > 0
    left = np.concatenate([tails[forward], heads[back]])
    right = np.concatenate([heads[forward], tails[back]])
    costless = _on_costless_circle(left, right, np.concatenate([cost[forward], -cost[back]]))
    could_be = np.zeros(len(arcs), dtype=bool)
    could_be[forward] = costless[: forward.sum()]
    return (
        frozenset(bond.couple for bond, is_one in zip(bonds, chosen, strict=True) if is_one),
        frozenset(bond.couple for bond, is_one in zip(bonds, could_be, strict=False) if is_one),
    )


def _on_costless_circle(tails: Numbers, heads: Numbers, cost: Numbers) -> Numbers:
    """Return for each arc of a network without negative circles whether one that is zero has it."""
    root = int(max(tails.max(), heads.max())) + 1
    everywhere = np.arange(root)
    rooted = csr_array(
        (
            np.concatenate([cost, np.zeros(root)]).astype(float),
            (
                np.concatenate([tails, np.full(root, root)]),
                np.concatenate([heads, everywhere]),
            ),
        ),
        shape=(root + 1, root + 1),
    )
    distance = bellman_ford(rooted, indices=root)
    is_tight = distance[tails] + cost == distance[heads]
    tight = csr_array(
        (np.ones(is_tight.sum()), (tails[is_tight], heads[is_tight])), shape=(root, root)
    )
    _count, group = connected_components(tight, connection="strong")
    return np.asarray(is_tight & (group[tails] == group[heads]))


def _numbers(bonds: Sequence[Bond], most_pairs: int) -> list[int]:
    """Return what each pair is worth as one number, so that sums are in the order of `Worth`."""
    count, points = most_pairs + 1, 2 * MOST_POINTS * most_pairs + 1
    numbers = [
        ((one.mutual_after_meeting * count + one.mutual) * count + one.pairs) * points + one.points
        for one in (worth_of([bond]) for bond in bonds)
    ]
    # Distances are added up as floats, which are exact to 2**53; a way has at most this many arcs.
    if max(numbers) * (2 * most_pairs + 2) >= 2**53:
        raise InputFault.at(
            "members", _("These are too many people for one proposal. Make one for each place.")
        )
    return numbers
