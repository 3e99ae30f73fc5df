"""What somebody was typing when the page went away: where it is found again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from peerbook.course import plan_records, records
from peerbook.course.attendance import attendance_records
from peerbook.course.course_drafts import all_unfinished
from peerbook.course.evaluation.waves import WAVES, wave_name
from peerbook.course.names import date_name
from peerbook.course.page_addresses import PLAN_PAGE, RECORD_PAGE, address_of, course_label
from peerbook.desk import Desk
from peerbook.store.tables import Course, CourseDate, Site
from peerbook.text import _, format_date
from peerbook.ui import Heading, Part, Prose, literal

_RECORD_FORMS = (
    "attendance", "raised_themes", "catch_up", "enrol", "turn", "name",
    "evaluation", "suggestion", "decision",
)  # fmt: skip
_CHANGES = ("course_move", "course_adjust", "course_cancel", "course_restore")


def unfinished_parts(desk: Desk, session: Session, sites: Sequence[Site]) -> list[Part]:
    """Return what who sits here has typed and not saved, by course; nothing when that is none.

    Parameters
    ----------
    desk
        Who sits there.
    session
        To read the courses and dates it is about.
    sites
        Where, and in which order.
    """
    lines = []

    def tell(site: Site, title: str, address: str, name: str) -> None:
        label = course_label(site, title, names_site=len(sites) > 1)
        lines.append(f"- [{literal(label)}]({address}): {literal(name)}")

    begun = all_unfinished(desk)
    for site in sites:
        if site.id in begun.new_at:
            tell(site, _("A new course"), address_of(PLAN_PAGE, site.name), _("The plan"))
        for course in records.courses_of(session, site.id, begun.forms):
            # Several forms may be called the same; each name is told once.
            places = dict.fromkeys(
                (_page(form), _form_name(session, form))
                for form in begun.forms[course.id]
                if _is_offered(desk, session, course, form)
            )
            for page, name in places:
                tell(site, course.title, address_of(page, site.name, course.id), name)
    if not lines:
        return []
    text = _("It is offered to you where you wrote it. Go on, or throw it away.")
    return [Heading(_("You were in the middle of")), Prose("\n".join(lines) + f"\n\n{text}")]


def _page(form: str) -> str:
    return RECORD_PAGE if form.partition(":")[0] in _RECORD_FORMS else PLAN_PAGE


def _is_offered(desk: Desk, session: Session, course: Course, form: str) -> bool:
    """Return whether a form stands where it was typed: its date may be called off or held since.

    What was typed is kept, and told again should its date come back.
    """
    kind, _colon, rest = form.partition(":")
    if kind in ("attendance", "raised_themes"):
        day = session.get(CourseDate, int(rest)) if rest.isdecimal() else None
        return day is not None and day.status != "cancelled" and day.date <= desk.today
    if kind == "catch_up":
        return bool(
            attendance_records.to_make_up(
                attendance_records.attendance_frame(session, course.id),
                attendance_records.catch_up_frame(session, course.id),
            )
        )
    if kind in _CHANGES:
        plan = plan_records.load_plan(session, course)
        if kind == "course_restore":
            return not all(date.takes_place for date in plan.dates)
        names = {f"{date.kind}:{date.number}" for date in plan.changeable}
        return rest in names if rest else bool(names)
    return True


def _form_name(session: Session, form: str) -> str:
    """Return what the user calls a form: what it is for, and of which day or evaluation."""
    kind, _colon, rest = form.partition(":")
    if kind == "evaluation":
        wave = rest.partition(":")[0]
        return wave_name(wave) if wave in WAVES else _("Evaluation")
    if kind in ("attendance", "raised_themes"):
        name = _("Attendance") if kind == "attendance" else _("Themes from the group sparring")
        day = session.get(CourseDate, int(rest)) if rest.isdecimal() else None
        if day is None:
            return name
        return f"{name}, {date_name(day.kind, day.number)}, {format_date(day.date, 'long')}"
    if kind in ("suggestion", "decision"):
        return _("You said – we did")
    if kind in _RECORD_FORMS:
        return _("Made up for a day") if kind == "catch_up" else _("Who is on the course")
    return _("The plan")
