"""What JupyterLab saves holds nobody: outputs are taken out, and what was written is told."""

from __future__ import annotations

import json

import nbformat
import pytest
from tornado import web

from peerbook.errors import StoreUnavailable
from peerbook.personal import Names
from peerbook.server.save_guard import SaveGuard

CPR, NAME = "211062-5629", "Anna Jensen"


@pytest.fixture
def guard():
    return SaveGuard(lambda: Names([NAME])).before_saving


def model(*cells, **metadata):
    notebook = nbformat.v4.new_notebook(cells=list(cells), metadata=metadata)
    return {"type": "notebook", "content": notebook}


def cell(source="", text=None):
    made = nbformat.v4.new_code_cell(source)
    if text is not None:
        made.outputs = [nbformat.v4.new_output("stream", text="fine"),
                        nbformat.v4.new_output("stream", text=text)]  # fmt: skip
    return made


def test_outputs_that_leak_are_taken_out_and_the_file_says_so_where_they_stood(guard):
    saved = model(cell("show()", f"{NAME}: {CPR}"), cell("2", "3"))
    guard(model=saved, path="x.ipynb")
    written = json.dumps(saved["content"])
    assert CPR not in written
    assert NAME not in written
    first, second = saved["content"]["cells"]
    assert first["source"] == "show()"
    assert first["outputs"][0]["text"] == "fine"
    assert "peerbook" in first["outputs"][1]["text"]
    assert second["outputs"][1]["text"] == "3"
    nbformat.validate(nbformat.from_dict(saved["content"]))


def test_widgets_that_show_somebody_are_not_saved_with_the_notebook(guard):
    saved = model(widgets={"state": {"a": {"rows": [NAME]}}}, title="x")
    guard(model=saved)
    assert saved["content"]["metadata"] == {"title": "x"}


def test_what_the_analyst_wrote_is_left_to_her_and_not_saved(guard):
    for leaking in (model(cell(f"x = '{CPR}'")), model(note=NAME)):
        with pytest.raises(web.HTTPError) as refused:
            guard(model=leaking)
        assert refused.value.status_code == 400
        assert CPR not in refused.value.log_message
        assert NAME not in refused.value.log_message


def test_a_notebook_without_leaks_and_other_files_are_saved_as_they_are(guard):
    fine = model(cell("1 + 1", "2"), title="x")
    before = fine["content"].copy()
    guard(model=fine)
    assert fine["content"] == before
    guard(model={"type": "file", "content": NAME})


def test_nothing_is_saved_while_nobody_can_say_whom_to_look_for():
    def unavailable():
        raise StoreUnavailable("the store is away")

    with pytest.raises(web.HTTPError, match="the store is away"):
        SaveGuard(unavailable).before_saving(model=model(cell("1")))
