"""Café and common events: how many came, who is host, known faces, and what events gave."""

from __future__ import annotations

from peerbook.cafe.events_part import CommonEvents, event_facts
from peerbook.cafe.faces_part import KnownFaces
from peerbook.cafe.head_count_part import HeadCounts, head_count_facts
from peerbook.cafe.rota_part import Rota, rota_facts
from peerbook.desk import Desk, open_desk
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
        (_("Count"), HeadCounts),
        (_("Rota"), Rota),
        (_("Known faces"), KnownFaces),
        (_("Common events"), CommonEvents),
    ]
    return tabbed_page(open_desk(), site, tabs, _facts)


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    return (
        f"site: {site.name}",
        *head_count_facts(desk, site),
        *rota_facts(desk, site),
        *event_facts(desk, site),
    )
