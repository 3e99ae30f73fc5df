"""Contacts out of hours, the card with whom to call, and mentors who left support."""

import datetime as dt

import pytest

from builders import LEADER, a_site, add_matching, assert_sound, change, participant, read, refused
from builders import save as saved
from peerbook.data_protection.own_file import own_file
from peerbook.desk import Desk
from peerbook.errors import Conflict, NotAllowed
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.pathways import staff_records
from peerbook.pathways.acute_card import acute_card
from peerbook.pathways.acute_part import CardsGiven
from peerbook.pathways.out_of_hours_part import OutOfHours, _told
from peerbook.pathways.over_involvement import Contact, latest_months, loads
from peerbook.pathways.staff_records import LeftSupport
from peerbook.pathways.support_part import Support
from peerbook.people.pairs import pairs
from peerbook.privacy import disclosure
from peerbook.store import Store, Visitor, append_event, events_of
from peerbook.store.tables import Site
from peerbook.text import written_in
from peerbook.ui import Disclosure, Prose, Table

TODAY = dt.date(2026, 5, 10)
JOINED = dt.date(2026, 1, 5)
HELP = "Akuttelefonen, hele døgnet\nSkadestuen"


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def made(store):
    """Return a site's number, a peer, a mentor, and the number of their pair."""
    site_id, _name = a_site(store)
    codes = saved(store, *(participant(site_id=site_id, created_on=JOINED) for _n in range(2)))
    with store.write(LEADER) as session:
        for code, role in zip(codes, ("peer", "mentor"), strict=True):
            append_event(session, "participant", code, "joined", JOINED, role=role)
        add_matching(session, site_id, *codes)
    with store.read() as session:
        (pair,) = pairs(session, site_id, TODAY)
    return site_id, *codes, pair.number


def test_a_colleague_written_in_another_case_is_the_same_one(store, made):
    site_id = made[0]
    for written in ("anna  b", "Bo", "Anna B"):
        change(store, staff_records.save_contact, site_id, Contact(written, TODAY), TODAY)
    assert read(store, staff_records.staff_named, site_id) == ["Anna B", "Bo"]
    kept = read(store, staff_records.contacts, site_id)
    assert sorted(one.contact.staff for one in kept) == ["Anna B", "Anna B", "Bo"]


def test_a_contact_is_noted_corrected_and_removed(store, made):
    site_id, _peer, _mentor, pair = made
    number = change(
        store, staff_records.save_contact, site_id, Contact(" Anna  B ", TODAY, pair), TODAY
    ).number
    (one,) = read(store, staff_records.contacts, site_id)
    assert one.contact == Contact("Anna B", TODAY, pair)
    change(store, staff_records.correct_contact, number, Contact("Bo", days(-1)), TODAY, 1)
    with pytest.raises(Conflict):
        change(store, staff_records.remove_contact, number, 1)
    assert read(store, staff_records.contacts, site_id)[0].contact == Contact("Bo", days(-1))
    assert read(store, staff_records.contacts, site_id, TODAY) == []
    change(store, staff_records.remove_contact, number, 2)
    assert read(store, staff_records.contacts, site_id) == []
    assert_sound(store)


def test_a_contact_nobody_can_have_had_is_refused(store, made):
    site_id, *_codes, pair = made
    for wrong, field in (
        (Contact(" ", TODAY), "staff"),
        (Contact("Anna", days(1)), "date"),
        (Contact("Anna", TODAY, pair + 1), "pair"),
    ):
        assert refused(store, staff_records.save_contact, site_id, wrong, TODAY) == [field]
    elsewhere = a_site(store)[0]
    ours = Contact("Anna", TODAY, pair)
    assert refused(store, staff_records.save_contact, elsewhere, ours, TODAY) == ["pair"]


def test_a_place_sets_its_own_limit_and_there_is_none_before(store, made):
    site_id = made[0]
    assert read(store, staff_records.limit_of, site_id) is None
    assert refused(store, staff_records.save_limit, site_id, 4, None, 5) == ["limit"]
    change(store, staff_records.save_limit, site_id, 8, None, 5)
    with pytest.raises(Conflict):
        change(store, staff_records.save_limit, site_id, 9, None, 5)
    change(store, staff_records.save_limit, site_id, None, 8, 5)
    assert read(store, staff_records.limit_of, site_id) is None


def test_the_card_says_what_the_place_wrote_and_names_nobody(store, made):
    site_id, peer, mentor, _pair = made
    assert read(store, staff_records.acute_help, site_id) == ""
    assert refused(store, staff_records.give_card, site_id, peer, TODAY, TODAY) == ["on"]
    change(store, staff_records.save_acute_help, site_id, HELP, "")
    with pytest.raises(Conflict):
        change(store, staff_records.save_acute_help, site_id, "Andet", "")
    assert refused(store, staff_records.give_card, site_id, peer, days(1), TODAY) == ["on"]
    assert refused(store, staff_records.give_card, site_id, peer, days(-300), TODAY) == ["on"]
    change(store, staff_records.give_card, site_id, peer, days(-2), TODAY)
    assert read(store, staff_records.cards, site_id, TODAY) == {peer: days(-2), mentor: None}
    assert read(store, staff_records.cards, site_id, days(-3)) == {peer: None, mentor: None}
    name, data, _kind = acute_card(HELP, "Opdigtby", synthetic=True)
    assert data.startswith(b"%PDF")
    assert name.endswith(".pdf")


def test_a_mentor_who_left_support_is_flagged_until_somebody_asks(store, made):
    site_id, peer, mentor, _pair = made
    left = staff_records.save_left_support
    assert refused(store, left, site_id, peer, TODAY, TODAY) == ["on"]
    assert refused(store, left, site_id, mentor, days(1), TODAY) == ["on"]
    change(store, left, site_id, mentor, days(-9), TODAY)
    told = read(store, staff_records.left_support, site_id, TODAY)
    assert told == [LeftSupport(mentor, days(-9), None)]
    change(store, staff_records.save_asked, site_id, mentor, days(-2), TODAY)
    assert read(store, staff_records.left_support, None, TODAY)[0].asked_on == days(-2)
    # Once more, months later, asks anew.
    change(store, left, site_id, mentor, days(-1), TODAY)
    assert read(store, staff_records.left_support, site_id, TODAY)[0].asked_on is None
    with store.write(LEADER) as session:
        append_event(session, "participant", mentor, "stopped", TODAY)
    assert read(store, staff_records.left_support, site_id, TODAY) == []


def test_it_all_stands_in_the_own_file_and_the_other_does_not(store, made):
    site_id, peer, mentor, pair = made
    change(store, staff_records.save_contact, site_id, Contact("Anna", TODAY, pair), TODAY)
    change(store, staff_records.save_left_support, site_id, mentor, days(-9), TODAY)
    change(store, staff_records.save_asked, site_id, mentor, TODAY, TODAY)
    told = repr(read(store, own_file, mentor, TODAY))
    with written_in(PAPER_LANGUAGE):
        for known in ("klarer sig uden støtte i hjemmet", "har talt om, hvordan det går"):
            assert known in told, known
    assert "uden for arbejdstid" in told
    assert peer not in told
    assert "klarer sig uden støtte" not in repr(read(store, own_file, peer, TODAY))


@pytest.mark.sqlite
def test_a_course_leader_sees_neither_who_was_reached_nor_when(store, made):
    site_id, *_codes, pair = made
    change(store, staff_records.save_contact, site_id, Contact("Anna", TODAY, pair), TODAY)
    theirs = Store.open(store.address, visitor=Visitor("lis", "course_leader"))
    assert read(theirs, staff_records.contacts, site_id) == []
    with pytest.raises(NotAllowed), theirs.write("lis") as session:
        staff_records.save_contact(session, site_id, Contact("Anna", TODAY), TODAY)
    analyst = Store.open(store.address, visitor=Visitor("per", "analyst"))
    with pytest.raises(NotAllowed):
        read(analyst, staff_records.contacts, site_id)


def test_what_was_noted_about_support_and_the_card_is_taken_back(store, made):
    site_id, _peer, mentor, _pair = made
    left, asked = staff_records.save_left_support, staff_records.save_asked
    change(store, left, site_id, mentor, days(-30), TODAY)
    change(store, left, site_id, mentor, days(-9), TODAY)
    change(store, asked, site_id, mentor, days(-2), TODAY)
    [known] = read(store, staff_records.left_support, site_id, TODAY)
    change(store, staff_records.take_back_asked, mentor, known.asked_seq)
    assert read(store, staff_records.left_support, site_id, TODAY)[0].asked_on is None
    with pytest.raises(Conflict):
        change(store, staff_records.take_back_asked, mentor, known.asked_seq)
    change(store, staff_records.take_back_left_support, mentor, known.seq)
    [known] = read(store, staff_records.left_support, site_id, TODAY)
    assert known.since == days(-30)
    change(store, staff_records.take_back_left_support, mentor, known.seq)
    assert read(store, staff_records.left_support, site_id, TODAY) == []
    change(store, staff_records.save_acute_help, site_id, HELP, "")
    change(store, staff_records.give_card, site_id, mentor, days(-2), TODAY)
    card = read(store, staff_records.cards_given, site_id, TODAY)[mentor]
    change(store, staff_records.take_back_card, mentor, card.seq)
    assert read(store, staff_records.cards, site_id, TODAY)[mentor] is None
    assert len(read(store, events_of, "participant", mentor)) == 9, "history keeps all of it"
    assert_sound(store)


def test_the_page_takes_back_what_the_list_names(store, made, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    site_id, _peer, mentor, _pair = made
    change(store, staff_records.save_acute_help, site_id, HELP, "")
    change(store, staff_records.give_card, site_id, mentor, days(-2), TODAY)
    change(store, staff_records.save_left_support, site_id, mentor, days(-30), TODAY)
    change(store, staff_records.save_asked, site_id, mentor, days(-2), TODAY)
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    with store.read() as session:
        site = session.get_one(Site, site_id)
        session.expunge(site)
    support, card = Support(desk, site), CardsGiven(desk, site)
    shown = [*support.parts(), *card.parts()]

    def parts(kind):
        return [one for part in shown for one in part.everything() if isinstance(one, kind)]

    def press(caption):
        for fold in parts(Disclosure):
            if fold.label == "Noted by mistake?":
                fold._open({"index": 0}, ())
        [table] = [one for one in parts(Table) if one.data["caption"] == caption]
        return table._run({"index": 0, "edition": table.edition}, ())

    press("What is noted about support at home")
    assert read(store, staff_records.left_support, site_id, TODAY) == []
    press("Who has got the card, the latest first")
    assert read(store, staff_records.cards, site_id, TODAY)[mentor] is None


def test_the_months_can_be_shown_to_colleagues_and_the_rest_is_for_the_coordinator(
    store, made, monkeypatch
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    site_id = made[0]
    today = Desk(store, Visitor(LEADER, "leader"), synthetic=False).today
    for staff, count in (("Anna", 6), ("Bo", 4)):
        for _time in range(count):
            change(store, staff_records.save_contact, site_id, Contact(staff, today), today)
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    with store.read() as session:
        part = OutOfHours(desk, session.get_one(Site, site_id))
    everything = [one for shown in part.parts() for one in shown.everything()]
    [table] = [one for one in everything if isinstance(one, Table)]
    rows = {row["staff"]: row["month_5"] for row in table._content.rows}
    assert rows == {"Anna": "6", "Bo": "under 5"}
    folded = [one.label for one in everything if isinstance(one, Disclosure)]
    assert [one for one in folded if one.startswith("For the coordinator")] == [
        "For the coordinator: how often from which pair?", "For the coordinator: each contact"
    ]  # fmt: skip
    told = " ".join(str(one.tree) for one in everything if isinstance(one, Prose))
    assert "numbers under 5 are not told in it" in told


def test_a_month_that_is_kept_back_does_not_say_how_many_there_are(monkeypatch):
    months = latest_months(TODAY)
    found = loads([Contact(staff, TODAY) for staff in ("Anna", *["Bo"] * 7)], months)
    place = str(len(months) - 1)
    as_usual = _told(found, 5)
    assert (as_usual["Anna", place], as_usual["Bo", place]) == ("under 5", "7")
    monkeypatch.setattr(disclosure, "_mark", lambda *_args: "kept_back")
    assert _told(found, 5)["Anna", place] == "holdt tilbage"
