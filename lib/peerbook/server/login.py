"""Who may come in: one access code per data folder, exchanged for a cookie.

The browser that peerbook opens itself never sees the code: it comes with a ticket that works once
and for a few minutes, so nothing that opens the door stays in an address, a history or a log.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import threading
import time
import webbrowser
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider, User
from tornado import web
from traitlets.config import Config

from peerbook.server.answers import Answer, speaking
from peerbook.text import _

TICKET_SECONDS = 600
LOGIN_DAYS = 0.5
_FAILED_LOGIN_PAUSE_SECONDS = 1.0


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


class OneCode(IdentityProvider):
    """Lets in whoever knows the access code, by header or by the login page; never by address."""

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
        return self.user() if given and self.is_right(given) else None

    def is_right(self, given: str) -> bool:
        """Return whether the code is right, in a time that does not tell how nearly."""
        return bool(self.token) and hmac.compare_digest(
            given.strip().encode(), str(self.token).encode()
        )

    def user(self) -> User:
        """Return the one user there is."""
        return User("local", "peerbook", "peerbook", "P")

    def generate_anonymous_user(self, handler: web.RequestHandler) -> User:
        """Return the one user there is."""
        return self.user()


def login_settings() -> Config:
    """Return how long a login lasts, and that no other site can use it."""
    config = Config()
    config.OneCode.cookie_options = {
        "samesite": "Strict",
        "httponly": True,
        "expires_days": None,
        "max_age": int(LOGIN_DAYS * 86400),
    }
    config.OneCode.get_secure_cookie_kwargs = {"max_age_days": LOGIN_DAYS}
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
        provider.set_login_cookie(self, provider.user())
        self.set_header("Cache-Control", "no-store")

    @allow_unauthenticated
    def get(self) -> None:
        """Show the form, or let in whoever brings a good ticket."""
        ticket = self.get_query_argument("ticket", "")
        if ticket and self.settings["peerbook_tickets"].redeem(ticket):
            self._let_in()
            self.redirect(self.base_url)
        elif self.current_user:
            self.redirect(self._onward())
        else:
            with speaking(self.language):
                used = _("The login link has been used or is too old. Write the code instead.")
            self._form(note=used if ticket else "")

    @allow_unauthenticated
    async def post(self) -> None:
        """Let in whoever writes the right code."""
        provider: Any = self.identity_provider
        if provider.is_right(self.get_body_argument("code", "")):
            self._let_in()
            self.redirect(self._onward())
            return
        await asyncio.sleep(_FAILED_LOGIN_PAUSE_SECONDS)
        self.set_status(403)
        with speaking(self.language):
            wrong = _("That is not the access code. Look in the window where peerbook was started.")
        self._form(error=wrong)


class LogoutHandler(Answer):
    """Takes the login cookie away."""

    @allow_unauthenticated
    def get(self) -> None:
        """Log out, and say so."""
        self.identity_provider.clear_login_cookie(self)
        self.set_header("Cache-Control", "no-store")
        with speaking(self.language):
            self.finish(
                self.message_page(
                    _("You are logged out"),
                    [_("You can close the window now.")],
                    {_("Log in again"): f"{self.base_url}login"},
                )
            )
