"""The plan beside what was done, as a spreadsheet that tells of no few people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from peerbook.costs.actuals import Actuals, Quantity
from peerbook.costs.measures import OF_PEOPLE, UNITS, Period, measure_name
from peerbook.costs.names import examples_told
from peerbook.files.origin import Origin
from peerbook.files.spreadsheet import Sheet, SheetColumn, Value, workbook
from peerbook.text import _, format_date, format_number, format_share


def quarter_told(period: Period) -> str:
    """Return what a quarter is called."""
    text = _("Q{number} {year}")
    return text.format(number=(period.first.month + 2) // 3, year=period.first.year)


class Sum(NamedTuple):
    """A sum of lines that are paid, by the names of its columns."""

    what: str
    plan: Decimal
    actual: Decimal | None = None
    variance: Decimal | None = None


def sums(found: Iterable[Actuals]) -> list[Sum]:
    """Return what some periods come to: what was counted, and the whole plan where that is more."""
    lines = [each for one in found for each in one.lines if each.line.kind == "cost"]
    counted = [each for each in lines if each.actual_kr is not None]
    plan, actual, whole = (
        sum(amounts, Decimal(0))
        for amounts in (
            (each.plan_kr for each in counted),
            (each.actual_kr or Decimal(0) for each in counted),
            (each.plan_kr for each in lines),
        )
    )
    told = [Sum(_("In all, what was counted"), plan, actual, actual - plan)] if counted else []
    if whole != plan:
        told.append(Sum(_("In all, with what was not counted"), whole))
    return told


def since_told(since: dt.date | None) -> str:
    """Return when within a period noting began; empty where all of it was noted."""
    if since is None:
        return ""
    return _("Noted since {date}").format(date=format_date(since))


def remark(one: Quantity) -> str:
    """Return what has to be known to hold an amount beside its plan; mostly nothing."""
    told = [since_told(one.since)]
    if one.counted is not None and (n := one.counted.unknown):
        is_hours = UNITS.get(one.measure) == "hours"
        text = _("{n} without hours") if is_hours else _("{n} without a price")
        told.append(text.format(n=format_number(n)))
    return "; ".join(filter(None, told))


def actuals_file(
    found: Sequence[Actuals], origin: Origin, *, price_year: int, threshold: int, examples: int = 0
) -> bytes:
    """Return a plan beside what was counted, quarter by quarter, as an .xlsx file.

    Parameters
    ----------
    found
        All quarters, of what may leave.
    origin
        Where the file comes from.
    price_year
        Whose kroner it is in.
    threshold
        Fewest people behind a figure.
    examples
        How many figures of the plan stand as examples.
    """
    notes = _notes(found, threshold, examples)
    kroner = [_kroner(found, price_year), _sums(found, price_year)]
    return workbook([*kroner, _amounts(found), notes], origin)


def _kroner_columns() -> tuple[SheetColumn, ...]:
    return (
        SheetColumn(_("Quarter"), 18), SheetColumn(_("Activity"), 44),
        SheetColumn(_("Plan (kr.)"), 16), SheetColumn(_("Counted (kr.)"), 16),
        SheetColumn(_("More than planned (kr.)"), 16), SheetColumn(_("Price year"), 10),
    )  # fmt: skip


def _kroner(found: Sequence[Actuals], price_year: int) -> Sheet:
    columns = (*_kroner_columns(), SheetColumn(_("Please note"), 30))
    rows: list[tuple[Value, ...]] = [
        (
            quarter_told(one.period), each.line.what, each.plan_kr, each.actual_kr,
            each.variance_kr, price_year, since_told(each.since) or None,
        )
        for one in found
        for each in one.lines
        if each.line.kind == "cost"
    ]  # fmt: skip
    return Sheet(_("Kroner"), columns, rows)


def _sums(found: Sequence[Actuals], price_year: int) -> Sheet:
    """Return the sums on a sheet of their own, so that the lines can be added up by others too."""
    parts = [(quarter_told(one.period), [one]) for one in found]
    if len(found) > 1:
        parts.append((_("All quarters"), [*found]))
    rows: list[tuple[Value, ...]] = [
        (called, *each, price_year) for called, of_it in parts for each in sums(of_it)
    ]
    return Sheet(_("Kroner in all"), _kroner_columns(), rows)


def _amounts(found: Sequence[Actuals]) -> Sheet:
    columns = (
        SheetColumn(_("Quarter"), 18), SheetColumn(_("What"), 44), SheetColumn(_("Plan"), 16),
        SheetColumn(_("Counted"), 16), SheetColumn(_("Please note"), 30),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = [
        (
            quarter_told(one.period), measure_name(each.measure), each.plan,
            None if each.counted is None else each.counted.amount,
            (since_told(each.since) if each.measure in OF_PEOPLE else remark(each)) or None,
        )
        for one in found
        for each in one.quantities
    ]  # fmt: skip
    return Sheet(_("How much"), columns, rows)


def _notes(found: Sequence[Actuals], threshold: int, examples: int) -> Sheet:
    told = [
        what_is_no_account(),
        _(
            "What stands empty was not counted, or would tell of fewer than {n} people, alone or "
            "beside what earlier files told."
        ).format(n=threshold),
    ]
    under_way = _("{quarter} is not over: {share} of its days have passed, and of the plan too.")
    told += [
        under_way.format(
            quarter=quarter_told(one.period), share=format_share(float(one.passed))
        )
        for one in found
        if not one.is_over
    ]  # fmt: skip
    if any(one.begins_within for one in found):
        told.append(what_began_within())
    if examples:
        told.append(examples_told(examples))
    return Sheet(_("Please note"), (SheetColumn(_("What"), 90),), [(text,) for text in told])


def what_is_no_account() -> str:
    """Return how far what was counted is from accounts."""
    return _(
        "These are no accounts: what is counted is how much was done, and hours and prices of each "
        "are those of the plan."
    )


def what_began_within() -> str:
    """Return what the plan is of where noting began within a quarter."""
    return _(
        "Where noting began within the quarter, the plan is for the days from then on. What was "
        "done before nobody knows."
    )
