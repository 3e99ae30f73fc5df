"""The exit talk in the store, and what is refused or asked about."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from builders import LEADER, change, refused
from noted_pairs import ENDS_ON, START, TODAY, a_pair, agree, days, of
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault, Question
from peerbook.pathways import (
    end_records,
    exit_records,
)
from peerbook.pathways.contract import EXIT_TALK_WITHIN
from peerbook.pathways.exit_part import exit_parts
from peerbook.pathways.exit_records import AgreedExit, HeldExit
from peerbook.pathways.opened import Opened
from peerbook.store import Visitor
from peerbook.store.tables import ExitTalk
from peerbook.text import format_date
from peerbook.ui import Prose


def test_an_exit_talk_is_agreed_moved_held_and_corrected(store, pair):
    agree_talk, held = exit_records.agree_exit_talk, exit_records.save_held_exit_talk
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
    take_back = exit_records.take_back_held
    change(store, exit_records.save_held_exit_talk, pair, held, TODAY, 0)
    with pytest.raises(Conflict):
        change(store, take_back, pair, 9)
    change(store, take_back, pair, 1)
    with store.read() as session:
        talk = session.query(ExitTalk).one()
        assert (talk.state, talk.date, talk.place) == ("agreed", TODAY, "Lido")
        assert (talk.ticked, talk.goals_reached, talk.next_step) == ([], "", "")
    assert refused(store, take_back, pair, 2) == ["date"]


def test_an_exit_talk_before_the_start_or_on_a_day_ahead_is_refused(store, made, pair):
    held = exit_records.save_held_exit_talk
    for on in (START - dt.timedelta(days=1), days(1)):
        assert refused(store, held, pair, HeldExit(on), TODAY, 0) == ["date"]
    assert refused(store, exit_records.agree_exit_talk, pair, AgreedExit(days(-1)), TODAY, 0) == [
        "date"
    ]
    ahead = a_pair(store, made, peer=1, mentor=1)
    agree(store, ahead, starts_on=days(20), talked_on=TODAY)
    assert refused(store, exit_records.agree_exit_talk, ahead, AgreedExit(days(10)), TODAY, 0) == [
        "date"
    ]
    assert of(store, pair).closing is None


def test_a_past_day_points_to_where_it_is_written_that_the_talk_was_held(store, pair):
    past = (exit_records.agree_exit_talk, pair, AgreedExit(days(-1)), TODAY)
    with pytest.raises(InputFault, match="»Den er holdt allerede«"):
        change(store, *past, 0)
    change(store, exit_records.agree_exit_talk, pair, AgreedExit(TODAY), TODAY, 0)
    with pytest.raises(InputFault, match="»I har talt sammen«"):
        change(store, *past, 1)


def test_the_goals_they_agreed_on_stand_beside_what_became_of_them(store, pair):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)

    def told():
        parts = exit_parts(Opened(desk, of(store, pair), {}, print))
        return [str(part.tree) for part in parts if isinstance(part, Prose)]

    for talk in (None, AgreedExit(TODAY), HeldExit(TODAY)):
        if isinstance(talk, AgreedExit):
            change(store, exit_records.agree_exit_talk, pair, talk, TODAY, 0)
        if isinstance(talk, HeldExit):
            change(store, exit_records.save_held_exit_talk, pair, talk, TODAY, 1)
        assert "Ud at gå" in told()[-1]
        assert "Blive tryg" in told()[-1]


def test_that_there_is_no_exit_talk_can_be_noted_and_changed(store, pair):
    change(store, exit_records.cancel_exit_talk, pair, TODAY, 0)
    assert of(store, pair).closing.state == "cancelled"
    change(store, exit_records.agree_exit_talk, pair, AgreedExit(days(2)), TODAY, 1)
    assert of(store, pair).closing.state == "agreed"


def test_an_exit_talk_far_from_the_end_is_asked_about(store, pair):
    agree_talk, held = exit_records.agree_exit_talk, exit_records.save_held_exit_talk
    far = AgreedExit(days(130))
    assert refused(store, agree_talk, pair, far, TODAY, 0) == ["date"]
    change(store, agree_talk, pair, far, TODAY, 0, is_meant=True)
    change(store, end_records.end_pair, pair, "withdrew", days(-120), TODAY)
    assert refused(store, held, pair, HeldExit(TODAY), TODAY, 1) == ["date"]
    change(store, held, pair, HeldExit(TODAY), TODAY, 1, is_meant=True)
    change(store, held, pair, HeldExit(TODAY, "Lido"), TODAY, 2)
    assert of(store, pair).closing.date == TODAY, "what was meant once is not asked again"


def test_an_exit_talk_before_its_time_is_asked_about_once_for_a_day(store, pair):
    """It is due from a fortnight before the end."""
    held = exit_records.save_held_exit_talk
    due_from = ENDS_ON - EXIT_TALK_WITHIN
    early = due_from - dt.timedelta(days=1)
    with pytest.raises(InputFault, match=re.escape(format_date(ENDS_ON))) as refusal:
        change(store, held, pair, HeldExit(early), TODAY, 0)
    assert [type(fault) for fault in refusal.value.faults] == [Question]
    assert of(store, pair).closing is None
    change(store, held, pair, HeldExit(due_from), TODAY, 0)
    change(store, held, pair, HeldExit(early), TODAY, 1, is_meant=True)
    change(store, held, pair, HeldExit(early, "Lido"), TODAY, 2)
    assert of(store, pair).closing.date == early


def test_a_talk_that_was_agreed_early_on_purpose_is_held_without_being_asked_again(store, pair):
    early = AgreedExit(days(-30))
    change(store, exit_records.agree_exit_talk, pair, early, days(-40), 0, is_meant=True)
    later = AgreedExit(days(-30), dt.time(10))
    change(store, exit_records.agree_exit_talk, pair, later, days(-40), 1)
    change(store, exit_records.save_held_exit_talk, pair, HeldExit(days(-30)), TODAY, 2)
    assert of(store, pair).closing.state == "held"
