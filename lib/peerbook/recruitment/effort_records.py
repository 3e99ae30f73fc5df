"""What was spent on reaching people, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.recruitment.funnel import By, spent_in_talks
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import (
    Channel,
    CoffeeTalk,
    RecruitmentEffort,
    Stakeholder,
    StakeholderKind,
    Visit,
)
from peerbook.text import _

VISITED_FOR: dict[StakeholderKind, Channel] = {
    "unit": "contact_person",
    "hospital": "contact_person",
    "job_centre": "contact_person",
    "health": "contact_person",
    "volunteer_centre": "network",
    "association": "network",
    "education": "network",
    "business": "network",
    "media": "article",
    "other": "other",
}
"""Through what people come whom a place tells of the programme."""


@dataclass(frozen=True)
class Effort:
    """One thing that was done.

    Parameters
    ----------
    channel
        What it was meant for.
    date, what
        When, and what it was.
    minutes, cost_kr
        Staff minutes and kroner that went into it.
    """

    channel: Channel
    date: dt.date
    what: str
    minutes: int = 0
    cost_kr: int = 0


def efforts_frame(session: Session, site_id: int | None = None) -> pd.DataFrame:
    """Return what was spent at a site, or at all.

    Returns
    -------
    DataFrame
        Columns `effort_id`, `site_id`, `channel`, `date`, `what`, `minutes`, `cost_kr`, `version`;
        the latest first.
    """
    columns = ("id", "site_id", "channel", "date", "what", "minutes", "cost_kr", "version")
    wanted = select(*(getattr(RecruitmentEffort, name) for name in columns)).order_by(
        RecruitmentEffort.date.desc(), RecruitmentEffort.id.desc()
    )
    if site_id is not None:
        wanted = wanted.where(RecruitmentEffort.site_id == site_id)
    return pd.DataFrame(session.execute(wanted).all(), columns=["effort_id", *columns[1:]])


def spent_frame(session: Session, site_id: int, journeys: pd.DataFrame, by: By) -> pd.DataFrame:
    """Return all that was spent on reaching people at a site: what was noted, visits and talks.

    Parameters
    ----------
    journeys, by
        As for `funnel`: the time of a talk is spent on the channel through which somebody came.

    Returns
    -------
    DataFrame
        `channel`, `date`, `minutes` and `cost_kr`.
    """
    spent = [
        efforts_frame(session, site_id),
        visits_frame(session, site_id),
        spent_in_talks(journeys, talks_frame(session, site_id), by),
    ]
    return pd.concat(spent)[["channel", "date", "minutes", "cost_kr"]]


def visits_frame(session: Session, site_id: int) -> pd.DataFrame:
    """Return the time of visits at a site as what was spent on a channel.

    Returns
    -------
    DataFrame
        `channel`, `date`, `minutes` and `cost_kr`, which is none.
    """
    wanted = (
        select(Stakeholder.kind, Visit.date, Visit.minutes)
        .join(Stakeholder, Stakeholder.id == Visit.stakeholder_id)
        .where(Stakeholder.site_id == site_id, Visit.minutes.is_not(None))
    )
    rows = [(VISITED_FOR[kind], on, minutes, 0) for kind, on, minutes in session.execute(wanted)]
    return pd.DataFrame(rows, columns=["channel", "date", "minutes", "cost_kr"])


def talks_frame(session: Session, site_id: int) -> pd.DataFrame:
    """Return the talks that were held at a site.

    Returns
    -------
    DataFrame
        `code`, `date` and `minutes` of all staff who were there together.
    """
    wanted = select(
        CoffeeTalk.participant_code, CoffeeTalk.date, CoffeeTalk.minutes * CoffeeTalk.staff
    ).where(
        CoffeeTalk.site_id == site_id,
        CoffeeTalk.state == "held",
        CoffeeTalk.minutes.is_not(None),
    )
    return pd.DataFrame(session.execute(wanted).all(), columns=["code", "date", "minutes"])


def save_effort(session: Session, site_id: int, effort: Effort, today: dt.date) -> Saved:
    """Note what was done to reach people.

    Raises
    ------
    InputFault
        When the day lies ahead, it says nothing, or neither time nor money went into it.
    """
    _check(effort, today)
    row = RecruitmentEffort(site_id=site_id, **asdict(effort))
    session.add(row)
    session.flush()
    return Saved("recruitment_effort", row.id, row.version)


def correct_effort(
    session: Session, number: int, effort: Effort, today: dt.date, seen_version: int
) -> Saved:
    """Save it as it should have been.

    Raises
    ------
    InputFault
        As `save_effort` does.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, RecruitmentEffort, number, seen_version, asdict(effort))
    _check(effort, today)
    for name, value in asdict(effort).items():
        setattr(row, name, value)
    session.flush()
    return Saved("recruitment_effort", row.id, row.version)


def remove_effort(session: Session, number: int, seen_version: int) -> Saved:
    """Remove what should not be there.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, RecruitmentEffort, number, seen_version)
    saved = Saved("recruitment_effort", number, row.version)
    session.delete(row)
    return saved


def _check(effort: Effort, today: dt.date) -> None:
    if effort.date > today:
        raise InputFault.at("date", _("That day lies ahead. Note it when it is done."))
    if not effort.what.strip():
        raise InputFault.at("what", _("Write what was done."))
    if effort.minutes == 0 and effort.cost_kr == 0:
        raise InputFault.at("minutes", _("Write how long it took, or what it cost."))
