"""Recruitment: from the first enquiry to taking part, and what brings people."""

from __future__ import annotations

from peerbook.desk import Desk, open_desk
from peerbook.privacy.disclosure import told_counts
from peerbook.recruitment import press_records, stakeholder_records
from peerbook.recruitment.enquiry_part import Enquiries
from peerbook.recruitment.funnel import people_reached
from peerbook.recruitment.funnel_part import Funnel
from peerbook.recruitment.journey_records import journeys_frame
from peerbook.recruitment.network_part import Network
from peerbook.recruitment.people_part import People
from peerbook.recruitment.press_part import Press
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
    figures = Funnel(desk, site)
    people = People(desk, site, figures.refresh)

    def follow() -> None:
        """Let what was opened show what was saved elsewhere on the page."""
        for part in (people, figures, press, network):
            part.refresh()

    enquiries = Enquiries(desk, site, follow)
    press = Press(desk, site, enquiries.offer_anew)

    def offer_places() -> None:
        """Let the other tabs know the places there are now, and the visits to them."""
        press.refresh()
        enquiries.offer_anew()

    network = Network(desk, site, offer_places)
    return [
        Tabs(
            [
                (_("Somebody asks"), enquiries.parts),
                (_("Talks"), people.parts),
                (_("What works"), figures.parts),
                (_("Press"), press.parts),
                (_("Places to visit"), network.parts),
            ]
        )
    ]


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    with desk.store.read() as session:
        journeys = journeys_frame(session, site.id)
        items = press_records.press_items(session, site.id)
        places = stakeholder_records.places(session, site.id)
    counts = told_counts(people_reached(journeys, journeys["code"]), desk.threshold())
    return (
        f"site: {site.name}",
        *(f"{stage}: {count}" for stage, count in counts.items()),
        f"channels: {journeys['heard_via'].nunique()}",
        f"press: {len(items)}",
        f"places: {len(places)}",
    )
