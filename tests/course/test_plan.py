from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from peerbook.course.curriculum import load_course
from peerbook.course.schedule.calendar import Closure, DanishCalendar, Resource, suggested_closures
from peerbook.course.schedule.no_plan import NoPlan
from peerbook.course.schedule.plan import (
    CourseTemplate,
    Item,
    PlanRequest,
    nth_weekday,
    template_of,
)
from peerbook.course.schedule.plan_solver import plan_course, plan_courses
from peerbook.errors import InputFault

THURSDAY, WEDNESDAY, TUESDAY, SATURDAY = 3, 2, 1, 5
TEN = dt.time(10)
NO_CLOSURES = DanishCalendar()


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def wish(**values):
    asked = {"weekday": WEDNESDAY, "day_starts_at": TEN, "first_month": (2026, 1)}
    return PlanRequest(**{"course_key": "one", "template": CourseTemplate(), **asked, **values})


def days_of(plan, kind):
    return [date.date for date in plan.of_kind(kind)]


def days(*texts):
    return [dt.date.fromisoformat(text) for text in texts]


def avoided(plan, kind, number):
    return {
        one.date: [reason.kind for reason in one.reasons]
        for one in plan.date_of(Item(kind, number)).avoided
    }


# -- two documented courses ----------------------------------------------------------------------


def test_region_h_course_is_planned_backwards_from_its_final_assignments():
    """Final assignments were held on 28 and 29 April 2016, a Thursday and a Friday.

    28 April is the fourth Thursday of its month, so teaching on fourth Thursdays is assumed (the
    newsletter does not say), in the six months before: October to March. The days between
    Christmas and New Year are assumed to be kept free as usual: 24 and 31 December.

    Fourth Thursdays: 22 October, 26 November, 24 December, 28 January, 25 February, 24 March.
    - 24 December is closed. The Thursdays a week to each side are 17 December and 31 December,
      which is closed too. So 17 December: 21 days after 26 November and 42 before 28 January,
      both allowed.
    - 24 March 2016 is Maundy Thursday (Easter Sunday was 27 March). 17 and 31 March are equally
      far away. 17 March would be 21 days after 25 February and 42 before 28 April; 31 March gives
      35 and 28 days, so it is the more even one.

    Sparring is 14 days after each. 17 December + 14 is 31 December, closed; 1 January is a holiday;
    the nearest working day to the 31st is Wednesday 30 December, 13 days after.

    After the course, erfa groups about once a month: the fourth Thursdays 26 May, 23 June, 28 July.
    """
    christmas = [Closure(day, day, "custom_day_off") for day in days("2015-12-24", "2015-12-31")]
    plan = plan_course(
        wish(
            weekday=THURSDAY,
            week_of_month=4,
            first_month=None,
            final_assignment_on=dt.date(2016, 4, 28),
        ),
        DanishCalendar(christmas),
    )
    assert days_of(plan, "teaching_day") == days(
        "2015-10-22", "2015-11-26", "2015-12-17", "2016-01-28", "2016-02-25", "2016-03-31"
    )
    assert days_of(plan, "sparring") == days(
        "2015-11-05", "2015-12-10", "2015-12-30", "2016-02-11", "2016-03-10", "2016-04-14"
    )
    assert days_of(plan, "mid_evaluation") == days("2015-12-17")
    assert days_of(plan, "final_evaluation") == days("2016-03-31")
    assert days_of(plan, "graduation") == days("2016-03-31")
    assert days_of(plan, "final_assignment") == days("2016-04-28", "2016-04-29")
    assert days_of(plan, "erfa_group") == days("2016-05-26", "2016-06-23", "2016-07-28")
    assert avoided(plan, "teaching_day", 3) == {dt.date(2015, 12, 24): ["closure"]}
    assert avoided(plan, "teaching_day", 6) == {dt.date(2016, 3, 24): ["holiday"]}
    assert avoided(plan, "sparring", 3) == {dt.date(2015, 12, 31): ["closure"]}
    told = plan.date_of(Item("teaching_day", 6)).avoided[0].text
    assert told == "Thursday 24 March 2016: Maundy Thursday is a public holiday"
    first, second = plan.of_kind("final_assignment")
    assert (first.pinned, second.pinned) == (True, False)


def test_vejles_third_course_follows_the_manual():
    """One full day a month for six months, sparring of two hours a couple of weeks off (p. 13–14).

    The manual names neither month nor weekday. Assumed: the third course, mainly of former
    peers, ran in the last winter of the project (which ended in October 2016), from November
    2015 on second Thursdays; the house is closed on 24 December and in the school's winter
    holiday, week 7. The manual knows no final assignments and no erfa groups, so the template
    has none.

    Second Thursdays: 12 November, 10 December, 14 January, 11 February, 10 March, 14 April; none
    is a holiday (Easter Sunday was 27 March 2016) and week 7 is 15–21 February. Sparring 14 days
    later: 26 November; 24 December, closed; 28 January; 25 February; 24 March, Maundy Thursday;
    28 April. In place of 24 December: 25 December is a holiday, so Wednesday 23 December is
    nearest. In place of 24 March: 25 March is Good Friday, so Wednesday 23 March is nearest.
    Evaluations half-way and at the end: with the third and the sixth day.
    """
    closures = [
        Closure(dt.date(2015, 12, 24), dt.date(2015, 12, 24), "custom_day_off", "Christmas Eve"),
        Closure(dt.date(2016, 2, 15), dt.date(2016, 2, 21), "school_holiday", "Winter"),
    ]
    template = CourseTemplate(final_assignment_days=0, erfa_groups=0, graduation_after_day=None)
    plan = plan_course(
        wish(template=template, weekday=THURSDAY, week_of_month=2, first_month=(2015, 11)),
        DanishCalendar(closures),
    )
    assert days_of(plan, "teaching_day") == days(
        "2015-11-12", "2015-12-10", "2016-01-14", "2016-02-11", "2016-03-10", "2016-04-14"
    )
    assert days_of(plan, "sparring") == days(
        "2015-11-26", "2015-12-23", "2016-01-28", "2016-02-25", "2016-03-23", "2016-04-28"
    )
    assert days_of(plan, "mid_evaluation") == days("2016-01-14")
    assert days_of(plan, "final_evaluation") == days("2016-04-14")
    assert {date.kind for date in plan.dates} == {
        "teaching_day", "sparring", "mid_evaluation", "final_evaluation",
    }  # fmt: skip
    assert avoided(plan, "sparring", 2) == {dt.date(2015, 12, 24): ["closure"]}
    assert avoided(plan, "sparring", 5) == {dt.date(2016, 3, 24): ["holiday"]}
    assert plan.remark(Item("sparring", 5)) == "13 days after the teaching day instead of 14."
    assert {
        (date.ends_at.hour - date.starts_at.hour) * 60 for date in plan.of_kind("sparring")
    } == {120}


# -- one course ----------------------------------------------------------------------------------


def test_a_course_without_obstacles_is_regular():
    # Second Wednesdays of 2026; 8 April is after Easter (5 April), 13 May before Ascension (14
    # May).
    plan = plan_course(wish(week_of_month=2), NO_CLOSURES)
    assert days_of(plan, "teaching_day") == days(
        "2026-01-14", "2026-02-11", "2026-03-11", "2026-04-08", "2026-05-13", "2026-06-10"
    )
    assert all(not date.avoided and plan.remark(date.item) == "" for date in plan.dates)
    assert days_of(plan, "final_assignment") == days("2026-07-08", "2026-07-09")


def test_without_a_wish_the_week_with_fewest_obstacles_is_chosen():
    # The first three Wednesdays of February 2026 are closed, so in each of the first three weeks a
    # teaching day would lie a week off. In the fourth week all six days are free, and only the
    # first sparring (28 January + 14 = 11 February) has to move by a day.
    closed = [Closure(day, day, "other") for day in days("2026-02-04", "2026-02-11", "2026-02-18")]
    plan = plan_course(wish(), DanishCalendar(closed))
    assert days_of(plan, "teaching_day") == days(
        "2026-01-28", "2026-02-25", "2026-03-25", "2026-04-22", "2026-05-27", "2026-06-24"
    )
    assert days_of(plan, "sparring")[0] in days("2026-02-10", "2026-02-12")


def test_the_last_week_may_be_wished_and_29_february_is_a_day_like_others():
    # Last Tuesdays from January 2028: 25 January, 29 February (2028 is a leap year), 28 March,
    # 25 April, 30 May, 27 June.
    plan = plan_course(wish(weekday=TUESDAY, week_of_month=-1, first_month=(2028, 1)), NO_CLOSURES)
    assert days_of(plan, "teaching_day") == days(
        "2028-01-25", "2028-02-29", "2028-03-28", "2028-04-25", "2028-05-30", "2028-06-27"
    )
    assert plan.date_of(Item("sparring", 1)).date == dt.date(2028, 2, 8)
    assert plan.date_of(Item("sparring", 2)).date == dt.date(2028, 3, 14)


def test_a_course_runs_over_new_year():
    plan = plan_course(wish(first_month=(2026, 10), week_of_month=1), NO_CLOSURES)
    assert [day.month for day in days_of(plan, "teaching_day")] == [10, 11, 12, 1, 2, 3]
    assert plan.starts_on == dt.date(2026, 10, 7)


def test_a_course_may_teach_every_other_month():
    template = CourseTemplate(
        teaching_days=3, months_between=2, shortest_gap_days=49, longest_gap_days=70,
        mid_evaluation_after_day=2, final_evaluation_after_day=3, graduation_after_day=3,
    )  # fmt: skip
    plan = plan_course(wish(template=template, week_of_month=2), NO_CLOSURES)
    # Second Wednesdays of January, March and May 2026; final assignments two months later.
    assert days_of(plan, "teaching_day") == days("2026-01-14", "2026-03-11", "2026-05-13")
    assert days_of(plan, "final_assignment") == days("2026-07-08", "2026-07-09")
    assert days_of(plan, "mid_evaluation") == days("2026-03-11")


def test_a_weekend_course_keeps_its_saturdays():
    plan = plan_course(wish(weekday=SATURDAY, week_of_month=1, first_month=(2026, 8)), NO_CLOSURES)
    assert {day.weekday() for day in days_of(plan, "teaching_day")} == {SATURDAY}
    assert {day.weekday() for day in days_of(plan, "sparring")} == {SATURDAY}
    # First Saturday of February 2027 is the 6th; the next working day is Monday.
    assert days_of(plan, "final_assignment") == days("2027-02-06", "2027-02-08")


def test_nothing_is_placed_before_the_day_the_course_may_begin():
    plan = plan_course(wish(week_of_month=1, not_before=dt.date(2026, 1, 10)), NO_CLOSURES)
    # The first Wednesday of January 2026 is the 7th, the next one the 14th.
    assert plan.starts_on == dt.date(2026, 1, 14)
    assert avoided(plan, "teaching_day", 1) == {dt.date(2026, 1, 7): ["too_early"]}


def test_a_room_that_is_taken_moves_the_day_and_says_so():
    taken = Closure(
        dt.date(2026, 3, 11),
        dt.date(2026, 3, 11),
        "absence",
        "Bankospil",
        Resource("room", "Salen"),
    )
    calendar = DanishCalendar([taken])
    assert plan_course(wish(week_of_month=2), calendar).date_of(
        Item("teaching_day", 3)
    ).date == dt.date(2026, 3, 11)
    date = plan_course(wish(week_of_month=2, room="Salen"), calendar).date_of(
        Item("teaching_day", 3)
    )
    # 18 March is a week later like 4 March is earlier, but leaves 35 and 21 days; 4 March 21 and
    # 35.
    assert date.date in days("2026-03-04", "2026-03-18")
    assert date.avoided[0].text == (
        "Wednesday 11 March 2026: The room is taken: Salen, 11 Mar 2026 (Bankospil)"
    )


def test_the_convener_is_needed_for_erfa_groups_only():
    away = Closure(
        dt.date(2026, 1, 1), dt.date(2026, 7, 31), "absence", "", Resource("teacher", "Laura")
    )
    plan = plan_course(wish(convener="Laura", teachers=("Anna",)), DanishCalendar([away]))
    assert {date.teachers for date in plan.of_kind("erfa_group")} == {("Laura",)}
    assert {date.teachers for date in plan.of_kind("teaching_day")} == {("Anna",)}


def test_a_summer_without_meetings_moves_erfa_groups_instead_of_failing():
    summer = Closure(dt.date(2026, 8, 1), dt.date(2026, 8, 31), "other", "Sommerlukket")
    plan = plan_course(wish(week_of_month=2), DanishCalendar([summer]))
    first, *_rest = days_of(plan, "erfa_group")
    assert first.month == 9
    assert dt.date(2026, 8, 12) in avoided(plan, "erfa_group", 1)


def test_the_six_month_course_of_the_curriculum_can_be_planned():
    content = load_course("six_months")
    plan = plan_course(wish(template=template_of(content)), NO_CLOSURES)
    day = plan.date_of(Item("teaching_day", 1))
    assert day.starts_at == TEN
    lasts = dt.datetime.combine(day.date, day.ends_at) - dt.datetime.combine(day.date, TEN)
    assert lasts == dt.timedelta(minutes=max(day.minutes for day in content.days))
    assert len(plan.dates) == 6 + 6 + 3 + 2 + content.rules.erfa_groups


# -- several courses -----------------------------------------------------------------------------


def two_courses(**values):
    return [
        wish(course_key=key, title=key, week_of_month=2, teachers=("Anna",), **values)
        for key in ("A", "B")
    ]


def test_two_courses_with_one_teacher_never_meet_on_one_day():
    plans = plan_courses(two_courses(), NO_CLOSURES)
    a, b = ({date.date for date in plan.dates} for plan in plans)
    assert not a & b


def test_the_better_day_taken_by_the_other_course_is_named():
    plans = plan_courses(two_courses(), NO_CLOSURES)
    reasons = {
        reason.text
        for plan in plans
        for date in plan.of_kind("teaching_day")
        for one in date.avoided
        for reason in one.reasons
    }
    assert reasons & {"Anna is taken by “A” at that time", "Anna is taken by “B” at that time"}


def test_courses_may_share_a_day_when_their_times_do_not_overlap():
    morning, afternoon = two_courses()
    morning = replace(morning, day_starts_at=dt.time(9), day_ends_at=dt.time(12))
    afternoon = replace(afternoon, day_starts_at=dt.time(12), day_ends_at=dt.time(15))
    morning = replace(morning, sparring_starts_at=dt.time(10))
    afternoon = replace(afternoon, sparring_starts_at=dt.time(12))
    one, two = plan_courses([morning, afternoon], NO_CLOSURES)
    assert days_of(one, "teaching_day") == days_of(two, "teaching_day")


def test_a_plan_goes_around_the_dates_of_courses_planned_before():
    first, second = two_courses()
    standing = plan_course(first, NO_CLOSURES)
    new = plan_course(second, NO_CLOSURES, [standing])
    taken = {date.date for date in standing.dates}
    assert not taken & {date.date for date in new.dates}
    assert "busy" in avoided(new, "teaching_day", 1)[dt.date(2026, 1, 14)]


def test_a_cancelled_date_of_another_course_frees_its_teacher():
    first, second = two_courses()
    standing = plan_course(first, NO_CLOSURES)
    gone = replace(
        standing, dates=tuple(replace(date, status="cancelled") for date in standing.dates)
    )
    assert days_of(plan_course(second, NO_CLOSURES, [gone]), "teaching_day") == days_of(
        standing, "teaching_day"
    )


def test_the_answer_does_not_depend_on_the_order_of_asking():
    closures = suggested_closures([2026, 2027])
    one, two = two_courses(first_month=(2026, 9))
    two = replace(two, weekday=THURSDAY)
    forwards = plan_courses([one, two], DanishCalendar(closures[:4]))
    backwards = plan_courses([two, one], DanishCalendar(reversed(closures[:4])))
    assert forwards == tuple(reversed(backwards))


def test_the_same_question_has_the_same_answer_in_every_process():
    program = (
        "import datetime as dt;"
        "from peerbook.course.schedule.plan import *;"
        "from peerbook.course.schedule.calendar import *;"
        "from peerbook.course.schedule.plan_solver import *;"
        "asked = PlanRequest('x', CourseTemplate(), 3, dt.time(10), first_month=(2026, 9));"
        "print(plan_course(asked, DanishCalendar(suggested_closures([2026, 2027]))))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert "teaching_day" in answers.pop()


@pytest.mark.parametrize("keys", [[], ["a", "a"], [str(n) for n in range(13)]])
def test_no_courses_the_same_twice_or_too_many_are_refused(keys):
    with pytest.raises(InputFault) as fault:
        plan_courses([wish(course_key=key) for key in keys], NO_CLOSURES)
    assert fault.value.faults[0].place.field == "courses"


# -- no plan -------------------------------------------------------------------------------------


def test_a_teacher_away_for_a_month_clashes_with_that_month_only():
    away = Closure(
        dt.date(2026, 3, 1), dt.date(2026, 3, 31), "absence", "leave", Resource("teacher", "Anna")
    )
    asked = wish(teachers=("Anna",), week_of_month=2)
    result = plan_course(asked, DanishCalendar([away]))
    assert isinstance(result, NoPlan)
    # Leave out the absence or the month, and there is a plan; nothing else is in the way.
    assert {rule.kind for rule in result.clashing} == {"closure", "month"}
    assert result.why == (
        "Teaching day 3 cannot be in March 2026, because Anna is away from 1 March to "
        "31 March 2026 (leave)."
    )
    assert not isinstance(plan_course(replace(asked, teachers=()), DanishCalendar([away])), NoPlan)


def test_the_cheapest_way_out_comes_with_the_plan_it_gives():
    """Anna is away all March; day 2 is 11 February and day 4 is 8 April.

    Day 3 cannot slip into February or April alone: the sparring after day 2 or day 3 would then
    have to lie in March too. So teaching once while Anna is away is the least. On 11 March the
    sparring of 25 March would need her as well; on 18 March it falls on 1 April, when she is
    back.
    """
    away = Closure(
        dt.date(2026, 3, 1), dt.date(2026, 3, 31), "absence", "leave", Resource("teacher", "Anna")
    )
    calendar = DanishCalendar([away])
    result = plan_course(wish(teachers=("Anna",), week_of_month=2), calendar)
    (plan,) = result.cheapest.plans
    in_spite = [
        (date.item, date.date)
        for date in plan.dates
        if date.starts_at is not None and not calendar.is_free(date.date, date.resources)
    ]
    assert in_spite == [(Item("teaching_day", 3), dt.date(2026, 3, 18))]
    assert "leave" in plan.remark(Item("teaching_day", 3))
    assert [rule.closure for rule in result.cheapest.rules] == [away]
    assert result.cheapest.text == (
        "Teaching day 3 is on Wednesday 18 March 2026, although Anna is away"
    )
    assert result.text == f"{result.why} The smallest change that helps: {result.cheapest.text}."


def test_a_closed_weekday_is_solved_by_another_weekday():
    # Every Wednesday of half a year is closed, one by one: to break each would cost more than to
    # teach on Tuesdays.
    first = dt.date(2026, 1, 7)
    wednesdays = [first + dt.timedelta(weeks=week) for week in range(26)]
    calendar = DanishCalendar([Closure(day, day, "other") for day in wednesdays])
    result = plan_course(wish(), calendar)
    assert isinstance(result, NoPlan)
    assert result.cheapest.text == "teach on Tuesdays instead"
    assert {day.weekday() for day in days_of(result.cheapest.plans[0], "teaching_day")} == {TUESDAY}


def test_a_final_assignment_on_a_holiday_names_both():
    anchor = dt.date(2026, 4, 6)  # Easter Monday
    result = plan_course(wish(first_month=None, final_assignment_on=anchor), NO_CLOSURES)
    assert isinstance(result, NoPlan)
    assert {rule.kind for rule in result.clashing} == {"anchor", "holiday"}
    assert result.why == (
        "Presentation of final assignments 1 cannot be on Monday 6 April 2026, because that day "
        "is Easter Monday."
    )
    assert result.cheapest.plans[0].date_of(Item("final_assignment", 1)).date != anchor
    assert result.cheapest.text.endswith("instead of on Monday 6 April 2026")


def test_two_courses_that_need_one_teacher_at_all_times_name_the_teacher():
    # Both may only use 14 January, and only Anna can teach.
    rest = [
        Closure(dt.date(2026, 1, 1), dt.date(2026, 1, 13), "other"),
        Closure(dt.date(2026, 1, 15), dt.date(2026, 1, 24), "other"),
        Closure(dt.date(2026, 1, 26), dt.date(2026, 1, 27), "other"),
        Closure(dt.date(2026, 1, 28), dt.date(2026, 1, 31), "other", "", Resource("room", "x")),
        Closure(dt.date(2026, 1, 28), dt.date(2026, 1, 28), "other"),
    ]
    result = plan_courses(two_courses(), DanishCalendar(rest))
    assert isinstance(result, NoPlan)
    assert "shared" in {rule.kind for rule in result.clashing}
    assert "both “A” and “B” need Anna at the same time" in result.why
    assert len(result.cheapest.plans) == 2


@pytest.mark.parametrize(
    ("closures", "why", "change"),
    [
        pytest.param(
            [Closure(dt.date(2026, 2, 1), dt.date(2026, 3, 12), "other", "new floor")],
            "Teaching day 2 cannot be in February 2026, because it is closed from 1 February to "
            "12 March 2026 (new floor).",
            "although it is closed",
            id="a month",
        ),
        pytest.param(
            [Closure(dt.date(2026, 6, 4), dt.date(2026, 7, 10), "school_holiday")],
            "Group sparring 6 cannot be 10 to 18 days after Teaching day 6 in June 2026, because "
            "there is a school holiday from 4 June to 10 July 2026.",
            "although there is a school holiday",
            id="sparring finds no day however it is stretched",
        ),
        pytest.param(
            [Closure(dt.date(2026, 3, day), dt.date(2026, 3, day), "custom_day_off") for day in
             (4, 11, 18, 25)],
            "Teaching day 3 cannot be on a Wednesday in March 2026, because there is a day off on "
            "4 March, 11 March, 18 March and 25 March 2026.",
            "although there is a day off",
            id="a weekday",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_by_the_date_it_is_about(closures, why, change):
    result = plan_course(wish(), DanishCalendar(closures))
    assert result.why == why
    assert result.cheapest.text.endswith(change)


def test_a_sparring_that_has_to_wait_is_told_with_both_distances():
    # Day 2 can only be on 25 February, and of the 10 to 22 days after it the last five are free.
    closures = [
        Closure(dt.date(2026, 2, 1), dt.date(2026, 2, 19), "other"),
        Closure(dt.date(2026, 3, 1), dt.date(2026, 3, 16), "other"),
    ]
    result = plan_course(wish(), DanishCalendar(closures))
    assert result.why == (
        "Group sparring 2 cannot be 10 to 18 days after Teaching day 2 on a Wednesday in February "
        "2026, because it is closed from 1 February to 19 February and from 1 March to 16 March "
        "2026."
    )
    assert result.cheapest.text == (
        "Group sparring 2 is on Tuesday 17 March 2026, 20 days after Teaching day 2 instead of at "
        "most 18"
    )


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("month", [(1989, 12), (2100, 7), (2101, 1), (9999, 12), (1, 1)])
def test_a_course_outside_the_calendar_is_refused(month):
    with pytest.raises(InputFault) as fault:
        wish(first_month=month)
    assert fault.value.faults[0].place.field == "first_month"
    assert "1990" in str(fault.value)


def test_the_first_and_last_months_of_the_calendar_can_be_used():
    assert not isinstance(plan_course(wish(first_month=(1990, 1)), NO_CLOSURES), NoPlan)
    assert not isinstance(plan_course(wish(first_month=(2100, 1)), NO_CLOSURES), NoPlan)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("weekday", {"weekday": 7}),
        ("week_of_month", {"week_of_month": 5}),
        ("first_month", {"first_month": (2026, 13)}),
        ("first_month", {"final_assignment_on": dt.date(2026, 4, 28)}),
        ("first_month", {"first_month": None}),
        ("day_ends_at", {"day_ends_at": dt.time(9)}),
        ("day_starts_at", {"day_starts_at": dt.time(20)}),
        ("sparring_starts_at", {"sparring_starts_at": dt.time(23)}),
        ("title", {"title": "x" * 201}),
        ("teachers", {"teachers": ("x" * 201,)}),
        ("teachers", {"teachers": tuple("abcdefghijk")}),
    ],
)
def test_a_wish_that_cannot_be_planned_is_refused_at_its_field(field, values):
    with pytest.raises(InputFault) as fault:
        wish(**values)
    assert field in {one.place.field for one in fault.value.faults}


def test_all_faults_of_a_wish_are_told_together():
    with pytest.raises(InputFault) as fault:
        wish(weekday=9, first_month=(1901, 1), day_ends_at=dt.time(8), title="x" * 300)
    fields = {one.place.field for one in fault.value.faults}
    assert fields == {"weekday", "first_month", "day_ends_at", "title"}


# -- small things --------------------------------------------------------------------------------


def test_the_nth_weekday_of_a_month():
    # April 2016 began on a Friday; its Thursdays were 7, 14, 21, 28.
    assert nth_weekday(2016, 4, THURSDAY, 1) == dt.date(2016, 4, 7)
    assert nth_weekday(2016, 4, THURSDAY, -1) == dt.date(2016, 4, 28)
    assert nth_weekday(2015, 12, THURSDAY, -1) == dt.date(2015, 12, 31)


def test_a_plan_goes_around_christmas_eve_and_new_years_eve_without_being_asked():
    """Fourth Thursdays from October 2026: 24 December is one, and 31 the Thursday after it.

    What follows 17 December by fourteen days is 31 December; 1 January is a holiday, so the
    sparring is on Wednesday 30.
    """
    plan = plan_course(
        wish(weekday=THURSDAY, week_of_month=4, first_month=(2026, 10)), DanishCalendar()
    )
    assert plan.date_of(Item("teaching_day", 3)).date == dt.date(2026, 12, 17)
    assert plan.date_of(Item("sparring", 3)).date == dt.date(2026, 12, 30)
    assert avoided(plan, "teaching_day", 3) == {dt.date(2026, 12, 24): ["eve"]}
    assert avoided(plan, "sparring", 3) == {dt.date(2026, 12, 31): ["eve"]}
    (told,) = plan.date_of(Item("teaching_day", 3)).avoided
    assert told.text == "Thursday 24 December 2026: Christmas Eve, when most places are closed"


def test_final_assignments_asked_for_on_an_eve_are_refused_by_its_name():
    asked = wish(first_month=None, final_assignment_on=dt.date(2026, 12, 24))
    answer = plan_course(asked, DanishCalendar())
    assert isinstance(answer, NoPlan)
    assert "because that day is Christmas Eve" in answer.why
