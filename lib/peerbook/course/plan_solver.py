"""Where the dates of one or several courses lie best, or why they cannot lie anywhere.

What must hold: one teaching day in each month on the chosen weekday, with enough weeks between;
nothing on a public holiday, a closure, or a day a teacher or the room is away or taken; each
sparring a couple of weeks after its day. What is wished: the same week of every month, sparring
exactly in the middle, erfa groups in the course's own rhythm. The cost of a plan is its distance
from the wishes, in days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from peerbook.course.calendar import (
    EARLIEST,
    LATEST,
    Closure,
    DanishCalendar,
    Reason,
    Resource,
    holiday_name,
    is_working_day,
)
from peerbook.course.plan import (
    Avoided,
    CoursePlan,
    CourseTemplate,
    Item,
    Kind,
    PlannedDate,
    PlanRequest,
    first_of_month,
    nth_weekday,
    resources_of,
)
from peerbook.course.plan_model import DateModel
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_date, format_list, format_month, format_weekday

MAX_COURSES = 12

_DAY = dt.timedelta(days=1)
_WEEKS = (1, 2, 3, 4)

# Costs of a day away from the wish, by kind, and of another weekday than the course's own.
_TEACHING_COST = 10
_SPARRING_COST = 10
_AFTER_COST = 5
_OTHER_WEEKDAY_COST = 30

# Of a day by which monthly teaching days lie less than four or more than five weeks apart.
_UNEVEN_COST = 2

_ERFA_GAP_DAYS = (14, 63)

# How far a rule is stretched when no plan keeps all of them.
_SPILL_DAYS = 14
_SPARRING_SLACK_DAYS = 4

RuleKind = Literal[
    "weekday", "month", "gap", "sparring", "holiday", "closure", "busy", "shared", "too_early",
    "anchor",
]  # fmt: skip

_RELAX_COST: dict[RuleKind, int] = {
    "sparring": 100, "gap": 150, "month": 200, "weekday": 250, "busy": 400, "shared": 400,
    "too_early": 800, "anchor": 800,
}  # fmt: skip
_CLOSURE_COST = {"custom_day_off": 150, "absence": 300, "school_holiday": 350}
_OTHER_CLOSURE_COST = 350
_USE_COST = 40
"""Of each date for which a rule is broken, so that a broken rule is not used more than needed."""
_OTHER_COURSE_WEEKDAY_COST = 600
_OTHER_START_COST = 600


class Spot(NamedTuple):
    """One date of one of the courses planned together."""

    course_key: str
    item: Item


@dataclass(frozen=True)
class Rule:
    """One thing asked of a plan, by which it can be named when several clash."""

    kind: RuleKind
    course: str = ""
    item: Item | None = None
    other: Item | None = None
    date: dt.date | None = None
    weekday: int | None = None
    days: tuple[int, int] | None = None
    closure: Closure | None = None
    resource: Resource | None = None
    other_course: str = ""

    @property
    def text(self) -> str:
        """The rule as one sentence in the user's language."""
        sentence = self._sentence()
        return f"{self.course}: {sentence}" if self.course else sentence

    def _sentence(self) -> str:
        if self.closure is not None:
            return self.closure.text
        fewest, most = self.days or (0, 0)
        pattern = {
            "holiday": _("{holiday} is a public holiday ({date})"),
            "month": _("{item} lies in {month}"),
            "weekday": _("{item} lies on a {weekday}"),
            "busy": _("{who} is taken by “{course}” on {date}"),
            "shared": _("{who} cannot be at “{course}” at the same time"),
            "too_early": _("The course begins on {date} at the earliest"),
            "anchor": _("{item} is on {date}"),
        }.get(self.kind, _("There are {fewest} to {most} days from {item} to {other}"))
        return pattern.format(
            item=self.item.name if self.item else "",
            other=self.other.name if self.other else "",
            who=self.resource.label if self.resource else "",
            course=self.other_course,
            holiday=holiday_name(self.date) if self.kind == "holiday" and self.date else "",
            date=format_date(self.date, "long") if self.date else "",
            month=format_month(self.date) if self.date else "",
            weekday=format_weekday(self.weekday) if self.weekday is not None else "",
            fewest=fewest,
            most=most,
        )

    @property
    def cost(self) -> int | None:
        """What it costs to break the rule; None for one that is never broken."""
        if self.kind == "holiday":
            return None
        if self.closure is not None:
            return _CLOSURE_COST.get(self.closure.kind, _OTHER_CLOSURE_COST)
        return _RELAX_COST[self.kind]


@dataclass(frozen=True)
class Relaxation:
    """The cheapest way out: what to give way on, what that costs, and the plans that follow.

    Parameters
    ----------
    text
        What to change, in plain words.
    cost
        Larger is worse; only good for comparing.
    plans
        The plans that would then be possible, in the order asked for.
    rules
        The rules that these plans do not keep; empty when the wish itself is changed.
    """

    text: str
    cost: int
    plans: tuple[CoursePlan, ...]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class NoPlan:
    """There is no plan that keeps every rule.

    Parameters
    ----------
    clashing
        Rules that cannot all be kept; any one of them could give way.
    cheapest
        The least change that makes a plan possible; None when nothing helps.
    """

    clashing: tuple[Rule, ...]
    cheapest: Relaxation | None

    @property
    def text(self) -> str:
        """The whole answer in a few sentences."""
        clash = "; ".join(rule.text for rule in self.clashing)
        first = _("No plan keeps all of this: {rules}.").format(rules=clash)
        if self.cheapest is None:
            return " ".join([first, _("Try another month or another weekday.")])
        change = _("The smallest change that helps: {change}.").format(change=self.cheapest.text)
        return f"{first} {change}"


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


class Obstacles:
    """Why a course cannot use a day for a kind of date: closures, absences, other courses."""

    def __init__(
        self,
        calendar: DanishCalendar,
        others: Sequence[CoursePlan],
        not_before: dt.date | None = None,
    ) -> None:
        self._calendar = calendar
        self._not_before = not_before
        self._taken: dict[dt.date, list[tuple[str, PlannedDate]]] = {}
        for plan in others:
            for date in plan.dates:
                if date.takes_place:
                    self._taken.setdefault(date.date, []).append((plan.title, date))

    def reasons(
        self,
        day: dt.date,
        resources: frozenset[Resource],
        starts_at: dt.time | None,
        ends_at: dt.time | None,
    ) -> tuple[Reason, ...]:
        """Return everything that keeps a day from being used at that time; empty for a free one."""
        early = self._not_before is not None and day < self._not_before
        return (
            *([Reason("too_early", self._not_before)] if early else []),
            *self._calendar.reasons(day, resources),
            *(
                Reason("busy", day, label=title, resource=resource)
                for title, date in self._taken.get(day, [])
                if date.overlaps(starts_at, ends_at)
                for resource in sorted(resources & date.resources)
            ),
        )


@dataclass(frozen=True)
class _Wish:
    """The dates a course hopes for: by item, the month and the days in it by week of the month."""

    item: Item
    month: dt.date
    by_week: dict[int, dt.date]


class _Course:
    """One request with all that follows from it before anything is placed."""

    def __init__(
        self,
        request: PlanRequest,
        calendar: DanishCalendar,
        others: Sequence[CoursePlan],
        named: bool,
    ) -> None:
        self.request = request
        self.template = request.template
        self.name = request.title if named else ""
        self.weeks = (request.week_of_month,) if request.week_of_month is not None else _WEEKS
        self._obstacles = Obstacles(calendar, others, request.not_before)
        self._known: dict[tuple[Kind, dt.date], tuple[Reason, ...]] = {}
        self.teaching = [self._wish("teaching_day", n) for n in self._numbers()]
        self.final = (
            self._wish("final_assignment", 1) if self.template.final_assignment_days else None
        )
        self.erfa = [self._wish("erfa_group", n + 1) for n in range(self.template.erfa_groups)]

    def _numbers(self) -> range:
        return range(1, self.template.teaching_days + 1)

    def _wish(self, kind: Kind, number: int) -> _Wish:
        """Return month and wished days of a date, counted from the month teaching begins."""
        template, request = self.template, self.request
        teaching_months = template.teaching_days * template.months_between
        if request.first_month is not None:
            first = first_of_month(*request.first_month)
        else:
            anchor = request.final_assignment_on or EARLIEST
            first = first_of_month(anchor.year, anchor.month - teaching_months)
        after = {
            "teaching_day": (number - 1) * template.months_between,
            "final_assignment": teaching_months,
            "erfa_group": teaching_months + number - (0 if template.final_assignment_days else 1),
        }[kind]
        month = first_of_month(first.year, first.month + after)
        days = {
            week: nth_weekday(month.year, month.month, request.weekday, week) for week in self.weeks
        }
        return _Wish(Item(kind, number), month, days)

    def spot(self, kind: Kind, number: int) -> Spot:
        return Spot(self.request.course_key, Item(kind, number))

    def reasons(self, kind: Kind, day: dt.date) -> tuple[Reason, ...]:
        """Return what keeps a kind of date off a day; of final assignments, off its whole run."""
        known = self._known.get((kind, day))
        if known is None:
            request = self.request
            resources = resources_of(request.teachers_of(kind), request.room)
            known = tuple(
                reason
                for each in self.run(kind, day)
                for reason in self._obstacles.reasons(each, resources, *request.times_of(kind))
            )
            self._known[kind, day] = known
        return known

    def run(self, kind: Kind, day: dt.date) -> tuple[dt.date, ...]:
        """Return the days that something takes up when it begins on a day."""
        if kind != "final_assignment":
            return (day,)
        days = [day]
        while len(days) < self.template.final_assignment_days:
            days.append(next_working_day(days[-1]))
        return tuple(days)

    def usable(self, day: dt.date) -> bool:
        """Return whether courses are held on such weekdays at all."""
        return (day.weekday() < 5 or day.weekday() == self.request.weekday) and (
            EARLIEST <= day <= LATEST
        )

    @property
    def anchor(self) -> dt.date | None:
        """The day the plan is made backwards from."""
        return self.request.final_assignment_on


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
            _Course(request, calendar, others, named)
            for request in sorted(requests, key=lambda request: request.course_key)
        ]
        self._model = DateModel()
        self._rules: dict[Rule, Any] = {}
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
        """Return rules that cannot all be kept."""
        return self._model.clash(self._rules)

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
            _broken_text(broken, plans), sum(rule.cost or 0 for rule in broken), plans, broken
        )

    # Days

    def _place(self, course: _Course) -> None:
        for wish in course.teaching:
            self._place_wish(course, wish)
        for number in range(1, course.template.teaching_days + 1):
            self._place_sparring(course, number)
        if course.final is not None:
            self._place_wish(course, course.final)
        for wish in course.erfa:
            self._place_wish(course, wish)

    def _place_wish(self, course: _Course, wish: _Wish) -> None:
        kind, spot = wish.item.kind, course.spot(*wish.item)
        spill = _SPILL_DAYS * _DAY if self._stretched and kind != "erfa_group" else 0 * _DAY
        months = 2 if kind == "erfa_group" else 1
        first = max(wish.month - spill, EARLIEST)
        last = min(
            first_of_month(wish.month.year, wish.month.month + months) - _DAY + spill, LATEST
        )
        anchor = course.anchor if kind == "final_assignment" else None
        days = [day for day in _days(first, last) if course.usable(day) or day == anchor]
        self._place_days(
            spot,
            {day: self._broken_by(course, wish, day) for day in days},
        )

    def _place_sparring(self, course: _Course, number: int) -> None:
        template = course.template
        slack = _SPARRING_SLACK_DAYS if self._stretched else 0
        earliest = max(template.sparring_earliest_days - slack, 1)
        latest = template.sparring_latest_days + slack
        days = {
            day + offset * _DAY
            for day in self._model.days(course.spot("teaching_day", number))
            for offset in range(earliest, latest + 1)
        }
        self._place_days(
            course.spot("sparring", number),
            {
                day: self._obstacle_rules(course, "sparring", day)
                for day in sorted(days)
                if course.usable(day)
            },
        )

    def _place_days(self, spot: Spot, days: dict[dt.date, list[Rule]]) -> None:
        """Place a spot on days that break no rule or, when stretched, on all of them."""
        if not self._stretched:
            self._model.place(spot, [day for day, broken in days.items() if not broken])
            return
        self._model.place(spot, days)
        for day, broken in days.items():
            on_day = self._model.is_on(spot, day)
            for rule in broken:
                self._model.not_both(on_day, self._rule(rule))
                self._model.cost(_RELAX_SCALE * _USE_COST * on_day)

    def _broken_by(self, course: _Course, wish: _Wish, day: dt.date) -> list[Rule]:
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
            rules.append(Rule("weekday", course.name, wish.item, weekday=weekday))
        return rules

    def _obstacle_rules(self, course: _Course, kind: Kind, day: dt.date) -> list[Rule]:
        return [_rule_of(reason, course) for reason in course.reasons(kind, day)]

    def _rule(self, rule: Rule) -> Any:
        if rule not in self._rules:
            self._rules[rule] = self._model.truth()
        return self._rules[rule]

    # Gaps

    def _keep_apart(self, course: _Course) -> None:
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
            self._model.gap(teaching[number - 1], sparring, 1)
            if number < len(teaching):
                self._model.gap(sparring, teaching[number], 1)
        for wish in course.erfa:
            erfa = day(spot(*wish.item))
            # About once a month; a summer without meetings is no reason to give the groups up.
            self._gap(course, (after_item, wish.item), (after, erfa), _ERFA_GAP_DAYS)
            self._model.gap(after, erfa, 1)
            after, after_item = erfa, wish.item

    def _gap(
        self,
        course: _Course,
        items: tuple[Item, Item],
        days: tuple[Any, Any],
        limits: tuple[int, int],
    ) -> None:
        if not self._stretched:
            self._model.gap(*days, *limits)
            return
        kind: RuleKind = "sparring" if items[1].kind == "sparring" else "gap"
        rule = Rule(kind, course.name, items[0], items[1], days=limits)
        self._model.gap(*days, *limits, only_if=[self._rule(rule)])

    # Teachers and rooms in common

    def _share(self, one: _Course, other: _Course) -> None:
        for kind in _PLACED:
            for other_kind in _PLACED:
                shared = resources_of(
                    one.request.teachers_of(kind), one.request.room
                ) & resources_of(other.request.teachers_of(other_kind), other.request.room)
                if shared and _overlap(
                    one.request.times_of(kind), other.request.times_of(other_kind)
                ):
                    self._forbid_together((one, kind), (other, other_kind), min(shared))

    def _forbid_together(
        self, one: tuple[_Course, Kind], other: tuple[_Course, Kind], resource: Resource
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

    def _occupied(self, course: _Course, kind: Kind) -> dict[dt.date, list[Any]]:
        occupied: dict[dt.date, list[Any]] = {}
        for spot in self._spots(course, kind):
            for first in self._model.days(spot):
                for day in course.run(kind, first):
                    occupied.setdefault(day, []).append(self._model.is_on(spot, first))
        return occupied

    @staticmethod
    def _spots(course: _Course, kind: Kind) -> list[Spot]:
        count = {
            "final_assignment": 1 if course.final else 0,
            "erfa_group": len(course.erfa),
        }.get(kind, course.template.teaching_days)
        return [course.spot(kind, number + 1) for number in range(count)]

    # Wishes

    def _wish(self, course: _Course) -> None:
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
                    model.cost(_OTHER_WEEKDAY_COST * model.is_on(spot, day))

    def _hint_nearest_sparring(self, course: _Course, number: int, distance: Any) -> None:
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

    def _distance(self, course: _Course, wish: _Wish, chosen: dict[Any, Any]) -> Any:
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
            by_key[course.request.course_key] = _Writer(course, days, week, self._courses).plan()
        return tuple(by_key[key] for key in self._order)


_PLACED: tuple[Kind, ...] = ("teaching_day", "sparring", "final_assignment", "erfa_group")
_RELAX_SCALE = 1000
"""Breaking one rule more is never worth a smaller distance from the wishes."""


class _Writer:
    """Writes the solver's answer as a plan, with the reasons for every better date avoided."""

    def __init__(
        self, course: _Course, days: dict[Any, dt.date], week: int, courses: Sequence[_Course]
    ) -> None:
        self._course = course
        self._days = days
        self._week = week
        self._others = [other for other in courses if other is not course]

    def plan(self) -> CoursePlan:
        """Return the plan of the course."""
        request = self._course.request
        return CoursePlan(
            request.course_key,
            request.template,
            request.weekday,
            tuple(self._dates()),
            request.title,
            request.site,
        )

    def _dates(self) -> Iterator[PlannedDate]:
        course = self._course
        for wish in course.teaching:
            yield self._date(wish.item, self._better(wish))
        for number in range(1, course.template.teaching_days + 1):
            yield self._date(Item("sparring", number), self._better_sparring(number))
        for kind, day in course.template.rider_days().items():
            yield self._date(Item(kind, 1), (), on=self._day(Item("teaching_day", day)))
        if course.final is not None:
            yield from self._final_dates(course.final)
        for wish in course.erfa:
            yield self._date(wish.item, self._better(wish))

    def _final_dates(self, wish: _Wish) -> Iterator[PlannedDate]:
        course, first = self._course, self._day(wish.item)
        for position, day in enumerate(course.run("final_assignment", first)):
            item = Item("final_assignment", position + 1)
            date = self._date(item, self._better(wish) if position == 0 else (), on=day)
            if position == 0 and day == course.anchor:
                reason = _("The plan was made backwards from this day.")
                date = replace(date, avoided=(), pinned=True, pin_reason=reason)
            yield date

    def _day(self, item: Item) -> dt.date:
        return self._days[Spot(self._course.request.course_key, item)]

    def _date(
        self, item: Item, better: Iterable[dt.date], on: dt.date | None = None
    ) -> PlannedDate:
        request = self._course.request
        day = on or self._day(item)
        starts_at, ends_at = request.times_of(item.kind)
        obstacles = self._course.reasons(item.kind, day) if on is None else ()
        return PlannedDate(
            kind=item.kind,
            number=item.number,
            date=day,
            starts_at=starts_at,
            ends_at=ends_at,
            avoided=tuple(Avoided(other, self._why_not(item, other)) for other in better),
            note=placed_although(obstacles),
            teachers=request.teachers_of(item.kind),
            room=request.room,
        )

    def _better(self, wish: _Wish) -> list[dt.date]:
        """Return same weekdays of the month that lie nearer to the wish, the nearest first."""
        ideal, weekday = wish.by_week[self._week], self._course.request.weekday
        chosen = self._day(wish.item)
        own = abs((chosen - ideal).days) + (1000 if chosen.weekday() != weekday else 0)
        month = _days(wish.month, first_of_month(wish.month.year, wish.month.month + 1) - _DAY)
        days = [day for day in month if day.weekday() == weekday and abs((day - ideal).days) < own]
        return sorted(days, key=lambda day: (abs((day - ideal).days), day))

    def _better_sparring(self, number: int) -> list[dt.date]:
        return nearer_sparring_days(
            self._course.template,
            self._course.request.weekday,
            self._day(Item("teaching_day", number)),
            self._day(Item("sparring", number)),
        )

    def _why_not(self, item: Item, day: dt.date) -> tuple[Reason, ...]:
        blocked = self._course.reasons(item.kind, day)
        if blocked:
            return tuple(dict.fromkeys(blocked))
        reasons = (*self._shared(item, day), *self._gaps(item, day), *self._sparring(item, day))
        return reasons or (Reason("rest_of_plan", day),)

    def _shared(self, item: Item, day: dt.date) -> Iterator[Reason]:
        request = self._course.request
        mine = resources_of(request.teachers_of(item.kind), request.room)
        for other in self._others:
            asked = other.request
            for spot, first in self._days.items():
                if spot.course_key != asked.course_key:
                    continue
                kind = spot.item.kind
                shared = mine & resources_of(asked.teachers_of(kind), asked.room)
                if (
                    shared
                    and day in other.run(kind, first)
                    and _overlap(request.times_of(item.kind), asked.times_of(kind))
                ):
                    yield Reason("busy", day, label=asked.title, resource=min(shared))

    def _gaps(self, item: Item, day: dt.date) -> Iterator[Reason]:
        template = self._course.template
        chain = [wish.item for wish in self._course.teaching]
        if self._course.final is not None:
            chain.append(self._course.final.item)
        limits = template.shortest_gap_days, template.longest_gap_days
        if item.kind == "erfa_group":
            chain, limits = [wish.item for wish in self._course.erfa], _ERFA_GAP_DAYS
        if item not in chain:
            return
        position = chain.index(item)
        for other in [*chain[max(position - 1, 0) : position], *chain[position + 1 : position + 2]]:
            gap = abs((self._day(other) - day).days)
            if gap < limits[0]:
                yield Reason("too_close", day, label=other.name, days=limits[0])
            elif gap > limits[1]:
                yield Reason("too_far", day, label=other.name, days=limits[1])

    def _sparring(self, item: Item, day: dt.date) -> Iterator[Reason]:
        if item.kind != "teaching_day":
            return
        template = self._course.template
        window = _days(
            day + template.sparring_earliest_days * _DAY, day + template.sparring_latest_days * _DAY
        )
        if not any(
            self._course.usable(other) and not self._course.reasons("sparring", other)
            for other in window
        ):
            yield Reason("no_sparring", day)


def _rule_of(reason: Reason, course: _Course) -> Rule:
    """Return the rule that stands behind an obstacle."""
    if reason.closure is not None:
        return Rule("closure", closure=reason.closure)
    if reason.kind == "busy":
        return Rule(
            "busy", course.name, date=reason.date, resource=reason.resource,
            other_course=reason.label,
        )  # fmt: skip
    if reason.kind == "too_early":
        return Rule("too_early", course.name, date=reason.date)
    return Rule("holiday", date=reason.date)


def _broken_text(broken: Sequence[Rule], plans: Sequence[CoursePlan]) -> str:
    """Return what to give way on, one clause for each rule."""
    clauses = []
    for rule in broken:
        dates = [
            _("{item} on {date}").format(item=date.name, date=format_date(date.date, "long"))
            for plan in plans
            if not rule.course or plan.title == rule.course
            for date in plan.dates
            if _concerns(rule, date)
        ]
        clause = _("let this give way: {rule}").format(rule=rule.text)
        clauses.append(f"{clause} – {format_list(dates)}" if dates else clause)
    return "; ".join(clauses)


def _concerns(rule: Rule, date: PlannedDate) -> bool:
    """Return whether a date of a plan stands because a rule has given way."""
    if date.kind not in _PLACED:
        return False
    if rule.closure is not None:
        needed = rule.closure.resource
        return rule.closure.covers(date.date) and (needed is None or needed in date.resources)
    if rule.kind == "busy":
        return date.date == rule.date
    return date.item in (rule.item, rule.other) and date.item != (
        rule.item if rule.kind in ("gap", "sparring") else None
    )


def placed_although(obstacles: Iterable[Reason]) -> str:
    """Return the note on a date that stands in spite of something; empty without obstacles."""
    texts = list(dict.fromkeys(reason.text for reason in obstacles))
    return _("Placed here although: {reasons}.").format(reasons=format_list(texts)) if texts else ""


def nearer_sparring_days(
    template: CourseTemplate, weekday: int, teaching: dt.date, chosen: dt.date
) -> list[dt.date]:
    """Return days of the window that lie nearer to the ideal than the chosen, the nearest first.

    Saturdays and Sundays are left out unless `weekday`, the course's own, is one of them.
    """
    ideal = teaching + template.sparring_offset_days * _DAY
    first = teaching + template.sparring_earliest_days * _DAY
    last = teaching + template.sparring_latest_days * _DAY
    near = [
        day
        for day in _days(first, last)
        if (day.weekday() < 5 or day.weekday() == weekday)
        and abs((day - ideal).days) < abs((chosen - ideal).days)
    ]
    return sorted(near, key=lambda day: (abs((day - ideal).days), day))


def next_working_day(day: dt.date) -> dt.date:
    """Return the first working day after a day."""
    day += _DAY
    while day <= LATEST and not is_working_day(day):
        day += _DAY
    return day


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + offset * _DAY for offset in range((last - first).days + 1)]


def _overlap(
    one: tuple[dt.time, dt.time] | tuple[None, None],
    other: tuple[dt.time, dt.time] | tuple[None, None],
) -> bool:
    if one[0] is None or other[0] is None:
        return False
    return one[0] < other[1] and other[0] < one[1]
