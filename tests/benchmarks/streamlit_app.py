"""The same pages in Streamlit, as its manual writes them; `?page=` says which."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from benchmarks import content
from benchmarks.content import Buttons, Grid, Heading, Part, Plot, Roster


def draw(part: Part) -> None:
    """Draw a part."""
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
                place.button(label)
        case Roster(legend, statuses, rows):
            st.caption(legend)
            names = dict(statuses)
            frame = pd.DataFrame(
                [(name, names[status], note) for _code, name, status, note in rows],
                columns=["Mentor", "Status", "Bemærkning"],
            )
            choice = st.column_config.SelectboxColumn(options=list(names.values()))
            st.data_editor(frame, column_config={"Status": choice}, key=legend)


page = st.query_params.get("page", "start")
known = content.courses()
course = known[0][0]
st.title(page)
if content.HAS_FILTER[page]:
    titles = dict(known)
    course = st.radio("Hold", list(titles), format_func=titles.__getitem__)
parts = content.PARTS[page](course)
if isinstance(parts[0], content.Tabs):
    with st.tabs(list(parts[0].labels))[0]:
        for each in parts[1:]:
            draw(each)
else:
    for each in parts:
        draw(each)
