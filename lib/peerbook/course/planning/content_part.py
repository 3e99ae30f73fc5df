"""What is taught: the day plan with its breaks, the sparring, and what the course covers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from peerbook.course.attendance import sparring_records
from peerbook.course.attendance.sparring_part import proposal_parts
from peerbook.course.curriculum import CourseContent, Day, Theme
from peerbook.course.planning.catering_part import catering_parts
from peerbook.course.planning.day_lengths_part import day_lengths_parts
from peerbook.course.planning.day_plan_records import day_as_taught
from peerbook.course.planning.teaching_files import day_bytes, handout_bytes, sparring_bytes
from peerbook.course.planning.teaching_words import (
    activity_name,
    activity_note,
    activity_title,
    materials_of,
    spare_name,
)
from peerbook.course.saved_plan import PlanNow, SavedPlan
from peerbook.course.schedule.coverage import coverage, themes_for_days
from peerbook.course.schedule.day_plan import (
    DayCheck,
    TimedActivity,
    by_the_clock,
    check_day,
    has_lunch,
    sparring_overrun,
)
from peerbook.course.schedule.plan import Item
from peerbook.files import media_types
from peerbook.files.paper import PAPER_LANGUAGE, paper_name
from peerbook.text import _, format_number, format_time, written_in
from peerbook.ui import (
    Column,
    Disclosure,
    Downloads,
    Filter,
    Heading,
    MakeFile,
    Notice,
    Part,
    Prose,
    Section,
    Status,
    Table,
    bullets,
    danish_text,
    how_easy,
    literal,
)

_UNTIMED = dt.time(10)
"""When a day is shown to begin, should its date have no time."""


def content_parts(saved: SavedPlan) -> list[Part]:
    """Return what is taught on a saved course, what that covers, and what to order for it."""
    now = saved.read()
    with saved.desk.store.read() as session:
        raised = sparring_records.raised_themes(session, saved.course_id)
    asked = themes_for_days(now.plan, raised)
    coming = now.plan.next_of_kind("teaching_day", saved.desk.today)

    def day_plan() -> list[Part]:
        first = coming.number if coming else 1
        return day_plan_parts(saved, now, asked, first)

    def sparring() -> list[Part]:
        sparrings = now.plan.of_kind("sparring")
        date = now.plan.next_of_kind("sparring", saved.desk.today) or sparrings[0]
        return sparring_guide_parts(
            now.content, date.starts_at or _UNTIMED, saved.desk.today, date.number,
            ends_at=date.ends_at,
        )  # fmt: skip

    def covered() -> list[Part]:
        day = coming.number if coming else None
        return [*proposal_parts(now.content, asked.get(day, ()), day), *coverage_parts(now.content)]

    place = Section(day_plan())
    return [
        Filter(
            _("What do you want to see?"),
            [
                (day_plan, _("Day plan")),
                (sparring, _("Group sparring")),
                (covered, _("What is covered")),
                (lambda: catering_parts(saved), _("Catering")),
            ],
            lambda parts: place.show(parts()),
            look="radio",
        ),
        place,
    ]


def day_plan_parts(
    saved: SavedPlan, now: PlanNow, asked: Mapping[int | None, Sequence[str]], first: int
) -> list[Part]:
    """Return the days, one at a time, each checked for breaks, lunch and length.

    Parameters
    ----------
    saved, now
        The course, and what is taught on it when.
    asked
        Themes that sparring asks a day to take up, by number of the day.
    first
        Number of the day shown first.
    """
    content = now.content

    place = Section([])

    def show(number: int, told: str = "") -> None:
        date = now.plan.date_of(Item("teaching_day", number))
        of_content = content.day(number)
        with saved.desk.store.read() as session:
            day = day_as_taught(session, saved.course_id, of_content)
        lengths = Disclosure(
            _("Change how long the parts last"),
            lambda: day_lengths_parts(saved, of_content, lambda told: show(number, told)),
        )
        parts = [
            *([Notice("ok", told)] if told else []),
            *proposal_parts(content, asked.get(number, ()), number),
            *teaching_day_parts(
                content, day, date.starts_at or _UNTIMED, saved.desk.today,
                ends_at=date.ends_at, more=[lengths],
            ),
        ]  # fmt: skip
        place.show(parts, announce=told, take_there=bool(told))

    show(first)
    return [
        Filter(
            _("Day"),
            [
                (day.number, _("Day {n}: {title}").format(n=day.number, title=day.title))
                for day in content.days
            ],
            show,
            value=first,
        ),
        place,
    ]


def teaching_day_parts(
    content: CourseContent,
    day: Day,
    starts_at: dt.time,
    today: dt.date,
    *,
    ends_at: dt.time | None = None,
    more: Sequence[Part] = (),
) -> list[Part]:
    """Return one day: its aims, its clock, what is said and done, and what is handed out.

    Parameters
    ----------
    content, day
        The course, and one of its days.
    starts_at
        When the day begins.
    today
        Told on what is printed.
    ends_at
        When the day ends by the course's plan.
    more
        Stands under the clock.
    """
    check = check_day(day, starts_at, ends_at)
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
    scripts = [one for one in check.activities if not one.activity.is_pause]
    return [
        Heading(_("Aims")),
        Prose(bullets(day.aims), language="da"),
        verdict,
        _day_on_paper(content, day, check, today),
        Table(
            _clock_columns(),
            [*_clock_rows(check.activities, starts_at), *_spare_row(check)],
            _("The day, minute by minute. {sums}").format(sums=sums),
            sortable=False,
        ),
        *more,
        Heading(_("Part by part")),
        Disclosure(_("Have ready"), [Prose(bullets(materials_of(day.activities)), language="da")]),
        *(_script(one) for one in scripts),
        Heading(_("For those who teach, and to hand out")),
        Disclosure(_("For you who teach"), danish_text(day.facilitator_notes)),
        Disclosure(_("Handout for the mentors"), danish_text(day.handout)),
        Disclosure(_("To try before next time"), danish_text(day.before_next_time)),
        Heading(_("In the sparring that follows")),
        *(_theme(content.theme(theme)) for theme in day.themes),
        how_easy("\n\n".join(one.activity.text for one in scripts)),
    ]


def sparring_guide_parts(
    content: CourseContent,
    starts_at: dt.time,
    today: dt.date,
    number: int,
    *,
    ends_at: dt.time | None = None,
) -> list[Part]:
    """Return how a group sparring goes, part by part, and the themes that can be talked about.

    Parameters
    ----------
    content, starts_at
        The course, and when its sparrings begin.
    today
        Told on what is printed.
    number
        Of the sparring whose themes are proposed on paper.
    ends_at
        When it ends by the course's plan.
    """
    timed = by_the_clock(content.sparring, starts_at)
    overrun = sparring_overrun(timed, ends_at)
    scripts = [one for one in timed if not one.activity.is_pause]
    said = [one.activity.text for one in scripts] + [theme.text for theme in content.themes]
    return [
        *([Notice("warn", overrun)] if overrun else []),
        _sparring_on_paper(content, content.day(number).themes, starts_at, today),
        Table(
            _clock_columns(),
            _clock_rows(timed, starts_at),
            _("A group sparring, minute by minute"),
            sortable=False,
        ),
        Heading(_("Part by part")),
        *(_script(one) for one in scripts),
        Heading(_("Themes to choose between")),
        *(_theme(theme) for theme in content.themes),
        how_easy("\n\n".join(said)),
    ]


def _clock_columns() -> list[Column]:
    return [
        Column("starts_at", _("From"), kind="time"),
        Column("ends_at", _("To"), kind="time"),
        Column("kind", _("Kind")),
        Column("title", _("What")),
        Column("minutes", _("Minutes"), kind="number"),
    ]


def _clock_rows(timed: Sequence[TimedActivity], starts_at: dt.time) -> list[dict[str, object]]:
    return [
        {
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "kind": activity_name(one.activity.kind, starts_at),
            "title": activity_title(one.activity, starts_at),
            "minutes": one.activity.minutes,
        }
        for one in timed
    ]


def _spare_row(check: DayCheck) -> list[dict[str, object]]:
    if not check.spare_min:
        return []
    return [
        {
            "starts_at": check.activities[-1].ends_at,
            "ends_at": check.ends_at,
            "kind": "",
            "title": spare_name(),
            "minutes": check.spare_min,
        }
    ]


def _script(one: TimedActivity) -> Disclosure:
    """Return what is said and done in one part of the day, under its time."""
    note = activity_note(one.activity)
    return Disclosure(
        f"{format_time(one.starts_at)} {one.activity.title}",
        [*([Prose(literal(note))] if note else []), Prose(one.activity.text, language="da")],
    )


def _theme(theme: Theme) -> Disclosure:
    return Disclosure(theme.title, [Prose(theme.text, language="da")])


def _day_on_paper(content: CourseContent, day: Day, check: DayCheck, today: dt.date) -> Downloads:
    starts_at = check.activities[0].starts_at
    with written_in(PAPER_LANGUAGE):
        for_teachers = _("Day {n} for teachers").format(n=day.number)
        for_participants = _("Day {n} for participants").format(n=day.number)
    whole = _paper(
        for_teachers, lambda: day_bytes(content, day, starts_at, today, check.planned_end)
    )
    handout = _paper(for_participants, lambda: handout_bytes(content, day, today))
    return Downloads(
        [(_("The day on paper (.pdf)"), whole), (_("Handout on paper (.pdf)"), handout)]
    )


def _sparring_on_paper(
    content: CourseContent, themes: Sequence[str], starts_at: dt.time, today: dt.date
) -> Downloads:
    with written_in(PAPER_LANGUAGE):
        name = _("Group sparring")
    whole = _paper(name, lambda: sparring_bytes(content, themes, starts_at, today))
    return Downloads([(_("The sparring on paper (.pdf)"), whole)])


def _paper(name: str, made: Callable[[], bytes]) -> MakeFile:
    """Return what makes a paper; the course on it is nobody's data, also in a demonstration."""
    return lambda: (paper_name(name, synthetic=False), made(), media_types.PDF)


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
