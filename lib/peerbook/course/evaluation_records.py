"""Answered evaluation forms, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.course.curriculum import EvaluationForm
from peerbook.errors import InputFault
from peerbook.store import Saved
from peerbook.store.tables import Answer, Evaluation, Source, Suggestion, Wave
from peerbook.text import _


@dataclass(frozen=True)
class Sheet:
    """One answered evaluation form.

    Parameters
    ----------
    answers
        Code or text by item id; None where the item was left blank.
    respondent
        Random code that links mid and final, or None when anonymous.
    """

    answers: Mapping[str, int | str | None]
    respondent: str | None = None


def save_sheets(
    session: Session,
    course_id: int,
    form: EvaluationForm,
    sheets: Sequence[Sheet],
    *,
    wave: Wave,
    source: Source,
    entered_on: dt.date,
    import_id: int | None = None,
) -> Saved:
    """Save answered forms, and every suggestion in them as a "you said" waiting for an answer.

    Raises
    ------
    InputFault
        When there is nothing to save, or a linking code was used already in the same wave.
    """
    if not sheets:
        raise InputFault.at("rows", _("There is no answer to save yet."))
    used = set(
        session.scalars(
            select(Evaluation.respondent_code).where(
                Evaluation.course_id == course_id,
                Evaluation.wave == wave,
                Evaluation.respondent_code.is_not(None),
            )
        )
    )
    suggestion_items = {item.id for item in form.items if item.suggestion}
    saved: Evaluation | None = None
    scales = {item.id: item.scale.codes for item in form.items if item.scale is not None}
    for sheet in sheets:
        for item_id, value in sheet.answers.items():
            if isinstance(value, int) and value not in scales.get(item_id, ()):
                raise InputFault.at(
                    item_id, _("{code} is not on the scale of that question.").format(code=value)
                )
        if all(value in (None, "") for value in sheet.answers.values()):
            raise InputFault.at("rows", _("A sheet without a single answer is not saved."))
        if sheet.respondent is not None and sheet.respondent in used:
            raise InputFault.at(
                "respondent",
                _("The code {code} has been used in this evaluation already.").format(
                    code=sheet.respondent
                ),
            )
        saved = Evaluation(
            course_id=course_id, form_id=form.id, form_version=form.version, wave=wave,
            respondent_code=sheet.respondent, entered_on=entered_on, source=source,
            import_id=import_id,
        )  # fmt: skip
        session.add(saved)
        session.flush()
        if sheet.respondent is not None:
            used.add(sheet.respondent)
        for item_id, value in sheet.answers.items():
            if value is None or value == "":
                continue
            text = value if isinstance(value, str) else None
            code = value if isinstance(value, int) else None
            session.add(Answer(evaluation_id=saved.id, item_id=item_id, code=code, text=text))
            if item_id in suggestion_items and text is not None:
                session.add(
                    Suggestion(
                        course_id=course_id, evaluation_id=saved.id, text=text,
                        raised_on=entered_on,
                    )
                )  # fmt: skip
    if saved is None:
        raise AssertionError("sheets were there a moment ago")
    session.flush()
    return Saved("evaluation", saved.id, saved.version)


def answers_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return every answer of a course's evaluations.

    Returns
    -------
    DataFrame
        Columns `evaluation_id`, `wave`, `respondent`, `item`, `code` (missing for text), `text`.
    """
    rows = session.execute(
        select(
            Evaluation.id, Evaluation.wave, Evaluation.respondent_code, Answer.item_id,
            Answer.code, Answer.text,
        )
        .join(Answer, Answer.evaluation_id == Evaluation.id)
        .where(Evaluation.course_id == course_id)
        .order_by(Evaluation.id)
    ).all()  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["evaluation_id", "wave", "respondent", "item", "code", "text"]
    )
    frame["code"] = frame["code"].astype("Int64")
    return frame


def sheets_count(session: Session, course_id: int) -> dict[str, int]:
    """Return how many forms are saved, by wave."""
    rows = session.execute(
        select(Evaluation.wave, func.count())
        .where(Evaluation.course_id == course_id)
        .group_by(Evaluation.wave)
    ).all()
    return dict(rows)
