"""Which themes of the course came up in group sparring, as the store keeps it; never by whom."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course.schedule.plan import Item
from peerbook.errors import InputFault
from peerbook.store import Saved
from peerbook.store.tables import CourseDate, RaisedTheme
from peerbook.text import _


def raised_themes(session: Session, course_id: int) -> dict[Item, tuple[str, ...]]:
    """Return the ids of the themes that came up, by group sparring."""
    rows = session.execute(
        select(CourseDate.kind, CourseDate.number, RaisedTheme.theme)
        .join(CourseDate, CourseDate.id == RaisedTheme.course_date_id)
        .where(CourseDate.course_id == course_id)
        .order_by(CourseDate.date, RaisedTheme.theme)
    )
    raised: dict[Item, tuple[str, ...]] = {}
    for kind, number, theme in rows:
        item = Item(kind, number)
        raised[item] = (*raised.get(item, ()), theme)
    return raised


def save_raised_themes(
    session: Session, date_id: int, themes: Collection[str], seen: Collection[str] = ()
) -> Saved:
    """Save which themes came up in a group sparring.

    What two people save at the same time is joined: only what differs from `seen` is changed.

    Parameters
    ----------
    themes
        Ids of the themes that came up.
    seen
        Those that were shown as saved when the choice was made.

    Raises
    ------
    InputFault
        When the date is no group sparring, or no longer takes place.
    """
    date = session.get(CourseDate, date_id)
    if date is None or date.kind != "sparring" or date.status == "cancelled":
        raise InputFault.at(
            "themes", _("That group sparring is no longer in the plan. Choose another day.")
        )
    for theme in sorted(set(themes) - set(seen)):
        if session.get(RaisedTheme, (date_id, theme)) is None:
            session.add(RaisedTheme(course_date_id=date_id, theme=theme))
    for theme in sorted(set(seen) - set(themes)):
        row = session.get(RaisedTheme, (date_id, theme))
        if row is not None:
            session.delete(row)
    session.flush()
    return Saved("course_date", date.id, date.version)
