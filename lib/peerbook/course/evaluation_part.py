"""Evaluations: what they say, and the ways to enter them."""

from __future__ import annotations

from peerbook.course import evaluation_records
from peerbook.course.curriculum import EvaluationForm, load_form
from peerbook.course.evaluation_entry_part import EvaluationEntry
from peerbook.course.evaluation_records import Sheet
from peerbook.course.evaluation_result_part import result_parts
from peerbook.course.waves import WAVES, wave_name
from peerbook.desk import Desk
from peerbook.store import Receipt
from peerbook.store.tables import Course, Source, Wave
from peerbook.text import _
from peerbook.ui import Filter, Heading, Section, Submission, Widget


def evaluation_parts(desk: Desk, course: Course) -> list[Widget]:
    """Return the forms to enter evaluations with, and what they say."""
    return [_Evaluations(desk, course).section()]


class _Evaluations:
    """A course's evaluations on the page; what they say is redrawn after each save."""

    def __init__(self, desk: Desk, course: Course) -> None:
        self._desk = desk
        self._course = course
        self._entry = Section([])
        self._result = Section([])

    def section(self) -> Section:
        """Return the section with entry and result in it."""
        self._enter("mid")
        self._show_result()
        choice = Filter(
            _("Which evaluation?"),
            [(wave, wave_name(wave)) for wave in WAVES],
            self._enter,
            value="mid",
        )
        return Section([self._result, Heading(_("Enter answers")), choice, self._entry])

    def _enter(self, wave: Wave) -> None:
        form = load_form(wave)

        def save(submission: Submission, sheets: list[Sheet], source: Source) -> Receipt:
            receipt = self._desk.save(
                submission,
                lambda session: evaluation_records.save_sheets(
                    session, self._course.id, form, sheets,
                    wave=wave, source=source, entered_on=self._desk.today,
                ),
            )  # fmt: skip
            self._show_result(_("The figures above are up to date."))
            return receipt

        entry = EvaluationEntry(self._desk, self._course, form, wave, save)
        file = (_("From a file"), lambda: self._file_parts(form, wave))
        self._entry.show([entry.tabs(file)])

    def _file_parts(self, form: EvaluationForm, wave: Wave) -> list[Widget]:
        # What reads files is heavy to import, and most visits do not come here.
        from peerbook.course.evaluation_import_part import import_parts

        return import_parts(self._desk, self._course, form, wave, self._show_result)

    def _show_result(self, announce: str = "") -> None:
        with self._desk.store.read() as session:
            answers = evaluation_records.answers_frame(session, self._course.id)
            sheets = evaluation_records.sheets_count(session, self._course.id)
        self._result.show(result_parts(answers, sheets), announce=announce)
