"""Privacy: what is kept about a person, for how long, and deleting it."""

from __future__ import annotations

from sqlalchemy import func, select

from peerbook.data_protection.deletions_part import deletions_parts
from peerbook.data_protection.grounds_part import grounds_parts
from peerbook.data_protection.person_part import PersonPart
from peerbook.data_protection.retention_part import RetentionPart
from peerbook.data_protection.same_person_part import SamePersonPart
from peerbook.desk import Desk, open_desk
from peerbook.sites import site_records
from peerbook.store.tables import Deletion, Participant, Site
from peerbook.text import _
from peerbook.ui import Page, Part, Prose, Section, Tabs


def open_page(site: str = "") -> Page:
    """Return the page, which is about all sites; links from other pages may name one.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    with desk.store.read() as session:
        chosen = site_records.site_named(session, site)
    if chosen is None:
        begin: list[Part] = [
            Prose(_("There is no place yet. Begin on the [front page](start.ipynb)."))
        ]
        return Page(begin, synthetic=desk.synthetic)
    return Page(_parts(desk), synthetic=desk.synthetic, facts=lambda: _facts(desk, chosen))


def _parts(desk: Desk) -> list[Part]:
    certificates = Section([])

    def show_certificates() -> None:
        certificates.show(deletions_parts(desk))

    def opened() -> list[Part]:
        show_certificates()
        return [certificates]

    return [
        Tabs(
            [
                (_("One person"), PersonPart(desk, show_certificates).parts),
                (_("One or two?"), SamePersonPart(desk).parts),
                (_("How long"), RetentionPart(desk, show_certificates).parts),
                (_("Certificates"), opened),
                (_("What you build on"), lambda: grounds_parts(desk)),
            ]
        )
    ]


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    with desk.store.read() as session:
        people = session.scalar(select(func.count()).select_from(Participant)) or 0
        gone = session.scalar(select(func.count()).select_from(Deletion)) or 0
    return (f"site: {site.name}", f"people: {people}", f"deletions: {gone}")
