"""The course as content: teaching days, sparring themes and their texts, read from files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from peerbook.course.content_files import (
    STRICT,
    Id,
    Stamps,
    Text,
    Texts,
    fault,
    mappings,
    parse,
    read_yaml,
    stamps,
    unheard_of,
    unknown_name,
    used_twice,
)
from peerbook.course.evaluation_form import available_forms
from peerbook.errors import Fault, InputFault
from peerbook.paths import product_folder
from peerbook.text import _

Minutes = Annotated[int, Field(strict=True, ge=1, le=480)]
Count = Annotated[int, Field(strict=True, ge=1, le=60)]


class Kind(StrEnum):
    """What happens in one stretch of a teaching day."""

    WELCOME = "welcome"
    LESSON = "lesson"
    EXERCISE = "exercise"
    BREAK = "break"
    LUNCH = "lunch"
    REFLECTION = "reflection"
    EVALUATION = "evaluation"


PAUSES = frozenset({Kind.BREAK, Kind.LUNCH})
MODULES = frozenset({Kind.LESSON, Kind.EXERCISE})


@dataclass(frozen=True)
class Purpose:
    """One of the things the course is for."""

    id: Id
    text: Text
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Topic:
    """One subject the course covers."""

    id: Id
    text: Text
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Theme:
    """A theme of group sparring.

    Parameters
    ----------
    topics
        Ids of the course topics it belongs to.
    follow_up_min, follow_up
        What to take up at the next teaching day when the theme was raised, and how long it takes.
    text
        Guide for the one who leads the sparring, Markdown.
    """

    id: Id
    title: Text
    topics: tuple[str, ...]
    follow_up_min: Minutes
    follow_up: Text
    text: Text
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Rules:
    """How the course lies in the calendar; days after a teaching day, minutes, months."""

    teaching_days: Count
    months_between: Count
    starts_at: dt.time
    sparring_min: Minutes
    sparring_offset_days: Count
    sparring_earliest_days: Count
    sparring_latest_days: Count
    mid_evaluation_after_day: Count
    final_evaluation_after_day: Count
    graduation_after_day: Count
    final_assignment_min: Minutes
    erfa_groups: Count
    erfa_group_min: Minutes
    follow_up_months: tuple[Count, Count]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Activity:
    """One stretch of a day.

    Parameters
    ----------
    text
        What the teacher says and the room does, Markdown; empty for breaks.
    materials
        What must lie ready.
    groups
        How the room works: alone, in pairs, in a circle.
    topics, purposes
        Ids of what it covers; every lesson and exercise has some.
    form
        Name of the evaluation form filled in, for an evaluation.
    """

    id: Id
    kind: Kind
    title: Text
    minutes: Minutes
    text: str = ""
    materials: tuple[Text, ...] = ()
    groups: str = ""
    topics: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    form: str | None = None
    __pydantic_config__ = STRICT

    @property
    def is_pause(self) -> bool:
        """Whether people can leave the room and think of something else."""
        return self.kind in PAUSES

    @property
    def is_module(self) -> bool:
        """Whether something is taught or practised."""
        return self.kind in MODULES


@dataclass(frozen=True)
class Day:
    """One teaching day: its plan from morning to afternoon and its texts, Markdown.

    Parameters
    ----------
    themes
        Ids of the themes proposed for the group sparring that follows.
    handout
        One page for the mentors.
    facilitator_notes
        For the teachers.
    before_next_time
        What the mentors try with their peer before the next day.
    """

    number: Count
    title: Text
    aims: Annotated[tuple[Text, ...], Field(min_length=1)]
    activities: Annotated[tuple[Activity, ...], Field(min_length=1)]
    themes: Annotated[tuple[str, ...], Field(min_length=1)]
    handout: Text
    facilitator_notes: Text
    before_next_time: Text
    __pydantic_config__ = STRICT

    @property
    def modules(self) -> tuple[Activity, ...]:
        """The lessons and exercises."""
        return tuple(activity for activity in self.activities if activity.is_module)

    @property
    def minutes(self) -> int:
        """Length of the day in minutes, breaks included."""
        return sum(activity.minutes for activity in self.activities)


@dataclass(frozen=True)
class CourseContent:
    """A whole course.

    Parameters
    ----------
    sparring
        The minute plan every group sparring follows; the theme brings the content.
    final_assignment, erfa_groups
        Guides for the mentors' last assignment and for the meetings after the course, Markdown.
    """

    id: Id
    version: Text
    title: Text
    lead: Text
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    rules: Rules
    days: tuple[Day, ...]
    sparring: Annotated[tuple[Activity, ...], Field(min_length=1)]
    final_assignment: Text
    erfa_groups: Text
    __pydantic_config__ = STRICT

    def day(self, number: int) -> Day:
        """Return the teaching day with this number, the first being 1."""
        return next(day for day in self.days if day.number == number)

    def purpose(self, purpose_id: str) -> Purpose:
        """Return the purpose with this id."""
        return next(item for item in self.purposes if item.id == purpose_id)

    def topic(self, topic_id: str) -> Topic:
        """Return the topic with this id."""
        return next(item for item in self.topics if item.id == topic_id)

    def theme(self, theme_id: str) -> Theme:
        """Return the sparring theme with this id."""
        return next(item for item in self.themes if item.id == theme_id)


def available_courses() -> tuple[str, ...]:
    """Return the names of the courses that can be loaded."""
    folders = product_folder("curriculum").glob("*/course.yaml")
    return tuple(sorted(path.parent.name for path in folders))


def load_course(name: str = "six_months") -> CourseContent:
    """Return the course with this name, as its files stand now.

    Raises
    ------
    InputFault
        When there is no such course, or its files are not in order.
    """
    if name not in available_courses():
        raise unknown_name(name, available_courses())
    folder = product_folder("curriculum") / name
    return _course(folder, stamps(folder))


@lru_cache(maxsize=8)
def _course(folder: Path, _as_of: Stamps) -> CourseContent:
    return read_course(folder)


def read_course(folder: Path) -> CourseContent:
    """Return the course in a folder.

    Parameters
    ----------
    folder
        Holds `course.yaml`, `final_assignment.md`, `erfa_groups.md`, `sparring/` with a text for
        each theme and each step of the sparring, and a folder `day_N` for each teaching day with
        `day.yaml`, `handout.md`, `facilitator.md`, `before_next_time.md` and one text for each
        activity that is no break, named as its id.

    Raises
    ------
    InputFault
        With every fault found in any of the files.
    """
    faults: list[Fault] = []
    head = read_yaml(folder / "course.yaml", faults)
    if faults:  # without it nothing else can be judged
        raise InputFault(faults)
    sparring = Texts(folder / "sparring", faults)
    for part in (*mappings(head.get("themes")), *mappings(head.get("sparring"))):
        _give_text(part, sparring)
    sparring.report_unused()

    days: list[Any] = []
    for number in range(1, _day_count(head) + 1):
        texts = Texts(folder / f"day_{number}", faults)
        day = read_yaml(texts.folder / "day.yaml", faults)
        if not day:
            continue
        for activity in mappings(day.get("activities")):
            _give_text(activity, texts)
        day |= {
            "number": number,
            "handout": texts.take("handout"),
            "facilitator_notes": texts.take("facilitator"),
            "before_next_time": texts.take("before_next_time"),
        }
        texts.report_unused()
        days.append(parse(Day, day, texts.folder / "day.yaml", faults))

    guides = Texts(folder, faults)
    head |= {
        "days": [day for day in days if day is not None],
        "final_assignment": guides.take("final_assignment"),
        "erfa_groups": guides.take("erfa_groups"),
    }
    content = parse(CourseContent, head, folder / "course.yaml", faults)
    if content is not None:
        faults.extend(_inconsistencies(content, folder))
    if faults or content is None:
        raise InputFault(faults)
    return content


def _day_count(head: dict[str, Any]) -> int:
    rules = head.get("rules")
    count = rules.get("teaching_days") if isinstance(rules, dict) else None
    return count if isinstance(count, int) and 0 < count <= 60 else 0


def _give_text(part: dict[str, Any], texts: Texts) -> None:
    if part.get("kind") not in PAUSES and isinstance(part.get("id"), str):
        part["text"] = texts.take(part["id"])


def _inconsistencies(content: CourseContent, folder: Path) -> Iterator[Fault]:
    """Tell what no single file can know: ids used twice, and references that lead nowhere."""
    file = folder / "course.yaml"
    topics = {topic.id for topic in content.topics}
    purposes = {purpose.id for purpose in content.purposes}
    themes = {theme.id for theme in content.themes}
    forms = set(available_forms())
    for place, ids in (
        ("purposes", [purpose.id for purpose in content.purposes]),
        ("topics", [topic.id for topic in content.topics]),
        ("themes", [theme.id for theme in content.themes]),
        ("sparring", [activity.id for activity in content.sparring]),
    ):
        yield from used_twice(ids, file, place)
    for theme in content.themes:
        yield from unheard_of(theme.topics, topics, file, f"themes.{theme.id}.topics")
    rules = content.rules
    if not (
        rules.sparring_earliest_days <= rules.sparring_offset_days <= rules.sparring_latest_days
    ):
        yield fault(
            file, "rules.sparring_offset_days", _("must lie between the earliest and latest day.")
        )
    for name in ("mid_evaluation", "final_evaluation", "graduation"):
        if getattr(rules, f"{name}_after_day") > rules.teaching_days:
            yield fault(file, f"rules.{name}_after_day", _("must not be later than the last day."))
    for day in content.days:
        file = folder / f"day_{day.number}" / "day.yaml"
        yield from used_twice([activity.id for activity in day.activities], file, "activities")
        yield from unheard_of(day.themes, themes, file, "themes")
        for activity in day.activities:
            place = f"activities.{activity.id}"
            yield from unheard_of(activity.topics, topics, file, f"{place}.topics")
            yield from unheard_of(activity.purposes, purposes, file, f"{place}.purposes")
            if activity.form is not None:
                yield from unheard_of([activity.form], forms, file, f"{place}.form")
            if activity.is_module and not (activity.topics and activity.purposes):
                yield fault(file, place, _("needs at least one topic and one purpose."))
