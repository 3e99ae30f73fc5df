"""Warm kernels: each is forked from a process that has done the imports, and starts with nothing of
anybody's.

`ForkProvisioner` is an ordinary Jupyter kernel provisioner, so Voilà, JupyterLab, papermill and
nbval use it alike. Every process that starts kernels has one zygote (see `zygote.py`), started at
the first kernel or by `warm_up`. Where a kernel cannot be forked – another system, another Python,
another kernel – it is launched as Jupyter does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

PROVISIONER = "peerbook-fork"
_READY_SECONDS = 60
_log = logging.getLogger("peerbook.provisioner")


class ZygoteGone(Exception):
    """The zygote ended before it answered."""


def can_fork() -> bool:
    """Return whether kernels can be forked here.

    Linux only: Windows has no fork, macOS's own libraries do not survive one, and process
    descriptors (which make it safe to signal a process that is not our child) are Linux's.
    """
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


class ForkedKernel:
    """A forked kernel, with the part of `subprocess.Popen` that Jupyter asks of a process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, zygote: Zygote) -> None:
        self.pid = pid
        self._zygote = zygote
        self._ended = threading.Event()
        self.returncode: int | None = None
        try:
            self._descriptor: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._descriptor = None

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while the kernel lives."""
        if self.returncode is None and self._has_ended():
            status = self._zygote.status_of(self.pid)
            if status is None and self._zygote.is_alive:
                return None  # it ended this instant; the zygote is about to say how
            self.returncode = 1 if status is None else status
            self._close()
        return self.returncode

    def _has_ended(self) -> bool:
        if self._descriptor is None:
            return True
        poller = select.poll()
        poller.register(self._descriptor, select.POLLIN)
        return bool(poller.poll(0))

    def wait(self) -> int:
        """Return the exit status once the kernel has ended."""
        while (status := self.poll()) is None:
            if self._descriptor is not None:
                poller = select.poll()
                poller.register(self._descriptor, select.POLLIN)
                poller.poll(1000)
            self._zygote.wait_for_news()
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, unless it has ended."""
        if self._descriptor is not None and self.poll() is None:
            signal.pidfd_send_signal(self._descriptor, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self._close()


class Zygote:
    """Our end of a zygote: starts it, asks it for kernels, hears of their end.

    Parameters
    ----------
    lifeline
        Reading end of the pipe kernels watch; this process holds the writing end.
    """

    def __init__(self, lifeline: int) -> None:
        self._asked: deque[Future[int]] = deque()
        self._starting: dict[int, Future[int]] = {}
        self._already_bound: set[int] = set()
        self._status_by_pid: dict[int, int] = {}
        self._lock = threading.Lock()
        self._news = threading.Condition()
        self.ready: Future[int] = Future()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-Xfrozen_modules=off", "-m", "peerbook.server.zygote",
                 str(theirs.fileno()), str(lifeline)],
                pass_fds=(theirs.fileno(), lifeline),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=_zygote_environment(),
            )  # fmt: skip
        self._socket = ours
        self.is_alive = True
        threading.Thread(target=self._listen, name="zygote", daemon=True).start()

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def fork(self, argv: list[str], env: Mapping[str, str], cwd: str) -> Future[int]:
        """Ask for a kernel; the future holds its process id once it can be connected to.

        Raises
        ------
        ZygoteGone
            When the zygote has ended.
        """
        request = json.dumps({"argv": argv, "env": dict(env), "cwd": cwd}).encode() + b"\n"
        answer: Future[int] = Future()
        with self._lock:
            if not self.is_alive:
                raise ZygoteGone
            self._asked.append(answer)
            try:
                self._socket.sendall(request)
            except OSError as error:
                self._asked.pop()
                self.is_alive = False  # whoever asks again must not get this one
                raise ZygoteGone from error
        return answer

    def status_of(self, pid: int) -> int | None:
        """Return the exit status of a kernel that has ended, once: the number may be used anew."""
        return self._status_by_pid.pop(pid, None)

    def wait_for_news(self) -> None:
        """Wait a moment for the next report."""
        with self._news:
            self._news.wait(0.05)

    def stop(self) -> None:
        """End the zygote; its kernels live on."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        unread = b""
        while True:
            try:
                received = self._socket.recv(1 << 16)
            except OSError:
                received = b""
            if not received:
                break
            *lines, unread = (unread + received).split(b"\n")
            for line in lines:
                self._hear(json.loads(line))
        with self._lock:
            self.is_alive = False
            waiting = [*self._asked, *self._starting.values(), self.ready]
            self._asked.clear()
        for future in waiting:
            if not future.done():
                future.set_exception(ZygoteGone())
        self._process.wait()

    def _hear(self, message: dict[str, Any]) -> None:
        if "pid" in message:
            self._starting[message["pid"]] = self._asked.popleft()
            if message["pid"] in self._already_bound:
                self._announce(message["pid"])
        elif "bound" in message:
            self._announce(message["bound"])
        elif "ended" in message:
            self._status_by_pid[message["ended"]] = message["status"]
            self._announce(message["ended"])
            self._already_bound.discard(message["ended"])
            with self._news:
                self._news.notify_all()
        else:
            self.ready.set_result(message["threads"])

    def _announce(self, pid: int) -> None:
        """Tell who asked for the kernel that it is there, or that it came to nothing."""
        waiting = self._starting.pop(pid, None)
        if waiting is None:
            self._already_bound.add(pid)
        else:
            self._already_bound.discard(pid)
            if waiting.set_running_or_notify_cancel():
                waiting.set_result(pid)


def _zygote_environment() -> dict[str, str]:
    """Return the zygote's environment: one thread, and a plotly that draws in notebooks.

    Plotly asks at import where to draw; in the zygote there is no notebook yet. OpenBLAS and
    pyarrow would start threads at import, which a fork does not copy.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JPY_")}
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **environment,
        **single,
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "PLOTLY_RENDERER": "plotly_mimetype",
    }


class _Nursery:
    """This process's zygote, and a new one when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._zygote: Zygote | None = None
        self._owner = 0
        self._lifeline: tuple[int, int] | None = None

    def zygote(self) -> Zygote:
        """Return a zygote that lives, as far as we know."""
        with self._lock:
            if self._owner != os.getpid():
                self._owner, self._zygote, self._lifeline = os.getpid(), None, None
            if self._lifeline is None:
                self._lifeline = os.pipe()
            if self._zygote is None or not self._zygote.is_alive:
                self._zygote = Zygote(self._lifeline[0])
            return self._zygote


_nursery = _Nursery()


def warm_up() -> None:
    """Start the zygote now, so that the first visitor does not wait for its imports."""
    if can_fork():
        _nursery.zygote()


def current_zygote() -> Zygote:
    """Return this process's zygote, started if need be."""
    return _nursery.zygote()


def _python_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("PYTHON")}


class ForkProvisioner(LocalProvisioner):
    """Forks Python kernels of our own environment; launches all others as Jupyter does."""

    def _fits(self, cmd: list[str], kwargs: Mapping[str, Any]) -> bool:
        """Return whether a fork of the zygote is what was asked for."""
        redirected = any(kwargs.get(name) is not None for name in ("stdin", "stdout", "stderr"))
        return (
            can_fork()
            and len(cmd) > 2
            and Path(cmd[0]).name.startswith("python")
            and _same_file(cmd[0], sys.executable)
            and "ipykernel_launcher" in cmd[1:4]
            and not redirected
            and _python_settings(kwargs.get("env") or os.environ) == _python_settings(os.environ)
        )

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or launch it where that cannot be done."""
        if self._fits(cmd, kwargs):
            for _attempt in range(2):
                try:
                    return await self._fork(cmd, kwargs)
                except ZygoteGone:
                    _log.warning("the zygote was gone; a new one is started")
            _log.error("no kernel could be forked; it is launched the slow way")
        return await super().launch_kernel(cmd, **kwargs)

    async def _fork(self, cmd: list[str], kwargs: Mapping[str, Any]) -> KernelConnectionInfo:
        zygote = current_zygote()
        cwd = os.fspath(kwargs.get("cwd") or Path.cwd())
        launcher = cmd.index("ipykernel_launcher")
        asked = zygote.fork(cmd[launcher:], kwargs.get("env") or os.environ, cwd)
        answer = asyncio.wrap_future(asked)
        try:
            pid = await asyncio.wait_for(asyncio.shield(answer), _READY_SECONDS)
        except BaseException:
            # Whoever wanted the kernel has gone; it must not stay behind alone.
            answer.add_done_callback(_abandon)
            raise
        self.process = ForkedKernel(pid, zygote)
        self.pid = self.pgid = pid
        self.cwd = cwd
        return self.connection_info


def _abandon(answer: asyncio.Future[int]) -> None:
    if not answer.cancelled() and answer.exception() is None:
        with contextlib.suppress(OSError):
            os.killpg(answer.result(), signal.SIGKILL)


def _same_file(one: str, other: str) -> bool:
    try:
        return Path(one).absolute() == Path(other).absolute() or Path(one).samefile(other)
    except OSError:
        return False
