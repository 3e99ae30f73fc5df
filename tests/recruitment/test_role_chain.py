"""How many who began as a peer became mentors: counted once each."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import LEADER, a_course, a_site, participant
from peerbook.course import people_records
from peerbook.privacy import same_person
from peerbook.recruitment.funnel_part import role_chain_parts
from peerbook.recruitment.journey_records import turns
from peerbook.recruitment.role_chain import peers_who_became_mentors
from peerbook.store import append_event, withdraw_event

DAY = dt.date(2026, 3, 2)


def on(days):
    return DAY + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("turns", "people", "of"),
    [
        ([], 0, 0),
        ([("a", "mentor", DAY)], 0, 0),
        ([("a", "peer", DAY)], 0, 1),
        ([("a", "peer", DAY), ("a", "mentor", on(1))], 1, 1),
        ([("a", "mentor", on(1)), ("a", "peer", DAY), ("a", "mentor", on(9))], 1, 1),
        ([("a", "peer", DAY), ("a", "mentor", on(1)), ("a", "peer", on(9))], 1, 1),
        ([("a", "mentor", DAY), ("a", "peer", on(1))], 0, 0),
        ([("a", "mentor", DAY), ("a", "peer", on(1)), ("a", "mentor", on(9))], 0, 0),
        ([("a", "mentor", DAY), ("a", "peer", DAY)], 0, 0),
        ([("a", "mentor", DAY), ("a", "peer", on(1)), ("b", "peer", DAY)], 0, 1),
        ([("a", "peer", DAY), ("b", "mentor", on(1))], 0, 1),
    ],
)
def test_a_peer_who_is_a_mentor_on_a_later_day_has_become_one(turns, people, of):
    share = peers_who_became_mentors(turns)
    assert (share.people, share.of) == (people, of)
    assert (share.low is None) == (of == 0)


TURNS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(["peer", "mentor"]), st.integers(0, 4).map(on)
    )
)


@given(TURNS)
def test_it_is_as_told_of_the_first_day_of_each_and_knows_no_order(turns):
    people = of = 0
    for who in "abc":
        theirs = [(since, role) for one, role, since in turns if one == who]
        if {role for since, role in theirs if since == min(theirs)[0]} == {"peer"}:
            of += 1
            people += any(role == "mentor" for _since, role in theirs)
    share = peers_who_became_mentors(reversed(turns))
    assert (share.people, share.of) == (people, of)


def test_courses_count_as_being_a_mentor_and_two_codes_of_one_person_as_one(store):
    made = a_course(store, participants=0)
    site_id, course_id = made.site_id, made.course_id
    elsewhere, _name = a_site(store)
    with store.write(LEADER) as session:
        one, other, alone = (participant(site_id=site_id) for _n in range(3))
        session.add_all([one, other, alone])
        session.flush()
        for person in (one, alone):
            append_event(session, "participant", person.code, "joined", DAY, role="peer")
        taken_back = append_event(
            session, "participant", alone.code, "joined", on(9), role="mentor"
        )
        session.flush()
        withdraw_event(session, taken_back)
        people_records.place_on_course(session, course_id, other.code, on(300))
        codes = one.code, other.code
    with store.read() as session:
        apart = peers_who_became_mentors(turns(session, site_id))
    with store.write(LEADER) as session:
        same_person.say(session, codes, is_same=True, today=on(301))
    with store.read() as session:
        joined = peers_who_became_mentors(turns(session, site_id))
        there = turns(session, elsewhere)
    assert [(share.people, share.of) for share in (apart, joined)] == [(0, 2), (1, 2)]
    assert there == []


def test_it_is_told_with_how_many_and_how_certain_and_not_at_all_of_nobody():
    told = peers_who_became_mentors([("a", "peer", DAY), ("a", "mentor", on(1))])
    [_heading, prose] = role_chain_parts(told)
    assert "1 af 1 (21–100" in str(prose.tree[0][2][0]).replace("\N{WORD JOINER}", "")
    assert role_chain_parts(peers_who_became_mentors([])) == []
