from __future__ import annotations

import dataclasses

import pytest

from peerbook.course.curriculum import Activity, CourseContent, Kind, load_course
from peerbook.course.schedule.coverage import Gap, coverage, next_day_suggestions
from peerbook.errors import InputFault


def with_modules(*tags: tuple[int, tuple[str, ...], tuple[str, ...]]) -> CourseContent:
    """The course with one day, whose lessons are (minutes, topics, purposes)."""
    content = load_course()
    lessons = tuple(
        Activity(f"m{i}", Kind.LESSON, f"Modul {i}", minutes, topics=topics, purposes=purposes)
        for i, (minutes, topics, purposes) in enumerate(tags)
    )
    day = dataclasses.replace(content.day(1), activities=lessons)
    return dataclasses.replace(content, days=(day,))


def test_minutes_are_counted_in_every_cell_a_module_is_tagged_with() -> None:
    content = with_modules(
        (20, ("roles", "conflict"), ("tools",)),
        (30, ("roles",), ("tools", "use_experience")),
    )
    topics = coverage(content).topics
    assert topics.loc["roles", "tools"] == 50
    assert topics.loc["roles", "use_experience"] == 30
    assert topics.loc["conflict", "tools"] == 20
    assert topics.to_numpy().sum() == 100
    assert list(topics.index) == [topic.id for topic in content.topics]
    assert list(topics.columns) == [purpose.id for purpose in content.purposes]


def test_modules_are_listed_with_the_purposes_they_serve() -> None:
    modules = coverage(with_modules((20, ("roles",), ("tools",)))).modules
    (row,) = modules.to_dict("records")
    assert (row["day"], row["activity"], row["minutes"]) == (1, "m0", 20)
    assert row["tools"]
    assert not row["use_experience"]


def test_gaps_name_bare_topics_and_purposes_once_and_then_single_cells() -> None:
    content = with_modules(
        (20, ("roles",), ("tools", "use_experience")), (20, ("conflict",), ("tools",))
    )
    gaps = coverage(content).gaps
    assert [gap.topic for gap in gaps if gap.purpose is None] == [
        topic.id for topic in content.topics if topic.id not in ("roles", "conflict")
    ]
    assert [gap.purpose for gap in gaps if gap.topic is None] == [
        "know_recovery",
        "personal_strength",
    ]
    assert gaps[-1] == Gap("conflict", "use_experience")
    assert len(gaps) == 7 + 2 + 1


def test_gap_tells_itself_in_the_words_of_the_course() -> None:
    content = load_course()
    assert content.topic("conflict").text in Gap("conflict", None).message(content)
    assert content.purpose("tools").text in Gap(None, "tools").message(content)
    both = Gap("conflict", "tools").message(content)
    assert content.topic("conflict").text in both
    assert content.purpose("tools").text in both


def test_course_without_modules_lacks_everything() -> None:
    found = coverage(with_modules())
    assert found.modules.empty
    assert len(found.gaps) == 9 + 4


def test_themes_raised_most_often_come_first_with_modules_that_can_carry_them() -> None:
    content = load_course()
    first, second = next_day_suggestions(content, ["ending", "boundaries", "boundaries"], 5)
    assert (first.theme.id, first.times) == ("boundaries", 2)
    assert (second.theme.id, second.times) == ("ending", 1)
    assert first.proposal == content.theme("boundaries").follow_up
    assert first.minutes == content.theme("boundaries").follow_up_min
    # Day 5 touches boundaries or communication in these, and in nothing else.
    assert [module.id for module in first.modules] == [
        "conflict_stairs", "clear_words", "hard_talk", "worried",
    ]  # fmt: skip


def test_themes_raised_equally_often_keep_the_order_of_the_course() -> None:
    content = load_course()
    found = next_day_suggestions(content, ["ending", "role_clarity"], 2)
    assert [suggestion.theme.id for suggestion in found] == ["role_clarity", "ending"]


def test_nothing_raised_gives_nothing() -> None:
    assert next_day_suggestions(load_course(), [], 2) == ()


def test_unknown_themes_and_days_are_told_together() -> None:
    with pytest.raises(InputFault) as caught:
        next_day_suggestions(load_course(), ["weather", "ending"], 7)
    assert [fault.place.field for fault in caught.value.faults] == ["themes", "next_day"]
