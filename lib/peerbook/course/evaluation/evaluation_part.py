"""Evaluations: what they say, and the ways to enter them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from peerbook.course import records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_entry_part import EvaluationEntry
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation.evaluation_result_part import result_parts
from peerbook.course.evaluation.saved_sheets_part import SavedSheets
from peerbook.course.evaluation.still_to_come import still_to_come
from peerbook.course.evaluation.waves import WAVES, wave_name
from peerbook.course.evaluation_form import EvaluationForm, load_form
from peerbook.desk import Desk
from peerbook.store import Receipt
from peerbook.store.tables import Course, Source, Wave
from peerbook.text import _
from peerbook.ui import Filter, Heading, Notice, Part, Section, Submission, Tabs

if TYPE_CHECKING:
    from peerbook.course.evaluation.evaluation_import_part import EvaluationFiles


class Evaluations:
    """A course's evaluations on the page; what they say is redrawn after each save.

    Parameters
    ----------
    on_change
        Called when sheets, and so the suggestions on them, were saved or went.
    """

    def __init__(self, desk: Desk, course: Course, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._course = course
        self._on_change = on_change
        self._entry = Section([])
        self._result = Section([])
        self._saved: SavedSheets | None = None
        self._files: EvaluationFiles | None = None

    def section(self) -> Section:
        """Return the section with what they say, and beside it paper, entry and saved sheets."""
        self._enter("mid")
        self._show_result()
        choice = Filter(
            _("Which evaluation?"),
            [(wave, wave_name(wave)) for wave in WAVES],
            self._enter,
            value="mid",
        )
        return Section(
            [
                Tabs(
                    [
                        (_("The answers"), [self._result]),
                        (
                            _("Enter"),
                            [Heading(_("Print the form and enter answers")), choice, self._entry],
                        ),
                    ],
                    label=_("Evaluation"),
                )
            ]
        )

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
            saved.redraw()
            self._show_changed(_("What they say is up to date."))
            return receipt

        self._files = None
        saved = self._saved = SavedSheets(self._desk, self._course, wave, self._show_changed)
        entry = EvaluationEntry(self._desk, self._course, wave, save, saved)
        file = (_("From a file"), lambda: self._file_parts(form, wave, saved))
        with self._desk.store.read() as session:
            question = still_to_come(session, self._course.id, wave, self._desk.today)
        asked = [Notice("warn", question)] if question else []
        self._entry.show([*asked, entry.tabs(file)])

    def _file_parts(self, form: EvaluationForm, wave: Wave, saved: SavedSheets) -> list[Part]:
        # What reads files is heavy to import, and most visits do not come here.
        from peerbook.course.evaluation.evaluation_import_part import EvaluationFiles

        def changed(announce: str) -> None:
            saved.redraw()
            self._show_changed(announce)

        self._files = EvaluationFiles(self._desk, self._course, form, wave, changed)
        return self._files.parts()

    def follow_answers(self) -> None:
        """Show which sheets and files can go now that a suggestion was answered, or is not."""
        if self._saved is not None:
            self._saved.redraw()
        if self._files is not None:
            self._files.show_saved()

    def _show_changed(self, announce: str) -> None:
        self._show_result(announce)
        self._on_change()

    def _show_result(self, announce: str = "") -> None:
        with self._desk.store.read() as session:
            answers = evaluation_records.answers_frame(session, self._course.id)
            sheets = evaluation_records.sheets_count(session, self._course.id)
            of = records.among([self._course])
            follow_ups = evaluation_records.follow_ups(session, of, self._desk.today)
        standing = follow_ups.get(self._course.id)
        parts = result_parts(answers, sheets, standing, self._desk.threshold())
        self._result.show(parts, announce=announce)
