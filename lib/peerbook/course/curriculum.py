"""The course as content: teaching days, sparring themes and evaluation forms, read from files.

Structure stands in YAML, running text in Markdown beside it, both in plain Danish, so that a
teacher can change the course in any text editor. Everything is checked when it is read and all
faults are told together, each with file and place.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from peerbook.errors import Fault, InputFault, Place
from peerbook.paths import product_folder
from peerbook.text import _

FORMS_FOLDER = "evaluation_forms"

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=480)]
Count = Annotated[int, Field(strict=True, ge=1, le=60)]

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_Stamps = tuple[tuple[str, int, int], ...]
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is faster


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
    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class Topic:
    """One subject the course covers."""

    id: Id
    text: Text
    __pydantic_config__ = _STRICT


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
    __pydantic_config__ = _STRICT


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
    __pydantic_config__ = _STRICT


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
    __pydantic_config__ = _STRICT

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
    __pydantic_config__ = _STRICT

    @property
    def modules(self) -> tuple[Activity, ...]:
        """The lessons and exercises."""
        return tuple(activity for activity in self.activities if activity.is_module)

    @property
    def exercises(self) -> tuple[Activity, ...]:
        """The exercises."""
        return tuple(item for item in self.activities if item.kind is Kind.EXERCISE)

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
    __pydantic_config__ = _STRICT

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


@dataclass(frozen=True)
class Point:
    """One answer on a scale; `counts` is false for "do not know", which no mean may include."""

    code: Annotated[int, Field(strict=True, ge=0, le=99)]
    label: Text
    counts: bool = True
    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class Scale:
    """The answers to choose between, in the order shown."""

    id: Id
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    __pydantic_config__ = _STRICT

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes that may be entered."""
        return tuple(point.code for point in self.points)

    @property
    def counting_codes(self) -> tuple[int, ...]:
        """The codes that go into a mean."""
        return tuple(point.code for point in self.points if point.counts)


@dataclass(frozen=True)
class Dimension:
    """What a group of items is about."""

    id: Id
    text: Text
    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class Item:
    """One question.

    Parameters
    ----------
    level
        Kirkpatrick's level: 1 reaction, 2 learning, 3 behaviour, 4 results.
    kind
        `scale` (a mean makes sense), `choice` (only counts do) or `text`.
    scale
        The answers; none for text.
    low_energy
        Whether it is one of the three on the short sheet.
    suggestion
        Whether answers go on to "you said, we did".

    Source: Kirkpatrick, D. L. (1994): Evaluating Training Programs. San Francisco: Berrett-Koehler.
    """

    id: Id
    text: Text
    level: Annotated[int, Field(strict=True, ge=1, le=4)]
    kind: Literal["scale", "choice", "text"]
    dimension: str
    scale: Scale | None = None
    low_energy: bool = False
    suggestion: bool = False
    __pydantic_config__ = _STRICT


@dataclass(frozen=True)
class EvaluationForm:
    """A form: what it says at the top, and its items in order.

    Parameters
    ----------
    low_energy_lead
        What the short sheet says at the top.
    dimensions
        The dimensions its items belong to, in the order of first use.
    """

    id: Id
    version: Text
    title: Text
    lead: Text
    low_energy_lead: Text
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    dimensions: tuple[Dimension, ...] = field(default=())
    __pydantic_config__ = _STRICT

    @property
    def text(self) -> str:
        """All it says, from its lead to its last question, a paragraph each."""
        said = [self.lead, self.low_energy_lead, *(item.text for item in self.items)]
        return "\n\n".join(said)

    def item(self, item_id: str) -> Item:
        """Return the item with this id."""
        return next(item for item in self.items if item.id == item_id)

    @property
    def low_energy_items(self) -> tuple[Item, ...]:
        """The items of the short sheet."""
        return tuple(item for item in self.items if item.low_energy)

    @property
    def levels(self) -> frozenset[int]:
        """The Kirkpatrick levels it asks about."""
        return frozenset(item.level for item in self.items)


# --- courses --------------------------------------------------------------------------------


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
        raise _unknown(name, available_courses())
    folder = product_folder("curriculum") / name
    return _course(folder, _stamps(folder))


@lru_cache(maxsize=8)
def _course(folder: Path, _as_of: _Stamps) -> CourseContent:
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
    head = _read_yaml(folder / "course.yaml", faults)
    if faults:  # without it nothing else can be judged
        raise InputFault(faults)
    sparring = _Texts(folder / "sparring", faults)
    for part in (*_mappings(head.get("themes")), *_mappings(head.get("sparring"))):
        _give_text(part, sparring)
    sparring.report_unused()

    days: list[Any] = []
    for number in range(1, _day_count(head) + 1):
        texts = _Texts(folder / f"day_{number}", faults)
        day = _read_yaml(texts.folder / "day.yaml", faults)
        if not day:
            continue
        for activity in _mappings(day.get("activities")):
            _give_text(activity, texts)
        day |= {
            "number": number,
            "handout": texts.take("handout"),
            "facilitator_notes": texts.take("facilitator"),
            "before_next_time": texts.take("before_next_time"),
        }
        texts.report_unused()
        days.append(_parse(Day, day, texts.folder / "day.yaml", faults))

    guides = _Texts(folder, faults)
    head |= {
        "days": [day for day in days if day is not None],
        "final_assignment": guides.take("final_assignment"),
        "erfa_groups": guides.take("erfa_groups"),
    }
    content = _parse(CourseContent, head, folder / "course.yaml", faults)
    if content is not None:
        faults.extend(_inconsistencies(content, folder))
    if faults or content is None:
        raise InputFault(faults)
    return content


def _day_count(head: dict[str, Any]) -> int:
    rules = head.get("rules")
    count = rules.get("teaching_days") if isinstance(rules, dict) else None
    return count if isinstance(count, int) and 0 < count <= 60 else 0


def _give_text(part: dict[str, Any], texts: _Texts) -> None:
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
        yield from _twice(ids, file, place)
    for theme in content.themes:
        yield from _unheard(theme.topics, topics, file, f"themes.{theme.id}.topics")
    rules = content.rules
    if not (
        rules.sparring_earliest_days <= rules.sparring_offset_days <= rules.sparring_latest_days
    ):
        yield _fault(
            file, "rules.sparring_offset_days", _("must lie between the earliest and latest day.")
        )
    for name in ("mid_evaluation", "final_evaluation", "graduation"):
        if getattr(rules, f"{name}_after_day") > rules.teaching_days:
            yield _fault(file, f"rules.{name}_after_day", _("must not be later than the last day."))
    for day in content.days:
        file = folder / f"day_{day.number}" / "day.yaml"
        yield from _twice([activity.id for activity in day.activities], file, "activities")
        yield from _unheard(day.themes, themes, file, "themes")
        for activity in day.activities:
            place = f"activities.{activity.id}"
            yield from _unheard(activity.topics, topics, file, f"{place}.topics")
            yield from _unheard(activity.purposes, purposes, file, f"{place}.purposes")
            if activity.form is not None:
                yield from _unheard([activity.form], forms, file, f"{place}.form")
            if activity.is_module and not (activity.topics and activity.purposes):
                yield _fault(file, place, _("needs at least one topic and one purpose."))


# --- forms ----------------------------------------------------------------------------------


def available_forms() -> tuple[str, ...]:
    """Return the names of the evaluation forms that can be loaded."""
    files = (product_folder("curriculum") / FORMS_FOLDER).glob("*.yaml")
    return tuple(sorted(path.stem for path in files if path.stem != "common"))


def load_form(name: str) -> EvaluationForm:
    """Return the evaluation form with this name, as its file stands now.

    Parameters
    ----------
    name
        `mid`, `final`, `event` or `follow_up`.

    Raises
    ------
    InputFault
        When there is no such form, or its file is not in order.
    """
    if name not in available_forms():
        raise _unknown(name, available_forms())
    folder = product_folder("curriculum") / FORMS_FOLDER
    return _form(folder / f"{name}.yaml", _stamps(folder))


@lru_cache(maxsize=16)
def _form(path: Path, _as_of: _Stamps) -> EvaluationForm:
    return read_form(path)


def read_form(path: Path) -> EvaluationForm:
    """Return the form in a file; `common.yaml` beside it has the scales and dimensions.

    Raises
    ------
    InputFault
        With every fault found.
    """
    faults: list[Fault] = []
    common_path = path.with_name("common.yaml")
    common = _read_yaml(common_path, faults)
    scales = {
        scale.id: scale
        for entry in _mappings(common.get("scales"))
        if (scale := _parse(Scale, entry, common_path, faults)) is not None
    }
    dimensions = {
        dimension.id: dimension
        for entry in _mappings(common.get("dimensions"))
        if (dimension := _parse(Dimension, entry, common_path, faults)) is not None
    }
    data = _read_yaml(path, faults)
    if faults:
        raise InputFault(faults)
    items = _mappings(data.get("items"))
    for place, ids in (
        ("scale", [entry["scale"] for entry in items if "scale" in entry]),
        ("dimension", [entry["dimension"] for entry in items if "dimension" in entry]),
    ):
        known = scales if place == "scale" else dimensions
        faults.extend(_unheard(map(str, ids), known, path, f"items.{place}"))
    for entry in items:
        if "scale" in entry:
            entry["scale"] = scales.get(str(entry["scale"]))
    used = dict.fromkeys(str(entry.get("dimension")) for entry in items)
    data["dimensions"] = [dimensions[name] for name in used if name in dimensions]
    form = _parse(EvaluationForm, data, path, faults)
    if form is not None:
        faults.extend(_form_inconsistencies(form, path))
    if faults or form is None:
        raise InputFault(faults)
    return form


def _form_inconsistencies(form: EvaluationForm, file: Path) -> Iterator[Fault]:
    yield from _twice([item.id for item in form.items], file, "items")
    for item in form.items:
        place = f"items.{item.id}"
        if item.kind != "text" and item.scale is None:
            yield _fault(file, place, _("needs a scale."))
        if item.kind == "text" and item.scale is not None:
            yield _fault(file, place, _("is answered in words and has no scale."))
        if item.scale is not None:
            yield from _twice([str(code) for code in item.scale.codes], file, f"{place}.scale")
            if item.kind == "scale" and not item.scale.counting_codes:
                yield _fault(file, place, _("needs a scale with codes that count."))
    if len(form.low_energy_items) != 3:
        yield _fault(file, "items", _("must have three items for the short sheet."))


# --- reading and checking -------------------------------------------------------------------


def _stamps(folder: Path | str) -> _Stamps:
    """Return path, time and size of every file in a folder; what was read stays true with them."""
    found: list[tuple[str, int, int]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += _stamps(entry.path)
            else:
                stat = entry.stat()
                found.append((entry.path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))


class _Texts:
    """The Markdown files of one folder; knows which of them nobody asked for."""

    def __init__(self, folder: Path, faults: list[Fault]) -> None:
        self.folder = folder
        self._faults = faults
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return the text, or tell that the file is missing."""
        self._taken.add(name)
        path = self.folder / f"{name}.md"
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            self._faults.append(_fault(path, "", _("is missing.")))
        except UnicodeDecodeError:
            self._faults.append(_fault(path, "", _("is not saved as UTF-8 text.")))
        return "-"

    def report_unused(self) -> None:
        """Tell of texts that belong to nothing, which a wrong id leaves behind."""
        for path in sorted(self.folder.glob("*.md")):
            if path.stem not in self._taken:
                self._faults.append(_fault(path, "", _("belongs to no part of the course.")))


def _read_yaml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe one
    except FileNotFoundError:
        faults.append(_fault(path, "", _("is missing.")))
    except UnicodeDecodeError:
        faults.append(_fault(path, "", _("is not saved as UTF-8 text.")))
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else None
        faults.append(_fault(path, "", _("cannot be read as YAML."), row))
    else:
        if isinstance(data, dict):
            return data
        faults.append(_fault(path, "", _("must hold names with values.")))
    return {}


def _mappings(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


_Part = TypeVar("_Part")


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _parse(shape: type[_Part], data: object, file: Path, faults: list[Fault]) -> _Part | None:
    try:
        adapter: TypeAdapter[_Part] = _adapter(shape)  # type: ignore[arg-type] # a type is hashable
        return adapter.validate_python(data)
    except ValidationError as error:
        faults.extend(
            _fault(file, _place(detail["loc"]), _remedy(detail)) for detail in error.errors()
        )
        return None


def _place(location: Sequence[int | str]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).lstrip(".")


def _remedy(detail: ErrorDetails) -> str:
    """Return what is wrong with a value, in the user's language."""
    bounds = detail.get("ctx", {})
    remedies = {
        "missing": _("is missing."),
        "unexpected_keyword_argument": _("is not a name used here."),
        "string_too_short": _("is empty."),
        "too_short": _("is empty."),
        "string_pattern_mismatch": _("may only have small letters a–z, digits and underscores."),
        "int_type": _("must be a whole number."),
        "greater_than_equal": _("must be at least {ge}."),
        "less_than_equal": _("must be at most {le}."),
        "string_type": _("must be text."),
        "bool_type": _("must be true or false."),
        "bool_parsing": _("must be true or false."),
        "tuple_type": _("must be a list."),
        "dataclass_type": _("must hold names with values."),
        "time_type": _("must be a time of day in quotation marks, as “10:00”."),
        "time_parsing": _("must be a time of day in quotation marks, as “10:00”."),
        "enum": _("must be one of {expected}."),
        "literal_error": _("must be one of {expected}."),
    }
    remedy = remedies.get(detail["type"])
    if remedy is None:
        return _("cannot be used: {reason}").format(reason=detail["msg"])
    return remedy.format(**bounds)


def _fault(file: Path, place: str, remedy: str, row: int | None = None) -> Fault:
    name = f"{file.parent.name}/{file.name}"
    where = ", ".join(
        part
        for part in (name, place, _("line {row}").format(row=row) if row is not None else "")
        if part
    )
    return Fault(f"{where}: {remedy}", Place(field=place or None, sheet=name, row=row))


def _twice(ids: Sequence[str], file: Path, place: str) -> Iterator[Fault]:
    for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
        yield _fault(file, place, _("has “{name}” more than once.").format(name=name))


def _unheard(
    wanted: Iterable[str], known: Iterable[str], file: Path, place: str
) -> Iterator[Fault]:
    known = sorted(known)
    for name in dict.fromkeys(wanted):
        if name not in known:
            message = _("“{name}” is not known; known are {known}.")
            yield _fault(file, place, message.format(name=name, known=", ".join(known)))


def _unknown(name: str, known: Sequence[str]) -> InputFault:
    shown = re.sub(r"[^\w. -]", "?", name)[:60]
    message = _("There is nothing called “{name}”; there is {known}.")
    return InputFault([Fault(message.format(name=shown, known=", ".join(known)))])
