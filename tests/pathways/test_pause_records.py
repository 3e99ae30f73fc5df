"""Pauses in the store, and what is refused or asked about."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from builders import LEADER, assert_sound, change, read, refused
from noted_pairs import START, TODAY, a_pair, agree, days, of, store_events
from peerbook.desk import Desk
from peerbook.errors import Fault, InputFault, Question
from peerbook.pathways import (
    answer_records,
    contact_records,
    due_records,
    end_records,
    pause_records,
)
from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contract import Pause
from peerbook.pathways.due_part import Waiting
from peerbook.store import Visitor
from peerbook.store.tables import MatchedPair, Site
from peerbook.text import format_date
from peerbook.ui import Table
from peerbook.ui.asking import asks_once


def test_a_pause_moves_all_that_is_due_and_the_one_left_behind_is_told(store, pair):
    end = of(store, pair).contract.ends_on
    change(
        store, pause_records.save_pause, pair, Pause(days(-30), who="mentor", why="illness"),
        TODAY,
    )  # fmt: skip
    one = of(store, pair)
    assert one.standing(TODAY) == "paused"
    assert one.contract.ends_on is None
    assert one.contract.pauses[-1].partner_waits
    change(store, pause_records.save_partner_told, pair, ["cafe", "group"], days(-30), TODAY)
    change(store, pause_records.save_resumed, pair, days(-10), TODAY)
    one = of(store, pair)
    assert one.contract.pauses == (
        Pause(days(-30), days(-10), "mentor", "illness", days(-30), ("cafe", "group")),
    )
    assert one.contract.ends_on == end + dt.timedelta(days=20)
    assert of(store, pair, days(-20)).standing(days(-20)) == "paused"


def test_pauses_that_go_on_are_shown_where_one_looks_for_what_waits(store, made, pair):
    other = a_pair(store, made, peer=1, mentor=1)
    agree(store, other)
    for number, since in ((pair, -30), (other, -90)):
        change(store, pause_records.save_pause, number, Pause(days(since), who="mentor"), TODAY)
        change(store, pause_records.save_partner_told, number, ["cafe"], TODAY, TODAY)
    assert read(store, due_records.dues, made[0], TODAY) == [], "it has no day"

    def shown():
        desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
        with store.read() as session:
            page = Waiting(desk, session.get_one(Site, made[0]), print)
        tables = [part for part in page._overview_parts() if isinstance(part, Table)]
        return [row for table in tables for row in table._content.rows]

    assert [(row["number"], row["since"]) for row in shown()] == [
        (other, days(-90)), (pair, days(-30))
    ]  # fmt: skip
    change(store, pause_records.save_resumed, other, TODAY, TODAY)
    change(store, end_records.end_pair, pair, "withdrew", TODAY, TODAY)
    assert [row for row in shown() if "since" in row] == []


def test_what_cannot_be_is_refused_and_leaves_no_event(store, made, pair):
    without = a_pair(store, made, peer=1, mentor=1)
    events = store_events(store)
    save_pause = pause_records.save_pause
    assert refused(store, save_pause, without, Pause(days(-5)), TODAY) == ["since"]
    assert refused(store, save_pause, pair, Pause(days(1)), TODAY) == ["since"]
    assert refused(store, pause_records.save_resumed, pair, TODAY, TODAY) == ["on"]
    told = (pause_records.save_partner_told, pair, ["cafe"], TODAY, TODAY)
    assert refused(store, *told) == ["on"]
    more = answer_records.save_extension
    for on in (days(1), START - dt.timedelta(days=1)):
        assert refused(store, more, pair, on, TODAY, peer=True, mentor=True) == ["on"]
        assert refused(store, answer_records.save_check, pair, "first_days", on, TODAY) == ["on"]
    assert store_events(store) == events


def test_a_pause_noted_by_mistake_is_taken_back_with_all_of_it(store, pair):
    before = of(store, pair)
    change(store, pause_records.save_pause, pair, Pause(days(-60), days(-50)), TODAY)
    change(store, pause_records.save_pause, pair, Pause(days(-30), who="peer"), TODAY)
    change(store, pause_records.save_partner_told, pair, ["cafe"], days(-29), TODAY)
    change(store, pause_records.take_back_pause, pair, days(-30))
    assert of(store, pair).contract.pauses == (Pause(days(-60), days(-50)),)
    change(store, pause_records.take_back_pause, pair, days(-60))
    assert of(store, pair) == before
    assert refused(store, pause_records.take_back_pause, pair, days(-60)) == ["since"]


def test_what_was_offered_meanwhile_is_said_or_that_it_was_nothing(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-9), who="peer"), TODAY)
    told = (pause_records.save_partner_told, pair)
    for offered in ([], ["cafe", "nothing"]):
        assert refused(store, *told, offered, TODAY, TODAY) == ["offered"]
    change(store, *told, ["nothing"], TODAY, TODAY)
    [pause] = of(store, pair).contract.pauses
    assert (pause.told_on, pause.offered) == (TODAY, ("nothing",))


def test_what_was_asked_about_is_taken_for_meant_the_next_time_and_no_other_refusal_is():
    told, ask = [], asks_once()

    def save(day, *wrong):
        def saving(meant):
            told.append(set(meant))
            odd = [] if day in meant else [Question("?", about=day)]
            if odd or wrong:
                raise InputFault([*odd, *wrong])

        return saving

    for tried in (save(TODAY, Fault("no")), save(days(1))):
        with pytest.raises(InputFault):
            ask(tried)
    ask(save(TODAY))
    assert told == [set(), {TODAY}, {TODAY, days(1)}]


def test_a_day_refused_for_another_reason_is_still_asked_about(store, pair):
    """Called off in a pause, then noted as held: the pause was never asked about."""
    pause = Pause(days(-60), days(-30))
    change(store, pause_records.save_pause, pair, pause, TODAY)
    day = days(-40)
    off = [MeetingDay(day, "cancelled")]
    saved_off = change(store, contact_records.save_meetings, pair, off, TODAY)
    ask = asks_once()

    def save(meant):
        held = [MeetingDay(day, "held")]
        change(store, contact_records.save_meetings, pair, held, TODAY, meant=meant)

    with pytest.raises(InputFault, match="noteret i forvejen"):
        ask(save)
    change(store, contact_records.remove_meeting, saved_off.number, saved_off.version)
    with pytest.raises(InputFault, match="pause"):
        ask(save)
    ask(save)
    assert_sound(store)


def test_a_pause_over_days_on_which_they_met_is_asked_about(store, pair):
    met = [MeetingDay(days(-40), "held"), MeetingDay(days(-20), "cancelled")]
    change(store, contact_records.save_meetings, pair, met, TODAY)
    over, beside = Pause(days(-60), days(-39)), Pause(days(-60), days(-40))
    pause = pause_records.save_pause
    with pytest.raises(InputFault, match=re.escape(format_date(days(-40)))):
        change(store, pause, pair, over, TODAY)
    assert refused(store, pause, pair, Pause(days(-41)), TODAY) == ["since"]
    change(store, pause, pair, beside, TODAY)
    change(store, pause_records.take_back_pause, pair, beside.since)
    change(store, pause, pair, over, TODAY, is_meant=True)
    assert of(store, pair).contract.pauses == (over,)


def test_taking_back_one_pause_leaves_what_was_told_of_another(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-60), who="peer"), TODAY)
    told = (pause_records.save_partner_told, pair, ["cafe"])
    change(store, *told, days(-35), TODAY)
    change(store, pause_records.save_resumed, pair, days(-50), TODAY)
    change(store, pause_records.save_pause, pair, Pause(days(-40), who="mentor"), TODAY)
    change(store, *told, days(-30), TODAY)
    change(store, pause_records.take_back_pause, pair, days(-40))
    [pause] = of(store, pair).contract.pauses
    assert (pause.told_on, pause.offered) == (days(-35), ("cafe",))
    change(store, pause_records.take_back_pause, pair, days(-60))
    change(store, pause_records.save_pause, pair, Pause(days(-60), who="peer"), TODAY)
    assert of(store, pair).contract.pauses[0].told_on is None


def test_who_was_told_of_one_pause_is_not_taken_to_know_of_the_next(store, pair):
    change(store, pause_records.save_pause, pair, Pause(days(-60), who="mentor"), TODAY)
    change(store, pause_records.save_partner_told, pair, ["cafe"], days(-40), TODAY)
    change(store, pause_records.save_resumed, pair, days(-50), TODAY)
    change(store, pause_records.save_pause, pair, Pause(days(-45), who="mentor"), TODAY)
    first, second = of(store, pair).contract.pauses
    assert (first.told_on, second.told_on) == (days(-40), None)


def test_taking_back_a_pause_that_a_later_one_rests_on_is_refused(store, pair):
    start = days(-200)
    with store.write(LEADER) as session:
        session.get_one(MatchedPair, pair).matched_on = start
        session.get_one(MatchedPair, pair).starts_on = start
    first = Pause(days(-150), days(-110), "both")
    change(store, pause_records.save_pause, pair, first, TODAY)
    late = Pause(days(-5), days(-2), "both")
    change(store, pause_records.save_pause, pair, late, TODAY)
    taken = (pause_records.take_back_pause, pair)
    assert refused(store, *taken, first.since) == ["since"]
    change(store, *taken, late.since)
    change(store, *taken, first.since)
    assert of(store, pair).contract.pauses == ()


def test_that_they_went_on_again_is_taken_back_and_the_pause_goes_on(store, pair):
    take_back = pause_records.take_back_resumed
    assert refused(store, take_back, pair) == ["on"]
    pauses = (Pause(days(-90), days(-80)), Pause(days(-30), days(-20)))
    for pause in pauses:
        change(store, pause_records.save_pause, pair, pause, TODAY)
    change(store, take_back, pair)
    assert of(store, pair).contract.pauses == (pauses[0], Pause(days(-30)))
    assert refused(store, take_back, pair) == ["on"]
    change(store, pause_records.save_resumed, pair, days(-20), TODAY)
    met = [MeetingDay(days(-20), "held")]
    change(store, contact_records.save_meetings, pair, met, TODAY)
    assert refused(store, take_back, pair) == ["on"], "they have met since"
    assert of(store, pair).contract.pauses == pauses


def test_that_the_one_who_waits_was_told_is_taken_back_and_waits_to_be_done_again(
    store, made, pair
):
    since = days(-5)
    change(store, pause_records.save_pause, pair, Pause(since, who="peer"), TODAY)
    for on in (days(-5), days(-4)):
        change(store, pause_records.save_partner_told, pair, ["cafe"], on, TODAY)
    change(store, pause_records.take_back_told, pair, since)
    [pause] = of(store, pair).contract.pauses
    assert (pause.told_on, pause.offered) == (None, ())
    [due] = [one for one in read(store, due_records.dues, made[0], TODAY)
             if one.kind == "tell_partner"]  # fmt: skip
    assert due.pathway.number == pair
    assert refused(store, pause_records.take_back_told, pair, since) == ["on"]
