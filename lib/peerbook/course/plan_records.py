"""What the plan page reads from and writes to the store: plans, and what blocks their dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.date_rows import (
    filled,
    from_snapshot,
    kept_reason,
    kept_words,
    planned,
    read_again,
    snapshot,
)
from peerbook.course.schedule.calendar import (
    Closure,
    DanishCalendar,
    Reason,
    Resource,
    in_users_language,
)
from peerbook.course.schedule.plan import (
    RIDERS,
    CoursePlan,
    CourseTemplate,
    Item,
    Kind,
    PlannedDate,
    Status,
)
from peerbook.course.schedule.plan_changes import Change, changes
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.errors import Conflict
from peerbook.store import Saved, append_event, changes_counted_from, events_of
from peerbook.store.tables import Closure as ClosureRow
from peerbook.store.tables import Course, CourseDate, Event, Site
from peerbook.store.tables import Resource as ResourceRow
from peerbook.text import _

PLANNED, TOLD = "planned", "told"
"""Kinds of events that hold a whole plan."""
CHANGED = "date_"
"""How the kinds of events begin that tell of a changed date."""
RELOCATED = f"{CHANGED}relocated"
SAME_DAY = (f"{CHANGED}retimed", RELOCATED)
"""Those that leave a date on its day."""


def closures_of(session: Session, site_id: int) -> dict[int, Closure]:
    """Return the closures that hold for a site by their number, by first day."""
    rows = records.closure_rows(session, site_id)
    return _closures(
        rows, session.scalars(select(ResourceRow).where(ResourceRow.site_id == site_id))
    )


def _closures(rows: Iterable[ClosureRow], resources: Iterable[ResourceRow]) -> dict[int, Closure]:
    named = {row.id: Resource(row.kind, row.label) for row in resources}
    return {
        row.id: in_users_language(Closure(
            starts_on=row.starts_on, ends_on=row.ends_on, kind=row.kind, label=row.label,
            resource=named.get(row.resource_id) if row.resource_id is not None else None,
        ))
        for row in rows
    }  # fmt: skip


def calendar_of(session: Session, site_id: int) -> DanishCalendar:
    """Return the Danish calendar with the closures that hold for a site."""
    return DanishCalendar(tuple(closures_of(session, site_id).values()))


def calendars(session: Session, at: int | None = None) -> dict[int, DanishCalendar]:
    """Return the calendar of every site, or one, by number, with the closures that hold there."""
    rows = list(session.scalars(select(ClosureRow)))
    closures = _closures(rows, session.scalars(select(ResourceRow)))
    return {
        site_id: DanishCalendar(
            closures[row.id] for row in rows if row.site_id is None or row.site_id == site_id
        )
        for site_id in session.scalars(select(Site.id))
        if at in (None, site_id)
    }


def closure_row(session: Session, site_id: int, closure: Closure) -> ClosureRow:
    """Return a closure as the store keeps it; its room or teacher is noted down if new."""
    needed = closure.resource
    row = (
        records.resource(session, site_id, needed.kind, needed.label)
        if needed is not None
        else None
    )
    return ClosureRow(
        site_id=site_id,
        resource_id=row.id if row is not None else None,
        starts_on=closure.starts_on,
        ends_on=closure.ends_on,
        kind=closure.kind,
        label=closure.label,
    )


def save_plan(
    session: Session,
    site_id: int,
    plan: CoursePlan,
    version: str,
    *,
    on: dt.date,
) -> Saved:
    """Save a new course with all its dates; its teachers and room can then have closures.

    An event tells every date, and later ones what was changed, so that the plan as it stood on any
    day can be told from the events.

    Parameters
    ----------
    site_id
        Where the course is held.
    plan
        When it is to be held.
    version
        Version of the course content it is taught from.
    on
        The day it is planned.
    """
    course = Course(
        site_id=site_id,
        title=plan.title,
        template=plan.template.name,
        template_version=version,
        starts_on=plan.starts_on,
        weekday=plan.weekday,
        params={"rules": asdict(plan.template)},
    )
    session.add(course)
    session.flush()
    for label in sorted({label for date in plan.dates for label in date.teachers}):
        records.resource(session, site_id, "teacher", label)
    for room in sorted({date.room for date in plan.dates if date.room}):
        records.resource(session, site_id, "room", room)
    for date in plan.dates:
        session.add(filled(CourseDate(course_id=course.id), date))
    append_event(session, "course", course.id, PLANNED, on, dates=snapshot(plan))
    return Saved("course", course.id, course.version)


def load_plan(session: Session, course: Course, site: str = "") -> CoursePlan:
    """Return a course's plan as it stands; with its site, where it is and was held too."""
    rows = session.scalars(select(CourseDate).where(CourseDate.course_id == course.id))
    return CoursePlan(
        course_key=str(course.id),
        template=CourseTemplate(**course.params["rules"]),
        weekday=course.weekday,
        dates=tuple(planned(row) for row in rows),
        title=course.title,
        site=site,
        earlier_sites=_earlier_sites(session, course.id) if site else (),
    )


SITE_CHANGED = "site_changed"


def _earlier_sites(session: Session, course_id: int) -> tuple[tuple[dt.date, str], ...]:
    """Return where a course was held before, with the day it moved on; not where it never was."""
    return tuple(
        (event.effective_on, session.get_one(Site, event.details["old"]).name)
        for event in _moves(session, course_id)
    )


def held_at(session: Session, site_id: int) -> ColumnElement[bool]:
    """Return what is true of dates of a site's courses, and of those before a course left it."""
    left = (
        and_(Course.id == int(event.subject_id), CourseDate.date < event.effective_on)
        for event in _moves(session)
        if event.details["old"] == site_id
    )
    return or_(Course.site_id == site_id, *left)


def _moves(session: Session, course_id: int | None = None) -> list[Event]:
    """Return how a course, or any, left a site; one entered at the wrong site never was there."""
    return [
        event
        for event in events_of(session, "course", course_id)
        if event.kind == SITE_CHANGED and not event.details.get("past_too", True)
    ]


def other_plans(
    session: Session, site_id: int, since: dt.date, course_id: int = 0
) -> tuple[CoursePlan, ...]:
    """Return the plans of all other courses that may need the same teachers, or a site's rooms.

    Those that were over before the day `since` stand in nobody's way.

    A teacher may teach at several sites, so those of other sites count too, by the course's name
    with its place; rooms of one name at two sites are two rooms, so there the rooms are left out.
    """
    return tuple(
        load_plan(session, course)
        if course.site_id == site_id
        else _seen_from_afar(load_plan(session, course), session.get_one(Site, course.site_id))
        for course in records.courses_since(session, since)
        if course.id != course_id
    )


def _seen_from_afar(plan: CoursePlan, site: Site) -> CoursePlan:
    """Return a plan as other sites see it: named with its place, and without its rooms."""
    seen = _from_afar(plan.title, site.name, plan.dates)
    return replace(plan, title=seen.title, dates=seen.dates)


def _from_afar(title: str, site: str, dates: Sequence[PlannedDate]) -> _Dates:
    return _Dates(f"{title} ({site})", tuple(replace(date, room="") for date in dates))


class DateOnCourse(NamedTuple):
    """A date of a course, and where that is."""

    site_id: int
    site: str
    course_id: int
    title: str
    kind: Kind
    number: int
    date: dt.date


@dataclass(frozen=True)
class _Dates:
    """What a course is called and its dates, as others must keep free of it."""

    title: str
    dates: tuple[PlannedDate, ...]


def blocked_dates(
    session: Session, today: dt.date, at: int | None = None
) -> list[tuple[DateOnCourse, tuple[Reason, ...]]]:
    """Return the dates to come, of all courses, that stand on a day they cannot use, and why.

    What was accepted is no reason. It is read at once for all sites.

    Parameters
    ----------
    at
        Number of the site whose courses are asked about; None for all. The others can still be in
        their way.
    """
    coming = (
        select(CourseDate, Course.site_id, Site.name, Course.title)
        .join(Course, Course.id == CourseDate.course_id)
        .join(Site, Site.id == Course.site_id)
        .where(
            Course.removed_on.is_(None), CourseDate.status != "cancelled", CourseDate.date >= today
        )
        .order_by(CourseDate.date, CourseDate.id)
    )
    if at is not None:
        own = select(CourseDate.date).join(Course).where(Course.site_id == at)
        coming = coming.where(or_(Course.site_id == at, CourseDate.date.in_(own)))
    found: dict[int, list[PlannedDate]] = {}
    where: dict[int, tuple[int, str, str]] = {}
    meeting: dict[dt.date, set[int]] = {}
    for row, site_id, site, title in session.execute(coming):
        where[row.course_id] = (site_id, site, title)
        found.setdefault(row.course_id, []).append(planned(row))
        meeting.setdefault(row.date, set()).add(row.course_id)
    of_site = calendars(session, at)
    blocked = []
    for course_id, dates in found.items():
        site_id, site, title = where[course_id]
        if at not in (None, site_id):
            continue
        others = set[int]().union(*(meeting[date.date] for date in dates)) - {course_id}
        obstacles = Obstacles(
            of_site[site_id],
            [_seen_from(site_id, *where[other], found[other]) for other in sorted(others)],
        )
        for date, reasons in obstacles.blocked(_Dates(title, tuple(dates)), today):
            accepted = {reason.mark.casefold() for reason in date.accepted}
            new = tuple(one for one in reasons if one.mark.casefold() not in accepted)
            item = DateOnCourse(site_id, site, course_id, title, date.kind, date.number, date.date)
            blocked.append((item, new))
    return blocked


def _seen_from(
    site_id: int, other_id: int, site: str, title: str, dates: Sequence[PlannedDate]
) -> _Dates:
    """Return the dates of a course as a site sees them: with its rooms if it is its own."""
    if other_id == site_id:
        return _Dates(title, tuple(dates))
    return _from_afar(title, site, dates)


def save_changes(
    session: Session,
    course_id: int,
    before: CoursePlan,
    after: CoursePlan,
    reason: str,
    *,
    on: dt.date,
    reasons: Mapping[Item, Reason] | None = None,
) -> Saved:
    """Save a changed plan: each changed date, and an event that says what changed and why.

    The sequence number of a changed date goes up, so that an updated calendar file replaces the
    entry people have.

    Parameters
    ----------
    before, after
        The plan as it was when the change was made, and as it shall be.
    reason
        Why, in the words of whoever changes it.
    on
        The day it is changed.
    reasons
        Why single dates are changed, where they have a reason of their own.

    Raises
    ------
    Conflict
        When the plan is no longer as `before` says: dates hang together, so two changes that were
        each right may not be right together. Also when the course was removed meanwhile.
    """
    records.refuse_removed(session, course_id)
    rows = {
        Item(row.kind, row.number): row
        for row in session.scalars(select(CourseDate).where(CourseDate.course_id == course_id))
    }
    shown = {date.item: read_again(date) for date in before.dates}
    if {item: planned(row) for item, row in rows.items()} != shown:
        raise Conflict(
            _(
                "Somebody else has changed the plan meanwhile, so nothing was saved. Reload the "
                "page to see the plan as it is now, and make your change again."
            )
        )
    told: dict[Item, list[Change]] = {}
    for change in changes(before, after):
        told.setdefault(change.item, []).append(change)
    course = session.get_one(Course, course_id)
    known = _known_dates(events_of(session, "course", course_id))
    for changed in map(read_again, after.dates):
        row = rows[changed.item]
        was = planned(row)
        if was == changed:
            continue
        date = replace(changed, status=_settled_status(changed, known))
        filled(row, date)
        # A calendar shows the reason too.
        if date.item in told or _in_calendar(was) != _in_calendar(date):
            row.sequence += 1
        if date.room and date.room != was.room:
            records.resource(session, course.site_id, "room", date.room)
        own = (reasons or {}).get(date.item)
        for change in told.get(date.item, ()):
            why = kept_words(reason) if own is None else kept_reason(own)
            _note_event(session, course_id, was, change, on, reason=why, by_hand=own is None)
    course.starts_on = after.starts_on
    session.flush()
    return Saved("course", course.id, course.version)


def _in_calendar(date: PlannedDate) -> tuple[str, str, str]:
    """Return what a calendar's entry tells of a date besides when it is."""
    return date.room, date.pin_reason, date.note


def _known_dates(events: Sequence[Event]) -> dict[Item, PlannedDate]:
    """Return how those who come know each date, called off or not; empty when nothing tells it."""
    known: dict[Item, PlannedDate] = {}
    for event in events:
        if event.kind in (PLANNED, TOLD) and isinstance(event.details["dates"], list):
            for date in map(from_snapshot, event.details["dates"]):
                if date.takes_place or date.item not in known:
                    known[date.item] = date
    return known


def moved_from(session: Session, course_id: int, plan: CoursePlan) -> dict[Item, dt.date]:
    """Return which day each moved date of a plan has left: where people know it, or stood last."""
    events = events_of(session, "course", course_id)
    left = {
        Item(event.details["kind"], event.details["number"]): dt.date.fromisoformat(
            event.details["old"]
        )
        for event in events
        if event.kind == f"{CHANGED}moved"
    }
    known = {item: date.date for item, date in _known_dates(events).items()}
    moved = [date for date in plan.dates if date.status == "moved"]
    return {
        date.item: day
        for date in moved
        for day in [
            left.get(date.item) if known.get(date.item) == date.date else known.get(date.item)
        ]
        if day is not None and day != date.date
    }


def _is_home(date: PlannedDate, known: Mapping[Item, PlannedDate]) -> bool:
    """Return whether a date lies where people know it to be planned."""
    told = known.get(date.item)
    return told is not None and told.status in ("planned", "cancelled") and told.date == date.date


def _settled_status(date: PlannedDate, known: Mapping[Item, PlannedDate]) -> Status:
    """Return how a changed date stands to those who know it from before: planned, or moved."""
    told = known.get(date.item)
    if told is None or date.status not in ("planned", "moved"):
        return date.status
    if _is_home(date, known):
        return "planned"
    # Of what was held when it was told, only another day is known to be a move.
    return date.status if told.status == "held" and told.date == date.date else "moved"


def _note_event(
    session: Session,
    course_id: int,
    was: PlannedDate,
    change: Change,
    on: dt.date,
    *,
    reason: object,
    by_hand: bool,
) -> None:
    details: dict[str, object] = {}
    if change.what == "retimed":
        details = {"times": _iso(change.times), "old_times": _iso(was.times)}
    elif change.what == "relocated":
        details = {"room": change.room, "old_room": was.room}
    append_event(
        session,
        "course",
        course_id,
        f"{CHANGED}{change.what}",
        on,
        kind=change.item.kind,
        number=change.item.number,
        old=change.old,
        new=change.new,
        reason=reason,
        by_hand=by_hand,
        **details,
    )


def note_corrected(
    session: Session, course_id: int, before: CoursePlan, after: CoursePlan, on: dt.date
) -> None:
    """Note each date whose time or room has been corrected with those of the whole course.

    What is called off is noted too: it comes back as it was corrected.
    """
    for date in after.dates:
        was = before.date_of(date.item)
        day = date.date if date.takes_place else None
        found: list[Change] = []
        if date.times != was.times:
            found.append(Change("retimed", date.item, day, day, times=date.times))
        if date.room != was.room and date.kind not in RIDERS:
            found.append(Change("relocated", date.item, day, day, room=date.room))
        for change in found:
            _note_event(session, course_id, was, change, on, reason="", by_hand=True)


def _iso(times: tuple[dt.time, dt.time] | None) -> list[str]:
    return [time.isoformat() for time in times or ()]


def statuses_before_held(
    session: Session, course_id: int, dates: Sequence[CourseDate]
) -> list[Literal["planned", "moved"]]:
    """Return how dates of a course stood in the plan before they were held: planned, or moved."""
    events = events_of(session, "course", course_id)
    known = _known_dates(events)
    last_change = {
        Item(event.details["kind"], event.details["number"]): event.kind
        for event in events
        if event.kind.startswith(CHANGED) and event.kind not in SAME_DAY
    }

    def status(date: CourseDate) -> Literal["planned", "moved"]:
        was_moved = last_change.get(Item(date.kind, date.number)) == f"{CHANGED}moved"
        if not was_moved or _is_home(planned(date), known):
            return "planned"
        # What went on to the next day while its own was cancelled has come home, and not moved.
        own = _own_day(session, date)
        return status(own) if own is not None else "moved"

    return [status(date) for date in dates]


def _own_day(session: Session, rider: CourseDate) -> CourseDate | None:
    """Return the teaching day a date is part of by the template, if it lies on that day."""
    if rider.kind not in RIDERS:
        return None
    rules = CourseTemplate(**session.get_one(Course, rider.course_id).params["rules"])
    return session.scalar(
        select(CourseDate).where(
            CourseDate.course_id == rider.course_id,
            CourseDate.kind == "teaching_day",
            CourseDate.number == rules.rider_days().get(rider.kind),
            CourseDate.date == rider.date,
        )
    )


def calendar_ids(session: Session, course_id: int) -> dict[Item, tuple[str, int]]:
    """Return the calendar entry's UID and sequence number of each date."""
    rows = session.scalars(select(CourseDate).where(CourseDate.course_id == course_id))
    first = changes_counted_from(session)
    return {Item(row.kind, row.number): (row.uid, first + row.sequence) for row in rows}
