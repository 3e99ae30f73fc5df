"""Where a report comes from: which peerbook, which course content, which data, and when.

Every report says so at its foot, so that two prints can be told apart and one can be made again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import singledispatch

import numpy as np
import pandas as pd
from pandas.api.typing import NaTType, NAType

from peerbook import __version__
from peerbook.text import _, format_date

FINGERPRINT_LENGTH = 12


def fingerprint(*made_from: object) -> str:
    """Return a short fingerprint of data: the same data always gives the same one.

    Two different sets of data practically never share one; the data cannot be found from it, as
    long as it is more than a guess or two could cover.

    Parameters
    ----------
    made_from
        Everything the report was made from: texts, numbers, dates, truth values, None, dataclasses,
        data frames, and lists, sets and mappings of them. The order of a list counts, that of sets
        and mappings does not.

    Raises
    ------
    TypeError
        For anything else, whose fingerprint might change from day to day.

    >>> fingerprint({"n": 5}, dt.date(2026, 3, 4))
    '5af7-7858-3075'
    """
    text = json.dumps([_plain(one) for one in made_from], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:FINGERPRINT_LENGTH]
    return "-".join(digest[place : place + 4] for place in range(0, FINGERPRINT_LENGTH, 4))


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a report comes from.

    Parameters
    ----------
    data
        Fingerprint of what it was made from.
    made_on
        The day it was made.
    content_version
        Version of the course content it is about; empty when there is none.
    synthetic
        Whether everything in it is invented.
    title, place
        What the report is called and which site it is of, where it says so.
    """

    data: str
    made_on: dt.date
    content_version: str = ""
    synthetic: bool = False
    title: str = ""
    place: str = ""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What is told, as pairs of label and text."""
        told = [
            (_("Title"), self.title),
            (_("Site"), self.place),
            ("peerbook", __version__),
            (_("Course content"), self.content_version),
        ]
        known = (one for one in told if one[1])
        return (*known, (_("Data"), self.data), (_("Made on"), format_date(self.made_on)))

    @property
    def line(self) -> str:
        """All of it on one line, for the foot of a page."""
        return " · ".join(f"{label} {text}" for label, text in self.parts)

    @property
    def notice(self) -> str:
        """What a demonstration says of itself; empty for real data."""
        return invented() if self.synthetic else ""

    def file_name(self, name: str, ending: str) -> str:
        """Return what a file with this report is called."""
        return file_name(name, ending, synthetic=self.synthetic)


def file_name(name: str, ending: str, *, synthetic: bool) -> str:
    """Return a file name of letters and digits that says when what it holds is invented."""
    words = name + " " + _("(invented)") if synthetic else name
    letters = "".join(letter if letter.isalnum() else "-" for letter in words.lower())
    plain = "-".join(part for part in letters.split("-") if part)
    return (plain or _("report")) + "." + ending


def invented() -> str:
    """Return what a file of a demonstration says of itself."""
    return _("Demonstration: everything in this file is invented.")


@singledispatch
def _plain(value: object) -> object:
    """Return a value as JSON can hold it, different values staying different."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return [type(value).__name__, _plain(fields)]
    raise TypeError(f"no fingerprint of {type(value).__name__}")


@_plain.register
def _itself(value: str | int | None) -> object:
    return value


@_plain.register
def _missing(_value: NAType | NaTType) -> object:
    return None


@_plain.register
def _numpy(value: np.generic) -> object:
    return _plain(value.item())


@_plain.register
def _float(value: float) -> object:
    return None if math.isnan(value) else ["float", repr(value + 0.0)]


@_plain.register
def _decimal(value: Decimal) -> object:
    return ["decimal", str(value.normalize() + 0)]


@_plain.register
def _moment(value: dt.date | dt.time) -> object:
    return [type(value).__name__, value.isoformat()]


@_plain.register
def _mapping(value: Mapping) -> object:  # type: ignore[type-arg] # dispatch knows no type inside
    pairs = [[_plain(key), _plain(one)] for key, one in value.items()]
    return ["mapping", sorted(pairs, key=_order)]


@_plain.register
def _set(value: AbstractSet) -> object:  # type: ignore[type-arg]
    return ["set", sorted((_plain(one) for one in value), key=_order)]


@_plain.register
def _list(value: list | tuple) -> object:  # type: ignore[type-arg]
    return ["list", [_plain(one) for one in value]]


@_plain.register
def _frame(value: pd.DataFrame) -> object:
    """Return the rows of a frame, with its index when that is more than a count."""
    whole = value if isinstance(value.index, pd.RangeIndex) else value.reset_index()
    rows = whole.astype(object).itertuples(index=False, name=None)
    return ["frame", [str(name) for name in whole.columns], [_plain(row) for row in rows]]


def _order(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
