"""The pages by which one comes in and goes out: a ticket, a code, or name and password.

The browser that peerbook opens itself never sees the access code: it comes with a ticket that works
once and for a few minutes, so nothing that opens the door stays in an address, a history or a log.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import webbrowser

from jupyter_server.auth.decorator import allow_unauthenticated

from peerbook.errors import InputFault
from peerbook.server.answers import Answer, speaking
from peerbook.server.entrance import Entrance, MustWait
from peerbook.server.tickets import Tickets
from peerbook.store.users import SHORTEST_PASSWORD, Account, check_password
from peerbook.text import _, format_time, ngettext


def onward(wanted: str, otherwise: str) -> str:
    """Return the address that was asked for if it is one of our host's, and the other if not."""
    is_ours = re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", wanted) and "\\" not in wanted
    return wanted if is_ours else otherwise


def announce(
    address: str, code: str, tickets: Tickets[bool], *, has_users: bool, open_browser: bool
) -> None:
    """Say where the server is and how to come in; before there are users, open it let in."""
    print(_("peerbook runs at {address}").format(address=address))
    link = address
    if has_users:
        print(_("Log in there with your name and password."))
    else:
        entrance = f"{address}login?ticket="
        print(
            _("Open it with this link (it works once): {link}").format(
                link=entrance + tickets.issue(True)
            )
        )
        print(_("Access code, should you be asked for it: {code}").format(code=code))
        link = entrance + tickets.issue(True)
    print(_("Stop with Ctrl-C."), flush=True)
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


class LoginHandler(Answer):
    """Exchanges a ticket, the access code, or a user's name and password for the login cookie."""

    @property
    def entrance(self) -> Entrance:
        """Who knows whom to let in."""
        provider: Entrance = self.identity_provider
        return provider

    def _onward(self) -> str:
        """Return where to go after login: an address of our own, whatever was asked for."""
        return onward(self.get_argument("next", ""), self.base_url)

    def _show(self, template: str, title: str, **values: object) -> None:
        self.keep_language()
        html = self.page(
            template, title=title, next=self._onward(), xsrf=self.xsrf_token.decode(), **values
        )
        self.set_header("Cache-Control", "no-store")
        self.finish(html)

    async def _form(self, error: str = "", note: str = "", name: str = "") -> None:
        standing = await self.entrance.book.standing()
        with speaking(self.language):
            words = {
                "name": _("Login name"),
                "password": _("Password"),
                "start": _("Is it your first time? Write your start code as password."),
                "code": _("Access code"),
                "or_code": _("Or the access code, until somebody has begun"),
                "where": _(
                    "The access code stands in the window where peerbook was started. "
                    "It has five groups of letters and digits."
                ),
                "button": _("Log in"),
            }
            self._show(
                "login.html", _("Log in"), by_name=bool(standing.accounts),
                by_code=not standing.have_begun, name=name, words=words, error=error, note=note,
            )  # fmt: skip

    def _ask_for_code(self, ticket: str, error: str = "") -> None:
        """Ask for a code from the telephone, of somebody whose password is right."""
        with speaking(self.language):
            words = code_words() | {
                "help": _("The app on your telephone shows six digits, new every half minute."),
                "lost": _(
                    "Have you lost the telephone? Write one of your codes from paper instead, or "
                    "ask your leader."
                ),
                "button": _("Log in"),
                "back": _("Begin again"),
            }
            self._show(
                "code.html", _("Code from your telephone"), ticket=ticket, words=words, error=error
            )

    def _choose(self, account: Account, start: str, error: str = "") -> None:
        """Ask a new user for a password; the start code is good until one is chosen."""
        with speaking(self.language):
            words = code_words() | {
                "help": password_help(),
                "new": _("New password"),
                "again": _("The same once more"),
                "button": _("Save and log in"),
            }
            self._show(
                "choose.html", _("Choose your password"), name=account.name, start=start,
                words=words, error=error, asks_code=account.has_telephone,
            )  # fmt: skip

    def _let_in(self, account: Account | None = None) -> None:
        self.entrance.let_in(self, account)
        self.set_header("Cache-Control", "no-store")

    @allow_unauthenticated
    async def get(self) -> None:
        """Show the form, or let in whoever brings a good ticket, or the code in a header."""
        ticket = self.get_query_argument("ticket", "")
        has_users = bool(ticket) and (await self.entrance.book.standing()).have_begun
        if ticket and not has_users and self.settings["peerbook_tickets"].redeem(ticket):
            self._let_in()
            self.redirect(self.base_url)
        elif self.current_user:
            if self.token_authenticated:
                self._let_in()
            self.redirect(self._onward())
        else:
            with speaking(self.language):
                used = _("The login link has been used or is too old. Write the code instead.")
            await self._form(note=used if ticket and not has_users else "")

    @allow_unauthenticated
    async def post(self) -> None:
        """Let in whoever writes what is right."""
        name = self.get_body_argument("name", "")[:100]
        ticket = self.get_body_argument("ticket", "")
        try:
            if ticket:
                error = await self._by_telephone(ticket)
            elif (await self.entrance.book.standing()).have_begun or name:
                error = await self._by_password(name)
            else:
                error = self._by_code()
        except MustWait as wait:
            self.set_status(429)
            self.set_header("Retry-After", str(wait.seconds))
            with speaking(self.language):
                error = wait_text(wait.seconds)
        if error:
            await self._form(error, name=name)

    def _by_code(self) -> str:
        if self.entrance.is_code(self.get_body_argument("code", ""), self):
            self._let_in()
            self.redirect(self._onward())
            return ""
        self.set_status(403)
        with speaking(self.language):
            return _("That is not the access code. Look in the window where peerbook was started.")

    async def _by_password(self, name: str) -> str:
        written = self.get_body_argument("password", "", strip=False)
        account, begins = await self.entrance.try_password(self, name, written)
        refused = self.entrance.roles and account and account.role not in self.entrance.roles
        if account is None or refused:
            self.set_status(403)
            with speaking(self.language):
                if refused:
                    return _("JupyterLab is for leaders and analysts. Use the pages instead.")
                return _(
                    "Name and password do not fit together. Try again. If you have forgotten "
                    "the password, ask your leader for a start code."
                )
        if begins:
            await self._begin(account, written)
        elif account.has_telephone:
            self._ask_for_code(self.entrance.halfway.issue(account))
        else:
            self._let_in(account)
            self.redirect(self._onward())
        return ""

    async def _by_telephone(self, ticket: str) -> str:
        """Let in whoever wrote the right password a moment ago, and now brings a code."""
        known = self.entrance.halfway.held(ticket)
        now = known and (await self.entrance.book.standing()).accounts.get(known.name)
        if not known or not now or not now.is_active or now.stamp != known.stamp:
            self.set_status(403)
            with speaking(self.language):
                return _("It took too long. Write name and password again.")
        try:
            account = await self._try_telephone(known)
        except MustWait as wait:
            self.set_status(429)
            self.set_header("Retry-After", str(wait.seconds))
            with speaking(self.language):
                self._ask_for_code(ticket, wait_text(wait.seconds))
            return ""
        except InputFault as fault:
            self.set_status(403)
            self._ask_for_code(ticket, str(fault))
            return ""
        self.entrance.halfway.redeem(ticket)
        self._let_in(account)
        self.redirect(self._onward())
        return ""

    async def _try_telephone(self, account: Account) -> Account:
        """Return the user whose code was written; refuse it when it does not fit."""
        written = self.get_body_argument("telephone", "")[:100]
        found = await self.entrance.try_telephone(self, account.name, written)
        if found is None:
            with speaking(self.language):
                message = _(
                    "The code does not fit, or has been used. Wait for the next one. Is the clock "
                    "of your telephone right? Here it is {time}."
                ).format(time=format_time(dt.datetime.now(dt.UTC)))
            raise InputFault.at("telephone", message)
        return found

    async def _begin(self, account: Account, start: str) -> None:
        """Let a new user choose a password; with it, the start code is worth nothing any more."""
        new = self.get_body_argument("new", "", strip=False)
        error = ""
        if new and new != self.get_body_argument("again", "", strip=False):
            with speaking(self.language):
                error = _("The two are not the same. Write the password twice.")
        elif new:
            try:
                with speaking(self.language):
                    check_password(new, account)
                if account.has_telephone:
                    await self._try_telephone(account)
            except InputFault as fault:
                error = str(fault)
            else:
                self._let_in(await self.entrance.set_password(account, new))
                self.redirect(self._onward())
                return
        if error:
            self.set_status(400)
        self._choose(account, start, error)


def password_help() -> str:
    """Return what a good password is."""
    return _(
        "At least {n} characters. Three or four words that nobody connects with you are good, "
        "and easy to remember."
    ).format(n=SHORTEST_PASSWORD)


def code_words() -> dict[str, str]:
    """Return what a field for a code from the telephone says."""
    return {
        "telephone": _("Code from your telephone"),
        "telephone_help": _("Six digits from the app, or one of your codes from paper."),
    }


def wait_text(seconds: int) -> str:
    """Return how long to wait, in the unit a person would say it in."""
    if seconds < 60:
        n = seconds
        text = ngettext(
            "Several wrong tries have come. Wait {n} second, then try again.",
            "Several wrong tries have come. Wait {n} seconds, then try again.",
            n,
        )
    else:
        n = -(-seconds // 60)
        text = ngettext(
            "Several wrong tries have come. Wait {n} minute, then try again.",
            "Several wrong tries have come. Wait {n} minutes, then try again.",
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
                    help=_("Whoever uses this computer next then has to log in."),
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
        provider: Entrance = self.identity_provider
        provider.log_out(self)
        self.redirect(f"{self.base_url}logout", status=303)
