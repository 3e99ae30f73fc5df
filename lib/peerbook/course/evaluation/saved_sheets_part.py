"""The saved sheets of one evaluation, so that one entered wrongly or twice can be deleted."""

from __future__ import annotations

from collections.abc import Callable

from peerbook.course.evaluation import evaluation_records
from peerbook.desk import Desk
from peerbook.rows import each
from peerbook.store.tables import Course, Wave
from peerbook.text import _
from peerbook.ui import Cells, Column, Notice, Part, Prose, RowAction, Section, Table


class SavedSheets:
    """The list of sheets on the page; what they answered is not in it."""

    def __init__(
        self, desk: Desk, course: Course, wave: Wave, on_change: Callable[[str], None]
    ) -> None:
        self._desk = desk
        self._course = course
        self._wave = wave
        self._on_change = on_change
        self._place: Section | None = None

    def section(self) -> Section:
        """Return the section with the list; made when it is first asked for."""
        if self._place is None:
            self._place = Section(self._parts())
        return self._place

    def redraw(self, told: str = "") -> None:
        """Show the list anew, if it is on the page."""
        if self._place is not None:
            notice = [Notice("ok", told)] if told else []
            self._place.show([*notice, *self._parts()], announce=told)

    def _parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            frame = evaluation_records.sheets_frame(session, self._course.id, self._wave)
            some_stay = evaluation_records.any_answered(
                session, [int(number) for number in frame["evaluation_id"]]
            )
        if frame.empty:
            return [Prose(_("No sheet of this evaluation is saved yet."))]
        columns = [
            Column("number", _("Number")),
            Column("entered_on", _("Entered on"), kind="date"),
            Column("source", _("How")),
            Column("respondent", _("Own code")),
        ]
        rows = [
            {
                "number": str(row.evaluation_id),
                "entered_on": row.entered_on,
                "source": _way(row.source, row.extent),
                "respondent": row.respondent,
            }
            for row in each(frame)
        ]
        question = _(
            "Delete the sheet? Its answers and the suggestions on it are lost. You can enter it "
            "again afterwards."
        )
        # Which sheet it is would tie what somebody asked for to their code.
        stays = _(
            "A sheet whose suggestion has been answered under “You said – we did” stays as long as "
            "the answer does. Take the answer back there first."
        )
        return [
            Prose(
                _(
                    "A sheet typed in on the page got its number when it was saved. What stands "
                    "on a sheet is not shown here."
                )
            ),
            *([Prose(stays)] if some_stay else []),
            Table(
                columns,
                rows,
                _("Saved sheets, the latest first"),
                action=RowAction(_("Delete the sheet"), self._delete, confirm=question),
            ),
        ]

    def _delete(self, row: Cells) -> str:
        number = int(str(row["number"]))
        with self._desk.store.write(self._desk.actor) as session:
            evaluation_records.delete_sheet(session, self._course.id, number)
        told = _("Sheet number {number} is deleted.").format(number=number)
        self.redraw(told)
        self._on_change(_("What they say is up to date."))
        return told


def _way(source: str, extent: str) -> str:
    way = {"typed": _("One sheet"), "pile": _("A pile of paper"), "file": _("From a file")}[source]
    return _("{way}, three questions").format(way=way) if extent == "short" else way
