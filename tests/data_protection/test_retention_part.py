"""The list before, deleting all who are due in one go, and keeping one person."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from sqlalchemy import select

from builders import LEADER, a_course_of, a_desk, a_site, participant, save, suggestion
from peerbook.data_protection.certificate import certificate
from peerbook.data_protection.hold_part import hold_parts
from peerbook.data_protection.own_file import own_file
from peerbook.data_protection.retention_part import RetentionPart
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.privacy.deletions import deletions
from peerbook.privacy.retention import RetentionRule, save_rule
from peerbook.privacy.taken_out import note_own_file, note_taken_out
from peerbook.store import Store, Visitor, identities, set_setting
from peerbook.store.tables import Hold, Participant
from peerbook.store.users import name_key
from peerbook.ui import Button, Download, Form, Notice, Prose, Submission, Table

RULE = RetentionRule(12, "last_contact", "Aftalt med kommunen")
_keys = itertools.count()


@pytest.fixture
def desk(store):
    return a_desk(store)


@pytest.fixture
def people(store, desk):
    """Save two who are due, one who soon is, and one who is on a course; return them by kind."""
    made = a_course_of(store, "Bo Skov", starts_on=desk.today)
    old, soon = (desk.today - dt.timedelta(days=days) for days in (400, 350))
    codes = save(
        store,
        *(participant(site_id=made.site_id, created_on=day) for day in (old, old, soon)),
    )
    return {"due": sorted(codes[:2]), "soon": codes[2], "on": made.codes[0]}


@pytest.fixture
def decided(store, people):
    with store.write(LEADER) as session:
        save_rule(session, RULE, None)
    return people


def parts_of(part, kind):
    return [one for place in part for one in place.everything() if isinstance(one, kind)]


def send(form, **values):
    key = f"{next(_keys):032}"
    return form._on_submit(Submission(key, values, form=form.name))


def named(parts, name):
    return next((one for one in parts_of(parts, Form) if one.name == name), None)


def rows(parts):
    return {
        row["code"]: row["state"].text for t in parts_of(parts, Table) for row in t._content.rows
    }


def test_without_a_rule_the_page_asks_and_deletes_nobody(store, desk, people):
    parts = RetentionPart(desk).parts()
    assert "ikke bestemt endnu" in parts_of(parts, Notice)[0].text
    form = named(parts, "retention")
    assert form.begin == {}
    assert named(parts, "delete_due") is None
    send(form, months=12, counted_from="last_contact", reason="Aftalt med kommunen")
    assert set(rows(parts)) == {*people["due"], people["soon"]}


def test_the_list_tells_who_is_due_and_who_soon_is_and_leaves_out_the_rest(desk, decided):
    parts = RetentionPart(desk).parts()
    assert rows(parts) == {
        **dict.fromkeys(decided["due"], "skal slettes"), decided["soon"]: "snart",
    }  # fmt: skip


def test_all_who_are_due_go_at_once_with_a_certificate_and_nobody_else(store, desk, decided):
    parts = RetentionPart(desk).parts()
    form = named(parts, "delete_due")
    with pytest.raises(InputFault, match="Det er 2"):
        send(form, count=3)
    send(form, count=2, known_as="Opdigt Leder")
    with store.read() as session:
        left = set(session.scalars(select(Participant.code)))
        (one,) = deletions(session)
        told = certificate(session, one.id).facts
    assert left == {decided["soon"], decided["on"]}
    assert ("Af", "Opdigt Leder") in told
    assert (one.people, one.ground) == (2, "due")
    assert one.rule == "12 måneder efter sidste kontakt. Aftalt med kommunen"
    assert parts_of(parts, Download)
    assert named(parts, "delete_due") is None


def test_whoever_has_a_name_is_not_asked_for_it(store, desk, decided):
    asked = [field.name for field in named(RetentionPart(desk).parts(), "delete_due")._fields]
    assert asked == ["known_as", "count"]
    with store.write(desk.actor) as session:
        set_setting(session, name_key(desk.actor), "Opdigt Leder")
    asked = [field.name for field in named(RetentionPart(desk).parts(), "delete_due")._fields]
    assert asked == ["count"]


def test_what_deleting_does_not_reach_is_told_before(store, desk, decided):
    assert parts_of(RetentionPart(desk).parts(), Notice) == []
    due = decided["due"]
    made = a_course_of(store, "Cia Kær")
    save(store, suggestion(course_id=made.course_id, text="Lad Zolfar Kvistgaard holde oplæg"))
    with store.write(LEADER) as session:
        identities.save_name(session, due[0], "Zolfar Kvistgaard")
        note_taken_out(session, desk.today)
        note_own_file(session, due[1], desk.today)
    texts, files = (one.text for one in parts_of(RetentionPart(desk).parts(), Notice))
    assert "Tekster disse steder nævner en" in texts
    assert "Der er taget filer ud, som de står i" in files
    told = repr([one.tree for one in parts_of(RetentionPart(desk).parts(), Prose)])
    assert f"Alt om {due[1]}, lavet" in told
    assert told.count("Alle data med navne") == 1


def test_a_leader_of_some_sites_deletes_those_who_are_due_there_and_nobody_elsewhere(
    store, desk, decided
):
    number, _name = a_site(store, name="Horsens")
    old = desk.today - dt.timedelta(days=400)
    (due,) = save(store, participant(site_id=number, created_on=old))
    visitor = Visitor("bo", "leader", frozenset({number}))
    with Store.open(store.address, create=False, visitor=visitor) as there:
        send(
            named(RetentionPart(Desk(there, visitor, synthetic=False)).parts(), "delete_due"),
            count=1,
        )
    with store.read() as session:
        left = set(session.scalars(select(Participant.code)))
    assert due not in left
    assert left >= set(decided["due"])


def test_a_list_that_has_changed_meanwhile_is_not_deleted(store, desk, decided):
    form = named(RetentionPart(desk).parts(), "delete_due")
    first = decided["due"][0]
    send(
        named(hold_parts(desk, first), "hold"), until=desk.today + dt.timedelta(days=5), reason="x"
    )
    with pytest.raises(Conflict):
        send(form, count=2)
    with store.read() as session:
        assert session.get(Participant, decided["due"][1]) is not None


def test_somebody_is_kept_for_a_reason_and_a_while_and_let_go_again(store, desk, decided):
    code = decided["due"][0]
    parts = hold_parts(desk, code)
    until = desk.today + dt.timedelta(days=5)
    send(named(parts, "hold"), until=until, reason="En klage er ikke afgjort")
    assert "En klage er ikke afgjort" in " ".join(one.text for one in parts_of(parts, Notice))
    shown = RetentionPart(desk).parts()
    assert rows(shown)[code].startswith("gemmes til")
    assert named(shown, "delete_due") is not None
    with store.read() as session:
        assert "En klage er ikke afgjort" in repr(own_file(session, code, desk.today).lead)
    parts_of(parts, Button)[0]._actions[0].run()
    with store.read() as session:
        assert session.get(Hold, code) is None
    assert rows(RetentionPart(desk).parts())[code] == "skal slettes"


def test_the_reason_stands_in_no_audit(store, desk, decided):
    from peerbook.store.tables import Audit

    form = named(hold_parts(desk, decided["soon"]), "hold")
    send(form, until=desk.today + dt.timedelta(days=5), reason="hemmelig klage")
    with store.read() as session:
        told = repr([(one.old, one.new) for one in session.scalars(select(Audit))])
    assert "hemmelig" not in told
