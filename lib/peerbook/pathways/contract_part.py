"""The three-way talk: what is agreed on there, and the contract on paper."""

from __future__ import annotations

import datetime as dt

from peerbook.errors import InputFault
from peerbook.pathways import contract_records
from peerbook.pathways.contract import PLANNED_MONTHS
from peerbook.pathways.contract_paper import contract_file
from peerbook.pathways.contract_records import Sheet, ToldGoal
from peerbook.pathways.opened import Opened
from peerbook.text import _, format_date
from peerbook.ui import (
    DateField,
    Download,
    Form,
    IntegerField,
    LongTextField,
    Part,
    Prose,
    Submission,
)
from peerbook.ui.answers import given, whole
from peerbook.ui.asking import asks_once

_FORM = "contract"


def contract_parts(opened: Opened) -> list[Part]:
    """Return the form for the three-way talk, and the contract to print."""

    def printed() -> tuple[str, bytes, str]:
        if opened.drafts(_FORM).load() is not None:
            raise InputFault.at(
                "contract",
                _("You have written something that is not saved. Save the contract first, or throw "
                  "the draft away. Then print it."),
            )  # fmt: skip
        return contract_file(opened.desk, opened.one.number)

    return [
        Prose(_("Talk with both at once. Write what the three of you agree on.")),
        _form(opened),
        Download(_("Print the contract as it is saved"), printed),
    ]


def _form(opened: Opened) -> Form:
    desk, one, ask = opened.desk, opened.one, asks_once()
    with desk.store.read() as session:
        row = contract_records.sheet_row(session, one.number)
        # Before the talk of three they say what they said when they came.
        told = contract_records.goals_told(session, one) if row.talked_on is None else {}
    version = row.version
    peer_told, mentor_told = told.get(one.peer or ""), told.get(one.mentor or "")
    latest = desk.today if one.ended_on is None else min(desk.today, one.ended_on)

    def save(submission: Submission) -> None:
        values = submission.values
        sheet = Sheet(
            given(dt.date, values["talked_on"]),
            given(dt.date, values["starts_on"]),
            whole(values["months"]) or PLANNED_MONTHS,
            str(values["peer_goal"]),
            str(values["mentor_goal"]),
            str(values["contact_rule"]),
            str(values["cancel_rule"]),
        )
        ask(
            lambda meant: opened.save(
                submission,
                lambda session: contract_records.save_sheet(
                    session, one.number, sheet, desk.today, version, meant=meant
                ),
                stays="contract",  # to be printed
            )
        )

    def goal(field: str, name: str, told: ToldGoal | None) -> LongTextField:
        hint = ""
        if told is not None:
            hint = _("From the coffee talk on {date}. Change what is no longer so.").format(
                date=format_date(told.on)
            )
        return LongTextField(
            field, _("What does {name} want?").format(name=name), max_length=2000, hint=hint
        )

    return Form(
        "contract",
        [
            DateField(
                "talked_on", _("When did the three of you talk?"), required=True,
                latest=desk.today,
            ),
            goal("peer_goal", opened.peer, peer_told),
            goal("mentor_goal", opened.mentor, mentor_told),
            LongTextField(
                "contact_rule", _("May they call or write between meetings? How often?"),
                max_length=2000,
            ),
            LongTextField("cancel_rule", _("How do they cancel?"), max_length=2000),
            DateField("starts_on", _("From which day?"), required=True),
            IntegerField(
                "months", _("For how long?"), required=True, minimum=1, maximum=24,
                unit=_("months"),
            ),
        ],
        values={
            "talked_on": row.talked_on or latest,
            "peer_goal": row.peer_goal or _goals(peer_told),
            "mentor_goal": row.mentor_goal or _goals(mentor_told),
            "contact_rule": row.contact_rule,
            "cancel_rule": row.cancel_rule or _("Tell both each other and the coordinator."),
            "starts_on": row.starts_on or latest,
            "months": row.months or PLANNED_MONTHS,
        },
        on_submit=save,
        submit_label=_("Save the contract"),
        drafts=opened.drafts(_FORM),
    )  # fmt: skip


def _goals(told: ToldGoal | None) -> str:
    return "" if told is None else told.goals
