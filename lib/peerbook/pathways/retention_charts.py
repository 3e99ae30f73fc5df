"""The charts of retention: curves as steps, grey where too few are left to tell."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from peerbook.pathways.retention import (
    DAYS_IN,
    DROP_OUT_ENDS,
    ENDS,
    POSITIVE_ENDS,
    End,
    Retention,
    at_risk_table,
    lines,
)
from peerbook.people.names import end_name
from peerbook.rows import each
from peerbook.text import _, format_list, format_number, format_share, ngettext
from peerbook.ui import Chart, Column, Status, TableData, figure_of, folded

MONTH = DAYS_IN["months"]

LABEL_LENGTH = 34
"""Characters of a line's name beside each other; what fits the legend on a telephone."""

Named = tuple[str, Retention]
"""What a group is called, and how long its contracts lasted."""

_GREY = "#767e82"
_BAND = "rgba(23, 97, 92, 0.16)"
_YEAR = 12


def together_chart(one: Retention) -> Chart:
    """Return the share of pairs still together, with its band; grey under the threshold."""
    curve = _of(one, "together")
    sure = curve[~curve["is_grey"]]
    x, low = _steps(sure, "low")
    _x, high = _steps(sure, "high")
    line, *grey = _lines([(_("Still together"), curve)])
    band = [
        go.Scatter(x=x, y=low, mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip"),
        go.Scatter(
            name=_("95 in 100 certainty"), x=x, y=high, mode="lines", line={"width": 0},
            fill="tonexty", fillcolor=_BAND, hoverinfo="skip",
        ),
    ]  # fmt: skip
    traces = [line, *band, *grey]
    alt = _("A line that falls from step to step, with a band around it.")
    finding = together_finding(one)
    return Chart(
        _figure(traces, one), finding=finding, alt=f"{alt} {finding}", table=_together_table(one)
    )


def ends_chart(one: Retention) -> Chart:
    """Return the share of contracts that had ended in each way, as lines that rise."""
    seen = [end for end in ENDS if one.ended(end)]
    traces = _lines([(end_name(end), _of(one, end)) for end in seen])
    alt = _("A line for each way in which contracts ended, which rises with each that did.")
    finding = ends_finding(one)
    highest = max(one.steps[-1].of(end).share for end in seen)
    figure = _figure(traces, one, top=25 * math.ceil(4 * highest))
    return Chart(
        figure, finding=finding, alt=f"{alt} {finding}", table=_ends_table(one, seen), height_px=400
    )


def groups_chart(groups: Sequence[Named], caption: str) -> Chart:
    """Return the share still together of several groups, one line each.

    Parameters
    ----------
    groups
        At least one; two can have one name.
    caption
        Of the table of their figures.
    """
    traces = _lines([(name, _of(one, "together")) for name, one in groups])
    longest = max((one for _name, one in groups), key=_last_day)
    finding = groups_finding(groups)
    alt = _("A line for each group, which falls from step to step.")
    return Chart(
        _figure(traces, longest), finding=finding, alt=f"{alt} {finding}",
        table=groups_table(groups, caption),
    )  # fmt: skip


# -- in words --------------------------------------------------------------------------------------


def together_finding(one: Retention) -> str:
    """Return what the curve of all pairs shows, in one sentence."""
    if one.median is not None:
        half = _("Half of the pairs were together for at least {months} months.")
        return half.format(months=months_text(one.median.day))
    sure = [step for step in one.steps if not step.is_grey]
    if not sure:
        return _("There are too few pairs yet to tell how long they stay together.")
    last = sure[-1]
    text = _("After {months} months {share} of the pairs were still together.")
    return text.format(
        months=months_text(last.day), share=format_share(one.together_at(last.day).share)
    )


def ends_finding(one: Retention) -> str:
    """Return how contracts ended, in one sentence of counts; the ways add up to all."""
    good = sum(one.ended(end) for end in POSITIVE_ENDS)
    out = sum(one.ended(end) for end in DROP_OUT_ENDS)
    told = [
        ngettext("{n} ended well", "{n} ended well", good).format(n=format_number(good)),
        ngettext("{n} got somebody else", "{n} got somebody else", one.ended("changed_mentor"))
        .format(n=format_number(one.ended("changed_mentor"))),
        ngettext("{n} stopped or lost contact", "{n} stopped or lost contact", out)
        .format(n=format_number(out)),
        ngettext("{n} goes on", "{n} go on", one.censored).format(n=format_number(one.censored)),
    ]  # fmt: skip
    sentence = ngettext("Of {n} pair {told}.", "Of {n} pairs {told}.", one.contracts)
    text = sentence.format(n=format_number(one.contracts), told=format_list(told))
    if not one.paused:
        return text
    paused = ngettext("{n} of these is on a pause.", "{n} of these are on a pause.", one.paused)
    return f"{text} {paused.format(n=format_number(one.paused))}"


def groups_finding(groups: Sequence[Named]) -> str:
    """Return how the groups compare, in one or two sentences that claim no more than they can."""
    if len(groups) == 1:
        return _("Only one group is large enough to be shown.")
    month = _common_month([one for _name, one in groups])
    if month is None:
        return _("The groups are too small or too new to be compared.")
    levels = [(name, one.together_at(month * MONTH)) for name, one in groups]
    in_order = sorted(levels, key=lambda one: -one[1].share)
    if len(in_order) > 4:
        in_order = [in_order[0], in_order[-1]]
    told = [f"{name} {format_share(at.share)}" for name, at in in_order]
    text = ngettext(
        "Still together after {n} month: {told}.", "Still together after {n} months: {told}.", month
    ).format(n=month, told=format_list(told))
    if len({format_share(at.share) for _name, at in levels}) == 1:
        return text
    lows = [at.low for _name, at in levels if at.low is not None]
    highs = [at.high for _name, at in levels if at.high is not None]
    if max(lows, default=0.0) <= min(highs, default=1.0):
        return f"{text} " + _("The difference is small enough to be chance.")
    return f"{text} " + _("The difference is larger than chance alone makes likely.")


def _common_month(groups: Collection[Retention]) -> int | None:
    """Return the latest quarter of a first year in which enough of every group are left."""
    for month in (12, 9, 6, 3, 1):
        steps = [one.at(month * MONTH) for one in groups]
        if all(step is not None and not step.is_grey for step in steps):
            return month
    return None


def months_text(day: float) -> str:
    """Return days as months, with one decimal where it is not whole months."""
    months = round(day / MONTH, 1)
    return format_number(months, 0 if months.is_integer() else 1)


def step_months(one: Retention) -> int:
    """Return every how many months who is left is told, so that it fits a page."""
    last = _last_day(one) / MONTH
    return 1 if last <= _YEAR / 2 else 3 if last <= 3 * _YEAR else _YEAR


# -- numbers ---------------------------------------------------------------------------------------


def risk_table(one: Retention) -> TableData:
    """Return who was left at regular times, and what happened between them; empty for nothing."""
    happened = [
        Column("good", _("Ended well"), kind="number"),
        Column("changed_mentor", end_name("changed_mentor"), kind="number"),
        Column("out", _("Stopped"), kind="number"),
        Column("censored", _("Still going on"), kind="number"),
    ]
    columns = [
        Column("after", _("After")),
        Column("at_risk", _("Pairs left"), kind="number"),
        *happened,
    ]

    def counts(row: Any) -> dict[str, int]:
        return dict(
            row._asdict(),
            good=sum(getattr(row, end) for end in POSITIVE_ENDS),
            out=sum(getattr(row, end) for end in DROP_OUT_ENDS),
        )

    rows = [
        {
            "after": ngettext("{n} month", "{n} months", row.time).format(n=row.time),
            "at_risk": row.at_risk,
        }
        | {column.name: counts(row)[column.name] or "" for column in happened}
        for row in each(at_risk_table(one, "months", step_months(one)))
    ]
    return TableData(columns, rows, _("Each line tells what happened since the one above"))


def _sureness(is_grey: bool) -> Status | None:
    return Status(_("few left"), "neutral") if is_grey else None


def _together_table(one: Retention) -> TableData:
    columns = [
        Column("time", _("Months"), kind="number"),
        Column("share", _("Still together"), kind="share"),
        Column("low", _("At least"), kind="share"),
        Column("high", _("At most"), kind="share"),
        Column("is_grey", _("How sure"), kind="status"),
    ]
    rows = [
        {
            "time": row.time, "share": at.share, "low": at.low, "high": at.high,
            "is_grey": _sureness(row.is_grey),
        }
        for row in each(at_risk_table(one, "months", step_months(one)))
        for at in [one.together_at(row.time * MONTH)]
    ]  # fmt: skip
    return TableData(columns, rows, _("Share of pairs still together, with 95 in 100 certainty"))


def _ends_table(one: Retention, seen: Sequence[End]) -> TableData:
    until = max((step for step in one.steps if not step.is_grey), key=lambda step: step.day)
    share = _("Share after {months} months").format(months=months_text(until.day))
    columns = [
        Column("end", _("How it ended")),
        Column("count", _("Contracts"), kind="number"),
        Column("share", share, kind="share"),
    ]
    rows = [
        {"end": end_name(end), "count": one.ended(end), "share": until.of(end).share}
        for end in seen
    ]  # fmt: skip
    return TableData(columns, rows, _("How contracts ended"))


def groups_table(groups: Sequence[Named], caption: str) -> TableData:
    """Return how many each group is, and for how long half of it was there."""
    columns = [
        Column("group", _("Group")),
        Column("count", _("How many"), kind="number"),
        Column("half", _("Half were there for at least (months)"), kind="number", decimals=1),
        Column("low", _("At least"), kind="number", decimals=1),
        Column("high", _("At most"), kind="number", decimals=1),
    ]
    rows = [
        {
            "group": name, "count": one.contracts,
            **({} if one.median is None else {
                "half": one.median.day / MONTH,
                "low": None if one.median.low is None else one.median.low / MONTH,
                "high": None if one.median.high is None else one.median.high / MONTH,
            }),
        }
        for name, one in groups
    ]  # fmt: skip
    return TableData(columns, rows, caption)


# -- lines -----------------------------------------------------------------------------------------


def _of(one: Retention, line: str) -> pd.DataFrame:
    every = lines(one, "months")
    return every[every["line"] == line]


def _steps(pieces: pd.DataFrame, value: str) -> tuple[list[float], list[float]]:
    """Return a line in level pieces as points, in per cent."""
    points = [
        (at, 100 * getattr(piece, value))
        for piece in each(pieces)
        for at in (piece.begins, piece.until)
        if getattr(piece, value) is not None
    ]
    return [x for x, _y in points], [y for _x, y in points]


def _lines(named: Iterable[tuple[str, pd.DataFrame]]) -> list[go.Scatter]:
    """Return lines in level pieces, by name, and after all of them what is grey.

    Where few are left, a line goes on in grey, dotted, and all of these have one name. The step to
    the first grey piece is of those who were enough still. The kit gives colours in the order of
    lines.
    """
    sure: list[go.Scatter] = []
    grey: list[go.Scatter] = []
    for name, pieces in named:
        x, y = _steps(pieces[~pieces["is_grey"]], "share")
        grey_x, grey_y = _steps(pieces[pieces["is_grey"]], "share")
        if x and grey_x:
            x, y = [*x, grey_x[0]], [*y, grey_y[0]]
        label = folded(name, LABEL_LENGTH)
        sure.append(go.Scatter(name=label, x=x, y=y, mode="lines", hoverinfo="x+y+name"))
        if grey_x:
            grey.append(
                go.Scatter(
                    name=_("Few left"), x=grey_x, y=grey_y, mode="lines", hoverinfo="skip",
                    line={"color": _GREY, "dash": "dot", "width": 1.5},
                    legendgroup="few", showlegend=not grey,
                )
            )  # fmt: skip
    return [*sure, *grey]


def _last_day(one: Retention) -> int:
    return one.steps[-1].day if one.steps else 0


def _figure(traces: Sequence[go.Scatter], one: Retention, top: int = 100) -> go.Figure:
    months = max(_last_day(one) / MONTH, 1)
    return figure_of(
        traces,
        xaxis={
            "title": {"text": _("Months")}, "range": [0, 1.02 * months], "tickformat": ".0f",
            "dtick": step_months(one),
            "hoverformat": ".1f",
        },
        yaxis={
            "range": [0, 1.01 * top], "dtick": 25, "tickformat": ".0f", "hoverformat": ".0f",
            "ticksuffix": "\N{NO-BREAK SPACE}%",
        },
        showlegend=True,
    )  # fmt: skip
