"""The kernels of the pages: each serves one visitor, and ends when nobody needs it any more.

One kernel is kept in reserve, so that a visitor does not wait for its start. It is a fresh kernel
like any other: it has run nothing, and what it knows is what the server knew when it started. Who
the visitor is, and which language to speak, it is told before the first cell of a page, over the
server's own line: nothing of it stands where a browser, a log or another process could read it.
"""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbclient.exceptions import DeadKernelError
from tornado.ioloop import IOLoop

from peerbook.seat import AWAITING_VARIABLE
from peerbook.store.visitor import Visitor
from peerbook.text.words import LANGUAGE_VARIABLE, Language

MOST_PAGES = 100
IN_RESERVE = 1
REFILL_SECONDS = 1.0
UNVISITED_SECONDS = 60.0
_FIRST_LANGUAGE: Language = "da"
_START_SECONDS = 60
_ANSWER_SECONDS = 10
_ARGUMENTS = ["--HistoryManager.enabled=False"]
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|^VOILA_|^JUPYTERHUB_", re.I)


class NoRoom(Exception):
    """As many pages are open as the server holds."""


@dataclass(frozen=True)
class Kernel:
    """A kernel that answers and has run nothing for a visitor yet.

    Parameters
    ----------
    id
        What its address is called.
    client
        Our line to it, open until the page is made.
    session
        What its answers are marked with; a restarted kernel has another one.
    """

    id: str
    client: AsyncKernelClient
    session: str


@dataclass(frozen=True)
class Visit:
    """Whom a page is made for.

    Parameters
    ----------
    visitor
        Who visits.
    language
        What the visitor reads.
    login
        Which login the page belongs to; a line to its kernel opens under no other.
    """

    visitor: Visitor
    language: Language = _FIRST_LANGUAGE
    login: str = ""


class PageKernels(AsyncMappingKernelManager):
    """Jupyter's kernel manager, which knows what a page's kernel goes through."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._gate = asyncio.Semaphore(2 * (os.cpu_count() or 1))
        self._reserve: dict[str, asyncio.Task[Kernel | None]] = {}
        self._in_the_making: set[str] = set()
        self._ends: dict[str, object] = {}
        self._logins: dict[str, str] = {}

    # -- a page ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def for_a_page(self, visit: Visit) -> AsyncIterator[Kernel]:
        """Give a kernel to make a page with, which knows who visits.

        When the page is made, the kernel waits for its visitor to connect; when it could not be
        made, or is not wanted any more, the kernel ends.

        Raises
        ------
        NoRoom
            When too many pages are open.
        DeadKernelError
            When no kernel can be started.
        """
        async with self._gate:
            if len(self) - len(self._reserve) >= MOST_PAGES:
                raise NoRoom
            kernel = await self._taken(visit)
            self._logins = {known: it for known, it in self._logins.items() if known in self}
            self._logins[kernel.id] = visit.login
            self._in_the_making.add(kernel.id)
            try:
                yield kernel
            except BaseException:
                await self.end(kernel.id, now=True)
                raise
            else:
                self.end_unless_visited(kernel.id, UNVISITED_SECONDS)
            finally:
                self._in_the_making.discard(kernel.id)
                IOLoop.current().call_later(REFILL_SECONDS, self._tidy_up, kernel)

    def belongs_to(self, kernel_id: str, login: str) -> bool:
        """Return whether a kernel was made for the login; one that is not there is nobody's."""
        return kernel_id in self and self._logins.get(kernel_id) == login

    def is_in_the_making(self, kernel_id: str) -> bool:
        """Return whether the page of a kernel is still being made."""
        return kernel_id in self._in_the_making

    def end_unless_visited(self, kernel_id: str, seconds: float) -> None:
        """End a kernel to which nobody is connected when the time is up; the last word counts."""
        loop = IOLoop.current()
        if kernel_id in self._ends:
            loop.remove_timeout(self._ends[kernel_id])
        self._ends[kernel_id] = loop.call_later(seconds, self._end_if_alone, kernel_id)

    async def _end_if_alone(self, kernel_id: str) -> None:
        del self._ends[kernel_id]
        if not self._kernel_connections.get(kernel_id):
            await self.end(kernel_id)

    async def end(self, kernel_id: str, *, now: bool = False) -> None:
        """End a kernel, if it is there: when it has done what it was asked, or at once."""
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=now)

    def _tidy_up(self, kernel: Kernel) -> None:
        _close(kernel.client)
        self.fill_reserve()

    # -- the reserve -----------------------------------------------------------------------------

    def fill_reserve(self) -> None:
        """Start the kernel that the next visitor will get, unless it is there."""
        while len(self._reserve) < IN_RESERVE:
            kernel_id = str(uuid.uuid4())
            self._reserve[kernel_id] = asyncio.create_task(self._for_reserve(kernel_id))

    async def _for_reserve(self, kernel_id: str) -> Kernel | None:
        try:
            return await self._started(kernel_id)
        except Exception:
            # Whoever comes next starts a kernel in vain too, and is told.
            self._reserve.pop(kernel_id, None)
            self.log.warning("No kernel could be put in reserve")
            return None

    async def shutdown_all(self, now: bool = False) -> None:
        """End all kernels, those on their way too."""
        here = asyncio.get_running_loop()
        starting = [task for task in self._reserve.values() if not task.done()]
        for task in starting:
            task.cancel()
        # A server that was told to stop ends its kernels in a loop of its own.
        ours = [task for task in starting if task.get_loop() is here]
        await asyncio.gather(*ours, return_exceptions=True)
        self._reserve.clear()
        if len(ours) < len(starting):
            self._pending_kernels.clear()
        await super().shutdown_all(now)

    async def _taken(self, visit: Visit) -> Kernel:
        """Return a kernel that knows who visits: the one in reserve if it is well."""
        if self._reserve:
            kernel_id, starting = self._reserve.popitem()
            try:
                spare = await starting
            except BaseException:
                await self.end(kernel_id, now=True)
                raise
            if spare is not None and await self._is_well(spare, visit):
                return spare
        kernel = await self._started(str(uuid.uuid4()))
        if not await self._is_well(kernel, visit):
            raise DeadKernelError("the kernel did not answer")
        return kernel

    async def _is_well(self, kernel: Kernel, visit: Visit) -> bool:
        """Return whether a kernel lives and has been told who visits; it ends if not."""
        is_well = False
        try:
            if kernel.id in self and await self.get_kernel(kernel.id).is_alive():
                is_well = await self._told(kernel, visit)
        finally:
            if not is_well:
                _close(kernel.client)
                await self.end(kernel.id, now=True)
        return is_well

    async def _told(self, kernel: Kernel, visit: Visit) -> bool:
        who = visit.visitor
        sites = None if who.sites is None else sorted(who.sites)
        code = (
            f"__import__('os').environ[{LANGUAGE_VARIABLE!r}] = {visit.language!r}\n"
            f"__import__('peerbook.seat').seat.seat({who.name!r}, {who.role!r}, {sites!r})"
        )
        try:
            # Silent: it is in no history, and nobody who listens hears of it.
            reply = await kernel.client.execute(
                code, silent=True, reply=True, timeout=_ANSWER_SECONDS
            )
        except TimeoutError:
            return False
        return bool(reply["content"]["status"] == "ok")

    async def _started(self, kernel_id: str) -> Kernel:
        client = None
        try:
            await self.start_kernel(
                kernel_id=kernel_id,
                kernel_name="python3",
                path="",
                env=kernel_environment(os.environ)
                | {LANGUAGE_VARIABLE: _FIRST_LANGUAGE, AWAITING_VARIABLE: "1"},
                extra_arguments=_ARGUMENTS,
            )
            client = self.get_kernel(kernel_id).client(context=self.context)
            # Without heartbeat: it is a thread, and we ask the process itself whether it lives.
            client.start_channels(stdin=False, hb=False, control=False)
            return Kernel(kernel_id, client, await ready(client))
        except BaseException:
            if client is not None:
                _close(client)
            self._pending_kernels.pop(kernel_id, None)
            await self.end(kernel_id, now=True)
            raise

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel nobody has used for long; the one in reserve waits as long as it takes."""
        if kernel_id not in self._reserve:
            await super().cull_kernel_if_idle(kernel_id)


def kernel_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a page's kernel may know of the server's environment: no secret, no address."""
    return {name: value for name, value in environment.items() if not _SECRET.search(name)}


def _close(client: AsyncKernelClient) -> None:
    client.shell_channel.stop()
    client.iopub_channel.stop()


async def ready(client: AsyncKernelClient) -> str:
    """Wait until the kernel answers and its output reaches us; return its session's id.

    It is asked to do nothing, so that what Python puts off to the first cell is behind it.
    jupyter_client's own wait spends 0.2 s on making sure that nothing more is coming; a kernel that
    nobody used yet has nothing to say.

    Raises
    ------
    DeadKernelError
        When the kernel does not answer.
    """
    deadline = monotonic() + _START_SECONDS
    session = ""
    while monotonic() < deadline:
        client.execute("pass", silent=True)
        try:
            reply = await client.get_shell_msg(timeout=1)
            session = reply["header"]["session"]
            await client.get_iopub_msg(timeout=0.5)
        except Empty:
            if not await client.is_alive():
                break
            continue
        return session
    raise DeadKernelError("the kernel did not answer")
