"""Evaluations from a filled template: show first what is in the file, then save it in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from uuid import uuid4

from peerbook.course import data_imports
from peerbook.course.evaluation import import_records
from peerbook.course.evaluation.evaluation_records import Sheet, alike, sheets_count
from peerbook.course.evaluation.import_records import ImportedFile
from peerbook.course.evaluation_form import EvaluationForm, Item, numbered
from peerbook.course.filled_file import (
    FILE,
    chosen_file,
    fault_table,
    filled_file_field,
    read_as,
    rows_text,
    template_download,
    unusable_text,
    wrong_file_parts,
)
from peerbook.course.frames import RESPONDENT, evaluation_template, templates
from peerbook.desk import Desk
from peerbook.files.apart import read_apart
from peerbook.files.intake import Reading, read_filled
from peerbook.store import Receipt
from peerbook.store.tables import Course, Wave
from peerbook.text import _, format_date, format_list, format_time, ngettext, quoted
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import (
    Action,
    Button,
    Column,
    Disclosure,
    Form,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    Table,
    UploadedFile,
    receipt_text,
)


class EvaluationFiles:
    """One evaluation's files: the one being looked at, and those that are saved.

    Parameters
    ----------
    on_change
        Called with what to read aloud when sheets were saved or taken back.
    """

    def __init__(
        self,
        desk: Desk,
        course: Course,
        form: EvaluationForm,
        wave: Wave,
        on_change: Callable[[str], None],
    ) -> None:
        self._desk = desk
        self._course = course
        self._form = form
        self._wave = wave
        self._on_change = on_change
        self._template = evaluation_template(form)
        self._found = Section([])
        self._files = Section([])
        self._is_saved = False

    def parts(self) -> list[Part]:
        """Return the template, the form to choose a file with, and what is in it."""
        self.show_saved()
        return [
            Prose(
                _(
                    "Download the template, write one row for each sheet of paper in Excel, and "
                    "choose the file here. You see first what is in it; nothing is saved until you "
                    "say so."
                )
            ),
            template_download(self._template),
            Form(
                f"evaluation_{self._wave}_file",
                [filled_file_field()],
                on_submit=self._look,
                on_attempt=self._forget,
                submit_label=_("Show what is in the file"),
                only_asks=True,
            ),
            self._found,
            self._files,
        ]

    # -- looking ---------------------------------------------------------------------------------

    def _forget(self) -> None:
        """What was found in an earlier file does not stand beside a file that cannot be read."""
        self._found.show([])

    def _look(self, submission: Submission) -> str:
        file = chosen_file(submission.values[FILE])
        reading = read_filled(self._template, read_apart(file.data), templates())
        with self._desk.store.read() as session:
            earlier = import_records.import_with_digest(session, reading.digest)
            refused = import_records.refused_codes(
                session, self._course.id, self._wave, import_records.sheets_in(reading.rows)
            )
            reading = reading.refuse(refused, str(self._template.schema.columns[RESPONDENT].title))
            sheets = import_records.sheets_in(reading.rows)
            saved = import_records.saved_already(
                session, self._course.id, self._wave, sheets, self._desk.threshold()
            )
            is_first = self._wave not in sheets_count(session, self._course.id)
        parts: list[Part] = [_facts(file.name, reading)]
        if not reading.is_right_file:
            parts += wrong_file_parts(reading)
        elif earlier is not None:
            parts.append(Notice("warn", import_records.earlier_text(earlier)))
        else:
            parts += self._found_parts(file, reading, sheets, saved, is_first=is_first)
        self._found.show(parts)
        return _("The file has been read.") if reading.is_right_file else unusable_text()

    def _found_parts(
        self,
        file: UploadedFile,
        reading: Reading,
        sheets: Mapping[int, Sheet],
        saved: tuple[int, ...],
        *,
        is_first: bool,
    ) -> list[Part]:
        fresh = {row: sheet for row, sheet in sheets.items() if row not in saved}
        parts: list[Part] = [_verdict(reading, len(fresh), saved)]
        if reading.faults:
            parts.append(fault_table(reading.faults))
        if reading.worded:
            parts.append(Notice("info", _words_text(reading.worded)))
        parts += [Notice("info", text) for text in _questions(sheets, saved)]
        if sheets and not saved and not is_first:
            parts.append(Notice("info", _only_many_text()))
        if sheets:
            parts += _preview(self._form, sheets, saved)
        if fresh:
            parts.append(self._save_button(file, reading, fresh, len(reading.left_out)))
        if saved:
            parts.append(self._save_all_button(file, reading, sheets))
        return parts

    # -- saving ----------------------------------------------------------------------------------

    def _save_button(
        self, file: UploadedFile, reading: Reading, sheets: Mapping[int, Sheet], left_out: int
    ) -> Button:
        label = ngettext("Save {n} sheet", "Save {n} sheets", len(sheets)).format(n=len(sheets))
        confirm = ""
        if left_out:
            label = ngettext(
                "{save}, and leave out {n} row", "{save}, and leave out {n} rows", left_out
            ).format(save=label, n=left_out)
            confirm = ngettext(
                "{n} row with faults is not saved. Save the others now?",
                "{n} rows with faults are not saved. Save the others now?",
                left_out,
            ).format(n=left_out)
        return Button(label, self._saver(file, reading, sheets), confirm=confirm, look="main")

    def _save_all_button(
        self, file: UploadedFile, reading: Reading, sheets: Mapping[int, Sheet]
    ) -> Button:
        return Button(
            ngettext(
                "Save {n} sheet, even if it looks the same",
                "Save all {n} sheets, even those that look the same",
                len(sheets),
            ).format(n=len(sheets)),
            self._saver(file, reading, sheets),
            confirm=_("Are they really from other people, who have answered just the same?"),
        )

    def _saver(
        self, file: UploadedFile, reading: Reading, sheets: Mapping[int, Sheet]
    ) -> Callable[[], str]:
        """Return what saves the sheets, once however often it is asked to."""
        key = str(uuid4())
        content = [self._course.id, self._wave, reading.digest, sorted(sheets)]

        def save() -> str:
            receipt = self._desk.store.submit(
                key,
                self._desk.actor,
                lambda session: import_records.import_sheets(
                    session, self._course.id, self._form, list(sheets.values()),
                    wave=self._wave, file_name=file.name, digest=reading.digest,
                    entered_on=self._desk.today,
                ),
                content,
            )  # fmt: skip
            self._tell_saved(receipt, len(sheets))
            return ""

        return save

    def _tell_saved(self, receipt: Receipt, count: int) -> None:
        text = ngettext("{n} sheet is saved.", "{n} sheets are saved.", count).format(n=count)
        told = f"{text} {receipt_text(receipt)}"
        self._found.show([Notice("ok", told)], announce=told)
        self._is_saved = True
        self.show_saved()
        self._on_change(_("What they say is up to date."))

    # -- saved files -----------------------------------------------------------------------------

    def show_saved(self) -> None:
        """Show the files that are saved, each with the way to take it back, or why there is none.

        They are in sight at once when one has been saved on this page.
        """
        with self._desk.store.read() as session:
            files = import_records.imports(session, self._course.id, self._wave)
        label = ngettext("{n} file is saved", "{n} files are saved", len(files))
        self._files.show(
            [
                Disclosure(
                    label.format(n=len(files)),
                    [self._file_notice(one) for one in files],
                    opened=self._is_saved,
                )
            ]
            if files
            else []
        )

    def _file_notice(self, file: ImportedFile) -> Notice:
        text = ngettext(
            "“{file}”: {n} sheet, saved by {actor} on {date} at {time}.",
            "“{file}”: {n} sheets, saved by {actor} on {date} at {time}.",
            file.sheets,
        ).format(
            file=file.file_name,
            n=file.sheets,
            actor=self._desk.name_of(file.actor),
            date=format_date(file.at.astimezone(COPENHAGEN).date(), "long"),
            time=format_time(file.at),
        )
        if file.is_answered:
            return Notice("info", f"{text} {import_records.answered_text()}")
        return Notice("info", text, [self._undo_action(file.id, file.sheets)])

    def _undo_action(self, number: int, count: int) -> Action:
        key = str(uuid4())

        def undo() -> str:
            self._desk.store.submit(
                key,
                self._desk.actor,
                lambda session: data_imports.undo(
                    session, import_records.EvaluationKind(), number, dt.datetime.now(dt.UTC)
                ),
                ["undo", number],
            )
            told = _("The file is taken back. Its answers no longer count anywhere.")
            self._found.show([Notice("ok", told)], announce=told)
            self.show_saved()
            self._on_change(_("What they say is up to date."))
            return ""

        return Action(
            _("Take the file back"),
            undo,
            confirm=ngettext(
                "Take {n} sheet and its suggestions out again?",
                "Take {n} sheets and their suggestions out again?",
                count,
            ).format(n=count),
        )


# -- what is in the file ---------------------------------------------------------------------------


def _facts(file_name: str, reading: Reading) -> Part:
    count = len(reading.rows) + len(reading.left_out)
    rows = ngettext("{n} row is filled.", "{n} rows are filled.", count).format(n=count)
    told = [read_as(file_name, reading), rows if count else "", _("Nothing is saved yet.")]
    return Notice("info", " ".join(filter(None, told)))


def _verdict(reading: Reading, fresh: int, saved: tuple[int, ...]) -> Notice:
    ready = ngettext("{n} sheet can be saved.", "{n} sheets can be saved.", fresh).format(n=fresh)
    if reading.faults:
        count = len(reading.left_out)
        wrong = ngettext(
            "{n} row must be corrected first. Correct it in the file and choose the file again; or "
            "leave it out.",
            "{n} rows must be corrected first. Correct them in the file and choose the file again; "
            "or leave them out.",
            count,
        ).format(n=count)
        return Notice("warn", f"{ready} {wrong}")
    if saved:
        return Notice("info", ready)
    return Notice("ok", _("Everything is in order. {ready}").format(ready=ready))


def _words_text(worded: tuple[tuple[str, int], ...]) -> str:
    """Return which words in the file were read as which numbers."""
    read = format_list([f"{quoted(word)} = {code}" for word, code in worded])
    return _("Words are read as the numbers of the scale: {words}.").format(words=read)


def _only_many_text() -> str:
    """Return how sheets that come once more are treated, whether there are any or not."""
    return _(
        "Sheets of this evaluation are saved already. If you have entered some of the sheets in "
        "this file before, delete their rows first, or they count twice. Single ones are not "
        "looked for, so that nobody’s answers can be guessed."
    )


def _questions(sheets: Mapping[int, Sheet], saved: tuple[int, ...]) -> list[str]:
    """Return what only the user can know."""
    told = []
    if saved:
        text = ngettext(
            "Just the answers of {rows} are saved already. It is left out, as it is likely the "
            "same sheet once more.",
            "Just the answers of {rows} are saved already. They are left out, as they are likely "
            "the same sheets once more.",
            len(saved),
        )
        told.append(text.format(rows=rows_text(saved)))
    told += [
        _(
            "The answers of {rows} are just the same. If it is one sheet typed twice, delete one "
            "of the rows and choose the file again."
        ).format(rows=rows_text(rows))
        for rows in alike(sheets)
    ]
    return told


def _preview(
    form: EvaluationForm, sheets: Mapping[int, Sheet], saved: tuple[int, ...]
) -> list[Part]:
    columns = [
        Column("row", _("Row")),
        Column("code", _("Own code")),
        Column("answered", _("Answers"), kind="number"),
        Column("blank", _("Blank"), kind="number"),
        Column("words", _("In own words"), kind="number"),
    ]
    rows = []
    for number, sheet in sheets.items():
        if number in saved:
            continue
        given = [value for value in sheet.answers.values() if value is not None]
        rows.append(
            {
                "row": number,
                "code": sheet.respondent,
                "answered": len(given),
                "blank": len(sheet.answers) - len(given),
                "words": sum(isinstance(value, str) for value in given),
            }
        )
    detail = Table(
        [
            Column("question", _("Question")),
            *(Column(str(number), rows_text([number]).capitalize()) for number in sheets),
        ],
        [
            {"question": numbered(item, place)}
            | {str(number): _answer(item, one.answers[item.id]) for number, one in sheets.items()}
            for place, item in enumerate(form.items, start=1)
        ],
        _("Every answer as it was read"),
        sortable=False,
    )
    return [
        Table(
            columns,
            rows,
            _("What would be saved"),
            sortable=False,
            empty=_("There is nothing new to save."),
        ),
        Disclosure(_("Every answer as it was read"), [detail]),
    ]


def _answer(item: Item, value: int | str | None) -> str | None:
    if value is None or isinstance(value, str) or item.scale is None:
        return None if value is None else str(value)
    label = next(point.label for point in item.scale.points if point.code == value)
    return f"{value} {label}"
