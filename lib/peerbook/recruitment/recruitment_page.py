"""Recruitment: from the first enquiry to taking part, and what brings people."""

from __future__ import annotations

from peerbook.desk import Desk, open_desk
from peerbook.privacy.disclosure import told_over_time
from peerbook.recruitment import press_records, stakeholder_records
from peerbook.recruitment.enquiry_part import Enquiries
from peerbook.recruitment.funnel import people_reached
from peerbook.recruitment.funnel_part import Funnel
from peerbook.recruitment.journey_records import journeys_frame
from peerbook.recruitment.network_part import Network
from peerbook.recruitment.people_part import People
from peerbook.recruitment.press_part import Press
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
        (_("Somebody asks"), Enquiries),
        (_("Talks"), People),
        (_("What works"), Funnel),
        (_("Press"), Press),
        (_("Places to visit"), Network),
    ]
    return tabbed_page(open_desk(), site, tabs, _facts)


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    with desk.store.read() as session:
        journeys = journeys_frame(session, site.id)
        items = press_records.press_items(session, site.id)
        places = stakeholder_records.places(session, site.id)
    counts = told_over_time(people_reached(journeys, journeys["code"]), desk.threshold())
    return (
        f"site: {site.name}",
        *(f"{stage}: {count}" for stage, count in counts.items()),
        f"channels: {journeys['heard_via'].nunique()}",
        f"press: {len(items)}",
        f"places: {len(places)}",
    )
