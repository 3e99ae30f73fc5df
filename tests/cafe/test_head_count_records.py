"""Head counts are kept without names, corrected with care, and never from a day to come."""

import datetime as dt

import pytest

from builders import LEADER, a_site
from peerbook.cafe import head_count_records
from peerbook.cafe.head_count_records import Count
from peerbook.course import records
from peerbook.errors import Conflict, InputFault
from peerbook.rows import each
from peerbook.store.tables import HeadCount

TODAY = dt.date(2026, 3, 10)
CAFE = Count("cafe", dt.date(2026, 3, 3), 9)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def save(store, site_id, *counts):
    with store.write(LEADER) as session:
        return head_count_records.save_head_counts(session, site_id, counts, TODAY)


def correct(store, number, count, seen_version=1):
    with store.write("anna") as session:
        return head_count_records.correct_head_count(session, number, count, TODAY, seen_version)


def kept(store, site_id):
    with store.read() as session:
        frame = head_count_records.head_counts_frame(session, site_id)
    return [(row.occasion, row.date, row.people) for row in each(frame)]


def test_several_counts_come_back_the_latest_first_and_of_that_site_only(store, site_id):
    elsewhere, _name = a_site(store)
    later = Count("cafe", dt.date(2026, 3, 5), 0)
    save(store, site_id, CAFE, later, Count("info_meeting", CAFE.date, 21))
    save(store, elsewhere, CAFE)
    assert kept(store, site_id) == [
        ("cafe", later.date, 0), ("info_meeting", CAFE.date, 21), ("cafe", CAFE.date, 9),
    ]  # fmt: skip
    assert len(kept(store, elsewhere)) == 1


def test_today_is_counted_and_tomorrow_is_refused_with_all_its_faults(store, site_id):
    tomorrow = TODAY + dt.timedelta(days=1)
    save(store, site_id, Count("cafe", TODAY, 4))
    with pytest.raises(InputFault) as refused:
        save(
            store, site_id, CAFE, Count("cafe", tomorrow, 3), Count("cafe", TODAY, 5), CAFE,
            Count("common_event", TODAY, 5),
        )  # fmt: skip
    places = [(fault.place.field, fault.place.row) for fault in refused.value.faults]
    assert places == [("date", 2), ("date", 3), ("date", 4)]
    assert kept(store, site_id) == [("cafe", TODAY, 4)]


@pytest.mark.parametrize("year", [1, 1989, 9999])
def test_a_year_that_is_mistyped_is_refused(store, site_id, year):
    count = Count("cafe", dt.date(year, 3, 3), 9)
    with pytest.raises(InputFault) as refused:
        save(store, site_id, count)
    assert str(year) in str(refused.value)
    number = save(store, site_id, CAFE).number
    with pytest.raises(InputFault):
        correct(store, number, count)
    assert kept(store, site_id) == [("cafe", CAFE.date, 9)]


def test_nothing_to_save_is_refused(store, site_id):
    with pytest.raises(InputFault):
        save(store, site_id)


def test_a_count_is_corrected_but_not_onto_another_nor_into_the_future(store, site_id):
    save(store, site_id, CAFE)
    number = save(store, site_id, Count("cafe", dt.date(2026, 3, 5), 8)).number
    assert correct(store, number, Count("cafe", dt.date(2026, 3, 5), 11)).version == 2
    for wrong in (CAFE, Count("cafe", TODAY + dt.timedelta(days=1), 8)):
        with pytest.raises(InputFault) as refused:
            correct(store, number, wrong, seen_version=2)
        assert [fault.place.field for fault in refused.value.faults] == ["date"]
    assert kept(store, site_id)[0] == ("cafe", dt.date(2026, 3, 5), 11)


def test_a_count_somebody_else_has_corrected_is_asked_about(store, site_id):
    number = save(store, site_id, CAFE).number
    correct(store, number, Count("cafe", CAFE.date, 12))
    with pytest.raises(Conflict) as refused:
        correct(store, number, Count("cafe", CAFE.date, 10))
    assert refused.value.theirs == {
        "occasion": "cafe", "date": CAFE.date, "people": 12, "version": 2,
    }  # fmt: skip
    assert kept(store, site_id) == [("cafe", CAFE.date, 12)]


def test_a_count_is_removed_once_and_only_as_it_was_seen(store, site_id):
    number = save(store, site_id, CAFE).number
    correct(store, number, Count("cafe", CAFE.date, 12))
    with pytest.raises(Conflict), store.write(LEADER) as session:
        records.remove(session, HeadCount, number, 1)
    assert kept(store, site_id) == [("cafe", CAFE.date, 12)]
    with store.write(LEADER) as session:
        records.remove(session, HeadCount, number, 2)
    assert kept(store, site_id) == []
    with pytest.raises(InputFault), store.write(LEADER) as session:
        records.remove(session, HeadCount, number, 2)
    assert save(store, site_id, CAFE).number > number
