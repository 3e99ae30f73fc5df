"""Those who asked: how it stands with each, the first talk, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from peerbook.desk import Desk
from peerbook.recruitment import talk_records
from peerbook.recruitment.decision_part import Decisions
from peerbook.recruitment.journey_records import (
    Asker,
    Standing,
    asker,
    standings,
    with_names,
)
from peerbook.recruitment.names import standing_name, wanted_role_name
from peerbook.recruitment.person_history import history
from peerbook.recruitment.talk_part import Talks
from peerbook.store import identities
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import (
    Button,
    Cells,
    Column,
    Filter,
    Heading,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Status,
    Table,
    bullets,
    literal,
)
from peerbook.ui.table import Tone

Group = Literal["open", "again", "joined", "all"]
_OPEN: frozenset[Standing] = frozenset({"asked", "talk_agreed", "talked"})
_TONES: dict[Standing, Tone] = {
    "asked": "warn", "talk_agreed": "info", "talked": "warn", "joined": "ok", "not_now": "neutral",
    "deselected": "neutral",
}  # fmt: skip


class People:
    """The list of those who asked; it gives place to one of them.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called after each save, so that the other parts of the page follow.
    """

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])
        self._group: Group = "open"
        self._lists = False

    def parts(self) -> list[Part]:
        """Return the choice and the list."""
        self._show_list()
        choice = Filter(_("Who?"), _groups(), self._choose, value=self._group, look="radio")
        return [choice, self._place]

    def refresh(self) -> None:
        """Show the list anew, as after an enquiry, where it is open."""
        if self._lists:
            self._show_list()

    def _choose(self, group: Group) -> None:
        self._group = group
        self._show_list()

    def _show_list(self, told: str = "") -> None:
        self._lists = True
        today = self._desk.today
        with self._desk.store.read() as session:
            people = standings(session, self._site.id, today)
            shown = with_names(session, [one for one in people if _is_in(one, self._group)])
        notice: list[Part] = [Notice("ok", told)] if told else []
        if not shown:
            nobody = {
                "open": _("Nobody waits for a talk or a decision."),
                "again": _("Nobody has said that they may be written to again."),
                "joined": _("Nobody has joined yet."),
                "all": _("Nobody who asked has said who they are."),
            }[self._group]
            self._place.show([*notice, Prose(nobody)], told, take_there=bool(told))
            return
        writes = self._group == "again"
        columns = [
            Column("name", _("Name")),
            Column("role", _("Wants to take part")),
            Column("standing", _("How it stands"), kind="status"),
            Column("day", _("May be written to from") if writes else _("Day"), kind="date"),
        ]
        rows = [
            {
                "code": one.code,
                "name": one.name,
                "role": wanted_role_name(one.role),
                "standing": Status(standing_name(one.standing), _TONES[one.standing]),
                "day": day,
            }
            for day, one in sorted(
                (((one.write_on if writes else None) or one.since, one) for one in shown),
                key=lambda dated: dated[0],
            )
        ]

        def open_one(row: Cells) -> str:
            with self._desk.store.read() as session:
                found = asker(session, str(row["code"]), self._desk.today)
            if found is None:
                self._show_list(_("They were deleted meanwhile. The list is shown anew."))
            else:
                self._show_person(found)
            return ""

        table = Table(
            columns, rows, _caption(self._group),
            action=RowAction(_("Open"), open_one),
        )  # fmt: skip
        self._place.show([*notice, table], told, take_there=bool(told))

    # -- one person ------------------------------------------------------------------------------

    def _show_person(self, one: Asker, told: str = "") -> None:
        self._lists = False
        with self._desk.store.read() as session:
            contacts = identities.contacts_of(session, [one.code]).get(one.code)
            talks = talk_records.talks(session, one.code)
            lines = list(history(session, one.code, self._desk.today))
        reach = [text for text in (contacts.phone, contacts.email) if text] if contacts else []

        def back() -> str:
            self._show_list()
            return _("The list is shown again.")

        def reopen(said: str) -> None:
            self._reopen(one.code, said)

        notice: list[Part] = [Notice("ok", told)] if told else []
        parts: list[Part] = [
            Button(_("Back to the list"), back),
            *notice,
            Heading(one.name),
            Prose(" · ".join([standing_name(one.standing), *map(literal, reach)])),
            Prose(bullets(lines)),
            *Talks(self._desk, one, reopen).parts(talks),
            *Decisions(self._desk, one, reopen).parts(),
        ]  # fmt: skip
        self._place.show(parts, told, take_there=True)

    def _reopen(self, code: str, told: str) -> None:
        """Show somebody as they stand now."""
        with self._desk.store.read() as session:
            found = asker(session, code, self._desk.today)
        if found is None:
            self._show_list(told)
        else:
            self._show_person(found, told)
        self._on_change()


def _groups() -> list[tuple[Group, str]]:
    return [
        ("open", _("Waiting")),
        ("again", _("To write to again")),
        ("joined", _("Takes part")),
        ("all", _("All")),
    ]


def _caption(group: Group) -> str:
    if group == "open":
        return _("Those who asked, whoever has waited longest first")
    if group == "again":
        return _("Those who may be written to, whoever's day comes first")
    return _("Those who asked, the earliest day first")


def _is_in(one: Asker, group: Group) -> bool:
    if group == "open":
        return one.standing in _OPEN
    if group == "again":
        return one.write_on is not None
    return group == "all" or one.standing == "joined"
