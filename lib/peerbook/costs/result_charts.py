"""The charts of a cost estimate: between what it lies, and what decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import plotly.graph_objects as go

from peerbook.costs.draws import DRAWS, Reach
from peerbook.costs.outcomes import Acceptability
from peerbook.costs.spread import EDGE, Draws
from peerbook.text import _, format_number, format_share
from peerbook.ui import LINE_BREAK, Chart, Column, TableData, figure_of, folded

CURVE_STEPS = 40
"""Amounts at which the curve of acceptability is drawn, beside none."""
TOLD = 2
"""Models of which the range is told in words; that of more stands in the table."""
WIDEST = 8
"""Bars of the chart of what decides: more are not told apart, and the last decide nothing."""
LABEL_LENGTH = 18
_ROW_PX, _LINE_PX, _AROUND_PX = 62, 17, 130
_LOW, _HIGH = "#1f5fa8", "#b3541e"


@dataclass(frozen=True)
class Range:
    """What a contract may cost in a model.

    Parameters
    ----------
    name
        Of the model.
    kr
        As it was worked out.
    low, high
        95 of 100 draws lie between.
    """

    name: str
    kr: Decimal
    low: float
    high: float

    @property
    def varies(self) -> bool:
        """Whether any of its figures does."""
        return self.low < self.high


def range_of(name: str, kr: Decimal, drawn: Draws) -> Range:
    """Return between what the draws of a model lie."""
    low, high = np.quantile(drawn, (EDGE, 1 - EDGE))
    return Range(name, kr, float(low), float(high))


def range_chart(ranges: Sequence[Range]) -> Chart:
    """Return what a contract may cost in each model: a mark, and a line for the draws.

    Parameters
    ----------
    ranges
        Those that vary, in the order in which they are shown from above.
    """
    traces = [
        go.Scatter(
            x=[float(one.kr) for one in ranges], y=[*range(len(ranges))], mode="markers",
            hoverinfo="x", marker={"size": 12},
            error_x={
                "type": "data", "symmetric": False, "thickness": 3, "width": 8,
                "array": [max(0.0, one.high - float(one.kr)) for one in ranges],
                "arrayminus": [max(0.0, float(one.kr) - one.low) for one in ranges],
            },
        )
    ]  # fmt: skip
    finding = " ".join(range_told(one) for one in ranges[:TOLD])
    columns = [
        Column("name", _("Model")),
        Column("kr", _("Worked out (kr.)"), kind="number"),
        Column("low", _("At least (kr.)"), kind="number"),
        Column("high", _("At most (kr.)"), kind="number"),
    ]
    rows = [
        {
            "name": one.name, "kr": one.kr,
            "low": Decimal(round(one.low)), "high": Decimal(round(one.high)),
        }
        for one in ranges
    ]  # fmt: skip
    caption = _("What a contract may cost, from {draws} draws").format(draws=format_number(DRAWS))
    alt = _("A mark for each model, and a line through it for where 95 of 100 draws lie.")
    return Chart(
        _lying(traces, [one.name for one in ranges]), finding=finding, alt=f"{alt} {finding}",
        table=TableData(columns, rows, caption), height_px=_height([one.name for one in ranges]),
    )  # fmt: skip


def range_told(one: Range) -> str:
    """Return between what a contract costs, in a sentence."""
    text = _("{name}: in 95 of 100 draws, a contract costs between {low} and {high} kroner.")
    return text.format(name=one.name, low=format_number(one.low), high=format_number(one.high))


def tornado_chart(reaches: Sequence[Reach], names: Mapping[str, str], kr: Decimal) -> Chart:
    """Return what decides the cost of a contract: a bar for each figure that varies.

    Parameters
    ----------
    reaches
        The widest first, at least one.
    names
        What each figure is called, by key.
    kr
        What a contract costs with every figure as it stands.
    """
    shown = list(reaches[:WIDEST])
    traces = [
        go.Bar(
            name=name, orientation="h", y=[*range(len(shown))], base=float(kr), hoverinfo="x",
            x=[float(end - kr) for end in ends], marker={"color": colour},
        )
        for name, colour, ends in (
            (_("With the figure at its least"), _LOW, [one.at_low for one in shown]),
            (_("With the figure at its most"), _HIGH, [one.at_high for one in shown]),
        )
    ]  # fmt: skip
    first = shown[0]
    finding = _("“{what}” decides the most: {kr} kroner a contract between its least and most.")
    told = finding.format(what=names[first.key], kr=format_number(first.width))
    columns = [
        Column("what", _("Figure")),
        Column("low", _("At its least (kr.)"), kind="number"),
        Column("high", _("At its most (kr.)"), kind="number"),
        Column("width", _("Between (kr.)"), kind="number"),
    ]
    rows = [
        {"what": names[one.key], "low": one.at_low, "high": one.at_high, "width": one.width}
        for one in reaches
    ]
    alt = _("A lying bar for each figure, the widest on top.")
    figure = _lying(traces, [names[one.key] for one in shown], barmode="overlay", showlegend=True)
    return Chart(
        figure, finding=told, alt=f"{alt} {told}",
        table=TableData(columns, rows, _("What decides the cost of a contract")),
        height_px=_height([names[one.key] for one in shown]) + 40,
    )  # fmt: skip


def acceptability_chart(found: Acceptability) -> Chart:
    """Return how likely each model gives the most for what one would pay: a line for each."""
    amounts = [float(kr) for kr in found.willing_kr]
    traces = [
        go.Scatter(
            name=_folded(name), x=amounts, y=[100 * share for share in likely], mode="lines",
            hoverinfo="x+y+name",
        )
        for name, likely in found.likely.items()
    ]  # fmt: skip
    last = {name: likely[-1] for name, likely in found.likely.items()}
    first = max(last, key=lambda name: last[name])
    text = _(
        "If one would pay {kr} kroner for each person who gets reliably better, {name} gives the "
        "most for the money with a likelihood of {share}."
    )
    finding = text.format(
        kr=format_number(found.willing_kr[-1]), name=first, share=format_share(last[first])
    )
    columns = [
        Column("kr", _("Would pay (kr.)"), kind="number"),
        *(Column(f"m{n}", name, kind="share") for n, name in enumerate(found.likely)),
    ]
    rows = [
        {"kr": kr, **{f"m{n}": likely[at] for n, likely in enumerate(found.likely.values())}}
        for at, kr in enumerate(found.willing_kr)
        if at % 4 == 0
    ]
    figure = figure_of(
        traces,
        xaxis={"title": {"text": _("Kroner one would pay for each who gets reliably better")},
               "tickformat": ",.0f", "hoverformat": ",.0f", "nticks": 5},
        yaxis={"range": [0, 101], "dtick": 25, "tickformat": ".0f", "hoverformat": ".0f",
               "ticksuffix": "\N{NO-BREAK SPACE}%"},
        showlegend=True,
    )  # fmt: skip
    alt = _("A line for each model: how likely it gives the most, by what one would pay.")
    caption = _("How likely each model gives the most for the money")
    return Chart(
        figure, finding=finding, alt=f"{alt} {finding}", table=TableData(columns, rows, caption)
    )


def _lying(
    traces: Sequence[go.Scatter | go.Bar], names: Sequence[str], **layout: object
) -> go.Figure:
    """Return a figure with a row for each name, by its number: two may be called the same."""
    rows = [*range(len(names))]
    return figure_of(
        traces,
        xaxis={"title": {"text": _("Kroner a contract")}, "tickformat": ",.0f",
               "hoverformat": ",.0f", "nticks": 5},
        yaxis={"automargin": True, "range": [len(rows) - 0.5, -0.5], "tickmode": "array",
               "tickvals": rows, "ticktext": [_folded(one) for one in names]},
        **{"showlegend": False, **layout},
    )  # fmt: skip


def _height(names: Sequence[str]) -> int:
    lines = max(_folded(one).count(LINE_BREAK) + 1 for one in names)
    return _AROUND_PX + max(_ROW_PX, _LINE_PX * (lines + 1)) * len(names)


def _folded(name: str) -> str:
    return folded(name, LABEL_LENGTH)
