"""Attendance and evaluation: who was there, what they thought, and what came of it."""

from __future__ import annotations

from peerbook.course import records
from peerbook.course.attendance_part import attendance_parts
from peerbook.course.evaluation_part import evaluation_parts
from peerbook.course.improvement_part import improvement_parts
from peerbook.course.record_facts import facts
from peerbook.desk import Desk, open_desk
from peerbook.store.tables import Course, Site
from peerbook.text import _
from peerbook.ui import Filter, Page, Prose, Section, Tabs, Widget


def open_page(site: str = "", course: int = 0) -> Page:
    """Return the page for a course of a site; number 0 means the latest one.

    Raises
    ------
    InputFault
        When there is no such site or course.
    """
    desk = open_desk()
    with desk.store.read() as session:
        if not records.sites(session):
            return Page([_nothing_yet()], synthetic=desk.synthetic)
        at = records.site_named(session, site)
        chosen = records.course_numbered(session, at.id, course)
        known = records.courses(session, at.id)
    if chosen is None:
        return Page([_nothing_yet()], synthetic=desk.synthetic)
    place = Section(_course_parts(desk, at, chosen))
    by_id = {row.id: row for row in known}
    choice = Filter(
        _("Course"),
        [(row.id, row.title) for row in known],
        lambda number: place.show(_course_parts(desk, at, by_id[number])),
        value=chosen.id,
    )
    parts = [choice, place] if len(known) > 1 else [place]
    return Page(parts, synthetic=desk.synthetic, facts=lambda: facts(desk, chosen))


def _nothing_yet() -> Prose:
    return Prose(
        _(
            "There is no course yet. [Plan a course](course_plan.ipynb) first; then you can record "
            "who comes."
        )
    )


def _course_parts(desk: Desk, site: Site, course: Course) -> list[Widget]:
    return [
        Tabs(
            [
                (_("Attendance"), lambda: attendance_parts(desk, course)),
                (_("Evaluation"), lambda: evaluation_parts(desk, course)),
                (_("You said – we did"), lambda: improvement_parts(desk, course)),
            ]
        )
    ]
