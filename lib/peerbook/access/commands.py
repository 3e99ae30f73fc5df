"""Users by command, on the machine itself: the way back in when nobody can log in any more.

Names and passwords are asked for, never taken from the command line, where others could read them.
"""

from __future__ import annotations

from collections.abc import Sequence

import typer

from peerbook.desk import owner
from peerbook.errors import InputFault
from peerbook.roles import ROLES, role_name
from peerbook.sites import site_records
from peerbook.store import Role, Store, users
from peerbook.store.users import Account
from peerbook.text import _


def add(store: Store, role: str, sites: Sequence[str]) -> None:
    """Add a user with a password that is asked for."""
    chosen = _role(role)
    name = users.written_name(typer.prompt(_("Login name")))
    shown = typer.prompt(_("Name that colleagues see"))
    with store.read() as session:
        numbers = [site_records.site_named(session, site) for site in sites]
    where = [site.id for site in numbers if site is not None] or None
    with store.write(owner().name) as session:
        users.add_user(session, name, shown, chosen, where)
    _ask_for_password(store, _known(store, name))


def reset(store: Store) -> None:
    """Give a user another password, ask for no code from a telephone, and let them in again."""
    account = _known(store, typer.prompt(_("Login name")))
    _ask_for_password(store, account)
    with store.write(owner().name) as session:
        users.let_in_again(session, account.name)
        users.forget_telephone(session, account.name)
    if account.has_telephone:
        typer.echo(_("No code from the telephone is asked for until it is turned on again."))


def shut_out(store: Store) -> None:
    """Let a user in no more."""
    account = _known(store, typer.prompt(_("Login name")))
    with store.write(owner().name) as session:
        users.shut_out(session, account.name)
    typer.echo(_("{name} is shut out.").format(name=account.name))


def tell(store: Store) -> None:
    """Print who may come in."""
    with store.read() as session:
        known = users.accounts(session)
    if not known:
        typer.echo(_("There are no users yet: the access code opens."))
    for one in known:
        if not one.is_active:
            state = _("shut out")
        else:
            state = _("may come in") if one.has_begun else _("has a start code")
        typer.echo(f"{one.name:20} {role_name(one.role):16} {state}")


def _known(store: Store, name: str) -> Account:
    with store.read() as session:
        account = users.account(session, name)
    if account is None:
        raise InputFault.at("name", _("There is no user with that login name."))
    return account


def _ask_for_password(store: Store, account: Account) -> None:
    while True:
        password = typer.prompt(_("New password"), hide_input=True, confirmation_prompt=True)
        try:
            users.check_password(password, account)
        except InputFault as fault:
            typer.echo(str(fault), err=True)
        else:
            break
    with store.write(owner().name) as session:
        users.set_password(session, account.name, users.hashed_password(password))
    typer.echo(_("{name} may come in with the new password.").format(name=account.name))


def _role(role: str) -> Role:
    for known in ROLES:
        if known == role:
            return known
    raise InputFault.at("role", _("The roles are {roles}.").format(roles=", ".join(ROLES)))
