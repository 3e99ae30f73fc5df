"""What a course is called and where it is can be put right; a trial course can be taken away."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from builders import (
    LEADER,
    PLANNED_ON,
    a_desk,
    a_plan,
    a_planned_course,
    attendance,
    catch_up,
    evaluation,
    raised_theme,
    save,
    suggestion,
)
from peerbook.course import people_records, plan_records, records, told_plans
from peerbook.course.attendance import attendance_records, sparring_records
from peerbook.course.course_drafts import course_drafts, course_form
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import load_form
from peerbook.course.improvement import suggestion_records
from peerbook.course.planning import presentation_records
from peerbook.course.planning.course_details_records import (
    CourseDetails,
    details_of,
    recorded_on,
    remove_course,
    save_details,
)
from peerbook.course.planning.presentations import Wish
from peerbook.course.schedule.calendar import EARLIEST, Closure, Resource
from peerbook.course.schedule.plan import MAX_TEACHERS, Item
from peerbook.errors import Conflict, InputFault
from peerbook.sites import site_records
from peerbook.store import Store, Visitor, events_of
from peerbook.store.tables import Audit, Course, CourseDate

ON = dt.date(2026, 11, 10)


@pytest.fixture
def made(store):
    return a_planned_course(store, title="Hold 7", teachers=("Anna",), room="Salen", convener="Bo")


def details(store, made):
    with store.read() as session:
        return details_of(session, made.course_id, ON)


def correct(store, made, seen, *, on=ON, past_too=False, **values):
    with store.write(LEADER) as session:
        save_details(
            session, made.course_id, replace(seen, **values), seen,
            site_id=made.site_id, on=on, past_too=past_too,
        )  # fmt: skip


def sequences(store, course_id):
    with store.read() as session:
        entries = plan_records.calendar_ids(session, course_id)
    return {item: sequence for item, (_uid, sequence) in entries.items()}


def plan_of(store, made):
    with store.read() as session:
        return plan_records.load_plan(session, session.get_one(Course, made.course_id))


@pytest.mark.parametrize(
    "values",
    [{"title": "Hold 8"}, {"room": "Caféen"}, {"room": ""}, {"title": "Hold 8", "room": "Caféen"}],
    ids=["title", "room", "no room", "both"],
)
def test_entries_that_read_otherwise_replace_those_people_have(store, made, values):
    correct(store, made, details(store, made), **values)
    after = details(store, made)
    assert {name: getattr(after, name) for name in values} == values
    assert set(sequences(store, made.course_id).values()) == {1}
    plan = plan_of(store, made)
    assert {date.room for date in plan.dates} == {after.room}
    assert plan.title == after.title


def test_other_teachers_change_no_entry_but_can_have_closures(store, made):
    correct(store, made, details(store, made), teachers="Anne, Carl, Anne")
    plan = plan_of(store, made)
    assert plan.of_kind("teaching_day")[0].teachers == ("Anne", "Carl")
    assert plan.of_kind("erfa_group")[0].teachers == ("Bo",), "the convener is another matter"
    assert set(sequences(store, made.course_id).values()) == {0}
    with store.read() as session:
        known = {one.label for one in records.resources(session, made.site_id, "teacher")}
    assert {"Anne", "Carl"} <= known


def test_teachers_who_call_the_erfa_groups_together_are_named_in_those_entries(store):
    made = a_planned_course(store, teachers=("Anna",))
    correct(store, made, details(store, made), teachers="Anne")
    changed = {item.kind for item, n in sequences(store, made.course_id).items() if n}
    assert changed == {"erfa_group"}


def test_who_calls_the_erfa_groups_together_can_be_somebody_else_or_the_teachers_again(store, made):
    assert details(store, made).convener == "Bo"
    correct(store, made, details(store, made), convener="Carl")
    plan = plan_of(store, made)
    assert {date.teachers for date in plan.of_kind("erfa_group")} == {("Carl",)}
    assert {date.teachers for date in plan.dates if date.kind != "erfa_group"} == {("Anna",)}
    correct(store, made, details(store, made), convener="")
    assert details(store, made).convener == ""
    assert {date.teachers for date in plan_of(store, made).dates} == {("Anna",)}


# -- under way: what is over is history -----------------------------------------------------------

UNDER_WAY = dt.date(2027, 4, 20)
"""Between the third teaching day and the fourth."""


def on_course(store, made, day):
    with store.read() as session:
        return details_of(session, made.course_id, day)


def taught(plan):
    return {date.number: date.teachers for date in plan.of_kind("teaching_day")}


def test_a_teacher_who_is_replaced_did_teach_the_days_that_are_over(store, made):
    before = plan_of(store, made)
    over = [date for date in before.dates if date.date < UNDER_WAY]
    assert {date.number for date in over if date.kind == "teaching_day"} == {1, 2, 3}
    seen = on_course(store, made, UNDER_WAY)
    correct(store, made, seen, on=UNDER_WAY, teachers="Carl", room="Caféen")
    plan = plan_of(store, made)
    assert taught(plan) == {n: ("Anna",) if n <= 3 else ("Carl",) for n in range(1, 7)}
    assert [plan.date_of(date.item) for date in over] == over, "the room is history too"
    entries = sequences(store, made.course_id)
    assert {entries[date.item] for date in over} == {0}
    assert {n for item, n in entries.items() if plan.date_of(item) not in over} == {1}
    # Who teaches now is shown, and can be replaced once more.
    assert on_course(store, made, UNDER_WAY).teachers == "Carl"
    correct(store, made, on_course(store, made, UNDER_WAY), on=UNDER_WAY, teachers="Dorte")
    assert taught(plan_of(store, made)) == {
        n: ("Anna",) if n <= 3 else ("Dorte",) for n in range(1, 7)
    }


def test_a_day_held_today_keeps_who_taught_it(store, made):
    today = plan_of(store, made).of_kind("teaching_day")[3].date
    save_held(store, made, 4)
    correct(store, made, on_course(store, made, today), on=today, teachers="Carl")
    assert taught(plan_of(store, made)) == {
        n: ("Anna",) if n <= 4 else ("Carl",) for n in range(1, 7)
    }


def save_held(store, made, number):
    with store.write(LEADER) as session:
        days = session.query(CourseDate).filter_by(course_id=made.course_id, kind="teaching_day")
        days.filter_by(number=number).one().status = "held"


def test_a_name_that_was_misspelt_is_put_right_on_every_day_and_in_every_absence(store, made):
    away = Closure(ON, ON, "absence", "Kursus", Resource("teacher", "Anna"))
    with store.write(LEADER) as session:
        row = plan_records.closure_row(session, made.site_id, away)
        records.save_closures(session, [row])
    correct(store, made, on_course(store, made, UNDER_WAY), on=UNDER_WAY, teachers="Anna, Carl")
    seen = on_course(store, made, UNDER_WAY)
    correct(store, made, seen, on=UNDER_WAY, past_too=True, teachers="Anne, Carl", convener="Bob")
    plan = plan_of(store, made)
    assert taught(plan) == {n: ("Anne",) if n <= 3 else ("Anne", "Carl") for n in range(1, 7)}
    assert {date.teachers for date in plan.of_kind("erfa_group")} == {("Bob",)}
    with store.read() as session:
        (absence,) = plan_records.closures_of(session, made.site_id).values()
        told = [
            event.details.get("past_too") for event in events_of(session, "course", made.course_id)
        ]
    assert absence.resource == Resource("teacher", "Anne")
    assert told[-2:] == [False, True]


def absent(store, made, *names):
    with store.write(LEADER) as session:
        for name in names:
            away = Closure(ON, ON, "absence", f"Kursus {name}", Resource("teacher", name))
            records.save_closures(session, [plan_records.closure_row(session, made.site_id, away)])


def absences_at(store, made):
    with store.read() as session:
        known = plan_records.closures_of(session, made.site_id).values()
        return {(one.resource.label, one.label) for one in known}


@pytest.mark.parametrize(
    ("teachers", "convener"), [("Bo", "Anna"), ("Bo", "Carl")], ids=["swapped", "shifted"]
)
def test_names_that_change_places_reach_each_day_once_and_leave_absences_alone(
    store, made, teachers, convener
):
    absent(store, made, "Anna", "Bo")
    before = absences_at(store, made)
    seen = on_course(store, made, UNDER_WAY)
    correct(store, made, seen, on=UNDER_WAY, past_too=True, teachers=teachers, convener=convener)
    plan = plan_of(store, made)
    assert {date.teachers for date in plan.dates if date.kind != "erfa_group"} == {(teachers,)}
    assert {date.teachers for date in plan.of_kind("erfa_group")} == {(convener,)}
    assert absences_at(store, made) == before


def test_of_several_names_written_otherwise_nobody_guesses_which_became_which(store, made):
    absent(store, made, "Anna")
    seen = on_course(store, made, UNDER_WAY)
    correct(store, made, seen, on=UNDER_WAY, teachers="Anna, Dorte")
    seen = on_course(store, made, UNDER_WAY)
    correct(store, made, seen, on=UNDER_WAY, past_too=True, teachers="Dorte Holm, Anne")
    assert taught(plan_of(store, made)) == {
        n: ("Anna",) if n <= 3 else ("Dorte Holm", "Anne") for n in range(1, 7)
    }
    assert absences_at(store, made) == {("Anna", "Kursus Anna")}


def test_an_absence_holds_under_both_names_while_another_course_uses_the_first(store, made):
    plan, version = a_plan(store, made.site_id, weekday=3, teachers=("Anna",))
    away = Closure(ON, ON, "absence", "Kursus", Resource("teacher", "Anna"))
    with store.write(LEADER) as session:
        plan_records.save_plan(session, made.site_id, plan, version, on=PLANNED_ON)
        row = plan_records.closure_row(session, made.site_id, away)
        records.save_closures(session, [row])
    correct(store, made, details(store, made), past_too=True, teachers="Anne")
    with store.read() as session:
        known = plan_records.closures_of(session, made.site_id).values()
    assert {closure.resource.label for closure in known} == {"Anna", "Anne"}


def test_of_a_course_that_is_over_the_last_teachers_are_shown(store, made):
    correct(store, made, on_course(store, made, UNDER_WAY), on=UNDER_WAY, teachers="Carl")
    late = dt.date(2028, 1, 1)
    assert on_course(store, made, late).teachers == "Carl"
    correct(store, made, on_course(store, made, late), on=late, past_too=True, teachers="Karl")
    assert taught(plan_of(store, made)) == {
        n: ("Anna",) if n <= 3 else ("Karl",) for n in range(1, 7)
    }


def test_between_teaching_and_erfa_groups_the_room_to_come_is_shown_and_corrected(store, made):
    day = max(date.date for date in plan_of(store, made).dates if date.kind != "erfa_group")
    day += dt.timedelta(days=1)
    for room in ("Caféen", "Kantinen"):
        correct(store, made, on_course(store, made, day), on=day, room=room)
        assert on_course(store, made, day).room == room
        assert {date.room for date in plan_of(store, made).of_kind("erfa_group")} == {room}
    assert {date.room for date in plan_of(store, made).of_kind("teaching_day")} == {"Salen"}


def test_a_correction_that_changes_no_date_is_refused_and_leaves_no_trace(store, made):
    day = max(date.date for date in plan_of(store, made).dates if date.kind != "erfa_group")
    day += dt.timedelta(days=1)
    seen = on_course(store, made, day)
    assert (seen.teachers, seen.convener) == ("Anna", "Bo"), "who taught stays known"
    with pytest.raises(InputFault) as refused:
        correct(store, made, seen, on=day, teachers="Carl")
    assert refused.value.faults[0].place.field == "teachers"
    with store.read() as session:
        assert [event.kind for event in events_of(session, "course", made.course_id)] == ["planned"]
    correct(store, made, seen, on=day, past_too=True, teachers="Carl")
    assert set(taught(plan_of(store, made)).values()) == {("Carl",)}


# -- the place -------------------------------------------------------------------------------------


def test_another_name_of_the_place_reaches_every_course_there(store, made):
    plan, version = a_plan(store, made.site_id, title="Second", weekday=3)
    with store.write(LEADER) as session:
        second = plan_records.save_plan(session, made.site_id, plan, version, on=PLANNED_ON).number
    correct(store, made, details(store, made), site="Huset", title="Hold 8")
    for number in (made.course_id, second):
        assert set(sequences(store, number).values()) == {1}
    with store.read() as session:
        assert site_records.site_named(session, "Huset").id == made.site_id


def test_a_name_another_place_has_is_refused_and_nothing_is_saved(store, made):
    other = a_planned_course(store)
    with pytest.raises(InputFault) as refused:
        correct(store, made, details(store, made), site=other.site, title="Hold 8")
    assert refused.value.faults[0].place.field == "site"
    assert details(store, made).title == "Hold 7"


def test_too_many_teachers_are_refused(store, made):
    names = ", ".join(f"Underviser {n}" for n in range(MAX_TEACHERS + 1))
    with pytest.raises(InputFault):
        correct(store, made, details(store, made), teachers=names)


def test_two_who_correct_different_details_are_joined_and_of_the_same_one_asked(store, made):
    seen = details(store, made)
    correct(store, made, seen, title="Hold 8")
    correct(store, made, seen, room="Caféen")
    after = details(store, made)
    assert (after.title, after.room) == ("Hold 8", "Caféen")
    with pytest.raises(Conflict) as refused:
        correct(store, made, seen, title="Hold 9")
    assert refused.value.theirs == {"title": "Hold 8"}
    correct(store, made, replace(seen, title="Hold 8"), title="Hold 9")
    assert details(store, made).title == "Hold 9"


def test_what_is_saved_unchanged_leaves_no_trace(store, made):
    correct(store, made, details(store, made))
    with store.read() as session:
        assert [event.kind for event in events_of(session, "course", made.course_id)] == ["planned"]


def test_history_tells_which_details_were_corrected_and_names_nobody(store, made):
    correct(store, made, details(store, made), teachers="Anne", room="Caféen")
    with store.read() as session:
        last = events_of(session, "course", made.course_id)[-1]
    assert (last.kind, last.effective_on) == ("details_corrected", ON)
    assert sorted(last.details["fields"]) == ["room", "teachers"]
    assert "Anne" not in str(last.details)


# -- taking a course away --------------------------------------------------------------------------


def remove(store, made):
    before = plan_of(store, made)
    with store.write(LEADER) as session:
        remove_course(session, made.course_id, before, on=ON)


def test_a_removed_course_is_out_of_sight_and_its_dates_are_called_off(store, made):
    first = sequences(store, made.course_id)
    remove(store, made)
    with store.read() as session:
        assert records.courses(session, made.site_id) == []
        assert records.course_numbered(session, made.site_id, 0) is None
        assert not records.course_exists(session, made.course_id)
        others = plan_records.other_plans(session, made.site_id, EARLIEST)
        assert str(made.course_id) not in {one.course_key for one in others}
        far = dt.date(2100, 1, 1)
        assert records.dates_between(session, records.at_site(made.site_id), ON, far) == []
    with pytest.raises(InputFault), store.read() as session:
        records.course_numbered(session, made.site_id, made.course_id)
    assert not any(date.takes_place for date in plan_of(store, made).dates)
    assert sequences(store, made.course_id) == {item: n + 1 for item, n in first.items()}


def test_nothing_of_a_removed_course_is_deleted_and_its_history_tells_of_it(store, made):
    remove(store, made)
    with store.read() as session:
        kinds = [event.kind for event in events_of(session, "course", made.course_id)]
        assert (kinds[0], kinds[-1]) == ("planned", "removed")
        assert session.query(Audit).filter(Audit.action == "delete").count() == 0
    with pytest.raises(Conflict):
        remove(store, made)


def test_what_was_still_typed_about_people_on_a_removed_course_is_forgotten(store, made):
    other = a_planned_course(store)
    forms = ("enrol", "evaluation:mid:pile:full", "attendance:7", "decision:3")
    gone = [course_form(made.course_id, form) for form in forms]
    kept = [*(course_form(other.course_id, form) for form in forms), "known_as"]
    for form in (*gone, *kept):
        store.drafts.save(LEADER, form, {"names": "Anna Prøvesen"})
    remove(store, made)
    assert [form for form in gone if store.drafts.get(LEADER, form)] == []
    assert [form for form in kept if store.drafts.get(LEADER, form)] == kept


def test_a_course_leader_removes_a_course_on_which_a_colleague_is_typing(store, made):
    form = course_form(made.course_id, "enrol")
    store.drafts.save("anna", form, {"names": "Anna Prøvesen"})
    before = plan_of(store, made)
    visitor = Visitor("bo", "course_leader", frozenset({made.site_id}))
    with Store.open(store.address, visitor=visitor) as theirs, theirs.write("bo") as session:
        remove_course(session, made.course_id, before, on=ON)
    assert store.drafts.get("anna", form) is None


def test_a_draft_that_comes_after_its_course_was_removed_is_not_kept(store, made):
    box = course_drafts(a_desk(store), made.course_id, "enrol")
    box.save({"names": "Anna Prøvesen"})
    assert box.load()[0] == {"names": "Anna Prøvesen"}
    remove(store, made)
    with pytest.raises(Conflict):
        box.save({"names": "Anna Prøvesen"})
    assert box.load() is None
    box.discard()


A_DAY = dt.date(2027, 1, 7)

LATE = {
    "names": lambda session, course: people_records.enrol(session, course, ["Anna Opdigt"], ON),
    "sheets": lambda session, course: evaluation_records.save_sheets(
        session, course.id, load_form("mid"), [Sheet({"keep": "The breaks"})],
        wave="mid", source="typed", entered_on=ON,
    ),
    "suggestion": lambda session, course: suggestion_records.save_suggestion(
        session, course.id, "More breaks", ON
    ),
    "presentations": lambda session, course: presentation_records.save_presentations(
        session, course.id, Wish(3, 20)
    ),
    "details": lambda session, course: save_details(
        session, course.id, CourseDetails("Hold 8", "Huset", "", ""),
        details_of(session, course.id, ON), site_id=course.site_id, on=ON,
    ),
    "told": lambda session, course: told_plans.mark_told(
        session, course.id, plan_records.load_plan(session, course), ["Hello"], ON, up_to=0
    ),
    "plan": lambda session, course: plan_records.save_changes(
        session, course.id, plan_records.load_plan(session, course),
        plan_records.load_plan(session, course), "", on=ON,
    ),
    "attendance": lambda session, course: attendance_records.save_attendance(
        session, _first_day(session, course), {}, today=A_DAY
    ),
    "themes": lambda session, course: sparring_records.save_raised_themes(
        session, _first_day(session, course, "sparring"), ["boundaries"]
    ),
}  # fmt: skip
"""What a page that was open when the course was removed can still send."""


def _first_day(session, course, kind="teaching_day"):
    days = session.query(CourseDate).filter_by(course_id=course.id, number=1, kind=kind)
    return days.one().id


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_nothing_is_recorded_on_a_removed_course_by_a_page_still_open(store, made, late):
    remove(store, made)
    with store.read() as session:
        before = session.query(Audit).count()
    with pytest.raises((Conflict, InputFault)) as refused, store.write(LEADER) as session:
        late(session, session.get_one(Course, made.course_id))
    assert str(refused.value).endswith(".")
    with store.read() as session:
        assert recorded_on(session, made.course_id) == ()
        assert session.query(Audit).count() == before


@pytest.mark.parametrize(
    "trace", ["places", "attendance", "catch_up", "evaluations", "suggestions", "themes"]
)
def test_a_course_on_which_anything_is_recorded_stays_and_says_what(store, trace):
    made = a_planned_course(store, mentors=("Anna Prøvesen",) if trace == "places" else ())
    code = a_planned_course(store, mentors=("Bo Opdigt",)).codes[0]
    with store.read() as session:
        day = session.query(CourseDate).filter_by(course_id=made.course_id, number=1).first().id
    rows = {
        "places": [],
        "attendance": [attendance(code, course_date_id=day)],
        "catch_up": [catch_up(code, course_date_id=day)],
        "evaluations": [evaluation(course_id=made.course_id)],
        "suggestions": [suggestion(course_id=made.course_id)],
        "themes": [raised_theme(course_date_id=day)],
    }[trace]
    save(store, *rows)
    told = "attendance" if trace == "catch_up" else trace
    with store.read() as session:
        assert recorded_on(session, made.course_id) == (told,)
    with pytest.raises(InputFault):
        remove(store, made)
    assert all(date.takes_place for date in plan_of(store, made).dates)
    assert plan_of(store, made).get(Item("teaching_day", 1)) is not None
