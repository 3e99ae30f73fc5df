"""How far people came, and what it cost, by channel."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.recruitment.funnel import (
    STAGES,
    contracts_started,
    funnel,
    people_reached,
    spent_in_talks,
    spent_per_contract,
)
from peerbook.recruitment.journeys import COLUMNS, journeys

DAY = dt.date(2026, 3, 2)


def on(days):
    return DAY + dt.timedelta(days=days)


def enquiries(*rows):
    columns = ["code", "asked_on", "role", "heard_via", "decided_via"]
    return pd.DataFrame(rows, columns=columns)


def ways(asked, stages=(), matches=()):
    return journeys(
        enquiries(*asked),
        pd.DataFrame(stages, columns=["code", "stage", "on"]),
        pd.DataFrame(matches, columns=["code", "matched_on", "completed_on"], dtype=object),
    )


def by_channel(rows):
    return {row.channel: row.reached for row in rows}


ANNA = ("P-AAAAAA", DAY, "peer", "notice", None)


def test_each_who_asks_counts_once_also_when_nobody_knows_who_it_was():
    nameless = (None, DAY, "open", "article", None)
    frame = ways([ANNA, nameless, nameless])
    assert list(frame.columns) == list(COLUMNS)
    assert by_channel(funnel(frame, "heard_via")) == {
        None: (3, 0, 0, 0, 0), "article": (2, 0, 0, 0, 0), "notice": (1, 0, 0, 0, 0),
    }  # fmt: skip


def test_whoever_calls_twice_before_they_join_is_one_and_the_first_channel_counts():
    again = ("P-AAAAAA", on(9), "peer", "article", "ambassador")
    frame = ways([again, ANNA], [("P-AAAAAA", "joined", on(20))])
    assert by_channel(funnel(frame, "heard_via")) == {
        None: (1, 1, 1, 0, 0), "notice": (1, 1, 1, 0, 0),
    }  # fmt: skip
    assert by_channel(funnel(frame, "decided_via"))["ambassador"] == (1, 1, 1, 0, 0)


def test_a_peer_who_later_wants_to_be_a_mentor_begins_a_new_way_with_their_own_stages():
    later = ("P-AAAAAA", on(300), "mentor", "ambassador", None)
    stages = [
        ("P-AAAAAA", "talked", on(5)), ("P-AAAAAA", "joined", on(8)),
        ("P-AAAAAA", "talked", on(310)),
    ]  # fmt: skip
    frame = ways([ANNA, later], stages)
    assert frame["role"].tolist() == ["peer", "mentor"]
    assert frame["joined_on"].tolist() == [on(8), None]
    assert frame["talked_on"].tolist() == [on(5), on(310)]


def test_whoever_joined_without_a_talk_written_down_has_come_past_it():
    frame = ways([ANNA], matches=[("P-AAAAAA", on(60), on(300))])
    assert funnel(frame, "heard_via")[0].reached == (1, 1, 1, 1, 1)


def test_a_completion_belongs_to_the_way_that_led_to_the_match():
    again = ("P-AAAAAA", on(190), "mentor", "leaflet", None)
    joined, pair = ("P-AAAAAA", "joined", on(8)), ("P-AAAAAA", on(20), on(210))
    whole, *channels = funnel(ways([ANNA, again], [joined], [pair]), "heard_via")
    assert whole.reached == (2, 1, 1, 1, 1)
    assert by_channel(channels) == {"notice": (1, 1, 1, 1, 1), "leaflet": (1, 0, 0, 0, 0)}


def test_whoever_is_matched_as_a_peer_after_asking_to_be_a_mentor_was_led_there_as_a_peer():
    again = ("P-AAAAAA", on(190), "mentor", "leaflet", None)
    joined = [("P-AAAAAA", "joined", on(8)), ("P-AAAAAA", "joined", on(250))]
    matches = [("P-AAAAAA", on(200), None), ("P-AAAAAA", on(260), on(400))]
    frame = ways([ANNA, again], joined, matches)
    assert frame["matched_on"].tolist() == [on(200), on(260)]
    assert frame["completed_on"].tolist() == [None, on(400)]


def test_what_was_before_somebody_asked_came_of_no_enquiry():
    stages = [("P-AAAAAA", "talked", on(-9)), ("P-AAAAAA", "joined", on(-8))]
    frame = ways([ANNA], stages, [("P-AAAAAA", on(-5), on(90))])
    assert funnel(frame, "heard_via")[0].reached == (1, 0, 0, 0, 0)


def test_only_those_who_asked_in_the_period_count():
    frame = ways([ANNA, (None, on(40), "open", "article", None)])
    rows = funnel(frame, "heard_via", first=on(1), last=on(40))
    assert by_channel(rows) == {None: (1, 0, 0, 0, 0), "article": (1, 0, 0, 0, 0)}
    assert funnel(frame, "heard_via", first=on(50))[0].reached == (0,) * len(STAGES)


def test_where_nobody_was_asked_what_made_them_come_the_first_channel_stands_for_it():
    assert by_channel(funnel(ways([ANNA]), "decided_via"))["notice"][0] == 1


def test_where_nobody_knows_what_made_them_come_the_first_channel_stands_for_it():
    forgot = (*ANNA[:4], "unknown")
    assert by_channel(funnel(ways([forgot]), "decided_via")).keys() == {None, "notice"}
    told = ("P-AAAAAA", on(9), "peer", "article", "ambassador")
    frame = ways([forgot, told], [("P-AAAAAA", "joined", on(20))])
    assert by_channel(funnel(frame, "decided_via")).keys() == {None, "ambassador"}


def started(frame, *rows, by="heard_via", **period):
    contracts = pd.DataFrame(rows, columns=["contract", "code", "matched_on"])
    return contracts_started(frame, contracts, by, **period)


def test_a_contract_of_two_who_came_one_way_is_one_and_a_match_is_none():
    bo = ("P-BBBBBB", on(3), "mentor", "notice", "article")
    frame = ways([ANNA, bo], matches=[("P-AAAAAA", on(60), None), ("P-BBBBBB", on(60), None)])
    assert started(frame) == {}
    both = ((1, "P-AAAAAA", on(61)), (1, "P-BBBBBB", on(61)))
    assert started(frame, *both) == {"notice": 1}
    assert started(frame, *both, by="decided_via") == {"notice": 1, "article": 1}
    assert started(frame, *both, (2, "P-AAAAAA", on(300))) == {"notice": 2}
    assert started(frame, *both, first=on(2)) == {"notice": 1}
    assert started(frame, (1, "P-AAAAAA", on(61)), first=on(2)) == {}


def test_a_contract_belongs_to_the_way_that_led_to_it():
    again = ("P-AAAAAA", on(200), "mentor", "article", None)
    joined = [("P-AAAAAA", "joined", on(20)), ("P-AAAAAA", "joined", on(250))]
    frame = ways([ANNA, again], joined)
    assert started(frame, (1, "P-AAAAAA", on(61))) == {"notice": 1}
    assert started(frame, (1, "P-AAAAAA", on(210))) == {"notice": 1}, "no mentor yet"
    assert started(frame, (2, "P-AAAAAA", on(260))) == {"article": 1}
    of_the_first = (1, "P-AAAAAA", on(210)), (2, "P-AAAAAA", on(260))
    assert started(frame, *of_the_first, first=on(100)) == {"article": 1}


def test_the_time_of_a_talk_is_spent_on_the_way_that_led_to_it():
    again = ("P-AAAAAA", on(200), "mentor", "article", "network")
    frame = ways([ANNA, again], [("P-AAAAAA", "joined", on(20))])
    talks = pd.DataFrame(
        [("P-AAAAAA", on(10), 90), ("P-AAAAAA", on(210), 150), ("P-BBBBBB", on(10), 60)],
        columns=["code", "date", "minutes"],
    )
    for by, later in (("heard_via", "article"), ("decided_via", "network")):
        spent = spent_in_talks(frame, talks, by)
        told = [tuple(row) for row in spent.itertuples(index=False)]
        assert told == [("notice", on(10), 90, 0), (later, on(210), 150, 0)]


def test_money_and_time_are_told_for_each_contract_and_never_divided_by_none():
    efforts = pd.DataFrame(
        [("notice", 60, 0), ("notice", 30, 500), ("article", 120, 0)],
        columns=["channel", "minutes", "cost_kr"],
    )
    spent = {one.channel: one for one in spent_per_contract(efforts, {"notice": 2})}
    assert (spent["notice"].minutes_each, spent["notice"].kr_each) == (45, 250)
    assert (spent["article"].contracts, spent["article"].minutes_each) == (0, None)


codes = st.one_of(st.none(), st.sampled_from(["P-AAAAAA", "P-BBBBBB", "P-CCCCCC"]))
days = st.integers(0, 400).map(on)
asked = st.tuples(codes, days, st.just("peer"), st.sampled_from(["notice", "article"]), st.none())
steps = st.tuples(codes.filter(bool), st.sampled_from(["talked", "joined"]), days)
pairings = st.tuples(codes.filter(bool), days, st.none() | st.integers(401, 800).map(on))


@given(
    st.lists(asked, max_size=12), st.lists(steps, max_size=12), st.lists(pairings, max_size=6),
    st.randoms(),
)  # fmt: skip
def test_channels_add_up_to_the_whole_which_only_grows_smaller_and_knows_no_order(
    rows, stages, matches, chance
):
    rows = list({(row[0], row[1]): row for row in rows if row[0]}.values()) + [
        row for row in rows if not row[0]
    ]
    whole, *channels = funnel(ways(rows, stages, matches), "heard_via")
    assert whole.reached[4] <= sum(ended is not None for _code, _on, ended in matches)
    assert whole.reached == tuple(
        sum(row.reached[n] for row in channels) for n in range(len(STAGES))
    )
    assert list(whole.reached) == sorted(whole.reached, reverse=True)
    chance.shuffle(rows)
    chance.shuffle(stages)
    chance.shuffle(matches)
    assert funnel(ways(rows, stages, matches), "heard_via") == (whole, *channels)


@pytest.mark.parametrize("by", ["heard_via", "decided_via"])
def test_of_nobody_there_is_one_row_of_noughts(by):
    assert by_channel(funnel(ways([]), by)) == {None: (0, 0, 0, 0, 0)}


def test_who_came_to_each_stage_is_told_as_people_and_those_unnamed_count_one_each():
    frame = pd.DataFrame(
        {
            "code": ["A", "A", None, None],
            "talked_on": [DAY, None, DAY, None],
            "joined_on": [DAY, None, None, None],
            "matched_on": [None] * 4,
            "completed_on": [None] * 4,
        }
    )
    came = people_reached(frame, frame["code"])
    assert {stage: len(people) for stage, people in came.items()} == {
        "asked": 3, "talked": 2, "joined": 1, "matched": 0, "completed": 0,
    }  # fmt: skip
    assert came["joined"] == {"A"}
