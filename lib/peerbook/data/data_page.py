"""Data in, in order and out: files taken in, what should be put right, and everything along."""

from __future__ import annotations

from collections.abc import Sequence

from peerbook.course.data_imports import files_taken
from peerbook.data.export_part import export_parts, return_parts
from peerbook.data.import_part import ImportPart
from peerbook.data.kinds import kind_named
from peerbook.data.taken_part import TakenPart
from peerbook.desk import Desk, open_desk
from peerbook.quality.quality_part import quality_parts
from peerbook.sites import site_records
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Page, Part, Prose, Tabs


def open_page(site: str = "") -> Page:
    """Return the page, beginning with a site; the first by name when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    with desk.store.read() as session:
        known = site_records.sites(session)
        chosen = site_records.site_named(session, site)
    if chosen is None:
        parts: list[Part] = [
            Prose(_("There is no place yet. Begin on the [front page](start.ipynb).")),
            *return_parts(desk),
        ]
        return Page(parts, synthetic=desk.synthetic)
    return Page(
        _parts(desk, known, chosen), synthetic=desk.synthetic, facts=lambda: _facts(desk, chosen)
    )


def _parts(desk: Desk, sites: Sequence[Site], chosen: Site) -> list[Part]:
    taken = TakenPart(desk)
    return [
        Tabs(
            [
                (_("Take a file in"), ImportPart(desk, sites, chosen, taken.show).parts),
                (_("What was taken in"), taken.parts),
                (_("What should be put right"), lambda: quality_parts(desk, sites, chosen)),
                (_("Take everything out"), lambda: export_parts(desk)),
            ]
        )
    ]


def _facts(desk: Desk, site: Site) -> list[str]:
    with desk.store.read() as session:
        files = files_taken(session)
        stored = sum(kind_named(file.kind).size(session, file.id) > 0 for file in files)
    return [f"site: {site.name}", f"files taken in: {len(files)}, of which stored: {stored}"]
