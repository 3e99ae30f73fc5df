"""A cost estimate as a spreadsheet that can be followed and changed: every result is a formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    Line,
    Payer,
)
from peerbook.costs.figure import PRICES
from peerbook.costs.model import Model
from peerbook.costs.names import (
    category_name,
    examples_told,
    kind_name,
    payer_name,
    status_name,
    unit_name,
    when_name,
)
from peerbook.costs.team import Member
from peerbook.files.delimited import Cell, delimited
from peerbook.files.origin import Origin
from peerbook.files.spreadsheet import Formula, Sheet, SheetColumn, Value, workbook
from peerbook.text import _, format_date

_FIRST_YEAR = 6
"""Number of the column with the first year on the sheet of lines."""
_FIRST_AS_USED = 10
"""Number of the column of the sheet of figures with what is multiplied in the first year."""
_AS_USED = get_column_letter(_FIRST_AS_USED)
_HOURS_A_WEEK, _HOUR, _FIRST_DAYS = "B", "G", 11
"""Columns of the sheet of the team with hours a week, what an hour costs, and the first year's
days."""


def estimate_file(said: Assessment, model: Model, origin: Origin | None = None) -> bytes:
    """Return an estimate as an .xlsx file with live formulas.

    The sheets: the result; the lines, each a product of figures in every year; the figures, with
    where each is from; the team, whose hours make prices; the index of prices, where one is used;
    and the costs by year, category and payer, as SØM asks for them.

    Parameters
    ----------
    said
        What was said about costs.
    model
        Which of its models.
    origin
        Where the file comes from.

    Raises
    ------
    InputFault
        When something is missing or wrong; see `Assessment.case_faults`.
    """
    today = origin.made_on if origin else None
    return workbook([*_Book(said, model, said.estimate(model), today).sheets()], origin)


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
        _("Year"), _("Category"), _("Who pays"), _("Kroner"), _("Price year"), _("Standing"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            year, category_name(category), payer_name(payer),
            found.total(year=year, category=category, payer=payer), said.price_year, status,
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
    said: Assessment
    model: Model
    found: Estimate
    today: dt.date | None = None

    def sheets(self) -> Iterator[Sheet]:
        yield self._result()
        yield self._lines()
        yield self._figures()
        if self._team:
            yield self._of_team()
        if self._index_rows:
            yield Sheet(
                _("Prices"),
                (SheetColumn(_("Year"), 10), SheetColumn(_("Level of prices and wages"), 26)),
                [(year, self.found.case.index[year]) for year in self._index_rows],
            )
        yield self._for_som()

    @property
    def _years(self) -> range:
        return self.found.case.counted

    @property
    def _index_rows(self) -> dict[int, int]:
        """The row of each year of the index that a price is carried over with."""
        case = self.found.case
        used = {
            year
            for key in case.needed
            if case.rise(key) != 1
            for year in (case.figures[key].price_year, case.price_year)
            if year is not None
        }
        for key, members in self._team.items():
            into = case.figures[key].price_year
            pay_years = {one.employment.price_year for one in members}
            used |= pay_years | {into} if into is not None and pay_years != {into} else set()
        return {year: row for row, year in enumerate(sorted(used), start=2)}

    @property
    def _row_of(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.found.case.needed, start=2)}

    @property
    def _team(self) -> dict[str, tuple[Member, ...]]:
        """Those who are there in the years counted, by the key of the price of their hour."""
        counted = self.said.counted
        found = {
            key: tuple(one for one in self.said.of_wage(key) if one.weight_in(counted))
            for key in self.found.case.needed
        }
        return {key: members for key, members in found.items() if members}

    def _hour(self, key: str, year: int | None = None) -> Formula:
        """Return the price of an hour of those on the team who have this price; None for all years.

        It is the mean over the days each is there, times their hours a week.
        """
        before = [one for other in self._team for one in self._team[other]]
        first = 2 + next(
            place for place, one in enumerate(before) if any(one is own for own in self._team[key])
        )
        last = first + len(self._team[key]) - 1

        def cells(column: str) -> str:
            return f"«{_('Team')}»!{column}{first}:{column}{last}"

        counted = self._years if year is None else (year,)
        days = "+".join(cells(_column(_FIRST_DAYS, one, self._years)) for one in counted)
        weight = f"{cells(_HOURS_A_WEEK)}*({days})"
        return Formula(f"ROUND(SUMPRODUCT({weight}*{cells(_HOUR)})/SUMPRODUCT({weight}),2)")

    def _of_team(self) -> Sheet:
        columns = (
            SheetColumn(_("What"), 30), SheetColumn(_("Hours a week"), 14),
            SheetColumn(_("Pay for a full year"), 16), SheetColumn(_("On top"), 12),
            SheetColumn(_("Overhead"), 12), SheetColumn(_("Effective hours"), 14),
            SheetColumn(_("Price of an hour"), 16), SheetColumn(_("Pay of the year"), 10),
            SheetColumn(_("Where from"), 44), SheetColumn(_("Looked up"), 14),
            *(SheetColumn(_("Days in {year}").format(year=year), 12) for year in self._years),
        )  # fmt: skip
        rows: list[tuple[Value | Formula, ...]] = []
        for key, members in self._team.items():
            into = self.found.case.figures[key].price_year
            for one in members:
                row, paid = len(rows) + 2, one.employment
                rise = "" if paid.price_year == into else self._between(paid.price_year, into)
                days = (one.weight_in(range(y, y + 1)) / one.hours_a_week for y in self._years)
                rows.append((
                    one.title, one.hours_a_week, paid.yearly_pay_kr, paid.on_top_share,
                    paid.overhead_share, paid.effective_hours,
                    Formula(f"C{row}*(1+D{row})*(1+E{row})/F{row}{rise}"),
                    paid.price_year, paid.source, paid.said_on, *days,
                ))  # fmt: skip
        return Sheet(_("Team"), columns, rows)

    def _figures(self) -> Sheet:
        asked = self.said.names(self.model)
        columns = (
            SheetColumn(_("What"), 52), SheetColumn(_("Figure"), 14), SheetColumn(_("Unit"), 16),
            SheetColumn(_("Price year"), 10), SheetColumn(_("Where from"), 44),
            SheetColumn(_("Standing"), 14), SheetColumn(_("Looked up"), 14),
            SheetColumn(_("At least"), 14), SheetColumn(_("At most"), 14),
            *(SheetColumn(_("As used in {year}").format(year=year), 14) for year in self._years),
        )  # fmt: skip
        used = {key: self.found.case.figures[key] for key in self._row_of}
        rows = [
            (
                asked[key],
                self._hour(key) if key in self._team else figure.known,
                unit_name(figure.unit),
                figure.price_year if figure.unit in PRICES else None,
                figure.source,
                status_name(figure.status),
                figure.said_on,
                *(figure.spread.ends(figure.known) if figure.spread else (None, None)),
                *(
                    Formula(
                        (self._hour(key, year).text if figure.by_year else f"B{row}")
                        + self._rise(key)
                    )
                    for year in self._years
                ),
            )
            for row, (key, figure) in enumerate(used.items(), start=2)
        ]
        return Sheet(_("Figures"), columns, rows)

    def _rise(self, key: str) -> str:
        case = self.found.case
        then = case.figures[key].price_year
        return "" if case.rise(key) == 1 else self._between(then, case.price_year)

    def _between(self, then: int | None, now: int | None) -> str:
        """Return what carries a price over from one year to another."""
        sheet, rows = _("Prices"), self._index_rows
        return (
            ""
            if then is None or now is None
            else (f"*«{sheet}»!B{rows[now]}/«{sheet}»!B{rows[then]}")
        )

    def _lines(self) -> Sheet:
        columns = (
            SheetColumn(_("What"), 44), SheetColumn(_("Category"), 14), SheetColumn(_("Kind"), 18),
            SheetColumn(_("Who pays"), 24), SheetColumn(_("When"), 14),
            *(SheetColumn(str(year), 14) for year in self._years), SheetColumn(_("In all"), 16),
        )  # fmt: skip
        last = get_column_letter(_FIRST_YEAR + len(self._years) - 1)
        rows = [
            (
                line.what or line.id, category_name(line.category), kind_name(line.kind),
                payer_name(line.payer), when_name(line.when),
                *(self._product(line, number) for number in range(len(self._years))),
                Formula(f"SUM({get_column_letter(_FIRST_YEAR)}{row}:{last}{row})"),
            )
            for row, line in enumerate(self.found.case.lines, start=2)
        ]  # fmt: skip
        return Sheet(_("Lines"), columns, rows)

    def _product(self, line: Line, number: int) -> Formula | int:
        if line.when == "start" and number:
            return 0
        column = get_column_letter(_FIRST_AS_USED + number)
        cells = [f"«{_('Figures')}»!{column}{self._row_of[key]}" for key in line.factors]
        return Formula(f"ROUND({'*'.join(cells)},2)")

    def _sum(self, column: int, **like: str) -> str:
        """Return the formula for the sum of the lines that are like this, in one column."""
        letters = {"category": "B", "kind": "C", "payer": "D"}
        sheet, last = _("Lines"), len(self.found.case.lines) + 1

        def cells(letter: str) -> str:
            return f"«{sheet}»!${letter}$2:${letter}${last}"

        wanted = ",".join(f'{cells(letters[name])},"{value}"' for name, value in like.items())
        return f"SUMIFS({cells(get_column_letter(column))},{wanted})"

    def _result(self) -> Sheet:
        columns = (
            SheetColumn(_("What"), 52),
            *(SheetColumn(str(year), 14) for year in self._years),
            SheetColumn(_("In all"), 16),
        )
        places = range(_FIRST_YEAR, _FIRST_YEAR + len(self._years) + 1)
        paid = kind_name("cost")

        def row(what: str, **like: str) -> tuple[str | Formula, ...]:
            return what, *(Formula(self._sum(place, **like)) for place in places)

        categories: Sequence[Category] = get_args(Category)
        apart: Sequence[Kind] = ("volunteer", "gift", "grant", "saving")
        rows: list[tuple[str | Formula, ...]] = [
            row(category_name(one), kind=paid, category=category_name(one)) for one in categories
        ]
        rows.append(row(_("What is paid"), kind=paid))
        total = f"{get_column_letter(len(columns))}{len(rows) + 1}"
        rows += [row(kind_name(one), kind=kind_name(one)) for one in apart]
        net = "-".join(
            self._sum(places[-1], kind=kind_name(one)) for one in ("cost", "grant", "saving")
        )
        empty = ("",) * len(self._years)
        rows.append((_("Paid, less grants and what is saved"), *empty, Formula(net)))
        keys = (STARTED, COMPLETED, MONTHS)
        started, completed, months = (
            f"«{_('Figures')}»!{_AS_USED}{self._row_of[key]}" for key in keys
        )
        begun = f"({started}*{len(self._years)})"
        for what, of in (
            (_("Paid for each contract that began"), begun),
            (_("Paid for each contract that was completed"), f"({begun}*{completed})"),
            (_("Paid for each month a pair is together"), f"({begun}*{months})"),
        ):
            rows.append((what, *empty, Formula(f"{total}/{of}")))
        if told := self._example_told():
            rows.append((told, *empty, ""))
        for old in self.said.old(self.today) if self.today else ():
            text = _("Looked up more than twelve months ago: {what} ({date})")
            told = text.format(what=old.what, date=format_date(old.said_on))
            rows.append((told, *empty, ""))
        return Sheet(_("Result"), columns, rows)

    def _example_told(self) -> str:
        return examples_told(len(self.said.examples(self.model)))

    def _for_som(self) -> Sheet:
        columns = (
            SheetColumn(_("Year"), 10), SheetColumn(_("Category"), 18),
            SheetColumn(_("Who pays"), 30), SheetColumn(_("Kroner"), 16),
            SheetColumn(_("Price year"), 10),
        )  # fmt: skip
        case, rows = self.found.case, list[tuple[Value | Formula, ...]]()
        for number, year in enumerate(self._years):
            for category, payer in paid_places(self.found):
                names = category_name(category), payer_name(payer)
                paid = self._sum(
                    _FIRST_YEAR + number, kind=kind_name("cost"), category=names[0], payer=names[1]
                )
                rows.append((year, *names, Formula(paid), case.price_year))
        started = f"«{_('Figures')}»!{_AS_USED}{self._row_of[STARTED]}"
        rows += [
            (None, _("Contracts that begin in a year"), None, Formula(started), None),
            (None, _("Success rate"), _("No outcome data yet"), None, None),
        ]
        if told := self._example_told():
            rows.append((None, told, None, None, None))
        return Sheet(_("For SØM"), columns, rows)


def _column(first: int, year: int, years: range) -> str:
    """Return the letters of a year's column, of which the first year's has this number."""
    return get_column_letter(first + year - years.start)
