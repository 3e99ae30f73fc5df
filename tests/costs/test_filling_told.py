"""Figures that an estimate takes from the record are remembered, so that no two tell of few.

Everybody in these tests is invented.
"""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from assessment_cases import filled
from builders import LEADER, a_site, change, participant, read, save
from peerbook.costs import assessment_records
from peerbook.costs.case import COMPLETED
from peerbook.costs.opened import Opened
from peerbook.costs.reality_part import PlanAndReality
from peerbook.desk import Desk
from peerbook.errors import Conflict
from peerbook.pathways.retention_told import remember, told_earlier
from peerbook.people.pairs import PAIR
from peerbook.store import Visitor, append_event
from peerbook.store.tables import CommonEvent, Event, MatchedPair, Site
from peerbook.ui import ChoicesField, Form, Prose, Submission

BEGAN = dt.date(2026, 1, 5)
TODAY = dt.date(2026, 8, 20)


@pytest.fixture
def site_id(store):
    return a_site(store)[0]


def pairs_that_ended(store, site_id, on, *ends):
    codes = iter(save(store, *(participant(site_id=site_id) for _one in range(2 * len(ends)))))
    rows = [
        MatchedPair(
            site_id=site_id, peer_code=next(codes), mentor_code=next(codes), matched_on=BEGAN,
            starts_on=BEGAN, months=6,
        )
        for _end in ends
    ]  # fmt: skip
    numbers = save(store, *rows)
    with store.write(LEADER) as session:
        for number, end in zip(numbers, ends, strict=True):
            append_event(session, PAIR, number, "matched", BEGAN)
            append_event(session, PAIR, number, "ended", on, end=end)
    return frozenset(map(str, numbers))


class DeskOnADay(Desk):
    """A desk of a leader on a day that is given."""

    today = TODAY


def opened(store, number, today=TODAY):
    desk = DeskOnADay(store, Visitor(LEADER, "leader"), synthetic=False)
    object.__setattr__(desk, "today", today)
    return Opened(desk, read(store, assessment_records.assessment, number), "Opdigt")


def parts_of(store, site_id, number, today=TODAY):
    site = read(store, lambda session: session.get(Site, site_id))
    parts = PlanAndReality(opened(store, number, today), site).parts()
    return [one for part in parts for one in part.everything()]


def form_of(parts):
    [form] = [one for one in parts if isinstance(one, Form)]
    return form


def offered(parts):
    fields = [one for form in parts if isinstance(form, Form) for one in form._fields]
    return {key for field in fields if isinstance(field, ChoicesField) for key, _ in field.options}


def use(form, *keys):
    form._on_submit(Submission(uuid.uuid4().hex, {"use": keys}))


def begun(store, site_id, title="Opdigt"):
    made = filled(title=title)
    return change(store, assessment_records.begin, site_id, made, TODAY).number


def test_a_figure_that_differs_by_one_person_from_the_one_used_before_is_not_told(store, site_id):
    ends = ["completed"] * 8 + ["moved_on"] * 8
    first = pairs_that_ended(store, site_id, dt.date(2026, 7, 10), *ends)
    number = begun(store, site_id)
    use(form_of(parts_of(store, site_id, number)), COMPLETED)
    told = read(store, told_earlier, site_id)
    assert first in told
    assert len(told) == 2, "only what was used has been told"

    pairs_that_ended(store, site_id, dt.date(2026, 8, 10), "completed")
    later = dt.date(2026, 9, 3)
    parts = parts_of(store, site_id, number, later)
    assert COMPLETED not in offered(parts)
    assert any("fortalt før" in str(one.spec()) for one in parts if isinstance(one, Prose))
    pairs_that_ended(store, site_id, dt.date(2026, 8, 11), *["completed"] * 5, *["moved_on"] * 5)
    assert COMPLETED in offered(parts_of(store, site_id, number, later))


def test_what_was_not_noted_for_a_year_yet_is_named_and_not_offered(store, site_id):
    save(store, CommonEvent(site_id=site_id, date=dt.date(2026, 7, 1), title="Tur", cost_kr=900))
    parts = parts_of(store, site_id, begun(store, site_id))
    assert offered(parts) == {"event_cost"}
    assert any("1. juli 2026" in str(one.spec()) for one in parts if isinstance(one, Prose))


def test_the_same_figure_is_told_again_and_remembered_once(store, site_id):
    pairs_that_ended(store, site_id, dt.date(2026, 7, 10), *["completed", "moved_on"] * 8)
    number = begun(store, site_id)
    use(form_of(parts_of(store, site_id, number)), COMPLETED)
    use(form_of(parts_of(store, site_id, begun(store, site_id, "Et til"))), COMPLETED)
    events = read(store, lambda session: session.scalars(
        select(Event).where(Event.subject_type == "site", Event.kind == "retention_told")
    ).all())  # fmt: skip
    assert len(events) == 1


def test_files_of_retention_and_estimates_are_judged_beside_each_other(store, site_id):
    first = pairs_that_ended(store, site_id, dt.date(2026, 7, 10), *["completed", "moved_on"] * 8)
    number = begun(store, site_id)
    without_one = frozenset(sorted(first)[1:])
    with store.write(LEADER) as session:
        remember(session, site_id, [without_one], (), TODAY)
    assert COMPLETED not in offered(parts_of(store, site_id, number))


def test_what_was_told_while_one_looked_is_a_conflict_and_nothing_is_used(store, site_id):
    pairs_that_ended(store, site_id, dt.date(2026, 7, 10), *["completed", "moved_on"] * 8)
    number = begun(store, site_id)
    form = form_of(parts_of(store, site_id, number))
    with store.write(LEADER) as session:
        remember(session, site_id, [frozenset({"1", "2", "3", "4", "5"})], (), TODAY)
    before = opened(store, number).said.figures
    with pytest.raises(Conflict):
        use(form, COMPLETED)
    assert opened(store, number).said.figures == before
