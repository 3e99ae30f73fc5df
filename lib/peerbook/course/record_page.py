"""Attendance and evaluation: who was there, what they thought, and what came of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.attendance.attendance_part import attendance_parts
from peerbook.course.evaluation.evaluation_part import Evaluations
from peerbook.course.improvement.improvement_part import Board
from peerbook.course.page_addresses import RECORD_PAGE, shown_at
from peerbook.course.record_facts import facts
from peerbook.course.removed_part import removed_parts
from peerbook.desk import Desk, open_desk
from peerbook.sites import site_records
from peerbook.sites.site_part import site_parts
from peerbook.store.tables import Course, Site
from peerbook.text import _
from peerbook.ui import Filter, Heading, Page, Part, Prose, Section, Tabs


def open_page(site: str = "", course: int = 0) -> Page:
    """Return the page for a course of a site; number 0 means the one under way.

    The first site by name is meant when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site or course.
    """
    desk = open_desk()
    with desk.store.read() as session:
        known = site_records.sites(session)
        at = site_records.site_named(session, site)
        removed = records.removed_course(session, course)
        chosen = None if at is None or removed else _chosen(session, desk, at, course)
    if at is None:
        return Page([_nothing_yet()], synthetic=desk.synthetic)

    def of_site(which: Site) -> list[Part]:
        if removed and which.id == at.id:
            return removed_parts(removed, RECORD_PAGE, which)
        return _site_parts(desk, which, course if which.id == at.id else 0)

    return Page(
        site_parts(known, at, of_site),
        synthetic=desk.synthetic,
        facts=lambda: () if chosen is None else facts(desk, chosen),
    )


def _site_parts(desk: Desk, site: Site, number: int) -> list[Part]:
    """Return the courses of a site, beginning with one; number 0 means the one under way."""
    with desk.store.read() as session:
        known = records.courses(session, site.id)
        shown = _chosen(session, desk, site, number)
    if shown is None:
        return [_nothing_yet()]

    def about(course: Course) -> list[Part]:
        return [shown_at(site.name, course.id), *_course_parts(desk, course)]

    place = Section(about(shown))
    if len(known) == 1:
        return [Heading(shown.title), place]
    by_id = {row.id: row for row in known}
    choice = Filter(
        _("Course"),
        [(row.id, row.title) for row in known],
        lambda number: place.show(about(by_id[number])),
        value=shown.id,
    )
    return [choice, place]


def _chosen(session: Session, desk: Desk, site: Site, number: int) -> Course | None:
    if number == 0:
        return records.course_under_way(session, site.id, desk.today)
    return records.course_numbered(session, site.id, number)


def _nothing_yet() -> Prose:
    return Prose(
        _(
            "There is no course yet. [Plan a course](course_plan.ipynb) first; then you can record "
            "who comes."
        )
    )


def _course_parts(desk: Desk, course: Course) -> list[Part]:
    def changed() -> None:
        board.follow_sheets()

    evaluations = Evaluations(desk, course, changed)
    board = Board(desk, course, evaluations.follow_answers)
    # Who came is told by name.
    named = [(_("Attendance"), lambda: attendance_parts(desk, course))] if desk.sees_names else []
    return [
        Tabs(
            [
                *named,
                (_("Evaluation"), lambda: [evaluations.section()]),
                (_("You said – we did"), lambda: [board.section()]),
            ]
        )
    ]
