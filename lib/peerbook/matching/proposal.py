"""Proposals for a whole pool at once, from wishes alone; staff decide.

There are two ways to say what is best, and both are shown side by side.

*Stable* (`stable.py`): no two people who are tied by a wish would both rather have each other than
whom they got. One side proposes, and its people then get whom they wished for most, and the other
side's whom they wished for least. So both are made, and where they differ is shown. Where wishes
weigh the same, several lots are drawn and the best answer is taken.

*Best for the whole* (`whole.py`): as many as possible who wish for each other after meeting, then
as many as possible who wish for each other, then as many pairs as possible, then those wished for
most. Somebody may get another than their first so that two others get each other.

Where answers are equally good one of them is taken as by lot; what hangs on it is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal, get_args

from peerbook.matching.occasions import Meetings, Occasion
from peerbook.matching.pool import Couple, Member, Pool, Role, Veto
from peerbook.matching.stable import stable_pairs
from peerbook.matching.whole import Worth, best_pairs, worth_of
from peerbook.matching.wishes import Bond, Wish, bonds

Reason = Literal["own_wish", "nobody_free", "wish_open", "wished_taken", "no_resonance"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""They asked to wait; nobody of the other role is free; a wish ties them to somebody who is; those
they are tied to are all matched or wait; no wish ties them to anybody."""

Way = Literal["peers_first", "mentors_first", "whole"]
"""The ways to match a pool, by the name of their answer in a `Proposal`."""


@dataclass(frozen=True)
class Waiting:
    """Somebody who got nobody, and why.

    Parameters
    ----------
    code, role
        Who.
    reason
        Why. That two are not to be matched is never the reason told: the veto is private.
    since
        From which day they are free or wish to wait, as `Member` tells.
    wish_since
        Where a wish is open: from which day one has been all along, as far as what holds now tells;
        None for other reasons, and where nobody knows.
    """

    code: str
    role: Role
    reason: Reason
    since: dt.date | None = None
    wish_since: dt.date | None = None


@dataclass(frozen=True)
class Answer:
    """One way to match a pool.

    Parameters
    ----------
    pairs
        Who is proposed to whom, by code.
    waiting
        Everybody with a place free who got nobody, by code.
    instead
        Pairs that are not proposed but stand in another answer that is as good. Of the best for
        the whole these are all there are, by its `worth`; of a stable one, those found by the lots
        that were drawn, by `stable.Goodness`.
    """

    pairs: tuple[Bond, ...]
    waiting: tuple[Waiting, ...]
    instead: tuple[Bond, ...]

    @property
    def worth(self) -> Worth:
        """What it is worth as a whole."""
        return worth_of(self.pairs)


@dataclass(frozen=True)
class Choice:
    """What the answers propose to one peer.

    Parameters
    ----------
    peer
        The peer's code.
    peers_first, mentors_first, whole
        Codes of the mentors of each answer; None where the peer waits.
    """

    peer: str
    peers_first: str | None
    mentors_first: str | None
    whole: str | None

    @property
    def is_agreed(self) -> bool:
        """Whether all answers say the same."""
        return self.peers_first == self.mentors_first == self.whole


@dataclass(frozen=True)
class Proposal:
    """All answers for one pool; none of them is a decision.

    Parameters
    ----------
    peers_first, mentors_first
        Stable, with peers, or mentors, proposing: where nobody weighs two the same, they get whom
        they wished for most of all stable answers. Otherwise it is the best one of the lots drawn,
        by `stable.Goodness`. The support is for the peers, so theirs is to be looked at first.
    whole
        Best for the whole.
    """

    peers_first: Answer
    mentors_first: Answer
    whole: Answer

    def by(self, way: Way) -> Answer:
        """Return the answer of one way."""
        answers: Mapping[Way, Answer] = {
            "peers_first": self.peers_first,
            "mentors_first": self.mentors_first,
            "whole": self.whole,
        }
        return answers[way]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers side by side for every peer whom any of them matches, by code."""
        answers = (self.peers_first, self.mentors_first, self.whole)
        mentors = [{bond.peer: bond.mentor for bond in answer.pairs} for answer in answers]
        peers = sorted(set(chain.from_iterable(mentors)))
        return tuple(Choice(peer, *(of.get(peer) for of in mentors)) for peer in peers)


def propose(
    members: Iterable[Member],
    wishes: Iterable[Wish],
    occasions: Iterable[Occasion],
    vetoes: Iterable[Veto],
    day: dt.date,
) -> Proposal:
    """Return how a pool could be matched on a day; the order of what is given changes nothing.

    Only people tied by a wish are ever proposed to each other, and never past a veto. Work grows
    with the number of wishes, not with that of all pairs there could be.

    Raises
    ------
    InputFault
        When somebody stands twice or has an impossible number of places, or there are too many
        people to add up exactly.
    """
    pool = Pool(members, vetoes)
    all_bonds = bonds(pool, wishes, day, Meetings(occasions, day, pool.also))
    open_bonds = [bond for bond in all_bonds if pool.are_free(bond.couple)]
    places = {member.code: member.places for member in pool.members}
    unmatched = waiting(pool, all_bonds)

    def answer(pairs: Collection[Couple], instead: Collection[Couple]) -> Answer:
        matched = frozenset(chain.from_iterable(pairs))
        return Answer(
            tuple(bond for bond in open_bonds if bond.couple in pairs),
            tuple(one for one in unmatched if one.code not in matched),
            tuple(bond for bond in open_bonds if bond.couple in instead),
        )

    return Proposal(
        answer(*stable_pairs(open_bonds, places, "peer")),
        answer(*stable_pairs(open_bonds, places, "mentor")),
        answer(*best_pairs(open_bonds, places)),
    )


def waiting(pool: Pool, all_bonds: Collection[Bond]) -> tuple[Waiting, ...]:
    """Return everybody with a place free, and why they are not matched yet: peers, then mentors."""
    tied = frozenset(chain.from_iterable(bond.couple for bond in all_bonds))
    could: dict[str, list[dt.date | None]] = {}
    for bond in all_bonds:
        if pool.are_free(bond.couple):
            for code in bond.couple:
                could.setdefault(code, []).append(_open_since(pool, bond))
    free = {member.role for member in pool.members if member.is_free}

    def reason(member: Member) -> Reason:
        if member.waits:
            return "own_wish"
        if ("mentor" if member.role == "peer" else "peer") not in free:
            return "nobody_free"
        if member.code in could:
            return "wish_open"
        return "wished_taken" if member.code in tied else "no_resonance"

    def told(member: Member) -> Waiting:
        why = reason(member)
        days = [day for day in could.get(member.code, ()) if day and why == "wish_open"]
        return Waiting(member.code, member.role, why, member.since, min(days, default=None))

    return tuple(told(member) for member in pool.members if member.places)


def _open_since(pool: Pool, bond: Bond) -> dt.date | None:
    """Return from which day a wish has tied two who were both free; None where nobody knows."""
    wished = min(wish.made_on for wish in bond.wishes)
    free = [pool[code].since for code in bond.couple]
    return max(wished, *(day for day in free if day)) if all(free) else None
