"""Café and common events: how many came, who is host, known faces, and what events gave."""

from __future__ import annotations

from peerbook.cafe.events_part import CommonEvents, event_facts
from peerbook.cafe.faces_part import KnownFaces
from peerbook.cafe.head_count_part import HeadCounts, head_count_facts
from peerbook.cafe.rota_part import Rota, rota_facts
from peerbook.desk import Desk, open_desk
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
        for part in (counts, known_faces, events):
            if part is not changed:
                part.refresh()

    counts = HeadCounts(desk, site, follow)
    known_faces = KnownFaces(desk, site)
    events = CommonEvents(desk, site, follow)
    return [
        Tabs(
            [
                (_("Count"), counts.parts),
                (_("Rota"), Rota(desk, site, follow).parts),
                (_("Known faces"), known_faces.parts),
                (_("Common events"), events.parts),
            ]
        )
    ]


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    return (
        f"site: {site.name}",
        *head_count_facts(desk, site),
        *rota_facts(desk, site),
        *event_facts(desk, site),
    )
