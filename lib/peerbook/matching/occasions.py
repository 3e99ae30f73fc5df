"""Who was where with whom, and whom to invite next so that those meet who never have."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from peerbook.errors import InputFault
from peerbook.matching.pool import Couple, Pool
from peerbook.text import _

Kind = Literal["trip", "cafe", "walk", "common_event"]
"""A trip, the café, a walk for two, or an event for all (seeds/vejle-manual.txt, p. 11-12)."""


@dataclass(frozen=True)
class Occasion:
    """One time when peers and mentors could see each other.

    Parameters
    ----------
    held_on
        The day.
    kind
        What it was.
    place
        Where, in the words of whoever wrote it down; empty when nobody did.
    present
        Codes of those who came.
    """

    held_on: dt.date
    kind: Kind
    place: str
    present: frozenset[str]


class Meetings:
    """Who has been in one room with whom, until a day.

    Parameters
    ----------
    occasions
        All there were, in any order.
    until
        The last day that counts.
    also
        Under which code somebody is known, by each of their other codes.
    """

    def __init__(
        self,
        occasions: Iterable[Occasion],
        until: dt.date,
        also: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        held = (occasion for occasion in occasions if occasion.held_on <= until)
        # Who came is no part of the order: two occasions may differ in nothing else.
        self._held = sorted(
            held, key=lambda one: (one.held_on, one.kind, one.place, sorted(one.present))
        )
        self._attended: defaultdict[str, set[int]] = defaultdict(set)
        for number, occasion in enumerate(self._held):
            for code in occasion.present:
                self._attended[also.get(code, code)].add(number)
        self._also = also

    def between(self, one: str, other: str) -> tuple[Occasion, ...]:
        """Return where two have met, the earliest first."""
        both = self._attended.get(one, set()) & self._attended.get(other, set())
        return tuple(self._held[number] for number in sorted(both))

    def met_by(self, code: str) -> frozenset[str]:
        """Return the codes of all that somebody has been in one room with."""
        numbers = self._attended.get(code, set())
        present = frozenset().union(*(self._held[number].present for number in numbers))
        return frozenset(self._also.get(other, other) for other in present) - {code}

    def never_met(self, pool: Pool) -> Iterator[Couple]:
        """Yield the peers and mentors who were never in one room, by code; there can be many."""
        for peer in pool.peers:
            met = self.met_by(peer.code)
            yield from (
                Couple(peer.code, mentor.code) for mentor in pool.mentors if mentor.code not in met
            )


@dataclass(frozen=True)
class Invitation:
    """Whom to invite to the next occasion.

    Parameters
    ----------
    peers, mentors
        Codes, in the order they were chosen: whoever comes last adds least.
    wished
        Couples who would meet for the first time and of whom at least one wishes for the other.
    others
        The other couples who would meet for the first time.
    """

    peers: tuple[str, ...]
    mentors: tuple[str, ...]
    wished: tuple[Couple, ...]
    others: tuple[Couple, ...]


def next_occasion(
    pool: Pool, wished: Iterable[Couple], meetings: Meetings, most: int
) -> Invitation | None:
    """Return whom to invite so that most meet for the first time; None when nobody is left to.

    Those who are free are chosen one by one. The first is who has most left to meet, those wished
    for before all others; each next is who lets most wished couples meet, then most couples of any
    kind. This is greedy: it finds a good group at once, not always the best there is. Nobody is
    invited along with somebody they are not to be matched with.

    Parameters
    ----------
    pool
        Who takes part.
    wished
        Couples of whom at least one wishes for the other.
    meetings
        Who has met whom.
    most
        How many there is room for.

    Raises
    ------
    InputFault
        At `most`, when there is not room for two.
    """
    if most < 2:
        raise InputFault.at("most", _("There must be room for two. Write 2 or more."))
    group = _Group(pool, frozenset(wished), meetings)
    while len(group.invited) < most and group.invite_next():
        pass
    return group.invitation()


class _Group:
    """Those invited so far, and what each of the others would add."""

    def __init__(self, pool: Pool, wished: frozenset[Couple], meetings: Meetings) -> None:
        self._pool = pool
        self._wished = wished
        free = [member for member in pool.members if member.is_free]
        self._met = {member.code: meetings.met_by(member.code) for member in free}
        self._vetoed = _partners(pool.vetoed)
        self._others = {
            "peer": [member.code for member in free if member.role == "mentor"],
            "mentor": [member.code for member in free if member.role == "peer"],
        }
        wishes = _partners(wished)
        # What somebody adds: wished couples and couples. What they could still: the same of all.
        self._adds = {member.code: (0, 0) for member in free}
        self._could = {
            member.code: self._left_to_meet(member.code, wishes.get(member.code, set()))
            for member in free
        }
        self.invited: list[str] = []

    def _left_to_meet(self, code: str, wishes: set[str]) -> tuple[int, int]:
        known = self._met[code] | self._vetoed.get(code, set())
        others = self._others[self._pool[code].role]
        new = len(others) - sum(1 for other in known if self._is_other(code, other))
        return len([one for one in wishes - known if self._is_other(code, one)]), new

    def _is_other(self, code: str, other: str) -> bool:
        return other in self._met and self._pool[code].role != self._pool[other].role

    def invite_next(self) -> bool:
        """Invite who adds most; return whether anybody adds anything."""
        measure = self._adds if self.invited else self._could
        if not measure:
            return False
        # Equals go by code, which says nothing of anybody.
        best = min(measure, key=lambda code: (*_turned(measure[code]), *_turned(self._could[code]),
                                              code))  # fmt: skip
        if measure[best] == (0, 0):
            return False
        self.invited.append(best)
        del self._adds[best]
        for code in self._vetoed.get(best, set()):
            self._adds.pop(code, None)
        for other in self._others[self._pool[best].role]:
            if other in self._adds and other not in self._met[best]:
                couple = self._pool.couple(best, other)
                wished, couples = self._adds[other]
                self._adds[other] = (wished + (couple in self._wished), couples + 1)
        return True

    def invitation(self) -> Invitation | None:
        """Return whom to invite; None unless two would meet for the first time."""
        peers = [code for code in self.invited if self._pool[code].role == "peer"]
        mentors = [code for code in self.invited if self._pool[code].role == "mentor"]
        new = sorted(
            Couple(peer, mentor)
            for peer in peers
            for mentor in mentors
            if mentor not in self._met[peer]
        )
        if not new:
            return None
        return Invitation(
            tuple(peers),
            tuple(mentors),
            tuple(couple for couple in new if couple in self._wished),
            tuple(couple for couple in new if couple not in self._wished),
        )


def _partners(couples: Iterable[Couple]) -> dict[str, set[str]]:
    partners: defaultdict[str, set[str]] = defaultdict(set)
    for peer, mentor in couples:
        partners[peer].add(mentor)
        partners[mentor].add(peer)
    return dict(partners)


def _turned(counts: tuple[int, int]) -> tuple[int, int]:
    return -counts[0], -counts[1]
