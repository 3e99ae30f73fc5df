"""Another time or another room for one date of a saved course, on the day it is on."""

from __future__ import annotations

import datetime as dt

from peerbook.course.course_drafts import unfinished
from peerbook.course.planning.day_plan_records import day_as_taught
from peerbook.course.planning.plan_proposal_part import Proposed, proposal_parts
from peerbook.course.saved_plan import PlanNow, SavedPlan
from peerbook.course.schedule.day_plan import Concern, check_day
from peerbook.course.schedule.plan import MAX_NAME_LENGTH, Item, PlannedDate
from peerbook.course.schedule.plan_mend import PlanChange
from peerbook.course.schedule.plan_moves import adjust
from peerbook.text import _, format_date
from peerbook.ui import Filter, Form, Part, Prose, Section, Submission, TextField, TimeField
from peerbook.ui.answers import given

FORM = "course_adjust"


def time_and_room_parts(saved: SavedPlan) -> list[Part]:
    """Return the choice of a date, and its times and room to correct."""
    dates = {_code(date.item): date for date in saved.read().plan.changeable}
    if not dates:
        return [Prose(_("Every date has been held or cancelled already."))]
    today = saved.desk.today
    coming = next((code for code, date in dates.items() if date.date >= today), next(iter(dates)))
    typed = (form.removeprefix(f"{FORM}:") for form in unfinished(saved.desk, saved.course_id))
    first = next((code for code in typed if code in dates), coming)
    place = Section(_date_parts(saved, dates[first]))
    return [
        Filter(
            _("Which date?"),
            [
                (code, f"{date.name} – {format_date(date.date, 'weekday')}")
                for code, date in dates.items()
            ],
            lambda code: place.show(_date_parts(saved, dates[code])),
            value=first,
        ),
        place,
    ]


def _code(item: Item) -> str:
    return f"{item.kind}:{item.number}"


def _date_parts(saved: SavedPlan, date: PlannedDate) -> list[Part]:
    """Return the form of one date: it shows what follows, and then the button that saves it."""
    drafts = saved.drafts(f"{FORM}:{_code(date.item)}")
    outcome = Section([])

    def show(submission: Submission) -> str:
        now = saved.read()
        change = _adjusted(saved, now, date.item, submission)
        warnings = _overrun(saved, now, change.plan.date_of(date.item))
        proposed = Proposed(now.plan, change, "", date.item, warnings)
        outcome.show(proposal_parts(saved, proposed, drafts.discard))
        return _("Not saved yet. See what follows, then save the change.")

    form = Form(
        FORM,
        [
            TimeField("starts_at", _("Begins at"), required=True),
            TimeField("ends_at", _("Ends at"), required=True),
            TextField("room", _("Room"), max_length=MAX_NAME_LENGTH),
        ],
        values={"starts_at": date.starts_at, "ends_at": date.ends_at, "room": date.room},
        on_submit=show,
        submit_label=_("See what follows"),
        drafts=drafts,
        only_asks=True,
        on_attempt=lambda: outcome.show([]),
    )
    hint = _("For all days at once, correct it under “About the course”.")
    return [Prose(hint), form, outcome]


def _overrun(saved: SavedPlan, now: PlanNow, date: PlannedDate) -> tuple[str, ...]:
    """Return what is said of a teaching day whose day plan would not be done when it ends."""
    if date.kind != "teaching_day" or date.starts_at is None:
        return ()
    with saved.desk.store.read() as session:
        day = day_as_taught(session, saved.course_id, now.content.day(date.number))
    warnings = check_day(day, date.starts_at, date.ends_at).warnings
    return tuple(one.message for one in warnings if one.concern is Concern.OVERRUN)


def _adjusted(saved: SavedPlan, now: PlanNow, item: Item, submission: Submission) -> PlanChange:
    values = submission.values
    times = given(dt.time, values["starts_at"]), given(dt.time, values["ends_at"])
    return adjust(
        now.plan, item, times, str(values["room"]),
        calendar=now.calendar, others=saved.others(), not_before=saved.not_before(now.plan),
    )  # fmt: skip
