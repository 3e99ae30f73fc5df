"""The page on which users see to their own login: password, telephone, where they are logged in."""

from __future__ import annotations

import datetime as dt
import time

from tornado import web

from peerbook.errors import InputFault
from peerbook.server.answers import Answer, speaking
from peerbook.server.entrance import Entrance, MustWait, Person
from peerbook.server.login import password_help, wait_text
from peerbook.server.logins import Login
from peerbook.store.telephone import Telephone
from peerbook.store.users import Account, check_password, paper_codes_left
from peerbook.text import _, format_date, format_time, ngettext
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
    async def get(self) -> None:
        """Show it."""
        await self._show(self._account())

    @web.authenticated
    async def post(self) -> None:
        """Change it, and show it anew."""
        account = self._account()
        wanted = self.get_body_argument("do", "")
        try:
            if wanted == "end":
                self._end_login(account)
            elif not self.entrance.has_passwords:
                raise web.HTTPError(400)  # all the rest is about passwords, and they are the hub's
            elif wanted == "password":
                await self._change_password(account)
            elif wanted == "offer":
                return await self._offer_telephone(account)
            elif wanted == "telephone":
                return await self._begin_telephone(account)
            elif wanted == "forget":
                await self._forget_telephone(account)
            else:
                raise web.HTTPError(400)
        except InputFault as fault:
            self.set_status(400)
            await self._show(account, wrong=wanted, error=str(fault))
        except MustWait as wait:
            self.set_status(429)
            with speaking(self.language):
                text = wait_text(wait.seconds)
            await self._show(account, wrong=wanted, error=text)
        else:
            self.redirect(f"{self.base_url}account?done={wanted}", status=303)
        return None

    async def _change_password(self, account: Account) -> None:
        new = self.get_body_argument("new", "", strip=False)
        with speaking(self.language):
            if new != self.get_body_argument("again", "", strip=False):
                message = _("The two are not the same. Write the password twice.")
                raise InputFault.at("again", message)
            check_password(new, account)
        known = await self._require_password(account)
        self._carry_over((await self.entrance.set_password(known, new)).stamp)

    async def _require_password(self, account: Account) -> Account:
        """Return the user, whose password was written once more: the screen may stand open."""
        given = self.get_body_argument("current", "", strip=False)
        known, begins = await self.entrance.try_password(self, account.name, given)
        if known is None or begins:
            with speaking(self.language):
                message = _("That is not your password as it is now.")
            raise InputFault.at("current", message)
        return known

    def _carry_over(self, stamp: str) -> None:
        """Let this login hold on when all others end."""
        here = self.entrance.logins.known(self.current_user.login)
        if here is not None:
            self.entrance.logins.carry_over(here, stamp)

    # -- telephone -------------------------------------------------------------------------------

    async def _offer_telephone(self, account: Account) -> None:
        """Show a secret for the telephone, which holds when a code proves that it is there."""
        known = await self._require_password(account)
        telephone = Telephone.new()
        ticket = self.entrance.offered.issue((self.current_user.login, telephone))
        await self._show(known, offer=self._offer(known, telephone, ticket))

    async def _begin_telephone(self, account: Account) -> None:
        ticket = self.get_body_argument("ticket", "")
        login, telephone = self.entrance.offered.held(ticket) or ("", None)
        if telephone is None or login != self.current_user.login:
            with speaking(self.language):
                message = _("It took too long. Begin again with your password.")
            raise InputFault.at("current", message)
        written = self.get_body_argument("telephone", "")[:100]
        now = time.time()
        step = telephone.step_of(written, now)
        if step is None:
            self.set_status(400)
            with speaking(self.language):
                error = _clock_told(telephone.minutes_ahead(written, now))
            offer = self._offer(account, telephone, ticket)
            return await self._show(account, wrong="telephone", error=error, offer=offer)
        self.entrance.offered.redeem(ticket)
        stamp, codes = await self.entrance.begin_telephone(account, telephone, step)
        self._carry_over(stamp)
        changed = (await self.entrance.book.standing()).accounts[account.name]
        return await self._show(changed, done="telephone", paper=codes)

    async def _forget_telephone(self, account: Account) -> None:
        await self._require_password(account)
        self._carry_over(await self.entrance.forget_telephone(account))

    def _offer(self, account: Account, telephone: Telephone, ticket: str) -> dict[str, str]:
        import segno  # loaded when a telephone is set up

        # Drawn here and part of the page: the secret is asked of no other server.
        picture = segno.make(telephone.address(account.name), error="m")
        return {
            "ticket": ticket,
            "picture": picture.svg_data_uri(scale=5, border=4, light="#fff"),
            "secret": telephone.written,
        }

    def _end_login(self, account: Account) -> None:
        wanted = self.get_body_argument("login", "")
        for login in self._logins(account):
            if login.id == wanted:
                self.entrance.end(login)

    def _logins(self, account: Account) -> list[Login]:
        """Return the user's logins that hold, the latest used first."""
        mine = [
            login
            for login in self.entrance.logins.all()
            if (login.user, login.stamp) == (account.name, account.stamp)
        ]
        return sorted(mine, key=lambda login: -login.seen_at)

    async def _show(
        self,
        account: Account,
        *,
        wrong: str = "",
        error: str = "",
        done: str = "",
        offer: dict[str, str] | None = None,
        paper: list[str] | None = None,
    ) -> None:
        left = 0
        if account.has_telephone:
            name = account.name
            left = await self.entrance.book.ask(lambda session: paper_codes_left(session, name))
        self.keep_language()
        self.set_header("Cache-Control", "no-store")
        with speaking(self.language):
            told = {
                "password": _("Your password is changed. Elsewhere you are logged out."),
                "end": _("That login has ended."),
                "telephone": _(
                    "From now on we ask for a code from your telephone. Elsewhere you are logged "
                    "out."
                ),
                "forget": _("We no longer ask for a code from your telephone."),
            }.get(done or self.get_query_argument("done", ""), "")
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
                done="" if wrong or offer else told,
                has_passwords=self.entrance.has_passwords,
                wrong=wrong,
                error=error,
                logins=logins,
                password_fields=[
                    ("current", _("Password as it is now"), "current-password"),
                    ("new", _("New password"), "new-password"),
                    ("again", _("The same once more"), "new-password"),
                ],
                has_telephone=account.has_telephone,
                offer=offer,
                paper=paper,
                xsrf=self.xsrf_token.decode(),
                words=_telephone_words(left)
                | {
                    "back": _("To the front page"),
                    "password": _("Change password"),
                    "password_help": password_help(),
                    "save": _("Save the new password"),
                    "elsewhere": _(
                        "Your password is not kept here. You change it where it belongs, as for "
                        "the other programs you use it for."
                    ),
                    "logins": _("Where you are logged in"),
                    "logins_help": _(
                        "A login ends by itself when it has not been used for a while. End one "
                        "yourself if you have left it open on another computer."
                    ),
                    "here": _("the login you use now"),
                    "end": _("End it"),
                },
            )
        self.finish(html)


def _clock_told(minutes_ahead: int | None) -> str:
    """Return what to do about a code that does not fit while a telephone is set up."""
    if minutes_ahead is None:
        return _("The code does not fit. Write the one the app shows just now.")
    n = abs(minutes_ahead)
    here = format_time(dt.datetime.now(dt.UTC))
    if minutes_ahead > 0:
        text = ngettext(
            "The clock of your telephone is {n} minute ahead of this computer: here it is {time}. "
            "Set the wrong one right, then write a new code.",
            "The clock of your telephone is {n} minutes ahead of this computer: here it is {time}. "
            "Set the wrong one right, then write a new code.",
            n,
        )
    else:
        text = ngettext(
            "The clock of your telephone is {n} minute behind this computer: here it is {time}. "
            "Set the wrong one right, then write a new code.",
            "The clock of your telephone is {n} minutes behind this computer: here it is {time}. "
            "Set the wrong one right, then write a new code.",
            n,
        )
    return text.format(n=n, time=here)


def _telephone_words(left: int) -> dict[str, str]:
    """Return what the page says about the telephone; `left` codes on paper are still good."""
    return {
        "telephone": _("Code from your telephone"),
        "telephone_off": _(
            "You can have us ask for a code from your telephone too when you log in. Then a "
            "password that somebody has seen opens nothing. You need an app for it, such as Google "
            "Authenticator, Microsoft Authenticator or FreeOTP."
        ),
        "offer": _("Turn it on"),
        "current": _("Password as it is now"),
        "scan": _("Read the picture with the app. Then write the six digits it shows."),
        "picture": _("Picture to read with the app"),
        "secret": _("Can you not read the picture? Write this into the app: {secret}"),
        "digits": _("The six digits"),
        "telephone_save": _("Ask for the code from now on"),
        "paper": _("Your codes for paper"),
        "paper_help": _(
            "Write them down or print the page: they are shown now and never again. Each works "
            "once in place of the telephone, should you lose it. Keep them away from it."
        ),
        "telephone_on": ngettext(
            "We ask for a code from your telephone when you log in. {n} code on your paper is "
            "still good.",
            "We ask for a code from your telephone when you log in. {n} codes on your paper are "
            "still good.",
            left,
        ).format(n=left),
        "telephone_again": _(
            "Do you have a new telephone, or need new codes for paper? Turn it off, and on again."
        ),
        "forget": _("Turn it off"),
    }


def _moment(seconds: float) -> str:
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return _("{date} at {time}").format(
        date=format_date(at.astimezone(COPENHAGEN).date(), "long"), time=format_time(at)
    )
