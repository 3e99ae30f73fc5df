"""Who takes part, gatherings, wishes, vetoes and pairs in the store, and what is refused."""

import datetime as dt
import re
from dataclasses import replace
from typing import get_args

import pytest
from sqlalchemy import func, select

from builders import (
    LEADER,
    a_desk,
    a_site,
    assert_sound,
    change,
    participant,
    read,
    refused,
    same_person,
)
from builders import save as saved
from peerbook.errors import Conflict, InputFault, Question
from peerbook.matching import matching_records
from peerbook.matching.gathering_part import never_met_parts
from peerbook.matching.occasions import Kind, Occasion
from peerbook.matching.proposal import propose
from peerbook.matching.proposal_part import Proposals
from peerbook.matching.room import read_room
from peerbook.matching.sentences import way_aim
from peerbook.matching.wishes import Wish, named, of_people
from peerbook.matching.wishes_part import Wishes, _state
from peerbook.pathways import contract_records, end_records, pathway_records
from peerbook.pathways.retention import ENDS
from peerbook.people import pairs
from peerbook.people.participants import roles_on, stopped, take_back_stopped
from peerbook.privacy.consent import save_answers
from peerbook.privacy.erasure import erase_person
from peerbook.store import append_event, events_of, identities
from peerbook.store.tables import Enquiry, GatheringKind, NameSeen, PairEnd, SamePerson, Site
from peerbook.text import format_date
from peerbook.ui import Button, Disclosure, Filter, Form, Notice, Prose, Submission, Table

TODAY = dt.date(2026, 3, 10)
JOINED = dt.date(2026, 1, 5)


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def made(store):
    """Return a site's number, two peers and two mentors who take part."""
    site_id, _name = a_site(store)
    codes = saved(store, *(participant(site_id=site_id) for _n in range(4)))
    with store.write(LEADER) as session:
        for code, role in zip(codes, ("peer", "peer", "mentor", "mentor"), strict=True):
            append_event(session, "participant", code, "joined", JOINED, role=role)
    return site_id, codes[:2], codes[2:]


def pair_of(store, made, on=TODAY):
    site_id, (peer, *_p), (mentor, *_m) = made
    return change(
        store, matching_records.save_pair, site_id, peer, mentor, on=on, today=TODAY, asked=True
    ).number


def test_what_the_store_and_the_calculations_call_things_is_the_same():
    assert get_args(PairEnd) == ENDS
    assert get_args(GatheringKind) == get_args(Kind)


def test_whoever_joined_takes_part_in_that_role_until_they_stop(store, made):
    site_id, peers, mentors = made
    roles = read(store, roles_on, site_id, TODAY)
    assert roles == dict.fromkeys(peers, "peer") | dict.fromkeys(mentors, "mentor")
    assert read(store, roles_on, site_id, JOINED - dt.timedelta(1)) == {}
    change(store, matching_records.save_stopped, site_id, peers[0], TODAY, TODAY)
    assert peers[0] not in read(store, roles_on, site_id, TODAY)
    assert peers[0] in read(store, roles_on, site_id, days(-1))


def test_a_peer_who_joins_a_course_is_a_mentor_from_then_on(store, made):
    site_id, peers, _mentors = made
    with store.write(LEADER) as session:
        append_event(session, "participant", peers[0], "enrolled", TODAY, course=1)
    assert read(store, roles_on, site_id, days(-1))[peers[0]] == "peer"
    assert read(store, roles_on, site_id, TODAY)[peers[0]] == "mentor"


# -- gatherings ----------------------------------------------------------------------------------


def test_who_was_where_comes_back_and_can_be_corrected_and_removed(store, made):
    site_id, peers, mentors = made
    cafe = Occasion(TODAY, "cafe", "Lido", frozenset([peers[0], mentors[0]]))
    number = change(store, matching_records.save_gathering, site_id, cafe, TODAY).number
    assert read(store, matching_records.occasions, site_id) == [cafe]
    other = Occasion(TODAY, "walk", "Åen", frozenset([peers[0], mentors[1]]))
    change(store, matching_records.correct_gathering, number, other, TODAY, 1)
    assert read(store, matching_records.occasions, site_id) == [other]
    change(store, matching_records.remove_gathering, number, 2)
    assert read(store, matching_records.occasions, site_id) == []
    assert_sound(store)


@pytest.mark.parametrize(
    ("on", "how_many", "field"), [(1, 2, "date"), (0, 1, "present"), (-90, 2, "present")]
)
def test_a_gathering_that_nobody_can_have_been_at_is_refused(store, made, on, how_many, field):
    site_id, peers, mentors = made
    came = frozenset([peers[0], mentors[0]][:how_many])
    occasion = Occasion(days(on), "cafe", "Lido", came)
    assert refused(store, matching_records.save_gathering, site_id, occasion, TODAY) == [field]
    assert read(store, matching_records.occasions, site_id) == []


def test_who_was_where_can_be_corrected_after_a_guest_was_erased(store, made):
    site_id, peers, mentors = made
    cafe = Occasion(days(-3), "cafe", "Lido", frozenset([peers[0], mentors[0]]))
    number = change(store, matching_records.save_gathering, site_id, cafe, TODAY).number
    change(store, erase_person, peers[0])
    left = replace(cafe, present=frozenset([mentors[0]]))
    correct = (matching_records.correct_gathering, number)
    change(store, *correct, replace(left, place="Åen"), TODAY, 1)
    assert read(store, matching_records.occasions, site_id) == [replace(left, place="Åen")]
    assert refused(store, *correct, replace(left, present=frozenset()), TODAY, 2) == ["present"]
    change(store, *correct, replace(left, present=frozenset([mentors[0], peers[1]])), TODAY, 2)
    assert refused(store, *correct, left, TODAY, 3) == ["present"], "two are known again"
    assert_sound(store)


# -- wishes --------------------------------------------------------------------------------------


def wish(store, made, code, wished, basis="met", on=TODAY, seen=None, is_meant=True):
    return change(
        store, matching_records.save_wishes, made[0], code, wished, basis, made_on=on, today=TODAY,
        seen=seen, is_meant=is_meant,
    )  # fmt: skip


def test_a_wish_after_meeting_is_asked_about_where_no_meeting_is_noted_by_then(store, made):
    site_id, (peer, _p), (mentor, other) = made
    cafe = Occasion(days(-3), "cafe", "Lido", frozenset({peer, mentor}))
    change(store, matching_records.save_gathering, site_id, cafe, TODAY)
    wish(store, made, peer, [mentor], on=days(-3), is_meant=False)
    with pytest.raises(InputFault) as fault:
        wish(store, made, peer, [mentor, other], is_meant=False)
    (question,) = fault.value.faults
    assert isinstance(question, Question)
    assert (question.place.field, question.about) == ("wish_2", (mentor, other))
    with pytest.raises(InputFault):
        wish(store, made, mentor, [peer], on=days(-4), is_meant=False)
    wish(store, made, peer, [other], basis="form", is_meant=False)
    wish(store, made, peer, [mentor, other])
    wish(store, made, peer, [other, mentor], seen=noted(store, made, peer), is_meant=False)
    assert_sound(store)


def test_the_form_asks_once_about_a_wish_after_meeting_of_two_who_never_met(store, made):
    site_id, (peer, _p), (mentor, other) = made
    with store.read() as session:
        part = Wishes(a_desk(store), session.get_one(Site, site_id), lambda _tab: None)
    part.parts()
    part._place.open(part._one(peer))
    form = next(one for one in part._place.inside if isinstance(one, Form))
    assert form.begin["basis"] == "form", "they have met nobody"

    def save(first):
        values = {"basis": "met", "wish_1": first, "wish_2": None, "wish_3": None}
        form._on_submit(Submission("a" * 32, values | {"made_on": TODAY}, form="wishes"))

    with pytest.raises(InputFault, match="Der står intet møde"):
        save(mentor)
    with pytest.raises(InputFault, match="Der står intet møde"):
        save(other)
    assert read(store, matching_records.wishes, site_id) == []
    save(other)
    assert [one.wished for one in read(store, matching_records.wishes, site_id)] == [other]


def test_who_wishes_for_whom_and_has_never_met_is_shown_before_inviting(store, made):
    site_id, (peer, second), (mentor, other) = made
    cafe = Occasion(days(-3), "cafe", "Lido", frozenset({second, mentor}))
    change(store, matching_records.save_gathering, site_id, cafe, TODAY)
    wish(store, made, peer, [mentor], basis="form")
    wish(store, made, second, [mentor])
    with store.write(LEADER) as session:
        identities.save_name(session, peer, "Emil Opdigt")
    desk = a_desk(store)

    def shown():
        with store.read() as session:
            room = read_room(desk, session.get_one(Site, site_id))
        parts = never_met_parts(room)
        rows = [row for one in parts if isinstance(one, Table) for row in one.data["rows"]]
        return str(rows), str([one.tree for one in parts if isinstance(one, Prose)])

    rows, others = shown()
    assert "Emil Opdigt" in rows
    assert second not in rows, "those two have met"
    assert "2 mulige par uden et ønske" in others
    change(store, matching_records.save_veto, peer, other, "family", "", today=TODAY)
    assert "Ét muligt par uden et ønske" in shown()[1], "a veto is no pair"
    pair_of(store, made)
    assert shown()[0] == "[]", "whoever is matched need not meet anybody"


def noted(store, made, code, basis="met", on=TODAY):
    """Return what a page shows of the wishes of one day and basis."""
    return named(read(store, matching_records.wishes, made[0]), code, basis, on)


def test_wishes_on_the_form_and_after_meeting_are_kept_side_by_side(store, made):
    site_id, peers, mentors = made
    wish(store, made, peers[0], mentors, "form", days(-20))
    wish(store, made, peers[0], [mentors[1]])
    kept = [
        (one.wished, one.basis, one.rank) for one in read(store, matching_records.wishes, site_id)
    ]
    assert kept == [
        (mentors[0], "form", 1), (mentors[1], "form", 2), (mentors[1], "met", 1),
    ]  # fmt: skip


def test_what_is_written_again_for_the_same_day_stands_in_place_of_the_first(store, made):
    site_id, peers, mentors = made
    wish(store, made, peers[0], mentors)
    wish(store, made, peers[0], [mentors[1]], seen=noted(store, made, peers[0]))
    assert [one.wished for one in read(store, matching_records.wishes, site_id)] == [mentors[1]]


def test_a_wish_for_oneself_or_for_nobody_is_refused(store, made):
    site_id, peers, _mentors = made
    for wished in ([peers[0]], [peers[1]], []):
        assert refused(
            store, matching_records.save_wishes, site_id, peers[0], wished, "met",
            made_on=TODAY, today=TODAY,
        ) == ["wish_1"]  # fmt: skip


def test_a_wish_dated_before_either_took_part_is_blamed_on_the_day(store, made):
    site_id, peers, mentors = made
    [late] = saved(store, participant(site_id=site_id))
    with store.write(LEADER) as session:
        append_event(session, "participant", late, "joined", days(-1), role="mentor")
    for wished, on in (([mentors[0]], JOINED - dt.timedelta(1)), ([mentors[0], late], days(-2))):
        assert refused(
            store, matching_records.save_wishes, site_id, peers[0], wished, "met",
            made_on=on, today=TODAY,
        ) == ["made_on"]  # fmt: skip
    wish(store, made, peers[0], [late], on=days(-1))


def test_who_did_not_take_part_yet_is_named(store, made):
    site_id, peers, mentors = made
    [late] = saved(store, participant(site_id=site_id))
    with store.write(LEADER) as session:
        append_event(session, "participant", late, "joined", days(-1), role="mentor")
    names = {late: "Sent Opdigt", peers[0]: "Ane Opdigt", mentors[0]: "Bo Opdigt"}.__getitem__

    def told(call, *said, **more):
        with pytest.raises(InputFault) as refusal:
            change(store, call, *said, **more)
        return str(refusal.value)

    asked = (matching_records.save_wishes, site_id, peers[0])
    when = {"today": TODAY, "called": names}
    two = told(*asked, [mentors[0], late], "form", made_on=days(-2), **when)
    assert two.startswith("Sent Opdigt var ikke med endnu den dag")
    early = JOINED - dt.timedelta(1)
    three = told(*asked, [mentors[0], late], "form", made_on=early, **when)
    assert three.startswith("Ane Opdigt, Bo Opdigt og Sent Opdigt var ikke")
    came = Occasion(days(-2), "cafe", "Lido", frozenset([peers[0], late]))
    told_of_trip = told(matching_records.save_gathering, site_id, came, TODAY, called=names)
    assert told_of_trip.startswith("Sent Opdigt var ikke med endnu den dag")
    match = (matching_records.save_pair, site_id, peers[0], late)
    assert told(*match, on=days(-2), today=TODAY, asked=True).startswith("Mentoren var ikke med")


def test_a_wish_of_two_who_are_of_one_role_since_no_longer_stands_among_those_that_hold(
    store, made
):
    site_id, peers, mentors = made
    wish(store, made, peers[0], mentors)
    wish(store, made, mentors[0], [peers[0]])
    wish(store, made, peers[1], [mentors[0]])
    with store.read() as session:
        site = session.get_one(Site, site_id)
    held = {(one.wisher, one.wished) for one in read_room(a_desk(store), site).holding}
    assert held == {
        (peers[0], mentors[0]), (peers[0], mentors[1]), (mentors[0], peers[0]),
        (peers[1], mentors[0]),
    }  # fmt: skip
    with store.write(LEADER) as session:
        append_event(session, "participant", peers[0], "enrolled", days(0))
    room = read_room(a_desk(store), site)
    assert [(one.wisher, one.wished) for one in room.holding] == [(peers[1], mentors[0])]
    assert len(room.wishes) == 4, "what was wished stays in history"


def test_wishes_in_two_tabs_do_not_overwrite_each_other(store, made):
    site_id, peers, mentors = made
    both_saw = noted(store, made, peers[0])
    wish(store, made, peers[0], [mentors[0]], seen=both_saw)
    with pytest.raises(Conflict) as conflict:
        wish(store, made, peers[0], [mentors[1]], seen=both_saw)
    assert conflict.value.theirs["wish_1"] == mentors[0]
    assert conflict.value.mine["wish_1"] == mentors[1]
    assert [one.wished for one in read(store, matching_records.wishes, site_id)] == [mentors[0]]
    wish(store, made, peers[0], [mentors[0]], seen=both_saw)  # the same twice is no conflict
    wish(store, made, peers[0], [mentors[1]], "form", seen=both_saw)  # nor is another sheet
    wish(store, made, peers[0], [mentors[1]], seen=conflict.value.theirs)
    assert noted(store, made, peers[0])["wish_1"] == mentors[1]


def test_a_wish_taken_back_meanwhile_is_a_conflict_and_stays_in_the_history(store, made):
    site_id, peers, mentors = made
    wish(store, made, peers[0], mentors)
    seen = noted(store, made, peers[0])
    change(store, matching_records.withdraw_wish, peers[0], mentors[0], TODAY, TODAY)
    with pytest.raises(Conflict):
        wish(store, made, peers[0], [mentors[1]], seen=seen)
    wish(store, made, peers[0], [mentors[1]], seen=noted(store, made, peers[0]))
    kept = read(store, matching_records.wishes, site_id)
    assert {(one.wished, one.withdrawn_on) for one in kept} == {
        (mentors[0], TODAY), (mentors[1], None),
    }  # fmt: skip
    assert_sound(store)


def test_a_wish_is_taken_back_and_still_told(store, made):
    site_id, peers, mentors = made
    wish(store, made, peers[0], [mentors[0]], on=days(-5))
    change(store, matching_records.withdraw_wish, peers[0], mentors[0], TODAY, TODAY)
    [one] = read(store, matching_records.wishes, site_id)
    assert one.withdrawn_on == TODAY
    assert refused(store, matching_records.withdraw_wish, peers[0], mentors[0], TODAY, TODAY) == [
        "wish"
    ]


def test_a_wish_taken_back_later_is_not_written_over_by_its_old_sheet(store, made):
    site_id, peers, mentors = made
    wish(store, made, peers[0], mentors, on=days(-5))
    change(store, matching_records.withdraw_wish, peers[0], mentors[0], days(-2), TODAY)
    seen = noted(store, made, peers[0], on=days(-5))
    with pytest.raises(InputFault) as refusal:
        wish(store, made, peers[0], [mentors[1], mentors[0]], on=days(-5), seen=seen)
    assert [fault.place.field for fault in refusal.value.faults] == ["wish_2"]
    kept = {one.wished: one.withdrawn_on for one in read(store, matching_records.wishes, site_id)}
    assert kept == {mentors[0]: days(-2), mentors[1]: None}
    wish(store, made, peers[0], [mentors[0]], on=days(-2))
    assert noted(store, made, peers[0], on=days(-2))["wish_1"] == mentors[0]
    assert_sound(store)


# -- vetoes and pairs ----------------------------------------------------------------------------


def test_two_who_are_not_to_be_matched_are_neither_proposed_nor_matched(store, made):
    site_id, (peer, _p), (mentor, _m) = made
    wish(store, made, peer, [mentor])
    change(store, matching_records.save_veto, mentor, peer, "family", "Fætre", today=TODAY)
    with store.read() as session:
        answer = propose(
            matching_records.members(session, site_id, TODAY),
            matching_records.wishes(session, site_id), [],
            matching_records.hard_stops(session, site_id), TODAY,
        ).whole  # fmt: skip
    assert answer.pairs == ()
    assert refused(
        store, matching_records.save_pair, site_id, peer, mentor, on=TODAY, today=TODAY, asked=True
    ) == ["mentor"]
    assert refused(store, matching_records.save_veto, peer, mentor, "staff", "", today=TODAY) == [
        "other"
    ]
    change(store, matching_records.lift_veto, peer, mentor, 1)
    pair_of(store, made)


def test_a_second_open_match_for_either_is_refused_until_the_first_has_ended(store, made):
    site_id, peers, mentors = made
    first = pair_of(store, made, days(-40))
    for peer, mentor in ((peers[0], mentors[1]), (peers[1], mentors[0])):
        assert refused(
            store,
            matching_records.save_pair,
            site_id,
            peer,
            mentor,
            on=TODAY,
            today=TODAY,
            asked=True,
        ) == ["beside"]
    with pytest.raises(InputFault, match=r"De er matchet siden 29\. jan\. 2026\.$"):
        pair_of(store, made)
    change(store, end_records.end_pair, first, "changed_mentor", days(-2), TODAY)
    second = change(
        store,
        matching_records.save_pair,
        site_id,
        peers[0],
        mentors[1],
        on=TODAY,
        today=TODAY,
        asked=True,
    )
    known = {one.number: one for one in read(store, pairs.pairs, site_id, TODAY)}
    assert (known[first].end, known[first].ended_on) == ("changed_mentor", days(-2))
    assert known[second.number].follows == first
    assert_sound(store)


def test_two_codes_of_one_person_are_no_pair(store, made):
    site_id, peers, mentors = made
    one, other = sorted((peers[0], mentors[0]))
    saved(store, SamePerson(
        one_code=one, other_code=other, is_same=True, said_on=TODAY, actor=LEADER,
    ))  # fmt: skip
    assert refused(
        store,
        matching_records.save_pair,
        site_id,
        peers[0],
        mentors[0],
        on=TODAY,
        today=TODAY,
        asked=True,
    ) == ["mentor"]


@pytest.fixture
def one_mentor(store, made):
    """Return what `made` does; both codes of a mentor are one person's."""
    _site_id, _peers, mentors = made
    saved(store, same_person(*mentors))
    return made


def test_a_mentor_with_two_codes_has_one_open_match_unless_it_is_said(store, one_mentor):
    site_id, peers, mentors = one_mentor
    first = pair_of(store, one_mentor, days(-40))
    match = (matching_records.save_pair, site_id, peers[1], mentors[1])
    day = {"on": TODAY, "today": TODAY, "asked": True}
    assert refused(store, *match, **day) == ["beside"]
    again = (matching_records.save_pair, site_id, peers[0], mentors[1])
    assert refused(store, *again, **day, beside=True) == ["mentor"], "those two are a pair already"
    wait = (matching_records.save_waiting, site_id, mentors[1], TODAY, TODAY)
    assert refused(store, *wait, waits=True) == ["on"]
    assert refused(store, matching_records.save_stopped, site_id, mentors[1], TODAY, TODAY) == [
        "on"
    ]
    change(store, end_records.end_pair, first, "changed_mentor", days(-2), TODAY)
    second = change(store, *match, **day).number
    known = {one.number: one for one in read(store, pairs.pairs, site_id, TODAY)}
    assert known[second].follows == first
    assert refused(store, end_records.take_back_end, first) == ["on"]
    assert_sound(store)


def test_contracts_of_a_mentor_with_two_codes_do_not_overlap(store, made):
    site_id, peers, mentors = made
    first = pair_of(store, made, days(-40))
    second = change(
        store, matching_records.save_pair, site_id, peers[1], mentors[1], on=days(-30),
        today=TODAY, asked=True,
    ).number  # fmt: skip
    saved(store, same_person(*mentors))
    sheet = contract_records.Sheet(days(-30), days(-30))
    change(store, contract_records.save_sheet, first, sheet, TODAY, 1)
    assert refused(store, contract_records.save_sheet, second, sheet, TODAY, 1) == ["starts_on"]


def test_a_veto_holds_for_whichever_code_the_two_go_by(store, one_mentor):
    site_id, (peer, _p), mentors = one_mentor
    change(store, matching_records.save_veto, peer, mentors[0], "family", "", today=TODAY)
    assert refused(
        store, matching_records.save_veto, peer, mentors[1], "family", "", today=TODAY
    ) == ["other"]
    assert refused(store, matching_records.save_veto, *mentors, "family", "", today=TODAY) == [
        "other"
    ]
    assert refused(
        store, matching_records.save_pair, site_id, peer, mentors[1], on=TODAY, today=TODAY,
        asked=True,
    ) == ["mentor"]  # fmt: skip
    wish(store, one_mentor, peer, [mentors[1]])
    assert proposed(store, site_id) == []


def proposed(store, site_id):
    with store.read() as session:
        answer = propose(
            matching_records.members(session, site_id, TODAY),
            matching_records.wishes(session, site_id),
            matching_records.occasions(session, site_id),
            matching_records.hard_stops(session, site_id), TODAY,
        ).peers_first  # fmt: skip
    return [bond.couple for bond in answer.pairs]


def test_a_mentor_with_two_codes_is_proposed_once_under_the_latest(store, made):
    site_id, peers, (early, late) = made
    with store.write(LEADER) as session:
        append_event(session, "participant", late, "stopped", days(-30))
        append_event(session, "participant", late, "joined", days(-20), role="mentor")
    wish(store, made, peers[0], [early], on=days(-12))
    wish(store, made, peers[1], [late], on=days(-11))
    wish(store, made, early, [peers[0]], on=days(-10))
    wish(store, made, late, [peers[1]], on=days(-9))
    assert len(proposed(store, site_id)) == 2
    saved(store, same_person(early, late))
    member = {one.code: one for one in read(store, matching_records.members, site_id, TODAY)}[late]
    assert (member.also, member.since, len(proposed(store, site_id))) == ((early,), JOINED, 1)
    assert proposed(store, site_id) == [(peers[1], late)], "the latest wishes of a person hold"
    change(store, matching_records.save_waiting, site_id, early, days(-1), TODAY, waits=True)
    assert proposed(store, site_id) == []
    change(store, matching_records.save_stopped, site_id, late, TODAY, TODAY)
    assert not {early, late} & read(store, roles_on, site_id, TODAY).keys()
    assert_sound(store)


def test_wishes_of_somebody_with_two_codes_are_theirs_under_either(store, one_mentor):
    site_id, (peer, other), mentors = one_mentor
    wish(store, one_mentor, peer, [mentors[0]], on=days(-3))
    assert refused(
        store, matching_records.save_wishes, site_id, other, mentors, "form",
        made_on=TODAY, today=TODAY,
    ) == ["wish_1", "wish_2"]  # fmt: skip
    change(
        store, matching_records.save_pair, site_id, peer, mentors[1], on=days(-2), today=TODAY
    )  # They were wished for, under the other code.
    change(store, matching_records.withdraw_wish, peer, mentors[1], TODAY, TODAY)
    assert [one.withdrawn_on for one in read(store, matching_records.wishes, site_id)] == [TODAY]


def test_nobody_wishes_for_themselves_by_their_other_code(store, made):
    site_id, (peer, _p), (mentor, _m) = made
    saved(store, same_person(peer, mentor))
    assert refused(
        store, matching_records.save_wishes, site_id, peer, [mentor], "form",
        made_on=TODAY, today=TODAY,
    ) == ["wish_1"]  # fmt: skip
    assert [one.also for one in read(store, matching_records.members, site_id, TODAY)].count(
        ()
    ) == 2


def test_who_met_somebody_with_two_codes_met_one_person(store, one_mentor):
    site_id, (peer, _p), (early, late) = one_mentor
    cafe = Occasion(days(-1), "cafe", "Lido", frozenset({early, late}))
    assert refused(store, matching_records.save_gathering, site_id, cafe, TODAY) == ["present"]
    met = replace(cafe, present=frozenset({peer, early}))
    change(store, matching_records.save_gathering, site_id, met, TODAY)
    wish(store, one_mentor, peer, [late])
    with store.read() as session:
        members = matching_records.members(session, site_id, TODAY)
        known = matching_records.wishes(session, site_id)
        places = matching_records.occasions(session, site_id)
        (bond,) = propose(members, known, places, [], TODAY).whole.pairs
    assert bond.met == (met,)


def test_wishes_are_told_by_the_code_people_stand_under():
    made = Wish("p1", "m1", TODAY, "met", 1)
    assert of_people([made], {"m1": "m2"}) == (replace(made, wished="m2"),)
    assert of_people([made], {}) == (made,)


def test_a_second_open_match_is_kept_when_it_is_said_that_both_go_on(store, made):
    site_id, peers, mentors = made
    first = pair_of(store, made, days(-40))
    second = change(
        store, matching_records.save_pair, site_id, peers[0], mentors[1], on=TODAY, today=TODAY,
        asked=True, beside=True,
    ).number  # fmt: skip
    known = {one.number: one for one in read(store, pairs.pairs, site_id, TODAY)}
    assert known[second].follows is None, "it stands beside the other, not after it"
    told = {
        number: read(store, pathway_records.pathway, number, TODAY).beside
        for number in (first, second)
    }
    assert told == {first: False, second: True}
    assert refused(
        store, matching_records.save_pair, site_id, peers[0], mentors[1], on=TODAY,
        today=TODAY, asked=True, beside=True,
    ) == ["mentor"]  # fmt: skip
    lonely = change(
        store, matching_records.save_pair, site_id, peers[1], mentors[1], on=TODAY, today=TODAY,
        asked=True, beside=True,
    ).number  # fmt: skip
    assert read(store, pathway_records.pathway, lonely, TODAY).beside


def test_a_match_by_hand_asks_where_neither_wished_or_one_would_rather_wait(store, made):
    site_id, (peer, other), (mentor, third) = made
    match = (matching_records.save_pair, site_id)
    with pytest.raises(InputFault, match="Ingen af de to") as fault:
        change(store, *match, peer, mentor, on=TODAY, today=TODAY)
    assert [one.place.field for one in fault.value.faults] == ["asked"]
    wish(store, made, mentor, [peer], on=days(-5))
    change(store, matching_records.save_waiting, site_id, peer, days(-4), TODAY, waits=True)
    with pytest.raises(InputFault, match="Peeren vil hellere vente") as fault:
        change(store, *match, peer, mentor, on=TODAY, today=TODAY)
    assert "Ingen af de to" not in str(fault.value)
    change(store, matching_records.save_waiting, site_id, peer, TODAY, TODAY, waits=False)
    change(store, *match, peer, mentor, on=TODAY, today=TODAY)
    assert refused(store, *match, other, mentor, on=TODAY, today=TODAY) == ["beside", "asked"]
    change(store, *match, other, third, on=TODAY, today=TODAY, asked=True)
    assert_sound(store)


def test_a_wish_that_was_taken_back_is_no_wish_for_a_match(store, made):
    site_id, (peer, _p), (mentor, _m) = made
    wish(store, made, peer, [mentor], on=days(-5))
    change(store, matching_records.withdraw_wish, peer, mentor, TODAY, TODAY)
    assert refused(
        store, matching_records.save_pair, site_id, peer, mentor, on=TODAY, today=TODAY
    ) == ["asked"]


def test_since_when_somebody_waits_follows_what_happened_last(store, made):
    site_id, (peer, other), (mentor, _m) = made

    def since():
        members = read(store, matching_records.members, site_id, TODAY)
        return {one.code: one.since for one in members}

    number = pair_of(store, made, days(-40))
    assert since()[peer] is None
    assert since()[other] == JOINED
    change(store, end_records.end_pair, number, "moved_on", days(-9), TODAY)
    assert (since()[peer], since()[mentor]) == (days(-9), days(-9))
    change(store, matching_records.save_waiting, site_id, peer, days(-5), TODAY, waits=True)
    assert since()[peer] == days(-5)
    change(store, matching_records.save_waiting, site_id, peer, days(-2), TODAY, waits=False)
    assert since()[peer] == days(-2)
    change(store, matching_records.save_stopped, site_id, other, days(-8), TODAY)
    with store.write(LEADER) as session:
        append_event(session, "participant", other, "joined", days(-3), role="peer")
        append_event(session, "participant", mentor, "enrolled", TODAY, course=1)
    assert since()[other] == days(-3)
    assert since()[mentor] == days(-9), "a course on the way is no new beginning"


def test_whoever_is_matched_has_no_place_left_until_it_ends(store, made):
    site_id, peers, mentors = made
    number = pair_of(store, made, days(-40))
    places = {one.code: one.places for one in read(store, matching_records.members, site_id, TODAY)}
    assert places == {peers[0]: 0, mentors[0]: 0, peers[1]: 1, mentors[1]: 1}
    assert refused(store, matching_records.save_stopped, site_id, peers[0], TODAY, TODAY) == ["on"]
    change(store, end_records.end_pair, number, "moved_on", TODAY, TODAY)
    assert all(one.places for one in read(store, matching_records.members, site_id, TODAY))


def test_whoever_would_rather_wait_is_kept_visible_with_that_reason(store, made):
    site_id, peers, mentors = made
    wish(store, made, peers[0], [mentors[0]])
    change(store, matching_records.save_waiting, site_id, peers[0], TODAY, TODAY, waits=True)
    with store.read() as session:
        answer = propose(
            matching_records.members(session, site_id, TODAY),
            matching_records.wishes(session, site_id), [], [], TODAY,
        ).whole  # fmt: skip
    assert ("own_wish", peers[0]) in {(one.reason, one.code) for one in answer.waiting}


def test_that_somebody_would_rather_wait_ends_when_they_stop_or_take_another_role(store, made):
    site_id, (peer, other), (mentor, _m) = made

    def waits():
        members = read(store, matching_records.members, site_id, TODAY)
        return {one.code for one in members if one.waits}

    for code in (peer, other, mentor):
        change(store, matching_records.save_waiting, site_id, code, days(-30), TODAY, waits=True)
    change(store, matching_records.save_stopped, site_id, peer, days(-20), TODAY)
    with store.write(LEADER) as session:
        append_event(session, "participant", peer, "joined", days(-9), role="peer")
        append_event(session, "participant", other, "enrolled", days(-8), course=1)
        append_event(session, "participant", mentor, "enrolled", days(-7), course=1)
    assert waits() == {mentor}, "a course on the way is no new beginning"
    with pytest.raises(InputFault, match="Ingen af de to") as fault:
        change(store, matching_records.save_pair, site_id, peer, other, on=TODAY, today=TODAY)
    assert "vente" not in str(fault.value), "that was said before they stopped"
    change(store, matching_records.save_waiting, site_id, peer, days(-9), TODAY, waits=True)
    assert waits() == {mentor, peer}


def test_whoever_is_matched_does_not_wait_to_be_but_is_ready_again_at_any_time(store, made):
    site_id, (peer, _p), _mentors = made
    wait = (matching_records.save_waiting, site_id, peer, TODAY, TODAY)
    change(store, *wait, waits=True)
    number = pair_of(store, made)
    assert refused(store, *wait, waits=True) == ["on"]
    change(store, *wait, waits=False)
    change(store, end_records.end_pair, number, "other", TODAY, TODAY)
    change(store, *wait, waits=True)
    assert_sound(store)


def test_erasing_one_of_a_pair_leaves_that_two_were_matched(store, made):
    site_id, peers, mentors = made
    number = pair_of(store, made, days(-40))
    wish(store, made, mentors[0], [peers[0]])
    change(store, erase_person, peers[0])
    [pair] = read(store, pairs.pairs, site_id, TODAY)
    assert (pair.number, pair.peer, pair.mentor) == (number, None, mentors[0])
    assert read(store, matching_records.wishes, site_id) == []
    assert_sound(store)


def test_a_stop_about_somebody_who_was_deleted_meanwhile_is_told_calmly(store, made):
    _site_id, peers, mentors = made
    with pytest.raises(Conflict):
        change(store, matching_records.save_veto, peers[0], "P-ZZZZZZ", "staff", "", today=TODAY)
    with pytest.raises(Conflict):
        change(store, matching_records.save_veto, "P-ZZZZZZ", mentors[0], "staff", "", today=TODAY)


# -- the page ------------------------------------------------------------------------------------


def test_the_form_begins_with_the_wishes_that_hold_and_says_which_no_longer_do(store, made):
    site_id, (peer, _p), mentors = made
    wish(store, made, peer, mentors, on=days(-5))
    with store.read() as session:
        site = session.get_one(Site, site_id)
    desk = a_desk(store)
    part = Wishes(desk, site)
    part.parts()
    part._place.open(part._one(peer))
    form = next(one for one in part._place.inside if isinstance(one, Form))
    assert (form.begin["wish_1"], form.begin["wish_2"]) == tuple(mentors)
    values = {"basis": "met", "wish_1": mentors[1], "wish_2": None, "wish_3": None}
    form._on_submit(Submission("a" * 32, values | {"made_on": desk.today}, form="wishes"))
    (told,) = (one.text for one in part._place.inside if isinstance(one, Notice))
    assert told.endswith(f"Ikke længere ønsket: {mentors[0]}.")


def test_who_is_opened_under_wishes_is_told_as_matched_once_they_are(store, made):
    site_id, (peer, _p), _mentors = made
    with store.read() as session:
        site = session.get_one(Site, site_id)
    part = Wishes(a_desk(store), site)
    part.parts()
    part._place.open(part._one(peer))

    def shown():
        buttons = [
            action["label"]
            for one in part._place.inside
            if isinstance(one, Button)
            for action in one.actions
        ]
        return str([one.tree for one in part._place.inside if isinstance(one, Prose)]), buttons

    told, buttons = shown()
    assert "Kan matches" in told
    assert "Vil hellere vente" in buttons
    pair_of(store, made)
    part.refresh()
    told, buttons = shown()
    assert "Matchet" in told
    assert "Vil hellere vente" not in buttons


def test_a_veto_against_ones_own_partner_is_asked_about_and_the_pair_goes_on(store, made):
    site_id, (peer, _p), (mentor, _m) = made
    number = pair_of(store, made, days(-40))
    veto = (matching_records.save_veto, mentor, peer, "own_wish", "")
    with pytest.raises(InputFault, match=re.escape(format_date(days(-40)))) as refusal:
        change(store, *veto, today=TODAY)
    assert [type(fault) for fault in refusal.value.faults] == [Question]
    assert read(store, matching_records.hard_stops, site_id) == []
    change(store, *veto, today=TODAY, is_meant=True)
    assert read(store, pathway_records.pathway, number, TODAY).ended_on is None


def test_a_veto_of_two_whose_pair_has_ended_is_not_asked_about(store, made):
    site_id, (peer, _p), (mentor, _m) = made
    number = pair_of(store, made, days(-40))
    change(store, end_records.end_pair, number, "moved_on", days(-9), TODAY)
    change(store, matching_records.save_veto, peer, mentor, "own_wish", "", today=TODAY)
    assert [{one.one, one.other} for one in read(store, matching_records.hard_stops, site_id)] == [
        {peer, mentor}
    ]


@pytest.mark.parametrize(
    ("way", "worth"),
    [("Peers vælger først", "ønsker: 1."), ("Mentorer vælger først", "ønsker: 1."),
     ("Bedst for helheden", "ønsker: 2.")],
)  # fmt: skip
def test_the_proposal_explains_each_way_and_what_its_answer_is_worth(store, made, way, worth):
    site_id, (first, second), (mentor, other) = made
    wish(store, made, first, [mentor, other], on=days(-2))
    wish(store, made, second, [mentor], basis="form", on=days(-2))
    with store.read() as session:
        shown = Proposals(a_desk(store), session.get_one(Site, site_id), lambda _tab: None)
    parts = shown.parts()
    (choice,) = (part for part in parts if isinstance(part, Filter))
    choice._choose({"index": choice.options.index(way)}, ())
    told = [one.tree for part in parts for one in part.everything() if isinstance(one, Prose)]
    assert way_aim(dict(zip(choice.options, choice._values, strict=True))[way]) in str(told)
    assert worth in str(told)


def test_that_somebody_stopped_is_taken_back_and_stays_in_history(store, made):
    site_id, (peer, other), _mentors = made
    for on in (days(-9), days(-3)):
        change(store, matching_records.save_stopped, site_id, peer, on, TODAY)
        event = read(store, stopped, site_id, TODAY)[peer]
        assert event.effective_on == on
        change(store, take_back_stopped, peer, event.seq)
        assert read(store, roles_on, site_id, TODAY)[peer] == "peer"
    assert read(store, stopped, site_id, TODAY) == {}
    with pytest.raises(Conflict):
        change(store, take_back_stopped, peer, event.seq)
    kinds = [event.kind for event in read(store, events_of, "participant", peer)]
    assert kinds[-4:] == ["stopped", "withdrawn"] * 2
    # Whoever joined again has an end of that, which no longer counts.
    change(store, matching_records.save_stopped, site_id, other, days(-9), TODAY)
    event = read(store, stopped, site_id, TODAY)[other]
    with store.write(LEADER) as session:
        append_event(session, "participant", other, "joined", days(-2), role="peer")
    with pytest.raises(Conflict):
        change(store, take_back_stopped, other, event.seq)


def test_the_list_of_those_who_stopped_brings_them_back(store, made):
    site_id, (peer, _p), _mentors = made
    change(store, identities.save_name, peer, "Opdigt Ét")
    change(store, matching_records.save_stopped, site_id, peer, days(-3), TODAY)
    changed = []
    with store.read() as session:
        part = Wishes(a_desk(store), session.get_one(Site, site_id), changed.append)
    part.parts()
    [fold] = [one for one in part._place.inside if isinstance(one, Disclosure)]
    seen = select(func.count()).where(NameSeen.participant_code == peer)
    assert read(store, lambda session: session.scalar(seen)) == 0
    fold._open({"index": 0}, ())
    assert read(store, lambda session: session.scalar(seen)) == 1, "the name is read when unfolded"
    [table] = [one for one in fold.everything() if isinstance(one, Table)]
    table._run({"index": 0, "edition": table.edition}, ())
    assert read(store, roles_on, site_id, TODAY)[peer] == "peer"
    assert changed == [part]
    assert not [one for one in part._place.inside if isinstance(one, Disclosure)]


def test_a_button_in_a_tab_that_has_not_seen_what_was_noted_does_nothing(store, made):
    site_id, (peer, _p), _mentors = made
    with store.read() as session:
        part = Wishes(a_desk(store), session.get_one(Site, site_id))
    part.parts()
    part._place.open(part._one(peer))
    [button] = [
        one for one in part._place.inside
        if isinstance(one, Button) and one.actions[0]["label"] == "Vil hellere vente"
    ]  # fmt: skip
    change(store, matching_records.save_waiting, site_id, peer, TODAY, TODAY, waits=False)
    before = len(read(store, events_of, "participant", peer))
    with pytest.raises(Conflict, match="noteret"):
        button._actions[0].run()
    assert len(read(store, events_of, "participant", peer)) == before


def test_what_something_later_overrules_is_asked_about(store, made):
    site_id, (peer, other), _mentors = made
    wait = (matching_records.save_waiting, site_id, peer, days(-9), TODAY)
    change(store, matching_records.save_waiting, site_id, peer, days(-4), TODAY, waits=False)
    assert refused(store, *wait, waits=True) == ["on"]
    change(store, *wait, waits=False)
    change(store, *wait, waits=True, is_meant=True)
    with store.write(LEADER) as session:
        append_event(session, "participant", other, "joined", days(-2), role="mentor")
    stop = (matching_records.save_stopped, site_id, other, days(-5), TODAY)
    with pytest.raises(InputFault, match=re.escape(format_date(days(-2)))) as refusal:
        change(store, *stop)
    assert [type(fault) for fault in refusal.value.faults] == [Question]
    change(store, *stop, is_meant=True)
    assert other not in read(store, roles_on, site_id, days(-3))
    assert read(store, roles_on, site_id, TODAY)[other] == "mentor"


def test_whoever_said_no_to_taking_part_is_told_so_and_is_not_matched_until_they_say_yes(
    store, made
):
    site_id, (peer, other), (mentor, *_m) = made
    change(store, save_answers, mentor, {"taking_part": False}, days(-5), today=TODAY)
    change(store, save_answers, other, {"being_quoted": False}, days(-5), today=TODAY)
    with store.read() as session:
        room = read_room(a_desk(store), session.get_one(Site, site_id))
    assert [one.code for one in room.members if one.said_no] == [mentor]
    assert mentor not in {one.code for one in room.waiting}
    assert _state(room.pool[mentor]).text == "Har sagt nej til at deltage"
    match = (matching_records.save_pair, site_id, peer, mentor)
    assert refused(store, *match, on=TODAY, today=TODAY, asked=True) == ["mentor"]
    change(store, *match, on=days(-6), today=TODAY, asked=True)
    change(store, save_answers, mentor, {"taking_part": True}, TODAY, today=TODAY)
    change(
        store, matching_records.save_pair, site_id, other, mentor, on=TODAY, today=TODAY,
        asked=True, beside=True,
    )  # fmt: skip


def test_that_somebody_stopped_is_noted_with_its_day_and_says_where_a_reason_goes(store, made):
    site_id, (peer, other), _mentors = made
    enquiry = Enquiry(
        site_id=site_id, participant_code=peer, asked_on=JOINED, wanted_role="peer",
        heard_via="notice", note="",
    )  # fmt: skip
    saved(store, enquiry)
    with store.read() as session:
        part = Wishes(a_desk(store), session.get_one(Site, site_id))
    part.parts()

    def stopping(code):
        part._place.open(part._one(code))
        fold = [one for one in part._place.inside if isinstance(one, Disclosure)][-1]
        fold._open({"index": 0}, ())
        (form,) = [one for one in fold.everything() if isinstance(one, Form)]
        return form, [one for one in fold.everything() if isinstance(one, Prose)]

    assert not stopping(other)[1]
    form, told = stopping(peer)
    change(store, matching_records.save_waiting, site_id, peer, TODAY, TODAY, waits=False)
    given = Submission("b" * 32, {"on": days(-2)}, form="stopped")
    with pytest.raises(Conflict, match="noteret"):
        form._on_submit(given)
    form, told = stopping(peer)
    assert "Samtaler" in str([one.tree for one in told])
    form._on_submit(Submission("a" * 32, {"on": days(-2)}, form="stopped"))
    assert peer in read(store, roles_on, site_id, days(-3))
    assert peer not in read(store, roles_on, site_id, days(-2))


def test_a_match_beside_another_says_who_is_in_it_and_what_is_true_of_it(store, made):
    site_id, (peer, other), (mentor, another) = made
    number = pair_of(store, made, days(-9))

    def told(one, with_whom, on):
        match = (matching_records.save_pair, site_id, one, with_whom)
        with pytest.raises(InputFault) as refusal:
            change(store, *match, on=on, today=TODAY, asked=True)
        return str(refusal.value)

    assert told(peer, another, TODAY).startswith("Peeren er matchet siden")
    assert told(other, mentor, TODAY).startswith("Mentoren er matchet siden")
    with store.write(LEADER) as session:
        append_event(session, "matched_pair", number, "ended", days(-2), end="withdrew")
    text = told(other, mentor, days(-3))
    assert text.startswith(f"Mentoren var matchet til {format_date(days(-2))}.")
    assert "Afslut" not in text
