"""The committed templates are those that the schemas make today."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from peerbook.cli import app

FOLDER = Path(__file__).parents[2] / "data_templates"
README = "README.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates") / "new"
    result = CliRunner().invoke(app, ["templates", str(folder)])
    assert result.exit_code == 0, result.output
    assert {Path(line).name for line in result.output.split()} == names(folder)
    return folder


def names(folder):
    return {path.name for path in folder.iterdir()} - {README}


def content(path):
    """Return what a person sees in a workbook, and the rules its cells carry."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return {
        page.title: (
            [[cell.value for cell in row] for row in page.iter_rows()],
            sorted(
                (str(rule.sqref), rule.type, rule.formula1, rule.prompt, rule.error)
                for rule in page.data_validations.dataValidation
            ),
        )
        for page in book
    }


def test_the_folder_holds_every_template_and_nothing_else(made):
    assert names(FOLDER) == names(made), "run `peerbook templates data_templates`"
    assert len(names(made)) >= 4


def test_the_committed_templates_are_current(made):
    for path in sorted(made.glob("*.xlsx")):
        assert content(FOLDER / path.name) == content(path), (
            "run `peerbook templates data_templates`"
        )


def test_the_committed_data_dictionary_is_current(made):
    for path in made.glob("*.md"):
        committed = (FOLDER / path.name).read_text("utf-8")
        assert committed == path.read_text("utf-8"), "run `peerbook templates data_templates`"


def test_the_readme_names_every_template(made):
    text = (FOLDER / README).read_text("utf-8")
    assert [name for name in names(made) if name not in text] == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    result = CliRunner().invoke(app, ["templates", str(tmp_path / "file")])
    assert result.exit_code != 0
    assert "file" in str(result.exception)
