"""Who can be matched, how many each can be matched with, and who never with whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _

Role = Literal["peer", "mentor"]


class Couple(NamedTuple):
    """A peer and a mentor, whatever is or is not between them."""

    peer: str
    mentor: str


@dataclass(frozen=True)
class Member:
    """Somebody who takes part.

    Parameters
    ----------
    code
        The participant's code.
    role
        What they are on the day that is looked at: whoever was a peer can be a mentor later.
    places
        With how many they can be matched now; none for those who already are. A peer has one
        mentor at a time, and so has a mentor one peer, unless the place says otherwise.
    waits
        Whether they asked to wait.
    said_no
        Whether they have said no to taking part, but nobody noted yet that they no longer do; such
        have no place free.
    since
        From which day they have been as they are, free or wanting to wait; None while matched, and
        where nobody knows.
    also
        Their other codes, of somebody who has several: what hangs on those is theirs as well.
    """

    code: str
    role: Role
    places: int = 1
    waits: bool = False
    said_no: bool = False
    since: dt.date | None = None
    also: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether they can be matched now."""
        return self.places > 0 and not self.waits


@dataclass(frozen=True)
class Veto:
    """Two who are not to be matched; the reason is private and stays in the store."""

    one: str
    other: str


class Pool:
    """Everybody who takes part at one place, in the order of their codes.

    Parameters
    ----------
    members
        Peers and mentors, those too who have no place free: they are why somebody else waits.
    vetoes
        Hard stops; those about people who are not in the pool stop nothing.

    Raises
    ------
    InputFault
        With everybody who stands twice or has an impossible number of places.
    """

    def __init__(self, members: Iterable[Member], vetoes: Iterable[Veto] = ()) -> None:
        ordered = sorted(members, key=lambda member: member.code)
        if faults := _faults(ordered):
            raise InputFault(faults)
        self.peers = tuple(member for member in ordered if member.role == "peer")
        self.mentors = tuple(member for member in ordered if member.role == "mentor")
        self.also: Mapping[str, str] = {
            code: member.code for member in ordered for code in member.also
        }
        """Under which code somebody stands here, by each of their other codes."""
        self._members = {member.code: member for member in ordered}
        couples = (self.couple(veto.one, veto.other) for veto in vetoes)
        self.vetoed = frozenset(couple for couple in couples if couple is not None)

    def __getitem__(self, code: str) -> Member:
        return self._members[code]

    @property
    def members(self) -> tuple[Member, ...]:
        """The peers, then the mentors."""
        return self.peers + self.mentors

    def are_free(self, couple: Couple) -> bool:
        """Return whether both can be matched now."""
        return all(self._members[code].is_free for code in couple)

    def are_alike(self, one: str, other: str) -> bool:
        """Return whether two in the pool are no peer and mentor; also for one person's codes."""
        codes = [self.also.get(code, code) for code in (one, other)]
        roles = [self._members[code].role for code in codes if code in self._members]
        return len(roles) == 2 and len(set(roles)) == 1

    def couple(self, one: str, other: str) -> Couple | None:
        """Return two as peer and mentor; None unless they are one of each, both in the pool.

        They may be named by any of their codes.
        """
        codes = (self.also.get(code, code) for code in (one, other))
        roles = {self._members[code].role: code for code in codes if code in self._members}
        return Couple(roles["peer"], roles["mentor"]) if len(roles) == 2 else None


def _faults(ordered: list[Member]) -> list[Fault]:
    faults = []
    twice = {one.code for one, other in pairwise(ordered) if one.code == other.code}
    for code in sorted(twice):
        message = _("{code} stands twice. Choose whether this is a peer or a mentor now.")
        faults.append(Fault(message.format(code=code), Place(field="role")))
    for member in ordered:
        if member.places < 0:
            message = _("{code} cannot have fewer than no places. Write 0 or more.")
            faults.append(Fault(message.format(code=member.code), Place(field="places")))
        elif member.role == "peer" and member.places > 1:
            message = _("{code} is a peer and has one mentor at a time. Write 0 or 1.")
            faults.append(Fault(message.format(code=member.code), Place(field="places")))
    return faults
