"""The invented Vejle adds up to the manual's numbers."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from peerbook.course import (
    evaluation_records,
    head_count_records,
    people_records,
    plan_records,
    records,
    sparring_records,
)
from peerbook.course.curriculum import load_course
from peerbook.course.follow_up import follow_up
from peerbook.demo import fill, people
from peerbook.desk import SYNTHETIC_SETTING
from peerbook.errors import PeerbookError
from peerbook.small_groups import SMALLEST
from peerbook.store import Store, events_of
from peerbook.store.tables import Evaluation


@pytest.fixture(scope="module")
def vejle(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("vejle") / "peerbook.sqlite") as store:
        fill(store)
        yield store


def kinds(store, kind):
    with store.read() as session:
        return [event for event in events_of(session, "participant") if event.kind == kind]


def test_totals_are_those_of_the_manual(vejle):
    assert len({event.subject_id for event in kinds(vejle, "joined")}) == 65  # p. 10
    assert len(kinds(vejle, "measured_after")) == 34  # p. 20
    problems = kinds(vejle, "not_measured_after")
    assert len(problems) == 17  # p. 20
    assert len({event.details["reason"] for event in problems}) == 4
    came, stayed = kinds(vejle, "came_to_workshop"), kinds(vejle, "invited_to_workshop")
    assert (len(came), len(came) + len(stayed)) == (23, 56)  # p. 21


def test_three_courses_the_third_mainly_of_former_peers(vejle):
    peers = {
        event.subject_id for event in kinds(vejle, "joined") if event.details["role"] == "peer"
    }
    with vejle.read() as session:
        third, *earlier = records.courses(session, records.sites(session)[0].id)
        on_third = {mentor.code for mentor in people_records.mentors(session, third.id)}
    assert len(earlier) == 2
    assert len(on_third & peers) > len(on_third) / 2  # p. 13, 22


def test_every_sparring_has_raised_something_the_course_knows(vejle):
    themes = {theme.id for theme in load_course("six_months").themes}
    with vejle.read() as session:
        for course in records.courses(session, records.sites(session)[0].id):
            raised = sparring_records.raised_themes(session, course.id)
            assert sorted(item.number for item in raised) == [1, 2, 3, 4, 5, 6]
            assert {theme for some in raised.values() for theme in some} <= themes


def test_four_articles_and_one_broadcast_in_september_2014(vejle):
    with vejle.read() as session:
        press = events_of(session, "press")
    assert sum(event.kind == "article" for event in press) == 4  # p. 18
    (broadcast,) = [event for event in press if event.kind == "tv"]
    assert (broadcast.effective_on.year, broadcast.effective_on.month) == (2014, 9)


def test_cafes_twice_a_week_a_couple_of_meetings_and_an_event_every_half_year(vejle):
    with vejle.read() as session:
        site = records.sites(session)[0]
        frame = head_count_records.head_counts_frame(session, site.id)
        calendar = plan_records.calendar_of(session, site.id)
    days = {occasion: sorted(rows["date"]) for occasion, rows in frame.groupby("occasion")}
    assert {day.weekday() for day in days["cafe"]} == {1, 3}  # p. 16: twice a week
    assert all(calendar.is_free(day) for day in days["cafe"])
    # "A little under a year after the start" (p. 16), and to the end.
    assert 300 < (days["cafe"][0] - people.PROJECT_STARTED_ON).days < 365
    assert (people.PROJECT_ENDED_ON - days["cafe"][-1]).days < 14
    assert len(days["info_meeting"]) == 2  # p. 9: a couple
    gaps = [(b - a).days for a, b in pairwise(days["common_event"])]
    assert all(150 < gap < 210 for gap in gaps)  # p. 18: every half-year


def test_one_course_has_enough_follow_up_sheets_to_be_shown_one_too_few_and_one_none(vejle):
    with vejle.read() as session:
        site = records.sites(session)[0]
        asked = evaluation_records.sheets_by_course(session, site.id, "follow_up")
        third, second, first = records.courses(session, site.id)
        last_days = records.last_teaching_days(session, site.id)
        entered = session.scalars(
            select(Evaluation.entered_on).where(
                Evaluation.course_id == first.id, Evaluation.wave == "follow_up"
            )
        ).all()
    assert asked[first.id] >= SMALLEST > asked[second.id] > 0
    assert third.id not in asked
    standing = follow_up(last_days[first.id], 0, entered[0])
    assert standing.state == "due"


def test_it_is_marked_as_invented_and_never_mixed_with_anything(vejle):
    assert vejle.setting(SYNTHETIC_SETTING) is True
    with pytest.raises(PeerbookError):
        fill(vejle)
