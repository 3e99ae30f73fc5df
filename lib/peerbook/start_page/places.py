"""What is told of places: each by its name, or where there are many, a count and a fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from peerbook.course.page_addresses import address_of
from peerbook.store.tables import Site
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import Column, Disclosure, Heading, Link, Part, Prose, Table, literal

MOST_SITES_IN_LINES = 5
"""With more sites than that, what is told of them is counted, and folded under the count."""


def are_many(sites: Sequence[Site]) -> bool:
    """Return whether there are too many places to tell of each in a line."""
    return len(sites) > MOST_SITES_IN_LINES


def folded(
    label: str,
    columns: Sequence[Column],
    rows: Callable[[], Sequence[Mapping[str, object]]],
    caption: str,
) -> Disclosure:
    """Return a table that is made when it is opened.

    Parameters
    ----------
    label
        What opens it.
    columns, caption
        As in `Table`.
    rows
        Returns its rows.
    """
    return Disclosure(label, lambda: [Table(columns, rows(), caption)])


@dataclass(frozen=True)
class Waiting:
    """Things of one kind that wait at some of the places.

    Parameters
    ----------
    told
        How many there are of them in all, as a sentence without its stop; {n} is the number.
    label
        What they are, in two or three words.
    counts
        How many there are, by site; a site without any may be left out.
    """

    told: str
    label: str
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.counts.values())


def waiting_parts(
    heading: str, kinds: Sequence[Waiting], sites: Sequence[Site], page: str, page_name: str
) -> list[Part]:
    """Return what waits, a line each with the ways there; nothing where nothing does.

    Parameters
    ----------
    heading
        What it is about.
    kinds
        What waits; a kind of which there are none is left out.
    sites
        All places, in which order.
    page, page_name
        Where it is seen to, and what that is called where there is one place only.
    """
    there = [one for one in kinds if one.total]
    if not there:
        return []
    lines = [f"- {one.told.format(n=format_number(one.total))}" for one in there]
    if not are_many(sites):
        lines = [
            f"{line}: {_ways(one, sites, page, page_name)}"
            for line, one in zip(lines, there, strict=True)
        ]
    told: list[Part] = [Heading(heading), Prose("\n".join(f"{line}." for line in lines))]
    return [*told, _by_place(heading, there, sites, page)] if are_many(sites) else told


def _ways(one: Waiting, sites: Sequence[Site], page: str, page_name: str) -> str:
    """Return the ways on a page to the places where something waits, in Markdown."""
    return format_list(
        [
            f"[{literal(site.name) if len(sites) > 1 else page_name}]"
            f"({address_of(page, site.name)})"
            for site in sites
            if one.counts.get(site.id)
        ]
    )


def _by_place(
    heading: str, kinds: Sequence[Waiting], sites: Sequence[Site], page: str
) -> Disclosure:
    """Return the places where something waits, each the way there, and how much of what."""
    at = [site for site in sites if any(one.counts.get(site.id) for one in kinds)]
    columns = [
        Column("site", _("Site")),
        *(Column(str(i), one.label, kind="number") for i, one in enumerate(kinds)),
    ]

    def rows() -> list[dict[str, object]]:
        return [
            {"site": Link(site.name, address_of(page, site.name))}
            | {str(i): one.counts.get(site.id, 0) for i, one in enumerate(kinds)}
            for site in at
        ]

    label = ngettext("See the place", "See the {n} places", len(at)).format(n=len(at))
    return folded(label, columns, rows, _("{what}, place by place").format(what=heading))
