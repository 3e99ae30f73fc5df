"""Any day's state can be rebuilt from the events."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, START, open_store
from peerbook.store import append_event, events_of, kind_on, state_on, withdraw_event
from peerbook.store.events import WITHDRAWN, in_effect
from peerbook.store.tables import Event

DAY = dt.timedelta(days=1)


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


def happen(store, kind, effective_on=START, subject="P-7K3M9Q", actor=LEADER, **details):
    with store.write(actor) as session:
        return append_event(session, "participant", subject, kind, effective_on, **details)


def history(store, subject="P-7K3M9Q", **options):
    with store.read() as session:
        return events_of(session, "participant", subject, **options)


def test_an_event_knows_who_recorded_it_when_and_from_when_it_holds(store):
    before = dt.datetime.now(dt.UTC)
    happen(store, "enrolled", START - 30 * DAY, actor="anna", channel="GP", until=START)
    [event] = history(store)
    assert (event.actor, event.kind, event.effective_on) == ("anna", "enrolled", START - 30 * DAY)
    assert event.details == {"channel": "GP", "until": "2026-03-04"}
    assert before <= event.recorded_at <= dt.datetime.now(dt.UTC)


def test_a_detail_may_be_called_anything(store):
    with store.write(LEADER) as session:
        append_event(session, "course", 1, "date_moved", START, kind="sparring", session=2)
    with store.read() as session:
        [event] = events_of(session, "course", 1)
    assert (event.kind, event.details) == ("date_moved", {"kind": "sparring", "session": 2})


def test_events_are_told_by_subject_and_since_a_number(store):
    first = happen(store, "enrolled")
    happen(store, "enrolled", subject="P-000000")
    happen(store, "paused")
    assert [event.kind for event in history(store)] == ["enrolled", "paused"]
    assert [event.kind for event in history(store, after_seq=first.seq)] == ["paused"]
    assert len(history(store, subject=None)) == 3


def test_an_event_recorded_late_takes_its_place_in_time(store):
    happen(store, "enrolled", START)
    happen(store, "left", START + 60 * DAY)
    happen(store, "paused", START + 30 * DAY)
    told = [kind_on(history(store), START + n * DAY) for n in (-1, 0, 29, 30, 59, 60, 400)]
    assert told == [None, "enrolled", "enrolled", "paused", "paused", "left", "left"]


def test_of_two_events_on_one_day_the_later_recorded_counts_whatever_the_clock_says():
    early, late = (dt.datetime(2026, 10, 25, hour, tzinfo=dt.UTC) for hour in (1, 2))
    events = [
        Event(seq=1, kind="paused", effective_on=START, recorded_at=late, details={}),
        Event(seq=2, kind="back", effective_on=START, recorded_at=early, details={}),
    ]
    assert kind_on(events, START) == kind_on(events[::-1], START) == "back"


def test_a_withdrawn_event_counts_no_more_and_stays_in_the_history(store):
    happen(store, "enrolled")
    wrong = happen(store, "left", START + DAY)
    with store.write(LEADER) as session:
        undo = withdraw_event(session, wrong)
    assert kind_on(history(store), START + DAY) == "enrolled"
    assert len(history(store)) == 3
    with store.write(LEADER) as session:
        withdraw_event(session, undo)
    assert kind_on(history(store), START + DAY) == "left"


def test_a_state_can_be_anything_a_step_makes_of_it(store):
    for n in range(3):
        happen(store, "moved", START + n * DAY, by_days=n)
    total = state_on(
        history(store), START + DAY, 0, lambda days, event: days + event.details["by_days"]
    )
    assert total == 1


@st.composite
def histories(draw):
    events = []
    for seq in range(1, draw(st.integers(0, 14)) + 1):
        effective_on = START + draw(st.integers(0, 9)) * DAY
        kind, details = draw(st.sampled_from("ABC")), {}
        if seq > 1 and draw(st.integers(0, 3)) == 0:
            kind, details = WITHDRAWN, {"seq": draw(st.integers(1, seq - 1))}
        events.append(Event(seq=seq, kind=kind, effective_on=effective_on, details=details))
    return draw(st.permutations(events))


def taken_back(events, seq):
    """Whether an event is withdrawn by one that is not itself withdrawn: the definition."""
    return any(
        event.kind == WITHDRAWN and event.details["seq"] == seq
        and not taken_back(events, event.seq)
        for event in events
    )  # fmt: skip


@given(histories())
def test_the_fold_equals_going_through_the_days_one_by_one(events):
    trail = ()
    for n in range(-1, 11):
        day = START + n * DAY
        for event in sorted(events, key=lambda event: event.seq):
            happens = event.effective_on == day and event.kind != WITHDRAWN
            if happens and not taken_back(events, event.seq):
                trail += (event.seq,)
        assert state_on(events, day, (), lambda seen, event: (*seen, event.seq)) == trail
        assert tuple(event.seq for event in in_effect(events, day)) == trail
        kinds = {event.seq: event.kind for event in events}
        assert kind_on(events, day) == (kinds[trail[-1]] if trail else None)
