"""How many came on the days already held, for ordering coffee."""

from __future__ import annotations

from sqlalchemy.orm import Session

from peerbook.course.attendance import attendance_records
from peerbook.course.schedule.day_plan import Turnout


def earlier_turnouts(session: Session, course_id: int) -> tuple[Turnout, ...]:
    """Return enrolled and present on each day held so far; paused mentors are left out."""
    frame = attendance_records.attendance_frame(session, course_id)
    expected = frame[frame["status"].isin(["present", "apology", "absent"])]
    return tuple(
        Turnout(enrolled=len(day), came=int((day["status"] == "present").sum()))
        for _date, day in expected.groupby("date_id", sort=True)
    )
