"""What the record holds of a programme's work, counted here once more by hand from all of its rows.

Everybody in these tests is invented.
"""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from builders import (
    DEMO_DAY,
    LEADER,
    a_site,
    course,
    course_date,
    participant,
    read,
    same_person,
    save,
)
from peerbook.costs.actual_records import noted
from peerbook.costs.measures import Period, latest_year, months_from, quarter
from peerbook.demo.vejle import fill
from peerbook.errors import NotAllowed
from peerbook.people.pairs import PAIR
from peerbook.store import Store, Visitor, append_event, events_of, in_effect
from peerbook.store.tables import (
    CafeShift,
    CoffeeTalk,
    CommonEvent,
    Course,
    CourseDate,
    MatchedPair,
    NameSeen,
    RecruitmentEffort,
    Site,
    Stakeholder,
    Visit,
)

TODAY = dt.date(2026, 5, 20)
Q1, Q2 = quarter(2026, 1), quarter(2026, 2)
YEAR = months_from(dt.date(2026, 1, 1), 12)


def on(month, day=10):
    return dt.date(2026, month, day)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def counted(store, site_id, *periods, today=TODAY):
    found = read(store, noted, site_id, periods, today)
    assert [one.period for one in found] == list(periods)
    return found


def amounts(one):
    return {measure: told.amount for measure, told in one.counted.items()}


def people(store, site_id, count):
    return save(store, *(participant(site_id=site_id) for _number in range(count)))


def a_pair(store, site_id, starts_on, end=None, codes=None, pauses=()):
    """Save a pair with a contract; `end` is (how, day), `pauses` are (kind, day)."""
    peer, mentor = codes or people(store, site_id, 2)
    matched_on = starts_on or on(1, 1)
    [number] = save(
        store,
        MatchedPair(
            site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=matched_on,
            starts_on=starts_on, months=6 if starts_on else None,
        ),
    )  # fmt: skip
    with store.write(LEADER) as session:
        append_event(session, PAIR, number, "matched", matched_on)
        for kind, day in pauses:
            append_event(session, PAIR, number, kind, day)
        if end:
            append_event(session, PAIR, number, "ended", end[1], end=end[0])
    return number


def test_talks_count_when_they_were_held_with_the_hours_of_all_staff(store, site_id):
    one, other = people(store, site_id, 2)
    talk = {"site_id": site_id, "participant_code": one, "role": "peer"}
    save(
        store,
        CoffeeTalk(**talk, date=on(1), state="held", staff=2, minutes=90),
        CoffeeTalk(**{**talk, "participant_code": other}, date=on(3, 31), state="held", minutes=60),
        CoffeeTalk(**talk, date=on(2), state="held"),
        CoffeeTalk(**talk, date=on(2), state="agreed", minutes=60),
        CoffeeTalk(**talk, date=on(4, 1), state="held", minutes=30),
        CoffeeTalk(**talk, date=TODAY + dt.timedelta(days=1), state="held", minutes=30),
    )
    first, second, year = counted(store, site_id, Q1, Q2, YEAR)
    assert first.counted["talks"].amount == 3
    hours = first.counted["talk_hours"]
    assert (hours.amount, hours.of, hours.unknown) == (4, 2, 1)
    assert hours.largest_part == 0.75  # three of the four hours were for one person
    assert amounts(second) == {"talks": 1, "talk_hours": Decimal("0.5")}
    assert year.counted["talks"].amount == 4
    assert set(year.whose[0].values()) == {one, other}


def test_contracts_count_from_the_day_they_begin_and_how_they_end(store, site_id):
    a_pair(store, site_id, on(1, 1), ("completed", on(4, 1)))
    a_pair(store, site_id, on(2, 1), ("withdrew", on(3, 1)))
    a_pair(store, site_id, on(3, 1), ("erased", on(3, 20)))
    a_pair(store, site_id, on(3, 10), ("withdrew", on(3, 9)))  # never began
    a_pair(store, site_id, None)
    a_pair(store, site_id, on(6, 1))
    paused = a_pair(
        store, site_id, dt.date(2025, 11, 1), ("extended_completed", on(5, 1)),
        pauses=[("paused", on(1, 1)), ("resumed", on(3, 1))],
    )  # fmt: skip
    first, second = counted(store, site_id, Q1, Q2)
    assert first.counted["contracts"].amount == 3
    assert second.counted["contracts"].amount == 0
    assert (len(first.ended.keys), len(first.ended.completed)) == (1, 0)
    assert float(first.ended.months) == pytest.approx(28 / (365.2425 / 12))
    assert len(second.ended.completed) == len(second.ended.keys) == 2
    ran = (dt.date(2026, 5, 1) - dt.date(2025, 11, 1)).days - 59
    assert float(second.ended.months) == pytest.approx((90 + ran) / (365.2425 / 12))
    assert second.ended.longest_part == pytest.approx(ran / (90 + ran))
    assert str(paused) in second.ended.keys  # as in the files of retention
    assert str(paused) in first.whose[0]


def test_two_codes_of_one_person_are_one_and_somebody_erased_is_nobody(store, site_id):
    one, again, mentor, other = people(store, site_id, 4)
    save(store, same_person(one, again))
    numbers = [
        a_pair(store, site_id, on(1), codes=codes)
        for codes in ((one, mentor), (again, other), (None, mentor))
    ]
    (first,) = counted(store, site_id, Q1)
    peers, mentors = first.whose
    assert [peers.get(str(number)) for number in numbers] == [min(one, again)] * 2 + [None]
    assert [mentors[str(number)] for number in numbers] == [mentor, other, mentor]


def test_courses_count_when_their_first_day_was_and_dates_when_they_were_held(store, site_id):
    [number, removed, called_off] = save(
        store, course(site_id=site_id, starts_on=on(1)),
        course(site_id=site_id, removed_on=on(3)), course(site_id=site_id),
    )  # fmt: skip
    held = {"course_id": number, "status": "held"}
    save(
        store,
        course_date(course_id=number, number=1, date=on(1), status="cancelled"),
        course_date(**held, number=2, date=on(4)),
        course_date(**held, number=3, date=on(5)),
        course_date(**held, number=1, kind="sparring", date=on(4)),
        course_date(course_id=number, number=4, date=on(7, 1), status="planned"),
        course_date(course_id=removed, date=on(4), status="held"),
        course_date(course_id=called_off, date=on(4), status="cancelled"),
    )
    periods = Q1, Q2, quarter(2026, 3)
    first, second, third = counted(store, site_id, *periods, today=on(6))
    assert second.counted["teaching_days"].finished == (0, 0)  # not over yet
    assert third.counted["teaching_days"].finished == (0, 0)
    first, second, third = counted(store, site_id, *periods, today=on(9))
    assert third.counted["teaching_days"].finished == (2, 1)
    assert third.counted["sparrings"].finished == (1, 1)
    assert third.counted["courses"].finished is None
    assert amounts(first) == {}
    assert amounts(second) == {"courses": 1, "teaching_days": 2, "sparrings": 1}


def test_cafes_events_and_hours_of_reaching_people_count_up_to_today(store, site_id):
    ahead = TODAY + dt.timedelta(days=3)
    shift = {"site_id": site_id, "starts_at": dt.time(10), "ends_at": dt.time(12)}
    [place] = save(store, Stakeholder(site_id=site_id, name="Opdigt", kind="unit", added_on=on(1)))
    save(
        store,
        CafeShift(**shift, date=on(1)),
        CafeShift(**shift, date=on(2), is_cancelled=True),
        CafeShift(**shift, date=TODAY),
        CafeShift(**shift, date=ahead),
        CommonEvent(site_id=site_id, date=on(4), title="Tur", cost_kr=1250),
        CommonEvent(site_id=site_id, date=on(5), title="Frokost"),
        CommonEvent(site_id=site_id, date=ahead, title="Fest", cost_kr=900),
        RecruitmentEffort(site_id=site_id, channel="leaflet", date=on(2), what="x", minutes=45),
        Visit(stakeholder_id=place, date=on(2), minutes=60),
        Visit(stakeholder_id=place, date=on(3)),
        Visit(stakeholder_id=place, date=on(5), minutes=15),
    )
    first, second = counted(store, site_id, Q1, Q2)
    assert amounts(first) == {"cafes": 1, "outreach_hours": Decimal("1.75")}
    assert first.counted["outreach_hours"].unknown == 1
    assert amounts(second) == {
        "cafes": 1, "events": 2, "event_kr": 1250, "outreach_hours": Decimal("0.25"),
    }  # fmt: skip
    assert second.counted["event_kr"].unknown == 1


def test_what_was_never_noted_before_a_period_was_over_is_not_none_in_it(store, site_id):
    other_site, _name = a_site(store)
    save(
        store,
        CommonEvent(site_id=other_site, date=on(1), title="Andre steder"),
        CommonEvent(site_id=site_id, date=on(4), title="Tur", cost_kr=1),
    )
    periods = Q1, Q2, quarter(2026, 3)
    first, second, third = counted(store, site_id, *periods, today=on(9))
    assert "events" not in first.counted
    assert second.counted["events"].amount == 1
    assert third.counted["events"].amount == 0
    assert read(store, noted, site_id, [], TODAY) == ()


def test_it_is_known_since_when_each_thing_was_noted(store, site_id):
    codes = people(store, site_id, 2)
    a_pair(store, site_id, on(2), codes=codes)
    talk = {"participant_code": codes[0], "role": "peer", "state": "held", "minutes": 60}
    save(
        store,
        CoffeeTalk(site_id=site_id, date=on(3), **talk),
        CommonEvent(site_id=site_id, date=on(4), title="Tur", cost_kr=1),
        CommonEvent(site_id=site_id, date=on(5), title="Tur", cost_kr=1),
    )
    (year,) = counted(store, site_id, months_from(on(1, 1), 12), today=on(12))
    assert {measure: one.since for measure, one in year.counted.items()} == {
        "contracts": on(2), "talks": on(3), "talk_hours": on(3), "events": on(4),
        "event_kr": on(4),
    }  # fmt: skip


def test_analysts_are_told_what_is_counted_and_those_who_may_not_read_talks_nothing_of_them(
    store, site_id
):
    codes = people(store, site_id, 2)
    a_pair(store, site_id, on(1), codes=codes)
    save(store, CoffeeTalk(site_id=site_id, participant_code=codes[0], role="peer", date=on(1),
                           state="held", minutes=60))  # fmt: skip
    sites = frozenset({site_id})
    for visitor in (Visitor("opdigt", "leader", sites), Visitor("opdigt", "analyst", sites)):
        with Store.open(store.address, visitor=visitor) as theirs:
            (one,) = read(theirs, noted, site_id, [Q1], TODAY)
            assert amounts(one) == {"contracts": 1, "talks": 1, "talk_hours": 1}
    for role in ("evaluator", "steering_group", "peer"):
        with (
            Store.open(store.address, visitor=Visitor("opdigt", role)) as theirs,
            suppress(NotAllowed),
        ):
            (one,) = read(theirs, noted, site_id, [Q1], TODAY)
            assert "talks" not in one.counted


def test_what_is_counted_is_what_all_rows_come_to_one_by_one(store):
    fill(store, DEMO_DAY)
    with store.read() as session:
        site_id = session.scalar(select(Site.id))
    begins = dt.date(DEMO_DAY.year - 3, 1, 1)
    periods = [quarter(begins.year + n // 4, n % 4 + 1) for n in range(16)]
    periods += [latest_year(DEMO_DAY), months_from(begins, 48)]
    with store.read() as session:
        seen = session.scalar(select(func.count()).select_from(NameSeen))
        found = noted(session, site_id, periods, DEMO_DAY)
        assert session.scalar(select(func.count()).select_from(NameSeen)) == seen
        for one in found:
            expected = _by_hand(session, one.period)
            assert amounts(one) == {key: expected[key] for key in one.counted}
            assert not any(expected[key] for key in set(expected) - set(one.counted) - {"ended"})
            assert (len(one.ended.completed), len(one.ended.keys)) == expected["ended"]
    everything = amounts(found[-1])
    assert all(everything[measure] for measure in everything)
    assert len(everything) == 10


def _by_hand(session, period: Period):
    def is_in(day):
        return day is not None and period.first <= day <= min(period.last, DEMO_DAY)

    def rows(table):
        return session.scalars(select(table)).all()

    talks = [one for one in rows(CoffeeTalk) if one.state == "held" and is_in(one.date)]
    dates = [
        one for one in rows(CourseDate)
        if session.get_one(Course, one.course_id).removed_on is None
    ]  # fmt: skip
    takes_place = [one for one in dates if one.kind == "teaching_day" and one.status != "cancelled"]
    first_days = {
        min(one.date for one in takes_place if one.course_id == number): number
        for number in {one.course_id for one in takes_place}
    }
    held = [one.kind for one in dates if one.status == "held" and is_in(one.date)]
    events = [one for one in rows(CommonEvent) if is_in(one.date)]
    begun, ended, completed = 0, 0, 0
    for pair in rows(MatchedPair):
        happened = in_effect(events_of(session, PAIR, pair.id), DEMO_DAY)
        end = next((one for one in happened if one.kind == "ended"), None)
        if pair.starts_on is None or (end and end.effective_on < pair.starts_on):
            continue
        begun += is_in(pair.starts_on)
        if end and is_in(end.effective_on):
            ended += 1
            completed += end.details["end"] in ("completed", "extended_completed")
    minutes = [
        one.minutes or 0 for table in (Visit, RecruitmentEffort) for one in rows(table)
        if is_in(one.date)
    ]  # fmt: skip
    return {
        "contracts": begun,
        "talks": len(talks),
        "talk_hours": sum(Decimal((one.minutes or 0) * one.staff) / 60 for one in talks),
        "courses": sum(is_in(day) for day in first_days),
        "teaching_days": held.count("teaching_day"),
        "sparrings": held.count("sparring"),
        "cafes": sum(is_in(one.date) and not one.is_cancelled for one in rows(CafeShift)),
        "events": len(events),
        "event_kr": sum(one.cost_kr or 0 for one in events),
        "outreach_hours": Decimal(sum(minutes)) / 60,
        "ended": (completed, ended),
    }
