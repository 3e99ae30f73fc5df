"""One app for all journeys: they share a server and a store, and each makes a site of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app_under_test import Server, Visitor
from builders import PlannedCourse, open_store
from peerbook.course import plan_records
from peerbook.course.schedule.plan import CoursePlan
from peerbook.paths import product_folder
from peerbook.store import Store, identities
from peerbook.store.tables import Course, Enrolment

WAIT_MS = 40_000
"""Long enough for a busy machine; what is there is found at once."""

expect.set_options(timeout=WAIT_MS)


@dataclass(frozen=True)
class App:
    """The app that runs, and the store behind it."""

    server: Server
    store: Store

    def plan(self, made: PlannedCourse) -> CoursePlan:
        """Return the plan as it is saved now."""
        with self.store.read() as session:
            return plan_records.load_plan(session, session.get_one(Course, made.course_id))

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return what the store holds, asked in SQL."""
        with self.store.read() as session:
            return [tuple(row) for row in session.connection().exec_driver_sql(sql, values)]

    def codes(self, course_id: int) -> dict[str, str]:
        """Return the codes of those on a course, by name."""
        wanted = select(Enrolment.participant_code).where(Enrolment.course_id == course_id)
        with self.store.read() as session:
            names = identities.name_of(session, session.scalars(wanted))
        return {name: code for code, name in names.items()}

    def recorded(self, course_id: int) -> dict[str, str]:
        """Return how those on a course are recorded, by name; the latest where there are more."""
        names = {code: name for name, code in self.codes(course_id).items()}
        found = self.rows(
            "SELECT participant_code, attendance.status FROM attendance"
            " JOIN course_date ON course_date.id = course_date_id WHERE course_id = ?",
            course_id,
        )
        return {names[str(code)]: str(status) for code, status in found}


def query(**parameters: object) -> str:
    return f"?{urlencode(parameters)}"


@pytest.fixture(scope="session")
def app(
    start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """Return the app on an empty store."""
    data = tmp_path_factory.mktemp("app")
    with open_store(data) as store:
        server = start_server(product_folder("workbooks"), data=data)
        yield App(server, store)
        server.stop()


@pytest.fixture
def guest(visitor: Visitor) -> Iterator[Visitor]:
    """Return a visitor in whose browser no script may fail and no dialog may open."""
    troubles: list[str] = []

    def refuse(dialog: object) -> None:
        troubles.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    visitor.context.on("dialog", refuse)
    visitor.context.on("weberror", lambda fault: troubles.append(str(fault.error)))
    visitor.context.set_default_timeout(WAIT_MS)
    yield visitor
    assert troubles == []


@pytest.fixture
def open_plan(app: App, guest: Visitor) -> Callable[..., Page]:
    """Return a function that opens the plan page of a course."""
    return _opener(app, guest, "course_plan")


@pytest.fixture
def open_record(app: App, guest: Visitor) -> Callable[..., Page]:
    """Return a function that opens the page of attendance and evaluation of a course."""
    return _opener(app, guest, "course_record")


def _opener(app: App, guest: Visitor, notebook: str) -> Callable[..., Page]:
    def opened(made: PlannedCourse, *, tab: str = "", **more: object) -> Page:
        page = guest.open(
            app.server, notebook, query(site=made.site, course=made.course_id, **more)
        )
        if tab:
            page.get_by_role("tab", name=tab).click()
        return page

    return opened
