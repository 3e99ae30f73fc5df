"""The invented Vejle adds up to the manual's numbers."""

import pytest

from peerbook.course import people_records, records, sparring_records
from peerbook.course.curriculum import load_course
from peerbook.demo import fill
from peerbook.desk import SYNTHETIC_SETTING
from peerbook.errors import PeerbookError
from peerbook.store import Store, events_of


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


def test_it_is_marked_as_invented_and_never_mixed_with_anything(vejle):
    assert vejle.setting(SYNTHETIC_SETTING) is True
    with pytest.raises(PeerbookError):
        fill(vejle)
