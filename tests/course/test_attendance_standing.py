"""Honest denominators, and who has gone quiet."""

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from peerbook.course.attendance.standing import EXPECTED, by_date, standings

FIRST = dt.date(2027, 1, 7)
STATUSES = ["present", "apology", "absent", "paused", "not_enrolled"]


def frames(statuses, *, to_come=0):
    """Return dates and attendance of one mentor, M, with a teaching day a month."""
    count = len(statuses) + to_come
    dates = pd.DataFrame(
        {
            "date_id": range(1, count + 1),
            "kind": "teaching_day",
            "number": range(1, count + 1),
            "date": [FIRST + dt.timedelta(days=28 * place) for place in range(count)],
            "held": [place < len(statuses) for place in range(count)],
            "cancelled": False,
        }
    )
    attendance = pd.DataFrame(
        {
            "date_id": range(1, len(statuses) + 1),
            "participant": "M",
            "status": list(statuses),
            "note": None,
        }
    )
    return dates, attendance


NOTHING = pd.DataFrame(columns=["date_id", "participant"])


def standing(statuses, *, to_come=0, required=None, caught_up=(), gone_by=0):
    """Return how M stands; of the days to come, `gone_by` have passed without a record."""
    dates, attendance = frames(statuses, to_come=to_come)
    made_up = pd.DataFrame({"date_id": list(caught_up), "participant": "M"})
    today = FIRST + dt.timedelta(days=28 * (len(statuses) + gone_by))
    (one,) = standings(dates, attendance, made_up, ["M"], today=today, required=required)
    return one


def test_pauses_and_days_before_enrolment_are_in_no_denominator():
    one = standing(["not_enrolled", "present", "paused", "apology", "absent", "present"])
    assert (one.expected, one.present, one.apology, one.absent) == (4, 2, 1, 1)
    assert one.attendance == 2 / 4
    assert one.commitment == 3 / 4


def test_two_absences_without_word_alert_and_a_pause_between_neither_counts_nor_breaks():
    assert not standing(["absent", "present", "absent"]).alert
    assert not standing(["absent", "apology", "absent"]).alert
    assert standing(["present", "absent", "absent"]).alert
    assert standing(["absent", "paused", "absent"]).alert
    assert not standing(["absent", "absent", "present"]).alert


def test_whether_one_can_still_make_it_counts_what_is_done_made_up_for_and_to_come():
    missed = ["absent", "apology", "present"]
    assert standing(missed, to_come=3).reachable is None
    assert standing(missed, to_come=3, required=4).reachable
    assert not standing(missed, to_come=3, required=5).reachable
    assert standing(missed, to_come=3, required=5, caught_up=[2]).reachable


def test_a_day_gone_by_without_a_record_is_not_still_to_come():
    one = standing(["present", "absent"], to_come=3, gone_by=1, required=4)
    assert (one.remaining, one.unrecorded) == (2, 1)
    assert (one.reachable, one.hangs_on_record) == (False, True)
    out_of_reach = standing(["present", "absent"], to_come=3, gone_by=1, required=5)
    assert (out_of_reach.reachable, out_of_reach.hangs_on_record) == (False, False)
    assert [two.must_make_up for two in (one, out_of_reach)] == [False, True]
    certain = standing(["present", "absent"], to_come=3, gone_by=1, required=3)
    assert (certain.reachable, certain.hangs_on_record) == (True, False)
    assert not standing(["present"], to_come=3, gone_by=1).hangs_on_record


def test_the_day_itself_is_still_to_come_until_it_is_recorded():
    assert standing(["present"], to_come=1).remaining == 1


def test_nobody_expected_gives_no_share():
    one = standing(["paused", "not_enrolled"])
    assert one.attendance is None
    assert one.commitment is None


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=12))
def test_shares_follow_from_the_expected_days_alone(statuses):
    expected = [status for status in statuses if status in EXPECTED]
    if not expected:
        assert standing(statuses).attendance is None
        return
    alone, with_pauses = standing(expected), standing(statuses)
    assert alone.attendance == with_pauses.attendance
    assert alone.commitment == with_pauses.commitment
    assert alone.quiet_for == with_pauses.quiet_for


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=12))
def test_each_date_adds_up_to_those_who_were_expected(statuses):
    dates, attendance = frames(statuses, to_come=1)
    days = by_date(dates, attendance)
    assert len(days) == len(statuses)
    assert days["expected"].tolist() == [int(status in EXPECTED) for status in statuses]
    assert days["commitment"].isna().tolist() == [status not in EXPECTED for status in statuses]
