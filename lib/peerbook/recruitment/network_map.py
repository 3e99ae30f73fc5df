"""The places drawn as a network: who wants to help, how many they can send, and who has sent some.

It is what the user calls netværksanalyse (seeds/vejle-manual.txt, p. 7 and 8): whom to talk to, and
whether it brings anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from peerbook.recruitment.names import stakeholder_kind_name
from peerbook.recruitment.stakeholder_records import Known
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import Chart, Column, folded
from peerbook.ui.table import TableData

MOST_WISH = 3
"""Of the answers to how much a place wants to help; it stands nearest then."""
SIZES = {None: 12, 1: 12, 2: 20, 3: 30}
"""How large a place is drawn, by how many it can send."""
WIDEST_LINE = 9
ROW_PX, ROUND_PX = 46, 110
"""The height of a place with two lines of its name, and of what stands over and under all."""
NAME_LENGTH, LETTER_PX, BESIDE_PX = 16, 8.5, 24
"""Letters in a line of a name, how wide one is at most on average, and what is beside them."""

_CALM, _DUE, _SENT, _NONE = "#17615a", "#8a5a00", "#17615a", "#b9c4c0"


def network_chart(known: Sequence[Known], today: dt.date) -> Chart:
    """Return the places beside the programme, a row each; the nearer, the more they want to help.

    Parameters
    ----------
    known
        At least one.
    today
        From when a visit that is due stands out.
    """
    at = _positions(known)
    names = {one.number: folded(one.place.name, NAME_LENGTH) for one in known}
    traces: list[go.Scatter] = [
        go.Scatter(
            x=[0, at[one.number][0]], y=[0, at[one.number][1]], mode="lines", hoverinfo="skip",
            showlegend=False,
            line={
                "width": min(WIDEST_LINE, 1 + one.came), "color": _SENT if one.came else _NONE,
                "dash": "solid" if one.came else "dot",
            },
        )
        for one in known
    ]  # fmt: skip
    for due, name, colour in ((False, _("No visit is due"), _CALM), (True, _("Visit now"), _DUE)):
        those = [one for one in known if _is_due(one, today) == due]
        if those:
            traces.append(
                go.Scatter(
                    name=name, x=[at[one.number][0] for one in those],
                    y=[at[one.number][1] for one in those], mode="markers+text",
                    text=[names[one.number] for one in those], textposition="middle right",
                    hovertext=[_told(one) for one in those], hoverinfo="text", cliponaxis=False,
                    marker={
                        "size": [SIZES[one.place.influence] for one in those], "color": colour,
                        "symbol": "diamond" if due else "circle", "opacity": 1,
                    },
                )
            )  # fmt: skip
    traces.append(
        go.Scatter(
            x=[0], y=[0], mode="markers+text", text=[_("You")], textposition="middle center",
            textfont={"color": "#ffffff"}, hoverinfo="skip", showlegend=False, cliponaxis=False,
            marker={"size": 44, "color": "#1e2b29", "symbol": "circle"},
        )
    )  # fmt: skip
    widest = max(len(line) for name in names.values() for line in name.split("<br>"))
    figure = go.Figure(traces)
    figure.update_layout(
        xaxis={
            "range": [-0.3, MOST_WISH + 0.1], "showline": False, "zeroline": False,
            "showgrid": True, "tickvals": [1, 2, 3], "ticktext": ["3", "2", "1"],
            "title": {"text": _("Wants to help (1 to 3)")},
        },
        yaxis={"visible": False, "range": [-len(known) / 2 - 0.1, len(known) / 2 + 0.1]},
        margin={"l": 8, "r": round(LETTER_PX * widest) + BESIDE_PX},
    )  # fmt: skip
    finding = network_finding(known)
    alt = _(
        "Places beside you. The nearer, the more they want to help; the larger, the more people "
        "they can send; a thick line leads to those who have sent some."
    )
    return Chart(
        figure, finding=finding, alt=f"{alt} {finding}", table=_table(known),
        height_px=ROW_PX * len(known) + ROUND_PX,
    )  # fmt: skip


def network_finding(known: Sequence[Known]) -> str:
    """Return in one sentence which places have sent people, the most first."""
    sent = sorted((one for one in known if one.came), key=lambda one: (-one.came, one.place.name))
    if not sent:
        return _("It is not written down of anybody yet which place sent them.")
    told = [f"{one.place.name} ({format_number(one.came)})" for one in sent[:3]]
    text = ngettext(
        "{n} place has sent somebody: {places}.",
        "{n} places have sent somebody, most of all {places}.",
        len(sent),
    )
    return text.format(n=format_number(len(sent)), places=format_list(told))


def _positions(known: Sequence[Known]) -> dict[int, tuple[float, float]]:
    """Return where each place stands: how far to the right, and in which row.

    Whoever wants least stands farthest, in the middle row, and the nearest in the rows at the ends.
    So the line to a place passes those nearer to the middle on their left, and no name, which
    stands on the right.
    """
    farthest_first = sorted(known, key=lambda one: -_distance(one))
    middle_first = sorted(
        (row - (len(known) - 1) / 2 for row in range(len(known))), key=lambda row: (abs(row), row)
    )
    return {
        one.number: (_distance(one), row)
        for one, row in zip(farthest_first, middle_first, strict=True)
    }


def _distance(one: Known) -> int:
    return MOST_WISH + 1 - (one.place.interest or 1)


def _is_due(one: Known, today: dt.date) -> bool:
    return one.due_on is not None and one.due_on <= today


def _told(one: Known) -> str:
    sent = ngettext("{n} has come from there", "{n} have come from there", one.came)
    return f"{one.place.name}: {sent.format(n=format_number(one.came))}"


def _table(known: Sequence[Known]) -> TableData:
    columns = [
        Column("name", _("Place")),
        Column("kind", _("What it is")),
        Column("influence", _("Can send (1 to 3)"), kind="number"),
        Column("interest", _("Wants to help (1 to 3)"), kind="number"),
        Column("came", _("Have come from there"), kind="number"),
        Column("last_on", _("Last visit"), kind="date"),
    ]
    rows = [
        {
            "name": one.place.name,
            "kind": stakeholder_kind_name(one.place.kind),
            "influence": one.place.influence,
            "interest": one.place.interest,
            "came": one.came,
            "last_on": one.last_on,
        }
        for one in known
    ]
    return TableData(columns, rows, _("The places around you"))
