"""A plan comes back from the store as it was, and its history tells what it was on any day."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builders import (
    LEADER,
    PLANNED_ON,
    a_plan,
    a_planned_course,
    a_site,
    assert_sound,
    counted,
    open_store,
)
from peerbook.course import plan_records, records, told_plans
from peerbook.course.planning.course_details_records import details_of, save_details
from peerbook.course.schedule.calendar import EARLIEST, Closure, Resource, school_holiday_weeks
from peerbook.course.schedule.plan import Item
from peerbook.course.schedule.plan_moves import adjust, cancel, move, pin, replan, restore, unpin
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.errors import InputFault
from peerbook.store import events_of, state_on
from peerbook.store.store import begin_counting_again
from peerbook.store.tables import Course, CourseDate
from peerbook.text import written_in

WINTER = Closure(
    starts_on=dt.date(2027, 2, 8), ends_on=dt.date(2027, 2, 14), kind="school_holiday",
    label="Vinterferie",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("plans")) as opened:
        yield opened
        assert_sound(opened)


def loaded(store, course_id):
    with store.read() as session:
        return plan_records.load_plan(session, session.get_one(Course, course_id))


def ids(store, course_id):
    with store.read() as session:
        return plan_records.calendar_ids(session, course_id)


def calendar_of(store, made):
    with store.read() as session:
        return plan_records.calendar_of(session, made.site_id)


def change(store, made, before, after, reason="Why not", on=PLANNED_ON):
    with store.write(LEADER) as session:
        return plan_records.save_changes(session, made.course_id, before, after, reason, on=on)


def history(store, made):
    with store.read() as session:
        return events_of(session, "course", made.course_id)


def words(plan):
    """Return a plan with the reasons for avoided dates as people read them."""
    return [(replace(date, avoided=()), [one.text for one in date.avoided]) for date in plan.dates]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"week_of_month": 2, "teachers": ("Anna", "Bo"), "room": "Salen"},
        {"weekday": 3, "teachers": ("Anna",), "convener": "Bo", "day_ends_at": dt.time(14)},
        {"first_month": None, "final_assignment_on": dt.date(2027, 9, 7)},
        {"title": "Hold 1 🌱 <b>æøå</b>", "room": "=1+1"},
    ],
    ids=["plain", "avoiding", "convener", "backwards", "odd words"],
)
def test_a_plan_comes_back_as_it_was_saved(store, asked):
    number, name = a_site(store, WINTER)
    plan, version = a_plan(store, number, **asked)
    with store.write(LEADER) as session:
        saved = plan_records.save_plan(session, number, plan, version, on=PLANNED_ON)
        course = session.get_one(Course, saved.number)
        assert (course.template_version, course.weekday) == (version, plan.weekday)
        back = plan_records.load_plan(session, course, name)
    assert words(back) == words(plan)
    assert (back.title, back.template, back.site) == (plan.title, plan.template, name)
    if asked.get("week_of_month") == 2:
        assert "Vinterferie" in back.dates[0].avoided[0].text


def test_every_date_has_a_calendar_entry_of_its_own_that_was_never_changed(store):
    made = a_planned_course(store)
    entries = ids(store, made.course_id)
    assert set(entries) == {date.item for date in loaded(store, made.course_id).dates}
    assert len({uid for uid, _sequence in entries.values()}) == len(entries)
    assert {sequence for _uid, sequence in entries.values()} == {0}


def test_what_the_program_wrote_is_read_in_the_language_of_the_page(store):
    with written_in("da"):
        usual = school_holiday_weeks(2027)[0][0]
    eve, typed, last = Item("teaching_day", 4), Item("erfa_group", 1), Item("final_assignment", 1)
    with written_in("da"):
        made = a_planned_course(store, usual, weekday=3, week_of_month=3, first_month=(2026, 9))
        before = loaded(store, made.course_id)
        free = calendar_of(store, made)
        after = move(before, eve, dt.date(2026, 12, 24), calendar=free).plan
        change(store, made, before, pin(after, typed, "Vi er i Aarhus"))
        danish = loaded(store, made.course_id)
        backwards = a_planned_course(
            store, first_month=None, final_assignment_on=dt.date(2027, 9, 7)
        )
    with written_in("en"):
        english = loaded(store, made.course_id)
        (closure,) = calendar_of(store, made).closures
        whys = [[one.text for one in date.avoided] for date in english.dates]
        why = loaded(store, backwards.course_id).date_of(last).pin_reason
    assert english.date_of(eve).note.startswith("Placed here although: Christmas Eve")
    assert danish.date_of(eve).note.startswith("Ligger her, selv om: juleaften")
    assert english.date_of(typed).pin_reason == "Vi er i Aarhus"
    assert why == "The plan was made backwards from this day."
    assert closure.label == "winter holiday, in most municipalities"
    assert "winter holiday, in most municipalities" in str(whys)
    assert not any(
        reason.kind == "told"
        for date in english.dates
        for one in date.avoided
        for reason in one.reasons
    )


def test_what_was_saved_before_there_were_marks_is_still_read(store):
    made = a_planned_course(store, first_month=None, final_assignment_on=dt.date(2027, 9, 7))
    with store.write(LEADER) as session:
        rows = session.scalars(select(CourseDate).where(CourseDate.course_id == made.course_id))
        for row in rows:
            if row.kind == "teaching_day" and row.number == 1:
                row.note = "Ligger her, selv om: juleaften."
                row.avoided = [
                    {"date": "2027-01-05", "reasons": ["vinterferie (uge 7)"]},
                    {"date": row.date.isoformat(), "accepted": ["2026-12-24 eve"]},
                ]
            elif row.kind == "final_assignment" and row.number == 1:
                assert row.pin_reason == "*made_backwards"
                row.pin_reason = "Planen er lagt baglæns fra denne dag."
    with written_in("en"):
        plan = loaded(store, made.course_id)
        first = plan.date_of(Item("teaching_day", 1))
        assert first.note == "Ligger her, selv om: juleaften."
        assert [reason.mark for reason in first.accepted] == ["2026-12-24 eve"]
        assert "vinterferie (uge 7)" in first.avoided[0].text
        assert plan.date_of(Item("final_assignment", 1)).pin_reason == (
            "The plan was made backwards from this day."
        )


@pytest.mark.parametrize(
    "reason",
    ["*although", "**although", "*removed", "*made_backwards", "*", "**", "**Important** *", "* x"],
)
def test_what_somebody_typed_is_never_taken_for_a_mark(store, reason):
    made = a_planned_course(store)
    plan = loaded(store, made.course_id)
    first, second = (date.item for date in plan.of_kind("teaching_day")[:2])
    change(store, made, plan, pin(cancel(plan, first, reason).plan, second, reason), reason)
    read = loaded(store, made.course_id)
    assert (read.date_of(first).note, read.date_of(second).pin_reason) == (reason, reason)
    with store.read() as session:
        told = told_plans.plan_as_told(session, session.get_one(Course, made.course_id))
    assert told.reasons[first] == reason
    change(store, made, read, pin(read, second, "Room taken"), "")
    assert loaded(store, made.course_id).date_of(first).note == reason


@pytest.mark.parametrize("typed", ["*although", "*Important*", "**Important**"])
def test_stars_that_were_typed_before_marks_were_told_apart_are_read_as_typed(store, typed):
    made = a_planned_course(store)
    day = Item("teaching_day", 1)
    with store.write(LEADER) as session:
        row = session.scalar(
            select(CourseDate).where(
                CourseDate.course_id == made.course_id,
                CourseDate.kind == day.kind, CourseDate.number == day.number,
            )
        )  # fmt: skip
        row.note = typed
    assert loaded(store, made.course_id).date_of(day).note == typed


def test_teachers_and_room_of_a_plan_can_be_away(store):
    made = a_planned_course(store, teachers=("Anna", "Bo"), room="Salen")
    day = loaded(store, made.course_id).dates[0]
    away = Closure(day.date, day.date, "absence", "Kursus", Resource("teacher", "Anna"))
    with store.write(LEADER) as session:
        labels = {
            kind: [one.label for one in records.resources(session, made.site_id, kind)]
            for kind in ("teacher", "room")
        }
        row = plan_records.closure_row(session, made.site_id, away)
        records.save_closures(session, [row])
    assert labels == {"teacher": ["Anna", "Bo"], "room": ["Salen"]}
    calendar = calendar_of(store, made)
    assert not calendar.is_free(day.date, day.resources)
    assert calendar.is_free(day.date, frozenset({Resource("teacher", "Bo")}))
    assert "Anna" in calendar.explain(day.date, day.resources)


def test_closures_of_one_site_do_not_hold_at_another(store):
    made, elsewhere = a_planned_course(store, WINTER), a_planned_course(store)
    assert not calendar_of(store, made).is_free(WINTER.starts_on)
    assert calendar_of(store, elsewhere).is_free(WINTER.starts_on)


def test_other_plans_are_those_of_all_courses_but_ones_own(store):
    made = a_planned_course(store)
    plan, version = a_plan(store, made.site_id, title="Second", weekday=3)
    with store.write(LEADER) as session:
        second = plan_records.save_plan(session, made.site_id, plan, version, on=PLANNED_ON).number
    elsewhere = a_planned_course(store)
    with store.read() as session:
        others = plan_records.other_plans(session, made.site_id, EARLIEST, made.course_id)
        keys = {one.course_key for one in others}
        assert {str(second), str(elsewhere.course_id)} <= keys
        assert str(made.course_id) not in keys
        assert len(plan_records.other_plans(session, made.site_id, EARLIEST)) == len(others) + 1


def test_a_teacher_of_two_sites_is_never_needed_at_both_at_once_but_rooms_are_their_own(store):
    shared = {"teachers": ("Ragnhild",), "weekday": 4}
    made = a_planned_course(store, title="Hold 1", room="Salen", **shared)
    taken = {date.date for date in loaded(store, made.course_id).dates}
    same_room, _name = a_site(store)
    plan, _version = a_plan(store, same_room, room="Salen", weekday=4)
    assert {date.date for date in plan.dates} == taken
    plan, _version = a_plan(store, same_room, **shared)
    meets = {date.date for date in plan.dates if date.starts_at is not None}
    assert not meets & taken
    with store.read() as session:
        others = plan_records.other_plans(session, same_room, EARLIEST)
    day = Item("teaching_day", 1)
    to = loaded(store, made.course_id).date_of(day).date
    with pytest.raises(InputFault, match=rf"Hold 1 \({made.site}\)"):
        move(plan, day, to, calendar=calendar_of(store, made), others=others)


def test_a_moved_day_and_what_follows_are_saved_with_their_reason(store):
    made = a_planned_course(store)
    before, first = loaded(store, made.course_id), ids(store, made.course_id)
    day = before.of_kind("teaching_day")[1]
    to = day.date + dt.timedelta(days=1)
    moved = move(before, day.item, to, calendar=calendar_of(store, made), reason="Huset lukket")
    change(store, made, before, moved.plan, "Huset lukket", on=dt.date(2027, 1, 4))
    after, then = loaded(store, made.course_id), ids(store, made.course_id)
    assert after.date_of(day.item).date == to
    assert after.date_of(day.item).pin_reason == "Huset lukket"
    touched = {date.item for date in after.dates if date.date != before.date_of(date.item).date}
    assert touched == {day.item, *(one.item for one in moved.consequences)}
    assert Item("sparring", 2) in touched
    for item, (uid, sequence) in then.items():
        assert uid == first[item][0]
        assert sequence == (item in touched)
    told = [event for event in history(store, made) if event.kind == "date_moved"]
    assert {Item(event.details["kind"], event.details["number"]) for event in told} == touched
    assert {event.details["reason"] for event in told} == {"Huset lukket"}
    assert {event.effective_on for event in told} == {dt.date(2027, 1, 4)}


def moved_from(store, made, plan):
    with store.read() as session:
        return plan_records.moved_from(session, made.course_id, plan)


def test_a_day_moved_away_and_back_has_not_moved_until_the_move_was_told(store):
    made = a_planned_course(store)
    before = loaded(store, made.course_id)
    day = before.of_kind("teaching_day")[1]

    def moved_to(to):
        plan = loaded(store, made.course_id)
        after = move(plan, day.item, to, calendar=calendar_of(store, made), reason="Huset lukket")
        change(store, made, plan, after.plan, "Huset lukket")
        return loaded(store, made.course_id)

    away = day.date + dt.timedelta(days=1)
    gone = moved_to(away)
    assert gone.date_of(day.item).status == "moved"
    assert moved_from(store, made, gone)[day.item] == day.date
    later = moved_to(away + dt.timedelta(days=1))
    assert moved_from(store, made, later)[day.item] == day.date, "the day people know"
    back = moved_to(day.date)
    assert moved_from(store, made, back) == {}
    assert {date.item: date.status for date in back.dates} == {
        date.item: date.status for date in before.dates
    }
    gone = moved_to(away)
    with store.write(LEADER) as session:
        up_to = events_of(session, "course", made.course_id)[-1].seq
        told_plans.mark_told(session, made.course_id, gone, [], PLANNED_ON, up_to=up_to)
    assert moved_from(store, made, gone)[day.item] == day.date, "told, and moved all the same"
    assert moved_to(day.date).date_of(day.item).status == "moved"


def test_a_moved_day_that_was_cancelled_is_still_moved_when_it_comes_back(store):
    made = a_planned_course(store)
    free = calendar_of(store, made)
    before = loaded(store, made.course_id)
    day, sparring = before.date_of(Item("teaching_day", 2)), Item("sparring", 2)
    steps = [
        lambda now: move(now, day.item, day.date + dt.timedelta(7), calendar=free, reason="Sne"),
        lambda now: cancel(now, sparring, "Syg"),
        lambda now: cancel(now, day.item, "Syg"),
        lambda now: restore(now, day.item, calendar=free),
        lambda now: restore(now, sparring, calendar=free),
    ]
    for step in steps:
        now = loaded(store, made.course_id)
        change(store, made, now, step(now).plan)
    back = loaded(store, made.course_id)
    assert [back.date_of(item).status for item in (day.item, sparring)] == ["moved", "moved"]
    assert "Sne" in back.remark(day.item)


def test_a_day_called_off_where_it_was_planned_is_as_planned_when_it_comes_back(store):
    made = a_planned_course(store)
    free = calendar_of(store, made)
    before = loaded(store, made.course_id)
    day = Item("teaching_day", 2)
    change(store, made, before, pin(before, day, "En gæst"))
    fixed = loaded(store, made.course_id)
    gone = cancel(fixed, day, "Syg").plan
    change(store, made, fixed, gone)
    with store.write(LEADER) as session:
        up_to = events_of(session, "course", made.course_id)[-1].seq
        told_plans.mark_told(session, made.course_id, gone, [], PLANNED_ON, up_to=up_to)
    now = loaded(store, made.course_id)
    change(store, made, now, restore(now, day, calendar=free).plan)
    assert loaded(store, made.course_id).date_of(day).status == "planned"


def test_letting_a_date_stay_is_remembered_and_no_news_in_another_language(store):
    made = a_planned_course(store, weekday=3, first_month=(2026, 9))
    before = loaded(store, made.course_id)
    day = Item("teaching_day", 4)
    free = calendar_of(store, made)
    change(store, made, before, move(before, day, dt.date(2026, 12, 24), calendar=free).plan)
    saved, first = loaded(store, made.course_id), ids(store, made.course_id)
    assert [reason.mark for reason in saved.date_of(day).accepted] == ["2026-12-24 eve"]
    assert dt.date(2026, 12, 24) not in {one.date for one in saved.date_of(day).avoided}
    with written_in("en"):
        assert Obstacles(free, []).blocked(saved, PLANNED_ON) == []
        change(store, made, saved, replan(saved, calendar=free).plan)
    assert ids(store, made.course_id) == first


def test_another_reason_for_a_day_is_news_to_its_entry_in_calendars(store):
    made = a_planned_course(store)
    before = loaded(store, made.course_id)
    day = before.of_kind("teaching_day")[1]
    moved = move(
        before, day.item, day.date + dt.timedelta(days=1),
        calendar=calendar_of(store, made), reason="Salen er optaget",
    ).plan  # fmt: skip
    change(store, made, before, moved, "Salen er optaget")
    then = ids(store, made.course_id)
    reworded = pin(moved, day.item, "Huset har lukket")
    change(store, made, loaded(store, made.course_id), reworded, "Huset har lukket")
    for item, (uid, sequence) in ids(store, made.course_id).items():
        assert (uid, sequence) == (then[item][0], then[item][1] + (item == day.item))


def test_the_course_begins_when_its_first_day_does(store):
    made = a_planned_course(store)
    before = loaded(store, made.course_id)
    to = before.dates[0].date - dt.timedelta(days=1)
    moved = move(before, before.dates[0].item, to, calendar=calendar_of(store, made))
    change(store, made, before, moved.plan)
    with store.read() as session:
        assert session.get_one(Course, made.course_id).starts_on == to


def test_a_fixed_date_that_is_let_go_is_saved_but_not_told(store):
    made = a_planned_course(store)
    before = loaded(store, made.course_id)
    day = before.dates[0]
    fixed = move(before, day.item, day.date, calendar=calendar_of(store, made)).plan
    change(store, made, before, fixed)
    assert loaded(store, made.course_id).date_of(day.item).pinned
    change(store, made, loaded(store, made.course_id), unpin(fixed, day.item))
    assert not loaded(store, made.course_id).date_of(day.item).pinned
    assert {sequence for _uid, sequence in ids(store, made.course_id).values()} == {0}
    assert [event.kind for event in history(store, made)] == ["planned"]


def test_entries_of_a_calendar_count_on_after_a_backup_was_brought_back(store):
    made = a_planned_course(store)
    before = ids(store, made.course_id)
    with store.write(LEADER) as session:
        begin_counting_again(session, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    after = ids(store, made.course_id)
    assert all(after[item][0] == uid for item, (uid, _sequence) in before.items())
    assert min(n for _uid, n in after.values()) > max(n for _uid, n in before.values())


def test_a_plan_saved_unchanged_writes_nothing(store):
    made = a_planned_course(store)
    before = loaded(store, made.course_id)
    with store.read() as session:
        had = counted(session)
    change(store, made, before, before)
    with store.read() as session:
        assert counted(session) == had


def as_told(plan, event):
    """Return the day, times and room of each date after an event, from those before it.

    What is called off has no day; what is part of a day is where that is.
    """
    details = event.details
    if event.kind == "planned":
        return {
            (one["kind"], one["number"]): (
                one["date"], [one[name] for name in ("starts_at", "ends_at") if one[name]],
                one["room"] if one["starts_at"] else None,
            )
            for one in details["dates"]
        }  # fmt: skip
    if event.kind == "details_corrected":
        return plan
    key = details["kind"], details["number"]
    _day, times, room = plan[key]
    return {
        **plan, key: (details["new"], details.get("times", times), details.get("room", room))
    }  # fmt: skip


def standing(plan):
    return {
        tuple(date.item): (
            date.date.isoformat() if date.takes_place else None,
            [time.isoformat() for time in date.times or ()],
            date.room if date.times else None,
        )
        for date in plan.dates
    }


def corrected(data, store, made, on):
    """Correct times and room of the whole course, or of a date, as far as that is not refused."""
    with store.read() as session:
        seen = details_of(session, made.course_id, on)
    mine = replace(
        seen, room=data.draw(st.sampled_from(["Salen", "Huset", seen.room])),
        day_starts_at=data.draw(st.sampled_from([dt.time(9), dt.time(9, 30), dt.time(10)])),
    )  # fmt: skip
    with contextlib.suppress(InputFault), store.write(LEADER) as session:
        save_details(
            session, made.course_id, mine, seen,
            site_id=made.site_id, on=on, past_too=data.draw(st.booleans()),
        )  # fmt: skip


def attempted(data, plan, calendar):
    """Return the plan after a random change of those a user can make; None when it is refused."""
    date = data.draw(st.sampled_from(plan.dates))
    act = data.draw(
        st.sampled_from(["move", "move", "cancel", "restore", "free", "mend", "adjust"])
    )
    try:
        if act == "move":
            to = date.date + dt.timedelta(days=data.draw(st.integers(-20, 20)))
            return move(plan, date.item, to, calendar=calendar, reason="Flyttet").plan
        if act == "cancel":
            return cancel(plan, date.item, "Aflyst").plan
        if act == "restore":
            return restore(plan, date.item, calendar=calendar).plan
        if act == "adjust" and date.times:
            return adjust(
                plan, date.item, (dt.time(9), dt.time(14)), "Caféen", calendar=calendar
            ).plan
        if act == "free":
            return unpin(plan, date.item)
        return replan(plan, calendar=calendar).plan
    except InputFault:
        return None


@settings(max_examples=12)
@given(data=st.data())
def test_the_plan_of_any_past_day_is_told_by_the_events_alone(store, data):
    made = a_planned_course(store)
    on = PLANNED_ON
    stood = {on: standing(loaded(store, made.course_id))}
    for _change in range(data.draw(st.integers(1, 5))):
        if data.draw(st.booleans()):
            on += dt.timedelta(days=data.draw(st.integers(0, 30)))
            corrected(data, store, made, on)
            stood[on] = standing(loaded(store, made.course_id))
        before = loaded(store, made.course_id)
        after = attempted(data, before, calendar_of(store, made))
        if after is not None:
            on += dt.timedelta(days=data.draw(st.integers(0, 30)))
            change(store, made, before, after, on=on)
            stood[on] = standing(loaded(store, made.course_id))
    told = history(store, made)
    for day, plan in stood.items():
        assert state_on(told, day, {}, as_told) == plan
        earlier = [then for then in stood if then < day]
        yesterday = stood[max(earlier)] if earlier else {}
        assert state_on(told, day - dt.timedelta(days=1), {}, as_told) == yesterday
