"""Who may be one person is suggested, and joined by hand only."""

import datetime as dt

import pytest
from sqlalchemy import select

from builders import LEADER, a_course_of, same_person, save
from peerbook.errors import Conflict, InputFault
from peerbook.privacy.erasure import erase_person
from peerbook.privacy.same_person import joined, others_of, say, suggestions, take_back
from peerbook.store import identities, set_setting
from peerbook.store.cpr import read_cpr
from peerbook.store.identities import Contacts
from peerbook.store.tables import NameSeen, SamePerson

TODAY = dt.date(2026, 11, 26)
CPR = read_cpr("010180-1234", TODAY)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture
def twice(store):
    """Return the codes of two people on two courses who have one name, spelt in two ways."""
    one = a_course_of(store, "Åse  Opdigt", "Bo Opdigt").codes
    other = a_course_of(store, "åse opdigt", "Carl Opdigt").codes
    with store.read() as session:
        found = suggestions(session)
    assert len(found) == 1
    assert found[0].pair[0] in one + other
    return found[0].pair


def suggested(store):
    with store.read() as session:
        return {one.pair: one.alike for one in suggestions(session)}


def others(store, code):
    with store.read() as session:
        return others_of(session, code)


def said(store, pair, *, is_same):
    with store.write(LEADER) as session:
        say(session, pair, is_same=is_same, today=TODAY)


def test_what_is_alike_is_told_and_nobody_is_noted_as_seen(store, twice):
    with store.write(LEADER) as session:
        for code in twice:
            identities.save_contacts(session, code, Contacts("Aase@by.example", "12345678"))
        set_setting(session, identities.CPR_SETTING, True)
        session.flush()
        for code in twice:
            identities.save_cpr(session, code, CPR, "a yes")
    assert suggested(store) == {twice: ("cpr", "name", "email", "phone")}
    with store.read() as session:
        assert session.scalars(select(NameSeen.seq)).all() == []


def test_one_person_keeps_both_codes_and_is_suggested_no_more(store, twice):
    said(store, reversed(twice), is_same=True)
    assert suggested(store) == {}
    assert others(store, twice[0]) == (twice[1],)
    assert others(store, twice[1]) == (twice[0],)


def test_two_people_are_never_suggested_again_until_it_is_taken_back(store, twice):
    said(store, twice, is_same=False)
    assert suggested(store) == {}
    assert others(store, twice[0]) == ()
    with store.write(LEADER) as session:
        take_back(session, twice, seen=False)
    assert list(suggested(store)) == [twice]


def test_three_codes_of_one_person_hang_together(store, twice):
    third = a_course_of(store, "Åse Opdigt").codes[0]
    said(store, twice, is_same=True)
    said(store, (twice[1], third), is_same=True)
    assert others(store, third) == tuple(sorted(twice))
    assert suggested(store) == {}, "two of them need not be asked about"


def test_the_opposite_said_in_another_tab_meanwhile_is_a_conflict(store, twice):
    said(store, twice, is_same=True)
    with pytest.raises(Conflict, match="meanwhile"):
        said(store, twice, is_same=False)
    said(store, twice, is_same=True)
    assert others(store, twice[0]) == (twice[1],)
    with pytest.raises(Conflict, match="meanwhile"), store.write(LEADER) as session:
        take_back(session, twice, seen=False)
    with store.write(LEADER) as session:
        say(session, twice, is_same=False, today=TODAY, seen=True)
    assert others(store, twice[0]) == ()


def test_two_are_not_two_people_while_a_third_code_ties_them(store, twice):
    third = a_course_of(store, "Åse Opdigt").codes[0]
    said(store, (twice[0], third), is_same=True)
    said(store, (third, twice[1]), is_same=True)
    with pytest.raises(InputFault, match="third code"):
        said(store, twice, is_same=False)
    assert others(store, twice[0]) == tuple(sorted((third, twice[1])))


def test_that_two_codes_are_two_people_goes_when_they_are_one(store, twice):
    third = a_course_of(store, "Åse Opdigt").codes[0]
    said(store, (twice[0], third), is_same=False)
    said(store, twice, is_same=True)
    said(store, (twice[1], third), is_same=True)
    with store.read() as session:
        assert all(row.is_same for row in joined(session))


def test_whoever_is_deleted_is_joined_with_nobody(store, twice):
    said(store, twice, is_same=True)
    with store.write(LEADER) as session:
        held = erase_person(session, twice[0])
    assert "same_person" in {one.table for one in held}
    assert others(store, twice[1]) == ()
    with pytest.raises(InputFault, match="One of them"):
        said(store, twice, is_same=True)


def test_the_database_keeps_a_pair_once(store, twice):
    save(store, same_person(*twice))
    with store.read() as session:
        row = session.scalars(select(SamePerson)).one()
    assert (row.one_code, row.other_code) == tuple(sorted(twice))
