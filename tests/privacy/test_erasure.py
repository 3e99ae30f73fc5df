"""One person is erased from every table, and nobody else from any."""

from __future__ import annotations

from sqlalchemy import inspect, select

from builders import LEADER, a_course_of, add_cafe, attendance, catch_up, presenter, save
from peerbook.privacy.erasure import erase_person, held_about
from peerbook.store.tables import Base, CafeShift, Participant, ShiftHost


def filled(store):
    made = a_course_of(store, "Anna Holm Jensen", "Bo Skov")
    for code in made.codes:
        save(
            store,
            attendance(code, course_date_id=made.teaching_day_ids[0], note="kom sent"),
            catch_up(code, course_date_id=made.teaching_day_ids[1]),
            presenter(code, course_id=made.course_id),
        )
    store.drafts.save(LEADER, "enrol", {"names": "Anna Jensen"})
    store.drafts.save(LEADER, "other", {"names": "Bo Skov"})
    return made


def test_what_would_be_deleted_is_listed_first_and_nothing_changes(store):
    made = filled(store)
    with store.read() as session:
        held = {one.table: one.rows for one in held_about(session, made.codes[0])}
    assert held == {
        "attendance": 1, "catch_up": 1, "presenter": 1, "enrolment": 1, "identity": 1, "draft": 1,
    }  # fmt: skip


def test_an_erased_person_is_in_no_table_but_the_history_and_others_stay(store):
    made = filled(store)
    anna, bo = made.codes
    with store.read() as session:
        before = held_about(session, bo)
    with store.write(LEADER) as session:
        erase_person(session, anna)
    with store.read() as session:
        assert held_about(session, anna) == ()
        assert held_about(session, bo) == before
        assert session.get(Participant, anna) is None
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table)).all()
            if table.name not in ("audit", "event", "name_seen"):
                assert anna not in str(rows), table.name
            assert "Anna" not in str(rows), table.name


def test_an_erased_host_is_in_no_table_by_the_label_they_went_by_nor_in_the_history(store):
    made = filled(store)
    with store.write(LEADER) as session:
        add_cafe(session, made.site_id, made.codes[1])
        session.flush()
        shift = session.scalars(select(CafeShift.id)).one()
        session.add(ShiftHost(shift_id=shift, label="Anna Holm Jensen"))
    with store.write(LEADER) as session:
        erase_person(session, made.codes[0])
    with store.read() as session:
        for table in Base.metadata.sorted_tables:
            assert "Anna" not in str(session.execute(select(table)).all()), table.name


def test_erasing_again_changes_nothing(store):
    made = filled(store)
    for _time in range(2):
        with store.write(LEADER) as session:
            held = erase_person(session, made.codes[0])
    assert held == ()


def test_every_table_that_points_to_a_person_is_known(store):
    with store.read() as session:
        inspected = inspect(session.connection())
        pointing = {
            name
            for name in inspected.get_table_names()
            for key in inspected.get_foreign_keys(name)
            if key["referred_table"] == "participant"
        }
    from peerbook.privacy.erasure import _OWN

    assert pointing == {table.__tablename__ for table in _OWN} | {
        "same_person", "enquiry", "matched_pair", "shift_host", "veto", "wish",
    }  # fmt: skip
