"""The evaluation forms, read from files: their questions, and the answers to choose between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from peerbook.course.content_files import (
    STRICT,
    Id,
    Stamps,
    Text,
    fault,
    mappings,
    parse,
    read_yaml,
    stamps,
    unheard_of,
    unknown_name,
    used_twice,
)
from peerbook.errors import Fault, InputFault
from peerbook.paths import product_folder
from peerbook.text import _

FORMS_FOLDER = "evaluation_forms"


Role = Literal["on_scale", "outside_scale", "no_answer"]


@dataclass(frozen=True)
class Point:
    """One answer to choose.

    Parameters
    ----------
    role
        `on_scale` goes into a mean; `outside_scale` is an answer that no mean may include, such as
        "have not met my peer"; `no_answer` says as little as a blank: "do not know".
    """

    code: Annotated[int, Field(strict=True, ge=0, le=99)]
    label: Text
    role: Role = "on_scale"
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Scale:
    """The answers to choose between, in the order shown."""

    id: Id
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    __pydantic_config__ = STRICT

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes that may be entered."""
        return tuple(point.code for point in self.points)

    @property
    def codes_on_scale(self) -> tuple[int, ...]:
        """The codes that go into a mean."""
        return tuple(point.code for point in self.points if point.role == "on_scale")


@dataclass(frozen=True)
class Dimension:
    """What a group of items is about."""

    id: Id
    text: Text
    __pydantic_config__ = STRICT


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
    __pydantic_config__ = STRICT

    @property
    def counting(self) -> tuple[Point, ...]:
        """The answers behind its figure: a scale's mean, or the numbers of a choice."""
        points = self.scale.points if self.scale is not None else ()
        out = {"no_answer", "outside_scale"} if self.kind == "scale" else {"no_answer"}
        return tuple(point for point in points if point.role not in out)

    @property
    def outside(self) -> tuple[Point, ...]:
        """The answers that are counted beside its mean."""
        points = self.scale.points if self.scale is not None and self.kind == "scale" else ()
        return tuple(point for point in points if point.role == "outside_scale")

    @property
    def no_answer(self) -> tuple[Point, ...]:
        """What says as little as a blank."""
        points = self.scale.points if self.scale is not None else ()
        return tuple(point for point in points if point.role == "no_answer")


def numbered(item: Item, place: int) -> str:
    """Return a question with its number on the paper, counted from 1."""
    return f"{place}. {item.text}"


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
    __pydantic_config__ = STRICT

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
        raise unknown_name(name, available_forms())
    folder = product_folder("curriculum") / FORMS_FOLDER
    return _form(folder / f"{name}.yaml", stamps(folder))


@lru_cache(maxsize=16)
def _form(path: Path, _as_of: Stamps) -> EvaluationForm:
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
    common = read_yaml(common_path, faults)
    scales = {
        scale.id: scale
        for entry in mappings(common.get("scales"))
        if (scale := parse(Scale, entry, common_path, faults)) is not None
    }
    dimensions = {
        dimension.id: dimension
        for entry in mappings(common.get("dimensions"))
        if (dimension := parse(Dimension, entry, common_path, faults)) is not None
    }
    data = read_yaml(path, faults)
    if faults:
        raise InputFault(faults)
    items = mappings(data.get("items"))
    for place, ids in (
        ("scale", [entry["scale"] for entry in items if "scale" in entry]),
        ("dimension", [entry["dimension"] for entry in items if "dimension" in entry]),
    ):
        known = scales if place == "scale" else dimensions
        faults.extend(unheard_of(map(str, ids), known, path, f"items.{place}"))
    for entry in items:
        if "scale" in entry:
            entry["scale"] = scales.get(str(entry["scale"]))
    used = dict.fromkeys(str(entry.get("dimension")) for entry in items)
    data["dimensions"] = [dimensions[name] for name in used if name in dimensions]
    form = parse(EvaluationForm, data, path, faults)
    if form is not None:
        faults.extend(_form_inconsistencies(form, path))
    if faults or form is None:
        raise InputFault(faults)
    return form


def _form_inconsistencies(form: EvaluationForm, file: Path) -> Iterator[Fault]:
    yield from used_twice([item.id for item in form.items], file, "items")
    for item in form.items:
        place = f"items.{item.id}"
        if item.kind != "text" and item.scale is None:
            yield fault(file, place, _("needs a scale."))
        if item.kind == "text" and item.scale is not None:
            yield fault(file, place, _("is answered in words and has no scale."))
        if item.scale is not None:
            yield from used_twice([str(code) for code in item.scale.codes], file, f"{place}.scale")
            if not item.counting:
                yield fault(file, place, _("needs a scale with codes that count."))
    if len(form.low_energy_items) != 3:
        yield fault(file, "items", _("must have three items for the short sheet."))
