"""Valid records in one line: name what the test is about, the rest is filled in.

`course(title="Autumn")` is a row that can be saved; `a_course(store)` saves a whole one and says
what it made. Numbers of rows that others point to default to 1, the first one saved. At the end
stands what must hold in every store at every time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.orm import Session

from peerbook.course import people_records, plan_records, records
from peerbook.course.curriculum import load_course
from peerbook.course.schedule.calendar import Closure as ClosedDays
from peerbook.course.schedule.no_plan import NoPlan
from peerbook.course.schedule.plan import CoursePlan, PlanRequest, template_of
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.sites import site_records
from peerbook.store import Role, Store, Visitor, identities, new_code, users
from peerbook.store.audit import PRIVATE, plain, row_id
from peerbook.store.sqlite import SqliteFile
from peerbook.store.tables import (
    Answer,
    Attendance,
    Audit,
    Base,
    CafeShift,
    CatchUp,
    Closure,
    CoffeeTalk,
    CommonEvent,
    CostAssessment,
    Course,
    CourseDate,
    DataImport,
    Decision,
    Deletion,
    Enquiry,
    Enrolment,
    Evaluation,
    Event,
    ExitTalk,
    Gathering,
    GatheringGuest,
    Hold,
    MatchedPair,
    Meeting,
    OutOfHoursContact,
    Participant,
    Presenter,
    PressItem,
    RaisedTheme,
    RecruitmentEffort,
    Resource,
    SamePerson,
    ShiftHost,
    Site,
    Snooze,
    Stakeholder,
    Suggestion,
    Veto,
    Visit,
    Wish,
)
from peerbook.store.telephone import Telephone

LEADER = "leader"
START = dt.date(2026, 3, 4)
"""A Wednesday without a holiday near it."""
PLANNED_ON = dt.date(2026, 11, 2)
DEMO_DAY = dt.date(2026, 11, 24)
"""The day the invented Vejle of a test is made, so that its dates are always the same."""


def a_desk(store: Store, name: str = LEADER, role: Role = "leader") -> Desk:
    """Return the desk of somebody who sits at a store."""
    return Desk(store, Visitor(name, role), synthetic=False)


def file_address(folder: Path, name: str) -> str:
    return str(folder / name)


address_in = file_address
"""How a folder and a name lead to a store; tests of the store lead them to another database."""


def address(folder: Path, name: str = "peerbook.sqlite") -> str:
    """Return the address of a store in a folder."""
    return address_in(folder, name)


GOOD_PASSWORD = "tre blå heste på taget"


def a_user(
    store: Store, name: str, role: Role, sites: list[int] | None = None, shown: str = "Opdigt"
) -> None:
    """Save a user who has begun, with a good password."""
    with store.write(LEADER) as session:
        users.add_user(session, name, shown, role, sites)
        users.set_password(session, name, users.hashed_password(GOOD_PASSWORD))


def a_telephone(store: Store, name: str) -> tuple[Telephone, list[str]]:
    """Give a user a telephone that has shown no code yet; return it and the codes on paper."""
    telephone = Telephone.new()
    with store.write(name) as session:
        _stamp, codes = users.begin_telephone(session, name, telephone, 0)
    return telephone, codes


def shown_by(telephone: Telephone, now_s: float) -> str:
    """Return the code a telephone shows."""
    return telephone._codes().generate(now_s).decode()


def open_store(folder: Path, name: str = "peerbook.sqlite") -> Store:
    """Return a new or the existing store in a folder."""
    return Store.open(address(folder, name))


def raw(path: Path) -> Any:
    """Return a connection to a store's file that passes all of the store's rules by."""
    return SqliteFile(path)._connect(foreign_keys=False)


def save(store: Store, *rows: Base, actor: str = LEADER) -> list[Any]:
    """Save the rows and return their keys."""
    with store.write(actor) as session:
        session.add_all(rows)
        session.flush()
    keys = [inspect(row).identity for row in rows]
    return [key[0] if len(key) == 1 else key for key in keys]


def change(store: Store, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Return what a records function saved, called as a leader of all sites."""
    with store.write(LEADER) as session:
        return call(session, *args, **named)


def read(store: Store, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Return what a records function finds."""
    with store.read() as session:
        return call(session, *args, **named)


def refused(store: Store, call: Callable[..., Any], *args: Any, **named: Any) -> list[str | None]:
    """Return the fields for which a records function refuses to save."""
    with pytest.raises(InputFault) as fault:
        change(store, call, *args, **named)
    return [one.place.field for one in fault.value.faults]


def site(**values: Any) -> Site:
    return Site(**{"name": "Vejle", "municipality": "Vejle", **values})


def participant(**values: Any) -> Participant:
    return Participant(**{"code": new_code(), "site_id": 1, "created_on": START, **values})


def resource(**values: Any) -> Resource:
    return Resource(**{"site_id": 1, "kind": "room", "label": "The large room", **values})


def closure(**values: Any) -> Closure:
    week = {"starts_on": dt.date(2026, 2, 9), "ends_on": dt.date(2026, 2, 13)}
    return Closure(**{"kind": "school_holiday", "label": "Winter break", **week, **values})


def course(**values: Any) -> Course:
    plan = {"template": "six_months", "template_version": "1", "starts_on": START, "weekday": 2}
    params: dict[str, Any] = {"rules": {}}
    return Course(**{"site_id": 1, "title": "Spring 2026", "params": params, **plan, **values})


def course_date(**values: Any) -> CourseDate:
    return CourseDate(**{"course_id": 1, "kind": "teaching_day", "date": START, **values})


def enrolment(participant_code: str, **values: Any) -> Enrolment:
    return Enrolment(
        **{"participant_code": participant_code, "course_id": 1, "enrolled_on": START, **values}
    )


def attendance(participant_code: str, **values: Any) -> Attendance:
    seen = {"course_date_id": 1, "status": "present"}
    return Attendance(**{"participant_code": participant_code, **seen, **values})


def catch_up(participant_code: str, **values: Any) -> CatchUp:
    done = {"course_date_id": 1, "done_on": START + dt.timedelta(days=7), "how": "Read the handout"}
    return CatchUp(**{"participant_code": participant_code, **done, **values})


def raised_theme(**values: Any) -> RaisedTheme:
    return RaisedTheme(**{"course_date_id": 1, "theme": "boundaries", **values})


def presenter(participant_code: str, **values: Any) -> Presenter:
    return Presenter(
        **{"participant_code": participant_code, "course_id": 1, "number": 1, **values}
    )


def data_import(**values: Any) -> DataImport:
    file = {"file_name": "mid.xlsx", "file_digest": "0" * 64}
    return DataImport(**{"kind": "evaluation", "actor": LEADER, **file, **values})


def evaluation(**values: Any) -> Evaluation:
    form = {"form_id": "mid", "form_version": "1", "wave": "mid"}
    return Evaluation(**{"course_id": 1, **form, "entered_on": START, "source": "typed", **values})


def answer(**values: Any) -> Answer:
    return Answer(**{"evaluation_id": 1, "item_id": "useful", "code": 4, **values})


def suggestion(**values: Any) -> Suggestion:
    return Suggestion(**{"course_id": 1, "text": "Longer breaks", "raised_on": START, **values})


def decision(**values: Any) -> Decision:
    return Decision(
        **{"suggestion_id": 1, "outcome": "do", "owner": LEADER, "decided_on": START, **values}
    )


def snooze(**values: Any) -> Snooze:
    found = {"rule": "no_dates", "subject": "course:1", "site_id": 1, "actor": LEADER}
    until = {"since": START, "wakes_on": START + dt.timedelta(days=7), "reason": "It is known"}
    return Snooze(**{**found, **until, **values})


def same_person(one: str, other: str, **values: Any) -> SamePerson:
    one, other = sorted((one, other))
    said = {"is_same": True, "said_on": START, "actor": LEADER}
    return SamePerson(**{"one_code": one, "other_code": other, **said, **values})


def hold(participant_code: str, **values: Any) -> Hold:
    kept = {"since": START, "until": START + dt.timedelta(days=90), "actor": LEADER}
    return Hold(**{"participant_code": participant_code, "reason": "En aftale", **kept, **values})


def deletion(**values: Any) -> Deletion:
    gone = {"ground": "asked", "people": 1, "rows": {"identity": 1}, "actor": LEADER}
    return Deletion(**{"site_id": 1, **gone, **values})


def add_recruitment(session: Session, site_id: int, participant_code: str) -> None:
    """Add one row to each table of recruitment."""
    item = PressItem(
        site_id=site_id, kind="article", outlet="Ugeavisen", title="Kaffe", appeared_on=START
    )
    place = Stakeholder(
        site_id=site_id, name="Afdeling Opdigt", kind="unit", contact="Opdigt", added_on=START
    )
    session.add_all([item, place])
    session.flush()
    session.add_all([
        Enquiry(
            site_id=site_id, participant_code=participant_code, asked_on=START, wanted_role="peer",
            heard_via="article", press_item_id=item.id, note="Ringer igen",
        ),
        CoffeeTalk(
            site_id=site_id, participant_code=participant_code, role="peer", date=START,
            goals="Ud at gå", wishes="En, der kan lide at gå",
        ),
        Visit(stakeholder_id=place.id, date=START, people=7, minutes=60, note="Kaffe"),
        RecruitmentEffort(site_id=site_id, channel="leaflet", date=START, what="Foldere"),
    ])  # fmt: skip


def add_matching(session: Session, site_id: int, peer: str, mentor: str) -> None:
    """Add one row to each table of matching and pathways."""
    one, other = sorted((peer, mentor))
    gathering = Gathering(site_id=site_id, kind="cafe", date=START, place="Lido")
    session.add(gathering)
    session.flush()
    session.add_all([
        GatheringGuest(gathering_id=gathering.id, participant_code=peer),
        Wish(participant_code=peer, wished_code=mentor, basis="met", rank=1, made_on=START),
        Veto(one_code=one, other_code=other, kind="family", reason="Fætre", said_on=START),
    ])  # fmt: skip
    pair = MatchedPair(
        site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=START, peer_goal="Ud"
    )
    session.add(pair)
    session.flush()
    session.add_all([
        ExitTalk(
            pair_id=pair.id, date=START, state="held", ticked=["goals"], goals_reached="Kom ud",
            next_step="Cafévagt",
        ),
        Meeting(pair_id=pair.id, date=START, state="held"),
    ])  # fmt: skip


def add_cafe(session: Session, site_id: int, participant_code: str) -> None:
    """Add one row to each table of the café, and a contact out of hours."""
    shift = CafeShift(
        site_id=site_id, date=START, starts_at=dt.time(10), ends_at=dt.time(12), place="Lido"
    )
    event = CommonEvent(
        site_id=site_id, date=START, title="Sommertur", cost_kr=900, sheets=7, form_version="1.0",
        answers={"overall": {"5": 7}}, suggestions=["Mere kage"],
    )  # fmt: skip
    session.add_all([shift, event])
    session.flush()
    session.add_all([
        ShiftHost(shift_id=shift.id, participant_code=participant_code),
        ShiftHost(shift_id=shift.id, label="Vært A"),
        OutOfHoursContact(site_id=site_id, staff="Medarbejder A", date=START),
    ])  # fmt: skip


def cost_assessment(**values: Any) -> CostAssessment:
    """Return what was said about costs, not yet saved."""
    return CostAssessment(
        **{
            "title": "Opdigt", "models": ["vejle"], "first_year": 2026, "years": 3,
            "price_year": 2026, "made_on": START,
            "figures": {"contracts_started": {"unit": "count", "value": "20", "source": "Opdigt"}},
        }
        | values
    )  # fmt: skip


@dataclass(frozen=True)
class SavedCourse:
    """What `a_course` saved: keys, in order."""

    site_id: int
    course_id: int
    teaching_day_ids: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def a_course(store: Store, participants: int = 6, days: int = 6, **values: Any) -> SavedCourse:
    """Save a course with its site, monthly teaching days, and enrolled participants."""
    with store.write(LEADER) as session:
        place = site(name=f"Vejle {new_code()}")
        session.add(place)
        session.flush()
        planned = course(site_id=place.id, **values)
        session.add(planned)
        session.flush()
        dates = [
            course_date(course_id=planned.id, number=n + 1, date=START + dt.timedelta(weeks=4 * n))
            for n in range(days)
        ]
        people = [participant(site_id=place.id) for _position in range(participants)]
        session.add_all(dates + people)
        session.add_all(enrolment(one.code, course_id=planned.id) for one in people)
        session.flush()
    return SavedCourse(
        place.id, planned.id, [day.id for day in dates], [one.code for one in people]
    )


def a_course_of(store: Store, *names: str, **values: Any) -> SavedCourse:
    """Save a course as `a_course` does, with people who are called so."""
    made = a_course(store, participants=len(names), **values)
    with store.write(LEADER) as session:
        for code, name in zip(made.codes, names, strict=True):
            identities.save_name(session, code, name)
    return made


@dataclass(frozen=True)
class PlannedCourse:
    """What `a_planned_course` saved: a whole plan at a site of its own."""

    site: str
    site_id: int
    course_id: int
    codes: tuple[str, ...]


def a_site(store: Store, *closed: ClosedDays, name: str = "Vejle") -> tuple[int, str]:
    """Save a site of its own, with days it is closed; return its number and name."""
    own_name = f"{name} {new_code()}"
    with store.write(LEADER) as session:
        number = int(site_records.save_site(session, own_name, name).number)
        if closed:
            rows = [plan_records.closure_row(session, number, one) for one in closed]
            records.save_closures(session, rows)
    return number, own_name


def a_pair(store: Store, site_id: int, peer: str | None, mentor: str | None, on: dt.date) -> int:
    """Save a pair that was matched on a day, and return its number."""
    (number,) = save(
        store, MatchedPair(site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=on)
    )
    return int(number)


def somebody(name: str) -> str:
    """Return a name nobody else has: who teaches at two sites would be needed at both."""
    return f"{name} {new_code()}"


def a_plan(store: Store, site_id: int, **asked: Any) -> tuple[CoursePlan, str]:
    """Return an unsaved plan, and the version of the content.

    Tuesdays from February 2027 at ten, unless asked otherwise.
    """
    content = load_course("six_months")
    wish = {"title": "Spring 2027", "weekday": 1, "first_month": (2027, 2)}
    times = {"day_starts_at": dt.time(10), "sparring_starts_at": dt.time(13)}
    request = PlanRequest(
        **{"course_key": "new", "template": template_of(content), **wish, **times, **asked}
    )
    with store.read() as session:
        calendar = plan_records.calendar_of(session, site_id)
        others = plan_records.other_plans(session, site_id, request.begins_no_earlier)
    plan = plan_course(request, calendar, others)
    assert not isinstance(plan, NoPlan), plan.text
    return plan, content.version


def a_planned_course(
    store: Store, *closed: ClosedDays, mentors: tuple[str, ...] = (), **asked: Any
) -> PlannedCourse:
    """Save a plan as the plan page does, at a site of its own, with mentors by name."""
    site_id, name = a_site(store, *closed)
    plan, version = a_plan(store, site_id, **asked)
    with store.write(LEADER) as session:
        saved = plan_records.save_plan(session, site_id, plan, version, on=PLANNED_ON)
        planned = session.get_one(Course, saved.number)
        if mentors:
            people_records.enrol(session, planned, mentors, planned.starts_on)
        codes = tuple(mentor.code for mentor in people_records.mentors(session, planned.id))
    return PlannedCourse(name, site_id, int(saved.number), codes)


def counted(session: Session) -> tuple[int, int]:
    """Return how many events and audit entries there are."""
    return (
        session.scalar(select(func.count()).select_from(Event)) or 0,
        session.scalar(select(func.count()).select_from(Audit)) or 0,
    )


def replayed(session: Session) -> dict[str, dict[str, dict[str, Any]]]:
    """Return all audited tables as the audit alone tells them: rows by table and row id."""
    told: dict[str, dict[str, dict[str, Any]]] = {}
    for entry in session.scalars(select(Audit).order_by(Audit.seq)):
        rows = told.setdefault(entry.table_name, {})
        if entry.action == "insert":
            assert entry.row_id not in rows
            rows[entry.row_id] = dict(entry.new or {})
        elif entry.action == "update":
            assert rows[entry.row_id] | (entry.old or {}) == rows[entry.row_id]
            rows[entry.row_id] |= entry.new or {}
        else:
            assert rows.pop(entry.row_id) == entry.old
    return {name: rows for name, rows in told.items() if rows}


def stored(session: Session) -> dict[str, dict[str, dict[str, Any]]]:
    """Return all audited tables as they are, in the audit's writing."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for mapper in Base.registry.mappers:
        if not mapper.class_.audited:
            continue
        for row in session.scalars(select(mapper.class_)):
            values = {
                attr.columns[0].name: PRIVATE
                if attr.columns[0].info.get("private") and getattr(row, attr.key) is not None
                else plain(getattr(row, attr.key))
                for attr in mapper.column_attrs
            }
            found.setdefault(mapper.class_.__tablename__, {})[row_id(inspect(row).identity)] = (
                values
            )
    return found


def let_change(connection: Connection, *histories: str) -> None:
    """Let rows of tables that only grow be changed, as somebody could behind peerbook's back."""
    for table in histories:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            continue
        for change in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_{change}")


def is_whole(session: Session) -> bool:
    """Return whether every page of the file and every index is as it should be.

    A PostgreSQL server looks after its pages itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        return True
    return session.execute(text("PRAGMA integrity_check(1)")).scalar_one() == "ok"


def assert_sound(store: Store) -> None:
    """The file is whole, and audit and tables tell the same."""
    with store.read() as session:
        assert is_whole(session)
        assert replayed(session) == stored(session)
