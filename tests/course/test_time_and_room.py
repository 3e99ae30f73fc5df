"""One date at another time or in another room; the times of all teaching days or sparrings."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from builders import (
    LEADER,
    PLANNED_ON,
    a_plan,
    a_planned_course,
    assert_sound,
    open_store,
    somebody,
)
from peerbook.course import plan_records, records, told_plans
from peerbook.course.planning.course_details_records import details_of, save_details
from peerbook.course.planning.details_told import changed_details
from peerbook.course.planning.plan_files import calendar_bytes
from peerbook.course.planning.who_and_where import who_and_where
from peerbook.course.schedule.calendar import Closure, DanishCalendar, Resource
from peerbook.course.schedule.plan import Item
from peerbook.course.schedule.plan_changes import changes, told_sentences
from peerbook.course.schedule.plan_moves import adjust, cancel, move, pin, replan
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.errors import Conflict, InputFault
from peerbook.store import events_of, last_event
from peerbook.store.tables import Course
from peerbook.text import format_date
from peerbook.text.formats import COPENHAGEN

FREE = DanishCalendar(())
DAY_3, SPARRING_3 = Item("teaching_day", 3), Item("sparring", 3)
MIDDLE = Item("mid_evaluation", 1)
TEN, HALF_PAST_NINE, THREE = dt.time(10), dt.time(9, 30), dt.time(15)
UNDER_WAY = dt.date(2027, 4, 20)
"""Between the third teaching day and the fourth."""


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("times")) as opened:
        yield opened
        assert_sound(opened)


class Leader:
    """Somebody who corrects times and rooms of a course, and reads what came of it."""

    def __init__(self, store):
        self.store = store
        self.made = a_planned_course(
            store,
            title="Hold 7",
            teachers=(somebody("Anna"),),
            room="Salen",
            sparring_starts_at=dt.time(13),
        )

    def plan(self):
        with self.store.read() as session:
            return plan_records.load_plan(session, session.get_one(Course, self.made.course_id))

    def adjust(self, item, times=None, room=None):
        plan = self.plan()
        date = plan.date_of(item)
        change = adjust(
            plan, item, times or date.times, date.room if room is None else room, calendar=FREE
        )
        self.save(change)

    def save(self, change):
        with self.store.write(LEADER) as session:
            plan_records.save_changes(
                session, self.made.course_id, self.plan(), change.plan, "",
                on=PLANNED_ON, reasons=change.reasons,
            )  # fmt: skip

    def details(self, on=PLANNED_ON):
        with self.store.read() as session:
            return details_of(session, self.made.course_id, on)

    def correct(self, on=PLANNED_ON, *, seen=None, past_too=False, **values):
        seen = seen or self.details(on)
        with self.store.write(LEADER) as session:
            save_details(
                session, self.made.course_id, replace(seen, **values), seen,
                site_id=self.made.site_id, on=on, past_too=past_too,
            )  # fmt: skip

    def sequences(self):
        with self.store.read() as session:
            entries = plan_records.calendar_ids(session, self.made.course_id)
        return {item: sequence for item, (_uid, sequence) in entries.items() if sequence}

    def untold(self, on=PLANNED_ON):
        with self.store.read() as session:
            course = session.get_one(Course, self.made.course_id)
            told = told_plans.plan_as_told(session, course)
            details = changed_details(
                session, course.id, self.plan(), after_seq=told.up_to, today=on
            )
        plan = self.plan()
        return (*told_sentences(changes(told.plan, plan, told.reasons), plan), *details)

    def tell(self):
        with self.store.write(LEADER) as session:
            told_plans.mark_told(
                session, self.made.course_id, self.plan(), [], PLANNED_ON,
                up_to=last_event(session),
            )  # fmt: skip

    def entry(self, item):
        plan = self.plan()
        with self.store.read() as session:
            ids = plan_records.calendar_ids(session, self.made.course_id)
        text = calendar_bytes(plan, ids, dt.datetime(2026, 11, 1, tzinfo=COPENHAGEN)).decode()
        return next(one for one in text.split("BEGIN:VEVENT") if ids[item][0] in one)


@pytest.fixture
def leader(store):
    return Leader(store)


# -- one date --------------------------------------------------------------------------------------


def test_one_date_gets_another_time_and_room_and_calendars_hear_of_that_day_alone(leader):
    before = leader.plan()
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE), "Caféen")
    plan = leader.plan()
    day = plan.date_of(DAY_3)
    assert (day.times, day.room, day.status) == ((HALF_PAST_NINE, THREE), "Caféen", "planned")
    assert plan.date_of(MIDDLE).room == "Caféen", "what is part of the day is held there too"
    assert leader.sequences() == {DAY_3: 1, MIDDLE: 1}
    untouched = [date for date in before.dates if date.item not in (DAY_3, MIDDLE)]
    assert [plan.date_of(date.item) for date in untouched] == untouched
    entry = leader.entry(DAY_3)
    assert "LOCATION:Caféen" in entry
    assert "T093000" in entry
    assert "T150000" in entry
    assert "SEQUENCE:1" in entry


def test_the_plan_says_what_one_date_has_of_its_own(leader):
    assert leader.plan().unlike_others(DAY_3) == ""
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE), "Caféen")
    plan = leader.plan()
    usual = plan.date_of(Item("teaching_day", 2)).times
    assert (
        plan.unlike_others(DAY_3)
        == f"This day in Caféen. Otherwise at {usual[0]:%H:%M}–{usual[1]:%H:%M}."
    )
    assert plan.unlike_others(DAY_3) in plan.remark(DAY_3)
    others = {
        plan.unlike_others(date.item)
        for date in plan.dates
        if date.date != plan.date_of(DAY_3).date
    }
    assert others == {""}
    assert who_and_where(plan)["Place"] == "Salen", "the room of one date is told beside it"


def test_a_room_that_changes_for_good_is_no_exception(leader):
    leader.correct(UNDER_WAY, room="Caféen", day_starts_at=dt.time(11))
    plan = leader.plan()
    assert {plan.unlike_others(date.item) for date in plan.dates} == {""}
    assert "Salen until" in who_and_where(plan)["Place"]


def test_another_time_and_room_are_ready_to_be_told_until_they_are_told(leader):
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE))
    leader.adjust(DAY_3, room="Caféen")
    time, room = leader.untold()
    assert time.endswith("is now from 09:30–15:00.")
    assert room.endswith("is now in the room Caféen.")
    assert time.startswith("Teaching day 3 on ")
    leader.tell()
    assert leader.untold() == ()
    leader.adjust(DAY_3, room="Salen")
    (room,) = leader.untold()
    assert room.endswith("is now in the room Salen.")
    leader.adjust(DAY_3, room="Caféen")
    assert leader.untold() == (), "back as it was told"


def test_a_reason_for_a_move_is_not_told_of_another_time(leader):
    plan = leader.plan()
    to = plan.date_of(DAY_3).date + dt.timedelta(days=1)
    leader.save(move(plan, DAY_3, to, calendar=FREE, reason="Room taken"))
    leader.tell()
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE))
    (told,) = leader.untold()
    assert told.endswith("from 09:30–15:00.")


def test_every_change_is_an_event_that_says_how_it_was(leader):
    before = leader.plan().date_of(DAY_3)
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE), "Caféen")
    with leader.store.read() as session:
        events = events_of(session, "course", leader.made.course_id)[1:]
    told = {event.kind: event.details for event in events}
    assert set(told) == {"date_retimed", "date_relocated"}
    assert told["date_retimed"]["times"] == ["09:30:00", "15:00:00"]
    assert told["date_retimed"]["old_times"] == [time.isoformat() for time in before.times]
    assert (told["date_relocated"]["room"], told["date_relocated"]["old_room"]) == (
        "Caféen",
        "Salen",
    )


def test_a_new_room_can_be_closed(leader):
    leader.adjust(DAY_3, room="Caféen")
    with leader.store.read() as session:
        known = {one.label for one in records.resources(session, leader.made.site_id, "room")}
    assert known == {"Salen", "Caféen"}


def test_a_date_keeps_its_time_and_room_when_it_moves_and_what_leaves_it_does_not(leader):
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE), "Caféen")
    plan = leader.plan()
    moved = move(plan, DAY_3, plan.date_of(DAY_3).date + dt.timedelta(days=1), calendar=FREE).plan
    assert moved.date_of(DAY_3).times == (HALF_PAST_NINE, THREE)
    assert moved.date_of(MIDDLE).room == "Caféen"
    cancelled = cancel(plan, DAY_3, "Ill").plan
    assert cancelled.date_of(MIDDLE).date == plan.date_of(Item("teaching_day", 4)).date
    assert cancelled.date_of(MIDDLE).room == "Salen"


@pytest.mark.parametrize(
    ("times", "room", "field"),
    [
        ((THREE, HALF_PAST_NINE), "Salen", "ends_at"),
        ((TEN, TEN), "Salen", "ends_at"),
        (None, "Salen", "starts_at"),
        (None, "x" * 201, "room"),
    ],
    ids=["ends before", "no length", "nothing new", "too long a name"],
)
def test_what_cannot_be_is_refused_at_its_field(leader, times, room, field):
    plan = leader.plan()
    with pytest.raises(InputFault) as caught:
        adjust(plan, DAY_3, times or plan.date_of(DAY_3).times, room, calendar=FREE)
    assert [fault.place.field for fault in caught.value.faults] == [field]


def test_a_room_that_is_closed_that_day_is_refused_with_the_reason(leader):
    plan = leader.plan()
    day = plan.date_of(DAY_3)
    closed = Closure(day.date, day.date, "other", "Males", resource=Resource("room", "Caféen"))
    calendar = DanishCalendar((closed,))
    with pytest.raises(InputFault, match="Males") as caught:
        adjust(plan, DAY_3, day.times, "Caféen", calendar=calendar)
    assert caught.value.faults[0].place.field == "room"
    history = adjust(
        plan, DAY_3, day.times, "Caféen", calendar=calendar,
        not_before=day.date + dt.timedelta(days=1),
    )  # fmt: skip
    assert history.plan.date_of(DAY_3).room == "Caféen", "it was held there all the same"


def test_a_teacher_who_is_busy_then_is_no_reason_to_be_refused_at_another_time(leader):
    plan = leader.plan()
    day = plan.date_of(DAY_3)
    early = replace(day, starts_at=dt.time(7), ends_at=dt.time(9, 45))
    other = replace(plan, course_key="other", title="Hold 8", dates=(early,))
    with pytest.raises(InputFault, match="Hold 8") as caught:
        adjust(plan, DAY_3, (HALF_PAST_NINE, THREE), "Salen", calendar=FREE, others=[other])
    assert caught.value.faults[0].place.field == "starts_at"
    later = adjust(plan, DAY_3, (dt.time(9, 45), THREE), "Salen", calendar=FREE, others=[other])
    assert later.plan.date_of(DAY_3).starts_at == dt.time(9, 45)


@pytest.fixture
def although(leader):
    """The third day, fixed by hand and left where its room is taken; with that calendar."""
    day = leader.plan().date_of(DAY_3)
    taken = Closure(day.date, day.date, "other", "Udlejet", resource=Resource("room", "Salen"))
    calendar = DanishCalendar((taken,))
    plan = replan(pin(leader.plan(), DAY_3), calendar=calendar).plan
    assert "Udlejet" in plan.date_of(DAY_3).note
    return plan, calendar


def test_what_was_accepted_of_a_room_is_gone_with_the_room(although):
    plan, calendar = although
    day = plan.date_of(DAY_3)
    changed = adjust(plan, DAY_3, day.times, "Caféen", calendar=calendar).plan
    assert (changed.date_of(DAY_3).note, changed.date_of(DAY_3).accepted) == ("", ())
    assert changed.date_of(DAY_3).pinned
    later = adjust(plan, DAY_3, (HALF_PAST_NINE, THREE), "Salen", calendar=calendar).plan
    assert later.date_of(DAY_3).note == day.note, "the room is still taken"


def test_what_is_part_of_a_day_says_no_more_of_its_room_than_the_day(although):
    plan, calendar = although
    day, middle = plan.date_of(DAY_3), plan.date_of(MIDDLE)
    plan = plan.with_date(replace(middle, note=day.note, accepted=day.accepted))
    changed = adjust(plan, DAY_3, day.times, "Caféen", calendar=calendar).plan
    middle = changed.date_of(MIDDLE)
    assert (middle.room, middle.note, middle.accepted) == ("Caféen", "", ())


def test_another_time_accepts_nothing_that_was_not_accepted_before(although):
    plan, calendar = although
    day = plan.date_of(DAY_3)
    closed = Closure(day.date, day.date, "custom_day_off", "Fair")
    both = DanishCalendar((*calendar.closures, closed))
    for before in (plan, plan.with_date(replace(day, note="", accepted=()))):
        changed = adjust(before, DAY_3, (HALF_PAST_NINE, THREE), "Salen", calendar=both).plan
        assert "Fair" not in changed.date_of(DAY_3).note
        assert DAY_3 in [date.item for date, _why in Obstacles(both, ()).blocked(changed, day.date)]


def test_a_room_is_the_same_room_in_small_letters_and_is_kept_as_typed(leader):
    plan = leader.plan()
    day = plan.date_of(DAY_3)
    there = replace(day, room="Caféen", teachers=())
    other = replace(plan, course_key="other", title="Hold 8", dates=(there,))
    with pytest.raises(InputFault, match="CAFÉEN is taken by “Hold 8”"):
        adjust(plan, DAY_3, day.times, "CAFÉEN", calendar=FREE, others=[other])
    closed = Closure(day.date, day.date, "other", "Males", resource=Resource("room", "Caféen"))
    with pytest.raises(InputFault, match="Males"):
        adjust(plan, DAY_3, day.times, "caféen", calendar=DanishCalendar((closed,)))
    leader.adjust(DAY_3, room="caféen")
    assert leader.plan().date_of(DAY_3).room == "caféen"
    leader.adjust(DAY_3, room="Caféen")
    assert leader.plan().date_of(DAY_3).room == "Caféen", "how it is written can be put right"


def test_a_room_that_was_accepted_stays_so_when_its_spelling_is_put_right(leader):
    plan = leader.plan()
    day = plan.date_of(DAY_3)
    there = replace(day, room="Salen", teachers=())
    others = [replace(plan, course_key="other", title="Hold 8", dates=(there,))]
    stays = replan(pin(plan, DAY_3), calendar=FREE, others=others).plan
    respelt = adjust(stays, DAY_3, day.times, "SALEN", calendar=FREE, others=others).plan
    assert respelt.date_of(DAY_3).note
    assert Obstacles(FREE, others).blocked(respelt, day.date) == []


def test_who_saves_after_somebody_else_has_changed_the_plan_is_told_so(leader):
    before = leader.plan()
    change = adjust(before, DAY_3, before.date_of(DAY_3).times, "Caféen", calendar=FREE)
    leader.adjust(SPARRING_3, room="Køkkenet")
    with pytest.raises(Conflict), leader.store.write(LEADER) as session:
        plan_records.save_changes(
            session, leader.made.course_id, before, change.plan, "", on=PLANNED_ON
        )


# -- the whole course ------------------------------------------------------------------------------


def times_of(plan, kind):
    return {date.number: date.times for date in plan.of_kind(kind)}


def test_the_times_of_all_teaching_days_are_corrected_and_told_in_one_sentence(leader):
    leader.correct(day_starts_at=HALF_PAST_NINE, day_ends_at=THREE)
    plan = leader.plan()
    assert set(times_of(plan, "teaching_day").values()) == {(HALF_PAST_NINE, THREE)}
    assert set(times_of(plan, "final_assignment").values()) == {(HALF_PAST_NINE, THREE)}
    assert {date.starts_at for date in plan.of_kind("sparring")} == {dt.time(13)}
    changed = {"teaching_day", "final_assignment"}
    assert {item.kind for item in leader.sequences()} == changed
    assert leader.untold() == (
        "Teaching day 1, 2, 3, 4, 5 and 6 are now from 09:30–15:00.",
        "Presentation of final assignments 1 and 2 are now from 09:30–15:00.",
    )


def test_the_times_of_sparrings_hold_from_today_on_or_for_all_days(leader):
    leader.correct(UNDER_WAY, sparring_starts_at=dt.time(14), sparring_ends_at=dt.time(16))
    at_one, at_two = (dt.time(13), THREE), (dt.time(14), dt.time(16))
    over = {date.number for date in leader.plan().of_kind("sparring") if date.date < UNDER_WAY}
    assert over
    assert times_of(leader.plan(), "sparring") == {
        n: at_one if n in over else at_two for n in range(1, 7)
    }
    assert set(times_of(leader.plan(), "erfa_group").values()) == {at_two}
    assert leader.details(UNDER_WAY).sparring_starts_at == dt.time(14)


def test_times_that_were_written_wrongly_are_put_right_on_all_days(leader):
    leader.correct(UNDER_WAY, past_too=True, day_starts_at=HALF_PAST_NINE)
    starts = {date.starts_at for date in leader.plan().of_kind("teaching_day")}
    assert starts == {HALF_PAST_NINE}


def test_a_date_with_a_time_or_room_of_its_own_keeps_it_and_is_not_taken_for_the_course(leader):
    first = Item("teaching_day", 1)
    leader.adjust(first, (HALF_PAST_NINE, THREE), "Caféen")
    assert (leader.details().day_starts_at, leader.details().room) == (TEN, "Salen")
    leader.correct(day_starts_at=dt.time(9), room="Huset")
    day = leader.plan().date_of(first)
    assert (day.times, day.room) == ((HALF_PAST_NINE, THREE), "Caféen")
    rest = [date for date in leader.plan().of_kind("teaching_day") if date.item != first]
    assert {(date.starts_at, date.room) for date in rest} == {(dt.time(9), "Huset")}


def test_dates_that_keep_a_room_of_their_own_are_told_beside_the_room_of_the_course(leader):
    leader.adjust(DAY_3, room="Caféen")
    leader.tell()
    leader.correct(room="Huset")
    first = format_date(leader.plan().dates[0].date, "long")
    assert leader.untold() == (
        f"From {first} on, the room is Huset. Except Teaching day 3: Caféen.",
    )
    leader.tell()
    assert leader.untold() == ()


def test_a_date_that_is_back_in_the_room_that_was_told_is_told_when_the_others_have_left_it(leader):
    leader.adjust(DAY_3, room="Caféen")
    leader.correct(room="Huset")
    leader.adjust(DAY_3, room="Salen")
    leader.adjust(SPARRING_3, room="")
    (told,) = leader.untold()
    assert told.endswith(
        "on, the room is Huset. Except Teaching day 3: Salen; Group sparring 3: no room yet."
    )


def test_a_date_left_in_a_room_the_course_came_back_from_is_told(leader):
    leader.correct(room="Huset")
    leader.adjust(DAY_3, room="Caféen")
    leader.correct(room="Salen")
    leader.adjust(DAY_3, room="Huset")
    (told,) = leader.untold()
    assert told.startswith("Teaching day 3 on ")
    assert told.endswith("is now in the room Huset.")


def test_dates_that_keep_a_time_of_their_own_are_not_told_with_the_others(leader):
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE))
    leader.tell()
    leader.correct(day_starts_at=dt.time(9))
    (told, _presentations) = leader.untold()
    assert told.startswith("Teaching day 1, 2, 4, 5 and 6 are now from 09:00–")


def test_every_date_of_a_corrected_course_is_an_event_that_says_how_it_was(leader):
    plan = leader.plan()
    leader.correct(UNDER_WAY, day_starts_at=dt.time(9), room="Huset")
    with leader.store.read() as session:
        events = events_of(session, "course", leader.made.course_id)[1:]
    told = {
        (event.kind, event.details["kind"], event.details["number"]): event.details
        for event in events
        if event.kind != "details_corrected"
    }
    coming = [date for date in plan.dates if date.date >= UNDER_WAY]
    assert {key[1:] for key in told if key[0] == "date_relocated"} == {
        tuple(date.item) for date in coming if date.times
    }
    fourth = told["date_retimed", "teaching_day", 4]
    assert fourth["times"][0] == "09:00:00"
    assert fourth["old_times"][0] == "10:00:00"
    assert ("date_retimed", "teaching_day", 3) not in told


@pytest.mark.parametrize("days_after", [0, 300], ids=["the last to come", "over"])
def test_the_last_day_with_a_time_of_its_own_is_not_taken_for_the_course(leader, days_after):
    last = Item("teaching_day", 6)
    leader.adjust(last, (HALF_PAST_NINE, THREE))
    on = leader.plan().date_of(last).date + dt.timedelta(days=days_after)
    assert leader.details(on).day_starts_at == TEN
    leader.correct(on, past_too=True, day_starts_at=dt.time(9))
    starts = [date.starts_at for date in leader.plan().of_kind("teaching_day")]
    assert starts == [dt.time(9)] * 5 + [HALF_PAST_NINE]


def test_times_that_hold_for_the_last_two_days_are_shown_also_before_the_last(leader):
    fifth = leader.plan().date_of(Item("teaching_day", 5)).date
    leader.correct(fifth, day_starts_at=dt.time(9))
    assert leader.details(fifth + dt.timedelta(days=1)).day_starts_at == dt.time(9)


def test_neighbours_with_times_of_their_own_are_both_unlike_the_others(leader):
    leader.adjust(DAY_3, (HALF_PAST_NINE, THREE), "Caféen")
    leader.adjust(Item("teaching_day", 4), (dt.time(9), THREE), "Køkkenet")
    plan = leader.plan()
    told = [plan.unlike_others(Item("teaching_day", n)) for n in range(1, 7)]
    assert [bool(one) for one in told] == [False, False, True, True, False, False]
    assert "Otherwise at 10:00–" in told[2]
    assert "Otherwise at 10:00–" in told[3]
    assert "Salen until" not in who_and_where(plan)["Place"]


@pytest.fixture
def two(store):
    """Two courses with one teacher on the same days, one in the morning and one after it."""
    name, made = somebody("Bo"), Leader(store)
    first = a_planned_course(
        store, title="Hold A", teachers=(name,), room="Køkkenet", day_starts_at=dt.time(8),
        day_ends_at=TEN, sparring_starts_at=dt.time(8),
    )  # fmt: skip
    plan, version = a_plan(
        store, first.site_id, title="Hold B", teachers=(name,), room="Salen",
        day_starts_at=TEN, sparring_starts_at=TEN,
    )  # fmt: skip
    with store.write(LEADER) as session:
        number = plan_records.save_plan(session, first.site_id, plan, version, on=PLANNED_ON).number
    made.made = replace(first, course_id=number)
    return made


def test_times_for_the_whole_course_are_refused_where_a_teacher_is_taken(two):
    before = two.plan()
    with pytest.raises(InputFault, match="Hold A") as caught:
        two.correct(day_starts_at=dt.time(9, 45))
    assert caught.value.faults[0].place.field == "day_starts_at"
    assert "Teaching day 1, 2, 3, 4, 5 and 6" in str(caught.value)
    assert two.plan() == before
    two.correct(day_starts_at=dt.time(10, 30))
    assert two.plan().date_of(DAY_3).starts_at == dt.time(10, 30)


def test_a_room_for_the_whole_course_is_refused_where_it_is_closed_unless_those_dates_have_another(
    leader,
):
    day = leader.plan().date_of(DAY_3).date
    closed = Closure(day, day, "other", "Males", resource=Resource("room", "Caféen"))
    with leader.store.write(LEADER) as session:
        row = plan_records.closure_row(session, leader.made.site_id, closed)
        records.save_closures(session, [row])
    with pytest.raises(InputFault, match=r"Teaching day 3: .*Males") as caught:
        leader.correct(room="Caféen", past_too=True)
    assert caught.value.faults[0].place.field == "room"
    leader.adjust(DAY_3, room="Huset")
    leader.correct(room="Caféen")
    assert leader.plan().date_of(DAY_3).room == "Huset"
    assert leader.plan().date_of(SPARRING_3).room == "Caféen"


def test_what_is_over_was_held_where_it_was_held_whatever_stands_in_the_way(leader):
    day = leader.plan().date_of(DAY_3).date
    closed = Closure(day, day, "other", "Males", resource=Resource("room", "Caféen"))
    with leader.store.write(LEADER) as session:
        row = plan_records.closure_row(session, leader.made.site_id, closed)
        records.save_closures(session, [row])
    leader.correct(UNDER_WAY, past_too=True, room="Caféen")
    assert leader.plan().date_of(DAY_3).room == "Caféen"


def test_a_course_day_that_ends_before_it_begins_is_refused_at_its_end(leader):
    with pytest.raises(InputFault) as caught:
        leader.correct(sparring_ends_at=dt.time(12))
    assert caught.value.faults[0].place.field == "sparring_ends_at"


def test_two_who_correct_the_same_time_are_asked_and_different_ones_are_joined(leader):
    seen = leader.details()
    leader.correct(day_starts_at=dt.time(9))
    with pytest.raises(Conflict) as caught:
        leader.correct(seen=seen, day_starts_at=HALF_PAST_NINE)
    assert caught.value.theirs == {"day_starts_at": dt.time(9)}
    leader.correct(seen=seen, sparring_starts_at=dt.time(12))
    assert leader.plan().date_of(DAY_3).starts_at == dt.time(9)
    with pytest.raises(InputFault):
        # Each was right for itself, and together they are not.
        leader.correct(seen=seen, sparring_ends_at=dt.time(12))
