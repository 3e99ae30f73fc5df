"""Draws on Dask are those of one process, to the last bit."""

import dask
import numpy as np
import pytest

from cost_cases import FIGURES, TALK, case, other
from peerbook.costs.case import STARTED
from peerbook.costs.draws import BLOCK, Drawing, drawn_figures, drawn_totals
from peerbook.costs.on_dask import on_dask
from peerbook.costs.spread import Gamma, Triangle

VARYING = (
    other("hours", spread=Triangle(FIGURES["hours"].value, FIGURES["talks"].value))
    | other("wage", spread=Gamma(FIGURES["hours"].value))
    | other(STARTED, spread=Gamma(FIGURES["hours"].value))
)


@pytest.mark.parametrize("scheduler", ["synchronous", "threads", "processes"])
def test_the_same_estimate_is_drawn_the_same_on_dask(scheduler):
    cases, draws = [case((TALK,), **VARYING), case(**VARYING)], 3 * BLOCK + 7
    together = {("hours", "wage"): 0.4}
    with dask.config.set(scheduler=scheduler, num_workers=2):
        totals = drawn_totals(cases, Drawing(draws, 9, together, on_dask))
        begun = drawn_figures(STARTED, cases, Drawing(draws, 9, together, on_dask))
    assert np.array_equal(totals, drawn_totals(cases, Drawing(draws, 9, together)))
    assert np.array_equal(begun, drawn_figures(STARTED, cases, Drawing(draws, 9, together)))


def test_what_goes_wrong_in_a_block_is_told_as_it_is_without_dask():
    def fails(number):
        raise ArithmeticError(number)

    with dask.config.set(scheduler="threads"), pytest.raises(ArithmeticError):
        on_dask(fails, range(3))
