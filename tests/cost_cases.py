"""A small cost estimate with invented figures, which tests change in one line."""

import dataclasses
from decimal import Decimal

from peerbook.costs.case import COMPLETED, MONTHS, STARTED, Case, Line
from peerbook.costs.figure import Figure

SAID = {"source": "Opdigt", "status": "example"}
FIGURES = {
    "wage": Figure("kr_per_hour", Decimal("310.55"), price_year=2026, **SAID),
    "volunteer_wage": Figure("kr_per_hour", Decimal("200"), price_year=2026, **SAID),
    "hours": Figure("hours", Decimal("1.5"), **SAID),
    "talks": Figure("count", Decimal("37"), **SAID),
    "phone": Figure("kr", Decimal("1200"), price_year=2018, **SAID),
    "grant": Figure("kr", Decimal("50000"), price_year=2026, **SAID),
    STARTED: Figure("count", Decimal("20"), **SAID),
    COMPLETED: Figure("share", Decimal("0.6"), **SAID),
    MONTHS: Figure("months", Decimal("6"), **SAID),
}
TALK = Line("talk", "running", ("wage", "hours", "talks"), "municipality")
PHONE = Line("phone", "investment", ("phone",), "municipality", when="start")
CAFE = Line("cafe", "running", ("volunteer_wage", "hours", "talks"), "volunteers", "volunteer")
TEACH = Line("teach", "training", ("wage", "hours"), "foundation", for_volunteers=True)
GRANT = Line("grant", "running", ("grant",), "state", "grant")
LINES = (TALK, PHONE, CAFE, TEACH, GRANT)
INDEX = {2018: Decimal(100), 2026: Decimal("118.5")}


def case(lines=LINES, years=3, **figures):
    return Case("Opdigt", lines, {**FIGURES, **figures}, years, 2026, 2026, INDEX)


def other(key, **values):
    return {key: dataclasses.replace(FIGURES[key], **values)}
