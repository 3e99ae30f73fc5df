"""A page of ours with the result of a cost estimate, and a filter that changes one input."""

from __future__ import annotations

from benchmarks import content
from peerbook.ui import Filter, Page, Section


def open_page() -> Page:
    """Return the page, showing what the first amount comes to."""
    known = content.hours_of_a_day()
    place = Section(content.estimate_shown(known[0][0]))
    choice = Filter(content.CHOICE, known, lambda hours: place.show(content.estimate_shown(hours)))
    return Page([choice, place], synthetic=True)
