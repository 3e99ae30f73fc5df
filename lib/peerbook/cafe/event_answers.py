"""What people thought of a common event: the three questions of the short sheet, counted.

The questions are those of `curriculum/evaluation_forms/event.yaml` with little energy: how it was,
whether they would come again, and what to do differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from peerbook.course.evaluation.comparison import ItemFigure, Voices, item_figures, voices
from peerbook.course.evaluation_form import EvaluationForm, Item
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_number

EVENT = "event"


@dataclass(frozen=True)
class Answers:
    """A pile of short sheets, counted.

    Parameters
    ----------
    sheets
        How many there were.
    counts
        By item and code, how many gave that answer; blank ones are counted nowhere.
    suggestions
        What they wrote, one text a sheet.
    """

    sheets: int = 0
    counts: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()


def counted_items(form: EvaluationForm) -> tuple[Item, ...]:
    """Return the questions of the short sheet that are answered by a cross."""
    return tuple(item for item in form.low_energy_items if item.scale is not None)


def check(answers: Answers, form: EvaluationForm, people: int | None) -> None:
    """Refuse a pile that cannot be.

    Parameters
    ----------
    people
        How many came; None when nobody counted.

    Raises
    ------
    InputFault
        When there are more sheets than people, or more answers or texts than sheets; with every
        fault, at `sheets`, the item, or `suggestions`.
    """
    faults = list(_faults(answers, form, people))
    if faults:
        raise InputFault(faults)


def _faults(answers: Answers, form: EvaluationForm, people: int | None) -> Iterator[Fault]:
    if people is not None and answers.sheets > people:
        yield Fault(
            _("{sheets} sheets are more than the {people} who came.").format(
                sheets=format_number(answers.sheets), people=format_number(people)
            ),
            Place(field="sheets"),
        )
    for item in counted_items(form):
        given = sum(answers.counts.get(item.id, {}).values())
        if given > answers.sheets:
            yield Fault(
                _("{given} answers are more than the {sheets} sheets.").format(
                    given=format_number(given), sheets=format_number(answers.sheets)
                ),
                Place(field=item.id),
            )
    if len(answers.suggestions) > answers.sheets:
        yield Fault(
            _("There are more suggestions than sheets. Write those of one sheet on one line."),
            Place(field="suggestions"),
        )


def figures(answers: Answers, form: EvaluationForm, threshold: int) -> tuple[ItemFigure, ...]:
    """Return how each counted question was answered, as far as enough people did."""
    asked = {item.id for item in counted_items(form)}
    told = item_figures(_sheets(answers, form), form, EVENT, threshold)
    return tuple(one for one in told if one.item.id in asked)


def suggested(answers: Answers, form: EvaluationForm, threshold: int) -> tuple[Voices, ...]:
    """Return what was written, where enough people wrote something."""
    return voices(_sheets(answers, form), form, EVENT, threshold)


def _sheets(answers: Answers, form: EvaluationForm) -> pd.DataFrame:
    """Return the pile as if each sheet had been typed: which answers stood together is not known.

    No figure of one question depends on it.
    """
    rows: list[tuple[int, str, int | None, str | None]] = []
    for item in form.low_energy_items:
        counts = answers.counts.get(item.id, {})
        codes = [code for code, people in counts.items() for _one in range(people)]
        texts = answers.suggestions if item.scale is None else ()
        for sheet in range(answers.sheets):
            code = codes[sheet] if sheet < len(codes) else None
            text = texts[sheet] if sheet < len(texts) else None
            rows.append((sheet, item.id, code, text))
    frame = pd.DataFrame(rows, columns=["evaluation_id", "item", "code", "text"])
    return frame.assign(wave=EVENT, extent="short", respondent=None)
