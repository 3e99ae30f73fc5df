"""How many came on the days already held, and who will not come, for ordering coffee."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from peerbook.course.attendance import attendance_records
from peerbook.course.schedule.day_plan import Turnout
from peerbook.course.schedule.plan import Item


def earlier_turnouts(session: Session, course_id: int, before: dt.date) -> tuple[Turnout, ...]:
    """Return enrolled and present on each day held before a day; paused mentors are left out."""
    frame = attendance_records.attendance_frame(session, course_id)
    dates = attendance_records.dates_frame(session, course_id)
    held = dates.loc[dates["date"] < before, "date_id"]
    counts = frame["status"].isin(["present", "apology", "absent"]) & frame["date_id"].isin(held)
    return tuple(
        Turnout(enrolled=len(day), came=int((day["status"] == "present").sum()))
        for _date, day in frame[counts].groupby("date_id", sort=True)
    )


def apologies(session: Session, course_id: int, item: Item) -> int:
    """Return how many have an apology noted for a date already."""
    frame = attendance_records.attendance_frame(session, course_id)
    dates = attendance_records.dates_frame(session, course_id)
    is_item = (dates["kind"] == item.kind) & (dates["number"] == item.number)
    on_it = frame["date_id"].isin(dates.loc[is_item, "date_id"])
    return int((on_it & (frame["status"] == "apology")).sum())
