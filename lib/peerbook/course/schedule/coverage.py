"""What the course covers, what it leaves out, and what sparring asks the next day to take up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from peerbook.course.curriculum import Activity, CourseContent, Theme
from peerbook.course.schedule.plan import CoursePlan, Item
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _


@dataclass(frozen=True)
class Gap:
    """A topic (`purpose` none), a purpose (`topic` none), or the two together, nothing covers."""

    topic: str | None
    purpose: str | None

    def message(self, content: CourseContent) -> str:
        """Return what is missing, in the user's language."""
        if self.topic is None:
            text = _("No lesson or exercise serves the purpose “{purpose}”.")
        elif self.purpose is None:
            text = _("No lesson or exercise covers the topic “{topic}”.")
        else:
            text = _("Nothing on the topic “{topic}” serves the purpose “{purpose}”.")
        return text.format(
            topic=content.topic(self.topic).text if self.topic else "",
            purpose=content.purpose(self.purpose).text if self.purpose else "",
        )


@dataclass(frozen=True)
class Coverage:
    """What the lessons and exercises cover.

    Parameters
    ----------
    topics
        Index topic id, one column for each purpose id: minutes of the lessons and exercises that
        have both. One that has several topics or purposes counts in full in each of its cells, so
        rows and columns do not add up to the length of the course.
    modules
        One row for each lesson and exercise: `day`, `activity` (id), `title`, `minutes`, and a
        truth value for each purpose id.
    gaps
        Topics and purposes without any minutes first, then single cells.
    """

    topics: pd.DataFrame
    modules: pd.DataFrame
    gaps: tuple[Gap, ...]


def coverage(content: CourseContent) -> Coverage:
    """Return topics × purposes and modules × purposes of a course, with the gaps."""
    purposes = [purpose.id for purpose in content.purposes]
    covered = {topic.id: dict.fromkeys(purposes, 0) for topic in content.topics}
    rows: list[dict[str, object]] = []
    for day in content.days:
        for module in day.modules:
            for topic in module.topics:
                for purpose in module.purposes:
                    covered[topic][purpose] += module.minutes
            rows.append(
                {
                    "day": day.number,
                    "activity": module.id,
                    "title": module.title,
                    "minutes": module.minutes,
                }
                | {purpose: purpose in module.purposes for purpose in purposes}
            )
    topics = pd.DataFrame.from_dict(covered, orient="index", columns=purposes)
    topics.index.name = "topic"
    modules = pd.DataFrame(rows, columns=["day", "activity", "title", "minutes", *purposes])
    return Coverage(topics, modules, _gaps(topics))


def _gaps(topics: pd.DataFrame) -> tuple[Gap, ...]:
    empty = topics == 0
    bare_topics = [str(topic) for topic in topics.index[empty.all(axis="columns")]]
    bare_purposes = [str(purpose) for purpose in topics.columns[empty.all(axis="index")]]
    cells = [
        Gap(str(topic), str(purpose))
        for topic in topics.index.drop(bare_topics)
        for purpose in topics.columns.drop(bare_purposes)
        if empty.loc[topic, purpose]
    ]
    return (
        *(Gap(topic, None) for topic in bare_topics),
        *(Gap(None, purpose) for purpose in bare_purposes),
        *cells,
    )


@dataclass(frozen=True)
class DaySuggestion:
    """Something for the next teaching day to take up, because sparring raised it.

    Parameters
    ----------
    theme
        The theme raised.
    times
        How often it was raised.
    minutes, proposal
        How long to give it, and what to do.
    modules
        Lessons and exercises of that day which touch the same topics and may carry it.
    """

    theme: Theme
    times: int
    minutes: int
    proposal: str
    modules: tuple[Activity, ...]


def next_day_suggestions(
    content: CourseContent, raised: Sequence[str], next_day: int
) -> tuple[DaySuggestion, ...]:
    """Return what the next teaching day should take up, the theme raised most often first.

    Parameters
    ----------
    raised
        Theme ids, repeated as often as they were raised.
    next_day
        Number of the next teaching day.

    Raises
    ------
    InputFault
        For themes and days that the course does not have.
    """
    order = [theme.id for theme in content.themes]
    faults = [
        Fault(_("There is no sparring theme “{name}”.").format(name=name), Place(field="themes"))
        for name in dict.fromkeys(raised)
        if name not in order
    ]
    if next_day not in [day.number for day in content.days]:
        message = _("There is no teaching day {number}.").format(number=next_day)
        faults.append(Fault(message, Place(field="next_day")))
    if faults:
        raise InputFault(faults)
    day = content.day(next_day)
    times = Counter(raised)
    return tuple(
        DaySuggestion(
            theme=theme,
            times=times[theme.id],
            minutes=theme.follow_up_min,
            proposal=theme.follow_up,
            modules=tuple(
                module for module in day.modules if set(module.topics) & set(theme.topics)
            ),
        )
        for theme in sorted(
            (content.theme(name) for name in times),
            key=lambda theme: (-times[theme.id], order.index(theme.id)),
        )
    )


def themes_for_days(
    plan: CoursePlan, raised: Mapping[Item, Sequence[str]]
) -> dict[int | None, tuple[str, ...]]:
    """Return what each teaching day should take up: what came up in sparring since the one before.

    Parameters
    ----------
    raised
        Theme ids by group sparring.

    Returns
    -------
    dict
        Theme ids, as often as they came up, by number of the teaching day; None stands for what
        came up after the last one. Days without any are left out.
    """
    days = [date for date in plan.dates if date.kind == "teaching_day" and date.takes_place]
    found: dict[int | None, tuple[str, ...]] = {}
    for sparring in (date for date in plan.dates if date.item in raised and date.takes_place):
        number = next((day.number for day in days if day.date > sparring.date), None)
        found[number] = (*found.get(number, ()), *raised[sparring.item])
    return {number: themes for number, themes in found.items() if themes}
