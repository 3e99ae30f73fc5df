"""How the rest of a plan gives way to a change: as little as possible, and always with a reason.

What belongs to a moved date follows it; what stands before it stays; the rest moves only where a
rule would break otherwise. Dates fixed by hand, held or cancelled never move by themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from peerbook.course.schedule.calendar import EARLIEST, LATEST, DanishCalendar, Reason, texts_of
from peerbook.course.schedule.plan import (
    RIDERS,
    Avoided,
    CoursePlan,
    Item,
    Kind,
    PlannedDate,
    Status,
)
from peerbook.course.schedule.plan_changes import Change, What
from peerbook.course.schedule.plan_model import DateModel
from peerbook.course.schedule.plan_wishes import (
    ERFA_GAP_DAYS,
    OTHER_WEEKDAY_COST,
    SPARRING_SLACK_DAYS,
    Obstacles,
    nearer_sparring_days,
    next_working_day,
    placed_although,
)
from peerbook.errors import InputFault
from peerbook.text import _, format_date, format_list

_DAY = dt.timedelta(days=1)
_REACH = 35
"""How many days a date may move by itself."""
_NEAREST = 3
_TRIES = 14

# Costs: a date moved for others' sake, a day of it, a broken gap, a sparring off its middle.
_CHANGE_COST: dict[Kind, int] = {"teaching_day": 200}
_OTHER_CHANGE_COST = 100
_GAP_COST = 500
_OFFSET_COST = 10


@dataclass(frozen=True)
class Consequence:
    """A date that moves because another one does, or because it can no longer be used.

    Without a new day it is cancelled with what it is part of; without an old one it is on again.
    """

    item: Item
    old: dt.date | None
    new: dt.date | None
    why: Reason

    @property
    def text(self) -> str:
        """What moves, from when to when, and why, as one sentence."""
        if self.new is None or self.old is None:
            what: What = "cancelled" if self.new is None else "restored"
            return Change(what, self.item, self.old, self.new).text
        return _("{item} moves from {old} to {new}: {why}.").format(
            item=self.item.name,
            old=format_date(self.old, "long"),
            new=format_date(self.new, "long"),
            why=self.why.text,
        )


@dataclass(frozen=True)
class PlanChange:
    """A changed plan, and what followed from the change besides the change itself.

    Parameters
    ----------
    warnings
        What could only be had by stretching a rule, as sentences.
    """

    plan: CoursePlan
    consequences: tuple[Consequence, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def reasons(self) -> dict[Item, Reason]:
        """Why each date moves that was not changed itself."""
        return {one.item: one.why for one in self.consequences}


def riders_of(plan: CoursePlan) -> list[PlannedDate]:
    """Return the dates that are part of a teaching day."""
    return [date for date in plan.dates if date.kind in RIDERS]


def host_of(plan: CoursePlan, rider: PlannedDate) -> PlannedDate | None:
    """Return the teaching day a rider is part of: its own, else the next, else the one before."""
    number = plan.template.rider_days().get(rider.kind, 1)
    days = [day for day in plan.of_kind("teaching_day") if day.takes_place]
    return next(
        (day for day in days if day.number >= number),
        next((day for day in reversed(days) if day.number < number), None),
    )


def _riding(plan: CoursePlan, rider: PlannedDate, host: PlannedDate) -> PlannedDate:
    """Return a rider on the day of its host; back with its own day as planned, it is so too."""
    is_own = host.number == plan.template.rider_days().get(rider.kind)
    status: Status = "planned" if is_own and host.status == "planned" else "moved"
    return replace(
        rider, date=host.date, room=host.room,
        status=status, note=host.note, accepted=host.accepted,
    )  # fmt: skip


def _place(item: Item) -> int:
    """Return where a teaching day or a group sparring comes in the course."""
    return 2 * item.number + (item.kind == "sparring")


def _over(limits: tuple[int, int], times: int) -> tuple[int, int]:
    """Return the fewest and most days between two dates that lie so many apart by number."""
    return limits[0], limits[1] * times


@dataclass(frozen=True)
class _Step:
    """Two dates that follow each other, and the fewest and most days that should lie between."""

    first: Item
    second: Item
    limits: tuple[int, int] | None


class Mending:
    """One plan under change: what may move where, at which cost."""

    def __init__(
        self,
        plan: CoursePlan,
        calendar: DanishCalendar,
        others: Sequence[CoursePlan],
        not_before: dt.date | None,
    ) -> None:
        self._plan = plan
        self._not_before = not_before or EARLIEST
        self._obstacles = Obstacles(
            calendar, [other for other in others if other.course_key != plan.course_key]
        )
        self._known: dict[tuple[Item, dt.date], tuple[Reason, ...]] = {}
        self._steps = tuple(self._follow_each_other())

    def reasons(self, date: PlannedDate, day: dt.date) -> tuple[Reason, ...]:
        """Return what keeps a date of the plan off a day."""
        key = date.item, day
        if key not in self._known:
            self._known[key] = self._obstacles.reasons(
                day, date.resources, date.starts_at, date.ends_at
            )
        return self._known[key]

    # Solving

    def moved(self, date: PlannedDate, to: dt.date) -> PlanChange:
        """Return the least change that moves a date to a day.

        Whoever chooses an eve by hand gets it, with a note on the date that says so. A sparring
        without a free day in its window lies a few days outside it, with a warning.

        Raises
        ------
        InputFault
            At `date`, when the day cannot be used, with the reason and the nearest days that can.
        """
        blocked = [reason for reason in self.reasons(date, to) if reason.kind != "eve"]
        if blocked:
            raise self.refusal(date, to, blocked)
        changed = self.solve(date.item, to)
        if changed is None:
            changed = self.solve(date.item, to, is_stretched=True)
        if changed is None:
            raise self.refusal(date, to, tuple(self.out_of_order(date, to)))
        return replace(changed, warnings=tuple(self._stretched(changed.plan)))

    def solve(
        self, item: Item | None = None, to: dt.date | None = None, *, is_stretched: bool = False
    ) -> PlanChange | None:
        """Return the least change that moves the item; None when the order cannot be kept.

        Parameters
        ----------
        item, to
            Which date, and its day; None to move only what can no longer be used.
        is_stretched
            Whether a sparring may lie a few days outside its window.
        """
        slack = SPARRING_SLACK_DAYS if is_stretched else 0
        model = DateModel()
        things = {date.item: date for date in self._plan.dates if self._is_placed(date, item)}
        for date in things.values():
            own = [to] if date.item == item and to is not None else self._days_for(date, item)
            model.place(date.item, own)
        for step in self._steps:
            if step.first in things and step.second in things:
                dates = things[step.first], things[step.second]
                self._apply(model, step, dates, item, slack)
        for date in things.values():
            self._add_costs(model, date, things, item)
        answer = model.cheapest()
        return None if answer is None else self._written(answer[0], item)

    def _is_placed(self, date: PlannedDate, moved: Item | None) -> bool:
        rides = date.kind in RIDERS and not date.fixed and date.item != moved
        return date.takes_place and not rides

    def _days_for(self, date: PlannedDate, moved: Item | None) -> list[dt.date]:
        """Return the days a date may lie on, its own first if it is still free."""
        own_is_free = not self.reasons(date, date.date)
        has_passed = date.date < self._not_before
        # What has passed is history, which only a correction of history changes.
        is_settled = has_passed and (
            moved is None or self._plan.date_of(moved).date >= self._not_before
        )
        if date.fixed or is_settled or (own_is_free and self._stays(date, moved)):
            return [date.date]
        any_weekday = date.kind != "teaching_day"
        weekday = self._plan.weekday
        around = [
            date.date + offset * _DAY
            for offset in range(-_REACH, _REACH + 1)
            if EARLIEST <= date.date + offset * _DAY <= LATEST
        ]
        return [
            day
            for day in around
            if (day == date.date and own_is_free)
            or (
                (has_passed or day >= self._not_before)
                and (day.weekday() == weekday or (any_weekday and day.weekday() < 5))
                and not self.reasons(date, day)
            )
        ]

    def _stays(self, date: PlannedDate, moved: Item | None) -> bool:
        """Return whether a date comes before what is moved, so that it has to stay."""
        if moved is None:
            return False
        if date.kind in ("teaching_day", "sparring") and moved.kind in ("teaching_day", "sparring"):
            # The sparring just before may give way within its own window.
            return _place(date.item) < _place(moved) - (date.kind == "sparring")
        chain = ("teaching_day", "sparring", "final_assignment", "erfa_group")
        if date.kind == moved.kind:
            return date.number < moved.number
        if date.kind in chain and moved.kind in chain:
            return chain.index(date.kind) < chain.index(moved.kind)
        return date.kind in chain and moved.kind in RIDERS

    # Rules

    def _follow_each_other(self) -> Iterator[_Step]:
        plan, template = self._plan, self._plan.template
        gap = template.shortest_gap_days, template.longest_gap_days
        teaching = self._on("teaching_day")
        final, erfa = self._on("final_assignment"), self._on("erfa_group")
        # Where dates between the two are cancelled, so much more may lie between them.
        limited = [
            _Step(first, second, _over(gap, second.number - first.number))
            for first, second in pairwise(teaching)
        ]
        sparrings = self._on("sparring")
        window = template.sparring_earliest_days, template.sparring_latest_days
        limited += [
            _Step(day, sparring, window)
            for sparring in sparrings
            if (day := Item("teaching_day", sparring.number)) in teaching
        ]
        if teaching and final:
            missing = template.teaching_days - teaching[-1].number
            limited.append(_Step(teaching[-1], final[0], _over(gap, missing + 1)))
        if erfa and (final or teaching):
            limits = _over(ERFA_GAP_DAYS, erfa[0].number)
            limited.append(_Step((final or teaching)[-1], erfa[0], limits))
        limited += [
            _Step(first, second, _over(ERFA_GAP_DAYS, second.number - first.number))
            for first, second in pairwise(erfa)
        ]
        yield from limited
        # A course goes forwards, also where a day that would have kept two dates apart is gone.
        by_number = sorted([*teaching, *sparrings], key=_place)
        told = {(step.first, step.second) for step in limited}
        for first, second in pairwise([*by_number, *final, *erfa]):
            if (first, second) not in told:
                yield _Step(first, second, None)
        for rider in riders_of(plan):
            host = host_of(plan, rider)
            if rider.takes_place and host is not None:
                yield _Step(host.item, rider.item, None)

    def _on(self, kind: Kind) -> list[Item]:
        return [date.item for date in self._plan.of_kind(kind) if date.takes_place]

    def _apply(
        self,
        model: DateModel,
        step: _Step,
        dates: tuple[PlannedDate, PlannedDate],
        moved: Item | None,
        slack: int,
    ) -> None:
        given = [date.fixed or date.item == moved for date in dates]
        if all(given) and moved not in (step.first, step.second):
            return  # nobody can change it, so it is no use asking for it
        days = model.day(step.first), model.day(step.second)
        model.gap(*days, 0 if step.second.kind in RIDERS else 1)
        if step.limits is None:
            return
        if step.second.kind == "sparring":
            if given[1]:
                return
            fewest, most = step.limits
            model.gap(*days, max(fewest - slack, 1), most + slack)
            if not slack:
                return
        if any(given) or not self._within(step, dates):
            kept = model.truth()
            model.gap(*days, *step.limits, only_if=[kept])
            model.cost(_GAP_COST * (1 - kept))
        else:
            model.gap(*days, *step.limits)

    @staticmethod
    def _within(step: _Step, dates: tuple[PlannedDate, PlannedDate]) -> bool:
        gap = (dates[1].date - dates[0].date).days
        return step.limits is None or step.limits[0] <= gap <= step.limits[1]

    # Costs

    def _add_costs(
        self,
        model: DateModel,
        date: PlannedDate,
        things: dict[Item, PlannedDate],
        moved: Item | None,
    ) -> None:
        if date.fixed or date.item == moved:
            return
        item = date.item
        if date.kind == "sparring":
            self._add_sparring_costs(model, date, things, moved)
            return
        if date.kind == "final_assignment" and date.number > 1:
            self._follow_first(model, date, things)
        change = _CHANGE_COST.get(date.kind, _OTHER_CHANGE_COST)
        for day in model.days(item):
            if day != date.date:
                other_weekday = day.weekday() != self._plan.weekday
                cost = change + abs((day - date.date).days)
                model.cost((cost + OTHER_WEEKDAY_COST * other_weekday) * model.is_on(item, day))

    def _add_sparring_costs(
        self,
        model: DateModel,
        date: PlannedDate,
        things: dict[Item, PlannedDate],
        moved: Item | None,
    ) -> None:
        stays = model.is_on(date.item, date.date)
        day = things.get(Item("teaching_day", date.number))
        if day is None:
            for other in model.days(date.item):
                far = abs((other - date.date).days)
                model.cost((_OTHER_CHANGE_COST * (far > 0) + far) * model.is_on(date.item, other))
            return
        ideal = model.day(day.item) + self._plan.template.sparring_offset_days
        model.cost(_OFFSET_COST * model.distance(model.day(date.item), ideal))
        day_stays = model.is_on(day.item, day.date)
        if stays is not None and day_stays is not None and day.item != moved:
            left_alone = model.truth()
            model.implies(day_stays, [stays, left_alone])
            model.cost(_OTHER_CHANGE_COST * left_alone)

    def _follow_first(
        self, model: DateModel, date: PlannedDate, things: dict[Item, PlannedDate]
    ) -> None:
        """Ask a day of final assignments to be the working day after the one before it."""
        before = things.get(Item(date.kind, date.number - 1))
        if before is None or next_working_day(before.date) != date.date:
            return
        apart = model.truth()
        for day in model.days(before.item):
            next_day = model.is_on(date.item, next_working_day(day))
            model.implies(
                model.is_on(before.item, day), [apart, *([] if next_day is None else [next_day])]
            )
        model.cost(_GAP_COST * apart)

    # The changed plan

    def _written(self, days: dict[Any, dt.date], moved: Item | None) -> PlanChange:
        plan = self._plan
        for item, day in days.items():
            date = plan.date_of(item)
            obstacles = self.reasons(date, day)
            if day != date.date:
                there = placed_although(
                    replace(date, date=day, status="moved", pin_reason=""), obstacles
                )
                blocked = self.reasons(date, date.date)
                left = [Avoided(date.date, blocked)] if blocked else []
                plan = plan.with_date(there.going_around(left))
            elif (date.pinned or item == moved) and date.status != "held":
                plan = plan.with_date(placed_although(date, obstacles))
        for rider in riders_of(plan):
            host = host_of(plan, rider)
            rides = rider.takes_place and not rider.fixed and rider.item != moved
            if rides and host is not None and host.date != rider.date:
                plan = plan.with_date(_riding(plan, rider, host))
        for sparring in plan.of_kind("sparring"):
            if sparring.date != self._plan.date_of(sparring.item).date:
                plan = plan.with_date(sparring.going_around(self._avoided(plan, sparring)))
        consequences = tuple(
            Consequence(date.item, old.date, date.date, self._why(plan, old))
            for date in plan.dates
            if date.item != moved and (old := self._plan.date_of(date.item)).date != date.date
        )
        return PlanChange(plan, consequences)

    def _avoided(self, plan: CoursePlan, sparring: PlannedDate) -> tuple[Avoided, ...]:
        day = plan.get(Item("teaching_day", sparring.number))
        if day is None or not day.takes_place or sparring.pinned:
            return ()
        nearer = nearer_sparring_days(plan.template, plan.weekday, day.date, sparring.date)
        return tuple(
            Avoided(other, self.reasons(sparring, other) or (Reason("rest_of_plan", other),))
            for other in nearer
        )

    def _why(self, plan: CoursePlan, old: PlannedDate) -> Reason:
        """Return why a date left its old day."""
        blocked = self.reasons(old, old.date)
        if blocked:
            return blocked[0]
        leader = self._leader(plan, old)
        if leader is not None and (
            old.kind in RIDERS or leader.date != self._plan.date_of(leader.item).date
        ):
            return Reason("follows", leader.date, item=leader.item)
        return next(self._broken_by_old_day(plan, old), Reason("rest_of_plan", old.date))

    @staticmethod
    def _leader(plan: CoursePlan, date: PlannedDate) -> PlannedDate | None:
        if date.kind in RIDERS:
            return host_of(plan, date)
        if date.kind == "sparring":
            return plan.get(Item("teaching_day", date.number))
        if date.kind == "final_assignment" and date.number > 1:
            return plan.get(Item(date.kind, date.number - 1))
        return None

    def _broken_by_old_day(self, plan: CoursePlan, old: PlannedDate) -> Iterator[Reason]:
        for step in self._steps:
            if old.item not in (step.first, step.second):
                continue
            other = plan.date_of(step.second if old.item == step.first else step.first)
            gap = (other.date - old.date).days * (1 if old.item == step.first else -1)
            if gap < 1:
                yield Reason("order", other.date, item=other.item)
            elif step.limits is not None and gap < step.limits[0]:
                yield Reason("too_close", other.date, item=other.item, days=step.limits[0])
            elif step.limits is not None and gap > step.limits[1]:
                yield Reason("too_far", other.date, item=other.item, days=step.limits[1])

    # Saying no

    def out_of_order(self, date: PlannedDate, to: dt.date) -> Iterator[Reason]:
        """Yield which dates that stay would come in the wrong order."""
        found = False
        for step in self._steps:
            if date.item not in (step.first, step.second):
                continue
            comes_first = date.item == step.first
            other = self._plan.date_of(step.second if comes_first else step.first)
            if not (other.fixed or self._stays(other, date.item)):
                continue
            least = 0 if step.second.kind in RIDERS else 1
            if (other.date - to).days * (1 if comes_first else -1) < least:
                found = True
                yield Reason("order", to, label=f"{other.name} ({format_date(other.date)})")
        if found:
            return
        if sparring := self._sparring_left_without(date, to):
            told = _(
                "{window} You can move or cancel {sparring} yourself first, and move this date then"
            )
            window = self._no_day_for(sparring, to)
            yield Reason("told", to, label=told.format(window=window, sparring=sparring.name))
        else:
            yield Reason("no_room", to)

    def _stretched(self, after: CoursePlan) -> Iterator[str]:
        """Yield which sparrings now lie outside their window, and what can be done."""
        fewest, most = after.template.sparring_earliest_days, after.template.sparring_latest_days
        for sparring in after.of_kind("sparring"):
            day = after.get(Item("teaching_day", sparring.number))
            if sparring.fixed or day is None or not day.takes_place:
                continue
            before = [self._plan.date_of(one.item).date for one in (day, sparring)]
            is_within = fewest <= (sparring.date - day.date).days <= most
            if not is_within and before != [day.date, sparring.date]:
                told = _("{window} It is placed as near as can be; you can move or cancel it.")
                yield told.format(window=self._no_day_for(sparring, day.date))

    def _no_day_for(self, sparring: PlannedDate, teaching: dt.date) -> str:
        """Return that no day is free for a sparring when it should lie, with the rule."""
        template = self._plan.template
        fewest, most = template.sparring_earliest_days, template.sparring_latest_days
        return _(
            "{sparring} should lie {fewest} to {most} days after the teaching day, from {first} to "
            "{last}, but none of those days can be used."
        ).format(
            sparring=sparring.name,
            fewest=fewest,
            most=most,
            first=format_date(teaching + fewest * _DAY, "plain"),
            last=format_date(teaching + most * _DAY, "plain"),
        )

    def _sparring_left_without(self, date: PlannedDate, to: dt.date) -> PlannedDate | None:
        """Return the sparring that would have no day if its teaching day were on that day."""
        plan = self._plan
        sparring = plan.get(Item("sparring", date.number)) if date.kind == "teaching_day" else None
        if sparring is None or sparring.fixed:
            return None
        window = range(plan.template.sparring_earliest_days, plan.template.sparring_latest_days + 1)
        is_there_one = any(self._is_usable(sparring, to + offset * _DAY) for offset in window)
        return None if is_there_one else sparring

    def _is_usable(self, date: PlannedDate, day: dt.date) -> bool:
        """Return whether nothing in the calendar keeps a date off a day."""
        return (
            EARLIEST <= day <= LATEST
            and (day >= self._not_before or date.date < self._not_before)
            and (day.weekday() < 5 or day.weekday() == self._plan.weekday)
            and not self.reasons(date, day)
        )

    def refusal(self, date: PlannedDate, to: dt.date, why: Iterable[Reason]) -> InputFault:
        """Return the fault that says why a day cannot be used and which ones could."""
        reasons = format_list(texts_of(why))
        message = _("{item} cannot be on {date}: {reasons}.").format(
            item=date.name, date=format_date(to, "long"), reasons=reasons
        )
        nearest = self._nearest(date, to)
        if nearest:
            days = format_list([format_date(day, "long") for day in nearest])
            message += " " + _("The nearest days that can be used: {days}.").format(days=days)
        return InputFault.at("date", message)

    def _nearest(self, date: PlannedDate, to: dt.date) -> list[dt.date]:
        """Return up to three usable days nearest to the day wished, in order of time.

        The day it is on is none: that is the one to be left.
        """
        # The course's own weekday counts as a few days nearer: people have kept it free.
        own = self._plan.weekday
        around = sorted(
            (
                day
                for offset in range(-2 * _REACH, 2 * _REACH + 1)
                if (day := to + offset * _DAY) not in (to, date.date)
            ),
            key=lambda day: (abs((day - to).days) + 4 * (day.weekday() != own), day),
        )
        # A day people have kept for sparring is no free one, though the sparring could move on.
        sparring = {one.date for one in self._plan.of_kind("sparring") if one.takes_place}
        usable = [
            day
            for day in around
            if self._is_usable(date, day)
            and day not in sparring
            and not any(reason.kind == "order" for reason in self.out_of_order(date, day))
        ]
        found: list[dt.date] = []
        for day in usable[:_TRIES]:
            if len(found) < _NEAREST and self.solve(date.item, day) is not None:
                found.append(day)
        return sorted(found)
