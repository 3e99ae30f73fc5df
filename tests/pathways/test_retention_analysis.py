"""What analysts are given: frames the curves take as they are, and no code or name in them."""

import datetime as dt

import pandas as pd
import pytest

from builders import LEADER, a_site, address, participant, save
from peerbook.errors import InputFault
from peerbook.pathways import analysis
from peerbook.pathways.retention import retention, split
from peerbook.people.for_analysts import described
from peerbook.people.pairs import PAIR
from peerbook.store import Store, Visitor, append_event
from peerbook.store.tables import MatchedPair

TODAY = dt.date(2026, 9, 1)
FIRST = dt.date(2026, 1, 5)
PAIRS = 6


@pytest.fixture
def site(store):
    """Return the name of a site with a few pairs, one of which has paused and ended."""
    site_id, name = a_site(store)
    codes = save(store, *(participant(site_id=site_id) for _n in range(2 * PAIRS)))
    numbers = save(store, *(
        MatchedPair(site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=FIRST)
        for peer, mentor in zip(codes[:PAIRS], codes[PAIRS:], strict=True)
    ))  # fmt: skip
    with store.write(LEADER) as session:
        append_event(session, PAIR, numbers[0], "paused", FIRST + dt.timedelta(days=9))
        append_event(session, PAIR, numbers[0], "resumed", FIRST + dt.timedelta(days=19))
        append_event(session, PAIR, numbers[0], "ended", dt.date(2026, 7, 1), end="moved_on")
    return name


def frames(store, *args, **named):
    return [call(store, TODAY, *args, **named) for call in (analysis.contracts, analysis.times)]


def test_a_person_has_one_pseudonym_in_both_frames_and_another_in_the_next_purpose(store, site):
    contracts, times = frames(store, site)
    people = set(contracts["participant"])
    assert people == set(times[times["role"] == "peer"]["participant"])
    assert people == set(analysis.contracts(store, TODAY)["participant"])
    assert not people & set(frames(store, site, purpose="thesis")[0]["participant"])


def test_no_code_and_no_number_of_a_pair_is_in_the_frames(store, site):
    with store.read() as session:
        codes = {code for pair in session.query(MatchedPair) for code in
                 (pair.peer_code, pair.mentor_code)}  # fmt: skip
    for frame in frames(store, site):
        told = frame.to_csv()
        assert not [code for code in codes if code in told]
        assert frame.index.tolist() == list(range(len(frame)))


def test_the_curves_take_the_frames_as_they_are(store, site):
    contracts, times = frames(store, site)
    assert retention(contracts, TODAY, 5).ended("moved_on") == 1
    by_role = split(times, "role", TODAY, 5)
    assert set(by_role.groups) == {"peer", "mentor"}


def test_every_column_is_described_and_a_site_that_is_not_there_is_refused(store, site):
    schemas = (analysis.contracts_schema(), analysis.times_schema())
    for frame, schema in zip(frames(store, site), schemas, strict=True):
        table = described(schema)
        assert table.iloc[:, 0].tolist() == list(frame.columns)
        assert table.iloc[:, 1].str.len().min() > 5
    with pytest.raises(InputFault):
        analysis.contracts(store, TODAY, "Atlantis")


def test_an_analyst_may_read_them(store, site, tmp_path):
    with Store.open(address(tmp_path), visitor=Visitor("bo", "analyst")) as theirs:
        for mine, its in zip(frames(store), frames(theirs), strict=True):
            pd.testing.assert_frame_equal(mine, its)


def test_a_store_without_pairs_gives_the_same_columns(store):
    a_site(store)
    for frame, schema in zip(
        frames(store), (analysis.contracts_schema(), analysis.times_schema()), strict=True
    ):
        assert frame.empty
        assert frame.columns.tolist() == list(schema.columns)
