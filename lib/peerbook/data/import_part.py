"""A file on the page: chosen, looked at, matched and asked about where need be, and saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from peerbook.course import records
from peerbook.course.data_imports import Look, Question
from peerbook.course.filled_file import (
    FILE,
    LARGEST_FILE,
    chosen_file,
    fault_table,
    read_as,
    template_download,
    wrong_file_parts,
)
from peerbook.course.page_addresses import record_links
from peerbook.data.import_words import can_be_saved, counts_text, fate_name, save_label
from peerbook.data.importing import Import
from peerbook.data.kinds import Place, importable, kind_named
from peerbook.data.matching_part import MatchingPart
from peerbook.desk import Desk
from peerbook.store.tables import Course, DataImport, Site
from peerbook.text import _, ngettext
from peerbook.ui import (
    Button,
    ChoiceField,
    Column,
    Disclosure,
    FileField,
    Form,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    Table,
    receipt_text,
)
from peerbook.ui.answers import given, given_or_none

MOST_SHOWN = 200
WHERE = "where"


class ImportPart:
    """One file after the other.

    Parameters
    ----------
    sites, chosen
        All sites, and the one to begin with.
    on_saved
        Called when a file was saved.
    """

    def __init__(
        self, desk: Desk, sites: Sequence[Site], chosen: Site, on_saved: Callable[[], None]
    ) -> None:
        self._desk = desk
        self._sites = sites
        self._chosen = chosen
        self._on_saved = on_saved
        self._found = Section([])

    def parts(self) -> list[Part]:
        """Return the templates, the form to choose a file with, and what is in it."""
        places, begin = self._places()
        return [
            Prose(
                _(
                    "Choose a file. You see first what it would do; nothing is saved until you say "
                    "so, and all of it can be taken back."
                )
            ),
            Disclosure(
                _("Templates to fill in Excel"),
                lambda: [
                    part
                    for template in importable().values()
                    for part in (Prose(f"**{template.title}**"), template_download(template))
                ],
            ),
            Form(
                "data_file",
                [
                    FileField(
                        FILE,
                        _("The file"),
                        required=True,
                        max_bytes=LARGEST_FILE,
                        hint=_(
                            "A filled template, or what another program exports: .xlsx or .csv."
                        ),
                    ),
                    ChoiceField(
                        WHERE,
                        _("Where does it belong?"),
                        required=True,
                        options=places,
                        hint=_("For rows that do not say so themselves."),
                    ),
                ],
                values={WHERE: begin},
                on_submit=self._look,
                on_attempt=lambda: self._found.show([]),
                submit_label=_("Show what it would do"),
                only_asks=True,
            ),
            self._found,
        ]

    def _places(self) -> tuple[list[tuple[str, str]], str]:
        """Return where a file can belong, and where it most likely does."""
        several = len(self._sites) > 1
        options = []
        with self._desk.store.read() as session:
            for site in self._sites:
                options += [
                    (f"{site.id}/{row.id}", f"{row.title}, {site.name}" if several else row.title)
                    for row in records.courses(session, site.id)
                ]
                options.append((str(site.id), _("{site}, no course").format(site=site.name)))
            now = records.course_under_way(session, self._chosen.id, self._desk.today)
        begin = str(self._chosen.id) if now is None else f"{self._chosen.id}/{now.id}"
        return options, begin

    # -- looking ---------------------------------------------------------------------------------

    def _look(self, submission: Submission) -> str:
        file = chosen_file(submission.values[FILE])
        site_id, _slash, course_id = given(str, submission.values[WHERE]).partition("/")
        found = Import.of(
            self._desk.store, self._desk.actor, file.name, file.data,
            place=Place(int(site_id), int(course_id) if course_id else None),
            today=self._desk.today, threshold=self._desk.threshold(),
        )  # fmt: skip
        if found.template is None:
            self._found.show(MatchingPart(self._desk, found, self._show).parts())
            return _("Say below what is in the file.")
        self._show(found)
        return _("The file has been read.")

    def _show(self, found: Import) -> None:
        look = found.look()
        self._found.show(self._looked_parts(found, look))

    def _looked_parts(self, found: Import, look: Look) -> list[Part]:
        title = look.reading.template.title
        said = [f"{title}.", read_as(found.file_name, look.reading), _("Nothing is saved yet.")]
        parts: list[Part] = [Notice("info", " ".join(said))]
        if not look.reading.is_right_file:
            return [*parts, *wrong_file_parts(look.reading)]
        parts.append(Notice("warn" if look.reading.faults else "ok", counts_text(look)))
        if look.questions:
            parts.append(self._questions_form(found, look.questions))
        if look.reading.faults:
            parts.append(fault_table(look.reading.faults[:MOST_SHOWN]))
            parts += _more(len(look.reading.faults))
        parts += [Notice("info", note) for note in look.notes]
        if look.lines:
            parts.append(_lines_table(look))
            parts += _more(len(look.lines))
        if can_be_saved(look):
            parts.append(
                Button(
                    save_label(look),
                    lambda: self._save(found, look),
                    look="main",
                    confirm=_("The rows with faults are not saved. Save the others now?")
                    if look.reading.left_out
                    else "",
                )
            )
        return parts

    def _questions_form(self, found: Import, questions: Sequence[Question]) -> Part:
        def answer(submission: Submission) -> str:
            answers = {
                question.key: text
                for question in questions
                if (text := given_or_none(str, submission.values[question.key])) is not None
            }
            self._show(found.answered(answers))
            return _("The file is shown anew with your answers.")

        return Form(
            "data_questions",
            [
                ChoiceField(
                    question.key,
                    question.text,
                    required=True,
                    options=question.options,
                    look="radio",
                )
                for question in questions[:MOST_SHOWN]
            ],
            on_submit=answer,
            submit_label=_("Go on"),
            only_asks=True,
        )

    # -- saving ----------------------------------------------------------------------------------

    def _save(self, found: Import, look: Look) -> str:
        receipt = found.save(look)
        count = look.count("added") + look.count("changed")
        text = ngettext("{n} row is saved.", "{n} rows are saved.", count).format(n=count)
        told = f"{text} {receipt_text(receipt)}"
        self._found.show([Notice("ok", told), *self._way_on(receipt.record)], announce=told)
        self._on_saved()
        return ""

    def _way_on(self, import_id: int) -> list[Part]:
        """Return the way to the courses a file is about, where it can be seen."""
        with self._desk.store.read() as session:
            file = session.get_one(DataImport, import_id)
            about = kind_named(file.kind).courses(session, import_id)
            wanted = (
                select(Site, Course.id, Course.title)
                .join(Course, Course.site_id == Site.id)
                .where(Course.id.in_(about))
                .order_by(Site.name, Course.id)
            )
            links = record_links(
                [(site, number, title) for site, number, title in session.execute(wanted)],
                names_sites=len(self._sites) > 1,
            )
        return [Prose(_("See it on {courses}.").format(courses=links))] if links else []


def _lines_table(look: Look) -> Table:
    return Table(
        [
            Column("row", _("Row")),
            Column("fate", _("What happens")),
            Column("about", _("About")),
            Column("detail", _("Detail")),
        ],
        [
            {
                "row": line.row,
                "fate": fate_name(line.fate),
                "about": line.about,
                "detail": line.detail,
            }
            for line in look.lines[:MOST_SHOWN]
        ],
        _("What would be saved"),
        sortable=False,
    )


def _more(count: int) -> list[Part]:
    if count <= MOST_SHOWN:
        return []
    return [Prose(_("… and {n} more").format(n=count - MOST_SHOWN))]
