"""A saved course: its dates, what can be done about them, and what is taught on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from peerbook.course.improvement.open_suggestions_part import open_suggestions_parts
from peerbook.course.names import hours_of, status_name
from peerbook.course.planning.after_course_part import after_course_parts
from peerbook.course.planning.closures_part import closures_parts
from peerbook.course.planning.content_part import content_parts
from peerbook.course.planning.course_details_part import details_parts
from peerbook.course.planning.course_site_part import Leave
from peerbook.course.planning.download_part import downloads
from peerbook.course.planning.plan_change_part import change_parts
from peerbook.course.planning.plan_proposal_part import Proposed, proposal_parts
from peerbook.course.planning.since_told_part import since_told_parts
from peerbook.course.planning.who_and_where import who_and_where
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.course.schedule.plan_moves import replan
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.desk import Desk
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    Action,
    Column,
    Disclosure,
    Notice,
    Part,
    Prose,
    Section,
    Status,
    Table,
    Tabs,
    Tone,
    literal,
)


def _status_of(date: PlannedDate, today: dt.date, *, is_saved: bool) -> Status:
    if not is_saved and date.date < today:
        return Status(_("Before today"), "warn")
    status = date.status_on(today)
    tones: dict[str, Tone] = {"moved": "info", "cancelled": "danger", "held": "ok"}
    return Status(status_name(status), tones.get(status, "neutral"))


def dates_table(
    plan: CoursePlan,
    caption: str,
    today: dt.date,
    moved_from: Mapping[Item, dt.date] = MappingProxyType({}),
    *,
    is_saved: bool = True,
) -> Table:
    """Return a plan's dates as a table, with the day each has left.

    Those before today are held, but not while the plan is a proposal.
    """
    columns = [
        Column("what", _("What")),
        Column("date", _("Date"), kind="day"),
        Column("time", _("Time")),
        Column("status", _("Status"), kind="status"),
        Column("remark", _("Good to know")),
    ]
    rows = [
        {
            "what": date.name,
            "date": date.date,
            "time": hours_of(date.starts_at, date.ends_at),
            "status": _status_of(date, today, is_saved=is_saved),
            "remark": plan.remark(date.item, moved_from.get(date.item)),
        }
        for date in plan.dates
    ]
    return Table(columns, rows, caption)


def who_and_where_parts(plan: CoursePlan) -> list[Part]:
    """Return who teaches and where as a line under the dates; nothing while that is open."""
    told = [
        f"{literal(label)}: {literal(text)}" for label, text in who_and_where(plan).items() if text
    ]
    return [Prose(" · ".join(told))] if told else []


def avoided_parts(plan: CoursePlan) -> list[Part]:
    """Return which better dates were not used and why; nothing when none were."""
    lines = [
        f"- **{date.name}**: {literal(avoided.text)}"
        for date in plan.dates
        for avoided in date.avoided
    ]
    if not lines:
        return []
    return [Disclosure(_("Dates we went around, and why"), [Prose("\n".join(lines))])]


def plan_parts(desk: Desk, course_id: int, leave: Leave, told: Sequence[Part] = ()) -> list[Part]:
    """Return everything there is to see and do about a saved course.

    Parameters
    ----------
    desk, course_id
        Which course, and who sits there.
    leave
        Shows the choice of courses anew, when this one is called otherwise or is gone from here.
    told
        What has just been done; gives way to what is done next.
    """
    top, tabs = Section([]), Section([])

    def say(told: str, *actions: Action, take_there: bool = False) -> None:
        parts = [Notice("ok", told, actions), *blocked_parts(saved)]
        top.show(parts, announce=told, take_there=take_there)

    def redraw(told: str) -> None:
        # The receipt comes last: who acts on it finds the tabs as they are now.
        tabs.show(_course_tabs(saved, say, leave))
        say(told)

    saved = SavedPlan(desk, course_id, redraw)
    top.show([*told, *blocked_parts(saved)])
    tabs.show(_course_tabs(saved, say, leave))
    return [top, tabs]


class _Say(Protocol):
    def __call__(self, told: str, *actions: Action, take_there: bool = False) -> None:
        """Say above the tabs what has been done, and what now stands in the way of dates."""


def _course_tabs(saved: SavedPlan, say: _Say, leave: Leave) -> list[Part]:
    """Return the course in tabs; all but the first are made when they are opened."""
    now = saved.read()
    plan = now.plan
    caption = _("The dates of {title}").format(title=plan.title)
    dates: list[Part] = [
        downloads(saved),
        dates_table(plan, caption, saved.desk.today, saved.moved_from(plan)),
        *who_and_where_parts(plan),
        *avoided_parts(plan),
    ]
    if not plan.is_over(saved.desk.today):
        dates += open_suggestions_parts(saved.desk, now.site, now.course)
    return [
        Tabs(
            [
                (_("Dates"), dates),
                (_("Move or cancel"), lambda: change_parts(saved)),
                (_("Since last time"), lambda: since_told_parts(saved)),
                (_("Teaching"), lambda: content_parts(saved)),
                (_("After the course"), lambda: after_course_parts(saved)),
                (_("Holidays and closures"), lambda: [_closures(saved, say)]),
                (_("About the course"), lambda: details_parts(saved, leave)),
            ]
        ),
    ]


def _closures(saved: SavedPlan, say: _Say) -> Section:
    """Return the closures as a place of its own, so that who changes one stays there."""
    place = Section([])

    def show() -> None:
        now = saved.read()
        place.show(closures_parts(saved.desk, now.site, now.plan, changed))

    def changed(told: str, *actions: Action) -> None:
        show()
        say(told, *actions, take_there=True)

    show()
    return place


def blocked_parts(saved: SavedPlan) -> list[Part]:
    """Return which dates to come can no longer be used, and a way out; nothing when all can."""
    now, today = saved.read(), saved.desk.today
    hit = Obstacles(now.calendar, saved.others()).blocked(now.plan, today)
    if not hit:
        return []
    outcome = Section([])

    def look() -> str:
        seen = saved.read()
        change = replan(
            seen.plan,
            calendar=seen.calendar, others=saved.others(), not_before=saved.not_before(seen.plan),
        )  # fmt: skip
        proposed = Proposed(seen.plan, change, _("A holiday or closure came in the way."))
        outcome.show(proposal_parts(saved, proposed), take_there=True)
        return _("Not saved yet. See what follows, then save the change.")

    lines = [
        (
            _("{name}, {date}: {reasons}. It is fixed by hand: move it yourself, or let it stay.")
            if date.pinned
            else _("{name}, {date}: {reasons}.")
        ).format(
            name=date.name,
            date=format_date(date.date, "weekday"),
            reasons=format_list([reason.text for reason in reasons]),
        )
        for date, reasons in hit
    ]
    text = "\n".join([_("Some dates can no longer be used:"), *lines])
    label = (
        _("Let them stay all the same")
        if all(date.pinned for date, _reasons in hit)
        else _("Find new dates")
    )
    return [Notice("warn", text, [Action(label, look)]), outcome]
