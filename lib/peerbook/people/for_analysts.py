"""What the frames for analysts share: pseudonyms in place of codes, and what each column means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd
import pandera.pandas as pa

from peerbook.store import Store
from peerbook.store.pseudonyms import pseudonym
from peerbook.text import _


def pseudonyms(store: Store, codes: Iterable[str | None], purpose: str) -> list[str | None]:
    """Return what people are called in one purpose, in the order of their codes.

    Parameters
    ----------
    store
        Holds the key; nobody's name is read.
    codes
        Of participants, or what stands for somebody; None stays None.
    purpose
        What the work is for, in small letters: the same person has the same pseudonym within it,
        and another in every other.
    """
    return [None if code is None else pseudonym(store.keys, code, purpose) for code in codes]


def a_day(description: str, *, nullable: bool = False) -> pa.Column:
    """Return a column of days."""
    check = pa.Check(lambda one: isinstance(one, dt.date), element_wise=True)
    return pa.Column(object, check, nullable=nullable, description=description)


def one_of(choices: Iterable[str], description: str, *, nullable: bool = False) -> pa.Column:
    """Return a column of a few known words."""
    check = pa.Check.isin(tuple(choices))
    return pa.Column(object, check, nullable=nullable, description=description)


def described(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return what each column of a frame means, to be looked at in a notebook."""
    return pd.DataFrame(
        {
            _("Column"): list(schema.columns),
            _("Meaning"): [column.description for column in schema.columns.values()],
        }
    )
