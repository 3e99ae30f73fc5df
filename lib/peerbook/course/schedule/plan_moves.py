"""Changing a plan that people have in their calendars: moving, cancelling, bringing back; another
time or room.

Moving a date fixes it there by hand. What follows from a change is worked out by `plan_mend`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from peerbook.course.schedule.calendar import (
    DanishCalendar,
    Reason,
    check_in_calendar,
    texts_of,
)
from peerbook.course.schedule.plan import (
    MAX_NAME_LENGTH,
    MAX_REASON_LENGTH,
    CoursePlan,
    Item,
    PlannedDate,
    refuse_backwards,
)
from peerbook.course.schedule.plan_mend import Consequence, Mending, PlanChange, host_of, riders_of
from peerbook.course.schedule.plan_wishes import Obstacles, still_placed_although
from peerbook.errors import InputFault
from peerbook.text import _, format_date, format_list


def move(
    plan: CoursePlan,
    item: Item,
    to: dt.date,
    *,
    calendar: DanishCalendar,
    others: Sequence[CoursePlan] = (),
    reason: str = "",
    not_before: dt.date | None = None,
) -> PlanChange:
    """Return the plan with one date moved and fixed there, and what follows.

    Parameters
    ----------
    item, to
        Which date, and the day it moves to.
    calendar, others
        Public holidays and closures, and plans that share teachers or rooms.
    reason
        Why it is moved, in the user's words.
    not_before
        Today, usually: no date that is to come moves to a day before this one.

    Raises
    ------
    InputFault
        At `date`, when the day cannot be used, with the reason and the nearest days that can; at
        `item`, when that date cannot be moved; at `reason` when that is too long.
    """
    check_in_calendar(to)
    _check_reason(reason)
    date = plan.date_of(item)
    _check_movable(date)
    if date.date == to:
        return PlanChange(pin(plan, item, reason))
    mending = Mending(plan, calendar, others, not_before)
    if not_before is not None and to < not_before <= date.date:
        raise mending.refusal(date, to, [Reason("passed", to)])
    changed = mending.moved(date, to)
    fixed = replace(
        changed.plan.date_of(item),
        pinned=True, pin_reason=reason, status="moved",
    )  # fmt: skip
    return replace(changed, plan=changed.plan.with_date(fixed))


def adjust(
    plan: CoursePlan,
    item: Item,
    times: tuple[dt.time, dt.time],
    room: str,
    *,
    calendar: DanishCalendar,
    others: Sequence[CoursePlan] = (),
    not_before: dt.date | None = None,
) -> PlanChange:
    """Return the plan with one date at another time or in another room, on the day it is on.

    What is part of a teaching day is held in its room. No other date moves.

    Parameters
    ----------
    item, times, room
        Which date, when it begins and ends, and where; an empty room is an open one.
    calendar, others, not_before
        As for `move`; what lies before today is history, and nothing stands in its way.

    Raises
    ------
    InputFault
        At `ends_at`, when it ends before it begins; at `room`, when its name is too long; at `room`
        or `starts_at`, when the room or a teacher is taken then, or nothing is changed; at `item`,
        when that date cannot be changed.
    """
    date = plan.date_of(item)
    _check_movable(date)
    starts_at, ends_at = times
    refuse_backwards(starts_at, ends_at, "ends_at")
    if len(room) > MAX_NAME_LENGTH:
        message = _("The name is too long. Use at most {limit} characters.")
        raise InputFault.at("room", message.format(limit=MAX_NAME_LENGTH))
    changed = replace(date, starts_at=starts_at, ends_at=ends_at, room=room)
    if changed == date:
        raise InputFault.at("starts_at", _("That is how it is already. Write what is different."))
    known, new = reasons_before_and_after(date, changed, Obstacles(calendar, others))
    if not_before is None or date.date >= not_before:
        _check_free(date, changed, [reason for reason in new if reason not in known])
    changed = still_placed_although(changed, known, new)
    after = plan.with_date(changed)
    for rider in riders_of(plan):
        host = host_of(plan, rider)
        if rider.takes_place and rider.date == date.date and host is not None and host.item == item:
            housed = replace(rider, room=room)
            if rider.note == date.note:
                housed = replace(housed, note=changed.note, accepted=changed.accepted)
            after = after.with_date(housed)
    return PlanChange(after)


def _check_free(date: PlannedDate, changed: PlannedDate, in_the_way: Sequence[Reason]) -> None:
    """Refuse another time or room when something stands in its way that did not before."""
    if in_the_way:
        message = _("{item} cannot be held so on {date}: {reasons}.").format(
            item=date.name,
            date=format_date(date.date, "long"),
            reasons=format_list(texts_of(in_the_way)),
        )
        raise InputFault.at("room" if changed.times == date.times else "starts_at", message)


def reasons_before_and_after(
    date: PlannedDate, changed: PlannedDate, obstacles: Obstacles
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return what stands in the way of a date, and of the date as it is changed."""
    known, new = (
        obstacles.reasons(one.date, one.resources, one.starts_at, one.ends_at)
        for one in (date, changed)
    )
    return known, new


def replan(
    plan: CoursePlan,
    *,
    calendar: DanishCalendar,
    others: Sequence[CoursePlan] = (),
    not_before: dt.date | None = None,
) -> PlanChange:
    """Return the plan with every date moved that can no longer be used where it is.

    Dates fixed by hand stay, with a note of what stands against them.

    Parameters
    ----------
    calendar, others
        Public holidays and closures, and plans that share teachers or rooms.
    not_before
        Today, usually: no date moves to a day before this one.

    Raises
    ------
    InputFault
        At `date`, when the rest of the plan cannot be mended without moving what is fixed.
    """
    changed = Mending(plan, calendar, others, not_before).solve()
    if changed is None:
        raise InputFault.at(
            "date",
            _(
                "The plan cannot be mended by moving a few dates. "
                "Release dates that are fixed by hand, or make a new plan."
            ),
        )
    return changed


def pin(plan: CoursePlan, item: Item, reason: str = "") -> CoursePlan:
    """Return the plan with one date fixed where it is.

    Raises
    ------
    InputFault
        When there is no such date, or the reason is too long.
    """
    _check_reason(reason)
    return plan.with_date(replace(plan.date_of(item), pinned=True, pin_reason=reason))


def unpin(plan: CoursePlan, item: Item) -> CoursePlan:
    """Return the plan with one date free to move again; it stays where it is until something moves.

    Raises
    ------
    InputFault
        When there is no such date.
    """
    return plan.with_date(replace(plan.date_of(item), pinned=False))


def cancel(plan: CoursePlan, item: Item, reason: str) -> PlanChange:
    """Return the plan with one date cancelled, and what follows.

    What is part of a cancelled teaching day moves to the next one that takes place, or the one
    before; it is cancelled too when there is none, or when it is fixed by hand to a day on which
    nothing else is left. Its group sparring stays: people need it all the same. A date that was
    fixed by hand still is, should it come back.

    Raises
    ------
    InputFault
        When there is no such date, it is held or cancelled already, or the reason is missing.
    """
    _check_reason(reason)
    if not reason.strip():
        raise InputFault.at("reason", _("Write why it is cancelled."))
    date = plan.date_of(item)
    _check_movable(date)
    left = plan.with_date(replace(date, status="cancelled", note=reason))
    consequences = []
    for rider in riders_of(left):
        if rider.status in ("held", "cancelled"):
            continue
        host = host_of(left, rider)
        if host is None or (rider.pinned and _is_left_alone(left, rider, date)):
            left = left.with_date(replace(rider, status="cancelled", note=reason))
            why = Reason("follows", date.date, item=date.item)
            consequences.append(Consequence(rider.item, rider.date, None, why))
        elif rider.date != host.date and not rider.pinned:
            left = left.with_date(replace(
                rider, date=host.date, room=host.room,
                status="moved", note=host.note, accepted=host.accepted,
            ))  # fmt: skip
            why = Reason("follows", host.date, item=host.item)
            consequences.append(Consequence(rider.item, rider.date, host.date, why))
    return PlanChange(left, tuple(consequences))


def _is_left_alone(plan: CoursePlan, rider: PlannedDate, gone: PlannedDate) -> bool:
    """Return whether nothing with a time is left on a rider's day, now that a date is gone."""
    return rider.date == gone.date and not any(
        other.takes_place and other.starts_at is not None
        for other in plan.dates
        if other.date == rider.date
    )


def restore(
    plan: CoursePlan,
    item: Item,
    to: dt.date | None = None,
    *,
    calendar: DanishCalendar,
    others: Sequence[CoursePlan] = (),
    reason: str = "",
    not_before: dt.date | None = None,
) -> PlanChange:
    """Return the plan with a cancelled date taking place after all, and what follows.

    Parameters
    ----------
    item, to
        Which date, and the day it takes place; its old day when None.
    calendar, others, reason, not_before
        As for `move`.

    Raises
    ------
    InputFault
        As for `move`, and at `item` when the date is not cancelled.
    """
    _check_reason(reason)
    date = plan.date_of(item)
    if date.takes_place:
        raise InputFault.at("item", _("{item} is not cancelled.").format(item=date.name))
    # Its reason tells that it had left its first day before it was cancelled.
    on_again = replace(date, status="moved" if date.pin_reason else "planned", note="")
    returning = _riders_back(plan, date)
    back = plan.with_date(on_again)
    for rider in returning:
        back = back.with_date(rider)
    if to is not None and to != date.date:
        change = move(
            back, item, to,
            calendar=calendar, others=others, reason=reason, not_before=not_before,
        )  # fmt: skip
    else:
        change = Mending(back, calendar, others, not_before).moved(on_again, date.date)
    told = {rider.item for rider in returning}
    consequences = [one for one in change.consequences if one.item not in told]
    for rider in returning:
        new = change.plan.date_of(rider.item).date
        why = Reason("follows", new, item=date.item)
        consequences.append(Consequence(rider.item, None, new, why))
    return replace(change, consequences=tuple(consequences))


def _riders_back(plan: CoursePlan, date: PlannedDate) -> list[PlannedDate]:
    """Return what was cancelled with a teaching day and comes back with it, as it then is."""
    if date.kind != "teaching_day":
        return []
    return [
        replace(rider, status="planned", note="")
        for rider in riders_of(plan)
        if not rider.takes_place and (rider.date == date.date or host_of(plan, rider) is None)
    ]


def _check_movable(date: PlannedDate) -> None:
    if date.status == "held":
        raise InputFault.at(
            "item", _("{item} has been held and can no longer be changed.").format(item=date.name)
        )
    if date.status == "cancelled":
        raise InputFault.at("item", _("{item} is cancelled already.").format(item=date.name))


def _check_reason(reason: str) -> None:
    if len(reason) > MAX_REASON_LENGTH:
        message = _("The reason is too long. Use at most {limit} characters.")
        raise InputFault.at("reason", message.format(limit=MAX_REASON_LENGTH))
