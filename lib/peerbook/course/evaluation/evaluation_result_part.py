"""What the evaluations say: mid against final, what is used later, and in their own words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from peerbook.course.evaluation.comparison import (
    ItemComparison,
    ItemFigure,
    WaveFigure,
    compare_waves,
    item_figures,
    levels_told,
    voices,
)
from peerbook.course.evaluation.evaluation_charts import comparison_chart, figures_chart
from peerbook.course.evaluation.follow_up import FollowUp
from peerbook.course.evaluation.waves import WAVES, wave_name
from peerbook.course.evaluation_form import Item, load_form
from peerbook.text import (
    _,
    format_change,
    format_date,
    format_list,
    format_number,
    ngettext,
    quoted,
)
from peerbook.ui import Column, Disclosure, Heading, Notice, Part, Prose, Table, TableData

QUESTIONS_NAMED = 3
"""Questions a heading names before it counts them."""


def result_parts(
    answers: pd.DataFrame,
    sheets: Mapping[str, int],
    standing: FollowUp | None,
    threshold: int,
) -> list[Part]:
    """Return what a course's evaluations say, as far as enough people have answered.

    Parameters
    ----------
    answers
        As `evaluation_records.answers_frame` returns them.
    sheets
        Sheets saved, by wave.
    standing
        How it stands with the follow-up; None without a teaching day.
    threshold
        Fewest people behind anything that is shown.
    """
    to_ask = _follow_up_parts(standing) if standing is not None else []
    if not sheets:
        return [Prose(_("No sheets yet. Type in the first one under “Enter”.")), *to_ask]
    counted = format_list(
        [
            ngettext("{n} sheet at {wave}", "{n} sheets at {wave}", count).format(
                n=count, wave=wave_name(wave).lower()
            )
            for wave in WAVES
            if (count := sheets.get(wave, 0))
        ]
    )
    parts: list[Part] = [
        Heading(_("What they say")),
        Prose(_("So far: {counted}.").format(counted=counted)),
        *to_ask,
    ]
    figures: dict[str, tuple[ItemFigure, ...]] = {
        wave: item_figures(answers, load_form(wave), wave, threshold)
        for wave in WAVES
        if sheets.get(wave)
    }
    if not any(one.figure.tells for items in figures.values() for one in items):
        text = _(
            "Answers are shown when at least {n} have answered, so that nobody can be picked out."
        ).format(n=threshold)  # fmt: skip
        return [*parts, Notice("info", text)]
    if "mid" in figures and "final" in figures:
        parts += _comparison_parts(answers, threshold)
    else:
        for wave in ("mid", "final"):
            parts += _alone(wave, figures.get(wave, ()), threshold)
    parts += _choice_parts(figures, threshold)
    parts += _alone("follow_up", figures.get("follow_up", ()), threshold)
    parts += _level_parts(figures)
    parts += [
        Disclosure(_("All questions, one by one"), lambda: _question_tables(figures, threshold)),
        Disclosure(_("In their own words"), lambda: _voices(answers, threshold)),
    ]
    return parts


# -- mid against final -----------------------------------------------------------------------------


def _comparison_parts(answers: pd.DataFrame, threshold: int) -> list[Part]:
    compared = compare_waves(answers, load_form("mid"), load_form("final"), threshold)
    shown = [one for one in compared if one.mid.mean is not None or one.final.mean is not None]
    if not shown:
        return []
    if any(one.difference is not None for one in compared):
        caption = _(
            "Mid-course against final evaluation, 95 per cent confidence interval in brackets"
        )
    else:
        caption = _("Mid-course against final evaluation")
    columns = [
        Column("item", _("Question")),
        Column("mid", _("Mid-course")),
        Column("final", _("Final")),
        Column("difference", _("Difference")),
        Column("basis", _("Compared")),
    ]
    table = TableData(columns, [_row(one, threshold) for one in compared], caption)
    return [comparison_chart(shown, _finding(shown), table), *_basis_notes(compared)]


def _finding(shown: list[ItemComparison]) -> str:
    based = [one for one in shown if one.low is not None and one.high is not None]
    if not based:
        return _("There are too few answers at one of the evaluations to compare them.")
    up = [one for one in based if one.low is not None and one.low > 0]
    down = [one for one in based if one.high is not None and one.high < 0]
    if not up and not down:
        return _(
            "There are too few sheets to say anything for certain. The points may differ by chance."
        )
    told = []
    if up:
        told.append(_("Clearly up: {questions}.").format(questions=_named(up)))
    if down:
        told.append(_("Clearly down: {questions}.").format(questions=_named(down)))
    if len(up) + len(down) < len(based):
        told.append(_("For the rest there are too few sheets to say anything for certain."))
    return " ".join(told)


def _named(compared: list[ItemComparison]) -> str:
    """Return the questions that moved, those that moved most first; beyond a few, how many."""
    by_size = sorted(compared, key=lambda one: -abs(one.difference or 0.0))
    names = [quoted(one.item.text.rstrip(".")) for one in by_size[:QUESTIONS_NAMED]]
    others = len(compared) - len(names)
    if others:
        more = ngettext("{n} other question", "{n} other questions", others)
        names.append(more.format(n=others))
    return format_list(names)


def _row(one: ItemComparison, threshold: int) -> dict[str, object]:
    if one.difference is None or one.low is None or one.high is None:
        difference = _("too few")
    else:
        difference = _("{mean} (from {low} to {high})").format(
            mean=format_change(one.difference, 1),
            low=format_change(one.low, 1),
            high=format_change(one.high, 1),
        )
    basis = {
        "pairs": _("the same {n} people").format(n=one.n),
        "groups": _("the two groups"),
        "none": _("no"),
    }[one.basis]
    return {
        "item": one.item.text,
        "mid": answer_told(one.item, one.mid, threshold),
        "final": answer_told(one.item, one.final, threshold),
        "difference": difference,
        "basis": basis,
    }


def _basis_notes(compared: tuple[ItemComparison, ...]) -> list[Part]:
    if not any(one.basis == "groups" for one in compared):
        return []
    notes = [
        _(
            "Where only the two groups are compared, the difference may also come from who was "
            "missing on the day. Write the same code on both sheets to compare the same people."
        )
    ]
    if any(one.few_unpaired for one in compared):
        notes.append(
            _(
                "The same people could be compared too, but only a few others have answered. "
                "The two figures together would give away what these few said."
            )
        )
    return [Prose(note) for note in notes]


# -- what was chosen ---------------------------------------------------------------------------


def _choice_parts(figures: Mapping[str, tuple[ItemFigure, ...]], threshold: int) -> list[Part]:
    """Return how the answers to each choice are spread, one evaluation beside the other."""
    asked: dict[str, dict[str, object]] = {}
    for wave, items in figures.items():
        for one in items:
            if one.item.kind == "choice":
                row = asked.setdefault(one.item.text, {"item": one.item.text})
                row[wave] = spread_told(one.item, one.figure, threshold)
    if not asked:
        return []
    columns = [
        Column("item", _("Question")),
        *(Column(wave, wave_name(wave)) for wave in figures),
    ]
    return [Table(columns, list(asked.values()), _("How many chose what"), sortable=False)]


def spread_told(item: Item, figure: WaveFigure, threshold: int) -> str:
    """Return how the answers to a choice are spread, as far as that is shown."""
    if not figure.answered:
        return answer_told(item, figure, threshold)
    if not figure.spread:
        return _("too few to tell the answers apart")
    either = _(" or ")
    return ", ".join(f"{either.join(one.labels)}: {one.people}" for one in figure.spread)


# -- what is used of it ----------------------------------------------------------------------------


def _follow_up_parts(standing: FollowUp) -> list[Part]:
    """Return whether it is time to ask what is used of the course; nothing once it is asked."""
    days = {"first": format_date(standing.first), "last": format_date(standing.last)}
    if standing.state == "early":
        text = _(
            "What they use of the course is asked from {first} to {last}, three to six months "
            "after the last teaching day."
        )
        return [Prose(text.format(**days))]
    if standing.state == "due":
        text = _(
            "It is time to ask what they use of the course: until {last}, six months after the "
            "last teaching day. Choose “Follow-up” under “Enter” to print the form and type "
            "in answers."
        )
        return [Notice("info", text.format(**days))]
    if standing.state == "late":
        text = _(
            "Nobody has been asked yet what they use of the course. The time for it was from "
            "{first} to {last}. You can still ask, but they answer later than people on other "
            "courses."
        )
        return [Notice("warn" if standing.is_reminded else "info", text.format(**days))]
    return []


def _alone(wave: str, figures: tuple[ItemFigure, ...], threshold: int) -> list[Part]:
    """Return what one evaluation says that is not compared with another."""
    if not figures:
        return []
    shown = [one for one in figures if one.figure.mean is not None]
    is_later = wave == "follow_up"
    heading = Heading(_("Some months later") if is_later else wave_name(wave), level=3)
    if not shown:
        text = _("The answers are shown when at least {n} have answered.").format(n=threshold)
        return [heading, Prose(text)]
    # Months later it matters what is used; while the course is fresh, how it was as a whole.
    asked = next(
        (one for one in shown if (one.item.level == 3 if is_later else one.item.id == "overall")),
        shown[0],
    )
    finding = _("“{question}” – {mean} on average ({n} answers), on a scale from 1 to 5.").format(
        question=asked.item.text.rstrip("."),
        mean=format_number(asked.figure.mean or 0, 1),
        n=asked.figure.answered,
    )
    caption = _("{wave}, question by question").format(wave=wave_name(wave))
    return [heading, figures_chart(shown, finding, _figures_table(figures, caption, threshold))]


# -- all questions, levels and words -----------------------------------------------------------


def _question_tables(figures: Mapping[str, tuple[ItemFigure, ...]], threshold: int) -> list[Part]:
    tables = [_figures_table(items, wave_name(wave), threshold) for wave, items in figures.items()]
    return [Table(table.columns, table.rows, table.caption) for table in tables]


def _figures_table(figures: tuple[ItemFigure, ...], caption: str, threshold: int) -> TableData:
    columns = [
        Column("item", _("Question")),
        Column("answer", _("Answer")),
        Column("level", _("Tells")),
    ]
    rows = [
        {
            "item": one.item.text,
            "answer": answer_told(one.item, one.figure, threshold),
            "level": level_name(one.item.level),
        }
        for one in figures
    ]
    return TableData(columns, rows, caption)


def answer_told(item: Item, figure: WaveFigure, threshold: int) -> str:
    """Return how a question was answered, in a few words, as far as that is shown."""
    either = _(" or ")
    outside = either.join(point.label for point in item.outside)
    apart = (
        [_("{n} answered “{answer}”").format(n=figure.outside, answer=outside)]
        if figure.outside
        else []
    )
    if figure.answered is None:
        if apart:
            return _("{counts}, too few others").format(counts=apart[0])
        # Together with those outside the scale they may well be enough.
        few = _("too few to tell the answers apart") if outside else _("under {n} answers")
        return few.format(n=threshold)
    if not figure.answered:
        return _("no answers")
    counts = [
        ngettext("{n} answer", "{n} answers", figure.answered).format(n=figure.answered),
        *apart,
    ]
    if figure.blank:
        # Which of them it was is not told: behind each may stand a few.
        beside = item.no_answer if apart else (*item.no_answer, *item.outside)
        counts.append(_blank(figure.blank, either.join(point.label for point in beside)))
    told = ", ".join(counts)
    if figure.mean is not None:
        return f"{format_number(figure.mean, 1)} ({told})"
    if figure.most is not None:
        return _("Most: {answer} ({counts})").format(answer=figure.most, counts=told)
    return _("They do not agree ({counts})").format(counts=told)


def _blank(sheets: int, answer: str) -> str:
    if not answer:
        return ngettext("{n} left empty", "{n} left it empty", sheets).format(n=sheets)
    return ngettext(
        "{n} left empty or answered “{answer}”", "{n} left it empty or answered “{answer}”", sheets
    ).format(n=sheets, answer=answer)  # fmt: skip


def level_name(level: int) -> str:
    """Return what one of Kirkpatrick's levels tells, in the user's language."""
    return {
        1: _("how they liked it"),
        2: _("what they learnt"),
        3: _("what they do differently"),
        4: _("what it changes for them"),
    }[level]


def _level_parts(figures: Mapping[str, tuple[ItemFigure, ...]]) -> list[Part]:
    told = levels_told(one for items in figures.values() for one in items)
    if told == {1}:
        text = _("So far the answers only tell how they liked it, not what came of it.")
        return [Notice("info", text)]
    text = _("From the answers you can see {levels}.").format(
        levels=format_list([level_name(level) for level in sorted(told)])
    )
    return [Prose(text)]


def _voices(answers: pd.DataFrame, threshold: int) -> list[Part]:
    parts: list[Part] = []
    for wave in WAVES:
        said = voices(answers, load_form(wave), wave, threshold)
        if said:
            parts.append(Heading(wave_name(wave), level=3))
        parts += [
            Table(
                [Column("text", _("Answer"))],
                [{"text": text} for text in one.texts],
                f"{wave_name(wave)}: {one.item.text}",
                sortable=False,
            )
            for one in said
        ]
    if not parts:
        text = _("What was written to a question is shown when at least {n} have written.")
        return [Prose(text.format(n=threshold))]
    return parts
