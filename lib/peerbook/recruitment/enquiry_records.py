"""Enquiries as the store keeps them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field

import pandas as pd
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.people.participants import called, checked_contacts, new_participant
from peerbook.people.ways import Way, ways_of
from peerbook.recruitment.talk_records import OUTCOMES
from peerbook.store import (
    Saved,
    events_of,
    identities,
    in_effect,
    refuse_overtaken,
    row_to_change,
)
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    Channel,
    CoffeeTalk,
    Enquiry,
    Enrolment,
    PressItem,
    Stakeholder,
    WantedRole,
)
from peerbook.text import _, format_date

LONGEST_BACK = dt.timedelta(days=3 * 366)
"""An enquiry from longer ago has a slip in its year."""


@dataclass(frozen=True)
class Asked:
    """What is noted when somebody asks.

    Parameters
    ----------
    on
        The day.
    role
        In which role they want to take part.
    heard_via, decided_via
        Through what they first heard of it, and what made them come; None when nobody has asked.
    press_item
        Number of the article or broadcast it was.
    place
        Number of the place that sent them.
    note
        Whatever should be remembered.
    """

    on: dt.date
    role: WantedRole
    heard_via: Channel
    decided_via: Channel | None = None
    press_item: int | None = None
    note: str = ""
    place: int | None = None


@dataclass(frozen=True)
class Person:
    """Who asked, as far as they said.

    Parameters
    ----------
    name, contacts
        As they were typed; empty where they did not say.
    is_known
        Whether it is somebody who is known here by that name, and not a new person.
    shown
        The contacts kept of them, as they were shown to whoever says which ones hold.
    """

    name: str = ""
    contacts: Contacts = field(default_factory=Contacts)
    is_known: bool = False
    shown: Contacts = field(default_factory=Contacts)


def of_person(session: Session, code: str) -> list[Enquiry]:
    """Return somebody's enquiries, the latest first."""
    wanted = select(Enquiry).where(Enquiry.participant_code == code)
    return list(session.scalars(wanted.order_by(Enquiry.asked_on.desc(), Enquiry.id.desc())))


def deciding_channel(session: Session, code: str) -> Channel | None:
    """Return what made somebody come when they asked last; None when nobody has asked them."""
    latest = next(iter(of_person(session, code)), None)
    return None if latest is None else latest.decided_via


def note_deciding_channel(session: Session, code: str, channel: Channel | None) -> None:
    """Note through what somebody came after all, with their latest enquiry, if there is one."""
    latest = next(iter(of_person(session, code)), None)
    if latest is not None and channel is not None:
        latest.decided_via = channel


def log_enquiry(
    session: Session, site_id: int, asked: Asked, person: Person, today: dt.date
) -> Saved:
    """Note that somebody asked; whoever gives a name gets a code.

    Raises
    ------
    InputFault
        When the day lies ahead or years back; when the article came out later; when a contact has
        no name, or is not what it should be; when somebody with that name is known here already.
    Conflict
        When other contacts are kept of somebody known, and nobody has said which ones hold.
    """
    _check(session, site_id, asked, today)
    code = _code_of(session, site_id, person, asked.on)
    row = Enquiry(
        site_id=site_id, participant_code=code, asked_on=asked.on, wanted_role=asked.role,
        heard_via=asked.heard_via, decided_via=asked.decided_via,
        press_item_id=asked.press_item, note=asked.note, stakeholder_id=asked.place,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Saved("enquiry", row.id, row.version)


def note_contacts_shown(session: Session, site_id: int, person: Person) -> None:
    """Note that the contacts kept of somebody known are shown to whoever chooses between them."""
    identities.contacts_of(session, called(session, site_id, person.name))


def correct_enquiry(
    session: Session, number: int, asked: Asked, today: dt.date, seen_version: int
) -> Saved:
    """Save an enquiry as it should have been; who it was stays.

    Raises
    ------
    InputFault
        As `log_enquiry` does; or when they would have had a talk, or decided, before they asked.
    Conflict
        When somebody else has changed it since.
    """
    mine: dict[str, object] = {
        "asked_on": asked.on, "wanted_role": asked.role, "heard_via": asked.heard_via,
        "decided_via": asked.decided_via, "press_item_id": asked.press_item, "note": asked.note,
        "stakeholder_id": asked.place,
    }  # fmt: skip
    row = row_to_change(session, Enquiry, number, seen_version, mine)
    _check(session, row.site_id, asked, today)
    _refuse_after_talk(session, row, asked.on)
    _refuse_after_decision(session, row, asked.on)
    for name, value in mine.items():
        setattr(row, name, value)
    session.flush()
    return Saved("enquiry", row.id, row.version)


def name_enquiry(session: Session, number: int, person: Person, seen_version: int) -> Saved:
    """Note who it was that asked, once they have said so.

    Raises
    ------
    InputFault
        As `log_enquiry` does; or when it is known already who it was.
    Conflict
        When somebody else has changed the enquiry since.
    """
    row = row_to_change(session, Enquiry, number, seen_version)
    if row.participant_code is not None:
        raise InputFault.at("name", _("It is known already who asked. Reload the page."))
    if not person.name.strip():
        raise InputFault.at("name", _("Write the name."))
    row.participant_code = _code_of(session, row.site_id, person, row.asked_on)
    session.flush()
    return Saved("enquiry", row.id, row.version)


def is_on_course(session: Session, code: str) -> bool:
    """Return whether somebody is or was on a course: then that page says what they are called."""
    return bool(session.scalar(select(exists().where(Enrolment.participant_code == code))))


def correct_person(
    session: Session, number: int, person: Person, seen: Person, seen_version: int
) -> Saved:
    """Give whoever asked the name and contacts they really have; the earlier are kept nowhere.

    Parameters
    ----------
    person, seen
        As they were typed, and as they were shown when they were.

    Raises
    ------
    InputFault
        When nobody is known by the enquiry, they are on a course, the name is empty or somebody
        else's, or a contact is not what it should be.
    Conflict
        When somebody else has changed any of it since.
    """
    row = row_to_change(session, Enquiry, number, seen_version)
    code = row.participant_code
    if code is None:
        raise InputFault.at("name", _("Nobody is noted here any more. Reload the page."))
    if is_on_course(session, code):
        raise InputFault.at(
            "name", _("They are on a course. Correct it on the page “Attendance and evaluation”.")
        )
    name = " ".join(person.name.split())
    if not name:
        raise InputFault.at("name", _("Write the name."))
    if set(called(session, row.site_id, name)) - {code}:
        raise InputFault.at(
            "name",
            _("Somebody else here is called {name}. Write the two names differently.").format(
                name=name
            ),
        )
    mine = Person(name, checked_contacts(person.contacts))
    stored = Person(
        identities.name_of(session, [code]).get(code, ""),
        identities.contacts_of(session, [code])[code],
    )
    refuse_overtaken(_fields(seen), _fields(stored), _fields(mine))
    identities.save_name(session, code, mine.name)
    identities.save_contacts(session, code, mine.contacts)
    session.flush()
    return Saved("enquiry", row.id, row.version)


def _fields(person: Person) -> dict[str, str]:
    return {"name": person.name, **asdict(person.contacts)}


def remove_enquiry(session: Session, number: int, seen_version: int) -> Saved:
    """Remove an enquiry that should not be there; the person, if known, stays.

    Raises
    ------
    InputFault
        When a talk with them or what they decided stands because of it: both would be in no list.
    Conflict
        When somebody else has changed or removed it since.
    """
    row = row_to_change(session, Enquiry, number, seen_version)
    if (day := _led_on(session, row)) is not None:
        raise InputFault.at(
            "enquiry",
            _(
                "On {date} a talk with them or what they decided was noted, and that would be "
                "nowhere to see. So the enquiry stays; correct it. If all of it is a mistake, "
                "delete what is kept of them on the page “Privacy”."
            ).format(date=format_date(day)),
        )
    saved = Saved("enquiry", number, row.version)
    session.delete(row)
    return saved


def enquiries_frame(session: Session, site_id: int | None = None) -> pd.DataFrame:
    """Return the enquiries of a site, or of all; nobody's name is read.

    Returns
    -------
    DataFrame
        Columns `enquiry_id`, `site_id`, `code`, `asked_on`, `role`, `heard_via`, `decided_via`,
        `press_item`, `note`, `version`, `place`; the latest first. `code` is missing where nobody
        said who they were, `decided_via` where nobody has asked.
    """
    wanted = select(
        Enquiry.id, Enquiry.site_id, Enquiry.participant_code, Enquiry.asked_on,
        Enquiry.wanted_role, Enquiry.heard_via, Enquiry.decided_via, Enquiry.press_item_id,
        Enquiry.note, Enquiry.version, Enquiry.stakeholder_id,
    ).order_by(Enquiry.asked_on.desc(), Enquiry.id.desc())  # fmt: skip
    if site_id is not None:
        wanted = wanted.where(Enquiry.site_id == site_id)
    columns = [
        "enquiry_id", "site_id", "code", "asked_on", "role", "heard_via", "decided_via",
        "press_item", "note", "version", "place",
    ]  # fmt: skip
    return pd.DataFrame(session.execute(wanted).all(), columns=columns)


def _led_on(session: Session, row: Enquiry) -> dt.date | None:
    """Return when somebody first talked or decided because of an enquiry and of no other."""
    code = row.participant_code
    if code is None:
        return None
    others = [one.asked_on for one in of_person(session, code) if one.id != row.id]
    talked = session.scalars(
        select(CoffeeTalk.date).where(
            CoffeeTalk.participant_code == code, CoffeeTalk.state.in_(("agreed", "held"))
        )
    )
    decided = in_effect(events_of(session, "participant", code), dt.date.max)
    days = [*talked, *(one.effective_on for one in decided if one.kind in (*OUTCOMES, "enrolled"))]
    led = [day for day in days if day >= row.asked_on and not any(on <= day for on in others)]
    return min(led, default=None)


def _refuse_after_talk(session: Session, row: Enquiry, on: dt.date) -> None:
    """Refuse to move an enquiry past a talk that was held because of it."""
    others = session.scalar(
        select(func.min(Enquiry.asked_on)).where(
            Enquiry.participant_code == row.participant_code, Enquiry.id != row.id
        )
    )
    first = on if others is None else min(on, others)
    talk = session.scalar(
        select(func.min(CoffeeTalk.date)).where(
            CoffeeTalk.participant_code == row.participant_code,
            CoffeeTalk.state == "held",
            CoffeeTalk.date >= row.asked_on,
            CoffeeTalk.date < first,
        )
    )
    if talk is not None:
        raise InputFault.at(
            "asked_on",
            _("They had a talk on {date}. Choose that day or an earlier one.").format(
                date=format_date(talk)
            ),
        )


def _refuse_after_decision(session: Session, row: Enquiry, on: dt.date) -> None:
    """Refuse to move an enquiry past what they decided because of it."""
    if row.participant_code is None:
        return
    happened = in_effect(events_of(session, "participant", row.participant_code), dt.date.max)
    decided = [one.effective_on for one in happened if one.kind in (*OUTCOMES, "enrolled")]

    def led_to(moved: bool) -> set[dt.date | None]:
        asked = [
            Way(on if moved and one.id == row.id else one.asked_on, one.wanted_role, one.heard_via)
            for one in of_person(session, row.participant_code or "")
        ]
        return {way.joined_on for way in ways_of(asked, decided)}

    lost = led_to(moved=False) - led_to(moved=True) - {None}
    for day in sorted(filter(None, lost)):
        raise InputFault.at(
            "asked_on",
            _("They decided on {date}. Choose that day or an earlier one.").format(
                date=format_date(day)
            ),
        )


def _code_of(session: Session, site_id: int, person: Person, on: dt.date) -> str | None:
    """Return the code of whoever asked, a new one for somebody new; None for nobody named."""
    name = " ".join(person.name.split())
    if not name:
        if person.contacts != Contacts():
            raise InputFault.at("name", _("Write the name too, or leave the contact empty."))
        return None
    contacts = checked_contacts(person.contacts)
    known = called(session, site_id, name)
    if person.is_known:
        if len(known) != 1:
            raise InputFault.at("name", _one_needed(name, len(known)))
        if contacts != Contacts():
            before = identities.contacts_of(session, known)[known[0]]
            both = Contacts(contacts.email or before.email, contacts.phone or before.phone)
            _refuse_unasked(before, both, person.shown)
            identities.save_contacts(session, known[0], both)
        return known[0]
    if known:
        raise InputFault.at(
            "name",
            _(
                "{name} is known here already. Tick “It is somebody we know”, or write the two "
                "names differently."
            ).format(name=name),
        )
    code = new_participant(session, site_id, name, on)
    identities.save_contacts(session, code, contacts)
    return code


def _refuse_unasked(kept: Contacts, mine: Contacts, shown: Contacts) -> None:
    """Refuse to put a contact in place of another that whoever writes has not been shown."""
    theirs = {
        name: value
        for name, value in asdict(kept).items()
        if value not in ("", getattr(mine, name), getattr(shown, name))
    }
    if theirs:
        raise Conflict(
            _("We know them with another telephone or e-mail. Choose which one holds."),
            theirs=theirs,
            mine={name: getattr(mine, name) for name in theirs},
        )


def _one_needed(name: str, count: int) -> str:
    if count:
        return _("{n} people here are called {name}. Write the names differently first.").format(
            n=count, name=name
        )
    return _("Nobody here is called {name}. Check the spelling, or take the tick away.").format(
        name=name
    )


def _check(session: Session, site_id: int, asked: Asked, today: dt.date) -> None:
    if asked.on > today:
        raise InputFault.at("asked_on", _("That day lies ahead. Choose today or an earlier day."))
    if asked.on < today - LONGEST_BACK:
        raise InputFault.at("asked_on", _("That is more than three years ago. Check the year."))
    place = None if asked.place is None else session.get(Stakeholder, asked.place)
    if asked.place is not None and (place is None or place.site_id != site_id):
        raise InputFault.at("place", _("It is no longer on the list. Choose another one, or none."))
    if asked.press_item is None:
        return
    item = session.get(PressItem, asked.press_item)
    if item is None or item.site_id != site_id:
        raise InputFault.at(
            "press_item", _("It is no longer on the list. Choose another one, or none.")
        )
    if item.appeared_on > asked.on:
        raise InputFault.at(
            "press_item",
            _("It came out on {date}, after the enquiry.").format(
                date=format_date(item.appeared_on)
            ),
        )
