"""Recruitment for analysts: frames with pseudonyms for codes, and what each column means."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pandera.pandas as pa

from peerbook.people.names import CHANNELS
from peerbook.recruitment import effort_records
from peerbook.recruitment.journey_records import journeys_frame
from peerbook.recruitment.names import ROLES
from peerbook.sites import site_records
from peerbook.store import Store
from peerbook.store.pseudonyms import pseudonym
from peerbook.text import _

PURPOSE = "recruitment"


def ways_schema() -> pa.DataFrameSchema:
    """Return what stands in the frame of `ways`, column by column, in the user's language."""
    day = pa.Check(lambda one: isinstance(one, dt.date), element_wise=True)
    return pa.DataFrameSchema(
        {
            "person": pa.Column(
                object, nullable=True,
                description=_("Pseudonym of whoever asked; missing where they did not say."),
            ),
            "asked_on": pa.Column(object, day, description=_("The day they asked.")),
            "role": pa.Column(
                object, pa.Check.isin(ROLES), description=_("How they wanted to take part.")
            ),
            "heard_via": pa.Column(
                object, pa.Check.isin(CHANNELS), description=_("Where they first heard of it.")
            ),
            "decided_via": pa.Column(
                object, pa.Check.isin(CHANNELS), nullable=True,
                description=_("What made them come; missing where nobody has asked."),
            ),
            "talked_on": pa.Column(
                object, day, nullable=True, description=_("The day of the first talk.")
            ),
            "joined_on": pa.Column(
                object, day, nullable=True, description=_("The day they joined.")
            ),
            "matched_on": pa.Column(
                object, day, nullable=True, description=_("The day they were matched.")
            ),
            "completed_on": pa.Column(
                object, day, nullable=True, description=_("The day they completed.")
            ),
        },
        strict=True,
    )  # fmt: skip


def ways(store: Store, site: str = "", purpose: str = PURPOSE) -> pd.DataFrame:
    """Return one row for each who asked, and once more when they ask again after they joined.

    Parameters
    ----------
    store
        The store; nobody's name is read.
    site
        Name of the site; empty for all.
    purpose
        What the work is for, in small letters: the same person has the same pseudonym within it,
        and another in every other.

    Returns
    -------
    DataFrame
        As `ways_schema` says.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    with store.read() as session:
        frame = journeys_frame(session, _number(store, site))
    people = [
        None if code is None else pseudonym(store.keys, code, purpose)
        for code in frame["code"].tolist()
    ]
    frame = frame.drop(columns="code")
    frame.insert(0, "person", pd.Series(people, index=frame.index, dtype=object))
    checked: pd.DataFrame = ways_schema().validate(frame)
    return checked


def efforts(store: Store, site: str = "") -> pd.DataFrame:
    """Return what was spent on reaching people: `channel`, `date`, `minutes`, `cost_kr`.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    with store.read() as session:
        frame = effort_records.efforts_frame(session, _number(store, site))
    return frame[["channel", "date", "minutes", "cost_kr"]]


def described(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return what each column of a frame means, to be looked at in a notebook."""
    return pd.DataFrame(
        {
            _("Column"): list(schema.columns),
            _("Meaning"): [column.description for column in schema.columns.values()],
        }
    )


def _number(store: Store, site: str) -> int | None:
    if not site:
        return None
    with store.read() as session:
        found = site_records.site_named(session, site)
        return None if found is None else found.id
