"""Acknowledged means saved: writers, and the database's server, are killed in the middle of saves.

Numbers for the night come from the environment: PEERBOOK_TEST_SAVES acknowledged saves (1,000
without it).
"""

import itertools
import os
import random
import statistics
import time
import uuid
from multiprocessing.connection import Connection, wait

import pytest
from sqlalchemy import func, select

from builders import START, a_course, assert_sound
from forked import forked
from peerbook.errors import StoreUnavailable
from peerbook.store import Saved, Store, append_event, events_of
from peerbook.store.tables import Answer, Evaluation, Submission
from postgres_server import PostgresServer

pytestmark = pytest.mark.faults

ACKNOWLEDGED = int(os.environ.get("PEERBOOK_TEST_SAVES", "1000"))
WRITERS = 3
SAVES_A_KILL = 30
CRASHES = 5


@pytest.fixture(scope="module")
def durable_server():
    server = PostgresServer(fsync=True)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """The address of a store with one course, on each database."""
    if request.param == "sqlite":
        address = str(tmp_path / "peerbook.sqlite")
    else:
        server = request.getfixturevalue("durable_server")
        address = server.url(server.new_database())
    with Store.open(address) as store:
        a_course(store)
    return address


def evaluation_with(key: str):
    """A change over three tables, each row telling the key, and a reading first."""

    def change(session):
        before = session.scalars(select(func.max(Evaluation.id))).one()
        row = Evaluation(
            course_id=1, form_id="mid", form_version="1", wave="mid", entered_on=START,
            source="typed",
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(Answer(evaluation_id=row.id, item_id="key", text=key))
        append_event(session, "evaluation", row.id, "entered", START, key=key, before=before)
        session.flush()
        return Saved("evaluation", row.id, row.version)

    return change


def write_until_killed(place: str, retry: str | None, tell: Connection) -> None:
    with Store.open(place) as store:
        keys = itertools.chain([retry] if retry else [], iter(lambda: str(uuid.uuid4()), None))
        for key in keys:
            tell.send(("trying", key, 0))
            receipt = store.submit(key, "writer", evaluation_with(key), {"key": key})
            tell.send(("saved", key, receipt.record))


class Writer:
    """A writer process, what it is trying, and what it has acknowledged."""

    def __init__(self, place: str, retry: str | None = None) -> None:
        self.ear, mouth = forked().Pipe(duplex=False)
        self.trying: str | None = None
        self.process = forked().Process(target=write_until_killed, args=(place, retry, mouth))
        self.process.start()
        mouth.close()

    def hear(self, acknowledged: dict[str, int]) -> bool:
        """Take in one message; False when there will be no more."""
        try:
            word, key, number = self.ear.recv()
        except (EOFError, OSError):
            return False
        self.trying = key if word == "trying" else None
        if word == "saved":
            assert acknowledged.setdefault(key, number) == number
        return True

    def kill(self, acknowledged: dict[str, int]) -> None:
        self.process.kill()
        self.process.join()
        while self.hear(acknowledged):
            pass
        self.ear.close()


def test_no_acknowledged_save_is_lost_or_doubled_when_writers_are_killed(place):
    chance = random.Random(20260304)
    acknowledged: dict[str, int] = {}
    writers = [Writer(place) for _n in range(WRITERS)]
    kills = retried = 0
    while len(acknowledged) < ACKNOWLEDGED:
        enough = len(acknowledged) + chance.randint(1, 2 * SAVES_A_KILL)
        while len(acknowledged) < enough:
            heard = wait([writer.ear for writer in writers], timeout=60)
            assert heard, "the writers have fallen silent"
            for writer in writers:
                if writer.ear in heard:
                    assert writer.hear(acknowledged), "a writer died by itself"
        doomed = chance.sample(writers, chance.randint(1, WRITERS))
        for writer in doomed:
            writer.kill(acknowledged)
            kills += 1
            retried += writer.trying is not None
            # The next one sends again what this one was sending, as a page does.
            writers[writers.index(writer)] = Writer(place, writer.trying)
    for writer in writers:
        writer.kill(acknowledged)

    print(f"\n{kills} kills, {retried} sent again, {found_in(place, acknowledged)}")
    assert len(acknowledged) >= ACKNOWLEDGED
    assert kills >= 10


def found_in(place: str, acknowledged: dict[str, int]) -> str:
    """Compare what is in the store with what was acknowledged, and tell the counts."""
    with Store.open(place) as store:
        assert_sound(store)
        with store.read() as session:
            receipts = {row.key: row.number for row in session.scalars(select(Submission))}
            rows = list(session.scalars(select(Evaluation.id)))
            answers = {row.text: row.evaluation_id for row in session.scalars(select(Answer))}
            events = {e.details["key"]: int(e.subject_id) for e in events_of(session, "evaluation")}
    lost = [key for key, number in acknowledged.items() if receipts.get(key) != number]
    assert lost == []
    assert receipts == answers == events
    assert sorted(rows) == sorted(receipts.values())
    return (
        f"{len(acknowledged)} acknowledged, {len(receipts) - len(acknowledged)} saved but not "
        f"acknowledged, {len(lost)} lost, {len(rows) - len(receipts)} doubled"
    )


def write_through_crashes(place: str, tell: Connection) -> None:
    """Save on and on; what was not acknowledged is sent again, as a page does."""
    with Store.open(place) as store:
        while True:
            key = str(uuid.uuid4())
            while True:
                try:
                    receipt = store.submit(key, "writer", evaluation_with(key), {"key": key})
                except StoreUnavailable:
                    tell.send(("refused", key, 0))
                    time.sleep(0.05)
                else:
                    break
            tell.send(("saved", key, receipt.record))


def test_no_acknowledged_save_is_lost_or_doubled_when_the_server_crashes(durable_server):
    database = durable_server.new_database()
    place = durable_server.url(database)
    with Store.open(place) as store:
        a_course(store)
    chance = random.Random(20260304)
    acknowledged: dict[str, int] = {}
    refused = 0
    ears, processes = [], []
    for _n in range(WRITERS):
        ear, mouth = forked().Pipe(duplex=False)
        processes.append(forked().Process(target=write_through_crashes, args=(place, mouth)))
        processes[-1].start()
        mouth.close()
        ears.append(ear)

    def hear_until(enough: int) -> int:
        count = 0
        while len(acknowledged) < enough:
            heard = wait(ears, timeout=60)
            assert heard, "the writers have fallen silent"
            for ear in heard:
                word, key, number = ear.recv()
                count += word == "refused"
                if word == "saved":
                    assert acknowledged.setdefault(key, number) == number
        return count

    for crash in range(1, CRASHES + 1):
        refused += hear_until(crash * ACKNOWLEDGED // (CRASHES + 1) + chance.randrange(20))
        durable_server.stop("immediate")
        durable_server.start()
    refused += hear_until(ACKNOWLEDGED)
    for process in processes:
        process.kill()
        process.join()
    print(f"\n{CRASHES} crashes, {refused} refused, {found_in(place, acknowledged)}")
    assert durable_server.is_whole(database)


def save_twenty(place: str, barrier, tell) -> None:
    took, errors = [], []
    with Store.open(place) as store:
        barrier.wait()
        for _n in range(20):
            key = str(uuid.uuid4())
            begun = time.perf_counter()
            try:
                store.submit(key, "writer", evaluation_with(key), {"key": key})
            except Exception as error:
                errors.append(repr(error))
            took.append(time.perf_counter() - begun)
    tell.put((took, errors))


def test_fifty_processes_saving_twenty_times_each_all_succeed(place):
    barrier, answers = forked().Barrier(50), forked().Queue()
    target = (place, barrier, answers)
    processes = [forked().Process(target=save_twenty, args=target) for _n in range(50)]
    for process in processes:
        process.start()
    results = [answers.get(timeout=120) for _process in processes]
    for process in processes:
        process.join()
    told = {
        "first saves": [each[0] for each, _errors in results],
        "later saves": [second for each, _errors in results for second in each[1:]],
    }
    print()
    for which, took in told.items():
        took.sort()
        print(
            f"{len(took)} {which}: median {statistics.median(took) * 1000:.0f} ms, "
            f"95 % within {took[int(len(took) * 0.95)] * 1000:.0f} ms, longest {took[-1]:.2f} s"
        )
    assert [error for _took, errors in results for error in errors] == []
    with Store.open(place) as store:
        with store.read() as session:
            assert len(session.scalars(select(Evaluation.id)).all()) == 1000
            assert len(session.scalars(select(Submission.key)).all()) == 1000
        assert_sound(store)
