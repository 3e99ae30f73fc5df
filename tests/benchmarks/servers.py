"""The three servers that are compared, each a process of its own on this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ports import free_port

HERE = Path(__file__).parent
WORKBOOKS = HERE.parents[1] / "workbooks"
MEMORY_KB = 8_000_000
START_SECONDS = 90


@dataclass(frozen=True)
class Server:
    """A running server.

    Parameters
    ----------
    name
        What the tables call it.
    pid
        Its process.
    address
        Where each page is; `{page}` stands for its name.
    ready
        JavaScript: whether the framework itself says that the page is done.
    rows
        JavaScript: how many rows of the roster can be filled in.
    login
        Address that lets a visitor in, and the header it wants; None where all are let in.
    """

    name: str
    pid: int
    address: str
    ready: str
    rows: str
    login: tuple[str, dict[str, str]] | None = None

    def url(self, page: str) -> str:
        """Return a page's address."""
        return self.address.format(page=page)


@contextmanager
def running(data: Path) -> Iterator[list[Server]]:
    """Give all three, on the store in the folder `data`, and stop them at the end."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        servers = [start(data, started) for start in (_peerbook, _dash, _streamlit)]
        for server in servers:
            _wait_for(server.url("start"))
        yield servers
    finally:
        for process in started:
            process.send_signal(signal.SIGINT)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _peerbook(data: Path, started: list[subprocess.Popen[bytes]]) -> Server:
    folder, port = data / "workbooks", free_port()
    shutil.copytree(WORKBOOKS, folder, ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True)
    for page in ("three_charts.ipynb", "estimate.ipynb"):
        shutil.copy(HERE / page, folder)
    command = ["-m", "peerbook.server.app", "--workbooks", str(folder), "--port", str(port)]
    pid = _start(command, data, started)
    address = f"http://127.0.0.1:{port}/"
    _wait_for(f"{address}login")
    token = (data / "access-code").read_text().strip()
    return Server(
        "peerbook",
        pid,
        f"{address}voila/render/{{page}}.ipynb",
        "document.body.dataset.page === 'ready' && document.body.dataset.connection === 'ok'",
        "document.querySelectorAll('.pb-part-form tbody tr').length",
        (f"{address}login", {"Authorization": f"token {token}"}),
    )


def _dash(data: Path, started: list[subprocess.Popen[bytes]]) -> Server:
    port = free_port()
    return Server(
        "Dash",
        _start(["-m", "benchmarks.dash_app", str(port)], data, started),
        f"http://127.0.0.1:{port}/{{page}}/",
        "document.title !== 'Updating...'",
        "document.querySelectorAll('[id^=status-]').length",
    )


def _streamlit(data: Path, started: list[subprocess.Popen[bytes]]) -> Server:
    port = free_port()
    command = [
        "-m", "streamlit", "run", str(HERE / "streamlit_app.py"), "--server.port", str(port),
        "--server.address", "127.0.0.1", "--server.headless", "true",
        "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    return Server(
        "Streamlit",
        _start(command, data, started),
        f"http://127.0.0.1:{port}/?page={{page}}",
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'",
        "document.querySelector('[data-testid=stDataFrame] canvas') ? 1e9 : 0",
    )


def _start(command: Sequence[str], data: Path, started: list[subprocess.Popen[bytes]]) -> int:
    environment = {
        **os.environ,
        "PEERBOOK_DATA": str(data),
        "PYTHONPATH": str(HERE.parent),
        "PYTHONUNBUFFERED": "1",
    }
    log = (data / f"{re.sub(r'[^a-z]', '', command[1])}.log").open("wb")
    with log:
        process = subprocess.Popen(
            ["bash", "-c", f'ulimit -v {MEMORY_KB}; exec "$@"', "bash", sys.executable, *command],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
    started.append(process)
    return process.pid


def _wait_for(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no server answers at {address}")


def private_bytes(pid: int) -> int:
    """Return the memory a process and its descendants have to themselves (USS)."""
    return sum(_private_bytes(each) for each in (pid, *_descendants(pid)))


def largest_kernel(server: int) -> int:
    """Return the memory that a kernel of ours has to itself at most (USS).

    Kernels are forked from a process of the server's, so they are its grandchildren.
    """
    children = {pid for pid, parent in _parents().items() if parent == server}
    kernels = (pid for pid in _descendants(server) if pid not in children)
    return max((_private_bytes(pid) for pid in kernels), default=0)


def _private_bytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 1024 * sum(int(kb) for kb in re.findall(r"^Private_\w+:\s+(\d+) kB$", text, re.M))


def _parents() -> dict[int, int]:
    """Return the parent of every process there is."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(stat.parent.name)] = int(fields[1])
    return found


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for child, parent in _parents().items():
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        mine = children.get(waiting.pop(), [])
        found += mine
        waiting += mine
    return found
