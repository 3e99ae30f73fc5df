"""Names live apart from everything that is analysed, and are sealed."""

import datetime as dt
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

import peerbook
from builders import LEADER, a_course, assert_sound, open_store
from peerbook.errors import InputFault, StoreUnavailable
from peerbook.store import identities, set_setting
from peerbook.store.backup import rotate_key
from peerbook.store.cpr import read_cpr
from peerbook.store.identities import Contacts
from peerbook.store.pseudonyms import pseudonym
from peerbook.store.sealing import sealed, unsealed
from peerbook.store.sightings import seen_of
from peerbook.store.tables import Base, Identity


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def codes(store):
    return a_course(store, participants=2).codes


def test_names_are_found_by_code_and_a_code_without_a_name_is_left_out(store, codes):
    with store.write(LEADER) as session:
        identities.save_name(session, codes[0], "Grethe Jensen")
    with store.read() as session:
        assert identities.name_of(session, [*codes, "P-000000"]) == {codes[0]: "Grethe Jensen"}


def test_saving_again_replaces_and_forgetting_leaves_the_code(store, codes):
    for name in ("Grethe Jensen", "Grete Jensen"):
        with store.write(LEADER) as session:
            identities.save_name(session, codes[0], name)
    with store.read() as session:
        assert identities.name_of(session, codes) == {codes[0]: "Grete Jensen"}
    with store.write(LEADER) as session:
        identities.forget_identity(session, codes[0])
        identities.forget_identity(session, codes[1])
    with store.read() as session:
        assert identities.name_of(session, codes) == {}


def test_nothing_else_in_the_package_reads_the_table_of_names():
    package = Path(peerbook.__file__).parent
    # The last five know the table by name only, and go through the first for what is in it.
    allowed = {
        "store/identities.py",
        "store/tables.py",
        "course/data_imports.py",
        "store/whole.py",
        "desk.py",
        "privacy/erasure.py",
        "people/participants.py",
    }
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\bIdentity\b|[\"'\s]identity\.(name|email|phone)\b", path.read_text("utf-8"))
    }
    assert readers == allowed


def test_no_other_table_has_a_column_for_a_name_or_contact():
    private = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if re.search(r"email|(^|_)phone|cpr|address|first_name|last_name", column.name)
    }
    assert {table for table, _ in private} == {Identity.__tablename__}


CPR = read_cpr("211062-5629", dt.date(2026, 11, 26))


def rows(store):
    with store._database.read.connect() as connection:
        return connection.execute(text("SELECT * FROM identity ORDER BY participant_code")).all()


@pytest.fixture
def known(store, codes):
    """Two people with names and contacts, at a place that saves CPR numbers."""
    with store.write(LEADER) as session:
        set_setting(session, identities.CPR_SETTING, True)
        for code in codes:
            identities.save_name(session, code, "Grethe Jensen")
        session.flush()
        for code in codes:
            identities.save_contacts(session, code, Contacts("grethe@example.org", "12345678"))
    return codes


def test_contacts_are_found_by_code_and_can_be_taken_back(store, known):
    with store.write(LEADER) as session:
        identities.save_contacts(session, known[1], Contacts(phone="87654321"))
    with store.read() as session:
        assert identities.contacts_of(session, known) == {
            known[0]: Contacts("grethe@example.org", "12345678"),
            known[1]: Contacts("", "87654321"),
        }


def test_the_table_names_nobody_and_equal_names_do_not_look_equal(store, known):
    with store.write(LEADER) as session:
        identities.save_cpr(session, known[0], CPR, "consent")
    told = repr(rows(store))
    for secret in ("Grethe", "Jensen", "example.org", "12345678", "211062", "5629"):
        assert secret not in told
    first, second = rows(store)
    assert not set(first[1:4]) & set(second[1:4])


def test_saving_the_same_again_changes_nothing(store, known):
    before = rows(store)
    with store.write(LEADER) as session:
        identities.save_name(session, known[0], "Grethe Jensen")
        identities.save_contacts(session, known[0], Contacts("grethe@example.org", "12345678"))
    assert rows(store) == before


@pytest.mark.parametrize(
    "change",
    [
        "(SELECT name FROM identity WHERE participant_code = :other)",
        "email",
        "name || 'AAAA'",
        "'Grethe'",
    ],
)
def test_a_name_put_in_anothers_place_or_changed_is_found_out(store, known, change):
    with store._database.write.begin() as connection:
        connection.execute(
            text(f"UPDATE identity SET name = {change} WHERE participant_code = :one"),
            {"one": known[0], "other": known[1]},
        )
    with store.read() as session, pytest.raises(StoreUnavailable):
        identities.name_of(session, known)


def test_what_is_sealed_twice_looks_different_and_opens_the_same(store):
    one, other = (sealed(store.keys, "Grethe", "P-000000/name") for _ in range(2))
    assert one != other
    assert unsealed(store.keys, one, "P-000000/name") == "Grethe"
    assert one.startswith(f"{store.keys.key_id}.")


def test_a_cpr_number_is_saved_only_where_it_is_turned_on_and_with_a_basis(store, known):
    with store.write(LEADER) as session:
        set_setting(session, identities.CPR_SETTING, False)
    with store.write(LEADER) as session:
        with pytest.raises(InputFault) as refused:
            identities.save_cpr(session, known[0], CPR, "consent")
        assert refused.value.faults[0].place.field == "cpr"
        set_setting(session, identities.CPR_SETTING, True)
        session.flush()
        with pytest.raises(InputFault) as refused:
            identities.save_cpr(session, known[0], CPR, "  ")
        assert refused.value.faults[0].place.field == "basis"
    with store.read() as session:
        assert identities.kept_cpr_of(session, known) == {}


def test_a_cpr_number_is_shown_masked_and_whole_only_to_whoever_is_recorded(store, known):
    with store.write(LEADER) as session:
        assert identities.save_cpr(session, known[0], CPR, "consent of 1 May") == []
    with store.read() as session:
        assert identities.kept_cpr_of(session, known)[known[0]].masked == "211062-****"
        assert seen_of(session, known[0]) == []
    with store.write("anna") as session:
        assert identities.reveal_cpr(session, known[0]) == "2110625629"
        assert identities.reveal_cpr(session, known[1]) == ""
    with store.write("bo") as session:
        identities.reveal_cpr(session, known[0])
    with store.read() as session:
        told = [(one.actor, one.what) for one in seen_of(session, known[0])]
        assert told == [("bo", "cpr"), ("anna", "cpr")]
        assert seen_of(session, known[1]) == []
    assert_sound(store)


def test_under_another_key_all_of_it_is_sealed_anew_and_opens(store, known):
    with store.write(LEADER) as session:
        identities.save_cpr(session, known[0], CPR, "consent")
    first, before = store.keys.key_id, rows(store)
    second = rotate_key(store)
    assert store.keys.key_id == second != first
    assert not {value for row in rows(store) for value in row[1:4]} & set(before[0][1:4])
    assert first not in repr(rows(store))
    with store.read() as session:
        assert set(identities.name_of(session, known).values()) == {"Grethe Jensen"}
        assert identities.codes_with(session, CPR) == [known[0]]
    assert_sound(store)


def test_the_same_cpr_number_twice_is_told_and_nobody_is_merged(store, known):
    with store.write(LEADER) as session:
        identities.save_cpr(session, known[0], CPR, "consent")
        session.flush()
        assert identities.save_cpr(session, known[1], CPR, "consent") == [known[0]]
    with store.read() as session:
        assert identities.codes_with(session, CPR) == sorted(known)
        assert len(identities.kept_cpr_of(session, known)) == 2


def test_a_pseudonym_is_the_same_within_a_purpose_and_another_in_every_other(store, codes):
    keys = store.keys
    purposes = ("research_2026", "newsletter", "steering")
    found = {
        (code, purpose): pseudonym(keys, code, purpose) for code in codes for purpose in purposes
    }
    assert len(set(found.values())) == len(codes) * len(purposes)
    assert all(pseudonym(keys, *key) == value for key, value in found.items())
    assert not any(code[2:] in value for (code, _), value in found.items())
    many = {pseudonym(keys, f"P-{n:06}", "research_2026") for n in range(20_000)}
    assert len(many) == 20_000


@pytest.mark.sqlite  # the tests' PostgreSQL databases are copies of one
def test_pseudonyms_of_another_store_are_others(tmp_path, store):
    with open_store(tmp_path, "other.sqlite") as other:
        assert pseudonym(store.keys, "P-000000", "x") != pseudonym(other.keys, "P-000000", "x")


@pytest.mark.parametrize("purpose", ["", "Research", "a/b", "2026", "a" * 41])
def test_a_purpose_is_a_plain_word(store, purpose):
    with pytest.raises(ValueError, match="purpose"):
        pseudonym(store.keys, "P-000000", purpose)


def test_a_long_list_of_names_is_written_down_at_once_before_it_is_shown(tmp_path):
    with open_store(tmp_path) as store:
        codes = a_course(store, participants=40).codes
        with store.write(LEADER) as session:
            for code in codes:
                identities.save_name(session, code, f"Opdigt {code}")
        wrote = []

        def count(_connection, _cursor, statement, parameters, _context, many):
            if "INTO name_seen" in statement:
                wrote.append(len(parameters) if many else 1)

        event.listen(Engine, "before_cursor_execute", count)
        try:
            with store.read() as session:
                assert len(identities.name_of(session, codes)) == 40
            with store.read() as session:
                identities.name_of(session, codes)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        assert wrote == [40]
        with store.read() as session:
            assert [len(seen_of(session, code)) for code in codes] == [1] * 40
        assert_sound(store)
