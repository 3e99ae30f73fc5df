"""The due list: what waits, what harms most first; and the days in a calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from peerbook.months import months_after
from peerbook.pathways.contact import MeetingDay, contact
from peerbook.pathways.contract import Answer, Contract, Pause
from peerbook.pathways.due import IN_CALENDAR, KINDS, LOOKED_BACK, due_list, planned_days
from peerbook.pathways.due_files import pairs_calendar
from peerbook.pathways.pathway import CLOSING_LIST, Closing, Pathway

TODAY = dt.date(2026, 11, 24)
ALL = frozenset(CLOSING_LIST)


def days(count):
    return TODAY + dt.timedelta(days=count)


def ago(months):
    return months_after(TODAY, -months)


def pair(starts_on=None, *pauses, number=1, **values):
    answered, more = values.pop("answered", None), values.pop("more", False)
    answers = () if answered is None else (Answer(answered, peer=more, mentor=more),)
    contract = None if starts_on is None else Contract(starts_on, pauses=pauses, answers=answers)
    asked = {"first_days": TODAY, "first_month": TODAY} if values.pop("asked", True) else {}
    checked = values.pop("checked", asked)
    matched_on = values.pop("matched_on", starts_on)
    return Pathway(
        number, 1, "P-AAAAAA", "P-BBBBBB", matched_on, contract=contract, checked=checked, **values
    )


def told(*pairs, contacts=None):
    return [(one.kind, one.when(TODAY), one.on) for one in due_list(pairs, TODAY, contacts)]


def met(one, *ago_days):
    """Return how a pair is in touch that met so many days ago, by its number."""
    meetings = [MeetingDay(days(-count), "held") for count in sorted(ago_days, reverse=True)]
    return {one.number: contact(one, meetings, TODAY)}


def test_a_pair_in_the_middle_of_its_contract_waits_for_nothing():
    assert told(pair(ago(3))) == []


def test_a_pair_that_has_not_met_for_long_is_asked_after_from_the_day_it_was_too_long():
    one = pair(ago(3))
    assert told(one, contacts=met(one, 21, 30)) == []
    assert told(one, contacts=met(one, 22, 30)) == [("quiet", "this_week", TODAY)]
    assert told(one, contacts=met(one, 25, 30)) == [("quiet", "overdue", days(-3))]
    assert told(one, contacts=met(one, 14, 21, 28, 35)) == []
    assert told(one, contacts=met(one, 15, 22, 29, 36)) == [("quiet", "this_week", TODAY)]


def test_a_pair_that_pauses_or_has_no_contract_yet_is_not_asked_after_for_not_meeting():
    paused = pair(ago(3), Pause(days(-30), told_on=TODAY))
    assert told(paused, contacts=met(paused, 40)) == []
    new = pair(matched_on=days(-40))
    assert [kind for kind, _when, _on in told(new, contacts=met(new))] == ["no_contract"]


def test_an_exit_talk_is_due_without_a_contract_and_its_list_in_a_pause_too():
    new = pair(matched_on=TODAY, closing=Closing(days(3), "agreed"))
    assert ("exit_agreed", "this_week", days(3)) in told(new)
    held = Closing(days(-20), "held", frozenset({"goals"}))
    paused = pair(ago(3), Pause(days(-30), told_on=TODAY), closing=held)
    assert told(paused) == [("closing_list", "overdue", days(-6))]


def test_the_one_left_behind_by_a_pause_is_due_the_same_day_and_until_told():
    pause = Pause(TODAY, who="mentor")
    assert told(pair(ago(3), pause)) == [("tell_partner", "this_week", TODAY)]
    assert told(pair(ago(3), replace(pause, since=days(-1)))) == [
        ("tell_partner", "overdue", days(-1))
    ]
    assert told(pair(ago(3), replace(pause, told_on=TODAY))) == []
    assert told(pair(ago(3), replace(pause, who="both"))) == []


def test_in_a_pause_nothing_else_is_due_that_lies_after_it():
    pause = Pause(days(-3), who="peer", told_on=days(-3))
    assert told(pair(months_after(days(-1), -6), pause)) == []
    assert told(pair(days(-20), pause, asked=False)) == [], "nobody is asked in a pause"
    agreed = Closing(days(2), "agreed")
    assert told(pair(ago(6), pause, closing=agreed)) == [("exit_agreed", "this_week", days(2))]


@pytest.mark.parametrize(
    ("starts_on", "line"),
    [
        (days(-1), ("first_days", "this_week", days(1))),
        (days(-5), ("first_days", "overdue", days(-3))),
        (ago(1), ("first_month", "this_week", TODAY)),
        (ago(2), ("first_month", "overdue", ago(1))),
    ],
)
def test_staff_ask_after_two_days_and_after_a_month(starts_on, line):
    found = told(pair(starts_on, asked=False))
    assert line in found
    if line[0] == "first_month":
        assert [kind for kind, _when, _on in found] == ["first_month"], "the later one stands in"


def test_who_was_asked_is_not_asked_again():
    assert told(pair(days(-5), checked={"first_days": days(-2)})) == [
        ("first_month", "soon", months_after(days(-5), 1))
    ]


def test_a_match_without_a_contract_is_due_after_a_fortnight():
    assert told(pair(matched_on=days(-10))) == [("no_contract", "this_week", days(4))]
    assert told(pair(matched_on=days(-15))) == [("no_contract", "overdue", days(-1))]


def test_both_are_asked_at_month_five_until_they_answered():
    assert told(pair(ago(5))) == [("more", "this_week", TODAY)]
    assert told(pair(ago(5), answered=TODAY)) == [("exit_to_agree", "soon", days(16))]
    assert told(pair(ago(5), answered=TODAY, more=True)) == []


def test_an_exit_talk_is_agreed_near_the_end_held_and_its_list_finished():
    one = pair(ago(6), answered=TODAY)
    assert told(one) == [("exit_to_agree", "soon", days(14))], "the days for it go on"
    first = pair(months_after(days(14), -6), answered=TODAY)
    assert told(first) == [("exit_to_agree", "this_week", TODAY)]
    last = pair(months_after(days(-14), -6), answered=TODAY)
    assert told(last)[0] == ("exit_to_agree", "this_week", TODAY)
    assert told(replace(one, closing=Closing(days(3), "agreed"))) == [
        ("exit_agreed", "this_week", days(3))
    ]
    assert told(replace(one, closing=Closing(days(-1), "agreed"))) == [
        ("exit_to_note", "overdue", days(-1))
    ]
    assert told(replace(one, closing=Closing(days(-2), "held", frozenset({"goals"})))) == [
        ("closing_list", "soon", days(12)), ("to_end", "this_week", TODAY)
    ]  # fmt: skip
    assert told(replace(one, closing=Closing(days(-2), "held", ALL))) == [
        ("to_end", "this_week", TODAY)
    ]


def test_an_exit_talk_that_is_late_comes_before_what_is_only_to_agree_on():
    late = pair(months_after(days(-15), -6), answered=days(-40), number=1)
    near = pair(ago(6), answered=TODAY, number=2)
    assert [(one.kind, one.pathway.number) for one in due_list([near, late], TODAY)] == [
        ("exit_overdue", 1), ("exit_to_agree", 2), ("to_end", 1)
    ]  # fmt: skip


def test_a_pair_that_ended_early_has_its_exit_talk_too_unless_there_is_to_be_none():
    over = pair(ago(2), ended_on=days(-20), end="moved_on")
    assert told(over) == [("exit_overdue", "overdue", days(-6))]
    assert told(replace(over, closing=Closing(TODAY, "cancelled"))) == []
    assert told(replace(over, closing=Closing(days(-19), "held", ALL))) == []
    never = pair(days(5), matched_on=days(-30), ended_on=days(-20), end="withdrew")
    assert told(never) == [], "their contract never began"


@st.composite
def pathways(draw):
    starts_on = draw(st.none() | st.dates(ago(12), days(40)))
    marks = sorted(draw(st.sets(st.integers(0, 200), max_size=3)))
    pauses = []
    if starts_on is not None:
        marks = [starts_on + dt.timedelta(days=mark) for mark in marks]
        pauses = [
            Pause(since, until, draw(st.sampled_from(["peer", "mentor", "both"])))
            for since, until in zip(marks[::2], [*marks[1::2], None], strict=False)
            if since <= TODAY and (until or TODAY) <= TODAY
        ]
    ended_on = draw(st.none() | st.dates(ago(12), TODAY))
    return pair(
        starts_on,
        *pauses,
        number=draw(st.integers(1, 9)),
        matched_on=starts_on or draw(st.dates(ago(12), TODAY)),
        asked=draw(st.booleans()),
        answered=draw(st.none() | st.just(TODAY)),
        more=draw(st.booleans()),
        ended_on=ended_on,
        end=None if ended_on is None else "withdrew",
        closing=draw(
            st.none()
            | st.builds(
                Closing,
                st.dates(ago(3), days(60)),
                st.sampled_from(["agreed", "held", "cancelled"]),
                st.frozensets(st.sampled_from(CLOSING_LIST)),
            )
        ),
    )


@given(st.lists(pathways(), max_size=6))
def test_the_list_is_in_the_order_of_harm_and_holds_each_thing_once(known):
    found = due_list(known, TODAY)
    places = [KINDS.index(one.kind) for one in found]
    assert places == sorted(places)
    for one in known:
        kinds = [due.kind for due in found if due.pathway is one]
        assert len(kinds) == len(set(kinds))
        if one.standing(TODAY) == "paused" and one.contract.ends_on is None:
            assert set(kinds) <= {"tell_partner", "exit_agreed", "exit_to_note", "closing_list"}
    assert all(one.on <= TODAY + dt.timedelta(weeks=4) for one in found)


@given(st.lists(pathways(), max_size=6, unique_by=lambda one: one.number))
def test_a_calendar_strikes_out_what_stands_still_or_is_over(known):
    found = planned_days(known, TODAY)
    keys = [(one.number, one.kind) for one in found]
    assert len(keys) == len(set(keys))
    standing = {one.number: one.standing(TODAY) for one in known}
    for one in found:
        if (
            standing[one.number] in ("paused", "ended")
            and one.kind not in ("exit_talk", "closing_list")
            and one.on > TODAY
        ):
            assert one.is_off


@given(st.lists(pathways(), max_size=6, unique_by=lambda one: one.number), st.data())
def test_all_that_waits_stands_in_the_calendar(known, data):
    contacts = {}
    for one in known:
        if one.ended_on is None and data.draw(st.booleans()):
            contacts |= met(one, *data.draw(st.sets(st.integers(0, 60), max_size=5)))
    planned = planned_days(known, TODAY, contacts)
    stands = {(day.number, day.kind) for day in planned if not day.is_off}
    for due in due_list(known, TODAY, contacts):
        if due.on >= TODAY - LOOKED_BACK:
            assert (due.pathway.number, IN_CALENDAR[due.kind]) in stands, due


def kinds(one, contacts=None, today=TODAY):
    found = planned_days([one], today, contacts)
    return {day.kind: (day.on, day.is_off) for day in found}


def test_the_three_way_talk_stands_in_the_calendar_until_there_is_a_contract():
    waits = pair(matched_on=days(-3))
    assert kinds(waits) == {"three_way_talk": (days(11), False)}
    agreed = replace(waits, contract=Contract(days(-2)))
    assert kinds(agreed)["three_way_talk"] == (days(11), True)
    over = replace(waits, ended_on=days(-1), end="withdrew")
    assert kinds(over)["three_way_talk"] == (days(11), True)


def test_whoever_waits_stands_in_the_calendar_until_they_are_told_of_the_pause():
    left = pair(ago(2), Pause(days(-4), who="mentor"), paused_on=days(-4))
    assert kinds(left)["tell_partner"] == (days(-4), False)
    told_of_it = Pause(days(-4), who="mentor", told_on=days(-3))
    known = replace(left, contract=replace(left.contract, pauses=(told_of_it,)))
    assert kinds(known)["tell_partner"] == (days(-4), True)
    taken_back = replace(left, contract=Contract(ago(2)))
    assert kinds(taken_back)["tell_partner"] == (days(-4), True), "else it stays in calendars"
    assert "tell_partner" not in kinds(pair(ago(2)))


def test_a_gap_of_contact_stands_in_the_calendar_until_they_have_met():
    one = pair(ago(2))
    assert kinds(one, met(one, 30))["quiet"] == (days(-8), False)
    assert kinds(one, met(one, 30, 1))["quiet"] == (days(-1), True)
    over = replace(one, ended_on=TODAY, end="withdrew")
    assert kinds(over)["quiet"][1]


def test_an_exit_talk_stands_in_the_calendar_until_it_is_agreed_and_its_list_until_it_is_done():
    near = pair(months_after(days(8), -6), answered=days(-20))
    assert kinds(near)["to_agree"] == (days(-6), False)
    assert kinds(replace(near, closing=Closing(days(3), "agreed")))["to_agree"] == (days(-6), True)
    called_off = replace(near, closing=Closing(TODAY, "cancelled"))
    assert kinds(called_off)["to_agree"] == (days(-6), False)
    held = replace(near, closing=Closing(days(-1), "held"))
    assert kinds(held)["closing_list"] == (days(13), False)
    done = replace(near, closing=Closing(days(-1), "held", ALL))
    assert kinds(done)["closing_list"] == (days(13), True)
    taken_back = replace(near, closing=Closing(days(-1), "agreed"))
    assert kinds(taken_back)["closing_list"] == (days(13), True)


def test_nothing_waits_in_the_calendar_once_one_of_the_two_is_erased():
    one = pair(ago(2), ended_on=days(-30), end="moved_on", closing=Closing(days(-20), "held"))
    gone = replace(one, peer=None)
    assert kinds(one)["closing_list"] == (days(-6), False)
    assert kinds(gone)["closing_list"] == (days(-6), True)
    never_talked = replace(one, closing=None)
    assert not kinds(never_talked)["to_agree"][1]
    assert kinds(replace(never_talked, mentor=None))["to_agree"][1]


def test_a_pause_that_ended_moves_the_days_of_the_calendar():
    one = pair(ago(3), Pause(days(-30), days(-10)))
    found = {day.kind: day for day in planned_days([one], TODAY)}
    assert found["more"].on == months_after(ago(3), 5) + dt.timedelta(days=20)
    assert (found["end"].on, found["end"].is_off) == (one.contract.ends_on, False)
    assert found["to_agree"].on == one.contract.ends_on - dt.timedelta(days=14)


def test_what_has_passed_stays_in_the_calendar_and_what_no_longer_comes_is_struck_out():
    def days_of(one):
        return {day.kind: (day.on, day.is_off) for day in planned_days([one], TODAY)}

    agreed = pair(ago(5), closing=Closing(days(16), "agreed"))
    assert days_of(agreed)["exit_talk"] == (days(16), False)
    held = replace(agreed, closing=Closing(days(-1), "held"))
    assert days_of(held)["exit_talk"] == (days(-1), False), "it is no longer to come"
    shorter = replace(agreed, contract=Contract(ago(5), 3))
    assert days_of(shorter)["end"] == (ago(2), False)
    over = days_of(replace(agreed, ended_on=days(-9), end="withdrew"))
    assert over["first_month"] == (ago(4), False), "it was asked"
    assert over["end"] == (months_after(ago(5), 6), True)
    assert "end" not in days_of(pair(months_after(days(-400), -6)))


@pytest.mark.parametrize("later", [0, 1, 30])
def test_what_was_done_before_its_day_stays_struck_out_when_the_day_has_come(later):
    asked = {"first_days": days(-30), "first_month": days(-20)}
    one = replace(pair(days(-30)), checked=asked)
    day = one.contract.check_on("first_month")
    found = {on.kind: on for on in planned_days([one], day + dt.timedelta(days=later))}
    assert (found["first_month"].on, found["first_month"].is_off) == (day, True)
    late = replace(one, checked={"first_month": day + dt.timedelta(days=2)})
    assert not next(on for on in planned_days([late], TODAY) if on.kind == "first_month").is_off


def entries(known, **told):
    stamp = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    data = pairs_calendar(planned_days(known, TODAY), "Opdigtby", stamp, **told)
    return {
        str(one["uid"]): (one["sequence"], one.decoded("dtstart"), str(one["status"]))
        for one in Calendar.from_ical(data).walk("VEVENT")
    }


def test_a_later_calendar_file_replaces_every_entry_of_an_earlier_one():
    one = pair(ago(5), closing=Closing(days(16), "agreed"))
    first = entries([one], key="a", sequence=5)
    stopped = replace(one, ended_on=TODAY, end="withdrew", closing=Closing(days(16), "cancelled"))
    then = entries([stopped], key="a", sequence=6)
    assert first.keys() == then.keys()
    ahead = [uid for uid, (_s, on, state) in first.items() if on > TODAY and state == "CONFIRMED"]
    assert len(ahead) == 2, "the exit talk and the end"
    assert {then[uid][2] for uid in ahead} == {"CANCELLED"}
    assert first.keys().isdisjoint(entries([one], key="b", sequence=5))
