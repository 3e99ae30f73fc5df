"""The kernels of the pages: one in reserve that knows nobody, and none that nobody needs."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import psutil
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from traitlets.config import Config

from peerbook.server import kernels as kernels_module
from peerbook.server import provisioner
from peerbook.server.kernels import Kernel, NoRoom, PageKernels, Visit
from peerbook.store.visitor import Visitor
from short_folder import short_folder


@pytest.fixture(autouse=True)
def forked_where_possible(monkeypatch):
    monkeypatch.setattr(
        KernelProvisionerFactory.instance(), "default_provisioner_name", provisioner.PROVISIONER
    )
    # Tests fill the reserve themselves, so that they know whether there is one.
    monkeypatch.setattr(kernels_module, "REFILL_SECONDS", 600)


def new_page_kernels() -> PageKernels:
    folder = short_folder()
    config = Config()
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
    return PageKernels(config=config, connection_dir=folder)


@asynccontextmanager
async def page_kernels() -> AsyncIterator[PageKernels]:
    manager = new_page_kernels()
    try:
        yield manager
    finally:
        await manager.shutdown_all(now=True)
        # With the lines still open, whoever collects the garbage would wait for them for good.
        manager.context.destroy(linger=0)


def play(scene: Coroutine[object, object, None]) -> None:
    """Run a scene in a thread: the browser of other tests keeps this one's event loop running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, scene).result()


async def answer(kernel: Kernel, code: str) -> str:
    """Return what the code prints."""
    printed = []

    def keep(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    await kernel.client.execute_interactive(code, output_hook=keep, timeout=60)
    return "".join(printed).strip()


async def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


async def filled(manager: PageKernels) -> str:
    """Fill the reserve and return the id of the kernel in it, once it is ready."""
    manager.fill_reserve()
    ((kernel_id, starting),) = manager._reserve.items()
    assert await starting is not None
    return kernel_id


def visit(language="da", login="") -> Visit:
    return Visit(Visitor("anna", "course_leader", frozenset({3, 1})), language, login)


PID = "import os; print(os.getpid())"
WHO = "__import__('os').environ.get('PEERBOOK_LANGUAGE')"


def test_a_visitor_gets_the_kernel_in_reserve_and_the_next_one_another():
    async def scene():
        async with page_kernels() as manager:
            spare = await filled(manager)
            async with manager.for_a_page(visit("da")) as first:
                assert first.id == spare
                assert not manager._reserve
                async with manager.for_a_page(visit("da")) as second:
                    assert await answer(second, PID) != await answer(first, PID)

    play(scene())


def test_what_one_visitor_did_is_unknown_to_the_kernel_that_waited_meanwhile():
    async def scene():
        async with page_kernels() as manager:
            first_spare = await filled(manager)
            async with manager.for_a_page(visit("en")) as one:
                assert one.id == first_spare
                await filled(manager)
                await answer(one, "secret = 1; import pandas; pandas.planted = 1; import sys, os")
                await answer(one, "sys.modules['planted'] = sys; os.environ['X1'] = '1'")
                async with manager.for_a_page(visit("da")) as two:
                    seen = (
                        "'secret' in globals()", "'planted' in sys.modules",
                        "hasattr(pandas, 'planted')", "os.environ.get('X1')",
                        "os.environ['PEERBOOK_LANGUAGE']",
                    )  # fmt: skip
                    code = f"import sys, os, pandas; print([{', '.join(seen)}])"
                    assert await answer(two, code) == "[False, False, False, None, 'da']"

    play(scene())


def test_a_kernel_in_reserve_has_run_nothing_of_ours_and_kept_no_history():
    async def scene():
        async with page_kernels() as manager:
            await filled(manager)
            async with manager.for_a_page(visit("en")) as kernel:
                code = (
                    "ip = get_ipython(); print([n for n in ip.user_ns if n[0] != '_' and n not in "
                    "('In', 'Out', 'get_ipython', 'exit', 'quit', 'open', 'ip')], ip.user_ns['In'],"
                    " ip.history_manager.enabled)"
                )
                assert await answer(kernel, code) == f"[] ['', {code!r}] False"

    play(scene())


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("has_reserve", [True, False])
def test_a_page_speaks_its_visitors_language(language, has_reserve):
    async def scene():
        async with page_kernels() as manager:
            if has_reserve:
                await filled(manager)
            async with manager.for_a_page(visit(language)) as kernel:
                code = "from peerbook.text import _; print(_('Save'))"
                assert await answer(kernel, code) == {"da": "Gem", "en": "Save"}[language]
                assert await answer(kernel, f"print({WHO})") == language

    play(scene())


def test_a_kernel_in_reserve_knows_no_secret_of_the_server(monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "planted")
    monkeypatch.setenv("PLAIN", "plain")

    async def scene():
        async with page_kernels() as manager:
            await filled(manager)
            async with manager.for_a_page(visit("da")) as kernel:
                code = "import os, json; print(json.dumps(dict(os.environ)))"
                known = json.loads(await answer(kernel, code))
                assert known["PLAIN"] == "plain"
                assert "planted" not in known.values()

    play(scene())


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_kernel_that_died_in_reserve_is_given_to_nobody():
    async def scene():
        async with page_kernels() as manager:
            spare = await filled(manager)
            pid = manager.get_kernel(spare).provisioner.pid
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not psutil.pid_exists(pid))
            async with manager.for_a_page(visit("en")) as kernel:
                assert kernel.id != spare
                assert await answer(kernel, "print(6 * 7)") == "42"
            assert spare not in manager

    play(scene())


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_kernel_in_reserve_that_does_not_answer_is_ended_and_replaced(monkeypatch):
    monkeypatch.setattr(kernels_module, "_ANSWER_SECONDS", 0.5)

    async def scene():
        async with page_kernels() as manager:
            spare = await filled(manager)
            pid = manager.get_kernel(spare).provisioner.pid
            os.kill(pid, signal.SIGSTOP)
            async with manager.for_a_page(visit("en")) as kernel:
                assert kernel.id != spare
            await until(lambda: not psutil.pid_exists(pid))

    play(scene())


SEATED = "import peerbook.seat as s; print(s._seated)"


@pytest.mark.parametrize("has_reserve", [True, False])
def test_a_kernel_knows_who_visits_and_nothing_else_of_the_machine_does(has_reserve):
    async def scene():
        async with page_kernels() as manager:
            if has_reserve:
                await filled(manager)
            async with manager.for_a_page(visit()) as kernel:
                assert await answer(kernel, SEATED) == (
                    "[('anna', 'course_leader', frozenset({1, 3}))]"
                )
                # Nor does its history, which holds what was asked here only.
                code = (
                    "import os, sys; name = 'an' + 'na'; "
                    "print([name in repr(kept) for kept in (dict(os.environ), sys.argv, In)])"
                )
                assert await answer(kernel, code) == "[False, False, False]"

    play(scene())


def test_a_kernel_in_reserve_knows_nobody_and_opens_no_desk_for_nobody():
    async def scene():
        async with page_kernels() as manager:
            manager.fill_reserve()
            (starting,) = manager._reserve.values()
            spare = await starting
            assert await answer(spare, SEATED) == "[]"
            code = (
                "from peerbook.desk import open_desk\n"
                "try: open_desk()\nexcept RuntimeError as error: print(error)"
            )
            assert await answer(spare, code) == "it is not known yet who visits"

    play(scene())


def test_a_kernel_that_knows_who_visits_believes_nobody_else():
    async def scene():
        async with page_kernels() as manager, manager.for_a_page(visit()) as kernel:
            code = (
                "from peerbook.seat import seat\n"
                "try: seat('eva', 'leader')\nexcept RuntimeError as error: print(error)"
            )
            assert await answer(kernel, code) == "somebody sits here already"

    play(scene())


def test_a_kernel_belongs_to_the_login_it_was_made_for():
    async def scene():
        async with page_kernels() as manager, manager.for_a_page(visit(login="a")) as kernel:
            assert manager.belongs_to(kernel.id, "a")
            assert not manager.belongs_to(kernel.id, "b")
            assert not manager.belongs_to(kernel.id, "")
            await manager.end(kernel.id, now=True)
            assert not manager.belongs_to(kernel.id, "a")
            assert not manager.belongs_to("nowhere", "a")

    play(scene())


def test_the_reserve_is_one_kernel_however_often_it_is_filled():
    async def scene():
        async with page_kernels() as manager:
            for _ in range(20):
                manager.fill_reserve()
            spare = await filled(manager)
            manager.fill_reserve()
            assert list(manager._reserve) == [spare]
            assert manager.list_kernel_ids() == [spare]

    play(scene())


def test_a_crowd_starts_only_a_few_kernels_at_a_time_and_one_for_each(monkeypatch):
    """Twelve come at once; more than two for each processor are never on their way."""
    on_their_way, most = 0, 0
    start = PageKernels._started

    async def counted(self, kernel_id):
        nonlocal on_their_way, most
        on_their_way += 1
        most = max(most, on_their_way)
        try:
            return await start(self, kernel_id)
        finally:
            on_their_way -= 1

    monkeypatch.setattr(PageKernels, "_started", counted)

    async def scene():
        async with page_kernels() as manager:
            await filled(manager)
            pids = set()

            async def come():
                async with manager.for_a_page(visit("da")) as kernel:
                    pids.add(await answer(kernel, PID))
                    manager.fill_reserve()

            await asyncio.gather(*(come() for _ in range(12)))
            assert len(pids) == 12
            # The gate's, and the one for the reserve.
            assert most <= 2 * (os.cpu_count() or 1) + 1
            assert len(manager) <= 12 + 1

    play(scene())


def test_more_pages_than_there_is_room_for_are_refused_and_start_nothing(monkeypatch):
    monkeypatch.setattr(kernels_module, "MOST_PAGES", 2)

    async def scene():
        async with page_kernels() as manager:
            spare = await filled(manager)  # is no page, so it takes nobody's room
            async with (
                manager.for_a_page(visit("da")) as first,
                manager.for_a_page(visit("da")) as second,
            ):
                assert first.id == spare
                with pytest.raises(NoRoom):
                    async with manager.for_a_page(visit("da")):
                        raise AssertionError("there was room")
                assert len(manager) == 2
                await manager.end(second.id, now=True)
                async with manager.for_a_page(visit("da")) as third:
                    assert await answer(third, "print(1)") == "1"

    play(scene())


def test_a_page_that_could_not_be_made_leaves_no_kernel():
    async def scene():
        async with page_kernels() as manager:
            pids = []

            async def fail():
                async with manager.for_a_page(visit("da")) as kernel:
                    pids.append(int(await answer(kernel, PID)))
                    raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError):
                await fail()
            assert len(manager) == 0
            await until(lambda: not psutil.pid_exists(pids[0]))

    play(scene())


@pytest.mark.parametrize("has_reserve", [True, False])
def test_a_visitor_who_leaves_while_the_kernel_starts_leaves_none(has_reserve, monkeypatch):
    started = []
    start = PageKernels.start_kernel

    async def noted(self, **keywords):
        started.append(keywords["kernel_id"])
        return await start(self, **keywords)

    monkeypatch.setattr(PageKernels, "start_kernel", noted)

    async def scene():
        async with page_kernels() as manager:
            if has_reserve:
                manager.fill_reserve()

            async def come():
                async with manager.for_a_page(visit("da")):
                    pass

            leaving = asyncio.create_task(come())
            await until(lambda: started)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            await until(lambda: len(manager) == 0 and not manager._pending_kernels)
            assert not [
                child for child in psutil.Process().children(recursive=True)
                if any(kernel_id in " ".join(child.cmdline()) for kernel_id in started)
            ]  # fmt: skip

    play(scene())


def test_a_kernel_nobody_connects_to_ends_and_one_with_a_visitor_stays(monkeypatch):
    monkeypatch.setattr(kernels_module, "UNVISITED_SECONDS", 0.3)

    async def scene():
        async with page_kernels() as manager:
            async with manager.for_a_page(visit("da")) as lonely:
                pass
            async with manager.for_a_page(visit("da")) as visited:
                manager.notify_connect(visited.id)
            await until(lambda: lonely.id not in manager)
            await until(lambda: visited.id not in manager._ends)  # its time is up too
            assert visited.id in manager
            manager.notify_disconnect(visited.id)
            manager.end_unless_visited(visited.id, 0.1)
            await until(lambda: visited.id not in manager)

    play(scene())


def test_who_has_left_is_waited_for_from_then_on():
    """The short wait for the first connection does not cut the longer one for a return."""

    async def scene():
        async with page_kernels() as manager:
            async with manager.for_a_page(visit("da")) as kernel:
                pass
            manager.end_unless_visited(kernel.id, 0.2)
            manager.end_unless_visited(kernel.id, 600)
            manager.end_unless_visited("another", 0.4)
            await until(lambda: "another" not in manager._ends)
            assert kernel.id in manager

    play(scene())


def test_the_kernel_in_reserve_is_not_culled_and_an_idle_page_is():
    async def scene():
        async with page_kernels() as manager:
            manager.cull_idle_timeout = 3600
            async with manager.for_a_page(visit("da")) as kernel:
                pass
            spare = await filled(manager)
            long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
            for each in (kernel.id, spare):
                manager.get_kernel(each).last_activity = long_ago
            await manager.cull_kernels()
            assert manager.list_kernel_ids() == [spare]

    play(scene())


def test_where_nothing_can_be_forked_there_is_a_reserve_too(monkeypatch):
    monkeypatch.setattr(provisioner, "can_fork", lambda: False)

    async def scene():
        async with page_kernels() as manager:
            spare = await filled(manager)
            async with manager.for_a_page(visit("en")) as kernel:
                assert kernel.id == spare
                launched = manager.get_kernel(spare).provisioner.process
                assert isinstance(launched, subprocess.Popen)
                assert await answer(kernel, f"print({WHO})") == "en"

    play(scene())


def test_a_server_that_stops_ends_the_kernel_on_its_way_to_the_reserve():
    async def scene():
        async with page_kernels() as manager:
            manager.fill_reserve()
            await until(lambda: manager._pending_kernels or len(manager))
            await manager.shutdown_all(now=True)
            assert len(manager) == 0
            assert not manager._pending_kernels
            assert not manager._reserve

    play(scene())


@pytest.mark.parametrize("is_ready", [False, True])
def test_a_server_told_to_stop_ends_its_kernels_from_another_loop(is_ready):
    """The loop the server ran in has stopped by then, whatever was under way in it."""

    async def begun() -> PageKernels:
        manager = new_page_kernels()
        manager.fill_reserve()
        if is_ready:
            await asyncio.gather(*manager._reserve.values())
        else:
            await until(lambda: manager._pending_kernels or len(manager))
        return manager

    def scene() -> None:
        serving = asyncio.new_event_loop()
        manager = serving.run_until_complete(begun())
        under_way = list(manager._reserve.values())
        try:
            asyncio.run(asyncio.wait_for(manager.shutdown_all(now=True), 60))
            assert len(manager) == 0
            assert not manager._pending_kernels
            assert not manager._reserve
        finally:
            # What was cut short may now clear up after itself.
            serving.run_until_complete(asyncio.wait(under_way))
            serving.close()
            manager.context.destroy(linger=0)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(scene).result()
