"""The chart of head counts: how many came, time by time."""

from __future__ import annotations

import statistics

import pandas as pd
import plotly.graph_objects as go

from peerbook.cafe.head_counts import SHOWN_COUNTS
from peerbook.course.names import occasion_name
from peerbook.rows import each
from peerbook.text import _, format_date, format_number, format_weekday
from peerbook.ui import Chart, Column, TableData, figure_of


def head_counts_chart(counts: pd.DataFrame, occasion: str) -> Chart:
    """Return the latest counts of one occasion as bars.

    Parameters
    ----------
    counts
        Columns `date`, `people`; at least one row.
    occasion
        What they are counts of.
    """
    shown = sorted(each(counts), key=lambda row: row.date)[-SHOWN_COUNTS:]
    people = [row.people for row in shown]
    name = occasion_name(occasion)
    # Categories and not dates: a pause must not make the bars too thin to see.
    figure = figure_of(
        [
            go.Bar(
                name=name, y=people,
                x=[row.date.isoformat() for row in shown],
                hovertext=[format_date(row.date, "long") for row in shown],
                hoverinfo="text+y",
            )
        ],
        xaxis={
            "type": "category",
            "tickangle": 0,
            "tickvals": _spread([row.date.isoformat() for row in shown]),
            "ticktext": _spread(
                [f"{format_date(row.date, 'day')} <br>{row.date.year}" for row in shown]
            ),
        },
        yaxis={"title": {"text": _("People")}, "rangemode": "tozero"},
        bargap=0.15,
    )  # fmt: skip
    if len(people) == 1:
        finding = _("{occasion}: {people} came the one time that is counted.").format(
            occasion=name, people=format_number(people[0])
        )
    else:
        finding = _(
            "{occasion}: over the latest {n} times from {low} to {high} came, in the middle "
            "{middle}."
        ).format(
            occasion=name,
            n=format_number(len(people)),
            low=format_number(min(people)),
            high=format_number(max(people)),
            middle=format_number(statistics.median_low(people)),
        )
    alt = _("Bars, one for each time, the latest to the right.")
    columns = [
        Column("date", _("Date"), kind="date"),
        Column("day", _("Day")),
        Column("people", _("People"), kind="number"),
    ]
    rows = [
        {
            "date": row.date,
            "day": format_weekday(row.date.weekday()),
            "people": row.people,
        }
        for row in reversed(shown)
    ]
    table = TableData(columns, rows, _("{occasion}, the latest first").format(occasion=name))
    return Chart(figure, finding=finding, alt=f"{alt} {finding}", table=table, height_px=300)


def _spread(labels: list[str], most: int = 3) -> list[str]:
    """Return so many of the labels, evenly, that they can be read beside each other."""
    step = max(1, -(-len(labels) // most))
    return labels[::-1][::step][::-1]
