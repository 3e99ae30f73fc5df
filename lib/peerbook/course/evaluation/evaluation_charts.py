"""The charts of the evaluations: one line for each question, readable on a telephone too."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from peerbook.course.evaluation.comparison import ItemComparison, ItemFigure
from peerbook.course.evaluation.waves import wave_name
from peerbook.text import _
from peerbook.ui import Chart, TableData, figure_of, folded

LABEL_LENGTH = 44
"""Characters of a question on one line; what fits a telephone."""

_LINE_PX, _ROW_PX, _AROUND_PX = 18, 30, 110


def comparison_chart(shown: Sequence[ItemComparison], finding: str, table: TableData) -> Chart:
    """Return mid-course against final evaluation: two points for each question.

    Parameters
    ----------
    shown
        The items with a mean at one evaluation at least.
    finding, table
        As in `Chart`.
    """
    series = [
        ("mid", wave_name("mid"), "circle-open"),
        ("final", wave_name("final"), "diamond"),
    ]
    traces = [
        (name, symbol, [getattr(one, wave).mean for one in shown]) for wave, name, symbol in series
    ]
    alt = _("Two points for each question: the mean at mid-course and at the end.")
    return _points([one.item.text for one in shown], traces, finding, alt, table)


def figures_chart(shown: Sequence[ItemFigure], finding: str, table: TableData) -> Chart:
    """Return one evaluation alone: one point for each question.

    Parameters
    ----------
    shown
        The items with a mean.
    finding, table
        As in `Chart`.
    """
    traces = [(_("Mean"), "diamond", [one.figure.mean for one in shown])]
    alt = _("One point for each question: the mean of the answers.")
    return _points([one.item.text for one in shown], traces, finding, alt, table)


def _points(
    questions: Sequence[str],
    traces: Sequence[tuple[str, str, Sequence[float | None]]],
    finding: str,
    alt: str,
    table: TableData,
) -> Chart:
    """Return points on lines from 1 to 5, each question above its own line."""
    labels = [folded(question, LABEL_LENGTH) for question in questions]
    heights = [_ROW_PX + _LINE_PX * (1 + label.count("<br>")) for label in labels]

    def shown(mean: float | None) -> float | None:
        """Return a mean as in the table: to its last digit it would tell of one more sheet."""
        return None if mean is None else round(mean, 1)

    # From the top down, in pixels, so that a label of two lines has room.
    places = [-sum(heights[: place + 1]) for place in range(len(heights))]
    figure = figure_of(
        [
            go.Scatter(
                name=name, x=[shown(mean) for mean in means], y=places, mode="markers",
                marker_symbol=symbol, marker_size=12, hovertext=list(questions), hoverinfo="text+x",
            )
            for name, symbol, means in traces
        ],
        xaxis={"range": [0.8, 5.2], "title": {"text": _("Mean, from 1 to 5")}, "dtick": 1},
        yaxis={
            "range": [places[-1] - _ROW_PX, 0], "tickvals": places, "showticklabels": False,
            "ticks": "",
        },
        margin={"l": 8, "r": 8},
        showlegend=len(traces) > 1,
        annotations=[
            {
                "x": 0, "xref": "paper", "xanchor": "left", "y": place, "yref": "y",
                "yanchor": "bottom", "yshift": 8, "text": label, "align": "left",
                "showarrow": False, "font": {"size": 14},
            }
            for place, label in zip(places, labels, strict=True)
        ],
    )  # fmt: skip
    height = _AROUND_PX + sum(heights) + _ROW_PX
    return Chart(figure, finding=finding, alt=f"{alt} {finding}", table=table, height_px=height)
