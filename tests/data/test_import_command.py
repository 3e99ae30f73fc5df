"""`peerbook import` says what the page says, and names nobody."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from builders import a_planned_course, open_store
from filled_files import filled
from peerbook.cli import app
from peerbook.course import people_records
from peerbook.course.data_imports import files_taken
from peerbook.course.frames import (
    head_counts_template,
    participants_template,
    poll_template,
    templates,
)
from peerbook.errors import InputFault

NAME = "Åse Ørum"


@pytest.fixture
def place(tmp_path):
    with open_store(tmp_path) as store:
        yield store, a_planned_course(store, mentors=(NAME,))


def run(place, tmp_path, data, *options, given=None):
    file = tmp_path / "fil.xlsx"
    file.write_bytes(data)
    store, _made = place
    command = ["import", str(file), "--store", store.address, *options]
    return CliRunner().invoke(app, command, input=given, catch_exceptions=True)


def people(place):
    store, made = place
    with store.read() as session:
        return [mentor.name for mentor in people_records.mentors(session, made.course_id)]


def test_a_dry_run_tells_every_row_in_danish_and_saves_nothing(place, tmp_path):
    data = filled(participants_template(), {"name": "Bo Bech"}, {"name": NAME}, {"phone": "1"})
    told = run(place, tmp_path, data, "--course", str(place[1].course_id), "--dry-run")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert "Række 2: ny (Spring 2027)" in lines
    assert "Række 3: gemt i forvejen (Spring 2027)" in lines
    assert any(
        line.startswith("ark »Deltagere på et hold«, række 4, kolonne »Telefon«") for line in lines
    )
    assert lines[-1] == "1 ny række, 1 række er gemt i forvejen og 1 række kan ikke hentes ind."
    assert NAME not in told.output
    assert "Bo Bech" not in told.output
    assert people(place) == [NAME]


def test_it_asks_before_it_saves_unless_told_not_to(place, tmp_path):
    data = filled(participants_template(), {"name": "Bo Bech"})
    course = ("--course", str(place[1].course_id))
    assert run(place, tmp_path, data, *course, given="n\n").exit_code == 0
    assert people(place) == [NAME]
    done = run(place, tmp_path, data, *course, "--yes")
    assert "Gemt. Kvittering" in done.output
    assert people(place) == ["Bo Bech", NAME]
    again = run(place, tmp_path, data, *course, "--yes")
    assert isinstance(again.exception, InputFault)
    assert "Præcis denne fil" in str(again.exception)
    with place[0].read() as session:
        assert len(files_taken(session)) == 1


def test_questions_are_answered_on_the_line(place, tmp_path):
    data = filled(
        head_counts_template(),
        {"date": "04-03-2026", "occasion": "cafe", "people": "1.200"},
    )
    asked = run(place, tmp_path, data, "--yes")
    assert asked.exit_code == 1
    assert "--answer point=thousands" in asked.output
    done = run(place, tmp_path, data, "--yes", "--answer", "point=thousands")
    assert "Gemt. Kvittering" in done.output


def test_a_head_count_of_a_year_outside_the_calendar_is_refused_with_its_year(place, tmp_path):
    data = filled(
        head_counts_template(), {"date": "04-03-1989", "occasion": "cafe", "people": "12"}
    )
    told = run(place, tmp_path, data, "--yes")
    assert told.exit_code == 1
    assert "1989" in f"{told.output} {told.exception}"
    with place[0].read() as session:
        assert files_taken(session) == []


@pytest.mark.parametrize(
    ("data", "options", "told"),
    [
        (b"a;b\r\n1;2", (), "nogen af vores skabeloner"),
        (b"a;b\r\n1;2", ("--matching", "x"), "ikke gemt kolonner"),
        (b"PK\x03\x04", (), "regneark"),
        (filled(templates()[1], {"participant": "x"}), (), "Vælg det hold"),
        (filled(templates()[1], {"participant": "x"}), ("--course", "99"), "hold"),
        (filled(templates()[1], {"participant": "x"}), ("--site", "Nej"), "Nej"),
        (filled(templates()[1], {"participant": "x"}), ("--answer", "x"), "row7=new"),
        (filled(poll_template(), {"participant": "x"}), (), "Intet fra denne fil"),
    ],
)
def test_what_cannot_be_taken_in_is_told(place, tmp_path, data, options, told):
    result = run(place, tmp_path, data, *options)
    assert isinstance(result.exception, InputFault), result.output
    assert told in str(result.exception)


def test_a_file_that_is_not_there_is_told(place, tmp_path):
    command = ["import", str(tmp_path / "nej.xlsx"), "--store", place[0].address]
    result = CliRunner().invoke(app, command)
    assert "kan ikke læses" in str(result.exception)
