"""Invented pairs of one place, made in one line, on whom tests note what happens."""

from __future__ import annotations

import datetime as dt

from builders import LEADER, change, read
from peerbook.pathways import contract_records, pathway_records
from peerbook.pathways.contract_records import Sheet
from peerbook.people import pairs
from peerbook.store import append_event, events_of
from peerbook.store.tables import MatchedPair

TODAY = dt.date(2026, 11, 24)
START = dt.date(2026, 6, 1)
ENDS_ON = dt.date(2026, 12, 1)
"""Six months after the start."""


def days(count):
    return TODAY + dt.timedelta(days=count)


def a_pair(store, made, matched_on=START, peer=0, mentor=0, **told):
    site_id, peers, mentors = made
    with store.write(LEADER) as session:
        row = MatchedPair(
            site_id=site_id, peer_code=peers[peer], mentor_code=mentors[mentor],
            matched_on=matched_on,
        )  # fmt: skip
        session.add(row)
        session.flush()
        append_event(session, pairs.PAIR, row.id, "matched", matched_on, **told)
        return row.id


def sheet(starts_on=START, **values):
    agreed = {"peer_goal": "Ud at gå", "mentor_goal": "Blive tryg", "contact_rule": "Sms"}
    return Sheet(**{"talked_on": starts_on, "starts_on": starts_on, **agreed, **values})


def agree(store, number, version=1, **values):
    return change(store, contract_records.save_sheet, number, sheet(**values), TODAY, version)


def of(store, number, day=TODAY):
    return read(store, pathway_records.pathway, number, day)


def store_events(store):
    with store.read() as session:
        return len(events_of(session, pairs.PAIR))
