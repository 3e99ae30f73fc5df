"""What somebody answers is written down, and a no stops what it stops, in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.course import people_records
from peerbook.privacy.consent import Purpose, consents, save_answers, standings
from peerbook.store import Saved, identities
from peerbook.store.backup import remember_taken_back
from peerbook.store.tables import Attendance, Course, CourseDate, Enrolment


@dataclass(frozen=True)
class Stopped:
    """What a no has stopped.

    Parameters
    ----------
    left
        Titles of the courses they are no longer on, each with the first day without them.
    cpr_deleted
        Whether a CPR number was deleted.
    """

    left: tuple[tuple[str, dt.date], ...] = ()
    cpr_deleted: bool = False


def save_consents(
    session: Session,
    code: str,
    answers: Mapping[Purpose, bool],
    on: dt.date,
    *,
    today: dt.date,
    meant: Collection[object] = (),
) -> tuple[Saved, Stopped]:
    """Write down what somebody answers, and stop what a no is about.

    A no to taking part takes them off the courses that go on, from that day or the first after
    the last they came to. A no to linking deletes the CPR number, whatever it was kept for. A no
    to being measured or quoted is heeded where sheets are handed out and people are quoted
    (`peerbook.privacy.consent.allowed_by`). It is noted beside the backups, so that none of them
    brings back what a no has stopped.

    Parameters
    ----------
    answers, on, today, meant
        As for `save_answers`.

    Raises
    ------
    InputFault
        As `save_answers` does; nothing is saved then.
    """
    before = consents(session, code, dt.date.max).get("taking_part")
    saved = save_answers(session, code, answers, on, today=today, meant=meant)
    has_left = answers.get("taking_part") is False and (before is None or before.given)
    left = tuple(_leave_courses(session, code, on, today)) if has_left else ()
    cpr_deleted = answers.get("cpr_link") is False and identities.forget_cpr(session, code)
    session.flush()
    remember_taken_back(session, standings(session, [code]))
    return saved, Stopped(left, cpr_deleted)


def _leave_courses(
    session: Session, code: str, on: dt.date, today: dt.date
) -> list[tuple[str, dt.date]]:
    """Note that somebody leaves every course that goes on; return which, and from when."""
    last = (
        select(CourseDate.course_id, func.max(CourseDate.date).label("day"))
        .where(CourseDate.status != "cancelled")
        .group_by(CourseDate.course_id)
        .subquery()
    )
    going_on = (
        select(Course)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(last, last.c.course_id == Course.id)
        .where(Enrolment.participant_code == code, Course.removed_on.is_(None), last.c.day >= today)
        .order_by(Course.id)
    )
    left = []
    for course in session.scalars(going_on).all():
        (mentor,) = (
            one for one in people_records.everybody(session)[course.id] if one.code == code
        )
        came = session.scalar(
            select(func.max(CourseDate.date))
            .join(Attendance, Attendance.course_date_id == CourseDate.id)
            .where(
                CourseDate.course_id == course.id,
                Attendance.participant_code == code,
                Attendance.status.in_(("present", "apology")),
            )
        )
        days = [on, mentor.enrolled_on] + ([came + dt.timedelta(days=1)] if came else [])
        day = max(days)
        if mentor.on(day) != "left":
            people_records.save_turn(session, course.id, code, "left", day)
            left.append((course.title, day))
    return left
