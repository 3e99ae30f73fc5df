"""How often staff were reached out of hours, month by month, and which months were too much."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from peerbook.pathways.over_involvement import Contact, Load, by_pair, latest_months, loads

DAY = dt.date(2026, 3, 31)
MONTHS = latest_months(DAY)


def test_the_latest_months_end_with_this_one_and_cross_the_year():
    assert (
        dt.date(2025, 10, 1), dt.date(2025, 11, 1), dt.date(2025, 12, 1),
        dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1),
    ) == MONTHS  # fmt: skip


def test_each_member_of_staff_has_a_number_for_each_month():
    contacts = [
        Contact("Anna", dt.date(2026, 3, 1)), Contact("Anna", DAY), Contact("Bo", DAY),
        Contact("Anna", dt.date(2026, 1, 31)), Contact("Cim", dt.date(2025, 9, 30)),
    ]  # fmt: skip
    assert loads(contacts, MONTHS) == (
        Load("Anna", (0, 0, 0, 1, 0, 2)), Load("Bo", (0, 0, 0, 0, 0, 1)),
    )  # fmt: skip


def test_only_more_than_the_limit_is_too_much_and_without_one_nothing_is():
    load = Load("Anna", (5, 6, 0, 7))
    assert load.over(5) == (1, 3)
    assert load.over(None) == ()


def test_pairs_are_counted_from_a_day_on_and_those_without_a_pair_nowhere():
    contacts = [
        Contact("Anna", DAY, 2), Contact("Bo", DAY, 2), Contact("Bo", DAY, 1), Contact("Bo", DAY),
        Contact("Bo", dt.date(2025, 1, 1), 1),
    ]  # fmt: skip
    assert by_pair(contacts, MONTHS[0]) == ((2, 2), (1, 1))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.dates(dt.date(2025, 9, 1), DAY)), max_size=30))
def test_no_contact_of_the_months_is_lost_or_counted_twice(drawn):
    found = loads([Contact(*one) for one in drawn], MONTHS)
    assert sum(sum(load.contacts) for load in found) == sum(day >= MONTHS[0] for _s, day in drawn)
