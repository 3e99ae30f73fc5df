"""How long a proposal takes for a pool larger than any there is."""

from __future__ import annotations

import time

from pools import random_pool

PEOPLE = 2_000
TARGET_S = 5


def measure() -> float:
    """Return the seconds it takes to propose pairs to so many peers and so many mentors."""
    asked = random_pool(PEOPLE)
    began = time.monotonic()
    asked.proposal()
    return time.monotonic() - began
