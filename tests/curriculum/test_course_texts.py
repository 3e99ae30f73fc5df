"""What every course that ships must hold: words people can read, days people can sit through."""

from __future__ import annotations

import re

import pytest

from peerbook.course.curriculum import (
    Activity,
    CourseContent,
    Day,
    Kind,
    available_courses,
    load_course,
)
from peerbook.course.evaluation_form import available_forms, load_form
from peerbook.course.schedule.coverage import coverage
from peerbook.course.schedule.day_plan import LONGEST_STRETCH_MIN, check_day
from peerbook.guide.texts import course_texts, form_text
from peerbook.text.readability import LIX_LIMIT, lix, word_advice

COURSES = [load_course(name) for name in available_courses()]
DAYS = [
    pytest.param(content, day, id=f"{content.id}-{day.number}")
    for content in COURSES
    for day in content.days
]
HANDOUT_WORDS = 330  # an A4 page in 12 points with room to write


TEXTS = [
    pytest.param(one.text, id=f"{one.place}/{one.title}")
    for content in COURSES
    for one in course_texts(content)
] + [
    pytest.param(form_text(form).text, id=f"form/{form.id}")
    for form in map(load_form, available_forms())
]


def exercises(day: Day) -> list[Activity]:
    return [part for part in day.activities if part.kind is Kind.EXERCISE]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_easy_to_read(text: str) -> None:
    read = lix(text)
    assert read.words
    assert read.lix <= LIX_LIMIT
    assert read.long_sentences == ()


@pytest.mark.parametrize("text", TEXTS)
def test_text_puts_nobody_in_a_box(text: str) -> None:
    assert word_advice(text) == ()


@pytest.mark.parametrize("text", TEXTS)
def test_text_invents_no_phone_number(text: str) -> None:
    assert [number for number in re.findall(r"\d[\d ]{2,}\d|\d{3,}", text)
            if number not in ("112", "2011")] == []  # fmt: skip


@pytest.mark.parametrize(("content", "day"), DAYS)
def test_day_can_be_sat_through(content: CourseContent, day: Day) -> None:
    check = check_day(day, content.rules.starts_at)
    assert check.warnings == ()
    assert 300 <= check.minutes <= 330
    assert check.pause_min >= 90
    kinds = [activity.kind for activity in day.activities]
    assert kinds[0] is Kind.WELCOME
    assert kinds[-1] is Kind.REFLECTION
    assert kinds.count(Kind.LUNCH) == 1
    assert kinds.count(Kind.BREAK) >= 3
    assert kinds.count(Kind.EXERCISE) >= 2


@pytest.mark.parametrize(("content", "day"), DAYS)
def test_more_of_the_day_is_practised_than_listened_to(content: CourseContent, day: Day) -> None:
    listened = sum(part.minutes for part in day.modules if part.kind is Kind.LESSON)
    practised = sum(part.minutes for part in exercises(day))
    assert practised > listened


@pytest.mark.parametrize(("content", "day"), DAYS)
def test_every_exercise_can_be_run_from_its_page(content: CourseContent, day: Day) -> None:
    for exercise in exercises(day):
        steps = re.findall(r"^\d+\. \*\*.*?\((\d+) min\.\)\*\*", exercise.text, re.MULTILINE)
        assert len(steps) >= 2, exercise.id
        assert sum(map(int, steps)) == exercise.minutes, exercise.id
        assert exercise.materials, exercise.id
        assert exercise.groups, exercise.id


@pytest.mark.parametrize(("content", "day"), DAYS)
def test_timed_steps_never_exceed_their_activity(content: CourseContent, day: Day) -> None:
    for part in day.activities:
        minutes = map(int, re.findall(r"\((\d+) min\.\)", part.text))
        assert sum(minutes) <= part.minutes, part.id


@pytest.mark.parametrize(("content", "day"), DAYS)
def test_handout_fits_one_page_and_leaves_room_for_the_local_number(
    content: CourseContent, day: Day
) -> None:
    assert lix(day.handout).words <= HANDOUT_WORDS
    assert len(day.handout.splitlines()) <= 60


@pytest.mark.parametrize("content", COURSES)
def test_course_covers_every_topic_and_purpose(content: CourseContent) -> None:
    assert coverage(content).gaps == ()


@pytest.mark.parametrize("content", COURSES)
def test_every_sparring_theme_belongs_to_a_day(content: CourseContent) -> None:
    assert {theme for day in content.days for theme in day.themes} == {
        theme.id for theme in content.themes
    }


@pytest.mark.parametrize("content", COURSES)
def test_sparring_lasts_as_long_as_the_rules_say_and_has_its_break(content: CourseContent) -> None:
    assert sum(part.minutes for part in content.sparring) == content.rules.sparring_min
    stretch = 0
    for part in content.sparring:
        stretch = 0 if part.kind is Kind.BREAK else stretch + part.minutes
        assert stretch <= LONGEST_STRETCH_MIN


@pytest.mark.parametrize("content", COURSES)
def test_evaluations_are_held_on_the_days_the_rules_say(content: CourseContent) -> None:
    held = {
        part.form: day.number
        for day in content.days
        for part in day.activities
        if part.kind is Kind.EVALUATION
    }
    assert held == {
        "mid": content.rules.mid_evaluation_after_day,
        "final": content.rules.final_evaluation_after_day,
    }


def test_six_months_has_the_rules_of_the_programme() -> None:
    content = load_course("six_months")
    rules = content.rules
    assert (len(content.days), rules.months_between) == (6, 1)
    assert (rules.sparring_min, rules.sparring_offset_days) == (120, 14)
    assert (rules.sparring_earliest_days, rules.sparring_latest_days) == (10, 18)
    assert (len(content.topics), len(content.purposes), len(content.themes)) == (9, 4, 7)
    assert str(rules.starts_at) == "10:00:00"


def test_acute_help_is_taught_on_the_first_day_and_practised_later() -> None:
    def mentions(part: Activity) -> bool:
        return "112" in part.text

    content = load_course("six_months")
    assert any(mentions(part) for part in content.day(1).modules)
    assert any(mentions(part) for day in content.days[1:] for part in exercises(day))
    assert all("112" in content.day(number).handout for number in (1, 3, 4, 5, 6))


def test_vejle_and_other_owners_are_not_named_as_source() -> None:
    for content in COURSES:
        for one in course_texts(content):
            assert not re.search(r"vejle|psykiatrifonden", one.text, re.IGNORECASE), one
