"""The same pages in Dash, one app for each, as its manual writes them: `dash_app.py PORT`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html
from flask import Flask
from werkzeug.serving import WSGIRequestHandler

from benchmarks import content
from benchmarks.content import Buttons, Grid, Heading, Part, Plot, Question, Roster, Tabs


def drawn(part: Part) -> object:
    """Return a part as Dash's components."""
    match part:
        case Heading(text, level):
            return html.H2(text) if level else html.P(text)
        case Grid(caption, columns, rows):
            head = html.Thead(html.Tr([html.Th(label) for label in columns]))
            body = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])
            return html.Table([html.Caption(caption), head, body])
        case Plot(figure, finding):
            return html.Figure([html.Figcaption(finding), dcc.Graph(figure=go.Figure(figure))])
        case Buttons(labels):
            return html.Div([html.Button(label) for label in labels])
        case Question(label, kind, options):
            return html.Label([label, _asked(kind, options)])
        case Roster(legend, statuses, rows):
            options = [{"value": value, "label": label} for value, label in statuses]
            lines = [
                html.Tr(
                    [
                        html.Th(name),
                        html.Td(dcc.Dropdown(options, status, id=f"status-{code}")),
                        html.Td(dcc.Input(note, id=f"note-{code}")),
                    ]
                )
                for code, name, status, note in rows
            ]
            return html.Table([html.Caption(legend), html.Tbody(lines)])
    raise TypeError(type(part).__name__)


def _asked(kind: str, options: Sequence[str]) -> object:
    if kind in ("choice", "scale"):
        return dcc.Dropdown(list(options))
    if kind == "choices":
        return dcc.Checklist(list(options))
    if kind == "flag":
        return dcc.Checklist([""])
    if kind == "date":
        return dcc.DatePickerSingle()
    return dcc.Textarea() if kind == "long_text" else dcc.Input()


def inner(page: str, chosen: int) -> list[object]:
    """Return a page's parts as Dash's components; tabs hold what follows them."""
    parts = content.PARTS[page](chosen)
    at = next((place for place, part in enumerate(parts) if isinstance(part, Tabs)), None)
    if at is None:
        return [drawn(part) for part in parts]
    above, tabs, shown = parts[:at], parts[at], [drawn(part) for part in parts[at + 1 :]]
    assert isinstance(tabs, Tabs)
    first, *others = tabs.labels
    if page in content.TABBED:  # what a tab holds is made when it is turned to
        choice = dcc.Tabs([dcc.Tab(label=o, value=o) for o in tabs.labels], value=first, id="tabs")
        return [*map(drawn, above), choice, html.Div(shown, id="tab")]
    opened = dcc.Tab(shown, label=first, value=first)
    return [dcc.Tabs([opened, *(dcc.Tab(label=o, value=o) for o in others)], value=first)]


def add_page(server: Flask, page: str) -> None:
    """Add one page's app to the server."""
    prefix = f"/{page}/"
    app = Dash(
        page, server=server, url_base_pathname=prefix, serve_locally=True, title=page,
        suppress_callback_exceptions=True,
    )  # fmt: skip

    def layout() -> html.Main:
        if page not in content.FILTERS:
            return html.Main([html.H1(page), html.Div(inner(page, 0), id="parts")])
        known = content.FILTERS[page]()
        options = [{"value": value, "label": label} for value, label in known]
        choice = dcc.RadioItems(options, known[0][0], id="choice")
        parts = html.Div(inner(page, known[0][0]), id="parts")
        return html.Main([html.H1(page), choice, parts])

    app.layout = layout
    if page in content.TABBED:
        app.callback(Output("tab", "children"), Input("tabs", "value"), prevent_initial_call=True)(
            lambda _label: [drawn(part) for part in content.TABBED[page].turned()]
        )
    if page in content.FILTERS:
        app.callback(
            Output("parts", "children"), Input("choice", "value"), prevent_initial_call=True
        )(lambda chosen: inner(page, chosen))


def main() -> None:
    """Serve all pages."""
    # Kept connections make Dash faster here than its default does.
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    server = Flask("benchmark")
    for page in content.PARTS:
        add_page(server, page)
    server.run("127.0.0.1", int(sys.argv[1]), threaded=True, debug=False)


if __name__ == "__main__":
    main()
