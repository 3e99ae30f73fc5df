"""Who came on which day, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course import plan_records
from peerbook.course.people_records import mentors
from peerbook.errors import Conflict, Fault, InputFault, Place
from peerbook.rows import each
from peerbook.store import (
    Saved,
    Store,
    merged,
    refuse_overtaken,
    row_to_change,
    set_setting,
)
from peerbook.store.tables import Attendance, AttendanceStatus, CatchUp, CourseDate, Setting
from peerbook.text import _, format_date

HELD_KINDS = ("teaching_day", "sparring")

Entry = tuple[AttendanceStatus, str | None]
"""What is recorded about one person on one day: a status and a note."""


def dates_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return the teaching days and sparrings of a course.

    Returns
    -------
    DataFrame
        Columns `date_id`, `kind`, `number`, `date`, `held` (whether attendance was recorded) and
        `cancelled`; one row a date, in order of date.
    """
    held = select(Attendance.course_date_id).distinct()
    rows = session.execute(
        select(
            CourseDate.id, CourseDate.kind, CourseDate.number, CourseDate.date, CourseDate.status,
            CourseDate.id.in_(held),
        )
        .where(CourseDate.course_id == course_id, CourseDate.kind.in_(HELD_KINDS))
        .order_by(CourseDate.date, CourseDate.starts_at)
    ).all()  # fmt: skip
    frame = pd.DataFrame(rows, columns=["date_id", "kind", "number", "date", "status", "held"])
    frame["held"] = frame["held"].astype(bool)
    frame["cancelled"] = frame.pop("status") == "cancelled"
    return frame


def attendance_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return what was recorded, one row per date and participant who was on the course then.

    Returns
    -------
    DataFrame
        Columns `date_id`, `participant`, `status`, `note` and `recorded`. The status is the one
        that counts: nobody is expected while on a pause, so an absence recorded then is `paused`.
    """
    rows = session.execute(
        select(
            Attendance.course_date_id, Attendance.participant_code, Attendance.status,
            Attendance.note, CourseDate.date,
        )
        .join(CourseDate, CourseDate.id == Attendance.course_date_id)
        .where(CourseDate.course_id == course_id)
    ).all()  # fmt: skip
    people = {mentor.code: mentor for mentor in mentors(session, course_id)}
    counted = []
    for date_id, code, recorded, note, date in rows:
        state = people[code].on(date) if code in people else "left"
        if state != "left":
            is_away = state == "paused" and recorded != "present"
            counted.append((date_id, code, "paused" if is_away else recorded, note, recorded))
    columns = ["date_id", "participant", "status", "note", "recorded"]
    return pd.DataFrame(counted, columns=columns)


def to_make_up(attendance: pd.DataFrame, caught_up: pd.DataFrame) -> list[tuple[int, str]]:
    """Return the dates missed and not made up for, each with who missed it.

    Parameters
    ----------
    attendance, caught_up
        As `attendance_frame` and `catch_up_frame` return them.
    """
    done = {(row.date_id, row.participant) for row in each(caught_up)}
    missed = [(row.date_id, row.participant) for row in each(attendance) if row.status != "present"]
    return [one for one in missed if one not in done]


def save_attendance(
    session: Session,
    date_id: int,
    statuses: Mapping[str, Entry],
    seen: Mapping[str, Entry] | None = None,
    *,
    today: dt.date,
) -> Saved:
    """Save who was there on one date; it then counts as held, with all that is part of the day.

    What somebody else has saved meanwhile about others is kept.

    Parameters
    ----------
    date_id
        The teaching day or sparring.
    statuses
        Status and note by participant code; everybody of the roster, or the missing ones stay as
        they are.
    seen
        What was recorded when the roster was shown.
    today
        A day after it cannot be recorded.

    Raises
    ------
    InputFault
        When the date is gone, cancelled or lies ahead, or a participant is not on its course or
        has left it by then.
    Conflict
        When somebody else has recorded something else about the same person since; `theirs` holds
        it by participant code. Also when somebody has taken the whole day back.
    """
    date = session.get(CourseDate, date_id)
    if date is None or date.status == "cancelled":
        raise InputFault.at("people", _("That day is no longer in the plan. Choose another one."))
    if date.date > today:
        raise InputFault.at(
            "people",
            _("{date} lies ahead. Write down who came when the day is over.").format(
                date=format_date(date.date)
            ),
        )
    people = {mentor.code: mentor for mentor in mentors(session, date.course_id)}
    strangers = sorted(set(statuses) - set(people))
    if strangers:
        raise InputFault.at(
            "people",
            _("{code} is not on this course. Reload the page to see who is.").format(
                code=strangers[0]
            ),
        )
    gone = [code for code in statuses if people[code].on(date.date) == "left"]
    if gone:
        message = _("They had left the course by that day. Reload the page to see who is on it.")
        raise InputFault([Fault(message, Place(field=f"people.{code}.status")) for code in gone])
    rows = {
        row.participant_code: row
        for row in session.scalars(select(Attendance).where(Attendance.course_date_id == date_id))
    }
    if seen and not rows:
        raise Conflict(
            _(
                "Somebody else has taken back what was saved for that day, so nothing was saved. "
                "Reload the page, and save again if somebody was there."
            )
        )
    stored: dict[str, Entry] = {code: (row.status, row.note) for code, row in rows.items()}
    for code, (status, note) in merged(seen or {}, stored, statuses).items():
        row = rows.get(code)
        if row is None:
            session.add(
                Attendance(course_date_id=date_id, participant_code=code, status=status, note=note)
            )
        else:
            row.status, row.note = status, note
    for held in _same_day(session, date):
        held.status = "held"
    session.flush()
    return Saved("course_date", date.id, date.version)


def _same_day(session: Session, date: CourseDate) -> list[CourseDate]:
    """Return the dates of a course that take place on the day of one of them, with that one."""
    wanted = select(CourseDate).where(
        CourseDate.course_id == date.course_id,
        CourseDate.date == date.date,
        CourseDate.status != "cancelled",
    )
    return list(session.scalars(wanted))


def take_back_attendance(session: Session, date_id: int, seen: Mapping[str, Entry]) -> Saved:
    """Take back what was recorded of a date, as if nobody had written down yet who came.

    What was made up for it goes too. The day, with all that is part of it, is as planned again.

    Parameters
    ----------
    date_id
        The teaching day or sparring.
    seen
        What was recorded of those on the course when the user was shown it.

    Raises
    ------
    InputFault
        When nothing is recorded of that date.
    Conflict
        When somebody else has recorded something else since.
    """
    wanted = select(Attendance).where(Attendance.course_date_id == date_id)
    rows = list(session.scalars(wanted))
    if not rows:
        raise InputFault.at("people", _("Nothing is recorded of that day any more."))
    date = session.get_one(CourseDate, date_id)
    people = {mentor.code: mentor for mentor in mentors(session, date.course_id)}
    shown = {
        row.participant_code: (row.status, row.note)
        for row in rows
        if people[row.participant_code].on(date.date) != "left"
    }
    if shown != dict(seen):
        raise Conflict(
            _(
                "Somebody else has recorded something else about that day meanwhile. Reload the "
                "page to see it, and take it back then if that is still right."
            )
        )
    made_up = session.scalars(select(CatchUp).where(CatchUp.course_date_id == date_id))
    for row in (*rows, *made_up):
        session.delete(row)
    session.flush()
    note_not_held(session, [date_id])
    session.flush()
    return Saved("course_date", date.id, date.version)


def note_not_held(session: Session, dates: Iterable[int]) -> None:
    """Let dates, and what is part of their days, be as planned where nothing is recorded now."""
    for date_id in dates:
        date = session.get_one(CourseDate, date_id)
        others = _same_day(session, date)
        recorded = select(Attendance.course_date_id).where(
            Attendance.course_date_id.in_([other.id for other in others])
        )
        if session.scalar(recorded.limit(1)) is None:
            before = plan_records.statuses_before_held(session, date.course_id, others)
            for other, status in zip(others, before, strict=True):
                other.status = status


def note_held(session: Session, course_id: int) -> None:
    """Let the dates of a course of which anything is recorded count as held, with their days."""
    recorded = (
        select(CourseDate)
        .where(CourseDate.course_id == course_id, CourseDate.status != "cancelled")
        .where(CourseDate.id.in_(select(Attendance.course_date_id)))
    )
    for date in session.scalars(recorded).all():
        for held in _same_day(session, date):
            held.status = "held"


def catch_up_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return the catch-up log of days that were missed.

    Whoever turns out to have been there has nothing to make up for. The entry stays stored: should
    that be corrected in turn, the day is made up for again.

    Returns
    -------
    DataFrame
        Columns `date_id`, `participant`, `done_on`, `how`, `catch_up_id` and its `version`; by the
        date of the day that was made up for.
    """
    rows = session.execute(
        select(
            CatchUp.course_date_id, CatchUp.participant_code, CatchUp.done_on, CatchUp.how,
            CatchUp.id, CatchUp.version,
        )
        .join(CourseDate, CourseDate.id == CatchUp.course_date_id)
        .join(
            Attendance,
            (Attendance.course_date_id == CatchUp.course_date_id)
            & (Attendance.participant_code == CatchUp.participant_code),
        )
        .where(CourseDate.course_id == course_id, Attendance.status != "present")
        .order_by(CourseDate.date, CatchUp.id)
    ).all()  # fmt: skip
    columns = ["date_id", "participant", "done_on", "how", "catch_up_id", "version"]
    return pd.DataFrame(rows, columns=columns)


def save_catch_up(
    session: Session, date_id: int, code: str, done_on: dt.date, how: str, *, today: dt.date
) -> Saved:
    """Save that somebody has made up for a day they missed.

    Parameters
    ----------
    date_id
        The course date that was missed.
    code
        Participant code of who made up for it.
    done_on, how
        The day they did, and how, in the words of whoever saw to it.
    today
        The day it is.

    Raises
    ------
    InputFault
        When they were there on that day, have made up for it already, or did so before the day
        itself or after `today`.
    """
    row = session.get(Attendance, (date_id, code))
    if row is None or row.status not in ("apology", "absent", "paused", "not_enrolled"):
        raise InputFault.at(
            "missed", _("That day was not missed, so there is nothing to catch up.")
        )
    date = session.get_one(CourseDate, date_id)
    if done_on < date.date:
        raise InputFault.at("done_on", _("The catch-up is before the day itself."))
    if done_on > today:
        raise InputFault.at("done_on", _("That day lies ahead. Save it when it is done."))
    known = session.scalar(
        select(CatchUp.id).where(
            CatchUp.course_date_id == date_id, CatchUp.participant_code == code
        )
    )
    if known is not None:
        raise InputFault.at("missed", _("That day has already been caught up."))
    caught_up = CatchUp(course_date_id=date_id, participant_code=code, done_on=done_on, how=how)
    session.add(caught_up)
    session.flush()
    return Saved("catch_up", caught_up.id, caught_up.version)


def take_back_catch_up(session: Session, number: int, version: int) -> Saved:
    """Take back that somebody has made up for a day: it is missed again. The audit keeps it.

    Parameters
    ----------
    number, version
        Of the entry in the log, as it was shown.

    Raises
    ------
    Conflict
        When somebody else has taken it back or changed it since.
    """
    row = row_to_change(session, CatchUp, number, version)
    session.delete(row)
    session.flush()
    return Saved("catch_up", number, version)


# -- what it takes to complete -------------------------------------------------------------------


def _required_key(template: str) -> str:
    return f"required_teaching_days:{template}"


def required_days(store: Store, template: str) -> int | None:
    """Return how many teaching days it takes to complete a course; None where there is no rule."""
    days: int | None = store.setting(_required_key(template))
    return days


def save_required_days(session: Session, template: str, mine: int | None, seen: int | None) -> None:
    """Save how many teaching days it takes to complete a course, None for no rule.

    Raises
    ------
    Conflict
        When somebody else has saved another rule since `seen` was shown; `theirs` holds it as
        `required`.
    """
    row = session.get(Setting, _required_key(template))
    stored = None if row is None else row.value
    refuse_overtaken({"required": seen}, {"required": stored}, {"required": mine})
    set_setting(session, _required_key(template), mine)
