"""Steps 4 and 5, and costs no model asks for: a place's own amounts, each in kroner."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, cast, get_args

from peerbook.costs.assessment import EARLIEST, LATEST, OwnLine
from peerbook.costs.case import Category, Kind, Payer, When
from peerbook.costs.entries_part import Sort, Values
from peerbook.costs.figure import Figure
from peerbook.costs.model import load_models
from peerbook.costs.names import category_name, kind_name, payer_name, status_name, when_name
from peerbook.costs.opened import Opened
from peerbook.text import _
from peerbook.ui import (
    ChoiceField,
    Column,
    DateField,
    Field,
    FlagField,
    Group,
    IntegerField,
    NumberField,
    TextField,
)
from peerbook.ui.answers import given

_ALL = "all"
_MOST = 1_000_000_000


def own_costs(opened: Opened) -> Sort[OwnLine]:
    """Return costs that no model asks for, by category."""
    return _sort(
        opened, "own_cost", ("cost",), with_category=True,
        caption=_("Your own costs"), empty=_("None is noted."), add=_("Add a cost"),
    )  # fmt: skip


def grants(opened: Opened) -> Sort[OwnLine]:
    """Return what others give: grants in money, and gifts."""
    return _sort(
        opened, "grant", ("grant", "gift"), with_category=False,
        caption=_("Grants and gifts"), empty=_("No grant is noted."),
        add=_("Add a grant or a gift"),
    )  # fmt: skip


def savings(opened: Opened) -> Sort[OwnLine]:
    """Return what is saved elsewhere."""
    return _sort(
        opened, "saving", ("saving",), with_category=False,
        caption=_("Saved elsewhere"), empty=_("Nothing is noted."), add=_("Add what is saved"),
    )  # fmt: skip


def _sort(
    opened: Opened, name: str, kinds: tuple[Kind, ...], *, with_category: bool,
    caption: str, empty: str, add: str,
) -> Sort[OwnLine]:  # fmt: skip
    def fields() -> list[Field[Any] | Group]:
        return list(_fields(opened, kinds, with_category=with_category))

    def entry(values: Values) -> OwnLine:
        figure = Figure(
            "kr", given(Decimal, values["kr"]), str(values["source"]).strip(),
            "example" if values["example"] else "own", given(int, values["price_year"]),
            said_on=given(dt.date, values["said_on"]),
        )  # fmt: skip
        model = str(values.get("model", _ALL))
        return OwnLine(
            " ".join(str(values["what"]).split()),
            cast(Kind, values.get("kind", kinds[0])),
            cast(Category, values.get("category", "running")),
            cast(Payer, values["payer"]), cast(When, values["when"]), figure,
            "" if model == _ALL else model,
        )  # fmt: skip

    return Sort(
        "lines", name,
        [
            Column("what", _("What")),
            Column("sort", _("Category") if with_category else _("Kind")),
            Column("payer", _("Who")), Column("when", _("When")),
            Column("kr", _("Kroner"), kind="number", decimals=2),
            Column("price_year", _("Price year")), Column("source", _("Where from")),
            Column("status", _("Standing")),
        ],
        lambda one: {
            "what": one.what,
            "sort": category_name(one.category) if with_category else kind_name(one.kind),
            "payer": payer_name(one.payer), "when": when_name(one.when),
            "kr": one.figure.value, "price_year": str(one.figure.price_year),
            "source": one.figure.source, "status": status_name(one.figure.status),
        },
        fields,
        lambda one: {
            "what": one.what, "kind": one.kind, "category": one.category, "payer": one.payer,
            "when": one.when, "kr": one.figure.value, "price_year": one.figure.price_year,
            "source": one.figure.source, "said_on": one.figure.said_on,
            "example": one.figure.status == "example",
            "model": one.model or _ALL,
        },
        entry,
        texts=("what", "source"),
        caption=caption, empty=empty, add=add,
        is_one=lambda one: one.kind in kinds,
    )  # fmt: skip


def _fields(opened: Opened, kinds: tuple[Kind, ...], *, with_category: bool) -> list[Field[Any]]:
    said = opened.said
    asked: list[Field[Any]] = [TextField("what", _("What is it?"), required=True, max_length=80)]
    if len(kinds) > 1:
        options = [(one, kind_name(one)) for one in kinds]
        asked.append(ChoiceField("kind", _("Money or a gift?"), options=options, required=True))
    if with_category:
        names = [(one, category_name(one)) for one in get_args(Category)]
        asked.append(ChoiceField("category", _("Which category?"), options=names, required=True))
    asked += [
        NumberField(
            "kr", _("How many kroner?"), required=True, minimum=0, maximum=_MOST, unit=_("kr."),
            is_money=True,
        ),
        ChoiceField(
            "when", _("When?"), required=True,
            options=[(one, when_name(one)) for one in get_args(When)],
        ),
        ChoiceField(
            "payer", _("Who pays, gives or saves it?"), required=True,
            options=[(one, payer_name(one)) for one in get_args(Payer)],
        ),
        IntegerField(
            "price_year", _("In which year’s prices?"), required=True,
            minimum=EARLIEST, maximum=LATEST,
        ),
        TextField("source", _("Where is it from?"), required=True, max_length=200),
        DateField(
            "said_on", _("When was it looked up?"), required=True, latest=opened.desk.today
        ),
        FlagField("example", _("It is only an example")),
    ]  # fmt: skip
    used = {one.model for one in said.lines.values()} - {""}
    known = [one for one in load_models() if one in said.chosen or one.id in used]
    if len(known) > 1 or used:
        models = [(_ALL, _("All of them")), *((one.id, one.title) for one in known)]
        asked.append(ChoiceField("model", _("Which model?"), options=models, required=True))
    return asked
