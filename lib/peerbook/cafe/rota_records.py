"""When the café is open and who is host there, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from peerbook.cafe.faces import Cafe
from peerbook.course import plan_records
from peerbook.course.schedule.calendar import LATEST, DanishCalendar, check_in_calendar
from peerbook.errors import InputFault
from peerbook.people.participants import roles_on
from peerbook.personal import same_name
from peerbook.store import Saved, changes_counted_from, identities, row_to_change
from peerbook.store.tables import CafeShift, Participant, ShiftHost
from peerbook.text import _, format_date, format_list, format_time

MOST_WEEKS = 52
WEEKS_PLANNED = 12
"""For so many weeks a rota is made unless somebody says otherwise, and shown at once."""
MOST_HOSTS = 6
"""More hosts than that at one café are a slip of the hand."""
LABEL_LENGTH = 60
LABEL = "label:"
"""Begins the key of a host who goes by a label; no participant's code is like it."""


@dataclass(frozen=True)
class Hosts:
    """Who is host at a café.

    Parameters
    ----------
    codes
        Of participants who have taken the shift.
    labels
        What others go by: staff, and volunteers who take no part.
    unknown
        How many there were who have been deleted since.
    """

    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unknown: int = 0

    def __bool__(self) -> bool:
        return bool(self.codes or self.labels or self.unknown)


@dataclass(frozen=True)
class Opening:
    """When and where a café is open.

    Parameters
    ----------
    date, starts_at, ends_at
        When.
    place
        Where.
    is_cancelled
        Whether it is called off.
    """

    date: dt.date
    starts_at: dt.time
    ends_at: dt.time
    place: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class Shift:
    """A café on the rota.

    Parameters
    ----------
    number, version
        Of the row.
    opening, hosts
        When it is, and who is host.
    uid, sequence
        Of its entry in a calendar.
    """

    number: int
    version: int
    opening: Opening
    hosts: Hosts
    uid: str
    sequence: int

    @property
    def is_free(self) -> bool:
        """Whether it takes place and nobody is host yet."""
        return not self.opening.is_cancelled and not self.hosts


# -- out -------------------------------------------------------------------------------------------


def shifts(
    session: Session, site_id: int, first: dt.date = dt.date.min, last: dt.date = dt.date.max
) -> list[Shift]:
    """Return the cafés of a site from a day to a day, in the order they come."""
    wanted = (
        select(CafeShift)
        .where(CafeShift.site_id == site_id, CafeShift.date.between(first, last))
        .order_by(CafeShift.date, CafeShift.starts_at)
    )
    rows = list(session.scalars(wanted))
    hosts = _hosts(session, site_id, first, last)
    counted_from = changes_counted_from(session)
    return [
        Shift(
            row.id, row.version,
            Opening(row.date, row.starts_at, row.ends_at, row.place, row.is_cancelled),
            hosts.get(row.id, Hosts()), row.uid, counted_from + row.sequence,
        )
        for row in rows
    ]  # fmt: skip


def without_host(session: Session, first: dt.date, last: dt.date) -> dict[int, int]:
    """Return how many cafés from a day to a day nobody is host at, by site that has any."""
    wanted = (
        select(CafeShift.site_id, func.count())
        .where(
            CafeShift.date.between(first, last),
            CafeShift.is_cancelled.is_(False),
            ~exists().where(ShiftHost.shift_id == CafeShift.id),
        )
        .group_by(CafeShift.site_id)
    )
    return dict(session.execute(wanted).all())


def _hosts(session: Session, site_id: int, first: dt.date, last: dt.date) -> dict[int, Hosts]:
    wanted = (
        select(ShiftHost.shift_id, ShiftHost.participant_code, ShiftHost.label)
        .join(CafeShift, CafeShift.id == ShiftHost.shift_id)
        .where(CafeShift.site_id == site_id, CafeShift.date.between(first, last))
        .order_by(ShiftHost.id)
    )
    found: defaultdict[int, list[tuple[str | None, str]]] = defaultdict(list)
    for number, code, label in session.execute(wanted):
        found[number].append((code, label))
    return {
        number: Hosts(
            tuple(code for code, _label in those if code is not None),
            tuple(label for _code, label in those if label),
            sum(code is None and not label for code, label in those),
        )
        for number, those in found.items()
    }


def held(session: Session, site_id: int, today: dt.date) -> list[Cafe]:
    """Return the cafés that were held up to today, with keys of their hosts."""
    spelled = {same_name(label): label for label in labels_used(session, site_id)}
    return [
        Cafe(
            one.opening.date,
            frozenset(
                {
                    *one.hosts.codes,
                    *(f"{LABEL}{spelled[same_name(label)]}" for label in one.hosts.labels),
                }
            ),
            one.hosts.unknown,
        )
        for one in shifts(session, site_id, last=today)
        if not one.opening.is_cancelled
    ]


def is_label(key: str) -> bool:
    """Return whether a key of `held` is that of a host who goes by a label."""
    return key.startswith(LABEL)


def labels_used(session: Session, site_id: int) -> list[str]:
    """Return what hosts of a site went by before, the latest first and as it was written last."""
    wanted = (
        select(ShiftHost.label)
        .join(CafeShift, CafeShift.id == ShiftHost.shift_id)
        .where(CafeShift.site_id == site_id, ShiftHost.label != "")
        .order_by(CafeShift.date.desc(), ShiftHost.id)
    )
    spelled: dict[str, str] = {}
    for label in session.scalars(wanted):
        spelled.setdefault(same_name(label), label)
    return list(spelled.values())


def who_can_be_host(session: Session, site_id: int, day: dt.date) -> list[str]:
    """Return the codes of those who take part at a site on a day."""
    return sorted(roles_on(session, site_id, day))


def recognised(
    session: Session, site_id: int, day: dt.date, labels: Iterable[str]
) -> dict[str, str]:
    """Return which labels are the names of those who take part at a site on a day, with their code.

    Where two are called the same, it is the first by code.
    """
    return _first_of(_names_among(session, site_id, labels), roles_on(session, site_id, day))


def _first_of(known: Mapping[str, list[str]], can_be: Collection[str]) -> dict[str, str]:
    """Return of each label the first code that can be host; a label without any is left out."""
    return {
        label: here[0]
        for label, codes in known.items()
        if (here := [code for code in codes if code in can_be])
    }


def _names_among(session: Session, site_id: int, labels: Iterable[str]) -> dict[str, list[str]]:
    """Return which labels are the names of those known at a site, whether they take part or not."""
    here = select(Participant.code).where(Participant.site_id == site_id)
    return identities.whose(session, labels, here)


def closed_days(shown: Iterable[Shift], calendar: DanishCalendar) -> list[tuple[Opening, str]]:
    """Return the days between weekly cafés on which there is none since all is closed, and why."""
    weekly_ones: defaultdict[tuple[int, dt.time], dict[dt.date, Opening]] = defaultdict(dict)
    for one in shown:
        at = one.opening
        weekly_ones[at.date.weekday(), at.starts_at][at.date] = at
    found = []
    for known in weekly_ones.values():
        for before, after in pairwise(sorted(known)):
            for number in range(1, (after - before).days // 7):
                day = before + dt.timedelta(weeks=number)
                if why := calendar.explain(day):
                    found.append((replace(known[before], date=day, is_cancelled=False), why))
    return sorted(found, key=lambda one: (one[0].date, one[0].starts_at))


# -- in --------------------------------------------------------------------------------------------


def weekly(
    calendar: DanishCalendar, first: dt.date, weeks: int
) -> tuple[list[dt.date], list[dt.date]]:
    """Return the days a weekly café is held on, and those that fall out since all is closed."""
    to_come = (LATEST - first).days // 7 + 1
    days = [first + dt.timedelta(weeks=number) for number in range(min(weeks, to_come))]
    open_on = [day for day in days if calendar.is_free(day)]
    return open_on, [day for day in days if day not in open_on]


def plan_shifts(
    session: Session, site_id: int, opening: Opening, weeks: int
) -> tuple[Saved, list[dt.date]]:
    """Put a café on the rota, for so many weeks at the same time; return the days that fall out.

    Raises
    ------
    InputFault
        When it ends before it begins, all of its days are closed, or a café stands there already.
    """
    check_in_calendar(opening.date)
    _check_times(opening)
    if not 1 <= weeks <= MOST_WEEKS:
        raise InputFault.at(
            "weeks", _("Choose from {low} to {high} weeks.").format(low=1, high=MOST_WEEKS)
        )
    calendar = plan_records.calendar_of(session, site_id)
    open_on, closed = weekly(calendar, opening.date, weeks)
    if not open_on:
        raise InputFault.at(
            "date",
            _("It is closed then: {why}. Choose another day.").format(
                why=calendar.explain(opening.date)
            ),
        )
    for day in open_on:
        _refuse_taken(session, site_id, day, opening.starts_at)
    rows = [
        CafeShift(
            site_id=site_id, date=day, starts_at=opening.starts_at, ends_at=opening.ends_at,
            place=opening.place,
        )
        for day in open_on
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return Saved("cafe_shift", rows[0].id, rows[0].version), closed


def save_shift(
    session: Session,
    number: int,
    opening: Opening,
    hosts: Hosts,
    seen_version: int,
) -> Saved:
    """Save when a café is and who is host; a calendar file made after it replaces the entry.

    Hosts who were deleted since stay as they are, whatever `hosts` says of them.

    Raises
    ------
    InputFault
        When it ends before it begins, another one stands there, somebody chosen does not take
        part, or there are more hosts than anybody means.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, CafeShift, number, seen_version)
    check_in_calendar(opening.date)
    _check_times(opening)
    _refuse_taken(session, row.site_id, opening.date, opening.starts_at, except_for=number)
    _save_hosts(session, row, opening.date, hosts)
    row.date, row.starts_at, row.ends_at = opening.date, opening.starts_at, opening.ends_at
    row.place, row.is_cancelled = opening.place, opening.is_cancelled
    row.sequence += 1  # also where only the hosts change: then a stale save is seen as one
    session.flush()
    return Saved("cafe_shift", row.id, row.version)


def remove_shift(session: Session, number: int, seen_version: int) -> Saved:
    """Remove a café that was never to be there; one that somebody knows of is called off instead.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, CafeShift, number, seen_version)
    saved = Saved("cafe_shift", number, row.version)
    for host in session.scalars(select(ShiftHost).where(ShiftHost.shift_id == number)):
        session.delete(host)
    session.delete(row)
    return saved


def _save_hosts(session: Session, row: CafeShift, day: dt.date, hosts: Hosts) -> None:
    codes = hosts.codes
    kept = list(session.scalars(select(ShiftHost).where(ShiftHost.shift_id == row.id)))
    known = {host.participant_code for host in kept}
    # Who was host once stays so, also when they take part no longer.
    can_be = roles_on(session, row.site_id, day)
    allowed = known | set(can_be)
    here = session.scalars(
        select(Participant.code).where(
            Participant.site_id == row.site_id, Participant.code.in_(codes)
        )
    )
    if set(codes) - allowed or set(codes) - set(here):
        raise InputFault.at(
            "codes", _("Somebody you chose does not take part on that day. Check the day.")
        )
    labels = {same_name(label): " ".join(label.split()) for label in hosts.labels if label.strip()}
    if any(len(label) > LABEL_LENGTH for label in labels.values()):
        raise InputFault.at(
            "labels", _("Write at most {n} letters for each.").format(n=LABEL_LENGTH)
        )
    if len(codes) + len(labels) > MOST_HOSTS:
        raise InputFault.at("labels", _("Choose at most {n} hosts.").format(n=MOST_HOSTS))
    known_here = _names_among(session, row.site_id, labels.values())
    if taking_part := _first_of(known_here, can_be):
        raise InputFault.at(
            "labels",
            _(
                "{names} takes part. Choose the name among the participants instead, or write who "
                "else it is, as “{name} (staff)”."
            ).format(names=format_list(list(taking_part)), name=next(iter(taking_part))),
        )
    if known_here:
        raise InputFault.at(
            "labels",
            _(
                "{names} is known here as somebody who asked or took part. Write who else it is, "
                "as “{name} (staff)”, or no participant’s name could be deleted from the rota."
            ).format(names=format_list(list(known_here)), name=next(iter(known_here))),
        )
    for host in kept:
        if host.label:
            # Written in another case it is the same host, as it is written now.
            if (label := labels.pop(same_name(host.label), None)) is not None:
                host.label = label
            else:
                session.delete(host)
        elif host.participant_code is not None and host.participant_code not in codes:
            session.delete(host)
    session.add_all(
        ShiftHost(shift_id=row.id, participant_code=code) for code in codes if code not in known
    )
    session.add_all(ShiftHost(shift_id=row.id, label=label) for label in labels.values())


def _check_times(opening: Opening) -> None:
    if opening.ends_at <= opening.starts_at:
        raise InputFault.at("ends_at", _("It has to end after it begins."))


def _refuse_taken(
    session: Session, site_id: int, day: dt.date, starts_at: dt.time, except_for: int = 0
) -> None:
    taken = select(CafeShift.id).where(
        CafeShift.site_id == site_id,
        CafeShift.date == day,
        CafeShift.starts_at == starts_at,
        CafeShift.id != except_for,
    )
    if session.scalar(taken) is not None:
        raise InputFault.at(
            "date",
            _("There is a café on {date} at {time} already.").format(
                date=format_date(day), time=format_time(starts_at)
            ),
        )
