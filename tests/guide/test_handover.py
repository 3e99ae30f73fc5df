"""The hand-over booklet: all that whoever takes over needs, nobody who takes part, and no key."""

from __future__ import annotations

import datetime as dt

import pytest
from typer.testing import CliRunner

from builders import a_course_of, a_user, open_store
from peerbook.cli import app
from peerbook.guide.handover import chapters, handover_paper
from peerbook.store import backup, users
from peerbook.store.keys import CODE_GROUPS, key_place

DAY = dt.date(2026, 11, 26)
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path)
    a_user(store, "anna", "leader", shown="Opdigt Leder")
    a_user(store, "gone", "leader", shown="Opdigt Forhenværende")
    with store.write("anna") as session:
        users.shut_out(session, "gone")
    a_course_of(store, "Grethe Prøvesen", "Bo Opdigt")
    return store


def told(store):
    return repr(chapters(store))


def test_it_tells_where_everything_lies_and_who_leads(store):
    backup.make_backup(store, NOW)
    backup.drill(store, NOW + dt.timedelta(days=1))
    text = told(store)
    for wanted in (
        store.address, str(store.folder / "backups"), key_place(store.keys.store_id).told,
        store.keys.key_id, store.product, "Opdigt Leder (anna)", "20. november 2026",
        "21. november 2026", f"peerbook restore FIL --store {store.address}",
        f"peerbook serve --store {store.address}",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_nobody_who_takes_part_nor_has_left_stands_in_it_nor_the_key(store):
    text = told(store)
    code = store.keys.master().recovery_code
    secrets = [store.keys.master().secret.hex(), code, *code.split("-")]
    for secret in ("Grethe", "Prøvesen", "Bo Opdigt", "Forhenværende", *secrets):
        assert secret not in text
    (boxes,) = (one.groups for one in chapters(store) if one.groups)
    assert boxes == CODE_GROUPS == len(code.split("-"))


def test_what_is_not_known_is_left_to_be_written_by_hand(store):
    facts = dict(pair for one in chapters(store) for pair in one.facts)
    for label in ("Kommune eller forening", "Telefon", "Sidste kopi", "Den, der overtager"):
        assert facts[label] == ""


def test_it_is_printed_by_a_leader_on_the_page_and_by_command(store, tmp_path):
    name, data, kind = handover_paper(store, DAY, synthetic=True)
    assert (name, kind) == ("overdragelse-opdigtet.pdf", "application/pdf")
    assert data.startswith(b"%PDF")
    file = tmp_path / "booklet.pdf"
    told = CliRunner().invoke(app, ["handover", str(file), "--store", store.address])
    assert told.exit_code == 0, told.output
    assert file.read_bytes().startswith(b"%PDF")
    again = CliRunner().invoke(app, ["handover", str(file), "--store", store.address])
    assert "findes i forvejen" in str(again.exception)
