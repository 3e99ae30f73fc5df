from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from peerbook.course.planning.plan_proposal_part import Proposed, consequence_parts
from peerbook.course.schedule.calendar import Closure, DanishCalendar, Resource
from peerbook.course.schedule.plan import CourseTemplate, Item, PlanRequest
from peerbook.course.schedule.plan_changes import changes
from peerbook.course.schedule.plan_moves import cancel, move, pin, replan, restore, unpin
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.errors import InputFault
from peerbook.text import format_date, written_in
from peerbook.ui import Notice

FREE = DanishCalendar()
DAY_3, SPARRING_3 = Item("teaching_day", 3), Item("sparring", 3)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture(scope="module")
def plan():
    """Second Wednesdays: 14 Jan, 11 Feb, 11 Mar, 8 Apr, 13 May, 10 Jun; sparring 14 days later.

    Final assignments 8 and 9 July; erfa groups 12 Aug, 9 Sep, 14 Oct 2026.
    """
    request = PlanRequest(
        "spring", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2,
        title="Spring", teachers=("Anna",), room="Salen",
    )  # fmt: skip
    return plan_course(request, FREE)


def on(month, day, year=2026):
    return dt.date(year, month, day)


def moved_dates(change):
    return {one.item: one.new for one in change.consequences}


def test_moving_a_teaching_day_moves_its_sparring_and_its_evaluation(plan):
    change = move(plan, DAY_3, on(3, 18), calendar=FREE)
    # 18 March + 14 = 1 April, the day before Maundy Thursday.
    assert moved_dates(change) == {
        SPARRING_3: on(4, 1),
        Item("mid_evaluation", 1): on(3, 18),
    }
    assert change.plan.date_of(DAY_3).pinned


def test_a_consequence_says_what_moves_and_why(plan):
    change = move(plan, DAY_3, on(3, 18), calendar=FREE)
    texts = {one.item: one.text for one in change.consequences}
    assert texts[SPARRING_3] == (
        "Group sparring 3 moves from Wednesday 25 March 2026 to Wednesday 1 April 2026: "
        "follows Teaching day 3."
    )


def test_the_sparring_that_follows_goes_around_holidays_and_says_so(plan):
    # Thursday 19 March + 14 = Maundy Thursday 2 April; Good Friday follows; so Wednesday 1 April.
    change = move(plan, DAY_3, on(3, 19), calendar=FREE)
    sparring = change.plan.date_of(SPARRING_3)
    assert sparring.date == on(4, 1)
    assert [one.date for one in sparring.avoided] == [on(4, 2)]


def test_the_nearest_days_are_never_those_of_the_course_own_sparring(plan):
    # 25 March is the Wednesday of sparring 3, and the day wished the one before it is closed.
    closed = DanishCalendar([Closure(on(3, 24), on(3, 24), "other", "Painting")])
    with pytest.raises(InputFault) as fault:
        move(plan, DAY_3, on(3, 24), calendar=closed)
    (one,) = fault.value.faults
    assert "The nearest days that can be used" in one.message
    for sparring in plan.of_kind("sparring"):
        assert format_date(sparring.date, "long") not in one.message


def test_a_sparring_that_does_not_lie_after_its_day_says_so(plan):
    early = plan.with_date(replace(plan.date_of(SPARRING_3), date=on(3, 10)))
    assert early.off_rhythm(SPARRING_3) == "It does not lie after the teaching day it follows."


def test_what_was_avoided_when_planned_stays_and_the_closed_day_that_was_left_is_added(plan):
    day = plan.date_of(DAY_3).date
    before = DanishCalendar([Closure(day, day, "other", "Painting")])
    planned = plan_course(
        PlanRequest(
            "spring", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2
        ),
        before,
    )
    (first,) = planned.date_of(DAY_3).avoided
    assert first.date == day
    left = planned.date_of(DAY_3).date
    closed = DanishCalendar([*before.closures, Closure(left, left, "other", "Fair")])
    mended = replan(planned, calendar=closed).plan.date_of(DAY_3)
    assert [one.date for one in mended.avoided] == [day, left]
    assert "Fair" in mended.avoided[1].text
    by_hand = move(planned, DAY_3, mended.date, calendar=closed, reason="Fair").plan
    assert by_hand.date_of(DAY_3).avoided == mended.avoided
    called_off = cancel(by_hand, DAY_3, "Ill").plan
    assert called_off.date_of(DAY_3).avoided == mended.avoided


def test_a_sparring_that_left_a_closed_day_still_says_what_it_went_around_when_planned(plan):
    change = move(plan, DAY_3, on(3, 19), calendar=FREE)
    sparring = change.plan.date_of(SPARRING_3)
    closed = DanishCalendar([Closure(sparring.date, sparring.date, "other", "Fair")])
    mended = replan(change.plan, calendar=closed).plan.date_of(SPARRING_3)
    assert {on(4, 2), sparring.date} <= {one.date for one in mended.avoided}


def test_a_day_moved_by_hand_says_why_also_when_it_follows_the_plan_again(plan):
    moved = move(plan, DAY_3, on(3, 18), calendar=FREE, reason="guest").plan
    assert "guest" in moved.remark(DAY_3)
    assert unpin(moved, DAY_3).remark(DAY_3) == "Moved: guest."
    closed = DanishCalendar([Closure(on(3, 18), on(3, 18), "other", "Fair")])
    mended = replan(unpin(moved, DAY_3), calendar=closed).plan
    assert mended.date_of(DAY_3).date != on(3, 18)
    assert "guest" not in mended.remark(DAY_3)


def test_moving_the_last_day_moves_graduation_and_what_would_come_too_soon(plan):
    # 24 June + 14 = 8 July, where final assignments were: they move on a week, both of them.
    change = move(plan, Item("teaching_day", 6), on(6, 24), calendar=FREE)
    assert moved_dates(change) == {
        Item("final_evaluation", 1): on(6, 24),
        Item("graduation", 1): on(6, 24),
        Item("sparring", 6): on(7, 8),
        Item("final_assignment", 1): on(7, 15),
        Item("final_assignment", 2): on(7, 16),
    }


def test_a_day_that_would_come_too_soon_after_the_moved_one_moves_on(plan):
    # 25 March leaves 14 days to 8 April; 15 April leaves 21 and 28 to 13 May.
    change = move(plan, DAY_3, on(3, 25), calendar=FREE)
    assert moved_dates(change)[Item("teaching_day", 4)] == on(4, 15)
    why = {one.item: one.why.text for one in change.consequences}
    assert why[Item("teaching_day", 4)] == "there would be fewer than 21 days to Teaching day 3"


def test_what_lies_before_a_moved_day_stays(plan):
    change = move(plan, DAY_3, on(3, 3), calendar=FREE)
    before = [Item("teaching_day", 1), Item("sparring", 1), Item("teaching_day", 2)]
    assert not set(before) & set(moved_dates(change))


def test_a_date_fixed_by_hand_stays_and_is_shown(plan):
    fixed = pin(plan, SPARRING_3, "guest")
    change = move(fixed, DAY_3, on(3, 18), calendar=FREE)
    sparring = change.plan.date_of(SPARRING_3)
    assert (sparring.date, sparring.pinned, sparring.pin_reason) == (on(3, 25), True, "guest")
    # 18 to 25 March is 7 days: outside 10 to 18, and said.
    assert change.plan.remark(SPARRING_3) == (
        "Fixed by hand: guest. 7 days after the teaching day; it should be 10 to 18."
    )


def test_a_sparring_moved_by_hand_may_leave_its_window_and_keeps_its_reason(plan):
    change = move(plan, Item("sparring", 2), on(3, 5), calendar=FREE, reason="guest")
    assert change.consequences == ()
    assert "22 days after" in change.plan.remark(Item("sparring", 2))


def test_a_released_date_follows_again(plan):
    fixed = pin(plan, SPARRING_3, "guest")
    free = unpin(fixed, SPARRING_3)
    assert moved_dates(move(free, DAY_3, on(3, 18), calendar=FREE))[SPARRING_3] == on(4, 1)


def test_the_day_it_is_to_leave_is_not_among_the_nearest(plan):
    closed = DanishCalendar([Closure(on(3, 12), on(3, 12), "other", "Painting")])
    with pytest.raises(InputFault, match="cannot be on Thursday 12 March 2026") as fault:
        move(plan, DAY_3, on(3, 12), calendar=closed)
    assert "nearest days that can be used" in str(fault.value)
    assert "11 March" not in str(fault.value)


def test_a_move_to_a_holiday_is_refused_with_the_nearest_free_days(plan):
    with pytest.raises(InputFault) as fault:
        move(plan, DAY_3, on(4, 3), calendar=FREE)
    (one,) = fault.value.faults
    assert one.place.field == "date"
    assert "Friday 3 April 2026: Good Friday is a public holiday" in one.message
    # 2 to 6 April is Easter. The nearest Wednesdays are 1 and 8 April.
    assert "Wednesday 1 April 2026" in one.message
    assert "Wednesday 8 April 2026" in one.message
    assert "2 April" not in one.message


def test_a_move_to_a_day_the_teacher_is_away_is_refused(plan):
    away = Closure(on(3, 18), on(3, 18), "absence", "course", Resource("teacher", "Anna"))
    with pytest.raises(InputFault, match="The teacher is away: Anna"):
        move(plan, DAY_3, on(3, 18), calendar=DanishCalendar([away]))


def test_a_move_to_a_day_another_course_has_taken_is_refused(plan):
    other = replace(plan, course_key="other", title="Autumn")
    with pytest.raises(InputFault, match="taken by “Autumn” at that time") as fault:
        move(plan, DAY_3, on(3, 25), calendar=FREE, others=[other])
    assert fault.value.faults[0].place.field == "date"


def test_what_another_course_has_taken_is_said_in_one_clause(plan):
    other = replace(plan, course_key="other", title="Autumn")
    with pytest.raises(InputFault, match="Anna and Salen are taken by “Autumn” at that time"):
        move(plan, DAY_3, on(3, 25), calendar=FREE, others=[other])


def test_a_plan_is_not_in_its_own_way(plan):
    alone = move(plan, DAY_3, on(3, 18), calendar=FREE)
    assert move(plan, DAY_3, on(3, 18), calendar=FREE, others=[plan]) == alone


def test_a_move_before_the_day_before_is_refused(plan):
    with pytest.raises(InputFault) as fault:
        move(plan, DAY_3, on(2, 3), calendar=FREE)
    assert "wrong order with Teaching day 2 (11 Feb 2026)" in str(fault.value)
    assert "The nearest days that can be used: " in str(fault.value)


def test_a_move_past_what_is_fixed_by_hand_is_refused(plan):
    with pytest.raises(InputFault, match=r"wrong order with Group sparring 3 \(25 Mar 2026\)"):
        move(pin(plan, SPARRING_3), DAY_3, on(3, 26), calendar=FREE)


@pytest.mark.parametrize("year", [1989, 2101])
def test_a_move_out_of_the_calendar_is_refused(plan, year):
    with pytest.raises(InputFault, match="outside the calendar"):
        move(plan, DAY_3, on(3, 3, year), calendar=FREE)


def test_a_held_date_can_neither_move_nor_be_cancelled(plan):
    held = plan.with_date(replace(plan.date_of(DAY_3), status="held"))
    for change in (
        lambda: move(held, DAY_3, on(3, 18), calendar=FREE),
        lambda: cancel(held, DAY_3, "ill"),
    ):
        with pytest.raises(InputFault, match="has been held") as fault:
            change()
        assert fault.value.faults[0].place.field == "item"


def test_a_date_to_come_cannot_move_to_a_day_that_has_passed(plan):
    with pytest.raises(InputFault) as fault:
        move(plan, DAY_3, on(3, 3), calendar=FREE, not_before=on(3, 5))
    (one,) = fault.value.faults
    assert one.place.field == "date"
    assert "Tuesday 3 March 2026: that day has passed." in one.message
    # 3 and 4 March have passed too; 11 March is the day it is to leave.
    assert "Thursday 5 March 2026" in one.message
    assert "4 March" not in one.message
    assert "11 March" not in one.message


def test_a_date_that_has_passed_can_be_put_right(plan):
    # On 13 March somebody notes that day 3 was held a day later than planned.
    change = move(plan, DAY_3, on(3, 12), calendar=FREE, not_before=on(3, 13))
    assert change.plan.date_of(DAY_3).date == on(3, 12)


def test_a_sparring_without_a_free_day_in_its_window_lies_just_outside_it_with_a_warning(plan):
    # 10 to 18 days after 18 March is 28 March to 5 April; 27 March is nearest to 1 April.
    closed = DanishCalendar([Closure(on(3, 28), on(4, 5), "other", "Painting")])
    change = move(plan, DAY_3, on(3, 18), calendar=closed, reason="guest")
    assert moved_dates(change)[SPARRING_3] == on(3, 27)
    told = (
        "Group sparring 3 should lie 10 to 18 days after the teaching day, from 28 March 2026 to "
        "5 April 2026, but none of those days can be used. It is placed as near as can be; you can "
        "move or cancel it."
    )
    assert change.warnings == (told,)
    parts = consequence_parts(Proposed(plan, change, "guest", DAY_3))
    assert any(told in part.text for part in parts if isinstance(part, Notice))
    gone = cancel(plan, DAY_3, "ill").plan
    back = restore(gone, DAY_3, on(3, 18), calendar=closed)
    assert back.warnings == (told,)


def test_a_sparring_that_stays_but_is_outside_its_window_now_is_warned_of_too(plan):
    # 10 to 18 days after 17 March is 27 March to 4 April; 25 March, where it is, is 8 days after.
    closed = DanishCalendar([Closure(on(3, 26), on(4, 10), "other", "Painting")])
    change = move(plan, DAY_3, on(3, 17), calendar=closed)
    assert change.plan.date_of(SPARRING_3).date == on(3, 25)
    (told,) = change.warnings
    assert "from 27 March 2026 to 4 April 2026" in told


def test_a_move_that_keeps_every_sparring_in_its_window_warns_of_none(plan):
    assert move(plan, DAY_3, on(3, 18), calendar=FREE).warnings == ()


def test_a_teaching_day_whose_sparring_finds_no_day_even_so_is_refused_with_the_rule(plan):
    closed = DanishCalendar([Closure(on(3, 23), on(4, 10), "other", "Painting")])
    later = plan.with_date(replace(plan.date_of(Item("teaching_day", 4)), date=on(4, 15)))
    with pytest.raises(InputFault) as fault:
        move(later, DAY_3, on(3, 18), calendar=closed)
    (one,) = fault.value.faults
    assert one.place.field == "date"
    assert "10 to 18 days after the teaching day, from 28 March 2026 to 5 April" in one.message
    assert "You can move or cancel Group sparring 3 yourself first" in one.message
    freed = cancel(later, SPARRING_3, "no day").plan
    assert move(freed, DAY_3, on(3, 18), calendar=closed).plan.date_of(DAY_3).date == on(3, 18)


def test_a_day_that_leaves_no_room_for_the_rest_is_refused_for_that_reason(plan):
    # Nothing from 19 March to mid-May but the day itself, and sparring 3 within 10 to 18 days.
    shut = [
        Closure(on(3, 19), on(3, 31), "other", "Painting"),
        Closure(on(4, 2), on(5, 31), "other", "Painting"),
    ]
    with pytest.raises(InputFault, match="the dates after it would find no free days"):
        move(plan, DAY_3, on(3, 18), calendar=DanishCalendar(shut))


def test_a_cancelled_day_comes_back_with_what_is_part_of_it(plan):
    gone = cancel(plan, DAY_3, "ill").plan
    change = restore(gone, DAY_3, calendar=FREE)
    back = change.plan.date_of(DAY_3)
    assert (back.date, back.status, back.note, back.pinned) == (on(3, 11), "planned", "", False)
    assert moved_dates(change) == {Item("mid_evaluation", 1): on(3, 11)}
    assert changes(plan, change.plan) == ()


def test_what_went_on_to_the_next_day_is_as_planned_again_when_its_own_comes_back(plan):
    evaluation = Item("mid_evaluation", 1)
    gone = cancel(plan, DAY_3, "ill").plan
    assert gone.date_of(evaluation).status == "moved"
    back = restore(gone, DAY_3, calendar=FREE)
    assert back.plan.date_of(evaluation) == plan.date_of(evaluation)
    assert [one.why.text for one in back.consequences] == ["follows Teaching day 3"]
    elsewhere = restore(gone, DAY_3, on(3, 18), calendar=FREE).plan.date_of(evaluation)
    assert (elsewhere.date, elsewhere.status) == (on(3, 18), "moved")


def test_a_date_fixed_by_hand_is_fixed_again_when_it_comes_back(plan):
    fixed = move(plan, DAY_3, on(3, 12), calendar=FREE, reason="a guest").plan
    gone = cancel(fixed, DAY_3, "ill").plan
    assert gone.remark(DAY_3) == "Cancelled. ill"
    back = restore(gone, DAY_3, calendar=FREE).plan.date_of(DAY_3)
    assert (back.date, back.pinned, back.pin_reason) == (on(3, 12), True, "a guest")
    fixed_again = restore(gone, DAY_3, calendar=FREE).plan
    assert replan(fixed_again, calendar=FREE).plan.date_of(DAY_3).date == on(3, 12)


def test_with_the_last_teaching_day_goes_what_is_part_of_it_and_comes_back_with_one(plan):
    gone = plan
    for number in range(6, 0, -1):
        change = cancel(gone, Item("teaching_day", number), "no room")
        gone = change.plan
    riders = {Item("mid_evaluation", 1), Item("final_evaluation", 1), Item("graduation", 1)}
    assert moved_dates(change) == dict.fromkeys(riders)
    assert all(not gone.date_of(item).takes_place for item in riders)
    told = {one.text for one in change.consequences}
    assert "Graduation on Wednesday 14 January 2026 is cancelled." in told
    back = restore(gone, Item("teaching_day", 6), calendar=FREE)
    assert moved_dates(back) == dict.fromkeys(riders, on(6, 10))
    assert all(back.plan.date_of(item).takes_place for item in riders)
    assert "Graduation takes place after all, on Wednesday 10 June 2026." in {
        one.text for one in back.consequences
    }


def test_what_is_fixed_to_a_day_on_which_nothing_is_left_is_cancelled_with_it(plan):
    fixed = pin(plan, Item("graduation", 1), "the mayor comes")
    change = cancel(fixed, Item("teaching_day", 6), "ill")
    assert moved_dates(change) == {
        Item("graduation", 1): None, Item("final_evaluation", 1): on(5, 13),
    }  # fmt: skip
    back = restore(change.plan, Item("teaching_day", 6), calendar=FREE)
    graduation = back.plan.date_of(Item("graduation", 1))
    assert (graduation.date, graduation.takes_place, graduation.pinned) == (on(6, 10), True, True)
    of_its_own = move(plan, Item("graduation", 1), on(6, 12), calendar=FREE).plan
    left = cancel(of_its_own, Item("teaching_day", 6), "ill").plan
    assert left.date_of(Item("graduation", 1)).takes_place


def test_a_cancelled_day_comes_back_on_another_day_and_its_sparring_follows(plan):
    gone = cancel(plan, DAY_3, "ill").plan
    change = restore(gone, DAY_3, on(3, 18), calendar=FREE, reason="a guest could come")
    back = change.plan.date_of(DAY_3)
    assert (back.date, back.status, back.pin_reason) == (on(3, 18), "moved", "a guest could come")
    assert moved_dates(change)[SPARRING_3] == on(4, 1)
    assert [one.what for one in changes(gone, change.plan) if one.item == DAY_3] == ["restored"]


def test_only_what_is_cancelled_comes_back_and_only_on_a_day_that_is_free(plan):
    with pytest.raises(InputFault, match="is not cancelled") as fault:
        restore(plan, DAY_3, calendar=FREE)
    assert fault.value.faults[0].place.field == "item"
    gone = cancel(plan, DAY_3, "ill").plan
    closed = DanishCalendar([Closure(on(3, 11), on(3, 11), "other", "Painting")])
    with pytest.raises(InputFault, match="Painting") as fault:
        restore(gone, DAY_3, calendar=closed)
    assert fault.value.faults[0].place.field == "date"
    # Day 4 has meanwhile moved to before the day that was cancelled.
    earlier = move(gone, Item("teaching_day", 4), on(4, 1), calendar=FREE).plan
    with pytest.raises(InputFault, match="wrong order with Teaching day 4"):
        restore(earlier, DAY_3, on(4, 8), calendar=FREE)


def test_a_date_that_is_not_in_the_plan_is_refused(plan):
    with pytest.raises(InputFault) as fault:
        move(plan, Item("teaching_day", 9), on(3, 18), calendar=FREE)
    assert fault.value.faults[0].place.field == "item"


def test_a_move_to_its_own_day_only_fixes_it(plan):
    change = move(plan, DAY_3, on(3, 11), calendar=FREE, reason="agreed")
    assert change.consequences == ()
    assert change.plan.date_of(DAY_3).pinned


def test_graduation_can_be_given_a_day_of_its_own(plan):
    change = move(plan, Item("graduation", 1), on(6, 12), calendar=FREE)
    assert change.consequences == ()
    later = move(change.plan, Item("teaching_day", 6), on(6, 11), calendar=FREE)
    assert later.plan.date_of(Item("graduation", 1)).date == on(6, 12)
    with pytest.raises(InputFault, match="wrong order with Teaching day 6"):
        move(plan, Item("graduation", 1), on(6, 1), calendar=FREE)


def test_the_second_day_of_final_assignments_follows_the_first(plan):
    # 10 July is a Friday; the next working day is Monday the 13th.
    change = move(plan, Item("final_assignment", 1), on(7, 10), calendar=FREE)
    assert moved_dates(change) == {Item("final_assignment", 2): on(7, 13)}


def test_nothing_moves_to_a_day_that_has_passed(plan):
    closed = DanishCalendar([Closure(on(3, 11), on(3, 11), "other")])
    change = replan(plan, calendar=closed, not_before=on(3, 10))
    assert change.plan.date_of(DAY_3).date >= on(3, 10)
    free_choice = replan(plan, calendar=closed)
    assert free_choice.plan.date_of(DAY_3).date == on(3, 4)


def test_what_has_passed_is_left_alone_when_new_dates_are_found(plan):
    first, last = (plan.of_kind("teaching_day")[n].date for n in (0, 5))
    closed = DanishCalendar([Closure(day, day, "other", "Lukket") for day in (first, last)])
    change = replan(plan, calendar=closed, not_before=on(3, 10))
    assert change.plan.of_kind("teaching_day")[0].date == first
    assert change.plan.of_kind("teaching_day")[5].date != last


def test_a_past_day_put_right_takes_its_past_sparring_along(plan):
    today = on(3, 10)
    change = move(plan, Item("teaching_day", 1), on(1, 21), calendar=FREE, not_before=today)
    assert moved_dates(change) == {Item("sparring", 1): on(2, 4)}


def test_a_change_of_what_is_to_come_leaves_the_past_alone_whatever_is_closed_there(plan):
    first = plan.of_kind("teaching_day")[0].date
    closed = DanishCalendar([Closure(first, first, "other", "Lukket")])
    change = move(plan, Item("teaching_day", 4), on(4, 9), calendar=closed, not_before=on(3, 10))
    assert change.plan.of_kind("teaching_day")[0].date == first


def test_a_new_closure_moves_what_it_hits_and_names_itself(plan):
    closed = DanishCalendar([Closure(on(3, 25), on(3, 25), "other", "Painting")])
    change = replan(plan, calendar=closed)
    (consequence,) = change.consequences
    assert consequence.item == SPARRING_3
    assert abs((consequence.new - on(3, 25)).days) == 1
    assert "Closed 25 Mar 2026: Painting" in consequence.text


def test_a_fixed_date_on_a_new_closure_stays_and_says_so_until_the_closure_is_gone(plan):
    fixed = pin(plan, SPARRING_3, "guest")
    closed = DanishCalendar([Closure(on(3, 25), on(3, 25), "other", "Painting")])
    change = replan(fixed, calendar=closed)
    assert change.consequences == ()
    assert "Painting" in change.plan.remark(SPARRING_3)
    assert "Painting" not in replan(change.plan, calendar=FREE).plan.remark(SPARRING_3)


def test_cancelling_a_teaching_day_gives_its_evaluation_to_the_next_one(plan):
    change = cancel(plan, DAY_3, "Anna is ill")
    assert moved_dates(change) == {Item("mid_evaluation", 1): on(4, 8)}
    assert change.plan.date_of(SPARRING_3).date == on(3, 25)
    assert "cancelled" in change.plan.remark(SPARRING_3)
    last = cancel(plan, Item("teaching_day", 6), "ill")
    assert moved_dates(last)[Item("graduation", 1)] == on(5, 13)


def test_a_cancellation_needs_a_reason_of_reasonable_length(plan):
    for reason in ("", "   ", "x" * 501):
        with pytest.raises(InputFault) as fault:
            cancel(plan, DAY_3, reason)
        assert fault.value.faults[0].place.field == "reason"


def test_a_cancelled_day_neither_moves_nor_holds_others_back(plan):
    gone = cancel(plan, DAY_3, "ill").plan
    with pytest.raises(InputFault, match="cancelled already"):
        move(gone, DAY_3, on(3, 18), calendar=FREE)
    # With day 3 gone, day 4 may come before the day that was cancelled, after sparring 3 though.
    change = move(gone, Item("teaching_day", 4), on(4, 1), calendar=FREE)
    assert change.plan.date_of(DAY_3).date == on(3, 11)


@pytest.mark.parametrize("fixed", [(), (Item("sparring", 2),)])
def test_a_sparring_whose_day_is_cancelled_still_keeps_its_place_in_the_course(plan, fixed):
    # Day 1 on 11 February has its sparring fourteen days later, where sparring 2 stands.
    left = cancel(plan, Item("teaching_day", 2), "ill").plan
    for item in fixed:
        left = pin(left, item)
    after = move(left, Item("teaching_day", 1), on(2, 11), calendar=FREE).plan
    first, second = (after.date_of(Item("sparring", number)).date for number in (1, 2))
    assert on(2, 11) < first < second < after.date_of(DAY_3).date
    with pytest.raises(InputFault, match="wrong order with Group sparring 1"):
        move(left, Item("sparring", 2), on(1, 14), calendar=FREE)


# -- what has changed since ----------------------------------------------------------------------


def test_changes_are_told_in_order_with_the_reason_of_what_they_follow(plan):
    after = move(plan, DAY_3, on(3, 18), calendar=FREE, reason="Guest teacher").plan
    after = cancel(after, Item("erfa_group", 1), "Summer").plan
    assert [change.text for change in changes(plan, after)] == [
        "Teaching day 3 has moved from Wednesday 11 March 2026 to Wednesday 18 March 2026: "
        "Guest teacher.",
        "Mid-course evaluation has moved from Wednesday 11 March 2026 to Wednesday 18 March 2026: "
        "follows Teaching day 3.",
        "Group sparring 3 has moved from Wednesday 25 March 2026 to Wednesday 1 April 2026: "
        "follows Teaching day 3.",
        "Erfa group 1 on Wednesday 12 August 2026 is cancelled: Summer.",
    ]


def test_added_removed_restored_and_retimed_dates_are_told(plan):
    extra = replace(plan.date_of(Item("erfa_group", 3)), number=4, date=on(11, 11))
    later = replace(plan.date_of(Item("erfa_group", 1)), starts_at=dt.time(16), ends_at=dt.time(18))
    after = plan.with_date(extra).with_date(later)
    found = {(change.what, change.item): change.text for change in changes(plan, after)}
    assert found == {
        ("added", Item("erfa_group", 4)): "Erfa group 4 is new, on Wednesday 11 November 2026.",
        ("retimed", Item("erfa_group", 1)): (
            "Erfa group 1 on Wednesday 12 August 2026 is now from 16:00–18:00."
        ),
    }
    assert {change.what for change in changes(after, plan)} == {"removed", "retimed"}
    gone = cancel(plan, DAY_3, "ill").plan
    assert [c.what for c in changes(gone, plan) if c.item == DAY_3] == ["restored"]


def test_a_told_reason_comes_first_and_nothing_changed_means_no_changes(plan):
    after = move(plan, Item("erfa_group", 3), on(10, 15), calendar=FREE, reason="Hall").plan
    (change,) = changes(plan, after, {Item("erfa_group", 3): "Half-term."})
    assert change.text.endswith(": Half-term.")
    assert changes(plan, plan) == ()


# -- the eves ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def winter():
    """Third Thursdays: 15 Oct, 19 Nov, 17 Dec 2026; the evaluation half-way is with the third."""
    request = PlanRequest(
        "winter", CourseTemplate(), 3, dt.time(10), first_month=(2026, 10), week_of_month=3
    )
    return plan_course(request, FREE)


def test_whoever_moves_a_day_to_christmas_eve_gets_it_with_a_word_about_it(winter):
    eve = on(12, 24)
    moved = move(winter, DAY_3, eve, calendar=FREE).plan
    assert moved.date_of(DAY_3).date == eve
    said = "Placed here although: Christmas Eve, when most places are closed."
    assert said in moved.remark(DAY_3)
    assert moved.remark(Item("mid_evaluation", 1)) == said
    assert Obstacles(FREE, []).blocked(moved, on(10, 1)) == [], "it has been seen and accepted"
    back = move(moved, DAY_3, on(12, 17), calendar=FREE).plan
    assert not any("although" in back.remark(date.item) for date in back.dates)


def test_what_was_accepted_in_one_language_is_accepted_in_every_other(winter):
    with written_in("da"):
        moved = move(winter, DAY_3, on(12, 24), calendar=FREE).plan
    assert "juleaften" in moved.remark(DAY_3)
    # As it was saved before marks were kept: nothing but the words.
    old = replace(moved, dates=tuple(replace(date, accepted=()) for date in moved.dates))
    for plan in (moved, old):
        assert Obstacles(FREE, []).blocked(plan, on(10, 1)) == []
        assert replan(plan, calendar=FREE).plan.date_of(DAY_3).note == moved.date_of(DAY_3).note


def test_something_new_in_the_way_of_what_was_accepted_is_told(winter):
    moved = move(winter, DAY_3, on(12, 24), calendar=FREE).plan
    away = Closure(on(12, 24), on(12, 24), "absence", "", Resource("room", "Salen"))
    moved = moved.with_date(replace(moved.date_of(DAY_3), room="Salen"))
    told = Obstacles(DanishCalendar([away]), []).blocked(moved, on(10, 1))
    assert [date.item for date, _why in told] == [DAY_3]


def test_nothing_moves_to_an_eve_by_itself(winter):
    closed = DanishCalendar([Closure(on(12, 17), on(12, 17), "other", "Fair")])
    mended = replan(winter, calendar=closed).plan
    assert mended.date_of(DAY_3).date not in (on(12, 24), on(12, 31))
    with pytest.raises(InputFault) as fault:
        move(winter, DAY_3, on(12, 25), calendar=FREE)
    assert "24 December" not in str(fault.value)


def test_a_saved_day_on_an_eve_is_told_and_stays_until_somebody_moves_it(winter):
    eve = on(12, 24)
    saved = winter.with_date(replace(winter.date_of(DAY_3), date=eve))
    told = Obstacles(FREE, []).blocked(saved, on(10, 1))
    assert [(date.item, [one.kind for one in why]) for date, why in told] == [(DAY_3, ["eve"])]
