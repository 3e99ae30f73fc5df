"""The sheets that the results of a cost estimate are formulas over: lines, figures, team, prices.

Whoever has the file can change a figure, the price of somebody's hour, the level of prices or the
price year of the result, and everything that follows from it is worked out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, get_args

from openpyxl.utils import get_column_letter

from peerbook.costs.assessment import Assessment, hour_key, place_of
from peerbook.costs.by_payer import share_name
from peerbook.costs.case import Case, Category, Estimate, Kind, Line, Payer
from peerbook.costs.figure import PRICES, Figure
from peerbook.costs.model import Model
from peerbook.costs.names import (
    category_name,
    kind_name,
    payer_name,
    status_name,
    unit_name,
    when_name,
    when_told,
)
from peerbook.costs.team import Member, hour_of
from peerbook.files.spreadsheet import Formula, Known, Sheet, SheetColumn, Value
from peerbook.text import _

Cells = tuple[Value | Formula, ...]

_ROOM = 60
"""Rows for the index of prices, some of them free for years that are added in the file."""
_LIKE = {
    "model": "A", "category": "C", "kind": "D", "payer": "E", "when": "F", "for_volunteers": "G",
}  # fmt: skip
"""Columns of the sheet of lines by which they are added up."""
_LIKE_LAST = {"assumes_payer": 2, "to": 3}
"""More of them, so many columns after that of all years."""
_NAMED: Mapping[str, Callable[[Any], str]] = {
    "category": category_name, "kind": kind_name, "payer": payer_name,
    # what is paid for each contract that begins recurs too
    "when": lambda when: when_name(when) if when == "start" else f"<>{when_name('start')}",
    "for_volunteers": lambda _is_so: yes(),
    "assumes_payer": lambda _is_so: yes(),
    "to": share_name,
}  # fmt: skip
"""What stands in those columns."""
_FIRST_OF_LINES, _FIRST_AS_USED, _FIRST_DAYS = 8, 11, 10
"""Numbers of the columns of the first year: of lines, of figures as they are multiplied, and of the
days each of the team is there."""


@dataclass(frozen=True)
class Grounds:
    """What the results are worked out from, and how formulas speak of it.

    Parameters
    ----------
    said
        What was said about costs.
    found
        The models that are worked out, and what each comes to.
    """

    said: Assessment
    found: Mapping[Model, Estimate]

    def sheets(self) -> Iterator[Sheet]:
        """Return lines, figures, the team where there is one, and prices."""
        yield self._lines()
        yield self._figures()
        if self._members:
            yield self._team()
        yield self._prices()

    # -- what formulas speak of --------------------------------------------------------------------

    @property
    def years(self) -> range:
        """The years that are counted."""
        return self.said.counted

    @property
    def price_year(self) -> str:
        """The cell that says whose kroner the result is in."""
        return f"«{_('Prices')}»!$B$2"

    @property
    def price_year_told(self) -> Formula:
        """Whose kroner the result is in, as a cell of its own."""
        return Formula(self.price_year, self.said.price_year, is_plain=True)

    def priced(self, text: str, value: Known) -> Formula:
        """Return a formula over prices, which says that it lacks the index of a year where it does.

        Only what is asked for in the file can make it lack: what leaves can be worked out.
        """
        return Formula(f'IF({self._lacks}="",{text},{self._lacks})', value)

    def used(self, model: Model, key: str) -> str:
        """Return the cell of a figure of a model as it is multiplied in the first year."""
        return self._used(model, key, 0)

    def hours(self, model: Model, year: int | None = None) -> Formula:
        """Return how many hours volunteers give in a model; in all years where none is named."""
        one = self.found[model]
        products = [
            "*".join(self._used(model, key, each - self.years.start) for key in keys)
            for line in one.case.lines
            if line.kind == "volunteer"
            for keys in [one.case.hours_of(line)]
            for each in one.case.years_of(line)
            if year in (None, each)
        ]
        return Formula("+".join(products) or "0", one.volunteer_hours(year))

    def all_years(self, model: Model, line: Line) -> str:
        """Return the cell of what a line of a model comes to in all years."""
        column = get_column_letter(_FIRST_OF_LINES + len(self.years))
        return f"«{_('Lines')}»!{column}{self._row_of_line[model, line.id]}"

    def total(
        self, model: Model, kind: Kind = "cost", year: int | None = None, **like: str | bool | None
    ) -> Formula:
        """Return the sum of a model's lines that are like this, as `Estimate.total` adds them up.

        Parameters
        ----------
        year
            None for all years together.
        """
        number = len(self.years) if year is None else year - self.years.start
        summed = self._of_lines(get_column_letter(_FIRST_OF_LINES + number))
        text = f"SUMIFS({summed},{self._alike(model, kind=kind, **like)})"
        when = {} if year is None else {"year": year}
        return Formula(text, self.found[model].total(kind, **like, **when))

    def pays_all(self, model: Model, payer: Payer) -> str:
        """Return whether all that is paid in a model is paid by one, as a condition."""
        theirs = f"COUNTIFS({self._alike(model, kind='cost', payer=payer)})"
        return f"AND({theirs}>0,{theirs}=COUNTIFS({self._alike(model, kind='cost')}))"

    def _alike(self, model: Model, **like: str | bool | None) -> str:
        """Return what a model's lines have to be, as `SUMIFS` and `COUNTIFS` ask for it."""
        wanted = [f"{self._of_lines(_LIKE['model'])},{literal(model.title)}"]
        for name, value in like.items():
            letter = _LIKE.get(name) or get_column_letter(
                _FIRST_OF_LINES + len(self.years) + _LIKE_LAST[name]
            )
            wanted.append(f"{self._of_lines(letter)},{literal(_NAMED[name](value))}")
        return ",".join(wanted)

    def _of_lines(self, letter: str) -> str:
        return f"«{_('Lines')}»!${letter}$2:${letter}${len(self._row_of_line) + 1}"

    # -- lines -------------------------------------------------------------------------------------

    @cached_property
    def _row_of_line(self) -> dict[tuple[Model, str], int]:
        lines = [(model, line.id) for model, one in self.found.items() for line in one.case.lines]
        return {at: row for row, at in enumerate(lines, start=2)}

    def _lines(self) -> Sheet:
        payers = tuple(map(payer_name, get_args(Payer)))
        columns = (
            SheetColumn(_("Model"), 26), SheetColumn(_("What"), 44),
            SheetColumn(_("Category"), 14, allowed=tuple(map(category_name, get_args(Category)))),
            SheetColumn(_("Kind"), 18, allowed=tuple(map(kind_name, get_args(Kind)))),
            SheetColumn(_("Who pays"), 24, allowed=payers),
            SheetColumn(_("When"), 34),
            SheetColumn(_("Spent on volunteers"), 12),
            *(SheetColumn(str(year), 14) for year in self.years),
            SheetColumn(_("In all"), 16), SheetColumn(_("Standing"), 14),
            SheetColumn(_("Who pays is assumed"), 14),
            SheetColumn(
                _("Whose costs is the grant for?"), 24, allowed=(*payers, share_name(None))
            ),
        )  # fmt: skip
        first = get_column_letter(_FIRST_OF_LINES)
        last = get_column_letter(_FIRST_OF_LINES + len(self.years) - 1)
        rows: list[Cells] = []
        for model, one in self.found.items():
            for line in one.case.lines:
                row = self._row_of_line[model, line.id]
                kr = [one.total(line.kind, year=year, id=line.id) for year in self.years]
                rows.append((
                    model.title, line.what or line.id, category_name(line.category),
                    kind_name(line.kind), payer_name(line.payer), when_told(line),
                    yes() if line.for_volunteers else None,
                    *(self._product(model, line, number, paid) for number, paid in enumerate(kr)),
                    self.priced(f"SUM({first}{row}:{last}{row})", sum(kr)),
                    self._standing(model, one.case, line),
                    self._assumption(line, row),
                    share_name(line.to) if line.kind == "grant" else None,
                ))  # fmt: skip
        return Sheet(_("Lines"), columns, rows, room=len(rows))

    def _product(self, model: Model, line: Line, number: int, kr: Decimal) -> Formula | int:
        if line.when == "start" and number:
            return 0
        cells = [self._used(model, key, number) for key in line.factors]
        return self.priced(f"ROUND({'*'.join(cells)},2)", kr)

    def _assumption(self, line: Line, row: int) -> Formula | None:
        """Return that who pays is assumed, until another payer is written there."""
        if not line.assumes_payer:
            return None
        text = f'IF(E{row}={literal(payer_name(line.payer))},{literal(yes())},"")'
        return Formula(text, yes())

    def _standing(self, model: Model, case: Case, line: Line) -> Formula:
        """Return that a line is an example where a figure is, or the index its price rises by."""
        example, sheet = literal(status_name("example")), _("Figures")
        rows = {key: self._row_of_figure[self._place(model, key)] for key in line.factors}
        told = [f"«{sheet}»!G{row}={example}" for row in rows.values()]
        price = next(row for key, row in rows.items() if case.figures[key].unit in PRICES)
        levels = f"COUNTIF({self._of_levels('E', 'E')},{example})>0"
        told.append(f"AND(«{sheet}»!E{price}<>{self.price_year},{levels})")
        figures = [self._used_figures[self._place(model, key)] for key in line.factors]
        is_example = any(one.status == "example" for _m, _k, one in figures) or (
            any(one.is_example for one in self.said.levels.values())
            and any(
                self._price_year(key, one) not in (None, self.said.price_year)
                for _m, key, one in figures
            )
        )
        text = f'IF(OR({",".join(told)}),{example},"")'
        return Formula(text, status_name("example") if is_example else "")

    # -- figures -----------------------------------------------------------------------------------

    @cached_property
    def _used_figures(self) -> dict[str, tuple[Model, str, Figure]]:
        """Each figure once, what all models share too, by where it is kept."""
        return {
            self._place(model, key): (model, key, one.case.figures[key])
            for model, one in self.found.items()
            for key in one.case.needed
        }

    @cached_property
    def _row_of_figure(self) -> dict[str, int]:
        return {place: row for row, place in enumerate(self._used_figures, start=2)}

    def _place(self, model: Model, key: str) -> str:
        is_asked = any(one.id == key for one in model.questions)
        return place_of(model, key) if is_asked else key

    def _used(self, model: Model, key: str, number: int) -> str:
        column = get_column_letter(_FIRST_AS_USED + number)
        return f"«{_('Figures')}»!{column}{self._row_of_figure[self._place(model, key)]}"

    def _figures(self) -> Sheet:
        columns = (
            SheetColumn(_("What"), 52), SheetColumn(_("Model"), 24), SheetColumn(_("Figure"), 14),
            SheetColumn(_("Unit"), 16), SheetColumn(_("Price year"), 10),
            SheetColumn(_("Where from"), 44), SheetColumn(_("Standing"), 14),
            SheetColumn(_("Looked up"), 14), SheetColumn(_("At least"), 14),
            SheetColumn(_("At most"), 14),
            *(SheetColumn(_("As used in {year}").format(year=year), 14) for year in self.years),
        )  # fmt: skip
        rows: list[Cells] = []
        for row, (place, (model, key, figure)) in enumerate(self._used_figures.items(), start=2):
            of_team = bool(self.said.of_wage(key))
            used = self.said.years_of(key, self.found)
            value = self._hour(key, row, used) if of_team else figure.known
            year = self.price_year_told if of_team else figure.price_year
            rows.append((
                self._titles.get(key) or self.said.names(model)[key],
                model.title if place.startswith(f"{model.id}.") else None,
                value, unit_name(figure.unit), year if figure.unit in PRICES else None,
                figure.source, status_name(figure.status), figure.said_on,
                *(figure.spread.ends(figure.known) if figure.spread else (None, None)),
                *(
                    self._hour(key, row, range(year, year + 1)) if of_team
                    else self._as_used(model, key, row)
                    for year in self.years
                ),
            ))  # fmt: skip
        return Sheet(_("Figures"), columns, rows)

    def _as_used(self, model: Model, key: str, row: int) -> Formula:
        """Return a figure as it is multiplied: a price in kroner of the year of the result."""
        case = self.found[model].case
        value = case.figures[key].known * case.rise(key)
        if case.figures[key].unit in PRICES:
            return self.priced(f"C{row}*{self._rise(f'E{row}')}", value)
        return Formula(f"C{row}", value)

    def _price_year(self, key: str, figure: Figure) -> int | None:
        return self.said.price_year if self.said.of_wage(key) else figure.price_year

    # -- the team ----------------------------------------------------------------------------------

    @cached_property
    def _titles(self) -> dict[str, str]:
        """What those on the team are, each in one spelling, by the key of the price of an hour."""
        return {hour_key(title): title for title in self.said.titles}

    @cached_property
    def _members(self) -> tuple[Member, ...]:
        """Those who are there in the years counted, and make a price that is used."""
        keys = {key for _model, key, _figure in self._used_figures.values()}
        return tuple(
            one
            for one in self.said.staff.values()
            if one.weight_in(self.years) and keys & {one.wage, hour_key(one.title)}
        )

    def _hour(self, key: str, row: int, years: range) -> Formula:
        """Return the price of an hour of those on the team who have the price of this row.

        It is the mean over the days each is there, times their hours a week; empty where nobody is.
        """
        last = len(self._members) + 1

        def cells(column: str) -> str:
            return f"«{_('Team')}»!${column}$2:${column}${last}"

        days = "+".join(
            cells(get_column_letter(_FIRST_DAYS + year - self.years.start)) for year in years
        )
        which = cells("A" if key in self._titles else "B")
        weight = f"({which}=$A{row})*{cells('C')}*({days})"
        hours = f"SUMPRODUCT({weight})"
        mean = f"ROUND(SUMPRODUCT({weight}*{cells('F')})/{hours},2)"
        there = [one for one in self.said.of_wage(key) if one.weight_in(years)]
        known = hour_of(there, years, self.said.price_year, self.said.index).known if there else ""
        return self.priced(f'IF({hours}=0,"",{mean})', known)

    def _team(self) -> Sheet:
        """Return who is on the team and what an hour of each costs; what they earn leaves not."""
        columns = (
            SheetColumn(_("What"), 30), SheetColumn(_("Which price is it?"), 40),
            SheetColumn(_("Hours a week"), 14), SheetColumn(_("Price of an hour"), 16),
            SheetColumn(_("Price year"), 10), SheetColumn(_("In prices of the result"), 16),
            SheetColumn(_("Where from"), 44), SheetColumn(_("Looked up"), 14),
            SheetColumn(_("Standing"), 14),
            *(SheetColumn(_("Days in {year}").format(year=year), 12) for year in self.years),
        )  # fmt: skip
        asked = {one.id: one.ask for model in self.found for one in model.questions}
        rows: list[Cells] = []
        for row, one in enumerate(self._members, start=2):
            paid = one.employment
            hour, year = paid.hour().known, paid.price_year
            days = (one.weight_in(range(y, y + 1)) / one.hours_a_week for y in self.years)
            rows.append((
                self._titles[hour_key(one.title)], asked.get(one.wage), one.hours_a_week,
                hour, year,
                self.priced(f"D{row}*{self._rise(f'E{row}')}", hour * self._risen(year)),
                paid.source, paid.said_on, status_name("example" if one.is_example else "own"),
                *days,
            ))  # fmt: skip
        return Sheet(_("Team"), columns, rows)

    # -- prices ------------------------------------------------------------------------------------

    def _of_levels(self, first: str, last: str) -> str:
        return f"«{_('Prices')}»!${first}$3:${last}${_ROOM + 2}"

    @property
    def _lacks(self) -> str:
        """The cell that says that the index of a year is missing; empty where none is."""
        return f"«{_('Prices')}»!$D$2"

    def _lacking(self) -> Formula:
        """Return whether a price is of another year than the result, and one of the two unknown."""
        years = [f"«{_('Figures')}»!$E$2:$E${len(self._row_of_figure) + 1}"]
        if self._members:
            years.append(f"«{_('Team')}»!$E$2:$E${len(self._members) + 1}")
        levels = ",".join((self._of_levels("A", "A"), "{year}", self._of_levels("B", "B"), '">0"'))
        unknown = f"(COUNTIFS({levels})=0)"
        now = unknown.format(year=self.price_year)
        lacking = "+".join(
            f'SUMPRODUCT(({one}<>"")*({one}<>{self.price_year})*({unknown.format(year=one)}+{now}))'
            for one in years
        )
        told = literal(_("index lacks"))
        return Formula(f'IF({lacking}=0,"",{told})', "")

    def _rise(self, year: str) -> str:
        """Return what carries a price over from the year in a cell to that of the result."""
        now, then = (
            f"VLOOKUP({one},{self._of_levels('A', 'B')},2,FALSE)" for one in (self.price_year, year)
        )
        return f"IF({year}={self.price_year},1,{now}/{then})"

    def _risen(self, year: int) -> Decimal:
        if year == self.said.price_year:
            return Decimal(1)
        return self.said.index[self.said.price_year] / self.said.index[year]

    def _prices(self) -> Sheet:
        columns = (
            SheetColumn(_("Year"), 30), SheetColumn(_("Level of prices and wages"), 26),
            SheetColumn(_("Where from"), 44), SheetColumn(_("Looked up"), 14),
            SheetColumn(_("Standing"), 14),
        )  # fmt: skip
        known = literal(_("Change the year here."))
        wanted = literal(_("A year lacks its index. Write it below; nothing is worked out before."))
        told = Formula(f'IF({self._lacks}="",{known},{wanted})', _("Change the year here."))
        rows: list[Cells] = [
            (_("The result is in prices of"), self.said.price_year, told, self._lacking())
        ]
        rows += [
            (
                int(year), one.level, one.source, one.said_on,
                status_name("example" if one.is_example else "own"),
            )
            for year, one in sorted(self.said.levels.items())
        ]  # fmt: skip
        return Sheet(_("Prices"), columns, rows)


def literal(text: str) -> str:
    """Return a text of ours as it stands in a formula."""
    return '"{}"'.format(text.replace('"', '""'))


def yes() -> str:
    """Return what marks a line that is spent on volunteers."""
    return _("Yes")
