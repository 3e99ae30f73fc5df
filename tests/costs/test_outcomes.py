"""What an improved person costs and the acceptability curve, by closed form and in plain Python.

All counts are invented.
"""

import dataclasses
import math
import random
from decimal import Decimal
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cost_cases import TALK, case, other
from peerbook.costs.case import COMPLETED, STARTED, estimate
from peerbook.costs.draws import BLOCK, Drawing, drawn_figures
from peerbook.costs.outcomes import (
    Acceptability,
    Basis,
    Option,
    Outcome,
    PerImproved,
    Withheld,
    acceptability,
    per_improved,
)
from peerbook.costs.spread import Beta, Gamma
from peerbook.errors import InputFault

MANY = Drawing(draws=200_000)
EACH = 310.55 * 1.5 * 37 / 20  # kroner for each contract that began


def option(name, outcome, **figures):
    return Option(dataclasses.replace(case((TALK,), **figures), name=name), outcome)


def kroner(*amounts):
    return [Decimal(str(one)) for one in amounts]


def curves(*options, willing, **more):
    found = acceptability(options, kroner(*willing), **more)
    assert isinstance(found, Acceptability)
    return found


# -- kroner for each -------------------------------------------------------------------------------


def test_an_improved_person_costs_what_is_paid_for_each_completed_over_the_share_that_improved():
    found = per_improved(option("one", Outcome(12, 30)))
    assert isinstance(found, PerImproved)
    per_completed = estimate(case((TALK,))).units.per_completed
    assert found.kr == per_completed * 30 / 12
    assert found.outcome == Outcome(12, 30)
    # Wilson's interval of 12 of 30, by its formula
    z = stats.norm.ppf(0.975)
    middle = (12 + z**2 / 2) / (30 + z**2)
    half = z / (30 + z**2) * math.sqrt(12 * 18 / 30 + z**2 / 4)
    assert [float(one) for one in found.by_share] == pytest.approx(
        [float(per_completed) / (middle + half), float(per_completed) / (middle - half)]
    )


def test_draws_of_cost_and_share_make_the_other_interval():
    sure = per_improved(option("one", Outcome(12, 30)), MANY)
    low, high = stats.beta(12.5, 18.5).ppf([0.025, 0.975])  # Jeffreys
    expected = [EACH / 0.6 / high, EACH / 0.6 / low]
    assert [float(one) for one in sure.by_draws] == pytest.approx(expected, rel=0.01)
    unsure = other("wage", spread=Gamma(Decimal(100))) | other(COMPLETED, spread=Beta(Decimal(20)))
    wide = per_improved(option("one", Outcome(12, 30), **unsure), MANY)
    assert wide.by_draws[0] < sure.by_draws[0] < sure.by_draws[1] < wide.by_draws[1]
    chance = random.Random(3)
    shape = (310.55 / 100) ** 2
    plain = [
        chance.gammavariate(shape, 310.55 / shape) * 1.5 * 37 / 20
        / (chance.betavariate(12, 8) * chance.betavariate(12.5, 18.5))
        for _number in range(100_000)
    ]  # fmt: skip
    assert [float(one) for one in wide.by_draws] == pytest.approx(
        np.quantile(plain, [0.025, 0.975]).tolist(), rel=0.02
    )


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (None, "no_outcome"),
        (Outcome(0, 0), "few"),
        (Outcome(4, 30), "few"),
        (Outcome(26, 30), "few"),
        (Outcome(9, 9), "few"),
        (Outcome(0, 9), "few"),
        (Outcome(0, 30), "none_improved"),
        (Outcome(5, 10), None),
        (Outcome(25, 30), None),
        (Outcome(10, 10), None),
    ],
)
def test_what_tells_of_few_is_withheld_and_says_why(outcome, reason):
    found = per_improved(option("Opdigt", outcome))
    if reason is None:
        assert isinstance(found, PerImproved)
    else:
        assert found == Withheld(reason, ("Opdigt",))
        assert "Opdigt" in found.text()


def test_a_higher_threshold_withholds_more():
    assert isinstance(per_improved(option("one", Outcome(6, 30))), PerImproved)
    assert per_improved(option("one", Outcome(6, 30)), threshold=7) == Withheld("few", ("one",))


def test_more_improved_than_were_measured_is_no_outcome():
    for counts in ((5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="among"):
            Outcome(*counts)


# -- the curve -------------------------------------------------------------------------------------


def test_the_curve_is_the_one_of_the_normal_approximation_where_many_were_measured():
    dear = other("hours", value=Decimal(3))
    options = option("cheap", Outcome(400, 1000)), option("dear", Outcome(500, 1000), **dear)
    willing = (0, 5_000, 15_000, 20_000, 40_000)
    found = curves(*options, willing=willing, how=MANY)
    gain = 0.6 * 0.1
    error = 0.6 * math.sqrt(0.4 * 0.6 / 1000 + 0.5 * 0.5 / 1000)
    expected = [stats.norm.cdf((kr * gain - EACH) / (kr * error)) if kr else 0.0 for kr in willing]
    assert found.likely["dear"] == pytest.approx(expected, abs=0.005)
    assert found.best == ("cheap", "cheap", "dear", "dear", "dear")


def test_the_curve_agrees_with_plain_python():
    varying = other("wage", spread=Gamma(Decimal(100)))
    options = [
        option("one", Outcome(8, 20), **varying),
        option("two", Outcome(14, 25), **varying, **other("hours", value=Decimal(2))),
        option("three", Outcome(9, 30), **varying, **other("hours", value=Decimal(1))),
    ]
    willing = (0, 2_000, 10_000, 50_000)
    found = curves(
        *options, willing=willing, how=MANY, basis=Basis("without", Outcome(10, 60), Decimal(100))
    )
    chance = random.Random(5)
    shape, draws = (310.55 / 100) ** 2, 60_000
    wins = {kr: [0, 0, 0, 0] for kr in willing}
    for _number in range(draws):
        wage = chance.gammavariate(shape, 310.55 / shape)  # one set of wages for all
        each = [
            (wage * hours * 37 / 20, 0.6 * chance.betavariate(a + 0.5, n - a + 0.5))
            for hours, a, n in ((1.5, 8, 20), (2, 14, 25), (1, 9, 30))
        ]
        each.append((100, chance.betavariate(10.5, 50.5)))
        for kr in willing:
            benefits = [kr * gain - cost for cost, gain in each]
            wins[kr][benefits.index(max(benefits))] += 1
    for place, name in enumerate(("one", "two", "three", "without")):
        plain = [wins[kr][place] / draws for kr in willing]
        assert found.likely[name] == pytest.approx(plain, abs=0.01)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
def test_something_is_always_best(willing):
    found = curves(
        option("one", Outcome(8, 20)), option("two", Outcome(8, 20)), willing=willing,
        how=Drawing(draws=500),
    )  # fmt: skip
    for likely in zip(*found.likely.values(), strict=True):
        assert sum(likely) == pytest.approx(1)
    assert set(found.best) <= {"one", "two"}


def test_two_that_cost_the_same_and_are_worth_nothing_share_the_first_place():
    options = option("one", Outcome(8, 20)), option("two", Outcome(14, 20))
    found = curves(*options, willing=[0])
    assert found.likely == {"one": (0.5,), "two": (0.5,)}


def test_the_same_seed_gives_the_same_curve_whoever_stands_beside_and_on_however_many_processors():
    how = Drawing(draws=2 * BLOCK + 5, correlations={("wage", STARTED): 0.5})
    varying = other("wage", spread=Gamma(Decimal(100))) | other(STARTED, spread=Gamma(Decimal(3)))
    one, two = (option(name, Outcome(8, 20), **varying) for name in ("one", "two"))
    alone = curves(one, two, willing=[9000], how=how)
    with ThreadPool(2) as pool:
        spread_out = curves(
            one, two, willing=[9000], how=dataclasses.replace(how, mapped=pool.imap)
        )
    assert alone == spread_out
    assert alone.likely["one"] != alone.likely["two"]  # each has a stream of its own
    other_seed = dataclasses.replace(how, seed=3)
    assert curves(one, two, willing=[9000], how=other_seed) != alone
    assert per_improved(one, how) == per_improved(one, how)


def test_the_draws_are_the_same_in_whatever_language_the_name_is():
    one, other_name = (
        dataclasses.replace(option(name, Outcome(8, 20)), key="vejle") for name in ("par", "pairs")
    )
    assert per_improved(one) == per_improved(other_name)
    assert per_improved(one) != per_improved(dataclasses.replace(one, key="guide"))


def test_a_figure_is_drawn_as_the_totals_have_it():
    varying = other(STARTED, spread=Gamma(Decimal(3)))
    (drawn,) = drawn_figures(STARTED, [case((TALK,), **varying)], Drawing(draws=50_000))
    assert stats.kstest(drawn, stats.gamma(400 / 9, scale=9 / 20).cdf).pvalue > 0.001
    (sure,) = drawn_figures(STARTED, [case((TALK,))], Drawing(draws=7))
    assert sure.tolist() == [20] * 7


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((Outcome(8, 20), None), Withheld("no_outcome", ("two",))),
        ((None, None), Withheld("no_outcome", ("one", "two"))),
        ((Outcome(8, 20), Outcome(3, 20)), Withheld("few", ("two",))),
        ((Outcome(8, 20),), Withheld("one_alone")),
    ],
)
def test_no_curve_is_drawn_unless_all_may_be_shown(outcomes, told):
    options = [
        option(name, outcome) for name, outcome in zip(("one", "two"), outcomes, strict=False)
    ]
    assert acceptability(options, kroner(1)) == told
    assert told.text()


def test_one_model_stands_beside_what_there_is_without_it():
    one = option("one", Outcome(8, 20))
    few = Basis("without", Outcome(2, 20))
    assert acceptability([one], kroner(1), few) == Withheld("few", ("without",))
    found = curves(one, willing=[0, 10**9], basis=Basis("without", Outcome(10, 60)), how=MANY)
    assert found.best == ("without", "one")
    assert found.likely["without"][0] == 1


def test_what_cannot_be_compared_is_refused():
    one = option("one", Outcome(8, 20))
    then = dataclasses.replace(one.case, name="two", price_year=2018)
    for options, willing, field in (
        ([one, Option(then, Outcome(8, 20))], 1, "price_year"),
        ([one, option("two", Outcome(8, 20))], -1, "willing_kr"),
        ([one, option("two", Outcome(8, 20))], "NaN", "willing_kr"),
        ([one, option("two", Outcome(8, 20), **other("hours", value=None))], 1, "hours"),
    ):
        with pytest.raises(InputFault) as fault:
            acceptability(options, kroner(willing))
        assert [each.place.field for each in fault.value.faults] == [field]
    with pytest.raises(ValueError, match="one name"):
        acceptability([one, one], kroner(1))
