"""Recruitment for analysts: frames with pseudonyms for codes, and what each column means."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from peerbook.people.for_analysts import a_day, one_of, pseudonyms
from peerbook.people.names import CHANNELS
from peerbook.recruitment import effort_records
from peerbook.recruitment.journey_records import journeys_frame
from peerbook.recruitment.names import ROLES
from peerbook.sites import site_records
from peerbook.store import Store
from peerbook.text import _

PURPOSE = "recruitment"


def ways_schema() -> pa.DataFrameSchema:
    """Return what stands in the frame of `ways`, column by column, in the user's language."""
    return pa.DataFrameSchema(
        {
            "person": pa.Column(
                object, nullable=True,
                description=_("Pseudonym of whoever asked; missing where they did not say."),
            ),
            "asked_on": a_day(_("The day they asked.")),
            "role": one_of(ROLES, _("How they wanted to take part.")),
            "heard_via": one_of(CHANNELS, _("Where they first heard of it.")),
            "decided_via": one_of(
                CHANNELS, _("What made them come; missing where nobody has asked."), nullable=True
            ),
            "talked_on": a_day(_("The day of the first talk."), nullable=True),
            "joined_on": a_day(_("The day they joined."), nullable=True),
            "matched_on": a_day(_("The day they were matched."), nullable=True),
            "completed_on": a_day(_("The day they completed."), nullable=True),
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
        frame = journeys_frame(session, site_records.number_of(session, site))
    people = pseudonyms(store, frame["code"].tolist(), purpose)
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
        frame = effort_records.efforts_frame(session, site_records.number_of(session, site))
    return frame[["channel", "date", "minutes", "cost_kr"]]
