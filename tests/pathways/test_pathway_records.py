"""Contracts, pauses, answers, exit talks and ends in the store, and what is refused."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest

from builders import LEADER, a_site, assert_sound, change, participant, read, refused
from builders import save as saved
from peerbook.desk import Desk
from peerbook.errors import Conflict, Fault, InputFault, Question
from peerbook.pathways import contact_records, due_records, pathway_records
from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contract import Contract, Pause
from peerbook.pathways.contract_part import contract_parts
from peerbook.pathways.opened import Opened, asks_once
from peerbook.pathways.pathway_part import OnePathway
from peerbook.pathways.pathway_records import AgreedExit, Answer, HeldExit, Sheet
from peerbook.people import pairs
from peerbook.privacy import retention
from peerbook.privacy.erasure import erase_person, held_about
from peerbook.store import Visitor, append_event, events_of, identities
from peerbook.store.tables import ERASED_END, ExitTalk, MatchedPair, Veto
from peerbook.text import format_date
from peerbook.ui import Prose, Submission

TODAY = dt.date(2026, 11, 24)
START = dt.date(2026, 6, 1)


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def made(store):
    """Return a site's number, two peers and two mentors."""
    site_id, _name = a_site(store)
    codes = saved(store, *(participant(site_id=site_id) for _n in range(4)))
    with store.write(LEADER) as session:
        for code, role in zip(codes, ["peer", "peer", "mentor", "mentor"], strict=True):
            append_event(session, "participant", code, "joined", START, role=role)
    return site_id, codes[:2], codes[2:]


def a_pair(store, made, matched_on=START, peer=0, mentor=0, **told):
    site_id, peers, mentors = made
    with store.write(LEADER) as session:
        row = MatchedPair(
            site_id=site_id, peer_code=peers[peer], mentor_code=mentors[mentor],
            matched_on=matched_on,
        )  # fmt: skip
        session.add(row)
        session.flush()
        append_event(session, pairs.PAIR, row.id, "matched", matched_on, **told)
        return row.id


def sheet(starts_on=START, **values):
    agreed = {"peer_goal": "Ud at gå", "mentor_goal": "Blive tryg", "contact_rule": "Sms"}
    return Sheet(**{"talked_on": starts_on, "starts_on": starts_on, **agreed, **values})


def agree(store, number, version=1, **values):
    return change(store, pathway_records.save_sheet, number, sheet(**values), TODAY, version)


@pytest.fixture
def pair(store, made):
    """Return the number of a pair with a contract from June on."""
    number = a_pair(store, made)
    agree(store, number)
    return number


def of(store, number, day=TODAY):
    return read(store, pathway_records.pathway, number, day)


# -- the contract ----------------------------------------------------------------------------------


def test_what_three_agree_on_is_the_contract(store, made):
    number = a_pair(store, made)
    assert of(store, number).standing(TODAY) == "no_contract"
    agree(store, number, starts_on=days(-10), months=4)
    one = of(store, number)
    assert one.contract == Contract(days(-10), 4)
    assert one.standing(TODAY) == "runs"
    assert one.standing(days(-11)) == "ahead"
    assert_sound(store)


def test_a_sheet_somebody_else_has_changed_meanwhile_is_not_overwritten(store, pair):
    with pytest.raises(Conflict):
        agree(store, pair, months=3)
    assert of(store, pair).contract.months == 6


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"talked_on": days(1)}, "talked_on"),
        ({"talked_on": START.replace(year=2016)}, "talked_on"),
        ({"starts_on": START - dt.timedelta(days=1)}, "starts_on"),
        ({"talked_on": TODAY, "starts_on": days(400)}, "starts_on"),
    ],
)
def test_a_contract_on_a_day_that_cannot_be_is_refused(store, made, values, field):
    number = a_pair(store, made)
    wanted = sheet(**values)
    assert refused(store, pathway_records.save_sheet, number, wanted, TODAY, 1) == [field]
    assert of(store, number).contract is None, "nothing is half-saved"


def test_contracts_of_one_person_do_not_overlap(store, made, pair):
    other = a_pair(store, made, mentor=1)
    asked = (pathway_records.save_sheet, other, sheet(starts_on=days(-20)), TODAY, 1)
    assert refused(store, *asked) == ["starts_on"]
    change(store, pathway_records.end_pair, pair, "changed_mentor", days(-21), TODAY)
    change(store, *asked)
    assert of(store, other).contract.starts_on == days(-20)


def test_one_who_stands_in_for_a_while_has_a_contract_beside_the_other(store, made, pair):
    other = a_pair(store, made, mentor=1, beside=True)
    agree(store, other, starts_on=days(-20))
    agree(store, pair, version=2, months=9)
    assert of(store, other).beside


def test_a_contract_begins_no_later_than_what_is_noted_in_it(store, pair):
    change(store, pathway_records.save_pause, pair, Pause(days(-90), days(-80)), TODAY)
    asked = (pathway_records.save_sheet, pair)
    assert refused(store, *asked, sheet(starts_on=days(-85)), TODAY, 2) == ["starts_on"]
    change(store, *asked, sheet(starts_on=days(-90)), TODAY, 2)


# -- pauses ----------------------------------------------------------------------------------------


def test_a_pause_moves_all_that_is_due_and_the_one_left_behind_is_told(store, pair):
    end = of(store, pair).contract.ends_on
    change(
        store, pathway_records.save_pause, pair, Pause(days(-30), who="mentor", why="illness"),
        TODAY,
    )  # fmt: skip
    one = of(store, pair)
    assert one.standing(TODAY) == "paused"
    assert one.contract.ends_on is None
    assert one.contract.pauses[-1].partner_waits
    change(store, pathway_records.save_partner_told, pair, ["cafe", "group"], days(-30), TODAY)
    change(store, pathway_records.save_resumed, pair, days(-10), TODAY)
    one = of(store, pair)
    assert one.contract.pauses == (
        Pause(days(-30), days(-10), "mentor", "illness", days(-30), ("cafe", "group")),
    )
    assert one.contract.ends_on == end + dt.timedelta(days=20)
    assert of(store, pair, days(-20)).standing(days(-20)) == "paused"


def test_what_cannot_be_is_refused_and_leaves_no_event(store, made, pair):
    without = a_pair(store, made, peer=1, mentor=1)
    events = store_events(store)
    save_pause = pathway_records.save_pause
    assert refused(store, save_pause, without, Pause(days(-5)), TODAY) == ["since"]
    assert refused(store, save_pause, pair, Pause(days(1)), TODAY) == ["since"]
    assert refused(store, pathway_records.save_resumed, pair, TODAY, TODAY) == ["on"]
    told = (pathway_records.save_partner_told, pair, ["cafe"], TODAY, TODAY)
    assert refused(store, *told) == ["on"]
    more = pathway_records.save_extension
    for on in (days(1), START - dt.timedelta(days=1)):
        assert refused(store, more, pair, on, TODAY, peer=True, mentor=True) == ["on"]
        assert refused(store, pathway_records.save_check, pair, "first_days", on, TODAY) == ["on"]
    assert store_events(store) == events


def store_events(store):
    with store.read() as session:
        return len(events_of(session, pairs.PAIR))


def test_a_pause_noted_by_mistake_is_taken_back_with_all_of_it(store, pair):
    before = of(store, pair)
    change(store, pathway_records.save_pause, pair, Pause(days(-60), days(-50)), TODAY)
    change(store, pathway_records.save_pause, pair, Pause(days(-30), who="peer"), TODAY)
    change(store, pathway_records.save_partner_told, pair, ["cafe"], days(-29), TODAY)
    change(store, pathway_records.take_back_pause, pair, days(-30))
    assert of(store, pair).contract.pauses == (Pause(days(-60), days(-50)),)
    change(store, pathway_records.take_back_pause, pair, days(-60))
    assert of(store, pair) == before
    assert refused(store, pathway_records.take_back_pause, pair, days(-60)) == ["since"]


@pytest.mark.parametrize("seed", range(6))
def test_the_state_of_any_past_day_is_that_of_replaying_what_happened(store, pair, seed):
    """Whatever was noted, in whatever order: each past day is as if nothing later were known."""
    draw = random.Random(seed)
    pauses = {}
    for _time in range(12):
        since, length = days(-draw.randint(5, 176)), dt.timedelta(days=draw.randint(1, 25))
        try:
            change(store, pathway_records.save_pause, pair, Pause(since, since + length), TODAY)
            pauses[since] = since + length
        except InputFault:
            pass
    for day in (days(-draw.randint(0, 180)) for _n in range(12)):
        contract = of(store, pair, day).contract
        known = {
            one: until if until <= day else None for one, until in pauses.items() if one <= day
        }
        assert {one.since: one.until for one in contract.pauses} == known


# -- three months more, and asking -----------------------------------------------------------------


def test_only_if_both_want_it_there_are_three_months_more_and_the_last_answer_counts(store, pair):
    more = pathway_records.save_extension
    change(store, more, pair, days(-9), TODAY, peer=True, mentor=False)
    assert of(store, pair).contract.all_months == 6
    change(store, more, pair, days(-2), TODAY, peer=True, mentor=True)
    one = of(store, pair)
    assert (one.contract.all_months, one.contract.answered_on) == (9, days(-2))
    assert of(store, pair, days(-5)).contract.all_months == 6


def test_asking_how_it_goes_is_noted_and_nothing_else(store, pair):
    change(store, pathway_records.save_check, pair, "first_days", days(-170), TODAY)
    assert of(store, pair).checked == {"first_days": days(-170)}
    check = (pathway_records.save_check, pair, "first_days", TODAY, TODAY)
    assert refused(store, *check) == ["which"]  # it would put another day in place of the first
    assert of(store, pair).checked == {"first_days": days(-170)}


def test_an_answer_takes_the_place_of_those_of_that_day_and_later(store, pair):
    more, answers = pathway_records.save_extension, pathway_records.answers
    change(store, more, pair, days(-20), TODAY, peer=False, mentor=False)
    change(store, more, pair, days(-5), TODAY, peer=False, mentor=True)
    change(store, more, pair, days(-6), TODAY, peer=True, mentor=True)
    one = of(store, pair).contract
    assert (one.all_months, one.answered_on) == (9, days(-6))
    assert read(store, answers, pair) == [
        Answer(days(-20), peer=False, mentor=False), Answer(days(-6), peer=True, mentor=True)
    ]  # fmt: skip
    change(store, pathway_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on == days(-20)
    change(store, pathway_records.take_back_answer, pair)
    assert of(store, pair).contract.answered_on is None
    assert refused(store, pathway_records.take_back_answer, pair) == ["on"]


def test_an_answer_a_pause_rests_on_is_not_taken_back(store, pair):
    start = days(-230)
    with store.write(LEADER) as session:  # as if it had begun earlier
        session.get_one(MatchedPair, pair).matched_on = start
        session.get_one(MatchedPair, pair).starts_on = start
    more = pathway_records.save_extension
    change(store, more, pair, days(-60), TODAY, peer=True, mentor=True)
    change(store, pathway_records.save_pause, pair, Pause(days(-20)), TODAY)
    assert refused(store, pathway_records.take_back_answer, pair) == ["on"]
    assert of(store, pair).contract.all_months == 9


def test_what_was_offered_meanwhile_is_said_or_that_it_was_nothing(store, pair):
    change(store, pathway_records.save_pause, pair, Pause(days(-9), who="peer"), TODAY)
    told = (pathway_records.save_partner_told, pair)
    for offered in ([], ["cafe", "nothing"]):
        assert refused(store, *told, offered, TODAY, TODAY) == ["offered"]
    change(store, *told, ["nothing"], TODAY, TODAY)
    [pause] = of(store, pair).contract.pauses
    assert (pause.told_on, pause.offered) == (TODAY, ("nothing",))


def test_a_pair_that_is_not_as_it_was_shown_is_not_written_on(store, pair):
    shown = of(store, pair)
    with store.read() as session:
        pathway_records.refuse_overtaken(session, shown)
    change(store, pathway_records.save_pause, pair, Pause(days(-9)), TODAY)
    for _time in range(2):
        with store.read() as session, pytest.raises(Conflict):
            pathway_records.refuse_overtaken(session, shown)
        change(store, pathway_records.take_back_pause, pair, days(-9))
        assert of(store, pair) == shown, "as it was, and yet something has happened"
        change(store, pathway_records.save_pause, pair, Pause(days(-9)), TODAY)


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
    change(store, pathway_records.save_pause, pair, pause, TODAY)
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
    pause = pathway_records.save_pause
    with pytest.raises(InputFault, match=re.escape(format_date(days(-40)))):
        change(store, pause, pair, over, TODAY)
    assert refused(store, pause, pair, Pause(days(-41)), TODAY) == ["since"]
    change(store, pause, pair, beside, TODAY)
    change(store, pathway_records.take_back_pause, pair, beside.since)
    change(store, pause, pair, over, TODAY, is_meant=True)
    assert of(store, pair).contract.pauses == (over,)


def test_taking_back_one_pause_leaves_what_was_told_of_another(store, pair):
    change(store, pathway_records.save_pause, pair, Pause(days(-60), who="peer"), TODAY)
    told = (pathway_records.save_partner_told, pair, ["cafe"])
    change(store, *told, days(-35), TODAY)
    change(store, pathway_records.save_resumed, pair, days(-50), TODAY)
    change(store, pathway_records.save_pause, pair, Pause(days(-40), who="mentor"), TODAY)
    change(store, *told, days(-30), TODAY)
    change(store, pathway_records.take_back_pause, pair, days(-40))
    [pause] = of(store, pair).contract.pauses
    assert (pause.told_on, pause.offered) == (days(-35), ("cafe",))
    change(store, pathway_records.take_back_pause, pair, days(-60))
    change(store, pathway_records.save_pause, pair, Pause(days(-60), who="peer"), TODAY)
    assert of(store, pair).contract.pauses[0].told_on is None


ENDS_ON = dt.date(2026, 12, 1)
"""Six months after the start."""


def test_three_months_more_are_completed_only_where_both_wanted_them(store, made, pair):
    more = pathway_records.save_extension
    end = (pathway_records.end_pair, pair, "extended_completed", TODAY, TODAY)
    assert refused(store, *end, is_meant=True) == ["end"]
    change(store, more, pair, days(-20), TODAY, peer=True, mentor=False)
    assert refused(store, *end, is_meant=True) == ["end"]
    change(store, more, pair, days(-10), TODAY, peer=True, mentor=True)
    assert refused(store, *end) == ["on"], "three months early"
    change(store, *end, is_meant=True)
    other = a_pair(store, made, peer=1, mentor=1)
    without = (pathway_records.end_pair, other, "extended_completed", TODAY, TODAY)
    assert refused(store, *without, is_meant=True) == ["end"]


@pytest.mark.parametrize(("early", "asks"), [(15, True), (14, False)])
def test_what_is_completed_long_before_the_agreed_end_is_asked_about(store, pair, early, asks):
    end = (pathway_records.end_pair, pair, "completed", ENDS_ON - dt.timedelta(days=early), TODAY)
    if asks:
        with pytest.raises(InputFault, match=re.escape(format_date(ENDS_ON))) as refusal:
            change(store, *end)
        assert [type(fault) for fault in refusal.value.faults] == [Question]
    change(store, *end, is_meant=asks)
    assert of(store, pair).end == "completed"


def test_a_pause_that_goes_on_moves_the_end_until_it_can_be_completed(store, pair):
    change(store, pathway_records.save_pause, pair, Pause(days(-60)), TODAY)
    end = (pathway_records.end_pair, pair, "completed", TODAY, TODAY)
    moved = format_date(ENDS_ON + dt.timedelta(days=60))
    with pytest.raises(InputFault, match=re.escape(moved)):
        change(store, *end)
    change(store, pathway_records.end_pair, pair, "withdrew", TODAY, TODAY)


@pytest.mark.parametrize(("day", "asks"), [(0, True), (14, True), (15, False)])
def test_two_without_a_contract_do_not_complete_it_in_the_first_days(store, made, day, asks):
    number = a_pair(store, made)
    on = START + dt.timedelta(days=day)
    end = (pathway_records.end_pair, number, "completed", on, TODAY)
    if asks:
        assert refused(store, *end) == ["on"]
    change(store, *end, is_meant=asks)


def test_a_pair_does_not_end_before_the_one_who_waits_was_told(store, pair):
    change(store, pathway_records.save_pause, pair, Pause(days(-60), who="peer"), TODAY)
    change(store, pathway_records.save_partner_told, pair, ["cafe"], days(-20), TODAY)
    end = (pathway_records.end_pair, pair, "withdrew")
    assert refused(store, *end, days(-21), TODAY) == ["on"]
    change(store, *end, days(-20), TODAY)


def test_a_contract_is_not_printed_while_something_typed_is_not_saved(store, pair):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    opened = Opened(desk, of(store, pair), {}, print)
    *_form, printing = contract_parts(opened)

    def press():
        return printing._press({"index": 0}, [])

    assert press()[1].startswith(b"%PDF")
    opened.drafts("contract").save({"peer_goal": "Noget andet"})
    with pytest.raises(InputFault):
        press()


def test_two_who_have_one_pair_open_do_not_write_over_each_other(store, pair):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    told = []
    one, other = (Opened(desk, of(store, pair), {}, told.append) for _n in range(2))

    def answer(opened, key, **said):
        submission = Submission(key, said, form="extension")
        opened.note(
            submission,
            lambda session: pathway_records.save_extension(session, pair, TODAY, TODAY, **said),
        )

    answer(one, "1", peer=True, mentor=True)
    with pytest.raises(Conflict):
        answer(other, "2", peer=False, mentor=False)
    with pytest.raises(Conflict):
        other.press(lambda session: pathway_records.take_back_answer(session, pair), "")
    assert len(told) == 1
    assert of(store, pair).contract.both_want_more


def test_who_was_told_of_one_pause_is_not_taken_to_know_of_the_next(store, pair):
    change(store, pathway_records.save_pause, pair, Pause(days(-60), who="mentor"), TODAY)
    change(store, pathway_records.save_partner_told, pair, ["cafe"], days(-40), TODAY)
    change(store, pathway_records.save_resumed, pair, days(-50), TODAY)
    change(store, pathway_records.save_pause, pair, Pause(days(-45), who="mentor"), TODAY)
    first, second = of(store, pair).contract.pauses
    assert (first.told_on, second.told_on) == (days(-40), None)


# -- the exit talk and the end ---------------------------------------------------------------------


def test_an_exit_talk_is_agreed_moved_held_and_corrected(store, pair):
    agree_talk, held = pathway_records.agree_exit_talk, pathway_records.save_held_exit_talk
    change(store, agree_talk, pair, AgreedExit(days(3), dt.time(10), "Lido"), TODAY, 0)
    change(store, agree_talk, pair, AgreedExit(days(5)), TODAY, 1)
    assert of(store, pair).closing.state == "agreed"
    change(store, held, pair, HeldExit(TODAY, ticked=("goals",), next_step="Cafévagt"), TODAY, 2)
    closing = of(store, pair).closing
    assert (closing.state, closing.date) == ("held", TODAY)
    assert closing.missing == ("post_measure", "exit_form", "coffee_card")
    with pytest.raises(Conflict):
        change(store, held, pair, HeldExit(TODAY), TODAY, 1)
    assert refused(store, agree_talk, pair, AgreedExit(days(3)), TODAY, 3) == ["date"]


def test_that_an_exit_talk_was_held_is_taken_back_with_what_was_written_of_it(store, pair):
    held = HeldExit(TODAY, "Lido", ("goals",), "Kom ud", "Cafévagt")
    take_back = pathway_records.take_back_held
    change(store, pathway_records.save_held_exit_talk, pair, held, TODAY, 0)
    with pytest.raises(Conflict):
        change(store, take_back, pair, 9)
    change(store, take_back, pair, 1)
    with store.read() as session:
        talk = session.query(ExitTalk).one()
        assert (talk.state, talk.date, talk.place) == ("agreed", TODAY, "Lido")
        assert (talk.ticked, talk.goals_reached, talk.next_step) == ([], "", "")
    assert refused(store, take_back, pair, 2) == ["date"]


def test_an_exit_talk_before_the_start_or_on_a_day_ahead_is_refused(store, made, pair):
    held = pathway_records.save_held_exit_talk
    for on in (START - dt.timedelta(days=1), days(1)):
        assert refused(store, held, pair, HeldExit(on), TODAY, 0) == ["date"]
    assert refused(
        store, pathway_records.agree_exit_talk, pair, AgreedExit(days(-1)), TODAY, 0
    ) == ["date"]
    ahead = a_pair(store, made, peer=1, mentor=1)
    agree(store, ahead, starts_on=days(20), talked_on=TODAY)
    assert refused(
        store, pathway_records.agree_exit_talk, ahead, AgreedExit(days(10)), TODAY, 0
    ) == ["date"]
    assert of(store, pair).closing is None


def test_that_there_is_no_exit_talk_can_be_noted_and_changed(store, pair):
    change(store, pathway_records.cancel_exit_talk, pair, TODAY, 0)
    assert of(store, pair).closing.state == "cancelled"
    change(store, pathway_records.agree_exit_talk, pair, AgreedExit(days(2)), TODAY, 1)
    assert of(store, pair).closing.state == "agreed"


@pytest.mark.parametrize("on", [START - dt.timedelta(days=1), days(1)])
def test_a_pair_ends_after_it_began_and_not_in_the_future(store, pair, on):
    end = pathway_records.end_pair
    assert refused(store, end, pair, "completed", on, TODAY) == ["on"]
    change(store, end, pair, "completed", TODAY, TODAY)
    assert refused(store, end, pair, "withdrew", TODAY, TODAY) == ["on"]
    assert refused(store, pathway_records.save_pause, pair, Pause(days(-9)), TODAY) == ["since"]
    assert of(store, pair).standing(TODAY) == "ended"
    assert of(store, pair, days(-1)).standing(days(-1)) == "asks"


NOTED = {
    "pause": (pathway_records.save_pause, Pause(days(-30), days(-20)), TODAY),
    "check": (pathway_records.save_check, "first_month", days(-20), TODAY),
    "answer": (pathway_records.save_extension, days(-20), TODAY),
    "meeting": (contact_records.save_meetings, [MeetingDay(days(-20), "held")], TODAY),
}


@pytest.mark.parametrize("what", NOTED)
def test_a_pair_does_not_end_before_what_is_noted_and_is_told_what_that_is(store, pair, what):
    call, *said = NOTED[what]
    change(store, call, pair, *said, **({"peer": True, "mentor": True} if what == "answer" else {}))
    with pytest.raises(InputFault, match=re.escape(format_date(days(-20)))):
        change(store, pathway_records.end_pair, pair, "withdrew", days(-21), TODAY)
    change(store, pathway_records.end_pair, pair, "withdrew", days(-20), TODAY)


def test_a_meeting_called_off_and_a_talk_after_the_end_are_no_reason_against_it(store, pair):
    called_off = [MeetingDay(days(9), "cancelled")]
    change(store, contact_records.save_meetings, pair, called_off, TODAY)
    change(store, pathway_records.save_held_exit_talk, pair, HeldExit(TODAY), TODAY, 0)
    early = (pathway_records.end_pair, pair, "withdrew", days(-100), TODAY)
    assert refused(store, *early) == ["on"], "the talk is no longer about that end"
    change(store, pathway_records.end_pair, pair, "withdrew", days(-14), TODAY)


def test_a_contract_begins_no_later_than_an_answer_or_an_agreed_talk(store, pair):
    asked = (pathway_records.save_sheet, pair)
    more = pathway_records.save_extension
    change(store, more, pair, days(-9), TODAY, peer=False, mentor=True)
    assert refused(store, *asked, sheet(days(-8)), TODAY, 2) == ["starts_on"]
    change(store, *asked, sheet(days(-9)), TODAY, 2)


def test_a_contract_begins_before_the_exit_talk_that_is_agreed(store, made):
    number = a_pair(store, made)
    agreed = AgreedExit(days(5))
    change(store, pathway_records.agree_exit_talk, number, agreed, TODAY, 0)
    late = (pathway_records.save_sheet, number, sheet(days(6), talked_on=TODAY), TODAY, 1)
    assert refused(store, *late) == ["starts_on"]
    change(store, pathway_records.cancel_exit_talk, number, TODAY, 1)
    change(store, *late)


def test_an_exit_talk_far_from_the_end_is_asked_about(store, pair):
    agree_talk, held = pathway_records.agree_exit_talk, pathway_records.save_held_exit_talk
    far = AgreedExit(days(130))
    assert refused(store, agree_talk, pair, far, TODAY, 0) == ["date"]
    change(store, agree_talk, pair, far, TODAY, 0, is_meant=True)
    change(store, pathway_records.end_pair, pair, "withdrew", days(-120), TODAY)
    assert refused(store, held, pair, HeldExit(TODAY), TODAY, 1) == ["date"]
    change(store, held, pair, HeldExit(TODAY), TODAY, 1, is_meant=True)
    change(store, held, pair, HeldExit(TODAY, "Lido"), TODAY, 2)
    assert of(store, pair).closing.date == TODAY, "what was meant once is not asked again"


def test_an_end_noted_by_mistake_is_taken_back_unless_somebody_else_came(store, made, pair):
    site_id = made[0]
    before = of(store, pair)
    take_back = pathway_records.take_back_end
    assert refused(store, take_back, pair) == ["on"]
    change(store, pathway_records.end_pair, pair, "withdrew", days(-40), TODAY)
    change(store, take_back, pair)
    assert of(store, pair) == before
    [known] = read(store, pathway_records.pathways, site_id, TODAY, ended_since=days(-9))
    assert known == before
    change(store, pathway_records.end_pair, pair, "withdrew", days(-30), TODAY)
    a_pair(store, made, days(-20), mentor=1)
    assert refused(store, take_back, pair) == ["on"]
    assert of(store, pair).end == "withdrew"


@pytest.mark.parametrize("what", ["stopped", "is a mentor now", "veto"])
def test_an_end_stays_when_the_two_could_not_be_matched_any_more(store, made, pair, what):
    _site_id, [peer, _other], [mentor, _more] = made
    change(store, pathway_records.end_pair, pair, "withdrew", days(-40), TODAY)
    with store.write(LEADER) as session:
        if what == "stopped":
            append_event(session, "participant", mentor, "stopped", days(-30))
        elif what == "veto":
            first, second = sorted((peer, mentor))
            session.add(Veto(one_code=first, other_code=second, kind="other", said_on=days(-30)))
        else:
            append_event(session, "participant", peer, "enrolled", days(-30))
    assert refused(store, pathway_records.take_back_end, pair) == ["on"]
    assert of(store, pair).end == "withdrew"


def test_what_was_said_beside_one_pair_does_not_hold_beside_the_next(store, made, pair):
    beside = a_pair(store, made, days(-60), mentor=1, beside=True)
    change(store, pathway_records.end_pair, beside, "moved_on", days(-40), TODAY)
    change(store, pathway_records.take_back_end, beside)
    change(store, pathway_records.end_pair, beside, "moved_on", days(-40), TODAY)
    change(store, pathway_records.end_pair, pair, "withdrew", days(-50), TODAY)
    a_pair(store, made, days(-30))
    assert refused(store, pathway_records.take_back_end, beside) == ["on"]


def test_pairs_that_ended_long_ago_can_be_left_out(store, made, pair):
    site_id = made[0]
    change(store, pathway_records.end_pair, pair, "moved_on", days(-40), TODAY)
    other = a_pair(store, made, peer=1, mentor=1)
    found = read(store, pathway_records.pathways, site_id, TODAY, ended_since=days(-30))
    assert [one.number for one in found] == [other]
    found = read(store, pathway_records.pathways, None, TODAY, ended_since=days(-40))
    assert [one.number for one in found] == [other, pair]


def test_a_pair_tells_of_the_pairs_either_was_in_before(store, made, pair):
    peers, mentors = made[1:]
    change(store, pathway_records.end_pair, pair, "changed_mentor", days(-60), TODAY)
    pair_of_others = a_pair(store, made, peer=1, mentor=1)
    change(store, pathway_records.end_pair, pair_of_others, "withdrew", days(-50), TODAY)
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


# -- what becomes of it ----------------------------------------------------------------------------


def test_erasing_one_of_a_pair_takes_what_was_written_about_them(store, made, pair):
    peer = made[1][0]
    held = HeldExit(TODAY, "Hjemme", ("goals",), "Kom ud", "Cafévagt")
    change(store, pathway_records.save_held_exit_talk, pair, held, TODAY, 0)
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
    save_pause = pathway_records.save_pause
    for ago, who in ((90, "peer"), (60, "mentor"), (30, "both")):
        pause = Pause(days(-ago), days(5 - ago), who, "illness")
        change(store, save_pause, pair, pause, TODAY)
    change(store, pathway_records.agree_exit_talk, pair, AgreedExit(days(9)), TODAY, 0)
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
    events, version = store_events(store), read(store, pathway_records.sheet_row, pair).version
    for what in (
        (save_pause, pair, Pause(days(-9), who="peer", why="illness"), TODAY),
        (pathway_records.save_sheet, pair, sheet(), TODAY, version),
        (pathway_records.save_held_exit_talk, pair, HeldExit(TODAY, "Hjemme"), TODAY, 2),
        (pathway_records.agree_exit_talk, pair, AgreedExit(TODAY), TODAY, 2),
        (pathway_records.end_pair, pair, "withdrew", TODAY, TODAY),
        (pathway_records.take_back_end, pair),
        (contact_records.save_meetings, pair, [MeetingDay(TODAY, "held")], TODAY),
    ):
        with pytest.raises(Conflict, match="Hent siden igen"):
            change(store, *what)
    assert store_events(store) == events
    change(store, erase_person, mentor, TODAY)
    assert of(store, pair).end == ERASED_END
    assert store_events(store) == events, "it has ended already"
    assert read(store, pathway_records.sheet_row, pair).pause_reasons == {}


def test_whoever_is_matched_is_not_due_for_deletion(store, made, pair):
    rule = retention.RetentionRule(6, "last_contact", "En aftale")
    peer = made[1][0]
    with store.read() as session:
        terms = {one.code: one.counted_from for one in retention.terms(session, rule, TODAY)}
    assert terms[peer] == TODAY
    change(store, pathway_records.end_pair, pair, "moved_on", days(-40), TODAY)
    with store.read() as session:
        terms = {one.code: one.counted_from for one in retention.terms(session, rule, TODAY)}
    assert terms[peer] == days(-40)
    held = HeldExit(days(-30))
    change(store, pathway_records.save_held_exit_talk, pair, held, TODAY, 0)
    with store.read() as session:
        terms = {one.code: one.counted_from for one in retention.terms(session, rule, TODAY)}
    assert terms[peer] == days(-30), "the talk after it is a contact, too"


def test_nothing_leaves_a_pause_after_the_end_of_its_contract(store, pair):
    """Six months, and three more in which they pause: the three cannot be taken away again."""
    more = pathway_records.save_extension
    row = read(store, pathway_records.sheet_row, pair)
    start = days(-230)
    agree(store, pair, row.version, starts_on=START)
    number = pair
    with store.write(LEADER) as session:  # as if it had begun earlier
        session.get_one(MatchedPair, number).matched_on = start
        session.get_one(MatchedPair, number).starts_on = start
    change(store, more, number, days(-60), TODAY, peer=True, mentor=True)
    since = days(-20)
    change(store, pathway_records.save_pause, number, Pause(since, who="both"), TODAY)
    assert refused(store, more, number, days(-10), TODAY, peer=False, mentor=True) == ["on"]
    row = read(store, pathway_records.sheet_row, number)
    shorter = sheet(start, months=3)
    assert refused(store, pathway_records.save_sheet, number, shorter, TODAY, row.version) == [
        "months"
    ]
    assert of(store, number).contract.stray_pause is None


def test_taking_back_a_pause_that_a_later_one_rests_on_is_refused(store, pair):
    start = days(-200)
    with store.write(LEADER) as session:
        session.get_one(MatchedPair, pair).matched_on = start
        session.get_one(MatchedPair, pair).starts_on = start
    first = Pause(days(-150), days(-110), "both")
    change(store, pathway_records.save_pause, pair, first, TODAY)
    late = Pause(days(-5), days(-2), "both")
    change(store, pathway_records.save_pause, pair, late, TODAY)
    taken = (pathway_records.take_back_pause, pair)
    assert refused(store, *taken, first.since) == ["since"]
    change(store, *taken, late.since)
    change(store, *taken, first.since)
    assert of(store, pair).contract.pauses == ()


def test_a_match_by_mistake_is_taken_back_as_long_as_nothing_else_is_noted(store, made):
    number = a_pair(store, made)
    change(store, pathway_records.take_back_match, number, 1)
    assert read(store, pairs.pairs, made[0], TODAY) == []
    with pytest.raises(InputFault):
        of(store, number)
    agreed = a_pair(store, made)
    agree(store, agreed)
    assert refused(store, pathway_records.take_back_match, agreed, 2) == ["pair"]
    with pytest.raises(Conflict):
        change(store, pathway_records.take_back_match, agreed, 1)
    ended = a_pair(store, made, peer=1, mentor=1)
    change(store, pathway_records.end_pair, ended, "withdrew", TODAY, TODAY)
    assert refused(store, pathway_records.take_back_match, ended, 1) == ["pair"]
    assert_sound(store)
