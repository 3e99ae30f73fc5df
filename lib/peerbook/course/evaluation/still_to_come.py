"""Evaluations that are still to come: answers to one are likely meant for another."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.course.evaluation import evaluation_records
from peerbook.store.tables import Course, CourseDate, Wave
from peerbook.text import _, format_date


def still_to_come(session: Session, course_id: int, wave: Wave, today: dt.date) -> str:
    """Return the question to ask before answers are entered; empty once it can have been held."""
    day = _asked_from(session, course_id, wave, today)
    if day is None or day <= today:
        return ""
    text = {
        "mid": _("The mid-course evaluation is planned for {date}."),
        "final": _("The final evaluation is planned for {date}."),
        "follow_up": _("The follow-up is not to be asked until {date}."),
    }[wave].format(date=format_date(day))
    question = _("Is it the right evaluation? Look before you enter answers.")
    return f"{text} {question}"


def _asked_from(session: Session, course_id: int, wave: Wave, today: dt.date) -> dt.date | None:
    """Return the first day an evaluation is asked; None when the plan does not say."""
    if wave == "follow_up":
        of = Course.id == course_id
        standing = evaluation_records.follow_ups(session, of, today).get(course_id)
        return standing.first if standing is not None else None
    return session.scalar(
        select(func.min(CourseDate.date)).where(
            CourseDate.course_id == course_id,
            CourseDate.kind == f"{wave}_evaluation",
            CourseDate.status != "cancelled",
        )
    )
