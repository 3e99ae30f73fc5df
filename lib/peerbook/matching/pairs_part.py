"""The pairs there are, how they end, and those who wait."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from peerbook.matching import matching_records
from peerbook.matching.proposal import REASONS, Reason, Waiting
from peerbook.matching.room import Room, read_room
from peerbook.matching.sentences import reason_name
from peerbook.people.names import end_name, role_name
from peerbook.people.pairs import Pair, pair_address
from peerbook.sites.tab import Tab
from peerbook.text import _
from peerbook.ui import (
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    FlagField,
    Form,
    Heading,
    Link,
    Part,
    Prose,
    Submission,
    Table,
)
from peerbook.ui.answers import given


class Pairs(Tab):
    """The pairs, with the way to each; and who waits in the café."""

    def parts(self) -> list[Part]:
        """Return the pairs, those who wait, and the form to match two by hand."""
        return [
            *super().parts(),
            Disclosure(_("Match two who are not proposed"), lambda: [self._form()]),
        ]

    def _overview_parts(self) -> list[Part]:
        room = read_room(self._desk, self._site)
        return [*self._pair_parts(room), *_waiting_parts(room)]

    def _pair_parts(self, room: Room) -> list[Part]:
        open_pairs = [pair for pair in room.pairs if pair.ended_on is None]
        ended = [pair for pair in room.pairs if pair.ended_on is not None]
        parts: list[Part] = [Heading(_("Pairs"))]
        if not open_pairs:
            parts.append(Prose(_("Nobody is matched now.")))
        else:
            columns = [
                Column("peer", role_name("peer")),
                Column("mentor", role_name("mentor")),
                Column("since", _("Since"), kind="date"),
                Column("pathway", _("Pathway")),
            ]
            rows = [
                {
                    "peer": room.name(pair.peer), "mentor": room.name(pair.mentor),
                    "since": pair.matched_on,
                    "pathway": Link(
                        _("Open"), pair_address(self._site.name, pair.number)
                    ),
                }
                for pair in open_pairs
            ]  # fmt: skip
            parts.append(Table(columns, rows, _("Pairs that go on")))
        if ended:
            parts.append(Disclosure(_("Pairs that have ended"), [_ended_table(room, ended)]))
        return parts

    def _form(self) -> Form:
        room = read_room(self._desk, self._site)

        def save(submission: Submission) -> None:
            values = submission.values
            self._save_and_show(
                submission,
                lambda session: matching_records.save_pair(
                    session, self._site.id, str(values["peer"]), str(values["mentor"]),
                    on=given(dt.date, values["on"]), today=self._desk.today,
                    beside=given(bool, values["beside"]), asked=given(bool, values["asked"]),
                ),
            )  # fmt: skip

        return Form(
            "pair",
            [
                ChoiceField("peer", role_name("peer"), required=True, options=room.of_role("peer")),
                ChoiceField(
                    "mentor", role_name("mentor"), required=True, options=room.of_role("mentor")
                ),
                DateField("on", _("From which day?"), required=True, latest=self._desk.today),
                FlagField(
                    "beside",
                    _("One of them has another pair, and both go on"),
                    hint=_("As when somebody stands in during a pause."),
                ),
                FlagField(
                    "asked",
                    _("Both were asked, and want to"),
                    hint=_("Needed where neither wished for the other, or one would rather wait."),
                ),
            ],
            values={"on": self._desk.today},
            on_submit=save,
            submit_label=_("Match the two"),
        )


def _ended_table(room: Room, ended: list[Pair]) -> Table:
    columns = [
        Column("peer", role_name("peer")),
        Column("mentor", role_name("mentor")),
        Column("since", _("From"), kind="date"),
        Column("until", _("To"), kind="date"),
        Column("end", _("How it ended")),
    ]
    rows = [
        {
            "peer": room.name(pair.peer), "mentor": room.name(pair.mentor),
            "since": pair.matched_on, "until": pair.ended_on, "end": end_name(pair.end or "other"),
        }
        for pair in ended
    ]  # fmt: skip
    return Table(columns, rows, _("Pairs that have ended"))


def _waiting_parts(room: Room) -> list[Part]:
    """Return who waits in the café, by why, and for how long: waiting is a place, too."""
    if not room.waiting:
        return []
    known: defaultdict[str, list[Waiting]] = defaultdict(list)
    for one in sorted(room.waiting, key=lambda one: REASONS.index(one.reason)):
        known[reason_name(one.reason, one.role)].append(one)
    tables: list[Part] = []
    for why, those in known.items():
        rows = [
            {
                "name": room.name(one.code), "role": role_name(one.role),
                "since": one.since, "days": _days(one.since, room.day),
                "wish_since": one.wish_since, "wish_days": _days(one.wish_since, room.day),
            }
            for one in those
        ]  # fmt: skip
        tables.append(Table(_waiting_columns(those[0].reason), rows, why[:1].upper() + why[1:]))
    return [Heading(_("In the café, not matched yet")), *tables]


def _waiting_columns(reason: Reason) -> list[Column]:
    """Return what to tell of those who wait for one reason: since when it holds, where known.

    Being free is not being wished for: whoever has been free for years may have a wish of today.
    """
    waits = reason == "own_wish"
    columns = [
        Column("name", _("Name")),
        Column("role", _("Role")),
        Column("since", _("Waits since") if waits else _("Free since"), kind="date"),
        Column("days", _("Days of waiting") if waits else _("Days free"), kind="number"),
    ]
    if reason == "wish_open":
        columns += [
            Column("wish_since", _("Wish since"), kind="date"),
            Column("wish_days", _("Days with a wish"), kind="number"),
        ]
    return columns


def _days(since: dt.date | None, day: dt.date) -> int | None:
    return None if since is None else (day - since).days
