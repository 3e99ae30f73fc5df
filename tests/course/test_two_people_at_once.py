"""Two people work on the same course at the same time, on a real store."""

import datetime as dt
from dataclasses import replace

import pytest

from builders import LEADER, a_course, open_store
from peerbook.course import plan_records
from peerbook.course.attendance import attendance_records
from peerbook.course.curriculum import load_course
from peerbook.course.improvement import suggestion_records
from peerbook.course.schedule.plan import PlanRequest, template_of
from peerbook.course.schedule.plan_moves import cancel
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.errors import Conflict
from peerbook.store.tables import Course

ON = dt.date(2026, 11, 2)
DONE = {"outcome": "do", "what_we_did": "Longer breaks", "owner": "Anna", "due_on": None,
        "status": "done", "decided_on": dt.date(2026, 3, 2)}  # fmt: skip

AFTERWARDS = dt.date(2030, 1, 1)
ASKED_ON = dt.date(2026, 3, 1)


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def made(store):
    return a_course(store, participants=2)


def record(store, made, statuses, seen=None):
    with store.write(LEADER) as session:
        attendance_records.save_attendance(
            session, made.teaching_day_ids[0], statuses, seen, today=AFTERWARDS
        )


def recorded(store, made):
    with store.read() as session:
        frame = attendance_records.attendance_frame(session, made.course_id)
    return {row.participant: row.status for row in frame.itertuples()}


def test_attendance_two_people_record_about_different_mentors_is_joined(store, made):
    one, other = made.codes
    seen = {one: ("present", None), other: ("present", None)}
    record(store, made, seen)
    record(store, made, seen | {one: ("apology", "ill")}, seen)
    record(store, made, seen | {other: ("absent", None)}, seen)
    assert recorded(store, made) == {one: "apology", other: "absent"}


def test_attendance_two_people_record_about_the_same_mentor_is_asked_about(store, made):
    one, other = made.codes
    seen = {one: ("present", None), other: ("present", None)}
    record(store, made, seen)
    record(store, made, seen | {one: ("apology", "ill")}, seen)
    with pytest.raises(Conflict) as refused:
        record(store, made, seen | {one: ("absent", None)}, seen)
    assert refused.value.theirs == {one: ("apology", "ill")}
    assert recorded(store, made) == {one: "apology", other: "present"}
    record(store, made, seen | {one: ("absent", None)}, seen | refused.value.theirs)
    assert recorded(store, made)[one] == "absent"


def test_a_first_record_does_not_overwrite_one_made_meanwhile(store, made):
    one, _other = made.codes
    record(store, made, {one: ("apology", None)}, {})
    with pytest.raises(Conflict):
        record(store, made, {one: ("present", None)}, {})
    assert recorded(store, made) == {one: "apology"}


def test_a_day_somebody_else_has_taken_back_is_not_saved_again_from_an_old_list(store, made):
    one, _other = made.codes
    seen = {one: ("present", None)}
    record(store, made, seen)
    with store.write("anna") as session:
        attendance_records.take_back_attendance(session, made.teaching_day_ids[0], seen)
    with pytest.raises(Conflict) as refused:
        record(store, made, {one: ("absent", None)}, seen)
    assert refused.value.theirs == {}
    assert recorded(store, made) == {}
    record(store, made, {one: ("absent", None)}, {})
    assert recorded(store, made) == {one: "absent"}


def test_a_rule_for_completing_somebody_else_has_saved_is_asked_about(store):
    def save(mine, seen):
        with store.write(LEADER) as session:
            attendance_records.save_required_days(session, "six_months", mine, seen)

    save(5, None)
    for mine in (4, None):
        with pytest.raises(Conflict) as refused:
            save(mine, 6)
        assert refused.value.theirs == {"required": 5}
    assert attendance_records.required_days(store, "six_months") == 5
    save(4, 5)
    save(None, 4)
    assert attendance_records.required_days(store, "six_months") is None
    assert attendance_records.required_days(store, "another") is None


def test_an_answer_somebody_else_has_changed_is_not_overwritten(store, made):
    with store.write(LEADER) as session:
        asked = suggestion_records.save_suggestion(
            session, made.course_id, "Breaks", dt.date(2026, 3, 1)
        )
        first = suggestion_records.save_decision(session, asked.number, **DONE)
    with store.write("anna") as session:
        suggestion_records.save_decision(
            session, asked.number, **(DONE | {"owner": "Bo"}), seen=(first.number, first.version)
        )
    with store.write(LEADER) as session, pytest.raises(Conflict) as refused:
        suggestion_records.save_decision(
            session, asked.number, **(DONE | {"owner": "Cy"}), seen=(first.number, first.version)
        )
    assert refused.value.theirs["owner"] == "Bo"
    with store.write(LEADER) as session:
        chosen = suggestion_records.save_decision(
            session, asked.number, **(DONE | {"owner": "Cy"}),
            seen=(refused.value.theirs["id"], refused.value.theirs["version"]),
        )  # fmt: skip
    assert chosen.version == first.version + 2


def test_two_first_answers_to_one_suggestion_are_asked_about(store, made):
    with store.write(LEADER) as session:
        asked = suggestion_records.save_suggestion(
            session, made.course_id, "Breaks", dt.date(2026, 3, 1)
        )
        suggestion_records.save_decision(session, asked.number, **DONE)
    with store.write("anna") as session, pytest.raises(Conflict):
        suggestion_records.save_decision(session, asked.number, **(DONE | {"owner": "Bo"}))


@pytest.fixture
def taken_back(store, made):
    """A suggestion whose answer somebody took back while it was open on another page."""
    with store.write(LEADER) as session:
        asked = suggestion_records.save_suggestion(session, made.course_id, "Breaks", ASKED_ON)
        shown = suggestion_records.save_decision(session, asked.number, **DONE)
    with store.write("anna") as session:
        suggestion_records.take_back_decision(session, shown.number, shown.version, on=ASKED_ON)
    return asked.number, (shown.number, shown.version)


def owners(store, made):
    with store.read() as session:
        return list(suggestion_records.decisions_frame(session, made.course_id)["owner"])


def test_an_answer_somebody_else_has_taken_back_is_not_saved_again_from_an_old_page(
    store, made, taken_back
):
    suggestion, shown = taken_back
    with store.write(LEADER) as session, pytest.raises(Conflict) as refused:
        suggestion_records.save_decision(session, suggestion, **DONE, seen=shown)
    assert refused.value.theirs == {}
    assert refused.value.mine["what_we_did"] == "Longer breaks"
    assert owners(store, made) == []


def test_an_answer_given_anew_is_not_overwritten_by_who_saw_the_one_before(store, made, taken_back):
    suggestion, shown = taken_back
    with store.write("anna") as session:
        anew = suggestion_records.save_decision(session, suggestion, **(DONE | {"owner": "Bo"}))
    assert anew.version == shown[1], "a new answer begins as the old one did"
    with store.write(LEADER) as session, pytest.raises(Conflict) as refused:
        suggestion_records.save_decision(session, suggestion, **DONE, seen=shown)
    theirs = refused.value.theirs
    assert (theirs["owner"], refused.value.mine["owner"]) == ("Bo", "Anna")
    assert owners(store, made) == ["Bo"]
    with store.write(LEADER) as session:
        seen = theirs["id"], theirs["version"]
        suggestion_records.save_decision(session, suggestion, **DONE, seen=seen)
    assert owners(store, made) == ["Anna"]


def test_a_plan_somebody_else_has_changed_is_not_overwritten(store, made):
    request = PlanRequest(
        course_key="new", template=template_of(load_course()), weekday=1,
        day_starts_at=dt.time(10), first_month=(2027, 1), title="Spring", site="Here",
    )  # fmt: skip
    with store.write(LEADER) as session:
        calendar = plan_records.calendar_of(session, made.site_id)
        plan = plan_course(request, calendar)
        number = plan_records.save_plan(session, made.site_id, plan, "1", on=ON).number
    with store.read() as session:
        before = plan_records.load_plan(session, session.get_one(Course, number))
    day, other = before.of_kind("teaching_day")[1:3]
    theirs = cancel(before, day.item, "Closed").plan
    mine = cancel(before, other.item, "Ill").plan
    with store.write("anna") as session:
        plan_records.save_changes(session, number, before, theirs, "Closed", on=ON)
    with store.write(LEADER) as session, pytest.raises(Conflict):
        plan_records.save_changes(session, number, before, mine, "Ill", on=ON)
    with store.read() as session:
        now = plan_records.load_plan(session, session.get_one(Course, number))
    assert replace(now, site=theirs.site) == theirs
