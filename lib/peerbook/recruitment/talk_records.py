"""First talks over a cup of coffee, and what came of them, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Final, Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.people.hanging import keeping_what_hangs
from peerbook.people.pairs import refuse_matched
from peerbook.people.participants import (
    ask_whether_later_counts,
    participant_of,
    taking_part_of,
)
from peerbook.store import Saved, append_event, in_effect, row_to_change, supersede, take_back
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import (
    CoffeeTalk,
    Enquiry,
    Event,
    WantedRole,
)
from peerbook.text import _, format_date

Outcome = Literal["joined", "not_now", "deselected"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""What somebody decides after a talk, each an event. The programme has never said no to anybody
(seeds/vejle-manual.txt, p. 8), so there is no such outcome."""

Reason = Literal["work", "education", "family", "not_ready", "health", "other", "not_told"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""Why somebody does not join, or not now: seeds/vejle-manual.txt, p. 8, 12, 17 and 20."""

PLANNED_MINUTES: Final = 90
"""A first talk takes about an hour and a half: seeds/vejle-manual.txt, p. 7."""

FURTHEST_AHEAD = dt.timedelta(days=366)


@dataclass(frozen=True)
class Agreed:
    """A talk that is agreed."""

    role: WantedRole
    date: dt.date
    starts_at: dt.time | None = None
    place: str = ""
    staff: int = 1


@dataclass(frozen=True)
class Held:
    """What is noted of a talk that was held.

    Parameters
    ----------
    role, date, place
        What it was about, when and where.
    staff, minutes
        How many members of staff took part, and how long it took.
    checklist, ticked
        Version of the checklist, and the points of it that were spoken about.
    goals, wishes
        What they want to reach, and what they wish of whoever they are matched with.
    """

    role: WantedRole
    date: dt.date
    place: str = ""
    staff: int = 1
    minutes: int = PLANNED_MINUTES
    checklist: str = ""
    ticked: tuple[str, ...] = ()
    goals: str = ""
    wishes: str = ""


@dataclass(frozen=True)
class Decided:
    """What somebody decided.

    Parameters
    ----------
    outcome, on
        What, and from which day it holds.
    role
        In which role they join; None for the others.
    reason
        Why not, or not now; None where they join.
    write_on
        The day from which they may be written to again; None where they have not said yes to it.
    """

    outcome: Outcome
    on: dt.date
    role: Literal["peer", "mentor"] | None = None
    reason: Reason | None = None
    write_on: dt.date | None = None


def agree_talk(session: Session, code: str, agreed: Agreed, today: dt.date) -> Saved:
    """Note that a talk is agreed with somebody.

    Raises
    ------
    InputFault
        When the day is past or more than a year ahead, or another talk with them is agreed.
    Conflict
        When they were deleted meanwhile.
    """
    person = participant_of(session, code)
    if agreed.date < today:
        raise InputFault.at(
            "date", _("That day is past. If the talk was held, write it down as held.")
        )
    if agreed.date > today + FURTHEST_AHEAD:
        raise InputFault.at("date", _("That is more than a year ahead. Check the year."))
    waiting = session.scalar(
        select(CoffeeTalk.date).where(
            CoffeeTalk.participant_code == code, CoffeeTalk.state == "agreed"
        )
    )
    if waiting is not None:
        raise InputFault.at(
            "date",
            _("A talk is agreed already, on {date}. Move that one instead.").format(
                date=format_date(waiting)
            ),
        )
    row = CoffeeTalk(site_id=person.site_id, participant_code=code, **asdict(agreed))
    session.add(row)
    session.flush()
    return Saved("coffee_talk", row.id, row.version)


def move_talk(
    session: Session, number: int, agreed: Agreed, today: dt.date, seen_version: int
) -> Saved:
    """Give an agreed talk another day, hour or place.

    Raises
    ------
    InputFault
        When the day is past or more than a year ahead, or the talk is no longer to come.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, CoffeeTalk, number, seen_version, asdict(agreed))
    _refuse_not_to_come(row)
    if not today <= agreed.date <= today + FURTHEST_AHEAD:
        raise InputFault.at("date", _("Choose a day from today to a year ahead."))
    for name, value in asdict(agreed).items():
        setattr(row, name, value)
    session.flush()
    return Saved("coffee_talk", row.id, row.version)


def cancel_talk(session: Session, number: int, seen_version: int) -> Saved:
    """Note that an agreed talk is not held; no blame, no reason.

    Raises
    ------
    InputFault
        When the talk is no longer to come.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, CoffeeTalk, number, seen_version)
    _refuse_not_to_come(row)
    row.state = "cancelled"
    session.flush()
    return Saved("coffee_talk", row.id, row.version)


def save_held_talk(
    session: Session,
    code: str,
    held: Held,
    today: dt.date,
    *,
    number: int | None = None,
    seen_version: int = 0,
) -> Saved:
    """Note a talk that was held, whether it was agreed here or not.

    Parameters
    ----------
    number, seen_version
        Of the agreed or held talk it is, as it was shown; None when it was not written down.

    Raises
    ------
    InputFault
        When the day lies ahead, or before they first asked.
    Conflict
        When they were deleted, the talk is with somebody else, or somebody has changed it since.
    """
    person = participant_of(session, code)
    if held.date > today:
        raise InputFault.at("date", _("That day lies ahead. Write it down when the talk is over."))
    first, _latest = _asked_between(session, code)
    if first is not None and held.date < first:
        raise InputFault.at(
            "date",
            _("They asked on {date}. Choose that day or a later one, or correct the enquiry.")
            .format(date=format_date(first)),
        )  # fmt: skip
    values = asdict(held) | {"ticked": list(held.ticked), "state": "held"}
    if number is None:
        row = CoffeeTalk(site_id=person.site_id, participant_code=code, **values)
        session.add(row)
    else:
        row = row_to_change(session, CoffeeTalk, number, seen_version, values)
        if row.participant_code != code:
            raise Conflict(_("This talk is with somebody else. Reload the page."))
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    return Saved("coffee_talk", row.id, row.version)


def talks(session: Session, code: str) -> list[CoffeeTalk]:
    """Return the talks with somebody, the latest first."""
    wanted = select(CoffeeTalk).where(CoffeeTalk.participant_code == code)
    return list(session.scalars(wanted.order_by(CoffeeTalk.date.desc(), CoffeeTalk.id.desc())))


def save_decision(
    session: Session, code: str, decided: Decided, today: dt.date, *, is_meant: bool = False
) -> Saved:
    """Note what somebody decided; whoever said no for now can always join later.

    It takes the place of what was noted for that day or later days, so that the last word counts;
    what they decided before they asked again stays.

    Parameters
    ----------
    is_meant
        Whether a day before what overrules it was asked about and is right.

    Raises
    ------
    InputFault
        When the day lies ahead or before they asked last, when somebody joins without a role or
        does not without a reason or while a talk is agreed, or the day to write again is not after
        it; or when they are matched still, and say no or join in the other role, or would not have
        taken part on a day on which something hangs; or when a later course, or that they stopped
        later, overrules it, and that is not said to be right.
    Conflict
        When they were deleted meanwhile.
    """
    participant_of(session, code)
    if decided.on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    _earliest, last = _asked_between(session, code)
    if last is not None and decided.on < last:
        raise InputFault.at(
            "on",
            _("They asked on {date}. Choose that day or a later one, or correct the enquiry.")
            .format(date=format_date(last)),
        )  # fmt: skip
    if decided.outcome != "joined":
        _refuse_talk_to_come(session, code)
    if decided.outcome == "joined" and decided.role is None:
        raise InputFault.at("role", _("Choose in which role they take part."))
    if decided.outcome != "joined" and decided.reason is None:
        raise InputFault.at("reason", _("Choose a reason; “they did not say” is one, too."))
    if decided.write_on is not None and decided.write_on <= decided.on:
        raise InputFault.at("write_on", _("Choose a later day than the one they decided on."))
    now = taking_part_of(session, code, dt.date.max)
    if decided.outcome != "joined" or (now is not None and now.role != decided.role):
        refuse_matched(session, code)
    details = {
        name: value
        for name, value in asdict(decided).items()
        if name not in ("outcome", "on") and value is not None
    }
    if decided.outcome == "joined":
        details = {"role": decided.role}
    with keeping_what_hangs(session, code, decided.on, _("Or choose a later day.")):
        known = decisions(session, [code], until=dt.date.max).get(code, [])
        event = append_event(session, "participant", code, decided.outcome, decided.on, **details)
        supersede(session, [one for one in known if one.effective_on >= decided.on], event)
    if not is_meant:
        ask_whether_later_counts(session, event)
    return Saved.event(session, event)


def take_back_decision(session: Session, code: str, seq: int) -> Saved:
    """Take back what somebody decided last; they are again as they were before.

    Parameters
    ----------
    seq
        Number of the event, as it was shown.

    Raises
    ------
    InputFault
        When they took part by it and were matched, at a gathering, host, or wished for somebody;
        or when it took the place of a no, and they are matched still.
    Conflict
        When they were deleted, or something else was noted meanwhile.
    """
    participant_of(session, code)
    known = decisions(session, [code], until=dt.date.max).get(code, [])
    if not known or known[-1].seq != seq:
        raise Conflict(_("Something else was noted of them meanwhile. Reload the page."))
    instead = _("Or note under “Wishes” on the page “Matching” that they no longer take part.")
    now = taking_part_of(session, code, dt.date.max)
    with keeping_what_hangs(session, code, instead=instead):
        event = take_back(session, known[-1])
    left = taking_part_of(session, code, dt.date.max)
    if now is not None and (left is None or left.role != now.role):
        refuse_matched(session, code)
    return Saved.event(session, event)


def decisions(session: Session, codes: Collection[str], until: dt.date) -> dict[str, list[Event]]:
    """Return what people have decided by a day, by code, in the order it took effect."""
    wanted = select(Event).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(codes),
        Event.kind.in_((*OUTCOMES, WITHDRAWN)),
    )
    found: dict[str, list[Event]] = {}
    for event in in_effect(session.scalars(wanted), until):
        found.setdefault(event.subject_id, []).append(event)
    return found


def _refuse_talk_to_come(session: Session, code: str) -> None:
    """Refuse a no of somebody with whom a talk is agreed, as it would go on waiting."""
    for talk in talks(session, code):
        if talk.state == "agreed":
            raise InputFault.at(
                "outcome",
                _("A talk is agreed for {date}. Write down that it was held, or cancel it, first.")
                .format(date=format_date(talk.date)),
            )  # fmt: skip


def _refuse_not_to_come(talk: CoffeeTalk) -> None:
    if talk.state != "agreed":
        raise InputFault.at("date", _("This talk is no longer to come. Reload the page."))


def _asked_between(session: Session, code: str) -> tuple[dt.date | None, dt.date | None]:
    """Return when somebody asked first and last; None where they never did."""
    first, last = func.min(Enquiry.asked_on), func.max(Enquiry.asked_on)
    found = session.execute(select(first, last).where(Enquiry.participant_code == code)).one()
    return found[0], found[1]
