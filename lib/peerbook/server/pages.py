"""The pages there are: what each is called and where it stands in the navigation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import nbformat

from peerbook.store.visitor import Role
from peerbook.text import _

ROLES: frozenset[Role] = frozenset(get_args(Role))
_LEADERS: frozenset[Role] = frozenset({"leader"})
_COURSE: frozenset[Role] = frozenset({"leader", "course_leader"})
_UNLISTED: frozenset[Role] = frozenset({"leader", "analyst"})
"""Who opens a notebook that is no page of ours: whoever made it, most likely."""

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
        What the pages it stands with are called together; empty for a page that stands alone.
    roles
        Who may open it; nobody but a leader, unless it says so.
    short
        What the navigation calls it, where that is less than the title.
    """

    notebook: str
    title: str
    lead: str = ""
    group: str = ""
    roles: frozenset[Role] = _LEADERS
    short: str = ""


def _registry() -> tuple[Entry, ...]:
    course, keeping = _("Course"), _("Data and access")
    return (
        Entry(
            START,
            _("Front page"),
            _("What happens now, and where to find it."),
            roles=ROLES - {"analyst"},
        ),
        Entry(
            "recruitment",
            _("Recruitment"),
            _("From the first enquiry to taking part, and what brings people."),
            _("Peers and mentors"),
        ),
        Entry(
            "matching",
            _("Matching"),
            _("Who met whom, who wishes for whom, and who is matched."),
            _("Peers and mentors"),
        ),
        Entry(
            "pathways",
            _("Pathways"),
            _("Contracts, pauses, and the talk at the end."),
            _("Peers and mentors"),
        ),
        Entry(
            "course_plan",
            _("Plan a course"),
            _("Dates for teaching, sparring and evaluation, and what follows when a day is moved."),
            course,
            _COURSE,
        ),
        Entry(
            "course_record",
            _("Attendance and evaluation"),
            _("Who was there, what they thought of it, and what we do about it."),
            course,
            _COURSE | {"evaluator"},
        ),
        Entry(
            "head_count",
            _("Café and common events"),
            _("Who is host at the café, how many came, and what events cost and gave."),
            _("Open to all"),
            _COURSE,
            short=_("Café"),
        ),
        Entry(
            "costs",
            _("What it costs"),
            _("A cost estimate in six steps, and what other models would cost."),
            _("Results"),
            short=_("Costs"),
        ),
        Entry(
            "access",
            _("Users and access"),
            _("Who may come in, and what they may see."),
            keeping,
        ),
        Entry(
            "privacy",
            _("Privacy"),
            _("What is kept about a person, for how long, and deleting it."),
            keeping,
        ),
        Entry(
            "data",
            _("Data"),
            _("Take a file in or back, see what should be put right, and take all data along."),
            keeping,
        ),
        Entry(
            "help",
            _("Help and settings"),
            _("How to do it, whom people can call, and what you decide yourselves."),
            roles=ROLES,
            short=_("Help"),
        ),
    )


def entries(workbooks: Path, role: Role) -> tuple[Entry, ...]:
    """Return the pages of a role whose notebook is there, in the order of the navigation."""
    return tuple(
        e for e in _registry() if role in e.roles and (workbooks / f"{e.notebook}.ipynb").is_file()
    )


def may_open(name: str, role: Role) -> bool:
    """Return whether a role may open a page."""
    return role in next((e.roles for e in _registry() if e.notebook == name), _UNLISTED)


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
