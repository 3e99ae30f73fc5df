"""Walking through a data frame row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Return the rows as named tuples; their columns are whatever the frame's schema says.

    What is missing is None. pandas marks it with NaN, which is true, and equal to nothing.
    """
    plain = frame.astype(object)
    return iter(plain.where(plain.notna(), None).itertuples(index=False))
