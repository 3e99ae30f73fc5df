"""What of the work has waited some day: a calendar file strikes out that, and nothing else."""

import datetime as dt
from dataclasses import replace

from builders import LEADER, change, read
from noted_pairs import START, TODAY, a_pair, days, sheet
from peerbook.pathways import contract_records, due_records, exit_records, pause_records
from peerbook.pathways.contact import MeetingDay
from peerbook.pathways.contract import Contract, Pause
from peerbook.pathways.due import LOOKED_BACK, planned_days
from peerbook.pathways.exit_records import HeldExit
from peerbook.pathways.pathway import CLOSING_LIST, Closing, Pathway
from peerbook.pathways.waited import Noted, NotedMeeting, waited
from peerbook.store.tables import MatchedPair, Meeting
from peerbook.text.formats import COPENHAGEN

ONE = Pathway(1, 1, "P-AAAAAA", "P-BBBBBB", START, contract=Contract(START))


def noon(day):
    return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)


def met(*ago_days, noted=None):
    """Return meetings of so many days ago; those in `noted` were noted so many days ago."""
    at = noted or {}
    return [
        NotedMeeting(MeetingDay(days(-ago), "held"), days(-at[ago]) if ago in at else None)
        for ago in sorted(ago_days, reverse=True)
    ]


def was(one=ONE, first=TODAY - LOOKED_BACK, **noted):
    return waited(one, Noted(**noted), first, TODAY)


FORTNIGHTS = range(1, (TODAY - START).days, 14)


def test_a_pair_that_never_had_a_gap_was_never_asked_after():
    assert was(meetings=met(*FORTNIGHTS)) == set()
    assert was(meetings=met(*(ago for ago in FORTNIGHTS if ago not in (29, 43)))) == {"quiet"}
    paused = replace(ONE, contract=Contract(START, pauses=(Pause(days(-56), days(-30)),)))
    assert was(paused, meetings=met(*(ago for ago in FORTNIGHTS if ago not in (29, 43)))) == set()


def test_a_gap_counts_by_what_was_noted_while_it_lasted():
    asked_after = met(*FORTNIGHTS, noted={29: 10, 15: 10, 43: 10})
    assert was(meetings=asked_after) == {"quiet"}, "it waited until they said that they had met"
    assert was(meetings=asked_after, pair_at=noon(days(-9)), contract_at=noon(days(-9))) == set()
    assert was(meetings=asked_after, first=days(-9)) == set()


def test_a_gap_in_which_the_pair_ended_has_waited():
    over = replace(ONE, ended_on=days(-20), end="withdrew")
    assert was(over, meetings=met(*(ago for ago in FORTNIGHTS if ago > 45))) == {"quiet"}


def test_the_talk_of_three_waited_where_the_contract_came_after_the_match():
    later = replace(ONE, matched_on=START - dt.timedelta(days=3))
    meetings = met(*FORTNIGHTS)
    assert was(later, meetings=meetings) == {"three_way_talk"}
    assert was(pair_at=noon(START), contract_at=noon(START), meetings=meetings) == set()
    late = noon(START) + dt.timedelta(hours=1)
    assert was(pair_at=noon(START), contract_at=late, meetings=meetings) == {"three_way_talk"}
    after = noon(START + dt.timedelta(days=40))
    late = after + dt.timedelta(hours=1)
    assert was(pair_at=noon(START), contract_at=after, meetings=meetings) == {"three_way_talk"}
    assert was(pair_at=after, contract_at=late, meetings=meetings) == set(), "entered afterwards"


def test_the_day_on_which_something_was_noted_is_a_danish_one():
    late = dt.datetime(2026, 8, 1, 22, 30, tzinfo=dt.UTC)  # 00.30 of the next day
    morning, next_night = late + dt.timedelta(hours=8), late + dt.timedelta(hours=24)
    meetings = met(*FORTNIGHTS)
    assert was(pair_at=late, contract_at=morning, meetings=meetings) == set()
    assert was(pair_at=morning, contract_at=next_night, meetings=meetings) == {"three_way_talk"}
    one_gap = met(*(ago for ago in FORTNIGHTS if ago not in (29, 43)))
    gap_ends = dt.datetime.combine(days(-16), dt.time(23, 30), dt.UTC)
    assert was(meetings=one_gap, pair_at=gap_ends, contract_at=gap_ends) == set()
    earlier = gap_ends - dt.timedelta(hours=2)
    assert was(meetings=one_gap, pair_at=earlier, contract_at=earlier) == {"quiet"}


def test_of_what_no_longer_waits_only_what_has_waited_is_struck_out():
    held = replace(ONE, closing=Closing(days(-1), "held", frozenset(CLOSING_LIST)))
    work = {"three_way_talk", "closing_list", "quiet"}

    def kinds(waited):
        found = planned_days([held], TODAY, waited=waited)
        return {day.kind for day in found if day.is_off}

    assert kinds(None) & work == work
    assert kinds({}) & work == set()
    assert kinds({1: {"closing_list"}}) & work == {"closing_list"}
    assert kinds({}) == kinds(None) - work, "what is planned stands as it did"


def struck_out(store, site_id, today=TODAY):
    return {
        (day.number, day.kind)
        for day in read(store, due_records.days_of_pairs, site_id, today)
        if day.is_off
    }


def test_a_first_calendar_file_strikes_out_no_work_that_never_waited(store, made):
    site_id, peers, mentors = made
    with store.write(LEADER) as session:
        row = MatchedPair(
            site_id=site_id, peer_code=peers[0], mentor_code=mentors[0],
            matched_on=START, starts_on=START, months=6,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add_all(
            Meeting(pair_id=row.id, date=days(-ago), state="held") for ago in FORTNIGHTS
        )
        number = row.id
    change(store, pause_records.save_pause, number, Pause(days(-9), days(-5)), TODAY)
    assert struck_out(store, site_id) == set()


def test_a_contract_that_was_noted_after_the_match_strikes_the_talk_of_three_out(store, made):
    today, site_id = dt.datetime.now(COPENHAGEN).date(), made[0]  # when it is noted is by the clock
    number = a_pair(store, made, today)
    assert struck_out(store, site_id, today) == set()
    change(store, contract_records.save_sheet, number, sheet(today), today, 1)
    assert struck_out(store, site_id, today) == {(number, "three_way_talk")}


def test_what_was_done_since_is_struck_out(store, made, pair):
    site_id, number = made[0], pair
    change(store, pause_records.save_pause, number, Pause(days(-9), who="peer"), TODAY)
    change(store, pause_records.save_partner_told, number, ["cafe"], days(-9), TODAY)
    change(store, pause_records.save_resumed, number, days(-8), TODAY)
    assert (number, "tell_partner") in struck_out(store, site_id)
    some, done = (
        HeldExit(days(-1), ticked=CLOSING_LIST[:1]),
        HeldExit(days(-1), ticked=CLOSING_LIST),
    )
    change(store, exit_records.save_held_exit_talk, number, some, TODAY, 0)
    assert (number, "closing_list") not in struck_out(store, site_id), "it waits"
    change(store, exit_records.save_held_exit_talk, number, done, TODAY, 1)
    assert (number, "closing_list") in struck_out(store, site_id)
