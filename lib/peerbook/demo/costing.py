"""A cost estimate of the synthetic Vejle: every figure is invented, and says so wherever it goes.

No price of peer support in Vejle was published (see docs/decisions.md), so none of these says
anything about it. What was read in the manual stands as the model's file has it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from peerbook.costs import assessment_records
from peerbook.costs.assessment import Assessment, OwnLine, place_of
from peerbook.costs.case import Kind, Payer
from peerbook.costs.figure import PRICES, Figure, Unit
from peerbook.costs.model import Model, load_models
from peerbook.costs.spread import Triangle
from peerbook.costs.team import Employment, Member

SOURCE = "Opdigtet til demonstrationen"
YEARS = 3

_Typed = Mapping[str, str]
"""The likeliest by key, with the least and the most behind it where it varies: `12 10 16`."""

_SHARED: _Typed = {
    "contracts_started": "16 10 24", "completed_share": "0.6 0.45 0.75", "months_together": "7",
    "weeks_a_year": "44", "volunteer_wage": "180 150 230", "leader_wage": "395",
}  # fmt: skip
_OF_VEJLE: _Typed = {
    "talks": "2.8 2 4", "courses": "1", "teaching_hours": "14 11 18", "teaching_food": "950",
    "sparring_hours": "4", "cafe_hours": "4 3 5", "pair_hours": "11 7 18", "event_cost": "2600",
    "event_hours": "14", "outreach_hours": "1.5 1 2.5", "meeting_hours": "1.5 1 2.5",
    "preparation_hours": "260 180 400", "mentor_hours": "48", "coffee_cards": "300",
}  # fmt: skip
_OF_GUIDES: _Typed = {
    "guides": "16 12 20", "guides_begun": "10", "training_hours": "18 12 26",
    "training_price": "4200", "contact_hours": "0.5 0.3 0.8", "liaison_hours": "22 14 34",
    "supervision_price": "2400", "expenses": "1800", "preparation_hours": "300 200 480",
    "agreement_hours": "1.5 1 2.5", "guide_hours": "40",
}  # fmt: skip


class Costing:
    """Fills a site with one estimate of two models."""

    def __init__(self, session: Session, site_id: int, today: dt.date) -> None:
        self._session = session
        self._site_id = site_id
        self._today = today

    def fill(self) -> None:
        """Save the estimate."""
        known = {model.id: model for model in load_models()}
        vejle, guides = known["vejle"], known["peer_guide"]
        made = Assessment(
            "Eksempel: tre år i Vejle", (guides.id, vejle.id), self._today.year, YEARS,
            self._today.year,
            figures={
                key: figure
                for model, own in ((vejle, _OF_VEJLE), (guides, _OF_GUIDES))
                for key, figure in self._figures(model, own).items()
            },
            staff=self._staff(),
            lines={
                "fund": self._line("Fond til kursusmaterialer", "grant", 15_000, "association"),
                "rooms": self._line("Lokaler i frivilligcenteret", "gift", 40_000, "association"),
            },
        )  # fmt: skip
        assessment_records.begin(self._session, self._site_id, made, self._today)

    def _figures(self, model: Model, own: _Typed) -> dict[str, Figure]:
        typed = {**_SHARED, **own}
        return {
            place_of(model, one.id): self._figure(one.unit, typed[one.id])
            for one in model.questions
            if one.id in typed
        }

    def _figure(self, unit: Unit, amounts: str) -> Figure:
        value, *ends = map(Decimal, amounts.split())
        return Figure(
            unit, value, SOURCE, "example", self._today.year if unit in PRICES else None,
            Triangle(*ends) if ends else None, self._today,
        )  # fmt: skip

    def _staff(self) -> dict[str, Member]:
        half = dt.date(self._today.year + 1, 6, 30)
        first = self._member("Koordinator, den første", "coordinator_wage", 15, 452_000)
        second = self._member("Koordinator, den næste", "coordinator_wage", 15, 431_000)
        return {
            "first": replace(first, ends_on=half),
            "second": replace(second, starts_on=half + dt.timedelta(days=1)),
            "teacher": self._member("Underviser", "professional_wage", 4, 440_000),
        }

    def _member(self, title: str, wage: str, hours: int, pay_kr: int) -> Member:
        paid = Employment(
            Decimal(pay_kr), Decimal("0.18"), Decimal("0.07"), Decimal(1418), self._today.year,
            SOURCE, self._today,
        )  # fmt: skip
        return Member(title, wage, Decimal(hours), paid, is_example=True)

    def _line(self, what: str, kind: Kind, kr: int, payer: Payer) -> OwnLine:
        return OwnLine(what, kind, "running", payer, "yearly", self._figure("kr", str(kr)))
