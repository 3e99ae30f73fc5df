"""Head counts from a file: one row an occasion, and no names."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course.data_imports import Answers, Intake, Line, Look, Taken
from peerbook.course.frames import head_counts_template
from peerbook.course.names import occasion_name
from peerbook.course.schedule.calendar import outside_calendar
from peerbook.files.intake import Reading, Template
from peerbook.rows import plain_rows
from peerbook.store.tables import HeadCount, Occasion
from peerbook.text import _, format_date, format_number


class HeadCountIntake(Intake):
    """Head counts of one site.

    Parameters
    ----------
    site_id
        The site.
    today
        A day after it cannot be counted.
    """

    def __init__(self, site_id: int, today: dt.date) -> None:
        self._site_id = site_id
        self._today = today

    @property
    def template(self) -> Template:
        """The template of such files."""
        return head_counts_template()

    def site_of(self, session: Session) -> int:
        """Return the site they belong to."""
        return self._site_id

    def look(self, session: Session, reading: Reading, answers: Answers) -> Look:
        """Return which counts are new, and which differ from what is stored."""
        stored = {
            (row.occasion, row.date): row
            for row in session.scalars(select(HeadCount).where(HeadCount.site_id == self._site_id))
        }
        rows = {
            number: (cast(Occasion, row["occasion"]), row["date"].date(), int(row["people"]))
            for number, row in plain_rows(reading.rows)
        }
        times = Counter((occasion, day) for occasion, day, _people in rows.values())
        refused = {}
        lines = []
        for number, (occasion, day, people) in rows.items():
            about = f"{occasion_name(occasion)}, {format_date(day)}"
            now = stored.get((occasion, day))
            if day > self._today:
                refused[number] = _("That day lies ahead. Count when it is over.")
            elif why := outside_calendar(day):
                refused[number] = why
            elif times[occasion, day] > 1:
                refused[number] = _("That is in the list twice.")
            elif now is None:
                write = partial(self._add, occasion, day, people)
                lines.append(Line(number, "added", about, format_number(people), write))
            elif now.people == people:
                lines.append(Line(number, "same", about, format_number(people)))
            else:
                detail = _("{before} becomes {after}").format(
                    before=format_number(now.people), after=format_number(people)
                )
                lines.append(
                    Line(number, "changed", about, detail, partial(_change, now.id, people))
                )
        return Look(reading.refuse(refused), tuple(lines))

    def _add(self, occasion: Occasion, day: dt.date, people: int, taken: Taken) -> None:
        taken.add(HeadCount(site_id=self._site_id, occasion=occasion, date=day, people=people))


def _change(number: int, people: int, taken: Taken) -> None:
    taken.change(taken.session.get_one(HeadCount, number), people=people)
