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
    """Return how many of the peers took part as a mentor on a later day, of all peers.

    Whoever was a mentor first, or began as both on one day, has not become one; neither is counted
    twice who did so several times.

    >>> first, later = dt.date(2026, 1, 5), dt.date(2026, 9, 1)
    >>> one = peers_who_became_mentors([("a", "peer", first), ("a", "mentor", later)])
    >>> one.people, one.of
    (1, 1)
    """
    since: dict[str, dt.date] = {}
    mentored: dict[str, dt.date] = {}
    for who, role, on in turns:
        if role == "peer":
            since[who] = min(on, since.get(who, on))
        else:
            mentored[who] = max(on, mentored.get(who, on))
    became = sum(who in mentored and mentored[who] > on for who, on in since.items())
    return wilson(became, len(since))
