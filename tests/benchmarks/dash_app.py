"""The same pages in Dash, one app for each, as its manual writes them: `dash_app.py PORT`."""

from __future__ import annotations

import sys

import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html
from flask import Flask
from werkzeug.serving import WSGIRequestHandler

from benchmarks import content
from benchmarks.content import Buttons, Grid, Heading, Part, Plot, Roster


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


def inner(page: str, course: int) -> list[object]:
    """Return a page's parts as Dash's components; tabs hold what follows them."""
    parts = content.PARTS[page](course)
    if isinstance(parts[0], content.Tabs):
        first, *others = parts[0].labels
        shown = dcc.Tab([drawn(part) for part in parts[1:]], label=first, value=first)
        return [dcc.Tabs([shown, *(dcc.Tab(label=o, value=o) for o in others)], value=first)]
    return [drawn(part) for part in parts]


def add_page(server: Flask, page: str) -> None:
    """Add one page's app to the server."""
    prefix = f"/{page}/"
    app = Dash(
        page, server=server, url_base_pathname=prefix, serve_locally=True, title=page,
        suppress_callback_exceptions=True,
    )  # fmt: skip

    def layout() -> html.Main:
        known = content.courses()
        options = [{"value": number, "label": title} for number, title in known]
        choice = dcc.RadioItems(options, known[0][0], id="course")
        parts = html.Div(inner(page, known[0][0]), id="parts")
        return html.Main([html.H1(page), *([choice] * content.HAS_FILTER[page]), parts])

    app.layout = layout
    if content.HAS_FILTER[page]:
        app.callback(
            Output("parts", "children"), Input("course", "value"), prevent_initial_call=True
        )(lambda course: inner(page, course))


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
