"""The tests in this folder run on both databases, many on invented people of one place."""

from __future__ import annotations

import pytest

from both_databases import (  # noqa: F401
    databases,
    pytest_collection_modifyitems,
    pytest_generate_tests,
)
from builders import LEADER, a_site, participant
from builders import save as saved
from noted_pairs import START, a_pair, agree
from peerbook.store import append_event


@pytest.fixture
def made(store):
    """Return a site's number, two peers and two mentors."""
    site_id, _name = a_site(store)
    codes = saved(store, *(participant(site_id=site_id) for _n in range(4)))
    with store.write(LEADER) as session:
        for code, role in zip(codes, ["peer", "peer", "mentor", "mentor"], strict=True):
            append_event(session, "participant", code, "joined", START, role=role)
    return site_id, codes[:2], codes[2:]


@pytest.fixture
def pair(store, made):
    """Return the number of a pair with a contract from June on."""
    number = a_pair(store, made)
    agree(store, number)
    return number
