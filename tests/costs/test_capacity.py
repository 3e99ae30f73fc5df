"""How many pairs the hours of the staff are enough for, and what takes them."""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost_cases import FIGURES, TALK, case, other
from peerbook.costs.capacity import capacity
from peerbook.costs.case import MONTHS, STARTED, Line
from peerbook.costs.team import Staff, working_hours
from peerbook.errors import InputFault

PAIR = Line("pair", "running", ("wage", "hours", STARTED), "municipality")
START = Line("start", "preparation", ("wage", "hours"), "municipality", when="start")
GIVEN = Line("given", "running", ("volunteer_wage", "hours", "talks"), "volunteers", "volunteer")
TEACH = Line("teach", "training", ("teacher_wage", "lesson"), "municipality")
TEACH_EACH = Line("each", "training", ("teacher_wage", "lesson", STARTED), "municipality")
TEACHERS = {
    "teacher_wage": FIGURES["wage"],
    "lesson": dataclasses.replace(FIGURES["hours"], value=Decimal(40)),
}
COORDINATOR = Staff("Koordinator", frozenset({"wage"}))
TEACHER = Staff("Underviser", frozenset({"teacher_wage"}))
BOTH = Staff("Alle", COORDINATOR.wages | TEACHER.wages)
# a talk of 1.5 hours, 37 times a year, takes 55.5 hours; a pair takes 1.5


def of(lines, there, **figures):
    return capacity(case(lines, **figures), {COORDINATOR: Decimal(there)})


def test_what_is_left_beside_what_is_fixed_is_shared_by_the_pairs():
    found = of((TALK, PAIR), 780)
    assert found.contracts == 483  # (780 - 55.5) / 1.5
    assert found.pairs == Decimal(483) * 6 / 12
    assert found.bottleneck.line == PAIR
    assert found.narrowest.short == 0


def test_what_is_fixed_is_named_where_it_takes_more_than_there_is():
    found = of((TALK, PAIR), 52)
    assert (found.contracts, found.pairs) == (0, 0)
    assert found.bottleneck.line == TALK
    assert found.narrowest.short == Decimal("3.5")


def test_volunteers_and_what_is_done_once_take_no_hours_of_staff():
    assert of((TALK, PAIR, START, GIVEN), 780) == of((TALK, PAIR), 780)


def test_where_nothing_grows_with_the_pairs_no_number_is_made_up():
    found = of((TALK,), 780)
    assert (found.contracts, found.pairs, found.grows) == (None, None, False)
    assert found.bottleneck.line == TALK


def test_how_many_begin_is_not_asked_for_and_what_is_asked_is_told():
    unknown = other(STARTED, value=None)
    assert of((TALK, PAIR), 780, **unknown).contracts == 483
    missing = other("hours", value=None) | other(MONTHS, value=None)
    with pytest.raises(InputFault) as fault:
        of((TALK, PAIR), 780, **missing)
    assert [one.place.field for one in fault.value.faults] == ["hours", MONTHS]


def test_each_kind_of_staff_has_hours_of_its_own_and_the_fewest_set_the_limit():
    made = case((TALK, PAIR, TEACH, TEACH_EACH), **TEACHERS)
    found = capacity(made, {COORDINATOR: Decimal(780), TEACHER: Decimal(500)})
    assert found.contracts == 11  # (500 - 40) / 40, where the coordinator has hours for 483
    assert found.narrowest.staff == TEACHER
    assert found.bottleneck.line == TEACH_EACH
    together = capacity(made, {BOTH: Decimal(1280)})
    assert together.contracts == 28  # (1280 - 55.5 - 40) / 41.5


def test_hours_left_open_set_no_limit_and_are_told_all_the_same():
    made = case((TALK, PAIR, TEACH_EACH), **TEACHERS)
    found = capacity(made, {COORDINATOR: Decimal(85), TEACHER: None})
    assert found.contracts == 19  # (85 - 55.5) / 1.5
    assert found.narrowest.staff == COORDINATOR
    (teaching,) = [need for need in found.needs if need.staff == TEACHER]
    assert teaching.at(found.contracts) == 19 * 40
    only_teaching = capacity(case((TALK, PAIR, TEACH), **TEACHERS), {TEACHER: Decimal(500)})
    assert (only_teaching.contracts, only_teaching.narrowest) == (None, None)


def test_a_kind_that_has_too_few_hours_for_what_is_fixed_is_named_before_one_that_only_limits():
    made = case((TALK, PAIR, TEACH), **TEACHERS)
    found = capacity(made, {COORDINATOR: Decimal(56), TEACHER: Decimal(39)})
    assert (found.contracts, found.narrowest.staff) == (0, TEACHER)
    assert found.narrowest.short == 1


@given(
    st.integers(0, 2000), st.integers(0, 2000),
    st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(0, 60),
)  # fmt: skip
def test_one_contract_more_would_be_one_too_many(
    coordinator, teacher, fixed, each, fixed_teaching, each_teaching
):
    """Counted up from none, one contract at a time, until somebody has no hour left."""
    hours = {"a": fixed, "b": each, "c": fixed_teaching, "d": each_teaching}
    lines = (
        Line("a", "running", ("wage", "a"), "municipality"),
        Line("b", "running", ("wage", "b", STARTED), "municipality"),
        Line("c", "running", ("teacher_wage", "c"), "municipality"),
        Line("d", "running", ("teacher_wage", "d", STARTED), "municipality"),
    )
    figures = {
        key: dataclasses.replace(FIGURES["hours"], value=Decimal(one)) for key, one in hours.items()
    }
    found = capacity(
        case(lines, **TEACHERS, **figures),
        {COORDINATOR: Decimal(coordinator), TEACHER: Decimal(teacher)},
    )
    begun = 0
    while (
        fixed + each * (begun + 1) <= coordinator
        and fixed_teaching + each_teaching * (begun + 1) <= teacher
    ):
        begun += 1
    assert found.contracts == begun


@pytest.mark.parametrize(
    ("hours", "effective", "field"),
    [
        *(
            (Decimal(hours), Decimal(1400), "hours_a_week")
            for hours in ("0", "-1", "NaN", "Infinity")
        ),
        *(
            (Decimal(15), hours, "effective_hours")
            for hours in (None, Decimal(0), Decimal(1925), Decimal("NaN"))
        ),
    ],
)
def test_hours_that_cannot_be_are_refused(hours, effective, field):
    with pytest.raises(InputFault) as fault:
        working_hours(hours, effective)
    assert [one.place.field for one in fault.value.faults] == [field]


def test_hours_of_employment_are_fewer_hours_of_work():
    assert working_hours(Decimal(37), Decimal(1443)) == 1443
    assert working_hours(Decimal(15), Decimal(1443)) == Decimal(15) * 1443 / 37
