"""Matching: who met whom, who wishes for whom, and who is matched."""

from __future__ import annotations

from peerbook import small_groups
from peerbook.desk import Desk, open_desk
from peerbook.matching.gathering_part import Gatherings
from peerbook.matching.pairs_part import Pairs
from peerbook.matching.proposal_part import Proposals
from peerbook.matching.room import read_room
from peerbook.matching.wishes_part import Wishes
from peerbook.sites.site_part import site_page
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Page, Part, Tabs


def open_page(site: str = "") -> Page:
    """Return the page for a site; the first by name when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    return site_page(desk, site, lambda at: _parts(desk, at), lambda at: _facts(desk, at))


def _parts(desk: Desk, site: Site) -> list[Part]:
    def follow(changed: object) -> None:
        """Let what was opened show what was saved in another part."""
        for part in (wishes, proposals, pairs):
            if part is not changed:
                part.refresh()

    wishes = Wishes(desk, site, follow)
    proposals = Proposals(desk, site, follow)
    pairs = Pairs(desk, site, follow)
    return [
        Tabs(
            [
                (_("Wishes"), wishes.parts),
                (_("Who met whom"), Gatherings(desk, site, follow).parts),
                (_("Proposal"), proposals.parts),
                (_("Pairs"), pairs.parts),
            ]
        )
    ]


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    room = read_room(desk, site)
    threshold = desk.threshold()
    counts = {
        "peers": len(room.of_role("peer")),
        "mentors": len(room.of_role("mentor")),
        "pairs": sum(pair.ended_on is None for pair in room.pairs),
        "mutual wishes": sum(bond.is_mutual for bond in room.bonds),
    }
    return (
        f"site: {site.name}",
        *(f"{what}: {small_groups.told(count, threshold)}" for what, count in counts.items()),
        f"gatherings: {len(room.occasions)}",
    )
