"""What analysts are given: pseudonyms that hold within one purpose, and no code or name."""

import datetime as dt

import pytest

from builders import LEADER, a_site
from peerbook.errors import InputFault
from peerbook.people.for_analysts import described
from peerbook.people.names import CHANNELS
from peerbook.recruitment import analysis, enquiry_records
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.store.tables import Participant

TODAY = dt.date(2026, 3, 10)


@pytest.fixture
def asked(store):
    """Two who asked, one of them twice and once without a name; return the site's name."""
    site_id, name = a_site(store)
    with store.write(LEADER) as session:
        for who, channel in (
            (Person("Hanne Opdigt"), "notice"),
            (Person("Bo Opdigt"), "article"),
            (Person(), "leaflet"),
        ):
            asked = Asked(TODAY, "peer", channel)
            enquiry_records.log_enquiry(session, site_id, asked, who, TODAY)
    return name


def test_a_person_has_one_pseudonym_in_a_purpose_and_another_in_the_next(store, asked):
    first, again, other = (
        analysis.ways(store, asked, purpose)["person"].dropna().tolist()
        for purpose in ("recruitment", "recruitment", "thesis")
    )
    assert len(first) == 2
    assert first == again
    assert not set(first) & set(other)


def test_no_code_and_no_name_is_in_the_frame(store, asked):
    told = analysis.ways(store).to_csv()
    with store.read() as session:
        codes = [code for (code,) in session.query(Participant.code)]
    assert codes
    assert not any(code in told for code in codes)
    assert "Opdigt" not in told


def test_every_column_is_described_and_a_site_that_is_not_there_is_refused(store, asked):
    frame = analysis.ways(store, asked)
    table = described(analysis.ways_schema())
    assert table.iloc[:, 0].tolist() == list(frame.columns)
    assert table.iloc[:, 1].str.len().min() > 5
    assert set(frame["heard_via"]) <= set(CHANNELS)
    with pytest.raises(InputFault):
        analysis.ways(store, "Atlantis")


def test_a_store_where_nobody_asked_gives_the_same_columns(store):
    a_site(store)
    assert analysis.ways(store).columns.tolist() == list(analysis.ways_schema().columns)
    assert analysis.efforts(store).empty
