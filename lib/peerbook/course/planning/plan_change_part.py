"""Changing one date of a saved course: moving it, another time or room, cancelling it, or bringing
it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import uuid4

from peerbook.course.planning.plan_proposal_part import Proposed, proposal_parts
from peerbook.course.planning.time_and_room_part import time_and_room_parts
from peerbook.course.saved_plan import PlanNow, SavedPlan
from peerbook.course.schedule.calendar import EARLIEST, LATEST, DanishCalendar
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.course.schedule.plan_mend import PlanChange
from peerbook.course.schedule.plan_moves import cancel, move, restore, unpin
from peerbook.text import _, format_date
from peerbook.ui import (
    Button,
    ChoiceField,
    DateField,
    Filter,
    Form,
    Heading,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
)

REASON_LENGTH = 200


@dataclass(frozen=True)
class _Way:
    """One way to change a date: what is asked, and what works out what follows.

    Parameters
    ----------
    name
        Of the form and its draft.
    label, lead
        What it is called, and a few words before its form.
    options, none
        The dates it is for, and what to say when there are none.
    day
        Asks for a new day; None where there is no such thing.
    is_reason_required
        Whether it needs a reason.
    work_out
        Is given the course, the date, its new day and the reason, and returns what follows.
    """

    name: str
    label: str
    options: list[tuple[str, str]]
    none: str
    day: DateField | None
    is_reason_required: bool
    work_out: Callable[[PlanNow, Item, dt.date | None, str], PlanChange]
    lead: str = ""


def change_parts(saved: SavedPlan) -> list[Part]:
    """Return the ways to change a date, one at a time."""

    def shown(way: _Way) -> Callable[[], list[Part]]:
        return lambda: _way_parts(saved, way)

    ways = [(shown(way), way.label) for way in _ways(saved)]
    ways.insert(1, (lambda: time_and_room_parts(saved), _("Another time or room")))
    place = Section(ways[0][0]())
    return [
        Filter(_("What do you want to do?"), ways, lambda parts: place.show(parts()), look="radio"),
        place,
        *_pinned_parts(saved),
    ]


def _ways(saved: SavedPlan) -> list[_Way]:
    plan = saved.read().plan

    def around(now: PlanNow) -> _Around:
        return {
            "calendar": now.calendar,
            "others": saved.others(),
            "not_before": saved.not_before(now.plan),
        }

    def moved(now: PlanNow, item: Item, to: dt.date | None, reason: str) -> PlanChange:
        if to is None:
            raise TypeError("the form gave no date")
        return move(now.plan, item, to, reason=reason, **around(now))

    def restored(now: PlanNow, item: Item, to: dt.date | None, reason: str) -> PlanChange:
        return restore(now.plan, item, to, reason=reason, **around(now))

    movable = _options(plan.changeable)
    cancelled = _options(date for date in plan.dates if not date.takes_place)
    ways = [
        _Way(
            "course_move", _("Move a date"), movable,
            _("Every date has been held or cancelled, so there is none to move."),
            DateField("date", _("New date"), required=True, earliest=EARLIEST, latest=LATEST),
            True, moved,
        ),
        _Way(
            "course_cancel", _("Cancel a date"), movable,
            _("Every date has been held or cancelled already."),
            None, True, lambda now, item, _to, reason: cancel(now.plan, item, reason),
            _(
                "A cancelled date stays in the plan, crossed out. The new calendar file tells "
                "people's calendars."
            ),
        ),
        _Way(
            "course_restore", _("Bring a cancelled date back"), cancelled, "",
            DateField(
                "date", _("New date"),
                earliest=EARLIEST, latest=LATEST,
                hint=_("Leave it open for the day it was cancelled on."),
            ), False, restored,
        ),
    ]  # fmt: skip
    return ways if cancelled else ways[:-1]


class _Around(TypedDict):
    """What a change has to keep free of."""

    calendar: DanishCalendar
    others: Sequence[CoursePlan]
    not_before: dt.date | None


def _way_parts(saved: SavedPlan, way: _Way) -> list[Part]:
    """Return a form that shows what follows from a change, and then the button that saves it."""
    if not way.options:
        return [Prose(way.none)]
    drafts = saved.drafts(way.name)
    outcome = Section([])

    def show(submission: Submission) -> str:
        now, (item, to, reason) = saved.read(), _asked(submission)
        change = way.work_out(now, item, to, reason)
        proposed = Proposed(now.plan, change, reason, item)
        outcome.show(proposal_parts(saved, proposed, drafts.discard))
        return _("Not saved yet. See what follows, then save the change.")

    form = Form(
        way.name,
        [
            ChoiceField("item", _("Which date?"), options=way.options, required=True),
            *([way.day] if way.day is not None else []),
            TextField(
                "reason", _("Why?"), max_length=REASON_LENGTH, required=way.is_reason_required,
                hint=_("Shown in the plan and the calendar file, so write no names."),
            ),
        ],
        on_submit=show,
        submit_label=_("See what follows"),
        drafts=drafts,
        only_asks=True,
        on_attempt=lambda: outcome.show([]),
    )  # fmt: skip
    return [*([Prose(way.lead)] if way.lead else []), form, outcome]


def _pinned_parts(saved: SavedPlan) -> list[Part]:
    plan = saved.read().plan
    pinned = [date for date in plan.dates if date.pinned and date.status in ("planned", "moved")]
    if not pinned:
        return []

    def release(date: PlannedDate) -> Callable[[], str]:
        def run() -> str:
            before = saved.read().plan
            after = unpin(before, date.item)
            done = _("{name} follows the plan again.").format(name=date.name)
            saved.save(str(uuid4()), before, after, _("No longer fixed by hand."), done=done)
            return done

        return run

    return [
        Heading(_("Fixed by hand")),
        Prose(_("These dates stay where they are when others move.")),
        *(
            Button(
                _("Let {name} on {date} follow the plan again").format(
                    name=date.name, date=format_date(date.date, "weekday")
                ),
                release(date),
            )
            for date in pinned
        ),
    ]


def _asked(submission: Submission) -> tuple[Item, dt.date | None, str]:
    """Return which date a form asks to change, to which day, and why."""
    values = submission.values
    kind, number = str(values["item"]).split(":")
    to = values.get("date")
    return (
        Item(kind, int(number)),  # type: ignore[arg-type] # one of the options the form offered
        to if isinstance(to, dt.date) else None,
        str(values["reason"]),
    )


def _options(dates: Iterable[PlannedDate]) -> list[tuple[str, str]]:
    return [
        (f"{date.kind}:{date.number}", f"{date.name} – {format_date(date.date, 'weekday')}")
        for date in dates
    ]
