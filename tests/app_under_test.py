"""The app as tests meet it: notebooks it serves, the server, and somebody with a browser."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import BrowserContext, Page, Request

MEMORY_KB = 8_000_000
"""What a server under test may take (`ulimit -v`)."""

SAVED_WITHIN_S = 40
"""How long a test waits for a page to have saved before it goes elsewhere."""

BROWSER_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]  # fmt: skip


def write_notebook(
    path: Path, cells: Sequence[str | tuple[str, str]], title: str = "Prøve"
) -> Path:
    """Write a notebook: a title, then code cells; a pair is (tag, source)."""
    nodes = [nbformat.v4.new_markdown_cell(f"# {title}\n\nEn lille side.")]
    for cell in cells:
        tag, source = ("", cell) if isinstance(cell, str) else cell
        nodes.append(nbformat.v4.new_code_cell(source, metadata={"tags": [tag]} if tag else {}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=nodes, metadata={"kernelspec": kernel}), path)
    return path


@dataclass
class Server:
    """A server that runs: where it is, what opens it, what it has said."""

    process: subprocess.Popen[str]
    workbooks: Path
    data: Path
    output: list[str] = field(default_factory=list)
    address: str = ""
    login_link: str = ""

    @property
    def token(self) -> str:
        return (self.data / "access-code").read_text().strip()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}

    def url(self, notebook: str, query: str = "") -> str:
        return f"{self.address}voila/render/{notebook}.ipynb{query}"

    def said(self) -> str:
        return "".join(self.output)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class Visitor:
    """Somebody with a browser window of their own, who is let in by the login link."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.requests: list[str] = []
        self._let_in_at: set[str] = set()  # cookies know the host, but not the port
        self.page = context.new_page()
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", self._forget_blocked)

    def _forget_blocked(self, request: Request) -> None:
        # What the page's own policy stopped has not left the browser.
        if request.failure == "csp":
            self.requests.remove(request.url)

    def log_in(self, server: Server) -> None:
        self.page.goto(f"{server.address}login")
        self.page.get_by_role("textbox").fill(server.token)
        self.page.get_by_role("button").click()
        self.page.wait_for_url(lambda url: "login" not in url)

    def set_out(self, server: Server, notebook: str, query: str = "") -> Page:
        """Ask for a page, logging in first if need be, and wait for its first words only."""
        self._be_let_in(server)
        self.page.goto(server.url(notebook, query), wait_until="commit")
        return self.page

    def open(self, server: Server, notebook: str, query: str = "") -> Page:
        """Open a page, logging in first if need be, and wait until it stands and is connected."""
        self._be_let_in(server)
        self._wait_for_saves()
        self.page.goto(server.url(notebook, query))
        self.page.wait_for_selector("body[data-page=ready][data-connection=ok]", timeout=60_000)
        return self.page

    def _wait_for_saves(self) -> None:
        # A page asks whoever leaves it while it saves; nobody in a test means to lose that.
        # The page's own policy forbids `wait_for_function`, which evaluates text there later.
        deadline = time.monotonic() + SAVED_WITHIN_S
        while not self.page.evaluate(
            "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
        ):
            assert time.monotonic() < deadline, "the page still saves"
            self.page.wait_for_timeout(50)

    def _be_let_in(self, server: Server) -> None:
        if server.address in self._let_in_at:
            return
        # The header, not the form: most tests are not about logging in.
        # Its redirect is not followed, since each page that is opened costs a kernel.
        login = f"{server.address}login"
        self.context.request.get(login, headers=server.headers, max_redirects=0)
        self._let_in_at.add(server.address)

    def foreign_requests(self) -> list[str]:
        return [
            url for url in self.requests
            if urlsplit(url).scheme in {"http", "https", "ws", "wss"}
            and urlsplit(url).hostname != "127.0.0.1"
        ]  # fmt: skip
