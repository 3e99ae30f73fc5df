from __future__ import annotations

import datetime as dt

import pytest

from peerbook.course.schedule.calendar import (
    Closure,
    DanishCalendar,
    Resource,
    eves_of,
    holidays_of,
    is_christmas,
    is_holiday,
    suggested_closures,
)
from peerbook.errors import InputFault

ANNA = Resource("teacher", "Anna")
HALL = Resource("room", "Salen")

# Movable days 2023–2029 worked out with the Gregorian Easter rule: Maundy Thursday, Good Friday,
# Easter Sunday and Monday, Ascension Day (Easter + 39), Whit Sunday and Monday (Easter + 49, + 50).
MOVABLE = {
    2023: ("04-06", "04-07", "04-09", "04-10", "05-18", "05-28", "05-29"),
    2024: ("03-28", "03-29", "03-31", "04-01", "05-09", "05-19", "05-20"),
    2025: ("04-17", "04-18", "04-20", "04-21", "05-29", "06-08", "06-09"),
    2026: ("04-02", "04-03", "04-05", "04-06", "05-14", "05-24", "05-25"),
    2027: ("03-25", "03-26", "03-28", "03-29", "05-06", "05-16", "05-17"),
    2028: ("04-13", "04-14", "04-16", "04-17", "05-25", "06-04", "06-05"),
    2029: ("03-29", "03-30", "04-01", "04-02", "05-10", "05-20", "05-21"),
}
FIXED = ("01-01", "12-25", "12-26")
GREAT_PRAYER_DAY = {2023: "05-05"}  # abolished from 2024, lov nr. 214 of 6 March 2023


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.mark.parametrize("year", MOVABLE)
def test_public_holidays_are_those_of_the_danish_almanac(year):
    days = {*MOVABLE[year], *FIXED, *([GREAT_PRAYER_DAY[year]] if year in GREAT_PRAYER_DAY else [])}
    assert set(holidays_of(year)) == {dt.date.fromisoformat(f"{year}-{day}") for day in days}


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027, 2029])
@pytest.mark.parametrize("month_day", [(5, 1), (6, 5), (12, 24), (12, 31)])
def test_days_off_by_agreement_are_not_public_holidays(year, month_day):
    assert not is_holiday(dt.date(year, *month_day))


def test_constitution_day_2028_is_a_holiday_only_because_it_is_whit_monday(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    assert holidays_of(2028)[dt.date(2028, 6, 5)] == "2. pinsedag"


@pytest.mark.parametrize("year", [1990, 2026, 2100])
def test_nobody_meets_on_the_eves_whatever_a_place_has_accepted(year, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    told = {day: DanishCalendar().explain(day) for day in eves_of(year)}
    assert told == {
        dt.date(year, 12, 24): "juleaftensdag, hvor de fleste holder lukket",
        dt.date(year, 12, 31): "nytårsaftensdag, hvor de fleste holder lukket",
    }
    assert DanishCalendar().is_free(dt.date(year, 12, 23))


def test_an_eve_that_a_place_has_closed_itself_is_told_once():
    day = dt.date(2026, 12, 24)
    closed = Closure(day, day, "custom_day_off", "Christmas Eve")
    away = Closure(day, day, "absence", "", ANNA)
    kinds = [
        [reason.kind for reason in DanishCalendar([one]).reasons(day, {ANNA})]
        for one in (closed, away)
    ]
    assert kinds == [["closure"], ["eve", "closure"]]


def test_great_prayer_day_is_a_working_day_from_2024():
    # The fourth Friday after Easter: 5 May 2023 still, 26 April 2024 no longer.
    assert is_holiday(dt.date(2023, 5, 5))
    assert not is_holiday(dt.date(2024, 4, 26))


def test_holidays_have_the_names_danes_use(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    names = holidays_of(2026)
    assert names[dt.date(2026, 4, 6)] == "2. påskedag"
    assert names[dt.date(2026, 4, 2)] == "Skærtorsdag"


def test_a_holiday_says_what_it_is():
    (reason,) = DanishCalendar().reasons(dt.date(2026, 4, 6))
    assert reason.text == "Easter Monday is a public holiday"


def test_a_closure_holds_on_its_first_and_last_day_and_no_longer():
    calendar = DanishCalendar([Closure(dt.date(2026, 2, 9), dt.date(2026, 2, 13), "other")])
    free = [calendar.is_free(dt.date(2026, 2, day)) for day in (8, 9, 13, 14)]
    assert free == [True, False, False, True]


def test_an_absence_blocks_only_who_is_away():
    away = Closure(dt.date(2026, 3, 4), dt.date(2026, 3, 4), "absence", "course", ANNA)
    calendar = DanishCalendar([away])
    day = dt.date(2026, 3, 4)
    assert calendar.is_free(day)
    assert calendar.is_free(day, {HALL, Resource("room", "Anna")})
    assert calendar.explain(day, {ANNA}) == "The teacher is away: Anna, 4 Mar 2026 (course)"


def test_a_day_tells_every_reason_at_once():
    week = Closure(dt.date(2026, 3, 30), dt.date(2026, 4, 6), "school_holiday", "Easter")
    taken = Closure(dt.date(2026, 4, 2), dt.date(2026, 4, 2), "other", "", HALL)
    reasons = DanishCalendar([week, taken]).reasons(dt.date(2026, 4, 2), {HALL})
    assert [reason.kind for reason in reasons] == ["holiday", "closure", "closure"]


def test_whole_weeks_are_told_by_their_numbers():
    winter = Closure(dt.date(2026, 2, 9), dt.date(2026, 2, 20), "school_holiday", "Vejle")
    assert winter.text == "School holiday weeks 7–8: Vejle"
    assert Closure(dt.date(2026, 10, 12), dt.date(2026, 10, 18), "other").period == "week 42"
    # 2026 has 53 weeks; the last one begins on 28 December, week 1 of 2027 ends on 10 January.
    over_new_year = Closure(dt.date(2026, 12, 28), dt.date(2027, 1, 10), "other")
    assert over_new_year.period == "28 Dec 2026 to 10 Jan 2027"


def test_closures_may_lie_in_any_order_and_twice():
    one = Closure(dt.date(2026, 2, 9), dt.date(2026, 2, 13), "other", "a")
    two = Closure(dt.date(2026, 1, 9), dt.date(2026, 1, 13), "other", "b", ANNA)
    assert DanishCalendar([one, two, one]).closures == DanishCalendar([two, one]).closures


def test_suggestions_are_the_days_most_places_close_and_none_is_active():
    # 2026: Maundy Thursday is 2 April, Ascension Day 14 May; weeks by ISO, Monday to Sunday.
    days = {(closure.starts_on, closure.ends_on) for closure in suggested_closures([2026])}
    assert days == {
        (dt.date(2026, 2, 9), dt.date(2026, 2, 15)),
        (dt.date(2026, 2, 16), dt.date(2026, 2, 22)),
        (dt.date(2026, 3, 30), dt.date(2026, 4, 1)),
        (dt.date(2026, 5, 1), dt.date(2026, 5, 1)),
        (dt.date(2026, 5, 15), dt.date(2026, 5, 15)),
        (dt.date(2026, 6, 5), dt.date(2026, 6, 5)),
        (dt.date(2026, 7, 13), dt.date(2026, 8, 2)),
        (dt.date(2026, 10, 12), dt.date(2026, 10, 18)),
        (dt.date(2026, 12, 24), dt.date(2027, 1, 1)),
    }
    assert DanishCalendar().is_free(dt.date(2026, 5, 1))


def test_the_last_christmas_of_the_calendar_ends_with_it():
    assert suggested_closures([2100])[-1].ends_on == dt.date(2100, 12, 31)


@pytest.mark.parametrize(
    ("day", "is_away"),
    [((12, 19), False), ((12, 20), True), ((12, 27), True), ((1, 2), True), ((1, 3), False)],
)
def test_many_are_away_around_christmas(day, is_away):
    assert is_christmas(dt.date(2026, *day)) == is_away


def test_a_suggested_day_off_that_is_a_holiday_anyway_is_left_out():
    assert dt.date(2028, 6, 5) not in {closure.starts_on for closure in suggested_closures([2028])}


def test_days_in_the_wrong_order_are_refused_at_their_field():
    with pytest.raises(InputFault) as fault:
        Closure(dt.date(2026, 2, 13), dt.date(2026, 2, 9), "other")
    assert [one.place.field for one in fault.value.faults] == ["ends_on"]


@pytest.mark.parametrize("year", [1989, 2101])
def test_dates_outside_the_calendar_are_refused(year):
    with pytest.raises(InputFault) as fault:
        DanishCalendar().reasons(dt.date(year, 6, 15))
    assert str(year) in str(fault.value)
    with pytest.raises(InputFault):
        suggested_closures([year])
    with pytest.raises(InputFault):
        Closure(dt.date(year, 1, 1), dt.date(year, 1, 2), "other")


def test_every_fault_of_a_closure_is_told_together():
    with pytest.raises(InputFault) as fault:
        Closure(dt.date(2101, 2, 1), dt.date(1989, 2, 1), "other", "x" * 201)
    fields = [one.place.field for one in fault.value.faults]
    assert fields == ["starts_on", "ends_on", "ends_on", "label"]
