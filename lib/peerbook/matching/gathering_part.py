"""Who was where, and whom to invite next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.matching import matching_records
from peerbook.matching.names import GATHERINGS, gathering_name
from peerbook.matching.occasions import Kind, Occasion, next_occasion
from peerbook.matching.room import Room, read_room
from peerbook.store import Receipt, Saved, identities
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_list, ngettext
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    ChoicesField,
    Column,
    DateField,
    Disclosure,
    Form,
    Heading,
    IntegerField,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Submission,
    Table,
    TextField,
    literal,
    receipt_text,
)
from peerbook.ui.answers import given, whole

SHOWN = 20
ROOM_FOR = 12
"""So many are invited unless somebody says otherwise; the manual's trips give no number."""


class Gatherings:
    """The form, what was held, and a proposal for the next.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called with this part after each save, so that the others follow.
    """

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[object], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])
        self._next = Section([])

    def parts(self) -> list[Part]:
        """Return the form, the list, and the proposal."""
        room = read_room(self._desk, self._site)
        self._show_list()

        def save(submission: Submission) -> Receipt:
            receipt = self._desk.save(
                submission,
                lambda session: matching_records.save_gathering(
                    session, self._site.id, _occasion(submission.values), self._desk.today
                ),
            )
            self._show_list()
            self._on_change(self)
            return receipt

        form = Form(
            "gathering", self._fields(room, room.everybody()),
            values={"kind": "cafe", "date": self._desk.today},
            on_submit=save, submit_label=_("Save who was there"),
            drafts=self._desk.drafts(f"gathering:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip
        return [
            Heading(_("Who was there?")),
            form,
            self._place,
            Disclosure(_("Whom to invite next?"), self._next_parts),
        ]

    @staticmethod
    def _fields(
        room: Room, guests: Sequence[tuple[str, str]]
    ) -> list[ChoiceField | ChoicesField | DateField | TextField]:
        return [
            ChoiceField(
                "kind", _("What was it?"), required=True, look="radio",
                options=[(kind, gathering_name(kind)) for kind in GATHERINGS],
            ),
            DateField("date", _("When?"), required=True, latest=room.day),
            TextField("place", _("Where?"), required=True, max_length=80),
            ChoicesField("present", _("Who came?"), required=True, options=guests),
        ]  # fmt: skip

    def _guests(self, room: Room, present: Collection[str]) -> list[tuple[str, str]]:
        """Return who can have been there, those too who were and no longer take part."""
        here = room.everybody()
        gone = sorted(set(present) - {code for code, _name in here})
        with self._desk.store.read() as session:
            names = identities.name_of(session, gone)
        return [*here, *((code, names.get(code, code)) for code in gone)]

    def _show_list(self, told: str = "") -> None:
        with self._desk.store.read() as session:
            held = matching_records.gatherings(session, self._site.id)
        notice: list[Part] = [Notice("ok", told)] if told else []
        if not held:
            self._place.show(
                [*notice, Prose(_("Nothing is noted yet."))], told, take_there=bool(told)
            )
            return
        columns = [
            Column("date", _("When"), kind="date"),
            Column("kind", _("What")),
            Column("place", _("Where")),
            Column("people", _("Came"), kind="number"),
        ]
        rows = [
            {
                "id": row.id,
                "version": row.version,
                "date": row.date,
                "kind": gathering_name(row.kind),
                "place": row.place,
                "people": len(present),
                "values": {
                    "kind": row.kind, "date": row.date, "place": row.place,
                    "present": tuple(sorted(present)),
                },
            }
            for row, present in held[:SHOWN]
        ]  # fmt: skip
        table = Table(
            columns, rows, _("What was held, the latest first"), sortable=False,
            action=RowAction(_("Correct"), self._correct),
        )  # fmt: skip
        self._place.show([*notice, table], told, take_there=bool(told))

    def _correct(self, row: Cells) -> str:
        number, version = int(str(row["id"])), int(str(row["version"]))
        values = cast("Mapping[str, object]", row["values"])
        present = cast("tuple[str, ...]", values["present"])

        def change(submission: Submission, what: Callable[[Session], Saved]) -> None:
            receipt = self._desk.save(submission, what)
            self._show_list(receipt_text(receipt))
            self._on_change(self)

        def save(submission: Submission) -> None:
            change(
                submission,
                lambda session: matching_records.correct_gathering(
                    session, number, _occasion(submission.values), self._desk.today, version
                ),
            )

        def back() -> str:
            self._show_list()
            return _("The list is shown again.")

        def remove() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                matching_records.remove_gathering(session, number, version)
            told = _("It is removed.")
            self._show_list(told)
            self._on_change(self)
            return told

        room = read_room(self._desk, self._site)
        form = Form(
            "gathering_correction", self._fields(room, self._guests(room, present)),
            values=values, on_submit=save,
            submit_label=_("Save the correction"),
        )  # fmt: skip
        remove_it = Button(_("Remove it"), remove, confirm=_("Remove it?"), look="danger")
        heading = _("{title}, {date}").format(
            title=row["kind"], date=format_date(cast(dt.date, row["date"]), "long")
        )
        self._place.show(
            [Heading(heading, level=3), form, Button(_("Back to the list"), back), remove_it],
            take_there=True,
        )
        return ""

    # -- the next one ----------------------------------------------------------------------------

    def _next_parts(self) -> list[Part]:
        def ask(submission: Submission) -> str:
            most = whole(submission.values["most"]) or ROOM_FOR
            room = read_room(self._desk, self._site)
            wished = [bond.couple for bond in room.bonds]
            found = next_occasion(room.pool, wished, room.meetings, most)
            if found is None:
                told = _("All who are free have met each other.")
                self._next.show([Prose(told)], told)
                return ""
            names = [literal(room.name(code)) for code in (*found.peers, *found.mentors)]
            told = ngettext(
                "Then {n} pair meets for the first time.",
                "Then {n} pairs meet for the first time.",
                len(found.wished) + len(found.others),
            ).format(n=len(found.wished) + len(found.others))
            wanted = ngettext(
                "{n} of them wishes for the other.",
                "Of {n} of them one wishes for the other.",
                len(found.wished),
            ).format(n=len(found.wished))
            invite = _("Invite {names}.").format(names=format_list(names))
            self._next.show([Prose(f"{invite} {told} {wanted}")], told)
            return ""

        form = Form(
            "next_gathering",
            [IntegerField("most", _("How many is there room for?"), minimum=2, maximum=200)],
            values={"most": ROOM_FOR},
            on_submit=ask,
            submit_label=_("Show whom to invite"),
            only_asks=True,
        )
        return [form, self._next]


def _occasion(values: Mapping[str, object]) -> Occasion:
    return Occasion(
        given(dt.date, values["date"]),
        cast(Kind, values["kind"]),
        " ".join(str(values["place"]).split()),
        frozenset(str(code) for code in given(tuple, values["present"])),
    )
