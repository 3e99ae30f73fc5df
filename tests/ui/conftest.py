"""A page with real widgets in a real browser, without a kernel: both ends in the test's reach."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import comm
import ipywidgets
import pytest
from comm.base_comm import BaseComm
from playwright.sync_api import Browser, Page

from peerbook.errors import StoreUnavailable
from peerbook.text import words
from peerbook.ui import Part
from peerbook.ui.assets import ASSET_NAMES, asset
from peerbook.ui.part import Surface

HERE = Path(__file__).parent
MEDIA_TYPES = {".html": "text/html", ".js": "text/javascript"}


@dataclass
class Wire:
    """What passes between widgets and browser.

    `hold()` lets messages reach Python only after `release()`; with `loses_answers` Python hears
    the browser but the browser hears nothing; `missing` names assets the server does not have.
    """

    opened: list[dict] = field(default_factory=list)
    outbox: list[dict] = field(default_factory=list)
    heard: list[dict] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    loses_answers: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    turn: threading.Condition = field(default_factory=threading.Condition)
    arrived: int = 0
    served: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    def hold(self) -> None:
        self.gate.clear()

    def release(self) -> None:
        self.gate.set()

    def publish(self, kind: str, comm_id: str, data: dict | None, buffers: list | None) -> None:
        packed = [base64.b64encode(bytes(buffer)).decode() for buffer in buffers or []]
        message = {"kind": kind, "comm": comm_id, "data": data or {}, "buffers": packed}
        (self.opened if kind == "comm_open" else self.outbox).append(message)
        if kind == "comm_open":
            self.outbox.append(message)

    def drain(self) -> list[dict]:
        taken, self.outbox = self.outbox, []
        return taken

    def deliver(self, message: dict) -> list[dict]:
        """Let Python hear a message, each in its turn, and return what it says."""
        with self.turn:
            self.heard.append(message["data"]["content"])
            mine = self.arrived
            self.arrived += 1
        self.gate.wait()
        with self.turn:
            self.turn.wait_for(lambda: self.served == mine)
            try:
                return self.answers(message)
            finally:
                self.served += 1
                self.turn.notify_all()

    def answers(self, message: dict) -> list[dict]:
        buffers = [memoryview(base64.b64decode(text)) for text in message["buffers"]]
        target = comm.get_comm_manager().get_comm(message["comm"])
        target.handle_msg({"content": {"data": message["data"]}, "buffers": buffers})
        answers = self.drain()
        return [] if self.loses_answers else answers

    def said(self, request: str) -> list[dict]:
        """Return the messages of one kind the browser has sent."""
        return [content for content in self.heard if content.get("do") == request]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Return the wire that all widgets made in the test are on."""
    ours = Wire()

    class WireComm(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            ours.publish(msg_type, self.comm_id, data, buffers)

    monkeypatch.setattr(comm, "create_comm", WireComm)
    monkeypatch.setattr(words, "_chosen", "da")
    yield ours
    ours.release()


@pytest.fixture
def show(wire: Wire, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that shows a part in a browser and returns its page.

    With `stops_clock` the page's time passes only by `page.clock`.
    """
    closers = []
    errors: list[str] = []

    def show_part(part: Part, *, stops_clock: bool = False, **options: object) -> Page:
        address, close = serve(wire, Surface(part))
        closers.append(close)
        options = {"viewport": {"width": 1200, "height": 900}, "locale": "da-DK"} | options
        context = browser.new_context(timezone_id="Europe/Copenhagen", **options)
        closers.append(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if stops_clock:
            page.clock.install()
        page.goto(address)
        page.wait_for_selector("body[data-page=ready]")
        return page

    yield show_part
    wire.release()
    for close in reversed(closers):
        close()
    assert errors == []


def serve(wire: Wire, widget: ipywidgets.Part) -> tuple[str, Callable[[], None]]:
    """Serve the page of one widget on the loopback, and return its address and how to end it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].rpartition("/")[2] or "host.html"
            if name == "states":
                wire.drain()
                self.answer_json(current_states())
            elif name == "pull":
                self.answer_json(wire.drain())
            elif name == "root":
                self.answer_json({"root": widget.model_id})
            elif name in ASSET_NAMES and name not in wire.missing:
                self.answer(asset(name).data, "text/javascript")
            elif name in ("host.html", "host.js"):
                path = HERE / name
                self.answer(path.read_bytes(), MEDIA_TYPES[path.suffix])
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer_json(wire.deliver(message))

        def answer_json(self, content: object) -> None:
            self.answer(json.dumps(content).encode(), "application/json")

        def answer(self, body: bytes, kind: str) -> None:
            try:
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except BrokenPipeError:
                pass  # the page was closed meanwhile

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    return f"http://127.0.0.1:{server.server_port}/", close


def current_states() -> list[dict]:
    """Return all widgets as a page that is opened now would get them."""
    return [
        {"kind": "comm_open", "comm": model_id, "data": {"state": widget.get_state()}}
        for model_id, widget in ipywidgets.widgets.widget._instances.items()
    ]


class Drafts:
    """Keeps a draft in memory, as the store would."""

    def __init__(self, values: Mapping | None = None, saved_at: dt.datetime | None = None) -> None:
        self.kept = None if values is None else (values, saved_at or dt.datetime.now(dt.UTC))
        self.is_broken = False

    def save(self, values: Mapping) -> None:
        if self.is_broken:
            raise StoreUnavailable("Kladden kan ikke gemmes lige nu.")
        self.kept = (dict(values), dt.datetime.now(dt.UTC))

    def load(self):
        if self.is_broken:
            raise StoreUnavailable("Kladden kan ikke hentes lige nu.")
        return self.kept

    def discard(self) -> None:
        self.kept = None


@pytest.fixture
def drafts() -> Drafts:
    return Drafts()
