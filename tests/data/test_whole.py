"""The whole way out and back in: everything, readable, and equal when it comes back."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import pytest
from sqlalchemy import JSON
from typer.testing import CliRunner

from builders import DEMO_DAY, LEADER, a_planned_course, is_whole, open_store, stored
from peerbook.cli import app
from peerbook.data.whole import MANIFEST, fill_from, way_out
from peerbook.demo import fill
from peerbook.errors import InputFault
from peerbook.files.delimited import delimited, read_back
from peerbook.pathways.due_records import calendar_key
from peerbook.store import Store, append_event, identities, set_setting, whole
from peerbook.store.identities import Contacts

MADE_ON = dt.date(2026, 11, 26)
NAME = "Åse Ørum; =1+1"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")


@pytest.fixture(scope="module")
def vejle(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("vejle")) as store:
        fill(store, DEMO_DAY)
        made = a_planned_course(store, mentors=(NAME,))
        with store.write(LEADER) as session:
            identities.save_contacts(session, made.codes[0], Contacts("a@b.dk", "12345678"))
            set_setting(session, "note", {"a": [1, None, -2.5], "b": "-x"})
            append_event(session, "participant", made.codes[0], "noted", MADE_ON, what="'=æ")
        store.drafts.box(LEADER, "note").save({"text": "half\r\nwritten"})
        yield store


def out(store, **how):
    with store.read() as session:
        return way_out(
            session, **{"with_names": True, "made_on": MADE_ON, "synthetic": True, **how}
        )


def back(store, packed):
    with store.write(LEADER) as session:
        return fill_from(session, packed)


def repacked(packed, change):
    """Return a ZIP after a change to its files, by name."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request, tmp_path):
    """The address of a store that is not there yet, on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "peerbook.sqlite")
    server = request.getfixturevalue("postgres_server")
    return server.url(server.new_database())


def test_what_goes_out_comes_back_equal_histories_and_all(vejle, new_place):
    first = out(vejle)
    assert len([name for name in first.files if name.startswith("data/")]) >= 24
    with Store.open(new_place) as other:
        back(other, first.packed())
        again = out(other)
        tables = {name for name in first.files if name.startswith("data/")}
        assert tables == {name for name in again.files if name.startswith("data/")}
        assert [name for name in sorted(tables) if first.files[name] != again.files[name]] == []
        assert first.packed() == again.packed()
        with vejle.read() as here, other.read() as there:
            assert stored(here) == stored(there)
            assert is_whole(there)
        # and it goes on counting where the other ended
        made = a_planned_course(other)
        assert made.course_id > max(int(row[0]) for row in rows(first, "course"))
    count = sum(first.rows.values())
    print(f"{len(first.rows)} tables with {count} rows out and back, equal byte for byte")


def test_calendar_entries_stay_what_they_are_when_all_data_move(tmp_path):
    with open_store(tmp_path, "a.sqlite") as one, open_store(tmp_path, "b.sqlite") as other:
        key = calendar_key(one, LEADER)
        assert calendar_key(one, LEADER) == key
        lengths = [one.history_length()]
        for store in (one, other):
            if store is other:
                back(other, out(one).packed())
                lengths.append(other.history_length())
            a_planned_course(store)
            lengths.append(store.history_length())
        assert lengths == sorted(lengths)
        assert lengths[0] < lengths[1] < lengths[-1]
        assert calendar_key(other, LEADER) == key


def rows(made, table):
    return read_back(made.files[f"data/{table}.csv"])[1:]


def test_an_empty_store_goes_out_and_back_too(tmp_path):
    with open_store(tmp_path, "a.sqlite") as one, open_store(tmp_path, "b.sqlite") as other:
        first = out(one)
        back(other, first.packed())
        assert out(other).packed() == first.packed()


def test_the_manifest_has_a_digest_of_every_file_and_says_how_many_rows(vejle):
    made = out(vejle)
    told = json.loads(made.manifest)
    assert set(told["sha256"]) == set(made.files)
    assert told["with_names"] is True
    assert told["rows"]["site"] == len(rows(made, "site"))
    assert {"codebook.csv", "questions.csv", "summary.pdf"} < set(made.files)
    assert made.files["summary.pdf"].startswith(b"%PDF")


def test_the_codebook_tells_every_column_and_every_code(vejle):
    made = out(vejle)
    told = read_back(made.files["codebook.csv"])[1:]
    written = {(f"data/{row[0]}.csv", row[1]) for row in told}
    headings = {
        (name, heading)
        for name, content in made.files.items() if name.startswith("data/")
        for heading in read_back(content)[0]
    }  # fmt: skip
    assert written == headings
    status = next(row for row in told if row[:2] == ["attendance", "status"])
    assert "apology = Sent an apology" in status[4]
    questions = {(row[0], row[2]) for row in read_back(made.files["questions.csv"])}
    assert ("mid", "overall") in questions


def test_without_names_nobody_is_named_and_nothing_typed_goes_along(vejle):
    made = out(vejle, with_names=False)
    text = b"\n".join(made.files.values())
    assert "Åse".encode() not in text
    with vejle.read() as session:
        names = identities.name_of(session, [row[0] for row in rows(out(vejle), "participant")])
    assert names
    assert [name for name in names.values() if name.encode() in text] == []
    assert [code for code in names if code.encode() in text] == []
    assert out(vejle, with_names=False).packed() == made.packed(), "they are the same each time"
    other = out(vejle, with_names=False, purpose="research_2026")
    assert not set(map(str, rows(other, "participant"))) & set(map(str, rows(made, "participant")))
    for left_out in ("identity", "audit", "draft", "name_seen", "submission", "setting"):
        assert f"data/{left_out}.csv" not in made.files
    assert "text" not in read_back(made.files["data/answer.csv"])[0]
    persons = {row[1] for row in rows(made, "attendance")}
    assert persons
    assert persons <= {row[0] for row in rows(made, "participant")}, "rows still fit together"


def test_every_column_that_could_name_somebody_is_known():
    """A new column with text is named here on purpose: either it may leave, or it is hidden."""
    free = {
        f"{table.name}.{column.name}"
        for table in whole.tables(with_names=False)
        for column in table.columns
        if column.name in whole.columns(table, with_names=False)
        and (isinstance(column.type, JSON) or column.type.python_type is str)
        and getattr(column.type, "length", None) is None
    }
    assert free == {
        "coffee_talk.ticked", "common_event.answers", "cost_assessment.models",
        "cost_assessment.payers", "course.params",
        "course.title", "course_date.room",
        "exit_talk.ticked",
        "site.municipality", "site.name",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: files.pop(MANIFEST), "no file with all data"),
        (lambda files: files.update({MANIFEST: b"[]"}), "no file with all data"),
        (lambda files: files.update({"data/site.csv": b"x"}), "not as it was"),
        (lambda files: files.pop("data/site.csv"), "not as it was"),
        (lambda files: files.update({"../evil": b"x"}), "not as it was"),
        (lambda files: files.update({"bomb": b"0" * 50_000_000}), "far more"),
    ],
)  # fmt: skip
def test_a_file_that_was_changed_is_refused_and_nothing_is_saved(vejle, tmp_path, change, told):
    packed = repacked(out(vejle).packed(), change)
    with open_store(tmp_path) as other:
        with pytest.raises(InputFault, match=told):
            back(other, packed)
        assert other.is_empty()


def resigned(made, name, content):
    """Return a ZIP in which one file is another, with a manifest that fits."""
    from dataclasses import replace

    return replace(made, files={**made.files, name: content}).packed()


def test_what_does_not_fit_the_tables_is_told_with_its_place(vejle, tmp_path):
    made = out(vejle)
    headings, *found = read_back(made.files["data/site.csv"])
    with open_store(tmp_path) as other:
        wrong = resigned(made, "data/site.csv", delimited(headings, [["x", *found[0][1:]]]))
        with pytest.raises(InputFault) as refused:
            back(other, wrong)
        place = refused.value.faults[0].place
        assert (place.sheet, place.row, place.column) == ("data/site.csv", 2, "id")
        with pytest.raises(InputFault, match="other columns"):
            back(other, resigned(made, "data/site.csv", delimited(["a"], [])))
        assert other.is_empty()


def test_it_goes_into_an_empty_store_only(vejle, tmp_path):
    packed = out(vejle).packed()
    with open_store(tmp_path) as other:
        a_planned_course(other)
        with pytest.raises(InputFault, match="an empty one only"):
            back(other, packed)
        with pytest.raises(InputFault, match="without names"):
            back(other, out(vejle, with_names=False).packed())


def test_the_commands_take_everything_out_and_back(vejle, tmp_path):
    run = CliRunner().invoke
    file = tmp_path / "alt.zip"
    done = run(app, ["export", str(file), "--with-names", "--store", vejle.address])
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o077 == 0
    new = tmp_path / "new" / "peerbook.sqlite"
    done = run(app, ["import", str(file), "--whole", "--store", str(new)])
    assert done.exit_code == 0, done.output
    with open_store(new.parent) as other, vejle.read() as here, other.read() as there:
        assert stored(there) == stored(here)
    assert run(app, ["export", str(file), "--store", vejle.address]).exit_code == 1, "it is there"
    plain = tmp_path / "uden.zip"
    assert run(app, ["export", str(plain), "--store", vejle.address]).exit_code == 0
    with zipfile.ZipFile(plain) as archive:
        assert "data/identity.csv" not in archive.namelist()
