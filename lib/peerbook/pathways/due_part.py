"""What waits: one list over all pairs of a site, each line with the way to do it."""

from __future__ import annotations

import datetime as dt

from peerbook.files import media_types
from peerbook.files.origin import file_name
from peerbook.pathways import due_records
from peerbook.pathways.contract import Pause
from peerbook.pathways.due import Due, Kind
from peerbook.pathways.names import due_name, when_status, who_name
from peerbook.pathways.opened import Task, cells_of
from peerbook.pathways.pair_list import PairList, names_of
from peerbook.pathways.pathway import Pathway
from peerbook.text import _
from peerbook.ui import (
    Cells,
    Column,
    Download,
    Heading,
    Part,
    Prose,
    RowAction,
    Table,
)

TASKS: dict[Kind, Task] = {
    "tell_partner": "told", "quiet": "meetings", "first_days": "check", "exit_overdue": "exit",
    "more": "more", "exit_to_agree": "exit", "no_contract": "contract", "exit_to_note": "exit",
    "first_month": "check", "closing_list": "exit", "to_end": "end", "exit_agreed": "exit",
}  # fmt: skip
"""What each line opens."""


class Waiting(PairList):
    """The list of what waits; a pair is opened at what its line is about."""

    def _overview_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            waiting = due_records.dues(session, self._site.id, today)
            pauses = due_records.open_pauses(session, self._site.id, today)
            told = [*(due.pathway for due in waiting), *(one for one, _pause in pauses)]
            names = names_of(session, told)
        parts: list[Part] = [Heading(_("What waits"))]
        if waiting:
            parts += [Prose(_order_told()), self._table(waiting, names)]
        else:
            parts.append(Prose(_("Nothing waits the next four weeks.")))
        if pauses:
            parts += [
                Prose(_("Ask those who pause now and then how it goes. There is no deadline.")),
                self._pauses(pauses, names),
            ]
        parts.append(Download(_("Calendar file of all dates (.ics)"), self._calendar))
        return parts

    def _table(self, waiting: list[Due], names: dict[str, str]) -> Table:
        today = self._desk.today
        columns = [
            Column("what", _("What")),
            Column("pair", _("Pair")),
            Column("when", _("When"), kind="status"),
            Column("on", _("Day"), kind="date"),
        ]

        rows = [
            {
                "what": due_name(due),
                **cells_of(due.pathway, names),
                "when": when_status(due.when(today)),
                "on": due.on,
                "kind": due.kind,
            }
            for due in waiting
        ]
        tasks = {str(kind): task for kind, task in TASKS.items()}

        def open_it(row: Cells) -> str:
            return self._open(int(str(row["number"])), tasks[str(row["kind"])])

        return Table(
            columns, rows, _("What harms most to wait with comes first"),
            action=RowAction(_label, open_it),
        )  # fmt: skip

    def _pauses(self, pauses: list[tuple[Pathway, Pause]], names: dict[str, str]) -> Table:
        columns = [
            Column("pair", _("Pair")),
            Column("who", _("Who needs a pause?")),
            Column("since", _("Since"), kind="date"),
        ]
        rows = [
            {**cells_of(one, names), "who": who_name(pause.who), "since": pause.since}
            for one, pause in pauses
        ]

        def open_it(row: Cells) -> str:
            return self._open(int(str(row["number"])))

        return Table(
            columns, rows, _("Pauses that go on, the longest first"),
            action=RowAction(_label, open_it),
        )  # fmt: skip

    # -- the calendar ------------------------------------------------------------------------------

    def _calendar(self) -> tuple[str, bytes, str]:
        from peerbook.pathways.due_files import pairs_calendar  # made on request only

        desk, site = self._desk, self._site.name
        key = due_records.calendar_key(desk.store, desk.actor)
        with desk.store.read() as session:
            days = due_records.days_of_pairs(session, self._site.id, desk.today)
        data = pairs_calendar(
            days, site, dt.datetime.now(dt.UTC),
            key=key, sequence=desk.store.history_length(), synthetic=desk.synthetic,
        )  # fmt: skip
        shown = file_name(_("pairs {site}").format(site=site), "ics", synthetic=desk.synthetic)
        return shown, data, media_types.CALENDAR


def _order_told() -> str:
    return _(
        "First somebody who is left alone, then days that are passing, and last what is only not "
        "written down. What is alike stands by its day."
    )


def _label(row: Cells) -> str:
    return _("Open pair {number}").format(number=row["number"])
