"""What the plan page reads from and writes to the store: plans, and what blocks their dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.course.schedule.calendar import (
    Closure,
    DanishCalendar,
    Reason,
    Resource,
    in_users_language,
)
from peerbook.course.schedule.plan import (
    RIDERS,
    Avoided,
    CoursePlan,
    CourseTemplate,
    Item,
    Kind,
    PlannedDate,
    Status,
)
from peerbook.course.schedule.plan_changes import Change, changes
from peerbook.course.schedule.plan_wishes import Obstacles, is_note_of, note_of
from peerbook.errors import Conflict
from peerbook.store import Saved, append_event, changes_counted_from, events_of
from peerbook.store.tables import Closure as ClosureRow
from peerbook.store.tables import Course, CourseDate, Event, Site
from peerbook.store.tables import Resource as ResourceRow
from peerbook.text import LANGUAGES, _, written_in


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
        session.add(_filled(CourseDate(course_id=course.id), date))
    append_event(session, "course", course.id, PLANNED, on, dates=_snapshot(plan))
    return Saved("course", course.id, course.version)


def load_plan(session: Session, course: Course, site: str = "") -> CoursePlan:
    """Return a course's plan as it stands; with its site, where it is and was held too."""
    rows = session.scalars(select(CourseDate).where(CourseDate.course_id == course.id))
    return CoursePlan(
        course_key=str(course.id),
        template=CourseTemplate(**course.params["rules"]),
        weekday=course.weekday,
        dates=tuple(_planned(row) for row in rows),
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
        found.setdefault(row.course_id, []).append(_planned(row))
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
    shown = {date.item: _read_again(date) for date in before.dates}
    if {item: _planned(row) for item, row in rows.items()} != shown:
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
    for changed in map(_read_again, after.dates):
        row = rows[changed.item]
        was = _planned(row)
        if was == changed:
            continue
        date = replace(changed, status=_settled_status(changed, known))
        _filled(row, date)
        # A calendar shows the reason too.
        if date.item in told or _in_calendar(was) != _in_calendar(date):
            row.sequence += 1
        if date.room and date.room != was.room:
            records.resource(session, course.site_id, "room", date.room)
        own = (reasons or {}).get(date.item)
        for change in told.get(date.item, ()):
            why = _kept_words(reason) if own is None else _kept_reason(own)
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
            for date in map(_from_snapshot, event.details["dates"]):
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


CHANGED = "date_"
"""How the kinds of events begin that tell of a changed date."""
_RELOCATED = f"{CHANGED}relocated"
_SAME_DAY = (f"{CHANGED}retimed", _RELOCATED)
"""Those that leave a date on its day."""


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
        if event.kind.startswith(CHANGED) and event.kind not in _SAME_DAY
    }

    def status(date: CourseDate) -> Literal["planned", "moved"]:
        was_moved = last_change.get(Item(date.kind, date.number)) == f"{CHANGED}moved"
        if not was_moved or _is_home(_planned(date), known):
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


# -- what has been told --------------------------------------------------------------------------

PLANNED, TOLD = "planned", "told"


@dataclass(frozen=True)
class ToldPlan:
    """A plan as those who come know it.

    Parameters
    ----------
    plan
        Its dates with their times and rooms; no remarks or reasons.
    on
        The day it was told; None when it never was, and this is the plan as it was saved.
    reasons
        Why each date was changed since, in the words of whoever changed it; or why it had to
        leave the day that was told.
    up_to
        The number of the last event it knows of.
    """

    plan: CoursePlan
    on: dt.date | None
    reasons: Mapping[Item, str]
    up_to: int


def plan_as_told(session: Session, course: Course) -> ToldPlan | None:
    """Return a course's plan as it was told last; None when nothing tells how it was."""
    events = events_of(session, "course", course.id)
    known = [event for event in events if event.kind in (PLANNED, TOLD)]
    if not known or not isinstance(known[-1].details["dates"], list):
        return None
    last = known[-1]
    up_to = last.details.get("up_to", last.seq)
    dates = tuple(_from_snapshot(date) for date in last.details["dates"])
    now = load_plan(session, course)
    if not all("room" in date for date in last.details["dates"]):
        # It was told before rooms were kept with what was told.
        rooms = {date.item: date.room for date in now.dates} | _rooms_before(events, up_to)
        dates = tuple(replace(date, room=rooms.get(date.item, "")) for date in dates)
    return ToldPlan(
        plan=replace(now, dates=dates),
        on=last.effective_on if last.kind == TOLD else None,
        reasons=_reasons_since({date.item: date for date in dates}, events, up_to),
        up_to=up_to,
    )


def _rooms_before(events: Sequence[Event], up_to: int) -> dict[Item, str]:
    """Return the room of each date that was given one of its own after an event, as it was then."""
    rooms: dict[Item, str] = {}
    for event in events:
        if event.seq > up_to and event.kind == _RELOCATED:
            item = Item(event.details["kind"], event.details["number"])
            rooms.setdefault(item, event.details["old_room"])
    return rooms


def _reasons_since(
    told: Mapping[Item, PlannedDate], events: Sequence[Event], up_to: int
) -> dict[Item, str]:
    """Return why each date was changed after an event, to those who know the dates as told.

    What drove a date off a day in between, that nobody was told, explains nothing to them.
    """
    reasons: dict[Item, str] = {}
    for event in events:
        is_news = event.seq > up_to and event.kind not in _SAME_DAY
        if not is_news or not event.kind.startswith(CHANGED):
            continue
        item = Item(event.details["kind"], event.details["number"])
        was_told = item in told and event.details["old"] == told[item].date.isoformat()
        had_to_leave = event.kind == f"{CHANGED}moved" and not event.details.get("by_hand", True)
        if was_told or not had_to_leave:
            why = event.details["reason"]
            reasons[item] = _told_words(why) if isinstance(why, str) else _told_reason(why).text
    return reasons


def mark_told(
    session: Session,
    course_id: int,
    plan: CoursePlan,
    sentences: Sequence[str],
    on: dt.date,
    *,
    up_to: int,
) -> Saved:
    """Note that a plan has been told to those who come.

    Parameters
    ----------
    plan
        The plan as it was told, which may be older than the one that stands.
    sentences
        What was said of the changes; no names.
    on
        The day it was told.
    up_to
        The number of the last event that was known when it was written.

    Raises
    ------
    Conflict
        When the course was removed meanwhile.
    """
    records.refuse_removed(session, course_id)
    event = append_event(
        session, "course", course_id, TOLD, on,
        dates=_snapshot(plan), sentences=list(sentences), up_to=up_to,
    )  # fmt: skip
    return Saved.event(session, event)


def told_before(session: Session, course_id: int) -> list[tuple[dt.date, tuple[str, ...]]]:
    """Return when changes were told, and what was said, the latest first."""
    return [
        (event.effective_on, tuple(event.details["sentences"]))
        for event in reversed(events_of(session, "course", course_id))
        if event.kind == TOLD
    ]


def _snapshot(plan: CoursePlan) -> list[dict[str, object]]:
    return [
        {
            "kind": date.kind,
            "number": date.number,
            "date": date.date.isoformat(),
            "starts_at": date.starts_at.isoformat() if date.starts_at else None,
            "ends_at": date.ends_at.isoformat() if date.ends_at else None,
            "room": date.room,
            "status": date.status,
        }
        for date in plan.dates
    ]


def _from_snapshot(date: Mapping[str, Any]) -> PlannedDate:
    starts_at, ends_at = (
        None if date[name] is None else dt.time.fromisoformat(date[name])
        for name in ("starts_at", "ends_at")
    )
    return PlannedDate(
        kind=date["kind"], number=date["number"], date=dt.date.fromisoformat(date["date"]),
        starts_at=starts_at, ends_at=ends_at, room=date.get("room", ""), status=date["status"],
    )  # fmt: skip


# -- rows ----------------------------------------------------------------------------------------


def calendar_ids(session: Session, course_id: int) -> dict[Item, tuple[str, int]]:
    """Return the calendar entry's UID and sequence number of each date."""
    rows = session.scalars(select(CourseDate).where(CourseDate.course_id == course_id))
    first = changes_counted_from(session)
    return {Item(row.kind, row.number): (row.uid, first + row.sequence) for row in rows}


_ACCEPTED = "accepted"
"""In `avoided`, what holds the reasons that were accepted and not avoided."""
_ALTHOUGH = "*although"
"""The note of a date that stands where it does in spite of what was accepted."""


def _phrases() -> dict[str, str]:
    """Return what the program itself writes about a date, in the user's language, by its mark."""
    return {
        "*made_backwards": _("The plan was made backwards from this day."),
        "*removed": _("The course was removed."),
    }


def _kept_words(text: str) -> str:
    """Return a text as it is kept: what the program wrote as a mark, all else as it was typed."""
    return _mark_of(text) or (f"*{text}" if _looks_like_mark(text) else text)


def _told_words(kept: str) -> str:
    """Return a text that was kept in the user's language; also one from before there were marks."""
    phrase = _phrases().get(_mark_of(kept) or kept)
    is_typed = kept.startswith("**") and _looks_like_mark(kept)
    return phrase or (kept[1:] if is_typed else kept)


def _mark_of(text: str) -> str | None:
    """Return the mark of a phrase the program writes, in any language."""
    for language in LANGUAGES if text else ():
        with written_in(language):
            for mark, phrase in _phrases().items():
                if text == phrase:
                    return mark
    return None


def _looks_like_mark(text: str) -> bool:
    """Return whether a text is a mark, whatever the number of stars it begins with."""
    return text.startswith("*") and f"*{text.lstrip('*')}" in (_ALTHOUGH, *_phrases())


def _kept_reason(reason: Reason) -> object:
    """Return a reason as it is kept, the same in every language."""
    if reason.kind == "told":
        return reason.label
    kept = {
        "kind": reason.kind, "date": reason.date and reason.date.isoformat(),
        "label": reason.label, "item": reason.item, "days": reason.days,
        "resource": _kept_resource(reason.resource),
        "closure": reason.closure and {
            "starts_on": reason.closure.starts_on.isoformat(),
            "ends_on": reason.closure.ends_on.isoformat(),
            "kind": reason.closure.kind, "label": reason.closure.label,
            "resource": _kept_resource(reason.closure.resource),
        },
    }  # fmt: skip
    return {name: value for name, value in kept.items() if value}


def _kept_resource(resource: Resource | None) -> list[str] | None:
    return None if resource is None else [resource.kind, resource.label]


def _told_reason(kept: Any) -> Reason:
    """Return a reason that was kept; one from before it was kept in every language is a text."""
    if isinstance(kept, str):
        return Reason("told", label=kept)
    found = dict(kept)
    closed = found.pop("closure", None)
    if closed is not None:
        days = {name: dt.date.fromisoformat(closed[name]) for name in ("starts_on", "ends_on")}
        closed = in_users_language(Closure(**closed | days | _told_resource(closed)))
    on = {"date": dt.date.fromisoformat(found["date"])} if "date" in found else {}
    item = {"item": (found["item"][0], found["item"][1])} if "item" in found else {}
    return Reason(**found | on | item | _told_resource(found), closure=closed)


def _told_resource(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"resource": Resource(*kept["resource"])} if kept.get("resource") else {}


def _filled(row: CourseDate, date: PlannedDate) -> CourseDate:
    """Return the row with everything the plan knows about the date."""
    row.kind, row.number = date.kind, date.number
    row.date, row.starts_at, row.ends_at = date.date, date.starts_at, date.ends_at
    row.pinned, row.pin_reason = date.pinned, _kept_words(date.pin_reason) or None
    is_although = bool(date.accepted) and is_note_of(date.note, date.accepted)
    row.status, row.note = date.status, _ALTHOUGH if is_although else _kept_words(date.note)
    row.teachers, row.room = list(date.teachers), date.room
    row.avoided = [
        {
            "date": avoided.date.isoformat(),
            "reasons": [_kept_reason(reason) for reason in avoided.reasons],
        }
        for avoided in date.avoided
    ]
    if date.accepted:
        accepted = [_kept_reason(reason) for reason in date.accepted]
        row.avoided.append({"date": date.date.isoformat(), _ACCEPTED: accepted})
    return row


def _read_again(date: PlannedDate) -> PlannedDate:
    """Return a date as it would be read if it were saved now, also one read in another language."""
    return _planned(_filled(CourseDate(), date))


def _planned(row: CourseDate) -> PlannedDate:
    accepted = tuple(_told_reason(kept) for one in row.avoided for kept in one.get(_ACCEPTED, ()))
    return PlannedDate(
        kind=row.kind,
        number=row.number,
        date=row.date,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        avoided=tuple(
            Avoided(
                dt.date.fromisoformat(one["date"]),
                tuple(_told_reason(kept) for kept in one["reasons"]),
            )
            for one in row.avoided
            if _ACCEPTED not in one
        ),
        accepted=accepted,
        pinned=row.pinned,
        pin_reason=_told_words(row.pin_reason or ""),
        note=note_of(accepted) if row.note == _ALTHOUGH and accepted else _told_words(row.note),
        status=row.status,
        teachers=tuple(row.teachers),
        room=row.room,
    )
