"""Matching: who met whom, who wishes for whom, and who is matched."""

from __future__ import annotations

from peerbook.desk import Desk, open_desk
from peerbook.matching.gathering_part import Gatherings
from peerbook.matching.pairs_part import Pairs
from peerbook.matching.proposal import REASONS
from peerbook.matching.proposal_part import Proposals
from peerbook.matching.room import read_room
from peerbook.matching.wishes_part import Wishes
from peerbook.privacy.disclosure import told_over_time
from peerbook.sites.tab import tabbed_page
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Page


def open_page(site: str = "") -> Page:
    """Return the page for a site; the first by name when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    tabs = [
        (_("Wishes"), Wishes),
        (_("Who met whom"), Gatherings),
        (_("Proposal"), Proposals),
        (_("Pairs"), Pairs),
    ]
    return tabbed_page(open_desk(), site, tabs, _facts)


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    room = read_room(desk, site)
    matched = [pair for pair in room.pairs if pair.ended_on is None]
    counts = told_over_time(
        {
            "peers": frozenset(code for code, _name in room.of_role("peer")),
            "mentors": frozenset(code for code, _name in room.of_role("mentor")),
            "peers matched": frozenset(pair.peer for pair in matched if pair.peer),
            "mentors matched": frozenset(pair.mentor for pair in matched if pair.mentor),
            "peers with a mutual wish": frozenset(
                bond.peer for bond in room.bonds if bond.is_mutual
            ),
            **{
                f"waiting, {reason}": frozenset(
                    one.code for one in room.waiting if one.reason == reason
                )
                for reason in REASONS
            },
        },
        desk.threshold(),
    )
    return (
        f"site: {site.name}",
        *(f"{what}: {count}" for what, count in counts.items()),
        f"gatherings: {len(room.occasions)}",
    )
