"""What holds for the project as a whole, whatever code comes and goes."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "workbooks").rglob("*.ipynb"))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.fail("these tests read the list of files from git")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_conda_installs_what_is_locked_with_the_python_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert conda["dependencies"] == [
        f"python{project['requires-python']}", "pip", {"pip": ["-r requirements.lock"]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-test.lock", "docs/jupyterhub/requirements.lock"]
)
def test_lock_file_has_a_hash_for_every_package_and_no_address(name):
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"https?:|file:|index-url|find-links", text)
    entries = re.findall(r"^\S.*?(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert len(entries) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_the_tests_need_from_npm_is_locked_with_its_digest_and_no_address():
    text = (ROOT / "tests" / "package-lock.json").read_text("utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert [name for name, one in packages.items() if name and "integrity" not in one] == []
    asked = json.loads((ROOT / "tests" / "package.json").read_text("utf-8"))["dependencies"]
    assert packages[""]["dependencies"] == asked


def test_every_direct_dependency_is_locked_at_a_version_pyproject_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", lock, re.M))
    for entry in map(Requirement, project["dependencies"]):
        assert locked[entry.name.lower()] in entry.specifier


def test_every_package_the_code_imports_is_declared():
    """What another package happens to bring along today may be gone with its next release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {
        re.split(r"[\[<>=]", entry)[0].lower()
        for entry in project["dependencies"] + extras["hub"] + extras["dask"]
    }
    imported = (
        {
            name.partition(".")[0]
            for path in (ROOT / "lib").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            for name in (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
        }
        - sys.stdlib_module_names
        - {"peerbook"}
    )
    assert len(imported) > 20
    carried_by = metadata.packages_distributions()
    missing = {
        name
        for name in imported
        if not {re.sub(r"[-_.]+", "-", one).lower() for one in carried_by.get(name, [])} & declared
    }
    assert missing == set()


def test_what_the_pages_read_is_packaged_where_they_look_for_it():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    packaged = build["targets"]["wheel"]["force-include"]
    assert packaged.keys() >= {"curriculum", "docs/handbook", "workbooks"}
    for source, target in packaged.items():
        assert (ROOT / source).is_dir()
        assert target == f"peerbook/shared/{source}"


def test_top_level_holds_only_what_a_newcomer_expects():
    expected = {
        "workbooks", "curriculum", "lib", "data_templates", "tests", "docs", ".ci",
        "environment.yml", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md",
        "CONTRIBUTING.md", "Makefile", "requirements.lock", "requirements-test.lock",
        ".gitignore", ".gitattributes", ".peerbook-allowed.yml",
    }  # fmt: skip
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} - expected == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_thin_and_has_its_four_cells(path):
    notebook = json.loads(path.read_text("utf-8"))
    title, *code = notebook["cells"]
    assert title["cell_type"] == "markdown"
    assert title["source"][0].startswith("# ")
    tags = [cell["metadata"].get("tags", []) for cell in code]
    assert tags[0] == ["parameters"]
    assert tags[-1] == ["check"]
    assert code[-1]["source"][0].strip() == "# NBVAL_CHECK_OUTPUT"
    assert sum(len(cell["source"]) for cell in code) <= 40
    assert [cell for cell in code[:-1] if cell.get("outputs")] == []


def test_no_machine_path_stands_in_a_tracked_file():
    pattern = re.compile(r"(?<![\w.~$}])/(?:root|home|work|farm)/\w")
    found = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".ipynb", ".js", ".css", ".lock"}
        and not path.name.endswith(".min.js")
        and path != Path(__file__)
        and pattern.search(path.read_text("utf-8"))
    ]
    assert found == []
