"""Who was there: one day at a time, and what it adds up to."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pandas as pd

from peerbook.course import records
from peerbook.course.attendance import attendance_summary, by_day, can_still_make_it
from peerbook.course.charts import attendance_chart, commitment_chart
from peerbook.course.names import date_name
from peerbook.course.records import Mentor
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.store import Receipt
from peerbook.store.tables import AttendanceStatus, Course
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Filter,
    Form,
    Heading,
    IntegerField,
    LongTextField,
    Notice,
    Widget,
    Prose,
    Row,
    RowsField,
    Section,
    Status,
    Submission,
    Table,
    TextField,
)

REQUIRED_DAYS_SETTING = "required_teaching_days"


def status_name(status: str) -> str:
    """Return the name of an attendance status in the user's language."""
    return {
        "present": _("Present"),
        "apology": _("Sent an apology"),
        "absent": _("Absent without word"),
        "paused": _("On a pause"),
        "not_enrolled": _("Not yet enrolled"),
    }[status]


STATUSES = ("present", "apology", "absent", "paused", "not_enrolled")
