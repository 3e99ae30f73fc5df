"""Pathways for analysts: frames with pseudonyms for codes, and what each column means."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pandera.pandas as pa

from peerbook.pathways import retention_records
from peerbook.pathways.retention import ENDS
from peerbook.people.for_analysts import a_day, one_of, pseudonyms
from peerbook.people.names import CHANNELS
from peerbook.sites import site_records
from peerbook.store import Store
from peerbook.text import _

PURPOSE = "retention"
_ROLES = ("peer", "mentor")


def contracts_schema() -> pa.DataFrameSchema:
    """Return what stands in the frame of `contracts`, column by column, in the user's language."""
    return pa.DataFrameSchema(
        {
            "participant": pa.Column(
                object, nullable=True,
                description=_("Pseudonym of the peer; missing when they were erased."),
            ),
            "mentor": pa.Column(
                object, nullable=True,
                description=_("Pseudonym of the mentor; missing when they were erased."),
            ),
            "started_on": a_day(
                _("The day the contract began; the day of the match, where none has.")
            ),
            **_how_it_went(),
            "course": pa.Column(
                object, nullable=True,
                description=_("Number of the mentor's latest course that had begun by then."),
            ),
            "channel": one_of(
                CHANNELS, _("What made the peer come, or where they first heard of it."),
                nullable=True,
            ),
        },
        strict=True,
    )  # fmt: skip


def times_schema() -> pa.DataFrameSchema:
    """Return what stands in the frame of `times`, column by column, in the user's language."""
    return pa.DataFrameSchema(
        {
            "participant": pa.Column(
                object,
                nullable=True,
                description=_("Pseudonym of the person; missing when they were erased."),
            ),
            "role": one_of(_ROLES, _("The role this time was in.")),
            "started_on": a_day(
                _(
                    "The day their first contract in that role began; the day of the match, where "
                    "none has."
                )
            ),
            **_how_it_went(),
        },
        strict=True,
    )


def _how_it_went() -> dict[str, pa.Column]:
    return {
        "ended_on": a_day(
            _("The day it ended; missing while it goes on, and where nobody will know."),
            nullable=True,
        ),
        "end": one_of(ENDS, _("How it ended; missing while it goes on."), nullable=True),
        "pauses": pa.Column(
            object,
            description=_("First day of each pause, and the day after its last; none while it is."),
        ),
    }


def contracts(store: Store, day: dt.date, site: str = "", purpose: str = PURPOSE) -> pd.DataFrame:
    """Return one row a pair matched by a day, with its contract, as `retention.retention` takes it.

    Parameters
    ----------
    store
        The store; nobody's name is read.
    day
        What happened later is not known.
    site
        Name of the site; empty for all.
    purpose
        As in `for_analysts.pseudonyms`.

    Returns
    -------
    DataFrame
        As `contracts_schema` says; see `retention_records.contracts`.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    with store.read() as session:
        number = site_records.number_of(session, site)
        frame = retention_records.contracts(session, number, day)
    return _named(store, frame, purpose, contracts_schema())


def times(store: Store, day: dt.date, site: str = "", purpose: str = PURPOSE) -> pd.DataFrame:
    """Return how long people have taken part, one row a person and role.

    Parameters
    ----------
    store, day, site, purpose
        As in `contracts`.

    Returns
    -------
    DataFrame
        As `times_schema` says; see `retention_records.times`.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    with store.read() as session:
        number = site_records.number_of(session, site)
        frame = retention_records.times(session, number, day).drop(columns="pair")
    return _named(store, frame, purpose, times_schema())


def _named(
    store: Store, frame: pd.DataFrame, purpose: str, schema: pa.DataFrameSchema
) -> pd.DataFrame:
    """Return a frame with pseudonyms, in an order that tells of no code or number."""
    people = [column for column in ("participant", "mentor") if column in frame]
    named = frame.assign(**{
        column: pd.Series(
            pseudonyms(store, frame[column].tolist(), purpose), index=frame.index, dtype=object
        )
        for column in people
    }).sort_values(["started_on", *people], kind="stable", ignore_index=True)  # fmt: skip
    checked: pd.DataFrame = schema.validate(named)
    return checked
