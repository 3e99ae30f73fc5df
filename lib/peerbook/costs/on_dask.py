"""Draws worked out by Dask, for whoever has more processors than one or more machines.

Dask comes with `pip install "peerbook[dask]"`; no page needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from peerbook.costs.spread import Draws


def on_dask(call: Callable[[int], Draws], numbers: Iterable[int]) -> tuple[Draws, ...]:
    """Return what a function makes of each of some numbers, in order, as `map` does.

    `drawn_totals(cases, Drawing(1_000_000, mapped=on_dask))` spreads the blocks over what Dask is
    set to: the threads of this machine unless something else is said, or the workers of the
    `distributed.Client` that is open. The draws are the same to the last bit.

    Raises
    ------
    ModuleNotFoundError
        When Dask is not installed.
    """
    import dask

    task = dask.delayed(call, pure=False)
    return cast("tuple[Draws, ...]", dask.compute(*(task(number) for number in numbers)))
