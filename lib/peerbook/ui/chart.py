"""A chart for all: one sentence of finding, words for those who cannot see it, and its numbers."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any, cast

import plotly.graph_objects as go
import traitlets
from plotly.basedatatypes import BaseTraceType

from peerbook.text import _
from peerbook.ui.part import Part
from peerbook.ui.table import TableData, table_texts

# Written by us, with marks that plotly shall read; all other texts may hold words of users.
_TEMPLATES = ("hovertemplate", "texttemplate")
LINE_BREAK = "<br>"
"""Between the lines of a label, see `folded`."""


class Chart(Part):
    """A chart.

    Parameters
    ----------
    figure
        The figure: traces of plotly's basic bundle (scatter, bar, pie). Colours, fonts and
        margins are the kit's unless the figure sets its own.
    finding
        What it shows, in one sentence; stands above it.
    alt
        What a reader without sight is told of it. Never more than the figure itself shows.
    table
        Its numbers, for "Show the numbers".
    height_px
        Its height in pixels.
    """

    figure = traitlets.Dict().tag(sync=True)
    finding = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    height_px = traitlets.Int().tag(sync=True)

    def __init__(
        self, figure: go.Figure, *, finding: str, alt: str, table: TableData, height_px: int = 360
    ) -> None:
        super().__init__(
            "chart",
            table_texts() | {"numbers": _("Show the numbers")},
            figure=_figure_json(figure),
            finding=finding,
            alt=alt,
            table=table.spec(),
            height_px=height_px,
        )

    def update(self, figure: go.Figure, *, finding: str, alt: str, table: TableData) -> None:
        """Show another figure in the same place."""
        with self.at_once():
            self.figure = _figure_json(figure)
            self.finding = finding
            self.alt = alt
            self.table = table.spec()


def figure_of(traces: Sequence[BaseTraceType], **layout: object) -> go.Figure:
    """Return a figure without plotly's template, which the kit's own look would replace anyway."""
    return go.Figure(list(traces), layout={"template": "none"} | layout)


def folded(text: str, length: int) -> str:
    """Return a text of a chart in lines of so many characters at most, but for longer words.

    The space stays before each break: breaks are not heard where a chart is read aloud.

    >>> folded("Stopped by the peer or by oneself", 22)
    'Stopped by the peer or <br>by oneself'
    """
    lines = textwrap.wrap(text, length, break_long_words=False, break_on_hyphens=False)
    return f" {LINE_BREAK}".join(lines)


def _figure_json(figure: go.Figure) -> dict[str, Any]:
    """Return data and layout as JSON, numbers packed as plotly packs them, without template."""
    packed = json.loads(figure.to_json(validate=False))  # it was, when it was made
    packed["layout"].pop("template", None)
    shown = {"data": packed["data"], "layout": packed["layout"]}
    return cast(dict[str, Any], _escaped(shown))


def _escaped(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _escaped(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_escaped(part, key) for part in value]
    if isinstance(value, str) and key not in _TEMPLATES:
        # plotly reads a little HTML in every text, links among it.
        return value.replace("<", "&lt;").replace("&lt;br>", LINE_BREAK)
    return value
