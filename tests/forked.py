"""Processes that begin at once, since they are forked from one that has imported what they need."""

import functools
import multiprocessing
import os
import sys
from multiprocessing import context, forkserver
from unittest import mock

_PRELOADED = (
    "__main__",
    "builders",
    "postgres_server",
    "peerbook.course.people_records",
    "peerbook.store.migrations.versions",
    "peerbook.store.postgres",
    "sqlalchemy.dialects.postgresql.psycopg",
)


@functools.cache
def forked() -> context.ForkServerContext:
    """Return where such processes, their queues, pipes and barriers are made."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(list(_PRELOADED))
    # Until Python 3.13 the server is not told where its modules are.
    with mock.patch.dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))):
        forkserver.ensure_running()
    return processes
