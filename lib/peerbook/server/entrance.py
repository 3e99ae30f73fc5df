"""Who is let in: users by name and password; before there are any, whoever has the access code.

Jupyter's servers ask an identity provider who somebody is and an authorizer what they may do. Ours
ask the store each time, so that whoever is shut out, or has another role now, is so at once.
"""

from __future__ import annotations

import asyncio
import hmac
import time
import weakref
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import traitlets
from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User
from tornado import web
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.websocket import WebSocketHandler
from traitlets.config import Config

from peerbook.desk import owner
from peerbook.errors import PeerbookError, StoreUnavailable
from peerbook.paths import data_folder
from peerbook.server.logins import Login, Logins, Patience
from peerbook.server.pages import may_open
from peerbook.server.tickets import Tickets
from peerbook.server.user_book import Standing, UserBook
from peerbook.store import Visitor, users
from peerbook.store.telephone import Telephone
from peerbook.store.users import Account, Proof

LOGIN_SECONDS = 12 * 3600
LOGIN_IS_OVER = 4401
"""The code a line is closed with when its login has ended: the page then says so."""
CODE_WAIT_SECONDS = 3600.0
"""Whoever writes wrong codes has the password. Of a million codes three are good at a time: a try
an hour comes upon one with one chance in forty a year (throttling: RFC 4226 section 7.3)."""
WATCH_SECONDS = 1.0
WARNING_SECONDS = 120.0
_BY_CODE = "code"
_LAST_WORDS_SECONDS = 2.0
_COOKIE = {"samesite": "Strict", "httponly": True}


class MustWait(Exception):
    """Too many wrong tries have come; says for how many seconds none is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Person(User):
    """Whom Jupyter knows as its user: a visitor, and the login that is used.

    Parameters
    ----------
    visitor
        Who it is, for the store and the pages.
    account
        The user; None for whoever came with the access code.
    login
        Id of the login.
    """

    def __init__(self, visitor: Visitor, account: Account | None, login: str) -> None:
        name, shown = (account.name, account.shown) if account else ("local", "peerbook")
        super().__init__(name, shown, shown, shown[:1])
        self.visitor = visitor
        self.account = account
        self.login = login


class Entrance(IdentityProvider):
    """Lets in users, or whoever knows the access code as long as there are none.

    The cookie holds the number of a login. A script that sends the code each time needs none.
    """

    roles = traitlets.List(
        traitlets.Unicode(), help="Roles that are let in here; empty for all."
    ).tag(config=True)

    has_passwords = True
    """Whether users have their passwords here."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.book = UserBook()
        self.logins = Logins(self.logins_folder(), LOGIN_SECONDS)
        self.halfway: Tickets[Account] = Tickets()  # whose password was right a moment ago
        self.offered: Tickets[tuple[str, Telephone]] = Tickets()  # set up now, and by which login
        self._by_address, self._by_name = Patience(), Patience()
        self._by_telephone = Patience(longest_s=CODE_WAIT_SECONDS)
        self._one_by_one = asyncio.Lock()
        self._lines: weakref.WeakKeyDictionary[WebSocketHandler, Person] = (
            weakref.WeakKeyDictionary()
        )
        self._warned: weakref.WeakSet[WebSocketHandler] = weakref.WeakSet()
        self._watching: PeriodicCallback | None = None

    def logins_folder(self) -> Path:
        """Return where the logins lie that hold here."""
        return data_folder() / "logins"

    @property
    def auth_enabled(self) -> bool:
        """Always: the server does not start without a code."""
        return True

    def identity_model(self, user: User) -> dict[str, Any]:
        """Return what JupyterLab shows of a user."""
        return asdict(user)

    # -- who asks --------------------------------------------------------------------------------

    async def get_user(self, handler: web.RequestHandler) -> User | None:
        """Return who asks; a line is remembered with the login it is opened under."""
        known = getattr(handler, "_jupyter_current_user", None)
        if known is not None:
            return cast(User, known)
        try:
            person = await self._person(handler)
        except StoreUnavailable as fault:
            self.log.error("%s", fault)
            raise web.HTTPError(503) from None
        if person is None:
            if handler.get_cookie(self.get_cookie_name(handler)) is not None:
                self.clear_login_cookie(handler)
        elif isinstance(handler, WebSocketHandler):
            self._lines[handler] = person
            self._watch()
        return person

    async def _person(self, handler: web.RequestHandler) -> Person | None:
        given = self.get_token(handler)
        login = self._login(handler)
        if not given and login is None:
            return None
        standing = await self.book.standing()
        if given and not standing.have_begun:
            try:
                if self.is_code(given, handler):
                    handler._token_authenticated = True  # type: ignore[attr-defined] # as Jupyter's
                    return Person(owner(), None, _BY_CODE)
            except MustWait:
                return None
        if login is None or not self._holds(login, standing):
            return None
        account = standing.accounts.get(login.user)
        if account is not None and self.roles and account.role not in self.roles:
            return None
        if not isinstance(handler, WebSocketHandler):
            self.logins.note(login)
        return Person(account.visitor if account else owner(), account, login.id)

    def _holds(self, login: Login, standing: Standing) -> bool:
        if not login.user:
            return not standing.have_begun
        account = standing.accounts.get(login.user)
        return (
            account is not None
            and account.is_active
            and account.stamp == login.stamp
            and self._seconds_left(login, standing) > 0
        )

    @staticmethod
    def _seconds_left(login: Login, standing: Standing) -> float:
        return login.seen_at + standing.idle_seconds - time.time()

    def get_token(self, handler: web.RequestHandler) -> str | None:
        """Return the code a script sent in its Authorization header; never one from an address."""
        found = self.auth_header_pat.match(handler.request.headers.get("Authorization", ""))
        return found[2] if found else None

    # -- tries to come in ------------------------------------------------------------------------

    def is_code(self, given: str, handler: web.RequestHandler) -> bool:
        """Return whether the access code is right, in a time that does not tell how nearly.

        Raises
        ------
        MustWait
            When so many wrong ones have come that none is looked at for a while.
        """
        right = bool(self.token) and hmac.compare_digest(
            given.strip().encode(), str(self.token).encode()
        )
        self._count(handler, "", right)
        return right

    async def try_password(
        self, handler: web.RequestHandler, name: str, password: str
    ) -> tuple[Account | None, bool]:
        """Return whose name and password they are, and whether it is the code to begin with.

        Whatever is wrong, the same work is done and the same is answered. Where a code from the
        telephone is asked for too, the right password alone makes no wrong tries forgotten.

        Raises
        ------
        MustWait
            When so many wrong ones have come, from there or for that name, that none is looked at.
        """
        async with self._one_by_one:  # or a crowd of tries were all the first
            self._require_patience(handler, name)
            proof = await self.book.ask(lambda session: users.proof(session, name))
            right = await asyncio.to_thread(proof.password_fits, password)
            begins = proof.start_code_fits(password)
            account = None
            if right or begins:
                account = await self.book.ask(lambda session: users.account(session, name))
            if account is None or not account.has_telephone:
                self._count(handler, name, account is not None)
        if right:
            await self._renew_hash(name, password, proof)
        return account, begins and account is not None

    async def try_telephone(
        self, handler: web.RequestHandler, name: str, written: str
    ) -> Account | None:
        """Return whose code from the telephone or from paper it is; it is worth nothing then.

        Raises
        ------
        MustWait
            As for a password, and up to an hour after many wrong codes.
        """
        async with self._one_by_one:
            self._require_patience(handler, name)
            if wait := self._by_telephone.wait(name):
                raise MustWait(wait)
            right = await self.book.change(
                name, lambda session: users.accept_code(session, name, written, time.time())
            )
            (self._by_telephone.right if right else self._by_telephone.wrong)(name)
            self._count(handler, name, right)
        return (await self.book.standing()).accounts[name] if right else None

    async def _renew_hash(self, name: str, password: str, proof: Proof) -> None:
        if proof.is_outdated:
            hashed = await asyncio.to_thread(users.hashed_password, password)
            kept = users.written_name(name)
            await self.book.change(kept, lambda session: users.rehash(session, kept, hashed))

    async def set_password(self, account: Account, password: str) -> Account:
        """Keep a new password, which `check_password` has found good, and return the user then."""
        hashed = await asyncio.to_thread(users.hashed_password, password)
        name = account.name
        await self.book.change(name, lambda session: users.set_password(session, name, hashed))
        return (await self.book.standing()).accounts[name]

    async def begin_telephone(
        self, account: Account, telephone: Telephone, step: int
    ) -> tuple[str, list[str]]:
        """Ask for codes from a telephone from now on; see `users.begin_telephone`."""
        name = account.name
        return await self.book.change(
            name, lambda session: users.begin_telephone(session, name, telephone, step)
        )

    async def forget_telephone(self, account: Account) -> str:
        """Ask for no code any more, and return the user's new stamp."""
        name = account.name
        return await self.book.change(name, lambda session: users.forget_telephone(session, name))

    def _require_patience(self, handler: web.RequestHandler, name: str) -> None:
        waits = [self._by_address.wait(handler.request.remote_ip or "")]
        if name:
            waits.append(self._by_name.wait(users.written_name(name)))
        if max(waits):
            raise MustWait(max(waits))

    def _count(self, handler: web.RequestHandler, name: str, is_right: bool) -> None:
        self._require_patience(handler, name)
        counted = [(self._by_address, handler.request.remote_ip or "")]
        if name:
            counted.append((self._by_name, users.written_name(name)))
        for patience, key in counted:
            if is_right:
                patience.right(key)
            else:
                patience.wrong(key)
                if patience.wait(key):
                    self.log.warning("Many wrong tries to log in have come; the next has to wait")

    # -- logins ----------------------------------------------------------------------------------

    def let_in(self, handler: web.RequestHandler, account: Account | None = None) -> None:
        """Begin a login, in place of an earlier one of the same browser, and send its cookie."""
        earlier = self._login(handler)
        if earlier is not None:
            self.logins.end(earlier.id)
        visitor = account.visitor if account else owner()
        user, stamp = (account.name, account.stamp) if account else ("", "")
        number = self.logins.begin(user, stamp, self.hub_session(handler))
        super().set_login_cookie(handler, Person(visitor, account, number))

    def log_out(self, handler: web.RequestHandler) -> None:
        """End the login: its cookie is worth nothing any more, and its open pages are cut off."""
        self.clear_login_cookie(handler)
        login = self._login(handler)
        if login is None:
            return
        self.end(login)
        for line, person in list(self._lines.items()):
            if person.login == login.id:
                # What a page being left still sends, a draft above all, comes through.
                del self._lines[line]
                IOLoop.current().call_later(_LAST_WORDS_SECONDS, line.close, LOGIN_IS_OVER)

    def end(self, login: Login) -> None:
        """Let a login hold no more."""
        self.logins.end(login.id)

    def set_login_cookie(self, handler: web.RequestHandler, user: User) -> None:
        """Set none: Jupyter would, whenever a header has the code."""

    def clear_login_cookie(self, handler: web.RequestHandler) -> None:
        """Take the cookie away, by the attributes it was set with."""
        handler.clear_cookie(
            self.get_cookie_name(handler), path=handler.settings["base_url"], **_COOKIE
        )

    def user_to_cookie(self, user: User) -> str:
        """Return the number of the login that `let_in` has begun."""
        return cast(Person, user).login

    def hub_session(self, handler: web.RequestHandler) -> str:
        """Return what tells the browser's login at JupyterHub from others; nothing without one."""
        return ""

    def note(self, line: WebSocketHandler) -> None:
        """Remember that something was asked over a line."""
        person = self._lines.get(line)
        login = self.logins.known(person.login) if person else None
        if login is not None:
            self.logins.note(login)

    def _login(self, handler: web.RequestHandler) -> Login | None:
        name = self.get_cookie_name(handler)
        sent = handler.get_secure_cookie(name, **self.get_secure_cookie_kwargs)
        login = self.logins.under((sent or b"").decode("ascii", "replace"))
        if login is not None and login.hub_session != self.hub_session(handler):
            return None  # who logged out at the hub has logged out here
        return login

    # -- open pages ------------------------------------------------------------------------------

    def _watch(self) -> None:
        if self._watching is None:
            self._watching = PeriodicCallback(self._look, 1000 * WATCH_SECONDS)
            self._watching.start()

    async def _look(self) -> None:
        """Cut off the pages whose login holds no more, and warn those that are left idle."""
        if not self._lines:
            return
        try:
            standing = await self.book.standing()
        except PeerbookError:
            return  # it cannot be told; nothing can be read or saved meanwhile either
        for line, person in list(self._lines.items()):
            login = self.logins.known(person.login)
            if person.login == _BY_CODE:
                holds = not standing.have_begun
            else:
                holds = login is not None and self._holds(login, standing)
            if not holds:
                self._lines.pop(line, None)
                line.close(LOGIN_IS_OVER)
            elif login is not None and login.user:
                self._warn(line, self._seconds_left(login, standing))

    def _warn(self, line: WebSocketHandler, seconds: float) -> None:
        warn = getattr(line, "tell_idle", None)
        if warn is None:
            return
        is_close = seconds < WARNING_SECONDS
        if is_close != (line in self._warned):
            (self._warned.add if is_close else self._warned.discard)(line)
            warn(is_close)


class ByRole(Authorizer):
    """What somebody may do: pages go by role, and a kernel belongs to the login it was made for."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Return whether it is allowed.

        Parameters
        ----------
        handler
            Of the request; it knows the `kernel_id` where one is asked for.
        user, action
            Who wants to do what.
        resource
            `kernels`, or the name of a page after `page:`.
        """
        if not isinstance(user, Person):
            return False
        if resource == "kernels":
            return bool(handler.kernel_manager.belongs_to(handler.kernel_id, user.login))
        kind, _colon, name = resource.partition(":")
        return kind == "page" and may_open(name, user.visitor.role)


def login_settings() -> Config:
    """Return how long a login lasts, and that no other site can use it."""
    config = Config()
    config.Entrance.cookie_options = {**_COOKIE, "expires_days": None, "max_age": LOGIN_SECONDS}
    config.Entrance.get_secure_cookie_kwargs = {"max_age_days": LOGIN_SECONDS / 86400}
    return config
