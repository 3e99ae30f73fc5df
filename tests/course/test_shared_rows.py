"""A list about people that two are filling in: what fits is saved, what clashes is shown."""

import datetime as dt

import pytest

from peerbook.course.shared_rows import SharedRows
from peerbook.errors import Conflict
from peerbook.store import Receipt
from peerbook.ui import Row, Submission

RECEIPT = Receipt(12, "course", 1, 1, dt.datetime(2026, 3, 4, tzinfo=dt.UTC), False)


@pytest.fixture
def turns():
    return SharedRows(
        "people", {"anna": 1, "bo": 2}, lambda code, turn: Row(code, {"turn": turn}),
        lambda row: row.values["turn"],
    )  # fmt: skip


def sent(seen=None, **turns):
    rows = tuple(Row(code, {"turn": turn}) for code, turn in turns.items())
    return Submission("key", {"people": rows}, seen)


def told(rows):
    return {row.id: row.values["turn"] for row in rows}


class Store:
    """What is asked to be saved; refuses while there is something to refuse with."""

    def __init__(self, refusal=None):
        self.refusal = refusal
        self.asked = []

    def save(self, mine, seen):
        self.asked.append((dict(mine), dict(seen)))
        if self.refusal is not None:
            raise self.refusal
        return RECEIPT


def test_what_is_saved_is_what_the_next_save_has_seen(turns):
    store = Store()
    assert turns.save(sent(anna=3, bo=2), store.save) == RECEIPT
    turns.save(sent(anna=3, bo=1), store.save)
    assert store.asked == [
        ({"anna": 3, "bo": 2}, {"anna": 1, "bo": 2}),
        ({"anna": 3, "bo": 1}, {"anna": 3, "bo": 2}),
    ]


def test_what_clashes_is_shown_as_rows_and_is_seen_by_whoever_then_chooses(turns):
    store = Store(Conflict("Somebody else", theirs={"anna": 4}, mine={"anna": 3}))
    with pytest.raises(Conflict) as asked:
        turns.save(sent(anna=3, bo=2), store.save)
    assert told(asked.value.theirs["people"]) == {"anna": 4, "bo": 2}
    assert turns.shown == {"anna": 1, "bo": 2}
    store.refusal = None
    turns.save(sent(anna=3, bo=2, seen=asked.value.theirs), store.save)
    assert store.asked[-1] == ({"anna": 3, "bo": 2}, {"anna": 4, "bo": 2})


def test_who_sends_again_without_choosing_has_not_seen_what_others_saved(turns):
    store = Store(Conflict("Somebody else", theirs={"anna": 4}, mine={"anna": 3}))
    for _attempt in range(2):
        with pytest.raises(Conflict):
            turns.save(sent(anna=3, bo=2), store.save)
    assert store.asked[-1] == ({"anna": 3, "bo": 2}, {"anna": 1, "bo": 2})


def test_a_conflict_with_nothing_to_choose_from_stays_as_it_is(turns):
    refusal = Conflict("The day was taken back")
    with pytest.raises(Conflict) as told_so:
        turns.save(sent(anna=3), Store(refusal).save)
    assert told_so.value is refusal
