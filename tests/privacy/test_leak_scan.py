"""A leak scan finds what is planted anywhere in a file, tells where and what, and never which."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
import typst
from openpyxl import Workbook
from openpyxl.comments import Comment
from typer.testing import CliRunner

from builders import a_course_of, open_store
from peerbook.cli import app
from peerbook.errors import InputFault, PeerbookError
from peerbook.personal import Names
from peerbook.privacy.scan import (
    ALLOWED_FILE,
    Allowed,
    files_under,
    findings_in,
    install_hook,
    read_allowed,
    scan,
    staged_files,
    told,
    tracked_files,
)
from peerbook.text.words import LANGUAGE_VARIABLE

CPR, PHONE, MAIL, NAME = "211062-5629", "22 33 44 55", "anna@mail.example.dk", "Anna Jensen"
SECRET = "token=3f9a8b7c6d5e"
NAMES = Names(["Anna Holm Jensen"])


@pytest.fixture(autouse=True)
def told_in_english(monkeypatch):
    monkeypatch.setenv(LANGUAGE_VARIABLE, "en")


ALL = {"cpr", "phone", "email", "name", "secret"}
VALUES = (CPR, PHONE, MAIL, NAME, SECRET)
TEXT = f"{NAME}, {CPR}, ring {PHONE}, {MAIL}, {SECRET}"


def notebook(**cell):
    made = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], **cell}
    return json.dumps(
        {"cells": [made], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


def workbook(change=lambda book: None, text=""):
    book = Workbook()
    book.active["B3"] = text
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def printed(source, tmp_path):
    page = tmp_path / "page.typ"
    page.write_text(source, "utf-8")
    return typst.compile(str(page), ignore_system_fonts=True)


def mail(text, **headers):
    message = EmailMessage()
    message["From"], message["To"] = "peer@vejle.example.dk", "anna@mail.example.dk"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    return message


def found(file, data):
    findings, is_read = findings_in(file, data, NAMES)
    assert is_read
    return {(one.where, one.kind) for one in findings}


@pytest.mark.parametrize(
    ("cell", "where"),
    [
        ({"source": ["x = 1\n", f"# {TEXT}"]}, "cell 1, source"),
        ({"outputs": [{"output_type": "stream", "text": [TEXT]}]}, "cell 1, output"),
        (
            {"outputs": [{"output_type": "execute_result", "data": {"text/html": f"<b>{TEXT}"}}]},
            "cell 1, output",
        ),
        ({"outputs": [{"output_type": "error", "traceback": ["x", TEXT]}]}, "cell 1, output"),
        ({"metadata": {"note": TEXT}}, "cell 1, metadata"),
        ({"attachments": {"a.txt": {"text/plain": TEXT}}}, "cell 1, attachments"),
    ],
)
def test_every_part_of_a_notebook_is_read(cell, where):
    assert found("x.ipynb", notebook(**cell)) == {(where, kind) for kind in ALL}


def test_papermills_parameters_and_widgets_in_a_notebooks_metadata_are_read():
    made = json.loads(notebook())
    made["metadata"] = {
        "papermill": {"parameters": {"who": TEXT}},
        "widgets": {"x": [1, {"y": CPR}]},
    }
    assert found("x.ipynb", json.dumps(made).encode()) == {
        ("the notebook's metadata", kind) for kind in ALL
    }


def test_a_spreadsheet_is_read_by_sheet_and_row_and_in_what_it_does_not_show():
    def comment(book):
        book.active["A1"].comment = Comment(TEXT, "somebody")

    def described(book):
        book.properties.creator = "Anna Jensen"
        book.create_sheet("Anna Jensen")

    def as_numbers(book):
        book.active.append([2110625629, 101801234, "Anna", "Jensen"])

    row = {("sheet 1, row 3", kind) for kind in ALL}
    assert row <= found("x.xlsx", workbook(text=TEXT))
    places = {where for where, _kind in found("x.xlsx", workbook(comment))}
    assert any("comment" in place for place in places)
    places = {where for where, _kind in found("x.xlsx", workbook(described))}
    assert {"name of sheet 2", "docProps/core.xml"} <= places
    assert {("sheet 1, row 4", "cpr"), ("sheet 1, row 4", "name")} <= found(
        "x.xlsx", workbook(as_numbers)
    )
    assert found("x.xlsx", workbook(text="Flere pauser")) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_of_any_encoding_is_read_by_line(encoding):
    names = Names(["Søren Ærø"])
    data = f"navn;cpr\nSøren;Ærø;{CPR}\n".encode(encoding)
    findings, _is_read = findings_in("x.csv", data, names)
    assert {(one.where, one.kind) for one in findings} == {("line 2", "name"), ("line 2", "cpr")}


def test_a_pdf_is_read_as_it_is_printed_and_as_it_describes_itself(tmp_path):
    body = TEXT.replace("@", "\\@")
    kinds = {kind for where, kind in found("x.pdf", printed(body, tmp_path)) if "page" in where}
    assert kinds == ALL
    titled = printed('#set document(title: "Anna Jensen")\nx', tmp_path)
    assert ("description", "name") in found("x.pdf", titled)
    assert found("x.pdf", printed("Forløb i Vejle, 24. november 2026", tmp_path)) == set()


def test_a_mail_is_read_with_what_hangs_on_it_and_may_say_where_it_goes():
    assert found("x.eml", mail("Kære alle").as_bytes()) == set()
    assert {kind for _where, kind in found("x.eml", mail(TEXT).as_bytes())} == ALL
    assert found("x.eml", mail("x", Subject="Om Anna Jensen").as_bytes()) == {("Subject", "name")}
    letter = mail("Se vedhæftet")
    letter.add_attachment(
        workbook(text=TEXT), maintype="application", subtype="octet-stream", filename="liste.xlsx"
    )
    assert {kind for _where, kind in found("x.eml", letter.as_bytes())} == ALL


def test_what_lies_in_an_archive_in_an_archive_is_read_and_so_are_the_names_there():
    inner = zipped(**{"a.csv": TEXT, "anna_jensen.txt": "x"})
    kinds = found("x.zip", zipped(**{"inner.zip": inner}))
    assert {kind for _where, kind in kinds} == ALL
    assert ("file 1, name of file 2", "name") in kinds


def test_html_is_read_as_it_is_shown():
    data = b"<td>S&oslash;ren &AElig;r&oslash;</td><td>211062&#45;5629</td>"
    findings, _is_read = findings_in("x.html", data, Names(["Søren Ærø"]))
    assert {one.kind for one in findings} == {"name", "cpr"}


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("x.xlsx", b"PK\x03\x04 damaged"),
        ("x.xlsx", b"no spreadsheet"),
        ("x.zip", b"PK\x03\x04 damaged"),
        ("x.ipynb", b"{"),
        ("x.pdf", b"%PDF-1.7 /Encrypt 3 0 R"),
    ],
)
def test_what_should_be_read_and_cannot_is_a_finding_too(file, data):
    findings, _is_read = findings_in(file, data, NAMES)
    assert [one.kind for one in findings] == ["unread"]


def test_a_picture_is_not_read_and_is_said_not_to_be():
    result = scan([("a.png", b"\x89PNG\x00\x01"), ("b.txt", b"fine")], NAMES)
    assert (result.read, result.names_only, result.findings) == (1, ("a.png",), ())
    assert "1" in told(result)[-1]


def test_nothing_that_is_told_says_which_it_was_even_of_a_file_name():
    files = [(f"{CPR}/{NAME}.txt", TEXT.encode()), ("b.ipynb", notebook(source=TEXT))]
    result = scan(files, NAMES)
    assert {one.kind for one in result.findings} == ALL
    assert not any(value in line for line in told(result) for value in VALUES)
    assert "Jensen" not in "".join(told(result))


# -- what is allowed -------------------------------------------------------------------------------


def test_what_is_allowed_for_a_reason_is_no_finding_and_is_counted():
    allowed = (Allowed("tests/*", frozenset({"cpr"}), "invented"),)
    result = scan([("tests/a/b.py", TEXT.encode()), ("lib/a.py", CPR.encode())], NAMES, allowed)
    assert {(one.file, one.kind) for one in result.findings} == {
        ("lib/a.py", "cpr"), *(("tests/a/b.py", kind) for kind in ALL - {"cpr"}),
    }  # fmt: skip
    assert result.allowed == 1


@pytest.mark.parametrize(
    "text",
    ["- {files: 'x', kinds: [cpr]}", "- {files: 'x', kinds: [cpr], reason: ' '}", "- x", "{{"],
)
def test_nothing_is_allowed_without_a_reason(tmp_path, text):
    (tmp_path / ALLOWED_FILE).write_text(text)
    with pytest.raises(InputFault):
        read_allowed(tmp_path / ALLOWED_FILE)


def test_what_this_project_keeps_in_git_leaks_nothing():
    root = Path(__file__).parents[2]
    result = scan(tracked_files(root), Names(()), read_allowed(root / ALLOWED_FILE))
    print(f"git tree: {result.read} files read, {len(result.findings)} hits")
    assert told(result)[:-2] == []
    assert result.read > 200


# -- the command and git ---------------------------------------------------------------------------


def git(folder, *words):
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@x.invalid", *words],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def test_the_command_ends_with_1_when_something_is_found_and_tells_where(tmp_path, monkeypatch):
    with open_store(tmp_path / "data") as store:
        a_course_of(store, "Anna Holm Jensen")
        address = store.address
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plan.txt").write_text("Kære Anna Jensen")
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(app, ["scan", "out", "--store", address])
    assert run.exit_code == 1
    assert "out/plan.txt, line 1" in run.output
    assert "Jensen" not in run.output
    run = CliRunner().invoke(app, ["scan", "out", "--no-names"])
    assert run.exit_code == 0


def test_a_path_where_nothing_is_is_told(tmp_path):
    with pytest.raises(InputFault):
        list(files_under([tmp_path / "gone"]))


def test_a_commit_that_would_hold_something_personal_is_stopped_and_one_that_does_not_is_made(
    tmp_path,
):
    git(tmp_path, "init", "-q")
    hook = install_hook(tmp_path, with_names=False)
    assert install_hook(tmp_path, with_names=False) == hook
    (tmp_path / "a.txt").write_text("fint")
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "a.txt").write_text(CPR)
    git(tmp_path, "add", "a.txt")
    (tmp_path / "a.txt").write_text("what is staged counts, not what lies here")
    assert [name for name, _data in staged_files(tmp_path)] == ["a.txt"]
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        git(tmp_path, "commit", "-qm", "two")
    said = (stopped.value.stdout + stopped.value.stderr).decode()
    assert "a.txt" in said
    assert CPR not in said


def test_a_hook_of_somebody_elses_stays(tmp_path):
    git(tmp_path, "init", "-q")
    hook = tmp_path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")
    with pytest.raises(PeerbookError, match="peerbook scan --staged"):
        install_hook(tmp_path, with_names=True)
    assert hook.read_text() == "#!/bin/sh\n"


def test_outside_git_the_hook_is_refused(tmp_path):
    with pytest.raises(PeerbookError, match="git"):
        install_hook(tmp_path, with_names=True)
