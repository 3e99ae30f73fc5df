"""The page in a browser: widgets are drawn, talk to their kernel, and say when nobody listens."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import WebSocket, expect

from peerbook.text import _

pytestmark = pytest.mark.app

COUNTER = '''
import os
import anywidget, ipywidgets, traitlets

class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        const show = () => { button.textContent = `${model.get("label")}: ${model.get("n")}`; };
        button.onclick = () => { model.set("n", model.get("n") + 1); model.save_changes(); };
        model.on("change:n", show);
        show();
        el.append(button);
      },
    };
    """
    _css = ".pb-widget button { border-width: 3px }"
    n = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    twin = None

    @traitlets.observe("n")
    def _tell_twin(self, change):
        if self.twin is not None:
            self.twin.n = change.new * 10

pid = Counter(label="pid", n=os.getpid())
one, two = Counter(label="one", n=1), Counter(label="two", n=2)
one.twin = two
'''


def test_an_anywidget_and_its_box_are_drawn_and_talk_to_the_kernel(serve_notebooks, visitor):
    server = serve_notebooks({"start": [COUNTER, "ipywidgets.VBox([one, ipywidgets.HBox([two])])"]})
    page = visitor.open(server, "start")
    expect(page.locator(".pb-box > .pb-widget > button")).to_have_text(["one: 1", "two: 2"])
    page.get_by_role("button", name="one").click()
    expect(page.get_by_role("button", name="two")).to_have_text("two: 20")
    assert page.locator("#pb-loading").count() == 0


def kernel_pid(page) -> int:
    return int(page.get_by_role("button", name="pid").inner_text().removeprefix("pid: "))


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        os.sched_yield()


LOST = "body[data-connection=lost]"
PAGE = [COUNTER, "ipywidgets.VBox([pid, one, two])"]


@pytest.fixture
def open_page(serve_notebooks, visitor):
    server = serve_notebooks({"start": PAGE})
    return server, visitor.open(server, "start")


def test_the_shell_is_danish_and_has_what_a_screen_reader_needs(open_page):
    _server, page = open_page
    assert page.locator("html").get_attribute("lang") == "da"
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_attribute(
        "aria-current", "page"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#content"


def test_the_language_can_be_switched_and_is_remembered(open_page):
    server, page = open_page
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("body[data-page=ready]")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(server.url("start"))
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("heading", level=1)).to_have_text("Front page")


def test_the_page_fits_a_narrow_screen(open_page):
    _server, page = open_page
    page.set_viewport_size({"width": 375, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_killed_kernel_turns_on_the_red_bar(open_page):
    _server, page = open_page
    page.evaluate(
        "window.addEventListener('peerbook-connection', e => document.title = e.detail.state)"
    )
    os.kill(kernel_pid(page), signal.SIGKILL)
    page.wait_for_selector(LOST, timeout=20_000)
    expect(page.get_by_role("alert").first).to_have_text(
        _(
            "The connection is lost – what you write now will not be saved. "
            "Reload the page. If that does not help, start peerbook again."
        )
    )
    assert page.title() == "lost"
    page.reload()
    page.wait_for_selector("body[data-page=ready][data-connection=ok]")


def test_a_killed_server_turns_on_the_red_bar(open_page):
    server, page = open_page
    server.kill()
    page.wait_for_selector(LOST, timeout=20_000)


def test_a_restarted_server_does_not_pretend_to_know_the_page(open_page, start_server):
    server, page = open_page
    port = int(server.address.rsplit(":", 1)[1].strip("/"))
    server.kill()
    page.wait_for_selector(LOST, timeout=20_000)
    again = start_server(server.workbooks, data=server.data, port=port)
    wait_for(lambda: "/channels" in again.said())
    page.wait_for_selector(LOST)
    page.reload()
    page.wait_for_selector("body[data-page=ready][data-connection=ok]")


def test_a_kernel_that_does_not_answer_is_noticed_and_so_is_its_return(open_page):
    _server, page = open_page
    pid = kernel_pid(page)
    os.kill(pid, signal.SIGSTOP)
    try:
        page.wait_for_selector(LOST, timeout=25_000)
    finally:
        os.kill(pid, signal.SIGCONT)
    page.wait_for_selector("body[data-connection=ok]", timeout=25_000)
    expect(page.locator("#pb-lost")).to_be_empty()


def test_after_a_short_loss_the_page_catches_up_with_its_kernel(serve_notebooks, visitor):
    server = serve_notebooks({"start": PAGE})
    lines = []

    def through(line):
        line.connect_to_server()
        lines.append(line)

    visitor.page.route_web_socket("**/channels*", through)
    page = visitor.open(server, "start")
    page.evaluate(
        "window.addEventListener('peerbook-connection',"
        " e => document.title += ` ${e.detail.state}`)"
    )
    lines[0].close()
    page.wait_for_selector("body[data-connection=waiting]")
    expect(
        page.get_by_role("status").filter(has_text=_("The program is working – one moment"))
    ).to_be_visible()
    page.get_by_role("button", name="one").click()
    page.wait_for_selector("body[data-connection=ok]")
    expect(page.locator("#pb-lost")).to_be_empty()
    # A hiccup is no loss: the red bar was never there.
    assert page.title().endswith(" waiting ok")
    expect(page.get_by_role("button", name="two")).to_have_text("two: 20")
    assert len(lines) == 2


def test_what_the_kernel_changed_before_the_line_opened_is_shown(serve_notebooks, visitor):
    """A thread of the kernel changes the widget after the notebook ran, before the browser came."""
    code = """
import threading, pathlib, time
def later():
    while not pathlib.Path("go").exists(): time.sleep(0.01)
    one.n = 77
    pathlib.Path("done").touch()
threading.Thread(target=later).start()
ipywidgets.VBox([one])
"""
    server = serve_notebooks({"start": [COUNTER, code]})

    def hold(route):
        (server.workbooks / "go").touch()
        while not (server.workbooks / "done").exists():
            pass
        route.continue_()

    visitor.page.route("**/host.js*", hold)
    page = visitor.open(server, "start")
    expect(page.get_by_role("button", name="one")).to_have_text("one: 77")


def test_an_unknown_widget_says_so_in_its_place(serve_notebooks, visitor):
    server = serve_notebooks(
        {"start": [COUNTER, "ipywidgets.VBox([one, ipywidgets.IntSlider(description='x')])"]}
    )
    page = visitor.open(server, "start")
    expect(page.get_by_role("button", name="one")).to_be_visible()
    expect(
        page.get_by_text(_("This part cannot be shown here. Open the page in JupyterLab."))
    ).to_be_visible()


def test_an_error_in_a_handler_is_told_with_a_code_and_never_with_its_values(
    serve_notebooks, visitor
):
    code = """
def fail(change): raise ValueError("010190-1234")
one.observe(fail, "n")
ipywidgets.VBox([one])
"""
    server = serve_notebooks({"start": [COUNTER, code]})
    page = visitor.open(server, "start")
    page.get_by_role("button", name="one").click()
    trouble = page.locator("#pb-trouble")
    expect(trouble).to_have_text(re.compile(r"[0-9A-F]{8}"))
    code = re.search(r"[0-9A-F]{8}", trouble.inner_text())[0]
    line = next(line for line in server.output if code in line)
    assert "ValueError" in line
    assert "010190" not in page.content() + server.said()


def test_a_page_that_asks_for_too_much_memory_is_told_so_and_lives_on(serve_notebooks, visitor):
    hungry = """
def eat(change): change.owner.eaten = bytearray(2 * 2**30)
one.observe(eat, "n")
ipywidgets.VBox([one])
"""
    server = serve_notebooks({"start": [COUNTER, hungry]})
    page = visitor.open(server, "start")
    page.get_by_role("button", name="one").click()
    expect(page.locator("#pb-trouble")).to_have_text(re.compile(r"[0-9A-F]{8}"))
    assert "MemoryError" in server.said()
    page.reload()
    expect(page.get_by_role("button", name="one")).to_be_visible()
    expect(page.locator("#pb-trouble")).to_be_hidden()


def test_a_page_has_its_memory_beside_what_an_environment_sets_aside():
    """As pandas does, a gigabyte and more, where pyarrow is installed."""
    code = """
from peerbook.server import zygote
set_aside = bytearray(3 * 2**29)
zygote._keep_within_bounds()
own = bytearray(2**29)
try:
    bytearray(2**30)
except MemoryError:
    print("no more")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("no more\n", "")


PARTS = '''
import anywidget, ipywidgets, traitlets

class Echo(anywidget.AnyWidget):
    """Sends what it gets back, and shows its state; binary both ways."""
    _esm = """
    const text = (view) => new TextDecoder().decode(view);
    export default {
      initialize({ model }) { model.set("started", model.get("started") + 1); model.save_changes(); },
      render({ model, el, signal }) {
        const out = document.createElement("output");
        el.append(out);
        const show = () => { out.textContent = text(model.get("data")) + "|" + text(model.get("nested").deep[0]); };
        model.on("change:data", show);
        model.on("msg:custom", (content, buffers) => { out.textContent = content.kind + ":" + text(buffers[0]); });
        show();
        const ask = document.createElement("button");
        ask.textContent = "ask";
        ask.onclick = () => model.send({ kind: "ask" }, undefined, [new TextEncoder().encode("æøå").buffer]);
        const set = document.createElement("button");
        set.textContent = "set";
        set.onclick = () => { model.set("data", new DataView(new TextEncoder().encode("from js").buffer)); model.save_changes(); };
        el.append(ask, set);
      },
    };
    """
    data = traitlets.Any(b"first").tag(sync=True)
    nested = traitlets.Dict({"deep": [b"inner"]}).tag(sync=True)
    started = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Unicode().tag(sync=True)

    def __init__(self):
        super().__init__()
        self.on_msg(lambda _, content, buffers: self.send({"kind": "got"}, [bytes(buffers[0]).upper()]))

    @traitlets.observe("data")
    def _hear(self, change):
        if bytes(change.new) == b"from js":
            self.send({"kind": "heard"}, [bytes(change.new)])

class Parent(anywidget.AnyWidget):
    """Draws its child by the host's own interface."""
    _esm = """
    export default {
      async render({ model, el, host, signal }) {
        const frame = document.createElement("section");
        el.append(frame);
        const child = await host.getWidget("anywidget:" + model.get("child").slice(10));
        await child.render({ el: frame, signal });
        const view = await model.widget_manager.create_view(await model.widget_manager.get_model(model.get("child").slice(10)));
        el.append(view.el);
      },
    };
    """
    child = traitlets.Instance(ipywidgets.Widget).tag(sync=True, **ipywidgets.widget_serialization)

    def __init__(self, child):
        super().__init__(child=child)
'''  # noqa: E501


def test_binary_values_travel_both_ways(serve_notebooks, visitor):
    server = serve_notebooks({"start": [PARTS, "Echo()"]})
    page = visitor.open(server, "start")
    out = page.locator("output")
    expect(out).to_have_text("first|inner")
    page.get_by_role("button", name="ask").click()
    expect(out).to_have_text("got:æøå")
    page.get_by_role("button", name="set").click()
    expect(out).to_have_text("heard:from js")


def test_a_widget_draws_its_children_through_the_host_and_starts_once(serve_notebooks, visitor):
    server = serve_notebooks({"start": [PARTS, "child = Echo()\nParent(child)"]})
    page = visitor.open(server, "start")
    expect(page.locator("section output")).to_have_text("first|inner")
    expect(page.locator("output")).to_have_count(2)


def test_children_that_stay_keep_their_place_and_state_when_others_come_and_go(
    serve_notebooks, visitor
):
    code = """
class Field(anywidget.AnyWidget):
    _esm = "export default { render({el}) { el.append(document.createElement('input')) } }"
box = ipywidgets.VBox([one, Field()])
box.add_class("marked")
def change(_):
    box.children = [Counter(label="new"), box.children[1], one]
one.observe(change, "n")
box
"""
    server = serve_notebooks({"start": [COUNTER, code]})
    page = visitor.open(server, "start")
    page.locator("input").fill("half a sentence")
    page.get_by_role("button", name="one").click()
    expect(page.get_by_role("main").get_by_role("button")).to_have_text(["new: 0", "one: 2"])
    expect(page.locator("input")).to_have_value("half a sentence")
    expect(page.locator(".marked > .pb-widget")).to_have_count(3)


SLOW = """
import os, pathlib, time
pathlib.Path("pid").write_text(str(os.getpid()))
while not pathlib.Path("go").exists(): time.sleep(0.01)
"""


def test_the_line_opens_while_the_page_is_made_and_carries_no_widget_before(
    serve_notebooks, visitor
):
    code = "widgets = ipywidgets.VBox([one, two])" + SLOW
    server = serve_notebooks({"start": [COUNTER, code, "widgets"]})
    received = []

    def keep(frame: bytes | str) -> None:  # Playwright marks its listeners, no builtin can be one
        received.append(frame)

    visitor.page.on("websocket", lambda line: line.on("framereceived", keep))
    page = visitor.set_out(server, "start")
    page.wait_for_selector("body[data-connection=ok]", timeout=60_000)
    assert page.locator("body").get_attribute("data-page") is None
    expect(page.locator("#pb-loading")).to_be_visible()
    assert received
    assert not [frame for frame in received if b'"comm_' in frame]
    (server.workbooks / "go").touch()
    page.wait_for_selector("body[data-page=ready]")
    page.get_by_role("button", name="one").click()
    expect(page.get_by_role("button", name="two")).to_have_text("two: 20")


def test_closing_the_tab_while_the_page_is_made_ends_its_kernel(serve_notebooks, visitor):
    server = serve_notebooks({"start": [SLOW]})
    visitor.set_out(server, "start")
    visitor.page.wait_for_selector("body[data-connection=ok]", timeout=60_000)
    pid = int((server.workbooks / "pid").read_text())
    visitor.page.close()
    wait_for(lambda: not psutil.pid_exists(pid))


def test_a_page_that_cannot_be_made_tells_so_and_looks_for_no_line(serve_notebooks, visitor):
    server = serve_notebooks({"start": [SLOW, "1 / 0"]})
    lines, closed = [], []

    def note(line: WebSocket) -> None:
        lines.append(line)
        line.on("close", lambda _line: closed.append(1))

    visitor.page.on("websocket", note)
    visitor.page.clock.install()
    page = visitor.set_out(server, "start")
    page.wait_for_selector("body[data-connection=ok]", timeout=60_000)
    (server.workbooks / "go").touch()
    expect(page.get_by_role("heading", name=_("The page cannot be shown"))).to_be_visible()
    page.wait_for_load_state()
    wait_for(lambda: closed or page.clock.run_for(100))
    page.clock.run_for(60_000)
    expect(page.locator("#pb-lost")).to_be_empty()
    assert len(lines) == 1


def test_a_page_that_breaks_off_while_it_is_made_tells_that_the_connection_is_lost(
    serve_notebooks, visitor
):
    server = serve_notebooks({"start": [SLOW]})
    page = visitor.set_out(server, "start")
    page.wait_for_selector("body[data-connection=ok]", timeout=60_000)
    server.kill()
    page.wait_for_selector(LOST)
    expect(page.locator("#pb-lost")).not_to_be_empty()


def test_leaving_the_page_ends_its_kernel(open_page):
    server, page = open_page
    pid = kernel_pid(page)
    page.goto(server.address + "login")
    wait_for(lambda: not psutil.pid_exists(pid))


def test_a_kernel_nobody_comes_back_to_ends(serve_notebooks, visitor):
    soon = (
        "import peerbook.server.channel as channel; channel.ABANDONED_SECONDS = 0.5;"
        "from peerbook.server.app import main; main()"
    )
    server = serve_notebooks({"start": PAGE}, program=["-c", soon])
    page = visitor.open(server, "start")
    pid = kernel_pid(page)
    # Logging out takes the cookie the page's farewell would need.
    page.get_by_role("button", name="Log ud").click()
    expect(page.get_by_role("heading")).to_have_text("Du er logget ud")
    wait_for(lambda: not psutil.pid_exists(pid))


def test_texts_of_the_page_cannot_become_markup(serve_notebooks, visitor):
    attack = "</script><img src=x onerror=document.title='owned'>"
    cell = f"one.label = {attack!r}\nprint({attack!r})\nipywidgets.VBox([one])"
    server = serve_notebooks({"start": [COUNTER, cell]})
    page = visitor.open(server, "start")
    expect(page.locator("pre")).to_have_text(attack)
    assert page.locator("img").count() == 0
    assert page.title() != "owned"


def test_the_policy_lets_nothing_out(open_page):
    """Even a script that got into the page cannot send anything to another host."""
    _server, page = open_page
    sent = page.evaluate("fetch('http://example.invalid/').then(() => 'sent', () => 'blocked')")
    assert sent == "blocked"
    page.evaluate("new Image().src = 'http://example.invalid/x.png'")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {src: 'http://example.invalid/x.js'}))"
    )


def test_logging_in_by_the_form(serve_notebooks, visitor):
    server = serve_notebooks({"start": PAGE})
    visitor.page.goto(server.url("start"))
    expect(visitor.page.get_by_label(_("Access code"))).to_be_focused()
    visitor.page.get_by_label(_("Access code")).fill("forkert")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.page.get_by_label(_("Access code")).fill(server.token)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("body[data-page=ready]")
    assert visitor.page.url == server.url("start")


AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("path", ["voila/render/start.ipynb", "login?ticket=old", "missing"])
def test_axe_finds_no_fault_with_the_frame_of_the_pages(serve_notebooks, visitor, path):
    server = serve_notebooks({"start": PAGE, "course_plan": PAGE, "course_record": PAGE})
    if "render" in path:
        visitor.open(server, "start")
    else:
        visitor.page.goto(server.address + path)
    visitor.page.evaluate(AXE.read_text("utf-8"))
    found = visitor.page.evaluate("axe.run()")
    assert found["violations"] == []
