"""Contacts out of hours, who got the card, and support that ended, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.over_involvement import Contact
from peerbook.people.participants import danish_order, last_events, roles_on, take_back_last
from peerbook.personal import same_name
from peerbook.store import Saved, append_event, refuse_overtaken, row_to_change, set_setting
from peerbook.store.tables import Event, MatchedPair, OutOfHoursContact, Setting
from peerbook.text import _

CARD_GIVEN = "acute_card_given"
LEFT_SUPPORT = "left_support"
ASKED_ABOUT_SUPPORT = "asked_about_support"
"""Kinds of events of a participant: a mentor who left support at home (§ 85) is asked after it."""

LIMIT_PREFIX = "out_of_hours_limit:"
ACUTE_PREFIX = "acute_help:"
LARGEST_LIMIT = 100
STAFF_LENGTH = 60


@dataclass(frozen=True)
class SavedContact:
    """A contact with its row's number and version."""

    number: int
    version: int
    contact: Contact


@dataclass(frozen=True)
class LeftSupport:
    """Somebody who does without support at home now.

    Parameters
    ----------
    code
        Who.
    since
        From which day.
    asked_on
        When staff last asked how it goes; None when nobody has since.
    seq, asked_seq
        Numbers of the events that say so, by which they are taken back.
    """

    code: str
    since: dt.date
    asked_on: dt.date | None
    seq: int = field(default=0, compare=False)
    asked_seq: int = field(default=0, compare=False)


# -- contacts --------------------------------------------------------------------------------------


def contacts(session: Session, site_id: int, since: dt.date = dt.date.min) -> list[SavedContact]:
    """Return the contacts out of hours of a site from a day on, the latest first.

    Written in another case, or with other spaces, it is the same colleague: as written last.
    """
    wanted = (
        select(OutOfHoursContact)
        .where(OutOfHoursContact.site_id == site_id, OutOfHoursContact.date >= since)
        .order_by(OutOfHoursContact.date.desc(), OutOfHoursContact.id.desc())
    )
    rows = list(session.scalars(wanted))
    spelled = _spelled(row.staff for row in sorted(rows, key=lambda row: row.id))
    return [
        SavedContact(
            row.id, row.version, Contact(spelled[same_name(row.staff)], row.date, row.pair_id)
        )
        for row in rows
    ]


def staff_named(session: Session, site_id: int) -> list[str]:
    """Return what colleagues at a site were called before, each once, in Danish order."""
    wanted = select(OutOfHoursContact.staff).where(OutOfHoursContact.site_id == site_id)
    spelled = _spelled(session.scalars(wanted.order_by(OutOfHoursContact.id)))
    return sorted(spelled.values(), key=danish_order)


def _spelled(written: Iterable[str]) -> dict[str, str]:
    """Return how each name was written last."""
    return {same_name(one): one for one in written}


def save_contact(session: Session, site_id: int, contact: Contact, today: dt.date) -> Saved:
    """Note that a member of staff was reached outside working hours.

    Raises
    ------
    InputFault
        When the day lies ahead, nobody is named, or the pair is none of the site's.
    """
    return _write(session, OutOfHoursContact(site_id=site_id), contact, today)


def correct_contact(
    session: Session, number: int, contact: Contact, today: dt.date, seen_version: int
) -> Saved:
    """Save a contact as it was.

    Raises
    ------
    InputFault
        As `save_contact` does.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, OutOfHoursContact, number, seen_version)
    return _write(session, row, contact, today)


def remove_contact(session: Session, number: int, seen_version: int) -> Saved:
    """Remove a contact that should not be there.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, OutOfHoursContact, number, seen_version)
    saved = Saved("out_of_hours_contact", number, row.version)
    session.delete(row)
    return saved


def _write(session: Session, row: OutOfHoursContact, contact: Contact, today: dt.date) -> Saved:
    staff = " ".join(contact.staff.split())
    if not staff:
        raise InputFault.at("staff", _("Write who was reached."))
    if contact.date > today:
        raise InputFault.at("date", _("That day lies ahead. Note it when it is over."))
    if contact.pair is not None:
        site_id = session.scalar(select(MatchedPair.site_id).where(MatchedPair.id == contact.pair))
        if site_id != row.site_id:
            raise InputFault.at("pair", _("There is no such pair any more. Reload the page."))
    row.staff, row.date, row.pair_id = staff, contact.date, contact.pair
    session.add(row)
    session.flush()
    return Saved("out_of_hours_contact", row.id, row.version)


def limit_of(session: Session, site_id: int) -> int | None:
    """Return how many contacts a month are too many at a site; None when nobody has said so."""
    row = session.get(Setting, f"{LIMIT_PREFIX}{site_id}")
    return None if row is None or row.value is None else int(row.value)


def save_limit(
    session: Session, site_id: int, mine: int | None, seen: int | None, threshold: int
) -> None:
    """Save how many contacts a month are too many at a site.

    Raises
    ------
    InputFault
        When it is lower than what is shown of contacts, or higher than anybody means.
    Conflict
        When somebody else has changed it.
    """
    if mine is not None and not threshold <= mine <= LARGEST_LIMIT:
        raise InputFault.at(
            "limit",
            _("Choose from {low} to {high}. Fewer are not shown.").format(
                low=threshold, high=LARGEST_LIMIT
            ),
        )
    stored = limit_of(session, site_id)
    refuse_overtaken({"limit": seen}, {"limit": stored}, {"limit": mine})
    set_setting(session, f"{LIMIT_PREFIX}{site_id}", mine)


# -- the card --------------------------------------------------------------------------------------


def acute_help(session: Session, site_id: int) -> str:
    """Return where people of a site can turn in an acute crisis; empty before it is written."""
    row = session.get(Setting, f"{ACUTE_PREFIX}{site_id}")
    return "" if row is None else str(row.value)


def save_acute_help(session: Session, site_id: int, mine: str, seen: str) -> None:
    """Save where people of a site can turn in an acute crisis, in the site's own words.

    Raises
    ------
    Conflict
        When somebody else has changed it.
    """
    refuse_overtaken(
        {"acute_help": seen}, {"acute_help": acute_help(session, site_id)}, {"acute_help": mine}
    )
    set_setting(session, f"{ACUTE_PREFIX}{site_id}", mine)


def cards(session: Session, site_id: int, day: dt.date) -> dict[str, dt.date | None]:
    """Return when everybody who takes part at a site got the card; None who has not."""
    given = cards_given(session, site_id, day)
    return {
        code: given[code].effective_on if code in given else None
        for code in roles_on(session, site_id, day)
    }


def cards_given(session: Session, site_id: int, day: dt.date) -> dict[str, Event]:
    """Return the event that says when somebody got the card last, by code."""
    return last_events(session, site_id, (CARD_GIVEN,), day)


def take_back_card(session: Session, code: str, seq: int) -> None:
    """Take back that somebody got the card; raises as `participants.take_back_last`."""
    take_back_last(session, code, (CARD_GIVEN,), seq)


def give_card(session: Session, site_id: int, code: str, on: dt.date, today: dt.date) -> Saved:
    """Note that somebody got the card.

    Raises
    ------
    InputFault
        When there is nothing on the card yet, the day lies ahead, or they do not take part then.
    """
    if not acute_help(session, site_id):
        raise InputFault.at("on", _("Write first whom people can call. It stands on the card."))
    _check_there(session, site_id, code, on, today)
    event = append_event(session, "participant", code, CARD_GIVEN, on)
    return Saved.event(session, event)


# -- support at home -------------------------------------------------------------------------------


def left_support(
    session: Session, site_id: int | None, day: dt.date, there: Collection[str] | None = None
) -> list[LeftSupport]:
    """Return those who take part and have left support at home, the latest first.

    Parameters
    ----------
    there
        Codes of those who take part, where that is known.
    """
    left = last_events(session, site_id, (LEFT_SUPPORT,), day)
    if not left:
        return []
    asked = last_events(session, site_id, (ASKED_ABOUT_SUPPORT,), day)
    there = roles_on(session, site_id, day) if there is None else there
    found = []
    for code, event in left.items():
        if code in there:
            later = asked.get(code)
            if later is None or later.seq < event.seq:
                found.append(LeftSupport(code, event.effective_on, None, event.seq))
            else:
                on = later.effective_on
                found.append(LeftSupport(code, event.effective_on, on, event.seq, later.seq))
    return sorted(found, key=lambda one: (-one.since.toordinal(), one.code))


def save_left_support(
    session: Session, site_id: int, code: str, on: dt.date, today: dt.date
) -> Saved:
    """Note that a mentor does without support at home from a day on.

    Raises
    ------
    InputFault
        When the day lies ahead, or they are no mentor then.
    """
    _check_there(session, site_id, code, on, today)
    if roles_on(session, site_id, on)[code] != "mentor":
        raise InputFault.at("on", _("They were no mentor on that day. Check it."))
    event = append_event(session, "participant", code, LEFT_SUPPORT, on)
    return Saved.event(session, event)


def save_asked(session: Session, site_id: int, code: str, on: dt.date, today: dt.date) -> Saved:
    """Note that staff asked somebody how it goes without support.

    Raises
    ------
    InputFault
        When the day lies ahead, or they do not take part then.
    """
    _check_there(session, site_id, code, on, today)
    event = append_event(session, "participant", code, ASKED_ABOUT_SUPPORT, on)
    return Saved.event(session, event)


def take_back_left_support(session: Session, code: str, seq: int) -> None:
    """Take back that somebody left support at home; raises as `participants.take_back_last`."""
    take_back_last(session, code, (LEFT_SUPPORT,), seq)


def take_back_asked(session: Session, code: str, seq: int) -> None:
    """Take back that staff asked how it goes; raises as `participants.take_back_last`."""
    take_back_last(session, code, (ASKED_ABOUT_SUPPORT,), seq)


def _check_there(session: Session, site_id: int, code: str, on: dt.date, today: dt.date) -> None:
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    if code not in roles_on(session, site_id, on):
        raise InputFault.at("on", _("They did not take part yet on that day."))
