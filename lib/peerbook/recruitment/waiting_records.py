"""What waits in recruitment, counted by site; nobody's name is read for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.recruitment.journey_records import standings
from peerbook.recruitment.stakeholder_records import due_counts
from peerbook.store.tables import CoffeeTalk

NEXT_DAYS = 7
LOOKED_BACK = dt.timedelta(days=366)
"""Whoever asked longer ago and was never called is no work of today."""


@dataclass(frozen=True)
class Waiting:
    """What waits, each by site; a site where nothing does is left out.

    Parameters
    ----------
    without_talk
        Those who asked and have neither a talk nor an answer.
    talks_near, talks_past
        Talks in the next seven days, and such whose day is over with nothing noted of it.
    may_write
        Those who said that they may be written to again, and whose day has come.
    visits_due
        Places that are to be visited.
    """

    without_talk: dict[int, int]
    talks_near: dict[int, int]
    talks_past: dict[int, int]
    may_write: dict[int, int]
    visits_due: dict[int, int]


def waiting(session: Session, today: dt.date) -> Waiting:
    """Return what waits at the sites that whoever looks may see."""
    asked = standings(session, None, today, since=today - LOOKED_BACK)
    return Waiting(
        dict(Counter(one.site_id for one in asked if one.standing == "asked")),
        _talks(session, today, today + dt.timedelta(days=NEXT_DAYS - 1)),
        _talks(session, dt.date.min, today - dt.timedelta(days=1)),
        dict(Counter(one.site_id for one in asked if one.write_on and one.write_on <= today)),
        due_counts(session, today),
    )


def _talks(session: Session, first: dt.date, last: dt.date) -> dict[int, int]:
    """Return how many talks are agreed for some days, by site."""
    wanted = (
        select(CoffeeTalk.site_id.label("site_id"), func.count().label("talks"))
        .where(CoffeeTalk.state == "agreed", CoffeeTalk.date.between(first, last))
        .group_by(CoffeeTalk.site_id)
    )
    return {row.site_id: row.talks for row in session.execute(wanted)}
