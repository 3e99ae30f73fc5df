"""On PostgreSQL too a visitor sees and changes what their role and their sites allow."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError

from builders import (
    LEADER,
    START,
    a_course,
    add_cafe,
    add_matching,
    add_recruitment,
    answer,
    attendance,
    catch_up,
    closure,
    cost_assessment,
    data_import,
    decision,
    deletion,
    evaluation,
    hold,
    presenter,
    raised_theme,
    resource,
    same_person,
    save,
    suggestion,
)
from peerbook.errors import NotAllowed
from peerbook.store import Saved, Store, Visitor, append_event, identities, set_setting, users
from peerbook.store.rights import rights_of, rows_of
from peerbook.store.tables import (
    Answer,
    Attendance,
    Base,
    Evaluation,
    Event,
    HeadCount,
    ImportedRow,
    MatchedPair,
    Participant,
    Site,
    Snooze,
    Suggestion,
)

TABLES = Base.metadata.sorted_tables
OF_SITES = [table.name for table in TABLES if rows_of(table, str) is not None]
"""Tables whose rows belong to a site."""


def fill_a_site(store):
    """Save rows in every table that belong to a new site; return the site's number."""
    made = a_course(store, participants=2, days=2)
    one, other = made.codes
    day = made.teaching_day_ids[0]
    with store.write(LEADER) as session:
        identities.save_name(session, one, "Opdigt Navn")
        identities.name_of(session, [one])
        taken, file = (one(site_id=made.site_id) for one in (resource, data_import))
        session.add_all([taken, file])
        session.flush()
        sheet = evaluation(course_id=made.course_id, import_id=file.id, course_date_id=day)
        session.add(sheet)
        session.flush()
        asked = suggestion(course_id=made.course_id, evaluation_id=sheet.id)
        session.add(asked)
        session.flush()
        session.add_all([
            closure(site_id=made.site_id, resource_id=taken.id),
            attendance(one, course_date_id=day, note="called"),
            catch_up(other, course_date_id=day),
            raised_theme(course_date_id=day),
            presenter(one, course_id=made.course_id),
            HeadCount(site_id=made.site_id, occasion="cafe", date=START, people=7),
            answer(evaluation_id=sheet.id, text="the singing"),
            decision(suggestion_id=asked.id),
            ImportedRow(import_id=file.id, table_name="site", row_id="1", entries=1),
            Snooze(
                rule="no_dates", subject=f"course {made.course_id}", site_id=made.site_id,
                since=START, wakes_on=START + dt.timedelta(days=7), reason="", actor=LEADER,
            ),
            hold(one),
            same_person(one, other),
            deletion(site_id=made.site_id),
        ])  # fmt: skip
        add_recruitment(session, made.site_id, one)
        add_matching(session, made.site_id, one, other)
        add_cafe(session, made.site_id, one)
        session.add(cost_assessment(site_id=made.site_id))
        for subject, key in (
            ("site", made.site_id),
            ("course", made.course_id),
            ("matched_pair", made.site_id),
            ("participant", one),
        ):
            append_event(session, subject, key, "noted", START)
        append_event(session, "participant", one, "not_now", START, reason="health")
    store.submit(f"key-{made.site_id}", LEADER, lambda _s: Saved("course", made.course_id, 1))
    return made.site_id


@pytest.fixture(scope="module")
def place(postgres_server):
    """The address of a store with three sites, and their numbers."""
    database = postgres_server.new_database()
    address = postgres_server.url(database)
    with Store.open(address) as store:
        sites = [fill_a_site(store) for _n in range(3)]
        with store.write(LEADER) as session:
            users.add_user(session, "anna", "Opdigt Leder", "leader")
            set_setting(session, "threshold", 7)
        store.drafts.save("bo", "site", {"name": "Kolding"})
    yield address, sites
    postgres_server.drop(database)


def as_(place, role="leader", sites=None):
    visitor = Visitor("bo", role, None if sites is None else frozenset(sites))
    return Store.open(place[0], create=False, visitor=visitor)


def test_why_somebody_does_not_join_is_for_leaders(place):
    wanted = select(Event.details).where(Event.kind == "not_now")
    for role, details in (
        ("leader", {"reason": "health"}), ("course_leader", {}), ("evaluator", {}), ("analyst", {}),
    ):  # fmt: skip
        with as_(place, role) as store, store.read() as session:
            told = session.scalars(wanted).all()
        assert told == [details] * 3, role


@pytest.mark.parametrize("role", ["course_leader", "evaluator"])
def test_what_is_hidden_is_hidden_while_they_save_too_unless_they_save_just_that(place, role):
    with as_(place) as store, store.read() as session:
        assert any(session.scalars(select(MatchedPair.peer_goal)))
        assert any(session.scalars(select(Answer.text)))
    with as_(place, role) as store, store.write("bo") as session:
        assert set(session.scalars(select(MatchedPair.peer_goal))) == {None}
        assert any(session.scalars(select(Answer.text)))


def test_whoever_does_not_follow_pairs_says_nothing_of_them(place):
    for role in ("course_leader", "evaluator"):
        with as_(place, role) as store, pytest.raises(NotAllowed), store.write("bo") as session:
            append_event(session, "matched_pair", 1, "ended", START, end="withdrew")


def keys_of(session, name):
    table = Base.metadata.tables[name]
    return set(session.execute(select(*table.primary_key.columns)).all())


@pytest.fixture(scope="module")
def everything(place):
    """All keys by table, and the sites' own by site and table, found without the policies."""
    with as_(place) as store, store.read() as session:
        return {table.name: keys_of(session, table.name) for table in TABLES}


def test_three_sites_share_no_row_whatever_is_done(place, everything):
    """Every table, every verb: each site sees its own, and the three together see everything."""
    seen = {name: [] for name in OF_SITES}
    asked = leaked = changed = 0
    for site in place[1]:
        with as_(place, sites={site}) as store:
            for name in OF_SITES:
                with store.read() as session:
                    seen[name].append(keys_of(session, name))
                asked += 1
        foreign = {name: everything[name] - seen[name][-1] for name in OF_SITES}
        for name in OF_SITES:
            table = Base.metadata.tables[name]
            keys = list(table.primary_key.columns)
            for key in foreign[name]:
                where = [column == value for column, value in zip(keys, key, strict=True)]
                statements = (
                    table.update().where(*where).values({keys[0]: keys[0]}),
                    table.delete().where(*where),
                    table.insert()
                    .inline()
                    .from_select(
                        [column.name for column in table.columns],
                        select(table).where(*where),
                    ),
                )
                with as_(place, sites={site}) as store:
                    for statement in statements:
                        asked += 1
                        with store._database.write.connect() as connection:
                            changed += len(connection.execute(statement.returning(keys[0])).all())
                            connection.rollback()
    for name in OF_SITES:
        one, two, three = seen[name]
        leaked += len(one & two) + len(two & three) + len(one & three)
        assert one, name
        assert one | two | three == everything[name], name
    print(f"\n{len(OF_SITES)} tables, {asked} statements: {leaked} rows leaked, {changed} changed")
    assert (leaked, changed) == (0, 0)
    assert len(OF_SITES) >= 17


@pytest.mark.parametrize("name", OF_SITES)
def test_nothing_can_be_entered_for_another_site(place, everything, name):
    """Rows of another site, under a new key, are refused."""
    mine, other, _third = place[1]
    table = Base.metadata.tables[name]
    with as_(place, sites={other}) as store, store._database.read.connect() as connection:
        row = dict(connection.execute(select(table)).mappings().first())
    column = next(iter(table.primary_key.columns))
    if len(table.primary_key.columns) == 1 and column.type.python_type is int:
        row[column.name] = 1_000_000
    with (
        as_(place, sites={mine}) as store,
        store._database.write.connect() as connection,
        pytest.raises(DBAPIError, match="row-level security"),
    ):
        connection.execute(table.insert().values(row))


def test_a_connection_that_is_used_again_keeps_nothing_of_the_one_before(place):
    one, two, _three = place[1]
    with as_(place, sites={one}) as store:
        with store.read() as session:
            assert [row.id for row in session.scalars(select(Site))] == [one]
            process = session.scalar(text("SELECT pg_backend_pid()"))
        store._database._visitor = Visitor("bo", "leader", frozenset({two}))
        with store.read() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) == process
            assert [row.id for row in session.scalars(select(Site))] == [two]


def test_without_the_settings_there_are_no_rows(place):
    engine = create_engine(place[0].replace("postgresql:", "postgresql+psycopg:"))
    counts = []
    with engine.connect() as connection:
        for table in TABLES:
            counts.append(connection.execute(select(table)).all())
            with pytest.raises(DBAPIError, match="row-level security"):
                connection.exec_driver_sql(f"INSERT INTO {table.name} DEFAULT VALUES")
            connection.rollback()
    engine.dispose()
    print(f"\n{len(counts)} tables without settings: {sum(map(len, counts))} rows")
    assert sum(map(len, counts)) == 0


def test_policies_bind_the_owner_and_every_view_asks_as_who_reads(place):
    with Store.open(place[0]) as store, store._database.read.connect() as connection:
        found = dict(
            connection.exec_driver_sql(
                "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            ).all()
        )
        assert inspect(connection).get_view_names() == []
    del found["alembic_version"]
    assert set(found) == set(Base.metadata.tables)
    assert all(found.values())
    with as_(place, "analyst") as store, store.read() as session:
        options = session.scalars(
            text("SELECT reloptions::text FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
        ).all()
        assert len(options) >= 4
        assert set(options) == {"{security_invoker=true}"}


@pytest.mark.parametrize(
    "role", ["course_leader", "evaluator", "analyst", "steering_group", "peer"]
)
def test_each_role_reads_and_writes_the_tables_it_is_given_and_no_other(place, role):
    rights = rights_of(Visitor("bo", role))
    with as_(place, role) as store:
        for name, column in ((table.name, next(iter(table.columns)).name) for table in TABLES):
            reading = f"SELECT {column} FROM public.{name}"
            assert reaches(store, store._database.read, reading) == (name in rights.reads), name
            adding = f"INSERT INTO {name} DEFAULT VALUES"
            assert reaches(store, store._database.write, adding) == (name in rights.writes), name


def reaches(store, engine, statement):
    """Return whether a role gets as far as the rows, or what a table asks of them."""
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            if "row-level security" in str(error):
                return True  # the role may; the empty row is of no site
            return not isinstance(store._database.explain(error), NotAllowed)
    return True


def test_whoever_knows_people_by_their_codes_reads_and_changes_no_name(place):
    address, _sites = place
    with Store.open(address, visitor=Visitor("bo", "leader", by_codes=True)) as store:
        assert reaches(store, store._database.read, "SELECT code FROM public.participant")
        for statement in (
            "SELECT participant_code FROM public.identity",
            "DELETE FROM public.identity",
        ):
            assert not reaches(store, store._database.write, statement), statement


def test_a_course_leader_changes_no_setting_that_leaders_decide(place):
    with as_(place, "course_leader") as store:
        for key in ("help_number:1", "known_as:bo", "required_teaching_days:six"):
            with store.write("bo") as session:
                set_setting(session, key, 7)
        for key in ("cpr", "backup_folder", "known_as:anna", "idle_minutes", "retention", "new"):
            with pytest.raises(NotAllowed), store.write("bo") as session:
                set_setting(session, key, 7)
    with as_(place, "leader") as store, store.write("bo") as session:
        set_setting(session, "cpr", True)


@pytest.mark.parametrize("role", ["analyst", "steering_group"])
def test_what_happened_to_people_is_for_those_who_see_who_takes_part(place, role):
    with as_(place, "leader") as store, store.write("bo") as session:
        code = session.scalars(select(Participant.code)).first()
        append_event(session, "participant", code, "said_yes", START, purpose="taking_part")
    with as_(place, role) as store, store.read() as session:
        about = set(session.scalars(select(Event.subject_type)))
    assert ("participant" in about) == (role == "analyst")
    assert about - {"participant"}


def test_what_is_hidden_reads_as_empty_and_the_row_is_still_there(place):
    with as_(place, "analyst") as store, store.read() as session:
        rows = session.scalars(select(Attendance)).all()
        assert [(row.status, row.note) for row in rows] == [("present", None)] * 3
        assert set(session.scalars(select(Answer.text))) == {None}
        assert set(session.scalars(select(Suggestion.text))) == {None}
    with as_(place, "evaluator") as store, store.read() as session:
        assert set(session.scalars(select(Answer.text))) == {"the singing"}


def test_an_evaluator_of_one_site_enters_a_sheet_there_and_nowhere_else(place):
    mine, other, _third = place[1]
    with as_(place, "evaluator", {mine}) as store:
        with store.read() as session:
            course = session.scalars(select(Evaluation.course_id)).first()
        [number] = save(store, evaluation(course_id=course), actor="bo")
        with pytest.raises(NotAllowed):
            save(store, evaluation(course_id=course + 1), actor="bo")
    with as_(place, "evaluator", {other}) as store, store.read() as session:
        assert session.get(Evaluation, number) is None


def test_a_draft_is_seen_by_whoever_typed_it_and_by_who_deletes_people(place):
    with as_(place) as store:
        store.drafts.save("bo", "course:1:enrol", {"name": "x"})
        assert store.drafts.get("bo", "course:1:enrol") is not None
        assert store.drafts.get("anna", "course:1:enrol") is None
    for role, sites, sees in (
        ("course_leader", None, False), ("leader", None, True), ("leader", {place[1][0]}, True),
    ):  # fmt: skip
        visitor = Visitor("anna", role, sites and frozenset(sites))
        with Store.open(place[0], visitor=visitor) as store:
            assert (store.drafts.get("bo", "course:1:enrol") is not None) is sees


def test_a_leader_of_some_sites_makes_and_changes_no_users(place):
    with as_(place, sites={place[1][0]}) as store:
        with store.read() as session:
            assert users.account(session, "anna") is not None
        for change in (
            lambda session: users.add_user(session, "ny", "Opdigt", "leader"),
            lambda session: users.renew_start_code(session, "anna"),
        ):
            with pytest.raises(NotAllowed), store.write("bo") as session:
                change(session)
        with store.write("bo") as session:
            set_setting(session, "threshold", 7)
