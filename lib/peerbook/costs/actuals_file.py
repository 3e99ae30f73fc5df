"""The plan beside what was done, as a spreadsheet that tells of no few people."""

from __future__ import annotations

from collections.abc import Sequence

from peerbook.costs.actuals import Actuals
from peerbook.costs.measures import Period, measure_name
from peerbook.costs.names import examples_told
from peerbook.files.origin import Origin
from peerbook.files.spreadsheet import Sheet, SheetColumn, Value, workbook
from peerbook.text import _, format_share


def quarter_told(period: Period) -> str:
    """Return what a quarter is called."""
    text = _("{number}. quarter {year}")
    return text.format(number=(period.first.month + 2) // 3, year=period.first.year)


def actuals_file(
    found: Sequence[Actuals], origin: Origin, *, price_year: int, threshold: int, examples: int = 0
) -> bytes:
    """Return a plan beside what was counted, quarter by quarter, as an .xlsx file.

    Parameters
    ----------
    found
        All quarters, as `actuals.for_file` returns them.
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
    return workbook([_kroner(found, price_year), _amounts(found), notes], origin)


def _kroner(found: Sequence[Actuals], price_year: int) -> Sheet:
    columns = (
        SheetColumn(_("Quarter"), 18), SheetColumn(_("Activity"), 44),
        SheetColumn(_("Plan (kr.)"), 16), SheetColumn(_("Counted (kr.)"), 16),
        SheetColumn(_("More than planned (kr.)"), 16), SheetColumn(_("Price year"), 10),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = [
        (
            quarter_told(one.period), each.line.what, each.plan_kr, each.actual_kr,
            each.variance_kr, price_year,
        )
        for one in found
        for each in one.lines
        if each.line.kind == "cost"
    ]  # fmt: skip
    return Sheet(_("Kroner"), columns, rows)


def _amounts(found: Sequence[Actuals]) -> Sheet:
    columns = (
        SheetColumn(_("Quarter"), 18), SheetColumn(_("What"), 44), SheetColumn(_("Plan"), 16),
        SheetColumn(_("Counted"), 16),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = [
        (
            quarter_told(one.period), measure_name(each.measure), each.plan,
            None if each.counted is None else each.counted.amount,
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
    if examples:
        told.append(examples_told(examples))
    return Sheet(_("Please note"), (SheetColumn(_("What"), 90),), [(text,) for text in told])


def what_is_no_account() -> str:
    """Return how far what was counted is from accounts."""
    return _(
        "These are no accounts: what is counted is how much was done, and hours and prices of each "
        "are those of the plan."
    )
