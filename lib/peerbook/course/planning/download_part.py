"""The files a saved course is handed out as."""

from __future__ import annotations

import datetime as dt

from peerbook.course import plan_records
from peerbook.course.planning.plan_files import calendar_bytes, pdf_bytes, workbook_bytes
from peerbook.course.planning.presentation_records import presentations_of
from peerbook.course.planning.presentations import Turn, timetable
from peerbook.course.saved_plan import PlanNow, SavedPlan
from peerbook.errors import InputFault
from peerbook.files import media_types
from peerbook.files.origin import Origin, fingerprint
from peerbook.text import _
from peerbook.ui import Download, Downloads, MakeFile


def calendar_download(saved: SavedPlan) -> Download:
    """Return a button for the calendar file alone, named after the course it stands without."""
    label = _("Calendar file of {title} (.ics)").format(title=saved.read().plan.title)
    return Download(label, _calendar_file(saved)[1])


def downloads(saved: SavedPlan) -> Downloads:
    """Return a button for each file; what it holds is read when it is asked for."""

    def page() -> tuple[str, bytes, str]:
        now = saved.read()
        origin = origin_of(saved, now)
        data = pdf_bytes(now.plan, origin, saved.moved_from(now.plan))
        return origin.file_name(now.plan.title, "pdf"), data, media_types.PDF

    def sheet() -> tuple[str, bytes, str]:
        now = saved.read()
        origin = origin_of(saved, now)
        data = workbook_bytes(
            now.plan, saved.desk.today, _turns(now), origin, saved.moved_from(now.plan)
        )
        return origin.file_name(now.plan.title, "xlsx"), data, media_types.WORKBOOK

    return Downloads(
        [
            _calendar_file(saved),
            (_("One page to print (.pdf)"), page),
            (_("Spreadsheet (.xlsx)"), sheet),
        ]
    )


def _calendar_file(saved: SavedPlan) -> tuple[str, MakeFile]:
    """Return what the button for the calendar file says, and what makes the file."""

    def calendar() -> tuple[str, bytes, str]:
        now = saved.read()
        with saved.desk.store.read() as session:
            ids = plan_records.calendar_ids(session, saved.course_id)
        made_at = dt.datetime.now(dt.UTC)
        data = calendar_bytes(now.plan, ids, made_at, synthetic=saved.desk.synthetic)
        return origin_of(saved, now).file_name(now.plan.title, "ics"), data, media_types.CALENDAR

    return _("Calendar file (.ics)"), calendar


def origin_of(saved: SavedPlan, now: PlanNow) -> Origin:
    """Return where a file about the course comes from."""
    return Origin(
        data=fingerprint(now.plan, presentations_of(now.course)),
        made_on=saved.desk.today,
        content_version=now.course.template_version,
        synthetic=saved.desk.synthetic,
    )


def _turns(now: PlanNow) -> tuple[Turn, ...]:
    """Return when final assignments are presented; nothing while that is not told or not right."""
    wish = presentations_of(now.course)
    try:
        return () if wish is None else timetable(now.plan, wish)
    except InputFault:  # the page says so where the times are made
        return ()
