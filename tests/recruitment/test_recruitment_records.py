"""Enquiries, talks, decisions, press and places in the store, and what is refused."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from builders import (
    LEADER,
    a_course,
    a_desk,
    a_pair,
    a_site,
    assert_sound,
    change,
    counted,
    participant,
    read,
    refused,
)
from peerbook.course import people_records
from peerbook.errors import Conflict, InputFault, Question
from peerbook.matching import matching_records
from peerbook.people.pairs import PAIR
from peerbook.people.participants import roles_on
from peerbook.privacy.erasure import erase_person
from peerbook.recruitment import (
    effort_records,
    enquiry_records,
    press_records,
    stakeholder_records,
    talk_records,
)
from peerbook.recruitment.effort_records import Effort
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.funnel import funnel
from peerbook.recruitment.journey_records import (
    contracts_frame,
    journeys_frame,
    standings,
    with_names,
)
from peerbook.recruitment.people_part import People
from peerbook.recruitment.person_history import history
from peerbook.recruitment.press_records import Item
from peerbook.recruitment.stakeholder_records import Place, Visited
from peerbook.recruitment.talk_records import Agreed, Decided, Held
from peerbook.recruitment.visiting import Cadence
from peerbook.recruitment.waiting_records import waiting
from peerbook.rows import each
from peerbook.store import append_event, identities, sightings
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    CafeShift,
    Enquiry,
    Gathering,
    GatheringGuest,
    MatchedPair,
    Participant,
    PressItem,
    ShiftHost,
    Site,
    Stakeholder,
    Wish,
)
from peerbook.text import format_date
from peerbook.ui import Form, Submission

TODAY = dt.date(2026, 3, 10)
ASKED = Asked(TODAY, "peer", "notice")
HANNE = Person("Hanne Opdigt", Contacts(phone="22334455"))


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def asks(store, site_id, person=HANNE, asked=ASKED):
    """Return the code of somebody who asks."""
    saved = change(store, enquiry_records.log_enquiry, site_id, asked, person, TODAY)
    with store.read() as session:
        return session.get_one(Enquiry, saved.number).participant_code


def askers(session, site_id, today):
    return with_names(session, standings(session, site_id, today))


def told_of(session, code):
    return list(history(session, code, TODAY))


def standing(store, site_id, today=TODAY):
    return {one.code: one.standing for one in read(store, askers, site_id, today)}


# -- enquiries -----------------------------------------------------------------------------------


def test_whoever_gives_a_name_gets_a_code_and_whoever_does_not_counts_all_the_same(store, site_id):
    code = asks(store, site_id)
    assert asks(store, site_id, Person()) is None
    with store.read() as session:
        assert identities.name_of(session, [code]) == {code: "Hanne Opdigt"}
        assert identities.contacts_of(session, [code])[code].phone == "22334455"
    frame = read(store, enquiry_records.enquiries_frame, site_id)
    assert {row.code for row in each(frame)} == {None, code}
    assert_sound(store)


def test_a_name_that_is_known_is_asked_about_and_never_taken_for_the_same_person(store, site_id):
    code = asks(store, site_id)
    again = Person("hanne  opdigt")
    assert refused(store, enquiry_records.log_enquiry, site_id, ASKED, again, TODAY) == ["name"]
    known = Person("Hanne Opdigt", Contacts(email="h@eksempel.dk"), is_known=True)
    assert asks(store, site_id, known) == code
    with store.read() as session:
        kept = identities.contacts_of(session, [code])[code]
    assert kept == Contacts("h@eksempel.dk", "22334455")


def test_another_telephone_of_somebody_known_is_chosen_and_never_overwritten_unasked(
    store, site_id
):
    code = asks(store, site_id)
    new = Contacts("h@eksempel.dk", "99887766")
    known = Person(HANNE.name, new, is_known=True)
    with pytest.raises(Conflict) as conflict:
        asks(store, site_id, known)
    assert conflict.value.theirs == {"phone": "22334455"}, "an address that was not there is none"
    assert kept_of(store, code).contacts == HANNE.contacts
    assert len(read(store, enquiry_records.enquiries_frame, site_id)) == 1, "nothing is half-saved"
    seen = Contacts(phone="22334455")
    asks(store, site_id, replace(known, contacts=replace(new, phone="22334455"), shown=seen))
    assert kept_of(store, code).contacts == replace(new, phone="22334455"), "the earlier holds"
    with pytest.raises(Conflict):
        asks(store, site_id, replace(known, shown=Contacts(phone="11111111")))
    asks(store, site_id, replace(known, shown=seen))
    assert kept_of(store, code).contacts == new, "the new one holds"
    assert_sound(store)


def test_through_what_somebody_first_heard_stays_though_they_ask_twice_in_a_day(store, site_id):
    asks(store, site_id, asked=replace(ASKED, heard_via="article"))
    again = Person(HANNE.name, is_known=True)
    asks(store, site_id, again, replace(ASKED, heard_via="ambassador"))
    (way,) = each(read(store, journeys_frame, site_id))
    assert way.heard_via == "article"


def test_whoever_is_said_to_be_known_has_to_be_and_at_this_site(store, site_id):
    elsewhere, _name = a_site(store, name="Kolding")
    asks(store, elsewhere)
    known = Person("Hanne Opdigt", is_known=True)
    assert refused(store, enquiry_records.log_enquiry, site_id, ASKED, known, TODAY) == ["name"]


@pytest.mark.parametrize(
    ("asked", "person", "field"),
    [
        (Asked(days(1), "peer", "notice"), Person(), "asked_on"),
        (Asked(days(-1200), "peer", "notice"), Person(), "asked_on"),
        (Asked(TODAY, "peer", "article", press_item=99), Person(), "press_item"),
        (ASKED, Person(contacts=Contacts(phone="22334455")), "name"),
        (ASKED, Person("Hanne", Contacts(phone="1234")), "phone"),
        (ASKED, Person("Hanne", Contacts(email="hanne")), "email"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_half_saved(store, site_id, asked, person, field):
    assert refused(store, enquiry_records.log_enquiry, site_id, asked, person, TODAY) == [field]
    with store.read() as session:
        assert session.query(Participant.code).all() == []


def test_an_article_that_came_out_later_brought_nobody(store, site_id):
    item = change(store, press_records.save_item, site_id, Item("article", "Avisen", TODAY), TODAY)
    asked = Asked(days(-1), "peer", "article", press_item=item.number)
    assert refused(store, enquiry_records.log_enquiry, site_id, asked, Person(), TODAY) == [
        "press_item"
    ]


def test_who_it_was_is_noted_once_they_say_so(store, site_id):
    saved = change(store, enquiry_records.log_enquiry, site_id, ASKED, Person(), TODAY)
    change(store, enquiry_records.name_enquiry, saved.number, HANNE, saved.version)
    assert len(standing(store, site_id)) == 1
    assert refused(
        store, enquiry_records.name_enquiry, saved.number, Person("Bo"), saved.version + 1
    ) == ["name"]


def of_enquiry(store, code):
    with store.read() as session:
        return session.scalars(select(Enquiry).filter_by(participant_code=code)).first()


def kept_of(store, code):
    with store.read() as session:
        return Person(
            identities.name_of(session, [code])[code], identities.contacts_of(session, [code])[code]
        )


def test_the_name_and_telephone_of_whoever_asked_are_corrected(store, site_id):
    code = asks(store, site_id)
    row = of_enquiry(store, code)
    right = Person(" Hanne  Opdigtsen ", Contacts("h@eksempel.dk", "33445566"))
    correct = (enquiry_records.correct_person, row.id)
    change(store, *correct, right, HANNE, row.version)
    assert kept_of(store, code) == Person("Hanne Opdigtsen", right.contacts)
    with pytest.raises(Conflict) as conflict:
        change(store, *correct, Person("Hanne Opdigt"), HANNE, row.version)
    assert conflict.value.theirs["phone"] == "33445566"
    now = kept_of(store, code)
    assert refused(store, *correct, Person(" "), now, row.version) == ["name"]
    wrong = Person("Hanne", Contacts(phone="12"))
    assert refused(store, *correct, wrong, now, row.version) == ["phone"]
    asks(store, site_id, Person("Bo Opdigt"))
    assert refused(store, *correct, Person("bo opdigt"), now, row.version) == ["name"]
    with pytest.raises(Conflict):
        change(store, *correct, HANNE, now, row.version + 1)
    assert kept_of(store, code) == now
    assert_sound(store)


def test_whoever_is_on_a_course_is_corrected_there_and_nobody_where_nobody_is_known(store):
    made = a_course(store)
    code = asks(store, made.site_id)
    change(store, people_records.place_on_course, made.course_id, code, TODAY)
    row = of_enquiry(store, code)
    correct = enquiry_records.correct_person
    assert refused(store, correct, row.id, Person("Hanne"), HANNE, row.version) == ["name"]
    asks(store, made.site_id, Person())
    unnamed = of_enquiry(store, None)
    assert refused(store, correct, unnamed.id, HANNE, Person(), unnamed.version) == ["name"]


def test_a_correction_of_what_somebody_else_changed_is_a_conflict(store, site_id):
    saved = change(store, enquiry_records.log_enquiry, site_id, ASKED, Person(), TODAY)
    other = Asked(TODAY, "mentor", "article")
    change(store, enquiry_records.correct_enquiry, saved.number, other, TODAY, saved.version)
    with pytest.raises(Conflict) as found:
        change(store, enquiry_records.correct_enquiry, saved.number, ASKED, TODAY, saved.version)
    assert found.value.theirs["heard_via"] == "article"


@pytest.fixture
def talked(store, site_id):
    """Return number and version of the enquiry of somebody who asked, and talked a week later."""
    code = asks(store, site_id, asked=replace(ASKED, on=days(-20)))
    change(store, talk_records.save_held_talk, code, Held("peer", days(-13)), TODAY)
    with store.read() as session:
        [enquiry] = enquiry_records.of_person(session, code)
        return enquiry.id, enquiry.version


def asked_on(store, number):
    with store.read() as session:
        return session.get_one(Enquiry, number).asked_on


def test_an_enquiry_is_not_moved_past_the_talk_it_led_to(store, site_id, talked):
    number, version = talked
    past = replace(ASKED, on=days(-12))
    assert refused(store, enquiry_records.correct_enquiry, number, past, TODAY, version) == [
        "asked_on"
    ]
    same_day = replace(ASKED, on=days(-13))
    change(store, enquiry_records.correct_enquiry, number, same_day, TODAY, version)
    assert asked_on(store, number) == days(-13)


def test_it_may_be_moved_where_they_had_asked_before_the_talk_too(store, site_id, talked):
    number, version = talked
    known = Person(HANNE.name, is_known=True)
    asks(store, site_id, known, replace(ASKED, on=days(-14)))
    change(
        store, enquiry_records.correct_enquiry, number, replace(ASKED, on=days(-1)), TODAY, version
    )
    assert asked_on(store, number) == days(-1)


def talk_held(store, code):
    change(store, talk_records.save_held_talk, code, Held("peer", TODAY), TODAY)


def talk_agreed(store, code):
    change(store, talk_records.agree_talk, code, Agreed("peer", TODAY), TODAY)


def not_now(store, code):
    decided = Decided("not_now", TODAY, reason="work")
    change(store, talk_records.save_decision, code, decided, TODAY)


@pytest.mark.parametrize("led_to", [talk_held, talk_agreed, not_now])
def test_an_enquiry_stays_while_a_talk_or_a_decision_stands_because_of_it(store, site_id, led_to):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    led_to(store, code)
    row = of_enquiry(store, code)
    assert refused(store, enquiry_records.remove_enquiry, row.id, row.version) == ["enquiry"]
    assert code in standing(store, site_id)
    again = replace(ASKED, on=days(-2))
    asks(store, site_id, Person(HANNE.name, is_known=True), again)
    change(store, enquiry_records.remove_enquiry, row.id, row.version)
    assert code in standing(store, site_id)


def test_an_enquiry_noted_of_the_wrong_person_is_removed_whatever_came_before(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    change(store, talk_records.save_held_talk, code, Held("peer", days(-5)), TODAY)
    asks(store, site_id, Person(HANNE.name, is_known=True))
    with store.read() as session:
        wrong = enquiry_records.of_person(session, code)[0]
    change(store, enquiry_records.remove_enquiry, wrong.id, wrong.version)
    assert standing(store, site_id) == {code: "talked"}


def test_an_article_that_was_removed_meanwhile_is_told_so_at_its_field(store, site_id):
    item = change(store, press_records.save_item, site_id, Item("article", "A", days(-9)), TODAY)
    change(store, press_records.remove_item, item.number, item.version)
    asked = replace(ASKED, heard_via="article", press_item=item.number)
    with pytest.raises(InputFault, match="ikke på listen mere"):
        change(store, enquiry_records.log_enquiry, site_id, asked, Person(), TODAY)


# -- talks and decisions -------------------------------------------------------------------------


def test_a_no_while_a_talk_is_agreed_is_refused_until_that_is_held_or_cancelled(store, site_id):
    code = asks(store, site_id)
    talk = change(store, talk_records.agree_talk, code, Agreed("peer", days(3)), TODAY)
    no = Decided("not_now", TODAY, reason="work")
    with pytest.raises(InputFault, match=re.escape(format_date(days(3)))) as refusal:
        change(store, talk_records.save_decision, code, no, TODAY)
    assert [fault.place.field for fault in refusal.value.faults] == ["outcome"]
    assert standing(store, site_id) == {code: "talk_agreed"}
    change(store, talk_records.cancel_talk, talk.number, talk.version)
    change(store, talk_records.save_decision, code, no, TODAY)
    assert standing(store, site_id) == {code: "not_now"}


def test_whoever_asked_as_a_peer_and_is_on_a_course_takes_part_as_a_mentor(store, site_id):
    code = asks(store, site_id)
    with store.write(LEADER) as session:
        append_event(session, "participant", code, "enrolled", TODAY)
    assert [one.role for one in read(store, askers, site_id, TODAY)] == ["mentor"]


def test_the_way_from_asking_to_taking_part(store, site_id):
    code = asks(store, site_id)
    assert standing(store, site_id) == {code: "asked"}
    saved = change(store, talk_records.agree_talk, code, Agreed("peer", days(3)), TODAY)
    assert standing(store, site_id) == {code: "talk_agreed"}
    held = Held("peer", days(3), "Caféen", 2, 80, "1.0", ("meeting",), "Ud", "En rolig")
    change(
        store, talk_records.save_held_talk, code, held, days(3), number=saved.number,
        seen_version=saved.version,
    )  # fmt: skip
    assert standing(store, site_id, days(3)) == {code: "talked"}
    change(store, talk_records.save_decision, code, Decided("joined", days(4), "peer"), days(4))
    assert standing(store, site_id, days(4)) == {code: "joined"}
    frame = read(store, journeys_frame, site_id)
    assert funnel(frame, "heard_via")[0].reached == (1, 1, 1, 0, 0)


def test_a_pair_and_how_it_ended_are_stages_of_both_ways(store, site_id):
    codes = [asks(store, site_id, Person(name)) for name in ("Hanne Opdigt", "Bo Opdigt")]
    number = a_pair(store, site_id, *codes, on=TODAY)
    frame = read(store, journeys_frame, site_id)
    assert funnel(frame, "heard_via")[0].reached == (2, 2, 2, 2, 0)
    for end, completed in (("withdrew", 0), ("completed", 2)):
        with store.write(LEADER) as session:
            append_event(session, "matched_pair", number, "ended", TODAY, end=end)
        frame = read(store, journeys_frame, site_id)
        assert funnel(frame, "heard_via")[0].reached[4] == completed


@pytest.mark.parametrize(("ended_on", "is_started"), [(12, True), (9, True), (8, False)])
def test_a_contract_that_never_began_was_not_started(store, site_id, ended_on, is_started):
    codes = [asks(store, site_id, Person(name)) for name in ("Hanne Opdigt", "Bo Opdigt")]
    number = a_pair(store, site_id, *codes, on=TODAY)
    with store.write(LEADER) as session:
        session.get_one(MatchedPair, number).starts_on = days(9)
        append_event(session, "matched_pair", number, "ended", days(ended_on), end="withdrew")
    started = read(store, contracts_frame, site_id, days(20))
    assert started["code"].tolist() == (codes if is_started else [])
    assert read(store, contracts_frame, site_id, days(8)).empty


def test_whoever_says_not_now_comes_back_on_the_list_when_they_may_be_written_to(store, site_id):
    code = asks(store, site_id)
    later = Decided("not_now", TODAY, reason="work", write_on=days(180))
    change(store, talk_records.save_decision, code, later, TODAY)
    [one] = read(store, askers, site_id, TODAY)
    assert (one.standing, one.write_on) == ("not_now", days(180))
    assert read(store, waiting, days(179)).may_write == {}
    assert read(store, waiting, days(180)).may_write == {site_id: 1}
    change(store, talk_records.save_decision, code, Decided("joined", days(9), "mentor"), days(9))
    [one] = read(store, askers, site_id, days(9))
    assert (one.standing, one.role, one.write_on) == ("joined", "mentor", None)


def test_who_may_be_written_to_again_is_listed_with_the_day(store, site_id):
    code = asks(store, site_id)
    later = Decided("not_now", TODAY, reason="work", write_on=days(999))
    change(store, talk_records.save_decision, code, later, TODAY)
    with store.read() as session:
        site = session.get_one(Site, site_id)
    people = People(a_desk(store), site, lambda: None)
    people.parts()
    people._choose("again")
    [table] = people._place.inside
    assert [column.name for column in table._content.columns][-1] == "write_on"
    assert [row["write_on"] for row in table._content.rows] == [days(999)]
    people._choose("all")
    [table] = people._place.inside
    assert [column.name for column in table._content.columns][-1] == "since"
    assert [row["since"] for row in table._content.rows] == [TODAY]


def test_the_day_of_a_talk_to_come_is_told_apart_from_since_when_somebody_waits(store, site_id):
    waits = asks(store, site_id, asked=Asked(days(-3), "peer", "notice"))
    agreed = asks(store, site_id, Person("Jens Opdigt"), Asked(days(-9), "peer", "notice"))
    change(store, talk_records.agree_talk, agreed, Agreed("peer", days(5)), TODAY)
    with store.read() as session:
        people = People(a_desk(store), session.get_one(Site, site_id))
    people.parts()
    [table] = people._place.inside
    told = [(row["code"], row["since"], row["talk_on"]) for row in table._content.rows]
    assert told == [(agreed, days(-9), days(5)), (waits, days(-3), None)]


def test_what_is_written_down_late_does_not_become_the_latest(store, site_id):
    code = asks(store, site_id)
    change(store, talk_records.save_decision, code, Decided("joined", TODAY, role="peer"), TODAY)
    known = Person(HANNE.name, is_known=True)
    asks(store, site_id, known, Asked(days(-40), "mentor", "article"))
    [one] = read(store, askers, site_id, TODAY)
    assert (one.asked_on, one.role, one.standing) == (TODAY, "peer", "joined")


def test_whoever_asks_again_waits_again_though_there_was_a_talk_before(store, site_id):
    code = asks(store, site_id, asked=Asked(days(-40), "peer", "notice"))
    change(store, talk_records.save_held_talk, code, Held("peer", days(-30)), TODAY)
    asks(store, site_id, Person(HANNE.name, is_known=True), Asked(TODAY, "mentor", "ambassador"))
    [one] = read(store, askers, site_id, TODAY)
    assert (one.standing, one.role) == ("asked", "mentor")


@pytest.mark.parametrize("on", [-401, -41, -1])
def test_nothing_is_decided_or_talked_about_before_they_ask(store, site_id, on):
    """A slip of the year neither stands in the history nor takes back what was decided before."""
    code = asks(store, site_id, asked=Asked(days(-40), "peer", "notice"))
    change(
        store, talk_records.save_decision, code, Decided("joined", days(-39), role="peer"), TODAY
    )
    asks(store, site_id, Person(HANNE.name, is_known=True), Asked(TODAY, "mentor", "ambassador"))
    decided = Decided("joined", days(on), role="mentor")
    assert refused(store, talk_records.save_decision, code, decided, TODAY) == ["on"]
    if on < -40:
        held = Held("peer", days(on))
        assert refused(store, talk_records.save_held_talk, code, held, TODAY) == ["date"]
    change(store, talk_records.save_decision, code, replace(decided, on=TODAY), TODAY)
    told = read(store, talk_records.decisions, [code], TODAY)[code]
    assert [event.details["role"] for event in told] == ["peer", "mentor"]


def test_only_the_names_of_those_who_are_shown_are_read(store, site_id):
    waits = asks(store, site_id)
    joined = asks(store, site_id, Person("Jens Opdigt"))
    change(store, talk_records.save_decision, joined, Decided("joined", TODAY, role="peer"), TODAY)
    with store.read() as session:
        before = {code: len(sightings.seen_of(session, code)) for code in (waits, joined)}
        list_of_waiting = People(a_desk(store), session.get_one(Site, site_id), lambda: None)
    list_of_waiting.parts()
    with store.read() as session:
        after = {code: len(sightings.seen_of(session, code)) for code in (waits, joined)}
    assert (after[waits] - before[waits], after[joined] - before[joined]) == (1, 0)


def test_the_last_word_counts_and_the_first_is_taken_back_not_wiped_out(store, site_id):
    code = asks(store, site_id)
    change(store, talk_records.save_decision, code, Decided("joined", TODAY, "peer"), TODAY)
    change(
        store, talk_records.save_decision, code, Decided("deselected", TODAY, reason="family"),
        TODAY,
    )  # fmt: skip
    assert standing(store, site_id) == {code: "deselected"}
    assert funnel(read(store, journeys_frame, site_id), "heard_via")[0].reached[2] == 0


def test_the_history_goes_on_through_pairs_as_a_peer_and_then_as_a_mentor(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-300)))
    other = asks(store, site_id, Person("Ib Opdigt", Contacts(phone="22114455")))
    joins(store, code, on=days(-290))
    first = a_pair(store, site_id, code, other, days(-280))
    with store.write(LEADER) as session:
        append_event(session, PAIR, first, "ended", days(-100), end="completed")
    second = a_pair(store, site_id, other, code, days(-50))

    told = [line.partition(": ")[2] for line in read(store, told_of, code)]

    assert told[-3:] == [
        f"Matchet som peer: par {first}",
        f"Par {first} sluttede: gennemført som aftalt",
        f"Matchet som mentor: par {second}",
    ]


def test_whoever_no_longer_takes_part_is_told_so_until_they_join_or_ask_again(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    change(store, matching_records.save_stopped, site_id, code, days(-3), TODAY)
    assert standing(store, site_id) == {code: "stopped"}
    assert standing(store, site_id, days(-4)) == {code: "joined"}
    assert read(store, told_of, code)[-1] == "7. mar. 2026: Er ikke med længere"
    joins(store, code, on=days(-2))
    assert standing(store, site_id) == {code: "joined"}
    change(store, matching_records.save_stopped, site_id, code, days(-1), TODAY)
    asks(store, site_id, Person(HANNE.name, is_known=True))
    assert standing(store, site_id) == {code: "asked"}


def test_whoever_is_put_on_a_course_takes_part(store):
    made = a_course(store)
    code = asks(store, made.site_id)
    change(store, people_records.place_on_course, made.course_id, code, TODAY)
    assert standing(store, made.site_id) == {code: "joined"}
    assert funnel(read(store, journeys_frame, made.site_id), "heard_via")[0].reached[2] == 1


@pytest.mark.parametrize(
    ("decided", "field"),
    [
        (Decided("joined", days(1), "peer"), "on"),
        (Decided("joined", TODAY), "role"),
        (Decided("not_now", TODAY), "reason"),
        (Decided("not_now", TODAY, reason="work", write_on=TODAY), "write_on"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(store, site_id, decided, field):
    code = asks(store, site_id)
    assert refused(store, talk_records.save_decision, code, decided, TODAY) == [field]


def test_nobody_says_no_while_they_are_matched_still(store, site_id):
    code = asks(store, site_id)
    change(store, talk_records.save_decision, code, Decided("joined", TODAY, "peer"), TODAY)
    number = a_pair(store, site_id, code, None, on=TODAY)
    no = Decided("not_now", TODAY, reason="work")
    assert refused(store, talk_records.save_decision, code, no, TODAY) == ["on"]
    assert standing(store, site_id) == {code: "joined"}
    with store.write(LEADER) as session:
        append_event(session, "matched_pair", number, "ended", TODAY, end="withdrew")
    change(store, talk_records.save_decision, code, no, TODAY)
    assert standing(store, site_id) == {code: "not_now"}


def test_nobody_changes_role_while_they_are_matched_still(store, site_id):
    code = asks(store, site_id)
    change(store, talk_records.save_decision, code, Decided("joined", TODAY, "mentor"), TODAY)
    number = a_pair(store, site_id, None, code, on=TODAY)
    as_peer = Decided("joined", TODAY, "peer")
    assert refused(store, talk_records.save_decision, code, as_peer, TODAY) == ["on"]
    change(store, talk_records.save_decision, code, Decided("joined", TODAY, "mentor"), TODAY)
    with store.write(LEADER) as session:
        append_event(session, "matched_pair", number, "ended", TODAY, end="withdrew")
    change(store, talk_records.save_decision, code, as_peer, TODAY)


@pytest.mark.parametrize(
    "decided", [Decided("joined", days(-6), "peer"), Decided("joined", days(-6), "mentor")]
)
def test_a_decision_that_something_later_overrules_is_asked_about(store, site_id, decided):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    change(store, matching_records.save_stopped, site_id, code, days(-2), TODAY)
    save = (talk_records.save_decision, code, decided, TODAY)
    with pytest.raises(InputFault) as asked:
        change(store, *save)
    [question] = asked.value.faults
    assert isinstance(question, Question)
    assert question.about == days(-6)
    assert format_date(days(-2)) in question.message
    change(store, *save, is_meant=True)
    assert read(store, roles_on, site_id, days(-3)) == {code: decided.role}
    assert read(store, roles_on, site_id, TODAY) == {}


def test_a_decision_that_what_is_later_agrees_with_is_taken(store):
    made = a_course(store)
    code = asks(store, made.site_id, asked=replace(ASKED, on=days(-9)))
    change(store, people_records.place_on_course, made.course_id, code, days(-2))
    no = Decided("not_now", days(-6), reason="work")
    assert refused(store, talk_records.save_decision, code, no, TODAY) == ["on"]
    joins(store, code, "mentor", on=days(-6))


def form_of(store, site_id, code):
    """Return the form in which a decision is noted, as it is shown now."""
    with store.read() as session:
        people = People(a_desk(store), session.get_one(Site, site_id))
    people.parts()
    people._place.open(lambda: people._person_parts(code))
    forms = [part for part in people._place.inside if isinstance(part, Form)]
    return next(form for form in forms if form.name == "decision")


def no_of(on=TODAY):
    values = {"outcome": "not_now", "joins_as": None, "reason": "work", "may_write": "no", "on": on}
    return Submission("a" * 32, values, form="decision")


def test_a_decision_in_a_tab_that_has_not_seen_another_is_not_saved(store, site_id):
    code = asks(store, site_id)
    stale = form_of(store, site_id, code)
    joins(store, code)
    with pytest.raises(Conflict, match="noteret"):
        stale._on_submit(no_of())
    assert standing(store, site_id) == {code: "joined"}


def test_a_page_that_asked_about_a_decision_takes_it_when_it_is_saved_again(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    with store.write(LEADER) as session:
        append_event(session, "participant", code, "enrolled", TODAY, course=1)
    form = form_of(store, site_id, code)
    with pytest.raises(InputFault):
        form._on_submit(no_of(days(-5)))
    form._on_submit(no_of(days(-5)))
    told = read(store, talk_records.decisions, [code], TODAY)[code]
    assert [event.kind for event in told] == ["not_now"]


# -- decisions that are taken back ----------------------------------------------------------------


def joins(store, code, role="peer", on=TODAY):
    change(store, talk_records.save_decision, code, Decided("joined", on, role), TODAY)


def last_decision(store, code):
    return read(store, talk_records.decisions, [code], TODAY)[code][-1].seq


def test_the_receipt_of_a_decision_and_of_taking_it_back_is_that_of_what_was_noted(store, site_id):
    code = asks(store, site_id)
    saved = change(store, talk_records.save_decision, code, Decided("joined", TODAY, "peer"), TODAY)
    assert (saved.kind, saved.number) == ("event", last_decision(store, code))
    back = change(store, talk_records.take_back_decision, code, saved.number)
    assert (back.kind, back.number) == ("event", saved.number + 1)


def test_a_decision_is_taken_back_and_the_one_before_counts_again(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    no = Decided("not_now", days(-3), reason="work", write_on=days(90))
    change(store, talk_records.save_decision, code, no, TODAY)
    seq = last_decision(store, code)
    change(store, talk_records.take_back_decision, code, seq)
    assert standing(store, site_id) == {code: "joined"}
    with pytest.raises(Conflict):
        change(store, talk_records.take_back_decision, code, seq)
    change(store, talk_records.take_back_decision, code, last_decision(store, code))
    assert standing(store, site_id) == {code: "asked"}
    assert read(store, roles_on, site_id, TODAY) == {}
    assert_sound(store)


@pytest.mark.parametrize("slip_on", [-6, -3])
def test_taking_back_a_slip_gives_back_the_no_that_it_took_the_place_of(store, site_id, slip_on):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    no = Decided("deselected", days(-3), reason="family")
    change(store, talk_records.save_decision, code, no, TODAY)
    before = [event.seq for event in read(store, talk_records.decisions, [code], TODAY)[code]]
    joins(store, code, role="mentor", on=days(slip_on))
    joins(store, code, role="peer", on=days(slip_on - 1))
    for role in ("mentor", None):
        change(store, talk_records.take_back_decision, code, last_decision(store, code))
        if role is not None:
            assert read(store, roles_on, site_id, TODAY) == {code: role}
    after = [event.seq for event in read(store, talk_records.decisions, [code], TODAY)[code]]
    assert after == before
    assert standing(store, site_id) == {code: "deselected"}
    assert read(store, roles_on, site_id, TODAY) == {}
    assert_sound(store)


def test_a_no_is_not_given_back_to_somebody_who_is_matched_still(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    no = Decided("deselected", days(-3), reason="family")
    change(store, talk_records.save_decision, code, no, TODAY)
    joins(store, code, on=days(-6))
    number = a_pair(store, site_id, code, None, on=days(-5))
    seq = last_decision(store, code)
    assert refused(store, talk_records.take_back_decision, code, seq) == ["on"]
    with store.write(LEADER) as session:
        append_event(session, "matched_pair", number, "ended", days(-4), end="withdrew")
    change(store, talk_records.take_back_decision, code, seq)
    assert standing(store, site_id) == {code: "deselected"}


def matched(session, site_id, code):
    session.add(MatchedPair(site_id=site_id, peer_code=code, mentor_code=None, matched_on=TODAY))


def at_a_gathering(session, site_id, code):
    held = Gathering(site_id=site_id, kind="cafe", date=TODAY, place="")
    session.add(held)
    session.flush()
    session.add(GatheringGuest(gathering_id=held.id, participant_code=code))


def host(session, site_id, code):
    shift = CafeShift(
        site_id=site_id, date=TODAY, starts_at=dt.time(10), ends_at=dt.time(12), place=""
    )
    session.add(shift)
    session.flush()
    session.add(ShiftHost(shift_id=shift.id, participant_code=code))


def wished_for(session, site_id, code):
    other = participant(site_id=site_id)
    session.add(other)
    session.flush()
    session.add(
        Wish(participant_code=other.code, wished_code=code, basis="met", rank=1, made_on=TODAY)
    )


@pytest.mark.parametrize("hangs", [matched, at_a_gathering, host, wished_for])
def test_that_somebody_joined_is_not_taken_back_while_something_hangs_on_it(store, site_id, hangs):
    code = asks(store, site_id)
    joins(store, code)
    with store.write(LEADER) as session:
        hangs(session, site_id, code)
    seq = last_decision(store, code)
    assert refused(store, talk_records.take_back_decision, code, seq) == ["on"]
    assert standing(store, site_id) == {code: "joined"}


@pytest.mark.parametrize("hangs", [matched, at_a_gathering, host, wished_for])
def test_a_no_is_not_dated_before_what_hangs_on_it_that_they_took_part(store, site_id, hangs):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    with store.write(LEADER) as session:
        hangs(session, site_id, code)
        for number in session.scalars(select(MatchedPair.id)):
            append_event(session, "matched_pair", number, "ended", TODAY, end="withdrew")
    no = Decided("not_now", days(-2), reason="work")
    for earlier in (days(-8), days(-2), days(-1)):
        decided = replace(no, on=earlier)
        assert refused(store, talk_records.save_decision, code, decided, TODAY) == ["on"]
        if earlier > days(-8):
            stop = (matching_records.save_stopped, site_id, code, earlier, TODAY)
            assert refused(store, *stop) == ["on"]
    assert standing(store, site_id) == {code: "joined"}
    change(store, matching_records.save_stopped, site_id, code, TODAY, TODAY)
    assert read(store, roles_on, site_id, TODAY) == {}


def test_a_no_after_a_pair_has_ended_is_taken_back_though_they_were_matched(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    joins(store, code, on=days(-8))
    with store.write(LEADER) as session:
        matched(session, site_id, code)
        (number,) = session.scalars(select(MatchedPair.id))
        append_event(session, "matched_pair", number, "ended", TODAY, end="withdrew")
    no = Decided("deselected", TODAY, reason="family")
    change(store, talk_records.save_decision, code, no, TODAY)
    change(store, talk_records.take_back_decision, code, last_decision(store, code))
    assert standing(store, site_id) == {code: "joined"}


def test_no_outcome_is_called_rejected():
    words = {*talk_records.OUTCOMES, *talk_records.REASONS}
    assert not any("reject" in word or "refus" in word for word in words)


@pytest.mark.parametrize("day", [-1, 400])
def test_a_talk_is_agreed_for_a_day_that_can_be(store, site_id, day):
    code = asks(store, site_id)
    agreed = Agreed("peer", days(day))
    assert refused(store, talk_records.agree_talk, code, agreed, TODAY) == ["date"]


def test_two_talks_with_one_person_are_not_agreed_at_once(store, site_id):
    code = asks(store, site_id)
    first = change(store, talk_records.agree_talk, code, Agreed("peer", days(1)), TODAY)
    assert refused(store, talk_records.agree_talk, code, Agreed("peer", days(2)), TODAY) == ["date"]
    change(store, talk_records.cancel_talk, first.number, first.version)
    change(store, talk_records.agree_talk, code, Agreed("peer", days(2)), TODAY)
    assert [talk.state for talk in read(store, talk_records.talks, code)] == [
        "agreed", "cancelled",
    ]  # fmt: skip


def test_a_talk_that_was_held_is_not_cancelled(store, site_id):
    code = asks(store, site_id)
    held = change(store, talk_records.save_held_talk, code, Held("peer", TODAY), TODAY)
    assert refused(store, talk_records.cancel_talk, held.number, held.version) == ["date"]
    assert [talk.state for talk in read(store, talk_records.talks, code)] == ["held"]


def test_what_was_said_in_a_talk_is_not_written_with_the_talk_of_somebody_else(store, site_id):
    code, other = asks(store, site_id), asks(store, site_id, Person("Bo Opdigt"))
    held = change(store, talk_records.save_held_talk, code, Held("peer", TODAY), TODAY)
    with pytest.raises(Conflict):
        change(
            store, talk_records.save_held_talk, other, Held("peer", TODAY, goals="Ud"), TODAY,
            number=held.number, seen_version=held.version,
        )  # fmt: skip
    assert [talk.goals for talk in read(store, talk_records.talks, code)] == [""]


@pytest.mark.parametrize(
    "decided", [Decided("joined", days(-6), "peer"), Decided("not_now", days(-6), reason="work")]
)
def test_an_enquiry_is_not_moved_past_what_they_decided_because_of_it(store, site_id, decided):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-9)))
    change(store, talk_records.save_decision, code, decided, TODAY)
    asks(store, site_id, Person(HANNE.name, is_known=True), replace(ASKED, on=days(-3)))
    [later, first] = read(store, enquiry_records.of_person, code)
    move = enquiry_records.correct_enquiry
    for on in (days(-5), days(-1)):
        past = replace(ASKED, on=on)
        assert refused(store, move, first.id, past, TODAY, first.version) == ["asked_on"]
    change(store, move, later.id, replace(ASKED, on=days(-1)), TODAY, later.version)
    change(store, move, first.id, replace(ASKED, on=days(-6)), TODAY, first.version)


def test_an_enquiry_of_a_second_way_is_not_moved_past_its_joining(store, site_id):
    code = asks(store, site_id, asked=replace(ASKED, on=days(-20)))
    joins(store, code, on=days(-18))
    asks(store, site_id, Person(HANNE.name, is_known=True), replace(ASKED, on=days(-9)))
    joins(store, code, "mentor", on=days(-8))
    [later, _first] = read(store, enquiry_records.of_person, code)
    past = replace(ASKED, on=TODAY)
    move = (enquiry_records.correct_enquiry, later.id, past, TODAY, later.version)
    assert refused(store, *move) == ["asked_on"]
    assert standing(store, site_id) == {code: "joined"}


def test_a_talk_is_held_when_it_is_over(store, site_id):
    code = asks(store, site_id)
    held = Held("peer", days(1))
    assert refused(store, talk_records.save_held_talk, code, held, TODAY) == ["date"]


def test_erasing_keeps_the_channel_and_not_the_person(store, site_id):
    code = asks(store, site_id, asked=Asked(TODAY, "peer", "notice", note="Hanne ringer igen"))
    change(store, talk_records.save_held_talk, code, Held("peer", TODAY, goals="Ud"), TODAY)
    held = change(store, erase_person, code)
    assert {one.table for one in held} >= {"enquiry", "coffee_talk", "identity"}
    frame = read(store, enquiry_records.enquiries_frame, site_id)
    assert [(row.code, row.heard_via, row.note) for row in each(frame)] == [(None, "notice", "")]
    with store.read() as session:
        assert session.get(Participant, code) is None
    assert_sound(store)


@pytest.mark.parametrize(
    "save",
    [
        lambda session, code: talk_records.agree_talk(session, code, Agreed("peer", TODAY), TODAY),
        lambda session, code: talk_records.save_held_talk(
            session, code, Held("peer", TODAY), TODAY
        ),
        lambda session, code: talk_records.save_decision(
            session, code, Decided("joined", TODAY, "peer"), TODAY
        ),
    ],
    ids=["a talk is agreed", "a talk was held", "they decided"],
)
def test_what_is_saved_of_somebody_erased_meanwhile_is_a_calm_conflict(store, site_id, save):
    code = asks(store, site_id)
    change(store, erase_person, code)
    with store.read() as session:
        before = counted(session)
    with pytest.raises(Conflict, match="slettet, mens du skrev"):
        change(store, save, code)
    with store.read() as session:
        assert counted(session) == before


# -- press ---------------------------------------------------------------------------------------


def test_a_press_date_in_the_future_and_the_same_article_twice_are_refused(store, site_id):
    item = Item("article", "Avisen", TODAY)
    late = Item("article", "Avisen", days(1))
    assert refused(store, press_records.save_item, site_id, late, TODAY) == ["appeared_on"]
    change(store, press_records.save_item, site_id, item, TODAY)
    assert refused(store, press_records.save_item, site_id, item, TODAY) == ["outlet"]


def test_an_article_is_not_moved_past_those_it_brought(store, site_id):
    item = change(store, press_records.save_item, site_id, Item("article", "A", days(-9)), TODAY)
    asked = Asked(days(-5), "peer", "article", press_item=item.number)
    change(store, enquiry_records.log_enquiry, site_id, asked, Person(), TODAY)
    moved = Item("article", "A", days(-2))
    assert refused(store, press_records.correct_item, item.number, moved, TODAY, item.version) == [
        "appeared_on"
    ]
    assert read(store, press_records.named_in, site_id) == {item.number: 1}
    change(store, press_records.remove_item, item.number, item.version)
    with store.read() as session:
        assert session.query(PressItem.id).all() == []
    frame = read(store, enquiry_records.enquiries_frame, site_id)
    assert frame["heard_via"].tolist() == ["article"]


# -- places --------------------------------------------------------------------------------------


def test_places_to_visit_first_stand_first_and_a_visit_moves_them_on(store, site_id):
    every = Cadence(every_months=2)
    for name in ("Afdeling Syd", "Afdeling Nord"):
        change(
            store, stakeholder_records.save_place, site_id, Place(name, "unit", cadence=every),
            days(-100),
        )  # fmt: skip
    first = read(store, stakeholder_records.places, site_id)[0]
    assert (first.place.name, first.due_on) == ("Afdeling Nord", days(-100))
    change(store, stakeholder_records.save_visit, first.number, Visited(TODAY, 7), TODAY)
    assert refused(store, stakeholder_records.save_visit, first.number, Visited(TODAY), TODAY) == [
        "on"
    ]
    names = [one.place.name for one in read(store, stakeholder_records.places, site_id)]
    assert names == ["Afdeling Syd", "Afdeling Nord"]


def test_a_place_is_there_once_and_a_closed_one_is_opened_again(store, site_id):
    place = Place("Afdeling Syd", "unit")
    saved = change(store, stakeholder_records.save_place, site_id, place, TODAY)
    twin = Place(" afdeling syd", "unit")
    assert refused(store, stakeholder_records.save_place, site_id, twin, TODAY) == ["name"]
    change(store, stakeholder_records.close_place, saved.number, TODAY, saved.version)
    assert read(store, stakeholder_records.places, site_id) == []
    change(store, stakeholder_records.save_place, site_id, place, days(5))
    with store.read() as session:
        assert len(session.query(Stakeholder.id).all()) == 1


def test_no_visit_is_noted_from_the_day_a_place_is_taken_off_the_list(store, site_id):
    saved = change(store, stakeholder_records.save_place, site_id, Place("Syd", "unit"), days(-90))
    change(store, stakeholder_records.close_place, saved.number, days(-5), saved.version)
    visit = stakeholder_records.save_visit
    for on in (days(-5), TODAY):
        assert refused(store, visit, saved.number, Visited(on), TODAY) == ["on"]
    change(store, visit, saved.number, Visited(days(-6)), TODAY)
    with pytest.raises(Conflict):
        change(store, visit, 99, Visited(TODAY), TODAY)


def test_half_a_cadence_is_asked_about(store, site_id):
    half = Place("Syd", "unit", cadence=Cadence(new_staff_a_year=6))
    assert refused(store, stakeholder_records.save_place, site_id, half, TODAY) == [
        "new_before_visit"
    ]


# -- what was spent ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effort", "field"),
    [
        (Effort("leaflet", days(1), "Foldere", 5), "date"),
        (Effort("leaflet", TODAY, " ", 5), "what"),
        (Effort("leaflet", TODAY, "Foldere"), "minutes"),
    ],
)
def test_an_effort_that_says_nothing_is_refused(store, site_id, effort, field):
    assert refused(store, effort_records.save_effort, site_id, effort, TODAY) == [field]


def test_an_effort_is_kept_corrected_and_removed(store, site_id):
    first = Effort("leaflet", TODAY, "Foldere", 60, 500)
    saved = change(store, effort_records.save_effort, site_id, first, TODAY)
    second = Effort("leaflet", TODAY, "Foldere", 90, 500)
    saved = change(store, effort_records.correct_effort, saved.number, second, TODAY, saved.version)
    assert read(store, effort_records.efforts_frame, site_id)["minutes"].tolist() == [90]
    change(store, effort_records.remove_effort, saved.number, saved.version)
    assert read(store, effort_records.efforts_frame, site_id).empty
