"""Names, CPR numbers and codes planted through real use are found in the store and nowhere else."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager
from sqlalchemy import select
from tornado import web

from app_under_test import write_notebook
from builders import LEADER, START, a_desk, a_planned_course, open_store
from peerbook.course import people_records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_entry_part import EvaluationEntry
from peerbook.course.evaluation.evaluation_files import codes_bytes, form_bytes
from peerbook.course.evaluation.saved_sheets_part import SavedSheets
from peerbook.course.evaluation_form import load_form
from peerbook.course.plan_records import load_plan
from peerbook.course.planning.plan_files import pdf_bytes, workbook_bytes
from peerbook.paths import product_folder
from peerbook.personal import is_cpr
from peerbook.privacy.scan import files_under, names_of_all, scan, told, tracked_files
from peerbook.server.save_guard import SaveGuard
from peerbook.store.codes import new_linking_codes
from peerbook.store.tables import Course

pytestmark = pytest.mark.faults

MANY = 50
FIRST = ("Anna", "Søren", "Åse", "Zahra", "Yusuf", "Birgit", "Torben", "Ulla", "Kamal", "Vibeke")
LAST = ("Plantrup", "Ærøplant", "Gemmested", "Søgelund", "Vaultsen")
NAMES = [f"{first} {last}" for first in FIRST for last in LAST]
CPRS = [
    f"{dt.date(1950, 1, 1) + dt.timedelta(days=311 * n):%d%m%y}{n % 4}{100 + n}"
    for n in range(MANY)
]
TOKENS = [uuid.UUID(int=n * 7919 + 2**100).hex for n in range(MANY)]

LEAKS = """
import json, logging
planted = json.loads(open({planted!r}, encoding="utf-8").read())
for name, cpr, token in planted:
    logging.getLogger("page").warning("cpr %s, token=%s", cpr, token)
raise ValueError(planted)
"""


def ask(server, path, **headers):
    request = urllib.request.Request(
        server.address + urllib.parse.quote(path, safe="/?=&"), headers=headers
    )
    try:
        return urllib.request.urlopen(request, timeout=60).read()
    except urllib.error.HTTPError as error:
        return error.read()


def save_sheets(store, course):
    """Type fifty sheets in with the form of the page, each with something personal in it."""
    desk = a_desk(store)

    def keep(submission, sheets, source):
        return desk.save(
            submission,
            lambda session: evaluation_records.save_sheets(
                session, course.id, load_form("mid"), sheets,
                wave="mid", source=source, entered_on=START,
            ),
        )  # fmt: skip

    entry = EvaluationEntry(desk, course, "mid", keep, SavedSheets(desk, course, "mid", print))
    form = entry._sheet_form("full")
    refused = asked = 0
    for name, cpr in zip(NAMES, CPRS, strict=True):
        for text in (f"Mit nummer er {cpr[:6]}-{cpr[6:]}", f"Hør på {name}", "Flere pauser"):
            values = {"overall": "4", "suggestion": text}
            request = {"do": "submit", "key": str(uuid.uuid4()), "values": values}
            if "faults" in form.answer(request, []):
                refused, asked = refused + (cpr[:6] in text), asked + (name in text)
    return refused, asked


def save_in_lab(folder, planted, names):
    """Save notebooks as JupyterLab does: one that shows people, and one that was typed so."""
    folder.mkdir()
    guard = SaveGuard(lambda: names).before_saving
    contents = FileContentsManager(root_dir=str(folder), pre_save_hook=guard)
    refused = 0
    for number, (name, cpr, token) in enumerate(planted):
        cell = nbformat.v4.new_code_cell("show()")
        cell.outputs = [nbformat.v4.new_output("stream", text=f"{name} {cpr} token={token}")]
        shown = nbformat.v4.new_notebook(cells=[cell])
        written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"x = '{name}'")])
        for kind, notebook in (("shown", shown), ("written", written)):
            model = {"type": "notebook", "format": "json", "content": notebook}
            try:
                contents.save(model, f"{kind}{number}.ipynb")
            except web.HTTPError:
                refused += 1
    return refused


def exports(folder, store, course):
    folder.mkdir()
    with store.read() as session:
        plan = load_plan(session, session.get_one(Course, course.id))
    form = load_form("mid")
    files = {
        "plan.pdf": pdf_bytes(plan),
        "plan.xlsx": workbook_bytes(plan, START),
        "codes.pdf": codes_bytes(new_linking_codes(MANY), course=course.title),
        "form.pdf": form_bytes(form, "full", course=course.title),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_what_is_planted_is_found_in_the_store_and_nowhere_else(
    tmp_path, serve_notebooks, monkeypatch, visitor
):
    assert len(set(NAMES)) == len(set(CPRS)) == len(set(TOKENS)) == MANY
    assert all(map(is_cpr, CPRS))
    planted = list(zip(NAMES, CPRS, TOKENS, strict=True))
    for folder in ("tmp", "home", "runtime"):
        (tmp_path / folder).mkdir()
    own = {
        "TMPDIR": str(tmp_path / "tmp"),
        "HOME": str(tmp_path / "home"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "PEERBOOK_DATA": str(tmp_path / "data"),
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)

    with open_store(tmp_path / "data") as store:
        made = a_planned_course(store)
        with store.write(LEADER) as session:
            course = session.get_one(Course, made.course_id)
            people_records.enrol(session, course, NAMES, course.starts_on)
            session.expunge(course)
        with store.read() as session:
            names = names_of_all(session)
            course = session.scalars(select(Course)).one()
        refused, asked = save_sheets(store, course)
        kept = save_in_lab(tmp_path / "lab", planted, names)
        exports(tmp_path / "exports", store, course)
        address = store.address
    assert (refused, asked, kept) == (MANY, MANY, MANY)

    vault = tmp_path / "data"
    source = vault / "planted.json"
    source.write_text(json.dumps(planted), "utf-8")
    books = tmp_path / "books"
    for path in product_folder("workbooks").glob("*.ipynb"):
        (books / path.name).parent.mkdir(exist_ok=True)
        (books / path.name).write_bytes(path.read_bytes())
    write_notebook(books / "leaks.ipynb", [LEAKS.format(planted=str(source))])
    server = serve_notebooks(books, data=vault, env=own)
    page = ask(server, "voila/render/leaks.ipynb", **server.headers)
    # A part of it is eight digits by chance, once in fifty times, and so a telephone number.
    (tmp_path / "leaking.html").write_bytes(re.sub(rb'data-xsrf="[^"]*"', b"", page))
    visitor.open(server, "course_record", f"?course={course.id}")
    for _name, cpr, token in planted:
        ask(server, f"missing/{cpr}?token={token}&cpr={cpr}")
        ask(server, f"voila/render/start.ipynb?code={token}", Authorization=f"token {token}")
    (tmp_path / "processes").write_text(
        "\n".join(
            " ".join(one.cmdline())
            for one in psutil.Process(server.process.pid).children(recursive=True)
        )
    )

    results = tmp_path / "results"
    results.mkdir()
    for name in ("start", "course_record"):
        run = [sys.executable, "-c", "from peerbook.cli import main; main()", "run", name]
        done = subprocess.run(
            [*run, "--output", str(results / f"{name}.ipynb"), "--store", address],
            check=False, capture_output=True, env={**os.environ, **own},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (results / f"{name}.log").write_bytes(done.stdout + done.stderr)
    server.stop()
    # The server's own code is told once, to whoever starts it.
    said = [line for line in server.output if server.token not in line and "ticket=" not in line]
    (tmp_path / "server.log").write_text("".join(said), "utf-8")
    assert "[cpr]" in "".join(said)
    source.unlink()

    store_files = {path for path in vault.iterdir() if path.name.startswith("peerbook.sqlite")}
    holding = b"".join(path.read_bytes() for path in store_files)
    in_store = sum(name.encode() in holding for name in NAMES)
    files = [
        (file, data) for file, data in files_under([tmp_path]) if Path(file) not in store_files
    ]
    result = scan(files, names)
    values = [value.encode() for row in planted for value in row]
    hits = [file for file, data in files for value in values if value in data]
    root = Path(__file__).parents[2]
    kept = list(tracked_files(root))
    in_git = [file for file, data in kept for value in values if value in data]
    print(
        f"planted {MANY} names, {MANY} CPR numbers, {MANY} codes; {in_store} names in the store; "
        f"{len(files)} files outside it: {len(hits)} hits, {len(result.findings)} findings; "
        f"git tree of {len(kept)} files: {len(in_git)} hits"
    )
    assert in_store == MANY or not in_store  # all of them, or encrypted
    assert hits == []
    assert told(result)[: len(result.findings)] == []
    assert in_git == []
    assert len(files) > 100
