"""Articles and broadcasts as the store keeps them, and what else could have brought people."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import cast, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.recruitment.names import press_kind_name
from peerbook.recruitment.press_study import Happening
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import (
    Enquiry,
    HeadCount,
    PressItem,
    PressKind,
    RecruitmentEffort,
    Stakeholder,
    Visit,
)
from peerbook.text import _, format_date

EARLIEST_YEARS = 5
"""An article from longer ago says nothing of what works now, so its year is a slip."""


@dataclass(frozen=True)
class Item:
    """An article or a broadcast."""

    kind: PressKind
    outlet: str
    appeared_on: dt.date
    title: str = ""


def press_items(session: Session, site_id: int) -> list[PressItem]:
    """Return the articles and broadcasts about a site, the latest first."""
    wanted = select(PressItem).where(PressItem.site_id == site_id)
    return list(session.scalars(wanted.order_by(PressItem.appeared_on.desc(), PressItem.id.desc())))


def item_name(item: PressItem) -> str:
    """Return what an article or broadcast is called on the page."""
    title = f"{item.outlet}: {item.title}" if item.title else item.outlet
    return f"{title}, {format_date(item.appeared_on)}"


def save_item(session: Session, site_id: int, item: Item, today: dt.date) -> Saved:
    """Save an article or a broadcast.

    Raises
    ------
    InputFault
        When its day lies ahead or years back, it says nowhere where it stood, or it is there
        already.
    """
    _check(session, site_id, item, today)
    row = PressItem(site_id=site_id, **asdict(item))
    session.add(row)
    session.flush()
    return Saved("press_item", row.id, row.version)


def correct_item(
    session: Session, number: int, item: Item, today: dt.date, seen_version: int
) -> Saved:
    """Save an article or a broadcast as it should have been.

    Raises
    ------
    InputFault
        As `save_item` does; or when somebody came through it before the day it is given.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, PressItem, number, seen_version, asdict(item))
    _check(session, row.site_id, item, today, except_for=number)
    first = session.scalar(
        select(func.min(Enquiry.asked_on)).where(Enquiry.press_item_id == number)
    )
    if first is not None and first < item.appeared_on:
        raise InputFault.at(
            "appeared_on",
            _("Somebody came because of it on {date} already. Choose that day or earlier.").format(
                date=format_date(first)
            ),
        )
    for name, value in asdict(item).items():
        setattr(row, name, value)
    session.flush()
    return Saved("press_item", row.id, row.version)


def remove_item(session: Session, number: int, seen_version: int) -> Saved:
    """Remove an article or a broadcast; those who came because of it keep their channel.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, PressItem, number, seen_version)
    for enquiry in session.scalars(select(Enquiry).where(Enquiry.press_item_id == number)):
        enquiry.press_item_id = None
    saved = Saved("press_item", number, row.version)
    session.delete(row)
    return saved


def happenings(session: Session, site_id: int) -> list[Happening]:
    """Return all at a site that could have brought people, by day: press, meetings, visits,
    and what was done to reach people.
    """
    press = [
        Happening(row.appeared_on, f"{press_kind_name(row.kind)}: {row.outlet}", row.id)
        for row in session.scalars(select(PressItem).where(PressItem.site_id == site_id))
    ]
    meetings = [
        Happening(day, _("Information meeting"))
        for day in session.scalars(
            select(HeadCount.date).where(
                HeadCount.site_id == site_id, HeadCount.occasion == "info_meeting"
            )
        )
    ]
    visits = [
        Happening(day, _("Visit: {name}").format(name=name))
        for day, name in session.execute(
            select(Visit.date, Stakeholder.name)
            .join(Stakeholder, Stakeholder.id == Visit.stakeholder_id)
            .where(Stakeholder.site_id == site_id)
        )
    ]
    efforts = [
        Happening(day, what)
        for day, what in session.execute(
            select(RecruitmentEffort.date, RecruitmentEffort.what).where(
                RecruitmentEffort.site_id == site_id
            )
        )
    ]
    return sorted([*press, *meetings, *visits, *efforts], key=lambda one: (one.day, one.label))


def asked_days(session: Session, site_id: int) -> list[dt.date]:
    """Return the day of every enquiry at a site, the first first."""
    wanted = select(Enquiry.asked_on).where(Enquiry.site_id == site_id)
    return list(session.scalars(wanted.order_by(Enquiry.asked_on)))


def named_in(session: Session, site_id: int) -> dict[int, int]:
    """Return how many of those who asked at a site named each article or broadcast, by number."""
    wanted = (
        select(Enquiry.press_item_id, func.count())
        .where(Enquiry.site_id == site_id, Enquiry.press_item_id.is_not(None))
        .group_by(Enquiry.press_item_id)
    )
    return {number: count for number, count in session.execute(wanted) if number is not None}


def said_days(session: Session, site_id: int) -> dict[PressKind, list[dt.date]]:
    """Return the days of enquiries at a site by those who said an article, or a broadcast."""
    wanted = select(Enquiry.heard_via, Enquiry.asked_on).where(
        Enquiry.site_id == site_id, Enquiry.heard_via.in_(get_args(PressKind))
    )
    days: dict[PressKind, list[dt.date]] = {kind: [] for kind in get_args(PressKind)}
    for kind, day in session.execute(wanted):
        days[cast(PressKind, kind)].append(day)
    return days


def _check(session: Session, site_id: int, item: Item, today: dt.date, except_for: int = 0) -> None:
    if item.appeared_on > today:
        raise InputFault.at("appeared_on", _("That day lies ahead. Note it when it has come out."))
    if item.appeared_on.year < today.year - EARLIEST_YEARS:
        raise InputFault.at("appeared_on", _("That is more than five years ago. Check the year."))
    if not item.outlet.strip():
        raise InputFault.at("outlet", _("Write where it stood or was sent."))
    same = session.scalar(
        select(PressItem.id).where(
            PressItem.site_id == site_id,
            PressItem.outlet == item.outlet,
            PressItem.appeared_on == item.appeared_on,
            PressItem.title == item.title,
            PressItem.id != except_for,
        )
    )
    if same is not None:
        raise InputFault.at("outlet", _("It is on the list already."))
