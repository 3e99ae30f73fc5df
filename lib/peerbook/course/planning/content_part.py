"""What is taught: the day plan with its breaks, what the course covers, and how many to feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from peerbook.course import people_records, plan_records
from peerbook.course.attendance import sparring_records
from peerbook.course.attendance.sparring_part import proposal_parts
from peerbook.course.curriculum import Activity, CourseContent, Day, Kind
from peerbook.course.planning.turnout import earlier_turnouts
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.coverage import coverage, themes_for_days
from peerbook.course.schedule.day_plan import Occasion, Turnout, catering, check_day, has_lunch
from peerbook.text import _, format_number, format_time, ngettext
from peerbook.ui import (
    Column,
    Disclosure,
    Filter,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Status,
    Table,
    danish_text,
)


def activity_name(kind: Kind, starts_at: dt.time) -> str:
    """Return the name of a kind of activity, on a day that begins then, in the user's language."""
    return {
        Kind.WELCOME: _("Welcome"),
        Kind.LESSON: _("Lesson"),
        Kind.EXERCISE: _("Exercise"),
        Kind.BREAK: _("Break"),
        Kind.LUNCH: _("Lunch") if has_lunch(starts_at) else _("Light meal"),
        Kind.REFLECTION: _("Reflection"),
        Kind.EVALUATION: _("Evaluation"),
    }[kind]


def portion_name(item: str) -> str:
    """Return the name of what is served in the user's language."""
    return {
        "coffee": _("Coffee"),
        "sandwich": _("Sandwiches"),
        "cake": _("Cake"),
        "fruit": _("Fruit"),
    }[item]


def content_parts(saved: SavedPlan) -> list[Part]:
    """Return what is taught on a saved course, what that covers, and what to order for it."""
    now = saved.read()
    with saved.desk.store.read() as session:
        raised = sparring_records.raised_themes(session, saved.course_id)
    asked = themes_for_days(now.plan, raised)
    coming = now.plan.next_of_kind("teaching_day", saved.desk.today)

    def day_plan() -> list[Part]:
        starts_at = plan_records.day_starts_at(now.course)
        return day_plan_parts(now.content, starts_at, asked, coming.number if coming else 1)

    def covered() -> list[Part]:
        day = coming.number if coming else None
        return [*proposal_parts(now.content, asked.get(day, ()), day), *coverage_parts(now.content)]

    def food() -> list[Part]:
        with saved.desk.store.read() as session:
            day = coming.date if coming else saved.desk.today
            mentors = people_records.mentors(session, saved.course_id)
            enrolled = sum(mentor.on(day) == "on" for mentor in mentors)
            earlier = earlier_turnouts(session, saved.course_id)
        return catering_parts(enrolled, earlier, now.content)

    place = Section(day_plan())
    return [
        Filter(
            _("What do you want to see?"),
            [
                (day_plan, _("Day plan")),
                (covered, _("What is covered")),
                (food, _("Catering")),
            ],
            lambda parts: place.show(parts()),
            look="radio",
        ),
        place,
    ]


def day_plan_parts(
    content: CourseContent,
    starts_at: dt.time,
    asked: Mapping[int | None, Sequence[str]],
    first: int = 1,
) -> list[Part]:
    """Return the days, one at a time, each checked for breaks, lunch and length.

    Parameters
    ----------
    content, starts_at
        The course, and when its days begin.
    asked
        Themes that sparring asks a day to take up, by number of the day.
    first
        Number of the day shown first.
    """

    def parts(number: int) -> list[Part]:
        return [
            *proposal_parts(content, asked.get(number, ()), number),
            *_day_parts(content, content.day(number), starts_at),
        ]

    place = Section(parts(first))
    return [
        Filter(
            _("Day"),
            [
                (day.number, _("Day {n}: {title}").format(n=day.number, title=day.title))
                for day in content.days
            ],
            lambda number: place.show(parts(number)),
            value=first,
        ),
        place,
    ]


def _day_parts(content: CourseContent, day: Day, starts_at: dt.time) -> list[Part]:
    check = check_day(day, starts_at)
    lunch = has_lunch(starts_at)
    sums = (
        _("{minutes} minutes in all, {pauses} of them breaks and lunch. Ends at {end}.")
        if lunch
        else _("{minutes} minutes in all, {pauses} of them breaks and the meal. Ends at {end}.")
    ).format(
        minutes=format_number(check.minutes),
        pauses=format_number(check.pause_min),
        end=format_time(check.ends_at),
    )
    if check.warnings:
        verdict = Notice("warn", "\n".join(warning.message for warning in check.warnings))
    else:
        praise = (
            _("Breaks often enough, lunch in time. {sums}")
            if lunch
            else _("Breaks often enough. {sums}")
        )
        verdict = Notice("ok", praise.format(sums=sums))
    columns = [
        Column("starts_at", _("From"), kind="time"),
        Column("ends_at", _("To"), kind="time"),
        Column("kind", _("Kind")),
        Column("title", _("What")),
        Column("minutes", _("Minutes"), kind="number"),
    ]
    rows = [
        {
            "starts_at": timed.starts_at,
            "ends_at": timed.ends_at,
            "kind": activity_name(timed.activity.kind, starts_at),
            "title": _title(timed.activity, starts_at),
            "minutes": timed.activity.minutes,
        }
        for timed in check.activities
    ]
    aims = "\n".join(f"- {aim}" for aim in day.aims)
    themes = "\n".join(f"- {content.theme(theme).title}" for theme in day.themes)
    return [
        Heading(_("Aims")),
        Prose(aims),
        verdict,
        Table(
            columns,
            rows,
            _("The day, minute by minute. {sums}").format(sums=sums),
            sortable=False,
        ),
        Heading(_("In the sparring that follows")),
        Prose(themes),
        Disclosure(_("Handout for the mentors"), danish_text(day.handout)),
        Disclosure(_("For you who teach"), danish_text(day.facilitator_notes)),
        Disclosure(_("To try before next time"), danish_text(day.before_next_time)),
    ]


def _title(activity: Activity, starts_at: dt.time) -> str:
    """Return what an activity is called on a day that begins then."""
    is_other_meal = activity.kind is Kind.LUNCH and not has_lunch(starts_at)
    return activity_name(Kind.LUNCH, starts_at) if is_other_meal else activity.title


def coverage_parts(content: CourseContent) -> list[Part]:
    """Return what the course covers, topic by topic, and what it leaves out."""
    covered = coverage(content)
    columns = [Column("topic", _("Topic"))]
    columns += [Column(purpose.id, purpose.text, kind="status") for purpose in content.purposes]
    rows: list[dict[str, object]] = []
    for topic in content.topics:
        row: dict[str, object] = {"topic": topic.text}
        for purpose in content.purposes:
            minutes = int(covered.topics[purpose.id][topic.id])
            row[purpose.id] = (
                Status(_("{n} min.").format(n=minutes), "ok")
                if minutes
                else Status(_("none"), "danger")
            )
        rows.append(row)
    if covered.gaps:
        verdict = Notice("warn", "\n".join(gap.message(content) for gap in covered.gaps))
    else:
        verdict = Notice("ok", _("Every topic is taught, and each serves all four purposes."))
    return [
        verdict,
        Table(columns, rows, _("Minutes of lessons and exercises by topic and purpose")),
    ]


def catering_parts(enrolled: int, earlier: Sequence[Turnout], content: CourseContent) -> list[Part]:
    """Return how many to expect and what to order, for a teaching day and for a sparring."""
    if enrolled == 0:
        return [Prose(_("Nobody is on the course yet, so there is nothing to order."))]
    parts: list[Part] = []
    columns = [
        Column("item", _("What")),
        Column("expected", _("Expected"), kind="number"),
        Column("order", _("To order"), kind="number"),
    ]
    occasions: tuple[tuple[Occasion, str], ...] = (
        ("teaching_day", _("For a teaching day")),
        ("sparring", _("For a sparring")),
    )
    for occasion, title in occasions:
        count = catering(occasion, enrolled, earlier)
        rows = [
            {"item": portion_name(one.item), "expected": one.expected, "order": one.order}
            for one in count.portions
        ]
        if count.low is None:
            lead = ngettext(
                "Expect {n} mentor and {staff} staff.", "Expect {n} mentors and {staff} staff.",
                count.expected,
            ).format(n=count.expected, staff=count.staff)  # fmt: skip
        else:
            lead = _("Expect {n} mentors, from {low} to {high}, and {staff} staff.").format(
                n=count.expected, low=count.low, high=count.high, staff=count.staff
            )
        parts += [
            Heading(title),
            Prose(f"{lead} {count.source}"),
            Table(columns, rows, title, sortable=False),
        ]
    return parts
