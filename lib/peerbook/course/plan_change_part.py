"""Changing one date of a saved course: moving it, cancelling it, or bringing it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4

from peerbook.course.calendar import EARLIEST, LATEST
from peerbook.course.plan import CoursePlan, Item, PlannedDate
from peerbook.course.plan_mend import PlanChange
from peerbook.course.plan_moves import cancel, move, restore, unpin
from peerbook.course.saved_plan import SavedPlan
from peerbook.store import Receipt
from peerbook.text import _, format_date
from peerbook.ui import (
    Button,
    ChoiceField,
    DateField,
    DraftBox,
    Filter,
    Form,
    Heading,
    Notice,
    Prose,
    Section,
    Submission,
    TextField,
    Widget,
    literal,
)

REASON_LENGTH = 200


def change_parts(saved: SavedPlan) -> list[Widget]:
    """Return the ways to change a date, one at a time."""
    plan = saved.read().plan
    ways = {
        "move": (_("Move a date"), _move_parts),
        "cancel": (_("Cancel a date"), _cancel_parts),
    }
    if any(not date.takes_place for date in plan.dates):
        ways["restore"] = (_("Bring a cancelled date back"), _restore_parts)
    place = Section(_move_parts(saved, plan))
    return [
        Filter(
            _("What do you want to do?"),
            [(way, label) for way, (label, _parts) in ways.items()],
            lambda way: place.show(ways[way][1](saved, saved.read().plan)),
            look="radio",
        ),
        place,
    ]


def _move_parts(saved: SavedPlan, plan: CoursePlan) -> list[Widget]:
    movable = _movable(plan)
    if not movable:
        return [Prose(_("Every date has been held or cancelled, so there is none to move."))]
    drafts = saved.desk.drafts(f"course_move:{saved.course_id}")
    outcome = Section([])

    def show(submission: Submission) -> str:
        now, (item, to, reason) = saved.read(), _asked(submission)
        if to is None:
            raise TypeError("the form gave no date")
        change = move(
            now.plan, item, to,
            calendar=now.calendar, others=saved.others(), reason=reason,
            not_before=saved.not_before(now.plan),
        )  # fmt: skip
        outcome.show(_proposal(saved, _Proposed(now.plan, change, item, reason), drafts))
        return _("Not saved yet. See what follows, then save the change.")

    form = Form(
        "course_move",
        [
            ChoiceField("item", _("Which date?"), options=movable, required=True),
            DateField("date", _("New date"), required=True, earliest=EARLIEST, latest=LATEST),
            TextField(
                "reason", _("Why?"), max_length=REASON_LENGTH, required=True,
                hint=_("Shown in the plan and the calendar file, so write no names."),
            ),
        ],
        on_submit=show,
        submit_label=_("See what follows"),
        drafts=drafts,
        only_asks=True,
        on_attempt=lambda: outcome.show([]),
    )  # fmt: skip
    return [form, outcome, *_pinned_parts(saved, plan)]


def _restore_parts(saved: SavedPlan, plan: CoursePlan) -> list[Widget]:
    drafts = saved.desk.drafts(f"course_restore:{saved.course_id}")
    outcome = Section([])

    def show(submission: Submission) -> str:
        now, (item, to, reason) = saved.read(), _asked(submission)
        change = restore(
            now.plan, item, to,
            calendar=now.calendar, others=saved.others(), reason=reason,
            not_before=saved.not_before(now.plan),
        )  # fmt: skip
        outcome.show(_proposal(saved, _Proposed(now.plan, change, item, reason), drafts))
        return _("Not saved yet. See what follows, then save the change.")

    form = Form(
        "course_restore",
        [
            ChoiceField(
                "item", _("Which date?"), required=True,
                options=_options(date for date in plan.dates if not date.takes_place),
            ),
            DateField(
                "date", _("New date"), earliest=EARLIEST, latest=LATEST,
                hint=_("Leave it open for the day it was cancelled on."),
            ),
            TextField(
                "reason", _("Why?"), max_length=REASON_LENGTH,
                hint=_("Shown in the plan and the calendar file, so write no names."),
            ),
        ],
        on_submit=show,
        submit_label=_("See what follows"),
        drafts=drafts,
        only_asks=True,
        on_attempt=lambda: outcome.show([]),
    )  # fmt: skip
    return [form, outcome]


def _cancel_parts(saved: SavedPlan, plan: CoursePlan) -> list[Widget]:
    movable = _movable(plan)
    if not movable:
        return [Prose(_("Every date has been held or cancelled already."))]

    def save(submission: Submission) -> Receipt:
        before, (item, _to, reason) = saved.read().plan, _asked(submission)
        change = cancel(before, item, reason)
        return saved.save(submission.key, before, change.plan, reason)

    return [
        Prose(
            _(
                "A cancelled date stays in the plan, crossed out. The new calendar file tells "
                "people's calendars."
            )
        ),
        Form(
            "course_cancel",
            [
                ChoiceField("item", _("Which date?"), options=movable, required=True),
                TextField("reason", _("Why?"), max_length=REASON_LENGTH, required=True),
            ],
            on_submit=save,
            submit_label=_("Cancel this date"),
            drafts=saved.desk.drafts(f"course_cancel:{saved.course_id}"),
        ),
    ]


@dataclass(frozen=True)
class _Proposed:
    """A change of one date that is not saved yet: the plan it was made from, and why."""

    before: CoursePlan
    change: PlanChange
    item: Item
    reason: str


def _proposal(saved: SavedPlan, proposed: _Proposed, drafts: DraftBox) -> list[Widget]:
    """Return what a change would do, with a button that saves it."""
    key = str(uuid4())

    def save() -> str:
        saved.save(key, proposed.before, proposed.change.plan, proposed.reason)
        drafts.discard()
        return _("The change is saved.")

    return [
        Heading(_("What follows")),
        *consequence_parts(proposed.before, proposed.change, proposed.item),
        Button(_("Save the change"), save, look="main"),
    ]


def consequence_parts(before: CoursePlan, change: PlanChange, item: Item) -> list[Widget]:
    """Return what a change of one date does to the others, and what is worth a second thought."""
    date = change.plan.date_of(item)
    lines = [
        _("{item} will be on {date}.").format(
            item=date.name, date=format_date(date.date, "long")
        )
    ]  # fmt: skip
    lines += [consequence.text for consequence in change.consequences] or [
        _("No other date moves.")
    ]
    parts: list[Widget] = [Prose("\n".join(f"- {literal(line)}" for line in lines))]
    strained = [
        f"{one.name}: {now}"
        for one in change.plan.dates
        if (now := change.plan.off_rhythm(one.item))
        and (before.get(one.item) is None or now != before.off_rhythm(one.item))
    ]
    if strained:
        parts.append(Notice("warn", "\n".join(strained)))
    return parts


def _pinned_parts(saved: SavedPlan, plan: CoursePlan) -> list[Widget]:
    pinned = [date for date in plan.dates if date.pinned and date.status in ("planned", "moved")]
    if not pinned:
        return []

    def release(date: PlannedDate) -> Callable[[], str]:
        def run() -> str:
            before = saved.read().plan
            after = unpin(before, date.item)
            saved.save(str(uuid4()), before, after, _("No longer fixed by hand."))
            return _("{name} follows the plan again.").format(name=date.name)

        return run

    return [
        Heading(_("Fixed by hand")),
        Prose(_("These dates stay where they are when others move.")),
        *(
            Button(
                _("Let {name} on {date} follow the plan again").format(
                    name=date.name, date=format_date(date.date)
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


def _movable(plan: CoursePlan) -> list[tuple[str, str]]:
    return _options(
        date
        for date in plan.dates
        if date.takes_place and date.status != "held" and date.starts_at is not None
    )


def _options(dates: Iterable[PlannedDate]) -> list[tuple[str, str]]:
    return [
        (f"{date.kind}:{date.number}", f"{date.name} – {format_date(date.date)}") for date in dates
    ]
