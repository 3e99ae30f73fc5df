"""Which site a page is about: chosen above it where there are several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from peerbook.desk import Desk
from peerbook.sites import site_records
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Address, Filter, Page, Part, Prose, Section


def site_parts(
    sites: Sequence[Site], chosen: Site, parts: Callable[[Site], list[Part]]
) -> list[Part]:
    """Return what a page shows of a site, and above it the choice where there are several.

    Parameters
    ----------
    sites, chosen
        All of them, and the one to begin with.
    parts
        Returns what is shown of a site.
    """

    def about(site: Site) -> list[Part]:
        return [Address({"site": site.name}), *parts(site)]

    place = Section(about(chosen))
    if len(sites) < 2:
        return [place]
    by_id = {site.id: site for site in sites}
    choice = Filter(
        _("Site"),
        [(site.id, site.name) for site in sites],
        lambda number: place.show(about(by_id[number])),
        value=chosen.id,
    )
    return [choice, place]


def site_page(
    desk: Desk,
    site: str,
    parts: Callable[[Site], list[Part]],
    facts: Callable[[Site], Sequence[str]],
) -> Page:
    """Return a page about one site at a time; the first by name when `site` is empty.

    Parameters
    ----------
    site
        Name of the site to begin with.
    parts, facts
        Return what is shown of a site, and what the check cell tells of it.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    with desk.store.read() as session:
        known = site_records.sites(session)
        chosen = site_records.site_named(session, site)
    if chosen is None:
        text = _("There is no place yet. Begin on the [front page](start.ipynb).")
        return Page([Prose(text)], synthetic=desk.synthetic)
    return Page(
        site_parts(known, chosen, parts), synthetic=desk.synthetic, facts=lambda: facts(chosen)
    )


def follow_names(parts: Sequence[Part], sites: Sequence[Site]) -> None:
    """Call the sites in a choice what they are called now."""
    names = {site.id: site.name for site in sites}
    for part in parts:
        if isinstance(part, Filter):
            part.relabel([names[number] for number in part.values])
