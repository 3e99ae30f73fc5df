"""The files of a course that people fill in: each described once, as a pandera schema.

The evaluation templates are made from the evaluation forms, so a changed question changes the
template, the data dictionary and the check alike.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from peerbook.course.evaluation_form import EvaluationForm, Item, load_form
from peerbook.course.names import OCCASIONS, STATUSES, attendance_name, occasion_name
from peerbook.files.intake import (
    Template,
    choice_column,
    code_column,
    date_column,
    email_column,
    label_column,
    phone_column,
    text_column,
    whole_column,
    yes_no_column,
)
from peerbook.text import _, format_weekday

RESPONDENT = "respondent"
PARTICIPANT = "participant"
RESPONDENT_LENGTH = 16
PARTICIPANT_LENGTH = 40
ANSWER_LENGTH = 4000
NAME_LENGTH = 120
TITLE_LENGTH = 120
NOTE_LENGTH = 200
MOST_DAYS = 60
MOST_PEOPLE = 2000
"""More than ever come anywhere, so a larger number is a slip of the finger."""
POLL_VERSION = REGISTER_VERSION = "1.0"
IMPORTED_FORMS = ("mid", "final", "follow_up")


def templates() -> tuple[Template, ...]:
    """Return every template a course can take in."""
    return (
        participants_template(),
        attendance_template(),
        head_counts_template(),
        *(evaluation_template(load_form(name)) for name in IMPORTED_FORMS),
        poll_template(),
    )


# -- the register --------------------------------------------------------------------------------


def participants_template() -> Template:
    """Return the template of who is on a course: one row a person."""
    schema = pa.DataFrameSchema(
        {
            "name": text_column(
                _("Name"),
                NAME_LENGTH,
                description=_("First name and surname, as you call them."),
                required=True,
            ),
            "email": email_column(_("E-mail"), description=_("Leave it empty if there is none.")),
            "phone": phone_column(
                _("Telephone"), description=_("Eight digits; with + first for another country.")
            ),
            "enrolled_on": date_column(
                _("On the course from"),
                description=_("Leave it empty for the day the course begins."),
            ),
            "course": text_column(
                _("Course"),
                TITLE_LENGTH,
                description=_(
                    "What the course is called, or its number. Leave it empty for the course you "
                    "choose when you take the file in."
                ),
            ),
            "code": text_column(
                _("Participant code"),
                RESPONDENT_LENGTH,
                description=_(
                    "The code peerbook knows them by, such as P-7K3M9Q. Leave it empty for "
                    "somebody new."
                ),
            ),
        },
        strict=True,
        name="participants",
        title=_("Participants of a course"),
        description=_(
            "One row for each person. Names and contacts are kept apart from all else. Never write "
            "a CPR number."
        ),
    )
    return Template(schema, REGISTER_VERSION, _file_name(_("Participants of a course")), 5000)


def attendance_template() -> Template:
    """Return the template of who came: one row a person and day."""
    schema = pa.DataFrameSchema(
        {
            "participant": text_column(
                _("Participant"),
                NAME_LENGTH,
                description=_("The name as it stands on the course, or the participant code."),
                required=True,
            ),
            "date": date_column(
                _("Date"), description=_("The day, or leave it empty and write which teaching day.")
            ),
            "day": whole_column(
                _("Teaching day number"),
                1,
                MOST_DAYS,
                description=_("1 for the first teaching day. Not needed where there is a date."),
            ),
            "status": choice_column(
                _("Came?"),
                {status: attendance_name(status) for status in STATUSES},
                description=_("One of the words."),
                required=True,
            ),
            "note": text_column(
                _("Note"), NOTE_LENGTH, description=_("Short, without names; may be empty.")
            ),
        },
        checks=pa.Check(
            lambda frame: frame[["date", "day"]].notna().any(axis=1),
            ignore_na=False,
            error=_("There is neither a date nor a teaching day in this row. Write one of them."),
        ),
        strict=True,
        name="attendance",
        title=_("Attendance"),
        description=_("One row for each person and each day."),
    )
    return Template(schema, REGISTER_VERSION, _file_name(_("Attendance")), 200_000)


def head_counts_template() -> Template:
    """Return the template of head counts: one row an occasion, and no names."""
    schema = pa.DataFrameSchema(
        {
            "date": date_column(_("Date"), description=_("The day."), required=True),
            "occasion": choice_column(
                _("What?"),
                {one: occasion_name(one) for one in OCCASIONS},
                description=_("One of the words."),
                required=True,
            ),
            "people": whole_column(
                _("How many came?"),
                0,
                MOST_PEOPLE,
                description=_("Everybody who was there, without names."),
                required=True,
            ),
        },
        strict=True,
        name="head_counts",
        title=_("Café and meetings"),
        description=_("One row for each time. No names."),
    )
    return Template(schema, REGISTER_VERSION, _file_name(_("Café and meetings")), 5000)


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
    plain = (
        title.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa").replace("é", "e")
    )
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
