"""How long a proposal for 2,000 peers and 2,000 mentors takes, each with up to three wishes."""

from __future__ import annotations

import random
import time

from pools import Asked, cafe, members, wishes

PEOPLE = 2_000
TARGET_S = 5


def measure() -> float:
    """Return the seconds it takes to propose pairs for people who wish at random."""
    order = random.Random(PEOPLE)
    peers = [f"p{n}" for n in range(PEOPLE)]
    mentors = [f"m{n}" for n in range(PEOPLE)]
    made = [
        wish
        for some, others in ((peers, mentors), (mentors, peers))
        for code in some
        for basis in ("form", "met")
        for wish in wishes(f"{code}: {' '.join(order.sample(others, 3))}", basis)
    ]
    cafes = [
        cafe(" ".join(order.sample(peers, 10) + order.sample(mentors, 10)))
        for _ in range(PEOPLE // 2)
    ]
    asked = Asked(tuple(members(" ".join(peers + mentors))), tuple(made), tuple(cafes))
    began = time.monotonic()
    asked.proposal()
    return time.monotonic() - began
