"""Why there is no plan and what would help, in words: what cannot be, the reason, the change.

The rules asked of dates ("in March", "10 to 18 days after") tell what cannot be; what stands in
the way of days (closures, holidays, other courses) tells why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from peerbook.course.schedule.calendar import Closure, eve_name, holiday_name
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.course.schedule.plan_rules import Rule
from peerbook.course.schedule.plan_wishes import PLACED
from peerbook.text import _, format_date, format_list, format_month, format_weekday

_FEW = 4
"""More dates than these are told by their number."""


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
        Rules that cannot all be kept.
    cheapest
        The least change that makes a plan possible; None when nothing helps.
    """

    clashing: tuple[Rule, ...]
    cheapest: Relaxation | None

    @property
    def why(self) -> str:
        """What cannot be and why; and what to try, where no change is known that helps."""
        clash = clash_text(self.clashing)
        if self.cheapest is not None:
            return clash
        return " ".join([clash, _("Try another month or another weekday.")])

    @property
    def text(self) -> str:
        """The whole answer in a few sentences."""
        if self.cheapest is None:
            return self.why
        change = _("The smallest change that helps: {change}.").format(change=self.cheapest.text)
        return f"{self.why} {change}"


# -- what cannot be ------------------------------------------------------------------------------


class _Dated(NamedTuple):
    """A date of one of the courses planned together; the course has a name where they are many."""

    course: str
    item: Item

    @property
    def name(self) -> str:
        """What it is called in the user's language."""
        return _named(self.item.name, self.course)


def _named(name: str, course: str) -> str:
    return _("{item} of “{course}”").format(item=name, course=course) if course else name


def clash_text(rules: Sequence[Rule]) -> str:
    """Return what cannot be, and why, as one sentence."""
    asked: dict[_Dated, list[Rule]] = {}
    for rule in rules:
        item = rule.other or rule.item
        if item is not None:
            asked.setdefault(_Dated(rule.course, item), []).append(rule)
    led_to = {
        _Dated(rule.course, rule.item) for rule in rules if rule.other is not None and rule.item
    }
    reasons = _sentences(obstacle_texts(rules))
    deeds = [(dated.name, _where(dated, asked)) for dated in asked if dated not in led_to]
    if not deeds:
        return _("There is no room for a course, because {reasons}.").format(reasons=reasons)
    (name, where), *others = deeds
    deed = _("{item} cannot be {where}").format(item=name, where=where)
    if others:
        held = [_("{item} is {where}").format(item=name, where=where) for name, where in others]
        deed = _("{deed} while {others}").format(deed=deed, others=_sentences(held))
    if not reasons:
        return f"{deed}."
    return _("{deed}, because {reasons}.").format(deed=deed, reasons=reasons)


def _sentences(clauses: Sequence[str]) -> str:
    """Return clauses that could each stand alone as one phrase."""
    *before, last = clauses or [""]
    if not before:
        return last
    return _("{clauses}, and {last}").format(clauses=", ".join(before), last=last)


def _where(dated: _Dated, asked: Mapping[_Dated, Sequence[Rule]]) -> str:
    """Return where a date is asked to be: on which weekday, in which month, how far from others."""
    rules = {rule.kind: rule for rule in asked.get(dated, ()) if rule.other is None}
    wheres = []
    if "weekday" in rules:
        weekday = rules.pop("weekday")
        rules.pop("month", None)
        wheres.append(
            _("on a {weekday} in {month}").format(weekday=_weekday(weekday), month=_month(weekday))
        )
    wheres += [where_asked(rule) for rule in rules.values()]
    for rule in asked.get(dated, ()):
        if rule.other is None or rule.item is None:
            continue
        before = _Dated(rule.course, rule.item)
        fewest, most = rule.days or (0, 0)
        after = _("{fewest} to {most} days after {item}").format(
            fewest=fewest, most=most, item=rule.item.name
        )
        wheres.append(" ".join(filter(None, [after, _where(before, asked)])))
    return format_list(wheres)


def where_asked(rule: Rule) -> str:
    """Return where a rule about one date wants it to be."""
    if rule.kind == "weekday":
        return _("on a {weekday}").format(weekday=_weekday(rule))
    if rule.kind == "month":
        return _("in {month}").format(month=_month(rule))
    return _("on {date}").format(date=format_date(rule.date, "long") if rule.date else "")


def _weekday(rule: Rule) -> str:
    return format_weekday(rule.weekday or 0)


def _month(rule: Rule) -> str:
    return format_month(rule.date) if rule.date else ""


# -- why -----------------------------------------------------------------------------------------


def obstacle_texts(rules: Sequence[Rule], *, in_short: bool = False) -> list[str]:
    """Return what stands in the way of days as clauses; what is alike is said together.

    In short, where the days have been told, only who or what it is.
    """
    alike: dict[tuple[object, ...], list[Rule]] = {}
    for rule in rules:
        if rule.closure is not None:
            key: tuple[object, ...] = (rule.closure.kind, rule.closure.resource)
        elif rule.kind == "busy":
            key = (rule.kind, rule.resource, rule.other_course)
        elif rule.item is not None:
            continue
        else:
            key = (rule,)
        alike.setdefault(key, []).append(rule)
    named = {rule.date for rule in rules if rule.kind == "anchor"}
    clauses = (_obstacle(together, named, in_short) for together in alike.values())
    return list(dict.fromkeys(clauses))


def _obstacle(rules: Sequence[Rule], named: Container[dt.date | None], in_short: bool) -> str:
    rule = rules[0]
    closures = [one.closure for one in rules if one.closure is not None]
    if closures:
        return _closed(closures, in_short)
    who = rule.resource.label if rule.resource else ""
    if rule.kind == "busy":
        days = "" if in_short else _days([(one.date, one.date) for one in rules if one.date])
        text = _("{who} is taken by “{course}” {days}")
        return text.format(who=who, course=rule.other_course, days=days).strip()
    if rule.kind == "shared":
        return _("both “{course}” and “{other}” need {who} at the same time").format(
            course=rule.course, other=rule.other_course, who=who
        )
    day = rule.date or dt.date.min
    date = format_date(day, "long")
    if rule.kind == "too_early":
        return _("the course begins on {date} at the earliest").format(date=date)
    pattern = _("that day is {holiday}") if day in named else _("{date} is {holiday}")
    name = eve_name(day) if rule.kind == "eve" else holiday_name(day)
    return pattern.format(date=date, holiday=name)


def _closed(closures: Sequence[Closure], in_short: bool) -> str:
    """Return closures of one kind, of the place or of one teacher or room, as a clause."""
    kind, resource = closures[0].kind, closures[0].resource
    pattern = {
        "school_holiday": _("there is a school holiday {days}"),
        "industriferie": _("there is the general summer shutdown {days}"),
        "custom_day_off": _("there is a day off {days}"),
    }.get(kind, _("it is closed {days}"))
    if resource is not None:
        is_person = resource.kind == "teacher"
        pattern = _("{who} is away {days}") if is_person else _("{who} is taken {days}")
    who = resource.label if resource else ""
    if in_short:
        return pattern.format(days="", who=who).strip()
    days = _days([(closure.starts_on, closure.ends_on) for closure in closures])
    clause = pattern.format(days=days, who=who)
    labels = list(dict.fromkeys(closure.label for closure in closures if closure.label))
    return f"{clause} ({format_list(labels)})" if labels else clause


def _days(spans: Iterable[tuple[dt.date, dt.date]]) -> str:
    """Return spans of days as a phrase; the year is told once, or where it changes."""
    spans = sorted(spans)
    if len(spans) > _FEW:
        count = sum((last - first).days + 1 for first, last in spans)
        whole = _days([(spans[0][0], max(last for _first, last in spans))])
        return _("on {count} days {days}").format(count=count, days=whole)
    if all(first == last for first, last in spans):
        return _("on {days}").format(days=format_list(_dates([day for day, _last in spans])))
    dates = iter(_dates([day for span in spans for day in span]))
    return format_list(
        [
            _("on {days}").format(days=end)
            if first == last
            else _("from {first} to {last}").format(first=start, last=end)
            for (first, last), start, end in zip(spans, dates, dates, strict=True)
        ]
    )


def _dates(days: Sequence[dt.date]) -> list[str]:
    """Return dates as they stand in one phrase: with the year where the next one has another."""
    following = [*days[1:], None]
    return [
        format_date(day, "day_month" if after and after.year == day.year else "plain")
        for day, after in zip(days, following, strict=True)
    ]


# -- the change ----------------------------------------------------------------------------------


def change_text(broken: Sequence[Rule], plans: Sequence[CoursePlan]) -> str:
    """Return where dates would be that do not keep all rules: when, instead of what, although what.

    Dates that are there in spite of the same are told together.
    """
    several = len(plans) > 1
    told: list[tuple[str, tuple[str, ...]]] = []
    for plan in plans:
        for date in plan.dates:
            if date.kind not in PLACED:
                continue
            rules = [rule for rule in broken if _breaks(plan, date, rule, plans)]
            if rules:
                course = plan.title if several else ""
                told.append(
                    (_lies(date, rules, plan, course), tuple(obstacle_texts(rules, in_short=True)))
                )
    clauses = []
    for obstacles, dates in groupby(told, key=lambda one: one[1]):
        texts = [text for text, _obstacles in dates]
        if len(texts) > _FEW:
            rest = _("{count} dates more as the proposal says").format(count=len(texts) - _FEW + 1)
            texts = [*texts[: _FEW - 1], rest]
        clause = _sentences(texts)
        if obstacles:
            clause = _("{change}, although {reasons}").format(
                change=clause, reasons=_sentences(obstacles)
            )
        clauses.append(clause)
    return "; ".join(clauses)


def _breaks(plan: CoursePlan, date: PlannedDate, rule: Rule, plans: Sequence[CoursePlan]) -> bool:
    """Return whether a date of a plan stands where it does because a rule has given way."""
    if rule.course and rule.course != plan.title:
        return False
    if rule.closure is not None:
        needed = rule.closure.resource
        return rule.closure.covers(date.date) and (needed is None or needed in date.resources)
    if rule.kind == "busy":
        return date.date == rule.date and rule.resource in date.resources
    if rule.kind == "too_early":
        return rule.date is not None and date.date < rule.date
    if rule.kind == "shared":
        return any(
            other.date == date.date
            and other.overlaps(date.starts_at, date.ends_at)
            and rule.resource in date.resources & other.resources
            for one in plans
            if one is not plan
            for other in one.dates
        )
    return date.item == (rule.other or rule.item)


def _lies(date: PlannedDate, rules: Sequence[Rule], plan: CoursePlan, course: str) -> str:
    """Return when a date would be, and instead of what."""
    text = _("{item} is on {date}").format(
        item=_named(date.name, course), date=format_date(date.date, "long")
    )
    instead = [where_asked(rule) for rule in rules if rule.item and rule.other is None]
    if instead:
        text = _("{item} instead of {where}").format(item=text, where=format_list(instead))
    for rule in rules:
        if rule.other is None or rule.item is None or rule.days is None:
            continue
        # Final assignments are over on the last of their days.
        before = max(
            one.date for one in plan.of_kind(rule.item.kind)
            if rule.item.kind == "final_assignment" or one.item == rule.item
        )  # fmt: skip
        count = (date.date - before).days
        pattern = (
            _("{item}, {count} days after {other} instead of at least {limit}")
            if count < rule.days[0]
            else _("{item}, {count} days after {other} instead of at most {limit}")
        )
        text = pattern.format(
            item=text, count=count, other=rule.item.name,
            limit=rule.days[0] if count < rule.days[0] else rule.days[1],
        )  # fmt: skip
    return text
