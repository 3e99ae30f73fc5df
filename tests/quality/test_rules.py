"""Each rule finds its fault, and nothing else; a record in order breaks none."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from builders import (
    DEMO_DAY,
    LEADER,
    PLANNED_ON,
    a_plan,
    a_site,
    attendance,
    catch_up,
    closure,
    course,
    course_date,
    data_import,
    decision,
    deletion,
    enrolment,
    evaluation,
    open_store,
    participant,
    site,
    suggestion,
)
from peerbook.course import date_rows, people_records, plan_records
from peerbook.course.attendance import attendance_records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import load_form
from peerbook.course.schedule.plan import CoursePlan
from peerbook.demo import fill
from peerbook.errors import Conflict
from peerbook.paths import DATA_FOLDER_VARIABLE
from peerbook.pathways import staff_records
from peerbook.pathways.over_involvement import Contact
from peerbook.privacy.consent import save_answers
from peerbook.privacy.erasure import erase_people
from peerbook.privacy.retention import RETENTION_SETTING, RetentionRule
from peerbook.quality.catalogue import RULES, look_through
from peerbook.quality.rules import Look
from peerbook.recruitment.enquiry_records import Asked, Person, log_enquiry
from peerbook.recruitment.talk_records import Agreed, Decided, agree_talk, save_decision
from peerbook.settings import help_key
from peerbook.small_groups import SMALLEST
from peerbook.store import (
    Store,
    Visitor,
    append_event,
    identities,
    new_code,
    set_setting,
)
from peerbook.store.tables import (
    Answer,
    Attendance,
    CafeShift,
    CommonEvent,
    Course,
    CourseDate,
    Enquiry,
    Enrolment,
    Evaluation,
    ExitTalk,
    HeadCount,
    MatchedPair,
    Participant,
    Setting,
    ShiftHost,
    Site,
    Veto,
    Wish,
)

TODAY = dt.date(2027, 5, 20)
"""A Thursday between the fourth and the fifth teaching day."""
DAY = dt.timedelta(days=1)
NAMES = ("Ada", "Bo", "Cy", "Di", "Ea", "Flo")
CODES = ("2A2A", "3B3B", "4C4C", "5D5D", "6E6E", "7F7F")
TEN, THREE = dt.time(10), dt.time(15)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@dataclass(frozen=True)
class World:
    """A course under way in a store where all is as it should be."""

    site_id: int
    course_id: int
    codes: tuple[str, ...]

    def date(self, session: Session, kind: str, number: int) -> CourseDate:
        wanted = select(CourseDate).filter_by(course_id=self.course_id, kind=kind, number=number)
        return session.scalars(wanted).one()

    def sheets(self, session: Session) -> list[Evaluation]:
        wanted = select(Evaluation).filter_by(course_id=self.course_id)
        return list(session.scalars(wanted.order_by(Evaluation.id)))


_plans: dict[str, tuple[CoursePlan, str]] = {}


def plan_of(store: Store, site_id: int) -> tuple[CoursePlan, str]:
    """Return the plan of every test; made once, since the calendar of each is the same."""
    if not _plans:
        _plans[""] = a_plan(store, site_id, teachers=("Anna",), room="The large room")
    return _plans[""]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def anywhere(request, tmp_path_factory) -> Iterator[tuple[Store, World]]:
    """Return a record in order in each kind of database; who breaks it takes that back."""
    folder = tmp_path_factory.mktemp("order")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA_FOLDER_VARIABLE, str(folder))
        if request.param == "sqlite":
            opened = open_store(folder)
        else:
            server = request.getfixturevalue("postgres_server")
            opened = Store.open(server.url(server.new_database()))
        with opened as store:
            yield store, in_order(store)


@pytest.fixture
def world(store) -> World:
    return in_order(store)


def in_order(store: Store) -> World:
    """Fill a store with a course under way, recorded and evaluated so far."""
    site_id, _name = a_site(store)
    plan, version = plan_of(store, site_id)
    with store.write(LEADER) as session:
        number = int(plan_records.save_plan(session, site_id, plan, version, on=PLANNED_ON).number)
        planned = session.get_one(Course, number)
        people_records.enrol(session, planned, NAMES, planned.starts_on)
        codes = tuple(sorted(one.code for one in people_records.mentors(session, number)))
        there = dict.fromkeys(codes, ("present", None))
        held = select(CourseDate).where(
            CourseDate.course_id == number,
            CourseDate.date < TODAY,
            CourseDate.kind.in_(attendance_records.HELD_KINDS),
        )
        for day in session.scalars(held):
            attendance_records.save_attendance(session, day.id, there, today=day.date)
        mid = session.scalars(held.where(CourseDate.number == 3)).first()
        type_sheets(session, number, "mid", mid.date, CODES)
        set_setting(session, help_key(site_id), "12 34 56 78, weekdays 9 to 15")
        set_setting(session, RETENTION_SETTING, asdict(KEPT))
    return World(site_id, number, codes)


def type_sheets(session, course_id, wave, on, codes):
    sheets = [Sheet({"overall": 4, "ready": 3}, code) for code in codes]
    evaluation_records.save_sheets(
        session, course_id, load_form(wave), sheets, wave=wave, source="pile", entered_on=on
    )


def somebody(session: Session, world: World) -> str:
    """Save a person with a name and a history, on no course."""
    person = participant(site_id=world.site_id)
    session.add(person)
    session.flush()
    identities.save_name(session, person.code, "Gry")
    append_event(session, "participant", person.code, "joined", person.created_on)
    session.flush()
    return person.code


def another(session: Session, world: World, *days: dt.date, kind="erfa_group", on=(), **values):
    """Save another course at the place, with all that a date needs; return it."""
    begins = min(days, default=TODAY)
    made = course(site_id=world.site_id, **{"title": "Autumn", "starts_on": begins, **values})
    session.add(made)
    session.flush()
    for number, day in enumerate(days, start=1):
        session.add(
            course_date(
                course_id=made.id, kind=kind, number=number, date=day, starts_at=TEN, ends_at=THREE,
                teachers=["Berta"], room="The small room",
            )
        )  # fmt: skip
    for code in on:
        people_records.place_on_course(session, made.id, code, begins)
    session.flush()
    return made


KEPT = RetentionRule(23, "course_end", "It was agreed")
PAST = TODAY - 100 * DAY
"""A working day before the course began."""

Fault = Callable[[Session, World], None]
FAULTS: dict[str, tuple[Fault, int]] = {}


def breaks(rule: str, times: int = 1) -> Callable[[Fault], Fault]:
    """Note that a function makes a fault which a rule finds so many times."""

    def note(fault: Fault) -> Fault:
        FAULTS[rule] = (fault, times)
        return fault

    return note


# -- plans ---------------------------------------------------------------------------------------


@breaks("no_dates")
def _(session, world):
    another(session, world)


@breaks("soon_incomplete")
def _(session, world):
    world.date(session, "teaching_day", 5).room = ""


@breaks("dates_overlap")
def _(session, world):
    day, sparring = (world.date(session, *one) for one in (("teaching_day", 6), ("sparring", 5)))
    sparring.date = day.date


@breaks("booked_twice", 2)
def _(session, world):
    made = another(session, world, world.date(session, "teaching_day", 6).date)
    session.scalars(select(CourseDate).filter_by(course_id=made.id)).one().teachers = ["Anna"]


@breaks("closed_day")
def _(session, world):
    day = world.date(session, "teaching_day", 5).date
    session.add(closure(site_id=world.site_id, starts_on=day, ends_on=day))


@breaks("sparring_first")
def _(session, world):
    world.date(session, "sparring", 5).date = world.date(session, "teaching_day", 5).date - DAY


@breaks("days_out_of_order")
def _(session, world):
    world.date(session, "teaching_day", 6).date = world.date(session, "teaching_day", 5).date - DAY


@breaks("held_ahead")
def _(session, world):
    world.date(session, "sparring", 6).status = "held"


@breaks("begins_elsewhere")
def _(session, world):
    session.get_one(Course, world.course_id).starts_on += DAY


# -- people --------------------------------------------------------------------------------------


@breaks("nobody_enrolled")
def _(session, world):
    another(session, world, TODAY + 5 * DAY)


@breaks("few_people")
def _(session, world):
    for code in world.codes[:2]:
        people_records.save_turn(session, world.course_id, code, "left", TODAY)


@breaks("enrolled_late")
def _(session, world):
    made = another(session, world, PAST)
    people_records.place_on_course(session, made.id, world.codes[0], PAST + DAY)


@breaks("no_name")
def _(session, world):
    code = somebody(session, world)
    people_records.place_on_course(session, world.course_id, code, TODAY)
    identities.forget_identity(session, code)


@breaks("no_course")
def _(session, world):
    session.add(participant(site_id=world.site_id))


# -- those who asked -----------------------------------------------------------------------------


def asks(session, world, on):
    """Note that somebody new asked on a day; return their code."""
    person = Person("Gry Opdigt")
    saved = log_enquiry(session, world.site_id, Asked(on, "peer", "notice"), person, TODAY)
    return session.get_one(Enquiry, saved.number).participant_code


@breaks("talk_past")
def _(session, world):
    code = asks(session, world, TODAY - 9 * DAY)
    agree_talk(session, code, Agreed("peer", TODAY - DAY), TODAY - 9 * DAY)


@breaks("waits_for_talk")
def _(session, world):
    asks(session, world, TODAY - 15 * DAY)


@breaks("write_again")
def _(session, world):
    code = asks(session, world, TODAY - 200 * DAY)
    decided = Decided("not_now", TODAY - 199 * DAY, reason="work", write_on=TODAY)
    save_decision(session, code, decided, TODAY)


# -- staff ---------------------------------------------------------------------------------------


@breaks("no_acute_card")
def _(session, world):
    set_setting(session, f"{staff_records.ACUTE_PREFIX}{world.site_id}", "Akuttelefonen")
    has_it, *_others = world.codes
    staff_records.give_card(session, world.site_id, has_it, TODAY, TODAY)


@breaks("left_support")
def _(session, world):
    for code in world.codes[:2]:
        staff_records.save_left_support(session, world.site_id, code, TODAY, TODAY)
    staff_records.save_asked(session, world.site_id, world.codes[0], TODAY, TODAY)


@breaks("over_limit")
def _(session, world):
    set_setting(session, f"{staff_records.LIMIT_PREFIX}{world.site_id}", 5)
    for staff, times in (("Anna", 6), ("Bo", 5)):
        for day in range(times):
            contact = Contact(staff, TODAY.replace(day=1) - (1 + day) * DAY)
            staff_records.save_contact(session, world.site_id, contact, TODAY)


def test_whoever_waits_for_their_talk_or_has_just_asked_is_in_order(store, world):
    with store.write(LEADER) as session:
        asks(session, world, TODAY - 14 * DAY)
    assert look_through(store, TODAY, SMALLEST) == ()
    with store.write(LEADER) as session:
        [code] = session.scalars(select(Enquiry.participant_code))
        agree_talk(session, code, Agreed("peer", TODAY + DAY), TODAY)
    assert look_through(store, TODAY + DAY, SMALLEST) == ()


# -- pairs ---------------------------------------------------------------------------------------


def matched(session, world, peer=0, mentor=1, *, starts_on=TODAY - 30 * DAY, months=6):
    """Save a pair with a contract; return its number."""
    row = MatchedPair(
        site_id=world.site_id, peer_code=world.codes[peer], mentor_code=world.codes[mentor],
        matched_on=starts_on, talked_on=starts_on, starts_on=starts_on, months=months,
    )  # fmt: skip
    session.add(row)
    session.flush()
    append_event(session, "matched_pair", row.id, "matched", starts_on)
    return row.id


@breaks("contracts_overlap")
def _(session, world):
    matched(session, world, 0, 1)
    matched(session, world, 0, 2, starts_on=TODAY - 10 * DAY)


@breaks("extension_unsaid")
def _(session, world):
    number = matched(session, world)
    append_event(session, "matched_pair", number, "ended", TODAY, end="extended_completed")


@breaks("run_out")
def _(session, world):
    matched(session, world, starts_on=TODAY - 80 * DAY, months=2)


@breaks("exit_talk_past")
def _(session, world):
    session.add(ExitTalk(pair_id=matched(session, world), date=TODAY - DAY, state="agreed"))


@breaks("closing_missing")
def _(session, world):
    number = matched(session, world)
    talk = ExitTalk(pair_id=number, date=TODAY - 15 * DAY, state="held", ticked=["goals"])
    session.add(talk)


@breaks("pair_not_to_be")
def _(session, world):
    matched(session, world)
    one, other = sorted(world.codes[:2])
    session.add(Veto(one_code=one, other_code=other, kind="family", reason="", said_on=TODAY))


@breaks("pair_without_talk")
def _(session, world):
    session.add(
        MatchedPair(
            site_id=world.site_id, peer_code=world.codes[0], mentor_code=world.codes[1],
            matched_on=TODAY - 15 * DAY,
        )
    )  # fmt: skip


def peer(session, world, days_ago, name="Gry"):
    """Save a peer who joined so many days ago; return the code."""
    person = participant(site_id=world.site_id)
    session.add(person)
    session.flush()
    identities.save_name(session, person.code, name)
    joined_on = TODAY - days_ago * DAY
    append_event(session, "participant", person.code, "joined", joined_on, role="peer")
    return person.code


def wish(session, code, other, days_ago=1):
    made_on = TODAY - days_ago * DAY
    session.add(
        Wish(participant_code=code, wished_code=other, basis="met", rank=1, made_on=made_on)
    )


@breaks("peer_not_asked")
def _(session, world):
    peer(session, world, 29)


@breaks("said_no")
def _(session, world):
    code = peer(session, world, 20)
    save_answers(session, code, {"taking_part": False}, TODAY, today=TODAY)


@breaks("wish_for_nobody")
def _(session, world):
    left = peer(session, world, 20)
    append_event(session, "participant", left, "stopped", TODAY)
    wish(session, world.codes[0], left)
    wish(session, left, world.codes[0])


def test_peers_who_were_asked_or_would_rather_wait_or_have_just_joined_are_in_order(store, world):
    with store.write(LEADER) as session:
        peer(session, world, 28)
        wish(session, peer(session, world, 60, "Ib"), world.codes[0], 30)
        waits = peer(session, world, 60, "Ole")
        append_event(session, "participant", waits, "waits_to_be_matched", TODAY - 50 * DAY)
    assert look_through(store, TODAY, SMALLEST) == ()


def test_pairs_as_they_should_be_break_no_rule(store, world):
    with store.write(LEADER) as session:
        matched(session, world, 0, 1)
        number = matched(session, world, 2, 3, starts_on=TODAY - 300 * DAY)
        append_event(
            session, "matched_pair", number, "extension_answered", TODAY - 150 * DAY,
            peer=True, mentor=True,
        )  # fmt: skip
        append_event(session, "matched_pair", number, "ended", TODAY, end="extended_completed")
        matched(session, world, 2, 3, starts_on=TODAY)
        everything = ["goals", "post_measure", "exit_form", "coffee_card"]
        session.add(
            ExitTalk(pair_id=number, date=TODAY - 20 * DAY, state="held", ticked=everything)
        )
    assert look_through(store, TODAY, SMALLEST) == ()


@breaks("two_courses", 5)
def _(session, world):
    another(session, world, TODAY - 14 * DAY + DAY, TODAY + 43 * DAY, on=world.codes[:5])


@breaks("long_pause")
def _(session, world):
    code = world.codes[0]
    people_records.save_turn(session, world.course_id, code, "paused", TODAY - 61 * DAY)


@breaks("far_ahead")
def _(session, world):
    code = world.codes[0]
    people_records.save_turn(session, world.course_id, code, "paused", TODAY + 400 * DAY)


@breaks("no_turn")
def _(session, world):
    world.date(session, "final_assignment", 1).date = TODAY + 8 * DAY


@breaks("not_recorded")
def _(session, world):
    day = world.date(session, "teaching_day", 2)
    for row in session.scalars(select(Attendance).filter_by(course_date_id=day.id)):
        session.delete(row)


@breaks("stranger_came")
def _(session, world):
    code, day = somebody(session, world), world.date(session, "teaching_day", 2)
    session.add(attendance(code, course_date_id=day.id))


@breaks("came_to_cancelled")
def _(session, world):
    world.date(session, "sparring", 2).status = "cancelled"


@breaks("came_ahead")
def _(session, world):
    day = world.date(session, "sparring", 5)
    session.add(attendance(world.codes[0], course_date_id=day.id, status="apology"))


@breaks("came_after_leaving")
def _(session, world):
    on = world.date(session, "sparring", 4).date
    append_event(
        session, "participant", world.codes[0], "left", on, course=world.course_id
    )  # fmt: skip


@breaks("came_before_enrolled")
def _(session, world):
    row = session.get_one(Enrolment, (world.course_id, world.codes[0]))
    row.enrolled_on = world.date(session, "teaching_day", 1).date + DAY


@breaks("never_recorded")
def _(session, world):
    code, first = somebody(session, world), world.date(session, "teaching_day", 1).date
    people_records.place_on_course(session, world.course_id, code, first)


@breaks("made_up_though_present")
def _(session, world):
    day = world.date(session, "teaching_day", 1)
    session.add(catch_up(world.codes[0], course_date_id=day.id, done_on=day.date + DAY))


@breaks("made_up_too_early")
def _(session, world):
    day = world.date(session, "teaching_day", 2)
    session.get_one(Attendance, (day.id, world.codes[0])).status = "absent"
    session.add(catch_up(world.codes[0], course_date_id=day.id, done_on=day.date - DAY))


@breaks("made_up_unrecorded")
def _(session, world):
    day = world.date(session, "teaching_day", 2)
    session.delete(session.get_one(Attendance, (day.id, world.codes[0])))
    session.add(catch_up(world.codes[0], course_date_id=day.id, done_on=day.date + DAY))


# -- evaluations ---------------------------------------------------------------------------------


@breaks("no_sheets")
def _(session, world):
    numbers = [sheet.id for sheet in world.sheets(session)]
    evaluation_records.delete_sheets(session, numbers, "")


@breaks("follow_up_due")
def _(session, world):
    another(session, world, PAST, kind="teaching_day")


@breaks("too_many_sheets")
def _(session, world):
    type_sheets(session, world.course_id, "mid", TODAY, [None])


@breaks("final_without_mid")
def _(session, world):
    made = another(session, world, PAST, on=world.codes)
    type_sheets(session, made.id, "final", PAST, CODES)


@breaks("sheets_too_early")
def _(session, world):
    world.sheets(session)[0].entered_on = world.date(session, "mid_evaluation", 1).date - DAY


@breaks("unlinked_code")
def _(session, world):
    made = another(session, world, PAST, on=world.codes)
    type_sheets(session, made.id, "mid", PAST, CODES[:3])
    type_sheets(session, made.id, "final", PAST, [*CODES[1:4], None])


@breaks("code_twice")
def _(session, world):
    one, other, *_rest = world.sheets(session)
    other.respondent_code = one.respondent_code


@breaks("wrong_answer", 3)
def _(session, world):
    one, other, *_rest = world.sheets(session)
    session.get_one(Answer, (one.id, "overall")).code = 99
    session.add(Answer(evaluation_id=one.id, item_id="suggestion", code=1))
    session.add(Answer(evaluation_id=other.id, item_id="shoe_size", code=4))


@breaks("empty_sheet")
def _(session, world):
    one, *_rest = world.sheets(session)
    for row in session.scalars(select(Answer).filter_by(evaluation_id=one.id)):
        session.delete(row)
    session.add(Answer(evaluation_id=one.id, item_id="suggestion", text="  "))


@breaks("wrong_form")
def _(session, world):
    one, *_rest = world.sheets(session)
    one.form_id, one.form_version = "final", "0.1"


@breaks("undone_import")
def _(session, world):
    file = data_import(undone_at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    session.add(file)
    session.flush()
    for sheet in world.sheets(session)[:2]:
        sheet.import_id = file.id


def asked(session, world, **answer):
    row = suggestion(course_id=world.course_id, raised_on=TODAY - 31 * DAY)
    session.add(row)
    session.flush()
    if answer:
        session.add(decision(suggestion_id=row.id, decided_on=TODAY - 31 * DAY, **answer))
    return row.id


@breaks("undecided")
def _(session, world):
    asked(session, world)


@breaks("overdue")
def _(session, world):
    asked(session, world, outcome="do", due_on=TODAY - DAY)


@breaks("not_told_back")
def _(session, world):
    asked(session, world, outcome="do", status="done", what_we_did="Tea")


@breaks("answered_twice")
def _(session, world):
    number = asked(session, world, outcome="no")
    session.add(decision(suggestion_id=number, outcome="later", decided_on=TODAY))


# -- places --------------------------------------------------------------------------------------


def counted(session, world, day, people):
    session.add(HeadCount(site_id=world.site_id, occasion="cafe", date=day, people=people))


@breaks("counted_ahead")
def _(session, world):
    counted(session, world, TODAY + DAY, 9)


@breaks("counted_nobody")
def _(session, world):
    counted(session, world, TODAY - DAY, 0)


@breaks("counted_when_closed")
def _(session, world):
    counted(session, world, dt.date(2027, 5, 6), 9)  # Ascension Day


@breaks("counted_many")
def _(session, world):
    for weeks, people in enumerate((9, 11, 99, 10, 8)):
        counted(session, world, TODAY - (1 + 7 * weeks) * DAY, people)


def open_cafe(session, world, day, host="Frivillig A"):
    shift = CafeShift(site_id=world.site_id, date=day, starts_at=TEN, ends_at=THREE)
    session.add(shift)
    session.flush()
    if host:
        session.add(ShiftHost(shift_id=shift.id, label=host))
    return shift


@breaks("no_host_soon", 2)
def _(session, world):
    for days in (0, 7, 8):
        open_cafe(session, world, TODAY + days * DAY, host="")
    open_cafe(session, world, TODAY + 1 * DAY, host="").is_cancelled = True
    open_cafe(session, world, TODAY + 2 * DAY)


@breaks("cafe_not_counted")
def _(session, world):
    for days in (0, 1, 2, 15):
        open_cafe(session, world, TODAY - days * DAY)
    counted(session, world, TODAY - 2 * DAY, 9)


def held_event(session, world, day, people=30, **values):
    values = {"title": "Sommertur", "cost_kr": 900, **values}
    session.add(CommonEvent(site_id=world.site_id, date=day, **values))
    if people is not None:
        session.add(
            HeadCount(site_id=world.site_id, occasion="common_event", date=day, people=people)
        )


@breaks("event_not_noted", 2)
def _(session, world):
    held_event(session, world, PAST, cost_kr=None)
    held_event(session, world, PAST + DAY, people=None)
    held_event(session, world, PAST + 2 * DAY, cost_kr=0)
    held_event(session, world, TODAY + 5 * DAY, people=None, cost_kr=None)


@breaks("event_overdue")
def _(session, world):
    held_event(session, world, TODAY - 200 * DAY)


@breaks("no_help_number")
def _(session, world):
    session.delete(session.get_one(Setting, help_key(world.site_id)))


@breaks("no_municipality")
def _(session, world):
    session.get_one(Site, world.site_id).municipality = "Vejlle"


@breaks("same_title")
def _(session, world):
    another(session, world, PAST, title="spring 2027 ")


@breaks("no_retention_rule")
def _(session, world):
    session.delete(session.get_one(Setting, RETENTION_SETTING))


def kept_since(session: Session, world: World, day: dt.date) -> None:
    """Save two people of whom nothing was heard since a day."""
    for _person in range(2):
        gone = participant(site_id=world.site_id, created_on=day)
        session.add(gone)
        append_event(session, "participant", gone.code, "joined", day)


@breaks("kept_too_long")
def _(session, world):
    kept_since(session, world, TODAY - 730 * DAY)


@breaks("kept_for_long")
def _(session, world):
    kept_since(session, world, TODAY - 690 * DAY)


@breaks("one_or_two")
def _(session, world):
    for code in session.scalars(select(Participant.code).order_by(Participant.code).limit(2)):
        identities.save_contacts(session, code, identities.Contacts(email="one@by.example"))


def found_in(store: Store, today: dt.date = TODAY) -> dict[str, int]:
    found = look_through(store, today, SMALLEST, LEADER)
    return {one.rule.id: len(one.findings) for one in found}


class _TakenBack(Exception):
    """Ends a transaction without saving."""


@pytest.mark.parametrize("rule", FAULTS)
def test_a_rule_finds_its_fault_and_no_other_rule_does(rule, anywhere):
    store, world = anywhere
    make, times = FAULTS[rule]
    known: dict[object, object] = {}
    with contextlib.suppress(_TakenBack), store.write(LEADER) as session:
        make(session, world)
        session.flush()
        look = Look(session, TODAY, SMALLEST, LEADER, known)
        found = {one.id: findings for one in RULES if (findings := list(one.find(look)))}
        here = replace(look, site_id=world.site_id, known={})
        at_site = {one.id: findings for one in RULES if (findings := list(one.find(here)))}
        raise _TakenBack
    assert at_site == found
    assert {one: len(findings) for one, findings in found.items()} == {rule: times}
    subjects = [one.subject for one in found[rule]]
    assert len(set(subjects)) == len(subjects)
    assert all(len(subject) <= 160 for subject in subjects)
    for one in found[rule]:
        assert one.site_id == world.site_id
        assert one.address.partition("?")[0].endswith(".ipynb")
        told = " ".join([one.subject, one.place, one.address, one.sentence])
        assert not any(name in told.split() for name in (*NAMES, "Gry"))
        assert one.sentence.endswith((".", "?"))


def test_sheets_of_people_who_were_deleted_since_are_not_too_many(anywhere):
    store, world = anywhere

    def too_many(session):
        look = Look(session, TODAY, SMALLEST, LEADER, {})
        rule = next(one for one in RULES if one.id == "too_many_sheets")
        return [one.sentence for one in rule.find(look)]

    with contextlib.suppress(_TakenBack), store.write(LEADER) as session:
        erase_people(session, world.codes[:4])
        assert len(too_many(session)) == 1
        at = dt.datetime.combine(TODAY, TEN, dt.UTC)
        session.add(deletion(site_id=world.site_id, people=4, rows={"enrolment": 4}, at=at))
        session.flush()
        assert too_many(session) == []
        type_sheets(session, world.course_id, "mid", TODAY, [None])
        assert too_many(session) == ["There are 7 sheets, but no more than 6 were on the course."]
        raise _TakenBack


def test_what_one_began_to_write_long_ago_is_found_by_oneself_alone(store, world):
    store.drafts.save(LEADER, f"course:{world.course_id}:enrol", {"names": "Ib"})
    store.drafts.save(LEADER, "site", {"name": "Horsens"})
    assert found_in(store) == {"old_draft": 2}
    assert look_through(store, TODAY, SMALLEST) == ()
    assert look_through(store, TODAY, SMALLEST, "anna") == ()


def test_every_rule_has_a_test():
    assert {rule.id for rule in RULES} == {*FAULTS, "old_draft"}
    assert len({rule.id for rule in RULES}) == len(RULES) >= 40
    assert all(len(rule.id) <= 32 for rule in RULES)


def test_a_record_in_order_breaks_no_rule(anywhere):
    store, _world = anywhere
    assert found_in(store) == {}


def test_an_empty_store_breaks_no_rule(store):
    assert found_in(store) == {}


def test_what_was_accepted_on_the_plan_is_not_found(store, world):
    with store.write(LEADER) as session:
        day = world.date(session, "teaching_day", 5)
        session.add(closure(site_id=world.site_id, starts_on=day.date, ends_on=day.date))
        session.flush()
        (blocked,) = plan_records.blocked_dates(session, TODAY)
        kept = [date_rows.kept_reason(reason) for reason in blocked[1]]
        day.avoided = [{"date": day.date.isoformat(), "accepted": kept}]
    assert found_in(store) == {}


def test_what_two_of_few_wrote_is_not_told(store, world):
    with store.write(LEADER) as session:
        for sheet in world.sheets(session)[:2]:
            row = suggestion(course_id=world.course_id, evaluation_id=sheet.id)
            row.raised_on = TODAY - 31 * DAY
            session.add(row)
    assert found_in(store) == {}


def test_a_removed_course_breaks_no_rule(store, world):
    with store.write(LEADER) as session:
        made = another(session, world, TODAY + 5 * DAY)
        made.removed_on = TODAY
    assert found_in(store) == {}


@pytest.mark.parametrize("day", [DEMO_DAY, dt.date(2027, 1, 1), dt.date(2028, 2, 29)], ids=str)
def test_the_demonstration_has_no_error(day, tmp_path):
    with open_store(tmp_path) as store:
        fill(store, day)
        found = look_through(store, day, SMALLEST)
    assert {one.rule.id for one in found if one.rule.severity == "error"} == set()


def test_as_many_statements_are_run_however_much_there_is(store, world):
    def run() -> int:
        count = Counter()

        def note(*_args: object) -> None:
            count["statements"] += 1

        engine = store._database.read
        event.listen(engine, "before_cursor_execute", note)
        look_through(store, TODAY, SMALLEST, LEADER)
        event.remove(engine, "before_cursor_execute", note)
        return count["statements"]

    with store.write(LEADER) as session:
        asked(session, world)
        asked(session, world, outcome="do", due_on=TODAY - DAY)
    once = run()
    for _place in range(3):
        other = in_order(store)
        with store.write(LEADER) as session:
            asked(session, other)
            asked(session, other, outcome="do", due_on=TODAY - DAY)
    assert run() == once <= 3 * len(RULES)


def test_a_role_looks_through_what_it_may_read(store, world):
    with store.write(LEADER) as session:
        world.sheets(session)[0].form_version = "0.1"
        world.sheets(session)[0].form_id = "final"
        counted(session, world, TODAY + DAY, 9)
    evaluator = Store.open(store.address, visitor=Visitor("eva", "evaluator"))
    assert found_in(evaluator) == {"wrong_form": 1}
    leader = Store.open(store.address, visitor=Visitor("lis", "course_leader"))
    assert found_in(leader) == {"wrong_form": 1, "counted_ahead": 1}


def test_other_sites_are_not_looked_through_for_somebody_who_works_at_one(store, world):
    other = in_order(store)
    with store.write(LEADER) as session:
        for one in (world, other):
            session.get_one(Course, one.course_id).starts_on += DAY
    sites = frozenset({other.site_id})
    own = Store.open(store.address, visitor=Visitor("lis", "course_leader", sites))
    (found,) = look_through(own, TODAY, SMALLEST)
    assert [one.site_id for one in found.findings] == [other.site_id]


def test_one_site_is_looked_through_by_itself_and_never_one_that_is_not_theirs(store, world):
    other = in_order(store)
    with store.write(LEADER) as session:
        for one in (world, other):
            session.get_one(Course, one.course_id).starts_on += DAY
    for one in (world, other):
        looked = look_through(store, TODAY, SMALLEST, site_id=one.site_id)
        # Anna teaches at both: that only shows beside the other.
        assert [found.rule.id for found in looked] == ["begins_elsewhere", "booked_twice"]
        at = {finding.site_id for found in looked for finding in found.findings}
        assert at == {one.site_id}
    sites = frozenset({other.site_id})
    own = Store.open(store.address, visitor=Visitor("lis", "course_leader", sites))
    assert look_through(own, TODAY, SMALLEST, site_id=world.site_id) == ()


REFUSED = {
    "a date that ends before it begins": lambda w: course_date(
        course_id=w.course_id, kind="sparring", number=9, starts_at=THREE, ends_at=TEN
    ),
    "two dates of one number": lambda w: course_date(course_id=w.course_id, number=1),
    "a date without a number": lambda w: course_date(course_id=w.course_id, number=0),
    "a weekday there is not": lambda w: course(site_id=w.site_id, weekday=7),
    "two sites of one name": lambda w: site(id=99, name="Vejle", municipality="Vejle"),
    "a closure that ends before it begins": lambda w: closure(
        site_id=w.site_id, starts_on=TODAY, ends_on=TODAY - DAY
    ),
    "somebody twice on one course": lambda w: enrolment(w.codes[0], course_id=w.course_id),
    "somebody on a course there is not": lambda w: enrolment(w.codes[0], course_id=999),
    "somebody there is not": lambda w: enrolment(new_code(), course_id=w.course_id),
    "fewer than nobody": lambda w: HeadCount(
        site_id=w.site_id, occasion="cafe", date=TODAY, people=-1
    ),
    "an answer below every scale": lambda w: Answer(evaluation_id=1, item_id="ready2", code=-1),
    "an answer on no sheet": lambda w: Answer(evaluation_id=999, item_id="ready", code=1),
    "a sheet of no course": lambda w: evaluation(course_id=999),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_store_itself_refuses_what_no_rule_looks_for(what, store, world):
    if what == "two sites of one name":
        with store.write(LEADER) as session:
            session.add(site(name="Vejle", municipality="Vejle"))
    with pytest.raises((IntegrityError, Conflict)), store.write(LEADER) as session:
        session.add(REFUSED[what](world))
