"""Who wishes for whom, and how the whole pool could be matched; staff decide."""

from __future__ import annotations

from typing import cast

from peerbook.matching import matching_records
from peerbook.matching.proposal import Answer, Proposal, propose
from peerbook.matching.room import Room, read_room
from peerbook.matching.sentences import sentence, sentence_of_roles
from peerbook.matching.wishes import Bond
from peerbook.people.names import role_name
from peerbook.sites.tab import Tab
from peerbook.text import _, format_list, ngettext
from peerbook.ui import (
    Cells,
    Column,
    Disclosure,
    Filter,
    Heading,
    Part,
    Prose,
    RowAction,
    Status,
    Table,
    literal,
)


class Proposals(Tab):
    """The bonds there are, and the answers side by side."""

    _way = "peers_first"

    def parts(self) -> list[Part]:
        """Return the choice of the way, and what it gives."""
        ways = [
            ("peers_first", _("that no two would rather have each other")),
            ("whole", _("that as many as possible get each other")),
        ]
        choice = Filter(_("What matters most?"), ways, self._choose, value=self._way, look="radio")
        return [choice, *super().parts()]

    def _choose(self, way: str) -> None:
        self._way = way
        self.refresh()

    def _overview_parts(self) -> list[Part]:
        room = read_room(self._desk, self._site)
        proposal = propose(room.members, room.wishes, room.occasions, room.vetoes, room.day)
        answer = proposal.whole if self._way == "whole" else proposal.peers_first
        return [
            *self._answer_parts(room, answer),
            *_difference_parts(room, proposal),
            Disclosure(_("Who wishes for whom"), lambda: [_bonds_table(room)]),
        ]

    def _answer_parts(self, room: Room, answer: Answer) -> list[Part]:
        if not answer.pairs:
            return [
                Prose(
                    _(
                        "There is nobody to propose. A proposal needs a wish between two who are "
                        "free. Write wishes down under “Wishes”."
                    )
                )
            ]
        columns = [
            Column("peer", role_name("peer")),
            Column("mentor", role_name("mentor")),
            Column("tie", _("Wish"), kind="status"),
            Column("why", _("Why")),
        ]
        rows = [
            {
                "peer": room.name(bond.peer),
                "mentor": room.name(bond.mentor),
                "tie": _tie(bond),
                "why": sentence_of_roles(bond),
                "codes": (bond.peer, bond.mentor),
            }
            for bond in answer.pairs
        ]
        caption = ngettext(
            "{n} pair is proposed; you decide", "{n} pairs are proposed; you decide", len(rows)
        ).format(n=len(rows))
        action = RowAction(
            _("Match them"), self._match, confirm=_("Have you asked both, and do they want to?")
        )
        parts: list[Part] = [Table(columns, rows, caption, sortable=False, action=action)]
        if answer.instead:
            names = [
                literal(f"{room.name(bond.peer)} – {room.name(bond.mentor)}")
                for bond in answer.instead
            ]
            text = _(
                "In other proposals that are just as good stand: {pairs}. Which of them stands "
                "above is as if a lot had been drawn. You decide."
            )
            parts.append(Prose(text.format(pairs=format_list(names))))
        return parts

    def _match(self, row: Cells) -> str:
        peer, mentor = cast("tuple[str, str]", row["codes"])
        today = self._desk.today
        return self._press(
            lambda session: matching_records.save_pair(
                session, self._site.id, peer, mentor, on=today, today=today
            ),
            _("{peer} and {mentor} are matched.").format(peer=row["peer"], mentor=row["mentor"]),
        )


def _difference_parts(room: Room, proposal: Proposal) -> list[Part]:
    """Return in which pairs the answers differ; nothing where all say the same."""
    differing = [one for one in proposal.choices if not one.is_agreed]
    if not differing:
        return []
    columns = [
        Column("peer", role_name("peer")),
        Column("peers_first", _("No two would rather, peers first")),
        Column("mentors_first", _("No two would rather, mentors first")),
        Column("whole", _("As many as possible")),
    ]
    rows = [
        {
            "peer": room.name(one.peer),
            "peers_first": room.name(one.peers_first),
            "mentors_first": room.name(one.mentors_first),
            "whole": room.name(one.whole),
        }
        for one in differing
    ]
    return [
        Heading(_("Where the ways differ")),
        Prose(
            _(
                "There is more than one good answer. Peers first gives peers whom they wished for "
                "most; mentors first does so for mentors. The last way gives up a first wish "
                "where two others then get each other."
            )
        ),
        Table(columns, rows, _("The ways side by side"), sortable=False),
    ]


def _bonds_table(room: Room) -> Part:
    if not room.bonds:
        return Prose(_("Nobody wishes for anybody yet."))
    columns = [
        Column("tie", _("Wish"), kind="status"),
        Column("why", _("Between whom")),
    ]
    rows = [
        {"tie": _tie(bond), "why": sentence(bond, room.name)}
        for bond in sorted(room.bonds, key=lambda bond: (not bond.is_mutual, -bond.points))
    ]
    return Table(columns, rows, _("Who wishes for whom"), sortable=False)


def _tie(bond: Bond) -> Status:
    if bond.is_mutual:
        return Status(_("Both"), "ok")
    return Status(_("One: talk about it"), "info")
