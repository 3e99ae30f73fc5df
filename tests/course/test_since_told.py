"""What has changed since a plan was last told, as the events of a real store tell it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from builders import LEADER, PLANNED_ON, a_planned_course, a_site, assert_sound, course, open_store
from peerbook.course import plan_records, records, told_plans
from peerbook.course.planning.course_details_records import (
    change_site,
    details_of,
    save_details,
)
from peerbook.course.planning.details_told import changed_details
from peerbook.course.schedule.calendar import Closure
from peerbook.course.schedule.plan import Item
from peerbook.course.schedule.plan_changes import changes, told_sentences
from peerbook.course.schedule.plan_moves import cancel, move, replan, restore
from peerbook.store import append_event, events_of, last_event
from peerbook.store.tables import Course
from peerbook.text import format_date, written_in

DAY_2, DAY_4 = Item("teaching_day", 2), Item("teaching_day", 4)
DAY = dt.timedelta(days=1)
TOLD_ON = dt.date(2027, 1, 11)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("told")) as opened:
        yield opened
        assert_sound(opened)


class Leader:
    """Somebody who changes a plan, tells it, and reads what is still to be told."""

    def __init__(self, store, made):
        self.store, self.made = store, made

    def plan(self):
        with self.store.read() as session:
            return plan_records.load_plan(session, session.get_one(Course, self.made.course_id))

    def calendar(self):
        with self.store.read() as session:
            return plan_records.calendar_of(session, self.made.site_id)

    def save(self, change, reason):
        before = self.plan()
        with self.store.write(LEADER) as session:
            plan_records.save_changes(
                session, self.made.course_id, before, change.plan, reason,
                on=PLANNED_ON, reasons=change.reasons,
            )  # fmt: skip

    def move(self, item, days, reason="Room taken"):
        plan = self.plan()
        to = plan.date_of(item).date + days * DAY
        self.save(move(plan, item, to, calendar=self.calendar(), reason=reason), reason)

    def cancel(self, item, reason="Ill"):
        self.save(cancel(self.plan(), item, reason), reason)

    def restore(self, item):
        self.save(restore(self.plan(), item, calendar=self.calendar()), "")

    def untold(self):
        with self.store.read() as session:
            course = session.get_one(Course, self.made.course_id)
            told = told_plans.plan_as_told(session, course)
        return changes(told.plan, self.plan(), told.reasons)

    def tell(self, plan=None, on=TOLD_ON, up_to=None):
        sentences = [one.text for one in self.untold()]
        with self.store.write(LEADER) as session:
            return told_plans.mark_told(
                session, self.made.course_id, plan or self.plan(), sentences, on,
                up_to=last_event(session) if up_to is None else up_to,
            )  # fmt: skip

    def correct(self, on=PLANNED_ON, *, past_too=False, **values):
        with self.store.write(LEADER) as session:
            site_id = records.site_of(session, self.made.course_id)
            seen = details_of(session, self.made.course_id, on)
            save_details(
                session, self.made.course_id, replace(seen, **values), seen,
                site_id=site_id, on=on, past_too=past_too,
            )  # fmt: skip

    def untold_rooms(self):
        return told_sentences(self.untold(), self.plan())

    def untold_details(self):
        with self.store.read() as session:
            course = session.get_one(Course, self.made.course_id)
            told = told_plans.plan_as_told(session, course)
            return changed_details(
                session, course.id, self.plan(), after_seq=told.up_to, today=PLANNED_ON
            )

    def told_on(self):
        with self.store.read() as session:
            course = session.get_one(Course, self.made.course_id)
            return told_plans.plan_as_told(session, course).on


@pytest.fixture
def leader(store):
    return Leader(store, a_planned_course(store))


def test_a_plan_just_saved_has_no_changes_and_was_never_told(leader):
    assert leader.untold() == ()
    assert leader.told_on() is None


def test_moved_cancelled_and_restored_are_told_with_their_reasons_until_marked_as_told(leader):
    leader.move(DAY_2, 7)
    leader.cancel(DAY_4, "Anna is ill")
    told = {one.item: (one.what, one.reason) for one in leader.untold()}
    assert told[DAY_2] == ("moved", "Room taken")
    assert told[DAY_4] == ("cancelled", "Anna is ill")
    assert told[Item("sparring", 2)] == ("moved", "follows Teaching day 2")
    leader.tell()
    assert leader.untold() == ()
    assert leader.told_on() == TOLD_ON
    leader.restore(DAY_4)
    assert [(one.what, one.item) for one in leader.untold() if one.item == DAY_4] == [
        ("restored", DAY_4)
    ]
    leader.tell()
    assert leader.untold() == ()


def test_a_day_cancelled_and_brought_back_before_anybody_was_told_is_no_change(leader):
    leader.cancel(DAY_4)
    leader.restore(DAY_4)
    assert leader.untold() == ()


def test_a_day_moved_back_to_where_it_was_is_no_change(leader):
    leader.move(DAY_2, 7)
    leader.move(DAY_2, -7)
    assert [one for one in leader.untold() if one.item == DAY_2] == []


def test_why_a_date_follows_is_told_in_the_language_of_the_page(leader):
    with written_in("da"):
        leader.move(DAY_2, 7, "Salen er optaget")
        danish = {one.item: one.reason for one in leader.untold()}
    english = {one.item: one.reason for one in leader.untold()}
    assert danish[Item("sparring", 2)] == "hører sammen med Undervisningsdag 2"
    assert english[Item("sparring", 2)] == "follows Teaching day 2"
    assert danish[DAY_2] == english[DAY_2] == "Salen er optaget"


def test_what_follows_a_move_on_an_english_page_is_told_in_danish(leader):
    middle, day_3 = Item("mid_evaluation", 1), Item("teaching_day", 3)
    with written_in("en"):
        leader.move(day_3, 8, "Room taken")
    with written_in("da"):
        told = {one.item: one.reason for one in leader.untold()}
    assert told[middle] == "hører sammen med Undervisningsdag 3"
    assert told[Item("teaching_day", 4)] == "der ville være under 21 dage til Undervisningsdag 3"
    assert "follows" not in str(told)


def test_a_reason_that_was_kept_as_a_sentence_is_still_told(leader):
    leader.move(DAY_2, 7)
    with leader.store.write(LEADER) as session:
        (last,) = [
            event
            for event in events_of(session, "course", leader.made.course_id)
            if (event.kind, event.details.get("kind")) == ("date_moved", "sparring")
        ]
        sentence = last.details | {"reason": "følger med Undervisningsdag 2"}
        append_event(session, "course", leader.made.course_id, last.kind, PLANNED_ON, **sentence)
    told = {one.item: one.reason for one in leader.untold()}
    assert told[Item("sparring", 2)] == "følger med Undervisningsdag 2"


def test_the_latest_reason_counts(leader):
    leader.move(DAY_2, 1, "Room taken")
    leader.move(DAY_2, 1, "Guest teacher")
    (change,) = [one for one in leader.untold() if one.item == DAY_2]
    assert change.text.endswith(": Guest teacher.")


def test_what_a_closure_moved_is_told_with_the_closure(leader):
    plan = leader.plan()
    hit = plan.date_of(Item("sparring", 3)).date
    with leader.store.write(LEADER) as session:
        closed = Closure(hit, hit, "other", "Painting")
        session.add(plan_records.closure_row(session, leader.made.site_id, closed))
    change = replan(plan, calendar=leader.calendar())
    leader.save(change, "A closure")
    (told,) = leader.untold()
    assert told.item == Item("sparring", 3)
    assert "Painting" in told.reason


def test_a_reason_is_never_about_a_day_nobody_was_told(leader):
    sparring = Item("sparring", 2)
    leader.move(DAY_2, 7)
    between = leader.plan().date_of(sparring).date
    with leader.store.write(LEADER) as session:
        closed = Closure(between, between, "other", "Painting")
        session.add(plan_records.closure_row(session, leader.made.site_id, closed))
    leader.save(replan(leader.plan(), calendar=leader.calendar()), "A closure")
    (told,) = [one for one in leader.untold() if one.item == sparring]
    assert told.new != between
    assert told.reason == "follows Teaching day 2"
    leader.tell()
    after = leader.plan().date_of(sparring).date
    with leader.store.write(LEADER) as session:
        closed = Closure(after, after, "other", "Flood")
        session.add(plan_records.closure_row(session, leader.made.site_id, closed))
    leader.save(replan(leader.plan(), calendar=leader.calendar()), "A closure")
    (told,) = leader.untold()
    assert "Flood" in told.reason, "the day that was told is closed"


def test_what_changed_after_the_mail_was_written_is_still_to_be_told(leader):
    leader.move(DAY_2, 1)
    shown = leader.plan()
    leader.cancel(DAY_4)
    leader.tell(shown)
    assert {one.item for one in leader.untold() if one.what == "cancelled"} == {DAY_4}
    assert DAY_2 not in {one.item for one in leader.untold()}


def test_all_that_was_ever_told_can_be_read_again_the_latest_first(leader):
    leader.tell(on=TOLD_ON)
    leader.cancel(DAY_4, "Anna is ill")
    said = [one.text for one in leader.untold()]
    leader.tell(on=TOLD_ON + 7 * DAY)
    with leader.store.read() as session:
        told = told_plans.told_before(session, leader.made.course_id)
        events = events_of(session, "course", leader.made.course_id)
    assert told == [(TOLD_ON + 7 * DAY, tuple(said)), (TOLD_ON, ())]
    assert any("is cancelled: Anna is ill." in sentence for sentence in said)
    assert [event.kind for event in events if event.kind == "told"] == ["told", "told"]


def test_one_course_knows_nothing_of_what_was_told_of_another(store, leader):
    other = Leader(store, a_planned_course(store))
    leader.move(DAY_2, 1)
    other.tell()
    assert leader.told_on() is None
    assert DAY_2 in {one.item for one in leader.untold()}


def test_a_course_whose_beginning_nobody_noted_says_so(store):
    made = a_planned_course(store)
    with store.write(LEADER) as session:
        bare = course(site_id=made.site_id, title="Old", starts_on=TOLD_ON, weekday=1)
        session.add(bare)
        session.flush()
        append_event(session, "course", bare.id, "planned", TOLD_ON, dates=20)
    with store.read() as session:
        assert told_plans.plan_as_told(session, session.get_one(Course, bare.id)) is None


# -- name, place, room, and by whom ----------------------------------------------------------------


def test_another_name_room_and_teacher_are_told_until_marked_as_told_and_nobody_is_named(leader):
    leader.correct(title="Course 9", room="Canteen", teachers="Carl Opdigt", convener="Dorte")
    told = leader.untold_details()
    first = format_date(leader.plan().dates[0].date, "long")
    assert leader.untold_rooms() == (f"From {first} on, the room is Canteen.",)
    assert told == (
        "The course is now called Course 9.",
        f"From {first} on, somebody else teaches.",
        "Somebody else calls the erfa groups together.",
    )
    leader.tell()
    assert leader.untold_details() == leader.untold_rooms() == ()


def test_a_teacher_replaced_half_way_is_told_with_the_first_day(leader):
    third = leader.plan().date_of(Item("teaching_day", 3)).date
    leader.correct(third, teachers="Carl Opdigt")
    assert leader.untold_details() == (
        f"From {format_date(third, 'long')} on, somebody else teaches.",
    )


def test_a_name_put_right_and_a_room_that_is_as_it_was_are_no_other_teacher_and_no_news(leader):
    leader.correct(room="Canteen")
    leader.correct(room="")
    leader.correct(past_too=True, teachers="Carl Opdigt")
    assert leader.untold_details() == ("The teachers have been put right.",)
    assert leader.untold_rooms() == ()


def test_another_place_is_told_and_so_is_another_name_of_the_place(store, leader):
    old = leader.made.site
    leader.correct(site=f"{old} House")
    assert leader.untold_details() == (f"{old} is now called {old} House.",)
    number, other = a_site(store)
    with store.write(LEADER) as session:
        change_site(session, leader.made.course_id, leader.made.site_id, number, on=PLANNED_ON)
    assert leader.untold_details() == (f"The course has moved from {old} to {other}.",)
    leader.tell()
    assert leader.untold_details() == ()


def test_a_room_changed_after_the_mail_was_written_is_still_to_be_told(store, leader):
    with store.read() as session:
        written = last_event(session)
    shown = leader.plan()
    leader.correct(room="Canteen")
    leader.tell(shown, up_to=written)
    (told,) = leader.untold_rooms()
    assert "Canteen" in told
    leader.correct(room="")
    leader.tell()
    leader.correct(room="Canteen")
    leader.tell()
    leader.correct(room="")
    (told,) = leader.untold_rooms()
    assert told.endswith("on, there is no room yet.")


def test_a_plan_told_before_rooms_were_kept_with_it_still_tells_another_room(store, leader):
    leader.tell()
    with store.write(LEADER) as session:
        told = events_of(session, "course", leader.made.course_id)[-1]
        dates = [
            {name: value for name, value in date.items() if name != "room"}
            for date in told.details["dates"]
        ]
        append_event(
            session, "course", leader.made.course_id, "told", TOLD_ON,
            dates=dates, sentences=[], up_to=told.seq,
        )  # fmt: skip
    assert leader.untold_rooms() == ()
    leader.correct(room="Canteen")
    (sentence,) = leader.untold_rooms()
    assert "Canteen" in sentence
