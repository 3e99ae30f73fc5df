"""How far those who asked have come, and how each stands, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from peerbook.people.participants import danish_order
from peerbook.recruitment.enquiry_records import enquiries_frame
from peerbook.recruitment.journeys import journeys
from peerbook.recruitment.talk_records import OUTCOMES
from peerbook.store import identities, in_effect
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import CoffeeTalk, Enquiry, Event, Participant

Standing = Literal["asked", "talk_agreed", "talked", "joined", "not_now", "deselected"]


@dataclass(frozen=True)
class Asker:
    """Somebody who asked, and how it stands.

    Parameters
    ----------
    code, name
        Who.
    asked_on, role
        When they asked last, and in which role they want to take part.
    standing, since
        How it stands, and since when; for an agreed talk the day it will be held.
    write_on
        The day from which they may be written to again; None where they may not.
    """

    code: str
    name: str
    asked_on: dt.date
    role: str
    standing: Standing
    since: dt.date
    write_on: dt.date | None = None


def journeys_frame(session: Session, site_id: int | None = None) -> pd.DataFrame:
    """Return one row for each who asked at a site, or at all; see `journeys`. No name is read."""
    return journeys(enquiries_frame(session, site_id), _reached(session, site_id))


def _reached(session: Session, site_id: int | None) -> pd.DataFrame:
    talked = select(CoffeeTalk.participant_code, CoffeeTalk.date).where(
        CoffeeTalk.state == "held", true() if site_id is None else CoffeeTalk.site_id == site_id
    )
    rows = [(code, "talked", day) for code, day in session.execute(talked)]
    asked = select(Enquiry.participant_code).where(
        Enquiry.participant_code.is_not(None),
        true() if site_id is None else Enquiry.site_id == site_id,
    )
    happened = select(Event).where(
        Event.subject_type == "participant",
        Event.kind.in_(("joined", "enrolled", WITHDRAWN)),
        Event.subject_id.in_(asked),
    )
    for event in in_effect(session.scalars(happened), dt.date.max):
        rows.append((event.subject_id, "joined", event.effective_on))
    return pd.DataFrame(rows, columns=["code", "stage", "on"])


def askers(session: Session, site_id: int, today: dt.date) -> list[Asker]:
    """Return everybody at a site who asked and said who they are, by name in Danish order."""
    last = (
        select(Enquiry.participant_code, func.max(Enquiry.id))
        .where(Enquiry.site_id == site_id, Enquiry.participant_code.is_not(None))
        .group_by(Enquiry.participant_code)
    )
    numbers = [number for _code, number in session.execute(last)]
    enquiries = {
        row.participant_code: row
        for row in session.scalars(select(Enquiry).where(Enquiry.id.in_(numbers)))
        if row.participant_code is not None
    }
    codes = list(enquiries)
    names = identities.name_of(session, codes)
    talks: dict[str, CoffeeTalk] = {}
    held = select(CoffeeTalk).where(
        CoffeeTalk.participant_code.in_(codes), CoffeeTalk.state != "cancelled"
    )
    for talk in session.scalars(held.order_by(CoffeeTalk.date, CoffeeTalk.id)):
        talks[talk.participant_code] = talk
    decided = _decisions(session, codes, today)
    people = [
        _asker(code, names.get(code, code), row, talks.get(code), decided.get(code))
        for code, row in enquiries.items()
    ]
    return sorted(people, key=lambda person: (danish_order(person.name), person.code))


def asker(session: Session, code: str, today: dt.date) -> Asker | None:
    """Return how it stands with one person; None when they are gone."""
    person = session.get(Participant, code)
    if person is None:
        return None
    found = [one for one in askers(session, person.site_id, today) if one.code == code]
    return found[0] if found else None


def _asker(
    code: str, name: str, enquiry: Enquiry, talk: CoffeeTalk | None, decision: Event | None
) -> Asker:
    standing: Standing = "asked"
    since, write_on = enquiry.asked_on, None
    role: str = enquiry.wanted_role
    if talk is not None:
        standing, since = ("talk_agreed" if talk.state == "agreed" else "talked"), talk.date
        role = talk.role
    if decision is not None and decision.effective_on >= enquiry.asked_on:
        is_newer = talk is None or talk.state != "agreed" or decision.kind == "joined"
        if is_newer:
            standing, since = _standing(decision), decision.effective_on
            role = str(decision.details.get("role", role))
            told = decision.details.get("write_on")
            write_on = None if told is None else dt.date.fromisoformat(told)
    return Asker(code, name, enquiry.asked_on, role, standing, since, write_on)


def _standing(decision: Event) -> Standing:
    kinds: dict[str, Standing] = {"not_now": "not_now", "deselected": "deselected"}
    return kinds.get(decision.kind, "joined")


def _decisions(session: Session, codes: Collection[str], today: dt.date) -> dict[str, Event]:
    """Return the last that each has decided, by code."""
    wanted = select(Event).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(codes),
        Event.kind.in_((*OUTCOMES, "enrolled", WITHDRAWN)),
    )
    return {event.subject_id: event for event in in_effect(session.scalars(wanted), today)}
