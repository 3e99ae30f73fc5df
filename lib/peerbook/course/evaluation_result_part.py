"""What the evaluations say: mid against final, on which levels, and in their own words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from peerbook.course.comparison import (
    THRESHOLD,
    ItemComparison,
    WaveFigure,
    compare_waves,
    levels_measured,
)
from peerbook.course.curriculum import EvaluationForm, load_form
from peerbook.course.rows import each
from peerbook.course.waves import WAVES, wave_name
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import (
    Chart,
    Column,
    Disclosure,
    Heading,
    Notice,
    Prose,
    Table,
    TableData,
    Widget,
)


def result_parts(answers: pd.DataFrame, sheets: Mapping[str, int]) -> list[Widget]:
    """Return what a course's evaluations say, as far as enough people have answered."""
    if not sheets:
        return [Prose(_("No sheets yet. Enter the first one below."))]
    mid, final = load_form("mid"), load_form("final")
    counted = format_list(
        [
            ngettext("{n} sheet at {wave}", "{n} sheets at {wave}", count).format(
                n=count, wave=wave_name(wave).lower()
            )
            for wave in WAVES
            if (count := sheets.get(wave, 0))
        ]
    )
    parts: list[Widget] = [
        Heading(_("What they say")),
        Prose(_("So far: {counted}.").format(counted=counted)),
    ]
    compared = compare_waves(answers, mid, final)
    shown = [one for one in compared if one.mid.mean is not None or one.final.mean is not None]
    if not shown:
        text = _(
            "Answers are shown when at least {n} have answered, so that nobody can be picked out."
        ).format(n=THRESHOLD)  # fmt: skip
        return [*parts, Notice("info", text)]
    parts += [_comparison_chart(shown, compared), *_basis_notes(compared)]
    parts += _level_parts(answers, mid, final)
    parts += [_voices(answers, sheets)]
    return parts


def _comparison_chart(shown: list[ItemComparison], compared: tuple[ItemComparison, ...]) -> Chart:
    labels = [one.item.text for one in shown][::-1]
    figure = go.Figure(
        [
            go.Scatter(
                name=name, y=labels,
                x=[getattr(one, wave).mean for one in reversed(shown)],
                mode="markers", marker_symbol=symbol, marker_size=11,
            )
            for wave, name, symbol in (
                ("mid", wave_name("mid"), "circle-open"),
                ("final", wave_name("final"), "diamond"),
            )
        ]
    )  # fmt: skip
    figure.update_layout(
        xaxis_range=[0.8, 5.2], xaxis_title=_("Mean, from 1 to 5"), yaxis_automargin=True
    )
    caption = _("Mid-course against final evaluation, 95 per cent confidence interval in brackets")
    table = TableData(_columns(), [_row(one) for one in compared], caption)
    finding = _finding(shown)
    alt = _("Two points for each question: the mean at mid-course and at the end.")
    height = 120 + 34 * len(shown)
    return Chart(figure, finding=finding, alt=f"{alt} {finding}", table=table, height_px=height)


def _finding(shown: list[ItemComparison]) -> str:
    based = [one for one in shown if one.low is not None and one.high is not None]
    if not based:
        return _("There are too few answers at one of the evaluations to compare them.")
    up = sum(one.low is not None and one.low > 0 for one in based)
    down = sum(one.high is not None and one.high < 0 for one in based)
    if up == down == 0:
        return _(
            "We cannot tell whether the answers to any of the {n} questions have changed."
        ).format(n=len(based))  # fmt: skip
    return _(
        "Of {n} questions, answers to {up} point clearly up and to {down} clearly down; for the "
        "rest we cannot tell."
    ).format(n=len(based), up=up, down=down)


def _columns() -> list[Column]:
    return [
        Column("item", _("Question")),
        Column("mid", _("Mid-course")),
        Column("final", _("Final")),
        Column("difference", _("Difference")),
        Column("basis", _("Compared")),
    ]


def _row(one: ItemComparison) -> dict[str, object]:
    if one.difference is None or one.low is None or one.high is None:
        difference = _("too few")
    else:
        difference = _("{mean} (from {low} to {high})").format(
            mean=_signed(one.difference), low=_signed(one.low), high=_signed(one.high)
        )
    basis = {
        "pairs": _("the same {n} people").format(n=one.n),
        "groups": _("the two groups"),
        "none": _("no"),
    }[one.basis]
    return {
        "item": one.item.text,
        "mid": _shown(one.mid),
        "final": _shown(one.final),
        "difference": difference,
        "basis": basis,
    }


def _shown(figure: WaveFigure) -> str:
    if figure.answered is None:
        return _("under {n} answers").format(n=THRESHOLD)
    if figure.mean is None:
        return _("no answers")
    return _("{mean} ({n} answers, {blank} blank)").format(
        mean=format_number(figure.mean, 1), n=figure.answered, blank=figure.blank
    )


def _signed(value: float) -> str:
    text = format_number(abs(value), 1)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{text}"


def _basis_notes(compared: tuple[ItemComparison, ...]) -> list[Widget]:
    if not any(one.basis == "groups" for one in compared):
        return []
    return [
        Prose(
            _(
                "Where only the two groups are compared, the difference may also come from who was "
                "missing on the day. Write the same code on both sheets to compare the same people."
            )
        )
    ]


def _level_parts(answers: pd.DataFrame, mid: EvaluationForm, final: EvaluationForm) -> list[Widget]:
    measured = levels_measured(mid, answers, "mid") | levels_measured(final, answers, "final")
    names = {
        1: _("how they liked it"),
        2: _("what they learnt"),
        3: _("what they do differently"),
        4: _("what it changes for them"),
    }
    if measured == {1}:
        return [Notice("info", _("So far you only ask how they liked it, not what came of it."))]
    if not measured:
        return []
    text = _("The answers tell {levels}.").format(
        levels=format_list([names[level] for level in sorted(measured)])
    )
    return [Prose(text)]


def _voices(answers: pd.DataFrame, sheets: Mapping[str, int]) -> Widget:
    parts: list[Widget] = []
    for wave in WAVES:
        said = answers[(answers["wave"] == wave) & answers["text"].notna()]
        if sheets.get(wave, 0) < THRESHOLD or said.empty:
            continue
        form = load_form(wave)
        rows = [
            {"question": form.item(row.item).text, "text": row.text}
            for row in each(said.sort_values(["item", "text"]))
        ]
        columns = [Column("question", _("Question")), Column("text", _("Answer"))]
        parts.append(Table(columns, rows, wave_name(wave)))
    if not parts:
        text = _("Comments are shown when at least {n} have answered.").format(n=THRESHOLD)
        parts = [Prose(text)]
    return Disclosure(_("In their own words"), parts)
