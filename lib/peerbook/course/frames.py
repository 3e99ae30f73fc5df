"""The files of a course that people fill in: each described once, as a pandera schema.

The evaluation templates are made from the evaluation forms, so a changed question changes the
template, the data dictionary and the check alike.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from peerbook.course.evaluation_form import EvaluationForm, Item, load_form
from peerbook.files.intake import (
    Template,
    code_column,
    label_column,
    text_column,
    yes_no_column,
)
from peerbook.text import _, format_weekday

RESPONDENT = "respondent"
PARTICIPANT = "participant"
RESPONDENT_LENGTH = 16
PARTICIPANT_LENGTH = 40
ANSWER_LENGTH = 4000
POLL_VERSION = "1.0"
IMPORTED_FORMS = ("mid", "final", "follow_up")


def templates() -> tuple[Template, ...]:
    """Return every template a course can take in."""
    return (*(evaluation_template(load_form(name)) for name in IMPORTED_FORMS), poll_template())


# -- evaluations ---------------------------------------------------------------------------------


def evaluation_template(form: EvaluationForm) -> Template:
    """Return the template of an evaluation form: one row an answered sheet, one column an item.

    Its frame has the column `respondent` (code or missing) and one by item id: codes (Int64) or
    text, missing where nothing was answered.
    """
    items = [item.id for item in form.items]
    columns = {
        RESPONDENT: label_column(
            _("Own code"),
            RESPONDENT_LENGTH,
            description=_(
                "The code from a strip, such as 7K3M, if there is one: the same at mid-course and "
                "at the end. Never a name or a birthday. Leave it empty for an anonymous sheet."
            ),
        )
    } | {item.id: _item_column(item, number) for number, item in enumerate(form.items, start=1)}
    schema = pa.DataFrameSchema(
        columns,
        checks=pa.Check(
            lambda frame: frame[items].notna().any(axis=1),
            ignore_na=False,
            error=_("There is no answer in this row. Write the answers, or delete the row."),
        ),
        strict=True,
        name=f"evaluation_{form.id}",
        title=form.title,
        description=_(
            "One row for each sheet of paper. Write the number that is ticked; leave the cell "
            "empty where nothing is. Keep the headings as they are: the name in brackets tells "
            "which question it is."
        ),
    )
    return Template(schema, form.version, _file_name(form.title))


def _item_column(item: Item, number: int) -> pa.Column:
    if item.scale is None:
        return text_column(item.text, ANSWER_LENGTH, number=number)
    labels = {point.code: point.label for point in item.scale.points}
    return code_column(item.text, labels, number=number)


def _file_name(title: str) -> str:
    plain = title.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


# -- when can you come? --------------------------------------------------------------------------


def poll_template() -> Template:
    """Return the template of the poll on weekdays and times: one row a person, one column a time.

    Its frame has the column `participant` (a label) and one boolean column a time, whose name is
    the heading it had; missing where there was no answer.
    """
    weekdays = [format_weekday(day) for day in range(7)]
    offered = [
        heading.format(weekday=format_weekday(day).capitalize())
        for day in range(5)
        for heading in (_("{weekday} morning"), _("{weekday} afternoon"))
    ]
    slots = yes_no_column(
        rf"^(?i:{'|'.join(weekdays)})\b.*",
        _("A weekday and a time"),
        offered,
        _(
            "Write yes or no; leave the cell empty if you have no answer. You may change the "
            "heading, and delete or add columns: it must begin with a weekday, and may hold a time."
        ),
    )
    schema = pa.DataFrameSchema(
        {
            PARTICIPANT: label_column(
                _("Who"),
                PARTICIPANT_LENGTH,
                required=True,
                description=_(
                    "A short label of your own choice, such as a number. It is shown once and not "
                    "kept."
                ),
            ),
            slots.name: slots,
        },
        checks=pa.Check(
            lambda frame: frame.drop(columns=PARTICIPANT).notna().any(axis=1),
            ignore_na=False,
            error=_("There is no answer in this row. Write the answers, or delete the row."),
        ),
        strict=True,
        name="slot_poll",
        title=_("When can you come"),
        description=_(
            "One row for each person, one column for each time you ask about. Nothing of it is "
            "stored."
        ),
    )
    return Template(schema, POLL_VERSION, _file_name(_("When can you come")), max_rows=200)


def poll_answers(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the answers of a filled poll as `rank_slots` takes them.

    Times nobody has answered are left out: nothing is known of them.
    """
    long = rows.melt(id_vars=PARTICIPANT, var_name="slot", value_name="can")
    answered = long.groupby("slot")["can"].transform(lambda said: said.notna().any())
    return long[answered.astype(bool)].reset_index(drop=True)
