"""A no stops what it is about the same day, in the transaction that writes it down."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from builders import LEADER, START, a_course, a_course_of, a_desk, attendance, open_store, save
from peerbook.course import people_records
from peerbook.course.attendance.consent_part import Consents
from peerbook.course.attendance.consent_records import save_consents
from peerbook.course.evaluation import evaluation_paper_part
from peerbook.course.evaluation_form import load_form
from peerbook.course.people_records import place_on_course
from peerbook.errors import InputFault
from peerbook.privacy.consent import consent_texts, consents, said_no_to
from peerbook.store import Store, Visitor, identities, set_setting
from peerbook.store.cpr import Cpr
from peerbook.store.identities import CPR_SETTING
from peerbook.store.tables import Course, Enrolment
from peerbook.ui import Notice, Prose

CPR = Cpr("2110625629", dt.date(1962, 10, 21))
"""The number python-stdnum's own tests use; nobody's."""
MIDWAY = START + dt.timedelta(weeks=9)
"""Between the third day of six and the fourth."""


@pytest.fixture
def made(store):
    return a_course_of(store, "Anna Holm Jensen", "Bo Skov")


def says(store, code, actor=LEADER, on=MIDWAY, **answers):
    with store.write(actor) as session:
        return save_consents(session, code, answers, on, today=on)[1]


def standing(store, made, day):
    with store.read() as session:
        return {one.code: one.on(day) for one in people_records.mentors(session, made.course_id)}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_no_to_linking_deletes_the_number_whoever_writes_it_down(database, request, tmp_path):
    """A course leader does not see numbers, and a no that she writes down deletes one."""
    if database == "postgres":
        server = request.getfixturevalue("postgres_server")
        opened = Store.open(server.url(server.new_database()))
    else:
        opened = open_store(tmp_path)
    with opened as store:
        made = a_course_of(store, "Anna Holm Jensen", "Bo Skov")
        with store.write(LEADER) as session:
            set_setting(session, CPR_SETTING, True)
            for code in made.codes:
                identities.save_cpr(session, code, CPR, "samtykke")
        visitor = Visitor("lis", "course_leader", frozenset({made.site_id}))
        with Store.open(store.address, visitor=visitor) as theirs:
            assert says(theirs, made.codes[0], actor="lis", cpr_link=False).cpr_deleted
            assert not says(theirs, made.codes[0], actor="lis", cpr_link=False).cpr_deleted
        with store.read() as session:
            assert set(identities.kept_cpr_of(session, made.codes)) == {made.codes[1]}
            assert identities.codes_with(session, CPR) == [made.codes[1]]
            assert identities.name_of(session, [made.codes[0]]) != {}


def test_a_no_to_taking_part_ends_the_place_that_day_and_nobody_elses(store, made):
    anna, bo = made.codes
    stopped = says(store, anna, taking_part=False)
    assert [day for _title, day in stopped.left] == [MIDWAY]
    assert standing(store, made, MIDWAY - dt.timedelta(days=1)) == {anna: "on", bo: "on"}
    assert standing(store, made, MIDWAY) == {anna: "left", bo: "on"}


def test_who_came_that_day_has_left_from_the_next(store, made):
    day = START + dt.timedelta(weeks=8)
    save(store, attendance(made.codes[0], course_date_id=made.teaching_day_ids[2]))
    stopped = says(store, made.codes[0], on=day, taking_part=False)
    assert [left for _title, left in stopped.left] == [day + dt.timedelta(days=1)]


def test_all_courses_that_go_on_are_left_and_those_that_are_over_are_not(store, made):
    code = made.codes[0]
    over = a_course(store, 0, days=1)
    later = a_course(store, 0, starts_on=MIDWAY + dt.timedelta(days=30))
    removed = a_course(store, 0)
    with store.write(LEADER) as session:
        session.get_one(Course, removed.course_id).removed_on = START
        for one, day in ((over, START), (later, MIDWAY + dt.timedelta(days=30)), (removed, START)):
            place_on_course(session, one.course_id, code, day)
    stopped = says(store, code, taking_part=False)
    assert [day for _title, day in stopped.left] == [MIDWAY, MIDWAY + dt.timedelta(days=30)]
    with store.read() as session:
        assert len(list(session.scalars(select(Enrolment).filter_by(participant_code=code)))) == 4


def test_saying_no_again_and_having_left_already_change_nothing(store, made):
    assert says(store, made.codes[0], taking_part=False).left
    assert says(store, made.codes[0], taking_part=False).left == ()
    with store.write(LEADER) as session:
        people_records.save_turn(session, made.course_id, made.codes[1], "left", MIDWAY)
    assert says(store, made.codes[1], taking_part=False).left == ()


def test_a_no_that_is_refused_stops_nothing(store, made):
    code = made.codes[0]
    says(store, code, taking_part=True)
    with pytest.raises(InputFault):
        says(store, code, on=MIDWAY - dt.timedelta(days=1), taking_part=False)
    assert standing(store, made, MIDWAY)[code] == "on"
    with store.read() as session:
        assert consents(session, code, MIDWAY)["taking_part"].given


def test_who_said_no_to_being_measured_is_not_asked_and_gets_no_strip(store, made, monkeypatch):
    monkeypatch.setattr(evaluation_paper_part, "call_on", lambda *_args: "")
    desk = a_desk(store)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)
        assert said_no_to(session, "being_measured", made.codes, desk.today) == frozenset()
    parts = evaluation_paper_part.paper_parts(desk, course, load_form("mid"))
    assert not any(isinstance(one, Notice) for one in parts)
    says(store, made.codes[0], being_measured=False)
    (told,) = [
        one.text
        for one in evaluation_paper_part.paper_parts(desk, course, load_form("mid"))
        if isinstance(one, Notice)
    ]
    assert told.startswith("1 har sagt nej til at blive målt")
    counts = []
    monkeypatch.setattr(
        evaluation_paper_part, "new_linking_codes", lambda count: counts.append(count) or ["7K3M"]
    )
    codes = parts[[hasattr(one, "_makers") for one in parts].index(True)]._makers[-1]
    codes()
    assert counts == [1 + evaluation_paper_part.SPARE_CODES]


def test_only_who_said_yes_stands_on_the_list_of_those_who_may_be_quoted(store, made):
    desk = a_desk(store)
    with store.read() as session:
        course = session.get_one(Course, made.course_id)

    def told():
        page = Consents(desk, course)
        page.parts()
        prose = [repr(one.tree) for one in page._list.everything() if isinstance(one, Prose)]
        return " ".join(prose)

    assert "Må citeres i dag: ingen" in told()
    says(store, made.codes[0], being_quoted=True)
    assert "Må citeres i dag: Anna Holm Jensen" in told()
    says(store, made.codes[0], on=MIDWAY + dt.timedelta(days=1), being_quoted=False)
    assert "Må citeres i dag: ingen" in told()


def test_the_page_tells_what_a_no_has_stopped(store):
    desk = a_desk(store)
    made = a_course_of(store, "Anna Holm Jensen", days=6)
    with store.write(LEADER) as session:
        course = session.get_one(Course, made.course_id)
        (anna,) = people_records.mentors(session, course.id)
        set_setting(session, CPR_SETTING, True)
        identities.save_cpr(session, anna.code, CPR, "samtykke")
    page = Consents(desk, course)
    form = page._asking(anna)[1]
    values = {"cpr_link": "no", "on": desk.today.isoformat()}
    form.answer({"do": "submit", "key": str(uuid.uuid4()), "values": values}, [])
    (told,) = [one.text for one in page._list.everything() if isinstance(one, Notice)]
    assert told.endswith("CPR-nummeret er slettet.")


def test_every_purpose_says_what_a_later_no_does():
    for one in consent_texts().purposes:
        assert "Siger du nej senere" in " ".join(one.text.split()), one.purpose
