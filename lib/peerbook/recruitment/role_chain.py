"""Volunteering breeds volunteering: how many who came as a peer became a mentor later.

Source of the question: seeds/vejle-manual.txt, p. 22, where the third course of mentors consisted
mostly of former peers. It gives no number, so none is compared with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, get_args

from peerbook.recruitment.funnel import Share, wilson

Role = Literal["peer", "mentor"]
ROLES: tuple[Role, ...] = get_args(Role)
Turn = tuple[str, Role, dt.date]
"""Who took part, in which role, and from which day."""


def peers_who_became_mentors(turns: Iterable[Turn]) -> Share:
    """Return how many of those who began as a peer were a mentor on a later day, of all of them.

    Whoever was a mentor first, or began as both on one day, did not begin as a peer.

    >>> first, later = dt.date(2026, 1, 5), dt.date(2026, 9, 1)
    >>> one = peers_who_became_mentors([("a", "peer", first), ("a", "mentor", later)])
    >>> one.people, one.of
    (1, 1)
    """
    first_on: dict[Role, dict[str, dt.date]] = {role: {} for role in ROLES}
    for who, role, on in turns:
        first_on[role][who] = min(on, first_on[role].get(who, on))
    mentored = first_on["mentor"]
    began = [who for who, on in first_on["peer"].items() if on < mentored.get(who, dt.date.max)]
    return wilson(sum(who in mentored for who in began), len(began))
