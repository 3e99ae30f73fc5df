"""Two people change the same list: what fits together is joined, what clashes is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerbook.errors import Conflict
from peerbook.store import merged, refuse_overtaken

NAMES = st.sampled_from("abc")
ENTRIES = st.dictionaries(NAMES, st.integers(0, 2))


def test_what_only_one_of_two_has_changed_is_kept():
    seen = {"a": 1, "b": 1, "c": 1}
    assert merged(seen, seen | {"a": 2}, seen | {"b": 3}) == {"a": 2, "b": 3, "c": 1}


def test_the_same_change_by_two_is_no_conflict():
    assert merged({"a": 1}, {"a": 2}, {"a": 2}) == {"a": 2}


def test_two_different_changes_are_a_conflict_about_these_entries_only():
    with pytest.raises(Conflict) as refused:
        merged({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 1})
    assert refused.value.theirs == {"a": 2}
    assert refused.value.mine == {"a": 3}


def test_an_entry_emptied_by_another_stays_empty_when_i_have_not_touched_it():
    assert merged({"a": 1}, {"a": None}, {"a": 1}) == {"a": None}


def test_entries_that_hang_together_are_refused_as_a_whole():
    seen, theirs, mine = {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 3}
    with pytest.raises(Conflict) as refused:
        refuse_overtaken(seen, theirs, mine)
    assert (refused.value.theirs, refused.value.mine) == (theirs, mine)
    refuse_overtaken(seen, seen, mine)
    refuse_overtaken(seen, mine, mine)


def test_two_first_entries_that_differ_are_a_conflict():
    with pytest.raises(Conflict):
        merged({}, {"a": 2}, {"a": 1})


@given(ENTRIES, ENTRIES, ENTRIES)
def test_nobodys_change_is_lost_without_a_word(seen, stored, mine):
    clashing = [
        name for name in mine
        if len({seen.get(name), stored.get(name), mine[name]}) == 3
    ]  # fmt: skip
    if clashing:
        with pytest.raises(Conflict) as refused:
            merged(seen, stored, mine)
        assert list(refused.value.theirs) == clashing
        return
    together = merged(seen, stored, mine)
    for name in mine:
        changed = [side[name] for side in (stored, mine) if name in side]
        changed = [value for value in changed if value != seen.get(name)]
        assert together[name] == (changed[0] if changed else seen[name])


@given(ENTRIES, ENTRIES, ENTRIES)
def test_whoever_has_seen_what_the_other_saved_may_choose_either(seen, stored, mine):
    try:
        merged(seen, stored, mine)
    except Conflict as conflict:
        for choice in (conflict.theirs, conflict.mine):
            again = merged(seen | conflict.theirs, stored, mine | choice)
            assert {name: again[name] for name in choice} == choice
