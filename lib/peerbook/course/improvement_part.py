"""You said – we did: every suggestion gets an answer, somebody who sees to it, and a date."""

from __future__ import annotations

import datetime as dt
from typing import cast

import pandas as pd

from peerbook.course import records
from peerbook.course.improvement import board
from peerbook.desk import Desk
from peerbook.store import Receipt
from peerbook.store.tables import Course, DecisionStatus, Outcome
from peerbook.text import _, ngettext
from peerbook.ui import (
    ChoiceField,
    Column,
    DateField,
    Form,
    Heading,
    LongTextField,
    Widget,
    Prose,
    Section,
    Status,
    Submission,
    Table,
    TextField,
)


def improvement_parts(desk: Desk, course: Course) -> list[Widget]:
    """Return the board of a course's suggestions and the forms to answer and to add one."""
    place = Section([])

    def redraw(announce: str = "") -> None:
        place.show(_parts(desk, course, redraw_after), announce=announce)

    def redraw_after(announce: str) -> None:
        redraw(announce)

    redraw()
    return [place]
