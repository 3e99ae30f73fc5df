"""What waits of what participants say: suggestions to answer, and follow-ups to ask for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.follow_up import FollowUp
from peerbook.course.improvement import suggestion_records
from peerbook.course.improvement.improvement_part import open_notices
from peerbook.course.improvement.open_suggestions_part import where_to_answer
from peerbook.course.page_addresses import RECORD_PAGE, address_of, record_links
from peerbook.rows import each
from peerbook.start_page.places import are_many, folded
from peerbook.store.tables import Course, Site
from peerbook.text import _, format_date, format_number, ngettext
from peerbook.ui import Column, Disclosure, Heading, Link, Notice, Part, Prose, Status

_At = tuple[Site, Course]
_ToAsk = tuple[Site, Course, FollowUp]


def suggestions_parts(
    session: Session,
    courses: Sequence[_At],
    sites: Sequence[Site],
    today: dt.date,
    threshold: int,
) -> list[Part]:
    """Return how many suggestions wait for an answer, and where; nothing if none does.

    Parameters
    ----------
    session, today, threshold
        To read them.
    courses
        Whose suggestions, with the place of each.
    sites
        All places.
    """
    of = records.among(course for _site, course in courses)
    at = {course.id: site for site, course in courses}
    waiting = [
        (at[row.course_id], row)
        for row in each(suggestion_records.open_suggestions(session, of, threshold))
    ]
    if not waiting:
        return []
    where = (
        _by_course(waiting)
        if are_many(sites)
        else where_to_answer(waiting, names_sites=len(sites) > 1)
    )
    notices = open_notices([row for _site, row in waiting], today)
    return [Heading(_("Waiting for an answer")), *notices, where]


def _by_course(waiting: Sequence[tuple[Site, Any]]) -> Disclosure:
    """Return the courses suggestions wait at, what has most of them first."""
    columns = [
        Column("course", _("Course")),
        Column("site", _("Site")),
        Column("waiting", _("Suggestions that wait"), kind="number"),
    ]

    def rows() -> list[dict[str, object]]:
        counts = Counter((site, int(row.course_id), str(row.title)) for site, row in waiting)
        return [
            {
                "course": Link(title, address_of(RECORD_PAGE, site.name, number)),
                "site": site.name,
                "waiting": count,
            }
            for (site, number, title), count in counts.most_common()
        ]

    return folded(_("See the courses"), columns, rows, _("Answer on the course's own page"))


def follow_ups_parts(
    session: Session, courses: Sequence[_At], sites: Sequence[Site], today: dt.date
) -> list[Part]:
    """Return which courses' follow-ups wait to be asked, and where; nothing if none does.

    Parameters
    ----------
    session, courses, sites, today
        As in `suggestions_parts`.
    """
    to_ask = list(_to_ask(session, courses, today))
    if not to_ask:
        return []
    parts = _counted(to_ask) if are_many(sites) else _in_lines(to_ask, len(sites) > 1)
    return [Heading(_("Time to ask what they use")), *parts]


def _to_ask(session: Session, courses: Sequence[_At], today: dt.date) -> Iterator[_ToAsk]:
    """Yield those of some courses whose follow-up waits to be asked, in their order, and that."""
    of = records.among(course for _site, course in courses)
    standings = evaluation_records.follow_ups(session, of, today)
    for site, course in courses:
        standing = standings.get(course.id)
        if standing is not None and standing.is_reminded:
            yield site, course, standing


def _in_lines(to_ask: Sequence[_ToAsk], names_sites: bool) -> list[Part]:
    """Return a line for each follow-up, and where they are entered."""
    texts = {
        "due": _("{course}: the time for the follow-up is until {last}."),
        "late": _("{course}: the follow-up has not been asked. The time for it was until {last}."),
    }
    links = record_links(
        [(site, course.id, course.title) for site, course, _standing in to_ask],
        names_sites=names_sites,
    )
    return [
        *(
            Notice(
                "info",
                texts[standing.state].format(course=course.title, last=format_date(standing.last)),
            )
            for _site, course, standing in to_ask
        ),
        Prose(
            _("Print and enter the follow-up under attendance and evaluation: {links}.").format(
                links=links
            )
        ),
    ]


def _counted(to_ask: Sequence[_ToAsk]) -> list[Part]:
    """Return how many follow-ups wait, and folded under it which, what has most time last."""
    late = sum(standing.state == "late" for _site, _course, standing in to_ask)
    due = len(to_ask) - late
    told = []
    if late:
        text = ngettext(
            "The follow-up of {n} course has not been asked, and the time for it has passed.",
            "The follow-up of {n} courses has not been asked, and the time for it has passed.",
            late,
        )
        told.append(text.format(n=format_number(late)))
    if due:
        text = ngettext(
            "{n} course is to be asked now.", "{n} courses are to be asked now.", due
        )  # fmt: skip
        told.append(text.format(n=format_number(due)))
    columns = [
        Column("course", _("Course")),
        Column("site", _("Site")),
        Column("last", _("Until"), kind="date"),
        Column("state", _("State"), kind="status"),
    ]

    def rows() -> list[dict[str, object]]:
        return [
            {
                "course": Link(course.title, address_of(RECORD_PAGE, site.name, course.id)),
                "site": site.name,
                "last": standing.last,
                "state": Status(_("Overdue"), "warn")
                if standing.state == "late"
                else Status(_("To be asked now"), "info"),
            }
            for site, course, standing in sorted(to_ask, key=lambda one: one[2].last)
        ]

    caption = _("Print and enter the follow-up on the course's own page")
    return [
        Notice("info", " ".join(told)), folded(_("See the courses"), columns, rows, caption)
    ]  # fmt: skip
