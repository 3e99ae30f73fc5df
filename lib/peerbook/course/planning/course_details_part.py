"""What a saved course is called, where it is held and by whom; and taking a trial course away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any
from uuid import uuid4

from peerbook.course import records
from peerbook.course.course_drafts import unfinished
from peerbook.course.planning.course_details_records import (
    CourseDetails,
    Trace,
    details_of,
    has_been,
    recorded_on,
    remove_course,
    save_details,
)
from peerbook.course.planning.course_site_part import Leave, site_change_parts
from peerbook.course.planning.download_part import calendar_download
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.plan import MAX_NAME_LENGTH
from peerbook.store import Receipt
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    Button,
    ChoiceField,
    Disclosure,
    Form,
    Group,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
    TimeField,
    bullets,
    receipt_text,
)

FORM = "course_details"
FROM_TODAY, EVER = "from_today", "ever"


def details_parts(saved: SavedPlan, leave: Leave) -> list[Part]:
    """Return the form that corrects a course's details, and the way to remove a trial course."""
    today = saved.desk.today
    with saved.desk.store.read() as session:
        shown = details_of(session, saved.course_id, today)
        site_id = records.site_of(session, saved.course_id)
    plan = saved.read().plan
    over = [has_been(date, today) for date in plan.dates]
    # Only under way does it matter from when; what is over can only have been written wrongly.
    since = [_since()] if any(over) and not all(over) else []
    called = [_convener()] if plan.of_kind("erfa_group") else []

    def save(submission: Submission) -> Receipt:
        values = {**asdict(shown), **submission.values}
        seen = asdict(shown) | dict(submission.seen or {})
        receipt = saved.desk.save(
            submission,
            lambda session: save_details(
                session, saved.course_id, _details(values), _details(seen),
                site_id=site_id,
                on=saved.desk.today,
                past_too=values["since"] == EVER if since else all(over),
            ),
        )  # fmt: skip
        told = receipt_text(receipt)
        leave(saved.course_id, [Notice("ok", told)], told)
        return receipt

    return [
        Heading(_("Correct the details")),
        Prose(
            _(
                "The calendar files follow: give out the new file when the name, the times or the "
                "place have changed. A date with a time or room of its own keeps it."
            )
        ),
        Form(
            FORM,
            [
                TextField("title", _("Name of the course"), required=True, max_length=80),
                TextField(
                    "site", _("Name of the place"), required=True, max_length=80,
                    hint=_("This gives the place itself another name, for all its courses."),
                ),
                TextField("room", _("Room"), max_length=MAX_NAME_LENGTH),
                TextField(
                    "teachers", _("Teachers"), max_length=MAX_NAME_LENGTH,
                    hint=_("Separate several with a comma. We keep an eye on clashes."),
                ),
                *called,
                *_times(shown),
                *since,
            ],
            values={**asdict(shown), "since": FROM_TODAY},
            on_submit=save,
            submit_label=_("Save the details"),
            drafts=_DraftOfSite(saved, site_id),
        ),
        Disclosure(
            _("Does the course belong to another place?"),
            lambda: site_change_parts(saved, leave),
        ),
        *_removal_parts(saved, leave),
    ]  # fmt: skip


class _DraftOfSite:
    """What is typed of a course's details, wherever the course was when it was typed.

    What was typed before the course moved is offered too, but for the name of the place: that was
    another one's.
    """

    def __init__(self, saved: SavedPlan, site_id: int) -> None:
        own, form = f"{FORM}:{site_id}", f"{FORM}:"
        typed = [name for name in unfinished(saved.desk, saved.course_id) if name.startswith(form)]
        self._own = saved.drafts(own)
        self._earlier = [saved.drafts(name) for name in typed if name != own]

    def save(self, values: Mapping[str, Any]) -> None:
        self._own.save(values)

    def load(self) -> tuple[Mapping[str, Any], dt.datetime] | None:
        found = self._own.load()
        for box in self._earlier:
            if found is None and (earlier := box.load()) is not None:
                values, kept_at = earlier
                found = {name: values[name] for name in values if name != "site"}, kept_at
        return found

    def discard(self) -> None:
        for box in (self._own, *self._earlier):
            box.discard()


def _convener() -> TextField:
    return TextField(
        "convener", _("Who calls the erfa groups together?"), max_length=MAX_NAME_LENGTH,
        hint=_("Leave it open if the teachers do."),
    )  # fmt: skip


def _since() -> ChoiceField:
    return ChoiceField(
        "since", _("Times, room and teachers hold"), look="radio",
        options=[
            (FROM_TODAY, _("from today on")),
            (EVER, _("on all days: they were written wrongly")),
        ],
    )  # fmt: skip


def _times(shown: CourseDetails) -> list[Group]:
    """Return when the days of the course begin and end, for the kinds of days it has."""
    groups = {
        "teaching_day": Group(
            _("Teaching days"),
            [
                TimeField("day_starts_at", _("Teaching starts at"), required=True),
                TimeField("day_ends_at", _("Teaching ends at"), required=True),
            ],
            hint=_("Presentations of final assignments at the same time follow."),
        ),
        "sparring": Group(
            _("Group sparrings"),
            [
                TimeField("sparring_starts_at", _("Sparring starts at"), required=True),
                TimeField("sparring_ends_at", _("Sparring ends at"), required=True),
            ],
            hint=_("Erfa groups at the same time follow."),
        ),
    }
    return [group for kind, group in groups.items() if all(shown.times_of(kind))]


def _details(values: Mapping[str, Any]) -> CourseDetails:
    return CourseDetails(**{one.name: values[one.name] for one in fields(CourseDetails)})


def _removal_parts(saved: SavedPlan, leave: Leave) -> list[Part]:
    with saved.desk.store.read() as session:
        traces = recorded_on(session, saved.course_id)
    heading = Heading(_("Remove the course"))
    if traces:
        lines = [f"- {_trace_text(trace)}" for trace in traces]
        return [
            heading,
            Prose(
                "\n".join(
                    [_("The course has to stay, since people are recorded on it:"), "", *lines]
                )
            ),
            Prose(
                _(
                    "If it does not go on, cancel the dates to come under “Move or cancel”. The "
                    "course then stands as history."
                )
            ),
        ]
    outcome = Section([])

    def look() -> str:
        plan, key = saved.read().plan, str(uuid4())
        on = [date for date in plan.dates if date.takes_place]

        def remove() -> str:
            desk = saved.desk
            desk.store.submit(
                key,
                desk.actor,
                lambda session: remove_course(session, saved.course_id, plan, on=desk.today),
            )
            done = _("{title} is removed.").format(title=plan.title)
            told = _("If anybody has the dates, give them this file. It calls them off.")
            leave(0, [Notice("ok", f"{done} {told}"), calendar_download(saved)], done)
            return done

        lines = [
            _("{title} can no longer be seen on any page.").format(title=plan.title),
            ngettext(
                "{n} date from {first} to {last} is cancelled.",
                "{n} dates from {first} to {last} are cancelled.",
                len(on),
            ).format(
                n=len(on),
                first=format_date(plan.dates[0].date), last=format_date(plan.dates[-1].date),
            ),
            _("You get a calendar file that calls them off. It cannot be undone."),
        ]  # fmt: skip
        outcome.show(
            [
                Heading(_("What follows")),
                Prose(bullets(lines)),
                Button(_("Remove the course now"), remove, look="danger"),
            ],
            take_there=True,
        )
        return _("Nothing is removed yet. See what follows first.")

    return [
        heading,
        Prose(_("Was it only a trial? Nobody is recorded on the course, so it can be removed.")),
        Button(_("See what is removed"), look),
        outcome,
    ]


def _trace_text(trace: Trace) -> str:
    return {
        "places": _(
            "Participants have a place on it. If that is a mistake, take them off under "
            "“Attendance and evaluation” first."
        ),
        "attendance": _("Attendance is recorded."),
        "evaluations": _("Evaluations are entered."),
        "suggestions": _("Suggestions are noted."),
        "themes": _("Themes from sparring are noted."),
    }[trace]
