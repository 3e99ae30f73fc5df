"""What participants have asked for and still wait for, where the next course is planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peerbook.course import records
from peerbook.course.improvement import suggestion_records
from peerbook.course.improvement.improvement_part import (
    TEXT_LENGTH,
    is_overdue,
    open_notices,
    outcome_name,
    said_text,
    words_of,
)
from peerbook.course.page_addresses import record_links
from peerbook.desk import Desk
from peerbook.rows import each
from peerbook.store.tables import Course, Site
from peerbook.text import _, shortened
from peerbook.ui import Column, Disclosure, Part, Prose, Status, Table


def open_suggestions_parts(desk: Desk, site: Site, course: Course | None = None) -> list[Part]:
    """Return what participants of a site still wait for; nothing when that is nothing.

    Parameters
    ----------
    desk, site
        Whose participants.
    course
        The course that is looked at: what later courses ask for is left out.
    """
    threshold = desk.threshold()
    with desk.store.read() as session:
        waiting = suggestion_records.open_suggestions(session, records.at_site(site.id), threshold)
    rows = [
        row
        for row in each(waiting)
        if course is None or (row.starts_on, row.course_id) <= (course.starts_on, course.id)
    ]
    if not rows:
        return []
    columns = [
        Column("said", _("You said")),
        Column("course", _("Course")),
        Column("status", _("Status"), kind="status"),
        Column("owner", _("Who sees to it")),
        Column("due_on", _("By when"), kind="date"),
    ]
    table = Table(
        columns,
        [
            {
                "said": _said(row, len(alike)),
                "course": row.title,
                "status": Status(_("Overdue"), "danger")
                if is_overdue(row, desk.today)
                else Status(outcome_name(row.outcome), "info")
                if row.outcome
                else Status(_("Waits for an answer"), "warn"),
                "owner": row.owner,
                "due_on": row.due_on,
            }
            for row, *alike in _alike(rows)
        ],
        _("Asked for, and not done yet"),
    )
    answer = where_to_answer([(site, row) for row in rows])
    label = _label(rows, site, course)
    return [Disclosure(label, [*open_notices(rows, desk.today), table, answer])]


def _label(rows: Sequence[Any], site: Site, course: Course | None) -> str:
    """Return whose suggestions these are, how many are undecided, and how many not done yet."""
    undecided = sum(row.outcome is None for row in rows)
    decided = len(rows) - undecided
    told = [
        _("{n} without a decision").format(n=undecided) if undecided else "",
        _("{n} decided, but not done yet").format(n=decided) if decided else "",
    ]
    lead = (
        _("Suggestions from all courses in {site}: {counts}")
        if course is None
        else _("Suggestions from this and earlier courses in {site}: {counts}")
    )
    return lead.format(site=site.name, counts=", ".join(filter(None, told)))


def _alike(rows: Sequence[Any]) -> list[list[Any]]:
    """Return the suggestions in groups, in their order: same words, same answer."""
    groups: dict[tuple[object, ...], list[Any]] = {}
    for row in rows:
        # What is promised to a text that is hidden stands for itself.
        words = row.suggestion_id if row.text is None else words_of(row.text)
        key = (words, row.course_id, row.outcome, row.owner, row.due_on)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _said(row: Any, others: int) -> str:
    text = shortened(said_text(row), TEXT_LENGTH)
    return _("{text} ({n} times)").format(text=text, n=others + 1) if others else text


def where_to_answer(waiting: Sequence[tuple[Site, Any]], *, names_sites: bool = False) -> Prose:
    """Return the ways to the pages on which suggestions are answered.

    Parameters
    ----------
    waiting
        Each suggestion that waits, and the site it was made at.
    names_sites
        Whether it is told where each course is.
    """
    courses = [(site, row.course_id, row.title) for site, row in waiting]
    links = record_links(courses, names_sites=names_sites)
    return Prose(
        _("Answer and follow up under attendance and evaluation: {links}.").format(links=links)
    )
