"""A course at the wrong site moves whole; a renamed site is still found by its old name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest

from builders import (
    LEADER,
    PLANNED_ON,
    START,
    a_desk,
    a_plan,
    a_planned_course,
    a_site,
    attendance,
    evaluation,
    save,
)
from peerbook.cafe import head_count_records
from peerbook.cafe.head_count_records import Count
from peerbook.course import people_records, plan_records, records
from peerbook.course.course_drafts import unfinished
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_paper_part import call_on
from peerbook.course.planning import plan_page
from peerbook.course.planning.course_details_part import details_parts
from peerbook.course.planning.course_details_records import (
    change_site,
    details_of,
    remove_course,
    save_details,
)
from peerbook.course.planning.course_site_part import NEVER, THERE, site_change_parts
from peerbook.course.planning.plan_files import calendar_bytes
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.calendar import Closure, Resource
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.settings import save_help_number
from peerbook.sites import site_records
from peerbook.sites.site_part import follow_names, site_parts
from peerbook.store import Visitor, events_of
from peerbook.store.tables import Attendance, Course, CourseDate, Participant
from peerbook.ui import Button, Form

ON = dt.date(2027, 4, 20)
STAMP = dt.datetime(2027, 4, 20, 12, tzinfo=dt.UTC)
ANNA, BO = "Anna Prøvesen", "Bo Opdigt"


@pytest.fixture
def made(store):
    return a_planned_course(store, mentors=(ANNA, BO), teachers=("Carl",), room="Salen")


@pytest.fixture
def there(store):
    return a_site(store, name="Kolding")


def move(store, made, to, seen=None, *, on=ON, past_too=False):
    with store.write(LEADER) as session:
        return change_site(
            session, made.course_id, seen or made.site_id, to, on=on, past_too=past_too
        )


def courses(store, site_id):
    with store.read() as session:
        return [course.id for course in records.courses(session, site_id)]


def saved_plan(store, made):
    return SavedPlan(a_desk(store), made.course_id, lambda _told: None)


def belongings(store):
    with store.read() as session:
        return {person.code: person.site_id for person in session.query(Participant)}


def test_details_typed_before_the_course_moved_rename_neither_place(store, made, there):
    with store.read() as session:
        seen = details_of(session, made.course_id, ON)
    move(store, made, there[0])
    mine, theirs = replace(seen, site="Huset"), replace(seen, site=there[1])
    with pytest.raises(Conflict) as refused, store.write(LEADER) as session:
        save_details(session, made.course_id, mine, theirs, site_id=made.site_id, on=ON)
    assert not refused.value.theirs, "there is nothing to choose between"
    with store.read() as session:
        assert {site.name for site in site_records.sites(session)} == {made.site, there[1]}


def test_what_was_typed_of_one_place_is_not_offered_as_the_name_of_another(store, made, there):
    def form():
        parts = details_parts(saved_plan(store, made), lambda *_: None)
        return next(part for part in parts if isinstance(part, Form))

    form()._keep_draft({"values": {"site": "Huset"}}, ())
    assert form().offer["values"] == {"site": "Huset"}
    move(store, made, there[0])
    assert form().offer == {}


def test_what_else_was_typed_before_the_course_moved_is_offered_where_it_is_now(store, made, there):
    saved = saved_plan(store, made)

    def form():
        parts = details_parts(saved, lambda *_: None)
        return next(part for part in parts if isinstance(part, Form))

    form()._keep_draft({"values": {"site": "Huset", "title": "Forår", "room": "Loftet"}}, ())
    move(store, made, there[0])
    assert form().offer["values"] == {"title": "Forår", "room": "Loftet"}
    taken_up = form()
    taken_up._keep_draft({"values": {"title": "Foråret"}}, ())
    assert form().offer["values"] == {"title": "Foråret"}
    values = taken_up.begin | {"title": "Foråret"}
    taken_up._submit({"key": str(uuid4()), "values": values}, ())
    assert form().offer == {}
    assert unfinished(saved.desk, made.course_id) == []
    with store.read() as session:
        assert {site.name for site in site_records.sites(session)} == {made.site, there[1]}


def test_a_page_open_since_before_the_move_enrols_and_calls_where_the_course_is_now(
    store, made, there
):
    with store.read() as session:
        shown = session.get_one(Course, made.course_id)
    with store.write(LEADER) as session:
        save_help_number(session, made.site_id, "11 11 11 11", "")
        save_help_number(session, there[0], "22 22 22 22", "")
    move(store, made, there[0])
    with store.write(LEADER) as session:
        people_records.enrol(session, shown, ["Dorte Demosen"], ON)
    assert set(belongings(store).values()) == {there[0]}
    desk = a_desk(store)
    assert "22 22 22 22" in call_on(desk, shown)


def test_a_course_moves_with_everything_that_is_recorded_on_it(store, made, there):
    with store.read() as session:
        day = session.query(CourseDate).filter_by(course_id=made.course_id, number=1).first().id
    save(store, attendance(made.codes[0], course_date_id=day), evaluation(course_id=made.course_id))
    before = saved_plan(store, made).read().plan
    move(store, made, there[0], past_too=True)
    assert (courses(store, made.site_id), courses(store, there[0])) == ([], [made.course_id])
    now = saved_plan(store, made).read()
    assert (now.site.id, now.plan.site, now.plan.dates) == (there[0], there[1], before.dates)
    with store.read() as session:
        people = people_records.mentors(session, made.course_id)
        entries = plan_records.calendar_ids(session, made.course_id).values()
        told = events_of(session, "course", made.course_id)[-1]
        assert session.query(Attendance).count() == 1
        assert evaluation_records.sheets_by_course(session, records.at_site(there[0]), "mid") == {
            made.course_id: 1
        }
    assert [person.name for person in people] == [ANNA, BO]
    assert set(belongings(store).values()) == {there[0]}
    assert {sequence for _uid, sequence in entries} == {1}, "every entry names another place"
    assert told.kind == "site_changed"
    assert told.details == {"old": made.site_id, "new": there[0], "past_too": True}
    assert {now.plan.site_of(date) for date in now.plan.dates} == {there[1]}


def test_days_gone_by_were_held_where_they_were_and_their_entries_stay(store, made, there):
    move(store, made, there[0])
    plan = saved_plan(store, made).read().plan
    with store.read() as session:
        ids = plan_records.calendar_ids(session, made.course_id)
    over = {date.item for date in plan.dates if date.date < ON}
    assert 0 < len(over) < len(plan.dates)
    for date in plan.dates:
        expected = (made.site, 0) if date.item in over else (there[1], 1)
        assert (plan.site_of(date), ids[date.item][1]) == expected
    calendar = calendar_bytes(plan, ids, STAMP).decode().replace("\r\n ", "")
    assert calendar.count(f"LOCATION:Salen\\, {made.site}") == len(over)
    assert calendar.count(f"LOCATION:Salen\\, {there[1]}") == len(plan.dates) - len(over)


@pytest.mark.parametrize("past_too", [False, True])
def test_another_name_of_a_place_reaches_entries_of_days_held_there_before_the_course_moved(
    store, made, there, past_too
):
    move(store, made, there[0], past_too=past_too)
    plan, version = a_plan(store, made.site_id, title="Second", weekday=3)
    with store.write(LEADER) as session:
        second = plan_records.save_plan(session, made.site_id, plan, version, on=PLANNED_ON).number

    def entries():
        now = saved_plan(store, made).read().plan
        with store.read() as session:
            ids = plan_records.calendar_ids(session, made.course_id)
        return {date.item: (now.site_of(date), ids[date.item][1]) for date in now.dates}

    before = entries()
    with store.write(LEADER) as session:
        seen = details_of(session, second, ON)
        save_details(
            session, second, replace(seen, site="Huset"), seen, site_id=made.site_id, on=ON
        )
    after = entries()
    renamed = {item for item, (site, _n) in after.items() if site != before[item][0]}
    assert {after[item][0] for item in renamed} == (set() if past_too else {"Huset"})
    for item, (_site, sequence) in before.items():
        assert after[item][1] == sequence + (item in renamed)


def test_a_course_that_moves_twice_was_held_at_each_place_in_turn(store, made, there):
    later, third = ON + dt.timedelta(days=60), a_site(store, name="Horsens")
    move(store, made, there[0])
    move(store, made, third[0], seen=there[0], on=later)
    plan = saved_plan(store, made).read().plan
    for date in plan.dates:
        site = made.site if date.date < ON else there[1] if date.date < later else third[1]
        assert plan.site_of(date) == site


def test_what_belongs_to_the_site_stays_and_what_keeps_a_teacher_away_goes_along(
    store, made, there
):
    shut = Closure(ON, ON, "other", "Huset males")
    away = Closure(ON, ON, "absence", "Kursus", Resource("teacher", "Carl"))
    taken = Closure(ON, ON, "other", "Udlejet", Resource("room", "Salen"))
    with store.write(LEADER) as session:
        rows = [plan_records.closure_row(session, made.site_id, one) for one in (shut, away, taken)]
        records.save_closures(session, rows)
        counts = [Count("cafe", START, 12)]
        head_count_records.save_head_counts(session, made.site_id, counts, today=START)
    move(store, made, there[0])
    with store.read() as session:
        here, elsewhere = (
            set(plan_records.closures_of(session, site).values())
            for site in (made.site_id, there[0])
        )
        assert len(head_count_records.head_counts_frame(session, made.site_id)) == 1
        assert head_count_records.head_counts_frame(session, there[0]).empty
        rooms = [room.label for room in records.resources(session, there[0], "room")]
    assert here == {shut, away, taken}
    assert elsewhere == {away}, "a room of that name is another room there"
    assert rooms == ["Salen"]


def test_who_is_on_another_course_of_the_site_still_belongs_there(store, made, there):
    plan, version = a_plan(store, made.site_id, weekday=3)
    with store.write(LEADER) as session:
        other = plan_records.save_plan(session, made.site_id, plan, version, on=PLANNED_ON).number
        people_records.place_on_course(session, other, made.codes[1], ON)
    move(store, made, there[0])
    assert belongings(store) == {made.codes[0]: there[0], made.codes[1]: made.site_id}
    assert courses(store, made.site_id) == [other]


def test_what_somebody_else_has_moved_or_removed_meanwhile_does_not_move_again(store, there):
    made = a_planned_course(store)
    move(store, made, there[0])
    with pytest.raises(Conflict):
        move(store, made, a_site(store)[0])
    assert courses(store, there[0]) == [made.course_id]
    with store.write(LEADER) as session:
        plan = plan_records.load_plan(session, session.get_one(Course, made.course_id))
        remove_course(session, made.course_id, plan, on=ON)
    with pytest.raises(Conflict):
        move(store, made, made.site_id, seen=there[0])


def test_a_page_still_open_at_the_first_site_saves_no_name_onto_the_other(store, made, there):
    with store.read() as session:
        shown = details_of(session, made.course_id, ON)
    move(store, made, there[0])
    with store.read() as session:
        assert details_of(session, made.course_id, ON).site == there[1] != shown.site


def test_whoever_asks_for_a_course_at_its_first_site_is_told_where_it_is(store, made, there):
    move(store, made, there[0])
    with store.read() as session:
        with pytest.raises(InputFault, match=there[1]):
            records.course_numbered(session, made.site_id, made.course_id)
        assert records.course_numbered(session, there[0], made.course_id).id == made.course_id
        with pytest.raises(InputFault, match="intet hold nummer"):
            records.course_numbered(session, made.site_id, 99)


# -- another name ----------------------------------------------------------------------------------


def rename(store, site_id, name):
    with store.write(LEADER) as session:
        site_records.rename_site(session, site_id, name, on=ON)


def named(store, name):
    with store.read() as session:
        return site_records.site_named(session, name).id


def test_links_with_the_old_name_of_a_site_still_lead_there(store, there):
    number, name = there
    rename(store, number, "Kolding Kommune")
    rename(store, number, "Huset i Kolding")
    assert {named(store, one) for one in (name, "Kolding Kommune", "Huset i Kolding")} == {number}
    with pytest.raises(InputFault):
        named(store, "Atlantis")
    other, _name = a_site(store)
    rename(store, other, "Kolding Kommune")
    assert named(store, "Kolding Kommune") == other, "who has the name now comes first"


def test_the_choice_of_sites_calls_them_what_they_are_called_now(store, there):
    a_site(store, name="Vejle")
    with store.read() as session:
        known = site_records.sites(session)
    parts = site_parts(known, known[0], lambda _site: [])
    rename(store, there[0], "Kolding Kommune")
    with store.read() as session:
        follow_names(parts, site_records.sites(session))
    assert "Kolding Kommune" in parts[0].options
    assert there[1] not in parts[0].options
    assert parts[0].value == known[0].id


def test_the_plan_page_opens_at_a_site_by_its_old_name(monkeypatch, store, made):
    desk = a_desk(store)
    monkeypatch.setattr(plan_page, "open_desk", lambda: desk)
    rename(store, made.site_id, "Huset")
    assert plan_page.open_page(site=made.site, course=made.course_id).facts[0] == "courses: 1"


# -- the form ------------------------------------------------------------------------------------


class SiteForm:
    """The form that moves a course, as somebody at a desk on a day sees and sends it."""

    def __init__(self, store, made, on):
        class Then(Desk):
            today = on

        desk = Then(store, Visitor(LEADER, "leader"), synthetic=False)
        saved = SavedPlan(desk, made.course_id, lambda _told: None)
        _lead, self.form, self._outcome = site_change_parts(saved, lambda *_: None)

    @property
    def question(self):
        """What is asked about the days gone by; None when nothing is."""
        return next((field for field in self.form._fields if field.name == "held"), None)

    def move(self, to, held=None):
        answers = {"site": str(to), "name": "", "municipality": ""}
        if held is not None:
            answers["held"] = held
        self.form._submit({"key": str(uuid4()), "values": answers}, ())
        (button,) = [part for part in self._outcome.inside if isinstance(part, Button)]
        button._press({"index": 0}, ())


def sites_of_dates(store, made):
    plan = saved_plan(store, made).read().plan
    return {
        is_over: {plan.site_of(date) for date in plan.dates if (date.date < ON) == is_over}
        for is_over in (True, False)
    }


def test_a_course_nobody_has_met_on_moves_without_a_question(store, made, there):
    first = saved_plan(store, made).read().plan.starts_on
    form = SiteForm(store, made, first)
    assert form.question is None
    form.move(there[0])
    assert sites_of_dates(store, made) == {True: {there[1]}, False: {there[1]}}


def test_a_course_under_way_is_asked_where_it_was_and_moves_from_today_unless_told(
    store, made, there
):
    form = SiteForm(store, made, ON)
    assert made.site in str(form.question.options)
    assert form.form.begin["held"] == THERE, "the likelier answer is ticked"
    form.move(there[0], THERE)
    assert sites_of_dates(store, made) == {True: {made.site}, False: {there[1]}}


def test_a_course_entered_wrongly_was_always_at_the_other_place(store, made, there):
    SiteForm(store, made, ON).move(there[0], NEVER)
    assert sites_of_dates(store, made) == {True: {there[1]}, False: {there[1]}}
