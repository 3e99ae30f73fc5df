"""What waits to be done about pairs, read from the store."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, String, cast, select
from sqlalchemy.orm import Session

from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contact_records import contacts_of
from peerbook.pathways.contract import Pause
from peerbook.pathways.due import LOOKED_BACK, Day, Due, PlannedDay, due_list, planned_days
from peerbook.pathways.pathway import CLOSING_LIST, Pathway
from peerbook.pathways.pathway_records import pathways
from peerbook.pathways.waited import Noted, NotedMeeting, waited
from peerbook.people.pairs import PAIR
from peerbook.store import Store, set_setting
from peerbook.store.tables import Audit, Base, Event, ExitTalk, MatchedPair, Meeting, Setting
from peerbook.text.formats import COPENHAGEN

CALENDAR_KEY = "calendar_key"


def dues(session: Session, site_id: int | None, today: dt.date) -> list[Due]:
    """Return what is to be done about the pairs of a site, or of all; see `due.due_list`."""
    known = pathways(session, site_id, today, ended_since=today - LOOKED_BACK)
    return due_list(known, today, contacts_of(session, known, today))


def open_pauses(session: Session, site_id: int, today: dt.date) -> list[tuple[Pathway, Pause]]:
    """Return the pairs of a site that pause, with their pause, the longest first.

    No source says after how long to ask, so they are no due: none of them has a day. Pairs of whom
    one was erased are left out.
    """
    known = pathways(session, site_id, today, ended_since=today)
    found = [
        (one, pause)
        for one in known
        if one.standing(today) == "paused" and len(one.codes) == 2
        if one.contract is not None and (pause := one.contract.pause_on(today)) is not None
    ]
    return sorted(found, key=lambda both: (both[1].since, both[0].number))


def days_of_pairs(session: Session, site_id: int, today: dt.date) -> list[PlannedDay]:
    """Return the days of the pairs of a site that a calendar shows; see `due.planned_days`."""
    known = pathways(session, site_id, today, ended_since=today - LOOKED_BACK)
    return planned_days(
        known, today, contacts_of(session, known, today), _waited(session, site_id, known, today)
    )


def _waited(
    session: Session, site_id: int, known: Sequence[Pathway], today: dt.date
) -> dict[int, frozenset[Day]]:
    """Return what has waited of the work about the pairs of a site, by number of the pair."""
    mine = select(MatchedPair.id).where(MatchedPair.site_id == site_id)
    pair_at: dict[int, dt.datetime] = {}
    contract_at: dict[int, dt.datetime] = {}
    for row in _changes(session, MatchedPair, MatchedPair.id, mine):
        pair_at.setdefault(row.pair, row.at)
        if row.new.get("starts_on") is not None:
            contract_at.setdefault(row.pair, row.at)
    talks: dict[int, dict[str, Any]] = {}
    list_open = set()
    for row in _changes(session, ExitTalk, ExitTalk.pair_id, mine):
        talk = talks[row.pair] = talks.get(row.pair, {}) | row.new
        if talk.get("state") == "held" and set(CLOSING_LIST) - set(talk.get("ticked") or ()):
            list_open.add(row.pair)
    noted_at = {
        row.number: row.at
        for row in _changes(session, Meeting, Meeting.pair_id, mine)
        if row.action == "insert"
    }
    meetings: defaultdict[int, list[NotedMeeting]] = defaultdict(list)
    wanted = select(Meeting.id, Meeting.pair_id, Meeting.date, Meeting.state).where(
        Meeting.pair_id.in_(mine), Meeting.date <= today
    )
    for number, pair, date, state in session.execute(wanted.order_by(Meeting.date)):
        at = noted_at.get(number)
        noted_on = None if at is None else at.astimezone(COPENHAGEN).date()
        meetings[pair].append(NotedMeeting(MeetingDay(date, state), noted_on))
    pauses = select(Event.subject_id, Event.details).where(
        Event.subject_type == PAIR, Event.kind == "paused",
        Event.subject_id.in_(select(cast(mine.subquery().c.id, String))),
    )  # fmt: skip
    left_alone = {
        int(number) for number, details in session.execute(pauses)
        if details.get("who", "both") != "both"
    }  # fmt: skip
    return {
        one.number: waited(
            one,
            Noted(
                pair_at.get(one.number), contract_at.get(one.number), meetings[one.number],
                left_alone=one.number in left_alone, list_open=one.number in list_open,
            ),
            today - LOOKED_BACK,
            today,
        )
        for one in known
    }  # fmt: skip


def _changes(session: Session, table: type[Base], pair: Any, pairs: Select[int]) -> list[Any]:
    """Return the changes of the rows that some pairs have in a table, in their order."""
    key = table.__table__.c.id
    wanted = (
        select(key.label("number"), pair.label("pair"), Audit.at, Audit.action, Audit.new)
        .join(
            Audit, (Audit.table_name == table.__tablename__) & (Audit.row_id == cast(key, String))
        )
        .where(pair.in_(pairs), Audit.at.is_not(None), Audit.new.is_not(None))
        .order_by(Audit.seq)
    )
    return list(session.execute(wanted))


def calendar_key(store: Store, actor: str) -> str:
    """Return by what calendars know the entries of these data.

    It is made at first use, and is a setting, so that it goes along when all data move elsewhere:
    there, too, a new file replaces what was taken from an old one.
    """
    known = store.setting(CALENDAR_KEY)
    if known is None:
        with store.write(actor) as session:
            made = session.get(Setting, CALENDAR_KEY)
            known = uuid4().hex if made is None else made.value
            if made is None:
                set_setting(session, CALENDAR_KEY, known)
    return str(known)
