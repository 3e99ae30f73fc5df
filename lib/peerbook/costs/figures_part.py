"""Step 3, use of resources: the figures each model asks for, filled in like a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from peerbook.costs.assessment import EARLIEST, LATEST, place_of
from peerbook.costs.case import DIVISORS, Category
from peerbook.costs.draws import range_told
from peerbook.costs.entries_part import Entries
from peerbook.costs.figure import PRICES, Figure, Unit, both_or_none, wrong_with
from peerbook.costs.lines_part import own_costs
from peerbook.costs.model import Model, Question
from peerbook.costs.names import all_models_ask, category_name, step_name, unit_name
from peerbook.costs.opened import Opened
from peerbook.costs.payers_part import WhoPays
from peerbook.costs.shared_entries import SharedEntries
from peerbook.costs.spread import Triangle
from peerbook.costs.team_part import percent
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Receipt
from peerbook.text import _, format_list, format_number, ngettext
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
    YearField,
    bullets,
)
from peerbook.ui.answers import given, given_or_none

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
        self._shared = SharedEntries[Figure](opened, "figures", {})
        self._typed: set[str] = set()
        self._saves = False
        self._own = Entries(opened, own_costs(opened))
        self._payers = WhoPays(opened)

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
            *self._payers.parts(),
        ]

    def _choose(self) -> None:
        chosen = self._opened.said.chosen
        if self._about not in {one.id for one in chosen}:
            self._about = _SHARED
        options = [
            (_SHARED, all_models_ask()),
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
        if not self._saves and (self._asked(), said.figures) != (self._shown, self._shared.shown):
            self._show()
        self._tell_missing()

    # -- one form ----------------------------------------------------------------------------------

    def _show(self) -> None:
        said = self._opened.said
        self._chosen = said.chosen
        self._shared = SharedEntries(self._opened, "figures", said.figures)
        asked = self._shown = self._asked()
        fields: list[Field[Any] | Group] = [
            self._rows(one, hint="" if place else range_told()) for place, one in enumerate(asked)
        ]
        values = {
            group.name: tuple(self._row(one, self._figure(one)) for one in group.questions)
            for group in asked
        }

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
        text = ngettext("{n} figure is missing here.", "{n} figures are missing here.", len(left))
        told: Part = Notice("ok", _("Everything here is filled in."))
        if left:
            told = Prose(text.format(n=format_number(len(left))))
        self._missing.show([told, *self._without_index()])

    def _without_index(self) -> list[Part]:
        """Return that prices are of a year from which nobody can carry them over yet."""
        said = self._opened.said
        figures = [self._figure(one) for group in self._asked() for one in group.questions]
        years = {one.price_year for one in figures if one.value is not None and one.price_year}
        needed = years | {said.price_year} if years - {said.price_year} else set()
        if not (missing := sorted(needed - set(said.index))):
            return []
        text = _(
            "Some prices here are of another year than {wanted}. Write the price and wage index of "
            "{years} in step 2; nothing is worked out before."
        )
        years_told = format_list([str(year) for year in missing])
        return [Notice("warn", text.format(wanted=said.price_year, years=years_told))]

    def _models(self) -> tuple[Model, ...]:
        chosen = self._opened.said.chosen
        if self._about == _SHARED:
            return chosen
        return tuple(one for one in chosen if one.id == self._about)

    def _model_of(self, asked: Question) -> Model:
        return next(model for model in self._models() if asked in model.questions)

    def _figure(self, asked: Question) -> Figure:
        return self._shared.shown.get(self._key(asked), asked.figure)

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
                ("counts", _("Contracts: how many, and how long"), counts),
                ("prices", _("What an hour costs"), prices),
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

    def _rows(self, asked: _Asked, hint: str) -> RowsField:
        columns: list[Field[Any]] = [
            NumberField(name, label, maximum=_MOST, decimals=4, is_money=asked.are_prices)
            for name, label in (
                ("value", _("Figure")), ("low", _("At least")), ("high", _("At most")),
            )
        ]  # fmt: skip
        if asked.are_prices:
            columns.append(
                YearField("price_year", _("Price year"), minimum=EARLIEST, maximum=LATEST)
            )
        columns += [
            TextField("source", _("Where from"), max_length=200),
            DateField("said_on", _("Looked up"), latest=self._opened.desk.today),
            FlagField("example", _("Example")),
        ]
        return RowsField(
            asked.name, asked.heading, hint=hint, row_label=_("What"), fields=columns,
            rows=[(one.id, f"{one.ask} ({_unit(one.unit)})") for one in asked.questions],
            check=lambda rows: self._faults(asked, rows),
        )  # fmt: skip

    def _row(self, asked: Question, figure: Figure) -> Row:
        is_share = figure.unit == "share"

        def typed(value: Decimal | None) -> Decimal | None:
            return percent(value) if is_share and value is not None else value

        spread = figure.spread
        low, high = (spread.low, spread.high) if isinstance(spread, Triangle) else (None, None)
        return Row(
            asked.id,
            {
                "value": typed(figure.value), "low": typed(low), "high": typed(high),
                "price_year": figure.price_year,
                "source": figure.source, "said_on": figure.said_on,
                "example": figure.status == "example" and figure.value is not None,
            },
        )  # fmt: skip

    # -- in ----------------------------------------------------------------------------------------

    def _save(self, submission: Submission, asked: Sequence[_Asked]) -> Receipt | str:
        self._shared.look(submission)
        mine: dict[str, Figure | None] = {}
        places: dict[str, str] = {}
        for group in asked:
            for one, row in _with_rows(group, given(tuple, submission.values[group.name])):
                key = self._key(one)
                places[key] = f"{group.name}.{row.place}"
                stored = self._shared.shown.get(key)
                if (wanted := self._said(one, stored, row)) != stored:
                    mine[key] = wanted
        if not mine:
            return _("Nothing was changed.")
        self._opened.ask_about_names(
            (f"{places[key]}.source", one.source) for key, one in mine.items() if one is not None
        )

        def answers(theirs: Mapping[str, Figure | None]) -> dict[str, object]:
            return {
                group.name: tuple(
                    self._row(one, theirs[key] or one.figure)
                    if (key := self._key(one)) in theirs
                    else row
                    for one, row in _with_rows(group, given(tuple, submission.values[group.name]))
                )
                for group in asked
            }

        try:
            receipt = self._shared.save(submission, mine, answers)
        except InputFault as error:
            raise InputFault([_at(fault, places) for fault in error.faults]) from error
        self._tell_missing()
        return receipt

    def _faults(self, group: _Asked, rows: tuple[Row, ...]) -> list[Fault]:
        """Return what is wrong with what was typed, beside what could not be read."""
        return [
            Fault(message, Place(field=f"{group.name}.{row.place}.{column}"))
            for asked, row in _with_rows(group, rows)
            for column, message in self._wrong(asked, row)
            if column in row.values
        ]

    def _wrong(self, asked: Question, row: Row) -> Iterator[tuple[str, str]]:
        """Tell what is wrong with a row, and in which column."""
        if self._is_as_shown(asked, row):
            return
        value, low, high = _numbers(row, asked.unit)
        has_range = low is not None or high is not None
        if value is None and "value" in row.values:
            if has_range:
                yield "value", _("Write the likeliest figure too.")
            return
        if (low is None) != (high is None):
            yield "low" if low is None else "high", both_or_none()
        source, published = str(row.values.get("source", "")).strip(), asked.figure
        if not source:
            yield "source", _("Say where the number is from.")
        elif source == published.source and (value != published.value or has_range):
            text = _("That source has another number, or no least and most. Say where it is from.")
            yield "source", text
        figure = Figure(asked.unit, value, source or "…", spread=_triangle(low, high))
        for part, message in wrong_with(figure, divides=asked.id in DIVISORS):
            if part != "price_year":  # whoever leaves it empty means the year of the estimate
                yield part, message

    def _is_as_shown(self, asked: Question, row: Row) -> bool:
        was = self._row(asked, self._figure(asked)).values
        return all(was[name] == value for name, value in row.values.items())

    def _said(self, asked: Question, stored: Figure | None, row: Row) -> Figure | None:
        """Return what a row says of a figure; None where that is what the model's file says."""
        shown = stored or asked.figure
        value, low, high = _numbers(row, asked.unit)
        if self._is_as_shown(asked, row):
            return stored
        if value is None:
            return None
        source, published = str(row.values["source"]).strip(), asked.figure
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
        if spread := _triangle(low, high):
            return replace(figure, spread=spread)
        if value == shown.value and not isinstance(shown.spread, Triangle):
            figure = replace(figure, spread=shown.spread)  # the form has no field for it
        return None if figure == published else figure

    def _price_year(self, asked: Question, row: Row) -> int | None:
        if asked.unit not in PRICES:
            return None
        return given_or_none(int, row.values["price_year"]) or self._opened.said.price_year


def _with_rows(group: _Asked, rows: Iterable[Row]) -> list[tuple[Question, Row]]:
    by_id = {one.id: one for one in group.questions}
    return [(by_id[str(row.id)], row) for row in rows]


def _numbers(row: Row, unit: Unit) -> list[Decimal | None]:
    """Return the likeliest, the least and the most; None also for what could not be read."""
    found = [given_or_none(Decimal, row.values.get(name)) for name in ("value", "low", "high")]
    if unit != "share":
        return found
    return [number if number is None else number / 100 for number in found]


def _triangle(low: Decimal | None, high: Decimal | None) -> Triangle | None:
    return None if low is None or high is None else Triangle(low, high)


def _at(fault: Fault, places: dict[str, str]) -> Fault:
    """Return a fault that is at a key, or at a part of its figure, at the cell it is about."""
    field = fault.place.field or ""
    key, _dot, part = field.rpartition(".")
    if field in places:
        key, part = field, "value"
    return Fault(fault.message, Place(field=f"{places[key]}.{part}" if key in places else field))


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
