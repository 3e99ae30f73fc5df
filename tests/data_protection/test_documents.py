"""The record of processing and the impact assessment tell what is so, and mark what they cannot."""

import io
import re
from typing import get_args

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX

from builders import LEADER, a_course, a_desk, open_store
from peerbook.data_protection.documents import (
    Document,
    document,
    facts_of,
    kinds,
    not_about_people,
    rendered,
)
from peerbook.data_protection.grounds import Grounds, save_grounds
from peerbook.privacy.consent import PURPOSES, consent_texts
from peerbook.privacy.retention import RetentionRule, save_rule
from peerbook.roles import ROLES
from peerbook.store import identities, set_setting, users
from peerbook.store.tables import Base
from peerbook.text.readability import lix

DOCUMENTS = get_args(Document)


@pytest.fixture
def desk(tmp_path):
    store = open_store(tmp_path)
    a_course(store, participants=6)
    return a_desk(store)


def told(desk, name):
    with desk.store.read() as session:
        return rendered(name, facts_of(desk, session))[1]


def words_of(content):
    """Return the words of a Word file by whether they are marked to be filled in."""
    file = docx.Document(io.BytesIO(content))
    cells = [cell for table in file.tables for row in table.rows for cell in row.cells]
    paragraphs = [*file.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
    words = {True: "", False: ""}
    for run in (run for paragraph in paragraphs for run in paragraph.runs):
        words[run.font.highlight_color == WD_COLOR_INDEX.YELLOW] += run.text + "\n"
    return words


def test_every_table_is_of_some_kind_of_data_or_about_nobody():
    places = {place.partition(".")[0] for kind in kinds() for place in kind.kept_in}
    assert places.isdisjoint(not_about_people())
    assert places | not_about_people() == set(Base.metadata.tables) | {"alembic_version"}


def test_every_place_of_a_kind_is_there():
    for place in (place for kind in kinds() for place in kind.kept_in):
        table, _dot, column = place.partition(".")
        assert not column or column in Base.metadata.tables[table].columns


def test_who_sees_a_kind_follows_the_rights():
    seen = {kind.title: {role for role in ROLES if kind.is_seen_by(role)} for kind in kinds()}
    assert seen["CPR-nummer"] == {"leader"}
    assert seen["Navn og kontakt"] == {"leader", "course_leader"}
    assert seen["Skrevne svar og forslag"] == {"leader", "course_leader", "evaluator"}
    happened = seen["Samtykke og det, der er sket"]
    assert happened == {"leader", "course_leader", "evaluator", "analyst"}
    assert seen["Henvendelser uden for arbejdstid"] == {"leader"}
    assert seen["Hold og datoer"] == set(ROLES)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_words_people_say_yes_to_stand_in_it(desk, name):
    def stand_in_it():
        words = words_of(document(desk, name)[1])[False]
        return {
            one.purpose for one in consent_texts().purposes if " ".join(one.text.split()) in words
        }

    assert stand_in_it() == set(PURPOSES) - {"cpr_link"}, "CPR numbers are off"
    with desk.store.write(LEADER) as session:
        set_setting(session, identities.CPR_SETTING, True)
    assert stand_in_it() == set(PURPOSES)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_only_the_controller_knows_is_marked(desk, name):
    words = words_of(document(desk, name)[1])
    assert re.search("Navn", words[True])
    assert "{" not in words[False] + words[True]
    assert "`" not in words[False] + words[True]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_measures_are_told_as_they_are_today(desk, name):
    before = told(desk, name)
    assert "Der er ikke lavet brugere med kodeord endnu" in before
    assert "Der er ingen sikkerhedskopi endnu" in before
    assert "færre end 5 personer" in before
    with desk.store.write(LEADER) as session:
        users.add_user(session, "grethe", "Grethe", "leader")
        users.set_password(session, "grethe", users.hashed_password("otte heste i stalden"))
        set_setting(session, "threshold", 8)
        set_setting(session, "last_backup", "2026-11-24T10:00:00+00:00")
    after = told(desk, name)
    assert "kodeord på mindst 12 tegn" in after
    assert "0 af 1 brugere skriver også en kode" in after
    assert "færre end 8 personer" in after
    assert "24\\. nov" in after


def test_what_the_place_builds_on_is_told_once_it_is_written(desk):
    before = told(desk, "record_of_processing")
    with desk.store.write(LEADER) as session:
        save_grounds(
            session,
            Grounds(taking_part="Serviceloven * 12", recipients="Ingen", contact="dpo@by.example"),
            Grounds(),
        )
    after = told(desk, "record_of_processing")
    assert before.count("Skriv hvilken lov I bygger på") == 3
    assert after.count("Skriv hvilken lov I bygger på") == 2
    words = words_of(document(desk, "record_of_processing")[1])[False]
    for written in ("Serviceloven * 12", "Ingen", "dpo@by.example"):
        assert written in words


def test_how_long_people_are_kept_is_asked_for_until_it_is_decided(desk):
    before = told(desk, "record_of_processing")
    with desk.store.write(LEADER) as session:
        save_rule(
            session, RetentionRule(24, "course_end", "Vi skal kunne svare på spørgsmål."), None
        )
    after = told(desk, "record_of_processing")
    assert "Skriv hvor længe I gemmer" in before
    assert "Skriv hvor længe I gemmer" not in after
    words = words_of(document(desk, "record_of_processing")[1])[False]
    assert "slettet 24 måneder efter holdets slutning" in words
    assert "Vi skal kunne svare på spørgsmål." in words


def test_few_people_are_not_counted(tmp_path):
    store = open_store(tmp_path)
    a_course(store, participants=2)
    assert "Der er under 5 i alt" in told(a_desk(store), "record_of_processing")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_easy_to_read(desk, name):
    assert lix(told(desk, name)).lix <= 40
