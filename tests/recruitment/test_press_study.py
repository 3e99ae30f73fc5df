"""What can be said after an article, and what cannot."""

import datetime as dt

import pytest

from peerbook.recruitment.press_study import Happening, study
from peerbook.recruitment.visiting import Cadence, next_visit

OUT = dt.date(2026, 3, 2)
BEGAN = OUT - dt.timedelta(days=365)
LATER = OUT + dt.timedelta(days=60)
ARTICLE = Happening(OUT, "Ugeavisen", 1)


def on(days):
    return OUT + dt.timedelta(days=days)


def looked(asked, others=(), *, began_on=BEGAN, today=LATER):
    return study(ARTICLE, asked, [ARTICLE, *others], began_on=began_on, today=today)


USUAL = [on(-n) for n in range(5, 180, 14)]


def test_many_more_than_usual_with_nothing_beside_it_is_more():
    found = looked([*USUAL, *(on(n) for n in range(1, 20))])
    assert (found.observed, found.verdict) == (19, "more")
    assert found.expected == pytest.approx(13 / 183 * 28)
    assert found.ratio.low > 1


def test_a_few_are_no_proof():
    assert looked([*USUAL, on(3), on(9), on(15)]).verdict == "cannot_tell"


def test_a_meeting_in_the_same_weeks_is_named_and_takes_the_certainty_away():
    meeting = Happening(on(6), "Infomøde")
    found = looked([*USUAL, *(on(n) for n in range(1, 20))], [meeting])
    assert (found.verdict, found.others) == ("mixed", (meeting,))


def test_what_came_shortly_before_still_works():
    before = Happening(on(-10), "Tv")
    assert looked([*USUAL, *(on(n) for n in range(1, 20))], [before]).verdict == "mixed"


def test_the_weeks_after_something_else_are_not_usual():
    visit = Happening(on(-100), "Besøg")
    quiet = looked(USUAL)
    busy = looked([*USUAL, *[on(-95)] * 20], [visit])
    assert busy.basis_days == quiet.basis_days - 28
    assert busy.basis_count == sum(not on(-99) <= day <= on(-72) for day in USUAL)


def test_before_the_weeks_are_over_it_is_too_early():
    found = looked([*USUAL, *(on(n) for n in range(1, 20))], today=on(28))
    assert (found.last, found.verdict) == (on(28), "too_early")
    assert looked(USUAL, today=on(29)).verdict != "too_early"


def test_with_too_little_to_compare_with_nothing_is_expected():
    found = looked([on(2)], began_on=on(-20))
    assert (found.verdict, found.expected, found.ratio) == ("no_basis", None, None)


def test_the_day_it_came_out_is_not_yet_after_it():
    assert looked([OUT, on(1), on(28), on(29)]).observed == 2


def test_clearly_fewer_is_said_too():
    assert looked([on(-n) for n in range(1, 183)]).verdict == "fewer"


@pytest.mark.parametrize(
    ("cadence", "months"),
    [
        (Cadence(), None),
        (Cadence(every_months=3), 3),
        (Cadence(new_staff_a_year=6, new_before_visit=2), 4),
        (Cadence(new_staff_a_year=40, new_before_visit=2), 1),
        (Cadence(new_staff_a_year=6), None),
        (Cadence(every_months=9, new_staff_a_year=6, new_before_visit=2), 9),
    ],
)
def test_how_often_a_place_is_visited(cadence, months):
    assert cadence.months == months


def test_the_first_visit_is_due_at_once_and_the_next_in_time():
    cadence = Cadence(every_months=1)
    assert next_visit(cadence, None, OUT) == OUT
    assert next_visit(cadence, dt.date(2026, 1, 31), OUT) == dt.date(2026, 2, 28)
    assert next_visit(Cadence(), dt.date(2026, 1, 31), OUT) is None
