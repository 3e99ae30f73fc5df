"""Which place sent somebody: noted with the enquiry, counted by place, drawn as a network."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_site, assert_sound, change, read, refused
from peerbook.recruitment import (
    effort_records,
    enquiry_records,
    stakeholder_records,
    talk_records,
)
from peerbook.recruitment.effort_records import Effort
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.journey_records import journeys_frame
from peerbook.recruitment.network_map import network_chart, network_finding
from peerbook.recruitment.stakeholder_records import Known, Place, Visited
from peerbook.recruitment.talk_records import Held
from peerbook.recruitment.visiting import Cadence

TODAY = dt.date(2026, 3, 10)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def a_place(store, site_id, name, **told):
    place = Place(name, "unit", **told)
    return change(store, stakeholder_records.save_place, site_id, place, TODAY).number


def asks(store, site_id, place=None):
    asked = Asked(TODAY, "peer", "contact_person", place=place)
    return change(store, enquiry_records.log_enquiry, site_id, asked, Person(), TODAY).number


def known(store, site_id):
    return {one.place.name: one for one in read(store, stakeholder_records.places, site_id)}


def test_a_place_tells_how_many_it_sent_until_an_enquiry_is_corrected_or_removed(store, site_id):
    north, south = (a_place(store, site_id, name) for name in ("Nord", "Syd"))
    first, second, _third = (asks(store, site_id, one) for one in (north, north, None))
    assert {name: one.came for name, one in known(store, site_id).items()} == {"Nord": 2, "Syd": 0}
    asked = Asked(TODAY, "peer", "contact_person", place=south)
    change(store, enquiry_records.correct_enquiry, first, asked, TODAY, 1)
    change(store, enquiry_records.remove_enquiry, second, 1)
    assert {name: one.came for name, one in known(store, site_id).items()} == {"Nord": 0, "Syd": 1}
    assert_sound(store)


def test_a_place_of_another_site_or_none_that_is_there_is_refused(store, site_id):
    elsewhere = a_place(store, a_site(store)[0], "Nord")
    for place in (elsewhere, 999):
        asked = Asked(TODAY, "peer", "contact_person", place=place)
        assert refused(store, enquiry_records.log_enquiry, site_id, asked, Person(), TODAY) == [
            "place"
        ]


def test_a_place_is_known_however_it_is_spelled(store, site_id):
    a_place(store, site_id, "Åsen  Nord")
    again = Place("A\u030aSEN nord", "unit")
    assert refused(store, stakeholder_records.save_place, site_id, again, TODAY) == ["name"]


def test_what_was_spent_is_what_was_noted_the_visits_and_the_talks(store, site_id):
    number = a_place(store, site_id, "Nord")
    change(store, stakeholder_records.save_visit, number, Visited(TODAY, minutes=60), TODAY)
    effort = Effort("leaflet", TODAY, "Foldere", 30, 200)
    change(store, effort_records.save_effort, site_id, effort, TODAY)
    asked = Asked(TODAY, "peer", "article")
    change(store, enquiry_records.log_enquiry, site_id, asked, Person("Hanne Opdigt"), TODAY)
    with store.read() as session:
        journeys = journeys_frame(session, site_id)
    (code,) = journeys["code"]
    held = Held("peer", TODAY, staff=2, minutes=45)
    change(store, talk_records.save_held_talk, code, held, TODAY)
    frame = read(store, effort_records.spent_frame, site_id, journeys, "heard_via")
    spent = {row.channel: (row.minutes, row.cost_kr) for row in frame.itertuples()}
    assert spent == {"contact_person": (60, 0), "leaflet": (30, 200), "article": (90, 0)}


def test_a_place_off_the_list_is_offered_only_where_it_was_chosen(store, site_id):
    north, south = (a_place(store, site_id, name) for name in ("Åsen", "Syd"))
    change(store, stakeholder_records.close_place, north, TODAY, 1)
    assert read(store, stakeholder_records.names, site_id) == [(south, "Syd")]
    offered = read(store, stakeholder_records.names, site_id, north)
    assert offered == [(south, "Syd"), (north, "Åsen")]


def test_the_map_draws_nearer_who_wants_more_thicker_who_sent_more_and_marks_who_is_due(
    store, site_id
):
    keen = a_place(store, site_id, "Nord", interest=3, influence=3)
    a_place(store, site_id, "Syd", interest=1, cadence=Cadence(every_months=6))
    for _n in range(4):
        asks(store, site_id, keen)
    chart = network_chart(list(known(store, site_id).values()), TODAY)
    lines = [one for one in chart.figure["data"] if one["mode"] == "lines"]
    assert {one["line"]["width"]: one["x"][1] for one in lines} == {5: 1, 1: 3}
    by_name = {one["name"]: one["text"] for one in chart.figure["data"] if one.get("name")}
    assert by_name == {"Intet besøg venter": ["Nord"], "Besøg nu": ["Syd"]}
    assert "Nord (4)" in chart.finding
    assert "Nord (4)" in chart.alt


@given(st.lists(st.sampled_from([None, 1, 2, 3]), min_size=1, max_size=40))
def test_no_line_of_the_map_runs_through_a_name_and_no_name_over_another(interests):
    places = [
        Known(number, 1, Place(f"Sted {number}", "unit", interest=interest), 0, None, None)
        for number, interest in enumerate(interests)
    ]
    data = network_chart(places, TODAY).figure["data"]
    ends = [(one["x"][1], one["y"][1]) for one in data if one["mode"] == "lines"]
    assert len({row for _far, row in ends}) == len(places)
    for far, row in ends:  # the name begins there and goes on to the right
        passing = (x * row / y for x, y in ends if abs(y) > abs(row) and y * row >= 0)
        assert all(at < far for at in passing)


def test_the_time_of_visits_is_spent_on_the_channel_of_the_place(store, site_id):
    number = a_place(store, site_id, "Nord")
    paper = Place("Ugeavisen", "media")
    paper = change(store, stakeholder_records.save_place, site_id, paper, TODAY).number
    for place, minutes in ((number, 60), (paper, 45), (paper, None)):
        day = TODAY - dt.timedelta(days=minutes or 1)
        visit = Visited(day, minutes=minutes)
        change(store, stakeholder_records.save_visit, place, visit, TODAY)
    frame = read(store, effort_records.visits_frame, site_id)
    told = {row.channel: (row.minutes, row.cost_kr) for row in frame.itertuples()}
    assert told == {"contact_person": (60, 0), "article": (45, 0)}
    assert read(store, effort_records.visits_frame, a_site(store)[0]).empty


def test_where_nobody_is_known_to_have_been_sent_that_is_said(store, site_id):
    a_place(store, site_id, "Nord")
    assert "endnu" in network_finding(list(known(store, site_id).values()))
