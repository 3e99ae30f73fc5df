"""Steps 4 and 5, and costs no model asks for: a place's own amounts, and hours of its team."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast, get_args

from peerbook.costs.assessment import EARLIEST, LATEST, OwnLine, hour_key
from peerbook.costs.case import Category, Kind, Payer, When
from peerbook.costs.draws import range_told
from peerbook.costs.entries_part import Sort, Values
from peerbook.costs.figure import PRICES, Figure, Unit, both_or_none
from peerbook.costs.model import load_models
from peerbook.costs.names import (
    Step,
    category_name,
    each_contract,
    kind_name,
    payer_name,
    status_name,
    when_name,
)
from peerbook.costs.opened import Opened
from peerbook.costs.payers_part import given_payer
from peerbook.costs.spread import Triangle
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_number
from peerbook.ui import (
    Cells,
    ChoiceField,
    Column,
    DateField,
    Field,
    FlagField,
    Group,
    NumberField,
    TextField,
    YearField,
)
from peerbook.ui.answers import given, given_or_none

_ALL, _IN_KRONER, _EACH = "all", "kr", "each"
_MOST = 1_000_000_000
_SOUND: Values = {
    "what": "…", "payer": "municipality", "when": "yearly", "kr": None, "low": None, "high": None,
    "price_year": EARLIEST, "source": "…", "said_on": dt.date.min, "example": False,
}  # fmt: skip
"""Answers that stand in for those that cannot be read, while the others are looked at."""


def own_costs(opened: Opened) -> Sort[OwnLine]:
    """Return costs that no model asks for, by category."""
    return _sort(
        opened, "resources", "own_cost", ("cost",), with_category=True,
        lead=_(
            "An amount in kroner, or hours of somebody on the team in step 2, whatever they are."
        ),
        caption=_("Your own costs"), empty=_("None is noted."), add=_("Add a cost"),
    )  # fmt: skip


def grants(opened: Opened) -> Sort[OwnLine]:
    """Return what others give: grants in money, and gifts."""
    return _sort(
        opened, "grants", "grant", ("grant", "gift"), with_category=False,
        lead=_(
            "What others give. A grant is money and is taken off what you pay. A gift, such as "
            "free rooms or coffee, costs nobody money and is told apart."
        ),
        caption=_("Grants and gifts"), empty=_("No grant is noted."),
        add=_("Add a grant or a gift"),
    )  # fmt: skip


def savings(opened: Opened) -> Sort[OwnLine]:
    """Return what is saved elsewhere."""
    return _sort(
        opened, "saved", "saving", ("saving",), with_category=False,
        lead=_(
            "What is not spent elsewhere because you have this, such as hours another offer no "
            "longer needs. Write only what can be shown; what people gain in the long run belongs "
            "in SØM."
        ),
        caption=_("Saved elsewhere"), empty=_("Nothing is noted."), add=_("Add what is saved"),
    )  # fmt: skip


def _sort(
    opened: Opened, step: Step, name: str, kinds: tuple[Kind, ...], *, with_category: bool,
    lead: str, caption: str, empty: str, add: str,
) -> Sort[OwnLine]:  # fmt: skip
    def fields() -> list[Field[Any] | Group]:
        return _fields(opened, kinds, with_category=with_category)

    def entry(values: Values) -> OwnLine:
        model = str(values.get("model", _ALL))
        staff = _titles(opened).get(str(values.get("of", _IN_KRONER)), "")
        return OwnLine(
            " ".join(str(values["what"]).split()),
            cast(Kind, values.get("kind", kinds[0])),
            cast(Category, values.get("category", "running")),
            cast(Payer, values["payer"]), _when(values),
            _figure(values, "hours" if staff else "kr"),
            "" if model == _ALL else model,
            staff,
            bool(values.get("for_volunteers", False)),
            values["when"] == _EACH,
            given_payer(values.get("to")),
        )  # fmt: skip

    def faults(values: Values) -> list[Fault]:
        is_whole = None not in (values.get("low"), values.get("high"))
        ends = {} if is_whole else {"low": None, "high": None}
        return _half_a_range(values) + entry({**_SOUND, **values, **ends}).faults()

    def cells(one: OwnLine) -> Cells:
        figure, is_hours = one.figure, bool(one.staff)
        told = _("{hours} hours of {title}")
        year = "" if figure.price_year is None else str(figure.price_year)
        return {
            "what": one.what,
            "sort": category_name(one.category) if with_category else kind_name(one.kind),
            "payer": payer_name(one.payer), "when": _when_told(one),
            "kr": None if is_hours else figure.value, "price_year": year,
            "hours": told.format(
                hours=format_number(figure.known, _decimals(figure.known)), title=one.staff
            ) if is_hours else "",
            "source": figure.source, "status": status_name(figure.status),
        }  # fmt: skip

    hours = [Column("hours", _("Hours"))] if with_category else []
    return Sort(
        step, "lines", name,
        [
            Column("what", _("What")),
            Column("sort", _("Category") if with_category else _("Kind")),
            Column("payer", _("Who")), Column("when", _("When")),
            Column("kr", _("Kroner"), kind="number", decimals=2), *hours,
            Column("price_year", _("Price year")), Column("source", _("Where from")),
            Column("status", _("Standing")),
        ],
        cells,
        fields,
        lambda one: {
            "what": one.what, "kind": one.kind, "category": one.category, "payer": one.payer,
            "when": _EACH if one.is_each else one.when,
            "kr": one.figure.value, "price_year": one.figure.price_year,
            "source": one.figure.source, "said_on": one.figure.said_on,
            "example": one.figure.status == "example", "for_volunteers": one.for_volunteers,
            "to": one.to,
            "model": one.model or _ALL, "of": hour_key(one.staff) if one.staff else _IN_KRONER,
            **_ends(one.figure),
        },
        entry,
        faults,
        texts=("what", "source"),
        lead=lead, caption=caption, empty=empty, add=add,
        is_one=lambda one: one.kind in kinds,
        begin=lambda: {
            "said_on": opened.desk.today, "price_year": opened.said.price_year, "of": _IN_KRONER,
            "model": _ALL,
        },
    )  # fmt: skip


def _when(values: Values) -> When:
    return "yearly" if values["when"] == _EACH else cast(When, values["when"])


def _when_told(one: OwnLine) -> str:
    return each_contract() if one.is_each else when_name(one.when)


def _titles(opened: Opened) -> dict[str, str]:
    """Return who can work the hours of a line, also those who are no longer on the team."""
    said = opened.said
    used = [one.staff for one in said.lines.values() if one.staff]
    return {hour_key(title): title for title in (*used, *said.titles)}


def _half_a_range(values: Values) -> list[Fault]:
    """Return that one end of a range is told and the other is not."""
    ends = {name: values[name] for name in ("low", "high") if name in values}
    empty = [name for name, end in ends.items() if end is None]
    if len(ends) < 2 or len(empty) != 1:
        return []
    return [Fault(both_or_none(), Place(field=empty[0]))]


def _figure(values: Values, unit: Unit) -> Figure:
    if faults := _half_a_range(values):
        raise InputFault(faults)
    value, low, high = (given_or_none(Decimal, values[name]) for name in ("kr", "low", "high"))
    price_year = given_or_none(int, values["price_year"])
    return Figure(
        unit, value, str(values["source"]).strip(), "example" if values["example"] else "own",
        price_year if unit in PRICES else None,
        None if low is None or high is None else Triangle(low, high),
        given(dt.date, values["said_on"]),
    )  # fmt: skip


def _ends(figure: Figure) -> Values:
    spread = figure.spread if isinstance(figure.spread, Triangle) else None
    return {"low": spread and spread.low, "high": spread and spread.high}


def _decimals(hours: Decimal) -> int:
    return 0 if hours == hours.to_integral() else 2


def _how_much(titles: Mapping[str, str]) -> Group:
    of = ChoiceField(
        "of", _("Kroner or hours?"), required=True,
        options=[
            (_IN_KRONER, _("An amount in kroner")),
            *((key, _("Hours of {title}").format(title=title)) for key, title in titles.items()),
        ],
        hint=_("An hour costs what the team in step 2 says."),
    )  # fmt: skip
    unit = "" if titles else _("kr.")
    return Group(
        _("How much"),
        [
            *([of] if titles else []),
            NumberField(
                "kr", _("How many kroner or hours?") if titles else _("How many kroner?"),
                required=True, maximum=_MOST, unit=unit, is_money=True,
            ),
            NumberField("low", _("At least"), maximum=_MOST, unit=unit, is_money=True),
            NumberField("high", _("At most"), maximum=_MOST, unit=unit, is_money=True),
        ],
        hint=range_told(),
    )  # fmt: skip


def _asked_of(kinds: tuple[Kind, ...]) -> str:
    if "cost" in kinds:
        return _("Who pays for it?")
    return _("Who saves it?") if "saving" in kinds else _("Who gives it?")


def _fields(
    opened: Opened, kinds: tuple[Kind, ...], *, with_category: bool
) -> list[Field[Any] | Group]:
    said = opened.said
    asked: list[Field[Any] | Group] = [
        TextField("what", _("What is it?"), required=True, max_length=80)
    ]
    if len(kinds) > 1:
        options = [(one, kind_name(one)) for one in kinds]
        asked.append(ChoiceField("kind", _("Money or a gift?"), options=options, required=True))
    titles = _titles(opened) if with_category else {}
    if with_category:
        names = [(one, category_name(one)) for one in get_args(Category)]
        asked.append(ChoiceField("category", _("Which category?"), options=names, required=True))
    asked += [
        _how_much(titles),
        ChoiceField(
            "when", _("When?"), required=True,
            options=[
                *((one, when_name(one)) for one in get_args(When)), (_EACH, each_contract())
            ],
        ),
        ChoiceField(
            "payer", _asked_of(kinds), required=True,
            options=[(one, payer_name(one)) for one in get_args(Payer)],
        ),
        YearField(
            "price_year", _("In which year’s prices?"), required=not titles,
            minimum=EARLIEST, maximum=LATEST,
            hint=_("Of an amount in kroner.") if titles else "",
        ),
        TextField("source", _("Where is it from?"), required=True, max_length=200),
        DateField(
            "said_on", _("When was it looked up?"), required=True, latest=opened.desk.today
        ),
        FlagField("example", _("It is only an example")),
    ]  # fmt: skip
    if "grant" in kinds:
        asked.append(
            ChoiceField(
                "to", _("Whose costs is the grant for?"),
                options=[(one, payer_name(one)) for one in get_args(Payer)],
                hint=_("Not needed of a gift, or where only one pays."),
            )
        )  # fmt: skip
    if with_category:
        asked.append(
            FlagField(
                "for_volunteers", _("It is spent on volunteers"),
                hint=_(
                    "For instance insurance or thanks. It is taken off what their time is worth."
                ),
            )
        )  # fmt: skip
    used = {one.model for one in said.lines.values()} - {""}
    known = [one for one in load_models() if one in said.chosen or one.id in used]
    if len(known) > 1 or used:
        models = [(_ALL, _("All of them")), *((one.id, one.title) for one in known)]
        asked.append(ChoiceField("model", _("Which model?"), options=models, required=True))
    return asked
