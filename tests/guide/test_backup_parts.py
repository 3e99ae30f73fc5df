"""Backups and CPR numbers among the settings: for leaders, and told as they are."""

from __future__ import annotations

import shutil
import uuid

import pytest

from builders import LEADER, a_desk, open_store, save, site
from peerbook.errors import PeerbookError
from peerbook.guide.backup_part import backup_parts
from peerbook.store import backup
from peerbook.ui import Button, Form, Notice, Section


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path)
    save(store, site())
    return store


def shown(parts):
    """Notices, texts and buttons as they stand, sections opened."""
    found = []
    for part in parts:
        found += shown(part.inside) if isinstance(part, Section) else [part]
    return found


def press(parts, place):
    button = [one for one in shown(parts) if isinstance(one, Button)][place]
    return button._press({"index": 0}, ())["said"]


def warnings(parts):
    return [one.text for one in shown(parts) if isinstance(one, Notice)]


def test_a_leader_makes_a_backup_and_tries_it(store):
    parts = backup_parts(a_desk(store))
    assert len(warnings(parts)) == 2, "no backup yet, and the code is not written down"
    name = press(parts, 0).split()[0]
    assert (store.folder / "backups" / name).is_file()
    assert len(warnings(parts)) == 1
    press(parts, 1)
    assert backup.last_made(store, backup.DRILL_SETTING) is not None


def test_the_code_is_asked_for_until_it_is_written_down_and_again_after_a_new_key(store):
    parts = backup_parts(a_desk(store))
    press(parts, 2)
    assert len(warnings(parts)) == 1
    assert len(warnings(backup_parts(a_desk(store)))) == 1
    backup.rotate_key(store)
    assert len(warnings(backup_parts(a_desk(store)))) == 2


def test_the_code_itself_is_never_on_the_page(store):
    groups = store.keys.master().recovery_code.split("-")
    told = repr([vars(one) for one in shown(backup_parts(a_desk(store)))])
    assert not any(group in told for group in groups)


@pytest.mark.parametrize("role", ["course_leader", "evaluator", "analyst"])
def test_others_see_nothing_of_it(store, role):
    assert backup_parts(a_desk(store, LEADER, role)) == []


def test_a_stick_that_is_missing_is_told_and_a_backup_can_lie_beside_the_data_meanwhile(
    store, tmp_path
):
    stick = tmp_path / "stick"
    stick.mkdir()
    parts = backup_parts(a_desk(store))
    (form,) = (one for one in parts if isinstance(one, Form))
    assert "saved" in form.answer(
        {"do": "submit", "key": str(uuid.uuid4()), "values": {"folder": str(stick)}}, []
    )
    assert "Kopiér" not in press(parts, 0)
    assert len(list(stick.glob("*-backup"))) == 1
    shutil.rmtree(stick)
    with pytest.raises(PeerbookError, match="USB-stik"):
        press(parts, 0)
    assert any(str(stick) in text for text in warnings(parts))
    press(parts, 0)
    assert len(list((store.folder / "backups").glob("*-backup"))) == 1
    assert not stick.exists()
