"""The process every warm kernel is forked from: it has done the imports, and nothing else.

It runs one thread, opens no database, no ZeroMQ context and no event loop, and answers requests on
one socket, one JSON object a line:

- in: `{"argv": [...], "env": {...}, "cwd": "..."}`
- out: `{"ready": true, "threads": 1}` once, then `{"pid": 123}` per request, in order,
  `{"bound": 123}` by the kernel itself when its own sockets are there (who connects earlier waits
  100 ms for ZeroMQ's next try), and `{"ended": 123, "status": 0}` for every kernel that ends
  (status as `subprocess` counts it).

When the socket closes, the server is gone and the zygote ends. Kernels watch the lifeline, a pipe
only the server holds the other end of, and end with it; they outlive their zygote.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import logging
import os
import pkgutil
import random
import resource
import selectors
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from peerbook.seat import AWAITING_VARIABLE
from peerbook.server import discretion
from peerbook.store import warm
from peerbook.text.formats import load_formats
from peerbook.text.words import load_words

IMPORTS = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "ipywidgets",
    "anywidget",
    "holidays.countries",
    "numpy",
    "pandas",
    "peerbook.course.evaluation.evaluation_import_part",
    "peerbook.course.planning.slot_poll_part",
    "plotly.graph_objects",
    "plotly.io",
    "sqlalchemy",
    "sqlalchemy.orm",
)
PAGE_MEMORY_BYTES = 2**30
"""A page takes 63 MB of its own (docs/benchmarks.md); sixteen times that is a page gone astray."""

_log = logging.getLogger("peerbook.zygote")


def page_modules() -> list[str]:
    """Return the names of all `*_page` modules in peerbook, so that a new page is warm too."""
    import peerbook

    return sorted(
        found.name
        for found in pkgutil.walk_packages(peerbook.__path__, "peerbook.")
        if found.name.endswith("_page")
    )


def warm_up() -> None:
    """Import what pages need, and load what is put off to the first use and the same for everybody.

    A page with a `warm_up` of its own loads there what it reads from the product's files.
    """
    for name in IMPORTS:
        importlib.import_module(name)
    load_words()
    load_formats()
    warm.warm_up()
    for name in page_modules():
        try:
            page = importlib.import_module(name)
            if hasattr(page, "warm_up"):
                page.warm_up()
        except Exception:
            # A page that cannot be imported says so when it is opened; the others stay warm.
            _log.exception("the page %s cannot be made warm", name)
    import pandas as pd
    import plotly.graph_objects as go

    frame = pd.DataFrame({"x": ["a", "b"], "y": [1.0, 2.0]})
    frame.groupby("x").agg({"y": "sum"}).to_html()
    axes = {"xaxis": {"title": {"text": "x"}}, "yaxis": {"title": {"text": "y"}}}
    bars = [go.Scatter(x=frame["x"], y=frame["y"]), go.Bar(x=frame["x"])]
    go.Figure(bars, {**axes, "template": "none"}).to_json()


def _end_with(lifeline: int) -> None:
    """Wait until the server's end of the lifeline closes, then end the kernel and its children."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


def _keep_within_bounds() -> None:
    """Let this process have no more memory than a page can need, so that others have theirs.

    What asks for more is told so, as of any fault in a page; nothing else comes to harm. What is
    held already comes on top: with pyarrow in the environment, pandas sets a gigabyte aside.
    """
    most = _held_bytes() + PAGE_MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _held_bytes() -> int:
    """Return how much memory for data this process has asked for; 0 where no `/proc` tells."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def become_kernel(request: dict[str, Any], control: socket.socket, lifeline: int) -> None:
    """Turn this freshly forked process into the kernel that was asked for; returns when it ends."""
    gc.enable()
    os.environ.clear()
    os.environ.update(request["env"])
    if AWAITING_VARIABLE in os.environ:
        _keep_within_bounds()
    os.chdir(request["cwd"])
    sys.argv = request["argv"]
    random.seed()
    import numpy as np

    np.random.seed()
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()

    import ipywidgets
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    # 1 means: no parent to watch. The zygote may go; the lifeline is watched instead.
    app.initialize([*sys.argv[1:], "--IPKernelApp.parent_handle=1"])
    app.log.setLevel(logging.WARNING)
    # It did nothing when it was imported, for there was no IPython yet.
    ipywidgets.register_comm_target()
    _say(control, {"bound": os.getpid()})
    control.close()
    app.start()


class Zygote:
    """Takes requests from the socket and forks a kernel for each."""

    def __init__(self, control: socket.socket, lifeline: int) -> None:
        self._control = control
        self._lifeline = lifeline
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_writer.setblocking(False)
        self._wake_reader.setblocking(False)
        self._unread = b""

    def run(self) -> dict[str, Any] | None:
        """Serve until the server is gone (None); in a forked child, return its request."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._wake_reader, selectors.EVENT_READ)
        _say(self._control, {"ready": True, "threads": _thread_count()})
        while True:
            for key, _events in selector.select():
                if key.fileobj is self._wake_reader:
                    self._wake_reader.recv(4096)
                    self._report_ended()
                    continue
                received = self._control.recv(1 << 16)
                if not received:
                    return None
                *lines, self._unread = (self._unread + received).split(b"\n")
                for line in lines:
                    request: dict[str, Any] = json.loads(line)
                    if self._fork() == 0:
                        selector.close()
                        return request

    def _fork(self) -> int:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setpgid(0, 0)
            self._wake_reader.close()
            self._wake_writer.close()
            return 0
        with contextlib.suppress(OSError):  # it may have been quicker, or be gone already
            os.setpgid(pid, pid)
        _say(self._control, {"pid": pid})
        return pid

    def _report_ended(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            _say(self._control, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _say(control: socket.socket, message: dict[str, Any]) -> None:
    control.sendall(json.dumps(message).encode() + b"\n")


def _thread_count() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - a kernel file system
    except OSError:
        return threading.active_count()


def main() -> None:
    """Warm up, then fork kernels until the server goes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    lifeline = int(sys.argv[2])
    control.set_inheritable(False)
    os.set_inheritable(lifeline, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    discretion.install()
    gc.disable()
    warm_up()
    gc.collect()
    gc.freeze()
    try:
        request = Zygote(control, lifeline).run()
    except ConnectionError:
        request = None
    if request is None:
        os._exit(0)
    status = 1
    try:
        become_kernel(request, control, lifeline)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        _log.exception("the kernel could not start")
    finally:
        # Not sys.exit: tearing down the inherited heap would copy every page of it first.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
