"""What is written of somebody who asked: what of it leaves in files, and that it can be erased."""

import datetime as dt

import pytest

from builders import LEADER, a_site, cost_assessment, open_store, save, stored
from peerbook.data.whole import fill_from, way_out
from peerbook.privacy.erasure import Mention, erase_person, held_about, mentions
from peerbook.recruitment import (
    effort_records,
    enquiry_records,
    press_records,
    stakeholder_records,
    talk_records,
)
from peerbook.recruitment.effort_records import Effort
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.press_records import Item
from peerbook.recruitment.stakeholder_records import Place, Visited
from peerbook.recruitment.talk_records import Decided, Held
from peerbook.store import identities
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    CommonEvent,
    Enquiry,
    Gathering,
    MatchedPair,
    OutOfHoursContact,
    PressItem,
    Veto,
)

TODAY = dt.date(2026, 3, 10)
NAME = "Sidsel Opdigtgaard"
TOLD = ("Sidsel", "Opdigtgaard", "22334455", "sidsel@eksempel.dk", "sin søn", "Kringelvej")
"""Invented, and found in nothing else."""
TABLES = (
    "coffee_talk", "enquiry", "press_item", "recruitment_effort", "stakeholder", "visit",
)  # fmt: skip


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


@pytest.fixture
def code(store, site_id):
    """Return the code of somebody of whom everything is written that can be, by name."""
    person = Person(NAME, Contacts("sidsel@eksempel.dk", "22334455"))
    with store.write(LEADER) as session:
        item = press_records.save_item(session, site_id, Item("article", "Avis", TODAY), TODAY)
        asked = Asked(TODAY, "peer", "article", press_item=item.number, note=f"Ring til {NAME}")
        number = enquiry_records.log_enquiry(session, site_id, asked, person, TODAY).number
        code = session.get_one(Enquiry, number).participant_code
        held = Held("peer", TODAY, f"Hos {NAME}, Kringelvej 3", goals="Ud med sin søn")
        talk_records.save_held_talk(session, code, held, TODAY)
        talk_records.save_decision(session, code, Decided("not_now", TODAY, reason="work"), TODAY)
        effort_records.save_effort(session, site_id, Effort("leaflet", TODAY, "Foldere", 5), TODAY)
        place = stakeholder_records.save_place(session, site_id, Place("Syd", "unit"), TODAY)
        stakeholder_records.save_visit(session, place.number, Visited(TODAY, 7), TODAY)
    store.drafts.save(LEADER, f"enquiry:{site_id}", {"name": NAME})
    store.drafts.save(LEADER, f"held_talk:{code}", {"goals": "Ud"})
    return code


def found_in(files, *words):
    """Return the files in which any of the words stands."""
    return {
        name
        for name, data in files.items()
        if any(word in data.decode("utf-8", "replace") for word in words)
    }


def taken_out(store, *, with_names):
    with store.read() as session:
        return way_out(session, with_names=with_names, made_on=TODAY, synthetic=False)


def test_without_names_nothing_that_was_written_of_them_leaves(store, code):
    assert found_in(taken_out(store, with_names=False).files, *TOLD, code) == set()


def test_with_names_all_of_it_leaves_and_comes_back(store, code, tmp_path):
    packed = taken_out(store, with_names=True).packed()
    with open_store(tmp_path, "back.sqlite") as other:
        with other.write(LEADER) as session:
            fill_from(session, packed)
        with other.read() as theirs, store.read() as mine:
            after, before = stored(theirs), stored(mine)
            assert {table: after[table] for table in TABLES} == {
                table: before[table] for table in TABLES
            }
            assert identities.name_of(theirs, [code]) == {code: NAME}
            [talk] = talk_records.talks(theirs, code)
            assert (talk.goals, talk.place) == ("Ud med sin søn", f"Hos {NAME}, Kringelvej 3")


def test_erased_they_are_in_no_file_not_even_in_the_history(store, code):
    with store.write(LEADER) as session:
        assert {one.table for one in held_about(session, code)} == {
            "coffee_talk", "draft", "enquiry", "identity",
        }  # fmt: skip
        erase_person(session, code)
    files = taken_out(store, with_names=True).files
    assert found_in(files, *TOLD) == set()
    histories = {"audit", "event", "name_seen"}
    assert {name.split("/")[-1].split(".")[0] for name in found_in(files, code)} <= histories


def test_what_others_wrote_that_names_them_is_shown_before(store, site_id, code):
    with store.write(LEADER) as session:
        place = stakeholder_records.save_place(
            session, site_id, Place("Nord", "unit", f"Spørg efter {NAME}"), TODAY
        )
        visited = Visited(TODAY, note=f"Talte med {NAME}")
        stakeholder_records.save_visit(session, place.number, visited, TODAY)
        asked = Asked(TODAY, "peer", "ambassador", note=f"Er søster til {NAME}")
        number = enquiry_records.log_enquiry(
            session, site_id, asked, Person("Bo Prøvegaard"), TODAY
        ).number
        other = session.get_one(Enquiry, number).participant_code
    one, two = sorted((code, other))
    save(
        store,
        MatchedPair(
            site_id=site_id, peer_code=code, mentor_code=other, matched_on=TODAY,
            peer_goal=f"{NAME} vil ud", mentor_goal=f"At lære {NAME} at kende",
        ),
        Veto(one_code=one, other_code=two, kind="family", reason=NAME, said_on=TODAY),
        Gathering(site_id=site_id, kind="walk", date=TODAY, place=f"Hos {NAME}"),
        PressItem(
            site_id=site_id, kind="article", outlet=f"Bladet, ved {NAME}", appeared_on=TODAY
        ),
        CommonEvent(
            site_id=site_id, date=TODAY, title="Sommertur",
            suggestions=["Mere kage", f"Spørg {NAME}"],
        ),
        OutOfHoursContact(site_id=site_id, staff=NAME, date=TODAY),
        cost_assessment(
            site_id=site_id,
            figures={"hours": {"unit": "hours", "value": "2", "source": f"Oplyst af {NAME}"}},
        ),
    )  # fmt: skip
    with store.read() as session:
        assert mentions(session, [code]) == tuple(
            Mention(table, site_id=site_id)
            for table in (
                "common_event",
                "cost_assessment",
                "enquiry",
                "gathering",
                "matched_pair",
                "out_of_hours_contact",
                "press_item",
                "stakeholder",
                "visit",
            )
        )
