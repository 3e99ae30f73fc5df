"""Who wishes for whom, and how the whole pool could be matched; staff decide."""

from __future__ import annotations

from typing import cast, get_args

from peerbook.matching import matching_records
from peerbook.matching.proposal import Answer, Proposal, Way, propose
from peerbook.matching.room import Room, read_room, tie
from peerbook.matching.sentences import (
    sentence,
    sentence_of_roles,
    way_aim,
    way_name,
    ways_told,
    worth_text,
)
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
    Table,
    literal,
)


class Proposals(Tab):
    """The bonds there are, and the answers side by side."""

    _way: Way = "peers_first"

    def parts(self) -> list[Part]:
        """Return the choice of the way, and what it gives."""
        ways: list[tuple[Way, str]] = [(way, way_name(way)) for way in get_args(Way)]
        choice = Filter(
            _("How are pairs to be found?"), ways, self._choose, value=self._way, look="radio"
        )
        return [choice, *super().parts()]

    def _choose(self, way: Way) -> None:
        self._way = way
        self.refresh()

    def _overview_parts(self) -> list[Part]:
        room = read_room(self._desk, self._site)
        proposal = propose(room.members, room.wishes, room.occasions, room.vetoes, room.day)
        return [
            Prose(way_aim(self._way)),
            *self._answer_parts(room, proposal.by(self._way)),
            *_difference_parts(room, proposal),
            Disclosure(_("How a proposal comes about"), [_rules()]),
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
                "tie": tie(bond),
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
        table = Table(columns, rows, caption, sortable=False, action=action)
        parts: list[Part] = [table, Prose(worth_text(answer.worth))]
        if answer.instead:
            names = [
                literal(f"{room.name(bond.peer)} – {room.name(bond.mentor)}")
                for bond in answer.instead
            ]
            text = _(
                "These pairs would be just as good: {pairs}. A lot decided which stand above. You "
                "decide."
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


def _rules() -> Part:
    return Prose("\n".join(f"- {one}" for one in ways_told()))


def _difference_parts(room: Room, proposal: Proposal) -> list[Part]:
    """Return in which pairs the answers differ; nothing where all say the same."""
    differing = [one for one in proposal.choices if not one.is_agreed]
    if not differing:
        return []
    columns = [
        Column("peer", role_name("peer")),
        *(Column(way, way_name(way)) for way in get_args(Way)),
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
                "There is more than one good answer. Here stand those for whom the way makes a "
                "difference."
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
        {"tie": tie(bond), "why": sentence(bond, room.name)}
        for bond in sorted(room.bonds, key=lambda bond: (not bond.is_mutual, -bond.points))
    ]
    return Table(columns, rows, _("Who wishes for whom"), sortable=False)
