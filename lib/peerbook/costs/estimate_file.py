"""A cost estimate as a spreadsheet that can be followed and changed: every result is a formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import get_args

from openpyxl.utils import get_column_letter

from peerbook.costs.assessment import Assessment
from peerbook.costs.case import (
    COMPLETED,
    MONTHS,
    STARTED,
    Category,
    Estimate,
    Kind,
    Payer,
    estimate,
)
from peerbook.costs.comparison import MOST, per_contract
from peerbook.costs.estimate_sheets import Cells, Grounds, literal, yes
from peerbook.costs.model import Model
from peerbook.costs.names import (
    category_name,
    examples_told,
    kind_name,
    net_below_zero,
    payer_name,
    payers_told,
    status_name,
)
from peerbook.costs.payers_sheet import payers_sheet
from peerbook.files.delimited import Cell, delimited
from peerbook.files.origin import Origin
from peerbook.files.spreadsheet import Formula, Sheet, SheetColumn, workbook
from peerbook.text import _, format_date, format_number, ngettext

_TIE = Decimal("0.000000001")
"""Kroner by which the row of a difference parts it from one that is just as large."""
_DASH = literal("–")
_NOTHING = Decimal("0.005")
"""Kroner below which a difference is none."""


def estimate_file(said: Assessment, model: Model, origin: Origin | None = None) -> bytes:
    """Return an estimate as an .xlsx file with live formulas.

    The sheets: the result of one model; all models side by side, and what makes the difference,
    where several can be worked out; the costs of the one as SØM asks for them; and what all of it
    is worked out from, as `Grounds` says.

    Parameters
    ----------
    said
        What was said about costs.
    model
        Which of its models the result is of.
    origin
        Where the file comes from.

    Raises
    ------
    InputFault
        When something of that model is missing or wrong; see `Assessment.case_faults`.
    """
    today = origin.made_on if origin else None
    found = {model: said.estimate(model)}
    lacking = dict[Model, int]()
    for other in said.chosen:
        if other != model:
            if faults := said.case_faults(other):
                lacking[other] = len(faults)
            else:
                found[other] = estimate(said.case(other))
    grounds = Grounds(said, {one: found[one] for one in said.chosen if one in found} | found)
    return workbook([*_Book(grounds, model, lacking, today).sheets()], origin)


def som_file(said: Assessment, model: Model) -> bytes:
    """Return what is paid by year, category and payer as CSV, as SØM asks for it.

    Raises
    ------
    InputFault
        As `estimate_file` does.
    """
    found = said.estimate(model)
    status = status_name("example" if said.examples(model) else "own")
    headings = [
        _("Year"), _("Category"), _("Who pays"), _("Kroner"), _("Price year"),
        _("Who pays is assumed"), _("Standing"),
    ]  # fmt: skip
    lines = found.case.lines
    assumed = {(line.category, line.payer) for line in lines if line.assumes_payer}
    rows: list[list[Cell]] = [
        [
            year, category_name(category), payer_name(payer),
            found.total(year=year, category=category, payer=payer), said.price_year,
            yes() if (category, payer) in assumed else None, status,
        ]
        for year in said.counted
        for category, payer in paid_places(found)
    ]  # fmt: skip
    return delimited(headings, rows)


def paid_places(found: Estimate) -> list[tuple[Category, Payer]]:
    """Return every category with each of those who pay for anything."""
    paying = {line.payer for line in found.case.lines if line.kind == "cost"}
    payers: Sequence[Payer] = get_args(Payer)
    categories: Sequence[Category] = get_args(Category)
    return [(one, payer) for one in categories for payer in payers if payer in paying]


@dataclass(frozen=True)
class _Book:
    grounds: Grounds
    model: Model
    lacking: dict[Model, int]
    today: dt.date | None = None

    def sheets(self) -> Iterator[Sheet]:
        yield self._result()
        yield payers_sheet(self.grounds, self.model)
        if len(self.grounds.found) > 1:
            yield self._side_by_side()
            yield self._activities()
        yield from self.grounds.sheets()
        yield self._for_som()

    # -- parts of formulas -------------------------------------------------------------------------

    def _priced(self, formula: Formula) -> Formula:
        return self.grounds.priced(formula.text, formula.value)

    def _net(self, model: Model, year: int | None = None) -> Formula:
        paid, grants, savings = (
            self.grounds.total(model, kind, year) for kind in ("cost", "grant", "saving")
        )
        found = self.grounds.found[model]
        when = {} if year is None else {"year": year}
        net = found.total(**when) - found.total("grant", "saving", **when)
        return self.grounds.priced(f"{paid.text}-{grants.text}-{savings.text}", net)

    def _begun(self, model: Model) -> str:
        """Return how many contracts begin in all years."""
        return f"({self.grounds.used(model, STARTED)}*{len(self.grounds.years)})"

    def _units(self, model: Model) -> tuple[Formula, ...]:
        """Return what is paid for each begun, for each completed and for each month together."""
        paid, begun = self.grounds.total(model).text, self._begun(model)
        completed, months = (self.grounds.used(model, key) for key in (COMPLETED, MONTHS))
        units = self.grounds.found[model].units
        return (
            self._each_of(paid, begun, units.per_started),
            self._each_of(paid, f"({begun}*{completed})", units.per_completed),
            self._each_of(paid, f"({begun}*{months})", units.per_pair_month),
        )

    def _each_of(self, kr: str, count: str, value: Decimal) -> Formula:
        """Return what there is for each; a dash where somebody writes in the file that none is."""
        return self.grounds.priced(f"IF({count}=0,{_DASH},{kr}/{count})", value)

    # -- one model ---------------------------------------------------------------------------------

    def _result(self) -> Sheet:
        model, years = self.model, self.grounds.years
        columns = (
            SheetColumn(_("What"), 92), *(SheetColumn(str(year), 14) for year in years),
            SheetColumn(_("In all"), 16),
        )  # fmt: skip
        gap = (None,) * len(years)

        def by_year(what: str, kind: Kind = "cost", **like: str) -> Cells:
            parts = (self.grounds.total(model, kind, year, **like) for year in (*years, None))
            return what, *map(self._priced, parts)

        categories: Sequence[Category] = get_args(Category)
        apart: Sequence[Kind] = ("volunteer", "gift", "grant", "saving")
        begun, completed, month = self._units(model)
        rows: list[Cells] = [
            (model.title, *gap, None),
            (_("In prices of"), *gap, self.grounds.price_year_told),
            *(by_year(category_name(one), category=one) for one in categories),
            by_year(_("What is paid")),
            by_year(_("Of this, to begin"), when="start"),
            by_year(_("Of this, recurring costs"), when="yearly"),
            *(by_year(kind_name(one), one) for one in apart),
            (
                _("Paid, less grants and what is saved"),
                *(self._net(model, year) for year in (*years, None)),
            ),
            (_("Paid for each contract that began"), *gap, begun),
            (_("Paid for each contract that was completed"), *gap, completed),
            (_("Paid for each month a pair is together"), *gap, month),
            (
                _("Hours volunteers give"),
                *(self.grounds.hours(model, year) for year in (*years, None)),
            ),
            *((what, *gap, told) for what, told in self._volunteers()),
            (net_below_zero(), *gap, None),
            *((told, *gap, None) for told in self._notes()),
        ]
        return Sheet(_("Result"), columns, rows)

    def _volunteers(self) -> Iterator[tuple[str, Formula]]:
        """Return what volunteers' time is worth in each way to count it, and a contract with it."""
        model, found = self.model, self.grounds.found[self.model]
        paid = self.grounds.total(model).text
        given = self.grounds.total(model, "volunteer").text
        spent = self.grounds.total(model, for_volunteers=True).text
        worth = (
            (_("Volunteers’ time, not counted"), "0", Decimal(0)),
            (
                _("Volunteers’ time, what it would cost to pay for it"), given,
                found.total("volunteer"),
            ),
            (
                _("Volunteers’ time, that less what is spent on volunteers"), f"({given}-{spent})",
                found.volunteers_net,
            ),
        )  # fmt: skip
        each = _("{what}: for each contract that began, with what is paid")
        for what, text, kr in worth:
            yield what, self.grounds.priced(text, kr)
            with_it = (found.total() + kr) / found.begun
            yield (
                each.format(what=what),
                self._each_of(f"({paid}+{text})", self._begun(model), with_it),
            )

    def _notes(self) -> Iterator[str]:
        """Return what has to be known of the figures."""
        said = self.grounds.said
        if told := self._example_told():
            yield told
        if self._assumes_payers:
            yield payers_told()
        text = _("Looked up more than twelve months ago: {what} ({date})")
        for old in said.old(self.today) if self.today else ():
            yield text.format(what=old.what, date=format_date(old.said_on))

    @property
    def _assumes_payers(self) -> bool:
        return any(line.assumes_payer for line in self.grounds.found[self.model].case.lines)

    def _example_told(self) -> str:
        return examples_told(len(self.grounds.said.examples(self.model)))

    # -- several models ----------------------------------------------------------------------------

    @cached_property
    def _cheapest_first(self) -> list[Model]:
        found = self.grounds.found
        return sorted(found, key=lambda model: found[model].units.per_started)

    @cached_property
    def _listed(self) -> dict[str, str]:
        """The activities that are paid for in any of the models, each once, by id.

        What is called otherwise in another model has the name of the dearest, as in `differences`.
        """
        found = (self.grounds.found[model] for model in self._cheapest_first)
        lines = chain.from_iterable(one.case.lines for one in found)
        paid = {line.id: line.what or line.id for line in lines if line.kind == "cost"}
        return dict(sorted(paid.items(), key=lambda one: one[1]))

    def _side_by_side(self) -> Sheet:
        columns = (
            SheetColumn(_("Model"), 84), SheetColumn(_("What is paid"), 16),
            SheetColumn(_("Less grants and savings"), 18),
            SheetColumn(_("Each that began"), 16), SheetColumn(_("Each completed"), 16),
            SheetColumn(_("Each month together"), 16), SheetColumn(_("In prices of"), 12),
            SheetColumn(_("Standing"), 14),
        )  # fmt: skip
        row_of: dict[Model, int] = {}
        rows: list[Cells] = []
        for model in self.grounds.found:
            row_of[model] = len(rows) + 2
            is_example = bool(self.grounds.said.examples(model))
            rows.append((
                model.title,
                self._priced(self.grounds.total(model)), self._net(model), *self._units(model),
                self.grounds.price_year_told, status_name("example" if is_example else "own"),
            ))  # fmt: skip
        for model, lacks in self.lacking.items():
            text = ngettext(
                "{model}: {n} figure is missing", "{model}: {n} figures are missing", lacks
            )
            rows.append((text.format(model=model.title, n=format_number(lacks)),))
        least, *others = self._cheapest_first
        for model in others:
            text = _("What makes {one} dearer than {other}, for each contract that began")
            units = (self.grounds.found[one].units.per_started for one in (model, least))
            more = self.grounds.priced(
                _less(f"D{row_of[model]}", f"D{row_of[least]}"), next(units) - next(units)
            )
            rows += [(), (text.format(one=model.title, other=least.title), None, None, more)]
            rises = {key: self._each(model, key) - self._each(least, key) for key in self._listed}
            largest = sorted(rises, key=lambda key: -abs(rises[key]))  # those alike as they stand
            for rank, key in enumerate(largest[:MOST], start=1):
                what, kr = (self._ranked(model, rank, is_name) for is_name in (True, False))
                is_none, nothing = abs(rises[key]) < _NOTHING, f"ABS(N({kr}))<{_NOTHING}"
                name, rise = ("", "") if is_none else (self._listed[key], rises[key])
                rows.append((
                    self.grounds.priced(f'IF({nothing},"",{what})', name), None, None,
                    self.grounds.priced(f'IF({nothing},"",{kr})', rise),
                ))  # fmt: skip
        return Sheet(_("Side by side"), columns, rows)

    def _ranked(self, model: Model, rank: int, is_name: bool) -> str:
        """Return what stands beside the difference that is so large among those of a model."""
        number = 2 + len(self._cheapest_first) + 2 * (self._cheapest_first.index(model) - 1)
        sizes = self._cells_of_activities(number + 1)
        wanted = self._cells_of_activities(1 if is_name else number)
        return f"INDEX({wanted},MATCH(LARGE({sizes},{rank}),{sizes},0))"

    def _cells_of_activities(self, number: int) -> str:
        letter = get_column_letter(number)
        return f"«{_('Differences')}»!${letter}$2:${letter}${len(self._listed) + 1}"

    def _activities(self) -> Sheet:
        """Return what each activity costs for a contract in each model, and how it differs."""
        least, *others = self._cheapest_first
        differs = _("{one}, more than {other}")
        columns = [SheetColumn(_("Activity"), 44)]
        columns += [SheetColumn(model.title, 20) for model in self._cheapest_first]
        for model in others:
            heading = differs.format(one=model.title, other=least.title)
            columns += [SheetColumn(heading, 22), SheetColumn(_("How large it is"), 16)]
        rows: list[Cells] = []
        for row, (key, what) in enumerate(self._listed.items(), start=2):
            each = [self._for_each(model, key) for model in self._cheapest_first]
            rises: list[Formula] = []
            for place, model in enumerate(others):
                rise = get_column_letter(2 + len(self._cheapest_first) + 2 * place)
                ours, kr = (
                    get_column_letter(3 + place),
                    self._each(model, key) - self._each(least, key),
                )
                size = f"IF(ISNUMBER({rise}{row}),ABS({rise}{row}),0)-ROW()*{_TIE:f}"
                rises.append(self.grounds.priced(_less(f"{ours}{row}", f"B{row}"), kr))
                rises.append(self.grounds.priced(size, abs(kr) - row * _TIE))
            rows.append((what, *each, *rises))
        return Sheet(_("Differences"), tuple(columns), rows)

    def _for_each(self, model: Model, key: str) -> Formula | int:
        lines = self.grounds.found[model].case.lines
        line = next((one for one in lines if one.id == key and one.kind == "cost"), None)
        if line is None:
            return 0
        kr = self.grounds.all_years(model, line)
        return self._each_of(kr, self._begun(model), self._each(model, key))

    def _each(self, model: Model, key: str) -> Decimal:
        """Return what is paid for an activity for each contract that begins in a model."""
        return self._per_contract[model].get(key, Decimal(0))

    @cached_property
    def _per_contract(self) -> dict[Model, dict[str, Decimal]]:
        return {model: per_contract(one) for model, one in self.grounds.found.items()}

    # -- SØM ---------------------------------------------------------------------------------------

    def _for_som(self) -> Sheet:
        payers: Sequence[Payer] = get_args(Payer)
        categories: Sequence[Category] = get_args(Category)
        columns = (
            SheetColumn(_("Year"), 10), SheetColumn(_("Category"), 30),
            *(SheetColumn(payer_name(payer), 16) for payer in payers),
            SheetColumn(_("In all"), 16), SheetColumn(_("Price year"), 10),
        )  # fmt: skip
        rows: list[Cells] = []
        for year in self.grounds.years:
            for category in categories:
                by_payer = (
                    self.grounds.total(self.model, "cost", year, category=category, payer=payer)
                    for payer in payers
                )
                whole = self.grounds.total(self.model, "cost", year, category=category)
                rows.append((
                    year, category_name(category), *map(self._priced, by_payer),
                    self._priced(whole),
                    self.grounds.price_year_told,
                ))  # fmt: skip
        payers_end = get_column_letter(2 + len(payers))
        told = _(
            "Something is missing here: in the sheet of lines a category or who pays is not one of "
            "those that can be chosen."
        )
        paid = self.grounds.total(self.model).text
        parted = f"SUM(C2:{payers_end}{len(rows) + 1})"
        missing = self.grounds.priced(f'IF(ABS({paid}-{parted})<{_NOTHING},"",{literal(told)})', "")
        started = Formula(
            self.grounds.used(self.model, STARTED),
            self.grounds.found[self.model].case.figures[STARTED].known,
        )
        rows += [
            (None, missing),
            (None, _("Contracts that begin in a year"), started),
            (None, _("Success rate"), _("No outcome data yet")),
            (None, no_place_for_grants()),
        ]
        if self._assumes_payers:
            rows.append((None, payers_told()))
        if told := self._example_told():
            rows.append((None, told))
        return Sheet(_("For SØM"), columns, rows)


def _less(one: str, other: str) -> str:
    """Return by how much a cell is more than another; a dash where one of them is no number."""
    return f"IF(COUNT({one},{other})=2,{one}-{other},{_DASH})"


def no_place_for_grants() -> str:
    """Return why what others give is not among what SØM asks for.

    What was read of SØM says that costs, a success rate, consequences and prices are typed in; it
    names no field for grants, gifts or savings.
    """
    return _(
        "Grants, gifts and savings are not in this: we have found no field for them in SØM. They "
        "stand under the result."
    )
