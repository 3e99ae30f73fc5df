"""How a pair is in touch: its usual rhythm, gaps, and pauses in which nobody is asked after."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, a_site, participant
from builders import save as saved
from peerbook.errors import Conflict, InputFault
from peerbook.pathways import contact_records, pathway_records
from peerbook.pathways.contact import MeetingDay, contact
from peerbook.pathways.contact_part import touch_text
from peerbook.pathways.contract import Contract, Pause
from peerbook.pathways.pathway import Pathway
from peerbook.people.pairs import PAIR
from peerbook.store import append_event
from peerbook.store.tables import MatchedPair

START = dt.date(2026, 6, 1)
TODAY = dt.date(2026, 11, 24)


def after(days):
    return START + dt.timedelta(days=days)


def a_pathway(*pauses, starts_on=START, has_contract=True):
    contract = Contract(starts_on, pauses=pauses) if has_contract else None
    return Pathway(1, 1, "P-AAAAAA", "P-BBBBBB", START, contract=contract)


def met(*days):
    return [MeetingDay(after(day), "held") for day in days]


@pytest.mark.parametrize(
    ("day", "touch"),
    [(28, "fine"), (35, "fine"), (36, "longer"), (42, "longer"), (43, "too_long")],
)
def test_a_pair_that_meets_weekly_is_asked_after_when_it_is_twice_as_long(day, touch):
    found = contact(a_pathway(), met(0, 7, 14, 21), after(day))
    assert (found.touch, found.usual_days, found.since_days) == (touch, 7, day - 21)


@pytest.mark.parametrize(
    ("day", "touch"), [(21, "not_yet"), (22, "too_long")]
)  # fmt: skip
def test_a_pair_that_has_not_met_is_asked_after_when_21_days_are_over(day, touch):
    assert contact(a_pathway(), [], after(day)).touch == touch
    assert contact(a_pathway(has_contract=False), [], after(day)).touch == touch


def test_before_the_talk_of_three_it_is_told_that_this_is_what_waits():
    new, begun = a_pathway(has_contract=False), a_pathway()
    for day in (9, 40):
        words = touch_text(new, contact(new, [], after(day)))
        assert words.startswith("Trevejssamtalen mangler.")
        assert words.endswith(touch_text(begun, contact(begun, [], after(day))))


def test_few_meetings_make_no_rhythm():
    found = contact(a_pathway(), met(0, 1, 2), after(20))
    assert (found.touch, found.usual_days) == ("fine", None)


def test_the_clock_stands_still_in_a_pause():
    paused = a_pathway(Pause(after(25), after(75)))
    assert contact(paused, met(0, 7, 14, 21), after(40)).touch == "paused"
    found = contact(paused, met(0, 7, 14, 21), after(80))
    assert (found.touch, found.since_days) == ("fine", 9)
    assert contact(paused, met(0, 7, 14, 21), after(86)).touch == "longer"


def test_a_pause_is_not_counted_in_a_gap_that_began_before_the_contract():
    one = Pathway(
        1, 1, "P-AAAAAA", "P-BBBBBB", after(-20),
        contract=Contract(START, pauses=(Pause(after(3), after(100)),)),
    )  # fmt: skip
    found = contact(one, met(-4, 103, 105, 125), after(126))
    assert found.usual_days == 4 + 3 + 3  # between 2 and 20


def test_a_meeting_in_a_pause_is_a_meeting_and_no_rhythm():
    paused = a_pathway(Pause(after(25), after(75)))
    found = contact(paused, met(0, 7, 14, 21, 30, 40, 78), after(80))
    assert (found.last_met, found.usual_days) == (after(78), 7)


def test_a_pair_whose_contract_lies_ahead_is_not_asked_after():
    assert contact(a_pathway(starts_on=after(60)), [], after(40)).touch == "ahead"


def test_what_was_called_off_counts_from_the_last_meeting_on():
    days = [*met(0), *(MeetingDay(after(n), "cancelled") for n in (3, 7, 14))]
    days.insert(2, MeetingDay(after(5), "held"))
    assert contact(a_pathway(), days, after(10)).called_off == 1
    assert contact(a_pathway(), days, after(20)).called_off == 2


@given(
    st.lists(st.integers(0, 170), unique=True).map(sorted),
    st.integers(0, 170),
    st.integers(1, 60),
    st.integers(0, 170),
)
def test_no_day_is_counted_that_is_paused_or_lies_ahead(days, since, length, today):
    one = a_pathway(Pause(after(since), after(since + length)))
    found = contact(one, met(*days), after(today))
    held = [day for day in days if day <= today]
    last = held[-1] if held else 0
    running = [day for day in range(last, today) if not since <= day < since + length]
    assert found.since_days == len(running)
    assert found.last_met == (after(last) if held else None)


# -- in the store ----------------------------------------------------------------------------------


@pytest.fixture
def pair(store):
    site_id, _name = a_site(store)
    peer, mentor = saved(store, *(participant(site_id=site_id) for _n in range(2)))
    with store.write(LEADER) as session:
        row = MatchedPair(
            site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=START,
            talked_on=START, starts_on=START, months=6,
        )  # fmt: skip
        session.add(row)
        session.flush()
        append_event(session, PAIR, row.id, "matched", START)
        return row.id


def note(store, number, *days):
    with store.write(LEADER) as session:
        return contact_records.save_meetings(session, number, days, TODAY)


def test_days_come_back_and_one_can_be_taken_away(store, pair):
    note(store, pair, *met(0, 7), MeetingDay(after(14), "cancelled"))
    with store.read() as session:
        ((one, found),) = contact_records.contacts(session, None, after(15))
        last = contact_records.latest_meetings(session, pair, 2)
        last_id, version = last[0].id, last[0].version
    assert (one.number, found.last_met, found.called_off) == (pair, after(7), 1)
    assert [row.date for row in last] == [after(14), after(7)]
    with store.write(LEADER) as session:
        contact_records.remove_meeting(session, last_id, version)
    with store.read() as session:
        assert contact_records.contacts(session, None, after(15))[0][1].called_off == 0
    with pytest.raises(Conflict), store.write(LEADER) as session:
        contact_records.remove_meeting(session, last_id, version)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_of_many_pairs_meetings_are_read_lot_by_lot(store, pair, monkeypatch, at_once):
    with store.write(LEADER) as session:
        first = session.get_one(MatchedPair, pair)
        for _more in range(2):
            more = MatchedPair(
                site_id=first.site_id, peer_code=first.peer_code, mentor_code=first.mentor_code,
                matched_on=START,
            )  # fmt: skip
            session.add(more)
            session.flush()
            append_event(session, PAIR, more.id, "matched", START)
            contact_records.save_meetings(session, more.id, met(7, 14), TODAY)
    note(store, pair, *met(0, 7))
    most = []

    def asked(_connection, _cursor, statement, values, *_more):
        if "FROM meeting" in statement:
            most.append(len(values))

    with store.read() as session:
        whole = contact_records.contacts(session, None, TODAY)
        monkeypatch.setattr(pathway_records, "AT_ONCE", at_once)
        engine = session.get_bind().engine
        sqlalchemy.event.listen(engine, "before_cursor_execute", asked)
        try:
            assert contact_records.contacts(session, None, TODAY) == whole
        finally:
            sqlalchemy.event.remove(engine, "before_cursor_execute", asked)
    assert len(most) == -(-3 // at_once)
    assert max(most) == at_once + 1


def test_a_wrong_day_saves_nothing_and_every_wrong_one_is_named(store, pair):
    note(store, pair, *met(7))
    wrong = [
        *met(0),
        *met(7),  # noted already
        *met(0),  # twice
        MeetingDay(START - dt.timedelta(days=1), "held"),
        MeetingDay(TODAY + dt.timedelta(days=1), "held"),
        MeetingDay(TODAY + dt.timedelta(days=400), "cancelled"),
        MeetingDay(TODAY + dt.timedelta(days=2), "cancelled"),
    ]
    with pytest.raises(InputFault) as fault:
        note(store, pair, *wrong)
    places = [one.place.field for one in fault.value.faults]
    assert places == [f"days.{place}.date" for place in (1, 2, 3, 4, 5)]
    with store.read() as session:
        assert len(contact_records.latest_meetings(session, pair, 9)) == 1


def test_a_pair_that_has_ended_is_not_asked_after_and_met_on_no_later_day(store, pair):
    with store.write(LEADER) as session:
        append_event(session, PAIR, pair, "ended", after(30), end="completed")
    with store.read() as session:
        assert contact_records.contacts(session, None, after(40)) == []
    note(store, pair, *met(30))
    with pytest.raises(InputFault):
        note(store, pair, *met(31))


def test_a_meeting_in_a_pause_is_asked_about_once(store):
    site_id, _name = a_site(store)
    codes = saved(store, participant(site_id=site_id), participant(site_id=site_id))
    [number] = saved(
        store,
        MatchedPair(
            site_id=site_id, peer_code=codes[0], mentor_code=codes[1], matched_on=START,
            starts_on=START, months=6,
        ),
    )  # fmt: skip
    with store.write(LEADER) as session:
        append_event(session, PAIR, number, "paused", after(10), who="both")
        append_event(session, PAIR, number, "resumed", after(20))
    in_pause = [MeetingDay(after(9), "held"), MeetingDay(after(12), "held")]
    with store.write(LEADER) as session, pytest.raises(InputFault) as fault:
        contact_records.save_meetings(session, number, in_pause, TODAY)
    assert [one.place.field for one in fault.value.faults] == ["days.1.date"]
    others = [MeetingDay(after(13), "cancelled"), MeetingDay(after(20), "held")]
    with store.write(LEADER) as session:
        contact_records.save_meetings(session, number, others, TODAY)
        contact_records.save_meetings(session, number, in_pause, TODAY, meant=[after(12)])
