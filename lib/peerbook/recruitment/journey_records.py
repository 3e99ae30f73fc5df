"""How far those who asked have come, and how each stands, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import pandas as pd
from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from peerbook.people.pairs import COMPLETED, begun_on, pairs
from peerbook.people.participants import STOPPED, danish_order
from peerbook.privacy import same_person
from peerbook.recruitment.enquiry_records import enquiries_frame
from peerbook.recruitment.journeys import journeys
from peerbook.recruitment.role_chain import ROLES, Role, Turn
from peerbook.recruitment.talk_records import OUTCOMES
from peerbook.store import identities, in_effect
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import CoffeeTalk, Enquiry, Event, Participant

Standing = Literal["asked", "talk_agreed", "talked", "joined", "not_now", "deselected", "stopped"]


@dataclass(frozen=True)
class Asker:
    """Somebody who asked, and how it stands.

    Parameters
    ----------
    code, name, site_id
        Who, and where they asked; the name is empty until it is asked for.
    asked_on, role
        When they asked last, and in which role they want to take part.
    standing, since
        How it stands, and since when.
    talk_on
        The day of the talk that is agreed; None where none is.
    write_on
        The day from which they may be written to again; None where they may not.
    """

    code: str
    name: str
    site_id: int
    asked_on: dt.date
    role: str
    standing: Standing
    since: dt.date
    talk_on: dt.date | None = None
    write_on: dt.date | None = None


def journeys_frame(session: Session, site_id: int | None = None) -> pd.DataFrame:
    """Return one row for each who asked at a site, or at all; see `journeys`. No name is read."""
    first_noted_first = enquiries_frame(session, site_id).iloc[::-1]
    return journeys(first_noted_first, _reached(session, site_id), _matches(session, site_id))


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


def _matches(session: Session, site_id: int | None) -> pd.DataFrame:
    rows = [
        (code, pair.matched_on, pair.ended_on if pair.end in COMPLETED else None)
        for pair in pairs(session, site_id, dt.date.max)
        for code in pair.codes
    ]
    return pd.DataFrame(rows, columns=["code", "matched_on", "completed_on"], dtype=object)


def contracts_frame(session: Session, site_id: int | None, day: dt.date) -> pd.DataFrame:
    """Return the contracts that had begun by a day at a site, or at all, a row for each person.

    Returns
    -------
    DataFrame
        `contract` (its number), `code` and `matched_on`; nobody stands for somebody erased.
    """
    rows = [
        (pair.number, code, pair.matched_on)
        for pair in pairs(session, site_id, day)
        if begun_on(pair.starts_on, pair.ended_on, day) is not None
        for code in pair.codes
    ]
    return pd.DataFrame(rows, columns=["contract", "code", "matched_on"])


def turns(session: Session, site_id: int) -> list[Turn]:
    """Return who took part at a site, in which role and from when, also of those never asked of.

    Whoever has two codes and was said to be one person is one; the programme's courses are for
    mentors.
    """
    here = select(Participant.code).where(Participant.site_id == site_id)
    happened = select(Event).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(here),
        Event.kind.in_(("joined", "enrolled", WITHDRAWN)),
    )
    person = same_person.first_codes(session)
    found: list[Turn] = []
    for event in in_effect(session.scalars(happened), dt.date.max):
        role = "mentor" if event.kind == "enrolled" else event.details.get("role")
        if role in ROLES:
            who = person.get(event.subject_id, event.subject_id)
            found.append((who, cast(Role, role), event.effective_on))
    return found


def standings(
    session: Session, site_id: int | None, today: dt.date, *, since: dt.date = dt.date.min
) -> list[Asker]:
    """Return those at a site, or at all, who asked and said who they are, without their names.

    However many they are, three statements are run, and nobody has been seen by it. Of a past day
    it tells what is known of that day now.

    Parameters
    ----------
    session, site_id, today
        Where and when; None is all sites.
    since
        Only those who asked on that day or later.
    """
    at_site = true() if site_id is None else Enquiry.site_id == site_id
    return _standings(session, and_(at_site, Enquiry.asked_on >= since), today)


def with_names(session: Session, people: Collection[Asker]) -> list[Asker]:
    """Return people with their names, by name in Danish order; that they were read is noted."""
    names = identities.name_of(session, [one.code for one in people])
    named = [replace(one, name=names.get(one.code, one.code)) for one in people]
    return sorted(named, key=lambda one: (danish_order(one.name), one.code))


def asker(session: Session, code: str, today: dt.date) -> Asker | None:
    """Return how it stands with one person; None when they are gone, or never asked."""
    found = with_names(session, _standings(session, Enquiry.participant_code == code, today))
    return found[0] if found else None


def _standings(session: Session, which: ColumnElement[bool], today: dt.date) -> list[Asker]:
    """Return how it stands with those whose enquiries meet a condition."""
    wanted = (
        select(Enquiry.participant_code, Enquiry.site_id, Enquiry.asked_on, Enquiry.wanted_role)
        .where(which, Enquiry.participant_code.is_not(None), Enquiry.asked_on <= today)
        .order_by(Enquiry.asked_on, Enquiry.id)
    )
    last = {row.participant_code: row for row in session.execute(wanted)}
    codes = select(Enquiry.participant_code).where(which, Enquiry.participant_code.is_not(None))
    talked = (
        select(CoffeeTalk.participant_code, CoffeeTalk.date, CoffeeTalk.state, CoffeeTalk.role)
        .where(
            CoffeeTalk.participant_code.in_(codes),
            or_(
                CoffeeTalk.state == "agreed",
                and_(CoffeeTalk.state == "held", CoffeeTalk.date <= today),
            ),
        )
        .order_by(CoffeeTalk.date, CoffeeTalk.id)
    )
    talks = {row.participant_code: row for row in session.execute(talked)}
    happened = select(Event).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(codes),
        Event.kind.in_((*OUTCOMES, "enrolled", STOPPED, WITHDRAWN)),
    )
    decided = {one.subject_id: one for one in in_effect(session.scalars(happened), today)}
    return [_asker(row, talks.get(code), decided.get(code)) for code, row in last.items()]


def _asker(enquiry: Any, talk: Any, decision: Event | None) -> Asker:
    standing: Standing = "asked"
    since, talk_on, write_on = enquiry.asked_on, None, None
    role: str = enquiry.wanted_role
    if talk is not None and talk.state == "agreed":
        standing, talk_on, role = "talk_agreed", talk.date, talk.role
    elif talk is not None and talk.date >= enquiry.asked_on:
        standing, since, role = "talked", talk.date, talk.role
    if decision is not None and decision.effective_on >= enquiry.asked_on:
        is_newer = standing != "talk_agreed" or decision.kind == "joined"
        if is_newer:
            standing, since, talk_on = _standing(decision), decision.effective_on, None
            # Whoever is on a course is to be a mentor, whatever they asked for.
            role = "mentor" if decision.kind == "enrolled" else decision.details.get("role", role)
            told = decision.details.get("write_on")
            write_on = None if told is None else dt.date.fromisoformat(told)
    return Asker(
        enquiry.participant_code, "", enquiry.site_id, enquiry.asked_on, role, standing, since,
        talk_on, write_on,
    )  # fmt: skip


def _standing(decision: Event) -> Standing:
    kinds: dict[str, Standing] = {
        "not_now": "not_now", "deselected": "deselected", STOPPED: "stopped"
    }  # fmt: skip
    return kinds.get(decision.kind, "joined")
