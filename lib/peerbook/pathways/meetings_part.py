"""The days on which a pair met, or had called it off."""

from __future__ import annotations

import datetime as dt
from typing import cast

from peerbook.pathways import contact_records
from peerbook.pathways.contact import MeetingDay, MeetingState
from peerbook.pathways.opened import Opened
from peerbook.text import _
from peerbook.ui import (
    Cells,
    ChoiceField,
    Column,
    DateField,
    Form,
    Part,
    Prose,
    Row,
    RowAction,
    RowsField,
    Submission,
    Table,
)
from peerbook.ui.answers import given
from peerbook.ui.asking import asks_once

LATEST = 12
"""Meetings that are listed."""


def meeting_parts(opened: Opened) -> list[Part]:
    """Return the form for days on which a pair met, and the latest of them."""
    return [_form(opened), *_latest(opened)]


def _form(opened: Opened) -> Form:
    ask = asks_once()

    def save(submission: Submission) -> None:
        rows = given(tuple, submission.values["days"])
        days = [_day(row) for row in rows]
        ask(
            lambda meant: opened.save(
                submission,
                lambda session: contact_records.save_meetings(
                    session, opened.one.number, days, opened.desk.today, meant=meant
                ),
            ),
        )

    return Form(
        "meetings",
        [
            RowsField(
                "days",
                _("When did they meet?"),
                fields=[
                    DateField("date", _("Day"), required=True),
                    ChoiceField(
                        "state", _("What became of it"), required=True,
                        options=[(state, state_name(state)) for state in ("held", "cancelled")],
                    ),
                ],
                row_label=_("Meeting"),
                max_rows=60,
                required=True,
            )
        ],
        on_submit=save,
        submit_label=_("Save the days"),
        drafts=opened.drafts("meetings"),
    )  # fmt: skip


def _latest(opened: Opened) -> list[Part]:
    with opened.desk.store.read() as session:
        known = [
            {"id": row.id, "version": row.version, "date": row.date, "state": row.state}
            for row in contact_records.latest_meetings(session, opened.one.number, LATEST)
        ]
    if not known:
        return [Prose(_("No meeting is noted yet."))]

    def remove(row: Cells) -> str:
        return opened.press(
            lambda session: contact_records.remove_meeting(
                session, int(str(row["id"])), int(str(row["version"]))
            ),
            _("The day is taken away."),
        )

    columns = [
        Column("date", _("Day"), kind="day"),
        Column("what", _("What became of it")),
    ]
    rows = [one | {"what": state_name(cast(MeetingState, one["state"]))} for one in known]
    action = RowAction(_("Take away"), remove, confirm=_("Take this day away?"))
    return [Table(columns, rows, _("The latest meetings"), sortable=False, action=action)]


def state_name(state: MeetingState) -> str:
    """Return what became of a meeting."""
    return {"held": _("They met"), "cancelled": _("Called off")}[state]


def _day(row: Row) -> MeetingDay:
    return MeetingDay(
        given(dt.date, row.values["date"]), cast(MeetingState, str(row.values["state"]))
    )
