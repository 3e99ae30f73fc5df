"""How many evaluation sheets many processes save a second, each through a store of its own."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

from peerbook.course import records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import load_form
from peerbook.store import Saved, Store

PROCESSES = 50
SAVES_EACH = 20
WAVE = "mid"


@dataclass(frozen=True)
class Outcome:
    """What came of it: saves a second, and what went wrong, one line each."""

    per_second: float
    errors: list[str]


def measure(file: Path, course_id: int) -> Outcome:
    """Save with all processes at once and count what the store holds afterwards."""
    store = Store.open(file)
    before = _count(store, course_id)
    context = multiprocessing.get_context("forkserver")
    # All that the main module imports, which each worker runs again.
    context.set_forkserver_preload(["benchmarks.saves", "benchmarks.servers", "conftest"])
    barrier = context.Barrier(PROCESSES + 1)
    answers = context.Queue()
    workers = [
        context.Process(target=_save, args=(file, course_id, barrier, answers), daemon=True)
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    barrier.wait(120)
    began = time.monotonic()
    errors = [error for _ in workers for error in answers.get(timeout=300)]
    took = time.monotonic() - began
    for worker in workers:
        worker.join(30)
    saved = _count(store, course_id) - before
    if saved != PROCESSES * SAVES_EACH:
        errors.append(f"{saved} sheets are in the store, not {PROCESSES * SAVES_EACH}")
    store.close()
    return Outcome(saved / took, errors)


def _save(
    file: Path, course_id: int, barrier: Barrier, answers: multiprocessing.Queue[list[str]]
) -> None:
    errors: list[str] = []
    try:
        store = Store.open(file)
        form = load_form(WAVE)
        answers_given = {item.id: item.scale.points[0].code for item in form.items if item.scale}
        sheet = Sheet(answers_given, None)

        def change(session: records.Session) -> Saved:
            return evaluation_records.save_sheets(
                session, course_id, form, [sheet],
                wave=WAVE, source="typed", entered_on=dt.date(2015, 6, 1),
            )  # fmt: skip

        barrier.wait(120)
        for _ in range(SAVES_EACH):
            try:
                store.submit(str(uuid4()), "bench", change)
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
        barrier.abort()  # the others wait for nobody
    answers.put(errors)


def _count(store: Store, course_id: int) -> int:
    with store.read() as session:
        return evaluation_records.sheets_count(session, course_id).get(WAVE, 0)
