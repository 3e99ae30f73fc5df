"""Step 3, use of resources: the figures each model asks for, filled in like a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from peerbook.costs.assessment import EARLIEST, LATEST, place_of
from peerbook.costs.case import COMPLETED, MONTHS, STARTED, Category, none_of_these
from peerbook.costs.entries_part import Entries
from peerbook.costs.figure import PRICES, Figure, Unit, both_or_none
from peerbook.costs.lines_part import own_costs
from peerbook.costs.model import Model, Question
from peerbook.costs.names import category_name, step_name, unit_name
from peerbook.costs.opened import Opened
from peerbook.costs.spread import Triangle
from peerbook.costs.team_part import percent
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Receipt
from peerbook.text import _, format_number, ngettext
from peerbook.ui import (
    Column,
    DateField,
    Disclosure,
    Field,
    Filter,
    FlagField,
    Form,
    Group,
    Heading,
    Notice,
    NumberField,
    Part,
    Prose,
    Row,
    RowsField,
    Section,
    Submission,
    Table,
    TextField,
    bullets,
)
from peerbook.ui.answers import given, given_or_none, whole

_SHARED = ""
_MOST = 1_000_000_000


@dataclass(frozen=True)
class _Asked:
    """Questions that stand under one heading."""

    name: str
    heading: str
    questions: tuple[Question, ...]
    are_prices: bool


class Figures:
    """What all models ask for, and what each asks for, one form at a time.

    Parameters
    ----------
    opened
        The assessment.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._place = Section([])
        self._missing = Section([])
        self._choice = Section([])
        self._about = _SHARED
        self._seen: Mapping[str, Figure] = {}
        self._typed: set[str] = set()
        self._saves = False
        self._own = Entries(opened, own_costs(opened))

    def parts(self) -> list[Part]:
        """Return the choice of model, the form, and the place's own costs."""
        self._choose()
        self._show()
        self._opened.follow(self._refresh)
        return [
            Prose(
                _(
                    "Write what you know, and where it is from. A number nobody knows stays "
                    "empty, and the result says that it is missing. Tick “example” for a guess. "
                    "Without a day, it was looked up today."
                )
            ),
            self._choice,
            self._missing,
            self._place,
            Heading(_("Costs the models do not ask for")),
            *self._own.parts(),
        ]

    def _choose(self) -> None:
        chosen = self._opened.said.chosen
        if self._about not in {one.id for one in chosen}:
            self._about = _SHARED
        options = [
            (_SHARED, _("What all models ask for")),
            *((one.id, one.title) for one in chosen),
        ]

        def turn(about: str) -> None:
            self._about = about
            self._show()

        self._choice.show([Filter(_("Figures of"), options, turn, value=self._about, look="radio")])

    def _refresh(self) -> None:
        """Follow what was saved; what this form saved itself stands in it already."""
        said = self._opened.said
        if said.chosen != self._chosen:
            self._choose()
        if not self._saves and (self._asked(), said.figures) != (self._shown, self._seen):
            self._show()
        self._tell_missing()

    # -- one form ----------------------------------------------------------------------------------

    def _show(self) -> None:
        said = self._opened.said
        self._chosen, self._seen = said.chosen, said.figures
        asked = self._shown = self._asked()
        fields: list[Field[Any] | Group] = [self._rows(one) for one in asked]
        values = {one.name: tuple(map(self._row, one.questions)) for one in asked}

        def save(submission: Submission) -> Receipt | str:
            self._saves = True
            try:
                return self._save(submission, asked)
            finally:
                self._saves = False

        name = f"cost_figures:{self._opened.number}:{self._about}"
        form = Form(
            f"cost_figures_{self._about or 'shared'}", fields, values=values, on_submit=save,
            submit_label=_("Save the figures"),
            drafts=self._opened.desk.drafts(name), resumes=name in self._typed,
        )  # fmt: skip
        form.observe(lambda _change: self._typed.add(name), "offer")
        self._opened.watch(form, name, step_name("resources"))
        hints = [one for group in asked for one in group.questions if one.hint]
        self._tell_missing()
        self._place.show([form, *self._from_team(), *_hints(hints)])

    def _from_team(self) -> list[Part]:
        """Return which prices of an hour are the team's, and so are not asked for here."""
        found = {
            one.id: one.ask
            for model in self._models()
            for one in model.questions
            if self._about == _SHARED and self._opened.said.of_wage(one.id)
        }
        if not found:
            return []
        text = _("These come from the team in step 2, and are not asked for here:")
        return [Prose(f"{text}\n\n{bullets(list(found.values()))}")]

    def _tell_missing(self) -> None:
        left = [
            one
            for group in self._asked()
            for one in group.questions
            if self._figure(one).value is None
        ]
        if not left:
            self._missing.show([Notice("ok", _("Everything here is filled in."))])
            return
        text = ngettext("{n} figure is missing here.", "{n} figures are missing here.", len(left))
        self._missing.show([Prose(text.format(n=format_number(len(left))))])

    def _models(self) -> tuple[Model, ...]:
        chosen = self._opened.said.chosen
        if self._about == _SHARED:
            return chosen
        return tuple(one for one in chosen if one.id == self._about)

    def _model_of(self, asked: Question) -> Model:
        return next(model for model in self._models() if asked in model.questions)

    def _figure(self, asked: Question) -> Figure:
        return self._seen.get(self._key(asked), asked.figure)

    def _key(self, asked: Question) -> str:
        return place_of(self._model_of(asked), asked.id)

    def _asked(self) -> list[_Asked]:
        models = self._models()
        if self._about == _SHARED:
            found = {
                one.id: one
                for model in models
                for one in model.questions
                if one.id in model.shared and not self._opened.said.of_wage(one.id)
            }
            counts = [one for one in found.values() if one.unit not in PRICES]
            prices = [one for one in found.values() if one.unit in PRICES]
            return _groups([
                ("counts", _("Pathways"), counts), ("prices", _("What an hour costs"), prices),
            ])  # fmt: skip
        (model,) = models
        return _groups(
            (f"{category}_{kind}", heading, questions)
            for category, of_it in _by_category(model).items()
            for kind, heading, questions in (
                (
                    "counts",
                    _("{category}: how much").format(category=category_name(category)),
                    [one for one in of_it if one.unit not in PRICES],
                ),
                (
                    "prices",
                    _("{category}: prices").format(category=category_name(category)),
                    [one for one in of_it if one.unit in PRICES],
                ),
            )
        )

    def _rows(self, asked: _Asked) -> RowsField:
        columns: list[Field[Any]] = [
            NumberField(
                name, label, minimum=0, maximum=_MOST, decimals=4, is_money=asked.are_prices
            )
            for name, label in (
                ("value", _("Figure")), ("low", _("At least")), ("high", _("At most")),
            )
        ]  # fmt: skip
        if asked.are_prices:
            columns.append(
                NumberField(
                    "price_year", _("Price year"), minimum=EARLIEST, maximum=LATEST, decimals=0
                )
            )
        columns += [
            TextField("source", _("Where from"), max_length=200),
            DateField("said_on", _("Looked up"), latest=self._opened.desk.today),
            FlagField("example", _("Example")),
        ]
        return RowsField(
            asked.name, asked.heading, row_label=_("What"), fields=columns,
            rows=[(one.id, f"{one.ask} ({_unit(one.unit)})") for one in asked.questions],
        )  # fmt: skip

    def _row(self, asked: Question) -> Row:
        figure = self._figure(asked)
        is_share = figure.unit == "share"

        def typed(value: Decimal | None) -> Decimal | None:
            return percent(value) if is_share and value is not None else value

        spread = figure.spread
        low, high = (spread.low, spread.high) if isinstance(spread, Triangle) else (None, None)
        return Row(
            asked.id,
            {
                "value": typed(figure.value), "low": typed(low), "high": typed(high),
                "price_year": None if figure.price_year is None else Decimal(figure.price_year),
                "source": figure.source, "said_on": figure.said_on,
                "example": figure.status == "example" and figure.value is not None,
            },
        )  # fmt: skip

    # -- in ----------------------------------------------------------------------------------------

    def _save(self, submission: Submission, asked: Sequence[_Asked]) -> Receipt | str:
        seen: dict[str, Figure | None] = {}
        mine: dict[str, Figure | None] = {}
        places: dict[str, str] = {}
        faults: list[Fault] = []
        for group in asked:
            by_id = {one.id: one for one in group.questions}
            for row in given(tuple, submission.values[group.name]):
                one = by_id[str(row.id)]
                key, place = self._key(one), f"{group.name}.{row.id}"
                places[key] = place
                stored = self._seen.get(key)
                try:
                    wanted = self._said(one, stored, row, place)
                except InputFault as error:
                    faults += error.faults
                    continue
                if wanted != stored:
                    seen[key], mine[key] = stored, wanted
        if faults:
            raise InputFault(faults)
        if not mine:
            return _("Nothing was changed.")
        self._opened.ask_about_names(
            (f"{places[key]}.source", one.source) for key, one in mine.items() if one is not None
        )
        try:
            receipt = self._opened.save(submission, "figures", seen, mine)
        except InputFault as error:
            raise InputFault([_at(fault, places) for fault in error.faults]) from error
        # What others saved meanwhile is not what this form shows.
        stands = {key: one for key, one in self._seen.items() if key not in mine}
        self._seen = stands | {key: one for key, one in mine.items() if one is not None}
        return receipt

    def _said(self, asked: Question, stored: Figure | None, row: Row, place: str) -> Figure | None:
        """Return what a row says of a figure; None where that is what the model's file says."""
        shown = stored or asked.figure
        was = self._row(asked).values
        if all(was[name] == value for name, value in row.values.items()):
            return stored
        value, low, high = (
            _number(row.values[name], asked.unit) for name in ("value", "low", "high")
        )
        if value is None:
            if low is not None or high is not None:
                raise InputFault.at(f"{place}.value", _("Write the likeliest figure too."))
            return None
        if (low is None) != (high is None):
            field = "low" if low is None else "high"
            raise InputFault.at(f"{place}.{field}", both_or_none())
        if value == 0 and asked.id in (STARTED, COMPLETED, MONTHS):
            raise InputFault.at(f"{place}.value", none_of_these())
        source = str(row.values["source"]).strip()
        if not source:
            raise InputFault.at(f"{place}.source", _("Say where the number is from."))
        published, has_range = asked.figure, low is not None
        if source == published.source and (value != published.value or has_range):
            text = _("That source has another number, or no least and most. Say where it is from.")
            raise InputFault.at(f"{place}.source", text)
        price_year = self._price_year(asked, row)
        said_on = given_or_none(dt.date, row.values["said_on"])
        is_another = (shown.value, shown.source, shown.price_year) != (value, source, price_year)
        if is_another and said_on == shown.said_on:
            said_on = self._opened.desk.today  # the day that stands there is the former number's
        figure = Figure(
            asked.unit, value, source, "example" if row.values["example"] else "own",
            price_year, said_on=said_on,
        )  # fmt: skip
        if (value, source) == (published.value, published.source) and not row.values["example"]:
            figure = replace(figure, status=published.status)
        if low is not None and high is not None:
            return replace(figure, spread=Triangle(low, high))
        if value == shown.value and not isinstance(shown.spread, Triangle):
            figure = replace(figure, spread=shown.spread)  # the form has no field for it
        return None if figure == published else figure

    def _price_year(self, asked: Question, row: Row) -> int | None:
        if asked.unit not in PRICES:
            return None
        return whole(row.values["price_year"]) or self._opened.said.price_year


def _number(value: object, unit: Unit) -> Decimal | None:
    number = given_or_none(Decimal, value)
    return number / 100 if number is not None and unit == "share" else number


def _at(fault: Fault, places: dict[str, str]) -> Fault:
    field = fault.place.field or ""
    return Fault(fault.message, Place(field=f"{places[field]}.value" if field in places else field))


def _unit(unit: Unit) -> str:
    return _("per cent, 0 to 100") if unit == "share" else unit_name(unit)


def _by_category(model: Model) -> dict[Category, list[Question]]:
    """Return a model's own questions by the category of the first line that uses each."""
    of_category: dict[Category, list[Question]] = {}
    own = {one.id: one for one in model.questions if one.id not in model.shared}
    for line in model.lines:
        for key in line.factors:
            if key in own:
                of_category.setdefault(line.category, []).append(own.pop(key))
    return of_category


def _groups(found: Iterable[tuple[str, str, Sequence[Question]]]) -> list[_Asked]:
    return [
        _Asked(name, heading, tuple(questions), questions[0].unit in PRICES)
        for name, heading, questions in found
        if questions
    ]


def _hints(asked: Sequence[Question]) -> list[Part]:
    if not asked:
        return []
    table = Table(
        [Column("what", _("What")), Column("known", _("What is known"))],
        [{"what": one.ask, "known": one.hint} for one in asked],
        _("What is known without being a number to count with"),
        sortable=False,
    )
    return [Disclosure(_("What is known of these"), [table])]
