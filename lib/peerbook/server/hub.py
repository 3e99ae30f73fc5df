"""Behind JupyterHub: the hub says who visits, and the store what they may do.

The hub starts one server for each of its users, where it chooses, and logs people in. A browser
that comes to the server without a login of ours is sent to the hub and back (OAuth), once; from
then on the login is ours, with its time-outs, roles and kernels as without a hub. It hangs on the
browser's login at the hub: where that one ends, ours does.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import traitlets
from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web
from tornado.httputil import url_concat

from peerbook.paths import data_folder
from peerbook.seat import BEHIND_HUB_VARIABLE
from peerbook.server import discretion
from peerbook.server.answers import Answer, speaking
from peerbook.server.app import App, ServerFault, run
from peerbook.server.entrance import Entrance
from peerbook.server.login import LogoutHandler, onward
from peerbook.server.logins import Login
from peerbook.store.store import URL_VARIABLE
from peerbook.store.users import written_name
from peerbook.text import _

try:
    from jupyterhub.services.auth import HubOAuth
except ModuleNotFoundError as missing:
    raise ServerFault(
        _("JupyterHub is not installed here. Install it with: pip install 'peerbook[hub]'")
    ) from missing


@dataclass(frozen=True)
class Place:
    """Where the hub wants this server, and for whom.

    Parameters
    ----------
    ip, port
        Where to listen.
    base_url
        What every address of the server begins with.
    user
        The one hub user who is let in.
    is_https
        Whether browsers come by https, as far as the hub was told.
    name
        What browsers call the hub; empty when it was not told.
    oauth
        The hub's client for logging in.
    """

    ip: str
    port: int
    base_url: str
    user: str
    is_https: bool
    name: str
    oauth: HubOAuth

    @classmethod
    def from_environment(cls) -> Place:
        """Return what the hub has set, and take its token away before any other process starts.

        Raises
        ------
        ServerFault
            When the hub did not start this.
        """
        token = os.environ.pop("JUPYTERHUB_API_TOKEN", "")
        where = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", ""))
        public = urlsplit(os.environ.get("JUPYTERHUB_PUBLIC_URL", ""))
        user = os.environ.get("JUPYTERHUB_USER", "")
        if not (token and where.port and user):
            raise ServerFault(_("Only JupyterHub starts this: it says where, and for whom."))
        return cls(
            ip=where.hostname or "127.0.0.1",
            port=where.port,
            base_url=os.environ["JUPYTERHUB_SERVICE_PREFIX"],
            user=user,
            is_https=public.scheme == "https",
            name=public.hostname or "",
            oauth=HubOAuth(api_token=token),
        )

    def at_the_hub(self, path: str) -> str:
        """Return the address of one of the hub's pages."""
        return f"{self.oauth.hub_host}{self.oauth.hub_prefix}{path}"


class HubEntrance(Entrance):
    """Lets in whom the hub has let in: there is neither access code nor password here."""

    has_passwords = False

    @traitlets.default("secure_cookie")
    def _as_the_browser_comes(self) -> bool:
        place: Place = self.parent.place
        return place.is_https

    def logins_folder(self) -> Path:
        """Return where they lie of this server: it knows no login at another user's."""
        place: Place = self.parent.place
        return data_folder() / "hub-logins" / place.user

    def get_token(self, handler: web.RequestHandler) -> str | None:
        """Return none: no code opens."""
        return None

    def hub_session(self, handler: web.RequestHandler) -> str:
        """Return a hash of what tells the browser's login at the hub from others."""
        sent = self.parent.place.oauth.get_session_id(handler)
        return hashlib.sha256(sent.encode()).hexdigest() if sent else ""

    def end(self, login: Login) -> None:
        """Let a login hold no more, nor be renewed: it stays, under a stamp that nobody has."""
        self.logins.carry_over(login, "")

    async def has_run_out(self, handler: web.RequestHandler) -> bool:
        """Return whether logins of ours under the browser's login at the hub hold no more.

        The hub's lasts, whatever becomes of ours; it must not open what time or a hand has shut.
        """
        session = self.hub_session(handler)
        standing = await self.book.standing()
        mine = [login for login in self.logins.all() if login.hub_session == session]
        return bool(mine) and not any(self._holds(login, standing) for login in mine)


class _Door(Answer):
    """What the doors share."""

    @property
    def entrance(self) -> HubEntrance:
        """Who knows whom to let in."""
        provider: HubEntrance = self.identity_provider
        return provider

    @property
    def place(self) -> Place:
        """Where we are, and for whom."""
        place: Place = self.entrance.parent.place
        return place

    def go_on(self, address: str) -> None:
        """Go on from a page of our own.

        A browser that another site sent here, the hub's own login perhaps, keeps our cookies back
        as long as it is merely redirected.
        """
        self.set_header("Cache-Control", "no-store")
        self.set_header("Refresh", f"0; url={address}")
        with speaking(self.language):
            self.finish(self.message_page(_("One moment"), [], {_("Go on"): address}))

    def refuse(self, title: str, text: str, link: dict[str, str]) -> None:
        """Say why nobody is let in."""
        self.set_status(403)
        self.set_header("Cache-Control", "no-store")
        self.finish(self.message_page(title, [text], link))


class ToHub(_Door):
    """Sends whoever is not logged in to the hub, with the way back."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Redirect to the hub's login, or onward when there is nothing to log in for."""
        wanted = onward(self.get_query_argument("next", ""), self.base_url)
        if self.current_user:
            self.redirect(wanted)
            return
        if await self.entrance.has_run_out(self):
            self.redirect(self.place.at_the_hub("logout"))
            return
        oauth = self.place.oauth
        verifier, challenge, method = oauth.generate_pkce_code_challenge()
        state = oauth.set_state_cookie(self, wanted, code_verifier=verifier)
        asked = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        self.set_header("Cache-Control", "no-store")
        self.redirect(url_concat(oauth.login_url, asked))


class FromHub(_Door):
    """Lets in whom the hub sends back with a code, when it is the one we are for."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Exchange the code for the visitor's name, and begin a login."""
        oauth, state = self.place.oauth, self.get_query_argument("state", "")
        sent = self.get_secure_cookie(oauth.get_state_cookie_name(state)) or b""
        verifier, wanted = oauth.get_code_verifier(state), oauth.get_next_url(state)
        oauth.clear_oauth_state(state)
        oauth.clear_oauth_state_cookies(self)
        code = self.get_query_argument("code", "")
        if not (code and verifier and hmac.compare_digest(sent, state.encode())):
            with speaking(self.language):
                self.refuse(
                    _("That took too long"),
                    _(
                        "The way from the login to here is open once, for ten minutes. "
                        "Log in again."
                    ),
                    {_("Log in again"): self.base_url},
                )
            return
        token = await oauth.token_for_code(code, code_verifier=verifier, sync=False)
        visitor = await oauth.user_for_token(token, use_cache=False, sync=False)
        await self._let_in(visitor or {}, wanted)

    async def _let_in(self, visitor: dict[str, Any], wanted: str) -> None:
        oauth, name = self.place.oauth, visitor.get("name", "")
        is_ours = visitor.get("kind") == "user" and name == self.place.user
        if not is_ours or not oauth.check_scopes(oauth.access_scopes, visitor):
            with speaking(self.language):
                self.refuse(
                    _("This is somebody else's place"),
                    _("Each user has a place of their own."),
                    {_("Go to your own"): self.place.at_the_hub("")},
                )
            return
        standing = await self.entrance.book.standing()
        account = standing.accounts.get(written_name(name))
        if account is None or not account.is_active:
            with speaking(self.language):
                self.refuse(
                    _("You have no access yet"),
                    _(
                        "Ask a leader to let in the login name “{name}” on the page Users and "
                        "access. Then come back."
                    ).format(name=name),
                    {_("Log out"): self.place.at_the_hub("logout")},
                )
            return
        self.entrance.let_in(self, account)
        self.go_on(wanted)


class HubLogout(_Door, LogoutHandler):
    """Ends the login here, then the one at the hub."""

    @allow_unauthenticated
    def get(self) -> None:
        """Ask whether to log out; whoever is not logged in here is logged out of the hub."""
        if self.current_user:
            super().get()
        else:
            self.redirect(self.place.at_the_hub("logout"))

    @allow_unauthenticated
    def post(self) -> None:
        """Log out."""
        self.entrance.log_out(self)
        self.go_on(self.place.at_the_hub("logout"))


class HubApp(App):
    """The app as the hub starts it."""

    place = traitlets.Instance(Place)

    def init_settings(self) -> dict[str, Any]:
        """Return the app's settings."""
        settings = super().init_settings()
        if self.place.is_https:
            settings["xsrf_cookie_kwargs"]["secure"] = True
        return settings

    def doors(self) -> list[Any]:
        """Return the addresses by which one comes in and goes out."""
        base = self.base_url
        return [
            (base + "login", ToHub),
            (base + "oauth_callback", FromHub),
            (base + "logout", HubLogout),
        ]

    def greet(self, *, has_users: bool) -> None:
        """Say nothing: the hub has told people where to go."""


def serve_behind_hub(store_url: str | None) -> None:
    """Serve the workbooks to one user of a JupyterHub, which starts this, until it ends it.

    Parameters
    ----------
    store_url
        Database address; None where nobody gave one.

    Raises
    ------
    ServerFault
        When the hub did not start this, or every user would have a store of their own.
    """
    discretion.install()
    place = Place.from_environment()
    if not store_url:
        raise ServerFault(
            _("All users of a hub share one store: give its address in {variable}.").format(
                variable=URL_VARIABLE
            )
        )
    os.environ[BEHIND_HUB_VARIABLE] = "1"
    run(
        HubApp,
        workbooks=None,
        store_url=store_url,
        place=place,
        ip=place.ip,
        port=place.port,
        base_url=place.base_url,
        names=frozenset({place.name}) if place.name else None,
        open_browser=False,
        token=secrets.token_urlsafe(32),  # nobody learns it
        identity_provider_class=HubEntrance,
    )
