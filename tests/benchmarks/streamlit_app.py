"""The same pages in Streamlit, as its manual writes them; `?page=` says which."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from benchmarks import content
from benchmarks.content import Buttons, Grid, Heading, Part, Plot, Question, Roster, Tabs


def draw(part: Part, number: int = 0) -> None:
    """Draw a part, the one with a number on its page."""
    match part:
        case Heading(text, level):
            (st.header if level else st.write)(text)
        case Grid(caption, columns, rows):
            st.caption(caption)
            st.table(pd.DataFrame(rows, columns=list(columns)))
        case Plot(figure, finding):
            st.write(finding)
            st.plotly_chart(figure, key=finding)
        case Buttons(labels):
            for place, label in zip(st.columns(len(labels)), labels, strict=True):
                place.button(label, key=f"{label}-{number}")
        case Question(label, kind, options):
            key = f"{label}-{number}"
            if kind in ("choice", "scale"):
                st.selectbox(label, options, key=key)
            elif kind == "choices":
                st.multiselect(label, options, key=key)
            elif kind == "flag":
                st.checkbox(label, key=key)
            elif kind == "date":
                st.date_input(label, key=key)
            elif kind == "long_text":
                st.text_area(label, key=key)
            else:
                st.text_input(label, key=key)
        case Roster(legend, statuses, rows):
            st.caption(legend)
            names = dict(statuses)
            frame = pd.DataFrame(
                [(name, names.get(status), note) for _code, name, status, note in rows],
                columns=["Mentor", "Status", "Bemærkning"],
            )
            choice = st.column_config.SelectboxColumn(options=list(names.values()))
            st.data_editor(frame, column_config={"Status": choice}, key=legend)


def draw_all(parts: Sequence[Part]) -> None:
    """Draw parts one below the other."""
    for number, part in enumerate(parts):
        draw(part, number)


def draw_tabbed(page: content.Tabbed) -> None:
    """Draw a page of tabs, of which only the one that is turned to is made."""
    if st.session_state.get("tab", 0):
        labels = st.session_state["labels"]
        parts = page.turned()
    else:
        opened = page.opened()
        at = next(place for place, part in enumerate(opened) if isinstance(part, Tabs))
        tabs, parts = opened[at], opened[at + 1 :]
        draw_all(opened[:at])
        labels = st.session_state["labels"] = list(getattr(tabs, "labels", ()))
    st.radio("Del", range(len(labels)), format_func=labels.__getitem__, key="tab", horizontal=True)
    draw_all(parts)


page = st.query_params.get("page", "start")
st.title(page)
if page in content.TABBED:
    draw_tabbed(content.TABBED[page])
    st.stop()
chosen = 0
if page in content.FILTERS:
    labels = dict(content.FILTERS[page]())
    chosen = st.radio(content.CHOICE, list(labels), format_func=labels.__getitem__)
parts = content.PARTS[page](chosen)
if isinstance(parts[0], Tabs):
    with st.tabs(list(parts[0].labels))[0]:
        draw_all(parts[1:])
else:
    draw_all(parts)
