"""Two codes are said to be one person: what speaks against it is asked about."""

import datetime as dt

import pytest

from builders import LEADER, a_desk, a_site, assert_sound, change, participant, save
from peerbook.data_protection.one_person import say_one_person
from peerbook.data_protection.same_person_part import SamePersonPart
from peerbook.errors import Conflict, InputFault, Question
from peerbook.matching import matching_records
from peerbook.matching.occasions import Occasion
from peerbook.pathways import contract_records, end_records
from peerbook.privacy import same_person
from peerbook.privacy.consent import consents, save_answers
from peerbook.store import append_event, identities, set_setting
from peerbook.store.cpr import read_cpr
from peerbook.ui import Button, Table

TODAY = dt.date(2026, 3, 10)
JOINED = dt.date(2026, 1, 5)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def people(store):
    """Return a site's number, two peers and three mentors who take part."""
    site_id, _name = a_site(store)
    codes = save(store, *(participant(site_id=site_id) for _n in range(5)))
    with store.write(LEADER) as session:
        for code, role in zip(codes, ("peer",) * 2 + ("mentor",) * 3, strict=True):
            append_event(session, "participant", code, "joined", JOINED, role=role)
    return site_id, codes[:2], sorted(codes[2:])


def matched(store, site_id, peer, mentor, on):
    return change(
        store, matching_records.save_pair, site_id, peer, mentor, on=on, today=TODAY, asked=True
    ).number


def asked(store, one, other):
    """Return what is asked about two codes; then nothing is said of them, until it is meant."""
    pair = tuple(sorted((one, other)))
    with store.read() as session:
        before = same_person.codes_of(session, [one])
    with pytest.raises(InputFault) as refusal:
        change(store, say_one_person, pair, TODAY, seen=None)
    with store.read() as session:
        assert same_person.codes_of(session, [one]) == before
    (fault,) = refusal.value.faults
    assert isinstance(fault, Question)
    assert fault.about == pair
    return fault.message


def joined(store, one, other, **how):
    change(store, say_one_person, tuple(sorted((one, other))), TODAY, seen=None, **how)
    with store.read() as session:
        return other in same_person.codes_of(session, [one])


def test_two_of_whom_nothing_speaks_against_it_are_one_at_once(store, people):
    site_id, (peer, _p), mentors = people
    matched(store, site_id, peer, mentors[0], days(-30))
    assert joined(store, *mentors[:2])


def test_two_with_an_open_pair_each_are_asked_about(store, people):
    site_id, peers, mentors = people
    numbers = [
        matched(store, site_id, peer, mentor, days(-30))
        for peer, mentor in zip(peers, mentors[:2], strict=True)
    ]
    assert "pairs {} and {}".format(*numbers) in asked(store, *mentors[:2])
    assert joined(store, *mentors[:2], is_meant=True)
    assert_sound(store)


def test_two_with_contracts_at_the_same_time_are_asked_about(store, people):
    site_id, peers, mentors = people
    first, second = (
        matched(store, site_id, peer, mentor, days(-40))
        for peer, mentor in zip(peers, mentors[:2], strict=True)
    )
    sheet = contract_records.Sheet(days(-40), days(-40))
    for number in (first, second):
        change(store, contract_records.save_sheet, number, sheet, TODAY, 1)
    change(store, end_records.end_pair, first, "changed_mentor", days(-9), TODAY)
    assert "contracts at the same time" in asked(store, *mentors[:2])
    change(store, end_records.end_pair, second, "changed_mentor", days(-5), TODAY)
    assert "contracts at the same time" in asked(store, *mentors[:2])


def test_two_who_are_a_pair_are_not_one_and_who_were_are_asked_about(store, people):
    site_id, (peer, _p), (mentor, *_m) = people
    number = matched(store, site_id, peer, mentor, days(-30))
    pair = tuple(sorted((peer, mentor)))
    with pytest.raises(InputFault, match="matched with each other") as refusal:
        change(store, say_one_person, pair, TODAY, seen=None, is_meant=True)
    assert not isinstance(refusal.value.faults[0], Question)
    change(store, end_records.end_pair, number, "moved_on", days(-2), TODAY)
    assert "were matched with each other" in asked(store, peer, mentor)


def test_two_with_a_veto_or_a_wish_between_or_who_met_are_asked_about(store, people):
    site_id, (peer, other), (mentor, third, _m) = people
    change(store, matching_records.save_veto, peer, mentor, "family", "", today=TODAY)
    assert "not to be matched" in asked(store, peer, mentor)
    change(
        store, matching_records.save_wishes, site_id, other, [third], "form", made_on=days(-5),
        today=TODAY,
    )  # fmt: skip
    assert "wished for the other" in asked(store, other, third)
    cafe = Occasion(days(-3), "cafe", "Lido", frozenset({peer, other}))
    change(store, matching_records.save_gathering, site_id, cafe, TODAY)
    assert "Both came on 7 Mar 2026" in asked(store, peer, other)


def test_a_veto_against_whom_the_other_is_matched_with_is_asked_about(store, people):
    site_id, (peer, _p), (mentor, other, _m) = people
    number = matched(store, site_id, peer, mentor, days(-30))
    change(store, matching_records.save_veto, peer, other, "family", "", today=TODAY)
    assert f"has a pair: {number}." in asked(store, mentor, other)


def test_two_who_were_said_to_be_two_people_by_way_of_a_third_are_asked_about(store, people):
    _site_id, _peers, (one, other, third) = people
    assert joined(store, one, other)
    change(store, same_person.say, (one, third), is_same=False, today=TODAY)
    assert "two people" in asked(store, other, third)
    assert joined(store, other, third, is_meant=True)


def test_two_who_answered_differently_are_asked_about_and_what_each_said_stays(store, people):
    _site_id, peers, (mentor, *_m) = people
    for code, quoted in zip(peers, (True, False), strict=True):
        answers = {"taking_part": True, "being_quoted": quoted}
        change(store, save_answers, code, answers, days(-20), today=TODAY)
    change(store, save_answers, mentor, {"being_measured": False}, days(-5), today=TODAY)
    assert asked(store, *peers).startswith("They have not answered alike on: Being quoted.")
    assert joined(store, peers[0], mentor)
    assert "Being quoted" in asked(store, peers[1], mentor)
    assert joined(store, *peers, is_meant=True)
    with store.read() as session:
        said = [consents(session, code, TODAY)["being_quoted"].given for code in peers]
    assert said == [True, False]


def test_two_cpr_numbers_are_asked_about_and_not_shown(store, people):
    _site_id, peers, _mentors = people
    numbers = ("010180-1234", "020280-1234")
    with store.write(LEADER) as session:
        set_setting(session, identities.CPR_SETTING, True)
        session.flush()
        for code, number in zip(peers, numbers, strict=True):
            identities.save_name(session, code, "Åse Opdigt")
            identities.save_cpr(session, code, read_cpr(number, TODAY), "a yes")
    told = asked(store, *peers)
    assert "CPR numbers differ" in told
    assert not any(number[:6] in told for number in numbers)


def test_what_was_decided_in_another_tab_is_a_conflict_even_when_it_is_meant(store, people):
    _site_id, peers, _mentors = people
    change(store, same_person.say, peers, is_same=False, today=TODAY)
    with pytest.raises(Conflict):
        joined(store, *peers, is_meant=True)


def test_the_page_asks_once_and_takes_it_when_it_is_pressed_again(store, people):
    site_id, peers, mentors = people
    with store.write(LEADER) as session:
        for code in mentors[:2]:
            identities.save_name(session, code, "Åse Opdigt")
    for peer, mentor in zip(peers, mentors[:2], strict=True):
        matched(store, site_id, peer, mentor, days(-30))
    parts = SamePersonPart(a_desk(store)).parts()

    def all_of(kind):
        return [one for part in parts for one in part.everything() if isinstance(one, kind)]

    (table,) = all_of(Table)
    table._run({"index": 0, "edition": table.edition}, ())
    (button,) = [one for one in all_of(Button) if one.actions[0]["label"] == "It is one person"]
    with pytest.raises(InputFault, match="press once more"):
        button._press({"index": 0}, ())
    button._press({"index": 0}, ())
    with store.read() as session:
        assert mentors[1] in same_person.codes_of(session, [mentors[0]])
