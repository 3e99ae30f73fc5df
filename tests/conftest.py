"""Shared fixtures: a real server on a folder of notebooks, and a real browser in front of it."""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from app_under_test import BROWSER_FLAGS, MEMORY_KB, Server, Visitor, write_notebook
from builders import assert_sound, open_store
from peerbook.store import Store
from ports import free_port
from postgres_server import PostgresServer

pytest_plugins = ["journeys"]

AXE = Path(
    os.environ.get("PEERBOOK_AXE")
    or Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
)

# Speed is never tested by the clock (see CONTRIBUTING.md), so properties have no deadline either.
settings.register_profile("peerbook", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("peerbook")

# Keys of the tests' stores lie in a folder of their own, also those of the programs tests start.
_keys = tempfile.TemporaryDirectory(prefix="peerbook-test-keys-")
os.environ["PEERBOOK_KEY_FILE"] = _keys.name

START_SECONDS = 90


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Return a function that starts the app on a folder and waits until it says where it is.

    `start_server(workbooks, data=…, store_url=…, port=…, env=…, program=…)`; all are stopped at
    the end of the session at the latest. With `has_users`, it tells no login link.
    """
    started: list[Server] = []

    def start(
        workbooks: Path,
        *,
        data: Path | None = None,
        store_url: str | None = None,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "peerbook.server.app"),
        has_users: bool = False,
    ) -> Server:
        folder = data or tmp_path_factory.mktemp("data")
        command = [sys.executable, *program, "--workbooks", str(workbooks)]
        command += ["--store", store_url] if store_url else []
        command += ["--port", str(port or free_port())]
        process = subprocess.Popen(
            ["bash", "-c", f'ulimit -v {MEMORY_KB}; exec "$@"', "bash", *command],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PEERBOOK_DATA": str(folder), **(env or {})},
        )  # fmt: skip
        server = Server(process, workbooks, folder)
        started.append(server)
        links: queue.Queue[str] = queue.Queue()

        def read() -> None:
            assert process.stdout
            for line in process.stdout:
                server.output.append(line)
                if found := re.search(r"http://[^\s/]+/(login\?ticket=\S+)?$", line.rstrip()):
                    links.put(found[0])
            links.put("")

        threading.Thread(target=read, daemon=True).start()
        server.address = links.get(timeout=START_SECONDS)
        if not server.address:
            pytest.fail(f"the server did not start:\n{server.said()}")
        if not has_users:
            server.login_link = links.get(timeout=START_SECONDS)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def serve_notebooks(
    tmp_path: Path, start_server: Callable[..., Server]
) -> Iterator[Callable[..., Server]]:
    """Return a function that serves notebooks of the test's own, by name and cells, or a folder.

    `serve_notebooks({"start": ["1 + 1"]})` or `serve_notebooks(product_folder("workbooks"))`, with
    the keywords of `start_server`. The server ends with the test.
    """
    mine: list[Server] = []

    def serve(
        notebooks: Mapping[str, Sequence[str | tuple[str, str]]] | Path, **keywords: object
    ) -> Server:
        folder = notebooks if isinstance(notebooks, Path) else tmp_path / f"workbooks{len(mine)}"
        if not isinstance(notebooks, Path):
            for name, cells in notebooks.items():
                write_notebook(folder / f"{name}.ipynb", cells)
        server = start_server(folder, **keywords)
        mine.append(server)
        return server

    yield serve
    for server in mine:
        server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store; after the test its history must still tell how it came about."""
    with open_store(tmp_path) as opened:
        yield opened
        assert_sound(opened)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return a PostgreSQL server; a machine without one fails the tests that need it."""
    server = PostgresServer(fsync=False)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a Chromium; a machine without one fails the tests that need it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Return a visitor with an empty browser profile, whose requests may not leave the machine."""
    context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen")
    someone = Visitor(context)
    yield someone
    context.close()
    assert someone.foreign_requests() == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists what axe-core finds wrong with a page."""
    if not AXE.is_file():
        pytest.fail(f"axe-core is not installed: {AXE.name} (npm --prefix tests ci)")
    script = AXE.read_text("utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(script)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{found['id']}: {node['html'][:160]} {node['failureSummary']}"
            for found in result["violations"]
            for node in found["nodes"]
        ]

    return violations
