"""A no that was said after a backup was made is heeded when the backup is brought back."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from builders import (
    LEADER,
    START,
    a_course_of,
    decision,
    evaluation,
    open_store,
    suggestion,
)
from peerbook.cli import app
from peerbook.course import people_records
from peerbook.course.attendance.consent_records import save_consents
from peerbook.course.evaluation import evaluation_records
from peerbook.data_protection.heeding import heed, note_every_no
from peerbook.paths import DATA_FOLDER_VARIABLE
from peerbook.privacy.consent import about_answer, allowed_by, consents, save_answers
from peerbook.store import Store, identities, set_setting
from peerbook.store.backup import (
    choose_folder,
    make_backup,
    restore,
    rotate_key,
)
from peerbook.store.cpr import Cpr
from peerbook.store.identities import CPR_SETTING
from peerbook.store.tables import Decision, Evaluation, Suggestion
from peerbook.store.taken_back import FILE_NAME, Standing, TakenBack

CPR = Cpr("2110625629", dt.date(1962, 10, 21))
"""The number python-stdnum's own tests use; nobody's."""
MIDWAY = START + dt.timedelta(weeks=9)
LATER = MIDWAY + dt.timedelta(days=7)
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Place:
    """A store whose backup can be brought back, in the same place or, on a server, beside it."""

    def __init__(self, address, next_address):
        self.store = Store.open(address)
        self._next_address = next_address

    def brought_back(self, path, **how):
        self.store.close()
        address = self._next_address()
        restore(path, address, NOW + DAY, **{"heed": heed, **how})
        self.store = Store.open(address)
        return self.store


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path, monkeypatch):
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path))
        made = Place(
            server.url(server.new_database()), lambda: server.url(server.new_database(empty=True))
        )
    else:
        address = tmp_path / "data" / "peerbook.sqlite"
        address.parent.mkdir()
        made = Place(address, lambda: address)
    with made.store:
        yield made
    made.store.close()


def filled(store):
    """Two who said yes to everything, with a CPR number each."""
    made = a_course_of(store, "Anna Holm Jensen", "Bo Skov")
    with store.write(LEADER) as session:
        set_setting(session, CPR_SETTING, True)
        for code in made.codes:
            identities.save_cpr(session, code, CPR, "samtykke")
    for code in made.codes:
        says(store, code, START, taking_part=True, being_quoted=True, cpr_link=True)
    return made


def says(store, code, on, **answers):
    with store.write(LEADER) as session:
        return save_consents(session, code, answers, on, today=on)[1]


def with_number(store, made):
    with store.read() as session:
        return set(identities.kept_cpr_of(session, made.codes))


def test_a_number_that_a_no_had_deleted_is_gone_again(place):
    made = filled(place.store)
    anna, bo = made.codes
    path = make_backup(place.store, NOW)
    says(place.store, anna, MIDWAY, cpr_link=False)
    again = place.brought_back(path)
    assert with_number(again, made) == {bo}
    with again.read() as session:
        answer = consents(session, anna, LATER)["cpr_link"]
        assert (answer.given, answer.since) == (False, MIDWAY)
        assert consents(session, anna, MIDWAY - DAY)["cpr_link"].given
        assert consents(session, bo, LATER)["cpr_link"].given


def test_without_heeding_it_is_back_so_that_the_test_above_can_fail(place):
    made = filled(place.store)
    path = make_backup(place.store, NOW)
    says(place.store, made.codes[0], MIDWAY, cpr_link=False)
    assert with_number(place.brought_back(path, heed=None), made) == set(made.codes)


def test_whoever_said_yes_anew_keeps_it(place):
    made = filled(place.store)
    path = make_backup(place.store, NOW)
    says(place.store, made.codes[0], MIDWAY, cpr_link=False)
    says(place.store, made.codes[0], LATER, cpr_link=True)
    assert with_number(place.brought_back(path), made) == set(made.codes)


def test_a_backup_that_knows_a_later_yes_is_believed_where_only_the_no_was_noted(place, tmp_path):
    """As on a stick that was away when they said yes."""
    made = filled(place.store)
    code = made.codes[0]
    says(place.store, code, MIDWAY, cpr_link=False)
    noted = (place.store.folder / FILE_NAME).read_text()
    says(place.store, code, LATER, cpr_link=True)
    with place.store.write(LEADER) as session:
        identities.save_cpr(session, code, CPR, "samtykke")
    path = make_backup(place.store, NOW)
    for folder in (place.store.folder, path.parent):
        (folder / FILE_NAME).write_text(noted)
    assert with_number(place.brought_back(path), made) == set(made.codes)


def test_who_left_the_course_and_who_may_not_be_quoted_stay_so(place):
    made = filled(place.store)
    anna, bo = made.codes
    path = make_backup(place.store, NOW)
    says(place.store, anna, MIDWAY, taking_part=False, being_quoted=False)
    again = place.brought_back(path)
    with again.read() as session:
        standing = {
            one.code: one.on(MIDWAY) for one in people_records.mentors(session, made.course_id)
        }
        assert standing == {anna: "left", bo: "on"}
        assert allowed_by(session, "being_quoted", made.codes, LATER) == {bo}
    assert with_number(again, made) == set(made.codes), "they said no to something else"


def test_a_sheet_that_was_deleted_for_its_code_is_deleted_again_with_what_was_answered(place):
    made = filled(place.store)
    with place.store.write(LEADER) as session:
        for code in ("7K3M", "4T9P", None):
            session.add(evaluation(course_id=made.course_id, respondent_code=code))
        session.flush()
        first, second, _third = session.scalars(select(Evaluation.id).order_by(Evaluation.id))
        for number in (first, second):
            session.add(suggestion(course_id=made.course_id, evaluation_id=number))
        session.flush()
        for number in session.scalars(select(Suggestion.id).order_by(Suggestion.id)):
            session.add(decision(suggestion_id=number))
    path = make_backup(place.store, NOW)
    with place.store.write(LEADER) as session:
        session.delete(session.scalars(select(Decision).order_by(Decision.id)).first())
        session.flush()
        evaluation_records.delete_sheet(session, made.course_id, first)
    again = place.brought_back(path)
    with again.read() as session:
        left = set(session.scalars(select(Evaluation.respondent_code)))
        assert left == {"4T9P", None}
        assert [one.evaluation_id for one in session.scalars(select(Suggestion))] == [second]
        assert len(list(session.scalars(select(Decision)))) == 1


def test_on_another_computer_the_folder_of_backups_tells_it(place, tmp_path, monkeypatch):
    made = filled(place.store)
    stick = tmp_path / "stick"
    stick.mkdir()
    path = make_backup(place.store, NOW, stick)
    with place.store.write(LEADER) as session:
        choose_folder(session, str(stick))
    says(place.store, made.codes[0], MIDWAY, cpr_link=False)
    (place.store.folder / FILE_NAME).unlink()
    assert with_number(place.brought_back(path), made) == {made.codes[1]}


def test_a_stick_that_was_away_learns_it_with_the_next_backup(place, tmp_path):
    made = filled(place.store)
    stick = tmp_path / "stick"
    stick.mkdir()
    early = make_backup(place.store, NOW, stick)
    says(place.store, made.codes[0], MIDWAY, cpr_link=False)
    assert not (stick / FILE_NAME).exists()
    make_backup(place.store, NOW + DAY, stick)
    (place.store.folder / FILE_NAME).unlink()
    assert with_number(place.brought_back(early), made) == {made.codes[1]}


def test_it_holds_after_the_key_was_changed(place):
    made = filled(place.store)
    path = make_backup(place.store, NOW)
    says(place.store, made.codes[0], MIDWAY, cpr_link=False)
    rotate_key(place.store)
    assert with_number(place.brought_back(path), made) == {made.codes[1]}


def test_a_no_from_before_it_was_noted_is_noted_when_peerbook_starts(place):
    made = filled(place.store)
    path = make_backup(place.store, NOW)
    with place.store.write(LEADER) as session:
        save_answers(session, made.codes[0], {"cpr_link": False}, MIDWAY, today=MIDWAY)
    assert not (place.store.folder / FILE_NAME).exists()
    note_every_no(place.store)
    once = (place.store.folder / FILE_NAME).read_text()
    note_every_no(place.store)
    assert (place.store.folder / FILE_NAME).read_text() == once
    assert with_number(place.brought_back(path), made) == {made.codes[1]}


def test_a_no_that_was_not_saved_is_not_noted(place):
    made = filled(place.store)

    def stopped():
        with place.store.write(LEADER) as session:
            save_consents(session, made.codes[0], {"cpr_link": False}, MIDWAY, today=MIDWAY)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        stopped()
    assert not (place.store.folder / FILE_NAME).exists()


def test_a_yes_alone_leaves_nothing_and_a_no_names_nobody(place):
    made = filled(place.store)
    file = place.store.folder / FILE_NAME
    assert not file.exists()
    says(place.store, made.codes[0], MIDWAY, cpr_link=False)
    text = file.read_text("ascii")
    for word in (made.codes[0], "cpr_link", MIDWAY.isoformat(), "Anna"):
        assert word not in text
    assert len(text.splitlines()) == 1


def test_nobody_without_the_key_can_note_anything(tmp_path):
    """Lines that were made up, or moved to another hash, are passed over."""
    with open_store(tmp_path / "one") as one, open_store(tmp_path / "two") as two:
        mine = TakenBack(one.keys, one.folder)
        said = Standing(START, NOW)
        mine.note({"P-111111/cpr_link": said, "P-222222/cpr_link": Standing(MIDWAY, NOW)})
        lines = (one.folder / FILE_NAME).read_text().splitlines()
        TakenBack(two.keys, two.folder).note({"P-333333/cpr_link": said})
        foreign = (two.folder / FILE_NAME).read_text()
        (trace, first), (_other, second) = (line.split() for line in lines)
        file = one.folder / FILE_NAME
        file.write_text(f"hello\n{foreign}{trace} {second}\n{trace}\n{trace} {first[:-3]}\n")
        assert TakenBack(one.keys, one.folder).of("P-111111/cpr_link") is None
        assert TakenBack(one.keys, one.folder).of("P-333333/cpr_link") is None
        with file.open("a") as more:
            more.write(f"{trace} {first}\n")
        assert TakenBack(one.keys, one.folder).of("P-111111/cpr_link") == said


def test_the_later_of_two_counts_whatever_their_order_in_the_file(tmp_path):
    with open_store(tmp_path) as store:
        about = about_answer("P-111111", "cpr_link")
        no, yes = Standing(START, NOW), Standing(None, NOW + DAY)
        TakenBack(store.keys, store.folder).note({about: no})
        TakenBack(store.keys, store.folder).note({about: yes})
        TakenBack(store.keys, store.folder).note({about: no})
        file = store.folder / FILE_NAME
        lines = file.read_text().splitlines()
        assert len(lines) == 2
        file.write_text("\n".join(reversed(lines)) + "\n")
        assert TakenBack(store.keys, store.folder).of(about) == yes


def test_a_folder_that_cannot_be_written_does_not_stop_a_no(store, monkeypatch):
    made = filled(store)
    (store.folder / FILE_NAME).mkdir()
    says(store, made.codes[0], MIDWAY, cpr_link=False)
    assert with_number(store, made) == {made.codes[1]}


def test_the_command_heeds_it_and_says_so(tmp_path):
    with open_store(tmp_path) as store:
        made = filled(store)
        path = make_backup(store, NOW)
        says(store, made.codes[0], MIDWAY, cpr_link=False)
        address = str(store._database.path)
    done = CliRunner().invoke(app, ["restore", str(path), "--store", address])
    assert done.exit_code == 0, done.output
    assert "Et nej, nogen har sagt siden, gælder stadig" in " ".join(done.output.split())
    with open_store(tmp_path) as again:
        assert with_number(again, made) == {made.codes[1]}
