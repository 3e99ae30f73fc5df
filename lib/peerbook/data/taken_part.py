"""The files that were taken in, each with the way to take it back, or why there is none."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from peerbook.course import data_imports
from peerbook.data.kinds import kind_named, kind_title
from peerbook.desk import Desk
from peerbook.store.tables import DataImport
from peerbook.text import _, format_date, format_time, ngettext
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Action, Disclosure, Notice, Part, Prose, Section

SHOWN = 20


class TakenPart:
    """The list of files; drawn anew after each save."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told = Section([])
        self._list = Section([])

    def parts(self) -> list[Part]:
        """Return what was taken in."""
        self.show()
        return [self._told, self._list]

    def show(self) -> None:
        """Draw the list as it is now."""
        with self._desk.store.read() as session:
            files = data_imports.files_taken(session)
            parts = [
                self._notice(
                    file,
                    kind_named(file.kind).size(session, file.id),
                    []
                    if file.undone_at
                    else data_imports.in_the_way(session, kind_named(file.kind), file.id),
                )
                for file in files
            ]
        if not parts:
            self._list.show([Prose(_("Nothing has been taken in from a file yet."))])
            return
        older = parts[SHOWN:]
        label = ngettext("{n} earlier file", "{n} earlier files", len(older)).format(n=len(older))
        self._list.show([*parts[:SHOWN], *([Disclosure(label, older)] if older else [])])

    def _notice(self, file: DataImport, size: int, reasons: list[str]) -> Part:
        brought = size if file.undone_at is None else file.undone_rows
        text = _("{kind}: {file}{rows}, taken in by {actor} on {date} at {time}.").format(
            kind=kind_title(file.kind),
            file=_("“{file}”, ").format(file=file.file_name) if file.file_name else "",
            rows=_("nobody knows any more how many rows")
            if brought is None
            else ngettext("{n} row", "{n} rows", brought).format(n=brought),
            actor=self._desk.name_of(file.actor),
            date=format_date(file.at.astimezone(COPENHAGEN).date(), "long"),
            time=format_time(file.at),
        )
        if file.undone_at is not None:
            back = _("Taken back on {date}: all of it was taken out again.").format(
                date=format_date(file.undone_at.astimezone(COPENHAGEN).date(), "long")
            )
            return Notice("info", f"{text} {back}")
        if reasons:
            told = _("It cannot be taken back now:")
            return Notice("info", " ".join([text, told, *reasons]))
        return Notice("info", text, [self._undo(file.id, file.kind, size)])

    def _undo(self, number: int, kind: str, size: int) -> Action:
        key = str(uuid4())

        def undo() -> str:
            self._desk.store.submit(
                key,
                self._desk.actor,
                lambda session: data_imports.undo(
                    session, kind_named(kind), number, dt.datetime.now(dt.UTC)
                ),
                ["undo", number],
            )
            told = _("The file is taken back. All is as it was before.")
            self._told.show([Notice("ok", told)], announce=told)
            self.show()
            return ""

        return Action(
            _("Take the file back"),
            undo,
            confirm=ngettext("Take {n} row out again?", "Take {n} rows out again?", size).format(
                n=size
            ),
        )
