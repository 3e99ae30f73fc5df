"""How the final assignments of a course are presented, and by whom, as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.planning.presentations import Wish
from peerbook.errors import InputFault
from peerbook.store import Saved, merged, refuse_overtaken
from peerbook.store.tables import Course, Enrolment, Presenter
from peerbook.text import _

PRESENTATIONS = "presentations"
"""Name of what is wished among a course's parameters."""


def presentations_of(course: Course) -> Wish | None:
    """Return how many final assignments are presented and for how long; None until it is told."""
    wished = course.params.get(PRESENTATIONS)
    return None if wished is None else Wish(**wished)


def save_presentations(
    session: Session, course_id: int, wish: Wish, seen: Wish | None = None
) -> Saved:
    """Save how many final assignments a course presents, and for how long each.

    Parameters
    ----------
    seen
        What was shown as saved when the wish was made; None when there was nothing yet.

    Raises
    ------
    Conflict
        When somebody else has saved another wish since; `theirs` holds its `count` and `minutes`.
        Also when the course was removed meanwhile.
    """
    records.refuse_removed(session, course_id)
    course = session.get_one(Course, course_id)
    stored = presentations_of(course)
    if stored is not None:
        refuse_overtaken({} if seen is None else asdict(seen), asdict(stored), asdict(wish))
    course.params = {**course.params, PRESENTATIONS: asdict(wish)}
    session.flush()
    return Saved("course", course.id, course.version)


def presenters(session: Session, course_id: int) -> dict[str, int]:
    """Return which presentation each participant has a part in, by participant code."""
    rows = session.execute(
        select(Presenter.participant_code, Presenter.number).where(Presenter.course_id == course_id)
    )
    return {row.participant_code: row.number for row in rows}


def save_presenters(
    session: Session,
    course_id: int,
    chosen: Mapping[str, int | None],
    seen: Mapping[str, int | None],
) -> Saved:
    """Save who presents when.

    What two people save at the same time is joined: only what differs from `seen` is changed.

    Parameters
    ----------
    chosen
        Number of the presentation by participant code; None for those who have none yet.
    seen
        What was shown as saved when the choice was made.

    Raises
    ------
    InputFault
        When a participant is not on the course.
    Conflict
        When somebody else has given one of them another turn since; `theirs` holds it by
        participant code.
    """
    enrolled = set(
        session.scalars(select(Enrolment.participant_code).where(Enrolment.course_id == course_id))
    )
    strangers = sorted(set(chosen) - enrolled)
    if strangers:
        raise InputFault.at(
            "people",
            _("{code} is not on this course. Reload the page to see who is.").format(
                code=strangers[0]
            ),
        )
    wanted = select(Presenter).where(Presenter.course_id == course_id)
    rows = {row.participant_code: row for row in session.scalars(wanted)}
    shown = {code: seen.get(code) for code in chosen}
    stored = {code: rows[code].number if code in rows else None for code in chosen}
    for code, number in merged(shown, stored, chosen).items():
        row = rows.get(code)
        if number is None:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(Presenter(course_id=course_id, participant_code=code, number=number))
        else:
            row.number = number
    session.flush()
    course = session.get_one(Course, course_id)
    return Saved("course", course.id, course.version)
