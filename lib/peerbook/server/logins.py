"""Who is logged in, and how often a code may be tried."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MOST_ADDRESSES = 1000
_LONGEST_EXPONENT = 20.0


class Logins:
    """The logins that hold: one small file each, until it is ended or too old.

    So logging out ends a login for good, also a copy of its cookie, and a restart ends none.
    A file is called by the hash of the login's number and says who logged in.

    Parameters
    ----------
    folder
        Where the files lie; made when the first is written, for its owner only.
    seconds
        How long a login lasts.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds

    def begin(self, user: str) -> str:
        """Return the number of a new login, which only its owner's browser may know."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.iterdir():
            if self._is_old(path):
                path.unlink(missing_ok=True)
        number = secrets.token_urlsafe(32)
        handle = os.open(self._path(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(user)
        return number

    def user(self, number: str) -> str | None:
        """Return who logged in under the number; None when that login does not hold any more."""
        path = self._path(number)
        try:
            return None if self._is_old(path) else path.read_text("utf-8") or None
        except FileNotFoundError:
            return None

    def end(self, number: str) -> None:
        """Let the login hold no more."""
        self._path(number).unlink(missing_ok=True)

    def _path(self, number: str) -> Path:
        return self._folder / hashlib.sha256(number.encode()).hexdigest()

    def _is_old(self, path: Path) -> bool:
        try:
            return path.stat().st_mtime + self._seconds < time.time()
        except FileNotFoundError:
            return True


@dataclass
class _Tally:
    """Wrong tries, forgotten one by one; each beyond the free ones doubles the wait after it."""

    free: int
    longest_s: float
    forget_s: float
    wrong: float = 0.0
    at: float = 0.0
    until: float = 0.0

    def add(self, now: float) -> None:
        self.wrong = max(0.0, self.wrong - (now - self.at) / self.forget_s) + 1.0
        self.at = now
        beyond = self.wrong - self.free
        if beyond > 0:
            self.until = now + min(2.0 ** min(beyond, _LONGEST_EXPONENT), self.longest_s)


class Patience:
    """How long to wait before a code is looked at again: by address, and for all together.

    Tries made while waiting are not looked at and lengthen nothing, and no wait is longer than five
    minutes: nobody is shut out for good. Who is logged in, or comes with a ticket, never waits.

    Parameters
    ----------
    clock
        Tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_address: OrderedDict[str, _Tally] = OrderedDict()
        self._together = _Tally(free=50, longest_s=30.0, forget_s=10.0)

    def wait(self, address: str) -> int:
        """Return for how many seconds no code from there is looked at; 0 when one is."""
        own = self._by_address.get(_origin(address), self._together)
        return max(0, math.ceil(max(own.until, self._together.until) - self._clock()))

    def wrong(self, address: str) -> None:
        """Count a wrong code."""
        origin, now = _origin(address), self._clock()
        tally = self._by_address.pop(origin, None)
        self._by_address[origin] = tally or _Tally(free=4, longest_s=300.0, forget_s=300.0)
        if len(self._by_address) > MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        self._by_address[origin].add(now)
        self._together.add(now)

    def right(self, address: str) -> None:
        """Forget the wrong codes of an address: whoever sits there knows the right one."""
        self._by_address.pop(_origin(address), None)


def _origin(address: str) -> str:
    """Return what tells one origin from another: whoever has one IPv6 address has many."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
