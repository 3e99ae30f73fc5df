"""The users, as the server asks the store for them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from peerbook.errors import StoreUnavailable
from peerbook.settings import idle_minutes
from peerbook.store import Store, users
from peerbook.store.users import Account

T = TypeVar("T")
LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Standing:
    """Who may come in just now.

    Parameters
    ----------
    accounts
        All users by login name.
    have_begun
        Whether only users come in; before the first has a password, the access code opens.
    idle_seconds
        How long a login holds under which nothing is asked.
    """

    accounts: dict[str, Account]
    have_begun: bool
    idle_seconds: float


class UserBook:
    """Asks the store, beside the event loop, so that nobody else waits for it.

    Where there is no store yet, there are no users. One that is there and cannot be read, because
    its key is gone perhaps, is another matter: `StoreUnavailable` is raised, and nobody comes in.
    """

    def __init__(self) -> None:
        self._store: Store | None = None
        self._fault = ""
        self._look_again_at = 0.0
        self._looking = threading.Lock()

    async def standing(self) -> Standing:
        """Return who may come in just now."""
        return await asyncio.to_thread(self.standing_now)

    def standing_now(self) -> Standing:
        """Return the same, waiting for it.

        Raises
        ------
        StoreUnavailable
            When it cannot be told, with what to do.
        """
        store = self._opened()
        if store is None:
            return Standing({}, have_begun=False, idle_seconds=0)
        with store.read() as session:
            return Standing(
                {one.name: one for one in users.accounts(session)},
                users.have_begun(session),
                60.0 * idle_minutes(session),
            )

    async def ask(self, question: Callable[[Session], T]) -> T:
        """Return what the store answers."""

        def asked() -> T:
            with self._there().read() as session:
                return question(session)

        return await asyncio.to_thread(asked)

    async def change(self, actor: str, change: Callable[[Session], T]) -> T:
        """Make a change as `actor`, and return what it returns."""

        def changed() -> T:
            with self._there().write(actor) as session:
                return change(session)

        return await asyncio.to_thread(changed)

    def _there(self) -> Store:
        return self._opened() or Store.open(create=False)

    def _opened(self) -> Store | None:
        with self._looking:
            if self._store is None and time.monotonic() >= self._look_again_at:
                self._fault = ""
                try:
                    self._store = Store.open(create=False) if Store.is_there() else None
                except StoreUnavailable as fault:
                    self._fault = str(fault)
                self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
            if self._fault:
                raise StoreUnavailable(self._fault)
            return self._store
