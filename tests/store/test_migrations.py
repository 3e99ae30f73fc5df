"""Stores of every age are brought up to date, or left exactly as they were."""

import datetime as dt
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import IntegrityError

from builders import (
    a_course,
    add_cafe,
    add_matching,
    add_recruitment,
    address,
    answer,
    assert_sound,
    attendance,
    catch_up,
    closure,
    cost_assessment,
    data_import,
    decision,
    deletion,
    evaluation,
    hold,
    is_whole,
    let_change,
    open_store,
    presenter,
    raised_theme,
    raw,
    resource,
    same_person,
    snooze,
    stored,
    suggestion,
)
from peerbook.errors import StoreUnavailable
from peerbook.privacy.erasure import erase_person
from peerbook.store import (
    Saved,
    Store,
    append_event,
    identities,
    migrations,
    set_setting,
    users,
    withdraw_event,
)
from peerbook.store.backup_file import mark_of, opened, write_proved
from peerbook.store.chain import Head
from peerbook.store.engine import open_database
from peerbook.store.keys import Keys
from peerbook.store.tables import (
    Audit,
    Base,
    DataImport,
    Evaluation,
    Event,
    HeadCount,
    ImportedRow,
    MatchedPair,
)

NOW = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("nothing_made")

NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{head}"
def upgrade():
    with op.batch_alter_table("site") as site:
        site.add_column(sa.Column("region", sa.Text(), server_default="Syddanmark", nullable=False))
    {then}
"""


def contents(store):
    with store.read() as session:
        return stored(session)


def plain_rows(place):
    """All rows of all tables, read without the tables of the code."""
    database = open_database(str(place))
    tables = MetaData()
    with database.read.connect() as connection:
        tables.reflect(connection)
        rows = {
            table.name: sorted(connection.execute(select(table)).all(), key=repr)
            for table in tables.sorted_tables
        }
    database.close()
    return rows


def begin(place, build):
    """Make a store with the tables that `build` makes."""
    database = open_database(place)
    database.create(build)
    return database


def begin_at(place, revision):
    return begin(place, lambda connection: migrations.upgrade(connection, revision))


def copied(databases, copy):
    """Return the address of what was copied before an upgrade."""
    return str(copy) if databases is None else brought_back(databases, copy)


def brought_back(databases, path):
    """Return the address of what is in a backup."""
    if databases is not None:
        databases.are_made_empty = True
    place = address(path.parent, "copied.sqlite")
    pieces = opened(path, Keys.marked(mark_of(path)).master())[1]
    open_database(place).bring_back(pieces, NOW)
    return place


@pytest.fixture
def release(tmp_path, monkeypatch):
    """Return a function that makes this peerbook a later one, with one more revision."""

    def make(then="pass"):
        folder = tmp_path / "later"
        folder.mkdir(exist_ok=True)
        (folder / "r9999.py").write_text(NEXT.format(head=migrations.HEAD, then=then))
        ours = migrations._config

        def config(connection=None):
            made = ours(connection)
            versions = ScriptDirectory.from_config(made).versions
            made.set_main_option("version_locations", f"{versions}:{folder}")
            return made

        monkeypatch.setattr(migrations, "_config", config)
        monkeypatch.setattr(migrations, "HEAD", "9999")

    return make


def test_the_revisions_make_exactly_the_tables_in_the_code(tmp_path):
    store = open_store(tmp_path)
    with store._database.read.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def constraints(engine):
    """All constraints of a database, by reflection: compare_metadata looks at no CHECK."""
    found = MetaData()
    found.reflect(engine)
    return {
        (
            table.name, str(constraint.name), str(getattr(constraint, "sqltext", "")),
            str(getattr(constraint, "deferrable", None)), str(getattr(constraint, "initially", "")),
        )
        for table in found.tables.values() if table.name != "alembic_version"
        for constraint in table.constraints
    }  # fmt: skip


def constraints_in_the_code(folder):
    def build(connection):
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))

    return constraints(begin(address(folder, "code.sqlite"), build).read)


def test_the_revisions_make_exactly_the_constraints_in_the_code(tmp_path):
    made = constraints(open_store(tmp_path)._database.read)
    assert made == constraints_in_the_code(tmp_path)
    assert sum(name.startswith("ck_") for _, name, *_ in made) > 15


FIRST_STORE = """
INSERT INTO site VALUES (1, 'Vejle', 'Vejle', 1);
INSERT INTO course VALUES (1, 1, 'Spring', 'six_months', '1', '2014-03-05', 2, '{}', 'planned', 1);
INSERT INTO evaluation VALUES (1, 1, 'mid', '1.0', 'mid', NULL, 'A1', '2014-06-05', 'typed', NULL, 1);
INSERT INTO evaluation VALUES (7, 1, 'final', '1.0', 'final', NULL, NULL, '2014-09-05', 'pile', NULL, 1);
INSERT INTO answer VALUES (1, 'overall', 4, NULL, 1);
INSERT INTO answer VALUES (7, 'suggestion', NULL, 'Længere pauser', 1);
INSERT INTO suggestion VALUES (1, 1, 7, 'Længere pauser', '2014-09-05', 1);
"""  # noqa: E501


@pytest.mark.sqlite
def test_a_store_of_the_first_release_becomes_exactly_a_new_one_with_its_data_in_it(tmp_path):
    path = tmp_path / "peerbook.sqlite"
    begin_at(str(path), "0001").close()
    connection = raw(path)
    connection.executescript(FIRST_STORE)
    connection.close()
    before = plain_rows(path)

    store = open_store(tmp_path)

    assert constraints(store._database.read) == constraints_in_the_code(tmp_path)
    with store._database.read.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    after = plain_rows(path)
    for table in ("site", "answer", "suggestion"):
        assert after[table] == before[table]
    assert after["course"] == [(*row, None) for row in before["course"]], "none is removed"
    with store.read() as session:
        assert is_whole(session)
        rows = session.scalars(select(Evaluation).order_by(Evaluation.id)).all()
        assert [(row.id, row.wave, row.respondent_code, row.extent) for row in rows] == [
            (1, "mid", "A1", "full"),
            (7, "final", None, "full"),
        ]
    with store.write("anna") as session:
        added = evaluation(wave="follow_up", form_id="follow_up", extent="short")
        session.add(added)
        session.flush()
        assert added.id == 8
    with (
        pytest.raises(IntegrityError, match="ck_evaluation_wave"),
        store._database.write.begin() as connection,
    ):
        connection.execute(text("UPDATE evaluation SET wave = 'sometime'"))


def revisions():
    walked = ScriptDirectory.from_config(migrations._config()).walk_revisions()
    return sorted(script.revision for script in walked)


def fill_every_table(store):
    """Save rows in every table, none of which says anything the first revision could not keep."""
    made = a_course(store, participants=2, days=2)
    one, other = made.codes
    day = made.teaching_day_ids[0]
    with store.write("anna") as session:
        identities.save_name(session, one, "Opdigt Navn")
        identities.name_of(session, [one])
        taken, file = (one(site_id=made.site_id) for one in (resource, data_import))
        session.add_all([taken, file])
        session.flush()
        sheet = evaluation(course_id=made.course_id, import_id=file.id, respondent_code="2A4B")
        session.add(sheet)
        session.flush()
        asked = suggestion(course_id=made.course_id, evaluation_id=sheet.id)
        session.add(asked)
        session.flush()
        session.add_all([
            closure(site_id=made.site_id, resource_id=taken.id),
            attendance(one, course_date_id=day),
            attendance(other, course_date_id=day, status="absent"),
            catch_up(other, course_date_id=day),
            raised_theme(course_date_id=day),
            presenter(one, course_id=made.course_id),
            HeadCount(site_id=made.site_id, occasion="cafe", date=sheet.entered_on, people=7),
            answer(evaluation_id=sheet.id),
            decision(suggestion_id=asked.id),
            ImportedRow(import_id=file.id, table_name="site", row_id="1", entries=1),
            snooze(site_id=made.site_id),
            hold(one),
            same_person(one, other),
            deletion(site_id=made.site_id),
        ])  # fmt: skip
        add_recruitment(session, made.site_id, one)
        add_matching(session, made.site_id, one, other)
        add_cafe(session, made.site_id, one)
        session.add(cost_assessment(site_id=made.site_id))
        append_event(session, "course", made.course_id, "noted", sheet.entered_on, what="ærø")
        set_setting(session, "threshold", 7)
        users.add_user(session, "anna", "Opdigt Leder", "leader")
    store.submit("a" * 32, "anna", lambda _session: Saved("course", made.course_id, 1))
    store.drafts.save("anna", "site", {"name": "Ærø"})


def test_a_file_taken_in_earlier_belongs_to_the_site_of_what_it_brought(tmp_path, databases):
    """By each kind of row a file brings; one of which nothing is left has no name any more."""
    with open_store(tmp_path, "full.sqlite") as full:
        a_course(full, participants=1, days=1)
        made = a_course(full, participants=1, days=1)
        day, code = made.teaching_day_ids[0], made.codes[0]
        count = HeadCount(site_id=made.site_id, occasion="cafe", date=NOW.date(), people=7)
        files = [data_import(file_name=f"{number}.xlsx") for number in range(6)]
        with full.write("anna") as session:
            session.add_all([count, *files])
            session.flush()
            session.add(evaluation(course_id=made.course_id, import_id=files[0].id))
            brought = {
                "participant": code,
                "head_count": str(count.id),
                "enrolment": f"{made.course_id}/{code}",
                "attendance": f"{day}/{code}",
            }
            session.add_all(
                ImportedRow(import_id=file.id, table_name=table, row_id=key, entries=1)
                for file, (table, key) in zip(files[1:], brought.items(), strict=False)
            )
    kept = plain_rows(address(tmp_path, "full.sqlite"))
    place = address(tmp_path)
    database = begin_at(place, "0013")
    tables = MetaData()
    with database.write.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            rows = [row._asdict() for row in kept[table.name]]
            rows = [{name: row[name] for name in table.columns.keys()} for row in rows]  # noqa: SIM118
            if rows and table.name != "alembic_version":
                connection.execute(table.insert(), rows)
    database.close()
    with open_store(tmp_path) as store, store.read() as session:
        found = session.execute(
            select(DataImport.file_name, DataImport.site_id).order_by(DataImport.id)
        ).all()
    assert found == [*((f"{number}.xlsx", made.site_id) for number in range(5)), ("", None)]


@pytest.mark.parametrize("begun_at", revisions())
def test_a_store_begun_at_any_revision_keeps_every_row_of_every_table(
    tmp_path, databases, begun_at
):
    with open_store(tmp_path, "full.sqlite") as full:
        fill_every_table(full)
    expected = plain_rows(address(tmp_path, "full.sqlite"))
    place = address(tmp_path)
    database = begin_at(place, begun_at)
    tables = MetaData()
    with database.write.begin() as connection:
        tables.reflect(connection)
        there = [table for table in tables.sorted_tables if table.name != "alembic_version"]
        for table in there:
            rows = [row._asdict() for row in expected[table.name]]
            kept = [{name: row[name] for name in table.columns.keys()} for row in rows]  # noqa: SIM118
            connection.execute(table.insert(), kept)
        named_in_clear = "cpr" not in tables.tables["identity"].columns
        if named_in_clear:
            connection.execute(text("UPDATE identity SET name = 'Opdigt Navn', phone = '12345678'"))
    database.close()

    store = open_store(tmp_path)

    after = plain_rows(place)
    assert set(after) == set(expected)
    assert all(expected.values()), "no table is left out"
    with store.read() as session:
        assert "audit_link" in tables.tables or store.verify_audit().loose
    for table in there:
        if table.name != "identity":
            assert after[table.name] == expected[table.name], table.name
    if named_in_clear:
        codes = [row.participant_code for row in after["identity"]]
        assert "Opdigt" not in repr(after["identity"])
        with store.read() as session:
            assert identities.name_of(session, codes) == dict.fromkeys(codes, "Opdigt Navn")
            reached = identities.contacts_of(session, codes).values()
            assert [one.phone for one in reached] == ["12345678"]
    else:
        assert after["identity"] == expected["identity"]
    assert migrations.revision_of(store._database) == migrations.HEAD
    assert constraints(store._database.read) == constraints_in_the_code(tmp_path)
    with store.read() as session:
        assert is_whole(session)
        if databases is None:
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def at_0018(store):
    """Take away what later revisions have added."""
    with store._database.write.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(
            "enquiry", table_kwargs={"sqlite_autoincrement": True}
        ) as enquiry:
            enquiry.drop_index("ix_enquiry_stakeholder_id")
            enquiry.drop_constraint("fk_enquiry_stakeholder_id_stakeholder", type_="foreignkey")
            enquiry.drop_column("stakeholder_id")
        connection.execute(text("DROP TABLE cost_assessment"))
        connection.execute(text("ALTER TABLE audit_link DROP COLUMN earlier_hash"))
        connection.execute(text("ALTER TABLE matched_pair DROP COLUMN pause_reasons"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0018'"))
    store.close()


def with_reasons_in_events(folder, **of_events):
    """Make a store whose events tell why somebody pauses; return it, its pair and noted heads."""
    store = open_store(folder)
    made = a_course(store, participants=2, days=1)
    with store.write("anna") as session:
        add_matching(session, made.site_id, *made.codes)
    heads = [store.audit_head()]
    with store.read() as session:
        number = session.scalars(select(MatchedPair.id)).one()
    for day, details in of_events.items():
        on = dt.date(2026, 2, int(day.removeprefix("on_")))
        with store.write("anna") as session:
            append_event(session, "matched_pair", number, "paused", on, **details)
        heads.append(store.audit_head())
    return store, made, number, heads


def why_of(store):
    with store.read() as session:
        reasons = session.scalars(select(MatchedPair.pause_reasons)).one()
        events = session.scalars(select(Event).where(Event.kind == "paused").order_by(Event.seq))
        return reasons, [event.details for event in events]


def test_reasons_of_pauses_leave_the_events_and_the_chain_stays_whole(tmp_path):
    store, made, _number, heads = with_reasons_in_events(
        tmp_path,
        on_1={"who": "peer", "why": "illness"},
        on_2={"who": "mentor", "why": "family"},
        on_3={"who": "both", "why": ""},
        on_4={"why": "other"},
        on_5={"who": "peer", "why": "job_or_practice"},
    )
    with store.write("anna") as session:
        withdraw_event(session, session.scalars(select(Event).order_by(Event.seq.desc())).first())
    heads.append(store.audit_head())
    at_0018(store)

    store = open_store(tmp_path)

    reasons, events = why_of(store)
    assert reasons == {"2026-02-01": "illness", "2026-02-02": "family", "2026-02-04": "other"}
    whose = [{"who": who} for who in ("peer", "mentor", "both")]
    assert events == [*whose, {}, {"who": "peer"}]
    found = store.verify_audit(heads)
    assert found.is_whole
    assert found.head.number == heads[-1].number + 1, "what was done is written down"
    assert store.verify_audit([Head(heads[2].number, heads[1].hash)]).missing is not None
    with store.read() as session:
        noted = session.scalars(select(Audit).order_by(Audit.seq.desc())).first()
        assert noted.reason == f"0020 {heads[-1]}"
    assert_sound(store)
    with (
        store._database.write.connect() as connection,
        pytest.raises(Exception, match="only ever grows"),
    ):
        connection.execute(text("UPDATE event SET details = details"))

    with store.write("anna") as session:
        erase_person(session, made.codes[0])
    assert why_of(store)[0] == {"2026-02-02": "family"}, "the other one's stays"
    assert store.verify_audit(heads).is_whole


@pytest.mark.parametrize("gone", [0, 1])
def test_no_reason_comes_back_of_somebody_who_was_erased(tmp_path, gone):
    store, made, _number, heads = with_reasons_in_events(
        tmp_path,
        on_1={"who": "peer", "why": "illness"},
        on_2={"who": "mentor", "why": "family"},
        on_4={"why": "other"},
    )
    with store.write("anna") as session:
        erase_person(session, made.codes[gone])
    at_0018(store)
    store = open_store(tmp_path)
    left = [{"2026-02-02": "family"}, {"2026-02-01": "illness"}][gone]
    assert why_of(store)[0] == left
    assert all("why" not in details for details in why_of(store)[1])
    assert store.verify_audit(heads).is_whole


def test_what_was_changed_before_is_still_found_after_links_were_closed_anew(tmp_path):
    store, _made, number, heads = with_reasons_in_events(
        tmp_path, on_1={"who": "peer", "why": "illness"}, on_2={"who": "peer", "why": "family"}
    )
    with store._database.write.begin() as connection:
        let_change(connection, "event")
        connection.execute(text("UPDATE event SET actor = 'eve' WHERE effective_on = '2026-02-02'"))
        put_back(connection, "event")
    assert store.verify_audit().broken == heads[2].number
    at_0018(store)
    store = open_store(tmp_path)
    assert store.verify_audit().broken == heads[2].number
    with store.write("anna") as session:
        append_event(session, "matched_pair", number, "resumed", dt.date(2026, 3, 1))
    assert store.verify_audit().broken == heads[2].number


def put_back(connection, table):
    """Let a table only grow again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    for change in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only ever grows'); END"
        )


AT_0004 = """
INSERT INTO site VALUES (2, 'Horsens', 'Horsens', 1);
INSERT INTO course VALUES (5, 2, 'Spring', 'six_months', '1', '2014-03-05', 2, '{}', 'planned', 1, NULL);
INSERT INTO course VALUES (6, 2, 'Trial', 'six_months', '1', '2014-03-05', 2, '{}', 'planned', 1, '2014-02-01');
INSERT INTO course_date
    (id, course_id, kind, number, date, pinned, status, avoided, uid, sequence, teachers, room, note, version)
    VALUES (12, 5, 'teaching_day', 1, '2014-03-05', false, 'planned', '[]', 'a', 0, '[]', '', '', 1);
INSERT INTO suggestion VALUES (3, 5, NULL, 'Længere pauser', '2014-09-05', 1);
"""  # noqa: E501

DRAFTS = {
    "enrol:5": "course:5:enrol",
    "turn:5": "course:5:turn",
    "suggestion:5": "course:5:suggestion",
    "course_move:5": "course:5:course_move",
    "course_details:5": "course:5:course_details:2",
    "evaluation:5:mid:full": "course:5:evaluation:mid:full",
    "evaluation:5:mid:pile:short": "course:5:evaluation:mid:pile:short",
    "evaluation:5:final:pile": "course:5:evaluation:final:pile:full",
    "attendance:12": "course:5:attendance:12",
    "raised_themes:12": "course:5:raised_themes:12",
    "decision:3": "course:5:decision:3",
    "course:5:presenters": "course:5:presenters",
    "site": "site",
    "head_count:3": "head_count:3",
    "closure:1": "closure:1",
    "enrol:6": None,
    "enrol:7": None,
    "attendance:13": None,
    "decision:4": None,
}
"""What a draft was called at 0004, and now; nothing when its course is gone."""


def with_drafts(folder, drafts):
    """A store at 0004 with drafts: owner, form, minute, and what is typed."""
    database = begin_at(address(folder), "0004")
    with database.write.begin() as connection:
        for statement in AT_0004.strip().split(";\n"):
            connection.exec_driver_sql(statement)
        connection.execute(
            text("INSERT INTO draft VALUES (:owner, :form, :typed, :at)"),
            [
                {
                    "owner": owner, "form": form, "typed": f'{{"text": "{typed}"}}',
                    "at": f"2026-03-05 10:{minute:02}:00.000000",
                }
                for owner, form, minute, typed in drafts
            ],
        )  # fmt: skip
    database.close()
    return open_store(folder)


def test_what_was_being_typed_is_found_under_the_names_pages_ask_for(tmp_path):
    store = with_drafts(tmp_path, [("anna", form, 0, form) for form in DRAFTS])
    now = {new: old for old, new in DRAFTS.items() if new is not None}
    assert sorted(store.drafts.kept("anna")) == sorted(now)
    assert {form: store.drafts.get("anna", form)[0] for form in now} == {
        new: {"text": old} for new, old in now.items()
    }


@pytest.mark.parametrize("later", ["enrol:5", "course:5:enrol"])
def test_of_two_drafts_of_one_form_the_later_one_is_kept_and_others_have_their_own(tmp_path, later):
    forms = ["enrol:5", "course:5:enrol"]
    store = with_drafts(
        tmp_path,
        [("anna", form, 1 + (form == later), form) for form in forms]
        + [("bo", "enrol:5", 0, "of bo")],
    )
    assert store.drafts.get("anna", "course:5:enrol")[0] == {"text": later}
    assert store.drafts.get("bo", "course:5:enrol")[0] == {"text": "of bo"}


def test_numbers_of_evaluations_are_never_given_out_again(tmp_path):
    store = open_store(tmp_path)
    a_course(store)
    with store.write("anna") as session:
        first = evaluation()
        session.add(first)
        session.flush()
        session.delete(first)
    with store.write("anna") as session:
        second = evaluation()
        session.add(second)
        session.flush()
        assert second.id == first.id + 1


def test_head_is_the_newest_revision():
    script = ScriptDirectory.from_config(migrations._config())
    assert script.get_heads() == [migrations.HEAD]


def test_opening_an_up_to_date_store_changes_nothing_and_copies_nothing(tmp_path):
    store = open_store(tmp_path)
    a_course(store)
    before = contents(store)
    store.close()
    store = open_store(tmp_path)
    assert contents(store) == before
    assert not (tmp_path / "backups").exists()


def test_an_older_store_is_copied_and_brought_up_to_date_with_all_its_data(
    tmp_path, databases, release
):
    store = open_store(tmp_path)
    a_course(store)
    before = contents(store)
    store.close()
    rows = plain_rows(address(tmp_path))
    release()
    store = open_store(tmp_path)
    assert contents(store) == before
    with store._database.read.connect() as connection:
        assert connection.execute(text("SELECT region FROM site")).scalars().all() == ["Syddanmark"]
    assert migrations.revision_of(store._database) == "9999"
    [copy] = (tmp_path / "backups").iterdir()
    assert re.fullmatch(r"(peerbook|test_\d+)-before-9999-\w+\.(sqlite|peerbook-backup)", copy.name)
    assert plain_rows(copied(databases, copy)) == rows
    assert copy.stat().st_mode & 0o077 == 0
    assert_sound(store)


@pytest.mark.parametrize(
    "fault", ['raise ZeroDivisionError("half-way")', 'op.execute("UPDATE site SET id = id + 1000")']
)
def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path, release, fault):
    store = open_store(tmp_path)
    a_course(store)
    store.close()
    rows = plain_rows(address(tmp_path))
    release(fault)
    with pytest.raises((ZeroDivisionError, StoreUnavailable)):
        open_store(tmp_path)
    assert plain_rows(address(tmp_path)) == rows


def test_no_migration_without_a_copy(tmp_path, release, monkeypatch):
    store = open_store(tmp_path)
    a_course(store)
    store.close()
    rows = plain_rows(address(tmp_path))
    release()
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path)
    assert plain_rows(address(tmp_path)) == rows


def test_a_store_of_a_newer_peerbook_is_refused_untouched(tmp_path):
    store = open_store(tmp_path)
    with store._database.write.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    store.close()
    before = plain_rows(address(tmp_path))
    with pytest.raises(StoreUnavailable, match="peerbook"):
        open_store(tmp_path)
    assert plain_rows(address(tmp_path)) == before


def test_somebody_elses_database_is_refused_untouched(tmp_path, databases):
    def build(connection):
        connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)")

    if databases is None:
        begin(address(tmp_path), build).close()
    else:
        with open_database(address(tmp_path)).write.begin() as connection:
            build(connection)
    before = plain_rows(address(tmp_path))
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path)
    assert plain_rows(address(tmp_path)) == before


def test_a_copy_taken_while_others_write_is_whole(tmp_path, databases):
    store = open_store(tmp_path)
    a_course(store)
    before = contents(store)
    with store.write("anna") as session:
        session.add(Base.registry._class_registry["Site"](name="Kolding", municipality="Kolding"))
        session.flush()
        write_proved(store._database, tmp_path / "copy", NOW)
    copy = Store.open(brought_back(databases, tmp_path / "copy"))
    assert contents(copy) == before
    assert_sound(copy)
    copy.close()
