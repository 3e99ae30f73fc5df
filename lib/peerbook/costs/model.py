"""The models of peer support, as data: what each is, what it does, and what has to be known of it.

Each model is a file in `models/`, in Danish, with the seven headings that every model has in
Socialstyrelsen's catalogue (Modeller for brug af peer-støtte, 2018). A number stands in a file only
with where it was read; the others are empty and asked for. `common.yaml` holds the figures that all
models share, so that they are compared with one set of wages.

A file of the same name in `models/english/` says the texts in English, each at the place or id it
has in Danish. Where something was read keeps its own words: it is what one looks up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field

from peerbook.costs.case import COMPLETED, MONTHS, STARTED, Case, Line
from peerbook.costs.figure import Figure, Status, Unit, faults_of
from peerbook.costs.measures import Measure, measured_faults
from peerbook.course.content_files import (
    STRICT,
    Id,
    Text,
    fault,
    mappings,
    parse,
    read_yaml,
    unheard_of,
    used_twice,
)
from peerbook.errors import Fault, InputFault
from peerbook.text import _, current_language
from peerbook.text.words import Language

MODELS = Path(__file__).parent / "models"
COMMON, ENGLISH = "common", "english"


@dataclass(frozen=True)
class LogicModel:
    """What goes in, what is done, what comes of it at once and later."""

    resources: tuple[Text, ...]
    activities: tuple[Text, ...]
    outputs: tuple[Text, ...]
    outcomes: tuple[Text, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Headings:
    """The seven headings; a text that says that something was not found where nothing was."""

    target_group: Text
    context: Text
    logic_model: LogicModel
    organisation: Text
    cost_assessment: Text
    recommendations: Text
    references: Annotated[tuple[Text, ...], Field(min_length=1)]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Question:
    """A figure to fill in.

    Parameters
    ----------
    ask
        What is asked for.
    hint
        What is known without being a number to count with, and where it stands.
    value, source, status, price_year
        Of a number that was read; none of them where nothing was found.
    staff
        Whose hour it is the price of.
    """

    id: Id
    ask: Text
    unit: Unit
    hint: str = ""
    value: Decimal | None = None
    source: str = ""
    status: Status = "published"
    price_year: int | None = None
    staff: str = ""
    __pydantic_config__ = STRICT

    @property
    def figure(self) -> Figure:
        """The figure as the file has it."""
        return Figure(self.unit, self.value, self.source, self.status, self.price_year)


@dataclass(frozen=True)
class Model:
    """A way to run peer support.

    Parameters
    ----------
    place
        Who tried it.
    published
        What was published of its cost, in words, with the source; empty where nothing was found.
    questions
        Its own figures and those of all models, in the order in which they are asked.
    shared
        Ids of those of all models.
    measured
        What the record can count of it, where that means the same: by measure, the figures whose
        product plans it for a year.
    """

    id: Id
    title: Text
    place: Text
    headings: Headings
    lines: tuple[Line, ...]
    questions: tuple[Question, ...]
    shared: frozenset[str] = frozenset()
    published: str = ""
    measured: Mapping[Measure, Annotated[tuple[Id, ...], Field(min_length=1)]] = field(
        default_factory=dict, hash=False
    )

    def case(
        self,
        figures: Mapping[str, Figure],
        years: int,
        first_year: int,
        price_year: int,
        index: Mapping[int, Decimal] | None = None,
    ) -> Case:
        """Return the model with the figures of a place; those not given stand as in the file."""
        known = {one.id: one.figure for one in self.questions}
        filled = {**known, **{key: one for key, one in figures.items() if key in known}}
        return Case(self.title, self.lines, filled, years, first_year, price_year, index or {})


def load_models(folder: Path = MODELS, language: Language | None = None) -> tuple[Model, ...]:
    """Return all models: those of the catalogue in its order, then Vejle's.

    Parameters
    ----------
    folder
        Where their files are.
    language
        In which their texts are wanted; the user's when None.

    Raises
    ------
    InputFault
        With everything that is wrong in the files, each fault with file and place.
    """
    return _loaded(folder, language or current_language())


@cache
def _loaded(folder: Path, language: Language) -> tuple[Model, ...]:
    faults: list[Fault] = []
    shared = folder / f"{COMMON}.yaml"
    common = _parsed(Question, _read(shared, language, faults).get("figures"), shared, faults)
    files = sorted(path for path in folder.glob("*.yaml") if path.stem != COMMON)
    models = [_model(path, _read(path, language, faults), common, faults) for path in files]
    if faults:
        raise InputFault(faults)
    return tuple(model for model in models if model is not None)


def _read(path: Path, language: Language, faults: list[Fault]) -> dict[str, Any]:
    data = read_yaml(path, faults)
    if language == "da":
        return data
    told: dict[str, Any] = _told_anew(data, read_yaml(path.parent / ENGLISH / path.name, faults))
    return told


def _told_anew(data: Any, told: Any) -> Any:
    """Return what a file holds with its texts as another tells them."""
    if isinstance(told, dict) and isinstance(data, dict):
        return data | {key: _told_anew(data.get(key), one) for key, one in told.items()}
    if isinstance(told, dict) and isinstance(data, list):
        return [one | told.get(one.get("id"), {}) for one in mappings(data)]
    return told


def _model(
    path: Path, data: dict[str, Any], common: tuple[Question, ...], faults: list[Fault]
) -> Model | None:
    lines = _parsed(Line, data.pop("lines", None), path, faults)
    own = _parsed(Question, data.pop("figures", None), path, faults)
    before = len(faults)
    keys = [one.id for one in (*own, *common)]
    faults += used_twice(keys, path, "figures")
    faults += used_twice([line.id for line in lines], path, "lines")
    for line in lines:
        faults += unheard_of(line.factors, keys, path, f"lines.{line.id}")
    needed = {key for line in lines for key in line.factors} | {STARTED, COMPLETED, MONTHS}
    for one in own:
        if one.id not in needed:
            faults.append(fault(path, f"figures.{one.id}", _("is used by no line.")))
    for one in (*own, *common):
        for told in faults_of(one.id, one.figure):
            faults.append(fault(path, f"figures.{one.id}", told.message))
    asked = tuple(one for one in (*own, *common) if one.id in needed)
    shared = frozenset(one.id for one in common) & needed
    parts = {"lines": lines, "questions": asked, "shared": shared}
    model = parse(Model, {**data, **parts}, path, faults)
    if model is None:
        return None
    for measure, factors in model.measured.items():
        faults += unheard_of(factors, [one.id for one in asked], path, f"measured.{measure}")
    if len(faults) > before:
        return None
    units = {one.id: one.unit for one in asked}
    for measure, remedy in measured_faults(model.measured, lines, units):
        faults.append(fault(path, f"measured.{measure}", remedy))
    try:
        model.case({}, 1, 2018, 2018)
    except ValueError as error:
        message = _("do not make kroner: {reason}.").format(reason=error)
        faults.append(fault(path, "lines", message))
    return model


_Shape = TypeVar("_Shape")


def _parsed(shape: type[_Shape], data: Any, path: Path, faults: list[Fault]) -> tuple[_Shape, ...]:
    found: Iterable[_Shape | None] = (parse(shape, one, path, faults) for one in mappings(data))
    return tuple(one for one in found if one is not None)
