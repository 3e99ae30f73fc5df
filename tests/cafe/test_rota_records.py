"""Cafés are put on the rota, hosts take shifts, and what cannot be is refused."""

import datetime as dt

import pytest
from icalendar import Calendar
from sqlalchemy import select

from builders import LEADER, a_site, assert_sound, change, participant
from builders import save as saved
from peerbook.cafe import rota_records
from peerbook.cafe.rota_files import rota_calendar
from peerbook.cafe.rota_part import Rota
from peerbook.cafe.rota_records import MOST_HOSTS, Hosts, Opening
from peerbook.course import plan_records
from peerbook.course.schedule.calendar import Closure
from peerbook.data_protection.own_file import own_file
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.privacy.erasure import erase_person, held_about
from peerbook.privacy.retention import RetentionRule, terms
from peerbook.store import Store, Visitor, append_event, identities
from peerbook.store.store import begin_counting_again
from peerbook.store.tables import NameSeen, Site

TUESDAY = dt.date(2026, 3, 3)
JOINED = dt.date(2026, 1, 5)
WEEK = dt.timedelta(weeks=1)
NAME = "Opdigt Værtsen"
"""Invented."""


@pytest.fixture
def site_id(store):
    return a_site(store, Closure(TUESDAY + WEEK, TUESDAY + WEEK, "other", "Malerne er her"))[0]


@pytest.fixture
def code(store, site_id):
    (made,) = saved(store, participant(site_id=site_id, created_on=JOINED))
    with store.write(LEADER) as session:
        append_event(session, "participant", made, "joined", JOINED, role="mentor")
        identities.save_name(session, made, NAME)
    return made


def opening(day=TUESDAY, starts=10, ends=12, **more):
    return Opening(day, dt.time(starts), dt.time(ends), "Lido", **more)


def plan(store, site_id, weeks=1, **when):
    return change(store, rota_records.plan_shifts, site_id, opening(**when), weeks)


def shifts(store, site_id):
    with store.read() as session:
        return rota_records.shifts(session, site_id)


def take(store, number, hosts, version=1, **when):
    return change(store, rota_records.save_shift, number, opening(**when), hosts, version)


def refused(call, *args, **named):
    with pytest.raises(InputFault) as fault:
        call(*args, **named)
    return [one.place.field for one in fault.value.faults]


def test_a_weekly_cafe_leaves_out_the_days_the_place_is_closed(store, site_id):
    _saved, closed = plan(store, site_id, weeks=4)
    assert closed == [TUESDAY + WEEK]
    assert [one.opening.date for one in shifts(store, site_id)] == [
        TUESDAY, TUESDAY + 2 * WEEK, TUESDAY + 3 * WEEK,
    ]  # fmt: skip
    assert all(one.is_free for one in shifts(store, site_id))


def test_what_cannot_be_is_refused_and_nothing_of_it_saved(store, site_id):
    plan(store, site_id, day=TUESDAY + 2 * WEEK)
    assert refused(plan, store, site_id, weeks=4) == ["date"]
    assert refused(plan, store, site_id, day=TUESDAY + WEEK) == ["date"]
    assert refused(plan, store, site_id, starts=12, ends=12) == ["ends_at"]
    assert refused(plan, store, site_id, weeks=0) == ["weeks"]
    assert len(shifts(store, site_id)) == 1
    plan(store, site_id, day=TUESDAY + 2 * WEEK, starts=14, ends=16)
    assert len(shifts(store, site_id)) == 2


def test_participants_and_others_take_a_shift_and_leave_it(store, site_id, code):
    number = plan(store, site_id)[0].number
    take(store, number, Hosts((code,), (" Frivillig  A ", "Frivillig A", "")))
    (one,) = shifts(store, site_id)
    assert (one.hosts.codes, one.hosts.labels) == ((code,), ("Frivillig A",))
    assert not one.is_free
    take(store, number, Hosts((), ("Frivillig B",)), one.version)
    (one,) = shifts(store, site_id)
    assert (one.hosts.codes, one.hosts.labels) == ((), ("Frivillig B",))
    assert_sound(store)


def test_only_who_takes_part_then_can_be_host_but_who_was_stays_so(store, site_id, code):
    number = plan(store, site_id)[0].number
    (elsewhere,) = saved(store, participant(site_id=a_site(store)[0]))
    assert refused(take, store, number, Hosts((elsewhere,))) == ["codes"]
    assert refused(take, store, number, Hosts((code,)), day=JOINED - WEEK) == ["codes"]
    take(store, number, Hosts((code,)))
    with store.write(LEADER) as session:
        append_event(session, "participant", code, "stopped", TUESDAY - WEEK)
    take(store, number, Hosts((code,), ("Frivillig A",)), 2)
    assert shifts(store, site_id)[0].hosts.codes == (code,)
    many = Hosts((), tuple(f"Frivillig {n}" for n in range(MOST_HOSTS + 1)))
    assert refused(take, store, number, many, 3) == ["labels"]
    assert refused(take, store, number, Hosts((), ("A" * 61,)), 3) == ["labels"]


def test_a_host_typed_in_another_case_or_with_spaces_is_the_same_host(store, site_id):
    for week in (0, 2, 3):
        plan(store, site_id, day=TUESDAY + week * WEEK)
    first, second, third = shifts(store, site_id)
    take(store, first.number, Hosts((), ("frivillig a", "Frivillig  A")))
    take(store, second.number, Hosts((), ("FRIVILLIG A",)), day=second.opening.date)
    take(store, third.number, Hosts((), ("Frivillig A",)), day=third.opening.date)
    assert shifts(store, site_id)[0].hosts.labels == ("Frivillig A",)
    with store.read() as session:
        held = rota_records.held(session, site_id, TUESDAY + 3 * WEEK)
        assert rota_records.labels_used(session, site_id) == ["Frivillig A"]
    assert {key for cafe in held for key in cafe.hosts} == {"label:Frivillig A"}
    take(store, first.number, Hosts((), ("Frivillig a",)), 2)
    assert shifts(store, site_id)[0].hosts.labels == ("Frivillig a",)
    with store.read() as session:
        held = rota_records.held(session, site_id, TUESDAY + 3 * WEEK)
    assert len({key for cafe in held for key in cafe.hosts}) == 1
    assert_sound(store)


def test_a_participants_name_typed_as_text_is_recognised_and_kept_nowhere(store, site_id, code):
    number = plan(store, site_id)[0].number
    typed = " opdigt   VÆRTSEN"
    with store.read() as session:
        found = rota_records.recognised(
            session, site_id, TUESDAY, (typed, "Opdigt", f"{NAME}, personale", "")
        )
        assert found == {typed: code}
        assert rota_records.recognised(session, site_id, JOINED - WEEK, (typed,)) == {}
    assert refused(take, store, number, Hosts((), (typed,))) == ["labels"]
    assert shifts(store, site_id)[0].is_free
    take(store, number, Hosts((code,), (f"{NAME} personale",)))
    assert shifts(store, site_id)[0].hosts.codes == (code,)
    assert_sound(store)


def test_between_weekly_cafes_the_closed_days_are_told_with_why(store, site_id):
    plan(store, site_id, weeks=3)
    plan(store, site_id, weeks=1, day=TUESDAY + 5 * WEEK)
    plan(store, site_id, day=TUESDAY + 2 * WEEK, starts=14, ends=16)
    with store.read() as session:
        calendar = plan_records.calendar_of(session, site_id)
    known = shifts(store, site_id)
    ((at, why),) = rota_records.closed_days(known, calendar)
    assert (at.date, at.place) == (TUESDAY + WEEK, "Lido")
    assert "Malerne er her" in why
    assert rota_records.closed_days(known[:1], calendar) == []


def test_whoever_is_known_but_does_not_take_part_is_no_host_by_their_name(store, site_id):
    (asked,) = saved(store, participant(site_id=site_id, created_on=JOINED))
    with store.write(LEADER) as session:
        identities.save_name(session, asked, "Åse Opdigt")
    number = plan(store, site_id)[0].number
    for typed in ("åse  opdigt", "A\u030ase Opdigt", "Åse Op\u00addigt"):
        assert refused(take, store, number, Hosts((), (typed,))) == ["labels"]
    take(store, number, Hosts((), ("Åse Opdigt (personale)",)))
    assert_sound(store)


def test_who_was_written_down_before_they_were_known_is_erased_from_the_rota(store, site_id):
    number = plan(store, site_id)[0].number
    take(store, number, Hosts((), ("Åse  Opdigt", "Åse Opdigt (personale)")))
    (code,) = saved(store, participant(site_id=site_id, created_on=JOINED))
    with store.write(LEADER) as session:
        identities.save_name(session, code, "Åse Opdigt")
    with store.write(LEADER) as session:
        erase_person(session, code)
    (shift,) = shifts(store, site_id)
    assert shift.hosts.labels == ("Åse Opdigt (personale)",)
    assert_sound(store)


def test_hosts_by_label_are_saved_also_by_who_knows_people_by_codes(store, site_id, code):
    number = plan(store, site_id)[0].number
    visitor = Visitor(LEADER, "leader", by_codes=True)
    by_codes = Store.open(store.address, visitor=visitor)
    take(by_codes, number, Hosts((), ("Frivillig A",)))
    assert shifts(store, site_id)[0].hosts.labels == ("Frivillig A",)


def test_only_who_is_recognised_was_seen_by_whoever_types_hosts(store, site_id, code):
    take(store, plan(store, site_id)[0].number, Hosts((), (NAME.split(maxsplit=1)[0],)))
    with store.read() as session:
        assert session.scalars(select(NameSeen.participant_code)).all() == []


def test_two_who_change_the_hosts_at_once_do_not_overwrite_each_other(store, site_id):
    number = plan(store, site_id)[0].number
    take(store, number, Hosts((), ("Frivillig A",)))
    with pytest.raises(Conflict):
        take(store, number, Hosts((), ("Frivillig B",)))
    with pytest.raises(Conflict):
        change(store, rota_records.remove_shift, number, 1)
    change(store, rota_records.remove_shift, number, 2)
    assert shifts(store, site_id) == []


def test_called_off_and_to_come_are_not_among_those_that_were_held(store, site_id, code):
    for week in (0, 2, 3):
        plan(store, site_id, day=TUESDAY + week * WEEK)
    first, second, _third = shifts(store, site_id)
    take(store, first.number, Hosts((code,), ("Frivillig A",)))
    take(store, second.number, Hosts((code,)), day=second.opening.date, is_cancelled=True)
    with store.read() as session:
        (cafe,) = rota_records.held(session, site_id, TUESDAY + 2 * WEEK)
    assert (cafe.date, cafe.hosts, cafe.unknown) == (TUESDAY, {code, "label:Frivillig A"}, 0)


def test_of_somebody_who_is_erased_it_stays_that_there_was_a_host(store, site_id, code):
    number = plan(store, site_id)[0].number
    take(store, number, Hosts((code,)))
    with store.read() as session:
        assert ("shift_host", 1) in {(one.table, one.rows) for one in held_about(session, code)}
    change(store, erase_person, code)
    (one,) = shifts(store, site_id)
    assert (one.hosts.codes, one.hosts.unknown, one.is_free) == ((), 1, False)
    take(store, number, Hosts((), ("Frivillig A",)), one.version)
    assert shifts(store, site_id)[0].hosts == Hosts((), ("Frivillig A",), 1)
    assert_sound(store)


def test_being_host_is_a_contact_from_which_the_time_to_delete_is_counted(store, site_id, code):
    rule = RetentionRule(6, "last_contact", "Opdigt")
    take(store, plan(store, site_id)[0].number, Hosts((code,)))
    plan(store, site_id, day=TUESDAY + 2 * WEEK)
    take(store, shifts(store, site_id)[1].number, Hosts((code,)), day=TUESDAY + 2 * WEEK)
    with store.read() as session:
        (term,) = terms(session, rule, TUESDAY + WEEK)
    assert term.counted_from == TUESDAY


def test_the_calendar_names_no_participant_and_replaces_what_it_said_before(store, site_id, code):
    number = plan(store, site_id)[0].number
    stamp = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    def entry():
        data = rota_calendar(shifts(store, site_id), "Opdigtby", stamp)
        assert NAME.encode() not in data
        assert code.encode() not in data
        (event,) = Calendar.from_ical(data).walk("VEVENT")
        return event

    free = entry()
    take(store, number, Hosts((code,), ("Frivillig A",)))
    taken = entry()
    assert free["uid"] == taken["uid"]
    assert free["sequence"] < taken["sequence"]
    assert free["summary"] != taken["summary"]
    assert "Frivillig A" in taken["description"]
    take(store, number, Hosts((code,), ("Frivillig A",)), 2, is_cancelled=True)
    assert entry()["status"] == "CANCELLED"
    with store.write(LEADER) as session:
        begin_counting_again(session, stamp)
    assert entry()["sequence"] > 1_000_000, "after a restore it counts fewer changes"


def test_a_cafe_that_was_moved_far_away_is_in_the_calendar_file_where_it_is_now(store, site_id):
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    with store.read() as session:
        rota = Rota(desk, session.get_one(Site, site_id), print)
    one = plan(store, site_id)[0]

    def entry():
        (event,) = Calendar.from_ical(rota._calendar()[1]).walk("VEVENT")
        return str(event["uid"]), event.decoded("dtstart").date(), event["sequence"]

    for version, moved_to in enumerate([desk.today - 40 * WEEK, desk.today + 80 * WEEK], start=1):
        take(store, one.number, Hosts(), version, day=moved_to)
        assert entry() == (shifts(store, site_id)[0].uid, moved_to, version)


def test_a_course_leader_keeps_the_rota_at_their_own_place_alone(store, site_id, code):
    number = plan(store, site_id)[0].number
    elsewhere = a_site(store)[0]
    there = plan(store, elsewhere)[0].number
    theirs = Store.open(
        store.address, visitor=Visitor(LEADER, "course_leader", frozenset({site_id}))
    )
    take(theirs, number, Hosts((code,), ("Frivillig A",)))
    plan(theirs, site_id, day=TUESDAY + 2 * WEEK)
    assert len(shifts(theirs, site_id)) == 2
    assert shifts(theirs, elsewhere) == []
    with pytest.raises(Conflict):  # there is no such café for them
        take(theirs, there, Hosts((), ("Frivillig A",)))
    assert_sound(store)


def test_the_own_file_tells_where_somebody_is_host(store, site_id, code):
    take(store, plan(store, site_id)[0].number, Hosts((code,)))
    with store.read() as session:
        told = repr(own_file(session, code, TUESDAY))
    for known in ("Caféer, du er vært ved", "Lido", "10.00–12.00"):
        assert known in told, known


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_a_year_that_is_mistyped_is_refused_and_not_counted_past(store, site_id, day):
    assert refused(plan, store, site_id, weeks=4, day=day) == ["date"]
    saved, _closed = plan(store, site_id)
    assert refused(take, store, saved.number, Hosts(), day=day) == ["date"]
    last = dt.date(2100, 12, 30)
    _saved, _closed = plan(store, site_id, weeks=4, day=last)
    assert [one.opening.date for one in shifts(store, site_id)] == [TUESDAY, last]
