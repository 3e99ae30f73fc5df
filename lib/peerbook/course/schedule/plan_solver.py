"""Where the dates of one or several courses lie best, or why they cannot lie anywhere.

What must hold: one teaching day in each month on the chosen weekday, with enough weeks between;
nothing on a public holiday, a closure, or a day a teacher or the room is away or taken; each
sparring a couple of weeks after its day. What is wished: the same week of every month, sparring
exactly in the middle, erfa groups in the course's own rhythm. The cost of a plan is its distance
from the wishes, in days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from peerbook.course.schedule.calendar import EARLIEST, LATEST, DanishCalendar, Resource
from peerbook.course.schedule.no_plan import NoPlan, Relaxation, change_text
from peerbook.course.schedule.plan import (
    CoursePlan,
    Item,
    Kind,
    PlanRequest,
    first_of_month,
    resources_of,
)
from peerbook.course.schedule.plan_model import DateModel
from peerbook.course.schedule.plan_rules import Rule, RuleKind, rule_of
from peerbook.course.schedule.plan_wishes import (
    ERFA_GAP_DAYS,
    OTHER_WEEKDAY_COST,
    PLACED,
    SPARRING_SLACK_DAYS,
    AskedCourse,
    Spot,
    Wish,
    days_between,
    overlap,
)
from peerbook.course.schedule.plan_writer import PlanWriter
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_month, format_weekday

MAX_COURSES = 12

_DAY = dt.timedelta(days=1)

# Costs of a day away from the wish, by kind, and of another weekday than the course's own.
_TEACHING_COST = 10
_SPARRING_COST = 10
_AFTER_COST = 5

# Of a day by which monthly teaching days lie less than four or more than five weeks apart.
_UNEVEN_COST = 2

# How far a rule is stretched when no plan keeps all of them.
_SPILL_DAYS = 14

_USE_COST = 40
"""Of each date for which a rule is broken, so that a broken rule is not used more than needed."""
_RELAX_SCALE = 1000
"""Breaking one rule more is never worth a smaller distance from the wishes."""
_OTHER_COURSE_WEEKDAY_COST = 600
_OTHER_START_COST = 600


def plan_course(
    request: PlanRequest, calendar: DanishCalendar, others: Sequence[CoursePlan] = ()
) -> CoursePlan | NoPlan:
    """Return the best plan of one course, or why there is none; see `plan_courses`."""
    result = plan_courses([request], calendar, others)
    return result if isinstance(result, NoPlan) else result[0]


def plan_courses(
    requests: Sequence[PlanRequest],
    calendar: DanishCalendar,
    others: Sequence[CoursePlan] = (),
) -> tuple[CoursePlan, ...] | NoPlan:
    """Return the best plans of courses that may share teachers and rooms.

    Parameters
    ----------
    requests
        What is asked of each course.
    calendar
        Public holidays, closures and absences.
    others
        Plans that stand already; their teachers and rooms are taken on their dates.

    Returns
    -------
    tuple of CoursePlan, or NoPlan
        One plan per request, in their order.

    Raises
    ------
    InputFault
        When there are no courses, too many, or two with the same key.
    """
    _check(requests)
    plans = _Planning(requests, calendar, others).best()
    if plans is not None:
        return plans
    stretched = _Planning(requests, calendar, others, stretched=True)
    return NoPlan(stretched.clash(), _cheapest(requests, calendar, others, stretched))


def _check(requests: Sequence[PlanRequest]) -> None:
    keys = [request.course_key for request in requests]
    if not keys:
        raise InputFault.at("courses", _("Choose at least one course to plan."))
    if len(keys) > MAX_COURSES:
        message = _("Plan at most {limit} courses at a time.").format(limit=MAX_COURSES)
        raise InputFault.at("courses", message)
    doubles = sorted({key for key in keys if keys.count(key) > 1})
    if doubles:
        raise InputFault(
            [
                Fault(_("The same course is there twice."), Place(field="courses"))
                for _key in doubles
            ]
        )


def _cheapest(
    requests: Sequence[PlanRequest],
    calendar: DanishCalendar,
    others: Sequence[CoursePlan],
    stretched: _Planning,
) -> Relaxation | None:
    """Return the least change among breaking rules, another weekday, and another month."""
    ways = [way for way in [stretched.relaxation()] if way is not None]
    for position, request in enumerate(requests):
        for change, text, cost in _other_wishes(request):
            if any(way.cost <= cost for way in ways):
                continue
            asked = [*requests[:position], change, *requests[position + 1 :]]
            plans = _Planning(asked, calendar, others).best()
            if plans is not None:
                ways.append(Relaxation(text, cost, plans))
    return min(ways, key=lambda way: way.cost, default=None)


def _other_wishes(request: PlanRequest) -> Iterator[tuple[PlanRequest, str, int]]:
    name = f"{request.title}: " if request.title else ""
    for step, weekday in enumerate(_near_weekdays(request.weekday)):
        text = _("teach on {weekday}s instead").format(weekday=format_weekday(weekday))
        changed = replace(request, weekday=weekday)
        yield changed, name + text, _OTHER_COURSE_WEEKDAY_COST + step
    if request.first_month is not None:
        year, month = request.first_month
        for step in (1, 2, 3):
            first = first_of_month(year, month + step)
            text = _("begin in {month} instead").format(month=format_month(first))
            try:
                changed = replace(request, first_month=(first.year, first.month))
            except InputFault:
                return
            yield changed, name + text, _OTHER_START_COST + 100 * step


def _near_weekdays(weekday: int) -> list[int]:
    return sorted(set(range(5)) - {weekday}, key=lambda other: (abs(other - weekday), other))


class _Planning:
    """The question of one planning: things, days, rules and wishes.

    `stretched` also lets in days that break rules, each such breach hanging on the truth of the
    rule being kept; so one can ask which rules clash and which are cheapest to break.
    """

    def __init__(
        self,
        requests: Sequence[PlanRequest],
        calendar: DanishCalendar,
        others: Sequence[CoursePlan],
        stretched: bool = False,
    ) -> None:
        self._stretched = stretched
        self._order = [request.course_key for request in requests]
        named = len(requests) > 1
        # In order of key, so that the answer does not depend on the order of asking.
        self._courses = [
            AskedCourse(request, calendar, others, named)
            for request in sorted(requests, key=lambda request: request.course_key)
        ]
        self._model = DateModel()
        self._rules: dict[Rule, Any] = {}
        self._broken: dict[Spot, dict[dt.date, list[Rule]]] = {}
        self._weeks: dict[str, dict[Any, Any]] = {}
        for course in self._courses:
            self._place(course)
            self._keep_apart(course)
            self._wish(course)
        for position, course in enumerate(self._courses):
            for other in self._courses[position + 1 :]:
                self._share(course, other)

    # What is asked

    def best(self) -> tuple[CoursePlan, ...] | None:
        """Return the best plans in the order of the requests; None when there are none."""
        answer = self._model.cheapest()
        return None if answer is None else self._plans(answer[0])

    def clash(self) -> tuple[Rule, ...]:
        """Return rules that cannot all be kept, with the date that finds no day among them."""
        core = self._model.clash(self._rules)
        return (*core, *islice(self._without_a_day(core), 1))

    def _without_a_day(self, core: Sequence[Rule]) -> Iterator[Rule]:
        """Yield what is asked of each date that rules leave no day, where they do not ask it."""
        kept = set(core)
        free = {
            spot: [day for day, broken in days.items() if kept.isdisjoint(broken)]
            for spot, days in self._broken.items()
        }
        for course in self._courses:
            told = {rule.other or rule.item for rule in core if rule.course == course.name}
            final = [course.final] if course.final is not None else []
            for wish in [*course.teaching, *final, *course.erfa]:
                item = wish.item
                if not free[course.spot(*item)]:
                    if item in told:
                        return
                    yield Rule("month", course.name, item, date=wish.month)
                sparring = Item("sparring", item.number)
                if item.kind == "teaching_day" and sparring not in told:
                    yield from self._sparring_without_a_day(course, item, sparring, free)

    def _sparring_without_a_day(
        self, course: AskedCourse, item: Item, sparring: Item, free: dict[Spot, list[dt.date]]
    ) -> Iterator[Rule]:
        window = self._sparring_window(course)
        if not any(
            (other - day).days in window
            for day in free[course.spot(*item)]
            for other in free[course.spot(*sparring)]
        ):
            limits = course.template.sparring_earliest_days, course.template.sparring_latest_days
            yield Rule("sparring", course.name, item, sparring, days=limits)

    def relaxation(self) -> Relaxation | None:
        """Return the plans that break rules at least cost; None when even that is impossible."""
        for rule, kept in self._rules.items():
            if rule.cost is None:
                self._model.keep(kept)
            else:
                self._model.cost(_RELAX_SCALE * rule.cost * (1 - kept))
        answer = self._model.cheapest()
        if answer is None:
            return None
        broken = tuple(rule for rule, kept in self._rules.items() if not self._model.holds(kept))
        plans = self._plans(answer[0])
        return Relaxation(
            change_text(broken, plans), sum(rule.cost or 0 for rule in broken), plans, broken
        )

    # Days

    def _place(self, course: AskedCourse) -> None:
        for wish in course.teaching:
            self._place_wish(course, wish)
        for number in range(1, course.template.teaching_days + 1):
            self._place_sparring(course, number)
        if course.final is not None:
            self._place_wish(course, course.final)
        for wish in course.erfa:
            self._place_wish(course, wish)

    def _place_wish(self, course: AskedCourse, wish: Wish) -> None:
        kind, spot = wish.item.kind, course.spot(*wish.item)
        spill = _SPILL_DAYS * _DAY if self._stretched and kind != "erfa_group" else 0 * _DAY
        months = 2 if kind == "erfa_group" else 1
        first = max(wish.month - spill, EARLIEST)
        last = min(
            first_of_month(wish.month.year, wish.month.month + months) - _DAY + spill, LATEST
        )
        anchor = course.anchor if kind == "final_assignment" else None
        days = [day for day in days_between(first, last) if course.usable(day) or day == anchor]
        self._place_days(
            spot,
            {day: self._broken_by(course, wish, day) for day in days},
        )

    def _place_sparring(self, course: AskedCourse, number: int) -> None:
        days = {
            day + offset * _DAY
            for day in self._model.days(course.spot("teaching_day", number))
            for offset in self._sparring_window(course)
        }
        self._place_days(
            course.spot("sparring", number),
            {
                day: self._obstacle_rules(course, "sparring", day)
                for day in sorted(days)
                if course.usable(day)
            },
        )

    def _sparring_window(self, course: AskedCourse) -> range:
        """Return how many days after its teaching day a sparring can be at all."""
        template = course.template
        slack = SPARRING_SLACK_DAYS if self._stretched else 0
        earliest = max(template.sparring_earliest_days - slack, 1)
        return range(earliest, template.sparring_latest_days + slack + 1)

    def _place_days(self, spot: Spot, days: dict[dt.date, list[Rule]]) -> None:
        """Place a spot on days that break no rule or, when stretched, on all of them."""
        if not self._stretched:
            self._model.place(spot, [day for day, broken in days.items() if not broken])
            return
        self._broken[spot] = days
        self._model.place(spot, days)
        for day, broken in days.items():
            on_day = self._model.is_on(spot, day)
            for rule in broken:
                self._model.not_both(on_day, self._rule(rule))
                self._model.cost(_RELAX_SCALE * _USE_COST * on_day)

    def _broken_by(self, course: AskedCourse, wish: Wish, day: dt.date) -> list[Rule]:
        kind = wish.item.kind
        rules = self._obstacle_rules(course, kind, day)
        if kind == "final_assignment" and course.anchor is not None:
            if day != course.anchor:
                rules.append(Rule("anchor", course.name, wish.item, date=course.anchor))
            return rules
        if kind != "erfa_group" and (day.year, day.month) != (wish.month.year, wish.month.month):
            rules.append(Rule("month", course.name, wish.item, date=wish.month))
        if kind == "teaching_day" and day.weekday() != course.request.weekday:
            weekday = course.request.weekday
            rules.append(Rule("weekday", course.name, wish.item, date=wish.month, weekday=weekday))
        return rules

    def _obstacle_rules(self, course: AskedCourse, kind: Kind, day: dt.date) -> list[Rule]:
        return [rule_of(reason, course.name) for reason in course.reasons(kind, day)]

    def _rule(self, rule: Rule) -> Any:
        if rule not in self._rules:
            self._rules[rule] = self._model.truth()
        return self._rules[rule]

    # Gaps

    def _keep_apart(self, course: AskedCourse) -> None:
        template, spot, day = course.template, course.spot, self._model.day
        shortest, longest = template.shortest_gap_days, template.longest_gap_days
        even = 28 * template.months_between, 28 * template.months_between + 7
        teaching = [day(spot(*wish.item)) for wish in course.teaching]
        items = [wish.item for wish in course.teaching]
        after, after_item = teaching[-1], items[-1]
        if course.final is not None:
            teaching.append(day(spot(*course.final.item)))
            items.append(course.final.item)
            after, after_item = teaching[-1] + template.final_assignment_days - 1, items[-1]
        for position in range(len(teaching) - 1):
            uneven = self._model.outside(teaching[position + 1] - teaching[position], *even)
            self._model.cost(_UNEVEN_COST * uneven)
            self._gap(
                course, (items[position], items[position + 1]),
                (teaching[position], teaching[position + 1]), (shortest, longest),
            )  # fmt: skip
            self._model.gap(teaching[position], teaching[position + 1], 1)
        for number in range(1, template.teaching_days + 1):
            sparring = day(spot("sparring", number))
            self._gap(
                course, (Item("teaching_day", number), Item("sparring", number)),
                (teaching[number - 1], sparring),
                (template.sparring_earliest_days, template.sparring_latest_days),
            )  # fmt: skip
            window = self._sparring_window(course)
            self._model.gap(teaching[number - 1], sparring, window[0], window[-1])
            if number < len(teaching):
                self._model.gap(sparring, teaching[number], 1)
        for wish in course.erfa:
            erfa = day(spot(*wish.item))
            # About once a month; a summer without meetings is no reason to give the groups up.
            self._gap(course, (after_item, wish.item), (after, erfa), ERFA_GAP_DAYS)
            self._model.gap(after, erfa, 1)
            after, after_item = erfa, wish.item

    def _gap(
        self,
        course: AskedCourse,
        items: tuple[Item, Item],
        days: tuple[Any, Any],
        limits: tuple[int, int],
    ) -> None:
        if not self._stretched:
            self._model.gap(*days, *limits)
            return
        kind: RuleKind = "sparring" if items[1].kind == "sparring" else "gap"
        rule = Rule(kind, course.name, *items, days=limits)
        self._model.gap(*days, *limits, only_if=[self._rule(rule)])

    # Teachers and rooms in common

    def _share(self, one: AskedCourse, other: AskedCourse) -> None:
        for kind in PLACED:
            for other_kind in PLACED:
                shared = resources_of(
                    one.request.teachers_of(kind), one.request.room
                ) & resources_of(other.request.teachers_of(other_kind), other.request.room)
                if shared and overlap(
                    one.request.times_of(kind), other.request.times_of(other_kind)
                ):
                    self._forbid_together((one, kind), (other, other_kind), min(shared))

    def _forbid_together(
        self, one: tuple[AskedCourse, Kind], other: tuple[AskedCourse, Kind], resource: Resource
    ) -> None:
        taken, wanted = self._occupied(*one), self._occupied(*other)
        rule = None
        if self._stretched:
            title = other[0].request.title or other[0].request.course_key
            rule = self._rule(Rule("shared", one[0].name, resource=resource, other_course=title))
        for day in sorted(taken.keys() & wanted.keys()):
            for literal in taken[day]:
                for other_literal in wanted[day]:
                    self._model.not_both(literal, other_literal, rule)

    def _occupied(self, course: AskedCourse, kind: Kind) -> dict[dt.date, list[Any]]:
        occupied: dict[dt.date, list[Any]] = {}
        for spot in self._spots(course, kind):
            for first in self._model.days(spot):
                for day in course.run(kind, first):
                    occupied.setdefault(day, []).append(self._model.is_on(spot, first))
        return occupied

    @staticmethod
    def _spots(course: AskedCourse, kind: Kind) -> list[Spot]:
        count = {
            "final_assignment": 1 if course.final else 0,
            "erfa_group": len(course.erfa),
        }.get(kind, course.template.teaching_days)
        return [course.spot(kind, number + 1) for number in range(count)]

    # Wishes

    def _wish(self, course: AskedCourse) -> None:
        model = self._model
        chosen = model.choose_one(course.weeks)
        self._weeks[course.request.course_key] = chosen
        for wish in course.teaching:
            model.cost(_TEACHING_COST * self._distance(course, wish, chosen))
        for number in range(1, course.template.teaching_days + 1):
            day = model.day(course.spot("teaching_day", number))
            ideal = day + course.template.sparring_offset_days
            sparring = model.day(course.spot("sparring", number))
            distance = model.distance(sparring, ideal)
            model.cost(_SPARRING_COST * distance)
            self._hint_nearest_sparring(course, number, distance)
        for wish in [*([course.final] if course.final else []), *course.erfa]:
            model.cost(_AFTER_COST * self._distance(course, wish, chosen))
            spot = course.spot(*wish.item)
            for day in model.days(spot):
                if day.weekday() != course.request.weekday:
                    model.cost(OTHER_WEEKDAY_COST * model.is_on(spot, day))

    def _hint_nearest_sparring(self, course: AskedCourse, number: int, distance: Any) -> None:
        """Tell the solver what follows anyway: no sparring is nearer than the nearest free day."""
        model, template = self._model, course.template
        day, sparring = course.spot("teaching_day", number), course.spot("sparring", number)
        free = [model.number(other) for other in model.days(sparring)]
        ideals = {
            other: model.number(other) + template.sparring_offset_days for other in model.days(day)
        }
        if free:
            nearest = sum(
                min(abs(other - ideal) for other in free) * model.is_on(day, first)
                for first, ideal in ideals.items()
            )
            model.gap(nearest, distance, 0)

    def _distance(self, course: AskedCourse, wish: Wish, chosen: dict[Any, Any]) -> Any:
        """Return how far a date lies from the wish in the week chosen."""
        model, spot = self._model, course.spot(*wish.item)
        far = {
            week: sum(abs((day - ideal).days) * model.is_on(spot, day) for day in model.days(spot))
            for week, ideal in wish.by_week.items()
        }
        if len(far) == 1:
            return next(iter(far.values()))
        return model.one_of({chosen[week]: distance for week, distance in far.items()})

    # Plans

    def _plans(self, days: dict[Any, dt.date]) -> tuple[CoursePlan, ...]:
        by_key = {}
        for course in self._courses:
            chosen = self._weeks[course.request.course_key]
            week = next(week for week, literal in chosen.items() if self._model.holds(literal))
            by_key[course.request.course_key] = PlanWriter(course, days, week, self._courses).plan()
        return tuple(by_key[key] for key in self._order)
