"""What a place has said about what its programme costs: models chosen, and figures filled in.

The six steps are those of the Danish guide to costing (Socialstyrelsen, Omkostningsvurdering af
sociale indsatser, November 2021): intervention, teams, use of resources, grants, what is saved
elsewhere, results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Literal

from peerbook.costs.case import (
    LONGEST,
    STARTED,
    Case,
    Category,
    Estimate,
    Kind,
    Line,
    Payer,
    When,
    estimate,
)
from peerbook.costs.figure import Figure, Unit, wrong_with
from peerbook.costs.model import Model, load_models
from peerbook.costs.team import Member, hour_of, is_old
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_number

EARLIEST, LATEST = 2000, 2100
"""Years between which prices and programmes lie."""
HIGHEST_LEVEL = 1_000_000
"""Higher than any index of prices: what is more has a slip in it."""
OWN, HOUR_OF, LEVEL = "own", "hour_of", "level"
"""What keys begin with of a place's own lines, of an hour of somebody on its team, and of the index
of prices in a year."""

Part = Literal["figures", "staff", "lines", "levels", "payers"]
"""What holds entries by key."""


@dataclass(frozen=True)
class OwnLine:
    """Something a model does not ask for: an amount, or hours of somebody on the team.

    Parameters
    ----------
    what
        What it is, in a few words.
    figure
        How many kroner; or how many hours, where `staff` says whose.
    model
        Id of the model it belongs to; empty where it belongs to all.
    staff
        Title of who works these hours, as the team has it; all of that title, whoever is there.
    for_volunteers
        Whether it is spent on volunteers, as `Line` has it.
    is_each
        Whether the figure is for each contract that begins, in every year.
    to
        Whose costs a grant is for, as `Line` has it.
    """

    what: str
    kind: Kind
    category: Category
    payer: Payer
    when: When
    figure: Figure
    model: str = ""
    staff: str = ""
    for_volunteers: bool = False
    is_each: bool = False
    to: Payer | None = None

    @property
    def factors(self) -> tuple[str, ...]:
        """The keys of what is multiplied beside its own figure."""
        return (hour_key(self.staff),) if self.staff else ()

    def faults(self) -> list[Fault]:
        """Return what is wrong, each at its field."""
        told = [
            Fault(message, Place(field="kr" if part == "value" else part))
            for part, message in wrong_with(self.figure)
        ]
        if self.figure.unit != ("hours" if self.staff else "kr"):
            text = _("Hours need somebody on the team who works them, and kroner need nobody.")
            told.append(Fault(text, Place(field="staff")))
        if not self.what.strip():
            told.append(Fault(_("Write what it is."), Place(field="what")))
        if self.figure.value is None:
            told.append(Fault(_("This figure is missing."), Place(field="kr")))
        return told


@dataclass(frozen=True)
class Level:
    """The level of prices and wages in a year, on the scale of the others.

    Parameters
    ----------
    level
        As the index has it.
    source
        Who says so.
    said_on
        When it was looked up.
    is_example
        Whether it is a guess.
    """

    level: Decimal
    source: str
    said_on: dt.date
    is_example: bool = False

    def faults(self) -> list[Fault]:
        """Return what is wrong, each at its field."""
        if self.level.is_finite() and 0 < self.level <= HIGHEST_LEVEL:
            return []
        text = _("Write the level as the index has it, more than zero and at most {most}.")
        message = text.format(most=format_number(HIGHEST_LEVEL))
        return [Fault(message, Place(field="level"))]


@dataclass(frozen=True)
class Old:
    """Something that was looked up so long ago that it is to be looked up again."""

    what: str
    said_on: dt.date


@dataclass(frozen=True)
class Assessment:
    """What was said, step by step.

    Parameters
    ----------
    title
        What is assessed.
    models
        Ids of the models chosen.
    first_year, years, price_year
        Which years are counted, and whose kroner the result is in.
    figures
        By id of what all models ask for, or `model.id` of what one asks for.
    staff, lines, levels
        The team, a place's own amounts, and the level of prices by year, each by a key.
    payers
        Who pays what a model costs, by its id; or one of its activities, see `activity_of`.
    """

    title: str
    models: tuple[str, ...]
    first_year: int
    years: int
    price_year: int
    figures: Mapping[str, Figure] = field(default_factory=dict)
    staff: Mapping[str, Member] = field(default_factory=dict)
    lines: Mapping[str, OwnLine] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    payers: Mapping[str, Payer] = field(default_factory=dict)

    def faults(self) -> list[Fault]:
        """Return what is wrong with the frame, each at its field."""
        told = []
        known = {model.id for model in load_models()}
        if not self.title.strip():
            told.append(Fault(_("Write what you call it."), Place(field="title")))
        if not self.models or not set(self.models) <= known:
            told.append(Fault(_("Choose at least one model."), Place(field="models")))
        if not 1 <= self.years <= LONGEST:
            text = _("Count from 1 to {most} years.").format(most=LONGEST)
            told.append(Fault(text, Place(field="years")))
        for name in ("first_year", "price_year"):
            if not EARLIEST <= getattr(self, name) <= LATEST:
                text = _("Write a year from {first} to {last}.")
                message = text.format(first=EARLIEST, last=LATEST)
                told.append(Fault(message, Place(field=name)))
        return told

    @property
    def chosen(self) -> tuple[Model, ...]:
        """The models chosen, in the order of the catalogue."""
        return tuple(model for model in load_models() if model.id in self.models)

    @property
    def counted(self) -> range:
        """The years that are counted."""
        return range(self.first_year, self.first_year + self.years)

    @property
    def index(self) -> dict[int, Decimal]:
        """The level of prices and wages by year."""
        return {int(year): one.level for year, one in self.levels.items()}

    def of_wage(self, key: str) -> tuple[Member, ...]:
        """Return who of the team has this price of an hour."""
        return tuple(one for one in self.staff.values() if key in (one.wage, hour_key(one.title)))

    @property
    def titles(self) -> tuple[str, ...]:
        """What those on the team are, each once."""
        spelt: dict[str, str] = {}
        for one in self.staff.values():
            spelt.setdefault(hour_key(one.title), one.title)
        return tuple(spelt.values())

    def figure(self, model: Model, key: str) -> Figure:
        """Return a figure of a model as it stands: from the team, as somebody said, or as read.

        Raises
        ------
        InputFault
            When the team's hour cannot be worked out; see `team.hour_of`.
        """
        if self.of_wage(key):
            return self.hour(key, model)
        if said := self.figures.get(place_of(model, key)):
            return said
        return next(one.figure for one in model.questions if one.id == key)

    def hour(self, key: str, model: Model | None = None) -> Figure:
        """Return the price of an hour of those on the team who have this price.

        It is that of the years in which it is used, so that whoever only helps to begin need not
        be there later.

        Parameters
        ----------
        key
            Of the price.
        model
            Which model it is used in; None for any of those chosen.

        Raises
        ------
        InputFault
            When it cannot be worked out; see `team.hour_of`.
        """
        used = self.years_of(key, (model,) if model else self.chosen)
        hour = hour_of(self.of_wage(key), used, self.price_year, self.index)
        years = self._price_years(key, hour)
        if len(years | {hour.price_year}) > 1 and self._guessed_levels & (
            years | {self.price_year}
        ):
            return replace(hour, status="example")
        return hour

    def years_of(self, key: str, models: Iterable[Model]) -> range:
        """Return the years in which some models use a figure; all where none of them does."""
        whens = set[When]()
        for model in models:
            whens |= {line.when for line in model.lines if key in line.factors}
            whens |= {line.when for line in self._own(model).values() if key in line.factors}
        return self.counted[:1] if whens == {"start"} else self.counted

    def _paid_by(self, model: Model, line: Line) -> Line:
        """Return a line of a model with who pays it, as the place says or the model assumes."""
        if line.kind != "cost":
            return line
        said = self.payers.get(activity_of(model, line)) or self.payers.get(model.id)
        return replace(line, payer=said or line.payer, assumes_payer=said is None)

    def _own(self, model: Model) -> dict[str, OwnLine]:
        """Return the place's own lines in a model, each by its key there."""
        return {
            f"{OWN}_{key}": one for key, one in self.lines.items() if one.model in ("", model.id)
        }

    @property
    def _guessed_levels(self) -> set[int]:
        return {int(year) for year, one in self.levels.items() if one.is_example}

    def case(self, model: Model) -> Case:
        """Return a model with the figures and amounts of the place.

        What cannot be worked out of the team stands as missing; `case_faults` says why.
        """
        return self.case_and_faults(model)[0]

    def estimate(self, model: Model) -> Estimate:
        """Return what a model comes to.

        Raises
        ------
        InputFault
            With all that is missing or wrong; see `case_faults`.
        """
        case, faults = self.case_and_faults(model)
        if faults:
            raise InputFault(faults)
        return estimate(case)

    def case_faults(self, model: Model) -> list[Fault]:
        """Return what is missing or wrong before a model can be worked out, each at a key."""
        return self.case_and_faults(model)[1]

    def case_and_faults(self, model: Model) -> tuple[Case, list[Fault]]:
        """Return a model with the figures of the place, and what is missing or wrong of it.

        Each fault stands at a key. What cannot be worked out of the team stands as missing.
        """
        own = self._own(model)
        figures, of_team = {}, dict[str | None, Fault]()

        def put(key: str, find: Callable[[], Figure], unit: Unit) -> None:
            try:
                figures[key] = find()
            except InputFault as error:
                figures[key] = Figure(unit)
                of_team[key] = Fault(error.faults[0].message, Place(field=key))

        for one in model.questions:
            put(one.id, partial(self.figure, model, one.id), one.unit)
        for line in own.values():
            for key in line.factors:
                put(key, partial(self._hour_asked, key, model), "kr_per_hour")
        bare = model.case(figures, self.years, self.first_year, self.price_year, self.index)
        lines = tuple(
            Line(
                key, one.category, (key, *one.factors, *([STARTED] if one.is_each else [])),
                one.payer, one.kind, one.when, one.for_volunteers, one.what,
                to=one.to if one.kind == "grant" else None,
            )
            for key, one in own.items()
        )  # fmt: skip
        case = replace(
            bare,
            lines=tuple(self._paid_by(model, line) for line in bare.lines) + lines,
            figures={**figures, **{key: one.figure for key, one in own.items()}},
        )
        told = {fault.place.field: fault for fault in reversed(case.faults())} | of_team
        return case, list(reversed(told.values()))

    def _hour_asked(self, key: str, model: Model) -> Figure:
        if not self.of_wage(key):
            raise InputFault.at(
                key, _("Nobody of that title is on the team. Add them, or correct the cost.")
            )
        return self.hour(key, model)

    def names(self, model: Model) -> dict[str, str]:
        """Return what is asked for by each key of a model, a place's own figures too."""
        asked = {one.id: one.ask for one in model.questions}
        for key, one in self.lines.items():
            asked |= {f"{OWN}_{key}": one.what} | {
                factor: _("An hour of {title}").format(title=one.staff) for factor in one.factors
            }
        return asked | {f"{LEVEL}_{year}": level_name(year) for year in self.levels}

    def examples(self, model: Model) -> tuple[str, ...]:
        """Return the keys of what stands as an example only, of the index that is used too."""
        case = self.case(model)
        years = {year for key in case.needed for year in self._price_years(key, case.figures[key])}
        carried = years - {self.price_year}
        used = years | {self.price_year} if carried else set()
        return (
            *(key for key in case.needed if case.figures[key].status == "example"),
            *(f"{LEVEL}_{year}" for year in sorted(self._guessed_levels & used)),
        )

    def _price_years(self, key: str, figure: Figure) -> set[int]:
        """Return whose kroner a price is in, as it was said."""
        if members := self.of_wage(key):
            return {one.employment.price_year for one in members}
        return {figure.price_year} if figure.price_year and figure.value is not None else set()

    def old(self, today: dt.date) -> tuple[Old, ...]:
        """Return figures, what staff costs and levels that are to be looked up again."""
        asked = {place_of(model, one.id): one for model in self.chosen for one in model.questions}
        said = [
            (asked[key].ask, figure.said_on)
            for key, figure in self.figures.items()
            if key in asked and figure.value is not None
        ]
        said += [(one.title, one.employment.said_on) for one in self.staff.values()]
        said += [(one.what, one.figure.said_on) for one in self.lines.values()]
        said += [(level_name(year), one.said_on) for year, one in self.levels.items()]
        return tuple(Old(what, day) for what, day in said if day is not None and is_old(day, today))


def place_of(model: Model, key: str) -> str:
    """Return where an assessment keeps a figure of a model: what all share stands once."""
    return key if key in model.shared else f"{model.id}.{key}"


def activity_of(model: Model, line: Line) -> str:
    """Return where an assessment keeps who pays an activity of a model."""
    return f"{model.id}.{line.id}"


def hour_key(title: str) -> str:
    """Return the key of the price of an hour of those on the team who are called this."""
    return f"{HOUR_OF}_{title.casefold()}"


def level_name(year: str) -> str:
    """Return what the level of prices in a year is called."""
    return _("Price and wage index of {year}").format(year=year)
