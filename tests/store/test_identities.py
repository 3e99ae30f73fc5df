"""Names live apart from everything that is analysed."""

import re
from pathlib import Path

import pytest

import peerbook
from builders import LEADER, a_course, open_store
from peerbook.store import identities
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
    allowed = {"store/identities.py", "store/tables.py"}
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
        if re.search(r"email|phone|cpr|address|first_name|last_name", column.name)
    }
    assert {table for table, _ in private} == {Identity.__tablename__}
