"""Mid-course against final evaluation, item by item, with small groups guarded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from peerbook.course.curriculum import EvaluationForm, Item

THRESHOLD = 5
"""Fewest people behind a figure that is shown; facts on small cells: docs/decisions.md."""

CONFIDENCE = 0.95

Basis = Literal["pairs", "groups", "none"]


@dataclass(frozen=True)
class WaveFigure:
    """How one item was answered at one evaluation.

    Parameters
    ----------
    answered
        Answers that count; None when they are fewer than the threshold, but not nil.
    blank
        Sheets on which it was left blank or answered "don't know"; None when hidden.
    mean
        Mean of the codes that count; None when hidden or nobody answered.
    """

    answered: int | None
    blank: int | None
    mean: float | None


@dataclass(frozen=True)
class ItemComparison:
    """One item at both evaluations.

    Parameters
    ----------
    item
        The item, as the final form words it.
    mid, final
        How it was answered at each.
    basis
        `pairs` when the same people are compared, `groups` when only the two groups are, `none`
        when there are too few for either.
    n
        Pairs compared; None for other bases.
    difference, low, high
        Final minus mid, with its 95 % confidence interval; None when there is no basis.
    """

    item: Item
    mid: WaveFigure
    final: WaveFigure
    basis: Basis
    n: int | None
    difference: float | None
    low: float | None
    high: float | None


def compare_waves(
    answers: pd.DataFrame, mid: EvaluationForm, final: EvaluationForm, threshold: int = THRESHOLD
) -> tuple[ItemComparison, ...]:
    """Return every scale item that stands in both forms, mid against final.

    The same people are compared where at least `threshold` of them wrote the same code on both
    sheets; otherwise the two groups are, which says less: whoever is missing at the end may differ.

    Parameters
    ----------
    answers
        Columns `evaluation_id`, `wave`, `respondent`, `item`, `code`, `text`.
    mid, final
        The two forms.
    threshold
        Fewest people behind a figure that is shown; 5 or more.

    Returns
    -------
    tuple of ItemComparison
        In the order of the final form.

    Raises
    ------
    ValueError
        When the threshold is lower than 3.

    Source: interval of paired differences by Student's t; of two groups by Welch's t with the
    Welch–Satterthwaite degrees of freedom (Welch 1947, Biometrika 34:28–35).
    """
    if threshold < 3:
        raise ValueError("a threshold below 3 is never allowed")
    in_mid = {item.id for item in mid.items}
    common = [item for item in final.items if item.kind == "scale" and item.id in in_mid]
    return tuple(_compare(answers, item, threshold) for item in common)


def _compare(answers: pd.DataFrame, item: Item, threshold: int) -> ItemComparison:
    sheets = answers[["evaluation_id", "wave", "respondent"]].drop_duplicates()
    codes = answers.loc[answers["item"] == item.id].set_index("evaluation_id")["code"]
    counting = set(item.scale.counting_codes) if item.scale is not None else set()
    sheets = sheets.assign(code=sheets["evaluation_id"].map(codes))
    sheets["counts"] = sheets["code"].isin(counting)
    given = {wave: sheets[(sheets["wave"] == wave) & sheets["counts"]] for wave in ("mid", "final")}
    figures = {
        wave: _figure(given[wave], int((sheets["wave"] == wave).sum()), threshold)
        for wave in ("mid", "final")
    }
    linked = {wave: frame.dropna(subset=["respondent"]) for wave, frame in given.items()}
    pairs = linked["mid"].merge(linked["final"], on="respondent", suffixes=("_mid", "_final"))
    if len(pairs) >= threshold:
        change = (pairs["code_final"] - pairs["code_mid"]).to_numpy(float)
        half = _half_width(change.std(ddof=1) / np.sqrt(len(change)), len(change) - 1)
        center = float(change.mean())
        return ItemComparison(
            item, figures["mid"], figures["final"], "pairs", len(pairs),
            center, center - half, center + half,
        )  # fmt: skip
    before, after = (given[wave]["code"].to_numpy(float) for wave in ("mid", "final"))
    if min(len(before), len(after)) < threshold:
        return ItemComparison(
            item, figures["mid"], figures["final"], "none", None, None, None, None
        )
    center, half = _welch(before, after)
    return ItemComparison(
        item, figures["mid"], figures["final"], "groups", None, center, center - half, center + half
    )


def _figure(given: pd.DataFrame, sheets: int, threshold: int) -> WaveFigure:
    answered = len(given)
    if 0 < answered < threshold or 0 < sheets < threshold:
        return WaveFigure(None, None, None)
    mean = float(given["code"].mean()) if answered else None
    return WaveFigure(answered, sheets - answered, mean)


def _welch(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    parts = [values.var(ddof=1) / len(values) for values in (before, after)]
    error = float(np.sqrt(sum(parts)))
    spread = sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (before, after), strict=True)
    )
    freedom = sum(parts) ** 2 / spread if spread else 1.0
    return float(after.mean() - before.mean()), _half_width(error, freedom)


def _half_width(error: float, freedom: float) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * error) if error else 0.0


def levels_measured(form: EvaluationForm, answers: pd.DataFrame, wave: str) -> frozenset[int]:
    """Return the Kirkpatrick levels on which anybody has answered at an evaluation.

    Source: Kirkpatrick & Kirkpatrick (2006): Evaluating Training Programs, 3rd ed.: 1 reaction,
    2 learning, 3 behaviour, 4 results.
    """
    answered = set(answers.loc[(answers["wave"] == wave) & answers["code"].notna(), "item"])
    return frozenset(item.level for item in form.items if item.id in answered)
