"""The page on which users see to their own login: password, and where they are logged in."""

from __future__ import annotations

import datetime as dt

from tornado import web

from peerbook.errors import InputFault, StoreUnavailable
from peerbook.server.answers import Answer, speaking
from peerbook.server.entrance import Entrance, MustWait, Person
from peerbook.server.login import password_help, wait_text
from peerbook.server.logins import Login
from peerbook.store.users import Account, check_password
from peerbook.text import _, format_date, format_time
from peerbook.text.formats import COPENHAGEN


class AccountHandler(Answer):
    """Shows a user's own login, and changes it; no kernel has a part in it."""

    @property
    def entrance(self) -> Entrance:
        """Who knows whom to let in."""
        provider: Entrance = self.identity_provider
        return provider

    def _account(self) -> Account:
        """Return whose login it is; who came with the access code has none to see to."""
        person = self.current_user
        if not isinstance(person, Person) or person.account is None:
            raise web.HTTPError(404)
        return person.account

    @web.authenticated
    def get(self) -> None:
        """Show it."""
        self._show(self._account())

    @web.authenticated
    async def post(self) -> None:
        """Change it, and show it anew."""
        account = self._account()
        wanted = self.get_body_argument("do", "")
        try:
            if wanted == "password":
                await self._change_password(account)
            elif wanted == "end":
                self._end_login(account)
            else:
                raise web.HTTPError(400)
        except InputFault as fault:
            self.set_status(400)
            self._show(account, wrong=wanted, error=str(fault))
        except MustWait as wait:
            self.set_status(429)
            with speaking(self.language):
                text = wait_text(wait.seconds)
            self._show(account, wrong=wanted, error=text)
        except StoreUnavailable:
            raise web.HTTPError(503) from None
        else:
            self.redirect(f"{self.base_url}account?done={wanted}", status=303)

    async def _change_password(self, account: Account) -> None:
        new = self.get_body_argument("new", "", strip=False)
        with speaking(self.language):
            if new != self.get_body_argument("again", "", strip=False):
                message = _("The two are not the same. Write the password twice.")
                raise InputFault.at("again", message)
            check_password(new, account)
        given = self.get_body_argument("current", "", strip=False)
        known, begins = await self.entrance.try_password(self, account.name, given)
        if known is None or begins:
            with speaking(self.language):
                message = _("That is not your password as it is now.")
            raise InputFault.at("current", message)
        changed = await self.entrance.set_password(known, new)
        here = self.entrance.logins.known(self.current_user.login)
        if here is not None:
            self.entrance.logins.carry_over(here, changed.stamp)

    def _end_login(self, account: Account) -> None:
        wanted = self.get_body_argument("login", "")
        for login in self._logins(account):
            if login.id == wanted:
                self.entrance.logins.end(login.id)

    def _logins(self, account: Account) -> list[Login]:
        """Return the user's logins that hold, the latest used first."""
        mine = [
            login
            for login in self.entrance.logins.all()
            if (login.user, login.stamp) == (account.name, account.stamp)
        ]
        return sorted(mine, key=lambda login: -login.seen_at)

    def _show(self, account: Account, *, wrong: str = "", error: str = "") -> None:
        self.keep_language()
        self.set_header("Cache-Control", "no-store")
        with speaking(self.language):
            done = {
                "password": _("Your password is changed. Elsewhere you are logged out."),
                "end": _("That login has ended."),
            }.get(self.get_query_argument("done", ""), "")
            logins = [
                {
                    "id": login.id,
                    "is_here": login.id == self.current_user.login,
                    "text": _("Since {begun}, last used {seen}").format(
                        begun=_moment(login.begun_at), seen=_moment(login.seen_at)
                    ),
                }
                for login in self._logins(account)
            ]
            html = self.page(
                "account.html",
                title=_("My login"),
                name=account.name,
                who=_("You are logged in as {name} ({login}).").format(
                    name=account.shown, login=account.name
                ),
                done="" if wrong else done,
                wrong=wrong,
                error=error,
                logins=logins,
                password_fields=[
                    ("current", _("Password as it is now"), "current-password"),
                    ("new", _("New password"), "new-password"),
                    ("again", _("The same once more"), "new-password"),
                ],
                xsrf=self.xsrf_token.decode(),
                words={
                    "back": _("To the front page"),
                    "password": _("Change password"),
                    "password_help": password_help(),
                    "save": _("Save the new password"),
                    "logins": _("Where you are logged in"),
                    "logins_help": _(
                        "A login ends by itself when it has not been used for a while. End one "
                        "yourself if you have left it open on another computer."
                    ),
                    "here": _("here"),
                    "end": _("End it"),
                },
            )
        self.finish(html)


def _moment(seconds: float) -> str:
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return _("{date} at {time}").format(
        date=format_date(at.astimezone(COPENHAGEN).date(), "long"), time=format_time(at)
    )
