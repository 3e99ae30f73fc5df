"""The invented Vejle adds up to the manual's numbers."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from peerbook.cafe import head_count_records
from peerbook.course import people_records, plan_records, records
from peerbook.course.attendance import attendance_records, sparring_records
from peerbook.course.curriculum import load_course
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.follow_up import follow_up
from peerbook.course.improvement import suggestion_records
from peerbook.demo import fill, people
from peerbook.demo.timing import Timing
from peerbook.desk import SYNTHETIC_SETTING
from peerbook.errors import InputFault, PeerbookError
from peerbook.sites import site_records
from peerbook.small_groups import SMALLEST
from peerbook.store import Store, events_of
from peerbook.store.tables import (
    Answer,
    Attendance,
    CourseDate,
    Decision,
    Enquiry,
    Enrolment,
    Evaluation,
    Event,
    HeadCount,
    PressItem,
)

DAYS = [dt.date(2026, 11, 24), dt.date(2027, 1, 1), dt.date(2028, 2, 29), dt.date(2029, 7, 31)]
"""Days on which it is made: a plain one, the first of a year, a leap day, one in the summer."""


@pytest.fixture(scope="module", params=DAYS, ids=str)
def today(request):
    return request.param


@pytest.fixture(scope="module")
def vejle(tmp_path_factory, today):
    with Store.open(tmp_path_factory.mktemp("vejle") / "peerbook.sqlite") as store:
        fill(store, today)
        yield store


@pytest.fixture
def under_way(vejle):
    with vejle.read() as session:
        return records.courses(session, site_records.sites(session)[0].id)[0]


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
        _fourth, third, *earlier = records.courses(session, site_records.sites(session)[0].id)
        on_third = {mentor.code for mentor in people_records.mentors(session, third.id)}
    assert len(earlier) == 2
    assert len(on_third & peers) > len(on_third) / 2  # p. 13, 22


def test_every_sparring_has_raised_something_the_course_knows(vejle):
    themes = {theme.id for theme in load_course("six_months").themes}
    with vejle.read() as session:
        _fourth, *over = records.courses(session, site_records.sites(session)[0].id)
        for course in over:
            raised = sparring_records.raised_themes(session, course.id)
            assert sorted(item.number for item in raised) == [1, 2, 3, 4, 5, 6]
            assert {theme for some in raised.values() for theme in some} <= themes


def test_four_articles_and_one_broadcast_in_september_of_the_first_year(vejle, today):
    with vejle.read() as session:
        press = list(session.scalars(select(PressItem)))
    assert sum(item.kind == "article" for item in press) == 4  # p. 18
    (broadcast,) = [item for item in press if item.kind == "broadcast"]
    first_year, _month = Timing(today).course_months[0]
    assert (broadcast.appeared_on.year, broadcast.appeared_on.month) == (first_year, 9)


def test_cafes_twice_a_week_a_couple_of_meetings_and_an_event_every_half_year(vejle, today):
    with vejle.read() as session:
        site = site_records.sites(session)[0]
        frame = head_count_records.head_counts_frame(session, site.id)
        calendar = plan_records.calendar_of(session, site.id)
    days = {occasion: sorted(rows["date"]) for occasion, rows in frame.groupby("occasion")}
    assert {day.weekday() for day in days["cafe"]} == {1, 3}  # p. 16: twice a week
    assert all(calendar.is_free(day) for day in days["cafe"])
    # "A little under a year after the start" (p. 16), to the end, and since.
    assert 300 < (days["cafe"][0] - Timing(today).moved(people.PROJECT_STARTED_ON)).days < 365
    assert days["cafe"][-1] < today
    gaps = [(b - a).days for a, b in pairwise([*days["cafe"], today])]
    assert max(gaps) < 30
    assert len(days["info_meeting"]) == 2  # p. 9: a couple
    gaps = [(b - a).days for a, b in pairwise(days["common_event"])]
    assert all(150 < gap < 210 for gap in gaps)  # p. 18: every half-year


def test_one_course_has_enough_follow_up_sheets_to_be_shown_one_too_few_and_one_none(vejle):
    with vejle.read() as session:
        site = site_records.sites(session)[0]
        asked = evaluation_records.sheets_by_course(session, records.at_site(site.id), "follow_up")
        fourth, third, second, first = records.courses(session, site.id)
        last_days = records.last_teaching_days(session, records.at_site(site.id))
        entered = session.scalars(
            select(Evaluation.entered_on).where(
                Evaluation.course_id == first.id, Evaluation.wave == "follow_up"
            )
        ).all()
    assert asked[first.id] >= SMALLEST > asked[second.id] > 0
    assert third.id not in asked
    assert fourth.id not in asked
    standing = follow_up(last_days[first.id], (3, 6), 0, entered[0])
    assert standing.state == "due"


def test_it_is_marked_as_invented_and_never_mixed_with_anything(vejle):
    assert vejle.setting(SYNTHETIC_SETTING) is True
    with pytest.raises(PeerbookError):
        fill(vejle, DAYS[0])


# -- the course under way --------------------------------------------------------------------------


def test_the_project_is_over_and_a_fourth_course_is_under_way(vejle, under_way, today):
    with vejle.read() as session:
        plan = plan_records.load_plan(session, under_way)
        last_days = records.last_days(session, records.at_site(under_way.site_id))
    days = [date.date for date in plan.of_kind("teaching_day")]
    assert days[1] < today < days[-1]
    ended = Timing(today).moved(people.PROJECT_ENDED_ON)
    assert ended < days[0]
    assert max(day for number, day in last_days.items() if number != under_way.id) < ended


def test_of_the_course_under_way_all_before_today_is_recorded_and_nothing_else(
    vejle, under_way, today
):
    with vejle.read() as session:
        dates = attendance_records.dates_frame(session, under_way.id)
        sheets = evaluation_records.sheets_count(session, under_way.id)
        raised = sparring_records.raised_themes(session, under_way.id)
        waiting = suggestion_records.undecided_count(session, under_way.site_id, SMALLEST)
    assert list(dates["held"]) == [day < today for day in dates["date"]]
    assert dates["held"].sum() >= 3
    assert list(sheets) == ["mid"]
    assert len(raised) == (dates["held"] & (dates["kind"] == "sparring")).sum()
    assert waiting >= SMALLEST


def test_those_on_the_course_under_way_are_former_peers_and_count_once(vejle, under_way):
    joined = {event.subject_id: event.details["role"] for event in kinds(vejle, "joined")}
    with vejle.read() as session:
        known = records.courses(session, under_way.site_id)[1:]
        before = {
            one.code for course in known for one in people_records.mentors(session, course.id)
        }
        now = {one.code for one in people_records.mentors(session, under_way.id)}
    assert {joined[code] for code in now} == {"peer"}
    assert not now & set().union(*before)


def test_nothing_but_dates_to_come_lies_ahead(vejle, today):
    with vejle.read() as session:
        told = session.scalars(select(Event.effective_on)).all()
        decided = session.scalars(select(Decision.decided_on)).all()
        entered = session.scalars(select(Evaluation.entered_on)).all()
        placed = session.scalars(select(Enrolment.enrolled_on)).all()
    assert max(*told, *decided, *entered, *placed) < today


def test_the_same_day_gives_the_same_store(vejle, today, tmp_path):
    def rows(store):
        with store.read() as session:
            return [
                session.execute(select(*columns)).all()
                for columns in (
                    (CourseDate.course_id, CourseDate.kind, CourseDate.date, CourseDate.status),
                    (Enrolment.course_id, Enrolment.participant_code, Enrolment.enrolled_on),
                    (Attendance.participant_code, Attendance.status),
                    (HeadCount.date, HeadCount.people),
                    (Answer.evaluation_id, Answer.item_id, Answer.code, Answer.text),
                    (Event.subject_id, Event.kind, Event.effective_on),
                    (Enquiry.participant_code, Enquiry.asked_on, Enquiry.heard_via),
                )
            ]

    with Store.open(tmp_path / "again.sqlite") as again:
        fill(again, today)
        assert rows(again) == rows(vejle)


# -- where in time it lies -------------------------------------------------------------------------


@given(st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31)))
def test_the_project_ended_in_the_year_before_the_course_under_way_began(today):
    timing = Timing(today)
    began = dt.date(*timing.month_under_way, 1)
    ended = timing.moved(people.PROJECT_ENDED_ON)
    assert ended < began <= ended + dt.timedelta(days=370)
    assert 28 + 31 + 30 - 1 < (today - began).days <= 31 * 4


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31)),
    st.dates(people.PROJECT_STARTED_ON, people.PROJECT_ENDED_ON),
)
def test_a_moved_day_keeps_its_weekday_and_its_season(today, day):
    timing = Timing(today)
    moved = timing.moved(day)
    assert moved.weekday() == day.weekday()
    assert timing.as_it_was(moved) == day
    same = dt.date(timing.course_months[0][0] - 2014 + day.year, day.month, min(day.day, 28))
    assert abs((moved - same).days) <= 8


@pytest.mark.parametrize("today", [dt.date(2019, 12, 31), dt.date(2091, 1, 1)], ids=str)
def test_a_day_beyond_the_calendar_is_refused(today):
    with pytest.raises(InputFault):
        Timing(today)
