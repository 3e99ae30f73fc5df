"""An assessment of costs with invented figures, all of them examples."""

import datetime as dt
from decimal import Decimal

from peerbook.costs.assessment import Assessment, OwnLine, place_of
from peerbook.costs.figure import PRICES, Figure
from peerbook.costs.model import load_models
from peerbook.costs.team import Employment, Member

TODAY = dt.date(2026, 11, 26)
VEJLE = load_models()[-1]

_VALUES = {
    "count": 4, "hours": 3, "hours_each": 3, "hours_a_week": 3, "weeks": 4, "share": "0.6",
    "months": 7, "kr": 900, "kr_per_hour": 320,
}  # fmt: skip


def said(unit, value, **other):
    given = {"source": "Opdigt", "status": "example", "said_on": TODAY, **other}
    return Figure(unit, None if value is None else Decimal(value), **given)


def member(wage="coordinator_wage", starts_on=None, ends_on=None, said_on=TODAY, **other):
    paid = {"yearly_pay_kr": Decimal(420_000), "effective_hours": Decimal(1400), **other}
    employment = Employment(
        on_top_share=Decimal("0.18"), overhead_share=Decimal(0), price_year=2026,
        source="Opdigt", said_on=said_on, **paid,
    )  # fmt: skip
    return Member("Koordinator", wage, Decimal(15), employment, starts_on, ends_on)


def own_line(kind="saving", model="", kr=5000):
    figure = said("kr", kr, price_year=2026)
    return OwnLine("Fondsmidler", kind, "running", "municipality", "yearly", figure, model)


def assessment(**values):
    frame = {"title": "Opdigt", "models": (VEJLE.id,), "first_year": 2026, "years": 3}
    return Assessment(**{**frame, "price_year": 2026, **values})


def filled(models=(VEJLE,), **values):
    """Return one in which everything its models ask for is said."""
    figures = {
        place_of(model, one.id): said(
            one.unit, _VALUES[one.unit], price_year=2026 if one.unit in PRICES else None
        )
        for model in models
        for one in model.questions
        if one.value is None
    }
    return assessment(
        models=tuple(model.id for model in models),
        **{**values, "figures": figures | values.get("figures", {})},
    )
