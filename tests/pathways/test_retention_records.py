"""Contracts and time in the programme as the store tells them; nobody's name is read for it."""

import datetime as dt

import pandas as pd
import pytest
from sqlalchemy import event, func, select

from builders import LEADER, a_site, course, enrolment, participant, same_person, save
from peerbook.pathways import retention_records
from peerbook.pathways.retention import retention, split, time_at_risk
from peerbook.people.pairs import PAIR
from peerbook.privacy.erasure import erase_person
from peerbook.recruitment import enquiry_records
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.store import append_event, events_of, withdraw_event
from peerbook.store.tables import Enquiry, MatchedPair, NameSeen

TODAY = dt.date(2026, 9, 1)
FIRST = dt.date(2026, 1, 5)


def day(number):
    return FIRST + dt.timedelta(days=number)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def somebody(store, site_id, role=None, on=FIRST):
    [code] = save(store, participant(site_id=site_id))
    if role:
        happen(store, "participant", code, "joined", on, role=role)
    return code


def happen(store, subject, key, kind, on, **details):
    with store.write(LEADER) as session:
        append_event(session, subject, key, kind, on, **details)


def pair(store, site_id, peer, mentor, matched_on=FIRST, *turns, end=None, **values):
    """Save a pair; `turns` are (kind, day), and `end` is (how, day)."""
    [number] = save(
        store,
        MatchedPair(
            site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=matched_on, **values
        ),
    )
    happen(store, PAIR, number, "matched", matched_on)
    for kind, on in turns:
        happen(store, PAIR, number, kind, on)
    if end:
        happen(store, PAIR, number, "ended", end[1], end=end[0])
    return number


def a_pair(store, site_id, *args, **named):
    """Save a pair of two new people, and return its number."""
    return pair(store, site_id, somebody(store, site_id), somebody(store, site_id), *args, **named)


def contracts(store, site_id=None, on=TODAY):
    with store.read() as session:
        return retention_records.contracts(session, site_id, on)


def times(store, site_id=None, on=TODAY):
    with store.read() as session:
        frame = retention_records.times(session, site_id, on)
    return {(row.participant, row.role): row for row in frame.itertuples()}


def test_a_contract_begins_as_agreed_and_without_one_on_the_day_they_were_matched(store, site_id):
    agreed = a_pair(store, site_id, starts_on=day(9), months=6)
    plain = a_pair(store, site_id)
    too_short = a_pair(store, site_id, starts_on=day(9), months=6, end=("withdrew", day(4)))
    frame = contracts(store, site_id)
    assert frame["started_on"].to_dict() == {agreed: day(9), plain: FIRST, too_short: FIRST}
    assert frame.loc[too_short, ["ended_on", "end"]].tolist() == [day(4), "withdrew"]
    assert frame.loc[plain, ["ended_on", "end"]].tolist() == [None, None]


def test_pauses_are_read_from_events_and_so_is_what_was_taken_back(store, site_id):
    number = a_pair(
        store, site_id, FIRST,
        ("paused", day(20)), ("resumed", day(40)), ("paused", day(30)), ("paused", day(60)),
    )  # fmt: skip
    assert contracts(store).loc[number, "pauses"] == [(day(20), day(40)), (day(60), None)]
    with store.write(LEADER) as session:
        last = events_of(session, PAIR, number)[-1]
        withdraw_event(session, last)
    assert contracts(store).loc[number, "pauses"] == [(day(20), day(40))]


def test_an_end_that_was_taken_back_never_was(store, site_id):
    number = a_pair(store, site_id, end=("lost_contact", day(50)))
    with store.write(LEADER) as session:
        withdraw_event(session, events_of(session, PAIR, number)[-1])
    assert contracts(store).loc[number, "ended_on"] is None


def test_what_happens_later_is_not_known_on_a_day(store, site_id):
    number = a_pair(
        store, site_id, FIRST, ("paused", day(20)), ("resumed", day(40)),
        end=("completed", day(200)),
    )  # fmt: skip
    a_pair(store, site_id, day(31))
    on = contracts(store, site_id, day(30))
    assert on.index.tolist() == [number]
    assert on.loc[number, "pauses"] == [(day(20), None)]
    assert on.loc[number, "ended_on"] is None
    assert len(contracts(store, site_id, day(31))) == 2


def test_what_is_read_is_what_the_curves_take_whatever_was_recorded(store, site_id):
    a_pair(store, site_id, FIRST, ("resumed", day(3)), ("paused", day(-9)), ("paused", day(8)))
    a_pair(store, site_id, day(5), ("paused", day(9)), ("resumed", day(90)),
           end=("moved_on", day(50)))  # fmt: skip
    a_pair(store, site_id, day(5), ("paused", day(99)), end=("moved_on", day(50)))
    result = retention(contracts(store), TODAY, 5)
    assert (result.contracts, result.paused, result.ended("moved_on")) == (3, 1, 2)
    assert time_at_risk(contracts(store), TODAY)["days"].tolist() == [5, 4, 45]


def test_sites_are_apart_and_together(store, site_id):
    other, _name = a_site(store, name="Viborg")
    here, there = a_pair(store, site_id), a_pair(store, other)
    assert contracts(store, site_id).index.tolist() == [here]
    assert contracts(store, other).index.tolist() == [there]
    assert contracts(store).index.tolist() == [here, there]


def test_a_store_without_pairs_gives_the_same_columns_and_nobody_at_risk(store, site_id):
    empty = contracts(store, site_id)
    assert tuple(empty.columns) == retention_records.CONTRACT_COLUMNS
    assert retention(empty, TODAY, 5).contracts == 0
    assert split(empty, "course", TODAY, 5).groups == {}
    assert times(store, site_id) == {}


def test_the_course_is_the_mentors_latest_that_had_begun(store, site_id):
    early, late, removed = save(
        store, course(site_id=site_id, starts_on=day(-200)),
        course(site_id=site_id, starts_on=day(-20)),
        course(site_id=site_id, starts_on=day(-10), removed_on=day(-5)),
    )  # fmt: skip
    mentor, other = somebody(store, site_id), somebody(store, site_id)
    save(store, *(enrolment(mentor, course_id=one) for one in (early, late, removed)))
    save(store, enrolment(other, course_id=late))
    before = pair(store, site_id, somebody(store, site_id), mentor, day(-21))
    after = pair(store, site_id, somebody(store, site_id), mentor, FIRST)
    never = pair(store, site_id, somebody(store, site_id), other, day(-21))
    assert contracts(store)["course"].to_dict() == {before: early, after: late, never: None}
    with store.read() as session:
        assert retention_records.course_titles(session, [late]) == {late: "Spring 2026"}


def test_the_channel_is_what_made_the_peer_come_or_else_where_they_first_heard(store, site_id):
    def asks(on, heard, decided=None):
        saved = enquiry_records.log_enquiry(
            session, site_id, Asked(on, "peer", heard, decided), Person(f"Opdigt {heard}"), TODAY
        )
        return session.get_one(Enquiry, saved.number).participant_code

    with store.write(LEADER) as session:
        decided = asks(day(-9), "notice", "ambassador")
        heard = asks(day(-9), "article")
        unknown = asks(day(-9), "unknown")
        later = asks(day(9), "leaflet")
    numbers = [
        pair(store, site_id, peer, somebody(store, site_id))
        for peer in (decided, heard, unknown, later)
    ]
    assert [contracts(store).loc[number, "channel"] for number in numbers] == [
        "ambassador", "article", None, None,
    ]  # fmt: skip


def test_the_channel_is_that_of_the_way_that_led_to_the_match(store, site_id):
    def asks(on, heard, decided):
        row = Enquiry(
            site_id=site_id, participant_code=code, asked_on=day(on), wanted_role="peer",
            heard_via=heard, decided_via=decided,
        )  # fmt: skip
        save(store, row)

    code = somebody(store, site_id, "peer", on=day(-80))
    asks(-90, "notice", "ambassador")
    asks(-20, "article", "leaflet")
    before = pair(store, site_id, code, somebody(store, site_id), end=("withdrew", day(5)))
    assert contracts(store).loc[before, "channel"] == "ambassador", "they are a peer from before"
    happen(store, "participant", code, "joined", day(-10), role="peer")
    assert contracts(store).loc[before, "channel"] == "leaflet"


def test_whoever_has_two_codes_is_one_person(store, site_id):
    one, other = somebody(store, site_id), somebody(store, site_id)
    save(store, same_person(one, other))
    pair(store, site_id, one, somebody(store, site_id), end=("changed_mentor", day(20)))
    pair(store, site_id, other, somebody(store, site_id), day(30))
    assert set(contracts(store)["participant"]) == {min(one, other)}
    row = times(store)[min(one, other), "peer"]
    assert (row.started_on, row.ended_on, row.pauses) == (FIRST, None, [(day(20), day(30))])


def test_a_pair_stays_when_somebody_of_it_is_erased(store, site_id):
    peer, mentor = somebody(store, site_id), somebody(store, site_id)
    number = pair(store, site_id, peer, mentor, end=("completed", day(180)))
    assert contracts(store).loc[number, "participant"] == peer
    with store.write(LEADER) as session:
        erase_person(session, peer)
    assert contracts(store).loc[number, ["participant", "mentor"]].tolist() == [None, mentor]
    with store.write(LEADER) as session:
        erase_person(session, mentor)
    assert contracts(store).loc[number, ["participant", "mentor"]].tolist() == [None, None]
    assert set(times(store)) == {(None, "peer"), (None, "mentor")}


def test_a_pair_somebody_of_which_is_erased_is_known_no_further(store, site_id):
    peer, mentor = somebody(store, site_id), somebody(store, site_id)
    number = pair(store, site_id, peer, mentor, FIRST, ("paused", day(10)), ("resumed", day(20)))
    with store.write(LEADER) as session:
        erase_person(session, peer, day(50))
    known = contracts(store)
    assert (known.loc[number, "ended_on"], known.loc[number, "end"]) == (None, None)
    assert known.loc[number, "pauses"] == [(day(10), day(20)), (day(50), None)]
    one = retention(known, day(300), 5)
    assert (one.censored, [step.day for step in one.steps]) == (1, [40])
    assert times(store)[mentor, "mentor"].ended_on is None
    with store.write(LEADER) as session:
        append_event(session, "participant", mentor, "stopped", day(70))
    left = times(store)[mentor, "mentor"]
    assert (left.ended_on, left.end) == (day(70), "withdrew")


def test_a_pair_runs_from_the_match_until_its_contract_begins(store, site_id):
    peer, mentor = somebody(store, site_id), somebody(store, site_id)
    number = pair(
        store, site_id, peer, mentor, starts_on=day(90), months=6, end=("withdrew", day(80))
    )  # fmt: skip
    with store.read() as session:
        for on in (day(30), day(80), day(200)):
            known = retention_records.contracts(session, site_id, on)
            assert known.loc[number, "started_on"] == FIRST


def test_time_is_one_row_a_person_and_role(store, site_id):
    peer, mentor, next_mentor = (somebody(store, site_id) for _n in range(3))
    pair(store, site_id, peer, mentor, end=("changed_mentor", day(40)))
    pair(store, site_id, peer, next_mentor, day(60), end=("completed", day(230)))
    pair(store, site_id, mentor, next_mentor, day(70), end=("completed", day(75)))
    known = times(store)
    assert set(known) == {
        (peer, "peer"), (mentor, "mentor"), (next_mentor, "mentor"), (mentor, "peer"),
    }  # fmt: skip
    row = known[peer, "peer"]
    assert (row.started_on, row.ended_on, row.end) == (FIRST, day(230), "completed")
    assert row.pauses == [(day(40), day(60))]
    waiting = known[mentor, "mentor"]
    assert (waiting.ended_on, waiting.pauses) == (None, [(day(40), None)])


def test_whoever_waits_and_leaves_the_programme_has_withdrawn_unless_they_came_back(store, site_id):
    peers = [somebody(store, site_id, "peer") for _n in range(3)]
    for peer in peers:
        pair(store, site_id, peer, somebody(store, site_id), end=("changed_mentor", day(40)))
    gone, back, _waits = peers
    for peer in (gone, back):
        happen(store, "participant", peer, "stopped", day(90))
    happen(store, "participant", back, "joined", day(99), role="peer")
    ends = {peer: times(store)[peer, "peer"].end for peer in peers}
    assert ends == {gone: "withdrew", back: None, _waits: None}
    assert times(store)[gone, "peer"].ended_on == day(90)
    assert times(store, on=day(95))[back, "peer"].end == "withdrew"
    assert times(store, on=day(89))[gone, "peer"].end is None


def test_however_many_there_are_a_handful_of_statements_is_run_and_no_name_is_read(store, site_id):
    for _n in range(3):
        a_pair(store, site_id, FIRST, ("paused", day(5)))

    def statements(call):
        run = []
        with store.read() as session:
            engine = session.get_bind()
            event.listen(engine, "before_cursor_execute", lambda *told: run.append(told[2]))
            call(session, site_id, TODAY)
        return len(run)

    def both():
        return [statements(retention_records.contracts), statements(retention_records.times)]

    few = both()
    for _n in range(9):
        a_pair(store, site_id, FIRST, ("paused", day(5)), ("resumed", day(9)))
    assert both() == few
    assert max(few) <= 8
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(NameSeen)) == 0


def test_the_frames_are_made_of_plain_values(store, site_id):
    a_pair(store, site_id, FIRST, ("paused", day(5)), end=("completed", day(9)))
    row = contracts(store).iloc[0]
    assert [type(value) for value in row[["started_on", "ended_on", "end"]]] == [
        dt.date, dt.date, str,
    ]  # fmt: skip
    assert isinstance(contracts(store).index, pd.Index)
