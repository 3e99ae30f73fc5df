"""Who sits at this process's desk. It loads nothing, so that a kernel is told before all else."""

from __future__ import annotations

import os
from collections.abc import Collection

AWAITING_VARIABLE = "PEERBOOK_AWAITS_VISITOR"
"""Set for a page's kernel: there, nobody sits at the desk before the server has said who."""
BEHIND_HUB_VARIABLE = "PEERBOOK_BEHIND_HUB"
"""Set where people log in at JupyterHub, and have no password here."""

_seated: list[tuple[str, str, frozenset[int] | None]] = []


def seat(name: str, role: str, sites: Collection[int] | None = None) -> None:
    """Say who visits. The server does, once in each kernel and before the page's first cell.

    Raises
    ------
    RuntimeError
        When somebody sits here already.
    """
    if _seated:
        raise RuntimeError("somebody sits here already")
    _seated.append((name, role, None if sites is None else frozenset(sites)))


def seated() -> tuple[str, str, frozenset[int] | None] | None:
    """Return name, role and sites of whoever the server said; None where it has no say.

    Raises
    ------
    RuntimeError
        In a page's kernel, before it is known who visits.
    """
    if not _seated and os.environ.get(AWAITING_VARIABLE):
        raise RuntimeError("it is not known yet who visits")
    return _seated[0] if _seated else None


def is_behind_hub() -> bool:
    """Return whether people log in at JupyterHub, and have no password here."""
    return bool(os.environ.get(BEHIND_HUB_VARIABLE))
