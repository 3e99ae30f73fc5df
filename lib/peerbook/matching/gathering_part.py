"""Who was where, and whom to invite next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import cast

from peerbook.matching import matching_records
from peerbook.matching.names import GATHERINGS, gathering_name
from peerbook.matching.occasions import Invitation, Kind, Occasion, next_occasion
from peerbook.matching.room import Room, read_room, tie
from peerbook.people.names import role_name
from peerbook.sites.tab import Tab
from peerbook.store import Receipt, identities
from peerbook.store.tables import Gathering
from peerbook.text import _, format_date, ngettext
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
    Part,
    Prose,
    RowAction,
    Section,
    Submission,
    Table,
    TextField,
)
from peerbook.ui.answers import given, whole

SHOWN = 20
ROOM_FOR = 12
"""So many are invited unless somebody says otherwise; the manual's trips give no number."""


class Gatherings(Tab):
    """The form, what was held, and a proposal for the next."""

    def parts(self) -> list[Part]:
        """Return the form, the list, and the proposal."""
        room = read_room(self._desk, self._site)

        def save(submission: Submission) -> Receipt:
            return self._save(
                submission,
                lambda session: matching_records.save_gathering(
                    session,
                    self._site.id,
                    _occasion(submission.values),
                    self._desk.today,
                    called=room.name,
                ),
            )

        form = Form(
            "gathering", self._fields(room, room.everybody()),
            values={"kind": "cafe", "date": self._desk.today},
            on_submit=save, submit_label=_("Save who was there"),
            drafts=self._desk.drafts(f"gathering:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip
        return [
            Heading(_("Who was there?")),
            form,
            *super().parts(),
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

    def _held(self) -> list[tuple[Gathering, frozenset[str]]]:
        with self._desk.store.read() as session:
            return matching_records.gatherings(session, self._site.id)

    def _overview_parts(self) -> list[Part]:
        held = self._held()
        if not held:
            return [Prose(_("Nothing is noted yet."))]
        columns = [
            Column("date", _("When"), kind="date"),
            Column("kind", _("What")),
            Column("place", _("Where")),
            Column("people", _("Came"), kind="number"),
        ]
        rows = [
            {
                "id": row.id,
                "date": row.date,
                "kind": gathering_name(row.kind),
                "place": row.place,
                "people": len(present),
            }
            for row, present in held[:SHOWN]
        ]
        table = Table(
            columns, rows, _("What was held, the latest first"), sortable=False,
            action=RowAction(_("Correct"), self._correct),
        )  # fmt: skip
        return [table]

    def _correct(self, row: Cells) -> str:
        number = int(str(row["id"]))

        def parts() -> list[Part]:
            held = self._held()
            return next((self._held_parts(*one) for one in held if one[0].id == number), [])

        self._place.open(parts)
        return ""

    def _held_parts(self, row: Gathering, present: frozenset[str]) -> list[Part]:
        number, version = row.id, row.version

        def save(submission: Submission) -> None:
            self._save_and_show(
                submission,
                lambda session: matching_records.correct_gathering(
                    session, number, _occasion(submission.values), self._desk.today, version,
                    called=dict(guests).__getitem__,
                ),
            )  # fmt: skip

        def remove() -> str:
            return self._press(
                lambda session: matching_records.remove_gathering(session, number, version),
                _("It is removed."),
            )

        room = read_room(self._desk, self._site)
        guests = self._guests(room, present)
        form = Form(
            "gathering_correction", self._fields(room, guests),
            values={
                "kind": row.kind, "date": row.date, "place": row.place,
                "present": tuple(sorted(present)),
            },
            on_submit=save, submit_label=_("Save the correction"),
        )  # fmt: skip
        remove_it = Button(_("Remove it"), remove, confirm=_("Remove it?"), look="danger")
        heading = _("{title}, {date}").format(
            title=gathering_name(row.kind), date=format_date(row.date, "long")
        )
        return [Heading(heading), form, remove_it]

    # -- the next one ----------------------------------------------------------------------------

    def _next_parts(self) -> list[Part]:
        place = Section()

        def ask(submission: Submission) -> str:
            most = whole(submission.values["most"]) or ROOM_FOR
            room = read_room(self._desk, self._site)
            wished = [bond.couple for bond in room.bonds]
            found = next_occasion(room.pool, wished, room.meetings, most)
            told = invitation_told(found)
            place.show([Prose(told), *_invited_parts(room, found)], told)
            return ""

        form = Form(
            "next_gathering",
            [IntegerField("most", _("How many is there room for?"), minimum=2, maximum=200)],
            values={"most": ROOM_FOR},
            on_submit=ask,
            submit_label=_("Show whom to invite"),
            only_asks=True,
        )
        return [*never_met_parts(read_room(self._desk, self._site)), form, place]


def never_met_parts(room: Room) -> list[Part]:
    """Return who could be matched, wishes for whom, and has not met them; and how many others."""
    never = [
        couple
        for couple in room.meetings.never_met(room.pool)
        if room.pool.are_free(couple) and couple not in room.pool.vetoed
    ]
    tied = {bond.couple: bond for bond in room.bonds}
    wished = [tied[couple] for couple in never if couple in tied]
    others = len(never) - len(wished)
    parts: list[Part] = []
    if wished:
        columns = [
            Column("peer", role_name("peer")),
            Column("mentor", role_name("mentor")),
            Column("tie", _("Wish"), kind="status"),
        ]
        rows = [
            {"peer": room.name(one.peer), "mentor": room.name(one.mentor), "tie": tie(one)}
            for one in sorted(wished, key=lambda one: (not one.is_mutual, -one.points))
        ]
        parts.append(Table(columns, rows, _("A wish, but they have never met"), sortable=False))
    if others:
        text = ngettext(
            "One possible pair without a wish has never met.",
            "{n} possible pairs without a wish have never met.",
            others,
        )
        parts.append(Prose(text.format(n=others)))
    return parts


def invitation_told(found: Invitation | None) -> str:
    """Return what comes of an invitation, in a sentence or two."""
    if found is None:
        return _("All who are free have met each other.")
    wished = len(found.wished)
    met = wished + len(found.others)
    told = ngettext(
        "Then one possible pair meets for the first time.",
        "Then {n} possible pairs meet for the first time.",
        met,
    ).format(n=met)
    if not wished:
        return told
    if met == 1:
        more = _("One of the two has wished for the other already.")
    else:
        more = ngettext(
            "In one of them there is a wish already.",
            "In {n} of them there is a wish already.",
            wished,
        ).format(n=wished)
    return f"{told} {more}"


def _invited_parts(room: Room, found: Invitation | None) -> list[Part]:
    if found is None:
        return []
    rows = [
        {"name": room.name(code), "role": role_name(role)}
        for role, codes in (("peer", found.peers), ("mentor", found.mentors))
        for code in codes
    ]
    columns = [Column("name", _("Name")), Column("role", _("Role"))]
    caption = ngettext("Invite {n}", "Invite these {n}", len(rows)).format(n=len(rows))
    return [Table(columns, rows, caption)]


def _occasion(values: Mapping[str, object]) -> Occasion:
    return Occasion(
        given(dt.date, values["date"]),
        cast(Kind, values["kind"]),
        " ".join(str(values["place"]).split()),
        frozenset(str(code) for code in given(tuple, values["present"])),
    )
