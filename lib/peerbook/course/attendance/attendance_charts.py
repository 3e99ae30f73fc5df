"""The charts of the course pages, each with its finding, its words and its numbers."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from peerbook.course.names import attendance_name, date_name
from peerbook.rows import each
from peerbook.text import _, format_date, format_number, format_share, ngettext
from peerbook.ui import Chart, Column, TableData, figure_of

SERIES = ("present", "apology", "absent")


def attendance_chart(by_date: pd.DataFrame) -> Chart:
    """Return how many came on each held date, as stacked bars.

    Parameters
    ----------
    by_date
        As `attendance.by_date` returns it.
    """
    names, days = _names(by_date), _days(by_date)
    most = int(by_date["expected"].max())
    figure = figure_of(
        [
            go.Bar(
                name=attendance_name(series), x=days, y=by_date[series].tolist(),
                hovertext=names,
                text=[str(count) if count else "" for count in by_date[series]],
                textposition="inside",
            )
            for series in SERIES
        ],
        barmode="stack", yaxis_title=_("Mentors"), yaxis_rangemode="tozero",
        yaxis_dtick=max(1, -(-most // 6)),  # there are no half mentors
    )  # fmt: skip
    expected, present = int(by_date["expected"].sum()), int(by_date["present"].sum())
    finding = ngettext(
        "On {days} date {present} of {expected} places were taken ({share}).",
        "Over {days} dates {present} of {expected} places were taken ({share}).",
        len(by_date),
    ).format(
        days=len(by_date),
        present=format_number(present),
        expected=format_number(expected),
        share=format_share(present / expected) if expected else "–",
    )  # fmt: skip
    alt = _("Stacked bars, one for each date: present, sent an apology, and absent without word.")
    return Chart(
        figure, finding=finding, alt=f"{alt} {finding}", table=_presence_table(by_date, names)
    )


def commitment_chart(by_date: pd.DataFrame) -> Chart:
    """Return attendance and commitment from date to date, as two lines.

    Parameters
    ----------
    by_date
        As `attendance.by_date` returns it.
    """
    names, days = _names(by_date), _days(by_date)
    known = by_date[by_date["expected"] > 0]
    shares = {
        _("Kept the agreement"): by_date["commitment"],
        _("Was present"): _presence(by_date),
    }
    figure = figure_of(
        [
            go.Scatter(
                name=name, x=days, hovertext=names, mode="lines+markers",
                y=[None if pd.isna(share) else 100 * share for share in series],
            )
            for name, series in shares.items()
        ],
        yaxis_tickformat=".0f", yaxis_ticksuffix="\N{NO-BREAK SPACE}%", yaxis_range=[0, 105],
    )  # fmt: skip
    kept = int((known["present"] + known["apology"]).sum())
    expected = int(known["expected"].sum())
    finding = _(
        "{share} came or sent an apology ({kept} of {expected})."
    ).format(
        share=format_share(kept / expected) if expected else "–",
        kept=format_number(kept),
        expected=format_number(expected),
    )  # fmt: skip
    alt = _("Two lines from date to date: who was present, and who was present or sent an apology.")
    return Chart(
        figure, finding=finding, alt=f"{alt} {finding}", table=_commitment_table(by_date, names)
    )


def _names(by_date: pd.DataFrame) -> list[str]:
    return [
        f"{date_name(row.kind, row.number)}, {format_date(row.date, 'short')}"
        for row in each(by_date)
    ]


def _days(by_date: pd.DataFrame) -> list[str]:
    return [format_date(row.date, "day") for row in each(by_date)]


def _presence(by_date: pd.DataFrame) -> pd.Series[float]:
    """Return the share that was present, date by date; none where nobody was expected."""
    return (by_date["present"] / by_date["expected"]).where(by_date["expected"] > 0)


def _presence_table(by_date: pd.DataFrame, names: list[str]) -> TableData:
    columns = [
        Column("name", _("Date")),
        *(Column(series, attendance_name(series), kind="number") for series in SERIES),
        Column("expected", _("Expected"), kind="number"),
    ]
    rows = [
        {"name": name, **{series: int(getattr(row, series)) for series in (*SERIES, "expected")}}
        for name, row in zip(names, each(by_date), strict=True)
    ]
    return TableData(columns, rows, _("Attendance, date by date"))


def _commitment_table(by_date: pd.DataFrame, names: list[str]) -> TableData:
    columns = [
        Column("name", _("Date")),
        Column("present", _("Was present"), kind="share"),
        Column("commitment", _("Kept the agreement"), kind="share"),
    ]
    shares = zip(names, _presence(by_date), by_date["commitment"], strict=True)
    rows = [
        {
            "name": name,
            "present": None if pd.isna(present) else float(present),
            "commitment": None if pd.isna(commitment) else float(commitment),
        }
        for name, present, commitment in shares
    ]
    return TableData(columns, rows, _("Kept agreements, date by date"))
