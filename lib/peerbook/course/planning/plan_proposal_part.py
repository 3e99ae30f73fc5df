"""A change of a plan that is not saved yet: what follows, who must be told, and one button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.calendar import is_christmas, is_summer
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.course.schedule.plan_changes import changes
from peerbook.course.schedule.plan_mend import PlanChange
from peerbook.text import _, format_date, format_list, format_weekday
from peerbook.ui import Button, Heading, Notice, Part, Prose, bullets, literal


@dataclass(frozen=True)
class Proposed:
    """A change that can still be left undone.

    Parameters
    ----------
    before, change
        The plan it was made from, and what it makes of it.
    reason
        Why; what follows from it has reasons of its own.
    item
        The date it is about; None when it is about all of them.
    warnings
        What else is worth a second thought.
    """

    before: CoursePlan
    change: PlanChange
    reason: str
    item: Item | None = None
    warnings: tuple[str, ...] = ()


def proposal_parts(
    saved: SavedPlan, proposed: Proposed, on_saved: Callable[[], object] = lambda: None
) -> list[Part]:
    """Return what a change would do and whom to tell it, with the button that saves it.

    Parameters
    ----------
    saved
        The course.
    proposed
        The change.
    on_saved
        Called when it is saved, to forget the draft it came from.
    """
    key = str(uuid4())

    before, after, item = proposed.before, proposed.change.plan, proposed.item

    def save() -> str:
        saved.save(
            key, before, after, proposed.reason,
            reasons=proposed.change.reasons,
            done="" if item is None else _said_of(before, after, item),
        )  # fmt: skip
        on_saved()
        return _("The change is saved.")

    return [
        Heading(_("What follows")),
        *consequence_parts(proposed),
        *_whom_to_tell(proposed),
        Button(_("Save the change"), save, look="main"),
    ]


def consequence_parts(proposed: Proposed) -> list[Part]:
    """Return which dates a change moves or calls off, and what is worth a second thought."""
    before, change = proposed.before, proposed.change
    lines = [] if proposed.item is None else [_said_of(before, change.plan, proposed.item)]
    lines += [consequence.text for consequence in change.consequences] or [
        _("No other date moves.") if proposed.item is not None else _("No date moves.")
    ]
    parts: list[Part] = [Prose(bullets(lines))]
    strained = [
        f"{one.name}: {now}"
        for one in change.plan.dates
        if (now := change.plan.off_rhythm(one.item))
        and (before.get(one.item) is None or now != before.off_rhythm(one.item))
    ]
    stuck = [
        f"{one.name}: {one.note}"
        for one in change.plan.dates
        if one.takes_place and one.note and one != before.get(one.item)
    ]
    if told := [*stuck, *strained, *change.warnings, *proposed.warnings]:
        parts.append(Notice("warn", "\n".join(told)))
    new = [one for one in change.plan.dates if one.takes_place and not _was_on(before, one)]
    for is_away, lead in (
        (is_summer, _("Now some dates lie in summer, when many people are away:")),
        (is_christmas, _("Now some dates lie around Christmas, when many people are away:")),
    ):
        if hit := [one for one in new if is_away(one.date)]:
            parts.append(Notice("warn", _listed(lead, hit)))
    own = change.plan.weekday
    if hit := [one for one in new if one.date.weekday() >= 5 and one.date.weekday() != own]:
        lead = _("This is a weekend, and the course meets on {weekday}s. Can everybody come?")
        parts.append(Notice("info", _listed(lead.format(weekday=format_weekday(own)), hit)))
    return parts


def _listed(lead: str, dates: Sequence[PlannedDate]) -> str:
    """Return a lead with dates under it, a line each."""
    return "\n".join([lead, *(f"{one.name}, {format_date(one.date, 'long')}" for one in dates)])


def _was_on(before: CoursePlan, date: PlannedDate) -> bool:
    """Return whether a date took place on that day before, too."""
    old = before.get(date.item)
    return old is not None and old.takes_place and old.date == date.date


def _said_of(before: CoursePlan, after: CoursePlan, item: Item) -> str:
    date = after.date_of(item)
    if date.takes_place and _was_on(before, date):
        return " ".join(one.text for one in changes(before, after) if one.item == item)
    pattern = (
        _("{item} will be on {date}.") if date.takes_place else _("{item} on {date} is cancelled.")
    )
    day = date.date if date.takes_place else before.date_of(item).date
    return pattern.format(item=date.name, date=format_date(day, "long"))


def _whom_to_tell(proposed: Proposed) -> list[Part]:
    """Return who has to hear of a change; nothing when nobody's calendar changes."""
    before, after = proposed.before, proposed.change.plan
    changed = [before.date_of(change.item) for change in changes(before, after)]
    if not changed:
        return []
    teachers = sorted({name for date in changed for name in date.teachers})
    text = _(
        "Tell {who}, and give them the new calendar file. The change stands under “Since last "
        "time” until you have noted it as told."
    )
    return [Prose(literal(text.format(who=format_list([_("the participants"), *teachers]))))]
