"""Workbooks without a browser: they run, and bad parameters never reach a kernel."""

import logging
import os
import sys

import nbformat
import papermill
import pytest
from typer.testing import CliRunner

from builders import DEMO_DAY
from peerbook import __version__, runs
from peerbook.cli import app, main
from peerbook.course import people_records
from peerbook.course.evaluation_form import load_form
from peerbook.demo import fill
from peerbook.errors import InputFault
from peerbook.paths import product_folder
from peerbook.settings import save_help_number
from peerbook.sites import site_records
from peerbook.store import Store
from peerbook.store.store import URL_VARIABLE


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("store") / "peerbook.sqlite") as opened:
        fill(opened, DEMO_DAY)
        with opened.write("leader") as session:
            first = site_records.site_named(session, "Vejle")
            save_help_number(session, first.id, "12 34 56 78", "")
            site_records.save_site(session, "Viborg", "Viborg")
        yield opened


def printed(path):
    cell = nbformat.read(path, 4).cells[-1]
    return "".join(output.get("text", "") for output in cell.outputs)


NAMES = runs.workbooks()
FACTS = {
    "start": ("site: Vejle", "site: Viborg"),
    "costs": ("site: Vejle", "site: Viborg"),
    "head_count": ("site: Vejle", "site: Viborg"),
    "matching": ("site: Vejle", "site: Viborg"),
    "pathways": ("site: Vejle", "site: Viborg"),
    "recruitment": ("site: Vejle", "site: Viborg"),
    "analysis/recruitment": ("asked: 100 to 104", "asked: 0"),
    "analysis/retention": ("contracts: 25 to 29", "contracts: 0"),
    "access": ("site: Vejle", "site: Viborg"),
    "privacy": ("site: Vejle", "site: Viborg"),
    "data": ("site: Vejle", "site: Viborg"),
    "help": ("help number set: True", "help number set: False"),
    "course_plan": ("teaching days: ['2023-08-10", "teaching days: ['2024-01-18"),
    "course_record": ("mentors: 9", "mentors: 8"),
}
"""What each workbook prints of one site or course, and not of the other."""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("second", [False, True])
def test_workbook_runs_with_two_sets_of_parameters(name, second, store, tmp_path, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{store._database.path}")
    of_a_course = "course" in papermill.inspect_notebook(str(runs.workbook(name)))
    given = (
        {"site": "Vejle", "course": 1 + second}
        if of_a_course
        else {"site": "Viborg" if second else "Vejle"}
    )
    before = tmp_path / "result.ipynb"
    before.touch(mode=0o644)
    output = runs.run(name, given, before, store)
    assert output.stat().st_mode & 0o077 == 0
    facts = printed(output)
    assert FACTS[name][second] in facts
    assert FACTS[name][not second] not in facts
    others = [cell for cell in nbformat.read(output, 4).cells[:-1] if cell.cell_type == "code"]
    assert not any(cell.outputs for cell in others), "what is no fact does not leave"
    if name == "help":
        assert "texts above LIX 40: 0" in facts
    if name == "course_record":
        assert "items compared: 15" in facts


def test_the_figures_of_the_last_course_that_is_over_stay_as_they_are(store, tmp_path, monkeypatch):
    """Golden values of the invented Vejle as first drawn; the same wherever it lies in time."""
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{store._database.path}")
    output = runs.run("course_record", {"course": 3}, tmp_path / "result.ipynb", store)
    assert printed(output).splitlines() == [
        "mentors: 10",
        "dates held: 12",
        "present: 100 of 114",
        "present or sent an apology: 109 of 114",
        "evaluation forms: final 9, mid 9",
        "items compared: 15",
        "the course in all: groups, n None",
    ]


def test_a_run_keeps_the_facts_and_neither_names_nor_answers(store, tmp_path, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{store._database.path}")
    output = runs.run("course_record", {"course": 3}, tmp_path / "result.ipynb", store)
    with store.read() as session:
        names = [mentor.name for mentor in people_records.mentors(session, 3)]
    kept = output.read_text()
    assert names
    assert not [name for name in names if name in kept]
    assert load_form("final").item("overall").text not in kept
    assert "widgets" not in nbformat.read(output, 4).metadata


def test_the_result_tells_which_peerbook_made_it_and_from_which_state_of_the_record(
    tmp_path, monkeypatch
):
    with Store.open(tmp_path / "own.sqlite") as own:
        fill(own, DEMO_DAY)
        monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{own._database.path}")

        def told():
            output = runs.run("start", {}, tmp_path / "result.ipynb", own)
            assert output.stat().st_mode & 0o077 == 0
            return nbformat.read(output, 4).metadata["peerbook"]

        first = told()
        assert first["version"] == __version__
        assert told() == first
        with own.write("leader") as session:
            site_records.save_site(session, "Kolding", "Kolding")
        assert told()["data"] != first["data"]


@pytest.mark.parametrize(
    "given",
    [
        {"course": "x" * 10_000_000},
        {"course": list(range(1_000_000))},
        {"course": "1; import os"},
        {"course": 99},
        {"course": True},
        {"course": 2**40},
        {"course": 1.5},
        {"site": "Ukendt"},
        {"site": '__import__("os").system("id")'},
        {"site": 3},
        {"month": "2027-01"},
        {"site": object()},
    ],
    ids=lambda given: next(iter(given)),
)
def test_bad_parameter_is_refused_before_a_kernel_starts(given, store, tmp_path, monkeypatch):
    monkeypatch.setattr(papermill, "execute_notebook", lambda *_a, **_k: pytest.fail("it ran"))
    with pytest.raises(InputFault):
        runs.run("course_plan", given, tmp_path / "result.ipynb", store)
    assert not (tmp_path / "result.ipynb").exists()


def test_unknown_workbook_is_refused_with_the_names_of_those_there_are(store, tmp_path):
    with pytest.raises(InputFault, match="course_plan"):
        runs.run("../../etc/passwd", {}, tmp_path / "result.ipynb", store)


def test_a_parameter_given_twice_is_refused_by_name(store, tmp_path):
    twice = ["-p", "site=Vejle", "-p", "site=Kolding"]
    place = ["--output", str(tmp_path / "out.ipynb"), "--store", str(store._database.path)]
    result = CliRunner().invoke(app, ["run", "start", *twice, *place])
    assert isinstance(result.exception, InputFault)
    assert "site" in str(result.exception)
    assert not (tmp_path / "out.ipynb").exists()


NO_OUTPUTS = {
    "a folder": "folder.ipynb",
    "a pipe": "pipe.ipynb",
    "where no file can be": "/proc/out.ipynb",
    "a missing folder": "missing/out.ipynb",
    "another suffix": "out.txt",
    "too long a name": f"{'x' * 300}.ipynb",
    "a workbook": product_folder("workbooks") / "start.ipynb",
}


@pytest.mark.parametrize("kind", NO_OUTPUTS)
def test_an_output_that_cannot_be_is_refused_before_a_kernel_starts(
    kind, store, tmp_path, monkeypatch
):
    monkeypatch.setattr(papermill, "execute_notebook", lambda *_a, **_k: pytest.fail("it ran"))
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    output = tmp_path / NO_OUTPUTS[kind]
    with pytest.raises(InputFault) as refused:
        runs.run("start", {}, output, store)
    assert str(output) in str(refused.value)
    assert refused.value.faults[0].place.field == "output"


def test_a_run_says_nothing_and_uses_no_port(store, tmp_path, monkeypatch, capfd, caplog):
    transports = []
    execute = papermill.execute_notebook

    def watched(*arguments, **keywords):
        transports.append(keywords["config"].KernelManager.get("transport"))
        # As PyZMQ does when a kernel ends while its words are on their way.
        logging.getLogger("tornado.general").error("Uncaught exception in ZMQStream callback")
        return execute(*arguments, **keywords)

    monkeypatch.setattr(papermill, "execute_notebook", watched)
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{store._database.path}")
    output = runs.run("start", {}, tmp_path / "with{braces}.ipynb", store)
    assert "courses: 4" in printed(output)
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""
    assert transports == ["ipc" if os.name == "posix" else None]


FAILING = "def open_page(site):\n    raise KeyError(f'Grethe Hemmelig at {site}')\nopen_page(site)"


@pytest.mark.parametrize("given", [{}, {"site": "Vejle"}], ids=["as it is", "with parameters"])
@pytest.mark.parametrize(
    ("source", "told"),
    [
        (FAILING, "gik i stå med en fejl i sin celle nummer 3"),
        ("import os\nos._exit(1)", "kunne ikke køres til ende"),
    ],
    ids=["an error", "a kernel that dies"],
)
def test_a_workbook_that_fails_is_told_calmly_and_no_value_is_left_anywhere(
    source, told, given, store, tmp_path, monkeypatch, capfd
):
    path = tmp_path / "page.ipynb"
    cells = [
        nbformat.v4.new_markdown_cell("# Titel"),
        nbformat.v4.new_code_cell("site: str = ''", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(source),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    monkeypatch.setattr(runs, "workbook", lambda _name: path)
    new, earlier = tmp_path / "new.ipynb", tmp_path / "earlier.ipynb"
    earlier.write_text("the result of yesterday")
    for output in (new, earlier):
        values = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
        place = ["--output", str(output), "--store", str(store._database.path)]
        monkeypatch.setattr(sys, "argv", ["peerbook", "run", "page", *values, *place])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        out, err = capfd.readouterr()
        *log, sentence = err.splitlines()
        assert out == ""
        assert told in sentence
        assert "»page«" in sentence
        assert "Grethe" not in err
        assert "Traceback" not in err
        code = sentence.split("koden ")[1].split()[0]
        assert not log or code in log[0]
    assert not new.exists()
    assert earlier.read_text() == "the result of yesterday"
