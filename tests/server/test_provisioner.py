"""Warm kernels: as fresh as a launched one, and as well behaved when things die around them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import nbformat
import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient

from app_under_test import write_notebook
from peerbook.server import provisioner
from peerbook.server.kernels import ready
from peerbook.server.provisioner import (
    ForkedKernel,
    ForkProvisioner,
    ZygoteGone,
    current_zygote,
)
from short_folder import short_folder

pytestmark = pytest.mark.skipif(not provisioner.can_fork(), reason="kernels are forked on Linux")


@pytest.fixture(autouse=True)
def forked_by_default(monkeypatch):
    monkeypatch.setattr(
        KernelProvisionerFactory.instance(), "default_provisioner_name", provisioner.PROVISIONER
    )


def manager_of_one() -> AsyncKernelManager:
    folder = short_folder()
    return AsyncKernelManager(
        kernel_name="python3", transport="ipc", connection_file=f"{folder}/k.json"
    )


@asynccontextmanager
async def kernel(**keywords) -> AsyncIterator[tuple[AsyncKernelManager, object]]:
    manager = manager_of_one()
    await manager.start_kernel(**keywords)
    client = manager.client()
    client.start_channels()
    await ready(client)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def answer(client, code: str) -> str:
    """Return what the code prints."""
    printed = []

    def keep(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])
        elif message["msg_type"] == "error":
            printed.append(message["content"]["ename"])

    await client.execute_interactive(code, output_hook=keep, timeout=60)
    return "".join(printed).strip()


async def until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


def play(scene: Coroutine[object, object, None]) -> None:
    """Run a scene in a thread: the browser of other tests keeps this one's event loop running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, scene).result()


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_zygote_has_one_thread_when_it_forks():
    assert current_zygote().ready.result(60) == 1


def test_a_kernel_is_forked_and_knows_nothing_of_another():
    async def scene():
        async with kernel() as (manager, client), kernel() as (_, other):
            assert isinstance(manager.provisioner, ForkProvisioner)
            assert isinstance(manager.provisioner.process, ForkedKernel)
            assert psutil.Process(manager.provisioner.pid).ppid() == current_zygote().pid
            await answer(client, "secret = 1; import pandas; pandas.planted = 1; import sys")
            await answer(client, "sys.modules['planted'] = sys; import os; os.environ['X1'] = '1'")
            seen = "'secret' in globals(), 'planted' in sys.modules, hasattr(pandas, 'planted')"
            code = f"import sys, os, pandas; print({seen}, 'X1' in os.environ)"
            assert await answer(other, code) == "False False False False"

    play(scene())


def test_a_kernel_has_the_environment_and_folder_it_was_asked_for_and_no_other(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("ONLY_THE_SERVER_KNOWS", "yes")
    asked = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PEERBOOK_LANGUAGE": "en"}

    async def scene():
        async with kernel(env=asked, cwd=str(tmp_path)) as (_, client):
            code = "import os, json; print(json.dumps([os.getcwd(), dict(os.environ)]))"
            folder, environment = json.loads(await answer(client, code))
            assert folder == str(tmp_path)
            assert environment["PEERBOOK_LANGUAGE"] == "en"
            assert "ONLY_THE_SERVER_KNOWS" not in environment
            spoken = await answer(
                client, "from peerbook.text import current_language; print(current_language())"
            )
            assert spoken == "en"

    play(scene())


def test_random_numbers_differ_between_kernels():
    code = "import random, numpy, uuid; print(random.random(), numpy.random.rand(), uuid.uuid4())"

    async def scene():
        async with kernel() as (_, one), kernel() as (_, two):
            first, second = (await answer(one, code)).split(), (await answer(two, code)).split()
            assert [a == b for a, b in zip(first, second, strict=True)] == [False] * 3

    play(scene())


def test_widgets_and_charts_know_that_they_are_in_a_notebook():
    code = """
import plotly.io, ipywidgets, IPython
registered = IPython.get_ipython().kernel.comm_manager.targets
print(plotly.io.renderers.default, sorted(registered))
"""

    async def scene():
        async with kernel() as (_, client):
            expected = "plotly_mimetype ['jupyter.widget', 'jupyter.widget.control']"
            assert await answer(client, code) == expected

    play(scene())


def test_what_the_first_use_of_a_store_needs_is_there_and_nothing_of_one_is_open():
    code = """
import sys, psutil
from peerbook.store.tables import Base
print("sqlcipher3.dbapi2" in sys.modules, "peerbook.store.sqlite" in sys.modules,
      all(one.configured for one in Base.registry.mappers),
      [one.path for one in psutil.Process().open_files() if "peerbook.sqlite" in one.path])
"""

    async def scene():
        async with kernel() as (_, client):
            assert await answer(client, code) == "True True True []"

    play(scene())


def test_what_is_typed_in_a_kernel_is_not_kept_in_a_history_when_asked_so():
    async def scene():
        async with kernel(extra_arguments=["--HistoryManager.enabled=False"]) as (_, client):
            code = "print(get_ipython().history_manager.enabled)"
            assert await answer(client, code) == "False"

    play(scene())


def test_an_interrupt_stops_the_cell_and_leaves_the_kernel():
    async def scene():
        async with kernel() as (manager, client):
            # A kernel drops what is asked right after a cell that failed, unless it is told not to.
            cell = "print('now', flush=True)\nwhile True: pass"
            asked = client.execute(cell, stop_on_error=False)
            while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
                pass
            await manager.interrupt_kernel()
            reply = await client.get_shell_msg(timeout=30)
            assert reply["parent_header"]["msg_id"] == asked
            assert reply["content"]["ename"] == "KeyboardInterrupt"
            assert await answer(client, "print(6 * 7)") == "42"

    play(scene())


def test_a_restarted_kernel_is_another_process_and_empty():
    async def scene():
        async with kernel() as (manager, client):
            before = manager.provisioner.pid
            await answer(client, "x = 1")
            await manager.restart_kernel(now=True)
            await ready(client)
            assert manager.provisioner.pid != before
            assert await answer(client, "print('x' in globals())") == "False"
            await until(lambda: not is_running(before))

    play(scene())


def test_the_exit_status_tells_how_a_kernel_ended():
    async def scene():
        async with kernel() as (manager, client):
            process = manager.provisioner.process
            client.execute("import os; os._exit(7)")
            await until(lambda: process.poll() is not None)
            assert process.poll() == 7
            assert not await manager.is_alive()
        async with kernel() as (manager, _):
            process = manager.provisioner.process
            os.kill(process.pid, signal.SIGKILL)
            assert await asyncio.to_thread(process.wait) == -signal.SIGKILL
            assert await manager.provisioner.poll() == -signal.SIGKILL

    play(scene())


def test_signals_reach_what_the_kernel_started():
    async def scene():
        async with kernel() as (manager, client):
            code = "import subprocess; p = subprocess.Popen(['sleep', '600']); print(p.pid)"
            child = int(await answer(client, code))
            assert is_running(child)
            await manager.shutdown_kernel(now=True)
            await until(lambda: not is_running(child))

    play(scene())


def test_a_zygote_that_cannot_be_asked_any_more_is_not_asked_again():
    zygote = current_zygote()
    zygote._socket.shutdown(socket.SHUT_WR)
    with pytest.raises(ZygoteGone):
        zygote.fork([], {}, "/")
    assert not zygote.is_alive
    assert current_zygote() is not zygote


def test_a_dead_zygote_is_replaced_and_its_kernels_live_on():
    async def scene():
        async with kernel() as (manager, client):
            first = current_zygote().pid
            os.kill(first, signal.SIGKILL)
            async with kernel() as (other, later):
                assert current_zygote().pid != first
                assert isinstance(other.provisioner.process, ForkedKernel)
                assert await answer(later, "print('new')") == "new"
            assert await answer(client, "print('still here')") == "still here"
            assert await manager.is_alive()
            orphan = manager.provisioner.process
            orphan.kill()
            await until(lambda: orphan.poll() is not None)

    play(scene())


def test_a_kernel_that_cannot_start_is_reported_dead(tmp_path):
    async def scene():
        manager = manager_of_one()
        await manager.start_kernel(extra_arguments=["--Session.signature_scheme=no-such-scheme"])
        process = manager.provisioner.process
        await until(lambda: process.poll() is not None)
        assert not await manager.is_alive()
        await manager.shutdown_kernel(now=True)

    play(scene())


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda m: m.setattr(provisioner, "can_fork", lambda: False), id="no fork"),
        pytest.param(lambda m: m.setattr(provisioner, "current_zygote", _gone), id="no zygote"),
    ],
)
def test_where_nothing_can_be_forked_the_kernel_is_launched(monkeypatch, make):
    make(monkeypatch)

    async def scene():
        async with kernel() as (manager, client):
            assert isinstance(manager.provisioner.process, subprocess.Popen)
            assert await answer(client, "print(6 * 7)") == "42"

    play(scene())


def _gone():
    raise provisioner.ZygoteGone


def test_a_kernel_with_other_python_settings_is_launched(tmp_path):
    (tmp_path / "only_there.py").write_text("x = 42")

    async def scene():
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        async with kernel(env=environment) as (manager, client):
            assert isinstance(manager.provisioner.process, subprocess.Popen)
            assert await answer(client, "import only_there; print(only_there.x)") == "42"

    play(scene())


def test_nbclient_runs_a_notebook_on_a_forked_kernel(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", ["import os\nprint(os.getppid())"])
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=60).execute()
    assert notebook.cells[1].outputs[0].text.strip() == str(current_zygote().pid)


def test_kernels_and_zygote_end_with_the_process_that_started_them(tmp_path):
    code = """
import asyncio, sys
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from peerbook.server import provisioner
KernelProvisionerFactory.instance().default_provisioner_name = provisioner.PROVISIONER
async def main():
    manager = AsyncKernelManager(kernel_name="python3")
    await manager.start_kernel()
    print(manager.provisioner.pid, provisioner.current_zygote().pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert [is_running(pid) for pid in pids] == [True, True]
    parent.kill()
    parent.wait()
    play(until(lambda: not any(is_running(pid) for pid in pids)))
