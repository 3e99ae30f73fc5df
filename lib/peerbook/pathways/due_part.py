"""What waits: one list over all pairs of a site, each line with the way to do it."""

from __future__ import annotations

import datetime as dt
import uuid

from peerbook.files import media_types
from peerbook.files.ics import CalendarEntry, calendar_file
from peerbook.files.origin import file_name, invented
from peerbook.pathways import due_records, pathway_records
from peerbook.pathways.due import LOOKED_BACK, Due, Kind, PlannedDay, planned_days
from peerbook.pathways.names import day_name, due_name, when_status
from peerbook.pathways.opened import cells_of
from peerbook.pathways.pair_list import PairList, names_of
from peerbook.pathways.pathway_part import Task
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

    def _list_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            waiting = due_records.dues(session, self._site.id, today)
            names = names_of(session, (due.pathway for due in waiting))
        parts: list[Part] = [Heading(_("What waits"))]
        if waiting:
            parts.append(self._table(waiting, names))
        else:
            parts.append(Prose(_("Nothing waits the next four weeks.")))
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
                "pair": _("{peer} and {mentor}").format(**cells_of(due.pathway, names)),
                "when": when_status(due.when(today)),
                "on": due.on,
                "number": due.pathway.number,
                "kind": due.kind,
            }
            for due in waiting
        ]
        tasks = {str(kind): task for kind, task in TASKS.items()}

        def open_it(row: Cells) -> str:
            self._open(int(str(row["number"])), tasks[str(row["kind"])])
            return ""

        return Table(
            columns, rows, _("What harms most to wait with comes first"),
            action=RowAction(_("Open"), open_it),
        )  # fmt: skip

    # -- the calendar ------------------------------------------------------------------------------

    def _calendar(self) -> tuple[str, bytes, str]:
        today, synthetic = self._desk.today, self._desk.synthetic
        with self._desk.store.read() as session:
            known = pathway_records.pathways(
                session, self._site.id, today, ended_since=today - LOOKED_BACK
            )
        days = planned_days(known, today)
        name = _("Pairs, {site}").format(site=self._site.name)
        sequence = self._desk.store.audit_head().number
        notice = invented() if synthetic else ""
        entries = [
            CalendarEntry(
                uid=self._uid(day),
                sequence=sequence,
                title=_("Pair {number}: {what}").format(
                    number=day.number, what=day_name(day.kind).lower()
                ),
                date=day.on,
                place=self._site.name,
                description=notice,
                cancelled=day.is_off,
            )
            for day in days
        ]
        data = calendar_file(entries, name=name, stamp=dt.datetime.now(dt.UTC))
        shown = file_name(
            _("pairs {site}").format(site=self._site.name), "ics", synthetic=synthetic
        )
        return shown, data, media_types.CALENDAR

    def _uid(self, day: PlannedDay) -> str:
        """Return what a calendar knows a day by: the same in every file of this store."""
        key = f"{self._desk.store.keys.store_id}/{day.number}/{day.kind}"
        return f"{uuid.uuid5(uuid.NAMESPACE_URL, key)}@peerbook"
