"""What a place decides for itself: in the audit, and never overwritten unseen."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from builders import LEADER, assert_sound, open_store
from peerbook.errors import Conflict, InputFault
from peerbook.guide import records
from peerbook.guide.accessibility import Organisation
from peerbook.settings import (
    LARGEST_THRESHOLD,
    help_number,
    raise_threshold,
    save_help_number,
)
from peerbook.small_groups import SETTING, SMALLEST, threshold_of
from peerbook.store import Store
from peerbook.store.tables import Audit

HOUSE = Organisation("Prøvebyhuset", "12 34 56 78", "hej@proeveby.example")


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


def say(store: Store, site: int, text: str, seen: str = "") -> None:
    with store.write(LEADER) as session:
        save_help_number(session, site, text, seen)


def raise_to(store: Store, threshold: int) -> None:
    with store.write(LEADER) as session:
        raise_threshold(session, threshold)


def test_each_site_has_its_own_help_number_and_none_to_begin_with(store):
    assert help_number(store, 1) == ""
    say(store, 1, "Ring til huset, hverdage kl. 9–15.")
    assert help_number(store, 1) == "Ring til huset, hverdage kl. 9–15."
    assert help_number(store, 2) == ""


def test_a_help_number_can_be_taken_away_again(store):
    say(store, 1, "Ring til huset.")
    say(store, 1, "", seen="Ring til huset.")
    assert help_number(store, 1) == ""


def test_a_help_number_somebody_else_has_changed_is_not_overwritten(store):
    say(store, 1, "Ring til Anna.")
    with pytest.raises(Conflict) as refused:
        say(store, 1, "Ring til Bo.", seen="")
    assert refused.value.theirs == {"help_number": "Ring til Anna."}
    assert refused.value.mine == {"help_number": "Ring til Bo."}
    assert help_number(store, 1) == "Ring til Anna."
    say(store, 1, "Ring til Bo.", seen="Ring til Anna.")
    assert help_number(store, 1) == "Ring til Bo."


def test_groups_are_shown_from_five_and_the_number_only_goes_up(store):
    assert SMALLEST == 5
    for refused in (-1, 0, 3, SMALLEST - 1, LARGEST_THRESHOLD + 1):
        with pytest.raises(InputFault):
            raise_to(store, refused)
    assert store.setting(SETTING) is None
    raise_to(store, 5)
    raise_to(store, 8)
    with pytest.raises(InputFault, match="8"):
        raise_to(store, 7)
    raise_to(store, 8)
    assert store.setting(SETTING) == threshold_of(store.setting(SETTING)) == 8


def test_who_answers_is_kept_and_not_overwritten_unseen(store):
    assert records.organisation(store) == Organisation()
    with store.write(LEADER) as session:
        records.save_organisation(session, HOUSE, Organisation())
    assert records.organisation(store) == HOUSE
    with pytest.raises(Conflict) as refused, store.write(LEADER) as session:
        records.save_organisation(session, Organisation("En anden"), Organisation())
    assert refused.value.theirs["name"] == HOUSE.name
    assert records.organisation(store) == HOUSE


def test_the_day_of_the_review_is_kept_as_a_day(store):
    assert records.reviewed_on(store) is None
    with store.write(LEADER) as session:
        records.save_reviewed_on(session, dt.date(2026, 11, 24))
    assert records.reviewed_on(store) == dt.date(2026, 11, 24)


def test_every_change_of_a_setting_is_in_the_audit(store):
    say(store, 1, "Ring til Anna.")
    say(store, 1, "Ring til Bo.", seen="Ring til Anna.")
    raise_to(store, 6)
    with store.read() as session:
        entries = list(session.scalars(select(Audit).order_by(Audit.seq)))
    told = [(entry.table_name, entry.row_id, entry.action) for entry in entries]
    assert told == [
        ("setting", "help_number:1", "insert"),
        ("setting", "help_number:1", "update"),
        ("setting", "threshold", "insert"),
    ]
    assert entries[1].old is not None
    assert entries[1].old["value"] == "Ring til Anna."
    assert entries[1].actor == LEADER
    assert_sound(store)
