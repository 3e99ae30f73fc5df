"""What evaluations say, item by item and wave against wave, with small groups guarded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from peerbook.course.evaluation_form import EvaluationForm, Item
from peerbook.small_groups import in_order, is_shown, says_something

CONFIDENCE = 0.95

Basis = Literal["pairs", "groups", "none"]


@dataclass(frozen=True)
class Chosen:
    """How many chose an answer, or one of several that are told together."""

    labels: tuple[str, ...]
    people: int


@dataclass(frozen=True)
class WaveFigure:
    """How one item was answered at one evaluation.

    Parameters
    ----------
    answered
        Answers behind the mean or the spread; None when they are fewer than the threshold, but not
        nil.
    blank
        Sheets that asked it and said nothing of all this: left blank, answered "don't know", or
        outside the scale as long as that is hidden. None when hidden.
    outside
        Answers outside the scale; None when hidden, as it is below the threshold also when there
        is none: beside what is left blank it would else tell of few.
    mean
        Mean of the codes that count, for a scale; None when hidden or nobody answered.
    spread
        How the answers are spread, for a choice, as `spread_of` tells it.
    """

    answered: int | None
    blank: int | None
    outside: int | None = None
    mean: float | None = None
    spread: tuple[Chosen, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether any answer is behind what it shows."""
        return bool(self.answered or self.outside)

    @property
    def most(self) -> str | None:
        """What more than half answered, for a choice, where the spread tells it of one answer."""
        half = (self.answered or 0) / 2
        alone = (one for one in self.spread if len(one.labels) == 1)
        return next((one.labels[0] for one in alone if one.people > half), None)


@dataclass(frozen=True)
class ItemFigure:
    """One item at one evaluation."""

    item: Item
    figure: WaveFigure


@dataclass(frozen=True)
class Voices:
    """What was written to one item, in the order of the alphabet."""

    item: Item
    texts: tuple[str, ...]


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
    few_unpaired
        Whether the same people could have been compared, but the two figures together would give
        away what the few others answered.
    """

    item: Item
    mid: WaveFigure
    final: WaveFigure
    basis: Basis
    n: int | None
    difference: float | None
    low: float | None
    high: float | None
    few_unpaired: bool = False


def compare_waves(
    answers: pd.DataFrame, mid: EvaluationForm, final: EvaluationForm, threshold: int
) -> tuple[ItemComparison, ...]:
    """Return every scale item that stands in both forms, mid against final.

    The same people are compared where at least `threshold` of them wrote the same code on both
    sheets, and at each evaluation none or at least `threshold` others answered; otherwise the two
    groups are, which says less: whoever is missing at the end may differ.

    Parameters
    ----------
    answers
        Columns `evaluation_id`, `wave`, `extent`, `respondent`, `item`, `code`, `text`.
    mid, final
        The two forms.
    threshold
        Fewest people behind a figure that is shown.

    Returns
    -------
    tuple of ItemComparison
        In the order of the final form.

    Raises
    ------
    ValueError
        When the threshold is lower than anybody may set it.

    Source: interval of paired differences by Student's t; of two groups by Welch's t with the
    Welch–Satterthwaite degrees of freedom (Welch 1947, Biometrika 34:28–35).
    """
    in_mid = {item.id for item in mid.items}
    common = [item for item in final.items if item.kind == "scale" and item.id in in_mid]
    return tuple(_compare(answers, item, threshold) for item in common)


def item_figures(
    answers: pd.DataFrame, form: EvaluationForm, wave: str, threshold: int
) -> tuple[ItemFigure, ...]:
    """Return how every item of a form that is not answered in words was answered at a wave.

    Parameters
    ----------
    answers, threshold
        As in `compare_waves`.
    form, wave
        The form, and the evaluation at which it was used.
    """
    return tuple(
        ItemFigure(item, _figure(_given(answers, item, wave), item, threshold))
        for item in form.items
        if item.kind != "text"
    )


def voices(
    answers: pd.DataFrame, form: EvaluationForm, wave: str, threshold: int
) -> tuple[Voices, ...]:
    """Return what was written to each item to which enough people wrote what says something.

    The texts of an item stand in the order of the alphabet, so that nobody can tell from their
    places who wrote what, or which were written by the same person.

    Parameters
    ----------
    answers, form, wave, threshold
        As in `item_figures`.
    """
    written = answers[(answers["wave"] == wave) & answers["text"].notna()]
    texts = {
        item: sorted(filter(says_something, group["text"]), key=in_order)
        for item, group in written.groupby("item")
    }
    said = [
        Voices(item, tuple(texts.get(item.id, ()))) for item in form.items if item.kind == "text"
    ]
    return tuple(one for one in said if one.texts and is_shown(len(one.texts), threshold))


def _given(answers: pd.DataFrame, item: Item, wave: str) -> pd.DataFrame:
    """Return the sheets of a wave that asked an item: `respondent`, `code`, and if it `counts`."""
    of_wave = answers[answers["wave"] == wave]
    sheets = of_wave[["evaluation_id", "extent", "respondent"]].drop_duplicates()
    if not item.low_energy:
        sheets = sheets[sheets["extent"] == "full"]
    codes = of_wave.loc[of_wave["item"] == item.id].set_index("evaluation_id")["code"]
    sheets = sheets.assign(code=sheets["evaluation_id"].map(codes))
    return sheets.assign(counts=sheets["code"].isin([point.code for point in item.counting]))


def _figure(given: pd.DataFrame, item: Item, threshold: int) -> WaveFigure:
    codes = given.loc[given["counts"], "code"]
    answered = len(codes)
    outside = int(given["code"].isin([point.code for point in item.outside]).sum())
    told_outside = outside if outside >= threshold else None
    is_told = is_shown(answered, threshold) and is_shown(len(given), threshold)
    if not is_told or (outside and not answered):  # nobody on the scale would tell of those outside
        return WaveFigure(None, None, told_outside)
    blank = len(given) - answered - (told_outside or 0)
    if item.kind == "scale":
        mean = float(codes.mean()) if answered else None
        return WaveFigure(answered, blank, told_outside, mean)
    people = {one.label: int((codes == one.code).sum()) for one in item.counting}
    return WaveFigure(answered, blank, spread=spread_of(people, threshold))


def spread_of(people: Mapping[str, int], threshold: int) -> tuple[Chosen, ...]:
    """Return how many gave each answer, those that few gave together.

    Told together are always the least, and all that are as many: then nobody can say which of
    them has which number. So they are joined by the next ones while their sum is about few, or
    while all are one below the threshold, which their sum would tell. What is less and equal may
    as well be one more here and one less there.

    Parameters
    ----------
    people
        How many gave each answer.
    threshold
        Fewest people behind a number that is shown.

    Returns
    -------
    tuple of Chosen
        In the order of the answers, those told together last; empty when nothing could be told
        apart.
    """
    if all(is_shown(count, threshold) for count in people.values()):
        return tuple(Chosen((label,), count) for label, count in people.items())
    few = threshold - 1
    for most in (few, *sorted(count for count in people.values() if count > few)):
        together = {label: count for label, count in people.items() if count <= most}
        if sum(together.values()) > few and set(together.values()) != {few}:
            break
    alone = {label: count for label, count in people.items() if label not in together}
    if not alone:
        return ()
    return (
        *(Chosen((label,), count) for label, count in alone.items()),
        Chosen(tuple(together), sum(together.values())),
    )


def _compare(answers: pd.DataFrame, item: Item, threshold: int) -> ItemComparison:
    asked = {wave: _given(answers, item, wave) for wave in ("mid", "final")}
    figures = {wave: _figure(sheets, item, threshold) for wave, sheets in asked.items()}
    given = {wave: sheets[sheets["counts"]] for wave, sheets in asked.items()}
    linked = {wave: frame.dropna(subset=["respondent"]) for wave, frame in given.items()}
    pairs = linked["mid"].merge(linked["final"], on="respondent", suffixes=("_mid", "_final"))
    enough = len(pairs) >= threshold
    few_unpaired = enough and not all(
        is_shown(len(frame) - len(pairs), threshold) for frame in given.values()
    )
    if enough and not few_unpaired:
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
        item, figures["mid"], figures["final"], "groups", None,
        center, center - half, center + half, few_unpaired,
    )  # fmt: skip


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


def levels_told(figures: Iterable[ItemFigure]) -> frozenset[int]:
    """Return the Kirkpatrick levels of which figures tell something.

    Source: Kirkpatrick & Kirkpatrick (2006): Evaluating Training Programs, 3rd ed.: 1 reaction,
    2 learning, 3 behaviour, 4 results.
    """
    return frozenset(one.item.level for one in figures if one.figure.tells)
