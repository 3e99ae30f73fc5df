"""What the tables themselves refuse, whoever writes to them."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from builders import (
    LEADER,
    a_course,
    answer,
    attendance,
    catch_up,
    closure,
    course,
    course_date,
    data_import,
    decision,
    evaluation,
    open_store,
    participant,
    presenter,
    raised_theme,
    resource,
    save,
    site,
    suggestion,
)
from peerbook.errors import Conflict
from peerbook.store.tables import Course, CourseDate, DataImport


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def made(store):
    return a_course(store, participants=1, days=1)


def test_every_builder_makes_a_row_that_can_be_saved(store):
    person = participant()
    save(
        store, site(), person, resource(), closure(), course(), course_date(), data_import(),
        evaluation(), answer(), suggestion(), decision(), attendance(person.code),
        catch_up(person.code), raised_theme(), presenter(person.code),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("closure", "kind, label, starts_on, ends_on, version"
         ") VALUES ('other', 'x', '2026-03-05', '2026-03-04', 1"),
        ("closure", "kind, label, starts_on, ends_on, version"
         ") VALUES ('party', 'x', '2026-03-04', '2026-03-04', 1"),
        ("resource", "site_id, kind, label, version) VALUES (1, 'dog', 'x', 1"),
        ("participant", "code, site_id, created_on) VALUES ('7K3M9Q', 1, '2026-03-04'"),
        ("attendance", "course_date_id, participant_code, status, version"
         ") SELECT 1, code, 'late', 1 FROM participant WHERE (1 = 1"),
        ("answer", "evaluation_id, item_id, code, version) VALUES (1, 'useful', -1, 1"),
    ],
)  # fmt: skip
def test_the_database_refuses_what_no_form_should_send(store, made, table, values):
    with (
        store._database.write.connect() as connection,
        pytest.raises(IntegrityError, match=r"(?i)check"),
    ):
        connection.exec_driver_sql(f"INSERT INTO {table} ({values})")


@pytest.mark.parametrize(
    "change",
    [
        {"weekday": 7}, {"weekday": -1}, {"weekday": "2"}, {"weekday": 3.0},
        {"starts_on": "2026-03-04"}, {"starts_on": dt.datetime(2026, 3, 4)}, {"title": 7},
        {"state": "dreamt"},
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_or_range_is_never_kept(store, made, change):
    def update():
        with store.write(LEADER) as session:
            row = session.get(Course, made.course_id)
            for name, value in change.items():
                setattr(row, name, value)

    def insert():
        save(store, course(site_id=made.site_id, **change))

    for attempt in (update, insert):
        with pytest.raises((StatementError, TypeError)):
            attempt()
    with store.read() as session:
        assert [(row.weekday, row.version) for row in session.scalars(select(Course))] == [(2, 1)]


def test_a_row_that_points_nowhere_is_refused_at_commit(store):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        save(store, course(site_id=99))
    assert store.is_empty()


def test_a_row_that_others_point_to_cannot_be_deleted(store, made):
    def delete():
        with store.write(LEADER) as session:
            session.delete(session.get(Course, made.course_id))

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        delete()


def test_parent_and_child_may_be_added_in_any_order(store):
    save(store, site())
    person = participant()
    save(store, course(), course_date(), attendance(person.code), person)


@pytest.mark.parametrize(
    "twin",
    [
        lambda made: attendance(made.codes[0], course_date_id=made.teaching_day_ids[0]),
        lambda made: course_date(course_id=made.course_id, number=1),
        lambda made: resource(site_id=made.site_id),
        lambda made: catch_up(made.codes[0], course_date_id=made.teaching_day_ids[0]),
    ],
)
def test_the_same_entered_by_two_people_is_a_conflict(store, made, twin):
    one = twin(made)
    if not isinstance(one, CourseDate):
        save(store, one)
    with pytest.raises(Conflict):
        save(store, twin(made))


def test_a_calendar_uid_is_made_for_every_date_and_never_the_same(store, made):
    save(store, *(course_date(course_id=made.course_id, number=n) for n in range(2, 40)))
    with store.read() as session:
        uids = list(session.scalars(select(CourseDate.uid)))
    assert len(set(uids)) == len(uids) == 39


def test_moments_come_back_in_utc_and_one_without_a_zone_is_refused(store):
    two_o_clock = dt.datetime(2026, 7, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    save(store, data_import(at=two_o_clock))
    with store.read() as session:
        at = session.scalars(select(DataImport.at)).one()
    assert (at, at.tzinfo) == (two_o_clock, dt.UTC)
    with pytest.raises(Exception, match="time zone"):
        save(store, data_import(at=dt.datetime(2026, 7, 1, 14)))


def test_a_number_is_not_given_out_again_after_its_row_was_deleted(store):
    save(store, site())
    [first] = save(store, course(title="Spring"))
    with store.write(LEADER) as session:
        session.delete(session.get(Course, first))
    [second] = save(store, course(title="Autumn"))
    assert second > first


@pytest.mark.parametrize(
    "text",
    [
        "æøåÆØÅ é", "🙂" * 50, "<script>alert(1)</script>", "x" * 10_000,
        "'; DROP TABLE course; --", "line\nline\ttab",
        pytest.param("nul\x00nul", marks=pytest.mark.sqlite),
    ],
)  # fmt: skip
def test_text_comes_back_exactly_as_it_was_written(store, made, text):
    [key] = save(store, course(site_id=made.site_id, title=text, params={"note": text}))
    with store.read() as session:
        row = session.get(Course, key)
        assert (row.title, row.params) == (text, {"note": text})
