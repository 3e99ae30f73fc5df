"""The course to print: a teaching day or a group sparring for who leads it, and the handout.

The texts are Danish whoever prints them, and so is what stands around them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from peerbook.course.curriculum import CourseContent, Day
from peerbook.course.planning.teaching_words import (
    activity_note,
    activity_title,
    materials_of,
    spare_name,
)
from peerbook.course.schedule.day_plan import DayCheck, TimedActivity, by_the_clock, check_day
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.files.pdf import pdf
from peerbook.text import _, format_number, format_span, written_in
from peerbook.text.markdown import bullets, markdown_tree


def day_bytes(
    content: CourseContent,
    day: Day,
    starts_at: dt.time,
    made_on: dt.date,
    ends_at: dt.time | None = None,
) -> bytes:
    """Return a teaching day for those who teach it: by the clock, what to bring, and what to say.

    Parameters
    ----------
    content, day
        The course, and one of its days.
    starts_at
        When the day begins.
    made_on
        Told at the foot.
    ends_at
        When the day ends by the course's plan; what is to spare until then is told.
    """
    check = check_day(day, starts_at, ends_at)
    timed = check.activities
    with written_in(PAPER_LANGUAGE):
        parts = [
            _part(_("Aims"), bullets(day.aims)),
            _part(_("Have ready"), bullets(materials_of(day.activities))),
            *_scripts(timed),
            _part(_("For you who teach"), day.facilitator_notes),
        ]
        title = _("Day {n}: {title}").format(n=day.number, title=day.title)
        clock = [*_clock(timed, starts_at), *_spare(check)]
        return _paper(content, title, clock, parts, made_on)


def handout_bytes(content: CourseContent, day: Day, made_on: dt.date) -> bytes:
    """Return what the mentors take home from a day, with what they try before the next.

    Parameters
    ----------
    content, day, made_on
        As in `day_bytes`.
    """
    with written_in(PAPER_LANGUAGE):
        parts = [
            _part("", day.handout),
            _part(_("To try before next time"), day.before_next_time),
        ]
        return _paper(content, day.title, [], parts, made_on)


def sparring_bytes(
    content: CourseContent, themes: Sequence[str], starts_at: dt.time, made_on: dt.date
) -> bytes:
    """Return a group sparring for who leads it: by the clock, what to say, and the themes.

    Parameters
    ----------
    content, starts_at, made_on
        As in `day_bytes`.
    themes
        Ids of the themes proposed for it.
    """
    timed = by_the_clock(content.sparring, starts_at)
    with written_in(PAPER_LANGUAGE):
        chosen = [content.theme(theme) for theme in themes]
        parts = [*_scripts(timed), *(_part(theme.title, theme.text) for theme in chosen)]
        return _paper(content, _("Group sparring"), _clock(timed, starts_at), parts, made_on)


def _paper(
    content: CourseContent,
    title: str,
    clock: Sequence[dict[str, object]],
    parts: Sequence[dict[str, object]],
    made_on: dt.date,
) -> bytes:
    origin = Origin(
        data=fingerprint(title, clock, parts), made_on=made_on, content_version=content.version
    )
    return pdf(
        "reading",
        {
            "title": title,
            "above": content.title,
            "clock": clock,
            "parts": [part for part in parts if part["text"]],
            "footer": origin.line,
            "page": _("Page"),
        },
    )


def _clock(timed: Sequence[TimedActivity], starts_at: dt.time) -> list[dict[str, object]]:
    return [
        {
            "time": format_span(one.starts_at, one.ends_at),
            "title": activity_title(one.activity, starts_at),
            "length": _("{n} min.").format(n=format_number(one.activity.minutes)),
            "pause": one.activity.is_pause,
        }
        for one in timed
    ]


def _spare(check: DayCheck) -> list[dict[str, object]]:
    """Return what is left of the day when all is done, as its last line; nothing when none is."""
    if not check.spare_min:
        return []
    return [
        {
            "time": format_span(check.activities[-1].ends_at, check.ends_at),
            "title": spare_name(),
            "length": _("{n} min.").format(n=format_number(check.spare_min)),
            "pause": True,
        }
    ]


def _scripts(timed: Sequence[TimedActivity]) -> list[dict[str, object]]:
    """Return what is said and done in each part of the day; breaks need no words."""
    return [
        _part(
            f"{format_span(one.starts_at, one.ends_at)} {one.activity.title}",
            one.activity.text,
            activity_note(one.activity),
        )
        for one in timed
        if not one.activity.is_pause
    ]


def _part(title: str, markdown: str, note: str = "") -> dict[str, object]:
    return {"title": title, "note": note, "text": markdown_tree(markdown)}
