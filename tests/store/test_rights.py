"""What a visitor may read and write is kept by the database, whatever a page asks for."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from sqlalchemy import delete, func, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from builders import (
    LEADER,
    START,
    a_course,
    a_user,
    answer,
    assert_sound,
    attendance,
    course,
    course_date,
    data_import,
    evaluation,
    open_store,
    participant,
    save,
    site,
    suggestion,
)
from peerbook.errors import NotAllowed
from peerbook.store import Role, Store, Visitor, append_event, identities, set_setting, users
from peerbook.store.rights import rights_of
from peerbook.store.tables import (
    Answer,
    Attendance,
    Base,
    CoffeeTalk,
    Course,
    DataImport,
    Draft,
    Enquiry,
    Evaluation,
    Event,
    HeadCount,
    Identity,
    ImportedRow,
    MatchedPair,
    Participant,
    Site,
    Suggestion,
)

pytestmark = pytest.mark.sqlite

ROLES: tuple[Role, ...] = get_args(Role)
NARROW = [role for role in ROLES if role != "leader"]


@pytest.fixture
def place(tmp_path):
    """A store with two sites; what is written about people stands at the first."""
    with open_store(tmp_path) as store:
        made = a_course(store, participants=1)
        with store.write(LEADER) as session:
            identities.save_name(session, made.codes[0], "Grethe Jensen")
        save(store, attendance(made.codes[0], note="called in the morning"))
        (sheet,) = save(store, evaluation(respondent_code="7K3M"))
        save(store, answer(evaluation_id=sheet, item_id="best", code=None, text="the singing"))
        save(store, suggestion(text="longer breaks"))
        (other,) = save(store, site(name="Kolding"))
        (there,) = save(store, course(site_id=other, title="Over there"))
        save(store, course_date(course_id=there), participant(code="P-KKKKKK", site_id=other))
        save(
            store,
            evaluation(course_id=there),
            HeadCount(site_id=other, occasion="cafe", date=START, people=9),
        )
        with store.write(LEADER) as session:
            identities.save_name(session, "P-KKKKKK", "Ib Holm")
            append_event(session, "course", there, "planned", START)
            append_event(session, "course", made.course_id, "planned", START)
    return tmp_path


def as_(place, role: Role, sites: set[int] | None = None) -> Store:
    visitor = Visitor("bo", role, None if sites is None else frozenset(sites))
    return Store.open(place / "peerbook.sqlite", create=False, visitor=visitor)


@pytest.mark.parametrize("role", ROLES)
def test_whoever_knows_people_by_their_codes_reads_and_changes_no_name(place, role):
    visitor = Visitor("bo", role, by_codes=True)
    with Store.open(place / "peerbook.sqlite", create=False, visitor=visitor) as store:
        with store.read() as session:
            assert identities.name_of(session, ["P-KKKKKK"]) == {}
        with pytest.raises(NotAllowed), store.read() as session:
            session.scalars(select(Identity.name)).all()
        with pytest.raises(NotAllowed), store.write("bo") as session:
            identities.save_name(session, "P-KKKKKK", "Somebody Else")
        if role == "leader":
            with store.write("bo") as session:
                session.add(participant(code="P-999999"))
            with store.read() as session:
                assert session.get(Participant, "P-999999")


def test_a_course_leader_changes_no_setting_that_leaders_decide(place):
    with as_(place, "course_leader") as store:
        for key in ("help_number:1", "known_as:bo", "required_teaching_days:six"):
            with store.write("bo") as session:
                set_setting(session, key, 7)
        for key in ("cpr", "backup_folder", "known_as:anna", "threshold", "organisation", "new"):
            with pytest.raises(NotAllowed), store.write("bo") as session:
                set_setting(session, key, 7)
    with as_(place, "leader") as store, store.write("bo") as session:
        set_setting(session, "cpr", True)


@pytest.mark.parametrize("role", ["analyst", "steering_group"])
def test_what_happened_to_people_is_for_those_who_see_who_takes_part(place, role):
    with as_(place, "leader").write("bo") as session:
        code = session.scalars(select(Participant.code)).first()
        append_event(session, "participant", code, "said_yes", START, purpose="taking_part")
    with as_(place, role).read() as session:
        about = set(session.scalars(select(Event.subject_type)))
    assert about == ({"course", "participant"} if role == "analyst" else {"course"})


def read(store: Store, statement: Any) -> list[Any]:
    with store.read() as session:
        return list(session.scalars(statement))


# -- tables and columns --------------------------------------------------------------------------


@pytest.mark.parametrize("role", NARROW)
def test_each_role_reads_the_tables_it_is_given_and_no_other(place, role):
    rights = rights_of(Visitor("bo", role))
    assert rights is not None
    with as_(place, role) as store:
        for table in Base.metadata.tables:
            if table in rights.reads:
                read(store, text(f"SELECT count(*) FROM {table}"))
            else:
                for asked in (f"SELECT count(*) FROM {table}", f"SELECT * FROM main.{table}"):
                    with pytest.raises(NotAllowed):
                        read(store, text(asked))


@pytest.mark.parametrize("role", NARROW)
def test_each_role_writes_the_tables_it_is_given_and_no_other(place, role):
    rights = rights_of(Visitor("bo", role))
    assert rights is not None
    with as_(place, role) as store:
        for name, table in Base.metadata.tables.items():
            for statement in (
                f"INSERT INTO main.{name} DEFAULT VALUES",
                f"UPDATE main.{name} SET {next(iter(table.columns)).name} = NULL",
                f"DELETE FROM main.{name}",
            ):
                refused = None
                try:
                    with store.write("bo") as session:
                        session.connection().exec_driver_sql(f"EXPLAIN {statement}")
                except NotAllowed as error:
                    refused = error
                assert (refused is None) == (name in rights.writes), statement


@pytest.mark.parametrize("role", NARROW)
def test_names_are_for_those_who_run_courses(place, role):
    with as_(place, role) as store:
        if role == "course_leader":
            assert len(read(store, select(Identity))) == 2
        else:
            with pytest.raises(NotAllowed):
                read(store, select(Identity))


def test_what_is_hidden_reads_as_empty_and_the_row_is_still_there(place):
    with as_(place, "evaluator") as store:
        (row,) = read(store, select(Attendance))
        assert (row.status, row.note) == ("present", None)
        assert "the singing" in read(store, select(Answer.text))
    with as_(place, "analyst") as store:
        assert "the singing" not in read(store, select(Answer.text))
        assert read(store, select(Suggestion.text)) == [None]
        assert read(store, select(Evaluation.respondent_code))[0] == "7K3M"


@pytest.mark.parametrize("role", NARROW)
def test_what_was_said_when_somebody_asked_is_for_leaders(place, role):
    """Also where they met: it can be somebody's home."""
    with open_store(place) as store:
        code = read(store, select(Participant.code))[0]
        asked = Enquiry(
            site_id=1, participant_code=code, asked_on=START, wanted_role="peer",
            heard_via="notice", note="at 3 Elm Road",
        )  # fmt: skip
        met = CoffeeTalk(
            site_id=1, participant_code=code, role="peer", date=START, place="3 Elm Road",
            goals="to sing", wishes="my own age",
        )  # fmt: skip
        save(store, asked, met)
    written = (Enquiry.note, CoffeeTalk.place, CoffeeTalk.goals, CoffeeTalk.wishes)
    with as_(place, role) as store:
        for column in written:
            if role in ("course_leader", "analyst"):
                assert read(store, select(column)) == [None]
            else:
                with pytest.raises(NotAllowed):
                    read(store, select(column))


@pytest.mark.parametrize("role", NARROW)
def test_why_somebody_pauses_or_does_not_join_is_for_leaders(place, role):
    """That it happened is known to all who see people; with what reason or answer is not."""
    with open_store(place) as store:
        code = read(store, select(Participant.code).where(Participant.site_id == 1))[0]
        with store.write(LEADER) as session:
            pair = MatchedPair(site_id=1, peer_code=code, mentor_code=None, matched_on=START)
            session.add(pair)
            session.flush()
            append_event(session, "matched_pair", pair.id, "paused", START, who="peer", why="ill")
            append_event(session, "matched_pair", pair.id, "extension_answered", START, peer=False)
            append_event(session, "matched_pair", pair.id, "ended", START, end="completed")
            append_event(session, "participant", code, "not_now", START, reason="health")
    kinds = ("paused", "extension_answered", "not_now", "ended")
    wanted = select(Event.kind, Event.details).where(Event.kind.in_(kinds))
    with as_(place, "leader") as store, store.read() as session:
        assert all(details for _kind, details in session.execute(wanted))
    if role not in ("course_leader", "evaluator", "analyst"):
        return  # they see no event about people at all, as another test says
    with as_(place, role) as store, store.read() as session:
        told = {row.kind: row.details for row in session.execute(wanted)}
    assert told == {
        "paused": {}, "extension_answered": {}, "not_now": {}, "ended": {"end": "completed"}
    }  # fmt: skip


@pytest.mark.parametrize("role", NARROW)
def test_what_files_of_retention_told_is_for_leaders_also_while_others_save(place, role):
    """It tells which pairs are alike. Nobody else knows that there is such an event."""
    with open_store(place) as store, store.write(LEADER) as session:
        append_event(session, "site", 1, "retention_told", START, **{"1": "f"})
        append_event(session, "site", 1, "taken_out", START)
    wanted = select(Event.kind).where(Event.subject_type == "site")
    with as_(place, "leader") as store:
        assert set(read(store, wanted)) == {"retention_told", "taken_out"}
    if role not in ("course_leader", "evaluator", "analyst"):
        return  # they see no event at all
    with as_(place, role) as store:
        assert read(store, wanted) == ["taken_out"]
        if role == "analyst":
            return
        with store.write("bo") as session:
            assert list(session.scalars(wanted)) == ["taken_out"]
            append_event(session, "course", 1, "said", START)
        with pytest.raises(NotAllowed), store.write("bo") as session:
            append_event(session, "site", 1, "retention_told", START)
    with open_store(place) as store:
        assert_sound(store)


@pytest.mark.parametrize("role", ["course_leader", "evaluator"])
def test_whoever_does_not_follow_pairs_says_nothing_of_them(place, role):
    with as_(place, role) as store, pytest.raises(NotAllowed), store.write("bo") as session:
        append_event(session, "matched_pair", 1, "ended", START, end="withdrew")


def test_whoever_only_reads_saves_nothing(place):
    for role in ("analyst", "steering_group", "peer"):
        with as_(place, role) as store, pytest.raises(NotAllowed), store.write("bo") as session:
            session.add(site(name="Fredericia"))


def test_an_evaluator_answers_a_suggestion_and_the_audit_follows(place):
    with as_(place, "evaluator") as store:
        save(store, suggestion(text="more light"), actor="bo")
        with pytest.raises(NotAllowed), store.write("bo") as session:
            session.get(Course, 1).title = "Mine"
    with open_store(place) as store:
        assert read(store, select(Suggestion.text))[-1] == "more light"
        assert read(store, select(Course.title))[0] != "Mine"


def test_a_visitor_saves_under_no_other_name(place):
    with as_(place, "course_leader") as store, pytest.raises(ValueError, match="own name"):
        save(store, site(name="Fredericia"), actor=LEADER)


def test_the_rules_of_the_database_cannot_be_taken_away(place):
    tricks = [
        "PRAGMA query_only=off",
        "PRAGMA writable_schema=on",
        "ATTACH DATABASE '' AS other",
        "DROP TRIGGER audit_refuses_delete",
        "DROP VIEW draft",
        "CREATE TEMP VIEW peek AS SELECT * FROM main.identity",
        "SELECT load_extension('x')",
        "ALTER TABLE course RENAME TO other",
    ]
    for trick in tricks:
        with as_(place, "evaluator") as store:
            for session_of in (store.read, lambda store=store: store.write("bo")):
                with pytest.raises((NotAllowed, DatabaseError)), session_of() as session:
                    session.connection().exec_driver_sql(trick)


# -- rows of one's own sites ---------------------------------------------------------------------


def test_only_rows_of_ones_own_sites_are_read_in_any_table(place):
    with as_(place, "course_leader", {1}) as store:
        assert read(store, select(Site.id)) == [1]
        assert len(read(store, select(Course))) == 1
        assert len(read(store, select(Evaluation))) == 1
        assert len(read(store, select(Event))) == 1
        assert "P-KKKKKK" not in read(store, select(Participant.code))
        with store.read() as session:
            assert "P-KKKKKK" not in identities.name_of(session, ["P-KKKKKK"])


def test_what_happened_at_ones_own_sites_is_told_to_who_reads_no_participants(place):
    with as_(place, "steering_group", {1}) as store:
        assert read(store, select(Event.subject_type)) == ["course"]
        for table in (Participant, Identity, MatchedPair):
            with pytest.raises(NotAllowed):
                read(store, select(func.count()).select_from(table))


def test_no_name_a_statement_gives_leads_past_the_view(place):
    with as_(place, "course_leader", {1}) as store:
        known = len(read(store, select(Course)))
        for past in (
            "WITH course AS (SELECT * FROM main.course) SELECT id FROM course",
            "WITH draft AS (SELECT * FROM main.course) SELECT id FROM draft",
            "SELECT id FROM (SELECT * FROM main.course) AS course",
            "SELECT name FROM sqlite_temp_master",
            "SELECT sql FROM sqlite_temp_schema",
        ):
            with pytest.raises(NotAllowed):
                read(store, text(past))
        assert len(read(store, select(Course))) == known == 1


def test_a_leader_of_some_sites_is_kept_to_them_too(place):
    with as_(place, "leader", {2}) as store:
        assert read(store, select(Site.name)) == ["Kolding"]
        assert read(store, select(Course.title)) == ["Over there"]
        assert read(store, select(Attendance)) == []


def test_a_leader_of_some_sites_makes_and_changes_no_users(place):
    """Or whoever leads one site could make a leader of all, or take the place of one."""
    a_user(open_store(place), "anna", "leader")
    with as_(place, "leader", {2}) as store:
        for change in (
            lambda session: users.add_user(session, "ny", "Opdigt", "leader"),
            lambda session: users.renew_start_code(session, "anna"),
            lambda session: users.shut_out(session, "anna"),
        ):
            with pytest.raises(NotAllowed), store.write("bo") as session:
                change(session)
        with store.write("bo") as session:
            session.get(Course, 2).title = "Still theirs"


def test_no_site_means_no_row(place):
    with as_(place, "course_leader", set()) as store:
        assert read(store, select(Site)) == []
        assert read(store, select(Identity)) == []


@pytest.mark.parametrize("role", ["leader", "course_leader"])
def test_whoever_saves_sees_the_rows_of_their_own_sites_only(place, role):
    """Also of tables they write, and also when a row is asked for by its number."""
    with as_(place, role, {1}) as store, store.write("bo") as session:
        assert session.scalars(select(Site.id)).all() == [1]
        assert session.get(Course, 2) is None
        assert "P-KKKKKK" not in session.scalars(select(Participant.code)).all()
        assert "P-KKKKKK" not in identities.name_of(session, ["P-KKKKKK"])
        assert len(session.scalars(select(Event)).all()) == 1
        session.get(Course, 1).title = "Mine"
    with open_store(place) as store:
        assert read(store, select(Course.title)) == ["Mine", "Over there"]


def test_a_row_of_another_site_is_neither_made_nor_changed_nor_deleted(place):
    over_there = Course.id == 2
    for change in (
        update(Course).where(over_there).values(title="Mine"),
        update(Course).where(over_there).values(site_id=1),
        update(Course).where(Course.id == 1).values(site_id=2),
        delete(Evaluation).where(Evaluation.course_id == 2),
    ):
        with (
            as_(place, "course_leader", {1}) as store,
            pytest.raises(NotAllowed),
            store.write("bo") as session,
        ):
            session.connection().execute(change)
    with (
        as_(place, "course_leader", {1}) as store,
        pytest.raises(NotAllowed),
        store.write("bo") as session,
    ):
        session.add(course(site_id=2))
    with open_store(place) as store:
        assert read(store, select(Course.title))[1] == "Over there"
        assert read(store, select(func.count()).select_from(Evaluation)) == [2]


def test_the_other_site_cannot_be_asked_for_by_the_tables_own_name(place):
    with as_(place, "course_leader", {1}) as store:
        for table in ("course", "identity", "answer"):
            with pytest.raises(NotAllowed):
                read(store, text(f"SELECT count(*) FROM main.{table}"))


def test_a_draft_is_read_and_kept_by_whoever_typed_it(place):
    with as_(place, "course_leader") as store:
        store.drafts.box("bo", "note").save({"text": "mine"})
        assert store.drafts.box("bo", "note").load() is not None
        assert store.drafts.box(LEADER, "note").load() is None
    with open_store(place) as store:
        store.drafts.box(LEADER, "note").save({"text": "theirs"})
    with as_(place, "evaluator", {1}) as store:
        assert read(store, select(Draft.owner)) == ["bo"]
    with as_(place, "leader", {1}) as store:
        assert read(store, select(Draft.owner).order_by(Draft.owner)) == ["bo", LEADER]


@pytest.mark.parametrize("role", ["leader", "course_leader", "evaluator"])
def test_what_a_file_is_called_is_read_at_its_own_site_only(place, role):
    with open_store(place) as store, store.write(LEADER) as session:
        number = max(session.scalars(select(Site.id)))
        file = data_import(file_name="Opdigt Navn.xlsx", site_id=number)
        session.add(file)
        session.flush()
        session.add(
            ImportedRow(import_id=file.id, table_name="site", row_id=str(number), entries=1)
        )
    for wanted in (DataImport.file_name, ImportedRow.row_id):
        with as_(place, role, {number}) as store:
            assert read(store, select(wanted)) != []
        with as_(place, role, {number + 1}) as store:
            assert read(store, select(wanted)) == []


def test_every_table_is_known_to_belong_to_a_site_or_to_none():
    """A new table that leads to no site is everybody's of that role; say so here on purpose."""
    from peerbook.store.rights import rows_of

    everybodys = {
        name
        for name, table in Base.metadata.tables.items()
        if rows_of(table, lambda column: f"{column} = 1") is None
    }
    assert everybodys == {
        "audit", "audit_link", "draft", "name_seen", "setting", "submission", "user_account",
    }  # fmt: skip
    assert all(inspect(mapper).local_table is not None for mapper in Base.registry.mappers)
