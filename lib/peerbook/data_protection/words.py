"""What is kept about people is called on the page and on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from peerbook.roles import role_name
from peerbook.store import users
from peerbook.store.store import MACHINE
from peerbook.text import _


def kind_of_data(table: str) -> str:
    """Return what a table holds of a person; its name when nobody has written any."""
    return {
        "attendance": _("who was there, day by day"),
        "catch_up": _("missed days made up for"),
        "coffee_talk": _("first talks over a cup of coffee"),
        "draft": _("what was typed and not saved"),
        "enquiry": _("that they asked; the channel stays, without them"),
        "enrolment": _("places on courses"),
        "exit_talk": _("talks at the end of a pair"),
        "gathering_guest": _("trips, cafés and walks they came to"),
        "identity": _("name, contacts and CPR number"),
        "imported_row": _("where files that were taken in had them"),
        "matched_pair": _("whom they were matched with"),
        "participant": _("the code itself"),
        "presenter": _("a part in presentations"),
        "same_person": _("who they are one person with, or are not"),
        "veto": _("whom they are not to be matched with"),
        "wish": _("wishes by them and for them"),
        "shift_host": _("cafés they were host at; that there was one stays, without them"),
        "snooze": _("reminders that were put off"),
    }.get(table, table)


def listed(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what tables hold, in words, with how many rows."""
    return [(kind_of_data(table), count) for table, count in rows.items()]


def staff_namer(session: Session) -> Callable[[str], str]:
    """Return what tells who an actor is, as the person whose data it is may read it."""
    known: dict[str, str] = {MACHINE: _("a program on the computer")}

    def name(actor: str) -> str:
        if actor not in known:
            known[actor] = users.known_as(session, actor) or _("a member of staff")
        return known[actor]

    return name


def role_namer(session: Session) -> Callable[[str], str]:
    """Return what tells in which role an actor did something, and not who it was."""
    roles = {one.name: role_name(one.role) for one in users.accounts(session)}
    known = {MACHINE: _("a program on the computer")} | roles
    return lambda actor: known.get(actor) or _("a member of staff")
