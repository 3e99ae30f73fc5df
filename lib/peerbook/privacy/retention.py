"""For how long people are kept: a rule the place sets itself, the dates it gives, and exceptions.

No law says how many months (GDPR art. 5(1)(e); sikkerdigital.dk, "Slettefrister"): whoever answers
for the data sets the limit and writes down why. So there is no rule before somebody has set one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.months import months_after
from peerbook.privacy.deletions import holds
from peerbook.privacy.taken_out import OWN_FILE
from peerbook.store import Saved, in_effect, refuse_overtaken, set_setting
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import (
    Attendance,
    CafeShift,
    CatchUp,
    CoffeeTalk,
    Course,
    CourseDate,
    Enquiry,
    Enrolment,
    Event,
    ExitTalk,
    Gathering,
    GatheringGuest,
    Hold,
    MatchedPair,
    Participant,
    Setting,
    ShiftHost,
)
from peerbook.text import _, ngettext

RETENTION_SETTING = "retention"
LONGEST_MONTHS = 240
"""Twenty years: beyond it a number of months has a slip in it."""

LONGEST_HOLD = dt.timedelta(days=366)
"""Whoever must be kept longer is looked at anew each year."""

WARNED_DAYS = 30
"""So many days before the date people are on the list."""

CountedFrom = Literal["course_end", "last_contact"]
COUNTED_FROM: tuple[CountedFrom, ...] = get_args(CountedFrom)


@dataclass(frozen=True)
class RetentionRule:
    """How long people are kept.

    Parameters
    ----------
    months
        How many.
    counted_from
        The end of the last course they were on, or the last time anything was recorded of them.
    reason
        Why that long, in the place's own words.
    """

    months: int
    counted_from: CountedFrom
    reason: str

    @property
    def sentence(self) -> str:
        """The rule in words."""
        months = ngettext("{n} month", "{n} months", self.months).format(n=self.months)
        text = {
            "course_end": _("{months} after the end of the course"),
            "last_contact": _("{months} after the last contact"),
        }[self.counted_from]
        return text.format(months=months)


@dataclass(frozen=True)
class Term:
    """Until when somebody is kept.

    Parameters
    ----------
    code, site_id
        Who, and where they belong.
    counted_from
        The day it is counted from.
    due_on
        The day they are to be deleted.
    hold
        That they must be kept nevertheless; None when nothing says so.
    """

    code: str
    site_id: int
    counted_from: dt.date
    due_on: dt.date
    hold: Hold | None = None

    def is_due(self, today: dt.date) -> bool:
        """Return whether the day is reached and nothing holds them."""
        return self.due_on <= today and self.hold is None


def rule_of(session: Session) -> RetentionRule | None:
    """Return the rule, None before somebody has set one."""
    row = session.get(Setting, RETENTION_SETTING)
    return None if row is None else RetentionRule(**row.value)


def save_rule(session: Session, mine: RetentionRule, seen: RetentionRule | None) -> None:
    """Save the rule, unless it is no longer what the user saw.

    Raises
    ------
    InputFault
        When it is shorter than a month, longer than anybody means, or says no reason.
    Conflict
        When somebody else has changed it.
    """
    if not 1 <= mine.months <= LONGEST_MONTHS:
        raise InputFault.at(
            "months", _("Write a number of months from 1 to {high}.").format(high=LONGEST_MONTHS)
        )
    if not mine.reason.strip():
        raise InputFault.at("reason", _("Write why you keep it that long."))
    stored = rule_of(session)
    refuse_overtaken(_fields(seen), _fields(stored), asdict(mine))
    set_setting(session, RETENTION_SETTING, asdict(mine))


def _fields(rule: RetentionRule | None) -> dict[str, Any]:
    return {"months": None, "counted_from": None, "reason": ""} if rule is None else asdict(rule)


def terms(session: Session, rule: RetentionRule, today: dt.date) -> list[Term]:
    """Return until when everybody is kept, whoever is due first before the others.

    Nobody's name is read. Whoever is on a course that still goes on is counted from its end, by
    either rule; whoever was on none, from the last contact.
    """
    ends = _course_ends(session)
    contacts = _contacts(session, today)
    held = {one.participant_code: one for one in holds(session, today)}
    found = []
    for code, site_id in session.execute(select(Participant.code, Participant.site_id)):
        end, contact = ends.get(code), contacts[code]
        by_end = end is not None and (rule.counted_from == "course_end" or end >= today)
        start = end if end is not None and by_end else contact
        due_on = months_after(start, rule.months)
        found.append(Term(code, site_id, start, due_on, held.get(code)))
    return sorted(found, key=lambda one: (one.due_on, one.code))


def term_of(session: Session, code: str, today: dt.date) -> Term | None:
    """Return until when somebody is kept; None without a rule."""
    rule = rule_of(session)
    if rule is None:
        return None
    return next((one for one in terms(session, rule, today) if one.code == code), None)


def _course_ends(session: Session) -> dict[str, dt.date]:
    """Return the last day of the courses people are or were on, by code."""
    wanted = (
        select(Enrolment.participant_code, func.max(CourseDate.date))
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseDate, CourseDate.course_id == Course.id)
        .where(Course.removed_on.is_(None), CourseDate.status != "cancelled")
        .group_by(Enrolment.participant_code)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


def _contacts(session: Session, today: dt.date) -> dict[str, dt.date]:
    """Return when anything was last recorded of people, up to today, by code.

    With whoever is matched there is contact as long as the pair goes on, and with whoever has
    agreed on a talk until it was to be held.
    """
    came = (
        select(Attendance.participant_code, func.max(CourseDate.date))
        .join(CourseDate, CourseDate.id == Attendance.course_date_id)
        .where(Attendance.status.in_(("present", "apology")), CourseDate.date <= today)
        .group_by(Attendance.participant_code)
    )
    caught_up = (
        select(CatchUp.participant_code, func.max(CatchUp.done_on))
        .where(CatchUp.done_on <= today)
        .group_by(CatchUp.participant_code)
    )
    happened = (
        select(Event.subject_id, func.max(Event.effective_on))
        .where(
            Event.subject_type == "participant",
            Event.effective_on <= today,
            Event.kind != OWN_FILE,
        )
        .group_by(Event.subject_id)
    )
    begun = select(Participant.code, Participant.created_on)
    latest = {row[0]: row[1] for row in session.execute(begun)}
    asked = (
        select(Enquiry.participant_code, func.max(Enquiry.asked_on))
        .where(Enquiry.participant_code.is_not(None), Enquiry.asked_on <= today)
        .group_by(Enquiry.participant_code)
    )
    talked = (
        select(CoffeeTalk.participant_code, func.max(CoffeeTalk.date))
        .where(
            or_(
                and_(CoffeeTalk.state == "held", CoffeeTalk.date <= today),
                CoffeeTalk.state == "agreed",
            )
        )
        .group_by(CoffeeTalk.participant_code)
    )
    was_host = (
        select(ShiftHost.participant_code, func.max(CafeShift.date))
        .join(CafeShift, CafeShift.id == ShiftHost.shift_id)
        .where(
            ShiftHost.participant_code.is_not(None),
            CafeShift.date <= today,
            CafeShift.is_cancelled.is_(False),
        )
        .group_by(ShiftHost.participant_code)
    )
    met = (
        select(GatheringGuest.participant_code, func.max(Gathering.date))
        .join(Gathering, Gathering.id == GatheringGuest.gathering_id)
        .where(Gathering.date <= today)
        .group_by(GatheringGuest.participant_code)
    )
    for wanted in (came, caught_up, happened, asked, talked, was_host, met):
        for code, day in session.execute(wanted):
            if code in latest:
                latest[code] = max(latest[code], min(day, today))
    for code, day in _matched_until(session, today):
        latest[code] = max(latest[code], day)
    return latest


def _matched_until(session: Session, today: dt.date) -> Iterator[tuple[str, dt.date]]:
    """Yield who is or was matched, with the day it ended or of the talk after it.

    With pairs that go on it is today, and with a talk that is to come.
    """
    happened = select(Event).where(
        Event.subject_type == MatchedPair.__tablename__, Event.kind.in_(("ended", WITHDRAWN))
    )
    ended = {
        event.subject_id: event.effective_on
        for event in in_effect(session.scalars(happened), today)
    }
    is_talk = and_(ExitTalk.pair_id == MatchedPair.id, ExitTalk.state != "cancelled")
    matched = (
        select(MatchedPair.id, ExitTalk.date, MatchedPair.peer_code, MatchedPair.mentor_code)
        .outerjoin(ExitTalk, is_talk)
        .where(MatchedPair.matched_on <= today)
    )
    for number, talk, *both in session.execute(matched):
        last = ended.get(str(number), today)
        for code in both:
            if code is not None:
                yield code, min(max(last, talk or last), today)


# -- who must be kept ------------------------------------------------------------------------------


def hold(
    session: Session, code: str, until: dt.date, reason: str, *, today: dt.date, seen: int | None
) -> Saved:
    """Keep somebody until a day, whatever the rule says.

    Parameters
    ----------
    until
        The day from which the rule holds again.
    reason
        Why they must be kept.
    today
        The day it is.
    seen
        Version of what held them when this was written; None when nothing did.

    Raises
    ------
    InputFault
        When there is no reason, or the day is not ahead or more than a year ahead.
    Conflict
        When somebody else has changed it, or the person is deleted.
    """
    if not today < until <= today + LONGEST_HOLD:
        raise InputFault.at("until", _("Choose a day ahead, within a year."))
    why = " ".join(reason.split())
    if not why:
        raise InputFault.at("reason", _("Write why they must be kept."))
    row = session.get(Hold, code)
    now = None if row is None else row.version
    if now != seen or session.get(Participant, code) is None:
        raise Conflict(_("Somebody else has changed it meanwhile. Reload the page."))
    if row is None:
        row = Hold(participant_code=code)
        session.add(row)
    row.since, row.until, row.reason = today, until, why
    row.actor = session.info["actor"]
    session.flush()
    return Saved("hold", 0, row.version)


def lift(session: Session, code: str) -> None:
    """Keep somebody no longer than the rule says; what is lifted already stays so."""
    row = session.get(Hold, code)
    if row is not None:
        session.delete(row)
