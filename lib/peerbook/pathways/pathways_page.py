"""The pathway of pairs: contract, pauses, the talk at the end, and how long pairs stay together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from peerbook.desk import Desk, open_desk
from peerbook.pathways import pathway_records
from peerbook.pathways.contact_part import Contacts
from peerbook.pathways.due_part import Waiting
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_list_part import Pathways
from peerbook.pathways.retention_part import RetentionCurves
from peerbook.pathways.staff_part import Staff, staff_facts
from peerbook.privacy.disclosure import told_over_time
from peerbook.sites.tab import MakesTab, tabbed_page
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Page


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
    tabs: Sequence[tuple[str, MakesTab]] = [
        (_("What waits"), Waiting),
        (_("Pairs"), partial(Pathways, opened=pair)),
        (_("Contact"), Contacts),
        (_("Retention"), RetentionCurves),
        (_("Staff"), Staff),
    ]
    return tabbed_page(open_desk(), site, tabs, _facts, first=1 if pair else 0)


_COUNTED: Mapping[str, Callable[[Pathway], bool]] = {
    "pairs": lambda one: True,
    "ended": lambda one: one.ended_on is not None,
    "without contract": lambda one: one.contract is None,
    "exit talks": lambda one: one.closing is not None,
}


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    with desk.store.read() as session:
        known = pathway_records.pathways(session, site.id, desk.today)
    counts = told_over_time(
        {
            what: frozenset(str(one.number) for one in known if holds(one))
            for what, holds in _COUNTED.items()
        },
        desk.threshold(),
    )
    return (
        f"site: {site.name}",
        *(f"{what}: {count}" for what, count in counts.items()),
        *staff_facts(desk, site),
    )
