"""The pages there are: what each is called and where it stands in the navigation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from peerbook.text import _

START = "start"


@dataclass(frozen=True)
class Entry:
    """One page as the navigation and the page's head show it.

    Parameters
    ----------
    notebook
        File name of the notebook without its ending.
    title, lead
        Heading and the one line under it, in the user's language.
    group
        Heading of the navigation group; empty for a page that stands alone.
    """

    notebook: str
    title: str
    lead: str = ""
    group: str = ""


def _registry() -> tuple[Entry, ...]:
    course = _("Course")
    return (
        Entry(START, _("Front page"), _("What happens now, and where to find it.")),
        Entry(
            "course_plan",
            _("Plan a course"),
            _("Dates for teaching, sparring and evaluation, and what follows when a day is moved."),
            course,
        ),
        Entry(
            "course_record",
            _("Attendance and evaluation"),
            _("Who was there, what they thought of it, and what we do about it."),
            course,
        ),
        Entry(
            "head_count",
            _("Café and meetings"),
            _("How many came where nobody signs up, and how many to make coffee for."),
            _("Open to all"),
        ),
        Entry("data", _("Data"), _("Take a file in or back, and take all data along.")),
        Entry(
            "help",
            _("Help and settings"),
            _("How to do it, whom people can call, and what you decide yourselves."),
        ),
    )


def entries(workbooks: Path) -> tuple[Entry, ...]:
    """Return the registered pages whose notebook is there, in the order of the navigation."""
    return tuple(e for e in _registry() if (workbooks / f"{e.notebook}.ipynb").is_file())


def entry_of(name: str, notebook: nbformat.NotebookNode) -> Entry:
    """Return the entry of a page; one that is not registered is called as its own heading says."""
    for entry in _registry():
        if entry.notebook == name:
            return entry
    for cell in notebook.cells:
        found = cell.cell_type == "markdown" and re.match(r"#\s+(.+)\s*([^#]*)", cell.source)
        if found:
            return Entry(name, found[1].strip(), found[2].strip())
    return Entry(name, name.rpartition("/")[2].replace("_", " ").capitalize())
