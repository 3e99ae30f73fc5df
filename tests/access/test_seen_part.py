"""A leader sees who has seen names, and can check that what is recorded was not changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text

from builders import LEADER, a_course, a_desk, let_change
from peerbook.access.seen_part import seen_parts
from peerbook.demo import fill
from peerbook.store import identities, set_setting, sightings
from peerbook.store.tables import NameSeen
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Button, Notice, Section, Table


def with_names(store, people=2):
    codes = a_course(store, participants=people).codes
    with store.write(LEADER) as session:
        for code in codes:
            identities.save_name(session, code, "Opdigt Navn")
        set_setting(session, "known_as:anna", "Anna")
    return codes


def rows(parts):
    return [row for part in parts if isinstance(part, Table) for row in part._content.rows]


def test_each_day_tells_who_saw_what_of_how_many(store):
    codes = with_names(store)
    for seen in (codes, codes[:1]):
        with store.write("anna") as session:
            identities.name_of(session, seen)
    with store.read() as session:
        identities.name_of(session, codes)
    desk = a_desk(store, "anna")
    assert [(row["who"], row["what"], row["people"]) for row in rows(seen_parts(desk))] == [
        ("Anna", "Navne", 2),
        ("en kommando på denne computer", "Navne", 2),
    ]
    assert {row["day"] for row in rows(seen_parts(desk))} == {desk.today}


def test_the_day_is_that_of_denmark_and_the_latest_comes_first(store):
    (code,) = with_names(store, people=1)
    nights = [dt.datetime(2026, 11, day, 23, 30, tzinfo=dt.UTC) for day in (1, 3)]
    with store.write("anna") as session:
        session.add_all(
            NameSeen(at=at, actor="anna", what="contact", participant_code=code) for at in nights
        )
    with store.read() as session:
        days = sightings.seen_since(session, dt.date(2026, 11, 2))
        assert [one.day for one in days] == [dt.date(2026, 11, 4), dt.date(2026, 11, 2)]
        assert len(sightings.seen_since(session, dt.date(2026, 11, 3))) == 1
    assert nights[0].astimezone(COPENHAGEN).date() == dt.date(2026, 11, 2)


def test_what_the_demonstration_made_is_told_so(store):
    fill(store, dt.datetime.now(COPENHAGEN).date())
    assert {row["who"] for row in rows(seen_parts(a_desk(store)))} == {"demonstrationen"}


def test_before_anybody_has_seen_a_name_there_is_no_table(store):
    assert rows(seen_parts(a_desk(store))) == []


def test_the_check_tells_whether_anything_was_changed(store):
    with_names(store)
    parts = seen_parts(a_desk(store))
    (button,) = [part for part in parts if isinstance(part, Button)]
    (verdict,) = [part for part in parts if isinstance(part, Section)]

    def found():
        button._actions[0].run()
        (notice,) = [part for part in verdict.everything() if isinstance(part, Notice)]
        return notice.kind

    assert found() == "ok"
    with store._database.write.begin() as connection:
        let_change(connection, "audit")
        connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE seq = 1"))
    assert found() == "danger"
