"""Who visits the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["leader", "course_leader", "evaluator", "analyst", "steering_group", "peer"]


@dataclass(frozen=True)
class Visitor:
    """Somebody who uses the record, in one role.

    Parameters
    ----------
    name
        Login name; the actor of what they save.
    role
        What they may read and write: `peerbook.store.rights`.
    sites
        Numbers of the sites they work at; None for all.
    by_codes
        Whether they know people by their codes only, whatever the role may read.
    """

    name: str
    role: Role
    sites: frozenset[int] | None = None
    by_codes: bool = False
