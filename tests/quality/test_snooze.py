"""What was found can wait until a day, with a reason; nothing else wakes it but who asks for it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from builders import LEADER, course, course_date, decision, open_store, save, site, suggestion
from peerbook import cli
from peerbook.errors import Conflict, InputFault
from peerbook.quality import catalogue, snooze_records
from peerbook.quality.catalogue import Found, look_through
from peerbook.quality.report import lines
from peerbook.quality.rules import Finding
from peerbook.small_groups import SMALLEST
from peerbook.store import Store, Visitor
from peerbook.store.audit import PRIVATE
from peerbook.store.tables import Audit, CourseDate, Snooze

TODAY = dt.date(2027, 5, 20)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture
def found(store):
    """Return the rule and the one finding of a store with an empty course."""
    (number,) = save(store, site())
    save(store, course(site_id=number))
    (broken,) = look_through(store, TODAY, SMALLEST)
    (finding,) = broken.findings
    return broken.rule, finding


def put_off(store, found, until, reason="It is known", today=TODAY, actor=LEADER):
    rule, finding = found
    with store.write(actor) as session:
        return snooze_records.put_off(session, rule.id, finding, until, reason, today=today)


def asleep(store, today=TODAY):
    with store.read() as session:
        return snooze_records.asleep(session, today)


def test_what_is_put_off_sleeps_until_its_day_with_a_reason_and_who(store, found):
    put_off(store, found, TODAY + 30 * DAY, "  The dates come \n in June ")
    rule, finding = found
    (row,) = asleep(store, TODAY + 29 * DAY).values()
    assert (row.rule, row.subject, row.site_id) == (rule.id, finding.subject, finding.site_id)
    assert (row.since, row.reason, row.actor) == (TODAY, "The dates come in June", LEADER)
    assert asleep(store, TODAY + 30 * DAY) == {}


def test_what_changes_about_it_does_not_wake_it(store, found):
    put_off(store, found, TODAY + 30 * DAY)
    (key,) = asleep(store)
    course_id = int(found[1].subject.partition(":")[2])
    with store.write(LEADER) as session:
        session.add(course_date(course_id=course_id))
    with store.write(LEADER) as session:
        session.delete(session.scalars(select(CourseDate)).one())
    (again,) = look_through(store, TODAY, SMALLEST)
    assert (again.rule.id, again.findings[0].subject) == key
    assert list(asleep(store)) == [key]


@pytest.mark.parametrize("days", [0, -1, 367])
def test_nothing_is_put_off_for_no_time_or_for_more_than_a_year(store, found, days):
    with pytest.raises(InputFault) as fault:
        put_off(store, found, TODAY + days * DAY)
    assert fault.value.faults[0].place.field == "days"
    assert asleep(store) == {}


def test_nothing_is_put_off_without_a_reason(store, found):
    with pytest.raises(InputFault) as fault:
        put_off(store, found, TODAY + DAY, " \n ")
    assert fault.value.faults[0].place.field == "reason"


def test_two_do_not_put_off_the_same_and_after_its_day_it_can_be_put_off_anew(store, found):
    put_off(store, found, TODAY + 7 * DAY)
    with pytest.raises(Conflict):
        put_off(store, found, TODAY + 30 * DAY, actor="anna")
    later = TODAY + 7 * DAY
    put_off(store, found, later + DAY, "Once more", today=later, actor="anna")
    (row,) = asleep(store, later).values()
    assert (row.reason, row.actor, row.version) == ("Once more", "anna", 2)


def test_what_is_woken_is_spoken_of_again_and_the_audit_tells(store, found):
    put_off(store, found, TODAY + 7 * DAY)
    (row,) = asleep(store).values()
    with store.write("anna") as session:
        snooze_records.wake(session, row.id, row.version)
    assert asleep(store) == {}
    with pytest.raises(Conflict), store.write("bo") as session:
        snooze_records.wake(session, row.id, row.version)
    with store.read() as session:
        told = session.scalars(select(Audit).where(Audit.table_name == "snooze")).all()
        kept = [(one.action, one.actor) for one in told]
        assert kept == [("insert", LEADER), ("delete", "anna")]
        assert told[1].old["reason"] == PRIVATE, "it could name somebody"
        assert session.scalars(select(Snooze)).all() == []


def test_somebody_of_another_site_sees_none_of_it(store, found):
    put_off(store, found, TODAY + 7 * DAY)
    (other,) = save(store, site(name="Horsens", municipality="Horsens"))
    stranger = Visitor("lis", "course_leader", frozenset({other}))
    with Store.open(store.address, visitor=stranger) as theirs:
        assert asleep(theirs) == {}


# -- the command ---------------------------------------------------------------------------------


def answered_twice(store):
    with store.write(LEADER) as session:
        row = suggestion()
        session.add(row)
        session.flush()
        for outcome in ("no", "later"):
            session.add(decision(suggestion_id=row.id, outcome=outcome))


def test_there_is_one_line_for_each_finding_and_what_sleeps_is_counted(store, found):
    told, is_wrong = lines(store, TODAY, SMALLEST)
    assert told == ["warning no_dates: Vejle: Spring 2026: The course has no dates."]
    assert not is_wrong
    answered_twice(store)
    told, is_wrong = lines(store, TODAY, SMALLEST, "error")
    assert told == ["error answered_twice: Vejle: Spring 2026: A suggestion has two answers."]
    assert is_wrong
    put_off(store, found, TODAY + DAY)
    assert lines(store, TODAY, SMALLEST)[0][1:] == ["1 is put off."]
    assert lines(store, TODAY, SMALLEST, "error")[0] == told


def test_the_places_are_looked_through_one_after_the_other_and_nothing_is_missed(
    store, found, monkeypatch
):
    """The most important still comes first; what belongs to no place is told once."""
    (other,) = save(store, site(name="Horsens", municipality="Horsens"))
    save(store, course(site_id=other, title="Autumn"))
    answered_twice(store)
    at_once = look_through(store, TODAY, SMALLEST)
    ours, looked = Finding("draft:1", None, "", "", "start.ipynb", "A draft waits."), []

    def look(*said, site_id):
        looked.append(site_id)
        one = look_through(*said, site_id=site_id)
        return (*one, Found(found[0], (ours,)))

    monkeypatch.setattr(catalogue, "look_through", look)
    told, is_wrong = lines(store, TODAY, SMALLEST)
    assert looked == [other, found[1].site_id]
    assert told == [
        "error answered_twice: Vejle: Spring 2026: A suggestion has two answers.",
        "warning no_dates: Horsens: Autumn: The course has no dates.",
        "warning no_dates: A draft waits.",
        "warning no_dates: Vejle: Spring 2026: The course has no dates.",
    ]
    assert is_wrong
    assert len(told) == 1 + sum(len(one.findings) for one in at_once)


def test_a_store_without_a_place_is_looked_through_too(store):
    assert lines(store, TODAY, SMALLEST) == (["There is nothing to put right."], False)


def test_a_severity_there_is_not_is_refused(store):
    with pytest.raises(InputFault, match="error, warning and note"):
        lines(store, TODAY, SMALLEST, "fatal")


def test_the_command_ends_with_one_when_a_figure_is_wrong(tmp_path):
    with open_store(tmp_path) as store:
        path = store.address

        def check(*words):
            return CliRunner().invoke(cli.app, ["check", "--store", path, *words])

        assert check().output == "There is nothing to put right.\n"
        assert check().exit_code == 0
        (number,) = save(store, site())
        save(store, course(site_id=number))
        assert "no_dates" in check().output
        assert check().exit_code == 0
        answered_twice(store)
        assert check("--severity", "error").output.count("\n") == 1
        assert check("--severity", "error").exit_code == 1
    assert isinstance(check("--severity", "fatal").exception, InputFault)
