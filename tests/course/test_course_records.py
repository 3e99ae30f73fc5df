"""What the course pages save comes back as it was, and what is refused leaves no trace."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builders import (
    LEADER,
    START,
    a_course,
    a_desk,
    a_plan,
    a_planned_course,
    a_site,
    assert_sound,
    closure,
    counted,
    course,
    open_store,
    stored,
)
from peerbook.course import people_records, plan_records, record_page, records
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.standing import standings
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import load_form
from peerbook.course.improvement import suggestion_records
from peerbook.errors import Conflict, InputFault
from peerbook.rows import each
from peerbook.sites import site_records
from peerbook.small_groups import in_order, says_something
from peerbook.store import events_of, identities
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    Answer,
    Audit,
    Closure,
    Course,
    CourseDate,
    Evaluation,
    Identity,
    Site,
    Suggestion,
)
from peerbook.ui import Heading

AFTERWARDS = dt.date(2030, 1, 1)
"""A day after all of it."""

STATUSES = ("present", "apology", "absent", "paused", "not_enrolled")
MID = load_form("mid")
SCALES = [item for item in MID.items if item.scale is not None]
TEXTS = [item for item in MID.items if item.kind == "text"]
texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("records")) as opened:
        yield opened
        assert_sound(opened)


@pytest.fixture
def made(store):
    return a_course(store)


def written(store, change):
    """Make a change in a transaction of its own, and return what it returned."""
    with store.write(LEADER) as session:
        return change(session)


def refused(store, change):
    """Return the fields of the faults a change is refused with; nothing of it may be left."""
    with store.read() as session:
        before = stored(session), counted(session)
    with pytest.raises(InputFault) as fault, store.write(LEADER) as session:
        change(session)
    with store.read() as session:
        assert (stored(session), counted(session)) == before
    assert all(one.message for one in fault.value.faults)
    return [one.place.field for one in fault.value.faults]


def audited(store, table):
    """Return action and row of the audit entries of a table, in order."""
    with store.read() as session:
        wanted = select(Audit).where(Audit.table_name == table).order_by(Audit.seq)
        return [(entry.action, entry.row_id) for entry in session.scalars(wanted)]


def course_of(session, made):
    return session.get_one(Course, made.course_id)


# -- sites -----------------------------------------------------------------------------------------


def test_a_site_comes_back_by_its_name(store):
    saved = written(store, lambda session: site_records.save_site(session, "Ærø Æblegård", "Ærø"))
    with store.read() as session:
        site = site_records.site_named(session, "Ærø Æblegård")
        assert (site.id, site.municipality) == (saved.number, "Ærø")
    assert ("insert", str(saved.number)) in audited(store, "site")


def test_a_second_site_with_the_same_name_is_refused_at_its_name(store):
    _number, name = a_site(store)

    def again(session):
        return site_records.save_site(session, name, "Vejle")

    assert refused(store, again) == ["name"]


def test_a_site_in_a_municipality_that_is_not_there_is_refused_at_its_municipality(store):
    def change(session):
        return site_records.save_site(session, "Huset på havets bund", "Atlantis")

    assert refused(store, change) == ["municipality"]


def test_a_site_that_is_not_there_is_refused_and_without_a_name_the_first_is_meant(store):
    a_site(store)
    a_site(store)
    assert refused(store, lambda session: site_records.site_named(session, "Atlantis")) == ["site"]
    with store.read() as session:
        first = site_records.sites(session)[0]
        assert site_records.site_named(session, "").id == first.id


def test_the_only_site_needs_no_name(tmp_path):
    with open_store(tmp_path) as alone:
        number, _name = a_site(alone)
        with alone.read() as session:
            assert site_records.site_named(session, "").id == number


# -- courses ---------------------------------------------------------------------------------------


def test_the_latest_course_is_the_one_meant_by_number_nought(store):
    number, _name = a_site(store)
    with store.read() as session:
        assert records.course_numbered(session, number, 0) is None
    made = a_planned_course(store, first_month=(2027, 2))
    with store.write(LEADER) as session:
        session.add(
            course(site_id=made.site_id, title="Earlier", starts_on=dt.date(2026, 1, 6), weekday=1)
        )
    with store.read() as session:
        latest = records.course_numbered(session, made.site_id, 0)
        assert latest.id == made.course_id
        assert [one.title for one in records.courses(session, made.site_id)] == [
            "Spring 2027",
            "Earlier",
        ]


def test_the_course_recorded_now_is_the_one_under_way_then_the_last_that_ended(store):
    site_id, _name = a_site(store)
    for title, first in (("Later", (2027, 9)), ("Now", (2027, 2)), ("Before", (2026, 2))):
        plan, version = a_plan(store, site_id, title=title, first_month=first)
        with store.write(LEADER) as session:
            plan_records.save_plan(session, site_id, plan, version, on=START)

    def shown(year, month):
        with store.read() as session:
            return records.course_under_way(session, site_id, dt.date(year, month, 1)).title

    assert shown(2025, 1) == "Before", "the first to begin"
    assert shown(2026, 5) == "Before"
    assert shown(2027, 1) == "Before", "the last that ended, while none is under way"
    assert shown(2027, 4) == "Now"
    assert shown(2027, 11) == "Later"
    assert shown(2029, 1) == "Later"
    empty, _name = a_site(store)
    with store.read() as session:
        assert records.course_under_way(session, empty, START) is None


@pytest.mark.parametrize("number", [-1, 999_999])
def test_a_course_of_another_site_or_of_none_is_refused_at_the_course(store, made, number):
    elsewhere = a_course(store)
    for wanted in (number, elsewhere.course_id):
        assert refused(
            store, lambda session, n=wanted: records.course_numbered(session, made.site_id, n)
        ) == ["course"]


def test_dates_ahead_hold_the_first_and_last_day_and_no_cancelled_ones(store, made):
    first, second, third = made.teaching_day_ids[:3]
    with store.write(LEADER) as session:
        session.get(CourseDate, second).status = "cancelled"
        last = session.get(CourseDate, third).date
    with store.read() as session:
        found = records.dates_between(session, records.at_site(made.site_id), START, last)
        assert [date.id for date, _course in found] == [first, third]
        assert {course.title for _date, course in found} == {"Spring 2026"}
        assert records.last_days(session, records.at_site(made.site_id)) == {
            made.course_id: START + dt.timedelta(weeks=20)
        }


# -- closures --------------------------------------------------------------------------------------


def test_the_same_closure_is_kept_once_and_another_of_the_same_days_beside_it(store):
    number, _name = a_site(store)
    week = {"starts_on": dt.date(2027, 2, 15), "ends_on": dt.date(2027, 2, 19)}

    def save(session, *rows):
        return records.save_closures(session, rows)

    def row(**values):
        return closure(site_id=number, **week, **values)

    first = written(store, lambda session: save(session, row(), row()))
    again = written(store, lambda session: save(session, row()))
    assert again.number == first.number
    other = written(store, lambda session: save(session, row(label="Other words")))
    assert other.number != first.number
    with store.write(LEADER) as session:
        teacher = records.resource(session, number, "teacher", "Anna").id
        assert records.resource(session, number, "teacher", "Anna").id == teacher
        save(session, row(resource_id=teacher), row(kind="other"))
    with store.read() as session:
        held = records.closure_rows(session, number)
        assert [(one.kind, one.label, one.resource_id) for one in held] == [
            ("school_holiday", "Winter break", None), ("school_holiday", "Other words", None),
            ("school_holiday", "Winter break", teacher), ("other", "Winter break", None),
        ]  # fmt: skip
        assert [one.label for one in records.resources(session, number, "teacher")] == ["Anna"]
        assert records.resources(session, number, "room") == []


def test_no_closure_chosen_is_refused(store):
    assert refused(store, lambda session: records.save_closures(session, [])) == ["closures"]


def test_a_closure_is_removed_once(store):
    number, _name = a_site(store)
    kept = written(store, lambda session: records.save_closures(session, [closure(site_id=number)]))

    def remove(session):
        return records.remove(session, Closure, kept.number, kept.version)

    gone = written(store, remove)
    assert (gone.kind, gone.number) == ("closure", kept.number)
    assert audited(store, "closure")[-1] == ("delete", str(kept.number))
    assert refused(store, remove) == ["row"]
    with store.read() as session:
        assert records.closure_rows(session, number) == []


def test_a_closure_somebody_else_has_changed_since_is_not_removed(store):
    number, _name = a_site(store)
    kept = written(store, lambda session: records.save_closures(session, [closure(site_id=number)]))
    with store.write("anna") as session:
        session.get_one(Closure, kept.number).label = "Autumn break"
    with pytest.raises(Conflict), store.write(LEADER) as session:
        records.remove(session, Closure, kept.number, kept.version)
    with store.read() as session:
        assert [one.label for one in records.closure_rows(session, number)] == ["Autumn break"]


# -- people ----------------------------------------------------------------------------------------


def enrol(store, made, *names, on=START):
    return written(
        store, lambda session: people_records.enrol(session, course_of(session, made), names, on)
    )


def test_mentors_come_back_in_danish_order_with_codes_and_an_event_each(store):
    made = a_course(store, participants=0)
    enrol(store, made, "Øjvind Opdigt", "  Anna   Prøvesen ", "Åse Demosen", "Ægir Påfund", "")
    with store.read() as session:
        mentors = people_records.mentors(session, made.course_id)
        assert [mentor.name for mentor in mentors] == [
            "Anna Prøvesen", "Ægir Påfund", "Øjvind Opdigt", "Åse Demosen",
        ]  # fmt: skip
        assert {mentor.enrolled_on for mentor in mentors} == {START}
        for mentor in mentors:
            (event,) = events_of(session, "participant", mentor.code)
            assert (event.kind, event.effective_on, event.actor) == ("enrolled", START, LEADER)
            assert event.details == {"course": made.course_id}


def test_no_name_is_found_outside_the_table_of_names(store):
    made = a_course(store, participants=0)
    enrol(store, made, "Hemmelia Navnløs")
    with store.read() as session:
        codes = session.scalars(select(Identity.participant_code)).all()
        assert "Hemmelia Navnløs" in identities.name_of(session, codes).values()
        assert "Hemmelia" not in repr(session.scalars(select(Identity.name)).all())
        assert "Hemmelia" not in repr(stored(session))
        told = [(one.old, one.new, one.row_id) for one in session.scalars(select(Audit))]
        assert "Hemmelia" not in repr(told)
        assert "Hemmelia" not in repr(
            [event.details for event in events_of(session, "participant")]
        )


@pytest.mark.parametrize(
    "names",
    [[], ["", "   "], ["Bo Opdigt"], ["BO  OPDIGT"], ["Eva Ny", "eva ny"]],
    ids=["none", "blank", "there already", "in other letters", "twice"],
)
def test_names_that_cannot_be_told_apart_are_refused(store, names):
    made = a_course(store, participants=0)
    enrol(store, made, "Bo Opdigt")
    assert refused(
        store, lambda session: people_records.enrol(session, course_of(session, made), names, START)
    ) == ["names"]


def test_every_name_that_is_there_twice_is_told(store):
    made = a_course(store, participants=0)
    enrol(store, made, "Bo Opdigt", "Eva Ny")
    with pytest.raises(InputFault) as fault, store.write(LEADER) as session:
        people_records.enrol(
            session, course_of(session, made), ["Bo Opdigt", "Ib", "Eva Ny"], START
        )
    told = " ".join(one.message for one in fault.value.faults)
    assert "Bo Opdigt" in told
    assert "Eva Ny" in told
    assert "Ib" not in told.split()


def test_a_name_typed_twice_is_not_said_to_be_on_the_course(store):
    made = a_course(store, participants=0)
    enrol(store, made, "Bo Opdigt")
    with pytest.raises(InputFault) as fault, store.write(LEADER) as session:
        people_records.enrol(
            session, course_of(session, made), ["Eva Ny", "BO OPDIGT", "eva ny", "Eva Ny"], START
        )
    on_already, twice = (one.message for one in fault.value.faults)
    assert on_already.startswith("BO OPDIGT er allerede på holdet")
    assert twice.startswith("Eva Ny står der to gange")


def correct(store, made, code, name, seen):
    return written(
        store,
        lambda session: people_records.correct_name(session, made.course_id, code, name, seen),
    )


def names_on(store, made):
    with store.read() as session:
        return {one.name: one.code for one in people_records.mentors(session, made.course_id)}


def test_a_misspelt_name_is_put_right_wherever_it_is_shown_and_the_old_one_kept_nowhere(tmp_path):
    with open_store(tmp_path) as store:
        made = a_course(store, participants=0)
        enrol(store, made, "Ana Prøvsen", "Bo Opdigt")
        code = names_on(store, made)["Ana Prøvsen"]
        correct(store, made, code, "  Anna   Prøvesen ", seen="Ana Prøvsen")
        assert names_on(store, made)["Anna Prøvesen"] == code
        with store.read() as session:
            changed = session.scalars(
                select(Audit).where(Audit.table_name == "identity", Audit.action == "update")
            ).one()
            assert (changed.actor, changed.row_id) == (LEADER, code)
            assert (changed.old["version"], changed.new["version"]) == (1, 2)
        assert_sound(store)
    for file in tmp_path.iterdir():
        assert "Prøvsen".encode() not in file.read_bytes()


def test_how_somebody_is_reached_is_corrected_and_what_was_there_kept_nowhere(store):
    made = a_course(store, participants=0)
    enrol(store, made, "Ana Prøvsen")
    code = names_on(store, made)["Ana Prøvsen"]

    def reached(contacts, seen):
        return written(
            store,
            lambda session: people_records.correct_contacts(
                session, made.course_id, code, contacts, seen
            ),
        )

    typed = Contacts("<ana@eksempel.dk>", "+45 12 34 56 78")
    kept = Contacts("ana@eksempel.dk", "12345678")
    reached(typed, Contacts())
    for field, wrong in (("email", Contacts("ana")), ("phone", Contacts(phone="1234"))):
        with pytest.raises(InputFault) as fault:
            reached(wrong, kept)
        assert fault.value.faults[0].place.field == field
    with pytest.raises(Conflict):
        reached(Contacts(phone="87654321"), Contacts())
    with store.read() as session:
        assert identities.contacts_of(session, [code])[code] == kept
    reached(Contacts(), kept)
    with store.read() as session:
        assert identities.contacts_of(session, [code])[code] == Contacts()


@pytest.mark.parametrize("name", ["", "  ", "BO  OPDIGT"])
def test_a_corrected_name_can_still_be_told_from_the_others(store, name):
    made = a_course(store, participants=0)
    enrol(store, made, "Anna Prøvesen", "Bo Opdigt")
    code = names_on(store, made)["Anna Prøvesen"]
    assert refused(
        store,
        lambda session: people_records.correct_name(
            session, made.course_id, code, name, "Anna Prøvesen"
        ),
    ) == ["name"]


def test_a_name_somebody_else_has_corrected_meanwhile_is_asked_about(store):
    made = a_course(store, participants=0)
    enrol(store, made, "Ana Prøvesen")
    code = names_on(store, made)["Ana Prøvesen"]
    correct(store, made, code, "Anna Prøvesen", seen="Ana Prøvesen")
    with pytest.raises(Conflict) as conflict:
        correct(store, made, code, "Anne Prøvesen", seen="Ana Prøvesen")
    assert conflict.value.theirs == {"name": "Anna Prøvesen"}
    assert list(names_on(store, made)) == ["Anna Prøvesen"]
    correct(store, made, code, "Anne Prøvesen", seen="Anna Prøvesen")
    assert list(names_on(store, made)) == ["Anne Prøvesen"]


def test_somebody_on_another_course_only_is_not_renamed_here(store):
    made, other = a_course(store, participants=0), a_course(store, participants=0)
    enrol(store, other, "Anna Prøvesen")
    code = names_on(store, other)["Anna Prøvesen"]
    assert refused(
        store,
        lambda session: people_records.correct_name(
            session, made.course_id, code, "Eva Ny", "Anna Prøvesen"
        ),
    ) == ["name"]


# -- attendance ------------------------------------------------------------------------------------


def recorded(store, made, day):
    with store.read() as session:
        frame = attendance_records.attendance_frame(session, made.course_id)
    return {row.participant: (row.status, row.note) for row in each(frame) if row.date_id == day}


def save_attendance(store, made, date_id, statuses):
    """Save what somebody entered who had looked a moment before."""
    seen = recorded(store, made, date_id)
    return written(
        store,
        lambda session: attendance_records.save_attendance(
            session, date_id, statuses, seen, today=AFTERWARDS
        ),
    )


def test_all_five_statuses_and_their_notes_come_back(store, made):
    day = made.teaching_day_ids[0]
    entries = {
        code: (status, f"{status} 🌱" if status != "present" else None)
        for code, status in zip(made.codes, STATUSES, strict=False)
    }
    saved = save_attendance(store, made, day, entries)
    assert (saved.kind, saved.number) == ("course_date", day)
    with store.read() as session:
        dates = attendance_records.dates_frame(session, made.course_id)
    assert recorded(store, made, day) == entries
    assert dates["held"].tolist() == [True] + [False] * 5
    actions = [action for action, row in audited(store, "attendance") if row.startswith(f"{day}/")]
    assert actions == ["insert"] * 5


def test_saving_a_day_again_changes_only_what_is_different(store, made):
    day, (one, other) = made.teaching_day_ids[1], made.codes[:2]
    save_attendance(store, made, day, {one: ("present", None), other: ("absent", None)})
    save_attendance(store, made, day, {one: ("present", None), other: ("apology", "Called")})
    assert audited(store, "attendance")[-1] == ("update", f"{day}/{other}")
    assert audited(store, "attendance")[-2][0] == "insert"
    assert recorded(store, made, day) == {one: ("present", None), other: ("apology", "Called")}


def test_what_is_part_of_a_day_is_held_with_it_and_a_cancelled_part_is_not(store):
    made = a_planned_course(store, mentors=("Anna", "Bo"))
    with store.write(LEADER) as session:
        third = session.scalars(
            select(CourseDate).where(
                CourseDate.course_id == made.course_id, CourseDate.kind == "teaching_day",
                CourseDate.number == 3,
            )
        ).one()  # fmt: skip
        attendance_records.save_attendance(
            session, third.id, {made.codes[0]: ("present", None)}, today=AFTERWARDS
        )
        day = third.date
    with store.read() as session:
        rows = session.scalars(select(CourseDate).where(CourseDate.course_id == made.course_id))
        held = {(row.kind, row.date == day) for row in rows if row.status == "held"}
    assert held == {("teaching_day", True), ("mid_evaluation", True)}


def test_attendance_of_a_day_that_is_gone_or_cancelled_is_refused(store, made):
    cancelled = made.teaching_day_ids[2]
    with store.write(LEADER) as session:
        session.get(CourseDate, cancelled).status = "cancelled"
    for day in (cancelled, 999_999):
        assert refused(
            store,
            lambda session, n=day: attendance_records.save_attendance(
                session, n, {made.codes[0]: ("present", None)}, today=AFTERWARDS
            ),
        ) == ["people"]


def test_attendance_of_somebody_on_another_course_is_refused_and_the_others_are_not_saved(
    store, made
):
    stranger = a_course(store).codes[0]
    statuses = {made.codes[0]: ("present", None), stranger: ("present", None)}
    assert refused(
        store,
        lambda session: attendance_records.save_attendance(
            session, made.teaching_day_ids[0], statuses, today=AFTERWARDS
        ),
    ) == ["people"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_sequence_of_saves_leaves_the_last_status_of_everybody(store, made, data):
    day = made.teaching_day_ids[3]
    with store.read() as session:
        frame = attendance_records.attendance_frame(session, made.course_id)
    wanted = {row.participant: (row.status, row.note) for row in each(frame) if row.date_id == day}
    for _save in range(data.draw(st.integers(1, 3))):
        entries = data.draw(
            st.dictionaries(
                st.sampled_from(made.codes),
                st.tuples(st.sampled_from(STATUSES), st.none() | texts),
                min_size=1,
            )
        )
        save_attendance(store, made, day, entries)
        wanted |= entries
    assert recorded(store, made, day) == wanted


# -- catching up -----------------------------------------------------------------------------------

LATER = START + dt.timedelta(days=9)


def catch_up(store, day, code, on=LATER, how="Read the handout"):
    return written(
        store,
        lambda session: attendance_records.save_catch_up(
            session, day, code, on, how, today=AFTERWARDS
        ),
    )


def test_a_missed_day_is_made_up_for_once(store, made):
    day, code = made.teaching_day_ids[0], made.codes[0]
    save_attendance(store, made, day, {code: ("absent", None)})
    catch_up(store, day, code)
    with store.read() as session:
        (row,) = each(attendance_records.catch_up_frame(session, made.course_id))
    assert (row.date_id, row.participant) == (day, code)
    assert (row.done_on, row.how) == (LATER, "Read the handout")
    assert refused(
        store,
        lambda session: attendance_records.save_catch_up(
            session, day, code, LATER, "Again", today=AFTERWARDS
        ),
    ) == ["missed"]


def test_a_day_that_was_attended_after_all_is_not_made_up_for_until_that_is_corrected(store):
    made = a_course(store, participants=2)
    (code, other), day = made.codes, made.teaching_day_ids[0]
    save_attendance(store, made, day, {code: ("absent", None), other: ("absent", None)})
    catch_up(store, day, code)
    catch_up(store, day, other)

    def made_up():
        with store.read() as session:
            dates = attendance_records.dates_frame(session, made.course_id)
            came = attendance_records.attendance_frame(session, made.course_id)
            log = attendance_records.catch_up_frame(session, made.course_id)
        (one,) = standings(dates, came, log, [code], today=AFTERWARDS, required=2)
        return code in set(log["participant"]), one.done, one.caught_up

    assert made_up() == (True, 1, 1)
    save_attendance(store, made, day, {code: ("present", None)})
    assert made_up() == (False, 1, 0)
    with store.read() as session:
        left = attendance_records.catch_up_frame(session, made.course_id)
    assert list(left["participant"]) == [other]
    # The slip was the other way round: what was made up for is not lost.
    save_attendance(store, made, day, {code: ("apology", None)})
    assert made_up() == (True, 1, 1)


def test_what_was_made_up_for_by_mistake_is_taken_back_once_and_can_be_made_up_for_again(store):
    made = a_course(store, participants=1)
    (code,), day = made.codes, made.teaching_day_ids[0]
    save_attendance(store, made, day, {code: ("absent", None)})
    number = catch_up(store, day, code).number

    def log():
        with store.read() as session:
            return list(each(attendance_records.catch_up_frame(session, made.course_id)))

    (row,) = log()
    assert (row.catch_up_id, row.version) == (number, 1)

    def take_back(session):
        return attendance_records.take_back_catch_up(session, number, row.version)

    written(store, take_back)
    assert log() == []
    assert recorded(store, made, day) == {code: ("absent", None)}
    with pytest.raises(Conflict):
        written(store, take_back)
    assert catch_up(store, day, code).number != number


def test_a_day_somebody_attended_or_nobody_recorded_is_not_made_up_for(store, made):
    day, (came, unknown) = made.teaching_day_ids[0], made.codes[:2]
    save_attendance(store, made, day, {came: ("present", None)})
    for code in (came, unknown, "P-000000"):
        assert refused(
            store,
            lambda session, c=code: attendance_records.save_catch_up(
                session, day, c, LATER, "Talked", today=AFTERWARDS
            ),
        ) == ["missed"]


def test_a_day_is_not_made_up_for_before_it_was_held(store, made):
    day, code = made.teaching_day_ids[1], made.codes[0]
    save_attendance(store, made, day, {code: ("paused", None)})
    assert refused(
        store,
        lambda session: attendance_records.save_catch_up(
            session, day, code, START, "Talked", today=AFTERWARDS
        ),
    ) == ["done_on"]
    on = START + dt.timedelta(weeks=4)
    assert catch_up(store, day, code, on=on).kind == "catch_up"


# -- evaluations -----------------------------------------------------------------------------------


def save_sheets(session, made, sheets, wave="mid"):
    return evaluation_records.save_sheets(
        session, made.course_id, MID, sheets, wave=wave, source="typed", entered_on=START
    )


@st.composite
def filled_sheets(draw):
    answers = {
        item.id: draw(st.none() | st.sampled_from(sorted(item.scale.codes))) for item in SCALES
    }
    answers |= {item.id: draw(st.none() | texts) for item in TEXTS}
    answers["overall"] = draw(st.sampled_from([1, 2, 3, 4, 5]))
    return Sheet(answers)


@settings(max_examples=30)
@given(sheets=st.lists(filled_sheets(), min_size=1, max_size=4))
def test_every_answer_comes_back_and_every_suggestion_waits_for_a_decision(store, sheets):
    made = a_course(store, participants=0, days=1)
    written(store, lambda session: save_sheets(session, made, sheets))
    with store.read() as session:
        frame = evaluation_records.answers_frame(session, made.course_id)
        asked = suggestion_records.suggestions_frame(session, made.course_id, 1)
        assert evaluation_records.sheets_count(session, made.course_id) == {"mid": len(sheets)}
        assert suggestion_records.undecided_count(session, made.site_id, 1) == len(asked)
    numbers = sorted(set(frame["evaluation_id"]))
    assert len(numbers) == len(sheets)
    for number, sheet in zip(numbers, sheets, strict=True):
        rows = frame[frame["evaluation_id"] == number]
        found = {
            row.item: row.text if row.text is not None else int(row.code) for row in each(rows)
        }
        assert found == {name: value for name, value in sheet.answers.items() if value is not None}
    texts = [sheet.answers["suggestion"] or "" for sheet in sheets]
    wanted = [text for text in texts if says_something(text)]
    assert asked["text"].tolist() == sorted(wanted, key=in_order)


def test_a_suggestion_knows_the_sheet_it_came_from(store, made):
    sheets = [Sheet({"overall": 4, "suggestion": "Flere pauser"}, "2A4B")]
    saved = written(store, lambda session: save_sheets(session, made, sheets))
    with store.read() as session:
        (row,) = session.scalars(select(Suggestion).where(Suggestion.course_id == made.course_id))
        assert (row.evaluation_id, row.text, row.raised_on) == (saved.number, "Flere pauser", START)
        assert session.get(Evaluation, saved.number).respondent_code == "2A4B"
    assert ("insert", str(row.id)) in audited(store, "suggestion")


@pytest.mark.parametrize("answers", [{}, {"overall": None}, {"overall": None, "suggestion": ""}])
def test_a_sheet_without_an_answer_is_refused_with_the_whole_pile(store, made, answers):
    sheets = [Sheet({"overall": 5}), Sheet(answers)]
    assert len(refused(store, lambda session: save_sheets(session, made, sheets))) == 1


def test_nothing_to_save_is_refused(store, made):
    assert len(refused(store, lambda session: save_sheets(session, made, []))) == 1


@pytest.mark.parametrize(
    "answers",
    [{"overall": 6}, {"overall": 0}, {"overall": -1}, {"ready": 7}, {"suggestion": 3}],
    ids=str,
)
def test_a_code_off_the_scale_is_refused_at_its_item_and_the_sheets_before_it_are_not_saved(
    store, made, answers
):
    sheets = [Sheet({"overall": 5}), Sheet({"pace": 1} | answers)]
    fields = refused(store, lambda session: save_sheets(session, made, sheets))
    assert [field.rpartition(".")[2] for field in fields] == list(answers)


def test_a_code_of_ones_own_is_used_once_in_each_evaluation(store, made):
    mine = Sheet({"overall": 5}, "2A4B")
    assert [
        field.rpartition(".")[2]
        for field in refused(store, lambda session: save_sheets(session, made, [mine, mine]))
    ] == ["respondent"]
    written(store, lambda session: save_sheets(session, made, [mine]))
    assert refused(store, lambda session: save_sheets(session, made, [mine]))
    written(store, lambda session: save_sheets(session, made, [mine], wave="final"))
    with store.read() as session:
        assert evaluation_records.sheets_count(session, made.course_id) == {"final": 1, "mid": 1}


# -- you said, we did ------------------------------------------------------------------------------


def decide(session, suggestion, **values):
    answer = {
        "outcome": "do", "what_we_did": "More breaks", "owner": "Anna", "status": "open",
        "due_on": None, "decided_on": START,
    }  # fmt: skip
    return suggestion_records.save_decision(session, suggestion, **(answer | values))


def suggest(store, made, text="Longer breaks"):
    return written(
        store,
        lambda session: suggestion_records.save_suggestion(session, made.course_id, text, START),
    ).number


def test_a_decision_comes_back_and_its_suggestion_waits_no_longer(store, made):
    number = suggest(store, made)
    with store.read() as session:
        assert suggestion_records.undecided_count(session, made.site_id, 5) == 1
    written(store, lambda session: decide(session, number, due_on=LATER))
    with store.read() as session:
        (row,) = each(suggestion_records.decisions_frame(session, made.course_id))
        assert suggestion_records.undecided_count(session, made.site_id, 5) == 0
    assert (row.suggestion_id, row.outcome, row.what_we_did, row.owner) == (
        number, "do", "More breaks", "Anna",
    )  # fmt: skip
    assert (row.due_on, row.status, row.decided_on) == (LATER, "open", START)


@pytest.mark.parametrize("status", ["done", "told_back"])
def test_nothing_is_done_without_a_word_of_what(store, made, status):
    number = suggest(store, made)
    assert refused(
        store, lambda session: decide(session, number, status=status, what_we_did="")
    ) == ["what_we_did"]


def test_who_turns_down_gives_a_reason_and_who_does_it_a_name(store, made):
    number = suggest(store, made)
    no = {"outcome": "no", "owner": "", "due_on": LATER}
    assert refused(store, lambda session: decide(session, number, **no, what_we_did="")) == [
        "what_we_did"
    ]
    assert refused(store, lambda session: decide(session, number, owner="")) == ["owner"]
    written(store, lambda session: decide(session, number, **no))
    with store.read() as session:
        (row,) = each(suggestion_records.decisions_frame(session, made.course_id))
    assert (row.outcome, row.owner, row.due_on) == ("no", "", None)


def test_one_answer_goes_to_several_suggestions_or_to_none_of_them(store, made):
    first, second, third = (suggest(store, made) for _count in range(3))
    written(store, lambda session: decide(session, first, also=(second,)))
    with store.read() as session:
        rows = list(each(suggestion_records.decisions_frame(session, made.course_id)))
    assert {row.suggestion_id: row.what_we_did for row in rows} == {
        first: "More breaks", second: "More breaks",
    }  # fmt: skip
    # The second has been answered since the list was shown: nothing of it is saved.
    assert refused(store, lambda session: decide(session, third, also=(second,))) == ["also"]
    with store.read() as session:
        assert suggestion_records.undecided_count(session, made.site_id, 5) == 1


def test_a_suggestion_that_is_gone_is_not_answered(store):
    assert refused(store, lambda session: decide(session, 999_999)) == ["suggestion"]


def test_answers_of_one_course_are_not_those_of_another(store, made):
    elsewhere = a_course(store)
    suggest(store, elsewhere)
    written(store, lambda session: save_sheets(session, elsewhere, [Sheet({"overall": 1})]))
    with store.read() as session:
        assert suggestion_records.suggestions_frame(session, made.course_id, 5).empty
        assert suggestion_records.decisions_frame(session, made.course_id).empty
        assert evaluation_records.answers_frame(session, made.course_id).empty
        assert attendance_records.attendance_frame(session, made.course_id).empty
        assert (
            session.scalars(
                select(Answer).join(Evaluation).where(Evaluation.course_id == made.course_id)
            ).all()
            == []
        )


def test_the_record_page_names_its_course_where_there_is_only_one(store):

    made = a_course(store, title="Hold 12")
    with store.read() as session:
        parts = record_page._site_parts(a_desk(store), session.get_one(Site, made.site_id), 0)
    assert [part.text for part in parts if isinstance(part, Heading)] == ["Hold 12"]
