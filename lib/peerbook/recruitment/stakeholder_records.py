"""Places people come from, and the visits to them, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.people.participants import danish_order
from peerbook.personal import same_name
from peerbook.recruitment.visiting import Cadence, next_visit
from peerbook.store import Saved, row_to_change
from peerbook.store.store import gone
from peerbook.store.tables import Enquiry, Stakeholder, StakeholderKind, Visit
from peerbook.text import _, format_date


@dataclass(frozen=True)
class Place:
    """A place as it is written down.

    Parameters
    ----------
    name, kind, contact
        What it is, and whom one talks to there.
    influence, interest
        From 1, little, to 3, much: how many people it can send, and how much it wants to.
    cadence
        How often it is visited.
    """

    name: str
    kind: StakeholderKind
    contact: str = ""
    influence: int | None = None
    interest: int | None = None
    cadence: Cadence = field(default_factory=Cadence)


@dataclass(frozen=True)
class Known:
    """A place on the list, with its visits.

    Parameters
    ----------
    number, version, place
        The row.
    visits
        How many there were.
    last_on, due_on
        The latest visit, and the day from which the next is due; None where there is none.
    came
        How many enquiries came from there.
    """

    number: int
    version: int
    place: Place
    visits: int
    last_on: dt.date | None
    due_on: dt.date | None
    came: int = 0


@dataclass(frozen=True)
class Visited:
    """A visit."""

    on: dt.date
    people: int | None = None
    minutes: int | None = None
    note: str = ""


def places(session: Session, site_id: int) -> list[Known]:
    """Return the places of a site that are still there: those due first, then by name."""
    found = [known for _at, known in _open_places(session, Stakeholder.site_id == site_id)]
    return sorted(found, key=lambda one: (one.due_on or dt.date.max, one.place.name.casefold()))


def names(session: Session, site_id: int, chosen: object = None) -> list[tuple[int, str]]:
    """Return number and name of the places of a site that are still there, and of a chosen one."""
    wanted = select(Stakeholder).where(Stakeholder.site_id == site_id)
    shown = [row for row in session.scalars(wanted) if row.closed_on is None or row.id == chosen]
    return sorted(((row.id, row.name) for row in shown), key=lambda one: danish_order(one[1]))


def due_counts(session: Session, today: dt.date) -> dict[int, int]:
    """Return how many places are to be visited now, by site; sites without any are left out."""
    due = (
        at for at, known in _open_places(session, true()) if known.due_on and known.due_on <= today
    )
    return dict(Counter(due))


def _open_places(session: Session, where: ColumnElement[bool]) -> Iterator[tuple[int, Known]]:
    """Yield the places that are still there and meet a condition, each with its site."""
    counted = (
        select(
            Visit.stakeholder_id,
            func.count().label("visits"),
            func.max(Visit.date).label("last_on"),
        )
        .group_by(Visit.stakeholder_id)
        .subquery()
    )
    came = (
        select(Enquiry.stakeholder_id, func.count().label("came"))
        .where(Enquiry.stakeholder_id.is_not(None))
        .group_by(Enquiry.stakeholder_id)
        .subquery()
    )
    wanted = (
        select(Stakeholder, counted.c.visits, counted.c.last_on, came.c.came)
        .outerjoin(counted, counted.c.stakeholder_id == Stakeholder.id)
        .outerjoin(came, came.c.stakeholder_id == Stakeholder.id)
        .where(where, Stakeholder.closed_on.is_(None))
    )
    for row, visits, last_on, sent in session.execute(wanted):
        place = _place(row)
        due_on = next_visit(place.cadence, last_on, row.added_on)
        yield (
            row.site_id,
            Known(row.id, row.version, place, visits or 0, last_on, due_on, sent or 0),
        )


def visits(session: Session, number: int) -> list[Visit]:
    """Return the visits to a place, the latest first."""
    wanted = select(Visit).where(Visit.stakeholder_id == number)
    return list(session.scalars(wanted.order_by(Visit.date.desc())))


def save_place(session: Session, site_id: int, place: Place, today: dt.date) -> Saved:
    """Save a new place; one that was closed under that name is opened again.

    Raises
    ------
    InputFault
        When a place with that name is there already, or its visits are half decided.
    """
    _check(place)
    row = _named(session, site_id, place.name)
    if row is None:
        row = Stakeholder(site_id=site_id, added_on=today)
        session.add(row)
    elif row.closed_on is None:
        raise InputFault.at("name", _("That place is on the list already."))
    _fill(row, place)
    row.closed_on = None
    session.flush()
    return Saved("stakeholder", row.id, row.version)


def correct_place(session: Session, number: int, place: Place, seen_version: int) -> Saved:
    """Save a place as it should be.

    Raises
    ------
    InputFault
        As `save_place` does.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, Stakeholder, number, seen_version)
    _check(place)
    same = _named(session, row.site_id, place.name)
    if same is not None and same.id != number:
        raise InputFault.at("name", _("That place is on the list already."))
    _fill(row, place)
    session.flush()
    return Saved("stakeholder", row.id, row.version)


def close_place(session: Session, number: int, on: dt.date, seen_version: int) -> Saved:
    """Take a place off the list; its visits stay.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, Stakeholder, number, seen_version)
    row.closed_on = on
    session.flush()
    return Saved("stakeholder", row.id, row.version)


def save_visit(session: Session, number: int, visited: Visited, today: dt.date) -> Saved:
    """Note a visit.

    Raises
    ------
    InputFault
        When the day lies ahead, a visit on that day is noted already, or the place was taken off
        the list by then.
    Conflict
        When somebody else has removed the place.
    """
    place = session.get(Stakeholder, number)
    if place is None:
        raise gone(asdict(visited))
    if visited.on > today:
        raise InputFault.at("on", _("That day lies ahead. Note the visit when it is over."))
    if place.closed_on is not None and visited.on >= place.closed_on:
        raise InputFault.at(
            "on",
            _("It was taken off the list on {date}. Put it on again first, under “A new place”.")
            .format(date=format_date(place.closed_on)),
        )  # fmt: skip
    known = session.scalar(
        select(Visit.id).where(Visit.stakeholder_id == number, Visit.date == visited.on)
    )
    if known is not None:
        raise InputFault.at(
            "on", _("A visit on {date} is noted already.").format(date=format_date(visited.on))
        )
    row = Visit(
        stakeholder_id=number, date=visited.on, people=visited.people, minutes=visited.minutes,
        note=visited.note,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Saved("visit", row.id, row.version)


def remove_visit(session: Session, number: int, seen_version: int) -> Saved:
    """Remove a visit that should not be there.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, Visit, number, seen_version)
    saved = Saved("visit", number, row.version)
    session.delete(row)
    return saved


def _check(place: Place) -> None:
    if not place.name.strip():
        raise InputFault.at("name", _("Write what the place is called."))
    cadence = place.cadence
    if cadence.every_months is None and (
        (cadence.new_staff_a_year is None) != (cadence.new_before_visit is None)
    ):
        missing = "new_staff_a_year" if cadence.new_staff_a_year is None else "new_before_visit"
        raise InputFault.at(missing, _("Both numbers are needed to know when to come again."))


def _named(session: Session, site_id: int, name: str) -> Stakeholder | None:
    key = same_name(name)
    wanted = select(Stakeholder).where(Stakeholder.site_id == site_id)
    return next((row for row in session.scalars(wanted) if same_name(row.name) == key), None)


def _place(row: Stakeholder) -> Place:
    cadence = Cadence(row.visit_every_months, row.new_staff_a_year, row.new_before_visit)
    return Place(row.name, row.kind, row.contact, row.influence, row.interest, cadence)


def _fill(row: Stakeholder, place: Place) -> None:
    row.name, row.kind, row.contact = " ".join(place.name.split()), place.kind, place.contact
    row.influence, row.interest = place.influence, place.interest
    row.visit_every_months = place.cadence.every_months
    row.new_staff_a_year = place.cadence.new_staff_a_year
    row.new_before_visit = place.cadence.new_before_visit
