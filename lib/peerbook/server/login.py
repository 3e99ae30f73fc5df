"""Who may come in: one access code per data folder, exchanged for a login and its cookie.

The browser that peerbook opens itself never sees the code: it comes with a ticket that works once
and for a few minutes, so nothing that opens the door stays in an address, a history or a log.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
import weakref
import webbrowser
from collections.abc import Awaitable
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider, User
from tornado import web
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketHandler
from traitlets.config import Config

from peerbook.paths import data_folder
from peerbook.server.answers import Answer, speaking
from peerbook.server.logins import Logins, Patience
from peerbook.text import _, ngettext

TICKET_SECONDS = 600
LOGIN_SECONDS = 12 * 3600
_LAST_WORDS_SECONDS = 2.0
_COOKIE = {"samesite": "Strict", "httponly": True}


class Tickets:
    """Login tickets: each is good once, for ten minutes; only their hashes are kept."""

    def __init__(self) -> None:
        self._expiry_by_hash: dict[str, float] = {}

    def issue(self) -> str:
        """Return a new ticket."""
        now = time.monotonic()
        self._expiry_by_hash = {h: t for h, t in self._expiry_by_hash.items() if t > now}
        ticket = secrets.token_urlsafe(32)
        self._expiry_by_hash[self._hash(ticket)] = now + TICKET_SECONDS
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Return whether the ticket is good, and make it worthless."""
        return self._expiry_by_hash.pop(self._hash(ticket), 0.0) > time.monotonic()

    @staticmethod
    def _hash(ticket: str) -> str:
        return hashlib.sha256(ticket.encode()).hexdigest()


class MustWait(Exception):
    """Too many wrong codes have come; says for how many seconds none is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class OneCode(IdentityProvider):
    """Lets in whoever knows the access code, by header or by the login page; never by address.

    The cookie holds the number of a login. A script that sends the code each time needs none.
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._logins = Logins(data_folder() / "logins", LOGIN_SECONDS)
        self._patience = Patience()
        self._lines: weakref.WeakKeyDictionary[WebSocketHandler, str] = weakref.WeakKeyDictionary()

    @property
    def auth_enabled(self) -> bool:
        """Always: the server does not start without a code."""
        return True

    def get_token(self, handler: web.RequestHandler) -> str | None:
        """Return the code a script sent in its Authorization header."""
        found = self.auth_header_pat.match(handler.request.headers.get("Authorization", ""))
        return found[2] if found else None

    async def get_user_token(self, handler: web.RequestHandler) -> User | None:
        """Return the user when the header's code is right."""
        given = self.get_token(handler)
        try:
            return self.user() if given and self.is_right(given, handler) else None
        except MustWait:
            return None

    def is_right(self, given: str, handler: web.RequestHandler) -> bool:
        """Return whether the code is right, in a time that does not tell how nearly.

        Raises
        ------
        MustWait
            When so many wrong ones have come that none is looked at for a while.
        """
        address = handler.request.remote_ip or ""
        seconds = self._patience.wait(address)
        if seconds:
            raise MustWait(seconds)
        right = bool(self.token) and hmac.compare_digest(
            given.strip().encode(), str(self.token).encode()
        )
        if right:
            self._patience.right(address)
        else:
            self._patience.wrong(address)
            if self._patience.wait(address):
                self.log.warning("Many wrong access codes have come; the next one has to wait")
        return right

    async def get_user(self, handler: web.RequestHandler) -> User | None:
        """Return who asks; a line is remembered with the login it is opened under."""
        found: Awaitable[User | None] | User | None = super().get_user(handler)
        user = await found if isinstance(found, Awaitable) else found
        if user is not None and isinstance(handler, WebSocketHandler):
            self._lines[handler] = self._login(handler)
        return user

    def user(self) -> User:
        """Return the one user there is."""
        return User("local", "peerbook", "peerbook", "P")

    def generate_anonymous_user(self, handler: web.RequestHandler) -> User:
        """Return the one user there is."""
        return self.user()

    # -- logins ----------------------------------------------------------------------------------

    def let_in(self, handler: web.RequestHandler) -> None:
        """Begin a login, in place of an earlier one of the same browser, and send its cookie."""
        self._end(self._login(handler))
        super().set_login_cookie(handler, self.user())

    def log_out(self, handler: web.RequestHandler) -> None:
        """End the login: its cookie is worth nothing any more, and its open pages are cut off."""
        self.clear_login_cookie(handler)
        number = self._login(handler)
        self._end(number)
        for line, login in list(self._lines.items()):
            if login and login == number:
                # What a page being left still sends, a draft above all, comes through.
                IOLoop.current().call_later(_LAST_WORDS_SECONDS, line.close)

    def set_login_cookie(self, handler: web.RequestHandler, user: User) -> None:
        """Set none: Jupyter would, whenever a header has the code."""

    def clear_login_cookie(self, handler: web.RequestHandler) -> None:
        """Take the cookie away, by the attributes it was set with."""
        handler.clear_cookie(
            self.get_cookie_name(handler), path=handler.settings["base_url"], **_COOKIE
        )

    def user_to_cookie(self, user: User) -> str:
        """Begin a login of this user, and return its number."""
        return self._logins.begin(user.username)

    def user_from_cookie(self, cookie_value: str) -> User | None:
        """Return who logged in under the cookie's number, as long as that login holds."""
        name = self._logins.user(cookie_value)
        return User(name, "peerbook", "peerbook", "P") if name else None

    def _login(self, handler: web.RequestHandler) -> str:
        name = self.get_cookie_name(handler)
        return (handler.get_secure_cookie(name, **self.get_secure_cookie_kwargs) or b"").decode()

    def _end(self, number: str) -> None:
        if number:
            self._logins.end(number)


def login_settings() -> Config:
    """Return how long a login lasts, and that no other site can use it."""
    config = Config()
    config.OneCode.cookie_options = {**_COOKIE, "expires_days": None, "max_age": LOGIN_SECONDS}
    config.OneCode.get_secure_cookie_kwargs = {"max_age_days": LOGIN_SECONDS / 86400}
    return config


def announce(address: str, code: str, tickets: Tickets, *, open_browser: bool) -> None:
    """Say where the server is and how to come in, and open the browser already let in."""
    entrance = f"{address}login?ticket="
    print(_("peerbook runs at {address}").format(address=address))
    print(
        _("Open it with this link (it works once): {link}").format(link=entrance + tickets.issue())
    )
    print(_("Access code, should you be asked for it: {code}").format(code=code))
    print(_("Stop with Ctrl-C."), flush=True)
    if open_browser:
        link = entrance + tickets.issue()
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


class LoginHandler(Answer):
    """Exchanges a ticket or the access code for the login cookie."""

    def _onward(self) -> str:
        """Return where to go after login: an address of our own, whatever was asked for."""
        wanted = self.get_argument("next", "")
        ours = re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", wanted) and "\\" not in wanted
        return wanted if ours else self.base_url

    def _form(self, error: str = "", note: str = "") -> None:
        self.keep_language()
        with speaking(self.language):
            html = self.page(
                "login.html",
                title=_("Log in"),
                help=_(
                    "The access code stands in the window where peerbook was started. "
                    "It has five groups of letters and digits."
                ),
                label=_("Access code"),
                button=_("Log in"),
                error=error,
                note=note,
                next=self._onward(),
                xsrf=self.xsrf_token.decode(),
            )
        self.set_header("Cache-Control", "no-store")
        self.finish(html)

    def _let_in(self) -> None:
        provider: Any = self.identity_provider
        provider.let_in(self)
        self.set_header("Cache-Control", "no-store")

    @allow_unauthenticated
    def get(self) -> None:
        """Show the form, or let in whoever brings a good ticket, or the code in a header."""
        ticket = self.get_query_argument("ticket", "")
        if ticket and self.settings["peerbook_tickets"].redeem(ticket):
            self._let_in()
            self.redirect(self.base_url)
        elif self.current_user:
            if self.token_authenticated:
                self._let_in()
            self.redirect(self._onward())
        else:
            with speaking(self.language):
                used = _("The login link has been used or is too old. Write the code instead.")
            self._form(note=used if ticket else "")

    @allow_unauthenticated
    def post(self) -> None:
        """Let in whoever writes the right code."""
        provider: Any = self.identity_provider
        try:
            if provider.is_right(self.get_body_argument("code", ""), self):
                self._let_in()
                self.redirect(self._onward())
                return
        except MustWait as wait:
            self.set_status(429)
            self.set_header("Retry-After", str(wait.seconds))
            with speaking(self.language):
                error = _wait_text(wait.seconds)
        else:
            self.set_status(403)
            with speaking(self.language):
                error = _(
                    "That is not the access code. Look in the window where peerbook was started."
                )
        self._form(error=error)


def _wait_text(seconds: int) -> str:
    """Return how long to wait, in the unit a person would say it in."""
    if seconds < 60:
        n = seconds
        text = ngettext(
            "Several wrong codes have been written. Wait {n} second, then try again.",
            "Several wrong codes have been written. Wait {n} seconds, then try again.",
            n,
        )
    else:
        n = -(-seconds // 60)
        text = ngettext(
            "Several wrong codes have been written. Wait {n} minute, then try again.",
            "Several wrong codes have been written. Wait {n} minutes, then try again.",
            n,
        )
    return text.format(n=n)


class LogoutHandler(Answer):
    """Ends a login; asks first whoever only came to the address, JupyterLab's menu for one."""

    @allow_unauthenticated
    def get(self) -> None:
        """Ask whether to log out, or say that nobody is logged in."""
        self.set_header("Cache-Control", "no-store")
        with speaking(self.language):
            if self.current_user:
                html = self.page(
                    "logout.html",
                    title=_("Log out"),
                    help=_("Whoever uses this computer next then needs the access code."),
                    button=_("Log out"),
                    xsrf=self.xsrf_token.decode(),
                )
            else:
                html = self.message_page(
                    _("You are logged out"),
                    [_("You can close the window now.")],
                    {_("Log in again"): f"{self.base_url}login"},
                )
        self.finish(html)

    @allow_unauthenticated
    def post(self) -> None:
        """Log out, and go where it is said."""
        provider: Any = self.identity_provider
        provider.log_out(self)
        self.redirect(f"{self.base_url}logout", status=303)
