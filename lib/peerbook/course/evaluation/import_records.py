"""Evaluations from a file: what is saved with them, what was saved before, and taking them back.

As in `records`, every function takes a session of the store.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.course.data_imports import (
    Answers,
    Intake,
    Kind,
    Line,
    Look,
    Rows,
    Taken,
)
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import EvaluationForm
from peerbook.course.frames import RESPONDENT, evaluation_template
from peerbook.errors import Fault, InputFault
from peerbook.files.intake import Reading, Template
from peerbook.store import Saved
from peerbook.store.codes import read_linking_code
from peerbook.store.tables import Course, DataImport, Evaluation, Wave
from peerbook.text import _, format_date, format_time, ngettext
from peerbook.text.formats import COPENHAGEN


@dataclass(frozen=True)
class ImportedFile:
    """A file that was taken in and not taken back.

    Parameters
    ----------
    file_name
        As the user's computer called it.
    at
        When, with time zone.
    course
        Title of the course its sheets went to.
    sheets
        How many of its sheets are stored.
    is_answered
        Whether a suggestion from it has been answered, so that it cannot be taken back.
    """

    id: int
    file_name: str
    at: dt.datetime
    actor: str
    course: str
    wave: Wave
    sheets: int
    is_answered: bool


def sheets_in(rows: pd.DataFrame) -> dict[int, Sheet]:
    """Return the answered forms of a filled template's frame, by row of the file."""
    return {
        int(number): Sheet(
            {str(name): _plain(value) for name, value in row.items() if name != RESPONDENT},
            None if pd.isna(row[RESPONDENT]) else str(row[RESPONDENT]).upper(),
        )
        for number, row in zip(rows.index, rows.to_dict("records"), strict=True)
    }


def _plain(value: object) -> int | str | None:
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


def refused_codes(
    session: Session, course_id: int, wave: Wave, sheets: Mapping[int, Sheet]
) -> dict[int, str]:
    """Return why a code cannot stand, by row: it is none of ours, or was used in the evaluation."""
    wanted = select(Evaluation.respondent_code).where(
        Evaluation.course_id == course_id, Evaluation.wave == wave
    )
    used = set(session.scalars(wanted))
    known = evaluation_records.codes_on(session, course_id)
    refused = {}
    for row, sheet in sheets.items():
        try:
            code = read_linking_code(sheet.respondent, RESPONDENT, known)
        except InputFault as fault:
            refused[row] = str(fault)
            continue
        if code is not None and code in used:
            message = _("The code {code} has been used in this evaluation already.")
            refused[row] = message.format(code=code)
    return refused


def saved_already(
    session: Session, course_id: int, wave: Wave, sheets: Mapping[int, Sheet], threshold: int
) -> tuple[int, ...]:
    """Return the rows whose every answer is that of a form already saved, if they are many.

    It may be the same form once more, or somebody who answered just the same: only the user knows.
    A saved form accounts for one row.

    Of few nothing is told, or a file with guesses would tell what somebody answered. So it takes
    `threshold` rows, and half of the file or of what is saved: a pile that comes once more has
    them, a list of guesses has not. Sheets with three questions are so easily guessed that they
    never count.

    Parameters
    ----------
    wave
        The evaluation the file is to be saved in, and compared with.
    sheets
        By row of the file.
    threshold
        Fewest people of whom anything is told.
    """
    answers = evaluation_records.answers_frame(session, course_id)
    of_wave = answers[(answers["wave"] == wave) & (answers["extent"] == "full")]
    saved = Counter(
        frozenset(
            (item, text if pd.isna(code) else int(code))
            for item, code, text in zip(form["item"], form["code"], form["text"], strict=True)
        )
        for _number, form in of_wave.groupby("evaluation_id")
    )
    half = min(len(sheets), saved.total()) / 2
    found = []
    for row, sheet in sheets.items():
        if saved[content := sheet.content]:
            saved[content] -= 1
            found.append(row)
    return tuple(found) if len(found) >= max(threshold, half) else ()


def import_with_digest(session: Session, digest: str) -> ImportedFile | None:
    """Return the import of these very bytes of which sheets are stored, None when there is none."""
    return next(iter(_imports(session, DataImport.file_digest == digest)), None)


def imports(session: Session, course_id: int, wave: Wave) -> list[ImportedFile]:
    """Return the files whose sheets are stored in an evaluation of a course, the latest first."""
    return _imports(session, Evaluation.course_id == course_id, Evaluation.wave == wave)


def _imports(session: Session, *conditions: object) -> list[ImportedFile]:
    wanted = (
        select(DataImport, Course.title, Evaluation.wave, func.count(Evaluation.id))
        .join(Evaluation, Evaluation.import_id == DataImport.id)
        .join(Course, Course.id == Evaluation.course_id)
        .where(DataImport.undone_at.is_(None), *conditions)  # type: ignore[arg-type]
        .group_by(DataImport.id, Course.title, Evaluation.wave)
        .order_by(DataImport.id.desc())
    )
    return [
        ImportedFile(
            row.id, row.file_name, row.at, row.actor, title, wave, count,
            evaluation_records.any_answered(session, _sheets_of(session, row.id)),
        )
        for row, title, wave, count in session.execute(wanted)
    ]  # fmt: skip


def _sheets_of(session: Session, import_id: int) -> Sequence[int]:
    return session.scalars(select(Evaluation.id).where(Evaluation.import_id == import_id)).all()


def answered_text() -> str:
    """Return why a file stays of which a suggestion has been answered, and what to do."""
    return _(
        "It cannot be taken back now: a suggestion from it has been answered, and the answer would "
        "lose what it answers. Take the answer back under “You said – we did” first."
    )


def earlier_text(earlier: ImportedFile) -> str:
    """Return that a file is saved already, and what to do."""
    return _(
        "This very file was saved on {date} at {time} ({course}). If it shall be saved anew, take "
        "that one back first."
    ).format(
        date=format_date(earlier.at.astimezone(COPENHAGEN).date(), "long"),
        time=format_time(earlier.at),
        course=earlier.course,
    )


def import_sheets(
    session: Session,
    course_id: int,
    form: EvaluationForm,
    sheets: Sequence[Sheet],
    *,
    wave: Wave,
    file_name: str,
    digest: str,
    entered_on: dt.date,
) -> Saved:
    """Save the forms of a file, and which file they came from.

    Parameters
    ----------
    form, sheets, wave, entered_on
        As for `evaluation_records.save_sheets`.
    file_name
        What the user calls the file; private, and kept shortened.
    digest
        SHA-256 of its bytes in hexadecimal, by which it is known when it comes once more.

    Raises
    ------
    InputFault
        When that very file is saved already, or as for `evaluation_records.save_sheets`.
    Conflict
        When the course was removed meanwhile.
    """
    if (earlier := import_with_digest(session, digest)) is not None:
        raise InputFault([Fault(earlier_text(earlier))])
    site_id = session.get_one(Course, course_id).site_id
    taken = Taken(session, f"evaluation_{form.id}", file_name, digest, site_id)
    evaluation_records.save_sheets(
        session, course_id, form, sheets,
        wave=wave, source="file", entered_on=entered_on, import_id=taken.record.id,
    )  # fmt: skip
    return taken.done()


class EvaluationIntake(Intake):
    """Answered evaluation forms of one course.

    Parameters
    ----------
    form
        The form that was filled in.
    wave
        The evaluation they are of.
    entered_on
        The day they are saved.
    threshold
        Fewest people of whom anything is told.
    """

    def __init__(
        self, course_id: int, form: EvaluationForm, wave: Wave, entered_on: dt.date, threshold: int
    ) -> None:
        self._course_id = course_id
        self._form = form
        self._wave = wave
        self._entered_on = entered_on
        self._threshold = threshold

    @property
    def template(self) -> Template:
        """The template of such files."""
        return evaluation_template(self._form)

    def site_of(self, session: Session) -> int:
        """Return the site of the course."""
        return session.get_one(Course, self._course_id).site_id

    def look(self, session: Session, reading: Reading, answers: Answers) -> Look:
        """Return which sheets would be saved; those that are saved already are left out."""
        refused = refused_codes(session, self._course_id, self._wave, sheets_in(reading.rows))
        fit = reading.refuse(refused, str(self.template.schema.columns[RESPONDENT].title))
        sheets = sheets_in(fit.rows)
        saved = saved_already(session, self._course_id, self._wave, sheets, self._threshold)
        lines = [
            Line(row, "same", _("Sheet"))
            if row in saved
            else Line(
                row, "added", _("Sheet"),
                ngettext("{n} answer", "{n} answers", len(sheet.content)).format(
                    n=len(sheet.content)
                ),
                partial(self._write, sheet),
            )
            for row, sheet in sheets.items()
        ]  # fmt: skip
        return Look(fit, tuple(lines))

    def _write(self, sheet: Sheet, taken: Taken) -> None:
        evaluation_records.save_sheets(
            taken.session, self._course_id, self._form, [sheet],
            wave=self._wave, source="file", entered_on=self._entered_on,
            import_id=taken.record.id,
        )  # fmt: skip


class EvaluationKind(Kind):
    """Files of evaluations once they are taken in: a sheet knows its file itself."""

    def courses(self, session: Session, import_id: int) -> set[int]:
        """Return the course the sheets are about."""
        wanted = select(Evaluation.course_id).where(Evaluation.import_id == import_id)
        return set(session.scalars(wanted.distinct()))

    def size(self, session: Session, import_id: int) -> int:
        """Return how many sheets of a file are stored."""
        return len(_sheets_of(session, import_id))

    def hindrances(self, session: Session, import_id: int, rows: Rows) -> list[str]:
        """Return that a suggestion from a file has been answered."""
        sheets = _sheets_of(session, import_id)
        return [answered_text()] if evaluation_records.any_answered(session, sheets) else []

    def undone(self, session: Session, import_id: int, rows: Rows) -> None:
        """Delete the sheets, their answers, and the suggestions in them."""
        evaluation_records.delete_sheets(session, _sheets_of(session, import_id), answered_text())
