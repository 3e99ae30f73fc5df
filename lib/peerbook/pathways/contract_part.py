"""The three-way talk: what is agreed on there, and the contract on paper."""

from __future__ import annotations

import datetime as dt

from peerbook.errors import InputFault
from peerbook.pathways import contract_records
from peerbook.pathways.contract import PLANNED_MONTHS
from peerbook.pathways.contract_paper import contract_file
from peerbook.pathways.contract_records import Sheet
from peerbook.pathways.opened import Opened
from peerbook.text import _
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
    desk, number = opened.desk, opened.one.number
    with desk.store.read() as session:
        row = contract_records.sheet_row(session, number)
    version = row.version

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
        opened.save(
            submission,
            lambda session: contract_records.save_sheet(
                session, number, sheet, desk.today, version
            ),
            stays="contract",  # to be printed
        )

    return Form(
        "contract",
        [
            DateField(
                "talked_on", _("When did the three of you talk?"), required=True,
                latest=desk.today,
            ),
            LongTextField(
                "peer_goal", _("What does {name} want?").format(name=opened.peer), max_length=2000
            ),
            LongTextField(
                "mentor_goal", _("What does {name} want?").format(name=opened.mentor),
                max_length=2000,
            ),
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
            "talked_on": row.talked_on or desk.today,
            "peer_goal": row.peer_goal, "mentor_goal": row.mentor_goal,
            "contact_rule": row.contact_rule,
            "cancel_rule": row.cancel_rule or _("Tell both each other and the coordinator."),
            "starts_on": row.starts_on or desk.today,
            "months": row.months or PLANNED_MONTHS,
        },
        on_submit=save,
        submit_label=_("Save the contract"),
        drafts=opened.drafts(_FORM),
    )  # fmt: skip
