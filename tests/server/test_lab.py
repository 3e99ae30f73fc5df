"""JupyterLab for analysts: the same code, kernels and assets; nothing open without login."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.request

import psutil
import pytest
import websocket

from app_under_test import Server
from builders import a_course_of, open_store
from peerbook.paths import product_folder
from peerbook.server import lab as start_lab
from peerbook.server.app import ServerFault
from peerbook.server.assets import asset_url
from peerbook.store import Store
from peerbook.text import _

# Tests may run as root in a container, and say that this is meant.
LAB = (
    "import sys; from peerbook.server import lab;"
    "lab(port=int(sys.argv[-1]), open_browser=False, allow_root=True)"
)


@pytest.fixture(scope="module")
def lab(start_server, tmp_path_factory) -> Server:
    settings = tmp_path_factory.mktemp("jupyter")
    data = tmp_path_factory.mktemp("data")
    open_store(data).close()
    return start_server(
        product_folder("workbooks"),
        data=data,
        program=["-c", LAB],
        env={"JUPYTER_CONFIG_DIR": str(settings), "JUPYTER_RUNTIME_DIR": str(settings)},
    )


def ask(
    server: Server, path: str, data: dict[str, object] | None = None, method: str | None = None
) -> bytes:
    request = urllib.request.Request(
        server.address + path,
        headers=server.headers,
        data=None if data is None else json.dumps(data).encode(),
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def status(server: Server, path: str, **headers: str) -> int:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args):
            return None

    request = urllib.request.Request(server.address + path, headers=headers)
    try:
        return urllib.request.build_opener(Stay).open(request, timeout=60).status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_analyst_finds_the_workbooks(lab):
    names = {entry["name"] for entry in json.loads(ask(lab, "api/contents"))["content"]}
    assert {"start.ipynb", "course_plan.ipynb"} <= names
    assert b"jupyter-config-data" in ask(lab, "lab")


def test_nothing_but_assets_is_open_without_login(lab):
    assert status(lab, "lab") == 302
    assert status(lab, "api/contents") == 403
    assert status(lab, "api/kernels", Authorization="token wrong") == 403
    assert status(lab, f"lab?token={lab.token}") == 302
    assert status(lab, asset_url("", "ui.js")) == 200


def test_a_notebook_that_says_who_somebody_is_is_not_saved_and_the_analyst_is_told_where(lab):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [cell | {"source": "1 + 1"}, cell | {"source": "cpr = '211062-5629'"}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(lab, "api/contents/never.ipynb", {"type": "notebook", "content": notebook}, "PUT")
    message = json.loads(refused.value.read())["message"]
    assert refused.value.code == 400
    assert _("cell {n}, source").format(n=2) in message
    assert "211062" not in message
    assert not (product_folder("workbooks") / "never.ipynb").exists()


def test_voila_is_not_reachable_beside_the_lab(lab):
    assert status(lab, "voila/render/start.ipynb", **lab.headers) == 404


def test_a_kernel_of_the_lab_is_forked(lab):
    ask(lab, "api/kernels", {"name": "python3"})
    server = psutil.Process(lab.process.pid)
    forked = [
        child
        for child in server.children(recursive=True)
        if child.ppid() != server.pid and "peerbook.server.zygote" in child.cmdline()
    ]
    assert len(forked) == 1


def said_by_a_kernel(server: Server, code: str) -> str:
    """Return what code prints in a new kernel."""
    number = json.loads(ask(server, "api/kernels", {"name": "python3"}))["id"]
    address = f"{server.address}api/kernels/{number}/channels".replace("http", "ws", 1)
    line = websocket.create_connection(address, header=server.headers, timeout=60)
    message = {
        "channel": "shell",
        "header": {"msg_id": "1", "msg_type": "execute_request", "session": "s", "version": "5.3"},
        "parent_header": {}, "metadata": {}, "content": {"code": code}, "buffers": [],
    }  # fmt: skip
    line.send(json.dumps(message))
    while True:
        answer = json.loads(line.recv())
        if answer["msg_type"] in ("stream", "error"):
            line.close()
            ask(server, f"api/kernels/{number}", method="DELETE")
            return str(answer["content"].get("text") or answer["content"])


def test_notebooks_of_the_lab_know_people_by_their_codes(lab):
    with Store.open(lab.data / "peerbook.sqlite") as store:
        made = a_course_of(store, "Åse Opdigt")
    said = said_by_a_kernel(
        lab,
        "from peerbook.desk import open_desk\n"
        "from peerbook.course import people_records\n"
        "with open_desk().store.read() as session:\n"
        f"    print([one.name for one in people_records.mentors(session, {made.course_id})])\n",
    )
    assert said == f"{list(made.codes)}\n"


def test_the_login_link_works_and_no_token_stands_in_it(lab, visitor):
    assert lab.token not in lab.login_link
    visitor.page.goto(lab.login_link)
    visitor.page.wait_for_url("**/lab**")
    visitor.page.locator("#jp-main-dock-panel").wait_for(timeout=60_000)


def test_the_page_names_no_other_host(lab):
    page = ask(lab, "lab").decode()
    assert "mathjax" in page
    assert set(re.findall(r"https?://[^/\"'<\s]+", page)) <= {lab.address.rstrip("/")}


def test_the_menu_of_the_lab_leads_to_a_button_that_logs_out(lab, visitor):
    visitor.log_in(lab)
    visitor.page.goto(f"{lab.address}logout")
    visitor.page.get_by_role("button", name="Log ud").click()
    visitor.page.wait_for_selector("text=Du er logget ud")
    assert visitor.page.goto(f"{lab.address}lab").url.startswith(f"{lab.address}login")


def test_logging_out_cuts_what_the_lab_has_open(lab, visitor):
    visitor.log_in(lab)
    lines = []

    def note(line):
        lines.append(line)

    visitor.page.on("websocket", note)
    visitor.page.goto(f"{lab.address}lab/tree/start.ipynb")
    visitor.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    assert any("/channels" in line.url for line in lines)
    other = visitor.page.context.new_page()
    other.goto(f"{lab.address}logout")
    other.get_by_role("button", name="Log ud").click()
    other.wait_for_selector("text=Du er logget ud")
    opened = [line for line in lines if "/channels" in line.url]
    deadline = time.monotonic() + 30
    while not all(line.is_closed() for line in opened):
        assert time.monotonic() < deadline
        visitor.page.wait_for_timeout(200)


def test_the_superuser_has_to_say_that_it_is_meant(tmp_path, monkeypatch):
    monkeypatch.setenv("PEERBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ServerFault, match="--allow-root"):
        start_lab(open_browser=False)


def test_the_analyst_is_not_asked_about_news_from_outside(lab):
    asked = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    defaults = json.loads(ask(lab, asked))["schema"]["properties"]
    assert defaults["fetchNews"]["default"] == "false"
    assert defaults["checkForUpdates"]["default"] is False
