"""Draws agree with closed forms and with plain Python, and depend on nothing but the seed."""

import dataclasses
import math
import random
import statistics
from decimal import Decimal
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest
from scipy import stats

from benchmarks import draws as benchmark
from cost_cases import FIGURES, PHONE, TALK, case, other
from peerbook.costs.case import COMPLETED, Line, estimate
from peerbook.costs.draws import BLOCK, Drawing, drawn_totals, reaches
from peerbook.costs.spread import Beta, Gamma, Triangle
from peerbook.errors import InputFault

HOURS = Triangle(Decimal(1), Decimal(4))
WAGE = Gamma(Decimal("31.055"))
VARYING = other("hours", spread=HOURS) | other("wage", spread=WAGE)
TEACH = Line("teach", "training", ("wage", "hours"), "foundation")


def test_totals_have_the_mean_and_variance_of_the_closed_form():
    (totals,) = drawn_totals([case((TALK, PHONE), **VARYING)], Drawing(400_000))
    hours = stats.triang(0.5 / 3, 1, 3)
    mean = 3 * 37 * 310.55 * hours.mean()
    spread = (
        3
        * 37
        * math.sqrt(
            (310.55**2 + 31.055**2) * (hours.var() + hours.mean() ** 2)
            - (310.55 * hours.mean()) ** 2
        )
    )
    error = spread / math.sqrt(400_000)
    assert totals.mean() == pytest.approx(mean + 1422, abs=5 * error)
    assert totals.std() == pytest.approx(spread, rel=0.01)


def test_two_lines_that_share_a_figure_rise_and_fall_together():
    (totals,) = drawn_totals(
        [case((TALK, TEACH), **other("hours", spread=HOURS))], Drawing(100_000)
    )
    (alone,) = drawn_totals([case((TALK,), **other("hours", spread=HOURS))], Drawing(100_000))
    assert totals == pytest.approx(alone * 38 / 37)


def test_totals_agree_with_plain_python_that_knows_nothing_of_lines():
    chance = random.Random(1)
    plain = [
        3 * chance.gammavariate(100, 3.1055) * chance.triangular(1, 4, 1.5) * 37 + 1200 * 1.185
        for _n in range(100_000)
    ]
    (totals,) = drawn_totals([case((TALK, PHONE), **VARYING)], Drawing(100_000))
    assert stats.ks_2samp(plain, totals).pvalue > 0.001
    assert statistics.fmean(plain) == pytest.approx(totals.mean(), rel=0.01)


@pytest.mark.parametrize(
    ("key", "spread", "same"),
    [
        ("hours", Triangle(Decimal(1), Decimal(4)), stats.triang(0.5 / 3, 1, 3)),
        ("hours", Triangle(Decimal("1.5"), Decimal(4)), stats.triang(0, 1.5, 2.5)),
        ("hours", Gamma(Decimal("0.5")), stats.gamma(9, scale=0.5 / 3)),
        (COMPLETED, Beta(Decimal(50)), stats.beta(30, 20)),
    ],
)
def test_each_spread_is_the_distribution_it_is_named_for(key, spread, same):
    value = FIGURES[key].value
    drawn = spread.drawn(value, 50_000, np.random.default_rng(1))
    assert stats.kstest(drawn, same.cdf).pvalue > 0.001
    below = np.array([0.001, 0.025, 0.2, 0.5, 0.9, 0.999])
    assert spread.at(value, below) == pytest.approx(same.ppf(below))
    low, high = (float(end) for end in spread.ends(value))
    assert 0 <= low < value < high or spread.low == value


def test_the_same_seed_gives_the_same_draws_whoever_works_them_out():
    cases = [case((TALK,), **VARYING), case((TALK, PHONE), **VARYING)]
    draws = 3 * BLOCK + 7
    alone = drawn_totals(cases, Drawing(draws))
    with ThreadPool(2) as pool:
        spread_out = drawn_totals(cases, Drawing(draws, mapped=pool.imap))
    assert alone.shape == (2, draws)
    assert np.array_equal(alone, spread_out)
    assert np.array_equal(alone[:, :100], drawn_totals(cases, Drawing(100)))
    assert not np.array_equal(alone[:, :100], drawn_totals(cases, Drawing(100, seed=7)))


def test_cases_side_by_side_are_drawn_with_the_same_wages():
    one, other_one = drawn_totals(
        [case((TALK,), **VARYING), case((TALK, PHONE), **VARYING)], Drawing(1000)
    )
    assert other_one - one == pytest.approx(1422)


def test_figures_that_go_together_are_drawn_so_and_each_keeps_its_own_spread():
    talk = case((TALK,), **VARYING)
    apart, together, against = (
        drawn_totals([talk], Drawing(100_000, correlations=said))[0]
        for said in ({}, {("hours", "wage"): 0.8}, {("hours", "wage"): -0.8})
    )
    assert against.std() < apart.std() < together.std()
    hours = case((Line("one", "running", ("hours", "hour"), "x"),), **VARYING,
                 hour=dataclasses.replace(FIGURES["wage"], value=Decimal(1)))  # fmt: skip
    pair = {("hours", "wage"): 0.8}
    both = drawn_totals([hours, talk], Drawing(50_000, correlations=pair))
    assert stats.kstest(both[0] / 3, stats.triang(0.5 / 3, 1, 3).cdf).pvalue > 0.001
    wage = both[1] / both[0] / 37
    assert stats.kstest(wage, stats.gamma(100, scale=3.1055).cdf).pvalue > 0.001
    scores = [stats.norm.ppf(stats.rankdata(one) / 50_001) for one in (both[0], wage)]
    assert np.corrcoef(scores)[0, 1] == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(
    "said",
    [
        {("hours", "hours"): 0.5},
        {("hours", "talks"): 0.5},
        {("hours", "wage"): 1.5},
        {("hours", "wage"): 0.5, ("wage", "hours"): -0.5},
        {("hours", "wage"): 0.9, ("hours", "more"): 0.9, ("wage", "more"): -0.9},
    ],
)
def test_what_cannot_go_together_is_refused(said):
    more = {"more": dataclasses.replace(FIGURES["talks"], spread=Gamma(Decimal(5)))}
    with pytest.raises(InputFault):
        drawn_totals([case((TALK,), **VARYING, **more)], Drawing(10, correlations=said))


@pytest.mark.parametrize("share", [1.0, -1.0])
def test_figures_that_go_together_wholly_are_one_draw(share):
    hour = dataclasses.replace(FIGURES["wage"], value=Decimal(1))
    hours = case((Line("one", "running", ("hours", "hour"), "region"),), **VARYING, hour=hour)
    both = drawn_totals(
        [hours, case((TALK,), **VARYING)], Drawing(1000, correlations={("hours", "wage"): share})
    )
    ranks = stats.rankdata(both[0]), stats.rankdata(both[1] / both[0])
    assert np.array_equal(ranks[0], ranks[1] if share > 0 else 1001 - ranks[1])


def test_no_draw_at_all_is_refused():
    with pytest.raises(InputFault):
        drawn_totals([case((TALK,), **VARYING)], Drawing(0))


def test_what_moves_the_cost_most_stands_first_with_kroner_per_contract():
    first, second = reaches(case((TALK, PHONE), **VARYING))
    assert (first.key, second.key) == ("hours", "wage")
    for end, hours in ((first.at_low, 1), (first.at_high, 4)):
        sure = case((TALK, PHONE), **other("hours", value=Decimal(hours)))
        assert end == estimate(sure).units.per_started
    # 95 % of a gamma with mean 310.55 and standard deviation a tenth of it
    low, high = stats.gamma(100, scale=3.1055).ppf([0.025, 0.975])
    assert float(second.at_low) == pytest.approx((3 * low * 55.5 + 1422) / 60, abs=0.01)
    assert float(second.at_high) == pytest.approx((3 * high * 55.5 + 1422) / 60, abs=0.01)


def test_an_hour_that_may_cost_nothing_reaches_down_to_what_is_left():
    free = other("wage", spread=Triangle(Decimal(0), Decimal(400)))
    (reach,) = reaches(case((TALK, PHONE), **free))
    assert reach.at_low == estimate(case((PHONE,))).units.per_started


def test_a_case_that_cannot_be_worked_out_is_not_drawn():
    for call in (lambda one: drawn_totals([one]), reaches):
        with pytest.raises(InputFault):
            call(case((TALK,), **other("hours", value=None)))


def test_the_benchmark_draws_all_models_with_figures_that_all_vary():
    cases = benchmark.cases()
    assert len(cases) == 7
    assert all(one.figures[key].spread for one in cases for key in one.needed)
    assert len(benchmark.drawn_alone(cases)) > 50
    assert benchmark.measure(rounds=1, draws=10).ratio > 0
