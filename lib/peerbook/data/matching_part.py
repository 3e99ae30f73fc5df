"""A file of another program: the user says once which of its columns is which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandera.pandas as pa
from sqlalchemy.orm import Session

from peerbook.data.importing import Import
from peerbook.data.kinds import importable
from peerbook.data.sources import (
    NAME_LENGTH,
    save_matching,
    saved_matchings,
    source_of,
    words_for,
)
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.files.intake import Template, labels_of, shown_heading
from peerbook.files.intake.columns import choices_of, kind_of
from peerbook.files.intake.matching import Matching, headings_of, proposed, unknown_words
from peerbook.store import Saved
from peerbook.text import _, format_list, ngettext, quoted, shortened
from peerbook.ui import (
    ChoiceField,
    Form,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
)
from peerbook.ui.answers import given, given_or_none

WHAT, NAME = "what", "name"
MOST_HEADINGS, HEADING_LENGTH = 12, 40
SAVED = "saved:"


class MatchingPart:
    """What a file holds and which column is which; then it goes on as a filled template would.

    Parameters
    ----------
    found
        The file.
    on_matched
        Is given the file once it is known what it is.
    """

    def __init__(self, desk: Desk, found: Import, on_matched: Callable[[Import], None]) -> None:
        self._desk = desk
        self._found = found
        self._on_matched = on_matched
        self._source = source_of(found.table)
        self._headings = headings_of(self._source.answers_in(found.table))
        self._next = Section([])

    def parts(self) -> list[Part]:
        """Return the question what the file holds; the next ones follow below."""
        if not self._headings:
            return [Notice("danger", _("There is nothing in the file."))]
        with self._desk.store.read() as session:
            known = saved_matchings(session)
        options = [
            *((SAVED + name, _("As last time: {name}").format(name=name)) for name in known),
            *((template.id, template.title) for template in importable().values()),
        ]

        def choose(submission: Submission) -> str:
            what = given(str, submission.values[WHAT])
            if what.startswith(SAVED):
                self._on_matched(self._found.matched_by(known[what.removeprefix(SAVED)]))
            else:
                self._next.show(self._columns(importable()[what]))
            return ""

        return [
            *self._seen(),
            Form(
                "data_what",
                [ChoiceField(WHAT, _("What is in it?"), required=True, options=options)],
                on_submit=choose,
                submit_label=_("Go on"),
                only_asks=True,
            ),
            self._next,
        ]

    def _seen(self) -> list[Part]:
        """Return what made the file, or, where that is not known, what is in it and what to do."""
        if program := self._source.title:
            return [Notice("info", _("The file comes from {program}.").format(program=program))]
        table, read = self._found.table, self._source.answers_in(self._found.table)
        shown = [shortened(heading, HEADING_LENGTH) for heading in self._headings[:MOST_HEADINGS]]
        if more := len(self._headings) - len(shown):
            shown.append(ngettext("{n} more", "{n} more", more).format(n=more))
        seen = [_("The file fits none of our templates, and we do not know what made it.")]
        if table.encoding is None:
            seen.append(_("The sheet {sheet} was read.").format(sheet=quoted(read.title)))
        seen.append(_("Its columns: {columns}.").format(columns=format_list(shown)))
        if others := [quoted(sheet.title) for sheet in table.sheets if sheet is not read]:
            seen.append(_("Not read: {sheets}.").format(sheets=format_list(others)))
        return [
            Notice("warn", " ".join(seen)),
            Prose(
                _(
                    "Should it be one of our templates? Then download the template anew, copy the "
                    "rows over, and leave its top rows as they are.\n\nIs it from another program? "
                    "Then say here what is in it, and afterwards which column is which."
                )
            ),
        ]

    def _columns(self, template: Template) -> list[Part]:
        own = [heading for heading in self._headings if self._source.own(heading)]
        others = [heading for heading in self._headings if heading not in own]
        options = [(heading, heading) for heading in dict.fromkeys([*others, *own])]
        begin = proposed(template, self._headings, self._source, words_for(template.id))

        def match(submission: Submission) -> str:
            columns = {
                name: heading
                for name, _column in template.columns()
                if (heading := given_or_none(str, submission.values[f"c_{name}"])) is not None
            }
            if len(set(columns.values())) < len(columns):
                raise InputFault.at(
                    f"c_{next(iter(columns))}", _("A column can only be one thing. Choose anew.")
                )
            matching = Matching(template.id, self._source.id, columns)
            self._next.show(self._words(template, matching))
            return ""

        return [
            Prose(
                _(
                    "Which column in the file is which? What we could guess is chosen already; "
                    "leave open what is not there."
                )
            ),
            Form(
                "data_columns",
                [
                    ChoiceField(
                        f"c_{name}",
                        shown_heading(column),
                        required=not column.nullable,
                        options=options,
                    )
                    for name, column in template.columns()
                ],
                values={f"c_{name}": heading for name, heading in begin.items()},
                on_submit=match,
                submit_label=_("Go on"),
                only_asks=True,
            ),
        ]

    def _words(self, template: Template, matching: Matching) -> list[Part]:
        """Return what the file's words mean, and under which name to remember all of it."""
        columns = dict(template.columns())
        asked = [
            (f"w_{name}_{place}", name, word)
            for name, words in unknown_words(
                self._found.table, template, matching, self._source
            ).items()
            for place, word in enumerate(words)
        ]

        def remember(submission: Submission) -> str:
            words: dict[str, dict[str, str]] = {}
            for key, name, word in asked:
                if (meant := given_or_none(str, submission.values[key])) is not None:
                    words.setdefault(name, {})[word] = meant
            whole = replace(matching, words=words)
            if name := given(str, submission.values[NAME]).strip():

                def save(session: Session) -> Saved:
                    save_matching(session, name, whole)
                    return Saved("matching", 0, 1)

                self._desk.save(submission, save)
            self._on_matched(self._found.matched_by(whole))
            return ""

        return [
            Form(
                "data_words",
                [
                    *(
                        ChoiceField(
                            key,
                            _("{column}: what does “{word}” mean?").format(
                                column=shown_heading(columns[name]), word=word
                            ),
                            options=_meanings(columns[name]),
                        )
                        for key, name, word in asked
                    ),
                    TextField(
                        NAME,
                        _("Remember this under a name"),
                        max_length=NAME_LENGTH,
                        hint=_(
                            "May stay empty. With a name you need not match anything next time."
                        ),
                    ),
                ],
                on_submit=remember,
                submit_label=_("Show what it would do"),
                only_asks=True,
            )
        ]


def _meanings(column: pa.Column) -> list[tuple[str, str]]:
    if kind_of(column) == "yes_no":
        return [(word, word) for word in choices_of(column)]
    return [(str(key), str(label)) for key, label in labels_of(column).items()]
