"""Figures of an estimate as the record tells them, instead of what somebody guesses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from peerbook.costs.case import COMPLETED, MONTHS
from peerbook.costs.figure import PRICES, Figure
from peerbook.costs.measures import (
    Measure,
    Measured,
    Noted,
    behind,
    planned_by,
    tells_of_few,
)
from peerbook.costs.spread import Beta, Spread, Triangle
from peerbook.privacy.disclosure import People
from peerbook.recruitment.funnel import wilson
from peerbook.small_groups import SMALLEST
from peerbook.text import _, format_date, format_number

HUNDREDTH, TEN_THOUSANDTH = Decimal("0.01"), Decimal("0.0001")


@dataclass(frozen=True)
class Filled:
    """What the record tells of the figures of a model.

    Parameters
    ----------
    figures
        By key.
    few
        Keys of those it knows and does not tell: they would tell of few people, in whatever file
        the estimate is put, by themselves or beside what was told earlier.
    behind
        Contracts and talks behind each that is told, to be remembered once it is used.
    lately
        Of those it does not tell because they were not noted all through the period: when noting
        began, by key.
    """

    figures: Mapping[str, Figure] = field(default_factory=dict)
    few: frozenset[str] = frozenset()
    behind: Mapping[str, tuple[People, ...]] = field(default_factory=dict)
    lately: Mapping[str, dt.date] = field(default_factory=dict)


def filled(
    figures: Mapping[str, Figure],
    measured: Measured,
    noted: Noted,
    threshold: int = SMALLEST,
    earlier: Iterable[People] = (),
    *,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Filled:
    """Return what the figures of a model were in a period.

    The last figure of a measure is its amount for each of what the figures before it make: talks
    for each contract, hours for each talk. These are what was counted in the same period, where
    that was, and otherwise the figures as they stand, and an example among these makes an example
    of what is told; days of courses are those of courses that
    were over in it. Where there is none to divide by, nothing is told; nor where noting began
    within the period, since nobody knows what there was before.

    Kroner are as they were paid, and taken to be in prices of the year most of the period lies in.

    How much was completed comes with of how many that was counted, as its spread; where all were,
    with the Wilson interval of that.

    Parameters
    ----------
    figures
        As they stand.
    measured
        What can be counted, as the model says.
    noted
        What was counted; a year of it, or a part that stands for the year.
    threshold
        Fewest people behind a figure.
    earlier
        Who stood behind what was told before.
    names
        What is asked for by each key; what was divided by is named in the source.
    """
    hidden = tells_of_few([noted], threshold, earlier)[0]
    known = [*_from_measures(figures, measured, noted, names), *_from_ends(figures, noted)]
    few = frozenset(key for key, _figure, made_of in known if hidden & set(made_of))
    begun = {key: since for key, since in _begun_within(measured, noted) if key in figures}
    lately = {key: since for key, since in begun.items() if key not in few}
    told = [one for one in known if one[0] not in few and one[0] not in lately]
    return Filled(
        {key: figure for key, figure, _made_of in told},
        few,
        {key: behind(noted, made_of) for key, _figure, made_of in told},
        lately,
    )


_Told = tuple[str, Figure, Collection[str]]
"""Key, figure, and what it was told from."""


def _from_measures(
    figures: Mapping[str, Figure], measured: Measured, noted: Noted, names: Mapping[str, str]
) -> Iterator[_Told]:
    for measure, keys in measured.items():
        if (counted := noted.counted.get(measure)) is None or keys[-1] not in figures:
            continue
        base = planned_by(measured, keys[:-1])
        amount, of = counted.amount, _divisor(figures, keys[:-1], base, noted)
        if counted.finished is not None:
            amount, of = counted.finished[0], Decimal(counted.finished[1])
        elif of is not None and base is not None:
            of -= counted.unknown  # nothing is known of these, so the amount is not theirs
        if of is None or of <= 0:
            continue
        value = amount / of
        made_of = (measure,) if base is None else (measure, base)
        figure = _figure(figures[keys[-1]], value, noted)
        if base is None and counted.finished is None:
            figure = _as_sure_as(figure, {names.get(key, key): figures[key] for key in keys[:-1]})
        yield keys[-1], figure, made_of


def _begun_within(measured: Measured, noted: Noted) -> Iterator[tuple[str, dt.date]]:
    """Tell of which figures the noting began within the period, and when.

    What is for each of something that began to be noted on the same day is known all the same, as
    hours are for each talk; and a course that is over is known whole.
    """
    for measure, keys in measured.items():
        counted = noted.counted.get(measure)
        if counted is None or counted.finished is not None:
            continue
        base = planned_by(measured, keys[:-1])
        others = [] if base is None or base not in noted.counted else [noted.counted[base].since]
        if others == [counted.since]:
            continue
        days = [day for day in (counted.since, *others) if day and not noted.period.knows_all(day)]
        if days:
            yield keys[-1], max(days)


def _divisor(
    figures: Mapping[str, Figure], keys: tuple[str, ...], base: Measure | None, noted: Noted
) -> Decimal | None:
    """Return what the amount of a measure is divided by; None where nobody knows."""
    if base is not None:
        return noted.counted[base].amount if base in noted.counted else None
    product = noted.period.of_a_year
    for key in keys:
        value = figures[key].value
        if value is None:
            return None
        product *= value
    return product


def _from_ends(figures: Mapping[str, Figure], noted: Noted) -> Iterator[_Told]:
    of, completed = len(noted.ended.keys), len(noted.ended.completed)
    if not of:
        return
    if completed and COMPLETED in figures:
        share = wilson(completed, of)
        spread: Spread = Beta(Decimal(of))
        if completed == of:
            spread = Triangle(Decimal(f"{share.low:.4f}"), Decimal(1))
        value = Decimal(completed) / of
        yield COMPLETED, _figure(figures[COMPLETED], value, noted, spread), ("completed",)
    if noted.ended.months and MONTHS in figures:
        yield MONTHS, _figure(figures[MONTHS], noted.ended.months / of, noted), ("months",)


def _as_sure_as(figure: Figure, by: Mapping[str, Figure]) -> Figure:
    """Return a figure that is no surer than those it was divided by, and names them."""
    text = _("{source}; divided by {value} ({what})")
    for what, one in by.items():
        value = format_number(one.known, 2 if one.known % 1 else 0)
        source = text.format(source=figure.source, value=value, what=what)
        status = "example" if one.status == "example" else figure.status
        figure = replace(figure, source=source, status=status)
    return figure


def _figure(before: Figure, value: Decimal, noted: Noted, spread: Spread | None = None) -> Figure:
    step = TEN_THOUSANDTH if before.unit == "share" else HUNDREDTH
    first, last = noted.period.first, noted.period.last
    source = _("Noted in peerbook, {first}–{last}").format(
        first=format_date(first, "plain"), last=format_date(last, "plain")
    )
    price_year = noted.period.year if before.unit in PRICES else None
    return Figure(
        before.unit, value.quantize(step, ROUND_HALF_UP), source, "own", price_year, spread
    )
