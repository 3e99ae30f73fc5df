"""Noting what was spent on reaching people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, cast

from peerbook.desk import Desk
from peerbook.people.names import CHANNELS, channel_name
from peerbook.recruitment import effort_records
from peerbook.recruitment.effort_records import Effort
from peerbook.rows import each
from peerbook.store import Receipt
from peerbook.store.tables import Channel, Site
from peerbook.text import _
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Field,
    Form,
    IntegerField,
    KronerField,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Submission,
    Table,
    TextField,
    receipt_text,
)
from peerbook.ui.answers import given, whole

SHOWN = 40
_NO_CHANNEL = ("unknown",)
MOST_MINUTES, MOST_KR = 60_000, 1_000_000
"""More than a year of work, or a million, has a slip in it."""


class Efforts:
    """A form, and below it what was noted; each can be corrected or removed.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called after each save.
    """

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])

    def parts(self) -> list[Part]:
        """Return the form and the list."""
        self._show_list()

        def save(submission: Submission) -> Receipt:
            receipt = self._desk.save(
                submission,
                lambda session: effort_records.save_effort(
                    session, self._site.id, _effort(submission.values), self._desk.today
                ),
            )
            self._show_list()
            self._on_change()
            return receipt

        form = Form(
            "effort", self._fields(), values={"date": self._desk.today}, on_submit=save,
            drafts=self._desk.drafts(f"effort:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip
        return [form, self._place]

    def _fields(self) -> list[Field[Any]]:
        return [
            DateField("date", _("When?"), required=True, latest=self._desk.today),
            ChoiceField(
                "channel", _("For which channel?"), required=True,
                options=[(one, channel_name(one)) for one in CHANNELS if one not in _NO_CHANNEL],
            ),
            TextField("what", _("What was done?"), required=True, max_length=200),
            IntegerField(
                "minutes", _("Staff time"), minimum=0, maximum=MOST_MINUTES, unit=_("minutes")
            ),
            KronerField("cost_kr", _("Cost"), minimum=0, maximum=MOST_KR),
        ]  # fmt: skip

    def _show_list(self, told: str = "") -> None:
        with self._desk.store.read() as session:
            frame = effort_records.efforts_frame(session, self._site.id)
        notice: list[Part] = [Notice("ok", told)] if told else []
        if frame.empty:
            text = Prose(_("Nothing is noted yet."))
            self._place.show([*notice, text], told, take_there=bool(told))
            return
        columns = [
            Column("date", _("When"), kind="date"),
            Column("channel", _("Channel")),
            Column("what", _("What")),
            Column("minutes", _("Minutes"), kind="number"),
            Column("cost_kr", _("Kroner"), kind="number"),
        ]
        rows = [
            {
                "id": row.effort_id,
                "version": row.version,
                "date": row.date,
                "channel": channel_name(row.channel),
                "what": row.what,
                "minutes": int(row.minutes),
                "cost_kr": int(row.cost_kr),
                "values": {
                    "date": row.date, "channel": row.channel, "what": row.what,
                    "minutes": int(row.minutes), "cost_kr": int(row.cost_kr),
                },
            }
            for row in each(frame.head(SHOWN))
        ]  # fmt: skip
        table = Table(
            columns, rows, _("What was done, the latest first"), sortable=False,
            action=RowAction(_("Correct"), self._correct),
        )  # fmt: skip
        self._place.show([*notice, table], told, take_there=bool(told))

    def _correct(self, row: Cells) -> str:
        number, version = int(str(row["id"])), int(str(row["version"]))

        def save(submission: Submission) -> None:
            receipt = self._desk.save(
                submission,
                lambda session: effort_records.correct_effort(
                    session, number, _effort(submission.values), self._desk.today, version
                ),
            )
            self._show_list(receipt_text(receipt))
            self._on_change()

        def back() -> str:
            self._show_list()
            return _("The list is shown again.")

        def remove() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                effort_records.remove_effort(session, number, version)
            told = _("It is removed.")
            self._show_list(told)
            self._on_change()
            return told

        form = Form(
            "effort_correction", self._fields(), on_submit=save,
            values=cast("Mapping[str, object]", row["values"]),
            submit_label=_("Save the correction"),
        )  # fmt: skip
        remove_it = Button(_("Remove it"), remove, confirm=_("Remove it?"), look="danger")
        self._place.show([form, Button(_("Back to the list"), back), remove_it], take_there=True)
        return ""


def _effort(values: Mapping[str, object]) -> Effort:
    return Effort(
        cast(Channel, values["channel"]),
        given(dt.date, values["date"]),
        str(values["what"]),
        whole(values["minutes"]) or 0,
        whole(values["cost_kr"]) or 0,
    )
