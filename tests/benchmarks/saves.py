"""How long many processes wait for their saves, each through a store of its own."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import statistics
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
TARGET_MS = 250
WAVE = "mid"


@dataclass(frozen=True)
class Outcome:
    """What came of it: saves a second, how long each took, and what went wrong, one line each."""

    per_second: float
    took_ms: list[float]
    errors: list[str]

    @property
    def median_ms(self) -> float:
        """How long half of the saves took at most, in milliseconds."""
        return statistics.median(self.took_ms)

    @property
    def p95_ms(self) -> float:
        """How long 95 % of the saves took at most, in milliseconds."""
        return statistics.quantiles(self.took_ms, n=20)[-1]


def measure(file: Path, course_id: int, pause_s: float) -> Outcome:
    """Save with all processes at once and count what the store holds afterwards.

    Each waits up to twice `pause_s` before each save, by chance; without one all want to save all
    the time, and each waits for all the others.
    """
    store = Store.open(file)
    before = _count(store, course_id)
    context = multiprocessing.get_context("forkserver")
    # All that the main module imports, which each worker runs again.
    context.set_forkserver_preload(["benchmarks.saves", "benchmarks.run"])
    barrier = context.Barrier(PROCESSES + 1)
    answers = context.Queue()
    workers = [
        context.Process(
            target=_save, args=(file, course_id, pause_s, number, barrier, answers), daemon=True
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    barrier.wait(120)
    began = time.monotonic()
    told = [answers.get(timeout=300) for _ in workers]
    took_s = time.monotonic() - began
    for worker in workers:
        worker.join(30)
    errors = [error for _took_ms, wrong in told for error in wrong]
    saved = _count(store, course_id) - before
    if saved != PROCESSES * SAVES_EACH:
        errors.append(f"{saved} sheets are in the store, not {PROCESSES * SAVES_EACH}")
    store.close()
    return Outcome(saved / took_s, [one for took_ms, _wrong in told for one in took_ms], errors)


def _save(
    file: Path,
    course_id: int,
    pause_s: float,
    number: int,
    barrier: Barrier,
    answers: multiprocessing.Queue[tuple[list[float], list[str]]],
) -> None:
    chance = random.Random(number)
    took_ms: list[float] = []
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
            time.sleep(chance.uniform(0, 2 * pause_s))
            began = time.monotonic()
            try:
                store.submit(str(uuid4()), "bench", change)
                took_ms.append(1000 * (time.monotonic() - began))
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
        barrier.abort()  # the others wait for nobody
    answers.put((took_ms, errors))


def _count(store: Store, course_id: int) -> int:
    with store.read() as session:
        return evaluation_records.sheets_count(session, course_id).get(WAVE, 0)
