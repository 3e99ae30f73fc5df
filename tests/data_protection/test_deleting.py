"""One person is deleted from the page: shown first, typed, in one go, and with a certificate."""

from __future__ import annotations

import datetime as dt
import json
import subprocess

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from builders import (
    LEADER,
    START,
    a_course_of,
    a_desk,
    a_user,
    attendance,
    catch_up,
    hold,
    open_store,
    presenter,
    save,
    snooze,
    suggestion,
)
from peerbook.cli import app
from peerbook.data.export_part import export_parts
from peerbook.data_protection import privacy_page
from peerbook.data_protection.certificate import certificate_file
from peerbook.data_protection.erasure_part import erasure_parts
from peerbook.data_protection.own_file import as_csv
from peerbook.data_protection.person_part import PersonPart, own_file_made
from peerbook.errors import InputFault
from peerbook.pathways.pathway_records import pathway
from peerbook.privacy.deletions import delete_people
from peerbook.privacy.erasure import erase_person, held_about
from peerbook.privacy.retention import RetentionRule, terms
from peerbook.privacy.taken_out import note_taken_out, taken_out_with
from peerbook.store import Store, Visitor, append_event, backup, identities
from peerbook.store.drafts import typed_in
from peerbook.store.identities import Contacts
from peerbook.store.tables import (
    Base,
    DataImport,
    Deletion,
    Draft,
    ImportedRow,
    MatchedPair,
    Participant,
)
from peerbook.text import format_date
from peerbook.ui import Download, Form, Notice, Prose, Submission, Table

PLANTED = ("Zolfar", "Kvistgaard", "zolfar@example.org", "70707070", "hemmeligbemærkning",
           "hemmeligmåde", "hemmeligpåmindelse", "hemmeliggrund")  # fmt: skip
"""Invented words that stand nowhere but with one person."""
NAME, OTHER = "Zolfar Kvistgaard", "Bo Skov"
RULE = RetentionRule(12, "last_contact", "Aftalt")
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)


def fill(store):
    """Plant the words wherever one person can stand; return codes and course."""
    made = a_course_of(store, NAME, OTHER)
    code, other = made.codes
    with store.write(LEADER) as session:
        identities.save_contacts(session, code, Contacts("zolfar@example.org", "70707070"))
    for who, note, how in ((code, "hemmeligbemærkning", "hemmeligmåde"), (other, "kom", "ring")):
        save(
            store,
            attendance(who, course_date_id=made.teaching_day_ids[0], note=note),
            catch_up(who, course_date_id=made.teaching_day_ids[1], how=how),
            presenter(who, course_id=made.course_id),
        )
    save(
        store,
        snooze(subject=f"enrolment:1/{code}", reason="hemmeligpåmindelse", site_id=made.site_id),
        snooze(subject="course:1", reason=f"Vi venter på {NAME}", site_id=made.site_id),
        snooze(subject="course:2", reason="Vi venter på lokalet", site_id=made.site_id),
        DataImport(file_name=f"{NAME}.xlsx", file_digest="1" * 64, kind="people", actor=LEADER),
        DataImport(file_name="alle.xlsx", file_digest="2" * 64, kind="people", actor=LEADER),
    )
    save(
        store,
        *(
            ImportedRow(import_id=1, table_name=table, row_id=key, before=before, entries=1)
            for table, key, before in (
                ("attendance", f"1/{code}", {"note": "hemmeligbemærkning"}),
                ("catch_up", "1", {"how": "hemmeligmåde"}),
                ("catch_up", "2", {"how": "ring"}),
                ("enrolment", f"1/{other}", None),
            )
        ),
    )
    store.drafts.save(LEADER, "enrol", {"names": f"{OTHER}\n{NAME}"})
    store.drafts.save(LEADER, "attendance", {f"note:{code}": "hemmeliggrund"})
    store.drafts.save(LEADER, "other", {"names": OTHER})
    return made


def everything(store):
    """All that is in the tables, opened where it is sealed."""
    with store.read() as session:
        rows = [session.execute(select(table)).all() for table in Base.metadata.sorted_tables]
        typed = [typed_in(session, one) for one in session.scalars(select(Draft))]
        return repr(rows) + repr(identities.everybody(session)) + repr(typed) + json.dumps(
            [repr(one) for one in rows], ensure_ascii=False
        )  # fmt: skip


def found_in(text):
    return [word for word in PLANTED if word in text]


def deleted(store, code, **how):
    with store.write(LEADER) as session:
        asked = {"ground": "asked", "today": START, **how}
        return delete_people(store, session, [code], **asked)


@pytest.fixture
def made(store):
    return fill(store)


def test_planted_words_are_found_before_and_nowhere_after(store, made):
    assert set(found_in(everything(store))) == set(PLANTED)
    deleted(store, made.codes[0])
    assert found_in(everything(store)) == []


def test_everybody_else_keeps_everything(store, made):
    with store.read() as session:
        before = held_about(session, made.codes[1])
    deleted(store, made.codes[0])
    with store.read() as session:
        after = held_about(session, made.codes[1])
        files = {one.file_name for one in session.scalars(select(DataImport))}
    counts = {one.table: one.rows for one in before}
    assert {one.table: one.rows for one in after} == counts | {"draft": 1}, "one named both"
    assert files == {"", "alle.xlsx"}


def test_a_backup_made_before_brings_nobody_back(store, made, tmp_path):
    path = backup.make_backup(store, NOW)
    deleted(store, made.codes[0])
    backup.drill(store, NOW, erase=erase_person)
    address = store._database.path
    store.close()
    backup.restore(path, address, NOW, erase=erase_person)
    with open_store(tmp_path) as again:
        assert found_in(everything(again)) == []
        with again.read() as session:
            assert session.get(Participant, made.codes[0]) is None
            assert held_about(session, made.codes[1])


def test_a_pair_ends_on_the_day_of_deleting_when_a_backup_brings_it_back(store, made, tmp_path):
    """A backup is restored weeks later, and knows nothing of the deleting."""
    code, other = made.codes[:2]
    with store.write(LEADER) as session:
        pair = MatchedPair(
            site_id=made.site_id, peer_code=code, mentor_code=other, matched_on=START
        )
        session.add(pair)
        session.flush()
        number = pair.id
        append_event(session, MatchedPair.__tablename__, number, "matched", START)
    path = backup.make_backup(store, NOW)
    on = START + dt.timedelta(days=5)
    deleted(store, code, today=on)
    address = store._database.path
    store.close()
    backup.restore(path, address, NOW, erase=erase_person)
    with open_store(tmp_path) as again, again.read() as session:
        assert pathway(session, number).ended_on == on


def test_the_command_that_restores_erases_again_too(store, made, tmp_path):
    path = backup.make_backup(store, NOW)
    deleted(store, made.codes[0])
    address = str(store._database.path)
    store.close()
    done = CliRunner().invoke(app, ["restore", str(path), "--store", address])
    assert f"Alt er, som det var den {format_date(NOW.date())}" in " ".join(done.output.split())
    assert done.exit_code == 0, done.output
    with open_store(tmp_path) as again:
        assert found_in(everything(again)) == []


def test_a_copy_put_in_place_by_hand_is_erased_again_when_peerbook_starts(store, made, tmp_path):
    path = backup.make_backup(store, NOW)
    deleted(store, made.codes[0])
    store.close()
    backup.restore(path, store._database.path, NOW, erase=lambda *_told: None)
    with open_store(tmp_path) as again:
        assert found_in(everything(again))
        assert backup.erase_again(again, erase_person) == 1
        assert backup.erase_again(again, erase_person) == 0
        assert found_in(everything(again)) == []


def test_nothing_is_deleted_when_it_cannot_be_remembered(store, made, monkeypatch):
    def full(*_args):
        raise OSError("no space left")

    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(Exception, match="kan ikke læses eller skrives"):
        deleted(store, made.codes[0])
    monkeypatch.undo()
    with store.read() as session:
        assert session.get(Participant, made.codes[0]) is not None
        assert list(session.scalars(select(Deletion))) == []


def test_whoever_must_be_kept_is_not_deleted(store, made):
    save(store, hold(made.codes[0]))
    with pytest.raises(InputFault, match="skal gemmes til"):
        deleted(store, made.codes[0])
    deleted(store, made.codes[0], today=START + dt.timedelta(days=90))


def test_the_certificate_tells_when_by_whom_what_and_why_and_names_nobody(store, made):
    a_user(store, "karen", "leader", shown="Opdigt Karen")
    with store.write("karen") as session:
        (one,) = delete_people(
            store, session, [made.codes[0]], ground="due", today=START, rule="Et år efter holdet"
        )
    assert (one.people, one.rows["attendance"], one.rows["identity"]) == (1, 1, 1)
    name, data, _media = certificate_file(a_desk(store), one.id)
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    text = done.stdout.decode()
    assert f"nr. {one.id}" in text
    for told in ("Opdigt Karen", "Et år efter holdet", "Datoen for sletning var nået", "35 dage"):
        assert told in text, told
    assert found_in(text + name) == []
    assert made.codes[0] not in text + name


def form_of(parts):
    return next(one for part in parts for one in part.everything() if isinstance(one, Form))


def test_the_page_shows_first_what_goes_and_where_copies_and_mentions_are(store, made):
    desk = a_desk(store)
    save(store, suggestion(course_id=made.course_id, text=f"{NAME} vil have længere pauser"))
    own_file_made(desk, made.codes[0], as_csv)
    (download,) = [
        one for one in export_parts(desk) if isinstance(one, Download) and "med navne" in
        str(one.actions)
    ]  # fmt: skip
    download._makers[0]()
    parts = erasure_parts(desk, made.codes[0], lambda _receipt: None)
    (table,) = [one for one in parts if isinstance(one, Table)]
    assert {row["what"]: row["rows"] for row in table._content.rows}["fremmøde, dag for dag"] == 1
    warned = " ".join(one.text for one in parts if isinstance(one, Notice))
    prose = " ".join(repr(one.tree) for one in parts if isinstance(one, Prose))
    assert "nævner en, der hedder det samme" in warned
    assert "course_record.ipynb" in prose
    assert f"Alt om {made.codes[0]}, lavet" in prose
    assert "Alle data med navne, taget ud" in prose


def test_the_code_must_be_typed_and_once_is_enough(store, made):
    done = []
    code = made.codes[0]
    form = form_of(erasure_parts(a_desk(store), code, done.append))
    for wrong in (made.codes[1], "P-000", NAME):
        with pytest.raises(InputFault):
            form._on_submit(Submission("a" * 32, {"ground": "asked", "code": wrong}))
    right = Submission("b" * 32, {"ground": "mistake", "code": code.lower()}, form="delete_person")
    form._on_submit(right)
    form._on_submit(right)
    assert [one.record for one in done] == [1, 1]
    with pytest.raises(InputFault, match="slettet i forvejen"):
        form._on_submit(Submission("c" * 32, {"ground": "asked", "code": code}))


def test_after_deleting_the_certificate_takes_the_persons_place(store, made, monkeypatch):
    monkeypatch.setattr(privacy_page, "open_desk", lambda: a_desk(store))
    part = PersonPart(a_desk(store))
    find = form_of(part.parts())
    find._on_submit(Submission("k" * 32, {"who": "zolfar"}))
    table = next(one for one in part._place.everything() if isinstance(one, Table))
    table._action.run(table._content.rows[0])
    with store.write(LEADER) as session:
        (one,) = delete_people(store, session, [made.codes[0]], ground="asked", today=START)
    part._deleted(type("R", (), {"record": one.id})(), made.codes[0])
    assert any(isinstance(one, Download) for one in part._place.everything())
    page = privacy_page.open_page()
    assert "deletions: 1" in page.facts


def test_a_file_taken_out_before_somebody_came_holds_nothing_of_them(store, made):
    with store.write(LEADER) as session:
        note_taken_out(session, START)
    made_later = a_course_of(store, "Ny Opdigt")
    with store.read() as session:
        assert len(taken_out_with(session, [made.codes[0]])) == 1
        assert taken_out_with(session, [made_later.codes[0]]) == []


def test_planted_words_are_nowhere_after_on_a_server_either(postgres_server):
    with Store.open(postgres_server.url(postgres_server.new_database())) as shared:
        made = fill(shared)
        assert set(found_in(everything(shared))) == set(PLANTED)
        deleted(shared, made.codes[0])
        assert found_in(everything(shared)) == []
        with shared.read() as session:
            assert {one.due_on for one in terms(session, RULE, START)}
            assert taken_out_with(session, [made.codes[1]]) == []


def test_who_opens_it_after_somebody_else_has_deleted_is_told(store, made):
    deleted(store, made.codes[0])
    (told,) = erasure_parts(a_desk(store), made.codes[0], lambda _receipt: None)
    assert told.text == "Personen er slettet i forvejen."


def test_of_many_who_are_deleted_at_once_each_row_is_counted_once(store, made):
    store.drafts.save(LEADER, "enrol", {"names": f"{NAME}\n{OTHER}"})
    with store.read() as session:
        alone = [{one.table: one.rows for one in held_about(session, c)} for c in made.codes]
    with store.write(LEADER) as session:
        (certificate,) = delete_people(store, session, made.codes, ground="due", today=START)
    assert certificate.people == 2
    for table in ("attendance", "catch_up", "presenter", "enrolment", "identity", "imported_row"):
        assert certificate.rows[table] == sum(one.get(table, 0) for one in alone), table
    assert certificate.rows["draft"] == 3  # one of them names both
    with store.read() as session:
        assert session.scalars(select(Participant)).all() == []


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize("everywhere", [True, False])
def test_what_others_are_typing_goes_too_whoever_leads(database, everywhere, request, tmp_path):
    if database == "postgres":
        server = request.getfixturevalue("postgres_server")
        address = server.url(server.new_database())
    else:
        address = str(tmp_path / "peerbook.sqlite")
    with Store.open(address) as store:
        made = a_course_of(store, NAME, OTHER)
        store.drafts.save("anna", "enrol", {"names": NAME})
    sites = None if everywhere else frozenset({made.site_id})
    visitor = Visitor("leder", "leader", sites)
    with Store.open(address, visitor=visitor) as store:
        with store.write("leder") as session:
            (made_certificate,) = delete_people(
                store, session, made.codes[:1], ground="asked", today=START
            )
        assert made_certificate.rows["draft"] == 1
        assert store.drafts.get("anna", "enrol") is None
