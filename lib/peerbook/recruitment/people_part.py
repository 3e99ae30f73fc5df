"""Those who asked: how it stands with each, the first talk, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from peerbook.people.participants import taking_part_after_a_no
from peerbook.privacy.consent import Consent, consents
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
from peerbook.sites.tab import Tab
from peerbook.store import identities
from peerbook.text import _, format_date
from peerbook.ui import (
    Cells,
    Column,
    Filter,
    Heading,
    Notice,
    Part,
    Prose,
    RowAction,
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
    "deselected": "neutral", "stopped": "neutral",
}  # fmt: skip


class People(Tab):
    """The list of those who asked; it gives place to one of them."""

    _group: Group = "open"

    def parts(self) -> list[Part]:
        """Return the choice and the list."""
        choice = Filter(_("Who?"), _groups(), self._choose, value=self._group, look="radio")
        return [choice, *super().parts()]

    def _choose(self, group: Group) -> None:
        self._group = group
        self._place.show_overview()

    def _overview_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            people = standings(session, self._site.id, today)
            shown = with_names(session, [one for one in people if _is_in(one, self._group)])
            said_no = taking_part_after_a_no(session, self._site.id, today)
        if not shown:
            nobody = {
                "open": _("Nobody waits for a talk or a decision."),
                "again": _("Nobody has said that they may be written to again."),
                "joined": _("Nobody has joined yet."),
                "all": _("Nobody who asked has said who they are."),
            }[self._group]
            return [Prose(nobody)]
        writes = self._group == "again"
        agreed = any(one.talk_on for one in shown)
        columns = [
            Column("name", _("Name")),
            Column("role", _("Wants to take part")),
            Column("standing", _("How it stands"), kind="status"),
            Column("since", _("Since"), kind="date"),
            *([Column("talk_on", _("Talk on"), kind="date")] if agreed else []),
            *([Column("write_on", _("May be written to from"), kind="date")] if writes else []),
        ]
        rows = [
            {
                "code": one.code,
                "name": one.name,
                "role": wanted_role_name(one.role),
                "standing": _status(one, said_no),
                "since": one.since,
                "talk_on": one.talk_on,
                "write_on": one.write_on,
            }
            for one in sorted(shown, key=lambda one: (writes and one.write_on) or one.since)
        ]

        def open_one(row: Cells) -> str:
            code = str(row["code"])
            self._place.open(lambda: self._person_parts(code))
            return ""

        table = Table(
            columns, rows, _caption(self._group),
            action=RowAction(_("Open"), open_one),
        )  # fmt: skip
        return [table]

    # -- one person ------------------------------------------------------------------------------

    def _person_parts(self, code: str) -> list[Part]:
        """Return somebody as they stand now; nothing once they were deleted."""
        with self._desk.store.read() as session:
            one = asker(session, code, self._desk.today)
            if one is None:
                return []
            contacts = identities.contacts_of(session, [code]).get(code)
            talks = talk_records.talks(session, code)
            lines = list(history(session, code, self._desk.today))
            said = consents(session, code, self._desk.today).get("taking_part")
        reach = [text for text in (contacts.phone, contacts.email) if text] if contacts else []

        def reopen(said: str) -> None:
            self._changed(said, lambda: self._person_parts(code))

        return [
            Heading(one.name),
            Prose(" · ".join([standing_name(one.standing), *map(literal, reach)])),
            *_said_no_parts(one, said),
            Prose(bullets(lines)),
            *Talks(self._desk, one, reopen).parts(talks),
            *Decisions(self._desk, one, reopen).parts(),
        ]


def _status(one: Asker, said_no: Collection[str]) -> Status:
    if one.standing == "joined" and one.code in said_no:
        return Status(_("Takes part, but has said no"), "warn")
    return Status(standing_name(one.standing), _TONES[one.standing])


def _said_no_parts(one: Asker, said: Consent | None) -> list[Part]:
    """Return what to do where somebody takes part still, though they have said no to it."""
    if one.standing != "joined" or said is None or said.given:
        return []
    text = _(
        "On {date} they said no to taking part, and still they stand as taking part. Note under "
        "“What have they decided?” that they do not want to. If they have said yes since, write "
        "that down."
    )
    return [Notice("warn", text.format(date=format_date(said.since)))]


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
