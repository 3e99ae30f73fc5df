"""Pairs as they stood on a day, for two who write at once, and once somebody is erased."""

from __future__ import annotations

import datetime as dt
import random

import pytest
import sqlalchemy

from builders import LEADER, assert_sound, change, read
from noted_pairs import START, TODAY, a_pair, days, of, sheet, store_events
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.pathways import (
    answer_records,
    contact_records,
    contract_records,
    due_records,
    end_records,
    exit_records,
    pathway_records,
    pause_records,
)
from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contract import Pause
from peerbook.pathways.exit_records import AgreedExit, HeldExit
from peerbook.pathways.opened import Opened
from peerbook.pathways.pathway_part import OnePathway
from peerbook.people import pairs
from peerbook.privacy import retention
from peerbook.privacy.erasure import erase_person, held_about
from peerbook.store import Visitor, events_of, identities
from peerbook.store.tables import ERASED_END, ExitTalk, MatchedPair
from peerbook.text import format_date
from peerbook.ui import Prose, Submission


@pytest.mark.parametrize("seed", range(6))
def test_the_state_of_any_past_day_is_that_of_replaying_what_happened(store, pair, seed):
    """Whatever was noted, in whatever order: each past day is as if nothing later were known."""
    draw = random.Random(seed)
    pauses = {}
    for _time in range(12):
        since, length = days(-draw.randint(5, 176)), dt.timedelta(days=draw.randint(1, 25))
        try:
            change(store, pause_records.save_pause, pair, Pause(since, since + length), TODAY)
            pauses[since] = since + length
        except InputFault:
            pass
    for day in (days(-draw.randint(0, 180)) for _n in range(12)):
        contract = of(store, pair, day).contract
        known = {
            one: until if until <= day else None for one, until in pauses.items() if one <= day
        }
        assert {one.since: one.until for one in contract.pauses} == known


def test_a_pair_that_is_not_as_it_was_shown_is_not_written_on(store, pair):
    shown = of(store, pair)
    with store.read() as session:
        pathway_records.refuse_overtaken(session, shown)
    change(store, pause_records.save_pause, pair, Pause(days(-9)), TODAY)
    for _time in range(2):
        with store.read() as session, pytest.raises(Conflict):
            pathway_records.refuse_overtaken(session, shown)
        change(store, pause_records.take_back_pause, pair, days(-9))
        assert of(store, pair) == shown, "as it was, and yet something has happened"
        change(store, pause_records.save_pause, pair, Pause(days(-9)), TODAY)


def test_two_who_have_one_pair_open_do_not_write_over_each_other(store, pair):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    told = []
    shown = (desk, of(store, pair), {}, lambda said, _task: told.append(said))
    one, other = Opened(*shown), Opened(*shown)

    def answer(opened, key, **said):
        submission = Submission(key, said, form="extension")
        opened.note(
            submission,
            lambda session: answer_records.save_extension(session, pair, TODAY, TODAY, **said),
        )

    answer(one, "1", peer=True, mentor=True)
    with pytest.raises(Conflict):
        answer(other, "2", peer=False, mentor=False)
    with pytest.raises(Conflict):
        other.press(lambda session: answer_records.take_back_answer(session, pair), "")
    assert len(told) == 1
    assert of(store, pair).contract.both_want_more


def test_pairs_that_ended_long_ago_can_be_left_out(store, made, pair):
    site_id = made[0]
    change(store, end_records.end_pair, pair, "moved_on", days(-40), TODAY)
    other = a_pair(store, made, peer=1, mentor=1)
    found = read(store, pathway_records.pathways, site_id, TODAY, ended_since=days(-30))
    assert [one.number for one in found] == [other]
    found = read(store, pathway_records.pathways, None, TODAY, ended_since=days(-40))
    assert [one.number for one in found] == [other, pair]


def test_of_many_pairs_which_they_are_is_found_out_once_and_the_rest_read_by_and_by(
    store, made, pair, monkeypatch
):
    change(store, end_records.end_pair, pair, "moved_on", days(-40), TODAY)
    held = HeldExit(days(-30), ticked=("goals",))
    change(store, exit_records.save_held_exit_talk, pair, held, TODAY, 0)
    for _more in range(4):
        a_pair(store, made, peer=1, mentor=1)
    asked = []

    def known(at_once):
        monkeypatch.setattr(pathway_records, "AT_ONCE", at_once)
        with store.read() as session:
            engine = session.get_bind().engine
            sqlalchemy.event.listen(engine, "before_cursor_execute", note)
            try:
                return pathway_records.pathways(session, None, TODAY, ended_since=days(-50))
            finally:
                sqlalchemy.event.remove(engine, "before_cursor_execute", note)

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    at_once = known(100)
    assert len(at_once) == 5
    assert len([one for one in asked if "EXISTS" in one]) == 1
    for some in (1, 2, 5):
        asked.clear()
        assert known(some) == at_once
        assert len([one for one in asked if "FROM event" in one and "EXISTS" not in one]) == -(
            -5 // some
        )


def test_a_pair_tells_of_the_pairs_either_was_in_before(store, made, pair):
    peers, mentors = made[1:]
    change(store, end_records.end_pair, pair, "changed_mentor", days(-60), TODAY)
    pair_of_others = a_pair(store, made, peer=1, mentor=1)
    change(store, end_records.end_pair, pair_of_others, "withdrew", days(-50), TODAY)
    again = a_pair(store, made, days(-40), mentor=1)
    before = read(store, pathway_records.pathways_before, of(store, again))
    assert [one.number for one in before] == [pair_of_others, pair]
    assert read(store, pathway_records.pathways_before, of(store, pair)) == []
    save_name = identities.save_name
    for code, name in ((peers[0], "Opdigt Ét"), (mentors[0], "Opdigt *To*")):
        change(store, save_name, code, name)
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    parts = OnePathway(desk, again, print, str).parts()
    told = [str(part.tree) for part in parts if isinstance(part, Prose)]
    since, until = format_date(START), format_date(days(-60))
    line = f"Før: par {pair}, Opdigt Ét og Opdigt *To*, {since} til {until}: fik en anden"
    assert any(line in text for text in told), told


def test_erasing_one_of_a_pair_takes_what_was_written_about_them(store, made, pair):
    peer = made[1][0]
    held = HeldExit(TODAY, "Hjemme", ("goals",), "Kom ud", "Cafévagt")
    change(store, exit_records.save_held_exit_talk, pair, held, TODAY, 0)
    assert "exit_talk" in {one.table for one in read(store, held_about, peer)}
    change(store, erase_person, peer)
    with store.read() as session:
        talk = session.query(ExitTalk).one()
        assert (talk.place, talk.goals_reached, talk.next_step) == ("", "", "")
        assert talk.ticked == ["goals"]
    one = of(store, pair)
    assert (one.peer, one.closing.state) == (None, "held")
    assert_sound(store)


def test_a_pair_ends_the_day_one_of_the_two_is_erased_and_nothing_more_is_written(
    store, made, pair
):
    site_id, [peer, _p], [mentor, _m] = made
    save_pause = pause_records.save_pause
    for ago, who in ((90, "peer"), (60, "mentor"), (30, "both")):
        pause = Pause(days(-ago), days(5 - ago), who, "illness")
        change(store, save_pause, pair, pause, TODAY)
    change(store, exit_records.agree_exit_talk, pair, AgreedExit(days(9)), TODAY, 0)
    change(store, erase_person, peer, TODAY)
    one = of(store, pair)
    assert (one.ended_on, one.end, one.closing.state) == (TODAY, ERASED_END, "cancelled")
    assert [pause.why for pause in one.contract.pauses] == [None, "illness", None]
    assert of(store, pair, days(-1)).ended_on is None
    assert read(store, due_records.dues, site_id, TODAY) == []
    [known] = read(store, pairs.pairs, site_id, TODAY)
    assert (known.codes, known.end) == ((mentor,), ERASED_END)
    with store.read() as session:
        assert session.get_one(MatchedPair, pair).pause_reasons.keys() == {days(-60).isoformat()}
        assert "illness" not in str([event.details for event in events_of(session, pairs.PAIR)])
    events, version = store_events(store), read(store, contract_records.sheet_row, pair).version
    for what in (
        (save_pause, pair, Pause(days(-9), who="peer", why="illness"), TODAY),
        (contract_records.save_sheet, pair, sheet(), TODAY, version),
        (exit_records.save_held_exit_talk, pair, HeldExit(TODAY, "Hjemme"), TODAY, 2),
        (exit_records.agree_exit_talk, pair, AgreedExit(TODAY), TODAY, 2),
        (end_records.end_pair, pair, "withdrew", TODAY, TODAY),
        (end_records.take_back_end, pair),
        (contact_records.save_meetings, pair, [MeetingDay(TODAY, "held")], TODAY),
    ):
        with pytest.raises(Conflict, match="Hent siden igen"):
            change(store, *what)
    assert store_events(store) == events
    change(store, erase_person, mentor, TODAY)
    assert of(store, pair).end == ERASED_END
    assert store_events(store) == events, "it has ended already"
    assert read(store, contract_records.sheet_row, pair).pause_reasons == {}


def test_whoever_is_matched_is_not_due_for_deletion(store, made, pair):
    rule = retention.RetentionRule(6, "last_contact", "En aftale")
    peer = made[1][0]
    with store.read() as session:
        terms = {one.code: one.counted_from for one in retention.terms(session, rule, TODAY)}
    assert terms[peer] == TODAY
    change(store, end_records.end_pair, pair, "moved_on", days(-40), TODAY)
    with store.read() as session:
        terms = {one.code: one.counted_from for one in retention.terms(session, rule, TODAY)}
    assert terms[peer] == days(-40)
    held = HeldExit(days(-30))
    change(store, exit_records.save_held_exit_talk, pair, held, TODAY, 0)
    with store.read() as session:
        terms = {one.code: one.counted_from for one in retention.terms(session, rule, TODAY)}
    assert terms[peer] == days(-30), "the talk after it is a contact, too"
