"""A country's store, on which speed is measured: as many people and meetings as asked for."""

from __future__ import annotations

from sqlalchemy import func, select

from benchmarks.nation import fill_nation
from builders import DEMO_DAY, a_desk, open_store
from peerbook import start_page
from peerbook.desk import Desk
from peerbook.people.pairs import pairs
from peerbook.quality.catalogue import look_at_each_site, look_through
from peerbook.sites import site_records
from peerbook.start_page import courses_part
from peerbook.store.tables import Course, Meeting, Participant
from peerbook.ui import Table


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_each_site_has_its_people_in_several_times_and_nothing_is_out_of_order(
    tmp_path, monkeypatch
):
    with open_store(tmp_path) as store:
        _look(store, monkeypatch)


def found(store, *sites):
    """Return all that breaks a rule, looked for at one site after the other."""
    return {
        (one.rule.id, finding)
        for site_id in sites
        for one in look_through(store, DEMO_DAY, 5, site_id=site_id)
        for finding in one.findings
    }


def _look(store, monkeypatch):
    fill_nation(store, sites=2, people=300, meetings=2_000)
    with store.read() as session:
        sites = site_records.sites(session)
        assert len(sites) == 2
        assert 300 <= count(session, Participant) < 450
        assert 2_000 <= count(session, Meeting) < 3_000
        for site in sites:
            going = [one for one in pairs(session, site.id, DEMO_DAY) if one.ended_on is None]
            assert 0 < len(going) < 20  # of the last time only; the others came to an end
        starts = session.scalars(select(Course.starts_on)).all()
    assert not [
        one.rule.id
        for one in look_through(store, DEMO_DAY, 5)
        if one.findings and one.rule.severity == "error"
    ]
    assert found(store, *(site.id for site in sites)) == found(store, None) != set()
    each = [
        (one.rule.id, finding)
        for at_site in look_at_each_site(store, DEMO_DAY, 5)
        for one in at_site for finding in one.findings
    ]  # fmt: skip
    assert len(each) == len(set(each))
    assert set(each) == found(store, None)
    monkeypatch.setattr(Desk, "today", DEMO_DAY)
    monkeypatch.setattr(courses_part, "MOST_COURSES", 3)
    shown = [
        part._content
        for part in start_page._parts(a_desk(store), sites)
        if isinstance(part, Table) and part._content.columns[-1].name == "state"
    ]
    (listed,) = shown
    begun = sorted(starts, reverse=True)
    assert 3 <= len(listed.rows) < len(begun)
    assert [row["starts_on"] for row in listed.rows] == begun[: len(listed.rows)]
