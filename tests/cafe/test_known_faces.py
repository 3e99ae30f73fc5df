"""The index of known faces, by the rule of the manual, and cadence of each host."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from peerbook.cafe.faces import FEWEST_WEEKS, KNOWN_WITHIN, WEEKS, Cafe, faces

TUESDAY = dt.date(2026, 3, 3)


def cafe(week, *hosts, day=0, unknown=0):
    date = TUESDAY + dt.timedelta(weeks=week, days=day)
    return Cafe(date, frozenset(hosts), unknown)


def told(*cafes):
    found = faces(cafes)
    return found.known, found.weeks


def test_a_host_every_second_week_is_a_known_face_each_time_they_come():
    assert told(*(cafe(week, "anna" if week % 2 else "bo") for week in range(9))) == (7, 8)
    assert not faces(cafe(week, "anna") for week in range(0, 9)).is_low


def test_new_hosts_each_week_are_a_revolving_door():
    found = faces(cafe(week, f"host {week}") for week in range(9))
    assert (found.known, found.weeks, found.share, found.is_low) == (0, 8, 0, True)


def test_a_host_every_third_week_is_no_known_face():
    found = faces(cafe(week, f"host {week % 3}") for week in range(9))
    assert (found.known, found.is_low) == (0, True)
    assert all(host.every_weeks == 3 and host.is_seldom for host in found.hosts)


def test_exactly_every_second_week_with_a_known_face_is_enough():
    hosts = ["a", "a", "b", "a", "c", "c", "d", "c", "e"]
    found = faces(cafe(week, host) for week, host in enumerate(hosts))
    assert found.share == 0.5
    assert not found.is_low


def test_weeks_without_a_cafe_count_nowhere_and_make_nobody_a_stranger():
    open_weeks = [0, 1, 2, 9, 10, 20]
    assert told(*(cafe(week, "anna") for week in open_weeks)) == (5, 5)
    assert faces(cafe(week, "anna") for week in open_weeks).hosts[0].every_weeks == 1


def test_somebody_from_earlier_in_the_week_is_known():
    assert told(cafe(0, "bo"), cafe(1, "anna"), cafe(1, "anna", day=2)) == (1, 1)
    assert told(cafe(0, "bo"), cafe(1, "anna"), cafe(1, "anna")) == (0, 1)


def test_fourteen_days_are_the_limit_to_the_day():
    thursday = 2
    every = [cafe(week, "x") for week in (1, 2)]
    assert told(cafe(0, "anna", day=thursday), *every, cafe(2, "anna", day=thursday)) == (1, 2)
    assert told(cafe(0, "anna"), cafe(1, "x"), cafe(2, "anna", day=1)) == (0, 2)


def test_weeks_of_which_nobody_can_say_are_told_apart_and_not_counted():
    found = faces([cafe(0, "anna"), cafe(1), cafe(2, unknown=1), cafe(3, "bo", unknown=1)])
    assert (found.weeks, found.untold) == (0, 3)
    assert faces([cafe(0, "bo"), cafe(1, "bo", unknown=1)]).known == 1


def test_few_weeks_say_nothing():
    found = faces(cafe(week, f"host {week}") for week in range(FEWEST_WEEKS))
    assert (found.weeks, found.share, found.is_low) == (FEWEST_WEEKS - 1, None, False)
    assert faces([]).hosts == ()


def test_cadence_is_in_weeks_with_a_cafe_and_nothing_for_one_week():
    found = faces([
        cafe(0, "anna", "bo"), cafe(0, "bo", day=2), cafe(1, "cim"), cafe(2, "anna"),
        cafe(3, "cim"),
    ])  # fmt: skip
    told_of = {host.key: (host.cafes, host.weeks, host.every_weeks) for host in found.hosts}
    assert told_of == {"anna": (2, 2, 2.0), "bo": (2, 1, None), "cim": (2, 2, 2.0)}
    assert not any(host.is_seldom for host in found.hosts)


def test_who_has_not_been_there_for_more_than_two_weeks_is_away():
    there = [("anna", "bo")] * 4 + [("anna",)] * 3
    found = faces(cafe(week, *hosts) for week, hosts in enumerate(there))
    assert {host.key: host.is_away for host in found.hosts} == {"anna": False, "bo": True}


def brute(cafes):
    """Every week looked at one by one, with the empty ones cut out of the calendar first."""
    mondays = sorted({one.date - dt.timedelta(days=one.date.weekday()) for one in cafes})
    moved = [
        (mondays.index(one.date - dt.timedelta(days=one.date.weekday())), one.date.weekday(), one)
        for one in cafes
    ]
    known = set()
    for week, day, one in moved:
        for other_week, other_day, other in moved:
            gap = 7 * (week - other_week) + day - other_day
            if 0 < gap <= KNOWN_WITHIN and one.hosts & other.hosts:
                known.add(week)
    told = {week for week, _day, one in moved if one.hosts}
    counted = {week for week in range(max(1, len(mondays) - WEEKS), len(mondays)) if week in told}
    return len(known & counted), len(counted)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 6),
            st.frozensets(st.sampled_from("abc"), max_size=2),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_it_is_what_counting_by_hand_gives(drawn):
    cafes = [cafe(week, *hosts, day=day) for week, day, hosts in drawn]
    assert told(*cafes) == brute(cafes)
