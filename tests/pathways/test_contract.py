"""The clock of a contract: pauses stop it, everything due moves, nobody pauses in a pause."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import InputFault
from peerbook.months import months_after
from peerbook.pathways.contract import Answer, Contract, Pause, first_overlap

START = dt.date(2026, 1, 15)
DAY = dt.timedelta(days=1)


def day(number: int) -> dt.date:
    return START + number * DAY


def paused(*spans: tuple[int, int | None]) -> Contract:
    return Contract(
        START,
        pauses=tuple(
            Pause(day(since), None if until is None else day(until)) for since, until in spans
        ),
    )


@st.composite
def contracts(draw):
    """Contracts with a few pauses that do not touch; the last may go on."""
    starts_on = draw(st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1)))
    marks = sorted(draw(st.sets(st.integers(0, 400), max_size=8)))
    pauses = [
        Pause(starts_on + since * DAY, starts_on + until * DAY)
        for since, until in zip(marks[::2], marks[1::2], strict=False)
    ]
    if len(marks) % 2:
        pauses.append(Pause(starts_on + marks[-1] * DAY))
    answer = Answer(starts_on, peer=True, mentor=draw(st.booleans()))
    return Contract(starts_on, draw(st.integers(1, 24)), tuple(pauses), (answer,))


def replayed(contract: Contract, days: int) -> dt.date | None:
    """Count days one by one, those of a pause not, until so many have run."""
    today, ran = contract.starts_on, 0
    while True:
        pause = contract.pause_on(today)
        if pause is not None and pause.until is None:
            return None
        if pause is None:
            if ran == days:
                return today
            ran += 1
        today += DAY


@given(contracts(), st.integers(0, 800))
def test_what_is_due_falls_on_the_day_found_by_counting_the_days_that_ran(contract, days):
    assert contract.moved(contract.starts_on + days * DAY) == replayed(contract, days)


@given(contracts(), st.integers(0, 900))
def test_days_run_are_those_of_no_pause(contract, days):
    until = contract.starts_on + days * DAY
    ran = sum(contract.pause_on(contract.starts_on + n * DAY) is None for n in range(days))
    assert contract.days_run(until) == ran


@given(contracts(), st.integers(0, 900))
def test_the_month_is_the_one_whose_end_is_next(contract, days):
    today = contract.starts_on + days * DAY
    month = contract.month_on(today)
    ends = [contract.after(n) for n in range(1, contract.all_months + 1)]
    open_ends = [n for n, end in enumerate(ends, start=1) if end is None or end > today]
    assert month == (open_ends[0] if open_ends else None)


@given(contracts())
def test_due_days_come_in_their_order_and_unknown_ones_last(contract):
    due = [contract.check_on("first_days"), contract.check_on("first_month"), contract.ends_on]
    known = [one for one in due if one is not None]
    assert due == known + [None] * (len(due) - len(known))
    assert known == sorted(known)
    if contract.exit_talk_between is not None:
        first, last = contract.exit_talk_between
        assert first <= contract.ends_on <= last
    if contract.ask_on is not None and contract.ends_on is not None:
        assert contract.ask_on <= contract.ends_on


@given(contracts(), st.integers(-30, 900), st.one_of(st.none(), st.integers(-30, 900)))
def test_a_pause_is_taken_or_refused_and_never_bends_another(contract, since, until):
    today = contract.starts_on + 900 * DAY
    new = Pause(
        contract.starts_on + since * DAY,
        None if until is None else contract.starts_on + until * DAY,
    )
    try:
        changed = contract.with_pause(new, today)
    except InputFault:
        return
    assert set(changed.pauses) == {*contract.pauses, new}
    for one, other in zip(changed.pauses, changed.pauses[1:], strict=False):
        assert one.until is not None
        assert one.until < other.since
    assert new.since >= contract.starts_on


@pytest.mark.parametrize(
    ("months", "more", "ends"),
    [(6, False, dt.date(2026, 7, 15)), (6, True, dt.date(2026, 10, 15)),
     (3, False, dt.date(2026, 4, 15))],
)  # fmt: skip
def test_a_contract_is_for_six_months_and_three_more_when_both_want_it(months, more, ends):
    answers = (Answer(START, peer=True, mentor=True), Answer(START, peer=True, mentor=more))
    assert Contract(START, months, answers=answers).ends_on == ends


def test_both_are_asked_a_month_before_the_agreed_end_and_only_then():
    assert Contract(START).ask_on == dt.date(2026, 6, 15)
    yes = Answer(START, peer=True, mentor=True)
    assert Contract(START, answers=(yes,)).ask_on == dt.date(2026, 6, 15)
    assert Contract(START, 1).ask_on == START


def test_a_pause_moves_what_was_due_on_its_first_day_and_nothing_before():
    contract = paused((2, 12))
    assert contract.check_on("first_days") == day(12)
    assert paused((3, 12)).check_on("first_days") == day(2)
    assert contract.ends_on == months_after(START, 6) + 10 * DAY


def test_nobody_knows_what_is_due_after_a_pause_that_goes_on():
    contract = paused((20, None))
    assert contract.check_on("first_days") == day(2)
    assert contract.ends_on is contract.ask_on is contract.exit_talk_between is None
    assert contract.month_on(day(300)) == 1


@pytest.mark.parametrize(
    ("spans", "since", "until", "field"),
    [
        ((), -1, None, "since"),
        ((), 181, None, "since"),
        ((), 50, 50, "until"),
        ((), 50, 49, "until"),
        ((), 500, None, "since"),
        ((), 100, 500, "until"),
        (((10, 20),), 15, 18, "since"),
        (((10, 20),), 5, 25, "since"),
        (((10, 20),), 20, 25, "since"),
        (((10, 20),), 5, 10, "since"),
        (((10, 20),), 5, None, "since"),
        (((10, None),), 15, None, "since"),
        (((10, None),), 3, 12, "since"),
    ],
)
def test_a_pause_outside_the_contract_or_in_a_pause_is_refused(spans, since, until, field):
    pause = Pause(day(since), None if until is None else day(until))
    with pytest.raises(InputFault) as refused:
        paused(*spans).with_pause(pause, day(400))
    assert [fault.place.field for fault in refused.value.faults] == [field]


def test_a_pause_goes_on_again_after_its_first_day_and_no_day_ahead():
    contract = paused((10, None))
    assert contract.resumed(day(30), day(40)).pauses[-1].until == day(30)
    for on in (10, 41):
        with pytest.raises(InputFault):
            contract.resumed(day(on), day(40))
    with pytest.raises(InputFault):
        paused((10, 20)).resumed(day(30), day(40))


def test_a_partner_waits_for_word_until_told():
    assert Pause(START, who="mentor").partner_waits
    assert not Pause(START, who="mentor", told_on=START).partner_waits
    assert not Pause(START, who="both").partner_waits


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [((0, 10), False), ((0, 11), True), ((10, None), True), ((20, 30), False), ((0, None), True),
     ((12, 14), True), ((19, 25), True)],
)  # fmt: skip
def test_times_overlap_that_share_a_day(other, overlaps):
    span = (day(other[0]), None if other[1] is None else day(other[1]))
    assert first_overlap((day(10), day(20)), [span]) == (span if overlaps else None)
