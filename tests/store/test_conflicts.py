"""Two people, one record: nobody's work is overwritten without their knowing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import LEADER, a_course, assert_sound, attendance, open_store, save
from peerbook.errors import Conflict
from peerbook.store import row_to_change
from peerbook.store.tables import Attendance, Course


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def key(store):
    return a_course(store, title="Spring").course_id


def loaded(store, key):
    with store.read() as session:
        return session.get(Course, key)


def rename(store, key, title, actor=LEADER):
    with store.write(actor) as session:
        session.get(Course, key).title = title


def save_detached(store, row):
    with store.write(LEADER) as session:
        session.add(row)


def test_the_second_of_two_saves_of_the_same_version_is_refused_with_both_values(store, key):
    mine = loaded(store, key)
    rename(store, key, "Theirs", actor="anna")
    mine.title = "Mine"
    with pytest.raises(Conflict) as refused:
        save_detached(store, mine)
    assert refused.value.theirs["title"] == "Theirs"
    assert refused.value.mine["title"] == "Mine"
    assert loaded(store, key).title == "Theirs"
    assert_sound(store)


def test_a_save_after_the_row_was_deleted_is_refused_with_what_was_written(store):
    made = a_course(store, participants=1)
    pair = (made.teaching_day_ids[0], made.codes[0])
    save(store, attendance(pair[1], course_date_id=pair[0]))
    with store.read() as session:
        mine = session.get(Attendance, pair)
    with store.write("anna") as session:
        session.delete(session.get(Attendance, pair))
    mine.note = "Came late"
    with pytest.raises(Conflict) as refused:
        save_detached(store, mine)
    assert refused.value.mine["note"] == "Came late"
    assert refused.value.theirs == {}


def test_deleting_what_somebody_has_changed_is_refused(store):
    made = a_course(store, participants=1)
    pair = (made.teaching_day_ids[0], made.codes[0])
    save(store, attendance(pair[1], course_date_id=pair[0]))
    with store.read() as session:
        mine = session.get(Attendance, pair)
    with store.write("anna") as session:
        session.get(Attendance, pair).status = "apology"

    def remove():
        with store.write(LEADER) as session:
            session.delete(mine)

    with pytest.raises(Conflict):
        remove()
    with store.read() as session:
        assert session.get(Attendance, pair).status == "apology"


def test_a_form_saves_when_its_version_is_the_stored_one(store, key):
    with store.write(LEADER) as session:
        row_to_change(session, Course, key, version=1).title = "Mine"
    assert (loaded(store, key).title, loaded(store, key).version) == ("Mine", 2)


def test_a_form_that_saw_an_older_version_is_told_both_values(store, key):
    rename(store, key, "Theirs")
    with store.write(LEADER) as session, pytest.raises(Conflict) as refused:
        row_to_change(session, Course, key, version=1, mine={"title": "Mine", "weekday": 3})
    assert refused.value.theirs == {"title": "Theirs", "weekday": 2}
    assert refused.value.mine == {"title": "Mine", "weekday": 3}


def test_a_form_whose_row_is_gone_is_told_so(store):
    with store.write(LEADER) as session, pytest.raises(Conflict) as refused:
        row_to_change(session, Course, 99, version=1, mine={"title": "Mine"})
    assert refused.value.mine == {"title": "Mine"}


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=20))
def test_nobody_overwrites_what_they_have_not_seen(tmp_path_factory, steps):
    # Two people read (True) and save (False) in any order. A save must succeed exactly when
    # nobody saved since that person last read; the model below counts that without the store.
    store = open_store(tmp_path_factory.mktemp("two"))
    key = a_course(store, participants=0, days=0).course_id
    seen = {"a": loaded(store, key), "b": loaded(store, key)}
    fresh = {"a": True, "b": True}
    saves = 0
    for who, reads in steps:
        if reads:
            seen[who], fresh[who] = loaded(store, key), True
            continue
        saves += 1
        with store.write(who) as session:
            try:
                row_to_change(session, Course, key, seen[who].version).title = f"{who}{saves}"
                succeeded = True
            except Conflict:
                succeeded = False
        assert succeeded == fresh[who]
        if succeeded:
            assert loaded(store, key).title == f"{who}{saves}"
            fresh = {"a": False, "b": False}
    store.close()
