"""Where the chain ends is noted with each backup, so that a history cut short is found."""

import datetime as dt
import re

import pytest
from typer.testing import CliRunner

from builders import LEADER, address, let_change, open_store, save, site
from peerbook.cli import app
from peerbook.store import Head
from peerbook.store.backup import known_ends, make_backup, restore, rotate_key
from peerbook.store.chain_ends import FILE_NAME, NotedEnds, note_end, noted_ends
from peerbook.store.tables import Audit, AuditLink

NOW = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "data") as opened:
        save(opened, site())
        yield opened


def cut_short(store, last):
    """Take the chain's links after one away with what they are over, as with another program."""
    with store._database.write.begin() as connection:
        let_change(connection, "audit", "audit_link")
        through = connection.scalar(
            AuditLink.__table__.select().with_only_columns(AuditLink.audit_through)
            .where(AuditLink.number == last)
        )  # fmt: skip
        connection.execute(Audit.__table__.delete().where(Audit.seq > through))
        connection.execute(AuditLink.__table__.delete().where(AuditLink.number > last))


def test_a_backup_notes_the_end_and_a_history_cut_short_after_it_is_found(store):
    before = store.audit_head().number
    for name in ("Horsens", "Kolding"):
        save(store, site(name=name))
    noted = store.audit_head()
    make_backup(store, NOW)
    assert noted in known_ends(store).heads
    assert store.verify_audit(known_ends(store).heads).is_whole
    cut_short(store, before)
    assert store.verify_audit().is_whole, "without what was noted nothing shows"
    assert store.verify_audit(known_ends(store).heads).missing == noted


@pytest.mark.sqlite
def test_what_was_noted_beyond_a_backup_that_is_brought_back_counts_no_more(store, tmp_path):
    early = make_backup(store, NOW)
    save(store, site(name="Horsens"))
    make_backup(store, NOW + DAY)
    save(store, site(name="Kolding"))
    store.close()
    restore(early, address(tmp_path / "data"), NOW + 2 * DAY)
    with open_store(tmp_path / "data") as again:
        with again.write(LEADER) as session:
            session.add(site(name="Skive"))
        assert known_ends(again).heads
        assert again.verify_audit(known_ends(again).heads).is_whole


def test_only_ends_of_this_store_are_read_and_scribbles_are_passed_over(store, tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    assert noted_ends(store, folder) == NotedEnds()
    (folder / FILE_NAME).write_text(f"ffff 9:{'a' * 64} then\nhello\n\n", "ascii")
    note_end(store, folder, NOW)
    assert noted_ends(store, folder) == NotedEnds((store.audit_head(),))


def test_two_notes_of_one_number_must_both_be_true(store):
    true = store.audit_head()
    false = Head(true.number, "0" * 64)
    assert store.verify_audit([true, true]).is_whole
    for known in ([true, false], [false, true]):
        assert store.verify_audit(known).missing == false


def test_nothing_in_the_note_names_anybody(store, tmp_path):
    with store.write(LEADER) as session:
        session.add(site(name="Hemmeligby"))
    note_end(store, tmp_path, NOW)
    _store, *told, seal = (tmp_path / FILE_NAME).read_text("ascii").split()
    assert told == [str(store.audit_head()), "2026-11-26T09:30Z"]
    assert re.fullmatch(f"{store.keys.key_id}\\.[0-9a-f]{{64}}", seal)


# -- the seal of a line ---------------------------------------------------------------------------


@pytest.fixture
def noted(store, tmp_path):
    """Three ends in a file, and its lines."""
    for day in range(3):
        note_end(store, tmp_path, NOW + day * DAY)
        save(store, site(name=f"By {day}"))
    return (tmp_path / FILE_NAME).read_text("ascii").splitlines()


def read(store, folder, *lines):
    (folder / FILE_NAME).write_text("".join(f"{line}\n" for line in lines), "ascii")
    return noted_ends(store, folder)


def test_any_sign_of_a_line_that_is_changed_is_found(store, noted, tmp_path):
    whole = read(store, tmp_path, *noted)
    assert (len(whole.heads), whole.sentence) == (3, "")
    line = noted[1]
    after_the_store = len(store.keys.store_id) + 1
    for place in range(after_the_store, len(line)):
        other = "1" if line[place] == "0" else "0"
        found = read(store, tmp_path, noted[0], line[:place] + other + line[place + 1 :], noted[2])
        assert found.forged or found.unsealed or len(found.heads) == 2, place
        assert Head.read(line.split()[1]) not in found.heads or not found.forged
    moved = line.replace("2026-11-27", "2026-11-28")
    found = read(store, tmp_path, noted[0], moved, noted[2])
    assert found.forged == 1
    assert "har skrevet i »chain-ends.txt«" in found.sentence


def test_no_line_without_a_seal_takes_away_what_was_sealed(store, noted, tmp_path):
    """It may be true, of an earlier peerbook; or a lower number to hide that a history is cut."""
    low = " ".join(noted[0].split()[:3])
    heads = read(store, tmp_path, *noted).heads
    for lines in ((*noted, low), (low, *noted)):
        found = read(store, tmp_path, *lines)
        assert set(found.heads) == set(heads)
        assert (found.unsealed, found.forged) == (0, 0)


def test_a_sealed_line_that_is_copied_further_down_takes_nothing_away(store, noted, tmp_path):
    heads = read(store, tmp_path, *noted).heads
    assert read(store, tmp_path, *noted, noted[0]).heads == heads
    assert read(store, tmp_path, *reversed(noted)).heads == heads


def test_lines_of_an_earlier_peerbook_are_read_and_told_until_there_is_a_sealed_one(
    store, noted, tmp_path
):
    bare = [" ".join(line.split()[:3]) for line in noted]
    found = read(store, tmp_path, *bare)
    assert found.heads == read(store, tmp_path, *noted).heads
    found = read(store, tmp_path, *bare)
    assert (found.unsealed, found.forged) == (3, 0)
    assert "uden segl" in found.sentence
    note_end(store, tmp_path, NOW + 4 * DAY)
    assert noted_ends(store, tmp_path).sentence == ""
    assert len(noted_ends(store, tmp_path).heads) == 4


def test_a_line_sealed_with_a_key_that_is_not_here_counts_as_unsealed(store, noted, tmp_path):
    *told, seal = noted[-1].split()
    found = read(store, tmp_path, " ".join([*told, seal.replace(store.keys.key_id, "ffffffff")]))
    assert (len(found.heads), found.unsealed, found.forged) == (1, 1, 0)


def test_what_was_sealed_with_the_earlier_key_holds_after_a_change_of_keys(store):
    make_backup(store, NOW)
    rotate_key(store)
    make_backup(store, NOW + DAY)
    ends = known_ends(store)
    assert (len(ends.heads), ends.sentence) == (2, "")


def test_the_command_fails_where_somebody_has_written_in_the_notes(store):
    path = make_backup(store, NOW)
    address = store.address
    store.close()
    assert CliRunner().invoke(app, ["audit", "--store", address]).exit_code == 0
    file = path.parent / FILE_NAME
    file.write_text(file.read_text("ascii").replace("09:30Z", "09:31Z"), "ascii")
    done = CliRunner().invoke(app, ["audit", "--store", address])
    assert done.exit_code == 1
    assert "segl" in done.output
