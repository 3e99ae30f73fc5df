"""Users and access: who may come in, in which role and where, and who has seen names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from peerbook.access.idle_part import idle_parts
from peerbook.access.seen_part import seen_parts
from peerbook.access.start_paper import start_paper
from peerbook.desk import Desk, open_desk
from peerbook.roles import ROLES, role_name, role_purpose
from peerbook.seat import is_behind_hub
from peerbook.sites import site_records
from peerbook.store import Role, Visitor, users
from peerbook.store.rights import makes_users
from peerbook.store.tables import Site
from peerbook.store.users import START_DAYS, Account
from peerbook.text import _, format_list
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    ChoicesField,
    Column,
    Download,
    Field,
    Form,
    Heading,
    Notice,
    Page,
    Part,
    Prose,
    RowAction,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    literal,
)


def open_page(site: str = "") -> Page:
    """Return the page, which is about all sites; links from other pages may name one.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    with desk.store.read() as session:
        known = site_records.sites(session)
        chosen = site_records.site_named(session, site)
    return Page(
        [*_Users(desk, known).parts(), *idle_parts(desk), *seen_parts(desk)],
        synthetic=desk.synthetic,
        facts=lambda: _facts(desk, chosen),
    )


class _Users:
    """The users on the page; the table follows what is changed below it.

    Where JupyterHub asks for the password, nothing is told of passwords here.
    """

    def __init__(self, desk: Desk, sites: list[Site]) -> None:
        self._desk = desk
        self._sites = {site.id: site.name for site in sites}
        self._has_passwords = not is_behind_hub()
        self._table = Section([])
        self._changing = Section([])
        self._started = Section([])

    def parts(self) -> list[Part]:
        """Return what the page is made of; whoever makes no users sees who there is."""
        self._redraw()
        if not makes_users(self._desk.visitor):
            told = _("A leader of all sites makes users and changes them. Ask one of those.")
            return [Notice("info", told), self._table]
        return [
            self._table,
            self._changing,
            Heading(_("New user")),
            self._started,
            self._new_form(),
        ]

    def _accounts(self) -> list[Account]:
        with self._desk.store.read() as session:
            return users.accounts(session)

    # -- who there is ----------------------------------------------------------------------------

    def _redraw(self, announce: str = "") -> None:
        known = self._accounts()
        if self._has_passwords and not any(one.has_begun for one in known):
            text = _(
                "Now, whoever has the access code comes in and can do everything. Begin with "
                "yourself, as leader. When the first leader has chosen a password, only users "
                "come in, each with their own name."
            )
            before: list[Part] = [Notice("info", text)]
        else:
            before = []
        table = [self._overview(known)] if known else []
        self._table.show([*before, *table], announce=announce)

    def _overview(self, known: list[Account]) -> Table:
        columns = [
            Column("shown", _("Name")),
            Column("name", _("Login name")),
            Column("role", _("Role")),
            Column("sites", _("Sites")),
            *([Column("telephone", _("Code from the telephone"))] if self._has_passwords else []),
            Column("state", _("State"), kind="status"),
        ]
        rows = [
            {
                "shown": one.shown,
                "name": one.name,
                "role": role_name(one.role),
                "sites": self._named(one.sites),
                "telephone": _("yes") if one.has_telephone else _("no"),
                "state": self._state(one),
            }
            for one in known
        ]
        return Table(
            columns, rows, _("Who may come in"),
            action=RowAction(_("Change"), self._change)
            if makes_users(self._desk.visitor)
            else None,
        )  # fmt: skip

    def _state(self, one: Account) -> Status:
        if not one.is_active:
            return Status(_("shut out"), "neutral")
        if self._has_passwords and not one.has_begun:
            return Status(_("has not begun"), "info")
        return Status(_("may come in"), "ok")

    def _named(self, sites: Collection[int] | None) -> str:
        if sites is None:
            return _("all")
        return format_list(sorted(self._sites[number] for number in sites if number in self._sites))

    # -- a new user ------------------------------------------------------------------------------

    def _fields(self) -> list[Field[Any]]:
        fields: list[Field[Any]] = [
            TextField(
                "shown", _("Name that colleagues see"), required=True, max_length=60,
            ),
            ChoiceField(
                "role", _("Role"), required=True,
                options=[
                    (role, _("{role}: {purpose}").format(
                        role=role_name(role), purpose=role_purpose(role)
                    ))
                    for role in ROLES
                ],
            ),
        ]  # fmt: skip
        if len(self._sites) > 1:
            fields.append(
                ChoicesField(
                    "sites", _("Only at these sites"), options=list(self._sites.items()),
                    hint=_("Choose none for all, also those to come."),
                )
            )  # fmt: skip
        return fields

    def _new_form(self) -> Form:
        def save(submission: Submission) -> None:
            values = submission.values
            name = users.written_name(str(values["name"]))
            with self._desk.store.write(self._desk.actor) as session:
                code = users.add_user(
                    session, name, str(values["shown"]), _role(values), _sites(values)
                )
            self._redraw()
            if self._has_passwords:
                self._show_code(name, code)
            else:
                told = _("{name} may come in, with the login they have at work.").format(name=name)
                self._started.show([Notice("ok", told)], announce=told)

        return Form(
            "new_user",
            [
                TextField(
                    "name", _("Login name"), required=True, max_length=20,
                    hint=self._name_hint(),
                ),
                *self._fields(),
            ],
            values={"role": "course_leader" if self._accounts() else "leader"},
            on_submit=save,
            submit_label=_("Make the user"),
            clear_after_save=True,
        )  # fmt: skip

    def _name_hint(self) -> str:
        if self._has_passwords:
            return _("Initials or a first name; no CPR number. It cannot be changed later.")
        return _("Just as your colleague writes it to log in. It cannot be changed later.")

    def _show_code(self, name: str, code: str) -> None:
        """Show the code to begin with, for the only time."""
        text = _("- Login name: **{name}**\n- Start code: **{code}**").format(
            name=literal(name), code=code
        )
        synthetic = self._desk.synthetic
        self._started.show(
            [
                Heading(_("Start code for {name}").format(name=name), level=3),
                Prose(
                    _(
                        "It is shown now and never again. Hand it over on paper or say it on the "
                        "phone. It works once and for {days} days, in place of a password."
                    ).format(days=START_DAYS)
                ),
                Prose(text),
                *self._own_way_in(),
                Download(
                    _("Print the start code"),
                    lambda: start_paper(name, code, synthetic=synthetic),
                ),
            ],
            take_there=True,
        )

    def _own_way_in(self) -> list[Part]:
        """Return what the first leader does with a code that is her own; later nothing."""
        if any(one.has_begun for one in self._accounts()):
            return []
        return [
            Prose(
                _(
                    "Is it your own? Write it down, choose “Log out” at the top, and log in with "
                    "the login name and the code. Then you choose your password."
                )
            )
        ]

    # -- changes ---------------------------------------------------------------------------------

    def _change(self, row: Cells) -> str:
        # A user is never deleted, so there is one.
        seen = next(one for one in self._accounts() if one.name == row["name"])
        self._started.show([])
        self._changing.show(self._change_parts(seen), take_there=True)
        return ""

    def _change_parts(self, seen: Account) -> list[Part]:
        heading = Heading(_("Change {name}").format(name=seen.shown), level=3)
        if not seen.is_active:
            return [
                heading,
                Prose(_("This user is shut out. What they have saved stays.")),
                Button(_("Let in again"), lambda: self._let_in(seen.name)),
            ]
        return [
            heading,
            self._change_form(seen),
            *(self._password_parts(seen) if self._has_passwords else []),
            Button(
                _("Shut out"),
                lambda: self._shut_out(seen.name),
                confirm=_("Shut out this user at once? What they have saved stays."),
                look="danger",
            ),
        ]

    def _change_form(self, seen: Account) -> Form:
        def save(submission: Submission) -> str:
            values = submission.values
            visitor = Visitor(seen.name, _role(values), _visited(_sites(values)))
            with self._desk.store.write(self._desk.actor) as session:
                users.change_user(session, seen, str(values["shown"]), visitor)
            told = _("Saved. It holds from now on.")
            self._done(told)
            return told

        return Form(
            "user",
            self._fields(),
            values={
                "shown": seen.shown, "role": seen.role, "sites": tuple(sorted(seen.sites or ())),
            },
            on_submit=save,
        )  # fmt: skip

    def _new_code(self, name: str) -> str:
        with self._desk.store.write(self._desk.actor) as session:
            code = users.renew_start_code(session, name)
        self._changing.show([])
        self._show_code(name, code)
        return ""

    def _password_parts(self, seen: Account) -> list[Part]:
        start = Button(
            _("Give a new start code"),
            lambda: self._new_code(seen.name),
            confirm=_("Give a new start code? The password holds until it is used."),
        )
        if not seen.has_telephone:
            return [start]
        ask = _("Stop asking for the code? Be sure that it is {name} who has lost the telephone.")
        return [
            start,
            Button(
                _("Ask for no code from the telephone"),
                lambda: self._forget_telephone(seen.name),
                confirm=ask.format(name=seen.shown),
            ),
        ]

    def _forget_telephone(self, name: str) -> str:
        with self._desk.store.write(self._desk.actor) as session:
            users.forget_telephone(session, name)
        return self._done(_("{name} comes in with the password alone.").format(name=name))

    def _shut_out(self, name: str) -> str:
        with self._desk.store.write(self._desk.actor) as session:
            users.shut_out(session, name)
        return self._done(_("{name} is shut out.").format(name=name))

    def _let_in(self, name: str) -> str:
        with self._desk.store.write(self._desk.actor) as session:
            users.let_in_again(session, name)
        return self._done(_("{name} may come in again.").format(name=name))

    def _done(self, told: str) -> str:
        self._redraw()
        self._changing.show([Notice("ok", told)], announce=told)
        return told


def _role(values: dict[str, object]) -> Role:
    return cast(Role, values["role"])


def _sites(values: dict[str, object]) -> list[int] | None:
    chosen = cast("tuple[int, ...]", values.get("sites") or ())
    return list(chosen) or None


def _visited(sites: Collection[int] | None) -> frozenset[int] | None:
    return None if sites is None else frozenset(sites)


def _facts(desk: Desk, site: Site | None) -> tuple[str, ...]:
    with desk.store.read() as session:
        known = users.accounts(session)
    return (
        f"site: {site.name if site else ''}",
        f"users: {len(known)}",
        f"may come in: {sum(one.is_active for one in known)}",
        f"leaders: {sum(one.is_active and one.role == 'leader' for one in known)}",
    )
