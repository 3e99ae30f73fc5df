"""The places drawn as a network: who wants to help, how many they can send, and who has sent some.

It is what the user calls netværksanalyse (seeds/vejle-manual.txt, p. 7 and 8): whom to talk to, and
whether it brings anybody.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import plotly.graph_objects as go

from peerbook.recruitment.names import stakeholder_kind_name
from peerbook.recruitment.stakeholder_records import Known
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import Chart, Column
from peerbook.ui.table import TableData

FAR, NEAR = 3.0, 1.0
"""How far from the middle a place stands that wants little, and one that wants much."""
SIZES = {None: 12, 1: 12, 2: 20, 3: 30}
"""How large a place is drawn, by how many it can send."""
WIDEST_LINE = 9
ROOM_FOR_NAMES = 0.7

_CALM, _DUE, _SENT, _NONE = "#17615a", "#8a5a00", "#17615a", "#b9c4c0"


def network_chart(known: Sequence[Known], today: dt.date) -> Chart:
    """Return the places around the programme; the nearer, the more they want to help.

    Parameters
    ----------
    known
        At least one.
    today
        From when a visit that is due stands out.
    """
    at = {one.number: _position(one, place, len(known)) for place, one in enumerate(known)}
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
                    text=[one.place.name for one in those],
                    textposition=[_outside(at[one.number]) for one in those],
                    hovertext=[_told(one) for one in those], hoverinfo="text",
                    marker={
                        "size": [SIZES[one.place.influence] for one in those], "color": colour,
                        "symbol": "diamond" if due else "circle", "opacity": 1,
                    },
                )
            )  # fmt: skip
    traces.append(
        go.Scatter(
            x=[0], y=[0], mode="markers+text", text=[_("You")], textposition="middle center",
            textfont={"color": "#ffffff"}, hoverinfo="skip", showlegend=False,
            marker={"size": 44, "color": "#1e2b29", "symbol": "circle"},
        )
    )  # fmt: skip
    figure = go.Figure(traces)
    figure.update_layout(
        xaxis=_axis([x for x, _y in at.values()]), yaxis=_axis([y for _x, y in at.values()]),
        legend={"orientation": "h", "y": 1.08, "x": 0},
    )  # fmt: skip
    finding = network_finding(known)
    alt = _(
        "Places around you. The nearer, the more they want to help; the larger, the more people "
        "they can send; a thick line leads to those who have sent some."
    )
    return Chart(
        figure, finding=finding, alt=f"{alt} {finding}", table=_table(known), height_px=460
    )


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


def _outside(at: tuple[float, float]) -> str:
    """Return where the name of a place stands, so that its line does not run through it."""
    return "top center" if at[1] > 0 else "bottom center"


def _axis(known: Sequence[float]) -> dict[str, object]:
    """Return an axis that is not seen and just as long as the places need, with their names."""
    first, last = min(0, *known), max(0, *known)
    ends = [first - ROOM_FOR_NAMES, last + ROOM_FOR_NAMES]
    return {"visible": False, "fixedrange": True, "range": ends}


def _position(one: Known, place: int, of: int) -> tuple[float, float]:
    wants = 1 if one.place.interest is None else one.place.interest
    distance = FAR - (FAR - NEAR) * (wants - 1) / 2
    angle = math.tau * place / of + math.pi / 2
    return distance * math.cos(angle), distance * math.sin(angle)


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
