"""Walking through a data frame row by row."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Return the rows as named tuples; their columns are whatever the frame's schema says.

    What is missing is None. pandas marks it with NaN, which is true, and equal to nothing.
    """
    columns = [
        [
            None if is_missing else value
            for value, is_missing in zip(column.tolist(), column.isna().tolist(), strict=True)
        ]
        for _name, column in frame.items()
    ]
    return map(_row(tuple(frame.columns))._make, zip(*columns, strict=True))


@cache
def _row(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)


def plain_rows(frame: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each row with its number, as values by column; what is missing is None."""
    names = [str(name) for name in frame.columns]
    for number, row in zip(frame.index.tolist(), each(frame), strict=True):
        yield int(number), dict(zip(names, row, strict=True))
