"""The pathway of pairs: contract, pauses, the talk at the end, and how long pairs stay together."""

from __future__ import annotations

from collections import Counter

from peerbook import small_groups
from peerbook.desk import Desk, open_desk
from peerbook.pathways import pathway_records
from peerbook.pathways.contact_part import Contacts
from peerbook.pathways.pathway_list_part import Pathways
from peerbook.pathways.retention_part import RetentionCurves
from peerbook.sites.site_part import site_page
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Page, Part, Tabs


def open_page(site: str = "", pair: int = 0) -> Page:
    """Return the page for a site; the first by name when `site` is empty.

    Parameters
    ----------
    pair
        Number of the pair to begin with; 0 for none.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    return site_page(desk, site, lambda at: _parts(desk, at, pair), lambda at: _facts(desk, at))


def _parts(desk: Desk, site: Site, pair: int) -> list[Part]:
    def follow(changed: object) -> None:
        """Let what was opened show what was saved in another part."""
        for part in (pathways, contacts, curves):
            if part is not changed:
                part.refresh()

    pathways = Pathways(desk, site, follow, pair)
    contacts = Contacts(desk, site, follow)
    curves = RetentionCurves(desk, site)
    return [
        Tabs(
            [
                (_("Pairs"), pathways.parts),
                (_("Contact"), contacts.parts),
                (_("Retention"), curves.parts),
            ]
        )
    ]


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    with desk.store.read() as session:
        known = pathway_records.pathways(session, site.id, desk.today)
    threshold = desk.threshold()
    counts = Counter(one.standing(desk.today) for one in known)
    return (
        f"site: {site.name}",
        f"pairs: {small_groups.told(len(known), threshold)}",
        *(
            f"{standing}: {small_groups.told(count, threshold)}"
            for standing, count in sorted(counts.items())
        ),
    )
