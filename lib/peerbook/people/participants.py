"""Participants: how one gets a code, whether and as what they take part, and how their name and
contacts are read and put in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.personal import mail_address, phone_number
from peerbook.privacy import same_person
from peerbook.privacy.consent import said_no_to
from peerbook.store import identities, in_effect, withdraw_event
from peerbook.store.codes import new_code
from peerbook.store.events import WITHDRAWN
from peerbook.store.identities import Contacts
from peerbook.store.tables import Base, Enquiry, Event, Identity, Participant
from peerbook.text import _, format_date

RoleInPair = Literal["peer", "mentor"]

TAKES_PART = ("joined", "enrolled")
STOPPED = "stopped"
STOPS = ("not_now", "deselected", STOPPED)
"""After which events somebody takes part, and after which no longer; the last one decides."""
WAITS, READY = "waits_to_be_matched", "ready_to_be_matched"
"""What whoever takes part says of being matched; the last one decides."""


def new_participant(session: Session, site_id: int, name: str, on: dt.date) -> str:
    """Give somebody a code, keep their name, and return the code."""
    person = Participant(code=new_code(), site_id=site_id, created_on=on)
    session.add(person)
    session.flush()
    identities.save_name(session, person.code, name)
    return person.code


def participant_of(session: Session, code: str) -> Participant:
    """Return a participant.

    Raises
    ------
    Conflict
        When they were deleted meanwhile: whatever is saved of them would be of nobody.
    """
    person = session.get(Participant, code)
    if person is None:
        raise Conflict(
            _(
                "This person was deleted while you were writing, so nothing is saved of them. "
                "Load the page again."
            )
        )
    return person


def refuse_deleted(session: Session, *codes: str) -> None:
    """Refuse what is about participants one of whom was deleted; raises as `participant_of`."""
    for code in codes:
        participant_of(session, code)


def has_record(session: Session, code: str) -> bool:
    """Return whether anything is recorded of a participant but who they are and their events."""
    who = Participant.__table__.c.code
    about = (
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is who and table.name != Identity.__tablename__
    )
    return any(session.scalar(select(exists().where(column == code))) for column in about)


@dataclass(frozen=True)
class TakingPart:
    """As what somebody takes part, and from which day on."""

    role: RoleInPair
    since: dt.date


def taking_part(session: Session, site_id: int | None, day: dt.date) -> dict[str, TakingPart]:
    """Return as what everybody who takes part at a site, or at all, does so on a day, by code.

    Whoever joined as a peer and is later on a course, or joins again, is a mentor from then on.
    """
    return _taking_part(_events(session, _at(site_id), (*TAKES_PART, *STOPS), day))


def taking_part_of(session: Session, code: str, day: dt.date) -> TakingPart | None:
    """Return as what somebody takes part on a day; None when they do not."""
    of_one = select(Participant.code).where(Participant.code == code)
    return _taking_part(_events(session, of_one, (*TAKES_PART, *STOPS), day)).get(code)


def _taking_part(events: Iterable[Event]) -> dict[str, TakingPart]:
    known: dict[str, TakingPart] = {}
    for event in events:
        before = known.pop(event.subject_id, None)
        if event.kind in TAKES_PART:
            role = cast(RoleInPair, event.details.get("role", "mentor"))
            since = before.since if before and before.role == role else event.effective_on
            known[event.subject_id] = TakingPart(role, since)
    return known


def roles_on(session: Session, site_id: int | None, day: dt.date) -> dict[str, RoleInPair]:
    """Return what everybody who takes part at a site, or at all, is on a day, by code."""
    return {code: one.role for code, one in taking_part(session, site_id, day).items()}


def enquired(session: Session, code: str) -> bool:
    """Return whether an enquiry of somebody is noted, so that they stand in recruitment too."""
    return bool(session.scalar(select(exists().where(Enquiry.participant_code == code))))


def taking_part_after_a_no(session: Session, site_id: int | None, day: dt.date) -> frozenset[str]:
    """Return who takes part at a site, or at all, on a day and has said no to taking part."""
    said_no = said_no_to(session, "taking_part", _at(site_id), day)
    return said_no & taking_part(session, site_id, day).keys() if said_no else said_no


def last_events(
    session: Session, site_id: int | None, kinds: Collection[str], day: dt.date
) -> dict[str, Event]:
    """Return the last event of some kinds that holds on a day, by participant code.

    Of participants of one site, or of all.
    """
    return {event.subject_id: event for event in _events(session, _at(site_id), kinds, day)}


def last_noted(session: Session, code: str) -> int:
    """Return the number of what was recorded last of how somebody takes part, by any code; else 0.

    Whoever saves such a thing has seen that one: `refuse_overtaken`.
    """
    wanted = select(func.max(Event.seq)).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(same_person.codes_of(session, [code])),
        Event.kind.in_((*TAKES_PART, *STOPS, WAITS, READY, WITHDRAWN)),
    )
    return session.scalar(wanted) or 0


def refuse_overtaken(session: Session, code: str, seen: int) -> None:
    """Refuse what is noted of how somebody takes part, when that is not as it was shown.

    Parameters
    ----------
    seen
        What `last_noted` told then.

    Raises
    ------
    Conflict
        When anything of it was noted, or taken back, since then.
    """
    if last_noted(session, code) != seen:
        raise Conflict(
            _("Something else was noted of them meanwhile. Nothing is saved. Open the person "
              "again, and see if it still has to be noted.")
        )  # fmt: skip


def ask_whether_later_counts(session: Session, event: Event) -> None:
    """Ask about what was just noted of somebody, where something of a later day overrules it.

    Raises
    ------
    InputFault
        At `on`, a question about the day, when they stand otherwise by what is noted of later days.
    """
    session.flush()
    for kinds in ((*TAKES_PART, *STOPS), (WAITS, READY)):
        if event.kind not in kinds:
            continue
        of_one = select(Participant.code).where(Participant.code == event.subject_id)
        last = _events(session, of_one, kinds, dt.date.max)[-1]
        if _stands(last) != _stands(event):
            raise InputFault.asking(
                "on",
                _("From {date} something else is noted: they {told}. That still counts. If both "
                  "are right, save once more.").format(
                    date=format_date(last.effective_on), told=_stands(last)
                ),
                event.effective_on,
            )  # fmt: skip


def _stands(event: Event) -> str:
    """Return what they do after an event, in the user's language, after “they”."""
    if event.kind in TAKES_PART:
        role = str(event.details.get("role", "mentor"))
        return {"peer": _("take part as a peer"), "mentor": _("take part as a mentor")}[role]
    if event.kind in STOPS:
        return _("do not take part")
    return {WAITS: _("would rather wait"), READY: _("are ready to be matched")}[event.kind]


def take_back_last(session: Session, code: str, kinds: Collection[str], seq: int) -> Event:
    """Take back the last event of some kinds of a participant, and return it; it stays in history.

    Parameters
    ----------
    kinds
        Those that take each other's place; the last of them has to be the one that is taken back.
    seq
        Its number, as it was shown.

    Raises
    ------
    Conflict
        When something else was noted meanwhile, or the participant was deleted.
    """
    participant_of(session, code)
    known = _events(session, select(Participant.code).where(Participant.code == code), kinds,
                    dt.date.max)  # fmt: skip
    if not known or known[-1].seq != seq:
        raise Conflict(_("Something else was noted of them meanwhile. Reload the page."))
    withdraw_event(session, known[-1])
    session.flush()
    return known[-1]


def stopped(session: Session, site_id: int, day: dt.date) -> dict[str, Event]:
    """Return who took part at a site and no longer does on a day, and the event that says so."""
    last = last_events(session, site_id, (*TAKES_PART, *STOPS), day)
    return {code: event for code, event in last.items() if event.kind == STOPPED}


def take_back_stopped(session: Session, code: str, seq: int) -> Event:
    """Take back that somebody no longer takes part; raises as `take_back_last`."""
    return take_back_last(session, code, (*TAKES_PART, *STOPS), seq)


def _at(site_id: int | None) -> Select[str]:
    everybody = select(Participant.code)
    return everybody if site_id is None else everybody.where(Participant.site_id == site_id)


def _events(
    session: Session, whose: Select[str], kinds: Collection[str], day: dt.date
) -> list[Event]:
    """Return the events of some kinds that hold on a day, in the order they took effect."""
    wanted = select(Event).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(whose),
        Event.kind.in_((*kinds, WITHDRAWN)),
    )
    return in_effect(session.scalars(wanted), day)


def called(session: Session, site_id: int, name: str) -> list[str]:
    """Return the codes of those at a site who are called exactly that, in whatever case."""
    here = select(Participant.code).where(Participant.site_id == site_id)
    return identities.whose(session, [name], here).get(name, [])


def checked_contacts(contacts: Contacts) -> Contacts:
    """Return contacts as they are kept.

    Raises
    ------
    InputFault
        At `email` or `phone`, when it is not what it should be.
    """
    return Contacts(_mail(contacts.email), _phone(contacts.phone))


def danish_order(text: str) -> str:
    """Return a key that sorts æ, ø, å last, as Danish does."""
    return text.casefold().translate(str.maketrans("æøå", "{|}"))


def _mail(written: str) -> str:
    if not written:
        return ""
    if (address := mail_address(written)) is None:
        message = _("“{text}” is no e-mail address. One looks like navn@eksempel.dk.")
        raise InputFault.at("email", message.format(text=written))
    return address


def _phone(written: str) -> str:
    if not written:
        return ""
    if (number := phone_number(written)) is None:
        message = _(
            "“{text}” is no telephone number. Write eight digits, or + and the number of the "
            "country first."
        )
        raise InputFault.at("phone", message.format(text=written))
    return number
