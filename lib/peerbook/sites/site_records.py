"""What pages read from and write to the store about sites.

Every function takes a session of the store; those that write belong inside `Store.submit` or
`Store.write`, so that the row, its event and its audit entry are one transaction.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.sites.municipalities import check_municipality
from peerbook.store import Saved, append_event, events_of
from peerbook.store.tables import Site
from peerbook.text import _


def sites(session: Session) -> list[Site]:
    """Return the sites, by name."""
    return list(session.scalars(select(Site).order_by(Site.name)))


def site_named(session: Session, name: str) -> Site | None:
    """Return the site a page begins with: the one called `name`, else the first by name.

    A name a site once had still leads to it, in links and bookmarks. None when there is no site
    yet.

    Raises
    ------
    InputFault
        When there is and was no site with that name.
    """
    known = sites(session)
    if not name:
        return known[0] if known else None
    for site in known:
        if site.name == name:
            return site
    for event in reversed(events_of(session, "site")):
        if event.kind == RENAMED and event.details["old"] == name:
            return session.get_one(Site, int(event.subject_id))
    raise InputFault.at(
        "site",
        _("There is no site called “{name}”. Choose one of those that exist.").format(name=name),
    )


def number_of(session: Session, name: str) -> int | None:
    """Return the number of a site, or None, which is all of them, when no name is given.

    Raises
    ------
    InputFault
        When there is and was no site with that name.
    """
    found = site_named(session, name) if name else None
    return None if found is None else found.id


RENAMED = "renamed"


def rename_site(session: Session, site_id: int, name: str, *, on: dt.date) -> None:
    """Call a site by another name, for all its courses.

    Raises
    ------
    InputFault
        At `site`, when another one is called so.
    """
    if session.scalar(select(Site.id).where(Site.name == name, Site.id != site_id)) is not None:
        raise InputFault.at(
            "site",
            _("There is already a place with that name. If the course belongs there, move it."),
        )
    site = session.get_one(Site, site_id)
    append_event(session, "site", site_id, RENAMED, on, old=site.name)
    site.name = name


def save_site(session: Session, name: str, municipality: str) -> Saved:
    """Save a new site.

    Raises
    ------
    InputFault
        When a site with that name is there already, or there is no such municipality.
    """
    if session.scalar(select(Site.id).where(Site.name == name)) is not None:
        raise InputFault.at("name", _("There is already a site with that name."))
    site = Site(name=name, municipality=check_municipality(municipality))
    session.add(site)
    session.flush()
    return Saved("site", site.id, site.version)
