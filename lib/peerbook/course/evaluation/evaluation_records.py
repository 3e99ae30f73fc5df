"""Answered evaluation forms, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.curriculum import load_course
from peerbook.course.evaluation.follow_up import FollowUp, follow_up
from peerbook.course.evaluation_form import EvaluationForm
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Saved
from peerbook.store.backup import remember_taken_back
from peerbook.store.codes import read_linking_code
from peerbook.store.tables import (
    Answer,
    Course,
    Decision,
    Evaluation,
    Extent,
    Source,
    Suggestion,
    Wave,
)
from peerbook.store.taken_back import Standing, TakenBack
from peerbook.text import _, format_list

RESPONDENT = "respondent"
"""Name of the field for the code that links the sheets of one person."""


@dataclass(frozen=True)
class Sheet:
    """One answered evaluation form.

    Parameters
    ----------
    answers
        Code or text by item id; None where the item was left blank.
    respondent
        Code that links the sheets of one person, as it was written; None when anonymous.
    extent
        Whether the sheet asked everything (`full`) or three questions only (`short`).
    """

    answers: Mapping[str, int | str | None]
    respondent: str | None = None
    extent: Extent = "full"

    @property
    def content(self) -> frozenset[tuple[str, int | str]]:
        """What was answered, by item; two sheets with the same may be one that came twice."""
        return frozenset(
            (item, value) for item, value in self.answers.items() if value not in (None, "")
        )


def alike(sheets: Mapping[int, Sheet]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of numbers whose sheets say just the same, so that one may be a double."""
    groups: dict[object, list[int]] = {}
    for number, sheet in sheets.items():
        groups.setdefault((sheet.respondent, sheet.content), []).append(number)
    return tuple(tuple(numbers) for numbers in groups.values() if len(numbers) > 1)


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

    Parameters
    ----------
    form
        What was asked; its version is kept with the answers.
    sheets
        One for each form on paper or row of a file, in that order.
    wave
        Which of the course's evaluations it is.
    source
        How they came in: `typed` one at a time, as a `pile`, or from a `file`.
    entered_on
        The day they are saved, which is also the day their suggestions were raised.
    import_id
        The file they came from; None when there is none.

    Raises
    ------
    InputFault
        When there is nothing to save, an answer is not one of its item's, or a linking code was
        used already in the same wave; with every fault, at its item and with the number of its
        sheet, from 1, as row.
    Conflict
        When the course was removed meanwhile.
    """
    records.refuse_removed(session, course_id)
    if not sheets:
        raise InputFault.at("rows", _("There is no answer to save yet."))
    codes, faults = look_at(session, course_id, form, sheets, wave)
    if faults:
        raise InputFault(faults)
    rows = [
        Evaluation(
            course_id=course_id, form_id=form.id, form_version=form.version, wave=wave,
            respondent_code=code, entered_on=entered_on, source=source, extent=sheet.extent,
            import_id=import_id,
        )
        for sheet, code in zip(sheets, codes, strict=True)
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    for evaluation, sheet in zip(rows, sheets, strict=True):
        _save_answers(session, evaluation, form, sheet)
    session.flush()
    return Saved("evaluation", rows[-1].id, rows[-1].version)


def look_at(
    session: Session, course_id: int, form: EvaluationForm, sheets: Sequence[Sheet], wave: Wave
) -> tuple[list[str | None], list[Fault]]:
    """Return the linking codes of sheets as they are kept, and all that is wrong with the sheets.

    Parameters
    ----------
    form, sheets, wave
        As for `save_sheets`.

    Returns
    -------
    tuple
        One code for each sheet whose code can be read, None where it has none; and the faults,
        each at its item and with the number of its sheet, from 1, as row.
    """
    used = set(
        session.scalars(
            select(Evaluation.respondent_code).where(
                Evaluation.course_id == course_id,
                Evaluation.wave == wave,
                Evaluation.respondent_code.is_not(None),
            )
        )
    )
    known = codes_on(session, course_id)
    codes: list[str | None] = []
    faults: list[Fault] = []
    for row, sheet in enumerate(sheets, start=1):
        faults += [
            Fault(message, Place(field=field, row=row))
            for field, message in wrong_answers(form, sheet)
        ]
        try:
            code = read_linking_code(sheet.respondent, RESPONDENT, known)
        except InputFault as fault:
            faults += [Fault(one.message, Place(RESPONDENT, row=row)) for one in fault.faults]
            continue
        if code in used:
            message = _("The code {code} has been used in this evaluation already.")
            faults.append(Fault(message.format(code=code), Place(RESPONDENT, row=row)))
        if code is not None:
            used.add(code)
        codes.append(code)
    return codes, faults


def codes_on(session: Session, course_id: int) -> set[str]:
    """Return the codes by which sheets of a course are linked already, in any of its waves."""
    codes = session.scalars(
        select(Evaluation.respondent_code).where(Evaluation.course_id == course_id)
    )
    return {code for code in codes if code is not None}


def wrong_answers(form: EvaluationForm, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Tell each item that cannot have been answered so, and why."""
    scales = {item.id: item.scale for item in form.items}
    given = {name: value for name, value in sheet.answers.items() if value not in (None, "")}
    if not given:
        yield "rows", _("A sheet without a single answer is not saved.")
    for name, value in given.items():
        scale = scales.get(name)
        if name not in scales:
            yield name, _("The form has no question called “{name}”.").format(name=name)
        elif scale is None and not isinstance(value, str):
            yield name, _("That question is answered in words.")
        elif scale is not None and value not in scale.codes:
            yield (
                name,
                _("{code} is not on the scale. Use one of {codes}.").format(
                    code=value, codes=format_list([str(one) for one in scale.codes])
                ),
            )


def _save_answers(
    session: Session, evaluation: Evaluation, form: EvaluationForm, sheet: Sheet
) -> None:
    for name, value in sheet.answers.items():
        if value is None or value == "":
            continue
        text = value if isinstance(value, str) else None
        code = value if isinstance(value, int) else None
        session.add(Answer(evaluation_id=evaluation.id, item_id=name, code=code, text=text))
        if text is not None and form.item(name).suggestion:
            session.add(
                Suggestion(
                    course_id=evaluation.course_id, evaluation_id=evaluation.id, text=text,
                    raised_on=evaluation.entered_on,
                )
            )  # fmt: skip


def answers_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return every answer of a course's evaluations.

    Returns
    -------
    DataFrame
        Columns `evaluation_id`, `wave`, `extent`, `respondent`, `item`, `code` (missing for text),
        `text`.
    """
    rows = session.execute(
        select(
            Evaluation.id, Evaluation.wave, Evaluation.extent, Evaluation.respondent_code,
            Answer.item_id, Answer.code, Answer.text,
        )
        .join(Answer, Answer.evaluation_id == Evaluation.id)
        .where(Evaluation.course_id == course_id)
        .order_by(Evaluation.id)
    ).all()  # fmt: skip
    columns = ["evaluation_id", "wave", "extent", "respondent", "item", "code", "text"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["code"] = frame["code"].astype("Int64")
    return frame


def sheets_frame(session: Session, course_id: int, wave: Wave) -> pd.DataFrame:
    """Return the saved sheets of one evaluation, and nothing of what they say.

    Returns
    -------
    DataFrame
        Columns `evaluation_id`, `entered_on`, `source`, `extent`, `respondent`, `version`; the
        latest first.
    """
    rows = session.execute(
        select(
            Evaluation.id, Evaluation.entered_on, Evaluation.source, Evaluation.extent,
            Evaluation.respondent_code, Evaluation.version,
        )
        .where(Evaluation.course_id == course_id, Evaluation.wave == wave)
        .order_by(Evaluation.id.desc())
    ).all()  # fmt: skip
    columns = ["evaluation_id", "entered_on", "source", "extent", "respondent", "version"]
    return pd.DataFrame(rows, columns=columns)


def delete_sheet(session: Session, course_id: int, number: int) -> Saved:
    """Delete a sheet, entered wrongly or taken back, with its answers and suggestions.

    One with a code is noted beside the backups: whoever has it can ask for it to be deleted.

    Raises
    ------
    InputFault
        When it is no longer there, or one of its suggestions has been answered.
    """
    row = session.get(Evaluation, number)
    if row is None or row.course_id != course_id:
        raise InputFault.at("sheet", _("That sheet has already been deleted."))
    version, code = row.version, row.respondent_code
    delete_sheets(
        session,
        [number],
        _(
            "A suggestion on that sheet has an answer under “You said – we did”, so the sheet "
            "stays. Take the answer back there first; then it can be deleted."
        ),
    )
    if code is not None:
        now = dt.datetime.now(dt.UTC)
        remember_taken_back(session, {_about_sheet(number, code): Standing(now.date(), now)})
    return Saved("evaluation", number, version)


def any_answered(session: Session, numbers: Collection[int]) -> bool:
    """Return whether a suggestion on one of these sheets has been answered."""
    answers = (
        select(Decision.id)
        .join(Suggestion, Suggestion.id == Decision.suggestion_id)
        .where(Suggestion.evaluation_id.in_(numbers))
    )
    return session.scalar(answers.limit(1)) is not None


def delete_sheets(session: Session, numbers: Sequence[int], refusal: str) -> None:
    """Delete sheets with their answers and suggestions; the audit keeps what stood in them.

    Raises
    ------
    InputFault
        With `refusal`, when one of the suggestions has been answered: that answer must not lose
        what it answers.
    """
    if any_answered(session, numbers):
        raise InputFault.at("sheet", refusal)
    suggestions = session.scalars(select(Suggestion).where(Suggestion.evaluation_id.in_(numbers)))
    answers = session.scalars(select(Answer).where(Answer.evaluation_id.in_(numbers)))
    sheets = session.scalars(select(Evaluation).where(Evaluation.id.in_(numbers)))
    for row in (*suggestions, *answers, *sheets):
        session.delete(row)
    session.flush()


def delete_taken_back(session: Session, taken_back: TakenBack) -> None:
    """Delete the sheets a copy brought back that had been deleted since it was made.

    What was decided about their suggestions goes too: it was taken back before they were.
    """
    numbers = [
        number
        for number, code in session.execute(select(Evaluation.id, Evaluation.respondent_code))
        if code is not None and taken_back.of(_about_sheet(number, code)) is not None
    ]
    about_them = select(Suggestion.id).where(Suggestion.evaluation_id.in_(numbers))
    for decision in session.scalars(select(Decision).where(Decision.suggestion_id.in_(about_them))):
        session.delete(decision)
    session.flush()
    delete_sheets(session, numbers, "")


def _about_sheet(number: int, code: str) -> str:
    """Return by what a sheet is noted; its number alone may be given out again after a restore."""
    return f"sheet/{number}/{code}"


def sheets_count(session: Session, course_id: int) -> dict[str, int]:
    """Return how many forms are saved, by wave."""
    rows = session.execute(
        select(Evaluation.wave, func.count())
        .where(Evaluation.course_id == course_id)
        .group_by(Evaluation.wave)
    ).all()
    return dict(rows)


def sheets_by_course(session: Session, of: ColumnElement[bool], wave: Wave) -> dict[int, int]:
    """Return how many forms of one evaluation are saved, by course that has any.

    Parameters
    ----------
    of
        Says of which courses.
    """
    rows = session.execute(
        select(Evaluation.course_id, func.count())
        .join(Course, Course.id == Evaluation.course_id)
        .where(of, Evaluation.wave == wave)
        .group_by(Evaluation.course_id)
    ).all()
    return dict(rows)


def follow_ups(session: Session, of: ColumnElement[bool], today: dt.date) -> dict[int, FollowUp]:
    """Return how it stands with the follow-up of courses, by course number.

    A course of which every teaching day is cancelled has none.

    Parameters
    ----------
    of
        Says which courses.
    """
    last_days = records.last_teaching_days(session, of)
    asked = sheets_by_course(session, of, "follow_up")
    there = select(Course.id, Course.template).where(of, Course.removed_on.is_(None))
    made_from: dict[int, str] = dict(session.execute(there).all())
    months = {
        template: load_course(template).rules.follow_up_months
        for template in set(made_from.values())
    }
    return {
        number: follow_up(last_days[number], months[template], asked.get(number, 0), today)
        for number, template in made_from.items()
        if number in last_days
    }
