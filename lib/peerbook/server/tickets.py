"""Tickets: what waits for somebody to come back, by a number that nobody can guess."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Generic, TypeVar

T = TypeVar("T")
TICKET_SECONDS = 600


class Tickets(Generic[T]):
    """Tickets for ten minutes, each good once; only their hashes are kept."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[float, T]] = {}

    def issue(self, what: T) -> str:
        """Return a new ticket for something."""
        now = time.monotonic()
        self._waiting = {key: one for key, one in self._waiting.items() if one[0] > now}
        ticket = secrets.token_urlsafe(32)
        self._waiting[_hash(ticket)] = now + TICKET_SECONDS, what
        return ticket

    def held(self, ticket: str) -> T | None:
        """Return what a ticket is for, which stays good; None when it is not good."""
        until, what = self._waiting.get(_hash(ticket), (0.0, None))
        return what if until > time.monotonic() else None

    def redeem(self, ticket: str) -> T | None:
        """Return what a ticket is for, and make it worthless."""
        what = self.held(ticket)
        self._waiting.pop(_hash(ticket), None)
        return what


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
