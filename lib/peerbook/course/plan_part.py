"""A saved course: its dates, what can be done about them, and what is taught on them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from peerbook.course.after_course_part import after_course_parts
from peerbook.course.closures_part import closures_parts
from peerbook.course.content_part import content_parts
from peerbook.course.download_part import downloads
from peerbook.course.open_suggestions_part import open_suggestions_parts
from peerbook.course.plan import CoursePlan, PlannedDate
from peerbook.course.plan_change_part import change_parts
from peerbook.course.plan_moves import replan
from peerbook.course.saved_plan import PlanNow, SavedPlan
from peerbook.course.since_told_part import since_told_parts
from peerbook.desk import Desk
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_time
from peerbook.ui import (
    Action,
    Column,
    Disclosure,
    Notice,
    Prose,
    Section,
    Status,
    Table,
    Tabs,
    Widget,
    literal,
)


def status_of(date: PlannedDate) -> Status:
    """Return a date's status with its symbol, in the user's language."""
    return {
        "planned": Status(_("Planned"), "neutral"),
        "moved": Status(_("Moved"), "info"),
        "cancelled": Status(_("Cancelled"), "danger"),
        "held": Status(_("Held"), "ok"),
    }[date.status]


def dates_table(plan: CoursePlan, caption: str) -> Table:
    """Return a plan's dates as a table."""
    columns = [
        Column("what", _("What")),
        Column("date", _("Date"), kind="date"),
        Column("time", _("Time")),
        Column("status", _("Status"), kind="status"),
        Column("remark", _("Good to know")),
    ]
    rows = [
        {
            "what": date.name,
            "date": date.date,
            "time": _span(date),
            "status": status_of(date),
            "remark": plan.remark(date.item),
        }
        for date in plan.dates
    ]
    return Table(columns, rows, caption)


def _span(date: PlannedDate) -> str:
    if date.starts_at is None or date.ends_at is None:
        return _("with the teaching day")
    return f"{format_time(date.starts_at)}–{format_time(date.ends_at)}"


def avoided_parts(plan: CoursePlan) -> list[Widget]:
    """Return which better dates were not used and why; nothing when none were."""
    lines = [
        f"- **{date.name}**: {literal(avoided.text)}"
        for date in plan.dates
        for avoided in date.avoided
    ]
    if not lines:
        return []
    return [Disclosure(_("Dates we went around, and why"), [Prose("\n".join(lines))])]


def plan_parts(desk: Desk, site: Site, course_id: int) -> list[Widget]:
    """Return everything there is to see and do about a saved course."""
    whole = Section([])

    def redraw(told: str) -> None:
        whole.show([Notice("ok", told), *_course_parts(saved)], announce=told)

    saved = SavedPlan(desk, site, course_id, redraw)
    whole.show(_course_parts(saved))
    return [whole]


def _course_parts(saved: SavedPlan) -> list[Widget]:
    """Return the course in tabs; all but the first are made when they are opened."""
    now = saved.read()
    plan = now.plan
    dates: list[Widget] = [
        downloads(saved),
        dates_table(plan, _("The dates of {title}").format(title=plan.title)),
        *avoided_parts(plan),
    ]
    if plan.dates[-1].date >= saved.desk.today:
        dates += open_suggestions_parts(saved.desk, saved.site, now.course)
    return [
        *_blocked(saved, now),
        Tabs(
            [
                (_("Dates"), dates),
                (_("Move or cancel"), lambda: change_parts(saved)),
                (_("Since last time"), lambda: since_told_parts(saved)),
                (_("Teaching"), lambda: content_parts(saved)),
                (_("After the course"), lambda: after_course_parts(saved)),
                (
                    _("Holidays and closures"),
                    lambda: closures_parts(saved.desk, saved.site, plan, saved.redraw),
                ),
            ]
        ),
    ]


def _blocked(saved: SavedPlan, now: PlanNow) -> list[Widget]:
    """Return a warning when dates lie on a holiday or closure nobody has accepted."""
    hit = [
        f"{date.name}, {format_date(date.date)}: {now.calendar.explain(date.date, date.resources)}"
        for date in now.plan.dates
        if date.status in ("planned", "moved")
        and not date.pinned
        and not now.calendar.is_free(date.date, date.resources)
    ]
    if not hit:
        return []
    text = "\n".join([_("Some dates can no longer be used:"), *hit])
    return [Notice("warn", text, [Action(_("Find new dates"), _replanning(saved))])]


def _replanning(saved: SavedPlan) -> Callable[[], str]:
    key = str(uuid4())

    def run() -> str:
        now = saved.read()
        change = replan(
            now.plan,
            calendar=now.calendar, others=saved.others(), not_before=saved.not_before(now.plan),
        )  # fmt: skip
        saved.save(
            key, now.plan, change.plan, _("A holiday or closure came in the way."),
            reasons={one.item: one.why.text for one in change.consequences},
        )  # fmt: skip
        return "\n".join(one.text for one in change.consequences)

    return run
