"""Pools of invented people who wish for each other, in one line, and any small pool there can be.

Peers are called p1, p2, … and mentors m1, m2, …
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import get_args

from hypothesis import strategies as st

from peerbook.matching.occasions import Meetings, Occasion
from peerbook.matching.pool import Couple, Member, Pool, Role, Veto
from peerbook.matching.proposal import Proposal, propose
from peerbook.matching.wishes import Basis, Bond, Wish, bonds

BASES: tuple[Basis, ...] = get_args(Basis)
DAY = dt.date(2026, 5, 20)
WISHED_ON = dt.date(2026, 5, 10)


def role_of(code: str) -> Role:
    return "peer" if code.startswith("p") else "mentor"


def wish(
    wisher: str,
    wished: str,
    rank: int = 1,
    basis: Basis = "met",
    made_on: dt.date = WISHED_ON,
    withdrawn_on: dt.date | None = None,
) -> Wish:
    return Wish(wisher, wished, made_on, basis, rank, withdrawn_on)


def wishes(text: str, basis: Basis = "met", made_on: dt.date = WISHED_ON) -> list[Wish]:
    """Return wishes written as `p1: m2 m1; m1: p2`, the most wished for first."""
    made = []
    for line in filter(None, (part.strip() for part in text.split(";"))):
        wisher, names = line.split(":")
        made += [
            wish(wisher.strip(), name, rank, basis, made_on)
            for rank, name in enumerate(names.split(), start=1)
        ]
    return made


def members(text: str) -> list[Member]:
    """Return people written as `p1 p2 m1*2 m2-`: with two places, and waiting by own wish."""
    made = []
    for word in text.split():
        code, _star, places = word.rstrip("-").partition("*")
        made.append(Member(code, role_of(code), int(places or 1), waits=word.endswith("-")))
    return made


def cafe(present: str, held_on: dt.date = WISHED_ON, place: str = "Projektcaféen") -> Occasion:
    return Occasion(held_on, "cafe", place, frozenset(present.split()))


@dataclass(frozen=True)
class Asked:
    """All that a proposal is made from."""

    members: tuple[Member, ...]
    wishes: tuple[Wish, ...]
    occasions: tuple[Occasion, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    day: dt.date = field(default=DAY)

    def proposal(self) -> Proposal:
        return propose(self.members, self.wishes, self.occasions, self.vetoes, self.day)

    def pool(self) -> Pool:
        return Pool(self.members, self.vetoes)

    def bonds(self) -> tuple[Bond, ...]:
        return bonds(self.pool(), self.wishes, self.day, Meetings(self.occasions, self.day))

    def open_bonds(self) -> list[Bond]:
        pool = self.pool()
        return [bond for bond in self.bonds() if pool.are_free(bond.couple)]


def asked(people: str, wished: str, vetoed: Iterable[tuple[str, str]] = ()) -> Asked:
    return Asked(
        tuple(members(people)),
        tuple(wishes(wished)),
        vetoes=tuple(Veto(one, other) for one, other in vetoed),
    )


def random_pool(people: int) -> Asked:
    """Return so many peers and mentors with three wishes on each basis, who met at cafés."""
    order = random.Random(people)
    peers = [f"p{n}" for n in range(people)]
    mentors = [f"m{n}" for n in range(people)]
    made = [
        wish
        for some, others in ((peers, mentors), (mentors, peers))
        for code in some
        for basis in BASES
        for wish in wishes(f"{code}: {' '.join(order.sample(others, 3))}", basis)
    ]
    cafes = [
        cafe(" ".join(order.sample(peers, 10) + order.sample(mentors, 10)))
        for _ in range(people // 2)
    ]
    return Asked(tuple(members(" ".join(peers + mentors))), tuple(made), tuple(cafes))


def answers_of(tied: list[Bond], places: dict[str, int]) -> Iterator[frozenset[Couple]]:
    """Yield every way to match those who are tied, nobody more often than they have places."""
    if not tied:
        yield frozenset()
        return
    first, rest = tied[0], tied[1:]
    yield from answers_of(rest, places)
    if places[first.peer] and places[first.mentor]:
        left = places | {
            first.peer: places[first.peer] - 1,
            first.mentor: places[first.mentor] - 1,
        }
        for answer in answers_of(rest, left):
            yield answer | {first.couple}


@st.composite
def small_pools(draw: st.DrawFn, most: int = 5, *, mentor_places: int = 2) -> Asked:
    """Draw up to `most` peers and mentors, who wish, met, may not be matched, or wait."""
    peers = [f"p{n}" for n in range(1, draw(st.integers(0, most)) + 1)]
    mentors = [f"m{n}" for n in range(1, draw(st.integers(0, most)) + 1)]
    people = [
        Member(
            code,
            role_of(code),
            draw(st.integers(0, 1 if role_of(code) == "peer" else mentor_places)),
            draw(st.sampled_from([False, False, False, True])),
        )
        for code in peers + mentors
    ]
    made: list[Wish] = []
    for code in peers + mentors:
        others = mentors if code in peers else peers
        for basis in ("form", "met") if others else ():
            names = draw(st.lists(st.sampled_from(others), unique=True, max_size=3))
            made += wishes(f"{code}: {' '.join(names)}", basis)
    everybody = peers + mentors
    occasions = [
        Occasion(WISHED_ON, "trip", "Grejsdalen", frozenset(present))
        for present in draw(
            st.lists(st.sets(st.sampled_from(everybody)), max_size=2) if everybody else st.just([])
        )
    ]
    couples = [(peer, mentor) for peer in peers for mentor in mentors]
    vetoed = draw(st.lists(st.sampled_from(couples), max_size=3)) if couples else []
    return Asked(
        tuple(people),
        tuple(made),
        tuple(occasions),
        tuple(Veto(*draw(st.permutations(couple))) for couple in vetoed),
    )
