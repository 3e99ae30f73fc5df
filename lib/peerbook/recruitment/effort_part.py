"""Noting what was spent on reaching people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from peerbook.people.names import CHANNELS, channel_name
from peerbook.recruitment import effort_records
from peerbook.recruitment.effort_records import Effort
from peerbook.rows import each
from peerbook.sites.tab import Tab
from peerbook.store import Receipt
from peerbook.store.tables import Channel
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
    Part,
    Prose,
    RowAction,
    Submission,
    Table,
    TextField,
)
from peerbook.ui.answers import given, whole

SHOWN = 40
_NO_CHANNEL = ("unknown",)
MOST_MINUTES, MOST_KR = 60_000, 1_000_000
"""More than a year of work, or a million, has a slip in it."""


class Efforts(Tab):
    """A form, and below it what was noted; each can be corrected or removed."""

    def parts(self) -> list[Part]:
        """Return the form and the list."""

        def save(submission: Submission) -> Receipt:
            return self._save(
                submission,
                lambda session: effort_records.save_effort(
                    session, self._site.id, _effort(submission.values), self._desk.today
                ),
            )

        form = Form(
            "effort", self._fields(), values={"date": self._desk.today}, on_submit=save,
            drafts=self._desk.drafts(f"effort:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip
        return [form, *super().parts()]

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

    def _frame(self) -> pd.DataFrame:
        with self._desk.store.read() as session:
            return effort_records.efforts_frame(session, self._site.id)

    def _overview_parts(self) -> list[Part]:
        frame = self._frame()
        if frame.empty:
            return [Prose(_("Nothing is noted yet."))]
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
                "date": row.date,
                "channel": channel_name(row.channel),
                "what": row.what,
                "minutes": int(row.minutes),
                "cost_kr": int(row.cost_kr),
            }
            for row in each(frame.head(SHOWN))
        ]  # fmt: skip
        table = Table(
            columns, rows, _("What was done, the latest first"), sortable=False,
            action=RowAction(_("Correct"), self._correct),
        )  # fmt: skip
        return [table]

    def _correct(self, row: Cells) -> str:
        number = int(str(row["id"]))

        def parts() -> list[Part]:
            frame = self._frame()
            found = each(frame[frame["effort_id"] == number])
            return next((self._correction_parts(one) for one in found), [])

        self._place.open(parts)
        return ""

    def _correction_parts(self, row: Any) -> list[Part]:
        number, version = int(row.effort_id), int(row.version)
        values = {
            "date": row.date, "channel": row.channel, "what": row.what,
            "minutes": int(row.minutes), "cost_kr": int(row.cost_kr),
        }  # fmt: skip

        def save(submission: Submission) -> None:
            self._save_and_show(
                submission,
                lambda session: effort_records.correct_effort(
                    session, number, _effort(submission.values), self._desk.today, version
                ),
            )

        def remove() -> str:
            return self._press(
                lambda session: effort_records.remove_effort(session, number, version),
                _("It is removed."),
            )

        form = Form(
            "effort_correction", self._fields(), on_submit=save,
            values=values,
            submit_label=_("Save the correction"),
        )  # fmt: skip
        remove_it = Button(_("Remove it"), remove, confirm=_("Remove it?"), look="danger")
        return [form, remove_it]


def _effort(values: Mapping[str, object]) -> Effort:
    return Effort(
        cast(Channel, values["channel"]),
        given(dt.date, values["date"]),
        str(values["what"]),
        whole(values["minutes"]) or 0,
        whole(values["cost_kr"]) or 0,
    )
