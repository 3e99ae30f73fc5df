"""What the parts of the matching page know together: who takes part, and how all of it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from peerbook.desk import Desk
from peerbook.matching import matching_records
from peerbook.matching.occasions import Meetings, Occasion
from peerbook.matching.pool import Member, Pool, Role, Veto
from peerbook.matching.proposal import Waiting, waiting
from peerbook.matching.wishes import Bond, Wish, bonds, of_people, standing
from peerbook.people.pairs import Pair, pairs
from peerbook.people.participants import danish_order
from peerbook.store import identities
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Status


@dataclass(frozen=True)
class Room:
    """Everything about a site's matching as of one moment.

    Parameters
    ----------
    day
        The day it is.
    members, wishes, occasions, vetoes, pairs
        As the records tell them; wishes by the codes that people stand under as members.
    names
        What people are called, by code.
    """

    day: dt.date
    members: tuple[Member, ...]
    wishes: tuple[Wish, ...]
    occasions: tuple[Occasion, ...]
    vetoes: tuple[Veto, ...]
    pairs: tuple[Pair, ...]
    names: dict[str, str]

    def name(self, code: str | None) -> str:
        """Return what somebody is called; their code where no name is known."""
        return "–" if code is None else self.names.get(code, code)

    @cached_property
    def pool(self) -> Pool:
        """Who can be matched with whom."""
        return Pool(self.members, self.vetoes)

    @cached_property
    def meetings(self) -> Meetings:
        """Who has met whom."""
        return Meetings(self.occasions, self.day, self.pool.also)

    @cached_property
    def holding(self) -> tuple[Wish, ...]:
        """The wishes that hold, each person's most wished first.

        Without those of two who are both peers or both mentors since, or were one person all along.
        """
        return tuple(
            wish
            for wish in standing(self.wishes, self.day, self.meetings)
            if not self.pool.are_alike(wish.wisher, wish.wished)
        )

    @cached_property
    def bonds(self) -> tuple[Bond, ...]:
        """All who are tied by a wish."""
        return bonds(self.pool, self.wishes, self.day, self.meetings)

    @cached_property
    def waiting(self) -> tuple[Waiting, ...]:
        """Everybody who is not matched, those waiting longest first."""
        found = waiting(self.pool, self.bonds)
        return tuple(sorted(found, key=lambda one: (one.since or self.day, one.code)))

    def of_role(self, role: Role) -> list[tuple[str, str]]:
        """Return code and name of everybody in a role, by name in Danish order."""
        found = [(one.code, self.name(one.code)) for one in self.members if one.role == role]
        return sorted(found, key=lambda one: (danish_order(one[1]), one[0]))

    def everybody(self) -> list[tuple[str, str]]:
        """Return code and name of all who take part, by name in Danish order."""
        both = self.of_role("peer") + self.of_role("mentor")
        return sorted(both, key=lambda one: (danish_order(one[1]), one[0]))


def tie(bond: Bond) -> Status:
    """Return whether both wish for each other."""
    if bond.is_mutual:
        return Status(_("Both"), "ok")
    return Status(_("One: talk about it"), "info")


def read_room(desk: Desk, site: Site) -> Room:
    """Return how matching stands at a site now."""
    day = desk.today
    with desk.store.read() as session:
        members = matching_records.members(session, site.id, day)
        matched = pairs(session, site.id, day)
        codes = {one.code for one in members}
        codes |= {code for pair in matched for code in pair.codes}
        also = {code: one.code for one in members for code in one.also}
        wishes = of_people(matching_records.wishes(session, site.id), also)
        codes |= {one.wished for one in wishes}
        return Room(
            day,
            tuple(members),
            wishes,
            tuple(matching_records.occasions(session, site.id)),
            tuple(matching_records.hard_stops(session, site.id)),
            tuple(matched),
            identities.name_of(session, sorted(codes)),
        )
