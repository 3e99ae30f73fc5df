"""What a reliably improved person costs, and how likely each way to run support is worth its price.

Whoever was measured before and after stands for those who completed a contract; nobody else counts
as improved. So a share of the measured is a share of what was completed, and for each contract that
began there are `completed_share` times as many.

Where few improved, or few did not, nothing is told, and no curve is drawn from it.

Sources: E. Fenwick, K. Claxton and M. Sculpher, Representing uncertainty: the role of
cost-effectiveness acceptability curves, Health Economics 10 (2001) 779-787; A. Briggs, K. Claxton
and M. Sculpher, Decision Modelling for Health Economic Evaluation, Oxford 2006, chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np

from peerbook.costs.case import COMPLETED, Case, estimate
from peerbook.costs.comparison import require_one_price_year
from peerbook.costs.draws import AS_USUAL, Drawing, drawn_figures, drawn_per_started
from peerbook.costs.figure import Figure
from peerbook.costs.spread import EDGE, Beta, Draws
from peerbook.errors import InputFault
from peerbook.privacy.disclosure import Cell, Table, disclose, nameless
from peerbook.recruitment.funnel import wilson
from peerbook.small_groups import SMALLEST
from peerbook.text import _, format_list

Reason = Literal["no_outcome", "few", "none_improved", "one_alone"]


@dataclass(frozen=True)
class Outcome:
    """What became of those who were measured before and after.

    Parameters
    ----------
    improved
        How many of them were reliably improved.
    measured
        How many there were.
    """

    improved: int
    measured: int

    def __post_init__(self) -> None:
        if not 0 <= self.improved <= self.measured:
            raise ValueError("those who improved are among those who were measured")

    def may_be_shown(self, threshold: int = SMALLEST) -> bool:
        """Return whether it tells of no few people: neither those who improved nor the others."""
        measured = nameless("measured", self.measured)
        improved = nameless("measured", self.improved)
        share = Table("outcome", (), (Cell((), improved, out_of=measured),))
        (told,) = disclose([share], threshold)
        return self.measured > 0 and told.cells[0].mark == "shown"

    @property
    def figure(self) -> Figure:
        """The share that improved, drawn after Jeffreys: a half is added to both counts.

        Source: L. D. Brown, T. T. Cai and A. DasGupta, Interval estimation for a binomial
        proportion, Statistical Science 16 (2001) 101-133, section 4.3.
        """
        of = Decimal(self.measured + 1)
        share = (Decimal(self.improved) + Decimal("0.5")) / of
        return Figure("share", share, spread=Beta(of))


@dataclass(frozen=True)
class Option:
    """A way to run support that is compared.

    Parameters
    ----------
    case
        What it costs; its name tells it from the others.
    outcome
        What came of it; None as long as nobody has measured.
    key
        Of the share that improved, which its draws depend on: the same in every language; the name
        of the case where nothing is given.
    """

    case: Case
    outcome: Outcome | None = None
    key: str = ""


@dataclass(frozen=True)
class Basis:
    """What there is without the programme.

    Parameters
    ----------
    outcome
        What became of people who were measured twice without it; they stand for all of them.
    kr_each
        What is spent on each of them, in the same price year.
    """

    name: str
    outcome: Outcome
    kr_each: Decimal = Decimal(0)


@dataclass(frozen=True)
class Withheld:
    """A result that is not told, why not, and because of which options."""

    reason: Reason
    names: tuple[str, ...] = ()

    def text(self, threshold: int = SMALLEST) -> str:
        """Return why, in the user's language."""
        return {
            "no_outcome": _("There are no outcome data yet for {names}."),
            "few": _(
                "Fewer than {threshold} improved, or fewer than {threshold} did not: {names}. "
                "So few are not told of."
            ),
            "none_improved": _(
                "Of those who were measured, nobody was reliably improved: {names}."
            ),
            "one_alone": _("Choose at least two to compare."),
        }[self.reason].format(names=format_list(self.names), threshold=threshold)


@dataclass(frozen=True)
class PerImproved:
    """What is paid for each reliably improved person.

    Parameters
    ----------
    kr
        With cost and share as they stand.
    outcome
        Of how many it is told.
    by_share
        Ends of the 95 % interval of the share, with the cost as it stands.
    by_draws
        Between what 95 % of the draws of cost and share lie.
    """

    kr: Decimal
    outcome: Outcome
    by_share: tuple[Decimal, Decimal]
    by_draws: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Acceptability:
    """How likely each option is the one most worth its price.

    Parameters
    ----------
    willing_kr
        What somebody would pay for one more reliably improved person.
    likely
        By name, the share of draws in which it had the highest net benefit at each of these.
    best
        The name of the one with the highest net benefit on average at each of these. It need not be
        the likeliest one.
    """

    willing_kr: tuple[Decimal, ...]
    likely: Mapping[str, tuple[float, ...]]
    best: tuple[str, ...]


def per_improved(
    option: Option,
    how: Drawing = AS_USUAL,
    threshold: int = SMALLEST,
) -> PerImproved | Withheld:
    """Return what is paid for each reliably improved person.

    Parameters
    ----------
    option
        What it costs and what came of it.
    how
        How cost and share are drawn.
    threshold
        Fewest people behind a figure.

    Raises
    ------
    InputFault
        When the case cannot be worked out.
    """
    per_completed = estimate(option.case).units.per_completed
    if withheld := _withheld([option], None, threshold):
        return withheld
    outcome = option.outcome
    if outcome is None or not outcome.improved:
        return Withheld("none_improved", (option.case.name,))
    share = wilson(outcome.improved, outcome.measured)
    (cost,), (improved,) = _each([option], how)
    low, high = np.quantile(cost / improved, (EDGE, 1 - EDGE)).tolist()
    return PerImproved(
        per_completed * outcome.measured / outcome.improved,
        outcome,
        (per_completed / Decimal(repr(share.high)), per_completed / Decimal(repr(share.low))),
        (Decimal(repr(low)), Decimal(repr(high))),
    )


def acceptability(
    options: Sequence[Option],
    willing_kr: Sequence[Decimal],
    basis: Basis | None = None,
    how: Drawing = AS_USUAL,
    threshold: int = SMALLEST,
) -> Acceptability | Withheld:
    """Return the cost-effectiveness acceptability curves of some options.

    In each draw the net benefit of an option, for each contract that began, is what somebody would
    pay for one improved person times the share that improved, less the cost.

    Parameters
    ----------
    options
        In kroner of one year, each with a name of its own.
    willing_kr
        What somebody would pay for one more reliably improved person: from zero up.
    basis
        What there is without any of them; where it is not known, they are compared with each other.
    how
        How costs and shares are drawn; those of an option the same whatever it stands beside.
    threshold
        Fewest people behind a figure.

    Raises
    ------
    InputFault
        When a case cannot be worked out, prices are of different years, or an amount is below zero.
    """
    require_one_price_year([estimate(option.case) for option in options])
    if any(not one.is_finite() or one < 0 for one in willing_kr):
        raise InputFault.at("willing_kr", _("This cannot be below zero. Write a number from 0 up."))
    names = [option.case.name for option in options] + ([basis.name] if basis else [])
    if len(set(names)) < len(names):
        raise ValueError("two options have one name")
    if len(names) < 2:
        return Withheld("one_alone")
    if withheld := _withheld(options, basis, threshold):
        return withheld
    costs, improved = _each(options, how)
    if basis is not None:
        share = _drawn_share(basis.name, basis.outcome, options[0].case, how)
        costs = np.vstack([costs, np.full(how.draws, float(basis.kr_each))])
        improved = np.vstack([improved, share])
    likely, best = [], []
    for kr in willing_kr:
        benefit = float(kr) * improved - costs
        is_highest = benefit == benefit.max(axis=0)
        likely.append((is_highest / is_highest.sum(axis=0)).mean(axis=1))
        best.append(names[int(benefit.mean(axis=1).argmax())])
    curves = np.array(likely).reshape(len(likely), len(names)).T
    return Acceptability(
        tuple(willing_kr),
        {name: tuple(curve.tolist()) for name, curve in zip(names, curves, strict=True)},
        tuple(best),
    )


def _withheld(options: Sequence[Option], basis: Basis | None, threshold: int) -> Withheld | None:
    """Return why nothing may be told of some options; None when it may."""
    known = [(option.case.name, option.outcome) for option in options]
    if basis is not None:
        known.append((basis.name, basis.outcome))
    if missing := tuple(name for name, outcome in known if outcome is None):
        return Withheld("no_outcome", missing)
    few = tuple(name for name, outcome in known if outcome and not outcome.may_be_shown(threshold))
    return Withheld("few", few) if few else None


def _each(options: Sequence[Option], how: Drawing) -> tuple[Draws, Draws]:
    """Return cost and improved persons for each contract that began: options by draws."""
    cases = [option.case for option in options]
    completed = drawn_figures(COMPLETED, cases, how)
    shares = [
        _drawn_share(option.key or option.case.name, option.outcome, option.case, how)
        for option in options
        if option.outcome is not None
    ]
    return drawn_per_started(cases, how), completed * np.stack(shares)


def _drawn_share(of: str, outcome: Outcome, case: Case, how: Drawing) -> Draws:
    """Return the share that improved in each draw; its stream is that of what it is of."""
    key = f"improved {of}"
    apart = replace(how, correlations={})
    (share,) = drawn_figures(key, [case.with_figure(key, outcome.figure)], apart)
    return np.asarray(share)
