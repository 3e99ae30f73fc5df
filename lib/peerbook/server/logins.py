"""Who is logged in, and how often a code may be tried."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import json
import math
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MOST_ADDRESSES = 1000
_LONGEST_EXPONENT = 20.0
_DRAFT = ".draft"


@dataclass(frozen=True)
class Login:
    """A login that holds.

    Parameters
    ----------
    id
        What its file is called; it opens nothing.
    user
        Who logged in; empty for whoever came with the access code.
    stamp
        What the user's stamp was then.
    begun_at, seen_at
        When it began, and when something was last asked under it, in seconds.
    hub_session
        What tells the login at JupyterHub that it came by from others; empty without a hub.
    """

    id: str
    user: str
    stamp: str
    begun_at: float
    seen_at: float
    hub_session: str = ""


class Logins:
    """The logins that hold: one small file each, until it is ended or too old.

    So logging out ends a login for good, also a copy of its cookie, and a restart ends none.
    A file is called by the hash of the login's number; its age is how long nothing was asked.

    Parameters
    ----------
    folder
        Where the files lie; made when the first is written, for its owner only.
    seconds
        How long a login lasts at most.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds

    def begin(self, user: str = "", stamp: str = "", hub_session: str = "") -> str:
        """Return the number of a new login, which only its owner's browser may know."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.iterdir():
            if self._read(path.name) is None and not path.name.endswith(_DRAFT):
                path.unlink(missing_ok=True)
        number = secrets.token_urlsafe(32)
        self._write(Login(_digest(number), user, stamp, time.time(), 0.0, hub_session))
        return number

    def under(self, number: str) -> Login | None:
        """Return the login with a number; None when it does not hold any more."""
        return self._read(_digest(number)) if number else None

    def known(self, login_id: str) -> Login | None:
        """Return the login of a file; None when it does not hold any more."""
        return self._read(login_id) if login_id else None

    def all(self) -> Iterator[Login]:
        """Return all logins that hold."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                login = None if path.name.endswith(_DRAFT) else self._read(path.name)
                if login is not None:
                    yield login

    def note(self, login: Login) -> None:
        """Remember that something has just been asked under a login."""
        with contextlib.suppress(FileNotFoundError):  # it may just have ended
            os.utime(self._folder / login.id)

    def carry_over(self, login: Login, stamp: str) -> None:
        """Let a login hold on under a new stamp of its user."""
        if self._read(login.id) is not None:
            self._write(replace(login, stamp=stamp))

    def end(self, login_id: str) -> None:
        """Let the login hold no more."""
        if login_id:
            (self._folder / login_id).unlink(missing_ok=True)

    def _read(self, login_id: str) -> Login | None:
        path = self._folder / login_id
        try:
            seen_at = path.stat().st_mtime
            kept = json.loads(path.read_text("utf-8"))
            login = Login(login_id, seen_at=seen_at, **kept)
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return None if login.begun_at + self._seconds < time.time() else login

    def _write(self, login: Login) -> None:
        content = asdict(login)
        del content["id"], content["seen_at"]  # those are the file's own
        draft = self._folder / f"{login.id}{_DRAFT}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        draft.replace(self._folder / login.id)


def _digest(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()


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

    Tries made while waiting are not looked at and lengthen nothing, and no wait is longer than is
    said: nobody is shut out for good. Who is logged in, or comes with a ticket, never waits.

    Parameters
    ----------
    clock
        Tells the time in seconds.
    longest_s
        The longest wait, and after how long a wrong try is forgotten.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, longest_s: float = 300.0
    ) -> None:
        self._clock = clock
        self._longest_s = longest_s
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
        self._by_address[origin] = tally or _Tally(
            free=4, longest_s=self._longest_s, forget_s=self._longest_s
        )
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
